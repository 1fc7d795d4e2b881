"""Rows that queries of one load returned, kept in the user's cache."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa

from graphkit.files.folders import user_folder
from graphkit.files.output import replacing

QUICK = 0.2
"""Seconds up to which it is not worth keeping the rows of a query."""
MOST_BYTES = 2**30


def kept_rows(
    content: Callable[[], str],
    statement: str,
    values: Mapping[str, Any],
    read: Callable[[], pa.Table],
    least: float | None = None,
) -> pa.Table:
    """Return the rows of a statement: kept ones of the same load, else those of ``read``.

    Parameters
    ----------
    content : callable
        Gives the identity of what the database holds; rows are kept only if reading them left it
        the same.
    statement, values
        The query and its parameters.
    read : callable
        Asks the database.
    least : float, optional
        Seconds from which on rows are worth keeping. Default: :data:`QUICK`.
    """
    before = content()
    request = "\x1e".join([before, statement, repr(sorted(values.items()))])
    path = user_folder("cache") / "rows" / f"{sha256(request.encode()).hexdigest()[:32]}.arrow"
    with suppress(OSError, pa.ArrowException):  # not there, or damaged: it is only a cache
        # Some kilobytes: to start threads would take ten times as long as to read them.
        alone = pa.ipc.IpcReadOptions(use_threads=False)
        rows = pa.ipc.open_file(path.read_bytes(), options=alone).read_all()
        path.touch()
        return rows
    start = time.monotonic()
    rows = read()
    slow = time.monotonic() - start >= (QUICK if least is None else least)
    if slow and content() == before:
        with suppress(OSError):
            _keep(rows, path)
    return rows


def _keep(rows: pa.Table, path: Path) -> None:
    """Write a whole file or none; the files that were not read for longest make room."""
    compressed = pa.ipc.IpcWriteOptions(compression="lz4")
    with (
        replacing(path) as stream,
        pa.ipc.new_file(stream, rows.schema, options=compressed) as writer,
    ):
        writer.write_table(rows)
    files = sorted(path.parent.iterdir(), key=lambda file: file.stat().st_mtime)
    while sum(file.stat().st_size for file in files) > MOST_BYTES and len(files) > 1:
        files.pop(0).unlink(missing_ok=True)
