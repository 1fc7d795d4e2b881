"""Patterns as joins: nodes and relationships are tables, and their ends are joined by key."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from graphkit.cypher.tokens import Syntax
from graphkit.errors import Untranslated
from graphkit.stores.duck.comparisons import compared
from graphkit.stores.duck.expressions import Expressions, has_subquery, labelled
from graphkit.stores.duck.scope import ENDS, KEY, KIND, Context, Scope, Variable, node_rows
from graphkit.stores.duck.types import (
    BOOL,
    INT,
    NULL,
    Table,
    Value,
    ValueType,
    list_of,
    quoted,
    sql_type,
    text,
    unsure,
)
from graphkit.stores.duck.walks import (
    Walk,
    every_shortest,
    first_walks,
    nothing,
    shortest,
    steps_of,
    walked,
)

FROM, FROM_KIND, TO, TO_KIND = "f", "fk", "t", "tk"
"""Columns of a relationship's source: the keys and kinds of both ends."""


@dataclass
class Element:
    """A node, relationship or walk of a pattern while its kinds are narrowed."""

    name: str
    """Of a variable; of one without a name, a fresh one."""
    syntax: Syntax
    type: ValueType
    known: Variable | None = None
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


@dataclass
class Match:
    """Sources, conditions and new variables of one MATCH."""

    sources: list[str] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)
    variables: dict[str, Variable] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)
    """Values of variables that stand for paths, and for relationships of several steps."""
    paths: list[list[Element]] = field(default_factory=list)
    """Nodes and relationships of each path, in order."""

    @property
    def scope(self) -> dict[str, Variable]:
        """The new variables, also those that are values."""
        values = {
            name: Variable(value.type, {"": value.sql}) for name, value in self.values.items()
        }
        return {**self.variables, **values}


Queries = Callable[[Syntax, Scope], tuple[str, list[ValueType]]]
"""Compiler of a whole query inside a scope: its SQL, and the types of its columns."""


