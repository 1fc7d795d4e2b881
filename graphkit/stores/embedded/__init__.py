"""The embedded database: one file, loaded whole and read by a sandboxed process.

Other people's statements run in a process that can read the file and nothing else. It starts with
an empty environment, reads one request after the other, and is killed at the deadline of a request,
or after one when it keeps much memory; the next request gets a new one. It ends when this one does.
"""

from __future__ import annotations

import json
import math
import os
import pickle
import re
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.cypher import Statement
from graphkit.errors import (
    GraphkitError,
    OutOfMemory,
    StoreError,
    Unreachable,
    Untranslated,
    UsageError,
)
from graphkit.paths import check_place
from graphkit.schema import Schema
from graphkit.stores import (
    LIMITS,
    UNLIMITED,
    Closing,
    Confirm,
    Held,
    Limits,
    LoadReport,
    Progress,
    Result,
    change,
    check_names,
    collect,
    confirmed,
    difference,
    first_part,
    in_order,
    no_progress,
    node,
    path,
    plan_table,
    relationship,
)
from graphkit.stores.embedded.dialect import Translation, shown, translate
from graphkit.stores.embedded.load import BUFFER_POOL, connect, fill, workroom
from graphkit.stores.embedded.patterns import (
    HIDDEN,
)
from graphkit.stores.embedded.refusals import explain_failure

if TYPE_CHECKING:
    from graphkit.build import Graph


SETTLED = 2.0
"""Seconds after which a change of a file is sure to give it another time."""
LEAST_POOL = 2**26
SPARING = 0.4
"""Share of a file that its buffer pool holds to spare memory; reading a page needs up to 0.3."""


