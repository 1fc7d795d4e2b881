"""Headlines on markets: concentration, reliance, prices, flows, hubs and changes over time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import ceil, floor, fsum
from typing import Any

from graphkit.answers.answer import PLAIN_NAME, Answer
from graphkit.answers.coverage import Total
from graphkit.answers.figures import HALF, UNFIT, floor_percent, number_of
from graphkit.answers.remarks import SHARES_ALONE
from graphkit.answers.sentence import Claim, Figure, Kind, Sentence
from graphkit.headlines import parts
from graphkit.headlines.gate import denial
from graphkit.headlines.wording import (
    AT_LEAST,
    BY,
    EXACT,
    OF_HALF,
    Lexicon,
    Row,
    Sentences,
    between,
    count_of,
    figure_of_count,
    figure_of_part,
    figure_of_share,
    figure_of_value,
    grouped,
    in_main_period,
    listed,
    listed_at_least,
    most_frequent,
    part,
    qualified,
    shortened,
    time_of,
    weight,
    when,
    worth,
)
from graphkit.names import capitalized, possessive, uncapitalized
from graphkit.period import Period

BY_ORE = "production by ore"
"""Market of an element in what is mined, by the ores that may be a country's."""
FEW = 3
"""Number of products, or places, up to which a sentence names them."""
BANDS = {"high": "highly", "moderate": "moderately", "low": "not"}
"""Adverbs of the bands of concentration."""
CRITICAL = 1.0
"""Supply risk from which the EU counts a material as critical."""
PER_TONNE = "USD per tonne"
_UNIT_OF_SERIES = re.compile(
    r", (?:dollars|cents) per (?:dry )?(?:metric ton unit|metric ton|kilogram|pound|troy ounce)"
)
"""Unit in the name of a published series."""
WITHHELD = "as figures count other things or are withheld"
"""Why no figure tells who has most of a market."""


def concentration(answer: Answer) -> Sentences:
    """Say how concentrated one market is, or for how many products one country has half."""
    return parts.sentences_on_parts(answer, "consumer", _market)


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


def reliance(answer: Answer) -> Sentences:
    """Say for how many materials a country relies on net imports for half of what it uses."""
    return parts.sentences_on_parts(answer, "country", _reliance)


def _computed(rows: Sequence[Row]) -> list[Row]:
    """Select the rows with a figure, in their main period."""
    return in_main_period([row for row in rows if row["reliance_low"] is not None])


def _relying(pairs: Mapping[tuple[Any, ...], Sequence[Row]]) -> int:
    """Count the materials of countries whose net imports surely are half of what is used."""
    return sum(all(row["reliance_low"] >= HALF for row in group) for group in pairs.values())


