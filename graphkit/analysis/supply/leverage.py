"""Leverage of a seller on a buyer: what a stop of its sales takes, and what it costs the seller."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from graphkit.analysis.supply.disruption import disruption
from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.arrow import SHARE, number, texts

MOST_NAMED = 3
"""Other buyers that are named."""
SHARES = ("lost_share", "low", "high")
AMOUNTS = ("lost_imports", "lost_imports_low", "lost_imports_high")
LEVERAGE = pa.schema([
    *texts("supplier", "consumer", "product", "stage"),
    *(number(name, SHARE) for name in SHARES), *(number(name) for name in (*AMOUNTS, "sales")),
    number("sales_share", SHARE), number("exports"), number("other_trade"),
    pa.field("other_buyers", pa.list_(pa.string())),
])  # fmt: skip


def leverage(
    network: SupplyNetwork,
    seller: str,
    buyer: str,
    products: Sequence[str],
    unseen: Sequence[str] = (),
) -> pa.Table:
    r"""Compute what a buyer loses if a seller stops selling, and what that costs the seller.

    With the trade :math:`T_p(i, j)` of product p from i to j, seller s, buyer b, and the range of
    the share :math:`\ell_p` that b loses of its imports if s sells none of the products to anybody
    (:func:`~graphkit.analysis.supply.disruption.disruption`, no slack),

    .. math:: L_p = \ell_p \sum_i T_p(i, b), \quad S_p = T_p(s, b), \quad
              E_p = \sum_{j \ne s} T_p(s, j), \quad
              O_p = \sum_{i, j \notin \{s, b\}} T_p(i, j)

    The buyer loses :math:`L_p`. The seller loses its sales :math:`S_p`, and at most its exports
    :math:`E_p`, as what others pass on is reached by a stop towards them alone. :math:`O_p` is
    what others buy of others: there it could sell instead, or the buyer buy.

    Parameters
    ----------
    network : SupplyNetwork
    seller, buyer : str
        Two countries of the network.
    products : sequence of str
        The products of the network that are no longer sold.
    unseen : sequence of str
        Further such products, of which no trade is known.

    Returns
    -------
    pyarrow.Table
        One row for each product that the buyer may lose or is sold: ``supplier``, ``consumer``,
        ``product``, ``stage``, ``lost_share`` with ``low`` and ``high``; in the unit of the flows
        ``lost_imports`` with its ends, ``sales`` (also ``sales_share`` of the
        ``exports``), ``exports``, ``other_trade``; ``other_buyers``, the three that buy most of
        others. The largest ``lost_imports`` first.

    Examples
    --------
    C buys 6 from A and 2 from B, which buys 2 from A and may mine some itself; D buys 8 from E and
    1 from A. So C loses 6 to 8, and A loses sales of 6, at most of 9:

    >>> from graphkit.analysis.supply.build import supply_network
    >>> flows = pa.table({"supplier": ["A", "A", "B", "E", "A"],
    ...                   "consumer": ["C", "B", "C", "D", "D"],
    ...                   "product": ["ore"] * 5, "tonnes": [6.0, 2.0, 2.0, 8.0, 1.0]})
    >>> mines = pa.table({"country": ["A", "E"], "product": ["ore"] * 2, "tonnes": [9.0, 8.0]})
    >>> network = supply_network(flows, mines, measure="tonnes")
    >>> [row] = leverage(network, "A", "C", ["ore"]).to_pylist()
    >>> [row[name] for name in (*AMOUNTS[1:], "sales", "exports", "other_trade")]
    [6.0, 8.0, 6.0, 9.0, 8.0]
    >>> row["other_buyers"], round(row["sales_share"], 3)
    (['D'], 0.667)
    """
    trade, nodes = network.trade, network.nodes
    sold = np.isin(nodes.product[trade.source], nodes.product_places({*products}))
    of_seller = np.isin(trade.source, nodes.of_countries([seller]))
    losses: dict[str, dict[str, float]] = {}
    if (sold & of_seller).any() or unseen:
        table = disruption(
            network, [seller], products=[*products, *unseen], consumers=[buyer]
        )  # fmt: skip
        losses = {row["product"]: row for row in table.to_pylist()}
    named = [
        (network.countries[nodes.country[source]], network.countries[nodes.country[target]],
         network.products[nodes.product[source]], amount)
        for source, target, amount in zip(
            trade.source[sold], trade.target[sold], trade.amount[sold].tolist(), strict=True
        )
    ]  # fmt: skip
    rows = []
    for product in products:
        flows = [(i, j, amount) for i, j, name, amount in named if name == product]
        imports = sum(amount for _, j, amount in flows if j == buyer)
        sales = sum(amount for i, j, amount in flows if (i, j) == (seller, buyer))
        exports = sum(amount for i, _, amount in flows if i == seller)
        others: dict[str, float] = {}
        for i, j, amount in flows:
            if not {i, j} & {seller, buyer}:
                others[j] = others.get(j, 0.0) + amount
        loss = losses.get(product)
        if loss is None and not sales:
            continue
        shares = [0.0 if loss is None else loss[name] for name in SHARES]
        stage = network.stages[network.products.index(product)]
        rows.append({
            "supplier": seller, "consumer": buyer, "product": product, "stage": stage,
            **dict(zip(SHARES, shares, strict=True)),
            **dict(zip(AMOUNTS, (share * imports for share in shares), strict=True)),
            "sales": sales, "sales_share": sales / exports if exports else None,
            "exports": exports, "other_trade": sum(others.values()),
            "other_buyers": sorted(others, key=lambda key: (-others[key], key))[:MOST_NAMED],
        })  # fmt: skip
    rows.sort(key=lambda row: (-row["lost_imports"], -row["lost_imports_high"], row["product"]))
    return pa.Table.from_pylist(rows, LEVERAGE)
