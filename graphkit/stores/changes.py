"""Changes that a load makes: the difference between a graph and what a database holds of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.arrow import without_codes
from graphkit.kinds import Kind
from graphkit.stores.edits import NO_EDITS, Digests, Edits

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

    ``released`` counts, of the removed rows, nodes that stay without graphkit's mark, for what
    others gave them; ``edits`` are the rows that were not as an earlier load wrote them.
    ``beside`` says what else of others a dry run found in a Neo4j.
    """

    changes: tuple[Change, ...]
    released: int = 0
    edits: Edits = NO_EDITS
    beside: tuple[str, ...] = ()

    def total(self, field: str) -> int:
        """Sum of ``rows``, ``added``, ``changed`` or ``removed``."""
        return sum(getattr(change, field) for change in self.changes)

    @property
    def before(self) -> int:
        """Number of rows that the database had before the load."""
        return self.total("rows") - self.total("added") + self.total("removed")

    @property
    def differs(self) -> bool:
        """True if anything was or would be written."""
        return any(self.total(field) for field in ("added", "changed", "removed"))


Confirm = Callable[[LoadReport], None]
"""Called with what a load is about to change, while no other load can begin.

Raises an error to end the load before it writes a row. A load that changes nothing does not ask.
"""


def confirmed(report: LoadReport) -> None:
    """Let every load go on."""


@dataclass(frozen=True)
class Difference:
    """Keys of one kind to add, to change and to remove; ``others`` counts unlisted ones that go."""

    added: pa.Array
    changed: pa.Array
    removed: pa.Array
    others: int = 0


def difference(graph: Graph, kind: Kind, digests: Digests) -> Difference:
    """Compare one kind of a graph with what a database holds of it."""
    parts = [p.table.select([kind.key, "digest"]) for p in graph.parts if p.kind is kind]
    new = without_codes(pa.concat_tables(parts)) if parts else None
    old = digests.get(kind.name)
    old_keys = None if old is None else old["key"].combine_chunks()
    if new is None:
        none = pa.nulls(0) if old_keys is None else old_keys.slice(0, 0)
        return Difference(none, none, none if old_keys is None else old_keys)
    keys = new[kind.key].combine_chunks()
    if old is None or old_keys is None or not len(old):
        return Difference(keys, keys.slice(0, 0), keys.slice(0, 0))
    if old_keys.type != keys.type or old["digest"].type != new["digest"].type:
        # An older graphkit wrote them in another way: nothing of it is as it should be.
        return _replacement(kind, keys, old_keys)
    places = pc.index_in(keys, value_set=old_keys)
    added = keys.filter(pc.is_null(places))
    old_digests = old["digest"].combine_chunks().take(places)
    same = pc.fill_null(pc.equal(new["digest"].combine_chunks(), old_digests), False)
    differs = pc.and_not(pc.is_valid(places), same)
    removed = pc.invert(pc.is_in(old_keys, value_set=keys))
    twice = len(old_keys) - len(pc.unique(old_keys))
    return Difference(added, keys.filter(differs), old_keys.filter(removed), twice)


def _replacement(kind: Kind, keys: pa.Array, old_keys: pa.Array) -> Difference:
    """Replace every edge, but rewrite nodes in place: other people's edges may join them."""
    if kind.is_edge:
        return Difference(keys, keys.slice(0, 0), old_keys)
    rewritten = pc.is_in(keys, value_set=old_keys)
    removed = pc.invert(pc.is_in(old_keys, value_set=keys))
    added = keys.filter(pc.invert(rewritten))
    return Difference(added, keys.filter(rewritten), old_keys.filter(removed))


def change(graph: Graph, kind: Kind, difference: Difference) -> Change:
    """Count a difference for the load report."""
    rows = graph.count(kind.name)
    removed = len(difference.removed) + difference.others
    return Change(kind.name, rows, len(difference.added), len(difference.changed), removed)
