"""Dependence at face value: who buys how much of what from whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.unlisted import with_ends
from graphkit.answers.absence import Absence
from graphkit.answers.answer import Answer
from graphkit.answers.columns import NUMBER, Column, Marked, columns_in
from graphkit.answers.figures import percent
from graphkit.answers.note import Note
from graphkit.answers.terms import (
    Code,
    Measure,
    Places,
    Products,
    Role,
    Term,
    Terms,
    Time,
    terms,
)
from graphkit.catalog.catalog import TOTALS, Catalog
from graphkit.errors import GraphkitError, UsageError
from graphkit.names import Entity, capitalized
from graphkit.questions.question import checked
from graphkit.questions.shared.claim_scope import ClaimScope, claims_about, comparisons
from graphkit.questions.shared.fit import FIT
from graphkit.questions.shared.order import (
    descending,
    in_order_of,
    products_by_stake,
    value_by_product,
)
from graphkit.questions.shared.price_bounds import PRICE_BOUND, with_price_bounds
from graphkit.questions.shared.published import PUBLISHED_SHARES, published_answer, published_trade
from graphkit.questions.shared.trade import (
    FACE_VALUE,
    SERIES_ATTRIBUTES,
    TRADE_SERIES,
    ImportsInScope,
    coverage_of,
    imports_of,
    in_sentence,
    product_notes,
    trade_of,
    with_attributes,
)
from graphkit.questions.shared.unlisted import SHARE_RANGE

HALF = 0.5
"""Share of the imports from which a product comes before those with smaller shares."""
SURE = ("share_usd", "share_usd_low", "share_tonnes")
"""Shares that a supplier has at least, the first one known."""
FLOW = {name: name for name in ("consumer", "supplier", *TRADE_SERIES)}
"""Columns that tell rows apart, as those of flows."""
ROW_ORDER = [(n, "ascending") for n in ("product", "dataset", "reporter", "source", "supplier")]


class Purchase(Marked):
    """Purchase of one product by a consumer from one supplier, by one series of trade."""

    consumer: Annotated[str, Column(header="Consumer")]
    supplier: Annotated[str, Column(header="Supplier")]
    product: Annotated[str, Column(header="Product")]
    stage: Annotated[str, Column(header="Stage", rank=3)]
    period: Annotated[str, Column(header="Period")]
    share_usd: Annotated[
        float | None,
        Column(
            header="Share by value",
            rank=0,
            doc="0 to 1, of the consumer's imports of the product by value",
        ),
    ]
    share_usd_low: Annotated[float | None, SHARE_RANGE[0]]
    share_usd_high: Annotated[float | None, SHARE_RANGE[1]]
    share_tonnes: Annotated[
        float | None, Column(header="by weight", doc="0 to 1, of the imports with a mass")
    ]
    usd: Annotated[
        float | None,
        Column(
            header="USD",
            doc="US dollars; valuation fob is free on board, cif with insurance and freight",
        ),
    ]
    tonnes: Annotated[
        float | None, Column(header="Tonnes", doc="metric tons, on the stated basis", rank=2)
    ]
    hhi_usd: Annotated[
        float | None,
        Column(
            header="HHI by value",
            rank=4,
            doc="Herfindahl-Hirschman index of the suppliers by value, 0 to 10,000",
        ),
    ]
    hhi_tonnes: Annotated[float | None, Column(doc="the same by mass")]
    suppliers: Annotated[
        int | None,
        Column(header="Suppliers", doc="number of countries that sold it to the consumer", rank=4),
    ]
    rank: Annotated[int, Column(doc="rank of the supplier by value, 1 is the largest")]
    missing_tonnes_share: Annotated[
        float | None,
        Column(header="No weight", doc="0 to 1, share of the import value without a mass"),
    ]
    basis: Annotated[str | None, Column()]
    valuation: Annotated[str | None, Column()]
    hs: Annotated[str | None, Column()]
    hs_revision: Annotated[str | None, Column()]
    reporter: Annotated[str, Column()]
    dataset: Annotated[str, Column()]
    source: Annotated[str, Column()]


@dataclass(frozen=True)
class Contents(Term):
    """The main elements of each product, and the stages of the products."""

    elements: Mapping[str, Sequence[str]]
    stages: tuple[str, ...]


COLUMNS = columns_in(Purchase)
COMPARED = (
    Column("points_usd", doc="percentage points, share_usd minus the claimed share", type=NUMBER),
    Column(
        "points_tonnes", doc="percentage points, share_tonnes minus the claimed share", type=NUMBER
    ),
)
"""Columns of the comparisons with claims."""
BY_EXPORTERS = (
    "As exporters report: imports from countries whose reports are not loaded are missing, so that "
    "the shares of the others are too high."
)


@checked(COLUMNS, COMPARED, PRICE_BOUND, (FIT,))
def depends(
    catalog: Catalog,
    consumer: str,
    *,
    on: str | None = None,
    scope: str | None = None,
    period: str | None = None,
    dataset: str | None = None,
) -> Answer:
    """Show whom a country depends on, for what, and how much.

    Returns
    -------
    Answer
        One row for each product and data set: those with at least half of the imports first, and
        of these and of the others the largest value first; then those whose newest trade is older
        than that of most. If only published
        claims cover the scope: the shares that they give (``scope`` says ``counted``), and a
        note on what is known.

    Raises
    ------
    UsageError
        Unknown name or invalid period; the message suggests the nearest.
    GraphkitError
        Nothing is known in this scope; the message lists what is.
    """
    catalog = catalog.using(dataset)
    buyer = catalog.place(consumer)
    seller = None if on is None else catalog.place(on)
    query = ClaimScope(buyer, seller, catalog.materials.scope(scope), period)
    trade = imports_of(catalog, buyer, query.scope, period)
    if seller is None:
        rows = trade.shares.filter(pc.equal(trade.shares["rank"], 1))
    else:
        rows = _from_supplier(catalog, trade.shares, seller)
    rows = _by_stake(rows.sort_by([("share_usd", "descending"), *ROW_ORDER]))
    supplier_text = seller.in_text if seller else "its largest suppliers"
    question = f"How much does {buyer.in_text} depend on {supplier_text} for {query.scope.meaning}?"
    as_published = (
        f"What was published on how much {buyer.in_text} depends on its suppliers for "
        f"{query.scope.meaning}?"
    )
    return _answer(catalog, question, as_published, query, rows, trade, context=scope is not None)


def _by_stake(rows: pa.Table) -> pa.Table:
    """Sort rows by what is at stake: large shares first, and of them the largest value.

    Rows of an older period than most follow behind all others.
    """
    periods = Counter(rows["period"].to_pylist())
    main = max(periods, key=lambda period: (periods[period], period), default=None)

    def key(row: Mapping[str, Any]) -> tuple[Any, ...]:
        return row["period"] != main, (_sure_share(row) or 0.0) < HALF, descending(row["usd"])

    return in_order_of(rows, key)


@checked(COLUMNS, COMPARED, PRICE_BOUND, (FIT,))
def suppliers(
    catalog: Catalog,
    consumer: str,
    *,
    scope: str | None = None,
    period: str | None = None,
    dataset: str | None = None,
) -> Answer:
    """List every supplier of a country: products of the largest imports and suppliers first.

    Result and errors are those of :func:`depends`.
    """
    catalog = catalog.using(dataset)
    buyer = catalog.place(consumer)
    query = ClaimScope(buyer, None, catalog.materials.scope(scope), period)
    trade = imports_of(catalog, buyer, query.scope, period)
    rows = trade.shares.sort_by([
        *((n, "ascending") for n in ("stage_order", "product", "dataset", "reporter")),
        ("source", "ascending"), ("rank", "ascending"),
    ])  # fmt: skip
    rows = products_by_stake(rows, value_by_product(trade.flows))
    question = f"Who supplies {buyer.in_text} with {query.scope.meaning}"
    answer = _answer(catalog, f"{question}?", f"{question}, as published?", query, rows, trade)
    if trade.lacking:
        return answer
    return replace(answer, parts="supplier", grouped_by=("product",))


@checked(COLUMNS, COMPARED, PRICE_BOUND, (FIT,))
def dependents(
    catalog: Catalog,
    supplier: str,
    *,
    scope: str | None = None,
    period: str | None = None,
    min_share: float = 0.5,
    dataset: str | None = None,
) -> Answer:
    """List the countries that get at least ``min_share`` of a product from a supplier, by value.

    Largest import value first. Where no flow of a product gives a value, mass counts. Where
    only claims cover the scope: the published shares of imports that are at least so large, and
    of the supplier's exports.

    """
    catalog = catalog.using(dataset)
    seller = catalog.place(supplier)
    query = ClaimScope(None, seller, catalog.materials.scope(scope), period)
    trade = trade_of(catalog, query.scope, period)
    rows = _from_supplier(catalog, trade.shares, seller)
    share = pc.coalesce(*(rows[name] for name in SURE))
    rows = rows.filter(pc.greater_equal(share, min_share))
    rows = rows.sort_by([("usd", "descending"), ("consumer", "ascending"), *ROW_ORDER])
    meaning = "a product" if scope is None else query.scope.meaning
    question = f"Who gets at least {100 * min_share:g} % of {meaning} from {seller.in_text}?"
    as_published = f"Who buys {query.scope.meaning} from {seller.in_text}, as published?"
    return _answer(catalog, question, as_published, query, rows, trade, min_share=min_share)


def _answer(
    catalog: Catalog,
    question: str,
    as_published: str,
    query: ClaimScope,
    rows: pa.Table,
    trade: ImportsInScope,
    *,
    context: bool = False,
    min_share: float = 0.0,
) -> Answer:
    """Answer from trade; without any, from the shares of it that were published."""
    if trade.lacking and len(published := published_trade(catalog, query, min_share)):
        return published_answer(
            catalog, as_published, _terms_of(catalog, query, trade), query.scope, published,
            PUBLISHED_SHARES, coverage_of(trade, query.scope),
            claims_about(catalog.claims, query, context=True),
            _notes(catalog, query, published, trade),
            "graphkit.plot.shares:draw_published_shares",
        )  # fmt: skip
    claims = claims_about(catalog.claims, query, context=context)
    if trade.lacking and not _answered(claims, query):
        raise GraphkitError(in_sentence(trade.lacking.words))
    bounds = with_price_bounds(
        catalog, query.scope, rows.select([column.name for column in COLUMNS]),
        _sold_by(catalog, trade.flows, query.seller), FLOW,
    )  # fmt: skip
    return Answer(
        question,
        _terms_of(catalog, query, trade),
        bounds.rows,
        (*_columns(rows), *bounds.columns, *COMPARED),
        coverage_of(trade, query.scope),
        catalog.sources(trade.flows, claims, query.scope.elsewhere, bounds.sources),
        claims,
        comparisons(claims, trade, catalog.materials),
        elsewhere=query.scope.elsewhere,
        notes=tuple(_notes(catalog, query, rows, trade)),
        nothing=_nothing(catalog, query, trade, min_share),
        caption=" ".join(filter(None, [_caption(query, trade), bounds.caption])),
    )


def _sold_by(catalog: Catalog, flows: pa.Table, seller: Entity | None) -> pa.Table:
    """Name a group, if that is the seller, as the supplier of its members' flows to others."""
    if seller is None or seller.type != "group":
        return flows
    members = pa.array(catalog.members(seller), pa.string())
    sells, buys = (pc.is_in(flows[end], members) for end in ("supplier", "consumer"))
    supplier = pc.if_else(pc.and_not(sells, buys), seller.key, flows["supplier"])
    return flows.set_column(flows.column_names.index("supplier"), "supplier", supplier)


