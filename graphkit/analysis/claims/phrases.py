"""Published claims: their verdicts, and each as a short phrase."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


def known_values(row: Mapping[str, Any]) -> dict[str, Any]:
    """Drop the values of a row that are null."""
    return {name: value for name, value in row.items() if value is not None}


class Verdict(StrEnum):
    """Outcomes of checking a claim, in the order in which answers list them."""

    CONTRADICTED = "contradicted"
    TWO_SOURCES = "two sources"
    BORNE_OUT = "borne out"
    CANNOT_BE_TOLD = "cannot be told"
    NO_MEASUREMENT = "no measurement"

    @property
    def option(self) -> str:
        """Spell the verdict as one word of a command."""
        return self.replace(" ", "-")

    @property
    def column(self) -> str:
        """Spell the verdict as the name of a column."""
        return self.replace(" ", "_")


def headline(claim: Mapping[str, Any]) -> str:
    """Format the figure of a claim with its measure.

    >>> headline({"kind": "share", "value": 0.475, "unit": "share", "measure": "imports"})
    '47.5 % of imports'
    >>> headline({"kind": "rank", "value": 2.0, "unit": "rank", "measure": "exports"})
    'place 2 in exports'
    """
    figure, measure = claim_figure(claim), claim.get("measure", "")
    if figure == claim.get("statement") or not measure:
        return figure
    if claim["kind"] in ("share", "quantity"):
        return f"{figure} of {measure}"
    return f"{figure} {'in ' if claim['kind'] in ('rank', 'change') else ''}{measure}"


def claim_figure(claim: Mapping[str, Any]) -> str:
    """Format the figure of a claim with its qualifier; or return what it states in words.

    >>> claim_figure({"kind": "share", "value": 0.475, "unit": "share"})
    '47.5 %'
    >>> claim_figure({"kind": "share", "low": 0.95, "qualifier": "more-than", "unit": "share"})
    'more than 95 %'
    >>> claim_figure({"kind": "share", "low": 0.35, "high": 0.4, "qualifier": "range",
    ...               "unit": "share"})
    '35 % to 40 %'
    >>> claim_figure({"kind": "statement", "statement": "Exports are allowed again for a year"})
    'Exports are allowed again for a year'
    """
    names = [n for n in ("value",) if n in claim] or [n for n in ("low", "high") if n in claim]
    if claim["kind"] == "count" and "published_value" in claim:
        return str(claim["published_value"])
    if not names and "statement" in claim:
        return str(claim["statement"])
    qualifier = str(claim.get("qualifier") or "").replace("-", " ")
    if not names:
        return str(claim.get("published_value") or qualifier or claim["kind"].replace("-", " "))
    figures = " to ".join(_number(claim, claim[name]) for name in names)
    return figures if qualifier in ("", "range") else f"{qualifier} {figures}"


def _number(claim: Mapping[str, Any], value: float) -> str:
    unit = claim.get("unit", "")
    if unit in ("share", "ratio"):
        return f"{100 * value:{'+' if claim['kind'] == 'change' else ''}.6g} %"
    if unit in ("rank", "count", "score"):
        return f"place {value:g}" if unit == "rank" else f"{value:g}"
    return f"{value:,.12g} {unit}".strip()


def claim_sentence(claim: Mapping[str, Any]) -> str:
    """Format the figure of a claim with its measure and scope.

    >>> claim_sentence({"kind": "share", "value": 0.475, "unit": "share", "measure": "imports",
    ...                 "consumer": "KOR", "supplier": "CHN", "element": "REE", "period": "2024"})
    '47.5 % of imports: KOR from CHN, REE, 2024'
    """
    scope = about(claim)
    return f"{headline(claim)}: {scope}" if scope else headline(claim)


def about(claim: Mapping[str, Any], subject: str | None = None) -> str:
    """Format the scope of a claim; ``subject`` stands for its product or element.

    >>> about({"kind": "share", "consumer": "KOR", "supplier": "CHN", "element": "REE",
    ...        "period": "2024"})
    'KOR from CHN, REE, 2024'
    >>> about({"kind": "ahead-of", "consumer": "KOR", "rival": "JPN", "product": "dy-oxide"})
    'KOR, ahead of JPN, dy-oxide'
    """
    trade = " from ".join(claim[n] for n in ("consumer", "supplier") if n in claim)
    located = f"in {claim['located']}" if "located" in claim else ""
    rival = f"ahead of {claim['rival']}" if claim["kind"] == "ahead-of" and "rival" in claim else ""
    period = claim.get("period", "")
    if "than" in claim:
        period = f"{period} against {claim['than']}"
    material = claim.get("product") or claim.get("element") or claim.get("control") or ""
    if subject is not None and material:
        material = subject
    trade = " ".join(filter(None, (trade, located)))
    return ", ".join(filter(None, (trade, rival, material, claim.get("stage"), period)))


def found_figure(checked: Mapping[str, Any]) -> str:
    """Format the figure that the facts give for a checked claim; empty without one.

    >>> share = {"kind": "share", "unit": "share", "found": 0.5028, "found_by": "by value, metals"}
    >>> found_figure({**share, "found_low": 0.5028, "found_high": 0.5028})
    '50.3 %'
    >>> found_figure({**share, "found_low": 0.685, "found_high": 0.6951})
    '68.5 % to 69.5 %'
    >>> found_figure({"kind": "more-than", "found": -250.0, "found_by": "by weight, metals"})
    '-250 t'
    """
    if "found" not in checked:
        return ""
    bounds = [_measured(checked, checked[n]) for n in ("found_low", "found_high") if n in checked]
    figures = list(dict.fromkeys(bounds)) or [_measured(checked, checked["found"])]
    return " to ".join(figures)


def _measured(checked: Mapping[str, Any], value: float) -> str:
    unit = checked.get("unit", "")
    if unit in ("share", "ratio"):
        return f"{100 * value:{'+' if checked['kind'] == 'change' else ''}.1f} %"
    if unit == "rank":
        return f"place {value:g}"
    if checked["kind"] in COMPARISONS:
        return f"{value:+,.0f} {'USD' if checked['found_by'].startswith('by value') else 't'}"
    return f"{value:,.0f} {unit}".strip()


COMPARISONS = ("more-than", "ahead-of")
"""Kinds of claim without a figure; the facts give the difference of two amounts."""


def found_difference(checked: Mapping[str, Any]) -> str:
    """Format the difference between the figure found and the one claimed; empty without one.

    >>> found_difference({"unit": "share", "difference": 0.0278})
    '+2.8 points'
    >>> found_difference({"unit": "t", "difference": 1681.4})
    '+1,681 t'
    """
    if "difference" not in checked:
        return ""
    difference, unit = checked["difference"], checked.get("unit", "")
    if unit in ("share", "ratio"):
        return f"{100 * difference:+.1f} points"
    return f"{difference:+,.0f} {'places' if unit == 'rank' else unit}".strip()
