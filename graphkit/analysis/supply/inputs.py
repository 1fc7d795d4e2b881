"""The inputs of a supply network: pools of earlier products that production draws on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from graphkit.analysis.supply.nodes import Nodes, ascending, check_rule, within
from graphkit.analysis.supply.production import TOLERANCE


@dataclass(frozen=True, eq=False)
class Absent:
    """Products of a chain of which there are no data at all."""

    products: tuple[str, ...]
    orders: np.ndarray
    """Position of the stage of each in the chain; 0 where no table says."""
    outputs: np.ndarray
    """Each by the products with data: True where that is, or may be, made of it."""
    inputs: np.ndarray
    """Each by the products with data: True where it is, or may be, made of that."""


@dataclass(frozen=True, eq=False)
class Draws:
    """Nodes and the pools that they draw on for their production, by node, then pool."""

    output: np.ndarray
    """Node that makes its product out of another one."""
    input: np.ndarray
    """Node of the same country whose pool it draws on."""
    share: np.ndarray
    """Share of the output's inputs, or the largest share of its production that they can feed."""


@dataclass(frozen=True, eq=False)
class Inputs:
    """Pools of earlier products that each node draws on, as traced and as possible."""

    nodes: Nodes
    draws: Draws
    """As traced: the share of the input in the output's inputs sums to 1 for each output."""
    covered: np.ndarray
    """Share of each node's production that these pools can feed; 0 without an input."""
    possible: Draws
    """In whatever split: the largest share of the output's production that the pool can feed."""
    covered_least: np.ndarray
    """``covered`` if unpublished production of the inputs is the least that trade allows."""
    behind: np.ndarray
    """Products by products: True where the first is, or may be made of, the second."""
    absent: Absent

    def __post_init__(self) -> None:
        size, country, count = self.nodes.size, self.nodes.country, len(self.nodes.products)
        for draws in (self.draws, self.possible):
            output, source = draws.output, draws.input
            check_rule(
                len(output) == len(source) == len(draws.share)
                and within(output, size)
                and within(source, size)
                and ascending(output * size + source),
                "inputs: each pair of output and input once, sorted",
            )
            check_rule(
                bool((country[output] == country[source]).all()),
                "inputs out of the country's own pools",
            )
        sums = np.bincount(self.draws.output, self.draws.share, size)[self.draws.output]
        check_rule(bool((np.abs(sums - 1.0) < TOLERANCE).all()), "inputs with shares that sum to 1")
        for covered in (self.covered, self.covered_least):
            check_rule(
                len(covered) == size and bool(((covered >= 0) & (covered <= 1)).all()),
                "covered shares of 0 to 1, by node",
            )
        check_rule(
            self.behind.shape == (count, count) and bool(self.behind.diagonal().all()),
            "products by products, each behind itself",
        )

    @cached_property
    def has_input(self) -> np.ndarray:
        """Mask of the nodes with a known pool that they draw on for their production."""
        mask = np.zeros(self.nodes.size, bool)
        mask[self.draws.output] = True
        return mask

    @cached_property
    def processed(self) -> np.ndarray:
        """Mask of the nodes whose product is made of another one, be there data of it or not."""
        processed = (self.behind.sum(axis=1) > 1) | self.absent.outputs.any(axis=0)
        return np.asarray(processed[self.nodes.product])

    @cached_property
    def made(self) -> Any:
        """Sparse: row (c, q), column (c, p) is the share of c's output q made out of its pool p.

        A row adds up to less than 1 where the pools are too small for the output.
        """
        from scipy.sparse import csr_array

        draws, size = self.draws, self.nodes.size
        share = draws.share * self.covered[draws.output]
        return csr_array((share, (draws.output, draws.input)), shape=(size, size))


Earlier = Mapping[int, Sequence[tuple[int, int, int]]]
"""For each product the earlier ones behind it, as :func:`earlier_products` returns them."""


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
    earlier: dict[int, list[tuple[int, int, int]]] = {}
    for key, number in place.items():
        steps = _steps_back(key, inputs)
        earlier[number] = sorted(
            (-orders[place[source]], count, place[source])
            for source, count in steps.items()
            if source in place and source != key and orders[place[source]] <= orders[number]
        )
    return earlier


