"""First lines on the concentration of markets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from graphkit.answers.answer import PLAIN_NAME, Answer
from graphkit.answers.figures import HALF, UNFIT, number_of
from graphkit.answers.remarks import SHARES_ALONE
from graphkit.answers.sentence import Claim, Figure, Kind, Sentence
from graphkit.answers.terms import Role
from graphkit.headlines import parts
from graphkit.headlines.lacking import otherwise, unknown
from graphkit.headlines.wording import (
    AT_LEAST,
    BY,
    OF_HALF,
    Lexicon,
    Row,
    Sentences,
    figure_of_part,
    figure_of_share,
    grouped,
    in_main_period,
    listed,
    part,
    qualified,
    shortened,
    time_of,
    when,
)
from graphkit.names import capitalized, possessive
from graphkit.questions.markets.wording import FEW

BY_ORE = "production by ore"
"""Market of an element in what is mined, by the ores that may be a country's."""
BANDS = {"high": "highly", "moderate": "moderately", "low": "not"}
"""Adverbs of the bands of concentration."""
WITHHELD = "as figures count other things or are withheld"
"""Why no figure tells who has most of a market."""


@otherwise(unknown(lambda _, goods: f"No figure of production or trade of {goods} is known"))
def concentration(answer: Answer) -> Sentences:
    """Say how concentrated one market is, or for how many products one country has half."""
    return parts.sentences_on_parts(answer, Role.CONSUMER, _market)


def _of_one_market(rows: Sequence[Row]) -> list[Row]:
    """Select the rows of one market by one measure, in their main period.

    Tables of producers with amounts come before those of shares alone, which are of other years.
    """
    by_ore = [row for row in rows if row["market"] == BY_ORE]
    if len({row["element"] for row in by_ore}) == 1:
        return in_main_period(by_ore)[:1]
    rows = [row for row in rows if row["market"] != BY_ORE] or rows
    market = _main_market(rows)
    rows = [row for row in rows if (row["market"], row["measure"]) == market]
    known = [row for row in rows if row["top"] is not None]
    counted = [row for row in known if SHARES_ALONE not in (row["denominator"] or "")]
    return in_main_period(counted or known or rows)


def _is_one_country(row: Row) -> bool:
    return bool(row["top"]) and row["cr1"] is not None and row["cr1"] >= HALF


def _claim(
    names: Lexicon, kind: Kind, rows: Sequence[Row], figure: Figure | None = None, **fields: Any
) -> Claim:  # fmt: skip
    """Make a claim on rows of one market, by its measure."""
    claim = names.claim(kind, rows, figure, measure=rows[0]["measure"], **fields)
    return replace(claim, qualifiers=(rows[0]["market"], *claim.qualifiers))


def _share_of_first(row: Row) -> Figure:
    """Give the share of the first country of a market: a range where not all flows are listed."""
    return figure_of_share(row["cr1"], row["cr1_high"] if row.get("extent") else None)


