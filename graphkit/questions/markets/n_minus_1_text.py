"""First lines on what is left without the largest producer."""

from __future__ import annotations

from typing import Any

from graphkit.answers.answer import Answer
from graphkit.answers.figures import HALF, floor_percent, number_of
from graphkit.answers.sentence import Figure, Kind, Sentence
from graphkit.headlines.lacking import otherwise, unknown
from graphkit.headlines.wording import (
    OF_HALF,
    Lexicon,
    Row,
    Sentences,
    figure_of_part,
    figure_of_share,
    figure_of_value,
    grouped,
    in_main_period,
    shortened,
    time_of,
)


@otherwise(unknown(lambda _, goods: f"No figure of production of {goods} is known"))
def n_minus_1(answer: Answer) -> Sentences:
    """Say how much of demand is sure to be met without the largest producer."""
    names = Lexicon(answer)
    rows = in_main_period(names.rows)
    known = [row for row in rows if row["ratio_low"] is not None]
    if not known:
        start = f"How far demand for {names.subject} is met without its largest producer is unknown"
        unknown = names.claim(Kind.UNKNOWN, rows, material=(), period=None)
        yield from shortened(Sentence(start, (unknown,)))
        return
    if len(known) == 1:
        yield from _without_largest(names, known[0])
        return
    products = grouped(known, "product")
    sure = sum(all(row["ratio_low"] >= HALF for row in group) for group in products.values())
    short = sum(
        all(row["ratio_high"] is not None and row["ratio_high"] < HALF for row in group)
        for group in products.values()
    )
    addition = Sentence()
    if short:
        less = Figure(f"{short:,}", short, short, "product")
        claim = names.claim(Kind.COUNT, known, less, qualifiers=("less than half",))
        addition = Sentence(f", and less than half for {less}", (claim,))
    start = "Without the largest producer, at least half of the others’ demand for "
    for text in (names.products(len(products)), number_of(len(products), "product")):
        count = figure_of_part(sure, text, len(products))
        half = names.claim(Kind.HALF, known, count, measure="tonnes", assumptions=OF_HALF)
        words = f"{start}{count} would surely be met{time_of(known)}"
        yield from shortened(Sentence(words, (half,)), addition)


def _without_largest(names: Lexicon, row: Row) -> Sentences:
    """Say what would be left of one product, and how much of what others need that is."""
    fields: dict[str, Any] = {"measure": "tonnes", "assumptions": {"without": row["largest"]}}
    left, supply = (
        names.claim(Kind.AMOUNT, [row], figure_of_value(row[name], "tonnes"), **fields)
        for name in ("supply_without", "supply")
    )
    start = f"Without {names.place(row['largest'])}, {left.figure} of the world’s {supply.figure} "
    start += f"of {names.goods(row['product'])} made{time_of([row])} would be left"
    low, high = row["ratio_low"], row["ratio_high"]
    met = Sentence()
    if low >= 1:
        claim = names.claim(Kind.SHARE, [row], qualifiers=("enough",), **fields)
        met = Sentence(", enough for all others", (claim,))
    elif floor_percent(low) or (high is not None and high < 1):
        share = figure_of_share(low, 1.0 if high is None else min(high, 1.0))
        claim = names.claim(Kind.SHARE, [row], share, **fields)
        met = Sentence(f", {share} of what others need", (claim,))
    yield from shortened(Sentence(start, (left, supply)), met)
