"""Stoppages: what the end of plants, or of all that an owner can stop, takes from production.

A plant's part of a country's production is what it is published to have made in the year; else that
of its capacity in the country's: from that of what the country made, where that is more than its
known capacity, to that of what is known. An old capacity bounds nothing where newer facts speak
against it. Where no production is published on such a basis, the part may be next to nothing, and
is not known. The published output of a company as a whole is the most that it decides on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import fsum, inf

import pyarrow as pa

from graphkit.analysis.ownership import Division, Ownership, Share, commanded, divided
from graphkit.analysis.supply.nodes import shortened
from graphkit.analysis.supply.production_cut import Part
from graphkit.answers.coverage import Capacity
from graphkit.answers.goods import Goods
from graphkit.answers.note import Note
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.materials import Scope
from graphkit.questions.plants.capacity_coverage import (
    Output,
    PlantOutput,
    in_percent,
    output_of,
    outputs_of_plants,
    stands_for,
    years_of,
)
from graphkit.questions.plants.company_outputs import CompanyOutput, company_outputs
from graphkit.questions.plants.facilities import Plants, Row, plants_of, runs
from graphkit.questions.shared.production import Figures, figures_of

PLANT, COMPANY, SEAT = "plant", "company", "seat"
CONTROL = "control"
ANY = Part(0.0, 1.0)
"""A part of which nothing is known."""
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
    outputs: Mapping[str, Mapping[str, PlantOutput]] = field(default_factory=dict)
    """Published output of plants of the country, by plant and period."""
    companies: Mapping[str, CompanyOutput] = field(default_factory=dict)
    """Published output of companies as a whole in the year of the production."""

    @property
    def place(self) -> Place:
        """Country and product."""
        return self.country, self.product

    @cached_property
    def total(self) -> float:
        """Known capacity in tonnes a year."""
        return fsum(row["tonnes"] for row in self.capacities)

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
            capacity_as_of=years_of(self.capacities),
            output_tonnes_low=output.low if output else None,
            output_tonnes_high=output.high if output and output.high < inf else None,
            output_period=output.period if output else None,
            output_source=output.source if output else None,
        )  # fmt: skip

    @cached_property
    def plant_outputs(self) -> Mapping[str, PlantOutput]:
        """Published output of plants of the country in the year of the production."""
        year = self.output.period if self.output else ""
        return {key: periods[year] for key, periods in self.outputs.items() if year in periods}

    @property
    def output_sources(self) -> frozenset[str]:
        """The sources of the production, and of what its plants made in that year."""
        own = {self.output.source} if self.output else set()
        plants = (amount.sources for amount in self.plant_outputs.values())
        companies = (amount.sources for amount in self.companies.values())
        return frozenset(own).union(*plants, *companies)

    @cached_property
    def _rest(self) -> tuple[float, float, float]:
        """Least and most production of plants without a figure, and their known capacity."""
        figures = self.plant_outputs
        total = fsum(row["tonnes"] for row in self.capacities if row["plant"] not in figures)
        if self.output is None:
            return 0.0, inf, total
        low = self.output.low - fsum(amount.high for amount in figures.values())
        high = self.output.high - fsum(amount.low for amount in figures.values())
        return max(0.0, low), max(0.0, high), total

    @cached_property
    def parts(self) -> Sequence[tuple[Row, Part]]:
        """The part of each plant in the country's production, at least and at most."""
        by_plant: dict[str, list[Row]] = {}
        for row in self.capacities:
            by_plant.setdefault(row["plant"], []).append(row)
        return [
            ({**rows[0], "tonnes": fsum(row["tonnes"] for row in rows)}, self._part(plant, rows))
            for plant, rows in by_plant.items()
        ]

    def _part(self, plant: str, rows: Sequence[Row]) -> Part:
        """Return the part of a plant: what it made, or by capacity of what the others made.

        One that stands still surely takes nothing.
        """
        output = self.output or Output(0.0, inf, "", "")
        if amount := self.plant_outputs.get(plant):
            high = amount.high / output.low if output.low else 1.0
            return Part(min(1.0, amount.low / output.high), min(1.0, high))
        rest_low, rest_high, total = self._rest
        tonnes = fsum(row["tonnes"] for row in rows)
        running = fsum(row["tonnes"] for row in rows if runs(row["status"]))
        stands, bounds = self._standing(plant, rows)
        low = running / max(total, rest_high) if stands else 0.0
        high = tonnes / total if bounds else 1.0
        least = low * rest_low / output.low if output.low else low
        most = high * rest_high / output.high if 0 < output.high < inf else high
        return Part(min(least, most), most)

    def part_of(self, capacity: Row) -> Part:
        """Return the part of one capacity: of a plant with several, in proportion to them."""
        plant, part = next(
            (row, part) for row, part in self.parts if row["plant"] == capacity["plant"]
        )
        ratio = capacity["tonnes"] / plant["tonnes"]
        return Part(ratio * part.low, ratio * part.high)

    def _standing(self, plant: str, rows: Sequence[Row]) -> tuple[bool, bool]:
        """Return whether the capacity of a plant stands for the year, and whether it bounds it."""
        if self.output is None:
            return True, True
        oldest = min(row.get("as_of") or "" for row in rows)
        _, rest, total = self._rest
        periods = self.outputs.get(plant, ())
        return stands_for(oldest, self.output.period, periods, outgrown=rest > total)

    def parts_of_companies(self, owners: Ownership) -> dict[str, Part]:
        """Bound the part of all plants that a company decides on by its published output.

        Such a figure counts all of the plants that it decides on. It surely is of them only if it
        decides on every known plant that the figure may be of.
        """
        output = self.output or Output(0.0, inf, "", "")
        parts: dict[str, Part] = {}
        for company, amount in self.companies.items():
            top = owners.controller(company)
            sure = owners.candidates(top, control=True) == {top} and all(
                owners.control(plant).parts == {top: 1.0} for plant in amount.plants
            )
            low = min(1.0, amount.here.low / output.high) if sure and amount.plants else 0.0
            high = min(1.0, amount.here.high / output.low) if output.low and top == company else 1.0
            old = parts.get(top, ANY)
            parts[top] = Part(max(old.low, low), max(old.low, low, min(old.high, high)))
        return parts

    def doubtful(self, plants: Collection[str]) -> list[Row]:
        """List the capacities of some plants that bound nothing in the year."""
        by_plant = {row["plant"]: row for row in self.capacities if row["plant"] in plants}
        return [
            row for plant, row in by_plant.items()
            if plant not in self.plant_outputs and not self._standing(plant, [row])[1]
        ]  # fmt: skip


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
        return sorted(keys.union(*(market.output_sources for market in self.markets)))


