"""Text that is UTF-8 read as Windows-1252, Latin-1 or Windows-874: ``CÃ´te``, ``Cรดte``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import chain


def _bytes() -> dict[str, int]:
    """Return the byte of each character above ASCII, in both encodings.

    Five bytes have no character in Windows-1252; programs read them as Latin-1 does.
    """
    latin = {chr(byte): byte for byte in range(0x80, 0x100)}
    return latin | {
        character: byte
        for byte in range(0x80, 0xA0)
        if (character := bytes([byte]).decode("cp1252", "ignore"))
    }


BYTES = _bytes()
_NEXT = f"[{''.join(re.escape(c) for c, byte in BYTES.items() if byte < 0xC0)}]"
_ONE = f"[Â-ß]{_NEXT}|[à-ï]{_NEXT}{{2}}|[ð-ô]{_NEXT}{{3}}"
_CHARACTER = re.compile(_ONE)
RUN = re.compile(f"(?:{_ONE})+")
"""Characters whose bytes have the form of UTF-8."""
JOINING = "’–—…·•\xa0"
"""Marks that may stand between two words without blanks."""
CLOSING = JOINING + "‘“”«»‹›©®™°¹²³ªº†‡"
"""Marks that may stand after a word."""
MEASURES = re.compile("[×Ø][¹²³°±µ¼½¾]")
LETTERS = "ŠŒŽšœžŸ"
CLOSE = "\xa0©®™°¹²³ªº†‡" + LETTERS
"""Marks that no word has after Ã, the first half of most letters with an accent."""


THAI_BYTES = {
    character: byte
    for byte in range(0x80, 0x100)
    if (character := bytes([byte]).decode("cp874", "ignore") or chr(byte) * (byte < 0xA0))
}
"""The byte of each character above ASCII in Windows-874, the encoding of Thai; as above, some bytes
have none."""
THAI_RUN = re.compile(f"[{''.join(map(re.escape, THAI_BYTES))}]+")
MARKS = frozenset(character for character, byte in THAI_BYTES.items() if byte < 0xA1)
"""Quotes, dashes and the like, which no Thai word has in it."""
NEVER_FIRST = frozenset("ะๅๆ็่้๊๋์ํ๎ัิีึืฺุู")
"""Thai vowels and signs that stand behind a letter."""


def misread(text: str) -> Iterator[re.Match[str]]:
    """Find the runs that are UTF-8 read in another encoding, and cannot be anything else.

    A letter with an accent before a quote or a dash (``CAFÉ”``, ``PERÚ–CHILE``) has such bytes as
    well, so a run counts only if in it a mark stands where text has none.

    >>> [run[0] for run in misread("CÃ´te d’Ivoire, CAFÉ” and PERÚ–CHILE")]
    ['Ã´']
    """
    if text.isascii():
        return iter(())
    western = (
        run for run in RUN.finditer(text)
        if _decoded(run[0], BYTES) is not None and not _is_ordinary(text, run)
    )  # fmt: skip
    return chain(western, (run for run in THAI_RUN.finditer(text) if _is_no_thai(text, run)))


def _is_no_thai(text: str, run: re.Match[str]) -> bool:
    """Tell if Thai letters can only be UTF-8 read as Windows-874.

    Some Thai words have such bytes as well: a run counts if it begins as no word does, stands for
    Thai again, or for letters of a word in small Latin ones.
    """
    meant = _decoded(run[0], THAI_BYTES)
    if meant is None:
        return False
    if run[0][0] in NEVER_FIRST:
        return True
    if all("ก" <= character <= "๛" for character in meant):
        return len(meant) > 1 or not MARKS.isdisjoint(run[0])
    beside = text[max(run.start() - 1, 0) : run.start()] + text[run.end() : run.end() + 1]
    is_in_word = any(letter.isascii() and letter.islower() for letter in beside)
    return is_in_word and all("À" <= letter <= "ɏ" for letter in meant)


def _is_ordinary(text: str, run: re.Match[str]) -> bool:
    """Tell if a text of some language can have these characters."""
    lead, marks = run[0][0], run[0][1:]
    before, after = text[run.start() - 1 : run.start()], text[run.end() : run.end() + 1]
    if _CHARACTER.fullmatch(run[0]) is None:  # several in a row
        return all(character in LETTERS or character.isupper() for character in run[0])
    if MEASURES.fullmatch(run[0]):
        return True
    if lead == "Â" or not all(mark in CLOSING + LETTERS for mark in marks):
        return False
    if lead == "Ã" and marks in CLOSE:
        return False
    if lead.isupper() and before.islower():
        return False
    if len(marks) > 1 and (marks[-1] in LETTERS or run[0] == text):
        return False
    if not after.isalpha() or marks[-1] in LETTERS:
        return True
    return marks[-1] in JOINING and not (lead == "Ã" and after.islower())


def _decoded(run: str, encoding: Mapping[str, int]) -> str | None:
    try:
        return bytes(map(encoding.__getitem__, run)).decode()
    except UnicodeDecodeError:
        return None


def repaired(text: str) -> str:
    """Read the bytes of a misread text as UTF-8, as often as it was misread.

    >>> repaired("ThaÃ¯lande â€“ CÃƒÂ´te"), repaired("Cรดte d'Ivoire")
    ('Thaïlande – Côte', "Côte d'Ivoire")
    """
    while run := next(misread(text), None):
        pattern, encoding = (RUN, BYTES) if RUN.fullmatch(run[0]) else (THAI_RUN, THAI_BYTES)
        text = pattern.sub(partial(_repaired_run, encoding), text)
    return text


def _repaired_run(encoding: Mapping[str, int], run: re.Match[str]) -> str:
    return _decoded(run[0], encoding) or run[0]
