"""Claims, periods and lists as the sentences of a brief have them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from graphkit.analysis.claims.phrases import claim_figure, headline
from graphkit.analysis.claims.readings import CONTROLLED, LICENCES
from graphkit.headlines.wording import listed
from graphkit.names import capitalized, possessive

ABOUT = ("consumer", "supplier", "rival", "located", "product", "element", "stage", "control")
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
    >>> cited_claim({"kind": "share", "value": 0.4, "qualifier": "more-than", "unit": "share",
    ...              "measure": "output controlled", "supplier": "CHN", "element": "Co"},
    ...             {"CHN": "China", "Co": "cobalt"})
    'more than 40 % of the output of cobalt controlled by owners seated in China'
    """
    keys = {name: names.get(claim[name], claim[name]) for name in ABOUT if name in claim}
    period = " against ".join(claim[name] for name in ("period", "than") if name in claim)
    measure, _, first = claim.get("measure", "").partition(" of the ")
    if measure == LICENCES:
        under = f" under {keys['control']}" if "control" in keys else ""
        dated = f" by {period}" if period else ""
        return f"{claim_figure(claim)} of the licence applications{under} were granted{dated}"
    if measure in CONTROLLED:
        subject = keys.get("product") or keys.get("element")
        whole = measure.removesuffix(" controlled")
        parts = [
            f"{claim_figure(claim)} of the {whole}",
            f"{'of' if whole == 'output' else 'for'} {subject}" if subject else "",
            f"in {keys['located']}" if "located" in keys else "",
            f"controlled by owners seated in {keys['supplier']}",
            f"in {period}" if period else "",
        ]
        return " ".join(filter(None, parts))
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
