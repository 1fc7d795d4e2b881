"""Losses without a country at all of its stages, and the single points of failure they show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.flows import column_of
from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.analysis.supply.pools import reached
from graphkit.analysis.supply.production_cut import Parts, production_cut
from graphkit.analysis.supply.ranges import loss_ranges
from graphkit.analysis.supply.tracing import ANY_OTHER
from graphkit.arrow import SHARE, counts, number, texts
from graphkit.errors import GraphkitError

DENSE = 3_000
"""Number of nodes up to which one dense inverse is faster than sparse solves."""
BATCH = 256
LEAK = 1e-9
"""Loss at each step through a trade cycle without a producer, which would never end."""


def system(network: SupplyNetwork, links: Any) -> Any:
    """Build ``I - Q`` as a sparse matrix that can be solved even without producers."""
    from scipy.sparse import diags_array, eye_array

    if not network.pools.fed.all():
        links = diags_array(np.where(network.pools.fed, 1.0, 1.0 - LEAK)) @ links
    return (eye_array(network.size) - links).tocsc()


def loss_matrix(
    network: SupplyNetwork, removed: Sequence[np.ndarray], stopped: np.ndarray | None = None
) -> np.ndarray:
    """Compute the share of each node's supply that passes through each set: nodes by sets.

    See :func:`~graphkit.analysis.supply.removal.removal_losses`. Nodes of a set itself lose all,
    and ``stopped``, nodes by sets, is the part of a node's own production that stops with a set.
    """
    result = np.zeros((network.size, len(removed)))
    if not result.size:
        return result
    matrix = system(network, network.pools.links).tocsr()
    place = np.empty(network.size, np.int64)
    whole = [np.arange(network.size)]
    for block in whole if network.size <= DENSE else _blocks(network):
        place[:] = -1
        place[block] = np.arange(len(block))
        inside = [place[nodes][place[nodes] >= 0] for nodes in removed]
        rows = matrix[block]
        stops = None if stopped is None else [
            _stops(network, block, nodes, stopped[block, column], result[:, column])
            for column, nodes in enumerate(inside)
        ]  # fmt: skip
        result[block] = _passing(rows[:, block].tocsc(), -(rows @ result), inside, stops)
    return np.clip(result, 0.0, 1.0)


@dataclass(frozen=True, eq=False)
class _Stops:
    """Nodes of a block of which a part of the production stops."""

    nodes: np.ndarray
    own: np.ndarray
    """The part of each node's supply that stops."""
    inputs: np.ndarray
    """Shares of each node's production by the pools of the block that it is made of."""
    lost: np.ndarray
    """Part of each node's production that is lost with pools of other blocks."""


def _stops(
    network: SupplyNetwork, block: np.ndarray, removed: np.ndarray, part: np.ndarray,
    before: np.ndarray,
) -> _Stops:  # fmt: skip
    """Collect the nodes of a block that stop in part; ``before`` are losses of other blocks."""
    nodes = np.setdiff1d(np.flatnonzero(part > 0), removed)
    inputs = network.inputs.made[block[nodes]]
    own = network.pools.own[block[nodes]] * part[nodes]
    return _Stops(nodes, own, inputs[:, block].toarray(), inputs @ before)


