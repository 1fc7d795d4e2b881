"""Claims, ranges, periods and lists as the sentences of a brief have them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from graphkit.analysis.claims.phrases import claim_figure, headline
from graphkit.analysis.claims.readings import LICENCES
from graphkit.answers.figures import percent
from graphkit.headlines.wording import EXACT, listed
from graphkit.headlines.wording import between as range_of
from graphkit.names import capitalized, possessive

ABOUT = ("consumer", "supplier", "rival", "product", "element", "stage", "control")
"""Ends and subject of a claim."""


def cited_claim(claim: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Write a claim as an analyst cites it; ``named`` has the names of its keys in a sentence.

    >>> share = {"kind": "share", "value": 0.475, "unit": "share", "measure": "imports",
    ...          "consumer": "KOR", "supplier": "CHN", "element": "REE", "period": "2024"}
    >>> cited_claim(share, {"KOR": "South Korea", "CHN": "China", "REE": "rare earths"})
    '47.5 % of South Korea’s imports of rare earths from China in 2024'
    >>> cited_claim({"kind": "share", "low": 0.9, "qualifier": "at-least", "unit": "share",
    ...              "measure": "production of the first three", "element": "REE",
    ...              "stage": "mine"}, {"REE": "rare earths"})
    'at least 90 % of the production of rare earths (stage mine) by the first three'
    >>> cited_claim({"kind": "statement", "statement": "It is mined again", "supplier": "USA",
    ...              "period": "2018"}, {"USA": "the United States"})
    'It is mined again (the United States, 2018)'
    """
    keys = {name: names.get(claim[name], claim[name]) for name in ABOUT if name in claim}
    period = " against ".join(claim[name] for name in ("period", "than") if name in claim)
    measure, _, first = claim.get("measure", "").partition(" of the ")
    if measure == LICENCES:
        under = f" under {keys['control']}" if "control" in keys else ""
        dated = f" by {period}" if period else ""
        return f"{claim_figure(claim)} of the licence applications{under} were granted{dated}"
    if claim["kind"] not in ("share", "quantity", "change") or not measure:
        scope = ", ".join([*keys.values(), *([period] if period else [])])
        return f"{headline(claim)} ({scope})" if scope else headline(claim)
    buyer, seller, sold = keys.get("consumer"), keys.get("supplier"), measure == "exports"
    subject = keys.get("product") or keys.get("element")
    parts = [
        f"{claim_figure(claim)} {'in' if claim['kind'] == 'change' else 'of'}",
        f"{possessive(buyer)} {measure}" if buyer and not sold else f"the {measure}",
        f"of {subject}" if subject else "",
        f"(stage {keys['stage']})" if "stage" in keys else "",
        f"{'from' if buyer or sold else 'in'} {seller}" if seller else "",
        f"to {buyer}" if buyer and sold else "",
        f"by the {first}" if first else "",
        f"in {period}" if period else "",
    ]
    return " ".join(filter(None, parts))


def sentence(text: str) -> str:
    """Write a message as a sentence."""
    return f"{capitalized(text)}{'' if text.endswith('.') else '.'}"


def between(low: float | None, high: float | None) -> str:
    """Write a range of shares.

    >>> between(0.0, 1.0), between(0.8396, 0.8397), between(0.8304, 0.8396), between(None, 0.2)
    ('between 0 and 100 %', '84.0 %', 'between 83 and 84 %', 'unknown')
    """
    if low is None or high is None:
        return "unknown"
    return percent(low) if high - low < EXACT else range_of(low, high)


def at_least(low: float, high: float | None) -> str:
    """Write a range of shares whose upper end may be unknown.

    >>> at_least(0.8396, None), at_least(0.5, 0.5)
    ('at least 83 %', '50.0 %')
    """
    return range_of(low, 1.0) if high is None else between(low, high)


def period_of(row: Mapping[str, Any]) -> str:
    """Write the period of a row, with its years that have data, if some have none."""
    years = f" (data of {row['years']})" if row.get("years") else ""
    return f"{row['period']}{years}"


def first_of(names: Sequence[str], most: int = 3) -> str:
    """Join names in a sentence, and count those that it has no room for.

    >>> first_of(["a"]), first_of(["a", "b", "c"]), first_of(["a", "b", "c", "d", "e"])
    ('a', 'a, b and c', 'a, b, c and 2 more')
    """
    more = [f"{len(names) - most} more"] if len(names) > most else []
    return listed([*names[:most], *more])


def joined(clauses: Iterable[str]) -> str:
    """Join clauses in a sentence, without empty ones.

    >>> joined(["a", "", "b", "c"]), joined(["a"])
    ('a, b and c', 'a')
    """
    return listed(list(filter(None, clauses)))
