"""Loads into a file: the lock that keeps others out, and the rows of the file before."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from graphkit.files.locks import locked
from graphkit.kinds import Schema
from graphkit.stores.base import say_waiting
from graphkit.stores.changes import Digests
from graphkit.stores.duck.engine import BATCH, batches
from graphkit.stores.duck.file import FILE
from graphkit.stores.duck.types import quoted

if TYPE_CHECKING:
    from _duckdb import DuckDBPyConnection


@contextmanager
def workroom(path: Path) -> Iterator[Path]:
    """Open a folder beside the database for one load at a time, without a killed one's files."""
    folder = path.with_name(f".{path.name}.loading")
    lock = folder / "lock"
    with locked(lock, partial(say_waiting, str(path))):
        for remnant in folder.iterdir():
            if remnant.is_dir():
                shutil.rmtree(remnant)
            elif remnant != lock:
                remnant.unlink()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    if sys.platform == "win32":  # where a file in use stays, so this is safe and needed only there
        with suppress(OSError):
            lock.unlink()
            folder.rmdir()


def read_digests(cursor: DuckDBPyConnection, schema: Schema) -> Digests | None:
    """Read keys and digests of the file that is open; None of a database of something else."""
    rows = cursor.execute(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = $name",
        {"name": FILE},
    ).fetchall()
    columns: dict[str, set[str]] = {}
    for table, column in rows:
        columns.setdefault(table, set()).add(column)
    digests: Digests = {}
    for kind in schema.kinds:
        if {kind.key, "digest"} <= columns.get(kind.name, set()):  # an older schema may lack one
            cursor.execute(
                f"SELECT {quoted(kind.key)} AS key, digest FROM {FILE}.{quoted(kind.name)}"
            )
            digests[kind.name] = batches(cursor, BATCH).read_all()
    return digests if digests or not columns else None
