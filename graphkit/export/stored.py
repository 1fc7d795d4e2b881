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
    for ends in joined(schema, kind):
        types = [pa.field(end.name, pa.string()) for end in kind.ends]
        types += [pa.field(p.name, ARROW[p.type]) for p in kind.stored]
        rows = store.run(statement(kind, ends)).table.cast(pa.schema(types))
        if len(rows) or not ends:
            yield Part(kind, rows, *ends)


def joined(schema: Schema, kind: Kind) -> list[tuple[Kind, ...]]:
    """The pairs of node kinds that an edge kind may join; of a node kind, one of nothing."""
    if not kind.is_edge:
        return [()]
    starts, ends = (end.kinds for end in kind.ends)
    return [(schema[a], schema[b]) for a in starts for b in ends]


def statement(kind: Kind, ends: tuple[Kind, ...], page: int | None = None) -> str:
    """Cypher for the rows of a kind by key: the ends of an edge, and all stored properties.

    With ``page``, so many of them, with keys after the parameter ``after``.
    """
    pattern = "(a:`{0}`)-[x:`{2}`]->(b:`{1}`)" if ends else "(x:`{0}`)"
    pattern = pattern.format(*(k.name for k in ends), kind.name)
    columns = [
        f"{variable}.`{k.key}` AS `{end.name}`"
        for variable, k, end in zip("ab", ends, kind.ends, strict=False)
    ]
    columns += [f"x.`{p.name}` AS `{p.name}`" for p in kind.stored]
    after, limit = (f"AND x.`{kind.key}` > $after ", f" LIMIT {page}") if page else ("", "")
    # What has no digest is somebody else's.
    return (
        f"MATCH {pattern} WHERE x.digest IS NOT NULL {after}RETURN {', '.join(columns)} "
        f"ORDER BY `{kind.key}`{limit}"
    )
