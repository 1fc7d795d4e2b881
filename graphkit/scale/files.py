"""Parquet files that a measure reads and writes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
from pyarrow import fs, parquet

from graphkit.errors import GraphkitError, UsageError, one_line
from graphkit.files.output import check_place
from graphkit.seeds.files import refuse_seeds


def located(place: str) -> tuple[fs.FileSystem, str]:
    """Return the file system of a path or URI (file, s3, gs, abfs, hdfs), and the path in it."""
    if "://" not in place:
        return fs.LocalFileSystem(), Path(place).absolute().as_posix()
    try:
        system, path = fs.FileSystem.from_uri(place)
    except (pa.ArrowException, OSError) as error:
        raise UsageError(f"{place}: {one_line(error)}") from error
    return system, path


def flow_dataset(place: str, texts: Sequence[str]) -> ds.Dataset:
    """Open one Parquet file or those of a folder; values in folder names are text."""
    with readable(place):
        system, path = located(place)
        kind = system.get_file_info(path).type
        if kind == fs.FileType.NotFound:
            raise GraphkitError(f"{place}: there is no such file or folder")
        files = [path]
        if kind == fs.FileType.Directory:
            infos = system.get_file_info(fs.FileSelector(path, recursive=True))
            files = sorted(info.path for info in infos if _is_data_file(info, path))
        if not files:
            raise GraphkitError(f"{place}: there are no Parquet files (*.parquet) in this folder")
        folders = {part for file in files for part in _path_in(file, path).split("/")[:-1]}
        keys = sorted({part.split("=", 1)[0] for part in folders if "=" in part})
        return ds.dataset(
            files,
            filesystem=system,
            format=ds.ParquetFileFormat(dictionary_columns=list(texts)),
            partitioning=ds.partitioning(
                pa.schema([(key, pa.string()) for key in keys]), flavor="hive"
            ),
        )


EXPORTED = {"supplier": "exporter", "consumer": "importer"}
"""Names that the ends of a flow have in a table of ``graphkit export``."""
TABLE = "EXPORTS.parquet"
"""The table of flows in a folder of ``graphkit export``."""


def flows_in(place: str) -> str:
    """Return the flows in a folder that ``graphkit export`` wrote, or the place itself."""
    exported = Path(place, TABLE)
    return str(exported) if "://" not in place and exported.is_file() else place


def stored_as(names: Sequence[str]) -> dict[str, str]:
    """Return the columns of a table by the names that measures give them."""
    ours = {exported: end for end, exported in EXPORTED.items() if end not in names}
    return {ours.get(name, name): name for name in names}


def _path_in(file: str, folder: str) -> str:
    return file.removeprefix(folder.rstrip("/") + "/")


def _is_data_file(info: fs.FileInfo, folder: str) -> bool:
    """Tell data files from names with a leading dot or underscore, which Parquet readers skip."""
    parts = _path_in(info.path, folder).split("/")
    parquet_file = info.type == fs.FileType.File and info.path.endswith(".parquet")
    return parquet_file and not any(part.startswith((".", "_")) for part in parts)


def check_output(output: str, flows: str) -> None:
    """Refuse an output among the flows or the seeds, and a name that is not Parquet's."""
    if not output.endswith(".parquet"):
        raise UsageError(f"--output: found {output!r}, wanted a name that ends in .parquet")
    if "://" not in output:
        check_place(Path(output))
        refuse_seeds(Path(output))
    inside, outside = (_absolute(place) for place in (output, flows))
    if inside == outside or inside.startswith(outside.rstrip("/") + "/"):
        raise UsageError(f"--output: {output} lies among the flows")


def _absolute(place: str) -> str:
    return place if "://" in place else Path(place).resolve().as_posix()


class Writer:
    """A Parquet file that takes its schema from the first table."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._file: parquet.ParquetWriter | None = None

    def write(self, table: pa.Table) -> None:
        """Add rows."""
        if self._file is None:
            # Few amounts repeat: a dictionary of them takes half of the time.
            texts = [f.name for f in table.schema if not pa.types.is_floating(f.type)]
            self._file = parquet.ParquetWriter(
                self._stream,
                table.schema,
                use_dictionary=texts,
                write_statistics=["product", "period"],
            )
        self._file.write_table(table)

    def close(self, about: Mapping[str, Any]) -> None:
        """End the file with its metadata."""
        if self._file is None:
            raise GraphkitError(
                f"none of {about['flows']:,} flows gives {about['by']}: nothing to measure"
            )
        self._file.add_key_value_metadata({"graphkit": json.dumps(about)})
        self._file.close()


@contextmanager
def replacing(output: str) -> Iterator[Writer]:
    """Write beside a file and replace it at the end; an error leaves nothing behind."""
    system, path = located(output)
    folder, _, name = path.rpartition("/")
    part = f"{folder}/.{name}.{os.getpid()}"
    try:
        with system.open_output_stream(part) as stream:
            yield Writer(stream)
        system.move(part, path)
    except OSError as error:
        raise GraphkitError(f"cannot write {output}: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            system.delete_file(part)


@contextmanager
def readable(place: str) -> Iterator[None]:
    """Turn read errors into a message of one line."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        raise GraphkitError(f"cannot read {place}: {one_line(error)}") from error
