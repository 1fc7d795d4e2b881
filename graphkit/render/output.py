"""Writes text and tables to a file or to stdout, whoever has stopped reading there."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pyarrow as pa

from graphkit.errors import GraphkitError, UsageError


def write_text(text: str, output: Path | None = None) -> None:
    """Write text to a file or to stdout.

    Raises
    ------
    GraphkitError
        It cannot be written.
    """
    if output is None:
        try:
            sys.stdout.write(text)
        except OSError as error:
            _stopped(error)
        flush()
        return
    try:
        output.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
    except OSError as error:
        raise GraphkitError(f"cannot write {output}: {error.strerror or error}") from error


def write_parquet(table: pa.Table, output: Path | None = None) -> None:
    """Write a table as Parquet to a file or to stdout.

    Raises
    ------
    UsageError
        Stdout is a terminal.
    GraphkitError
        It cannot be written.
    """
    from pyarrow import parquet

    if output is None and sys.stdout.isatty():
        raise UsageError("parquet is no text: name a file with -o FILE")
    try:
        parquet.write_table(table, sys.stdout.buffer if output is None else output)
    except OSError as error:
        if output is not None:
            raise GraphkitError(f"cannot write {output}: {error.strerror or error}") from error
        _stopped(error)
    flush()


def flush() -> None:
    """Send off what stdout still holds."""
    try:
        sys.stdout.flush()
    except OSError as error:
        _stopped(error)


def _stopped(error: OSError) -> None:
    """Nothing more can be written to stdout; that a reader has read enough is no error."""
    # Python flushes once more when it ends, which must not fail again.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if not isinstance(error, BrokenPipeError):
        raise GraphkitError(f"cannot write to stdout: {error.strerror or error}") from error
