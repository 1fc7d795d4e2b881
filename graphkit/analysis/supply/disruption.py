"""Export cuts followed through the stages, and the failures they may cascade into."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import pyarrow as pa

from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.analysis.supply.production import MISSING, OBSERVED
from graphkit.analysis.supply.production_cut import Part, Parts, production_cut
from graphkit.analysis.supply.ranges import ExportCut, loss_ranges, production_losses
from graphkit.analysis.supply.removal import system
from graphkit.analysis.supply.trade import IN_WORDS
from graphkit.arrow import SHARE, counts, flags, number, texts
from graphkit.errors import GraphkitError

SMALLEST, ROUNDING = 1e-12, 1e-9
MOST_SELLERS = 10
"""Pools of those who cut, for each loss, up to which one factor serves all losses."""
NONE = np.empty(0, np.int64)
UNCOVERED = ("uncovered_low", "uncovered_high")
"""Range of what of a loss no slack recovers."""
LOSSES = pa.schema([
    *texts("consumer", "product", "stage"),
    *(number(n, SHARE) for n in ("direct", "indirect", "lost_share", "low", "high")),
    number("lost_imports"), *(number(n, SHARE) for n in ("recovered", "uncovered")),
    *(number(n, SHARE) for n in UNCOVERED),
    *flags("nothing_left"),
])  # fmt: skip


def disruption(
    network: SupplyNetwork,
    exporters: Sequence[str],
    *,
    products: Sequence[str] | None = None,
    destinations: Sequence[str] | None = None,
    loss: float = 1.0,
    slack: float = 0.0,
    consumers: Sequence[str] | None = None,
    base: str = "imports",
    minimum: float = 0.0,
    stops: Parts | None = None,
) -> pa.Table:
    r"""Compute every consumer's loss if some countries cut their exports of some products.

    The exports are cut, not what the exporters use at home. With :math:`Q` the shares of each
    pool by the pools it comes out of, bought or made into the product, and :math:`\lambda` the
    part of each link that is cut,

    .. math:: \ell = b + \hat Q \ell, \quad \hat Q_{ji} = Q_{ji} (1 - \lambda_{ji}), \quad
              b_j = \sum_i Q_{ji} \lambda_{ji}

    so that everybody passes on their loss in proportion and nobody substitutes. ``direct`` is b;
    the rest comes through others: re-exporters, and makers of later products. For imports,
    both are the same sums over what the country buys. With slack, the remaining suppliers
    deliver up to slack more of the part u that contains none of the exports that are cut:
    :math:`\min(\ell_j, slack \cdot u_j)` is recovered. What is uncovered grows with the loss and
    with :math:`1 - u_j`, the loss of a whole cut, so that its range has the ends of both. Where a
    part :math:`\mu` of what a country makes stops too, its own part of the pool adds :math:`\mu`
    to b, and passes on the part :math:`1 - \mu` of what its inputs lose.

    Parameters
    ----------
    network : SupplyNetwork
    exporters : sequence of str
        The countries that cut. Trade among them goes on. None, if only production stops.
    products, destinations : sequence of str, optional
        The products that are cut, and their buyers; by default all.
    loss : float
        The share of those exports, and of what stops, that is lost: more than 0, at most 1.
    slack : float
        Extra output of the remaining suppliers, 0 or more.
    consumers : sequence of str, optional
        Only these.
    base : {"imports", "supply"}
        The total of the shares: the consumer's imports, or its imports and production, which it
        can lose too for lack of inputs.
    minimum : float
        Leave out losses that are at most this even at the upper end of their range.
    stops : mapping, optional
        Parts of countries' production that stop, of a country and product from 0 to 1: the part
        that is known and the most that it may be.

    Returns
    -------
    pyarrow.Table
        ``consumer``, ``product``, ``stage``; of the consumer's imports or supply (0 to 1)
        ``direct``, ``indirect`` and their sum ``lost_share``, with its range ``low`` to ``high``
        (left open by missing data: :func:`~graphkit.analysis.supply.ranges.loss_ranges`);
        ``lost_imports`` in the measure; ``recovered`` and ``uncovered`` of the loss, and the range
        ``uncovered_low`` to ``uncovered_high``;
        ``nothing_left``, where even ``low`` leaves nothing. The exporters are consumers
        too. In order of the chain of products, largest uncovered loss first.

    Raises
    ------
    GraphkitError
        A loss or slack out of range; a country or product without data; nothing to cut, seen or
        unseen.

    Examples
    --------
    C buys half from A, half from B, and B buys all it has from A. A cuts its exports by 80 %:

    >>> from graphkit.analysis.supply.build import supply_network
    >>> flows = pa.table({"supplier": ["A", "A", "B"], "consumer": ["B", "C", "C"],
    ...                   "product": ["ore"] * 3, "tonnes": [4.0, 3.0, 3.0]})
    >>> mines = pa.table({"country": ["A"], "product": ["ore"], "tonnes": [9.0]})
    >>> network = supply_network(flows, mines, measure="tonnes")
    >>> for row in disruption(network, ["A"], loss=0.8).to_pylist():
    ...     shares = (row["direct"], row["indirect"], row["lost_share"])
    ...     print(row["consumer"], *(round(share, 3) for share in shares))
    B 0.8 0.0 0.8
    C 0.4 0.4 0.8
    """
    if not slack >= 0:
        raise GraphkitError(f"found a slack of {slack:g}, wanted 0 or more")
    losses = list(dict.fromkeys([loss, 1.0]))  # 1: what slack cannot be of
    nodes = network.select(consumers, None, base)
    if exporters or stops is None:
        cut = export_cut(network, exporters, products, destinations, losses)
    else:
        cut = no_exports(network, losses)
    stopped, ended = None, np.zeros(network.size)
    if stops is not None:
        stopped = production_cut(network, [_scaled(stops, part) for part in losses])
        ended = network.pools.own * production_cut(network, [stops]).low[:, 0]
    lost_shares = _lost(network, cut.flows, ended, losses)
    lows, highs = loss_ranges(network, [NONE] * len(losses), cut, stopped)
    shares = []
    for place, part in enumerate(losses):
        flows, lost = cut.flows * part, lost_shares[place]
        low, high = lows[:, place], highs[:, place]
        direct = _direct(network, flows, ended * part, base)
        lost_imports = _lost_amount(network, flows, lost)
        if base == "imports":
            lost, low, high = (_of_imports(network, flows, ends) for ends in (lost, low, high))
        shares.append((direct, lost, lost_imports, np.minimum(low, lost), np.maximum(high, lost)))
    direct, lost, lost_imports, low, high = shares[0]
    _, passed, _, passed_low, passed_high = shares[-1]
    recovered, recovered_low, recovered_high = (
        np.minimum(ends, slack * (1.0 - all_lost))
        for ends, all_lost in ((lost, passed), (low, passed_low), (high, passed_high))
    )
    uncovered = lost - recovered
    least, most = low - recovered_low, high - recovered_high
    rows = nodes[high[nodes] > max(minimum, SMALLEST)]
    keys = (
        network.nodes.country[rows], -uncovered[rows].round(12), network.nodes.product[rows]
    )  # fmt: skip
    rows = rows[np.lexsort(keys)]
    numbers = (
        direct, lost - direct, lost, low, high, lost_imports, recovered, uncovered, least, most,
        least >= 1 - ROUNDING,
    )  # fmt: skip
    columns = [*network.nodes.names(rows), *(pa.array(column[rows]) for column in numbers)]
    return pa.table(columns, schema=_in_unit(LOSSES, "lost_imports", network))


def _scaled(stops: Parts, loss: float) -> Parts:
    """Return the parts of production that stop if plants lose a share of what they make."""
    return {place: Part(loss * part.low, loss * part.high) for place, part in stops.items()}


def _in_unit(schema: pa.Schema, name: str, network: SupplyNetwork) -> pa.Schema:
    """Give an amount the unit of the flows."""
    field = schema.field(name).with_metadata({"unit": network.unit})
    return schema.set(schema.get_field_index(name), field)


def export_cut(
    network: SupplyNetwork, exporters: Sequence[str], products: Sequence[str] | None,
    destinations: Sequence[str] | None, losses: Sequence[float], *, unseen: bool = True,
) -> ExportCut:  # fmt: skip
    """Describe the cut of :func:`disruption`'s parameters; without ``unseen``, of trade alone."""
    for loss in losses:
        if not 0 < loss <= 1:
            raise GraphkitError(f"found a loss of {loss:g}, wanted more than 0, at most 1")
    nodes, trade, absent = network.nodes, network.trade, network.inputs.absent
    sellers = np.isin(np.arange(network.size), nodes.of_countries(exporters))
    flows = sellers[trade.source] & ~sellers[trade.target]
    goods = np.ones(len(network.products), bool)
    unknown = np.ones(len(absent.products), bool)
    if products is not None:
        places = nodes.product_places({*products} - {*absent.products})
        flows &= np.isin(nodes.product[trade.source], places)
        goods = np.isin(np.arange(len(goods)), places)
        unknown = np.isin(absent.products, list(products))
    if destinations is not None:
        buyers = np.isin(np.arange(network.size), nodes.of_countries(destinations))
        flows &= buyers[trade.target]
    if not flows.any() and not (unseen and (goods[~trade.traded].any() or unknown.any())):
        scope = ", ".join(products) if products is not None else "any product"
        buyer = f" to {', '.join(destinations)}" if destinations is not None else ""
        raise GraphkitError(
            f"no exports of {scope} from {', '.join(exporters)}{buyer} are known "
            f"{IN_WORDS[network.measure]}"
        )
    inputs = np.asarray(absent.outputs[unknown].any(axis=0))
    borders = len(exporters) if destinations is None else min(len(exporters), len(destinations))
    return ExportCut(flows, goods, inputs, borders, np.asarray(losses))


