"""Claims on one good of a basket beside the most that the basket can hold under a price."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.claims.evidence import Loaded
from graphkit.analysis.claims.published import OWNERS
from graphkit.answers.columns import schema_of
from graphkit.catalog.catalog import Catalog
from graphkit.period import Period
from graphkit.questions.shared.price_bounds import (
    PRICE_BOUND,
    SOURCES,
    PriceBounds,
    with_price_bounds,
)

BOUNDED = ("quantity", "more-than")
"""Kinds of claim on amounts."""


def with_bounds_of_claims(catalog: Catalog, results: pa.Table, loaded: Loaded) -> PriceBounds:
    """Add the columns of ``PRICE_BOUND`` to checked claims on amounts of one element.

    The basket is that of the claim's period, or of the shortest period with trade that holds it,
    which bounds it too; where there is none, that of the period with which the claim compares.
    """
    claims_by_element: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in results.to_pylist():
        element = _element(catalog, row)
        if element and row["kind"] in BOUNDED and row["measure"] in OWNERS:
            claims_by_element[element].append(row)
    bounds: dict[str, dict[str, Any]] = {}
    sources = [SOURCES.empty_table()]
    for element, claims in sorted(claims_by_element.items()):
        scope = catalog.materials.scope(element)
        mixed = pa.array([*scope.mixed], pa.string())
        flows = loaded.flows.filter(pc.is_in(loaded.flows["product"], mixed))
        baskets = [basket for claim in claims for basket in _basket(claim, flows, loaded)]
        if not baskets:
            continue
        keys = pa.table({"key": sorted({claim["key"] for claim in claims})})
        bounded = with_price_bounds(
            catalog, scope, keys, pa.Table.from_pylist(baskets), {"key": "claim"}
        )
        if bounded.columns:
            bounds |= {row["key"]: row for row in bounded.rows.to_pylist()}
            sources.append(bounded.sources)
    if not bounds:
        return PriceBounds(results)
    rows = [bounds.get(key, {}) for key in results["key"].to_pylist()]
    table = pa.Table.from_pylist(rows, schema_of(PRICE_BOUND))
    for name, column in zip(table.schema, table.columns, strict=True):
        results = results.append_column(name, column)
    columns = [replace(column, header="") for column in PRICE_BOUND]
    return PriceBounds(results, columns, sources=pa.concat_tables(sources))


def bound_in_words(row: Mapping[str, Any]) -> str:
    """Write the bound beside a claim as the last part of a sentence; empty if it has none."""
    if row.get("most_tonnes") is None:
        return ""
    return (
        f"; beside it: {row['priced_product']} under HS {row['priced_hs']} in "
        f"{row['price_period']} at most {row['most_tonnes']:,.0f} t, if none was sold below "
        f"{row['price_usd_per_tonne'] / 1000:,.4g} USD/kg ({row['price_source']}), "
        f"{row['most_tonnes_at_half_price']:,.0f} t if none below half of that"
    )


def _element(catalog: Catalog, claim: Mapping[str, Any]) -> str | None:
    """Return the one element that a claim is on, by itself or as what its product is bought for."""
    if claim["product"] is None:
        element: str | None = claim["element"]
        return element
    main = catalog.materials.main.get(claim["product"], set())
    return next(iter(main)) if len(main) == 1 else None


def _basket(claim: Mapping[str, Any], flows: pa.Table, loaded: Loaded) -> Iterator[dict[str, Any]]:
    """Iterate over the flows of the basket that a claim's goods are among.

    Of several data sets of a product it is the one with the most value: it allows most.
    """
    for name in ("consumer", "supplier"):
        if claim[name] is not None:
            places = {claim[name], *loaded.groups.get(claim[name], ())}
            flows = flows.filter(pc.is_in(flows[name], pa.array(sorted(places))))
    periods = set(flows["period"].to_pylist())
    spans: list[str] = []
    for name in ("period", "than"):
        if claim[name] is not None and not spans:
            spans = [text for text in periods if Period(claim[name]) in Period(text)]
    if not spans:
        return
    period = min(spans, key=lambda text: (Period(text).months, text))
    flows = flows.filter(pc.equal(flows["period"], period))
    values = flows.group_by(["product", "dataset"]).aggregate([("usd", "sum")]).to_pylist()
    most = {
        row["product"]: row["dataset"]
        for row in sorted(values, key=lambda row: (row["usd_sum"] or 0.0, row["dataset"]))
    }
    for flow in flows.to_pylist():
        if flow["dataset"] == most[flow["product"]]:
            yield flow | {"claim": claim["key"]}
