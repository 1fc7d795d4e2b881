"""Sentence of an answer that has no trade data, but published figures."""

from __future__ import annotations

from graphkit.answers.answer import Answer
from graphkit.answers.sentence import Kind, Sentence
from graphkit.headlines.wording import (
    Lexicon,
    Row,
    Sentences,
    figure_of_count,
    figure_of_share,
    shortened,
    when,
)
from graphkit.names import possessive


def published(answer: Answer) -> Sentences:
    """Say which published share is the largest, where there are no data of trade, or count them."""
    names = Lexicon(answer)
    rows = names.rows
    name = "share" if "share" in answer.rows.column_names else "share_after"
    known = [(partner, row) for row in rows if row.get(name) is not None and row.get("share_of")
             and (partner := _partner(row))]  # fmt: skip
    if known:
        partner, row = max(known, key=lambda pair: (pair[1][name], pair[0]))
        owner, _, trade = row["share_of"].partition("'s ")
        whole = f"{possessive(names.place(owner))} {trade}"
        goods = names.goods(row.get("product") or row.get("element"))
        time, figure = row.get("period") or answer.scope.get("after"), figure_of_share(row[name])
        claim = names.claim(Kind.SHARE, [row], figure, subject=partner, whose=owner, period=time)
        share = f"{names.place(partner)} had {figure} of {whole} of {goods}{when(time)}"
        yield Sentence(f"No trade data; published: {share}.", (claim,))
    claim = names.claim(Kind.COUNT, rows, figure_of_count(len(rows), "figure"))
    count = Sentence(f"No trade data; published: {claim.figure}", (claim,))
    yield from shortened(count, f" on {names.subject}")


def _partner(row: Row) -> str | None:
    """Return the country that has a published share: the end of the trade that is not its owner."""
    owner = row["share_of"].partition("'s ")[0]
    partners = [row.get("supplier"), row.get("consumer")]
    return next((end for end in partners if end and end != owner), None)