def no_exports(network: SupplyNetwork, losses: Sequence[float]) -> ExportCut:
    """Describe a cut of no exports."""
    none = np.zeros(len(network.products), bool)
    return ExportCut(np.zeros(len(network.trade.amount), bool), none, none, 0, np.asarray(losses))


def _lost(
    network: SupplyNetwork, cut: np.ndarray, ended: np.ndarray, losses: Sequence[float]
) -> list[np.ndarray]:
    r"""Compute each pool's full loss of supply, for each loss of the flows that are cut.

    ``ended`` is the part of each pool that its country no longer makes itself, with a loss of 1.

    With C the parts of pools that the cut flows are, in the columns S of those who cut, and
    :math:`M = I - Q`, several losses need one factor of M:

    .. math:: (M + \lambda C) \ell = \lambda C 1, \quad G = M^{-1} C, \quad
              (I + \lambda G_{SS}) \ell_S = \lambda G_S 1, \quad
              \ell = \lambda G (1 - \ell_S)
    """
    from scipy.sparse import csr_array, diags_array
    from scipy.sparse.linalg import splu, spsolve

    trade, pools, size = network.trade, network.pools, network.size
    share = trade.amount / pools.supply[trade.target]
    sellers = np.unique(trade.source[cut])

    def without(loss: float) -> Any:
        uncut = (share * (1 - loss * cut), (trade.target, trade.source))
        links = pools.links - pools.bought + csr_array(uncut, shape=(size, size))
        if ended.any():
            links = links - diags_array(loss * ended) @ network.inputs.made
        return system(network, links)

    direct = np.bincount(trade.target, share * cut, size) + ended
    if not len(sellers) and not ended.any():
        return [np.zeros(size) for _ in losses]
    if len(losses) == 1 or ended.any() or len(sellers) > MOST_SELLERS * len(losses):
        return [
            np.clip(spsolve(without(loss), loss * direct), 0.0, 1.0) for loss in losses
        ]  # fmt: skip
    factor = splu(without(0.0))
    effect = factor.solve((without(1.0) - without(0.0))[:, sellers].toarray())
    first = factor.solve(direct)
    results = []
    for loss in losses:
        matrix = np.eye(len(sellers)) + loss * effect[sellers]
        own = np.linalg.solve(matrix, loss * first[sellers])
        results.append(np.clip(loss * (first - effect @ own), 0.0, 1.0))
    return results


