"""Production in a supply network: figures of each country as amounts, shares and bounds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import fsum, inf
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.balances import production_at_most
from graphkit.analysis.production import published_interval
from graphkit.analysis.supply.production import SHARE_ROUNDING
from graphkit.answers.coverage import ProductionSource
from graphkit.answers.note import Note
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.tables import COUNTRIES
from graphkit.questions.shared.production import Figures, revision_notes
from graphkit.questions.shared.published import (
    claim_steps,
    claimed_shares,
    named_makers,
    using_their_own,
)

PRODUCTION = pa.schema([
    *(pa.field(n, pa.string()) for n in ("country", "product")),
    *(pa.field(n, pa.float64()) for n in ("tonnes", "share")),
    pa.field("observed", pa.bool_()), pa.field("basis", pa.string()),
    pa.field("source", pa.string()), pa.field("claim", pa.string()),
    pa.field("most", pa.float64()), pa.field("loose", pa.bool_()),
    pa.field("makes", pa.bool_()), pa.field("own", pa.bool_()),
])  # fmt: skip


def production_of(
    catalog: Catalog, figures: Figures, chain: Sequence[str], period: str
) -> tuple[pa.Table, dict[str, float], list[Note]]:
    """Choose one figure for each country and product: an amount, or else a claimed share.

    Returns
    -------
    production : pyarrow.Table
        The columns of ``PRODUCTION``.
    unnamed : dict
        Tonnes that other countries make at most, by product.
    notes : list of Note
    """
    in_text, place_in_text = catalog.materials.in_text, catalog.place_in_text
    notes = revision_notes(catalog, figures.published)
    rows = figures.rows.to_pylist()
    published = {s["key"]: s["published"] or "" for s in catalog.nodes("Source").to_pylist()}
    production: dict[tuple[str, str], dict[str, Any]] = {}

    def edition(row: Mapping[str, Any]) -> tuple[str, str]:
        return max(published.get(key, "") for key in row["source"].split("+")), row["source"]

    rows.sort(key=edition, reverse=True)
    for row in rows:
        if row["type"] not in COUNTRIES:
            continue
        pair = (row["country"], row["product"])
        if pair in production:
            notes.append(Note(f"Production of {in_text(row['product'])} in "
                         f"{place_in_text(row['country'])} is taken from "
                         f"{production[pair]['source']}; {row['source']} has a figure "
                         "too.", (row["product"],)))  # fmt: skip
            continue
        production[pair] = {name: row.get(name) for name in PRODUCTION.names[:7]}
        production[pair]["makes"] = row["qualifier"] == "withheld"
        # Shares without amounts are rounded, of content: an estimate, and no bound.
        production[pair]["loose"] = row["tonnes"] is None and row["share"] is not None
    for claim in claimed_shares(catalog, chain, period):
        pair = (claim["country"], claim["product"])
        if pair not in production:
            production[pair] = claim
        elif production[pair].get("claim"):
            notes.append(Note(f"The share of {place_in_text(claim['country'])} in the production "
                         f"of {in_text(claim['product'])} is taken from claim "
                         f"{production[pair]['claim']}; {claim['claim']} gives "
                         f"{100 * claim['share']:g} %.", (claim["product"],)))  # fmt: skip
    notes += [*_spread(catalog, production.values()), *_bounded(catalog, production, period)]
    notes += claim_steps(catalog, chain, period, production)
    for claim in named_makers(catalog, chain, period):
        row = production.setdefault((claim["country"], claim["product"]), claim)
        row["makes"] = row.get("loose") or row.get("tonnes") is row.get("share") is None
    for claim in using_their_own(catalog, chain, period):
        pair = (claim["supplier"], claim["product"])
        if pair in production:
            production[pair]["own"] = True
            notes.append(
                Note(
                    f"{catalog.place_at_start(pair[0])} uses {in_text(pair[1])} of its own alone, "
                    f"by claim {claim['key']}.",
                    (pair[1],),
                )
            )
    ordered = [production[pair] for pair in sorted(production)]
    return pa.Table.from_pylist(ordered, PRODUCTION), _unnamed(rows), notes


def _bounded(
    catalog: Catalog, production: Mapping[tuple[str, str], dict[str, Any]], period: str
) -> list[Note]:
    """Bound withheld figures by the net import reliance that the country publishes."""
    withheld = {
        pair: row
        for pair, row in production.items()
        if row.get("tonnes") is row.get("share") is None
    }
    owners = {country for country, _ in withheld}
    reliance = {
        (c["consumer"], c["product"] or c["element"], period): c["low"]
        for c in catalog.claims.to_pylist()
        if c["kind"] == "net-import-reliance" and c["period"] == period and c["consumer"] in owners
        and c["qualifier"] == "more-than"
    }  # fmt: skip
    if not reliance:
        return []
    bounds = production_at_most(catalog.rows("balances", countries=sorted(owners)), reliance)
    notes = []
    for (country, product), row in sorted(withheld.items()):
        elements = catalog.materials.main.get(product, set())
        for balance in {product, *elements} if len(elements) == 1 else {product}:
            bound = bounds.get((country, balance, period, row["basis"]))
            if bound is not None:
                row["most"] = bound
                notes.append(
                    Note(
                        f"Production of {catalog.materials.in_text(product)} in "
                        f"{catalog.place_in_text(country)} is withheld; its published net import "
                        f"reliance leaves at most {bound:,.0f} t.",
                        (product,),
                    )
                )
    return notes


def _unnamed(figures: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Return what countries make at most that no table of production names, by product.

    It is the row of other countries, or what the named leave of the world total, of tables that
    have one of them; of several tables the most.
    """
    tables: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for row in figures:
        tables.setdefault((row["product"], row["source"], row["basis"] or ""), []).append(row)
    unnamed: dict[str, float] = {}
    for (product, *_), rows in tables.items():
        intervals = [(row["type"], *(published_interval(row) or (0.0, inf))) for row in rows]
        parts = [high for kind, _, high in intervals if kind == "rest"]
        named = fsum(low for kind, low, _ in intervals if kind in COUNTRIES)
        for total in (high for kind, _, high in intervals if kind == "world"):
            part = total - named - fsum(parts)
            parts.append(part if part >= SHARE_ROUNDING * total else 0.0)
        if parts:
            unnamed[product] = max(unnamed.get(product, 0.0), fsum(parts))
    return unnamed


