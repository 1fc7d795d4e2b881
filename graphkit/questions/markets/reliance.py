"""Import reliance, computed and published, and supply without the largest producer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.balances import BY_TRADE, balance_reliance
from graphkit.analysis.claims.phrases import claim_figure, known_values
from graphkit.analysis.claims.published import superseded_claims
from graphkit.analysis.reliance import net_import_reliance
from graphkit.answers.answer import Answer, without_empty
from graphkit.answers.columns import FLAG, NUMBER, Column, plain_columns, schema_of
from graphkit.answers.coverage import lines
from graphkit.answers.note import Note
from graphkit.answers.terms import Measure, Places, Products, Role, Time, terms
from graphkit.arrow import SHARE
from graphkit.catalog.catalog import Catalog
from graphkit.errors import GraphkitError
from graphkit.period import Period, newest
from graphkit.questions.question import checked
from graphkit.questions.shared.blocs import merged_balance
from graphkit.questions.shared.claim_scope import ClaimScope, claims_about, speaks_of
from graphkit.questions.shared.fit import FIT
from graphkit.questions.shared.order import descending
from graphkit.questions.shared.periods import PeriodChoice
from graphkit.questions.shared.production import Figures, figures_in, revision_notes
from graphkit.questions.shared.trade import ImportsInScope, coverage_of, trade_of

KIND = "net-import-reliance"
COLUMNS = (
    Column("country", "Country"),
    Column("material", "Product or element",
           "the product, or the element if the published figure covers no single product"),
    *plain_columns("product", "element", "stage"),
    Column("period", "Period"),
    Column("imports", "Imports (t)",
           "metric tons, on the stated basis; of the flows with a mass", "t", NUMBER, rank=3),
    Column("exports", "Exports (t)", "metric tons, on the same basis", "t", NUMBER, rank=3),
    Column("production_low", "Production (t)",
           "metric tons, as the source of production counts", "t", NUMBER, rank=2),
    Column("production_high", "at most", "the same; null: unknown", "t", NUMBER, rank=4),
    Column("stock_change", "Stock change (t)",
           "metric tons, releases and decrease of stocks, of a national balance", "t", NUMBER),
    Column("consumption", "Consumption (t)",
           "metric tons, apparent consumption that a national balance prints", "t", NUMBER, rank=3),
    Column("basis"),
    Column("reliance_low", "Reliance",
           "0 to 1, (imports - exports) / (production + imports - exports), not below 0; of a "
           "national balance with the stock change, over its consumption", SHARE, NUMBER, rank=0),
    Column("reliance_high", "at most", "the same, at most", SHARE, NUMBER, rank=0),
    Column("net_exporter", type=FLAG),
    Column("missing", "Missing", "why no figure is computed, or what it leaves out", rank=2),
    Column("published", "Published", "the published figure in words; a bound stays one",
           rank=0),
    Column("published_value", "", "0 to 1, on the basis in published_basis", SHARE, NUMBER),
    Column("published_low", "", "0 to 1, the lower end of a published bound", SHARE, NUMBER),
    Column("published_high", "", "0 to 1, the upper end of a published bound", SHARE, NUMBER),
    Column("estimated", doc="whether a figure of the balance is marked as an estimate", type=FLAG),
    *plain_columns("published_qualifier", "published_as", "published_basis"),
    Column("trade_source", doc="source, data set and reporter of the trade"),
    *plain_columns("production_source", "published_source"),
)  # fmt: skip
SHOWN = (
    "country", "material", "period", "imports", "exports", "production_low", "production_high",
    "consumption", "reliance_low", "reliance_high", "published", "missing",
)  # fmt: skip
CAPTION = (
    "Reliance is net imports over apparent consumption, by mass: of trade flows and production "
    "without stock changes, and a range where production is not known; of a national balance "
    "from the figures that it prints. Published figures are as printed."
)
BALANCE_OF_A_NATION = "national balance"
"""Ending of the source of a row that a national balance gives."""
OF_ALL_FORMS = "one product; published of all forms"
_ELEMENT = "element:"
"""Prefix of an element in the measure, which takes only products."""


@checked(COLUMNS, (FIT,))
def reliance(
    catalog: Catalog,
    consumer: str | None = None,
    *,
    scope: str | None = None,
    period: str | None = None,
    dataset: str | None = None,
) -> Answer:
    """Compute import reliance from flows and production, beside published figures.

    Returns
    -------
    Answer
        One row for each country, product, and source of trade, of production and of the published
        figure, with all inputs. Trade and production of different bases give no figure. A national
        balance (``trade_source`` names it) comes first; a row of trade stands beside it only with a
        figure of its own. Of several editions of a published figure the newest stands in the row.

    Raises
    ------
    UsageError
        Unknown name or invalid period; the message suggests the nearest.
    GraphkitError
        Nothing is known in this scope; the message lists what is.
    """
    catalog = catalog.using(dataset)
    buyer = None if consumer is None else catalog.place(consumer)
    query = ClaimScope(buyer, None, catalog.materials.scope(scope), period)
    trade = trade_of(catalog.complete(), query.scope, period)
    periods = {series.product: series.period for series in trade.series}
    editions = _in_periods(_published(catalog, query), periods, period)
    revised = superseded_claims(catalog.claims, catalog.nodes("Source"))
    keys = editions["key"].to_pylist()
    published = editions.filter(pa.array([key not in revised for key in keys], pa.bool_()))
    for claim in published.to_pylist():
        periods.setdefault(claim["product"] or _ELEMENT + claim["element"], claim["period"])
    balances = _balances(catalog, query, periods, published)
    choices = {
        product: PeriodChoice(text, ())
        for product, text in periods.items()
        if not product.startswith(_ELEMENT)
    }
    figures = figures_in(catalog, {**choices, **trade.periods}).with_amounts()
    flows, production = trade.flows, figures.rows
    notes: list[Note] = []
    if buyer is not None and buyer.is_group:
        flows, production, notes = merged_balance(catalog, buyer, flows, production)
    table = net_import_reliance(
        flows, production, _by_element(published), countries=None if buyer is None else [buyer.key]
    )
    rows, silent = _rows(
        catalog, table, published, balances, _imports(flows), keep_silent=buyer is not None
    )
    if not len(rows):
        raise GraphkitError(_lacking(query, trade, silent))
    notes += _revisions(catalog, editions, revised)
    return _answer(catalog, query, rows, trade, figures, editions, notes, silent)


def _revisions(catalog: Catalog, editions: pa.Table, revised: Mapping[str, str]) -> list[Note]:
    """Write a note on published figures that a later edition of their source changed."""
    claims = {row["key"]: row for row in catalog.claims.to_pylist()}
    published = {row["key"]: row["published"] for row in catalog.nodes("Source").to_pylist()}
    texts = []
    for old in editions.to_pylist():
        new = claims[revised.get(old["key"], old["key"])]
        before, after = (claim_figure(known_values(claim)) for claim in (old, new))
        if before != after:
            years = [published[claim["source"]][:4] for claim in (old, new)]
            texts.append(
                f"{catalog.materials.in_text(old['product'] or old['element'])} of "
                f"{catalog.place_in_text(old['consumer'])} in {old['period']}: {before} in the "
                f"{years[0]} edition, {after} in the {years[1]} edition"
            )
    return [Note(f"Published reliance that was revised: {'; '.join(texts)}.")] if texts else []


def _published(catalog: Catalog, query: ClaimScope) -> pa.Table:
    """Select the figures published about the consumer in scope."""
    claims = claims_about(catalog.claims, query)
    return claims.filter(pc.and_(pc.equal(claims["kind"], KIND), pc.is_valid(claims["period"])))


def _in_periods(claims: pa.Table, periods: Mapping[str, str], period: str | None) -> pa.Table:
    """Select the claims of the period, or of each product's trade, or else of its newest claim."""
    available: dict[tuple[str | None, str | None], set[str]] = {}
    for claim in claims.to_pylist():
        available.setdefault((claim["product"], claim["element"]), set()).add(claim["period"])
    claim_period = {
        (product, element): period or periods.get(product or "") or newest(claimed)
        for (product, element), claimed in available.items()
    }
    mask = [
        row["period"] == claim_period[row["product"], row["element"]] for row in claims.to_pylist()
    ]
    return claims.filter(pa.array(mask, pa.bool_()))