def _market(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    every, rows = rows, _of_one_market(rows)
    if len(rows) == 1:
        yield from _one_market(names, rows[0], _tightest(names, every, rows[0]))
        return
    market, measure = rows[0]["market"], rows[0]["measure"]
    products = grouped(rows, "product")
    consumers = {row["consumer"] for row in rows if row["consumer"]}
    time, fit = time_of(rows), qualified(rows)
    if len(consumers) > 1:
        large = [row for row in rows if _is_one_country(row)]
        noun, goods = "buyer", f" of {names.goods(rows[0]['product'])}"
        if len(products) > 1:
            noun, goods = "pair", " of a buyer and a product"
        text = f"{len(large):,} of {number_of(len(rows), noun)}"
        count = Figure(text, len(large), len(large), noun, len(rows))
        half = _claim(names, Kind.HALF, rows, count, assumptions=OF_HALF)
        start = f"One country sold at least half of the imports of {count}{goods}{time}{fit}"
        yield from shortened(Sentence(start, (half,)), f", {BY[measure]}")
        return
    sure = [key for (key,), group in products.items() if all(map(_is_one_country, group))]
    verb = "made" if market.startswith("production") else "sold"
    if len(products) == 1 and not sure:
        known = [f"{names.place(row['top'])} {part(row['cr1'])}" for row in rows
                 if row["top"] is not None and row["cr1"] is not None]  # fmt: skip
        reason = listed(list(dict.fromkeys(known)))
        start = f"Who {verb} most {names.goods(rows[0]['product'])}{time} cannot be told by one "
        untold = _claim(names, Kind.UNKNOWN, rows, whose=(), reason=reason or WITHHELD)
        yield from shortened(
            Sentence(f"{start}figure", (untold,)), f": {reason}" if reason else f", {WITHHELD}"
        )
        return
    whole = {"production": "world output"}.get(market, f"world {market}")
    if consumers:
        whole = f"{possessive(names.place(consumers.pop()))} imports"
    counted = [row for row in rows if row["product"] in sure]
    most = names.named_most(counted, [row["top"] for key in sure for row in products[key,]])
    exact = [row for row in rows if row["cr1"] is not None and not row.get("extent")]
    if not sure and len(products) <= FEW and exact:
        first = max(exact, key=lambda row: (row["cr1"], row["product"]))
        share = figure_of_share(first["cr1"], first["cr1_high"] or first["cr1"])
        goods, place = names.goods(first["product"]), names.place(first["top"])
        claim = _claim(names, Kind.SHARE, [first], share, subject=first["top"])
        most = Sentence(f"; most of one: {goods}, {share} by {place}", (claim,))
    end = f"one country is known to have {verb} at least half of {whole}{time}{fit}"
    for text in (names.products(len(products)), number_of(len(products), "product")):
        count = figure_of_part(len(sure), text, len(products))
        half = _claim(
            names, Kind.HALF, rows, count, material=(*sorted(sure),), assumptions=OF_HALF
        )  # fmt: skip
        yield from shortened(Sentence(f"For {count}, {end}", (half,)), most, f", {BY[measure]}")


def _main_market(rows: Sequence[Row]) -> tuple[str, str]:
    """Choose a market: imports of a consumer, else world production, else exports by value."""
    pairs = {(row["market"], row["measure"]) for row in rows}
    markets = ("imports", "production", "exports")
    return min(pairs, key=lambda pair: (
        next((place for place, market in enumerate(markets) if pair[0] == market), len(markets)),
        pair[1] != "usd", pair[0], pair[1] or "",
    ))  # fmt: skip


def _by_ore(names: Lexicon, row: Row) -> Sentences:
    """Say who mined most of an element, or that the ranges of countries do not tell."""
    element, time = names.goods(row["element"]), time_of([row])
    ranges = [text for text in row["ranges"][:2] if PLAIN_NAME.fullmatch(text.replace(" %", ""))]
    if row["top"] is None or row["cr1"] is None:
        reason = listed(ranges)
        untold = _claim(names, Kind.UNKNOWN, [row], material=row["element"], reason=reason)
        start = f"Who mined most of the world’s {element}{time} cannot be told"
        yield from shortened(Sentence(start, (untold,)), f": {reason}" if reason else "")
        return
    share = figure_of_share(row["cr1"], row["cr1_high"] if row["cr1_high"] is not None else 1.0)
    first = _claim(
        names, Kind.FIRST, [row], share, subject=row["top"], material=row["element"]
    )  # fmt: skip
    words = f"{capitalized(names.place(row['top']))} mined {share} of the world’s {element}{time}"
    yield from shortened(Sentence(f"{words}, by its ores", (first,)))


def _tightest(names: Lexicon, rows: Sequence[Row], main: Row) -> Sentence:
    """Name the market with the largest first country, if its share surely is above another's."""
    known = [row for row in rows if row["market"] in ("production", "imports", "exports")
             and row["top"] is not None and row["cr1"] is not None and row.get("fit") not in UNFIT
             and row["consumer"] == main["consumer"]]  # fmt: skip
    row = max(known, key=lambda row: (row["cr1"], row["product"], row["measure"]), default=main)
    if row is main or main["cr1"] is None or row["product"] == main["product"]:
        return Sentence()
    if row["cr1"] <= (main["cr1_high"] or main["cr1"]):
        return Sentence()
    market = {"production": "output"}.get(row["market"], row["market"])
    share = figure_of_share(row["cr1"])
    if row.get("extent"):
        share = replace(share, words=f"{AT_LEAST}{share}", high=None)
    claim = _claim(names, Kind.SHARE, [row], share, subject=row["top"])
    goods = f"{market} of {names.goods(row['product'])}{when(row['period'])}"
    first = f"{share} from {names.place(row['top'])} {BY[row['measure']]}"
    return Sentence(f"; more from one country: {goods}, {first}", (claim,))


def _one_market(names: Lexicon, row: Row, tightest: Sentence) -> Sentences:
    if row["market"] == BY_ORE:
        yield from _by_ore(names, row)
        return
    goods, time = names.goods(row["product"]), time_of([row])
    whole = {
        "imports": f"{possessive(names.place(row['consumer']))} imports of {goods}",
        "production": f"the world’s output of {goods}",
    }.get(row["market"], f"world {row['market']} of {goods}")
    verb = "made" if row["market"].startswith("production") else "sold"
    question = f"Who {verb} most of {whole}{time}"
    if row["top"] is None or row["cr1"] is None:
        unknown = _claim(names, Kind.UNKNOWN, [row])
        yield from shortened(Sentence(f"{question} is unknown", (unknown,)))
        return
    share = _share_of_first(row)
    first = _claim(names, Kind.FIRST, [row], share, subject=row["top"])
    words = f"{capitalized(names.place(row['top']))} {verb} {share} of {whole}{time}"
    start, basis = Sentence(f"{words}{qualified([row])}", (first,)), f", {BY[row['measure']]}"
    index = _index(names, row)
    if tightest.words:
        yield from shortened(start + basis, index, tightest)
        yield start + basis + tightest + "."
    yield from shortened(start, basis, index)
    untold = _claim(names, Kind.UNKNOWN, [row], denied=Kind.FIRST)
    yield Sentence(f"{question} cannot be told.", (untold,))


def _index(names: Lexicon, row: Row) -> Sentence:
    """Write the Herfindahl-Hirschman index of a market, with its band."""
    low = row["hhi_low"]
    if low is None:
        return Sentence()
    band = f"; the market is {BANDS[row['band']]} concentrated" if row["band"] in BANDS else ""
    least = AT_LEAST if row.get("extent") or not band else ""
    index = Figure(f"{least}{low:,.0f}", low, None if least else low, "HHI")
    claim = _claim(names, Kind.AMOUNT, [row], index)
    if band:
        claim = replace(claim, qualifiers=(*claim.qualifiers, f"band: {row['band']}"))
    return Sentence(f"{band} (HHI {index})", (claim,))
