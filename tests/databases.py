"""The databases of the tests: emptied, waited for, and stopped however the tests end."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from graphkit.build import Graph
from graphkit.files.folders import shipped
from graphkit.seeds.check import Facts
from graphkit.stores.neo4j.store import Neo4jStore

MARK = "graphkit_tests"
"""An index with this name says that a Neo4j database may be cleared by the tests."""

# Waits until nobody holds the other end of its stdin any more, however that came about.
STOP_AT_THE_END = """
import sys
from pathlib import Path
from graphkit.stores.neo4j.server import stop_server
sys.stdin.read()
stop_server(home=Path(sys.argv[1]))
"""


@contextmanager
def stopped_at_the_end(home: Path) -> Iterator[None]:
    """Stop the server of a home when this ends: also when the tests are interrupted or killed."""
    command = [sys.executable, "-c", STOP_AT_THE_END, str(home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True) as guard:
        yield
        assert guard.stdin is not None
        guard.stdin.close()


TRADE = ("magnets-2022", "magnets-2024", "rare-earths-1995-2024")
"""Tables of trade that the slice of the shipped seeds keeps; it has every other file."""
YEARS = ("1995", "2019", "2022", "2023", "2024")
"""Years of the slice whose trade and ratings the sample keeps."""
BUYERS = (
    *(
        "ARG",
        "AUS",
        "BRA",
        "CAN",
        "CHE",
        "CHL",
        "CHN",
        "FJI",
        "GBR",
        "HKG",
        "IDN",
        "IND",
        "ISR",
        "JPN",
    ),
    *("KOR", "KAZ", "MEX", "MYS", "NOR", "PHL", "RUS", "S19", "SGP", "THA", "TUR", "UKR", "USA"),
    *("VNM", "ZAF"),
)
"""Countries whose imports the sample keeps whole, beside the members of the EU."""


def trade_tables() -> list[Path]:
    """The tables of trade in the slice."""
    return [shipped("seeds") / "trade" / f"{name}.parquet" for name in TRADE]


def slice_seeds(folder: Path, tables: Collection[str] = TRADE) -> None:
    """Copy the shipped seeds into a new folder, with the trade of some tables alone."""

    def others(root: str, names: list[str]) -> list[str]:
        return [n for n in names if Path(root).name == "trade" and Path(n).stem not in tables]

    shutil.copytree(shipped("seeds"), folder, ignore=others)


def sample(facts: Facts) -> Facts:
    """Keep trade and ratings of some years, the trade of some buyers, and every other fact."""
    areas = facts["Area"].select(["iso3", "members"]).to_pylist()
    members = next(row["members"] for row in areas if row["iso3"] == "EU27")
    kept = {}
    for kind, buyers in (("EXPORTS", {*BUYERS, *members}), ("RATED", None)):
        rows = facts[kind].to_pylist()
        kept[kind] = facts[kind].filter(
            [
                row["period"][:4] in YEARS and (buyers is None or row["importer"] in buyers)
                for row in rows
            ]
        )
    return replace(facts, tables={**facts.tables, **kept})


def content(graph: Graph) -> str:
    """Return the name of all that a graph holds."""
    load = next(part for part in graph.parts if part.kind.name == "Load")
    return str(load.table["content"][0].as_py())


def hold(store: Neo4jStore, graph: Graph) -> None:
    """Load a graph into the test database unless it holds just that."""
    store._seen = ""  # another store may have loaded since
    found = store.run("MATCH (l:Load) RETURN l.content AS content").table["content"]
    if found.to_pylist() != [content(graph)]:
        clear(store)
        store.load(graph)


BATCH = 20_000
"""Relationships or nodes that a transaction of any server has the memory to delete."""


def clear(store: Neo4jStore) -> None:
    """Empty the whole test database."""
    store._seen = ""  # another store may have loaded since
    for pattern in ("()-[n]->()", "(n)"):
        count = f"MATCH {pattern} RETURN count(n) AS n"
        while everything(store, count)["n"][0].as_py():
            store._write(f"MATCH {pattern} WITH n LIMIT {BATCH} DELETE n")


def everything(store: Neo4jStore, statement: str) -> pa.Table:
    """Read from all that the database holds, graphkit's or not."""
    return store._read(statement, {}).table


def rules(store: Neo4jStore, what: str) -> dict[str, tuple[str, list[str], list[str]]]:
    """Show the constraints or indexes of ours: on nodes or relationships, of a kind, its keys."""
    rows = everything(
        store,
        f"SHOW {what} YIELD name, entityType AS on, labelsOrTypes AS of, properties AS keys "
        f"WHERE name STARTS WITH 'graphkit_' AND name <> '{MARK}' RETURN name, on, of, keys",
    ).to_pylist()
    return {row["name"]: (row["on"], row["of"], row["keys"]) for row in rows}


def until(came: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for what will not take long."""
    latest = time.monotonic() + seconds
    while not came():
        assert time.monotonic() < latest
        time.sleep(0.001)


def settled(store: Neo4jStore, seconds: float = 60) -> None:
    """Wait until the server has ended all that was left under way."""

    def alone() -> bool:
        with store._session("READ") as session:
            return len(session.run("SHOW TRANSACTIONS YIELD transactionId").values()) == 1

    until(alone, seconds)
