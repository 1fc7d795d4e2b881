"""Answers from published figures, where no trade is loaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from graphkit.analysis.claims.published import published_shares
from graphkit.answer import Answer, Column, without_empty
from graphkit.catalog import Catalog, Scope
from graphkit.questions.claims import Question, claims_about

ENDS = (
    Column("consumer", "Consumer"),
    Column("supplier", "Supplier"),
    Column("product", "Product"),
    Column("element", "Element"),
)
MADE_OF = (
    Column("counted_by", "Counted by"),
    Column("basis", doc="basis of the figures in words, as the source gives it"),
    Column("attributed_to", doc="whose figures the source quotes"),
    Column("source", "Source"),
)
COLUMNS = (
    *ENDS,
    Column("period", "Period"),
    Column("share_of", "Share of"),
    Column("share", "as published",
           "0 to 1; published, or the published amount over the published total"),
    Column("tonnes", "Tonnes", "metric tons, on the stated basis"),
    Column("usd", "USD", "US dollars"),
    Column("hhi_low", "HHI at least",
           "Herfindahl-Hirschman index of the partners, 0 to 10,000; what the named ones leave "
           "counted as many"),
    Column("hhi_high", "at most", "the same, what the named ones leave counted as one"),
    *MADE_OF,
)  # fmt: skip
CHANGES = (
    *ENDS,
    Column("share_of", "Share of"),
    Column("share_before", doc="0 to 1, as published for the first period"),
    Column("share_after", doc="0 to 1, as published for the second period"),
    Column("points", "change", "percentage points, share_after minus share_before"),
    Column("tonnes_before", doc="metric tons, on the stated basis"),
    Column("usd_before", doc="US dollars"),
    *MADE_OF,
)  # fmt: skip
CAPTION = (
    "From published figures of one source and basis each, not from trade data; HHI is from 0 to "
    "10,000."
)


def shares_in(catalog: Catalog, asked: Question) -> pa.Table:
    """Compute the shares that published figures in scope give."""
    areas = catalog.nodes("Area").to_pylist()
    remainders = [area["key"] for area in areas if area["type"] in ("rest", "unspecified")]
    return published_shares(claims_about(catalog.claims, asked), remainders)


def published_answer(
    catalog: Catalog,
    question: str,
    asked: Mapping[str, Any],
    scope: Scope,
    rows: pa.Table,
    columns: Sequence[Column],
    coverage: Mapping[str, Any],
    claims: pa.Table,
    notes: Iterable[str],
) -> Answer:
    """Build an answer whose rows come from claims, marked as such in its scope and caption."""
    return Answer(
        question,
        {**asked, "counted": "published figures"},
        rows,
        columns,
        coverage,
        catalog.sources(rows, claims, scope.elsewhere),
        claims,
        elsewhere=scope.elsewhere,
        notes=tuple(notes),
        caption=CAPTION,
        shown=without_empty(rows, [column.name for column in columns if column.header]),
    )
