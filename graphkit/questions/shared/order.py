"""The order of an answer's rows: what is most at stake comes first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import fsum, inf
from typing import Any

import pyarrow as pa

Row = Mapping[str, Any]


def in_order_of(rows: pa.Table, key: Callable[[Row], Any]) -> pa.Table:
    """Sort rows by a key, and keep their order where it is equal."""
    values = [key(row) for row in rows.to_pylist()]
    order = sorted(range(len(values)), key=values.__getitem__)
    return rows.take(pa.array(order, pa.int64()))


def descending(amount: float | None) -> float:
    """Return a key that sorts large amounts first and unknown ones last.

    >>> sorted([1.0, None, 3.0], key=descending)
    [3.0, 1.0, None]
    """
    return inf if amount is None else -amount


def products_by_stake(rows: pa.Table, stakes: Mapping[str, float]) -> pa.Table:
    """Sort the products of rows by what is at stake, and keep the order of each product's rows.

    Products without a stake come last.
    """
    return in_order_of(rows, lambda row: descending(stakes.get(row["product"])))


def value_by_product(flows: pa.Table) -> dict[str, float]:
    """Add up the value of each product's flows, in USD; products without a value are left out."""
    values: dict[str, list[float]] = {}
    for product, usd in zip(flows["product"].to_pylist(), flows["usd"].to_pylist(), strict=True):
        if usd is not None:
            values.setdefault(product, []).append(usd)
    return {product: fsum(parts) for product, parts in values.items()}
