"""National balances as printed: net import reliance of a country, and prices per tonne."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import fsum, inf
from typing import Any

import pyarrow as pa

from graphkit.arrow import SHARE, flags, number, texts
from graphkit.period import Period

SCOPE = ("country", "balance", "period", "source")
BY_TRADE = "net imports over apparent consumption"
BY_PRODUCTION = "consumption less production, over consumption"
BY_SIGN = "exports above imports"
Figure = Mapping[str, Any]


@dataclass(frozen=True)
class Amount:
    """Sum of printed figures: its value, null if one is unknown, and the bounds of its rounding."""

    value: float | None
    low: float
    high: float

    def __add__(self, other: Amount) -> Amount:
        value = None
        if self.value is not None and other.value is not None:
            value = fsum((self.value, other.value))
        return Amount(value, self.low + other.low, self.high + other.high)

    def __neg__(self) -> Amount:
        return Amount(None if self.value is None else -self.value, -self.high, -self.low)

    def __sub__(self, other: Amount) -> Amount:
        return self + -other


NOTHING = Amount(0.0, 0.0, 0.0)
UNKNOWN = Amount(None, -inf, inf)


def printed_amount(figure: Figure) -> Amount:
    """Return a printed figure with half a unit of its last digit that is not zero.

    Zeros at the end of a figure may be digits or rounding, which print does not tell.

    Examples
    --------
    >>> amount = {"value": 4840.0, "low": None, "high": None}
    >>> printed_amount(amount)
    Amount(value=4840.0, low=4835.0, high=4845.0)
    >>> printed_amount({"value": None, "low": None, "high": 0.5})
    Amount(value=None, low=0.0, high=0.5)
    """
    value = figure["value"]
    if value is None:
        low, high = figure["low"], figure["high"]
        if low is None and high is None:
            return Amount(None, 0.0, inf)
        return Amount(None, low or 0.0, inf if high is None else high)
    digits, _, power = f"{value:.11e}".partition("e")
    decimals = len(digits.rstrip("0").partition(".")[2])
    rounding = 0.0 if value == 0 else 0.5 * 10.0 ** (int(power) - decimals)
    return Amount(value, value - rounding, value + rounding)


def balance_reliance(balances: pa.Table, period: str | None = None) -> pa.Table:
    r"""Compute net import reliance from the balances that a country's statistics print.

    As the USGS defines it [1]_, with imports :math:`I`, exports :math:`E`, releases and the
    decrease of stocks :math:`\Delta S`, and the printed apparent consumption :math:`C`:

    .. math:: NIR = (I - E + \Delta S) / C

    Where a part of it is not published, :math:`(C - P) / C` with production :math:`P`, equal to it
    by the definition of apparent consumption. A country whose exports exceed its imports by more
    than the release of stocks is a net exporter, whatever its consumption.

    Parameters
    ----------
    balances : pyarrow.Table
        ``country``, ``balance`` (null: in no balance), ``period`` (a year), ``source``,
        ``statistic``, ``label``, ``basis`` (text), ``value``, ``low``, ``high`` (t).
    period : str, optional
        Add up these years, ``2022-2024``; a balance without one of them says so in ``missing``.

    Returns
    -------
    pyarrow.Table
        One row per country, balance, period and source, sorted by them: ``imports``,
        ``exports``, ``stock_change`` (decrease and releases; null if unknown or if the balance
        counts no stocks), ``production``, ``consumption`` (t), ``basis``, ``reliance`` (0 to 1),
        ``reliance_low``, ``reliance_high`` (with the rounding of the printed figures), ``method``,
        ``other_reliance`` with its bounds ``other_low`` and ``other_high`` (by production, if both
        ways are open), ``net_exporter``, ``missing`` (inputs that are not published).

    References
    ----------
    .. [1] U.S. Geological Survey (2026). Mineral Commodity Summaries, appendix.

    Examples
    --------
    Antimony in 2024, oxide and metal:

    >>> names = ("imports", "exports", "production", "consumption")
    >>> figures = pa.table({
    ...     "country": ["USA"] * 4, "balance": ["Sb"] * 4, "period": ["2024"] * 4,
    ...     "source": ["usgs"] * 4, "statistic": names, "label": names, "basis": ["Sb"] * 4,
    ...     "value": [28920.0, 4260.0, 3918.0, 28600.0],
    ...     "low": pa.nulls(4, pa.float64()), "high": pa.nulls(4, pa.float64())})
    >>> row = balance_reliance(figures).to_pylist()[0]
    >>> round(row["reliance"], 3), row["method"], round(row["other_reliance"], 3)
    (0.862, 'net imports over apparent consumption', 0.863)
    """
    available = _by_balance(balances)
    spans: dict[Key, tuple[str, ...]] = {key: (key[2],) for key in available}
    if period is not None:
        years = Period(period).years
        spans = {(*key[:2], period, key[3]): years for key in available if key[2] in years}
    rows = []
    for key, years in sorted(spans.items()):
        country, balance, _, source = key
        yearly = {year: (country, balance, year, source) for year in years}
        lacking = [year for year, year_key in yearly.items() if year_key not in available]
        row: dict[str, Any] = dict(zip(SCOPE, key, strict=True))
        if lacking:
            row["missing"] = f"balance of {', '.join(lacking)}"
        else:
            row |= _reliance({
                year: (available[year_key], _year_before(available, year_key))
                for year, year_key in yearly.items()
            })  # fmt: skip
        rows.append(row)
    return pa.Table.from_pylist(rows, RELIANCE)


Statistics = Mapping[str, Mapping[str, Figure]]
"""Figures of one balance in one year, by statistic and label."""
Key = tuple[str, ...]
"""Country, balance, period and source of a balance."""

RELIANCE = pa.schema([
    *texts(*SCOPE),
    *(number(name, "t") for name in (
        "imports", "exports", "stock_change", "production", "consumption")),
    *texts("basis"),
    *(number(name, SHARE) for name in (
        "reliance", "reliance_low", "reliance_high", "other_reliance", "other_low", "other_high")),
    *texts("method"), *flags("net_exporter"), *texts("missing"),
])  # fmt: skip


def _by_balance(balances: pa.Table) -> dict[Key, dict[str, dict[str, Figure]]]:
    """Group figures by balance, then by statistic and label."""
    groups: dict[Key, dict[str, dict[str, Figure]]] = defaultdict(dict)
    for row in balances.to_pylist():
        if row["balance"] is not None:
            key = tuple(row[name] for name in SCOPE)
            groups[key].setdefault(row["statistic"], {})[row["label"]] = row
    return groups


def _year_before(available: Mapping[Key, Statistics], key: Key) -> Mapping[str, Figure]:
    """Return the stocks of a balance in the year before, of its own source if that has them."""
    country, balance, period, source = key
    last_year = str(int(period) - 1) if period.isdecimal() else ""
    sources = sorted(k[3] for k in available if k[:3] == (country, balance, last_year))
    if not sources:
        return {}
    publication = source if source in sources else sources[-1]
    return available[country, balance, last_year, publication].get("stocks", {})


def _reliance(years: Mapping[str, tuple[Statistics, Mapping[str, Figure]]]) -> dict[str, Any]:
    """Compute the reliance of one balance in some years, and name the inputs that it lacks.

    Each year has its statistics and the stocks at the end of the year before.
    """
    tables = [statistics for statistics, _ in years.values()]
    names = set().union(*tables)
    sums = {}
    for name in names:
        if name == "exports" or all(name in statistics for statistics in tables):
            sums[name] = _sum(f for statistics in tables for f in statistics.get(name, {}).values())
    changes = {
        year: _stock_change(statistics, last_stocks)
        for year, (statistics, last_stocks) in years.items()
    }
    stock_change = _total(changes.values())
    imports, exports = sums.get("imports"), sums.get("exports", NOTHING)
    consumption, production = sums.get("consumption"), sums.get("production")
    net_imports = imports - exports + stock_change if imports else None
    methods = []
    if consumption is not None and consumption.value:
        if net_imports is not None and net_imports.value is not None:
            methods.append((BY_TRADE, _ratio(net_imports, consumption)))
        if production is not None and production.value is not None:
            methods.append((BY_PRODUCTION, _ratio(consumption - production, consumption)))
    if not methods and net_imports is not None and net_imports.high < 0:
        methods.append((BY_SIGN, (0.0, 0.0, 0.0)))
    row: dict[str, Any] = {
        name: None if amount is None else amount.value
        for name, amount in (
            ("imports", imports), ("exports", sums.get("exports")), ("production", production),
            ("consumption", consumption),
        )
    }  # fmt: skip
    row["stock_change"] = stock_change.value if names & {"stocks", "stock-release"} else None
    bases = {f["basis"] or "not stated" for statistics in tables for f in _figures(statistics)}
    row["basis"] = ", ".join(sorted(bases))
    missing = []
    for year, (statistics, _) in years.items():
        for text in _missing(statistics, changes[year]):
            missing.append(f"{text} in {year}" if len(years) > 1 else text)
    row["missing"] = "; ".join(missing) or None
    if methods:
        row["method"], (row["reliance"], row["reliance_low"], row["reliance_high"]) = methods[0]
        row["net_exporter"] = (
            net_imports is not None
            and (net_imports.high if net_imports.value is None else net_imports.value) < 0
        )
    if len(methods) > 1:
        row["other_reliance"], row["other_low"], row["other_high"] = methods[1][1]
    return row


def production_at_most(
    balances: pa.Table, reliance: Mapping[tuple[str, str, str], float]
) -> dict[tuple[str, str, str, str], float]:
    r"""Bound withheld production by a net import reliance that is published as "more than".

    By the definition of apparent consumption, production is :math:`C - N` with net imports
    :math:`N`; a reliance :math:`N / C` above r leaves at most :math:`N (1 / r - 1)`.

    Parameters
    ----------
    balances : pyarrow.Table
        As for :func:`balance_reliance`.
    reliance : mapping
        Country, balance and period to the share (0 to 1) above which the reliance is.

    Returns
    -------
    dict
        Country, balance, period and basis to tonnes, where net imports are printed and production
        is not. With the rounding of the printed figures, and without stocks that are not printed.

    Examples
    --------
    Lithium in 2024: imports of 3,020 t, exports of 1,690 t, a reliance above 50 %:

    >>> names, nothing = ("imports", "exports", "production"), pa.nulls(3, pa.float64())
    >>> figures = pa.table({
    ...     "country": ["USA"] * 3, "balance": ["Li"] * 3, "period": ["2024"] * 3,
    ...     "source": ["usgs"] * 3, "statistic": names, "label": names, "basis": ["Li"] * 3,
    ...     "value": [3020.0, 1690.0, None], "low": nothing, "high": nothing})
    >>> production_at_most(figures, {("USA", "Li", "2024"): 0.5})
    {('USA', 'Li', '2024', 'Li'): 1340.0}
    """
    available = _by_balance(balances)
    tonnes = {}
    for key, statistics in sorted(available.items()):
        country, balance, period, _ = key
        r = reliance.get((country, balance, period))
        production = _sum(statistics.get("production", {}).values())
        bases = {f["basis"] for f in _figures(statistics)}
        if not r or "imports" not in statistics:
            continue
        if production.value is not None or len(bases) > 1:
            continue
        net_imports = (
            _sum(statistics["imports"].values())
            - _sum(statistics.get("exports", {}).values())
            + _stock_change(statistics, _year_before(available, key))
        )
        if 0 < net_imports.high < inf:
            tonnes[country, balance, period, bases.pop()] = net_imports.high * (1 / r - 1)
    return tonnes


def _figures(statistics: Statistics) -> list[Figure]:
    """List the figures of one balance in one year."""
    return [figure for figures in statistics.values() for figure in figures.values()]


def _sum(figures: Iterable[Figure]) -> Amount:
    return _total(map(printed_amount, figures))


def _total(amounts: Iterable[Amount]) -> Amount:
    total = NOTHING
    for amount in amounts:
        total += amount
    return total


def _stock_change(statistics: Statistics, last_stocks: Mapping[str, Figure]) -> Amount:
    """Return releases and the decrease of stocks since the year before; 0 where none count."""
    change = NOTHING
    for label, figure in statistics.get("stocks", {}).items():
        last_stock = printed_amount(last_stocks[label]) if label in last_stocks else UNKNOWN
        change += last_stock - printed_amount(figure)
    for figure in statistics.get("stock-release", {}).values():
        # USGS counts no release since 2023, when governments ceased to publish it.
        change += NOTHING if figure["qualifier"] == "not-available" else printed_amount(figure)
    return change


def _ratio(part: Amount, whole: Amount) -> tuple[float, float, float]:
    """Return a share of consumption and its bounds, from 0 to 1."""
    assert part.value is not None
    assert whole.value is not None
    bounds = [p / w for p in (part.low, part.high) for w in (whole.low, whole.high) if w > 0]
    return (
        min(1.0, max(0.0, part.value / whole.value)),
        min(1.0, max(0.0, min(bounds))),
        min(1.0, max(0.0, max(bounds))),
    )


def _missing(statistics: Statistics, stock_change: Amount) -> list[str]:
    """Name the series without a plain figure, and stock changes without the year before."""
    missing = []
    for name, figures in sorted(statistics.items()):
        if name in ("stocks", "stock-release"):
            continue
        for figure in figures.values():
            if figure["value"] is None:
                missing.append(f"{figure['label']}: {figure['qualifier'] or 'not published'}")
    if stock_change.value is None:
        missing.append("stock change")
    return missing + [name for name in ("imports", "consumption") if name not in statistics]