class Patterns:
    """Compiler of the patterns of a statement."""

    def __init__(self, context: Context, queries: Queries) -> None:
        self.context, self.queries = context, queries

    def match(
        self, paths: Sequence[Syntax], where: Syntax | None, scope: Scope, source: str = ""
    ) -> Match:
        """Compile the paths of one MATCH; variables in scope stand for what they are.

        ``source`` names the rows that hold the variables in scope, where they are rows of their
        own and not those of a query around this one.
        """
        reading = _Reading(self.context, scope, [where.parts[0]] if where is not None else [])
        reading.source = source
        for path in paths:
            reading.path(path)
        _narrow(self.context, reading.relationships)
        result = Match(paths=reading.paths)
        for element in reading.relationships:
            if element.steps is None:
                self._relationship(element, result)
        for element in reading.relationships:
            if element.steps is not None:
                self._walk(element, result, reading)
        for element in reading.elements.values():
            self._node(element, reading.relationships, result)
        self._different(reading.relationships, result)
        for name, parts in reading.named:
            result.values[name] = self._path(parts, {**scope, **result.variables})
        bound = {**scope, **result.scope}
        inside = Expressions(self.context, bound, self.value)
        for element in [*reading.elements.values(), *reading.relationships]:
            if element.steps is None:
                result.conditions += self._properties(element, bound, inside)
        result.conditions += [inside.condition(condition) for condition in reading.conditions]
        return result

    # --- relationships

    def _relationship(self, element: Element, result: Match) -> None:
        """Add the source of a relationship, and bind it."""
        alias = element.alias = self.context.fresh("r")
        names = self._names(element)
        result.sources.append(f"({self._edges(element, names)}) {alias}")
        columns = _columns(alias, names)
        if element.whole or self._asked(element, ENDS[0][0]):
            columns |= _end_columns(alias, element)
        if element.known is not None:
            result.conditions += [f"{alias}.{own} = {element.known.columns[what]}"
                                  for own, what in (("k", KIND), ("i", KEY))]  # fmt: skip
        result.variables[element.name] = Variable(element.type, columns)

    def _asked(self, element: Element, name: str) -> bool:
        used = self.context.used.get(element.name, frozenset())
        return used is None or name in used

    def _names(self, element: Element) -> list[str]:
        """List the properties that the statement or the pattern itself asks for."""
        names = self.context.properties(element.name, element.type, whole=element.whole)
        known = self.context.model.types(element.type)
        own = [e.name for place in element.maps for e in _entries(place) if e.name in known]
        return list(dict.fromkeys([*names, *own]))

    def _edges(self, element: Element, names: Sequence[str]) -> str:
        """Select the relationships that an element of a pattern may be."""
        types = {name: self.context.model.property(element.type, name) for name in names}
        tables = self.context.model.tables(element.type)
        reverse = element.reversed and element.steps is not None
        sources = [_edge(table, types, reverse=reverse) for table in tables]
        if not element.directed:
            sources += [_edge(table, types, reverse=True, loops=False) for table in tables]
        return " UNION ALL BY NAME ".join(sources) or nothing(types, ends=True)

    # --- walks

    def _walk(self, element: Element, result: Match, reading: _Reading) -> None:
        """Add the source of a walk: of a relationship, or of a path, that is repeated."""
        assert element.steps is not None
        alias = element.alias = self.context.fresh("w")
        left, right = element.own_ends
        if element.group is None:
            steps, groups = self._steps(element), dict[tuple[str, ValueType], str]()
        else:
            steps, groups = self._group_steps(element, element.group, reading.scope)
        starts = [self._starts(element, end, result, reading) for end in (left, right)]
        backward = starts[1][1] > starts[0][1]
        least, most = element.steps
        begin, end = starts[backward][0], starts[not backward][0]
        if element.selector in ("WALKS", "GROUPS", ""):
            pass  # each way is looked at
        elif (least == 0 or element.directed) and not element.legacy:
            pass  # it may lead back to its start
        elif not _apart(left, right, reading.conditions):
            begin = _checked(begin, left, right, reading.source)
        listed = (*(("s", "n") if element.whole else ()), *groups.values())
        stays = self._stays(left, right) if least == 0 else ""
        walk = Walk(steps, least, most, backward, begin, end, stays, listed,
                    self.context.model.mark_type)  # fmt: skip
        if element.selector in ("WALKS", "GROUPS"):
            written = first_walks(walk, element.number, groups=element.selector == "GROUPS")
        elif element.selector:
            select_shortest = every_shortest if element.selector == "ALL" else shortest
            written = select_shortest(
                replace(walk, way_back=element.directed and not element.legacy)
            )
        else:
            written = walked(walk)
        result.sources.append(f"LATERAL ({written}) {alias}")
        if element.group is None and not element.name.startswith("_"):
            steps = f"coalesce({alias}.s, [])" if element.whole else f"{alias}.m"
            result.values[element.name] = Value(steps, list_of(element.type))
        for name, (type_, column) in self._group_values(groups, alias).items():
            result.values[name] = Value(column, type_)

    @staticmethod
    def _group_values(
        groups: Mapping[tuple[str, ValueType], str], alias: str
    ) -> dict[str, tuple[ValueType, str]]:  # fmt: skip
        return {name: (list_of(type_), f"coalesce({alias}.{column}, [])")
                for (name, type_), column in groups.items()}  # fmt: skip

    def _steps(self, element: Element) -> str:
        """Select the steps of a walk along a relationship: its ends, its mark and its values."""
        names = (
            list(self.context.model.types(element.type)) if element.whole else self._names(element)
        )
        columns = {**_columns("e", names), **_end_columns("e", element)}
        variable = Variable(element.type, columns)
        inside = Expressions(self.context, {element.name: variable}, self.value)
        conditions = [c for place in element.maps for c in self._entries(place, variable, inside)]
        conditions += [
            inside.condition(w.parts[0]) for p in element.maps if (w := p.first("where"))
        ]
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        edges = f"({self._edges(element, names)}) e"
        lists, join = "", ""
        if element.whole:
            value = Expressions(self.context, {}).wide(variable, element.type)
            nodes = node_rows(self.context.model, ValueType("node", kinds=element.kinds_within))
            join = f" JOIN ({nodes}) n ON n.k = e.tk AND n.i = e.t"
            lists = f", [{value}] AS s, [n.s] AS n"
        all_steps = f"SELECT e.f, e.fk, e.t, e.tk, [{MARK}] AS m{lists} FROM {edges}{join}{where}"
        if element.selector != "ANY":
            return all_steps
        # Of relationships between the same two nodes, one is enough.
        kinds = (
            f"SELECT e.f, e.fk, e.t, e.tk, [{{k: e.k, i: min(e.i)}}] AS m FROM {edges}{where} "
            "GROUP BY e.f, e.fk, e.t, e.tk, e.k"
        )
        pairs = f"SELECT f, fk, t, tk, min(m) AS m FROM ({kinds}) GROUP BY f, fk, t, tk"
        if not element.whole:
            return pairs
        same = " AND ".join(f"e.{a} = p.{b}" for a, b in (
            ("k", "m[1].k"), ("i", "m[1].i"), ("f", "f"), ("fk", "fk"), ("t", "t"), ("tk", "tk"),
        ))  # fmt: skip
        return (
            f"SELECT p.f, p.fk, p.t, p.tk, p.m{lists} FROM ({pairs}) p JOIN {edges} ON {same}{join}"
        )

    def _group_steps(
        self, element: Element, group: Syntax, scope: Scope
    ) -> tuple[str, dict[tuple[str, ValueType], str]]:
        """Select the paths that a walk repeats; their variables become lists."""
        matched = self.match(group.all("path"), group.first("where"), scope)
        [parts] = matched.paths
        first, last = (matched.variables[parts[end].name].columns for end in (0, -1))
        within = Expressions(self.context, {**scope, **matched.scope})
        marks = " || ".join(_marks(part, matched) for part in parts if not part.is_node)
        groups: dict[tuple[str, ValueType], str] = {}
        values = []
        for name, variable in matched.scope.items():
            if name.startswith("_"):
                continue
            column = self.context.fresh("g")
            groups[name, variable.type] = column
            value = within.wide(variable, variable.type) if not variable.is_value else (
                variable.columns[""]
            )  # fmt: skip
            values.append(f"[{value}] AS {column}")
        listed = "".join(f", {value}" for value in values)
        if element.whole:
            whole = self._path(parts, {**scope, **matched.variables})
            path = f"({whole.sql})"
            nodes = f"({path})._nodes"
            lists = f", ({path})._relationships AS s, list_slice({nodes}, 2, len({nodes})) AS n"
        else:
            lists = ""
        return (
            select(
                f"{first[KEY]} AS f, {first[KIND]} AS fk, {last[KEY]} AS t, {last[KIND]} AS tk, "
                f"{marks} AS m{lists}{listed}", matched,
            ), groups,
        )  # fmt: skip

    def _stays(self, left: Element, right: Element) -> str:
        """Select the nodes that a walk of no step may begin and end at."""
        both = left.type.kinds & right.type.kinds
        selects = [
            f"SELECT {quoted(t.key)} AS f, {text(t.name)} AS fk FROM graph.{quoted(t.name)}"
            for t in self.context.model.tables(ValueType("node", kinds=both))
        ]
        return " UNION ALL ".join(selects) or "SELECT '' AS f, '' AS fk WHERE FALSE"

    def _starts(
        self, element: Element, node: Element, result: Match, reading: _Reading
    ) -> tuple[str, int]:
        """Write the condition on a step to begin at a node, and how narrow it is.

        ``{key}`` and ``{kind}`` stand for the columns of the node that the step begins at.
        """
        if node.known is not None:
            key, kind = node.known.columns[KEY], node.known.columns[KIND]
            if reading.source:
                return f"({{key}}, {{kind}}) IN (SELECT {key}, {kind} FROM {reading.source})", 3
            # The engine takes minutes for a keyed recursion that depends on a row outside.
            return ("", 0) if element.selector else (f"{{key}} = {key} AND {{kind}} = {kind}", 3)
        for other in () if element.selector else reading.relationships:
            if other.alias and f") {other.alias}" in "".join(result.sources):
                for end, key, kind in zip(other.own_ends, "ft", ("fk", "tk"), strict=True):
                    if end is node:
                        return (
                            f"{{key}} = {other.alias}.{key} AND {{kind}} = {other.alias}.{kind}",
                            3,
                        )
        own = [c for c in reading.conditions if _only_of(c, node.name)]
        if not node.maps and not own:
            return "", 0
        names = list(self.context.model.types(node.type))
        alias = self.context.fresh("n")
        variable = Variable(node.type, _columns(alias, names))
        scope = {**reading.scope, node.name: variable}
        inside = Expressions(self.context, scope, self.value)
        conditions = [c for place in node.maps for c in self._entries(place, variable, inside)]
        conditions += [inside.condition(condition) for condition in own]
        if not conditions:
            return "", 0
        rows = self._node_source(node, names)
        where = " AND ".join(f"({condition})" for condition in conditions)
        begin = f"SELECT {alias}.i, {alias}.k FROM ({rows}) {alias} WHERE {where}"
        return f"({{key}}, {{kind}}) IN ({begin})", 2 if node.maps else 1

    # --- nodes

    def _node_source(self, element: Element, names: Sequence[str]) -> str:
        selects = [
            f"SELECT {text(t.name)} AS k, {quoted(t.key)} AS i"
            + "".join(
                f", {_column(t, name, self.context.model.property(element.type, name))}"
                for name in names
            )
            + f" FROM graph.{quoted(t.name)}"
            for t in self.context.model.tables(element.type)
        ]
        types = {name: self.context.model.property(element.type, name) for name in names}
        return " UNION ALL BY NAME ".join(selects) or nothing(types, ends=False)

    def _node(self, element: Element, relationships: Sequence[Element], result: Match) -> None:
        """Join a node to the ends of its relationships, and bind it."""
        names = self._names(element)
        ends = [
            (f"{r.alias}.{key}", f"{r.alias}.{kind}")
            for r in relationships
            for node, key, kind in zip(r.own_ends, (FROM, TO), (FROM_KIND, TO_KIND), strict=True)
            if node is element
        ]  # fmt: skip
        if element.known is not None:
            columns = dict(element.known.columns)
            if element.type.kinds != element.known.type.kinds:
                result.conditions.append(_among(columns[KIND], element.type.kinds))
        elif ends and not names:
            key, kind = ends.pop(0)
            columns = {KIND: kind, KEY: key}
            result.variables[element.name] = Variable(element.type, dict(columns))
            if element.type.kinds != self._possible(element, relationships):
                result.conditions.append(_among(kind, element.type.kinds))
        else:
            alias = self.context.fresh("n")
            result.sources.append(f"({self._node_source(element, names)}) {alias}")
            columns = _columns(alias, names)
            result.variables[element.name] = Variable(element.type, dict(columns))
        for key, kind in ends:
            result.conditions += [f"{columns[KEY]} = {key}", f"{columns[KIND]} = {kind}"]

    def _possible(self, element: Element, relationships: Sequence[Element]) -> frozenset[str]:
        """Return all kinds that the first relationship of a node may have at its end."""
        first = next(r for r in relationships if element in r.own_ends)
        if first.steps is not None:
            return frozenset()
        places = [n for n, node in enumerate(first.own_ends) if node is element]
        kinds: set[str] = set()
        for table in self.context.model.tables(first.type):
            for place in places if first.directed else (0, 1):
                kinds.update(table.ends[place].kinds)
        return frozenset(kinds)

    # --- conditions

    def _properties(self, element: Element, bound: Scope, inside: Expressions) -> list[str]:
        """Compile the properties and conditions in the brackets of an element."""
        conditions: list[str] = []
        for place in element.maps:
            conditions += self._entries(place, bound[element.name], inside)
            if (where := place.first("where")) is not None:
                conditions.append(inside.condition(where.parts[0]))
        return conditions

    def _entries(self, place: Syntax, variable: Variable, inside: Expressions) -> list[str]:
        """Compare the properties that a place of the pattern names."""
        entries = [(e.name, inside.value(e.parts[0])) for e in _entries(place)]
        if (given := place.first("parameter")) is not None:
            values = self.context.value_of(given.name)
            if not isinstance(values, dict):
                raise Untranslated("properties from a parameter that is no map")
            entries += [(name, self.context.bind(value)) for name, value in values.items()]
        conditions = []
        for name, wanted in entries:
            type_ = self.context.model.property(variable.type, name)
            column = variable.columns.get(name)
            if type_ != NULL and column is None:
                raise Untranslated("properties from a parameter")
            own = Value(column, type_) if column and type_ != NULL else Value("NULL", NULL)
            conditions.append(compared(own, "=", wanted))
        return conditions

    def _different(self, relationships: Sequence[Element], result: Match) -> None:
        """Let no relationship stand for two of one pattern."""
        for place, element in enumerate(relationships):
            for other in relationships[:place]:
                if element.selector or other.selector or not element.type.kinds & other.type.kinds:
                    continue
                if element.steps is None and other.steps is None:
                    left, right = (result.variables[e.name].columns for e in (element, other))
                    alone = len(element.type.kinds | other.type.kinds) == 1
                    differ = f"{left[KEY]} <> {right[KEY]}"
                    kinds = f"{left[KIND]} <> {right[KIND]}"
                    result.conditions.append(differ if alone else f"({differ} OR {kinds})")
                else:
                    marks = (_marks(element, result), _marks(other, result))
                    result.conditions.append(f"NOT list_has_any({marks[0]}, {marks[1]})")

    # --- paths

    def _path(self, parts: Sequence[Element], bound: Scope) -> Value:
        """Build a path: its nodes and relationships in order."""
        kinds: dict[str, frozenset[str]] = {"node": frozenset(), "relationship": frozenset()}
        for element in parts:
            kinds[element.type.name] |= element.type.kinds
            kinds["node"] |= element.kinds_within
        types = {name: ValueType(name, kinds=syntax) for name, syntax in kinds.items()}
        whole = all(element.whole for element in parts)
        values = Expressions(self.context, bound)
        lists: dict[str, list[str]] = {"node": [], "relationship": []}
        walked_to = False
        for element in parts:
            if element.steps is not None:
                marks = f"{element.alias}.m"
                lists["relationship"].append(f"coalesce({element.alias}.s, [])" if whole else marks)
                nodes = f"coalesce({element.alias}.n, [])" if whole else f"range(len({marks}))"
                lists["node"].append(nodes)
            elif not (element.is_node and walked_to):
                value = (
                    values.wide((element.known or bound[element.name]), types[element.type.name])
                    if whole
                    else "0"
                )
                if not whole and not element.is_node:
                    columns = (element.known or bound[element.name]).columns
                    value = f"{{k: {columns[KIND]}, i: {columns[KEY]}}}"
                lists[element.type.name].append(f"[{value}]")
            walked_to = element.steps is not None
        joined = {kind: " || ".join(syntax) if syntax else "[]" for kind, syntax in lists.items()}
        packed = f"{{'_nodes': {joined['node']}, '_relationships': {joined['relationship']}}}"
        return Value(packed, ValueType("path", fields=(
            ("nodes", list_of(types["node"])), ("relationships", list_of(types["relationship"])),
        )))  # fmt: skip

    # --- subqueries

    def value(self, scope: Expressions, syntax: Syntax) -> Value:
        """Compile EXISTS, COUNT, COLLECT, a pattern that is a condition, or a comprehension."""
        if syntax.kind == "pattern":
            matched = self.match(syntax.all("path"), None, scope.scope)
            return Value(f"EXISTS ({select('1', matched)})", BOOL)
        if syntax.kind == "pattern-comprehension":
            where, result = syntax.first("where"), syntax.first("result")
            matched = self.match(syntax.all("path"), where, scope.scope)
            inner = Expressions(self.context, {**scope.scope, **matched.scope}, self.value)
            assert result is not None
            value = inner.value(result.parts[0])
            listed = select(f"list({value.sql})", matched)
            return Value(f"coalesce(({listed}), [])", list_of(value.type))
        query = syntax.parts[0]
        if len(query.parts) == 1 and query.parts[0].kind == "match":
            clause = query.parts[0]
            matched = self.match(clause.all("path"), clause.first("where"), scope.scope)
            if syntax.name == "EXISTS":
                return Value(f"EXISTS ({select('1', matched)})", BOOL)
            if syntax.name == "COUNT":
                return Value(f"({select('count(*)', matched)})", INT)
        sql, types = self.queries(query, scope.scope)
        if syntax.name == "EXISTS":
            return Value(f"EXISTS ({sql})", BOOL)
        if syntax.name == "COUNT":
            return Value(f"(SELECT count(*) FROM ({sql}))", INT)
        listed = f"SELECT list(c0) FROM ({sql})"
        return Value(f"coalesce(({listed}), [])", list_of(types[0]))