def _blocks(network: SupplyNetwork) -> Iterator[np.ndarray]:
    """Yield the nodes of products that are made of each other, behind those of their inputs."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    product, count = network.nodes.product, len(network.products)
    links = network.pools.links.tocoo()
    pairs = np.unique([product[links.row], product[links.col]], axis=1)
    made_of = csr_array((np.ones(pairs.shape[1]), tuple(pairs)), shape=(count, count))
    _, group = connected_components(made_of, connection="strong")
    inputs: dict[int, set[int]] = {place: set() for place in group.tolist()}
    for output, source in group[pairs].T.tolist():
        inputs[output] |= {source} - {output}
    for place in TopologicalSorter(inputs).static_order():
        yield np.flatnonzero(group[product] == place)


def _passing(
    matrix: Any, x: np.ndarray, removed: Sequence[np.ndarray],
    stops: Sequence[_Stops] | None = None,
) -> np.ndarray:  # fmt: skip
    r"""Compute what passes through each set of a block: ``x + N[:, K] (N[K, K])^-1 (1 - x[K])``.

    Here ``x`` is given as what comes from other blocks, before it is multiplied by ``N``, and K
    are the set's own nodes in the block. Where nodes F stop a part D of their pool, which they make
    out of the shares M of the pools, ``t`` on both solves ``N[K] t = 1 - x[K]`` and
    ``t[F] + D M N t = D (1 - M x)``, and ``x + N t`` passes through.
    """
    from scipy.sparse.linalg import splu

    size = matrix.shape[0]
    dense = size <= DENSE
    factors: Any = None if dense else splu(matrix)
    inverse: Any = np.linalg.inv(matrix.toarray()) if dense else None
    x = np.asfortranarray(x)
    # Column by column: rounding must not depend on how many sets there are.
    for column in np.flatnonzero(x.any(axis=0)).tolist():
        values = x[:, column]
        x[:, column] = inverse @ values if dense else factors.solve(values)
    sets = removed if stops is None else [
        np.concatenate([nodes, stop.nodes]) for nodes, stop in zip(removed, stops, strict=True)
    ]  # fmt: skip
    for first, last in _batches(sets):
        nodes, start = np.concatenate(sets[first:last]), 0
        if dense:
            columns = inverse[:, nodes]
        else:
            unit = np.zeros((size, len(nodes)))
            unit[nodes, np.arange(len(nodes))] = 1.0
            columns = factors.solve(unit)
        for column in range(first, last):
            K, size_of_set = removed[column], len(sets[column])
            N_K = columns[:, start : start + size_of_set]
            start += size_of_set
            lacking = 1.0 - x[K, column]
            if size_of_set > len(K) and stops is not None:
                D, M = stops[column].own, stops[column].inputs
                in_set = np.eye(size_of_set)[len(K) :] + D[:, None] * (M @ N_K)
                stopped = D * (1.0 - stops[column].lost - M @ x[:, column])
                t = np.linalg.solve(np.vstack([N_K[K], in_set]), np.concatenate([lacking, stopped]))
                x[:, column] += N_K @ t
            elif len(K) == 1:
                x[:, column] += N_K[:, 0] * lacking / N_K[K[0], 0]
            elif len(K):
                x[:, column] += N_K @ np.linalg.solve(N_K[K], lacking)
    return x


def _batches(removed: Sequence[np.ndarray]) -> list[tuple[int, int]]:
    """Split the sets into runs of at most BATCH nodes together, or one set."""
    batches, first, count = [], 0, 0
    for place, nodes in enumerate(removed):
        if place > first and count + len(nodes) > BATCH:
            batches.append((first, place))
            first, count = place, 0
        count += len(nodes)
    return [*batches, (first, len(removed))]


def chains(
    network: SupplyNetwork, nodes: np.ndarray, consumers: np.ndarray
) -> tuple[list[str | None], np.ndarray]:
    """Find the strongest chain of pools from some nodes to each consumer, and its share.

    The share of a chain is the product of the shares of its pools in the next pool; the
    shortest of equally strong chains is taken.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    if not len(nodes) or not len(consumers):
        return [None] * len(consumers), np.zeros(len(consumers))
    links = network.pools.links.tocoo()
    used = links.data > 0
    # A little for each step, so that a share of 1 has a length too.
    length = -np.log(links.data[used]) + 1e-12
    ways = csr_array((length, (links.col[used], links.row[used])), shape=links.shape)
    distance, before, _ = dijkstra(ways, indices=nodes, min_only=True, return_predecessors=True)
    labels: list[str | None] = []
    for consumer in consumers.tolist():
        path, node = [consumer], int(before[consumer])
        while node >= 0:
            path.append(node)
            node = int(before[node])
        connected = bool(np.isfinite(distance[consumer]))
        chain = " > ".join(map(network.nodes.label, reversed(path)))
        labels.append(chain if connected else None)
    return labels, np.exp(-distance[consumers])


