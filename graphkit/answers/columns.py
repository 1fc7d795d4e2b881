"""Described columns: meaning, unit and type."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, TypedDict, get_args, get_type_hints

import pyarrow as pa

TEXT, NUMBER, COUNT, FLAG = pa.string(), pa.float64(), pa.int64(), pa.bool_()
TEXTS, NUMBERS = pa.list_(TEXT), pa.list_(NUMBER)


@dataclass(frozen=True)
class Column:
    """A column of an answer's rows."""

    name: str = ""
    header: str = ""
    """Header in tables for people, which leave out columns without one."""
    doc: str = ""
    """Unit and meaning of its values in full, as in the ``units`` of JSON."""
    unit: str = ""
    """Short unit, if the table that the column comes from does not give one."""
    type: pa.DataType = TEXT
    rank: int = 1
    """Order in which a narrow table leaves columns out: the highest first, then the rightmost."""
    never: str = ""
    """Statement on a column that is "no" in all rows."""
    ref: str = ""
    """Kind of thing whose keys it holds: place, material, stage or pool, which tables name; plant
    or company, which a question of that name is about. Default: that of its name in every answer.
    """

    @property
    def meaning(self) -> str:
        """Its meaning and unit: ``doc``, or what its name means in every answer."""
        return self.doc or MEANINGS.get(self.name, "")

    @property
    def refers_to(self) -> str:
        """Kind of thing whose keys it holds; empty for other values."""
        is_text = self.type in (TEXT, TEXTS)
        return self.ref or (REFS.get(self.name, "") if is_text else "")

    @property
    def described(self) -> pa.Field:
        """The column as an Arrow field with metadata."""
        texts = {name: getattr(self, name) for name in ("unit", "header", "doc")}
        texts["ref"] = self.refers_to
        metadata = {name: text for name, text in texts.items() if text}
        return pa.field(self.name, self.type, metadata=metadata or None)


LONG = 9
"""Rank of a column that a screen leaves to the long form."""
MEANINGS = {
    "announcement": "act that restricts, as its government names it",
    "attributed_to": "whose figures the source quotes",
    "basis": "what the figures count, in words",
    "chain": "the chain of makers and sellers that most of the supply takes",
    "claim": "the published figure in words, or its key",
    "conflict": "why two figures cannot both be right",
    "consumer": "country or group that buys",
    "country": "country or group",
    "cut_off": "yes, if no producer reaches the consumer without it",
    "data": "what the loaded facts give",
    "dataset": "data set of the trade: see 'graphkit query datasets'",
    "definition": "definition by which the supplier is a single point of failure",
    "differs": "difference of the facts from the claim, in the unit of the claim",
    "element": "chemical element, mineral or group of elements, by key",
    "estimated": "true if the source calls the figure an estimate",
    "evidence": "whether the act was read or is quoted",
    "failed": "yes, if it loses more than the tolerance",
    "flows": "number of flows of trade",
    "hit_by": "those whose cuts made it fail",
    "hs": "HS code that the trade is counted under",
    "hs_revision": "revision of the Harmonized System",
    "key": "key of the fact",
    "kind": "kind of claim",
    "largest": "the largest partner or producer",
    "material": "element, mineral or group",
    "measure": "usd or tonnes: what is counted; of a control, licence, quota or prohibition",
    "missing": "inputs that no table gives",
    "name": "name of the element or mineral",
    "net_exporter": "true if the source says that exports exceed imports",
    "note": "note of the source",
    "origin": "country where the stage's work was done",
    "other": "key of the other claim",
    "other_basis": "what the other figure counts",
    "other_claim": "the other published figure",
    "other_period": "period of the other figure",
    "other_source": "key of the other source",
    "other_supplier": "supplier of the other figure",
    "period": "year, half, quarter or month",
    "previous": "the period before with data",
    "product": "product of the graph, by key: see 'graphkit query products'",
    "production_source": "key of the source of production",
    "published_as": "name of the material in the published table",
    "published_basis": "what the published figure counts",
    "published_qualifier": "sign before the published figure: more than, less than",
    "published_source": "key of the source of the published figure",
    "located": "where what owners seated in the supplier control stands; empty: anywhere",
    "qualifier": "sign before the printed figure: more than, less than",
    "removed": "country or bloc that is removed at all its stages",
    "reporter": "who counted: exporter, importer, or both reconciled",
    "rival": "country that the claim compares with",
    "round": "1: fails of the cut itself; 2: of those that fail in round 1; and so on",
    "since": "first day",
    "source": "key of the source: see 'graphkit query sources'",
    "sourcing_source": "key of the source of the EU's sourcing",
    "stage": "stage of the chain, from mine to component",
    "stage_order": "place of the stage in the chain",
    "status": "state on the day asked for: in force, licensed (exports need a licence), suspended, "
    "or suspended as announced and unknown since the announced end",
    "supplier": "country that sells, the last seller unless traced",
    "suspended_from": "first day of a suspension",
    "suspended_until": "last day of a suspension",
    "target": "country that the act is aimed at; empty: all",
    "than": "period that the claim compares with",
    "top": "the largest supplier or producer",
    "total_tonnes": "metric tons of the whole market",
    "total_usd": "US dollars of the whole market",
    "traced_to": "stage whose work the origin did",
    "trade_source": "source, data set and reporter of the trade",
    "unit": "unit of the figure",
    "until": "last day; empty: no end is known",
    "valuation": "fob: free on board; cif: with cost, insurance and freight",
    "verdict": "how certain it is, or how a claim stands to the facts",
    "why": "how the claim is read, the likely cause of a difference, or what is missing to tell",
}
"""Meanings of columns that many answers have."""


