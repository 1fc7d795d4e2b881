"""Claims that no loaded fact decides: whose they are, and the table that would decide them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from graphkit.analysis.claims.phrases import Verdict, claim_sentence, known_values
from graphkit.answers.figures import number_of
from graphkit.answers.note import Note
from graphkit.catalog.catalog import Catalog

_SUBJECT = (
    "kind", "consumer", "supplier", "rival", "product", "element", "stage", "measure", "period",
    "than",
)  # fmt: skip
"""Properties in which two claims on one thing agree, whatever their figures."""

Rows = Sequence[Mapping[str, Any]]


def undecided(results: pa.Table) -> Rows:
    """Select the checked claims that cannot be told and name the table that would tell."""
    return [
        row for row in results.to_pylist()
        if row["decided_by"] and row["verdict"] == Verdict.CANNOT_BE_TOLD
    ]  # fmt: skip


def undecided_in_short(catalog: Catalog, rows: Rows) -> str:
    """Write whose figures the claims are that one source alone has, and what would decide all.

    Such a claim is *attributed, not verified*.
    """
    if not rows:
        return ""
    sources: dict[tuple[Any, ...], set[str]] = {}
    for claim in catalog.claims.to_pylist():
        subject = tuple(claim[name] for name in _SUBJECT)
        sources.setdefault(subject, set()).add(claim["source"])
    counts: dict[tuple[str, str], int] = {}
    for row in rows:
        is_only_source = len(sources[tuple(row[name] for name in _SUBJECT)]) == 1
        if row["attributed_to"] and is_only_source:
            origin = row["attributed_to"], row["source"]
            counts[origin] = counts.get(origin, 0) + 1
    attributed = [
        f"{number_of(count, 'claim')} by {whose} (in {source} alone)"
        for (whose, source), count in sorted(counts.items())
    ]
    tables = "; ".join(dict.fromkeys(row["decided_by"] for row in rows))
    verified = f"Attributed, not verified: {'; '.join(attributed)}. " if attributed else ""
    open_claims = number_of(len(rows), "claim")
    return f"{verified}Would decide {open_claims} of those that cannot be told: {tables}."


def undecided_notes(catalog: Catalog, rows: Rows) -> list[Note]:
    """Note the table that would decide each claim, and the published claims beside it."""
    claims = {claim["key"]: claim for claim in catalog.claims.to_pylist()}
    notes = []
    for row in rows:
        words = [
            f"{claim_sentence(catalog.in_names(known_values(claims[key])))} "
            f"({claims[key]['source']})"
            for key in row["beside"] or ()
        ]
        beside = f" Published beside it: {'; '.join(words)}." if words else ""
        notes.append(Note(f"{row['key']}: to decide it takes {row['decided_by']}.{beside}"))
    return notes
