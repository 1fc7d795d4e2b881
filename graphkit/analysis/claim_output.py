"""Readings of claims about output: shares of production, and net import reliance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import inf
from typing import Any

from graphkit.analysis.claim_scope import basket, no_trade, products_of
from graphkit.analysis.concentration import published_interval
from graphkit.analysis.loaded import Loaded
from graphkit.analysis.reading import INCOMPLETE, Claim, Reading, Readings, half_unit
from graphkit.analysis.reliance import reliance_bounds

FIRST_THREE = "production of the first three"
PRODUCTION = ("production", "processing", FIRST_THREE)


def production_readings(claim: Claim, loaded: Loaded) -> Readings:
    """A country's production or share of it, product by product; stages are never mixed."""
    if claim["consumer"]:
        return Readings(missing=["who gets the output: production is counted where it is made"])
    products, period, maker = products_of(loaded, claim), claim["period"], claim["supplier"]
    if not claim["product"] and not claim["stage"]:
        held = {product for _, product, _ in loaded.made}
        lacks = [] if held & set(products) else [_no_production(claim, loaded, products)]
        return Readings(missing=["the stage: the claim names none", *lacks])
    if claim["measure"] == FIRST_THREE:
        result = _first_three(loaded, products, period)
    elif claim["kind"] == "quantity":
        result = _amounts(loaded, maker or "WLD", products, claim)
    elif maker:
        result = _shares(products, loaded.shares.get((maker, period), ()))
    else:
        return Readings(missing=["whose share it is"])
    if not result.found and not result.missing:
        result.missing.append(_no_production(claim, loaded, products))
    return result


def _no_production(claim: Claim, loaded: Loaded, products: Sequence[str]) -> str:
    """What is missing where no figure of production is in scope, and what is there instead."""
    wanted = {claim["element"], *loaded.groups.get(claim["element"], ())}
    held = {
        product
        for country, product, when in loaded.made
        if (country, when) == (claim["supplier"], claim["period"])
        and wanted & loaded.elements.get(product, set())
    }
    stages = sorted({loaded.stages[product] for product in held})
    what = ", ".join(products) or f"a product of {claim['element']} only"
    at = f" at the stage {claim['stage']}" if claim["stage"] else ""
    there = f"; there is production at the stage {', '.join(stages)}" if stages else ""
    by = f" by {claim['supplier']}" if claim["supplier"] else ""
    return f"production of {what}{at}{by} in {claim['period']}{there}"


def _shares(products: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Readings:
    result = Readings(named=True)
    for row in (r for r in rows if r["product"] in products):
        label = f"{row['product']}, {row['basis']}, of the {row['denominator']} ({row['source']})"
        result.missing += _outside(row)
        result.found.append(_share_reading(label, row))
    return result


def _first_three(loaded: Loaded, products: Sequence[str], period: str) -> Readings:
    result = Readings(named=True)
    for row in (r for p in products for r in loaded.first_three.get((p, period), ())):
        if row["cr3"] is not None:
            high = 1.0 if row["cr3_high"] is None else row["cr3_high"]
            label = f"{row['product']}, {row['basis']} ({row['source']})"
            result.missing += _outside(row)
            result.found.append(Reading(label, row["cr3"], high, bounded=row["cr3"] < high))
    return result


def _amounts(loaded: Loaded, maker: str, products: Sequence[str], claim: Claim) -> Readings:
    result = Readings(named=True)
    scale = 1_000.0 if claim["unit"] == "kg" else 1.0
    for row in (r for p in products for r in loaded.made.get((maker, p, claim["period"]), ())):
        bounds = published_interval(row)
        label = f"{row['product']}, {row['basis']} ({row['source']})"
        if bounds is None:
            result.missing.append(f"the figure of {label}: {row['qualifier'] or 'not published'}")
        else:
            low, high = bounds
            room = half_unit(low) if low == high else 0.0
            found = ((low - room) * scale, (high + room) * scale)
            result.found.append(Reading(label, *found, bounded=low != high))
    return result


def _outside(row: Mapping[str, Any]) -> list[str]:
    lack = f"{row['unpublished']} producers' figures, perhaps outside the world total"
    return [lack] if row["unpublished"] else []


def _share_reading(label: str, row: Mapping[str, Any]) -> Reading:
    """A share with the rounding of its numerator and denominator, or its published bounds."""
    part, total = row["low"], row["total"]
    if row["low"] != row["high"]:
        return Reading(label, row["share_low"], row["share_high"], bounded=True)
    low, high = part - half_unit(part), part + half_unit(part)
    least, most = total - half_unit(total), total + half_unit(total)
    return Reading(label, low / most, max(row["share_low"], min(1.0, high / least)))


def reliance_readings(claim: Claim, loaded: Loaded) -> Readings:
    """Net import reliance of the products in scope, where trade and production are there."""
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
        made, lacks = _made(loaded, country, choice.products, period)
        result.missing += [*lacks, "stock changes and secondary production"]
        for amount in (imports, exports):
            if amount.tonnes is None or amount.lacking["tonnes"] > INCOMPLETE:
                result.missing.append(f"the mass of {amount.lacking['tonnes']:.0%} of the trade")
        if made and imports.tonnes is not None and exports.tonnes is not None:
            bounds = reliance_bounds(imports.tonnes, exports.tonnes, made)
            label = f"{' + '.join(choice.products)} ({series[0]})"
            if bounds:
                whole, open_ = not choice.missing, bounds[0] < bounds[1]
                result.found.append(Reading(label, *bounds, bounded=open_, whole=whole))
    if not result.found and not result.missing:
        result.missing = [no_trade(claim, loaded, products)]
        result.missing += _made(loaded, country, products, period)[1]
    return result


def _made(
    loaded: Loaded, country: str, products: Sequence[str], period: str
) -> tuple[tuple[float, float] | None, list[str]]:
    """The bounds of a country's production of some products together, and what is missing."""
    low, high, missing = 0.0, 0.0, []
    for product in products:
        rows = loaded.made.get((country, product, period), [])
        trade = loaded.bases.get(product, set())
        mixed = [r["basis"] for r in rows if trade and {r["basis"] or "not stated"} != trade]
        if not rows:
            missing.append(f"production of {product} by {country} in {period}")
        elif len(rows) > 1:
            missing.append(f"one figure of production of {product}: there are {len(rows)}")
        elif mixed:
            trade_basis = " and ".join(sorted(trade))
            missing.append(f"one basis of {product}: production is {mixed[0]}, trade {trade_basis}")
        else:
            bounds = published_interval(rows[0]) or (0.0, inf)
            low, high = low + bounds[0], high + bounds[1]
    return (None if missing else (low, high)), missing
