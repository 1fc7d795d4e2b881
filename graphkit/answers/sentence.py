"""A sentence and what it claims, as data: what every door shows, cites and checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """Kinds of what a sentence says of a figure."""

    FIRST = "first"
    """The subject has more than any other, with the figure if that is known."""
    SHARE = "share"
    """The subject has this share of something."""
    HALF = "half"
    """Of so many, one place has at least a part (``threshold``) of each."""
    AMOUNT = "amount"
    """So much was traded, made, or is needed; or an index has this value."""
    COUNT = "count"
    """So many are known, or have a property."""
    CHANGE = "change"
    """A figure became larger or smaller by so much."""
    PRICE = "price"
    """So much was paid for a tonne."""
    LOSS = "loss"
    """So much would be lost under the assumptions."""
    VERDICT = "verdict"
    """A published sentence, a target or a plan stands or does not."""
    UNKNOWN = "unknown"
    """It cannot be told; ``denied`` is the claim that cannot be made."""


@dataclass(frozen=True)
class Figure:
    """A number as a sentence gives it: one value, a range, or a count of a whole.

    >>> Figure("between 28 and 97 %", 0.281, 0.969, "share").is_exact
    False
    """

    words: str
    low: float | None
    high: float | None
    unit: str
    """``share``, ``usd``, ``tonnes``, ``days``, ``points``, ``change`` or what is counted.

    A change is relative and has a sign: -0.2 is a fall by a fifth.
    """
    whole: int | None = None
    """Number of all of which a count is a part."""

    def __str__(self) -> str:
        return self.words

    @property
    def short(self) -> str:
        """The figure beside another of the same thing: ``2 of 58`` of a count in a whole."""
        return self.words if self.whole is None else f"{self.low:,.0f} of {self.whole:,}"

    @property
    def is_exact(self) -> bool:
        """True for one value."""
        return self.low is not None and self.low == self.high


@dataclass(frozen=True)
class Claim:
    """Claim of one part of a sentence, in the keys and figures of the rows it rests on."""

    kind: Kind
    figure: Figure | None = None
    subject: tuple[str, ...] = ()
    """Keys or names of those that the claim is on: sellers, makers, owners, places."""
    destination: str | None = None
    """Key of the place that goods go to, of a claim on one flow."""
    whose: tuple[str, ...] = ()
    """Keys of those whose trade, capacity or need the figure is a part of."""
    material: tuple[str, ...] = ()
    """Keys of products, elements or materials."""
    measure: str | None = None
    """``usd`` or ``tonnes``."""
    period: str | None = None
    facts: str | None = None
    """Years of the facts, where they are not the period."""
    region: str | None = None
    """Place of which published facts are, where it is not the one asked about."""
    assumptions: Mapping[str, Any] = field(default_factory=dict)
    """Values of the scope on which the claim depends, by name."""
    qualifiers: tuple[str, ...] = ()
    """Goods that the figure counts besides and the like, in the words of a closed list."""
    denied: Kind | None = None
    """The claim that cannot be made, of a claim of the kind ``unknown``."""
    reason: str = ""
    """Reason for which it cannot be told."""
    rows: tuple[int, ...] = ()
    """Places of the rows that it rests on, in the rows of the answer."""

    @property
    def of(self) -> tuple[Any, ...]:
        """Tell what the figure is of: figures of one thing can be put side by side."""
        unit = self.figure.unit if self.figure else ""
        counts_goods = self.kind is Kind.HALF and unit == "product"
        goods = () if self.kind is Kind.COUNT or counts_goods else self.material
        goods = self.subject if self.kind is Kind.LOSS or unit == "points" else goods
        return self.kind, goods, self.measure, self.period, self.facts, self.qualifiers, unit

    def as_data(self) -> dict[str, Any]:
        """Return what is known of it, for JSON."""
        data: dict[str, Any] = {}
        for part in fields(self):
            value = getattr(self, part.name)
            if value in (None, "", (), {}):
                continue
            if isinstance(value, Figure):
                value = {f.name: v for f in fields(value)
                         if (v := getattr(value, f.name)) is not None}  # fmt: skip
            data[part.name] = [*value] if isinstance(value, tuple) else value
        if self.rows:
            data["rows"] = _ranges(self.rows)
        return data


def _ranges(places: tuple[int, ...]) -> list[list[int]]:
    """Write places as their ranges, each with its first and its last.

    >>> _ranges((0, 1, 2, 5))
    [[0, 2], [5, 5]]
    """
    ranges: list[list[int]] = []
    for place in sorted(places):
        if ranges and ranges[-1][1] == place - 1:
            ranges[-1][1] = place
        else:
            ranges.append([place, place])
    return ranges


@dataclass(frozen=True)
class Sentence:
    """Words with the claims that they make, the main one first."""

    words: str = ""
    claims: tuple[Claim, ...] = ()

    def __add__(self, more: Sentence | str) -> Sentence:
        """Go on with more words, and what they claim."""
        if isinstance(more, str):
            return Sentence(self.words + more, self.claims)
        return Sentence(self.words + more.words, self.claims + more.claims)

    def __str__(self) -> str:
        return self.words


PARTNERS = "partners' reports"
"""Qualifier of a claim on trade that one side does not publish."""
PLACE = "row"
"""Column of the place of a row, which is there while a sentence is written."""
