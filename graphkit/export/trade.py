"""The trade network of a scope: countries, and what one sold to the other."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from graphkit.errors import GraphkitError
from graphkit.questions.facts import Facts
from graphkit.questions.trade import check_period, trade_of
from graphkit.stores import Store


@dataclass(frozen=True)
class TradeNetwork:
    """Flows in scope, and the names of the places they join."""

    shares: pa.Table
    """Of each series, what a supplier sold a consumer, added up over HS codes."""
    names: dict[str, str]
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
    trade = trade_of(store, facts.materials.scope(scope), period, facts.materials)
    if trade.lacking:
        raise GraphkitError(trade.lacking[0].lower() + trade.lacking[1:].rstrip("."))
    ends = {*trade.shares["supplier"].to_pylist(), *trade.shares["consumer"].to_pylist()}
    names = {key: facts.places.with_key(key).name for key in sorted(ends)}
    series = [
        f"{s['product']}, {s['period']}: {s['flows']:,} flows, data set {s['dataset']}, source "
        f"{s['source']}"
        for s in trade.series
    ]
    return TradeNetwork(trade.shares, names, (*series, *trade.notes))
