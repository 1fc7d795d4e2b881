"""Tables of one database, as shipped queries read them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from threading import Lock
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.remnants import first_years_of_remnants, remnant_flows
from graphkit.analysis.unlisted import Extent, extents_of
from graphkit.queries import Reading, note_reading, noted_readings, rows_of
from graphkit.stores.base import Store

COUNTRIES = ("country", "territory", "former")
"""Types of a place that count as one country."""
REQUIRED = {
    "Stage": "position", "Product": "stage", "Source": "title", "ReportingGap": "unpublished",
}  # fmt: skip
"""A property that all nodes of a kind have, and none of the other kinds in the catalog."""
Result = TypeVar("Result")
RECENT, RECENT_BYTES = 8, 16 * 2**20
"""Tables with parameters that a catalog keeps, so that a question asked again with another number
computes alone, and the size of the largest."""
DERIVED = 4
"""Results computed from tables alone that a catalog keeps, such as supply networks."""


class Tables:
    """Tables of one database, each read once.

    Trade is that of the preferred data set of each product and period, or of one that is chosen.
    """

    def __init__(self, store: Store, dataset: str | None = None) -> None:
        self.store = store
        self.dataset = dataset
        self._tables: dict[str, pa.Table] = {}
        self._recent: dict[str, pa.Table] = {}
        self._derived: dict[str, tuple[Any, tuple[Reading, ...]]] = {}
        self._lock = Lock()
        self._revise: Callable[[pa.Table], pa.Table] | None = None
        self._left_out: frozenset[str] = frozenset()

    def rows(self, query: str, **values: Any) -> pa.Table:
        """Read the rows of a shipped query: once without parameters, else again if they are old."""
        if not values:
            if query not in self._tables:
                self._tables[query] = rows_of(self.store, query)
            return self._tables[query]
        note_reading(query, values)
        key = f"{query} {sorted(values.items())!r}"
        with self._lock:
            rows = self._recent.pop(key, None)
        if rows is None:
            rows = rows_of(self.store, query, **values)
        if rows.nbytes <= RECENT_BYTES:
            with self._lock:
                self._recent[key] = rows
                while len(self._recent) > RECENT:
                    del self._recent[next(iter(self._recent))]
        return rows

    def derived(self, key: str, derive: Callable[[], Result]) -> Result:
        """Derive a result from tables, or return the cached one of this key.

        Its readings are noted either way.
        """
        with self._lock:
            cached = self._derived.pop(key, None)
        if cached is None:
            with noted_readings() as new_readings:
                new_result = derive()
            cached = new_result, tuple(new_readings)
        with self._lock:
            self._derived[key] = cached
            while len(self._derived) > DERIVED:
                del self._derived[next(iter(self._derived))]
        result: Result = cached[0]
        for name, values in cached[1]:
            note_reading(name, values)
        return result

    def flows(self, query: str, **values: Any) -> pa.Table:
        """Read the flows of a shipped query in the data set of this catalog, without remnants."""
        rows = self._without_remnants(self.rows(query, **values, dataset=self.dataset or ""))
        if "dataset" in rows.column_names:
            rows = self._without_left_out(rows)
        return rows if self._revise is None else self._revise(rows)

    @cached_property
    def traded(self) -> pa.Table:
        """The products, HS codes and periods with trade in the data set of this catalog."""
        covered, dataset = self.covered, self.dataset
        mask = pc.equal(covered["dataset"], dataset) if dataset else covered["preferred"]
        return covered.filter(mask)

    @cached_property
    def covered(self) -> pa.Table:
        """The products, HS codes and periods with trade in each data set, without remnants."""
        links = self.links("COVERS")
        links = _without(links, remnant_flows(links, self.remnants))
        return self._without_left_out(links)

    def _without_left_out(self, rows: pa.Table) -> pa.Table:
        """Drop the rows of the data sets that this catalog leaves out."""
        if not self._left_out:
            return rows
        partial = pa.array(sorted(self._left_out), pa.string())
        return rows.filter(pc.invert(pc.is_in(rows["dataset"].cast(pa.string()), partial)))

    @cached_property
    def extents(self) -> dict[str, Extent]:
        """The data sets that list only some flows of each product and period, by key."""
        names = ["dataset", "extent", "largest", "world_share", "reporter"]
        return extents_of(self.links("COVERS", *names, "link").to_pylist(), "dataset")

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
        """Select countries, areas, stages, elements, products, sources or reporting gaps, by key.

        One statement reads them all: most questions need several kinds.
        """
        rows = self.rows("reference")
        is_place = pc.is_valid(rows["iso3"])
        is_country = pc.is_in(rows["type"], pa.array(COUNTRIES))
        if kind in REQUIRED:
            mask = pc.is_valid(rows[REQUIRED[kind]])
        elif kind == "Element":
            mask = pc.and_not(pc.is_valid(rows["type"]), is_place)
        else:
            mask = is_country if kind == "Country" else pc.and_not(is_place, is_country)
        nodes = rows.filter(mask)
        keys = pc.coalesce(nodes["iso3"], nodes["key"])
        return nodes.set_column(nodes.column_names.index("key"), "key", keys)

    @property
    def claims(self) -> pa.Table:
        """Every published claim."""
        return self.rows("claims")

    def links(self, link: str, *columns: str) -> pa.Table:
        """Select the links of products: CONTAINS elements, TRADED_AS codes, COVERS periods."""
        rows = self.rows("product-links")
        return rows.select(columns or rows.column_names).filter(pc.equal(rows["link"], link))


def _without(rows: pa.Table, marked: np.ndarray) -> pa.Table:
    """Drop the marked rows."""
    # A list: to look at an array, pyarrow imports numpy.ma, which is slow.
    return rows.filter(pa.array((~marked).tolist(), pa.bool_()))
