"""Who depends on whom for critical minerals: sourced facts as a graph, and the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphkit._version import __version__ as __version__

if TYPE_CHECKING:
    from graphkit.api import Graph


def open(db: str | None = None) -> Graph:
    """Open a database to ask it questions.

    Parameters
    ----------
    db : str, optional
        A file, a Neo4j URI or ``local``; otherwise ``GRAPHKIT_DB``, or else the default database,
        built from the shipped seeds when it is first needed.

    Returns
    -------
    graphkit.api.Graph
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
