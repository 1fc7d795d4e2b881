"""First lines on unpublished figures that are worth asking for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil
from typing import Any

from graphkit.answers.answer import Answer
from graphkit.answers.figures import number_of
from graphkit.answers.sentence import Figure, Kind, Sentence
from graphkit.answers.terms import Role
from graphkit.headlines.parts import sentences_on_parts
from graphkit.headlines.wording import Lexicon, Row, Sentences, time_of
from graphkit.names import capitalized, possessive

OWNER = "owner of a plant"
OPEN = "cannot be told"
FIGURES = {
    "production": "output of", "origin of inputs": "inputs for", "unseen trade": "trade in",
}  # fmt: skip
"""Unpublished figures in words, before the product that they are of."""


def unknowns(answer: Answer) -> Sentences:
    """Say which figure would narrow a range most, for sure."""
    return sentences_on_parts(answer, Role.CONSUMER, _narrowing)


def _narrowing(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    ranked = [row for row in rows if row["reduction"] is not None]
    none: dict[str, Any] = {"subject": (), "whose": (), "material": (), "period": None}
    if not ranked:
        claim = names.claim(Kind.UNKNOWN, rows, **none)
        yield Sentence(
            f"No range of {names.subject} is open; some figures are in no range.", (claim,)
        )
        return
    of_imports = [row for row in ranked if row["figure"] != OWNER]
    straddling = [row for row in of_imports if row["verdict"] == OPEN]
    row = max(straddling or of_imports or ranked, key=lambda row: row["reduction"])
    time = ""
    if names.answer.scope.has_periods:
        none["period"], time = row["period"], time_of([row])
    points = int(100 * row["reduction"])
    width = Figure(number_of(points, "point"), points / 100, None, "points")
    claim = names.claim(Kind.AMOUNT, [row], width, **none)
    if not points:
        claim = names.claim(Kind.UNKNOWN, [row], **none)
        for start in ("No one figure by itself", "No figure"):
            words = f"{start} would narrow a range of {names.subject}{time} for sure by a point"
            yield Sentence(f"{words} or more.", (claim,))
        return
    ends = Figure(f"{int(100 * row['low'])} to {ceil(100 * row['high'] - 1e-9)} %", row["low"],
                  row["high"], "range")  # fmt: skip
    span = names.claim(Kind.AMOUNT, [row], ends, **{**none, "subject": row["origin"]})
    goods, good = names.goods(row["product"]), names.goods(row["good"])
    if row["figure"] == OWNER:
        whose, what = "capacity", f"The owner of {row['place']}"
        claim = replace(claim, subject=(row["place"],))
    else:
        buyer = names.place(row["consumer"]) if row["consumer"] else ""
        whose = f"{possessive(buyer)} {goods}" if buyer else f"all trade in {goods}"
        place = names.place(row["place"])
        what = f"{capitalized(possessive(place))} {FIGURES[row['figure']]} {good}"
        claim = replace(claim, subject=(row["place"],))
    share = f"{possessive(names.place(row['origin']))} share of {whose}{time}"
    end = f"by {width} or more."
    yield Sentence(f"{what}, if known, would narrow the range of {share} ({ends}) {end}",
                   (claim, span))  # fmt: skip
    yield Sentence(f"{what}, if known, would narrow the range of {share} {end}", (claim,))
    yield Sentence(f"{what}, if known, would narrow a range of {goods}{time} {end}", (claim,))
    claim = replace(claim, subject=())
    yield Sentence(
        f"One figure, if known, would narrow a range of {names.subject}{time} {end}", (claim,)
    )
