"""Owners: who has the capacity of mines and plants, by company or by the seat of the owners."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, inf
from typing import Any

import numpy as np
import pyarrow as pa

from graphkit.analysis.claims.readings import CONTROLLED, OF_THE_LARGEST
from graphkit.analysis.hhi import Markets, indices
from graphkit.analysis.ownership import NO_OWNER, NO_PARENT, Division, Share, divided
from graphkit.answers.answer import Answer, without_empty
from graphkit.answers.columns import COUNT, FLAG, NUMBER, TEXTS, Column, schema_of
from graphkit.answers.coverage import About, Coverage, Entry, lines
from graphkit.answers.figures import HALF, IN_SOME_ROWS, percent
from graphkit.answers.note import Note
from graphkit.answers.terms import By, Measure, Places, Role, Time, View, terms
from graphkit.arrow import SHARE
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.materials import Scope
from graphkit.names import Entity
from graphkit.questions.plants.capacity_coverage import (
    Output,
    in_percent,
    is_enough,
    output_of,
    years_of,
)
from graphkit.questions.plants.facilities import Plants, plants_of, standing_still
from graphkit.questions.question import checked
from graphkit.questions.shared.claim_scope import ClaimScope, claims_about
from graphkit.questions.shared.production import figures_of

UNKNOWN, NOBODY = "unknown", "no single owner"
"""Rows of what may be anybody's, and of plants of which nobody has more than half."""
IN_SOME = f"{SHARE}{IN_SOME_ROWS}"
OWNERS = (
    Column("country", "Country", "where the plants are; empty: anywhere"),
    Column("product", "Product", "product of the graph that the plants can make; empty: plants "
           "without a known capacity", rank=1),
    Column("basis", "Of", "what the capacity counts; empty: the source does not say", rank=3),
    Column("owner", "Owner", "company, government or others; unknown: what may be anybody's; no "
           "single owner: plants of which nobody has more than half", rank=0),
    Column("company", "", "key of the owner", ref="company"),
    Column("seat", "Seat", "country of the owner's seat, where a source states it", ref="place",
           rank=0),
    Column("state_owned", "State", "yes, if it is a state or a source says that a state has most "
           "of it", type=FLAG, rank=4),
    Column("share_low", "Known", "0 to 1, share of the known capacity that is known to be theirs, "
           "through parents", SHARE, NUMBER, rank=0),
    Column("share_high", "At most", "0 to 1, the same with all that may be anybody's", SHARE,
           NUMBER, rank=0),
    Column("share_states", "Of states", "0 to 1, of the known part, that of states and of "
           "companies of which a source says that a state has most", IN_SOME, NUMBER, rank=2),
    Column("share_named", "Named", "0 to 1, share of the known capacity in plants that name them "
           "as an owner without a share", IN_SOME, NUMBER, rank=3),
    Column("tonnes_low", "", "metric tons a year that are known to be theirs, of what the basis "
           "says", "t", NUMBER),
    Column("tonnes_high", "", "metric tons a year, the same with all that may be anybody's", "t",
           NUMBER),
    Column("total_tonnes", "", "metric tons a year, known capacity of the product and basis", "t",
           NUMBER),
    Column("plants", "Plants", "number of mines and plants, or groups with one capacity, in which "
           "they have a known part or are named", type=COUNT, rank=3),
    Column("sites", "", "the largest of them", type=TEXTS),
    Column("output_period", "", "year of the published production that the capacity is set beside"),
    Column("coverage_low", "Over output", "known capacity divided by published production; above 1 "
           "where plants could make more than was made, or the capacity is older", SHARE,
           NUMBER, rank=5),
    Column("coverage_high", "", "the same with the least production", SHARE, NUMBER),
    Column("as_of", "", "years of the capacities, where their sources state them"),
    Column("why", "Why", "reasons for which a part is unknown, with the shares", rank=2),
    Column("source", "Source", rank=6),
)  # fmt: skip
CONTROL = (*CONTROLLED, *OF_THE_LARGEST)
"""Measures of published claims that stand beside the answer."""
CAPTION = {
    "equity": "Equity: each owner has its share, through parents whose shares are known.",
    "control": "Control: an owner of more than half has the whole plant, along chains of owners.",
}
CONVENTIONS = (
    "Shares are of the known capacity, which is no production. Known: by published shares{seats}; "
    "at most: with all that has no known owner{or_seat}. A company stands for shareholders "
    "that no source names with a share."
)
FIRST_SITES = 3
"""Plants that a row names."""
NOTED = 6
"""Blocks of a product and basis that notes speak of."""


