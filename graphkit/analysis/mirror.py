"""Reports of both sides of the same trade, beside each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import fsum
from typing import Any

import pyarrow as pa

from graphkit.arrow import UNIT, flags, number, texts

FLOW = ("product", "period", "supplier", "consumer")
"""Columns that identify a flow on both sides."""
SIDES = ("exporter", "importer")
TEXTS = ("valuation", "basis", "hs", "hs_revision", "dataset", "source")
"""Columns that describe each side's figures; several values are joined by ``+``."""
RATIO = "importer's figure over exporter's"


def mirror(flows: pa.Table) -> pa.Table:
    r"""Put the importer's report of each flow beside the exporter's.

    With :math:`M` the value (or mass) that the importer reports and :math:`X` the exporter's, the
    difference is :math:`M - X` and the ratio :math:`M / X` [1]_. Imports are usually valued
    with cost, insurance and freight, exports free on board, so a ratio somewhat above 1 is not
    a contradiction.

    Parameters
    ----------
    flows : pyarrow.Table
        ``supplier``, ``consumer``, ``product``, ``period``, ``reporter`` (others than exporter
        and importer are left out), ``dataset``, ``source``, ``hs``, ``hs_revision``, ``basis``,
        ``valuation``, ``usd``, ``tonnes``, ``tonnes_estimated``.

    Returns
    -------
    pyarrow.Table
        One row per flow and pair of reports, one side empty where only the other reports it:
        ``product``, ``period``, ``supplier``, ``consumer``, ``reported_by`` (both, exporter or
        importer); for ``usd`` and ``tonnes`` the two figures, ``_difference`` and ``_ratio``; and
        for each side its valuation, basis, codes, data set, source, and whether a weight in it is
        an estimate. A figure is the sum over the product's codes, unknown if one of them is;
        masses of different bases are not compared. Largest difference in value first.

    References
    ----------
    .. [1] United Nations (2011). "International Merchandise Trade Statistics: Concepts and
           Definitions 2010", ST/ESA/STAT/SER.M/52/Rev.3, chapters IV (valuation) and IX (data
           quality).

    Examples
    --------
    >>> common = {"supplier": "CHN", "consumer": "KOR", "product": "ree-metals", "period": "2024",
    ...           "dataset": "d", "source": "s", "hs": "280530", "hs_revision": "HS22",
    ...           "basis": "gross", "tonnes": None, "tonnes_estimated": None}
    >>> rows = mirror(pa.Table.from_pylist([
    ...     {**common, "reporter": "exporter", "valuation": "fob", "usd": 100.0},
    ...     {**common, "reporter": "importer", "valuation": "cif", "usd": 110.0}]))
    >>> [(r["usd_difference"], r["usd_ratio"], r["tonnes_ratio"]) for r in rows.to_pylist()]
    [(10.0, 1.1, None)]
    """
    groups: dict[tuple[str, ...], dict[str, dict[tuple[str, str], list[Any]]]] = defaultdict(
        lambda: {side: defaultdict(list) for side in SIDES}
    )
    for row in flows.to_pylist():
        if row["reporter"] in SIDES:
            reports = groups[tuple(row[name] for name in FLOW)][row["reporter"]]
            reports[row["dataset"], row["source"]].append(row)
    rows = [
        dict(zip(FLOW, key, strict=True)) | _compared(exporter, importer)
        for key, sides in sorted(groups.items())
        for exporter in _reports(sides["exporter"])
        for importer in _reports(sides["importer"])
    ]
    rows.sort(key=lambda row: -abs(row.get("usd_difference") or 0.0))
    return pa.Table.from_pylist(rows, MIRROR)


MIRROR = pa.schema([
    *texts(*FLOW, "reported_by"),
    *(field for measure, unit in UNIT.items() for field in (
        *(number(f"{measure}_{side}", unit) for side in SIDES),
        number(f"{measure}_difference", unit), number(f"{measure}_ratio", RATIO))),
    *(field for side in SIDES for field in (
        *texts(*(f"{name}_{side}" for name in TEXTS)), *flags(f"tonnes_estimated_{side}"))),
])  # fmt: skip
Report = Mapping[str, Any]


def _reports(groups: Mapping[tuple[str, str], Sequence[Mapping[str, Any]]]) -> list[Report]:
    """Add up one side's report in each data set; a silent side gives one empty report."""
    return [_report(rows) for _, rows in sorted(groups.items())] or [{}]


def _report(rows: Sequence[Mapping[str, Any]]) -> Report:
    estimated = [row["tonnes_estimated"] for row in rows if row["tonnes_estimated"] is not None]
    return {
        **{measure: whole_sum(row[measure] for row in rows) for measure in UNIT},
        **{name: "+".join(sorted({row[name] for row in rows} - {None})) or None for name in TEXTS},
        "tonnes_estimated": any(estimated) if estimated else None,
    }


def _compared(exporter: Report, importer: Report) -> dict[str, Any]:
    """Put the importer's report beside the exporter's, with their differences and ratios."""
    reports = dict(zip(SIDES, (exporter, importer), strict=True))
    reporters = [side for side, report in reports.items() if report]
    row: dict[str, Any] = {"reported_by": "both" if len(reporters) == 2 else reporters[0]}
    for side, report in reports.items():
        row |= {f"{name}_{side}": report.get(name) for name in (*UNIT, *TEXTS, "tonnes_estimated")}
    for measure in UNIT:
        x, m = exporter.get(measure), importer.get(measure)
        comparable = measure == "usd" or exporter.get("basis") == importer.get("basis")
        if comparable and x is not None and m is not None:
            row[f"{measure}_difference"] = m - x
            row[f"{measure}_ratio"] = m / x if x else None
    return row


def whole_sum(values: Iterable[float | None]) -> float | None:
    """Add up values independently of their order; the sum is unknown if one of them is."""
    amounts = list(values)
    known = [amount for amount in amounts if amount is not None]
    return fsum(known) if len(known) == len(amounts) else None
