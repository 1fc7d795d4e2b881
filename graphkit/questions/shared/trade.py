"""Trade that questions start from: its periods, imports, all trade, their series and totals."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.shares import RESULT, SCOPE, grouped
from graphkit.analysis.unlisted import bounded_shares, unlisted_schema
from graphkit.answers.absence import Absence
from graphkit.answers.coverage import Coverage, Lacking, Series, Span, TradeCount
from graphkit.answers.note import Note
from graphkit.arrow import VALUED
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.materials import Materials, Scope
from graphkit.names import Entity, capitalized
from graphkit.period import Period, added_up, cover, listed, time_of
from graphkit.questions.shared.codes import remnants_in
from graphkit.questions.shared.periods import (
    PeriodChoice,
    choose_periods,
    choose_trade_periods,
    gaps,
    in_chosen_periods,
    in_periods,
    periods_by_product,
    read_flows,
)
from graphkit.questions.shared.unlisted import unlisted_in


def product_notes(materials: Materials, products: Iterable[str]) -> list[Note]:
    """Write the notes of products."""
    notes = {key: materials.products[key]["note"] for key in products}
    return [Note(f"{materials.label(key)}: {note}", (key,)) for key, note in notes.items() if note]


TRADE_SERIES = tuple(name for name in SCOPE if name != "consumer")
"""Columns that all flows of one series share."""
YEAR = 12
"""Months of a year."""
INTERNATIONAL = 6
"""Digits of the longest codes that all countries have."""
MOST_NAMED = 8
"""Number of products that an error names as those there is trade of."""
NOTABLE = 0.1
"""Difference between two data sets, as a part of the one used, above which an answer says it."""
SERIES_ATTRIBUTES = ("hs", "hs_revision", "basis", "valuation")
"""Columns in which flows of one series, or from one supplier, may differ; joined by ``+``."""
PARTNERS = (*TRADE_SERIES, "consumer", "supplier")
"""Columns that all flows between two countries in one series share."""


@dataclass(frozen=True)
class ImportsInScope:
    """Flows in scope and each supplier's share of them; or in ``lacking`` why it has none."""

    flows: pa.Table
    series: Sequence[Series]
    shares: pa.Table
    notes: tuple[Note, ...] = ()
    lacking: Absence | None = None
    periods: Mapping[str, PeriodChoice] = field(default_factory=dict)
    """Periods of the data that the flows are of, by product."""
    unlisted: pa.Table = field(default_factory=unlisted_schema("consumer").empty_table)
    """The most that partial data sets lack of each consumer's imports."""


def imports_of(catalog: Catalog, buyer: Entity, scope: Scope, period: str | None) -> ImportsInScope:
    """Read the imports of a country, or of a group's members from outside it.

    Raises
    ------
    UsageError
        The buyer is an area without members, or the period is invalid.
    """
    consumers, notes = [buyer.key], []
    if buyer.is_group:
        consumers = catalog.members(buyer)
        notes.append(Note(f"{group_as_one(buyer.in_text, len(consumers))}."))
    if period is None:
        periods = catalog.flows("import-periods", consumers=consumers)
        periods = in_periods(periods, periods_by_product(catalog.traded))
        choices = choose_periods(periods_by_product(periods, scope), None)
    else:
        choices = choose_trade_periods(catalog, scope, period)
    flows = of_code(read_flows(catalog, "imports", choices, consumers=consumers), scope)
    lacking = None
    if not len(flows):
        if (dataset := _of_months(catalog, consumers, scope, period)) is not None:
            return imports_of(catalog.using(dataset), buyer, scope, period)
        periods = catalog.flows("import-periods", consumers=consumers)
        others = in_other_data_sets(catalog, buyer, sorted(scope.products), period, scope.code)
        imports = f"imports of {buyer.in_text}"
        lacking = _lacking(catalog, periods, scope, period, imports, bool(others)).with_words(
            lambda words: words + others
        )
    unlisted = unlisted_in(catalog, flows)
    if buyer.is_group:
        unlisted = unlisted_in(catalog, flows, members=consumers, group=buyer.key)
        inside = pc.is_in(flows["supplier"], value_set=pa.array(consumers))
        flows = flows.filter(pc.invert(inside))
        group = pa.array([buyer.key] * len(flows), pa.string())
        flows = flows.set_column(flows.column_names.index("consumer"), "consumer", group)
    return _with_shares(catalog, flows, choices, tuple(notes), lacking, unlisted)


