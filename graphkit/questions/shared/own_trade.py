"""Trade of a user's own data sets beside that of an answer, which does not take it by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from graphkit.answers.answer import Answer
from graphkit.answers.coverage import OwnTrade
from graphkit.answers.note import Note
from graphkit.catalog.catalog import Catalog
from graphkit.period import listed


def with_own_trade(catalog: Catalog, answer: Answer) -> Answer:
    """Say which trade in the goods of an answer the user's own data sets have as well."""
    if catalog.dataset or not (own_sources := catalog.own_sources):
        return answer
    series = [one for part in answer.coverage.parts.values() for one in part.series]
    products = {one.product for one in series if one.source not in own_sources}
    beside = _beside(catalog, products) if products else []
    if not beside:
        return answer
    markets: dict[tuple[str, str], list[OwnTrade]] = {}
    for trade in beside:
        markets.setdefault((trade.product, trade.dataset), []).append(trade)
    notes = [
        Note(
            f"{catalog.materials.label(product)}: your data set {dataset} has trade too, of "
            f"{listed([trade.period for trade in trades], 3)} ({_amount(trades)}), which is not "
            f"counted here; `dataset={dataset}` takes it.",
            (product,),
        )
        for (product, dataset), trades in markets.items()
    ]
    coverage = replace(answer.coverage, own_trade=tuple(beside))
    return replace(answer, coverage=coverage, notes=(*answer.notes, *notes))


def _beside(catalog: Catalog, products: set[str]) -> list[OwnTrade]:
    """List the markets of these products in the user's own data sets."""
    datasets = {
        row["dataset"] for row in catalog.rows("datasets").to_pylist()
        if row["source"] in catalog.own_sources
    }  # fmt: skip
    totals: dict[tuple[str, str, str], list[tuple[int, float | None]]] = {}
    for row in catalog.covered.select(["product", "period", "dataset", "flows", "usd"]).to_pylist():
        if row["dataset"] in datasets and row["product"] in products:
            market = row["product"], row["period"], row["dataset"]
            totals.setdefault(market, []).append((row["flows"], row["usd"]))
    return [
        OwnTrade(*market, sum(flows for flows, _ in amounts), _value([usd for _, usd in amounts]))
        for market, amounts in sorted(totals.items())
    ]


def _value(amounts: Sequence[float | None]) -> float | None:
    """Add up known values; a value that none has is unknown."""
    known = [usd for usd in amounts if usd is not None]
    return sum(known) if known else None


def _amount(trades: Sequence[OwnTrade]) -> str:
    """Write the number of flows and their value."""
    flows, usd = sum(trade.flows for trade in trades), _value([trade.usd for trade in trades])
    worth = "" if usd is None else f", {usd:,.0f} USD"
    return f"{flows:,} flow{'s' * (flows != 1)}{worth}"