SMALLEST = 1e-12
SHORT = pa.schema([
    *texts("country", "product", "stage"), number("covered", SHARE), number("part", SHARE),
])  # fmt: skip


def short_of_input(network: SupplyNetwork, buyers: np.ndarray) -> pa.Table:
    """Find the nodes whose input pools are too small, behind what some nodes import.

    Parameters
    ----------
    network : SupplyNetwork
    buyers : numpy.ndarray
        Nodes with imports.

    Returns
    -------
    pyarrow.Table
        ``country``, ``product``, ``stage``; ``covered``, the share of its output that its pools
        of earlier products can feed; ``part``, the share of the buyers' imports that is the rest
        of that output, so that its input is unknown (both 0 to 1). Largest part first. Nodes
        that may draw on a pool of a product without trade, whose size is unknown, are left out.

    Examples
    --------
    B makes 50 t of magnets and has 1 t of metal, enough for 10 at a tenth of a tonne each:

    >>> from graphkit.analysis.supply.build import supply_network
    >>> flows = pa.table({"supplier": ["A", "B"], "consumer": ["B", "C"],
    ...                   "product": ["metal", "magnet"], "tonnes": [1.0, 50.0]})
    >>> stages = pa.table({"key": ["metal", "magnet"], "stage": ["metal", "component"],
    ...                    "stage_order": [4, 6]})
    >>> routes = pa.table({"input": ["metal"], "output": ["magnet"]})
    >>> network = supply_network(flows, None, routes, stages, measure="tonnes")
    >>> short = short_of_input(network, network.select(["C"], ["magnet"], "imports"))
    >>> short.select(["country", "covered", "part"]).to_pylist()
    [{'country': 'B', 'covered': 0.2, 'part': 0.8}]
    """
    inputs = network.inputs
    part = network.pools.own * (1 - inputs.covered) * inputs.has_input
    untraded = ~network.trade.traded_nodes[inputs.possible.input]
    part[inputs.possible.output[untraded]] = 0.0
    return _behind(network, buyers, part)


def unnamed_sellers(network: SupplyNetwork, buyers: np.ndarray) -> pa.Table:
    """Find the nodes that sell more than they buy, unnamed as makers, behind some nodes' imports.

    Returns the columns of :func:`short_of_input`; ``part`` is the share of the buyers' imports
    that these nodes sold beyond what they bought.
    """
    supply = np.where(network.pools.supply > 0, network.pools.supply, 1.0)
    return _behind(network, buyers, network.production.unnamed_sales / supply)


def _behind(network: SupplyNetwork, buyers: np.ndarray, part: np.ndarray) -> pa.Table:
    """Find the share of the buyers' imports that is a part of some pools, largest first."""
    from scipy.sparse.linalg import spsolve

    bought = network.trade.imports[buyers]
    start = network.trade.imported[buyers].T @ (bought / bought.sum())
    part = part * spsolve(system(network, network.pools.links).T.tocsc(), start)
    nodes = np.flatnonzero(part > SMALLEST)
    nodes = nodes[np.lexsort((nodes, -part[nodes].round(12)))]
    return pa.table(
        [
            *network.nodes.names(nodes),
            pa.array(network.inputs.covered[nodes]),
            pa.array(part[nodes]),
        ],
        schema=SHORT,
    )


