"""Patterns as joins: nodes and relationships are tables, and their ends are joined by key."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from graphkit.cypher.tokens import Syntax
from graphkit.errors import Untranslated
from graphkit.stores.duck.expressions import Expressions, compared, labelled
from graphkit.stores.duck.file import quoted, text
from graphkit.stores.duck.scope import KEY, KIND, Context, Scope, Variable
from graphkit.stores.duck.types import BOOL, INT, NULL, T, Table, Value, list_of, sql_type

FROM, FROM_KIND, TO, TO_KIND = "f", "fk", "t", "tk"
"""Columns of a relationship's source: the keys and kinds of both ends."""


@dataclass
class Element:
    """A node or relationship of a pattern while its kinds are narrowed."""

    name: str
    """Of a variable; of one without a name, a fresh one."""
    syntax: Syntax
    type: T
    known: Variable | None = None
    """Names that an earlier clause, or a part of this one, bound."""
    ends: tuple[Element, Element] | None = None
    """Nodes at the start and end of a relationship, in the order in which it is stored."""
    directed: bool = True
    alias: str = ""
    """Name of the source of a relationship in SQL."""
    steps: tuple[int, int | None] | None = None
    """Least and most steps of a relationship of several; None for no most."""
    reversed: bool = False
    """True if the pattern goes from its end to its start."""
    whole: bool = False
    """True if all its properties are needed."""


@dataclass
class Match:
    """Sources, conditions and new variables of one MATCH."""

    sources: list[str] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)
    variables: dict[str, Variable] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)
    """Values of variables that stand for paths, and for relationships of several steps."""

    @property
    def columns(self) -> list[str]:
        """The columns of the new variables."""
        return [column for variable in self.variables.values()
                for column in variable.columns.values()]  # fmt: skip


Queries = Callable[[Syntax, Scope], tuple[str, list[T]]]
"""Compiler of a whole query inside a scope: its SQL, and the types of its columns."""