class EmbeddedStore(Closing):
    """One ladybug file, which a load replaces by a new one that it built and verified.

    Several threads may read it at once.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._database: Any = None
        self._identity = ""
        self._loaded = ""
        """Identity of the file as this object loaded it, however recently."""
        self._sparing = False
        self._connections: dict[int, Any] = {}
        """Of each thread: what one sets in its connection must not reach the others."""
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
        give it other times, unless the last was a load by this object. The file is opened: rows
        are of the one that was identified.
        """
        self.open()
        return self._identity

    def close(self) -> None:
        """Let go of the file."""
        for handle in (*self._idle, *self._connections.values(), self._database):
            if handle is not None:
                handle.close()
        self._idle, self._connections, self._database = [], {}, None

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
        Unreachable
            There is no such file, or it is not a database.
        """
        with self._opening:
            if self._database is not None:
                return
            check_place(self.path)
            if self.path.is_dir():
                raise Unreachable(f"{self.path} is a folder; wanted a database file")
            if not self.path.exists() or not self.path.stat().st_size:
                raise Unreachable(f"no database at {self.path}; make it with 'graphkit load'")
            found = _identity(self.path)
            self._identity = found if found == self._loaded or _settled(self.path) else ""
            pool = BUFFER_POOL
            if self._sparing:
                pool = max(LEAST_POOL, int(SPARING * self.path.stat().st_size))
            self._database, first = connect(self.path, read_only=True, pool=pool)
            self._connections[threading.get_ident()] = first

    @property
    def _connection(self) -> Any:
        """The connection of this thread."""
        import ladybug

        self.open()
        thread = threading.get_ident()
        if thread not in self._connections:
            self._connections[thread] = ladybug.Connection(self._database)
        return self._connections[thread]

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
        sandbox = self._idle.pop() if self._idle else Sandbox(self.path)
        try:
            return sandbox.ask(statement.text, used, limits, end)
        finally:
            self._idle.append(sandbox)

    def translated(
        self, statement: str | Statement, parameters: Mapping[str, Any] | None = None
    ) -> str:
        """Return the text of one read-only statement in ladybug's dialect."""
        from graphkit.stores.embedded.refusals import translate_free

        asked = Statement.of(statement)
        return shown(translate_free(asked, asked.values(parameters)))

    def run(
        self,
        statement: str,
        parameters: Mapping[str, Any] | None = None,
        limits: Limits = UNLIMITED,
    ) -> Result:
        """Run one statement of graphkit's own; see :class:`graphkit.stores.Result`."""
        return self.read(_own(statement), parameters or {}, limits)

    def read(self, asked: Translation, parameters: Mapping[str, Any], limits: Limits) -> Result:
        """Run a translated statement in this process."""
        answer = self._execute(asked, parameters)
        try:
            if asked.statement.asks_for_plan:
                return Result(plan_table("\n".join(row[0] for row in answer.get_all())))
            found = neutral_table(asked, answer, limits)
            return Result(found.table, found.notes + asked.notes)
        finally:
            answer.close()

    def _execute(self, asked: Translation, parameters: Mapping[str, Any]) -> Any:
        """Run it in a thread of its own: ladybug would let an interrupt wait for its answer."""
        connection = self._connection
        values = {new: parameters[name] for name, new in asked.names.items()}
        if asked.misplanned:
            connection.execute("CALL enable_plan_optimizer=false").close()
        with ThreadPoolExecutor(1) as worker:
            running = None
            try:
                running = worker.submit(connection.execute, asked.text, values)
                return running.result()
            except KeyboardInterrupt:
                # An interrupt before the query runs is forgotten: say it until it is heard.
                while running is not None and not running.done():
                    connection.interrupt()
                    time.sleep(0.05)
                raise
            except RuntimeError as error:
                raise explain_failure(asked.statement, error) from error
            except (ValueError, TypeError, OverflowError) as error:
                raise UsageError(
                    f"the embedded database cannot take these parameters: {error}"
                ) from error
            finally:
                if asked.misplanned:
                    connection.execute("CALL enable_plan_optimizer=true").close()

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
        4. Create the tables in a new file there, copy every part, and count the rows.
        5. Move the new file to the place of the old one.

        Readers see the old graph or the new one; a load that is killed leaves the old one.

        Raises
        ------
        Unreachable
            The file is not a database: it is not ours to replace.
        StoreError
            There is a database of something else, or the file cannot be written.
        """
        compared = _version(self.path)
        report = self._compared(graph)
        path = self.path.resolve()  # of a link, what it leads to is replaced
        try:
            if report.differs and not dry_run:
                with workroom(path) as folder:
                    if _version(path) != compared:
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
        held = self._held(graph.schema)
        kinds = graph.schema.kinds
        return LoadReport(
            tuple(change(graph, kind, difference(graph, kind, held)) for kind in kinds)
        )

    def _replace(self, path: Path, new: Path, graph: Graph, progress: Progress) -> None:
        fill(new, graph, progress)
        self.close()
        new.replace(path)
        self._loaded = _identity(self.path)

    def _held(self, schema: Schema) -> Held:
        """Read keys and digests of the file as it is."""
        check_place(self.path)
        if not self.path.exists() or not self.path.stat().st_size:
            return {}
        tables = {row[0] for row in self._connection.execute("CALL show_tables() RETURN name")}
        held: Held = {}
        for kind in (k for k in schema.kinds if k.name in tables):
            pattern = f"()-[x:`{kind.name}`]->()" if kind.is_edge else f"(x:`{kind.name}`)"
            statement = f"MATCH {pattern} RETURN x.`{kind.key}` AS key, x.digest AS digest"
            with suppress(StoreError):  # an older schema may lack one of the two
                held[kind.name] = self.run(statement).table
        if tables and not held:
            raise StoreError(f"{self.path} is a database of something else; load into another file")
        return held


def _version(path: Path) -> tuple[int, ...]:
    """Return marks that tell a file from every other that was or will be at its path."""
    with suppress(OSError):
        file = path.stat()
        return file.st_dev, file.st_ino, file.st_size, file.st_mtime_ns, file.st_ctime_ns
    return ()


def _identity(path: Path) -> str:
    """Return place, size and times of a file; empty while a log of changes lies beside it."""
    if path.with_name(f"{path.name}.wal").exists():
        return ""
    of = path.stat()
    times = f"{of.st_mtime_ns} {of.st_ctime_ns}"
    return f"{path.resolve()} {of.st_dev} {of.st_ino} {of.st_size} {times}"


def _settled(path: Path) -> bool:
    """Return True if the next change of a file is sure to give it other times."""
    of = path.stat()
    return max(of.st_mtime, of.st_ctime) <= time.time() - SETTLED


@lru_cache
def _own(statement: str) -> Translation:
    """Translate a statement of graphkit's own, once in a process."""
    return translate(Statement(statement))


