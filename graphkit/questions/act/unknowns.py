"""Unpublished figures behind wide ranges: what each would tell, and where it could be had."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from graphkit.analysis.ownership import Ownership, divided
from graphkit.analysis.supply.tracing import origin_shares
from graphkit.analysis.supply.unknowns import (
    INPUTS,
    OPEN,
    PRODUCTION,
    TRADE,
    Figure,
    OpenShare,
    Turn,
    told,
    turns,
    verdict,
)
from graphkit.answers.absence import Absence
from graphkit.answers.answer import Answer, without_empty
from graphkit.answers.columns import NUMBER, Column, plain_columns, schema_of
from graphkit.answers.coverage import Entry
from graphkit.answers.figures import IN_SOME_ROWS, UNFIT, percent, short_text
from graphkit.answers.note import Note
from graphkit.answers.terms import Term
from graphkit.arrow import SHARE
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.materials import Scope
from graphkit.catalog.tables import COUNTRIES
from graphkit.errors import GraphkitError, UsageError
from graphkit.names import Entity, possessive
from graphkit.questions.plants.facilities import Plants, plants_of
from graphkit.questions.question import checked
from graphkit.questions.shared.claim_scope import ClaimScope
from graphkit.questions.shared.periods import periods_by_product
from graphkit.questions.shared.supply import RANGE, Supply, supply_of
from graphkit.questions.shared.supply_answer import METHOD, buyer_in, supply_answer

OWNER, COMPOSITION, WEIGHT, YEAR = "owner of a plant", "composition of a code", "weight", "year"
ORIGIN, SEAT = "origin of imports", "seat of owners"
SHARE_OF_ORIGIN = "share"
NOTABLE = 0.005
"""Points from which a narrower range is told of."""
MOST_TRIED, MOST_ROWS = 120, 8
"""Figures that are tried in one answer, and rows of one range."""
FEWEST_TRIED = 4
UNKNOWNS = (
    Column("consumer", "Consumer"),
    Column("range_of", "Range of", "origin of imports: the share of a country in the imports of "
           "the consumer, or of all; seat of owners: that in the known capacity of the world",
           rank=3),
    Column("product", "Product"),
    Column("period", "Period", rank=4),
    Column("traced_to", "Traced to", rank=2),
    Column("origin", "Origin", "country whose share the range is of: where the stage's work was "
           "done, or the seat of owners", rank=1),
    *(replace(column, unit=SHARE + IN_SOME_ROWS) for column in RANGE),
    Column("figure", "Not published", "the unknown figure: production; origin of inputs (the share "
           "of the origin in what a country made the product of); unseen trade (its share in what "
           "a country has of a product whose trade no table shows); owner of a plant; composition "
           "of a code; weight; year", rank=0),
    Column("place", "Of", "country, or plant, that the figure is of", ref="place", rank=0),
    Column("good", "Good", "product that the figure is of", ref="material", rank=1),
    Column("figure_low", "", "least that the figure can be, in its unit", type=NUMBER),
    Column("figure_high", "", "most that it can be; empty: nothing bounds it", type=NUMBER),
    Column("figure_unit", "", "USD or t of a production, as trade counts it; share of an origin"),
    Column("estimate", "", "production as it is estimated in shares as traced", type=NUMBER),
    Column("reduction", "Narrows by", "points by which the range narrows at least, whatever the "
           "figure turns out to be", SHARE + IN_SOME_ROWS, NUMBER, rank=0),
    Column("mean_reduction", "on average", "points by which it narrows on average, over values in "
           "even steps of their effect", SHARE + IN_SOME_ROWS, NUMBER, rank=2),
    Column("part", "Touches", "0 to 1, part of the imports that the figure may move: as traced, "
           "if every country makes as little as it can", SHARE + IN_SOME_ROWS, NUMBER, rank=3),
    Column("verdict", "Verdict", "of the range beside the threshold: above, at most, or cannot be "
           "told", rank=2),
    Column("settled", "Would settle it", "values of the figure alone that would settle the "
           "verdict", rank=1),
    Column("off_by", "", "how far the production would have to be from the estimate to settle it, "
           "as a part of the estimate", type=NUMBER),
    Column("where", "Where to be had", "who publishes such figures, by the sources of the graph",
           rank=2),
    *plain_columns("measure", "source"),
)  # fmt: skip
SHOWN = (
    "consumer", "range_of", "product", "traced_to", "origin", "low", "high", "figure", "place",
    "good", "reduction", "mean_reduction", "part", "verdict", "settled", "where",
)  # fmt: skip
NO_TRADE = "trade of {place} in {goods} by partner, {period}, which no table here has"
NO_TABLE = "output of {goods} in {place}, {period}: its statistics, or the makers"
OF_INPUTS = "inputs of {goods} in {place} by origin, {period}: its customs, or the makers"


@checked(UNKNOWNS)
def unknowns(
    catalog: Catalog,
    consumer: str | None = None,
    *,
    scope: str | None = None,
    on: str | None = None,
    threshold: float | None = None,
    period: str | None = None,
    by: str = "usd",
    dataset: str | None = None,
) -> Answer:
    """Rank unpublished figures by how much each would narrow a range for sure.

    Returns
    -------
    Answer
        For each product and stage the range of the largest origin, or of one country, and a row
        for each figure that would narrow it or settle its verdict, the largest guaranteed
        reduction first; then plants whose owners are unknown, and what no range holds.

    Raises
    ------
    UsageError
        Unknown name, invalid period, or no scope.
    GraphkitError
        No trade is in scope, or none of the consumer; the message lists what is known.
    """
    if scope is None:
        raise UsageError("`scope`: found none, wanted minerals or products")
    catalog = catalog.using(dataset)
    goods = catalog.materials.scope(scope)
    buyer = None if consumer is None else catalog.place(consumer)
    seller = None if on is None else catalog.place(on)
    if seller is not None and seller.is_group:
        raise UsageError(f"`on`: found {seller.in_text}, wanted one country")
    group = buyer if buyer is not None and buyer.is_group else None
    supply = supply_of(catalog, goods, period, measure=by, merged=group, partial_trade=True)
    buyer_key = None if buyer is None else buyer_in(catalog, supply, buyer)
    ranges = _Ranges(catalog, supply, buyer_key, seller, threshold)
    try:
        known = plants_of(catalog, goods, None)
    except GraphkitError:  # no plant of these is known
        seats, tables = [], ()
    else:
        seats, tables = [*_seats(known, threshold)], known.tables
    rows = [*ranges.rows(), *seats, *_outside(catalog, supply, goods, buyer_key)]
    shared = {"consumer": buyer_key, "period": supply.period, "measure": by}
    table = pa.Table.from_pylist([{**shared, **row} for row in rows], schema_of(UNKNOWNS))
    whose = f"{possessive(buyer.in_text)} imports of" if buyer else "all trade in"
    return supply_answer(
        catalog,
        f"Which unpublished figures would tell most about {whose} {goods.meaning}?",
        ClaimScope(buyer, seller, goods, supply.period), supply, table, UNKNOWNS,
        notes=[*ranges.notes, METHOD, *supply.notes],
        nothing=Absence("No figure by itself would narrow a range for sure."),
        caption="Narrows by: the points that a range loses at least, whatever the figure turns out "
        "to be, all else as it is known.",
        more=(Narrowed(threshold, ranges.summary),),
        also=(*tables, table.select(["source"])), shown=without_empty(table, SHOWN, "figure"),
        grouped_by=("range_of", "product", "traced_to"),
    )  # fmt: skip


@dataclass(frozen=True)
class OpenRange(Entry):
    """A range, its verdict, and how many figures are behind it and were tried."""

    product: str
    traced_to: str
    origin: str
    low: float
    high: float
    verdict: str | None
    figures: int
    tried: int


@dataclass(frozen=True)
class Narrowed(Term):
    """The ranges that figures would narrow, and the share at which a range decides."""

    ASSUMED = ("threshold",)
    threshold: float | None
    ranges: tuple[OpenRange, ...]


@dataclass(frozen=True, eq=False)
class _Ranges:
    """The ranges of a question, one for each product and stage, and the figures behind each."""

    catalog: Catalog
    supply: Supply
    buyer: str | None
    seller: Entity | None
    threshold: float | None

    @cached_property
    def open_shares(self) -> list[tuple[str, OpenShare]]:
        """Each range with its product, in order of the chain."""
        network = self.supply.network
        consumers = None if self.buyer is None else [self.buyer]
        nodes = network.select(consumers, self.supply.products_in_scope, "imports")
        orders = dict(zip(network.stages, network.nodes.orders, strict=True))
        shares = []
        for product in self.supply.products_in_scope:
            place = network.products.index(product)
            importers = nodes[network.nodes.product[nodes] == place]
            behind = np.flatnonzero(network.inputs.behind[place])
            stages = {network.stages[other] for other in behind}
            for stage in sorted(stages, key=orders.__getitem__) if len(importers) else ():
                origin = self._origin(importers, stage)
                shares.append((product, OpenShare(network, importers, stage, origin)))
        return shares

    def _origin(self, importers: np.ndarray, stage: str) -> int:
        """Choose the country asked for, or the largest origin as traced, or else any country."""
        network = self.supply.network
        if self.seller is not None:
            if self.seller.key in network.countries:
                return network.countries.index(self.seller.key)
            return len(network.countries)
        imports = network.trade.imports[importers]
        shares = network.trade.imported[importers] @ origin_shares(network, stage).share
        parts = imports @ shares
        return int(np.argmax(parts)) if parts.any() else len(network.countries)

    @cached_property
    def summary(self) -> tuple[OpenRange, ...]:
        """Each range, with its verdict and the number of its figures, as an entry of the scope."""
        number = max(FEWEST_TRIED, MOST_TRIED // max(1, len(self.open_shares)))
        return tuple(
            OpenRange(
                product,
                share.stage,
                share.name,
                *share.ends,
                self._verdict(share),
                len(figures),
                sum(figure.part >= NOTABLE / 2 for figure in figures[:number]),
            )
            for (product, share), figures in zip(self.open_shares, self._figures, strict=True)
        )

    def _verdict(self, share: OpenShare) -> str | None:
        return None if self.threshold is None else verdict(share.ends, self.threshold)

    @cached_property
    def _figures(self) -> list[list[Figure]]:
        """The figures behind each range."""
        lists = []
        for _, share in self.open_shares:
            lists.append(share.figures if share.ends[1] - share.ends[0] > NOTABLE else [])
        return lists

    @cached_property
    def _rows(self) -> list[list[dict[str, Any]]]:
        """Rows of each range."""
        rows = []
        for (product, share), figures, summary in zip(
            self.open_shares, self._figures, self.summary, strict=True
        ):
            some = [
                row for figure in figures[: summary.tried]
                if (row := self._row(product, share, figure)) is not None
            ]  # fmt: skip
            some.sort(key=lambda row: (
                -round(row["reduction"], 9), row["settled"] is None,
                -round(row["mean_reduction"], 9), -row["part"], row["place"], row["good"],
            ))  # fmt: skip
            rows.append(some)
        return rows

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield the rows of all ranges: the open ones first, then those that narrow most."""
        order = sorted(self._rows, key=lambda rows: (
            bool(rows) and rows[0]["verdict"] not in (None, OPEN),
            -rows[0]["reduction"] if rows else 0.0,
        ))  # fmt: skip
        for rows in order:
            yield from rows[:MOST_ROWS]

    def _row(self, product: str, share: OpenShare, figure: Figure) -> dict[str, Any] | None:
        """Describe a figure; None if it would neither narrow the range nor settle the verdict."""
        result = told(share, figure)
        settled = [] if self.threshold is None else turns(share, figure, self.threshold)
        gain = result.width - result.mean
        if not settled and result.guaranteed < NOTABLE and gain < NOTABLE:
            return None
        network = self.supply.network
        country = network.nodes.countries[network.nodes.country[figure.node]]
        good = network.nodes.products[network.nodes.product[figure.node]]
        is_production = figure.kind == PRODUCTION
        estimate = float(network.production.amount[figure.node]) if is_production else None
        unit = network.unit if is_production else SHARE_OF_ORIGIN
        return {
            "range_of": ORIGIN, "product": product,
            "traced_to": share.stage, "origin": share.name, "low": share.ends[0],
            "high": share.ends[1], "figure": figure.kind, "place": country, "good": good,
            "figure_low": figure.least,
            "figure_high": figure.most if np.isfinite(figure.most) else None,
            "figure_unit": unit, "estimate": estimate, "reduction": result.guaranteed,
            "mean_reduction": gain, "part": figure.part, "verdict": self._verdict(share),
            "settled": "; ".join(_in_words(turn, figure, unit) for turn in settled) or None,
            "off_by": _off_by(settled, estimate),
            **self._published(figure, country, good),
        }  # fmt: skip

    def _published(self, figure: Figure, country: str, good: str) -> dict[str, Any]:
        """Name the table, code and year that would tell a figure, and the nearest source."""
        place, in_text = self.catalog.place_in_text(country), self.catalog.materials.in_text
        series = [one for one in self.supply.coverage.series if one.product == good]
        code = f" (HS {series[0].hs})" if series and series[0].hs else ""
        names = {"goods": f"{in_text(good)}{code}", "place": place, "period": self.supply.period}
        if figure.kind == INPUTS:
            return {"where": OF_INPUTS.format(**names)}
        tables: dict[str, list[Mapping[str, Any]]] = {}
        for row in _production(self.catalog, good):
            if row["type"] in COUNTRIES:
                tables.setdefault(row["source"], []).append(row)
        wanted = (NO_TRADE if figure.kind == TRADE else NO_TABLE).format(**names)
        for source, rows in sorted(tables.items(), reverse=True):
            if own := [row for row in rows if row["country"] == country]:
                last = max(own, key=lambda row: row["period"])
                state = "withholds its output of" if last["qualifier"] == "withheld" else (
                    "has its output of"
                )  # fmt: skip
                nearest = f"{_publisher(self.catalog, source)} {state} {last['period']}"
                return {"where": f"{wanted}; nearest: {nearest}", "source": source}
        if tables:
            source = max(tables, key=lambda key: (max(r["period"] for r in tables[key]), key))
            number = len({row["country"] for row in tables[source]})
            nearest = f"{_publisher(self.catalog, source)} lists {number} other countries"
            return {"where": f"{wanted}; nearest: {nearest}", "source": source}
        return {"where": wanted}

    @property
    def notes(self) -> list[Note]:
        """Say which verdicts are safe from one figure, and how many figures were tried."""
        notes, in_text = [], self.catalog.materials.in_text
        for summary, rows in zip(self.summary, self._rows, strict=True):
            name = f"{in_text(summary.product)}, {in_text(summary.traced_to).lower()}"
            origin = summary.origin
            place = self.catalog.place(origin).in_text if len(origin) == 3 else origin
            ends = f"{percent(summary.low)} to {percent(summary.high)}"
            beside = f"{self.threshold or 0:.0%}".replace("%", " %")
            if summary.verdict == OPEN and not any(row["settled"] for row in rows):
                notes.append(
                    Note(
                        f"{name}: no one figure of the {summary.tried:,} tried would settle "
                        f"whether {place} is above {beside} ({ends}).",
                        (summary.product,),
                    )
                )
            elif summary.verdict not in (None, OPEN):
                notes.append(
                    Note(
                        f"{name}: {place} has {ends}, {summary.verdict} {beside}: safe from any "
                        "one unpublished figure, and from all together.",
                        (summary.product,),
                    )
                )
            elif summary.verdict is None and summary.figures and not (
                rows and rows[0]["reduction"] >= NOTABLE
            ):  # fmt: skip
                notes.append(
                    Note(
                        f"{name}: no one figure of the {summary.tried:,} tried narrows the "
                        f"range of {place} ({ends}) for sure.",
                        (summary.product,),
                    )
                )
        left = sum(summary.figures - summary.tried for summary in self.summary)
        if left:
            notes.append(
                Note(
                    f"Not tried: {left:,} figures that smaller parts of the imports pass, as "
                    "traced."
                )
            )
        return notes


