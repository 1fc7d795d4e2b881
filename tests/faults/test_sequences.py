"""Loads of random slices of the shipped seeds, one after the other: each leaves just its slice."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import pytest
from chance import SEED
from databases import clear, content, everything, settled
from loads import AT_LENGTH, dying_step, marker
from seed_slices import (
    FLOWS,
    SHARES,
    any_imports,
    expected_digest,
    expected_flows,
    expected_shares,
    slice_of,
)

from graphkit.build import Graph, build_graph
from graphkit.database import open_store
from graphkit.export.digest import digest
from graphkit.files.folders import shipped
from graphkit.seeds.check import Facts
from graphkit.seeds.facts import read_seeds
from graphkit.stores.base import Store
from graphkit.stores.duck.store import DuckStore
from graphkit.stores.neo4j import load as loading
from graphkit.stores.neo4j.store import Neo4jStore

LOADS = 5
"""Loads in a sequence."""
FILE_FLOWS, NEO4J_FLOWS = 3_000, 17_000
"""Most flows of a slice: on Neo4j it has at most 50,000 rows then."""
CLEARED = 1_000
"""Rows from which on relationships are cleared in sequences of small slices."""
KILLED = 10
"""In every so many-th sequence one load is killed."""

CREATE = """
MATCH (a:Country {iso3: 'KOR'}), (b:Country {iso3: 'JPN'})
CREATE (:Mine {n: 1})-[:LIKES {why: 'a'}]->(:Mine {n: 2})-[:WATCHES]->(a),
       (a)-[:EXPORTS {mine: true}]->(b), (:Country {iso3: 'XX9'})-[:EXPORTS]->(a)
