"""Flows from shipments: customs records, row by row, added up for each pair and period."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.network.rows import column_of, numbers_of
from graphkit.arrow import UNIT, counts, in_order, number, texts
from graphkit.errors import GraphkitError

ENDS = ("supplier", "consumer")
APART = ("hs", "hs_revision", "reporter", "dataset", "source", "basis", "valuation")
"""Columns that keep shipments apart, where present."""
PERIODS = {"year": "%Y", "month": "%Y-%m", "quarter": "Q3", "half": "H6"}
"""Periods that dates are sorted into: a format, or a letter and the period's months."""
PARTIAL_ROWS = 2_000_000
"""Number of partial sums that are kept before they are added up again."""


def shipment_keys(there: Iterable[str]) -> list[str]:
    """Return the columns that identify a flow, among those of the shipments."""
    present = set(there)
    return ["product", "period", *ENDS, *(name for name in APART if name in present)]


def flow_schema(keys: Sequence[str], amounts: Sequence[str]) -> pa.Schema:
    """Return the columns of :func:`flows_of`."""
    fields = []
    for name in amounts:
        fields += [number(name, UNIT[name]), *counts(f"{name}_unknown")]
    return pa.schema([*texts(*keys), *fields, *counts("shipments")])


def flows_of(
    shipments: Iterable[pa.Table], keys: Sequence[str], amounts: Sequence[str], each: str = "year"
) -> pa.Table:
    """Add up shipments in batches, so that only the flows are ever in memory.

    Parameters
    ----------
    shipments : iterable of pyarrow.Table
        ``supplier``, ``consumer``, ``product``, ``period`` (text, or whole numbers that are taken
        as text) or else ``date`` (a date, a time, or text that begins with YYYY-MM-DD), and the
        amounts, null where unknown. Their order affects only the last digit of sums.
    keys : sequence of str
        The columns that identify a flow: see :func:`shipment_keys`.
    amounts : sequence of {"usd", "tonnes"}
    each : {"year", "half", "quarter", "month"}
        Length of the periods that dates are sorted into.

    Returns
    -------
    pyarrow.Table
        The keys as text, in order; each amount, the sum of the known ones (null without any),
        and ``..._unknown``, the number of shipments without it; ``shipments``.

    Raises
    ------
    GraphkitError
        An end, product, period or date is null, or an amount is negative or not a number.

    Examples
    --------
    >>> customs = pa.table({"supplier": ["A"] * 3, "consumer": ["B"] * 3, "product": ["ore"] * 3,
    ...                     "date": ["2024-03-01", "2024-03-09", "2024-07-01"],
    ...                     "tonnes": [1.0, None, 4.0]})
    >>> keys = shipment_keys(customs.column_names)
    >>> for row in flows_of([customs], keys, ["tonnes"], "half").to_pylist():
    ...     print(row["period"], row["tonnes"], row["tonnes_unknown"], row["shipments"])
    2024-H1 1.0 1 2
    2024-H2 4.0 0 1
    """
    held: list[pa.Table] = []
    waiting = 0
    for some in shipments:
        part = partial_flows(some, keys, amounts, each)
        held.append(part)
        waiting += len(part)
        if waiting > PARTIAL_ROWS:
            held = [_merged(held, keys, amounts)]
            waiting = 0
    schema = flow_schema(keys, amounts)
    if not held:
        return schema.empty_table()
    return in_order(_merged(held, keys, amounts), keys)


def period_of(column: pa.ChunkedArray, each: str) -> pa.ChunkedArray:
    """Return the period of each date, as text."""
    days = column
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        days = pc.utf8_slice_codeunits(column, 0, 10)
    try:
        days = days.cast(pa.date32())
    except pa.ArrowInvalid as error:
        raise GraphkitError(f"found an invalid date, wanted YYYY-MM-DD: {error}") from error
    kind = PERIODS[each]
    if kind.startswith("%"):
        return pc.strftime(days, kind)
    part = pc.divide(pc.add(pc.month(days), int(kind[1]) - 1), int(kind[1]))
    return pc.binary_join_element_wise(
        pc.strftime(days, "%Y"), pc.cast(part, pa.string()), f"-{kind[0]}"
    )


def partial_flows(
    shipments: pa.Table, keys: Sequence[str], amounts: Sequence[str], each: str = "year"
) -> pa.Table:
    """Add up a batch of shipments, unsorted: partial sums can be added up again."""
    columns: dict[str, pa.ChunkedArray] = {}
    for name in keys:
        if name == "period" and "period" not in shipments.column_names:
            column = period_of(column_of(shipments, "date"), each)
        else:
            column = column_of(shipments, name)
        if column.null_count and name not in APART:
            raise GraphkitError(f"found shipments with no {name}: {column.null_count}")
        columns[name] = _text(column, name)
    for name in amounts:
        column = columns[name] = numbers_of(shipments, name)
        given = column.drop_null().to_numpy()
        if len(given) and not (given.min() >= 0 and given.max() < np.inf):
            wrong = given[~(np.isfinite(given) & (given >= 0))][0]
            raise GraphkitError(f"found a shipment of {wrong:g}, wanted a number of 0 or more")
    sums = [(name, "sum", pc.ScalarAggregateOptions(min_count=1)) for name in amounts]
    lacking = [(name, "count", pc.CountOptions("only_null")) for name in amounts]
    # One thread: with more, every run would add amounts in another order.
    grouped = pa.table(columns).group_by(list(keys), use_threads=False)
    return _named(grouped.aggregate([*sums, *lacking, ([], "count_all")]), keys, amounts)


def _text(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    """Return a column as text, with one dictionary where it is encoded."""
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_integer(kind):
        return column.cast(pa.string())
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        raise GraphkitError(f"found {name!r} as {column.type}, wanted text")
    if not pa.types.is_dictionary(column.type):
        return column
    return column.unify_dictionaries().combine_chunks()


def _merged(parts: Sequence[pa.Table], keys: Sequence[str], amounts: Sequence[str]) -> pa.Table:
    """Add up partial sums."""
    whole = pa.concat_tables(parts)
    sums = [(name, "sum", pc.ScalarAggregateOptions(min_count=1)) for name in amounts]
    numbers = [*(f"{name}_unknown" for name in amounts), "shipments"]
    grouped = whole.group_by(list(keys), use_threads=False)
    added = grouped.aggregate([*sums, *((name, "sum") for name in numbers)])
    return _named(added, keys, amounts)


def _named(sums: pa.Table, keys: Sequence[str], amounts: Sequence[str]) -> pa.Table:
    schema = flow_schema(keys, amounts)
    names = [*keys, *amounts, *(f"{name}_unknown" for name in amounts), "shipments"]
    return sums.rename_columns(names).select(schema.names).cast(schema)
