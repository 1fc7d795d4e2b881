"""A database that is one file: identified, opened when asked, and replaced whole by a load."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from graphkit.cypher.statement import Statement
from graphkit.errors import StoreError, Unreachable
from graphkit.files.locks import locked
from graphkit.files.output import check_place
from graphkit.kinds import Schema
from graphkit.stores.base import Closing, Progress, no_progress, say_waiting
from graphkit.stores.changes import Confirm, Held, LoadReport, change, confirmed, difference
from graphkit.stores.limits import LIMITS, UNLIMITED, Limits
from graphkit.stores.results import Result
from graphkit.stores.sandbox import Sandbox

if TYPE_CHECKING:
    from graphkit.build import Graph

SETTLED = 2.0
"""Seconds after which a change of a file is sure to give it another time."""


class FileStore(Closing):
    """One file, which a load replaces by a new one that an engine built and verified.

    Several threads may read it at once. An engine says how it opens, reads and fills a file.
    """

    worker: ClassVar[str]
    """Module that runs free statements in a process of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._identity: str | None = None
        """Identity of the file that is open, or from which rows were taken that were kept."""
        self._loaded = ""
        """Identity of the file as this object loaded it, however recently."""
        self._sparing = False
        self._opening = threading.Lock()
        self._idle: list[Sandbox] = []
        """Processes for free statements that no thread uses now."""

    @property
    def label(self) -> str:
        """Kind and place of the database, for people."""
        return f"embedded database {self.path}"

    @property
    def content(self) -> str:
        """Empty: there is nothing to gain from caching slow rows of a file."""
        return ""

    @property
    def identity(self) -> str:
        """Place, size and times of the file; empty if another program may be at work on it.

        That is so while a log of changes lies beside it, and until its next change is sure to
        give it other times, unless the last was a load by this object. It stays the same until
        the file is closed: one that is another when it is opened ends the statement.

        Raises
        ------
        Unreachable
            There is no such file.
        """
        if self._identity is None:
            self._identity = self._identified()
        return self._identity

    def _identified(self) -> str:
        check_place(self.path)
        if self.path.is_dir():
            raise Unreachable(f"{self.path} is a folder; wanted a database file")
        if not self._exists:
            raise Unreachable(f"no database at {self.path}; make it with 'graphkit load'")
        identity = identity_of(self.path)
        return identity if identity == self._loaded or is_settled(self.path) else ""

    def close(self) -> None:
        """Let go of the file."""
        for sandbox in self._idle:
            sandbox.close()
        self._idle = []
        self._identity = None
        self._detach()

    def free(self, *, sparing: bool = False) -> None:
        """Close the file, whose columns stay in memory until then; it is opened when asked.

        Sparing memory, it then holds only a part of them, and reads the rest anew each time.
        """
        self.close()
        self._sparing = sparing

    def open(self) -> None:
        """Open the file for reading, if it is not open yet.

        Raises
        ------
        StoreError
            It is another file than the one that was identified.
        Unreachable
            There is no such file, or it is not a database.
        """
        with self._opening:
            if self.is_open:
                return
            before, self._identity = self._identity, self._identified()
            if before and self._identity != before:
                raise StoreError(f"{self.path} was replaced while it was read; ask again")
            self._attach()

    @property
    def _exists(self) -> bool:
        """False also for an empty file, such as a temporary one that was made for a load."""
        return self.path.exists() and bool(self.path.stat().st_size)

    def ask(
        self,
        statement: str | Statement,
        parameters: Mapping[str, Any] | None = None,
        limits: Limits = LIMITS,
    ) -> Result:
        """Run one read-only statement that anybody wrote, in a process that can do nothing else."""
        end = time.monotonic() + limits.seconds
        statement = Statement.of(statement)
        statement.check_read_only()
        used = statement.values(parameters)
        sandbox = self._idle.pop() if self._idle else Sandbox(self.path, self.worker)
        try:
            return sandbox.ask(statement.text, used, limits, end)
        finally:
            self._idle.append(sandbox)

    def load(
        self,
        graph: Graph,
        progress: Progress = no_progress,
        *,
        dry_run: bool = False,
        confirm: Confirm = confirmed,
    ) -> LoadReport:
        """Replace the file by a new one that holds exactly this graph.

        1. Read the keys and digests of the old file, and compare them with the graph; without
           a difference, or in a dry run, end here.
        2. Lock a folder beside the file. Another load waits here; if it replaced the file,
           compare again.
        3. Ask to go on.
        4. Create the tables in a new file there, write every part, and count the rows.
        5. Move the new file to the place of the old one.

        Readers see the old graph or the new one; a load that is killed leaves the old one.

        Raises
        ------
        Unreachable
            The file is not a database: it is not ours to replace.
        StoreError
            There is a database of something else, or the file cannot be written.
        """
        compared = version_of(self.path)
        report = self._compared(graph)
        path = self.path.resolve()  # of a link, what it leads to is replaced
        try:
            if report.differs and not dry_run:
                with workroom(path) as folder:
                    if version_of(path) != compared:
                        self.close()
                        report = self._compared(graph)
                    if report.differs:
                        confirm(report)
                        self._replace(path, folder / path.name, graph, progress)
                        progress("rows of before", report.total("removed"))
                        return report
        except OSError as error:
            raise StoreError(f"cannot write {self.path}: {error.strerror or error}") from error
        for part in graph.parts:
            progress(part.kind.name, len(part.table))
        return report

    def _compared(self, graph: Graph) -> LoadReport:
        check_place(self.path)
        kinds = graph.schema.kinds
        before = self._held(graph.schema) if self._exists else {}
        return LoadReport(
            tuple(change(graph, kind, difference(graph, kind, before)) for kind in kinds)
        )

    def _replace(self, path: Path, new: Path, graph: Graph, progress: Progress) -> None:
        self._fill(new, graph, progress)
        self.close()
        new.replace(path)
        self._loaded = identity_of(self.path)

    @property
    def _of_something_else(self) -> StoreError:
        return StoreError(f"{self.path} is a database of something else; load into another file")

    # --- what an engine says

    @abstractmethod
    def run(
        self,
        statement: str,
        parameters: Mapping[str, Any] | None = None,
        limits: Limits = UNLIMITED,
    ) -> Result:
        """Run one statement of graphkit's own; see :class:`graphkit.stores.results.Result`."""

    @abstractmethod
    def answer(self, statement: Statement, values: Mapping[str, Any], limits: Limits) -> Result:
        """Run one statement that anybody wrote in this process, which must be a sandbox."""

    @abstractmethod
    def translated(
        self, statement: str | Statement, parameters: Mapping[str, Any] | None = None
    ) -> str:
        """Return the text of one read-only statement in the language of the engine."""

    @property
    @abstractmethod
    def is_open(self) -> bool:
        """True if the engine has the file open."""

    @abstractmethod
    def _attach(self) -> None:
        """Open the file, which is there."""

    @abstractmethod
    def _detach(self) -> None:
        """Let the engine go of the file, if it is open."""

    @abstractmethod
    def _fill(self, new: Path, graph: Graph, progress: Progress) -> None:
        """Make a new file of a graph, and verify it."""

    @abstractmethod
    def _held(self, schema: Schema) -> Held:
        """Read keys and digests of the file as it is."""