def _direct(network: SupplyNetwork, cut: np.ndarray, ended: np.ndarray, base: str) -> np.ndarray:
    """Return the share of each node's imports, or supply, that is cut or no longer made."""
    if base == "imports":
        return _of_imports(network, cut, ended)
    trade = network.trade
    share = trade.amount / network.pools.supply[trade.target]
    return np.asarray(np.bincount(trade.target, share * cut, network.size) + ended)


def _lost_amount(network: SupplyNetwork, cut: np.ndarray, lost: np.ndarray) -> np.ndarray:
    """Return what of each node's imports is cut, or lost by its sellers."""
    trade = network.trade
    lost_amount = trade.amount * (cut + (1 - cut) * lost[trade.source])
    return np.bincount(trade.target, lost_amount, network.size)


def _of_imports(network: SupplyNetwork, cut: np.ndarray, lost: np.ndarray) -> np.ndarray:
    """Return the share of each node's imports that is cut, or lost by its sellers."""
    imports = network.trade.imports
    total = np.where(imports > 0, imports, 1.0)
    return np.clip(_lost_amount(network, cut, lost) / total, 0.0, 1.0)


CASCADE = pa.schema([
    *texts("country", "product", "stage"),
    *(number(n, SHARE) for n in ("lost_share", "low", "high")),
    number("lost"), *flags("failed"), *counts("round"), *texts("verdict", "hit_by"),
])  # fmt: skip
LINKS = ("supply", "either")