def products_behind(earlier: Earlier) -> np.ndarray:
    """Mark the products that each is, or may be, made of: products by products.

    Examples
    --------
    >>> products_behind({0: [], 1: [(-1, 1, 0)]}).tolist()
    [[True, False], [True, True]]
    """
    behind = np.eye(len(earlier), dtype=bool)
    for number, candidates in earlier.items():
        behind[number, [place for _, _, place in candidates]] = True
    return behind


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


def host_products(followed: Earlier, every: Earlier) -> dict[int, list[int]]:
    """Return the earlier products of each that only a by-product step leads from."""
    hosts = {}
    for number, candidates in every.items():
        direct = {place for _, _, place in followed[number]}
        hosts[number] = sorted({place for _, _, place in candidates} - direct)
    return hosts


def input_pools(earlier: Earlier, nodes: Nodes, supply: np.ndarray, traded: np.ndarray) -> Draws:
    """Find the pools that each node draws on for its production, and their shares.

    A country draws on its pool of the nearest earlier product that it has. From several equally
    near products, and from all that are one conversion away if each of them is traded, it draws in
    proportion to the pools, as goods in one measure; if one of equally near ones is not traded, so
    that its pool has another unit, the split is unknown and the node gets no input.
    """
    outputs, inputs, amounts = [], [], []
    for product, candidates in earlier.items():
        waiting = np.flatnonzero((nodes.product == product) & (supply > 0))
        direct = [place for _, steps, place in candidates if steps == 1]
        direct = direct if traded[direct].all() else []
        for tie in (direct, *_ties(candidates).values()):
            pools, present = nodes.pools(tie, waiting)
            filled = present & (supply[pools] > 0)
            comparable = traded[tie][:, None] | (filled.sum(axis=0) == 1)
            used = filled & (comparable | ~filled).all(axis=0)
            row, column = np.nonzero(used)
            outputs.append(waiting[column])
            inputs.append(pools[row, column])
            amounts.append(supply[pools[row, column]])
            waiting = waiting[~filled.any(axis=0)]
    output, source = _joined(outputs), _joined(inputs)
    amount = np.concatenate([*amounts, np.empty(0)])
    order = np.lexsort((source, output))
    output, source, amount = output[order], source[order], amount[order]
    total = np.bincount(output, amount, nodes.size)
    return Draws(output, source, amount / total[output])


