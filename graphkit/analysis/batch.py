"""Measures of many networks (one a product and period) at once, on one set of arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.flows import ENDS, ONE_OF, PERIODS, column_of, numbers_of
from graphkit.analysis.hhi import Markets, indices, three_largest
from graphkit.analysis.network.graph import FlowGraph, Rows, sorted_rows
from graphkit.analysis.network.scores import MEASURES as CENTRALITIES
from graphkit.analysis.network.scores import STRENGTH, Scores
from graphkit.analysis.shares import market_shares
from graphkit.analysis.supply.build import NO_FIGURES, supply_network, with_sellers
from graphkit.analysis.supply.look_through import look_through
from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.analysis.supply.production import OBSERVED
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

    def scope_of(self, nodes: Ints) -> dict[str, pa.Array]:
        """Return the scope columns (product, period, ...) of the networks that rows belong to."""
        network = pa.array(nodes // len(self.countries))
        return {
            name: labels.take(network)
            for name, labels in zip(self.scopes, self.labels, strict=True)
        }

    def country_of(self, nodes: Ints) -> pa.Array:
        """Return the countries of some rows or columns."""
        country = (nodes % len(self.countries)).astype(np.int32)
        return pa.DictionaryArray.from_arrays(pa.array(country), self.countries)


def network_batch(flows: pa.Table, amount: str, rows_are: str = "consumer") -> NetworkBatch:
    """Sort a table of flows into one network for each product and period.

    Parameters
    ----------
    flows : pyarrow.Table
        ``supplier``, ``consumer``, ``product``, ``period`` (text, or whole numbers that are taken
        as text) and the amount. Flows of another ``reporter``, ``dataset`` or ``source``, and by
        mass of another ``basis``, are another network, where there are such columns.
    amount : {"usd", "tonnes"}
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
    >>> batch = network_batch(flows, "usd")
    >>> batch.labels[1].to_pylist(), batch.rows.values.tolist()
    (['2023', '2024'], [1.0, 3.0, 2.0])
    """
    scopes = [name for name in scopes_of(amount) if name in NEEDED or name in flows.column_names]
    column = numbers_of(flows, amount)
    if column.null_count:
        flows = flows.filter(column.is_valid())
    values = column.drop_null().to_numpy()
    _check_amounts(values)
    network, labels = _networks(flows, scopes)
    countries, supplier, consumer = _ends(flows)
    size, count = len(countries), len(labels[0])
    first = network * size if size * count < MOST else network.astype(np.int64) * size
    sources, targets = first + supplier, first + consumer
    if rows_are != "supplier":
        sources, targets = targets, sources
    counted = np.bincount(network, minlength=count)
    positive = values > 0
    if not positive.all():
        sources, targets, values = sources[positive], targets[positive], values[positive]
    rows = sorted_rows(sources, targets, values, size * count)
    return NetworkBatch(tuple(scopes), labels, countries, rows, counted, column.null_count)


def scopes_of(amount: str) -> tuple[str, ...]:
    """Return the columns in which networks can differ, by mass or by value."""
    return (
        *NEEDED,
        *(n for n in ONE_OF if n not in NEEDED),
        *(("basis",) if amount == "tonnes" else ()),
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
        codes, values = _coded(flows, name)
        if codes is None:  # the same in every row
            columns.append((np.zeros(count, np.int32), values))
            continue
        order = pc.sort_indices(values)
        rank = np.zeros(len(values) + 1, np.int32)  # the last code is null, which sorts first
        rank[order.to_numpy()] = np.arange(1, len(values) + 1)
        ranks = len(rank)
        keys = rank[codes] if count == 1 else network.astype(np.int64) * ranks + rank[codes]
        distinct, network = _numbered(keys)
        last_network, last_rank = np.divmod(distinct, ranks)
        columns = [(codes[last_network], values) for codes, values in columns]
        columns.append((last_rank - 1, values.take(order)))
        count = len(distinct)
    labels = (
        pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32), mask=codes < 0), values)
        for codes, values in columns
    )
    return network, tuple(labels)


def _numbered(keys: Ints) -> tuple[Ints, Ints]:
    """Return the distinct keys in order, and the position of each key among them."""
    size = int(keys.max(initial=0)) + 1
    if size > 4 * len(keys) + 1_000_000:
        distinct, position = np.unique(keys, return_inverse=True)
        return distinct, position.astype(np.int32)
    distinct = np.flatnonzero(np.bincount(keys, minlength=size))
    positions = np.zeros(size, np.int32)
    positions[distinct] = np.arange(len(distinct))
    return distinct, positions[keys]


def _ends(flows: pa.Table) -> tuple[pa.Array, Ints, Ints]:
    """Return all countries in order, and the positions of suppliers and consumers among them."""
    coded = [_coded(flows, end) for end in ENDS]
    distinct = pc.unique(pa.concat_arrays([values for _, values in coded]))
    countries = distinct.take(pc.sort_indices(distinct))
    ends: list[Ints] = []
    for codes, values in coded:
        positions = pc.index_in(values, value_set=countries).to_numpy()
        ends.append(np.repeat(positions, len(flows)) if codes is None else positions[codes])
    supplier, consumer = ends
    return countries, supplier, consumer


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
    values = whole.dictionary.cast(pa.string())
    if len(values) == 1 and not whole.null_count:
        return None, values
    codes = whole.indices
    if codes.null_count:
        codes = pc.fill_null(codes, len(values))
    return codes.to_numpy(), values


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
    requested_amount: str | None = None
    """The amount to add up, ``usd`` or ``tonnes``; by default the first that the flows give."""
    production: pa.Table | None = None
    """Producers: ``country``, ``product``, ``period``; for the measures that trace supply."""
    min_share: float = 0.0
    """Share up to which rows of the measures that trace supply are left out."""
    period_length: str = "year"
    """Length of the periods that dates of shipments are sorted into."""

    def __post_init__(self) -> None:
        for option, value, choices in (
            ("measure", self.measure, (*MEASURES, FLOWS)),
            ("--by", self.requested_amount, (None, *UNIT)),
            ("--each", self.period_length, tuple(PERIODS)),
        ):
            if value not in choices:
                names = ", ".join(filter(None, choices))
                raise UsageError(f"{option}: found {value!r}, wanted one of {names}")
        if self.production is not None and self.measure not in TRACING:
            raise UsageError(f"--production: wanted {' or '.join(TRACING)}, found {self.measure}")

    @property
    def amount(self) -> str:
        """The amount to add up, values by default."""
        return self.requested_amount or "usd"


@dataclass(frozen=True)
class BatchMeasure:
    """A measure of many networks: its function and its columns."""

    compute: Callable[[NetworkBatch, MeasureRequest], tuple[Ints, Sequence[pa.Array | Ints]]]
    """Function that returns the matrix row of each row of the result, and the columns."""
    fields: Callable[[str], list[pa.Field]]
    """Function that returns the columns after the scope, given the amount."""
    doc: str
    rows_are: str = "consumer"


def _shares(part: NetworkBatch, request: MeasureRequest) -> tuple[Ints, Sequence[pa.Array | Ints]]:
    market, starts = _markets(part.rows)
    _, shares = market_shares(part.rows.values, starts)
    consumers = np.repeat(market, np.diff(part.rows.indptr)[market])
    supplier = part.country_of(part.rows.indices)
    return consumers, [part.country_of(consumers), supplier, part.rows.values, shares]


def _concentration(
    part: NetworkBatch, request: MeasureRequest
) -> tuple[Ints, Sequence[pa.Array | Ints]]:
    market, starts = _markets(part.rows)
    totals, shares = market_shares(part.rows.values, starts)
    concentration = indices(Markets(starts, shares, shares, np.zeros(len(starts))))
    top = part.rows.indices[three_largest(shares, starts)[1]]
    names = ("hhi_low", "hhi_normalised", "effective_low", "cr1", "cr3", "shannon_low")
    return market, [
        part.country_of(market), part.country_of(top),
        concentration["suppliers"].astype(np.int64),
        totals, *(concentration[name] for name in names),
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
    nodes, position = np.flatnonzero(trades), (np.cumsum(trades) - 1).astype(np.int32)
    network = nodes // len(part.countries)
    starts, sizes = np.unique(network, return_index=True, return_counts=True)[1:]
    indptr = np.append(rows.indptr[nodes], rows.indptr[-1])
    trade = Rows(indptr, position[rows.indices], rows.values)
    if measure.compute_networks is not None:
        scores = measure.compute_networks(trade, starts)
    else:
        scores = np.empty(len(nodes))
        for start, size in zip(starts.tolist(), sizes.tolist(), strict=True):
            lengths = np.diff(trade.indptr[start : start + size + 1])
            inside = slice(trade.indptr[start], trade.indptr[start + size])
            graph = FlowGraph(
                tuple(range(size)), np.repeat(np.arange(size, dtype=np.int32), lengths),
                trade.indices[inside] - start, trade.values[inside],
            )  # fmt: skip
            network_scores = measure.compute(Scores(graph))
            scores[start : start + size] = np.nan if network_scores is None else network_scores
    return nodes, [part.country_of(nodes), np.repeat(sizes, sizes), scores]


TRACED = ("share", "face_value", "hidden", "low", "high")


def _origins(part: NetworkBatch, request: MeasureRequest) -> tuple[Ints, Sequence[pa.Array | Ints]]:
    """Trace the imports of each consumer to the countries that made them, behind re-exporters."""
    numbers, parts = [], []
    for index, network in _supply_networks(part, request):
        traced = look_through(network, minimum=request.min_share)
        numbers.append(np.full(len(traced), index))
        parts.append([
            *(traced[name].combine_chunks() for name in ("consumer", "origin", *TRACED)),
            np.full(len(traced), _observed_share(network)),
        ])  # fmt: skip
    return _joined(part, numbers, parts)


def _removals(
    part: NetworkBatch, request: MeasureRequest
) -> tuple[Ints, Sequence[pa.Array | Ints]]:
    """Compute the share of its imports that each consumer loses without one other country."""
    numbers, parts = [], []
    for index, network in _supply_networks(part, request):
        country, imported = network.nodes.country, network.trade.imported
        losses = loss_matrix(network, [np.array([node]) for node in range(network.size)])
        np.fill_diagonal(losses, 1.0)
        loss = np.clip(imported @ losses, 0.0, 1.0)
        np.fill_diagonal(loss, 0.0)  # leave out the consumer that is removed itself
        consumer, removed = np.nonzero(loss > max(request.min_share, SMALLEST))
        order = np.lexsort((consumer, -loss[consumer, removed].round(12), removed))
        consumer, removed = consumer[order], removed[order]
        names = pa.array(network.countries, pa.string())
        numbers.append(np.full(len(order), index))
        parts.append([
            names.take(pa.array(country[removed])), names.take(pa.array(country[consumer])),
            loss[consumer, removed], imported.toarray()[consumer, removed],
            np.full(len(order), _observed_share(network)),
        ])  # fmt: skip
    return _joined(part, numbers, parts)


def _supply_networks(
    part: NetworkBatch, request: MeasureRequest
) -> Iterator[tuple[int, SupplyNetwork]]:
    """Yield every network with its number; infer unpublished production from net exports."""
    size, rows = len(part.countries), part.rows
    for index in range(len(part.flows)):
        indptr = rows.indptr[index * size : (index + 1) * size + 1]
        inside = slice(indptr[0], indptr[-1])
        scope = {
            name: labels[index].as_py()
            for name, labels in zip(part.scopes, part.labels, strict=True)
        }
        consumer = np.repeat(np.arange(size), np.diff(indptr))
        supplier = rows.indices[inside] - index * size
        flows = pa.table({
            "supplier": part.countries.take(pa.array(supplier)),
            "consumer": part.countries.take(pa.array(consumer)),
            request.amount: rows.values[inside],
        })  # fmt: skip
        for name in ("product", "basis"):
            if name in scope:
                same = pa.array([scope[name]] * len(flows), pa.string())
                flows = flows.append_column(name, same)
        production = request.production
        if production is not None:
            in_scope = (pc.equal(production[name], scope[name]) for name in NEEDED)
            production = production.filter(pc.and_(*in_scope)).drop_columns(["period"])
        else:
            production = with_sellers(NO_FIGURES, flows, {scope["product"]})
        network = supply_network(
            flows, production, measure=request.amount, unpublished="net-exports"
        )
        yield index, network


def _observed_share(network: SupplyNetwork) -> float:
    """Return the share of sales by countries with published production; NaN without trade."""
    exports = network.trade.exports
    sold = exports.sum()
    observed = exports[network.production.state == OBSERVED].sum()
    return float(observed / sold) if sold else np.nan


def _joined(
    part: NetworkBatch, numbers: list[np.ndarray], parts: list[list[pa.Array]]
) -> tuple[Ints, Sequence[pa.Array | Ints]]:
    """Join the rows of all networks, given the number of each network."""
    columns = []
    for arrays in zip(*parts, strict=True):
        columns.append(pa.concat_arrays([pa.array(array) for array in arrays]))
    return np.concatenate(numbers) * len(part.countries), columns


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
          the ``top`` supplier, as :func:`~graphkit.analysis.hhi.indices` defines them.
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
    >>> [part.table["share_usd"].to_pylist() for part in measured(flows, MeasureRequest("shares"))]
    [[0.75, 0.25]]
    >>> [part.table.select(["consumer", "hhi", "top"]).to_pylist()
    ...  for part in measured(flows, MeasureRequest("concentration"))]
    [[{'consumer': 'C', 'hhi': 6250.0, 'top': 'A'}]]
    """
    return (job() for job in measure_jobs(flows, request))


