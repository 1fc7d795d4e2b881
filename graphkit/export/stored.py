"""The whole graph of a database, read kind by kind as the schema declares them."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from graphkit.build import Graph, Part
from graphkit.errors import GraphkitError
from graphkit.schema import GRAPH, LOAD, Kind, Schema
from graphkit.seeds.values import ARROW
from graphkit.stores import Store


def stored_graph(store: Store, schema: Schema = GRAPH) -> Graph:
    """Everything of ours that a database holds: nodes, relationships, last the load marker.

    Each kind is one part, in the order of its keys; an edge kind one for each pair of node kinds.

    Raises
    ------
    GraphkitError
        The database holds nothing of ours.
    """
    kinds = sorted(schema.kinds, key=lambda kind: kind == LOAD)  # the load marker is last
    parts = [part for kind in kinds for part in _parts(store, schema, kind)]
    if not any(len(part.table) for part in parts):
        raise GraphkitError(f"{store.label} holds no graph: fill it with 'graphkit load'")
    return Graph(schema, tuple(parts))


def _parts(store: Store, schema: Schema, kind: Kind) -> Iterator[Part]:
    """The rows of a kind; of an edge kind, one part for each pair of node kinds it joins."""
    if not kind.is_edge:
        yield Part(kind, _rows(store, kind, f"(x:`{kind.name}`)"))
        return
    start, end = kind.ends
    for a in start.kinds:
        for b in end.kinds:
            pattern = f"(a:`{a}`)-[x:`{kind.name}`]->(b:`{b}`)"
            keys = (schema[a].key, schema[b].key)
            rows = _rows(store, kind, pattern, *keys)
            if len(rows):
                yield Part(kind, rows, schema[a], schema[b])


def _rows(store: Store, kind: Kind, pattern: str, *keys: str) -> pa.Table:
    """The ends of an edge and all stored properties, those that no fact sets as null."""
    ends = [
        f"{variable}.`{key}` AS `{end.name}`"
        for variable, key, end in zip("ab", keys, kind.ends, strict=False)
    ]
    columns = [*ends, *(f"x.`{p.name}` AS `{p.name}`" for p in kind.stored)]
    # What has no digest is somebody else's.
    statement = (
        f"MATCH {pattern} WHERE x.digest IS NOT NULL RETURN {', '.join(columns)} "
        f"ORDER BY `{kind.key}`"
    )
    types = [pa.field(end.name, pa.string()) for end in kind.ends[: len(keys)]]
    types += [pa.field(p.name, ARROW[p.type]) for p in kind.stored]
    return store.run(statement).table.cast(pa.schema(types))
