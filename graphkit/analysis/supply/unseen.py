"""The unseen part of a supply network: who may have made or passed on what no data show."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from graphkit.analysis.supply.inputs import Inputs
from graphkit.analysis.supply.production import INFERRED, MISSING, OBSERVED, Production
from graphkit.analysis.supply.trade import Trade


@dataclass(frozen=True, eq=False)
class Unseen:
    """Possible makers and ways of goods, for all that is known."""

    trade: Trade
    production: Production
    inputs: Inputs
    returns: bool = False
    """True: goods whose way is unseen may return to a country that they have left."""

    @cached_property
    def passed(self) -> np.ndarray:
        """Products by products: True where the second may have gone into the first unseen.

        It, or a product made of it that went into the first, is in no known trade, or only its
        largest flows are listed.
        """
        behind, absent = self.inputs.behind, self.inputs.absent
        untraded = ~self.trade.traded | self.trade.open
        through = behind[:, untraded] @ behind[untraded]
        return np.asarray(through | (absent.outputs.T @ absent.inputs))

    @cached_property
    def may_pass(self) -> np.ndarray:
        """Nodes by products: True where what the node has may have gone into sales of the product.

        Its country makes and sells the product, or one that it is made of, or may do so unseen.
        """
        nodes, production, behind = self.trade.nodes, self.production, self.inputs.behind
        none = (production.amount == 0) & ((production.state == OBSERVED) | production.listed)
        sells = np.zeros((len(nodes.countries), len(nodes.products)), bool)
        sells[nodes.country, nodes.product] = (self.trade.exports > 0) & ~none
        sold = np.stack([sells[:, row] @ behind[row] for row in behind])
        return np.asarray((sold | self.passed[:, None])[:, nodes.country, nodes.product].T)

    @cached_property
    def used(self) -> np.ndarray:
        """Mask of the nodes whose country sells what it makes of the product, or may do so."""
        return np.asarray(self.may_pass.any(axis=1))

    @cached_property
    def unpublished(self) -> np.ndarray:
        """Mask of the nodes that may have made any part of what they sell or use themselves.

        Where the published shares of a product add up to the whole world, a country without one
        makes none, unless its trade shows that it does.
        """
        state, listed = self.production.state, self.production.listed
        unsure = (state == INFERRED) | ((state == MISSING) & ~listed)
        return np.asarray(unsure & self.used)

    def own_parts(self, nodes: np.ndarray, untraded: str) -> np.ndarray:
        """Bound from below the part of pools of products with unknown trade that is home-made.

        As if all that others make came there too. It is 1 for products with known trade, whose
        pools have their own imports, for countries that a source says to use their own alone, and
        everywhere if such products are taken to be the country's "own".
        """
        traded = self.trade.traded_nodes[nodes]
        if untraded == "own" or traded.all():
            return np.ones(len(nodes))
        production, product = self.production, self.trade.nodes.product
        world = np.bincount(product, production.at_most, len(production.unnamed))
        world = (world + production.unnamed)[product[nodes]]
        amount = production.amount[nodes]
        part = np.divide(amount, world, out=np.zeros(len(nodes)), where=world > 0)
        return np.where(traded | production.own_alone[nodes], 1.0, part)

    def never_left(self, nodes: np.ndarray) -> np.ndarray:
        """Bound from below the part of pools that is home-made and was in no other country.

        It is :meth:`own_parts` where no good returns. Where goods may return, all that a pool has
        may have been abroad, unless its trade is seen or a source says that it is its own alone.
        """
        own = self.own_parts(nodes, "unknown")
        sure = self.trade.traded_nodes[nodes] | self.production.own_alone[nodes]
        return np.where(sure | (not self.returns), own, 0.0)

    def crossings(self, leaving: int) -> float:
        """Bound how often goods of one product whose way is unseen left some countries."""
        return np.inf if self.returns and leaving else float(leaving)

    def untraded_pools(self, nodes: np.ndarray, untraded: str) -> tuple[np.ndarray, np.ndarray]:
        """Bound the shares in the pools of one product with unknown trade.

        A country's own share is least if all that others make came to it, and another's is largest
        if all that it makes went there. A producer whose figure is withheld, or the least that it
        makes, counts with its bound, or else as one that may make any amount; a country of which
        sources say nothing may have made all that they leave unnamed. The last column is of any
        country that the network does not have.
        """
        names, production = self.trade.nodes, self.production
        country, amount = names.country[nodes], production.amount[nodes]
        home, width = (amount > 0).astype(np.float64), len(names.countries) + 1
        floor = np.zeros((len(nodes), width))
        floor[np.arange(len(nodes)), country] = home * self.own_parts(nodes, untraded)
        if untraded == "own":
            return floor, floor.copy()
        at_most = np.full(width, production.unnamed[names.product[nodes[0]]])
        at_most[country] = production.at_most[nodes]
        both = amount[:, None] + at_most[None, :]
        most = np.isinf(both).astype(np.float64)
        np.divide(at_most[None, :], both, out=most, where=(both > 0) & np.isfinite(both))
        ceiling = most * (home * ~production.own_alone[nodes])[:, None]
        ceiling[np.arange(len(nodes)), country] = home
        return floor, ceiling
