"""Databases that hold the graph: one file with no server, or Neo4j; one small protocol."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.arrow import plain
from graphkit.kinds import Kind

if TYPE_CHECKING:
    from graphkit.build import Graph
    from graphkit.cypher import Statement
    from graphkit.stores.results import Limits

Progress = Callable[[str, int], None]
"""Called with a kind's name and how many of its rows were just written."""


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
    """Changes of a load, kind by kind."""

    changes: tuple[Change, ...]

    def total(self, what: str) -> int:
        """Sum of ``rows``, ``added``, ``changed`` or ``removed``."""
        return sum(getattr(change, what) for change in self.changes)

    @property
    def differs(self) -> bool:
        """True if anything was or would be written."""
        return any(self.total(what) for what in ("added", "changed", "removed"))


@dataclass(frozen=True)
class Result:
    """Rows of one statement, and the database's warnings about it.

    Nodes, relationships and paths come as canonical JSON text, the same from every database; the
    field metadata ``graphkit: json`` marks such columns.
    """

    table: pa.Table
    notes: tuple[str, ...] = field(default=())


class Closing(Protocol):
    """Resource that a ``with`` block closes at its end."""

    def close(self) -> None:
        """Let go of files and connections."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Store(Closing, Protocol):
    """Database that holds the graph."""

    @property
    def label(self) -> str:
        """Kind and place of the database, for people."""

    @property
    def content(self) -> str:
        """Identity of this load of this server; empty for a file on this machine."""

    @property
    def ours(self) -> str:
        """Identity of a file that only graphkit writes; empty for any other database."""

    def load(self, graph: Graph, progress: Progress = ..., *, dry_run: bool = ...) -> LoadReport:
        """Make the database hold exactly this graph."""

    def run(self, statement: str, parameters: Mapping[str, Any] = ...) -> Result:
        """Run one statement of graphkit's own, which the tests check: it is not checked here."""

    def ask(
        self,
        statement: str | Statement,
        parameters: Mapping[str, Any] = ...,
        limits: Limits = ...,
    ) -> Result:
        """Run one statement that anybody wrote: nothing but reads, within limits."""

    def translated(self, statement: str | Statement, parameters: Mapping[str, Any] = ...) -> str:
        """Return the text of one read-only statement as the database would run it."""


def say_waiting(label: str) -> None:
    """Say on stderr, unless the program logs elsewhere, why a load does not go on."""
    logging.getLogger("graphkit").warning(
        "graphkit: another load of %s is under way; waiting for it to end", label
    )


def no_progress(kind: str, rows: int) -> None:
    """Say nothing."""


Held = dict[str, pa.Table]
"""For each kind, ``key`` and ``digest`` of the rows in a database."""


@dataclass(frozen=True)
class Difference:
    """Keys of one kind to add, to change and to remove."""

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
    return Change(kind.name, rows, len(what.added), len(what.changed), len(what.removed))
