"""Trade that a user's own data set hides: of a product and period, answers take one data set."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from graphkit.answers.answer import Answer
from graphkit.answers.coverage import HiddenTrade
from graphkit.answers.note import Note
from graphkit.catalog.catalog import Catalog
from graphkit.period import listed


def with_hidden_trade(catalog: Catalog, answer: Answer) -> Answer:
    """Say which trade of the world is hidden by the preference of a user's own data sets."""
    own_sources = {row["key"] for row in catalog.nodes("Source").to_pylist() if row["own"]}
    if catalog.dataset or not own_sources:
        return answer
    used = {
        (series.product, series.period, series.dataset)
        for series in answer.coverage.series
        if series.source in own_sources
    }
    hidden = _hidden(catalog, used, own_sources) if used else []
    if not hidden:
        return answer
    markets: dict[tuple[str, str, str], list[HiddenTrade]] = {}
    for trade in hidden:
        market = trade.product, trade.dataset, trade.hidden_dataset
        markets.setdefault(market, []).append(trade)
    notes = []
    for (product, dataset, other), trades in markets.items():
        own = _amount([(trade.flows, trade.usd) for trade in trades])
        others = _amount([(trade.hidden_flows, trade.hidden_usd) for trade in trades])
        notes.append(
            Note(
                f"{catalog.materials.label(product)}, {listed([t.period for t in trades], 3)}: "
                f"your data set {dataset} ({own}) stands in the place of {other}, whose trade of "
                f"all countries ({others}) is hidden; `dataset={other}` takes it.",
                (product,),
            )
        )
    coverage = replace(answer.coverage, hidden_trade=tuple(hidden))
    return replace(answer, coverage=coverage, notes=(*answer.notes, *notes))


def _hidden(
    catalog: Catalog, used: Collection[tuple[str, str, str]], own_sources: Collection[str]
) -> list[HiddenTrade]:
    """List the markets in which one's own data set is used, with the next one that has trade.

    A series of many periods, which has their span, is of each market of its data set.
    """
    ranks = {
        row["dataset"]: row["preference"]
        for row in catalog.rows("datasets").to_pylist()
        if row["preference"] is not None and row["source"] not in own_sources
    }
    totals: dict[tuple[str, str], dict[str, list[Amount]]] = {}
    for row in catalog.covered.select(["product", "period", "dataset", "flows", "usd"]).to_pylist():
        by_dataset = totals.setdefault((row["product"], row["period"]), {})
        by_dataset.setdefault(row["dataset"], []).append((row["flows"], row["usd"]))
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
                own, theirs = _total(by_dataset[dataset]), _total(by_dataset[other])
                hidden.append(HiddenTrade(product, period, dataset, *own, other, *theirs))
    return hidden


Amount = tuple[int, float | None]
"""Number of flows, and their value in US dollars."""


def _total(amounts: Sequence[Amount]) -> Amount:
    """Add up flows and known values; a value that none has is unknown."""
    values = [usd for _, usd in amounts if usd is not None]
    return sum(flows for flows, _ in amounts), sum(values) if values else None


def _amount(amounts: Sequence[Amount]) -> str:
    """Write the number of flows and their value."""
    flows, usd = _total(amounts)
    worth = "" if usd is None else f", {usd:,.0f} USD"
    return f"{flows:,} flow{'s' * (flows != 1)}{worth}"
