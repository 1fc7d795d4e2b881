"""Turns bytes into safe text: strict UTF-8 without invisible characters, each bad one placed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

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
MOST_READ = 500_000
"""A file with more bad characters is no text."""
MOST_PROBLEMS = 1_000
"""So many problems of one file, and of all files together, are told one by one."""


def at_most(problems: Iterable[Problem]) -> list[Problem]:
    """The first problems and, where there are more, that: a flood of them takes no time."""
    told = list(islice(problems, MOST_PROBLEMS + 1))
    if len(told) > MOST_PROBLEMS:
        last = max(told[:-1])
        more = f"found more than the {MOST_PROBLEMS:,} problems told; mend those first"
        told[-1] = replace(last, message=more)
    return told


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
    if any(islice(UNSAFE.finditer(text), MOST_READ, None)):
        at = next(_unsafe_places(text, file, 1))
        return "", [at, replace(at, message=f"found over {MOST_READ:,} such characters: no text")]
    safe, number = UNSAFE.subn(LOST, text)
    return safe, list(_unsafe_places(text, file, number))


def _unsafe_places(text: str, file: str, number: int) -> Iterator[Problem]:
    """Where the first of a number of unsafe characters stand."""
    line, start, seen = 1, 0, 0
    for place, match in enumerate(islice(UNSAFE.finditer(text), MOST + 1)):
        at = match.start()
        line, start = line_after(text[seen:at], seen, (line, start))
        seen = at
        message = unsafe(match[0])
        if place == MOST:
            message = f"found {number - MOST:,} more of such characters from here"
        yield Problem(file, line, at - start + 1, message)


def line_after(text: str, at: int, begun: tuple[int, int]) -> tuple[int, int]:
    """Number and start of the line that a text ends in, which begins at a place of a line begun.

    >>> line_after("a\\nbc\\r\\nd", 10, (1, 8))
    (3, 16)
    """
    if ends := line_ends(text):
        return begun[0] + ends, at + max(text.rfind("\n"), text.rfind("\r")) + 1
    return begun


def line_ends(text: str) -> int:
    """How many lines end in a text, in whichever of the three ways."""
    return text.count("\n") + text.count("\r") - text.count("\r\n")


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
    text = repr(value[:60] if isinstance(value, str) else value)
    return text if len(text) < 60 else text[:57] + "..."
