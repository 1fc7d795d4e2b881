"""Words that first lines on published claims and on export controls share."""

from __future__ import annotations

from collections.abc import Sequence

from graphkit.answers.sentence import Claim, Figure, Kind
from graphkit.answers.terms import Published, Role
from graphkit.headlines.wording import Lexicon, Row
from graphkit.names import uncapitalized

CLAIM, ACT = "published claim", "export control"


def about(names: Lexicon) -> str:
    """Write what the claims of a question are about."""
    scope = names.answer.scope
    key, goods, published = scope.place(Role.OF), scope.text, scope.of(Published)
    text = f" about {names.place(key)}" if key else ""
    if goods is not None:
        label = names.answer.names.get(goods)
        text += f" on {uncapitalized(label) if label else goods}"
    if published and published.source:
        text += f" by the source {published.source}"
    return text


def claim_on(
    names: Lexicon, rows: Sequence[Row], figure: Figure, *qualifiers: str, kind: Kind = Kind.COUNT
) -> Claim:  # fmt: skip
    """Make a claim on how many publications the rows are, in the scope of the question."""
    scope = names.answer.scope
    published = scope.of(Published)
    stated = {"of": scope.place(Role.OF), "for": scope.text,
              "source": published.source if published else None}  # fmt: skip
    assumptions = {name: value for name, value in stated.items() if value is not None}
    return names.claim(
        kind, rows, figure, subject=(), whose=tuple(scope.places(Role.OF)), material=(),
        period=None, assumptions=assumptions, qualifiers=qualifiers,
    )  # fmt: skip


def number_in(rows: Sequence[Row], unit: str) -> Figure:
    """Give a number of publications as a figure without its unit."""
    return Figure(f"{len(rows):,}", len(rows), len(rows), unit)
