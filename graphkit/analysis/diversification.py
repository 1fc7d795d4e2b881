"""Diversification: purchases in which no supplier is above a share, as a linear programme."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from graphkit.arrow import Floats

TOLERANCE = 1e-10
"""Part of the demand by which a solution may miss a limit."""
TIGHT = 1e-7
"""Part of the demand up to which a limit is reached, and a shortfall is rounding."""
CHANGE, CUT, STRAIN, COST = "change", "cut", "strain", "cost"
SHARE, SHORTFALL = "share", "shortfall"
PRECISION = {"primal_feasibility_tolerance": TOLERANCE, "dual_feasibility_tolerance": TOLERANCE}
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Purchases:
    """Purchases of one product by some consumers, and what their sellers can add."""

    bought: Floats
    """Amounts of today, consumers by sellers."""
    demand: Floats
    """Amount that each consumer needs."""
    spare: Floats
    """Most that each seller can add, to all these consumers together."""
    prices: Floats
    """Value of one unit of each seller's goods."""
    capped: Floats
    """Suppliers that the share is a limit for, by sellers: the part of a seller's goods that counts
    as the supplier's. Mostly a seller is a supplier; a bloc is several, an origin parts of them."""
    may_add: Flags
    """Sellers that may deliver more to each consumer, consumers by sellers."""
    left_out: Flags
    """Sellers of which nothing may be bought."""

    @property
    def shape(self) -> tuple[int, int]:
        """Number of consumers and of sellers."""
        return self.bought.shape[0], self.bought.shape[1]

    @cached_property
    def unit(self) -> float:
        """Amount that the programme counts in, so that numbers are near 1."""
        return float(self.demand.sum()) or 1.0


@dataclass(frozen=True)
class Plan:
    """Purchases that keep to every limit, or come as near as they can."""

    amounts: Floats
    """Consumers by sellers."""
    strain: float
    """Largest part of its spare amount that a seller delivers, where that was sought; else 1."""
    worth_of_spare: Floats
    """Fall of what was sought, for one more unit of each seller's spare amount."""
    worth_of_share: Floats
    """The same for one more unit that the share allows, consumers by capped suppliers."""


@dataclass(frozen=True)
class Certificate:
    r"""Proof that no purchases keep to the limits, in sums that can be checked by hand.

    With weights :math:`y_j` of consumers and :math:`w_{jg}` of capped suppliers, none negative, all
    purchases within the limits have

    .. math:: \sum_j y_j D_j - m \sum_{jg} w_{jg} D_j \le
              \sum_{js} (y_j - \sum_g w_{jg} G_{gs})^+ b_{js} +
              \sum_s \max_j (y_j - \sum_g w_{jg} G_{gs})^+ c_s

    with today's purchases b and spare amounts c. Weights are mostly 0 and 1: then the left side is
    what is needed from all but the suppliers at their share, the right side what these deliver
    today and can add.
    """

    consumers: Floats
    """Weight of each consumer."""
    suppliers: Floats
    """Weights of capped suppliers, by consumers."""
    needed: float
    today: float
    spare: float

    @property
    def shortfall(self) -> float:
        """Amount that is lacking: the least that further sellers have to deliver."""
        return self.needed - self.today - self.spare


def plan(purchases: Purchases, max_share: float, least: str = CHANGE) -> Plan | None:
    r"""Compute purchases in which no capped supplier is above a share of any consumer's demand.

    With :math:`b_{js}` bought today, :math:`D_j` the demand, :math:`m` the share, :math:`G_{gs}`
    the part of a seller's goods that counts as a capped supplier's, :math:`c_s` the spare amounts
    and :math:`u_s` unit values, it minimises one of

    .. math:: \sum_{js} (x_{js} - b_{js})^+ \quad\text{or}\quad \sum_{js} u_s x_{js}

    subject to :math:`\sum_s x_{js} = D_j`, :math:`\sum_s G_{gs} x_{js} \le m D_j`,
    :math:`\sum_j (x_{js} - b_{js})^+ \le c_s`, and 0 for sellers that are left out. Of all
    purchases with the least change it takes those in which the sellers add the smallest part of
    what they can. HiGHS [1]_ solves it.

    Parameters
    ----------
    purchases : Purchases
    max_share : float
        More than 0, at most 1.
    least : {"change", "cost"}

    Returns
    -------
    Plan or None
        None if no purchases keep to all limits: see :func:`certificate`.

    References
    ----------
    .. [1] Huangfu, Q., Hall, J. A. J. (2018). "Parallelizing the dual revised simplex method".
           Mathematical Programming Computation 10, 119-142.
           https://doi.org/10.1007/s12532-017-0130-5

    Examples
    --------
    Of 100 the first sells 80, the second 20; the second can add 20, the third 40. To have no more
    than half from the first, 30 move: of what the others can add, half.

    >>> purchases = Purchases(
    ...     bought=np.array([[80.0, 20.0, 0.0]]), demand=np.array([100.0]),
    ...     spare=np.array([0.0, 20.0, 40.0]), prices=np.array([1.0, 3.0, 2.0]), capped=np.eye(3),
    ...     may_add=np.ones((1, 3), bool), left_out=np.zeros(3, bool))
    >>> result = plan(purchases, 0.5)
    >>> result.amounts.round(6).tolist(), round(result.strain, 6)
    ([[50.0, 30.0, 20.0]], 0.5)
    >>> plan(purchases, 0.5, "cost").amounts.round(6).tolist()
    [[50.0, 10.0, 40.0]]
    >>> plan(purchases, 0.3) is None
    True
    """
    programme = _Programme(purchases)
    solution = programme.least(least, max_share)
    if solution is None:
        return None
    if least == COST:
        result = programme.plan_of(solution, solution)
        worth = (result.worth_of_spare, result.worth_of_share)
        prices = [programme.price_unit * values for values in worth]
        return replace(result, worth_of_spare=prices[0], worth_of_share=prices[1])
    even = programme.least(STRAIN, max_share, solution.fun)
    return programme.plan_of(solution, even or solution)


