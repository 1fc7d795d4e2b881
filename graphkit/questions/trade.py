"""Trade that questions start from: its periods, imports, all trade, their series and totals."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.shares import SCOPE, grouped, import_shares
from graphkit.arrow import VALUED
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.materials import Materials
from graphkit.catalog.scopes import Scope
from graphkit.names import Entity, capitalized
from graphkit.period import listed, time_of
from graphkit.questions.codes import remnants_in
from graphkit.questions.periods import (
    PeriodChoice,
    choose_periods,
    choose_trade_periods,
    gaps,
    in_chosen_periods,
    periods_by_product,
    read_flows,
)


def product_notes(materials: Materials, products: Iterable[str]) -> list[str]:
    """Write the notes of products."""
    notes = {key: materials.products[key]["note"] for key in products}
    return [f"{materials.label(key)}: {note}" for key, note in notes.items() if note]


SERIES = tuple(name for name in SCOPE if name != "consumer")
"""Columns that all flows of one series share."""
MOST_NAMED = 8
"""Number of products that an error names as those there is trade of."""
NOTABLE = 0.1
"""Difference between two data sets, as a part of the one taken, above which an answer says it."""
SERIES_ATTRIBUTES = ("hs", "hs_revision", "basis", "valuation")
"""Columns in which flows of one series may differ; an answer joins all values by ``+``."""


@dataclass(frozen=True)
class Trade:
    """Flows in scope and each supplier's share of them; or in ``lacking`` why it has none."""

    flows: pa.Table
    series: Sequence[Mapping[str, Any]]
    shares: pa.Table
    notes: tuple[str, ...] = ()
    lacking: str = ""
    periods: Mapping[str, PeriodChoice] = field(default_factory=dict)
    """Periods of the data that the flows are of, by product."""


def imports_of(catalog: Catalog, buyer: Entity, scope: Scope, period: str | None) -> Trade:
    """Read the imports of a country, or of a group's members from outside it.

    Raises
    ------
    UsageError
        The buyer is an area without members, or the period is invalid.
    """
    consumers, notes = [buyer.key], []
    if buyer.is_group:
        consumers = catalog.members(buyer)
        notes.append(f"{group_as_one(buyer.said, len(consumers))}.")
    if period is None:
        held = periods_by_product(catalog.flows("import-periods", consumers=consumers), scope)
        chosen = choose_periods(held, None)
    else:
        chosen = choose_trade_periods(catalog, scope, period)
    flows = of_code(read_flows(catalog, "imports", chosen, consumers=consumers), scope)
    lacking = ""
    if not len(flows):
        periods = catalog.flows("import-periods", consumers=consumers)
        lacking = _lacking(catalog, periods, scope, period, f"imports of {buyer.said}")
        lacking += in_other_data_sets(catalog, buyer, sorted(scope.products), period, scope.code)
    if buyer.is_group:
        inside = pc.is_in(flows["supplier"], value_set=pa.array(consumers))
        flows = flows.filter(pc.invert(inside))
        whole = pa.array([buyer.key] * len(flows), pa.string())
        flows = flows.set_column(flows.column_names.index("consumer"), "consumer", whole)
    return _trade(catalog, flows, chosen, tuple(notes), lacking)


def in_other_data_sets(
    catalog: Catalog,
    buyer: Entity,
    products: Sequence[str],
    period: str | None,
    code: str | None = None,
) -> str:
    """Name the data sets with imports that the one of the catalog lacks; empty if none has any."""
    consumers = catalog.members(buyer) if buyer.is_group else [buyer.key]
    found = []
    for row in catalog.rows("datasets").to_pylist():
        key = row["dataset"]
        if row["flows"] and key != catalog.dataset:
            have = catalog.using(key).flows("import-periods", consumers=consumers).to_pylist()
            if any(r["product"] in products and (r["hs"] or "").startswith(code or "")
                   and period in (None, r["period"]) for r in have):  # fmt: skip
                found.append(f"`dataset={key}`")
    return f" Another data set has some: {', '.join(found)}." if found else ""


