"""One sentence on several places or periods: the first result, then the figures of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias, cast

from graphkit.answers.answer import Answer
from graphkit.answers.figures import number_of
from graphkit.answers.sentence import PLACE, Claim, Figure, Kind, Sentence
from graphkit.answers.terms import Role
from graphkit.headlines.gate import allowed
from graphkit.headlines.wording import Lexicon, R, Row, Sentences, label_of, listed, rows_of_parts

Writer: TypeAlias = Callable[[Lexicon, Sequence[R]], Iterable[Sentence]]
"""Writes sentences on the rows of one part of a question, the fullest first."""


def sentences_on_parts(
    answer: Answer, place: Role | None, tell: Writer[R], parts: Sequence[Sequence[R]] | None = None
) -> Sentences:
    """Say the result of the first part of a question in a sentence, then the figures of others.

    Figures stand beside each other where the main claims of the parts are of one thing; else it
    says how many more answers there are.

    Parameters
    ----------
    answer : Answer
        The answers to one question of several places or periods, side by side, or one answer.
    place : Role, optional
        Part of the places, and the column with its name; None for rows that are of no place.
    tell : callable
        Writes sentences on the rows of a part.
    parts : sequence, optional
        Rows of each part. Default: of the places and periods in the scope.
    """
    names = Lexicon(answer)
    some = parts or cast("list[list[R]]", rows_of_parts(answer, place))
    groups = [rows for rows in some if rows]
    answered = {row.get(place or "") for rows in groups for row in rows}
    requested = answer.scope.places(place) if place and answer.scope.several(place) else []
    none = [key for key in requested if key not in answered]
    texts = list(allowed(names, tell(names, groups[0])))
    rest = len(groups) + len(none) - 1
    if not rest:
        yield from texts
        return
    firsts = [texts[0], *(next(allowed(names, tell(names, rows))) for rows in groups[1:])]
    claims = [claim for text in firsts for claim in text.claims[:1]
              if claim.figure or (claim.kind is Kind.FIRST and claim.subject)]  # fmt: skip
    if len(claims) == len(groups) and len({_of(names, claim) for claim in claims}) == 1:
        further = [*_further(names, place, firsts, groups)]
        further += [Sentence(f"; {names.place(key)}: none") for key in none]
        yield from (_joined(text, further) for text in texts)
    figure = Figure(number_of(rest, "more answer"), rest, rest, "answer")
    words = f"; {figure} {'is' if rest == 1 else 'are'} below"
    others = tuple(row[PLACE] for rows in groups[1:] for row in rows if PLACE in row)
    more = Sentence(words, (Claim(Kind.COUNT, figure, rows=others),))
    yield from (_joined(text, [more]) for text in texts)


def _of(names: Lexicon, claim: Claim) -> tuple[object, ...]:
    """Return what a claim is of, without its period where the question names several."""
    if names.answer.scope.has_periods:
        claim = replace(claim, period=None, facts=None)
    return claim.of


def _further(
    names: Lexicon, place: Role | None, texts: Sequence[Sentence], groups: Sequence[Sequence[Row]]
) -> Iterator[Sentence]:
    """Write the figure of each part but the first after its place or period."""
    first = texts[0].claims[0]
    for text, rows in zip(texts[1:], groups[1:], strict=True):
        main = text.claims[0]
        alike = [claim for claim in text.claims if claim is main or (claim.figure
                 and claim.of == main.of and claim.assumptions != main.assumptions)]  # fmt: skip
        figure = listed([claim.figure.short for claim in alike if claim.figure])
        is_in_label = place is not None and names.answer.scope.several(place)
        who = _who(names, main, first, rows[0].get(place or "") if is_in_label else None)
        goods = f" of {names.goods(main.material[0])}" if main.kind is Kind.LOSS else ""
        label = label_of(names.answer, place, rows)
        words = ", ".join(filter(None, (who, figure)))
        yield Sentence(f"; {label}: {words}{goods}", (*alike,))


def _who(names: Lexicon, main: Claim, first: Claim, label: str | None) -> str:
    """Name whom a figure beside others is on, where neither its label nor the first names it."""
    if main.kind is Kind.LOSS:
        keys = main.whose if main.whose != (label,) else ()
    elif main.kind is Kind.FIRST:
        goal = f" to {names.place(main.destination)}" if main.destination else ""
        return f"{names.places(main.subject)}{goal}"
    else:
        is_other = main.kind is Kind.SHARE and main.subject not in (first.subject, (label,))
        keys = main.subject if is_other else ()
    return names.places(keys) if keys else ""


def _joined(text: Sentence, further: Sequence[Sentence]) -> Sentence:
    """Put more before the full stop of a sentence."""
    words = "".join(more.words for more in further)
    claims = tuple(claim for more in further for claim in more.claims)
    return Sentence(f"{text.words.removesuffix('.')}{words}.", text.claims + claims)
