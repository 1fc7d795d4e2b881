"""Rows of DuckDB as every store gives them: Arrow, with graph values as JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.errors import StoreError
from graphkit.stores.duck.engine import BATCH, batches
from graphkit.stores.duck.types import SPARSE, Model, key_of
from graphkit.stores.limits import Limits, collect, first_part
from graphkit.stores.results import Result, node, path, relationship

if TYPE_CHECKING:
    from _duckdb import DuckDBPyConnection

PLAIN = {
    "VARCHAR": pa.string(), "BOOLEAN": pa.bool_(), "DOUBLE": pa.float64(), "FLOAT": pa.float64(),
    "VARCHAR[]": pa.list_(pa.string()),
}  # fmt: skip
"""Arrow types of the columns that need no conversion, by their types in SQL."""
WHOLE = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DECIMAL\(\d+,\s*0\)")


def arrow_type(sql: str) -> pa.DataType | None:
    """Return the Arrow type of a column; None if its values are no plain ones.

    >>> arrow_type("HUGEINT"), arrow_type("STRUCT(a INTEGER)")
    (DataType(int64), None)
    """
    return pa.int64() if WHOLE.fullmatch(sql) else PLAIN.get(sql)


def neutral_table(
    names: tuple[str, ...], cursor: DuckDBPyConnection, model: Model, limits: Limits
) -> Result:
    """Return Arrow as every store does: integers of 64 bits, graph values as JSON."""
    types = [arrow_type(str(column[1])) for column in cursor.description or ()]
    if all(type_ is not None for type_ in types):
        schema = pa.schema(list(zip(names, types, strict=True)))
        return first_part(plain_table(schema, cursor, limits), limits)
    rows = ([neutral(value, model) for value in row] for row in iterate_rows(cursor))
    return collect(names, rows, limits)


def plain_table(schema: pa.Schema, cursor: DuckDBPyConnection, limits: Limits) -> pa.Table:
    """Read rows as Arrow, up to one batch more than the limits allow."""
    parts, rows, size = [schema.empty_table()], 0, 0
    for batch in batches(cursor, BATCH):
        part = pa.table(
            [cast(array, type_) for array, type_ in zip(batch.columns, schema.types, strict=True)],
            schema=schema,
        )
        parts.append(part)
        rows, size = rows + len(part), size + part.nbytes
        if rows > limits.rows or size > limits.bytes:
            break
    return pa.concat_tables(parts).combine_chunks()


def cast(array: pa.Array, type_: pa.DataType) -> pa.Array:
    """Cast integers, and sums of them, to 64 bits; name list items."""
    try:
        return array if array.type == type_ else pc.cast(array, type_)
    except pa.ArrowInvalid as error:
        raise StoreError("found an integer that does not fit into 64 bits") from error


def iterate_rows(cursor: DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    """Read rows as values of Python."""
    while rows := cursor.fetchmany(BATCH // 64):
        yield from rows


def neutral(value: Any, model: Model) -> Any:
    """Convert a value to the shape that every store gives: a node is its label and properties."""
    if isinstance(value, list):
        return [neutral(item, model) for item in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, dict):
        return value
    if "_relationships" in value:
        return path(*(neutral(value[part], model) for part in ("_nodes", "_relationships")))
    if "_kind" not in value:
        # Of the properties of a node, one that is not set is not there.
        return {
            key_of(name): neutral(item, model) for name, item in value.items()
            if not name.startswith("_") and (item is not None or name not in value.get(SPARSE, ()))
        }  # fmt: skip
    properties = {k: neutral(v, model) for k, v in value.items()
                  if not k.startswith("_") and v is not None}  # fmt: skip
    kind = node if value["_kind"] in model.nodes else relationship
    return kind(value["_kind"], properties)