LOSSES = pa.schema([
    *texts("removed", "consumer", "product", "stage"),
    *(number(name, SHARE) for name in ("loss", "low", "high", "recovered", "uncovered")),
    *texts("chain"), number("chain_share", SHARE),
])  # fmt: skip
STRUCTURE = pa.schema([
    *texts("removed", "consumer", "product", "stage", "chain"),
    number("chain_share", SHARE), number("kept", SHARE),
])  # fmt: skip
Groups = Mapping[str, Sequence[str]]


def removal_losses(
    network: SupplyNetwork,
    groups: Groups | None = None,
    *,
    consumers: Sequence[str] | None = None,
    products: Sequence[str] | None = None,
    slack: float = 0.0,
    base: str = "imports",
    minimum: float = 0.0,
    possible: bool = False,
    besides: Set[tuple[str, str, str]] = frozenset(),
    stops: Mapping[str, Parts] | None = None,
) -> pa.Table:
    r"""Compute every consumer's loss without a country or group, removed at all its stages.

    Supply that passes through a node of the removed set K is lost, in proportion, and nobody
    substitutes: the loss of j is the probability that its supply, followed back to its origins,
    passes K. With :math:`Q` the shares of each pool by the pools it comes out of, bought or made
    into the product, and :math:`N = (I - Q)^{-1}`,

    .. math:: \ell_j = N_{jK} (N_{KK})^{-1} 1

    (a hitting probability of an absorbing Markov chain [1]_; for one node
    :math:`N_{jk} / N_{kk}`). The loss of j's imports is the mean over its suppliers. With slack,
    the remaining suppliers deliver up to :math:`1 + slack` times as much as before, so that
    :math:`\min(\ell_j, slack (1 - \ell_j))` is recovered. A consumer with nothing left recovers
    nothing.

    Parameters
    ----------
    network : SupplyNetwork
    groups : mapping of str to sequence of str, optional
        Names of the groups to remove, and their countries. By default each country by itself.
    consumers, products : sequence of str, optional
        Only these.
    slack : float
        Extra output of the remaining suppliers, 0 or more.
    base : {"imports", "supply"}
        The total of the shares: the consumer's imports, or its imports and production.
    minimum : float
        Leave out losses of at most this.
    possible : bool
        Add losses that are larger only at the upper end of their range; without ``groups`` also
        those without ``any other country``, of which nothing is known here.
    besides : set of (str, str, str)
        Names of the removed, consumers and products, of which smaller losses are kept too.
    stops : mapping of str to mapping, optional
        Parts of countries' production that stop with a set, by its name: of a country and product
        from 0 to 1, the part that is known and the most that it may be. With C the part of each
        pool that stops and M the shares of the pools that production is made of, the loss of a set
        without countries solves :math:`\ell = Q \ell + C (1 - M \ell)`. Sets that are no group
        remove no country.

    Returns
    -------
    pyarrow.Table
        ``removed``, ``consumer``, ``product``, ``stage`` of the product; ``loss``, its range
        ``low`` to ``high`` (left open by missing data:
        :func:`~graphkit.analysis.supply.ranges.loss_ranges`), and of the loss ``recovered`` and
        ``uncovered`` (all 0 to 1, of the consumer's imports or supply); ``chain``,
        the strongest chain of pools from the removed to the consumer, and ``chain_share``, the
        product of its shares of supply. Consumers that are removed themselves are left out. In
        order of the group, the chain of products, largest loss first.

    Raises
    ------
    GraphkitError
        A negative slack; a country or product without data here.

    References
    ----------
    .. [1] Kemeny, J. G., Snell, J. L. (1976). Finite Markov Chains. Springer, chapter 3.

    Examples
    --------
    A sells 6 to B and 1 to C; B mines 2 and sells 4 to C. A is behind 6/8 of B's supply and
    1/5 + 4/5 * 6/8 of C's. With 20 % slack C recovers a fifth of the 0.2 that is left:

    >>> from graphkit.analysis.supply.build import supply_network
    >>> flows = pa.table({"supplier": ["A", "A", "B"], "consumer": ["B", "C", "C"],
    ...                   "product": ["ore"] * 3, "tonnes": [6.0, 1.0, 4.0]})
    >>> mines = pa.table({"country": ["A", "B"], "product": ["ore"] * 2, "tonnes": [9.0, 2.0]})
    >>> network = supply_network(flows, mines, measure="tonnes")
    >>> lost = removal_losses(network, {"A": ["A"]}, slack=0.2, base="supply")
    >>> for row in lost.to_pylist():
    ...     print(row["consumer"], *(round(row[n], 3) for n in ("loss", "uncovered")), row["chain"])
    C 0.8 0.76 A ore > B ore > C ore
    B 0.75 0.7 A ore > B ore
    """
    if not slack >= 0:
        raise GraphkitError(f"found a slack of {slack:g}, wanted 0 or more")
    names, removed = _groups(network, groups, stops or {})
    if possible and groups is None and stops is None:
        names, removed = [*names, ANY_OTHER], [*removed, np.empty(0, np.int64)]
    nodes = network.select(consumers, products, base)
    besides_nodes = _nodes_besides(network, nodes, besides)
    if stops is None:
        losses = [loss_matrix(network, removed), *loss_ranges(network, removed)]
    else:
        countries = [column for column, name in enumerate(names) if name in (groups or {})]
        cut = production_cut(network, [stops.get(name, {}) for name in names], countries)
        losses = [loss_matrix(network, removed, cut.low)]
        losses += loss_ranges(network, removed, stopped=cut)
        stopped = [np.flatnonzero(column) for column in cut.high.T]
    for column, members in enumerate(removed):
        for matrix in losses:
            matrix[members, column] = 1.0
    if base == "imports":
        losses = [np.clip(network.trade.imported @ matrix, 0.0, 1.0) for matrix in losses]
    low, high = np.minimum(losses[1], losses[0]), np.maximum(losses[2], losses[0])
    parts = []
    for column, (name, members) in enumerate(zip(names, removed, strict=True)):
        loss = losses[0][:, column]
        most = high[:, column] if possible else loss
        enough = (most[nodes] > minimum) | np.isin(nodes, besides_nodes.get(name, []))
        rows = nodes[enough & (most[nodes] > SMALLEST) & ~np.isin(nodes, members)]
        keys = (network.nodes.country[rows], -loss[rows].round(12), network.nodes.product[rows])
        rows = rows[np.lexsort(keys)]
        recovered = np.minimum(loss[rows], slack * (1 - loss[rows]))
        ends = members if stops is None else np.union1d(members, stopped[column])
        labels, shares = chains(network, ends, rows)
        parts.append(pa.table([
            *_first_columns(network, name, rows), pa.array(loss[rows]), pa.array(low[rows, column]),
            pa.array(high[rows, column]), pa.array(recovered), pa.array(loss[rows] - recovered),
            pa.array(labels, pa.string()), pa.array(shares),
        ], schema=LOSSES))  # fmt: skip
    return pa.concat_tables(parts) if parts else LOSSES.empty_table()


