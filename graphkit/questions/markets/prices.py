"""Prices: what a tonne of a product costs, as traded and as published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.unit_prices import usd_per_tonne
from graphkit.answers.answer import Answer, without_empty
from graphkit.answers.columns import COUNT, FLAG, NUMBER, Column, schema_of
from graphkit.answers.coverage import Coverage, Line
from graphkit.answers.terms import (
    Code,
    Dataset,
    Measure,
    Places,
    Products,
    Role,
    Time,
    one_or_all,
    terms,
)
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.materials import Scope
from graphkit.errors import GraphkitError
from graphkit.names import Entity
from graphkit.period import Period, spelled
from graphkit.questions.question import checked
from graphkit.questions.shared.fit import FIT
from graphkit.questions.shared.trade import data_set_notes, product_notes, there_are

PRICES = (
    Column("material", "Product or element",
           "the product, or the element of a price of no single product"),
    Column("product"),
    Column("element"),
    Column("place", "", "whose price it is, or whose imports a unit value is of; WLD: the world"),
    Column("stage", "Stage"),
    Column("period", "Period"),
    Column("figure", "Figure",
           "a unit value: value over mass of trade; or a price as its source names it", rank=0),
    Column("value", "Printed", "in the unit of its row, as printed, or the mean of such months",
           type=NUMBER, rank=2),
    Column("unit", "Unit", rank=2),
    Column("usd_per_tonne", "USD/t", "USD per tonne of what the figure counts", "USD/t", NUMBER,
           rank=0),
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
    FIT,
    Column("note"),
    Column("source"),
)  # fmt: skip
PRICES_SHOWN = (
    "material", "period", "usd_per_tonne", "figure", "value", "unit", "factor", "published_value",
)  # fmt: skip
PRICES_CAPTION = (
    "A unit value is the average worth of a tonne at the border, over all qualities and contracts; "
    "a price is for one quality in one market. Prices by the pound, troy ounce or kilogram are "
    "converted by the factor shown; others are as printed."
)
NEWEST, NEWEST_MONTHS = 5, 13
"""Years, and months, shown if no period is asked for: the last month stands a year after one."""


@checked(PRICES)
def prices(
    catalog: Catalog,
    *,
    scope: str,
    of: str | None = None,
    period: str | None = None,
    monthly: bool = False,
    dataset: str | None = None,
) -> Answer:
    """Set unit values of trade beside published prices.

    Returns
    -------
    Answer
        One row for each figure, by product and period: unit values of each series of trade, then
        published prices. Series of trade are never mixed, and no unit is converted without its
        factor in the row. A price by month is averaged over each year, or over the period asked
        for, if all of its months are known; the months after the last whole year together.

    Raises
    ------
    UsageError
        Unknown name or invalid period; the message suggests the nearest.
    GraphkitError
        Neither trade with a mass nor a price is known in this scope.
    """
    catalog = catalog.using(dataset)
    buyers = [] if of is None else list(map(catalog.place, catalog.places_in(of)))
    goods = catalog.materials.scope(scope)
    values = _unit_values(catalog, goods, buyers)
    published = catalog.rows(
        "prices", products=sorted(goods.products), elements=sorted(goods.elements)
    )
    printed = [] if goods.code else published.to_pylist()
    figures = [*values, *map(_price, printed if monthly else _by_year(printed, period))]
    if monthly:
        figures = [row for row in figures if Period(row["period"]).months == 1]
    if not figures:
        length = " by month" * monthly
        raise GraphkitError(
            f"neither trade with a mass nor a published price is known{length} for {goods.meaning}"
        )
    rows = _in_periods(figures, period, monthly)
    if not rows:
        periods = there_are({row["period"] for row in figures})
        raise GraphkitError(
            f"no unit value or price is known for {goods.meaning} in {period}; {periods}"
        )
    table = _table(catalog, rows)
    traded = table.filter(pc.is_valid(table["dataset"]))
    whose = "".join(f" and of the imports of {buyer.in_text}" for buyer in buyers)
    return Answer(
        f"What does a tonne of {goods.meaning} cost?",
        terms(
            goods.material,
            Code(goods.code),
            Products(tuple(sorted(set(table["product"].to_pylist()) - {None}))),
            Places(Role.CONSUMER, one_or_all([buyer.key for buyer in buyers])),
            Dataset(dataset),
            Time(period or f"the {NEWEST_MONTHS if monthly else NEWEST} newest of each product"),
            Measure(f"unit values of the trade of the world{whose} (USD per tonne), and prices"),
        ),
        table,
        PRICES,
        _coverage_of_prices(rows, goods),
        catalog.sources(table, goods.elsewhere),
        elsewhere=goods.elsewhere,
        notes=(
            *goods.notes,
            *product_notes(catalog.materials, sorted(set(traded["product"].to_pylist()))),
            *data_set_notes(catalog, traded),
        ),
        caption=PRICES_CAPTION,
        shown=without_empty(table, PRICES_SHOWN, "usd_per_tonne"),
        in_time=True,
    )


def _table(catalog: Catalog, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Build the table of an answer, with the stage of each product."""
    complete = []
    for row in rows:
        product = row["product"]
        stage = catalog.materials.products[product]["stage"] if product else None
        values = {**row, "stage": stage}
        complete.append({column.name: values.get(column.name) for column in PRICES})
    return pa.Table.from_pylist(complete, schema_of(PRICES))


