"""The engine that measures files in this process."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from graphkit.analysis.batch import Measured, MeasureRequest, measure_jobs, measured, scopes_of
from graphkit.analysis.flows import APART, ENDS, flows_of
from graphkit.scale.files import EXPORTED, flow_dataset, readable, stored_as
from graphkit.scale.plan import Plan, make_plan

BATCH_BY = ("product", "period")
"""Partition keys (``product=dy-oxide``) whose folders are read one after the other."""
BATCH_ROWS = 1_000_000
TEXTS = tuple(dict.fromkeys((*ENDS, *EXPORTED.values(), *scopes_of("tonnes"), *APART)))


def local_results(
    place: str, request: MeasureRequest, about: dict[str, Any], progress: Callable[[str, int], None]
) -> Iterator[pa.Table]:
    """Yield the result in pieces, in order of the folders; counts go into ``about``."""
    dataset = flow_dataset(place, TEXTS)
    present = list(stored_as(dataset.schema.names))
    plan = make_plan(request, present, place)
    about.update(plan.about(present))
    folders = _folders(dataset, place)
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
    dataset: ds.Dataset
    key: str | None = None

    def table(self, columns: Sequence[str]) -> pa.Table:
        """Read all rows."""
        with readable(self.place):
            return self._with_key(self._scanner(columns).to_table(), columns)

    def tables(self, columns: Sequence[str]) -> Iterator[pa.Table]:
        """Read the rows in batches."""
        with readable(self.place):
            for batch in self._scanner(columns).to_batches():
                yield self._with_key(pa.Table.from_batches([batch]), columns)

    def _scanner(self, columns: Sequence[str]) -> ds.Scanner:
        stored = stored_as(self.dataset.schema.names)
        fields = {name: ds.field(stored[name]) for name in columns if name != self.key}
        return self.dataset.scanner(columns=fields, batch_size=BATCH_ROWS)

    def _with_key(self, table: pa.Table, columns: Sequence[str]) -> pa.Table:
        """Append the value in the folder's name, dictionary-encoded to save memory."""
        if self.key not in columns:
            return table
        codes = pa.array(np.zeros(len(table), np.int32))
        return table.append_column(self.key, pa.DictionaryArray.from_arrays(codes, [self.name]))


def _folders(dataset: ds.Dataset, place: str) -> list[_Folder]:
    """List the folders to read at once, in order of product or period."""
    files = [(ds.get_partition_keys(f.partition_expression), f) for f in dataset.get_fragments()]
    for key in BATCH_BY:
        if any(keys.get(key) is None for keys, _ in files):
            continue
        fragments_by_name: dict[str, list[ds.Fragment]] = {}
        for keys, file in files:
            fragments_by_name.setdefault(keys[key], []).append(file)
        folders = []
        for name, fragments in sorted(fragments_by_name.items()):
            part = ds.FileSystemDataset(fragments, dataset.schema, dataset.format)
            folders.append(_Folder(name, place, part, key))
        return folders
    return [_Folder("flows", place, dataset)]


def _adding_up(folders: Sequence[_Folder], plan: Plan) -> Iterator[Callable[[], Batch]]:
    """Yield a job per folder; only its flows are in memory, not its shipments."""

    def whole(folder: _Folder) -> Batch:
        shipments = folder.tables(plan.columns)
        flows = flows_of(shipments, plan.keys, plan.amounts, plan.request.period_length)
        return folder.name, 0, (Measured(flows, pc.sum(flows["shipments"]).as_py() or 0),)

    return (partial(whole, folder) for folder in folders)


def _measuring(folders: Sequence[_Folder], plan: Plan) -> Iterator[Callable[[], Batch]]:
    """Yield a job per folder, or for a single folder a job per batch of networks."""
    amount = plan.request.amount

    def whole(folder: _Folder) -> Batch:
        table = folder.table(plan.columns)
        return folder.name, table[amount].null_count, list(measured(table, plan.request))

    if len(folders) > 1:
        yield from (partial(whole, folder) for folder in folders)
        return
    [only] = folders
    table = only.table(plan.columns)

    def part(work: Callable[[], Measured]) -> Batch:
        return only.name, 0, (work(),)

    yield lambda: (only.name, table[amount].null_count, ())
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
            for job_result in running:
                job_result.cancel()