def without_preference(catalog: Catalog) -> list[str]:
    """List the data sets with flows that answers take only if they are named, or alone have some.

    By key. Those of the user's own are taken where they are named.
    """
    own = catalog.own_sources
    return [
        row["dataset"] for row in catalog.rows("datasets").to_pylist()
        if row["preference"] is None and row["flows"] and row["source"] not in own
    ]  # fmt: skip


def _of_months(
    catalog: Catalog, consumers: list[str], scope: Scope, period: str | None
) -> str | None:
    """Find the only data set without a preference that has the whole of months of a question.

    Of a period of less than a year it is taken; years are those of the preferred data sets.
    """
    if catalog.dataset or period is None or Period(period).months >= YEAR:
        return None
    whole = []
    for dataset in without_preference(catalog):
        imports = catalog.using(dataset).flows("import-periods", consumers=consumers)
        available = periods_by_product(imports, scope)
        if any(added_up(period, periods)[0] for periods in available.values()):
            whole.append(dataset)
    return whole[0] if len(whole) == 1 else None


def in_other_data_sets(
    catalog: Catalog,
    buyer: Entity,
    products: Sequence[str],
    period: str | None,
    code: str | None = None,
) -> str:
    """Name the data sets with imports that the one of the catalog lacks; empty if none has any."""
    consumers = catalog.members(buyer) if buyer.is_group else [buyer.key]
    datasets = []
    for row in catalog.rows("datasets").to_pylist():
        dataset = row["dataset"]
        if not row["flows"] or dataset == catalog.dataset:
            continue
        imports = catalog.using(dataset).flows("import-periods", consumers=consumers)
        if any(
            flow["product"] in products
            and (flow["hs"] or "").startswith(code or "")
            and (period is None or Period(flow["period"]) in Period(period))
            for flow in imports.to_pylist()
        ):
            datasets.append(f"`dataset={dataset}`")
    return f" Another data set has some: {', '.join(datasets)}." if datasets else ""


def trade_of(catalog: Catalog, scope: Scope, period: str | None) -> ImportsInScope:
    """Read the imports of every country."""
    choices = choose_trade_periods(catalog, scope, period)
    lacking = None if choices else _lacking(catalog, catalog.traded, scope, period, "trade flows")
    flows = of_code(read_flows(catalog, "trade", choices), scope)
    return _with_shares(catalog, flows, choices, (), lacking, unlisted_in(catalog, flows))


def of_code(flows: pa.Table, scope: Scope) -> pa.Table:
    """Select the flows under the HS code of the scope, if it has one."""
    if not scope.code:
        return flows
    return flows.filter(pc.fill_null(pc.starts_with(flows["hs"], scope.code), False))