class Patterns:
    """Compiler of the patterns of a statement."""

    def __init__(self, context: Context, queries: Queries) -> None:
        self.context, self.queries = context, queries

    def match(self, paths: Sequence[Syntax], where: Syntax | None, scope: Scope) -> Match:
        """Compile the paths of one MATCH; variables in scope stand for what they are."""
        elements: dict[str, Element] = {}
        relationships: list[Element] = []
        named: list[tuple[str, list[Element]]] = []
        for path in paths:
            parts = self._read(path, scope, elements, relationships)
            if path.parts[0].kind == "variable":
                named.append((path.parts[0].name, parts))
        self._narrow(relationships)
        result = Match()
        for one in relationships:
            self._relationship(one, result)
        for one in elements.values():
            if one.type.name == "node":
                self._node(one, relationships, result)
        self._different(relationships, result)
        for name, parts in named:
            result.values[name] = self._path(parts, {**scope, **result.variables})
        held = {name: Variable(v.type, {"": v.sql}) for name, v in result.values.items()}
        bound = {**scope, **result.variables, **held}
        inside = Expressions(self.context, bound, self.value)
        for one in [*elements.values(), *relationships]:
            result.conditions += self._properties(one, bound, inside)
        if where is not None:
            result.conditions.append(inside.condition(where.parts[0]))
        return result

    def _read(
        self, path: Syntax, scope: Scope, elements: dict[str, Element],
        relationships: list[Element],
    ) -> list[Element]:  # fmt: skip
        """Collect the nodes and relationships of a path, and return them in their order."""
        name = path.parts[0].name if path.parts[0].kind == "variable" else ""
        before: Element | None = None
        pending: Syntax | None = None
        parts: list[Element] = []
        for part in path.parts[bool(name) :]:
            if part.kind == "relationship":
                pending = part
            elif part.kind == "node":
                node = self._element(part, "node", scope, elements)
                if pending is not None and before is not None:
                    between = self._between(before, pending, node, scope, elements)
                    relationships.append(between)
                    parts.append(between)
                parts.append(node)
                before, pending = node, None
            else:
                raise Untranslated(f"{part.kind} in a path")
        if name and self.context.used.get(name, frozenset()) is None:
            for one in parts:
                one.whole = True
        return parts

    def _element(
        self, part: Syntax, kind: str, scope: Scope, elements: dict[str, Element]
    ) -> Element:
        """Return the element of a node or relationship; one of a name that was met is that one."""
        variable = part.first("variable")
        name = variable.name if variable is not None else self.context.fresh("_")
        among = self.context.model.nodes if kind == "node" else self.context.model.relationships
        labels = part.first("labels")
        kinds = labelled(labels.parts[0], frozenset(among)) if labels else frozenset(among)
        if name in elements:
            known = elements[name]
            known.type = replace(known.type, kinds=known.type.kinds & kinds)
            if part.first("map", "where") is not None:
                known.syntax = part
            return known
        bound = scope.get(name)
        if bound is not None:
            if bound.type.name != kind:
                raise Untranslated(f"a {kind} that is {bound.type.name}")
            bound = self._apart(bound)
            kinds &= bound.type.kinds
        element = Element(name, part, T(kind, kinds=kinds), bound)
        elements[name] = element
        return element

    def _apart(self, variable: Variable) -> Variable:
        """Return a node or relationship with its parts as columns, also of one that is a value."""
        if not variable.is_value:
            return variable
        whole, of = variable.columns[""], variable.type
        names = dict.fromkeys(n for t in self.context.model.tables(of) for n in t.properties)
        columns = {name: f"({whole}).{quoted(name)}" for name in (KIND, KEY, *names)}
        return Variable(of, columns)

    def _between(
        self, left: Element, part: Syntax, right: Element, scope: Scope,
        elements: dict[str, Element],
    ) -> Element:  # fmt: skip
        if part.first("quantifier") is not None:
            raise Untranslated("a relationship with a quantifier")
        variable = part.first("variable")
        if variable is not None and variable.name in elements:
            raise Untranslated("a relationship that stands twice in a pattern")
        one = self._element(part, "relationship", scope, elements)
        del elements[one.name]
        one.ends = (right, left) if part.name == "<" else (left, right)
        one.directed = part.name in ("<", ">")
        if (length := part.first("length")) is not None:
            one.steps = _steps(length.name)
            one.reversed = part.name == "<"
        return one

    def _narrow(self, relationships: list[Element]) -> None:
        """Narrow kinds until every relationship fits the nodes at its ends."""
        changed = True
        while changed:
            changed = False
            for one in relationships:
                if one.ends is None or (one.steps or (1,))[0] == 0:
                    continue  # of no step, a node is its own end
                tables = self.context.model.tables(one.type)
                fitting = [t for t in tables if self._fits(t, one)]
                ends: tuple[set[str], set[str]] = (set(), set())
                for table in fitting:
                    for end, those in zip(table.ends, ends, strict=True):
                        those.update(end.kinds)
                if not one.directed:
                    both = ends[0] | ends[1]
                    ends = (both, both)
                kinds = frozenset(t.name for t in fitting)
                wanted = (kinds, *map(frozenset, ends))
                for element, fit in zip((one, *one.ends), wanted, strict=True):
                    left = element.type.kinds & fit
                    if left != element.type.kinds:
                        element.type = replace(element.type, kinds=left)
                        changed = True

    def _fits(self, table: Table, one: Element) -> bool:
        assert one.ends is not None
        start, end = (element.type.kinds for element in one.ends)
        first, second = (frozenset(end.kinds) for end in table.ends)
        forward = bool(start & first) and bool(end & second)
        return forward or (not one.directed and bool(start & second) and bool(end & first))

    def _relationship(self, one: Element, result: Match) -> None:
        """Add the source of a relationship, and bind it."""
        alias = self.context.fresh("r")
        if one.steps is not None:
            self._walk(one, alias, result)
            return
        names = self.context.properties(one.name, one.type, whole=one.whole)
        names += [n for n in self._own(one) if n not in names]
        types = {name: self.context.model.property(one.type, name) for name in names}
        tables = self.context.model.tables(one.type)
        sources = [self._edge(table, types, reverse=False) for table in tables]
        if not one.directed:
            sources += [self._edge(table, types, reverse=True) for table in tables]
        one.alias = alias
        written = " UNION ALL BY NAME ".join(sources) or self._nothing(names, ends=True)
        result.sources.append(f"({written}) {alias}")
        columns = {KIND: f"{alias}.k", KEY: f"{alias}.i"}
        columns |= {name: f"{alias}.{quoted(name)}" for name in names}
        if one.known is not None:
            result.conditions += [f"{alias}.{own} = {one.known.columns[what]}"
                                  for own, what in (("k", KIND), ("i", KEY))]  # fmt: skip
        self._bind(one, columns, result)

    def _walk(self, one: Element, alias: str, result: Match) -> None:
        """Add the source of a relationship of several steps, none of which is taken twice.

        It has the ends of the whole walk, the relationships in order, and the nodes after each.
        """
        assert one.steps is not None
        least, most = one.steps
        of = one.type
        types = self.context.model.types(of)
        tables = self.context.model.tables(of)
        sources = [self._edge(table, types, reverse=one.reversed) for table in tables]
        if not one.directed:
            sources += [self._edge(table, types, reverse=not one.reversed) for table in tables]
        edges = " UNION ALL BY NAME ".join(sources) or self._nothing(list(types), ends=True)
        columns = {KIND: "e.k", KEY: "e.i", **{n: f"e.{quoted(n)}" for n in types}}
        step = Expressions(self.context, {}).wide(Variable(of, columns), of)
        ends = frozenset(k for table in tables for end in table.ends for k in end.kinds)
        node = T("node", kinds=ends)
        own = [
            f"SELECT {text(t.name)} AS k, CAST({quoted(t.key)} AS VARCHAR) AS i, "
            + Expressions(self.context, {}).wide(
                Variable(T("node", kinds=frozenset({t.name})), {
                    KIND: text(t.name), KEY: quoted(t.key), **{n: quoted(n) for n in t.properties},
                }), node,
            ) + f" AS s FROM graph.{quoted(t.name)}"
            for t in self.context.model.tables(node)
        ]  # fmt: skip
        mark = "e.k || ' ' || CAST(e.i AS VARCHAR)"
        conditions = self._filter(one, columns)
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        steps = (
            f"SELECT e.f, e.fk, e.t, e.tk, {mark} AS m, {step} AS s, "
            f"{'n.s' if one.whole else 'NULL'} AS n FROM ({edges}) e"
            + (f" JOIN ({' UNION ALL '.join(own)}) n ON n.k = e.tk AND n.i = CAST(e.t AS VARCHAR)"
               if one.whole else "") + where
        )  # fmt: skip
        longest = "" if most is None else f" AND len(w.m) < {most}"
        walks = (
            f"WITH RECURSIVE e AS MATERIALIZED ({steps}), w AS ("
            "SELECT f, fk, t, tk, [m] AS m, [s] AS s, [n] AS n FROM e UNION ALL "
            "SELECT w.f, w.fk, e.t, e.tk, list_append(w.m, e.m), list_append(w.s, e.s), "
            "list_append(w.n, e.n) FROM w JOIN e ON w.t = e.f AND w.tk = e.fk "
            f"WHERE NOT list_contains(w.m, e.m){longest}) "
            f"SELECT * FROM w WHERE len(m) >= {max(least, 1)}"
            + ("" if most is None else f" AND len(m) <= {most}")
        )
        if least == 0:
            walks = f"{walks} UNION ALL {self._stays(one)}"
        if one.reversed:
            walks = f"SELECT t AS f, tk AS fk, f AS t, fk AS tk, m, s, n FROM ({walks})"
        result.sources.append(f"({walks}) {alias}")
        one.alias = alias
        if not one.name.startswith("_"):
            result.values[one.name] = Value(f"coalesce({alias}.s, [])", list_of(of))

    def _stays(self, one: Element) -> str:
        """Select the walks of no step: from each node that may be both ends to itself."""
        assert one.ends is not None
        both = one.ends[0].type.kinds & one.ends[1].type.kinds
        selects = [
            f"SELECT {quoted(t.key)} AS f, {text(t.name)} AS fk, {quoted(t.key)} AS t, "
            f"{text(t.name)} AS tk, CAST([] AS VARCHAR[]) AS m, NULL AS s, NULL AS n "
            f"FROM graph.{quoted(t.name)}"
            for t in self.context.model.tables(T("node", kinds=both))
        ]
        nothing = "SELECT '' AS f, '' AS fk, '' AS t, '' AS tk, CAST([] AS VARCHAR[]) AS m, "
        return " UNION ALL ".join(selects) or f"{nothing} NULL AS s, NULL AS n WHERE FALSE"

    def _filter(self, one: Element, columns: Mapping[str, str]) -> list[str]:
        """Compile the properties that each step of a walk must have."""
        inside = Expressions(self.context, {}, self.value)
        entries = one.syntax.first("map")
        conditions = []
        for entry in entries.parts if entries is not None else ():
            of = self.context.model.property(one.type, entry.name)
            own = Value(columns[entry.name], of) if of != NULL else Value("NULL", NULL)
            conditions.append(compared(own, "=", inside.value(entry.parts[0])))
        if one.syntax.first("where") is not None:
            raise Untranslated("a condition on each step")
        return conditions

    def _path(self, parts: Sequence[Element], bound: Scope) -> Value:
        """Build a path: its nodes and relationships in order."""
        elements = {kind: frozenset().union(*(p.type.kinds for p in parts if p.type.name == kind))
                    for kind in ("node", "relationship")}  # fmt: skip
        for one in parts:
            if one.steps is not None:
                tables = self.context.model.tables(one.type)
                more = frozenset(k for t in tables for end in t.ends for k in end.kinds)
                elements["node"] |= more
        types = {kind: T(kind, kinds=kinds) for kind, kinds in elements.items()}
        whole = all(one.whole for one in parts)
        values = Expressions(self.context, bound)
        lists: dict[str, list[str]] = {"node": [], "relationship": []}
        skip = False
        for one in parts:
            of = types[one.type.name]
            if one.steps is not None:
                if len(parts) > 3:
                    raise Untranslated("a path with walks among other steps")
                lists["relationship"].append(f"coalesce({one.alias}.s, [])")
                if one.reversed:
                    raise Untranslated("a path against its direction")
                lists["node"].append(f"coalesce({one.alias}.n, [])")
                skip = True
                continue
            if skip and one.type.name == "node":
                continue
            written = values.wide(bound[one.name], of) if whole else "1"
            lists[one.type.name].append(f"[{written}]")
        joined = {kind: " || ".join(each) if each else "[]" for kind, each in lists.items()}
        packed = f"{{'_nodes': {joined['node']}, '_relationships': {joined['relationship']}}}"
        return Value(packed, T("path", fields=(
            ("nodes", list_of(types["node"])), ("relationships", list_of(types["relationship"])),
        )))  # fmt: skip

    def _edge(self, table: Table, types: Mapping[str, T], *, reverse: bool) -> str:
        """Select a kind of relationship with common names of columns."""
        ends = table.ends[::-1] if reverse else table.ends
        columns = [f"{text(table.name)} AS k", f"{quoted(table.key)} AS i"]
        for end, (key, kind) in zip(ends, ((FROM, FROM_KIND), (TO, TO_KIND)), strict=True):
            of = text(end.kinds[0]) if end.kind_column is None else quoted(end.kind_column)
            columns += [f"{quoted(end.column)} AS {key}", f"{of} AS {kind}"]
        columns += [_column(table, name, of) for name, of in types.items()]
        loop = ""
        if reverse:
            first, second = table.ends
            same = f"{quoted(first.column)} = {quoted(second.column)}"
            kinds = [text(e.kinds[0]) if e.kind_column is None else quoted(e.kind_column)
                     for e in (first, second)]  # fmt: skip
            loop = f" WHERE NOT ({same} AND {kinds[0]} = {kinds[1]})"
        return f"SELECT {', '.join(columns)} FROM graph.{quoted(table.name)}{loop}"

    def _nothing(self, names: Sequence[str], *, ends: bool) -> str:
        """Select no row, for a pattern that nothing fits."""
        columns = ["'' AS k", "'' AS i"]
        if ends:
            columns += [f"'' AS {name}" for name in (FROM, FROM_KIND, TO, TO_KIND)]
        types = self.context.model.properties
        columns += [f"CAST(NULL AS {sql_type(types[name])}) AS {quoted(name)}" for name in names]
        return f"SELECT {', '.join(columns)} WHERE FALSE"

    def _node(self, one: Element, relationships: Sequence[Element], result: Match) -> None:
        """Join a node to the ends of its relationships, and bind it."""
        names = self.context.properties(one.name, one.type, whole=one.whole)
        names += [n for n in self._own(one) if n not in names]
        ends = [
            (f"{r.alias}.{key}", f"{r.alias}.{kind}")
            for r in relationships if r.ends is not None
            for node, key, kind in zip(r.ends, (FROM, TO), (FROM_KIND, TO_KIND), strict=True)
            if node is one
        ]  # fmt: skip
        if one.known is not None:
            columns = dict(one.known.columns)
        elif ends and not names:
            columns = {KIND: ends[0][1], KEY: ends[0][0]}
            if one.type.kinds != self._possible(one, relationships):
                listed = ", ".join(map(text, sorted(one.type.kinds))) or "''"
                result.conditions.append(f"{ends[0][1]} IN ({listed})")
            ends_left = ends[1:]
            self._joined(columns, ends_left, result)
            self._bind(one, columns, result)
            return
        else:
            alias = self.context.fresh("n")
            selects = [
                f"SELECT {text(t.name)} AS k, {quoted(t.key)} AS i"
                + "".join(
                    f", {_column(t, name, self.context.model.property(one.type, name))}"
                    for name in names
                )
                + f" FROM graph.{quoted(t.name)}"
                for t in self.context.model.tables(one.type)
            ]
            written = " UNION ALL BY NAME ".join(selects) or self._nothing(names, ends=False)
            result.sources.append(f"({written}) {alias}")
            columns = {KIND: f"{alias}.k", KEY: f"{alias}.i"}
            columns |= {name: f"{alias}.{quoted(name)}" for name in names}
        self._joined(columns, ends, result)
        if one.known is None:
            self._bind(one, columns, result)
        elif one.type.kinds != one.known.type.kinds:
            listed = ", ".join(map(text, sorted(one.type.kinds))) or "''"
            result.conditions.append(f"{columns[KIND]} IN ({listed})")

    def _possible(self, one: Element, relationships: Sequence[Element]) -> frozenset[str]:
        """Return all kinds that the first relationship of a node may have at its end."""
        first = next(r for r in relationships if r.ends is not None and one in r.ends)
        assert first.ends is not None
        places = [n for n, node in enumerate(first.ends) if node is one]
        kinds: set[str] = set()
        for table in self.context.model.tables(first.type):
            for place in places if first.directed else (0, 1):
                kinds.update(table.ends[place].kinds)
        return frozenset(kinds)

    @staticmethod
    def _joined(columns: Mapping[str, str], ends: Sequence[tuple[str, str]], result: Match) -> None:
        for key, kind in ends:
            result.conditions += [f"{columns[KEY]} = {key}", f"{columns[KIND]} = {kind}"]

    def _own(self, one: Element) -> list[str]:
        """List the properties that the pattern itself asks for."""
        entries = one.syntax.first("map")
        known = self.context.model.properties
        return [e.name for e in entries.parts if e.name in known] if entries is not None else []

    def _bind(self, one: Element, columns: Mapping[str, str], result: Match) -> None:
        """Give a new element its variable; one without a name is bound within the clause alone."""
        result.variables[one.name] = Variable(one.type, dict(columns))

    def _properties(self, one: Element, bound: Scope, inside: Expressions) -> list[str]:
        """Compile the properties and conditions in the brackets of an element."""
        conditions: list[str] = []
        if one.steps is not None:
            return conditions
        variable = bound[one.name]
        entries = one.syntax.first("map")
        for entry in entries.parts if entries is not None else ():
            of = self.context.model.property(variable.type, entry.name)
            column = variable.columns.get(entry.name)
            own = Value(column, of) if column and of != NULL else Value("NULL", NULL)
            conditions.append(compared(own, "=", inside.value(entry.parts[0])))
        if (where := one.syntax.first("where")) is not None:
            conditions.append(inside.condition(where.parts[0]))
        if one.syntax.first("parameter") is not None:
            raise Untranslated("properties from a parameter")
        return conditions

    def _different(self, relationships: Sequence[Element], result: Match) -> None:
        """Let no relationship stand for two of one pattern."""
        for place, one in enumerate(relationships):
            for other in relationships[:place]:
                if one.type.kinds & other.type.kinds and (one.steps or other.steps):
                    raise Untranslated("walks beside other steps of one kind")
                if one.type.kinds & other.type.kinds:
                    left, right = (result.variables[e.name].columns for e in (one, other))
                    alone = len(one.type.kinds | other.type.kinds) == 1
                    differ = f"{left[KEY]} <> {right[KEY]}"
                    kinds = f"{left[KIND]} <> {right[KIND]}"
                    result.conditions.append(differ if alone else f"({differ} OR {kinds})")

    def value(self, scope: Expressions, each: Syntax) -> Value:
        """Compile EXISTS, COUNT, COLLECT, a pattern that is a condition, or a comprehension."""
        if each.kind == "pattern":
            found = self.match(each.all("path"), None, scope.scope)
            return Value(f"EXISTS ({_select('1', found)})", BOOL)
        if each.kind == "pattern-comprehension":
            where, result = each.first("where"), each.first("result")
            found = self.match(each.all("path"), where, scope.scope)
            inner = Expressions(self.context, {**scope.scope, **found.variables}, self.value)
            assert result is not None
            value = inner.value(result.parts[0])
            listed = _select(f"list({value.sql})", found)
            return Value(f"coalesce(({listed}), [])", list_of(value.type))
        query = each.parts[0]
        if len(query.parts) == 1 and query.parts[0].kind == "match":
            clause = query.parts[0]
            found = self.match(clause.all("path"), clause.first("where"), scope.scope)
            if each.name == "EXISTS":
                return Value(f"EXISTS ({_select('1', found)})", BOOL)
            if each.name == "COUNT":
                return Value(f"({_select('count(*)', found)})", INT)
        sql, types = self.queries(query, scope.scope)
        if each.name == "EXISTS":
            return Value(f"EXISTS ({sql})", BOOL)
        if each.name == "COUNT":
            return Value(f"(SELECT count(*) FROM ({sql}))", INT)
        listed = f"SELECT list(c0) FROM ({sql})"
        return Value(f"coalesce(({listed}), [])", list_of(types[0]))


def _steps(written: str) -> tuple[int, int | None]:
    """Read how many steps a relationship has: ``2``, ``1..3``, ``..3``, ``2..``, or any.

    >>> _steps("1..3"), _steps(""), _steps("2"), _steps("..3"), _steps("2..")
    ((1, 3), (1, None), (2, 2), (1, 3), (2, None))
    """
    first, dots, last = written.partition("..")
    least = int(first) if first.strip() else 1
    if not dots:
        return (least, least) if first.strip() else (1, None)
    return least, int(last) if last.strip() else None


def _column(table: Table, name: str, of: T) -> str:
    """Select a property as the type that it has in all kinds of an element, or null."""
    own = table.properties.get(name)
    if own is None:
        return f"CAST(NULL AS {sql_type(of)}) AS {quoted(name)}"
    if own != of:
        return f"CAST({quoted(name)} AS {sql_type(of)}) AS {quoted(name)}"
    return quoted(name)


def _select(what: str, found: Match) -> str:
    """Select from the sources of a pattern."""
    where = f" WHERE {' AND '.join(f'({c})' for c in found.conditions)}" if found.conditions else ""
    sources = f" FROM {', '.join(found.sources)}" if found.sources else ""
    return f"SELECT {what}{sources}{where}"