SET a.mine = 'kept'
"""
OWN = (
    "MATCH (x:Mine) RETURN count(*) AS n",
    "MATCH (:Mine)-[r:LIKES {why: 'a'}]->(:Mine)-[:WATCHES]->(:Country {iso3: 'KOR'}) "
    "RETURN count(*) AS n",
    "MATCH (:Country {iso3: 'KOR', mine: 'kept'})-[r:EXPORTS {mine: true}]->(:Country) "
    "RETURN count(*) AS n",
    "MATCH (x:Country {iso3: 'XX9'})-[r:EXPORTS]->(:Country {iso3: 'KOR'}) RETURN count(*) AS n",
)
"""Queries for what somebody else wrote beside the graph, and how often each finds it."""
TIMES = (2, 1, 1, 1)


@pytest.fixture(scope="module")
def whole() -> Facts:
    return read_seeds(shipped("seeds"))


def assert_holds(store: Store, facts: Facts, graph: Graph, random: Random) -> None:
    """A database has a slice and nothing else of ours, and its answers are those of the slice."""
    assert digest(store).sha256 == expected_digest(graph)
    found = {(r["product"], r["period"]): r for r in store.run(FLOWS).table.to_pylist()}
    wanted = expected_flows(facts)
    assert {key: row["flows"] for key, row in found.items()} == {
        k: n for k, (n, _) in wanted.items()
    }
    assert {key: row["usd"] for key, row in found.items()} == pytest.approx(
        {key: usd for key, (_, usd) in wanted.items()}, rel=1e-9
    )
    for _ in range(3):
        importer, product, period = any_imports(facts, random)
        asked = {"consumer": importer, "product": product, "period": period}
        shares = {r["supplier"]: r["share"] for r in store.run(SHARES, asked).table.to_pylist()}
        shares = {supplier: share for supplier, share in shares.items() if share is not None}
        assert shares == pytest.approx(expected_shares(facts, importer, product, period), abs=1e-9)


def load_and_die(
    place: str, number: int, most: int | None, last: int, cleared: int, login: Mapping[str, str]
) -> None:
    """Load a slice, and be killed as soon as a number of its steps are done."""
    os.environ.update(login)
    loading.CLEARED = cleared
    graph = build_graph(slice_of(read_seeds(shipped("seeds")), number, most))
    with open_store(place) as store:
        store.load(graph, dying_step(last))


def killed(*arguments: Any) -> bool:
    """Run such a load in a process of its own, and tell if it was killed before its end."""
    process = multiprocessing.get_context("forkserver").Process(
        target=load_and_die, args=arguments, daemon=True
    )
    process.start()
    process.join(600)
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode != 0


def run_sequence(
    whole: Facts,
    number: int,
    most: int | None,
    load: Callable[[Graph], Any],
    check: Callable[[Facts, Graph, Random], None],
    kill: Callable[[int, int, list[str]], None],
) -> int:
    """Load five slices, of which one may be as the last, with a check after each; count rows."""
    random, rows = Random(SEED + number), 0
    kill_at = random.randrange(1, LOADS) if number % KILLED == KILLED - 1 else 0
    last = ""
    for place in range(LOADS):
        chosen = number * LOADS + (place - 1 if place and random.random() < 0.1 else place)
        facts = slice_of(whole, chosen, most)
        graph = build_graph(facts)
        if place == kill_at and kill_at:
            kill(chosen, random.randint(1, 40), [last, content(graph)])
        load(graph)
        check(facts, graph, random)
        last, rows = content(graph), rows + graph.rows
    return rows


def summarise(what: str, sequences: int, rows: int, kills: int, began: float) -> None:
    """Print the line that docs/guarantees.md quotes."""
    minutes = (time.monotonic() - began) / 60
    print(f"{what}: {sequences} sequences, {sequences * LOADS} loads, {rows:,} rows, "
          f"{kills} killed, {minutes:.1f} min")  # fmt: skip


def test_each_load_of_a_sequence_leaves_its_slice_in_the_file(whole, counts, tmp_path):
    path, began, rows, kills = tmp_path / "graph.duckdb", time.monotonic(), 0, 0

    def load(graph: Graph) -> None:
        with DuckStore(path) as store:
            store.load(graph)

    def check(facts: Facts, graph: Graph, random: Random) -> None:
        with DuckStore(path) as store:
            assert_holds(store, facts, graph, random)
        assert [file.name for file in tmp_path.iterdir()] == [path.name]

    def kill(number: int, last: int, wanted: list[str]) -> None:
        nonlocal kills
        kills += killed(str(path), number, FILE_FLOWS, last, CLEARED, {})
        with DuckStore(path) as store:
            marked = store.run("MATCH (l:Load) RETURN l.content AS content").table["content"]
        assert marked.to_pylist()[0] in wanted

    for number in range(counts.sequences):
        path.unlink(missing_ok=True)
        rows += run_sequence(whole, number, FILE_FLOWS, load, check, kill)
    summarise("file", counts.sequences, rows, kills, began)
    assert kills or counts.sequences < KILLED


def on_neo4j(
    whole: Facts, store: Neo4jStore, server: tuple[str, str, str], sequences: range,
    most: int | None, cleared: int,
) -> None:  # fmt: skip
    """Run sequences on a Neo4j that holds other things too."""
    uri, user, password = server
    login = {"NEO4J_USERNAME": user, "NEO4J_PASSWORD": password}
    began, rows, kills = time.monotonic(), 0, 0

    def check(facts: Facts, graph: Graph, random: Random) -> None:
        assert_holds(store, facts, graph, random)
        if not everything(store, OWN[0])["n"][0].as_py():
            store._write(CREATE)
        assert tuple(everything(store, query)["n"][0].as_py() for query in OWN) == TIMES

    def kill(number: int, last: int, wanted: list[str]) -> None:
        nonlocal kills
        kills += killed(uri, number, most, last, cleared, login)
        store._seen = ""
        settled(store)
        assert marker(store) in ("", *wanted)

    for number in sequences:
        clear(store)
        rows += run_sequence(whole, number, most, store.load, check, kill)
    clear(store)
    summarise(f"Neo4j, {most or 'all'} flows", len(sequences), rows, kills, began)


def test_each_load_of_a_sequence_leaves_its_slice_in_neo4j(
    whole, counts, neo4j_store, neo4j_server, monkeypatch
):
    monkeypatch.setattr(loading, "CLEARED", CLEARED)
    # The last of the numbers has a kill in its middle, also where there are few.
    numbers = range(KILLED, KILLED + counts.neo4j_sequences)
    if counts.neo4j_sequences < KILLED:
        numbers = range(KILLED - counts.neo4j_sequences, KILLED)
    on_neo4j(whole, neo4j_store, neo4j_server, numbers, NEO4J_FLOWS, CLEARED)


@AT_LENGTH
def test_each_load_of_the_shipped_trade_leaves_its_slice_in_neo4j(
    whole, counts, neo4j_store, neo4j_server
):
    numbers = range(KILLED - counts.whole_sequences, KILLED)
    on_neo4j(whole, neo4j_store, neo4j_server, numbers, None, loading.CLEARED)
