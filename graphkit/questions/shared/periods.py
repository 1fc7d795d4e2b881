"""Periods that answers are of: the newest, or those with data within the one of the question."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.answers.answer import Answer
from graphkit.answers.columns import Column
from graphkit.answers.coverage import Lacking, MissingYears
from graphkit.answers.terms import Term
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.materials import Scope
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
        gaps = {year for text in self.missing for year in Period(text).years}
        return tuple(year for year in Period(self.period).years if year not in gaps)

    @property
    def missing_months(self) -> int:
        """Number of months of the period without data."""
        return sum(Period(text).months for text in self.missing)


def choose_periods(
    available: Mapping[str, Collection[str]], period: str | None
) -> dict[str, PeriodChoice]:
    """Choose each product's newest period, or what it has of the given one."""
    choices = {}
    for product, periods in available.items():
        if period is None:
            latest = newest(periods)
            choices[product] = PeriodChoice(latest, (latest,))
            continue
        choice = PeriodChoice(period, *added_up(period, periods))
        if choice.pieces:
            choices[product] = choice
    return choices


def choose_trade_periods(
    catalog: Catalog, scope: Scope | None, period: str | None
) -> dict[str, PeriodChoice]:
    """Choose the periods of trade of each product in scope.

    Sums over years keep to one data set of each product: the one with the most years, of several
    the preferred one; one that lists only some flows, if no other has any of the years.
    """
    choices = choose_periods(periods_by_product(catalog.traded, scope), period)
    if period is None or catalog.dataset or len(Period(period).years) == 1:
        return choices
    available: dict[str, dict[str, set[str]]] = {}
    preferred = set()
    for row in catalog.covered.to_pylist():
        product, dataset = row["product"], row["dataset"]
        if scope is None or scope.holds(product, row["hs"]):
            available.setdefault(product, {}).setdefault(dataset, set()).add(row["period"])
            if row["preferred"]:
                preferred.add((product, dataset, row["period"]))
    datasets = catalog.rows("datasets")["dataset"].to_pylist()
    for product, periods in available.items():
        candidates = [
            PeriodChoice(period, *added_up(period, periods[dataset]), dataset)
            for dataset in datasets
            if dataset in periods
        ]
        fullest = min(candidates, key=partial(_rank, catalog))
        if fullest.pieces:
            pieces = {(product, fullest.dataset, piece) for piece in fullest.pieces}
            is_preferred = pieces <= preferred
            choices[product] = replace(fullest, dataset=None) if is_preferred else fullest
    return choices


def _rank(catalog: Catalog, choice: PeriodChoice) -> tuple[bool, bool, int]:
    """Order the choices of data sets: those with pieces, those that list all flows, the fullest."""
    return not choice.pieces, choice.dataset in catalog.extents, choice.missing_months


def read_flows(
    catalog: Catalog, query: str, choices: Mapping[str, PeriodChoice], **countries: list[str]
) -> pa.Table:
    """Read the flows of some products, each in its own periods and data set."""
    datasets = sorted({choice.dataset or "" for choice in choices.values()}) or [""]
    parts = []
    for dataset in datasets:
        pieces = {
            product: choice.pieces
            for product, choice in choices.items()
            if (choice.dataset or "") == dataset
        }
        facts = catalog.using(dataset or None)
        flows = facts.flows(query, **query_parameters(pieces), **countries)
        parts.append(in_periods(flows, pieces))
    return pa.concat_tables(parts)


def periods_by_product(traded: pa.Table, scope: Scope | None = None) -> dict[str, set[str]]:
    """Group the periods of a table by product, for the products in scope."""
    periods: dict[str, set[str]] = {}
    for row in traded.to_pylist():
        if scope is None or scope.holds(row["product"], row["hs"]):
            periods.setdefault(row["product"], set()).add(row["period"])
    return periods


def query_parameters(periods: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    """Turn products and all their periods into the parameters of a query."""
    return {"products": sorted(periods), "periods": sorted(set().union(*periods.values()))}


def in_periods(rows: pa.Table, periods: Mapping[str, Collection[str]]) -> pa.Table:
    """Select the rows of each product's own periods."""
    pairs = [f"{product}|{piece}" for product, pieces in periods.items() for piece in pieces]
    keys = pc.binary_join_element_wise(rows["product"], rows["period"], "|")
    return rows.filter(pc.is_in(keys, value_set=pa.array(pairs, pa.string())))


def in_chosen_periods(rows: pa.Table, choices: Mapping[str, PeriodChoice]) -> pa.Table:
    """Put the period of the question on the rows of its pieces, so that they are added up."""
    if all(choice.pieces in ((), (choice.period,)) for choice in choices.values()):
        return rows
    periods = [choices[product].period for product in rows["product"].to_pylist()]
    place = rows.column_names.index("period")
    return rows.set_column(place, "period", pa.array(periods, pa.string()))


def gaps(lacking: Lacking, choices: Mapping[str, PeriodChoice]) -> tuple[MissingYears, ...]:
    """List the years that sums leave out by product."""
    return tuple(
        MissingYears(lacking, product, tuple(choice.missing))
        for product, choice in sorted(choices.items())
        if choice.missing
    )


YEARS = Column("years", "Data of", "the years of the period that the figures are of, where others "
               "have no data")  # fmt: skip


@dataclass(frozen=True)
class Years(Term):
    """The years that all figures are of, where others of the period have no data."""

    years: str | None


def with_years(answer: Answer) -> Answer:
    """Name in each row the years that its sums are of, if some of its period have no data."""
    rows, missing = answer.rows, answer.coverage.lacking(Lacking.TRADE, Lacking.REPORTS)
    if not missing or "period" not in rows.column_names:
        return answer
    one_product = len({series.product for series in answer.coverage.series}) == 1
    texts = [_years_of(row, missing, one_product) for row in rows.to_pylist()]
    if not any(texts):
        return answer
    place = rows.column_names.index("period") + 1
    shown = list(answer.shown)
    if "period" in shown:
        shown.insert(shown.index("period") + 1, YEARS.name)
    common = [Years(texts[0])] if len(set(texts)) == 1 else []
    return replace(
        answer, rows=rows.add_column(place, YEARS.described, pa.array(texts, pa.string())),
        columns=_after_period(answer.columns), scope=answer.scope.adding(*common),
        shown=shown if not shown or YEARS.name in shown else [YEARS.name, *shown],
    )  # fmt: skip


def _years_of(
    row: Mapping[str, Any], missing: Mapping[str, Sequence[str]], one_product: bool
) -> str | None:
    """Write the years that the sums of a row are of; None if no year is missing."""
    if row.get("dataset", "") is None:
        return None
    years = {}
    for product in [row["product"]] if "product" in row else sorted(missing):
        if product in missing:
            _, with_data = cover(row["period"], missing[product])
            years[product] = ", ".join(with_data)
    if "product" in row or one_product:
        return "; ".join(years.values()) or None
    return "; ".join(f"{product} {text}" for product, text in years.items()) or None


def _after_period(columns: Sequence[Column]) -> list[Column]:
    """Add the column of years behind that of the period."""
    names = [column.name for column in columns]
    place = names.index("period") + 1 if "period" in names else 0
    return [*columns[:place], YEARS, *columns[place:]]
