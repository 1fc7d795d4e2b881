"""Concentration of production and trade, by product, stage or consumer."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from math import inf
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.concentration import import_concentration, production_concentration
from graphkit.analysis.hhi import INDICES
from graphkit.analysis.production import ADDED_ABOVE
from graphkit.analysis.unit_values import far_unit_values
from graphkit.answers.absence import Absence
from graphkit.answers.answer import Answer
from graphkit.answers.columns import COUNT, FLAG, NUMBER, TEXTS, Column, schema_of
from graphkit.answers.coverage import lines
from graphkit.answers.note import Note
from graphkit.answers.terms import (
    Code,
    Measure,
    Places,
    Products,
    Role,
    Term,
    Time,
    terms,
)
from graphkit.arrow import SHARE, texts
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.materials import Scope
from graphkit.catalog.tables import COUNTRIES
from graphkit.errors import GraphkitError, UsageError
from graphkit.names import Entity
from graphkit.period import nearest, newest
from graphkit.questions.question import checked
from graphkit.questions.shared.claim_scope import ClaimScope, claims_about
from graphkit.questions.shared.fit import FIT
from graphkit.questions.shared.order import descending
from graphkit.questions.shared.ores import (
    BY_ORE,
    MinedElement,
    mined_elements,
    notes_by_ore,
    rows_by_ore,
)
from graphkit.questions.shared.periods import PeriodChoice, periods_by_product
from graphkit.questions.shared.production import Figures, figures_in, figures_of, revision_notes
from graphkit.questions.shared.published import production_shares_of_claims
from graphkit.questions.shared.trade import (
    ImportsInScope,
    coverage_of,
    imports_of,
    in_sentence,
    no_trade_at_all,
    trade_of,
)

MARKET = (
    Column("product", "Product"),
    Column("stage", "Stage", rank=4),
    Column("stage_order", type=COUNT),
    Column("market", "Market", rank=0, doc=
           "production of the world, exports of the world, or imports of the consumer; as claimed: "
           "by published shares of single countries, where no table of producers is known; at "
           "usual prices: without flows priced far from the product; by ore: of an element in what "
           "is mined, by its part in the ores that may be a country's"),
    Column("element", "Element"),
    Column("consumer", "Consumer", rank=2),
    Column("period", "Period"),
    Column("measure", "Measure", rank=2, doc=
           "usd: by value, as the series is valued; tonnes: by mass, on the stated basis"),
    Column("basis", "Basis", rank=5),
    Column("denominator", doc="description of total_usd or total_tonnes, the base of the shares"),
    Column("total_usd", unit="USD", type=NUMBER),
    Column("total_tonnes", unit="t", type=NUMBER),
    Column("coverage", "", "0 to 1, share of world production with a named producer", SHARE,
           NUMBER),
    Column("unpublished", "", "named producers without a figure; upper bounds are then null",
           type=COUNT),
    Column("estimated", "", "named producers whose figure is an estimate", type=COUNT),
    Column("missing_tonnes_share", "", "0 to 1, share of the value without a mass", SHARE, NUMBER),
    Column("note"),
    Column("source", "Source", "where the figures stand: a table of producers, published shares, "
           "or a data set of trade", rank=3),
)  # fmt: skip
"""The market, its size, and the gaps in its data."""
COLUMNS = (
    *MARKET,
    Column("suppliers", doc="named suppliers or producers with a share above 0", type=COUNT),
    Column("unnamed_share", doc="0 to 1, share without a named country, at most what is not listed "
           "included", type=NUMBER),
    Column("top", "Largest", rank=0),
    Column("ranges", "By country", "shares of countries in the mine output of an element, each "
           "from its least to its most", rank=9, type=TEXTS),
    Column("cr1", "Its share", "0 to 1, share of the largest; the least it can be, where not all "
           "flows are listed", rank=0, type=NUMBER),
    Column("cr1_high", doc="the same with the unnamed share in one country", type=NUMBER),
    Column("cr3", "First three", "0 to 1, share of the largest three", rank=4, type=NUMBER),
    Column("cr3_high", doc="the same with the unnamed share in one country", type=NUMBER),
    Column("hhi_low", "HHI", "0 to 10,000, with the unnamed share in many small countries",
           type=NUMBER),
    Column("hhi_high", "HHI at most", "0 to 10,000, with it in one country", rank=3, type=NUMBER),
    Column("hhi_normalised", doc="0 to 1, 0 is equal shares; null if a share is unnamed",
           type=NUMBER),
    Column("effective_low", doc="suppliers of equal size that give hhi_high", type=NUMBER),
    Column("effective_high", doc="suppliers of equal size that give hhi_low", type=NUMBER),
    Column("shannon_low", doc="least Shannon index of the shares, natural logarithm", type=NUMBER),
    Column("shannon_high", doc="the largest; null if a share is unnamed", type=NUMBER),
    Column("band", doc="US Merger Guidelines 2023: moderate over 1,000, high over 1,800"),
    Column("above_4000",
           doc="whether HHI is above that of an EU strategic dependency, SWD(2021) 352", type=FLAG),
    Column("top_above_65", "Over 65 %",
           "whether one country has more than the EU Critical Raw Materials Act aims at", rank=2,
           type=FLAG),
)  # fmt: skip
CAPTION = (
    "Shares are of the whole market. HHI runs from 0 to 10,000: above 1,800 is high (US Merger "
    "Guidelines 2023), above 4,000 an EU strategic dependency. 'At most' assumes that all unnamed "
    "producers are one country. The EU act aims at no more than 65 % from one country."
)


@dataclass(frozen=True)
class Listing(Term):
    """Order of the rows, and whether there is one for each importer."""

    sort: str
    each: bool


def question(buyer: Entity | None, scope: Scope, sort: str, *, by_consumer: bool) -> str:
    """Write the question as a sentence."""
    meaning = "everything with data" if scope.text is None else scope.meaning
    if by_consumer:
        return f"How concentrated are the imports of {meaning} of every country?"
    trade = f"imports of {buyer.in_text}" if buyer else "trade"
    by_stage = ", by stage" if sort == "stage" else ""
    return f"How concentrated are production and {trade} for {meaning}{by_stage}?"


def notes_on(catalog: Catalog, rows: pa.Table) -> Iterator[Note]:
    """Write the caveats of the indices."""
    in_text = catalog.materials.in_text
    products_by_note: dict[str, list[str]] = defaultdict(list)
    above = []
    for row in rows.to_pylist():
        if row["note"] and row["product"] not in products_by_note[row["note"]]:
            products_by_note[row["note"]].append(row["product"])
        if row["denominator"] == ADDED_ABOVE:
            above.append(f"{in_text(row['product'])} in {row['period']}")
    for note, products in products_by_note.items():
        yield Note(f"No indices for {in_text(*products)}: {note}.", tuple(products))
    if above:
        yield Note(
            f"Producers of {', '.join(dict.fromkeys(above))} add up to more than the world total, "
            "which is rounded: shares are of their sum."
        )


def stages_in_words(catalog: Catalog, rows: pa.Table) -> dict[str, str]:
    """Summarise each stage: series of production, and those with high concentration."""
    rows_by_stage: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows.to_pylist():
        if row["market"] == "production" and row["hhi_low"] is not None:
            rows_by_stage[row["stage"]].append(row)
    summary = {}
    for stage, series in rows_by_stage.items():
        high = sum(row["band"] == "high" for row in series)
        above_4000 = sum(row["above_4000"] is True for row in series)
        above_65 = sum(row["top_above_65"] is True for row in series)
        tops = Counter(row["top"] for row in series)
        most = max(tops.values())
        leaders = sorted(country for country, count in tops.items() if count == most)
        years = ", ".join(sorted({row["period"] for row in series}))
        summary[f"production_at_the_stage_{stage}"] = (
            f"{len(series)} series ({years}); HHI high in {high}, over 4,000 in {above_4000}; one "
            f"country over 65 % in {above_65}; most often the largest: "
            f"{' and '.join(map(catalog.place_in_text, leaders))} ({most})"
        )
    return summary


SERIES_OF_SHARES = ("product", "stage", "period", "basis", "source")
SHARES_OF_WORLD = pa.schema([
    *texts(*SERIES_OF_SHARES, "country", "type", "qualifier"),
    *(pa.field(name, NUMBER) for name in ("tonnes", "low", "high")),
])  # fmt: skip
"""Columns of published shares, as a table of producers of a world that makes 1."""
ROWS = pa.schema([
    *schema_of(MARKET), *INDICES, pa.field("ranges", TEXTS),
    *texts("hs", "hs_revision", "reporter", "dataset"),
])  # fmt: skip
USUAL = " at usual prices"
AS_CLAIMED = "production as claimed"
"""Market of published shares of single countries, where no table of producers is known."""
PRODUCTION = ("production", AS_CLAIMED, BY_ORE)
"""Markets of production."""
MASSES = ("weight", "content")
"""Masses that a claim may count."""
APART = "Producers come first, exports below them: who sells most need not make most."
MUCH = 0.1
"""Part of a product's mass, priced far from the rest, from which rows without it are added."""
WORLD_EXPORTS = Note("Exports of the world count re-exports: a hub is among the exporters.")
CLAIMED = ("production", "processing", "production of the first three")
"""Measures of published shares other than a country's imports."""