def cascade(
    network: SupplyNetwork,
    exporters: Sequence[str],
    *,
    products: Sequence[str] | None = None,
    destinations: Sequence[str] | None = None,
    loss: float = 1.0,
    tolerance: float,
    spread: float,
    capacity: Mapping[str, float] | None = None,
    links: str = "supply",
) -> pa.Table:
    r"""Find the pools that fail one after another when some countries cut their exports [1]_.

    A pool whose loss is strictly more than ``tolerance`` times its capacity fails: its sales and
    the products made out of it at home are cut by ``spread``. Each round checks all pools at
    once, until no more fail. Losses below failure are not passed on: that is
    :func:`disruption`.

    Parameters
    ----------
    network, exporters, products, destinations, loss
        As for :func:`disruption`. The exporters' pools of those products do not fail themselves.
    tolerance, spread : float
        0 to 1; in [1]_ t and f.
    capacity : mapping of str to float, optional
        Of each country, in the measure of the flows; in [1]_ its GDP. By default the supply of
        the pool, so that losses are shares of it.
    links : {"supply", "either"}
        "supply": a pool loses imports and production. "either", as in [1]_: a failed pool also
        cuts its purchases, and lost sales count as well (the larger of both).

    Returns
    -------
    pyarrow.Table
        One row per pool with a loss, or that may fail: ``country``, ``product``, ``stage``,
        ``lost_share`` (of the capacity, 0 to 1 where that is the supply) and its range ``low`` to
        ``high`` (as below; null with a capacity or "either"), ``lost`` (the loss in the measure
        of the capacity), ``failed``, ``round`` (1 for those that the
        cut itself brings down, null if it does not fail), ``verdict`` ("certain" if it fails
        whatever was not published, "as traced" if it fails by the network's figures, "possible"
        if it may; null if it cannot or there is no range), ``hit_by`` (the pool that caused most
        of the loss when it failed, or in the end). Failed first, by round, then largest loss.

    Notes
    -----
    A pool with production P and imports I that loses g of its imports, and the part m of what it
    makes for lack of inputs, loses :math:`(g + m P) / (P + I)` of its supply. The range takes
    unpublished production from the least that trade shows to any amount, the inputs in any
    split, and unknown inputs and goods whose way is unseen as lost with the cut or not, if they
    or a product behind them is cut. The cascade runs once with all lower ends, and once with all
    upper ends.

    References
    ----------
    .. [1] Lee, K.-M., Yang, J.-S., Kim, G., Lee, J., Goh, K.-I., Kim, I.-M. (2011). "Impact of
           the Topology of Global Macroeconomic Network on the Spreading of Economic Crises".
           PLoS ONE 6(3), e18443. https://doi.org/10.1371/journal.pone.0018443

    Examples
    --------
    B loses 6 of 8 and fails; then C loses half of what it has and fails with a tolerance of 0.4:

    >>> from graphkit.analysis.supply.build import supply_network
    >>> flows = pa.table({"supplier": ["A", "B"], "consumer": ["B", "C"],
    ...                   "product": ["ore"] * 2, "tonnes": [6.0, 5.0]})
    >>> mines = pa.table({"country": ["A", "B", "C"], "product": ["ore"] * 3,
    ...                   "tonnes": [6.0, 2.0, 5.0]})
    >>> network = supply_network(flows, mines, measure="tonnes")
    >>> for row in cascade(network, ["A"], tolerance=0.4, spread=1.0).to_pylist():
    ...     print(row["round"], row["country"], row["lost_share"], row["hit_by"])
    1 B 0.75 A ore
    2 C 0.5 B ore
    """
    for name, value in (("tolerance", tolerance), ("spread", spread)):
        if not 0 <= value <= 1:
            raise GraphkitError(f"found a {name} of {value:g}, wanted 0 to 1")
    if links not in LINKS:
        raise GraphkitError(f"links: found {links!r}, wanted one of {', '.join(LINKS)}")
    cut = export_cut(network, exporters, products, destinations, [loss], unseen=False)
    state = _Spread(network, cut, loss, spread, links == "either", _capacity(network, capacity))
    nodes = network.nodes
    sellers = np.isin(nodes.country, nodes.country[nodes.of_countries(exporters)])
    if products is not None:
        sellers &= np.isin(nodes.product, nodes.product_places(products))
    lost, failed, rounds, hit_by = _fallen(state.losses, sellers, tolerance)
    low, high, verdicts = _graded(state, sellers, tolerance, lost, failed)
    if capacity is not None or state.either:
        low, high, verdicts = (np.full(network.size, None) for _ in range(3))
    rows = np.flatnonzero(((lost > SMALLEST) | (verdicts != None)) & ~sellers)  # noqa: E711
    turns = np.where(failed[rows], rounds[rows], network.size + 1)
    rows = rows[np.lexsort((rows, -lost[rows], turns))]
    labels = [nodes.label(i) if i >= 0 else None for i in hit_by[rows].tolist()]
    return pa.table([
        *nodes.names(rows),
        *(pa.array(shares[rows], pa.float64()) for shares in (lost, low, high)),
        pa.array((lost * state.capacity)[rows]),
        pa.array(failed[rows]), pa.array(rounds[rows], mask=~failed[rows]),
        pa.array(verdicts[rows], pa.string()), pa.array(labels, pa.string()),
    ], schema=_in_unit(CASCADE, "lost", network))  # fmt: skip


