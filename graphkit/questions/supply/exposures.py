"""Exposure: countries whose supply comes from one origin."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum
from typing import Any

import pyarrow as pa

from graphkit.answers.columns import COUNT, NUMBER, Column, plain_columns, schema_of
from graphkit.arrow import SHARE
from graphkit.questions.shared.supply import Supply
from graphkit.questions.shared.supply_answer import imports_of_products

SUMS = (
    Column("consumers", "Consumers", "number of consumers that depend on the point", type=COUNT,
           rank=0),
    Column("importers", "of importers", "number of consumers that import the product", type=COUNT),
    Column("import_share", "Their share of imports",
           "0 to 1, share of all imports of the product that those consumers buy", SHARE, NUMBER),
    Column("at_stake", "of that at stake", "0 to 1, share of all imports of the product that "
           "depends on the single point", SHARE, NUMBER),
)  # fmt: skip


def exposed(rows: pa.Table, supply: Supply, point: Sequence[str], part: str) -> pa.Table:
    """Add up the rows of single consumers by the columns that identify a single point.

    ``part`` is the column of the share of each consumer's imports that depends on it.

    Returns
    -------
    pyarrow.Table
        Those columns, then ``consumers``, ``importers``, ``import_share`` and ``at_stake``;
        products of the largest trade first, of each the largest ``at_stake``.
    """
    imports, importers = imports_of_products(supply)
    totals = {
        product: fsum(imports[consumer, product] for consumer in consumers)
        for product, consumers in importers.items()
    }
    parts_by_point: dict[tuple[Any, ...], dict[str, float]] = {}
    for row in rows.to_pylist():
        parts = parts_by_point.setdefault(tuple(row[name] for name in point), {})
        parts[row["consumer"]] = row[part] or 0.0
    position = point.index("product")
    sums = []
    for key, parts in parts_by_point.items():
        product = key[position]
        total = totals[product]
        bought = {consumer: imports.get((consumer, product), 0.0) for consumer in parts}
        sums.append({
            **dict(zip(point, key, strict=True)), "consumers": len(parts),
            "importers": len(importers[product]), "import_share": fsum(bought.values()) / total,
            "at_stake": fsum(bought[consumer] * parts[consumer] for consumer in parts) / total,
        })  # fmt: skip
    sums.sort(key=lambda r: (-totals[r["product"]], r["product"], -r["at_stake"],
                             *map(str, r.values())))  # fmt: skip
    return pa.Table.from_pylist(sums, schema_of([*plain_columns(*point), *SUMS]))
