"""The imports of one country in one period, each product with its first supplier."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphkit.answers.figures import HALF
from graphkit.brief.inquiry import Finding, Inquiry
from graphkit.brief.wording import period_of
from graphkit.names import Entity, possessive

LARGEST = 10
"""Number of dependencies that a brief names."""
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Standing:
    """The imports of one country in one period: each product with its first supplier."""

    inquiry: Inquiry
    buyer: Entity
    period: str | None
    face: Finding
    """The first supplier of each product, largest share first."""

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The products with a share of the first supplier, those of half and more first.

        Within both, by the value bought from it.
        """
        with_share = [row for row in self.face.rows if share_of(row) is not None]

        def order(row: Row) -> tuple[bool, float, str]:
            return (share_of(row) or 0) < HALF, -(row["usd"] or 0), row["product"]

        return sorted(with_share, key=order)

    @property
    def largest(self) -> list[dict[str, Any]]:
        """The largest dependencies, each product once."""
        first: dict[str, dict[str, Any]] = {}
        for row in self.rows:
            first.setdefault(row["product"], row)
        return list(first.values())[:LARGEST]

    @property
    def first(self) -> str | None:
        """The first supplier of most products, those of half and more first, then by the value."""
        times_of_half = Counter[str]()
        times = Counter[str]()
        worth: dict[str, float] = {}
        for row in self.rows:
            if row["supplier"] in self.inquiry.countries:
                times[row["supplier"]] += 1
                worth[row["supplier"]] = worth.get(row["supplier"], 0.0) + (row["usd"] or 0.0)
                times_of_half[row["supplier"]] += (share_of(row) or 0) >= HALF
        order = sorted(times, key=lambda key: (-times_of_half[key], -times[key], -worth[key], key))
        return order[0] if order else None

    @property
    def products(self) -> int:
        """Number of products that it imported."""
        return len({row["product"] for row in self.face.rows})

    @property
    def rank_of_first(self) -> str:
        """Words that say of how many products the first supplier is the first."""
        first = len({row["product"] for row in self.rows if row["supplier"] == self.first})
        if first == self.products:
            return f"is the first supplier of {'all ' * (first > 1)}{products_in_text(first)}"
        return f"is the first supplier of {first} of {products_in_text(self.products)}"

    @property
    def period_text(self) -> str:
        """The period, with its years that have data, if some have none and all rows have those."""
        years = {row.get("years") for row in self.face.rows}
        return period_of({"period": self.period, "years": years.pop() if len(years) == 1 else None})

    @property
    def imports(self) -> str:
        """The imports of the country, in a sentence."""
        return f"{possessive(self.buyer.in_text)} imports"


def products_in_text(number: int) -> str:
    """Write a number of products."""
    return f"{number} products" if number > 1 else "one product"


def share_of(row: Row) -> float | None:
    """Return the share of a row by value, or else by weight."""
    share: float | None = row["share_usd"] if row["share_usd"] is not None else row["share_tonnes"]
    return share


def measure_of(row: Row) -> str:
    """Name the measure of the share of a row."""
    return "by value" if row["share_usd"] is not None else "by weight"