def _in_words(turn: Turn, figure: Figure, unit: str) -> str:
    """Say which values of a figure settle a verdict.

    >>> _in_words(Turn("above", 0.25, 1.0), Figure("origin of inputs", 0, 0.0, 1.0, 1.0), "share")
    'above from 25.0 % on'
    """

    def text(value: float) -> str:
        return percent(value) if unit == SHARE_OF_ORIGIN else f"{short_text(value, unit)} {unit}"

    first, last = figure.at(0.0), figure.at(1.0)
    if turn.least <= first and turn.most >= last:
        return f"{turn.verdict} whatever it is"
    if turn.most >= last:
        return f"{turn.verdict} from {text(turn.least)} on"
    if turn.least <= first:
        return f"{turn.verdict} up to {text(turn.most)}"
    return f"{turn.verdict} from {text(turn.least)} to {text(turn.most)}"


def _off_by(settled: Sequence[Turn], estimate: float | None) -> float | None:
    """Compute how far a production would have to be from its estimate to settle a verdict."""
    if not settled or not estimate:
        return None
    nearest = [min(max(estimate, turn.least), turn.most) - estimate for turn in settled]
    return float(min(nearest, key=abs) / estimate)


def _production(catalog: Catalog, good: str) -> list[dict[str, Any]]:
    """Read all published production of a product."""
    periods = {
        row["period"] for row in catalog.rows("production-periods").to_pylist()
        if row["product"] == good
    }  # fmt: skip
    if not periods:
        return []
    rows = catalog.rows("production", products=[good], periods=sorted(periods))
    return list(rows.to_pylist())


