"""HS codes in time: remnants of dropped codes, and trade that may stand under two codes."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace

import pyarrow as pa

from graphkit.analysis.unlisted import WORLD
from graphkit.answers.answer import Answer
from graphkit.answers.coverage import SplitTrade
from graphkit.answers.figures import money
from graphkit.answers.note import Note
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.materials import Scope
from graphkit.names import capitalized
from graphkit.period import Period


def remnants_in(catalog: Catalog, scope: Scope, period: str) -> list[str]:
    """Write a note on each code in scope that holds only a remnant in a period."""
    year = Period(period).year
    return [
        _remnant(catalog.materials.label(product), code, since)
        for (product, code), since in sorted(catalog.remnants.items())
        if scope.holds(product, code) and year >= since
    ]


def remnant_notes(catalog: Catalog, answer: Answer) -> list[Note]:
    """Write a note on each product of an answer of which a code holds only a remnant."""
    products = {series.product for series in answer.coverage.series}
    return [
        Note(_remnant(catalog.materials.label(product), code, since), (product,))
        for (product, code), since in sorted(catalog.remnants.items())
        if product in products
    ]


def _remnant(product: str, code: str, since: int) -> str:
    return (
        f"{product}: what is reported under HS {code} since {since} is a remnant of goods that "
        "have other codes, and gives no share."
    )


STEP = 10
"""Ratio of a trade's values in two years in a row from which it may stand under another code."""
LARGE, LEAST = 0.1, 1e6
"""Part of the consumer's imports of both products, and US dollars, from which a step is noted; of
the step, the part that trade in the other product must have, or must have changed the other way."""
NAMED, MOST_YEARS = 3, 6
"""Number of trades that notes name, and of years of each."""


@dataclass(frozen=True)
class TwoCodeTrade:
    """Trade between two countries that may stand under the codes of two products."""

    supplier: str
    consumer: str
    years: Mapping[str, tuple[float, float]]
    """The values in both products, in US dollars, in the years of a step."""

    @property
    def largest(self) -> float:
        """The largest value in the first product."""
        return max(values[0] for values in self.years.values())

    @property
    def in_words(self) -> str:
        """The values in both products by year, of the newest years."""
        earlier = len(self.years) - MOST_YEARS
        texts = [f"{earlier} earlier years"] if earlier > 0 else []
        for year, values in sorted(self.years.items())[-MOST_YEARS:]:
            amounts = [money(usd) if usd else "none" for usd in values]
            texts.append(f"{year} {' and '.join(amounts)}")
        return "; ".join(texts)


def with_split_trade(catalog: Catalog, answer: Answer) -> Answer:
    """Note the trade of an answer that may stand under two codes, and do not add both up.

    A code says which other one has the same goods in some years (``also_under``). Noted are the
    trades under it of at least a million dollars that are ten times as large as in the year before
    or after, where trade in the product of the other code went on or changed the other way.
    """
    rows, coverage = answer.rows, answer.coverage
    if not {"consumer", "supplier"} & {*rows.column_names}:
        return answer
    consumers = [WORLD]
    if "consumer" in rows.column_names:
        consumers = sorted(set(rows["consumer"].to_pylist()) - {None})
    suppliers = rows["supplier"].to_pylist() if "supplier" in rows.column_names else None
    notes: list[Note] = []
    split: list[SplitTrade] = []
    double = False
    for (product, code), (other, other_code) in _sharing(catalog):
        pair = {product, other}
        all_series = [series for series in coverage.series if series.product in pair]
        years = {year for series in all_series for year in series.years}
        if not years or not consumers:
            continue
        periods = [str(year) for year in range(min(years) - 1, max(years) + 2)]
        traded = {"products": [product, other], "periods": periods}
        is_of_all = WORLD in consumers
        flows = catalog.flows("trade", **traded) if is_of_all else (
            catalog.flows("imports", consumers=consumers, **traded)
        )  # fmt: skip
        trades = [
            trade for trade in split_trades(flows, product, other, years)
            if suppliers is None or trade.supplier in suppliers
        ]  # fmt: skip
        split += [
            SplitTrade(product, other, trade.supplier, trade.consumer, tuple(sorted(trade.years)))
            for trade in trades
        ]
        label, other_label = map(catalog.materials.in_text, (product, other))
        notes += [
            Note(
                f"{catalog.place_at_start(trade.supplier)} to "
                f"{catalog.place_in_text(trade.consumer)}: one trade may stand under two "
                f"codes, {label} (HS {code}) and {other_label} (HS {other_code}), in USD: "
                f"{trade.in_words}. The two are not added up, and a step of one need be no "
                "change of trade.",
                (product, other),
            )
            for trade in trades[:NAMED]
        ]
        if len(trades) > NAMED:
            number = len(trades) - NAMED
            notes.append(
                Note(
                    f"{capitalized(label)} and {other_label}: {number} more such trades.",
                    (product, other),
                )
            )
        double |= bool(trades) and pair == {series.product for series in all_series}
    if double and coverage.trade is not None and coverage.trade.usd is not None:
        counted = replace(coverage.trade, usd=None, usd_share_without_tonnes=None)
        coverage = replace(coverage, trade=counted)
    coverage = replace(coverage, split_trade=tuple(split))
    return replace(answer, coverage=coverage, notes=(*answer.notes, *notes))


