"""DuckDB as graphkit starts it: what a connection may do, and what its errors mean."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from graphkit.errors import Damaged, OutOfMemory, StoreError, Unreachable, Untranslated, one_line
from graphkit.stores.duck.file import FILE, SETTINGS
from graphkit.stores.duck.seal import State, state_of
from graphkit.stores.duck.types import UNSURE, text

if TYPE_CHECKING:
    import pyarrow as pa
    from _duckdb import DuckDBPyConnection

OWN_MEMORY = 2 * 2**30
"""Bytes for graphkit's own statements: those on the shipped graph take a tenth of it."""
FREE_MEMORY = 2**30
"""Bytes for a statement that anybody wrote, beside what its functions take on their own."""
BATCH = 65_536
"""Rows that are read at once."""
MARK = b"DUCK"
"""Of a DuckDB file, after a checksum of 8 bytes."""
LOCKED = "Could not set lock"
NEWER = ("can only read version", "newer version of DuckDB", "serialization version")
"""Of messages on a file that is whole, but not for now or not for this DuckDB."""
DAMAGED = (
    "Corrupt database file", "not a valid DuckDB database file", "checksum",
    "Could not read enough bytes",
)  # fmt: skip
"""Of messages on a file that is not as DuckDB wrote it."""
AGAIN = "move it away, and make it again with 'graphkit load'"
BROKEN = ("projection_pullup",)
"""Optimizers of DuckDB 2.0.1 that end some statements with "Failed to bind column reference", as in
https://github.com/duckdb/duckdb/issues/21890."""


def _broken(connection: DuckDBPyConnection) -> list[str]:
    """List those of the broken optimizers that this version has."""
    names = {name for (name,) in connection.execute("FROM duckdb_optimizers()").fetchall()}
    return [name for name in BROKEN if name in names]


def start_engine(memory: int) -> DuckDBPyConnection:
    """Start the engine, with no file yet; it reads some of the system's.

    Raises
    ------
    Unreachable
        There is not enough memory.
    """
    # The package around it takes 0.1 s to import, for relations and expressions in Python.
    import _duckdb

    settings = SETTINGS | {"memory_limit": f"{memory}B", "temp_directory": ""}
    if not _duckdb.__version__.startswith("1."):
        settings["async_threads"] = 0  # a thread that is there before a lock goes round it
    try:
        return _duckdb.connect(":memory:", config=settings)
    except (_duckdb.Error, MemoryError) as error:
        raise Unreachable(f"DuckDB does not start here: {first_line(error)}") from error


def attach(connection: DuckDBPyConnection, path: Path) -> State:
    """Open a file for reading, and close all other doors of the engine; gives its state before.

    An instance that is opened by the path of a file is kept by it, and would go on reading a file
    that another has replaced.

    Raises
    ------
    Damaged
        It is not a DuckDB database, or not as it was written.
    Unreachable
        Another program writes to it, or it is of a newer DuckDB.
    """
    import _duckdb

    if head(path)[8:12] != MARK:  # of another sort of database, DuckDB would want an extension
        connection.close()
        raise Damaged(f"cannot open {path} as a graphkit database: it is no DuckDB file; {AGAIN}")
    state = state_of(path)
    if state is State.DAMAGED:
        connection.close()
        raise Damaged(f"cannot open {path} as a graphkit database: {state.value}; {AGAIN}")
    try:
        # Absolute: a relative path may look like the name of another sort of database.
        connection.execute(f"ATTACH {text(str(path.absolute()))} AS {FILE} (READ_ONLY)")
        _check_whole(connection, path)
        connection.execute(f"SET disabled_optimizers = '{','.join(_broken(connection))}'")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
    except _duckdb.Error as error:
        connection.close()
        raise opening_failure(path, error) from error
    except Damaged:
        connection.close()
        raise
    return state


def head(path: Path) -> bytes:
    """Read the first bytes of a file.

    Raises
    ------
    Unreachable
        It cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(12)
    except OSError as error:
        raise Unreachable(f"cannot open {path}: {error.strerror or error}") from error


def _check_whole(connection: DuckDBPyConnection, path: Path) -> None:
    """Compare the size of a file with that of its blocks, which DuckDB reads when asked alone."""
    ((least,),) = connection.execute(
        "SELECT total_blocks * block_size FROM pragma_database_size() WHERE database_name = $name",
        {"name": FILE},
    ).fetchall()
    size = path.stat().st_size
    if size < least:
        raise Damaged(
            f"cannot open {path} as a graphkit database: it was cut off, {size:,} bytes of at "
            f"least {least:,}; {AGAIN}"
        )


def opening_failure(path: Path, error: Exception) -> StoreError:
    """Return the error to show for one of DuckDB's on opening a file."""
    message = first_line(error)
    if LOCKED in message:
        return Unreachable(f"cannot open {path}: another program has it open for writing")
    if any(phrase in message for phrase in NEWER):
        return Unreachable(
            f"cannot open {path}: a newer DuckDB wrote it ({message}); update duckdb, or load into "
            "another file"
        )
    if isinstance(failure(path, error), OutOfMemory):
        return Unreachable(f"cannot open {path}: there is not enough memory ({message})")
    kind = Damaged if any(phrase in message for phrase in DAMAGED) else Unreachable
    return kind(f"cannot open {path} as a graphkit database: {message}; {AGAIN}")


def failure(path: Path, error: Exception) -> StoreError:
    """Return the error to show for one of DuckDB's on a statement."""
    message = first_line(error)
    kind = type(error).__name__
    if UNSURE in message:
        return Untranslated(f"the embedded database has no {message.partition(UNSURE)[2]}")
    if kind in ("OutOfMemoryException", "MemoryError") or "bad_alloc" in message:
        return OutOfMemory()
    if "destination type INT64" in message:
        return StoreError("found an integer that does not fit into 64 bits")
    if any(phrase in message for phrase in DAMAGED) or kind in ("IOException", "FatalException"):
        return Damaged(f"{path} is damaged: {message}; {AGAIN}")
    if kind == "CatalogException":
        return StoreError(f"{path} has not all that the graph has in this version: {message}")
    return StoreError(f"the embedded database refused the statement: {message}")


def first_line(error: Exception) -> str:
    """Return what DuckDB says, without its sort of error and its advice in further lines."""
    line = str(error).partition("\n")[0]
    _, _, message = line.rpartition(" Error: ") if "Error: " in line else ("", "", line)
    return one_line(Exception(message.removeprefix("Error: ")))


def batches(cursor: DuckDBPyConnection, rows: int) -> pa.RecordBatchReader:
    """Read the rows of the statement that a cursor has just run, as Arrow."""
    if hasattr(cursor, "_result_as_arrow"):  # from 2.0 on
        return cursor._result_as_arrow(rows, reader=True)
    return cursor.to_arrow_reader(rows)
