"""Trade that partial data sets do not list: the most it can be, and ends of shares beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.shares import coded_shares, grouped, ranked, run_sums
from graphkit.arrow import counts, flags, number, numbers, texts
from graphkit.schema import ALL_FLOWS, LARGEST, LARGEST_OF_EACH, ONE_COUNTRY, OTHERS_TOGETHER

if TYPE_CHECKING:
    from graphkit.arrow import Floats

POINT = 0.01
"""Width of a range from which a share is no point: one percentage point."""
WORLD = "WLD"
TOGETHER = ("XOC", WORLD)
"""Areas of many countries in one figure: other countries, and all."""
OF_ONE = (ONE_COUNTRY, OTHERS_TOGETHER)
"""Extents of data sets that hold all trade of the country that reports it, and none of others."""
ENDS = {"consumer": "supplier", "supplier": "consumer"}
MARKET = ("dataset", "product", "period")


@dataclass(frozen=True)
class Extent:
    """Flows that a data set holds of each product and period."""

    kind: str
    largest: int | None = None
    """Of largest-of-each: number of suppliers of each importer, and of buyers of each exporter."""
    world_share: float | None = None
    """Of the largest flows of the world: their share of the world's value, at least."""
    reporter: str | None = None
    """Of one country's trade: whether it is the importer or the exporter."""

    @property
    def is_bounded(self) -> bool:
        """True if what is not listed has a bound."""
        needed = {LARGEST_OF_EACH: self.largest, LARGEST: self.world_share}
        return bool(needed.get(self.kind))


def extents_of(rows: Iterable[Mapping[str, Any]], key: str) -> dict[str, Extent]:
    """Return the extents of the data sets that hold only some flows, by the name in a column.

    Examples
    --------
    >>> row = {"key": "d", "extent": "largest", "largest": None, "world_share": 0.9,
    ...        "reporter": "reconciled"}
    >>> extents_of([row, {**row, "key": "e", "extent": None}], "key")
    {'d': Extent(kind='largest', largest=None, world_share=0.9, reporter='reconciled')}
    """
    return {
        row[key]: Extent(row["extent"], row["largest"], row["world_share"], row["reporter"])
        for row in rows if row["extent"] not in (None, ALL_FLOWS)
    }  # fmt: skip


def unlisted_schema(owner: str) -> pa.Schema:
    """Return the columns of :func:`unlisted_trade`."""
    return pa.schema(
        [*texts(*MARKET, owner), number("usd", "USD"), *counts("cells"), *flags("open")]
    )


def unlisted_trade(
    flows: pa.Table, extents: Mapping[str, Extent], owner: str = "consumer"
) -> pa.Table:
    r"""Bound the trade of each country that partial data sets do not list.

    Where a data set holds of each importer j the n largest suppliers, and of each exporter i the n
    largest buyers, a flow that it lacks is at most the n-th largest of those listed into j, and
    the n-th largest of those listed out of i: with :math:`s_j` and :math:`b_i` for these (0 with
    fewer than n), all unlisted imports of j together are at most

    .. math:: U_j = \sum_{i\,not\,listed} \min(s_j, b_i)

    Of the largest flows of the world, which have at least the share w of its value V, everybody
    lacks at most :math:`V (1 - w) / w`. Of chosen pairs, nothing bounds what is missing. Of the
    trade of one country, it lacks none, and nothing bounds what all others lack.

    Parameters
    ----------
    flows : pyarrow.Table
        All listed flows of some products and periods: ``supplier``, ``consumer``, ``product``,
        ``hs``, ``period``, ``dataset`` (text), ``usd``.
    extents : mapping of str to Extent
        By data set; flows of others are left out.
    owner : {"consumer", "supplier"}
        Whose trade: imports, or exports.

    Returns
    -------
    pyarrow.Table
        For each partial data set, product, period and country with a listed flow: the most that
        its unlisted trade can be in ``usd`` (null without a bound), ``cells``, the number of HS
        codes that it is of, and ``open``: true if countries without a listed flow may trade it
        too. Rows of the country ``WLD`` are of all together, and of no cell.

    Examples
    --------
    X has listed as many suppliers as the data set holds of each, A as many buyers, so that A may
    sell X at most 1 unseen:

    >>> flows = pa.table({"supplier": ["B", "C", "A", "A"], "consumer": ["X", "X", "Y", "Z"],
    ...                   "usd": [9.0, 1.0, 5.0, 4.0], **{name: ["d"] * 4 for name in MARKET},
    ...                   "hs": ["8505"] * 4})
    >>> rows = unlisted_trade(flows, {"d": Extent(LARGEST_OF_EACH, 2)}).to_pylist()
    >>> [(row["consumer"], row["usd"]) for row in rows]
    [('WLD', 1.0), ('X', 1.0), ('Y', 0.0), ('Z', 0.0)]
    """
    partial = pa.array(sorted(extents), pa.string())
    flows = flows.filter(pc.is_in(flows["dataset"].cast(pa.string()), partial))
    rows: dict[tuple[str, ...], list[float]] = {}
    labels, order, spans = grouped(flows, (*MARKET, "hs"))
    listed = flows.take(order)
    for (dataset, product, period, _), (start, end) in zip(labels, spans, strict=True):
        places, most = _most_of_each(listed.slice(start, end - start), extents[dataset], owner)
        for place, usd in zip(places, most.tolist(), strict=True):
            rows.setdefault((dataset, product, period, place), []).append(usd)
    names = (*MARKET, owner)
    table = [
        {**dict(zip(names, key, strict=True)),
         "usd": None if np.isinf(parts).any() else sum(parts),
         "cells": 0 if key[-1] == WORLD else len(parts),
         "open": extents[key[0]].kind not in (LARGEST_OF_EACH, *OF_ONE)}
        for key, parts in sorted(rows.items())
    ]  # fmt: skip
    return pa.Table.from_pylist(table, unlisted_schema(owner))


