"""Translation of Cypher as Neo4j reads it to the dialect of the embedded database."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations, groupby

from graphkit.cypher.statement import Statement
from graphkit.cypher.tokens import (
    Match,
    Node,
    Relationship,
    Token,
    begins_clause,
    clause_end,
    closing,
    ends_of,
    is_name,
    matches,
    opening,
    place,
)
from graphkit.errors import StoreError, UsageError, one_line
from graphkit.stores.embedded.refusals import ELSEWHERE

INSTEAD = {
    "TYPE": "label(r)",
    "TOSTRING": "cast(x, 'STRING')",
    "TOINTEGER": "cast(x, 'INT64')",
    "TOFLOAT": "cast(x, 'DOUBLE')",
    "TOBOOLEAN": "cast(x, 'BOOL')",
    "LAST": "x[-1]",
}
"""Equivalents on the embedded database of some of the functions that it lacks."""

FUNCTIONS = frozenset("""
    allShortestPaths btrim char_length character_length datetime e elementId endNode exists exp
    haversin head isEmpty isNaN last localdatetime localtime normalize point rand randomUUID reduce
    shortestPath split startNode stDev stDevP tail time timestamp toBoolean toBooleanList
    toBooleanOrNull toFloat toFloatList toFloatOrNull toInteger toIntegerList toIntegerOrNull
    toString toStringList toStringOrNull type valueType duration
    """.upper().split())  # fmt: skip
"""Functions of Neo4j that ladybug lacks."""

Shape = Callable[[list[Token], int], bool]
_SHAPES: tuple[tuple[str, Shape], ...] = (
    ("list comprehension [x IN list | ...]", lambda t, i: _comprehension(t, i)),
    ("pattern comprehension [(a)-->(b) | ...]", lambda t, i: _texts(t, i, "[", "(")),
    ("map projection n {.a}", lambda t, i: t[i].kind == "word" and _texts(t, i + 1, "{", ".")),
    ("empty map {}", lambda t, i: _texts(t, i, "{", "}")),
    ("CALL subquery", lambda t, i: t[i].upper == "CALL" and _next(t, i) in ("{", "(")),
    ("COLLECT subquery", lambda t, i: t[i].upper == "COLLECT" and _next(t, i) == "{"),
    ("EXISTS without MATCH", lambda t, i: t[i].upper == "EXISTS" and _pattern_follows(t, i)),
    ("COUNT without MATCH", lambda t, i: t[i].upper == "COUNT" and _texts(t, i + 1, "{", "(")),
    ("WHERE inside a pattern", lambda t, i: t[i].upper == "WHERE" and _in_pattern(t, i)),
    ("quantified path pattern", lambda t, i: _quantified(t, i)),
    ("SHORTEST", lambda t, i: t[i].upper in ("SHORTEST", "ANY") and _next(t, i) != "("),
    ("SHOW", lambda t, i: not i and t[i].upper == "SHOW"),
    ("CYPHER version", lambda t, i: not i and t[i].upper == "CYPHER"),
    ("clause LET", lambda t, i: not i and t[i].upper == "LET"),
    ("clause FOR", lambda t, i: not i and t[i].upper == "FOR"),
    ("label expression with & or !", lambda t, i: t[i].text == "&" or _texts(t, i, ":", "!")),
    ("operator ||", lambda t, i: _texts(t, i, "|", "|")),
    ("type test IS :: TYPE", lambda t, i: _texts(t, i, ":", ":")),
    ("label test n:Label", lambda t, i: _label_test(t, i)),
    ("property by name n['a']", lambda t, i: _property_by_name(t, i)),
    ("field of a date or a call, f(x).a", lambda t, i: _texts(t, i, ")", ".")),
)


def explain_failure(statement: Statement, error: Exception) -> StoreError:
    """Return the error to show for one of ladybug's: the construct it lacks, if that is it."""
    message = one_line(error)
    # A comprehension's own variable is what ladybug says is not in scope.
    first, then = (_lacks, _reworded) if "not in scope" in message else (_reworded, _lacks)
    found = first(statement, message) or then(statement, message)
    if found is not None:
        return StoreError(found)
    message = re.sub(r"^(Parser|Binder|Runtime|Catalog|Function) exception: ", "", message)
    if match := re.search(r"\(line: (\d+), offset: (\d+)\)", message):
        # The line is shown as a person counts: the columns from 1.
        where = f"line {match[1]}, column {int(match[2]) + 1}"
        return StoreError(f"{where}: the embedded database cannot read the statement from here on")
    return StoreError(f"the embedded database refused the statement: {message}")


