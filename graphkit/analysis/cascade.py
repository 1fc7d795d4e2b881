"""A cascade of failures that a cut of exports may start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from graphkit.analysis.columns import SHARE, counts, flags, number, texts
from graphkit.analysis.disruption import cut_flows
from graphkit.analysis.supply import SupplyNetwork
from graphkit.errors import GraphkitError

SMALLEST, ROUNDING = 1e-12, 1e-9
CASCADE = pa.schema([
    *texts("country", "product", "stage"), number("loss", SHARE), *flags("failed"),
    *counts("round"), *texts("hit_by"),
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
    r"""Who fails one after another when some countries cut their exports [1]_.

    A pool whose loss is strictly more than ``tolerance`` times its capacity fails: all that it
    sells, and all that is made out of it at home, is cut by ``spread``. All pools are looked at
    at once, again and again, until none fails any more. Between failures losses are not passed
    on: that is :func:`disruption`.

    Parameters
    ----------
    network, exporters, products, destinations, loss
        As for :func:`disruption`. The exporters' pools of those products do not fail themselves.
    tolerance, spread : float
        0 to 1; in [1]_ t and f.
    capacity : mapping of str to float, optional
        Of each country, in the measure of the flows; in [1]_ its GDP. Otherwise the supply of
        the pool, so that losses are shares of it.
    links : {"supply", "either"}
        "supply": a pool loses what it buys and makes. "either", as in [1]_: a failed pool also
        cuts what it buys, and what a country fails to sell counts as well (the larger of both).

    Returns
    -------
    pyarrow.Table
        One row a pool with a loss: ``country``, ``product``, ``stage``, ``loss`` (of the
        capacity, 0 to 1 where that is the supply), ``failed``, ``round`` (1 for those that the
        cut itself brings down, null if it does not fail), ``hit_by`` (the pool that took most
        when it failed, or takes most in the end). Failed first, by round, then largest loss.

    References
    ----------
    .. [1] Lee, K.-M., Yang, J.-S., Kim, G., Lee, J., Goh, K.-I., Kim, I.-M. (2011). "Impact of
           the Topology of Global Macroeconomic Network on the Spreading of Economic Crises".
           PLoS ONE 6(3), e18443. https://doi.org/10.1371/journal.pone.0018443

    Examples
    --------
    B loses 6 of 8 and fails; then C loses half of what it has and fails with a tolerance of 0.4:

    >>> from graphkit.analysis.supply_tables import supply_network
    >>> flows = pa.table({"supplier": ["A", "B"], "consumer": ["B", "C"],
    ...                   "product": ["ore"] * 2, "tonnes": [6.0, 5.0]})
    >>> mines = pa.table({"country": ["A", "B", "C"], "product": ["ore"] * 3,
    ...                   "tonnes": [6.0, 2.0, 5.0]})
    >>> network = supply_network(flows, mines, measure="tonnes")
    >>> for row in cascade(network, ["A"], tolerance=0.4, spread=1.0).to_pylist():
    ...     print(row["round"], row["country"], row["loss"], row["hit_by"])
    1 B 0.75 A ore
    2 C 0.5 B ore
    """
    for name, value in (("tolerance", tolerance), ("spread", spread)):
        if not 0 <= value <= 1:
            raise GraphkitError(f"found a {name} of {value:g}, wanted 0 to 1")
    if links not in LINKS:
        raise GraphkitError(f"links: found {links!r}, wanted one of {', '.join(LINKS)}")
    cut = cut_flows(network, exporters, products, destinations, loss)
    state = _Spread(network, cut, spread, links == "either", _capacity(network, capacity))
    sellers = np.isin(network.country, network.country[network.nodes_of(exporters)])
    if products is not None:
        sellers &= np.isin(network.product, network.products_of(products))
    lost, failed, rounds, hit_by = _fallen(state, sellers, tolerance)
    rows = np.flatnonzero((lost > SMALLEST) & ~sellers)
    turns = np.where(failed[rows], rounds[rows], network.size + 1)
    rows = rows[np.lexsort((rows, -lost[rows], turns))]
    labels = [network.label(i) if i >= 0 else None for i in hit_by[rows].tolist()]
    return pa.table([
        *network.names(rows), pa.array(lost[rows]), pa.array(failed[rows]),
        pa.array(rounds[rows], mask=~failed[rows]), pa.array(labels, pa.string()),
    ], schema=CASCADE)  # fmt: skip


def _fallen(
    state: _Spread, sellers: np.ndarray, tolerance: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Losses in the end; who failed, in which round, and hit by whom."""
    failed, rounds = np.zeros(len(sellers), bool), np.zeros(len(sellers), np.int64)
    lost, hit_by = state.losses(failed)
    for turn in range(1, len(sellers) + 1):
        new = ~failed & ~sellers & (lost - tolerance > ROUNDING)
        if not new.any():
            break
        rounds[new] = turn
        failed |= new
        lost, worst = state.losses(failed)
        hit_by = np.where(failed, hit_by, worst)
    return lost, failed, rounds, hit_by


@dataclass(frozen=True, eq=False)
class _Spread:
    """What is lost while some pools have failed."""

    network: SupplyNetwork
    cut: np.ndarray
    spread: float
    either: bool
    capacity: np.ndarray

    def losses(self, failed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Loss of each pool over its capacity, and the pool that takes most of it, or -1."""
        net, size = self.network, self.network.size
        down = failed[net.source] | (failed[net.target] & self.either)
        gone = net.amount * np.maximum(self.cut, np.where(down, self.spread, 0.0))
        made = net.produced[net.output] * net.weight
        made = made * np.where(failed[net.input], self.spread, 0.0)
        victims = [np.concatenate([net.target, net.output])]
        causes = [np.concatenate([net.source, net.input])]
        takings = [np.concatenate([gone, made])]
        if self.either:
            victims, causes, takings = (
                [*victims, net.source],
                [*causes, net.target],
                [*takings, gone],
            )
        totals = [np.bincount(v, t, size) for v, t in zip(victims, takings, strict=True)]
        lost = np.maximum.reduce(totals) / np.where(self.capacity > 0, self.capacity, np.inf)
        victim, cause, taken = map(np.concatenate, (victims, causes, takings))
        order = np.lexsort((-cause, taken, victim))
        worst = np.full(size, -1)
        order = order[taken[order] > 0]
        worst[victim[order]] = cause[order]
        return lost, worst


def _capacity(network: SupplyNetwork, given: Mapping[str, float] | None) -> np.ndarray:
    if given is None:
        return network.supply
    lacking = [c for c in network.countries if not given.get(c, 0.0) > 0]
    if lacking:
        raise GraphkitError(f"found no capacity of {', '.join(lacking)}, wanted one of each")
    by_country = np.asarray([given[c] for c in network.countries], np.float64)
    return np.asarray(by_country[network.country])