@checked(COLUMNS, (FIT,))
def concentration(
    catalog: Catalog,
    consumer: str | None = None,
    *,
    scope: str | None = None,
    period: str | None = None,
    sort: str = "stake",
    each: bool = False,
    dataset: str | None = None,
) -> Answer:
    """Measure how concentrated production and trade are, by product, stage or consumer.

    Returns
    -------
    Answer
        One row for each product, market, measure (USD, tonnes) and source.

    Raises
    ------
    UsageError
        Unknown name, invalid period or ``sort``, or a consumer given with ``each``.
    GraphkitError
        Nothing is known in this scope; the message lists what is.
    """
    catalog = catalog.using(dataset)
    if each and consumer is not None:
        raise UsageError(f"`each` lists every country; leave out {consumer!r}")
    buyer = None if consumer is None else catalog.place(consumer)
    query = ClaimScope(buyer, None, catalog.materials.scope(scope), period)
    if buyer is None:
        trade = trade_of(catalog, query.scope, period)
    else:
        trade = imports_of(catalog, buyer, query.scope, period)
    figures = figures_of(catalog, query.scope, period)
    if period is not None and sort == "stage":
        figures = figures.joined(_of_other_years(catalog, query.scope, period, figures))
    if each:
        empty = figures.rows.slice(0, 0)
        figures = Figures(empty, empty, {})
    elif buyer is None:
        trade = _world_exports(trade)
    mined = [] if each or buyer else mined_elements(catalog, figures, query.scope)
    rows = _production_rows(figures.rows) + rows_by_ore(catalog, mined)
    if sort == "stage" and not each:
        rows += _claimed_rows(catalog, query, periods_by_product(figures.rows))
    rows += _trade_rows(catalog, trade, "imports" if buyer or each else "")
    claims = _published(catalog, query)
    usable = [dated for dated in claims["period"].to_pylist() if dated or not period]
    if not rows and not usable:
        raise GraphkitError(_lacking(catalog, query, trade, by_consumer=each))
    table = _sorted(catalog, rows, sort, by_consumer=each)
    return _answer(catalog, query, sort, table, trade, figures, claims, mined, by_consumer=each)


