"""How concentrated production, trade and each country's imports are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.concentration import import_concentration, production_concentration
from graphkit.analysis.shares import INDICES
from graphkit.answer import Answer
from graphkit.arrow import SHARE, counts, number, texts
from graphkit.errors import GraphkitError, UsageError
from graphkit.queries import rows_of
from graphkit.questions.claims import COMPARISON, Asked, claims_about
from graphkit.questions.concentration_words import (
    COUNTS,
    HEADS,
    UNITS,
    notes_on,
    question,
    stages_in_words,
)
from graphkit.questions.facts import COUNTRIES, Facts
from graphkit.questions.figures import coverage_of_figures, figures_of
from graphkit.questions.scope import Scope
from graphkit.questions.trade import Trade, check_period, coverage_of, imports_of, trade_of

BY = ("product", "stage", "consumer")
ROWS = pa.schema([
    *texts("product", "stage"), *counts("stage_order"),
    *texts("market", "consumer", "period", "measure", "basis", "denominator"),
    number("total_usd", "USD"), number("total_tonnes", "t"), number("coverage", SHARE),
    *counts("unpublished", "estimated"), number("missing_tonnes_share", SHARE), *texts("note"),
    *INDICES, *texts("hs", "hs_revision", "reporter", "dataset", "source"),
])  # fmt: skip
WORLD_EXPORTS = "Exports of the world count re-exports: a hub is among the exporters."
CLAIMED = ("production", "processing", "production of the first three")
"""What published shares speak of that are no country's imports."""


def concentration(
    facts: Facts,
    consumer: str | None = None,
    *,
    scope: str | None = None,
    period: str | None = None,
    by: str = "product",
) -> Answer:
    """How concentrated production and trade are, at each product or stage or for each consumer.

    Parameters
    ----------
    consumer : str, optional
        Country or group whose imports are set beside production; otherwise world exports.
    scope : str, optional
        Product, HS code, element, mineral, stage or group; otherwise everything.
    period : str, optional
        Otherwise the newest one with data, of production and of trade, product by product.
    by : str
        ``product``: production, then trade of each product. ``stage``: the same in the order of
        the chain, production first and the most concentrated first. ``consumer``: the imports of
        every country, the largest first.

    Returns
    -------
    Answer
        One row a product, market and measure (USD, tonnes), of each source.

    Raises
    ------
    UsageError
        A name, period or ``by`` that is none, or a consumer where every one is asked for.
    GraphkitError
        Nothing is known in this scope; the message says what there is.
    """
    check_period(period)
    if by not in BY:
        raise UsageError(f"--by: found {by!r}, wanted one of {', '.join(BY)}")
    if by == "consumer" and consumer is not None:
        raise UsageError(f"--by consumer lists every country; leave out {consumer!r}")
    buyer = None if consumer is None else facts.place(consumer)
    asked = Asked(buyer, None, facts.materials.scope(scope), period)
    if buyer is None:
        trade = trade_of(facts, asked.scope, period)
    else:
        trade = imports_of(facts, buyer, asked.scope, period)
    figures = figures_of(facts, asked.scope, period)
    if by == "consumer":
        figures = figures.slice(0, 0)
    elif buyer is None:
        trade = _of_the_world(trade)
    rows = [*_made(figures), *_traded(facts, trade, "imports" if buyer or by == BY[2] else "")]
    claims = _published(facts, asked)
    dated = claims["period"].to_pylist()
    if not rows and not any(when or not period for when in dated):
        raise GraphkitError(_lacking(facts, asked, trade, by))
    return _answer(facts, asked, by, _sorted(facts, rows, by), trade, figures, claims)


def _of_the_world(trade: Trade) -> Trade:
    """World exports: every flow as if one consumer bought it."""
    place = trade.flows.column_names.index("consumer")
    world = pa.array(["WLD"] * len(trade.flows), pa.string())
    flows = trade.flows.set_column(place, "consumer", world)
    return Trade(flows, trade.series, trade.shares, (*trade.notes, WORLD_EXPORTS), trade.lacking)


def _made(figures: pa.Table) -> list[dict[str, Any]]:
    """Rows of production."""
    names = ("product", "period", "basis", "source")
    estimated = Counter(
        tuple(row[n] for n in names)
        for row in figures.to_pylist()
        if row["estimated"] and row["type"] in COUNTRIES
    )
    return [
        {
            **row, "market": "production", "measure": "tonnes", "total_tonnes": row["total"],
            "estimated": estimated[tuple(row[n] for n in names)],
        }
        for row in production_concentration(figures).to_pylist()
    ]  # fmt: skip


