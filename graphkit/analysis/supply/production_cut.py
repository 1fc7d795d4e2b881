"""Cuts of production: the parts of what countries make that stop, for several sets of plants."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np

from graphkit.analysis.supply.network import SupplyNetwork


class Part(NamedTuple):
    """A part of a country's production of a product, from 0 to 1, between two ends."""

    low: float
    """The part that is known; it is the figure too."""
    high: float


Parts: TypeAlias = Mapping[tuple[str, str], Part]
"""Parts by country and product."""


@dataclass(frozen=True, eq=False)
class ProductionCut:
    """Parts of production that stop; each column is a set of plants that stop together."""

    low: np.ndarray
    """Part of each node's own production that surely stops."""
    high: np.ndarray
    """Part of it that may stop."""
    products: np.ndarray
    """Most of any country's production of each product that may stop."""
    absent: np.ndarray
    """The same of products without any data behind each product."""


def production_cut(
    network: SupplyNetwork, sets: Sequence[Parts], removed: Collection[int] = ()
) -> ProductionCut:
    """Put parts of production on the nodes of a network.

    Parts of nodes that the network does not have count where goods are unseen. All of these may
    have passed the countries that ``removed`` sets remove, also those without any node.
    """
    nodes, absent = network.nodes, network.inputs.absent
    country = {name: place for place, name in enumerate(nodes.countries)}
    product = {name: place for place, name in enumerate(nodes.products)}
    unseen = {name: place for place, name in enumerate(absent.products)}
    node = {key: place for place, key in enumerate(nodes.keys.tolist())}
    low, high = np.zeros((2, nodes.size, len(sets)))
    products = np.zeros((len(nodes.products), len(sets)))
    behind = np.zeros((len(absent.products), len(sets)))
    for column, parts in enumerate(sets):
        for (place, good), part in parts.items():
            if good in unseen:
                row = unseen[good]
                behind[row, column] = max(behind[row, column], part.high)
            if good not in product:
                continue
            row = product[good]
            products[row, column] = max(products[row, column], part.high)
            key = row * len(nodes.countries) + country[place] if place in country else -1
            if key in node:
                low[node[key], column], high[node[key], column] = part
    outputs = (absent.outputs.T[:, :, None] * behind).max(axis=1, initial=0.0)
    products[:, list(removed)] = outputs[:, list(removed)] = 1.0
    return ProductionCut(low, high, products, outputs)
