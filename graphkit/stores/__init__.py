"""Databases that hold the graph: one file with no server, or Neo4j; one small protocol."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

import pyarrow as pa

from graphkit.errors import UsageError

if TYPE_CHECKING:
    from graphkit.build import Graph
    from graphkit.stores.limits import Limits

Progress = Callable[[str, int], None]
"""Called with a kind's name and how many of its rows were just written."""


@dataclass(frozen=True)
class Change:
    """What a load did to one kind."""

    kind: str
    rows: int
    added: int = 0
    changed: int = 0
    removed: int = 0


@dataclass(frozen=True)
class LoadReport:
    """What a load did, kind by kind."""

    changes: tuple[Change, ...]

    def total(self, what: str) -> int:
        """Sum of ``rows``, ``added``, ``changed`` or ``removed``."""
        return sum(getattr(change, what) for change in self.changes)

    @property
    def differs(self) -> bool:
        """Whether anything was or would be written."""
        return any(self.total(what) for what in ("added", "changed", "removed"))


@dataclass(frozen=True)
class Result:
    """Rows of one statement, and what the database had to say about it.

    Nodes, relationships and paths come as canonical JSON text, the same from every database; the
    field metadata ``graphkit: json`` marks such columns.
    """

    table: pa.Table
    notes: tuple[str, ...] = field(default=())


class Closing:
    """What a ``with`` block closes at its end."""

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


class Store(Protocol):
    """A database that holds the graph."""

    @property
    def label(self) -> str:
        """Kind and place of the database, for people."""

    @property
    def content(self) -> str:
        """What tells this load of this server from every other; empty of a file on this machine."""

    def load(self, graph: Graph, progress: Progress = ..., *, dry_run: bool = ...) -> LoadReport:
        """Make the database hold exactly this graph."""

    def run(self, statement: str, parameters: Mapping[str, Any] = ...) -> Result:
        """Run one read-only statement of graphkit's own."""

    def ask(
        self, statement: str, parameters: Mapping[str, Any] = ..., limits: Limits = ...
    ) -> Result:
        """Run one statement that anybody wrote: nothing but reads, within limits."""

    def close(self) -> None:
        """Let go of files and connections."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


def say_waiting(label: str) -> None:
    """Tell on stderr, unless the program logs elsewhere, why a load does not go on."""
    logging.getLogger("graphkit").warning(
        "graphkit: another load of %s is under way; waiting for it to end", label
    )


def no_progress(kind: str, rows: int) -> None:
    """Say nothing."""


def open_store(place: str | Path) -> Store:
    """Open the database at a place.

    Parameters
    ----------
    place : str or Path
        The path of an embedded database file, a Neo4j URI (``neo4j://``, ``neo4j+s://``,
        ``bolt://`` ...; user and password from ``NEO4J_USERNAME`` and ``NEO4J_PASSWORD``), or
        ``local``: the server that ``graphkit neo4j start`` runs.

    Raises
    ------
    UsageError
        The place is no path and no URI of a Neo4j.
    Unreachable
        There is no such server, or it does not let us in. That a file is missing or no database
        is said when it is first asked.
    """
    text = str(place)
    if text == "local":
        from graphkit.stores.neo4j import open_local

        return open_local()
    if "://" in text:
        from graphkit.stores.neo4j import open_neo4j

        return open_neo4j(text)
    if not text.strip():
        raise UsageError("found no database place; wanted a path, a Neo4j URI, or local")
    from graphkit.stores.embedded import EmbeddedStore

    return EmbeddedStore(Path(place).expanduser())
