"""Materials: stages, elements and products by name, and the scopes they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.answers.answer import ELSEWHERE
from graphkit.catalog.scopes import Scope, begins
from graphkit.catalog.tables import Tables
from graphkit.errors import UsageError
from graphkit.names import Entity, Names, in_other_languages, names_in, uncapitalized
from graphkit.schema import MAIN

KINDS = {
    "stage": ("Stage",),
    "element": ("Element",),
    "mineral": ("Element",),
    "group": ("Element",),
    "product": ("Product",),
}
"""Prefixes that choose the kind of an ambiguous name, as in ``product:gallium``."""
EVERY_KIND = ("Stage", "Element", "Product")
BASKET = "basket"
FITS = ("exact", "dominant", "proxy", BASKET)
"""Degrees of fit of figures to the question, best first."""
FEW = 0.1
"""Part of a product's elements that may be out of scope without making it a basket."""
_CODE = re.compile(r"(?:hs[:\s]?\s*)?([0-9][0-9. ]*)", re.IGNORECASE)


class Materials:
    """Stages, elements and products of one database."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    @cached_property
    def table(self) -> pa.Table:
        """Every product, with ``stage_order``, by that and key."""
        stages, products = self._tables.nodes("Stage"), self._tables.nodes("Product")
        order = stages["position"].take(pc.index_in(products["stage"], stages["key"]))
        products = products.append_column("stage_order", order)
        return products.sort_by([("stage_order", "ascending"), ("key", "ascending")])

    @cached_property
    def products(self) -> Mapping[str, dict[str, Any]]:
        """Name, stage, order, remark and note of every product, by key."""
        columns = self.table.select(["key", "name", "stage", "stage_order", "remark", "note"])
        return {row["key"]: row for row in columns.to_pylist()}

    @cached_property
    def names(self) -> Names:
        """Their names, tried as a stage first, then as an element."""
        nodes = self._tables.nodes
        kinds: dict[str, Callable[[], pa.Table]] = {
            kind: partial(nodes, kind) for kind in ("Stage", "Element")
        }
        kinds["Product"] = lambda: self.table
        return Names(kinds, {kind: partial(in_other_languages, kind) for kind in kinds})

    def label(self, key: str) -> str:
        """Return the short name of a product, element or stage; the key of what is unknown."""
        named = self.names.named(key)
        return named.label if named else key

    def in_text(self, *keys: str) -> str:
        """Write the short names of products, elements or stages in a sentence, with commas."""
        return ", ".join(uncapitalized(self.label(key)) for key in keys)

    @cached_property
    def _hyphenated(self) -> re.Pattern[str]:
        """The keys of products that are no words of English."""
        keys = "|".join(sorted(filter(re.compile("-").search, self.products), reverse=True))
        return re.compile(rf"(?<![\w-])(?:{keys})(?![\w-])") if keys else re.compile("(?!)")

    def without_keys(self, text: str) -> str:
        """Put names in place of the keys of products that have a hyphen in a text."""
        return self._hyphenated.sub(lambda match: self.in_text(match[0]), text)

    def remarks(self, keys: Iterable[str]) -> dict[str, str]:
        """Select the remarks on the figures of products, by key."""
        remarks = {key: self.products[key]["remark"] for key in keys if key in self.products}
        return {key: remark for key, remark in remarks.items() if remark}

    def scope(self, text: str | None) -> Scope:
        """Find the products that a text means.

        A name is tried as a stage, an element or mineral, then a product: ``gallium`` is every
        product bought for the element, ``product:gallium`` only the metal. Several are separated
        by commas: ``lithium,graphite``.

        Raises
        ------
        UsageError
            A name is unknown or ambiguous (the message suggests the nearest), or the names are of
            kinds that do not go together.
        """
        if text is None:
            return Scope(None, tuple(self.products))
        parts_of = names_in(text, lambda name: any(True for _ in self.names.all(name, EVERY_KIND)))
        if len(parts_of) > 1:
            parts = [self.scope(part) for part in parts_of]
            return self._together(text, list({part.meaning: part for part in parts}.values()))
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

    def scopes_in(self, text: str) -> list[str]:
        """Split names at commas into scopes: all elements, all products and stages, each code.

        The scopes keep the order of their first names.

        Raises
        ------
        UsageError
            A name is unknown or ambiguous.
        """
        names = names_in(text, lambda name: any(True for _ in self.names.all(name, EVERY_KIND)))
        if len(names) == 1:
            return [text]
        groups: dict[object, list[str]] = {}
        for name in names:
            scope = self.scope(name)
            groups.setdefault(scope.code or bool(scope.elements), []).append(name)
        return [",".join(group) for group in groups.values()]

    def _together(self, text: str, parts: Sequence[Scope]) -> Scope:
        """Join several scopes, all of elements or all of products and stages."""
        if len(parts) == 1:
            return parts[0]
        if any(part.code for part in parts) or len({bool(part.elements) for part in parts}) > 1:
            found = ", ".join(part.meaning for part in parts)
            raise UsageError(
                f"`scope`: found {found}; wanted minerals (lithium) or products and stages "
                "(magnets), not both in one list"
            )
        elements = frozenset().union(*(part.elements for part in parts))
        products = [p for p in self.products if any(p in part.products for part in parts)]
        return Scope(
            text, tuple(products), " and ".join(part.meaning for part in parts),
            elements=elements, mixed=self._mixed(products, elements),
            elsewhere=self._elsewhere(elements, products),
            notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
        )  # fmt: skip

    def _named_scope(self, text: str, named: Entity) -> Scope:
        if named.kind == "Product":
            return Scope(text, (named.key,), uncapitalized(str(named)), named)
        if named.kind == "Stage":
            products = tuple(k for k, row in self.products.items() if row["stage"] == named.key)
            return Scope(
                text, products, f"products of the stage {uncapitalized(str(named))}", named
            )
        counts, elements = self.counts(named.key), self._within(named.key)
        return Scope(
            text, tuple(counts), uncapitalized(str(named)), named, elements,
            mixed=self._mixed(counts, elements), elsewhere=self._elsewhere(elements, counts),
        )  # fmt: skip

    def _mixed(
        self, products: Iterable[str], elements: Iterable[str]
    ) -> dict[str, tuple[str, ...]]:
        """Map the products that are bought for other elements too to those."""
        found = {p: self.others(p, elements) for p in products if elements}
        return {product: others for product, others in found.items() if others}

    def others(self, product: str, elements: Iterable[str]) -> tuple[str, ...]:
        """List the elements, beside some, that a product is bought for.

        A mineral is no other element than the one in it (bauxite, aluminium).
        """
        main = self.main.get(product, set())
        types = {self._types[element] for element in main & set(elements)}
        return tuple(sorted(e for e in main - set(elements) if self._types[e] in types))

    def fits(self, scope: Scope, series: Iterable[Mapping[str, Any]]) -> dict[str, str]:
        """Grade how well the trade of each product in some series fits a scope.

        Returns
        -------
        dict
            By product ``exact``, ``dominant`` or ``proxy``, as the worst of its HS codes fits the
            product, or ``basket``: it is bought for elements out of scope too. Where these are at
            most a tenth of its elements (scandium among the rare earths), ``dominant``.
        """
        codes = self._tables.links("TRADED_AS", "product", "code", "fit").to_pylist()
        known = {(row["product"], row["code"]): row["fit"] for row in codes}
        found: dict[str, str] = {}
        for row in series:
            product = row["product"]
            said = [known.get((product, code)) for code in (row["hs"] or "").split("+")]
            others = scope.mixed.get(product, ())
            if others:
                few = len(others) <= FEW * len(self.main[product])
                said.append("dominant" if few else BASKET)
            fits = [FITS.index(fit) for fit in (found.get(product), *said) if fit]
            found[product] = FITS[max(fits, default=0)]
        return found

    def earlier_goods(self, series: Iterable[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
        """Select what the HS codes of the products in some series hold of earlier stages.

        Returns
        -------
        dict
            By product, of each such code: ``code``, ``earlier`` (the goods), ``stage_order`` of
            the last stage whose work they have behind them, and ``source``.
        """
        places = self._tables.nodes("Stage").select(["key", "position"]).to_pylist()
        order = {stage["key"]: stage["position"] for stage in places}
        codes = {(row["product"], code) for row in series for code in (row["hs"] or "").split("+")}
        found: dict[str, dict[str, dict[str, Any]]] = {}
        for row in self._tables.links("TRADED_AS").to_pylist():
            if row["earlier_stage"] and (row["product"], row["code"]) in codes:
                found.setdefault(row["product"], {})[row["code"]] = {
                    "code": row["code"],
                    "earlier": row["earlier"] or f"goods of the stage {row['earlier_stage']}",
                    "stage_order": order[row["earlier_stage"]], "source": row["earlier_source"],
                }  # fmt: skip
        return {product: list(rows.values()) for product, rows in found.items()}

    def _elsewhere(self, elements: Iterable[str], bought: Iterable[str]) -> pa.Table:
        """Select the other products that hold any of some elements, in order of the chain."""
        held = self._tables.links("CONTAINS")
        found = pc.is_in(held["element"], pa.array(sorted(elements), pa.string()))
        rows = held.filter(
            pc.and_not(found, pc.is_in(held["product"], pa.array([*bought], pa.string())))
        )
        order = {product: place for place, product in enumerate(self.products)}
        parts = sorted(rows.to_pylist(), key=lambda r: (order[r["product"]], r["element"]))
        return pa.Table.from_pylist(parts, ELSEWHERE)

    def counts(self, element: str) -> dict[str, tuple[int, int]]:
        """Count the main elements in scope of each product with any, and all its main ones."""
        asked = {element} | self.members.get(element, set())
        return {
            product: (len(asked & main), len(asked & main) + len(self.others(product, asked)))
            for product, main in self.main.items()
            if asked & main
        }

    def _within(self, key: str) -> frozenset[str]:
        """Collect an element, the members of a group, and the groups inside it."""
        members = self.members.get(key, set())
        inside = (group for group, some in self.members.items() if some < members)
        return frozenset([key, *members, *inside])

    @cached_property
    def _types(self) -> dict[str, str]:
        """The type of every element: element, mineral or group."""
        nodes = self._tables.nodes("Element").select(["key", "type"])
        return {row["key"]: row["type"] for row in nodes.to_pylist()}

    @cached_property
    def contents(self) -> dict[str, set[str]]:
        """The elements of every product, by key."""
        return self._elements()

    @cached_property
    def main(self) -> dict[str, set[str]]:
        """The elements that every product is bought for, by key."""
        return self._elements(MAIN)

    def _elements(self, *roles: str) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for row in self._tables.links("CONTAINS", "product", "element", "role").to_pylist():
            if not roles or row["role"] in roles:
                found.setdefault(row["product"], set()).add(row["element"])
        return found

    @cached_property
    def members(self) -> dict[str, set[str]]:
        """The members of every group of elements."""
        return members_of(self._tables.nodes("Element"))

    def _code_scope(self, text: str, code: str) -> Scope:
        codes, traded = self._tables.links("TRADED_AS"), self._tables.traded
        travels = set(zip(*(codes[n].to_pylist() for n in ("code", "product")), strict=True))
        moved = set(zip(*(traded[n].to_pylist() for n in ("hs", "product")), strict=True))
        pairs = {(c, product) for c, product in travels | moved if c and len(code) > 1}
        products = sorted({product for c, product in pairs if c.startswith(code)})
        if not products:
            near = sorted({c for c, _ in pairs if c[:4] == code[:4] or code.startswith(c)})
            there = f"there are {', '.join(near)}" if near else "see 'graphkit query codes'"
            raise UsageError(f"no product travels under the HS code {text!r}; {there}")
        named = sorted({product for c, product in moved if begins(c, code)}) or products
        meaning = f"HS {code} ({self.in_text(*named)})"
        return Scope(text, tuple(products), meaning, code=code)


def members_of(nodes: pa.Table) -> dict[str, set[str]]:
    """Collect the members of every group among some nodes, by the key of the group."""
    found: dict[str, set[str]] = {}
    for key, groups in zip(nodes["key"].to_pylist(), nodes["member_of"].to_pylist(), strict=True):
        for group in groups or ():
            found.setdefault(group, set()).add(key)
    return found


def _also_product(text: str, named: Entity, product: Entity) -> str:
    return (
        f"{text!r} is read as {named}: every product bought for it. "
        f"The product {product} alone: `scope=product:{product.key}`."
    )
