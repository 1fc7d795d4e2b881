"""Measures of any number of networks in Parquet files, on this machine or on Spark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa

from graphkit.analysis.batch.measures import MeasureRequest
from graphkit.errors import GraphkitError
from graphkit.scale.local import local_results
from graphkit.scale.plan import check_output, flow_dataset, replacing

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
    """One measure of the network of every product and period in Parquet files.

    Parameters
    ----------
    flows : str or Path
        A Parquet file, or a folder of them with or without hive partitions (``product=.../``): a
        path or a URI. On one machine, only one product (or else period) is in memory at a time
        with those, and all flows without. Columns: see
        :func:`~graphkit.analysis.batch.networks.network_batch`, for the measure ``flows``
        :func:`~graphkit.analysis.shipments.flows_of`.
    measure : str
        See :func:`~graphkit.analysis.batch.measures.measured`; or ``flows``, which makes flows of
        shipments.
    output : str or Path
        The Parquet file to write, a path or a URI: replaced in one step when all is done. In
        order of the networks, of the folders first.
    by : {"usd", "tonnes"}, optional
        What is added up; otherwise the one that there is, or values.
    engine : str
        ``local``: this process. ``spark``: Spark on this machine, or where ``spark-submit`` or
        the session that there is says; ``spark://HOST:PORT``: a standalone cluster, whose workers
        can read the flows. The result comes back to this machine.
    production : str or Path, optional
        Parquet of ``country``, ``product``, ``period`` and ``tonnes`` or ``share``, as
        :func:`~graphkit.analysis.supply.build.supply_network` takes it, for the measures that
        trace supply.
    min_share : float
        Leave out rows of the measures that trace supply whose shares are all at most this.
    each : {"year", "half", "quarter", "month"}
        The periods that dates of shipments are sorted into.
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
        There is no such measure, amount or engine, or the output lies among the flows.
    GraphkitError
        There are no Parquet files, one cannot be read, a column is missing, the output cannot be
        written, or Spark cannot be started.
    Unreachable
        No Spark master answers.
    """
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
    """How many rows there are, told by the ends of the files."""
    return int(flow_dataset(str(flows), ()).count_rows())


def _production(place: str) -> pa.Table:
    """The production, its names as text."""
    found = flow_dataset(place, ())
    if lacking := [name for name in PRODUCTION if name not in found.schema.names]:
        there = ", ".join(found.schema.names)
        raise GraphkitError(f"{place}: found no column {', '.join(lacking)}; there are {there}")
    table = found.to_table()
    for place_of, name in enumerate(table.column_names):
        if name in (*PRODUCTION, "basis"):
            table = table.set_column(place_of, name, table[name].cast(pa.string()))
    return table
