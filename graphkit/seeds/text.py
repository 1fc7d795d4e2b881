"""Turns bytes into safe text: strict UTF-8 without invisible characters, each bad one placed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graphkit.errors import Problem

Mark = tuple[int, int]
"""Line and column, both from 1."""

LOST = "\ufffd"
"""Stands where a character could not be read; itself never part of a fact."""
UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\uffff\U000e0000-\U000e007f]"
)
"""Control, zero-width and bidirectional characters, line breaks that only some programs know,
lone surrogates, and :data:`LOST`. The joiners of Persian and of emoji are not among them."""
MOST = 100
"""So many bad characters of one file are told one by one."""


def decode(raw: bytes, file: str) -> tuple[str, list[Problem]]:
    """Text of a file with :data:`LOST` for every bad character, and where those are.

    No text at all where every character would be bad.
    """
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "", [Problem(file, 1, 1, "found UTF-16; wanted UTF-8")]
    # An invalid byte becomes a lone surrogate, which no valid UTF-8 can hold.
    text = raw.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    if not UNSAFE.search(text):
        return text, []
    return UNSAFE.sub(LOST, text), list(_unsafe_places(text, file))


def _unsafe_places(text: str, file: str) -> Iterator[Problem]:
    starts = line_starts(text)
    line = 0
    for number, match in enumerate(UNSAFE.finditer(text)):
        at = match.start()
        while line + 1 < len(starts) and starts[line + 1] <= at:
            line += 1
        message = unsafe(match[0])
        if number == MOST:
            message = (
                f"found {len(UNSAFE.findall(text)) - MOST:,} more of such characters from here"
            )
        yield Problem(file, line + 1, at - starts[line] + 1, message)
        if number == MOST:
            return


def line_starts(text: str) -> list[int]:
    """Where each line begins, whichever of the three line ends a file has."""
    return [0, *(m.end() for m in re.finditer(r"\r\n|\r|\n", text))]


def unsafe(character: str) -> str:
    """What to say of an unsafe character."""
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return f"found byte 0x{code - 0xDC00:02x}, which is no UTF-8; wanted UTF-8 text"
    return f"found the invisible character U+{code:04X}; wanted visible text"


def shown(value: object) -> str:
    """A value as a message names it."""
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "a mapping"
    if value is None:
        return "null"
    text = repr(value)
    return text if len(text) < 60 else text[:57] + "..."
