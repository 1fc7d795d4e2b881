"""Published figures of two sources that cannot both be right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from graphkit.analysis.claims.verdicts import DIFFERENT, conflicts, production_conflicts
from graphkit.analysis.claims.wording import claim_sentence
from graphkit.answer import Answer
from graphkit.arrow import number, texts
from graphkit.questions.facts import Facts
from graphkit.questions.loaded import all_production
from graphkit.questions.published import answer_of, said, wanted_of

HEADS = {
    "claim": "Claim",
    "source": "Source",
    "other_claim": "Other claim",
    "other_source": "Its source",
    "conflict": "Conflict",
}
_ONE = ("supplier", "period", "basis")
PAIRS = pa.schema([
    *texts("key", "other", "conflict", "claim", "other_claim", "kind", "consumer", "rival",
           "product", "element", "stage", "than", "measure", "unit", *_ONE,
           *(f"other_{name}" for name in _ONE)),
    number("difference"), *texts("source", "other_source"),
])  # fmt: skip


def claim_conflicts(
    facts: Facts,
    *,
    about: str | None = None,
    scope: str | None = None,
    source: str | None = None,
    kind: str | None = None,
) -> Answer:
    """Figures of two sources that cannot both be right, as far as their scopes are told.

    Parameters are those of :func:`~graphkit.questions.published.list_claims`; a pair is in scope
    if either of its figures is.

    Returns
    -------
    Answer
        One row a pair of claims, by keys, then one a pair of production figures, which have none.

    Raises
    ------
    UsageError
        A name, source or kind is none; the message has the nearest ones.
    """
    wanted = wanted_of(facts, about, scope, source, kind)
    claims = {row["key"]: row for row in facts.claims.to_pylist()}
    chosen = {key for key, claim in claims.items() if wanted.holds(claim)}
    rows = [
        _pair(pair, claims[pair["key"]], claims[pair["other"]])
        for pair in conflicts(facts.claims).to_pylist()
        if {pair["key"], pair["other"]} & chosen
    ]
    made = all_production(facts)
    for pair in production_conflicts(made).to_pylist():
        one, other = (_claimed(pair, side) for side in ("", "other_"))
        if wanted.holds(one) or wanted.holds(other):
            rows.append(_pair({**one, "conflict": DIFFERENT}, one, other))
    table = pa.Table.from_pylist(rows, PAIRS)
    other_sources = table.select(["other_source"]).rename_columns(["source"])
    return answer_of(
        wanted,
        f"Which published figures{wanted.meaning} cannot both be right?",
        table,
        {"difference": "the first figure minus the other one, in their unit; a share is 0 to 1"},
        {
            "claims_in_scope": len(chosen),
            "claims_in_all": len(claims),
            "production_figures_compared": len(made),
        },
        facts.sources(table, other_sources),
        HEADS,
        "Two sources give figures for one scope that no rounding explains.",
        () if rows else ("No two figures in this scope contradict each other.",),
    )


def _pair(
    pair: Mapping[str, Any], one: Mapping[str, Any], other: Mapping[str, Any]
) -> dict[str, Any]:
    row = {name: pair.get(name) for name in PAIRS.names}
    for claim, side in ((one, ""), (other, "other_")):
        row |= {f"{side}{name}": claim[name] for name in (*_ONE, "source")}
        row[f"{side}claim"] = claim_sentence(said(claim))
    return row


def _claimed(pair: Mapping[str, Any], side: str) -> dict[str, Any]:
    """One of two figures of production, as a claim on what a country makes."""
    low, high = pair[f"{side}low"], pair[f"{side}high"]
    plain = low == high
    return {
        "kind": "quantity", "measure": "production", "unit": "t", "consumer": None, "rival": None,
        "supplier": pair["country"], "product": pair["product"], "element": None, "stage": None,
        "period": pair["period"], "basis": pair["basis"], "source": pair[f"{side}source"],
        "value": low if plain else None, "low": None if plain else low,
        "high": None if plain else high, "qualifier": "at-least" if high is None else None,
    }  # fmt: skip
