"""Two loads at once take turns; whoever reads meanwhile sees one graph, or is told."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from chance import SEED
from databases import everything, until
from loads import Loads

from graphkit.database import last_load
from graphkit.errors import StoreError, Unreachable
from graphkit.stores.base import Store
from graphkit.stores.changes import LoadReport
from graphkit.stores.duck.store import DuckStore
from graphkit.stores.neo4j.load import LOCK
from graphkit.stores.neo4j.store import Neo4jStore


def race(loads: Loads, place: str, chance: random.Random) -> list[tuple[BaseProcess, Path]]:
    """Loads of two graphs over a third, begun at nearly the same time."""
    loads.finish(*loads.load("C", place))
    first = loads.load("A", place)
    time.sleep(chance.uniform(0, 0.3))
    return [first, loads.load("B", place)]


def ended(loads: Loads, both: list[tuple[BaseProcess, Path]]) -> None:
    """Both loads succeeded."""
    for one in both:
        loads.finish(*one)
    assert [process.exitcode for process, _ in both] == [0] * len(both)


def assert_second_waits(loads: Loads, store: Store, where: str) -> None:
    """A load that begins in the middle of another says that it waits, and comes next."""
    loads.finish(*loads.load("C", where))
    second = []

    def start_another(kind: str, rows: int) -> None:
        if not second:
            second.append(loads.load("B", where))
            until(lambda: "is under way; waiting for it to end" in second[0][1].read_text())
            assert second[0][0].is_alive()

    store.load(loads.graphs["A"], start_another)
    ended(loads, second)
    assert loads.named(store) == "B"


def test_an_embedded_load_waits_for_another_and_says_so(loads, tmp_path):
    path = tmp_path / "graph.duckdb"
    assert_second_waits(loads, DuckStore(path), str(path))


def test_a_load_of_neo4j_waits_for_another_and_says_so(loads, neo4j_store, neo4j_server):
    assert_second_waits(loads, neo4j_store, neo4j_server[0])


def assert_it_compares_again(loads: Loads, store: Store, where: str, reads: str) -> None:
    """A load that waited for one of the same graph says that it changed nothing."""
    waiting = []

    def start_another(report: LoadReport) -> None:
        waiting.append(loads.load("B", where))
        until(lambda: "is under way; waiting for it to end" in waiting[0][1].read_text())

    report = store.load(loads.graphs["B"], confirm=start_another)
    ended(loads, waiting)

    assert report.total("added")
    said = waiting[0][1].read_text()
    assert f"{reads}: {report.total('rows'):,} rows; 0 added, 0 changed, 0 removed" in said
    assert "removes" not in said


def test_an_embedded_load_that_waited_compares_again(loads, tmp_path):
    path = tmp_path / "graph.duckdb"
    loads.finish(*loads.load("A", str(path)))
    with DuckStore(path) as store:
        assert_it_compares_again(loads, store, str(path), f"embedded database {path}")
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_load_of_neo4j_that_waited_compares_again(loads, neo4j_store, neo4j_server):
    loads.finish(*loads.load("A", neo4j_server[0]))
    where = f"Neo4j at {neo4j_server[0]}"
    assert_it_compares_again(loads, neo4j_store, neo4j_server[0], where)


def test_two_embedded_loads_and_a_reader(loads, counts, tmp_path):
    path, chance = tmp_path / "graph.duckdb", random.Random(SEED + 50)
    loads.finish(*loads.load("A", str(path)))
    seen = []
    for _ in range(counts.races // 2):
        both = race(loads, str(path), chance)
        while any(process.is_alive() for process, _ in both):
            with DuckStore(path) as store:
                seen.append(loads.named(store))
        ended(loads, both)
        with DuckStore(path) as store:
            assert loads.named(store) in "AB"
    assert list(tmp_path.iterdir()) == [path]
    assert len(set(seen)) > 1


def test_two_neo4j_loads_and_a_reader(loads, counts, neo4j_store, neo4j_server):
    chance, seen = random.Random(SEED + 51), []
    for _ in range(counts.races // 2):
        both = race(loads, neo4j_server[0], chance)
        while any(process.is_alive() for process, _ in both):
            seen.append(read(loads, neo4j_server))
        ended(loads, both)
        assert read(loads, neo4j_server) in "AB"
    left = everything(neo4j_store, "MATCH (x:LoadLock) RETURN count(*) AS n")
    assert left["n"].to_pylist() == [0]
    assert len(set(seen)) > 1


def read(loads: Loads, server: tuple[str, str, str]) -> str:
    """Tell the graph that a reader of Neo4j sees; none if it is told that there is no whole one."""
    with Neo4jStore(*server) as store:
        try:
            last_load(store)
            return loads.named(store)
        except Unreachable as error:
            said = str(error)
    assert any(
        words in said
        for words in ("holds no finished load", "was loaded anew", "is being loaded, or a load of")
    )
    return ""


def test_a_reader_of_neo4j_does_not_mix_two_loads(loads, neo4j_store, neo4j_server):
    neo4j_store.load(loads.graphs["A"])
    statement = "MATCH (c:Country) RETURN count(*) AS n"
    with Neo4jStore(*neo4j_server) as reader:
        reader.run(statement)
        steps = []

        def step(kind: str, rows: int) -> None:
            with pytest.raises(Unreachable, match=r"being loaded|loaded anew"):
                reader.run(statement)
            steps.append(kind)

        neo4j_store.load(loads.graphs["B"], step)
        assert "Load" in steps
        assert len(steps) > 3
        with pytest.raises(Unreachable, match="loaded anew"):
            reader.run(statement)


def test_a_load_that_has_lost_its_lock_gives_up(loads, neo4j_store, neo4j_server):
    neo4j_store.load(loads.graphs["A"])

    def lose(kind: str, rows: int) -> None:
        with Neo4jStore(*neo4j_server) as other:
            with other._session("WRITE") as session:
                ended = session.run(
                    "SHOW TRANSACTIONS YIELD transactionId AS id, metaData AS about "
                    "WHERE about.graphkit = 'load' TERMINATE TRANSACTIONS id YIELD message "
                    "RETURN message"
                )
                assert ended.values() == [["Transaction terminated."]]
            other.load(loads.graphs["A"])

    with pytest.raises(StoreError, match=r"another load of "):
        neo4j_store.load(loads.graphs["B"], lose)
    assert read(loads, neo4j_server) == "A"


def test_a_lock_that_no_load_holds_is_not_called_another_load(loads, neo4j_store, caplog):
    def messages() -> list[str]:
        return [r.getMessage() for r in caplog.records if not r.name.startswith("neo4j")]

    with neo4j_store._session("WRITE") as session:
        somebody = session.begin_transaction()
        somebody.run(LOCK).consume()
        with ThreadPoolExecutor() as threads:
            load = threads.submit(neo4j_store.load, loads.graphs["A"])
            until(lambda: bool(messages()))
            somebody.rollback()
            load.result()

    [message] = messages()
    assert "another load" not in message
    assert neo4j_store.label in message
    assert "waiting for its answer" in message