def _columns(rows: pa.Table) -> list[Column]:
    """Describe the columns; the ends of shares have headers where a row has any."""
    ends = dict(zip(SHARE_RANGE, ("at least", "at most"), strict=True))
    if rows["share_usd_low"].null_count == len(rows):
        return [*COLUMNS]
    return [replace(column, header=ends.get(column, column.header)) for column in COLUMNS]


def _caption(query: ClaimScope, trade: ImportsInScope) -> str:
    """Say what the shares are of, and what makes them too high."""
    buyer = query.buyer.in_text if query.buyer else "the consumer"
    shares = f"Shares are of what {buyer} imports of the product; HHI runs from 0 to 10,000."
    by_exporters = any(series.reporter == "exporter" for series in trade.series)
    return f"{shares} {BY_EXPORTERS}" if by_exporters else shares


def _notes(
    catalog: Catalog, query: ClaimScope, rows: pa.Table, trade: ImportsInScope
) -> Sequence[Note]:
    notes = [*query.scope.notes, *trade.notes]
    if trade.lacking:
        return [Note(_nothing(catalog, query, trade, 0.0).words), *notes] if len(rows) else notes
    notes.append(FACE_VALUE)
    keys = {*rows["consumer"].to_pylist(), *rows["supplier"].to_pylist()}
    groups = {place.key for place in (query.buyer, query.seller) if place and place.is_group}
    notes += catalog.area_notes(keys - groups)
    if query.seller and query.seller.type == "group":
        notes.append(
            Note(
                f"{capitalized(query.seller.in_text)} is counted as one supplier, its members "
                "added up."
            )
        )
    notes += product_notes(catalog.materials, rows["product"].to_pylist())
    return notes