def _balances(
    catalog: Catalog, query: ClaimScope, periods: Mapping[str, str], published: pa.Table
) -> list[dict[str, Any]]:
    """Compute the rows of national balances, in the period of trade or else the newest."""
    owners = set(catalog.rows("balance-countries")["country"].to_pylist())
    if query.buyer is not None:
        owners &= {query.buyer.key}
    printed = catalog.rows("balances", countries=sorted(owners))
    estimates = [row for row in printed.to_pylist() if row["estimated"] and row["balance"]]
    period = query.period
    years_together = period if period and len(Period(period).years) > 1 else None
    by_period: dict[tuple[str, str], dict[str, dict[str, Any]]] = defaultdict(dict)
    for row in balance_reliance(printed, years_together).to_pylist():
        of_product = row["balance"] in catalog.materials.products
        row |= {"product": row["balance"] if of_product else None, "stage": None,
                "element": None if of_product else row["balance"]}  # fmt: skip
        row["estimated"] = any(
            all(figure[name] == row[name] for name in ("country", "balance", "source"))
            and Period(figure["period"]) in Period(row["period"])
            for figure in estimates
        )
        if query.scope.text is None or speaks_of(row, query.scope):
            by_period[row["country"], row["balance"]][row["period"]] = row
    rows = []
    for (country, key), balances in sorted(by_period.items()):
        traded = periods.get(key) or periods.get(_ELEMENT + key)
        balance_period = period or (traded if traded in balances else newest(balances))
        if balance_period in balances:
            claims = [
                claim
                for claim in published.to_pylist()
                if (claim["consumer"], claim["period"]) == (country, balance_period)
                and key in (claim["product"], claim["element"])
            ]
            rows += [_balance_row(balances[balance_period], claim) for claim in claims or [None]]
    return rows


