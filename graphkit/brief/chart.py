"""The picture of a brief: one bar for each product, the share of the country that comes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import pyarrow as pa

from graphkit.answers.answer import Answer
from graphkit.answers.columns import NUMBER, Column, schema_of
from graphkit.answers.coverage import Coverage
from graphkit.answers.remarks import with_remarks
from graphkit.answers.sentence import Sentence
from graphkit.answers.terms import Measure, terms
from graphkit.arrow import SHARE

COLUMNS = (
    Column("product", "Product"),
    Column("market", "Of what"),
    Column("country", "Country"),
    Column("share", "Share", "0 to 1", SHARE, NUMBER),
    Column("fit"),
    Column("extent"),
)
PICTURE = "graphkit.plot.shares:first_shares"
MOST_BARS = 8
"""Bars that page 1 has room for."""


@dataclass(frozen=True)
class BarRow:
    """A bar: the share that one country has of a product."""

    product: str
    country: str
    share: float
    fit: str | None = None
    extent: str | None = None
    market: str | None = None
    """The whole that the share is of, where bars have different ones."""


def bars(
    answer: Answer, title: str, rows: Sequence[BarRow], whole: str, sources: Sequence[str]
) -> Answer:  # fmt: skip
    """Make the answer that the picture is drawn of.

    Parameters
    ----------
    answer : Answer
        The answer that the shares are from.
    title : str
        Title of the picture.
    rows : sequence of BarRow
        The bars from top to bottom.
    whole : str
        The whole that the shares are of, with its period and measure.
    sources : sequence of str
        Keys of the sources of the rows.

    Returns
    -------
    Answer
        Its caption says what the codes of its products hold besides, and names the sources.
    """
    chart = replace(
        answer, question=title, sentence=Sentence(), shown=(), columns=COLUMNS, picture=PICTURE,
        rows=pa.Table.from_pylist(list(map(asdict, rows)), schema_of(COLUMNS)),
        scope=terms(Measure(whole)),
    )  # fmt: skip
    remarks = with_remarks(chart).rows.to_pylist()
    texts = [
        f"{answer.names.get(row['product'], row['product'])}: {row['remark']}"
        for row in remarks if row["remark"]
    ]  # fmt: skip
    publishers = {row["key"]: row["publisher"] for row in answer.sources.to_pylist()}
    keys_by_publisher: dict[str, list[str]] = {}
    for key in sources:
        keys_by_publisher.setdefault(publishers.get(key) or "", []).append(key)
    cited = "; ".join(
        f"{publisher} ({', '.join(keys)})" for publisher, keys in keys_by_publisher.items()
    )
    remarked = f"{'; '.join(dict.fromkeys(texts))}. " if texts else ""
    drawn = [column for column in COLUMNS if column.name not in ("fit", "extent")]
    return replace(
        chart, rows=chart.rows.select([column.name for column in drawn]), columns=drawn,
        caption=f"{remarked}Source{'s' * (len(sources) > 1)}: {cited}.", coverage=Coverage(),
        sources=answer.sources.slice(0, 0), product_remarks={},
    )  # fmt: skip
