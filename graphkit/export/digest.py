"""Digest of a graph: the same for the same facts in either database."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.arrow import each_text, shortest
from graphkit.export.graph import pages
from graphkit.schema import DIGEST, GRAPH, MARK, Kind, Schema
from graphkit.stores.base import Store
from graphkit.stores.results import canonical_json, json_texts


@dataclass(frozen=True)
class Digest:
    """SHA-256 of the canonical lines of a graph, and the numbers of nodes and edges."""

    sha256: str
    nodes: int
    edges: int


def digest(store: Store, schema: Schema = GRAPH) -> Digest:
    """Compute one number for a database, equal if and only if the graphs are equal.

    Parameters
    ----------
    store : Store
        The database; some 65,000 of its relationships are in memory at a time.
    schema : Schema
        Its kinds and properties.

    Returns
    -------
    Digest
        SHA-256 of :func:`lines`, in UTF-8, each with a line feed at its end.
    """
    total = hashlib.sha256()
    count = {False: 0, True: 0}
    for kind, page in _lines(store, schema):
        _, offsets, text = page.buffers()
        total.update(memoryview(text)[: int(np.frombuffer(offsets, np.int64)[len(page)])])
        count[kind.is_edge] += len(page)
    return Digest(total.hexdigest(), count[False], count[True])


def lines(store: Store, schema: Schema = GRAPH) -> Iterator[str]:
    """Yield every node and relationship as one line, in the order of the lines' bytes.

    A node is its kind, key and properties; a relationship its kind, key (plus 2⁶³, in 16 hex
    digits), the kind and key of its start, those of its end, and its properties, separated by
    tabs. Properties are JSON without spaces, sorted by name, without missing ones.
    """
    for _, page in _lines(store, schema):
        for line in page.to_pylist():
            yield line[:-1]


def _lines(store: Store, schema: Schema) -> Iterator[tuple[Kind, pa.LargeStringArray]]:
    """Yield lines with a line feed each, some of one kind at a time."""
    for kind in sorted(schema.kinds, key=lambda kind: kind.name):
        for page in pages(store, schema, kind):
            page_lines = pa.concat_arrays(
                [_written(kind, ends, rows) for ends, rows in page.items()]
            )
            keys = pa.concat_tables([rows.select([kind.key]) for rows in page.values()])
            # Keys contain no tab, so that their order is that of the lines.
            yield kind, page_lines.take(pc.sort_indices(keys, sort_keys=[(kind.key, "ascending")]))


def _written(kind: Kind, ends: tuple[Kind, ...], rows: pa.Table) -> pa.LargeStringArray:
    """Write rows as lines."""
    key = rows[kind.key]
    fields = [f"{kind.name}\t", _hex(key) if kind.is_edge else key]
    for end, node_kind in zip(kind.ends, ends, strict=False):
        fields += [f"\t{node_kind.name}\t", rows[end.name]]
    fields.append("\t{")
    names = sorted(p.name for p in kind.stored if p.name != MARK.name)
    always = names.index(DIGEST.name)  # a missing property leaves no comma
    for place, name in enumerate(names):
        comma = ("," * (place > always), "," * (place < always))
        fields.append(_json(rows[name], f'{comma[0]}"{name}":', comma[1]))
    line = pc.binary_join_element_wise(*fields, "}\n", "", null_handling="skip")
    return line.cast(pa.large_string()).combine_chunks()


def _hex(keys: pa.ChunkedArray) -> pa.Array:
    """Write numbers plus 2⁶³ in 16 hexadecimal digits."""
    shifted = keys.to_numpy().view(np.uint64) ^ np.uint64(2**63)
    digits = pa.py_buffer(shifted.astype(">u8").tobytes().hex().encode())
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), len(keys), [None, digits]).cast(
        pa.string()
    )


def _json(column: pa.ChunkedArray, before: str, after: str) -> pa.ChunkedArray:
    """Write each value of a column as JSON between two texts; null stays null."""
    if pa.types.is_string(column.type):
        return each_text(column, lambda text: before + canonical_json(text) + after)
    if pa.types.is_floating(column.type):
        column = shortest(column)
    elif pa.types.is_list(column.type):
        column = pa.chunked_array([json_texts(column.to_pylist())], pa.string())
    else:
        column = column.cast(pa.string())  # whole numbers, true and false
    return pc.binary_join_element_wise(before, column, after, "")