def data_set_notes(catalog: Catalog, flows: pa.Table) -> list[Note]:
    """Say which products change their data set, and which have another that differs.

    Another data set is worth a note if it lists all flows and its value of the product in a period
    differs by more than a tenth, all countries together.
    """
    available: dict[tuple[str, str], dict[str, list[dict[str, Any]]]] = {}
    columns = ["product", "period", "dataset", "hs", "usd"]
    for row in catalog.covered.select(columns).to_pylist():
        by_dataset = available.setdefault((row["product"], row["period"]), {})
        by_dataset.setdefault(row["dataset"], []).append(row)
    used: dict[str, dict[str, str]] = {}
    for product, period, dataset in grouped(flows, ("product", "period", "dataset"))[0]:
        used.setdefault(product, {})[period] = dataset
    notes = []
    for product, dataset_of_period in sorted(used.items()):
        label = catalog.materials.label(product)
        notes += _changes_of_data_set(catalog, product, dataset_of_period)
        differences: dict[str, list[str]] = {}
        for period in sorted(dataset_of_period, key=time_of):
            by_dataset = available[product, period]
            ours = by_dataset[dataset_of_period[period]]
            for dataset, theirs in by_dataset.items():
                if dataset in catalog.extents or dataset == dataset_of_period[period]:
                    continue
                if _differ(ours, theirs):
                    text = f"{_total(theirs)} in {period} against {_total(ours)}"
                    differences.setdefault(dataset, []).append(text)
        for dataset, texts in sorted(differences.items()):
            notes.append(
                Note(
                    f"{label}: {dataset} differs by more than a tenth, {_newest_two(texts)}; "
                    f"`dataset={dataset}` takes it.",
                    (product,),
                )
            )
    return notes


def _changes_of_data_set(
    catalog: Catalog, product: str, dataset_of_period: Mapping[str, str]
) -> list[Note]:
    """Say the periods of each data set, if a product has several."""
    periods_of_dataset: dict[str, list[str]] = {}
    for period in sorted(dataset_of_period, key=time_of):
        periods_of_dataset.setdefault(dataset_of_period[period], []).append(period)
    if len(periods_of_dataset) == 1:
        return []
    texts = (f"{dataset} in {listed(spans)}" for dataset, spans in periods_of_dataset.items())
    label = catalog.materials.label(product)
    return [Note(f"{label}: the data set changes: {', '.join(texts)}.", (product,))]


def _differ(ours: Sequence[Mapping[str, Any]], theirs: Sequence[Mapping[str, Any]]) -> bool:
    """Return True if the values of two data sets differ by more than a tenth."""
    our_usd = _sum(row["usd"] for row in ours)
    their_usd = _sum(row["usd"] for row in theirs)
    if not our_usd or their_usd is None:
        return False
    return abs(their_usd / our_usd - 1) > NOTABLE


def _total(rows: Sequence[Mapping[str, Any]]) -> str:
    """Write the value and the codes of a product in one data set and period."""
    codes = "+".join(sorted({row["hs"] for row in rows} - {None}))
    usd = _sum(row["usd"] for row in rows) or 0
    return f"{usd / 1e6:,.1f} M USD{f' (HS {codes})' if codes else ''}"


def _newest_two(texts: Sequence[str]) -> str:
    """Join the last two of some texts, the last one first, and count the others."""
    parts = [*texts[-2:][::-1]]
    if len(texts) > 2:
        parts.append(f"and {len(texts) - 2} more periods")
    return "; ".join(parts)


def _lacking(
    catalog: Catalog,
    periods: pa.Table,
    scope: Scope,
    period: str | None,
    subject: str,
    has_others: bool = False,
) -> Absence:
    """Say why there is no trade in scope, and what there is instead."""
    rows = periods.to_pylist()
    if not rows:
        return no_trade_at_all(catalog, subject)
    available = periods_by_product(periods, scope)
    if not available:
        traded = sorted({row["product"] for row in rows})
        hint = _hint(catalog, rows, scope)
        return no_trade(catalog, scope, subject, traded).with_words(lambda words: words + hint)
    about, goods = (
        (f" for {scope.meaning}", f" for {scope.goods.phrase}") if scope.text else ("", "")
    )
    known_periods = set().union(*available.values())
    parts = _missing_of(available, period)
    here = ", but in another data set" if has_others else ""
    others = "" if has_others else of_some_countries(catalog, scope, period)
    there = f"{parts}{there_are(known_periods)}{others}"
    text = f"No {subject} are known{about} in {period}{here}; {there}."
    remnants = remnants_in(catalog, scope, period) if period is not None else ()
    return Absence(" ".join([text, *remnants]), f"No {subject} are known{goods} in {period}{here}")


