"""Words that first lines on several kinds of markets share."""

from __future__ import annotations

from dataclasses import replace

from graphkit.answers.figures import number_of
from graphkit.answers.sentence import Claim, Figure, Kind, Sentence
from graphkit.answers.terms import Role
from graphkit.headlines.gate import denial
from graphkit.headlines.wording import Lexicon
from graphkit.names import possessive

FEW = 3
"""Number of products, or places, up to which a sentence names them."""


def no_code(names: Lexicon) -> str:
    """Say that no code holds the goods of a question alone."""
    return f"No code holds {names.subject} alone"


def besides(names: Lexicon, text: Sentence, claim: Claim) -> Sentence:
    """Add to a sentence that a claim cannot be made; the gate drops it where the claim can."""
    reason = denial(names, claim)
    unknown = replace(claim, kind=Kind.UNKNOWN, figure=None, denied=claim.kind, reason=reason)
    return replace(text, claims=(*text.claims, unknown))


def trade_of(names: Lexicon, consumer: str | None, supplier: str | None) -> str:
    """Name whose trade something is of: imports, or exports."""
    if consumer is not None and names.answer.scope.places(Role.CONSUMER):
        return f"{possessive(names.place(consumer))} imports"
    owner = supplier or consumer
    return f"{possessive(names.place(owner))} {'exports' if supplier else 'imports'}"


def more_products(names: Lexicon, claim: Claim, rest: int) -> Sentence:
    """Say how many more products an answer has, if any."""
    if not rest:
        return Sentence()
    figure = Figure(number_of(rest, "more product"), rest, rest, "product")
    return Sentence(f"; {figure} below", (replace(claim, kind=Kind.COUNT, figure=figure),))