def _nothing(
    catalog: Catalog, query: ClaimScope, trade: ImportsInScope, min_share: float
) -> Absence:
    """State why nothing is known of the trade asked for."""
    if trade.lacking:
        return trade.lacking.with_words(lambda words: f"{words} Only published claims cover it.")
    seller = query.seller.in_text if query.seller else "any supplier"
    if query.buyer is not None and query.buyer == query.seller:
        return Absence(f"Trade data hold no flow from {seller} to itself.")
    if within := _within(catalog, query):
        return Absence(within)
    scope = query.scope
    names = (scope.meaning, scope.goods.phrase) if scope.text is not None else ("", "")
    text, short = (_no_flow(catalog, query, trade, min_share, named) for named in names)
    return Absence(text, short.removesuffix("."))


def _no_flow(
    catalog: Catalog, query: ClaimScope, trade: ImportsInScope, min_share: float, named: str
) -> str:
    """State that no flow is known, or none as large as was asked; ``named`` are the goods."""
    goods = named or "a product"
    seller = query.seller.in_text if query.seller else "any supplier"
    if min_share and query.seller is not None:
        sold = _from_supplier(catalog, trade.shares, query.seller).to_pylist()
        sold = [row for row in sold if _sure_share(row) is not None]
        if any((row["share_usd_high"] or 0.0) >= min_share for row in sold):
            return (
                f"Whether anybody buys {100 * min_share:g} % of {goods} from "
                f"{seller} is unknown: not all flows are listed."
            )
        if sold:
            first = max(
                sold, key=lambda row: (_sure_share(row), row["usd"] or 0.0, row["consumer"])
            )
            share = percent(_sure_share(first) or 0.0).replace("<", "less than ")
            return (
                f"Nobody is known to buy {100 * min_share:g} % of {goods} from "
                f"{seller}: the most is {share} of the imports of "
                f"{catalog.materials.in_text(first['product'])} by "
                f"{catalog.place_in_text(first['consumer'])} in {first['period']}."
            )
    buyer = f" to {query.buyer.in_text}" if query.buyer else ""
    flow = f"No flow of {named}" if named else "No flow"
    periods = sorted({*trade.flows["period"].to_pylist()})
    time = f" in {periods[0]}" if len(periods) == 1 else ""
    return f"{flow} from {seller}{buyer}{'' if time else ' in this scope'}{time} is known."


