"""Rows that a server gave once, kept on this machine for as long as it holds the same load."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa

from graphkit.folders import replacing, user_folder

QUICK = 0.5
"""What a server answers within these seconds is asked for again."""
MOST_BYTES = 2**30


def kept_rows(
    content: str, statement: str, values: Mapping[str, Any], read: Callable[[], pa.Table]
) -> pa.Table:
    """The rows of a statement: kept ones of the same load, else what ``read`` gives.

    Parameters
    ----------
    content : str
        What tells one load of one database from every other.
    statement, values
        What is asked.
    read : callable
        Asks the server.
    """
    from pyarrow import parquet

    asked = "\x1e".join([content, statement, repr(sorted(values.items()))])
    path = user_folder("cache") / "rows" / f"{sha256(asked.encode()).hexdigest()[:32]}.parquet"
    with suppress(OSError, pa.ArrowException):  # not there, or damaged: it is only a cache
        rows = parquet.ParquetFile(path).read()
        path.touch()
        return rows
    start = time.monotonic()
    rows = read()
    if time.monotonic() - start >= QUICK:
        with suppress(OSError):
            _keep(rows, path)
    return rows


def _keep(rows: pa.Table, path: Path) -> None:
    """Write a whole file or none; those that were not asked for longest make room."""
    from pyarrow import parquet

    with replacing(path) as stream:
        parquet.write_table(rows, stream)
    files = sorted(path.parent.iterdir(), key=lambda file: file.stat().st_mtime)
    while sum(file.stat().st_size for file in files) > MOST_BYTES and len(files) > 1:
        files.pop(0).unlink(missing_ok=True)
