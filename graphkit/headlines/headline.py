"""Headlines of answers: each result in one sentence, computed from the rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pyarrow as pa

from graphkit.answers.answer import Answer, undoubted
from graphkit.answers.figures import number_of
from graphkit.answers.sentence import PLACE, Kind, Sentence
from graphkit.headlines.gate import chosen
from graphkit.headlines.publications import about
from graphkit.headlines.published import published
from graphkit.headlines.supply import cut_of
from graphkit.headlines.wording import (
    LONGEST,
    Lexicon,
    Sentences,
    figure_of_count,
    main_period_of,
    shortened,
    when,
)
from graphkit.names import capitalized, possessive

__all__ = ["LONGEST", "headline"]
Writer = Callable[[Answer], Sentences]
"""Writes the first lines that an answer may have, the fullest first."""
OF_TOTALS = ("compare",)
"""Questions whose headlines are of the totals in the coverage, and not of the rows."""


def headline(question: str, answer: Answer, write: Writer) -> Sentence:
    """Say the result of an answer in one sentence.

    Parameters
    ----------
    question : str
        Name of the question.
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
    >>> rows = pa.table({"kind": ["share", "share", "rank"]})
    >>> claims = Answer("?", {}, rows, (), Coverage(), pa.table({"key": ["s"]}))
    >>> print(headline("claims", claims, lambda answer: ["2 of 3 published claims are shares."]))
    2 of 3 published claims are shares.
    """
    rows = answer.rows.append_column(PLACE, pa.array(range(len(answer.rows)), pa.int64()))
    answer = replace(answer, rows=rows)
    if question not in OF_TOTALS:
        answer = undoubted(answer)
    if not len(answer.rows):
        missing = chosen(answer, _missing(question, answer))
        return missing if missing.words else Sentence("No data answer this question.")
    result = chosen(answer, (published if answer.scope.get("counted") else write)(answer))
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


NOTHING = {
    "spof": "No {point} is known to have {least} of {whose} {subject}{time}",
    "origins": "Where {whose} {subject} come from{time} is not known",
    "cascade": "{cut}, no country is known to fail{time}",
    "diversify": "No purchases of {subject} are known{time}",
    "disrupt": "{cut}, no loss is known{time}",
    "concentration": "No figure of production or trade of {subject} is known",
    "reliance": "No figure of reliance on imports of {subject} is known",
    "n_minus_1": "No figure of production of {subject} is known",
    "prices": "No price of {subject} is known",
    "network": "No flow of {subject} is known{time}",
    "flows": "No flow of {subject} is known{time}",
    "mirror": "No flow of {subject} is known as both sides report it{time}",
    "centrality": "No trade of {subject} is known{time}",
    "layered_centrality": "No trade of {subject} is known{time}",
    "compare": "No trade of {subject} is known in both periods",
    "trend": "No trade of {subject} is known",
    "production_trend": "No production of {subject} is known",
    "criticality": "No material in question has a figure of supply risk",
    "uses": "No use of {subject} is known",
    "plants": "Known to graphkit: no mine or plant for {subject}",
    "owners": "Known to graphkit: no mine or plant for {subject}",
    "companies": "Known to graphkit: no output of a company for {subject}",
    "show": "Known to graphkit: no more than the name",
    "controls": "Known to graphkit: no export control{of}{on}{day}",
    "claims": "Known to graphkit: no such published claim{about}",
    "claims_check": "Known to graphkit: no such published claim{about}",
    "claims_conflicts": "No two published figures{about} that graphkit knows contradict each other",
}
"""Sentences on what is missing where a question has no rows, by its name."""
_SIGNS = re.compile(r"[\w .,;:&%’'()/+-]+")
"""Signs of sentences, none of which is one of markup or hidden."""


def _missing(question: str, answer: Answer) -> Sentences:
    """Say what is missing, shorter and shorter."""
    claims = (
        f"; {number_of(len(answer.claims), 'published claim')} may help"
        if len(answer.claims)
        else ""
    )
    if answer.scope.get("definition") == "domestic" or question not in NOTHING:
        if _SIGNS.fullmatch(answer.nothing.in_brief):
            yield from shortened(Sentence(answer.nothing.in_brief), claims)
        yield from shortened(Sentence("Nothing in this scope is known"), claims)
        return
    names, scope = Lexicon(answer), answer.scope
    buyer = scope.get("consumer")
    whose = (
        f"{possessive(names.place(buyer))} imports of" if isinstance(buyer, str) else "imports of"
    )
    origin = scope.get("origin")
    if question == "origins" and isinstance(origin, str):
        place = capitalized(names.place(origin))
        yield from shortened(Sentence(f"{place} is not known to be behind {whose} {names.subject}"))
    period = scope.get("period")
    level = str(scope.get("level") or "country")
    countries = scope.get("country") or ()
    countries = (countries,) if isinstance(countries, str) else countries
    words = {
        "point": "state" if level == "controller" else level,
        "whose": whose, "subject": names.subject, "cut": cut_of(names),
        "time": when(period) if isinstance(period, str) and period[:1].isdigit() else "",
        "least": f"at least {float(scope.get('threshold') or 0) * 100:g} %"
        if isinstance(scope.get("threshold"), float) else "such a part",
        "of": f" of {names.places(countries)}" if countries else "",
        "on": "" if names.is_of_all else f" on {names.subject}", "about": about(names),
        "day": f" in place on {day}" if (day := scope.get("date")) else "",
    }  # fmt: skip
    for subject in (names.subject, "these goods"):
        text = NOTHING[question].format_map({**words, "subject": subject})
        yield from shortened(Sentence(text), claims)
