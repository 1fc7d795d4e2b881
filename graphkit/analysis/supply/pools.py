"""Pools of earlier products: who draws on which, how far they suffice, who may fill them unseen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set

import numpy as np

from graphkit.analysis.supply.network import OBSERVED, TOLERANCE, Absent, SupplyNetwork


def earlier_products(
    conversions: Iterable[tuple[str, str]], products: Sequence[str], orders: Sequence[int]
) -> dict[int, list[tuple[int, int, int]]]:
    """Find, for each product, the earlier products with data behind it, nearest first.

    The search passes through products without data, and ignores products of a later stage.

    Parameters
    ----------
    conversions : iterable of (input, output)
        Product keys.
    products, orders : sequence
        Keys of the products with data, and the positions of their stages.

    Returns
    -------
    dict
        For each position in ``products`` a list of (minus the stage's position, steps, position
        in ``products``): the latest stage first, then the fewest conversions.

    Examples
    --------
    The alloy has no data, so the magnet is made from the metal, two steps away:

    >>> pairs = [("ore", "metal"), ("metal", "alloy"), ("alloy", "magnet")]
    >>> earlier_products(pairs, ["ore", "metal", "magnet"], [1, 4, 6])
    {0: [], 1: [(-1, 1, 0)], 2: [(-4, 2, 1), (-1, 3, 0)]}
    """
    inputs = _inputs(conversions)
    place = {key: number for number, key in enumerate(products)}
    found: dict[int, list[tuple[int, int, int]]] = {}
    for key, number in place.items():
        steps = _steps_back(key, inputs)
        found[number] = sorted(
            (-orders[place[other]], count, place[other])
            for other, count in steps.items()
            if other in place and other != key and orders[place[other]] <= orders[number]
        )
    return found


def absent_products(
    conversions: Iterable[tuple[str, str]], products: Sequence[str], orders: Mapping[str, int]
) -> Absent:
    """Find the products behind some with data of which there are none.

    Examples
    --------
    >>> pairs = [("ore", "metal"), ("metal", "alloy"), ("alloy", "magnet")]
    >>> absent = absent_products(pairs, ["ore", "metal", "magnet"], {"alloy": 5})
    >>> absent.products, absent.outputs.tolist(), absent.inputs.tolist()
    (('alloy',), [[False, False, True]], [[True, True, False]])
    """
    inputs = _inputs(conversions)
    behind = {key: set(_steps_back(key, inputs)) for key in {*inputs, *products}}
    names = sorted(set().union(*(behind[key] for key in products)) - {*products})
    shape = (len(names), len(products))
    outputs = [[name in behind[key] for key in products] for name in names]
    sources = [[key in behind.get(name, ()) for key in products] for name in names]
    return Absent(
        tuple(names),
        np.asarray([orders.get(name, 0) for name in names], np.int64),
        np.asarray(outputs, bool).reshape(shape),
        np.asarray(sources, bool).reshape(shape),
    )


def _inputs(conversions: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """Map each output to its inputs."""
    inputs: dict[str, set[str]] = {}
    for source, output in conversions:
        inputs.setdefault(output, set()).add(source)
    return inputs


def _steps_back(key: str, inputs: Mapping[str, set[str]]) -> dict[str, int]:
    """Count the conversions to every product behind one."""
    steps, reached = {key: 0}, [key]
    for product in reached:
        for source in sorted(inputs.get(product, ())):
            if source not in steps:
                steps[source] = steps[product] + 1
                reached.append(source)
    return steps


def host_products(
    followed: Mapping[int, Sequence[tuple[int, int, int]]],
    every: Mapping[int, Sequence[tuple[int, int, int]]],
) -> dict[int, list[int]]:
    """Return the earlier products of each that only a by-product step leads from."""
    return {
        number: sorted({p for _, _, p in some} - {p for _, _, p in followed[number]})
        for number, some in every.items()
    }


def input_pools(
    earlier: Mapping[int, Sequence[tuple[int, int, int]]],
    country: np.ndarray,
    product: np.ndarray,
    supply: np.ndarray,
    traded: Sequence[bool],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Find the pools that each node draws on for its production, and their shares.

    A country draws on its pool of the nearest earlier product that it has. From several equally
    near products it draws in proportion to the pools, as goods of one stage in one measure; if
    one of them is not traded, so that its pool has another unit, the split is unknown and the
    node gets no input.

    Returns
    -------
    output, input : numpy.ndarray
        Nodes, sorted by output, then input.
    weight : numpy.ndarray
        Share of the input; sums to 1 for each output.
    """
    width = int(country.max(initial=-1)) + 1
    key = product * width + country
    outputs, inputs, pools = [], [], []
    for number, candidates in earlier.items():
        left = np.flatnonzero((product == number) & (supply > 0))
        for tie in _ties(candidates).values():
            wanted = np.add.outer(np.asarray(tie) * width, country[left])
            places = np.minimum(np.searchsorted(key, wanted), len(key) - 1)
            there = (key[places] == wanted) & (supply[places] > 0)
            comparable = np.asarray([traded[p] for p in tie])[:, None] | (there.sum(axis=0) == 1)
            used = there & (comparable | ~there).all(axis=0)
            which, column = np.nonzero(used)
            outputs.append(left[column])
            inputs.append(places[which, column])
            pools.append(supply[places[which, column]])
            left = left[~there.any(axis=0)]
    output, source = _joined(outputs), _joined(inputs)
    pool = np.concatenate([*pools, np.empty(0)])
    order = np.lexsort((source, output))
    output, source, pool = output[order], source[order], pool[order]
    total = np.bincount(output, pool, len(country))
    return output, source, pool / total[output]


