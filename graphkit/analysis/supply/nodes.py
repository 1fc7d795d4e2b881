"""The nodes of a supply network: countries with their pools of the products of one chain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from graphkit.errors import GraphkitError


@dataclass(frozen=True, eq=False)
class Nodes:
    """Pairs of a country and a product, sorted by product (stage first), then country.

    Node ``i`` is the country ``countries[country[i]]`` with its pool of the product
    ``products[product[i]]``. Arrays of other pieces "by node" have these nodes as rows.
    """

    countries: tuple[str, ...]
    products: tuple[str, ...]
    """Product keys in order of their stages, then by key."""
    stages: tuple[str, ...]
    """The stage of each product."""
    orders: tuple[int, ...]
    """Position of that stage in the chain, 1 is the mine; by product, ascending."""
    country: np.ndarray
    """Position of the country of each node."""
    product: np.ndarray
    """Position of its product."""

    def __post_init__(self) -> None:
        check_rule(
            len(self.products) == len(self.stages) == len(self.orders)
            and list(self.orders) == sorted(self.orders),
            "products: one stage each, in its order",
        )
        check_rule(
            len(self.country) == len(self.product)
            and within(self.country, len(self.countries))
            and within(self.product, len(self.products))
            and ascending(self.keys),
            "nodes: each pair once, sorted by product, then country",
        )

    @property
    def size(self) -> int:
        """Number of nodes."""
        return len(self.country)

    @cached_property
    def keys(self) -> np.ndarray:
        """Number of each node among all pairs of a product and a country."""
        return np.asarray(self.product * len(self.countries) + self.country)

    @cached_property
    def order(self) -> np.ndarray:
        """Position of each node's stage in the chain."""
        return np.asarray(np.asarray(self.orders, np.int64)[self.product])

    def of_countries(self, countries: Iterable[str]) -> np.ndarray:
        """Find the nodes of some countries, for all products.

        Raises
        ------
        GraphkitError
            A country has no node here; the message lists the countries that have.
        """
        place = {name: i for i, name in enumerate(self.countries)}
        names = sorted(set(countries))
        if unknown := [name for name in names if name not in place]:
            raise GraphkitError(
                f"{', '.join(unknown)}: neither trade nor production is known here; "
                f"data exists for {shortened(self.countries)}"
            )
        return np.flatnonzero(np.isin(self.country, [place[name] for name in names]))

    def product_places(self, products: Iterable[str]) -> np.ndarray:
        """Find the positions of some products.

        Raises
        ------
        GraphkitError
            A product is not in the network; the message lists those that are.
        """
        keys = sorted(set(products))
        if unknown := [key for key in keys if key not in self.products]:
            raise GraphkitError(
                f"{', '.join(unknown)}: no data here; data exists for {shortened(self.products)}"
            )
        return np.asarray([self.products.index(key) for key in keys], np.int64)

    def pools(self, products: Sequence[int], nodes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Find the pools of some products in the countries of some nodes: products by nodes.

        Also return a mask of those pools that there are; the others have any position.
        """
        first = np.asarray(products, np.int64) * len(self.countries)
        keys = np.add.outer(first, self.country[nodes])
        places = np.minimum(np.searchsorted(self.keys, keys), self.size - 1)
        return places, self.keys[places] == keys

    def names(self, nodes: np.ndarray) -> tuple[pa.Array, pa.Array, pa.Array]:
        """Return country, product and stage of some nodes, as columns."""
        place = self.product[nodes]
        return (
            pa.array(np.asarray(self.countries, object)[self.country[nodes]], pa.string()),
            pa.array(np.asarray(self.products, object)[place], pa.string()),
            pa.array(np.asarray(self.stages, object)[place], pa.string()),
        )

    def label(self, node: int) -> str:
        """Format country and product of a node, as in chains."""
        return f"{self.countries[self.country[node]]} {self.products[self.product[node]]}"


def check_rule(holds: bool, rule: str) -> None:
    """Refuse arrays that break a rule of their piece of the network: a mistake in the program."""
    if not holds:
        raise ValueError(f"found arrays that do not fit together, wanted {rule}")


def within(places: np.ndarray, size: int) -> bool:
    """Return whether all positions are of that many things."""
    return bool(len(places) == 0 or (places.min() >= 0 and places.max() < size))


def ascending(keys: np.ndarray) -> bool:
    """Return whether each key is larger than the one before."""
    return bool((keys[1:] > keys[:-1]).all())


def shortened(names: Iterable[str], most: int = 12) -> str:
    """Join names in one line; a cut list ends with their number."""
    names = list(names)
    if len(names) <= most:
        return ", ".join(names) or "nothing"
    return f"{', '.join(names[:most])} ... ({len(names)} in all)"
