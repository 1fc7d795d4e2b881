"""Questions that take a server long, and names, are asked once after each load."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from seed_texts import SMALL, write_seeds

from graphkit.build import build_graph
from graphkit.catalog.catalog import Catalog
from graphkit.database import last_load, load_graph
from graphkit.files.folders import user_folder
from graphkit.queries import rows_of
from graphkit.questions.dependence.depends import depends
from graphkit.render.json import as_object
from graphkit.seeds.facts import read_seeds
from graphkit.stores import row_cache
from graphkit.stores.base import Closing
from graphkit.stores.duck.store import DuckStore
from graphkit.stores.neo4j.store import Neo4jStore

ALL = {"products": ["ree-metals"], "periods": ["2024"], "dataset": ""}


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("graphkit.stores.duck.identity.SETTLED", 0.0)


@contextmanager
def changed_by_hand(store: Neo4jStore, amount: float) -> Iterator[None]:
    """Change a value by hand, as no load does, and take it back."""
    statement = "MATCH (:Country {iso3: 'CHN'})-[f:EXPORTS {period: '2024'}]->() SET f.usd = $usd"
    before = usd(store)[0]
    store._write(statement, {"usd": amount})
    try:
        yield
    finally:
        store._write(statement, {"usd": before})


def usd(store: Neo4jStore) -> list[float]:
    return rows_of(store, "trade", **ALL)["usd"].to_pylist()


@pytest.mark.long
def test_slow_rows_are_asked_for_once_after_each_load(neo4j_store, tmp_path, monkeypatch):
    monkeypatch.setattr(row_cache, "QUICK", 0.0)
    graph = build_graph(read_seeds(write_seeds(tmp_path / "seeds")))
    neo4j_store.load(graph)
    first = usd(neo4j_store)
    with changed_by_hand(neo4j_store, 5.0):
        assert usd(neo4j_store) == [5.0, *first[1:]]  # kept rows know that somebody wrote
    assert usd(neo4j_store) == first
    trade = SMALL["trade.yaml"].replace("usd: 800", "usd: 900")
    neo4j_store.load(build_graph(read_seeds(write_seeds(tmp_path / "new", {"trade.yaml": trade}))))
    assert 900.0 in usd(neo4j_store)


@pytest.mark.long
def test_quick_rows_are_asked_for_again(neo4j_store, tmp_path, monkeypatch):
    monkeypatch.setattr(row_cache, "QUICK", 60.0)
    neo4j_store.load(build_graph(read_seeds(write_seeds(tmp_path / "seeds"))))
    with changed_by_hand(neo4j_store, 5.0):
        assert 5.0 in usd(neo4j_store)
    assert not (user_folder("cache") / "rows").exists()


def test_what_is_damaged_is_asked_for_again_and_the_oldest_makes_room(monkeypatch):
    monkeypatch.setattr(row_cache, "QUICK", 0.0)
    asked = []

    def read(number: int) -> pa.Table:
        asked.append(number)
        return pa.table({"a": [number]})

    def ask(number: int) -> list[int]:
        rows = row_cache.kept_rows(lambda: "load", "text", {"n": number}, lambda: read(number))
        return rows["a"].to_pylist()

    assert (ask(1), ask(1), asked) == ([1], [1], [1])
    [file] = (user_folder("cache") / "rows").iterdir()
    file.write_bytes(b"no table")
    assert (ask(1), ask(1), asked) == ([1], [1], [1, 1])
    monkeypatch.setattr(row_cache, "MOST_BYTES", file.stat().st_size)
    assert (ask(2), ask(2), ask(1), asked) == ([2], [2], [1], [1, 1, 2, 1])


class Asked(Closing):
    """A file, with the statements that it was asked."""

    def __init__(self, path: Path) -> None:
        self.store, self.statements = DuckStore(path), []
        self.content, self.label = self.store.content, self.store.label

    @property
    def identity(self) -> str:
        return self.store.identity

    def run(self, statement, parameters=None, **limits):
        self.statements.append(statement)
        return self.store.run(statement, parameters, **limits)

    def check_schema(self) -> None:
        self.store.check_schema()

    def close(self) -> None:
        self.store.close()


@pytest.mark.parametrize(("period", "first"), [(None, 7), ("2024", 6)])
def test_a_file_is_asked_once_for_each_of_its_rows(sliced_file, period, first):
    answers = []
    for times in (first, 0):
        with Asked(sliced_file) as store:
            last_load(store)
            answers.append(as_object(depends(Catalog(store), "KOR", on="CHN", period=period)))
            assert len(store.statements) == times

    assert answers[0] == answers[1]


@pytest.mark.parametrize("period", [None, "2024"])
def test_the_first_question_after_a_load_asks_the_file_at_most_three_times(
    sliced_graph, tmp_path, period
):
    """The load has read what needs no parameter; imports and their periods are left."""
    with Asked(tmp_path / "graph.duckdb") as store:
        load_graph(sliced_graph, store.store)
        last_load(store)
        assert len(depends(Catalog(store), "KOR", on="CHN", period=period).rows)
        assert len(store.statements) == (2 if period is None else 1)


def test_a_file_that_was_changed_is_asked_again(tmp_path):
    path = tmp_path / "graph.duckdb"
    with DuckStore(path) as store:
        store.load(build_graph(read_seeds(write_seeds(tmp_path / "seeds"))))
        first = rows_of(store, "products")["name"].to_pylist()
    with duckdb.connect(str(path)) as connection:
        connection.execute("UPDATE Product SET name = 'Metals'")

    with store, DuckStore(path) as other:
        found = [rows_of(each, "products")["name"].to_pylist() for each in (store, other, other)]
    assert (first, found) == (["Rare-earth metals"], [["Metals"]] * 3)
