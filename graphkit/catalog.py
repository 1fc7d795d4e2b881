"""Places, materials and scopes: names in questions, resolved to keys of the graph."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from threading import Lock
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.flows import first_years_of_remnants, remnant_flows
from graphkit.answer import ELSEWHERE, Answer, Column, cited, in_names
from graphkit.errors import UsageError
from graphkit.names import (
    Entity,
    Names,
    capitalized,
    in_other_languages,
    names_in,
    uncapitalized,
    with_article,
)
from graphkit.queries import (
    NAMED,
    NAMED_LISTS,
    Query,
    Reading,
    note_reading,
    noted_readings,
    rows_of,
)
from graphkit.schema import MAIN
from graphkit.stores import Store

COUNTRIES = ("country", "territory", "former")
"""Types of a place that count as one country."""
TOTALS = ("world", "group", "rest")
"""Types of areas whose members have rows of their own: their goods would count twice."""
REQUIRED = {"Stage": "position", "Product": "stage", "Source": "title"}
"""A property that all nodes of a kind have, and none of the other kinds in the catalog."""
SOURCE = ["key", "title", "publisher", "published", "version", "url", "licence", "attribution"]
Result = TypeVar("Result")
RECENT, RECENT_BYTES = 8, 16 * 2**20
"""Tables with parameters that a catalog keeps, so that a question asked again with another number
computes alone, and the size of the largest."""
DERIVED = 4
"""Results computed from tables alone that a catalog keeps, such as supply networks."""
KINDS_NAMED = {
    "country": ("Country", "Area"),
    "product": ("Product",),
    "element": ("Element",),
    "stage": ("Stage",),
    "material": ("Element", "Product"),
    "application": ("Application",),
    "dataset": ("Dataset",),
    "indicator": ("Indicator",),
}
"""Kinds of node that a parameter of a query file may name, by its type."""

OTHER_NAMES = ("application", "dataset", "indicator", "indicators")
"""Types of parameters that name neither a place nor a material."""


class Catalog:
    """Facts of one database as questions read them, each read once.

    Trade is that of the preferred data set of each product and period, or of one that is chosen.
    """

    def __init__(self, store: Store, dataset: str | None = None) -> None:
        self.store = store
        self.dataset = dataset
        self._tables: dict[str, pa.Table] = {}
        self._recent: dict[str, pa.Table] = {}
        self._derived: dict[str, tuple[Any, tuple[Reading, ...]]] = {}
        self._lock = Lock()
        self._datasets: dict[str, Catalog] = {}
        self._revise: Callable[[pa.Table], pa.Table] | None = None
        self.materials = Materials(self)

    def rows(self, query: str, **values: Any) -> pa.Table:
        """Read the rows of a shipped query: once without parameters, else again if they are old."""
        if not values:
            if query not in self._tables:
                self._tables[query] = rows_of(self.store, query)
            return self._tables[query]
        note_reading(query, values)
        asked = f"{query} {sorted(values.items())!r}"
        with self._lock:
            found = self._recent.pop(asked, None)
        if found is None:
            found = rows_of(self.store, query, **values)
        if found.nbytes <= RECENT_BYTES:
            with self._lock:
                self._recent[asked] = found
                while len(self._recent) > RECENT:
                    del self._recent[next(iter(self._recent))]
        return found

    def derived(self, key: str, derive: Callable[[], Result]) -> Result:
        """Derive a result from tables, or return the kept one of this key.

        Its readings are noted either way.
        """
        with self._lock:
            kept = self._derived.pop(key, None)
        if kept is None:
            with noted_readings() as readings:
                result = derive()
            kept = result, tuple(readings)
        with self._lock:
            self._derived[key] = kept
            while len(self._derived) > DERIVED:
                del self._derived[next(iter(self._derived))]
        found: Result = kept[0]
        for name, values in kept[1]:
            note_reading(name, values)
        return found

    def using(self, dataset: str | None) -> Catalog:
        """Choose the data set of trade by its key; None keeps the preferred ones.

        Raises
        ------
        UsageError
            There is no such data set; the message lists them.
        """
        if dataset is None:
            return self
        known = self.rows("datasets")["dataset"].to_pylist()
        if dataset not in known:
            wanted = f"wanted one of {', '.join(known)}" if known else "the database holds none"
            raise UsageError(f"`dataset`: found {dataset!r}, {wanted}")
        chosen = Catalog(self.store, dataset)
        # None of these depends on the data set that is chosen.
        chosen._tables, chosen._datasets = self._tables, self._datasets
        chosen._revise = self._revise
        return self._datasets.setdefault(dataset, chosen)

    def revised(self, revise: Callable[[pa.Table], pa.Table]) -> Catalog:
        """Return a catalog of the same facts that revises all flows that it reads."""
        other = Catalog(self.store, self.dataset)
        other._tables, other._revise = self._tables, revise
        return other

    def flows(self, query: str, **values: Any) -> pa.Table:
        """Read the flows of a shipped query in the data set of this catalog, without remnants."""
        rows = self._without_remnants(self.rows(query, **values, dataset=self.dataset or ""))
        return rows if self._revise is None else self._revise(rows)

    @cached_property
    def traded(self) -> pa.Table:
        """The products, HS codes and periods with trade in the data set of this catalog."""
        every, chosen = self.covered, self.dataset
        return every.filter(pc.equal(every["dataset"], chosen) if chosen else every["preferred"])

    @cached_property
    def covered(self) -> pa.Table:
        """The products, HS codes and periods with trade in each data set, without remnants."""
        every = self.links("COVERS")
        return _without(every, remnant_flows(every, self.remnants))

    @cached_property
    def remnants(self) -> dict[tuple[str, str], int]:
        """The first year in which a code of a product holds only a remnant, by both."""
        return first_years_of_remnants(self.links("TRADED_AS"))

    def _without_remnants(self, flows: pa.Table) -> pa.Table:
        """Drop the remnants of codes, of which those of the preferred data sets are not marked."""
        if not self.dataset or not self.remnants:
            return flows
        return _without(flows, remnant_flows(flows, self.remnants))

    def nodes(self, kind: str) -> pa.Table:
        """Select countries, areas, stages, elements, products or sources, by key.

        One statement reads them all: most questions need several kinds.
        """
        every = self.rows("reference")
        is_place = pc.is_valid(every["iso3"])
        is_country = pc.is_in(every["type"], pa.array(COUNTRIES))
        if kind in REQUIRED:
            mask = pc.is_valid(every[REQUIRED[kind]])
        elif kind == "Element":
            mask = pc.and_not(pc.is_valid(every["type"]), is_place)
        else:
            mask = is_country if kind == "Country" else pc.and_not(is_place, is_country)
        nodes = every.filter(mask)
        keys = pc.coalesce(nodes["iso3"], nodes["key"])
        return nodes.set_column(nodes.column_names.index("key"), "key", keys)

    @cached_property
    def places(self) -> Names:
        """Countries and areas, by all their names."""
        kinds = {kind: partial(self.nodes, kind) for kind in ("Country", "Area")}
        return Names(kinds, {"Country": partial(in_other_languages, "Country")})

    @property
    def claims(self) -> pa.Table:
        """Every published claim."""
        return self.rows("claims")

    def links(self, link: str, *columns: str) -> pa.Table:
        """Select the links of products: CONTAINS elements, TRADED_AS codes, COVERS periods."""
        every = self.rows("product-links")
        return every.select(columns or every.column_names).filter(pc.equal(every["link"], link))

    def place(self, text: str) -> Entity:
        """Find a country or area by name; ``CHN+HKG`` is a group of those two.

        Raises
        ------
        UsageError
            The name is unknown or ambiguous; the message suggests the nearest.
        """
        kinds = ("Country", "Area")
        if "," in text and not next(self.places.all(text, kinds), None):
            raise UsageError(
                f"found several countries, {text!r}: ask for one at a time, or join them by + to "
                "count them as one"
            )
        parts = [self.places.find(part.strip(), "country", kinds) for part in text.split("+")]
        if len(parts) == 1:
            return parts[0]
        joined = Entity(
            "Area", "+".join(part.key for part in parts), " and ".join(p.said for p in parts),
            "group",
        )  # fmt: skip
        self.members(joined)
        return joined

    def name_of(self, key: str) -> str | None:
        """Return the name of a country or area, or of several joined by ``+``; None if unknown."""
        parts = [self.places.named(part) for part in key.split("+")]
        return " and ".join(part.name for part in parts if part) if all(parts) else None

    def place_in_text(self, key: str) -> str:
        """Write the name of a country or area, or of several joined by ``+``, in a sentence."""
        return with_article(self.name_of(key) or key)

    def place_at_start(self, key: str) -> str:
        """Write the name of a country or area as the first word of a sentence."""
        return capitalized(self.place_in_text(key))

    def label(self, key: str) -> str | None:
        """Return the short name of a place, product, element or stage; None if it is unknown."""
        named = self.materials.names.named(key)
        return named.label if named else self.name_of(key)

    def in_names(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Put names in place of the keys of places, products, elements and stages in a row."""
        texts = {v for v in values.values() if isinstance(v, str)}
        return in_names(values, {key: self.label(key) or key for key in texts})

    def keys_of(self, query: Query, values: Mapping[str, Any]) -> dict[str, Any]:
        """Replace the names of things of the graph in parameters by their keys.

        A material is every element and product of its name.

        Raises
        ------
        UsageError
            A name is unknown; the message suggests the nearest.
        """
        keys = dict(values)
        for parameter in query.parameters:
            name, value = parameter.name, values[parameter.name]
            if parameter.type in NAMED and value:
                keys[name] = self._entities(parameter.type, value)[0].key
            elif kind := NAMED_LISTS.get(parameter.type):
                keys[name] = self._keys_in(kind, ",".join(value))
        return keys

    def _names_of(self, kind: str) -> Names:
        """Return the names that a type of parameter takes."""
        if kind in OTHER_NAMES:
            return self._other_names
        return self.places if kind == "country" else self.materials.names

    def _entities(self, kind: str, text: str) -> list[Entity]:
        """Find what a value of a parameter names, of a material in each kind that knows it."""
        names, kinds = self._names_of(kind), KINDS_NAMED[kind]
        what = "element, mineral or product" if kind == "material" else kind
        first = names.find(text, what, kinds)
        return list(names.all(text, kinds)) if kind == "material" else [first]

    def _keys_in(self, kind: str, text: str) -> list[str]:
        """Find the keys of several names with commas, each once."""
        names, kinds = self._names_of(kind), KINDS_NAMED[kind]
        parts = names_in(text, lambda name: next(names.all(name, kinds), None) is not None)
        found = (entity for part in parts if part for entity in self._entities(kind, part))
        return list(dict.fromkeys(entity.key for entity in found))

    @cached_property
    def _other_names(self) -> Names:
        """Applications, data sets and indicators, by all their names."""

        def datasets() -> pa.Table:
            rows = self.rows("datasets").select(["dataset", "name"])
            return rows.rename_columns(["key", "name"])

        return Names({
            "Application": lambda: self.rows("applications"),
            "Dataset": datasets,
            "Indicator": lambda: self.rows("indicators"),
        })  # fmt: skip

    def in_words(self, query: Query, keys: Mapping[str, Any]) -> str:
        """Write the values of a query's parameters, names with their keys."""
        words = []
        for parameter in query.parameters:
            value = keys[parameter.name]
            names = self._other_names if parameter.type in OTHER_NAMES else None
            parts = [self._with_key(str(one), names) for one in _listed(value)]
            words.append(f"{parameter.name} {', '.join(parts) or 'empty'}")
        return ", ".join(words)

    def _with_key(self, key: str, names: Names | None) -> str:
        named = names.named(key) if names else self.materials.names.named(key)
        return str(named or self.places.named(key) or key)

    def places_in(self, text: str) -> list[str]:
        """Split names of countries and areas at commas, each place once.

        Raises
        ------
        UsageError
            One of several names is unknown or ambiguous.
        """
        kinds = ("Country", "Area")
        if "," not in text:
            return [text]
        names = names_in(text, lambda name: next(self.places.all(name, kinds), None) is not None)
        if len(names) == 1:
            return names
        return list({self.place(name).key: name for name in reversed(names)}.values())[::-1]

    def members(self, group: Entity) -> list[str]:
        """List the countries of a group.

        Raises
        ------
        UsageError
            The area has no named members.
        """
        of, found = _members(self.nodes("Country")), set()
        for key in group.key.split("+"):
            place = self.places.with_key(key)
            members = of.get(key, set()) if place.is_group else {key}
            if not members:
                raise UsageError(f"{place} is neither a country nor a group of named countries")
            found |= members
        return sorted(found)

    def areas(self, keys: Iterable[str]) -> list[Entity]:
        """Select the areas among the places with these keys, by key."""
        places = map(self.places.with_key, sorted(set(keys)))
        return [place for place in places if place.kind == "Area"]

    def area_notes(self, keys: Iterable[str]) -> list[str]:
        """Write a note on each place that is not a country."""
        areas = self.areas(keys)
        said = {a["iso3"]: a["note"] for a in self.nodes("Area").to_pylist()} if areas else {}
        return [
            f"{place.name}: trade data name no country there."
            + (f" {said[place.key]}" if said[place.key] else "")
            for place in areas
        ]

    def countries_only(self, flows: pa.Table) -> tuple[pa.Table, list[str]]:
        """Drop the flows of totals and groups, with notes on the areas that stay."""
        areas = self.areas([*flows["supplier"].to_pylist(), *flows["consumer"].to_pylist()])
        totals = [place.key for place in areas if place.type in TOTALS]
        if totals:
            keys = pa.array(totals, pa.string())
            ends = (pc.is_in(flows[end], keys) for end in ("supplier", "consumer"))
            flows = flows.filter(pc.invert(pc.or_(*ends)))
        return flows, self.area_notes(p.key for p in areas if p.key not in totals)

    def stage(self, text: str) -> Entity:
        """Find a stage by name.

        Raises
        ------
        UsageError
            The name is unknown or ambiguous; the message suggests the nearest.
        """
        return self.materials.names.find(text, "stage", ("Stage",))

    def fitted(self, answer: Answer, text: str | None) -> Answer:
        """Say in an answer from trade how well each product fits the scope that was asked for.

        The rows and the series of the coverage get a ``fit``, and the caption names each basket.
        """
        series = answer.coverage.get("series", ())
        if not series:
            return answer
        scope = self.materials.scope(text)
        fits = self.materials.fits(scope, series)
        told = [{**row, FIT.name: fits[row["product"]]} for row in series]
        rows, columns = answer.rows, answer.columns
        if "product" in rows.column_names:
            graded = [fits.get(product) for product in rows["product"].to_pylist()]
            rows = rows.append_column(FIT.name, pa.array(graded, pa.string()))
            columns = (*columns, FIT)
        baskets = [self._basket(scope, row) for row in told if row[FIT.name] == BASKET]
        return replace(
            answer, rows=rows, columns=columns, coverage={**answer.coverage, "series": told},
            caption=" ".join([answer.caption, *dict.fromkeys(baskets)]).strip(),
        )  # fmt: skip

    def _basket(self, scope: Scope, series: Mapping[str, Any]) -> str:
        """Say what else a basket holds."""
        others, in_text = scope.mixed[series["product"]], self.materials.in_text
        few = len(others) <= NAMED_ELEMENTS
        named = list(map(in_text, others)) if few else [f"{len(others)} more elements"]
        goods = " and ".join(filter(None, [", ".join(named[:-1]), named[-1]]))
        code = f" (HS {series['hs']})" if series["hs"] else ""
        product = in_text(series["product"])
        return f"Basket: {product}{code} also holds {goods}; not {scope.meaning} alone."

    def sources(self, *tables: pa.Table) -> pa.Table:
        """Select the sources that the rows of these tables cite, joined by ``+``, by key."""
        texts = {text for table in tables for text in table["source"].to_pylist()} - {None}
        wanted = pa.array(sorted({key for text in texts for key in cited(text)}), pa.string())
        sources = self.nodes("Source").select(SOURCE)
        return sources.filter(pc.is_in(sources["key"], value_set=wanted))


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
FIT = Column("fit", doc="exact, dominant (mostly), proxy (among other goods) or basket (with other "
             "elements): how far the figures are of what was asked")  # fmt: skip
