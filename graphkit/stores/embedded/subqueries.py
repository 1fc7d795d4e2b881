"""Subqueries as joins and aggregates: CALL, COLLECT and pattern comprehension, which ladybug lacks.

The rows before a subquery are grouped and counted, its pattern is joined to each group, its columns
are made of what each group matched, and every group becomes as many rows again. A subquery that
cannot be written so stays as it is, and is refused where it stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from graphkit.cypher.tokens import Syntax
from graphkit.stores.embedded.functions import Types
from graphkit.stores.embedded.patterns import (
    AGGREGATES,
    HIDDEN,
    Nulls,
    aggregates,
    quoted,
    replaced,
)

SCOPES = ("comprehension", "predicate", "reduce", "subquery-value", "pattern-comprehension")
"""Kinds of values with variables of their own."""


def misplanned(query: Syntax) -> bool:
    """Tell if ladybug's optimizer (0.19 to 0.22) would make a query another one.

    It drops the order where an aggregate without a group takes what WITH ... ORDER BY leaves, and
    the rows without a match where something is made of a COUNT subquery.

    >>> from graphkit.cypher import Statement
    >>> top_five = "MATCH (n) WITH n.x AS x ORDER BY x DESC LIMIT 5 RETURN "
    >>> misplanned(Statement(top_five + "sum(x) AS total").query)
    True
    >>> misplanned(Statement(top_five + "x, count(*) AS n").query)
    False
    """
    if any(each.name == "COUNT" for each in query.walk("subquery-value")):
        return True
    ordered = False
    for each in query.walk("with", "return"):
        columns = each.all("item", "star")
        if ordered and all(map(aggregates, columns)):
            return True
        ordered = ordered or each.first("order") is not None
    return False


def joined(query: Syntax) -> Syntax:
    """Return a query with its subqueries written as joins, where they can be."""
    if not any(map(_is_subquery, query.walk())):
        return query
    found = Syntax(query.kind, query.at, query.end, query.name)
    bound: dict[str, None] = {}
    first = True
    for clause in map(_counted, query.parts):
        if clause.kind in ("union", "next"):
            found.parts.append(clause)
            bound, first = {}, True
            continue
        ordered = any(part.first("order") for part in found.parts)
        made = None
        if clause.kind == "subquery" and not ordered:
            made = _called(clause, list(bound), first)
        elif clause.kind in ("with", "return") and not ordered:
            made = _collected(clause, list(bound), first)
        found.parts += made or [clause]
        bound = bound_after(clause, bound)
        first = False
    return found


def _is_subquery(each: Syntax) -> bool:
    return each.kind in ("subquery", "pattern-comprehension") or each.name == "COLLECT"


def bound_after(clause: Syntax, before: dict[str, None]) -> dict[str, None]:
    """Return the names bound after a clause."""
    if clause.kind in ("with", "return"):
        kept = before if clause.first("star") else {}
        return {**kept, **dict.fromkeys(_name(item) for item in clause.all("item"))}
    if clause.kind == "subquery":
        last = clause.parts[-1].parts[-1]
        return {**before, **dict.fromkeys(_name(item) for item in last.all("item"))}
    return {**before, **dict.fromkeys(_made(clause))}


def _made(clause: Syntax) -> Iterator[str]:
    """Yield the names that a clause gives to something."""
    for each in clause.walk("path", "node", "relationship"):
        if clause.kind == "match" and (variable := each.first("variable")):
            yield variable.name
    if clause.kind == "unwind":
        yield clause.parts[-1].name
    if clause.kind == "for":
        yield clause.parts[0].name
    if clause.kind == "let":
        yield from (part.parts[0].name for part in clause.parts)
    if clause.kind == "procedure":
        yield from (_name(item) for item in clause.all("item"))


def _name(item: Syntax) -> str:
    return item.parts[-1].name if item.parts[-1].kind == "variable" else ""


# --- counting


def _counted(each: Syntax) -> Syntax:
    """Replace the size of a collected pattern by a COUNT subquery, everywhere within."""
    if each.kind == "function" and each.name.lower() == "size" and len(each.parts) == 1:
        value = each.parts[0]
        query = _query_of(value)
        if query is not None and not any(p.first("skip", "limit") for p in query.parts):
            return Syntax("subquery-value", each.at, each.end, "COUNT", [_counted(query)])
    parts = [_counted(part) for part in each.parts]
    changed = any(new is not old for new, old in zip(parts, each.parts, strict=True))
    return replace(each, parts=parts) if changed else each


def _query_of(value: Syntax) -> Syntax | None:
    """Return the query whose rows a value collects."""
    if value.kind == "subquery-value" and value.name == "COLLECT":
        return value.parts[0]
    if value.kind == "pattern-comprehension":
        result = value.parts[-1]
        match = _new(value, "match", "", *value.parts[:-1])
        item = _new(result, "item", "", *result.parts)
        return _new(value, "query", "", match, _new(result, "return", "", item))
    return None


# --- subqueries that stand in a clause of their own


def _called(call: Syntax, bound: list[str], first: bool) -> list[Syntax] | None:
    """Write ``CALL (x) { ... }``; None if it cannot be written so."""
    query = call.parts[-1]
    clauses = list(query.parts)
    imports = set(bound) if call.first("star") else {v.name for v in call.all("variable")}
    if call.name or clauses[-1].kind != "return" or query.first("union", "next"):
        return None
    begins = clauses[0]
    if begins.kind == "with" and bound and not call.all("variable", "star"):
        if any(part.kind != "item" or part.parts[0].kind != "variable" for part in begins.parts):
            return None
        imports = {_name(part) for part in begins.parts}
        del clauses[0]
    returned = clauses[-1]
    if returned.first("star") or not all(map(_name, returned.all("item"))):
        return None
    if first:
        return [*joined(replace(query, parts=clauses[:-1])).parts, replace(returned, kind="with")]
    inner = _matches(clauses, imports, set(bound))
    if inner is None or returned.first("order", "skip", "limit"):
        return _first_rows(call, bound, inner, returned) if inner else None
    items = returned.all("item")
    plain = [item for item in items if not aggregates(item)]
    if not returned.name and len(plain) == len(items):
        return [*inner, _with(call, bound, items)]
    if not plain:
        inner, items = _optional(inner, items, imports)
    if not inner:
        return None
    count = f"{HIDDEN}_k{call.at}"
    last = replace(_with(call, [*bound, count], items), name=returned.name)
    return [_grouped(call, bound, count), *inner, last, _repeated(call, count)]


def _first_rows(
    call: Syntax, bound: list[str], inner: list[Syntax], returned: Syntax
) -> list[Syntax] | None:
    """Write a subquery with ORDER BY, SKIP or LIMIT: a part of the list of each group's rows."""
    items = returned.all("item")
    skip, limit = (returned.first(kind) for kind in ("skip", "limit"))
    numbers = [part.parts[0].name for part in (skip, limit) if part]
    whole = any(item.parts[0].kind == "variable" or aggregates(item) for item in items)
    if returned.name or whole or not all(map(str.isdecimal, numbers)):
        return None
    kept = [*bound, f"{HIDDEN}_k{call.at}"]
    row, rows = (_variable(call, f"{HIDDEN}_{each}{call.at}") for each in "ow")
    names = [f"{HIDDEN}_c{number}" for number in range(len(items))]
    entries = [_new(call, "entry", n, i.parts[0]) for n, i in zip(names, items, strict=True)]
    collected = _new(call, "function", "collect", _new(call, "map", "", *entries))
    begin = int(numbers[0]) if skip else 0
    ends = (begin, begin + int(numbers[-1])) if limit else (begin,)
    bounds = (_new(call, "number", str(end)) for end in ends)
    part = _new(call, "slice", "fromto" if limit else "from", rows, *bounds)
    values = [_new(call, "property", name, row) for name in names]
    columns = [_new(call, "item", "", v, i.parts[-1]) for v, i in zip(values, items, strict=True)]
    inner = [_grouped(call, bound, kept[-1]), *inner, *_ordered(returned, items)]
    listed = _with(call, kept, [_new(call, "item", "", collected, rows)])
    return [
        *inner,
        listed,
        _new(call, "unwind", "", part, row),
        _with(call, kept, columns),
        _repeated(call, kept[-1]),
    ]


