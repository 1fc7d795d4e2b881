"""The section on published claims, and how they fare against the data."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pyarrow as pa

from graphkit.analysis.claims.phrases import Verdict, known_values
from graphkit.answers.figures import number_of
from graphkit.brief.inquiry import NOTHING, Finding, Inquiry, Part
from graphkit.brief.wording import cited_claim, joined


def claims_part(inquiry: Inquiry, finding: Finding, scope_text: str) -> Part:
    """Make the section on published claims, and how they fare against the data."""
    if finding.answer is None or not len(finding.answer.rows):
        return NOTHING
    verdict_by_claim = dict(zip(
        *(finding.answer.rows[name].to_pylist() for name in ("key", "verdict")), strict=True
    ))  # fmt: skip
    counts = Counter(verdict_by_claim.values())
    agreeing, opposed = counts[Verdict.BORNE_OUT], counts[Verdict.CONTRADICTED]
    verdicts = [
        f"{agreeing} agree{'s' * (agreeing == 1)} with the data",
        f"{opposed} do{'es' * (opposed == 1)} not",
        *(
            [f"on {counts[Verdict.TWO_SOURCES]} two sources differ"]
            if counts[Verdict.TWO_SOURCES]
            else ()
        ),
        f"{counts[Verdict.CANNOT_BE_TOLD]} cannot be told",
        f"{counts[Verdict.NO_MEASUREMENT]} {'is' if counts[Verdict.NO_MEASUREMENT] == 1 else 'are'}"
        " words, not figures",
    ]
    claims = number_of(len(verdict_by_claim), "published claim")
    one = len(verdict_by_claim) == 1
    text = f"Of {claims} {scope_text.format('names' if one else 'name')}, {joined(verdicts)}."
    claims_by_key = {row["key"]: known_values(row) for row in inquiry.catalog.claims.to_pylist()}
    rows = finding.answer.rows
    cited = [
        cited_claim(claims_by_key[key], inquiry.names_in_text) for key in rows["key"].to_pylist()
    ]
    place = rows.column_names.index("claim")
    rows = rows.set_column(place, rows.schema.field("claim"), pa.array(cited, pa.string()))
    answer = replace(finding.answer, rows=rows)
    return finding.section("Published claims against the data", [text], answer=answer), [text]
