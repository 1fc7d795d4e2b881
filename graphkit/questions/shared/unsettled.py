"""Figures that their publisher does not give as final, in the answers of questions."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import product as pairs
from typing import NamedTuple

from graphkit.answers.answer import Answer, cited
from graphkit.answers.coverage import Unsettled, Word
from graphkit.answers.note import Note
from graphkit.catalog.catalog import Catalog
from graphkit.names import capitalized
from graphkit.period import Period, listed, time_of

MEANING = {
    Word.PROVISIONAL: "by the words of their publisher, they may still be revised",
    Word.ESTIMATED: "their publisher marks some of them as estimates",
}
"""Meaning of each word for the figures of a source and period."""
PERIODS = ("period", "before", "after", "output_period", "as_of")
"""Columns of the periods of a row."""
FORM = re.compile(r"\d{4}\S*")
"""Form of one period; years of several facts are joined by commas, and tell none of its own."""
SOURCES = ("source", "found_source", "trade_source", "production_source")
"""Columns of the sources of the figures of a row."""


class Evidence(NamedTuple):
    """Figures that an answer rests on: of a product, unless of none, in a period, of a source."""

    product: str | None
    period: str
    source: str


def with_unsettled(catalog: Catalog, answer: Answer) -> Answer:
    """Say which figures behind an answer are provisional or estimated.

    The coverage has the word, the period and the source of each, and a note tells its meaning.
    """
    by_question = {
        key: replace(part, unsettled=_entries(catalog, replace(answer, coverage=part)))
        for key, part in answer.coverage.parts.items()
    }
    entries = dict.fromkeys(entry for part in by_question.values() for entry in part.unsettled)
    if not entries:
        return answer
    of_all = by_question.get("") or replace(answer.coverage, by_question=by_question)
    return replace(answer, coverage=of_all, notes=(*answer.notes, *_notes(catalog, [*entries])))


def _entries(catalog: Catalog, answer: Answer) -> tuple[Unsettled, ...]:
    """List the figures behind an answer that are provisional or estimated, the first first."""
    evidence = _evidence(answer)
    entries = {*_provisional(catalog, evidence), *_estimated(catalog, answer, evidence)}
    key = [*Word].index
    return tuple(sorted(entries, key=lambda e: (key(e.word), time_of(e.period), e.source)))


def _evidence(answer: Answer) -> set[Evidence]:
    """Collect the figures that an answer rests on: of its rows, its trade and its production."""
    evidence = {
        Evidence(series.product, period, series.source)
        for series in answer.coverage.series for period in series.periods
    }  # fmt: skip
    names = set(answer.rows.column_names)
    published = {"source"} if "claim" in names else set()  # that of the claim, which is no figure
    sources = names.intersection(SOURCES) - published
    rows = answer.rows
    goods = rows["product"].to_pylist() if "product" in names else [None] * len(rows)
    for period, source in pairs(names.intersection(PERIODS), sources):
        different = {*zip(goods, rows[period].to_pylist(), rows[source].to_pylist(), strict=True)}
        evidence |= {
            Evidence(product, when, key)
            for product, when, keys in different
            if when and keys and FORM.fullmatch(when)
            for key in cited(keys)
        }  # fmt: skip
    periods = {figures.period for figures in evidence}
    return evidence | {
        Evidence(figures.product, period, figures.source)
        for figures in answer.coverage.production for period in periods
    }  # fmt: skip


def _provisional(catalog: Catalog, evidence: Iterable[Evidence]) -> Iterator[Unsettled]:
    """List the figures of which their publisher says that they may still be revised."""
    periods = {row["key"]: row["provisional"] for row in catalog.nodes("Source").to_pylist()}
    for figures in evidence:
        period = periods.get(figures.source)
        if period and Period(period).overlaps(Period(figures.period)):
            yield Unsettled(Word.PROVISIONAL, period, figures.source)


def _estimated(
    catalog: Catalog, answer: Answer, evidence: Collection[Evidence]
) -> Iterator[Unsettled]:
    """List the figures that their publisher marks as estimates: those of rows, and of output."""
    rows = answer.rows
    if {"estimated", "period"} <= {*rows.column_names}:
        names = [name for name in ("source", "production_source") if name in rows.column_names]
        for row in rows.select(["estimated", "period", *names]).to_pylist():
            sources = [row[name] for name in names if row["estimated"] is True and row[name]]
            for key in cited("+".join(sources)) if sources else ():
                yield Unsettled(Word.ESTIMATED, row["period"], key)
    trade = {series.source for series in answer.coverage.series}
    if all(figures.source in trade for figures in evidence):
        return
    output: dict[tuple[str, str], list[str]] = {}
    for row in catalog.rows("production-periods").to_pylist():
        if row["estimated"]:
            output.setdefault((row["product"], row["source"]), []).append(row["period"])
    for figures in evidence:
        for period in output.get((figures.product or "", figures.source), ()):
            if Period(period).overlaps(Period(figures.period)):
                yield Unsettled(Word.ESTIMATED, period, figures.source)


def _notes(catalog: Catalog, entries: Sequence[Unsettled]) -> Iterator[Note]:
    """Tell the meaning of each word, and of which figures it is said."""
    publishers = {row["key"]: row["publisher"] for row in catalog.nodes("Source").to_pylist()}
    for word, meaning in MEANING.items():
        periods: dict[str, list[str]] = {}
        for entry in entries:
            if entry.word is word:
                periods.setdefault(entry.source, []).append(entry.period)
        texts = [
            f"{listed(some, 3)} by {publishers[source] or 'its publisher'} ({source})"
            for source, some in periods.items()
        ]
        if texts:
            yield Note(f"{capitalized(word)}: figures of {'; '.join(texts)}: {meaning}.")
