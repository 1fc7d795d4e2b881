"""Joins by identity where ladybug 0.21 and 0.22 lose rows, or find too many.

Where two relationships meet in a node, they go on from one row to the next, and forget rows, or a
condition, when a node comes twice. Given a second name for the node, and that both names are one
node, they join the two instead, and the rows are right. A named path cannot be taken apart; in one,
a relationship of variable length from 1 to 1 is another way that gives the right rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from graphkit.errors import UsageError
from graphkit.stores.cypher_text import Token, place
from graphkit.stores.patterns import Match, Node, Relationship, begins_clause, ends_of, matches

HIDDEN = "_graphkit"
"""Begins the names given to what has none; ``RETURN *`` must not show them."""

Edit = tuple[int, int, str]
"""From where to where a statement is replaced, and by what."""


def joins_by_identity(
    statement: str, every: list[Token]
) -> Iterator[tuple[Match, list[Edit], list[str]]]:
    """Every MATCH as it is to be, what to edit for that, and which conditions to add.

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
    """What kinds the nodes may be, by labels and schema, where that is known."""
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
    """With a second name for each node where a relationship meets an earlier one."""
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
    """With each relationship that meets an earlier one made to be of variable length."""
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
    """``(a)-[x]->(b)-[y]->(c)`` becomes ``(a)-[x]->(b), (second:Kinds)-[y]->(c)``."""
    first = node.text or f"{HIDDEN}_a{node.naming}"
    labels = ":" + "|".join(f"`{kind}`" for kind in sorted(kinds)) if kinds else ""
    if not chained:
        second, end = f"{HIDDEN}_c{node.naming}", node.naming + len(node.text)
        alone = node.end == end + 1  # nothing but a name in the brackets
        return [(node.naming, end, second + labels * alone)], first, second
    second = f"{HIDDEN}_b{node.naming}"
    naming = [] if node.text else [(node.naming, node.naming, first)]
    return [*naming, (node.end, node.end, f", ({second}{labels})")], first, second
