"""Measures of many networks (one a product and period) at once, on one set of arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.flows import ONE_OF, PERIODS, column_of, numbers_of
from graphkit.analysis.network.graph import FlowGraph, Rows, sorted_rows
from graphkit.analysis.network.scores import MEASURES as CENTRALITIES
from graphkit.analysis.network.scores import STRENGTH, Scores
from graphkit.analysis.shares import Markets, indices, market_shares, three_largest
from graphkit.analysis.supply.build import NO_FIGURES, supply_network, with_sellers
from graphkit.analysis.supply.look_through import look_through
from graphkit.analysis.supply.network import OBSERVED, SupplyNetwork
from graphkit.analysis.supply.removal import SMALLEST, loss_matrix
from graphkit.arrow import INDEX, SHARE, UNIT, Floats, Ints, counts, number
from graphkit.errors import GraphkitError, UsageError

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


CODED = pa.dictionary(pa.int32(), pa.string())
FLOWS = "flows"
"""The name of the measure that adds up shipments: see :mod:`graphkit.analysis.flows`."""


@dataclass(frozen=True, eq=False)
class MeasureRequest:
    """A request to measure every network: the measure, the amount and their settings.

    Raises
    ------
    UsageError
        An unknown measure, amount or length of periods, or a production that is not used.
    """

    measure: str
    by: str | None = None
    """The amount to add up, ``usd`` or ``tonnes``; by default the first that the flows give."""
    production: pa.Table | None = None
    """Producers: ``country``, ``product``, ``period``; for the measures that trace supply."""
    min_share: float = 0.0
    """Share up to which rows of the measures that trace supply are left out."""
    each: str = "year"
    """Length of the periods that dates of shipments are sorted into."""

    def __post_init__(self) -> None:
        for option, given, known in (
            ("measure", self.measure, (*MEASURES, FLOWS)),
            ("--by", self.by, (None, *UNIT)),
            ("--each", self.each, tuple(PERIODS)),
        ):
            if given not in known:
                wanted = ", ".join(filter(None, known))
                raise UsageError(f"{option}: found {given!r}, wanted one of {wanted}")
        if self.production is not None and self.measure not in TRACING:
            raise UsageError(f"--production: wanted {' or '.join(TRACING)}, found {self.measure}")

    @property
    def amount(self) -> str:
        """The amount to add up, values by default."""
        return self.by or "usd"


@dataclass(frozen=True)
class BatchMeasure:
    """A measure of many networks: its function and its columns."""

    of: Callable[[NetworkBatch, MeasureRequest], tuple[Ints, Sequence[pa.Array | Ints]]]
    """Function that returns the matrix row of each row of the result, and the columns."""
    fields: Callable[[str], list[pa.Field]]
    """Function that returns the columns after the scope, given the amount."""
    doc: str
    rows_are: str = "consumer"


def _shares(part: NetworkBatch, request: MeasureRequest) -> tuple[Ints, Sequence[pa.Array | Ints]]:
    market, starts = _markets(part.rows)
    _, shares = market_shares(part.rows.values, starts)
    at = np.repeat(market, np.diff(part.rows.indptr)[market])
    supplier = part.country_of(part.rows.indices)
    return at, [part.country_of(at), supplier, part.rows.values, shares]


def _concentration(
    part: NetworkBatch, request: MeasureRequest
) -> tuple[Ints, Sequence[pa.Array | Ints]]:
    market, starts = _markets(part.rows)
    totals, shares = market_shares(part.rows.values, starts)
    found = indices(Markets(starts, shares, shares, np.zeros(len(starts))))
    top = part.rows.indices[three_largest(shares, starts)[1]]
    names = ("hhi_low", "hhi_normalised", "effective_low", "cr1", "cr3", "shannon_low")
    return market, [
        part.country_of(market), part.country_of(top), found["suppliers"].astype(np.int64),
        totals, *(found[name] for name in names),
    ]  # fmt: skip


def _markets(rows: Rows) -> tuple[Ints, Ints]:
    """Find the rows that are not empty, and where the entries of each begin."""
    market = np.flatnonzero(np.diff(rows.indptr))
    return market, rows.indptr[market]


def _centrality(
    part: NetworkBatch, request: MeasureRequest
) -> tuple[Ints, Sequence[pa.Array | Ints]]:
    """Score the countries that trade, all networks at once where the measure allows it."""
    rows, measure = part.rows, CENTRALITIES[request.measure]
    trades = np.diff(rows.indptr) > 0
    trades[rows.indices] = True
    at, place = np.flatnonzero(trades), (np.cumsum(trades) - 1).astype(np.int32)
    starts, sizes = np.unique(at // len(part.countries), return_index=True, return_counts=True)[1:]
    among = Rows(np.append(rows.indptr[at], rows.indptr[-1]), place[rows.indices], rows.values)
    if measure.of_networks is not None:
        scores = measure.of_networks(among, starts)
    else:
        scores = np.empty(len(at))
        for start, size in zip(starts.tolist(), sizes.tolist(), strict=True):
            lengths = np.diff(among.indptr[start : start + size + 1])
            inside = slice(among.indptr[start], among.indptr[start + size])
            graph = FlowGraph(
                tuple(range(size)), np.repeat(np.arange(size, dtype=np.int32), lengths),
                among.indices[inside] - start, among.values[inside],
            )  # fmt: skip
            found = measure.of(Scores(graph))
            scores[start : start + size] = np.nan if found is None else found
    return at, [part.country_of(at), np.repeat(sizes, sizes), scores]


TRACED = ("share", "face_value", "hidden", "low", "high")


def _origins(part: NetworkBatch, request: MeasureRequest) -> tuple[Ints, Sequence[pa.Array | Ints]]:
    """Trace the imports of each consumer to the countries that made them, behind re-exporters."""
    at, parts = [], []
    for place, network in _supply_networks(part, request):
        traced = look_through(network, minimum=request.min_share)
        at.append(np.full(len(traced), place))
        parts.append([
            *(traced[name].combine_chunks() for name in ("consumer", "origin", *TRACED)),
            np.full(len(traced), _observed_share(network)),
        ])  # fmt: skip
    return _joined(part, at, parts)


def _removals(
    part: NetworkBatch, request: MeasureRequest
) -> tuple[Ints, Sequence[pa.Array | Ints]]:
    """Compute the share of its imports that each consumer loses without one other country."""
    at, parts = [], []
    for place, network in _supply_networks(part, request):
        country, imported = network.country, network.imported
        losses = loss_matrix(network, [np.array([node]) for node in range(network.size)])
        np.fill_diagonal(losses, 1.0)
        loss = np.clip(imported @ losses, 0.0, 1.0)
        np.fill_diagonal(loss, 0.0)  # leave out the consumer that is removed itself
        consumer, removed = np.nonzero(loss > max(request.min_share, SMALLEST))
        order = np.lexsort((consumer, -loss[consumer, removed].round(12), removed))
        consumer, removed = consumer[order], removed[order]
        names = pa.array(network.countries, pa.string())
        at.append(np.full(len(order), place))
        parts.append([
            names.take(pa.array(country[removed])), names.take(pa.array(country[consumer])),
            loss[consumer, removed], imported.toarray()[consumer, removed],
            np.full(len(order), _observed_share(network)),
        ])  # fmt: skip
    return _joined(part, at, parts)


def _supply_networks(
    part: NetworkBatch, request: MeasureRequest
) -> Iterator[tuple[int, SupplyNetwork]]:
    """Yield every network with its number; infer unpublished production from net exports."""
    size, rows = len(part.countries), part.rows
    for place in range(len(part.flows)):
        indptr = rows.indptr[place * size : (place + 1) * size + 1]
        inside = slice(indptr[0], indptr[-1])
        scope = {
            name: labels[place].as_py()
            for name, labels in zip(part.scopes, part.labels, strict=True)
        }
        consumer = np.repeat(np.arange(size), np.diff(indptr))
        supplier = rows.indices[inside] - place * size
        flows = pa.table({
            "supplier": part.countries.take(pa.array(supplier)),
            "consumer": part.countries.take(pa.array(consumer)),
            request.amount: rows.values[inside],
        })  # fmt: skip
        for name in ("product", "basis"):
            if name in scope:
                same = pa.array([scope[name]] * len(flows), pa.string())
                flows = flows.append_column(name, same)
        made = request.production
        if made is not None:
            here = (pc.equal(made[name], scope[name]) for name in ("product", "period"))
            made = made.filter(pc.and_(*here)).drop_columns(["period"])
        else:
            made = with_sellers(NO_FIGURES, flows, {scope["product"]})
        yield place, supply_network(flows, made, measure=request.amount, unpublished="net-exports")


def _observed_share(network: SupplyNetwork) -> float:
    """Return the share of sales by countries with published production; NaN without trade."""
    sold = network.exports.sum()
    observed = network.exports[network.state == OBSERVED].sum()
    return float(observed / sold) if sold else np.nan


def _joined(
    part: NetworkBatch, at: list[np.ndarray], parts: list[list[pa.Array]]
) -> tuple[Ints, Sequence[pa.Array | Ints]]:
    """Join the rows of all networks, given the number of each network."""
    columns = [pa.concat_arrays([pa.array(a) for a in some]) for some in zip(*parts, strict=True)]
    return np.concatenate(at) * len(part.countries), columns


@dataclass(frozen=True)
class Measured:
    """The measure of some networks, and the number of flows they were added up from."""

    table: pa.Table
    flows: int


def measured(flows: pa.Table, request: MeasureRequest) -> Iterator[Measured]:
    r"""Measure the network of every product and period, some networks at a time.

    Parameters
    ----------
    flows : pyarrow.Table
        As for :func:`~graphkit.analysis.batch.network_batch`.
    request : MeasureRequest
        Its ``name`` is one of

        - ``shares``: each supplier's part of what a consumer buys, ``share``, and the amount.
        - ``concentration``: for each consumer the ``total``, how many ``suppliers``, ``hhi`` (0 to
          10,000), ``hhi_normalised``, ``effective_suppliers``, ``cr1``, ``cr3``, ``shannon`` and
          the ``top`` supplier, as :func:`~graphkit.analysis.shares.indices` defines them.
        - ``pagerank``, ``betweenness``: of each country, with the number of ``nodes``, as
          :func:`~graphkit.analysis.network.centrality.centrality` defines them.
        - ``look-through``: the ``origin`` of each consumer's imports with ``share``,
          ``face_value``, ``hidden``, ``low`` and ``high``, as
          :func:`~graphkit.analysis.supply.look_through.look_through` defines them.
        - ``removal``: the ``loss`` of each ``consumer`` without each other country (``removed``),
          of its imports and through all countries between, as
          :func:`~graphkit.analysis.supply.removal.removal_losses` defines it, and what it buys
          there directly, ``face_value``.

        The last two follow one product's trade to those who make it. What they make is taken from
        the production; where none is published, it is the least that trade shows: the exports
        beyond the imports of a country. ``observed_share`` is the share of all sales made by
        countries with published production; ``low`` and ``high`` leave the rest open.

    Yields
    ------
    Measured
        Tables of one schema: the scope of the network, then country (or ``consumer`` and
        ``supplier``) in order, then the numbers with their unit in the field's metadata.

    Raises
    ------
    UsageError
        The measure or amount is unknown.
    GraphkitError
        As :func:`~graphkit.analysis.batch.network_batch`.

    Examples
    --------
    >>> flows = pa.table({"supplier": ["A", "B"], "consumer": ["C", "C"], "product": ["ore"] * 2,
    ...                   "period": ["2024"] * 2, "usd": [3.0, 1.0]})
    >>> [some.table["share_usd"].to_pylist() for some in measured(flows, MeasureRequest("shares"))]
    [[0.75, 0.25]]
    >>> [some.table.select(["consumer", "hhi", "top"]).to_pylist()
    ...  for some in measured(flows, MeasureRequest("concentration"))]
    [[{'consumer': 'C', 'hhi': 6250.0, 'top': 'A'}]]
    """
    return (job() for job in measure_jobs(flows, request))


def measure_jobs(flows: pa.Table, request: MeasureRequest) -> Iterator[Callable[[], Measured]]:
    """Split :func:`measured` into jobs that do not depend on one another."""
    whole = network_batch(flows, request.amount, MEASURES[request.measure].rows_are)
    return (partial(_measure, part, request) for part in whole.parts())


def _measure(part: NetworkBatch, request: MeasureRequest) -> Measured:
    at, columns = MEASURES[request.measure].of(part, request)
    schema = schema_of(request, part.scopes)
    arrays = [*part.scope_of(at).values()]
    for field, column in zip(list(schema)[len(arrays) :], columns, strict=True):
        missing = np.isnan(column) if isinstance(column, np.ndarray) else None
        values = pa.array(column, mask=missing)
        encode = field.type == CODED and values.type != CODED
        arrays.append(values.dictionary_encode() if encode else values)
    return Measured(pa.table(arrays, schema=schema), int(part.flows.sum()))


def schema_of(request: MeasureRequest, scopes: Iterable[str]) -> pa.Schema:
    """Return the columns of a result for networks that differ in some scopes.

    Examples
    --------
    >>> schema_of(MeasureRequest("shares"), ["product", "period"]).names
    ['product', 'period', 'consumer', 'supplier', 'usd', 'share_usd']
    """
    fields = MEASURES[request.measure].fields(request.amount)
    return pa.schema([*_places(*scopes), *fields])


def _places(*names: str) -> list[pa.Field]:
    return [pa.field(name, CODED) for name in names]


def _centrality_fields(name: str, by: str) -> list[pa.Field]:
    unit = CENTRALITIES[name].normalisation
    return [
        *_places("country"), *counts("nodes"), number(name, UNIT[by] if unit == STRENGTH else unit)
    ]  # fmt: skip


MEASURES: Mapping[str, BatchMeasure] = {
    "shares": BatchMeasure(
        _shares,
        lambda by: [
            *_places("consumer", "supplier"), number(by, UNIT[by]), number(f"share_{by}", SHARE)
        ],
        "each supplier's part of what a consumer buys",
    ),
    "concentration": BatchMeasure(
        _concentration,
        lambda by: [
            *_places("consumer", "top"), *counts("suppliers"), number("total", UNIT[by]),
            number("hhi", INDEX), number("hhi_normalised", SHARE), number("effective_suppliers"),
            number("cr1", SHARE), number("cr3", SHARE), number("shannon"),
        ],
        "HHI and related indices of each consumer's suppliers",
    ),
    **{
        name: BatchMeasure(_centrality, partial(_centrality_fields, name), measure.doc, "supplier")
        for name, measure in CENTRALITIES.items()
    },
    "look-through": BatchMeasure(
        _origins,
        lambda by: [
            *_places("consumer", "origin"),
            *(number(name, SHARE) for name in (*TRACED, "observed_share")),
        ],
        "the countries that made a consumer's imports, behind re-exporters",
    ),
    "removal": BatchMeasure(
        _removals,
        lambda by: [
            *_places("removed", "consumer"),
            *(number(name, SHARE) for name in ("loss", "face_value", "observed_share")),
        ],
        "the share of its imports that a consumer loses without one country",
    ),
}  # fmt: skip
"""Measures by name."""
TRACING = ("look-through", "removal")
"""Measures that need to know who makes a product."""