def no_trade_at_all(catalog: Catalog, subject: str) -> Absence:
    """Say that there is no trade of any product, and which data sets have some."""
    complete = [
        row["dataset"] for row in catalog.rows("datasets").to_pylist()
        if row["flows"] and row["dataset"] not in catalog.extents
    ]  # fmt: skip
    wanted = f"; wanted {' or '.join(complete)}" if complete else ""
    if catalog.dataset in catalog.extents:
        return Absence(
            f"No {subject} of all countries are in the data set {catalog.dataset}, which lists "
            f"only some flows; `graphkit flows` shows them{wanted}."
        )
    if catalog.dataset:
        return Absence(f"No {subject} are known in the data set {catalog.dataset}{wanted}.")
    return Absence(f"No {subject} are known at all.")


def of_some_countries(catalog: Catalog, scope: Scope, period: str | None) -> str:
    """Name the data sets of some countries with trade in a scope, and the command that lists it.

    Of those that answers take only if they are named; empty if none has any.
    """
    datasets = [
        f"`dataset={dataset}`"
        for dataset in without_preference(catalog)
        if dataset != catalog.dataset
        and choose_periods(periods_by_product(catalog.using(dataset).traded, scope), period)
    ]
    if not datasets:
        return ""
    return f"; `graphkit flows` lists some countries' with {', '.join(datasets)}"


def _missing_of(available: Mapping[str, Collection[str]], period: str | None) -> str:
    """Name the months of a period without data, where others have some; empty if none has."""
    gaps_of_period = set()
    for periods in available.values():
        pieces, missing = cover(period, periods) if period else ((), ())
        if pieces:
            gaps_of_period.add(", ".join(missing))
    return f"of it {' or '.join(sorted(gaps_of_period))} is missing; " if gaps_of_period else ""


def no_trade(catalog: Catalog, scope: Scope, subject: str, traded: Sequence[str]) -> Absence:
    """Say that a scope has no trade data, for an element what they would be, and what there is."""
    alternatives = instead(catalog, scope, traded)
    if not scope.elements:
        return Absence(
            f"No {subject} are known for {scope.meaning}; there are for {alternatives}.",
            f"No {subject} are known for {scope.goods.phrase}",
        )
    own_codes: dict[str, set[str]] = {}
    wider_codes: dict[str, set[str]] = {}
    national_codes: dict[str, set[str]] = {}
    for row in catalog.links("TRADED_AS").to_pylist():
        codes = wider_codes if row["fit"] == "proxy" else own_codes
        codes = national_codes if len(row["code"]) > INTERNATIONAL else codes
        codes.setdefault(row["product"], set()).add(row["code"])
    in_text = catalog.materials.in_text
    needed = []
    for product in scope.products:
        inside = "" if product in own_codes else "inside "
        kinds = (
            (f"{inside}HS", own_codes.get(product) or wider_codes.get(product)),
            ("national codes", national_codes.get(product)),
        )
        texts = [f"{kind} {', '.join(sorted(codes))}" for kind, codes in kinds if codes]
        if texts:
            needed.append(f"{in_text(product)} ({'; '.join(texts)})")
    sentences = [
        f"No trade data for {scope.meaning} itself: no {subject} are known of a product bought "
        "for it."
    ]
    if needed:
        sentences.append(f"Needed: trade in {', '.join(needed)}.")
    holding = dict.fromkeys(p for p in scope.elsewhere["product"].to_pylist() if p in traded)
    if holding:
        products = in_text(*holding)
        sentences.append(f"Bought for something else, but with it in them: {products}.")
    sentences.append(f"There are {subject} for {alternatives}.")
    return Absence(
        " ".join(sentences),
        f"No trade data for {scope.goods.phrase} itself: no {subject} are known of a product "
        "bought for it",
    )