def _balance_row(balance: Mapping[str, Any], claim: Mapping[str, Any] | None) -> dict[str, Any]:
    """Build the row of a balance, beside the published figure."""
    row = dict(balance)
    row |= {f"production_{end}": row["production"] for end in ("low", "high")}
    row |= {f"reliance_{end}": row["reliance"] for end in ("low", "high")}
    row |= {"trade_source": f"{row['source']} {BALANCE_OF_A_NATION}"}
    if row["production"] is not None:
        row["production_source"] = row["source"]
    remarks = [row["missing"]]
    if row["method"] not in (None, BY_TRADE):
        remarks.insert(0, f"computed as {row['method']}")
    by_production = row["other_reliance"]
    if by_production is not None and abs(by_production - row["reliance"]) > 0.01:
        remarks.append(f"consumption less production gives {100 * by_production:.0f} %")
    row["missing"] = "; ".join(filter(None, remarks)) or None
    names = {"as": "published_value", "value": "value", "low": "low", "high": "high",
             "qualifier": "qualifier", "source": "source", "basis": "basis"}  # fmt: skip
    if claim is not None:
        row |= {f"published_{name}": claim[column] for name, column in names.items()}
    return row


def _by_element(claims: pa.Table) -> pa.Table:
    """Name the element in the product column of claims that name no product."""
    element = pc.binary_join_element_wise(_ELEMENT, claims["element"], "")
    place = claims.column_names.index("product")
    return claims.set_column(place, "product", pc.coalesce(claims["product"], element))