def _within(catalog: Catalog, query: ClaimScope) -> str:
    """State that the trade asked for is between the members of one group."""
    buyer, seller = query.buyer, query.seller
    if buyer is None or seller is None:
        return ""
    for group, member in ((buyer, seller), (seller, buyer)):
        if group.is_group and member.key in catalog.members(group):
            return (
                f"{capitalized(member.in_text)} is a part of {group.in_text}, and trade within it "
                "is not counted."
            )
    return ""


def _sure_share(row: Mapping[str, Any]) -> float | None:
    """Return the share that a supplier has at least; None if it is unknown."""
    return next((row[name] for name in SURE if row[name] is not None), None)


ADDED = ("share_usd", "share_tonnes", "usd", "tonnes")
"""Columns that are added up over the members of a group of suppliers."""


def _from_supplier(catalog: Catalog, shares: pa.Table, seller: Entity) -> pa.Table:
    """Select the shares of a supplier; those of a group are its members' added up."""
    if seller.type == "group":
        members = pa.array(catalog.members(seller), pa.string())
        sells, buys = (pc.is_in(shares[end], members) for end in ("supplier", "consumer"))
        rows = shares.filter(pc.and_not(sells, buys))
        sold = rows
        own = (*ADDED, *SERIES_ATTRIBUTES, "supplier", "rank", "share_usd_low", "share_usd_high")
        names = [name for name in shares.column_names if name not in own]
        rows = rows.group_by(names).aggregate([(name, "sum") for name in ADDED])
        rows = rows.rename_columns([name.removesuffix("_sum") for name in rows.column_names])
        rows = with_ends(with_attributes(rows, sold, (*TRADE_SERIES, "consumer")))
        constants = {"supplier": pa.array([seller.key] * len(rows), pa.string()),
                 "rank": pa.nulls(len(rows), shares.schema.field("rank").type)}  # fmt: skip
        for name, column in constants.items():
            rows = rows.append_column(name, column)
        return rows.select(shares.column_names).cast(shares.schema)
    rows = shares.filter(pc.equal(shares["supplier"], seller.key))
    if len(shares) and not len(rows) and seller.type in TOTALS:
        raise UsageError(f"{seller} is not a supplier in trade data; name one country")
    return rows


def _answered(claims: pa.Table, query: ClaimScope) -> bool:
    """Check for a claim about the consumer, dated if a period was given."""
    if query.buyer is not None:
        claims = claims.filter(pc.equal(claims["consumer"], query.buyer.key))
    return any(claims["period"].to_pylist()) if query.period else len(claims) > 0


def _terms_of(catalog: Catalog, query: ClaimScope, trade: ImportsInScope) -> Terms:
    products = sorted(set(trade.flows["product"].to_pylist()))
    main, all_products = catalog.materials.main, catalog.materials.products
    stages = [all_products[key]["stage"] for key in all_products if key in products]
    return terms(
        Places(Role.CONSUMER, query.buyer.key if query.buyer else None),
        Places(Role.SUPPLIER, query.seller.key if query.seller else None),
        query.scope.material, Code(query.scope.code),
        Products(tuple(products)),
        Contents({product: sorted(main.get(product, ())) for product in products},
                 tuple(dict.fromkeys(stages))),
        Time(query.period or "newest with data"),
        Measure("imports by value (USD) and by mass (tonnes)"),
    )  # fmt: skip
