"""First lines on unit values and prices."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from graphkit.answers.answer import Answer
from graphkit.answers.figures import UNFIT
from graphkit.answers.sentence import Claim, Figure, Kind, Sentence
from graphkit.answers.terms import Role
from graphkit.headlines.lacking import otherwise, unknown
from graphkit.headlines.wording import (
    Lexicon,
    Row,
    Sentences,
    figure_of_count,
    shortened,
    time_of,
    when,
)
from graphkit.names import capitalized
from graphkit.period import Period
from graphkit.questions.markets.wording import FEW

PER_TONNE = "USD per tonne"
_UNIT_OF_SERIES = re.compile(
    r", (?:dollars|cents) per (?:dry )?(?:metric ton unit|metric ton|kilogram|pound|troy ounce)"
)
"""Unit in the name of a published series."""


@otherwise(unknown(lambda _, goods: f"No price of {goods} is known"))
def prices(answer: Answer) -> Sentences:
    """Say what a tonne of the goods asked about costs: by a published price, else as traded.

    A unit value under a code that holds other goods too is no price of the goods asked about.
    """
    names = Lexicon(answer)
    rows = [row for row in names.rows if row["usd_per_tonne"] is not None]
    published = [row for row in rows if row["dataset"] is None]
    traded = [row for row in rows if row["dataset"] is not None and row["fit"] not in UNFIT]
    buyers = answer.scope.places(Role.CONSUMER) or ["WLD"]
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
