"""Text of a file's bytes, in the one encoding that they can be in."""

from __future__ import annotations

import codecs
import re
from functools import cache

from graphkit.errors import GraphkitError
from graphkit.importers.table.headings import PROPERTY_WORDS, TOTALS
from graphkit.names import in_other_languages
from graphkit.seeds.mojibake import misread

MARKED = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
"""Byte order marks; that of UTF-32 begins with that of UTF-16."""
ENCODINGS = (
    "cp1252", "cp949", "gb18030", "cp932", "cp1251", "big5", "euc-jp", "cp1250", "cp1254",
    "iso8859-15", "iso8859-2", "mac-roman", "koi8-r", "cp866", "cp850", "cp1257",
)  # fmt: skip
"""Encodings that tables are in without saying so, each with those that are a part of it."""
MOST_READINGS = 6
"""Encodings that an error lists."""
_BETWEEN = re.compile(r'[,;\t|"\r\n]+')
_UNUSED = re.compile("[\x80-\x9f\ue000-\uf8ff\ufffd]")
"""Characters that no text has."""
_MIXED = re.compile(r"[a-z](?=[\u0400-\uffff])|[\u0400-\uffff](?=[a-z])|[\x80-\u024f]{3}", re.I)
"""Two scripts in one word, or Latin letters with marks in a row: signs of a wrong encoding."""


class UndecidedError(GraphkitError):
    """Table that can be read in several ways, of which a setting must choose one."""

    def __init__(self, message: str, setting: str, choices: tuple[str, ...]) -> None:
        super().__init__(message)
        self.setting, self.choices = setting, choices


def decoded(file: str, raw: bytes, encoding: str | None) -> tuple[str, str]:
    """Decode a file, and name its encoding.

    Without a mark or a setting, bytes that are not UTF-8 are in the one encoding in which more of
    their cells are names of countries, materials or headings than in any other.

    Parameters
    ----------
    file : str
        Its name, for errors.
    raw : bytes
        What it holds.
    encoding : str, optional
        The encoding that a mapping sets.

    Raises
    ------
    UndecidedError
        Several encodings are possible; the message has a word as each of them reads it.
    GraphkitError
        The bytes are not in the encoding that is set, or read as if they were not.
    """
    if encoding is not None:
        return _as_set(file, raw, encoding), encoding
    for mark, name in MARKED:
        if raw.startswith(mark):
            return _as_set(file, raw, name), name
    if b"\0" in raw:
        for name in ("utf-16-le", "utf-16-be"):
            text = _strict(raw, name)
            if text is not None and "\n" in text and "\0" not in text:
                return text, name
    text = _strict(raw, "utf-8")
    return (text, "utf-8") if text is not None else _recognized(file, raw)


def _as_set(file: str, raw: bytes, encoding: str) -> str:
    """Decode as a mapping says, unless the text shows that it is wrong."""
    name = "utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding
    try:
        text = raw.decode(name)
    except UnicodeError as error:
        line = _line(raw, getattr(error, "start", 0))
        byte = raw[getattr(error, "start", 0)]
        raise GraphkitError(
            f"{file}:{line}: found the byte 0x{byte:02x}, which is not {encoding}; leave out "
            "encoding, or set another one, such as encoding: cp1252"
        ) from error
    if not name.startswith("utf") and (odd := next(misread(text), None)):
        line = text.count("\n", 0, odd.start()) + 1
        raise GraphkitError(
            f"{file}:{line}: found {odd[0]!r}, which is UTF-8 read as {encoding}; set "
            "encoding: utf-8"
        )
    return text


def _recognized(file: str, raw: bytes) -> tuple[str, str]:
    """Decode in the encoding in which most cells are known words, if that is one alone."""
    texts = {
        name: text for name in ENCODINGS
        if (text := _strict(raw, name)) is not None and not _UNUSED.search(text)
    }  # fmt: skip
    cells = {name: _cells(text) for name, text in texts.items()}
    known = {name: len(parts & _vocabulary()) for name, parts in cells.items()}
    most = max(known.values(), default=0)
    best = {texts[name]: name for name in reversed(texts) if known[name] == most}
    if most and len(best) == 1:
        [(text, name)] = best.items()
        return text, name
    place = next(n for n, byte in enumerate(raw) if byte > 0x7F)
    line = _line(raw, place)
    start = raw.rfind(b"\n", 0, place) + 1
    end = raw.find(b"\n", place)
    row = raw[start : end if end >= 0 else len(raw)]
    readings: dict[str, str] = {}
    for name in sorted(
        dict.fromkeys(best.values()),
        key=lambda name: (sum(1 for _ in _MIXED.finditer(texts[name])), ENCODINGS.index(name)),
    ):
        words = sorted(_cells(row.decode(name, "replace"), fold=False), key=len)
        readings.setdefault(words[-1][:30] if words else "", name)
    choices = tuple(readings.values())
    as_read = ", ".join(
        f"{name} ({word!r})" for word, name in [*readings.items()][:MOST_READINGS] if word
    )
    raise UndecidedError(
        f"{file}:{line}: found bytes that are not UTF-8 and may be {as_read or 'of any encoding'}; "
        f"set encoding: {choices[0] if choices else 'NAME'}, or the one that reads well",
        "encoding",
        choices or ("cp1252",),
    )


def _strict(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeError:
        return None


def _line(raw: bytes, place: int) -> int:
    return raw.count(b"\n", 0, place) + 1


def _cells(text: str, *, fold: bool = True) -> set[str]:
    """Split a text into cells that are not ASCII."""
    cells = (cell.strip() for cell in _BETWEEN.split(text) if not cell.isascii())
    return {_plain(cell) if fold else cell for cell in cells}


def _plain(text: str) -> str:
    return text.replace("’", "'").casefold()


@cache
def _vocabulary() -> frozenset[str]:
    """Names and headings that are not ASCII; one letter alone may be anything."""
    words = [word for words in PROPERTY_WORDS.values() for word in words] + [*TOTALS]
    for kind in ("Country", "Element", "Product", "Stage"):
        words += [name for names in in_other_languages(kind).values() for name in names]
    return frozenset(_plain(word) for word in words if len(word) > 1 and not word.isascii())
