"""A session answers from one load, by all its methods, until it is reloaded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import clear
from seed_texts import SMALL, write_seeds

import graphkit
from graphkit.build import Graph, build_graph
from graphkit.errors import Unreachable, UsageError
from graphkit.seeds.facts import read_seeds
from graphkit.stores.base import Store
from graphkit.stores.duck.store import DuckStore
from graphkit.stores.neo4j.store import Neo4jStore

LESS = {"trade.yaml": SMALL["trade.yaml"].replace("usd: 800", "usd: 600")}
SALE = ("CHN", "2024")
STATEMENT = "MATCH (:Country {iso3: 'CHN'})-[f:EXPORTS {period: '2024'}]->() RETURN f.usd AS usd"


def graph_of(folder: Path, *changes: dict[str, str | None]) -> Graph:
    return build_graph(read_seeds(write_seeds(folder, *changes)))


@pytest.fixture(params=["embedded", "neo4j"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database that holds the small seeds."""
    store: Store
    if request.param == "embedded":
        name, store = str(tmp_path / "graph.duckdb"), DuckStore(tmp_path / "graph.duckdb")
    else:
        name, user, password = request.getfixturevalue("neo4j_server")
        monkeypatch.setenv("NEO4J_USERNAME", user)
        monkeypatch.setenv("NEO4J_PASSWORD", password)
        neo4j = request.getfixturevalue("neo4j_store")
        clear(neo4j)
        store = Neo4jStore(name, user, password)
    with store:
        store.load(graph_of(tmp_path / "seeds"))
    return name


@pytest.fixture
def session(place: str) -> Iterator[graphkit.Session]:
    with graphkit.open(place) as opened:
        yield opened


def sales(session: graphkit.Session) -> tuple[list[float], list[float]]:
    """Ask for China's sales, by a question and by Cypher."""
    flows = session.trade("ree-metals").to_pylist()
    traded = [flow["usd"] for flow in flows if (flow["supplier"], flow["period"]) == SALE]
    return traded, session.cypher(STATEMENT)["usd"].to_pylist()


def test_after_another_load_every_method_refuses_until_the_session_is_reloaded(
    session, place, tmp_path
):
    before = sales(session)
    assert before == ([800.0], [800.0])
    answer = session.depends("KOR", on="CHN", scope="ree-metals", period="2024")
    with graphkit.open(place) as other:
        other.store.load(graph_of(tmp_path / "seeds", LESS))
    doors = (
        lambda: session.trade("ree-metals"),
        lambda: session.depends("KOR", on="CHN", scope="ree-metals", period="2024"),
        lambda: session.cypher(STATEMENT), lambda: session.records(STATEMENT),
        lambda: session.query("countries"), lambda: session.supply_network("ree-metals"),
        lambda: session.catalog, lambda: session.store, answer.cite,
    )  # fmt: skip
    for door in (*doors, *doors):
        with pytest.raises(Unreachable, match=r"was loaded anew since .* reload\(\)"):
            door()
    session.reload()
    assert sales(session) == ([600.0], [600.0])


def test_a_session_of_a_store_cannot_be_reloaded(tmp_path):
    with (
        graphkit.Session(DuckStore(tmp_path / "graph.duckdb")) as session,
        pytest.raises(UsageError, match=r"wanted one of graphkit\.open"),
    ):
        session.reload()
