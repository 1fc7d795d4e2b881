"""A Cypher statement and its parser, which only reads: what it does not know, it refuses.

It knows the clauses, procedures and namespaces of functions that read the graph and nothing else;
so what it returns may run. The grammar is openCypher 9 with what Neo4j 5 and Cypher 25 add for
reading [1]_. Written by hand: a name may be any word, which a grammar of reserved words refuses,
and it takes a millisecond where the general parsers tried took ten times that to parse, and a
tenth of a second to import.

References
----------
.. [1] Neo4j (2025). Cypher Manual 5. https://neo4j.com/docs/cypher-manual/5/syntax/
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NoReturn

from graphkit.cypher.grammar import CLAUSES, OPERATORS, READS, WRITES, Expressions
from graphkit.cypher.tokens import Syntax, Token, unescaped

PREFIXES = ("EXPLAIN", "PROFILE", "CYPHER")
"""Words that may stand before the first clause."""
SHOWN = frozenset((
    "ALL", "BUILT", "BY", "CONSTRAINT", "CONSTRAINTS", "CURRENT", "DEFINED", "EXECUTABLE",
    "EXIST", "EXISTENCE", "FULLTEXT", "FUNCTION", "FUNCTIONS", "IN", "INDEX", "INDEXES", "KEY",
    "LOOKUP", "NODE", "POINT", "PROCEDURE", "PROCEDURES", "PROPERTY", "RANGE", "REL",
    "RELATIONSHIP", "TEXT", "TYPE", "UNIQUE", "UNIQUENESS", "USER", "VECTOR",
))  # fmt: skip
"""Words after SHOW: neither users' rights nor what others run."""
PROCEDURES = frozenset((
    "db.index.fulltext.listavailableanalyzers", "db.index.fulltext.querynodes",
    "db.index.fulltext.queryrelationships", "db.index.vector.querynodes",
    "db.index.vector.queryrelationships", "db.labels", "db.propertykeys", "db.relationshiptypes",
    "db.schema.nodetypeproperties", "db.schema.reltypeproperties", "db.schema.visualization",
))  # fmt: skip
"""Procedures that only read what the graph is, of Neo4j, in small letters."""


def parse(text: str) -> Syntax:
    """Parse one read-only statement.

    Raises
    ------
    UsageError
        Naming what was found, what was wanted, and the place: also for a clause that writes,
        and for a statement that is too large.

    Examples
    --------
    >>> [part.name for part in parse("MATCH (n:Set) RETURN n.create AS drop").walk("property")]
    ['create']
    >>> parse("MATCH (n) DETACH DELETE n")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    graphkit.errors.UsageError: line 1, column 11: DETACH is not read-only; graphkit only reads ...
    """
    tree = _Parser(text).statement()
    if (seen := unescaped(text)) != text:
        _Parser(seen).statement()  # as Neo4j reads it
    return tree


