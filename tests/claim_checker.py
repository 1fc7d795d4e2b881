"""A slow reader of sentences: it finds what each claims again in the rows, and its words in it.

It shares no code with :mod:`graphkit.headlines`, and parses no sentence: claims are fields. Each
kind of claim of each question is counted and added up again, row by row; and the words of a
sentence must hold the words of its fields, and no other digit.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from math import fsum, inf, isclose
from typing import Any

import pyarrow as pa

from graphkit.answers.answer import Answer, undoubted
from graphkit.answers.coverage import Coverage, Series, Total
from graphkit.answers.sentence import PARTNERS, PLACE, Claim, Figure, Kind, Sentence
from graphkit.names import possessive, with_article
from graphkit.period import Period

Row = dict[str, Any]
Check = Callable[["Facts", Claim], None]
HALF = 0.5
UNFIT = {"proxy", "basket"}
LONGEST = 240


class Facts:
    """The rows of an answer without weights in doubt, and what it may call its places and goods."""

    def __init__(self, answer: Answer, names: dict[str, str]) -> None:
        places = pa.array(range(len(answer.rows)), pa.int64())
        self.answer = undoubted(replace(answer, rows=answer.rows.append_column(PLACE, places)))
        self.scope = answer.scope.as_object()
        self.rows: list[Row] = self.answer.rows.to_pylist()
        self.names = {**names, **answer.names}

    def place(self, key: str | None) -> str:
        if key is None:
            return "an unnamed country"
        parts = key.split("+")
        if len(parts) > 1 and all(part in self.names for part in parts):
            names = [self.place(part) for part in parts]
            return " and ".join([", ".join(names[:-1]), names[-1]])
        return with_article(self.names.get(key) or key)

    def goods(self, key: str | None) -> str:
        name = self.answer.names.get(key or "")
        if not name:
            meaning = self.scope.get("meaning") or ""
            texts = [meaning] if isinstance(meaning, str) else meaning
            for text in texts:
                if key and str(text).endswith(f" ({key})"):
                    return re.sub(r" \([^()]*\)", "", str(text))
            return key or "goods"
        first = name.split(" ")[0]
        return name[0].lower() + name[1:] if first[1:].islower() else name

    def of(self, claim: Claim) -> list[Row]:
        """The rows that a claim rests on."""
        rows = [row for row in self.rows if row[PLACE] in claim.rows]
        assert len(rows) == len(claim.rows), claim
        return rows

    def beside(self, claim: Claim, *names: str) -> list[Row]:
        """The rows that a claim is compared with: of the same period, and alike by some columns."""
        first = self.of(claim)[0]
        names = ("period", *names)
        return [row for row in self.rows if all(row.get(n) == first.get(n) for n in names)]


def agrees(text: str, share: float) -> bool:
    """Tell if a share is written right."""
    if text == "over 99 %":
        return 0.99 - 1e-9 <= share < 1
    if text == "less than 0.1 %":
        return 0 < share < 0.001 + 1e-9
    number = text.removesuffix(" %")
    digits = len(number.partition(".")[2])
    near = abs(100 * share - float(number)) <= 0.5 * 10**-digits + 1e-6
    return near or (number == "49.9" and 0.49 <= share < 0.5)


def holds(text: str, low: float | None, high: float | None, share: float | None = None) -> bool:
    """Tell if a range is written so that it holds what it is of, and no percent more."""
    if text in ("an unknown part", "an unknown share"):
        return share is None
    if text.startswith("an estimated "):
        assert share is not None
        estimate, _, span = text.removeprefix("an estimated ").partition(" (")
        is_right = agrees(estimate, share)
        return is_right and (holds(span[:-1], low, high) if span else low is None or high is None)
    assert low is not None
    assert high is not None
    numbers = [float(number) for number in re.findall(r"\d+(?:\.\d+)?", text)]
    if text.startswith("between"):
        least, most = numbers
    elif text.startswith("at least"):
        least, most = numbers[0], 100.0
    elif text.startswith("at most"):
        least, most = 0.0, numbers[0]
    else:
        return high - low < 5e-4 + 1e-12 and agrees(text, low or high)
    below, above = 100 * low - least, most - 100 * high
    return -1e-6 <= below < 1 + 1e-6 and -1e-6 <= above < 1 + 1e-6


def is_worth(text: str, value: float) -> bool:
    """Tell if an amount is written right."""
    if text == "less than 1 t":
        return 0 < value < 1
    number, *unit = text.split()
    size = {"k": 1e3, "M": 1e6, "bn": 1e9}.get(unit[0], 1.0)
    digits = len(number.partition(".")[2])
    return abs(value / size - float(number.replace(",", ""))) <= 0.5 * 10**-digits + 1e-6


def main_period(rows: list[Row]) -> list[Row]:
    """Rows of the period that most have, of several the newest."""
    counts: dict[str, int] = {}
    for row in rows:
        if row.get("period"):
            counts[row["period"]] = counts.get(row["period"], 0) + 1
    if not counts:
        return rows
    most = max(counts.values())
    ties = [period for period, count in counts.items() if count == most]
    period = sorted(ties, key=lambda text: (Period(text).end, text))[-1]
    return [row for row in rows if row["period"] == period]


def of_each(rows: list[Row], *names: str) -> dict[Any, list[Row]]:
    groups: dict[Any, list[Row]] = {}
    for row in rows:
        key = row.get(names[0]) if len(names) == 1 else tuple(row.get(name) for name in names)
        groups.setdefault(key, []).append(row)
    return groups


def is_figure(figure: Figure, low: float | None, high: float | None = None) -> None:
    """Check the ends of a figure, and its words."""
    high = low if high is None else high
    if low is None:
        assert figure.low is None, figure
        return
    assert figure.low is not None
    assert isclose(figure.low, low, abs_tol=1e-12), (figure, low)
    assert figure.high is None or isclose(figure.high, high, abs_tol=1e-12), (figure, high)
    words = figure.words.removeprefix("at least ")
    if figure.unit == "share":
        if figure.high == figure.low:
            assert agrees(figure.words.removeprefix("an estimated "), low), figure
        else:
            assert holds(figure.words, low, 1.0 if figure.high is None else high), figure
    elif figure.unit in ("usd", "tonnes"):
        assert is_worth(words, low), figure


def share(row: Row) -> tuple[float | None, str]:
    """The share by value, or the least of it, else by weight; and its measure."""
    for name, measure in (("share_usd", "usd"), ("share_usd_low", "usd"),
                          ("share_tonnes", "tonnes")):  # fmt: skip
        if row.get(name) is not None:
            return row[name], measure
    return None, "tonnes"


def ends_of(rows: list[Row], measure: str) -> tuple[float | None, float | None]:
    """The ends of the shares of one supplier in one product, by its series of trade."""
    if measure == "tonnes" and len(rows) == 1:
        return rows[0]["share_tonnes"], rows[0]["share_tonnes"]
    shares = [share(row)[0] for row in rows]
    highs = [row.get("share_usd_high") for row in rows if row["share_usd"] is None]
    known = [value for value in (*shares, *highs) if value is not None]
    return (min(known), max(known)) if known else (None, None)


# --- imports at face value


def series_of(rows: list[Row]) -> list[list[Row]]:
    """Rows of each product in each series of trade."""
    groups: dict[object, list[Row]] = {}
    for row in rows:
        key = tuple(row[name] for name in ("product", "dataset", "reporter", "source"))
        groups.setdefault(key, []).append(row)
    return [*groups.values()]


def largest(rows: list[Row]) -> list[Row]:
    """The largest supplier in each series: by value where the shares are ranges."""
    found = []
    for group in series_of(rows):
        known = [row for row in group if share(row)[0] is not None]
        partial = any(row.get("share_usd_high") is not None for row in known)
        known.sort(key=lambda row: ((row["usd"] or 0.0) * partial, share(row)[0], row["supplier"]))
        found += known[-1:]
    return found


def first_supplier(read: Facts, claim: Claim) -> None:
    rows = largest(read.beside(claim, "consumer", "product"))
    assert {row["supplier"] for row in rows} == {*claim.subject}
    assert {row["consumer"] for row in rows} == {*claim.whose}
    if claim.figure is None:
        return
    if claim.figure.unit == "usd":
        is_figure(claim.figure, read.of(claim)[0]["usd"])
        assert read.of(claim)[0]["usd"] == max(
            row["usd"] or 0.0 for row in read.beside(claim, "consumer", "product")
        )
    elif claim.figure.low is not None:
        assert {share(row)[1] for row in rows if share(row)[0] is not None} == {claim.measure}
        is_figure(claim.figure, *ends_of(rows, claim.measure))


def share_sold(read: Facts, claim: Claim) -> None:
    rows = read.of(claim)
    assert {row["supplier"] for row in rows} == {*claim.subject}
    assert {row["product"] for row in rows} == {*claim.material}
    if claim.figure.low is not None:
        is_figure(claim.figure, *ends_of(rows, claim.measure))


def half_of(read: Facts, claim: Claim) -> None:
    """Check for how many products one country, or the one asked about, has half by each series."""
    alike = ("consumer", "supplier") if read.scope.get("supplier") else ("consumer",)
    rows = read.beside(claim, *alike)
    rows = rows if read.scope.get("supplier") else largest(rows)
    halves: dict[str, set[str]] = {}
    for product in {row["product"] for row in rows}:
        group = [row for row in rows if row["product"] == product]
        sellers = {row["supplier"] for row in group}
        if len(sellers) == 1 and all((share(row)[0] or 0.0) >= HALF for row in group):
            halves[product] = sellers
    if claim.figure is None:  # by one series of several
        assert not halves
        assert any((share(row)[0] or 0.0) >= HALF for row in rows)
        return
    assert (claim.figure.low, claim.figure.whole) == (
        len(halves), len({row["product"] for row in rows}),
    )  # fmt: skip
    assert {*claim.material} == {*halves}


def amount(read: Facts, claim: Claim) -> None:
    rows = read.of(claim)
    is_figure(claim.figure, fsum(row[claim.measure] for row in rows))
    codes = [code for row in rows for code in (row["hs"] or "none").split("+")]
    assert len(rows) == 1 or (len(codes) == len({*codes}) and "none" not in codes)


COUNTED = {"product": "product", "supplier": "supplier", "buyer": "consumer"}


def count(read: Facts, claim: Claim) -> None:
    rows = read.of(claim)
    if claim.figure is None or claim.figure.unit == "time":
        firsts = Counter({row["product"]: row["supplier"] for row in reversed(rows)}.values())
        most = max(firsts.values())
        assert firsts[claim.subject[0]] == most
        assert claim.figure is None or claim.figure.low == most
        return
    column = COUNTED.get(claim.figure.unit)
    if claim.figure.unit == "supplier" and len(rows) == 1:  # all listed, beside the largest
        assert claim.figure.low == rows[0]["suppliers"]
        return
    assert claim.figure.low == (len({row[column] for row in rows}) if column else len(rows))


def unknown(read: Facts, claim: Claim) -> None:
    """Check that no share is known exactly, by value or by weight, of any product."""
    goods = of_each(read.of(claim), "product")
    assert claim.reason or all(
        any(row["share_usd"] is None and (row.get("share_usd_high") is not None
            or row["share_tonnes"] is None) for row in rows)
        for rows in goods.values()
    )  # fmt: skip
    assert claim.figure is None or claim.figure.low == len(goods)


def most_buyers(read: Facts, claim: Claim) -> None:
    rows = [row for row in read.beside(claim, "supplier") if row["usd"] is not None]
    row = max(rows, key=lambda row: (row["usd"], row["consumer"]))
    assert claim.subject == (row["consumer"],)
    assert claim.material == (row["product"],)
    if claim.figure:
        is_figure(claim.figure, row["usd"])


def least_share(read: Facts, claim: Claim) -> None:
    least = min(value for row in read.of(claim) if (value := share(row)[0]) is not None)
    assert 0 <= least - claim.figure.low < 0.01 + 1e-9


# --- plants and owners


SITES = "mine or plant"


def sites(read: Facts, claim: Claim) -> None:
    """Check how many plants, capacities or owners the rows of one country have."""
    rows = read.of(claim)
    several = isinstance(read.scope["country"], list)
    whole = [row for row in read.rows if not several or row["country"] in claim.whose]
    if claim.figure.unit == "capacity":
        known = [row for row in whole if row["capacity"] is not None]
        assert claim.figure.low == len(
            {p for row in known for p in row["members"] or [row["plant"]]}
        )
        groups = [row for row in known if len(row["members"] or ()) > 1]
        assert ("together" in claim.figure.words) == bool(groups)
    elif claim.figure.unit == SITES:
        assert len(rows) == len(whole)
        assert claim.figure.low == len(
            {p for row in rows for p in row["members"] or [row["plant"]]}
        )
    else:
        named = [row for row in whole if row["plants"] and not nobody(row)]
        assert claim.figure.low == len(rows) == len(named)


def years_of(rows: list[Row]) -> set[str]:
    """The years of facts, and if some have none."""
    return {str(row["as_of"] or "without a year") for row in rows}


def is_dated(read: Facts, claim: Claim, rows: list[Row]) -> None:
    """Check that a claim, and its sentence, give the first and the last year of their facts."""
    dates = read.answer.headline.partition(" (facts ")[2].partition(")")[0]
    every = [row for one in read.answer.sentence.claims for row in read.of(one)]
    for text, facts in ((claim.facts, rows), (dates, every)):
        years = sorted(years_of(facts) - {"without a year"})
        assert {*re.findall(r"\d[-\d]*", text)} == {*years[:1], *years[-1:]}, (text, years)
        is_open = "without a year" in years_of(facts) or not (facts or text is dates)
        assert ("without a year" in text) == is_open, text


def of_plant(read: Facts, claim: Claim) -> None:
    column = {"capacity": "can make", "owner": "owned by"}
    rows = [row for row in read.rows if row["fact"] == column[claim.figure.unit]]
    if claim.figure.unit == "capacity":
        rows = [row for row in rows if row["published"] is not None]
    assert claim.figure.low == len(rows) == len(claim.rows)
    is_dated(read, claim, rows)


def of_company(read: Facts, claim: Claim) -> None:
    runs = {row["fact"] == "runs" for row in read.of(claim)}
    assert len(runs) <= 1
    rows = [row for row in read.rows
            if row["plant"] and row["fact"] != "made"
            and (row["fact"] == "runs") == (runs == {True})]  # fmt: skip
    assert claim.figure.low == len({row["plant"] for row in rows})
    is_dated(read, claim, rows)


NOUNS = {
    "group": "is in the group",
    "member": "has the member",
    "figure of production": "made",
    "export control": "restricts exports by",
    "target": "aims at",
    "input": "is made from",
    "product that is bought for it": "is bought as",
    "other product that holds it": "is in",
    "export control on it": "is restricted by",
    "HS code": "travels under",
    "element in it": "contains",
    "product of it": "is made into",
    "element": "names",
    "item": "names the item",
    "product": "covers",
}


def of_one(read: Facts, claim: Claim) -> None:
    if read.scope["kind"] in ("plant", "company"):
        (of_plant if read.scope["kind"] == "plant" else of_company)(read, claim)
        return
    rows = [row for row in read.rows if row["fact"] == NOUNS[claim.figure.unit]]
    assert claim.figure.low == len(rows) == len(claim.rows)


def made_by_one(read: Facts, claim: Claim) -> None:
    some = read.of(claim)
    assert {row["fact"] for row in some} == {"made"}
    assert {row["as_of"] for row in some} == {claim.period}
    lows = [row["share_low"] for row in some]
    assert max(lows) == max(r["share_low"] or 0 for r in read.rows if r["fact"] == "made")
    is_figure(claim.figure, min(lows), max(row["share_high"] for row in some))


def nobody(row: Row) -> bool:
    return bool({row["owner"], row["seat"]} & {"unknown", "no single owner"})


def unknown_owners(read: Facts, claim: Claim) -> float:
    """The part of the capacity behind a claim that may be anybody's."""
    return max(
        (row["share_low"] or 0.0 for row in read.beside(claim, "country", "product", "basis")
         if "unknown" in (row["owner"], row["seat"])), default=0.0,
    )  # fmt: skip


