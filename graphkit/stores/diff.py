"""What a load has to change: the digests a database has against those it should have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.schema import Kind
from graphkit.seeds.values import plain
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
    wanted = plain(pa.concat_tables(parts)) if parts else None
    have = held.get(kind.name)
    held_keys = None if have is None else have["key"].combine_chunks()
    if wanted is None:
        none = pa.nulls(0) if held_keys is None else held_keys.slice(0, 0)
        return Difference(none, none, none if held_keys is None else held_keys)
    keys = wanted[kind.key].combine_chunks()
    if have is None or held_keys is None or not len(have):
        return Difference(keys, keys.slice(0, 0), keys.slice(0, 0))
    if held_keys.type != keys.type or have["digest"].type != wanted["digest"].type:
        # An older graphkit wrote them in another way: nothing of it is as it should be.
        return _replaced(kind, keys, held_keys)
    places = pc.index_in(keys, value_set=held_keys)
    added = keys.filter(pc.is_null(places))
    old = have["digest"].combine_chunks().take(places)
    differs = pc.fill_null(pc.not_equal(wanted["digest"].combine_chunks(), old), False)
    gone = pc.invert(pc.is_in(held_keys, value_set=keys))
    return Difference(added, keys.filter(differs), held_keys.filter(gone))


def _replaced(kind: Kind, keys: pa.Array, held_keys: pa.Array) -> Difference:
    """Every edge anew; of nodes, which other people's edges may join, the same ones rewritten."""
    if kind.is_edge:
        return Difference(keys, keys.slice(0, 0), held_keys)
    known, wanted = pc.is_in(keys, value_set=held_keys), pc.is_in(held_keys, value_set=keys)
    return Difference(
        keys.filter(pc.invert(known)), keys.filter(known), held_keys.filter(pc.invert(wanted))
    )


def change(graph: Graph, kind: Kind, what: Difference) -> Change:
    """One line of the load report."""
    rows = graph.count(kind.name)
    return Change(kind.name, rows, len(what.added), len(what.changed), len(what.removed))
