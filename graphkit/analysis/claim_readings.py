"""The figures that the loaded facts give in the scope of a claim, one for each way to read it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from graphkit.analysis.claim_output import PRODUCTION, production_readings, reliance_readings
from graphkit.analysis.claim_scope import Basket, basket, newest, no_trade, products_of
from graphkit.analysis.loaded import Loaded, Series
from graphkit.analysis.reading import (
    BASES,
    INCOMPLETE,
    Claim,
    Reading,
    Readings,
    looks_through,
    measures_of,
    states_basis,
)  # fmt: skip

KILOGRAMS = 1_000


def read_claim(claim: Claim, loaded: Loaded, claims: Sequence[Claim]) -> Readings:
    """Every figure the facts give in the scope of a claim; ``claims`` are those beside it."""
    kind, measure = claim["kind"], claim["measure"]
    if kind in _NO_FIGURE:
        return Readings(missing=[_NO_FIGURE[kind]])
    if not claim["product"] and not claim["element"]:
        return Readings(missing=["the materials it is about, one by one"])
    if not claim["period"]:
        return _without_period(claim, loaded, claims)
    if kind == "net-import-reliance":
        return reliance_readings(claim, loaded)
    if measure in PRODUCTION and kind in ("share", "quantity"):
        return production_readings(claim, loaded)
    if measure not in ("imports", "exports"):
        lack = _NOT_HELD.get(measure, f"{measure}: the graph holds trade and production")
        return Readings(missing=[lack])
    if lacks := [what for name, what in _NEEDED.get(kind, {}).items() if not claim[name]]:
        return Readings(missing=lacks)
    if looks_through(claim):
        return Readings(missing=[_NOT_HELD["imports by origin"]])
    return _trade(claim, loaded, claims)


def _without_period(claim: Claim, loaded: Loaded, claims: Sequence[Claim]) -> Readings:
    """A claim that names no period: the newest one with data, only to compare with."""
    lack = "the period: the claim gives none"
    period = newest(loaded, claim)
    # Without any data the claim still tells what else it would take.
    there = read_claim({**claim, "period": period or "any period"}, loaded, claims)
    found = [replace(r, label=f"in {period}: {r.label}") for r in there.found]
    return Readings(found, [lack, *there.missing], decisive=False)


_NO_FIGURE = {
    "statement": "a figure: the claim is in words",
    "listed": "a measurement: a listing is a decision",
    "count": "the list that is counted over, item by item",
    "supply-risk": "EU sourcing, recycling rate, substitution index and all six governance "
    "indicators, of the years the study used",
    "economic-importance": "value added of the sectors that use it, and its substitution index",
}

_NOT_HELD = {
    "sourcing": "production of the consumer's own, at the stage the source counts, beside imports",
    "demand": "demand by country",
    "imports by origin": "where it was mined or made: trade shows the last seller",
    "use by industry": "use by industry",
    "supply without the largest supplier": "supply and demand by country in that year",
}
"""What the graph would have to hold for a measure that it does not."""

_NEEDED = {
    "share": {"supplier": "whose share it is", "consumer": "of whose trade it is a share"},
    "change": {"than": "the period it is compared with"},
    "more-than": {"than": "the period it is compared with"},
    "ahead-of": {"rival": "who is compared with"},
    "rank": {"supplier": "who sells", "consumer": "who buys"},
}
"""What a claim must say, by its kind, and how to say that it does not."""


# --- trade


def _trade(claim: Claim, loaded: Loaded, claims: Sequence[Claim]) -> Readings:
    """Readings by value and by weight, of each basket the claim can mean, in each series."""
    result, gaps = Readings(), []
    products = products_of(loaded, claim)
    for series, by_product in loaded.by_series.items():
        meant = basket(loaded, claim, [p for p in products if p in by_product])
        if meant.products and meant.missing:
            result.missing.append(meant.missing)
        result.named |= meant.named
        for choice in _choices(meant, claim):
            asked = [claim["period"], *([claim["than"]] if claim["than"] else [])]
            covers = [loaded.pieces(series, choice, period) for period in asked]
            lacks = [gap for _, gaps_ in covers for gap in gaps_]
            gaps += lacks
            whole = choice == meant.products and not meant.missing
            for who in _suppliers(claim, loaded, claims) if not lacks else ():
                for measure in measures_of(claim):
                    pieces = [found for found, _ in covers]
                    figure = _figure(claim, loaded, who, series, pieces, measure)
                    what = f"{BASES[measure]}{who.label}, {' + '.join(choice)} ({series[0]})"
                    _add(result, what, *figure, whole=whole)
    if not result.found and not result.missing:
        there = [f"trade in {gap}" for gap in dict.fromkeys(gaps)]
        result.missing = there or [no_trade(claim, loaded, products)]
    return result


def _choices(basket: Basket, claim: Claim) -> list[tuple[str, ...]]:
    """All products of a basket together, and each of them where the claim leaves it open."""
    together = [basket.products] if basket.products else []
    if len(basket.products) < 2 or (basket.named and states_basis(claim)):
        return together
    return together + [(product,) for product in basket.products]


Value = tuple[float | None, float]
"""A figure and the part of the trade behind it that does not give the measure."""


@dataclass(frozen=True)
class Who:
    """The suppliers a claim means; with ``rest``, all that are none of them."""

    label: str
    countries: frozenset[str] | None
    rest: bool = False


def _figure(
    claim: Claim,
    loaded: Loaded,
    who: Who,
    series: Series,
    pieces: Sequence[Mapping[str, tuple[str, ...]]],
    measure: str,
) -> Value:
    """The figure that the kind of the claim is about, in one measure."""
    consumers = loaded.places(claim["consumer"])
    kind = claim["kind"]
    if kind == "rank":
        sells = claim["measure"] == "exports"
        owner, place = ("supplier", "consumer") if sells else ("consumer", "supplier")
        ends = (who.countries, None) if sells else (None, consumers)
        whole = loaded.traded(series, pieces[0], *ends)
        partners = loaded.partners(series, pieces[0], claim[owner], sells=sells)
        values = {name: amount.of(measure) for name, amount in partners.items()}
        return _rank(values, claim[place]), whole.lacking[measure]
    first = loaded.traded(series, pieces[0], who.countries, consumers)
    if kind == "quantity":
        scale = KILOGRAMS if claim["unit"] == "kg" else 1
        value = first.of(measure)
        return (None if value is None else value * scale), first.lacking[measure]
    if kind == "share" and claim["measure"] == "exports":
        second = loaded.traded(series, pieces[0], who.countries, None)
    elif kind == "share":
        second = loaded.traded(series, pieces[0], None, consumers)
    elif kind == "ahead-of":
        second = loaded.traded(series, pieces[0], who.countries, loaded.places(claim["rival"]))
    else:
        second = loaded.traded(series, pieces[1], who.countries, consumers)
    lacking = max(first.lacking[measure], second.lacking[measure])
    a, b = first.of(measure), second.of(measure)
    if a is None or b is None or (b == 0 and kind in ("share", "change")):
        return None, lacking
    if kind == "share":
        return (1 - a / b if who.rest else a / b), lacking
    return ((a - b) / b if kind == "change" else a - b), lacking


def _rank(values: Mapping[str, float | None], name: str) -> float | None:
    """The place of a partner among all of them, 1 the largest; equal amounts share a place."""
    own = values.get(name)
    return None if own is None else 1.0 + sum(v > own for v in values.values() if v is not None)


def _suppliers(claim: Claim, loaded: Loaded, claims: Sequence[Claim]) -> list[Who]:
    """Whom the claim means by its supplier: the remainder of a table, perhaps Hong Kong too."""
    code = claim["supplier"]
    if code is not None and loaded.area_types.get(code) == "rest":
        named = {c["supplier"] for c in claims if c["supplier"] and _same_table(c, claim)}
        countries = named - {code}
        if any(_hong_kong(c) for c in claims if _same_table(c, claim)):
            countries |= {"HKG"}
        return [Who(" of all but " + " ".join(sorted(countries)), frozenset(countries), rest=True)]
    plain = Who("", loaded.places(code))
    said = _hong_kong(claim) if code == "CHN" else None
    if said is None:
        return [plain]
    both = Who(" with Hong Kong", frozenset(["CHN", "HKG"]))
    return [both] if said.startswith("Includes") else [plain, both]


def _hong_kong(claim: Claim) -> str | None:
    found = re.search(r"(Includes|May include) Hong Kong", claim["note"] or "")
    return found[0] if found else None


def _same_table(one: Claim, other: Claim) -> bool:
    names = (
        "source", "kind", "consumer", "product", "element", "stage", "period", "measure", "basis",
    )  # fmt: skip
    return all(one[name] == other[name] for name in names)


def _add(result: Readings, label: str, value: float | None, lacking: float, *, whole: bool) -> None:
    if value is None:
        result.missing.append(f"a figure {label}")
        return
    if lacking > INCOMPLETE:
        result.missing.append(f"{lacking:.0%} of the trade {label}")
    result.found.append(Reading(label, value, value, whole=whole))
