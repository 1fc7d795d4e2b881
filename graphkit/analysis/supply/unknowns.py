"""Unpublished figures behind the range of a share, and what each would tell if it were known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from heapq import heappop, heappush
from itertools import pairwise
from statistics import fmean

import numpy as np

from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.analysis.supply.production import MISSING, OBSERVED
from graphkit.analysis.supply.ranges import StatedOrigin, beside_unlisted, origin_ranges
from graphkit.analysis.supply.removal import loss_matrix
from graphkit.analysis.supply.tracing import ANY_OTHER, origin_shares, stage_order

PRODUCTION, INPUTS, TRADE = "production", "origin of inputs", "unseen trade"
ABOVE, BELOW, OPEN = "above", "at most", "cannot be told"
SMALLEST = 1e-9
"""Part of a figure's unit below which it is taken for more than nothing."""
LARGEST = 1e12
"""Times its unit that a figure without an upper bound is, at most."""
NEAR = 0.002
"""Points to which the width that is left is bounded."""
DIGITS = 10
"""Digits of a share that are not rounding of the iteration."""
EVALUATIONS = 24
"""Pieces of one figure that are halved at most."""
SPREAD = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Places of a figure that a mean is over, and that branch and bound begins with."""
STEPS = 14
"""Steps of the search for the end of the values that settle a verdict."""
GOLDEN = (5**0.5 - 1) / 2

Ends = tuple[float, float]
"""Low and high end of a range."""


@dataclass(frozen=True)
class Figure:
    """An unpublished figure that leaves a share open.

    A production is in the unit of the flows. The others are the share that the origin of the
    question has in what no data cover: in the inputs of a product, or in the pool of a product
    whose trade no table shows.
    """

    kind: str
    node: int
    """The node whose production, pool or inputs it is of."""
    least: float
    most: float
    """Infinite where nothing bounds it."""
    unit: float = 1.0
    """Amount at which a production has half of its effect: the imports beside it."""
    part: float = 1.0
    """Part of the imports of the question that passes what it is of."""
    returns: float = 0.0
    """Most of what the node buys that passed it before; NaN where its effect is not in even
    steps."""

    def at(self, place: float) -> float:
        """Return the value at a place from 0 to 1, in even steps of its effect.

        A production counts by its part of the pool that it is in.
        """
        if self.kind != PRODUCTION:
            return self.least + place * (self.most - self.least)
        part = self._part(place)
        value = self.unit * part / (1.0 - part) if part < 1.0 else self._top
        return min(max(value, self.least, SMALLEST * self.unit), self._top)

    def _part(self, place: float) -> float:
        """Return the part of its pool that a production is, at a place."""
        first, last = (amount / (amount + self.unit) for amount in (self.least, self._top))
        return first + place * (last - first)

    def bend(self, first: float, last: float) -> float | None:
        """Bound how far weights of two places are from those of even steps; see :func:`told`.

        None where nothing bounds it.
        """
        if self.kind != PRODUCTION:
            return 0.0
        start, end = (1.0 - (1.0 - self._part(place)) * self.returns for place in (first, last))
        if not start > 0:  # also where returns are not a number
            return None
        ratio = (end / start) ** 0.5
        return float((ratio - 1.0) / (ratio + 1.0))

    @property
    def _top(self) -> float:
        return min(self.most, max(self.least, LARGEST * self.unit))


@dataclass(frozen=True, eq=False)
class OpenShare:
    """The share of an origin in imports of a product at a stage, as a range."""

    network: SupplyNetwork
    importers: np.ndarray
    """Nodes of the consumers of one product; their imports are added up."""
    stage: str
    origin: int
    """Column of the origin: the place of a country, or after the last any country unknown here."""

    @property
    def name(self) -> str:
        """The country of origin."""
        return (*self.network.countries, ANY_OTHER)[self.origin]

    @cached_property
    def _weights(self) -> np.ndarray:
        """Part of each importer in the imports."""
        imports = self.network.trade.imports[self.importers]
        return np.asarray(imports / imports.sum())

    @cached_property
    def traced(self) -> float:
        """The share as traced, with unpublished production as it is estimated."""
        origins = origin_shares(self.network, self.stage).share
        if self.origin == origins.shape[1]:
            return 0.0
        return self.of_imports(origins[:, self.origin])

    def of_imports(self, sales: np.ndarray) -> float:
        """Add up shares in the sales of all nodes over the imports."""
        return float(self._weights @ (self.network.trade.imported[self.importers] @ sales))

    @cached_property
    def ends(self) -> Ends:
        """Its range by what is known."""
        return self._of(self.network)

    @cached_property
    def _seen(self) -> dict[tuple[Figure, float], Ends]:
        return {}

    def at(self, figure: Figure, place: float) -> Ends:
        """Return its range if a figure were known, at a place from 0 to 1."""
        key = figure, place
        if key not in self._seen:
            self._seen[key] = self.known(figure, figure.at(place))
        return self._seen[key]

    def known(self, figure: Figure, value: float) -> Ends:
        """Compute its range if a figure were known."""
        if figure.kind != PRODUCTION:
            return self._of(self.network, StatedOrigin(figure.node, 0, value))
        return self._of(with_production(self.network, figure.node, value))

    def _of(self, network: SupplyNetwork, stated: StatedOrigin | None = None) -> Ends:
        rows = self.importers
        bounds = origin_ranges(network, self.stage, origins=[self.origin], stated=stated)
        low, high = (network.trade.imported[rows] @ bound.sales for bound in bounds)
        low, high = beside_unlisted(network, rows, self.stage, low, high, [self.origin])
        least, most = (round(float(self._weights @ bound[:, 0]), DIGITS) for bound in (low, high))
        return max(least, 0.0), min(max(least, most), 1.0)

    @cached_property
    def figures(self) -> list[Figure]:
        """The figures that may move it, those that most of the imports pass first."""
        network, start = self.network, stage_order(self.network, self.stage)
        nodes, production, trade = network.nodes, network.production, network.trade
        behind = network.inputs.behind[nodes.product[self.importers[0]]][nodes.product]
        concerned = behind & (nodes.order >= start)
        withheld = concerned & (production.state == MISSING) & ~trade.traded_nodes
        free = concerned & network.unseen.unpublished & trade.traded_nodes & (trade.imports > 0)
        hidden = concerned & ~trade.traded_nodes & (network.pools.supply > 0)
        uncovered = (1.0 - network.inputs.covered_least) * network.inputs.processed
        unseen = concerned & trade.traded_nodes & (nodes.order > start) & (uncovered > 0)
        parts, returns = self._passing(np.flatnonzero(withheld | free | hidden | unseen))
        figures = []
        for node in np.flatnonzero(free).tolist():
            figures.append(Figure(
                PRODUCTION, node, float(production.shown[node]), np.inf,
                float(trade.imports[node]), parts[node], returns[node],
            ))  # fmt: skip
        for node in np.flatnonzero(withheld).tolist():
            bounds = production.at_most[nodes.product == nodes.product[node]]
            unit = float(bounds[np.isfinite(bounds)].sum()) or 1.0
            least, most = float(production.shown[node]), float(production.most[node])
            figures.append(
                Figure(PRODUCTION, node, least, max(least, most), unit, parts[node], np.nan)
            )
        low, high = self._bounds
        for node in np.flatnonzero(hidden).tolist():
            if high[node] > low[node]:
                ends = float(low[node]), float(high[node])
                figures.append(Figure(TRADE, node, *ends, part=parts[node]))
        for node in np.flatnonzero(unseen).tolist():
            part = parts[node] * float(uncovered[node])
            figures.append(Figure(INPUTS, node, 0.0, 1.0, part=part))
        return sorted(figures, key=lambda figure: -figure.part)

    def _passing(self, some: np.ndarray) -> tuple[dict[int, float], dict[int, float]]:
        """Compute the part of the imports that passes each node, and of what each node buys.

        Every country is taken to make as little as it can, so that most is passed on.
        """
        network, before = self.network, self.network.production
        least = np.where(network.unseen.unpublished, before.shown, before.amount)
        passed_on = replace(network, production=replace(before, amount=least))
        passed = loss_matrix(passed_on, [np.array([node]) for node in some.tolist()])
        imported = network.trade.imported
        parts = self._weights @ (imported[self.importers] @ passed)
        returns = imported[some].multiply(passed.T).sum(axis=1)
        inputs = network.inputs.draws
        loops = network.nodes.product[inputs.output[
            network.nodes.order[inputs.input] == network.nodes.order[inputs.output]
        ]]  # fmt: skip
        again = np.isin(network.nodes.product[some], loops)  # made of others of its stage
        returns = np.where(again, 1.0, np.asarray(returns).ravel())
        keys = some.tolist()
        return (dict(zip(keys, np.clip(parts, 0.0, 1.0).tolist(), strict=True)),
                dict(zip(keys, np.clip(returns, 0.0, 1.0).tolist(), strict=True)))  # fmt: skip

    @cached_property
    def _bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """Lows and highs of the origin in the sales of all nodes."""
        low, high = origin_ranges(self.network, self.stage, origins=[self.origin])
        return low.sales[:, 0], high.sales[:, 0]


def with_production(network: SupplyNetwork, node: int, amount: float) -> SupplyNetwork:
    """Take the production of a node for published, with all else as it is known."""

    def put(values: np.ndarray, value: float) -> np.ndarray:
        values = values.copy()
        values[node] = value
        return values

    before = network.production
    after = replace(
        before, amount=put(before.amount, amount), state=put(before.state, OBSERVED),
        published=put(before.published, amount), least=put(before.least, amount),
        most=put(before.most, amount), unnamed_sales=put(before.unnamed_sales, 0.0),
    )  # fmt: skip
    return replace(network, production=after)


@dataclass(frozen=True)
class Told:
    """The width of a range that is left if one figure is known."""

    figure: Figure
    width: float
    """The width today."""
    left: float
    """The most that is left, whatever the figure turns out to be."""
    mean: float
    """The mean that is left, over values in even steps of its effect."""

    @property
    def guaranteed(self) -> float:
        """The points by which the range narrows at least."""
        return max(0.0, self.width - self.left)


def told(share: OpenShare, figure: Figure) -> Told:
    r"""Bound the width of a range that is left once one figure is known.

    With the figure at a place t, the range is from :math:`l(t)` to :math:`h(t)`. For every choice
    of the other unknowns the share is linear-fractional in t: a mean of its values at two places
    u < w, with weights that only the return :math:`\rho` of goods to the node moves, up to
    :math:`\kappa = (1 - (1 - a_w) \rho) / (1 - (1 - a_u) \rho)` for parts :math:`a` of its pool
    that it made itself. So with the widths :math:`W = h - l`

    .. math:: \sup_{u \le t \le w} W(t) \le \max(W_u, W_w) + \frac{\sqrt\kappa - 1}
              {\sqrt\kappa + 1} \max(|h_u - h_w|, |l_u - l_w|)

    and, without even steps, :math:`\max(h_u, h_w) - \min(l_u, l_w)`. Branch and bound halves the
    piece with the largest bound until it is within :data:`NEAR` of a width that was seen; what is
    left is never more than its result.
    """
    pieces: list[tuple[float, float, float]] = []

    def add(first: float, last: float) -> float:
        (low, high), (next_low, next_high) = share.at(figure, first), share.at(figure, last)
        widest = max(high - low, next_high - next_low)
        bound = max(high, next_high) - min(low, next_low)
        if (bend := figure.bend(first, last)) is not None:
            moves = max(abs(high - next_high), abs(low - next_low))
            bound = min(bound, widest + bend * moves)
        heappush(pieces, (-bound, first, last))
        return widest

    widest = max(add(first, last) for first, last in pairwise(SPREAD))
    widths = [high - low for low, high in (share.at(figure, place) for place in SPREAD)]
    for _ in range(EVALUATIONS):
        bound, first, last = pieces[0]
        if -bound <= widest + NEAR:
            break
        heappop(pieces)
        middle = (first + last) / 2
        widest = max(widest, add(first, middle), add(middle, last))
    today = share.ends[1] - share.ends[0]
    return Told(figure, today, min(today, -pieces[0][0]), min(today, fmean(widths)))


def verdict(ends: Ends, threshold: float) -> str:
    """Compare a range with a threshold.

    >>> verdict((0.2, 0.4), 0.5), verdict((0.2, 0.6), 0.5), verdict((0.6, 0.7), 0.5)
    ('at most', 'cannot be told', 'above')
    """
    if ends[1] <= threshold:
        return BELOW
    return ABOVE if ends[0] > threshold else OPEN


@dataclass(frozen=True)
class Turn:
    """The values of a figure that would settle a verdict, once it is known."""

    verdict: str
    least: float
    most: float


def turns(share: OpenShare, figure: Figure, threshold: float) -> list[Turn]:
    """Find the values of one figure that would settle a verdict which cannot be told.

    None for a verdict on a range that is all on one side: the range holds whatever the figure is.
    The highest end has one dip over the figure and the lowest one top, as in :func:`told`, so that
    a golden-section search finds the best value and bisection the ends of those that settle it.
    The ends of a range rise with the share of its origin in what no data cover, so that the first
    or last value of that is the best.
    """
    if verdict(share.ends, threshold) != OPEN:
        return []
    settled = []
    sides: tuple[tuple[str, Callable[[float], float]], ...] = (
        (ABOVE, lambda place: share.at(figure, place)[0]),
        (BELOW, lambda place: -share.at(figure, place)[1]),
    )
    for name, beyond in sides:

        def settles(place: float, name: str = name) -> bool:
            return verdict(share.at(figure, place), threshold) == name

        best = max((0.0, 1.0), key=beyond) if figure.kind != PRODUCTION else _highest(beyond)
        if settles(best):
            first, last = (_edge(settles, best, end) for end in (0.0, 1.0))
            settled.append(Turn(name, figure.at(first), figure.at(last)))
    return settled


def _highest(value: Callable[[float], float]) -> float:
    """Find where a function with one top is highest, from 0 to 1."""
    best = max(range(len(SPREAD)), key=lambda number: value(SPREAD[number]))
    low, high = SPREAD[max(best - 1, 0)], SPREAD[min(best + 1, len(SPREAD) - 1)]
    for end, inside in ((low, low + NEAR), (high, high - NEAR)):
        if end == SPREAD[best] and value(inside) <= value(end):
            return end
    while high - low > NEAR:
        left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        if value(left) >= value(right):
            high = right
        else:
            low = left
    return max((SPREAD[best], (low + high) / 2), key=value)


def _edge(settles: Callable[[float], bool], inside: float, end: float) -> float:
    """Find the last place towards an end at which a verdict is settled."""
    if settles(end):
        return end
    outside = end
    for _ in range(STEPS):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if settles(middle) else (inside, middle)
    return inside
