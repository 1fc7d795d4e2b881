"""Stoppages: what the end of plants, or of all that an owner can stop, takes from production.

A plant's part of a country's production is that of its capacity in the country's: from that of
what the country made, where that is more than its known capacity, to that of what is known. Where
no production is published on such a basis, the part may be next to nothing, and is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import fsum, inf

import pyarrow as pa

from graphkit.analysis.ownership import Division, Share, commanded, divided
from graphkit.analysis.supply.production_cut import Part
from graphkit.answers.coverage import Capacity
from graphkit.answers.goods import Goods
from graphkit.answers.note import Note
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.materials import Scope
from graphkit.questions.plants.capacity_coverage import Output, in_percent, output_of
from graphkit.questions.plants.facilities import Plants, Row, plants_of, runs
from graphkit.questions.shared.production import figures_of

PLANT, COMPANY, SEAT = "plant", "company", "seat"
Place = tuple[str, str]
"""A country and a product."""
HALF = 0.5
"""Coverage under which an answer says that it is less."""
MOST_MARKETS = 6
"""Capacities that notes speak of."""


@dataclass(frozen=True, eq=False)
class Market:
    """The known capacity of a country for one product on one basis, beside its production."""

    country: str
    product: str
    basis: str | None
    capacities: Sequence[Row]
    output: Output | None

    @property
    def place(self) -> Place:
        """Country and product."""
        return self.country, self.product

    @cached_property
    def total(self) -> float:
        """Known capacity in tonnes a year."""
        return fsum(row["tonnes"] for row in self.capacities)

    @property
    def whole(self) -> float:
        """Least that the country can make: its capacity or its production; inf if unknown."""
        return max(self.total, self.output.high) if self.output else inf

    @property
    def coverage(self) -> tuple[float | None, float | None]:
        """Known capacity over published production, at least and at most; None: unknown."""
        return self.output.coverage(self.total) if self.output else (None, None)

    @property
    def described(self) -> Capacity:
        """The market as an answer states it."""
        (low, high), output = self.coverage, self.output
        return Capacity(
            self.country, self.product, self.basis, self.total, low, high,
            output_tonnes_low=output.low if output else None,
            output_tonnes_high=output.high if output and output.high < inf else None,
            output_period=output.period if output else None,
            output_source=output.source if output else None,
        )  # fmt: skip

    def part(self, low: float, high: float) -> Part:
        """Return the part of the country's production that some tonnes of capacity are."""
        return Part(min(1.0, low / self.whole), min(1.0, high / self.total))

    def running(self) -> list[tuple[str, float]]:
        """List the capacities of plants that run."""
        return [(row["plant"], row["tonnes"]) for row in self.capacities if runs(row["status"])]


@dataclass
class Stoppage:
    """Plants that stop together: one, or all of a company or of the owners of a seat."""

    key: str
    name: str
    parts: dict[Place, Part] = field(default_factory=dict)
    """Part of the production of each country and product."""
    states: dict[Place, Part] = field(default_factory=dict)
    """Of a seat, that of plants of states alone."""
    tonnes: dict[tuple[str, str], float] = field(default_factory=dict)
    """Capacity of its plants, by key and name."""
    markets: list[Market] = field(default_factory=list)

    def add(self, market: Market, part: Part, states: Part | None = None) -> None:
        """Add a part of a market; of two bases of one product the larger ends count."""
        for parts, new in ((self.parts, part), (self.states, states)):
            if new is not None:
                old = parts.get(market.place, Part(0.0, 0.0))
                parts[market.place] = Part(max(old.low, new.low), max(old.high, new.high))
        self.markets.append(market)

    @property
    def known(self) -> bool:
        """True if a part of anything is known to stop."""
        return any(part.low > 0 for part in self.parts.values())

    @property
    def sites(self) -> list[str]:
        """Names of its plants, the largest capacity first."""
        largest = sorted(self.tonnes.items(), key=lambda item: (-item[1], item[0]))
        return list(dict.fromkeys(name for (_, name), _ in largest))

    @property
    def largest(self) -> Market | None:
        """The market of which it has the largest part; None without plants."""
        return max(self.markets, key=lambda market: self.parts[market.place], default=None)

    @property
    def coverage(self) -> tuple[float | None, float | None]:
        """The coverage of that market."""
        return self.largest.coverage if self.largest else (None, None)

    @property
    def countries(self) -> list[str]:
        """The countries of its plants, the largest part first."""
        places = sorted(self.parts, key=lambda place: (*(-end for end in self.parts[place]), place))
        return list(dict.fromkeys(country for country, _ in places))

    @property
    def sources(self) -> list[str]:
        """The sources of the capacities and of the production beside them."""
        keys = {row["source"] for market in self.markets for row in market.capacities
                if (row["plant"], row["name"]) in self.tonnes}  # fmt: skip
        return sorted(keys | {market.output.source for market in self.markets if market.output})


