"""First lines on the reports of both sides of a flow."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum
from typing import Any

from graphkit.answers.answer import Answer
from graphkit.answers.sentence import Figure, Kind, Sentence
from graphkit.headlines.lacking import otherwise, unknown
from graphkit.headlines.wording import (
    Lexicon,
    Row,
    Sentences,
    figure_of_count,
    figure_of_value,
    grouped,
    in_main_period,
    shortened,
    time_of,
)

TWICE = 2.0


@otherwise(
    unknown(
        lambda names, goods: (
            f"No flow of {goods} is known as both sides report it{names.stated_time}"
        )
    )
)
def mirror(answer: Answer) -> Sentences:
    """Say of how many flows one side reports twice the value of the other."""
    names = Lexicon(answer)
    rows = in_main_period(names.rows)
    common: dict[str, Any] = {"subject": (), "whose": (), "material": ()}
    valued = [row for row in rows if row["usd_exporter"] and row["usd_importer"]]
    if not valued:
        unknown = names.claim(Kind.UNKNOWN, rows, **common)
        start = f"No flow of {names.subject} has a value by both sides{time_of(rows)}"
        yield from shortened(Sentence(start, (unknown,)))
        return
    pairs = [(row["usd_exporter"], row["usd_importer"]) for row in valued]
    far = sum(max(pair) >= TWICE * min(pair) for pair in pairs)
    flows = figure_of_count(len(pairs), "flow")
    differing = Figure(f"{far:,}", far, far, "flow", len(pairs))
    claims = (
        names.claim(Kind.COUNT, valued, differing, qualifiers=("at least twofold",), **common),
        names.claim(Kind.COUNT, valued, flows, **common),
    )
    start = f"Of {flows} that both sides value{time_of(rows)}, {differing} "
    start += "differ at least twofold" if far != 1 else "differs at least twofold"
    sums = Sentence()
    if counted(rows):
        for place, start_of in enumerate(("; exporters report ", ", importers ")):
            value = figure_of_value(fsum(pair[place] for pair in pairs), "usd")
            side = ("exporters", "importers")[place]
            claim = names.claim(Kind.AMOUNT, valued, value, measure="usd", qualifiers=(side,),
                                **common)  # fmt: skip
            sums += Sentence(f"{start_of}{value}", (claim,))
    yield from shortened(Sentence(start, claims), sums)


def counted(rows: Sequence[Row]) -> bool:
    """Return True if the rows are of one product, so that their values add up."""
    return len({row["product"] for row in rows}) == 1 and len(
        grouped(rows, "consumer", "supplier")) == len(rows)  # fmt: skip