def _most_of_each(flows: pa.Table, extent: Extent, owner: str) -> tuple[list[str], Floats]:
    """Bound the unlisted trade of the world and of each owner in the flows of one code."""
    own, owners = ranked(flows[owner])
    other, others = ranked(flows[ENDS[owner]])
    places = [WORLD, *owners.to_pylist()[:-1]]
    usd = np.asarray(flows["usd"].to_numpy(zero_copy_only=False), np.float64)
    if extent.kind in OF_ONE and (owner == "consumer") == (extent.reporter == "importer"):
        return places, np.array([np.inf, *np.zeros(len(places) - 1)])
    if not extent.is_bounded or np.isnan(usd).any():
        return places, np.full(len(places), np.inf)
    if extent.kind == LARGEST and extent.world_share:
        total = float(usd.sum()) * (1 - extent.world_share) / extent.world_share
        return places, np.full(len(places), total)
    n = extent.largest or 1
    amounts, listed = np.zeros((2, len(owners) - 1, len(others) - 1))
    np.add.at(amounts, (own, other), usd)
    listed[own, other] = 1.0
    amounts[listed == 0] = -1.0
    cut = np.minimum.outer(_nth_largest(amounts, n), _nth_largest(amounts.T, n))
    place_of = {name: place for place, name in enumerate(others.to_pylist()[:-1])}
    itself = [(place, place_of[name]) for place, name in enumerate(places[1:]) if name in place_of]
    listed[tuple(np.array(itself, np.int64).reshape(-1, 2).T)] = 1.0
    most = (cut * (1 - listed)).sum(axis=1)
    return places, np.concatenate([[most.sum()], most])


def _nth_largest(amounts: Floats, n: int) -> Floats:
    """Return the n-th largest amount of each row, 0 where it has fewer of 0 or more."""
    if amounts.shape[1] < n:
        return np.zeros(len(amounts))
    return np.maximum(np.partition(amounts, -n, axis=1)[:, -n], 0.0)


