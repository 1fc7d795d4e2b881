"""The patterns of Cypher: paths, nodes, relationships and their labels."""

from __future__ import annotations

from abc import abstractmethod

from graphkit.cypher.tokens import NAMES, Cursor, Syntax

DASHES = frozenset("-\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d")
"""Characters that Neo4j takes for the line of a relationship."""

WALKS = ("TRAIL", "WALK", "ACYCLIC", "SHORTEST", "ALL", "WSHORTEST")
"""Words that ladybug knows after the star of a relationship."""


class Patterns(Cursor):
    """Parser of paths."""

    @abstractmethod
    def expression(self, power: int = 0) -> Syntax:
        """Read a value with the operators that bind at least so strongly."""

    @abstractmethod
    def map(self) -> Syntax:
        """Read ``{key: value}``."""

    @abstractmethod
    def where(self) -> Syntax | None:
        """Read WHERE and its condition, if it comes next."""

    def path(self) -> Syntax:
        """Read a path and its name."""
        start = self.token
        variable = None
        if start.kind in NAMES and self.following.text == "=":
            variable = self.variable()
            self.wants("=")
        return self.made("path", start.at, "", variable, *self.selected())

    def selected(self) -> list[Syntax]:
        """Read the chain of a path, and what selects the shortest of several."""
        start = self.token
        if start.upper in ("SHORTESTPATH", "ALLSHORTESTPATHS") and self.following.text == "(":
            return [self.shortest()]
        if start.upper not in ("ANY", "ALL", "SHORTEST"):
            return self.chain()
        words, number = [self.take().upper], None
        while self.token.text != "(":
            if self.token.kind in ("number", "parameter"):
                number = self.single(self.token.kind)
            elif self.token.upper in ("SHORTEST", "PATH", "PATHS", "GROUP", "GROUPS"):
                words.append(self.take().upper)
            else:
                self.unexpected("'('")
        return [self.made("selector", start.at, " ".join(words), number), *self.chain()]

    def shortest(self) -> Syntax:
        """Read ``shortestPath(...)``."""
        start = self.take()
        self.wants("(")
        chain = self.chain()
        self.wants(")")
        return self.made("shortest", start.at, start.upper, *chain)

    def chain(self) -> list[Syntax]:
        """Read nodes and the relationships between them."""
        found = [self.element()]
        while True:
            if self.token.text in DASHES or (
                self.token.text == "<" and self.following.text in DASHES
            ):
                found += [self.relationship(), self.element()]
            elif self.token.text == "(":
                found.append(self.element())
            else:
                return found

    def element(self) -> Syntax:
        """Read a node, or a path in parentheses that may be repeated."""
        start = self.token
        named = self.following.kind in NAMES and self.every[self.number + 2].text == "="
        if self.following.text != "(" and not named:
            return self.node()
        self.wants("(")
        self.deeper(start)
        parts = [self.path(), self.where()]
        self.wants(")")
        self.outward()
        return self.made("group-path", start.at, "", *parts, self.quantifier())

    def quantifier(self) -> Syntax | None:
        """Read ``+``, ``*``, ``{2}`` or ``{1,3}`` after a part of a path."""
        start = self.token
        if start.text in ("+", "*"):
            return self.single("quantifier")
        if not self.takes("{"):
            return None
        while self.token.kind == "number" or self.token.text == ",":
            self.take()
        self.wants("}")
        return self.made("quantifier", start.at, self.text[start.at : self.token.at].strip())

    def node(self) -> Syntax:
        """Read a node."""
        start = self.token
        self.wants("(")
        parts = self.inside()
        self.wants(")")
        return self.made("node", start.at, "", *parts)

    def inside(self) -> list[Syntax | None]:
        """Read what describes a node or relationship: name, labels, length, properties."""
        variable = None
        keyword = self.token.upper in ("WHERE", "IS") and self.following.kind in NAMES
        if self.token.kind in NAMES and not keyword:
            variable = self.variable()
        labels = self.labels() if self.token.upper in (":", "IS") else None
        length = self.length() if self.token.text == "*" else None
        properties = None
        if self.token.text == "{":
            properties = self.map()
        elif self.token.kind == "parameter":
            properties = self.single("parameter")
        return [variable, labels, length, properties, self.where()]

    def length(self) -> Syntax:
        """Read ``*``, ``*2``, ``*1..3``."""
        self.wants("*")
        start = self.token.at
        while self.token.upper in WALKS:
            self.take()
        first = self.token
        while self.token.kind == "number" or self.token.text == "..":
            self.take()
        after = self.every[self.number - 1].end
        return Syntax("length", start, max(after, start), self.text[first.at : after])

    def relationship(self) -> Syntax:
        """Read a relationship and its direction."""
        start = self.token
        left = self.takes("<")
        self.count("relationships", self.token)
        self.dash()
        parts: list[Syntax | None] = []
        if self.takes("["):
            parts = self.inside()
            self.wants("]")
        self.dash()
        right = self.takes(">")
        direction = "<" * left + ">" * right
        return self.made("relationship", start.at, direction, *parts, self.quantifier())

    def dash(self) -> None:
        """Take the line of a relationship."""
        if self.token.text not in DASHES:
            self.unexpected("'-'")
        self.take()

    def labels(self) -> Syntax:
        """Read a label expression."""
        start = self.take()
        return self.made("labels", start.at, "", self.any_label())

    def any_label(self) -> Syntax:
        """Read labels of which one is enough."""
        start, found = self.token, [self.all_labels()]
        while self.takes("|"):
            self.takes(":")
            found.append(self.all_labels())
        return found[0] if len(found) == 1 else self.made("any-label", start.at, "", *found)

    def all_labels(self) -> Syntax:
        """Read labels that all are needed."""
        start, found = self.token, [self.label()]
        signs = ""
        while self.token.text in ("&", ":"):
            signs = self.take().text
            found.append(self.label())
        return found[0] if len(found) == 1 else self.made("all-labels", start.at, signs, *found)

    def label(self) -> Syntax:
        """Read a label, its negation, or labels in parentheses."""
        start = self.token
        if self.takes("%"):
            return self.made("wildcard", start.at)
        if start.kind in NAMES:
            return self.single("label")
        if start.text not in ("!", "("):
            self.unexpected("a label")
        self.take()
        self.deeper(start)
        if start.text == "!":
            found = self.made("not-label", start.at, "", self.label())
        else:
            found = self.any_label()
            self.wants(")")
        self.outward()
        return found

    def begins_pattern(self) -> bool:
        """Tell if a path begins at this parenthesis, and not a value in parentheses."""
        every, inside = self.every, self.number + 1
        named = every[inside].kind in NAMES
        if every[inside + named].upper not in (")", ":", "{", "WHERE", "IS"):
            return False
        ahead = self.closing.get(self.number, len(every) - 5) + 1
        ahead += every[ahead].text == "<"
        if every[ahead].text not in DASHES:
            return False
        ahead += 1
        if every[ahead].text == "[":
            ahead = self.closing.get(ahead, len(every) - 5) + 1
        if every[ahead].text not in DASHES:
            return False
        ahead += 1 + (every[ahead + 1].text == ">")
        return every[ahead].text in ("(", "{", "+", "*")