def _world_exports(trade: ImportsInScope) -> ImportsInScope:
    """Merge all consumers into one, so that shares are those of world exports; add prices."""
    position = trade.flows.column_names.index("consumer")
    world = pa.array(["WLD"] * len(trade.flows), pa.string())
    flows = trade.flows.set_column(position, "consumer", world)
    notes = (*trade.notes, WORLD_EXPORTS)
    return replace(trade, flows=far_unit_values(flows), notes=notes)


def _of_other_years(catalog: Catalog, scope: Scope, period: str, figures: Figures) -> Figures:
    """Read the tables of producers nearest in time, of products without one of the period.

    A table that gives the world's total alone names no producer, and is left out.
    """
    with_table = set(figures.rows["product"].to_pylist())
    choices = {
        product: PeriodChoice(nearest(period, periods), ())
        for product, periods in periods_by_product(catalog.rows("production-periods")).items()
        if product in scope.products and product not in with_table
    }
    others = figures_in(catalog, choices)
    of_countries = pc.is_in(others.rows["type"], pa.array(COUNTRIES))
    return others.of_products(others.rows["product"].filter(of_countries))


def other_years_in_words(catalog: Catalog, rows: pa.Table, period: str | None) -> list[Note]:
    """Name the products whose producers are of other years than the question."""
    products_of_years: dict[str, list[str]] = defaultdict(list)
    for row in rows.to_pylist():
        if period and row["market"] == "production" and row["period"] != period:
            products_of_years[row["period"]].append(row["product"])
    in_text = catalog.materials.in_text
    texts = [f"{years} ({in_text(*products)})" for years, products in products_of_years.items()]
    if not texts:
        return []
    return [
        Note(
            f"No table of producers is of {period} for these products; theirs are of the nearest "
            f"years that have one: {'; '.join(sorted(texts))}."
        )
    ]


