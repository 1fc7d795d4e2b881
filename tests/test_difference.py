"""Differences between what a load brings and what a database holds."""

from pathlib import Path

import pyarrow as pa
import pytest
from seed_texts import write_seeds

from graphkit.build import Graph, build_graph
from graphkit.schema import Kind
from graphkit.seeds.facts import read_seeds
from graphkit.stores.changes import Difference, Digests, change, difference


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    folder: Path = tmp_path_factory.mktemp("seeds")
    return build_graph(read_seeds(write_seeds(folder)))


def rows_of(graph: Graph, kind: Kind) -> pa.Table:
    """Keys and digests that a database which holds the graph holds of a kind."""
    tables = [
        part.rows().select([kind.key, "digest"]).rename_columns(["key", "digest"])
        for part in graph.parts
        if part.kind is kind
    ]
    return pa.concat_tables(tables)


def keys(what: Difference) -> tuple[set[object], set[object], set[object]]:
    """Return what is added, changed and removed; nothing is in it twice."""
    lists = [each.to_pylist() for each in (what.added, what.changed, what.removed)]
    assert [len(each) for each in lists] == [len(set(each)) for each in lists]
    added, changed, removed = (set(each) for each in lists)
    return added, changed, removed


@pytest.mark.parametrize("name", ["Country", "EXPORTS"])
def test_it_is_the_keys_that_are_new_differ_or_are_gone(graph, name):
    kind = graph.schema[name]
    have = rows_of(graph, kind).to_pylist()
    new, other, same = (row["key"] for row in have[:3])
    gone = {"key": "XXX" if name == "Country" else 7, "digest": have[0]["digest"]}
    changed = {"key": other, "digest": have[1]["digest"] ^ 1}
    held = pa.Table.from_pylist([gone, *have[:1:-1], changed])

    what = difference(graph, kind, {name: held})
    assert keys(what) == ({new}, {other}, {gone["key"]})
    assert same not in {new, other}
    told = change(graph, kind, what)
    assert (told.kind, told.rows) == (name, graph.count(name))
    assert (told.added, told.changed, told.removed) == (1, 1, 1)


def test_a_database_that_holds_the_graph_needs_no_change(graph):
    held: Digests = {
        kind.name: rows_of(graph, kind) for kind in graph.schema.kinds if graph.count(kind.name)
    }
    for kind in graph.schema.kinds:
        assert keys(difference(graph, kind, held)) == (set(), set(), set())


def test_everything_is_new_where_nothing_is_held(graph):
    kind = graph.schema["Country"]
    wanted = {"CHN", "JPN", "KOR", "NOR"}

    assert keys(difference(graph, kind, {})) == (wanted, set(), set())
    empty = rows_of(graph, kind).slice(0, 0)
    assert keys(difference(graph, kind, {"Country": empty})) == (wanted, set(), set())


def test_everything_goes_of_a_kind_that_the_graph_has_nothing_of(graph):
    kind = graph.schema["HOLDS"]
    held = {"HOLDS": pa.table({"key": [1, 2], "digest": [3, 4]})}

    assert keys(difference(graph, kind, held)) == (set(), set(), {1, 2})
    assert keys(difference(graph, kind, {})) == (set(), set(), set())


def test_nodes_with_digests_of_another_type_are_rewritten(graph):
    held = {"Country": pa.table({"key": ["KOR", "XXX", "NOR"], "digest": ["a", "b", "c"]})}

    what = difference(graph, graph.schema["Country"], held)
    assert keys(what) == ({"CHN", "JPN"}, {"KOR", "NOR"}, {"XXX"})


@pytest.mark.parametrize(("key", "digest"), [("key", 5), (7, "digest")])
def test_edges_with_keys_or_digests_of_another_type_are_replaced(graph, key, digest):
    kind = graph.schema["EXPORTS"]
    wanted = set(rows_of(graph, kind)["key"].to_pylist())

    held = {"EXPORTS": pa.table({"key": [key], "digest": [digest]})}
    assert keys(difference(graph, kind, held)) == (wanted, set(), {key})
