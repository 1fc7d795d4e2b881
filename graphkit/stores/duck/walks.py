"""Walks: a relationship or a path that is repeated, each relationship at most once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graphkit.cypher.tokens import Syntax
from graphkit.stores.duck.types import ValueType, quoted, sql_type


@dataclass(frozen=True)
class Walk:
    """Steps that follow each other, between a least and a most number of them."""

    steps: str
    """Selects both ends of each step (``f``, ``fk``, ``t``, ``tk``), the identities of its
    relationships (``m``), and what is listed of it: relationships (``s``), nodes after each
    (``n``), and the variables of a group."""
    least: int
    most: int | None
    backward: bool
    """True if it is followed from its end."""
    begin: str
    """Condition on the node that it is followed from, whose columns are ``{key}`` and ``{kind}``;
    empty for any node."""
    end: str
    """The same of the node that it gets to, which only shortest walks need to know."""
    stays: str
    """Selects the nodes (``f``, ``fk``) that a walk of no step may be at."""
    listed: tuple[str, ...]
    """Columns that are listed step by step."""
    mark: str
    """Type of the identity of a relationship."""
    way_back: bool = True
    """True if a shortest walk may lead back to its start."""

    @property
    def ends(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """Columns of the node that it is followed from, and of the one that it gets to."""
        ends = (("f", "fk"), ("t", "tk"))
        return (ends[1], ends[0]) if self.backward else ends

    def beginning(self, source: str) -> str:
        """Write the condition on the first step, or on a walk of no step."""
        (key, kind), _ = self.ends
        if source == "stays":
            key, kind = "f", "fk"
        columns = (f"{source}.{key}", f"{source}.{kind}")
        return self.begin.replace("{key}", columns[0]).replace("{kind}", columns[1]) or "TRUE"

    def ending(self, source: str) -> str:
        """Write the condition on the node that a walk gets to."""
        _, (key, kind) = self.ends
        written = self.end.replace("{key}", f"{source}.{key}")
        return written.replace("{kind}", f"{source}.{kind}") or "TRUE"

    @property
    def joined(self) -> str:
        """The condition on a step to go on from a walk."""
        near, far = self.ends
        return " AND ".join(f"w.{a} = e.{b}" for a, b in zip(far, near, strict=True))

    def longer(self, name: str) -> str:
        """Write a list of a walk that goes on by a step."""
        first, second = ("e", "w") if self.backward else ("w", "e")
        return f"{first}.{name} || {second}.{name}"

    @property
    def both_ends(self) -> str:
        """The ends of a walk that goes on by a step."""
        first, second = ("e", "w") if self.backward else ("w", "e")
        return f"{first}.f, {first}.fk, {second}.t, {second}.tk"

    @property
    def within(self) -> str:
        """The condition on a walk to go on."""
        return "TRUE" if self.most is None else f"w.d < {self.most}"

    def first_step(self, source: str) -> str:
        """Write the condition on the first step of a shortest walk."""
        apart = f" AND NOT ({source}.f = {source}.t AND {source}.fk = {source}.tk)"
        return self.beginning(source) + ("" if self.way_back else apart)

    @property
    def new(self) -> str:
        """The condition on a shortest walk to get to a node that it was not at."""
        ends = zip(("f", "fk", "t", "tk"), self.both_ends.split(", "), strict=True)
        columns = dict(ends)
        same = " AND ".join(f"x.{end} = {column}" for end, column in columns.items())
        seen = f"NOT EXISTS (SELECT 1 FROM recurring.w x WHERE {same})"
        if self.way_back:
            return seen
        back = f"{columns['f']} = {columns['t']} AND {columns['fk']} = {columns['tk']}"
        return f"{seen} AND NOT ({back})"

    def of_no_step(self) -> str:
        """Select the walks of no step, after others."""
        if self.least > 0:
            return ""
        nothing = "".join(f", NULL AS {name}" for name in self.listed)
        return (
            f" UNION ALL SELECT stays.f, stays.fk, stays.f AS t, stays.fk AS tk, "
            f"CAST([] AS {self.mark}[]) AS m{nothing} FROM ({self.stays}) stays "
            f"WHERE {self.beginning('stays')}"
        )


def walked(walk: Walk) -> str:
    """Select all walks: their ends, the identities of their relationships, and their lists."""
    columns = "".join(f", {name}" for name in walk.listed)
    longer = "".join(f", {walk.longer(name)} AS {name}" for name in walk.listed)
    most = "" if walk.most is None else f" AND d <= {walk.most}"
    return (
        f"WITH RECURSIVE e AS MATERIALIZED ({walk.steps}), w AS ("
        f"SELECT f, fk, t, tk, m{columns}, 1 AS d FROM e WHERE {walk.beginning('e')} "
        f"UNION ALL SELECT {walk.both_ends}, {walk.longer('m')} AS m{longer}, w.d + 1 AS d "
        f"FROM w JOIN e ON {walk.joined} "
        f"WHERE {walk.within} AND NOT list_has_any(w.m, e.m)) "
        f"SELECT f, fk, t, tk, m{columns} FROM w WHERE d >= {walk.least}{most}{walk.of_no_step()}"
    )


def first_walks(walk: Walk, number: int, *, groups: bool) -> str:
    """Select the first walks between each two nodes in the order of their length.

    Parameters
    ----------
    walk : Walk
        The walks.
    number : int
        How many of them, or of groups of the same length.
    groups : bool
        True for groups.
    """
    ranking = "dense_rank() OVER (PARTITION BY f, fk, t, tk ORDER BY len(m))"
    if not groups:
        ranking = "row_number() OVER (PARTITION BY f, fk, t, tk ORDER BY len(m), m)"
    return f"SELECT * FROM ({walked(walk)}) QUALIFY {ranking} <= {number}"


def shortest(walk: Walk) -> str:
    """Select one of the shortest walks between each two nodes: the first by its relationships.

    Nodes are found in the order of their distance.
    """
    columns = "".join(f", {name}" for name in walk.listed)
    longer = "".join(
        f", arg_min({walk.longer(name)}, {walk.longer('m')}) AS {name}" for name in walk.listed
    )
    return (
        f"WITH RECURSIVE e AS MATERIALIZED ({walk.steps}), "
        f"w USING KEY (f, fk, t, tk) AS ("
        f"SELECT f, fk, t, tk, m{columns}, 1 AS d FROM e WHERE {walk.first_step('e')} "
        f"UNION ALL SELECT {walk.both_ends}, min({walk.longer('m')}) AS m{longer}, "
        f"min(w.d) + 1 AS d FROM w JOIN e ON {walk.joined} "
        f"WHERE {walk.within} AND {walk.new} GROUP BY {walk.both_ends}) "
        f"SELECT f, fk, t, tk, m{columns} FROM w WHERE TRUE{walk.of_no_step()}"
    )


def every_shortest(walk: Walk) -> str:
    """Select all shortest walks between each two nodes.

    The distances of all nodes come first (``w``), then those on a shortest way to an end that is
    asked for (``g``), from the end backwards; at last the walks that lead from one to the next.
    """
    columns = "".join(f", {name}" for name in walk.listed)
    longer = "".join(f", {walk.longer(name)} AS {name}" for name in walk.listed)
    (near, near_kind), (far, far_kind) = walk.ends
    start = f"c.{near} = g.{near} AND c.{near_kind} = g.{near_kind}"
    before = f"c.{far} = e.{near} AND c.{far_kind} = e.{near_kind}"
    reached = f"e.{far} = g.{far} AND e.{far_kind} = g.{far_kind}"
    on_the_way = f"(SELECT {far}, {far_kind} FROM g)"
    ends = " AND ".join(
        f"g.{end} = {column}"
        for end, column in zip(("f", "fk", "t", "tk"), walk.both_ends.split(", "), strict=True)
    )
    return (
        f"WITH RECURSIVE p AS MATERIALIZED (SELECT DISTINCT f, fk, t, tk FROM ({walk.steps})), "
        f"w USING KEY (f, fk, t, tk) AS ("
        f"SELECT e.f, e.fk, e.t, e.tk, 1 AS d FROM p e WHERE {walk.first_step('e')} "
        f"UNION ALL SELECT DISTINCT {walk.both_ends}, w.d + 1 AS d FROM w JOIN p e "
        f"ON {walk.joined} WHERE {walk.within} AND {walk.new}), "
        f"c AS MATERIALIZED (SELECT * FROM w), "
        f"g AS (SELECT f, fk, t, tk, d FROM c WHERE {walk.ending('c')} "
        f"UNION SELECT c.f, c.fk, c.t, c.tk, c.d FROM g JOIN p e ON {reached} "
        f"JOIN c ON {start} AND {before} AND c.d = g.d - 1), "
        f"e AS MATERIALIZED (SELECT e.* FROM ({walk.steps}) e "
        f"WHERE (e.{far}, e.{far_kind}) IN {on_the_way} "
        f"AND ((e.{near}, e.{near_kind}) IN {on_the_way} OR ({walk.first_step('e')}))), "
        f"v AS (SELECT e.f, e.fk, e.t, e.tk, e.m{columns}, 1 AS d FROM e JOIN g "
        f"ON g.f = e.f AND g.fk = e.fk AND g.t = e.t AND g.tk = e.tk AND g.d = 1 "
        f"WHERE {walk.first_step('e')} "
        f"UNION ALL SELECT {walk.both_ends}, {walk.longer('m')} AS m{longer}, w.d + 1 AS d "
        f"FROM v w JOIN e ON {walk.joined} JOIN g ON {ends} AND g.d = w.d + 1) "
        f"SELECT f, fk, t, tk, m{columns} FROM v WHERE {walk.ending('v')}{walk.of_no_step()}"
    )


def steps_of(quantifier: Syntax) -> tuple[int, int | None]:
    """Read how often a part of a path is repeated.

    >>> [steps_of(Syntax("quantifier", 0, 0, name)) for name in ("+", "*", "{2}", "{1,3}", "{,3}")]
    [(1, None), (0, None), (2, 2), (1, 3), (0, 3)]
    """
    if quantifier.name in ("+", "*"):
        return int(quantifier.name == "+"), None
    first, comma, last = quantifier.name.strip("{} ").partition(",")
    least = int(first) if first.strip() else 0
    if not comma:
        return least, least
    return least, int(last) if last.strip() else None


def nothing(types: Mapping[str, ValueType], *, ends: bool) -> str:
    """Select no row, for a pattern that nothing fits."""
    columns = ["'' AS k", "'' AS i"]
    if ends:
        columns += [f"'' AS {name}" for name in ("f", "fk", "t", "tk")] + ["FALSE AS b"]
    columns += [
        f"CAST(NULL AS {sql_type(type_)}) AS {quoted(name)}" for name, type_ in types.items()
    ]
    return f"SELECT {', '.join(columns)} WHERE FALSE"
