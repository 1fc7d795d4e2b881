"""Refuses a compressed file that holds far more than any real table of its size: a bomb."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.errors import GraphkitError

HARMLESS = 128 * 2**20
"""So many bytes may come out of any file."""
MAX_RATIO = 200
"""And of a larger file so many times its size: real tables come to 5 to 50."""


def check_expansion(path: Path, size: int) -> None:
    """Refuse a file out of which so many bytes would come.

    Raises
    ------
    GraphkitError
        They are too many for its size.
    """
    held = path.stat().st_size
    if size > max(HARMLESS, MAX_RATIO * held):
        raise GraphkitError(
            f"found {held:,} bytes that would become {size:,}; wanted at most {MAX_RATIO} times "
            "as many"
        )


def check_zip(path: Path) -> None:
    """Refuse a zip that is a bomb: its parts never become more than it says of them.

    Raises
    ------
    GraphkitError
        It is one.
    zipfile.BadZipFile
        It is no zip.
    """
    with zipfile.ZipFile(path) as archive:
        check_expansion(path, sum(part.file_size for part in archive.infolist()))


def read_parquet(path: Path) -> pa.Table:
    """Read a Parquet file that is no bomb; one file, with no partition out of a folder's name.

    Raises
    ------
    GraphkitError
        It is a bomb.
    pyarrow.ArrowException
        It is no Parquet, or torn.
    """
    from pyarrow import parquet

    file = parquet.ParquetFile(path)
    about, leaves = file.metadata, [file.schema.column(n) for n in range(len(file.schema))]
    groups = [about.row_group(n) for n in range(about.num_row_groups)]
    encoded = sum(group.total_byte_size for group in groups)
    check_expansion(path, max(encoded, about.num_rows * len(leaves)))
    texts = [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY"]
    # No text is longer than all that is encoded. If that does not settle it, each is read once
    # and its rows as references to it.
    if texts and about.num_rows * encoded > HARMLESS:
        coded = parquet.ParquetFile(path, read_dictionary=texts).read()
        check_expansion(path, sum(map(_bytes_of_text, coded.itercolumns())))
    table = file.read()
    table.validate(full=True)
    return table


def _bytes_of_text(column: Any) -> int:
    """What the text of a column takes when it is written out."""
    if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        column = pc.list_flatten(column)
    if not pa.types.is_dictionary(column.type):
        return 0
    return sum(
        pc.sum(pc.binary_length(part.dictionary).take(part.indices)).as_py() or 0
        for part in column.chunks
    )
