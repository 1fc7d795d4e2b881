"""Flows of trade: the largest, what both sides report of them, and what a tonne of them costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.balances import usd_per_tonne
from graphkit.analysis.flows import FLOW, MIRROR, RATIO, SIDES
from graphkit.analysis.flows import mirror as measure
from graphkit.answer import COUNT, FLAG, NUMBER, Answer, Column, schema_of, without_empty
from graphkit.arrow import SHARE, UNIT, VALUED, in_order, number
from graphkit.catalog import FIT, Catalog, Scope
from graphkit.errors import GraphkitError
from graphkit.names import Entity, capitalized
from graphkit.period import Period
from graphkit.questions import checked
from graphkit.questions.centrality import (
    BY,
    adding_up,
    behind_each_period,
    network_of,
    with_labels,
)
from graphkit.questions.changes import flows_in, held_periods
from graphkit.questions.trade import (
    as_asked,
    border_of,
    data_set_notes,
    gaps,
    group_as_one,
    in_periods,
    of_code,
    periods_by_product,
    product_notes,
    series_of,
    taken,
    there_are,
)

FLOWS = (
    Column("period", "Period"),
    Column("rank", "Rank", "1 is the largest flow by the measure; flows without it come last",
           type=COUNT),
    Column("exporter", "Exporter", "country or area that sells", rank=0),
    Column("importer", "Importer", "country or area that buys", rank=0),
    Column("usd", "Value", "USD, all products in scope added up", "USD", type=NUMBER),
    Column("tonnes", "Weight", "t, of the flows that give a mass", "t", type=NUMBER),
    Column("share", "Of the trade", "0 to 1, share of the trade of all countries by the measure",
           SHARE, type=NUMBER),
    Column("missing_tonnes_share", "No weight", "0 to 1, share of the value without a mass", SHARE,
           type=NUMBER),
)  # fmt: skip


@checked(FLOWS, (FIT,))
def list_flows(
    catalog: Catalog,
    *,
    scope: str | None = None,
    of: str | None = None,
    period: str | None = None,
    by: str = "usd",
    top: int | None = None,
    dataset: str | None = None,
) -> Answer:
    """List the flows of something between countries, largest first.

    Parameters
    ----------
    scope : str, optional
        Product, HS code, element, mineral, stage or group. Default: everything with trade.
    of : str, optional
        Only the trade of this country or group, on either side.
    period : str, optional
        Default: the newest with data of any product in scope.
    by : {"usd", "tonnes"}
        Order and shares by value or by mass; masses only of one basis.
    top : int, optional
        Only the first ``top`` flows.
    dataset : str, optional
        Data set of trade. Default: the preferred one of each product and period.

    Returns
    -------
    Answer
        One row for each pair of countries. Shares are of the trade of all countries, whatever
        ``of`` is.

    Raises
    ------
    UsageError
        Unknown name or invalid period.
    GraphkitError
        No trade is in scope, or flows must not be added up.
    """
    catalog = catalog.using(dataset)
    asked = catalog.materials.scope(scope)
    place = None if of is None else catalog.place(of)
    found = network_of(catalog, asked, period, by)
    pairs = _by_pair(found.flows, by)
    notes = [*asked.notes, *found.notes]
    if place is not None:
        keys = catalog.members(place) if place.is_group else [place.key]
        ends = (pc.is_in(pairs[end], pa.array(keys)) for end in ("exporter", "importer"))
        pairs = pairs.filter(pc.or_(*ends))
        if not len(pairs):
            raise GraphkitError(f"{place.said} has no trade of {asked.meaning} {found.when}")
        if place.is_group:
            notes.append(f"{group_as_one(place.said, len(keys)).partition(';')[0]}.")
    basis = border_of(found.flows) if by == "usd" else found.basis
    rank = pc.rank(pairs[by], sort_keys="descending", tiebreaker="min")
    rows = pairs.add_column(0, "rank", rank.cast(pa.int64()))
    rows = rows.add_column(0, "period", pa.array([found.periods[0]] * len(rows), pa.string()))
    rows = with_labels(rows, {"by": by, "basis": basis}, behind_each_period(catalog, found.flows))
    products = sorted(set(found.flows["product"].to_pylist()))
    notes += [*adding_up(catalog, found, products, by), *product_notes(catalog.materials, products)]
    whose = f" in the trade of {place.said}" if place else ""
    return Answer(
        f"Who sells {asked.meaning} to whom{whose} {found.when}?",
        {
            "for": asked.text, "meaning": asked.meaning, "hs": asked.code, "products": products,
            "of": place.key if place else None, "period": found.when, "measure": BY[by], "by": by,
        },
        rows if top is None else rows.slice(0, top), FLOWS, found.coverage(),
        catalog.sources(found.flows, asked.elsewhere), elsewhere=asked.elsewhere,
        notes=tuple(notes),
        shown=("rank", "exporter", "importer", "usd", "tonnes", "share", "missing_tonnes_share"),
        caption=f"Counted: {BY[by]}, {basis}. Shares are of all trade between countries; goods "
        "that pass through a country count on each leg.",
    )  # fmt: skip


def _by_pair(flows: pa.Table, by: str) -> pa.Table:
    """Add up the flows of each pair of countries, largest first."""
    unweighed = pc.if_else(pc.is_null(flows["tonnes"]), flows["usd"], 0.0)
    table = pa.table({
        "exporter": flows["supplier"], "importer": flows["consumer"], "usd": flows["usd"],
        "tonnes": flows["tonnes"], "unweighed": unweighed,
    })  # fmt: skip
    # In a fixed order, so that sums do not depend on that of the database.
    table = table.sort_by([(name, "ascending") for name in table.column_names])
    sums = table.group_by(["exporter", "importer"], use_threads=False).aggregate(
        [(name, "sum") for name in ("usd", "tonnes", "unweighed")]
    )
    usd, counted = sums["usd_sum"], sums[f"{by}_sum"]
    total = pa.scalar(pc.sum(counted).as_py() or None, pa.float64())
    pairs = pa.table({
        "exporter": sums["exporter"], "importer": sums["importer"],
        "usd": usd, "tonnes": sums["tonnes_sum"],
        "share": pc.divide(counted, total),
        "missing_tonnes_share": pc.divide(
            sums["unweighed_sum"], pc.if_else(pc.greater(usd, 0.0), usd, None)
        ),
    })  # fmt: skip
    return pairs.sort_by([(by, "descending"), ("exporter", "ascending"), ("importer", "ascending")])


def trade(catalog: Catalog, scope: str | None = None, *, dataset: str | None = None) -> pa.Table:
    """Return all flows in a scope of all periods, one row each.

    Columns: ``period``, ``supplier``, ``consumer``, ``product``, then the HS code, who
    reported it, the data set and source, the basis, ``usd`` and ``tonnes`` with their units.
    A flow without a weight has null tonnes.

    Raises
    ------
    UsageError
        Unknown name or data set; the message suggests the nearest.
    GraphkitError
        Nothing in the scope is traded; the message says what is.

    Examples
    --------
    >>> import graphkit
    >>> with graphkit.open() as graph:
    ...     flows = graph.trade("ree-metals")
    >>> flows.column_names[:4], flows["period"][0].as_py()
    (['period', 'supplier', 'consumer', 'product'], '1995')
    """
    catalog = catalog.using(dataset)
    asked = catalog.materials.scope(scope)
    held, lacking = held_periods(catalog, asked)
    if lacking:
        raise GraphkitError(lacking)
    flows = flows_in(catalog, asked, held)
    order = ("period", "supplier", "consumer", "product")
    names = [*order, *(name for name in flows.column_names if name not in order)]
    flows = in_order(flows.select(names), (*order, "hs", "dataset"))
    for name, unit in UNIT.items():
        place = flows.column_names.index(name)
        flows = flows.set_column(place, number(name, unit), flows[name])
    return flows


REPORTS = (
    Column("supplier", "Exporter"),
    Column("consumer", "Importer"),
    Column("product", "Product"),
    Column("stage", "Stage"),
    Column("period", "Period"),
    Column("usd_exporter", "USD, exporter says",
           "US dollars, at the border in valuation_exporter", type=NUMBER),
    Column("usd_importer", "importer says",
           "US dollars, at the border in valuation_importer", type=NUMBER),
    Column("usd_difference", doc="US dollars, the importer's figure minus the exporter's",
           type=NUMBER),
    Column("usd_ratio", "Ratio", RATIO, type=NUMBER),
    Column("tonnes_exporter", "Tonnes, exporter says",
           "metric tons, on the basis in basis_exporter", type=NUMBER),
    Column("tonnes_importer", "importer says", "metric tons, on the basis in basis_importer",
           type=NUMBER),
    Column("tonnes_difference", doc="metric tons, the importer's figure minus the exporter's",
           type=NUMBER),
    Column("tonnes_ratio", "Ratio", RATIO, type=NUMBER),
)  # fmt: skip
WHY = (
    "Two reports of one flow also differ if goods pass through a third country, cross the end of a "
    "year, are classified differently, or are kept confidential: a difference does not prove an "
    "error."
)
WIDE = 0.1
"""Largest distance from 1 of a ratio that counts as near it."""


@checked(REPORTS, (FIT,))
def mirror(
    catalog: Catalog,
    country: str | None = None,
    *,
    scope: str | None = None,
    period: str | None = None,
) -> Answer:
    """Compare what exporters and importers report of the same trade.

    Parameters
    ----------
    country : str, optional
        Only trade of this country or group, on either side.
    scope : str, optional
        Product, HS code, element, mineral, stage or group. Default: everything.
    period : str, optional
        Default: for each product, the newest that both sides report.

    Returns
    -------
    Answer
        One row for each flow that both sides report, largest difference in value first. The
        coverage counts what only one side reports.

    Raises
    ------
    UsageError
        Unknown name or invalid period; the message suggests the nearest.
    GraphkitError
        Both sides report no flow in this scope; the message lists what is known.
    """
    place = None if country is None else catalog.place(country)
    wanted = catalog.materials.scope(scope)
    flows = _reports(catalog, place, wanted)
    every = measure(flows)
    both = every.filter(pc.equal(every["reported_by"], "both"))
    whose = f" of {place.said}" if place else ""
    about = f"trade{whose} in {wanted.meaning}" if wanted.text else f"trade{whose}"
    held = periods_by_product(both.select(["product", "period"]))
    periods = taken(held, period)
    if not periods:
        raise GraphkitError(_lacking(flows, both, about, period))
    pieces = {product: of.pieces for product, of in periods.items()}
    used = in_periods(flows, pieces)
    rows = measure(as_asked(_alike(used, in_periods(both, pieces)), periods))
    stages = [catalog.materials.products[p]["stage"] for p in rows["product"].to_pylist()]
    rows = rows.add_column(len(FLOW), "stage", pa.array(stages, pa.string()))
    return Answer(
        f"How far do exporters and importers differ on {about}?",
        {
            "country": place.key if place else None,
            "for": wanted.text,
            "meaning": wanted.meaning,
            "hs": wanted.code,
            "products": sorted(periods),
            "period": period or "newest that both sides report",
            "measure": "value (USD) and mass (tonnes), as either side reports them",
        },
        rows.select([*FLOW[2:], *FLOW[:1], "stage", FLOW[1], *MIRROR.names[len(FLOW) + 1 :]]),
        REPORTS,
        {
            **_coverage_of_reports(in_periods(every, pieces), rows),
            **gaps("reports_of_both_sides", periods),
            "series": series_of(as_asked(used, periods)),
        },
        catalog.sources(used, wanted.elsewhere),
        elsewhere=wanted.elsewhere,
        notes=(*wanted.notes, *_notes_on_reports(rows)),
        caption=f"{_valued(rows)} A ratio is the {RATIO}.",
    )


def _reports(catalog: Catalog, place: Entity | None, scope: Scope) -> pa.Table:
    """Read the reports of both sides in a scope."""
    flows = catalog.rows("reported-trade", products=sorted(scope.products))
    flows = of_code(flows, scope)
    if place:
        grouped = place.is_group
        own = pa.array(catalog.members(place) if grouped else [place.key])
        ends = (pc.is_in(flows[end], value_set=own) for end in ("supplier", "consumer"))
        flows = flows.filter(pc.or_(*ends))
    return flows


def _alike(flows: pa.Table, both: pa.Table) -> pa.Table:
    """Select the reports of flows that both sides report in the same period of the data."""
    keys = [list(zip(*(t[n].to_pylist() for n in FLOW), strict=True)) for t in (flows, both)]
    there = set(keys[1])
    return flows.filter(pa.array([key in there for key in keys[0]], pa.bool_()))


def _lacking(flows: pa.Table, both: pa.Table, about: str, period: str | None) -> str:
    if len(both):
        there = sorted(set(both["period"].to_pylist()), key=lambda p: (Period(p).start, p))
        return f"no {about} is reported by both sides in {period}; there are {', '.join(there)}"
    if len(flows):
        sides = " and ".join(sorted({f"{side}s" for side in flows["reporter"].to_pylist()}))
        return f"no {about} is reported by both sides; there are reports of {sides} alone"
    return (
        f"no {about} is known as one side reported it: the data that ship are reconciled. Needed: "
        "UN Comtrade's reports, which 'graphkit fetch comtrade' gets with a key of yours "
        "and 'graphkit import comtrade' makes seeds of"
    )


def _coverage_of_reports(every: pa.Table, rows: pa.Table) -> dict[str, Any]:
    """Count what both sides report, and what only one of them does."""
    ratios = {m: [r for r in rows[f"{m}_ratio"].to_pylist() if r is not None]
              for m in ("usd", "tonnes")}  # fmt: skip
    found: dict[str, Any] = {"flows_that_both_sides_report": len(rows)}
    for side in SIDES:
        alone = every.filter(pc.equal(every["reported_by"], side))
        found[f"flows_that_only_the_{side}_reports"] = len(alone)
        found[f"USD_of_these_by_the_{side}"] = pc.sum(alone[f"usd_{side}"]).as_py()
    for name, said in (("usd", "value"), ("tonnes", "weight")):
        found[f"comparable_by_{said}"] = len(ratios[name])
        found[f"of_these_within_10_%_by_{said}"] = sum(map(_near, ratios[name]))
    return found


def _near(ratio: float) -> bool:
    return abs(ratio - 1) <= WIDE + 1e-9


def _valued(rows: pa.Table) -> str:
    """Name the borders at which both sides value the goods."""
    said = []
    for side in SIDES:
        kinds = {v for text in rows[f"valuation_{side}"].to_pylist()
                 for v in (text.split("+") if text else [None])}  # fmt: skip
        words = " or ".join(VALUED[kind] for kind in sorted(kinds, key=str))
        said.append(f"{side}s' {words}")
    return f"Values are {said[0]}, {said[1]}."


def _notes_on_reports(rows: pa.Table) -> Sequence[str]:
    notes = [WHY]
    for name, what in (("hs_revision", "revisions of the HS"), ("hs", "HS codes")):
        unlike = _unlike(rows, name)
        if unlike:
            notes.append(f"{capitalized(what)} of the two sides differ: {unlike}.")
    flags = (rows[f"tonnes_estimated_{side}"].to_pylist() for side in SIDES)
    estimated = sum(any(pair) for pair in zip(*flags, strict=True))
    if estimated:
        notes.append(f"Weights estimated by the publisher: in {estimated} of {len(rows)} rows.")
    return notes


def _unlike(rows: pa.Table, name: str) -> str:
    """List the products for which both sides differ in a column, with both values."""
    columns = ("product", *(f"{name}_{side}" for side in SIDES))
    pairs: Collection[tuple[str, ...]] = {
        (row["product"], *(row[c] or "none" for c in columns[1:]))
        for row in rows.select(columns).to_pylist()
        if row[columns[1]] != row[columns[2]]
    }
    return "; ".join(f"{product} {x} and {m}" for product, x, m in sorted(pairs))


PRICES = (
    Column("material", "Product or element",
           "the product, or the element of a price of no single product"),
    Column("product"),
    Column("element"),
    Column("stage", "Stage"),
    Column("period", "Period"),
    Column("figure", "Figure",
           "a unit value: value over mass of trade; or a price as its source names it"),
    Column("value", "Printed", "in the unit of its row, as printed", type=NUMBER),
    Column("unit", "Unit"),
    Column("usd_per_tonne", "USD/t", "USD per tonne of what the figure counts", "USD/t", NUMBER),
    Column("factor", "Factor", "from the printed figure to USD per tonne; null: not converted",
           type=NUMBER, rank=3),
    Column("published_value", "As printed", "a figure that is not a plain number"),
    Column("qualifier"),
    Column("estimated", type=FLAG),
    Column("usd", "", "US dollars, of the flows that give a mass", "USD", NUMBER),
    Column("tonnes", "", "metric tons, of the same flows", "t", NUMBER),
    Column("usd_without_tonnes", "", "US dollars, of the flows without a mass", "USD", NUMBER),
    Column("flows", type=COUNT),
    Column("valuation"),
    Column("basis"),
    Column("dataset"),
    Column("reporter"),
    Column("note"),
    Column("source"),
)  # fmt: skip
PRICES_SHOWN = (
    "material", "period", "figure", "value", "unit", "factor", "usd_per_tonne", "published_value",
)  # fmt: skip
PRICES_CAPTION = (
    "A unit value is the average worth of a tonne at the border, over all qualities and contracts; "
    "a price is for one quality in one market. Prices by the pound, troy ounce or kilogram are "
    "converted by the factor shown; others are as printed."
)
NEWEST = 5
"""Years shown if no period is asked for."""


@checked(PRICES)
def prices(
    catalog: Catalog,
    *,
    scope: str,
    of: str | None = None,
    period: str | None = None,
    dataset: str | None = None,
) -> Answer:
    """Set unit values of trade beside published prices.

    Parameters
    ----------
    scope : str
        Product, HS code, element, mineral, stage or group.
    of : str, optional
        Country or group whose imports get a unit value of their own, beside the world's; or
        several, separated by commas.
    period : str, optional
        Default: the five newest with a figure, of each product.
    dataset : str, optional
        Data set of trade. Default: the preferred one of each product and period.

    Returns
    -------
    Answer
        One row for each figure, by product and period: unit values of each series of trade, then
        published prices. Series of trade are never mixed, and no unit is converted without its
        factor in the row.

    Raises
    ------
    UsageError
        Unknown name or invalid period; the message suggests the nearest.
    GraphkitError
        Neither trade with a mass nor a price is known in this scope.
    """
    catalog = catalog.using(dataset)
    buyers = [] if of is None else list(map(catalog.place, catalog.places_in(of)))
    asked = catalog.materials.scope(scope)
    values = _unit_values(catalog, asked, buyers)
    published = catalog.rows(
        "prices", products=sorted(asked.products), elements=sorted(asked.elements)
    )
    every = [*values, *map(_price, [] if asked.code else published.to_pylist())]
    if not every:
        raise GraphkitError(
            f"neither trade with a mass nor a published price is known for {asked.meaning}"
        )
    rows = _of_periods(every, period)
    if not rows:
        have = there_are({row["period"] for row in every})
        raise GraphkitError(
            f"no unit value or price is known for {asked.meaning} in {period}; {have}"
        )
    for row in rows:
        product = row["product"]
        row["stage"] = catalog.materials.products[product]["stage"] if product else None
    table = pa.Table.from_pylist(
        [{column.name: row.get(column.name) for column in PRICES} for row in rows],
        schema_of(PRICES),
    )
    traded = table.filter(pc.is_valid(table["dataset"]))
    whose = "".join(f" and of the imports of {buyer.said}" for buyer in buyers)
    return Answer(
        f"What does a tonne of {asked.meaning} cost?",
        {
            "for": asked.text,
            "meaning": asked.meaning,
            "hs": asked.code,
            "products": sorted(set(table["product"].to_pylist()) - {None}),
            "consumer": ",".join(buyer.key for buyer in buyers) or None,
            "dataset": dataset,
            "period": period or f"the {NEWEST} newest of each product",
            "measure": f"unit values of the trade of the world{whose} (USD per tonne), and prices",
        },
        table,
        PRICES,
        _coverage_of_prices(rows, asked),
        catalog.sources(table, asked.elsewhere),
        elsewhere=asked.elsewhere,
        notes=(
            *asked.notes,
            *product_notes(catalog.materials, sorted(set(traded["product"].to_pylist()))),
            *data_set_notes(catalog, traded),
        ),
        caption=PRICES_CAPTION,
        shown=without_empty(table, PRICES_SHOWN, "usd_per_tonne"),
        in_time=True,
    )


def _unit_values(catalog: Catalog, asked: Scope, buyers: Iterable[Entity]) -> list[dict[str, Any]]:
    """Read the unit values of the world's trade, and of the imports of some countries."""
    markets: list[tuple[str, Sequence[str]]] = [("world trade", ["WLD"])]
    for buyer in buyers:
        members = catalog.members(buyer) if buyer.is_group else [buyer.key]
        markets.append((f"imports of {buyer.key}", members))
    rows = []
    for market, importers in markets:
        found = catalog.flows(
            "unit-values-by-period",
            products=sorted(asked.products), importers=list(importers), code=asked.code or "",
        )  # fmt: skip
        rows += [
            {**row, "material": row["product"], "element": None, "order": 0,
             "figure": f"unit value, {market} ({row['dataset']}, {row['reporter']})"}
            for row in found.to_pylist()
        ]  # fmt: skip
    return rows