def measure_jobs(flows: pa.Table, request: MeasureRequest) -> Iterator[Callable[[], Measured]]:
    """Split :func:`measured` into jobs that do not depend on one another."""
    whole = network_batch(flows, request.amount, MEASURES[request.measure].rows_are)
    return (partial(_measure, part, request) for part in whole.parts())


def _measure(part: NetworkBatch, request: MeasureRequest) -> Measured:
    nodes, columns = MEASURES[request.measure].compute(part, request)
    schema = schema_of(request, part.scopes)
    arrays = [*part.scope_of(nodes).values()]
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
    return pa.schema([*_coded_texts(*scopes), *fields])


def _coded_texts(*names: str) -> list[pa.Field]:
    return [pa.field(name, CODED) for name in names]


def _centrality_fields(name: str, amount: str) -> list[pa.Field]:
    unit = CENTRALITIES[name].normalisation
    unit = UNIT[amount] if unit == STRENGTH else unit
    return [*_coded_texts("country"), *counts("nodes"), number(name, unit)]


MEASURES: Mapping[str, BatchMeasure] = {
    "shares": BatchMeasure(
        _shares,
        lambda amount: [
            *_coded_texts("consumer", "supplier"), number(amount, UNIT[amount]),
            number(f"share_{amount}", SHARE),
        ],
        "each supplier's part of what a consumer buys",
    ),
    "concentration": BatchMeasure(
        _concentration,
        lambda amount: [
            *_coded_texts("consumer", "top"), *counts("suppliers"), number("total", UNIT[amount]),
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
        lambda amount: [
            *_coded_texts("consumer", "origin"),
            *(number(name, SHARE) for name in (*TRACED, "observed_share")),
        ],
        "the countries that made a consumer's imports, behind re-exporters",
    ),
    "removal": BatchMeasure(
        _removals,
        lambda amount: [
            *_coded_texts("removed", "consumer"),
            *(number(name, SHARE) for name in ("loss", "face_value", "observed_share")),
        ],
        "the share of its imports that a consumer loses without one country",
    ),
}  # fmt: skip
"""Measures by name."""
TRACING = ("look-through", "removal")
"""Measures that need to know who makes a product."""
