"""Production that figures state, by published totals, shares and lists of makers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from graphkit.analysis.supply.nodes import Nodes, check_rule

OBSERVED, INFERRED, MISSING = 0, 1, 2
STATES = ("observed", "inferred", "missing")
TOLERANCE = 1e-9
"""Relative excess of exports over production and imports that counts as rounding."""
UNPUBLISHED = ("exports", "net-exports")
"""Assumptions about unpublished production."""
SHARE_ROUNDING = 0.005
"""Rounding of published shares: a smaller remainder to 1 says nothing."""
MOST = 0.8
"""Part of the world's production above which a table leaves out no large producer."""


@dataclass(frozen=True, eq=False)
class Production:
    """Production of each node: an amount, how well it is known, and its bounds.

    Amounts are in the unit of the flows; of a product without any trade, in a unit of its own.
    """

    nodes: Nodes
    amount: np.ndarray
    """Published or estimated production of each node, 0 or more."""
    state: np.ndarray
    """Grade of that amount: OBSERVED, INFERRED or MISSING."""
    published: np.ndarray
    """Published production; NaN where missing."""
    least: np.ndarray
    """Lower bound of each node's production, where a source shows that it makes the product."""
    most: np.ndarray
    """Upper bound of each node's unpublished production; infinite where nothing bounds it."""
    unnamed_sales: np.ndarray
    """Sales beyond imports of nodes no source names as makers: of any origin, for all we know."""
    listed: np.ndarray
    """True where the published shares of the node's product add up to the whole world."""
    own_alone: np.ndarray
    """True where a source says that the country's pool is its own production alone."""
    unnamed: np.ndarray
    """By product: most that all countries without a node make together; infinite if unknown."""

    def __post_init__(self) -> None:
        by_node = (
            self.amount, self.state, self.published, self.least, self.most,
            self.unnamed_sales, self.listed, self.own_alone,
        )  # fmt: skip
        check_rule(
            all(len(values) == self.nodes.size for values in by_node)
            and len(self.unnamed) == len(self.nodes.products),
            "production by node, and of unnamed makers by product",
        )
        check_rule(
            all(bool((values >= 0).all()) for values in (self.amount, self.least, self.most)),
            "production of 0 or more",
        )

    @cached_property
    def shown(self) -> np.ndarray:
        """Least that each node must have made, named or not, for what it sells beyond imports."""
        return np.asarray(self.least + self.unnamed_sales)

    @cached_property
    def at_most(self) -> np.ndarray:
        """Most that each node can have made, without regard to its trade."""
        bound = np.maximum(self.most, self.amount)
        return np.where(self.state == OBSERVED, self.amount, bound)


@dataclass(frozen=True, eq=False)
class Stated:
    """Published production of each node; NaN where sources say nothing."""

    amount: np.ndarray
    """Amount in the unit of the product's flows; for an untraded product in any one unit."""
    share: np.ndarray
    """Share of the world total, where the amount has another unit than the flows."""
    inferred: np.ndarray
    """True where the source itself marks the figure as not observed."""
    makes: np.ndarray
    """True where a source gives a figure above zero of what the country makes."""
    named: np.ndarray
    """True where a source names the country as a maker, with or without a figure."""
    most: np.ndarray
    """Bound of an unpublished amount, in the same unit; infinite where there is none."""
    loose: np.ndarray
    """True where the share is of more than the product: an estimate, and no bound."""
    counted: np.ndarray
    """True where the figure is of a table of makers, in tonnes; false for a share alone."""


