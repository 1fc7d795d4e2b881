"""Which pool a country makes a product out of: the nearest earlier product that it has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np


def earlier_products(
    conversions: Iterable[tuple[str, str]], products: Sequence[str], orders: Sequence[int]
) -> dict[int, list[tuple[int, int, int]]]:
    """For each product, those with data that it is made from, at any remove, nearest first.

    Products without data on the way are passed through. A product of a later stage is none.

    Parameters
    ----------
    conversions : iterable of (input, output)
        Product keys.
    products, orders : sequence
        Keys of the products with data, and the places of their stages.

    Returns
    -------
    dict
        For each place in ``products`` a list of (minus the stage's place, steps, place in
        ``products``): the latest stage first, then the fewest conversions.

    Examples
    --------
    The alloy has no data, so the magnet is made from the metal, two steps away:

    >>> pairs = [("ore", "metal"), ("metal", "alloy"), ("alloy", "magnet")]
    >>> earlier_products(pairs, ["ore", "metal", "magnet"], [1, 4, 6])
    {0: [], 1: [(-1, 1, 0)], 2: [(-4, 2, 1), (-1, 3, 0)]}
    """
    inputs: dict[str, set[str]] = {}
    for source, output in conversions:
        inputs.setdefault(output, set()).add(source)
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


def _steps_back(key: str, inputs: Mapping[str, set[str]]) -> dict[str, int]:
    """Every product behind one, and how many conversions lie between."""
    steps, reached = {key: 0}, [key]
    for product in reached:
        for source in sorted(inputs.get(product, ())):
            if source not in steps:
                steps[source] = steps[product] + 1
                reached.append(source)
    return steps


def drawn_from(
    earlier: Mapping[int, Sequence[tuple[int, int, int]]],
    country: np.ndarray,
    product: np.ndarray,
    supply: np.ndarray,
    traded: Sequence[bool],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The pools that each node draws on for what it makes, and their shares.

    A country draws on its pool of the nearest earlier product of which it has one. Several
    equally near are drawn on in proportion to the pools, as goods of one stage in one measure;
    where one of them is not traded, so that its pool is in another unit, the split is unknown
    and the node is left without an input.

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
        for tie in _ties(candidates):
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


def _ties(candidates: Sequence[tuple[int, int, int]]) -> list[list[int]]:
    """Places of equally near products, nearest first."""
    groups: dict[tuple[int, int], list[int]] = {}
    for order, steps, place in candidates:
        groups.setdefault((order, steps), []).append(place)
    return [groups[rank] for rank in sorted(groups)]


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    return np.concatenate([*parts, np.empty(0, np.int64)]).astype(np.int64)