_PLAIN = re.compile(r"STRING|BOOL|DOUBLE|FLOAT|U?INT(8|16|32|64)|SERIAL")
"""Types read as Arrow."""
_WHOLE = re.compile(r"INT128|DECIMAL\(\d+, ?0\)")
_LISTS = "STRING[]"
"""Read as Arrow too; a column of only empty lists has offsets that are not valid."""


def neutral_table(asked: Translation, answer: Any, limits: Limits) -> Result:
    """Return Arrow as every store does: Neo4j's column names, integers, graph values as JSON."""
    kinds = answer.get_column_data_types()
    engine_names = answer.get_column_names()
    shown = [n for n, name in enumerate(engine_names) if not name.startswith(HIDDEN)]
    names, order = in_order(asked.statement.columns, [engine_names[n] for n in shown])
    check_names(names)
    places = [shown[n] for n in order]
    lists = [n for n in places if kinds[n] == _LISTS]
    plain = all(
        _PLAIN.fullmatch(kinds[n]) or _WHOLE.fullmatch(kinds[n]) or n in lists for n in places
    )
    if plain and not asked.shapes and answer.get_num_tuples() <= limits.rows:
        table = answer.get_as_arrow()
        if all(any(len(chunk.values) for chunk in table.column(n).chunks) for n in lists):
            arrays = [_standard(table.column(n)) for n in places]
            return Result(*first_part(pa.table(arrays, names=names).combine_chunks(), limits))
        answer.reset_iterator()
    rows = ([_plain(row[n]) for n in places] for row in answer)
    if asked.shapes:
        rows = ([_shaped(v, asked.shapes.get(n)) for n, v in enumerate(row)] for row in rows)
    return collect(names, rows, limits)


def _shaped(value: Any, shape: str | None) -> Any:
    """Return the properties or keys of a node or relationship, or a fraction as text."""
    if shape is None or value is None:
        return value
    if shape == "text":
        return fraction_text(value)
    return list(value["properties"]) if shape == "keys" else value["properties"]


def fraction_text(number: float) -> str:
    """Return a fraction as Neo4j's ``toString()`` writes it.

    >>> [fraction_text(number) for number in (0.0, 2.0, 0.1 + 0.2, 12345678.9, 1e22, -0.00025)]
    ['0.0', '2.0', '0.30000000000000004', '1.23456789E7', '1.0E22', '-2.5E-4']
    """
    if not math.isfinite(number):
        return "NaN" if math.isnan(number) else f"{'-' * (number < 0)}Infinity"
    if number == 0 or 1e-3 <= abs(number) < 1e7:
        return repr(number)
    digits, _, power = f"{Decimal(repr(number)).normalize():E}".partition("E")
    return f"{digits}{'' if '.' in digits else '.0'}E{int(power)}"


