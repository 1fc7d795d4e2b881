"""Many networks, one for each product and period, as the blocks of one sparse matrix."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.network.rows import (
    ONE_OF,
    Floats,
    Ints,
    Rows,
    column_of,
    numbers_of,
    sorted_rows,
)
from graphkit.errors import GraphkitError

NEEDED = ("product", "period")
"""Columns that define every network."""
NEVER_NULL = ("supplier", "consumer", *NEEDED)
MOST = 2**31
"""Number of positions beyond which 64 bits are needed."""
PART = 250_000
"""Pairs that are measured at once: as many as fit the processor's cache."""


@dataclass(frozen=True, eq=False)
class NetworkBatch:
    """Networks one after the other, with no flow between two of them.

    Row and column ``network * len(countries) + country`` of the matrix is one country in one
    network. Every entry is the sum of the flows of one pair.
    """

    scopes: tuple[str, ...]
    """Columns in which networks differ: product, period, reporter ..."""
    labels: tuple[pa.Array, ...]
    """Values of every network, one array for each scope."""
    countries: pa.Array
    rows: Rows
    flows: Ints
    """Number of rows of the table that each network was added up from."""
    null_flows: int = 0
    """Number of rows left out because they do not give the amount."""

    def parts(self, most: int = PART) -> Iterator[NetworkBatch]:
        """Split into batches of whole networks with about ``most`` pairs each."""
        size = len(self.countries)
        before = self.rows.indptr[:: max(size, 1)]
        first = 0
        while first < len(self.flows):
            last = int(np.searchsorted(before, before[first] + most, side="right")) - 1
            last = min(max(last, first + 1), len(self.flows))
            yield self._part(first, last)
            first = last

    def _part(self, first: int, last: int) -> NetworkBatch:
        size = len(self.countries)
        indptr = self.rows.indptr[first * size : last * size + 1]
        inside = slice(indptr[0], indptr[-1])
        rows = Rows(
            indptr - indptr[0], self.rows.indices[inside] - first * size, self.rows.values[inside]
        )
        labels = tuple(label[first:last] for label in self.labels)
        return NetworkBatch(self.scopes, labels, self.countries, rows, self.flows[first:last])

    def scope_of(self, at: Ints) -> dict[str, pa.Array]:
        """Return the scope columns (product, period, ...) of the networks that rows belong to."""
        network = pa.array(at // len(self.countries))
        return {
            name: labels.take(network)
            for name, labels in zip(self.scopes, self.labels, strict=True)
        }

    def country_of(self, at: Ints) -> pa.Array:
        """Return the countries of some rows or columns."""
        place = (at % len(self.countries)).astype(np.int32)
        return pa.DictionaryArray.from_arrays(pa.array(place), self.countries)


def network_batch(flows: pa.Table, by: str, rows_are: str = "consumer") -> NetworkBatch:
    """Sort a table of flows into one network for each product and period.

    Parameters
    ----------
    flows : pyarrow.Table
        ``supplier``, ``consumer``, ``product``, ``period`` (text, or whole numbers that are taken
        as text) and the amount. Flows of another ``reporter``, ``dataset`` or ``source``, and by
        mass of another ``basis``, are another network, where there are such columns.
    by : {"usd", "tonnes"}
        The amount. Flows that do not give it are counted and left out; so are those of zero.
    rows_are : {"consumer", "supplier"}
        The end of a flow that the rows of the matrix stand for.

    Returns
    -------
    NetworkBatch
        Networks in order of their scope, the same for every order of the flows.

    Raises
    ------
    GraphkitError
        A column is missing or holds something else, an end, product or period is null, an amount
        is negative or not a number.

    Examples
    --------
    >>> flows = pa.table({"supplier": ["A", "A", "B"], "consumer": ["B", "B", "A"],
    ...                   "product": ["ore"] * 3, "period": ["2023", "2024", "2024"],
    ...                   "usd": [1.0, 2.0, 3.0]})
    >>> found = network_batch(flows, "usd")
    >>> found.labels[1].to_pylist(), found.rows.values.tolist()
    (['2023', '2024'], [1.0, 3.0, 2.0])
    """
    scopes = [name for name in scopes_of(by) if name in NEEDED or name in flows.column_names]
    given = numbers_of(flows, by)
    if given.null_count:
        flows = flows.filter(given.is_valid())
    amount = given.drop_null().to_numpy()
    _check_amounts(amount)
    network, labels = _networks(flows, scopes)
    countries, ends = _ends(flows, ("supplier", "consumer"))
    size, count = len(countries), len(labels[0])
    first = network * size if size * count < MOST else network.astype(np.int64) * size
    here, there = (first + end for end in (ends if rows_are == "supplier" else reversed(ends)))
    counted = np.bincount(network, minlength=count)
    if not (moved := amount > 0).all():
        here, there, amount = here[moved], there[moved], amount[moved]
    rows = sorted_rows(here, there, amount, size * count)
    return NetworkBatch(tuple(scopes), labels, countries, rows, counted, given.null_count)


def scopes_of(by: str) -> tuple[str, ...]:
    """Return the columns in which networks can differ, by mass or by value."""
    return (
        *NEEDED,
        *(n for n in ONE_OF if n not in NEEDED),
        *(("basis",) if by == "tonnes" else ()),
    )


def _check_amounts(amounts: Floats) -> None:
    if len(amounts) and not (amounts.min() >= 0 and amounts.max() < np.inf):
        wrong = amounts[~(np.isfinite(amounts) & (amounts >= 0))][0]
        raise GraphkitError(f"found a flow of {wrong:g}, wanted a number of 0 or more")


def _networks(flows: pa.Table, scopes: Sequence[str]) -> tuple[Ints, tuple[pa.Array, ...]]:
    """Return the network number of each flow, and the scope of every network by column."""
    network: Ints = np.zeros(len(flows), np.int32)
    columns: list[tuple[Ints, pa.Array]] = []
    count = min(1, len(flows))
    for name in scopes:
        given, values = _coded(flows, name)
        if given is None:  # the same in every row
            columns.append((np.zeros(count, np.int32), values))
            continue
        order = pc.sort_indices(values)
        place = np.zeros(len(values) + 1, np.int32)  # the last code is null, which sorts first
        place[order.to_numpy()] = np.arange(1, len(values) + 1)
        kinds = len(place)
        keys = place[given] if count == 1 else network.astype(np.int64) * kinds + place[given]
        there, network = _numbered(keys)
        before, code = np.divmod(there, kinds)
        columns = [(of[before], known) for of, known in columns]
        columns.append((code - 1, values.take(order)))
        count = len(there)
    labels = (
        pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32), mask=codes < 0), values)
        for codes, values in columns
    )
    return network, tuple(labels)


