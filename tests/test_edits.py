"""An edit by another program is found where it matters, and mended by the next load."""

from __future__ import annotations

from random import Random

from edits import check_edits, possible_edits
from seed_texts import write_seeds

from graphkit.build import build_graph
from graphkit.seeds.facts import read_seeds
from graphkit.stores.duck.store import DuckStore


def test_an_edit_of_any_value_is_found_and_mended(store, tmp_path):
    graph = build_graph(read_seeds(write_seeds(tmp_path / "seeds")))
    is_file, random = isinstance(store, DuckStore), Random(4)
    chosen = random.sample(possible_edits(graph, ends=is_file), 5 if is_file else 2)
    assert list(check_edits(store, graph, chosen, random)) == chosen
