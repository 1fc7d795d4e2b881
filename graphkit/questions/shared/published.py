"""Published figures in place of trade and production that no data set has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import mean
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.answers.answer import Answer, without_empty
from graphkit.answers.columns import NUMBER, Column
from graphkit.answers.coverage import Coverage
from graphkit.answers.note import Note
from graphkit.answers.terms import Counted, Terms
from graphkit.arrow import SHARE
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.materials import Scope
from graphkit.period import Period
from graphkit.questions.shared.claim_scope import ClaimScope, claims_about
from graphkit.questions.shared.parties import OF_TRADE, TradeParty

PARTIES = (
    Column("consumer", "Consumer"),
    Column("supplier", "Supplier"),
    Column("product", "Product"),
    Column("element", "Element"),
)
MADE_OF = (
    Column("counted_by", "Counted by"),
    Column("basis", doc="basis of the figures in words, as the source gives it"),
    Column("attributed_to", doc="whose figures the source quotes"),
    Column("source", "Source"),
)
PUBLISHED_SHARES = (
    *PARTIES,
    Column("period", "Period"),
    Column("share_of", "Share of"),
    Column("share", "as published",
           "0 to 1; published, or the published amount over the published total", type=NUMBER),
    Column("tonnes", "Tonnes", "metric tons, on the stated basis", type=NUMBER),
    Column("usd", "USD", "US dollars", type=NUMBER),
    Column("hhi_low", "HHI at least",
           "Herfindahl-Hirschman index of the partners, 0 to 10,000; what the named ones leave "
           "counted as many", type=NUMBER),
    Column("hhi_high", "at most", "the same, what the named ones leave counted as one",
           type=NUMBER),
    *MADE_OF,
)  # fmt: skip
PUBLISHED_CHANGES = (
    *PARTIES,
    Column("share_of", "Share of"),
    Column("share_before", doc="0 to 1, as published for the first period", type=NUMBER),
    Column("share_after", doc="0 to 1, as published for the second period", type=NUMBER),
    Column("points", "change", "percentage points, share_after minus share_before",
           type=NUMBER),
    Column("tonnes_before", "Tonnes", "metric tons, on the stated basis", type=NUMBER),
    Column("tonnes_after", "then", "the same for the second period", type=NUMBER),
    Column("usd_before", "USD", doc="US dollars", type=NUMBER),
    Column("usd_after", "then", doc="the same for the second period", type=NUMBER),
    Column("amount_change", "change of the amount",
           "the second amount over the first, minus 1: -0.8 is a fall by four fifths", SHARE,
           NUMBER),
    *MADE_OF,
)  # fmt: skip
PUBLISHED = (
    "From published figures of one source and basis each, not from trade data; HHI runs from 0 "
    "to 10,000."
)


def shares_in(catalog: Catalog, query: ClaimScope) -> pa.Table:
    """Compute the shares that published figures in scope give."""
    from graphkit.analysis.claims.published import published_shares

    areas = catalog.nodes("Area").to_pylist()
    remainders = [area["key"] for area in areas if area["type"] in ("rest", "unspecified")]
    return published_shares(claims_about(catalog.claims, query), remainders)


def published_trade(catalog: Catalog, query: ClaimScope, min_share: float = 0.0) -> pa.Table:
    """Read the published shares that stand in for trade, of a buyer or else of a supplier.

    Of a buyer: the shares of its imports, of one supplier if it is named. Of a supplier alone: its
    exports, and the shares of imports from it that are at least ``min_share``.
    """
    buyer, seller = query.buyer, query.seller
    rows = shares_in(catalog, ClaimScope(buyer, None, query.scope, query.period))
    if buyer is None:
        from_seller = pc.equal(rows["supplier"], seller.key if seller else "")
        large = pc.greater_equal(rows["share"], min_share)
        exports = pc.equal(rows["measure"], "exports")
        return rows.filter(pc.and_(from_seller, pc.or_(exports, large)))
    rows = rows.filter(pc.equal(rows["measure"], "imports"))
    return rows.filter(pc.equal(rows["supplier"], seller.key)) if seller else rows


def published_trade_changes(
    catalog: Catalog, owner: TradeParty, scope: Scope, before: str, after: str
) -> pa.Table:
    """Compare the amounts and shares of the owner's trade that were published for both periods.

    Amounts without a share, such as the totals, come first.
    """
    from graphkit.analysis.claims.published import published_amount_changes, published_changes

    query = claims_of(owner, scope)
    shares = shares_in(catalog, query)
    shares = shares.filter(pc.equal(shares["measure"], OF_TRADE[owner.partner]))
    changes = published_changes(shares, before, after)
    claims = claims_about(catalog.claims, query)
    claims = claims.filter(
        pc.fill_null(pc.equal(claims["measure"], OF_TRADE[owner.partner]), False)
    )
    amounts = published_amount_changes(claims, before, after)
    with_share = pc.is_in(amounts["claim_after"], value_set=changes["claim_after"])
    return pa.concat_tables([amounts.filter(pc.invert(with_share)), changes])


def claims_of(owner: TradeParty, scope: Scope) -> ClaimScope:
    """Return the scope of the claims about a party's trade, in any period."""
    sells = owner.partner == "consumer"
    buyer, seller = (None, owner.place) if sells else (owner.place, None)
    return ClaimScope(buyer, seller, scope, None)


