"""Trade that a user's own data set hides: of a product and period, answers take one data set."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from graphkit.answers.answer import Answer
from graphkit.catalog.catalog import Catalog
from graphkit.period import listed

HIDDEN = "hidden_trade"
"""Entry of the coverage with a row for each market: the data set used, and the one that it hides,
with the flows and value of both, all countries together."""


def with_hidden_trade(catalog: Catalog, answer: Answer) -> Answer:
    """Say which trade of the world is hidden by the preference of a user's own data sets."""
    own_sources = {row["key"] for row in catalog.nodes("Source").to_pylist() if row["own"]}
    if catalog.dataset or not own_sources:
        return answer
    used = {
        (row["product"], row["period"], row["dataset"])
        for row in answer.coverage["series"]
        if row["source"] in own_sources
    }
    hidden = _hidden(catalog, used, own_sources) if used else []
    if not hidden:
        return answer
    markets: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in hidden:
        markets.setdefault((row["product"], row["dataset"], row["hidden_dataset"]), []).append(row)
    notes = [
        f"{catalog.materials.label(product)}, {listed([row['period'] for row in rows], 3)}: your "
        f"data set {dataset} ({_amount(rows)}) stands in the place of {other}, whose trade of all "
        f"countries ({_amount(rows, 'hidden_')}) is hidden; `dataset={other}` takes it."
        for (product, dataset, other), rows in markets.items()
    ]
    coverage = {**answer.coverage, HIDDEN: hidden}
    return replace(answer, coverage=coverage, notes=(*answer.notes, *notes))


def _hidden(
    catalog: Catalog, used: Collection[tuple[str, str, str]], own_sources: Collection[str]
) -> list[dict[str, Any]]:
    """List the markets in which one's own data set is used, with the next one that has trade.

    A series of many periods, which has their span, is of each market of its data set.
    """
    ranks = {
        row["dataset"]: row["preference"]
        for row in catalog.rows("datasets").to_pylist()
        if row["preference"] is not None and row["source"] not in own_sources
    }
    totals: dict[tuple[str, str], dict[str, list[dict[str, Any]]]] = {}
    for row in catalog.covered.select(["product", "period", "dataset", "flows", "usd"]).to_pylist():
        by_dataset = totals.setdefault((row["product"], row["period"]), {})
        by_dataset.setdefault(row["dataset"], []).append(row)
    spans = {series for series in used if series[:2] not in totals}
    hidden = []
    for (product, period), by_dataset in sorted(totals.items()):
        others = sorted((rank, key) for key, rank in ranks.items() if key in by_dataset)
        for dataset in by_dataset:
            is_used = (product, period, dataset) in used or any(
                (product, dataset) == (series[0], series[2]) for series in spans
            )
            if is_used and others:
                _, other = others[0]
                hidden.append({
                    "product": product, "period": period, "dataset": dataset,
                    **_total(by_dataset[dataset]), "hidden_dataset": other,
                    **{f"hidden_{name}": n for name, n in _total(by_dataset[other]).items()},
                })  # fmt: skip
    return hidden


def _total(rows: Sequence[Mapping[str, Any]], prefix: str = "") -> dict[str, Any]:
    """Add up flows and known values; a value that none has is unknown."""
    values = [row[f"{prefix}usd"] for row in rows if row[f"{prefix}usd"] is not None]
    flows = sum(row[f"{prefix}flows"] for row in rows)
    return {"flows": flows, "usd": sum(values) if values else None}


def _amount(rows: Sequence[Mapping[str, Any]], prefix: str = "") -> str:
    """Write the number of flows and their value."""
    total = _total(rows, prefix)
    worth = "" if total["usd"] is None else f", {total['usd']:,.0f} USD"
    return f"{total['flows']:,} flow{'s' * (total['flows'] != 1)}{worth}"