def _production_rows(figures: pa.Table) -> list[dict[str, Any]]:
    """Build the rows of production."""
    names = ("product", "period", "basis", "source")
    estimated = Counter(
        tuple(row[n] for n in names)
        for row in figures.to_pylist()
        if row["estimated"] and row["type"] in COUNTRIES
    )
    return [
        {
            **row, "market": "production", "measure": "tonnes", "total_tonnes": row["total"],
            "estimated": estimated[tuple(row[n] for n in names)],
        }
        for row in production_concentration(figures).to_pylist()
    ]  # fmt: skip


def _claimed_rows(
    catalog: Catalog, query: ClaimScope, tabled: Mapping[str, Set[str]]
) -> list[dict[str, Any]]:
    """Build the rows of production that published shares of single countries tell.

    Of products without a table of producers as new, of which ``tabled`` has the periods; of the
    newest period of these, unless one is asked.
    """
    claims_by_basket: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for claim, products in production_shares_of_claims(catalog):
        place = catalog.places.named(claim["supplier"])
        in_period = claim["period"] is not None and query.period in (None, claim["period"])
        is_country = place is not None and place.type in COUNTRIES
        tables = set().union(*(tabled.get(product, ()) for product in products))
        is_newer = in_period and newest({*tables, claim["period"]}) not in tables
        if products and is_newer and is_country:
            claims_by_basket[tuple(products)].append(claim)
    shares: dict[tuple[Any, ...], dict[str, Any]] = {}
    counted_by: dict[tuple[Any, ...], str | None] = {}
    for basket, claims in claims_by_basket.items():
        if not set(basket) <= set(query.scope.products):
            continue
        stage = catalog.materials.products[basket[0]]["stage"]
        latest = newest({claim["period"] for claim in claims})
        for claim in claims:
            if claim["period"] != latest:
                continue
            series = ("+".join(basket), stage, latest, claim["basis"], claim["source"])
            row = dict(zip(SERIES_OF_SHARES, series, strict=True))
            shares[*series, "WLD"] = {**row, "country": "WLD", "type": "world", "tonnes": 1.0}
            # Of two figures of one source for one country, the first stands; both are listed below.
            shares.setdefault((*series, claim["supplier"]), {
                **row, "country": claim["supplier"], "type": "country", "tonnes": claim["value"],
                "qualifier": claim["qualifier"],
            })  # fmt: skip
            counted_by[series] = claim["counted_by"]
    table = pa.Table.from_pylist(list(shares.values()), SHARES_OF_WORLD)
    return [
        {
            **row, "market": AS_CLAIMED, "denominator": "world production, as the source counts it",
            "measure": "tonnes"
            if counted_by[tuple(row[n] for n in SERIES_OF_SHARES)] in MASSES else None,
        }
        for row in production_concentration(table).to_pylist()
    ]  # fmt: skip


def _trade_rows(catalog: Catalog, trade: ImportsInScope, market: str) -> list[dict[str, Any]]:
    """Build the rows of trade, by value and by mass.

    Where flows priced far from the product are a large part of its mass, add rows without them.
    """
    areas = [a["key"] for a in catalog.nodes("Area").to_pylist() if not a["in_practice"]]
    series = {(s.product, s.period, s.reporter, s.dataset, s.source): s
              for s in trade.series}  # fmt: skip
    unlisted = trade.unlisted
    at_all_prices = import_concentration(trade.flows, unnamed=areas, unlisted=unlisted).to_pylist()
    at_usual_prices = [] if market else _usual_rows(trade.flows, at_all_prices, areas, unlisted)
    priced = [*((row, "") for row in at_all_prices), *((row, USUAL) for row in at_usual_prices)]
    rows = []
    for row, prices in priced:
        key = (row["product"], row["period"], row["reporter"], row["dataset"], row["source"])
        sold = series[key]
        codes = {"hs": sold.hs, "hs_revision": sold.hs_revision, "basis": sold.basis}
        rows.append({
            **row, **{name: text or None for name, text in codes.items()},
            f"total_{row['measure']}": row["total"],
            "market": f"{market or 'exports'}{prices}",
            "consumer": row["consumer"] if market else None,
            "denominator": f"sum of the {market or 'exports'} that give this measure",
        })  # fmt: skip
    return rows


