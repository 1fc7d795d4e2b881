"""The pools of a supply network: the production and imports of each node, and their sources."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from graphkit.analysis.supply.inputs import Inputs
from graphkit.analysis.supply.production import Production
from graphkit.analysis.supply.trade import Trade


@dataclass(frozen=True, eq=False)
class Pools:
    """Pool of each node, by the pools of other nodes that it comes out of, as traced.

    Sparse matrices are nodes by nodes, from the pool of a row to its sources in the columns.
    """

    trade: Trade
    production: Production
    inputs: Inputs

    @cached_property
    def supply(self) -> np.ndarray:
        """Amount of each pool: production and imports of the node."""
        return np.asarray(self.production.amount + self.trade.imports)

    @cached_property
    def own(self) -> np.ndarray:
        """Share of each node's pool that it makes itself."""
        return np.asarray(self.production.amount / np.where(self.supply > 0, self.supply, 1.0))

    @cached_property
    def bought(self) -> Any:
        """Sparse ``Q``: row j, column i is the share of its pool that j bought from i."""
        from scipy.sparse import csr_array

        trade, size = self.trade, len(self.supply)
        share = trade.amount / self.supply[trade.target]
        return csr_array((share, (trade.target, trade.source)), shape=(size, size))

    @cached_property
    def links(self) -> Any:
        """Sparse shares of each node's pool by the pools it comes out of, bought or made."""
        from scipy.sparse import diags_array

        return (self.bought + diags_array(self.own) @ self.inputs.made).tocsr()

    @cached_property
    def fed(self) -> np.ndarray:
        """Mask of the nodes with a producer behind them; origins of the others are untraceable."""
        return reached(self.links, (self.own > 0) & (self.inputs.covered < 1.0))


def reached(links: Any, start: np.ndarray) -> np.ndarray:
    """Mark nodes that ``start`` supplies, at any remove; ``links`` point from buyer to seller."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order

    size = len(start)
    mask = np.zeros(size, bool)
    if not start.any():
        return mask
    coo = links.tocoo()
    used = coo.data > 0
    first = np.flatnonzero(start)
    rows = np.concatenate([coo.col[used], np.full(len(first), size)])
    columns = np.concatenate([coo.row[used], first])
    graph = csr_array((np.ones(len(rows)), (rows, columns)), shape=(size + 1, size + 1))
    order = breadth_first_order(graph, size, return_predecessors=False)
    mask[order[order < size]] = True
    return mask
