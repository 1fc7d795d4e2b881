"""A session answers from one load, by all its methods, until it is reloaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from databases import clear
from saying import unsaid
from seed_texts import SMALL, write_seeds

import graphkit
from graphkit.build import Graph, build_graph
from graphkit.database import open_database
from graphkit.errors import Replaced, UsageError
from graphkit.explore.answers import Answers
from graphkit.mcp.tools import read_arguments
from graphkit.mcp.work import _close, do, job_of
from graphkit.questions.addresses import by_path, read_values
from graphkit.questions.question import prepare
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


GIVEN = {"cypher": [STATEMENT], "records": [STATEMENT], "query": ["countries"], "recheck": ["id"],
         "exposure": ["purchases.csv"]}  # fmt: skip
"""Arguments of methods that look at these before they look at the database."""


def doors(session: graphkit.Session, answer: Any) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield all that a session and an answer of it can be asked, by name."""
    names = [name for name in dir(session.__class__) if not name.startswith("_")]
    for name in names:
        if isinstance(getattr(graphkit.Session, name), property):
            yield name, partial(getattr, session, name)
        elif name not in ("close", "limits", "reload"):
            yield name, partial(getattr(session, name), *GIVEN.get(name, ()))
    yield "cite", answer.cite


def test_after_another_load_every_method_refuses_until_the_session_is_reloaded(
    session, place, tmp_path
):
    before = sales(session)
    assert before == ([800.0], [800.0])
    answer = session.depends("KOR", on="CHN", scope="ree-metals", period="2024")
    with graphkit.open(place) as other:
        other.store.load(graph_of(tmp_path / "seeds", LESS))
    every = [*doors(session, answer)]
    for name, door in (*every, every[0]):
        with pytest.raises(Replaced) as refused:
            door()
        assert unsaid(str(refused.value), "loaded anew", "reload()") == [], name
    session.reload()
    assert sales(session) == ([600.0], [600.0])


def test_explorer_and_assistants_go_on_with_what_another_process_loaded(place, tmp_path):
    question = "flows", {"for": ["ree-metals"], "period": ["2024"]}
    jobs = [job_of(place, name, read_arguments(name, values))
            for name, values in (("cypher", {"statement": STATEMENT}), question)]  # fmt: skip
    verb = by_path()["flows"]
    flows = prepare(verb, read_values(verb, [("for", "ree-metals"), ("period", "2024")]), "json")

    def answered(explorer: Answers) -> list[float]:
        """China's sales by statement and question, of an assistant and of the explorer."""
        replies = [do(job)["structured"]["rows"][0]["usd"] for job in jobs]
        rows = explorer.reading(lambda catalog: catalog.store.ask(STATEMENT).table)
        shown = explorer.reading(flows.ask).rows
        return [*replies, *rows["usd"].to_pylist(), shown["usd"][0].as_py()]

    with Answers(open_database(place), partial(open_database, place)) as explorer:
        assert answered(explorer) == [800.0] * 4
        with graphkit.open(place) as other:
            other.store.load(graph_of(tmp_path / "seeds", LESS))
        assert answered(explorer) == [600.0] * 4
    _close(jobs[0])


def test_a_session_of_a_store_cannot_be_reloaded(tmp_path):
    with (
        graphkit.Session(DuckStore(tmp_path / "graph.duckdb")) as session,
        pytest.raises(UsageError, match=r"wanted one of graphkit\.open"),
    ):
        session.reload()