def _rows(
    catalog: Catalog,
    table: pa.Table,
    published: pa.Table,
    balances: Sequence[Mapping[str, Any]],
    values: Mapping[tuple[str, str], float],
    *,
    keep_silent: bool,
) -> tuple[pa.Table, int]:
    """Build the rows, and count the countries and products without any figure."""
    silent = 0
    rows = [_completed(catalog, balance) for balance in balances]
    balance_rows = {(row["country"], row["material"], row["period"]): row for row in rows}
    bases = {
        (claim["consumer"], claim["product"] or _ELEMENT + claim["element"], claim["period"],
         claim["source"], claim["published_value"], claim["value"]): claim["basis"]
        for claim in published.to_pylist()
    }  # fmt: skip
    for row in table.to_pylist():
        if not keep_silent and row["reliance_low"] is None and row["published_source"] is None:
            silent += 1
            continue
        row["published_basis"] = bases.get((
            row["country"], row["product"], row["period"], row["published_source"],
            row["published_as"], row["published_value"],
        ))  # fmt: skip
        if row["product"].startswith(_ELEMENT):
            row |= {"element": row["product"].removeprefix(_ELEMENT), "product": None}
            row["missing"] = OF_ALL_FORMS
        complete = _completed(catalog, row)
        key = (complete["country"], complete["material"], complete["period"])
        balance = balance_rows.get(key)
        if balance is None or (complete["trade_source"] is not None and _beside(complete, balance)):
            rows.append(complete)
    return pa.Table.from_pylist(_by_figure(rows, values), schema_of(COLUMNS)), silent


def _by_figure(
    rows: Sequence[Mapping[str, Any]], values: Mapping[tuple[str, str], float]
) -> list[Mapping[str, Any]]:
    """Sort countries and materials by their surest figure, the largest first, then by imports.

    Of each, the national balance comes first.
    """
    surest: dict[tuple[str, str], tuple[int, float]] = {}
    for row in rows:
        material = row["country"], row["material"]
        surest[material] = min(_sureness(row), surest.get(material, (4, 0.0)))

    def key(row: Mapping[str, Any]) -> tuple[Any, ...]:
        material = row["country"], row["material"]
        imports = values.get((row["country"], row["product"]))
        by_balance = (row["trade_source"] or "").endswith(BALANCE_OF_A_NATION)
        return (
            *surest[material],
            descending(imports),
            row["material"],
            row["country"],
            (not by_balance),
        )

    return sorted(rows, key=key)


def _imports(flows: pa.Table) -> dict[tuple[str, str], float]:
    """Add up the value of each country's imports of each product, in USD."""
    sums = flows.group_by(["consumer", "product"]).aggregate([("usd", "sum")]).to_pylist()
    return {(row["consumer"], row["product"]): row["usd_sum"] for row in sums}


def _sureness(row: Mapping[str, Any]) -> tuple[int, float]:
    """Return a key by which published figures come first, then computed ones, then ranges.

    In each of these the largest comes first.
    """
    low, high = row["reliance_low"], row["reliance_high"]
    figure = row["published_value"]
    if figure is None and row["published_low"] is not None:
        figure = row["published_low"]
    if row["published_source"] is not None and (figure is not None or low is not None):
        return 0, -(figure if figure is not None else low)
    if low is None:
        return 3, 0.0
    return (1 if low == high else 2), -low


def _beside(trade: dict[str, Any], balance: dict[str, Any]) -> bool:
    """Tell whether a row of trade stands beside a national balance, and say why in it.

    Without a figure of its own it goes; if the balance has none either, it says there what the
    trade lacks.
    """
    interval = (trade["reliance_low"], trade["reliance_high"])
    if interval not in ((None, None), (0.0, 1.0)):
        remark = "of trade flows, without stock changes, beside the national balance"
        trade["missing"] = "; ".join(filter(None, [remark, trade["missing"]]))
        return True
    if balance["reliance_low"] is None:
        remark = f"of trade flows: {trade['missing'] or 'production'}"
        balance["missing"] = "; ".join(filter(None, [balance["missing"], remark]))
    return False


