"""First lines on published claims."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, floor

from graphkit.answers.answer import Answer
from graphkit.answers.coverage import PublishedRun
from graphkit.answers.sentence import Figure, Kind, Sentence
from graphkit.headlines.lacking import otherwise, unknown
from graphkit.headlines.wording import (
    Lexicon,
    Sentences,
    figure_of_count,
    grouped,
    most_frequent,
    shortened,
    when,
)
from graphkit.names import uncapitalized
from graphkit.questions.claims.wording import CLAIM, about, claim_on, number_in

KINDS = {
    "share": "shares", "quantity": "amounts", "rank": "ranks", "statement": "statements in words",
    "change": "changes", "count": "counts", "price": "prices",
}  # fmt: skip
"""Kinds of claims, as what several of them are."""


@otherwise(unknown(lambda names, _: f"Known to graphkit: no such published claim{about(names)}"))
def claims(answer: Answer) -> Sentences:
    """Say how many claims were published, and of which kind most are.

    Of amounts of one seller, buyer and good by month, it says what they add up to.
    """
    names = Lexicon(answer)
    if len(answer.coverage.published) == 1:
        yield from shortened(*_over_months(names, answer.coverage.published[0]))
    kinds = grouped(names.rows, "kind")
    kind, times = most_frequent(row["kind"] for row in names.rows)
    count = claim_on(names, names.rows, figure_of_count(len(names.rows), CLAIM))
    word = KINDS.get(kind, f"of the kind {kind}")
    most = Sentence()
    if times < len(names.rows):
        part = claim_on(names, kinds[kind,], number_in(kinds[kind,], CLAIM), str(kind))
        most = Sentence(f", {part.figure} of them {word}", (part,))
    elif kind in KINDS:
        most = Sentence(f", {word}")
    verb = "is" if len(names.rows) == 1 else "are"
    yield from shortened(Sentence(f"{count.figure}{about(names)} {verb} known", (count,)), most)


def _over_months(names: Lexicon, run: PublishedRun) -> Iterator[Sentence]:
    """Say what the published amounts of a run of months add up to, and of how many there is one."""
    goods = uncapitalized(names.answer.names.get(run.goods, run.goods))
    buyer = names.place(run.consumer) if run.consumer else "all countries"
    low, high = run.tonnes_low, run.tonnes_high
    rows = [row for row in names.rows if row["unit"] in ("t", "kg") and row["period"] in run.months
            and row["consumer"] == run.consumer and row["supplier"] == run.supplier]  # fmt: skip
    total = names.claim(
        Kind.AMOUNT, rows, Figure(_mass(low, high), low, high, "tonnes"), material=(run.goods,),
        period=run.period,
    )  # fmt: skip
    lacking = len(run.at_most_all_buyers) + len(run.without_amount)
    text = f"Published amounts of {names.place(run.supplier)}’s {run.measure} of {goods} to "
    text += f"{buyer}{when(run.period)} add up to {total.figure}"
    yield Sentence(text, (total,))
    if not lacking:
        return
    unknown = names.claim(
        Kind.COUNT, rows, figure_of_count(lacking, "month"), material=(run.goods,),
        period=run.period, qualifiers=("without",),
    )  # fmt: skip
    if run.tonnes_high is None:
        text = f"; {unknown.figure} of it {'have' if lacking > 1 else 'has'} none"
    else:
        text = f"; {unknown.figure} without one {'count' if lacking > 1 else 'counts'} from "
        text += "nothing to what went to all buyers"
    yield Sentence(text, (unknown,))


def _mass(low: float, high: float | None) -> str:
    """Write a range of tonnes, rounded so that it holds what it held.

    >>> _mass(21.101, 43.945), _mass(21.101, None), _mass(44.7, 44.7)
    ('21 to 44 t', 'at least 21 t', '45 t')
    """
    if high is None:
        return f"at least {floor(low):,} t"
    return f"{low:,.0f} t" if high == low else f"{floor(low):,} to {ceil(high):,} t"