def _reworded(statement: Statement, message: str) -> str | None:
    """Reword what ladybug itself says clearly enough."""
    if match := re.search(r"Table (\S+) does not exist", message):
        where = _place_of(statement, match[1], ":", "|")
        return f"{where}the graph has no label or relationship type {match[1]!r}"
    if match := re.search(r"Cannot find property (\S+) for (\S+)", message):
        where = _place_of(statement, match[1], ".", "{", ",")
        return f"{where}{match[2].rstrip('.')} has no property {match[1]!r}"
    if match := re.search(r"Cannot order by (\S+?)\. Order by NODE", message):
        return (
            f"ORDER BY {match[1]}: the embedded database takes the node {match[1]}, not the column "
            f"of that name; call the column something else"
        )
    if "bad_alloc" in message or "Unable to allocate memory" in message:
        return "the statement needs more memory than it may have; ask for less at a time"
    if "ANY type" in message:
        return "the embedded database cannot tell the type of a null or an empty list here"
    if match := re.search(r"Variable (\S+) is not in scope", message):
        return f"{_place_of(statement, match[1])}variable {match[1]!r} is not defined"
    return None


def _place_of(statement: Statement, name: str, *before: str) -> str:
    """Return the place of a name that stands after one of some signs, to begin a message with."""
    every = statement.tokens
    for number, token in enumerate(every):
        follows = not before or (number and every[number - 1].text in before)
        if token.name == name and follows:
            return f"{place(statement.text, token.at)}: "
    return ""


def _lacks(statement: Statement, message: str) -> str | None:
    found = unsupported(statement)
    if found is None and "ORDER BY must be followed by SKIP or LIMIT" in message:
        at = next(_orders_in_with(statement.tokens), 0)
        found = "ORDER BY in WITH without LIMIT", at, None
    if found is None and "Non-binary comparison" in message:
        found = "comparison of three, a < b < c", 0, "a < b AND b < c"
    if found is None:
        return None
    construct, at, instead = found
    hint = f" (here: {instead})" if instead else ""
    where = place(statement.text, at)
    return f"{where}: the embedded database has no {construct}{hint}; {ELSEWHERE}"


def _orders_in_with(every: list[Token]) -> Iterator[int]:
    for number, token in enumerate(every):
        if token.upper == "ORDER" and not is_name(every, number):
            end = clause_end(every, number + 1)
            if end < len(every) and every[end].upper not in ("SKIP", "LIMIT", "OFFSET", "UNION"):
                yield token.at


def unsupported(statement: Statement) -> tuple[str, int, str | None] | None:
    """Find the first construct of Neo4j's that ladybug lacks: name, offset, what to write instead.

    Examples
    --------
    >>> unsupported(Statement("MATCH (n) RETURN [x IN [1, 2] | x]"))
    ('list comprehension [x IN list | ...]', 17, None)
    >>> unsupported(Statement("MATCH ()-[r]->() RETURN type(r)"))
    ('function type()', 24, 'label(r)')
    >>> unsupported(Statement("MATCH (n) RETURN n")) is None
    True
    """
    every = statement.tokens
    for number, token in enumerate(every):
        named = token.upper in FUNCTIONS and not is_name(every, number)
        if named and _next(every, number) in ("(", "."):
            return f"function {token.text}()", token.at, INSTEAD.get(token.upper)
        for construct, fits in _SHAPES:
            if fits(every, number):
                return construct, token.at, None
    return None


def _next(every: list[Token], number: int) -> str:
    return every[number + 1].text if number + 1 < len(every) else ""


def _texts(every: list[Token], number: int, *wanted: str) -> bool:
    return tuple(t.text for t in every[number : number + len(wanted)]) == wanted


def _comprehension(every: list[Token], number: int) -> bool:
    """Recognise ``[x IN list ...]``; ``any(x IN list WHERE ...)`` has a parenthesis."""
    return (
        every[number].text == "["
        and number + 2 < len(every)
        and every[number + 1].kind in ("word", "quoted")
        and every[number + 2].upper == "IN"
    )


