"""Words that first lines on published claims and on export controls share."""

from __future__ import annotations

from collections.abc import Sequence

from graphkit.answers.sentence import Claim, Figure, Kind
from graphkit.headlines.wording import Lexicon, Row
from graphkit.names import uncapitalized

CLAIM, ACT = "published claim", "export control"
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


def claim_on(
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


def number_in(rows: Sequence[Row], unit: str) -> Figure:
    """Give a number of publications as a figure without its unit."""
    return Figure(f"{len(rows):,}", len(rows), len(rows), unit)