def owner_of_most(read: Facts, claim: Claim) -> None:
    [row] = read.of(claim)
    assert unknown_owners(read, claim) <= HALF
    block = [other for other in read.beside(claim, "country", "product", "basis")
             if other["plants"] and not nobody(other)]  # fmt: skip
    assert row["coverage_low"] >= HALF
    assert row["share_low"] == max(other["share_low"] for other in block)
    assert claim.subject in ((row["owner"],), (row["seat"],))
    assert claim.facts == row["as_of"]
    is_figure(claim.figure, row["share_low"], row["share_high"])


def of_unknown_owners(read: Facts, claim: Claim) -> None:
    [row] = read.of(claim)
    assert "unknown" in (row["owner"], row["seat"])
    is_figure(claim.figure, row["share_low"])


def untold(read: Facts, claim: Claim) -> None:
    row = read.of(claim)[0]
    least = row["coverage_low"]
    known = least is not None and least >= HALF and row["share_low"] and not nobody(row)
    assert row["total_tonnes"] is None or not known or unknown_owners(read, claim) > HALF


def maker_of_most(read: Facts, claim: Claim) -> None:
    [row] = read.of(claim)
    block = [other for other in read.beside(claim, "country", "product", "period")
             if other["counts"] == "whole" and "unknown" not in (other["name"], other["seat"])
             ]  # fmt: skip
    assert row["coverage_low"] >= HALF
    assert row["share_low"] == max(other["share_low"] for other in block)
    assert claim.subject in ((row["name"],), (row["seat"],))
    is_figure(claim.figure, row["share_low"], row["share_high"])


def without_maker(read: Facts, claim: Claim) -> None:
    [row] = read.of(claim)
    assert "unknown" in (row["name"], row["seat"])
    is_figure(claim.figure, row["share_low"], row["share_high"])


def untold_maker(read: Facts, claim: Claim) -> None:
    row = read.of(claim)[0]
    known = row["coverage_low"] is not None and row["coverage_low"] >= HALF
    assert not known or not row["share_low"] or row["estimated"]


# --- uses


def of_uses(read: Facts, claim: Claim) -> None:
    """Check how many elements or uses the rows have, or have with a share."""
    rows, column = read.of(claim), {"element": "element", "use": "label"}[claim.figure.unit]
    elements = {row["element"]: row for row in reversed(read.rows)}
    if claim.figure.whole is not None:
        shares = [row for row in elements.values() if row["share"] is not None]
        assert (claim.figure.low, claim.figure.whole) == (len(shares), len(elements))
    else:
        values = [row[column] for row in rows]
        assert claim.figure.low == (len({*values}) if column == "element" else len(values))
        assert read.scope.get("technology") or len(rows) == len(read.rows)


def largest_use(read: Facts, claim: Claim) -> None:
    [row] = read.of(claim)
    assert row["share"] == max(other["share"] or 0.0 for other in read.rows)
    assert claim.region == row["region"]
    assert claim.subject in ((row["label"],), ())
    is_figure(claim.figure, row["share"])


def need(read: Facts, claim: Claim) -> None:
    [row] = read.of(claim)
    start = "tonnes" if claim.figure.unit == "tonnes" else "per_unit"
    ends = [row[f"{start}_{end}"] for end in ("low", "high")]
    assert (claim.figure.low, claim.figure.high) == (
        *(row["per_unit"] if end is None else end for end in ends),
    )
    texts = re.findall(r"[\d.,]+(?:e[+-]\d+)?", claim.figure.words)
    for text, value in zip((texts * 2)[:2] if len(texts) == 1 else texts, ends, strict=True):
        value = row["per_unit"] if value is None else value
        assert abs(float(text.replace(",", "")) - value) <= 0.005 * value + 0.5 * (value >= 100)


# --- concentration of markets


def market(read: Facts, claim: Claim) -> list[Row]:
    """Rows of the market of a claim in its period: with a first country and amounts, if any has."""
    several = len({row["consumer"] for row in read.of(claim)}) > 1
    rows = read.beside(claim, "market", "measure", *(() if several else ("consumer",)))
    rows = [row for row in rows if row["top"] is not None] or rows
    return [row for row in rows if "only shares" not in (row["denominator"] or "")] or rows


def has_half(row: Row) -> bool:
    return row["top"] is not None and (row["cr1"] or 0.0) >= HALF


def first_of_market(read: Facts, claim: Claim) -> None:
    [row] = read.of(claim)
    assert claim.subject == (row["top"],)
    if claim is read.answer.sentence.claims[0]:
        assert read.answer.headline.casefold().startswith(read.place(row["top"]).casefold())
    assert row["market"] in claim.qualifiers
    high = row["cr1_high"] if row.get("extent") else row["cr1"]
    if row["market"] == "production by ore":
        high = 1.0 if row["cr1_high"] is None else row["cr1_high"]
    is_figure(claim.figure, row["cr1"], high)


def larger_share(read: Facts, claim: Claim) -> None:
    """Check the share of the first country of another market, or the largest of several goods."""
    [row] = read.of(claim)
    assert claim.subject == (row["top"],)
    is_figure(claim.figure, row["cr1"], row["cr1_high"])
    main = read.answer.sentence.claims[0]
    rows = read.beside(claim, "market", "measure", "consumer")
    assert row["cr1"] == max(
        other["cr1"] or 0.0 for other in rows
        if not other.get("extent") and (main.kind is Kind.HALF or other.get("fit") not in UNFIT)
    )  # fmt: skip
    assert main.kind is Kind.HALF or row["cr1"] > read.of(main)[0]["cr1"]


def halves_of_market(read: Facts, claim: Claim) -> None:
    rows = read.of(claim)
    assert {row[PLACE] for row in market(read, claim)} == {*claim.rows}
    large = [row for row in rows if has_half(row)]
    count, whole = len(large), len(rows)
    if claim.figure.unit == "product":
        goods = {row["product"] for row in rows}
        sure = goods - {row["product"] for row in rows if not has_half(row)}
        assert {*claim.material} == sure
        count, whole = len(sure), len(goods)
    assert (claim.figure.low, claim.figure.whole) == (count, whole)


def first_most_often(read: Facts, claim: Claim) -> None:
    firsts = Counter(row["top"] for row in read.of(claim))
    assert firsts[claim.subject[0]] == max(firsts.values())
    assert all(has_half(row) for row in read.of(claim))
    assert claim.figure is None or claim.figure.low == max(firsts.values())


def index_of_market(read: Facts, claim: Claim) -> None:
    [row] = read.of(claim)
    assert claim.figure.low == row["hhi_low"]
    digits = claim.figure.words.removeprefix("at least ").replace(",", "")
    assert abs(int(digits) - row["hhi_low"]) <= 0.5 + 1e-6
    bands = [text for text in claim.qualifiers if text.startswith("band: ")]
    assert bands in ([], [f"band: {row['band']}"])


def unknown_first(read: Facts, claim: Claim) -> None:
    rows = read.of(claim)
    if claim.denied:
        assert claim.reason
    elif len(rows) == 1:
        assert None in (rows[0]["top"], rows[0]["cr1"])
        assert claim.reason in ("", " and ".join((rows[0]["ranges"] or ())[:2]))
    else:
        assert len({row["product"] for row in rows}) == 1
        assert not all(has_half(row) for row in rows)


