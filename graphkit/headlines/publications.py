"""Headlines on what was published: claims, their checks and conflicts, and export controls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from graphkit.answers.answer import Answer
from graphkit.answers.figures import number_of
from graphkit.headlines.wording import (
    Lexicon,
    Row,
    Sentences,
    grouped,
    listed,
    most_frequent,
    shortened,
)
from graphkit.names import capitalized, uncapitalized

NEITHER = "if of one period"


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


KINDS = {
    "share": "shares", "quantity": "amounts", "rank": "ranks", "statement": "statements in words",
    "change": "changes", "count": "counts", "price": "prices",
}  # fmt: skip
"""Kinds of claims, as what several of them are."""


def claims(answer: Answer) -> Sentences:
    """Say how many claims were published, and of which kind most are."""
    names = Lexicon(answer)
    kinds = Counter(row["kind"] for row in answer.rows.to_pylist())
    kind, times = most_frequent(kinds.elements())
    count = sum(kinds.values())
    word = KINDS.get(kind, f"of the kind {kind}")
    most = f", {times:,} of them {word}" if times < count else f", {word}" if kind in KINDS else ""
    start = number_of(count, "published claim") + about(names)
    yield from shortened(f"{start} {'is' if count == 1 else 'are'} known", most)


VERDICTS = {
    "borne out": "bear out", "contradicted": "contradict", "two sources": "differ from",
    "cannot be told": "cannot tell of", "no measurement": "do not measure",
}  # fmt: skip
"""Verbs of what the data do with a claim, by its verdict."""


def check(answer: Answer) -> Sentences:
    """Say how many claims the data bear out and contradict, and how many they cannot."""
    names = Lexicon(answer)
    if answer.scope.get("that"):
        (row,) = answer.rows.to_pylist()
        data = f"; the data give {row['data']}" if row["data"] else ""
        reason = f" ({row['reason']})" if row["reason"] else ""
        yield from shortened(f"{capitalized(row['verdict'])}: {row['claim']}", data, reason)
        return
    counts = Counter(row["verdict"] for row in answer.rows.to_pylist())
    total = sum(counts.values())
    whole = number_of(total, "published claim")
    subject = about(names)
    if len(counts) == 1:
        verb = VERDICTS.get(next(iter(counts)), "leave open")
        yield from shortened(f"The data {verb} {whole}{subject}")
        return
    start = f"The data bear out {counts['borne out']:,} of {whole}{subject} and contradict "
    start += f"{counts['contradicted']:,}"
    short = start.replace(subject, "", 1) if subject else start
    rest = [text for count, text in (
        (counts["two sources"], f"on {counts['two sources']:,} two sources differ"),
        (counts["cannot be told"], f"of {counts['cannot be told']:,} it cannot be told"),
        (counts["no measurement"], f"{counts['no measurement']:,} measure nothing"),
    ) if count]  # fmt: skip
    addition = f"; {listed(rest)}" if rest else ""
    yield from shortened(start + addition)
    yield from shortened(short + addition)


def conflicts(answer: Answer) -> Sentences:
    """Say how many pairs of published figures cannot both be right."""
    names = Lexicon(answer)
    rows = answer.rows.to_pylist()
    doubtful = sum(NEITHER in row["conflict"] for row in rows)
    sure = len(rows) - doubtful
    pairs = "pair of published figures" if (sure or doubtful) == 1 else "pairs of published figures"
    if sure:
        start = f"{sure:,} {pairs}{about(names)} cannot both be right"
        addition = f", and {doubtful:,} more cannot if of one period" if doubtful else ""
    else:
        start = f"{doubtful:,} {pairs}{about(names)} cannot both be right if of one period"
        addition = ""
    yield from shortened(start, addition)


def controls(answer: Answer) -> Sentences:
    """Say how many export controls are in force, and how many are not, on the day asked about."""
    names = Lexicon(answer)
    rows = answer.rows.to_pylist()
    countries = grouped(rows, "country")
    date = answer.scope.get("date")
    goods = "" if names.is_of_all else f" on {names.subject}"
    if not isinstance(date, str):
        count = number_of(len(rows), "export control")
        whose = f"of {names.places(key for key, in countries)}" if len(countries) == 1 else (
            f"of {number_of(len(countries), 'country', 'countries')}"
        )  # fmt: skip
        suspended = sum(row["suspended_from"] is not None for row in rows)
        ended = sum(row["until"] is not None for row in rows)
        ends = [f"{n:,} {'has' if n == 1 else 'have'} {text}" for n, text in (
            (suspended, "a suspension"), (ended, "an end")) if n]  # fmt: skip
        yield from shortened(
            f"Known to graphkit: {count} {whose}{goods}, whatever the day",
            f"; {' and '.join(ends)}" if ends else "", "; --date asks for one day",
        )  # fmt: skip
        return
    states = Counter(_state(row) for row in rows)
    in_force = states.pop(IN_FORCE, 0)
    rest = [f"{count:,} {'was' if count == 1 else 'were'} {state}" for state, count in
            sorted(states.items())]  # fmt: skip
    start = number_of(in_force, "export control") if in_force else "No export control"
    whose = f" of {names.places(key for key, in countries)}" if len(countries) == 1 else (
        f" of {number_of(len(countries), 'country', 'countries')}"
    )  # fmt: skip
    verb = "was" if in_force < 2 else "were"
    kinds = _measures([row for row in rows if _state(row) == IN_FORCE])
    yield from shortened(
        f"{start}{whose}{goods} known to graphkit {verb} in force on {date}",
        f": {kinds}" if kinds else "", f"; {listed(rest)}" if rest else "",
    )  # fmt: skip


IN_FORCE, LICENSED = "in force", "licensed"
"""Statuses of an act that holds exports back on a day."""


def _state(row: Row) -> str:
    """Return whether an act was in force, or how it stood instead."""
    return IN_FORCE if row["status"] in (IN_FORCE, LICENSED) else str(row["status"])


def _measures(rows: Sequence[Row]) -> str:
    """Count the acts of each measure, the most frequent first; one says on what."""
    counts = Counter(row["measure"] for row in rows)
    texts = [number_of(count, measure) for measure, count in
             sorted(counts.items(), key=lambda item: (-item[1], item[0]))]  # fmt: skip
    items = rows[0]["items"] if len(rows) == 1 else None
    return listed(texts) + (f" on {listed(items)}" if items else "")


HEADLINES = {
    "claims.claims": claims,
    "claim_checks.claims_check": check,
    "claim_checks.claims_conflicts": conflicts,
    "controls.controls": controls,
}
"""Headlines by the function of the question."""
