"""Trade of countries that publish none by product, in the answers of questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any

import pyarrow as pa

from graphkit.analysis.reporting import is_unreported
from graphkit.answers.answer import Answer, citing_too, keys_of_refs
from graphkit.answers.coverage import UnreportedTrade
from graphkit.answers.note import Note
from graphkit.answers.terms import Role
from graphkit.catalog.catalog import Catalog
from graphkit.names import possessive
from graphkit.period import listed

OWN_REPORT = {"importer": ("consumer", "importer"), "exporter": ("supplier", "exporter")}
"""Columns of the country that counted a row itself, by its reporter."""
PARTIES = (
    Role.CONSUMER, Role.SUPPLIER, Role.COUNTRY, Role.OF, Role.ORIGIN, Role.EXPORTERS,
)  # fmt: skip
"""Parts of those whose trade a question is about."""


def with_unreported_trade(catalog: Catalog, answer: Answer) -> Answer:
    """Say which trade of an answer only the partners of a country report.

    The coverage has each country that publishes none by product in a period of the answer, with
    these periods and the source.
    """
    gaps = catalog.nodes("ReportingGap").to_pylist()
    columns = [column.name for column in answer.columns if column.refers_to == "place"]
    parties = {key for place in answer.scope.places(*PARTIES) for key in _keys(place)}
    named = parties | keys_of_refs(answer.rows, columns) if gaps and _is_of_trade(answer) else set()
    if not named & {gap["country"] for gap in gaps}:
        return answer
    trade = [*_trade(answer, columns, parties)]
    entries, notes = [], []
    for gap in gaps:
        country = gap["country"]
        periods = sorted({
            period for place, period in trade
            if place == country and is_unreported(gap["since"], gap["until"], period)
        })  # fmt: skip
        if periods:
            entries.append(UnreportedTrade(
                country, gap["since"], gap["until"], gap["unpublished"], gap["source"],
                tuple(periods),
            ))  # fmt: skip
            notes.append(_note(catalog, gap, periods))
    if not entries:
        return answer
    cited = pa.table({"source": [entry.source for entry in entries]})
    answer = citing_too(answer, catalog.sources(cited))
    coverage = replace(answer.coverage, unreported=tuple(entries))
    return replace(answer, coverage=coverage, notes=(*answer.notes, *notes))


def _is_of_trade(answer: Answer) -> bool:
    """Return True for an answer that counts trade, and not published figures of it."""
    if answer.scope.is_published:
        return False
    return bool(answer.coverage.series) or "dataset" in answer.rows.column_names


def _trade(answer: Answer, columns: Sequence[str], parties: Set[str]) -> Iterator[tuple[str, str]]:
    """List the places and periods of the trade that an answer counts: of its rows, or its scope.

    What a country made, or counted itself, is not reported by its partners.
    """
    rows = answer.rows.to_pylist()
    for row in rows:
        if str(row.get("market")).startswith("production"):
            continue
        counted = OWN_REPORT.get(row.get("reporter"), ())
        places = {key for name in columns if name not in counted for key in _keys(row.get(name))}
        places |= parties - {key for name in counted for key in _keys(row.get(name))}
        for period in _periods(row, answer):
            yield from ((place, period) for place in sorted(places))
    if not rows:
        yield from ((place, period) for place in parties for period in _periods({}, answer))


def _keys(value: object) -> list[str]:
    """Return the places that a value of a row or a scope names."""
    texts = value if isinstance(value, list | tuple) else [value]
    return [key for text in texts if isinstance(text, str) for key in text.split("+")]


def _periods(row: Mapping[str, Any], answer: Answer) -> list[str]:
    """Return the periods of a row, of the question, or else of all that it counts."""
    for texts in ([row.get(name) for name in ("period", "before", "after")], answer.scope.times):
        if periods := [text for text in texts if isinstance(text, str) and text[:4].isdigit()]:
            return periods
    return sorted({period for series in answer.coverage.series for period in series.periods})


def _note(catalog: Catalog, gap: Mapping[str, Any], periods: list[str]) -> Note:
    """Write the note on a country that publishes no trade by product."""
    place = catalog.place_at_start(gap["country"])
    since = f"since {gap['since']}"
    still = ", and no source read says that it does again"
    if gap["until"]:
        since, still = f"from {gap['since']} to {gap['until']}", ""
    return Note(
        f"{place} does not publish {gap['unpublished']} {since} ({gap['source']}){still}. "
        f"{possessive(place)} trade of {listed(periods, 3)} is as its partners report it: what it "
        "traded with others that publish none is unknown."
    )