def _nodes_besides(
    network: SupplyNetwork, nodes: np.ndarray, besides: Set[tuple[str, str, str]]
) -> dict[str, list[int]]:
    """Map names of the removed to those of some nodes of which smaller losses are kept too."""
    consumer, product, _ = network.nodes.names(nodes)
    pairs = zip(consumer.to_pylist(), product.to_pylist(), strict=True)
    place = dict(zip(pairs, nodes.tolist(), strict=True))
    by_name: dict[str, list[int]] = {}
    for name, *pair in besides:
        if (node := place.get((pair[0], pair[1]))) is not None:
            by_name.setdefault(name, []).append(node)
    return by_name


def structural_points(
    network: SupplyNetwork,
    groups: Groups | None = None,
    *,
    consumers: Sequence[str] | None = None,
    products: Sequence[str] | None = None,
    min_share: float = 0.0,
) -> pa.Table:
    """Find countries or groups without which a consumer gets nothing at all.

    With a source in front of every producer, these are the dominators of the consumer in the
    directed supply graph [1]_, for a country with all its stages at once: it can cut every path
    though no single node does. Producers are nodes that make their product without a pool in
    the data, or more of it than their pools can feed. In a network made with
    ``unpublished="net-exports"`` those are only countries that must make some; with "exports"
    every seller may be a producer, and hardly anybody is cut off.

    Parameters
    ----------
    network : SupplyNetwork
    groups : mapping of str to sequence of str, optional
        Names of the groups to remove, and their countries. By default each country by itself.
    consumers, products : sequence of str, optional
        Only these.
    min_share : float
        Ignore links of less than this share of the pool they enter: trade data has some flow
        between nearly all countries, so that with 0 hardly anything is cut off. The ``kept``
        column is the share of the consumer's own supply in the links that count.

    Returns
    -------
    pyarrow.Table
        ``removed``, ``consumer``, ``product``, ``stage``, ``chain`` (the strongest from the
        removed to the consumer), ``chain_share``, ``kept``. Consumers that no producer reaches
        in the first place are left out. In order of the group, the chain of products, consumer.

    References
    ----------
    .. [1] Lengauer, T., Tarjan, R. E. (1979). "A fast algorithm for finding dominators in a
           flowgraph". ACM TOPLAS 1, 121-141. https://doi.org/10.1145/357062.357071

    Examples
    --------
    A mines; A and B smelt ore from A, and C buys metal from both. No single node is on every
    path to C, but without A nothing arrives:

    >>> from graphkit.analysis.supply.build import supply_network
    >>> flows = pa.table({"supplier": ["A", "A", "B"], "consumer": ["B", "C", "C"],
    ...                   "product": ["ore", "metal", "metal"], "tonnes": [5.0, 1.0, 3.0]})
    >>> stages = pa.table({"key": ["ore", "metal"], "stage": ["mine", "metal"],
    ...                    "stage_order": [1, 4]})
    >>> network = supply_network(flows, None, pa.table({"input": ["ore"], "output": ["metal"]}),
    ...                          stages, measure="tonnes")
    >>> for row in structural_points(network, products=["metal"], consumers=["C"]).to_pylist():
    ...     print(row["removed"], "|", row["chain"])
    A | A ore > B ore > B metal > C metal
    """
    names, removed = _groups(network, groups, {})
    nodes = network.select(consumers, products)
    links, least = network.pools.links.tocoo(), max(min_share, np.finfo(float).tiny)
    alone = network.pools.own * (1.0 - network.inputs.covered)
    strong = _links_where(links, links.data >= least)
    counted = alone.copy()
    np.add.at(counted, strong.row, strong.data)
    producer = alone >= max(min_share, SMALLEST)
    reachable = reached(strong, producer)
    parts = []
    for name, members in zip(names, removed, strict=True):
        mask = np.zeros(network.size, bool)
        mask[members] = True
        rest = _links_where(strong, ~(mask[strong.row] | mask[strong.col]))
        cut = reachable & ~reached(rest, producer & ~mask) & ~mask
        rows = nodes[cut[nodes]]
        labels, shares = chains(network, members, rows)
        parts.append(pa.table([
            *_first_columns(network, name, rows), pa.array(labels, pa.string()), pa.array(shares),
            pa.array(np.minimum(counted[rows], 1.0)),
        ], schema=STRUCTURE))  # fmt: skip
    return pa.concat_tables(parts) if parts else STRUCTURE.empty_table()


