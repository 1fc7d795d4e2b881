"""Text on a terminal: what a character takes up, where lines break, and what must not be obeyed."""

from __future__ import annotations

import re
import unicodedata

HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
"""Control and bidirectional characters, and lone surrogates."""
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str) -> str:
    r"""Text with control characters shown instead of obeyed.

    >>> visible("red: \x1b[31m"), visible("two\nlines")
    ('red: \\x1b[31m', 'two\\nlines')
    """
    return HIDDEN.sub(lambda found: escaped(found[0]), text)


def escaped(character: str) -> str:
    r"""How a hidden character is shown: ``\n``, ``\x1b``, ``\u202e``."""
    code = ord(character)
    return _SHORT.get(character) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


def width(text: str) -> int:
    """How many columns of a terminal a text takes.

    >>> width("Türkiye"), width("中国"), width("e\u0301")
    (7, 4, 1)
    """
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def pad(text: str, to: int, *, right: bool = False) -> str:
    """Text filled with blanks to a width."""
    blanks = " " * (to - width(text))
    return blanks + text if right else text + blanks


def wrap(text: str, to: int) -> list[str]:
    """Lines of at most a width, broken between words only: a longer word stays whole.

    >>> wrap("rare-earth metals", 10), wrap("magnets-metal", 5), wrap("", 5)
    (['rare-earth', 'metals'], ['magnets-metal'], [''])
    """
    lines: list[str] = []
    for word in text.split(" "):
        if lines and width(lines[-1]) + 1 + width(word) <= to:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def paragraph(text: str, to: int, indent: int = 2, hanging: int = 2) -> str:
    """Text wrapped and moved in, with further lines moved in more."""
    lines = wrap(text, to - indent - hanging)
    return "\n".join(" " * (indent + (hanging if n else 0)) + line for n, line in enumerate(lines))