def trade_of(catalog: Catalog, scope: Scope, period: str | None) -> Trade:
    """Read the imports of every country."""
    chosen = choose_trade_periods(catalog, scope, period)
    lacking = "" if chosen else _lacking(catalog, catalog.traded, scope, period, "trade flows")
    flows = of_code(read_flows(catalog, "trade", chosen), scope)
    return _trade(catalog, flows, chosen, (), lacking)


def of_code(flows: pa.Table, scope: Scope) -> pa.Table:
    """Select the flows under the HS code of the scope, if it has one."""
    if not scope.code:
        return flows
    return flows.filter(pc.fill_null(pc.starts_with(flows["hs"], scope.code), False))


def data_set_notes(catalog: Catalog, flows: pa.Table) -> list[str]:
    """Say which products change their data set, and which have another that differs.

    Another data set is worth a note if its value of the product in a period differs by more than
    a tenth, all countries together.
    """
    held: dict[tuple[str, str], dict[str, list[dict[str, Any]]]] = {}
    known = catalog.covered.select(["product", "period", "dataset", "hs", "usd"]).to_pylist()
    for row in known:
        of = held.setdefault((row["product"], row["period"]), {})
        of.setdefault(row["dataset"], []).append(row)
    used: dict[str, dict[str, str]] = {}
    for product, period, dataset in grouped(flows, ("product", "period", "dataset"))[0]:
        used.setdefault(product, {})[period] = dataset
    notes = []
    for product, chosen in sorted(used.items()):
        goods = catalog.materials.label(product)
        notes += _changes_of_data_set(goods, chosen)
        others: dict[str, list[str]] = {}
        for period in sorted(chosen, key=time_of):
            sets = held[product, period]
            ours = sets[chosen[period]]
            for other, theirs in sets.items():
                if other != chosen[period] and _differ(ours, theirs):
                    said = f"{_total(theirs)} in {period} against {_total(ours)}"
                    others.setdefault(other, []).append(said)
        notes += [
            f"{goods}: {other} differs by more than a tenth, {_few(said)}; "
            f"`dataset={other}` takes it."
            for other, said in sorted(others.items())
        ]
    return notes


def _changes_of_data_set(goods: str, chosen: Mapping[str, str]) -> list[str]:
    """Say the periods of each data set, if a product has several."""
    of: dict[str, list[str]] = {}
    for period in sorted(chosen, key=time_of):
        of.setdefault(chosen[period], []).append(period)
    if len(of) == 1:
        return []
    spans = (f"{name} in {listed(periods)}" for name, periods in of.items())
    return [f"{goods}: the data set changes: {', '.join(spans)}."]


def _differ(ours: Sequence[Mapping[str, Any]], theirs: Sequence[Mapping[str, Any]]) -> bool:
    """Return True if the values of two data sets differ by more than a tenth."""
    one, other = (_sum(row["usd"] for row in rows) for rows in (ours, theirs))
    return bool(one and other is not None and abs(other / one - 1) > NOTABLE)


def _total(rows: Sequence[Mapping[str, Any]]) -> str:
    """Write the value and the codes of a product in one data set and period."""
    codes = "+".join(sorted({row["hs"] for row in rows} - {None}))
    usd = _sum(row["usd"] for row in rows) or 0
    return f"{usd / 1e6:,.1f} M USD{f' (HS {codes})' if codes else ''}"


def _few(said: Sequence[str]) -> str:
    """Join the newest few of some texts."""
    more = len(said) - 2
    return "; ".join([*said[-2:][::-1], *([f"and {more} more periods"] if more > 0 else [])])


