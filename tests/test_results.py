"""Questions that take a server long are asked once after each load."""

import pyarrow as pa
import pytest
from seed_texts import SMALL, write_seeds

from graphkit.build import build_graph
from graphkit.paths import user_folder
from graphkit.queries import rows_of
from graphkit.seeds import read_seeds
from graphkit.stores import results as kept
from graphkit.stores.neo4j import Neo4jStore

ALL = {"products": ["ree-metals"], "periods": ["2024"], "dataset": ""}


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def change_by_hand(store: Neo4jStore, usd: float) -> None:
    """Tells a kept row from one that is asked for: a change by hand is no new load."""
    statement = "MATCH (:Country {iso3: 'CHN'})-[f:EXPORTS {period: '2024'}]->() SET f.usd = $usd"
    store._write(statement, {"usd": usd})


def usd(store: Neo4jStore) -> list[float]:
    return rows_of(store, "trade", **ALL)["usd"].to_pylist()


def test_slow_rows_are_asked_for_once_after_each_load(neo4j_store, tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "QUICK", 0.0)
    graph = build_graph(read_seeds(write_seeds(tmp_path / "seeds")))
    neo4j_store.load(graph)
    first = usd(neo4j_store)
    change_by_hand(neo4j_store, 5.0)

    assert usd(neo4j_store) == first
    assert first != [5.0, *first[1:]]
    trade = SMALL["trade.yaml"].replace("usd: 800", "usd: 900")
    neo4j_store.load(build_graph(read_seeds(write_seeds(tmp_path / "new", {"trade.yaml": trade}))))
    assert 900.0 in usd(neo4j_store)


def test_quick_rows_are_asked_for_again(neo4j_store, tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "QUICK", 60.0)
    neo4j_store.load(build_graph(read_seeds(write_seeds(tmp_path / "seeds"))))
    assert usd(neo4j_store)
    change_by_hand(neo4j_store, 5.0)

    assert 5.0 in usd(neo4j_store)
    assert not (user_folder("cache") / "rows").exists()


def test_what_is_damaged_is_asked_for_again_and_the_oldest_makes_room(monkeypatch):
    monkeypatch.setattr(kept, "QUICK", 0.0)
    asked = []

    def read(number: int) -> pa.Table:
        asked.append(number)
        return pa.table({"a": [number]})

    def ask(number: int) -> list[int]:
        rows = kept.kept_rows("load", "text", {"n": number}, lambda: read(number))
        return rows["a"].to_pylist()

    assert (ask(1), ask(1), asked) == ([1], [1], [1])
    [file] = (user_folder("cache") / "rows").iterdir()
    file.write_bytes(b"no table")
    assert (ask(1), ask(1), asked) == ([1], [1], [1, 1])
    monkeypatch.setattr(kept, "MOST_BYTES", file.stat().st_size)
    assert (ask(2), ask(2), ask(1), asked) == ([2], [2], [1], [1, 1, 2, 1])
