"""Reasons for the ends of ranges: the unpublished figures that make each of them."""

from __future__ import annotations

from dataclasses import dataclass

from graphkit.answers.coverage import Entry
from graphkit.answers.terms import Term

LEAST, MOST = "at least", "at most"
REACHED, BOUND = "reached", "bound"


@dataclass(frozen=True)
class GivenFigure(Entry):
    """An unpublished figure, and the value that it has at an end of a range."""

    figure: str
    place: str
    good: str
    value: float | None
    """None: without bound."""
    unit: str


@dataclass(frozen=True)
class AlikeFigures(Entry):
    """A figure of one country, or of several that have the same, in words."""

    words: str
    count: int


@dataclass(frozen=True)
class EndReason(Entry):
    """The figures that make one end of a range."""

    consumer: str
    product: str
    traced_to: str
    origin: str
    end: str
    """At least, or at most."""
    share: float
    state: str
    """``reached`` if a world has this share, else ``bound``."""
    nearest: float
    """The share that the figures make."""
    alike: tuple[AlikeFigures, ...]
    """The figures in words, those that move the share most first."""
    figures: tuple[GivenFigure, ...]

    def in_words(self, most: int | None = None) -> str:
        """Write the figures, or those of the first groups, and how many are left.

        >>> alike = AlikeFigures("B makes no ore", 1), AlikeFigures("C and 1 other sell no ore", 2)
        >>> reason = EndReason("A", "ore", "mine", "D", LEAST, 0.4, REACHED, 0.4, alike, ())
        >>> reason.in_words(), reason.in_words(1)
        ('B makes no ore; C and 1 other sell no ore', 'B makes no ore; 2 more figures')
        """
        texts = [group.words for group in self.alike[:most]]
        left = sum(group.count for group in self.alike[len(texts) :])
        if left:
            texts.append(f"{left} more figures" if left > 1 else "1 more figure")
        return "; ".join(texts) or "all is as estimated"


@dataclass(frozen=True)
class Reasons(Term):
    """The figures that make the ends of the ranges of an answer."""

    reasons: tuple[EndReason, ...]
