"""First lines on how hard export controls bit."""

from __future__ import annotations

from graphkit.answers.answer import Answer
from graphkit.answers.sentence import Figure, Kind, Sentence
from graphkit.headlines.lacking import otherwise, unknown
from graphkit.headlines.wording import (
    Lexicon,
    Row,
    Sentences,
    figure_of_value,
    shortened,
    time_of,
)
from graphkit.names import capitalized

CASE = "case"
"""An act, a good that it covers and a buyer of it."""


@otherwise(unknown(lambda _, goods: f"No control on {goods} is known that matches"))
def control_effects(answer: Answer) -> Sentences:
    """Say what was bought after the one act that is judged, or after how many it was less."""
    names = Lexicon(answer)
    judged = [row for row in names.rows if row["bought"] is not None]
    if len(judged) == 1:
        yield from _of_one(names, judged[0])
        return
    less = [row for row in judged if row["finding"] == "less"]
    published = [row for row in names.rows if row["published"] is not None]
    every, known, fewer, others = (
        names.claim(
            Kind.COUNT, rows, Figure(f"{len(rows):,}" if rows else "none", len(rows), len(rows),
                                     CASE),
            material=(), whose=(), period=None, qualifiers=qualifiers,
        )
        for rows, qualifiers in ((names.rows, ()), (judged, ("judged",)), (less, ("less",)),
                                 (published, ("published",)))
    )  # fmt: skip
    goods = "" if names.is_of_all else f" of {names.subject}"
    start = f"Of {every.figure} cases of an export control{goods} and a buyer, {known.figure} can "
    start += "be judged by months"
    after = f"; after {fewer.figure} of them less was bought than expected"
    beside = f"; others published changes of {others.figure} of them"
    yield from shortened(
        Sentence(start, (every, known)),
        Sentence(after, (fewer,)) if judged else Sentence(),
        Sentence(beside, (others,)) if published else Sentence(),
    )


def _of_one(names: Lexicon, row: Row) -> Sentences:
    """Say what a buyer bought in the months after an act, beside its range."""
    bought, low, high = (
        names.claim(
            Kind.AMOUNT, [row], figure_of_value(row[name], "tonnes"), measure="tonnes",
            qualifiers=(name,),
        )
        for name in ("bought", "expected_low", "expected_high")
    )  # fmt: skip
    start = (
        f"{capitalized(names.place(row['consumer']))} bought {bought.figure} of "
        f"{names.goods(row['product'])} from {names.place(row['country'])}{time_of([row])}, after "
        "its export control"
    )
    beside = f"; {low.figure} to {high.figure} were expected without it"
    yield from shortened(Sentence(start, (bought,)), Sentence(beside, (low, high)))