def published_answer(
    catalog: Catalog,
    question: str,
    stated: Terms,
    scope: Scope,
    rows: pa.Table,
    columns: Sequence[Column],
    coverage: Coverage,
    claims: pa.Table,
    notes: Iterable[Note],
    picture: str,
) -> Answer:
    """Build an answer whose rows come from claims, marked as such in its scope and caption.

    ``stated`` are the places, products and periods of the question, as the answer states them.
    """
    return Answer(
        question,
        stated.adding(Counted()),
        rows,
        columns,
        coverage,
        catalog.sources(rows, claims, scope.elsewhere),
        claims,
        elsewhere=scope.elsewhere,
        notes=tuple(notes),
        caption=PUBLISHED,
        shown=without_empty(rows, [column.name for column in columns if column.header]),
        picture=picture,
    )


def claimed_shares(catalog: Catalog, chain: Sequence[str], period: str) -> list[dict[str, Any]]:
    """Collect claimed shares of world production, the most precise first.

    A run of years without a claim of its own has the mean of its years' claimed shares, if every
    year has one: its share lies between theirs, so that the mean estimates it and bounds nothing.
    """
    rows, years = _claimed(catalog, chain, period), Period(period).years
    if len(years) == 1:
        return rows
    pairs = {(row["country"], row["product"]) for row in rows}
    for pair, claims in _claimed_by_year(catalog, chain, years).items():
        if pair in pairs or len(claims) < len(years):
            continue
        rows.append({
            **next(iter(claims.values())), "share": mean(row["share"] for row in claims.values()),
            "source": "+".join(dict.fromkeys(row["source"] for row in claims.values())),
            "claim": "+".join(row["claim"] for row in claims.values()), "loose": True,
            "years": {year: row["share"] for year, row in claims.items()},
        })  # fmt: skip
    return rows


def _claimed(catalog: Catalog, chain: Sequence[str], period: str) -> list[dict[str, Any]]:
    """Collect the shares that are claimed for exactly one period, the most precise first."""
    rows = [
        {"country": claim["supplier"], "product": product, "share": claim["value"],
         "observed": True, "source": claim["source"], "claim": claim["key"],
         "loose": len(fits) > 1}
        for claim, fits in production_shares_of_claims(catalog)
        if claim["period"] == period
        for product in fits if product in chain
    ]  # fmt: skip
    return sorted(rows, key=lambda r: (-len(f"{r['share']:.6g}"), r["claim"]))


def production_shares_of_claims(
    catalog: Catalog,
) -> Iterator[tuple[dict[str, Any], list[str]]]:
    """Yield the claims on a country's share of world production, with the products they mean."""
    for claim, fits in _on_production(catalog):
        plain = claim["value"] is not None and claim["qualifier"] in (None, "about", "rounded")
        if plain and claim["kind"] == "share":
            yield claim, fits


def _claimed_by_year(
    catalog: Catalog, chain: Sequence[str], years: Iterable[str]
) -> dict[tuple[str, str], dict[str, dict[str, Any]]]:
    """Map each country and product to its most precise claim of each year that has one."""
    by_year: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
    for year in years:
        for row in _claimed(catalog, chain, year):
            by_year.setdefault((row["country"], row["product"]), {}).setdefault(year, row)
    return dict(sorted(by_year.items()))