def _unit_values(catalog: Catalog, scope: Scope, buyers: Iterable[Entity]) -> list[dict[str, Any]]:
    """Read the unit values of the world's trade, and of the imports of some countries."""
    markets: list[tuple[str, str, Sequence[str]]] = [("WLD", "world trade", ["WLD"])]
    for buyer in buyers:
        members = catalog.members(buyer) if buyer.is_group else [buyer.key]
        markets.append((buyer.key, f"imports of {buyer.key}", members))
    traded = [row for row in catalog.covered.to_pylist() if row["product"] in scope.products]
    fits = catalog.materials.fits(scope, [(row["product"], row["hs"]) for row in traded])
    rows = []
    for place, market, importers in markets:
        unit_values = _of_all_codes(catalog.flows(
            "unit-values-by-period",
            products=sorted(scope.products), importers=list(importers), code=scope.code or "",
        ))  # fmt: skip
        rows += [
            {**row, "material": row["product"], "element": None, "place": place, "order": 0,
             "figure": f"unit value, {market} ({row['dataset']}, {row['reporter']})",
             FIT.name: fits.get(row["product"])}
            for row in unit_values
        ]  # fmt: skip
    return rows


SERIES = ("product", "period", "dataset", "reporter", "source", "valuation", "basis")
"""Columns of one series of trade, in one period."""
SUMS = ("usd", "tonnes", "usd_without_tonnes", "flows")


def _of_all_codes(rows: pa.Table) -> Iterator[dict[str, Any]]:
    """Add up the codes of each product in one series of trade."""
    series: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in rows.to_pylist():
        series[tuple(row[name] for name in SERIES)].append(row)
    for codes in series.values():
        # Grams are counted, as the query does.
        sums = {name: round(sum(row[name] for row in codes), 6) for name in SUMS}
        yield {**codes[0], **sums, "usd_per_tonne": sums["usd"] / sums["tonnes"]}


def _price(row: Mapping[str, Any]) -> dict[str, Any]:
    """Build the row of a published price, converted where its unit allows it."""
    converted = usd_per_tonne(row["value"], row["unit"])
    per_tonne, factor = converted or (None, None)
    return {
        **row, "material": row["product"] or row["element"], "figure": row["label"], "order": 1,
        "usd_per_tonne": per_tonne, "factor": factor,
    }  # fmt: skip


def _by_year(printed: Iterable[Mapping[str, Any]], period: str | None) -> list[Mapping[str, Any]]:
    """Average prices by month over each year and the months after it, or over one period."""
    series: dict[tuple[str, ...], dict[int, Mapping[str, Any]]] = defaultdict(dict)
    rows = []
    for row in printed:
        span = Period(row["period"])
        if span.months > 1:
            rows.append(row)
        else:
            names = ("element", "product", "label", "unit", "place", "source")
            series[tuple(row[name] or "" for name in names)][span.start] = row
    for months in series.values():
        for text in Period(period).years if period else _years(months):
            span = Period(text)
            covered = [months[m] for m in range(span.start, span.end) if m in months]
            if len(covered) == 1 == span.months:
                rows += covered
            elif len(covered) == span.months and all(r["value"] is not None for r in covered):
                value = sum(row["value"] for row in covered) / span.months
                label = f"{covered[-1]['label']}, mean of the months"
                rows.append({**covered[-1], "period": text, "value": value, "label": label})
    return rows


def _years(months: Collection[int]) -> list[str]:
    """Write the years from the first to the last of some months; of the last, its first months."""
    last = max(months)
    first_of_year = 12 * (last // 12)
    years = [str(year) for year in range(min(months) // 12, last // 12)]
    return [*years, spelled(f"{_month(first_of_year)}..{_month(last)}")]


def _month(number: int) -> str:
    return f"{number // 12}-{number % 12 + 1:02d}"


def _in_periods(
    rows: Sequence[Mapping[str, Any]], period: str | None, monthly: bool
) -> list[dict[str, Any]]:
    """Select the period asked for, or its years, or the newest of each material, and sort."""
    available: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        available[row["material"]].add(row["period"])
    periods_of_material: dict[str, Collection[str]] = {}
    for material, periods in available.items():
        if period and monthly:
            span = Period(period)
            periods_of_material[material] = {p for p in periods if Period(p) in span}
        elif period:
            periods_of_material[material] = {period, *Period(period).years}
        else:
            by_end = sorted(periods, key=lambda text: (Period(text).end, text))
            periods_of_material[material] = by_end[-(NEWEST_MONTHS if monthly else NEWEST) :]
    selected = [dict(row) for row in rows if row["period"] in periods_of_material[row["material"]]]
    return sorted(
        selected,
        key=lambda r: (r["product"] is None, r["material"], Period(r["period"]).start, r["period"],
                       r["order"], r["figure"], r["source"]),
    )  # fmt: skip


def _coverage_of_prices(rows: Sequence[Mapping[str, Any]], scope: Scope) -> Coverage:
    """Count figures by kind, and list products without any."""
    unit_values = [row for row in rows if row["order"] == 0]
    products = {row["product"] for row in rows}
    usd = sum(row["usd"] + row["usd_without_tonnes"] for row in unit_values)
    unweighed = sum(row["usd_without_tonnes"] for row in unit_values)
    return Coverage((
        Line("unit_values", len(unit_values)),
        Line("usd_share_without_tonnes", unweighed / usd if usd else None, in_text=False),
        Line("published_prices", len(rows) - len(unit_values)),
        Line(
            "of_these_converted_to_USD_per_tonne",
            sum(row["order"] == 1 and row["factor"] is not None for row in rows),
        ),
        Line("products_without_a_figure", tuple(
            product for product in scope.products if scope.text and product not in products
        )),
    ))  # fmt: skip
