"""Refuses text that runs on both engines but answers differently on ladybug.

What it cannot see stays different, and is documented: ``sum()`` over no rows is null, not 0 (write
``coalesce(sum(x), 0)``); a null inside a list makes ``IN``, ``any`` and ``all`` false, not null;
``CONTAINS ''`` is false; without ORDER BY, ``collect`` has another order; ``-[*0..1]-`` from a node
without a label leaves out nodes that have no such relationship; names of variables that differ
only in case are one; ``round`` takes a negative half to the number farther from zero; and
``-[r]-`` finds a relationship that leads from a node to itself twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from graphkit.cypher.statement import Statement
from graphkit.cypher.tokens import (
    Token,
    begins_clause,
    closing,
    ends_of,
    is_name,
    match_at,
    opening,
    place,
)
from graphkit.errors import UsageError
from graphkit.schema import GRAPH, Type

ELSEWHERE = "Neo4j runs it; get one with 'graphkit neo4j start', then add '--db local'"

FUNCTIONS = {
    "ID": ("answers something else", "use the node's key"),
    "KEYS": ("lists what is not set as well", None),
    "LABELS": ("answers text, not a list", "here: label(n)"),
    "LOG": ("has the base 10", "use log10(x); ln(x) here"),
    "REVERSE": ("takes a list for text", "here: list_reverse(x)"),
    "SUBSTRING": ("counts from 1", "use left(x, n) and right(x, n)"),
}
"""Functions that differ from those of Neo4j: the difference, and what to write instead."""

_TEXT_TYPES = (Type.TEXT, Type.PERIOD, Type.DATE)
_PROPS = [prop for kind in GRAPH.kinds for prop in kind.stored]
_TEXTS = {p.name for p in _PROPS} - {p.name for p in _PROPS if p.type not in _TEXT_TYPES}
_NAMES = {kind.name.lower(): kind.name for kind in GRAPH.kinds}
_PROPERTIES = {prop.name.lower(): prop.name for prop in _PROPS}

Refusal = tuple[int, str]
"""Offset and message."""


def refuse_silent_differences(statement: Statement, parameters: Mapping[str, Any]) -> None:
    """Refuse text that runs on both engines but answers differently.

    Raises
    ------
    UsageError
        Naming the first such thing, its place, and what to write instead.
    """
    every = statement.tokens
    found = [
        *_functions(every),
        *_list_places(every),
        *_lists_of_maps(every),
        *_labels_in_a_row(every),
        *_other_case(every),
        *text_and_number(every, parameters),
        *_led_nowhere(every),
    ]
    for at, message in sorted(found):
        raise UsageError(f"{place(statement.text, at)}: {message}")


def _functions(every: list[Token]) -> Iterator[Refusal]:
    for number, token in enumerate(every[:-1]):
        if token.upper in FUNCTIONS and every[number + 1].text == "(":
            what, instead = FUNCTIONS[token.upper]
            hint = f" ({instead})" if instead else ""
            yield token.at, f"{token.text}() {what} on the embedded database{hint}; {ELSEWHERE}"


def _list_places(every: list[Token]) -> Iterator[Refusal]:
    """Refuse ``list[0]``, ``list[i]`` and ``list[1..3]``; ``list[-1]`` is the same on both."""
    for number, token in enumerate(every):
        if token.text != "[" or not number or not _is_value(every, number - 1):
            continue
        inside = every[number + 1 : closing(every, number)]
        from_end = len(inside) == 2 and inside[0].text == "-" and inside[1].kind == "number"
        if not from_end and not (inside and inside[0].kind == "string"):
            yield (
                token.at,
                "the embedded database counts list places from 1, Neo4j from 0 (on both, "
                f"list[-1] is the last); {ELSEWHERE}",
            )


def _is_value(every: list[Token], number: int) -> bool:
    """Tell if a value ends at this token, so that ``[`` after it is a place in it."""
    token = every[number]
    if token.kind in ("quoted", "parameter") or token.text in (")", "]", "}"):
        return True
    return token.kind == "word" and (is_name(every, number) or token.upper not in _OPERATORS)


_OPERATORS = frozenset((
    "IN", "RETURN", "WITH", "UNWIND", "WHERE", "AND", "OR", "XOR", "NOT", "THEN", "ELSE", "WHEN",
    "CASE", "BY", "DISTINCT", "CONTAINS",
))  # fmt: skip


def _lists_of_maps(every: list[Token]) -> Iterator[Refusal]:
    """Refuse ``[{a: 1}, {b: 2}]``: ladybug gives every map the names of the last one."""
    for number, token in enumerate(every[:-1]):
        if token.text != "[" or every[number + 1].text != "{" or every[number - 1].text == "-":
            continue
        names, start = set(), number + 1
        while start < len(every) and every[start].text == "{":
            end = closing(every, start)
            names.add(tuple(_map_names(every, start, end)))
            start = end + 2
        if len(names) > 1:
            message = "the embedded database mixes up maps of different names in one list"
            yield token.at, f"{message}; {ELSEWHERE}"


def _map_names(every: list[Token], start: int, end: int) -> Iterator[str]:
    number = start + 1
    while number < end:
        if every[number].text in ("(", "[", "{"):
            number = closing(every, number)
        elif every[number - 1].text in ("{", ",") and every[number + 1].text == ":":
            yield every[number].name
        number += 1


def _labels_in_a_row(every: list[Token]) -> Iterator[Refusal]:
    for a, b, c in zip(every, every[2:], every[3:], strict=False):
        if a.text == b.text == ":" and c.kind in ("word", "quoted"):
            message = "two labels in a row mean either on the embedded database, in Neo4j both"
            yield b.at, f"{message}; write :A|B for either"


def _other_case(every: list[Token]) -> Iterator[Refusal]:
    """Refuse ``:country`` and ``n.ISO3``: ladybug ignores case, for Neo4j they name nothing."""
    for number, token in enumerate(every):
        if token.kind != "word" or not number:
            continue
        before = every[number - 1].text
        known = {":": _NAMES, "|": _NAMES, ".": _PROPERTIES}.get(before, {})
        if before == ":" and _innermost(every, number) == "{":
            continue  # the value of a map
        meant = known.get(token.text.lower(), token.text)
        if meant != token.text:
            yield (
                token.at,
                f"found {token.text}, wanted {meant}: names in the graph have their case",
            )


def text_and_number(every: list[Token], parameters: Mapping[str, Any]) -> Iterator[Refusal]:
    """Refuse ``f.period = 2024``: ladybug compares text with numbers, Neo4j does not."""
    for number, token in enumerate(every):
        if token.name not in _TEXTS or not number or number + 1 >= len(every):
            continue
        if every[number - 1].text == ".":
            after = number + 1
            while after < len(every) and every[after].text in ("=", "<", ">"):
                after += 1
            compared = after > number + 1 or every[after].upper == "IN"
            values = _values(every, after, parameters) if compared else None
            if values is None and number > 2 and every[number - 3].text in ("=", "<", ">"):
                values = _values(every, number - 4, parameters)
        elif every[number + 1].text == ":" and _in_pattern_map(every, number):
            values = _values(every, number + 2, parameters)
        else:
            values = None
        if values is not None:
            yield token.at, f"{token.text} holds text; found {values}, wanted text such as '2024'"


def _values(every: list[Token], number: int, parameters: Mapping[str, Any]) -> str | None:
    """Describe a number, a date or a parameter that is a number; None for anything else."""
    if not 0 <= number < len(every):
        return None
    token = every[number]
    if token.kind == "number":
        return f"the number {token.text}"
    if token.upper == "DATE" and every[number + 1 : number + 2] and every[number + 1].text == "(":
        return "a date"
    value = parameters.get(token.name) if token.kind == "parameter" else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"the number {value} for {token.text}"
    return None


def _innermost(every: list[Token], number: int) -> str:
    """Return the innermost bracket that is open before a token."""
    start = opening(every, number)
    return "" if start is None else every[start].text


def _in_pattern_map(every: list[Token], number: int) -> bool:
    """Tell if a name stands in the map of a node or relationship."""
    start = opening(every, number)
    if not start or every[start].text != "{" or every[start - 1].text in (":", ","):
        return False
    end = closing(every, start)
    return end + 1 < len(every) and every[end + 1].text in (")", "]")


def _led_nowhere(every: list[Token]) -> Iterator[Refusal]:
    """Refuse patterns that the schema rules out: ladybug miscounts their OPTIONAL and EXISTS."""
    known: dict[str, set[str]] = {}
    for number, token in enumerate(every):
        if token.upper in ("WITH", "UNION", "RETURN") and begins_clause(every, number):
            known = {}  # from here on a name may mean another node
        if token.upper != "MATCH" or is_name(every, number):
            continue
        match = match_at(every, number)
        for name, labels in [(n.name, n.labels) for n in match.nodes if n.labels]:
            known[name] = known.get(name, set(labels)) & set(labels) or set(labels)
        for each in match.relationships:
            for node, possible in ends_of(each):
                have = known.get(node.name, possible)
                if not possible or have is None or each.many:
                    continue
                if not have & possible:
                    kinds = "|".join(sorted(have))
                    message = f"no {'|'.join(each.types)} relationship is there at {kinds}"
                    yield each.naming, message
                elif not match.alone:
                    known[node.name] = have & possible