def own_production(
    stated: Stated,
    exports: np.ndarray,
    imports: np.ndarray,
    product: np.ndarray,
    unpublished: str,
    own_use: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    r"""Estimate the production of each node, and grade how well it is known.

    In this order:

    1. The published amount, if it is in the unit of the flows (OBSERVED).
    2. Else, with a published share :math:`s_c` of the world total, that share of the smallest
       world total :math:`W` that the trade allows (INFERRED). With :math:`X_c` the production of
       a country that trade shows (see below), the listed countries make at least that, and so do
       the others together, out of the remainder:

       .. math:: W = \max\Big(\max_{c\,listed} \frac{X_c}{s_c},\;
                     \frac{\sum_{c\,not\,listed} X_c}{1 - \sum s_c}\Big)

       Amounts in different units are not divided by one another: only the share crosses over.
    3. Else :math:`X_c`: "exports", as much as the country sells, or "net-exports",
       :math:`(E_c - I_c)^+`, the least that it can make if it uses nothing itself. INFERRED where
       it sells more than it buys, so that it must make some; else MISSING, an assumption.
       Where amounts of the product are published, or shares that add up to the whole world,
       the latter applies to every other country.
       A country that a figure or its trade shows to make the product also makes what its own
       later products need and its imports do not supply: :math:`X_c \ge E_c + U_c - I_c`.
       Where a table names the makers of four fifths of the world's production, only these do.
    4. Whatever is published, at least :math:`E_c - I_c` (INFERRED where that is more).

    Parameters
    ----------
    stated : Stated
        Published production by node.
    exports, imports, product : numpy.ndarray
        Of each node; the first two in the unit of the flows.
    unpublished : {"exports", "net-exports"}
        Assumption about a country without published production.
    own_use : numpy.ndarray, optional
        Amount of each node's pool that the country's own later products need; default none.

    Returns
    -------
    amount : numpy.ndarray
        In the unit of the flows, never NaN.
    state : numpy.ndarray
        OBSERVED, INFERRED or MISSING.

    Examples
    --------
    A sells 4 and buys 9, B sells 3 and buys nothing. A source says that A makes 90 % of the
    world's output: B's 3 are at most 10 % of it, so A makes at least 27.

    >>> nan, no = np.nan, np.zeros(2, bool)
    >>> makes = np.array([True, False])
    >>> stated = Stated(np.array([nan, nan]), np.array([0.9, nan]), no, makes, makes,
    ...                 np.full(2, np.inf), no, no)
    >>> from graphkit.analysis.supply.production import STATES
    >>> amount, state = own_production(
    ...     stated, np.array([4.0, 3.0]), np.array([9.0, 0.0]), np.array([0, 0]), "exports")
    >>> amount.round(9).tolist(), [STATES[s] for s in state]
    ([27.0, 3.0], ['inferred', 'inferred'])
    """
    net = exports - imports
    net = np.where(net > TOLERANCE * exports, net, 0.0)
    X = exports if unpublished == "exports" else net
    least = net
    if own_use is not None:
        tables = np.where(stated.counted, stated.share, np.nan)
        trade = (net > 0) & ~listed_whole(tables, product, MOST)
        needed = np.where(stated.makes | trade, exports + own_use - imports, 0.0)
        X, least = np.maximum(X, needed), np.maximum(net, needed)
    amount, observed = stated.amount.copy(), ~np.isnan(stated.amount) & ~stated.inferred
    listed = listed_products(stated.amount, product) | listed_whole(stated.share, product)
    for place in np.unique(product[~np.isnan(stated.share)]).tolist():
        nodes = product == place
        W = _least_world_total(stated.share, X, nodes)
        scaled = nodes & np.isnan(amount) & ~np.isnan(stated.share)
        if W > 0:
            amount[scaled] = stated.share[scaled] * W
    unknown = np.isnan(amount)
    amount = np.where(unknown, np.where(listed, least, X), amount)
    oversold = exports - imports - amount > TOLERANCE * exports
    state = np.where(observed & ~oversold, OBSERVED, INFERRED)
    state[unknown & (net == 0)] = MISSING
    return np.where(oversold, least, amount), state.astype(np.int8)


def listed_products(amount: np.ndarray, product: np.ndarray) -> np.ndarray:
    """Mark nodes whose product has a published amount above zero."""
    listed = np.unique(product[np.nan_to_num(amount) > 0])
    return np.isin(product, listed)


def listed_whole(share: np.ndarray, product: np.ndarray, part: float = 1.0) -> np.ndarray:
    """Mark the nodes of products whose published shares add up to a part of the world."""
    total = np.bincount(product, np.nan_to_num(share), int(product.max(initial=-1)) + 1)
    return np.asarray((total >= part - SHARE_ROUNDING)[product])


def _least_world_total(s: np.ndarray, X: np.ndarray, nodes: np.ndarray) -> float:
    """Find the smallest world production that a product's trade and shares allow."""
    listed = nodes & (s > 0)
    totals = X[listed] / s[listed]
    rest = 1.0 - float(np.sum(s[listed]))
    unlisted = float(np.sum(X[nodes & np.isnan(s)]))
    remainder = unlisted / rest if rest >= SHARE_ROUNDING else 0.0
    return max(float(totals.max(initial=0.0)), remainder)
