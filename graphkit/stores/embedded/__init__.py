"""The embedded database in a file of ladybug."""

from __future__ import annotations

import math
import re
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
from graphkit.errors import StoreError, UsageError
from graphkit.schema import Schema
from graphkit.stores import (
    UNLIMITED,
    Held,
    Limits,
    Progress,
    Result,
    check_names,
    collect,
    first_part,
    in_order,
    node,
    path,
    plan_table,
    relationship,
)
from graphkit.stores.embedded.dialect import Translation, shown, translate
from graphkit.stores.embedded.load import BUFFER_POOL, connect, fill
from graphkit.stores.embedded.patterns import HIDDEN
from graphkit.stores.embedded.refusals import explain_failure
from graphkit.stores.file import FileStore

if TYPE_CHECKING:
    from graphkit.build import Graph


LEAST_POOL = 2**26
SPARING = 0.4
"""Share of a file that its buffer pool holds to spare memory; reading a page needs up to 0.3."""


class EmbeddedStore(FileStore):
    """One ladybug file."""

    worker = "graphkit.stores.embedded.sandbox_worker"

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._database: Any = None
        self._connections: dict[int, Any] = {}
        """Of each thread: what one sets in its connection must not reach the others."""

    @property
    def is_open(self) -> bool:
        """True if the engine has the file open."""
        return self._database is not None

    def _attach(self) -> None:
        pool = BUFFER_POOL
        if self._sparing:
            pool = max(LEAST_POOL, int(SPARING * self.path.stat().st_size))
        self._database, first = connect(self.path, read_only=True, pool=pool)
        self._connections[threading.get_ident()] = first

    def _detach(self) -> None:
        for handle in (*self._connections.values(), self._database):
            if handle is not None:
                handle.close()
        self._connections, self._database = {}, None

    @property
    def _connection(self) -> Any:
        """The connection of this thread."""
        import ladybug

        self.open()
        thread = threading.get_ident()
        if thread not in self._connections:
            self._connections[thread] = ladybug.Connection(self._database)
        return self._connections[thread]

    def translated(
        self, statement: str | Statement, parameters: Mapping[str, Any] | None = None
    ) -> str:
        """Return the text of one read-only statement in ladybug's dialect."""
        from graphkit.stores.embedded.refusals import translate_free

        asked = Statement.of(statement)
        return shown(translate_free(asked, asked.values(parameters)))

    def answer(self, statement: Statement, values: Mapping[str, Any], limits: Limits) -> Result:
        """Run one statement that anybody wrote in this process, which must be a sandbox."""
        from graphkit.stores.embedded.refusals import translate_free

        return self.read(translate_free(statement, values), values, limits)

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

    def _fill(self, new: Path, graph: Graph, progress: Progress) -> None:
        fill(new, graph, progress)

    def _held(self, schema: Schema) -> Held:
        """Read keys and digests of the file as it is."""
        tables = {row[0] for row in self._connection.execute("CALL show_tables() RETURN name")}
        held: Held = {}
        for kind in (k for k in schema.kinds if k.name in tables):
            pattern = f"()-[x:`{kind.name}`]->()" if kind.is_edge else f"(x:`{kind.name}`)"
            statement = f"MATCH {pattern} RETURN x.`{kind.key}` AS key, x.digest AS digest"
            with suppress(StoreError):  # an older schema may lack one of the two
                held[kind.name] = self.run(statement).table
        if tables and not held:
            raise self._of_something_else
        return held


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