def _ordered(returned: Syntax, items: list[Syntax]) -> list[Syntax]:
    """Write the clause that orders rows before they are collected, if RETURN orders them."""
    order = returned.first("order")
    if order is None:
        return []
    alias = {_name(item): item.parts[0] for item in items if len(item.parts) == 2}
    sorts = {
        sort.parts[0]: alias[sort.parts[0].name]
        for sort in order.parts
        if sort.parts[0].kind == "variable" and sort.parts[0].name in alias
    }
    return [_new(order, "with", "", _new(order, "star", "*"), replaced(order, sorts))]


def _matches(clauses: list[Syntax], imports: set[str], bound: set[str]) -> list[Syntax] | None:
    """Return the MATCH clauses before RETURN, if none uses a name that only stands outside."""
    *matches, _ = clauses
    if any(clause.kind != "match" or clause.name for clause in matches):
        return None
    used = {each.name for clause in clauses for each in clause.walk("variable")}
    return None if used & (bound - imports) else matches


# --- subqueries that are values


def _collected(clause: Syntax, bound: list[str], first: bool) -> list[Syntax] | None:
    """Write the COLLECT subqueries in the columns of a clause; None if there is none."""
    count = f"{HIDDEN}_k{clause.at}"
    clauses = [] if first else [_grouped(clause, bound, count)]
    kept = [*bound, *[count] * (not first)]
    values: dict[Syntax, Syntax] = {}
    for item in clause.all("item"):
        for value in _outermost(item.parts[0]):
            query = _query_of(value)
            made = query and _listed(query, set(bound), f"{HIDDEN}_l{value.at}", kept)
            if not made:
                return None
            clauses += made
            kept = [*kept, f"{HIDDEN}_l{value.at}"]
            values[value] = _variable(value, kept[-1])
    if not first:
        clauses.append(_repeated(clause, count))
    return [*clauses, replaced(clause, values)] if values else None


