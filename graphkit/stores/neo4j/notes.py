"""Warnings of Neo4j about a statement."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import neo4j
import neo4j.graph
import pyarrow as pa

from graphkit.schema import GRAPH, MARK

UNKNOWN_PROPERTY = re.compile(r"property key does not exist\. The property `([^`]+)`")
DECLARED = frozenset(prop.name for kind in (*GRAPH.nodes, *GRAPH.edges) for prop in kind.stored)
"""Properties that are not a mistake, even if no fact has one yet."""


def notes(summary: neo4j.ResultSummary) -> Iterator[str]:
    """Yield the server's warnings, such as a label that is not in the database."""
    for status in summary.gql_status_objects:
        if status.is_notification and status.raw_severity == "WARNING":
            note = " ".join(status.status_description.split())
            unknown = UNKNOWN_PROPERTY.search(note)
            if not (unknown and unknown[1] in DECLARED):
                yield note


COUNTS = " UNION ALL ".join(
    f"MATCH ()-[x:`{kind.name}`]->() RETURN '{kind.name}' AS kind, count(*) AS n, 0 AS own"
    if kind.is_edge
    else f"MATCH (x:`{kind.name}`) RETURN '{kind.name}' AS kind, count(*) AS n, "
    f"sum(CASE WHEN x.{MARK.name} = '{kind.name}' THEN 1 ELSE 0 END) AS own"
    for kind in GRAPH.kinds
)
"""Counts the nodes and relationships of each kind; of nodes, also graphkit's.

A server has the number of relationships of a type ready.
"""
FACTS = "MATCH (l:Load {key: 'graphkit', graphkit: 'Load'}) RETURN l.facts AS facts"


def others(read: Callable[[str], pa.Table], label: str) -> tuple[str, ...]:
    """Say in one note, if it is so, that a statement sees nodes and relationships of others.

    Those of graphkit's relationships that somebody has removed count against those of others.
    """
    facts = read(FACTS)["facts"].to_pylist()
    if not facts:
        return ()
    rows = read(COUNTS).to_pylist()
    own_nodes = sum(row["own"] for row in rows)
    kinds = [row["kind"] for row in rows if row["n"] > row["own"]]
    labels = [kind for kind in kinds if not GRAPH[kind].is_edge]
    nodes = sum(row["n"] - row["own"] for row in rows if row["kind"] in labels)
    links = sum(row["n"] for row in rows if GRAPH[row["kind"]].is_edge) - (facts[0] + 1 - own_nodes)
    counts = []
    if nodes:
        counts.append(f"{nodes:,} node{'s' * (nodes > 1)} labelled {', '.join(labels)}")
    if links > 0:
        counts.append(f"{links:,} relationship{'s' * (links > 1)} of graphkit's types")
    if not counts:
        return ()
    return (
        f"{label} holds {' and '.join(counts)} that graphkit did not load: statements see these, "
        "questions do not",
    )
