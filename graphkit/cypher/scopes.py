"""Refuses statements for their names and scopes, as Neo4j does before it runs one.

It knows no graph: what a node has, and what is in a parameter, is seen when a statement runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from graphkit.cypher.grouping import aggregates, is_aggregate, key_of, loose, shape
from graphkit.cypher.signatures import UNKNOWN, Kind, common, fits, item_of, list_of
from graphkit.cypher.statement import Statement
from graphkit.cypher.tokens import Syntax
from graphkit.cypher.values import OPEN, Scope, Values
from graphkit.errors import UsageError

ENDS = ("return", "finish")
"""Clauses that nothing but UNION or NEXT may follow."""


def check_scopes(statement: Statement) -> None:
    """Refuse what Neo4j refuses for its names, scopes, and the kinds of its values.

    Raises
    ------
    UsageError
        Naming the first such thing and its place; also for a statement that is too deep to check.

    Examples
    --------
    >>> check_scopes(Statement("MATCH (n) RETURN n.name AS name"))
    >>> check_scopes(Statement("MATCH (n) RETURN m.name AS name"))
    Traceback (most recent call last):
        ...
    graphkit.errors.UsageError: line 1, column 18: Variable `m` not defined
    """
    try:
        _Scopes(statement).query(statement.query)
    except RecursionError as error:
        raise UsageError("the statement has too many levels of nesting") from error


class _Scopes(Values):
    """Checks of clauses."""

    def __init__(self, statement: Statement) -> None:
        super().__init__(statement.text)
        self.statement = statement
        self.fixed: Scope = {}
        """Variables from outside of a subquery, which no WITH removes and none may rename."""
        self.in_value = False
        """True within EXISTS, COUNT and COLLECT."""

    def query(
        self, query: Syntax, *, complete: bool = True, outer: Scope | None = None
    ) -> Scope | None:
        """Check a query; return its columns, or None if it has none.

        The first clause of a branch may be a WITH of variables from ``outer``. A query that is
        not ``complete`` needs no RETURN.
        """
        columns: Scope | None = None
        sections = list(_split(query.parts, "next"))
        for number, (_, clauses) in enumerate(sections):
            columns = self.section(clauses, columns or {}, complete, outer)
            if number + 1 < len(sections):
                self.want_aliases(clauses, "before NEXT")
            outer = None
        return columns

    def section(
        self, clauses: Sequence[Syntax], start: Scope, complete: bool, outer: Scope | None
    ) -> Scope | None:
        """Check the branches of UNION; return their columns."""
        columns: Scope | None = None
        unions = [clause for clause in clauses if clause.kind == "union"]
        for clause in unions:
            if clause.name != unions[0].name:
                self.refuse(clause, "found UNION and UNION ALL, wanted one of the two")
        for union, branch in _split(clauses, "union"):
            scope = self.branch(branch, start, complete, outer)
            if union is None:
                columns = scope
            elif set(scope or ()) != set(columns or ()):
                names, expected = (", ".join(part or ()) or "none" for part in (scope, columns))
                place = branch[-1] if branch else union
                self.refuse(place, f"found the columns {names} after UNION, wanted {expected}")
            elif scope and columns:
                columns = {name: common((columns[name], scope[name])) for name in columns}
        return columns

    def branch(
        self, clauses: Sequence[Syntax], start: Scope, complete: bool, outer: Scope | None
    ) -> Scope | None:
        """Check clauses in their order; return the columns of RETURN."""
        if not clauses:
            return None
        scope: Scope = {**self.fixed, **start}
        for clause in clauses[:-1]:
            if clause.kind in ENDS:
                self.refuse(clause, f"{clause.kind.upper()} can only end a query")
        for number, clause in enumerate(clauses):
            if number == 0 and outer is not None and self.imports(clause, outer):
                scope = self.imported(clause, outer)
            elif check := _CLAUSES.get(clause.kind):
                scope = check(self, clause, scope)
        last = clauses[-1]
        if complete and not _may_end(last):
            name = "CALL" if last.kind == "subquery" else last.kind.upper()
            self.refuse(last, f"found {name} at the end of the query, wanted RETURN after it")
        return scope if last.kind in ("return", "show", "procedure") else None

    # --- clauses that bind

    def match(self, clause: Syntax, scope: Scope) -> Scope:
        """Check MATCH."""
        names = self.bound(clause.all("path"), scope)
        self.where(clause, names, "WHERE")
        return names

    def where(self, clause: Syntax, scope: Scope, name: str) -> None:
        """Check a condition that filters rows."""
        if where := clause.first("where"):
            self.refuse_aggregates(where, name)
            self.condition(where.parts[0], scope)

    def declared(self, variable: Syntax, scope: Scope) -> None:
        """Refuse a name that has a value."""
        if variable.name in scope:
            self.refuse(variable, f"{variable.name} has a value, wanted a new name")

    def unwind(self, clause: Syntax, scope: Scope) -> Scope:
        """Check UNWIND and FOR."""
        value, variable = clause.parts if clause.kind == "unwind" else clause.parts[::-1]
        self.refuse_aggregates(value, clause.kind.upper())
        kind = self.value(value, scope)
        self.declared(variable, scope)
        return {**scope, variable.name: item_of(kind)}

    def let(self, clause: Syntax, scope: Scope) -> Scope:
        """Check LET."""
        names = dict(scope)
        for variable, value in (assignment.parts for assignment in clause.parts):
            self.refuse_aggregates(value, "LET")
            kind = self.value(value, scope)
            self.declared(variable, names)
            names[variable.name] = kind
        return names

    def filter(self, clause: Syntax, scope: Scope) -> Scope:
        """Check FILTER."""
        self.refuse_aggregates(clause, "FILTER")
        self.condition(clause.parts[0], scope)
        return scope

    def procedure(self, clause: Syntax, scope: Scope) -> Scope:
        """Check the arguments and names of a procedure."""
        names = dict(scope)
        items = clause.all("item", "star")
        for part in clause.parts:
            if part.kind not in ("item", "star", "where", "order", "skip", "limit"):
                self.refuse_aggregates(part, "the arguments of a procedure")
                self.value(part, scope)
        for item in items:
            if item.kind == "item":
                variable = item.parts[-1]
                self.declared(variable, names)
                names[variable.name] = UNKNOWN
        if not items or clause.first("star"):
            names[OPEN] = UNKNOWN
        self.where(clause, names, "WHERE")
        return names

    def show(self, clause: Syntax, scope: Scope) -> Scope:
        """Open the scope to the columns of SHOW, which only Neo4j knows."""
        return {**scope, OPEN: UNKNOWN}

    # --- subqueries

    def subquery_value(self, value: Syntax, scope: Scope) -> Kind:
        """Check EXISTS, COUNT or COLLECT, which see all variables around them."""
        fixed, in_value = self.fixed, self.in_value
        self.fixed, self.in_value = scope, True
        columns = self.query(value.parts[0], complete=value.name == "COLLECT")
        self.fixed, self.in_value = fixed, in_value
        if value.name != "COLLECT":
            return "boolean" if value.name == "EXISTS" else "integer"
        if len(columns or ()) != 1 and OPEN not in (columns or ()):
            self.refuse(value, "found COLLECT of several columns, wanted one")
        return list_of(next(iter((columns or {}).values()), UNKNOWN))

    def subquery(self, clause: Syntax, scope: Scope) -> Scope:
        """Check CALL of a subquery."""
        query = clause.parts[-1]
        fixed, in_value = self.fixed, self.in_value
        self.in_value = False
        if "(" in self.text[clause.offset : query.offset]:
            imports = {part.name: self.variable(part, scope) for part in clause.all("variable")}
            self.fixed = scope if clause.first("star") else imports
            columns = self.query(query)
        else:
            self.fixed = {}
            columns = self.query(query, outer=scope)
        self.want_aliases(query.parts, "in CALL")
        stars = any(part.first("star") for part in query.parts if part.kind == "return")
        outer_names = scope.keys() - (self.fixed if stars else {}) - {OPEN}
        for name in columns or ():
            if name in outer_names:
                message = f"{name} has a value outside of CALL, wanted a new name"
                self.refuse(query.first("return") or query, message)
        self.fixed, self.in_value = fixed, in_value
        return {**scope, **(columns or {})}

    def imports(self, clause: Syntax, outer: Scope) -> bool:
        """Tell if a WITH takes variables from outside; refuse one that does more."""
        if clause.kind != "with":
            return False
        items = clause.all("item")
        plain = all(len(item.parts) == 1 and item.parts[0].kind == "variable" for item in items)
        if clause.first("star"):
            plain = not items
        elif not plain:
            values = [item.parts[0] for item in items]
            if not any(next(loose(value, outer, (), _never), None) for value in values):
                return False
        if not plain or clause.name or clause.first("where", "order", "skip", "limit"):
            self.refuse(clause, "found more than variables in the WITH that begins a subquery; "
                        "write CALL (x) { ... }, and no such WITH")  # fmt: skip
        return True

    def imported(self, clause: Syntax, outer: Scope) -> Scope:
        """Return the variables that a WITH takes from outside."""
        if clause.first("star"):
            return outer
        variables = [item.parts[0] for item in clause.all("item")]
        return {variable.name: self.variable(variable, outer) for variable in variables}

    def want_aliases(self, clauses: Sequence[Syntax], clause_name: str) -> None:
        """Refuse values without a name in RETURN or WITH."""
        for clause in clauses:
            items = clause.all("item") if clause.kind in ("with", "return") else []
            for value, *name in (item.parts for item in items):
                if not name and _name_of(value) is None:
                    message = f"found a value without a name {clause_name}, wanted VALUE AS NAME"
                    self.refuse(value, message)

    # --- WITH and RETURN

    def with_(self, clause: Syntax, scope: Scope) -> Scope:
        """Check WITH."""
        self.want_aliases([clause], "in WITH")
        return {**self.fixed, **self.columns(clause, scope)}

    def columns(self, clause: Syntax, scope: Scope) -> Scope:
        """Check the columns of WITH or RETURN and what follows them; return the columns."""
        columns = self.named_columns(clause, scope)
        visible = {**scope, **columns}
        for name in columns.keys() & scope.keys():  # it may be part of a value among the columns
            visible[name] = common((columns[name], scope[name]))
        values = [sort.parts[0] for order in clause.all("order") for sort in order.parts]
        for value in values:
            self.value(value, visible)
        for where in clause.all("where"):
            self.condition(where.parts[0], visible)
            values += where.parts
        for limit in clause.all("skip", "limit"):
            self.limit(limit, visible)
        for kind in ("order", "skip", "limit") if clause.kind == "return" else ():
            for second in clause.all(kind)[1:]:
                self.refuse(second, f"found {kind.upper()} twice")
        items = [item.parts[0] for item in clause.all("item")]
        grouped = [value for value in items if next(aggregates(value), None)]
        if grouped:
            self.want_grouped(clause, items, grouped, scope)
        if values:
            self.want_no_new_aggregates(values, items, grouped)
        if values and (grouped or clause.name):
            self.want_projected(values, items, scope, columns)
        return columns

    def named_columns(self, clause: Syntax, scope: Scope) -> dict[str, Kind]:
        """Check the columns of WITH or RETURN; return them with their kinds."""
        star = clause.first("star")
        if star and clause.kind == "return" and not scope:
            self.refuse(star, "found RETURN * without variables")
        columns = dict(scope) if star else {}
        names = set()
        for item in clause.all("item"):
            value = item.parts[0]
            name = self.statement.column(item)
            if len(item.parts) == 1:
                name = _name_of(value) or name
            kind = self.value(value, scope)
            if name in names:
                self.refuse(item, f"found two columns of the name {name}, wanted a name for each")
            if name in self.fixed and _name_of(value) != name:
                self.refuse(item.parts[-1], f"{name} has a value outside, wanted a new name")
            names.add(name)
            columns[name] = kind
        return columns

    def limit(self, part: Syntax, scope: Scope) -> None:
        """Check the number of SKIP or LIMIT."""
        value, name = part.parts[0], part.kind.upper()
        for inner in value.walk("subquery-value", "pattern", "pattern-comprehension"):
            self.refuse(inner, f"found a pattern in {name}, wanted a number")
        for variable in loose(value, scope, (), _never):
            self.refuse(variable, f"found the variable {variable.name} in {name}, wanted a number")
        self.refuse_aggregates(value, name)
        kind = self.value(value, {})
        literal = value
        while literal.kind in ("group", "signed") and literal.name != "-":
            literal = literal.parts[0]
        negative = literal.kind == "signed" and literal.parts[0].kind in ("number", "group")
        if negative or kind == "null" or not fits(kind, "integer"):
            text = self.text[value.offset : value.end]
            self.refuse(value, f"found {name} {text}, wanted an integer from 0 on")

    def want_grouped(
        self, clause: Syntax, items: list[Syntax], grouped: list[Syntax], scope: Scope
    ) -> None:
        """Refuse variables beside an aggregate by which nothing is grouped."""
        if clause.first("star"):
            return
        keys = {key_of(value) for value in items if value not in grouped}
        names = set(scope) - (set(self.fixed) if self.in_value else set())
        for value in grouped:
            for variable in loose(value, names, keys, is_aggregate):
                self.refuse(variable, f"{variable.name} is used beside an aggregate, and is not "
                            "grouped by; wanted it as a column of its own")  # fmt: skip

    def want_no_new_aggregates(
        self, values: list[Syntax], items: list[Syntax], grouped: list[Syntax]
    ) -> None:
        """Refuse aggregates that are not among the columns."""
        known = {shape(value) for value in items} if grouped else set()
        for value in values:
            for aggregate in aggregates(value, known):
                message = f"{aggregate.name}() is not among the columns; wanted it as one of them"
                self.refuse(aggregate, message)

    def want_projected(
        self, values: list[Syntax], items: list[Syntax], scope: Scope, columns: Scope
    ) -> None:
        """Refuse variables that are gone after DISTINCT or an aggregation."""
        known = {shape(value) for value in items}
        names = set(scope) - set(columns) - set(self.fixed)
        for value in values:
            for variable in loose(value, names, known, _is_subquery):
                self.refuse(variable, f"{variable.name} is gone after DISTINCT or an aggregation; "
                            "wanted a column")  # fmt: skip


def _split(clauses: Sequence[Syntax], kind: str) -> Iterator[tuple[Syntax | None, list[Syntax]]]:
    """Yield the clauses between those of a kind, each with the one that it follows."""
    separator: Syntax | None = None
    part: list[Syntax] = []
    for clause in clauses:
        if clause.kind == kind:
            yield separator, part
            separator, part = clause, []
        else:
            part.append(clause)
    yield separator, part


def _may_end(clause: Syntax) -> bool:
    """Tell if a query may end in a clause."""
    if clause.kind == "subquery":
        return clause.parts[-1].first("return") is None
    return clause.kind in (*ENDS, "show", "procedure")


def _name_of(value: Syntax) -> str | None:
    """Return the name of a variable, also in parentheses."""
    while value.kind == "group":
        value = value.parts[0]
    return value.name if value.kind == "variable" else None


def _never(value: Syntax) -> bool:
    return False


def _is_subquery(value: Syntax) -> bool:
    return value.kind == "subquery-value"


_CLAUSES: dict[str, Callable[[_Scopes, Syntax, Scope], Scope]] = {
    "match": _Scopes.match,
    "unwind": _Scopes.unwind,
    "for": _Scopes.unwind,
    "let": _Scopes.let,
    "filter": _Scopes.filter,
    "procedure": _Scopes.procedure,
    "show": _Scopes.show,
    "subquery": _Scopes.subquery,
    "with": _Scopes.with_,
    "return": _Scopes.columns,
}
"""Check of each kind of clause."""