@dataclass(frozen=True)
class Block:
    """The known capacity of one product and one basis, and production beside it."""

    product: str
    basis: str | None
    capacities: Sequence[Mapping[str, Any]]
    """Capacities in tonnes; of a plant with several lines, each."""
    output: Output | None

    @property
    def total(self) -> float:
        """Tonnes of all capacities."""
        return fsum(row["tonnes"] for row in self.capacities)

    @property
    def coverage(self) -> tuple[float | None, float | None]:
        """Part of the production that the capacities are, at least and at most."""
        return self.output.coverage(self.total) if self.output else (None, None)

    @property
    def years(self) -> str | None:
        """Years of the capacities, and how many have none."""
        return years_of(self.capacities)


@checked(OWNERS)
def owners(
    catalog: Catalog,
    country: str | None = None,
    *,
    scope: str | None = None,
    by: str = "company",
    view: str = "equity",
    period: str | None = None,
) -> Answer:
    """Divide the known capacity of mines and plants among their owners, or the owners' seats.

    Returns
    -------
    Answer
        Of each product and basis one row for each owner or seat, the largest known share first
        (by name where less than half of what is made is known, or it is not published), and a row
        ``unknown``; first those that can be set beside published production. Then the
        owners of plants without a known capacity.

    Raises
    ------
    UsageError
        Unknown name, with the nearest.
    GraphkitError
        No mine or plant is known.
    """
    place = None if country is None else catalog.place(country)
    goods = catalog.materials.scope(scope)
    known = plants_of(catalog, goods, place)
    figures = figures_of(catalog, goods, period).with_amounts()
    places = {"WLD"} if place is None else set(catalog.members(place))
    blocks = blocks_of(known.capacities, lambda *key: output_of(figures, places, *key))
    rows: list[dict[str, Any]] = []
    summaries: list[BlockSummary] = []
    texts: list[tuple[str, str]] = []
    for block in blocks:
        division = division_of(block, known, by, view)
        summary = _summary(block, division, known, by, view)
        summaries.append(summary)
        if len(summaries) <= NOTED:
            texts += ((summary.product, text) for text in _in_words(catalog, summary, place))
        rows += _rows_of(block, division, known, by)
    rows += _without_capacity(known, by)
    for row in rows:
        row["country"] = place.key if place else None
    table = pa.Table.from_pylist(
        [{column.name: row.get(column.name) for column in OWNERS} for row in rows],
        schema_of(OWNERS),
    )
    published = controlled(catalog, goods, place)
    about = f" for {goods.meaning}" if goods.text else ""
    whose = f" in {place.in_text}" if place else ""
    seats, or_seat = (" and seats", ", share or seat") if by == "seat" else ("", " or share")
    conventions = CONVENTIONS.format(seats=seats, or_seat=or_seat)
    return Answer(
        f"Who owns the known capacity of mines and plants{about}{whose}, by {by}?",
        terms(
            Places(Role.COUNTRY, place.key if place else None), goods.material, By(by), View(view),
            Time(period), Measure("share of the known capacity in tonnes a year"),
        ),
        table,
        OWNERS,
        Coverage(lines({
            "plants": len(known.sites), "blocks": tuple(summaries),
            "plants_without_capacity": len(_bare(known)),
        })),
        catalog.sources(table, *known.tables, published),
        claims=published,
        notes=(*(Note(text, (product,)) for product, text in texts), *goods.notes,
               *_general_notes(known, blocks)),
        caption=" ".join([*(text for _, text in texts[:1]), CAPTION[view], conventions]),
        shown=without_empty(
            table,
            [c.name for c in OWNERS if c.header and c.name not in _hidden(by)],
            "seat" if by == "seat" else "owner", "share_low",
        ),
        grouped_by=("country",),
    )  # fmt: skip


