"""Edits that others made in a database: rows whose values are not those of their digests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.arrow import ARROW, row_digests, without_codes
from graphkit.errors import Unreachable
from graphkit.schema import DIGEST, LOAD, MARK, Kind, Schema, Type

Conditions = Mapping[str, Sequence[str]]
"""Columns, and the values of which a row has one in each."""
Scope = Mapping[str, Sequence[Conditions]]
"""Kinds of which only the rows under any of some conditions count; all other kinds are whole."""
WHOLE: Scope = {}
Digests = Mapping[str, pa.Table]
"""For each kind, ``key`` and ``digest`` of the rows in a database; of those that were compared with
their digest, the ``name`` of one that was edited, which has no digest then."""

START_KIND, END_KIND = "kind of its start", "kind of its end"
"""Columns of relationships with the kinds of the nodes that they join."""
SHOWN = 3
"""Edited rows of a kind that are named."""
JOINT = "\x1e"
"""Separates the items of a list in its fingerprint."""


@dataclass(frozen=True)
class Edits:
    """Number and first names of the edited rows of each kind.

    ``others``: rows were added or removed since the load.
    """

    rows: Mapping[str, int]
    names: Mapping[str, Sequence[str]]
    others: bool = False

    def __bool__(self) -> bool:
        return bool(self.rows) or self.others

    def __str__(self) -> str:
        parts = []
        for kind, count in self.rows.items():
            names = [*self.names[kind], *["..."] * (count > SHOWN)]
            parts.append(f"{count:,} {kind} ({'; '.join(names)})")
        return ", ".join(parts) or "rows were added or removed"

    def refuse(self, label: str) -> None:
        """Refuse to go on with rows that are not those of any seeds.

        Raises
        ------
        Unreachable
            Naming the first of them.
        """
        if self:
            raise Unreachable(
                f"{label} is not as it was loaded: {self}; 'graphkit load' makes it what the seeds "
                "say"
            )


NO_EDITS = Edits({}, {})


def edits_in(digests: Digests) -> Edits:
    """List the edited rows among those that were compared with their digests."""
    names = {}
    for kind, table in digests.items():
        if "name" in table.column_names and table["name"].null_count < len(table):
            names[kind] = table["name"].drop_null()
    first = {kind: sorted(column.slice(0, SHOWN).to_pylist()) for kind, column in names.items()}
    return Edits({kind: len(column) for kind, column in names.items()}, first)


def all_edits(digests: Digests, schema: Schema) -> Edits:
    """List the edited rows of a whole graph, and say if it lacks any or has others."""
    edits = edits_in(digests)
    if edits or LOAD not in schema.nodes:
        return edits
    from graphkit.build import load_marker  # which ordinary questions do not need

    stored = [
        (schema[kind], table["digest"].to_numpy())
        for kind, table in digests.items()
        if kind != LOAD.name and len(table)
    ]
    marker = load_marker(stored).table["digest"].to_pylist()
    written = digests[LOAD.name]["digest"].to_pylist() if LOAD.name in digests else []
    return Edits({}, {}, others=written != marker)


def compared(kind: Kind, rows: pa.Table, strange: Sequence[int] = ()) -> pa.Table:
    """Compare the values of stored rows with their digests.

    Parameters
    ----------
    kind : Kind
        Their kind.
    rows : pyarrow.Table
        Ends of relationships with their kinds, and all that is stored of the kind.
    strange : sequence of int
        Places of rows with a value of another type than declared, left out.

    Returns
    -------
    pyarrow.Table
        ``key``, ``digest`` (null if the values are others) and ``name``, of edited rows alone.
    """
    stored = rows["digest"].combine_chunks()
    same = np.zeros(len(rows), np.bool_)
    types = {end.name: pa.string() for end in kind.ends}
    types |= {p.name: ARROW[p.type] for p in kind.stored if p != DIGEST}
    names = rows.column_names
    if stored.type == ARROW[DIGEST.type] and all(
        name in names and rows[name].type in (type_, pa.null()) for name, type_ in types.items()
    ):
        values = rows.select(list(types)).cast(pa.schema(list(types.items())))
        computed = np.zeros(len(rows), np.int64)
        for ends, places in _joined(kind, rows).items():
            computed[places] = row_digests(kind, values.take(pa.array(places)), ends)
        same = computed == stored.fill_null(0).to_numpy(zero_copy_only=False)
        same &= stored.is_valid().to_numpy(zero_copy_only=False)
        if not kind.is_edge:
            marked = pc.fill_null(pc.equal(values[MARK.name], kind.name), False)
            same &= marked.to_numpy()
        for prop in (p for p in kind.stored if p.type is Type.TEXTS):
            same &= _is_list_of_texts(values[prop.name])
    same[list(strange)] = False
    edited = pa.array(~same)
    return pa.table({
        "key": rows[kind.key],
        "digest": pc.if_else(edited, None, stored),
        "name": _names(kind, rows, edited),
    })  # fmt: skip


def _joined(kind: Kind, rows: pa.Table) -> dict[str, npt.NDArray[np.int64]]:
    """Map each pair of kinds that relationships join to their places; all nodes are one."""
    if not kind.is_edge:
        return {"": np.arange(len(rows))}
    kinds = (pc.fill_null(rows[name].cast(pa.string()), "") for name in (START_KIND, END_KIND))
    pairs = pc.binary_join_element_wise(*kinds, ">").combine_chunks().dictionary_encode()
    codes = pairs.indices.to_numpy()
    return {
        ends: np.flatnonzero(codes == code)
        for code, ends in enumerate(pairs.dictionary.to_pylist())
    }


def _is_list_of_texts(column: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    """Tell lists whose fingerprint no other list has; those of empty or joined texts are others."""
    text = pc.binary_join(column, JOINT)
    items = pc.if_else(pc.equal(text, ""), 0, pc.add(pc.count_substring(text, JOINT), 1))
    whole = pc.fill_null(pc.equal(items, pc.list_value_length(column)), False)
    return np.asarray(pc.if_else(column.is_null(), True, whole).to_numpy(), np.bool_)


def _names(kind: Kind, rows: pa.Table, edited: pa.Array) -> pa.Array:
    """Name edited rows by all that makes a fact of the kind this fact."""
    if not pc.any(edited).as_py():
        return pa.nulls(len(rows), pa.string())
    columns = [n for n in kind.identity if n in rows.column_names] or [kind.key]
    names = [
        " ".join(str(value) for value in row.values() if value is not None) if is_edited else None
        for row, is_edited in zip(
            without_codes(rows.select(columns)).to_pylist(), edited.to_pylist(), strict=True
        )
    ]
    return pa.array(names, pa.string())
