"""Measures of any number of networks in Parquet files: the plan, files, and the local engine.

:mod:`graphkit.scale.spark` is the other engine.
"""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from pyarrow import fs, parquet

from graphkit.analysis.batch import (
    FLOWS,
    NEEDED,
    Measured,
    MeasureRequest,
    measure_jobs,
    measured,
    schema_of,
    scopes_of,
)
from graphkit.analysis.flows import APART, ENDS, flow_schema, flows_of, shipment_keys
from graphkit.arrow import UNIT
from graphkit.errors import GraphkitError, UsageError, one_line
from graphkit.paths import check_place

LOCAL = "local"
PRODUCTION = ("country", "product", "period")


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
    other = {theirs: ours for ours, theirs in EXPORTED.items() if ours not in names}
    return {other.get(name, name): name for name in names}


def _below(file: str, folder: str) -> str:
    return file.removeprefix(folder.rstrip("/") + "/")


def _is_for_the_data(found: fs.FileInfo, folder: str) -> bool:
    """Tell data files from names with a leading dot or underscore, which Parquet readers skip."""
    parts = _below(found.path, folder).split("/")
    plain = found.type == fs.FileType.File and found.path.endswith(".parquet")
    return plain and not any(part.startswith((".", "_")) for part in parts)


def check_output(output: str, flows: str) -> None:
    """Refuse an output among the flows, and a name without the ending of Parquet."""
    if not output.endswith(".parquet"):
        raise UsageError(f"--output: found {output!r}, wanted a name that ends in .parquet")
    if "://" not in output:
        check_place(Path(output))
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


@dataclass(frozen=True, eq=False)
class Plan:
    """The columns that a request reads, and its scopes."""

    request: MeasureRequest
    keys: tuple[str, ...]
    """Columns in which networks differ, or for shipments, that identify a flow."""
    amounts: tuple[str, ...]
    dated: bool = False
    """True if shipments have dates instead of periods."""

    @property
    def adds_up(self) -> bool:
        """True if the measure adds up shipments to flows."""
        return self.request.measure == FLOWS

    @property
    def columns(self) -> list[str]:
        """Columns to read."""
        if not self.adds_up:
            return [*ENDS, *self.amounts, *self.keys]
        keys = ["date" if self.dated and key == "period" else key for key in self.keys]
        return [*keys, *self.amounts]

    @property
    def schema(self) -> pa.Schema:
        """Columns of the result."""
        if self.adds_up:
            return flow_schema(self.keys, self.amounts)
        return schema_of(self.request, self.keys)

    def about(self, present: Sequence[str]) -> dict[str, Any]:
        """Describe the result: the amounts added up, and for shipments the columns left out."""
        if not self.adds_up:
            return {"by": self.request.amount}
        left = [name for name in present if name not in self.columns]
        return {"by": ", ".join(self.amounts), "columns_left_out": left}


def make_plan(request: MeasureRequest, present: Sequence[str], place: str) -> Plan:
    """Choose the columns to read; the error lists all that are missing."""
    amounts = [name for name in UNIT if name in present]
    given = request.by
    request = replace(request, by=given or (amounts[0] if amounts else None))
    if request.measure == FLOWS:
        chosen = tuple(amounts) if given is None and amounts else (request.amount,)
        dated = "period" not in present and "date" in present
        plan = Plan(request, tuple(shipment_keys(present)), chosen, dated)
    else:
        keys = (name for name in scopes_of(request.amount) if name in NEEDED or name in present)
        plan = Plan(request, tuple(keys), (request.amount,))
    if missing := [name for name in plan.columns if name not in present]:
        raise GraphkitError(
            f"{place}: found no column {', '.join(missing)}, only {', '.join(present) or 'none'}"
        )
    return plan


def count_flows(flows: str | Path) -> int:
    """Count the rows by the footers of the files."""
    return int(flow_dataset(flows_in(str(flows)), ()).count_rows())


def read_production(place: str) -> pa.Table:
    """Read the production, with names as text."""
    found = flow_dataset(place, ())
    if missing := [name for name in PRODUCTION if name not in found.schema.names]:
        present = ", ".join(found.schema.names)
        raise GraphkitError(f"{place}: found no column {', '.join(missing)}, only {present}")
    table = found.to_table()
    for place_of, name in enumerate(table.column_names):
        if name in (*PRODUCTION, "basis"):
            table = table.set_column(place_of, name, table[name].cast(pa.string()))
    return table


BATCH_BY = ("product", "period")
"""Partition keys (``product=dy-oxide``) whose folders are read one after the other."""
BATCH_ROWS = 1_000_000
TEXTS = tuple(dict.fromkeys((*ENDS, *EXPORTED.values(), *scopes_of("tonnes"), *APART)))


