"""The modules that are mutated, and the quick tests that concern each (and its examples).

Tests of questions are not part of it: a measure answers for itself.
"""

from __future__ import annotations


def _tests(*names: str) -> list[str]:
    return [f"tests/test_{name}.py" for name in names]


UNREACHABLE = [
    f"tests/test_unreachable.py::{name}"
    for name in (
        "test_a_file_that_is_missing", "test_a_folder", "test_a_file_that_is_not_a_database",
        "test_a_load_does_not_replace_a_file_that_is_not_a_database",
        "test_a_load_into_a_place_that_cannot_be_written",
    )
]  # fmt: skip
LOADER = {
    "arrow.py": _tests("fingerprint", "build"),
    "build.py": _tests("build", "difference"),
    "database.py": _tests("database"),
    "stores/changes.py": _tests("difference", "load"),
    "stores/duck/engine.py": [*_tests("duck_store", "load"), *UNREACHABLE],
    "stores/duck/file.py": [*_tests("duck", "duck_store", "load"), *UNREACHABLE],
    "stores/duck/identity.py": [*_tests("load", "database"), *UNREACHABLE],
    "stores/duck/workroom.py": [*_tests("duck_store", "load", "database"), *UNREACHABLE],
    "stores/duck/old_files.py": [*_tests("duck_store", "load"), *UNREACHABLE],
    "stores/duck/store.py": [*_tests("duck_store", "load", "store_rows", "database"), *UNREACHABLE],
    "stores/neo4j/load.py": [*_tests("load"), "tests/faults/test_steps.py"],
}
GATE = {
    "cypher/parser.py": _tests("read_only"),
    "cypher/statement.py": _tests("read_only"),
    "cypher/grammar.py": _tests("read_only"),
    "cypher/tokens.py": _tests("read_only"),
    "stores/neo4j/plans.py": _tests("read_only"),
}
MEASURES = {
    "analysis/balances.py": _tests("balances"),
    "analysis/batch.py": _tests("batch_tracing", "batch"),
    "analysis/claims/evidence.py": _tests("verdicts", "verdicts_on_production"),
    "analysis/claims/measures.py": _tests("verdicts", "published"),
    "analysis/claims/published.py": _tests("published", "verdicts", "shipped_verdicts"),
    "analysis/claims/readings.py": _tests("verdicts", "verdicts_on_production"),
    "analysis/claims/verdicts.py": _tests("verdicts", "verdicts_on_production"),
    "analysis/concentration.py": _tests("concentration", "criticality"),
    "analysis/governance.py": _tests("criticality"),
    "analysis/mirror.py": _tests("mirror"),
    "analysis/n_minus_1.py": _tests("criticality"),
    "analysis/production.py": _tests("concentration", "criticality"),
    "analysis/reliance.py": _tests("criticality"),
    "analysis/remnants.py": _tests("shipments"),
    "analysis/supply_risk.py": _tests("criticality", "concentration"),
    "analysis/unit_prices.py": _tests("balances"),
    "analysis/unit_values.py": _tests("concentration"),
    "analysis/flows.py": _tests("shipments"),
    "analysis/network/graph.py": _tests("flow_graph", "centrality", "supply_network", "shares"),
    "analysis/network/centrality.py": _tests("centrality"),
    "analysis/network/kernels.py": _tests("centrality", "networkx_backend"),
    "analysis/network/scores.py": _tests("centrality", "networkx_backend"),
    "analysis/hhi.py": _tests("concentration"),
    "analysis/shares.py": _tests("flow_graph", "concentration", "shares"),
    "analysis/supply/build.py": _tests("supply_network", "look_through", "supply_truth"),
    "analysis/supply/coverage.py": _tests("supply_network"),
    "analysis/supply/disruption.py": _tests("disruption", "supply_truth"),
    "analysis/supply/graph.py": _tests("supply_network"),
    "analysis/supply/inputs.py": _tests(
        "supply_network", "look_through", "look_through_ranges", "supply_truth"
    ),
    "analysis/supply/look_through.py": _tests(
        "look_through", "look_through_ranges", "chain", "supply_truth"
    ),
    "analysis/supply/network.py": _tests("supply_network", "disruption"),
    "analysis/supply/nodes.py": _tests("supply_network"),
    "analysis/supply/pools.py": _tests("supply_network", "look_through", "removal"),
    "analysis/supply/production.py": _tests("supply_network", "supply_truth"),
    "analysis/supply/removal.py": _tests("removal", "disruption", "single_points", "supply_truth"),
    "analysis/supply/ranges.py": _tests("look_through_ranges", "disruption", "supply_truth"),
    "analysis/supply/tracing.py": _tests("look_through", "look_through_ranges", "supply_truth"),
    "analysis/supply/trade.py": _tests("supply_network"),
    "analysis/supply/unseen.py": _tests("look_through_ranges", "supply_truth", "unseen_trade"),
    "analysis/trade_change.py": _tests("trade_change"),
    "arrow.py": _tests("shares", "concentration", "fingerprint", "build"),
}
GROUPS = {
    "loader": LOADER,
    "gate": GATE,
    "measures": MEASURES,
}
SERVER = ("graphkit/stores/neo4j/load.py",)
"""Modules whose tests need a Neo4j."""

QUESTIONS = {
    "graphkit/database.py": ("WithNeo4j", "_open_running"),
    "graphkit/stores/duck/store.py": ("ask", "answer", "run", "translated", "_read"),
}  # fmt: skip
"""Functions and classes of a module that are not part of a load or of the gate."""

LEFT_OUT = (
    "killed", "two_processes", "both_databases",
    "older_graphkit", "asks_for_routes", "keeps_its_answers",
)  # fmt: skip
"""Parts of the names of tests that take too long for every mutant."""

HEAVY = (
    "duckdb", "hypothesis", "neo4j", "networkx", "numba", "numpy", "pandas", "pyarrow.compute",
    "pyarrow.csv", "pyarrow.dataset", "pyarrow.parquet", "rich.console", "rich.table",
    "scipy.sparse.csgraph", "scipy.sparse.linalg", "typer.testing", "yaml",
)  # fmt: skip
"""What the tests import, and no module of graphkit's: imported once."""