def _price(row: Mapping[str, Any]) -> dict[str, Any]:
    """Build the row of a published price, converted where its unit allows it."""
    converted = usd_per_tonne(row["value"], row["unit"])
    per_tonne, factor = converted or (None, None)
    return {
        **row, "material": row["product"] or row["element"], "figure": row["label"], "order": 1,
        "usd_per_tonne": per_tonne, "factor": factor, "reporter": None,
    }  # fmt: skip


def _of_periods(rows: Sequence[Mapping[str, Any]], period: str | None) -> list[dict[str, Any]]:
    """Select the period asked for, or its years, or the newest of each material, and sort."""
    asked = {period, *Period(period).years} if period else set()
    held: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        held[row["material"]].add(row["period"])
    newest = {
        material: sorted(have, key=lambda p: (Period(p).end, p))[-NEWEST:]
        for material, have in held.items()
    }
    chosen = [dict(row) for row in rows if row["period"] in (asked or newest[row["material"]])]
    return sorted(
        chosen,
        key=lambda r: (r["product"] is None, r["material"], Period(r["period"]).start, r["period"],
                       r["order"], r["figure"], r["source"]),
    )  # fmt: skip


def _coverage_of_prices(rows: Sequence[Mapping[str, Any]], asked: Scope) -> dict[str, Any]:
    """Count figures by kind, and list products without any."""
    of_trade = [row for row in rows if row["order"] == 0]
    have = {row["product"] for row in rows}
    usd = sum(row["usd"] + row["usd_without_tonnes"] for row in of_trade)
    lost = sum(row["usd_without_tonnes"] for row in of_trade)
    return {
        "unit_values": len(of_trade),
        "usd_share_without_tonnes": lost / usd if usd else None,
        "published_prices": len(rows) - len(of_trade),
        "of_these_converted_to_USD_per_tonne": sum(
            row["order"] == 1 and row["factor"] is not None for row in rows
        ),
        "products_without_a_figure": [p for p in asked.products if asked.text and p not in have],
    }
