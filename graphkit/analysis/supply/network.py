"""The supply network: trade, production and inputs of the products of one chain.

Nodes are (country, product) pairs in a fixed order. All flows of one network are in one measure.
The network holds arrays; :meth:`SupplyNetwork.to_networkx` is the view of it for networkx.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from graphkit.analysis.supply.coverage import coverage
from graphkit.analysis.supply.graph import to_networkx
from graphkit.analysis.supply.inputs import Inputs
from graphkit.analysis.supply.nodes import Nodes, check_rule, shortened
from graphkit.analysis.supply.pools import Pools
from graphkit.analysis.supply.production import Production
from graphkit.analysis.supply.trade import IN_WORDS, Trade
from graphkit.analysis.supply.unseen import Unseen
from graphkit.errors import GraphkitError

BASES = ("imports", "supply")
"""Totals that shares may refer to: imports, or imports and production."""


@dataclass(frozen=True, eq=False)
class SupplyNetwork:
    """Flows, production and conversions of the products of one chain, as arrays.

    Made by :func:`~graphkit.analysis.supply.build.supply_network`. Node ``i`` is the country
    ``countries[nodes.country[i]]`` with its pool of the product ``products[nodes.product[i]]``:
    its production and imports. Nodes are sorted by product (stage first), then country.
    """

    nodes: Nodes
    """Countries, products and stages, and the pairs of them that are nodes."""
    trade: Trade
    """Flows from seller to buyer, in the measure."""
    production: Production
    """Production of each node, by published figures and by what its trade shows."""
    inputs: Inputs
    """Pools of earlier products that each node's production draws on."""
    returns: bool = False
    """True: goods whose way is unseen may return to a country that they have left."""

    def __post_init__(self) -> None:
        check_rule(
            self.trade.nodes is self.production.nodes is self.inputs.nodes is self.nodes,
            "trade, production and inputs of the same nodes",
        )

    @property
    def measure(self) -> str:
        """Amount of all flows, ``usd`` or ``tonnes``."""
        return self.trade.measure

    @property
    def unit(self) -> str:
        """Unit of the flows: USD or t."""
        return self.trade.unit

    @property
    def countries(self) -> tuple[str, ...]:
        """ISO 3166-1 alpha-3 codes of the countries, sorted."""
        return self.nodes.countries

    @property
    def products(self) -> tuple[str, ...]:
        """Product keys in order of their stages, then by key."""
        return self.nodes.products

    @property
    def stages(self) -> tuple[str, ...]:
        """The stage of each product."""
        return self.nodes.stages

    @property
    def size(self) -> int:
        """Number of nodes."""
        return self.nodes.size

    @cached_property
    def pools(self) -> Pools:
        """Pool of each node, by the pools that it comes out of, as traced."""
        return Pools(self.trade, self.production, self.inputs)

    @cached_property
    def unseen(self) -> Unseen:
        """Possible makers and ways of goods, for all that is known."""
        return Unseen(self.trade, self.production, self.inputs, self.returns)

    def select(
        self,
        countries: Iterable[str] | None = None,
        products: Iterable[str] | None = None,
        base: str = "supply",
    ) -> np.ndarray:
        """Select the nodes of some or all countries and products with imports or any supply.

        Raises
        ------
        GraphkitError
            A country or product has no data here, or no node has any imports or supply.
        """
        if base not in BASES:
            raise GraphkitError(f"base: found {base!r}, wanted one of {', '.join(BASES)}")
        mask = (self.pools.supply if base == "supply" else self.trade.imports) > 0
        if countries is not None:
            mask &= np.isin(np.arange(self.size), self.nodes.of_countries(countries))
        if products is not None:
            mask &= np.isin(self.nodes.product, self.nodes.product_places(products))
        if not mask.any() and (countries is not None or products is not None):
            raise GraphkitError(
                f"{shortened(countries or self.countries, 4)}: no {base} of "
                f"{shortened(products or self.products, 4)} known {IN_WORDS[self.measure]}"
            )
        return np.flatnonzero(mask)

    def coverage(self) -> pa.Table:
        """Describe the data behind the network by product.

        Returns
        -------
        pyarrow.Table
            ``product``, ``stage``, ``measure``, ``nodes``, ``flows`` (rows with an amount),
            ``flows_without_measure`` (rows without one, left out), ``self_flows`` (of a country to
            itself, left out), ``amount`` (sum of the flows, in the measure); the number of nodes
            with ``observed``, ``inferred`` or ``missing`` production, and their share of all
            sales (``..._share``, null without flows); ``oversold`` (nodes that sell more than
            their published production and imports), ``untraceable`` (nodes with no producer
            behind them), ``without_upstream`` (nodes that make the product out of an unknown
            pool), ``short_of_input`` (nodes whose input pools are too small for their output)
            and ``short_share`` (share of all sales that those pools cannot feed), ``traded``
            (false: no flow of it is known). In order of the chain.
        """
        return coverage(self.pools)

    def to_networkx(self, *, facts: bool = False, conversions: bool = False) -> Any:
        """Convert the network to networkx.

        Parameters
        ----------
        facts : bool
            One edge for every row of the flows, instead of their sums.
        conversions : bool
            Also an edge of ``kind`` "MADE_INTO" from the input to the output of one country. It
            has a ``share`` of the output's pool and no amount, because stages have different
            units: weight by ``share`` then, since networkx counts a missing amount as 1.

        Returns
        -------
        networkx.DiGraph or networkx.MultiDiGraph
            Nodes are ``(country, product)`` with ``country``, ``product``, ``stage``,
            ``produced``, ``state`` and ``supply``. Trade runs from seller to buyer, with ``kind``
            "EXPORTS", the amount under the name of the measure, its ``unit`` and, of sums,
            ``share`` of the buyer's pool; of facts, every other column that is known.
        """
        return to_networkx(self.pools, facts=facts, conversions=conversions)
