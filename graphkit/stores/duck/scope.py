"""Variables of a statement, the properties that it uses of each, and values that it binds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from graphkit.cypher.tokens import Syntax
from graphkit.stores.duck.types import NULL, Model, T, Value, sql_type, type_of

KIND, KEY = "_kind", "_key"
"""Columns of a node or relationship besides its properties: its label or type, and its key."""


@dataclass(frozen=True)
class Variable:
    """A variable in scope: the columns of SQL that hold it.

    A value has one column, under the empty name. A node or relationship that a pattern found has a
    column for its kind, its key, and each property that the statement uses.
    """

    type: T
    columns: Mapping[str, str]

    @property
    def is_value(self) -> bool:
        """True if one column holds it."""
        return "" in self.columns


Scope = Mapping[str, Variable]


@dataclass
class Context:
    """The model, bound values and fresh names that all parts of one compilation share."""

    model: Model
    parameters: Mapping[str, Any]
    used: Mapping[str, frozenset[str] | None]
    """Properties used of each variable; None if the whole of it is a value."""
    bound: dict[str, Any] = field(default_factory=dict)
    """Values that the SQL refers to by name."""
    notes: list[str] = field(default_factory=list)
    count: int = 0

    def fresh(self, beginning: str) -> str:
        """Return a name that nothing else has."""
        self.count += 1
        return f"{beginning}{self.count}"

    def bind(self, value: Any) -> Value:
        """Bind a value of the statement, of which no text reaches the database."""
        if value is None:
            return Value("NULL", NULL)
        name = self.fresh("p")
        self.bound[name] = value
        of = type_of(value)
        return Value(f"CAST(${name} AS {sql_type(of)})", of)

    def properties(self, variable: str, of: T, *, whole: bool = False) -> list[str]:
        """List the properties that must be at hand of a node or relationship, in their order."""
        wanted = None if whole else self.used.get(variable, frozenset())
        names = dict.fromkeys(n for table in self.model.tables(of) for n in table.properties)
        return [name for name in names if wanted is None or name in wanted]


def used_properties(query: Syntax) -> dict[str, frozenset[str] | None]:
    """Find which properties a statement uses of each variable, whatever its scopes.

    A variable of which more than properties, kind and identity is used needs all of them, and so
    does one that another name stands for.
    """
    used: dict[str, set[str]] = {}
    whole: set[str] = set()
    alike: list[tuple[str, str]] = []
    everything = False

    def visit(each: Syntax, parent: Syntax | None) -> None:
        nonlocal everything
        if each.kind == "property" and each.parts[0].kind == "variable":
            used.setdefault(each.parts[0].name, set()).add(each.name)
            return
        if each.kind == "projection":
            name = each.parts[0].name
            for entry in each.parts[1:]:
                if entry.kind == "own-property":
                    used.setdefault(name, set()).add(entry.name)
                elif entry.kind == "own-properties":
                    whole.add(name)
                elif entry.kind == "own-variable":
                    whole.add(entry.name)
                else:
                    visit(entry, each)
            return
        if each.kind in ("node", "relationship"):
            variable = each.first("variable")
            entries = each.first("map")
            if entries is not None and variable is not None:
                used.setdefault(variable.name, set()).update(e.name for e in entries.parts)
            for part in each.parts:
                if part is not variable:
                    visit(part, each)
            return
        if each.kind == "item" and each.parts[0].kind == "variable":
            last = each.parts[-1]
            if last is not each.parts[0] and last.kind == "variable":
                alike.append((each.parts[0].name, last.name))
            elif parent is not None and parent.kind == "return":
                whole.add(each.parts[0].name)
            if parent is not None and parent.kind == "return":
                whole.add(each.parts[0].name)
            return
        if each.kind == "item":
            visit(each.parts[0], each)
            return
        if each.kind == "star" and parent is not None and parent.kind == "return":
            everything = True
        if (
            each.kind == "function" and each.name.lower() in IDENTITY and each.parts
            and each.parts[-1].kind == "variable"
        ):  # fmt: skip
            return
        if each.kind == "null-test" and each.parts[0].kind == "variable":
            return
        if each.kind == "label-test" and each.parts[0].kind == "variable":
            return
        if each.kind == "compare" and all(p.kind in ("variable", "sign") for p in each.parts):
            return
        if each.kind == "variable":
            whole.add(each.name)
            return
        for part in each.parts:
            if each.kind in BINDERS and part.kind == "variable":
                continue
            visit(part, each)

    visit(query, None)
    changed = True
    while changed:
        changed = False
        for left, right in alike:
            names = used.setdefault(left, set()) | used.setdefault(right, set())
            both = bool({left, right} & whole)
            if names != used[left] or names != used[right] or (both and not {left, right} <= whole):
                used[left], used[right] = set(names), set(names)
                whole |= {left, right} if both else set()
                changed = True
    if everything:
        return _Everything()
    return {name: None if name in whole else frozenset(used.get(name, ()))
            for name in used.keys() | whole}  # fmt: skip


class _Everything(dict[str, frozenset[str] | None]):
    """Of every variable, all is used."""

    def get(self, key: str, default: Any = None) -> None:
        return None


class Values(Protocol):
    """Compiler of the values of one scope, as rules of functions take it."""

    @property
    def context(self) -> Context:
        """The model and bound values of the compilation."""

    @property
    def scope(self) -> Scope:
        """Variables in scope."""

    def value(self, each: Syntax) -> Value:
        """Compile a value."""


IDENTITY = ("count", "type", "labels", "id", "elementid", "exists", "length")
"""Functions that need no property of a node or relationship."""
BINDERS = ("path", "unwind", "for", "assignment", "subquery")
"""Constructs that bind the variables among their parts."""
