"""Single points of failure of everybody: how many consumers, and how much of all imports."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum
from typing import Any

import pyarrow as pa

from graphkit.arrow import SHARE, counts, number, texts
from graphkit.questions.supply import Supply

SUMS = (
    *counts("consumers", "importers"),
    *(number(name, SHARE) for name in ("import_share", "at_stake")),
)
UNITS = {
    "consumers": "how many consumers hang on the single point",
    "importers": "how many consumers import the product",
    "import_share": "0 to 1, of all imports of the product, what those consumers buy",
    "at_stake": "0 to 1, of all imports of the product, what of that hangs on the single point",
}


def exposed(rows: pa.Table, supply: Supply, point: Sequence[str], part: str) -> pa.Table:
    """Rows of single consumers, added up by the columns that say which point it is.

    ``part`` is the column of what hangs on it: a share of each consumer's imports.

    Returns
    -------
    pyarrow.Table
        Those columns, then ``consumers``, ``importers``, ``import_share`` and ``at_stake``; in
        order of the chain, what is most at stake first.
    """
    imports, importers = _imports(supply)
    found: dict[tuple[Any, ...], dict[str, float]] = {}
    for row in rows.to_pylist():
        parts = found.setdefault(tuple(row[name] for name in point), {})
        parts[row["consumer"]] = row[part] or 0.0
    place = point.index("product")
    summed = []
    for key, parts in found.items():
        product = key[place]
        total = fsum(imports[consumer, product] for consumer in importers[product])
        bought = {consumer: imports.get((consumer, product), 0.0) for consumer in parts}
        summed.append({
            **dict(zip(point, key, strict=True)), "consumers": len(parts),
            "importers": len(importers[product]), "import_share": fsum(bought.values()) / total,
            "at_stake": fsum(bought[consumer] * parts[consumer] for consumer in parts) / total,
        })  # fmt: skip
    order = supply.network.products.index
    summed.sort(key=lambda r: (order(r["product"]), -r["at_stake"], *map(str, r.values())))
    return pa.Table.from_pylist(summed, pa.schema([*texts(*point), *SUMS]))


def _imports(supply: Supply) -> tuple[dict[tuple[str, str], float], dict[str, list[str]]]:
    """What each consumer imports of each product, and who imports any of it."""
    network = supply.network
    imports: dict[tuple[str, str], float] = {}
    importers: dict[str, list[str]] = {}
    for country, product, amount in zip(
        network.country.tolist(), network.product.tolist(), network.imports.tolist(), strict=True
    ):
        if amount > 0:
            names = network.countries[country], network.products[product]
            imports[names] = amount
            importers.setdefault(names[1], []).append(names[0])
    return imports, importers
