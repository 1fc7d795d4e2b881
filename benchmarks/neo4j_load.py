"""Loading the shipped graph into Neo4j, against a bare loop of UNWIND ... CREATE over its rows.

    python benchmarks/neo4j_load.py

Starts a throw-away server. Both write the same rows in batches of 10,000 into an empty database
with the same constraints. Wanted: at least 0.8 of the rival's rate.
"""

import statistics
import tempfile
import time
from pathlib import Path

import neo4j

from graphkit.build import Graph, build_graph
from graphkit.schema import GRAPH
from graphkit.seeds import read_seeds
from graphkit.shipped import shipped
from graphkit.stores.neo4j import Neo4jStore, ddl
from graphkit.stores.server import start_server, stop_server

BATCH = 10_000


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
                rows = part.table.slice(first, BATCH).to_pylist()
                session.execute_write(lambda tx, s=statement, r=rows: tx.run(s, rows=r).consume())


def main() -> None:
    graph = build_graph(read_seeds(shipped("seeds")))
    with tempfile.TemporaryDirectory() as name:
        server = start_server(home=Path(name))
        auth = (server.username, server.password)
        try:
            with (
                neo4j.GraphDatabase.driver(server.uri, auth=auth) as driver,
                Neo4jStore(server.uri, *auth) as store,
            ):
                for statement in ddl(GRAPH):
                    driver.execute_query(statement)

                measure(driver, store, graph)
        finally:
            stop_server(home=Path(name))


def measure(driver: neo4j.Driver, store: Neo4jStore, graph: Graph) -> None:
    """In turn, the database emptied before each run; the first round warms the server up."""
    times: dict[str, list[float]] = {"graphkit load": [], "bare UNWIND ... CREATE": []}
    work = {
        "graphkit load": lambda: store.load(graph),
        "bare UNWIND ... CREATE": lambda: bare_loop(driver, graph),
    }
    for run in range(4):
        for name, load in work.items():
            driver.execute_query("MATCH (n) CALL (n) { DETACH DELETE n }")
            start = time.perf_counter()
            load()
            if run:
                times[name].append(time.perf_counter() - start)
    medians = {name: statistics.median(t) for name, t in times.items()}
    for name, seconds in medians.items():
        print(f"{name}: {seconds:.2f} s, {graph.rows / seconds:,.0f} rows/s")
    ours, rival = medians.values()
    print(f"rate {rival / ours:.2f} of the rival's")


if __name__ == "__main__":
    main()
