"""The files for Neo4j's Browser: statements that run, a style of this graph, and a guide."""

from __future__ import annotations

import re
from html import unescape
from zipfile import ZipFile

import pytest

import graphkit
from graphkit.schema import GRAPH
from graphkit.stores.neo4j.browser_files import (
    GUIDE,
    QUERIES,
    SHIPPED,
    STYLE,
    saved_queries,
    write_browser_files,
)

QUERY_NAMES = list(saved_queries())


@pytest.mark.parametrize("name", QUERY_NAMES)
def test_a_saved_query_gives_the_same_rows_on_both_databases(stores, name):
    embedded, server = (store.ask(saved_queries()[name]) for store in stores.values())

    assert embedded.table.column_names == server.table.column_names
    assert sorted(map(str, embedded.table.to_pylist())) == sorted(
        map(str, server.table.to_pylist())
    )
    assert not embedded.notes  # such as of a property that no kind has


@pytest.mark.long
@pytest.mark.parametrize("name", QUERY_NAMES)
def test_a_saved_query_has_rows_of_the_shipped_facts(name):
    with graphkit.open() as graph:
        assert graph.store.ask(saved_queries()[name]).table.num_rows >= 4


def test_the_style_names_kinds_and_properties_of_the_graph():
    style = (SHIPPED / STYLE).read_text(encoding="utf-8")

    blocks = re.findall(
        r"^(?:node|relationship)\.(\w+) \{(.*?)^\}", style, re.MULTILINE | re.DOTALL
    )
    assert len(blocks) >= 10
    for name, body in blocks:
        for property_name in re.findall(r'caption: "\{(\w+)\}"', body):
            assert GRAPH[name].column(property_name)


def test_the_guide_has_each_statement_that_the_archive_has(tmp_path):
    guide = write_browser_files(tmp_path / "browser")

    page = unescape(guide.read_text(encoding="utf-8").replace("<br>", ""))
    with ZipFile(guide.with_name(QUERIES)) as archive:
        assert len(archive.namelist()) == 10
        for name in archive.namelist():
            assert name.startswith("graphkit/")  # the folder under Favorites
            title, *lines = archive.read(name).decode().splitlines()
            assert title.removeprefix("// ") in page
            assert "\n".join(lines) in page
    assert {path.name for path in guide.parent.iterdir()} == {GUIDE, QUERIES, STYLE}


def test_files_that_were_changed_are_written_anew(tmp_path):
    guide = write_browser_files(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    guide.write_text("mine")

    write_browser_files(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