def _pattern_follows(every: list[Token], number: int) -> bool:
    return _texts(every, number + 1, "{", "(") or _texts(every, number + 1, "(", "(")


def _in_pattern(every: list[Token], number: int) -> bool:
    """Recognise a WHERE directly inside the brackets of a node or relationship."""
    start = opening(every, number)
    if start is None or every[start].text == "{":
        return False
    before = every[start - 1] if start else None
    calls = before is not None and before.kind == "word" and every[start].text == "("
    return not calls or (before is not None and before.upper in ("MATCH", "WHERE", "AND", "OR"))


def _quantified(every: list[Token], number: int) -> bool:
    """Recognise ``((a)-[r]->(b)){1,3}``, ``-[:R]->+`` and ``-[:R]->{2}``."""
    if every[number].text == "(" and _next(every, number) == "(":
        end = closing(every, number)
        return _next(every, end) in ("+", "*", "{") if end < len(every) else False
    arrow = _texts(every, number, "-", ">") or _texts(every, number, "]", "-")
    return arrow and number + 2 < len(every) and every[number + 2].text in ("+", "*", "{")


def _label_test(every: list[Token], number: int) -> bool:
    """Recognise ``n:Label`` as a condition: a colon outside patterns and maps."""
    if every[number].text != ":" or not number or every[number - 1].kind != "word":
        return False
    start = opening(every, number)
    if start is None:
        return True
    groups = start and every[start - 1].upper in ("WHERE", "AND", "OR", "XOR", "NOT")
    return bool(groups) and _next(every, closing(every, start)) not in ("-", "<")


def _property_by_name(every: list[Token], number: int) -> bool:
    if every[number].text != "[" or not number:
        return False
    string = number + 1 < len(every) and every[number + 1].kind == "string"
    return (
        string and every[number - 1].kind in ("word", "quoted") and _texts(every, number + 2, "]")
    )


AGGREGATES = frozenset((
    "COUNT", "SUM", "AVG", "MIN", "MAX", "COLLECT", "STDEV", "STDEVP", "PERCENTILECONT",
    "PERCENTILEDISC",
))  # fmt: skip
_WALKS = ("TRAIL", "WALK", "ACYCLIC", "SHORTEST", "ALL", "WSHORTEST")


@dataclass(frozen=True)
class Translation:
    """Statement in ladybug's dialect.

    ``names`` maps each parameter to a name that is not a keyword and needs no backticks;
    ``loses_order`` is true where the optimizer would drop an ORDER BY that a LIMIT needs.
    """

    statement: Statement
    text: str
    names: Mapping[str, str]
    loses_order: bool


def translate(statement: Statement) -> Translation:
    """Translate a statement to ladybug's dialect.

    Examples
    --------
    >>> translate(Statement("MATCH (a)-[r:R*1..3 {x: $x}]->(b) RETURN 2 * 3, count(*)")).text
    'MATCH (a)-[r:R* TRAIL 1..3 {x: $_graphkit_0}]->(b) RETURN 2 * 3, count(*)'
    >>> joined = Statement("MATCH (a)<-[:R]-(b)-[r:R]->(c) WHERE a.x = 1 OR c.x = 1 RETURN *")
    >>> translate(joined).text
    'MATCH (a)<-[_graphkit_r12:R]-(b), (_graphkit_b17)-[r:R]->(c) WHERE id(b) = id(_graphkit_b17) \
AND id(_graphkit_r12) <> id(`r`) AND ( a.x = 1 OR c.x = 1) RETURN *'
    """
    text, every = statement.text, statement.tokens
    names = {name: f"{HIDDEN}_{n}" for n, name in enumerate(statement.parameters)}
    edits = [(t.at, t.end, f"${names[t.name]}") for t in every if t.kind == "parameter"]
    edits += _trails(every)
    for match, joins, conditions in joins_by_identity(text, every):
        named, differ = _apart(match)
        edits += [*joins, *named, *_in_condition(match, [*conditions, *differ])]
    # From the end on; of two at one place, the earlier in the list comes first in the text.
    order = sorted(range(len(edits)), key=lambda n: (edits[n][0], n), reverse=True)
    for begin, end, new in (edits[n] for n in order):
        text = text[:begin] + new + text[end:]
    return Translation(statement, text, names, loses_order(every))


