"""What a load has to change: the digests a database has against those it should have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.schema import Kind
from graphkit.stores import Change

if TYPE_CHECKING:
    from graphkit.build import Graph

Held = dict[str, pa.Table]
"""For each kind, ``key`` and ``digest`` of what a database holds."""


@dataclass(frozen=True)
class Difference:
    """Keys of one kind that are new, differ, or are gone."""

    added: pa.Array
    changed: pa.Array
    removed: pa.Array


def difference(graph: Graph, kind: Kind, held: Held) -> Difference:
    """Compare one kind of a graph with what a database holds of it."""
    parts = [p.table.select([kind.key, "digest"]) for p in graph.parts if p.kind is kind]
    wanted = pa.concat_tables(parts) if parts else None
    have = held.get(kind.name)
    none = pa.array([], pa.string())
    if wanted is None:
        return Difference(none, none, none if have is None else have["key"].combine_chunks())
    keys = wanted[kind.key].combine_chunks()
    if have is None or not len(have):
        return Difference(keys, none, none)
    held_keys = have["key"].combine_chunks()
    places = pc.index_in(keys, value_set=held_keys)
    added = keys.filter(pc.is_null(places))
    old = have["digest"].combine_chunks().take(places)
    differs = pc.fill_null(pc.not_equal(wanted["digest"].combine_chunks(), old), False)
    gone = pc.invert(pc.is_in(held_keys, value_set=keys))
    return Difference(added, keys.filter(differs), held_keys.filter(gone))


def change(graph: Graph, kind: Kind, what: Difference) -> Change:
    """One line of the load report."""
    rows = graph.count(kind.name)
    return Change(kind.name, rows, len(what.added), len(what.changed), len(what.removed))
