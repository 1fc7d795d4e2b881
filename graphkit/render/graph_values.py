"""Nodes, relationships, paths and maps in tables, as Cypher writes them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from graphkit.kinds import Kind
from graphkit.schema import GRAPH

LONGEST = 80
"""Characters of the properties of a node or relationship."""
MARKS = ("digest", "graphkit")
"""Properties that mean nothing to people where the identity is shown."""


def graph_text(value: Any) -> str:
    """Write a value as Cypher does, with the properties that fit, each in full.

    Parameters
    ----------
    value : object
        A node, relationship, path, map, list or plain value, as read from the JSON of a result
        (:mod:`graphkit.stores.results`).

    Examples
    --------
    >>> korea = {"label": "Country", "properties": {"iso3": "KOR", "name": "South Korea"}}
    >>> graph_text(korea)
    '(:Country KOR {name: "South Korea"})'
    >>> graph_text({"type": "AT_STAGE", "properties": {}}), graph_text({"a": [1, None]})
    ('[:AT_STAGE]', '{a: [1, null]}')
    """
    if isinstance(value, list):
        return f"[{', '.join(map(graph_text, value))}]"
    if not isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    match value:
        case {"label": str(label), "properties": dict(properties), **rest} if not rest:
            return _node(label, properties)
        case {"type": str(kind), "properties": dict(properties), **rest} if not rest:
            return f"[:{kind}{_properties(kind, properties)}]"
        case {"nodes": [first, *others], "relationships": list(joins), **rest} if not rest:
            steps = zip(joins, others, strict=True)
            return _short(first) + "".join(f"-[:{join['type']}]-{_short(n)}" for join, n in steps)
    return _braces(f"{name}: {graph_text(part)}" for name, part in value.items())


def _short(node: Mapping[str, Any]) -> str:
    """Write a node without its properties."""
    key = node["properties"].get(_key(node["label"]))
    return f"(:{node['label']}{'' if key is None else f' {key}'})"


def _node(label: str, properties: Mapping[str, Any]) -> str:
    start = _short({"label": label, "properties": properties})
    rest = {name: value for name, value in properties.items() if name != _key(label)}
    return f"{start[:-1]}{_properties(label, rest)})"


def _kind(name: str) -> Kind | None:
    return next((kind for kind in GRAPH.kinds if kind.name == name), None)


def _key(label: str) -> str:
    """Return the property that identifies a node."""
    kind = _kind(label)
    return kind.key if kind else ""


def _properties(name: str, properties: Mapping[str, Any]) -> str:
    """Write the properties that fit: name and identity first, lists last; dots for the others."""
    kind = _kind(name)
    declared = [*kind.identity, *(prop.name for prop in kind.props)] if kind else []
    first = [n for n in ("name", *declared) if n in properties]
    names = [n for n in dict.fromkeys([*first, *properties]) if n not in MARKS]
    names.sort(key=lambda n: isinstance(properties[n], list))
    texts, length = [], 0
    for name in names:
        text = f"{name}: {graph_text(properties[name])}"
        if (length := length + len(text) + 2) > LONGEST:
            texts.append("...")
            break
        texts.append(text)
    return f" {_braces(texts)}" if texts else ""


def _braces(texts: Iterable[str]) -> str:
    return "{" + ", ".join(texts) + "}"
