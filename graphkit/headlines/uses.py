"""Headlines on what materials are used for."""

from __future__ import annotations

from graphkit.answers.answer import PLAIN_NAME, Answer
from graphkit.answers.figures import number_of
from graphkit.headlines.wording import (
    Lexicon,
    Sentences,
    grouped,
    part,
    shortened,
    when,
)
from graphkit.names import capitalized, uncapitalized


def uses(answer: Answer) -> Sentences:
    """Say what most of one element is used for, or of how many elements shares are known."""
    names = Lexicon(answer)
    if answer.scope.get("technology"):
        yield from _needs(names)
        return
    elements = grouped(answer.rows.to_pylist(), "element")
    measured = [key for (key,), rows in elements.items() if rows[0]["share"] is not None]
    if len(elements) > 1:
        whole = number_of(len(elements), "element")
        yield from shortened(f"Shares of uses are published for {len(measured):,} of {whole}")
        return
    [(key,)] = elements
    rows = elements[key,]
    first, element = rows[0], names.goods(key)
    time = f", as published{when(first['period'])}"
    if first["share"] is None:
        start = f"{number_of(len(rows), 'use')} of {element} {'is' if len(rows) == 1 else 'are'} "
        yield from shortened(f"{start}named, none with a share", time)
        return
    label = first["label"]
    use = uncapitalized(label) if PLAIN_NAME.fullmatch(label) else "one use"
    whose = f"what {names.place(region)} uses of " if (region := first["region"]) else ""
    start = f"{part(first['share'])} of {whose}{element} goes into"
    yield from shortened(f"{capitalized(start)} {use}", time)
    yield from shortened(f"{capitalized(start)} one use", time)


def _needs(names: Lexicon) -> Sentences:
    """Say how much of one element a technology needs, by the first year that studies give."""
    scope = names.answer.scope
    rows = [row for row in names.answer.rows.to_pylist() if row["figure"] == "need"]
    row, elements = rows[0], {row["element"] for row in rows}
    built = scope["technology_name"]
    built = uncapitalized(built) if PLAIN_NAME.fullmatch(built) else "this technology"
    if len(elements) > 1:
        yield from shortened(
            f"Figures of {number_of(len(elements), 'element')} are known for {built}"
        )
        return
    low, high = row["tonnes_low"], row["tonnes_high"]
    per_unit = low is None
    if per_unit:
        figure = row["per_unit"]
        low, high = (
            figure if e is None else e for e in (row["per_unit_low"], row["per_unit_high"])
        )
    ends = [f"{end:,.0f}" if end >= 100 else f"{end:.3g}" for end in (low, high)]
    text = ends[0] if low == high else f"between {ends[0]} and {ends[1]}"
    size = f"One {scope['unit']}" if per_unit else str(scope["size"])
    verb = "needs" if per_unit else "need"
    start = f"{size} of {built} {verb} {text} {'kg' if per_unit else 't'} of "
    year = f", by studies of {row['period']}" if row["period"] else ""
    yield from shortened(f"{start}{names.goods(row['element'])}", year)


HEADLINES = {"uses.uses": uses}
"""Headlines by the function of the question."""
