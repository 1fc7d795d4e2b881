"""Patterns as joins: nodes and relationships are tables, and their ends are joined by key."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from graphkit.cypher.tokens import Syntax
from graphkit.errors import Untranslated
from graphkit.stores.duck.comparisons import compared
from graphkit.stores.duck.elements import Element, PatternReading, apart, entries_of, narrow
from graphkit.stores.duck.expressions import ExpressionCompiler, has_subquery
from graphkit.stores.duck.scope import (
    ENDS,
    KEY,
    KIND,
    NAMELESS,
    Context,
    Scope,
    Variable,
    node_rows,
)
from graphkit.stores.duck.types import (
    BOOL,
    INT,
    NULL,
    KindTable,
    Value,
    ValueType,
    list_of,
    quoted,
    sql_type,
    text,
    unsure,
)
from graphkit.stores.duck.walks import Walk, every_shortest, first_walks, nothing, shortest, walked

FROM, FROM_KIND, TO, TO_KIND = "f", "fk", "t", "tk"
"""Columns of a relationship's source: the keys and kinds of both ends."""


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


class PatternCompiler:
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
        reading = PatternReading(self.context, scope, [where.parts[0]] if where is not None else [])
        reading.source = source
        for path in paths:
            reading.path(path)
        narrow(self.context, reading.relationships)
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
        inside = ExpressionCompiler(self.context, bound, self.value)
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
        if element.whole or self._is_used(element, ENDS[0][0]):
            columns |= _end_columns(alias, element)
        if element.bound is not None:
            result.conditions += [f"{alias}.{column} = {element.bound.columns[key]}"
                                  for column, key in (("k", KIND), ("i", KEY))]  # fmt: skip
        result.variables[element.name] = Variable(element.type, columns)

    def _is_used(self, element: Element, name: str) -> bool:
        used = self.context.used.get(element.name, frozenset())
        return used is None or name in used

    def _names(self, element: Element) -> list[str]:
        """List the properties that the statement or the pattern itself asks for."""
        names = self.context.properties(element.name, element.type, whole=element.whole)
        types = self.context.model.types(element.type)
        for place in element.maps:
            names += [entry.name for entry in entries_of(place) if entry.name in types]
        return list(dict.fromkeys(names))

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

    def _walk(self, element: Element, result: Match, reading: PatternReading) -> None:
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
        elif not apart(left, right, reading.conditions):
            begin = _check_ends(begin, left, right, reading.source)
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
        if element.group is None and not element.name.startswith(NAMELESS):
            steps = f"coalesce({alias}.s, [])" if element.whole else f"{alias}.m"
            result.values[element.name] = Value(steps, list_of(element.type))
        for (name, type_), column in groups.items():
            result.values[name] = Value(f"coalesce({alias}.{column}, [])", list_of(type_))

    def _steps(self, element: Element) -> str:
        """Select the steps of a walk along a relationship: its ends, its mark and its values."""
        names = (
            list(self.context.model.types(element.type)) if element.whole else self._names(element)
        )
        columns = {**_columns("e", names), **_end_columns("e", element)}
        variable = Variable(element.type, columns)
        inside = ExpressionCompiler(self.context, {element.name: variable}, self.value)
        conditions = [c for place in element.maps for c in self._entries(place, variable, inside)]
        conditions += [
            inside.condition(w.parts[0]) for p in element.maps if (w := p.first("where"))
        ]
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        edges = f"({self._edges(element, names)}) e"
        lists, join = "", ""
        if element.whole:
            value = ExpressionCompiler(self.context, {}).wide(variable, element.type)
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
        within = ExpressionCompiler(self.context, {**scope, **matched.scope})
        marks = " || ".join(_marks(part) for part in parts if not part.is_node)
        groups: dict[tuple[str, ValueType], str] = {}
        values = []
        for name, variable in matched.scope.items():
            if name.startswith(NAMELESS):
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
        self, element: Element, node: Element, result: Match, reading: PatternReading
    ) -> tuple[str, int]:
        """Write the condition on a step to begin at a node, and how narrow it is.

        ``{key}`` and ``{kind}`` stand for the columns of the node that the step begins at.
        """
        if node.bound is not None:
            key, kind = node.bound.columns[KEY], node.bound.columns[KIND]
            if reading.source:
                return f"({{key}}, {{kind}}) IN (SELECT {key}, {kind} FROM {reading.source})", 3
            # The engine takes minutes for a keyed recursion that depends on a row outside.
            return ("", 0) if element.selector else (f"{{key}} = {key} AND {{kind}} = {kind}", 3)
        for relationship in () if element.selector else reading.relationships:
            if relationship.alias and f") {relationship.alias}" in "".join(result.sources):
                for end, key, kind in zip(relationship.own_ends, "ft", ("fk", "tk"), strict=True):
                    if end is node:
                        alias = relationship.alias
                        return f"{{key}} = {alias}.{key} AND {{kind}} = {alias}.{kind}", 3
        conditions_on_node = [c for c in reading.conditions if _only_of(c, node.name)]
        if not node.maps and not conditions_on_node:
            return "", 0
        names = list(self.context.model.types(node.type))
        alias = self.context.fresh("n")
        variable = Variable(node.type, _columns(alias, names))
        scope = {**reading.scope, node.name: variable}
        inside = ExpressionCompiler(self.context, scope, self.value)
        conditions = [c for place in node.maps for c in self._entries(place, variable, inside)]
        conditions += [inside.condition(condition) for condition in conditions_on_node]
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
        if element.bound is not None:
            columns = dict(element.bound.columns)
            if element.type.kinds != element.bound.type.kinds:
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

    def _properties(self, element: Element, bound: Scope, inside: ExpressionCompiler) -> list[str]:
        """Compile the properties and conditions in the brackets of an element."""
        conditions: list[str] = []
        for place in element.maps:
            conditions += self._entries(place, bound[element.name], inside)
            if (where := place.first("where")) is not None:
                conditions.append(inside.condition(where.parts[0]))
        return conditions

    def _entries(self, place: Syntax, variable: Variable, inside: ExpressionCompiler) -> list[str]:
        """Compare the properties that a place of the pattern names."""
        entries = [(e.name, inside.value(e.parts[0])) for e in entries_of(place)]
        if (parameter := place.first("parameter")) is not None:
            values = self.context.value_of(parameter.name)
            if not isinstance(values, dict):
                raise Untranslated("properties from a parameter that is no map")
            entries += [(name, self.context.bind(value)) for name, value in values.items()]
        conditions = []
        for name, expected in entries:
            type_ = self.context.model.property(variable.type, name)
            column = variable.columns.get(name)
            if type_ != NULL and column is None:
                raise Untranslated("properties from a parameter")
            stored = Value(column, type_) if column and type_ != NULL else Value("NULL", NULL)
            conditions.append(compared(stored, "=", expected))
        return conditions

    def _different(self, relationships: Sequence[Element], result: Match) -> None:
        """Let no relationship stand for two of one pattern."""
        for place, element in enumerate(relationships):
            for earlier in relationships[:place]:
                if element.selector or earlier.selector:
                    continue
                if not element.type.kinds & earlier.type.kinds:
                    continue
                if element.steps is None and earlier.steps is None:
                    left, right = (result.variables[e.name].columns for e in (element, earlier))
                    alone = len(element.type.kinds | earlier.type.kinds) == 1
                    differ = f"{left[KEY]} <> {right[KEY]}"
                    kinds = f"{left[KIND]} <> {right[KIND]}"
                    result.conditions.append(differ if alone else f"({differ} OR {kinds})")
                else:
                    marks = (_marks(element), _marks(earlier))
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
        values = ExpressionCompiler(self.context, bound)
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
                    values.wide((element.bound or bound[element.name]), types[element.type.name])
                    if whole
                    else "0"
                )
                if not whole and not element.is_node:
                    columns = (element.bound or bound[element.name]).columns
                    value = f"{{k: {columns[KIND]}, i: {columns[KEY]}}}"
                lists[element.type.name].append(f"[{value}]")
            walked_to = element.steps is not None
        joined = {kind: " || ".join(syntax) if syntax else "[]" for kind, syntax in lists.items()}
        packed = f"{{'_nodes': {joined['node']}, '_relationships': {joined['relationship']}}}"
        return Value(packed, ValueType("path", fields=(
            ("nodes", list_of(types["node"])), ("relationships", list_of(types["relationship"])),
        )))  # fmt: skip

    # --- subqueries

    def value(self, scope: ExpressionCompiler, syntax: Syntax) -> Value:
        """Compile EXISTS, COUNT, COLLECT, a pattern that is a condition, or a comprehension."""
        if syntax.kind == "pattern":
            matched = self.match(syntax.all("path"), None, scope.scope)
            return Value(f"EXISTS ({select('1', matched)})", BOOL)
        if syntax.kind == "pattern-comprehension":
            where, result = syntax.first("where"), syntax.first("result")
            matched = self.match(syntax.all("path"), where, scope.scope)
            inner = ExpressionCompiler(self.context, {**scope.scope, **matched.scope}, self.value)
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