def _links_where(links: Any, mask: np.ndarray) -> Any:
    """Select links, in coordinates."""
    places = (links.row[mask], links.col[mask])
    return type(links)((links.data[mask], places), shape=links.shape)


def _groups(
    network: SupplyNetwork, groups: Groups | None, stops: Mapping[str, Parts]
) -> tuple[list[str], list[np.ndarray]]:
    """Return the names and nodes of the removed groups, in order of the names."""
    if groups is None:
        groups = {} if stops else {country: (country,) for country in network.countries}
    names = sorted({*groups, *stops})
    if empty := [name for name in names if not groups.get(name) and name not in stops]:
        raise GraphkitError(f"found no country in {', '.join(empty)}, wanted one or more")
    return names, [network.nodes.of_countries(groups.get(name, ())) for name in names]


def _first_columns(network: SupplyNetwork, name: str, rows: np.ndarray) -> list[pa.Array]:
    """Build the first columns of a result."""
    return [pa.array([name] * len(rows), pa.string()), *network.nodes.names(rows)]


SHARES = pa.schema([
    *texts("supplier", "consumer", "product", "stage", "definition", "verdict"),
    *(number(name, SHARE) for name in ("share", "low", "high")),
])  # fmt: skip
DOMESTIC = pa.schema([
    *texts("country", "product", "element", "period", "verdict"),
    *counts("producing_countries"), number("world_share", SHARE), *texts("claim", "source"),
])  # fmt: skip
SOLE = "sole domestic producer"