@dataclass(frozen=True, eq=False)
class Stoppages:
    """All stoppages of one kind in the markets of some products."""

    plants: Plants
    markets: Sequence[Market]
    level: str
    view: str
    stoppages: Mapping[str, Stoppage]
    open_tonnes: Mapping[tuple[str, str, str | None], float]
    """Capacity of each market that may be anybody's."""

    def unknown(self, places: Iterable[Place]) -> dict[Place, Part]:
        """Return the part of the production of some places that is of no known plant or owner."""
        known: dict[Place, float] = {}
        for market in self.markets:
            tonnes = market.total - self.open_tonnes[market.country, market.product, market.basis]
            part = 0.0 if market.whole == inf else tonnes / market.whole
            known[market.place] = max(known.get(market.place, 0.0), part)
        rest = {place: 1.0 - known.get(place, 0.0) for place in places}
        return {place: Part(part, part) for place, part in rest.items() if part > 0}

    def described(self, markets: Iterable[Market]) -> tuple[Capacity, ...]:
        """Describe the coverage of some markets."""
        return tuple(market.described for market in dict.fromkeys(markets))

    def sources(self, markets: Iterable[Market]) -> list[pa.Table]:
        """Return tables of the sources of some markets, and of who owns and runs the plants."""
        keys = {row["source"] for market in markets for row in market.capacities}
        keys |= {market.output.source for market in markets if market.output}
        return [pa.table({"source": pa.array(sorted(keys), pa.string())}), *self.plants.tables]


def stoppages(
    catalog: Catalog, products: Sequence[str], period: str | None, level: str, view: str
) -> Stoppages:
    """Collect what stops with each plant, each company, or the owners of each seat.

    Parameters
    ----------
    products : sequence of str
        The products of which plants count.
    period : str, optional
        The period of the production that the capacities are set beside; by default the newest.
    level : {"plant", "company", "seat"}
    view : {"control", "equity"}
        Control: an owner of more than half stops the whole plant, and the owners of a seat do
        together. Equity: each its share.

    Raises
    ------
    GraphkitError
        No mine or plant of these products is known.
    """
    meaning = catalog.materials.in_text(*products)
    goods = Scope(meaning, tuple(products), meaning, Goods(meaning))
    plants = plants_of(catalog, goods, None)
    figures = figures_of(catalog, goods, period).with_amounts()
    rows: dict[tuple[str, str, str | None], list[Row]] = {}
    for row in plants.capacities:
        if row["tonnes"]:
            rows.setdefault((row["country"], row["product"], row["basis"]), []).append(row)
    markets = [
        Market(*key, capacities, output_of(figures, {key[0]}, *key[1:]))
        for key, capacities in sorted(rows.items(), key=str)
    ]

    def name_of(owner: str) -> str:
        return plants.names[owner] if level == COMPANY else catalog.name_of(owner) or owner

    return ended(plants, markets, level, view, name_of)


