"""What is asked of many networks at once, and the table that answers it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.rows import Floats


@dataclass(frozen=True, eq=False)
class Measure:
    """One measure of every network."""

    name: str
    by: str = "usd"
    """What is added up: ``usd`` or ``tonnes``."""
    production: pa.Table | None = None
    """Who makes what: ``country``, ``product``, ``period``; for the measures that trace supply."""
    min_share: float = 0.0
    """Their rows of at most this are left out."""


def in_order(table: pa.Table, keys: Iterable[str]) -> pa.Table:
    """Rows by some columns of text, nothing first; rows alike in all of them stay as they are."""
    columns = {key: pc.fill_null(table[key].cast(pa.string()), "") for key in keys}
    order = [(key, "ascending") for key in columns]
    return table.take(pc.sort_indices(pa.table(columns), sort_keys=order))


def result_table(
    columns: Mapping[str, pa.Array], numbers: Mapping[str, tuple[Floats, str]]
) -> pa.Table:
    """Columns, then numbers with their units."""
    fields = [pa.field(name, column.type) for name, column in columns.items()]
    fields += [
        pa.field(name, pa.float64(), metadata={"unit": unit} if unit else None)
        for name, (_, unit) in numbers.items()
    ]
    arrays = [*columns.values(), *(_nullable(values) for values, _ in numbers.values())]
    return pa.table(arrays, schema=pa.schema(fields))


def _nullable(values: Floats) -> pa.Array:
    """Numbers, null where there is none."""
    lacking = np.isnan(values)
    return pa.array(values, mask=lacking) if lacking.any() else pa.array(values)