MARK = "{k: e.k, i: e.i}"
"""Identity of a relationship among all kinds."""


class _Reading:
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
        name = self.context.fresh("_")
        every = frozenset(self.context.model.nodes)
        node = self.elements[name] = Element(name, part, ValueType("node", kinds=every))
        return node

    def _element(self, part: Syntax, kind: str) -> Element:
        """Return the element of a node or relationship; one of a name that was met is that one."""
        variable = part.first("variable")
        name = variable.name if variable is not None else self.context.fresh("_")
        among = self.context.model.nodes if kind == "node" else self.context.model.relationships
        labels = part.first("labels")
        kinds = labelled(labels.parts[0], frozenset(among)) if labels else frozenset(among)
        known = self.elements.get(name)
        if known is None:
            bound = self.scope.get(name)
            if bound is not None:
                if bound.type == NULL:
                    bound = Variable(ValueType(kind), {KIND: "CAST(NULL AS VARCHAR)",
                                               KEY: "CAST(NULL AS VARCHAR)"})  # fmt: skip
                if bound.type.name != kind:
                    raise Untranslated(f"{kind} that is {bound.type.name}")
                bound = self._apart(bound)
            type_ = bound.type.kinds if bound is not None else frozenset(among)
            known = self.elements[name] = Element(name, part, ValueType(kind, kinds=type_), bound)
        known.type = replace(known.type, kinds=known.type.kinds & kinds)
        if part.first("map", "where", "parameter") is not None:
            known.maps.append(part)
        return known

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
            if element.known is not None:
                raise Untranslated("walk of relationships that are known")
            element.steps = steps_of(quantifier) if quantifier is not None else _length(length)
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
        element = Element(self.context.fresh("_"), part, every, ends=(left, right), group=part)
        element.steps = steps_of(quantifier)
        self._within(element)
        return element


