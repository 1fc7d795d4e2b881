"""First lines on the output of companies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphkit.analysis.company_output import WHOLE
from graphkit.answers.answer import PLAIN_NAME, Answer
from graphkit.answers.sentence import Kind, Sentence
from graphkit.answers.terms import By, Role
from graphkit.headlines.gate import UNKNOWN_OWNER
from graphkit.headlines.lacking import otherwise, unknown
from graphkit.headlines.parts import sentences_on_parts
from graphkit.headlines.wording import (
    Lexicon,
    Row,
    Sentences,
    figure_of_share,
    shortened,
    without_brackets,
)
from graphkit.names import capitalized, possessive
from graphkit.questions.plants.wording import country_of


@otherwise(unknown(lambda _, goods: f"Known to graphkit: no output of a company for {goods}"))
def companies(answer: Answer) -> Sentences:
    """Say what the largest company made of the output, and how much has no known maker."""
    yield from sentences_on_parts(answer, Role.COUNTRY, _most)


def _most(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    block = [
        row for row in rows
        if row["product"] == rows[0]["product"] and row["counts"] == WHOLE
    ]  # fmt: skip
    first = block[0]
    whose = country_of(rows)
    place = names.place(whose[0]) if whose else "the world"
    output = f"{possessive(place)} output of {names.goods(first['product'])} in {first['period']}"
    parts: dict[str, Any] = {"whose": whose}
    if first["share_low"] and not first["estimated"]:
        figure = figure_of_share(first["share_low"], first["share_high"])
        subject = str(first["seat"] if names.answer.scope.of(By) == By("seat") else first["name"])
        most = names.claim(Kind.FIRST, [first], figure, subject=subject, **parts)
        start = Sentence(f"{capitalized(_who(names, first))} made {figure} of {output}", (most,))
        rest = Sentence()
        unnamed = next((row for row in block if UNKNOWN_OWNER in (row["name"], row["seat"])), None)
        if unnamed and unnamed["share_high"]:
            figure = figure_of_share(unnamed["share_low"], unnamed["share_high"])
            left = names.claim(Kind.SHARE, [unnamed], figure, **parts)
            rest = Sentence(f"; of {figure} graphkit knows no maker", (left,))
        yield from shortened(start, rest)
    untold = names.claim(Kind.UNKNOWN, [first], denied=Kind.FIRST, **parts)
    yield Sentence(f"Who made most of {output} cannot be told.", (untold,))
    untold = names.claim(
        Kind.UNKNOWN, [first], reason="no sure figure of its makers is known", **parts
    )
    yield Sentence(f"Who made most of {output} cannot be told.", (untold,))


def _who(names: Lexicon, row: Row) -> str:
    """Name a company, or those of a seat."""
    if names.answer.scope.of(By) == By("seat"):
        return f"companies controlled from {names.place(row['seat'])}"
    name = without_brackets(str(row["name"]))
    return name if PLAIN_NAME.fullmatch(name) else "one company"
