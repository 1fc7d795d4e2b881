"""Headlines on markets: concentration, reliance, prices, flows, hubs and changes over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import ceil, floor, fsum
from typing import Any

from graphkit.answers.answer import PLAIN_NAME, Answer
from graphkit.answers.answer import parts_of as coverages_of
from graphkit.answers.figures import HALF, UNFIT, floor_percent, number_of
from graphkit.answers.remarks import SHARES_ALONE
from graphkit.answers.sentence import Claim, Kind, Sentence
from graphkit.answers.sentence import Figure as Value
from graphkit.headlines import parts
from graphkit.headlines.dependence import OF_HALF
from graphkit.headlines.wording import (
    AT_LEAST,
    BY,
    EXACT,
    Figure,
    Lexicon,
    Row,
    Sentences,
    amount,
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
    sentences_on_parts,
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
"""Number of products up to which the largest share of any is told, where none is half."""
BANDS = {"high": "highly", "moderate": "moderately", "low": "not"}
"""Adverbs of the bands of concentration."""
CRITICAL = 1.0
"""Supply risk from which the EU counts a material as critical."""
PER_TONNE = "USD per tonne"
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
    names: Lexicon, kind: Kind, rows: Sequence[Row], figure: Value | None = None, **fields: Any
) -> Claim:  # fmt: skip
    """Make a claim on rows of one market, by its measure."""
    claim = names.claim(kind, rows, figure, measure=rows[0]["measure"], **fields)
    return replace(claim, qualifiers=(rows[0]["market"], *claim.qualifiers))


def _share_of_first(row: Row) -> Value:
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
        count = Value(text, len(large), len(large), noun, len(rows))
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
    index = Value(f"{least}{low:,.0f}", low, None if least else low, "HHI")
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
            start = f"How far {country} relies on imports of {goods}{time_of(rows)} is not known"
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
        for text in (names.products(len(pairs)), number_of(len(pairs), "product")):
            words = f"{large:,} of {text.replace('product', 'material', 1)}"
            count = Value(words, large, large, "material", len(pairs))
            half = names.claim(Kind.HALF, computed, count, whose=computed[0]["country"], **fields)
            yield from shortened(
                Sentence(f"{start}{count} with figures{time}{fit}", (half,)), ", by weight"
            )
        return
    start = "Net imports were at least half of the use of "
    if len(materials) == 1:
        words = count_of(large, number_of(len(pairs), "country", "countries"))
        count = Value(words, large, large, "country", len(pairs))
        start += f"{names.goods(materials[0])} in {count} with figures"
    else:
        count = Value(f"{large:,} of {len(pairs):,} pairs", large, large, "pair", len(pairs))
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
    start = f"How far {country} relies on imports of {goods}{time} is not known"
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
        less = Value(f"{short:,}", short, short, "product")
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
    buyers = (answer.scope.get("consumer") or "WLD").split(",")
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
    where = f" ({row['figure']})"
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
    one = names.claim(Kind.COUNT, [row], Value("one price", 1, 1, "price"), material=())
    yield Sentence(f"One price of {names.subject} is known{time}{estimated}.", (one,))


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
        Kind.PRICE, [row], Value(_price(row), value, value, PER_TONNE), whose=whose,
        material=row["material"],
        qualifiers=(row["figure"], *(["estimated"] if row["estimated"] else [])),
    )  # fmt: skip


def _several_prices(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say between what prices of one or several materials lie in one period."""
    low, high = (choose(rows, key=lambda row: row["usd_per_tonne"]) for choose in (min, max))
    newest = max(rows, key=lambda row: (row["period"], row["figure"]))
    time = time_of([newest]) + ", estimated" * any(row["estimated"] for row in rows)
    kind = "published prices" if rows[0]["dataset"] is None else "unit values of trade"
    materials = {row["material"] for row in rows}
    buyers = {row["place"] for row in rows if row["dataset"] and row["place"] != "WLD"}
    if buyers:
        whose = names.places(buyers) if len(buyers) == 1 else "several countries"
        time = f" in the imports of {whose}{time}"
    fields: dict[str, Any] = {"whose": (*buyers,) if len(buyers) == 1 else ()}
    fields["period"] = newest["period"]
    if len(materials) == 1:
        price = Value(
            f"between {_price(low).removesuffix(' USD')} and {_price(high)}",
            low["usd_per_tonne"], high["usd_per_tonne"], PER_TONNE,
        )  # fmt: skip
        claim = names.claim(Kind.PRICE, rows, price, material=rows[0]["material"], **fields)
        count = names.claim(Kind.COUNT, rows, figure_of_count(len(rows), kind[:-1]), **fields)
        start = f"A tonne of {names.goods(rows[0]['material'])} cost {price} by {count.figure}"
        yield from shortened(Sentence(f"{start}{time}", (claim, count)))
        return
    ends = [replace(_price_of(names, row), whose=fields["whose"]) for row in (low, high)]
    texts = [f"{claim.figure} ({names.goods(claim.material[0])})" for claim in ends]
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
    count = Value(words, len(critical), len(critical), "material", len(rated))
    claim = names.claim(
        Kind.COUNT, scored, count, **fields, qualifiers=("critical", "published")
    )  # fmt: skip
    figure = Value(f"{len(sure):,}" if sure else "no", len(sure), len(sure), "risk")
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
        score = Value(f"{max(scores):.1f}", max(scores), max(scores), "supply risk")
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
        ends = Value(f"between {low:.1f} and {high:.1f}", min(lows), max(highs), "supply risk")
        claim = names.claim(Kind.AMOUNT, rows, ends, qualifiers=("computed",), **fields)
        computed = Sentence(f"; computed from data, it lies {ends}", (claim,))
    yield from shortened(published, computed)


