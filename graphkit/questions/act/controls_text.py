"""First lines on export controls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from graphkit.answers.answer import Answer
from graphkit.answers.sentence import Claim, Figure, Kind, Sentence
from graphkit.answers.terms import Day, Role
from graphkit.headlines.lacking import otherwise, unknown
from graphkit.headlines.wording import (
    Lexicon,
    Row,
    Sentences,
    figure_of_count,
    grouped,
    listed,
    shortened,
)
from graphkit.questions.claims.wording import ACT, number_in


def _none_of(names: Lexicon, _: str) -> str:
    """Say whose controls of which goods are not known on which day."""
    scope = names.answer.scope
    whose = f" of {names.places(places)}" if (places := scope.places(Role.COUNTRY)) else ""
    on = "" if names.is_of_all else f" on {names.subject}"
    date = scope.the(Day).date
    day = f" in place on {date}" if date else ""
    return f"Known to graphkit: no {ACT}{whose}{on}{day}"


@otherwise(unknown(_none_of))
def controls(answer: Answer) -> Sentences:
    """Say how many export controls are in force, and how many are not, on the day asked about."""
    names = Lexicon(answer)
    countries = sorted({row["country"] for row in names.rows})
    date = answer.scope.the(Day).date
    goods = "" if names.is_of_all else f" on {names.subject}"
    whose = Sentence(names.places(countries))
    if len(countries) > 1:
        many = figure_of_count(len(countries), "country", "countries")
        whose = Sentence(str(many), (_of_acts(names, names.rows, many),))
    if date is not None:
        yield from _controls_on(names, whose, f"{goods} known to graphkit", date)
        return
    count = _of_acts(names, names.rows, figure_of_count(len(names.rows), ACT))
    ends = []
    for column, text in (("suspended_from", "a suspension"), ("until", "an end")):
        rows = [row for row in names.rows if row[column] is not None]
        if rows:
            claim = _of_acts(names, rows, number_in(rows, ACT), text)
            verb = "has" if len(rows) == 1 else "have"
            ends.append(Sentence(f"{claim.figure} {verb} {text}", (claim,)))
    start = Sentence(f"Known to graphkit: {count.figure} of ", (count,)) + whose
    yield from shortened(
        start + f"{goods}, whatever the day", _joined("; ", ends), "; --date asks for one day"
    )  # fmt: skip


def _controls_on(names: Lexicon, whose: Sentence, goods: str, date: str) -> Sentences:
    """Say how many of the acts were in force on a day, and how the others stood."""
    states = {key: rows for (key,), rows in grouped(
        [{**row, "state": _state(row)} for row in names.rows], "state").items()}  # fmt: skip
    in_force = states.pop(IN_FORCE, [])
    number = figure_of_count(len(in_force), ACT)
    if not in_force:
        number = Figure(f"No {ACT}", 0, 0, ACT)
    count = _of_acts(names, in_force, number, IN_FORCE)
    kinds, rest = [], []
    by_measure = grouped(in_force, "measure")
    for (measure,), rows in sorted(by_measure.items(), key=lambda item: (-len(item[1]), item[0])):
        claim = _of_acts(names, rows, figure_of_count(len(rows), measure), IN_FORCE, measure)
        kinds.append(Sentence(str(claim.figure), (claim,)))
    items = in_force[0]["items"] if len(in_force) == 1 else None
    if items:
        one = replace(claim, qualifiers=(*claim.qualifiers, *items))
        kinds = [Sentence(f"{one.figure} on {listed(items)}", (one,))]
    for state, rows in sorted(states.items()):
        claim = _of_acts(names, rows, number_in(rows, ACT), state)
        verb = "was" if len(rows) == 1 else "were"
        rest.append(Sentence(f"{claim.figure} {verb} {state}", (claim,)))
    target, aimed = Sentence(), [row for row in in_force if row["target"] is not None]
    if aimed:
        claim = _of_acts(names, aimed, number_in(aimed, ACT), IN_FORCE, AIMED)
        verb = "was" if len(aimed) == 1 else "were"
        places = names.places(sorted({row["target"] for row in aimed}))
        target = Sentence(f"; {claim.figure} of them {verb} aimed at {places} alone", (claim,))
    verb = "was" if len(in_force) < 2 else "were"
    start = Sentence(f"{number} of ", (count,)) + whose + f"{goods} {verb} in force on {date}"
    yield from shortened(start, _joined(": ", kinds), target, _joined("; ", rest))


def _of_acts(names: Lexicon, rows: Sequence[Row], figure: Figure, *qualifiers: str) -> Claim:
    """Make a claim on how many export controls the rows are."""
    countries = tuple(sorted({row["country"] for row in names.rows}))
    return names.claim(
        Kind.COUNT, rows, figure, whose=countries if len(countries) == 1 else (), material=(),
        period=None, qualifiers=qualifiers,
    )  # fmt: skip


def _joined(start: str, sentences: Sequence[Sentence]) -> Sentence:
    """Join parts of a sentence as a list; nothing of none."""
    if not sentences:
        return Sentence()
    words = start + listed([part.words for part in sentences])
    return Sentence(words, tuple(claim for part in sentences for claim in part.claims))


AIMED = "aimed"
"""Word for acts on exports to one place alone."""
IN_FORCE, LICENSED = "in force", "licensed"
"""Statuses of an act that holds exports back on a day."""


def _state(row: Row) -> str:
    """Return whether an act was in force, or how it stood instead."""
    return IN_FORCE if row["status"] in (IN_FORCE, LICENSED) else str(row["status"])
