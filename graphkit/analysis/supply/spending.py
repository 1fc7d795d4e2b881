"""Exposure of one buyer's own purchases: in whose hands they were, behind each seller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum

import numpy as np
import pyarrow as pa

from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.analysis.supply.ranges import loss_ranges
from graphkit.analysis.supply.removal import loss_matrix
from graphkit.analysis.supply.tracing import ANY_OTHER
from graphkit.arrow import SHARE, number, texts

RESULT = pa.schema([
    *texts("country"), *(number(name, SHARE) for name in ("bought", "share", "low", "high")),
])  # fmt: skip


def spending_shares(
    network: SupplyNetwork,
    product: str,
    bought: Mapping[str, float],
    blocs: Mapping[str, Sequence[str]] | None = None,
) -> pa.Table:
    r"""Compute the share of purchases that was in each country at any stage.

    A seller's goods have the mix of what its country makes and buys. With :math:`w_s` the share
    bought from seller s, and :math:`p_s(c)` the share of the sales of s that was in c at any stage
    (:func:`~graphkit.analysis.supply.look_through.passed_shares`),

    .. math:: e(c) = \sum_s w_s \, p_s(c), \qquad p_c(c) = 1

    so that a buyer with the suppliers of a country in its shares has that country's figure, and one
    with one seller that seller's. Nothing of who else buys in the buyer's country counts.

    Parameters
    ----------
    network : SupplyNetwork
    product : str
        A product of the network.
    bought : mapping of str to float
        Share of the purchases by the seller's country; they add up to 1.
    blocs : mapping of str to sequence of str, optional
        Countries that count as one, by name. Default: each country of the network and each seller.

    Returns
    -------
    pyarrow.Table
        ``country``, the last ``any other country``, of which nothing is known here;
        ``bought`` (share bought from sellers there), ``share`` (as traced), ``low`` and ``high``,
        0 to 1. What was bought from a seller of whom no data tell what it sells was surely sold by
        it, and any other country may be behind all of that.

    Examples
    --------
    A mines 9 and sells 6 to B, which mines 2 and sells 4 to C. A firm buys 3/4 from B and the rest
    from A: 6/8 of B's goods came from A, so that 1/4 + 3/4 * 3/4 was in A:

    >>> from graphkit.analysis.supply.build import supply_network
    >>> flows = pa.table({"supplier": ["A", "A", "B"], "consumer": ["B", "C", "C"],
    ...                   "product": ["ore"] * 3, "tonnes": [6.0, 1.0, 4.0]})
    >>> mines = pa.table({"country": ["A", "B"], "product": ["ore"] * 2, "tonnes": [9.0, 2.0]})
    >>> network = supply_network(flows, mines, measure="tonnes")
    >>> for row in spending_shares(network, "ore", {"A": 0.25, "B": 0.75}).to_pylist():
    ...     print(row["country"], row["bought"], round(row["share"], 4))
    A 0.25 0.8125
    B 0.75 0.75
    C 0.0 0.0
    any other country 0.0 0.0
    """
    nodes = network.nodes
    if blocs is None:
        blocs = {name: (name,) for name in sorted({*network.countries, *bought})}
    [place] = nodes.product_places([product])
    of_product = nodes.product == place
    # Ranges are of goods that are seen to be sold; of a pool that nobody buys from, all is open.
    is_open = ~network.unseen.used & (network.trade.exports == 0)
    traced, bounded = np.zeros((2, network.size))
    untraced: dict[str, float] = {}
    unbounded: dict[str, float] = {}
    for seller, weight in bought.items():
        node = np.flatnonzero(of_product & (nodes.country == _place(network, seller)))
        if len(node) and network.pools.supply[node[0]] > 0:
            traced[node[0]] = weight
        else:
            untraced[seller] = weight
        if seller in untraced or is_open[node[0]]:
            unbounded[seller] = weight
        else:
            bounded[node[0]] = weight
    members = [*blocs.values(), ()]
    sets = [
        np.flatnonzero(np.isin(nodes.country, [_place(network, name) for name in bloc]))
        for bloc in members
    ]
    losses = loss_matrix(network, sets), *loss_ranges(network, sets)
    share, low, high = (
        w @ lost for w, lost in zip((traced, bounded, bounded), losses, strict=True)
    )
    share += [fsum(untraced.get(name, 0.0) for name in bloc) for bloc in members]
    low += [fsum(unbounded.get(name, 0.0) for name in bloc) for bloc in members]
    high += fsum(unbounded.values())
    sold = [fsum(bought.get(name, 0.0) for name in bloc) for bloc in members]
    share, low, high = (np.clip(values, 0.0, 1.0) for values in (share, low, high))
    return pa.table([
        pa.array([*blocs, ANY_OTHER], pa.string()), pa.array(sold, pa.float64()),
        pa.array(share), pa.array(np.minimum(low, share)), pa.array(np.maximum(high, share)),
    ], schema=RESULT)  # fmt: skip


def _place(network: SupplyNetwork, country: str) -> int:
    """Return the position of a country, or -1 where it has no node."""
    return network.countries.index(country) if country in network.countries else -1
