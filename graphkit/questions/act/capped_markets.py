"""Markets whose limit is on origins looked through, or on seats of owners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from graphkit.analysis.ownership import divided
from graphkit.analysis.supply.ranges import origin_ranges
from graphkit.analysis.supply.tracing import origin_shares
from graphkit.answers.figures import percent
from graphkit.catalog.catalog import Catalog
from graphkit.errors import GraphkitError, UsageError
from graphkit.names import capitalized
from graphkit.questions.act.caps import ORIGIN, SUPPLIER, Caps
from graphkit.questions.act.purchases import Market
from graphkit.questions.plants.facilities import plants_of
from graphkit.questions.shared.supply import supply_of

OPEN = 0.2
"""Most of what is bought of which the seats of owners may be unknown."""


def with_cap(catalog: Catalog, market: Market, cap: str) -> Market:
    """Put the limit of a market on origins or on seats of owners, if that is asked.

    Raises
    ------
    UsageError
        Seats of owners of too much of what is bought are not known.
    """
    if cap == SUPPLIER:
        return market
    caps = _origins(catalog, market) if cap == ORIGIN else _seats(catalog, market)
    return replace(market, caps=caps)


def _origins(catalog: Catalog, market: Market) -> Caps:
    """Trace what each seller sells to who did the work of the product's own stage."""
    goods = catalog.materials.scope(f"product:{market.product}")
    supply = supply_of(catalog, goods, market.series.period, measure=market.measure)
    network = supply.network
    product = network.products.index(market.product)
    places = {
        network.countries[country]: node
        for node, country in enumerate(network.nodes.country.tolist())
        if network.nodes.product[node] == product
    }
    nodes = [places[seller] for seller in market.sellers]
    traced = origin_shares(network, market.stage).share[nodes]
    _, high = origin_ranges(network, market.stage)
    most = np.maximum(high.sales[nodes, : traced.shape[1]], traced)
    some = traced.any(axis=0)
    keys = [network.countries[place] for place in np.flatnonzero(some).tolist()]
    return Caps(keys, traced[:, some].T, most[:, some].T, (supply.production,))


def _seats(catalog: Catalog, market: Market) -> Caps:
    """Divide what each seller sells among the seats of the owners of its plants.

    What may be of a seat counts as its own: so the limit holds whoever the unknown owners are.
    """
    goods = catalog.materials.scope(f"product:{market.product}")
    try:
        known = plants_of(catalog, goods, None)
    except GraphkitError:  # no plant of it is known
        rows: Sequence[Mapping[str, Any]] = ()
        tables: tuple[pa.Table, ...] = ()
    else:
        tables = known.tables
        rows = [row for row in known.capacities
                if row["product"] == market.product and row["tonnes"]]  # fmt: skip
    shares: list[dict[str, float]] = []
    for seller in market.sellers:
        own = [row for row in rows if row["country"] == seller]
        by_basis: dict[str, list[tuple[str, float]]] = {}
        for row in own:
            by_basis.setdefault(row["basis"] or "", []).append((row["plant"], row["tonnes"]))
        if not by_basis:
            shares.append({})
            continue
        pairs = max(by_basis.values(), key=lambda some: sum(tonnes for _, tonnes in some))
        division = divided(known.owners, pairs, by_seat=True, control=False)
        shares.append({key: s.low / division.total for key, s in division.shares.items()})
    keys = sorted({key for parts in shares for key in parts})
    low = np.array([[parts.get(key, 0.0) for parts in shares] for key in keys])
    low = low.reshape(len(keys), len(shares))
    unknown = 1.0 - low.sum(axis=0)
    open_part = round(float((market.bought @ unknown).sum() / market.bought.sum()), 9)
    if not keys or open_part > OPEN:
        product = catalog.materials.in_text(market.product)
        raise UsageError(
            f"`cap=seat`: {capitalized(product)}: seats of owners are known for plants behind "
            f"{percent(1.0 - open_part)} of what is bought, wanted at least "
            f"{percent(1.0 - OPEN)}: the rest may be of any seat"
        )
    return Caps(keys, low + unknown, tables=tables)
