"""The most that flows of several goods can hold of an element's goods, under a published price."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import fsum
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.price_bounds import most_at_price
from graphkit.analysis.unit_prices import usd_per_tonne
from graphkit.answers.columns import NUMBER, Column, schema_of
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.materials import Scope
from graphkit.period import Period

PROXY = "proxy"
"""Fit of a product to a code that holds other goods too."""
PRICE_BOUND = (
    Column("priced_product", "", "product of the element asked for that has a published price and "
           "is traded under priced_hs among others", ref="material"),
    Column("priced_hs", "", "HS codes of the flows that may hold it"),
    Column("most_tonnes", "At most", "t of priced_product under priced_hs, if none of it was sold "
           "below price_usd_per_tonne: a bound, never an estimate", "t", NUMBER),
    Column("price_usd_per_tonne", "If none below", "the lowest published price of priced_product "
           "in price_period", "USD/t", NUMBER),
    Column("price_period", "", "period of the price"),
    Column("price_source", "", "source of the price"),
    Column("most_tonnes_at_half_price", "At half of it", "t of priced_product under priced_hs, if "
           "none of it was sold below half of price_usd_per_tonne", "t", NUMBER),
)  # fmt: skip
"""Columns of a bound under a price: none stands without the others."""

SOURCES = pa.schema([("source", pa.string())])


@dataclass(frozen=True)
class Price:
    """A published price of a product in a period."""

    product: str
    period: str
    usd_per_tonne: float
    label: str
    source: str


@dataclass(frozen=True)
class PriceBounds:
    """Rows of an answer with their bounds, if any has one, and what qualifies them."""

    rows: pa.Table
    columns: Sequence[Column] = ()
    caption: str = ""
    """The prices, in words."""
    sources: pa.Table = field(default_factory=SOURCES.empty_table)
    """The sources of the prices."""


def with_price_bounds(
    catalog: Catalog, scope: Scope, rows: pa.Table, flows: pa.Table, names: Mapping[str, str]
) -> PriceBounds:
    """Add the columns of ``PRICE_BOUND`` to rows of trade if one element is asked for.

    Parameters
    ----------
    catalog : Catalog
        Products, codes and prices.
    scope : Scope
        The element; in any other scope no row has a bound.
    rows, flows : pyarrow.Table
        Rows of an answer, and the flows that they add up.
    names : mapping
        The columns that tell rows apart, each with the column of the flows that holds the same.

    Returns
    -------
    PriceBounds
        A row has a bound where one price is for all of its flows under such codes.
    """
    prices = _prices_by_code(catalog, scope, {*flows["period"].to_pylist()})
    baskets: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    mixed = flows.filter(pc.is_in(flows["product"], pa.array([*scope.mixed], pa.string())))
    for flow in mixed.to_pylist() if prices else ():
        if (flow["hs"], flow["period"]) in prices and flow["usd"] is not None:
            baskets[tuple(flow[name] for name in names.values())].append(flow)
    bounds: list[dict[str, Any]] = []
    codes_of: dict[Price, str] = {}
    for key in zip(*(rows[name].to_pylist() for name in names), strict=True):
        basket = baskets.get(key, [])
        basket_prices = {prices[flow["hs"], flow["period"]] for flow in basket}
        bounds.append({})
        if len(basket_prices) == 1:
            [price] = basket_prices
            codes_of[price] = "+".join(sorted({flow["hs"] for flow in basket}))
            bounds[-1] = _bound(basket, codes_of[price], price)
    if not codes_of:
        return PriceBounds(rows)
    table = pa.Table.from_pylist(bounds, schema_of(PRICE_BOUND))
    for name, column in zip(table.schema, table.columns, strict=True):
        rows = rows.append_column(name, column)
    caption = " ".join(_sentence(catalog, price, codes) for price, codes in codes_of.items())
    sources = pa.table([[price.source for price in codes_of]], SOURCES)
    return PriceBounds(rows, PRICE_BOUND, caption, sources)


def _prices_by_code(
    catalog: Catalog, scope: Scope, periods: Collection[str]
) -> dict[tuple[str, str], Price]:
    """Find the lowest price of what an element is sold as, by code of several goods and period."""
    codes: dict[str, list[str]] = defaultdict(list)
    for link in catalog.links("TRADED_AS", "product", "code", "fit").to_pylist():
        main = catalog.materials.main.get(link["product"], set())
        if link["fit"] == PROXY and len(scope.elements) == 1 and main == scope.elements:
            codes[link["product"]].append(link["code"])
    if not codes:
        return {}
    prices: dict[tuple[str, str], Price] = {}
    for row in catalog.rows("prices", products=sorted(codes), elements=[]).to_pylist():
        converted = usd_per_tonne(row["value"], row["unit"])
        if not converted or not converted[0]:
            continue
        price = Price(row["product"], row["period"], converted[0], row["label"], row["source"])
        spans = [period for period in periods if Period(period) in Period(price.period)]
        for key in product(codes[price.product], spans):
            lowest = prices.get(key, price)
            prices[key] = min(lowest, price, key=lambda known: known.usd_per_tonne)
    return prices


def _bound(basket: Sequence[Mapping[str, Any]], codes: str, price: Price) -> dict[str, Any]:
    usd = fsum(flow["usd"] for flow in basket)
    masses = [flow["tonnes"] for flow in basket]
    tonnes = None if None in masses else fsum(masses)
    return {
        "priced_product": price.product,
        "priced_hs": codes,
        "most_tonnes": most_at_price(usd, price.usd_per_tonne, tonnes),
        "price_usd_per_tonne": price.usd_per_tonne,
        "price_period": price.period,
        "price_source": price.source,
        "most_tonnes_at_half_price": most_at_price(usd, price.usd_per_tonne / 2, tonnes),
    }


def _sentence(catalog: Catalog, price: Price, codes: str) -> str:
    goods = catalog.materials.in_text(price.product)
    return (
        f"At most: tonnes of {goods} among the goods of HS {codes} if none of it was sold below "
        f"{price.usd_per_tonne / 1000:,.4g} USD/kg ({price.period}, {price.source}), and if none "
        "below half of that; a bound, no estimate."
    )
