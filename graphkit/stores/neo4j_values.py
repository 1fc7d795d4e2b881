"""What the Neo4j driver hands over, in the shapes that both databases share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import neo4j
import neo4j.graph

from graphkit.schema import GRAPH
from graphkit.stores.shapes import node, path, relationship

UNKNOWN_PROPERTY = re.compile(r"property key does not exist\. The property `([^`]+)`")
DECLARED = frozenset(prop.name for kind in (*GRAPH.nodes, *GRAPH.edges) for prop in kind.stored)
"""Properties that are no mistake, though no fact may have one yet."""


def neutral(value: Any) -> Any:
    """A driver value in the neutral shape."""
    if isinstance(value, neo4j.graph.Node):
        return node(":".join(sorted(value.labels)), _properties(value))
    if isinstance(value, neo4j.graph.Path):
        return path([neutral(n) for n in value.nodes], [neutral(r) for r in value.relationships])
    if isinstance(value, neo4j.graph.Relationship):
        return relationship(value.type, _properties(value))
    if isinstance(value, list):
        return [neutral(v) for v in value]
    if isinstance(value, dict):
        return {k: neutral(v) for k, v in value.items()}
    if hasattr(value, "iso_format"):
        return value.iso_format()
    return value


def _properties(entity: neo4j.graph.Entity) -> dict[str, Any]:
    return {k: neutral(v) for k, v in entity.items()}


def notes(summary: neo4j.ResultSummary) -> Iterator[str]:
    """The server's warnings, such as a label that is not in the database."""
    for status in summary.gql_status_objects:
        if status.is_notification and status.raw_severity == "WARNING":
            said = " ".join(status.status_description.split())
            unknown = UNKNOWN_PROPERTY.search(said)
            if not (unknown and unknown[1] in DECLARED):
                yield said