def _spread(catalog: Catalog, production: Iterable[Mapping[str, Any]]) -> list[Note]:
    """Note the claims on an element at a stage that stand for several products."""
    products_of_claim: dict[str, list[str]] = {}
    for row in production:
        if row.get("loose") and row.get("claim") and "years" not in row:
            products_of_claim.setdefault(row["claim"], []).append(row["product"])
    return [
        Note(
            f"Claim {claim} is on all of these together, an estimate for each and no bound: "
            f"{catalog.materials.in_text(*sorted(products))}."
        )
        for claim, products in sorted(products_of_claim.items())
    ]


def figures_by_source(production: pa.Table) -> list[ProductionSource]:
    """Count the figures of each product by source and basis."""
    without_figure = pc.and_(pc.is_valid(production["claim"]), pc.is_null(production["share"]))
    groups = (
        production.filter(pc.invert(without_figure))
        .group_by(["product", "source", "basis"])
        .aggregate([([], "count_all")])
    )
    rows = groups.rename_columns(["product", "source", "basis", "figures"]).to_pylist()
    counts = (ProductionSource(**row) for row in rows)
    return sorted(counts, key=lambda count: (count.product, count.source, count.basis or ""))


def with_all_makers(production: pa.Table) -> set[str]:
    """Find the products whose published shares add up to the whole world."""
    exact = production.filter(pc.invert(pc.fill_null(production["loose"], False)))
    totals = exact.group_by("product").aggregate([("share", "sum")]).to_pylist()
    return {row["product"] for row in totals if (row["share_sum"] or 0.0) >= 1 - SHARE_ROUNDING}


def makes_some(row: Mapping[str, Any]) -> bool:
    """Return True if a figure or a source tells that a country makes some of a product."""
    exact = () if row["loose"] else (row["tonnes"] or 0.0, row["share"] or 0.0)
    return bool(row["makes"]) or any(amount > 0 for amount in exact)
