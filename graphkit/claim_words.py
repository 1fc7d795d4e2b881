"""Claims in words: the figure of one as it was published, what it is about, and its rivals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def headline(claim: Mapping[str, Any]) -> str:
    """The figure of a claim and what it is a figure of.

    >>> headline({"kind": "share", "value": 0.475, "unit": "share", "measure": "imports"})
    '47.5 % of imports'
    >>> headline({"kind": "rank", "value": 2.0, "unit": "rank", "measure": "exports"})
    'place 2 in exports'
    """
    figure, measure = claim_figure(claim), claim.get("measure", "")
    if figure.startswith("“") or not measure:
        return figure
    if claim["kind"] in ("share", "quantity"):
        return f"{figure} of {measure}"
    return f"{figure} {'in ' if claim['kind'] in ('rank', 'change') else ''}{measure}"


def claim_figure(claim: Mapping[str, Any]) -> str:
    """The figure of a claim as it was published, with its qualifier; or its words.

    >>> claim_figure({"kind": "share", "value": 0.475, "unit": "share"})
    '47.5 %'
    >>> claim_figure({"kind": "share", "low": 0.95, "qualifier": "more-than", "unit": "share"})
    'more than 95 %'
    >>> claim_figure({"kind": "share", "low": 0.35, "high": 0.4, "qualifier": "range",
    ...               "unit": "share"})
    '35 % to 40 %'
    """
    names = [n for n in ("value",) if n in claim] or [n for n in ("low", "high") if n in claim]
    if claim["kind"] == "count" and "published_value" in claim:
        return str(claim["published_value"])
    if not names and "quote" in claim:
        return f"“{claim['quote']}”"
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


def about(claim: Mapping[str, Any], subject: str | None = None) -> str:
    """Whom, what and when a claim is about; ``subject`` stands for its product or element.

    >>> about({"kind": "share", "consumer": "KOR", "supplier": "CHN", "element": "REE",
    ...        "period": "2024"})
    'KOR from CHN, REE, 2024'
    >>> about({"kind": "ahead-of", "consumer": "KOR", "rival": "JPN", "product": "dy-oxide"})
    'KOR, ahead of JPN, dy-oxide'
    """
    ends = " from ".join(claim[n] for n in ("consumer", "supplier") if n in claim)
    rival = f"ahead of {claim['rival']}" if claim["kind"] == "ahead-of" and "rival" in claim else ""
    when = claim.get("period", "")
    if "than" in claim:
        when = f"{when} against {claim['than']}"
    named = claim.get("product") or claim.get("element") or ""
    what = subject if subject is not None and named else named
    return ", ".join(filter(None, (ends, rival, what, claim.get("stage"), when)))