def local_results(
    place: str, request: MeasureRequest, about: dict[str, Any], progress: Callable[[str, int], None]
) -> Iterator[pa.Table]:
    """Yield the result in pieces, in order of the folders; counts go into ``about``."""
    found = flow_dataset(place, TEXTS)
    present = list(stored_as(found.schema.names))
    plan = make_plan(request, present, place)
    about.update(plan.about(present))
    folders = _folders(found, place)
    jobs = _adding_up(folders, plan) if plan.adds_up else _measuring(folders, plan)
    for name, missing, measures in _ahead(jobs):
        about["flows_left_out"] += missing
        about["flows"] += missing
        progress(name, missing)
        for part in measures:
            about["flows"] += part.flows
            progress(name, part.flows)
            if part.flows:
                yield part.table


Batch = tuple[str, int, Iterable[Measured]]
"""Name of a folder, its number of flows without the amount, and measures of its networks."""


@dataclass(frozen=True)
class _Folder:
    """Files that hold whole networks: of one product or period, or all."""

    name: str
    place: str
    found: ds.Dataset
    key: str | None = None

    def table(self, columns: Sequence[str]) -> pa.Table:
        """Read all rows."""
        with readable(self.place):
            return self._named(self._scanner(columns).to_table(), columns)

    def tables(self, columns: Sequence[str]) -> Iterator[pa.Table]:
        """Read the rows in batches."""
        with readable(self.place):
            for batch in self._scanner(columns).to_batches():
                yield self._named(pa.Table.from_batches([batch]), columns)

    def _scanner(self, columns: Sequence[str]) -> ds.Scanner:
        stored = stored_as(self.found.schema.names)
        others = {name: ds.field(stored[name]) for name in columns if name != self.key}
        return self.found.scanner(columns=others, batch_size=BATCH_ROWS)

    def _named(self, table: pa.Table, columns: Sequence[str]) -> pa.Table:
        """Append the value in the folder's name, dictionary-encoded to save memory."""
        if self.key not in columns:
            return table
        same = pa.array(np.zeros(len(table), np.int32))
        return table.append_column(self.key, pa.DictionaryArray.from_arrays(same, [self.name]))


def _folders(found: ds.Dataset, place: str) -> list[_Folder]:
    """List the folders to read at once, in order of product or period."""
    files = [(ds.get_partition_keys(f.partition_expression), f) for f in found.get_fragments()]
    for key in BATCH_BY:
        if all(keys.get(key) is not None for keys, _ in files):
            named: dict[str, list[ds.Fragment]] = {}
            for keys, file in files:
                named.setdefault(keys[key], []).append(file)
            return [
                _Folder(name, place, ds.FileSystemDataset(some, found.schema, found.format), key)
                for name, some in sorted(named.items())
            ]
    return [_Folder("flows", place, found)]


def _adding_up(folders: Sequence[_Folder], plan: Plan) -> Iterator[Callable[[], Batch]]:
    """Yield a job per folder; only its flows are in memory, not its shipments."""

    def whole(folder: _Folder) -> Batch:
        flows = flows_of(folder.tables(plan.columns), plan.keys, plan.amounts, plan.request.each)
        return folder.name, 0, (Measured(flows, pc.sum(flows["shipments"]).as_py() or 0),)

    return (partial(whole, folder) for folder in folders)


def _measuring(folders: Sequence[_Folder], plan: Plan) -> Iterator[Callable[[], Batch]]:
    """Yield a job per folder, or for a single folder a job per batch of networks."""
    by = plan.request.amount

    def whole(folder: _Folder) -> Batch:
        table = folder.table(plan.columns)
        return folder.name, table[by].null_count, list(measured(table, plan.request))

    if len(folders) > 1:
        yield from (partial(whole, folder) for folder in folders)
        return
    [only] = folders
    table = only.table(plan.columns)

    def part(work: Callable[[], Measured]) -> Batch:
        return only.name, 0, (work(),)

    yield lambda: (only.name, table[by].null_count, ())
    yield from (partial(part, work) for work in measure_jobs(table, plan.request))


def _ahead(jobs: Iterator[Callable[[], Batch]]) -> Iterator[Batch]:
    """Run jobs on every processor and yield results in order; few wait in memory."""
    workers = os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as pool:
        running = deque(pool.submit(job) for job in islice(jobs, workers + 1))
        try:
            while running:
                yield running.popleft().result()
                running.extend(pool.submit(job) for job in islice(jobs, 1))
        finally:
            for waiting in running:
                waiting.cancel()
