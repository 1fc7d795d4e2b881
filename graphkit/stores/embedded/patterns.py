"""Patterns as ladybug joins them, and what the schema says of the values that they find.

Its plans for a pattern that comes back to a node are slow or wrong, and it lets two relationships
of a pattern be one: a second name for the node, and conditions, say what Neo4j means. Which values
may be null is read from the text alone: one of which it says nothing may be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

from graphkit.cypher.tokens import Syntax, place
from graphkit.errors import Untranslated
from graphkit.schema import GRAPH

if TYPE_CHECKING:
    from graphkit.stores.embedded.dialect import Writer
    from graphkit.stores.embedded.functions import Types

AGGREGATES = frozenset((
    "count", "sum", "avg", "min", "max", "collect", "stdev", "stdevp", "percentilecont",
    "percentiledisc",
))  # fmt: skip
HIDDEN = "_graphkit"
"""Prefix of the names given to unnamed parts; ``RETURN *`` must not show them."""

NODES = frozenset(kind.name for kind in GRAPH.nodes)
EDGES = frozenset(kind.name for kind in GRAPH.edges)
PATTERNS = ("match", "pattern")
"""Kinds of the constructs that hold paths."""
ALWAYS_SET = {
    kind.name: {kind.key, "digest", *(p.name for p in kind.stored if p.required)}
    for kind in GRAPH.kinds
}
"""Properties that everything of a kind has."""
_STORED = [(kind.name, prop.name) for kind in GRAPH.kinds for prop in kind.stored]
REQUIRED = {p for _, p in _STORED} - {p for kind, p in _STORED if p not in ALWAYS_SET[kind]}
"""Properties that are always set where they are at all."""


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


def repeated(writer: Writer, path: Syntax, group: Syntax) -> Syntax:
    """Write ``((a)-[:R]->(b)){1,3}`` as a relationship of variable length."""
    inner, where = group.first("path"), group.first("where")
    parts = inner.parts if inner else []
    quantifier = group.first("quantifier")
    plain = [part.kind for part in parts] == ["node", "relationship", "node"] and all(
        writer.used.count(variable.name) == 1 for variable in group.walk("variable")
    )
    described = any(part.first("labels", "map", "where") for part in parts[::2])
    several = len(list(path.walk("relationship"))) > 1
    if not plain or described or where or quantifier is None or several:
        writer.lacks(group, "quantified path pattern of more than one relationship")
    link = parts[1]
    return replace(link, parts=[*link.parts, quantifier])


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


def aggregates(value: Syntax) -> bool:
    """Tell if a value is made of many rows."""
    return any(each.name.lower() in AGGREGATES for each in value.walk("function"))


def replaced(each: Syntax, values: dict[Syntax, Syntax]) -> Syntax:
    """Return a construct with other ones within it."""
    if each in values:
        return values[each]
    return replace(each, parts=[replaced(part, values) for part in each.parts])


def free(each: Syntax, bound: set[str]) -> Iterator[Syntax]:
    """Yield the variables in a construct that it does not bind itself."""
    if each.kind == "variable" and each.name not in bound:
        yield each
    scope = {"comprehension": (0,), "predicate": (0,), "reduce": (0, 2)}.get(each.kind, ())
    own = {each.parts[n].name for n in scope}
    for n, part in enumerate(each.parts):
        if n not in scope:  # the list of a scope, which follows its variable, is outside it
            yield from free(part, bound if n - 1 in scope else {*bound, *own})


def is_labels(value: Syntax | None = None) -> bool:
    """Tell if a value is a call of ``labels()``."""
    return value is not None and value.kind == "function" and value.name.lower() == "labels"


# --- nulls

SURE = frozenset((
    "abs", "char_length", "endnode", "labels", "left", "ltrim", "nodes", "range", "relationships",
    "rels", "replace", "reverse", "right", "round", "rtrim", "size", "split", "startnode",
    "substring", "tail", "tolower", "tostring", "toupper", "trim", "type",
))  # fmt: skip
"""Functions that are null of null alone."""
NEVER = ("collect", "count", "sum")
"""Functions that are never null."""
OF_ITEMS = ("keys", "labels", "nodes", "range", "relationships", "rels", "split")
"""Functions that make lists without nulls."""
MADE_OF_PARTS = ("sum", "product", "power", "signed", "group", "slice")
GRAPH_VALUES = ("node", "relationship")
SINGLE = (*GRAPH_VALUES, "path", "int", "float", "text", "bool", "date")
"""Types of values that hold no others that may be null."""
ANY_VALUE = {
    "int": "0",
    "float": "0.0",
    "text": "''",
    "bool": "false",
    "date": "date('2000-01-01')",
}
"""A value of each type of those that can be sorted."""


def _parts(value: Syntax) -> list[Syntax] | None:
    """Return the parts that alone make a value null; None of one that is not made of such."""
    if value.kind in MADE_OF_PARTS or (value.kind == "function" and value.name.lower() in SURE):
        return [part for part in value.parts if part.kind != "sign"]
    place = {"comprehension": 1, "projection": 0}.get(value.kind)
    return None if place is None else [value.parts[place]]


def _holds_none(value: Any) -> bool:
    """Tell if a list or map of a parameter, or one in it, holds None."""
    parts = value.values() if isinstance(value, dict) else value
    return isinstance(value, dict | list) and any(p is None or _holds_none(p) for p in parts)


class Nulls:
    """Variables that are not null, hold none or differ from row to row, at a place in a statement.

    Examples
    --------
    >>> from graphkit.cypher import Statement
    >>> from graphkit.stores.embedded.functions import Types
    >>> asked = Statement("MATCH (c:Country) RETURN c.iso3, c.region, [c.iso3], [c.region]")
    >>> types = Types({})
    >>> nulls = Nulls(types)
    >>> for path in asked.query.walk("path"):
    ...     types.bind(path)
    >>> nulls.match(asked.query.parts[0])
    >>> values = [item.parts[0] for item in asked.query.walk("item")]
    >>> [nulls.may_be(value) for value in values], [nulls.may_hold(value) for value in values[2:]]
    ([False, True, False, False], [False, True])
    """

    def __init__(self, types: Types) -> None:
        self.types = types
        self.there: set[str] = set()
        """Variables that are not null."""
        self.whole: set[str] = set()
        """Variables that are lists without nulls, in their items neither."""
        self.kinds: dict[str, set[str]] = {}
        """Kinds that a node or relationship of a pattern may have."""
        self.varying: set[str] = set()
        """Variables that are not constants, whatever ladybug makes of their values."""

    def match(self, pattern: Syntax) -> None:
        """Take note of what a pattern finds; what an optional one does not find is null."""
        found = {
            variable.name
            for path in pattern.all("path")
            for each in path.walk("path", "node", "relationship")
            for variable in each.all("variable")
        }
        self.varying = self.varying | found
        if pattern.name != "OPTIONAL":
            self.there = self.there | found
        self.whole = self.whole | found
        told = {name: kinds for name, kinds in kinds_in([pattern]).items() if name in found}
        unknown = {name: set(ALWAYS_SET) for name in found}
        self.kinds = {**unknown, **self.kinds, **told}

    def assign(self, variable: Syntax, value: Syntax) -> None:
        """Take note of a variable for a value."""
        self._set(variable.name, self.may_be(value), self.may_hold(value))

    def item(self, variable: Syntax, values: Syntax) -> None:
        """Take note of a variable for the items of a list."""
        may_hold = self.may_hold(values)
        self._set(variable.name, may_hold, may_hold)
        self.varying = self.varying | {variable.name}

    def _set(self, name: str, may_be: bool, may_hold: bool) -> None:
        self.there = self.there - {name} if may_be else self.there | {name}
        self.whole = self.whole - {name} if may_hold else self.whole | {name}
        self.varying = self.varying - {name}
        self.kinds = {known: kinds for known, kinds in self.kinds.items() if known != name}

    def project(self, clause: Syntax) -> None:
        """Take note of the columns of WITH or RETURN."""
        items = [item.parts for item in clause.all("item") if item.parts[-1].kind == "variable"]
        columns = [(parts[-1].name, parts[0]) for parts in items]
        names = {name for name, _ in columns}
        there = {name for name, value in columns if not self.may_be(value)}
        whole = {name for name, value in columns if not self.may_hold(value)}
        kinds = {n: self.kinds[v.name] for n, v in columns if self._is_known(v)}
        varying = {item.parts[-1].name for item in clause.all("item") if self.varies(item)}
        self.varying = varying | (self.varying - names if clause.first("star") else set())
        self.there, self.whole = (self.there - names) | there, (self.whole - names) | whole
        self.kinds = {n: k for n, k in self.kinds.items() if n not in names} | kinds

    def hide(self, clause: Syntax) -> None:
        """Forget the variables that a WITH hides: all but its columns."""
        if clause.first("star"):
            return
        names = {item.parts[-1].name for item in clause.all("item")}
        self.there, self.whole = self.there & names, self.whole & names
        self.kinds = {name: kinds for name, kinds in self.kinds.items() if name in names}

    def varies(self, column: Syntax) -> bool:
        """Tell if ladybug can make no constant of a column, as of `null + n.key` and `type(r)`."""
        if column.kind == "star":
            return bool(self.varying)
        value = column.parts[0]
        folds = any(
            part.kind in ("constant", "label-test", "case", "and", "or")
            or (part.kind == "parameter" and self.may_be(part))
            or (part.kind == "function" and part.name.lower() in ("labels", "type"))
            for part in value.walk()
        )
        names = {variable.name for variable in free(value, set())}
        return aggregates(value) or bool(names & self.varying and not folds)

    def _is_known(self, value: Syntax) -> bool:
        """Tell if a value is a variable whose kinds are known."""
        return value.kind == "variable" and value.name in self.kinds

    def forget(self) -> None:
        """Forget everything, as UNION does."""
        self.there, self.whole, self.kinds, self.varying = set(), set(), {}, set()

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Keep what is noted inside a scope to it."""
        before = self.there, self.whole, self.kinds, self.varying
        yield
        self.there, self.whole, self.kinds, self.varying = before

    def may_be(self, value: Syntax) -> bool:
        """Tell if a value may be null."""
        name = value.name.lower()
        if value.kind == "variable":
            return value.name not in self.there
        if value.kind == "constant":
            return name == "null"
        if value.kind == "parameter":
            return self.types.parameters.get(value.name, 0) is None
        if value.kind == "property":
            of = value.parts[0]
            if of.kind != "variable" or self.types.of(of) not in GRAPH_VALUES or self.may_be(of):
                return True
            kinds = self.kinds.get(of.name)
            if kinds is None:
                return value.name not in REQUIRED
            return not all(value.name in ALWAYS_SET.get(kind, ()) for kind in kinds)
        made_of = _parts(value)
        if made_of is not None:
            return any(map(self.may_be, made_of))
        if value.kind == "function" and name in NEVER:
            return False
        if value.kind == "function" and name == "coalesce":
            return all(map(self.may_be, value.parts))
        if value.kind == "case" and value.first("else"):
            return any(self.may_be(part.parts[-1]) for part in value.all("when", "else"))
        return value.kind not in ("string", "number", "list", "map", "subquery-value")

    def sources(self, value: Syntax) -> Iterator[Syntax]:
        """Yield the parts of a value, or itself, that alone may make it null."""
        made_of = _parts(value)
        if made_of is not None:
            for part in made_of:
                yield from self.sources(part)
        elif self.may_be(value):
            yield value

    def may_hold(self, values: Syntax) -> bool:
        """Tell if a list, or a list in it, may have a null among its items."""
        name = values.name.lower()
        parts = [part for part in values.parts if part.kind not in ("sign", "distinct")]
        if values.kind == "constant":
            return name == "null"
        if values.kind == "variable":
            return values.name not in self.whole
        if values.kind == "parameter":
            return _holds_none(self.types.parameters.get(values.name))
        if values.kind in ("property", "string", "number", "places"):
            return False
        if values.kind == "each-property":
            return values.name not in REQUIRED or self.may_hold(values.parts[0])
        if values.kind == "function":
            if name in OF_ITEMS:
                return False
            return any(map(self._holds_open if name == "collect" else self.may_hold, parts))
        if values.kind == "comprehension" and values.first("result") is None:
            return self.may_hold(parts[1])
        if values.kind == "list":
            return any(self.may_be(part) or self._holds_open(part) for part in parts)
        if values.kind in ("group", "slice", "sum"):
            return any(map(self.may_hold, parts))
        return True

    def _holds_open(self, value: Syntax) -> bool:
        """Tell if an item of a list may hold a null itself."""
        return self.types.of(value) not in SINGLE and self.may_hold(value)

    def may_leave_open(self, condition: Syntax, variable: Syntax, values: Syntax) -> bool:
        """Tell if a condition on the items of a list may be null although the item is not."""
        stored = self.types.item(values) in GRAPH_VALUES
        return any(
            (each.kind == "constant" and each.name.upper() == "NULL")
            or (each.kind == "variable" and each.name != variable.name)
            or (each.kind == "parameter" and self.may_be(each))
            or (each.kind == "property" and not (stored and each.name in REQUIRED))
            or (each.kind == "function" and each.name.lower() not in SURE)
            or each.kind in ("index", "case", "reduce", "predicate")
            for each in condition.walk()
        )
