"""Resolves what a foreign table calls a place, a product or a code to keys of the graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from graphkit.errors import UsageError
from graphkit.importers.reference import HS_CODE, Reference
from graphkit.schema import Prop

PLACES = {"Country", "Area"}
MATERIALS = {"Stage", "Element", "Product"}


@dataclass(frozen=True)
class ForeignNames:
    """The names of a table: its own aliases first, then all that the reference knows."""

    reference: Reference
    aliases: Mapping[str, Mapping[str, str]]
    """For a property, the keys of foreign texts."""

    def resolve(self, prop: Prop, text: str) -> str | None:
        """The key that a text means as a property; None where nobody knows it."""
        text = self.aliases.get(prop.name, {}).get(text, text)
        targets = set(prop.ref)
        try:
            if targets & PLACES:
                return self.reference.place_of(text)
            if targets & MATERIALS:
                kinds = [kind for kind in ("Product", "Element", "Stage") if kind in targets]
                return next((n.key for n in self.reference.materials.all(text, kinds)), None)
        except UsageError:  # several things are called that
            return None
        if "Code" in targets:
            code = plain_code(text)
            return code if code in self._codes or has_lost_zeros(code) else None
        return text

    @cached_property
    def _codes(self) -> set[str]:
        return set(self.reference.facts["Code"]["code"].to_pylist())


def plain_code(text: str) -> str:
    """An HS code without the dots and blanks it may be written with."""
    return text.replace(".", "").replace(" ", "")


def has_lost_zeros(code: str) -> bool:
    """Whether digits are an HS code that a program took for a number: they come in pairs.

    >>> has_lost_zeros("10121"), has_lost_zeros("280530"), has_lost_zeros("2846")
    (True, False, False)
    """
    return code.isascii() and code.isdigit() and len(code) % 2 == 1 and len(code) < HS_CODE