def _usual_rows(
    flows: pa.Table, rows: Sequence[Mapping[str, Any]], areas: Sequence[str], unlisted: pa.Table
) -> list[dict[str, Any]]:
    """Build the rows of products of which much is priced far from the rest, without that."""
    tonnes = {(row["product"], row["period"]): row["total"]
              for row in rows if row["measure"] == "tonnes"}  # fmt: skip
    far = flows.filter(flows["far"]).group_by(["product", "period"])
    products = {
        row["product"]
        for row in far.aggregate([("tonnes", "sum")]).to_pylist()
        if row["tonnes_sum"] >= MUCH * tonnes.get((row["product"], row["period"]), inf)
    }
    affected = pc.is_in(flows["product"], pa.array(sorted(products), pa.string()))
    flows = flows.filter(pc.and_not(affected, flows["far"]))
    usual: list[dict[str, Any]] = import_concentration(
        flows, unnamed=areas, unlisted=unlisted
    ).to_pylist()
    return usual


def prices_in_words(catalog: Catalog, flows: pa.Table, rows: pa.Table) -> list[Note]:
    """Name the largest flow that is left out of the rows at usual prices, of each product."""
    products = {row["product"] for row in rows.to_pylist() if row["market"].endswith(USUAL)}
    if not products:
        return []
    far = flows.filter(flows["far"]).sort_by([("tonnes", "descending")]).to_pylist()
    notes = []
    for product in sorted(products):
        left_out = [flow for flow in far if flow["product"] == product]
        largest = left_out[0]
        notes.append(
            Note(
                f"{catalog.materials.label(product)}: {len(left_out)} flows cost under a tenth or "
                f"over ten times the median by value of {largest['median']:,.0f} USD/t and may be "
                f"another material or stage. The largest is {largest['tonnes']:,.0f} t from "
                f"{catalog.place_in_text(largest['supplier'])} at {largest['usd_per_tonne']:,.0f} "
                "USD/t. Rows at usual prices leave them out.",
                (product,),
            )
        )
    return notes


def _without_producers(catalog: Catalog, rows: pa.Table) -> list[Note]:
    """Name the products in trade of which no figure or share of production is known, by stage."""
    produced: set[str] = set()
    unknown: dict[str, list[str]] = {}
    for row in rows.to_pylist():
        if row["market"] in PRODUCTION:
            produced |= set(row["product"].split("+"))
        elif row["product"] not in produced | set(unknown.get(row["stage"], ())):
            unknown.setdefault(row["stage"], []).append(row["product"])
    if not unknown:
        return []
    in_text = catalog.materials.in_text
    stages = (f"{in_text(stage)} ({in_text(*products)})" for stage, products in unknown.items())
    return [
        Note(
            f"Who makes most is unknown, for no figure or share is published: {'; '.join(stages)}."
        )
    ]


def _published(catalog: Catalog, query: ClaimScope) -> pa.Table:
    """Select published shares of production, and with a consumer also of sourcing."""
    everyone = ClaimScope(None, None, query.scope, query.period)
    claims = claims_about(catalog.claims, everyone)
    about_world = pc.and_(
        pc.is_null(claims["consumer"]), pc.is_in(claims["measure"], pa.array(CLAIMED))
    )
    mask = pc.fill_null(about_world, False)
    if query.buyer is not None:
        about_buyer = pc.and_(
            pc.equal(claims["consumer"], query.buyer.key), pc.equal(claims["kind"], "share")
        )
        mask = pc.or_(mask, pc.fill_null(about_buyer, False))
    return claims.filter(mask)


