"""Measures of any number of networks in Parquet files, on this machine or on Spark."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from graphkit.analysis.batch import Measured, MeasureRequest, measure_jobs, measured, scopes_of
from graphkit.analysis.flows import APART, ENDS, flows_of
from graphkit.errors import GraphkitError
from graphkit.scale.plan import (
    EXPORTED,
    Plan,
    check_output,
    flow_dataset,
    flows_in,
    make_plan,
    readable,
    replacing,
    stored_as,
)

LOCAL = "local"
PRODUCTION = ("country", "product", "period")


def measure_flows(
    flows: str | Path,
    measure: str,
    output: str | Path,
    *,
    by: str | None = None,
    engine: str = LOCAL,
    production: str | Path | None = None,
    min_share: float = 0.0,
    each: str = "year",
    progress: Callable[[str, int], None] = lambda _, rows: None,
) -> dict[str, Any]:
    """Measure the network of every product and period in Parquet files.

    Parameters
    ----------
    flows : str or Path
        Path or URI of a Parquet file, or of a folder of them with or without hive partitions
        (``product=.../``). On one machine, partitions keep only one product (or else period) in
        memory at a time; without them, all flows are. Columns: see
        :func:`~graphkit.analysis.batch.network_batch`, for the measure ``flows``
        :func:`~graphkit.analysis.flows.flows_of`.
    measure : str
        See :func:`~graphkit.analysis.batch.measured`; or ``flows``, which adds up
        shipments to flows.
    output : str or Path
        Path or URI of the Parquet file to write, replaced in one step at the end. Rows are in
        order of the folders, then of the networks.
    by : {"usd", "tonnes"}, optional
        The amount to add up; by default the one that the flows give, values if both.
    engine : str
        ``local``: this process. ``spark``: Spark on this machine, or as ``spark-submit`` or an
        active session says; ``spark://HOST:PORT``: a standalone cluster, whose workers can read
        the flows. The result comes back to this machine.
    production : str or Path, optional
        Parquet of ``country``, ``product``, ``period`` and ``tonnes`` or ``share``, as
        :func:`~graphkit.analysis.supply.build.supply_network` takes it, for the measures that
        trace supply.
    min_share : float
        Leave out rows of the measures that trace supply whose shares are all at most this.
    each : {"year", "half", "quarter", "month"}
        Length of the periods that dates of shipments are sorted into.
    progress : callable, optional
        Called with the name of what was measured, and its number of flows.

    Returns
    -------
    dict
        ``by``, ``flows``, ``flows_left_out`` (those without the amount), ``rows`` (written): also
        in the metadata of the file, under ``graphkit``.

    Raises
    ------
    UsageError
        The measure, amount or engine is unknown, or the output lies among the flows.
    GraphkitError
        No Parquet file is found, one cannot be read, a column is missing, the output cannot be
        written, or Spark cannot be started.
    Unreachable
        No Spark master answers.
    """
    flows = flows_in(str(flows))
    made = None if production is None else _production(str(production))
    request = MeasureRequest(measure, by, made, min_share, each)
    check_output(str(output), str(flows))
    about: dict[str, Any] = {
        "measure": measure, "by": by, "flows": 0, "flows_left_out": 0, "rows": 0,
    }  # fmt: skip
    with replacing(str(output)) as writer:
        if engine == LOCAL:
            results = local_results(str(flows), request, about, progress)
        else:
            from graphkit.scale.spark import spark_results

            results = spark_results(str(flows), engine, request, about, progress)
        for table in results:
            writer.write(table)
            about["rows"] += len(table)
        writer.close(about)
    return about


def count_flows(flows: str | Path) -> int:
    """Count the rows by the footers of the files."""
    return int(flow_dataset(flows_in(str(flows)), ()).count_rows())


def _production(place: str) -> pa.Table:
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
