"""Values of the driver as every store gives them."""

from __future__ import annotations

from typing import Any

import neo4j
import neo4j.graph

from graphkit.stores.results import node, path, relationship

PLAIN = frozenset({str, float, int, bool, type(None)})


def neutral(value: Any) -> Any:
    """Convert a driver value to the neutral shape."""
    if type(value) in PLAIN:
        return value
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
