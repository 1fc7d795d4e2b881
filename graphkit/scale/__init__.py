"""Measures of any number of networks in Parquet files, on this machine or on Spark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa

from graphkit.analysis.batch import MeasureRequest
from graphkit.errors import GraphkitError
from graphkit.scale.local import local_results
from graphkit.scale.plan import check_output, flow_dataset, flows_in, replacing

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
