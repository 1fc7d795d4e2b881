"""Look-through dependence: origins behind the last seller, with the range left by missing data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.analysis.supply.ranges import (
    CLOSE,
    ROUNDS,
    beside_unlisted,
    loss_ranges,
    origin_ranges,
    without_ranges,
)
from graphkit.analysis.supply.removal import loss_matrix
from graphkit.analysis.supply.tracing import (
    ANY_OTHER,
    ANY_STAGE,
    Without,
    at_home,
    bought_within,
    origin_shares,
    production_origins,
    solving_order,
    stage_order,
)
from graphkit.arrow import LINKS, SHARE, number, texts
from graphkit.errors import GraphkitError

UNKNOWN, UNTRACEABLE, THROUGH = "unknown", "untraceable", "through"
"""Origins other than countries: without data, without a producer, and past those avoided."""
SMALLEST = 1e-12
RESULT = pa.schema([
    *texts("consumer", "product", "stage", "origin"),
    *(number(name, SHARE) for name in ("share", "face_value", "hidden", "low", "high")),
])  # fmt: skip


def look_through(
    network: SupplyNetwork,
    *,
    consumers: Sequence[str] | None = None,
    products: Sequence[str] | None = None,
    stages: Sequence[str] | None = None,
    untraded: str = "unknown",
    unreported: str = "any",
    base: str = "imports",
    without: tuple[str, Sequence[str]] | None = None,
    minimum: float = 0.0,
    by_seller: bool = False,
) -> pa.Table:
    r"""Trace each consumer's supply to its countries of origin, at each stage.

    The supply pool of a country is its production plus its imports; every outgoing flow has the
    mix of the pool it leaves [1]_. With :math:`Q` the inflow shares and :math:`D` the production
    shares of the pools,

    .. math:: B = (I - Q)^{-1} D

    This is the algebra of an absorbing Markov chain, and of the Leontief inverse in hidden
    exposure [2]_. Over stages, a country's production has the mix of its pool of the product
    before; the tracing stops at the given stage (see
    :func:`~graphkit.analysis.supply.tracing.origin_shares`). Only shares cross a stage.

    Parameters
    ----------
    network : SupplyNetwork
    consumers, products, stages : sequence of str, optional
        Only these; by default all that have data, and for each product its own stage and those
        before it.
    untraded : {"unknown", "own"}
        Treatment of the pools of a product with unknown trade.
    unreported : {"any", "as-inferred"}
        Production of a country that publishes none: any part of its sales, or the network's
        inferred figure. It moves ``low`` and ``high``, not ``share``.
    base : {"imports", "supply"}
        The total of the shares: the consumer's imports, or its imports and production.
    without : (str, sequence of str), optional
        Name and countries: leave out what passed them at any stage. What passed them is one row
        more, with the origin ``through`` and the name. Only with ``base`` "imports".
    minimum : float
        Leave out rows whose ``share``, ``face_value`` and ``high`` are all at most this.
    by_seller : bool
        Follow face value stage by stage too, each seller taken for the maker of all it sells
        (:func:`seller_shares`). Only with ``base`` "imports" and without ``without``.

    Returns
    -------
    pyarrow.Table
        ``consumer``, ``product``, ``stage``, ``origin``; all others 0 to 1: ``share`` of the
        consumer's imports (or supply) that originates there, ``face_value`` (bought from there
        directly; in the supply, the consumer's own production is its own; with ``by_seller``,
        sold there at the stage),
        ``hidden`` (``share - face_value``), ``low`` and ``high`` (range left open by missing
        data: :func:`~graphkit.analysis.supply.ranges.origin_ranges`). Supply without data
        and supply without a producer have the origins ``unknown`` and ``untraceable``, without
        a range. The origin ``any other country`` has a range only: that of each country of which
        nothing is known here. With ``minimum`` 0 the shares of one consumer, product and stage
        add up to 1. In order of the chain, then consumer, stage, largest share first.

    Raises
    ------
    GraphkitError
        A country, product or stage has no data here; the message lists those that have.

    References
    ----------
    .. [1] Kastner, T., Kastner, M., Nonhebel, S. (2011). "Tracing distant environmental impacts
           of agricultural products from a consumer perspective". Ecological Economics 70,
           1032-1040. https://doi.org/10.1016/j.ecolecon.2011.01.012
    .. [2] Baldwin, R., Freeman, R., Theodorakopoulos, A. (2023). "Hidden Exposure: Measuring US
           Supply Chain Reliance". Brookings Papers on Economic Activity 2023(2).
           https://doi.org/10.3386/w31820

    Examples
    --------
    A mines 8 and sells 4 to B and 1 to C. B mines 1 and sells 2 to C. So 4/5 of B's pool is
    A's; C has 1 from A and 2 from B, and 13/15 of it was mined in A:

    >>> from graphkit.analysis.supply.build import supply_network
    >>> flows = pa.table({"supplier": ["A", "A", "B"], "consumer": ["B", "C", "C"],
    ...                   "product": ["ore"] * 3, "tonnes": [4.0, 1.0, 2.0]})
    >>> mines = pa.table({"country": ["A", "B"], "product": ["ore"] * 2, "tonnes": [8.0, 1.0]})
    >>> network = supply_network(flows, mines, measure="tonnes")
    >>> for row in look_through(network, consumers=["C"]).to_pylist():
    ...     print(row["origin"], *(round(row[n], 3) for n in ("share", "face_value", "hidden")))
    A 0.867 0.333 0.533
    B 0.133 0.667 -0.533
    """
    for name, value, choices in (
        ("untraded", untraded, ("unknown", "own")),
        ("unreported", unreported, ("any", "as-inferred")),
    ):
        if value not in choices:
            raise GraphkitError(f"{name}: found {value!r}, wanted one of {', '.join(choices)}")
    rows = network.select(consumers, products, base)
    bought = (network.trade.imported if base == "imports" else network.pools.bought)[rows]
    traced_stages = list(dict.fromkeys(network.stages) if stages is None else sorted(set(stages)))
    traced_stages.sort(key=lambda stage: stage_order(network, stage))
    face = _face_value(network, rows, bought, base)
    if without is not None and base != "imports":
        raise GraphkitError('`without` is known of imports only, wanted `base` "imports"')
    if by_seller and (without is not None or base != "imports"):
        raise GraphkitError("`by_seller` is known of all imports only")
    if without is not None and network.trade.unlisted.any():
        raise GraphkitError("`without` is known of trade alone that is listed whole")
    avoided = None if without is None else _avoiding(network, without[1])
    parts = []
    for stage in traced_stages:
        reaches = network.nodes.order[rows] >= stage_order(network, stage)
        if reaches.any():
            traced = _traced(network, stage, untraded, unreported, base, avoided)
            if base == "imports":
                columns = [bought[reaches] @ matrix for matrix in traced]
                columns[1:3] = beside_unlisted(network, rows[reaches], stage, *columns[1:3])
            else:
                columns = [matrix[rows[reaches]] for matrix in traced]
            faces = face[reaches]
            if by_seller:
                faces = bought[reaches] @ seller_shares(network, stage)[0]
            parts.append(_rows(network, rows[reaches], stage, faces, columns, minimum, without))
    if not parts:
        return RESULT.empty_table()
    first = ("face_value", "share", "high") if by_seller else ("share", "face_value", "high")
    return _ordered(network, pa.concat_tables(parts), first)


def _avoiding(network: SupplyNetwork, countries: Sequence[str]) -> tuple[Without, Without, Without]:
    """Return the shares that passed none of some countries: as traced, surely, and at most."""
    nodes = network.nodes.of_countries(countries)
    passed = loss_matrix(network, [nodes])[:, 0]
    passed[nodes] = 1.0
    low, high = without_ranges(network, nodes)
    return Without(low.avoided, 1.0 - network.inputs.made @ passed, 1.0 - passed), low, high


def _traced(
    network: SupplyNetwork, stage: str, untraded: str, unreported: str, base: str,
    avoided: tuple[Without, Without, Without] | None,
) -> tuple[np.ndarray, ...]:  # fmt: skip
    """Return shares, lows, highs and the part without an origin, of sales or pools.

    With ``avoided`` nodes, a last column of the first three is what passed them.
    """
    point, bounds = (None, None) if avoided is None else (avoided[0], avoided[1:])
    origins = origin_shares(network, stage, untraded=untraded, without=point)
    none = np.stack([origins.unknown, origins.untraceable], axis=1)
    low, high = origin_ranges(
        network, stage, untraded=untraded, unreported=unreported, without=bounds
    )
    shares = [np.column_stack([origins.share, np.zeros(network.size)])]
    shares += [low.sales, high.sales] if base == "imports" else [low.pool, high.pool]
    if avoided is not None:
        point, least, most = avoided
        through = (1.0 - part.pool for part in (point, most, least))
        shares = [np.column_stack(pair) for pair in zip(shares, through, strict=True)]
    return (*shares, none)


def _face_value(network: SupplyNetwork, rows: np.ndarray, bought: Any, base: str) -> np.ndarray:
    """Return shares of the last sellers, and of the consumer in its own production."""
    country = network.nodes.country
    face = np.zeros((len(rows), len(network.countries) + 2))  # none of it unknown or untraceable
    entries = bought.tocoo()
    face[entries.row, country[entries.col]] = entries.data
    if base == "supply":
        face[np.arange(len(rows)), country[rows]] += network.pools.own[rows]
    return face


def _rows(
    network: SupplyNetwork, nodes: np.ndarray, stage: str, faces: np.ndarray,
    columns: Sequence[np.ndarray], minimum: float, without: tuple[str, Sequence[str]] | None,
) -> pa.Table:  # fmt: skip
    """Build one row for each origin above the minimum, at one stage."""
    share, low, high, none = (np.clip(matrix, 0.0, 1.0) for matrix in columns)
    names, width = [*network.countries, ANY_OTHER], len(network.countries)
    face = np.column_stack([faces[:, :width], np.zeros(len(nodes))])
    face_none = faces[:, width:]
    if without:
        place = sorted({names.index(country) for country in without[1]})
        face = np.column_stack([face, face[:, place].sum(axis=1)])
        face[:, place] = 0.0
        names.append(f"{THROUGH} {without[0]}")
    low, high = np.minimum(low, share), np.maximum(high, share)
    least = max(minimum, SMALLEST)
    node, origin = np.nonzero((share > least) | (face > least) | (high > least))
    node_none, origin_none = np.nonzero((none > least) | (face_none > least))
    consumer, product, _ = network.nodes.names(nodes[np.concatenate([node, node_none])])
    origins = np.concatenate([origin, len(names) + origin_none])
    shares = np.concatenate([share[node, origin], none[node_none, origin_none]])
    face_values = np.concatenate([face[node, origin], face_none[node_none, origin_none]])
    no_range = pa.nulls(len(node_none), pa.float64())
    return pa.table([
        consumer, product, pa.array([stage] * len(origins), pa.string()),
        pa.array(np.asarray([*names, UNKNOWN, UNTRACEABLE], object)[origins], pa.string()),
        pa.array(shares), pa.array(face_values), pa.array(shares - face_values),
        pa.concat_arrays([pa.array(low[node, origin]), no_range]),
        pa.concat_arrays([pa.array(high[node, origin]), no_range]),
    ], schema=RESULT)  # fmt: skip


def _ordered(network: SupplyNetwork, table: pa.Table, first: Sequence[str]) -> pa.Table:
    """Sort by the chain, consumer, stage; then by some numbers, largest first, and by name."""
    import pyarrow.compute as pc

    products, stages = pa.array(network.products), pa.array(list(dict.fromkeys(network.stages)))
    keys = pa.table({
        "product": pc.index_in(table["product"], value_set=products),
        "consumer": table["consumer"],
        "stage": pc.index_in(table["stage"], value_set=stages),
        **{n: pc.negate(pc.round(table[n], 12)) for n in first},
        "origin": table["origin"],
    })  # fmt: skip
    order = pc.sort_indices(keys, sort_keys=[(name, "ascending") for name in keys.column_names])
    return table.take(order)


def passed_shares(
    network: SupplyNetwork,
    place: str,
    countries: Sequence[str],
    *,
    consumers: Sequence[str] | None = None,
    products: Sequence[str] | None = None,
) -> pa.Table:
    r"""Compute the share of imports that was in a country at any stage.

    A unit of goods is marked where the country mined, made or sold it, or what it was made out
    of; whoever gets it passes the mark on, in the mix of the pool. It counts once, at however many
    stages it was there. With :math:`M` the nodes of the country at all stages, :math:`Q` the
    shares of each pool by the pools it comes out of, bought or made into the product,

    .. math:: p_j = 1 \text{ for } j \in M, \qquad p_j = \sum_i Q_{ji} p_i \text{ for all others}

    and the share is the mean of p over the consumer's suppliers: the probability that a walk back
    along the chain meets the country (a hitting probability of an absorbing Markov chain [1]_),
    and the loss of :func:`~graphkit.analysis.supply.removal.removal_losses`. Out of several inputs
    of one product a unit is made of one, as everywhere in the network. Where a product needs all of
    them, the part with any input from the country is at least the largest of the shares of the
    inputs, each traced by itself, and at most their sum.

    Parameters
    ----------
    network : SupplyNetwork
    place : str
        Name of the countries.
    countries : sequence of str
        A country, or several that count as one. None: a country of which nothing is known here.
    consumers, products : sequence of str, optional
        Only these; by default all that have data.

    Returns
    -------
    pyarrow.Table
        The columns of :func:`look_through`, with the stage ``any stage`` and the place as origin.
        ``face_value`` is what was bought there, ``hidden`` what was not and passed it before. The
        range holds every way and every input that the data leave open
        (:func:`~graphkit.analysis.supply.ranges.loss_ranges`), and trade that is not listed, which
        may all have passed it, or none. Nothing where it may have passed nothing.

    Raises
    ------
    GraphkitError
        A country or product has no data here; the message lists those that have.

    References
    ----------
    .. [1] Kemeny, J. G., Snell, J. L. (1976). Finite Markov Chains. Springer, chapter 3.

    Examples
    --------
    A mines 9 and sells 6 to B, which mines 2 and sells 4 to C. C buys 1 from A too. Of C's 5, 1
    was bought in A, and 6/8 of B's 4 came from there:

    >>> from graphkit.analysis.supply.build import supply_network
    >>> flows = pa.table({"supplier": ["A", "A", "B"], "consumer": ["B", "C", "C"],
    ...                   "product": ["ore"] * 3, "tonnes": [6.0, 1.0, 4.0]})
    >>> mines = pa.table({"country": ["A", "B"], "product": ["ore"] * 2, "tonnes": [9.0, 2.0]})
    >>> network = supply_network(flows, mines, measure="tonnes")
    >>> for row in passed_shares(network, "A", ["A"], consumers=["C"]).to_pylist():
    ...     print(row["stage"], *(round(row[n], 3) for n in ("share", "face_value", "hidden")))
    any stage 0.8 0.2 0.6
    """
    rows = network.select(consumers, products, "imports")
    nodes = network.nodes.of_countries(countries)
    bought, unlisted = network.trade.imported[rows], network.trade.unlisted[rows]
    imports = network.trade.imports[rows]
    losses = [loss_matrix(network, [nodes]), *loss_ranges(network, [nodes])]
    share, low, high = (np.clip(bought @ passed[:, 0], 0.0, 1.0) for passed in losses)
    listed = imports / (imports + unlisted)
    low, high = listed * low, listed * high + (1.0 - listed)
    sold_there = np.zeros(network.size)
    sold_there[nodes] = 1.0
    face = np.clip(bought @ sold_there, 0.0, 1.0)
    low, high = np.minimum(low, share), np.maximum(high, share)
    consumer, product, _ = network.nodes.names(rows)
    texts_of = (consumer, product, *(pa.array([text] * len(rows)) for text in (ANY_STAGE, place)))
    table = pa.table([*texts_of, share, face, share - face, low, high], schema=RESULT)
    return table.filter(pa.array(high > SMALLEST, pa.bool_()))


def seller_shares(network: SupplyNetwork, stage: str) -> tuple[np.ndarray, np.ndarray]:
    r"""Follow each node's sales to the sellers of a stage, each taken for the maker.

    The chain at face value: nothing is followed behind a last seller. Of the stage, a country's
    sales are its own; of a later product, they have the mix of its pools of the inputs,

    .. math:: S = M P, \qquad P = (D + Q) S

    with :math:`M` the shares of the inputs in each node's production, :math:`D` the diagonal of
    the shares that a pool made itself and :math:`Q` those that it bought. Nobody knows out of
    whose material a country made what it only passes on.

    Parameters
    ----------
    network : SupplyNetwork
    stage : str

    Returns
    -------
    sales, pools : numpy.ndarray
        :math:`S` and :math:`P`: rows are nodes, columns are countries, then ``unknown`` and
        ``untraceable``. Rows of nodes before the stage are 0.
    """
    start, width = stage_order(network, stage), len(network.countries)
    S, P = np.zeros((2, network.size, width + 2))
    for nodes in solving_order(network, start):
        inner = None
        if network.nodes.order[nodes[0]] == start:
            outside = at_home(network, nodes, width + 2)
        else:
            outside, inner = production_origins(network, nodes, P, start)
            outside[:, width] += 1.0 - network.inputs.covered[nodes]
        Q, own = bought_within(network, nodes), network.pools.own[nodes, None]
        D = own * network.unseen.own_parts(nodes, "unknown")[:, None]
        unseen = np.zeros_like(outside)
        unseen[:, width] = (own - D)[:, 0]
        sales = outside
        for _ in range(0 if inner is None else ROUNDS):  # products of a stage, of each other
            before, sales = sales, outside + inner @ (D * sales + Q @ sales + unseen)
            if np.abs(sales - before).max(initial=0.0) < CLOSE:
                break
        sales[:, width + 1] += np.clip(1.0 - sales.sum(axis=1), 0.0, None)
        S[nodes] = sales
        P[nodes] = D * sales + Q @ sales + unseen
    return S, P


def stage_links(
    network: SupplyNetwork, consumer: str, product: str, *, by_seller: bool = False
) -> pa.Table:
    r"""Split a consumer's imports of a product by the makers of each two stages in a row.

    Of the imports that a country :math:`j` made at a stage, with the share :math:`w_j`, the part
    :math:`w_j T_{ji}` has its work of the stage before from :math:`i`, where row :math:`j` of
    :math:`T` is the origin of what :math:`j` made
    (:func:`~graphkit.analysis.supply.tracing.origin_shares`). So the shares of the makers of a
    stage are those of :func:`~graphkit.analysis.supply.look_through.look_through`, up to what
    countries make without the stage between: it counts here with their pool of that stage.

    Parameters
    ----------
    network : SupplyNetwork
    consumer, product : str
    by_seller : bool
        At face value instead: each seller counts as the maker (:func:`seller_shares`).

    Returns
    -------
    pyarrow.Table
        ``consumer``, ``product``, ``stage`` and ``maker``, ``next_stage`` and ``next_maker`` (the
        consumer, without a stage, after the last), ``share`` (0 to 1, of the imports); from the
        last stage to the first. Empty if a stage of the chain has several products, of which
        the shares of makers do not tell how much of each they made.

    Raises
    ------
    GraphkitError
        The consumer imports none of it here; the message lists what has data.
    """
    rows = network.select([consumer], [product], "imports")
    chain = _single_products(network, network.products.index(product))
    names = [*network.countries, UNKNOWN, UNTRACEABLE]
    links: list[dict[str, object]] = []
    shares, next_makers, next_stage = np.ones(1), [consumer], ""
    for place, (_, stage) in enumerate(chain):
        if by_seller:
            sales, pools = seller_shares(network, stage)
        else:
            origins = origin_shares(network, stage)
            sales = pools = np.column_stack([origins.share, origins.unknown, origins.untraceable])
        if place == 0:
            joint = network.trade.imported[rows] @ sales
        else:
            joint = _by_maker(network, chain[place - 1][0], pools, stage, shares)
        for j, i in zip(*np.nonzero(joint > 0), strict=True):
            links.append({
                "consumer": consumer, "product": product, "stage": stage, "maker": names[i],
                "next_stage": next_stage, "next_maker": next_makers[j],
                "share": float(joint[j, i]),
            })  # fmt: skip
        shares, next_makers, next_stage = joint.sum(axis=0), names, stage
    return pa.Table.from_pylist(links, LINKS)


def _by_maker(
    network: SupplyNetwork, product: int, origins: np.ndarray, stage: str, shares: np.ndarray
) -> np.ndarray:
    """Split the shares of the makers of a product by the origins of what each of them made."""
    nodes, width = np.flatnonzero(network.nodes.product == product), len(network.countries)
    country = network.nodes.country[nodes]
    T, _ = production_origins(network, nodes, origins, stage_order(network, stage))
    T[:, width] += 1.0 - network.inputs.covered[nodes]
    T[:, width + 1] += np.clip(1.0 - T.sum(axis=1), 0.0, None)
    joint = np.zeros((width + 2, width + 2))
    joint[:width, width] = shares[:width]  # Of a maker without a pool, the origins are unknown.
    joint[country] = shares[country, None] * T
    joint[[width, width + 1], [width, width + 1]] = shares[width:]
    return joint


def _single_products(network: SupplyNetwork, product: int) -> list[tuple[int, str]]:
    """Return product and stage of each step back; nothing if a stage has several products."""
    nodes, possible = network.nodes, network.inputs.possible
    inputs, outputs = nodes.product[possible.input], nodes.product[possible.output]
    behind, new = {product}, {product}
    while new:
        new = {int(place) for place in inputs[np.isin(outputs, list(new))]} - behind
        behind |= new
    chain = sorted(behind, key=lambda place: -nodes.orders[place])
    stages = [nodes.stages[place] for place in chain]
    return list(zip(chain, stages, strict=True)) if len(set(stages)) == len(stages) else []