# --- reliance, demand without the largest producer, prices and supply risks


def relying_half(read: Facts, claim: Claim) -> None:
    """Check how many materials of countries are surely half imported, of those with a figure."""
    rows = read.of(claim)
    lows: dict[tuple[str, str], list[float]] = {}
    for row in rows:
        lows.setdefault((row["country"], row["material"]), []).append(row["reliance_low"])
    sure = [key for key, values in lows.items() if min(values) >= HALF]
    assert (claim.figure.low, claim.figure.whole) == (len(sure), len(lows))
    places = [key for key, _ in lows] if claim.whose else ()
    known = [row for row in read.beside(claim) if row["reliance_low"] is not None]
    assert len(rows) == len([row for row in known if not places or row["country"] in places])
    assert {*claim.whose} in ({*places}, set())


def net_imports(read: Facts, claim: Claim) -> None:
    rows = read.of(claim)
    assert {(row["country"],) for row in rows} == {claim.whose}
    assert {(row["material"],) for row in rows} == {claim.material}
    if "published" in claim.qualifiers:
        is_figure(claim.figure, rows[0]["published_value"])
    elif claim.figure is None:
        assert rows[0]["net_exporter"]
    else:
        highs = [1.0 if row["reliance_high"] is None else row["reliance_high"] for row in rows]
        is_figure(claim.figure, min(row["reliance_low"] for row in rows), max(highs))


def unknown_reliance(read: Facts, claim: Claim) -> None:
    rows = read.of(claim)
    assert all(row["reliance_low"] is None for row in rows)
    alike = ["country"] * isinstance(read.scope["country"], list)
    assert len(rows) == 1 or [row[PLACE] for row in read.beside(claim, *alike)] == [*claim.rows]


def met_by_half(read: Facts, claim: Claim) -> None:
    rows = [row for row in read.beside(claim) if row["ratio_low"] is not None]
    assert [row[PLACE] for row in rows] == [*claim.rows]
    products = {row["product"] for row in rows}
    unsure = {row["product"] for row in rows if row["ratio_low"] < HALF}
    if claim.kind is Kind.HALF:
        assert (claim.figure.low, claim.figure.whole) == (len(products - unsure), len(products))
        return
    more = {
        row["product"] for row in rows if row["ratio_high"] is None or row["ratio_high"] >= HALF
    }
    assert claim.figure.low == len(products - more)


def effects(read: Facts, claim: Claim) -> None:
    """Check how many cases there are, judged, followed by less, or of a published change."""
    rows = [
        row for row in read.rows
        if not claim.qualifiers
        or (claim.qualifiers == ("published",) and row["published"] is not None)
        or (row["bought"] is not None and claim.qualifiers[0] in ("judged", row["finding"]))
    ]  # fmt: skip
    assert claim.figure.low == len(rows)
    assert [row[PLACE] for row in rows] == [*claim.rows]


def of_leverage(read: Facts, claim: Claim) -> None:
    """Check what one loses in all, or what the other gives up in sales."""
    rows = read.of(claim)
    assert rows == [row for row in read.rows if (row["consumer"],) == claim.whose]
    if claim.qualifiers == ("sales",):
        is_figure(claim.figure, fsum(row["sales"] for row in rows))
    else:
        is_figure(claim.figure, *[
            fsum(row[f"lost_imports_{end}"] for row in rows) for end in ("low", "high")
        ])  # fmt: skip


def more_taken(read: Facts, claim: Claim) -> None:
    """Check that the subject takes more than the other can, or that none surely does."""
    ends: dict[str, list[float]] = {}
    for row in read.rows:
        sums = ends.setdefault(row["supplier"], [0.0, 0.0])
        sums[0] += row["lost_imports_low"]
        sums[1] += row["lost_imports_high"]
    sure = [
        seller for seller, (low, _) in ends.items()
        if low > max((high for other, (_, high) in ends.items() if other != seller), default=0.0)
    ]  # fmt: skip
    assert [*claim.subject] == sure


def of_effect(read: Facts, claim: Claim) -> None:
    [row] = read.of(claim)
    is_figure(claim.figure, row[claim.qualifiers[0]])


def left_over(read: Facts, claim: Claim) -> None:
    [row] = read.of(claim)
    is_figure(claim.figure, *[
        row[name] for name in ("supply_without", "supply") if row[name] == claim.figure.low
    ][:1])  # fmt: skip
    main, supply = read.answer.sentence.claims[:2]
    assert (main.figure.low, supply.figure.low) == (row["supply_without"], row["supply"])
    assert claim.assumptions == {"without": row["largest"]}


def met_without(read: Facts, claim: Claim) -> None:
    [row] = read.of(claim)
    if claim.figure is None:
        assert row["ratio_low"] >= 1
        return
    high = 1.0 if row["ratio_high"] is None else min(1.0, row["ratio_high"])
    is_figure(claim.figure, row["ratio_low"], high)


def no_ratio(read: Facts, claim: Claim) -> None:
    assert all(row["ratio_low"] is None for row in read.of(claim))


def is_price(text: str, value: float) -> bool:
    digits = len(text.partition(".")[2])
    return abs(float(text.replace(",", "")) - value) <= 0.5 * 10**-digits + 1e-6


def priced(read: Facts) -> list[Row]:
    """Rows that may be the price of what was asked: of the buyers, published, or of one good."""
    known = [row for row in read.rows if row["usd_per_tonne"] is not None]
    buyers = [read.scope["consumer"] or "WLD"]
    buyers = read.scope["consumer"] if isinstance(read.scope["consumer"], list) else buyers
    values = [row for row in known if row["dataset"] and row["place"] in buyers
              and row["fit"] not in UNFIT]  # fmt: skip
    published = [row for row in known if not row["dataset"]]
    return values if buyers != ["WLD"] else published or values


def newest(rows: list[Row]) -> list[Row]:
    last = max(Period(row["period"]).end for row in rows)
    return [row for row in rows if Period(row["period"]).end == last]


def price(read: Facts, claim: Claim) -> None:
    """Check a price: of the newest period, the last before it, or the highest of its series."""
    rows, current = read.of(claim), newest(priced(read))
    assert {row["material"] for row in rows} == {*claim.material}
    ends = [row["usd_per_tonne"] for row in rows]
    assert (claim.figure.low, claim.figure.high) == (min(ends), max(ends))
    texts = re.findall(r"[\d,.]*\d", claim.figure.words)
    whole = sorted({min(ends), max(ends)})
    assert all(is_price(*pair) for pair in zip(texts, whole, strict=False)), claim.figure
    main = read.answer.sentence.claims[0]
    if len(rows) > 1:
        assert rows == current
        return
    [row] = rows
    assert claim.period == row["period"]
    assert ("estimated" in claim.qualifiers) == bool(row["estimated"])
    if row in current:
        values = [other["usd_per_tonne"] for other in current]
        assert row["usd_per_tonne"] in (min(values), max(values))
        return
    first = read.of(main)[0]
    series = [other for other in priced(read) if other["figure"] == first["figure"]
              and other["material"] == first["material"] and other is not first]  # fmt: skip
    last = max(series, key=lambda row: (Period(row["period"]).end, row["period"]))
    highest = max([*series, first], key=lambda row: row["usd_per_tonne"])
    assert row in (last, highest)


def prices_counted(read: Facts, claim: Claim) -> None:
    rows = newest(priced(read))
    assert [row[PLACE] for row in rows] == [*claim.rows]
    whole = len({row["material"] for row in rows}) if claim.figure.unit == "material" else len(rows)
    assert claim.figure.low == whole


def no_price(read: Facts, claim: Claim) -> None:
    assert not priced(read)


def critical(read: Facts, claim: Claim) -> None:
    rows = read.of(claim)
    if "computed" in claim.qualifiers:
        assert len(rows) == len(read.rows)
        sure = {row["material"] for row in rows if (row["supply_risk_low"] or 0.0) >= 1}
        assert claim.figure.low == len(sure)
        return
    rated = {row["material"] for row in read.rows if row["published_critical"] is not None}
    named = {row["material"] for row in read.rows if row["published_critical"] is True}
    assert (claim.figure.low, claim.figure.whole) == (len(named), len(rated))


def supply_risk(read: Facts, claim: Claim) -> None:
    rows = read.of(claim)
    assert {(row["material"],) for row in rows} == {claim.material}
    scored = {row["material"] for row in read.rows if row["published_critical"] is not None}
    assert len({row["material"] for row in read.rows}) == 1 or len(scored) == 1
    numbers = [float(text) for text in re.findall(r"[\d.]*\d", claim.figure.words)]
    if "published" in claim.qualifiers:
        score = max(row["published_supply_risk"] or -1.0 for row in rows)
        assert claim.figure.low == score
        assert abs(numbers[0] - score) <= 0.05 + 1e-9
        return
    low = min(v for row in rows if (v := row["supply_risk_low"]) is not None)
    high = max(v for row in rows if (v := row["supply_risk_high"]) is not None)
    assert (claim.figure.low, claim.figure.high) == (low, high)
    assert -1e-6 <= low - numbers[0] < 0.1 + 1e-6
    assert -1e-6 <= numbers[1] - high < 0.1 + 1e-6


def unknown_risk(read: Facts, claim: Claim) -> None:
    name = "supply_risk_low" if "computed" in claim.qualifiers else "published_supply_risk"
    assert all(row[name] is None for row in read.of(claim))


# --- what was published


def of_kind(read: Facts, claim: Claim) -> None:
    """Check how many published claims there are, or are of the most frequent kind."""
    kinds = Counter(row["kind"] for row in read.rows)
    assert claim.figure.low == len(claim.rows)
    if claim.qualifiers:
        [kind] = claim.qualifiers
        assert {row["kind"] for row in read.of(claim)} == {kind}
        assert claim.figure.low == kinds[kind] == max(kinds.values())
    else:
        assert claim.figure.low == len(read.rows)
    assert claim.assumptions.get("source") == read.scope["source"]


def published_over_months(read: Facts, claim: Claim) -> None:
    """Add the amounts of a run up month by month, from the rows and the claims beside them."""
    run = range(Period(claim.period).start, Period(claim.period).end)
    [goods], rows = claim.material, read.of(claim)
    published = [*read.rows, *read.answer.claims.to_pylist()]
    every = [row for row in published if row["kind"] == "quantity"]
    every = [row for row in every if goods in (row["product"], row["element"])]
    if claim.kind is Kind.COUNT:
        spans = [Period(row["period"]) for row in rows]
        covered = {month for span in spans for month in range(span.start, span.end)}
        assert claim.figure.low == len({*run} - covered)
        return
    [buyer], [seller] = {row["consumer"] for row in rows}, {row["supplier"] for row in rows}
    assert claim.subject == (seller,)
    low, high = 0.0, 0.0
    for month in run:
        text = f"{month // 12}-{month % 12 + 1:02d}"
        own, all_ = ([row for row in every if row["period"] == text and row["consumer"] == end
                      and row["supplier"] == seller] for end in (buyer, None))  # fmt: skip
        least, most = zip(*map(_tonnes, own), strict=True) if own else ((0.0,), (None,))
        known = [end for end in most if end is not None] or [
            end for _, end in map(_tonnes, all_) if end is not None
        ]
        low += min(least)
        high += max(known, default=inf)
    assert isclose(claim.figure.low, low)
    assert claim.figure.high is None if high == inf else isclose(claim.figure.high, high)


def _tonnes(row: Mapping[str, Any]) -> tuple[float, float | None]:
    scale = {"t": 1.0, "kg": 0.001}[row["unit"]]
    low = high = row["value"] * scale
    if row["qualifier"] in ("more-than", "at-least"):
        high = None
    if row["qualifier"] in ("less-than", "up-to"):
        low = 0.0
    return low, high


