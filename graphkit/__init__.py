"""Who depends on whom for critical minerals: sourced facts as a graph, and the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphkit._version import __version__

if TYPE_CHECKING:
    from graphkit.analysis.network import FlowGraph
    from graphkit.api import Session
    from graphkit.scale import measure_flows

__all__ = ("FlowGraph", "Session", "__version__", "measure_flows", "open")


def open(db: str | None = None) -> Session:
    """Open a database to ask it questions.

    Parameters
    ----------
    db : str, optional
        A file, a Neo4j URI or ``local``; otherwise ``GRAPHKIT_DB``, or else the default database,
        built from the shipped seeds when it is first needed.

    Returns
    -------
    graphkit.api.Session
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
    if name == "FlowGraph":
        from graphkit.analysis.network import FlowGraph

        return FlowGraph
    if name == "Session":
        from graphkit.api import Session

        return Session
    if name == "measure_flows":
        from graphkit.scale import measure_flows

        return measure_flows
    raise AttributeError(f"module 'graphkit' has no attribute {name!r}")
