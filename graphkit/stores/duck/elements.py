"""Nodes, relationships and walks of a pattern, read from its paths, with the kinds they may be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from graphkit.cypher.tokens import Syntax
from graphkit.errors import Untranslated
from graphkit.stores.duck.expressions import labelled
from graphkit.stores.duck.scope import KEY, KIND, NAMELESS, Context, Scope, Variable
from graphkit.stores.duck.types import NULL, KindTable, ValueType, quoted
from graphkit.stores.duck.walks import steps_of


@dataclass
class Element:
    """A node, relationship or walk of a pattern while its kinds are narrowed."""

    name: str
    """Of a variable; of one without a name, a fresh one."""
    syntax: Syntax
    type: ValueType
    bound: Variable | None = None
    """Names that an earlier clause, or a part of this one, bound."""
    ends: tuple[Element, Element] | None = None
    """Nodes at both ends: of a relationship in the order in which it is stored, of a walk in that
    of the pattern."""
    directed: bool = True
    alias: str = ""
    """Name of the source of a relationship in SQL."""
    steps: tuple[int, int | None] | None = None
    """Least and most steps of a walk; None for no most."""
    reversed: bool = False
    """True if the pattern goes from its end to its start."""
    whole: bool = False
    """True if all its properties are needed."""
    group: Syntax | None = None
    """The path that a walk repeats, where it is more than a relationship."""
    selector: str = ""
    """Of a walk, ``ANY`` or ``ALL`` for the shortest between its ends, else ``WALKS`` or ``GROUPS``
    for the first by their length."""
    number: int = 1
    """Number of those walks, or of the groups of the same length."""
    legacy: bool = False
    """True for ``shortestPath()``, which knows no way back to its start."""
    maps: list[Syntax] = field(default_factory=list)
    """The places of the pattern that say more of it."""
    kinds_within: frozenset[str] = frozenset()
    """Kinds of the nodes on a walk."""

    @property
    def is_node(self) -> bool:
        """True for a node."""
        return self.type.name == "node"

    @property
    def own_ends(self) -> tuple[Element, Element]:
        """The nodes at both ends of a relationship."""
        assert self.ends is not None
        return self.ends


class PatternReading:
    """Reader of the paths of one MATCH into its nodes, relationships and conditions."""

    def __init__(self, context: Context, scope: Scope, conditions: list[Syntax]) -> None:
        self.context, self.scope, self.conditions = context, scope, conditions
        self.source = ""
        self.elements: dict[str, Element] = {}
        self.relationships: list[Element] = []
        self.named: list[tuple[str, list[Element]]] = []
        self.paths: list[list[Element]] = []

    def path(self, path: Syntax) -> None:
        """Read a path."""
        name = path.parts[0].name if path.parts[0].kind == "variable" else ""
        parts = path.parts[bool(name) :]
        selector = parts[0] if parts[0].kind in ("selector", "shortest") else None
        if selector is not None:
            parts = selector.parts if selector.kind == "shortest" else parts[1:]
        elements = self._chain(parts)
        if selector is not None:
            walks = [element for element in elements if element.steps is not None]
            if len(elements) != 3 or not walks or walks[0].group is not None:
                raise Untranslated("shortest path of several parts")
            [walk] = walks
            if selector.kind == "selector":
                self._selector(selector, walk)
            else:
                self._no_condition_on(name, selector)
                walk.legacy = True
                walk.selector = "ALL" if selector.name.startswith("ALL") else "ANY"
                if (walk.steps or (0,))[0] > 1:
                    raise Untranslated("shortest path of at least two steps")
        whole = bool(name) and self.context.used.get(name, frozenset()) is None
        for element in elements:
            element.whole = element.whole or whole
        if name:
            self.named.append((name, elements))
        self.paths.append(elements)

    def _selector(self, selector: Syntax, walk: Element) -> None:
        """Read ``ANY``, ``ALL SHORTEST``, ``SHORTEST 2`` or ``SHORTEST 2 GROUPS``."""
        words = set(selector.name.split())
        groups = bool(words & {"GROUP", "GROUPS"})
        written = selector.parts[0] if selector.parts else None
        walk.number = 1 if written is None else self._number(written)
        if "SHORTEST" not in words and "ALL" in words:
            return  # all paths, as without a selector
        if "ALL" in words:
            walk.selector = "ALL"
        elif walk.number > 1 or (walk.steps or (0,))[0] > 1:
            walk.selector = "GROUPS" if groups else "WALKS"
        else:
            walk.selector = "ALL" if groups else "ANY"
        if (walk.steps or (0,))[0] > 1 and walk.selector == "ALL":
            walk.selector = "GROUPS"

    def _number(self, written: Syntax) -> int:
        if written.kind == "number":
            return int(written.name)
        value = self.context.value_of(written.name)
        if not isinstance(value, int) or value < 1:
            raise Untranslated("number of shortest paths that is none")
        return value

    def _no_condition_on(self, name: str, path: Syntax) -> None:
        """Refuse a condition on the path itself: Neo4j looks on for one that meets it."""
        names = {v.name for r in path.all("relationship") for v in r.all("variable")} | {name}
        for condition in self.conditions:
            if any(v.name in names for v in condition.walk("variable")):
                raise Untranslated("shortest path under a condition on the path itself")

    def _chain(self, parts: Sequence[Syntax]) -> list[Element]:
        """Collect nodes and what is between them."""
        elements: list[Element] = []
        pending: Syntax | None = None
        for part in parts:
            if part.kind == "relationship":
                pending = part
            elif part.kind == "node":
                self._add(elements, pending, self._element(part, "node"))
                pending = None
            elif part.kind == "group-path" and part.first("quantifier") is None:
                inner = self._chain(part.parts[0].parts)
                if (where := part.first("where")) is not None:
                    self.conditions.append(where.parts[0])
                if pending is not None or not elements:
                    self._add(elements, pending, inner[0])
                    elements += inner[1:]
                else:
                    raise Untranslated("path in parentheses after a node")
                pending = None
            elif part.kind == "group-path":
                if not elements or not elements[-1].is_node:
                    elements.append(self._nameless(part))
                pending = part
            else:
                raise Untranslated(f"{part.kind} in a path")
        if pending is not None:
            self._add(elements, pending, self._nameless(pending))
        return elements

    def _add(self, elements: list[Element], between: Syntax | None, node: Element) -> None:
        if between is not None:
            left = elements[-1]
            group = between.kind == "group-path"
            element = (
                self._group(left, between, node) if group else self._between(left, between, node)
            )
            self.relationships.append(element)
            elements.append(element)
        elements.append(node)

    def _nameless(self, part: Syntax) -> Element:
        """Return a node of which nothing is said."""
        name = self.context.fresh(NAMELESS)
        every = frozenset(self.context.model.nodes)
        node = self.elements[name] = Element(name, part, ValueType("node", kinds=every))
        return node

    def _element(self, part: Syntax, kind: str) -> Element:
        """Return the element of a node or relationship; one of a name that was met is that one."""
        variable = part.first("variable")
        name = variable.name if variable is not None else self.context.fresh(NAMELESS)
        among = self.context.model.nodes if kind == "node" else self.context.model.relationships
        labels = part.first("labels")
        kinds = labelled(labels.parts[0], frozenset(among)) if labels else frozenset(among)
        element = self.elements.get(name)
        if element is None:
            bound = self.scope.get(name)
            if bound is not None:
                if bound.type == NULL:
                    bound = Variable(ValueType(kind), {KIND: "CAST(NULL AS VARCHAR)",
                                               KEY: "CAST(NULL AS VARCHAR)"})  # fmt: skip
                if bound.type.name != kind:
                    raise Untranslated(f"{kind} that is {bound.type.name}")
                bound = self._apart(bound)
            type_ = bound.type.kinds if bound is not None else frozenset(among)
            element = self.elements[name] = Element(name, part, ValueType(kind, kinds=type_), bound)
        element.type = replace(element.type, kinds=element.type.kinds & kinds)
        if part.first("map", "where", "parameter") is not None:
            element.maps.append(part)
        return element

    def _apart(self, variable: Variable) -> Variable:
        """Return a node or relationship with its parts as columns, also of one that is a value."""
        if not variable.is_value:
            return variable
        whole, type_ = variable.columns[""], variable.type
        names = dict.fromkeys(n for t in self.context.model.tables(type_) for n in t.properties)
        columns = {name: f"({whole}).{quoted(name)}" for name in (KIND, KEY, *names)}
        return Variable(type_, columns)

    def _between(self, left: Element, part: Syntax, right: Element) -> Element:
        variable = part.first("variable")
        if variable is not None and variable.name in self.elements:
            raise Untranslated("relationship that stands twice in a pattern")
        element = self._element(part, "relationship")
        del self.elements[element.name]
        element.ends = (right, left) if part.name == "<" else (left, right)
        element.directed = part.name in ("<", ">")
        length, quantifier = part.first("length"), part.first("quantifier")
        if length is not None or quantifier is not None:
            if element.bound is not None:
                raise Untranslated("walk of relationships that are known")
            element.steps = steps_of(quantifier) if quantifier is not None else length_of(length)
            element.reversed = part.name == "<"
            element.ends = (left, right)
            element.whole = variable is not None and (
                self.context.used.get(variable.name, frozenset()) is None
            )
            self._within(element)
        return element

    def _within(self, element: Element) -> None:
        tables = self.context.model.tables(element.type)
        element.kinds_within = frozenset(k for t in tables for end in t.ends for k in end.kinds)

    def _group(self, left: Element, part: Syntax, right: Element) -> Element:
        quantifier = part.first("quantifier")
        assert quantifier is not None
        every = ValueType("relationship", kinds=frozenset(self.context.model.relationships))
        element = Element(self.context.fresh(NAMELESS), part, every, ends=(left, right), group=part)
        element.steps = steps_of(quantifier)
        self._within(element)
        return element


def narrow(context: Context, relationships: Sequence[Element]) -> None:
    """Narrow kinds until every relationship fits the nodes at its ends."""
    changed = True
    while changed:
        changed = False
        for element in relationships:
            if element.group is not None or (element.steps or (1,))[0] == 0:
                continue  # of no step, a node is its own end
            tables = context.model.tables(element.type)
            if element.steps is None:
                tables = [table for table in tables if _fits(table, element)]
            ends: tuple[set[str], set[str]] = (set(), set())
            for table in tables:
                stored = (
                    table.ends[::-1]
                    if element.steps is not None and element.reversed
                    else table.ends
                )
                for end, those in zip(stored, ends, strict=True):
                    those.update(end.kinds)
            if not element.directed:
                both = ends[0] | ends[1]
                ends = (both, both)
            kinds = frozenset(t.name for t in tables)
            fitting = (kinds, *map(frozenset, ends))
            for part, fit in zip((element, *element.own_ends), fitting, strict=True):
                narrowed = part.type.kinds & fit
                if narrowed != part.type.kinds:
                    part.type = replace(part.type, kinds=narrowed)
                    changed = True


def _fits(table: KindTable, element: Element) -> bool:
    start, end = (node.type.kinds for node in element.own_ends)
    first, second = (frozenset(end.kinds) for end in table.ends)
    forward = bool(start & first) and bool(end & second)
    return forward or (not element.directed and bool(start & second) and bool(end & first))


def apart(left: Element, right: Element, conditions: Sequence[Syntax]) -> bool:
    """Return True if two nodes cannot be the same: by their kinds, or by a condition."""
    if not left.type.kinds & right.type.kinds:
        return True
    names = {("variable", left.name), ("variable", right.name)}
    for condition in _required(conditions):
        signs = [part.name for part in condition.parts[1::2]]
        compared_names = {(part.kind, part.name) for part in condition.parts[::2]}
        if condition.kind == "compare" and signs == ["<>"] and compared_names == names:
            return True
    texts = [{(e.name, e.parts[0].name) for place in node.maps for e in entries_of(place)
              if e.parts[0].kind == "string"} for node in (left, right)]  # fmt: skip
    return any(a == c and b != d for a, b in texts[0] for c, d in texts[1])


def _required(conditions: Sequence[Syntax]) -> Iterator[Syntax]:
    """Yield the conditions that must all be met."""
    for condition in conditions:
        if condition.kind in ("and", "group"):
            yield from _required([part for part in condition.parts if part.kind != "sign"])
        else:
            yield condition


def entries_of(place: Syntax) -> Sequence[Syntax]:
    """Return the properties that a place of a pattern names."""
    entries = place.first("map")
    return entries.parts if entries is not None else ()


def length_of(length: Syntax | None) -> tuple[int, int | None]:
    """Read how many steps a relationship has: ``2``, ``1..3``, ``..3``, ``2..``, or any.

    >>> [length_of(Syntax("length", 0, 0, name)) for name in ("1..3", "", "2", "..3", "2..")]
    [(1, 3), (1, None), (2, 2), (1, 3), (2, None)]
    """
    assert length is not None
    first, dots, last = length.name.partition("..")
    least = int(first) if first.strip() else 1
    if not dots:
        return (least, least) if first.strip() else (1, None)
    return least, int(last) if last.strip() else None
