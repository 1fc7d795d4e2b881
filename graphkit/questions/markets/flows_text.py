"""First lines on flows of trade."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphkit.answers.answer import Answer
from graphkit.answers.sentence import Kind, Sentence
from graphkit.answers.terms import Role
from graphkit.headlines import parts
from graphkit.headlines.lacking import otherwise, unknown
from graphkit.headlines.wording import (
    BY,
    Lexicon,
    Row,
    Sentences,
    figure_of_share,
    figure_of_value,
    in_main_period,
    shortened,
    time_of,
)
from graphkit.questions.markets.wording import besides, no_code

LISTED = "listed"
"""Qualifier of a first place among flows of a data set that may lack larger ones."""


@otherwise(unknown(lambda names, goods: f"No flow of {goods} is known{names.stated_time}"))
def flows(answer: Answer) -> Sentences:
    """Say which flow is the largest, and what part of world trade it is."""
    return parts.sentences_on_parts(answer, None, _flow)


def _flow(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    measure, rows = rows[0]["by"], in_main_period(rows)
    known = [row for row in rows if row[measure] is not None]
    if not known:
        unknown = names.claim(Kind.UNKNOWN, rows, subject=(), whose=(), measure=measure)
        start = f"No flow of {names.subject}{time_of(rows)} has a known amount {BY[measure]}"
        yield from shortened(Sentence(start, (unknown,)))
        return
    row = max(known, key=lambda row: (row[measure], row["exporter"], row["importer"]))
    keys = tuple(names.answer.scope.places(Role.OF))
    common: dict[str, Any] = {"measure": measure, "assumptions": {"of": keys} if keys else {}}
    flow = {**common, "subject": row["exporter"], "destination": row["importer"]}
    time, of_goods = time_of([row]), f" of {names.subject}"
    whose = f" in the trade of {names.places(keys, 'or')}" if keys else ""
    trade = f"from {names.place(row['exporter'])} to {names.place(row['importer'])}"
    share = Sentence()
    if row["share"] is not None:
        figure = figure_of_share(row["share"])
        of_world = names.claim(Kind.SHARE, [row], figure, **flow)
        share = Sentence(f", {figure} of world trade", (of_world,))
    size = figure_of_value(row[measure], measure)
    coverages = names.answer.coverage.parts.values()
    is_listed = row["share"] is None and any(coverage.partial for coverage in coverages)
    largest = "largest listed flow" if is_listed else "largest flow"
    marks = (LISTED,) * is_listed

    def went(start: str, **more: Any) -> Sentences:
        for figure, additions in ((size, [share]), (None, [])):
            first = names.claim(Kind.FIRST, [row], figure, **flow, **more)
            text = Sentence(f"{start} went {trade}{f': {figure}' if figure else ''}", (first,))
            yield from shortened(text, *additions)

    for scope in (f"{of_goods}{whose}{time}", f"{whose}{time}"):
        yield from went(f"The {largest}{scope}", qualifiers=marks)
    alone = names.claim(Kind.FIRST, [row], **flow)
    for scope in (f"{whose}{time}", time):
        for text in went(
            f"{no_code(names)}; the {largest} of goods with it{scope}",
            qualifiers=("other goods", *marks),
        ):
            yield besides(names, text, alone)
    unknown = names.claim(Kind.UNKNOWN, [row], denied=Kind.FIRST, **common)
    goods = of_goods * (not names.is_of_all)
    yield from shortened(Sentence(f"The {largest}{goods}{whose}{time} cannot be told", (unknown,)))
