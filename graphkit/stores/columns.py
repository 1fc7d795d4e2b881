"""Names the columns of a statement as Neo4j does: an expression without AS by its own text."""

from __future__ import annotations

from collections.abc import Sequence

from graphkit.stores.cypher_text import CLOSING, OPENING, Token, is_name, tokens
from graphkit.stores.patterns import clause_end

STAR = "*"


def column_names(statement: str) -> list[str]:
    """The columns that the (first) final RETURN asks for, ``*`` for all variables.

    Examples
    --------
    >>> column_names("MATCH (n) WITH n AS m RETURN count( * ), m.x AS `an x`, [1, 2] ORDER BY m.x")
    ['count( * )', 'an x', '[1, 2]']
    """
    every = tokens(statement)
    number = _final_return(every)
    if number is None:
        return []
    number += 1
    if number < len(every) and every[number].upper == "DISTINCT":
        number += 1
    return [_name(statement, item) for item in _items(every[number : clause_end(every, number)])]


def in_order(asked: Sequence[str], found: Sequence[str]) -> tuple[list[str], list[int]]:
    """Names and places of the columns as Neo4j would give them: those of a star by name.

    >>> in_order(["*", "count(*)"], ["b", "a", "COUNT_STAR()"])
    (['a', 'b', 'count(*)'], [1, 0, 2])
    """
    stars = len(found) - len(asked) + 1 if STAR in asked[:1] else 0
    if len(found) != len(asked) - bool(stars) + stars:
        return list(found), list(range(len(found)))
    places = sorted(range(stars), key=lambda place: found[place])
    names = [found[place] for place in places]
    rest = range(stars, len(found))
    return [*names, *asked[bool(stars) :]], [*places, *rest]


def _final_return(every: list[Token]) -> int | None:
    depth = 0
    for number, token in enumerate(every):
        depth += (token.text in OPENING) - (token.text in CLOSING)
        if token.upper == "RETURN" and not depth and not is_name(every, number):
            return number
    return None


def _items(every: list[Token]) -> list[list[Token]]:
    """The tokens between commas that are in no bracket."""
    items: list[list[Token]] = [[]]
    depth = 0
    for token in every:
        depth += (token.text in OPENING) - (token.text in CLOSING)
        if token.text == "," and not depth:
            items.append([])
        else:
            items[-1].append(token)
    return [item for item in items if item]


def _name(statement: str, item: list[Token]) -> str:
    if len(item) == 1 or (len(item) > 2 and item[-2].upper == "AS"):
        return item[-1].name
    return statement[item[0].at : item[-1].end]