def possible_pools(
    earlier: Earlier, nodes: Nodes, supply: np.ndarray, withheld: np.ndarray
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
    for product, candidates in earlier.items():
        waiting = np.flatnonzero((nodes.product == product) & (supply > 0))
        for (_, steps), tie in _ties(candidates).items():
            fed = np.unique(_pools_of(tie, waiting, nodes, supply > 0)[0])
            near = [place for _, count, place in candidates if count <= steps]
            output, source = _pools_of(near, fed, nodes, (supply > 0) | withheld)
            outputs.append(output)
            inputs.append(source)
            waiting = np.setdiff1d(waiting, fed)
    output, source = _joined(outputs), _joined(inputs)
    order = np.lexsort((source, output))
    return output[order], source[order]


def _pools_of(
    products: Sequence[int], outputs: np.ndarray, nodes: Nodes, filled: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Pair some nodes with their country's pools of some products, of those that are filled."""
    pools, present = nodes.pools(products, outputs)
    row, column = np.nonzero(present & filled[pools])
    return outputs[column], pools[row, column]


def _ties(candidates: Sequence[tuple[int, int, int]]) -> dict[tuple[int, int], list[int]]:
    """Group the positions of equally near products by order and steps, nearest first."""
    groups: dict[tuple[int, int], list[int]] = {}
    for order, steps, place in candidates:
        groups.setdefault((order, steps), []).append(place)
    return {rank: groups[rank] for rank in sorted(groups)}


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    return np.concatenate([*parts, np.empty(0, np.int64)]).astype(np.int64)


def covered_output(draws: Draws, available: np.ndarray, needed: np.ndarray) -> np.ndarray:
    """Compute the share of each node's production that its input pools can feed.

    Parameters
    ----------
    draws : Draws
        As :func:`input_pools` returns them.
    available, needed : numpy.ndarray
        What each pool has after its exports, and what the country's later products need of it.

    Returns
    -------
    numpy.ndarray
        0 to 1; 0 for nodes without an input pool.

    Examples
    --------
    A's magnets need 8 of metal, and its pool keeps 2:

    >>> draws = Draws(np.array([1]), np.array([0]), np.array([1.0]))
    >>> covered_output(draws, np.array([2.0, 0.0]), np.array([8.0, 0.0])).tolist()
    [0.0, 0.25]
    """
    rest = np.maximum(available, 0.0)
    short = needed * (1 - TOLERANCE) > rest
    part = np.divide(rest, needed, out=np.ones(len(rest)), where=short)
    covered = np.bincount(draws.output, draws.share * part[draws.input], len(available))
    return np.minimum(covered, 1.0)


def input_needed(
    draws: Draws, ratio: np.ndarray, product: np.ndarray, production: np.ndarray
) -> np.ndarray:
    """Compute the input that each pool must give for these amounts of later products."""
    output, source = draws.output, draws.input
    needed = ratio[product[source], product[output]] * draws.share * production[output]
    return np.asarray(np.bincount(source, needed, len(production)), np.float64)


def most_input_needed(
    draws: Draws, ratio: np.ndarray, product: np.ndarray, exports: np.ndarray, most: np.ndarray
) -> np.ndarray:
    """Compute the input that each pool must give if no sale comes out of imports.

    ``most`` is the production of a node where it is published, else infinite.
    """
    needed = np.zeros(len(exports))
    for _ in range(len(ratio) + 1):
        demand = np.minimum(exports + needed, most)
        before, needed = needed, input_needed(draws, ratio, product, demand)
        if np.array_equal(before, needed):
            break
    return needed


def possible_draws(
    earlier: Earlier, hosts: Mapping[int, Sequence[int]], nodes: Nodes, supply: np.ndarray,
    withheld: np.ndarray, ratio: np.ndarray, available: np.ndarray, production: np.ndarray,
    listed: np.ndarray, untraded: Set[int], absent: Set[int],
) -> tuple[Draws, np.ndarray]:  # fmt: skip
    """Find the pools that nodes may draw on, and the most of their output that each can feed.

    ``available`` is the most that a pool has after its exports, ``production`` the least output of
    a node. Also return the most of each node's output that may come from elsewhere: out of
    by-product steps and withheld pools; all of it, where the country may have a host or another
    input that it neither trades nor publishes, since not all makers of that are ``listed`` or
    nobody sees it bought (``untraded``), where the product has another input of which there are no
    data at all (``absent``), and where it draws on a pool several conversions away, since it may
    have bought the product between. The last two are positions of products.
    """
    country, product, filled = nodes.country, nodes.product, supply > 0
    direct = np.zeros(ratio.shape, bool)
    for number, candidates in earlier.items():
        direct[[place for _, steps, place in candidates if steps == 1], number] = True

    def largest_share(output: np.ndarray, source: np.ndarray) -> np.ndarray:
        needed = ratio[product[source], product[output]] * production[output]
        rest = np.maximum(available[source], 0.0)
        return np.asarray(np.divide(rest, needed, out=np.ones(len(rest)), where=needed > rest))

    output, source = possible_pools(earlier, nodes, supply, withheld)
    empty = withheld[source] & (supply[source] == 0)
    outputs, sources = [output[empty]], [source[empty]]
    unseen = [output[~direct[product[source], product[output]]]]
    unseen.append(np.flatnonzero(np.isin(product, sorted(absent)) & filled))
    for number, places in hosts.items():
        makers = np.flatnonzero((product == number) & filled)
        for place in (*places, *np.flatnonzero(direct[:, number]).tolist()):
            if place in untraded or not listed[product == place].any():
                known = (product == place) & (filled | np.isfinite(available))
                unseen.append(makers[~np.isin(country[makers], country[known])])
        by_product, host = _pools_of(places, makers, nodes, filled | withheld)
        outputs.append(by_product)
        sources.append(host)
    other_output, other_source = _joined(outputs), _joined(sources)
    shares = largest_share(other_output, other_source)
    elsewhere = np.bincount(other_output, shares, nodes.size)
    elsewhere[_joined(unseen)] = 1.0
    output, source = output[~empty], source[~empty]
    return Draws(output, source, largest_share(output, source)), np.minimum(elsewhere, 1.0)
