"""Why an answer has no rows, in full and for a first line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Absence:
    """Sentences on what is not known, and the same in a few words.

    >>> Absence("No flow is known.").in_brief
    'No flow is known'
    >>> Absence("No price of tin (Sn) is known; there are for zinc.", "No price of tin").in_brief
    'No price of tin'
    """

    words: str
    short: str = ""
    """Words for a first line, without a full stop; none where the words are one short sentence."""

    @property
    def in_brief(self) -> str:
        """The words for a first line."""
        return self.short or self.words.removesuffix(".")

    def with_words(self, write: Callable[[str], str]) -> Absence:
        """Write its words in another form, such as with the names of options."""
        return replace(self, words=write(self.words))


NO_ROWS = Absence("No rows.")
"""Reason of an answer that gives no other."""
