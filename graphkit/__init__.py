"""Who depends on whom for critical minerals: sourced facts as a graph, and the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphkit._version import __version__

if TYPE_CHECKING:
    from graphkit.analysis.network import FlowGraph
    from graphkit.analysis.supply import SupplyNetwork
    from graphkit.api import Reply, Session, measure_flows
    from graphkit.errors import GraphkitError, UsageError

__all__ = (
    "FlowGraph", "GraphkitError", "Reply", "Session", "SupplyNetwork", "UsageError", "__version__",
    "measure_flows", "open",
)  # fmt: skip
_MODULES = {
    "FlowGraph": "analysis.network",
    "GraphkitError": "errors",
    "Reply": "api",
    "Session": "api",
    "SupplyNetwork": "analysis.supply",
    "UsageError": "errors",
    "measure_flows": "api",
}
"""Where the public names are defined, below this package."""


def open(db: str | None = None) -> Session:
    """Open a database to ask it questions.

    Parameters
    ----------
    db : str, optional
        A file, a Neo4j URI or ``local``; otherwise ``GRAPHKIT_DB``, or else the default database,
        built from the shipped seeds when it is first needed.

    Returns
    -------
    Session
        The verbs of the command line as methods, and ``cypher``, ``query``, ``supply_network``.

    Examples
    --------
    >>> import graphkit
    >>> with graphkit.open() as graph:
    ...     answer = graph.depends("KOR", on="CHN", scope="ree-metals", period="2024")
    >>> round(answer.rows["share_usd"][0].as_py(), 3)
    0.802
    """
    from graphkit.api import open_graph

    return open_graph(db)


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that ``import graphkit`` is fast."""
    if name not in _MODULES:
        raise AttributeError(f"module 'graphkit' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"graphkit.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    """List the public names, for completion."""
    return sorted(__all__)
