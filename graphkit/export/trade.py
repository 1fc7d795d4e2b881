"""The trade network of a scope: countries, and what one sold to the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from graphkit.catalog import Facts
from graphkit.errors import GraphkitError
from graphkit.queries import rows_of
from graphkit.questions.trade import check_period, trade_of
from graphkit.stores import Store


@dataclass(frozen=True)
class TradeNetwork:
    """Flows in scope, and the places they join."""

    shares: pa.Table
    """Of each series, what a supplier sold a consumer, added up over HS codes."""
    places: Mapping[str, Mapping[str, str | None]]
    """Name, kind and region of each place, by key."""
    notes: tuple[str, ...]


def trade_network(store: Store, scope: str | None, period: str | None) -> TradeNetwork:
    """The trade of a scope in a period, or in the newest one of each product.

    Raises
    ------
    UsageError
        A name or period that is none; the message has the nearest ones.
    GraphkitError
        There is no trade in the scope; the message says what there is.
    """
    check_period(period)
    facts = Facts(store)
    trade = trade_of(facts, facts.materials.scope(scope), period)
    if trade.lacking:
        raise GraphkitError(trade.lacking[0].lower() + trade.lacking[1:].rstrip("."))
    ends = {*trade.shares["supplier"].to_pylist(), *trade.shares["consumer"].to_pylist()}
    regions = {row["key"]: row["region"] for row in rows_of(store, "countries").to_pylist()}
    places: dict[str, Mapping[str, str | None]] = {}
    for place in map(facts.places.with_key, sorted(ends)):
        about = {"label": place.name, "kind": place.kind, "region": regions.get(place.key)}
        places[place.key] = about
    series = [
        f"{s['product']}, {s['period']}: {s['flows']:,} flows, data set {s['dataset']}, source "
        f"{s['source']}"
        for s in trade.series
    ]
    return TradeNetwork(trade.shares, places, (*series, *trade.notes))