def of_kind_or_months(read: Facts, claim: Claim) -> None:
    (published_over_months if "without" in claim.qualifiers else of_kind)(read, claim)


def of_verdict(read: Facts, claim: Claim) -> None:
    rows, [verdict] = read.of(claim), claim.qualifiers
    assert all(row["verdict"] == verdict for row in rows)
    if read.scope.get("that"):
        [row] = rows
        assert claim.subject == (row["claim"],)
        assert claim.figure is None or claim.figure.words == row["data"]
        return
    assert claim.figure.low == len(rows) == sum(row["verdict"] == verdict for row in read.rows)


def every_row(read: Facts, claim: Claim) -> None:
    assert claim.figure.low == len(read.rows) == len(claim.rows)


def contradicting(read: Facts, claim: Claim) -> None:
    """Check how many pairs contradict each other surely, or if of one period."""
    unsure = "if of one period" in claim.qualifiers
    rows = [row for row in read.rows if ("if of one period" in row["conflict"]) == unsure]
    assert [row[PLACE] for row in rows] == [*claim.rows]
    assert claim.figure.low == len(rows)


def acts(read: Facts, claim: Claim) -> None:
    """Check how many acts stand so on a day, or have a suspension or an end."""
    if claim.figure.unit == "country":
        assert claim.figure.low == len({row["country"] for row in read.rows})
        return
    state, *more = claim.qualifiers or ("",)
    is_aimed = more[:1] == ["aimed"]
    more = more[is_aimed:]
    columns = {"a suspension": "suspended_from", "an end": "until"}
    states = {"in force": ("in force", "licensed")}.get(state, (state,))
    rows = [
        row for row in read.rows
        if (row[columns[state]] is not None if state in columns
            else not state or row["status"] in states)
        and (not more or row["measure"] == more[0]) and (row["target"] or not is_aimed)
    ]  # fmt: skip
    assert [row[PLACE] for row in rows] == [*claim.rows]
    assert claim.figure.low == len(rows)
    assert more[1:] in ([], *(row["items"] for row in rows))


# --- flows, first suppliers and ranks


def rows_of_world(claim: Claim) -> None:
    """Check that a claim on world trade has no other keys."""
    assert claim.whose == ()
    assert claim.material == ()


def largest_flow(read: Facts, claim: Claim) -> None:
    [row] = read.of(claim)
    rows_of_world(claim)
    assert row[row["by"]] == max(other[row["by"]] or 0.0 for other in read.beside(claim))
    ends_of_flow(claim, row)
    is_partial = any(part.partial for part in coverages(read))
    assert ("listed" in claim.qualifiers) == (row["share"] is None and is_partial)
    not_withdrawn(read, claim)
    if claim.figure:
        is_figure(claim.figure, row[claim.measure])


def ends_of_flow(claim: Claim, row: Row) -> None:
    assert (claim.subject, claim.destination) == ((row["exporter"],), row["importer"])
    assert claim.measure == row["by"]


def part_of_world_trade(read: Facts, claim: Claim) -> None:
    [row] = read.of(claim)
    ends_of_flow(claim, row)
    is_figure(claim.figure, row["share"])


def series_in(read: Facts) -> list[Series]:
    return [series for part in coverages(read) for series in part.series]


def coverages(read: Facts) -> list[Coverage]:
    return [*read.answer.coverage.parts.values()]


def open_reasons(read: Facts, measure: str, periods: set[str]) -> set[str]:
    """Tell why nobody can be called first in world trade."""
    goods = {text for series in series_in(read) for text in series.earlier}
    reasons = {*goods} if read.scope.get("for") else set()
    fits = {series.fit for series in series_in(read)}
    if fits == {"basket"} and len(meanings(read)) == 1:
        reasons.add("alone")
    flows = [flow for part in coverages(read) for flow in part.missing_flows]
    times = [Period(period) for period in periods]
    if measure == "usd":
        reasons |= {
            read.place(flow.supplier) for flow in flows
            if any(Period(flow.period).overlaps(time) for time in times)
        }  # fmt: skip
    return reasons


def not_withdrawn(read: Facts, claim: Claim) -> None:
    reasons = open_reasons(read, claim.measure, {row["period"] for row in read.of(claim)})
    assert reasons <= ({"alone"} if "other goods" in claim.qualifiers else set()), reasons


def withdrawn(read: Facts, claim: Claim) -> None:
    """Check why nobody is first, or that no amount is known."""
    rows = read.of(claim)
    if claim.denied is None:
        assert all(row[row["by"]] is None for row in rows)
        return
    reasons = open_reasons(read, claim.measure, {row["period"] for row in rows})
    assert any(reason in claim.reason for reason in reasons), (claim, reasons)


def first_of_most(read: Facts, claim: Claim) -> None:
    firsts, own = first_buyers(read, claim)
    rows_of_world(claim)
    bought: dict[str, float] = {}
    for row in firsts:
        bought[row["supplier"]] = bought.get(row["supplier"], 0.0) + row["imports"]
    assert isclose(bought[claim.subject[0]], max(bought.values()))
    assert (claim.figure.low, claim.figure.whole) == (len(own), len(firsts))
    assert "at least" not in claim.figure.words or any(row.get("extent") for row in firsts)
    not_withdrawn(read, claim)


def first_buyers(read: Facts, claim: Claim) -> tuple[list[Row], list[Row]]:
    """Return the rows of the first suppliers of all buyers, and those of one supplier."""
    firsts = [row for row in read.beside(claim) if row["place"] == 1]
    firsts = [row for row in firsts if row["imports"] is not None]  # else by weights in doubt
    own = [row for row in firsts if row["supplier"] in claim.subject]
    assert own == read.of(claim)
    return firsts, own


def part_of_first(read: Facts, claim: Claim) -> None:
    firsts, own = first_buyers(read, claim)
    is_figure(claim.figure, fsum(row["imports"] for row in own)
              / fsum(row["imports"] for row in firsts))  # fmt: skip


def first_of_network(read: Facts, claim: Claim) -> None:
    """Check who has the first rank, in one period or in most of several."""
    assert claim.assumptions["measures"] == next(iter(read.scope["measures"]))
    rows = read.of(claim)
    if claim.figure is None:
        firsts = [row for row in read.beside(claim) if row["rank"] == 1]
        assert rows == firsts
        assert set(claim.subject) in ({row["country"] for row in firsts}, set())
        return
    firsts = [row for row in read.rows if row["rank"] == 1]
    counts = Counter(row["country"] for row in firsts)
    periods = sorted({row["period"] for row in read.rows}, key=lambda text: Period(text).end)
    assert claim.period == f"{periods[0]}..{periods[-1]}"
    assert claim.figure.low == max(counts.values()) == counts[claim.subject[0]] == len(rows)
    assert claim.figure.whole == len(periods)


def no_rank(read: Facts, claim: Claim) -> None:
    measure = claim.assumptions["measures"]
    assert all(row["rank"] is row[measure] is None for row in read.of(claim))
    assert {*claim.rows} >= {row[PLACE] for row in read.beside(claim)}
    assert claim.reason in read.answer.headline


def size_of_network(read: Facts, claim: Claim) -> None:
    rows = read.of(claim)
    if any(row["rank"] != 1 for row in rows) or claim.figure.low == rows[0]["nodes"]:
        assert {row["nodes"] for row in rows} == {claim.figure.low}
    else:
        assert len(rows) == len([row for row in read.beside(claim) if row["rank"] == 1])
        pairs = {(row["country"], row.get("product")) for row in rows}
        assert claim.figure.low == len(pairs)


def sides(read: Facts, claim: Claim) -> None:
    """Check how many flows both sides value, and how many of them far apart."""
    rows = both_valued(read, claim)
    far = [row for row in rows if not 0.5 < row["usd_exporter"] / row["usd_importer"] < 2]
    assert claim.figure.whole in (None, len(rows))
    assert claim.figure.low == len(rows if claim.figure.whole is None else far)


def both_valued(read: Facts, claim: Claim) -> list[Row]:
    rows = [row for row in main_period(read.rows)
            if row["usd_exporter"] and row["usd_importer"]]  # fmt: skip
    assert rows == read.of(claim)
    return rows


def sum_of_side(read: Facts, claim: Claim) -> None:
    [side] = claim.qualifiers
    rows = both_valued(read, claim)
    is_figure(claim.figure, fsum(row[f"usd_{side.removesuffix('s')}"] for row in rows))


def no_sides(read: Facts, claim: Claim) -> None:
    assert not any(row["usd_exporter"] and row["usd_importer"] for row in read.of(claim))


# --- changes


def totals_of(read: Facts, claim: Claim) -> list[Total]:
    """The totals of both periods that a claim rests on."""
    totals = [total for part in coverages(read) for total in part.totals or ()]
    return [
        total for total in totals if total.product in claim.material
        and {total.consumer, total.supplier, total.on} - {None}
        == {*claim.subject, *claim.whose}
    ]  # fmt: skip


def ends_of_value(value: float | None, high: float | None, months: int) -> tuple[float, float]:
    """The least and the most that the value of a total may be in a month."""
    if value is None:
        return 0.0, inf
    return value / months, inf if high is None else high / months


def relative_change(read: Facts, total: Total) -> tuple[float, float] | None:
    """The least and the most that a total may have changed; None if it is unknown."""
    before, after = total.usd.before, total.usd.after
    if not before or after is None or is_untold(read, total.product, total.before, total.after):
        return None
    highs = total.most_usd or (before, after)
    old, most_old = ends_of_value(before, highs[0], total.months_before)
    new, most_new = ends_of_value(after, highs[1], total.months_after)
    if most_old == most_new == inf:
        most_old, most_new = old, new
    return (new / most_old - 1, most_new / old - 1) if inf not in (most_old, most_new) else None


