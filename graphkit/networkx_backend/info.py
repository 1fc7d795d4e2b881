"""graphkit as a backend of networkx: its functions on arrays, with networkx's own signatures.

networkx reads :func:`get_info` when it is imported, so nothing heavy is imported here.
"""

from __future__ import annotations

from typing import Any

FUNCTIONS = {
    "articulation_points": "Compiled (extra fast).",
    "betweenness_centrality": "Compiled (extra fast), the same numbers to the last bit.",
    "bridges": "Compiled (extra fast).",
    "closeness_centrality": "Compiled (extra fast), otherwise scipy.",
    "degree_centrality": "numpy.",
    "eigenvector_centrality": "scipy sparse.",
    "eigenvector_centrality_numpy": "scipy sparse.",
    "hits": "scipy sparse.",
    "immediate_dominators": "Compiled (extra fast).",
    "in_degree_centrality": "numpy.",
    "is_strongly_connected": "scipy sparse.",
    "number_strongly_connected_components": "scipy sparse.",
    "out_degree_centrality": "numpy.",
    "pagerank": "scipy sparse.",
    "strongly_connected_components": "scipy sparse; sinks first, as networkx.",
}
"""Functions that run on arrays; all others run in networkx on the same network."""


def get_info() -> dict[str, Any]:
    """Describe this backend to networkx."""
    return {
        "backend_name": "graphkit",
        "project": "graphkit-minerals",
        "package": "graphkit",
        "short_summary": "Networks of flows held as arrays.",
        "functions": {name: {"additional_docs": doc} for name, doc in FUNCTIONS.items()},
    }
