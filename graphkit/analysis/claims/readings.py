"""Readings of a claim: figures that the facts give in its scope, one for each interpretation."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum, inf
from typing import Any

from graphkit.analysis.balances import BY_PRODUCTION
from graphkit.analysis.claims.evidence import (
    INCOMPLETE,
    Claim,
    Loaded,
    Reading,
    Readings,
    Series,
    half_unit,
)  # fmt: skip
from graphkit.analysis.claims.measures import BASES, measures_of, states_basis  # fmt: skip
from graphkit.analysis.production import published_interval
from graphkit.analysis.reliance import reliance_bounds
from graphkit.period import listed, time_of

MOSTLY = 0.9
"""Share of a product's elements that must belong to a group for the product to belong to it.

HS 2805.30 and 2846 hold scandium beside the rare earths; magnets hold boron and cobalt too.
"""


@dataclass(frozen=True)
class Basket:
    """The products of one series that a claim is checked against."""

    products: tuple[str, ...]
    names_products: bool = False
    """True if the claim itself names these products."""
    lacking: tuple[str, ...] = ()
    """The rest of the claim's subject, of which these products are only a part."""

    @property
    def missing(self) -> str | None:
        """Describe the trade that the rest needs."""
        return f"trade in {', '.join(self.lacking)}" if self.lacking else None


def products_of(loaded: Loaded, claim: Claim) -> list[str]:
    """Return the products of a claim: the ones it names, else those of its element."""
    if claim["product"]:
        return [claim["product"]]
    if states_basket(loaded, claim):
        return sorted(included(loaded, claim, products=True))
    elements = {claim["element"], *loaded.groups.get(claim["element"], ())}
    return sorted(
        product
        for product, contents in loaded.elements.items()
        if len(contents & elements) >= MOSTLY * len(contents)
        and claim["stage"] in (None, loaded.stages[product])
    )


def makes_of(loaded: Loaded, claim: Claim) -> list[str]:
    """Return the products of a claim on production: ores counted by its element's content too."""
    products = products_of(loaded, claim)
    if claim["product"] or states_basket(loaded, claim):
        return products
    content = f"{claim['element']}-content"
    counted = {product for product, bases in loaded.production_bases.items() if content in bases}
    return sorted({*products, *(product for product in counted
                                if claim["stage"] in (None, loaded.stages[product]))})  # fmt: skip


def included(loaded: Loaded, claim: Claim, *, products: bool) -> set[str]:
    """Return the products, or the countries, that the figure of a claim includes."""
    return {key for key in claim["includes"] or () if (key in loaded.stages) == products}


def states_basket(loaded: Loaded, claim: Claim) -> bool:
    """Return True if a claim says which products its figure counts, in the graph or not."""
    return bool(included(loaded, claim, products=True) or claim["includes_other"])


def holders_of(loaded: Loaded, claim: Claim) -> list[str]:
    """Return traded products that hold the claim's element among others, at its stages."""
    products = products_of(loaded, claim)
    elements = set().union(*(loaded.elements.get(p, ()) for p in products)) or {claim["element"]}
    stages = {loaded.stages[p] for p in products}
    return sorted(
        product
        for product in loaded.periods.keys() - set(products)
        if elements <= loaded.elements.get(product, set()) and loaded.stages[product] in stages
    )


def newest(loaded: Loaded, claim: Claim) -> str | None:
    """Find the newest period with trade or production of a claim's products."""
    products = set(products_of(loaded, claim))
    periods = {p for product in products for p in loaded.periods.get(product, ())}
    periods |= {period for _, product, period in loaded.production_figures if product in products}
    return max(periods, key=time_of) if periods else None


def basket(loaded: Loaded, claim: Claim, traded: Iterable[str]) -> Basket:
    """Choose the traded products that a claim means together, and say whether it names them.

    A claim of an element that does not say what it includes means every product of the element
    that has an HS code of its own; one that does, every product that it includes.
    """
    products = tuple(sorted(set(traded)))
    if claim["product"]:
        return Basket(products, names_products=True)
    names_products = states_basket(loaded, claim)
    lacking = []
    for product in products_of(loaded, claim):
        if product in products or _part_of(loaded, product, products):
            continue
        if names_products or loaded.fits.get(product, set()) & {"exact", "dominant"}:
            lacking.append(product)
    if claim["includes_other"]:
        lacking.append(_other_goods(claim))
    return Basket(products, names_products, tuple(lacking))


def _other_goods(claim: Claim) -> str:
    return f"{claim['includes_other']} (no product of the graph)"


