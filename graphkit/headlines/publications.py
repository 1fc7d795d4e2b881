"""Headlines on what was published: claims, their checks and conflicts, and export controls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from graphkit.answers.answer import Answer
from graphkit.answers.sentence import Claim, Figure, Kind, Sentence
from graphkit.headlines.wording import (
    Lexicon,
    Row,
    Sentences,
    figure_of_count,
    grouped,
    listed,
    most_frequent,
    shortened,
)
from graphkit.names import capitalized, uncapitalized

NEITHER = "if of one period"
CLAIM, ACT = "published claim", "export control"
PAIRS = ("pair of published figures", "pairs of published figures")
SCOPE = ("of", "for", "source")
"""Names in a scope of which publications count."""


def about(names: Lexicon) -> str:
    """Write what the claims of a question are about."""
    scope = names.answer.scope
    key, goods = scope.get("of"), scope.get("for")
    text = f" about {names.place(key)}" if isinstance(key, str) else ""
    if isinstance(goods, str):
        label = names.answer.names.get(goods)
        text += f" on {uncapitalized(label) if label else goods}"
    if isinstance(scope.get("source"), str):
        text += f" by the source {scope['source']}"
    return text


def _claim(
    names: Lexicon, rows: Sequence[Row], figure: Figure, *qualifiers: str, kind: Kind = Kind.COUNT
) -> Claim:  # fmt: skip
    """Make a claim on how many publications the rows are, in the scope of the question."""
    scope = {
        name: value for name in SCOPE if isinstance(value := names.answer.scope.get(name), str)
    }
    return names.claim(
        kind, rows, figure, subject=(), whose=scope.get("of", ()), material=(), period=None,
        assumptions=scope, qualifiers=qualifiers,
    )  # fmt: skip


def _number(rows: Sequence[Row], unit: str) -> Figure:
    """Give a number of publications as a figure without its unit."""
    return Figure(f"{len(rows):,}", len(rows), len(rows), unit)


KINDS = {
    "share": "shares", "quantity": "amounts", "rank": "ranks", "statement": "statements in words",
    "change": "changes", "count": "counts", "price": "prices",
}  # fmt: skip
"""Kinds of claims, as what several of them are."""


def claims(answer: Answer) -> Sentences:
    """Say how many claims were published, and of which kind most are."""
    names = Lexicon(answer)
    kinds = grouped(names.rows, "kind")
    kind, times = most_frequent(row["kind"] for row in names.rows)
    count = _claim(names, names.rows, figure_of_count(len(names.rows), CLAIM))
    word = KINDS.get(kind, f"of the kind {kind}")
    most = Sentence()
    if times < len(names.rows):
        part = _claim(names, kinds[kind,], _number(kinds[kind,], CLAIM), str(kind))
        most = Sentence(f", {part.figure} of them {word}", (part,))
    elif kind in KINDS:
        most = Sentence(f", {word}")
    verb = "is" if len(names.rows) == 1 else "are"
    yield from shortened(Sentence(f"{count.figure}{about(names)} {verb} known", (count,)), most)


OPEN = {
    "two sources": "on {} two sources differ", "cannot be told": "of {} it cannot be told",
    "no measurement": "{} measure nothing",
}  # fmt: skip
"""Sentences on claims that the data neither bear out nor contradict, by their verdict."""
VERDICTS = {
    "borne out": "bear out", "contradicted": "contradict", "two sources": "differ from",
    "cannot be told": "cannot tell of", "no measurement": "do not measure",
}  # fmt: skip
"""Verbs of what the data do with a claim, by its verdict."""


def check(answer: Answer) -> Sentences:
    """Say how many claims the data bear out and contradict, and how many they cannot."""
    names = Lexicon(answer)
    if answer.scope.get("that"):
        (row,) = names.rows
        verdict = names.claim(
            Kind.VERDICT, [row], subject=row["claim"], period=None, material=(), whose=(),
            qualifiers=(row["verdict"],), reason=row["reason"] or "",
        )  # fmt: skip
        data = Sentence()
        if row["data"]:
            figure = Figure(row["data"], row["found_low"], row["found_high"], row["unit"] or "")
            claim = replace(verdict, figure=figure, reason="")
            data = Sentence(f"; the data give {figure}", (claim,))
        reason = f" ({row['reason']})" if row["reason"] else ""
        start = f"{capitalized(row['verdict'])}: {row['claim']}"
        yield from shortened(Sentence(start, (verdict,)), data, reason)
        return
    verdicts = {key: rows for (key,), rows in grouped(names.rows, "verdict").items()}
    whole = figure_of_count(len(names.rows), CLAIM)
    subject = about(names)
    if len(verdicts) == 1:
        [verdict] = verdicts
        claim = _claim(names, names.rows, whole, verdict, kind=Kind.VERDICT)
        start = f"The data {VERDICTS.get(verdict, 'leave open')} {whole}{subject}"
        yield from shortened(Sentence(start, (claim,)))
        return

    def judged(verdict: str) -> Claim:
        rows = verdicts.get(verdict, [])
        return _claim(names, rows, _number(rows, CLAIM), verdict, kind=Kind.VERDICT)

    good, bad = judged("borne out"), judged("contradicted")
    every = _claim(names, names.rows, whole)
    rest = [
        (claim, text.format(claim.figure)) for verdict, text in OPEN.items()
        if (claim := judged(verdict)).rows
    ]  # fmt: skip
    addition = Sentence()
    if rest:
        texts = listed([text for _, text in rest])
        addition = Sentence(f"; {texts}", tuple(claim for claim, _ in rest))
    start = f"The data bear out {good.figure} of {whole}"
    for topic in (subject, ""):
        words = f"{start}{topic} and contradict {bad.figure}"
        yield from shortened(Sentence(words, (good, every, bad)) + addition)


def conflicts(answer: Answer) -> Sentences:
    """Say how many pairs of published figures cannot both be right."""
    names = Lexicon(answer)
    doubtful = [row for row in names.rows if NEITHER in row["conflict"]]
    sure = [row for row in names.rows if NEITHER not in row["conflict"]]
    pairs = figure_of_count(len(sure or doubtful), *PAIRS)
    main = _claim(names, sure or doubtful, pairs, *([] if sure else [NEITHER]))
    start = f"{pairs}{about(names)} cannot both be right"
    addition = Sentence()
    if sure and doubtful:
        more = _claim(names, doubtful, _number(doubtful, PAIRS[0]), NEITHER)
        addition = Sentence(f", and {more.figure} more cannot {NEITHER}", (more,))
    start += "" if sure else f" {NEITHER}"
    yield from shortened(Sentence(start, (main,)), addition)


def controls(answer: Answer) -> Sentences:
    """Say how many export controls are in force, and how many are not, on the day asked about."""
    names = Lexicon(answer)
    countries = sorted({row["country"] for row in names.rows})
    date = answer.scope.get("date")
    goods = "" if names.is_of_all else f" on {names.subject}"
    whose = Sentence(names.places(countries))
    if len(countries) > 1:
        many = figure_of_count(len(countries), "country", "countries")
        whose = Sentence(str(many), (_of_acts(names, names.rows, many),))
    if isinstance(date, str):
        yield from _controls_on(names, whose, f"{goods} known to graphkit", date)
        return
    count = _of_acts(names, names.rows, figure_of_count(len(names.rows), ACT))
    ends = []
    for column, text in (("suspended_from", "a suspension"), ("until", "an end")):
        rows = [row for row in names.rows if row[column] is not None]
        if rows:
            claim = _of_acts(names, rows, _number(rows, ACT), text)
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
        claim = _of_acts(names, rows, _number(rows, ACT), state)
        verb = "was" if len(rows) == 1 else "were"
        rest.append(Sentence(f"{claim.figure} {verb} {state}", (claim,)))
    verb = "was" if len(in_force) < 2 else "were"
    start = Sentence(f"{number} of ", (count,)) + whose + f"{goods} {verb} in force on {date}"
    yield from shortened(start, _joined(": ", kinds), _joined("; ", rest))


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


IN_FORCE, LICENSED = "in force", "licensed"
"""Statuses of an act that holds exports back on a day."""


def _state(row: Row) -> str:
    """Return whether an act was in force, or how it stood instead."""
    return IN_FORCE if row["status"] in (IN_FORCE, LICENSED) else str(row["status"])