def share_ends(
    amount: Floats, total: Floats, unlisted: Floats, whole: np.ndarray
) -> tuple[Floats, Floats]:
    r"""Return the least and the most that shares can be beside trade that is not listed.

    With the listed amount v, the listed total T and at most U of unlisted trade, a share is at
    least :math:`v / (T + U)`, and at most :math:`v / T` if all of the amount is listed, else
    :math:`(v + U) / (T + U)`. Without a bound (infinite U), that is 0 and :math:`v / T` or 1.

    Parameters
    ----------
    amount, total, unlisted : numpy.ndarray
    whole : numpy.ndarray
        True where the amount itself is listed whole.

    Examples
    --------
    >>> v, T, U = np.array([6.0, 6.0, 0.0]), np.full(3, 10.0), np.array([2.0, np.inf, 2.0])
    >>> low, high = share_ends(v, T, U, np.array([True, True, False]))
    >>> low.tolist(), high.round(3).tolist()
    ([0.5, 0.0, 0.0], [0.6, 0.6, 0.167])
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        low = np.where(total > 0, amount / (total + unlisted), np.nan)
        least = np.where(total > 0, amount / total, np.nan)
        most = np.where(np.isinf(unlisted), 1.0, (amount + unlisted) / (total + unlisted))
    return low, np.where(whole, least, most)


def one_share(amount: float, total: float, unlisted: float, *, listed: bool) -> tuple[float, float]:
    """Return the ends of one share as :func:`share_ends` does.

    Examples
    --------
    >>> one_share(6.0, 10.0, 2.0, listed=True)
    (0.5, 0.6)
    """
    ends = share_ends(*map(np.array, (amount, total, unlisted, listed)))
    low, high = (float(end) for end in ends)
    return low, high


def hhi_ends(hhi: float, total: float, unlisted: float, largest: float) -> tuple[float, float]:
    r"""Return the least and the most that an HHI can be beside trade that is not listed.

    With :math:`k = T / (T + U)` and the largest listed share c, it is at least
    :math:`k^2 HHI`, with the unlisted trade in many small countries, and at most that of all the
    unlisted trade with the largest, :math:`k^2 HHI + 10\,000 (1 - k)(1 - k + 2 k c)`, or without
    any, HHI.

    Examples
    --------
    >>> low, high = hhi_ends(5_000.0, 9.0, 1.0, 0.5)
    >>> round(low), round(high)
    (4050, 5050)
    """
    k = 0.0 if np.isinf(unlisted) else total / (total + unlisted)
    low = k * k * hhi
    return low, low + 10_000 * (1 - k) * (1 - k + 2 * k * largest)


BOUNDS = ("share_usd_low", "share_usd_high", "total_usd", "unlisted_usd")
"""Columns that :func:`bounded_shares` adds to those of import shares."""


def bounded_shares(flows: pa.Table, unlisted: pa.Table | None = None) -> pa.Table:
    """Compute import shares, and of consumers with unlisted trade the ends of those by value.

    Parameters
    ----------
    flows : pyarrow.Table
        As for :func:`~graphkit.analysis.shares.import_shares`.
    unlisted : pyarrow.Table, optional
        The most that each consumer's imports lack, as :func:`unlisted_trade` returns it; members
        of a group and periods may be added up.

    Returns
    -------
    pyarrow.Table
        The columns of import shares, with dictionary-encoded text; and of consumers with unlisted
        trade ``share_usd_low``, ``share_usd_high`` (0 to 1), ``total_usd``, the listed imports,
        and ``unlisted_usd``, the most that they lack (infinite without a bound); null for others.
        A share is null that the unlisted trade may move by a percentage point, the HHI where it
        may move any of them so, and by mass both. Where countries are counted together, the HHI
        and the number of suppliers are null.

    Examples
    --------
    >>> names = ("product", "period", "reporter", "dataset", "source")
    >>> flows = pa.table({"consumer": ["X"] * 2, "supplier": ["B", "C"], "usd": [6.0, 0.1],
    ...                   "tonnes": [1.0, None], **{name: ["d"] * 2 for name in names}})
    >>> lacking = pa.table({"consumer": ["X"], "usd": [2.0], "cells": [1],
    ...                     **{name: ["d"] for name in MARKET}})
    >>> for row in bounded_shares(flows, lacking).to_pylist():
    ...     ends = [round(row[name], 3) for name in BOUNDS[:2]]
    ...     print(row["supplier"], row["share_usd"], *ends)
    B None 0.741 0.984
    C 0.01639344262295082 0.012 0.016
    """
    shares = coded_shares(flows)
    most = {} if unlisted is None else most_by_owner(unlisted, "consumer")
    datasets = pa.array(sorted({dataset for dataset, *_ in most}), pa.string())
    rows = pc.indices_nonzero(pc.is_in(shares["dataset"].cast(pa.string()), datasets))
    part = shares.take(rows)
    labels, order, spans = grouped(part, (*MARKET, "consumer", "reporter", "source"))
    rows, usd = rows.take(order).to_numpy(), part["usd"].take(order).to_numpy()
    starts = np.array([start for start, _ in spans], np.int64)
    group = np.repeat(np.arange(len(spans)), np.diff(np.append(starts, len(rows))))
    bounds = np.array([most.get(label[:4], (0.0, 1)) for label in labels]).reshape(-1, 2)
    lacking, cells = bounds[group].T
    total = run_sums(usd, starts)[group] if len(rows) else usd
    whole = cells == 1
    if (cells > 1).any():
        parts = _parts(flows, datasets)
        suppliers = part["supplier"].take(order).to_pylist()
        listed = [parts[*labels[g], s] for g, s in zip(group, suppliers, strict=True)]
        whole = (cells > 0) & (cells <= listed)
    low, high = share_ends(usd, total, lacking, whole)
    columns = (low, high, total, lacking)
    ends = {name: np.full(len(shares), np.nan) for name in BOUNDS}
    for name, values in zip(BOUNDS, columns, strict=True):
        ends[name][rows] = np.where(lacking > 0, values, np.nan)
    lacks, moved = np.zeros((2, len(shares)), bool)
    lacks[rows] = lacking > 0
    far = np.bincount(group, high - low >= POINT, len(spans)) > 0
    moved[rows] = far[group] & (lacking > 0)
    lumped = np.bincount(group, _together(part["supplier"].take(order)), len(spans)) > 0
    lumps = np.zeros(len(shares), bool)
    lumps[rows] = lumped[group]
    wide = ~(ends["share_usd_high"] - ends["share_usd_low"] < POINT) & lacks
    hidden = {
        "suppliers": lumps, "share_usd": wide, "hhi_usd": moved | lumps, "share_tonnes": lacks,
        "hhi_tonnes": lacks | lumps,
    }  # fmt: skip
    for name, mask in hidden.items():
        if mask.any():
            column = pc.if_else(pa.array(mask), None, shares[name])
            shares = shares.set_column(shares.column_names.index(name), name, column)
    for name, values in ends.items():
        shares = shares.append_column(name, numbers(values))
    return shares


def _together(places: pa.ChunkedArray) -> np.ndarray:
    """Mark the places that are many countries in one figure."""
    marked = pc.is_in(places.cast(pa.string()), pa.array(TOGETHER, pa.string()))
    return np.array(marked.to_pylist(), bool)


def with_ends(rows: pa.Table) -> pa.Table:
    """Add the ends of shares of several suppliers together, of which some may not be listed.

    ``rows`` have ``usd``, ``share_usd``, ``total_usd`` and ``unlisted_usd``, as
    :func:`bounded_shares` gives them. A share that is a range is null.
    """
    usd, total, unlisted = (rows[name].to_numpy() for name in ("usd", *BOUNDS[2:]))
    low, high = share_ends(usd, total, unlisted, np.zeros(len(rows), bool))
    lacks = unlisted > 0
    point = np.where(lacks, np.where(high - low < POINT, usd / total, np.nan), rows["share_usd"])
    columns = {"share_usd": point, BOUNDS[0]: np.where(lacks, low, np.nan),
               BOUNDS[1]: np.where(lacks, high, np.nan)}  # fmt: skip
    for name, values in columns.items():
        column = numbers(values)
        if name in rows.column_names:
            rows = rows.set_column(rows.column_names.index(name), name, column)
        else:
            rows = rows.append_column(name, column)
    return rows


def most_by_owner(unlisted: pa.Table, owner: str) -> dict[tuple[str, ...], tuple[float, int]]:
    """Add up the most that each owner lacks, over members of groups and periods with one name.

    Returns
    -------
    dict
        By data set, product, period and owner: USD (infinite without a bound), and the number of
        cells.

    Examples
    --------
    >>> lacking = pa.table({"consumer": ["X", "X"], "usd": [2.0, None], "cells": [1, 1],
    ...                     **{name: ["d"] * 2 for name in MARKET}})
    >>> most_by_owner(lacking, "consumer")
    {('d', 'd', 'd', 'X'): (inf, 2)}
    """
    sums: dict[tuple[str, ...], tuple[float, int]] = {}
    for row in unlisted.to_pylist():
        key = (*(row[name] for name in MARKET), row[owner])
        usd, cells = sums.get(key, (0.0, 0))
        added = np.inf if row["usd"] is None else row["usd"]
        sums[key] = usd + added, cells + row["cells"]
    return sums


def _parts(flows: pa.Table, datasets: pa.Array) -> dict[tuple[str, ...], int]:
    """Count the flows of each supplier in each series of partial data sets."""
    flows = flows.filter(pc.is_in(flows["dataset"].cast(pa.string()), datasets))
    names = (*MARKET, "consumer", "reporter", "source", "supplier")
    labels, _, spans = grouped(flows, names)
    return {label: end - start for label, (start, end) in zip(labels, spans, strict=True)}