def least_share(purchases: Purchases) -> tuple[float, Plan] | None:
    """Compute the least share that every capped supplier can be brought to, and the purchases.

    Returns
    -------
    (float, Plan) or None
        None if demand cannot be met at any share.
    """
    programme = _Programme(purchases)
    solution = programme.least(SHARE, None)
    if solution is None:
        return None
    even = programme.least(STRAIN, solution.fun + TOLERANCE)
    return float(solution.fun), programme.plan_of(solution, even or solution)


def certificate(purchases: Purchases, max_share: float) -> Certificate:
    """Compute the proof that a share cannot be reached; of one that can, its shortfall is none.

    Examples
    --------
    As for :func:`plan`, with a share of 0.3: 70 are needed from the second and third, but both may
    deliver 30 at most.

    >>> purchases = Purchases(
    ...     bought=np.array([[80.0, 20.0, 0.0]]), demand=np.array([100.0]),
    ...     spare=np.array([0.0, 20.0, 20.0]), prices=np.ones(3), capped=np.eye(3),
    ...     may_add=np.ones((1, 3), bool), left_out=np.zeros(3, bool))
    >>> proof = certificate(purchases, 0.5)
    >>> proof.suppliers.tolist(), proof.needed, proof.today, proof.spare, proof.shortfall
    ([[1.0, 0.0, 0.0]], 50.0, 20.0, 40.0, -10.0)
    >>> proof = certificate(purchases, 0.3)
    >>> proof.suppliers.tolist(), proof.needed, proof.today, proof.spare, proof.shortfall
    ([[1.0, 1.0, 0.0]], 40.0, 0.0, 20.0, 20.0)
    """
    programme = _Programme(purchases)
    solution = programme.least(SHORTFALL, max_share)
    consumers = np.ones(purchases.shape[0])
    suppliers = np.zeros((purchases.shape[0], purchases.capped.shape[0]))
    if solution is not None and solution.fun > TIGHT:
        consumers = _rounded(solution.eqlin.marginals)
        suppliers = _rounded(-programme.of_shares(solution.ineqlin.marginals))
    else:  # the suppliers that could deliver more than the share
        can_deliver = _most(purchases) @ purchases.capped.T
        suppliers[can_deliver > max_share * purchases.demand[:, None]] = 1.0
    return weighted(purchases, max_share, consumers, suppliers)


def weighted(
    purchases: Purchases, max_share: float, consumers: Floats, suppliers: Floats
) -> Certificate:
    """Compute both sides of a proof from its weights."""
    parts = np.maximum(consumers[:, None] - suppliers @ purchases.capped, 0.0)
    buys = np.where(purchases.left_out, 0.0, purchases.bought)
    adds = np.where(purchases.may_add & ~purchases.left_out, parts, 0.0).max(axis=0)
    shares = max_share * (suppliers * purchases.demand[:, None]).sum()
    return Certificate(
        consumers, suppliers,
        needed=float(consumers @ purchases.demand - shares),
        today=float((parts * buys).sum()), spare=float(adds @ purchases.spare),
    )  # fmt: skip


def _most(purchases: Purchases) -> Floats:
    """Compute the most that each seller can deliver to each consumer by itself."""
    adds = np.where(purchases.may_add, purchases.spare, 0.0)
    return np.where(purchases.left_out, 0.0, purchases.bought + adds)


def _rounded(weights: Floats) -> Floats:
    """Drop the noise of a solver from weights that are mostly whole."""
    return np.clip(np.round(weights, 9), 0.0, None) + 0.0