def _in_condition(match: Match, told: list[str]) -> list[Edit]:
    """Add conditions to the WHERE of a MATCH, or in one of their own."""
    if not told:
        return []
    if match.condition is None:
        return [(match.end, match.end, f" WHERE {' AND '.join(told)} ")]
    begin, end = match.condition
    return [(begin, begin, f" {' AND '.join(told)} AND ("), (end, end, ")")]


def _apart(match: Match) -> tuple[list[Edit], list[str]]:
    """Name the relationships of a MATCH that have no name, and require all to differ."""
    edits: dict[int, Edit] = {}
    told = []
    for a, b in combinations(match.relationships, 2):
        if _may_coincide(a, b):
            for each in (a, b):
                if not each.name:
                    name = f"[{_name(each)}]" if each.bare else _name(each)
                    edits[each.naming] = (each.naming, each.naming, name)
            told.append(_differ(a, b))
    return list(edits.values()), told


def _name(each: Relationship) -> str:
    return f"`{each.name}`" if each.name else f"{HIDDEN}_r{each.naming}"


def _may_coincide(a: Relationship, b: Relationship) -> bool:
    if a.name and a.name == b.name:
        return False
    return not a.types or not b.types or bool(set(a.types) & set(b.types))


def _differ(a: Relationship, b: Relationship) -> str:
    if a.many and b.many:
        return f"none({HIDDEN} IN rels({_name(a)}) WHERE {HIDDEN} IN rels({_name(b)}))"
    if a.many or b.many:
        many, one = (a, b) if a.many else (b, a)
        return f"NOT id({_name(one)}) IN properties(rels({_name(many)}), '_id')"
    return f"id({_name(a)}) <> id({_name(b)})"


def loses_order(every: list[Token]) -> bool:
    """Tell if ladybug's optimizer (0.19 to 0.22) would drop an ORDER BY that a LIMIT needs.

    It does where an aggregate without a group takes what WITH ... ORDER BY ... LIMIT leaves.

    >>> from graphkit.cypher.tokens import tokens
    >>> top_five = "MATCH (n) WITH n.x AS x ORDER BY x DESC LIMIT 5 RETURN "
    >>> loses_order(tokens(top_five + "sum(x) AS total"))
    True
    >>> loses_order(tokens(top_five + "x, count(*) AS n"))
    False
    """
    ordered = False
    for number, token in enumerate(every):
        if not begins_clause(every, number):
            continue
        if ordered and token.upper in ("WITH", "RETURN") and _only_aggregates(every, number):
            return True
        ordered = ordered or token.upper == "ORDER"
    return False


def _only_aggregates(every: list[Token], number: int) -> bool:
    """Tell if every column of a WITH or RETURN contains an aggregate."""
    columns, depth = [False], 0
    for place_, token in enumerate(every[number + 1 : clause_end(every, number + 1)], number + 1):
        depth += (token.text in "([{") - (token.text in ")]}")
        if token.text == "," and not depth:
            columns.append(False)
        called = place_ + 1 < len(every) and every[place_ + 1].text in ("(", "{")
        if token.upper in AGGREGATES and called and not is_name(every, place_):
            columns[-1] = True
    return all(columns)


def _trails(every: list[Token]) -> list[Edit]:
    """Add the word TRAIL after the star of every variable-length pattern."""
    found: list[Edit] = []
    brackets = [False]
    for number, token in enumerate(every):
        if token.text in ("(", "[", "{"):
            brackets.append(token.text == "[" and number > 0 and every[number - 1].text == "-")
        elif token.text in (")", "]", "}"):
            brackets.pop()
        elif token.text == "*" and brackets[-1]:
            following = every[number + 1].upper if number + 1 < len(every) else ""
            if following not in _WALKS:
                found.append((token.end, token.end, " TRAIL "))
        if not brackets:
            return []  # the brackets do not match: its parser says so better
    return found


HIDDEN = "_graphkit"
"""Prefix of the names given to unnamed parts; ``RETURN *`` must not show them."""

