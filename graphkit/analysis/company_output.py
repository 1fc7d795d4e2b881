"""Output of companies: what each made of a product in a place, and its share there, as ranges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, inf
from typing import NamedTuple

WHOLE = "whole"
"""Figures that count all of a plant or company, whoever owns it: the only ones that add up."""


class Reported(NamedTuple):
    """A figure of what a company made, whoever owns the plants."""

    company: str
    tonnes: float
    plant: str | None = None
    """The plant that it is of; None: the company as a whole."""
    bought: bool = False
    """True if it counts what the company bought from others too."""


@dataclass(frozen=True)
class Made:
    """Amount that a company made in a place, in tonnes."""

    low: float
    """The least that its figures allow."""
    high: float
    """The most; infinite where no figure is of the company as a whole."""


def made_in(
    figures: Iterable[Reported],
    country_of: Mapping[str, str],
    places: Collection[str] | None = None,
    sites: Collection[str] = (),
) -> Made:
    """Bound what one company made in some countries by its figures.

    The figures of its plants are at least what it made. A figure of the whole company is all of it
    where all plants that are known of it are in the place; where some are elsewhere, what these
    made is not of the place. What counts bought material may be nothing of its own. Several figures
    of one thing are a range.

    Parameters
    ----------
    figures : iterable of Reported
        Those of one company, one product and one period, in tonnes of one basis.
    country_of : mapping
        Country of each plant.
    places : collection, optional
        Countries of the place. Default: the world.
    sites : collection
        Other plants of the company that make the product.

    Examples
    --------
    Two figures of a company with one mine here, and one abroad of which 30 t are published:

    >>> figures = [Reported("c", 100.0), Reported("c", 104.0), Reported("c", 30.0, "far")]
    >>> made_in(figures, {"near": "COD", "far": "IDN"}, {"COD"}, ["near"])
    Made(low=0.0, high=74.0)
    >>> made_in(figures, {"near": "COD", "far": "IDN"})
    Made(low=100.0, high=104.0)
    """
    whole: list[Reported] = []
    by_plant: dict[str, list[Reported]] = defaultdict(list)
    for figure in figures:
        if figure.plant is None:
            whole.append(figure)
        else:
            by_plant[figure.plant].append(figure)

    def sums(inside: bool) -> tuple[float, float]:
        some = [
            own for plant, own in by_plant.items()
            if (places is None or country_of.get(plant) in places) is inside
        ]  # fmt: skip
        lows = (min(0.0 if f.bought else f.tonnes for f in own) for own in some)
        return fsum(lows), fsum(max(f.tonnes for f in own) for own in some)

    low, most = sums(inside=True)
    if not whole:
        return Made(low, inf)
    least = min(0.0 if figure.bought else figure.tonnes for figure in whole)
    highest = max(figure.tonnes for figure in whole)
    countries = {country_of.get(plant) for plant in {*sites, *by_plant}}
    if places is None or (countries and countries <= {*places}):
        return Made(max(low, least) if low <= highest else least, max(highest, low))
    elsewhere, _ = sums(inside=False)
    if countries and not countries & {*places}:
        return Made(0.0, 0.0)
    return Made(low, max(most, highest - elsewhere))


@dataclass(frozen=True)
class Output:
    """The output of a place among companies."""

    amounts: Mapping[str, Made]
    """Amounts of each company, or of the companies of each seat."""
    low: float
    """Least output of the place."""
    high: float
    """Most output of the place."""

    @property
    def known(self) -> float:
        """Tonnes of which it is known who made them."""
        return fsum(amount.low for amount in self.amounts.values())

    @property
    def rest(self) -> float:
        """The most of which nobody is known to have made it."""
        return max(0.0, self.high - self.known)

    def coverage(self) -> tuple[float, float | None]:
        """Divide what is known by the output of the place."""
        return self.known / self.high if self.high else 0.0, _part(self.known, self.low)

    def most(self, key: str) -> float:
        """Return the most that one made: its own most, or all that nobody is known to have made."""
        amount = self.amounts[key]
        return min(amount.high, amount.low + self.rest)

    def share(self, key: str) -> tuple[float | None, float | None]:
        """Return the least and the most share of one; None where the output has no such end.

        Nobody makes more than the place does: where the output is a range, the most of one may be
        more than its least, and where sources disagree, the least of one more than its most.
        """
        most = min(self.most(key), self.high)
        return _share(self.amounts[key].low, self.high), _share(most, self.low)

    def of_nobody(self) -> Made:
        """Bound the amount that none of them made."""
        return Made(max(0.0, self.low - fsum(map(self.most, self.amounts))), self.rest)

    def share_of_nobody(self) -> tuple[float | None, float | None]:
        """Return the least and the most share that none of them made."""
        amount = self.of_nobody()
        return _share(amount.low, self.high), _share(amount.high, self.low)


def _part(tonnes: float, whole: float) -> float | None:
    return tonnes / whole if 0 < whole < inf and tonnes < inf else None


def _share(tonnes: float, whole: float) -> float | None:
    part = _part(tonnes, whole)
    return None if part is None else min(1.0, part)


def without_parts(
    amounts: Mapping[str, Made], above: Mapping[str, Collection[str]]
) -> dict[str, Made]:
    """Leave out companies whose output the figure of one behind them counts, as far as it is known.

    What is only known by its plants is of these alone: it takes nothing away, as does one that made
    nothing here as far as it is known.

    Parameters
    ----------
    amounts : mapping
        What each company made.
    above : mapping
        All companies that may be behind each, or behind the plants that its figures are of.

    Examples
    --------
    >>> amounts = {"group": Made(100.0, 100.0), "mine": Made(60.0, 60.0)}
    >>> without_parts(amounts, {"group": {"group"}, "mine": {"mine", "group"}})
    {'group': Made(low=100.0, high=100.0)}
    """
    return {
        key: own for key, own in amounts.items()
        if not counting(key, amounts, above)
    }  # fmt: skip


def counting(
    key: str, amounts: Mapping[str, Made], above: Mapping[str, Collection[str]]
) -> list[str]:
    """List the companies behind one whose own figures count what it made."""
    others = {*above.get(key, ())} - {key}
    return sorted(
        other for other in others
        if other in amounts and amounts[other].low > 0 and amounts[other].high < inf
    )  # fmt: skip


def added(amounts: Mapping[str, Made], group_of: Mapping[str, str]) -> dict[str, Made]:
    """Add up what the companies of each group made, such as those of one seat."""
    groups: dict[str, list[Made]] = defaultdict(list)
    for key, own in amounts.items():
        groups[group_of[key]].append(own)
    return {
        group: Made(fsum(own.low for own in some), fsum(own.high for own in some))
        for group, some in groups.items()
    }


def figures_by_company(figures: Sequence[Reported]) -> dict[str, list[Reported]]:
    """Sort figures by company."""
    sorted_figures: dict[str, list[Reported]] = defaultdict(list)
    for figure in figures:
        sorted_figures[figure.company].append(figure)
    return sorted_figures
