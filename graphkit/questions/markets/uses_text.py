"""First lines on end uses."""

from __future__ import annotations

from dataclasses import replace

from graphkit.answers.answer import PLAIN_NAME, Answer
from graphkit.answers.sentence import Figure, Kind, Sentence
from graphkit.headlines.lacking import otherwise, unknown
from graphkit.headlines.wording import (
    Lexicon,
    Sentences,
    figure_of_count,
    figure_of_share,
    grouped,
    shortened,
    when,
)
from graphkit.names import capitalized, uncapitalized
from graphkit.questions.markets.needs import Technology


@otherwise(unknown(lambda _, goods: f"No use of {goods} is known"))
def uses(answer: Answer) -> Sentences:
    """Say what most of one element is used for, or of how many elements shares are known."""
    names = Lexicon(answer)
    if technology := answer.scope.of(Technology):
        yield from _needs(names, technology)
        return
    elements = grouped(names.rows, "element")
    measured = [row for rows in elements.values() for row in rows[:1] if row["share"] is not None]
    if len(elements) > 1:
        whole = figure_of_count(len(elements), "element")
        many = Figure(f"{len(measured):,}", len(measured), len(measured), "element", len(elements))
        claim = names.claim(Kind.COUNT, measured, many, period=None)
        all_of = names.claim(Kind.COUNT, names.rows, whole, period=None)
        start = f"Shares of uses are published for {many} of {whole}"
        yield from shortened(Sentence(start, (claim, all_of)))
        return
    [(key,)] = elements
    rows = elements[key,]
    first, element = rows[0], names.goods(key)
    time = f", as published{when(first['period'])}"
    if first["share"] is None:
        claim = names.claim(Kind.COUNT, rows, figure_of_count(len(rows), "use"))
        verb = "is" if len(rows) == 1 else "are"
        start = f"{claim.figure} of {element} {verb} named, none with a share"
        yield from shortened(Sentence(start, (claim,)), time)
        return
    label = first["label"]
    use = uncapitalized(label) if PLAIN_NAME.fullmatch(label) else "one use"
    claim = names.claim(
        Kind.SHARE, [first], figure_of_share(first["share"]), subject=label, region=first["region"]
    )  # fmt: skip
    whose = f"what {names.place(region)} uses of " if (region := first["region"]) else ""
    start = f"{capitalized(str(claim.figure))} of {whose}{element} goes into"
    yield from shortened(Sentence(f"{start} {use}", (claim,)), time)
    yield from shortened(Sentence(f"{start} one use", (replace(claim, subject=()),)), time)


def _needs(names: Lexicon, technology: Technology) -> Sentences:
    """Say how much of one element a technology needs, by the first year that studies give."""
    rows = [row for row in names.rows if row["figure"] == "need"]
    row, elements = rows[0], {row["element"] for row in rows}
    built = technology.technology_name
    built = uncapitalized(built) if PLAIN_NAME.fullmatch(built) else "this technology"
    unit = "tonnes" if row["tonnes_low"] is not None else "kg"
    size = f"One {technology.unit}" if unit == "kg" else technology.size
    verb = "needs" if unit == "kg" else "need"
    assumed = {"built": technology.size if unit == "tonnes" else technology.unit}
    if len(elements) > 1:
        figure = figure_of_count(len(elements), "element")
        claim = names.claim(Kind.COUNT, rows, figure, period=None, assumptions=assumed)
        start = f"What {uncapitalized(size)} of {built} {verb} is known of {figure}"
        yield from shortened(Sentence(start, (claim,)))
        return
    low, high = row["tonnes_low"], row["tonnes_high"]
    if unit == "kg":
        ends = (row["per_unit_low"], row["per_unit_high"])
        low, high = (row["per_unit"] if end is None else end for end in ends)
    texts = [f"{end:,.0f}" if end >= 100 else f"{end:.3g}" for end in (low, high)]
    text = texts[0] if low == high else f"between {texts[0]} and {texts[1]}"
    claim = names.claim(
        Kind.AMOUNT, [row], Figure(text, low, high, unit), period=row["period"], subject=(),
        assumptions=assumed,
    )  # fmt: skip
    start = f"{size} of {built} {verb} {text} {'kg' if unit == 'kg' else 't'} of "
    year = f", by studies of {row['period']}" if row["period"] else ""
    yield from shortened(Sentence(f"{start}{names.goods(row['element'])}", (claim,)), year)


"""Headlines by the function of the question."""