class Marked(TypedDict, total=False):
    """Marks that a row of an answer from trade may have: faults of its data."""

    fit: str | None
    years: str | None
    doubt: str | None
    extent: str | None
    row: int
    """Its place in the answer, while a sentence is written."""


TYPES = {
    str: TEXT, float: NUMBER, int: COUNT, bool: FLAG, list[str]: TEXTS, list[float]: NUMBERS,
}  # fmt: skip
"""Arrow types of values as a class of rows declares them."""


def columns_in(row: type) -> tuple[Column, ...]:
    """Return the columns that a class of rows describes, in order.

    Parameters
    ----------
    row : type
        A ``TypedDict``. A key annotated with a :class:`Column` is a column of its name and type;
        any value may be None.

    Examples
    --------
    >>> from typing import Annotated, TypedDict
    >>> Sale = TypedDict("Sale", {
    ...     "supplier": Annotated[str, Column(header="Supplier")],
    ...     "usd": Annotated[float | None, Column(header="USD", rank=2)],
    ... })
    >>> [(column.name, column.header, str(column.type)) for column in columns_in(Sale)]
    [('supplier', 'Supplier', 'string'), ('usd', 'USD', 'double')]
    """
    hints = get_type_hints(row, include_extras=True)
    return tuple(
        replace(column, name=name, type=_type_of(hint.__origin__))
        for name, hint in hints.items()
        for column in getattr(hint, "__metadata__", ())
    )


def _type_of(hint: Any) -> pa.DataType:
    """Return the Arrow type of a declared one, which may have None beside it."""
    declared = [part for part in (hint, *get_args(hint)) if part in TYPES]
    return TYPES[declared[0]]


def plain_columns(*names: str, type: pa.DataType = TEXT) -> tuple[Column, ...]:
    """Make columns without a description."""
    return tuple(Column(name, type=type) for name in names)


def schema_of(columns: Iterable[Column]) -> pa.Schema:
    """Make a table schema with exactly these columns."""
    return pa.schema([column.described for column in columns])


def described(rows: pa.Table, columns: Iterable[Column]) -> pa.Table:
    """Add the descriptions of columns to the metadata of the rows.

    Raises
    ------
    TypeError
        A column has values of another type than it declares.
    """
    schema = rows.schema
    for column in columns:
        place = schema.get_field_index(column.name)
        if place < 0:
            continue
        current = schema.field(place)
        if current.type != column.type and rows[place].null_count < len(rows):
            raise TypeError(f"{column.name} is {current.type}, and is declared as {column.type}")
        metadata = {**(current.metadata or {}), **(column.described.metadata or {})}
        schema = schema.set(place, pa.field(column.name, column.type, metadata=metadata or None))
    return rows.cast(schema)


PROFILED = ("plant", "company")
"""Kinds of things that a question of that name is about."""
REFS = {
    **dict.fromkeys((
        "consumer", "supplier", "country", "exporter", "importer", "origin", "removed", "target",
        "largest", "top", "rival", "located", "other_supplier",
        "new", "lost", "first_partners",
    ), "place"),
    **dict.fromkeys(("product", "products", "element", "elements", "material"), "material"),
    **dict.fromkeys(("stage", "next_stage", "traced_to"), "stage"),
    **dict.fromkeys(("chain", "hit_by"), "pool"),
}  # fmt: skip
"""Kinds of thing whose keys columns of these names hold in every answer. A pool is a country and
a product with a blank between them, and a chain several pools with ``>``."""