def ended(
    plants: Plants, markets: Sequence[Market], level: str, view: str,
    name_of: Callable[[str], str] = str,
) -> Stoppages:  # fmt: skip
    """Collect what stops with each plant, company or seat in some markets."""
    stops: dict[str, Stoppage] = {}
    open_tonnes: dict[tuple[str, str, str | None], float] = {}
    divide = _divide(plants, level, view)
    for market in markets:
        key = market.country, market.product, market.basis
        if level == PLANT:
            open_tonnes[key] = 0.0
            for plant, part in _plant_parts(market):
                stop = stops.setdefault(plant["plant"], Stoppage(plant["plant"], plant["name"]))
                stop.add(market, part)
                stop.tonnes[plant["plant"], plant["name"]] = plant["tonnes"]
            continue
        every = divide([(row["plant"], row["tonnes"]) for row in market.capacities])
        running = divide(market.running())
        open_tonnes[key] = every.rest
        for owner in {**every.shares, **dict.fromkeys(_possible(plants, every, level))}:
            known, share = running.shares.get(owner), every.shares.get(owner, Share())
            low, states = (known.low, known.states) if known else (0.0, 0.0)
            high = min(market.total, share.low + share.behind + every.rest)
            stop = stops.setdefault(owner, Stoppage(owner, name_of(owner)))
            stop.add(market, market.part(low, high), market.part(states, high))
            for row in market.capacities:
                if row["plant"] in share.plants:
                    stop.tonnes[row["plant"], row["name"]] = row["tonnes"]
    return Stoppages(plants, markets, level, view, stops, open_tonnes)


def _divide(
    plants: Plants, level: str, view: str
) -> Callable[[Iterable[tuple[str, float]]], Division]:
    """Choose how capacities are divided among companies or seats."""
    if level == SEAT and view == "control":
        return lambda capacities: commanded(plants.owners, capacities)
    return lambda capacities: divided(
        plants.owners, capacities, by_seat=level == SEAT, control=view == "control"
    )


def _possible(plants: Plants, division: Division, level: str) -> list[str]:
    """List the owners, or their seats, who may have plants of which it is not known who has."""
    owners = plants.owners
    companies = {
        company
        for plant in division.open_plants for stake in owners.stakes.get(plant, ())
        for company in owners.above(stake.owner)
    }  # fmt: skip
    keys = companies if level == COMPANY else {owners.seat_of[company] for company in companies}
    return sorted(key for key in keys if key is not None)


def _plant_parts(market: Market) -> Iterator[tuple[Row, Part]]:
    """Yield each plant of a market with its part; one that stands still surely takes nothing."""
    by_plant: dict[str, list[Row]] = {}
    for row in market.capacities:
        by_plant.setdefault(row["plant"], []).append(row)
    for rows in by_plant.values():
        whole = fsum(row["tonnes"] for row in rows)
        running = fsum(row["tonnes"] for row in rows if runs(row["status"]))
        yield {**rows[0], "tonnes": whole}, market.part(running, whole)


def coverage_notes(
    catalog: Catalog, stop: Stoppage, described: Sequence[Capacity],
    verb: str = "stops",
) -> list[Note]:  # fmt: skip
    """Note each part that stops, with the coverage of the capacity that it is a part of."""
    notes = []
    largest = sorted(described, key=lambda c: [-end for end in stop.parts[c.country, c.product]])
    for capacity in largest[:MOST_MARKETS]:
        part = stop.parts[capacity.country, capacity.product]
        goods = catalog.materials.in_text(capacity.product)
        where = catalog.place_in_text(capacity.country)
        basis = f"counting {capacity.basis}" if capacity.basis else "of a basis that is not stated"
        notes.append(
            Note(
                f"{goods[:1].upper()}{goods[1:]} of {where}: {in_percent(*part)} of its production "
                f"{verb}. Capacity of {capacity.capacity_tonnes:,.0f} t a year is known there, "
                f"{basis}, {_covered(capacity)}.",
                (capacity.product,),
            )
        )
    if len(largest) > MOST_MARKETS:
        notes.append(Note(f"{len(largest) - MOST_MARKETS} more capacities: in JSON."))
    return notes


def _covered(capacity: Capacity) -> str:
    """Say how much of the published production a known capacity is."""
    low, high = capacity.coverage_low, capacity.coverage_high
    least = high if low is None else low
    if least is None:
        return "beside which no production is published: its coverage is unknown"
    times = in_percent(low, high)
    less = "; less than half is known" if least < HALF else ""
    return f"{times} of what was made in {capacity.output_period} ({capacity.output_source}){less}"
