"""Patterns as ladybug joins them: nodes that meet by identity, relationships that differ.

Ladybug's plans for a pattern that comes back to a node are slow or wrong, and it lets two
relationships of a pattern be one. A second name for the node, and conditions, say what Neo4j means.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations

from graphkit.cypher.tokens import Syntax, place
from graphkit.errors import Untranslated
from graphkit.schema import GRAPH

HIDDEN = "_graphkit"
"""Prefix of the names given to unnamed parts; ``RETURN *`` must not show them."""

NODES = frozenset(kind.name for kind in GRAPH.nodes)
EDGES = frozenset(kind.name for kind in GRAPH.edges)
PATTERNS = ("match", "pattern")
"""Kinds of the constructs that hold paths."""


def labels_of(each: Syntax) -> frozenset[str] | None:
    """Return the labels or types that a node or relationship may have; None if it says nothing."""
    labels = each.first("labels")
    if labels is None:
        return None
    return meant(labels.parts[0], EDGES if each.kind == "relationship" else NODES)


def meant(label: Syntax, every: frozenset[str]) -> frozenset[str]:
    """Evaluate a label expression: everything in the graph has one label."""
    if label.kind in ("label", "no-label"):
        return frozenset((label.name,) if label.kind == "label" else ())
    found = [meant(part, every) for part in label.parts]
    if label.kind == "not-label":
        return every - found[0]
    if label.kind == "any-label":
        return frozenset().union(*found)
    if label.kind == "all-labels":
        return found[0].intersection(*found[1:])
    return every


def name_of(each: Syntax) -> str:
    """Return the name of a node or relationship; of one without, its place."""
    variable = each.first("variable")
    return variable.name if variable else f"({each.at})"


@dataclass(frozen=True)
class Link:
    """Relationship of a pattern between two nodes, from left to right as it is written."""

    relationship: Syntax
    left: Syntax
    right: Syntax

    @property
    def many(self) -> bool:
        """True if it is of variable length."""
        return self.relationship.first("length", "quantifier") is not None

    def ends(self) -> Iterator[tuple[Syntax, set[str] | None]]:
        """Yield both nodes, with the kinds that the schema allows there."""
        direction = self.relationship.name
        types = labels_of(self.relationship)
        right, left = direction == ">", direction == "<"
        yield self.left, kinds_at(types, not left, not right)
        yield self.right, kinds_at(types, not right, not left)


def kinds_at(types: frozenset[str] | None, starts: bool, ends: bool) -> set[str] | None:
    """Return the node kinds at one end of such relationships; None if a type is unknown."""
    types = EDGES if types is None else types
    if not types <= EDGES:
        return None
    kinds: set[str] = set()
    for kind in (GRAPH[name] for name in types):
        start, end = kind.ends
        kinds.update(start.kinds if starts else ())
        kinds.update(end.kinds if ends else ())
    return kinds


def links(pattern: Syntax) -> list[Link]:
    """Return the relationships between two nodes in the paths of a MATCH or a condition."""
    found = []
    for path in pattern.all("path"):
        chain = (path.first("shortest") or path).parts
        for left, each, right in zip(chain, chain[1:], chain[2:], strict=False):
            if (left.kind, each.kind, right.kind) == ("node", "relationship", "node"):
                found.append(Link(each, left, right))
    return found


def sections(query: Syntax) -> Iterator[list[tuple[Syntax, bool]]]:
    """Yield the patterns between two WITH or UNION, and if each is alone: optional or inside."""
    section: list[tuple[Syntax, bool]] = []
    for clause in query.parts:
        plain = clause.kind == "match" and clause.name != "OPTIONAL"
        section += [(each, each is not clause or not plain) for each in clause.walk(*PATTERNS)]
        if clause.kind in ("with", "union", "next"):
            yield section
            section = []
    yield section


@dataclass
class Joins:
    """Names, added nodes and conditions with which ladybug joins patterns as Neo4j does."""

    text: str
    query: Syntax
    names: dict[Syntax, str] = field(default_factory=dict)
    """Names of nodes and relationships, instead of their own or for want of one."""
    kinds: dict[Syntax, str] = field(default_factory=dict)
    """Labels of nodes that have none."""
    then: dict[Syntax, str] = field(default_factory=dict)
    """Text after a node: the second node with which the pattern goes on."""
    stretched: set[Syntax] = field(default_factory=set)
    """Relationships written as of variable length, so that a path may be named."""
    conditions: dict[Syntax, list[str]] = field(default_factory=dict)
    """Conditions of a MATCH or a pattern."""

    def __post_init__(self) -> None:
        for section in sections(self.query):
            joined: set[str] = set()
            for pattern, alone in section:
                # What is bound outside an OPTIONAL MATCH or a subquery is joined to it anyway.
                known = set[str]() if alone else joined
                told = self.conditions.setdefault(pattern, [])
                if any(path.first("variable") for path in pattern.all("path")):
                    self._stretch(pattern, known)
                else:
                    kinds = kinds_in(p for p, a in section if p is pattern or not a)
                    told += self._join(pattern, known, kinds)
                told += self._apart(pattern)
                if any(labels_of(each) == frozenset() for each in _described(pattern)):
                    self._check_length(pattern)
                    told.append("false")

    def _check_length(self, pattern: Syntax) -> None:
        """Refuse a path of unknown type that may have no relationship at all."""
        for each in pattern.walk("relationship", "group-path"):
            for label in each.walk("no-label"):
                if each.first("length", "quantifier"):
                    raise Untranslated(
                        f"{place(self.text, label.at)}: the graph has no label or relationship "
                        f"type {label.name!r}"
                    )

    def _join(self, pattern: Syntax, joined: set[str], kinds: dict[str, set[str]]) -> Iterator[str]:
        """Give each node a second name where a relationship meets an earlier one."""
        before: Link | None = None
        for each in links(pattern):
            for node in (each.left, each.right):
                name = name_of(node)
                loops = node is each.right and name == name_of(each.left)
                if name not in joined:
                    joined.add(name)
                elif not each.many and not loops:
                    chained = before is not None and before.right is node is each.left
                    first, second = self._second(node, chained, kinds.get(name, set()))
                    yield f"id({first}) = id({second})"
            before = each

    def _second(self, node: Syntax, chained: bool, kinds: set[str]) -> tuple[str, str]:
        """Turn ``(a)-[x]->(b)-[y]->(c)`` into ``(a)-[x]->(b), (second:Kinds)-[y]->(c)``."""
        variable = node.first("variable")
        first = quoted(variable.name) if variable else f"{HIDDEN}_a{node.at}"
        labels = ":" + "|".join(f"`{kind}`" for kind in sorted(kinds)) if kinds else ""
        if chained:
            second = f"{HIDDEN}_b{node.at}"
            self.names.setdefault(node, first)
            self.then[node] = f", ({second}{labels})"
        else:
            self.names[node] = second = f"{HIDDEN}_c{node.at}"
            if len(node.parts) == 1:
                self.kinds[node] = labels
        return first, second

    def _stretch(self, pattern: Syntax, joined: set[str]) -> None:
        """Make each relationship that meets an earlier one of variable length."""
        for each in links(pattern):
            ends = {name_of(each.left), name_of(each.right)}
            meets = not each.many and not joined.isdisjoint(ends)
            joined |= ends
            variable = each.relationship.first("variable")
            if meets and variable:
                raise Untranslated(
                    f"{place(self.text, variable.at)}: the embedded database cannot name "
                    f"a path and also this relationship of it; leave out {variable.name}, or the "
                    "path's name"
                )
            if meets:
                self.names[each.relationship] = f"{HIDDEN}_p{each.relationship.at}"
                self.stretched.add(each.relationship)

    def _apart(self, pattern: Syntax) -> Iterator[str]:
        """Name the relationships of a pattern that have no name, and require all to differ."""
        for a, b in combinations(links(pattern), 2):
            if _may_coincide(a.relationship, b.relationship):
                yield self._differ(a, b)

    def _differ(self, a: Link, b: Link) -> str:
        first, second = (self._name(each.relationship) for each in (a, b))
        many = [each.many or each.relationship in self.stretched for each in (a, b)]
        if all(many):
            return f"none({HIDDEN} IN rels({first}) WHERE {HIDDEN} IN rels({second}))"
        if any(many):
            one, path = (second, first) if many[0] else (first, second)
            return f"NOT id({one}) IN properties(rels({path}), '_id')"
        return f"id({first}) <> id({second})"

    def _name(self, each: Syntax) -> str:
        variable = each.first("variable")
        if variable is None:
            return self.names.setdefault(each, f"{HIDDEN}_r{each.at}")
        return quoted(variable.name)


def quoted(name: str) -> str:
    """Write a name in backticks, which any name may stand in."""
    return f"`{name.replace('`', '``')}`"


def _described(pattern: Syntax) -> Iterator[Syntax]:
    for path in pattern.all("path"):
        yield from path.walk("node", "relationship")


def kinds_in(patterns: Iterable[Syntax]) -> dict[str, set[str]]:
    """Return the kinds that each node and relationship may have, where labels or schema tell."""
    kinds: dict[str, set[str]] = {}
    for pattern in patterns:
        found = [(e, set(labels)) for e in _described(pattern) if (labels := labels_of(e))]
        for each in links(pattern):
            found += [(n, p) for n, p in each.ends() if p is not None and not each.many]
        for node, possible in found:
            name = name_of(node)
            kinds[name] = kinds.get(name, possible) & possible
    return kinds


def _may_coincide(a: Syntax, b: Syntax) -> bool:
    if a.first("variable") and name_of(a) == name_of(b):
        return False
    types, others = labels_of(a), labels_of(b)
    return types is None or others is None or bool(types & others)