def instead(catalog: Catalog, scope: Scope, traded: Sequence[str]) -> str:
    """Name products with trade: those bought for the same elements, or if there are none, all.

    Of more than :data:`MOST_NAMED` it names none but says how many there are.
    """
    main = catalog.materials.main
    elements = set().union(*(main.get(product, ()) for product in scope.products))
    related = [product for product in traded if elements & main.get(product, set())]
    if len(related or traded) > MOST_NAMED:
        return f"{len(traded)} other products (see `graphkit query trade-periods`)"
    return catalog.materials.in_text(*(related or traded)) or "nothing"


def in_sentence(text: str) -> str:
    """Write sentences as the text of an error: no capital first, no full stop last."""
    return text[0].lower() + text[1:].rstrip(".")


def _hint(catalog: Catalog, rows: Sequence[Mapping[str, Any]], scope: Scope) -> str:
    """Name the wider codes that products without figures of their own are traded under."""
    product_of_code = {row["hs"]: row["product"] for row in rows}
    codes = {
        row["code"]
        for row in catalog.links("TRADED_AS").to_pylist()
        if row["product"] in scope.products and row["code"] in product_of_code
    }
    if not codes:
        return ""
    in_text = catalog.materials.in_text
    texts = ", ".join(f"{code} ({in_text(product_of_code[code])})" for code in sorted(codes))
    return f" It is traded with other products under HS {texts}: `scope={min(codes)}`."


def there_are(periods: Collection[str]) -> str:
    """Say which periods there are: each of a few, or how many."""
    count = len(periods)
    text = listed(periods, 6) if count <= 6 else f"{count} periods from {listed(periods)}"
    return f"there are {text}"


def _with_shares(
    catalog: Catalog, flows: pa.Table, choices: Mapping[str, PeriodChoice], notes: tuple[Note, ...],
    lacking: Absence | None, unlisted: pa.Table,
) -> ImportsInScope:  # fmt: skip
    """Compute import shares, with the stage, codes and basis of each."""
    notes = (*notes, *data_set_notes(catalog, flows))
    flows = in_chosen_periods(flows, choices)
    unlisted = in_chosen_periods(unlisted, choices)
    products = set(flows["product"].to_pylist())
    choices = {product: choice for product, choice in choices.items() if product in products}
    series = series_of(flows)
    shares = bounded_shares(flows, unlisted)
    shares = shares.cast(pa.schema([*RESULT, *list(shares.schema)[len(RESULT) :]]))
    shares = with_attributes(shares, flows, PARTNERS)
    rows = shares.select(list(TRADE_SERIES)).to_pylist()
    for name, kind in (("stage", pa.string()), ("stage_order", pa.int64())):
        values = [catalog.materials.products[row["product"]][name] for row in rows]
        shares = shares.append_column(name, pa.array(values, kind))
    return ImportsInScope(flows, series, shares, notes, lacking, choices, unlisted)


def with_attributes(rows: pa.Table, flows: pa.Table, keys: Sequence[str]) -> pa.Table:
    """Append to rows the codes, revision, basis and valuation of the flows with the same keys."""
    labels, order, spans = grouped(flows, keys)
    texts = dict(zip(labels, _attributes(flows.take(order), spans), strict=True))
    wanted = [texts[tuple(row.values())] for row in rows.select(list(keys)).to_pylist()]
    for name in SERIES_ATTRIBUTES:
        rows = rows.append_column(name, pa.array([text[name] for text in wanted], pa.string()))
    return rows


def border_of(flows: pa.Table) -> str:
    """Name the border at which flows are valued: free on board, or with freight and insurance."""
    kinds = flows["valuation"].unique().to_pylist()
    return " and ".join(sorted(VALUED[kind] for kind in kinds)) or VALUED[None]


