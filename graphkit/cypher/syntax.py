"""The syntax tree of a Cypher statement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Syntax:
    """One construct of a statement: its kind, its span in the text, a name, and its parts.

    ``name`` is what names it: of a variable, a function, a property or a label, or the keyword
    or sign that tells constructs of one kind apart.
    """

    kind: str
    at: int
    end: int
    name: str = ""
    parts: list[Syntax] = field(default_factory=list)

    def first(self, *kinds: str) -> Syntax | None:
        """Return the first part of some kinds."""
        for part in self.parts:
            if part.kind in kinds:
                return part
        return None

    def all(self, *kinds: str) -> list[Syntax]:
        """Return the parts of some kinds."""
        return [part for part in self.parts if part.kind in kinds]

    def walk(self, *kinds: str) -> Iterator[Syntax]:
        """Yield this construct and all within it, in the order of the text; only some kinds."""
        rest = [self]
        while rest:
            each = rest.pop()
            if not kinds or each.kind in kinds:
                yield each
            rest += reversed(each.parts)