def _traded(facts: Facts, trade: Trade, market: str) -> list[dict[str, Any]]:
    """Rows of trade, by value and by mass."""
    areas = rows_of(facts.store, "areas")["key"].to_pylist()
    series = {(s["product"], s["period"], s["reporter"], s["dataset"], s["source"]): s
              for s in trade.series}  # fmt: skip
    rows = []
    for row in import_concentration(trade.flows, unnamed=areas).to_pylist():
        key = (row["product"], row["period"], row["reporter"], row["dataset"], row["source"])
        said = {name: series[key][name] or None for name in ("hs", "hs_revision", "basis")}
        rows.append({
            **row, **said, f"total_{row['measure']}": row["total"],
            "market": market or "exports", "consumer": row["consumer"] if market else None,
            "denominator": f"sum of the {market or 'exports'} that give this measure",
        })  # fmt: skip
    return rows


def _published(facts: Facts, asked: Asked) -> pa.Table:
    """Published shares of production, of sourcing too where a consumer was asked for."""
    everyone = Asked(None, None, asked.scope, asked.period)
    claims = claims_about(facts.claims, everyone)
    of_world = pc.and_(
        pc.is_null(claims["consumer"]), pc.is_in(claims["measure"], pa.array(CLAIMED))
    )
    kept = pc.fill_null(of_world, False)
    if asked.buyer is not None:
        of_buyer = pc.and_(
            pc.equal(claims["consumer"], asked.buyer.key), pc.equal(claims["kind"], "share")
        )
        kept = pc.or_(kept, pc.fill_null(of_buyer, False))
    return claims.filter(kept)


def _sorted(facts: Facts, rows: Sequence[dict[str, Any]], by: str) -> pa.Table:
    """The rows in the order that was asked for, with the stage of each."""
    products: Mapping[str, Mapping[str, Any]] = facts.materials.products
    for row in rows:
        row |= {name: products[row["product"]][name] for name in ("stage", "stage_order")}

    def series(row: Mapping[str, Any]) -> tuple[Any, ...]:
        names = ("period", "reporter", "dataset", "source", "basis")
        return (row["product"], *(row.get(name) or "" for name in names))

    def order(row: Mapping[str, Any]) -> tuple[Any, ...]:
        made, value = row["market"] == "production", row["measure"] == "usd"
        hhi = row["hhi_low"] if row["hhi_low"] is not None else -1.0
        if by == "consumer":
            return (*series(row), not value, -row["total"], row["consumer"])
        if by == "stage":
            return (row["stage_order"], not made, not value, -hhi, *series(row))
        return (row["product"], not made, not value, *series(row))

    return pa.Table.from_pylist(
        [{n: row.get(n) for n in ROWS.names} for row in sorted(rows, key=order)], ROWS
    )


def _lacking(facts: Facts, asked: Asked, trade: Trade, by: str) -> str:
    said = trade.lacking or "No trade flows are known."
    lacking = said[0].lower() + said[1:].rstrip(".")
    if by == "consumer":
        return lacking
    periods = rows_of(facts.store, "production-periods").to_pylist()
    have = sorted({row["period"] for row in periods if row["product"] in asked.scope.products})
    there = f"; there are for {', '.join(have)}" if have else ""
    return f"{lacking}; nor are figures of production{there}"


def _answer(
    facts: Facts,
    asked: Asked,
    by: str,
    rows: pa.Table,
    trade: Trade,
    figures: pa.Table,
    claims: pa.Table,
) -> Answer:
    scope: Scope = asked.scope
    coverage = coverage_of(trade, scope)
    if by != "consumer":
        coverage |= coverage_of_figures(figures, scope)
        coverage |= stages_in_words(rows) if by == "stage" else {}
    heads = HEADS
    if by == "stage":
        heads = {"stage": "Stage", **{n: h for n, h in HEADS.items() if n != "stage"}}
    if not rows["consumer"].null_count:
        heads = {n: h for n, h in heads.items() if n != "market"}
    elif rows["consumer"].null_count == len(rows):
        heads = {n: h for n, h in heads.items() if n != "consumer"}
    return Answer(
        question(asked.buyer, scope, by),
        {
            "consumer": asked.buyer.key if asked.buyer else None,
            "for": scope.text,
            "meaning": scope.meaning,
            "hs": scope.code,
            "products": sorted(set(rows["product"].to_pylist())),
            "period": asked.period or "newest with data",
            "by": by,
            "measure": "production by mass (tonnes); trade by value (USD) and mass",
        },
        rows,
        UNITS,
        coverage,
        claims,
        COMPARISON.empty_table(),
        facts.sources(trade.flows, figures, claims),
        (*filter(None, [trade.lacking]), *scope.notes, *trade.notes, *notes_on(rows)),
        heads,
        COUNTS,
    )
