"""What each country makes of a product: as published, or as its trade shows at the least."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

OBSERVED, INFERRED, MISSING = 0, 1, 2
STATES = ("observed", "inferred", "missing")
UNPUBLISHED = ("exports", "net-exports")
"""What may be assumed of production that nobody publishes."""
TOLERANCE = 1e-9
"""Exports above production and imports by less than this share of them are rounding."""
SHARE_ROUNDING = 0.005
"""Published shares are rounded: what is missing to 1 says nothing below this."""


@dataclass(frozen=True, eq=False)
class Stated:
    """What sources say of each node's production; NaN where they say nothing."""

    amount: np.ndarray
    """In the unit of the product's flows; of an untraded product in any one unit."""
    share: np.ndarray
    """Of the world total, where the amount is in another unit than the flows."""
    inferred: np.ndarray
    """Whether the source itself marks the figure as not observed."""


def own_production(
    stated: Stated, exports: np.ndarray, imports: np.ndarray, product: np.ndarray, unpublished: str
) -> tuple[np.ndarray, np.ndarray]:
    r"""Production of each node, and how well it is known.

    In this order:

    1. The published amount, if it is in the unit of the flows (OBSERVED).
    2. Else, with a published share :math:`s_c` of the world total, that share of the smallest
       world total :math:`W` that the trade allows (INFERRED). With :math:`X_c` what trade says of
       a country (see below), the listed countries make at least that, and so do the others
       together, out of the remainder:

       .. math:: W = \max\Big(\max_{c\,listed} \frac{X_c}{s_c},\;
                     \frac{\sum_{c\,not\,listed} X_c}{1 - \sum s_c}\Big)

       Amounts in different units are not divided by one another: only the share crosses over.
    3. Else :math:`X_c`: "exports", as much as the country sells, or "net-exports",
       :math:`(E_c - I_c)^+`, the least that it can make if it uses nothing itself. INFERRED where
       it sells more than it buys, so that it must make some; else MISSING, an assumption.
       Where amounts of the product are published, a country that is not among them is taken to
       make only the latter.
    4. Whatever is published, at least :math:`E_c - I_c` (INFERRED where that is more).

    Parameters
    ----------
    stated : Stated
        What sources say, node by node.
    exports, imports, product : numpy.ndarray
        Of each node; the first two in the unit of the flows.
    unpublished : {"exports", "net-exports"}
        What is assumed of a country whose production nobody publishes.

    Returns
    -------
    amount : numpy.ndarray
        In the unit of the flows, never NaN.
    state : numpy.ndarray
        OBSERVED, INFERRED or MISSING.

    Examples
    --------
    A sells 4 and buys 9, B sells 3 and buys nothing. A source says that A makes 90 % of the
    world's output: then B's 3 are at most 10 % of it, and A makes at least 27.

    >>> nan = np.nan
    >>> stated = Stated(np.array([nan, nan]), np.array([0.9, nan]), np.zeros(2, bool))
    >>> made, state = own_production(
    ...     stated, np.array([4.0, 3.0]), np.array([9.0, 0.0]), np.array([0, 0]), "exports")
    >>> made.round(9).tolist(), [STATES[s] for s in state]
    ([27.0, 3.0], ['inferred', 'inferred'])
    """
    net = exports - imports
    net = np.where(net > TOLERANCE * exports, net, 0.0)
    shown = exports if unpublished == "exports" else net
    amount, observed = stated.amount.copy(), ~np.isnan(stated.amount) & ~stated.inferred
    listed = listed_products(stated.amount, product)
    for place in np.unique(product[~np.isnan(stated.share)]).tolist():
        nodes = product == place
        total = _least_world_total(stated.share, shown, nodes)
        scaled = nodes & np.isnan(amount) & ~np.isnan(stated.share)
        if total > 0:
            amount[scaled] = stated.share[scaled] * total
    unknown = np.isnan(amount)
    amount = np.where(unknown, np.where(listed, net, shown), amount)
    oversold = exports - imports - amount > TOLERANCE * exports
    state = np.where(observed & ~oversold, OBSERVED, INFERRED)
    state[unknown & (net == 0)] = MISSING
    return np.where(oversold, net, amount), state.astype(np.int8)


def listed_products(amount: np.ndarray, product: np.ndarray) -> np.ndarray:
    """For each node, whether any amount of its product above zero is published."""
    listed = np.unique(product[np.nan_to_num(amount) > 0])
    return np.isin(product, listed)


def _least_world_total(share: np.ndarray, shown: np.ndarray, nodes: np.ndarray) -> float:
    """The smallest world production of one product that its trade and the shares allow."""
    listed = nodes & (share > 0)
    totals = shown[listed] / share[listed]
    rest = 1.0 - float(np.sum(share[listed]))
    others = float(np.sum(shown[nodes & np.isnan(share)]))
    remainder = others / rest if rest >= SHARE_ROUNDING else 0.0
    return max(float(totals.max(initial=0.0)), remainder)
