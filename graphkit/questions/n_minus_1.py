"""How much of the world's demand is met without the largest producer of a product."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.concentration import production_concentration, published_interval
from graphkit.analysis.reliance import n_minus_1 as without_largest
from graphkit.answer import Answer
from graphkit.arrow import SHARE, number, texts
from graphkit.errors import GraphkitError, UsageError
from graphkit.queries import rows_of
from graphkit.questions.claims import COMPARISON, Asked, claims_about
from graphkit.questions.facts import COUNTRIES, Facts
from graphkit.questions.figures import coverage_of_figures, figures_of
from graphkit.questions.trade import check_period

KEY = ("product", "stage", "period", "basis", "source")
MEASURE = "supply without the largest supplier"
ROWS = pa.schema([
    *texts("product", "stage", "period", "basis", "largest"),
    number("supply", "t"), number("supply_of_largest", "t"), number("demand_of_largest", "t"),
    number("supply_without", "t"), number("demand_without_low", "t"),
    number("demand_without_high", "t"), number("ratio_low", SHARE), number("ratio_high", SHARE),
    *texts("missing", "source", "trade_source"),
])  # fmt: skip
BALANCE = pa.schema([
    *texts("product", "period", "country", "type"), number("supply"), number("demand")
])  # fmt: skip
UNITS = {
    "supply": "metric tons, of what the basis says: published world total, else the sum",
    "supply_of_largest": "metric tons, its production",
    "demand_of_largest": "metric tons, its production and imports without its exports",
    "supply_without": "metric tons, of all others",
    "demand_without_low": "metric tons, of all others, at least",
    "demand_without_high": "metric tons, of all others, at most",
    "ratio_low": "0 to 1 and more, of the demand of all others that is met, at least",
    "ratio_high": "the same, at most; null: unknown",
    "missing": "what is not known; the ratio is a range then",
}
HEADS = {
    "product": "Product",
    "stage": "Stage",
    "period": "Period",
    "basis": "Basis",
    "largest": "Largest",
    "supply": "Supply (t)",
    "supply_without": "Without it",
    "demand_of_largest": "Its own demand",
    "ratio_low": "Met at least",
    "ratio_high": "at most",
    "missing": "Missing",
}
COUNTS = (
    "Supply without the largest producer over demand without its own. World demand is taken to be "
    "world production, and a country's its apparent consumption; stock changes are left out."
)


def n_minus_1(
    facts: Facts,
    consumer: str | None = None,
    *,
    scope: str | None = None,
    period: str | None = None,
) -> Answer:
    """How much of the demand of all others is met without the largest producer.

    Parameters
    ----------
    consumer : str, optional
        None: the measure is of the whole world.
    scope, period : str, optional
        As for :func:`graphkit.questions.concentration.concentration`.

    Returns
    -------
    Answer
        One row a product, period, basis and source, the least met first.

    Raises
    ------
    UsageError
        A country was given, or a name or period is none.
    GraphkitError
        There are no figures of production in this scope.
    """
    if consumer is not None:
        raise UsageError(f"--n-minus-1 is of the whole world; leave out {consumer!r}")
    check_period(period)
    asked = Asked(None, None, facts.materials.scope(scope), period)
    made = figures_of(facts, asked.scope, period)
    if not len(made):
        when = f" in {period}" if period else ""
        raise GraphkitError(f"no figures of production are known for {asked.scope.meaning}{when}")
    flows = _flows(facts, made)
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in made.to_pylist():
        groups[tuple(row[n] for n in KEY)].append(row)
    totals = {tuple(row[n] for n in KEY): row for row in production_concentration(made).to_pylist()}
    rows = [_row(totals[key], some, flows) for key, some in groups.items()]
    rows.sort(
        key=lambda r: (
            r["ratio_low"] is None, r["ratio_low"] or 0.0, *(r[n] or "" for n in KEY),
        )
    )  # fmt: skip
    claims = claims_about(facts.claims, asked)
    claims = claims.filter(pc.fill_null(pc.equal(claims["measure"], MEASURE), False))
    table = pa.Table.from_pylist(rows, ROWS)
    what = asked.scope.meaning if scope is not None else "everything with figures"
    return Answer(
        f"How much of the demand for {what} is met without the largest producer?",
        {
            "for": asked.scope.text,
            "meaning": asked.scope.meaning,
            "products": sorted(set(table["product"].to_pylist())),
            "period": period or "newest with data",
            "measure": "mass (tonnes)",
        },
        table,
        UNITS,
        coverage_of_figures(made, asked.scope),
        claims,
        COMPARISON.empty_table(),
        facts.sources(made, flows, claims),
        asked.scope.notes,
        {n: h for n, h in HEADS.items() if table[n].null_count < len(table) or n == "ratio_low"},
        COUNTS,
    )


def _flows(facts: Facts, made: pa.Table) -> pa.Table:
    """All trade in the products and periods of some figures of production."""
    wanted = {f"{n}s": sorted(set(made[n].to_pylist())) for n in ("product", "period")}
    return rows_of(facts.store, "trade", **wanted)


def _row(
    market: Mapping[str, Any], made: Sequence[Mapping[str, Any]], flows: pa.Table
) -> dict[str, Any]:
    """The measure for one product, period, basis and source, with what goes into it."""
    output = {r["country"]: published_interval(r) for r in made if r["type"] in COUNTRIES}
    exact = {who: b[0] for who, b in output.items() if b is not None and b[0] == b[1]}
    largest = min(exact, key=lambda who: (-exact[who], who), default=None)
    demand, trade_source = _demand(largest, exact, market, flows) if largest else (None, None)
    world = {"country": "WLD", "type": "world", "supply": market["total"]}
    balance = [
        {"country": who, "type": "country", "supply": tonnes} for who, tonnes in exact.items()
    ]
    rows = [
        {
            "product": market["product"], "period": market["period"], **row,
            "demand": {largest: demand, "WLD": market["total"]}.get(row["country"]),
        }
        for row in (*balance, world)
    ]  # fmt: skip
    [found] = without_largest(pa.Table.from_pylist(rows, BALANCE)).to_pylist()
    lacks = [market["note"] or found["missing"]]
    lacks += [f"production of {who}" for who in sorted(set(output) - set(exact))]
    return {
        **found, **{name: market[name] for name in KEY}, "supply": market["total"],
        "supply_of_largest": exact.get(largest or ""), "demand_of_largest": demand,
        "trade_source": trade_source, "missing": "; ".join(filter(None, lacks)) or None,
    }  # fmt: skip


def _demand(
    country: str, made: Mapping[str, float], market: Mapping[str, Any], flows: pa.Table
) -> tuple[float | None, str | None]:
    """Apparent consumption of a country, where one series of trade gives all its mass."""
    rows = [
        flow
        for flow in flows.to_pylist()
        if all(flow[name] == market[name] for name in ("product", "period", "basis"))
        and country in (flow["consumer"], flow["supplier"])
    ]
    series = sorted({(r["source"], r["dataset"], r["reporter"]) for r in rows})
    if len(series) != 1 or any(row["tonnes"] is None for row in rows):
        return None, None
    net = sum(sorted(r["tonnes"] * (1 if r["consumer"] == country else -1) for r in rows))
    return made[country] + net, " ".join(series[0])
