"""Writes out for ladybug what Neo4j means without saying, and what its planner gets wrong.

In one MATCH no relationship is used twice: within a variable-length pattern (ladybug has a setting
for it, which some of its versions ignore) and across the whole clause.
"""

from __future__ import annotations

from itertools import combinations

from graphkit.stores.cypher_text import Token, is_name, tokens
from graphkit.stores.gate import parameter_names
from graphkit.stores.ladybug_joins import HIDDEN, Edit, joins_by_identity
from graphkit.stores.patterns import Match, Relationship, begins_clause, clause_end

AGGREGATES = frozenset((
    "COUNT", "SUM", "AVG", "MIN", "MAX", "COLLECT", "STDEV", "STDEVP", "PERCENTILECONT",
    "PERCENTILEDISC",
))  # fmt: skip
_WALKS = ("TRAIL", "WALK", "ACYCLIC", "SHORTEST", "ALL", "WSHORTEST")


def for_ladybug(statement: str) -> str:
    """The statement as ladybug has to be asked it.

    Examples
    --------
    >>> for_ladybug("MATCH (a)-[r:R*1..3 {x: 1}]->(b) RETURN 2 * 3, count(*)")
    'MATCH (a)-[r:R* TRAIL 1..3 {x: 1}]->(b) RETURN 2 * 3, count(*)'
    >>> for_ladybug("MATCH (a)<-[:R]-(b)-[r:R]->(c) WHERE a.x = 1 OR c.x = 1 RETURN *")
    'MATCH (a)<-[_graphkit_r12:R]-(b), (_graphkit_b17)-[r:R]->(c) WHERE id(b) = id(_graphkit_b17) \
AND id(_graphkit_r12) <> id(`r`) AND ( a.x = 1 OR c.x = 1) RETURN *'
    """
    every = tokens(statement)
    edits = [*_trails(every), *_parameters(statement, every)]
    for match, joins, told in joins_by_identity(statement, every):
        names, differ = _apart(match)
        edits += [*joins, *names, *_in_condition(match, [*told, *differ])]
    # From the end on; of two at one place, the earlier in the list comes first in the text.
    order = sorted(range(len(edits)), key=lambda n: (edits[n][0], n), reverse=True)
    for begin, end, text in (edits[n] for n in order):
        statement = statement[:begin] + text + statement[end:]
    return statement


def _in_condition(match: Match, told: list[str]) -> list[Edit]:
    """Conditions, in the WHERE of a MATCH before what it asks, or in one of their own."""
    if not told:
        return []
    if match.condition is None:
        return [(match.end, match.end, f" WHERE {' AND '.join(told)} ")]
    begin, end = match.condition
    return [(begin, begin, f" {' AND '.join(told)} AND ("), (end, end, ")")]


def _apart(match: Match) -> tuple[list[Edit], list[str]]:
    """Names for the relationships of a MATCH that have none, and that no two are the same."""
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


def loses_order(statement: str) -> bool:
    """Whether ladybug's optimizer (0.19 to 0.22) would drop an ORDER BY that a LIMIT needs.

    It does where an aggregate without a group takes what WITH ... ORDER BY ... LIMIT leaves.

    >>> loses_order("MATCH (n) WITH n.x AS x ORDER BY x DESC LIMIT 5 RETURN sum(x) AS top_five")
    True
    >>> loses_order("MATCH (n) WITH n.x AS x ORDER BY x DESC LIMIT 5 RETURN x, count(*) AS n")
    False
    """
    every = tokens(statement)
    ordered = False
    for number, token in enumerate(every):
        if not begins_clause(every, number):
            continue
        if ordered and token.upper in ("WITH", "RETURN") and _only_aggregates(every, number):
            return True
        ordered = ordered or token.upper == "ORDER"
    return False


def _only_aggregates(every: list[Token], number: int) -> bool:
    """Whether every column of a WITH or RETURN has an aggregate in it."""
    columns, depth = [False], 0
    for place_, token in enumerate(every[number + 1 : clause_end(every, number + 1)], number + 1):
        depth += (token.text in "([{") - (token.text in ")]}")
        if token.text == "," and not depth:
            columns.append(False)
        called = place_ + 1 < len(every) and every[place_ + 1].text in ("(", "{")
        if token.upper in AGGREGATES and called and not is_name(every, place_):
            columns[-1] = True
    return all(columns)


def parameter_names_for_ladybug(statement: str) -> dict[str, str]:
    """For each parameter, a name that is no keyword of ladybug's and needs no backticks.

    >>> parameter_names_for_ladybug("RETURN $none, $`a b`, $none")
    {'none': '_graphkit_0', 'a b': '_graphkit_1'}
    """
    return {name: f"{HIDDEN}_{n}" for n, name in enumerate(parameter_names(statement))}


def _parameters(statement: str, every: list[Token]) -> list[Edit]:
    names = parameter_names_for_ladybug(statement)
    return [
        (token.at, token.end, f"${names[token.name]}")
        for token in every
        if token.kind == "parameter"
    ]


def _trails(every: list[Token]) -> list[Edit]:
    """The word TRAIL after the star of every variable-length pattern."""
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