def is_untold(read: Facts, product: str, *periods: str) -> bool:
    """Tell if codes or missing flows leave open whether the trade in a product changed."""
    times = [Period(period) for period in periods]
    years = {year for time in times for year in range(time.start // 12, time.year + 1)}
    span = {str(year) for year in range(min(years), max(years) + 1)}
    split = [trade for part in coverages(read) for trade in part.split_trade]
    missing = [flow for part in coverages(read) for flow in part.missing_flows]
    return any(
        product in (trade.product, trade.other) and len(span & set(trade.years)) > 1
        for trade in split
    ) or any(flow.product == product and int(flow.period) in years for flow in missing)


def changed(read: Facts, claim: Claim) -> None:
    """Check by how much a total changed, of one product, or of all most."""
    if claim.figure is None:  # it can be told
        assert len(claim.material) == 1
        assert not is_untold(read, claim.material[0], *claim.period.split(".."))
        return
    totals = totals_of(read, claim)
    if claim.figure.unit == "change":
        [total] = totals
        assert claim.period == f"{total.before}..{total.after}"
        low, high = relative_change(read, total)
        assert isclose(claim.figure.low, low, abs_tol=1e-9)
        assert isclose(claim.figure.high, high, abs_tol=1e-9)
        turn_agrees(claim.figure.words, low, high)
        return
    products = {total.product for part in coverages(read) for total in part.totals or ()}
    every = totals_of(read, replace(claim, material=tuple(products)))
    months = any(total.months_before != total.months_after for total in every)
    sizes = {}
    for total in every:
        if ends := relative_change(read, total):
            base = total.usd.before / (total.months_before if months else 1)
            sizes[total.product, id(total)] = sorted(end * base for end in ends)
    low, high = next(ends for (product, _), ends in sizes.items() if product == claim.material[0]
                     and isclose(ends[0], claim.figure.low, abs_tol=1e-3))  # fmt: skip
    assert isclose(high, claim.figure.high, abs_tol=1e-3)
    least = min(abs(low), abs(high))
    assert all(max(abs(end) for end in ends) <= least + 1e-6
               for (product, _), ends in sizes.items() if product != claim.material[0])  # fmt: skip
    words = claim.figure.words.removeprefix("at least ").removesuffix(" a month")
    assert words[0] == ("+" if low >= 0 else "-")
    assert is_worth(words[1:], least)


def turn_agrees(text: str, low: float, high: float) -> None:
    """Check the words of a relative change."""
    if text.startswith("changed little"):
        assert max(abs(low), abs(high)) < 0.0055
        return
    assert text.startswith("rose" if low > 0 else "fell")
    assert low * high > 0
    number = float(re.search(r"[\d,.]+", text)[0].replace(",", ""))
    if "-fold" in text:
        assert abs(number - (low + 1)) <= max(0.1, 0.051 * number)
        assert text.startswith("rose at least") == (high - low >= 5e-4)
    elif text.startswith("rose at least"):
        assert -1e-6 <= 100 * low - number < 1
    else:
        words = text.removeprefix("rose ").removeprefix("fell ").removesuffix(" by value")
        assert holds(words, *sorted((abs(low), abs(high))))


def counted_changes(read: Facts, claim: Claim) -> None:
    """Check for how many products trade surely rose or fell, or how many more there are."""
    if not claim.qualifiers:
        count(read, claim) if claim.rows else None
        return
    signs: dict[str, set[int]] = {}
    for total in totals_of(read, claim):
        low, high = relative_change(read, total) or (0.0, 0.0)
        signs.setdefault(total.product, set()).add((low > 0) - (high < 0))
    sign = {"grew": 1, "fell": -1}[claim.qualifiers[0]]
    assert claim.figure.low == sum(own == {sign} for own in signs.values())
    assert claim.figure.whole in (None, len(signs))


def value_of_total(read: Facts, claim: Claim) -> None:
    [total] = totals_of(read, claim)
    assert claim.period in (total.before, total.after)
    values = [total.usd.after, total.usd.per_month_after]
    if claim.period == total.before:
        values = [total.usd.before, total.usd.per_month_before]
    assert any(value is not None and isclose(claim.figure.low, value) for value in values)
    words = claim.figure.words.removeprefix("at least ")
    assert is_worth(words if " USD" in words else f"{words} {unit_beside(read)}",
                    claim.figure.low)  # fmt: skip


def unit_beside(read: Facts) -> str:
    """The unit of the last amount of a sentence on two amounts of one unit."""
    return re.search(r" and [\d,.]+ ((?:k |M |bn )?USD)", read.answer.headline)[1]


def change_untold(read: Facts, claim: Claim) -> None:
    """Check that no change can be told: by codes, missing flows, values, or open ends."""
    for total in totals_of(read, claim):
        ends = relative_change(read, total)
        assert ends is None or ends[0] < 0 < ends[1]


# --- trade and output through time


def line_of(read: Facts, row: Row, *names: str) -> list[Row]:
    """The rows of the line through time that a row is of, with an amount, the newest last."""
    amounts = "usd" if "usd" in row else "tonnes"
    line = [other for other in read.rows if other[amounts] is not None
            and all(other.get(name) == row.get(name) for name in names)
            and (amounts == "tonnes"
                 or Period(other["period"]).months == Period(row["period"]).months)]  # fmt: skip
    return sorted(line, key=lambda other: (Period(other["period"]).end, other["period"]))


OF_TRADE = ("consumer", "supplier", "product", "on", "hs_revision", "reporter", "source")
OF_OUTPUT = ("producer", "product", "basis", "series")


def in_time(line: list[Row], row: Row, name: str) -> None:
    """Check that a row is the last of its line, the last but one, or its peak."""
    peak = max(other[name] for other in line)
    assert row in line[-2:] or row[name] == peak


def value_in_time(read: Facts, claim: Claim) -> None:
    [row] = read.of(claim)
    in_time(line_of(read, row, *OF_TRADE), row, "usd")
    assert claim.period == row["period"]
    is_figure(claim.figure, row["usd"])
    assert claim.figure.is_exact == (not row.get("extent"))
    if claim is read.answer.sentence.claims[0]:
        owner = [row.get("consumer"), row.get("supplier")]
        ends = [line_of(read, other, *OF_TRADE)[-1] for other in read.rows
                if other["usd"] is not None and is_usual(read, other)
                and [other.get("consumer"), other.get("supplier")] == owner]  # fmt: skip
        newest = max(Period(other["period"]).end for other in ends)
        assert row["usd"] == max(
            other["usd"] for other in ends if Period(other["period"]).end == newest
        )


def is_usual(read: Facts, row: Row) -> bool:
    """Tell if the period of a row has the most common length."""
    owner = [row.get("consumer"), row.get("supplier")]
    counts = Counter(Period(other["period"]).months for other in read.rows
                     if [other.get("consumer"), other.get("supplier")] == owner)  # fmt: skip
    length = sorted(counts, key=lambda months: (counts[months], months))[-1]
    return Period(row["period"]).months == length


def comparable(read: Facts, claim: Claim) -> None:
    """Check that the values of a line can be compared from one period to the other."""
    rows = read.of(claim)
    assert not is_untold(read, claim.material[0], *(row["period"] for row in rows))
    assert rows[0]["product"] == claim.material[0]


def not_comparable(read: Facts, claim: Claim) -> None:
    rows = read.of(claim)
    if claim.denied is None:
        assert all(row["usd"] is None for row in rows)
    else:
        assert is_untold(read, claim.material[0], *(row["period"] for row in rows))


def partner_share(read: Facts, claim: Claim) -> None:
    [row] = read.of(claim)
    name = "on_share_usd" if row.get("on") else "largest_share_usd"
    partner = row["on"] if row.get("on") else row["largest"]
    assert {*partner.split("+")} <= {*claim.subject, *claim.whose}
    line = line_of(read, row, *OF_TRADE)
    assert row in (line[0], line[-1])
    low, high = row[name], row[name]
    if low is None:
        low, high = row[f"{name}_low"], row[f"{name}_high"]
    is_figure(claim.figure, low, high)


def more_products(read: Facts, claim: Claim) -> None:
    rows = read.of(claim)
    main = read.answer.sentence.claims[0]
    owner = {*main.whose, *main.subject}
    lines = {
        row["product"] for row in read.rows
        if row["usd"] is not None and is_usual(read, row)
        and owner <= {row.get("consumer"), row.get("supplier")}
    }  # fmt: skip
    assert claim.figure.low == len(lines - {*main.material}) == len({r["product"] for r in rows})


def mass_in_time(read: Facts, claim: Claim) -> None:
    [row] = read.of(claim)
    assert claim.subject == (row["producer"],)
    assert claim.qualifiers == (() if row["basis"] in (None, "gross") else (row["basis"],))
    if row["tonnes"] is None:
        assert row["low"] == claim.figure.low
        assert not newest_lines(read, row["producer"])
    else:
        in_time(line_of(read, row, *OF_OUTPUT), row, "tonnes")
    is_figure(claim.figure, row["low"] if row["tonnes"] is None else row["tonnes"])


def newest_lines(read: Facts, producer: str) -> list[tuple[Row, Row]]:
    """The first and the last row of each line, without those that end before others alike."""
    lines: dict[tuple[object, ...], list[Row]] = {}
    for row in read.rows:
        if row["tonnes"] is not None and row["producer"] == producer:
            lines.setdefault((row["product"], row["basis"], row["series"]), []).append(row)
    return [
        (line[0], line[-1]) for key, line in lines.items()
        if all(Period(other[-1]["period"]).end <= Period(line[-1]["period"]).end
               for place, other in lines.items() if place[:2] == key[:2])
    ]  # fmt: skip


def part_of_output(read: Facts, claim: Claim) -> None:
    [row] = read.of(claim)
    assert claim.whose == ("WLD",)
    if claim.subject == (row["producer"],):
        is_figure(claim.figure, row["share"])
    else:
        assert (claim.subject, row["producer"]) == ((row["largest"],), "WLD")
        is_figure(claim.figure, row["largest_share"])


def grown_output(read: Facts, claim: Claim) -> None:
    if not claim.qualifiers:
        count(read, claim)
        return
    ends = newest_lines(read, claim.subject[0])
    newest = max((Period(last["period"]).end, last["period"]) for _, last in ends)[1]
    there = [(first, last) for first, last in ends if last["period"] == newest]
    grown = sum(last["tonnes"] > first["tonnes"] for first, last in there)
    assert (claim.figure.low, claim.figure.whole) == (grown, len(there))
    assert claim.period == newest


def no_output(read: Facts, claim: Claim) -> None:
    assert not newest_lines(read, claim.subject[0])


# --- chains of supply


NO_COUNTRY = {"unknown", "untraceable", "any other country"}


def part_of(read: Facts, claim: Claim, place: str = "consumer") -> list[Row]:
    """The rows of the main period of the part of the question that a claim answers."""
    first = read.of(claim)[0]
    several = [name for name in (place, "period") if isinstance(read.scope.get(name), list)]
    rows = [row for row in read.rows if all(row.get(n) == first.get(n) for n in several)]
    rows = main_period(rows)
    assert {*claim.rows} <= {row[PLACE] for row in rows}
    assert ("other goods" in claim.qualifiers) <= any(row.get("fit") in UNFIT for row in rows)
    return rows


def passes(row: Row) -> bool:
    """Tell if a row is of what was in a place at any stage."""
    return row["origin"].startswith("through ") or row["traced_to"] == "any stage"


def is_country(row: Row) -> bool:
    return row["origin"] not in NO_COUNTRY and not row["origin"].startswith("through ")


def came_from(read: Facts, claim: Claim) -> None:
    """Check which part was worked on in a country, or passed through it: the surest."""
    rows, words = part_of(read, claim), read.answer.headline
    if claim.kind is Kind.UNKNOWN and claim.denied is None:
        assert not [row for row in rows if is_country(row) and row["share"] is not None]
        return
    [row] = read.of(claim)
    assert claim.subject == (*row["origin"].removeprefix("through ").split("+"),)
    assert claim.measure == row["measure"]
    assert {"usd": ", by weight", "tonnes": ", by value"}[row["measure"]] not in words
    if "by sellers" in claim.qualifiers:
        most = max(r["face_value"] for r in rows if is_country(r) and r["face_value"])
        assert row["face_value"] == most
        is_figure(claim.figure, most)
        return
    passed = [row for row in rows if passes(row)]
    assert bool(passed) == (" passed through " in words)
    assert claim.qualifiers[0] == ("any stage" if passed else row["traced_to"])
    known = passed or [r for r in rows if is_country(r) and r["share"] is not None]
    known = [row for row in known if row["earlier"] is None] or known
    assert row in known
    assert (row["low"] or 0.0) == max(row["low"] or 0.0 for row in known)
    assert ("before that work" in claim.qualifiers) == (row["earlier"] is not None)
    assert ("other goods" in claim.qualifiers) == (row["fit"] in UNFIT)
    if "estimate" in claim.qualifiers:
        is_figure(claim.figure, row["share"])
    elif "assumed" in claim.qualifiers:
        assert row["high"] - row["low"] > 1 / 3
        assert claim.assumptions["assumption"] == row["assumption"]
        is_figure(claim.figure, row["assumed_low"], row["assumed_high"])
    elif row["low"] is None:
        is_figure(claim.figure, row["share"])
    else:
        is_figure(claim.figure, row["low"], row["high"])
        maybe_nothing = row["low"] == 0 and row["high"] > 1 / 3
        assert (claim.kind is Kind.UNKNOWN) == maybe_nothing == ("cannot be told" in words)


def surely_half(rows: list[Row]) -> set[tuple[str, str]]:
    """The products of which a country surely did the work of a stage for half, with it."""
    passed = [row for row in rows if passes(row)]
    return {
        (row["product"], row["origin"]) for row in passed or filter(is_country, rows)
        if (row["low"] or 0.0) >= HALF and row["earlier"] is None
    }  # fmt: skip


def half_made(read: Facts, claim: Claim) -> None:
    rows = part_of(read, claim)
    large = {product for product, _ in surely_half(rows)}
    assert {*claim.material} == large
    assert (claim.figure.low, claim.figure.whole) == (
        len(large), len({row["product"] for row in rows}),
    )  # fmt: skip
    if claim.subject:
        assert "+".join(claim.subject) == read.scope["origin"]
    fits = {row["fit"] for row in rows if row["product"] in large}
    assert ("other goods" in claim.qualifiers) == bool(fits & UNFIT)
    is_passed = any(map(passes, rows))
    assert is_passed == ("any stage" in claim.qualifiers)
    assert is_passed == (" surely passed through " in read.answer.headline)


def is_most(claim: Claim, keys: Iterable[str]) -> None:
    """Check who is named most often, and how often, or that nobody else is."""
    counts = Counter(keys)
    assert counts[claim.subject[0]] == max(counts.values())
    assert (claim.figure is None) == (len(counts) == 1)
    assert claim.figure is None or claim.figure.low == counts[claim.subject[0]]


def most_half_made(read: Facts, claim: Claim) -> None:
    is_most(claim, [origin for _, origin in surely_half(part_of(read, claim))])


VERDICTS = {
    "certain": "surely depends", "as traced": "by estimate depends", "possible": "perhaps depends",
    "basket": "with the other goods under its code", "proxy": "with the other goods under its code",
}  # fmt: skip


def points_of(read: Facts, claim: Claim) -> tuple[list[Row], list[Row]]:
    """The rows of the surest verdict, and those of them at face value, or else all."""
    rows = part_of(read, claim)
    verdicts = {row["verdict"] for row in rows}
    verdict = next(one for one in VERDICTS if one in verdicts)
    sure = [row for row in rows if row["verdict"] == verdict]
    return sure, [row for row in sure if row.get("definition") == "face value"] or sure


def point(row: Row) -> str:
    return row["supplier"] if row.get("removed") is None else row["removed"]


def half_hangs(read: Facts, claim: Claim) -> None:
    """Check for how many products or importers a part hangs on one country."""
    words = read.answer.headline
    threshold = claim.assumptions["threshold"]
    least = "all" if threshold == 1 else f"at least {100 * threshold:g} %"
    assert re.search(rf"\b{least} (?:of|could|from) ", words), words
    if claim.figure is not None and claim.figure.whole is not None:
        exposed(read, claim)
        return
    sure, rows = points_of(read, claim)
    is_bought = rows[0].get("definition") == "face value"
    assert claim.qualifiers == (sure[0]["verdict"], *["face value"] * is_bought)
    verdict = VERDICTS[claim.qualifiers[0]]
    assert is_bought == ("was bought from one country" in words)
    assert (is_bought and not verdict.startswith("with")) or verdict in words
    goods, people = ({row[name] for row in rows} for name in ("product", "consumer"))
    assert {*claim.material} == goods
    assert claim.whose == ((*people,) if len(people) == 1 else ())
    if claim.figure is None:
        assert len(goods) == 1
        assert read.goods(*goods) in words
    else:
        number = {"product": goods, "importer": people}[claim.figure.unit]
        assert claim.figure.low == len(number) >= 1


def exposed(read: Facts, claim: Claim) -> None:
    """Check on whom most importers of a product depend."""
    [row] = read.of(claim)
    rows = part_of(read, claim)
    rows = [r for r in rows if r.get("definition") == "face value"] or rows
    assert (row["at_stake"] or 0.0) == max(row["at_stake"] or 0.0 for row in rows)
    assert (claim.figure.low, claim.figure.whole) == (row["consumers"], row["importers"])
    assert claim.subject == (*point(row).split("+"),)
    assert ("other goods" in claim.qualifiers) == (row["fit"] in UNFIT)
    assert (row.get("removed") is not None) == read.answer.headline.startswith("Without ")


def at_stake(read: Facts, claim: Claim) -> None:
    [row] = read.of(claim)
    assert read.answer.sentence.claims[0].rows == claim.rows
    assert {"usd": ", by weight", "tonnes": ", by value"}[row["measure"]] not in (
        read.answer.headline
    )
    is_figure(claim.figure, row["at_stake"])


def points_counted(read: Facts, claim: Claim) -> None:
    if read.scope.get("definition") == "domestic":
        one_producer(read, claim)
        return
    if claim.figure is not None and claim.figure.unit == "more site":
        [row] = read.of(claim)
        assert len(row["members"]) == claim.figure.low + 1
        return
    if read.scope.get("level"):
        [row] = read.of(claim)
        assert (claim.figure.low, claim.figure.whole) == (row["consumers"], row["importers"])
        return
    sure, rows = points_of(read, claim)
    if claim.figure is not None and claim.figure.unit == "more":
        goods = {row["product"] for row in sure} - {row["product"] for row in rows}
        assert claim.figure.low == len(goods)
        return
    is_most(claim, [key for _, _, key in {(r["consumer"], r["product"], point(r)) for r in rows}])


def one_producer(read: Facts, claim: Claim) -> None:
    """Check how many materials have one producer, and where most of them are."""
    published = [row for row in read.rows if row["verdict"] == "published"]
    rows, words = published or read.rows, read.answer.headline
    assert bool(published) == words.startswith("Sources name")
    goods = {read.goods(row["product"] or row["element"]) for row in rows}
    if claim.figure is not None and claim.figure.unit == "time":
        is_most(claim, [row["country"] for row in rows])
        return
    if claim.figure is None:
        assert all(good in words for good in goods)
    else:
        assert claim.figure.low == len(goods)
    countries = {row["country"] for row in rows}
    assert claim.subject == ((*countries,) if len(countries) == 1 else ())


def coverage_of(row: Row) -> str:
    """Write how much of the capacity of a row is known, where that is less than half."""
    if row["plants"] is None:
        return ""
    ends = [row[name] for name in ("coverage_low", "coverage_high") if row[name] is not None]
    if not ends:
        return "; coverage of its capacity is unknown"
    return "; under half of capacity is known" if ends[0] < HALF else ""


def lost_without(read: Facts, claim: Claim) -> None:
    """Check the loss without a country, a bloc, a plant, a company or a state."""
    [row] = read.of(claim)
    rows = part_of(read, claim)
    assert ("other goods" in claim.qualifiers) == (row["fit"] in UNFIT)
    if read.scope.get("level"):
        part = "at_stake" if "consumers" in row else "loss"
        assert row[part] == max(row[part] or 0.0 for row in rows)
        assert coverage_of(row) in read.answer.headline
        assert bool(coverage_of(row)) == bool(re.search("; (cov|und)", read.answer.headline))
        assert not claim.subject or claim.subject[0] in row["name"]
        if part == "at_stake":
            is_figure(claim.figure, row["at_stake"])
            return
    else:
        sure, _ = points_of(read, claim)
        assert row in sure
        best = max(row["low"] or 0.0 for row in sure if row["loss"] is not None)
        assert (row["low"] or 0.0) == best
        assert claim.subject == (*row["removed"].split("+"),)
    if "estimate" in claim.qualifiers or row["low"] is None:
        is_figure(claim.figure, row["loss"])
    else:
        is_figure(claim.figure, row["low"], row["high"])


def nothing_left(read: Facts, claim: Claim) -> None:
    [row] = read.of(claim)
    assert row["loss"] is None
    assert row["cut_off"]
    assert claim.subject == (*row["removed"].split("+"),)


def names_cut(read: Facts) -> None:
    """Check that a sentence names the cut of exports that is played."""
    words, loss = read.answer.headline, read.scope.get("loss", 1.0)
    if words.startswith("What others"):
        return
    if stopped := read.scope.get("stopped"):
        who = name_of(read, stopped)
        if read.scope.get("seat"):
            who = f"owners in {read.place(read.scope['seat'])}"
        who = who if who in words else "what is named"
        act = "stopped" if loss == 1 else f"made {100 * loss:g} % less"
        assert f"{who} {act}" in words
    elif isinstance(loss, float) and loss < 1:
        assert f" cut {100 * loss:g} % of " in words
    else:
        assert " stopped " in words
    exporters = read.scope["exporter"] or read.scope["exporters"]
    assert all(read.place(key) in words for key in exporters)
    assert " stopped its exports" not in words or len(exporters) == 1
    assert " stopped their exports" not in words or len(exporters) > 1
    known = read.scope.get("capacity_coverage") or ()
    notes = {"unknown": "coverage of its capacity", "under half": "under half of capacity"}
    for key, note in notes.items():
        assert note not in words or key in known


def lost(read: Facts, claim: Claim) -> None:
    """Check who loses or lacks most of what, under what is assumed."""
    place = "country" if "country" in read.rows[0] else "consumer"
    rows = part_of(read, claim, place)
    [row] = read.of(claim)
    names_cut(read)
    assert ("other goods" in claim.qualifiers) == (row["fit"] in UNFIT)
    if read.scope.get("months"):
        lacking(read, claim, row, rows)
        return
    assert claim.whose == (row[place],)
    known = [row for row in rows if row["lost_share"] is not None] or rows
    amount = "lost_imports" if place == "consumer" else "lost"
    assert row[amount] == max(row[amount] or 0.0 for row in known) or row[amount] is None
    words = read.answer.headline.partition("; ")[0]
    if read.answer.sentence.claims[0].kind is Kind.UNKNOWN:
        assert all(row["lost_share"] is None for row in rows)
        assert row["high"] == max(row["high"] for row in rows)
        is_figure(claim.figure, 0.0, row["high"])
    elif "estimate" in claim.qualifiers or row["low"] is None:
        is_figure(claim.figure, row["lost_share"])
    else:
        is_figure(claim.figure, row["low"], row["high"])
    if place == "country":
        assert (" may fail" in words) == (row["verdict"] != "certain")
        assert ("may fail" in claim.qualifiers) == (row["verdict"] != "certain")
        assert claim.assumptions["tolerance"] == read.scope["tolerance"]
        over = f"fail (lose over {100 * read.scope['tolerance']:g} %)"
        assert over in words or len(read.answer.headline) + len(over) > LONGEST
    elif claim is read.answer.sentence.claims[0]:
        assert ("lose most:" in words) == (len({row["consumer"] for row in rows}) > 1)


def lacking(read: Facts, claim: Claim, row: Row, rows: list[Row]) -> None:
    """Check what is uncovered in all months, of whom that is most."""
    first = [row for row in rows if row["month"] == 1]
    assert row in first
    most = max((row["need"] or 0.0) * row["uncovered_in_all"] for row in first)
    assert (row["need"] or 0.0) * row["uncovered_in_all"] == most
    words = read.answer.headline
    assert f"{max(row['month'] for row in rows)} month" in words
    days, slack = (read.scope.get(name) or 0 for name in ("stock_days", "slack"))
    assert (f"held {round(days):,} day" if days else "held no stocks") in words
    assert (f"slack of {100 * slack:g} %" in words) == bool(slack)
    restart = row["restart"]
    assert restart is None or f" for {restart - 1} month" in words
    if claim.figure.words in ("nothing", "any"):
        assert row["high"] == 0
        assert claim.figure.words == "nothing" or all(row["high"] == 0 for row in first)
        assert (claim.figure.words == "any") == (not claim.whose) == ("nobody" in words)
        return
    assert claim.whose == (row["consumer"],)
    if "estimate" in claim.qualifiers:
        is_figure(claim.figure, row["uncovered_in_all"])
    else:
        is_figure(claim.figure, row["low"], row["high"])


def lost_amount(read: Facts, claim: Claim) -> None:
    if read.scope.get("industries"):
        added = {row["sector"]: row["value_added"] for row in read.rows if row["value_added"]}
        assert isclose(claim.figure.low, fsum(added.values()))
        assert is_worth(claim.figure.words, claim.figure.low)
        assert claim.whose == (*{row["value_added_of"] for row in read.of(claim)},)
        return
    [row] = read.of(claim)
    if claim.figure.unit == "day":
        assert claim.figure.low == row["first_day"]
        is_about = row["first_day_earliest"] != row["first_day"]
        assert claim.figure.words.startswith("about ") == is_about
        return
    assert claim.measure == row["measure"]
    is_figure(claim.figure, row["lost_imports"])


def reached(read: Facts, claim: Claim) -> None:
    """Check how many uses, elements and sectors a shortfall reaches."""
    names_cut(read)
    column = {"element": "element", "sector": "sector"}.get(claim.figure.unit)
    rows = read.of(claim)
    assert len(rows) == len(read.rows) or column == "sector"
    assert claim.figure.low == (len({row[column] for row in rows}) if column else len(rows))
    assert column != "sector" or rows == [row for row in read.rows if row["value_added"]]


def unknown_loss(read: Facts, claim: Claim) -> None:
    names_cut(read)
    assert all(row["lost_share"] is None for row in part_of(read, claim))


OF_IMPORTS: Mapping[Kind, Check] = {
    Kind.FIRST: first_supplier, Kind.SHARE: share_sold, Kind.HALF: half_of, Kind.AMOUNT: amount,
    Kind.COUNT: count, Kind.UNKNOWN: unknown,
}  # fmt: skip
OF_RANKS: Mapping[Kind, Check] = {
    Kind.FIRST: first_of_network, Kind.COUNT: size_of_network, Kind.UNKNOWN: no_rank,
}  # fmt: skip
OF_ORIGINS: Mapping[Kind, Check] = {
    Kind.SHARE: came_from, Kind.UNKNOWN: came_from, Kind.HALF: half_made,
    Kind.COUNT: most_half_made,
}  # fmt: skip
OF_LOSSES: Mapping[Kind, Check] = {
    Kind.LOSS: lost, Kind.AMOUNT: lost_amount, Kind.COUNT: reached, Kind.UNKNOWN: unknown_loss,
}  # fmt: skip
# --- what to do


def in_reach(group: list[Row]) -> str:
    """The verdict on the purchases of one product, and if many are at prices of other goods."""
    far = fsum(row["change"] for row in group if row["far_price"] and (row["change"] or 0.0) > 0)
    verdict = group[0]["verdict"]
    return "far" if verdict == "possible" and 0 < far >= 0.05 * group[0]["moved"] else verdict


def purchases_counted(read: Facts, claim: Claim) -> None:
    """Check for how many products a share is in reach, is there already, or is out of reach."""
    several = ["period"] * isinstance(read.scope.get("period"), list)
    period = {row[name] for row in read.of(claim) for name in several}
    whole = [row for row in read.rows if not period or row["period"] in period]
    whole = [row for row in main_period(whole) if row["consumer"] in claim.whose]
    verdicts = {key: in_reach(group) for key, group in of_each(whole, "product").items()}
    counted = {verdicts[row["product"]] for row in read.of(claim)}
    total = len(verdicts)
    if counted <= {"possible", "far"} and not claim.qualifiers:
        counted |= {"possible", "far"}
    assert claim.figure.low == sum(verdict in counted for verdict in verdicts.values())
    assert claim.figure.whole == total


def plan(read: Facts, claim: Claim) -> None:
    rows = read.of(claim)
    if claim.qualifiers == ("at prices of other goods",):
        amounts = [row["change"] for row in rows if row["far_price"] and (row["change"] or 0) > 0]
        is_figure(claim.figure, fsum(amounts))
        assert len(rows) == sum(bool(row["far_price"]) for row in read.beside(claim, "consumer"))
        return
    assert {row["verdict"] for row in rows} == {"possible"}
    capped = {row["supplier"] for row in rows if row["limit"] == "share"}
    capped &= {row["supplier"] for row in rows if row["cap"] == "supplier" and len(capped) == 1}
    assert {*claim.subject} == capped
    is_figure(claim.figure, rows[0]["moved"])
    assert claim.period == str(read.scope.get("until") or rows[0]["period"])
    assert rows[0]["moved"] >= fsum(row["change"] for row in rows if row["change"] > 0) * (1 - 1e-3)


def share_of_plan(read: Facts, claim: Claim) -> None:
    [row] = read.of(claim)
    columns = ("least_share", "strain", "largest_share", "largest_most")
    values = [row[name] for name in columns if row[name] is not None]
    assert claim.figure.low in values
    is_figure(claim.figure, claim.figure.low)
    if claim.subject:
        assert claim.subject == (row["largest"],)
        assert claim.figure.low == row["largest_share"] <= row["max_share"]


def lacks(read: Facts, claim: Claim) -> None:
    [row] = read.of(claim)
    assert row["verdict"] == "impossible"
    is_figure(claim.figure, row["shortfall"])


def plan_stands(read: Facts, claim: Claim) -> None:
    rows = read.of(claim)
    assert len({row["verdict"] for row in rows}) == 1
    if rows[0]["verdict"] == "met":
        assert rows[0]["largest_share"] is None or rows[0]["largest_share"] <= rows[0]["max_share"]
    else:
        assert (rows[0]["verdict"], rows[0]["least_share"]) == ("impossible", None)


def on_target(group: list[Row]) -> str:
    verdicts = {row["verdict"] for row in group}
    if verdicts & {"missed", "above", "on the way"}:
        return "missed"
    return "met" if verdicts == {"met"} else "cannot be told"


def by_imports(rows: Iterable[Row]) -> list[Row]:
    return [r for r in rows if r["aim"] == "one-country" and r["definition"] != "sourced"]


def targets_counted(read: Facts, claim: Claim) -> None:
    rows = [row for row in read.rows if row["country"] in claim.whose]
    if not any(row["product"] for row in by_imports(rows)):
        assert {row["verdict"] for row in rows} <= {"cannot be told", "no measure in the graph"}
        is_figure(claim.figure, len(of_each(rows, "target")))
        return
    rows = by_imports(rows)
    verdicts = {key: on_target(group) for key, group in of_each(rows, "target").items()}
    counted = {verdicts[row["target"]] for row in read.of(claim)}
    assert len(counted) == (1 if claim.figure.low else 0)
    number = sum(verdict in counted for verdict in verdicts.values())
    assert (claim.figure.low, claim.figure.whole) == (number, len(verdicts))


def share_beside_target(read: Facts, claim: Claim) -> None:
    [row] = read.of(claim)
    whole = [other for other in read.rows if other["target"] == row["target"] and other["product"]]
    if row["definition"] == "sourced":
        assert on_target(by_imports(whole)) == "cannot be told"
        assert row["verdict"] in ("missed", "above")
        assert claim.subject == (row["supplier"],)
        is_figure(claim.figure, row["share"])
        return
    whole = by_imports(whole)
    verdict = on_target(whole)
    if not claim.subject:
        assert verdict == "met"
        assert row["high"] == max(other["high"] for other in whole)
        assert 0 <= float(claim.figure.words.split()[0]) - 100 * row["high"] < 1 + 1e-6
        return
    is_figure(claim.figure, row["low"], row["high"])
    assert claim.subject == (row["supplier"],)
    if verdict == "missed":
        above = [other for other in whole if other["verdict"] in ("missed", "above", "on the way")]
        above = [other for other in above if other["definition"] == "face value"] or above
        assert row["distance_usd"] == max(other["distance_usd"] for other in above)


def target_untold(read: Facts, claim: Claim) -> None:
    [row] = read.of(claim)
    assert row["verdict"] == "cannot be told"
    assert bool(claim.reason) == (row["missing"] is not None)


def narrows(read: Facts, claim: Claim) -> None:
    [row] = read.of(claim)
    if claim.figure.unit == "range":
        narrowed(read, claim)
        return
    rows = [other for other in read.beside(claim, "consumer") if other["reduction"] is not None]
    others = [other for other in rows if other["figure"] != "owner of a plant"]
    others = [other for other in others if other["verdict"] == "cannot be told"] or others
    assert row["reduction"] == max(other["reduction"] for other in others or rows)
    assert claim.figure.words.split()[0] == str(int(100 * row["reduction"]))


def narrowed(read: Facts, claim: Claim) -> None:
    [row] = read.of(claim)
    low, high = re.findall(r"\d+", claim.figure.words)
    assert 0 <= 100 * row["low"] - int(low) < 1 + 1e-6
    assert 0 <= int(high) - 100 * row["high"] < 1 + 1e-6
    assert claim.subject == (row["origin"],)
    both = row["place"] == row["origin"]  # whose figure it is, and whose share: two names
    assert read.answer.headline.casefold().count(read.place(row["origin"]).casefold()) > both


def nothing_narrows(read: Facts, claim: Claim) -> None:
    assert all(int(100 * (row["reduction"] or 0.0)) == 0 for row in read.of(claim))


CHECKS: dict[str, Mapping[Kind, Check]] = {
    "depends": OF_IMPORTS,
    "suppliers": OF_IMPORTS,
    "origins": OF_ORIGINS,
    "disrupt": OF_LOSSES,
    "stocks": OF_LOSSES,
    "cascade": OF_LOSSES,
    "spof": {Kind.HALF: half_hangs, Kind.COUNT: points_counted, Kind.SHARE: at_stake,
             Kind.LOSS: lost_without, Kind.UNKNOWN: nothing_left},
    "dependents": {**OF_IMPORTS, Kind.FIRST: most_buyers, Kind.SHARE: least_share},
    "plants": {Kind.COUNT: sites},
    "show": {Kind.COUNT: of_one, Kind.SHARE: made_by_one},
    "owners": {Kind.FIRST: owner_of_most, Kind.SHARE: of_unknown_owners, Kind.COUNT: sites,
               Kind.UNKNOWN: untold},
    "companies": {Kind.FIRST: maker_of_most, Kind.SHARE: without_maker, Kind.UNKNOWN: untold_maker},
    "concentration": {
        Kind.FIRST: first_of_market, Kind.SHARE: larger_share, Kind.HALF: halves_of_market,
        Kind.COUNT: first_most_often, Kind.AMOUNT: index_of_market, Kind.UNKNOWN: unknown_first,
    },
    "reliance": {Kind.HALF: relying_half, Kind.SHARE: net_imports, Kind.UNKNOWN: unknown_reliance},
    "n_minus_1": {Kind.HALF: met_by_half, Kind.COUNT: met_by_half, Kind.AMOUNT: left_over,
                  Kind.SHARE: met_without, Kind.UNKNOWN: no_ratio},
    "prices": {Kind.PRICE: price, Kind.COUNT: prices_counted, Kind.UNKNOWN: no_price},
    "claims": {Kind.AMOUNT: published_over_months, Kind.COUNT: of_kind_or_months},
    "claims_check": {Kind.VERDICT: of_verdict, Kind.COUNT: every_row},
    "claims_conflicts": {Kind.COUNT: contradicting},
    "controls": {Kind.COUNT: acts},
    "leverage": {Kind.LOSS: of_leverage, Kind.AMOUNT: of_leverage, Kind.FIRST: more_taken,
                 Kind.UNKNOWN: more_taken},
    "control_effects": {Kind.COUNT: effects, Kind.AMOUNT: of_effect},
    "criticality": {Kind.COUNT: critical, Kind.AMOUNT: supply_risk, Kind.UNKNOWN: unknown_risk},
    "flows": {Kind.FIRST: largest_flow, Kind.SHARE: part_of_world_trade, Kind.UNKNOWN: withdrawn,
              Kind.COUNT: count},
    "network": {Kind.FIRST: first_of_most, Kind.SHARE: part_of_first, Kind.UNKNOWN: withdrawn,
                Kind.COUNT: count},
    "centrality": OF_RANKS,
    "layered_centrality": OF_RANKS,
    "mirror": {Kind.COUNT: sides, Kind.AMOUNT: sum_of_side, Kind.UNKNOWN: no_sides},
    "compare": {Kind.CHANGE: changed, Kind.COUNT: counted_changes, Kind.AMOUNT: value_of_total,
                Kind.UNKNOWN: change_untold},
    "trend": {Kind.AMOUNT: value_in_time, Kind.CHANGE: comparable, Kind.SHARE: partner_share,
              Kind.COUNT: more_products, Kind.UNKNOWN: not_comparable},
    "production_trend": {Kind.AMOUNT: mass_in_time, Kind.SHARE: part_of_output,
                         Kind.COUNT: grown_output, Kind.UNKNOWN: no_output},
    "diversify": {Kind.AMOUNT: plan, Kind.COUNT: purchases_counted, Kind.SHARE: share_of_plan,
                  Kind.LOSS: lacks, Kind.VERDICT: plan_stands},
    "targets": {Kind.COUNT: targets_counted, Kind.SHARE: share_beside_target,
                Kind.UNKNOWN: target_untold},
    "unknowns": {Kind.AMOUNT: narrows, Kind.UNKNOWN: nothing_narrows},
    "uses": {Kind.COUNT: of_uses, Kind.SHARE: largest_use, Kind.AMOUNT: need},
}  # fmt: skip
"""Checks of the claims of each question, by their kind."""


def published_share(read: Facts, claim: Claim) -> None:
    [row] = read.of(claim)
    is_figure(claim.figure, row["share"] if "share" in row else row["share_after"])
    assert {*claim.subject, *claim.whose} <= {row.get("supplier"), row.get("consumer")}


PUBLISHED: Mapping[Kind, Check] = {Kind.SHARE: published_share, Kind.COUNT: count}


def check(function: str, answer: Answer, names: dict[str, str], text: str = "") -> None:
    """Check a sentence: its claims against the rows, and its words against its claims.

    Raises
    ------
    AssertionError
        A field is not that of the rows, or the words lack one or give another figure.
    KeyError
        The question, or a kind of its claims, has no check.
    """
    if text:
        answer = replace(answer, sentence=Sentence(text, answer.sentence.claims))
    form(answer.headline, answer)
    if not len(answer.rows):
        assert not answer.sentence.claims, answer.headline
        for gap in answer.coverage.unreported:
            assert gap.since in answer.headline.partition("no trade by product")[2]
        return
    checks = PUBLISHED if answer.scope.is_published else CHECKS[function]
    read = Facts(answer, names)
    assert answer.sentence.claims, answer.headline
    main = answer.sentence.claims[0]
    are_counts = main.figure is not None and main.figure.unit == "row"
    silent: set[str] = set()
    for qualified in answer.sentence.claims:
        countries = unreported(read, qualified)
        silent |= countries
        assert (PARTNERS in qualified.qualifiers) == bool(countries), qualified
        claim = qualified
        if PARTNERS in qualified.qualifiers:
            others = tuple(text for text in qualified.qualifiers if text != PARTNERS)
            claim = replace(qualified, qualifiers=others)
        if claim.figure is not None and claim.figure.unit == "answer":
            further_answers(read, claim)
        elif are_counts:
            counted_rows(read, claim)
        else:
            checks[claim.kind](read, claim)
    assert ("partners" in answer.headline) == bool(silent), answer.headline
    reporters = answer.headline.partition("reports of")[2]
    assert all(possessive(read.place(key)) in reporters for key in silent), answer.headline
    check_words(read, answer.headline, answer.sentence.claims)


def unreported(read: Facts, claim: Claim) -> set[str]:
    """The ends of the trade of a claim that publish none by product at its time."""
    if claim.kind is Kind.UNKNOWN or claim.period is None or "published" in claim.qualifiers:
        return set()
    times = [claim.period]
    if not re.fullmatch(r"\d{4}-\d{2}\.\.\d{4}-\d{2}", claim.period):
        times = claim.period.split("..")
    countries = set()
    for gap in (gap for part in coverages(read) for gap in part.unreported):
        months = range(Period(gap.since).start, Period(gap.until or "2099").end)
        is_gap = any(month in months for text in times
                     for month in range(Period(text).start, Period(text).end))  # fmt: skip
        ends = [claim.destination or "", *claim.whose]
        rows = read.of(claim)
        if not any("origin" in row for row in rows):
            ends += claim.subject
        is_made = any((row.get("market") or "").startswith("production") for row in rows)
        if is_gap and not is_made and any(gap.country in end.split("+") for end in ends):
            countries.add(gap.country)
    return countries


def form(text: str, answer: Answer) -> None:
    """Check what every headline has in common: one short sentence without keys and gaps."""
    assert 0 < len(text) <= LONGEST, text
    assert text[0] == text[0].upper(), text
    assert text.endswith("."), text
    rest = text[:-1]
    names = {*answer.names.values(), str(answer.scope.as_object().get("name") or "")}
    names |= {key for claim in answer.sentence.claims for key in claim.subject}
    for name in sorted((re.sub(r" \([^()]*\)", "", name) for name in names), key=len)[::-1]:
        rest = rest.replace(name, "")
    assert not re.search(r"[.?!] [A-Z]", rest), text
    assert not re.search(r"\bNone\b|\bnan\b|\binf\b|unknown unknown|  |[{}`]", text), text
    assert text.count("(") == text.count(")"), text
    for key, name in answer.names.items():
        if key not in name and len(key) == 3 and key.isupper():
            assert not re.search(rf"(?<![\w-]){re.escape(key)}(?![\w-])", text), (key, text)


def counted_rows(read: Facts, claim: Claim) -> None:
    """Check how many rows, or products, an answer has whose names are too long for a sentence."""
    products = {row.get("product") for row in read.rows} - {None}
    counts = {"row": len(read.rows), "product": len(products)}
    assert claim.figure.low == counts[claim.figure.unit]


SIDE_BY_SIDE = ("consumer", "supplier", "country", "producer", "period")
"""Entries of a scope of which several are answered side by side."""


def further_answers(read: Facts, claim: Claim) -> None:
    """Check how many more answers there are: of places, with those without a row, and periods."""
    if isinstance(read.scope.get("on"), list) and "on" not in read.rows[0]:
        assert claim.figure.low == len(coverages(read)) - 1
        return
    several = {name: value for name, value in read.scope.items() if name in SIDE_BY_SIDE
               and isinstance(value, list) and name in read.rows[0]}  # fmt: skip
    parts = {tuple(row[name] for name in several) for row in read.rows}
    parts = {part for part in parts if None not in part} or parts
    places = [name for name in several if name != "period"]
    missing = [key for name in places for key in several[name]
               if len(places) == 1 and key not in {row[name] for row in read.rows}]  # fmt: skip
    assert claim.figure.low == len(parts) + len(missing) - 1
    assert bool(claim.rows) == (len(parts) > 1)


def check_words(read: Facts, words: str, claims: tuple[Claim, ...]) -> None:
    """Check that each name, figure and period is in the words, and no digit is besides."""
    rest = words.casefold()
    main = claims[0]
    for claim in claims:
        is_named = claim.kind is not Kind.COUNT or claim.figure is None
        keys = claim.subject if is_named or claim.figure.unit == "time" else ()
        assert all(
            name_of(read, key).casefold() in rest or key.casefold() in rest for key in keys
        ), (keys, words)
        if claim.figure is not None:
            texts = (claim.figure.words, claim.figure.short)
            assert any(stands(text.casefold(), rest) for text in texts), claim.figure
        assert claim.period is None or all(
            part.casefold() in rest for part in claim.period.split("..") if claim is main
        )
    assert all(read.place(key).casefold() in rest for key in main.whose[:1]), (main, words)
    unit = main.figure.unit if main.figure else ""
    is_of_goods = main.kind is not Kind.HALF and unit not in ("capacity", "owner", SITES)
    if len(main.material) == 1 and is_of_goods:
        assert read.goods(main.material[0]).casefold() in rest, (main, words)
    named = {read.place(key) for key in (*read.answer.names, *read.names)}
    named |= {read.goods(key) for key in read.answer.names} | {*map(str, meanings(read))}
    texts = {claim.reason for claim in claims} | {claim.facts or "" for claim in claims}
    texts |= {text for claim in claims for text in spans(claim.facts or "")}
    texts |= {text for text in named if re.search(r"\d", text)}
    texts |= {text for claim in claims for text in assumed(claim)}
    texts |= {text for claim in claims for text in claim.qualifiers}
    texts |= {str(row.get("basis")) for claim in claims for row in read.of(claim)}
    texts |= {
        text for claim in claims for key in claim.subject for text in (key, name_of(read, key))
    }
    texts |= {act[1] for text in meanings(read) if (act := re.fullmatch("what (.+) names", text))}
    texts |= {
        name_of(read, str(read.scope.get(name) or "")) for name in ("name", "technology_name")
    }
    for claim in claims:
        texts |= {*(claim.period or "").split("..")}
        if claim.figure is not None:
            texts |= {claim.figure.words, claim.figure.short}
    for text in sorted({text.casefold() for text in texts if text}, key=len, reverse=True):
        rest = re.sub(rf"(?<![\d.,]){re.escape(text)}(?![\d])", " ", rest)
    assert not re.search(r"[\d%]", rest), (words, rest)


def spans(facts: str) -> set[str]:
    """The first and last of the years of facts, as a sentence has them, and what has no year."""
    parts = facts.split(", ")
    years = [part for part in parts if re.fullmatch(r"(19|20)\d\d\S*", part)]
    return {f"{years[0]} to {years[-1]}" if years else "", ", ".join(parts[len(years) :])}


def stands(text: str, words: str) -> bool:
    """Tell if a figure stands in words by itself, and not within another number."""
    return bool(re.search(rf"(?<![\d.,]){re.escape(text)}(?!\d|[.,]\d)", words))


def assumed(claim: Claim) -> set[str]:
    """Values of what a claim assumes, as a sentence may give them."""
    values = claim.assumptions
    texts = {str(value) for value in values.values()}
    texts |= {re.sub(r" \([^()]*\)", "", text) for text in texts}
    shares = ("threshold", "tolerance", "loss", "slack", "max_share", "growth")
    texts |= {
        f"{100 * values[name]:g} %" for name in shares if isinstance(values.get(name), float | int)
    }
    if "stock_days" in values:
        texts |= {f"{values['stock_days']:,.0f} day"}
    if "restart" in values:
        texts |= {f"{values['restart'] - 1} month"}
    return texts


def name_of(read: Facts, key: str) -> str:
    """The name of a place, an owner or a use, without what stands in brackets."""
    return re.sub(r" \([^()]*\)", "", key) if key not in read.names else read.place(key)


def meanings(read: Facts) -> list[str]:
    """The scopes of the question in words, without what stands in brackets."""
    meaning = read.scope.get("meaning") or ()
    texts = [meaning] if isinstance(meaning, str) else [*meaning]
    return [re.sub(r" \([^()]*\)", "", str(text)) for text in texts]
