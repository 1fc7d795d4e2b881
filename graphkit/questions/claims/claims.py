"""Published claims, listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import pyarrow as pa

from graphkit.analysis.claims.phrases import claim_sentence, known_values
from graphkit.answers.answer import Answer
from graphkit.answers.columns import NUMBER, Column
from graphkit.answers.coverage import About, Coverage, lines
from graphkit.answers.terms import Material, Places, Published, Role, Terms, terms
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.materials import Scope
from graphkit.errors import GraphkitError, UsageError
from graphkit.names import Entity
from graphkit.questions.question import checked
from graphkit.questions.shared.claim_scope import speaks_of

ENDS = ("consumer", "supplier", "rival", "located")
"""Columns of the countries that a claim names."""
COLUMNS = (
    Column("claim", "Claim", rank=0),
    Column("basis", "Basis"),
    Column("attributed_to", "Whose figure"),
    Column("source", "Source"),
    Column("value", doc="in the unit of the claim; a share is 0 to 1", type=NUMBER),
    Column("low", doc="lower end of a published range, in the unit of the claim", type=NUMBER),
    Column("high", doc="upper end of a published range, in the unit of the claim", type=NUMBER),
)


@dataclass(frozen=True)
class ClaimFilter:
    """Filters of the claims command."""

    about: Entity | None
    scope: Scope
    source: str | None
    kind: str | None

    @property
    def meaning(self) -> str:
        """The filters in words, each with a leading space."""
        return "".join([
            *([f" about {self.about}"] if self.about else ()),
            *([f" for {self.scope.meaning}"] if self.scope.text else ()),
            *([f" by the source {self.source}"] if self.source else ()),
            *([f" of the kind {self.kind}"] if self.kind else ()),
        ])  # fmt: skip

    @property
    def terms(self) -> Terms:
        """The filters as the terms of an answer."""
        place = Places(Role.OF, self.about.key if self.about else None)
        return terms(place, Material(self.scope.text), Published(self.source, self.kind))

    def holds(self, claim: Mapping[str, Any]) -> bool:
        """Return True if a claim meets all filters."""
        if self.about and self.about.key not in [claim[name] for name in ENDS]:
            return False
        if self.scope.text and not speaks_of(claim, self.scope):
            return False
        if self.source and claim["source"] != self.source:
            return False
        return not self.kind or bool(claim["kind"] == self.kind)

    def among(self, claims: pa.Table) -> pa.Table:
        """Select the claims that match.

        Raises
        ------
        GraphkitError
            No claim matches.
        """
        matches = claims.filter(pa.array(map(self.holds, claims.to_pylist()), pa.bool_()))
        if not len(matches):
            raise GraphkitError(
                f"no claim{self.meaning} is known; there are {len(claims):,} in all"
            )
        return matches


def claim_filter(
    catalog: Catalog, place: str | None, scope: str | None, source: str | None, kind: str | None
) -> ClaimFilter:
    """Parse the filters of the claims command.

    Raises
    ------
    UsageError
        Unknown name, source or kind; the message suggests the nearest.
    """
    about = None if place is None else catalog.place(place)
    if source is not None:
        sources = sorted(set(catalog.claims["source"].to_pylist()))
        if source not in sources:
            close = get_close_matches(source, sources, n=3, cutoff=0.4)
            hint = f"did you mean {', '.join(close)}?" if close else "see 'graphkit query sources'"
            raise UsageError(f"`source`: no claim cites {source!r}; {hint}")
    return ClaimFilter(about, catalog.materials.scope(scope), source, kind)


@checked(COLUMNS)
def claims(
    catalog: Catalog,
    *,
    of: str | None = None,
    scope: str | None = None,
    source: str | None = None,
    kind: str | None = None,
) -> Answer:
    """List published claims as they were published, with scope, basis and source.

    Returns
    -------
    Answer
        One row for each claim, by key: its properties, and ``claim``, its figure and scope in
        words.

    Raises
    ------
    UsageError
        Unknown name, source or kind; the message suggests the nearest.
    GraphkitError
        No claim matches.
    """
    filters = claim_filter(catalog, of, scope, source, kind)
    rows = with_words(catalog, filters.among(catalog.claims))
    return Answer(
        f"What was published{filters.meaning}?",
        filters.terms,
        rows,
        COLUMNS,
        Coverage(
            lines(
                {
                    "claims": len(rows),
                    "claims_in_all": len(catalog.claims),
                    "of_kind": counted(rows, "kind"),
                }
            )
        ),
        catalog.sources(rows),
        notes=filters.scope.notes,
        caption="Figures are as published, each on its stated basis.",
    )


def with_words(catalog: Catalog, claims: pa.Table) -> pa.Table:
    """Add each claim's figure and scope in words."""
    rows = (catalog.in_names(known_values(row)) for row in claims.to_pylist())
    words = pa.array(map(claim_sentence, rows), pa.string())
    return claims.add_column(1, "claim", words)


def counted(rows: pa.Table, name: str) -> tuple[About, ...]:
    """Count the rows with each value of a column."""
    counts = Counter(rows[name].to_pylist())
    return tuple(About(value, f"{count:,}") for value, count in sorted(counts.items()))