def _outermost(value: Syntax) -> Iterator[Syntax]:
    """Yield the collected patterns in a value, but not those within other scopes."""
    if _query_of(value) is not None:
        yield value
    elif value.kind not in SCOPES:
        for part in value.parts:
            yield from _outermost(part)


def _listed(query: Syntax, bound: set[str], name: str, kept: list[str]) -> list[Syntax] | None:
    """Write a query whose one column is collected into a list."""
    returned = query.parts[-1]
    items = returned.all("item")
    inner = _matches(query.parts, bound, bound)
    if (
        returned.kind != "return" or returned.name or len(items) != 1 or inner is None
        or returned.first("skip", "limit", "star") or aggregates(items[0])
        or not _is_set(items[0].parts[0], inner)
    ):  # fmt: skip
        return None
    value = items[0].parts[0]
    collect = _new(value, "function", "collect", value)
    column = _new(value, "item", "", collect, _variable(value, name))
    inner, made = _optional(inner, [column], bound)
    if not inner:
        return None
    inner += _ordered(returned, items)
    return [*inner, _with(query, kept, made)]


def _is_set(value: Syntax, clauses: list[Syntax]) -> bool:
    """Tell if a value is never null: collect() leaves out nulls, a COLLECT subquery does not."""
    types = Types({})
    nulls = Nulls(types)
    for clause in clauses:
        for path in clause.walk("path"):
            types.bind(path)
        nulls.match(clause)
    return not nulls.may_be(value)


# --- parts of what is written


def _optional(
    clauses: list[Syntax], items: list[Syntax], bound: set[str]
) -> tuple[list[Syntax], list[Syntax]]:
    """Make each MATCH optional, and aggregate only the rows on which all of them matched."""
    marks, made, known = [], [], set(bound)
    for clause in clauses:
        marked = _marked(clause, known)
        if marked is None:
            return [], []
        clause, mark = marked
        known.update(_made(clause))
        marks.append(f"id({quoted(mark)}) IS NOT NULL")
        made.append(replace(clause, name="OPTIONAL"))
    return made, [_where_matched(item, " AND ".join(marks)) for item in items]


def _marked(clause: Syntax, known: set[str]) -> tuple[Syntax, str] | None:
    """Return a clause with the name of something new in it, which is null where it has no match."""
    for path in clause.all("path"):
        kinds = ("node",) if path.first("variable") else ("node", "relationship")
        for each in (e for kind in kinds for e in path.all(kind)):
            if each.first("length", "quantifier"):
                continue
            variable = each.first("variable")
            if variable is None:
                variable = _variable(each, f"{HIDDEN}_m{each.at}")
                named = replace(each, parts=[variable, *each.parts])
                return replaced(clause, {each: named}), variable.name
            if variable.name not in known:
                return clause, variable.name
    return None


def _where_matched(each: Syntax, mark: str) -> Syntax:
    """Let the aggregates in a value take only some rows."""
    if each.kind == "function" and each.name.lower() in AGGREGATES:
        *before, value = each.parts
        if value.kind == "star":
            value = Syntax("number", value.at, value.end, "1")
        condition = Syntax("matched", value.at, value.end, mark, [value])
        return replace(each, parts=[*before, condition])
    return replace(each, parts=[_where_matched(part, mark) for part in each.parts])


def _grouped(at: Syntax, bound: list[str], count: str) -> Syntax:
    """Write the clause that counts the rows which are the same so far."""
    every = _new(at, "function", "count", _new(at, "star", "*"))
    return _with(at, bound, [_new(at, "item", "", every, _variable(at, count))])


def _repeated(at: Syntax, count: str) -> Syntax:
    """Write the clause that makes as many rows again."""
    rows = _new(at, "function", "range", _new(at, "number", "1"), _variable(at, count))
    return _new(at, "unwind", "", rows, _variable(at, f"{count}i"))


def _with(at: Syntax, kept: list[str], items: list[Syntax]) -> Syntax:
    names = [_new(at, "item", "", _variable(at, name), _variable(at, name)) for name in kept]
    return _new(at, "with", "", *names, *items)


def _variable(at: Syntax, name: str) -> Syntax:
    return _new(at, "variable", name)


def _new(at: Syntax, kind: str, name: str = "", *parts: Syntax) -> Syntax:
    """Make a construct that is not in the text, for one that is."""
    return Syntax(kind, at.at, at.at, name, list(parts))