def _only_of(condition: Syntax, name: str) -> bool:
    """Return True if a condition is about one variable, and asks the graph nothing."""
    names = {variable.name for variable in condition.walk("variable")}
    return names == {name} and not has_subquery(condition)


def _check_ends(begin: str, left: Element, right: Element, source: str) -> str:
    """Write the condition on the beginning of a shortest walk whose ends must not be the same.

    Neo4j has an error for those, or looks for a way around that this does not find.
    """
    if left.bound is None or right.bound is None or not source:
        raise Untranslated("shortest path that may lead back to its start (here: a <> b)")
    same = " AND ".join(f"{left.bound.columns[key]} = {right.bound.columns[key]}"
                        for key in (KEY, KIND))  # fmt: skip
    end = unsure("shortest path that leads back to its start")
    return f"{begin} AND (SELECT bool_and(CASE WHEN {same} THEN {end} ELSE TRUE END) FROM {source})"


def _columns(alias: str, names: Sequence[str]) -> dict[str, str]:
    columns = {KIND: f"{alias}.k", KEY: f"{alias}.i"}
    return columns | {name: f"{alias}.{quoted(name)}" for name in names}


def _end_columns(alias: str, element: Element) -> dict[str, str]:
    """Name the ends of a relationship as it is stored, whatever way the pattern takes it."""
    forward = [(f"{alias}.fk", f"{alias}.f"), (f"{alias}.tk", f"{alias}.t")]
    columns: dict[str, str] = {}
    for names, ends, opposite_ends in zip(ENDS, forward, forward[::-1], strict=True):
        for name, end, opposite in zip(names, ends, opposite_ends, strict=True):
            if not element.directed:
                columns[name] = f"CASE WHEN {alias}.b THEN {opposite} ELSE {end} END"
            else:
                columns[name] = opposite if element.reversed and element.steps is not None else end
    return columns


