"""Sentence of an answer that has no trade data, but published figures."""

from __future__ import annotations

from graphkit.analysis.claims.published import OWNERS, PARTNERS
from graphkit.answers.answer import Answer
from graphkit.answers.sentence import Kind, Sentence
from graphkit.headlines.wording import (
    Lexicon,
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
    known = [
        (partner, row) for row in rows
        if row.get(name) is not None and row["measure"] in PARTNERS
        and (partner := row[PARTNERS[row["measure"]]])
    ]  # fmt: skip
    if known:
        partner, row = max(known, key=lambda pair: (pair[1][name], pair[0]))
        owner = row[OWNERS[row["measure"]]]
        whole = f"{possessive(names.place(owner))} {row['measure']}"
        goods = names.goods(row.get("product") or row.get("element"))
        time, figure = (
            row.get("period") or next(iter(answer.scope.ends[1:]), None),
            figure_of_share(row[name]),
        )
        claim = names.claim(Kind.SHARE, [row], figure, subject=partner, whose=owner, period=time)
        share = f"{names.place(partner)} had {figure} of {whole} of {goods}{when(time)}"
        yield Sentence(f"No trade data; published: {share}.", (claim,))
    claim = names.claim(Kind.COUNT, rows, figure_of_count(len(rows), "figure"))
    count = Sentence(f"No trade data; published: {claim.figure}", (claim,))
    yield from shortened(count, f" on {names.subject}")
