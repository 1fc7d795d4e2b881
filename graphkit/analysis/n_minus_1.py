"""Supply without the largest supplier (N-1)."""

from __future__ import annotations

from collections import defaultdict
from math import fsum
from typing import Any

import pyarrow as pa

from graphkit.arrow import number, texts


def n_minus_1(balance: pa.Table) -> pa.Table:
    r"""Compute the part of demand that supply meets without the largest supplier.

    The N-1 measure of the IEA [1]_ also leaves out the largest supplier's own demand: with
    supply :math:`S_c` and demand :math:`D_c` of each country and the largest supplier :math:`m`,

    .. math:: \frac{\sum_c S_c - S_m}{\sum_c D_c - D_m}

    Parameters
    ----------
    balance : pyarrow.Table
        ``product``, ``period``, ``country`` (text), ``type`` (``world`` is a total, ``rest``
        several countries, all else a country), ``supply``, ``demand`` (in one unit and basis;
        null where unknown). A world total takes precedence over the sum of the rows.

    Returns
    -------
    pyarrow.Table
        One row per product and period, sorted by them: ``largest``, ``supply_without``,
        ``demand_without_low``, ``demand_without_high``, ``ratio_low``, ``ratio_high`` (1 is
        met in full; above 1 is more than enough) and ``missing``. If the largest supplier's
        own demand is unknown, the ratio is a range over all its possible values.

    References
    ----------
    .. [1] International Energy Agency (2025). Global Critical Minerals Outlook 2025.
           https://www.iea.org/reports/global-critical-minerals-outlook-2025

    Examples
    --------
    >>> table = pa.table({
    ...     "product": ["dy"] * 3, "period": ["2035"] * 3, "country": ["CHN", "MYS", "JPN"],
    ...     "type": ["country"] * 3, "supply": [90.0, 10.0, 0.0], "demand": [50.0, 10.0, 30.0]})
    >>> n_minus_1(table).to_pylist()[0]["ratio_low"]
    0.25
    """
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in balance.to_pylist():
        groups[row["product"], row["period"]].append(row)
    rows = [{"product": k[0], "period": k[1], **_n_minus_1(g)} for k, g in sorted(groups.items())]
    return pa.Table.from_pylist(rows, schema=_N_MINUS_1)


_N_MINUS_1 = pa.schema([
    *texts("product", "period", "largest"), number("supply_without"),
    number("demand_without_low"), number("demand_without_high"),
    number("ratio_low"), number("ratio_high"), *texts("missing"),
])  # fmt: skip


def _n_minus_1(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Compute the columns of one product and period."""
    suppliers = [r for r in rows if r["type"] not in ("world", "rest") and r["supply"]]
    supply, demand = (_total(rows, name) for name in ("supply", "demand"))
    missing = [n for n, total in (("supply", supply), ("demand", demand)) if total is None]
    if not suppliers or supply is None or demand is None:
        return {"missing": ", ".join(missing) or "a named supplier"}
    largest = min(suppliers, key=lambda r: (-r["supply"], r["country"]))
    own_demand = largest["demand"]
    # The unknown demand of the largest supplier lies between zero and the total.
    low = demand - (own_demand or 0.0)
    high = demand - (own_demand if own_demand is not None else demand)
    supply_without = supply - largest["supply"]
    return {
        "largest": largest["country"], "supply_without": supply_without,
        "demand_without_low": min(low, high), "demand_without_high": max(low, high),
        "ratio_low": supply_without / low if low > 0 else None,
        "ratio_high": supply_without / high if high > 0 else None,
        "missing": f"demand of {largest['country']}" if own_demand is None else None,
    }  # fmt: skip


def _total(rows: list[dict[str, Any]], name: str) -> float | None:
    """Return the published world total, else the sum if every row is known."""
    world = [r[name] for r in rows if r["type"] == "world" and r[name] is not None]
    parts = [r[name] for r in rows if r["type"] != "world"]
    if world:
        return float(world[0]) if len(world) == 1 else None
    return None if not parts or None in parts else fsum(parts)
