"""The catalog: facts of one database, and the names by which questions ask for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from shlex import quote
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.answers.answer import cited, in_names
from graphkit.answers.note import Note
from graphkit.catalog.materials import Materials
from graphkit.catalog.tables import Tables
from graphkit.errors import Replaced, UsageError
from graphkit.names import (
    LONGEST_NAME,
    OF_MAKERS,
    Entity,
    Names,
    capitalized,
    in_other_languages,
    names_in,
    with_article,
)
from graphkit.queries import NAMED, NAMED_LISTS, Query
from graphkit.stores.base import Store

TOTALS = ("world", "group", "rest")
"""Types of areas whose members have rows of their own: their goods would count twice."""
SOURCE = ["key", "title", "publisher", "published", "version", "url", "licence", "attribution",
          "own"]  # fmt: skip
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
PROFILED = {
    "country": ("Country", "Area"), "mineral": ("Element",), "product": ("Product",),
    "control": ("Control",), "plant": ("Facility",), "company": ("Company",),
}  # fmt: skip
"""Kinds of node that have a profile, by the word for them, as names are tried."""
KIND_OF = {node: kind for kind, nodes in PROFILED.items() for node in nodes}
"""The word for each kind of node that has a profile."""
OTHER_NAMES = ("application", "dataset", "indicator", "indicators")
"""Types of parameters that name neither a place nor a material."""


class Catalog(Tables):
    """Facts of one database as questions read them: its tables, and names in them."""

    def __init__(self, store: Store, dataset: str | None = None) -> None:
        super().__init__(store, dataset)
        self._content = store.content
        self._datasets: dict[str, Catalog] = {}
        self.materials = Materials(self)

    @property
    def is_current(self) -> bool:
        """False if anybody wrote to a server since; True of a file.

        Raises
        ------
        Replaced
            The database was loaded since.
        Unreachable
            It cannot be reached, or a load is under way.
        """
        self.store.check_same()
        return self.store.content == self._content

    def renewed(self) -> Catalog | None:
        """Return the facts as a program that follows each load goes on with them.

        Returns
        -------
        Catalog or None
            These, or those after a transaction of anybody in a server; None after a load, when the
            database must be opened again.

        Raises
        ------
        Unreachable
            It cannot be reached, or a load is under way.
        """
        try:
            if self.store.is_replaced:
                return None
            return self if self.is_current else Catalog(self.store)
        except Replaced:
            return None

    def using(self, dataset: str | None) -> Catalog:
        """Choose the data set of trade by its key; None keeps the preferred ones.

        Raises
        ------
        UsageError
            There is no such data set; the message lists them.
        """
        if dataset is None:
            return self
        datasets = self.rows("datasets")["dataset"].to_pylist()
        if dataset not in datasets:
            choices = "the database holds none"
            if datasets:
                choices = f"wanted one of {', '.join(datasets)}"
            raise UsageError(f"`dataset`: found {dataset!r}, {choices}")
        catalog = Catalog(self.store, dataset)
        # None of these depends on the data set.
        catalog._tables, catalog._datasets = self._tables, self._datasets
        catalog._revise = self._revise
        return self._datasets.setdefault(dataset, catalog)

    def revised(self, revise: Callable[[pa.Table], pa.Table]) -> Catalog:
        """Return a catalog of the same facts that revises all flows that it reads."""
        catalog = Catalog(self.store, self.dataset)
        catalog._tables, catalog._revise = self._tables, revise
        return catalog

    def complete(self, *, bounded: bool = False) -> Catalog:
        """Return a catalog of the same facts without the data sets that list only some flows.

        Measures that have no range for what is not listed take their trade from it; with
        ``bounded``, it leaves out only those of which nothing bounds what is missing.
        """
        catalog = Catalog(self.store, self.dataset)
        catalog._tables, catalog._revise = self._tables, self._revise
        catalog._left_out = frozenset(
            key for key, extent in self.extents.items() if not (bounded and extent.is_bounded)
        )
        return catalog

    @cached_property
    def places(self) -> Names:
        """Countries and areas, by all their names."""
        kinds = {kind: partial(self.nodes, kind) for kind in ("Country", "Area")}
        return Names(kinds, {"Country": partial(in_other_languages, "Country")})

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
        parts = [self._place_named(part.strip(), kinds) for part in text.split("+")]
        if len(parts) == 1:
            return parts[0]
        key = "+".join(part.key for part in parts)
        group = Entity("Area", key, " and ".join(part.in_text for part in parts), "group")
        self.members(group)
        return group

    def _place_named(self, text: str, kinds: Sequence[str]) -> Entity:
        """Find a place; a text that names none but a company or plant is refused with those."""
        is_short = len(text) <= LONGEST_NAME and text.isprintable()
        if is_short and not next(self.places.all(text, kinds), None):
            makers = self._makers(text, partly=False)
            near = [] if makers else self.places.near(text, kinds)
            if makers := makers or self._makers(text, partly=True):
                names = " and ".join(f"{maker} is a {KIND_OF[maker.kind]}" for maker in makers)
                hint = f"{names}: ask graphkit show {quote(text)}"
                hint += f"; or did you mean {', '.join(near)}?" if near else ""
                raise UsageError(f"no country is called {text!r}; {hint}")
        return self.places.find(text, "country", kinds)

    def _makers(self, text: str, *, partly: bool) -> list[Entity]:
        """List the company and plant that a text names; none if it may be several of one kind."""
        try:
            return list(self.all_names.all(text, OF_MAKERS, partly=partly))
        except UsageError:
            return []

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
        entity = self.materials.names.named(key)
        return entity.label if entity else self.name_of(key)

    def in_names(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Put names in place of the keys of places, products, elements and stages in a row."""
        texts = {value for value in values.values() if isinstance(value, str)}
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
        label = "element, mineral or product" if kind == "material" else kind
        first = names.find(text, label, kinds)
        return list(names.all(text, kinds)) if kind == "material" else [first]

    def _keys_in(self, kind: str, text: str) -> list[str]:
        """Find the keys of several names with commas, each once."""
        names, kinds = self._names_of(kind), KINDS_NAMED[kind]
        parts = names_in(text, lambda name: next(names.all(name, kinds), None) is not None)
        keys: dict[str, None] = {}
        for part in parts:
            if part:
                keys |= dict.fromkeys(entity.key for entity in self._entities(kind, part))
        return list(keys)

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
        texts = []
        for parameter in query.parameters:
            value = keys[parameter.name]
            values = value if isinstance(value, list) else [] if value in (None, "") else [value]
            names = self._other_names if parameter.type in OTHER_NAMES else self.materials.names
            parts = [
                str(names.named(str(key)) or self.places.named(str(key)) or key) for key in values
            ]
            texts.append(f"{parameter.name} {', '.join(parts) or 'empty'}")
        return ", ".join(texts)

    def in_trade(self, text: str) -> str:
        """Name a country as statistics of trade do: Taiwan by the area that it is in practice."""
        areas = self.nodes("Area").to_pylist()
        area_of = {row["in_practice"]: row["key"] for row in areas if row["in_practice"]}
        parts = []
        for part in text.split("+"):
            country = next(self.places.all(part.strip(), ("Country", "Area")), None)
            parts.append(area_of.get(country.key, part) if country else part)
        return "+".join(parts)

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
        rows = self.nodes("Area").select(["key", "members"]).to_pylist()
        members_of_group = {row["key"]: set(row["members"] or ()) for row in rows}
        countries: set[str] = set()
        for key in group.key.split("+"):
            place = self.places.with_key(key)
            members = members_of_group.get(key, set()) if place.is_group else {key}
            if not members:
                raise UsageError(f"{place} is neither a country nor a group of named countries")
            countries |= members
        return sorted(countries)

    def areas(self, keys: Iterable[str]) -> list[Entity]:
        """Select the areas among the places with these keys, by key."""
        places = map(self.places.with_key, sorted(set(keys)))
        return [place for place in places if place.kind == "Area"]

    def area_notes(self, keys: Iterable[str]) -> list[Note]:
        """Write a note on each place that is not a country."""
        areas = self.areas(keys)
        if not areas:
            return []
        note_of = {row["iso3"]: row["note"] for row in self.nodes("Area").to_pylist()}
        notes = []
        for place in areas:
            note = f" {note_of[place.key]}" if note_of[place.key] else ""
            notes.append(Note(f"{place.name}: trade data name no country there.{note}"))
        return notes

    def countries_only(self, flows: pa.Table) -> tuple[pa.Table, list[Note]]:
        """Drop the flows of totals and groups, with notes on the areas that stay."""
        areas = self.areas([*flows["supplier"].to_pylist(), *flows["consumer"].to_pylist()])
        totals = [place.key for place in areas if place.type in TOTALS]
        if totals:
            keys = pa.array(totals, pa.string())
            sides = (pc.is_in(flows[side], keys) for side in ("supplier", "consumer"))
            flows = flows.filter(pc.invert(pc.or_(*sides)))
        return flows, self.area_notes(p.key for p in areas if p.key not in totals)

    @cached_property
    def all_names(self) -> Names:
        """All that has a profile, by all its names."""

        def named(query: str, key: str, name: str = "name") -> pa.Table:
            rows = self.rows(query)
            aliases = rows["aliases"] if "aliases" in rows.column_names else pa.nulls(len(rows))
            names = pc.coalesce(rows[name], rows[key])
            return pa.table({"key": rows[key], "name": names, "aliases": aliases})

        kinds = ("Country", "Element", "Product")
        return Names({
            "Country": partial(self.nodes, "Country"),
            "Area": partial(self.nodes, "Area"),
            "Element": partial(self.nodes, "Element"),
            "Product": partial(self.nodes, "Product"),
            "Control": lambda: named("controls", "key", "announcement"),
            "Facility": lambda: named("facilities", "plant"),
            "Company": lambda: named("companies", "company"),
        }, {kind: partial(in_other_languages, kind) for kind in kinds})  # fmt: skip

    def named(self, text: str, *kinds: str) -> Iterator[Entity]:
        """Find what a name stands for, in each kind of :data:`PROFILED` that knows it, or of some.

        Raises
        ------
        UsageError
            The name is unknown (the message suggests the nearest), or ambiguous within a kind.
        """
        nodes = [node for kind in kinds or PROFILED for node in PROFILED[kind]]
        *first, last = kinds or PROFILED
        what = f"{', '.join(first)} or {last}" if first else last
        self.all_names.find(text, what, nodes)
        return self.all_names.all(text, nodes)

    def stage(self, text: str) -> Entity:
        """Find a stage by name.

        Raises
        ------
        UsageError
            The name is unknown or ambiguous; the message suggests the nearest.
        """
        return self.materials.names.find(text, "stage", ("Stage",))

    @cached_property
    def own_sources(self) -> frozenset[str]:
        """Keys of the sources of the user's own facts."""
        return frozenset(row["key"] for row in self.nodes("Source").to_pylist() if row["own"])

    def sources(self, *tables: pa.Table) -> pa.Table:
        """Select the sources that the rows of these tables cite, joined by ``+``, by key."""
        texts = {text for table in tables for text in table["source"].to_pylist()} - {None}
        keys = pa.array(sorted({key for text in texts for key in cited(text)}), pa.string())
        sources = self.nodes("Source").select(SOURCE)
        return sources.filter(pc.is_in(sources["key"], value_set=keys))