@dataclass(frozen=True)
class _Columns:
    """The columns of the programme: additions and cuts by pairs, then strain, share, shortfalls."""

    pairs: int
    consumers: int

    def __getitem__(self, name: str) -> slice:
        start = 2 * self.pairs
        return {
            CHANGE: slice(0, self.pairs),
            CUT: slice(self.pairs, start),
            STRAIN: slice(start, start + 1),
            SHARE: slice(start + 1, start + 2),
            SHORTFALL: slice(start + 2, start + 2 + self.consumers),
        }[name]

    def zeros(self) -> Floats:
        """Make a row of zeros."""
        return np.zeros(2 * self.pairs + 2 + self.consumers)


class _Programme:
    """The linear programme of some purchases, in parts of their demand."""

    def __init__(self, purchases: Purchases) -> None:
        from scipy.sparse import block_array, csr_array, eye_array, kron

        self.purchases = purchases
        consumers, sellers = purchases.shape
        suppliers = len(purchases.capped)
        self.columns = _Columns(consumers * sellers, consumers)
        self.bought = purchases.bought / purchases.unit
        self.demand = purchases.demand / purchases.unit
        highest = float(np.abs(purchases.prices).max(initial=0.0))
        self.price_unit = highest or 1.0
        identity = eye_array(consumers, format="csr")
        total = kron(identity, np.ones((1, sellers)), format="csr")
        shares = kron(identity, csr_array(purchases.capped), format="csr")
        additions = kron(np.ones((1, consumers)), eye_array(sellers), format="csr")
        ones = csr_array(np.ones((1, self.columns.pairs)))
        allowed = csr_array(-np.repeat(self.demand, suppliers)[:, None])
        spare = csr_array(-(purchases.spare / purchases.unit)[:, None])
        nothing = csr_array((consumers, 2))
        self.equal = block_array([[total, -total, nothing, identity]], format="csr")
        self.at_most = block_array([
            [shares, -shares, csr_array((len(self.demand) * suppliers, 1)), allowed, None],
            [additions, None, spare, None, csr_array((sellers, consumers))],
            [ones, None, None, None, None],
        ], format="csr")  # fmt: skip

    def least(self, name: str, share: float | None, change: float | None = None) -> Any:
        """Minimise one quantity within the limits; None if nothing is within them.

        Without a ``share``, it is free; ``change`` is the most that may be added in all.
        """
        from scipy.optimize import linprog

        solution = linprog(
            self._goal(name), A_ub=self.at_most, b_ub=self._limits(change), A_eq=self.equal,
            b_eq=self.demand - self.bought.sum(axis=1), bounds=self._bounds(name, share),
            method="highs", options=PRECISION,
        )  # fmt: skip
        return solution if solution.status == 0 else None

    def _goal(self, name: str) -> Floats:
        goal = self.columns.zeros()
        if name == COST:
            prices = np.tile(self.purchases.prices / self.price_unit, len(self.demand))
            goal[self.columns[CHANGE]], goal[self.columns[CUT]] = prices, -prices
        else:
            goal[self.columns[name]] = 1.0
        return goal

    def _limits(self, change: float | None) -> Floats:
        p = self.purchases
        most = 1.0 + self.demand.sum() + self.bought.sum() if change is None else change + TOLERANCE
        return np.concatenate([-(self.bought @ p.capped.T).ravel(), np.zeros(p.shape[1]), [most]])

    def _bounds(self, name: str, share: float | None) -> Floats:
        p, low, high = self.purchases, self.columns.zeros(), self.columns.zeros()
        high[self.columns[CHANGE]] = np.where(p.may_add & ~p.left_out, np.inf, 0.0).ravel()
        low[self.columns[CUT]] = np.where(p.left_out, self.bought, 0.0).ravel()
        high[self.columns[CUT]] = self.bought.ravel()
        low[self.columns[STRAIN]], high[self.columns[STRAIN]] = float(name != STRAIN), 1.0
        low[self.columns[SHARE]] = 0.0 if share is None else share
        high[self.columns[SHARE]] = np.inf if share is None else share
        high[self.columns[SHORTFALL]] = np.inf if name == SHORTFALL else 0.0
        return np.column_stack([low, high])

    def of_shares(self, marginals: Floats) -> Floats:
        """Select the marginal values of the shares, consumers by capped suppliers."""
        consumers, suppliers = len(self.demand), len(self.purchases.capped)
        return marginals[: consumers * suppliers].reshape(consumers, suppliers)

    def plan_of(self, priced: Any, solution: Any) -> Plan:
        """Read the purchases off a solution, and the worth of limits off the one before it."""
        p, marginals = self.purchases, -priced.ineqlin.marginals
        changes = solution.x[self.columns[CHANGE]] - solution.x[self.columns[CUT]]
        changes[np.abs(changes) <= 10 * TOLERANCE] = 0.0
        amounts = np.maximum(self.bought + changes.reshape(p.shape), 0.0)
        return Plan(
            amounts * p.unit, float(solution.x[self.columns[STRAIN]][0]),
            _rounded(marginals[-1 - p.shape[1] : -1]), _rounded(self.of_shares(marginals)),
        )  # fmt: skip