def controlled(catalog: Catalog, goods: Scope, place: Entity | None) -> pa.Table:
    """Select what was published on the control of output and capacity in a place, or anywhere."""
    claims = claims_about(catalog.claims, ClaimScope(None, None, goods, None))
    rows = claims.select(["measure", "located"]).to_pylist()
    mask = [
        row["measure"] in CONTROL and (place is None or row["located"] == place.key) for row in rows
    ]
    return claims.filter(pa.array(mask, pa.bool_()))


def _hidden(by: str) -> tuple[str, ...]:
    """Name the columns that the other kind of rows has."""
    return ("country", "owner", "state_owned") if by == "seat" else ("country", "share_states")


def blocks_of(capacities: Iterable[Mapping[str, Any]], output: Any) -> list[Block]:
    """Sort capacities in tonnes into blocks of one product and basis, in the order of answers."""
    rows: dict[tuple[str, str | None], list[Mapping[str, Any]]] = {}
    for row in capacities:
        if row["tonnes"]:
            rows.setdefault((row["product"], row["basis"]), []).append(row)
    blocks = [Block(*key, some, output(*key)) for key, some in rows.items()]
    return sorted(
        blocks,
        key=lambda block: (
            block.output is None,
            not is_enough(block.coverage[0]),
            -len(block.capacities), block.product, block.basis or "",
        ),
    )  # fmt: skip


def division_of(block: Block, known: Plants, by: str, view: str) -> Division:
    """Divide the capacity of a block."""
    return divided(
        known.owners,
        [(row["plant"], row["tonnes"]) for row in block.capacities],
        by_seat=by == "seat",
        control=view == "control",
    )


