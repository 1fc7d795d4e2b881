"""The whole shipped graph on both databases."""

import pytest
from databases import hold
from test_editors_list import LIST, faults, first_line
from test_export_tables import test_the_shipped_graph_has_one_digest as test_it_has_one_digest
from test_load import test_both_databases_count_the_same as test_both_databases_count_the_same

from graphkit.api import Session
from graphkit.build import build_graph
from graphkit.files.folders import shipped
from graphkit.seeds.facts import read_seeds
from graphkit.stores.duck.store import DuckStore

__all__ = ["test_both_databases_count_the_same", "test_it_has_one_digest"]


@pytest.fixture(scope="module")
def whole():
    return build_graph(read_seeds(shipped("seeds")))


@pytest.fixture(scope="module")
def embedded(whole, tmp_path_factory):
    with DuckStore(tmp_path_factory.mktemp("whole") / "graph.duckdb") as store:
        store.load(whole)
        yield store


@pytest.fixture
def sample_graph(whole):
    return whole


@pytest.fixture
def stores(whole, embedded, neo4j_store):
    hold(neo4j_store, whole)
    return {"embedded": embedded, "neo4j": neo4j_store}


def test_180_claims_have_a_verdict(embedded):
    counts = Session(embedded).claims_check().coverage.as_object()

    assert counts["contradicted"] + counts["borne_out"] >= 180


@pytest.mark.parametrize("question", LIST, ids=lambda question: question["ask"])
def test_neo4j_says_what_the_editors_list_wants(
    question, stores, neo4j_server, capsys, monkeypatch
):
    uri, user, password = neo4j_server
    monkeypatch.setenv("NEO4J_USERNAME", user)
    monkeypatch.setenv("NEO4J_PASSWORD", password)
    text = first_line(question, capsys, "--db", uri)

    assert not faults(question, text), text
