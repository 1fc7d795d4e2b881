"""Subqueries as joins and aggregates: CALL, COLLECT and pattern comprehension, which ladybug lacks.

The rows before a subquery are grouped and counted, its pattern is joined to each group, its columns
are made of what each group matched, and every group becomes as many rows again. A subquery that
cannot be written so stays as it is, and is refused where it stands. A node out of a list, which
ladybug takes in no pattern, is matched again by its id.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from graphkit.cypher.tokens import Syntax
from graphkit.stores.embedded.functions import Types
from graphkit.stores.embedded.patterns import (
    AGGREGATES,
    HIDDEN,
    Nulls,
    aggregates,
    free,
    quoted,
    replaced,
)

if TYPE_CHECKING:
    from graphkit.stores.embedded.dialect import Writer

SCOPES = ("comprehension", "predicate", "reduce", "subquery-value", "pattern-comprehension")
"""Kinds of values with variables of their own."""

Query = tuple[list[Syntax], set[str]]
"""Clauses of a query in a subquery, and the names that it may use from outside."""


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
    """Return a query with its subqueries written as joins, where they can be.

    >>> from graphkit.cypher import Statement
    >>> query = Statement("UNWIND $nodes AS n MATCH (n)-[r]->() RETURN r").query
    >>> [clause.kind for clause in joined(query).parts]
    ['unwind', 'with', 'match', 'with', 'match', 'return']
    """
    found = Syntax(query.kind, query.at, query.end, query.name)
    bound: dict[str, None] = {}
    values: set[str] = set()
    first = True
    for clause in map(_counted, query.parts):
        if clause.kind in ("union", "next"):
            found.parts.append(clause)
            bound, values, first = {}, set(), True
            continue
        ordered = any(part.first("order") for part in found.parts)
        made = None
        if clause.kind == "subquery" and not ordered:
            made = _called(clause, list(bound), first)
        elif clause.kind in ("with", "return"):
            collected = None if ordered else _collected(clause, list(bound), first)
            made = collected or _deviations(clause)
        names = bound
        for each in made or [clause]:
            again = values & {node.parts[0].name for node in each.walk("node") if node.parts}
            for name in sorted(again):
                found.parts += _matched_again(each, name, [*names])
            found.parts.append(each)
            values = _values_after(each, values - again)
            names = bound_after(each, names)
        bound = bound_after(clause, bound)
        first = False
    return found


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


def _values_after(clause: Syntax, before: set[str]) -> set[str]:
    """Return the names bound after a clause to something made of others, and not matched."""
    if clause.kind in ("with", "return"):
        items = clause.all("item")
        made = {i for i in items if i.parts[0].kind != "variable" or i.parts[0].name in before}
        return {*map(_name, made), *(before if clause.first("star") else ())}
    return before if clause.kind in ("match", "subquery") else {*before, *_made(clause)}


def _matched_again(at: Syntax, name: str, bound: list[str]) -> list[Syntax]:
    """Write the clauses that find a node by its id; of null, null."""
    node, number = _variable(at, name), _variable(at, f"{HIDDEN}_n{at.at}{name}")
    found = _new(at, "node-id", "", node)
    where = _new(at, "where", "", _new(at, "compare", "", found, _new(at, "sign", "="), number))
    path = _new(at, "path", "", _new(at, "node", "", node))
    return [
        _with(at, [each for each in bound if each != name], [_item(found, number)]),
        _new(at, "match", "OPTIONAL", path, where),
        _with(at, bound, []),
    ]


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
    queries = [each for part in _united(query) if (each := _imported(call, part, bound))]
    if call.name or query.first("next") or len(queries) <= len(query.all("union")):
        return None
    clauses, imports = queries[0]
    returned = clauses[-1]
    if len(queries) > 1:
        return _as_lists(call, queries, bound, first)
    if first:
        return [*joined(replace(query, parts=clauses[:-1])).parts, replace(returned, kind="with")]
    inner = _matches(clauses, imports, set(bound))
    if inner is None or returned.first("order", "skip", "limit"):
        return _as_lists(call, queries, bound, first)
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


def _united(query: Syntax) -> list[list[Syntax]]:
    """Return the clauses of each query between two UNION."""
    found: list[list[Syntax]] = [[]]
    for clause in query.parts:
        if clause.kind == "union":
            found.append([])
        else:
            found[-1].append(clause)
    return found


def _imported(call: Syntax, clauses: list[Syntax], bound: list[str]) -> Query | None:
    """Return the clauses of a query in CALL, and the names that it may use from outside."""
    imports = set(bound) if call.first("star") else {v.name for v in call.all("variable")}
    begins, returned = clauses[0], clauses[-1]
    if begins.kind == "with" and bound and not call.all("variable", "star"):
        if any(part.kind != "item" or part.parts[0].kind != "variable" for part in begins.parts):
            return None
        imports = {_name(part) for part in begins.parts}
        clauses = clauses[1:]
    named = not returned.first("star") and all(map(_name, returned.all("item")))
    return (clauses, imports) if returned.kind == "return" and named else None


def _as_lists(
    call: Syntax, queries: list[Query], bound: list[str], first: bool
) -> list[Syntax] | None:
    """Write a subquery with UNION, ORDER BY, SKIP or LIMIT: as lists of the rows of each group."""
    unions = {union.name for union in call.parts[-1].all("union")}
    columns = [item.parts[-1] for item in queries[0][0][-1].all("item")]
    kept = bound if first else [*bound, f"{HIDDEN}_k{call.at}"]
    made = [] if first else [_grouped(call, bound, kept[-1])]
    every: list[Syntax] = []
    lists: list[str] = []
    for clauses, imports in queries:
        returned, inner = clauses[-1], _matches(clauses, imports, set(bound))
        rows = f"{HIDDEN}_w{returned.at}"
        listed = _rows(returned, inner or [], imports, [*kept, *lists], rows)
        part = _part(returned, _variable(call, rows))
        same = [_name(item) for item in returned.all("item")] == [each.name for each in columns]
        if not listed or part is None or not same:
            return None
        made += listed
        every += [_new(call, "sign", "+"), part] if every else [part]
        lists.append(rows)
    row = _variable(call, f"{HIDDEN}_o{call.at}")
    items = [_item(_new(call, "property", f"{HIDDEN}_c{n}", row), c) for n, c in enumerate(columns)]
    last = replace(_with(call, kept, items), name="DISTINCT" if unions == {""} else "")
    made += [_new(call, "unwind", "", _new(call, "sum", "", *every), row), last]
    return (made if first else [*made, _repeated(call, kept[-1])]) if len(unions) < 2 else None


def _rows(
    returned: Syntax,
    inner: list[Syntax],
    imports: set[str],
    kept: list[str],
    name: str,
    one: bool = False,
) -> list[Syntax]:
    """Write a query whose rows are a list of maps, or of its one column; nothing if it cannot."""
    items = returned.all("item")
    values = [item.parts[0] for item in items]
    names = [f"{HIDDEN}_c{number}" for number in range(len(items))]
    condition, order = "", returned.first("order")
    grouped = bool(returned.name) or any(map(aggregates, items))
    if grouped:
        columns = [_item(v, _variable(v, n)) for v, n in zip(values, names, strict=True)]
        every = _new(returned, "function", "count", _new(returned, "star", "*"))
        count = _variable(returned, f"{name}n")
        inner, columns = _optional(inner, [*columns, _item(every, count)], imports)
        values = [column.parts[-1] for column in columns[:-1]]
        inner = [*inner, _with(returned, kept, columns)] if inner else []
        if not all(map(aggregates, items)):
            condition = f"{quoted(count.name)} > 0"
    ordered = []
    if order is not None:
        order = replaced(order, _same(order, items, values))
        ordered = [_new(order, "with", "", _new(order, "star", "*"), order)]
        if grouped and any(free(order, set(names))):
            return []
    entries = [_new(v, "entry", n, v) for v, n in zip(values, names, strict=True)]
    row = values[0] if one else _new(returned, "map", "", *entries)
    if condition:
        row = _new(returned, "matched", condition, row)
    listed = [_item(_new(returned, "function", "collect", row), _variable(returned, name))]
    if not grouped:
        inner, listed = _optional(inner, listed, imports)
    return [*inner, *ordered, _with(returned, kept, listed)] if inner else []


def _same(each: Syntax, items: list[Syntax], values: list[Syntax]) -> dict[Syntax, Syntax]:
    """Return what stands for the columns in a construct, by what names or repeats them."""
    outside = set(free(each, set()))
    return {
        part: value
        for part in each.walk()
        for item, value in zip(items, values, strict=True)
        if _alike(part, item.parts[0]) or (part in outside and part.name == _name(item))
    }


@dataclass(frozen=True)
class Page:
    """SKIP and LIMIT of a WITH or RETURN, and what makes ladybug count its rows.

    By what is the same in many rows, SKIP beside LIMIT drops all: each has a clause then. Of
    constants alone, it counts no rows: a variable goes beside them, or they are sorted.
    """

    clause: Syntax
    apart: bool
    beside: str = ""
    order: str = ""

    @classmethod
    def of(cls, clause: Syntax, nulls: Nulls) -> Page:
        """Plan the page of a clause, by the variables before it."""
        order, skip, limit = map(clause.first, ("order", "skip", "limit"))
        columns = clause.all("item", "star")
        varies = clause.kind == "return" or clause.name or any(map(nulls.varies, columns))
        constant = bool(skip or limit) and not varies
        beside = min(nulls.varying, default="") if constant else ""
        apart = bool(order and skip and limit and (beside or not constant))
        return cls(clause, apart, beside, "ORDER BY 1" if constant and not beside else "")

    @property
    def hidden(self) -> str:
        """Name of the variable that goes beside constants."""
        return f"{HIDDEN}_n{self.clause.at}"

    def written(self, writer: Writer) -> tuple[str, str]:
        """Write SKIP and LIMIT for one clause or for two.

        Of two, the sum comes first, as fewer rows are sorted then. In WITH, ladybug takes no order
        without a number.
        """
        parts = [*self.clause.all("skip"), *self.clause.all("limit")]
        if self.apart and (numbers := _numbers(parts)):
            return f"LIMIT {min(sum(numbers), 2**63 - 1)}", f"SKIP {numbers[0]}"
        texts = writer.all_written(parts)
        if not texts and self.clause.kind == "with" and self.clause.first("order"):
            return "SKIP 0", ""
        return (texts[0], texts[1]) if self.apart else (" ".join(texts), "")


def _numbers(parts: list[Syntax]) -> list[int] | None:
    """Return the numbers of SKIP and LIMIT; None if one is not written out."""
    values = [part.parts[0] for part in parts]
    if all(value.kind == "number" and value.name.isdecimal() for value in values):
        return [int(value.name) for value in values]
    return None


def _part(returned: Syntax, rows: Syntax) -> Syntax | None:
    """Return the part of a list that SKIP and LIMIT let through; None if they are not numbers."""
    skip, limit = (returned.first(kind) for kind in ("skip", "limit"))
    numbers = _numbers(returned.all("skip", "limit"))
    if not numbers:
        return None if numbers is None else rows
    begin = numbers[0] if skip else 0
    ends = (begin, begin + numbers[-1]) if limit else (begin,)
    bounds = (_new(returned, "number", str(end)) for end in ends)
    return _new(returned, "slice", "fromto" if limit else "from", rows, *bounds)


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
    for value, query in (v for item in clause.all("item") for v in _outermost(item.parts[0])):
        returned = query.parts[-1]
        name = f"{HIDDEN}_l{value.at}"
        inner = _matches(query.parts, set(bound), set(bound)) or []
        part = _part(returned, _variable(value, name))
        columns = [each.kind for each in returned.all("item", "star")]
        if returned.kind != "return" or part is None or columns != ["item"]:
            return None
        whole = _is_set(returned, inner)
        rows = _rows(returned, inner, set(bound), kept, name, one=whole)
        if not rows:
            return None
        clauses += rows
        kept = [*kept, name]
        values[value] = part if whole else _of_each(part)
    if not first:
        clauses.append(_repeated(clause, count))
    return [*clauses, replaced(clause, values)] if values else None


def subquery_value(writer: Writer, each: Syntax) -> str:
    """Write EXISTS or COUNT, which takes ladybug one MATCH."""
    clauses = each.parts[0].parts
    matches = [c for c in clauses if c.kind == "match" and not c.name]
    last = clauses[-1]
    counts_rows = (
        last.kind == "return"
        and (each.name == "EXISTS" or not (last.name or any(map(aggregates, last.parts))))
        and not last.first("skip", "limit")
    )
    if each.name == "COLLECT":
        writer.lacks(each, "COLLECT subquery")
    if writer.in_comprehension:
        writer.lacks(each, f"{each.name} subquery in a comprehension")
    if matches != (clauses[:-1] if counts_rows else clauses):
        writer.lacks(each, f"{each.name} subquery of more than MATCH")
    with writer.nulls.inside():
        return f"{each.name} {{ MATCH {writer.pattern_with_conditions(*matches)} }}"


def _outermost(value: Syntax) -> Iterator[tuple[Syntax, Syntax]]:
    """Yield the collected patterns in a value with their queries, but not within other scopes."""
    if query := _query_of(value):
        yield value, query
    else:
        # Of a comprehension, its list, which no variable of its own is in.
        number = {"comprehension": 1, "predicate": 1, "reduce": 3}.get(value.kind)
        parts = value.parts if number is None else value.parts[number : number + 1]
        for part in parts if value.kind != "subquery-value" else []:
            yield from _outermost(part)


def _of_each(rows: Syntax) -> Syntax:
    """Write the list of the one column of rows that are maps."""
    row = _variable(rows, f"{HIDDEN}_e{rows.at}")
    result = _new(rows, "result", "", _new(rows, "property", f"{HIDDEN}_c0", row))
    return _new(rows, "comprehension", "", row, rows, result)


def _is_set(returned: Syntax, clauses: list[Syntax]) -> bool:
    """Tell if the one column is never null: collect() leaves out nulls, a COLLECT does not."""
    types = Types({})
    nulls = Nulls(types)
    for clause in clauses:
        for path in clause.walk("path"):
            types.bind(path)
        nulls.match(clause)
    return not nulls.may_be(returned.parts[0].parts[0])


# --- standard deviations


def _is_deviation(each: Syntax) -> bool:
    return each.kind == "function" and each.name.lower() in ("stdev", "stdevp")


def _deviations(clause: Syntax) -> list[Syntax] | None:
    """Write stDev() and stDevP() of values that a WITH before it collects; None if there are none.

    What else is aggregated, or grouped by, becomes a column of that WITH.
    """
    items, columns = clause.all("item"), list[Syntax]()
    if not any(_is_deviation(each) for item in items for each in item.walk("function")):
        return None

    def column(value: Syntax) -> Syntax:
        columns.append(_item(value, _variable(value, f"{HIDDEN}_e{len(columns)}")))
        return columns[-1].parts[-1]

    def aggregate(each: Syntax) -> Syntax:
        if not aggregates(each):
            return each
        if each.kind != "function" or each.name.lower() not in AGGREGATES:
            return replace(each, parts=list(map(aggregate, each.parts)))
        if not _is_deviation(each):
            return column(each)
        parts = [column(replace(each, name=name)) for name in ("collect", "avg")]
        return _new(each, "deviation", each.name, *parts)

    made = []
    for number, item in enumerate(items):
        value = item.parts[0]
        value = aggregate(value) if aggregates(value) else column(value)
        name = item.parts[-1]
        if name.kind != "variable":
            name = _variable(item, f"column_{number}{HIDDEN}")
        made.append(_item(value, name))
    known = {each.parts[-1].name for each in columns}
    rest = [part for part in clause.parts if part not in items]
    names = [item.parts[-1] for item in made]
    rest = [replaced(part, _same(part, items, names)) for part in rest]
    outside = [v for item in made for v in free(item.parts[0], known)]
    outside += [v for part in rest for v in free(part, set(map(_name, made)))]
    if outside or clause.first("star") or any(map(aggregates, rest)):
        return None
    return [_with(clause, [], columns), replace(clause, parts=[*made, *rest])]


def _alike(each: Syntax, other: Syntax) -> bool:
    """Tell if two constructs say the same."""
    return (each.kind, each.name, len(each.parts)) == (
        other.kind,
        other.name,
        len(other.parts),
    ) and all(map(_alike, each.parts, other.parts))


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
    null = known - bound if len(clauses) == 1 else set()
    return made, [_where_matched(item, " AND ".join(marks), null) for item in items]


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


def _where_matched(each: Syntax, mark: str, null: set[str]) -> Syntax:
    """Let the aggregates in a value take only some rows, on which some variables are not null."""
    if each.kind == "function" and each.name.lower() in AGGREGATES:
        parts = list(each.parts)
        place = parts[0].kind == "distinct"
        value = parts[place]
        if value.kind == "variable" and value.name in null:
            return each
        if value.kind == "star":
            value = Syntax("number", value.at, value.end, "1")
        parts[place] = Syntax("matched", value.at, value.end, mark, [value])
        return replace(each, parts=parts)
    return replace(each, parts=[_where_matched(part, mark, null) for part in each.parts])


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


def _item(value: Syntax, name: Syntax) -> Syntax:
    return _new(value, "item", "", value, name)


def _variable(at: Syntax, name: str) -> Syntax:
    return _new(at, "variable", name)


def _new(at: Syntax, kind: str, name: str = "", *parts: Syntax) -> Syntax:
    """Make a construct that is not in the text, for one that is."""
    return Syntax(kind, at.at, at.end, name, list(parts))
