"""Every view of the whole shipped graph in Chromium, on both databases."""

from __future__ import annotations

import os
import re
import shlex

import httpx
import pytest
from databases import hold
from explorers import VIEWS, assert_figures, explorer, opened, reader, tabs
from test_shipped_graph import whole

from graphkit.questions.addresses import by_path
from graphkit.stores.duck.store import DuckStore

__all__ = ["opened", "reader", "tabs", "whole"]

OPENED = 300_000
"""Milliseconds in which a view of Neo4j opens for the first time on a busy machine."""
QUESTIONS = [
    name for name, query in VIEWS.items() if query.startswith("ask=") and name != "an error"
]
OTHERS = [name for name in VIEWS if name not in QUESTIONS]


@pytest.fixture(scope="module")
def file(whole, tmp_path_factory):
    path = tmp_path_factory.mktemp("shipped") / "graph.duckdb"
    with DuckStore(path) as store:
        store.load(whole)
    return path


@pytest.fixture(scope="module")
def clients(file, whole, neo4j_store, neo4j_server):
    """The explorer on the file, and on Neo4j."""
    hold(neo4j_store, whole)
    uri, user, password = neo4j_server
    environment = {**os.environ, "NEO4J_USERNAME": user, "NEO4J_PASSWORD": password}
    with explorer(str(file)) as embedded, explorer(uri, environment) as neo4j:
        neo4j.timeout = httpx.Timeout(OPENED / 1000)
        yield {"embedded": embedded, "neo4j": neo4j}


@pytest.mark.parametrize("database", ["embedded", "neo4j"])
@pytest.mark.parametrize("view", QUESTIONS)
def test_a_view_has_the_figures_of_the_command_line(clients, opened, file, capsys, view, database):
    client = clients[database]
    page = opened(client, VIEWS[view], wait=False)
    page.wait_for_selector("main[aria-busy=false]", timeout=OPENED)
    path, _, fields = VIEWS[view].removeprefix("ask=").partition("&")
    command = shlex.split(client.get(f"/api/same/{path}?{fields}").json()["command"])

    # Tables of a terminal have the first rows alone, and so fewer columns.
    every = ["--top", "100000"] if any(p.name == "top" for p in by_path()[path].parameters) else []
    assert_figures(page, shlex.join([*command[1:-1], str(file), *every]), capsys)


@pytest.mark.parametrize("view", OTHERS)
def test_a_view_that_is_not_a_question_says_the_same_on_both_databases(clients, opened, view):
    texts = []
    for client in clients.values():
        page = opened(client, VIEWS[view], wait=False)
        page.wait_for_selector("main[aria-busy=false]", timeout=OPENED)
        page.wait_for_load_state("networkidle", timeout=OPENED)
        texts.append(re.sub(r"--db \S+", "--db", page.locator("main").inner_text()))

    assert len(texts[0]) > 100
    assert texts[0] == texts[1]
