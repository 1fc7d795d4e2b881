"""The whole shipped graph, ten times as large as the slice that other tests hold."""

import pytest
from test_build import test_every_part_holds_unique_keys as test_every_part_holds_unique_keys

from graphkit.build import build_graph
from graphkit.files.folders import shipped
from graphkit.seeds.facts import read_seeds

__all__ = ["test_every_part_holds_unique_keys"]


@pytest.fixture
def sliced_graph():
    return build_graph(read_seeds(shipped("seeds")))