def flows(answer: Answer) -> Sentences:
    """Say which flow is the largest, and what part of world trade it is."""
    return sentences_on_parts(answer, "of", _flow, _flow_figure)


def _largest_flow(rows: Sequence[Row]) -> Row | None:
    measure = rows[0]["by"]
    known = [row for row in in_main_period(rows) if row[measure] is not None]
    return max(
        known, key=lambda row: (row[measure], row["exporter"], row["importer"]), default=None
    )


def _flow_figure(names: Lexicon, rows: Sequence[Row]) -> Figure:
    row = _largest_flow(rows)
    if (
        row is None
        or _denied(names, [row], row["by"])
        or isinstance(names.answer.scope.get("of"), list)
    ):
        return id(rows), ""
    trade = f"{names.place(row['exporter'])} to {names.place(row['importer'])}"
    return row["by"], f"{trade}, {amount(row[row['by']], row['by'])}"


def _denied(names: Lexicon, rows: Sequence[Row], measure: str) -> str:
    """Return why nobody can be called first in a trade in some periods; empty if one can.

    Goods of an earlier stage deny it of an element or a stage, but not of all goods together.
    """
    if names.earlier and not names.is_of_all:
        return f"its codes also hold {names.earlier}"
    if measure != "usd":
        return ""
    periods = [Period(row["period"]) for row in rows if row.get("period")]
    for flow in _missing_flows(names):
        if any(Period(flow["period"]).overlaps(period) for period in periods):
            return _missing_in_words(names, flow)
    return ""


def _missing_flows(names: Lexicon) -> list[Row]:
    """Return the flows in question that are reviewed as missing in the data."""
    coverages = coverages_of(names.answer.coverage).values()
    return [row for coverage in coverages for row in coverage.get("missing_flows", ())]


def _missing_in_words(names: Lexicon, flow: Row) -> str:
    trade = f"{names.place(flow['supplier'])} to {names.place(flow['consumer'])}"
    return f"most of what went from {trade}{when(flow['period'])} is missing in the data"