def _publisher(catalog: Catalog, key: str) -> str:
    """Name the publisher of a source."""
    for row in catalog.nodes("Source").to_pylist():
        if row["key"] == key:
            return str(row["publisher"] or key)
    return key


def _seats(known: Plants, threshold: float | None) -> Iterator[dict[str, Any]]:
    """Yield the plants whose unknown owners leave most of the share of the largest seat open.

    Whoever owns a plant, its unknown part of the capacity is nobody else's: the range of each seat
    narrows by exactly that.
    """
    products: dict[tuple[str, str | None], list[Mapping[str, Any]]] = {}
    for row in known.capacities:
        if row["tonnes"]:
            products.setdefault((row["product"], row["basis"]), []).append(row)
    for (product, _), rows in sorted(products.items(), key=lambda item: -len(item[1])):
        pairs = [(row["plant"], row["tonnes"]) for row in rows]
        division = divided(known.owners, pairs, by_seat=True, control=False)
        if not division.shares or not division.rest:
            continue
        seat = max(division.shares, key=lambda key: (division.shares[key].low, key))
        ends = (division.shares[seat].low / division.total, division.high(seat) / division.total)
        names = {row["plant"]: row["name"] for row in rows}
        parts: dict[str, float] = {}
        for plant, tonnes in pairs:
            parts[plant] = parts.get(plant, 0.0) + tonnes * open_part(known.owners, plant)
        largest = sorted(parts, key=lambda plant: (-parts[plant], names[plant]))
        for plant in largest[:MOST_ROWS]:
            reduction = parts[plant] / division.total
            if reduction < NOTABLE:
                break
            yield {
                "range_of": SEAT, "product": product, "origin": seat, "low": ends[0],
                "high": ends[1], "figure": OWNER, "place": names[plant], "good": product,
                "figure_unit": SHARE_OF_ORIGIN, "figure_low": 0.0, "figure_high": 1.0,
                "reduction": reduction, "mean_reduction": reduction,
                "verdict": None if threshold is None else verdict(ends, threshold),
                "settled": _settled_by_owner(ends, reduction, threshold),
                "where": "reports of the company that runs it, or the register of companies",
                "source": "+".join(sorted({r["source"] for r in rows if r["plant"] == plant})),
            }  # fmt: skip