def _lacking(
    catalog: Catalog, periods: pa.Table, scope: Scope, period: str | None, what: str
) -> str:
    """Say why there is no trade in scope, and what there is instead."""
    rows, held = periods.to_pylist(), periods_by_product(periods, scope)
    about = f" for {scope.meaning}" if scope.text else ""
    if not rows:
        return f"No {what} are known at all."
    if not held:
        traded, hint = sorted({row["product"] for row in rows}), _hint(catalog, rows, scope)
        return f"{no_trade(catalog, scope, what, traded)}{hint}"
    have = set().union(*held.values())
    lacking = f"No {what} are known{about} in {period}; {there_are(have)}."
    if period is None:
        return lacking
    return " ".join([lacking, *remnants_in(catalog, scope, period)])


def no_trade(catalog: Catalog, scope: Scope, what: str, traded: Sequence[str]) -> str:
    """Say that a scope has no trade data, for an element what they would be, and what there is."""
    if not scope.elements:
        there = instead(catalog, scope, traded)
        return f"No {what} are known for {scope.meaning}; there are for {there}."
    codes: dict[str, dict[bool, set[str]]] = {}
    for row in catalog.links("TRADED_AS").to_pylist():
        of = codes.setdefault(row["product"], {True: set(), False: set()})
        of[row["fit"] != "proxy"].add(row["code"])
    parts, in_text = [], catalog.materials.in_text
    for product in (p for p in scope.products if p in codes):
        own, shared = codes[product][True], codes[product][False]
        under = f"{'' if own else 'inside '}HS {', '.join(sorted(own or shared))}"
        parts.append(f"{in_text(product)} ({under})")
    needed = ", ".join(parts)
    held = dict.fromkeys(p for p in scope.elsewhere["product"].to_pylist() if p in traded)
    others = in_text(*held)
    return (
        f"No trade data for {scope.meaning} itself: no {what} are known of a product bought for it."
        f"{f' Needed: trade in {needed}.' if needed else ''}"
        f"{f' Bought for something else, but with it in them: {others}.' if others else ''}"
        f" There are {what} for {instead(catalog, scope, traded)}."
    )


def instead(catalog: Catalog, scope: Scope, traded: Sequence[str]) -> str:
    """Name products with trade: those bought for the same elements, or if there are none, all.

    Of more than :data:`MOST_NAMED` it names none but says how many there are.
    """
    bought = catalog.materials.main
    wanted = set().union(*(bought.get(product, ()) for product in scope.products))
    kin = [product for product in traded if wanted & bought.get(product, set())]
    if len(kin or traded) > MOST_NAMED:
        return f"{len(traded)} other products (see `graphkit query trade-periods`)"
    return catalog.materials.in_text(*(kin or traded)) or "nothing"


def in_sentence(text: str) -> str:
    """Write sentences as the text of an error: no capital first, no full stop last."""
    return text[0].lower() + text[1:].rstrip(".")


def _hint(catalog: Catalog, rows: Sequence[Mapping[str, Any]], scope: Scope) -> str:
    """Name the wider codes that products without figures of their own are traded under."""
    have = {row["hs"]: row["product"] for row in rows}
    codes = catalog.links("TRADED_AS").to_pylist()
    wider = {c["code"] for c in codes if c["product"] in scope.products and c["code"] in have}
    if not wider:
        return ""
    in_text = catalog.materials.in_text
    said = ", ".join(f"{code} ({in_text(have[code])})" for code in sorted(wider))
    return f" It is traded with other products under HS {said}: `scope={min(wider)}`."


def there_are(periods: Collection[str]) -> str:
    """Say which periods there are: each of a few, or how many."""
    count = len(periods)
    some = listed(periods, 6) if count <= 6 else f"{count} periods from {listed(periods)}"
    return f"there are {some}"