def _graded(
    state: _Spread, sellers: np.ndarray, tolerance: float, lost: np.ndarray, failed: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the range of each loss, and how sure each failure is."""
    ranges, failures = [], []
    for highest, pick in ((False, np.minimum), (True, np.maximum)):
        losses, fallen, _, _ = _fallen(partial(state.bound, highest), sellers, tolerance)
        ranges.append(pick(losses, lost))
        failures.append(fallen)
    grades = np.full(len(lost), None, object)
    grades[failures[1]] = "possible"
    grades[failed] = "as traced"
    grades[failures[0]] = "certain"
    return ranges[0], ranges[1], grades


def _fallen(
    losses: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]],
    sellers: np.ndarray,
    tolerance: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the final losses, and the round and the cause of each failure."""
    failed, rounds = np.zeros(len(sellers), bool), np.zeros(len(sellers), np.int64)
    lost, hit_by = losses(failed)
    for turn in range(1, len(sellers) + 1):
        new = ~failed & ~sellers & (lost - tolerance > ROUNDING)
        if not new.any():
            break
        rounds[new] = turn
        failed |= new
        lost, worst = losses(failed)
        hit_by = np.where(failed, hit_by, worst)
    return lost, failed, rounds, hit_by


@dataclass(frozen=True, eq=False)
class _Spread:
    """The losses while some pools have failed."""

    network: SupplyNetwork
    exports: ExportCut
    loss: float
    spread: float
    either: bool
    capacity: np.ndarray

    @property
    def cut(self) -> np.ndarray:
        """The part of each flow that is cut."""
        return self.loss * self.exports.flows

    @cached_property
    def unseen(self) -> tuple[np.ndarray, np.ndarray]:
        """The most that unseen inputs of each node lose, and unseen goods of its own product."""
        trade, behind, nodes = self.network.trade, self.network.inputs.behind, self.network.nodes
        goods = self.exports.products & ~trade.traded
        goods[nodes.product[trade.source[self.exports.flows]]] = True
        absent = (behind & self.exports.absent).any(axis=1)
        earlier = (behind & goods & ~np.eye(len(goods), dtype=bool)).any(axis=1) | absent
        most = max(self.loss, self.spread)
        return most * earlier[nodes.product], most * (earlier | goods)[nodes.product]

    def bound(self, highest: bool, failed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the least or the most of each pool's loss, and no causes."""
        network, trade, production = self.network, self.network.trade, self.network.production
        state, (inputs, goods) = production.state, self.unseen
        spread = np.where(failed, self.spread, 0.0)
        lost_amount = trade.amount * np.maximum(self.cut, spread[trade.source])
        lost_imports = np.bincount(trade.target, lost_amount, network.size)
        outputs = production_losses(network, spread, spread, inputs)[int(highest)]
        unnamed = production.unnamed_sales > 0
        if highest:
            outputs = np.where(unnamed | ~trade.traded_nodes, np.maximum(outputs, goods), outputs)
        else:
            own = network.unseen.own_parts(np.arange(network.size), "unknown")
            outputs = np.where(unnamed, 0.0, own * outputs)
        open_end = (state != OBSERVED) & ~((state == MISSING) & production.listed)
        pick, losses = np.maximum if highest else np.minimum, []
        for amount in (np.where(open_end, production.shown, production.amount), production.amount):
            pool = amount + trade.imports
            losses.append((lost_imports + outputs * amount) / np.where(pool > 0, pool, np.inf))
        lost = pick(*losses)
        return np.where(open_end, pick(lost, outputs), lost), np.full(network.size, -1)

    def losses(self, failed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return each pool's loss over its capacity, and the pool that causes most of it, or -1."""
        trade, draws, size = self.network.trade, self.network.inputs.draws, self.network.size
        down = failed[trade.source] | (failed[trade.target] & self.either)
        lost_sales = trade.amount * np.maximum(self.cut, np.where(down, self.spread, 0.0))
        output = self.network.production.amount[draws.output]
        fed = output * self.network.inputs.covered[draws.output] * draws.share
        lost_output = fed * np.where(failed[draws.input], self.spread, 0.0)
        victims = [np.concatenate([trade.target, draws.output])]
        causes = [np.concatenate([trade.source, draws.input])]
        amounts = [np.concatenate([lost_sales, lost_output])]
        if self.either:
            victims.append(trade.source)
            causes.append(trade.target)
            amounts.append(lost_sales)
        totals = [
            np.bincount(nodes, lost, size) for nodes, lost in zip(victims, amounts, strict=True)
        ]
        losses = np.maximum.reduce(totals) / np.where(self.capacity > 0, self.capacity, np.inf)
        victim, cause, amount = map(np.concatenate, (victims, causes, amounts))
        order = np.lexsort((-cause, amount, victim))
        worst = np.full(size, -1)
        order = order[amount[order] > 0]
        worst[victim[order]] = cause[order]
        return losses, worst


def _capacity(network: SupplyNetwork, capacity: Mapping[str, float] | None) -> np.ndarray:
    if capacity is None:
        return network.pools.supply
    lacking = [country for country in network.countries if not capacity.get(country, 0.0) > 0]
    if lacking:
        raise GraphkitError(f"found no capacity of {', '.join(lacking)}, wanted one of each")
    by_country = np.asarray([capacity[country] for country in network.countries], np.float64)
    return np.asarray(by_country[network.nodes.country])
