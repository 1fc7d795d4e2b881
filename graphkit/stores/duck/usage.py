"""Properties that a statement uses of each variable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from graphkit.cypher.tokens import Syntax
from graphkit.stores.duck.scope import ENDS

IDENTITY = ("count", "type", "labels", "id", "elementid", "exists", "length")
"""Functions that need no property of a node or relationship."""
BINDERS = ("path", "subquery")
"""Constructs that bind the variables among their parts."""


def used_properties(query: Syntax) -> dict[str, frozenset[str] | None]:
    """Find which properties a statement uses of each variable, whatever its scopes.

    A variable of which more than properties, kind and identity is used needs all of them, and so
    does one that another name stands for.
    """
    usage = _Usage()
    usage.visit(query, None)
    usage.spread()
    if usage.everything:
        return _Everything()
    return {name: None if name in usage.whole else frozenset(usage.properties.get(name, ()))
            for name in usage.properties.keys() | usage.whole}  # fmt: skip


class _Usage:
    """Uses of variables that a walk over a query collects.

    A rule for a kind of construct tells if it has dealt with its parts.
    """

    def __init__(self) -> None:
        self.properties: dict[str, set[str]] = {}
        """Names of the properties that are used of a variable."""
        self.whole: set[str] = set()
        """Variables of which all is used."""
        self.alike: list[tuple[str, str]] = []
        """Variables and other names for them."""
        self.within: list[tuple[str, list[str]]] = []
        """Paths and the variables of what is in them."""
        self.everything = False

    def use(self, name: str, *properties: str) -> None:
        """Note that properties of a variable are used."""
        self.properties.setdefault(name, set()).update(properties)

    def visit(self, syntax: Syntax, parent: Syntax | None) -> None:
        """Walk over a construct."""
        rule = RULES.get(syntax.kind)
        if rule is not None and rule(self, syntax, parent):
            return
        for part in syntax.parts:
            if syntax.kind not in BINDERS or part.kind != "variable":
                self.visit(part, syntax)

    def property(self, syntax: Syntax, parent: Syntax | None) -> bool:
        """Note a property of a variable."""
        owner = syntax.parts[0]
        if owner.kind == "variable":
            self.use(owner.name, syntax.name)
        return owner.kind == "variable"

    def projection(self, syntax: Syntax, parent: Syntax | None) -> bool:
        """Note the entries of ``n {.name, key: value}``."""
        name = syntax.parts[0].name
        for entry in syntax.parts[1:]:
            if entry.kind == "own-property":
                self.use(name, entry.name)
            elif entry.kind == "own-properties":
                self.whole.add(name)
            elif entry.kind == "own-variable":
                self.whole.add(entry.name)
            else:
                self.visit(entry, syntax)
        return True

    def path(self, syntax: Syntax, parent: Syntax | None) -> bool:
        """Note the variables within a path that has a name."""
        if syntax.parts and syntax.parts[0].kind == "variable":
            elements = [*syntax.walk("node"), *syntax.walk("relationship")]
            names = [part.name for element in elements for part in element.all("variable")]
            self.within.append((syntax.parts[0].name, names))
        return False

    def element(self, syntax: Syntax, parent: Syntax | None) -> bool:
        """Note the properties of a node or relationship in a pattern."""
        variable = syntax.first("variable")
        entries = syntax.first("map")
        if entries is not None and variable is not None:
            self.use(variable.name, *(entry.name for entry in entries.parts))
        for part in syntax.parts:
            if part is not variable:
                self.visit(part, syntax)
        return True

    def order(self, syntax: Syntax, parent: Syntax | None) -> bool:
        """Visit what rows are sorted by, but for names of columns."""
        if parent is None:
            return False
        items = [item.parts for item in parent.all("item")]
        columns = {parts[-1].name for parts in items if parts[-1] is not parts[0]}
        for sort in syntax.parts:
            if sort.parts[0].kind != "variable" or sort.parts[0].name not in columns:
                self.visit(sort, syntax)
        return True

    def item(self, syntax: Syntax, parent: Syntax | None) -> bool:
        """Note what WITH or RETURN passes on: RETURN uses all of it."""
        value, last = syntax.parts[0], syntax.parts[-1]
        if value.kind != "variable":
            self.visit(value, syntax)
            return True
        if last is not value and last.kind == "variable":
            self.alike.append((value.name, last.name))
        if parent is not None and parent.kind == "return":
            self.whole.add(value.name)
        return True

    def star(self, syntax: Syntax, parent: Syntax | None) -> bool:
        """Note RETURN of all variables."""
        if parent is not None and parent.kind == "return":
            self.everything = True
        return False

    def function(self, syntax: Syntax, parent: Syntax | None) -> bool:
        """Note functions that need no property of a variable, or only its ends."""
        name = syntax.name.lower()
        if not syntax.parts:
            return False
        if name in ("startnode", "endnode") and syntax.parts[0].kind == "variable":
            self.use(syntax.parts[0].name, ENDS[0][0])
            return True
        return name in IDENTITY and syntax.parts[-1].kind == "variable"

    def test(self, syntax: Syntax, parent: Syntax | None) -> bool:
        """Tell if a test of null or of labels is one of a variable, which needs no property."""
        return syntax.parts[0].kind == "variable"

    def comparison(self, syntax: Syntax, parent: Syntax | None) -> bool:
        """Tell if only variables are compared, which needs no property."""
        return all(part.kind in ("variable", "sign") for part in syntax.parts)

    def variable(self, syntax: Syntax, parent: Syntax | None) -> bool:
        """Note a variable that is used as it is."""
        self.whole.add(syntax.name)
        return True

    def unwind(self, syntax: Syntax, parent: Syntax | None) -> bool:
        """Visit the list, and not the variable that stands for its items."""
        self.visit(syntax.parts[0], syntax)
        return True

    def assignment(self, syntax: Syntax, parent: Syntax | None) -> bool:
        """Visit the value, and not the variable that it is given to."""
        self.visit(syntax.parts[1], syntax)
        return True

    def spread(self) -> None:
        """Extend uses to other names of a variable, and to what is in a path."""
        changed = True
        while changed:
            changed = False
            for path, names in self.within:
                if path in self.whole and not self.whole >= {*names}:
                    self.whole |= {*names}
                    changed = True
            for pair in self.alike:
                changed |= self._unite(pair)

    def _unite(self, pair: tuple[str, str]) -> bool:
        """Use the same of two names; tell if that was more of one of them."""
        left, right = (self.properties.setdefault(name, set()) for name in pair)
        is_whole = bool({*pair} & self.whole)
        if left == right and (not is_whole or {*pair} <= self.whole):
            return False
        for name in pair:
            self.properties[name] = left | right
        self.whole |= {*pair} if is_whole else set()
        return True


RULES: Mapping[str, Callable[[_Usage, Syntax, Syntax | None], bool]] = {
    "property": _Usage.property, "projection": _Usage.projection, "path": _Usage.path,
    "node": _Usage.element, "relationship": _Usage.element, "order": _Usage.order,
    "item": _Usage.item, "star": _Usage.star, "function": _Usage.function,
    "null-test": _Usage.test, "label-test": _Usage.test, "compare": _Usage.comparison,
    "variable": _Usage.variable, "unwind": _Usage.unwind, "for": _Usage.assignment,
    "assignment": _Usage.assignment,
}  # fmt: skip
"""Rules of the constructs that do not use all that is in them."""


class _Everything(dict[str, frozenset[str] | None]):
    """Of every variable, all is used."""

    def get(self, key: str, default: Any = None) -> None:
        return None