def _among(kind: str, kinds: frozenset[str]) -> str:
    listed = ", ".join(map(text, sorted(kinds))) or "''"
    return f"{kind} IN ({listed})"


def _marks(element: Element) -> str:
    """Write the list of identities of the relationships that an element stands for."""
    if element.steps is not None:
        return f"{element.alias}.m"
    return f"[{MARK.replace('e.', f'{element.alias}.')}]"


def _edge(
    table: KindTable, types: Mapping[str, ValueType], *, reverse: bool, loops: bool = True
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


def _column(table: KindTable, name: str, type_: ValueType) -> str:
    """Select a property as the type that it has in all kinds of an element, or null."""
    stored_type = table.properties.get(name)
    if stored_type is None:
        return f"CAST(NULL AS {sql_type(type_)}) AS {quoted(name)}"
    if stored_type != type_:
        return f"CAST({quoted(name)} AS {sql_type(type_)}) AS {quoted(name)}"
    return quoted(name)


def select(columns: str, matched: Match) -> str:
    """Select from the sources of a pattern."""
    conditions = " AND ".join(f"({condition})" for condition in matched.conditions)
    where = f" WHERE {conditions}" if conditions else ""
    sources = f" FROM {', '.join(matched.sources)}" if matched.sources else ""
    return f"SELECT {columns}{sources}{where}"
