"""Knowledge of the values in a statement that may be null, and of the lists that may hold a null.

It is read from the text alone: a value of which it says nothing may be null.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from graphkit.cypher.tokens import Syntax
from graphkit.stores.embedded.subqueries import ALWAYS_SET, REQUIRED, kinds_in

if TYPE_CHECKING:
    from graphkit.stores.embedded.functions import Types

SURE = frozenset((
    "abs", "char_length", "endnode", "labels", "left", "ltrim", "nodes", "range", "relationships",
    "rels", "replace", "reverse", "right", "round", "rtrim", "size", "split", "startnode",
    "substring", "tail", "tolower", "tostring", "toupper", "trim", "type",
))  # fmt: skip
"""Functions that are null of null alone."""
NEVER = ("collect", "count", "sum")
"""Functions that are never null."""
OF_ITEMS = ("keys", "labels", "nodes", "range", "relationships", "rels", "split")
"""Functions that make lists without nulls."""
MADE_OF_PARTS = ("sum", "product", "power", "signed", "group", "slice")
GRAPH_VALUES = ("node", "relationship")
SINGLE = (*GRAPH_VALUES, "path", "int", "float", "text", "bool", "date")
"""Types of values that hold no others that may be null."""


class Nulls:
    """Variables that are not null, and those that hold no null, at a place in a statement.

    Examples
    --------
    >>> from graphkit.cypher import Statement
    >>> from graphkit.stores.embedded.functions import Types
    >>> asked = Statement("MATCH (c:Country) RETURN c.iso3, c.region, [c.iso3], [c.region]")
    >>> types = Types({})
    >>> nulls = Nulls(types)
    >>> for path in asked.query.walk("path"):
    ...     types.bind(path)
    >>> nulls.match(asked.query.parts[0])
    >>> values = [item.parts[0] for item in asked.query.walk("item")]
    >>> [nulls.may_be(value) for value in values], [nulls.may_hold(value) for value in values[2:]]
    ([False, True, False, False], [False, True])
    """

    def __init__(self, types: Types) -> None:
        self.types = types
        self.there: set[str] = set()
        """Variables that are not null."""
        self.whole: set[str] = set()
        """Variables that are lists without nulls, in their items neither."""
        self.kinds: dict[str, set[str]] = {}
        """Kinds that a node or relationship of a pattern may have."""

    def match(self, pattern: Syntax) -> None:
        """Take note of what a pattern finds; what an optional one does not find is null."""
        found = {
            variable.name
            for path in pattern.all("path")
            for each in path.walk("path", "node", "relationship")
            for variable in each.all("variable")
        }
        if pattern.name != "OPTIONAL":
            self.there = self.there | found
        self.whole = self.whole | found
        told = {name: kinds for name, kinds in kinds_in([pattern]).items() if name in found}
        unknown = {name: set(ALWAYS_SET) for name in found}
        self.kinds = {**unknown, **self.kinds, **told}

    def assign(self, variable: Syntax, value: Syntax) -> None:
        """Take note of a variable for a value."""
        self._set(variable.name, self.may_be(value), self.may_hold(value))

    def item(self, variable: Syntax, values: Syntax) -> None:
        """Take note of a variable for the items of a list."""
        may_hold = self.may_hold(values)
        self._set(variable.name, may_hold, may_hold)

    def _set(self, name: str, may_be: bool, may_hold: bool) -> None:
        self.there = self.there - {name} if may_be else self.there | {name}
        self.whole = self.whole - {name} if may_hold else self.whole | {name}
        self.kinds = {known: kinds for known, kinds in self.kinds.items() if known != name}

    def project(self, clause: Syntax) -> None:
        """Take note of the columns of a WITH, which hides all other variables."""
        columns = [(item.parts[-1].name, item.parts[0]) for item in clause.all("item")]
        there = {name for name, value in columns if not self.may_be(value)}
        whole = {name for name, value in columns if not self.may_hold(value)}
        kinds = {n: self.kinds[v.name] for n, v in columns if self._is_known(v)}
        if clause.first("star"):
            kinds = {**self.kinds, **kinds}
            there |= self.there - {name for name, _ in columns}
            whole |= self.whole - {name for name, _ in columns}
        self.there, self.whole, self.kinds = there, whole, kinds

    def _is_known(self, value: Syntax) -> bool:
        """Tell if a value is a variable whose kinds are known."""
        return value.kind == "variable" and value.name in self.kinds

    def forget(self) -> None:
        """Forget everything, as UNION does."""
        self.there, self.whole, self.kinds = set(), set(), {}

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Keep what is noted inside a scope to it."""
        before = self.there, self.whole, self.kinds
        yield
        self.there, self.whole, self.kinds = before

    def may_be(self, value: Syntax) -> bool:
        """Tell if a value may be null."""
        name = value.name.lower()
        if value.kind == "variable":
            return value.name not in self.there
        if value.kind == "constant":
            return name == "null"
        if value.kind == "parameter":
            return self.types.parameters.get(value.name, 0) is None
        if value.kind == "property":
            of = value.parts[0]
            if of.kind != "variable" or self.types.of(of) not in GRAPH_VALUES or self.may_be(of):
                return True
            kinds = self.kinds.get(of.name)
            if kinds is None:
                return value.name not in REQUIRED
            return not all(value.name in ALWAYS_SET[kind] for kind in kinds)
        if value.kind == "comprehension":
            return self.may_be(value.parts[1])
        if value.kind in MADE_OF_PARTS or (value.kind == "function" and name in SURE):
            return any(self.may_be(part) for part in value.parts if part.kind != "sign")
        if value.kind == "function" and name in NEVER:
            return False
        if value.kind == "function" and name == "coalesce":
            return all(map(self.may_be, value.parts))
        if value.kind == "case" and value.first("else"):
            return any(self.may_be(part.parts[-1]) for part in value.all("when", "else"))
        return value.kind not in ("string", "number", "list", "map", "subquery-value")

    def may_hold(self, values: Syntax) -> bool:
        """Tell if a list, or a list in it, may have a null among its items."""
        name = values.name.lower()
        parts = [part for part in values.parts if part.kind not in ("sign", "distinct")]
        if values.kind == "constant":
            return name == "null"
        if values.kind == "variable":
            return values.name not in self.whole
        if values.kind in ("property", "parameter", "string", "number", "places"):
            return False
        if values.kind == "each-property":
            return values.name not in REQUIRED or self.may_hold(values.parts[0])
        if values.kind == "function":
            if name in OF_ITEMS:
                return False
            return any(map(self._holds_open if name == "collect" else self.may_hold, parts))
        if values.kind == "comprehension" and values.first("result") is None:
            return self.may_hold(parts[1])
        if values.kind == "list":
            return any(self.may_be(part) or self._holds_open(part) for part in parts)
        if values.kind in ("group", "slice", "sum"):
            return any(map(self.may_hold, parts))
        return True

    def _holds_open(self, value: Syntax) -> bool:
        """Tell if an item of a list may hold a null itself."""
        return self.types.of(value) not in SINGLE and self.may_hold(value)

    def may_leave_open(self, condition: Syntax, variable: Syntax, values: Syntax) -> bool:
        """Tell if a condition on the items of a list may be null although the item is not."""
        stored = self.types.item(values) in GRAPH_VALUES
        return any(
            (each.kind == "constant" and each.name.upper() == "NULL")
            or (each.kind == "variable" and each.name != variable.name)
            or (each.kind == "parameter" and self.may_be(each))
            or (each.kind == "property" and not (stored and each.name in REQUIRED))
            or (each.kind == "function" and each.name.lower() not in SURE)
            or each.kind in ("index", "case", "reduce", "predicate")
            for each in condition.walk()
        )