@contextmanager
def workroom(path: Path) -> Iterator[Path]:
    """Open a folder beside the database for one load at a time, without a killed one's files."""
    folder = path.with_name(f".{path.name}.loading")
    lock = folder / "lock"
    with locked(lock, partial(say_waiting, str(path))):
        for left in folder.iterdir():
            if left.is_dir():
                shutil.rmtree(left)
            elif left != lock:
                left.unlink()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    if sys.platform == "win32":  # where a file in use stays, so this is safe and needed only there
        with suppress(OSError):
            lock.unlink()
            folder.rmdir()


def version_of(path: Path) -> tuple[int, ...]:
    """Return marks that tell a file from every other that was or will be at its path."""
    with suppress(OSError):
        file = path.stat()
        return file.st_dev, file.st_ino, file.st_size, file.st_mtime_ns, file.st_ctime_ns
    return ()


def identity_of(path: Path) -> str:
    """Return place, size and times of a file; empty while a log of changes lies beside it."""
    if path.with_name(f"{path.name}.wal").exists():
        return ""
    file = path.stat()
    times = f"{file.st_mtime_ns} {file.st_ctime_ns}"
    return f"{path.resolve()} {file.st_dev} {file.st_ino} {file.st_size} {times}"


def is_settled(path: Path) -> bool:
    """Return True if the next change of a file is sure to give it other times."""
    file = path.stat()
    return max(file.st_mtime, file.st_ctime) <= time.time() - SETTLED