def _reliance(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    computed = _computed(rows)
    if not computed and len(rows) > 1:
        rows = in_main_period(rows)
        countries = {row["country"] for row in rows}
        country = names.place(countries.pop()) if len(countries) == 1 else "any country"
        unknown = names.claim(Kind.UNKNOWN, rows, material=())
        for goods in (names.subject, "these goods"):
            relies = "rely" if "+" in rows[0]["country"] else "relies"
            start = f"How far {country} {relies} on imports of {goods}{time_of(rows)} is not known"
            yield from shortened(Sentence(start, (unknown,)))
        return
    pairs = grouped(computed or rows, "country", "material")
    if len(pairs) == 1:
        yield from _one_reliance(names, computed or rows)
        return
    materials = sorted({material for _, material in pairs})
    countries = {country for country, _ in pairs}
    large, time, fit = _relying(pairs), time_of(computed), qualified(computed)
    fields: dict[str, Any] = {"measure": "tonnes", "assumptions": OF_HALF}
    if len(countries) == 1:
        country = capitalized(names.place(computed[0]["country"]))
        start = f"{country} relied on net imports for at least half of its use of "
        number = len(pairs)
        for text in (names.products(number, "material"), number_of(number, "material")):
            count = Figure(f"{large:,} of {text}", large, large, "material", len(pairs))
            half = names.claim(Kind.HALF, computed, count, whose=computed[0]["country"], **fields)
            yield from shortened(
                Sentence(f"{start}{count} with figures{time}{fit}", (half,)), ", by weight"
            )
        return
    start = "Net imports were at least half of the use of "
    if len(materials) == 1:
        words = count_of(large, number_of(len(pairs), "country", "countries"))
        count = Figure(words, large, large, "country", len(pairs))
        start += f"{names.goods(materials[0])} in {count} with figures"
    else:
        count = Figure(f"{large:,} of {len(pairs):,} pairs", large, large, "pair", len(pairs))
        start += f"a material in {count} of a country and a material"
    half = names.claim(Kind.HALF, computed, count, **fields)
    yield from shortened(Sentence(f"{start}{time}{fit}", (half,)), ", by weight")


def _one_reliance(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say how far one country relies on imports of one material, by one row or several."""
    row = rows[0]
    country, goods = names.place(row["country"]), names.goods(row["material"])
    time, fit, published = time_of([row]), qualified([row]), row["published_value"]
    fields: dict[str, Any] = {
        "whose": row["country"],
        "material": row["material"],
        "measure": "tonnes",
    }
    share = None
    if row["reliance_low"] is not None:
        highs = [1.0 if row["reliance_high"] is None else row["reliance_high"] for row in rows]
        share = figure_of_share(min(row["reliance_low"] for row in rows), max(highs))
    computed = names.claim(Kind.SHARE, rows, share, **fields)
    reported = names.claim(
        Kind.SHARE, [row], figure_of_share(published), qualifiers=("published",), **fields
    )  # fmt: skip
    if share and published is not None and not share.low <= published <= (share.high or 1.0):
        start = f"{capitalized(possessive(country))} net import reliance for {goods} is "
        yield from shortened(
            Sentence(f"{start}{reported.figure}{time} as published", (reported,)),
            Sentence(f"; imports, exports and stocks give {share}", (computed,)),
        )
        return
    if row["net_exporter"]:
        surplus = names.claim(Kind.SHARE, [row], qualifiers=("net exporter",), **fields)
        start = f"{capitalized(country)} exported more {goods} than it imported{time}{fit}."
        yield Sentence(start, (surplus,))
        return
    if share:
        start = f"Net imports were {share} of {possessive(country)} use of {goods}{time}{fit}"
        yield from shortened(Sentence(start, (computed,)), ", by weight")
        return
    if published is not None:
        start = f"{capitalized(possessive(country))} published reliance on imports of {goods}"
        yield Sentence(f"{start}{time} is {reported.figure}.", (reported,))
    unknown = names.claim(Kind.UNKNOWN, [row], **fields)
    relies = "rely" if "+" in rows[0]["country"] else "relies"
    start = f"How far {country} {relies} on imports of {goods}{time} is not known"
    yield from shortened(Sentence(start, (unknown,)))


def n_minus_1(answer: Answer) -> Sentences:
    """Say how much of demand is sure to be met without the largest producer."""
    names = Lexicon(answer)
    rows = in_main_period(names.rows)
    known = [row for row in rows if row["ratio_low"] is not None]
    if not known:
        start = f"How far demand for {names.subject} is met without its largest producer is unknown"
        unknown = names.claim(Kind.UNKNOWN, rows, material=(), period=None)
        yield from shortened(Sentence(start, (unknown,)))
        return
    if len(known) == 1:
        yield from _without_largest(names, known[0])
        return
    products = grouped(known, "product")
    sure = sum(all(row["ratio_low"] >= HALF for row in group) for group in products.values())
    short = sum(
        all(row["ratio_high"] is not None and row["ratio_high"] < HALF for row in group)
        for group in products.values()
    )
    addition = Sentence()
    if short:
        less = Figure(f"{short:,}", short, short, "product")
        claim = names.claim(Kind.COUNT, known, less, qualifiers=("less than half",))
        addition = Sentence(f", and less than half for {less}", (claim,))
    start = "Without the largest producer, at least half of the others’ demand for "
    for text in (names.products(len(products)), number_of(len(products), "product")):
        count = figure_of_part(sure, text, len(products))
        half = names.claim(Kind.HALF, known, count, measure="tonnes", assumptions=OF_HALF)
        words = f"{start}{count} would surely be met{time_of(known)}"
        yield from shortened(Sentence(words, (half,)), addition)


def _without_largest(names: Lexicon, row: Row) -> Sentences:
    """Say what would be left of one product, and how much of what others need that is."""
    fields: dict[str, Any] = {"measure": "tonnes", "assumptions": {"without": row["largest"]}}
    left, supply = (
        names.claim(Kind.AMOUNT, [row], figure_of_value(row[name], "tonnes"), **fields)
        for name in ("supply_without", "supply")
    )
    start = f"Without {names.place(row['largest'])}, {left.figure} of the world’s {supply.figure} "
    start += f"of {names.goods(row['product'])} made{time_of([row])} would be left"
    low, high = row["ratio_low"], row["ratio_high"]
    met = Sentence()
    if low >= 1:
        claim = names.claim(Kind.SHARE, [row], qualifiers=("enough",), **fields)
        met = Sentence(", enough for all others", (claim,))
    elif floor_percent(low) or (high is not None and high < 1):
        share = figure_of_share(low, 1.0 if high is None else min(high, 1.0))
        claim = names.claim(Kind.SHARE, [row], share, **fields)
        met = Sentence(f", {share} of what others need", (claim,))
    yield from shortened(Sentence(start, (left, supply)), met)


def prices(answer: Answer) -> Sentences:
    """Say what a tonne of the goods asked about costs: by a published price, else as traded.

    A unit value under a code that holds other goods too is no price of the goods asked about.
    """
    names = Lexicon(answer)
    rows = [row for row in names.rows if row["usd_per_tonne"] is not None]
    published = [row for row in rows if row["dataset"] is None]
    traded = [row for row in rows if row["dataset"] is not None and row["fit"] not in UNFIT]
    consumer = answer.scope.get("consumer") or "WLD"
    buyers = [consumer] if isinstance(consumer, str) else consumer
    values = [row for row in traded if row["place"] in buyers]
    candidates = values if buyers != ["WLD"] else published or values
    newest = max((Period(row["period"]).end for row in candidates), default=0)
    current = [row for row in candidates if Period(row["period"]).end == newest]
    if not current:
        whose = "" if buyers == ["WLD"] else f" in the imports of {names.places(buyers)}"
        unknown = names.claim(Kind.UNKNOWN, names.rows, material=(), period=None)
        start = f"No price of {names.subject} alone is known{whose}"
        yield from shortened(Sentence(start, (unknown,)))
        return
    if len({(row["material"], row["figure"]) for row in current}) > 1:
        yield from _several_prices(names, current)
        return
    row = current[0]
    estimated = ", estimated" if row["estimated"] else ""
    price, time = _price_of(names, row), when(row["period"])
    where = f" ({_series_name(row['figure'])})"
    if row["dataset"] is not None:
        where = " in world trade"
        if row["place"] != "WLD":
            where = f" in the imports of {names.place(row['place'])}"
    before = _prices_before(names, row, candidates)
    start = f"A tonne of {names.goods(row['material'])} cost {price.figure}"
    yield from shortened(Sentence(f"{start}{where}{time}{estimated}", (price,)), before)
    if row["dataset"] is None and row["product"] is not None:
        words = f"{start} by one published price{time}{estimated}"
        yield from shortened(Sentence(words, (price,)), before)
    one = names.claim(Kind.COUNT, [row], Figure("one price", 1, 1, "price"), material=())
    yield Sentence(f"One price of {names.subject} is known{time}{estimated}.", (one,))


def _series_name(figure: str) -> str:
    """Name a published series of prices without the unit of its figures, which are converted.

    >>> _series_name("Price, average, dollars per pound: U.S. spot, cathode")
    'Price, average: U.S. spot, cathode'
    """
    return _UNIT_OF_SERIES.sub("", figure)


def _prices_before(names: Lexicon, row: Row, rows: Sequence[Row]) -> Sentence:
    """Write the last price before one in its series, and the highest."""
    series = [old for old in rows if old["figure"] == row["figure"] and old is not row
              and old["material"] == row["material"]]  # fmt: skip
    if not series:
        return Sentence()
    last = max(series, key=lambda old: (Period(old["period"]).end, old["period"]))
    claim = _price_of(names, last)
    before = Sentence(f", after {claim.figure}{when(last['period'])}", (claim,))
    peak = max([*series, row], key=lambda old: old["usd_per_tonne"])
    if peak not in (row, last):
        claim = _price_of(names, peak)
        before += Sentence(f" and {claim.figure}{when(peak['period'])}", (claim,))
    return before


def _price_of(names: Lexicon, row: Row) -> Claim:
    """Make a claim on one price of a tonne, with the name of its series."""
    value = row["usd_per_tonne"]
    whose = (row["place"],) if row["dataset"] and row["place"] != "WLD" else ()
    return names.claim(
        Kind.PRICE, [row], Figure(_price(row), value, value, PER_TONNE), whose=whose,
        material=row["material"],
        qualifiers=(_series_name(row["figure"]), *(["estimated"] if row["estimated"] else [])),
    )  # fmt: skip


def _several_prices(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say between what prices of one or several materials lie in one period."""
    low, high = (choose(rows, key=lambda row: row["usd_per_tonne"]) for choose in (min, max))
    newest = max(rows, key=lambda row: (row["period"], row["figure"]))
    time = time_of([newest]) + ", estimated" * any(row["estimated"] for row in rows)
    kinds = ("published price", "published prices")
    if rows[0]["dataset"] is not None:
        kinds = ("unit value of trade", "unit values of trade")
    kind = kinds[1]
    materials = {row["material"] for row in rows}
    buyers = {row["place"] for row in rows if row["dataset"] and row["place"] != "WLD"}
    if buyers:
        whose = names.places(buyers) if len(buyers) <= FEW else "several countries"
        time = f" in the imports of {whose}{time}"
    fields: dict[str, Any] = {"whose": (*sorted(buyers),) if len(buyers) <= FEW else ()}
    fields["period"] = newest["period"]
    if len(materials) == 1:
        price = Figure(
            f"between {_price(low).removesuffix(' USD')} and {_price(high)}",
            low["usd_per_tonne"], high["usd_per_tonne"], PER_TONNE,
        )  # fmt: skip
        claim = names.claim(Kind.PRICE, rows, price, material=rows[0]["material"], **fields)
        count = names.claim(Kind.COUNT, rows, figure_of_count(len(rows), *kinds), **fields)
        start = f"A tonne of {names.goods(rows[0]['material'])} cost {price} by {count.figure}"
        yield from shortened(Sentence(f"{start}{time}", (claim, count)))
        return
    ends = [_price_of(names, row) for row in (low, high)]
    texts = []
    for claim in ends:
        payers = map(names.place, claim.whose if len(buyers) > 1 else ())
        texts.append(f"{claim.figure} ({', '.join([names.goods(claim.material[0]), *payers])})")
    if len({row["period"] for row in rows}) == 1 and all(row["product"] for row in (low, high)):
        start = f"{capitalized(kind)} of a tonne of {names.subject} went from {texts[0]} "
        yield from shortened(Sentence(f"{start}to {texts[1]}{time}", (*ends,)))
    counted = figure_of_count(len(materials), "material")
    claim = names.claim(Kind.COUNT, rows, counted, **fields)
    start = f"{capitalized(kind)} of {counted} ({names.subject}) are known{time}"
    yield from shortened(Sentence(start, (claim,)))


def _price(row: Row) -> str:
    value = row["usd_per_tonne"]
    return f"{value:,.0f} USD" if value >= 10 else f"{value:.2f} USD"


def criticality(answer: Answer) -> Sentences:
    """Say how many materials the EU's published scores make critical, or the risk of one."""
    names = Lexicon(answer)
    rows = names.rows
    materials = grouped(rows, "material")
    scored = [row for row in rows if row["published_critical"] is not None]
    if len(materials) == 1 or len({row["material"] for row in scored}) == 1:
        yield from _one_risk(names, rows if len(materials) == 1 else scored)
        return
    critical = {row["material"] for row in scored if row["published_critical"]}
    rated = {row["material"] for row in scored}
    sure = {row["material"] for row in rows if (row["supply_risk_low"] or 0.0) >= CRITICAL}
    fields: dict[str, Any] = {"material": (), "period": None}
    words = count_of(len(critical), number_of(len(rated), "material"))
    count = Figure(words, len(critical), len(critical), "material", len(rated))
    claim = names.claim(
        Kind.COUNT, scored, count, **fields, qualifiers=("critical", "published")
    )  # fmt: skip
    figure = Figure(f"{len(sure):,}" if sure else "no", len(sure), len(sure), "risk")
    computed = names.claim(Kind.COUNT, rows, figure, **fields, qualifiers=("critical", "computed"))
    addition = f"; computed from data, {figure} risk is sure to be"
    if sure:
        addition = f"; computed from data, the risk of {figure} is surely critical"
    verb = "is" if len(critical) == 1 else "are"
    start = Sentence(f"By the EU’s published scores, {count} {verb} critical", (claim,))
    yield from shortened(start, Sentence(addition, (computed,)))


def _one_risk(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    name = names.goods(rows[0]["material"])
    if name == rows[0]["material"] and rows[0]["name"]:
        name = uncapitalized(rows[0]["name"])
    scores = {row["published_supply_risk"] for row in rows} - {None}
    fields: dict[str, Any] = {"material": rows[0]["material"], "period": None}
    start = f"The EU’s supply risk of {uncapitalized(name)} is "
    published = Sentence(f"{start}not published", (names.claim(Kind.UNKNOWN, rows, **fields),))
    if scores:
        score = Figure(f"{max(scores):.1f}", max(scores), max(scores), "supply risk")
        claim = names.claim(
            Kind.AMOUNT, rows, score, assumptions={"critical": f"{CRITICAL:.1f}"},
            qualifiers=("published",), **fields,
        )  # fmt: skip
        words = f"{start}{score} as published (critical from {CRITICAL:.1f})"
        published = Sentence(words, (claim,))
    lows = [row["supply_risk_low"] for row in rows if row["supply_risk_low"] is not None]
    highs = [row["supply_risk_high"] for row in rows if row["supply_risk_high"] is not None]
    unknown = names.claim(Kind.UNKNOWN, rows, qualifiers=("computed",), **fields)
    computed = Sentence("; computed from data, it is unknown", (unknown,))
    if lows and highs:
        low, high = floor(10 * min(lows) + 1e-7) / 10, ceil(10 * max(highs) - 1e-7) / 10
        ends = Figure(f"between {low:.1f} and {high:.1f}", min(lows), max(highs), "supply risk")
        claim = names.claim(Kind.AMOUNT, rows, ends, qualifiers=("computed",), **fields)
        computed = Sentence(f"; computed from data, it lies {ends}", (claim,))
    yield from shortened(published, computed)


def flows(answer: Answer) -> Sentences:
    """Say which flow is the largest, and what part of world trade it is."""
    return parts.sentences_on_parts(answer, "", _flow)


def _flow(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    measure, rows = rows[0]["by"], in_main_period(rows)
    known = [row for row in rows if row[measure] is not None]
    if not known:
        unknown = names.claim(Kind.UNKNOWN, rows, subject=(), whose=(), measure=measure)
        start = f"No flow of {names.subject}{time_of(rows)} has a known amount {BY[measure]}"
        yield from shortened(Sentence(start, (unknown,)))
        return
    row = max(known, key=lambda row: (row[measure], row["exporter"], row["importer"]))
    places = names.answer.scope.get("of")
    keys = (places,) if isinstance(places, str) else tuple(places or ())
    common: dict[str, Any] = {"measure": measure, "assumptions": {"of": keys} if keys else {}}
    flow = {**common, "subject": row["exporter"], "destination": row["importer"]}
    time, of_goods = time_of([row]), f" of {names.subject}"
    whose = f" in the trade of {names.places(keys, 'or')}" if keys else ""
    trade = f"from {names.place(row['exporter'])} to {names.place(row['importer'])}"
    share = Sentence()
    if row["share"] is not None:
        figure = figure_of_share(row["share"])
        of_world = names.claim(Kind.SHARE, [row], figure, **flow)
        share = Sentence(f", {figure} of world trade", (of_world,))
    size = figure_of_value(row[measure], measure)

    def went(start: str, **more: Any) -> Sentences:
        for figure, additions in ((size, [share]), (None, [])):
            first = names.claim(Kind.FIRST, [row], figure, **flow, **more)
            text = Sentence(f"{start} went {trade}{f': {figure}' if figure else ''}", (first,))
            yield from shortened(text, *additions)

    for scope in (f"{of_goods}{whose}{time}", f"{whose}{time}"):
        yield from went(f"The largest flow{scope}")
    alone = names.claim(Kind.FIRST, [row], **flow)
    for scope in (f"{whose}{time}", time):
        for text in went(
            f"{_no_code(names)}; the largest flow of goods with it{scope}",
            qualifiers=("other goods",),
        ):
            yield _beside(names, text, alone)
    unknown = names.claim(Kind.UNKNOWN, [row], denied=Kind.FIRST, **common)
    goods = of_goods * (not names.is_of_all)
    yield from shortened(
        Sentence(f"The largest flow{goods}{whose}{time} cannot be told", (unknown,))
    )


def _no_code(names: Lexicon) -> str:
    return f"No code holds {names.subject} alone"


def _beside(names: Lexicon, text: Sentence, claim: Claim) -> Sentence:
    """Add to a sentence that a claim cannot be made; the gate drops it where the claim can."""
    reason = denial(names, claim)
    unknown = replace(claim, kind=Kind.UNKNOWN, figure=None, denied=claim.kind, reason=reason)
    return replace(text, claims=(*text.claims, unknown))


def network(answer: Answer) -> Sentences:
    """Say whose first supplier is the same for the largest part of the imports, and how many."""
    return parts.sentences_on_parts(answer, "", _first_supplier)


def _largest_first(rows: Sequence[Row]) -> tuple[str, list[Row], list[Row]]:
    """Return the first supplier of those who buy the most, their rows, and those of all."""
    first = [row for row in in_main_period(rows) if row["place"] == 1]
    first = [row for row in first if row["imports"] is not None]  # else their weights are in doubt
    groups = grouped(first, "supplier")
    (supplier,), own = min(
        groups.items(),
        key=lambda item: (-fsum(row["imports"] for row in item[1]), item[0]),
    )
    return supplier, own, first


def _first_supplier(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    supplier, own, first = _largest_first(rows)
    time, measure = time_of(first), rows[0]["by"]
    countries = f"{listed_at_least(first)}{number_of(len(first), 'country', 'countries')}"
    count = Figure(f"{len(own):,} of {countries}", len(own), len(own), "country", len(first))
    who = capitalized(names.place(supplier))
    common: dict[str, Any] = {"subject": supplier, "whose": (), "measure": measure}
    much = Sentence()
    if not listed_at_least(first):
        total = fsum(row["imports"] for row in first)
        bought = figure_of_share(fsum(row["imports"] for row in own) / total)
        claim = names.claim(Kind.SHARE, own, bought, **common)
        whose = "these buy" if len(own) > 1 else "this one buys"
        much = Sentence(f"; {whose} {bought} of it {BY[measure]}", (claim,))
    alone = names.claim(Kind.FIRST, own, count, **common)
    buy = "buy" if len(first) > 1 else "buys"
    for goods in (names.subject, "it"):
        start = f"{who} is the first supplier of {count} that {buy} {goods}{time}"
        yield from shortened(Sentence(start, (alone,)), much)
    start = f"{_no_code(names)}; {who} is the first supplier of {count} that {buy} goods with it"
    with_others = replace(alone, qualifiers=("other goods",))
    for text in shortened(Sentence(f"{start}{time}", (with_others,)), much):
        yield _beside(names, text, alone)
    unknown = names.claim(Kind.UNKNOWN, first, denied=Kind.FIRST, whose=(), measure=measure)
    start = f"Who first supplies most buyers of {names.subject}{time} cannot be told"
    yield from shortened(Sentence(start, (replace(unknown, subject=()),)))


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


def centrality(answer: Answer) -> Sentences:
    """Say which country ranks first in a network of trade, and by which measure."""
    names = Lexicon(answer)
    rows = names.rows
    periods = sorted({row["period"] for row in rows}, key=lambda text: (Period(text).end, text))
    if len(periods) > 1 and not isinstance(answer.scope.get("period"), list):
        yield from _over_time(names, rows, periods)
        return
    yield from parts.sentences_on_parts(answer, "country", _first_rank)


def _role(names: Lexicon) -> tuple[str, dict[str, Any]]:
    """Return what a country is in a trade, in words and as what a claim depends on."""
    scope = names.answer.scope
    measure = next(iter(scope["measures"]))
    role = ROLES.get(measure, f"by {measure.replace('_', ' ')}")
    assumptions = {"measures": measure}
    if scope.get("min_flow"):
        least = figure_of_value(scope["min_flow"], names.rows[0]["by"]).words
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


def compare(answer: Answer) -> Sentences:
    """Say how the trade of each product changed from one period to the other."""
    totals = totals_of(answer)
    names = Lexicon(answer)
    if not totals:
        unknown = names.claim(Kind.UNKNOWN, names.rows, subject=(), whose=(), material=())
        return shortened(Sentence("No totals of both periods are known", (unknown,)))
    totals_of_parts: dict[tuple[str | None, ...], list[Total]] = {}
    for total in totals:
        ends = total.consumer, total.supplier, total.on
        totals_of_parts.setdefault(ends, []).append(total)
    labels = [
        [{**dict(zip(ENDS_OF_TOTALS, ends, strict=True)), "before": some[0].before}]
        for ends, some in totals_of_parts.items()
    ]
    place = next((n for n in ENDS_OF_TOTALS if isinstance(answer.scope.get(n), list)), "")

    def tell(names: Lexicon, labels: Sequence[Row]) -> Sentences:
        return _change(names, totals_of_parts[tuple(labels[0][end] for end in ENDS_OF_TOTALS)])

    return parts.sentences_on_parts(answer, place, tell, labels)


ENDS_OF_TOTALS = ("consumer", "supplier", "on")
"""Columns of whose trade a total is, and with whom."""


def totals_of(answer: Answer) -> list[Total]:
    """Collect the totals of a comparison."""
    return [t for coverage in answer.coverage.parts.values() for t in coverage.totals or ()]


def _claim_of(
    names: Lexicon, kind: Kind, totals: Sequence[Total], figure: Figure | None = None, **common: Any
) -> Claim:  # fmt: skip
    """Make a claim on totals, with the rows that they are the totals of."""
    side = "supplier" if totals[0].consumer is None else "consumer"
    alike = {(total.party, total.product) for total in totals}
    rows = [row for row in names.rows if (row.get(side), row.get("product")) in alike]
    if isinstance(names.answer.scope.get("on"), list):
        on = totals[0].on
        rows = [row for row in rows if on in (row.get("supplier"), row.get("consumer"))]
    defaults = {
        "subject": totals[0].supplier or totals[0].on or (),
        "whose": totals[0].consumer or totals[0].on or (),
        "material": tuple(sorted({total.product for total in totals})), "measure": "usd",
        "period": f"{totals[0].before}..{totals[0].after}", "qualifiers": (),
    }  # fmt: skip
    return names.claim(kind, rows, figure, **(defaults | common))


def _values(totals: Sequence[Total]) -> tuple[list[tuple[float | None, float | None]], str]:
    """Return the values before and after that are compared, and their unit of time."""
    if any(total.months_before != total.months_after for total in totals):
        return [(t.usd.per_month_before, t.usd.per_month_after) for t in totals], " a month"
    return [(t.usd.before, t.usd.after) for t in totals], ""


def _untold(names: Lexicon, total: Total) -> str:
    """Return why no change of the value of a product can be told; empty if it can."""
    return denial(names, _claim_of(names, Kind.CHANGE, [total]))


def _changed(names: Lexicon, totals: Sequence[Total], sign: int) -> list[Total]:
    """Select the totals of what surely rose, or with a negative sign fell, in each series."""
    values, _ = _values(totals)
    is_sure: dict[str, bool] = {}
    for total, pair in zip(totals, values, strict=True):
        ends = _ends_of_change(names, total, *pair)
        changed = ends is not None and min(sign * ends[0], sign * ends[1]) > 0
        is_sure[total.product] = is_sure.get(total.product, True) and changed
    return [total for total in totals if is_sure[total.product]]


def _trade_of(names: Lexicon, consumer: str | None, supplier: str | None) -> str:
    """Name whose trade something is of: imports, or exports."""
    if consumer is not None and names.answer.scope.get("consumer") is not None:
        return f"{possessive(names.place(consumer))} imports"
    owner = supplier or consumer
    return f"{possessive(names.place(owner))} {'exports' if supplier else 'imports'}"


MUCH_SOONER = 0.9
"""Part of a longer period's value from which that of a shorter one is told beside it."""
MONTHS = (
    "", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
)  # fmt: skip


def _in_less_time(names: Lexicon, total: Total, partners: str, more: Sentence) -> Sentences:
    """Say that a part of a year had nearly as much trade as a year, or more; else nothing."""
    before = total.months_before, total.before, total.usd.before
    after = total.months_after, total.after, total.usd.after
    (_, short, new), (_, long, old) = sorted((before, after), key=lambda end: end[0])
    span = Period(short)
    if span.months > 11 or Period(long).months != 12 or not old or new is None:
        return
    if new < MUCH_SOONER * old or span.start // 12 != span.year:
        return
    buys = names.answer.scope.get("consumer") is not None
    verb = "bought" if buys else "sold"
    goods = f"{names.goods(total.product)}{partners}"
    much, than = ("nearly as much", "as") if new < old else ("more", "than")
    several = "" if span.months == 1 else "s"
    start = (
        f"{capitalized(names.place(total.party))} {verb} {much} {goods} in {MONTHS[span.months]} "
        f"month{several} of {span.year} {than} in all of {long}"
    )
    change = _claim_of(names, Kind.CHANGE, [total], period=long, facts=str(span.year))
    values = [figure_of_value(new, "usd"), figure_of_value(old, "usd")]
    if worth(new).split(" ", 1)[1:] == worth(old).split(" ", 1)[1:]:
        values[0] = replace(values[0], words=worth(new).split(" ", 1)[0])
    claims = [
        _claim_of(names, Kind.AMOUNT, [total], value, period=period)
        for value, period in zip(values, (short, long), strict=True)
    ]
    amounts = Sentence(f": {values[0]} and {values[1]}", (*claims,))
    for text in (Sentence(start, (change,)) + amounts, Sentence(start, (change,))):
        yield from shortened(text, more)


def _partners_of(names: Lexicon, total: Total) -> str:
    """Name the partners of a trade, if it is not with all."""
    towards = "from" if names.answer.scope.get("consumer") is not None else "to"
    if total.on:
        return f" {towards} {names.place(total.on)}"
    most = [some.most_usd for some in totals_of(names.answer)]
    is_unbounded = any(ends is not None and ends[0] is None for ends in most)
    return f" {towards} the countries listed" if is_unbounded else ""


def _more(names: Lexicon, claim: Claim, rest: int) -> Sentence:
    """Say how many more products an answer has, if any."""
    if not rest:
        return Sentence()
    figure = Figure(number_of(rest, "more product"), rest, rest, "product")
    return Sentence(f"; {figure} below", (replace(claim, kind=Kind.COUNT, figure=figure),))


def _change(names: Lexicon, totals: Sequence[Total]) -> Sentences:
    partners = _partners_of(names, totals[0])
    rest = [total for total in totals if total.product != totals[0].product]
    more = Sentence()
    if rest:
        claim = _claim_of(names, Kind.COUNT, rest)
        more = _more(names, claim, len({total.product for total in rest}))
    yield from _in_less_time(names, totals[0], partners, more)
    if len(totals) == 1:
        yield from _change_of_one(names, totals[0], partners)
    else:
        yield from _change_of_several(names, totals, partners)


def _change_of_one(names: Lexicon, total: Total, partners: str) -> Sentences:
    """Say how the trade of one product changed, or why that cannot be told."""
    [(old, new)], per = _values([total])
    before, after = total.before, total.after
    span = f" from {before} to {after}"
    goods = f"{names.goods(total.product)}{partners}"
    whose = _trade_of(names, total.consumer, total.supplier)
    trade = f"{capitalized(whose)} of {goods}"
    unknown = _claim_of(names, Kind.UNKNOWN, [total], denied=Kind.CHANGE)
    untold = f"Whether {whose} of {goods} changed{span} cannot be told"
    yield from shortened(Sentence(untold, (unknown,)))
    if not old or new is None:
        no_value = _claim_of(names, Kind.UNKNOWN, [total], period=after)
        value = Sentence("of unknown value", (no_value,))
        if new is not None:
            worth_of = figure_of_value(new, "usd")
            claim = _claim_of(names, Kind.AMOUNT, [total], worth_of, period=after)
            value = Sentence(f"worth {worth_of}{per}", (claim,))
        reason = f"there is no value to compare with{when(before)}"
        nothing = replace(unknown, reason=reason)
        yield Sentence(f"{trade} were ") + value + Sentence(f"{when(after)}; {reason}.", (nothing,))
        return
    values, claims = [], []
    most = total.most_usd or (None, None)
    listed_usd = total.usd.before, total.usd.after
    for period, amount, high, usd in zip(
        (before, after), (old, new), most, listed_usd, strict=True
    ):
        is_least = high != usd and not (total.on or partners)
        words = f"{AT_LEAST * is_least}{worth(amount)}"
        figure = Figure(words, amount, None if is_least else amount, "usd")
        values.append(words)
        claims.append(_claim_of(names, Kind.AMOUNT, [total], figure, period=period))
    ends = _ends_of_change(names, total, old, new)
    low, high = ends or (None, None)
    turn = _turns(*ends) if ends else "changed"
    change = _claim_of(names, Kind.CHANGE, [total], Figure(turn, low, high, "change"))
    amounts = Sentence(f", from {values[0]} to {values[1]}{per}", (*claims,))
    yield from shortened(Sentence(f"{trade} {turn}{span}", (change,)), amounts)
    reason = f"{values[0]}{when(before)}, {values[1]}{when(after)}"
    if denial(names, change):
        either = Sentence(untold, (replace(unknown, reason=reason),))
        yield from shortened(either, Sentence(f": {reason}", (*claims,)))


def _change_of_several(names: Lexicon, totals: Sequence[Total], partners: str) -> Sentences:
    """Say for how many products trade grew and fell, and which changed most."""
    span = f" from {totals[0].before} to {totals[0].after}"
    trade = _trade_of(names, totals[0].consumer, totals[0].supplier)
    grown, fallen = (_changed(names, totals, sign) for sign in (1, -1))
    products = {total.product for total in totals}
    reasons = {_untold(names, total) for total in totals}
    reason = reasons.pop() if len(reasons) == 1 and not grown and not fallen else ""
    unknown = _claim_of(names, Kind.UNKNOWN, totals, denied=Kind.CHANGE, reason=reason)
    start = f"Whether {trade} of {names.subject}{partners} changed{span} cannot be told"
    if reason:
        yield from shortened(Sentence(start, (unknown,)), f": {reason}")
    most = _largest_change(names, totals)
    numbers = [len({total.product for total in some}) for some in (grown, fallen)]
    verb, changed = ("grew", 0) if grown or not fallen else ("fell", 1)
    less = Sentence()
    if grown and fallen:
        figure = Figure(f"{numbers[1]:,}", numbers[1], numbers[1], "product")
        claim = _claim_of(names, Kind.COUNT, totals, figure, qualifiers=("fell",))
        less = Sentence(f" and fell for {figure}", (claim,))
    for text in (names.products(len(products)), number_of(len(products), "product")):
        count = figure_of_part(numbers[changed], text, len(products))
        claim = _claim_of(names, Kind.COUNT, totals, count, qualifiers=(verb,))
        first = Sentence(f"{capitalized(trade)}{partners} {verb} for {count}", (claim,))
        yield from shortened(first + less + f"{span}, by value", most)


def _ends_of_change(
    names: Lexicon, total: Total, old: float | None, new: float | None
) -> tuple[float, float] | None:
    """Bound the relative change of a total beside what is not listed; None if it is unknown.

    ``old`` and ``new`` are the values that are compared. Where nothing bounds what is not listed
    in either period, it is the change of what is listed.
    """
    if not old or new is None or _untold(names, total):
        return None
    listed_old, listed_new = total.usd.before, total.usd.after
    high_old, high_new = total.most_usd or (listed_old, listed_new)
    if high_old is None and high_new is None:
        return new / old - 1, new / old - 1
    if high_old is None or high_new is None:
        return None
    most_old = old * high_old / listed_old if listed_old else high_old
    most_new = new * high_new / listed_new if listed_new else high_new
    return new / most_old - 1, most_new / old - 1


def _largest_change(names: Lexicon, totals: Sequence[Total]) -> Sentence:
    """Name the product whose value surely changed most of those that can be compared."""
    changes = []
    values, per = _values(totals)
    for total, (old, new) in zip(totals, values, strict=True):
        ends = _ends_of_change(names, total, old, new)
        if ends is not None and old is not None:
            sizes = sorted(abs(end * old) for end in ends)
            least = 0.0 if ends[0] < 0 < ends[1] else sizes[0]
            changes.append((least, sizes[1], total.product, ends[0]))
    if not changes:
        return Sentence()
    least, most, product, change = max(changes)
    if any(other[1] > least for other in changes if other[2] != product) or not least:
        return Sentence()
    known = "" if len(changes) == len(totals) else "known "
    words = f"{'+' if change >= 0 else '-'}{worth(least)}{per}"
    if most - least > EXACT * most:
        words = f"at least {words}"
    low, high = (least, most) if change >= 0 else (-most, -least)
    claim = _claim_of(
        names, Kind.CHANGE, [total for total in totals if total.product == product],
        Figure(words, low, high, "usd"), qualifiers=(f"largest {known}change",),
    )  # fmt: skip
    goods = names.goods(product)
    return Sentence(f"; the largest {known}change was {goods} ({words})", (claim,))


def _turns(low: float, high: float) -> str:
    """Write a relative change within a range of one direction.

    >>> _turns(0.581, 0.64), _turns(-0.5, -0.411)
    ('rose between 58 and 64 % by value', 'fell between 41 and 50 % by value')
    """
    if high - low < EXACT:
        return _turn((low + high) / 2)
    if low >= 1:
        return f"rose at least {floor(10 * (low + 1)) / 10:.1f}-fold by value"
    if high > 1:
        return f"rose at least {floor_percent(low)} % by value"
    least, most = sorted((abs(low), abs(high)))
    return f"{'rose' if low >= 0 else 'fell'} {between(least, most)} by value"


def _turn(change: float) -> str:
    """Write a relative change.

    >>> _turn(-0.204), _turn(3.2), _turn(0.001)
    ('fell 20 % by value', 'rose 4.2-fold by value', 'changed little by value')
    """
    if abs(change) < 0.005:
        return "changed little by value"
    if change >= 1:
        times = change + 1
        return f"rose {times:.1f}-fold by value" if times < 10 else (
            f"rose {float(f'{times:.2g}'):,.0f}-fold by value"
        )  # fmt: skip
    return f"{'rose' if change > 0 else 'fell'} {part(abs(change))} by value"


SERIES = ("product", "on", "hs_revision", "reporter", "source")
"""Columns that all rows of one line through time share."""


def trend(answer: Answer) -> Sentences:
    """Say what trade was in the newest period, the one before and at its peak, and with whom."""
    owner = "consumer" if "consumer" in answer.rows.column_names else "supplier"
    return parts.sentences_on_parts(answer, owner, _trend)


def _newest(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Return the newest row of each series of a product, by value.

    Periods are those of the most common length.
    """
    lengths = [Period(row["period"]).months for row in rows]
    length = max(lengths, key=lambda months: (lengths.count(months), months))
    known = [row for row in rows
             if Period(row["period"]).months == length and row["usd"] is not None]  # fmt: skip
    newest: dict[str, list[Row]] = {}
    for (product, *_), series in grouped(known, *SERIES).items():
        last = max(series, key=lambda row: (Period(row["period"]).end, row["period"]))
        newest.setdefault(product, []).append(last)
    return newest


def _trend(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say what the largest trade of the newest period was, after the one before and its peak."""
    series = _newest(rows)
    if not series:
        unknown = names.claim(Kind.UNKNOWN, rows, subject=(), whose=(), material=(), period=None)
        yield from shortened(Sentence(f"No trade of {names.subject} has a known value", (unknown,)))
        return
    trade = capitalized(_trade_of(names, rows[0].get("consumer"), rows[0].get("supplier")))
    ends = [last for rows_of_product in series.values() for last in rows_of_product]
    newest = max(Period(last["period"]).end for last in ends)
    current = [last for last in ends if Period(last["period"]).end == newest]
    last = max(current, key=lambda row: (row["usd"], row["product"]))
    line = [
        row for row in rows
        if row["usd"] is not None and Period(row["period"]).months == Period(last["period"]).months
        and all(row.get(name) == last.get(name) for name in SERIES)
    ]  # fmt: skip
    rest = [row for row in ends if row["product"] != last["product"]]
    more = _more(names, names.claim(Kind.COUNT, rest), len(series) - 1)
    yield from _of_series(names, trade, line, more)


def _value(names: Lexicon, row: Row) -> Sentence:
    """Write the value of a row, which is the least where not all flows are listed."""
    figure = figure_of_value(row["usd"], "usd", [row])
    claim = names.claim(Kind.AMOUNT, [row], figure, measure="usd", qualifiers=_fit(row))
    return Sentence(str(figure), (claim,))


def _fit(row: Row) -> tuple[str, ...]:
    return ("other goods",) if qualified([row]) else ()


def _of_series(names: Lexicon, trade: str, line: Sequence[Row], more: Sentence) -> Sentences:
    """Say what one series of trade was in its last period, the one before and its peak."""
    line = sorted(line, key=lambda row: (Period(row["period"]).end, row["period"]))
    last = line[-1]
    share = _partner_share(names, line)
    start = Sentence(f"{trade} of {names.goods(last['product'])} were worth ") + _value(names, last)
    start += f"{when(last['period'])}{qualified([last])}"
    if len(line) > 1:
        previous, peak = line[-2], max(line, key=lambda row: row["usd"])
        span = f"{previous['period']}..{last['period']}"
        change = names.claim(Kind.CHANGE, line[-2:], measure="usd", period=span)
        before = Sentence(", after ", (change,)) + _value(names, previous)
        before += when(previous["period"])
        is_whole = not any(row.get("extent") for row in line)
        if is_whole and peak["usd"] > max(last["usd"], previous["usd"]):
            span = f"{line[0]['period']}..{last['period']}"
            highest = names.claim(Kind.CHANGE, line, measure="usd", period=span)
            top = Sentence(" and ", (highest,)) + _value(names, peak)
            top += f" at most{when(peak['period'])}"
            yield start + before + top + share + more + "."
            yield start + before + top + more + "."
        yield start + before + share + more + "."
        yield start + before + more + "."
        reason = denial(names, change)
        unknown = replace(change, kind=Kind.UNKNOWN, denied=Kind.CHANGE, reason=reason)
        words = f"; how that compares with {previous['period']} cannot be told: {reason}"
        untold = Sentence(words, (unknown,))
        yield start + untold + share + more + "."
        yield start + untold + more + "."
    else:
        yield start + share + more + "."
    yield start + more + "."


def _partner_share(names: Lexicon, line: Sequence[Row]) -> Sentence:
    """Write the share of the partner in question, or of the largest, in the last and first period.

    Of the first period it is that of the same partner.
    """
    first, last = line[0], line[-1]
    verb = "bought" if last.get("supplier") else "sold"
    partner, column = (
        (last["on"], "on_share_usd") if last.get("on") else (last["largest"], "largest_share_usd")
    )
    figure = _share(last, column)
    if not partner or figure is None:
        return Sentence()
    buys = last.get("supplier") is not None
    common = {"subject": last["supplier"] if buys else partner,
             "whose": partner if buys else last["consumer"], "measure": "usd"}  # fmt: skip
    claim = names.claim(Kind.SHARE, [last], figure, **common)
    share = Sentence(f"; {names.place(partner)} {verb} {figure} of that", (claim,))
    then = _share(first, column)
    if first is not last and then and (last.get("on") or first["largest"] == partner):
        claim = names.claim(Kind.SHARE, [first], then, **common)
        share += Sentence(f" ({then}{when(first['period'])})", (claim,))
    return share


def production_trend(answer: Answer) -> Sentences:
    """Say what was made in the newest year, the one before and at the peak, and by whom most."""
    return parts.sentences_on_parts(answer, "producer", _made)


def _lines_of_production(rows: Sequence[Row]) -> list[list[Row]]:
    """Return the rows with an exact figure of each line over the years, the newest last.

    A line that ends before another of its product and basis is left out.
    """
    exact = [row for row in rows if row["tonnes"] is not None]
    lines = []
    for group in grouped(exact, "product", "basis").values():
        newest = max(Period(row["period"]).end for row in group)
        for line in grouped(group, "series").values():
            if Period(line[-1]["period"]).end == newest:
                lines.append(line)
    return lines


def _basis(row: Row) -> tuple[str, ...]:
    """Return what a mass counts, unless it is all that there is."""
    return (row["basis"],) if row["basis"] not in (None, "gross") else ()


def _mass(names: Lexicon, row: Row, figure: Figure) -> tuple[Sentence, Sentence]:
    """Write the mass that was made in one period, without and with what it counts."""
    claim = names.claim(Kind.AMOUNT, [row], figure, subject=row["producer"], measure="tonnes",
                        qualifiers=_basis(row))  # fmt: skip
    text = Sentence(str(figure), (claim,))
    return text, text + "".join(f" ({basis})" for basis in _basis(row))


def _made(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    lines = _lines_of_production(rows)
    place = names.place(rows[0]["producer"])
    maker = Sentence(f"{capitalized(place)} made ")
    if not lines:
        last = rows[-1]
        if len({(row["product"], row["basis"]) for row in rows}) == 1 and last["low"] is not None:
            least = Figure(f"{AT_LEAST}{weight(last['low'])}", last["low"], None, "tonnes")
            goods = names.goods(last["product"])
            amount = maker + _mass(names, last, least)[1]
            yield from shortened(amount + f" of {goods}{when(last['period'])}")
        unknown = names.claim(Kind.UNKNOWN, rows, subject=rows[0]["producer"], material=(),
                              period=None)  # fmt: skip
        words = f"No exact figure of {possessive(place)} production is known"
        yield from shortened(Sentence(words, (unknown,)))
        return
    newest = max((line[-1]["period"] for line in lines), key=lambda text: (Period(text).end, text))
    current = [line for line in lines if line[-1]["period"] == newest]
    if len(current) == 1:
        yield from _made_of_one(names, current[0], maker)
        return
    grown = [line for line in current if line[-1]["tonnes"] > line[0]["tonnes"]]
    than = f"more{when(newest)} than in the first year with a figure of "
    for text in (names.products(len(current)), number_of(len(current), "product")):
        figure = figure_of_part(len(grown), text, len(current))
        claim = names.claim(
            Kind.COUNT, [row for line in current for row in (line[0], line[-1])], figure,
            subject=rows[0]["producer"], period=newest, qualifiers=("grew",),
        )  # fmt: skip
        yield from shortened(maker + Sentence(f"{than}{figure}", (claim,)))


def _made_of_one(names: Lexicon, line: Sequence[Row], maker: Sentence) -> Sentences:
    """Say what was made of one product in the newest period, the one before and at the peak."""
    last = line[-1]
    share, moved = Sentence(), Sentence()
    if last["share"] is not None:
        figure = figure_of_share(last["share"])
        claim = names.claim(Kind.SHARE, [last], figure, subject=last["producer"], whose="WLD")
        share = Sentence(f"; {figure} of the world’s output", (claim,))
    elif last["producer"] == "WLD" and last["largest"] and last["largest_share"] is not None:
        figure = figure_of_share(last["largest_share"])
        claim = names.claim(Kind.SHARE, [last], figure, subject=last["largest"], whose="WLD")
        share = Sentence(f"; {names.place(last['largest'])} made {figure} of that", (claim,))

    def mass(row: Row) -> tuple[Sentence, Sentence]:
        return _mass(names, row, figure_of_value(row["tonnes"], "tonnes"))

    if len(line) > 1:
        before, peak = line[-2], max(line, key=lambda row: row["tonnes"])
        moved = Sentence(", after ") + mass(before)[0] + when(before["period"])
        if peak["tonnes"] > max(last["tonnes"], before["tonnes"]):
            moved += Sentence(" and ") + mass(peak)[0] + f" at most{when(peak['period'])}"
    newest = maker + mass(last)[1] + f" of {names.goods(last['product'])}{when(last['period'])}"
    yield from shortened(newest, moved, share)


def _share(row: Row, name: str) -> Figure | None:
    """Return a share, as a range where some flows are not listed; None if it is none or unknown."""
    if row[name] is not None:
        return figure_of_share(row[name]) if row[name] else None
    low, high = row.get(f"{name}_low"), row.get(f"{name}_high")
    return figure_of_share(low, high) if low is not None and high is not None else None


TWICE = 2.0


def mirror(answer: Answer) -> Sentences:
    """Say of how many flows one side reports twice the value of the other."""
    names = Lexicon(answer)
    rows = in_main_period(names.rows)
    common: dict[str, Any] = {"subject": (), "whose": (), "material": ()}
    valued = [row for row in rows if row["usd_exporter"] and row["usd_importer"]]
    if not valued:
        unknown = names.claim(Kind.UNKNOWN, rows, **common)
        start = f"No flow of {names.subject} has a value by both sides{time_of(rows)}"
        yield from shortened(Sentence(start, (unknown,)))
        return
    pairs = [(row["usd_exporter"], row["usd_importer"]) for row in valued]
    far = sum(max(pair) >= TWICE * min(pair) for pair in pairs)
    flows = figure_of_count(len(pairs), "flow")
    differing = Figure(f"{far:,}", far, far, "flow", len(pairs))
    claims = (
        names.claim(Kind.COUNT, valued, differing, qualifiers=("at least twofold",), **common),
        names.claim(Kind.COUNT, valued, flows, **common),
    )
    start = f"Of {flows} that both sides value{time_of(rows)}, {differing} "
    start += "differ at least twofold" if far != 1 else "differs at least twofold"
    sums = Sentence()
    if counted(rows):
        for place, start_of in enumerate(("; exporters report ", ", importers ")):
            value = figure_of_value(fsum(pair[place] for pair in pairs), "usd")
            side = ("exporters", "importers")[place]
            claim = names.claim(Kind.AMOUNT, valued, value, measure="usd", qualifiers=(side,),
                                **common)  # fmt: skip
            sums += Sentence(f"{start_of}{value}", (claim,))
    yield from shortened(Sentence(start, claims), sums)


def counted(rows: Sequence[Row]) -> bool:
    """Return True if the rows are of one product, so that their values add up."""
    return len({row["product"] for row in rows}) == 1 and len(
        grouped(rows, "consumer", "supplier")) == len(rows)  # fmt: skip
