"""Questions to a large graph, in both databases: whole processes, from command to answer.

    python benchmarks/questions.py SEEDS [RUNS]

SEEDS are those of ``big_seeds.py``. First asked is the first answer after the load (for Neo4j,
after the server's start on what neo4j-admin imported): it may read the edges that later ones find
kept. Wanted, once asked before: at most 1.5 s for a question about one product or country, 3 s for
others.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import neo4j
from neo4j_load import through_files

from graphkit.build import build_graph
from graphkit.seeds.facts import read_seeds
from graphkit.stores.duck.store import DuckStore
from graphkit.stores.neo4j.server import stop_server
from graphkit.stores.neo4j.store import Neo4jStore

PRODUCT = ("--for", "ree-metals", "--period", "2024")
QUESTIONS = (
    ("depends", "KOR", *PRODUCT),
    ("suppliers", "KOR", *PRODUCT),
    ("origins", "JPN", *PRODUCT),
    ("spof", "KOR", *PRODUCT),
    ("disrupt", "CHN", *PRODUCT),
    ("concentration", *PRODUCT),
    ("centrality", *PRODUCT),
    ("trend", "KOR", "--for", "ree-metals"),
    ("trend", "KOR"),
    ("dependents", "CHN"),
    ("compare", "2010", "2024", "--of", "KOR"),
    ("reliance", "KOR"),
    ("spof", "KOR"),
    ("depends", "KOR", "--period", "2024"),
    ("concentration", "--period", "2024"),
    ("centrality", "--period", "2024"),
    ("centrality",),
)


def ask(question: tuple[str, ...], environment: dict[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "graphkit", *question],
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - start


def ask_all(database: str, environment: dict[str, str], runs: int) -> None:
    for question in QUESTIONS:
        first, *later = (ask(question, environment) for _ in range(runs + 1))
        what = f"{database}: graphkit {' '.join(question)}"
        print(f"{what}: {statistics.median(later):.2f} s, first {first:.2f} s", flush=True)


def main() -> None:
    runs = int(sys.argv[2]) if sys.argv[2:] else 3
    graph = build_graph(read_seeds(Path(sys.argv[1])))
    with tempfile.TemporaryDirectory() as name:
        places = {f"XDG_{kind}_HOME": f"{name}/{kind}" for kind in ("CACHE", "DATA", "CONFIG")}
        file = Path(name) / "graph.duckdb"
        with DuckStore(file) as store:
            store.load(graph)
        ask_all("embedded", places | {"GRAPHKIT_DB": str(file)}, runs)
        home = Path(name) / "neo4j"
        try:
            server = through_files(graph, home)
            auth = (server.username, server.password)
            with Neo4jStore(server.uri, *auth) as store:
                store.load(graph)  # only the constraints and indexes are missing
            with neo4j.GraphDatabase.driver(server.uri, auth=auth) as driver:
                driver.execute_query("CALL db.awaitIndexes(600)")
            del graph
            places |= {"NEO4J_USERNAME": server.username, "NEO4J_PASSWORD": server.password}
            ask_all("neo4j", places | {"GRAPHKIT_DB": server.uri}, runs)
        finally:
            stop_server(home=home)


if __name__ == "__main__":
    main()