def _flow(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    measure, row = rows[0]["by"], _largest_flow(rows)
    if row is None:
        time = time_of(in_main_period(rows))
        yield from shortened(f"No flow of {names.subject}{time} has a known amount {BY[measure]}")
        return
    place, time = names.answer.scope.get("of"), time_of([row])
    whose = f" in the trade of {names.place(place)}" if isinstance(place, str) else ""
    trade = f"from {names.place(row['exporter'])} to {names.place(row['importer'])}"
    share = f", {part(row['share'])} of world trade" if row["share"] is not None else ""
    size = f": {amount(row[measure], measure)}"
    start = f"The largest flow{f' of {names.subject}' * (not names.is_of_all)}{whose}{time}"
    if reason := _denied(names, [row], measure):
        yield from shortened(f"{start} cannot be told", f": {reason}")
        return
    if names.are_baskets:
        goods = f"No code holds {names.subject} alone; the largest flow of goods with it"
        for scope in (f"{whose}{time}", time):
            yield from shortened(f"{goods}{scope} went {trade}", size, share)
    for scope in (f" of {names.subject}{whose}{time}", f"{whose}{time}"):
        yield from shortened(f"The largest flow{scope} went {trade}", size, share)


def network(answer: Answer) -> Sentences:
    """Say whose first supplier is the same for the largest part of the imports, and how many."""
    return sentences_on_parts(answer, "of", _first_supplier, _first_supplier_figure)


def _largest_first(rows: Sequence[Row]) -> tuple[str, list[Row], list[Row]]:
    """Return the first supplier of those who buy the most, their rows, and those of all."""
    first = [row for row in in_main_period(rows) if row["place"] == 1]
    groups = grouped(first, "supplier")
    (supplier,), own = min(
        groups.items(),
        key=lambda item: (-fsum(row["imports"] for row in item[1]), item[0]),
    )
    return supplier, own, first


def _first_supplier_figure(names: Lexicon, rows: Sequence[Row]) -> Figure:
    supplier, own, first = _largest_first(rows)
    if _denied(names, first, rows[0]["by"]):
        return id(rows), ""
    return "network", f"{names.place(supplier)}, of {len(own):,} of {len(first):,}"


def _first_supplier(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    supplier, own, first = _largest_first(rows)
    time, measure = time_of(first), BY[rows[0]["by"]]
    countries = f"{listed_at_least(first)}{number_of(len(first), 'country', 'countries')}"
    count = f"of {len(own):,} of {countries} that buy"
    who = capitalized(names.place(supplier))
    bought = fsum(row["imports"] for row in own) / fsum(row["imports"] for row in first)
    whose = "these buy" if len(own) > 1 else "this one buys"
    much = "" if listed_at_least(first) else f"; {whose} {part(bought)} of it {measure}"
    if reason := _denied(names, first, rows[0]["by"]):
        start = f"Who first supplies most buyers of {names.subject}{time} cannot be told"
        yield from shortened(start, f": {reason}")
        return
    if names.are_baskets:
        basket = f"No code holds {names.subject} alone; {who} is the first supplier {count}"
        yield from shortened(f"{basket} goods with it{time}", much)
    yield from shortened(f"{who} is the first supplier {count} {names.subject}{time}", much)
    yield from shortened(f"{who} is the first supplier {count} it{time}", much)


ROLES = {
    "betweenness": "as a go-between (betweenness)",
    "throughput": "in what can pass through it",
    "pagerank": "as a destination (PageRank)",
    "cheirank": "as a source (CheiRank)",
    "strength_in": "in what it bought",
    "strength_out": "in what it sold",
}  # fmt: skip
"""Measures of centrality, as what a country is in a trade."""


def centrality(answer: Answer) -> Sentences:
    """Say which country ranks first in a network of trade, and by which measure."""
    names = Lexicon(answer)
    rows = answer.rows.to_pylist()
    periods = sorted({row["period"] for row in rows}, key=lambda text: (Period(text).end, text))
    if len(periods) > 1 and not isinstance(answer.scope.get("period"), list):
        yield from _over_time(names, rows, periods)
        return
    yield from sentences_on_parts(answer, "country", _first_rank, _rank_figure)


def _rank_figure(names: Lexicon, rows: Sequence[Row]) -> Figure:
    first = sorted({row["country"] for row in rows if row["rank"] == 1})
    if "product" in rows[0] and rows[0]["product"]:
        return id(rows), ""
    return len(first), names.places(first)


def _measure(names: Lexicon) -> str:
    measure = next(iter(names.answer.scope["measures"]))
    return ROLES.get(measure, f"by {measure.replace('_', ' ')}")


def _first_rank(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    first = [row for row in rows if row["rank"] == 1]
    measure, time = _measure(names), time_of(rows)
    row = min(first, key=lambda row: (row["country"], row.get("product") or ""))
    keys = sorted({row["country"] for row in first})
    basis = BY.get(row["by"], "")
    if row.get("product"):
        leader = f"{possessive(names.place(row['country']))} {names.goods(row['product'])}"
        whole = f"{number_of(row['nodes'], 'pair')} of a country and a product"
        if len(first) > 1:
            leader = number_of(len(first), "pair")
    else:
        leader = (
            names.places(keys) if len(keys) <= 3 else number_of(len(keys), "country", "countries")
        )
        whole = number_of(row["nodes"], "country", "countries")
    end = f"ranked first of {whole} {measure}"
    trade = f" in the trade of {names.subject}"
    yield from shortened(f"{capitalized(leader)} {end}{trade}{time}", f", {basis}" if basis else "")
    yield f"{capitalized(leader)} {end}{time}."


def _over_time(names: Lexicon, rows: Sequence[Row], periods: Sequence[str]) -> Sentences:
    first = [row for row in rows if row["rank"] == 1]
    key, times = most_frequent(row["country"] for row in first)
    last = sorted({row["country"] for row in first if row["period"] == periods[-1]})
    start = f"From {periods[0]} to {periods[-1]}, {names.place(key)} ranked first in {times:,} of "
    start += f"{number_of(len(periods), 'period')} {_measure(names)}"
    newest = f", {names.places(last)}{when(periods[-1])}" if len(last) <= 3 else ""
    if last == [key]:
        newest = f", also{when(periods[-1])}"
    trade = f" in the trade of {names.subject}"
    yield from shortened(f"{start}{trade}", newest)
    yield from shortened(start, newest)


def compare(answer: Answer) -> Sentences:
    """Say how the trade of each product changed from one period to the other."""
    coverages = coverages_of(answer.coverage).values()
    totals = [total for coverage in coverages for total in coverage.get("totals", ())]
    if not totals:
        return shortened("No totals of both periods are known")
    names = [name for name in ("consumer", "supplier") if name in totals[0]]
    owners = list(grouped(totals, *names).values())
    place = next((n for n in names if isinstance(answer.scope.get(n), list)), "")
    return sentences_on_parts(answer, place, _change, _change_figure, owners)


def _change_figure(names: Lexicon, totals: Sequence[Row]) -> Figure:
    usd, _ = _base(totals)
    row = totals[0]
    if len(totals) == 1:
        old, new = row[f"{usd}_before"], row[f"{usd}_after"]
        if not old or new is None:
            return id(totals), ""
        ends = _ends_of_change(names, row, usd)
        if ends is None or ends[0] < 0 < ends[1]:
            return id(totals), ""
        return row["product"], _turns(*ends)
    grown = len(_changed(names, totals, 1))
    return None, f"{grown:,} of {len(grouped(totals, 'product')):,}"


def _base(totals: Sequence[Row]) -> tuple[str, str]:
    """Return the column of the values that are compared, and their unit of time."""
    if any(row["months_before"] != row["months_after"] for row in totals):
        return "usd_per_month", " a month"
    return "usd", ""


def _changed(names: Lexicon, totals: Sequence[Row], sign: int) -> list[str]:
    """Select the products whose trade surely rose, or with a negative sign fell, in each series."""
    usd, _ = _base(totals)
    changed = []
    for (product,), group in grouped(totals, "product").items():
        ends = [_ends_of_change(names, row, usd) for row in group]
        if all(pair is not None and min(sign * pair[0], sign * pair[1]) > 0 for pair in ends):
            changed.append(product)
    return changed


def _trade_of(names: Lexicon, row: Mapping[str, Any]) -> str:
    """Name whose trade a row is of: imports, or exports."""
    if row.get("consumer") is not None and names.answer.scope.get("consumer") is not None:
        return f"{possessive(names.place(row['consumer']))} imports"
    owner = row.get("supplier") or row.get("consumer")
    return f"{possessive(names.place(owner))} {'exports' if row.get('supplier') else 'imports'}"


MUCH_SOONER = 0.9
"""Part of a longer period's value from which that of a shorter one is told beside it."""
MONTHS = (
    "", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
)  # fmt: skip


def _in_less_time(names: Lexicon, row: Row, partners: str) -> Sentences:
    """Say that a part of a year had nearly as much trade as a year, or more; else nothing."""
    ends = sorted(("before", "after"), key=lambda end: int(row[f"months_{end}"]))
    (short, new), (long, old) = ((row[end], row[f"usd_{end}"]) for end in ends)
    span = Period(short)
    if span.months > 11 or Period(long).months != 12 or not old or new is None:
        return
    if new < MUCH_SOONER * old or span.start // 12 != span.year:
        return
    buys = names.answer.scope.get("consumer") is not None
    verb = "bought" if buys else "sold"
    owner = row.get("consumer") or row.get("supplier")
    goods = f"{names.goods(row['product'])}{partners}"
    much, than = ("nearly as much", "as") if new < old else ("more", "than")
    several = "" if span.months == 1 else "s"
    start = (
        f"{capitalized(names.place(owner))} {verb} {much} {goods} in {MONTHS[span.months]} "
        f"month{several} of {span.year} {than} in all of {long}"
    )
    amounts = f": {worth(new)} and {worth(old)}"
    if worth(new).split(" ", 1)[1:] == worth(old).split(" ", 1)[1:]:
        amounts = f": {worth(new).split(' ', 1)[0]} and {worth(old)}"
    yield from shortened(start, amounts)


def _partners_of(names: Lexicon, row: Row) -> str:
    """Name the partners of a trade, if it is not with all."""
    towards = "from" if names.answer.scope.get("consumer") is not None else "to"
    if row.get("on"):
        return f" {towards} {names.place(row['on'])}"
    totals = [total for part in coverages_of(names.answer.coverage).values()
              for total in part.get("totals", ())]  # fmt: skip
    is_unbounded = any(total.get("usd_before_high", 0.0) is None for total in totals)
    return f" {towards} the countries listed" if is_unbounded else ""


def _change(names: Lexicon, totals: Sequence[Row]) -> Sentences:
    trade = capitalized(_trade_of(names, totals[0]))
    partners = _partners_of(names, totals[0])
    rest = len({row["product"] for row in totals}) - 1
    more = f"; {number_of(rest, 'more product')} below" if rest else ""
    for text in _in_less_time(names, totals[0], partners):
        yield f"{text.removesuffix('.')}{more}."
        yield text
    before, after = totals[0]["before"], totals[0]["after"]
    span = f" from {before} to {after}"
    usd, per = _base(totals)
    if len(totals) == 1:
        row = totals[0]
        goods = names.goods(row["product"])
        old, new = row[f"{usd}_before"], row[f"{usd}_after"]
        untold = (
            f"Whether {_trade_of(names, row)} of {goods}{partners} changed{span} cannot be told"
        )
        if reason := _untold(names, row["product"], before, after):
            yield from shortened(untold, f": {reason}")
            return
        if not old or new is None:
            value = f"worth {worth(new)}{per}" if new is not None else "of unknown value"
            start = f"{trade} of {goods}{partners} were {value}{when(after)}"
            yield f"{start}; there is no value to compare with{when(before)}."
            return
        ends = _ends_of_change(names, row, usd)
        values = [f"{AT_LEAST * (row.get(f'usd_{end}_high') != row[f'usd_{end}'])}{worth(value)}"
                  for end, value in (("before", old), ("after", new))]  # fmt: skip
        if row.get("on") or partners:
            values = [worth(old), worth(new)]
        if ends is None or ends[0] < 0 < ends[1]:
            yield from shortened(untold, f": {values[0]}{when(before)}, {values[1]}{when(after)}")
            return
        start = f"{trade} of {goods}{partners} {_turns(*ends)}{span}"
        yield from shortened(start, f", from {values[0]} to {values[1]}{per}")
        return
    grown, fallen = (len(_changed(names, totals, sign)) for sign in (1, -1))
    products = grouped(totals, "product")
    reasons = {_untold(names, product, before, after) for (product,) in products}
    if not grown and not fallen and len(reasons) == 1 and "" not in reasons:
        start = f"Whether {_trade_of(names, totals[0])} of {names.subject}{partners} changed{span}"
        yield from shortened(f"{start} cannot be told", f": {reasons.pop()}")
    most = _largest_change(names, totals, usd, per)
    verb, count = ("grew", grown) if grown or not fallen else ("fell", fallen)
    less = f" and fell for {fallen:,}" if grown and fallen else ""
    for text in (names.products(len(products)), number_of(len(products), "product")):
        start = f"{trade}{partners} {verb} for {count_of(count, text)}{less}{span}, by value"
        yield from shortened(start, most)


def _untold(names: Lexicon, product: str, *periods: str) -> str:
    """Return why no change of the value of a product can be told; empty if it can."""
    coverages = coverages_of(names.answer.coverage).values()
    times = [Period(period) for period in periods]
    first, last = min(time.start for time in times) // 12, max(time.year for time in times)
    span = {str(year) for year in range(first, last + 1)}
    for split in (row for coverage in coverages for row in coverage.get("split_trade", ())):
        if (
            product in (split["product"], split["other"])
            and len(span.intersection(split["years"])) > 1
        ):
            return "one trade may stand under two codes"
    for flow in _missing_flows(names):
        is_then = any(Period(flow["period"]).overlaps(time) for time in times)
        if flow["product"] == product and is_then:
            return _missing_in_words(names, flow)
    return ""


def _ends_of_change(names: Lexicon, row: Row, usd: str) -> tuple[float, float] | None:
    """Bound the relative change of a total beside what is not listed; None if it is unknown.

    Where nothing bounds that in either period, it is the change of what is listed.
    """
    old, new = row[f"{usd}_before"], row[f"{usd}_after"]
    if _untold(names, row["product"], row["before"], row["after"]) or not old or new is None:
        return None
    highs = [row.get(f"usd_{end}_high", row[f"usd_{end}"]) for end in ("before", "after")]
    if highs == [None, None]:
        return new / old - 1, new / old - 1
    if None in highs:
        return None
    most_old, most_new = (
        value * high / row[f"usd_{end}"] if value else high
        for end, value, high in (("before", old, highs[0]), ("after", new, highs[1]))
    )
    return new / most_old - 1, most_new / old - 1


def _largest_change(names: Lexicon, totals: Sequence[Row], usd: str, per: str) -> str:
    """Name the product whose value surely changed most of those that can be compared."""
    changes = []
    for row in totals:
        ends = _ends_of_change(names, row, usd)
        if ends is not None:
            sizes = sorted(abs(end * row[f"{usd}_before"]) for end in ends)
            least = 0.0 if ends[0] < 0 < ends[1] else sizes[0]
            changes.append((least, sizes[1], row["product"], ends[0]))
    if not changes:
        return ""
    least, most, product, change = max(changes)
    if any(other[1] > least for other in changes if other[2] != product) or not least:
        return ""
    known = "" if len(changes) == len(totals) else "known "
    size = f"{'+' if change >= 0 else '-'}{worth(least)}{per}"
    if most - least > EXACT * most:
        size = f"at least {size}"
    return f"; the largest {known}change was {names.goods(product)} ({size})"


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
    return sentences_on_parts(answer, owner, _trend, _trend_figure)


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


def _trend_figure(names: Lexicon, rows: Sequence[Row]) -> Figure:
    newest = _newest(rows)
    if len(newest) == 1 and len(next(iter(newest.values()))) == 1:
        (last,) = next(iter(newest.values()))
        return (last["product"], last["period"], qualified([last])), _worth(last)
    return id(rows), ""


def _trend(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say what the largest trade of the newest period was, after the one before and its peak."""
    series = _newest(rows)
    if not series:
        yield from shortened(f"No trade of {names.subject} has a known value")
        return
    trade = capitalized(_trade_of(names, rows[0]))
    ends = [last for rows_of_product in series.values() for last in rows_of_product]
    newest = max(Period(last["period"]).end for last in ends)
    current = [last for last in ends if Period(last["period"]).end == newest]
    last = max(current, key=lambda row: (row["usd"], row["product"]))
    line = [
        row for row in rows
        if row["usd"] is not None and Period(row["period"]).months == Period(last["period"]).months
        and all(row.get(name) == last.get(name) for name in SERIES)
    ]  # fmt: skip
    rest = len(series) - 1
    yield from _of_series(
        names, trade, line, f"; {number_of(rest, 'more product')} below" if rest else ""
    )


def _of_series(names: Lexicon, trade: str, line: Sequence[Row], more: str) -> Sentences:
    """Say what one series of trade was in its last period, the one before and its peak."""
    line = sorted(line, key=lambda row: (Period(row["period"]).end, row["period"]))
    first, last = line[0], line[-1]
    goods, share = names.goods(last["product"]), ""
    verb = "bought" if last.get("supplier") else "sold"
    partner, column = (
        (last["on"], "on_share_usd") if last.get("on") else (last["largest"], "largest_share_usd")
    )
    if partner and (text := _share(last, column)):
        share = f"; {names.place(partner)} {verb} {text} of that"
        then = _share(first, column)
        same = last.get("on") or first["largest"] == partner
        if first is not last and then and same:
            share += f" ({then}{when(first['period'])})"
    start = f"{trade} of {goods} were worth {_worth(last)}{when(last['period'])}{qualified([last])}"
    before = ""
    if len(line) > 1:
        ends = (line[-2]["period"], last["period"])
        reason = _untold(names, last["product"], *ends)
        before = f", after {_worth(line[-2])}{when(ends[0])}"
        if reason:
            before = f"; how that compares with {ends[0]} cannot be told: {reason}"
        peak = max(line, key=lambda row: row["usd"])
        is_whole = not any(row.get("extent") for row in line)
        is_whole &= not _untold(names, last["product"], *(row["period"] for row in line))
        if is_whole and peak["usd"] > max(last["usd"], line[-2]["usd"]):
            before += f" and {_worth(peak)} at most{when(peak['period'])}"
    for additions in ((before, share, more), (before, more), (more,)):
        yield f"{start}{''.join(additions)}."


def production_trend(answer: Answer) -> Sentences:
    """Say what was made in the newest year, the one before and at the peak, and by whom most."""
    return sentences_on_parts(answer, "producer", _made, _made_figure)


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


def _made_figure(names: Lexicon, rows: Sequence[Row]) -> Figure:
    lines = _lines_of_production(rows)
    if len(lines) != 1:
        return id(rows), ""
    last = lines[0][-1]
    return (last["product"], last["basis"], last["period"]), weight(last["tonnes"])


def _content(row: Row) -> str:
    """Name what a mass counts, unless it is all that there is."""
    return f" ({row['basis']})" if row["basis"] not in (None, "gross") else ""


def _made(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    lines = _lines_of_production(rows)
    place = names.place(rows[0]["producer"])
    maker = capitalized(place)
    if not lines:
        last = rows[-1]
        if len({(row["product"], row["basis"]) for row in rows}) == 1 and last["low"] is not None:
            least = f"at least {weight(last['low'])}{_content(last)}"
            goods = names.goods(last["product"])
            yield from shortened(f"{maker} made {least} of {goods}{when(last['period'])}")
        yield from shortened(f"No exact figure of {possessive(place)} production is known")
        return
    if len(lines) == 1:
        (line,) = lines
        last = line[-1]
        goods, share = names.goods(last["product"]), ""
        if last["share"] is not None:
            share = f"; {part(last['share'])} of the world’s output"
        elif last["producer"] == "WLD" and last["largest"] and last["largest_share"] is not None:
            share = f"; {names.place(last['largest'])} made {part(last['largest_share'])} of that"
        mass = f"{weight(last['tonnes'])}{_content(last)}"
        newest = f"{maker} made {mass} of {goods}{when(last['period'])}"
        moved = ""
        if len(line) > 1:
            before, peak = line[-2], max(line, key=lambda row: row["tonnes"])
            moved = f", after {weight(before['tonnes'])}{when(before['period'])}"
            if peak["tonnes"] > max(last["tonnes"], before["tonnes"]):
                moved += f" and {weight(peak['tonnes'])} at most{when(peak['period'])}"
        yield from shortened(newest, moved, share)
        return
    newest = max((line[-1]["period"] for line in lines), key=lambda text: (Period(text).end, text))
    current = [line for line in lines if line[-1]["period"] == newest]
    grown = sum(line[-1]["tonnes"] > line[0]["tonnes"] for line in current)
    start = f"{maker} made more{when(newest)} than in the first year with a figure of "
    for text in (names.products(len(current)), number_of(len(current), "product")):
        yield from shortened(f"{start}{count_of(grown, text)}")


def _share(row: Row, name: str) -> str:
    """Write a share, as a range where some flows are not listed; empty if it is unknown."""
    if row[name] is not None:
        return part(row[name]) if row[name] else ""
    low, high = row.get(f"{name}_low"), row.get(f"{name}_high")
    return between(low, high) if low is not None and high is not None else ""


def _worth(row: Row) -> str:
    """Write the value of a row, which is the least where not all flows are listed."""
    return f"{listed_at_least([row])}{worth(row['usd'])}"


TWICE = 2.0


def mirror(answer: Answer) -> Sentences:
    """Say of how many flows one side reports twice the value of the other."""
    names = Lexicon(answer)
    rows = in_main_period(answer.rows.to_pylist())
    pairs = [(row["usd_exporter"], row["usd_importer"]) for row in rows
             if row["usd_exporter"] and row["usd_importer"]]  # fmt: skip
    far = sum(max(pair) >= TWICE * min(pair) for pair in pairs)
    if not pairs:
        yield from shortened(f"No flow of {names.subject} has a value by both sides{time_of(rows)}")
        return
    start = f"Of {number_of(len(pairs), 'flow')} that both sides value{time_of(rows)}, {far:,} "
    start += "differ at least twofold" if far != 1 else "differs at least twofold"
    sums = [fsum(pair[place] for pair in pairs) for place in (0, 1)]
    addition = (
        f"; exporters report {worth(sums[0])}, importers {worth(sums[1])}" if counted(rows) else ""
    )
    yield from shortened(start, addition)


def counted(rows: Sequence[Row]) -> bool:
    """Return True if the rows are of one product, so that their values add up."""
    return len({row["product"] for row in rows}) == 1 and len(
        grouped(rows, "consumer", "supplier")) == len(rows)  # fmt: skip


HEADLINES = {
    "concentration.concentration": concentration,
    "reliance.reliance": reliance,
    "n_minus_1.n_minus_1": n_minus_1,
    "prices.prices": prices,
    "criticality.criticality": criticality,
    "flows.flows": flows,
    "first_suppliers.network": network,
    "centrality.centrality": centrality,
    "centrality.layered_centrality": centrality,
    "changes.compare": compare,
    "trend.trend": trend,
    "production_trend.production_trend": production_trend,
    "mirror.mirror": mirror,
}
"""Headlines by the function of the question."""
