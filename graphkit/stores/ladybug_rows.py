"""Turns what ladybug answers into the neutral shape of rows."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.errors import StoreError
from graphkit.stores import Result
from graphkit.stores.columns import column_names, in_order
from graphkit.stores.ladybug_joins import HIDDEN
from graphkit.stores.limits import Limits, collect, first_part
from graphkit.stores.shapes import check_names, node, path, relationship

_PLAIN = re.compile(r"STRING|BOOL|DOUBLE|FLOAT|U?INT(8|16|32|64)|SERIAL")
"""What comes as Arrow: where all lists of a column are empty, theirs begins at no place at all."""
_WHOLE = re.compile(r"INT128|DECIMAL\(\d+, ?0\)")


def neutral_table(statement: str, answer: Any, limits: Limits) -> Result:
    """Arrow as every store returns it: Neo4j's column names, integers, graph values as JSON."""
    kinds = answer.get_column_data_types()
    engine_names = answer.get_column_names()
    shown = [n for n, name in enumerate(engine_names) if not name.startswith(HIDDEN)]
    names, order = in_order(column_names(statement), [engine_names[n] for n in shown])
    check_names(names)
    places = [shown[n] for n in order]
    plain = all(_PLAIN.fullmatch(kinds[n]) or _WHOLE.fullmatch(kinds[n]) for n in places)
    if plain and answer.get_num_tuples() <= limits.rows:
        table = answer.get_as_arrow()
        arrays = [_integers(table.column(n)) for n in places]
        return Result(*first_part(pa.table(arrays, names=names).combine_chunks(), limits))
    return collect(names, ([_plain(row[n]) for n in places] for row in answer), limits)


def _integers(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whole numbers of any width, and the decimals that sums of integers come as, in 64 bits."""
    if not (pa.types.is_decimal(values.type) or pa.types.is_integer(values.type)):
        return values
    try:
        return pc.cast(values, pa.int64())
    except pa.ArrowInvalid as error:
        raise StoreError("found an integer that does not fit into 64 bits") from error


def _plain(value: Any) -> Any:
    """A ladybug value in the neutral shape: label and the properties that are set."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if not isinstance(value, dict):
        return value
    if "_NODES" in value:
        nodes, relationships = map(_plain, (value["_NODES"], value["_RELS"]))
        # Of a variable-length relationship, ladybug tells the nodes between its ends as well.
        return path(nodes, relationships) if len(nodes) > len(relationships) else relationships
    if "_LABEL" not in value:
        return {k: _plain(v) for k, v in value.items()}
    properties = {k: _plain(v) for k, v in value.items() if not k.startswith("_") and v is not None}
    kind = relationship if "_SRC" in value else node
    return kind(value["_LABEL"], properties)
