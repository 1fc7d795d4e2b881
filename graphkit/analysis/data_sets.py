"""Data sets of trade that count the same goods: the preferred one, and the totals of each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from graphkit.analysis.shares import ranked, run_starts, run_sums
from graphkit.arrow import counts, flags, number, texts

KEYS = ("dataset", "product", "hs", "period")
TOTALS = pa.schema([
    *texts(*KEYS), *counts("flows"), number("usd", "USD"), number("tonnes", "t"),
    *flags("preferred"),
])  # fmt: skip


def preferred_flows(flows: pa.Table, order: Sequence[str]) -> pa.Array:
    """Mark the flows of the first data set that has their product in their period.

    Two data sets of one product and period count the same goods, so that only one of them may be
    added up. The choice is the same for all countries: a network is of one data set.

    Parameters
    ----------
    flows : pyarrow.Table
        ``product``, ``period``, ``dataset`` (text).
    order : sequence of str
        The data sets, the preferred one first.

    Returns
    -------
    pyarrow.Array
        True or false for each flow.

    Examples
    --------
    >>> flows = pa.table({"product": ["p", "p", "p"], "period": ["2023", "2024", "2024"],
    ...                   "dataset": ["b", "a", "b"]})
    >>> preferred_flows(flows, ["a", "b"]).to_pylist()
    [True, True, False]
    """
    places = {key: place for place, key in enumerate(order)}
    codes, values = ranked(flows["dataset"])
    place = np.array([places.get(key, len(places)) for key in values.to_pylist()])[codes]
    (products, _), (periods, found) = ranked(flows["product"]), ranked(flows["period"])
    scope = products.astype(np.int64) * len(found) + periods
    _, scope = np.unique(scope, return_inverse=True)
    first = np.full(scope.max(initial=-1) + 1, len(places))
    np.minimum.at(first, scope, place)
    return pa.array(place == first[scope])


def totals(flows: pa.Table) -> pa.Table:
    """Add up the flows of each data set, product, HS code and period.

    Parameters
    ----------
    flows : pyarrow.Table
        ``dataset``, ``product``, ``hs``, ``period`` (text), ``usd``, ``tonnes`` (null where
        unknown), ``preferred``.

    Returns
    -------
    pyarrow.Table
        The four texts, ``flows`` (their number), ``usd``, ``tonnes`` (of the flows that give
        one; null if none does) and ``preferred``; sorted by the texts.

    Examples
    --------
    >>> flows = pa.table({"dataset": ["a", "a"], "product": ["p"] * 2, "hs": ["2805"] * 2,
    ...     "period": ["2024"] * 2, "usd": [1.0, 2.0], "tonnes": [None, 5.0],
    ...     "preferred": [True, True]})
    >>> totals(flows).select(["flows", "usd", "tonnes"]).to_pylist()
    [{'flows': 2, 'usd': 3.0, 'tonnes': 5.0}]
    """
    if not len(flows):
        return TOTALS.empty_table()
    amounts = [flows[n].to_numpy(zero_copy_only=False).astype(float) for n in ("tonnes", "usd")]
    keys = [ranked(flows[name]) for name in KEYS]
    # Amounts order the rows too, so that sums do not depend on the order of the flows.
    order = np.lexsort((*amounts, *(codes for codes, _ in reversed(keys))))
    tonnes, usd = (values[order] for values in amounts)
    starts = run_starts([codes[order] for codes, _ in keys])
    labels = {
        name: values.take(pa.array(codes[order][starts]))
        for name, (codes, values) in zip(KEYS, keys, strict=True)
    }
    preferred = flows["preferred"].to_numpy(zero_copy_only=False)[order]
    return pa.table({
        **labels,
        "flows": np.diff(np.append(starts, len(order))),
        "usd": pa.array(run_sums(usd, starts), from_pandas=True),
        "tonnes": pa.array(run_sums(tonnes, starts), from_pandas=True),
        "preferred": preferred[starts].astype(bool),
    }).cast(TOTALS)  # fmt: skip
