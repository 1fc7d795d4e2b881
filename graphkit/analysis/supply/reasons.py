"""Reasons for the ends of a range: unpublished figures that make the share as low or high as it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from graphkit.analysis.supply.inputs import Draws, Inputs
from graphkit.analysis.supply.ranges import origin_ranges, possible_countries
from graphkit.analysis.supply.tracing import StatedOrigins, origin_shares, stage_order
from graphkit.analysis.supply.unknowns import INPUTS, PRODUCTION, TRADE, Figure, OpenShare

SALES = "origin of sales"
"""Kind of a figure: the share of the origin in what a country sells of a product that no source
names it as a maker of."""
SPLIT = "split of inputs"
"""Kind of a figure: what a country made a product of, where several of its pools could feed it."""
REACHED = 1e-6
"""Points within which a share is at the end of its range."""
TOLD = 0.0005
"""Points that figures which are set back move the share together, at most: half a printed digit."""


@dataclass(frozen=True)
class Reason:
    """Figures that make a share as low or as high as it can be, none of which can be left out."""

    is_high: bool
    end: float
    """The end of the range."""
    share: float
    """The share in a world in which every unknown figure is at a side, or in that as traced where
    this is nearer to the end."""
    figures: tuple[tuple[Figure, float], ...]
    """Figures of the world with their values that make the share, within :data:`TOLD`; the one
    without which it moves most first."""

    @property
    def is_reached(self) -> bool:
        """True if the figures make the end; else it is a bound, and they the nearest that is known.

        An end may take the worst of each country at once, which no one world has.
        """
        return abs(self.share - self.end) <= REACHED


def reason(share: OpenShare, *, is_high: bool) -> Reason:
    """Find figures that make a share as low or as high as it can be.

    Each unknown figure that may move the share is put at the side that moves it to its end: a
    production at the least or without bound, by whether what the country makes or what it buys has
    more of the origin; the origin of inputs at all or nothing; unseen goods of the stage on one way
    that takes them from country to country. The share of this one world is traced as every share
    is. Then figures that do not move it are set back, many at once, those first that least of the
    imports pass (delta debugging [1]_). The set is a minimal one, and another may have fewer. All
    else is as estimated; what remains unknown counts as against the end.

    References
    ----------
    .. [1] Zeller, A., Hildebrandt, R. (2002). "Simplifying and Isolating Failure-Inducing Input".
           IEEE Transactions on Software Engineering 28(2), 183-200.
           https://doi.org/10.1109/32.988498
    """
    worlds = _Worlds(share, is_high)
    needed = worlds.figures
    whole = worlds.share_with(needed)
    if abs(share.traced - share.ends[is_high]) < abs(whole - share.ends[is_high]):
        return Reason(is_high, share.ends[is_high], share.traced, ())
    waiting = [needed[::-1]]
    while waiting:
        block = waiting.pop()
        left_out = {*block}
        rest = [figure for figure in needed if figure not in left_out]
        if abs(worlds.share_with(rest) - whole) <= TOLD:
            needed = rest
        elif len(block) > 1:
            middle = len(block) // 2
            waiting += [block[middle:], block[:middle]]
    moves = {
        figure: abs(worlds.share_with([f for f in needed if f is not figure]) - whole)
        for figure in needed
    }
    figures = [
        (figure, worlds.value(figure, needed)) for figure in sorted(needed, key=lambda f: -moves[f])
    ]
    return Reason(is_high, share.ends[is_high], whole, tuple(figures))


@dataclass(frozen=True, eq=False)
class _Worlds:
    """Worlds in which some unknown figures are at the side that moves a share to an end."""

    open: OpenShare
    is_high: bool

    @cached_property
    def _sales(self) -> np.ndarray:
        """The end of the origin's share in the sales of each node."""
        network, stage = self.open.network, self.open.stage
        bounds = origin_ranges(network, stage, origins=[self.open.origin])
        return np.asarray(bounds[self.is_high].sales[:, 0])

    @cached_property
    def _bought(self) -> np.ndarray:
        """The end of the origin's share in what each node buys, of sellers at their ends."""
        return np.asarray(self.open.network.trade.imported @ self._sales)

    @cached_property
    def _may_be(self) -> np.ndarray:
        """Mask of the nodes of which what is unknown may be of the origin, or for a low not be."""
        network, origin = self.open.network, self.open.origin
        nodes = network.nodes
        elsewhere, home = possible_countries(network, stage_order(network, self.open.stage))
        others = np.ones(elsewhere.shape[1], bool)
        others[origin] = False
        at_home = nodes.country == origin
        if self.is_high:
            may = np.where(at_home, home[nodes.product, origin], elsewhere[nodes.product, origin])
            return np.asarray(may > 0)
        own = home[nodes.product, nodes.country] * ~at_home
        return np.asarray((elsewhere[:, others].sum(axis=1)[nodes.product] + own) > 0)

    @cached_property
    def figures(self) -> list[Figure]:
        """The figures that are at a side, those that most of the imports pass first."""
        network = self.open.network
        nodes, trade, inputs = network.nodes, network.trade, network.inputs
        start = stage_order(network, self.open.stage)
        behind = inputs.behind[nodes.product[self.open.importers[0]]][nodes.product]
        concerned = behind & (nodes.order >= start)
        figures = []
        parts: dict[int, float] = {}
        for figure in self.open.figures:
            parts[figure.node] = max(parts.get(figure.node, 0.0), figure.part)
            at_start = nodes.order[figure.node] == start
            if (
                (figure.kind == TRADE and at_start)
                or (figure.kind == PRODUCTION and trade.traded_nodes[figure.node])
                or (figure.kind == INPUTS and self._may_be[figure.node])
            ):
                figures.append(figure)
        unseen = network.unseen.unpublished & trade.traded_nodes
        sellers = concerned & unseen & (network.production.unnamed_sales > 0) & self._may_be
        for node in np.flatnonzero(sellers).tolist():
            figures.append(Figure(SALES, node, 0.0, 1.0, part=parts.get(node, 0.0)))
        stated = {figure.node for figure in figures if figure.kind == INPUTS}
        output, count = np.unique(inputs.possible.output, return_counts=True)
        for node in output[count > 1].tolist():
            if concerned[node] and nodes.order[node] > start and node not in stated:
                figures.append(Figure(SPLIT, node, 0.0, 1.0, part=parts.get(node, 0.0)))
        return sorted(figures, key=lambda figure: -figure.part)

    def value(self, figure: Figure, some: Collection[Figure]) -> float:
        """Return the value of a figure in the world of some of them."""
        if figure.kind == PRODUCTION:
            return figure.at(float(self._makes_all(figure.node, some)))
        if figure.kind != TRADE:
            return float(self.is_high)
        return self._pools(some)[figure.node]

    def _makes_all(self, node: int, some: Collection[Figure]) -> bool:
        """Return True if what a node makes has more of the origin than what it buys."""
        network, bought = self.open.network, float(self._bought[node])
        imports, unnamed = network.trade.imports[node], network.production.unnamed_sales[node]
        if unnamed and any(f.kind == SALES and f.node == node for f in some):
            bought = (bought * imports + self.is_high * unnamed) / (imports + unnamed)
        difference = float(self._sales[node]) - bought
        return difference > REACHED if self.is_high else difference < -REACHED

    def _pools(self, some: Collection[Figure]) -> dict[int, float]:
        """Return the share of the origin in pools whose trade is unseen.

        For a high end, what the origin makes goes from one to the next; each pool keeps what its
        country makes. For a low one, all others' goods go to the origin.
        """
        network, origin = self.open.network, self.open.origin
        nodes, production = network.nodes, network.production
        figures = [figure for figure in some if figure.kind == TRADE]
        pools = {f.node: (f.most if self.is_high else f.least) for f in figures
                 if nodes.country[f.node] == origin}  # fmt: skip
        others = [figure for figure in figures if figure.node not in pools]
        if not self.is_high:
            return pools | {figure.node: 0.0 for figure in others}
        for product in sorted({int(nodes.product[figure.node]) for figure in others}):
            own = np.flatnonzero((nodes.product == product) & (nodes.country == origin))
            amount = float(production.at_most[own].sum()) if len(own) \
                else float(production.unnamed[product])  # fmt: skip
            passed = 0.0
            along = [figure for figure in others if nodes.product[figure.node] == product]
            along.sort(key=lambda f: production.amount[f.node] / max(f.part, REACHED))
            for figure in along:
                passed += float(production.amount[figure.node])
                pools[figure.node] = 1.0 if np.isinf(amount) else amount / (amount + passed)
        return pools

    def share_with(self, some: Collection[Figure]) -> float:
        """Trace the share with some figures at their side."""
        network, nan = self.open.network, np.full(self.open.network.size, np.nan)
        production, pools = network.production, self._pools(some)
        stated = StatedOrigins(self.open.origin, nan.copy(), nan.copy(), nan.copy())
        amount = production.amount.copy()
        drawn = []
        for figure in sorted(some, key=lambda figure: figure.kind != PRODUCTION):
            node = figure.node
            if figure.kind == PRODUCTION:
                amount[node] = self.value(figure, some)
            elif figure.kind == TRADE:
                stated.pool[node] = pools[node]
            elif figure.kind == SALES:
                if not self._makes_all(node, some):
                    stated.output[node] = float(self.is_high)
                    amount[node] = production.shown[node]
            else:
                drawn.append(node)
                if self._may_be[node]:
                    stated.inputs[node] = float(self.is_high)
        world = replace(
            network, production=replace(production, amount=amount), inputs=self._inputs(drawn)
        )
        origins = origin_shares(world, self.open.stage, stated=stated)
        sales = origins.share[:, self.open.origin]
        if not self.is_high:
            sales = sales + origins.unknown + origins.untraceable
        return self.open.of_imports(sales)

    def _inputs(self, drawn: Collection[int]) -> Inputs:
        """Return the inputs with the pools of some nodes drawn on that are nearest to the end."""
        inputs, nodes = self.open.network.inputs, self.open.network.nodes
        if not drawn:
            return inputs
        start, draws, possible = (
            stage_order(self.open.network, self.open.stage), inputs.draws, inputs.possible
        )  # fmt: skip
        left = ~np.isin(draws.output, [*drawn])
        rows = [draws.output[left], draws.input[left], draws.share[left]]
        covered = inputs.covered.copy()
        more: list[tuple[int, int, float]] = []
        for node in sorted(drawn):
            near = slice(*np.searchsorted(possible.output, [node, node + 1]).tolist())
            sources, parts = possible.input[near], possible.share[near]
            home = nodes.country[sources] == self.open.origin
            sales = np.where(nodes.order[sources] < start, home, self._sales[sources])
            order = np.argsort(-sales if self.is_high else sales, kind="stable")
            filled = np.minimum(np.cumsum(parts[order]), inputs.covered_least[node])
            fed = np.diff(filled, prepend=0.0)
            covered[node] = min(1.0, float(fed.sum()))
            for source, part in zip(sources[order].tolist(), fed.tolist(), strict=True):
                if part > 0:
                    more.append((node, source, part / fed.sum()))
        if more:
            rows = [np.concatenate([old, new]) for old, new in
                    zip(rows, map(np.asarray, zip(*more, strict=True)), strict=True)]  # fmt: skip
        order = np.lexsort((rows[1], rows[0]))
        output, source, share = (row[order] for row in rows)
        draws = Draws(output.astype(np.int64), source.astype(np.int64), share)
        return replace(inputs, draws=draws, covered=covered)
