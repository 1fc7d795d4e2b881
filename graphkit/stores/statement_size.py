"""Refuses statements that no database gets through: too deep, or planned for minutes."""

from __future__ import annotations

from dataclasses import dataclass

from graphkit.errors import UsageError
from graphkit.stores.cypher_text import CLOSING, OPENING, Token, is_name, place

MOST = {
    "levels of nesting": 100,
    "open braces": 10,
    "relationships": 30,
    "words and signs": 2_000,
}
"""How much of each a statement may have.

A parser that calls itself for what is inside something else runs out of stack. A plan takes Neo4j
time that grows faster than the statement: at these numbers some seconds, at ten times as many
minutes, in which it hears of no deadline and keeps a core and its memory.
"""

NESTING = frozenset((".", "-", "+", "!", "NOT"))
"""What is inside one another when it is repeated, without a bracket."""

DASHES = frozenset("-\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d")
"""What Neo4j takes for the line of a relationship."""

VALUES, BETWEEN = ("string", "number", "parameter"), (*OPENING, *CLOSING, ",")
"""Kinds and texts of the tokens that a list of any length is made of."""


def check_size(statement: str, every: list[Token]) -> None:
    """Refuse a statement that is too deep or has too much in it.

    Raises
    ------
    UsageError
        Naming what there is too much of, and the first place that is too much.

    Examples
    --------
    >>> from graphkit.stores.cypher_text import tokens
    >>> check_size(text := "RETURN 1 IN [" + "1, " * 9_999 + "1]", tokens(text))
    >>> check_size(text := "RETURN " + "NOT " * 101 + "true", tokens(text))
    Traceback (most recent call last):
        ...
    graphkit.errors.UsageError: line 1, column 408: more than 100 levels of nesting here
    """
    counts, level, outer = dict.fromkeys(MOST, 0), Level(), list[Level]()
    for number, token in enumerate(every):
        before = every[number - 1].text if number else ""
        after = every[number + 1].text if number + 1 < len(every) else ""
        if token.text in OPENING:
            outer.append(level)
            level = Level(level.depth + 1)
        elif token.text in CLOSING:
            level = outer.pop() if outer else Level()
            level.in_a_row = level.in_a_row + 1 if token.text == "]" else 0  # n[0][0][0]
        elif token.kind == "symbol" or not is_name(every, number):
            level.pass_by(token.upper or token.text)
        counts["levels of nesting"] = level.depth
        counts["open braces"] += (token.text == "{") - (token.text == "}")
        begins = token.text in DASHES and before not in DASHES and after in DASHES | {"["}
        counts["relationships"] += begins
        counts["words and signs"] += token.kind not in VALUES and token.text not in BETWEEN
        for what, count in counts.items():
            if count > MOST[what]:
                where = place(statement, token.at)
                raise UsageError(f"{where}: more than {MOST[what]:,} {what} here")


@dataclass
class Level:
    """What is between two brackets: how deep it is in others, and what nests without one."""

    base: int = 0
    in_a_row: int = 0
    cases: int = 0

    @property
    def depth(self) -> int:
        """How many things are around what comes next."""
        return self.base + self.in_a_row + self.cases

    def pass_by(self, text: str) -> None:
        """Take note of a token that is neither a bracket nor a name."""
        self.in_a_row = self.in_a_row + 1 if text in NESTING else 0
        self.cases = 0 if text == "," else self.cases + (text == "CASE")
