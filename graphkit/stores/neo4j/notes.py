"""Warnings of Neo4j about a statement."""

from __future__ import annotations

import re
from collections.abc import Iterator

import neo4j
import neo4j.graph

from graphkit.schema import GRAPH

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
