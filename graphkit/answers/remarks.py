"""Remarks on rows: what changes the meaning of their figures, for forms shorter than the data.

A full answer says this in columns and notes. A screen and a picture have no room for these, and
must not lose what they say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pyarrow as pa

from graphkit.answers.answer import (
    OWN_FACTS,
    WITHOUT,
    Answer,
    cited,
    own_sources,
    without_empty,
)
from graphkit.answers.columns import Column
from graphkit.answers.figures import percent, short_text, unit_of

REMARK = Column("remark", "Note", "what changes the meaning of the row", rank=0)
REMARKS = "remarks"
"""Column of the parts of a remark."""
MARKS = ("years", "step", "extent", "doubt", "earlier", "fit", "others", "missing_tonnes_share")
"""Columns that the remark stands for."""
NOTABLE = 0.1
"""Share of the value without a weight from which a share by weight is one of a part only."""
MOST = 0.75
"""Part of the rows from which their period is that of the answer, and another is remarked on."""
FIT_REMARKS = {
    "basket": "its code holds other elements too",
    "proxy": "its code holds other goods too",
}
"""Fits of :data:`graphkit.answers.figures.UNFIT`, in words."""
NAMED = 2
"""Countries whose ranges of shares a remark names."""
ROUNDED = "of the sum: the world total is rounded"
SHARES_ALONE = "only shares"
"""Words of the denominator of a table of producers that has no amounts."""


def with_remarks(answer: Answer) -> Answer:
    """Add a column ``remark`` to the rows.

    Returns
    -------
    Answer
        Its rows have one text each, null where a row means what its columns say, and its parts in
        the column ``remarks``. A remark names
        facts of the user's own, the years that a sum is of, a period other than that of most rows,
        goods or elements that are counted besides, a rounded divisor, what a figure is with a
        weight in doubt, value without a weight, and countries that may have more than the one
        named.
    """
    main, own = main_period(answer), own_sources(answer)
    remarks = [[*dict.fromkeys(_remarks(answer, row, main, own))]
               for row in answer.rows.to_pylist()]  # fmt: skip
    texts = ["; ".join(parts) or None for parts in remarks]
    rows = answer.rows.append_column(REMARK.name, pa.array(texts, pa.string()))
    rows = rows.append_column(REMARKS, pa.array(remarks, pa.list_(pa.string())))
    shown = [*answer.shown, REMARK.name] if answer.shown else ()
    return replace(answer, rows=rows, columns=[*answer.columns, REMARK], shown=shown)


def with_remarks_for_marks(answer: Answer) -> Answer:
    """Show a column of remarks in place of those that it stands for, if any row has one."""
    remarked = with_remarks(answer)
    shown = [name for name in remarked.headers if name not in MARKS]
    return replace(remarked, shown=without_empty(remarked.rows, shown, *answer.headers))


def main_period(answer: Answer) -> str | None:
    """Return the period of the rows, or of most of them; none of rows that go through time."""
    if answer.in_time or "period" not in answer.rows.column_names or not len(answer.rows):
        return None
    periods = Counter(answer.rows["period"].to_pylist())
    period, count = periods.most_common(1)[0]
    return period if count >= MOST * len(answer.rows) else None


def _remarks(
    answer: Answer, row: Mapping[str, Any], main: str | None, own: frozenset[str]
) -> Iterator[str]:
    if own:
        texts = (text for name, text in row.items() if name.endswith("source") and text)
        keys = {key for text in texts for key in cited(text)}
        if keys & own:
            yield OWN_FACTS if keys <= own else f"with {OWN_FACTS}"
    if SHARES_ALONE in (row.get("denominator") or ""):
        yield f"shares alone, of {row['period']}"
    elif main is not None and row["period"] not in (None, main):
        yield f"of {row['period']}"
    if row.get("years"):
        yield f"only {row['years']}"
    if row.get("step"):
        yield f"{row['step']}, no series with this"
    if row.get("extent"):
        yield f"listed: {row['extent']}"
    if row.get("doubt"):
        yield _as_reported(answer, row)
    product: str = row.get("product") or ""
    if product in answer.product_remarks:
        yield str(answer.product_remarks[product])
    elif row.get("fit") in FIT_REMARKS:
        yield FIT_REMARKS[row["fit"]]
    if row.get("far_price"):
        yield "a seller at prices of another good"
    if row.get("earlier"):
        yield f"its code also holds {row['earlier']}"
    if row.get("ranges"):
        yield ", ".join(row["ranges"][:NAMED])
    if "rounded" in (row.get("denominator") or ""):
        yield ROUNDED
    if (row.get("unnamed_share") or 0.0) > (row.get("cr1") or 0.0):
        yield f"{percent(row['unnamed_share'])} without a named country"
    if row.get("others"):
        yield f"{row['others']} other{'s' * (row['others'] != 1)} may have more"
    if (row.get("missing_tonnes_share") or 0.0) >= NOTABLE:
        yield f"{percent(row['missing_tonnes_share'])} of the value has no weight"


def _as_reported(answer: Answer, row: Mapping[str, Any]) -> str:
    """Say what the first figure that a weight in doubt moves is with that weight."""
    for name in answer.headers:
        reported = row.get(name)
        if f"{name}{WITHOUT}" in row and reported != row[f"{name}{WITHOUT}"]:
            unit = unit_of(answer.rows.schema.field(name))
            return f"{short_text(reported, unit)} with a weight in doubt"
    return "a weight in doubt is left out"