NAMED_ELEMENTS = 8
"""Number of other elements of a basket up to which each is named."""
_CODE = re.compile(r"(?:hs[:\s]?\s*)?([0-9][0-9. ]*)", re.IGNORECASE)


def _without(rows: pa.Table, marked: np.ndarray) -> pa.Table:
    """Drop the marked rows."""
    # A list: to look at an array, pyarrow imports numpy.ma, which is slow.
    return rows.filter(pa.array((~marked).tolist(), pa.bool_()))


@dataclass(frozen=True)
class Scope:
    """Products that a question is about; without ``text``, all of them."""

    text: str | None
    products: tuple[str, ...]
    meaning: str = "everything with trade data"
    """The scope as people read it: "rare earth elements (REE)"."""
    named: Entity | None = None
    elements: frozenset[str] = frozenset()
    code: str | None = None
    """An HS code, or the beginning of several."""
    mixed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Other elements that products in scope are bought for too."""
    elsewhere: pa.Table = field(default_factory=ELSEWHERE.empty_table)
    """Products that hold an element in scope, but are bought for something else."""
    notes: tuple[str, ...] = ()

    @property
    def stage(self) -> str | None:
        """The stage asked for, if it was a stage."""
        return self.named.key if self.named and self.named.kind == "Stage" else None

    def holds(self, product: str | None, code: str | None) -> bool:
        """Return True if a flow of this product under this code is in scope."""
        return product in self.products and (self.code is None or _begins(code, self.code))


class Materials:
    """Stages, elements and products of one database."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    @cached_property
    def table(self) -> pa.Table:
        """Every product, with ``stage_order``, by that and key."""
        stages, products = self._catalog.nodes("Stage"), self._catalog.nodes("Product")
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
        nodes = self._catalog.nodes
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
        codes = self._catalog.links("TRADED_AS", "product", "code", "fit").to_pylist()
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
        places = self._catalog.nodes("Stage").select(["key", "position"]).to_pylist()
        order = {stage["key"]: stage["position"] for stage in places}
        codes = {(row["product"], code) for row in series for code in (row["hs"] or "").split("+")}
        found: dict[str, dict[str, dict[str, Any]]] = {}
        for row in self._catalog.links("TRADED_AS").to_pylist():
            if row["earlier_stage"] and (row["product"], row["code"]) in codes:
                found.setdefault(row["product"], {})[row["code"]] = {
                    "code": row["code"],
                    "earlier": row["earlier"] or f"goods of the stage {row['earlier_stage']}",
                    "stage_order": order[row["earlier_stage"]], "source": row["earlier_source"],
                }  # fmt: skip
        return {product: list(rows.values()) for product, rows in found.items()}

    def _elsewhere(self, elements: Iterable[str], bought: Iterable[str]) -> pa.Table:
        """Select the other products that hold any of some elements, in order of the chain."""
        held = self._catalog.links("CONTAINS")
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
        nodes = self._catalog.nodes("Element").select(["key", "type"])
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
        for row in self._catalog.links("CONTAINS", "product", "element", "role").to_pylist():
            if not roles or row["role"] in roles:
                found.setdefault(row["product"], set()).add(row["element"])
        return found

    @cached_property
    def members(self) -> dict[str, set[str]]:
        """The members of every group of elements."""
        return _members(self._catalog.nodes("Element"))

    def _code_scope(self, text: str, code: str) -> Scope:
        codes, traded = self._catalog.links("TRADED_AS"), self._catalog.traded
        travels = set(zip(*(codes[n].to_pylist() for n in ("code", "product")), strict=True))
        moved = set(zip(*(traded[n].to_pylist() for n in ("hs", "product")), strict=True))
        pairs = {(c, product) for c, product in travels | moved if c and len(code) > 1}
        products = sorted({product for c, product in pairs if c.startswith(code)})
        if not products:
            near = sorted({c for c, _ in pairs if c[:4] == code[:4] or code.startswith(c)})
            there = f"there are {', '.join(near)}" if near else "see 'graphkit query codes'"
            raise UsageError(f"no product travels under the HS code {text!r}; {there}")
        named = sorted({product for c, product in moved if _begins(c, code)}) or products
        meaning = f"HS {code} ({self.in_text(*named)})"
        return Scope(text, tuple(products), meaning, code=code)


def _members(nodes: pa.Table) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for key, groups in zip(nodes["key"].to_pylist(), nodes["member_of"].to_pylist(), strict=True):
        for group in groups or ():
            found.setdefault(group, set()).add(key)
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value not in (None, "") else []


def _begins(code: str | None, start: str) -> bool:
    return code is not None and code.startswith(start)


def _also_product(text: str, named: Entity, product: Entity) -> str:
    return (
        f"{text!r} is read as {named}: every product bought for it. "
        f"The product {product} alone: `scope=product:{product.key}`."
    )