def _narrow(context: Context, relationships: Sequence[Element]) -> None:
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
            wanted = (kinds, *map(frozenset, ends))
            for part, fit in zip((element, *element.own_ends), wanted, strict=True):
                left = part.type.kinds & fit
                if left != part.type.kinds:
                    part.type = replace(part.type, kinds=left)
                    changed = True


def _fits(table: Table, element: Element) -> bool:
    start, end = (node.type.kinds for node in element.own_ends)
    first, second = (frozenset(end.kinds) for end in table.ends)
    forward = bool(start & first) and bool(end & second)
    return forward or (not element.directed and bool(start & second) and bool(end & first))


def _apart(left: Element, right: Element, conditions: Sequence[Syntax]) -> bool:
    """Return True if two nodes cannot be the same: by their kinds, or by a condition."""
    if not left.type.kinds & right.type.kinds:
        return True
    names = {("variable", left.name), ("variable", right.name)}
    for condition in _required(conditions):
        signs = [part.name for part in condition.parts[1::2]]
        compared_names = {(part.kind, part.name) for part in condition.parts[::2]}
        if condition.kind == "compare" and signs == ["<>"] and compared_names == names:
            return True
    texts = [{(e.name, e.parts[0].name) for place in node.maps for e in _entries(place)
              if e.parts[0].kind == "string"} for node in (left, right)]  # fmt: skip
    return any(a == c and b != d for a, b in texts[0] for c, d in texts[1])


