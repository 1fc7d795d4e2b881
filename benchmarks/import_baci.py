"""`graphkit import baci` of a year of 11 million rows, against pyarrow's own read-filter-write.

    python benchmarks/import_baci.py [ROWS]

Wanted: at most 1.5, and 400 MB of memory. The file has BACI's layout and the spread of its codes
and places; its figures are made up.
"""

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv, parquet
from ratio import compare

from graphkit.importers.reference import read_reference

COLUMNS = ("t", "i", "j", "k", "v", "q")
IMPORT = """
import resource, sys
from pathlib import Path
from graphkit.importers.baci import import_baci
from graphkit.importers.reference import read_reference
import_baci([Path(sys.argv[1])], Path(sys.argv[2]), read_reference())
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def write_year(path: Path, rows: int) -> None:
    random = np.random.default_rng(7)
    reference = read_reference()
    places = np.array(sorted(reference.by_number("baci_code")), np.int32)
    wanted = sorted(reference.product_of_code("HS92"))
    others = {f"{number:06d}" for number in random.integers(10_000, 990_000, 5_000)}
    codes = pa.array([*wanted, *sorted(others.difference(wanted))])
    flows = len(places) * (len(places) - 1) * len(codes)
    with path.open("wb") as file:
        for first in range(0, rows, 1_000_000):
            size = min(1_000_000, rows - first)
            # No flow twice: a multiple of a prime that does not divide their number.
            numbers = np.arange(first, first + size) * 2_654_435_761 % flows
            pairs, code = np.divmod(numbers, len(codes))
            seller, buyer = np.divmod(pairs, len(places) - 1)
            buyer += buyer >= seller
            table = pa.table({
                "t": np.full(size, 2024, np.int16),
                "i": places[seller], "j": places[buyer], "k": codes.take(pa.array(code)),
                "v": random.lognormal(3, 2, size).round(3),
                "q": pa.array(random.lognormal(1, 2, size).round(3),
                              mask=random.random(size) < 0.05),
            })  # fmt: skip
            options = csv.WriteOptions(include_header=first == 0, quoting_style="none")
            csv.write_csv(table, file, options)


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 11_000_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "BACI_HS92_Y2024_V202601.csv"
        write_year(source, rows)
        wanted = pa.array(sorted(read_reference().product_of_code("HS92")))
        peaks = []

        def ours() -> None:
            done = subprocess.run(
                [sys.executable, "-c", IMPORT, str(source), str(folder / "seeds")],
                check=True, capture_output=True, text=True,
            )  # fmt: skip
            peaks.append(int(done.stdout) / 1024)

        def theirs() -> None:
            options = csv.ConvertOptions(
                include_columns=list(COLUMNS),
                column_types={"k": pa.string(), "q": pa.float64()},
                null_values=["", "NA"],
            )
            kept = [
                batch.filter(pc.is_in(batch["k"], value_set=wanted))
                for batch in csv.open_csv(source, convert_options=options)
            ]
            parquet.write_table(pa.Table.from_batches(kept), folder / "x.parquet")

        compare(
            ours, theirs, what=f"graphkit import baci, {rows:,} rows",
            against="pyarrow open_csv, filter, write_table", runs=3, warm_up=1,
        )  # fmt: skip
        print(f"peak memory {max(peaks):.0f} MB; of this process {_peak():.0f} MB")


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