@dataclass(frozen=True, eq=False)
class Stoppages:
    """All stoppages of one kind in the markets of some products."""

    plants: Plants
    markets: Sequence[Market]
    level: str
    view: str
    stoppages: Mapping[str, Stoppage]
    known_parts: Mapping[tuple[str, str, str | None], float]
    """Part of the production of each market of which it is known who can stop it."""

    def unknown(self, places: Iterable[Place]) -> dict[Place, Part]:
        """Return the part of the production of some places that is of no known plant or owner."""
        known: dict[Place, float] = {}
        for market in self.markets:
            part = self.known_parts[market.country, market.product, market.basis]
            known[market.place] = max(known.get(market.place, 0.0), part)
        rest = {place: 1.0 - known.get(place, 0.0) for place in places}
        return {place: Part(part, part) for place, part in rest.items() if part > 0}

    def described(self, markets: Iterable[Market]) -> tuple[Capacity, ...]:
        """Describe the coverage of some markets."""
        return tuple(market.described for market in dict.fromkeys(markets))

    def sources(self, markets: Iterable[Market]) -> list[pa.Table]:
        """Return tables of the sources of some markets, and of who owns and runs the plants."""
        keys = {row["source"] for market in markets for row in market.capacities}
        keys = keys.union(*(market.output_sources for market in markets))
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
    markets = markets_of(catalog, plants.capacities, figures)
    if level != PLANT and view == CONTROL:
        markets = with_companies(catalog, plants.owners, markets)

    def name_of(owner: str) -> str:
        return plants.names[owner] if level == COMPANY else catalog.name_of(owner) or owner

    return ended(plants, markets, level, view, name_of)


def markets_of(catalog: Catalog, capacities: Iterable[Row], figures: Figures) -> list[Market]:
    """Sort capacities in tonnes into the markets of a country, product and basis."""
    rows: dict[tuple[str, str, str | None], list[Row]] = {}
    for row in capacities:
        if row["tonnes"]:
            rows.setdefault((row["country"], row["product"], row["basis"]), []).append(row)
    outputs = outputs_of_plants(catalog, {product for _, product, _ in rows})
    return [
        Market(*key, some, output_of(figures, {key[0]}, *key[1:]), outputs.get(key[:2], {}))
        for key, some in sorted(rows.items(), key=str)
    ]


def with_companies(catalog: Catalog, owners: Ownership, markets: Sequence[Market]) -> list[Market]:
    """Set the published output of companies beside the capacities of some markets."""
    years = {(*market.place, market.output.period) for market in markets if market.output}
    outputs = company_outputs(catalog, owners, years)
    return [
        replace(market, companies=outputs.get((*market.place, market.output.period), {}))
        if market.output else market
        for market in markets
    ]  # fmt: skip


