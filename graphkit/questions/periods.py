"""Periods that answers are of: the newest, or those with data within the one that is wanted."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.answers.answer import Answer
from graphkit.answers.columns import Column
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.scopes import Scope
from graphkit.period import Period, added_up, cover, newest


@dataclass(frozen=True)
class PeriodChoice:
    """Periods with data of one product that stand for the period of a question."""

    period: str
    """Period of the question, which the sum of the data has."""
    pieces: tuple[str, ...]
    missing: tuple[str, ...] = ()
    """Years of the question's period without data."""
    dataset: str | None = None
    """Data set of trade, if it is not the preferred one of each piece."""

    @property
    def covered(self) -> tuple[str, ...]:
        """The period, or those of its years that have data."""
        if not self.missing:
            return (self.period,)
        without = {year for text in self.missing for year in Period(text).years}
        return tuple(year for year in Period(self.period).years if year not in without)


def choose_periods(
    held: Mapping[str, Collection[str]], period: str | None
) -> dict[str, PeriodChoice]:
    """Take each product's newest period, or what it has of the given one."""
    if period is None:
        latest = {product: newest(have) for product, have in held.items()}
        return {product: PeriodChoice(text, (text,)) for product, text in latest.items()}
    found = {
        product: PeriodChoice(period, *added_up(period, have)) for product, have in held.items()
    }
    return {product: of for product, of in found.items() if of.pieces}


def choose_trade_periods(
    catalog: Catalog, scope: Scope | None, period: str | None
) -> dict[str, PeriodChoice]:
    """Take the periods of trade of each product in scope.

    Sums over years keep to one data set of each product: the one with the most years, of several
    the preferred one.
    """
    found = choose_periods(periods_by_product(catalog.traded, scope), period)
    if period is None or catalog.dataset or len(Period(period).years) == 1:
        return found
    held: dict[str, dict[str, set[str]]] = {}
    preferred = set()
    for row in catalog.covered.to_pylist():
        product, dataset = row["product"], row["dataset"]
        if scope is None or scope.holds(product, row["hs"]):
            held.setdefault(product, {}).setdefault(dataset, set()).add(row["period"])
            if row["preferred"]:
                preferred.add((product, dataset, row["period"]))
    order = catalog.rows("datasets")["dataset"].to_pylist()
    for product, sets in held.items():
        choices = [PeriodChoice(period, *added_up(period, sets[d]), d) for d in order if d in sets]
        most = min(choices, key=lambda of: sum(Period(text).months for text in of.missing))
        if most.pieces:
            alike = all((product, most.dataset, piece) in preferred for piece in most.pieces)
            found[product] = replace(most, dataset=None) if alike else most
    return found


def read_flows(
    catalog: Catalog, query: str, chosen: Mapping[str, PeriodChoice], **ends: list[str]
) -> pa.Table:
    """Read the flows of some products, each in its own periods and data set."""
    parts = []
    for dataset in sorted({of.dataset or "" for of in chosen.values()}) or [""]:
        some = {p: of.pieces for p, of in chosen.items() if (of.dataset or "") == dataset}
        flows = catalog.using(dataset or None).flows(query, **query_parameters(some), **ends)
        parts.append(in_periods(flows, some))
    return pa.concat_tables(parts)


def periods_by_product(traded: pa.Table, scope: Scope | None = None) -> dict[str, set[str]]:
    """Group the periods of a table by product, for the products in scope."""
    held: dict[str, set[str]] = {}
    for row in traded.to_pylist():
        if scope is None or scope.holds(row["product"], row["hs"]):
            held.setdefault(row["product"], set()).add(row["period"])
    return held


def query_parameters(periods: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    """Turn products and all their periods into the parameters of a query."""
    return {"products": sorted(periods), "periods": sorted(set().union(*periods.values()))}


def in_periods(rows: pa.Table, periods: Mapping[str, Collection[str]]) -> pa.Table:
    """Select the rows of each product's own periods."""
    pairs = [f"{product}|{period}" for product, have in periods.items() for period in have]
    found = pc.binary_join_element_wise(rows["product"], rows["period"], "|")
    return rows.filter(pc.is_in(found, value_set=pa.array(pairs, pa.string())))


def in_chosen_periods(rows: pa.Table, chosen: Mapping[str, PeriodChoice]) -> pa.Table:
    """Put the period of the question on the rows of its pieces, so that they are added up."""
    if all(of.pieces in ((), (of.period,)) for of in chosen.values()):
        return rows
    periods = [chosen[product].period for product in rows["product"].to_pylist()]
    place = rows.column_names.index("period")
    return rows.set_column(place, "period", pa.array(periods, pa.string()))


def gaps(what: str, chosen: Mapping[str, PeriodChoice]) -> dict[str, Any]:
    """List the years that sums leave out, as an entry of the coverage; none if there are none."""
    lacking = [f"{product} {', '.join(of.missing)}" for product, of in chosen.items() if of.missing]
    return {f"years_without_{what}": sorted(lacking)} if lacking else {}


YEARS = Column("years", "Data of", "the years of the period that the figures are of, where others "
               "have no data")  # fmt: skip


def with_years(answer: Answer) -> Answer:
    """Name in each row the years that its sums are of, if some of its period have no data."""
    lacking: dict[str, list[str]] = {}
    for what in ("trade_data", "reports_of_both_sides"):
        for text in answer.coverage.get(f"years_without_{what}", ()):
            product, _, missing = text.partition(" ")
            lacking[product] = missing.split(", ")
    rows = answer.rows
    if not lacking or "period" not in rows.column_names:
        return answer
    single = len({series["product"] for series in answer.coverage["series"]}) == 1
    years: list[str | None] = []
    for row in rows.to_pylist():
        products = [row["product"]] if "product" in row else sorted(lacking)
        words = {
            product: ", ".join(cover(row["period"], lacking[product])[1])
            for product in products if product in lacking and row.get("dataset", "") is not None
        }  # fmt: skip
        named = words.values() if "product" in row or single else map(" ".join, words.items())
        years.append("; ".join(named) or None)
    if not any(years):
        return answer
    place = rows.column_names.index("period") + 1
    shown = list(answer.shown)
    if "period" in shown:
        shown.insert(shown.index("period") + 1, YEARS.name)
    alike = {YEARS.name: years[0]} if len(set(years)) == 1 else {}
    return replace(
        answer, rows=rows.add_column(place, YEARS.described, pa.array(years, pa.string())),
        columns=_after_period(answer.columns), scope={**answer.scope, **alike},
        shown=shown if not shown or YEARS.name in shown else [YEARS.name, *shown],
    )  # fmt: skip


def _after_period(columns: Sequence[Column]) -> list[Column]:
    """Add the column of years behind that of the period."""
    names = [column.name for column in columns]
    place = names.index("period") + 1 if "period" in names else 0
    return [*columns[:place], YEARS, *columns[place:]]