def claim_steps(
    catalog: Catalog,
    chain: Sequence[str],
    period: str,
    published: Mapping[tuple[str, str], Mapping[str, Any]],
) -> list[Note]:
    """Note where points step because a year has a claimed share of production and another has none.

    Parameters
    ----------
    published : mapping
        The production that the answer takes, by country and product: where it is a figure, no
        claim counts.
    """
    span, years = Period(period), Period(period).years
    nearby = [str(span.year - len(years)), *years, str(span.year + 1)]
    tables = catalog.rows("production-periods").select(["product", "period"]).to_pylist()
    with_table = {(row["product"], row["period"]) for row in tables}
    means, single_years, steps = [], [], []
    for pair, claims in _claimed_by_year(catalog, chain, nearby).items():
        row, (country, product) = published.get(pair, {}), pair
        if row and "claim" not in row:
            continue
        shares = {
            year: claim["share"]
            for year, claim in claims.items()
            if (product, year) not in with_table
        }
        within = {year: share for year, share in shares.items() if year in years}
        if "years" in row:
            means.append(_in_words(catalog, product, country, within))
        elif len(years) > 1 and within:
            single_years.append(_in_words(catalog, product, country, within))
        elif span.months == 12 and 0 < len(shares) < len(nearby):
            steps.append(_in_words(catalog, product, country, shares))
    notes = {
        "The share of production in these years together is the mean of those claimed for each, "
        "an estimate and no bound": means,
        "A share of production that is claimed for one year carries no run of years, as the totals "
        "are unknown: points of the run rest on trade alone, those of that year on the claim":
            single_years,
        "Points rest on a claimed share of production in a year that has one, and on trade alone "
        "in the year before or after: the step between them need not be one of the trade": steps,
    }  # fmt: skip
    return [Note(f"{text} ({'; '.join(cases)}).") for text, cases in notes.items() if cases]


def _in_words(catalog: Catalog, product: str, country: str, shares: Mapping[str, float]) -> str:
    """Write the shares of a country in the production of some years."""
    percentages = ", ".join(f"{100 * share:g} % in {year}" for year, share in shares.items())
    label = catalog.materials.in_text(product)
    return f"{label} in {catalog.place_in_text(country)}: {percentages}"


def _on_production(catalog: Catalog) -> Iterator[tuple[dict[str, Any], list[str]]]:
    """Yield the claims on what a country makes, with the products that each can mean."""
    for claim in _of_measure(catalog, "production"):
        if claim["supplier"] and not claim["consumer"]:
            product = claim["product"]
            yield claim, [product] if product else _products_of(catalog, claim)


def _of_measure(catalog: Catalog, measure: str) -> list[dict[str, Any]]:
    """Select the claims of a measure as rows."""
    claims = catalog.claims
    rows: list[dict[str, Any]] = claims.filter(pc.equal(claims["measure"], measure)).to_pylist()
    return rows


def named_makers(catalog: Catalog, chain: Sequence[str], period: str) -> list[dict[str, Any]]:
    """Collect the countries that claims name as makers of a traded product, without an amount.

    A claim within the period of the question names a maker for all of it.
    """
    span = Period(period)
    traded = set(catalog.traded["product"].to_pylist())
    rows = []
    for claim, fits in _on_production(catalog):
        bound = claim["low"] if claim["value"] is None else claim["value"]
        is_maker = claim["kind"] == "statement" or claim["qualifier"] in ("more-than", "at-least")
        if claim["qualifier"] in (None, "about", "rounded", "range"):
            is_maker = is_maker or (bound or 0.0) > 0
        within = claim["period"] is not None and Period(claim["period"]) in span
        if is_maker and within and len(fits) == 1 and fits[0] in chain and fits[0] in traded:
            rows.append({
                "country": claim["supplier"], "product": fits[0], "observed": True,
                "source": claim["source"], "claim": claim["key"], "makes": True,
            })  # fmt: skip
    return sorted(rows, key=lambda row: row["claim"])


def _products_of(catalog: Catalog, claim: Mapping[str, Any]) -> list[str]:
    """Find the products that an element at a stage can mean: of several, those with trade."""
    members = catalog.materials.members.get(claim["element"], {claim["element"]})
    fits = [
        product
        for product, row in catalog.materials.products.items()
        if row["stage"] == claim["stage"]
        and len(members & catalog.materials.main.get(product, set())) > len(members) / 2
    ]
    traded = set(catalog.traded["product"].to_pylist())
    return fits if len(fits) == 1 else [product for product in fits if product in traded]


def using_their_own(catalog: Catalog, chain: Sequence[str], period: str) -> list[dict[str, Any]]:
    """Return the claims that a country uses a product of its own alone, for the whole period."""
    span = Period(period)
    return [
        claim
        for claim in _of_measure(catalog, "sourcing")
        if claim["kind"] == "statement"
        and claim["supplier"] and claim["supplier"] == claim["consumer"]
        and claim["product"] in chain and claim["period"] and span in Period(claim["period"])
    ]  # fmt: skip
