"""Which modules are mutated, and the quick tests that concern each (its own examples are run too).

Tests of questions are no part of it: a measure answers for itself.
"""

from __future__ import annotations


def _tests(*names: str) -> list[str]:
    return [f"tests/test_{name}.py" for name in names]


UNREACHABLE = [
    f"tests/test_unreachable.py::{name}"
    for name in (
        "test_a_file_that_is_missing", "test_a_folder", "test_a_file_that_is_no_database",
        "test_what_a_program_that_was_cut_off_left_beside_a_database_is_named",
        "test_a_load_does_not_replace_a_file_that_is_no_database",
        "test_a_load_into_a_place_that_cannot_be_written",
        "test_an_old_database_with_another_schema_is_replaced_by_a_load",
        "test_somebody_elses_database_is_not_replaced",
    )
]  # fmt: skip
LOADER = {
    "build.py": _tests("build", "diff"),
    "database.py": _tests("database"),
    "fingerprint.py": _tests("fingerprint", "build"),
    "stores/diff.py": _tests("diff", "load"),
    "stores/embedded.py": [*_tests("load"), *UNREACHABLE],
    "stores/neo4j_load.py": _tests("load"),
    "stores/neo4j_turns.py": _tests("load"),
}
GATE = {
    "stores/gate.py": _tests("gate"),
    "stores/statement_size.py": _tests("gate"),
    "stores/neo4j_plan.py": _tests("gate"),
}
MEASURES = {
    "blocks": _tests("measure"),
    "cascade": _tests("disruption"),
    "centrality": _tests("centrality"),
    "chain": _tests("supply"),
    "change": _tests("change"),
    "claim_check": _tests("claim_check"),
    "claim_output": _tests("claim_check"),
    "claim_readings": _tests("claim_check"),
    "claim_scope": _tests("claim_check"),
    "columns": _tests("shares", "concentration"),
    "concentration": _tests("concentration", "criticality"),
    "conflicts": _tests("claim_check"),
    "criticality": _tests("criticality"),
    "disruption": _tests("disruption"),
    "edge_shares": _tests("graph"),
    "governance": _tests("criticality"),
    "graph": _tests("graph", "centrality"),
    "graph_input": _tests("graph", "supply"),
    "grouped": _tests("grouped_tracing", "measure"),
    "grouped_markets": _tests("measure"),
    "grouped_result": _tests("grouped_tracing", "measure"),
    "grouped_scores": _tests("measure"),
    "grouped_tracing": _tests("grouped_tracing", "measure"),
    "indices": _tests("concentration"),
    "kernels": _tests("centrality", "networkx_backend"),
    "layers": _tests("centrality"),
    "loaded": _tests("claim_check"),
    "look_through": _tests("look_through", "origin_ranges"),
    "losses": _tests("removal", "disruption"),
    "mirror": _tests("mirror"),
    "networkx_view": _tests("graph", "centrality"),
    "origin_ranges": _tests("origin_ranges"),
    "paths": _tests("centrality", "networkx_backend"),
    "production": _tests("supply"),
    "reading": _tests("claim_check"),
    "reliance": _tests("concentration"),
    "removal": _tests("removal", "disruption"),
    "rows": _tests("graph", "shares"),
    "scores": _tests("centrality"),
    "search_kernels": _tests("centrality", "networkx_backend"),
    "series": _tests("change"),
    "shares": _tests("shares", "concentration"),
    "shipments": _tests("shipments"),
    "single_points": _tests("single_points"),
    "spectral": _tests("centrality"),
    "supply": _tests("supply", "disruption"),
    "supply_tables": _tests("supply", "look_through"),
    "supply_view": _tests("supply"),
    "tracing": _tests("look_through", "origin_ranges"),
    "trend": _tests("change"),
}
GROUPS = {
    "loader": LOADER,
    "gate": GATE,
    "measures": {f"analysis/{name}.py": tests for name, tests in MEASURES.items()},
}
SERVER = ("graphkit/stores/neo4j_load.py", "graphkit/stores/neo4j_turns.py")
"""Modules whose tests need a Neo4j."""

QUESTIONS = {"graphkit/stores/embedded.py": ("ask", "run", "_execute")}
"""Functions of a module that answer questions and are no part of a load."""

LEFT_OUT = (
    "killed", "two_loads_of_one_file", "two_processes", "networkx_own_tests", "both_databases",
    "older_graphkit", "asks_for_routes", "keeps_its_answers",
)  # fmt: skip
"""Parts of the names of tests that take too long for every mutant."""

HEAVY = (
    "hypothesis", "ladybug", "neo4j", "networkx", "numba", "numpy", "pandas", "pyarrow.compute",
    "pyarrow.csv", "pyarrow.dataset", "pyarrow.parquet", "rich.console", "rich.table",
    "scipy.sparse.csgraph", "scipy.sparse.linalg", "typer.testing", "yaml",
)  # fmt: skip
"""What the tests import, and no module of graphkit's: imported once."""
