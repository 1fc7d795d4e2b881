"""Loads that die at a known step: what they leave, and what the next load makes of it."""

import multiprocessing
import signal
from pathlib import Path

import pytest
from databases import clear
from loads import die_at_step
from seed_texts import SMALL
from test_load import OTHER_TONNES, content, flows, graph_of

from graphkit.schema import GRAPH
from graphkit.stores.duck.store import DuckStore


@pytest.fixture
def stop_load(loads):
    """A function that loads a folder of seeds in another process, which dies at a step."""

    def stop(seeds: Path, place: str, last: int) -> None:
        process = multiprocessing.get_context("forkserver").Process(
            target=die_at_step, args=(seeds, place, last, loads.environment), daemon=True
        )
        process.start()
        process.join(120)
        assert process.exitcode == -signal.SIGKILL

    return stop


@pytest.mark.parametrize("last", [1, 8, 14])
def test_a_load_that_is_killed_leaves_the_old_graph_and_the_next_one_no_litter(
    stop_load, tmp_path, last
):
    path = tmp_path / "graph.duckdb"
    with DuckStore(path) as embedded:
        embedded.load(graph_of(tmp_path / "seeds"))
    before = path.read_bytes()
    graph = graph_of(tmp_path / "seeds", OTHER_TONNES)
    stop_load(tmp_path / "seeds", str(path), last)

    assert path.read_bytes() == before
    assert {p.name for p in tmp_path.iterdir()} == {
        "seeds",
        "graph.duckdb",
        ".graph.duckdb.loading",
    }
    with DuckStore(path) as embedded:
        assert ("CHN", "KOR", "2024", 10.0) in flows(embedded)
        embedded.load(graph)
        assert ("CHN", "KOR", "2024", 11.0) in flows(embedded)
    assert {p.name for p in tmp_path.iterdir()} == {"seeds", "graph.duckdb"}


@pytest.mark.parametrize(
    ("into", "last"), [("empty", 1), ("empty", 10), ("older", 1), ("older", 3)]
)
def test_an_interrupted_load_of_neo4j_is_completed_by_running_it_again(
    stop_load, neo4j_store, neo4j_server, tmp_path, into, last
):
    kinds = tuple(kind.name for kind in GRAPH.kinds)
    clear(neo4j_store)
    if into == "older":
        neo4j_store.load(graph_of(tmp_path / "seeds"))
    other = SMALL["countries.yaml"].replace("NOR, name: Norway, iso2: NO", "SWE, name: Sweden")
    change = {**OTHER_TONNES, "countries.yaml": other, "areas.yaml": SMALL["areas.yaml"].replace(
        "type: world", "type: group")}  # fmt: skip
    graph = graph_of(tmp_path / "seeds", change)
    stop_load(tmp_path / "seeds", neo4j_server[0], last)
    assert len(neo4j_store.run("MATCH (l:Load) RETURN l").table) == 0

    neo4j_store.load(graph)

    with DuckStore(tmp_path / "graph.duckdb") as embedded:
        embedded.load(graph)
        wanted, found = content(embedded, kinds), content(neo4j_store, kinds)
    for kind in kinds:
        assert found[kind].to_pylist() == wanted[kind].to_pylist(), kind
