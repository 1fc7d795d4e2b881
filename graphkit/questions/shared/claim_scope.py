"""Published claims in a scope, and their comparison with shares of trade."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.shares import import_shares
from graphkit.answers.answer import COMPARISON
from graphkit.catalog.materials import Materials, Scope
from graphkit.names import Entity
from graphkit.period import Period
from graphkit.questions.shared.trade import ImportsInScope

CLAIM_SERIES = ("reporter", "dataset", "source", "basis")
"""Columns of a series: figures of two series are never added up."""


@dataclass(frozen=True)
class ClaimScope:
    """Consumer, supplier, scope and period of a question."""

    buyer: Entity | None
    seller: Entity | None
    scope: Scope
    period: str | None


def claims_about(claims: pa.Table, query: ClaimScope, *, context: bool = False) -> pa.Table:
    """Select the claims about the consumer, supplier, products and period of a question.

    A claim is in scope if it names a product, element or stage of the question, and has no period
    or one that shares a month with that of the question. With ``context``, claims about the
    supplier alone count too, for example its share of world production.
    """
    scopes = claims.select(["consumer", "supplier", "product", "element", "stage", "period"])
    mask = [_fits(row, query, context) for row in scopes.to_pylist()]
    return claims.filter(pa.array(mask, pa.bool_()))


def _fits(claim: Mapping[str, Any], query: ClaimScope, context: bool) -> bool:
    about_supplier = context and query.seller is not None and claim["consumer"] is None
    if query.buyer and claim["consumer"] != query.buyer.key and not about_supplier:
        return False
    if query.seller and claim["supplier"] != query.seller.key:
        return False
    dated = query.period and claim["period"]
    if dated and not Period(query.period or "").overlaps(Period(claim["period"])):
        return False
    if query.scope.text is None:
        return claim["product"] is not None or claim["element"] is not None
    return speaks_of(claim, query.scope)


def speaks_of(claim: Mapping[str, Any], scope: Scope) -> bool:
    """Return True if a claim is about a product, an element or the stage of a scope."""
    if scope.stage is not None and claim["stage"] == scope.stage:
        return True
    return claim["product"] in scope.products or claim["element"] in scope.elements


def comparisons(claims: pa.Table, trade: ImportsInScope, materials: Materials) -> pa.Table:
    """Compare each claimed share of imports with those in the trade data of the same period.

    One row for each product that the claim covers, with data of all its years; for an element or a
    group, then one for all these products together, within one data set (``own_sum``: no publisher
    gives that figure).
    ``points_usd`` and ``points_tonnes`` are the data's share minus the claimed one, in percentage
    points.
    """
    rows: list[dict[str, Any]] = []
    share_claims = [claim for claim in claims.to_pylist() if _is_import_share(claim)]
    scopes = {_scope(claim) for claim in share_claims}
    whole = trade.shares.filter(pc.is_null(trade.shares["unlisted_usd"]))
    shares_by_scope = _by_scope(whole, scopes) if scopes else {}
    incomplete = {product for product, choice in trade.periods.items() if choice.missing}
    for claim in share_claims:
        shares = shares_by_scope.get(_scope(claim), ())
        counts = _counts(claim, materials) if shares else {}
        products = counts.keys() - incomplete
        product_shares = [share for share in shares if share["product"] in products]
        if claim["stage"]:
            product_shares = [s for s in product_shares if s["stage"] == claim["stage"]]
        product_shares.sort(
            key=lambda r: (r["stage_order"], r["product"], *(r[n] for n in CLAIM_SERIES))
        )
        row = partial(_row, claim, counts)
        rows += [row(share, own_sum=False) for share in product_shares]
        rows += [row(share, own_sum=True) for share in _sums(product_shares, trade.flows)]
    return pa.Table.from_pylist(rows, COMPARISON)


def _is_import_share(claim: Mapping[str, Any]) -> bool:
    figure = any(claim[name] is not None for name in ("value", "low", "high"))
    return claim["kind"] == "share" and claim["measure"] == "imports" and figure


def _scope(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["consumer"], row["supplier"], row["period"]


def _by_scope(
    shares: pa.Table, scopes: set[tuple[str, str, str]]
) -> dict[tuple[str, str, str], list[dict[str, Any]]]:
    keys = shares.select(["consumer", "supplier", "period"]).to_pylist()
    mask = pa.array([_scope(row) in scopes for row in keys], pa.bool_())
    shares_by_scope: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in shares.filter(mask).to_pylist():
        shares_by_scope.setdefault(_scope(row), []).append(row)
    return shares_by_scope


def _counts(
    claim: Mapping[str, Any], materials: Materials
) -> Mapping[str, tuple[int | None, int | None]]:
    """Map each product that a claim covers to its elements meant and its elements in all."""
    if claim["product"] is not None:
        return {claim["product"]: (None, None)}
    return materials.counts(claim["element"]) if claim["element"] is not None else {}


def _sums(product_shares: Sequence[Mapping[str, Any]], flows: pa.Table) -> Iterator[dict[str, Any]]:
    """Compute the shares over all products of each series that has several."""
    series: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for row in product_shares:
        series.setdefault(tuple(row[n] for n in CLAIM_SERIES), []).append(row)
    for key, rows in series.items():
        products = [row["product"] for row in rows]
        if len(products) < 2:
            continue
        conditions = dict(zip(CLAIM_SERIES, key, strict=True)) | {
            name: rows[0][name] for name in ("consumer", "period")
        }
        mask = pc.is_in(flows["product"], value_set=pa.array(products))
        for name, value in conditions.items():
            mask = pc.and_(mask, pc.equal(flows[name], value))
        series_flows = flows.filter(mask)
        label = pa.array([" + ".join(products)] * len(series_flows), pa.string())
        position = series_flows.column_names.index("product")
        shares = import_shares(series_flows.set_column(position, "product", label)).to_pylist()
        share = next(s for s in shares if s["supplier"] == rows[0]["supplier"])
        yield {
            **share,
            "hs": "+".join(row["hs"] for row in rows),
            "basis": rows[0]["basis"],
        }


def _row(
    claim: Mapping[str, Any],
    counts: Mapping[str, tuple[int | None, int | None]],
    share: Mapping[str, Any],
    *,
    own_sum: bool,
) -> dict[str, Any]:
    meant, total = (None, None) if own_sum else counts[share["product"]]
    scope = ("consumer", "supplier", "period", "hs", "dataset", "source")
    figures = ("share_usd", "share_tonnes", "missing_tonnes_share")
    return {
        **{name: share[name] for name in (*scope, *figures)},
        "claim": claim["key"],
        "basis": claim["basis"],
        "data_basis": share["basis"],
        "claimed": claim["value"],
        "claimed_low": claim["low"],
        "claimed_high": claim["high"],
        "products": share["product"],
        "elements_asked": meant,
        "elements": total,
        "own_sum": own_sum,
        "points_usd": _points(share["share_usd"], claim["value"]),
        "points_tonnes": _points(share["share_tonnes"], claim["value"]),
    }


def _points(share: float | None, claimed: float | None) -> float | None:
    return None if share is None or claimed is None else 100 * (share - claimed)
