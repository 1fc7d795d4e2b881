"""Materials: stages, elements and products by name, and the scopes that names mean."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.answers.answer import ELSEWHERE
from graphkit.answers.goods import Goods, Named
from graphkit.answers.note import Note, Remark
from graphkit.answers.terms import Material
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
        """Name, stage, order, remark, note and counted products of every product, by key."""
        names = ["key", "name", "stage", "stage_order", "remark", "remark_on", "note", "counts"]
        columns = self.table.select(names)
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
        entity = self.names.named(key)
        return entity.label if entity else key

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

    def remarks(self, keys: Iterable[str]) -> dict[str, Remark]:
        """Select the remarks on the figures of products, by key."""
        products = {key: self.products[key] for key in keys if key in self.products}
        return {
            key: Remark(product["remark"], product["remark_on"] or "")
            for key, product in products.items() if product["remark"]
        }  # fmt: skip

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
        names = self._names_in(text)
        if len(names) > 1:
            scopes = {scope.meaning: scope for scope in map(self.scope, names)}
            return self._together(text, list(scopes.values()))
        if code := _CODE.fullmatch(text.strip()):
            return self._code_scope(text, code[1].replace(".", "").replace(" ", ""))
        prefix, colon, rest = text.partition(":")
        kinds = KINDS.get(prefix.strip().casefold(), EVERY_KIND) if colon else EVERY_KIND
        name = rest.strip() if kinds is not EVERY_KIND else text
        entity = self.names.find(name, "element, mineral, product, stage or HS code", kinds)
        scope = self._named_scope(text, entity)
        entities = self.names.all(name, kinds)
        products = [other for other in entities if other.kind == "Product" and other != entity]
        if products and scope.products != (products[0].key,):
            note = (
                f"{name!r} is read as {entity}: every product bought for it. "
                f"The product {products[0]} alone: `scope=product:{products[0].key}`."
            )
            scope = replace(scope, notes=(Note(note),))
        return scope

    def _names_in(self, text: str) -> list[str]:
        """Split names of stages, elements and products at commas."""
        return names_in(text, lambda name: any(True for _ in self.names.all(name, EVERY_KIND)))

    def scopes_in(self, text: str) -> list[str]:
        """Split names at commas into scopes: all elements, all products and stages, each code.

        The scopes keep the order of their first names. A name whose products are all among those
        of another one is left out, so that nothing is counted twice: of
        ``lithium,lithium-hydroxide`` the first is asked alone.

        Raises
        ------
        UsageError
            A name is unknown or ambiguous.
        """
        names = self._names_in(text)
        if len(names) == 1:
            return [text]
        groups: dict[object, list[str]] = {}
        scopes = {name: self.scope(name) for name in names}
        for name, scope in scopes.items():
            if any(scope.is_within(other) for other in scopes.values() if other is not scope):
                continue
            groups.setdefault(scope.code or bool(scope.elements), []).append(name)
        return [",".join(group) for group in groups.values()]

    def _together(self, text: str, scopes: Sequence[Scope]) -> Scope:
        """Join several scopes, all of elements or all of products and stages."""
        if len(scopes) == 1:
            return scopes[0]
        kinds = {bool(scope.elements) for scope in scopes}
        if len(kinds) > 1 or any(scope.code for scope in scopes):
            meanings = ", ".join(scope.meaning for scope in scopes)
            raise UsageError(
                f"`scope`: found {meanings}; wanted minerals (lithium) or products and stages "
                "(magnets), not both in one list"
            )
        elements = frozenset().union(*(scope.elements for scope in scopes))
        in_scope = set().union(*(scope.products for scope in scopes))
        products = [product for product in self.products if product in in_scope]
        return Scope(
            text, tuple(products), " and ".join(scope.meaning for scope in scopes),
            Goods(
                " and ".join([scopes[0].goods.name, *(s.goods.subject for s in scopes[1:])]),
                scopes[0].goods.kind,
            ),
            elements=elements, mixed=self._mixed(products, elements),
            elsewhere=self._elsewhere(elements, products),
            notes=tuple(dict.fromkeys(note for scope in scopes for note in scope.notes)),
        )  # fmt: skip

    def _named_scope(self, text: str, entity: Entity) -> Scope:
        name = uncapitalized(str(entity))
        goods = Goods(uncapitalized(entity.name), key=entity.key)
        if entity.kind == "Product":
            return Scope(text, (entity.key,), name, goods, entity)
        if entity.kind == "Stage":
            products = tuple(k for k, row in self.products.items() if row["stage"] == entity.key)
            stage = Goods(f"the stage {goods.name}", Named.STAGE, entity.key)
            return Scope(text, products, f"products of the stage {name}", stage, entity)
        counts, elements = self.counts(entity.key), self._within(entity.key)
        return Scope(
            text, tuple(counts), name, goods, entity, elements,
            mixed=self._mixed(counts, elements), elsewhere=self._elsewhere(elements, counts),
        )  # fmt: skip

    def _mixed(
        self, products: Iterable[str], elements: Iterable[str]
    ) -> dict[str, tuple[str, ...]]:
        """Map the products that are bought for other elements too to those."""
        if not elements:
            return {}
        mixed = {product: self.others(product, elements) for product in products}
        return {product: others for product, others in mixed.items() if others}

    def others(self, product: str, elements: Iterable[str]) -> tuple[str, ...]:
        """List the elements, beside some, that a product is bought for.

        A mineral is no other element than the one in it (bauxite, aluminium).
        """
        main = self.main.get(product, set())
        types = {self._types[element] for element in main & set(elements)}
        return tuple(sorted(e for e in main - set(elements) if self._types[e] in types))

    def fits(self, scope: Scope, goods: Iterable[tuple[str, str | None]]) -> dict[str, str]:
        """Grade how well the trade of each product under some codes fits a scope.

        ``goods`` are products, each with its HS codes joined by ``+``.

        Returns
        -------
        dict
            By product ``exact``, ``dominant`` or ``proxy``, as the worst of its HS codes fits the
            product, or ``basket``: it is bought for elements out of scope too. Where these are at
            most a tenth of its elements (scandium among the rare earths), ``dominant``.
        """
        links = self._tables.links("TRADED_AS", "product", "code", "fit").to_pylist()
        fit_of_code = {(row["product"], row["code"]): row["fit"] for row in links}
        worst: dict[str, str] = {}
        for product, codes in goods:
            fits = [fit_of_code.get((product, code)) for code in (codes or "").split("+")]
            others = scope.mixed.get(product, ())
            if others:
                are_few = len(others) <= FEW * len(self.main[product])
                fits.append("dominant" if are_few else BASKET)
            ranks = [FITS.index(fit) for fit in (worst.get(product), *fits) if fit]
            worst[product] = FITS[max(ranks, default=0)]
        return worst

    def earlier_goods(
        self, goods: Iterable[tuple[str, str | None]]
    ) -> dict[str, list[dict[str, Any]]]:
        """Select what the HS codes of some products, joined by ``+``, hold of earlier stages.

        Returns
        -------
        dict
            By product, of each such code: ``code``, ``earlier`` (the goods), ``stage_order`` of
            the last stage whose work they have behind them, and ``source``.
        """
        stages = self._tables.nodes("Stage").select(["key", "position"]).to_pylist()
        order = {stage["key"]: stage["position"] for stage in stages}
        codes = {(product, code) for product, text in goods for code in (text or "").split("+")}
        earlier: dict[str, dict[str, dict[str, Any]]] = {}
        for row in self._tables.links("TRADED_AS").to_pylist():
            if row["earlier_stage"] and (row["product"], row["code"]) in codes:
                earlier.setdefault(row["product"], {})[row["code"]] = {
                    "code": row["code"],
                    "earlier": row["earlier"] or f"goods of the stage {row['earlier_stage']}",
                    "stage_order": order[row["earlier_stage"]], "source": row["earlier_source"],
                }  # fmt: skip
        return {product: list(by_code.values()) for product, by_code in earlier.items()}

    def _elsewhere(self, elements: Iterable[str], products: Iterable[str]) -> pa.Table:
        """Select the other products that hold any of some elements, in order of the chain."""
        contents = self._tables.links("CONTAINS")
        in_scope = pc.is_in(contents["element"], pa.array(sorted(elements), pa.string()))
        bought = pc.is_in(contents["product"], pa.array([*products], pa.string()))
        rows = contents.filter(pc.and_not(in_scope, bought)).to_pylist()
        order = {product: place for place, product in enumerate(self.products)}
        rows.sort(key=lambda row: (order[row["product"]], row["element"]))
        return pa.Table.from_pylist(rows, ELSEWHERE)

    def counts(self, element: str) -> dict[str, tuple[int, int]]:
        """Count the main elements in scope of each product with any, and all its main ones."""
        elements = {element} | self.members.get(element, set())
        counts = {}
        for product, main in self.main.items():
            in_scope = len(elements & main)
            if in_scope:
                counts[product] = (in_scope, in_scope + len(self.others(product, elements)))
        return counts

    def _within(self, key: str) -> frozenset[str]:
        """Collect an element, the members of a group, and the groups inside it."""
        members = self.members.get(key, set())
        subgroups = (group for group, elements in self.members.items() if elements < members)
        return frozenset([key, *members, *subgroups])

    def are_single(self, elements: Iterable[str]) -> bool:
        """Return True for elements none of which is a mineral or a group; False for none."""
        types = {self._types[element] for element in elements}
        return types == {"element"}

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
        elements: dict[str, set[str]] = {}
        for row in self._tables.links("CONTAINS", "product", "element", "role").to_pylist():
            if not roles or row["role"] in roles:
                elements.setdefault(row["product"], set()).add(row["element"])
        return elements

    @cached_property
    def members(self) -> dict[str, set[str]]:
        """The members of every group of elements."""
        return members_of(self._tables.nodes("Element"))

    def _code_scope(self, text: str, code: str) -> Scope:
        codes, flows = self._tables.links("TRADED_AS"), self._tables.traded
        linked = set(zip(codes["code"].to_pylist(), codes["product"].to_pylist(), strict=True))
        traded = set(zip(flows["hs"].to_pylist(), flows["product"].to_pylist(), strict=True))
        pairs = {(hs, product) for hs, product in linked | traded if hs and len(code) > 1}
        products = sorted({product for hs, product in pairs if hs.startswith(code)})
        if not products:
            near = sorted({hs for hs, _ in pairs if hs[:4] == code[:4] or code.startswith(hs)})
            hint = f"there are {', '.join(near)}" if near else "see 'graphkit query codes'"
            raise UsageError(f"no product travels under the HS code {text!r}; {hint}")
        with_trade = sorted({product for hs, product in traded if begins(hs, code)})
        meaning = f"HS {code} ({self.in_text(*(with_trade or products))})"
        return Scope(text, tuple(products), meaning, Goods(f"HS {code}", Named.CODE), code=code)


def members_of(nodes: pa.Table) -> dict[str, set[str]]:
    """Collect the members of every group among some elements, by the key of the group."""
    members: dict[str, set[str]] = {}
    for key, groups in zip(nodes["key"].to_pylist(), nodes["member_of"].to_pylist(), strict=True):
        for group in groups or ():
            members.setdefault(group, set()).add(key)
    return members


ANYTHING = Goods("everything with trade data")


@dataclass(frozen=True)
class Scope:
    """Products that a question is about; without ``text``, all of them."""

    text: str | None
    products: tuple[str, ...]
    meaning: str = ANYTHING.name
    """The scope as people read it: "rare earth elements (REE)"."""
    goods: Goods = ANYTHING
    """The same as sentences call it."""
    entity: Entity | None = None
    """The product, element or stage that the text names, if it names one."""
    elements: frozenset[str] = frozenset()
    code: str | None = None
    """An HS code, or the beginning of several."""
    mixed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Other elements that products in scope are bought for too."""
    elsewhere: pa.Table = field(default_factory=ELSEWHERE.empty_table)
    """Products that hold an element in scope, but are bought for something else."""
    notes: tuple[Note, ...] = ()

    @property
    def material(self) -> Material:
        """The goods, as an answer states them."""
        return Material(self.text, self.meaning)

    @property
    def stage(self) -> str | None:
        """The stage asked for, if it was a stage."""
        return self.entity.key if self.entity and self.entity.kind == "Stage" else None

    def holds(self, product: str | None, code: str | None) -> bool:
        """Return True if a flow of this product under this code is in scope."""
        return product in self.products and (self.code is None or begins(code, self.code))

    def is_within(self, other: Scope) -> bool:
        """Tell if all of it is in another scope of a wider kind: an element, or a shorter code."""
        if other.code is not None:
            return self.code != other.code and begins(self.code, other.code)
        is_wider = self.code is not None or bool(other.elements) > bool(self.elements)
        return is_wider and {*self.products} <= {*other.products}


def begins(code: str | None, start: str) -> bool:
    """Return True if an HS code is, or is below, another."""
    return code is not None and code.startswith(start)
