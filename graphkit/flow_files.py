"""Flows in Parquet files, of any size, measured into another Parquet file."""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from pyarrow import parquet

from graphkit.analysis.blocks import scopes_of
from graphkit.analysis.grouped import MEASURES, Measured, measured, measuring
from graphkit.errors import GraphkitError, UsageError

ENDS = ("supplier", "consumer")
BATCH_BY = ("product", "period")
"""Folders named after these (``product=dy-oxide``) are read one after the other."""


def measure_flows(
    flows: Path,
    measure: str,
    output: Path,
    *,
    by: str | None = None,
    progress: Callable[[str, int], None] = lambda _, rows: None,
) -> dict[str, Any]:
    """One measure of the network of every product and period in Parquet files.

    Parameters
    ----------
    flows : Path
        A Parquet file, or a folder of them with or without hive partitions (``product=.../``). With
        those, only one product (or else period) is in memory at a time. Columns: see
        :func:`~graphkit.analysis.blocks.blocks`.
    measure : str
        See :func:`~graphkit.analysis.grouped.measured`.
    output : Path
        The Parquet file to write: replaced in one step when all is done.
    by : {"usd", "tonnes"}, optional
        What is added up; otherwise the one that there is, or values.
    progress : callable, optional
        Told what was measured and of how many flows.

    Returns
    -------
    dict
        ``by``, ``flows``, ``flows_left_out`` (those without the amount), ``rows`` (written): also
        in the metadata of the file, under ``graphkit``.

    Raises
    ------
    UsageError
        There is no such measure or amount, or the output lies among the flows.
    GraphkitError
        There are no Parquet files, one cannot be read, a column is missing, or the output cannot
        be written.
    """
    if measure not in MEASURES:
        raise UsageError(f"found the measure {measure!r}, wanted one of {', '.join(MEASURES)}")
    if output.suffix != ".parquet":
        raise UsageError(f"--output: found {output.name!r}, wanted a name that ends in .parquet")
    if output.resolve().is_relative_to(flows.resolve()):
        raise UsageError(f"--output: {output} lies among the flows")
    with _readable(flows):
        found = _dataset(flows)
        by = _amount(found, by, flows)
        columns = _columns(found, by, flows)
    about: dict[str, Any] = {
        "measure": measure,
        "by": by,
        "flows": 0,
        "flows_left_out": 0,
        "rows": 0,
    }
    with _replacing(output) as writer:
        for name, lacking, tables in _ahead(_jobs(found, columns, measure, by, flows)):
            about["flows_left_out"] += lacking
            progress(name, lacking)
            for some in tables:
                writer.write(some.table)
                about["flows"] += some.flows
                about["rows"] += len(some.table)
                progress(name, some.flows)
        about["flows"] += about["flows_left_out"]
        writer.close(about)
    return about


def count_flows(flows: Path) -> int:
    """How many rows there are, told by the ends of the files."""
    with _readable(flows):
        return int(_dataset(flows).count_rows())


def _dataset(flows: Path) -> ds.Dataset:
    """The files; what their folders are named after is text (``hs=0102``)."""
    if not flows.exists():
        raise GraphkitError(f"{flows}: there is no such file or folder")
    files = [flows]
    if flows.is_dir():
        below = [file.relative_to(flows) for file in sorted(flows.rglob("*.parquet"))]
        files = [flows / file for file in below if not _is_hidden(file)]
    if not files:
        raise GraphkitError(f"{flows}: there are no Parquet files (*.parquet) in this folder")
    folders = {part for file in files for part in file.relative_to(flows).parts[:-1]}
    keys = sorted({part.split("=", 1)[0] for part in folders if "=" in part})
    return ds.dataset(
        [str(file) for file in files],
        format=ds.ParquetFileFormat(dictionary_columns=[*ENDS, *scopes_of("tonnes")]),
        partitioning=ds.partitioning(pa.schema([(k, pa.string()) for k in keys]), flavor="hive"),
    )


def _is_hidden(file: Path) -> bool:
    """As every reader of such folders has it: not for the data."""
    return any(part.startswith((".", "_")) for part in file.parts)


def _amount(found: ds.Dataset, by: str | None, flows: Path) -> str:
    there = [name for name in ("usd", "tonnes") if name in found.schema.names]
    if by is None and there:
        return there[0]
    if by not in (None, "usd", "tonnes"):
        raise UsageError(f"--by: found {by!r}, wanted usd or tonnes")
    return by or "usd"


