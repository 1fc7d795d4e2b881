"""The neutral shape of rows: what every store returns for the same data is the same."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from graphkit.errors import StoreError

JSON = {"graphkit": "json"}
"""Field metadata of a column whose text is JSON: a node, a relationship, a path, a map."""


def node(label: str, properties: dict[str, Any]) -> dict[str, Any]:
    """A node: its label and the properties that are set."""
    return {"label": label, "properties": properties}


def relationship(kind: str, properties: dict[str, Any]) -> dict[str, Any]:
    """A relationship: its type and the properties that are set."""
    return {"type": kind, "properties": properties}


def path(nodes: list[Any], relationships: list[Any]) -> dict[str, Any]:
    """A path: its nodes and relationships in order."""
    return {"nodes": nodes, "relationships": relationships}


def canonical_json(value: object) -> str:
    """JSON with sorted keys and no spaces, so that equal values are equal text."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)


def column(name: str, values: Sequence[Any]) -> tuple[pa.Field, pa.Array]:
    """One column of plain Python values; what holds a map becomes JSON text."""
    if any(_holds_map(v) for v in values):
        return pa.field(name, pa.string(), metadata=JSON), json_texts(values)
    try:
        array = pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.field(name, pa.string(), metadata=JSON), json_texts(values)
    return pa.field(name, array.type), array


def json_texts(values: Iterable[Any]) -> pa.Array:
    """Values as JSON text; what is null stays so."""
    return pa.array([None if v is None else canonical_json(v) for v in values], pa.string())


def plan_table(plan: str) -> pa.Table:
    """What EXPLAIN and PROFILE answer: the database's own drawing of its plan, line by line."""
    return pa.table({"plan": pa.array(plan.splitlines(), pa.string())})


def check_names(names: Sequence[str]) -> None:
    """Refuse two columns of one name: no table could tell them apart."""
    if len(set(names)) < len(names):
        raise StoreError(f"found two columns of one name in {', '.join(names)}; name them with AS")


def _holds_map(value: Any) -> bool:
    if isinstance(value, dict):
        return True
    return isinstance(value, list) and any(_holds_map(v) for v in value)
