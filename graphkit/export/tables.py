"""The graph as Parquet, one file a kind."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from graphkit.build import Graph, Part
from graphkit.schema import Kind


def write_parquet_folder(graph: Graph, folder: Path) -> None:
    """Write one file a kind, with the unit and meaning of each column in its metadata.

    A relationship has its two ends first, with the kind of node of each beside it.
    """
    from pyarrow import parquet

    folder.mkdir()
    for kind in graph.schema.kinds:
        parts = [_with_kinds(part) for part in graph.parts if part.kind == kind]
        if parts:
            table = pa.concat_tables(parts)
            parquet.write_table(_described(table, kind), folder / f"{kind.name}.parquet")


def _with_kinds(part: Part) -> pa.Table:
    table = part.rows()
    for end, kind in zip(part.kind.ends, part.ends, strict=True):
        column = pa.array([kind.name] * len(table), pa.string())
        place = table.column_names.index(end.name)
        table = table.add_column(place + 1, f"{end.name}_kind", column)
    return table


def _described(table: pa.Table, kind: Kind) -> pa.Table:
    docs = {p.name: (p.doc, p.unit) for p in (*kind.columns, *kind.stored)}
    fields = []
    for field in table.schema:
        doc, unit = docs.get(field.name, ("Kind of node.", None))
        fields.append(field.with_metadata({"doc": doc, **({"unit": unit} if unit else {})}))
    about = {"kind": kind.name, "doc": kind.doc}
    return table.cast(pa.schema(fields, metadata=about))
