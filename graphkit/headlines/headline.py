"""Headlines of answers: each result in one sentence, computed from the rows."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from graphkit.answers.answer import Answer, undoubted
from graphkit.answers.sentence import PLACE, Kind, Sentence
from graphkit.headlines.gate import chosen
from graphkit.headlines.lacking import FirstLine, Writer, absent
from graphkit.headlines.published import published
from graphkit.headlines.wording import (
    LONGEST,
    Lexicon,
    Sentences,
    figure_of_count,
    main_period_of,
    shortened,
    when,
)

__all__ = ["LONGEST", "headline"]


def headline(answer: Answer, write: Writer) -> Sentence:
    """Say the result of an answer in one sentence.

    Parameters
    ----------
    answer : Answer
        A finished answer; ``names`` has the places of its rows and scope.
    write : callable
        Writes the sentences that the answers to the question may have, the fullest first.

    Returns
    -------
    Sentence
        At most 240 characters with every figure computed from the rows, in their main period and
        without weights in doubt, and what it claims as data. Of no rows, what is missing.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from graphkit.answers.answer import Answer
    >>> from graphkit.answers.coverage import Coverage
    >>> from graphkit.answers.terms import Terms
    >>> rows = pa.table({"kind": ["share", "share", "rank"]})
    >>> claims = Answer("?", Terms(), rows, (), Coverage(), pa.table({"key": ["s"]}))
    >>> print(headline(claims, lambda answer: ["2 of 3 published claims are shares."]))
    2 of 3 published claims are shares.
    """
    rows = answer.rows.append_column(PLACE, pa.array(range(len(answer.rows)), pa.int64()))
    answer = replace(answer, rows=rows)
    if not any(part.totals for part in answer.coverage.parts.values()):
        answer = undoubted(answer)
    if not len(answer.rows):
        missing = chosen(answer, (write if isinstance(write, FirstLine) else absent)(answer))
        return missing if missing.words else Sentence("No data answer this question.")
    result = chosen(answer, (published if answer.scope.is_published else write)(answer))
    return result if result.words else chosen(answer, _counts(answer))


def _counts(answer: Answer) -> Sentences:
    """Count rows, products and periods, where names are too long for a sentence."""
    names = Lexicon(answer)
    products = {row.get("product") for row in names.rows} - {None}
    periods = {row.get("period") for row in names.rows}
    count = names.claim(Kind.COUNT, names.rows, figure_of_count(len(names.rows), "row"))
    on_products = Sentence()
    if products:
        many = figure_of_count(len(products), "product")
        on_products = Sentence(f" on {many}", (names.claim(Kind.COUNT, names.rows, many),))
    time = when(main_period_of(periods)) if len(periods) == 1 else ""
    start = Sentence(f"The answer has {count.figure}", (count,))
    yield from shortened(start, on_products, time)
