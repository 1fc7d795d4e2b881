"""A statement as one query of SQL: a common table expression for each clause."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

from graphkit.cypher.statement import Statement
from graphkit.cypher.tokens import Syntax, place
from graphkit.errors import Untranslated, UsageError
from graphkit.stores.duck.comparisons import equivalent, sorted_by, told_apart
from graphkit.stores.duck.expressions import ExpressionCompiler
from graphkit.stores.duck.functions import AGGREGATES
from graphkit.stores.duck.patterns import PatternCompiler
from graphkit.stores.duck.scope import (
    KEY,
    KIND,
    NAMELESS,
    Context,
    Scope,
    Variable,
)
from graphkit.stores.duck.types import ANY, INT, NULL, Model, Value, ValueType, together
from graphkit.stores.duck.usage import used_properties


@dataclass(frozen=True)
class Compiled:
    """A statement in SQL, with the values that it binds, and the columns of its rows."""

    sql: str
    bound: Mapping[str, Any]
    names: tuple[str, ...]
    types: tuple[ValueType, ...]
    places: Mapping[str, str]
    """Names of the bound values that are parameters."""
    read: Mapping[str, Any]
    """Parameters whose values the SQL depends on."""
    notes: tuple[str, ...] = ()
    """Names in the statement that the graph has not."""


@dataclass
class Pipeline:
    """The clauses so far: their expressions, the last of them, and the variables in scope."""

    steps: list[str] = field(default_factory=list)
    source: str = ""
    scope: dict[str, Variable] = field(default_factory=dict)


def compile_statement(
    statement: Statement, parameters: Mapping[str, Any], model: Model
) -> Compiled:
    """Compile a statement for a graph.

    Raises
    ------
    Untranslated
        It has a construct that has no rule.
    UsageError
        It names a variable that nothing binds.
    """
    context = Context(model, parameters, used_properties(statement.query))
    try:
        sql, names, types = _Compiler(statement, context).query(statement.query, {})
    except Untranslated as error:
        position = place(statement.text, error.at or 0)
        raise Untranslated(f"{position}: the embedded database has no {error.reason}") from error
    # A rule that knows its result without its values leaves them out.
    used = set(re.findall(r"\$(p[0-9]+)", sql))
    bound = {name: value for name, value in context.bound.items() if name in used}
    places = {name: parameter for name, parameter in context.places.items() if name in used}
    notes: dict[int, str] = {}
    for label in statement.query.walk("label"):
        if label.name not in context.model.kinds:
            close = get_close_matches(label.name, context.model.kinds, 1)
            hint = f" (did you mean {close[0]}?)" if close else ""
            kind = f"label or relationship type {label.name!r}{hint}"
            notes[label.offset] = f"the graph has no {kind}; it matches nothing"
    notes |= context.unknown
    written = tuple(f"{place(statement.text, offset)}: {notes[offset]}" for offset in sorted(notes))
    return Compiled(sql, bound, tuple(names), tuple(types), places, context.read, written)


INSTEAD = {
    "procedure": "procedures ('graphkit schema' lists labels, types and properties)",
    "show": "SHOW ('graphkit schema' lists each kind and what identifies it)",
}
"""Words for a clause that has no rule, with what to ask instead."""


class _Compiler:
    """Compiler of queries: of the whole statement, and of those inside it."""

    def __init__(self, statement: Statement, context: Context) -> None:
        self.statement, self.context = statement, context
        self.patterns = PatternCompiler(context, self._inside)

    def _import(self, pipeline: Pipeline, query: Syntax) -> None:
        """Make columns of a query's own of those that it takes from around it.

        An aggregate of an outer column would be one of the outer query; and what a query does not
        use would be compared for nothing, row by row.
        """
        if not pipeline.scope:
            return
        used = used_properties(query)
        columns, scope = [], {}
        for name, variable in pipeline.scope.items():
            renamed = {}
            needed = used.get(name, frozenset())
            for key, column in variable.columns.items():
                if key in ("", KIND, KEY) or needed is None or key in needed:
                    renamed[key] = self.context.fresh("v")
                    columns.append(f"{column} AS {renamed[key]}")
            scope[name] = Variable(variable.type, renamed)
        step = self.context.fresh("q")
        pipeline.steps.append(f"{step} AS (SELECT {', '.join(columns)})")
        pipeline.source, pipeline.scope = step, scope

    def _inside(self, query: Syntax, scope: Scope) -> tuple[str, list[ValueType]]:
        sql, _, types = self.query(query, scope, needs_return=False)
        return sql, types

    def query(
        self, query: Syntax, scope: Scope, *, needs_return: bool = True
    ) -> tuple[str, list[str], list[ValueType]]:
        """Compile a query of one part, or of several joined by UNION or NEXT, inside a scope."""
        ends = [n for n, clause in enumerate(query.parts) if clause.kind == "next"]
        if ends:
            return self._next(query, ends[-1], scope, needs_return=needs_return)
        return self._united(query, scope, needs_return=needs_return)

    def _next(
        self, query: Syntax, end: int, scope: Scope, *, needs_return: bool
    ) -> tuple[str, list[str], list[ValueType]]:
        """Compile what follows NEXT, for each row of what is before it."""
        if scope:
            raise Untranslated("NEXT in a subquery")
        before, after = (replace(query, parts=parts)
                         for parts in (query.parts[:end], query.parts[end + 1 :]))  # fmt: skip
        sql, names, types = self.query(before, {})
        step = self.context.fresh("q")
        begin = Pipeline([f"{step} AS ({sql})"], step, {
            name: Variable(type_, {"": f"c{number}"})
            for number, (name, type_) in enumerate(zip(names, types, strict=True))
        })  # fmt: skip
        return self._united(after, {}, needs_return=needs_return, begin=begin)

    def _united(
        self, query: Syntax, scope: Scope, *, needs_return: bool, begin: Pipeline | None = None
    ) -> tuple[str, list[str], list[ValueType]]:
        parts: list[tuple[Pipeline, list[str], list[ValueType]]] = []
        clauses: list[Syntax] = []
        joined: list[str] = []
        for clause in [*query.parts, None]:
            if clause is not None and clause.kind != "union":
                clauses.append(clause)
                continue
            pipeline = Pipeline(scope=dict(scope))
            if begin is not None:
                steps = [] if parts else list(begin.steps)
                pipeline = Pipeline(steps, begin.source, dict(begin.scope))
            else:
                self._import(pipeline, query)
            names, types = _Clauses(self, pipeline, needs_return=needs_return).run(clauses)
            parts.append((pipeline, names, types))
            clauses = []
            if clause is not None:
                joined.append("UNION ALL" if clause.name == "ALL" else "UNION")
        first, names, types = parts[0]
        if any(sorted(part_names) != sorted(names) for _, part_names, _ in parts):
            raise UsageError("All sub queries in an UNION must have the same return column names")
        wide = [
            together(part_types[part_names.index(name)] for _, part_names, part_types in parts)
            for name in names
        ]
        selects = []
        for pipeline, part_names, part_types in parts:
            columns = []
            for number, (name, type_) in enumerate(zip(names, wide, strict=True)):
                position = part_names.index(name)
                value = Value(f"c{position}", part_types[position])
                columns.append(f"{value.cast(type_)} AS c{number}")
            selects.append(f"SELECT {', '.join(columns)} FROM {pipeline.source}")
        steps = [step for pipeline, *_ in parts for step in pipeline.steps]
        final = selects[0] if names else f"SELECT 1 AS one FROM {first.source}"
        for sign, select in zip(joined, selects[1:], strict=True):
            final += f" {sign} {select}"
        beginning = f"WITH {', '.join(steps)} " if steps else ""
        return beginning + final, names, wide


class _Clauses:
    """Compiler of the clauses of one query, from the first to RETURN."""

    def __init__(self, compiler: _Compiler, pipeline: Pipeline, *, needs_return: bool) -> None:
        self.compiler, self.pipeline, self.needs_return = compiler, pipeline, needs_return
        self.context, self.patterns = compiler.context, compiler.patterns
        self.statement = compiler.statement
        self.names: list[str] = []
        self.types: list[ValueType] = []

    def run(self, clauses: list[Syntax]) -> tuple[list[str], list[ValueType]]:
        """Compile the clauses."""
        for clause in clauses:
            rule = RULES.get(clause.kind)
            try:
                if rule is None:
                    raise Untranslated(INSTEAD.get(clause.kind, clause.kind.upper()))
                rule(self, clause)
            except Untranslated as error:
                error.at = clause.offset if error.at is None else error.at
                raise
        if not self.names and self.needs_return:
            raise Untranslated("query without RETURN")
        return self.names, self.types

    @property
    def values(self) -> ExpressionCompiler:
        """The compiler of values in the scope so far."""
        return ExpressionCompiler(self.context, self.pipeline.scope, self.patterns.value)

    def step(self, select: str) -> None:
        """Add an expression, and go on from it."""
        name = self.context.fresh("q")
        self.pipeline.steps.append(f"{name} AS ({select})")
        self.pipeline.source = name

    def match(self, clause: Syntax) -> None:
        """Join the sources of a pattern."""
        scope = self.pipeline.scope
        matched = self.patterns.match(
            clause.all("path"), clause.first("where"), scope, self.pipeline.source
        )
        columns, variables = [], {}
        for name, variable in matched.variables.items():
            if name.startswith(NAMELESS):
                continue
            renamed = {}
            for key, column in variable.columns.items():
                renamed[key] = self.context.fresh("v")
                columns.append(f"{column} AS {renamed[key]}")
            variables[name] = Variable(variable.type, renamed)
        for name, value in matched.values.items():
            column = self.context.fresh("v")
            columns.append(f"{value.sql} AS {column}")
            variables[name] = Variable(value.type, {"": column})
        source = self.pipeline.source
        where = " AND ".join(f"({c})" for c in matched.conditions)
        if clause.name == "OPTIONAL":
            inner = f"SELECT {', '.join(columns) or '1 AS one'}"
            inner += f" FROM {', '.join(matched.sources)}" if matched.sources else ""
            inner += f" WHERE {where}" if where else ""
            base = source or "(SELECT 1 AS one)"
            alias = self.context.fresh("o")
            outer = f"{base}.*, " if source else ""
            bound = ", ".join(c for v in variables.values() for c in v.columns.values()) or "1 AS u"
            self.step(
                f"SELECT {outer}{bound} FROM {base} LEFT JOIN LATERAL ({inner}) {alias} ON TRUE"
            )
        else:
            listed = ([f"{source}.*"] if source else []) + columns
            sources = ([source] if source else []) + matched.sources
            select = f"SELECT {', '.join(listed) or '1 AS one'}"
            select += f" FROM {', '.join(sources)}" if sources else ""
            self.step(select + (f" WHERE {where}" if where else ""))
        scope.update(variables)

    def unwind(self, clause: Syntax) -> None:
        """Make a row of each item of a list; of a single value one."""
        value, variable = self.values.value(clause.parts[0]), clause.parts[1]
        source = self.pipeline.source
        column = self.context.fresh("v")
        if value.type == NULL:
            type_, select = NULL, "CAST(NULL AS VARCHAR)"
        elif value.type.name == "list":
            type_, select = value.type.item or NULL, f"unnest({value.sql})"
        elif value.type == ANY:
            raise Untranslated("UNWIND of a value of any type")
        else:
            type_, select = (
                value.type,
                f"unnest(CASE WHEN {value.sql} IS NOT NULL THEN [{value.sql}] END)",
            )
        nothing = " WHERE FALSE" if value.type == NULL else ""
        if source and next(clause.parts[0].walk("variable"), None) is None:
            # The list is the same for all rows: none of them holds it.
            self.step(f"SELECT * FROM {source}, (SELECT {select} AS {column}){nothing}")
        else:
            outer = f"{source}.*, " if source else ""
            origin = f" FROM {source}" if source else ""
            self.step(f"SELECT {outer}{select} AS {column}{origin}{nothing}")
        self.pipeline.scope[variable.name] = Variable(type_, {"": column})

    def loop(self, clause: Syntax) -> None:
        """Make a row of each item of a list, as UNWIND does."""
        variable, items = clause.parts
        self.unwind(replace(clause, parts=[items, variable]))

    def let(self, clause: Syntax) -> None:
        """Give names to values."""
        source = self.pipeline.source
        columns, scope = [f"{source}.*"] if source else [], {}
        for assignment in clause.parts:
            variable, syntax = assignment.parts
            value = self.values.value(syntax)
            column = self.context.fresh("v")
            written = "CAST(NULL AS VARCHAR)" if value.type == NULL else value.sql
            columns.append(f"{written} AS {column}")
            scope[variable.name] = Variable(value.type, {"": column})
        self.step(f"SELECT {', '.join(columns)}" + (f" FROM {source}" if source else ""))
        self.pipeline.scope.update(scope)

    def filter(self, clause: Syntax) -> None:
        """Keep the rows that meet a condition."""
        condition = self.values.condition(clause.parts[0])
        source = self.pipeline.source or "(SELECT 1 AS one)"
        self.step(f"SELECT * FROM {source} WHERE {condition}")

    def subquery(self, clause: Syntax) -> None:
        """Ask a query for each row."""
        imports = [part for part in clause.parts[:-1] if part.kind in ("variable", "star")]
        scope = self.pipeline.scope
        if any(part.kind == "star" for part in imports):
            imported = dict(scope)
        else:
            imported = {part.name: scope[part.name] for part in imports if part.name in scope}
        query = clause.parts[-1]
        if not imports and query.parts[0].kind == "with":
            imported = dict(scope)  # the older form, whose first WITH imports
        sql, names, types = self.compiler.query(query, imported)
        alias, source = self.context.fresh("o"), self.pipeline.source
        base = source or "(SELECT 1 AS one)"
        columns = []
        for number, (name, type_) in enumerate(zip(names, types, strict=True)):
            column = self.context.fresh("v")
            columns.append(f"{alias}.c{number} AS {column}")
            scope[name] = Variable(type_, {"": column})
        join = "LEFT JOIN LATERAL" if clause.name == "OPTIONAL" else "JOIN LATERAL"
        outer = [f"{source}.*"] if source else []
        self.step(
            f"SELECT {', '.join([*outer, *columns])} FROM {base} {join} ({sql}) {alias} ON TRUE"
        )

    def projection(self, clause: Syntax) -> None:
        """Compile WITH and RETURN, with grouping, order and limits."""
        items = self._items(clause)
        aggregated = [any(_aggregates(value)) for _, value, _ in items]
        grouped = any(aggregated)
        by_group = grouped or clause.name == "DISTINCT"
        columns, groups, scope, before = self._project(items, aggregated, by_group=by_group)
        sorts, hidden = self._sorts(clause, items, scope, before, grouped=grouped)
        if grouped and all(aggregated):
            hidden.append(f"count(*) AS {self.context.fresh('s')}")  # one row, whatever is known
        distinct = clause.name == "DISTINCT" and (grouped or not groups)
        select = "SELECT " + ("DISTINCT " if distinct else "")
        select += ", ".join([*columns, *hidden]) or "1 AS one"
        select += f" FROM {self.pipeline.source}" if self.pipeline.source else ""
        if by_group and groups:
            select += f" GROUP BY {', '.join(dict.fromkeys(groups))}"
        elif grouped and not all(aggregated):
            select += " HAVING count(*) > 0"  # of no row, there is no group of a constant
        limits = self._limits(clause)
        if sorts:
            limits = f" ORDER BY {', '.join(sorts)}{limits}"
        self.pipeline.scope = scope
        if clause.kind == "return":
            self._return(items, select, limits)
            return
        if not limits and not hidden:
            self.step(select)
        else:
            projected = [c for v in scope.values() for c in v.columns.values()] or ["1 AS one"]
            self.step(select)
            self.step(f"SELECT {', '.join(projected)} FROM {self.pipeline.source}{limits}")
        where = clause.first("where")
        if where is not None:
            condition = self.values.condition(where.parts[0])
            self.step(f"SELECT * FROM {self.pipeline.source} WHERE {condition}")

    def _project(
        self, items: list[tuple[str, Syntax, str]], aggregated: list[bool], *, by_group: bool
    ) -> tuple[list[str], list[str], dict[str, Variable], dict[str, Variable]]:
        """Write columns and groups of items; give their variables after and before it."""
        values = self.values
        columns: list[str] = []
        groups: list[str] = []
        scope: dict[str, Variable] = {}
        before: dict[str, Variable] = {}
        for (name, syntax, _), is_aggregated in zip(items, aggregated, strict=True):
            variable = self.pipeline.scope.get(syntax.name) if syntax.kind == "variable" else None
            if variable is not None and not variable.is_value:
                renamed = {}
                for key, column in variable.columns.items():
                    renamed[key] = self.context.fresh("v")
                    identity = key in (KIND, KEY) or not by_group
                    written = column if identity else f"first({column})"
                    columns.append(f"{written} AS {renamed[key]}")
                    groups += [column] if identity else []
                scope[name] = Variable(variable.type, renamed)
                before[name] = variable
                continue
            value = values.value(syntax)
            if by_group and not is_aggregated:
                value = told_apart(value)
            column = self.context.fresh("v")
            written = value.sql
            if value.type == NULL and not is_aggregated:
                written = "CAST(NULL AS VARCHAR)"
            columns.append(f"{written} AS {column}")
            if by_group and not is_aggregated and not equivalent(value.type):
                raise Untranslated("groups of values of any type")
            if not is_aggregated and value.type != NULL and syntax.kind not in CONSTANTS:
                groups.append(written)
            scope[name] = Variable(value.type, {"": column})
            before[name] = Variable(value.type, {"": written})
        return columns, groups, scope, before

    def _return(self, items: list[tuple[str, Syntax, str]], select: str, limits: str) -> None:
        """End the query: with each node, relationship and value as one column."""
        self.step(select)
        values = self.values
        outputs = []
        for number, (name, _, text) in enumerate(items):
            value = values.of_variable(self.pipeline.scope[name])
            outputs.append(f"{value.sql} AS c{number}")
            self.names.append(text)
            self.types.append(value.type)
        self.step(f"SELECT {', '.join(outputs)} FROM {self.pipeline.source}{limits}")

    def _items(self, clause: Syntax) -> list[tuple[str, Syntax, str]]:
        """List name, value and column of what is projected; a star stands for all variables."""
        items = []
        for part in clause.parts:
            if part.kind == "star":
                for name in sorted(self.pipeline.scope):
                    items.append((name, Syntax("variable", part.offset, part.end, name), name))
            elif part.kind == "item":
                value, text = part.parts[0], self.statement.column(part)
                last = part.parts[-1]
                is_named = last is not value and last.kind == "variable"
                if clause.kind == "with" and not is_named:
                    while value.kind == "group":  # (n) is n
                        value = value.parts[0]
                    text = value.name
                items.append((last.name if is_named else text, value, text))
        return items

    def _sorts(
        self,
        clause: Syntax,
        items: list[tuple[str, Syntax, str]],
        scope: Scope,
        before: Scope,
        *,
        grouped: bool,
    ) -> tuple[list[str], list[str]]:
        """Write what rows are sorted by, and the columns that it needs besides."""
        order = clause.first("order")
        sorts: list[str] = []
        hidden: list[str] = []
        source = self.statement.text
        after = ExpressionCompiler(self.context, scope, self.patterns.value)
        for sort in order.parts if order is not None else ():
            syntax = sort.parts[0]
            text = source[syntax.offset : syntax.end]
            same = next((name for name, v, _ in items if source[v.offset : v.end] == text), None)
            if syntax.kind == "variable" and syntax.name in scope:
                same = syntax.name
            if same is not None:
                variable = scope[same]
                if variable.is_value:
                    written = sorted_by(Value(variable.columns[""], variable.type))
                else:
                    written = [variable.columns[KIND], variable.columns[KEY]]
            elif grouped or clause.name == "DISTINCT":
                if any(_aggregates(syntax)):
                    both = {**self.pipeline.scope, **before}
                    inside = ExpressionCompiler(self.context, both, self.patterns.value)
                    written = self._hidden(inside.value(syntax), hidden)
                else:
                    written = sorted_by(after.value(syntax))
            else:
                names = {v.name for v in syntax.walk("variable")}
                both = {**self.pipeline.scope, **scope}
                if not names & scope.keys():
                    inside = ExpressionCompiler(self.context, both, self.patterns.value)
                    written = self._hidden(inside.value(syntax), hidden)
                elif names - scope.keys() - _bound_in(syntax):
                    raise Untranslated("order by variables of before and after")
                else:  # of what is projected: it is known once it is
                    written = sorted_by(after.value(syntax))
            down = sort.name == "DESC"
            sorts += [f"{one} DESC NULLS FIRST" if down else f"{one} ASC NULLS LAST"
                      for one in written]  # fmt: skip
        return sorts, hidden

    def _hidden(self, value: Value, hidden: list[str]) -> list[str]:
        """Add a column that rows are sorted by, and that is not shown."""
        if value.type == NULL:
            return []
        columns = []
        for written in sorted_by(value):
            columns.append(self.context.fresh("s"))
            hidden.append(f"{written} AS {columns[-1]}")
        return columns

    def _limits(self, clause: Syntax) -> str:
        written = ""
        for kind, word in (("limit", "LIMIT"), ("skip", "OFFSET")):
            if (part := clause.first(kind)) is not None:
                value = ExpressionCompiler(self.context, {}, None).value(part.parts[0])
                if value.type != INT:
                    raise Untranslated(f"{word} of {value.type.name}")
                written += f" {word} {value.sql}"
        return written


def _aggregates(value: Syntax) -> list[Syntax]:
    """List the calls of aggregates in a value, without those of subqueries in it."""
    calls, rest = [], [value]
    while rest:
        part = rest.pop()
        if part.kind == "function" and part.name.lower() in AGGREGATES:
            calls.append(part)
        if part.kind not in ("subquery-value", "pattern-comprehension"):
            rest += part.parts
    return calls


def _bound_in(value: Syntax) -> set[str]:
    """List the names that a value binds for itself."""
    places = value.walk("comprehension", "predicate", "reduce")
    return {part.name for place in places for part in place.all("variable")}


CONSTANTS = ("number", "string", "parameter", "constant")
RULES = {
    "match": _Clauses.match,
    "unwind": _Clauses.unwind,
    "for": _Clauses.loop,
    "let": _Clauses.let,
    "filter": _Clauses.filter,
    "subquery": _Clauses.subquery,
    "with": _Clauses.projection,
    "return": _Clauses.projection,
}
"""The rule of each clause."""