def _sharing(catalog: Catalog) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    """List the products and codes whose goods stand under the code of another product too."""
    codes = catalog.links("TRADED_AS").to_pylist()
    owners = {row["code"]: row["product"] for row in codes if row["fit"] != "proxy"}
    return [
        ((row["product"], row["code"]), (owners[row["also_under"]], row["also_under"]))
        for row in codes if row["also_under"] in owners
    ]  # fmt: skip


def split_trades(flows: pa.Table, product: str, other: str, years: Set[int]) -> list[TwoCodeTrade]:
    """Find the trades in a product with a step that goods under another code may explain.

    Parameters
    ----------
    flows : pyarrow.Table
        ``consumer``, ``supplier``, ``product``, ``period`` (text), ``usd``, of both products.
    product, other : str
        The two products.
    years : set of int
        Years of which one must be an end of the step.

    Returns
    -------
    list of TwoCodeTrade
        The largest first.

    Examples
    --------
    >>> flows = pa.table({"consumer": ["C"] * 4, "supplier": ["S"] * 4,
    ...     "product": ["salt", "salt", "metal", "metal"],
    ...     "period": ["2023", "2024", "2023", "2024"], "usd": [9e6, 2e5, 6e6, 1.5e7]})
    >>> [trade] = split_trades(flows, "salt", "metal", {2024})
    >>> trade.years
    {'2023': (9000000.0, 6000000.0), '2024': (200000.0, 15000000.0)}
    """
    usd: dict[tuple[str, str], dict[tuple[str, str], float]] = {}
    imports: dict[tuple[str, str], float] = {}
    for row in flows.to_pylist():
        pair, value = (row["supplier"], row["consumer"]), row["usd"] or 0.0
        values = usd.setdefault(pair, {})
        key = (row["product"], row["period"])
        values[key] = values.get(key, 0.0) + value
        total = (row["consumer"], row["period"])
        imports[total] = imports.get(total, 0.0) + value
    first, last = min(years) - 1, max(years) + 1
    trades = []
    for (supplier, consumer), values in usd.items():
        step_years: set[str] = set()
        for year in range(first, last):
            step = (str(year), str(year + 1))
            if not years & {year, year + 1} or any((consumer, y) not in imports for y in step):
                continue
            before, after = (values.get((product, y), 0.0) for y in step)
            other_before, other_after = (values.get((other, y), 0.0) for y in step)
            larger, change = max(before, after), after - before
            least = max(LEAST, LARGE * imports[consumer, step[after > before]])
            opposite = (other_before - other_after) * (1 if change > 0 else -1)
            split = max(min(other_before, other_after), opposite) >= LARGE * abs(change)
            if larger >= least and larger >= STEP * min(before, after) and split:
                step_years |= {*step}
        if step_years:
            by_year = {
                y: (values.get((product, y), 0.0), values.get((other, y), 0.0))
                for y in sorted(step_years)
            }
            trades.append(TwoCodeTrade(supplier, consumer, by_year))
    return sorted(trades, key=lambda trade: (-trade.largest, trade.supplier, trade.consumer))