def _completed(catalog: Catalog, row: Mapping[str, Any]) -> dict[str, Any]:
    """Complete a row with its material, its stage and the published figure in words."""
    product = row["product"]
    stage = catalog.materials.products[product]["stage"] if product else None
    text = _words(row) if row.get("published_source") is not None else None
    values = {**row, "material": product or row["element"], "stage": stage, "published": text}
    return {column.name: values.get(column.name) for column in COLUMNS}


def _words(row: Mapping[str, Any]) -> str:
    """Write a published figure for people: 86 %, more than 75 %, net exporter."""
    values = {name: row[f"published_{name}"] for name in ("value", "low", "high", "qualifier")}
    if all(values[name] is None for name in ("value", "low", "high")):
        return str(values["qualifier"] or row["published_as"] or "").replace("-", " ")
    known = {name: value for name, value in values.items() if value is not None}
    return claim_figure({"kind": KIND, "unit": "share", **known})


def _lacking(query: ClaimScope, trade: ImportsInScope, silent: int) -> str:
    if silent:
        return (
            f"no reliance is known for {query.scope.meaning}: none is published, and none of "
            f"{silent} countries and products has both trade and production on one basis; name a "
            "country to see its data"
        )
    text = trade.lacking.words.rstrip(".") if trade.lacking else "No trade flows are known"
    whose = f" of {query.buyer.in_text}" if query.buyer else ""
    return f"{text[0].lower()}{text[1:]}; nor is a reliance{whose} published in this scope"


def _notes(query: ClaimScope, rows: pa.Table, trade: ImportsInScope, silent: int) -> Iterator[Note]:
    if trade.lacking:
        yield Note(trade.lacking.words)
    yield from (*query.scope.notes, *trade.notes)
    if silent:
        yield Note(
            f"{silent:,} more countries and products have neither a computed nor a published "
            "figure: name a country to see its data."
        )
    lacking = rows["reliance_low"].null_count
    if lacking == len(rows) or (query.buyer and lacking):
        subject = "Nothing" if lacking == len(rows) else f"No figure of {lacking:,} rows"
        yield Note(
            f"{subject} could be computed: the column 'missing' says what each row lacks. National "
            "production is added by 'graphkit import table FILE --mapping MAP -o SEEDS "
            "--with-shipped' (kind: PRODUCES, on the basis of the flows); then ask with --db SEEDS."
        )


def _answer(
    catalog: Catalog,
    query: ClaimScope,
    rows: pa.Table,
    trade: ImportsInScope,
    figures: Figures,
    published: pa.Table,
    notes: list[Note],
    silent: int,
) -> Answer:
    country = query.buyer.in_text if query.buyer else "each country"
    countries = pa.array(rows["country"].to_pylist(), pa.string())
    in_rows = pc.is_in(figures.published["country"], countries)
    revisions = revision_notes(catalog, figures.published.filter(in_rows))
    subject = query.scope.meaning if query.scope.text else "everything with data"
    coverage = coverage_of(trade, query.scope)
    return Answer(
        f"How far does {country} rely on imports of {subject}?",
        terms(
            Places(Role.COUNTRY, query.buyer.key if query.buyer else None),
            query.scope.material,
            Products(tuple(sorted(set(rows["product"].to_pylist()) - {None}))),
            Time(query.period or "newest with data"),
            Measure("mass (tonnes)"),
        ),
        rows,
        COLUMNS,
        replace(
            coverage,
            figures=figures.count(query.scope),
            missing_years=(*coverage.missing_years, *figures.gaps()),
            others=lines(
                {
                    "rows_with_a_computed_figure": len(rows) - rows["reliance_low"].null_count,
                    "rows_with_a_published_figure": len(rows) - rows["published_source"].null_count,
                }
            ),
        ),
        catalog.sources(trade.flows, figures.rows, published, query.scope.elsewhere),
        published,
        elsewhere=query.scope.elsewhere,
        notes=(*notes, *_notes(query, rows, trade, silent), *revisions),
        caption=CAPTION,
        shown=without_empty(rows, SHOWN, "reliance_low"),
        grouped_by=("material",) if query.buyer else (),
    )
