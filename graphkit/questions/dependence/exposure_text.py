"""The sentence on the exposure of a company: who surely stands behind most of its purchases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphkit.answers.answer import Answer
from graphkit.answers.sentence import Claim, Kind, Sentence
from graphkit.answers.terms import Time
from graphkit.headlines.wording import Lexicon, Sentences, figure_of_range, figure_of_share, part
from graphkit.names import capitalized
from graphkit.questions.dependence.exposure import Bought

NO_COUNTRY = "any other country"


def exposure(answer: Answer) -> Sentences:
    """Say which part of the purchases surely passed through the country behind most of them."""
    names = Lexicon(answer)
    [purchases], [time] = answer.scope.each(Bought), answer.scope.each(Time)
    measure = purchases.amount_of
    rows = [row for row in names.rows if row["origin"] != NO_COUNTRY and "+" not in row["origin"]]
    row = max(rows, key=lambda row: (row["low"], row["share"]))
    figure = figure_of_range(row["low"], row["high"], row["share"])
    bought = figure_of_share(row["bought"])
    goods = f"the purchases in {purchases.purchases}"
    trade = f" in the world's trade of {time.period}"
    place = names.place(row["origin"])
    claims = (_claim(names, row, figure, "any stage"), _claim(names, row, bought))
    if purchases.placed_share < 1:
        goods += f" that could be placed ({part(purchases.placed_share)} of their {measure})"
    start = f"{capitalized(str(figure))} of {goods} passed through {place} at some stage"
    yield Sentence(f"{start}{trade}, and {bought} was bought there, by {measure}.", claims)
    yield Sentence(f"{start}{trade}, by {measure}.", claims[:1])


def _claim(names: Lexicon, row: Mapping[str, Any], figure: Any, *qualifiers: str) -> Claim:
    return names.claim(
        Kind.SHARE, [row], figure, subject=row["origin"], qualifiers=qualifiers,
    )  # fmt: skip