def _required(conditions: Sequence[Syntax]) -> Iterator[Syntax]:
    """Yield the conditions that must all be met."""
    for condition in conditions:
        if condition.kind in ("and", "group"):
            yield from _required([part for part in condition.parts if part.kind != "sign"])
        else:
            yield condition


def _only_of(condition: Syntax, name: str) -> bool:
    """Return True if a condition is about one variable, and asks the graph nothing."""
    names = {variable.name for variable in condition.walk("variable")}
    return names == {name} and not has_subquery(condition)


def _checked(begin: str, left: Element, right: Element, source: str) -> str:
    """Write the condition on the beginning of a shortest walk whose ends must not be the same.

    Neo4j has an error for those, or looks for a way around that this does not find.
    """
    if left.known is None or right.known is None or not source:
        raise Untranslated("shortest path that may lead back to its start (here: a <> b)")
    same = " AND ".join(f"{left.known.columns[what]} = {right.known.columns[what]}"
                        for what in (KEY, KIND))  # fmt: skip
    end = unsure("shortest path that leads back to its start")
    return f"{begin} AND (SELECT bool_and(CASE WHEN {same} THEN {end} ELSE TRUE END) FROM {source})"


def _entries(place: Syntax) -> Sequence[Syntax]:
    entries = place.first("map")
    return entries.parts if entries is not None else ()


