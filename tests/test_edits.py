"""An edit by another program is found where it matters, and mended by the next load."""

from __future__ import annotations

from random import Random

from databases import clear, everything
from edits import check_edits, possible_edits
from seed_texts import write_seeds

from graphkit.build import build_graph
from graphkit.schema import GRAPH
from graphkit.seeds.facts import read_seeds
from graphkit.stores.duck.store import DuckStore


def test_an_edit_of_any_value_is_found_and_mended(store, tmp_path):
    graph = build_graph(read_seeds(write_seeds(tmp_path / "seeds")))
    is_file, random = isinstance(store, DuckStore), Random(4)
    chosen = random.sample(possible_edits(graph, ends=is_file), 5 if is_file else 2)
    assert list(check_edits(store, graph, chosen, random)) == chosen


def test_rows_of_a_neo4j_without_their_key_are_found_and_mended(neo4j_store, tmp_path):
    graph = build_graph(read_seeds(write_seeds(tmp_path / "seeds")))
    clear(neo4j_store)
    neo4j_store.load(graph)
    for edit in (
        "MATCH (x:Country {iso3: 'NOR', graphkit: 'Country'}) REMOVE x.iso3",
        "MATCH (x:Country {iso3: 'KOR', graphkit: 'Country'}) SET x.iso3 = 5",
        "MATCH (:Country {iso3: 'CHN'})-[x:EXPORTS]->() WITH x LIMIT 1 SET x.graphkit = 'x'",
    ):
        neo4j_store._write(edit)

    assert neo4j_store.edits().rows["Country"] == 2
    assert neo4j_store.load(graph).differs
    assert not neo4j_store.edits()
    nodes = everything(neo4j_store, "MATCH (n) RETURN count(*) AS n")["n"].to_pylist()
    assert nodes == [sum(graph.count(kind.name) for kind in GRAPH.nodes)]
