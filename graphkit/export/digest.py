"""The digest of a whole graph, equal on every database and computable with sort and sha256sum."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterator
from dataclasses import dataclass

from graphkit.export.stored import joined, statement
from graphkit.schema import GRAPH, Kind, Schema
from graphkit.stores import Store
from graphkit.stores.results import canonical_json

PAGE = 10_000


@dataclass(frozen=True)
class Digest:
    """SHA-256 of the canonical lines of a graph, and how many of each there are."""

    sha256: str
    nodes: int
    edges: int


def digest(store: Store, schema: Schema = GRAPH) -> Digest:
    """What a database holds, as one number: equal if and only if the graphs are.

    Parameters
    ----------
    store : Store
        The database; one page of rows of it is in memory at a time.
    schema : Schema
        Its kinds and properties.

    Returns
    -------
    Digest
        SHA-256 of :func:`lines`, in UTF-8, each with a line feed at its end.
    """
    total = hashlib.sha256()
    count = {False: 0, True: 0}
    for kind in _in_order(schema):
        for line in _lines(store, schema, kind):
            total.update(f"{line}\n".encode())
            count[kind.is_edge] += 1
    return Digest(total.hexdigest(), count[False], count[True])


def lines(store: Store, schema: Schema = GRAPH) -> Iterator[str]:
    """Every node and relationship as one line, in the order of the lines' bytes.

    A node is its kind, key and properties; a relationship its kind, key (plus 2⁶³, in 16 hex
    digits), the kind and key of its start, those of its end, and its properties; with tabs
    between. Properties are JSON without spaces, sorted by name; those that are not set are left
    out.
    """
    for kind in _in_order(schema):
        yield from _lines(store, schema, kind)


def _in_order(schema: Schema) -> list[Kind]:
    return sorted(schema.kinds, key=lambda kind: kind.name)


def _lines(store: Store, schema: Schema, kind: Kind) -> Iterator[str]:
    """The lines of one kind; keys hold no tab, so the order of keys is that of lines."""
    return heapq.merge(*(_lines_between(store, kind, ends) for ends in joined(schema, kind)))


def _lines_between(store: Store, kind: Kind, ends: tuple[Kind, ...]) -> Iterator[str]:
    text, after = statement(kind, ends, PAGE), -(2**63) if kind.is_edge else ""
    while rows := store.run(text, {"after": after}).table.to_pylist():
        for row in rows:
            joins = [
                f"{k.name}\t{row.pop(end.name)}" for k, end in zip(ends, kind.ends, strict=True)
            ]
            found = {name: value for name, value in row.items() if value is not None}
            key = found[kind.key]
            if kind.is_edge:
                key = f"{key + 2**63:016x}"
            yield "\t".join([kind.name, key, *joins, canonical_json(found)])
        after = rows[-1][kind.key]
