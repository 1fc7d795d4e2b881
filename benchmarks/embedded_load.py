"""Loading seeds into the embedded database, against the bare COPY of the same rows.

    python benchmarks/embedded_load.py [SEEDS [RUNS]]

Ours reads, checks, derives, loads and verifies; the rival only copies rows that lie ready in
Parquet files into tables of the same form. Wanted: at most 3 of the shipped seeds, 2
of 1.26 million flows (``big_seeds.py`` makes them).
"""

import sys
import tempfile
from pathlib import Path

import ladybug
from pyarrow import parquet
from ratio import compare

from graphkit.build import build_graph
from graphkit.database import load_seeds
from graphkit.paths import shipped
from graphkit.schema import GRAPH
from graphkit.seeds import read_seeds
from graphkit.stores.embedded import EmbeddedStore
from graphkit.stores.embedded.load import ddl


def bare_copy(folder: Path, copies: list[str]) -> None:
    path = folder / "bare.lbdb"
    path.unlink(missing_ok=True)
    database = ladybug.Database(path)
    connection = ladybug.Connection(database)
    for statement in ("CALL enable_default_hash_index=false", *ddl(GRAPH), *copies):
        connection.execute(statement)
    connection.close()
    database.close()


def main() -> None:
    seeds = Path(sys.argv[1]) if sys.argv[1:] else shipped("seeds")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copies = []
        for number, part in enumerate(build_graph(read_seeds(seeds)).parts):
            file = folder / f"{number}.parquet"
            parquet.write_table(part.rows(), file)
            ends = " (from='{}', to='{}')".format(*(k.name for k in part.ends)) if part.ends else ""
            copies.append(f"COPY `{part.kind.name}` FROM '{file}'{ends}")

        def ours() -> None:
            path = folder / "ours.lbdb"
            path.unlink(missing_ok=True)
            load_seeds(seeds, EmbeddedStore(path))

        compare(ours, lambda: bare_copy(folder, copies),
                what="graphkit load, from seeds to a verified file",
                against="bare COPY FROM Parquet",
                runs=int(sys.argv[2]) if sys.argv[2:] else 3)  # fmt: skip


if __name__ == "__main__":
    main()
