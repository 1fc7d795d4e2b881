"""First lines on the first suppliers of buyers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import fsum
from typing import Any

from graphkit.answers.answer import Answer
from graphkit.answers.figures import number_of
from graphkit.answers.sentence import Figure, Kind, Sentence
from graphkit.headlines import parts
from graphkit.headlines.lacking import otherwise, unknown
from graphkit.headlines.wording import (
    BY,
    Lexicon,
    Row,
    Sentences,
    figure_of_share,
    grouped,
    in_main_period,
    listed_at_least,
    shortened,
    time_of,
)
from graphkit.names import capitalized
from graphkit.questions.markets.wording import besides, no_code


@otherwise(unknown(lambda names, goods: f"No flow of {goods} is known{names.stated_time}"))
def network(answer: Answer) -> Sentences:
    """Say whose first supplier is the same for the largest part of the imports, and how many."""
    return parts.sentences_on_parts(answer, None, _first_supplier)


def _largest_first(rows: Sequence[Row]) -> tuple[str, list[Row], list[Row]]:
    """Return the first supplier of those who buy the most, their rows, and those of all."""
    first = [row for row in in_main_period(rows) if row["place"] == 1]
    first = [row for row in first if row["imports"] is not None]  # else their weights are in doubt
    groups = grouped(first, "supplier")
    (supplier,), own = min(
        groups.items(),
        key=lambda item: (-fsum(row["imports"] for row in item[1]), item[0]),
    )
    return supplier, own, first


def _first_supplier(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    supplier, own, first = _largest_first(rows)
    time, measure = time_of(first), rows[0]["by"]
    countries = f"{listed_at_least(first)}{number_of(len(first), 'country', 'countries')}"
    count = Figure(f"{len(own):,} of {countries}", len(own), len(own), "country", len(first))
    who = capitalized(names.place(supplier))
    common: dict[str, Any] = {"subject": supplier, "whose": (), "measure": measure}
    much = Sentence()
    if not listed_at_least(first):
        total = fsum(row["imports"] for row in first)
        bought = figure_of_share(fsum(row["imports"] for row in own) / total)
        claim = names.claim(Kind.SHARE, own, bought, **common)
        whose = "these buy" if len(own) > 1 else "this one buys"
        much = Sentence(f"; {whose} {bought} of it {BY[measure]}", (claim,))
    alone = names.claim(Kind.FIRST, own, count, **common)
    buy = "buy" if len(first) > 1 else "buys"
    for goods in (names.subject, "it"):
        start = f"{who} is the first supplier of {count} that {buy} {goods}{time}"
        yield from shortened(Sentence(start, (alone,)), much)
    start = f"{no_code(names)}; {who} is the first supplier of {count} that {buy} goods with it"
    with_others = replace(alone, qualifiers=("other goods",))
    for text in shortened(Sentence(f"{start}{time}", (with_others,)), much):
        yield besides(names, text, alone)
    unknown = names.claim(Kind.UNKNOWN, first, denied=Kind.FIRST, whose=(), measure=measure)
    start = f"Who first supplies most buyers of {names.subject}{time} cannot be told"
    yield from shortened(Sentence(start, (replace(unknown, subject=()),)))