def share_points(traced: pa.Table, *, threshold: float = 0.5) -> pa.Table:
    """Find suppliers with at least a threshold of a consumer's supply.

    Parameters
    ----------
    traced : pyarrow.Table
        As :func:`~graphkit.analysis.supply.look_through.look_through` returns it.
    threshold : float
        0.5; the EU's Critical Raw Materials Act has 0.65 for any stage.

    Returns
    -------
    pyarrow.Table
        ``supplier``, ``consumer``, ``product``, ``stage``; ``definition`` ("face value" of the
        product, once, under its first row; "looked through" to the stage), ``verdict``,
        ``share``, ``low``, ``high`` (0 to 1). The verdict is "certain" where even ``low`` reaches
        the threshold, "as traced" where ``share`` does, "possible" where only ``high`` does. A
        consumer never counts as its own supplier. In the order of ``traced``, face value first.

    Examples
    --------
    >>> traced = pa.table({
    ...     "consumer": ["KOR"] * 2, "product": ["magnets"] * 2, "stage": ["mine", "component"],
    ...     "origin": ["CHN"] * 2, "share": [0.6, 0.9], "face_value": [0.4] * 2,
    ...     "low": [0.3, 0.7], "high": [1.0, 0.95]})
    >>> share_points(traced).select(["stage", "definition", "verdict"]).to_pylist()[0]
    {'stage': 'mine', 'definition': 'looked through', 'verdict': 'as traced'}
    """
    if not 0 < threshold <= 1:
        raise GraphkitError(f"found a threshold of {threshold:g}, wanted more than 0, at most 1")
    foreign = pc.not_equal(traced["origin"], traced["consumer"])
    origins = traced.filter(pc.and_(traced["low"].is_valid(), foreign))
    origins = origins.rename_columns({"origin": "supplier"})
    faces = origins.filter(pc.greater_equal(origins["face_value"], threshold))
    rows = faces.append_column("row", pa.array(range(len(faces)), pa.int64()))
    pairs = rows.group_by(["supplier", "consumer", "product"]).aggregate([("row", "min")])
    sellers = [
        {**row, "stage": None, "definition": "face value", "verdict": "certain",
         **dict.fromkeys(("share", "low", "high"), row["face_value"])}
        for row in faces.take(pairs["row_min"].sort()).to_pylist()
    ]  # fmt: skip
    looked = origins.filter(pc.greater_equal(origins["high"], threshold))
    verdicts = point_verdicts(looked["low"], looked["share"], threshold)
    looked = looked.append_column("verdict", verdicts)
    looked = looked.append_column("definition", pa.repeat("looked through", len(looked)))
    looked = looked.select(SHARES.names).cast(SHARES)
    return pa.concat_tables([pa.Table.from_pylist(sellers, SHARES), looked]).combine_chunks()


