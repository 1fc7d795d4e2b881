"""First lines on places in the network of trade."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphkit.answers.answer import Answer
from graphkit.answers.figures import number_of
from graphkit.answers.sentence import Figure, Kind, Sentence
from graphkit.answers.terms import Role
from graphkit.headlines import parts
from graphkit.headlines.lacking import otherwise, unknown
from graphkit.headlines.wording import (
    BY,
    Lexicon,
    Row,
    Sentences,
    figure_of_count,
    figure_of_value,
    listed,
    most_frequent,
    shortened,
    time_of,
    when,
)
from graphkit.names import capitalized, possessive
from graphkit.period import Period
from graphkit.questions.markets.centrality import Scored
from graphkit.questions.markets.wording import FEW

ROLES = {
    "betweenness": "as a go-between (betweenness)",
    "throughput": "in what can pass through it",
    "pagerank": "as a destination (PageRank)",
    "cheirank": "as a source (CheiRank)",
    "strength_in": "in what it bought",
    "strength_out": "in what it sold",
    "hub": "as a seller to the main buyers (hub)",
    "authority": "as a buyer from the main sellers (authority)",
    "eigenvector": "as a buyer from large buyers (eigenvector)",
    "closeness_in": "in how near it is to its sources (closeness)",
    "closeness_out": "in how near it is to its buyers (closeness)",
    "harmonic_in": "in how near it is to its sources (harmonic closeness)",
    "harmonic_out": "in how near it is to its buyers (harmonic closeness)",
}  # fmt: skip
"""Measures of centrality, as what a country is in a trade."""


@otherwise(unknown(lambda names, goods: f"No trade of {goods} is known{names.stated_time}"))
def centrality(answer: Answer) -> Sentences:
    """Say which country ranks first in a network of trade, and by which measure."""
    names = Lexicon(answer)
    rows = names.rows
    periods = sorted({row["period"] for row in rows}, key=lambda text: (Period(text).end, text))
    if len(periods) > 1 and not answer.scope.has_periods:
        yield from _over_time(names, rows, periods)
        return
    yield from parts.sentences_on_parts(answer, Role.COUNTRY, _first_rank)


def _role(names: Lexicon) -> tuple[str, dict[str, Any]]:
    """Return what a country is in a trade, in words and as what a claim depends on."""
    scored = names.answer.scope.the(Scored)
    measure = scored.measures[0]
    role = ROLES.get(measure, f"by {measure.replace('_', ' ')}")
    assumptions = {"measures": measure}
    if scored.min_flow:
        least = figure_of_value(scored.min_flow, names.rows[0]["by"]).words
        role += f" among flows of at least {least}"
        assumptions["min_flow"] = least
    return role, {"assumptions": assumptions}


def _traded(names: Lexicon) -> str:
    """Name what is traded: the goods that are counted, where others asked for have no trade."""
    coverages = names.answer.coverage.parts.values()
    goods = {series.product for coverage in coverages for series in coverage.series}
    lacking = any(coverage.without_trade for coverage in coverages)
    if not lacking or names.is_of_all or not 0 < len(goods) <= FEW:
        return names.subject
    return listed([names.goods(key) for key in sorted(goods)])


def _first_rank(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    first = [row for row in rows if row["rank"] == 1]
    (role, common), time = _role(names), time_of(rows)
    if not first:
        yield from _without_rank(names, rows)
        return
    row = min(first, key=lambda row: (row["country"], row.get("product") or ""))
    keys = tuple(sorted({row["country"] for row in first}))
    basis = BY.get(row["by"], "")
    nodes, noun = figure_of_count(row["nodes"], "country", "countries"), ("country", "countries")
    whole = str(nodes)
    if row.get("product"):
        nodes, noun = figure_of_count(row["nodes"], "pair"), ("pair", "pairs")
        whole = f"{nodes} of a country and a product"
    claims = [names.claim(Kind.COUNT, rows, nodes, **common)]
    leader = names.places(keys)
    if row.get("product"):
        leader = f"{possessive(names.place(row['country']))} {names.goods(row['product'])}"
    number = len(first) if row.get("product") else len(keys)
    if number > (1 if row.get("product") else 3):
        several = figure_of_count(number, *noun)
        leader, keys = str(several), ()
        claims.append(names.claim(Kind.COUNT, first, several, **common))
        common = {**common, "material": ()}
    best = names.claim(Kind.FIRST, first, subject=keys, **common)
    start = f"{capitalized(leader)} ranked first of {whole} {role}"
    sentence = Sentence(f"{start} in the trade of {_traded(names)}{time}", (best, *claims))
    yield from shortened(sentence, f", {basis}" if basis else "")
    yield Sentence(f"{start}{time}.", (best, *claims))


def _without_rank(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say that a measure gives nobody in a network a score."""
    role, common = _role(names)
    reason = "the measure is undefined for this network"
    unknown = names.claim(Kind.UNKNOWN, rows, whose=(), material=(), reason=reason, **common)
    for trade in (f" in the trade of {_traded(names)}", ""):
        start = f"Who ranked first {role}{trade}{time_of(rows)} cannot be told"
        yield from shortened(Sentence(start, (unknown,)), f": {reason}")


def _over_time(names: Lexicon, rows: Sequence[Row], periods: Sequence[str]) -> Sentences:
    first = [row for row in rows if row["rank"] == 1]
    if not first:
        yield from _without_rank(names, rows)
        return
    key, times = most_frequent(row["country"] for row in first)
    last = [row for row in first if row["period"] == periods[-1]]
    keys = tuple(sorted({row["country"] for row in last}))
    role, common = _role(names)
    whole = number_of(len(periods), "period")
    figure = Figure(f"{times:,} of {whole}", times, times, "period", len(periods))
    own = [row for row in first if row["country"] == key]
    often = names.claim(Kind.FIRST, own, figure, subject=key, material=(),
                        period=f"{periods[0]}..{periods[-1]}", **common)  # fmt: skip
    newest = Sentence()
    if 0 < len(keys) <= 3:
        latest = names.claim(Kind.FIRST, last, subject=keys, material=(), **common)
        who = "also" if keys == (key,) else names.places(keys)
        newest = Sentence(f", {who}{when(periods[-1])}", (latest,))
    start = f"From {periods[0]} to {periods[-1]}, {names.place(key)} ranked first in {figure}"
    for trade in (f" in the trade of {names.subject}", ""):
        yield from shortened(Sentence(f"{start} {role}{trade}", (often,)), newest)