def _columns(found: ds.Dataset, by: str, flows: Path) -> list[str]:
    """What is read; every column that is missing is named at once."""
    there = found.schema.names
    wanted = [*ENDS, "product", "period", by]
    if lacking := [name for name in wanted if name not in there]:
        raise GraphkitError(
            f"{flows}: found no column {', '.join(lacking)}; there are {', '.join(there) or 'none'}"
        )
    return [*wanted, *(name for name in scopes_of(by) if name in there and name not in wanted)]


def _batches(found: ds.Dataset) -> Iterator[tuple[str, Callable[..., pa.Table]]]:
    """Files that hold whole networks together, in order of their product or period."""
    files = [(ds.get_partition_keys(f.partition_expression), f) for f in found.get_fragments()]
    for name in BATCH_BY:
        if all(keys.get(name) is not None for keys, _ in files):
            break
    else:
        yield "flows", partial(_read, found)
        return
    for value in sorted({keys[name] for keys, _ in files}):
        yield value, partial(_read, found, key=name, value=value)


def _read(
    found: ds.Dataset, columns: Sequence[str], key: str | None = None, value: str = ""
) -> pa.Table:
    """All rows, or those of a folder: what it is named after is not spelled out row by row."""
    if key is None:
        return found.to_table(columns=columns)
    others = [name for name in columns if name != key]
    table = found.to_table(columns=others, filter=pc.field(key) == value)
    place = pa.array(np.zeros(len(table), np.int32))
    return table.append_column(key, pa.DictionaryArray.from_arrays(place, [value]))


Batch = tuple[str, int, Iterable[Measured]]
"""Its name, how many flows do not give the amount, and the measures of its networks."""


def _jobs(
    found: ds.Dataset, columns: list[str], measure: str, by: str, flows: Path
) -> Iterator[Callable[[], Batch]]:
    """The work in pieces: batch by batch, or of a single one some networks at a time."""

    def read_one(read: Callable[..., pa.Table]) -> pa.Table:
        with _readable(flows):
            return read(columns=columns)

    def whole(name: str, read: Callable[..., pa.Table]) -> Batch:
        table = read_one(read)
        return name, table[by].null_count, list(measured(table, measure, by))

    batches = list(_batches(found))
    if len(batches) > 1:
        yield from (partial(whole, *batch) for batch in batches)
        return
    name, read = batches[0]
    table = read_one(read)

    def part(work: Callable[[], Measured]) -> Batch:
        return name, 0, (work(),)

    yield lambda: (name, table[by].null_count, ())
    yield from (partial(part, work) for work in measuring(table, measure, by))


def _ahead(jobs: Iterator[Callable[[], Batch]]) -> Iterator[Batch]:
    """The results of jobs in their order, on every processor; few wait in memory."""
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


class _Writer:
    """A Parquet file that takes its schema from the first table."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: parquet.ParquetWriter | None = None

    def write(self, table: pa.Table) -> None:
        if self._file is None:
            # Hardly two amounts are alike: a dictionary of them costs half of the time.
            texts = [f.name for f in table.schema if pa.types.is_dictionary(f.type)]
            self._file = parquet.ParquetWriter(
                self._path, table.schema, use_dictionary=texts, write_statistics=list(BATCH_BY)
            )
        self._file.write_table(table)

    def close(self, about: Mapping[str, Any]) -> None:
        if self._file is None:
            raise GraphkitError(
                f"none of {about['flows']:,} flows gives {about['by']}: nothing to measure"
            )
        self._file.add_key_value_metadata({"graphkit": json.dumps(about)})
        self._file.close()


@contextmanager
def _replacing(output: Path) -> Iterator[_Writer]:
    """Write beside a file and put it in its place at the end; after an error nothing is left."""
    part = output.with_name(f".{output.name}.{os.getpid()}")
    writer = _Writer(part)
    try:
        yield writer
        part.replace(output)
    except OSError as error:
        raise GraphkitError(f"cannot write {output}: {error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _readable(flows: Path) -> Iterator[None]:
    """What cannot be read, in one line."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        said = " ".join(str(error).split())
        raise GraphkitError(f"cannot read {flows}: {said}") from error
