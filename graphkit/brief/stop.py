"""The sections on what a stop of the first supplier costs a country."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphkit.answers.sentence import Sentence
from graphkit.brief.document import Section
from graphkit.brief.inquiry import NOTHING, Part, ordered
from graphkit.brief.standing import Standing
from graphkit.brief.wording import first_of
from graphkit.headlines.wording import ESTIMATE, worth
from graphkit.names import capitalized
from graphkit.questions.supply.stocks import YEAR

MOST_LOSSES, MOST_MONTHLY = 3, 5
"""Losses on page 1, and products followed month by month."""
Row = Mapping[str, Any]


def stop_sections(standing: Standing) -> tuple[Section | None, Section | None]:
    """Say what a stop of the first supplier costs: for page 1, and as a table of the annex."""
    inquiry, buyer, period, first = (
        standing.inquiry, standing.buyer, standing.period, standing.first
    )  # fmt: skip
    if first is None:
        return None, None
    name = inquiry.place(first)
    title = f"If {name} stopped"
    if buyer.is_group:
        return _stop_at_face_value(standing, title), None
    finding = inquiry.ask(
        "disrupt", who=first, scope=inquiry.names, of=[buyer.key], period=[period]
    )
    if finding.answer is None:
        return None, None
    answer = ordered(finding.answer, "lost_imports")
    rows: list[dict[str, Any]] = answer.rows.to_pylist()
    start = (
        f"{capitalized(name)} {standing.rank_of_first}. Without all its exports of "
        f"{standing.period_text}, and with nobody to replace them, {buyer.in_text} would lose"
    )
    if not rows:
        text = f"{start} less than 1 % of its imports by value of every product, as traced."
        return Section(title, [text], command=finding.command), None
    lost = sum(row["lost_imports"] for row in rows)
    number = len({row["product"] for row in rows})
    points = [
        _lost(inquiry.product(row["product"]), finding.told(product=row["product"]))
        for row in rows[:MOST_LOSSES]
    ]
    text = (
        f"{start} an estimated {worth(lost)} of imports. Counted "
        f"{f'are {number} products of which each' if number > 1 else 'is one product that'} "
        f"can lose 1 % or more of its imports by value. The largest losses:"
    )
    losses = finding.section(f"What is lost if {name} stopped", answer=answer)
    return Section(title, [text], points=points, command=finding.command), losses


def _lost(goods: str, sentence: Sentence) -> str:
    """Write what is lost of a product by the claims of its sentence, below who stopped."""
    main, *more = sentence.claims
    values = [claim.figure.words for claim in more if claim.figure and claim.figure.unit == "usd"]
    estimates = [f" (estimate: {claim.figure})" for claim in more if ESTIMATE in claim.qualifiers]
    lost = ", ".join([*values, f"{main.figure} of the imports of {main.period}"])
    return f"{capitalized(goods)}: {lost}{''.join(estimates)}."


def _stop_at_face_value(standing: Standing, title: str) -> Section:
    """Say what a group buys from its first supplier."""
    inquiry, first = standing.inquiry, standing.first
    rows = [row for row in standing.rows if row["supplier"] == first]
    rows.sort(key=lambda row: (-(row["usd"] or 0), row["product"]))
    points = [standing.face.told(product=row["product"]).words for row in rows[:MOST_LOSSES]]
    text = (
        f"{capitalized(inquiry.place(first or ''))} {standing.rank_of_first}. At face value a stop "
        "would take what it sells; losses through others are computed for one country, so ask for "
        f"a member of {standing.buyer.in_text}. The largest sums:"
    )
    return Section(title, [text], points=points)


def months_part(standing: Standing) -> Part:
    """Say what a stop of the first supplier would cost month by month, if it costs anything."""
    inquiry, buyer, first = standing.inquiry, standing.buyer, standing.first
    if first is None or buyer.is_group:
        return NOTHING
    finding = inquiry.ask(
        "stocks", who=first, scope=inquiry.names, of=[buyer.key], period=[standing.period],
    )  # fmt: skip
    if finding.answer is None or not finding.rows:
        return NOTHING
    in_all: dict[str, list[Row]] = {}
    for row in finding.rows:
        in_all.setdefault(row["product"], []).append(row)
    order = sorted(in_all, key=lambda key: (-_lacking(in_all[key]), key))
    with_stock = [key for key in order if in_all[key][0]["stock_days"] is not None]
    chosen = [
        *order[:MOST_MONTHLY],
        *(key for key in with_stock if key not in order[:MOST_MONTHLY]),
    ]
    stocks = first_of([inquiry.product(key) for key in with_stock], 6)
    published = "No stock of these goods is published, and none is counted."
    if stocks:
        published = f"A stock is published of {stocks}, and counted of no other."
    text = (
        f"If {inquiry.place(first)} stopped all its exports for {YEAR} months, and a month's need "
        f"is an even part of the imports by value in {standing.period_text}. {published}"
    )
    points = [
        f"{finding.told(product=key).words.removesuffix('.')}; by estimate "
        f"{worth(_lacking(in_all[key]))} in all."
        for key in chosen
    ]
    section = finding.section(
        f"Month by month without {inquiry.place(first)}", [text], points=points, answer=None
    )
    return section, []


def _lacking(months: Sequence[Row]) -> float:
    """Add up the need of all months that nothing covers, in USD."""
    return float(sum((row["need"] or 0.0) * row["uncovered"] for row in months))