class _Parser(Expressions):
    """Parser of clauses."""

    def statement(self) -> Syntax:
        """Read the whole statement."""
        prefixes = []
        while self.token.upper in PREFIXES:
            start = self.take()
            if start.upper == "CYPHER":
                if self.token.kind == "number":
                    self.take()
                while self.following.text == "=":
                    self.number = min(self.number + 3, len(self.every) - 4)
            prefixes.append(self.build("prefix", start.offset, start.upper))
        query = self.query()
        if self.token.kind != "end":
            self.refuse_clause()
        return Syntax("statement", 0, len(self.text), "", [*prefixes, query])

    def query(self) -> Syntax:
        """Read one clause or more, up to what is not one."""
        start = self.token
        if start.upper not in READS:
            if start.upper in WRITES:
                self.refuse_clause()
            text = repr(start.text) if start.kind != "end" else "the end"
            beginnings = ", ".join(READS[:5])
            self.fail(start, f"found {text}; a read-only statement begins with {beginnings}")
        clauses = []
        while read := _CLAUSES.get(self.token.upper):
            clauses.append(read(self))
        return self.build("query", start.offset, "", *clauses)

    def refuse_clause(self) -> NoReturn:
        """Refuse what stands where a clause, an operator or the end should."""
        token = self.token
        if token.upper in WRITES:
            self.fail(
                token,
                f"{token.upper} is not read-only; graphkit only reads here, and own nodes are "
                "seeds: 'graphkit new FOLDER'",
            )
        if token.kind == "symbol" and token.text in (")", "]", "}"):
            self.unexpected("an end of the statement, or a clause that reads")
        from difflib import get_close_matches

        words = sorted({*CLAUSES, *(o for o in OPERATORS if o.isalpha()), "AS", "NOT", "YIELD"})
        close = get_close_matches(token.upper[:20], words, 1, 0.7)
        hint = f"; did you mean {close[0]}?" if close else ""
        self.unexpected(f"a clause that reads, or an operator{hint}")

    def match(self) -> Syntax:
        """Read MATCH, or OPTIONAL MATCH and OPTIONAL CALL."""
        start = self.token
        optional = "OPTIONAL" if self.takes("OPTIONAL") else ""
        if optional and self.token.upper == "CALL":
            return self.call(start, optional)
        self.wants("MATCH")
        for mode in (("REPEATABLE", "ELEMENTS"), ("DIFFERENT", "RELATIONSHIPS")):
            self.takes(*mode)
        paths = self.separated(self.path)
        hints = []
        while self.token.upper == "USING":
            hints.append(self.hint())
        return self.build("match", start.offset, optional, *paths, *hints, self.where())

    def hint(self) -> Syntax:
        """Read ``USING INDEX n:Country(iso3)`` and its kin."""
        start = self.take()
        while self.token.upper in ("RANGE", "TEXT", "POINT", "INDEX", "SEEK", "SCAN", "JOIN", "ON"):
            self.take()
        self.separated(self.variable)
        if self.token.text == ":":
            self.labels()
        if self.takes("("):
            self.separated(self.variable)
            self.wants(")")
        return self.build("hint", start.offset)

    def where(self) -> Syntax | None:
        """Read WHERE and its condition, if it comes next."""
        start = self.token
        if not self.takes("WHERE"):
            return None
        return self.build("where", start.offset, "", self.expression())

    def projection(self) -> Syntax:
        """Read WITH or RETURN, with its order, limits and condition."""
        start = self.take()
        distinct = "DISTINCT" if self.takes("DISTINCT") else ""
        if not distinct and self.token.upper == "ALL" and self.following.text not in ("(", "."):
            self.take()
        items = self.separated(self.item)
        parts = [*items, *self.order_and_limits(), self.where()]
        return self.build(start.upper.lower(), start.offset, distinct, *parts)

    def item(self) -> Syntax:
        """Read a column."""
        start = self.token
        if start.text == "*":
            return self.single("star")
        value = self.expression()
        name = self.variable() if self.takes("AS") else None
        if name is None and value.kind == "projection":
            name = replace(value.parts[0])  # what is made of n is called n as well
        return self.build("item", start.offset, "", value, name)

    def order_and_limits(self) -> list[Syntax]:
        """Read ORDER BY, SKIP and LIMIT."""
        parts = []
        while self.token.upper in ("ORDER", "SKIP", "OFFSET", "LIMIT"):
            start = self.take()
            if start.upper == "ORDER":
                self.wants("BY")
                parts.append(self.build("order", start.offset, "", *self.separated(self.sort)))
            else:
                kind = "limit" if start.upper == "LIMIT" else "skip"
                parts.append(self.build(kind, start.offset, "", self.expression()))
        return parts

    def sort(self) -> Syntax:
        """Read one value to order by."""
        start, value = self.token, self.expression()
        descending = self.token.upper in ("DESC", "DESCENDING")
        if descending or self.token.upper in ("ASC", "ASCENDING"):
            self.take()
        return self.build("sort", start.offset, "DESC" if descending else "", value)

    def unwind(self) -> Syntax:
        """Read UNWIND."""
        start, value = self.take(), self.expression()
        self.wants("AS")
        return self.build("unwind", start.offset, "", value, self.variable())

    def loop(self) -> Syntax:
        """Read Cypher 25's ``FOR x IN list``."""
        start, variable = self.take(), self.variable()
        self.wants("IN")
        return self.build("for", start.offset, "", variable, self.expression())

    def let(self) -> Syntax:
        """Read Cypher 25's LET."""
        start = self.take()
        return self.build("let", start.offset, "", *self.separated(self.assignment))

    def assignment(self) -> Syntax:
        """Read ``x = value``."""
        start, variable = self.token, self.variable()
        self.wants("=")
        return self.build("assignment", start.offset, "", variable, self.expression())

    def filter(self) -> Syntax:
        """Read Cypher 25's FILTER."""
        start = self.take()
        self.takes("WHERE")
        return self.build("filter", start.offset, "", self.expression())

    def union(self) -> Syntax:
        """Read UNION."""
        start = self.take()
        every = "ALL" if self.takes("ALL") else ""
        self.takes("DISTINCT")
        if self.token.upper not in READS:
            self.query()
        return self.build("union", start.offset, every)

    def word(self) -> Syntax:
        """Read a clause of one word."""
        start = self.take()
        return self.build(start.upper.lower(), start.offset)

    def call(self, start: Token | None = None, optional: str = "") -> Syntax:
        """Read CALL of a subquery, or of a procedure that only reads."""
        start = start or self.token
        call = self.take()
        if self.token.text in ("(", "{"):
            return self.subquery(start, optional)
        name = self.dotted()
        if name.lower() not in PROCEDURES:
            self.fail(
                call,
                f"CALL of a procedure may write, and {name or 'this'} is not known to only read; "
                "graphkit only reads here",
            )
        arguments = self.arguments() if self.token.text == "(" else []
        return self.build("procedure", start.offset, name, *arguments, *self.yielded())

    def subquery(self, start: Token, optional: str) -> Syntax:
        """Read the rest of ``CALL (x) { ... }``."""
        imports = []
        if self.takes("("):
            if self.token.text != ")":
                star = self.token.text == "*"
                imports = [self.single("star")] if star else self.separated(self.variable)
            self.wants(")")
        query = self.braced(self.query)
        return self.build("subquery", start.offset, optional, *imports, query)

    def braced(self, read: Callable[[], Syntax]) -> Syntax:
        """Read what stands in braces."""
        brace = self.token
        self.wants("{")
        self.deeper(brace)
        self.count("open braces", brace)
        content = read()
        if self.token.text != "}":
            self.refuse_clause()
        self.take()
        self.counts["open braces"] -= 1
        self.outward()
        return content

    def yielded(self) -> list[Syntax]:
        """Read YIELD, and the condition after it."""
        if not self.takes("YIELD"):
            return [w for w in [self.where()] if w]
        items = self.separated(self.item)
        return [w for w in [*items, *self.order_and_limits(), self.where()] if w]

    def show(self) -> Syntax:
        """Read SHOW, and refuse lists that are not public."""
        start, user = self.take(), self.token.upper in ("CURRENT", "USER")
        while self.token.kind == "word" and self.token.upper not in ("YIELD", "WHERE", "RETURN"):
            if user or self.token.upper not in SHOWN:
                lists = "INDEXES, CONSTRAINTS, FUNCTIONS or PROCEDURES"
                self.fail(self.token, f"found SHOW {self.token.text}; wanted SHOW {lists}")
            self.take()
        return self.build("show", start.offset, "", *self.yielded())


_CLAUSES: dict[str, Callable[[_Parser], Syntax]] = {
    "MATCH": _Parser.match,
    "OPTIONAL": _Parser.match,
    "WITH": _Parser.projection,
    "RETURN": _Parser.projection,
    "UNWIND": _Parser.unwind,
    "CALL": _Parser.call,
    "SHOW": _Parser.show,
    "LET": _Parser.let,
    "FOR": _Parser.loop,
    "FILTER": _Parser.filter,
    "FINISH": _Parser.word,
    "NEXT": _Parser.word,
    "UNION": _Parser.union,
}
