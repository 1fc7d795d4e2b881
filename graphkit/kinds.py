"""The parts of a declaration: kinds, properties, types and units, with the pages read off them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from itertools import product
from typing import Any

NUMBER_TEXT = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
DATE_TEXT = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")

UNITS: Mapping[str, Mapping[str, float]] = {
    "t": {"t": 1.0, "kt": 1e3, "Mt": 1e6, "kg": 1e-3},
    "USD": {"USD": 1.0, "kUSD": 1e3, "MUSD": 1e6},
    "EUR": {"EUR": 1.0, "kEUR": 1e3, "MEUR": 1e6},
}
"""For each unit that the graph holds, the units a seed may give and what one of them is."""


class Type(Enum):
    """The type of a property. Dates and periods are text that sorts and compares as written."""

    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    FLAG = "true or false"
    PERIOD = "period"
    DATE = "date"
    TEXTS = "list of text"


@dataclass(frozen=True)
class Prop:
    """One property of a kind.

    ``ref`` names the node kinds its values are keys of; with ``edge``, each value also becomes a
    relationship of that kind, from the fact to the value or, where that is its start, the other
    way. ``key`` makes it part of the fact's identity. ``not_below`` names
    the property of the same fact that it is never less than. ``filled``: by the load; never in a
    seed.
    """

    name: str
    type: Type
    doc: str
    unit: str | None = None
    key: bool = False
    required: bool = False
    ref: tuple[str, ...] = ()
    edge: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    one_of: tuple[str, ...] = ()
    pattern: str | None = None
    not_below: str | None = None
    filled: bool = False

    @property
    def meaning(self) -> str:
        """Type, unit, limits and references in one line."""
        parts = [self.type.value]
        if self.unit:
            parts.append(f"in {self.unit}")
        if self.one_of:
            parts.append("one of " + ", ".join(self.one_of))
        if self.minimum is not None and self.maximum is not None:
            parts.append(f"{self.minimum:,.15g} to {self.maximum:,.15g}")
        elif self.minimum is not None:
            parts.append(f"at least {self.minimum:g}")
        elif self.maximum is not None:
            parts.append(f"at most {self.maximum:,.15g}")
        if self.not_below:
            parts.append(f"not below {self.not_below}")
        if self.pattern:
            parts.append(f"of the form {self.pattern}")
        if self.ref:
            parts.append("key of " + " or ".join(self.ref))
        if self.edge:
            parts.append(f"also a {self.edge} relationship")
        if self.filled:
            parts.append("never in a seed")
        return "; ".join(parts)


@dataclass(frozen=True)
class End:
    """One end of an edge: the seed column that names it, and the node kinds it may be."""

    name: str
    kinds: tuple[str, ...]
    doc: str


@dataclass(frozen=True)
class Kind:
    """One kind of node, or with ``start`` and ``end`` one kind of edge.

    A node kind has exactly one key property. An edge is identified by its ends and its key
    properties together: two edges of one kind between the same two nodes are two facts.
    """

    name: str
    doc: str
    props: tuple[Prop, ...] = ()
    start: End | None = None
    end: End | None = None
    derived: bool = False
    """Made by the load from other facts; never in a seed."""

    @property
    def is_edge(self) -> bool:
        """True if the kind joins two nodes."""
        return self.start is not None

    @property
    def ends(self) -> tuple[End, ...]:
        """Both ends of an edge, none of a node."""
        return (self.start, self.end) if self.start and self.end else ()

    @cached_property
    def columns(self) -> tuple[Prop, ...]:
        """The columns of a row: the ends of an edge as required references, and the properties."""
        ends = (
            Prop(e.name, Type.TEXT, e.doc, key=True, required=True, ref=e.kinds) for e in self.ends
        )
        return (*ends, *(p for p in self.props if not p.filled))

    @cached_property
    def stored(self) -> tuple[Prop, ...]:
        """The properties that a database holds on the node or relationship itself."""
        return (*self.props, *(_EDGE_MARKS if self.is_edge else _NODE_MARKS))

    @cached_property
    def identity(self) -> tuple[str, ...]:
        """The columns that make a fact this fact."""
        return tuple(p.name for p in self.columns if p.key)

    @property
    def key(self) -> str:
        """The property that identifies a row among those of its kind: of an edge, its mark."""
        return KEY.name if self.is_edge else self.identity[0]

    def column(self, name: str) -> Prop:
        """Return the column with this name."""
        return next(p for p in self.columns if p.name == name)


DIGEST = Prop("digest", Type.INTEGER, "Fingerprint of 64 bits; differs if any property does.")
MARK = Prop("graphkit", Type.TEXT, "Its kind; others' nodes have no such property.")
KEY = Prop(
    "graphkit",
    Type.INTEGER,
    "Fingerprint of its identity: both ends and the key properties; others' have no such property.",
)
"""Key of an edge, and its mark: under the name of :data:`MARK`, so that both are found alike."""
_NODE_MARKS = (MARK, DIGEST)
_EDGE_MARKS = (KEY, DIGEST)


@dataclass(frozen=True)
class Schema:
    """The kinds of a graph, nodes before the edges that join them."""

    kinds: tuple[Kind, ...]
    by_name: Mapping[str, Kind] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {k.name: k for k in self.kinds})

    def __getitem__(self, name: str) -> Kind:
        return self.by_name[name]

    @property
    def nodes(self) -> tuple[Kind, ...]:
        """Node kinds, in the order they are declared."""
        return tuple(k for k in self.kinds if not k.is_edge)

    @property
    def edges(self) -> tuple[Kind, ...]:
        """Edge kinds, in the order they are declared."""
        return tuple(k for k in self.kinds if k.is_edge)

    @property
    def seeded(self) -> tuple[Kind, ...]:
        """Kinds that seed files hold."""
        return tuple(k for k in self.kinds if not k.derived)


def reference_page(schema: Schema) -> str:
    """Write every kind and property in Markdown."""
    parts = ["# The graph\n\nGenerated by `graphkit schema`.\n", _diagram(schema), "## Nodes\n"]
    parts += [_kind_section(kind) for kind in schema.nodes]
    parts.append("## Relationships\n")
    parts += [_kind_section(kind) for kind in schema.edges]
    return "\n".join(parts)


def _diagram(schema: Schema) -> str:
    """Draw the kinds of nodes and the relationships between them, in Mermaid.

    Where a column of a node makes a relationship, only the kinds that columns name are joined.
    """
    named: dict[str, set[frozenset[str]]] = {}
    for node in schema.nodes:
        for prop in node.props:
            if prop.edge:
                named.setdefault(prop.edge, set()).update(
                    frozenset((node.name, other)) for other in prop.ref
                )
    ends: dict[tuple[str, str], list[str]] = {}
    for kind in schema.edges:
        if kind.start and kind.end:
            for pair in product(kind.start.kinds, kind.end.kinds):
                if kind.name not in named or frozenset(pair) in named[kind.name]:
                    ends.setdefault(pair, []).append(kind.name)
    arrows = [
        f"  {start} -->|{', '.join(names)}| {end}" for (start, end), names in sorted(ends.items())
    ]
    return "\n".join(["```mermaid", "flowchart LR", *arrows, "```", ""])


def _kind_section(kind: Kind) -> str:
    head = kind.name
    if kind.start and kind.end:
        head = f"({'|'.join(kind.start.kinds)})-[{kind.name}]->({'|'.join(kind.end.kinds)})"
    lines = [f"### `{head}`\n", kind.doc]
    if kind.derived:
        lines.append("Made by the load; never in a seed.")
    if not kind.derived and kind.is_edge:
        lines.append(f"Identity: {', '.join(kind.identity)}.")
    lines.append("\n| property | meaning | type | needed |\n|---|---|---|---|")
    ends = [e.name for e in kind.ends]
    for prop in (*kind.columns, *(p for p in kind.stored if p not in kind.columns)):
        name = f"{prop.name} (end)" if prop.name in ends else prop.name
        needed = "yes" if prop.required else ""
        key = ", key" if prop.key else ""
        meaning = prop.meaning.replace("|", "\\|")
        lines.append(f"| {name} | {prop.doc} | {meaning}{key} | {needed} |")
    return "\n".join(lines) + "\n"


def json_schema(schema: Schema) -> str:
    """Return the JSON Schema (draft 2020-12) by which an editor completes and checks seed files.

    An editor reads ``2024`` as a number and ``NO`` as false where graphkit reads text, so text
    also accepts those.
    """
    names = [kind.name for kind in schema.seeded]
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "graphkit seed file",
        "type": "object",
        "required": ["kind"],
        "properties": {
            "kind": {"enum": names, "description": "What the rows are."},
            **{name: {"description": doc} for name, doc in _PARTS.items()},
        },
        "additionalProperties": False,
        "oneOf": [{"required": ["rows"]}, {"required": ["table"]}],
        "allOf": [_for_kind(kind) for kind in schema.seeded],
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


_PARTS = {
    "defaults": "Values for rows that do not give their own.",
    "units": "Units that numbers are given in, where not the graph's own.",
    "rows": "The facts, one a row.",
    "table": "A .csv or .parquet file beside this one, which holds the rows.",
    "columns": "For a table: the column that a property stands in, where it has another name.",
}


def _for_kind(kind: Kind) -> dict[str, Any]:
    """Return the part of the schema that applies to files of one kind."""
    row = {
        "type": "object",
        "title": kind.name,
        "description": kind.doc,
        "properties": {p.name: _prop_schema(p) for p in kind.columns},
        "additionalProperties": False,
    }
    units = {p.name: {"enum": list(UNITS[p.unit])} for p in kind.columns if p.unit}
    columns = {p.name: {"type": "string"} for p in kind.columns}
    mapping = {"type": ["object", "null"], "additionalProperties": False}
    parts: dict[str, dict[str, Any]] = {
        "defaults": {**row, "type": ["object", "null"]},
        "units": {**mapping, "properties": units},
        "rows": {"type": ["array", "null"], "items": row},
        "table": {"type": "string"},
        "columns": {**mapping, "properties": columns},
    }
    condition = {"required": ["kind"], "properties": {"kind": {"const": kind.name}}}
    described = {n: {"description": _PARTS[n], **part} for n, part in parts.items()}
    return {"if": condition, "then": {"properties": described}}


def _prop_schema(prop: Prop) -> dict[str, Any]:
    about: dict[str, Any] = {"description": f"{prop.doc} ({prop.meaning})"}
    if prop.type is Type.TEXTS:
        return {
            **about,
            "type": ["array", "null"],
            "items": {"type": ["string", "number", "boolean"]},
        }
    if prop.type in (Type.NUMBER, Type.INTEGER):
        kind = "number" if prop.type is Type.NUMBER else "integer"
        limits = {"minimum": prop.minimum, "maximum": prop.maximum}
        # A limit is in the graph's own unit; zero is zero in every one.
        unit_free = {k: v for k, v in limits.items() if v == 0 or (v is not None and not prop.unit)}
        text = {"type": "string", "pattern": f"^({NUMBER_TEXT.pattern})$"}
        return {**about, "anyOf": [{"type": kind, **unit_free}, text, {"type": "null"}]}
    if prop.type is Type.FLAG:
        return {**about, "enum": [True, False, None]}
    if prop.one_of:
        return {**about, "enum": [*prop.one_of, *([] if prop.required else [None])]}
    if prop.type is Type.DATE:
        return {**about, "type": ["string", "null"], "pattern": f"^({DATE_TEXT.pattern})$"}
    return {**about, "type": ["string", "number", "boolean", "null"]}