def _numbered(keys: Ints) -> tuple[Ints, Ints]:
    """Return the distinct keys in order, and the position of each key among them."""
    most = int(keys.max(initial=0)) + 1
    if most > 4 * len(keys) + 1_000_000:
        there, place = np.unique(keys, return_inverse=True)
        return there, place.astype(np.int32)
    there = np.flatnonzero(np.bincount(keys, minlength=most))
    places = np.zeros(most, np.int32)
    places[there] = np.arange(len(there))
    return there, places[keys]


def _ends(flows: pa.Table, names: Sequence[str]) -> tuple[pa.Array, list[Ints]]:
    """Return all countries in order, and the position of each end of each flow among them."""
    coded = [_coded(flows, name) for name in names]
    found = pc.unique(pa.concat_arrays([values for _, values in coded]))
    countries = found.take(pc.sort_indices(found))
    ends: list[Ints] = []
    for codes, values in coded:
        places = pc.index_in(values, value_set=countries).to_numpy()
        ends.append(np.repeat(places, len(flows)) if codes is None else places[codes])
    return countries, ends


def _coded(flows: pa.Table, name: str) -> tuple[Ints | None, pa.Array]:
    """Encode text as positions among its distinct values; the position after the last is null.

    Returns no positions where every row has the same value.
    """
    column = column_of(flows, name)
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not (
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_integer(kind)
    ):
        raise GraphkitError(f"found {name!r} as {column.type}, wanted text")
    if column.null_count and name in NEVER_NULL:
        raise GraphkitError(f"found flows with no {name}: {column.null_count}")
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    whole = column.combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks)
    given = whole.dictionary.cast(pa.string())
    if len(given) == 1 and not whole.null_count:
        return None, given
    codes = whole.indices
    if codes.null_count:
        codes = pc.fill_null(codes, len(given))
    return codes.to_numpy(), given


def in_order(table: pa.Table, keys: Iterable[str]) -> pa.Table:
    """Sort rows by columns of text, nulls first; equal rows keep their order."""
    columns = {key: pc.fill_null(table[key].cast(pa.string()), "") for key in keys}
    order = [(key, "ascending") for key in columns]
    return table.take(pc.sort_indices(pa.table(columns), sort_keys=order))