def open_part(owners: Ownership, plant: str) -> float:
    """Compute the part of a plant that may be of any seat."""
    division = divided(owners, [(plant, 1.0)], by_seat=True, control=False)
    return division.rest


def _settled_by_owner(
    ends: tuple[float, float], reduction: float, threshold: float | None
) -> str | None:
    """Say what an owner would have to be to settle a verdict."""
    if threshold is None or verdict(ends, threshold) != OPEN:
        return None
    texts = []
    if verdict((ends[0] + reduction, ends[1]), threshold) != OPEN:
        texts.append("above, if it is of that seat")
    if verdict((ends[0], ends[1] - reduction), threshold) != OPEN:
        texts.append("at most, if it is not")
    return "; ".join(texts) or None


def _outside(
    catalog: Catalog, supply: Supply, goods: Scope, buyer: str | None
) -> Iterator[dict[str, Any]]:
    """Yield what no range holds: codes with other goods, missing weights, years without trade."""
    fits = catalog.materials.fits(goods, [series.goods for series in supply.coverage.series])
    for series in supply.coverage.series:
        if series.product in supply.products_in_scope and fits.get(series.product) in UNFIT:
            yield {
                "product": series.product, "figure": COMPOSITION,
                "good": series.product, "part": 1.0,
                "where": f"tariff lines of customs offices that split HS {series.hs}",
                "source": series.source,
            }  # fmt: skip
    if supply.measure == "tonnes":
        for product in supply.products_in_scope:
            total = lacking = 0.0
            for flow in supply.flows.select(["product", "consumer", "usd", "tonnes"]).to_pylist():
                if flow["product"] == product and buyer in (None, flow["consumer"]):
                    total += flow["usd"] or 0.0
                    lacking += (flow["usd"] or 0.0) if flow["tonnes"] is None else 0.0
            if total and lacking / total >= NOTABLE:
                yield {
                    "product": product, "figure": WEIGHT, "place": buyer,
                    "good": product, "part": lacking / total,
                    "where": "customs of the exporter, or of the importer",
                }  # fmt: skip
    available = periods_by_product(catalog.traded)
    for product in catalog.materials.products:
        if product in goods.products and product in available and (
            product not in supply.products_in_scope
        ):  # fmt: skip
            yield {
                "product": product, "figure": YEAR, "good": product,
                "where": f"trade of {supply.period}: the newest in the graph is of "
                f"{max(available[product])}",
            }  # fmt: skip
