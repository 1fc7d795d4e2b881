"""Text and bytes written to a file or stdout."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from graphkit.errors import GraphkitError, UsageError
from graphkit.files.output import whole_file
from graphkit.files.stdout import flush, give_up_stdout


def write_text(text: str, output: Path | None = None) -> None:
    """Write text to a file or to stdout.

    Raises
    ------
    GraphkitError
        Writing fails.
    """
    if output is None:
        try:
            sys.stdout.write(text)
        except OSError as error:
            give_up_stdout(error)
        flush()
        return
    try:
        with whole_file(output) as place:
            place.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
    except OSError as error:
        raise GraphkitError(f"cannot write {output}: {error.strerror or error}") from error


@contextmanager
def _binary(form: str, output: Path | None) -> Iterator[None]:
    """Refuse a terminal for a form that is not text, and tell of a write that fails."""
    if output is None and sys.stdout.isatty():
        raise UsageError(f"a terminal cannot show {form}: name a file with -o FILE")
    try:
        yield
    except OSError as error:
        if output is not None:
            raise GraphkitError(f"cannot write {output}: {error.strerror or error}") from error
        give_up_stdout(error)
    flush()


def write_parquet(table: pa.Table, output: Path | None = None) -> None:
    """Write a table as Parquet to a file or to stdout.

    Raises
    ------
    UsageError
        Stdout is a terminal.
    GraphkitError
        Writing fails.
    """
    from pyarrow import parquet

    with _binary("parquet", output):
        if output is None:
            parquet.write_table(table, sys.stdout.buffer)
            return
        with whole_file(output) as place:
            parquet.write_table(table, place)


def write_bytes(content: bytes, output: Path | None = None) -> None:
    """Write the bytes of a PNG to a file or to stdout.

    Raises
    ------
    UsageError
        Stdout is a terminal.
    GraphkitError
        Writing fails.
    """
    with _binary("png", output):
        if output is None:
            sys.stdout.buffer.write(content)
        else:
            with whole_file(output) as place:
                place.write_bytes(content)
