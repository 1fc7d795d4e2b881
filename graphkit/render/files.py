"""Text and bytes written to a file or stdout."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pyarrow as pa

from graphkit.errors import GraphkitError, UsageError
from graphkit.files.output import whole_file
from graphkit.files.stdout import flush, give_up_stdout


def write_text(text: str, output: Path | None = None) -> None:
    """Write text to a file or to stdout.

    Raises
    ------
    UsageError
        A graph is built from the file.
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
    with _written(output) as place:
        place.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")


@contextmanager
def _written(output: Path) -> Iterator[Path]:
    """Yield the place to write a whole file to, and tell of a write that fails."""
    try:
        if output.exists():
            from graphkit.seeds.files import refuse_seeds

            refuse_seeds(output)
        with whole_file(output) as place:
            yield place
    except OSError as error:
        raise GraphkitError(f"cannot write {output}: {error.strerror or error}") from error


@contextmanager
def _to_stdout(form: str) -> Iterator[IO[bytes]]:
    """Yield stdout for a form that is not text, unless it is a terminal."""
    if sys.stdout.isatty():
        raise UsageError(f"a terminal cannot show {form}: name a file with -o FILE")
    try:
        yield sys.stdout.buffer
    except OSError as error:
        give_up_stdout(error)
    flush()


def write_parquet(table: pa.Table, output: Path | None = None) -> None:
    """Write a table as Parquet to a file or to stdout.

    Raises
    ------
    UsageError
        Stdout is a terminal, or a graph is built from the file.
    GraphkitError
        Writing fails.
    """
    from pyarrow import parquet

    with _to_stdout("parquet") if output is None else _written(output) as place:
        parquet.write_table(table, place)


def write_bytes(content: bytes, output: Path | None = None) -> None:
    """Write the bytes of a PNG to a file or to stdout.

    Raises
    ------
    UsageError
        Stdout is a terminal, or a graph is built from the file.
    GraphkitError
        Writing fails.
    """
    if output is None:
        with _to_stdout("png") as stream:
            stream.write(content)
    else:
        with _written(output) as place:
            place.write_bytes(content)
