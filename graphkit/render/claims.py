"""Published claims in words, and beside what the trade data give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphkit.analysis.claims.wording import about, claim_figure, headline
from graphkit.answer import Answer
from graphkit.period import Period
from graphkit.render.drawing import Column
from graphkit.render.values import given, percent, shown, unit_of

MAX_CLAIMS = 12
"""How many claims a table shows; JSON has all of them."""
NAMED = "\0"
"""Stands for the product or element of a claim."""


def shown_claims(answer: Answer) -> list[dict[str, Any]]:
    """The claims that a table shows.

    Those that trade data stand beside come first, then claims about the consumer, shares before
    other figures and those before words, the newest first and the largest of a subject.
    """
    compared = set(answer.comparisons["claim"].to_pylist())

    def order(claim: Mapping[str, Any]) -> tuple[Any, ...]:
        figures = any(name in claim for name in ("value", "low", "high"))
        period = Period(claim["period"]) if "period" in claim else None
        return (
            claim["key"] not in compared,
            "consumer" not in claim,
            0 if figures and claim["kind"] == "share" else 1 if figures else 2,
            -period.end if period else 0,
            claim.get("product") or claim.get("element") or "",
            -claim.get("value", 0.0),
            claim["key"],
        )

    return sorted(map(given, answer.claims.to_pylist()), key=order)[:MAX_CLAIMS]


def claim_lines(answer: Answer) -> list[str]:
    """One line a claim: the figure, of what, when, on which basis, by whom."""
    lines: dict[str, list[str]] = {}
    for claim in shown_claims(answer):
        subject = claim.get("product") or claim.get("element") or ""
        lines.setdefault(_claim_line(claim), []).append(subject)
    # What one sentence says of several elements is one line.
    said = [line.replace(NAMED, ", ".join(subjects)) for line, subjects in lines.items()]
    more = len(answer.claims) - MAX_CLAIMS
    return [*said, f"and {more} more: --format json has them all"] if more > 0 else said


def _claim_line(claim: Mapping[str, Any]) -> str:
    """The line of a claim, with ``NAMED`` where its product or element goes."""
    basis = f" (basis: {claim['basis']})" if "basis" in claim else ""
    whose = f"{claim['attributed_to']}, in " if "attributed_to" in claim else ""
    return f"{headline(claim)}: {about(claim, NAMED)}{basis}. Source: {whose}{claim['source']}."


def compared(answer: Answer) -> list[dict[str, Any]]:
    """The comparisons of the claims that a table shows, in their order."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in answer.comparisons.to_pylist():
        found.setdefault(row["claim"], []).append(row)
    claims = {claim["key"]: claim for claim in shown_claims(answer)}
    return [
        {**row, "figure": claim_figure(claim), "of": claim.get("product") or claim.get("element")}
        for key, claim in claims.items()
        for row in found.get(key, ())
    ]


def comparison_columns(answer: Answer) -> list[Column]:
    """Claimed shares beside those of the trade data."""
    rows = compared(answer)
    units = {field.name: unit_of(field) for field in answer.comparisons.schema}

    def measured(head: str, name: str) -> Column:
        return Column(head, [shown(row[name], units[name]) for row in rows], number=True)

    ends = ["{consumer} from {supplier}, {period}".format(**row) for row in rows]
    columns = [
        Column("Claimed", [f"{row['figure']} of {row['of']}" for row in rows]),
        Column("Whose imports", ends),
        Column("Counted in the trade data", [_basket(row) for row in rows]),
        measured("by value", "share_usd"),
        measured("differs by", "points_usd"),
        measured("by weight", "share_tonnes"),
        measured("differs by", "points_tonnes"),
    ]
    return columns if len(set(ends)) > 1 else [columns[0], *columns[2:]]


def _basket(row: Mapping[str, Any]) -> str:
    return f"{row['products']}{' together (graphkit’s own sum)' if row['own_sum'] else ''}"


def comparison_sentences(answer: Answer) -> list[str]:
    """For each claim with trade data beside it: both, what each counts, and how far apart."""
    claims = {row["key"]: given(row) for row in answer.claims.to_pylist()}
    found: dict[str, list[dict[str, Any]]] = {}
    for row in answer.comparisons.to_pylist():
        found.setdefault(row["claim"], []).append(row)
    return [_sentence(claims[key], rows) for key, rows in found.items()]


def _sentence(claim: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str:
    basis = claim.get("basis", "not stated")
    given_by = "; ".join(
        f"{_beside(row, 'usd')} by value and {_beside(row, 'tonnes')} by weight "
        f"({row['data_basis'] or 'basis unknown'}) for {_basket(row)}, HS {row['hs']}"
        for row in rows
    )
    return (
        f"Claim {claim['key']} gives {headline(claim)} ({claim['consumer']} from "
        f"{claim['supplier']}, {claim['period']}; basis: {basis}). Trade data give {given_by}."
    )


def _beside(row: Mapping[str, Any], measure: str) -> str:
    share, points = row[f"share_{measure}"], row[f"points_{measure}"]
    if share is None:
        return "unknown"
    return percent(share) + ("" if points is None else f" ({points:+.1f} points)")
