"""Every stored value of every kind, edited one at a time in both databases."""

from __future__ import annotations

from pathlib import Path
from random import Random

from chance import SEED
from edits import check_edits, possible_edits
from random_seeds import random_facts

from graphkit.build import build_graph
from graphkit.stores.duck.store import DuckStore


def test_every_edit_of_every_kind_is_found_and_mended(store, tmp_path: Path):
    graph = build_graph(random_facts(tmp_path / "seeds", Random(SEED)))
    edits = possible_edits(graph, ends=isinstance(store, DuckStore))
    print(len(edits), "edits of", len({edit.kind for edit in edits}), "kinds")
    assert list(check_edits(store, graph, edits, Random(SEED))) == edits
