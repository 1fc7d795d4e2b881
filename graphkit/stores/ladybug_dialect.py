"""What ladybug's Cypher lacks, named as a person would name it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from graphkit.errors import StoreError, one_line
from graphkit.stores.cypher_text import Token, is_name, place, tokens
from graphkit.stores.ladybug_refusals import ELSEWHERE
from graphkit.stores.patterns import clause_end, closing, opening

INSTEAD = {
    "TYPE": "label(r)",
    "TOSTRING": "cast(x, 'STRING')",
    "TOINTEGER": "cast(x, 'INT64')",
    "TOFLOAT": "cast(x, 'DOUBLE')",
    "TOBOOLEAN": "cast(x, 'BOOL')",
    "LAST": "x[-1]",
}
"""What does the same on the embedded database, for some of the functions that it lacks."""

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


def explain_failure(statement: str, error: Exception) -> StoreError:
    """The error to show for one that ladybug raised: the construct it lacks, if that is it."""
    message = one_line(error)
    # A comprehension's own variable is what ladybug says is not in scope.
    first, then = (_lacks, _told) if "not in scope" in message else (_told, _lacks)
    found = first(statement, message) or then(statement, message)
    if found is not None:
        return StoreError(found)
    message = re.sub(r"^(Parser|Binder|Runtime|Catalog|Function) exception: ", "", message)
    if match := re.search(r"\(line: (\d+), offset: (\d+)\)", message):
        # The line is shown as a person counts: the columns from 1.
        where = f"line {match[1]}, column {int(match[2]) + 1}"
        return StoreError(f"{where}: the embedded database cannot read the statement from here on")
    return StoreError(f"the embedded database refused the statement: {message}")


def _told(statement: str, message: str) -> str | None:
    """What ladybug itself says clearly enough, in graphkit's words."""
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


def _place_of(statement: str, name: str, *before: str) -> str:
    """Line and column of a name that stands after one of some signs, ready to be put in front."""
    every = tokens(statement)
    for number, token in enumerate(every):
        follows = not before or (number and every[number - 1].text in before)
        if token.name == name and follows:
            return f"{place(statement, token.at)}: "
    return ""


def _lacks(statement: str, message: str) -> str | None:
    found = unsupported(statement)
    if found is None and "ORDER BY must be followed by SKIP or LIMIT" in message:
        at = next(_orders_in_with(tokens(statement)), 0)
        found = "ORDER BY in WITH without LIMIT", at, None
    if found is None and "Non-binary comparison" in message:
        found = "comparison of three, a < b < c", 0, "a < b AND b < c"
    if found is None:
        return None
    construct, at, instead = found
    hint = f" (here: {instead})" if instead else ""
    where = place(statement, at)
    return f"{where}: the embedded database has no {construct}{hint}; {ELSEWHERE}"


def _orders_in_with(every: list[Token]) -> Iterator[int]:
    for number, token in enumerate(every):
        if token.upper == "ORDER" and not is_name(every, number):
            end = clause_end(every, number + 1)
            if end < len(every) and every[end].upper not in ("SKIP", "LIMIT", "OFFSET", "UNION"):
                yield token.at


def unsupported(statement: str) -> tuple[str, int, str | None] | None:
    """The first construct of Neo4j's that ladybug lacks, its place, and what to write instead.

    Examples
    --------
    >>> unsupported("MATCH (n) RETURN [x IN [1, 2] | x]")
    ('list comprehension [x IN list | ...]', 17, None)
    >>> unsupported("MATCH ()-[r]->() RETURN type(r)")
    ('function type()', 24, 'label(r)')
    >>> unsupported("MATCH (n) RETURN n") is None
    True
    """
    every = tokens(statement)
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
    """``[x IN list ...]``; but ``any(x IN list WHERE ...)`` has a parenthesis."""
    return (
        every[number].text == "["
        and number + 2 < len(every)
        and every[number + 1].kind in ("word", "quoted")
        and every[number + 2].upper == "IN"
    )


def _pattern_follows(every: list[Token], number: int) -> bool:
    return _texts(every, number + 1, "{", "(") or _texts(every, number + 1, "(", "(")


def _in_pattern(every: list[Token], number: int) -> bool:
    """A WHERE whose innermost open bracket is that of a node or relationship pattern."""
    start = opening(every, number)
    if start is None or every[start].text == "{":
        return False
    before = every[start - 1] if start else None
    calls = before is not None and before.kind == "word" and every[start].text == "("
    return not calls or (before is not None and before.upper in ("MATCH", "WHERE", "AND", "OR"))


def _quantified(every: list[Token], number: int) -> bool:
    """``((a)-[r]->(b)){1,3}``, ``-[:R]->+`` or ``-[:R]->{2}``."""
    if every[number].text == "(" and _next(every, number) == "(":
        end = closing(every, number)
        return _next(every, end) in ("+", "*", "{") if end < len(every) else False
    arrow = _texts(every, number, "-", ">") or _texts(every, number, "]", "-")
    return arrow and number + 2 < len(every) and every[number + 2].text in ("+", "*", "{")


def _label_test(every: list[Token], number: int) -> bool:
    """``n:Label`` as a condition: a colon that no pattern and no map is open for."""
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
