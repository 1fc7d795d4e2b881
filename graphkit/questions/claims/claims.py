"""Published claims, listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import pyarrow as pa

from graphkit.analysis.claims.phrases import claim_sentence, known_values
from graphkit.analysis.claims.runs import runs_of_months
from graphkit.answers.answer import Answer
from graphkit.answers.columns import NUMBER, Column
from graphkit.answers.coverage import About, Coverage, PublishedRun, lines
from graphkit.answers.terms import Material, Places, Published, Role, Terms, Time, terms
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.materials import Scope
from graphkit.errors import GraphkitError, UsageError
from graphkit.names import Entity
from graphkit.period import Period, spelled
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
    period: Period | None = None

    @property
    def meaning(self) -> str:
        """The filters in words, each with a leading space."""
        return "".join([
            *([f" about {self.about}"] if self.about else ()),
            *([f" for {self.scope.meaning}"] if self.scope.text else ()),
            *([f" by the source {self.source}"] if self.source else ()),
            *([f" of the kind {self.kind}"] if self.kind else ()),
            *([f" in {self.period}"] if self.period else ()),
        ])  # fmt: skip

    @property
    def terms(self) -> Terms:
        """The filters as the terms of an answer."""
        place = Places(Role.OF, self.about.key if self.about else None)
        stated = [place, Material(self.scope.text), Published(self.source, self.kind)]
        return terms(*stated, *([Time(str(self.period))] if self.period else []))

    def holds(self, claim: Mapping[str, Any]) -> bool:
        """Return True if a claim meets all filters."""
        if self.about and self.about.key not in [claim[name] for name in ENDS]:
            return False
        return self._is_published(claim)

    def bounds(self, claim: Mapping[str, Any]) -> bool:
        """Return True if a claim is on all buyers together, and meets all filters but the place."""
        return claim["consumer"] is None and self._is_published(claim)

    def _is_published(self, claim: Mapping[str, Any]) -> bool:
        if self.period and not (claim["period"] and Period(claim["period"]) in self.period):
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
    catalog: Catalog,
    place: str | None,
    scope: str | None,
    source: str | None,
    kind: str | None,
    period: str | None = None,
) -> ClaimFilter:
    """Parse the filters of the claims command.

    Raises
    ------
    UsageError
        Unknown name, source, kind or form of a period; the message suggests the nearest.
    """
    about = None if place is None else catalog.place(place)
    if source is not None:
        sources = sorted(set(catalog.claims["source"].to_pylist()))
        if source not in sources:
            close = get_close_matches(source, sources, n=3, cutoff=0.4)
            hint = f"did you mean {', '.join(close)}?" if close else "see 'graphkit query sources'"
            raise UsageError(f"`source`: no claim cites {source!r}; {hint}")
    months = None if period is None else Period(spelled(period))
    return ClaimFilter(about, catalog.materials.scope(scope), source, kind, months)


@checked(COLUMNS)
def claims(
    catalog: Catalog,
    *,
    of: str | None = None,
    scope: str | None = None,
    source: str | None = None,
    kind: str | None = None,
    period: str | None = None,
) -> Answer:
    """List published claims as they were published, with scope, basis and source.

    Returns
    -------
    Answer
        One row for each claim, by key: its properties, and ``claim``, its figure and scope in
        words. Of a period, those on it or a part of it; its coverage has the sums of the amounts of
        several months, as ranges, and its claims what bounds the months without an amount.

    Raises
    ------
    UsageError
        Unknown name, source or kind; the message suggests the nearest.
    GraphkitError
        No claim matches.
    """
    filters = claim_filter(catalog, of, scope, source, kind, period)
    rows = with_words(catalog, filters.among(catalog.claims))
    runs, bounding = _added_up(catalog, filters, rows)
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
            ),
            published=runs,
        ),
        catalog.sources(rows, bounding),
        bounding,
        notes=filters.scope.notes,
        caption="Figures are as published, each on its stated basis.",
    )


def _added_up(
    catalog: Catalog, filters: ClaimFilter, rows: pa.Table
) -> tuple[tuple[PublishedRun, ...], pa.Table]:
    """Add up the amounts of the months of a period, with the claims that bound those without."""
    if filters.period is None:
        return (), catalog.claims.slice(0, 0)
    listed = {*rows["key"].to_pylist()}
    known = [c for c in catalog.claims.to_pylist() if c["key"] in listed or filters.bounds(c)]
    about = filters.about.key if filters.about else None
    runs = [run for run in runs_of_months(known, filters.period)
            if about in (None, run.supplier, run.consumer)]  # fmt: skip
    used = {key for run in runs for key in run.claims} - listed
    mask = pa.array([key in used for key in catalog.claims["key"].to_pylist()], pa.bool_())
    entries = (
        PublishedRun(
            run.supplier, run.consumer, run.goods, run.measure, run.period, run.low, run.high,
            run.months, run.bounded, run.missing,
        )
        for run in runs
    )  # fmt: skip
    return tuple(entries), catalog.claims.filter(mask)


def with_words(catalog: Catalog, claims: pa.Table) -> pa.Table:
    """Add each claim's figure and scope in words."""
    rows = (catalog.in_names(known_values(row)) for row in claims.to_pylist())
    words = pa.array(map(claim_sentence, rows), pa.string())
    return claims.add_column(1, "claim", words)


def counted(rows: pa.Table, name: str) -> tuple[About, ...]:
    """Count the rows with each value of a column."""
    counts = Counter(rows[name].to_pylist())
    return tuple(About(value, f"{count:,}") for value, count in sorted(counts.items()))