def _columns(alias: str, names: Sequence[str]) -> dict[str, str]:
    columns = {KIND: f"{alias}.k", KEY: f"{alias}.i"}
    return columns | {name: f"{alias}.{quoted(name)}" for name in names}


def _end_columns(alias: str, element: Element) -> dict[str, str]:
    """Name the ends of a relationship as it is stored, whatever way the pattern takes it."""
    forward = [(f"{alias}.fk", f"{alias}.f"), (f"{alias}.tk", f"{alias}.t")]
    columns: dict[str, str] = {}
    for names, here, there in zip(ENDS, forward, forward[::-1], strict=True):
        for name, same, other in zip(names, here, there, strict=True):
            if not element.directed:
                columns[name] = f"CASE WHEN {alias}.b THEN {other} ELSE {same} END"
            else:
                columns[name] = other if element.reversed and element.steps is not None else same
    return columns


def _among(kind: str, kinds: frozenset[str]) -> str:
    listed = ", ".join(map(text, sorted(kinds))) or "''"
    return f"{kind} IN ({listed})"


def _marks(element: Element, result: Match) -> str:
    """Write the list of identities of the relationships that an element stands for."""
    if element.steps is not None:
        return f"{element.alias}.m"
    return f"[{MARK.replace('e.', f'{element.alias}.')}]"


