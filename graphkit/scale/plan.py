"""A plan of a measure over Parquet files: which files and columns, and how they are split."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
from pyarrow import fs, parquet

from graphkit.analysis.batch.measures import MEASURES, TRACING, Measure, measured, schema_of
from graphkit.analysis.batch.networks import NEEDED, scopes_of
from graphkit.analysis.shipments import ENDS, PERIODS, flow_schema, partial_flows, shipment_keys
from graphkit.arrow import UNIT
from graphkit.errors import GraphkitError, UsageError, one_line


def located(place: str) -> tuple[fs.FileSystem, str]:
    """The file system of a path or URI (file, s3, gs, abfs, hdfs), and the path in it."""
    if "://" not in place:
        return fs.LocalFileSystem(), Path(place).absolute().as_posix()
    try:
        system, path = fs.FileSystem.from_uri(place)
    except (pa.ArrowException, OSError) as error:
        raise UsageError(f"{place}: {one_line(error)}") from error
    return system, path


def flow_dataset(place: str, texts: Sequence[str]) -> ds.Dataset:
    """The Parquet files of a folder, or one; what their folders are named after is text."""
    with readable(place):
        system, path = located(place)
        kind = system.get_file_info(path).type
        if kind == fs.FileType.NotFound:
            raise GraphkitError(f"{place}: there is no such file or folder")
        files = [path]
        if kind == fs.FileType.Directory:
            below = system.get_file_info(fs.FileSelector(path, recursive=True))
            files = sorted(found.path for found in below if _is_for_the_data(found, path))
        if not files:
            raise GraphkitError(f"{place}: there are no Parquet files (*.parquet) in this folder")
        folders = {part for file in files for part in _below(file, path).split("/")[:-1]}
        keys = sorted({part.split("=", 1)[0] for part in folders if "=" in part})
        return ds.dataset(
            files,
            filesystem=system,
            format=ds.ParquetFileFormat(dictionary_columns=list(texts)),
            partitioning=ds.partitioning(
                pa.schema([(key, pa.string()) for key in keys]), flavor="hive"
            ),
        )


def _below(file: str, folder: str) -> str:
    return file.removeprefix(folder.rstrip("/") + "/")


def _is_for_the_data(found: fs.FileInfo, folder: str) -> bool:
    """As every reader of such folders has it, names with a dot or underscore are not."""
    parts = _below(found.path, folder).split("/")
    plain = found.type == fs.FileType.File and found.path.endswith(".parquet")
    return plain and not any(part.startswith((".", "_")) for part in parts)


def check_output(output: str, flows: str) -> None:
    """Refuse an output among the flows, and a name that is none of a Parquet file."""
    if not output.endswith(".parquet"):
        raise UsageError(f"--output: found {output!r}, wanted a name that ends in .parquet")
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
            # Hardly two amounts are alike: a dictionary of them costs half of the time.
            texts = [f.name for f in table.schema if not pa.types.is_floating(f.type)]
            self._file = parquet.ParquetWriter(
                self._stream,
                table.schema,
                use_dictionary=texts,
                write_statistics=["product", "period"],
            )
        self._file.write_table(table)

    def close(self, about: Mapping[str, Any]) -> None:
        """End the file, with what it is about."""
        if self._file is None:
            raise GraphkitError(
                f"none of {about['flows']:,} flows gives {about['by']}: nothing to measure"
            )
        self._file.add_key_value_metadata({"graphkit": json.dumps(about)})
        self._file.close()


@contextmanager
def replacing(output: str) -> Iterator[Writer]:
    """Write beside a file and put it in its place at the end; after an error nothing is left."""
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
    """What cannot be read, in one line."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        raise GraphkitError(f"cannot read {place}: {one_line(error)}") from error


FLOWS = "flows"
"""The name of what makes flows of shipments."""
NAMES = (*MEASURES, FLOWS)


@dataclass(frozen=True, eq=False)
class Asked:
    """A measure by its name, before it is known which columns there are."""

    measure: str
    by: str | None = None
    production: pa.Table | None = None
    min_share: float = 0.0
    each: str = "year"

    def __post_init__(self) -> None:
        for option, given, known in (
            ("measure", self.measure, NAMES),
            ("--by", self.by, (None, *UNIT)),
            ("--each", self.each, tuple(PERIODS)),
        ):
            if given not in known:
                wanted = ", ".join(filter(None, known))
                raise UsageError(f"{option}: found {given!r}, wanted one of {wanted}")
        if self.production is not None and self.measure not in TRACING:
            raise UsageError(f"--production: wanted {' or '.join(TRACING)}, found {self.measure}")


@dataclass(frozen=True, eq=False)
class MeasurePlan:
    """A measure of the network of every product and period."""

    measure: Measure
    scopes: tuple[str, ...]

    @property
    def columns(self) -> list[str]:
        """What is read."""
        return [*ENDS, self.measure.by, *self.scopes]

    @cached_property
    def schema(self) -> pa.Schema:
        """The columns of the result."""
        return schema_of(self.measure, self.scopes)

    def about(self, there: Sequence[str]) -> dict[str, Any]:
        """What the result says of itself."""
        return {"by": self.measure.by}

    def of_group(self, flows: pa.Table) -> pa.Table:
        """The result for whole networks."""
        found = [some.table.cast(self.schema) for some in measured(flows, self.measure)]
        return pa.concat_tables([self.schema.empty_table(), *found])


@dataclass(frozen=True, eq=False)
class FlowsPlan:
    """Flows out of shipments."""

    keys: tuple[str, ...]
    amounts: tuple[str, ...]
    dated: bool
    each: str

    @property
    def columns(self) -> list[str]:
        """What is read."""
        keys = ["date" if self.dated and key == "period" else key for key in self.keys]
        return [*keys, *self.amounts]

    @property
    def schema(self) -> pa.Schema:
        """The columns of the result."""
        return flow_schema(self.keys, self.amounts)

    def about(self, there: Sequence[str]) -> dict[str, Any]:
        """What the result says of itself: also which columns are no part of flows."""
        left = [name for name in there if name not in self.columns]
        return {"by": ", ".join(self.amounts), "columns_left_out": left}

    def partial(self, shipments: pa.Table) -> pa.Table:
        """Sums of some shipments."""
        return partial_flows(shipments, self.keys, self.amounts, self.each)


def planned(asked: Asked, there: Sequence[str], place: str) -> MeasurePlan | FlowsPlan:
    """What to read of the columns that there are; all that are missing are named at once."""
    amounts = [name for name in UNIT if name in there]
    by = asked.by or (amounts[0] if amounts else "usd")
    if asked.measure == FLOWS:
        keys = shipment_keys(there)
        dated = "period" not in there and "date" in there
        chosen = [by] if asked.by or not amounts else amounts
        plan: MeasurePlan | FlowsPlan = FlowsPlan(tuple(keys), tuple(chosen), dated, asked.each)
    else:
        scopes = [name for name in scopes_of(by) if name in NEEDED or name in there]
        measure = Measure(asked.measure, by, asked.production, asked.min_share)
        plan = MeasurePlan(measure, tuple(scopes))
    if lacking := [name for name in plan.columns if name not in there]:
        raise GraphkitError(
            f"{place}: found no column {', '.join(lacking)}; there are {', '.join(there) or 'none'}"
        )
    return plan
