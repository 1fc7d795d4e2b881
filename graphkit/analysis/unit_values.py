"""Unit values of flows that are far from those of others."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from graphkit.analysis.shares import ranked, run_starts

FAR = 10.0
"""Factor between a flow's unit value and its product's from which they are far apart."""


def far_unit_values(flows: pa.Table) -> pa.Table:
    """Find flows priced far from their product: likely of another stage or material.

    A flow is far if its USD per tonne are less than a tenth, or more than ten times, the median
    of its product and period, weighted by value. Statistical offices screen unit values against
    such a median before they use them [1]_; the factor of ten is graphkit's own, wide enough for
    grades of one material.

    Parameters
    ----------
    flows : pyarrow.Table
        ``product``, ``period``, ``usd``, ``tonnes`` (null where unknown).

    Returns
    -------
    pyarrow.Table
        The flows with ``usd_per_tonne``, ``median`` (both USD/t; null without a mass) and ``far``
        (false without a mass), in the order given.

    References
    ----------
    .. [1] United Nations Statistics Division (2013). International Merchandise Trade Statistics:
           Compilers Manual, Revision 1 (IMTS 2010-CM), chapter on data processing and quality.

    Examples
    --------
    >>> flows = pa.table({"product": ["metal"] * 3, "period": ["2024"] * 3,
    ...                   "usd": [125.0, 330.0, 60.0], "tonnes": [31.0, 5.0, 1.0]})
    >>> far_unit_values(flows)["far"].to_pylist()
    [True, False, False]
    """
    usd, tonnes = (
        np.asarray(flows[name].cast(pa.float64()).to_numpy(), np.float64)
        for name in ("usd", "tonnes")
    )
    known = (usd > 0) & (tonnes > 0)
    price = np.divide(usd, tonnes, out=np.full(len(usd), np.nan), where=known)
    median = np.full(len(usd), np.nan)
    scope = [ranked(flows[name])[0] for name in ("product", "period")]
    order = np.lexsort((price, *reversed(scope)))
    order = order[known[order]]
    starts = run_starts([codes[order] for codes in scope])
    for places in np.split(order, starts[1:]):
        middle = np.searchsorted(np.cumsum(usd[places]), usd[places].sum() / 2)
        median[places] = price[places[middle : middle + 1]]
    ratio = price / median
    far = known & ((ratio > FAR) | (ratio < 1 / FAR))
    for name, values in (("usd_per_tonne", price), ("median", median)):
        flows = flows.append_column(name, pa.array(values, from_pandas=True))
    return flows.append_column("far", pa.array(far))
