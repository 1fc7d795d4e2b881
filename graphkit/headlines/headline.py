"""Headlines of answers: each result in one sentence, computed from the rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

import pyarrow as pa

from graphkit.answers.answer import Answer, undoubted
from graphkit.answers.figures import number_of
from graphkit.answers.sentence import PLACE, Kind, Sentence
from graphkit.headlines import (
    action,
    dependence,
    facilities,
    markets,
    publications,
    supply,
    uses,
)
from graphkit.headlines.gate import chosen
from graphkit.headlines.wording import (
    LONGEST,
    Lexicon,
    Sentences,
    figure_of_count,
    main_period_of,
    shortened,
    when,
    without_brackets,
)
from graphkit.names import capitalized, possessive

__all__ = ["HEADLINES", "LONGEST", "headline"]
HEADLINES: Mapping[str, Callable[[Answer], Sentences]] = {
    **dependence.HEADLINES, **supply.HEADLINES, **markets.HEADLINES, **publications.HEADLINES,
    **uses.HEADLINES, **action.HEADLINES, **facilities.HEADLINES,
}  # fmt: skip
"""Writers of headlines by the function of the question, each with the fullest sentence first."""
OF_TOTALS = ("changes.compare",)
"""Functions whose headlines are of the totals in the coverage, and not of the rows."""


def headline(function: str, answer: Answer) -> Sentence:
    """Say the result of an answer in one sentence.

    Parameters
    ----------
    function : str
        Module and name of the function of the question.
    answer : Answer
        A finished answer; ``names`` has the places of its rows and scope.

    Returns
    -------
    Sentence
        At most 240 characters with every figure computed from the rows, in their main period and
        without weights in doubt, and what it claims as data. Of no rows, what is missing.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from graphkit.answers.answer import Answer
    >>> rows = pa.table({"kind": ["share", "share", "rank"]})
    >>> claims = Answer("?", {}, rows, (), {}, pa.table({"key": ["s"]}))
    >>> print(headline("claims.claims", claims))
    3 published claims are known, 2 of them shares.
    """
    rows = answer.rows.append_column(PLACE, pa.array(range(len(answer.rows)), pa.int64()))
    answer = replace(answer, rows=rows)
    if function not in OF_TOTALS:
        answer = undoubted(answer)
    if not len(answer.rows):
        missing = chosen(answer, _missing(function, answer))
        return missing if missing.words else Sentence("No data answer this question.")
    own = HEADLINES.get(function, _counts)
    write = dependence.published if answer.scope.get("counted") else own
    result = chosen(answer, write(answer))
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
    "single_points.spof": "No {point} is known to have {least} of {whose} {subject}{time}",
    "origins.origins": "Where {whose} {subject} come from{time} is not known",
    "origins.depends_looked_through": "Where {whose} {subject} come from{time} is not known",
    "disruptions.cascade": "{cut}, no country is known to fail{time}",
    "diversification.diversify": "No purchases of {subject} are known{time}",
    "targets.targets": "No target is known that matches",
    "disruptions.disrupt": "{cut}, no loss is known{time}",
    "concentration.concentration": "No figure of production or trade of {subject} is known",
    "reliance.reliance": "No figure of reliance on imports of {subject} is known",
    "n_minus_1.n_minus_1": "No figure of production of {subject} is known",
    "prices.prices": "No price of {subject} is known",
    "first_suppliers.network": "No flow of {subject} is known{time}",
    "flows.flows": "No flow of {subject} is known{time}",
    "mirror.mirror": "No flow of {subject} is known as both sides report it{time}",
    "centrality.centrality": "No trade of {subject} is known{time}",
    "centrality.layered_centrality": "No trade of {subject} is known{time}",
    "changes.compare": "No trade of {subject} is known in both periods",
    "trend.trend": "No trade of {subject} is known",
    "production_trend.production_trend": "No production of {subject} is known",
    "criticality.criticality": "No material in question has a figure of supply risk",
    "uses.uses": "No use of {subject} is known",
    "plants.plants": "Known to graphkit: no mine or plant for {subject}",
    "owners.owners": "Known to graphkit: no mine or plant for {subject}",
    "profiles.plant": "No source says more of this plant",
    "profiles.company": "No source says more of this company",
    "controls.controls": "Known to graphkit: no export control that matches",
    "claims.claims": "No published claim is known that matches",
    "claim_checks.claims_check": "No published claim is known that matches",
    "claim_checks.claims_conflicts": "No two published figures in this scope contradict each other",
}
"""Sentences on what is missing where a question has no rows, by its function."""
_SIGNS = re.compile(r"[\w .,;:&%’'()/+-]+")
"""Signs of sentences, none of which is one of markup or hidden."""
_ENDS = re.compile(r"(?<=[.?!]) (?=[A-Z])")


def _missing(function: str, answer: Answer) -> Sentences:
    """Say what is missing, shorter and shorter."""
    claims = (
        f"; {number_of(len(answer.claims), 'published claim')} may help"
        if len(answer.claims)
        else ""
    )
    if answer.scope.get("definition") == "domestic" or function not in NOTHING:
        text = without_brackets(_ENDS.split(answer.nothing)[0]).rstrip(".")
        text = text.replace("everything with trade data", "any product")
        if _SIGNS.fullmatch(text):
            yield from shortened(Sentence(text.split("; ")[0]), claims)
        yield from shortened(Sentence("Nothing in this scope is known"), claims)
        return
    names, scope = Lexicon(answer), answer.scope
    buyer = scope.get("consumer")
    whose = (
        f"{possessive(names.place(buyer))} imports of" if isinstance(buyer, str) else "imports of"
    )
    origin = scope.get("origin")
    if function.startswith("origins.") and isinstance(origin, str):
        place = capitalized(names.place(origin))
        yield from shortened(Sentence(f"{place} is not known to be behind {whose} {names.subject}"))
    period = scope.get("period")
    level = str(scope.get("level") or "country")
    words = {
        "point": "state" if level == "controller" else level,
        "whose": whose, "subject": names.subject, "cut": supply.cut_of(names),
        "time": when(period) if isinstance(period, str) and period[:1].isdigit() else "",
        "least": f"at least {float(scope.get('threshold') or 0) * 100:g} %"
        if isinstance(scope.get("threshold"), float) else "such a part",
    }  # fmt: skip
    for subject in (names.subject, "these goods"):
        text = NOTHING[function].format_map({**words, "subject": subject})
        yield from shortened(Sentence(text), claims)
