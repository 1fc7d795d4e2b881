"""Cost curve of ``graphkit measure`` on this machine: seconds, flows a second and peak memory.

    python benchmarks/scale.py SEEDS [--millions 1 3 10 30 100] [--measures shares ...]

SEEDS is the folder that ``big_seeds.py`` made: 1,264,888 real flows. More are made of them by
repeating them with products of other names, a folder each (``product=dy-oxide-007/``), so that the
networks stay as they are and become more; with --repeat by products of the same names, as shipments
that become 1,264,888 flows. Every figure is a whole process, from files to a file.
"""

from __future__ import annotations

import argparse
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

REAL = 1_264_888


def real_flows(seeds: Path) -> pa.Table:
    [file] = (seeds / "trade").glob("*.parquet")
    names = {"exporter": "supplier", "importer": "consumer"}
    return parquet.read_table(file).rename_columns(names)


def by_product(flows: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    for product in sorted(flows["product"].unique().to_pylist()):
        rows = flows.filter(pc.equal(flows["product"], product))
        yield product, rows.drop_columns(["product"])


def write_flows(flows: pa.Table, folder: Path, count: int, *, repeat: bool = False) -> int:
    """About so many flows, in whole products, new ones or the same; how many there are."""
    written = 0
    parts = list(by_product(flows))
    for copy in range(math.ceil(count / len(flows))):
        for product, rows in parts:
            if written >= count:
                return written
            place = folder / (f"product={product}" if repeat else f"product={product}-{copy:03}")
            place.mkdir(parents=True, exist_ok=True)
            parquet.write_table(rows, place / f"{copy:03}.parquet")
            written += len(rows)
    return written


def measured(measure: str, flows: Path, out: Path, *more: str) -> tuple[float, int]:
    """Seconds and peak megabytes of the command."""
    command = [sys.executable, "-m", "graphkit", "measure", measure, "--flows", str(flows)]
    start = time.perf_counter()
    process = subprocess.Popen([*command, "-o", str(out), *more])
    _, code, used = os.wait4(process.pid, 0)
    if code:
        raise SystemExit(f"{measure}: exit status {code}")
    return time.perf_counter() - start, used.ru_maxrss // 1024


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("seeds", type=Path)
    parser.add_argument("--millions", nargs="*", type=float, default=[1, 3, 10, 30, 100])
    parser.add_argument("--measures", nargs="*", default=["shares", "concentration", "pagerank"])
    parser.add_argument("--engine", default="local")
    parser.add_argument("--repeat", action="store_true", help="shipments, for the measure flows")
    given = parser.parse_args()
    flows = real_flows(given.seeds)
    for millions in given.millions:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / "flows"
            count = write_flows(flows, folder, int(millions * 1e6), repeat=given.repeat)
            for measure in given.measures:
                out = Path(scratch) / "out.parquet"
                seconds, memory = measured(measure, folder, out, "--engine", given.engine)
                print(
                    f"{measure}, {count:,} flows: {seconds:.1f} s, {count / seconds:,.0f} flows/s, "
                    f"{memory:,} MB, {out.stat().st_size / 1e6:,.0f} MB written",
                    flush=True,
                )


if __name__ == "__main__":
    main()