def _part_of(loaded: Loaded, product: str, products: Sequence[str]) -> bool:
    """Return True if one of some products of the same stage has all elements of a product."""
    return any(
        loaded.stages[other] == loaded.stages[product]
        and loaded.elements[product] <= loaded.elements[other]
        for other in products
    )


def no_trade(claim: Claim, loaded: Loaded, products: Sequence[str]) -> list[str]:
    """Name the missing trade where no product in scope has any, then what the trade present is."""
    other_goods = [_other_goods(claim)] if claim["includes_other"] else []
    goods = ", ".join([*products, *other_goods]) or f"a product of {claim['element']}"
    than = f" and {claim['than']}" if claim["than"] else ""
    missing = [f"trade in {goods} in {claim['period']}{than}"]
    if holders := holders_of(loaded, claim):
        spans = [f"{p} ({listed(loaded.periods[p], 3)})" for p in holders]
        missing.append(f"codes that hold it alone: there is trade in {', '.join(spans)}")
    return missing


FIRST_THREE = "production of the first three"
PRODUCTION = ("production", "processing", FIRST_THREE)


def production_readings(claim: Claim, loaded: Loaded) -> Readings:
    """Read a country's production or share of it by product; stages are never mixed."""
    if claim["consumer"]:
        return Readings(missing=["who gets the output: production is counted where it is made"])
    products, period, maker = makes_of(loaded, claim), claim["period"], claim["supplier"]
    by_stage: dict[str, Readings] = {}
    for stage in sorted({loaded.stages[product] for product in products}):
        of_stage = [product for product in products if loaded.stages[product] == stage]
        if claim["measure"] == FIRST_THREE:
            readings = _first_three(loaded, of_stage, period)
        elif claim["kind"] == "quantity":
            readings = _amounts(loaded, maker or "WLD", of_stage, claim)
        elif maker:
            readings = _shares(of_stage, loaded.shares.get((maker, period), ()))
        else:
            return Readings(missing=["whose share it is"])
        by_stage[stage] = readings
    known = [readings for readings in by_stage.values() if readings.figures]
    result = Readings(
        figures=[figure for readings in known for figure in readings.figures],
        missing=[text for readings in by_stage.values() for text in readings.missing],
        lowering=[text for readings in by_stage.values() for text in readings.lowering],
        names_products=True,
        all_must_agree=len(known) > 1,
        other_stages=tuple(stage for stage, r in by_stage.items() if not r.figures),
    )
    if not result.figures and not result.missing:
        result.missing += _no_production(claim, loaded, products)
    return result


def _no_production(claim: Claim, loaded: Loaded, products: Sequence[str]) -> list[str]:
    """Name the missing production where none is in scope, then the stages that have some."""
    elements = {claim["element"], *loaded.groups.get(claim["element"], ())}
    produced = {
        product
        for country, product, period in loaded.production_figures
        if (country, period) == (claim["supplier"], claim["period"])
        and elements & loaded.elements.get(product, set())
    }
    goods = ", ".join(products) or f"a product of {claim['element']} only"
    text = f"production of {goods}"
    if claim["stage"]:
        text += f" at the stage {claim['stage']}"
    if claim["supplier"]:
        text += f" by {claim['supplier']}"
    missing = [f"{text} in {claim['period']}"]
    if stages := sorted({loaded.stages[product] for product in produced}):
        missing.append(f"a figure at its stage: there is one at the stage {', '.join(stages)}")
    return missing