def _trade(
    catalog: Catalog, flows: pa.Table, chosen: Mapping[str, PeriodChoice], notes: tuple[str, ...],
    lacking: str,
) -> Trade:  # fmt: skip
    """Compute import shares, with the stage, codes and basis of each."""
    notes = (*notes, *data_set_notes(catalog, flows))
    flows = in_chosen_periods(flows, chosen)
    there = set(flows["product"].to_pylist())
    chosen = {product: of for product, of in chosen.items() if product in there}
    series = series_of(flows)
    shares = import_shares(flows)
    said = {tuple(row[n] for n in SERIES): row for row in series}
    rows = shares.select(list(SERIES)).to_pylist()
    for name in SERIES_ATTRIBUTES:
        texts = [said[tuple(row.values())][name] for row in rows]
        shares = shares.append_column(name, pa.array(texts, pa.string()))
    for name, kind in (("stage", pa.string()), ("stage_order", pa.int64())):
        values = [catalog.materials.products[row["product"]][name] for row in rows]
        shares = shares.append_column(name, pa.array(values, kind))
    return Trade(flows, series, shares, notes, lacking, chosen)


def border_of(flows: pa.Table) -> str:
    """Name the border at which flows are valued: free on board, or with freight and insurance."""
    kinds = flows["valuation"].unique().to_pylist()
    return " and ".join(sorted(VALUED[kind] for kind in kinds)) or VALUED[None]


def group_as_one(name: str, members: int) -> str:
    """Say how a group of countries is counted as one, without the full stop."""
    who = capitalized(name)
    return f"{who} is its {members} present members in every period; trade among them is left out"


def series_of(flows: pa.Table) -> list[dict[str, Any]]:
    """Summarise each series of flows: codes, revision, basis, number, amounts and gaps."""
    labels, order, spans = grouped(flows, SERIES)
    usd, tonnes = (flows[name].take(order).to_pylist() for name in ("usd", "tonnes"))
    found = []
    for key, said, (a, b) in zip(
        labels, _attributes_of_series(flows.take(order), spans), spans, strict=True
    ):
        without = [value for value, mass in zip(usd[a:b], tonnes[a:b], strict=True) if mass is None]
        found.append({
            **dict(zip(SERIES, key, strict=True)),
            **said,
            "flows": b - a,
            "usd": _sum(usd[a:b]),
            "tonnes": _sum(tonnes[a:b]),
            "flows_without_tonnes": len(without),
            "usd_without_tonnes": _sum(without),
        })  # fmt: skip
    return found


def _attributes_of_series(
    flows: pa.Table, spans: Sequence[tuple[int, int]]
) -> Iterator[dict[str, str]]:
    """Join the codes, revision, basis and valuation of each series, in order."""
    columns = {name: flows[name].combine_chunks() for name in SERIES_ATTRIBUTES}
    for a, b in spans:
        different = {name: column[a:b].unique() for name, column in columns.items()}
        yield {n: "+".join(sorted({*v.to_pylist()} - {None})) for n, v in different.items()}


def _sum(values: Iterable[float | None]) -> float | None:
    """Add up known values; without any, the sum is unknown, not zero."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def coverage_of(trade: Trade, scope: Scope) -> dict[str, Any]:
    """Summarise the flows of an answer and their gaps.

    ``usd`` is null where two series, for example the reports of both sides, cover the same trade:
    their sum would count it twice.
    """
    totals = {n: sum(s[n] or 0.0 for s in trade.series) for n in ("usd", "usd_without_tonnes")}
    have = {series["product"] for series in trade.series}
    once = len({(s["product"], s["period"]) for s in trade.series}) == len(trade.series)
    return {
        "flows": len(trade.flows),
        "usd": totals["usd"] if once else None,
        "flows_without_tonnes": trade.flows["tonnes"].null_count,
        "usd_share_without_tonnes": totals["usd_without_tonnes"] / totals["usd"]
        if totals["usd"] and once
        else None,
        "flows_without_usd": trade.flows["usd"].null_count,
        "products": len(have),
        **without_trade(scope, have),
        **gaps("trade_data", trade.periods),
        "series": list(trade.series),
    }


def without_trade(scope: Scope, have: Collection[str]) -> dict[str, list[str]]:
    """List the products in scope that are not counted for want of trade, for the coverage."""
    lacking = [product for product in scope.products if scope.text and product not in have]
    return {"products_without_trade_data": lacking}


FACE_VALUE = (
    "Face value: a supplier is the last seller, not where the material was mined or refined."
)
