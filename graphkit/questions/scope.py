"""What ``--for`` means: products, perhaps of some HS codes, and the elements asked through."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from graphkit.errors import UsageError
from graphkit.names import Named, Names, read_materials
from graphkit.queries import rows_of
from graphkit.stores import Store

KINDS = {
    "stage": ("Stage",),
    "element": ("Element",),
    "mineral": ("Element",),
    "group": ("Element",),
    "product": ("Product",),
}
"""What may stand before a colon (``product:gallium``), where a name alone would mean another."""
EVERY_KIND = ("Stage", "Element", "Product")
_CODE = re.compile(r"(?:hs[:\s]?\s*)?([0-9][0-9. ]*)", re.IGNORECASE)


@dataclass(frozen=True)
class Scope:
    """What a question is about; without ``text``, every product."""

    text: str | None
    products: tuple[str, ...]
    meaning: str = "everything with trade data"
    """The same for people: "rare earth elements (REE)"."""
    named: Named | None = None
    elements: frozenset[str] = frozenset()
    code: str | None = None
    """An HS code, or the beginning of several."""
    mixed: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Products with other elements in them too: how many were asked for, of how many."""
    notes: tuple[str, ...] = ()

    @property
    def stage(self) -> str | None:
        """The stage asked for, if it was a stage."""
        return self.named.key if self.named and self.named.kind == "Stage" else None

    def holds(self, product: str | None, code: str | None) -> bool:
        """Whether a flow of this product under this code is in scope."""
        return product in self.products and (self.code is None or _begins(code, self.code))


class Materials:
    """Stages, elements and products of one database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @cached_property
    def products(self) -> Mapping[str, dict[str, Any]]:
        """Name, stage, order and note of every product, by key."""
        return {row["key"]: row for row in rows_of(self._store, "products").to_pylist()}

    @cached_property
    def names(self) -> Names:
        """What they are called; a stage of that name comes first, then an element."""
        return read_materials(self._store)

    def scope(self, text: str | None) -> Scope:
        """What ``--for`` means.

        A name is tried as a stage, an element or mineral, then a product: ``gallium`` is the
        element in every product, ``product:gallium`` only the metal.

        Raises
        ------
        UsageError
            It means nothing; with the nearest names.
        """
        if text is None:
            return Scope(None, tuple(self.products))
        if code := _CODE.fullmatch(text.strip()):
            return self._code_scope(text, code[1].replace(".", "").replace(" ", ""))
        prefix, colon, rest = text.partition(":")
        kinds = KINDS.get(prefix.strip().casefold(), EVERY_KIND) if colon else EVERY_KIND
        name = rest.strip() if kinds is not EVERY_KIND else text
        named = self.names.find(name, "element, mineral, product, stage or HS code", kinds)
        scope = self._named_scope(text, named)
        others = [n for n in self.names.all(name, kinds) if n.kind == "Product" and n != named]
        if others and scope.products != (others[0].key,):
            scope = replace(scope, notes=(_also_product(name, named, others[0]),))
        return scope

    def _named_scope(self, text: str, named: Named) -> Scope:
        if named.kind == "Product":
            return Scope(text, (named.key,), _in_text(named), named)
        if named.kind == "Stage":
            products = tuple(k for k, row in self.products.items() if row["stage"] == named.key)
            return Scope(text, products, f"products of the stage {_in_text(named)}", named)
        counts = self.counts(named.key)
        mixed = {p: (asked, every) for p, (asked, every) in counts.items() if every > asked}
        elements = self._within(named.key)
        return Scope(text, tuple(counts), _in_text(named), named, elements, mixed=mixed)

    def counts(self, element: str) -> dict[str, tuple[int, int]]:
        """For each product with an element, or with members of a group: how many, of how many."""
        asked = {element} | self.members.get(element, set())
        return {
            product: (len(asked & every), len(every))
            for product, every in self.contents.items()
            if asked & every
        }

    def _within(self, key: str) -> frozenset[str]:
        """An element; of a group also its members, and the groups that lie inside it."""
        members = self.members.get(key, set())
        inside = (group for group, some in self.members.items() if some < members)
        return frozenset([key, *members, *inside])

    @cached_property
    def contents(self) -> dict[str, set[str]]:
        """The elements of every product."""
        rows = rows_of(self._store, "elements-of-products")
        return _grouped(rows["product"].to_pylist(), rows["element"].to_pylist())

    @cached_property
    def members(self) -> dict[str, set[str]]:
        """The members of every group of elements."""
        rows = rows_of(self._store, "element-groups")
        return _grouped(rows["parent"].to_pylist(), rows["member"].to_pylist())

    def _code_scope(self, text: str, code: str) -> Scope:
        codes, traded = rows_of(self._store, "codes"), rows_of(self._store, "trade-periods")
        travels = set(zip(*(codes[n].to_pylist() for n in ("code", "product")), strict=True))
        moved = set(zip(*(traded[n].to_pylist() for n in ("hs", "product")), strict=True))
        pairs = {(c, product) for c, product in travels | moved if c and len(code) > 1}
        products = sorted({product for c, product in pairs if c.startswith(code)})
        if not products:
            near = sorted({c for c, _ in pairs if c[:4] == code[:4] or code.startswith(c)})
            there = f"there are {', '.join(near)}" if near else "see 'graphkit query codes'"
            raise UsageError(f"no product travels under the HS code {text!r}; {there}")
        named = sorted({product for c, product in moved if _begins(c, code)}) or products
        return Scope(text, tuple(products), f"HS {code} ({', '.join(named)})", code=code)


def _grouped(owners: Sequence[str], values: Sequence[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for owner, value in zip(owners, values, strict=True):
        found.setdefault(owner, set()).add(value)
    return found


def _begins(code: str | None, start: str) -> bool:
    return code is not None and code.startswith(start)


def _in_text(named: Named) -> str:
    """A name inside a sentence: rare earth elements (REE), NdFeB alloy (ndfeb-alloy)."""
    said = str(named)
    return said[0].lower() + said[1:] if re.match(r"[A-Z][a-z-]+(?![A-Za-z])", said) else said


def _also_product(text: str, named: Named, product: Named) -> str:
    return (
        f"{text!r} is read as {named}: every product that holds it. "
        f"The product {product} alone: --for product:{product.key}."
    )