def _shares(products: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Readings:
    result = Readings(names_products=True)
    for row in rows:
        if row["product"] not in products:
            continue
        label = f"{row['product']}, {row['basis']}, of the {row['denominator']} ({row['source']})"
        result.lowering += _unpublished(row)
        result.figures.append(_share_reading(label, row))
    return result


def _first_three(loaded: Loaded, products: Sequence[str], period: str) -> Readings:
    result = Readings(names_products=True)
    rows = [row for product in products for row in loaded.first_three.get((product, period), ())]
    for row in rows:
        if row["cr3"] is not None:
            high = 1.0 if row["cr3_high"] is None else row["cr3_high"]
            label = f"{row['product']}, {row['basis']} ({row['source']})"
            result.missing += _unpublished(row)
            result.figures.append(Reading(label, row["cr3"], high, bounded=row["cr3"] < high,
                                          published_in=row["source"]))  # fmt: skip
    return result


def _amounts(loaded: Loaded, maker: str, products: Sequence[str], claim: Claim) -> Readings:
    result = Readings(names_products=True)
    scale = 1_000.0 if claim["unit"] == "kg" else 1.0
    period = claim["period"]
    rows = [
        row
        for product in products
        for row in loaded.production_figures.get((maker, product, period), ())
    ]
    for row in rows:
        bounds = published_interval(row)
        label = f"{row['product']}, {row['basis']} ({row['source']})"
        if bounds is None:
            result.missing.append(f"the figure of {label}: {row['qualifier'] or 'not published'}")
        else:
            low, high = bounds
            rounding = half_unit(low) if low == high else 0.0
            least, most = (low - rounding) * scale, (high + rounding) * scale
            result.figures.append(Reading(label, least, most, bounded=low != high,
                                          published_in=row["source"]))  # fmt: skip
    return result


def _unpublished(row: Mapping[str, Any]) -> list[str]:
    """Name the figures that a denominator may leave out."""
    if not row["unpublished"]:
        return []
    return [f"{row['unpublished']} producers' figures, perhaps outside the world total"]


def _share_reading(label: str, row: Mapping[str, Any]) -> Reading:
    """Read a share with the rounding of numerator and denominator, or its published bounds."""
    part, total = row["low"], row["total"]
    if row["share_low"] != row["share_high"]:
        return Reading(label, row["share_low"], row["share_high"], bounded=True,
                       published_in=row["source"])  # fmt: skip
    if total is None:  # a table of shares alone
        share, rounding = row["share_low"], half_unit(row["share_low"])
        return Reading(label, max(0.0, share - rounding), min(1.0, share + rounding),
                       published_in=row["source"])  # fmt: skip
    low, high = part - half_unit(part), part + half_unit(part)
    least, most = total - half_unit(total), total + half_unit(total)
    return Reading(label, low / most, max(row["share_low"], min(1.0, high / least)),
                   published_in=row["source"])  # fmt: skip


def reliance_readings(claim: Claim, loaded: Loaded) -> Readings:
    """Read net import reliance from the country's own balance, or else from trade."""
    balance = loaded.balance_of(claim)
    return _trade_reliance(claim, loaded) if balance is None else _balance_reliance(balance)


def _balance_reliance(balance: Mapping[str, Any]) -> Readings:
    """Read a national balance, by trade and by production where it prints both."""
    result = Readings(names_products=True)
    methods = (
        (balance["method"], "reliance_low", "reliance_high"),
        (BY_PRODUCTION, "other_low", "other_high"),
    )
    for method, low, high in methods:
        if balance[low] is not None:
            label = f"balance of {balance['country']}: {method} ({balance['source']})"
            result.figures.append(Reading(label, balance[low], balance[high],
                                          published_in=balance["source"]))  # fmt: skip
    if not result.figures:
        missing = balance["missing"] or "consumption"
        result.missing.append(f"in the balance of {balance['country']}: {missing}")
    return result


def _trade_reliance(claim: Claim, loaded: Loaded) -> Readings:
    """Read net import reliance of the products in scope that have trade and production."""
    result = Readings()
    products = products_of(loaded, claim)
    country, period = claim["consumer"], claim["period"]
    for series, by_product in loaded.by_series.items():
        choice = basket(loaded, claim, [p for p in products if p in by_product])
        pieces, gaps = loaded.pieces(series, choice.products, period)
        result.missing += [f"trade in {gap}" for gap in gaps]
        if not choice.products or gaps:
            continue
        result.missing += [choice.missing] if choice.missing else []
        places = loaded.places(country)
        imports = loaded.traded(series, pieces, None, places)
        exports = loaded.traded(series, pieces, places, None)
        production, lacking = _production_bounds(loaded, country, choice.products, period)
        result.missing += [*lacking, "stock changes and secondary production"]
        for sales in (imports, exports):
            if sales.tonnes is None or sales.lacking["tonnes"] > INCOMPLETE:
                result.missing.append(f"the mass of {sales.lacking['tonnes']:.0%} of the trade")
        if production and imports.tonnes is not None and exports.tonnes is not None:
            bounds = reliance_bounds(imports.tonnes, exports.tonnes, production)
            label = f"{' + '.join(choice.products)} ({series[0]})"
            if bounds:
                low, high = bounds
                whole = not choice.missing
                result.figures.append(Reading(label, low, high, bounded=low < high, whole=whole,
                                              published_in=series[2]))  # fmt: skip
    if not result.figures and not result.missing:
        result.missing = no_trade(claim, loaded, products)
        result.missing += _production_bounds(loaded, country, products, period)[1]
    return result


def _production_bounds(
    loaded: Loaded, country: str, products: Sequence[str], period: str
) -> tuple[tuple[float, float] | None, list[str]]:
    """Bound a country's production of some products together, and name what is missing."""
    low, high, missing = 0.0, 0.0, []
    for product in products:
        rows = loaded.production_figures.get((country, product, period), [])
        trade = loaded.bases.get(product, set())
        mixed = [r["basis"] for r in rows if trade and {r["basis"] or "not stated"} != trade]
        if not rows:
            missing.append(f"production of {product} by {country} in {period}")
        elif len(rows) > 1:
            missing.append(f"a single figure for the production of {product}: found {len(rows)}")
        elif mixed:
            trade_basis = " and ".join(sorted(trade))
            missing.append(f"one basis of {product}: production is {mixed[0]}, trade {trade_basis}")
        else:
            bounds = published_interval(rows[0]) or (0.0, inf)
            low, high = low + bounds[0], high + bounds[1]
    return (None if missing else (low, high)), missing


KILOGRAMS = 1_000


def read_claim(claim: Claim, loaded: Loaded, claims: Sequence[Claim]) -> Readings:
    """Read every figure that the facts give in a claim's scope; ``claims`` are all claims."""
    kind, measure = claim["kind"], claim["measure"]
    if kind in _NO_FIGURE:
        return Readings(missing=[_NO_FIGURE[kind]])
    if measure == LICENCES:
        return Readings(missing=[_NOT_IN_GRAPH[LICENCES]])
    if not claim["product"] and not claim["element"]:
        return Readings(missing=["the materials it is about, one by one"])
    if not claim["period"]:
        return _without_period(claim, loaded, claims)
    if kind == "net-import-reliance":
        return reliance_readings(claim, loaded)
    if measure in PRODUCTION and kind in ("share", "quantity"):
        return production_readings(claim, loaded)
    if measure == "imports by origin":
        return origin_readings(claim, loaded)
    if measure not in ("imports", "exports"):
        data = _NOT_IN_GRAPH.get(measure, f"{measure}: the graph holds trade and production")
        return Readings(missing=[data])
    needed = _NEEDED.get(kind, {})
    if missing := [text for name, text in needed.items() if not claim[name]]:
        return Readings(missing=missing)
    return _trade(claim, loaded, claims)


def _without_period(claim: Claim, loaded: Loaded, claims: Sequence[Claim]) -> Readings:
    """Read a claim without a period in the newest one with data, for comparison only."""
    period = newest(loaded, claim)
    # Without any data the claim still names what else it needs.
    readings = read_claim({**claim, "period": period or "any period"}, loaded, claims)
    figures = [replace(r, label=f"in {period}: {r.label}") for r in readings.figures]
    missing = ["the period: the claim gives none", *readings.missing]
    return Readings(figures, missing, decisive=False)


def origin_readings(claim: Claim, loaded: Loaded) -> Readings:
    """Read the look-through of each product in scope, at each stage that the claim may mean."""
    products = products_of(loaded, claim)
    rows = [] if loaded.origins is None else loaded.origins.to_pylist()
    scope = (claim["consumer"], claim["supplier"], claim["period"])
    figures = []
    for row in rows:
        stage, product, measure = row["traced_to"], row["product"], row["measure"]
        if (row["consumer"], row["origin"], row["period"]) != scope or product not in products:
            continue
        if measure not in measures_of(claim) or claim["stage"] not in (None, stage):
            continue
        label = f"{BASES[measure]}, {product} looked through to the stage {stage}"
        figures.append(Reading(label, row["low"], row["high"], bounded=True, measure=measure,
                               products=(product,)))  # fmt: skip
    missing = []
    if not figures:
        missing = [f"trade and production behind the last seller in {claim['period']}"]
    return Readings(figures, missing, names_products=True, all_must_agree=True)


_NO_FIGURE = {
    "count": "the list that is counted over, item by item",
    "supply-risk": "EU sourcing, recycling rate, substitution index and all six governance "
    "indicators, of the years the study used",
    "economic-importance": "value added of the sectors that use it, and its substitution index",
}

LICENCES = "licence applications granted"
"""The measure of claims about the share of the applications for a licence that was granted."""
CONTROLLED = ("capacity controlled", "output controlled", "mines controlled")
"""Measures of claims about what owners seated in a country control, wherever it stands."""

OF_THE_LARGEST = ("output of the largest four companies", "output of the largest five companies")
"""Measures of claims about how much of the output the largest companies have."""
_NOT_IN_GRAPH = {
    **dict.fromkeys(
        CONTROLLED,
        "the owners of all of it: 'graphkit owners --by seat --view control' "
        "has those of the known capacity",
    ),
    **dict.fromkeys(OF_THE_LARGEST, "the output of each company"),
    LICENCES: "licences: the graph holds acts, and no decisions on applications",
    "sourcing": "production of the consumer's own, at the stage the source counts, beside imports",
    "demand": "demand by country",
    "use by industry": "use by industry",
    "supply without the largest supplier": "supply and demand by country in that year",
}
"""Data that the graph lacks, by the measure that needs it."""

_NEEDED = {
    "share": {"supplier": "whose share it is", "consumer": "of whose trade it is a share"},
    "change": {"than": "the period it is compared with"},
    "more-than": {"than": "the period it is compared with"},
    "ahead-of": {"rival": "who is compared with"},
    "rank": {"supplier": "who sells", "consumer": "who buys"},
}
"""Fields that a claim must have, by its kind, and the words for a missing one."""


# --- trade


def _trade(claim: Claim, loaded: Loaded, claims: Sequence[Claim]) -> Readings:
    """Read trade by value and by weight, for each possible basket, in each series."""
    result, gaps = Readings(), []
    lacking: set[str] = set()
    datasets: dict[str, set[str]] = {}
    products, suppliers = products_of(loaded, claim), _suppliers(claim, loaded, claims)
    periods = [claim["period"], *([claim["than"]] if claim["than"] else [])]
    for series, by_product in loaded.by_series.items():
        meant = basket(loaded, claim, [p for p in products if p in by_product])
        absent = {p: loaded.absent_codes(p, series) for p in meant.products}
        lacking |= set(meant.lacking) if meant.products else set()
        result.names_products |= meant.names_products
        for choice in _choices(meant, claim):
            covers = [loaded.pieces(series, choice, period) for period in periods]
            choice_gaps = [gap for _, missing in covers for gap in missing]
            gaps += choice_gaps
            if choice_gaps:
                continue
            absent_trade = [f"trade under HS {hs} of {p}" for p in choice for hs in absent[p]]
            whole = choice == meant.products and not meant.missing and not absent_trade
            pieces = [pieces for pieces, _ in covers]
            for measure in measures_of(claim):
                result.missing += absent_trade
                figure = _figure(claim, loaded, suppliers, series, pieces, measure)
                label = f"{BASES[measure]}{suppliers.label}, {' + '.join(choice)} ({series[0]})"
                largest = _largest(claim, loaded, suppliers, series, pieces[0], measure)
                reading = Reading(label, 0, 0, whole=whole, measure=measure, products=choice,
                                  series=series, largest=largest)  # fmt: skip
                _add(result, reading, *figure)
                for product in choice:
                    datasets.setdefault(product, set()).add(series[0])
    result.missing += _elsewhere(lacking, datasets)
    if not result.figures and not result.missing:
        missing = [f"trade in {gap}" for gap in dict.fromkeys(gaps)]
        result.missing = missing or no_trade(claim, loaded, products)
    return result


def _elsewhere(lacking: Collection[str], datasets: Mapping[str, Collection[str]]) -> list[str]:
    """Name trade that no data set has, or the data sets that have only a part of it each."""
    nowhere = sorted(set(lacking) - datasets.keys())
    missing = [f"trade in {', '.join(nowhere)}"] if nowhere else []
    if set(lacking) & datasets.keys():
        parts = [f"{p} is in {' and '.join(sorted(sets))}" for p, sets in sorted(datasets.items())]
        missing.append(f"one data set with all of it: {', '.join(parts)}")
    return missing


def _largest(
    claim: Claim,
    loaded: Loaded,
    suppliers: Suppliers,
    series: Series,
    pieces: Mapping[str, tuple[str, ...]],
    measure: str,
) -> tuple[tuple[str, float], ...]:
    """Find the largest two of the "other countries" that a share is claimed of."""
    if not suppliers.rest or claim["kind"] != "share" or claim["measure"] != "imports":
        return ()
    partners = loaded.partners(series, pieces, claim["consumer"], sells=False)
    amounts = {seller: sales.amount(measure) or 0.0 for seller, sales in partners.items()}
    total = fsum(amounts.values())
    others = []
    for seller, amount in amounts.items():
        if amount and seller not in (suppliers.countries or ()):
            others.append((-amount, seller))
    return tuple((seller, -amount / total) for amount, seller in sorted(others)[:2])


def _choices(basket: Basket, claim: Claim) -> list[tuple[str, ...]]:
    """List all products of a basket together, and each alone where the claim leaves it open."""
    together = [basket.products] if basket.products else []
    if len(basket.products) < 2 or (basket.names_products and states_basis(claim)):
        return together
    return together + [(product,) for product in basket.products]


Value = tuple[float | None, float]
"""A figure and the share of the trade behind it that does not give the measure."""


@dataclass(frozen=True)
class Suppliers:
    """The suppliers a claim means; with ``rest``, all other suppliers."""

    label: str
    countries: frozenset[str] | None
    rest: bool = False


def _figure(
    claim: Claim,
    loaded: Loaded,
    suppliers: Suppliers,
    series: Series,
    pieces: Sequence[Mapping[str, tuple[str, ...]]],
    measure: str,
) -> Value:
    """Compute the figure that a claim of this kind states, in one measure."""
    consumers = loaded.places(claim["consumer"])
    kind, first_pieces = claim["kind"], pieces[0]
    if kind == "rank":
        sells = claim["measure"] == "exports"
        owner, partner = ("supplier", "consumer") if sells else ("consumer", "supplier")
        ends = (suppliers.countries, None) if sells else (None, consumers)
        whole = loaded.traded(series, first_pieces, *ends)
        partners = loaded.partners(series, first_pieces, claim[owner], sells=sells)
        amounts = {country: sales.amount(measure) for country, sales in partners.items()}
        return _rank(amounts, claim[partner]), whole.lacking[measure]
    first = loaded.traded(series, first_pieces, suppliers.countries, consumers)
    if kind == "quantity":
        scale = KILOGRAMS if claim["unit"] == "kg" else 1
        value = first.amount(measure)
        return (None if value is None else value * scale), first.lacking[measure]
    if kind == "share" and claim["measure"] == "exports":
        second = loaded.traded(series, first_pieces, suppliers.countries, None)
    elif kind == "share":
        second = loaded.traded(series, first_pieces, None, consumers)
    elif kind == "ahead-of":
        rivals = loaded.places(claim["rival"])
        second = loaded.traded(series, first_pieces, suppliers.countries, rivals)
    else:
        second = loaded.traded(series, pieces[1], suppliers.countries, consumers)
    lacking = max(first.lacking[measure], second.lacking[measure])
    a, b = first.amount(measure), second.amount(measure)
    if a is None or b is None or (b == 0 and kind in ("share", "change")):
        return None, lacking
    if kind == "share":
        return (1 - a / b if suppliers.rest else a / b), lacking
    return ((a - b) / b if kind == "change" else a - b), lacking


def _rank(amounts: Mapping[str, float | None], partner: str) -> float | None:
    """Rank a partner among all, 1 the largest; equal amounts share a rank."""
    amount = amounts.get(partner)
    if amount is None:
        return None
    return 1.0 + sum(other > amount for other in amounts.values() if other is not None)


def _suppliers(claim: Claim, loaded: Loaded, claims: Sequence[Claim]) -> Suppliers:
    """Return the suppliers a claim means: one, with those it includes, or the rest of a table."""
    code, included_countries = claim["supplier"], included(loaded, claim, products=False)
    if code is not None and loaded.area_types.get(code) == "rest":
        table = [c for c in claims if _same_table(c, claim)]
        countries = {c["supplier"] for c in table if c["supplier"]} - {code}
        countries |= {country for c in table for country in included(loaded, c, products=False)}
        label = " of all but " + " ".join(sorted(countries))
        return Suppliers(label, frozenset(countries), rest=True)
    places = loaded.places(code)
    if not included_countries or places is None:
        return Suppliers("", places)
    label = f" with {' '.join(sorted(included_countries))}"
    return Suppliers(label, places | included_countries)


def _same_table(claim: Claim, other: Claim) -> bool:
    names = (
        "source", "kind", "consumer", "product", "element", "stage", "period", "measure", "basis",
    )  # fmt: skip
    return all(claim[name] == other[name] for name in names)


def _add(result: Readings, reading: Reading, value: float | None, lacking: float) -> None:
    """Add a reading with its value, and name the trade that lacks the measure."""
    if value is None:
        result.missing.append(f"a figure {reading.label}")
        return
    if lacking > INCOMPLETE:
        result.missing.append(f"{lacking:.0%} of the trade {reading.label}")
    result.figures.append(replace(reading, low=value, high=value))