def present_members(name: str, members: int) -> str:
    """Say whom a group of countries counts, without the full stop."""
    return f"{capitalized(name)} is its {members} present members in every period"


def group_as_one(name: str, members: int) -> str:
    """Say how a group of countries is counted as one, without the full stop."""
    return f"{present_members(name, members)}; trade among them is left out"


def series_of(flows: pa.Table, spans: Sequence[Span] = ()) -> list[Series]:
    """Summarise each series of flows: codes, revision, basis, number, amounts and gaps.

    With ``spans``, those of each flow, the flows of all periods of a span are one series.
    """
    if spans:
        words = pa.array([span.words for span in spans], pa.string())
        flows = flows.set_column(flows.column_names.index("period"), "period", words)
    keys, order, parts = grouped(flows, TRADE_SERIES)
    usd, tonnes = (flows[name].take(order).to_pylist() for name in ("usd", "tonnes"))
    firsts = order.take(pa.array([start for start, _ in parts], pa.int64())).to_pylist()
    attributes = _attributes(flows.take(order), parts)
    series = []
    for key, texts, (start, end), first in zip(keys, attributes, parts, firsts, strict=True):
        pairs = zip(usd[start:end], tonnes[start:end], strict=True)
        unweighed = [value for value, mass in pairs if mass is None]
        product, period, reporter, dataset, source = key
        series.append(Series(
            product, period, reporter, dataset, source, texts["hs"], texts["hs_revision"],
            texts["basis"], texts["valuation"], flows=end - start, usd=_sum(usd[start:end]),
            tonnes=_sum(tonnes[start:end]), flows_without_tonnes=len(unweighed),
            usd_without_tonnes=_sum(unweighed),
            periods=spans[first].periods if spans else (period,),
        ))  # fmt: skip
    return series


def _attributes(flows: pa.Table, spans: Sequence[tuple[int, int]]) -> Iterator[dict[str, str]]:
    """Join the codes, revision, basis and valuation of each part of some flows, in order."""
    columns = {name: flows[name].to_pylist() for name in SERIES_ATTRIBUTES}
    for start, end in spans:
        texts = {}
        for name, values in columns.items():
            parts = {part for text in {*values[start:end]} if text for part in text.split("+")}
            texts[name] = "+".join(sorted(parts))
        yield texts


def _sum(values: Iterable[float | None]) -> float | None:
    """Add up known values; without any, the sum is unknown, not zero."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def coverage_of(trade: ImportsInScope, scope: Scope) -> Coverage:
    """Summarise the flows of an answer and their gaps."""
    usd = sum(series.usd or 0.0 for series in trade.series)
    unweighed = sum(series.usd_without_tonnes or 0.0 for series in trade.series)
    products = {series.product for series in trade.series}
    markets = {(series.product, series.period) for series in trade.series}
    counted_once = len(markets) == len(trade.series)
    return Coverage(
        trade=TradeCount(
            flows=len(trade.flows),
            usd=usd if counted_once else None,
            flows_without_tonnes=trade.flows["tonnes"].null_count,
            usd_share_without_tonnes=unweighed / usd if usd and counted_once else None,
            flows_without_usd=trade.flows["usd"].null_count,
            products=len(products),
        ),
        without_trade=without_trade(scope, products),
        missing_years=gaps(Lacking.TRADE, trade.periods),
        series=tuple(trade.series),
    )


def without_trade(scope: Scope, products: Collection[str]) -> tuple[str, ...]:
    """List the products in scope that are not counted for want of trade."""
    return tuple(key for key in scope.products if scope.text and key not in products)


IMPORTS_BY = {"usd": "imports by value (USD)", "tonnes": "imports by mass (tonnes)"}
"""Words for the imports that an answer counts, by measure."""
FACE_VALUE = Note(
    "Face value: a supplier is the last seller, not where the material was mined or refined."
)
