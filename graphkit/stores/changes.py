"""Changes that a load makes: the difference between a graph and what a database holds of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.arrow import plain
from graphkit.kinds import Kind

if TYPE_CHECKING:
    from graphkit.build import Graph


@dataclass(frozen=True)
class Change:
    """Rows of one kind that a load added, changed and removed."""

    kind: str
    rows: int
    added: int = 0
    changed: int = 0
    removed: int = 0


@dataclass(frozen=True)
class LoadReport:
    """Changes of a load, kind by kind.

    ``attached`` counts the relationships of others that go with the nodes that they join.
    """

    changes: tuple[Change, ...]
    attached: int = 0

    def total(self, what: str) -> int:
        """Sum of ``rows``, ``added``, ``changed`` or ``removed``."""
        return sum(getattr(change, what) for change in self.changes)

    @property
    def before(self) -> int:
        """Number of rows that the database had before the load."""
        return self.total("rows") - self.total("added") + self.total("removed")

    @property
    def differs(self) -> bool:
        """True if anything was or would be written."""
        return any(self.total(what) for what in ("added", "changed", "removed"))


Confirm = Callable[[LoadReport], None]
"""Called with what a load is about to change, while no other load can begin.

Raises an error to end the load before it writes a row. A load that changes nothing does not ask.
"""


def confirmed(report: LoadReport) -> None:
    """Let every load go on."""


Digests = dict[str, pa.Table]
"""For each kind, ``key`` and ``digest`` of the rows in a database."""


@dataclass(frozen=True)
class Difference:
    """Keys of one kind to add, to change and to remove; ``others`` counts unlisted ones that go."""

    added: pa.Array
    changed: pa.Array
    removed: pa.Array
    others: int = 0


def difference(graph: Graph, kind: Kind, held: Digests) -> Difference:
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
    """Replace every edge, but rewrite nodes in place: other people's edges may join them."""
    if kind.is_edge:
        return Difference(keys, keys.slice(0, 0), held_keys)
    known, wanted = pc.is_in(keys, value_set=held_keys), pc.is_in(held_keys, value_set=keys)
    return Difference(
        keys.filter(pc.invert(known)), keys.filter(known), held_keys.filter(pc.invert(wanted))
    )


def change(graph: Graph, kind: Kind, what: Difference) -> Change:
    """Count a difference for the load report."""
    rows = graph.count(kind.name)
    removed = len(what.removed) + what.others
    return Change(kind.name, rows, len(what.added), len(what.changed), removed)