def point_verdicts(low: pa.ChunkedArray, share: pa.ChunkedArray, threshold: float) -> Any:
    """Grade single points: "certain", "as traced" or "possible" (if their high reaches it).

    Examples
    --------
    >>> low, share = pa.chunked_array([[0.3, 0.5]]), pa.chunked_array([[0.6, 0.5]])
    >>> point_verdicts(low, share, threshold=0.5).to_pylist()
    ['as traced', 'certain']
    """
    certain, traced = pc.greater_equal(low, threshold), pc.greater_equal(share, threshold)
    return pc.if_else(certain, "certain", pc.if_else(traced, "as traced", "possible"))


def domestic_points(production: pa.Table, claims: pa.Table | None = None) -> pa.Table:
    """Find stages that exactly one producer in a country does, as far as data tells.

    The definition [1]_ counts firms or plants, which data by country does not: that a country has
    exactly one producer is known only where a source says so. Country data does show a product
    that exactly one country makes.

    Parameters
    ----------
    production : pyarrow.Table
        ``country``, ``product``, ``period`` and ``tonnes`` or ``share``, ``source``; no totals.
    claims : pyarrow.Table, optional
        Published claims: ``key``, ``consumer``, ``product``, ``element``, ``period``,
        ``measure``, ``source``. Only those of the measure "sole domestic producer" count.

    Returns
    -------
    pyarrow.Table
        ``country``, ``product`` or ``element``, ``period``; ``verdict``: "published" (a source
        says so), "one producing country" (of the countries with published production only this
        one makes it; how many producers it has is not known) or "cannot be told";
        ``producing_countries``, ``world_share`` (0 to 1, null where not published), ``claim``,
        ``source``. Published first, then by product, period, country.

    References
    ----------
    .. [1] Nassar, N. T., Fortier, S. M. (2021). "Methodology and technical input for the 2021
           review and revision of the U.S. Critical Minerals List". USGS Open-File Report
           2021-1045. https://doi.org/10.3133/ofr20211045

    Examples
    --------
    >>> production = pa.table({"country": ["USA", "CHN", "BRA"], "product": ["Be", "REE", "REE"],
    ...                        "period": ["2024"] * 3, "tonnes": [180.0, 270000.0, 20.0],
    ...                        "share": [None, 0.71, 0.0001], "source": ["usgs"] * 3})
    >>> domestic_points(production).select(["country", "product", "verdict"]).to_pylist()[0]
    {'country': 'USA', 'product': 'Be', 'verdict': 'one producing country'}
    """
    published = claims.to_pylist() if claims is not None else []
    rows = [_claimed(row) for row in published if row["measure"] == SOLE]
    rows.sort(key=lambda row: [row[n] or "" for n in ("country", "element", "product", "claim")])
    for name in ("country", "product", "period", "source"):
        column_of(production, name)
    makers: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in production.to_pylist():
        if row.get("tonnes") != 0 and row.get("share") != 0:
            scope = (row["product"], row["period"], row["source"])
            makers.setdefault(scope, []).append(row)
    for scope in sorted(makers):
        countries = {row["country"] for row in makers[scope]}
        verdict = "one producing country" if len(countries) == 1 else "cannot be told"
        for row in sorted(makers[scope], key=lambda row: str(row["country"])):
            rows.append({
                **{n: row[n] for n in ("country", "product", "period", "source")},
                "verdict": verdict, "producing_countries": len(countries),
                "world_share": row.get("share"),
            })  # fmt: skip
    return pa.Table.from_pylist(rows, DOMESTIC)


def _claimed(row: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a published statement of a sole producer into a row."""
    return {
        **{n: row[n] for n in ("product", "element", "period", "source")},
        "country": row["consumer"], "verdict": "published", "claim": row["key"],
    }  # fmt: skip
