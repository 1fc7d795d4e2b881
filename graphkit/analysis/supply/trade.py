"""The trade of a supply network: flows between the nodes of each product, in one measure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from graphkit.analysis.supply.nodes import Nodes, ascending, check_rule, within

UNITS = {"usd": "USD", "tonnes": "t"}
IN_WORDS = {"usd": "by value (USD)", "tonnes": "by mass (tonnes)"}


@dataclass(frozen=True, eq=False)
class Trade:
    """Flows between nodes of one product, sorted by buyer, then seller; each pair once."""

    nodes: Nodes
    measure: str
    """Amount of all flows, ``usd`` or ``tonnes``."""
    source: np.ndarray
    """Node that sells, of each flow."""
    target: np.ndarray
    """Node that buys, of each flow."""
    amount: np.ndarray
    """Amount of each flow in the measure, more than zero."""
    facts: pa.Table
    """Rows that the flows were added up from."""
    unlisted: np.ndarray
    """Most that each node may have bought besides, where not all flows are listed."""
    unlisted_sales: np.ndarray
    """Most that each node may have sold besides."""
    open: np.ndarray
    """Mask of the products that countries without a listed flow may trade too."""

    def __post_init__(self) -> None:
        size, product = self.nodes.size, self.nodes.product
        check_rule(self.measure in UNITS, f"a measure of {', '.join(UNITS)}")
        check_rule(
            len(self.source) == len(self.target) == len(self.amount)
            and within(self.source, size)
            and within(self.target, size)
            and ascending(self.target * size + self.source),
            "flows: each pair once, sorted by buyer, then seller",
        )
        check_rule(bool((self.amount > 0).all()), "flows of more than zero")
        check_rule(
            all(len(most) == size and bool(((most >= 0) & np.isfinite(most)).all())
                for most in (self.unlisted, self.unlisted_sales))
            and len(self.open) == len(self.nodes.products),
            "finite bounds of unlisted trade by node, and open products",
        )  # fmt: skip
        check_rule(
            bool((product[self.source] == product[self.target]).all()),
            "flows between nodes of one product",
        )

    @property
    def unit(self) -> str:
        """Unit of the flows: USD or t."""
        return UNITS[self.measure]

    @cached_property
    def imports(self) -> np.ndarray:
        """Purchases of each node from other countries."""
        return np.asarray(np.bincount(self.target, self.amount, self.nodes.size))

    @cached_property
    def exports(self) -> np.ndarray:
        """Sales of each node to other countries."""
        return np.asarray(np.bincount(self.source, self.amount, self.nodes.size))

    @cached_property
    def traded(self) -> np.ndarray:
        """Mask of the products of which any flow is known."""
        product = self.nodes.product[self.target]
        return np.asarray(np.bincount(product, minlength=len(self.nodes.products)) > 0)

    @cached_property
    def traded_nodes(self) -> np.ndarray:
        """Mask of the nodes whose product has any known flow."""
        return np.asarray(self.traded[self.nodes.product])

    @cached_property
    def imported(self) -> Any:
        """Sparse, nodes by nodes: row j, column i is the share of i in j's imports."""
        from scipy.sparse import csr_array

        share = self.amount / self.imports[self.target]
        shape = (self.nodes.size, self.nodes.size)
        return csr_array((share, (self.target, self.source)), shape=shape)