def ended(
    plants: Plants, markets: Sequence[Market], level: str, view: str,
    name_of: Callable[[str], str] = str,
) -> Stoppages:  # fmt: skip
    """Collect what stops with each plant, company or seat in some markets."""
    stops: dict[str, Stoppage] = {}
    known: dict[tuple[str, str, str | None], float] = {}
    divide = _divide(plants, level, view)
    for market in markets:
        key = market.country, market.product, market.basis
        sure = min(1.0, fsum(part.low for _, part in market.parts))
        if level == PLANT:
            known[key] = sure
            for plant, part in market.parts:
                stop = stops.setdefault(plant["plant"], Stoppage(plant["plant"], plant["name"]))
                stop.add(market, part)
                stop.tonnes[plant["plant"], plant["name"]] = plant["tonnes"]
            continue
        every = divide([(row["plant"], part.high) for row, part in market.parts])
        surely = divide([(row["plant"], part.low) for row, part in market.parts])
        published = market.parts_of_companies(plants.owners) if view == CONTROL else {}
        if level == SEAT:
            published = _by_seat(plants.owners, published)
        owners = {*every.shares, *_possible(plants, every, level)}
        owners |= {key for key, part in published.items() if part.low > 0}
        least = {
            key: max(surely.shares.get(key, Share()).low, published.get(key, ANY).low)
            for key in sorted(owners)
        }
        total = fsum(least.values())
        known[key] = max(0.0, sure - surely.rest, min(1.0, total))
        for owner, low in least.items():
            most = every.shares.get(owner, Share())
            states = surely.shares.get(owner, Share()).states
            bounds = most.low + most.behind + every.rest, published.get(owner, ANY).high
            high = max(low, min(1.0 - (total - low), *bounds))
            stop = stops.setdefault(owner, Stoppage(owner, name_of(owner)))
            stop.add(market, Part(low, high), Part(states, high))
            for row, _ in market.parts:
                if row["plant"] in most.plants:
                    stop.tonnes[row["plant"], row["name"]] = row["tonnes"]
    return Stoppages(plants, markets, level, view, stops, known)


def _by_seat(owners: Ownership, parts: Mapping[str, Part]) -> dict[str, Part]:
    """Add up the least parts of companies by the seat of those in control; others may add to it."""
    seats: dict[str, Part] = {}
    for company, part in parts.items():
        if (seat := owners.seat(company, control=True)) is not None:
            seats[seat] = Part(min(1.0, seats.get(seat, ANY).low + part.low), 1.0)
    return seats


def _divide(
    plants: Plants, level: str, view: str
) -> Callable[[Iterable[tuple[str, float]]], Division]:
    """Choose how capacities are divided among companies or seats."""
    if level == SEAT and view == CONTROL:
        return lambda capacities: commanded(plants.owners, capacities)
    return lambda capacities: divided(
        plants.owners, capacities, by_seat=level == SEAT, control=view == CONTROL
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
        years = f" ({capacity.capacity_as_of})" if capacity.capacity_as_of else ""
        notes.append(
            Note(
                f"{goods[:1].upper()}{goods[1:]} of {where}: {in_percent(*part)} of its production "
                f"{verb}. Capacity of {capacity.capacity_tonnes:,.0f} t a year{years} is known "
                f"there, {basis}, {_covered(capacity)}.",
                (capacity.product,),
            )
        )
    if len(largest) > MOST_MARKETS:
        notes.append(Note(f"{len(largest) - MOST_MARKETS} more capacities: in JSON."))
    return notes


def doubt_notes(catalog: Catalog, stop: Stoppage) -> Iterator[Note]:
    """Note old capacities that bound nothing, and parts that are what a plant made in the year."""
    name_of = dict(stop.tonnes.keys())
    published: dict[str, list[str]] = {}
    for market in stop.markets[:MOST_MARKETS]:
        goods, output = catalog.materials.in_text(market.product), market.output
        year = output.period if output else "the year"
        if doubtful := market.doubtful(name_of):
            names = shortened([f"{row['name']} ({row['as_of'] or 'no stated year'})"
                               for row in doubtful], 4)  # fmt: skip
            yield Note(
                f"Capacities for {goods} that newer facts speak against, so that they bound "
                f"nothing in {year}: {names}.",
                (market.product,),
            )
        amounts = published.setdefault(market.product, [])
        for key in sorted(name_of.keys() & market.plant_outputs.keys()):
            text = f"{name_of[key]} {in_tonnes(market.plant_outputs[key])} in {year}"
            amounts += [text] * (text not in amounts)
        if company := market.companies.get(stop.key):
            text = f"{stop.name}, all its plants anywhere, {in_tonnes(company)} in {year}"
            amounts += [text] * (text not in amounts)
    for product, amounts in published.items():
        if amounts:
            goods = catalog.materials.in_text(product)
            yield Note(f"Made of {goods}, as published: {shortened(amounts, 4)}.", (product,))


def in_tonnes(output: PlantOutput | CompanyOutput) -> str:
    """Write what a plant or company made, as a range where its sources differ.

    >>> in_tonnes(PlantOutput(9.0, 1200.0, frozenset()))
    '9 to 1,200 t'
    """
    low, high = f"{output.low:,.0f}", f"{output.high:,.0f}"
    return f"{low} t" if low == high else f"{low} to {high} t"


def _covered(capacity: Capacity) -> str:
    """Say how much of the published production a known capacity is."""
    low, high = capacity.coverage_low, capacity.coverage_high
    least = high if low is None else low
    if least is None:
        return "beside which no production is published: its coverage is unknown"
    times = in_percent(low, high)
    less = "; less than half is known" if least < HALF else ""
    return f"{times} of what was made in {capacity.output_period} ({capacity.output_source}){less}"
