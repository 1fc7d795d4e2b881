"""Supply of a country without its largest supplier."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.concentration import production_concentration
from graphkit.analysis.n_minus_1 import n_minus_1 as without_largest
from graphkit.analysis.production import published_interval
from graphkit.answers.answer import Answer, without_empty
from graphkit.answers.columns import NUMBER, Column, plain_columns, schema_of
from graphkit.answers.coverage import Coverage
from graphkit.answers.terms import Measure, Products, Time, terms
from graphkit.arrow import SHARE, number, texts
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.tables import COUNTRIES
from graphkit.errors import GraphkitError, UsageError
from graphkit.questions.question import checked
from graphkit.questions.shared.claim_scope import ClaimScope, claims_about
from graphkit.questions.shared.fit import FIT
from graphkit.questions.shared.periods import (
    PeriodChoice,
    choose_trade_periods,
    in_chosen_periods,
    read_flows,
)
from graphkit.questions.shared.production import figures_of, revision_notes

KEY = ("product", "stage", "period", "basis", "source")
MEASURE = "supply without the largest supplier"
N_MINUS_1_COLUMNS = (
    Column("product", "Product"),
    Column("stage", "Stage"),
    Column("period", "Period"),
    Column("basis", "Basis"),
    Column("largest", "Largest"),
    Column("supply", "Supply (t)",
           "metric tons, on the stated basis: the larger of the published world total and the sum",
           "t", NUMBER),
    Column("supply_of_largest", "", "metric tons, its production", "t", NUMBER),
    Column("demand_of_largest", "Its own demand",
           "metric tons, its production and imports without its exports", "t", NUMBER),
    Column("supply_without", "Without it", "metric tons, of all others", "t", NUMBER),
    Column("demand_without_low", "", "metric tons, demand of all others, at least", "t", NUMBER),
    Column("demand_without_high", "", "metric tons, demand of all others, at most", "t", NUMBER),
    Column("ratio_low", "Met at least",
           "0 to 1 and more, of the demand of all others that is met, at least", SHARE, NUMBER,
           rank=0),
    Column("ratio_high", "at most", "the same, at most; null: unknown", SHARE, NUMBER),
    Column("missing", "Missing", "unknown inputs, which make the ratio a range"),
    *plain_columns("source", "trade_source"),
)  # fmt: skip
N_MINUS_1_SHOWN = (
    "product", "stage", "period", "basis", "largest", "supply", "supply_without",
    "demand_of_largest", "ratio_low", "ratio_high", "missing",
)  # fmt: skip
BALANCE = pa.schema([
    *texts("product", "period", "country", "type"), number("supply"), number("demand")
])  # fmt: skip
N_MINUS_1_CAPTION = (
    "Supply without the largest producer over demand without its own. World demand is taken to be "
    "world production, and a country's its apparent consumption; stock changes are left out."
)


@checked(N_MINUS_1_COLUMNS, (FIT,))
def n_minus_1(
    catalog: Catalog,
    consumer: str | None = None,
    *,
    scope: str | None = None,
    period: str | None = None,
    dataset: str | None = None,
) -> Answer:
    """Compute how much of the demand of all others is met without the largest producer.

    Returns
    -------
    Answer
        One row for each product, period, basis and source, the least met first.

    Raises
    ------
    UsageError
        A country was given, a name is unknown or a period invalid.
    GraphkitError
        No production figures are known in this scope.
    """
    catalog = catalog.using(dataset)
    if consumer is not None:
        raise UsageError(f"`n_minus_1` covers the whole world; leave out {consumer!r}")
    goods = catalog.materials.scope(scope)
    figures = figures_of(catalog, goods, period).with_amounts()
    production = figures.rows
    if not len(production):
        in_period = f" in {period}" if period else ""
        raise GraphkitError(f"no production figures are known for {goods.meaning}{in_period}")
    flows = _flows(catalog.complete(), production)
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in production.to_pylist():
        groups[tuple(row[n] for n in KEY)].append(row)
    concentration = production_concentration(production).to_pylist()
    totals = {tuple(row[n] for n in KEY): row for row in concentration}
    rows = [_row(catalog, totals[key], group, flows) for key, group in groups.items()]
    rows.sort(
        key=lambda r: (
            r["ratio_low"] is None, r["ratio_low"] or 0.0, *(r[n] or "" for n in KEY),
        )
    )  # fmt: skip
    claims = claims_about(catalog.claims, ClaimScope(None, None, goods, period))
    claims = claims.filter(pc.fill_null(pc.equal(claims["measure"], MEASURE), False))
    table = pa.Table.from_pylist(rows, schema_of(N_MINUS_1_COLUMNS))
    subject = goods.meaning if scope is not None else "everything with figures"
    return Answer(
        f"How much of the demand for {subject} is met without the largest producer?",
        terms(
            goods.material,
            Products(tuple(sorted(set(table["product"].to_pylist())))),
            Time(period or "newest with data"),
            Measure("mass (tonnes)"),
        ),
        table,
        N_MINUS_1_COLUMNS,
        Coverage(figures=figures.count(goods), missing_years=figures.gaps()),
        catalog.sources(production, flows, claims, goods.elsewhere),
        claims,
        elsewhere=goods.elsewhere,
        notes=(*goods.notes, *revision_notes(catalog, figures.published)),
        caption=N_MINUS_1_CAPTION,
        shown=without_empty(table, N_MINUS_1_SHOWN, "ratio_low"),
    )


def _flows(catalog: Catalog, production: pa.Table) -> pa.Table:
    """Read all trade in the products and periods of production figures, if it has every year."""
    products, periods = (production[name].to_pylist() for name in ("product", "period"))
    period_of_product = dict(zip(products, periods, strict=True))
    choices: dict[str, PeriodChoice] = {}
    for period in sorted(set(period_of_product.values())):
        for product, choice in choose_trade_periods(catalog, None, period).items():
            if period_of_product.get(product) == period and not choice.missing:
                choices[product] = choice
    return in_chosen_periods(read_flows(catalog, "trade", choices), choices)


def _row(
    catalog: Catalog,
    market: Mapping[str, Any],
    production: Sequence[Mapping[str, Any]],
    flows: pa.Table,
) -> dict[str, Any]:
    """Compute the measure for one product, period, basis and source, with its inputs."""
    intervals = {
        row["country"]: published_interval(row) for row in production if row["type"] in COUNTRIES
    }
    exact = {
        country: interval[0]
        for country, interval in intervals.items()
        if interval is not None and interval[0] == interval[1]
    }
    largest = min(exact, key=lambda country: (-exact[country], country), default=None)
    demand, trade_source = _demand(largest, exact, market, flows) if largest else (None, None)
    world = {"country": "WLD", "type": "world", "supply": market["total"]}
    balance = [
        {"country": country, "type": "country", "supply": tonnes}
        for country, tonnes in exact.items()
    ]
    rows = [
        {
            "product": market["product"], "period": market["period"], **row,
            "demand": {largest: demand, "WLD": market["total"]}.get(row["country"]),
        }
        for row in (*balance, world)
    ]  # fmt: skip
    [result] = without_largest(pa.Table.from_pylist(rows, BALANCE)).to_pylist()
    place_in_text = catalog.place_in_text
    if result["missing"] and result["largest"]:  # its demand alone
        result["missing"] = f"demand of {place_in_text(result['largest'])}"
    missing = [market["note"] or result["missing"]]
    for country in sorted(set(intervals) - set(exact)):
        missing.append(f"production of {place_in_text(country)}")
    return {
        **result, **{name: market[name] for name in KEY}, "supply": market["total"],
        "supply_of_largest": exact.get(largest or ""), "demand_of_largest": demand,
        "trade_source": trade_source, "missing": "; ".join(filter(None, missing)) or None,
    }  # fmt: skip


def _demand(
    country: str, production: Mapping[str, float], market: Mapping[str, Any], flows: pa.Table
) -> tuple[float | None, str | None]:
    """Compute apparent consumption, if one series of trade gives a mass for every flow."""
    rows = [
        flow
        for flow in flows.to_pylist()
        if all(flow[name] == market[name] for name in ("product", "period", "basis"))
        and country in (flow["consumer"], flow["supplier"])
    ]
    series = sorted({(row["source"], row["dataset"], row["reporter"]) for row in rows})
    if len(series) != 1 or any(row["tonnes"] is None for row in rows):
        return None, None
    amounts = [row["tonnes"] * (1 if row["consumer"] == country else -1) for row in rows]
    net_imports = sum(sorted(amounts))
    return production[country] + net_imports, " ".join(series[0])