def _rows_of(block: Block, division: Division, known: Plants, by: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a block, the largest known share first, the unknown part last.

    Below the floor of what is known they are in the order of names.
    """
    low, high = block.coverage
    sources = {row["source"] for row in block.capacities}
    shared = {
        "product": block.product, "basis": block.basis, "total_tonnes": division.total,
        "coverage_low": low, "coverage_high": high, "as_of": block.years,
        "output_period": block.output.period if block.output else None,
        "source": "+".join(sorted(sources | ({block.output.source} if block.output else set()))),
    }  # fmt: skip
    tonnes: dict[str, float] = {}
    name_of: dict[str, str] = {}
    for row in block.capacities:
        tonnes[row["plant"]] = tonnes.get(row["plant"], 0.0) + row["tonnes"]
        name_of[row["plant"]] = row["name"]

    def part(amount: float) -> float | None:
        return amount / division.total if division.total else None

    def sites(plants: Iterable[str]) -> dict[str, Any]:
        largest = sorted(plants, key=lambda plant: (-tonnes[plant], name_of[plant], plant))
        return {
            "plants": len(largest),
            "sites": [name_of[plant] for plant in largest[:FIRST_SITES]],
        }

    shown = [(key, share) for key, share in division.shares.items() if share.plants]
    if is_enough(low):
        shown.sort(key=lambda item: (-item[1].low, -item[1].named, item[0]))
    else:
        shown.sort(key=lambda item: known.names.get(item[0], item[0]))
    for key, share in shown:
        yield {
            **shared, **_key(key, known, by), **sites(share.plants),
            "tonnes_low": share.low, "tonnes_high": division.high(key),
            "share_low": part(share.low), "share_high": part(division.high(key)),
            "share_states": part(share.states), "share_named": part(share.named) or None,
        }  # fmt: skip
    column = "seat" if by == "seat" else "owner"
    for label, amount in ((NOBODY, division.nobody), (UNKNOWN, division.rest + division.between)):
        if amount > 0:
            is_open = label == UNKNOWN
            row = {
                **shared, column: label, "tonnes_low": amount, "tonnes_high": amount,
                "share_low": part(amount), "share_high": part(amount),
            }  # fmt: skip
            yield row | (
                {"why": _why(division, known), **sites(division.open_plants)} if is_open else {}
            )


def _key(key: str, known: Plants, by: str) -> dict[str, Any]:
    """Name an owner or a seat."""
    if by == "seat":
        return {"seat": key}
    return {
        "owner": known.names[key], "company": key, "seat": known.owners.seat_of[key],
        "state_owned": True if known.owners.is_state(key) else None,
    }  # fmt: skip


def _why(division: Division, known: Plants) -> str:
    """Say why parts are unknown, the largest first, and who runs plants without an owner."""
    parts = dict(division.unknown)
    if division.between:
        parts[NO_PARENT] = parts.get(NO_PARENT, 0.0) + division.between
    reasons = sorted(parts.items(), key=lambda item: (-item[1], item[0]))
    texts = [f"{reason} {percent(amount / division.total)}" if division.total else reason
             for reason, amount in reasons]  # fmt: skip
    runners = [
        name
        for plant in sorted(division.open_plants)
        if not known.owners.stakes.get(plant)
        for name in known.operators.get(plant, ())
    ]
    names = list(dict.fromkeys(runners))
    if names and NO_OWNER in division.unknown:
        more = f" and {len(names) - FIRST_SITES} more" if len(names) > FIRST_SITES else ""
        texts.append(f"run by {', '.join(names[:FIRST_SITES])}{more}")
    return "; ".join(texts)


def _bare(known: Plants) -> list[Mapping[str, Any]]:
    """List the plants without a capacity in tonnes, each once."""
    with_tonnes = {row["plant"] for row in known.capacities if row["tonnes"]}
    with_tonnes |= {plant for key in with_tonnes for plant in known.members.get(key, ())}
    rows = {row["plant"]: row for row in (*known.capacities, *known.others)}
    return [row for plant, row in rows.items() if plant not in with_tonnes]


def _without_capacity(known: Plants, by: str) -> Iterator[dict[str, Any]]:
    """Yield the owners, or their seats, of plants of which no capacity is known in tonnes."""
    shares: dict[str, Share] = {}
    open_plants, rows = [], _bare(known)
    name_of = {row["plant"]: row["name"] for row in rows}
    for row in rows:
        stakes = known.owners.stakes.get(row["plant"], ())
        seat_of = known.owners.seat_of
        keys = {seat_of[stake.owner] if by == "seat" else stake.owner for stake in stakes}
        for key in keys - {None}:
            shares.setdefault(str(key), Share()).plants.add(row["plant"])
        if not keys - {None}:
            open_plants.append(row["plant"])
    source = "+".join(sorted({row["source"] for row in rows}))
    for key, share in sorted(shares.items(), key=lambda item: (-len(item[1].plants), item[0])):
        names = sorted(name_of[plant] for plant in share.plants)
        yield {
            **_key(key, known, by), "plants": len(names), "sites": names[:FIRST_SITES],
            "why": "no capacity in tonnes is known", "source": source,
        }  # fmt: skip
    if open_plants:
        names = sorted(name_of[plant] for plant in open_plants)
        unknown = "seat" if by == "seat" else "owner"
        yield {
            unknown: UNKNOWN, "plants": len(names), "sites": names[:FIRST_SITES],
            "why": f"no capacity in tonnes is known, and no {unknown}", "source": source,
        }  # fmt: skip


def _index(shares: Sequence[float], rest: float) -> tuple[float, float]:
    """Return the least and the most that the HHI can be, where a rest may be anybody's."""
    low = np.array([*shares, 0.0])
    market = Markets(np.array([0]), low, np.minimum(1.0, low + rest), np.array([rest]))
    values = indices(market)
    return float(values["hhi_low"][0]), float(values["hhi_high"][0])


@dataclass(frozen=True)
class Indices(Entry):
    """The concentration of a block's capacity, 0 to 10,000: by owner, by seat and by place."""

    hhi_by_company_low: float
    hhi_by_company_high: float
    hhi_by_seat_low: float
    hhi_by_seat_high: float
    countries: int
    hhi_by_place: float


@dataclass(frozen=True)
class BlockSummary(Entry):
    """The known capacity of a block beside published production, and its concentration."""

    product: str
    basis: str | None
    capacity_tonnes: float
    capacity_as_of: str | None
    output_tonnes_low: float | None
    output_tonnes_high: float | None
    output_period: str | None
    output_source: str | None
    coverage_low: float | None
    coverage_high: float | None
    indices: Indices | None
    """None if less than half of what is made is known."""

    def about(self) -> About:
        """Return it in words: how much is known, and of what it is a part."""
        basis = self.basis or "basis not stated"
        words = f"{self.capacity_tonnes:,.0f} t a year ({basis})"
        if self.output_period:
            part = in_percent(self.coverage_low, self.coverage_high)
            words += f", {part} of the output of {self.output_period}"
        return About(self.product, words)

    def as_object(self) -> dict[str, Any]:
        """Return it as plain data, with its indices if it has any."""
        row: dict[str, Any] = super().as_object()
        return row | (row.pop("indices") or {})


def _summary(block: Block, division: Division, known: Plants, by: str, view: str) -> BlockSummary:
    """Sum up a block: its coverage, and concentration by owner, by seat and by place."""
    output = block.output
    low, high = output.coverage(division.total) if output else (None, None)
    return BlockSummary(
        block.product, block.basis, division.total, block.years,
        output_tonnes_low=output.low if output else None,
        output_tonnes_high=output.high if output and output.high < inf else None,
        output_period=output.period if output else None,
        output_source=output.source if output else None,
        coverage_low=low, coverage_high=high,
        indices=_indices(block, division, known, by, view) if is_enough(low) else None,
    )  # fmt: skip


def _indices(block: Block, division: Division, known: Plants, by: str, view: str) -> Indices:
    """Compute the concentration of a block with capacity."""
    ends: dict[str, tuple[float, float]] = {}
    for other in ("company", "seat"):
        parts = division if other == by else division_of(block, known, other, view)
        ends[other] = _index(
            [share.low / division.total for share in parts.shares.values()],
            (parts.rest + parts.between) / division.total,
        )
    places: dict[str, float] = {}
    for row in block.capacities:
        places[row["country"]] = places.get(row["country"], 0.0) + row["tonnes"]
    hhi, _ = _index([tonnes / division.total for tonnes in places.values()], 0.0)
    return Indices(*ends["company"], *ends["seat"], len(places), hhi)


def _in_words(catalog: Catalog, summary: BlockSummary, place: Entity | None) -> Iterator[str]:
    """State the coverage of a block, and its concentration."""
    name = catalog.materials.in_text(summary.product)
    basis = f"counting {summary.basis}" if summary.basis else "of a basis that is not stated"
    years = f" ({summary.capacity_as_of})" if summary.capacity_as_of else ""
    known = f"{name}, {basis}: {summary.capacity_tonnes:,.0f} t a year are known{years}"
    low, high = summary.coverage_low, summary.coverage_high
    where = place.in_text if place else "the world"
    least = high if low is None else low
    if least is None:
        yield f"Capacity for {known}; no production of {where} is published to set it beside."
    else:
        times = in_percent(low, high)
        above = ""
        if (low or 0.0) > 1:
            above = "; it is more than was made: nameplate is not output, nor of the same year"
        elif (low or high or 0.0) < HALF:
            above = "; less than half is known, so that no owner is the first"
        yield (
            f"Capacity for {known}, {times} of what {where} made in {summary.output_period} "
            f"({summary.output_source}){above}."
        )
    indices = summary.indices
    if indices is None:
        return

    def span(least: float, most: float) -> str:
        return f"{least:,.0f}" if round(least) == round(most) else f"{least:,.0f} to {most:,.0f}"

    company = span(indices.hhi_by_company_low, indices.hhi_by_company_high)
    seat = span(indices.hhi_by_seat_low, indices.hhi_by_seat_high)
    if {company, seat} <= {"0", "0 to 10,000"}:
        return
    text = f"HHI of that capacity: by owner {company}, by seat {seat}"
    beside = f", by country of the plants {indices.hhi_by_place:,.0f}"
    yield f"{text}{beside if indices.countries > 1 else ''}."


def _general_notes(known: Plants, blocks: Sequence[Block]) -> Iterator[Note]:
    """Note blocks without a note, plants that stand still, and those without a capacity."""
    if len(blocks) > NOTED:
        yield Note(f"Coverage of {len(blocks) - NOTED} more products and bases: in JSON.")
    counted = [row for block in blocks for row in block.capacities]
    if still := standing_still(counted):
        yield Note(
            f"{len(still):,} of {len(counted):,} capacities are of plants that stand still or are "
            "not built, as the source puts it; they count."
        )
    if number := len(_bare(known)):
        whole = f"{len(known.sites):,} mines and plants"
        yield Note(f"Of {number:,} of {whole} no capacity in tonnes is known.")
