"""Published claims: which there are in a scope."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import pyarrow as pa

from graphkit.analysis.claims.wording import claim_sentence
from graphkit.answer import Answer
from graphkit.arrow import texts
from graphkit.errors import GraphkitError, UsageError
from graphkit.names import Named
from graphkit.questions.claims import COMPARISON, speaks_of
from graphkit.questions.facts import Facts
from graphkit.questions.scope import Scope
from graphkit.schema import GRAPH

KINDS = GRAPH["Claim"].column("kind").one_of
"""What a claim may state."""
ENDS = ("consumer", "supplier", "rival")
LISTED = {
    "claim": "Claim",
    "basis": "Basis",
    "attributed_to": "Whose figure",
    "source": "Source",
}
UNITS = {
    "value": "in the unit of the claim; a share is 0 to 1",
    "low": "lower end of a published range, in the unit of the claim",
    "high": "upper end of a published range, in the unit of the claim",
}


@dataclass(frozen=True)
class Wanted:
    """Which claims are asked for."""

    about: Named | None
    scope: Scope
    source: str | None
    kind: str | None

    @property
    def meaning(self) -> str:
        """The same in words, each with a blank before it."""
        return "".join([
            *([f" about {self.about}"] if self.about else ()),
            *([f" for {self.scope.meaning}"] if self.scope.text else ()),
            *([f" by the source {self.source}"] if self.source else ()),
            *([f" of the kind {self.kind}"] if self.kind else ()),
        ])  # fmt: skip

    @property
    def asked(self) -> dict[str, Any]:
        """What was asked for, as the scope of an answer."""
        place = self.about.key if self.about else None
        return {"about": place, "for": self.scope.text, "source": self.source, "kind": self.kind}

    def holds(self, claim: Mapping[str, Any]) -> bool:
        """Whether a claim is asked for."""
        return all(
            not wanted or meets
            for wanted, meets in (
                (self.about, self.about and self.about.key in [claim[n] for n in ENDS]),
                (self.scope.text, speaks_of(claim, self.scope)),
                (self.source, claim["source"] == self.source),
                (self.kind, claim["kind"] == self.kind),
            )
        )

    def among(self, claims: pa.Table) -> pa.Table:
        """The claims that are asked for.

        Raises
        ------
        GraphkitError
            There is none.
        """
        found = claims.filter(pa.array(map(self.holds, claims.to_pylist()), pa.bool_()))
        if not len(found):
            raise GraphkitError(
                f"no claim{self.meaning} is known; there are {len(claims):,} in all"
            )
        return found


def wanted_of(
    facts: Facts, about: str | None, scope: str | None, source: str | None, kind: str | None
) -> Wanted:
    """Which claims some words ask for.

    Raises
    ------
    UsageError
        A name, source or kind is none; with the nearest ones.
    """
    if kind is not None and kind not in KINDS:
        raise UsageError(f"--kind: found {kind!r}, wanted one of {', '.join(KINDS)}")
    place = None if about is None else facts.place(about)
    if source is not None:
        known = sorted(set(facts.claims["source"].to_pylist()))
        if source not in known:
            close = get_close_matches(source, known, n=3, cutoff=0.4)
            hint = f"did you mean {', '.join(close)}?" if close else "see 'graphkit query sources'"
            raise UsageError(f"--source: no claim cites {source!r}; {hint}")
    return Wanted(place, facts.materials.scope(scope), source, kind)


def list_claims(
    facts: Facts,
    *,
    about: str | None = None,
    scope: str | None = None,
    source: str | None = None,
    kind: str | None = None,
) -> Answer:
    """Published claims, each with its scope, basis and source, as they were published.

    Parameters
    ----------
    about : str, optional
        Country or area that a claim names as consumer, supplier or rival.
    scope : str, optional
        Product, HS code, element, mineral, stage or group.
    source : str, optional
        Key of a source.
    kind : str, optional
        One of :data:`KINDS`.

    Returns
    -------
    Answer
        One row a claim, by key: its properties, and ``claim``, its figure and scope in words.

    Raises
    ------
    UsageError
        A name, source or kind is none; the message has the nearest ones.
    GraphkitError
        No claim is in this scope.
    """
    wanted = wanted_of(facts, about, scope, source, kind)
    rows = with_words(wanted.among(facts.claims))
    return answer_of(
        wanted,
        f"What was published{wanted.meaning}?",
        rows,
        UNITS,
        {"claims": len(rows), "claims_in_all": len(facts.claims), "of_kind": counted(rows, "kind")},
        facts.sources(rows),
        LISTED,
        "Figures stand as they were published; each counts what its basis says.",
    )


def with_words(claims: pa.Table) -> pa.Table:
    """Claims with their figure and scope in words."""
    words = pa.array([claim_sentence(said(row)) for row in claims.to_pylist()], pa.string())
    return claims.add_column(1, "claim", words)


def said(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row without what it does not say."""
    return {name: value for name, value in row.items() if value is not None}


def counted(rows: pa.Table, name: str) -> list[str]:
    """How many rows have each value of a column."""
    return [
        f"{value} {count:,}" for value, count in sorted(Counter(rows[name].to_pylist()).items())
    ]


def answer_of(
    wanted: Wanted,
    question: str,
    rows: pa.Table,
    units: Mapping[str, str],
    coverage: Mapping[str, Any],
    sources: pa.Table,
    heads: Mapping[str, str],
    counts: str,
    notes: Collection[str] = (),
) -> Answer:
    """An answer whose rows are claims, so that none stand beside them."""
    none = pa.Table.from_pylist([], pa.schema(texts("key", "source")))
    return Answer(
        question, wanted.asked, rows, units, coverage, none, COMPARISON.empty_table(), sources,
        (*wanted.scope.notes, *notes), heads, counts,
    )  # fmt: skip
