"""The whole shipped graph on both databases, in which other tests hold a sample."""

import pytest
from databases import hold
from test_export_tables import test_the_shipped_graph_has_one_digest as test_it_has_one_digest
from test_load import test_both_databases_count_the_same as test_both_databases_count_the_same
from test_load import test_both_databases_hold_the_same_shipped_graph as test_both_hold_the_same

__all__ = [
    "test_both_databases_count_the_same", "test_both_hold_the_same", "test_it_has_one_digest",
]  # fmt: skip


@pytest.fixture
def sample_graph(shipped_graph):
    return shipped_graph


@pytest.fixture
def stores(shipped_graph, shipped_store, neo4j_store):
    hold(neo4j_store, shipped_graph)
    return {"embedded": shipped_store, "neo4j": neo4j_store}
