"""Arrow columns with a unit, and the plain and coded text between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.kinds import Type

UNIT = {"usd": "USD", "tonnes": "t"}
"""Unit of each measure of a flow."""
SHARE = "0 to 1"
INDEX = "0 to 10,000"
POINTS = "percentage points"
VALUED = {
    "fob": "free on board",
    "cif": "with cost, insurance and freight",
    None: "at an unstated border",
}
"""Valuation of a flow, in words."""


def number(name: str, unit: str | None = None) -> pa.Field:
    """Return a column of numbers."""
    return pa.field(name, pa.float64(), metadata={"unit": unit} if unit else None)


def texts(*names: str) -> list[pa.Field]:
    """Return columns of text."""
    return [pa.field(name, pa.string()) for name in names]


def counts(*names: str) -> list[pa.Field]:
    """Return columns of whole numbers."""
    return [pa.field(name, pa.int64()) for name in names]


def flags(*names: str) -> list[pa.Field]:
    """Return columns of true, false or unknown."""
    return [pa.field(name, pa.bool_()) for name in names]


def lists(*names: str) -> list[pa.Field]:
    """Return columns of lists of text."""
    return [pa.field(name, pa.list_(pa.string())) for name in names]


ARROW = {
    Type.TEXT: pa.string(),
    Type.PERIOD: pa.string(),
    Type.DATE: pa.string(),
    Type.NUMBER: pa.float64(),
    Type.INTEGER: pa.int64(),
    Type.FLAG: pa.bool_(),
    Type.TEXTS: pa.list_(pa.string()),
}
"""Arrow type of each type of property."""


def numbers(values: np.ndarray[Any, Any]) -> pa.Array:
    """Take an array of numbers as it is, NaN as null.

    :func:`pyarrow.array` would do the same, after an import of :mod:`numpy.ma` (15 ms).

    >>> numbers(np.array([1.5, np.nan])).to_pylist()
    [1.5, None]
    """
    buffer = pa.py_buffer(np.ascontiguousarray(values))
    kind = pa.from_numpy_dtype(values.dtype)
    found = pa.Array.from_buffers(kind, len(values), [None, buffer])
    return pc.if_else(pc.is_nan(found), None, found) if pa.types.is_floating(kind) else found


def coded(table: pa.Table) -> pa.Table:
    """Encode the text columns of a table as dictionaries."""
    for place, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            codes = table[field.name].combine_chunks().dictionary_encode()
            table = table.set_column(place, field.name, codes)
    return table


def plain(table: pa.Table) -> pa.Table:
    """Decode the dictionary columns of a table to plain text."""
    types = (f.type.value_type if pa.types.is_dictionary(f.type) else f.type for f in table.schema)
    fields = [field.with_type(kind) for field, kind in zip(table.schema, types, strict=True)]
    return table.cast(pa.schema(fields))


def each_text(column: pa.ChunkedArray, change: Callable[[str], str]) -> pa.ChunkedArray:
    """Change every text of a column, equal ones once; null stays null.

    >>> each_text(pa.chunked_array([["a", None, "a"]]), str.upper).to_pylist()
    ['A', None, 'A']
    """
    codes = column.combine_chunks().dictionary_encode()
    texts = pa.array(map(change, codes.dictionary.to_pylist()), pa.string())
    return pa.chunked_array([texts.take(codes.indices)])


ARROW_WRITES = (1e-4, 1e10)
"""From and below which absolute values Arrow writes the shortest digits without an exponent."""


def shortest(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Write numbers as Python does: the shortest text that parses to the same number.

    >>> shortest(pa.chunked_array([[0.1, 3.0, 1e22, None, 5e10]])).to_pylist()
    ['0.1', '3.0', '1e+22', None, '50000000000.0']
    """
    texts, size = column.cast(pa.string()), pc.abs(column)
    whole = pc.equal(pc.floor(column), column)
    texts = pc.if_else(whole, pc.binary_join_element_wise(texts, ".0", ""), texts)
    low, high = ARROW_WRITES
    fine = pc.or_(pc.equal(size, 0), pc.and_(pc.greater_equal(size, low), pc.less(size, high)))
    others = pc.fill_null(pc.invert(fine), False)
    if not pc.any(others).as_py():
        return texts
    rest = pa.array(map(repr, column.filter(others).to_pylist()), pa.string())
    replaced = pc.replace_with_mask(texts.combine_chunks(), others.combine_chunks(), rest)
    return pa.chunked_array([replaced])


def in_order(table: pa.Table, keys: Iterable[str]) -> pa.Table:
    """Sort rows by columns of text, nulls first; equal rows keep their order."""
    columns = {key: pc.fill_null(table[key].cast(pa.string()), "") for key in keys}
    order = [(key, "ascending") for key in columns]
    return table.take(pc.sort_indices(pa.table(columns), sort_keys=order))


LINKS = pa.schema([
    *texts("consumer", "product", "stage", "maker", "next_stage", "next_maker"),
    number("share", SHARE),
])  # fmt: skip
"""Columns of the shares that each maker of a stage passed to the makers of the next one."""
