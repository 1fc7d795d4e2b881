"""A read-only statement with its parameters."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from graphkit.cypher.parser import parse
from graphkit.cypher.tokens import Syntax
from graphkit.errors import UsageError

EXPLAIN = "EXPLAIN "
"""Prefix with which Neo4j plans a statement and does not run it."""


@dataclass(frozen=True)
class Statement:
    """The text of one statement with its syntax tree, parameters and columns.

    The text is parsed when something of it is first asked for; that only reads is parsed, all
    else is an error.

    Examples
    --------
    >>> statement = Statement("MATCH (n {key: $key}) RETURN n.name, '$no' AS b // $no")
    >>> statement.parameters, statement.columns
    (('key',), ['n.name', 'b'])
    """

    text: str

    @classmethod
    def read_only(cls, statement: str | Statement) -> Statement:
        """Take text as a statement, and refuse everything but one read-only query.

        A statement is returned as it is, with what is known of it.

        Raises
        ------
        UsageError
            Naming what was found, and its place.
        """
        result = cls(statement) if isinstance(statement, str) else statement
        result.check_read_only()
        return result

    @cached_property
    def tree(self) -> Syntax:
        """Syntax tree of the statement.

        Raises
        ------
        UsageError
            It is not one read-only query, cannot be parsed or is too large.
        """
        return parse(self.text)

    def check_read_only(self) -> None:
        """Refuse everything but one read-only query.

        Raises
        ------
        UsageError
            Naming what was found, and its place.
        """
        _ = self.tree

    @property
    def query(self) -> Syntax:
        """Clauses of the statement, without what stands before them."""
        return self.tree.parts[-1]

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters, in the order of their first use."""
        return tuple(dict.fromkeys(part.name for part in self.tree.walk("parameter")))

    @cached_property
    def columns(self) -> list[str]:
        """Columns of the (first) final RETURN, ``*`` for all variables.

        >>> Statement("MATCH (n) RETURN count( * ), n.x AS `an x`, [1, 2], n {.x}").columns
        ['count( * )', 'an x', '[1, 2]', 'n']
        """
        items: list[Syntax] = []
        for clause in self.query.parts:
            if clause.kind == "union":
                break
            if clause.kind == "return":
                items = clause.all("item", "star")
        return [self.column(item) for item in items]

    def column(self, item: Syntax) -> str:
        """Return the name of a column: given with AS, or the text of its value."""
        if item.kind == "star":
            return "*"
        last = item.parts[-1]
        return last.name if last.kind == "variable" else self.text[last.offset : last.end]

    @cached_property
    def ends(self) -> dict[str, tuple[str, str, bool]]:
        """Columns at the start and the end of each relationship that is a column.

        The third value is False if the pattern does not say which of them is the start.

        >>> Statement("MATCH (a)<-[r]-(b)-[s]-(c) RETURN a AS one, r, b, s, c").ends
        {'r': ('b', 'one', True), 's': ('b', 'c', False)}
        """
        ends = {}
        for path in self.tree.walk("path"):
            elements = path.all("node", "relationship", "group-path")
            for before, link, after in zip(elements, elements[1:], elements[2:], strict=False):
                names = [part.first("variable") for part in (before, link, after)]
                if link.kind == "relationship" and all(names) and not link.first("length"):
                    start, name, end = (self._columns_of.get(v.name, v.name) for v in names if v)
                    pair = (end, start) if link.name == "<" else (start, end)
                    ends[name] = (*pair, link.name in ("<", ">"))
        return ends

    @cached_property
    def directions(self) -> dict[str, tuple[str, ...]]:
        """Directions of the relationships of each path that is a column: ``>``, ``<`` or neither.

        Of a repeated relationship or part, all of the path have its direction if it is the only
        one; else none is known.

        >>> Statement("MATCH p = (a)-[r]->(b)-[s]-(c) RETURN p").directions
        {'p': ('>', '')}
        """
        directions = {}
        for path in self.tree.walk("path"):
            if (name := path.first("variable")) is None:
                continue
            links = list(path.walk("relationship"))
            signs = tuple(link.name for link in links)
            if len(links) > 1 and list(path.walk("length", "quantifier", "group-path")):
                signs = signs[:1] if len(set(signs)) == 1 else ("",)
            directions[self._columns_of.get(name.name, name.name)] = signs
        return directions

    @cached_property
    def _columns_of(self) -> dict[str, str]:
        """Names that variables have after AS."""
        return {
            item.parts[0].name: item.parts[1].name for item in self.tree.walk("item")
            if [part.kind for part in item.parts] == ["variable", "variable"]
        }  # fmt: skip

    @property
    def asks_for_plan(self) -> bool:
        """True if the statement begins with EXPLAIN or PROFILE.

        >>> Statement("CYPHER 5 PROFILE RETURN 1").asks_for_plan
        True
        >>> Statement("RETURN 1 AS explain").asks_for_plan
        False
        """
        return bool(self._plans)

    @property
    def _plans(self) -> list[Syntax]:
        return [p for p in self.tree.all("prefix") if p.name in ("EXPLAIN", "PROFILE")]

    @property
    def explained(self) -> str:
        """Text that has Neo4j plan the statement and not run it.

        >>> Statement("CYPHER 5 PROFILE MATCH (n) RETURN n").explained
        'EXPLAIN CYPHER 5         MATCH (n) RETURN n'
        """
        text = self.text
        for prefix in self._plans:
            text = text[: prefix.offset] + " " * len(prefix.name) + text[prefix.end :]
        return EXPLAIN + text

    def values(self, parameters: Mapping[str, Any] | None) -> dict[str, Any]:
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
        parameters = parameters or {}
        missing = [name for name in self.parameters if name not in parameters]
        if missing:
            names = ", ".join(f"${name}" for name in missing[:5])
            if len(missing) > 5:
                names += f" and {len(missing) - 5:,} more"
            raise UsageError(f"the statement needs {names}; give it with -P {missing[0]}=VALUE")
        return {name: parameters[name] for name in self.parameters}


def json_values(values: object) -> dict[str, Any]:
    """Check that parameters read from JSON can be those of a statement.

    Raises
    ------
    UsageError
        They are not an object of values by name, or hold an object or a number out of range.

    Examples
    --------
    >>> json_values({"country": "KOR", "years": [2023, 2024]})
    {'country': 'KOR', 'years': [2023, 2024]}
    """
    if not isinstance(values, dict):
        raise UsageError("parameters: wanted an object of values by name")
    for name, value in values.items():
        if isinstance(value, dict):
            raise UsageError(f"parameter {name}: found a JSON object; wanted a value or a list")
        if isinstance(value, int) and abs(value) >= 2**63:
            raise UsageError(f"parameter {name}: found {value}, wanted at most 64 bits")
        if isinstance(value, float) and not math.isfinite(value):
            raise UsageError(f"parameter {name}: found {value}, wanted a finite number")
    return values


def typed_value(name: str, text: str) -> Any:
    """Convert the text of a parameter: JSON (2024, 0.5, ["CHN"]) where it is JSON, else text.

    Raises
    ------
    UsageError
        It is JSON that can be no parameter.

    Examples
    --------
    >>> typed_value("country", "KOR"), typed_value("year", "2024"), typed_value("year", '"2024"')
    ('KOR', 2024, '2024')
    """

    def refuse(constant: str) -> Any:
        raise ValueError(constant)

    try:
        value = json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError):
        return text
    return json_values({name: value})[name]
