"""A Cypher statement, parsed once for everybody who asks about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from graphkit.cypher.read_only import check_read_only, first_clause
from graphkit.cypher.tokens import CLOSING, OPENING, Token, clause_end, is_name, tokens
from graphkit.errors import UsageError

EXPLAIN = "EXPLAIN "
"""Prefix with which Neo4j plans a statement and does not run it."""


@dataclass(frozen=True)
class Statement:
    """The text of one statement with its tokens, parameters, columns and read-only verdict.

    Each of them is worked out when it is first asked for, and kept.

    Examples
    --------
    >>> statement = Statement("MATCH (n {key: $key}) RETURN n.name, '$no' AS b // $no")
    >>> statement.parameters, statement.columns
    (('key',), ['n.name', 'b'])
    """

    text: str

    @classmethod
    def of(cls, statement: str | Statement) -> Statement:
        """Take text as a statement; return a statement as it is, with what is known of it."""
        return cls(statement) if isinstance(statement, str) else statement

    @cached_property
    def tokens(self) -> list[Token]:
        """Tokens without white space and comments.

        Raises
        ------
        UsageError
            A string, name or comment is not closed, or the text is too long.
        """
        return tokens(self.text)

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters, in the order of their first use."""
        return tuple(dict.fromkeys(t.name for t in self.tokens if t.kind == "parameter"))

    @cached_property
    def columns(self) -> list[str]:
        """Columns of the (first) final RETURN, ``*`` for all variables.

        >>> Statement("MATCH (n) WITH n AS m RETURN count( * ), m.x AS `an x`, [1, 2]").columns
        ['count( * )', 'an x', '[1, 2]']
        """
        number = _final_return(self.tokens)
        if number is None:
            return []
        number += 1
        if number < len(self.tokens) and self.tokens[number].upper == "DISTINCT":
            number += 1
        inside = self.tokens[number : clause_end(self.tokens, number)]
        return [self._name(item) for item in _items(inside)]

    def _name(self, item: list[Token]) -> str:
        if len(item) == 1 or (len(item) > 2 and item[-2].upper == "AS"):
            return item[-1].name
        return self.text[item[0].at : item[-1].end]

    @cached_property
    def _prefixes(self) -> list[Token]:
        """The tokens EXPLAIN and PROFILE before the first clause."""
        before = self.tokens[: first_clause(self.tokens)]
        return [token for token in before if token.upper in ("EXPLAIN", "PROFILE")]

    @property
    def asks_for_plan(self) -> bool:
        """True if the statement begins with EXPLAIN or PROFILE.

        >>> Statement("CYPHER 5 PROFILE RETURN 1").asks_for_plan
        True
        >>> Statement("RETURN 1 AS explain").asks_for_plan
        False
        """
        return bool(self._prefixes)

    @property
    def explained(self) -> str:
        """Text that has Neo4j plan the statement and not run it.

        >>> Statement("CYPHER 5 PROFILE MATCH (n) RETURN n").explained
        'EXPLAIN CYPHER 5         MATCH (n) RETURN n'
        """
        text = self.text
        for token in self._prefixes:
            text = text[: token.at] + " " * len(token.text) + text[token.end :]
        return EXPLAIN + text

    @cached_property
    def _verdict(self) -> bool:
        check_read_only(self.text, self.tokens)
        return True

    def check_read_only(self) -> None:
        """Refuse everything but one read-only query; what passed once is not checked again.

        Raises
        ------
        UsageError
            Naming the clause and its place.
        """
        _ = self._verdict

    def values(self, given: Mapping[str, Any] | None) -> dict[str, Any]:
        """Select the values of the parameters; one that is missing does not count as null.

        Raises
        ------
        UsageError
            Naming the parameters that are missing.

        Examples
        --------
        >>> Statement("RETURN $a").values({"a": 1, "unused": 2})
        {'a': 1}
        """
        given = given or {}
        missing = [name for name in self.parameters if name not in given]
        if missing:
            names = ", ".join(f"${name}" for name in missing[:5])
            if len(missing) > 5:
                names += f" and {len(missing) - 5:,} more"
            raise UsageError(f"the statement needs {names}; give it with -P {missing[0]}=VALUE")
        return {name: given[name] for name in self.parameters}


def _final_return(every: list[Token]) -> int | None:
    depth = 0
    for number, token in enumerate(every):
        depth += (token.text in OPENING) - (token.text in CLOSING)
        if token.upper == "RETURN" and not depth and not is_name(every, number):
            return number
    return None


def _items(every: list[Token]) -> list[list[Token]]:
    """Split tokens at the commas that are in no bracket."""
    items: list[list[Token]] = [[]]
    depth = 0
    for token in every:
        depth += (token.text in OPENING) - (token.text in CLOSING)
        if token.text == "," and not depth:
            items.append([])
        else:
            items[-1].append(token)
    return [item for item in items if item]
