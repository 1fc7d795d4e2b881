"""First lines on published claims."""

from __future__ import annotations

from graphkit.answers.answer import Answer
from graphkit.answers.sentence import Sentence
from graphkit.headlines.lacking import otherwise, unknown
from graphkit.headlines.wording import (
    Lexicon,
    Sentences,
    figure_of_count,
    grouped,
    most_frequent,
    shortened,
)
from graphkit.questions.claims.wording import CLAIM, about, claim_on, number_in

KINDS = {
    "share": "shares", "quantity": "amounts", "rank": "ranks", "statement": "statements in words",
    "change": "changes", "count": "counts", "price": "prices",
}  # fmt: skip
"""Kinds of claims, as what several of them are."""


@otherwise(unknown(lambda names, _: f"Known to graphkit: no such published claim{about(names)}"))
def claims(answer: Answer) -> Sentences:
    """Say how many claims were published, and of which kind most are."""
    names = Lexicon(answer)
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
