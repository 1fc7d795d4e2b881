"""What every question reads of a database: places, materials and sources."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.errors import UsageError
from graphkit.names import Named, Names, read_places
from graphkit.queries import rows_of
from graphkit.questions.scope import Materials
from graphkit.stores import Store

COUNTRIES = ("country", "territory", "former")
"""Types of a place that is one country."""
TOTALS = ("world", "group", "rest")
"""Areas that hold countries which stand in tables by themselves: goods would count twice."""


class Facts:
    """The facts of one database, as questions read them; each is read once."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.materials = Materials(store)

    @cached_property
    def places(self) -> Names:
        """Countries and areas, by all their names."""
        return read_places(self.store)

    @cached_property
    def claims(self) -> pa.Table:
        """Every published claim."""
        return rows_of(self.store, "claims")

    def place(self, text: str) -> Named:
        """The country or area of a name.

        Raises
        ------
        UsageError
            There is none; the message has the nearest ones.
        """
        return self.places.find(text, "country", ("Country", "Area"))

    def members(self, group: Named) -> list[str]:
        """The countries of a group.

        Raises
        ------
        UsageError
            It is none of named countries.
        """
        rows = rows_of(self.store, "members-of-area", area=group.key)
        members: list[str] = rows["member"].to_pylist()
        if not members:
            raise UsageError(f"{group} is no country and no group of named countries")
        return members

    def areas(self, keys: Iterable[str]) -> list[Named]:
        """What of some places is no country, by key."""
        places = map(self.places.with_key, sorted(set(keys)))
        return [place for place in places if place.kind == "Area"]

    def area_notes(self, keys: Iterable[str]) -> list[str]:
        """A note on each place that is no country."""
        return [
            f"{place.key} is {place.name}: trade data name no country there."
            for place in self.areas(keys)
        ]

    def countries_only(self, flows: pa.Table) -> tuple[pa.Table, list[str]]:
        """Flows without those of totals and groups, and notes on the other areas that stay."""
        areas = self.areas([*flows["supplier"].to_pylist(), *flows["consumer"].to_pylist()])
        totals = [place.key for place in areas if place.type in TOTALS]
        if totals:
            keys = pa.array(totals, pa.string())
            ends = (pc.is_in(flows[end], keys) for end in ("supplier", "consumer"))
            flows = flows.filter(pc.invert(pc.or_(*ends)))
        return flows, self.area_notes(p.key for p in areas if p.key not in totals)

    def stage(self, text: str) -> Named:
        """The stage of a name.

        Raises
        ------
        UsageError
            There is none; the message has the nearest ones.
        """
        return self.materials.names.find(text, "stage", ("Stage",))

    def sources(self, *tables: pa.Table) -> pa.Table:
        """The sources that the rows of some tables name, by key."""
        used = {key for table in tables for key in table["source"].to_pylist()}
        wanted = pa.array(sorted(used - {None}), pa.string())
        sources = rows_of(self.store, "sources")
        return sources.filter(pc.is_in(sources["key"], value_set=wanted))