def _length(length: Syntax | None) -> tuple[int, int | None]:
    """Read how many steps a relationship has: ``2``, ``1..3``, ``..3``, ``2..``, or any.

    >>> [_length(Syntax("length", 0, 0, name)) for name in ("1..3", "", "2", "..3", "2..")]
    [(1, 3), (1, None), (2, 2), (1, 3), (2, None)]
    """
    assert length is not None
    first, dots, last = length.name.partition("..")
    least = int(first) if first.strip() else 1
    if not dots:
        return (least, least) if first.strip() else (1, None)
    return least, int(last) if last.strip() else None


def _edge(
    table: Table, types: Mapping[str, ValueType], *, reverse: bool, loops: bool = True
) -> str:
    """Select a kind of relationship with common names of columns, from its end if reversed.

    Without loops, those that lead back to their node are left out.
    """
    ends = table.ends[::-1] if reverse else table.ends
    columns = [f"{text(table.name)} AS k", f"{quoted(table.key)} AS i", f"{reverse} AS b"]
    for end, (key, kind) in zip(ends, ((FROM, FROM_KIND), (TO, TO_KIND)), strict=True):
        type_ = text(end.kinds[0]) if end.kind_column is None else quoted(end.kind_column)
        columns += [f"{quoted(end.column)} AS {key}", f"{type_} AS {kind}"]
    columns += [_column(table, name, type_) for name, type_ in types.items()]
    condition = ""
    if not loops:
        first, second = table.ends
        same = f"{quoted(first.column)} = {quoted(second.column)}"
        kinds = [text(e.kinds[0]) if e.kind_column is None else quoted(e.kind_column)
                 for e in (first, second)]  # fmt: skip
        condition = f" WHERE NOT ({same} AND {kinds[0]} = {kinds[1]})"
    return f"SELECT {', '.join(columns)} FROM graph.{quoted(table.name)}{condition}"


def _column(table: Table, name: str, type_: ValueType) -> str:
    """Select a property as the type that it has in all kinds of an element, or null."""
    own = table.properties.get(name)
    if own is None:
        return f"CAST(NULL AS {sql_type(type_)}) AS {quoted(name)}"
    if own != type_:
        return f"CAST({quoted(name)} AS {sql_type(type_)}) AS {quoted(name)}"
    return quoted(name)


def select(what: str, matched: Match) -> str:
    """Select from the sources of a pattern."""
    conditions = " AND ".join(f"({condition})" for condition in matched.conditions)
    where = f" WHERE {conditions}" if conditions else ""
    sources = f" FROM {', '.join(matched.sources)}" if matched.sources else ""
    return f"SELECT {what}{sources}{where}"
