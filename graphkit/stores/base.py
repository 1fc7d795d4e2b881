"""Protocol of the databases that hold the graph."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from graphkit.stores.changes import Confirm, LoadReport
from graphkit.stores.edits import Edits, Scope
from graphkit.stores.limits import Limits
from graphkit.stores.results import Result

if TYPE_CHECKING:
    from graphkit.build import Graph
    from graphkit.cypher.statement import Statement

Progress = Callable[[str, int], None]
"""Called with a kind's name and how many of its rows were just written or removed.

Of a load they add up to the rows of the graph and the removed ones; those that stay come at once.
"""


SINCE = " since it was first read; ask again (a session in Python, after its reload())"
"""Of a database that holds another load: what it is compared with, and how to go on."""


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
    def identity(self) -> str:
        """Identity of a file and its content; empty if it changes, and for a server."""

    @property
    def is_replaced(self) -> bool:
        """True if a load has put another file in the place of the one that was read."""

    @property
    def is_as_loaded(self) -> bool:
        """True if the database can tell that nothing was written to it since its load."""

    def check_same(self) -> None:
        """Refuse a database that holds another load than the one that was first read of it.

        Raises
        ------
        Replaced
            Another load has replaced it.
        Unreachable
            One is under way, or the server is gone.
        """

    def check_schema(self) -> None:
        """Refuse a file that has not all kinds and properties of the graph.

        Raises
        ------
        OtherVersion
            An older graphkit made it.
        """

    @property
    def written(self) -> datetime | None:
        """Time at which the file that was read was written; None of a server."""

    def load(
        self,
        graph: Graph,
        progress: Progress = ...,
        *,
        dry_run: bool = ...,
        confirm: Confirm = ...,
    ) -> LoadReport:
        """Make the database hold exactly this graph."""

    def edits(self, scope: Scope = ...) -> Edits:
        """List the rows of a scope that are not as they were loaded."""

    def run(
        self, statement: str, parameters: Mapping[str, Any] = ..., limits: Limits = ...
    ) -> Result:
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

    def free(self) -> None:
        """Give back the memory that reading took; the next statement takes it anew."""


def say_waiting(label: str) -> None:
    """Say on stderr, unless the program logs elsewhere, why a load does not go on."""
    logging.getLogger("graphkit").warning(
        "graphkit: another load of %s is under way; waiting for it to end", label
    )


def say_slow(label: str) -> None:
    """Say on stderr, unless the program logs elsewhere, that a server has not answered yet."""
    logging.getLogger("graphkit").warning(
        "graphkit: %s takes long to begin a load; waiting for its answer", label
    )


def no_progress(kind: str, rows: int) -> None:
    """Say nothing."""
