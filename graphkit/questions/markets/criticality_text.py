"""First lines on supply risk and criticality."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor
from typing import Any

from graphkit.answers.answer import Answer
from graphkit.answers.figures import number_of
from graphkit.answers.sentence import Figure, Kind, Sentence
from graphkit.headlines.lacking import otherwise, unknown
from graphkit.headlines.wording import Lexicon, Row, Sentences, count_of, grouped, shortened
from graphkit.names import uncapitalized

CRITICAL = 1.0
"""Supply risk from which the EU counts a material as critical."""


@otherwise(unknown(lambda *_: "No material in question has a figure of supply risk"))
def criticality(answer: Answer) -> Sentences:
    """Say how many materials the EU's published scores make critical, or the risk of one."""
    names = Lexicon(answer)
    rows = names.rows
    materials = grouped(rows, "material")
    scored = [row for row in rows if row["published_critical"] is not None]
    if len(materials) == 1 or len({row["material"] for row in scored}) == 1:
        yield from _one_risk(names, rows if len(materials) == 1 else scored)
        return
    critical = {row["material"] for row in scored if row["published_critical"]}
    rated = {row["material"] for row in scored}
    sure = {row["material"] for row in rows if (row["supply_risk_low"] or 0.0) >= CRITICAL}
    fields: dict[str, Any] = {"material": (), "period": None}
    words = count_of(len(critical), number_of(len(rated), "material"))
    count = Figure(words, len(critical), len(critical), "material", len(rated))
    claim = names.claim(
        Kind.COUNT, scored, count, **fields, qualifiers=("critical", "published")
    )  # fmt: skip
    figure = Figure(f"{len(sure):,}" if sure else "no", len(sure), len(sure), "risk")
    computed = names.claim(Kind.COUNT, rows, figure, **fields, qualifiers=("critical", "computed"))
    addition = f"; computed from data, {figure} risk is sure to be"
    if sure:
        addition = f"; computed from data, the risk of {figure} is surely critical"
    verb = "is" if len(critical) == 1 else "are"
    start = Sentence(f"By the EU’s published scores, {count} {verb} critical", (claim,))
    yield from shortened(start, Sentence(addition, (computed,)))


def _one_risk(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    name = names.goods(rows[0]["material"])
    if name == rows[0]["material"] and rows[0]["name"]:
        name = uncapitalized(rows[0]["name"])
    scores = {row["published_supply_risk"] for row in rows} - {None}
    fields: dict[str, Any] = {"material": rows[0]["material"], "period": None}
    start = f"The EU’s supply risk of {uncapitalized(name)} is "
    published = Sentence(f"{start}not published", (names.claim(Kind.UNKNOWN, rows, **fields),))
    if scores:
        score = Figure(f"{max(scores):.1f}", max(scores), max(scores), "supply risk")
        claim = names.claim(
            Kind.AMOUNT, rows, score, assumptions={"critical": f"{CRITICAL:.1f}"},
            qualifiers=("published",), **fields,
        )  # fmt: skip
        words = f"{start}{score} as published (critical from {CRITICAL:.1f})"
        published = Sentence(words, (claim,))
    lows = [row["supply_risk_low"] for row in rows if row["supply_risk_low"] is not None]
    highs = [row["supply_risk_high"] for row in rows if row["supply_risk_high"] is not None]
    unknown = names.claim(Kind.UNKNOWN, rows, qualifiers=("computed",), **fields)
    computed = Sentence("; computed from data, it is unknown", (unknown,))
    if lows and highs:
        low, high = floor(10 * min(lows) + 1e-7) / 10, ceil(10 * max(highs) - 1e-7) / 10
        ends = Figure(f"between {low:.1f} and {high:.1f}", min(lows), max(highs), "supply risk")
        claim = names.claim(Kind.AMOUNT, rows, ends, qualifiers=("computed",), **fields)
        computed = Sentence(f"; computed from data, it lies {ends}", (claim,))
    yield from shortened(published, computed)
