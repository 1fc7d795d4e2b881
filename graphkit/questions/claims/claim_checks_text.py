"""First lines on checks and conflicts of claims."""

from __future__ import annotations

from dataclasses import replace

from graphkit.answers.answer import Answer
from graphkit.answers.sentence import Claim, Figure, Kind, Sentence
from graphkit.headlines.lacking import otherwise, unknown
from graphkit.headlines.wording import (
    Lexicon,
    Sentences,
    figure_of_count,
    grouped,
    listed,
    shortened,
)
from graphkit.names import capitalized
from graphkit.questions.claims.claim_checks import Said
from graphkit.questions.claims.wording import CLAIM, about, claim_on, number_in

NEITHER = "if of one period"
PAIRS = ("pair of published figures", "pairs of published figures")
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


@otherwise(unknown(lambda names, _: f"Known to graphkit: no such published claim{about(names)}"))
def check(answer: Answer) -> Sentences:
    """Say how many claims the data bear out and contradict, and how many they cannot."""
    names = Lexicon(answer)
    if answer.scope.of(Said):
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
        claim = claim_on(names, names.rows, whole, verdict, kind=Kind.VERDICT)
        start = f"The data {VERDICTS.get(verdict, 'leave open')} {whole}{subject}"
        yield from shortened(Sentence(start, (claim,)))
        return

    def judged(verdict: str) -> Claim:
        rows = verdicts.get(verdict, [])
        return claim_on(names, rows, number_in(rows, CLAIM), verdict, kind=Kind.VERDICT)

    good, bad = judged("borne out"), judged("contradicted")
    every = claim_on(names, names.rows, whole)
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


@otherwise(
    unknown(
        lambda names, _: (
            f"No two published figures{about(names)} that graphkit knows contradict each other"
        )
    )
)
def conflicts(answer: Answer) -> Sentences:
    """Say how many pairs of published figures cannot both be right."""
    names = Lexicon(answer)
    doubtful = [row for row in names.rows if NEITHER in row["conflict"]]
    sure = [row for row in names.rows if NEITHER not in row["conflict"]]
    pairs = figure_of_count(len(sure or doubtful), *PAIRS)
    main = claim_on(names, sure or doubtful, pairs, *([] if sure else [NEITHER]))
    start = f"{pairs}{about(names)} cannot both be right"
    addition = Sentence()
    if sure and doubtful:
        more = claim_on(names, doubtful, number_in(doubtful, PAIRS[0]), NEITHER)
        addition = Sentence(f", and {more.figure} more cannot {NEITHER}", (more,))
    start += "" if sure else f" {NEITHER}"
    yield from shortened(Sentence(start, (main,)), addition)
