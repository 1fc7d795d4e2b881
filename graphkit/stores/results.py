"""Results of statements as every store gives them: graph values as canonical JSON text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from graphkit.errors import StoreError

JSON = {"graphkit": "json"}
"""Field metadata of a column whose text is JSON: a node, a relationship, a path, a map."""


def node(label: str, properties: dict[str, Any]) -> dict[str, Any]:
    """Return a node: its label and the properties that are set."""
    return {"label": label, "properties": properties}


def relationship(kind: str, properties: dict[str, Any]) -> dict[str, Any]:
    """Return a relationship: its type and the properties that are set."""
    return {"type": kind, "properties": properties}


def path(nodes: list[Any], relationships: list[Any]) -> dict[str, Any]:
    """Return a path: its nodes and relationships in order."""
    return {"nodes": nodes, "relationships": relationships}


def canonical_json(value: object) -> str:
    """Write JSON with sorted keys and no spaces, so that equal values are equal text."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)


NESTED = frozenset({dict, list})


def column(name: str, values: Sequence[Any]) -> tuple[pa.Field, pa.Array]:
    """Make a column of plain Python values, as JSON text where one holds a map."""
    if not NESTED.isdisjoint(map(type, values)) and any(_holds_map(v) for v in values):
        return pa.field(name, pa.string(), metadata=JSON), json_texts(values)
    try:
        array = pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.field(name, pa.string(), metadata=JSON), json_texts(values)
    return pa.field(name, array.type), array


def json_texts(values: Iterable[Any]) -> pa.Array:
    """Write values as JSON text; null stays null."""
    return pa.array([None if v is None else canonical_json(v) for v in values], pa.string())


def plan_table(plan: str) -> pa.Table:
    """Return the database's own drawing of a plan, line by line."""
    return pa.table({"plan": pa.array(plan.splitlines(), pa.string())})


def check_names(names: Sequence[str]) -> None:
    """Refuse two columns of one name: no table could tell them apart."""
    if len(set(names)) < len(names):
        raise StoreError(f"found two columns of one name in {', '.join(names)}; name them with AS")


def _holds_map(value: Any) -> bool:
    if isinstance(value, dict):
        return True
    return isinstance(value, list) and any(_holds_map(v) for v in value)


@dataclass(frozen=True)
class Result:
    """Rows of one statement, and the database's warnings about it.

    Nodes, relationships and paths come as canonical JSON text, the same from every database; the
    field metadata ``graphkit: json`` marks such columns.
    """

    table: pa.Table
    notes: tuple[str, ...] = field(default=())
    is_whole: bool = True
    """False if a limit left rows out."""
