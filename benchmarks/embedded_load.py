"""Loading seeds into the embedded database, against the bare copy of the same rows.

    python benchmarks/embedded_load.py [SEEDS [RUNS]]

Ours reads, checks, derives, loads and verifies; the rival only inserts rows that lie ready in
Parquet files into tables of the same form. Wanted: at most 4.5, of the shipped seeds and of 1.26
million flows (``big_seeds.py`` makes them).
"""

import sys
import tempfile
from pathlib import Path

import duckdb
from pyarrow import parquet
from ratio import compare

from graphkit.build import build_graph
from graphkit.database import load_seeds
from graphkit.files.folders import shipped
from graphkit.schema import GRAPH
from graphkit.seeds.facts import read_seeds
from graphkit.stores.duck.file import FILE, SETTINGS, ddl, with_kinds
from graphkit.stores.duck.store import DuckStore


def bare_copy(folder: Path, copies: list[str]) -> None:
    path = folder / "bare.duckdb"
    path.unlink(missing_ok=True)
    with duckdb.connect(":memory:", config=SETTINGS) as connection:
        connection.execute(f"ATTACH '{path}' AS {FILE}")
        for statement in (*ddl(GRAPH), *copies):
            connection.execute(statement)
        connection.execute(f"DETACH {FILE}")


def main() -> None:
    seeds = Path(sys.argv[1]) if sys.argv[1:] else shipped("seeds")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copies = []
        for number, part in enumerate(build_graph(read_seeds(seeds)).parts):
            file = folder / f"{number}.parquet"
            parquet.write_table(with_kinds(part), file)
            copies.append(f"INSERT INTO {FILE}.\"{part.kind.name}\" BY NAME FROM '{file}'")

        def ours() -> None:
            path = folder / "ours.duckdb"
            path.unlink(missing_ok=True)
            load_seeds(seeds, DuckStore(path))

        compare(ours, lambda: bare_copy(folder, copies),
                what="graphkit load, from seeds to a verified file",
                against="bare INSERT FROM Parquet",
                runs=int(sys.argv[2]) if sys.argv[2:] else 3)  # fmt: skip


if __name__ == "__main__":
    main()
