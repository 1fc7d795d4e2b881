"""``graphkit measure`` by this process against Spark in local mode, on 1,264,888 flows.

    python benchmarks/spark.py SEEDS [MEASURE ...]

SEEDS is the folder that ``big_seeds.py`` made. Spark runs already, and has run the measure once;
starting it takes it some seconds more.
"""

from __future__ import annotations

import sys
import tempfile
from functools import partial
from pathlib import Path

from pyarrow import parquet
from ratio import compare
from scale import REAL, real_flows, write_flows

from graphkit import measure_flows
from graphkit.scale.spark import spark_session


def main() -> None:
    seeds, measures = Path(sys.argv[1]), sys.argv[2:] or ["shares", "concentration", "pagerank"]
    with tempfile.TemporaryDirectory() as scratch, spark_session("spark"):
        folder, outs = Path(scratch) / "flows", {}
        write_flows(real_flows(seeds), folder, REAL)
        for measure in measures:
            for engine in ("local", "spark"):
                outs[engine] = Path(scratch) / f"{engine}.parquet"
            local, spark = (
                partial(measure_flows, folder, measure, out, engine=engine)
                for engine, out in outs.items()
            )
            compare(
                local, spark, runs=3, what=f"{measure}, {REAL:,} flows, --engine local",
                against="--engine spark, local mode",
            )  # fmt: skip
            found, wanted = (parquet.read_table(out) for out in outs.values())
            assert found.num_rows == wanted.num_rows


if __name__ == "__main__":
    main()
