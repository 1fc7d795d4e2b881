"""The sections of a brief on what to do: targets, purchases that could move, what to find out."""

from __future__ import annotations

from collections.abc import Sequence

from graphkit.answers.figures import HALF
from graphkit.brief.inquiry import Inquiry, Part
from graphkit.errors import UsageError
from graphkit.names import Entity
from graphkit.period import Period

FIGURES = 5
"""Figures to find out that a brief names."""


def action_parts(
    inquiry: Inquiry, buyer: Entity, product: str | None, period: str | None,
    scope: Sequence[str] | None,
) -> list[Part]:  # fmt: skip
    """Write what a country could do about its largest dependence.

    Parameters
    ----------
    inquiry : Inquiry
    buyer : Entity
        The country.
    product : str, optional
        Product of the largest dependence, if there is one.
    period : str, optional
        Period of the brief.
    scope : sequence of str, optional
        The scope to keep to.
    """
    parts: list[Part] = []
    targets = inquiry.ask("targets", country=[buyer.key], scope=scope)
    if targets.rows and targets.answer is not None:
        text = "Shares are of imports; what is made at home is not in them."
        section = targets.section("Targets", [targets.answer.headline, text])
        parts.append((section, [targets.answer.headline]))
    else:
        inquiry.findings.remove(targets)
    if product is None or period is None:
        return parts
    shared = {
        "consumer": [buyer.key], "scope": inquiry.scope_of([product]), "period": [period]
    }  # fmt: skip
    goods = inquiry.product(product)
    day = f"{Period(period).year}-12-31"
    try:
        moved = inquiry.ask("diversify", **shared, date=day)
    except UsageError:  # it has too few sellers for half of each
        moved = None
    if moved is not None and moved.answer is not None:
        text = (
            "For the largest dependence: purchases with the least change in which no supplier has "
            f"more than half, within what others sell elsewhere and the controls of {day}."
        )
        sentences = [moved.answer.headline, text]
        section = moved.section(f"If no supplier had half of {goods}", sentences)
        parts.append((section, [moved.answer.headline]))
    figures = inquiry.ask("unknowns", **shared, threshold=HALF)
    if figures.answer is not None:
        text = (
            "Ranges are of the largest origin at each stage: figures that nobody publishes, and "
            "the points by which each would narrow a range for sure."
        )
        sentences = [figures.answer.headline, text]
        section = figures.section(f"What to find out about {goods}", sentences, shown=FIGURES)
        parts.append((section, []))
    return parts
