"""The shape of every answer: rows with described columns, and everything needed to cite them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from graphkit.arrow import POINTS, SHARE, counts, flags, number, texts

TEXT, NUMBER, COUNT, FLAG = pa.string(), pa.float64(), pa.int64(), pa.bool_()
TEXTS = pa.list_(TEXT)


@dataclass(frozen=True)
class Column:
    """A column of an answer's rows."""

    name: str
    header: str = ""
    """Header in tables for people, which leave out columns without one."""
    doc: str = ""
    """Unit and meaning of its values in full, as in the ``units`` of JSON."""
    unit: str = ""
    """Short unit, if the table that the column comes from does not give one."""
    type: pa.DataType = TEXT

    @property
    def described(self) -> pa.Field:
        """The column as an Arrow field with metadata."""
        told = {name: getattr(self, name) for name in ("unit", "header", "doc")}
        return pa.field(self.name, self.type, metadata={k: v for k, v in told.items() if v} or None)


def plain(*names: str, type: pa.DataType = TEXT) -> tuple[Column, ...]:
    """Make columns without a description."""
    return tuple(Column(name, type=type) for name in names)


def schema_of(columns: Iterable[Column]) -> pa.Schema:
    """Make a table schema with exactly these columns."""
    return pa.schema([column.described for column in columns])


def described(rows: pa.Table, columns: Iterable[Column]) -> pa.Table:
    """Add the descriptions of columns to the metadata of the rows."""
    schema = rows.schema
    for column in columns:
        place = schema.get_field_index(column.name)
        if place >= 0 and (metadata := column.described.metadata):
            known = schema.field(place)
            schema = schema.set(place, known.with_metadata({**(known.metadata or {}), **metadata}))
    return rows.cast(schema)


COMPARISON = pa.schema([
    *texts("claim", "consumer", "supplier", "period", "basis"),
    *(number(name, SHARE) for name in ("claimed", "claimed_low", "claimed_high")),
    *texts("products", "hs"), *counts("elements_asked", "elements"), *flags("own_sum"),
    *(number(name, SHARE) for name in ("share_usd", "share_tonnes", "missing_tonnes_share")),
    *(number(name, POINTS) for name in ("points_usd", "points_tonnes")),
    *texts("data_basis", "dataset", "source"),
])  # fmt: skip
ELSEWHERE = pa.schema(texts("product", "stage", "element", "role", "note", "source"))
"""Columns of the products that hold an element in another role than the main one."""
_CLAIM = pa.schema(texts("key", "source"))


@dataclass(frozen=True)
class Answer:
    """An answer with everything needed to cite it."""

    question: str
    scope: Mapping[str, Any]
    """The query as understood, and the measure."""
    rows: pa.Table
    columns: Sequence[Column]
    """Descriptions of columns, also found in the metadata of the rows' fields."""
    coverage: Mapping[str, Any]
    """The data the rows rest on, and the data they lack."""
    sources: pa.Table
    claims: pa.Table = field(default_factory=_CLAIM.empty_table)
    """Published claims in the same scope."""
    comparisons: pa.Table = field(default_factory=COMPARISON.empty_table)
    """Figures of the trade data beside each claim that they cover too."""
    elsewhere: pa.Table = field(default_factory=ELSEWHERE.empty_table)
    """Products that hold an element in scope, but are bought for something else."""
    notes: tuple[str, ...] = ()
    caption: str = ""
    """Explanation of the numbers in the rows."""
    shown: Sequence[str] = ()
    """Names of the columns that people read, in order. Default: all with a header."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", described(self.rows, self.columns))

    @property
    def units(self) -> dict[str, str]:
        """The unit and meaning of numbers, by column."""
        return {column.name: column.doc for column in self.columns if column.doc}

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the columns that people read, in order."""
        headers = {column.name: column.header for column in self.columns if column.header}
        return {name: headers[name] for name in self.shown or headers}


def without_empty(rows: pa.Table, shown: Iterable[str], *always: str) -> list[str]:
    """Drop the columns without a value in any row, other than those ``always`` shown."""
    return [n for n in shown if n in always or rows[n].null_count < len(rows)]