def _standard(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Cast integers, and the decimals of integer sums, to 64 bits; name list items."""
    if pa.types.is_list(values.type):
        return values.cast(pa.list_(pa.string()))
    if not (pa.types.is_decimal(values.type) or pa.types.is_integer(values.type)):
        return values
    try:
        return pc.cast(values, pa.int64())
    except pa.ArrowInvalid as error:
        raise StoreError("found an integer that does not fit into 64 bits") from error


def _plain(value: Any) -> Any:
    """Convert a ladybug value to the neutral shape: label and the properties that are set."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if not isinstance(value, dict):
        return value
    if "_NODES" in value:
        nodes, relationships = map(_plain, (value["_NODES"], value["_RELS"]))
        # Of a variable-length relationship, ladybug tells the nodes between its ends as well.
        return path(nodes, relationships) if len(nodes) > len(relationships) else relationships
    if "_LABEL" not in value:
        return {k: _plain(v) for k, v in value.items()}
    properties = {k: _plain(v) for k, v in value.items() if not k.startswith("_") and v is not None}
    kind = relationship if "_SRC" in value else node
    return kind(value["_LABEL"], properties)


START = (
    "import sys; sys.path[:] = sys.argv[1:];"
    "from graphkit.paths import start_small; start_small();"
    "from graphkit.stores.embedded.sandbox_worker import main; main()"
)
ERRORS: Mapping[str, type[GraphkitError]] = {
    kind.__name__: kind for kind in (OutOfMemory, StoreError, Unreachable, Untranslated, UsageError)
}
HEADER = 2**20
"""More than any error or note is long."""
KEPT = 2 * 2**30
"""Memory that a process may keep between two statements: half of what it may take."""


class Sandbox:
    """Process that reads one embedded database."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._process: subprocess.Popen[bytes] | None = None

    def close(self) -> None:
        """End the process, whatever it does."""
        if self._process is not None:
            self._process.kill()
            with suppress(OSError):  # what it did not read any more
                self._process.communicate()
        self._process = None

    def ask(
        self, statement: str, parameters: Mapping[str, Any], limits: Limits, end: float
    ) -> Result:
        """Run one read-only statement, and read its answer before the clock shows the end.

        Raises
        ------
        StoreError
            It took too long, needed too much memory or brought the database engine down.
        UsageError
            It is not read-only, or the parameters cannot be passed on.
        """
        try:
            request = pickle.dumps(pickle.dumps((statement, dict(parameters), limits)))
        except (pickle.PickleError, TypeError, AttributeError) as error:
            raise UsageError(
                f"the embedded database cannot take these parameters: {error}"
            ) from error
        fresh = self._process is None
        try:
            return self._asked(request, limits, end)
        except OutOfMemory:
            if fresh:
                raise
            # The memory may have gone to the statements before it.
            return self._asked(request, limits, end)

    def _asked(self, request: bytes, limits: Limits, end: float) -> Result:
        late = threading.Event()
        try:
            process = self._started()
            timer = threading.Timer(max(end - time.monotonic(), 0), _stop, (process, late))
            timer.start()
            try:
                return _answer(process, request)
            finally:
                timer.cancel()
                if late.is_set() or _memory_of(process) > KEPT:
                    self.close()
        except (EOFError, BrokenPipeError) as error:
            self.close()
            if late.is_set():
                raise limits.too_long from error
            raise OutOfMemory(
                "the statement needs more memory than it may have, or is more than the embedded "
                "database can read; ask for less at a time"
            ) from error
        except (ValueError, OSError) as error:
            self.close()
            raise StoreError(f"the embedded database's answer cannot be read: {error}") from error
        except BaseException as error:
            if not isinstance(error, GraphkitError) or isinstance(error, Unreachable | OutOfMemory):
                self.close()
            raise

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            needed = {k: v for k, v in os.environ.items() if k == "SYSTEMROOT"}  # of Windows
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", START, *filter(None, sys.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=needed,
            )
            assert self._process.stdin is not None
            pickle.dump(self._path, self._process.stdin)
        return self._process


def _memory_of(process: subprocess.Popen[bytes]) -> int:
    """Return the bytes that a process has in memory, as far as the system tells."""
    try:
        pages = Path(f"/proc/{process.pid}/statm").read_text().split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _stop(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    process.kill()


def _answer(process: subprocess.Popen[bytes], request: bytes) -> Result:
    """Read an answer of the process, trusting nothing in it."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(request)
    process.stdin.flush()
    line = process.stdout.readline(HEADER)
    if not line.endswith(b"\n"):
        raise EOFError
    header = json.loads(line)
    if "error" in header:
        raise ERRORS[header["error"]](header["message"])
    content = process.stdout.read(header["bytes"])
    if len(content) < header["bytes"]:
        raise EOFError
    with pa.ipc.open_stream(content) as stream:
        table = stream.read_all()
    table.validate(full=True)
    return Result(table, tuple(header["notes"]))