def possible_pools(
    earlier: Mapping[int, Sequence[tuple[int, int, int]]],
    country: np.ndarray,
    product: np.ndarray,
    supply: np.ndarray,
    withheld: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Find all pools that each node may draw on for its production, in whatever split.

    These are its pools of the nearest earlier products, as in :func:`input_pools`, and of every
    other product that is as few conversions away. A pool that is ``withheld`` counts too.

    Returns
    -------
    output, input : numpy.ndarray
        Nodes, sorted by output, then input.
    """
    outputs, inputs = [], []
    for number, candidates in earlier.items():
        left = np.flatnonzero((product == number) & (supply > 0))
        for (_, steps), tie in _ties(candidates).items():
            near, _ = _pools_of(tie, left, country, product, supply > 0)
            found = np.unique(near)
            some = [place for _, count, place in candidates if count <= steps]
            output, source = _pools_of(some, found, country, product, (supply > 0) | withheld)
            outputs.append(output)
            inputs.append(source)
            left = np.setdiff1d(left, found)
    output, source = _joined(outputs), _joined(inputs)
    order = np.lexsort((source, output))
    return output[order], source[order]


def _pools_of(
    places: Sequence[int], nodes: np.ndarray, country: np.ndarray, product: np.ndarray,
    there: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Pair some nodes with their country's pools of some products, of those that are there."""
    width = int(country.max(initial=-1)) + 1
    key = product * width + country
    wanted = np.add.outer(np.asarray(places, np.int64) * width, country[nodes])
    found = np.minimum(np.searchsorted(key, wanted), len(key) - 1)
    which, column = np.nonzero((key[found] == wanted) & there[found])
    return nodes[column], found[which, column]


def _ties(candidates: Sequence[tuple[int, int, int]]) -> dict[tuple[int, int], list[int]]:
    """Group the positions of equally near products by order and steps, nearest first."""
    groups: dict[tuple[int, int], list[int]] = {}
    for order, steps, place in candidates:
        groups.setdefault((order, steps), []).append(place)
    return {rank: groups[rank] for rank in sorted(groups)}


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    return np.concatenate([*parts, np.empty(0, np.int64)]).astype(np.int64)


def covered_output(
    pools: tuple[np.ndarray, np.ndarray, np.ndarray], kept: np.ndarray, needed: np.ndarray
) -> np.ndarray:
    """Compute the share of each node's production that its input pools can feed.

    Parameters
    ----------
    pools : (output, input, weight)
        As :func:`input_pools` returns them.
    kept, needed : numpy.ndarray
        What each pool has after its exports, and what the country's later products need of it.

    Returns
    -------
    numpy.ndarray
        0 to 1; 0 for nodes without an input pool.

    Examples
    --------
    A's magnets need 8 of metal, and its pool keeps 2:

    >>> pools = (np.array([1]), np.array([0]), np.array([1.0]))
    >>> covered_output(pools, np.array([2.0, 0.0]), np.array([8.0, 0.0])).tolist()
    [0.0, 0.25]
    """
    output, inputs, weight = pools
    left = np.maximum(kept, 0.0)
    short = needed * (1 - TOLERANCE) > left
    part = np.divide(left, needed, out=np.ones(len(left)), where=short)
    return np.minimum(np.bincount(output, weight * part[inputs], len(kept)), 1.0)


def input_needed(
    pools: tuple[np.ndarray, np.ndarray, np.ndarray], ratio: np.ndarray, product: np.ndarray,
    made: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Compute the input that each pool must give for these amounts of later products."""
    output, inputs, weight = pools
    needed = ratio[product[inputs], product[output]] * weight * made[output]
    return np.asarray(np.bincount(inputs, needed, len(made)), np.float64)


def most_input_needed(
    pools: tuple[np.ndarray, np.ndarray, np.ndarray], ratio: np.ndarray, product: np.ndarray,
    exports: np.ndarray, most: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Compute the input that each pool must give if no sale comes out of imports.

    ``most`` is the production of a node where it is published, else infinite.
    """
    needed = np.zeros(len(exports))
    for _ in range(len(ratio) + 1):
        demand = np.minimum(exports + needed, most)
        before, needed = needed, input_needed(pools, ratio, product, demand)
        if np.array_equal(before, needed):
            break
    return needed


def possible_draws(
    earlier: Mapping[int, Sequence[tuple[int, int, int]]], hosts: Mapping[int, Sequence[int]],
    country: np.ndarray, product: np.ndarray, supply: np.ndarray, withheld: np.ndarray,
    ratio: np.ndarray, kept: np.ndarray, made: np.ndarray, listed: np.ndarray,
    untraded: Set[int], absent: Set[int],
) -> tuple[tuple[np.ndarray, np.ndarray, np.ndarray], np.ndarray, np.ndarray]:  # fmt: skip
    """Find the pools that nodes may draw on, and the most of their output that each can feed.

    ``kept`` is the most that a pool has after its exports, ``made`` the least output of a node.
    Also return the most of each node's output that may come from elsewhere: out of by-product
    steps and withheld pools; all of it, where the country may have a host or another input that it
    neither trades nor publishes, since not all makers of that are ``listed`` or nobody sees it
    bought (``untraded``), where the product has another input of which there are no data at all
    (``absent``), and where it draws on a pool several conversions away, since it may have bought
    the product between. The last two are positions of products. Last come the nodes that may be a
    host.
    """
    direct = np.zeros(ratio.shape, bool)
    for number, some in earlier.items():
        direct[[place for _, steps, place in some if steps == 1], number] = True

    def part(output: np.ndarray, source: np.ndarray) -> np.ndarray:
        needed = ratio[product[source], product[output]] * made[output]
        left = np.maximum(kept[source], 0.0)
        return np.asarray(np.divide(left, needed, out=np.ones(len(left)), where=needed > left))

    output, source = possible_pools(earlier, country, product, supply, withheld)
    hidden = withheld[source] & (supply[source] == 0)
    ends = [(output[hidden], source[hidden])]
    unseen = [output[~direct[product[source], product[output]]]]
    unseen.append(np.flatnonzero(np.isin(product, sorted(absent)) & (supply > 0)))
    for number, places in hosts.items():
        nodes = np.flatnonzero((product == number) & (supply > 0))
        inputs = [*places, *(place for _, steps, place in earlier[number] if steps == 1)]
        for place in inputs:
            if place in untraded or not listed[product == place].any():
                known = (product == place) & ((supply > 0) | np.isfinite(kept))
                unseen.append(nodes[~np.isin(country[nodes], country[known])])
        ends.append(_pools_of(places, nodes, country, product, (supply > 0) | withheld))
    host = np.unique(_joined([s for _, s in ends[1:]]))
    others = _joined([o for o, _ in ends])
    other = np.bincount(others, part(others, _joined([s for _, s in ends])), len(product))
    other[_joined(unseen)] = 1.0
    output, source = output[~hidden], source[~hidden]
    return (output, source, part(output, source)), np.minimum(other, 1.0), host


def untraded_pools(
    network: SupplyNetwork, nodes: np.ndarray, how: str
) -> tuple[np.ndarray, np.ndarray]:
    """Bound the shares in the pools of one product with unknown trade.

    A country's own share is least if all that others make came to it, and another's is largest
    if all that it makes went there. A producer whose figure is withheld, or the least that it
    makes, counts with its bound, or else as one that may make any amount; a country of which
    sources say nothing may have made all that they leave unnamed. The last column is of any
    country that the network does not have.
    """
    country, produced = network.country[nodes], network.produced[nodes]
    home, width = (produced > 0).astype(np.float64), len(network.countries) + 1
    floor = np.zeros((len(nodes), width))
    floor[np.arange(len(nodes)), country] = home * own_parts(network, nodes, how)
    if how == "own":
        return floor, floor.copy()
    at_most = np.full(width, network.unnamed[network.product[nodes[0]]])
    at_most[country] = _at_most(network)[nodes]
    both = produced[:, None] + at_most[None, :]
    most = np.isinf(both).astype(np.float64)
    np.divide(at_most[None, :], both, out=most, where=(both > 0) & np.isfinite(both))
    ceiling = most * (home * ~network.own_alone[nodes])[:, None]
    ceiling[np.arange(len(nodes)), country] = home
    return floor, ceiling


def own_parts(network: SupplyNetwork, nodes: np.ndarray, how: str) -> np.ndarray:
    """Bound from below the part of pools of products with unknown trade that is home-made.

    As if all that others make came there too. It is 1 for products with known trade, whose pools
    have their own imports, for countries that a source says to use their own alone, and everywhere
    if such products are taken to be the country's "own".
    """
    if how == "own" or network.traded_nodes[nodes].all():
        return np.ones(len(nodes))
    world = np.bincount(network.product, _at_most(network), len(network.products))
    world = (world + network.unnamed)[network.product[nodes]]
    part = np.divide(network.produced[nodes], world, out=np.zeros(len(nodes)), where=world > 0)
    return np.where(network.traded_nodes[nodes] | network.own_alone[nodes], 1.0, part)


def _at_most(network: SupplyNetwork) -> np.ndarray:
    """Return the most that each node can have made, without regard to its trade."""
    known = network.state == OBSERVED
    return np.where(known, network.produced, np.maximum(network.most, network.produced))