def _sorted(
    catalog: Catalog, rows: Sequence[dict[str, Any]], sort: str, *, by_consumer: bool
) -> pa.Table:
    """Sort the rows, and add the stage of each."""
    products: Mapping[str, Mapping[str, Any]] = catalog.materials.products
    for row in rows:
        first, _, _ = row["product"].partition("+")
        row |= {name: products[first][name] for name in ("stage", "stage_order")}

    def series(row: Mapping[str, Any]) -> tuple[Any, ...]:
        names = ("period", "reporter", "dataset", "source", "basis")
        return (row["product"], *(row.get(name) or "" for name in names))

    stakes: dict[str, float] = {}
    for row in rows:
        if row["measure"] == "usd":
            stakes[row["product"]] = max(row["total"], stakes.get(row["product"], 0.0))

    def order(row: Mapping[str, Any]) -> tuple[Any, ...]:
        is_trade, no_value = row["market"] not in PRODUCTION, row["measure"] != "usd"
        hhi = row["hhi_low"] if row["hhi_low"] is not None else -1.0
        first = descending(stakes.get(row["product"])) if sort == "stake" else 0.0
        if by_consumer:
            first = row["stage_order"] if sort == "stage" else first
            return (first, *series(row), no_value, -row["total"], row["consumer"])
        if sort == "stage":
            return (is_trade, row["stage_order"], row["market"], no_value, -hhi, *series(row))
        return (first, row["product"], is_trade, row["market"], no_value, *series(row))

    return pa.Table.from_pylist(
        [{n: row.get(n) for n in ROWS.names} for row in sorted(rows, key=order)], ROWS
    )


def _lacking(
    catalog: Catalog, query: ClaimScope, trade: ImportsInScope, *, by_consumer: bool
) -> str:
    unmeasured = Absence("No share of a seller is known in the flows that there are.")
    if catalog.dataset in catalog.extents:
        unmeasured = no_trade_at_all(catalog, "trade flows")
    lacking = in_sentence((trade.lacking or unmeasured).words)
    if by_consumer:
        return lacking
    rows = catalog.rows("production-periods").to_pylist()
    periods = sorted({row["period"] for row in rows if row["product"] in query.scope.products})
    known_periods = f"; there are for {', '.join(periods)}" if periods else ""
    return f"{lacking}; nor are production figures{known_periods}"


def _answer(
    catalog: Catalog,
    query: ClaimScope,
    sort: str,
    rows: pa.Table,
    trade: ImportsInScope,
    figures: Figures,
    claims: pa.Table,
    mined: Sequence[MinedElement],
    *,
    by_consumer: bool,
) -> Answer:
    scope: Scope = query.scope
    in_stages = sort == "stage" and not by_consumer
    coverage = coverage_of(trade, scope)
    if not by_consumer:
        coverage = replace(
            coverage, figures=figures.count(scope),
            missing_years=(*coverage.missing_years, *figures.gaps()),
            others=lines(stages_in_words(catalog, rows)) if in_stages else (),
        )  # fmt: skip
    hidden = {"market"} if not rows["consumer"].null_count else set()
    if rows["consumer"].null_count == len(rows):
        hidden = {"consumer"}
    if not in_stages:
        hidden.add("source")
    if rows["element"].null_count == len(rows):
        hidden |= {"element", "ranges"}
    names = [column.name for column in COLUMNS if column.header and column.name not in hidden]
    if in_stages:
        names.sort(key=lambda name: name != "stage")
    return Answer(
        question(query.buyer, scope, sort, by_consumer=by_consumer),
        terms(
            Places(Role.CONSUMER, query.buyer.key if query.buyer else None),
            scope.material,
            Code(scope.code),
            Products(
                tuple(
                    sorted({key for text in rows["product"].to_pylist() for key in text.split("+")})
                )
            ),
            Time(query.period or "newest with data"),
            Listing(sort, by_consumer),
            Measure("production by mass (tonnes); trade by value (USD) and mass"),
        ),
        rows,
        COLUMNS,
        coverage,
        catalog.sources(rows, trade.flows, figures.rows, claims, scope.elsewhere),
        claims,
        elsewhere=scope.elsewhere,
        notes=(
            *([Note(trade.lacking.words)] if trade.lacking else ()),
            *scope.notes,
            *trade.notes,
            *notes_on(catalog, rows),
            *notes_by_ore(catalog, mined),
            *(_without_producers(catalog, rows) if in_stages else ()),
            *(other_years_in_words(catalog, rows, query.period) if in_stages else ()),
            *prices_in_words(catalog, trade.flows, rows),
            *revision_notes(catalog, figures.published),
        ),
        caption=f"{APART} {CAPTION}" if in_stages else CAPTION,
        shown=names,
        grouped_by=("product",) if sort == "stake" and not by_consumer else (),
    )