Edit = tuple[int, int, str]
"""Begin and end of a part of a statement, and its replacement."""


def joins_by_identity(
    statement: str, every: list[Token]
) -> Iterator[tuple[Match, list[Edit], list[str]]]:
    """Yield every MATCH as it is to be, with the edits and conditions that make it so.

    Raises
    ------
    UsageError
        A named path has names for its relationships as well.
    """
    borders = [
        token.at
        for number, token in enumerate(every)
        if token.upper in ("WITH", "UNION") and begins_clause(every, number)
    ]
    for _, part in groupby(matches(every), lambda m: sum(border < m.at for border in borders)):
        together = list(part)
        joined: set[str] = set()
        for match in together:
            # What is bound outside an OPTIONAL MATCH or a subquery is joined to it anyway.
            known = set[str]() if match.alone else joined
            if match.paths:
                yield _stretched(statement, match, known)
            else:
                kinds = _kinds(m for m in together if m is match or not m.alone)
                yield _joined(match, known, kinds)


def _kinds(part: Iterable[Match]) -> dict[str, set[str]]:
    """Return the kinds that each node may have, by labels and schema, where that is known."""
    kinds: dict[str, set[str]] = {}
    for match in part:
        found = [(node, set(node.labels)) for node in match.nodes if node.labels]
        for each in match.relationships:
            found += [(n, p) for n, p in ends_of(each) if p is not None and not each.many]
        for node, possible in found:
            kinds[node.name] = kinds.get(node.name, possible) & possible
    return kinds


def _joined(
    match: Match, joined: set[str], kinds: dict[str, set[str]]
) -> tuple[Match, list[Edit], list[str]]:
    """Give each node a second name where a relationship meets an earlier one."""
    edits: list[Edit] = []
    told: list[str] = []
    before: Relationship | None = None
    for each in match.relationships:
        for node in (each.left, each.right):
            if node.name not in joined:
                joined.add(node.name)
            elif not each.many and not _loops(each, node):
                chained = before is not None and before.right is node is each.left
                changes, first, second = _second_name(node, chained, kinds.get(node.name, set()))
                edits += changes
                told.append(f"id({first}) = id({second})")
        before = each
    return match, edits, told


def _stretched(
    statement: str, match: Match, joined: set[str]
) -> tuple[Match, list[Edit], list[str]]:
    """Make each relationship that meets an earlier one of variable length."""
    edits: list[Edit] = []
    relationships = []
    for each in match.relationships:
        meets = not each.many and not joined.isdisjoint((each.left.name, each.right.name))
        joined |= {each.left.name, each.right.name}
        if meets and each.name:
            raise UsageError(
                f"{place(statement, each.naming)}: the embedded database cannot name a path and "
                f"also this relationship of it; leave out {each.name}, or the path's name"
            )
        if meets:
            name = f"{HIDDEN}_p{each.naming}"
            star = "* TRAIL 1..1 "
            if each.bare:
                edits.append((each.naming, each.naming, f"[{name}{star}]"))
            else:
                edits.append((each.naming, each.naming, name))
                edits.append((each.stretching, each.stretching, star))
            each = replace(each, name=name, many=True, bare=False)
        relationships.append(each)
    return replace(match, relationships=tuple(relationships)), edits, []


def _loops(each: Relationship, node: Node) -> bool:
    return node is each.right and node.name == each.left.name


def _second_name(node: Node, chained: bool, kinds: set[str]) -> tuple[list[Edit], str, str]:
    """Turn ``(a)-[x]->(b)-[y]->(c)`` into ``(a)-[x]->(b), (second:Kinds)-[y]->(c)``."""
    first = node.text or f"{HIDDEN}_a{node.naming}"
    labels = ":" + "|".join(f"`{kind}`" for kind in sorted(kinds)) if kinds else ""
    if not chained:
        second, end = f"{HIDDEN}_c{node.naming}", node.naming + len(node.text)
        alone = node.end == end + 1  # nothing but a name in the brackets
        return [(node.naming, end, second + labels * alone)], first, second
    second = f"{HIDDEN}_b{node.naming}"
    naming = [] if node.text else [(node.naming, node.naming, first)]
    return [*naming, (node.end, node.end, f", ({second}{labels})")], first, second
