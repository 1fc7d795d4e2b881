"""Changes of a country's trade between two periods, and from period to period."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from math import fsum
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis import trade_change as analysis
from graphkit.analysis.claims.published import published_amount_changes, published_changes
from graphkit.analysis.shares import grouped
from graphkit.analysis.trade_change import (
    MEASURES,
    SERIES,
    compare_partners,
    compare_totals,
)
from graphkit.answer import COUNT, NUMBER, TEXT, TEXTS, Answer, Column, without_empty
from graphkit.arrow import SHARE, number
from graphkit.catalog import FIT, TOTALS, Catalog, Scope
from graphkit.errors import GraphkitError, UsageError
from graphkit.names import Entity, capitalized
from graphkit.period import Period, cover, gap, listed, time_of
from graphkit.questions import checked
from graphkit.questions.claims import (
    PUBLISHED_CHANGES,
    Question,
    claims_about,
    published_answer,
    shares_in,
)
from graphkit.questions.dependence import FACE_VALUE
from graphkit.questions.order import (
    descending,
    in_order_of,
    products_by_stake,
    value_by_product,
)
from graphkit.questions.trade import (
    OF_TRADE,
    SAID,
    Trade,
    TradeParty,
    coverage_of,
    data_set_notes,
    in_periods,
    in_sentence,
    instead,
    no_trade,
    of_code,
    owner_named,
    periods_by_product,
    product_notes,
    series_of,
    wanted,
    with_value,
)


def held_periods(catalog: Catalog, scope: Scope) -> tuple[dict[str, list[str]], str]:
    """Read each product's periods with trade, oldest first, or say why there are none."""
    traded = catalog.traded
    found = periods_by_product(traded, scope)
    there = sorted(set(traded["product"].to_pylist()))
    lacking = ""
    if not found and scope.elements:
        lacking = in_sentence(no_trade(catalog, scope, "trade flows", there))
    elif not found:
        known = instead(catalog, scope, there)
        lacking = f"no trade is known for {scope.meaning}; there is for {known}"
    return {p: sorted(have, key=time_of) for p, have in sorted(found.items())}, lacking


def flows_in(catalog: Catalog, scope: Scope, held: Mapping[str, Sequence[str]]) -> pa.Table:
    """Read all flows in scope of some products, each in its own periods."""
    return _read(catalog, "trade", scope, held)


def own_flows(
    catalog: Catalog, scope: Scope, owner: TradeParty, held: Mapping[str, Sequence[str]]
) -> pa.Table:
    """Read a trade party's flows of some products in scope, each in its own periods."""
    if owner.place is None:
        return owner.of(flows_in(catalog, scope, held))
    codes = {f"{owner.side}s": list(owner.members or (owner.key,))}
    return owner.of(_read(catalog, OF_TRADE[owner.partner], scope, held, **codes))


def _read(
    catalog: Catalog, query: str, scope: Scope, held: Mapping[str, Sequence[str]], **ends: list[str]
) -> pa.Table:
    flows = catalog.flows(query, **wanted(held), **ends)
    return of_code(in_periods(flows, held), scope)


def nothing_of(owner: TradeParty, scope: Scope) -> str:
    """Say that a trade party has no trade in scope."""
    about = f" for {scope.meaning}" if scope.text else ""
    return f"no {OF_TRADE[owner.partner]} of {owner.name} are known{about}"


def with_scope(catalog: Catalog, rows: pa.Table, flows: pa.Table) -> pa.Table:
    """Add the stage of the product, and the basis and codes of the flows."""
    said: dict[tuple[str, ...], dict[str, set[str]]] = {}
    for flow in flows.select([*SERIES, *SAID]).group_by([*SERIES, *SAID]).aggregate([]).to_pylist():
        series = said.setdefault(tuple(flow[n] for n in SERIES), {n: set() for n in SAID})
        for name in SAID:
            series[name] |= {flow[name]} - {None}
    keys = list(zip(*(rows[name].to_pylist() for name in SERIES), strict=True))
    stages = [catalog.materials.products[key[0]]["stage"] for key in keys]
    rows = rows.append_column("stage", pa.array(stages, pa.string()))
    for name in SAID:
        texts = ["+".join(sorted(said[key][name])) for key in keys]
        rows = rows.append_column(name, pa.array(texts, pa.string()))
    return rows


def coverage_in(
    flows: pa.Table, scope: Scope, *, periods: str | None = None, besides: Collection[str] = ()
) -> dict[str, Any]:
    """Summarise flows and their gaps; ``periods`` names all their periods as one.

    Products ``besides`` have trade elsewhere, and do not count as products without.
    """
    told = flows if periods is None else with_value(flows, "period", periods)
    found = coverage_of(Trade(flows, series_of(told), flows), scope)
    without = found["products_without_trade_data"]
    return found | {"products_without_trade_data": [p for p in without if p not in besides]}


def span(catalog: Catalog, held: Mapping[str, Sequence[str]]) -> str:
    """Write the periods of each product."""
    in_text = catalog.materials.in_text
    return ", ".join(f"{in_text(product)} ({listed(have, 3)})" for product, have in held.items())


ENDS = ("before", "after")
CHANGED = (
    "product", "stage", "before", "after", "status", "rank_before", "rank_after",
    *(f"{figure}_{end}" for m in MEASURES
      for figure in (f"share_{m}", m, f"{m}_per_month") for end in ENDS),
    "points_usd", "points_tonnes", "basis", "valuation", "hs", "hs_revision", "reporter", "dataset",
    "source",
)  # fmt: skip
COLUMNS = (
    Column("usd_before", doc="US dollars, as the valuation says (fob: free on board; cif: with "
           "freight and insurance), in the first period; usd_after in the second", type=NUMBER),
    Column("usd_per_month_before", doc="the same divided by the months of the period", type=NUMBER),
    Column("tonnes_before",
           doc="metric tons, on the stated basis, of the flows with a mass", type=NUMBER),
    Column("share_usd_before", doc="0 to 1, of the owner's trade in the product by value",
           type=NUMBER),
    Column("share_tonnes_before", doc="0 to 1, of its trade with a mass", type=NUMBER),
    Column("points_usd", doc="change of share_usd in percentage points; a partner not recorded "
           "counts as 0", type=NUMBER),
    Column("points_tonnes", doc="the same for share_tonnes", type=NUMBER),
    Column("rank_before", doc="rank among the partners by value, 1 is the largest", type=COUNT),
    Column("rank_after", doc="the same in the second period", type=COUNT),
    Column("usd_after", doc="the same as usd_before, in the second period", type=NUMBER),
    Column("tonnes_after", doc="the same as tonnes_before, in the second period", type=NUMBER),
    Column("share_usd_after", doc="the same as share_usd_before, in the second period",
           type=NUMBER),
    Column("share_tonnes_after", doc="the same as share_tonnes_before, in the second period",
           type=NUMBER),
    Column("status", doc="the periods in which the partner is recorded"),
)  # fmt: skip
"""Descriptions of numbers; :func:`_columns` adds headers with the two periods."""


def _columns(
    side: str, partner: str, before: str, after: str, *, monthly: bool
) -> tuple[list[Column], list[str]]:
    """Describe the columns, and name those shown: amounts per month if lengths differ."""
    a_month, by = (" a month", "_per_month") if monthly else ("", "")
    headers = {
        side: side.capitalize(),
        "product": "Product",
        partner: partner.capitalize(),
        "rank_before": f"Rank {before}",
        "rank_after": after,
        f"usd{by}_before": f"USD{a_month} {before}",
        f"usd{by}_after": after,
        "share_usd_before": f"Share by value {before}",
        "share_usd_after": after,
        "points_usd": "points",
        f"tonnes{by}_before": f"Tonnes{a_month} {before}",
        f"tonnes{by}_after": after,
        "share_tonnes_after": f"Share by weight {after}",
        "status": "Recorded in",
    }
    columns = [replace(column, header=headers.get(column.name, "")) for column in COLUMNS]
    numbers = {column.name for column in COLUMNS}
    others = [
        Column(name, header,
               type=NUMBER if name.endswith(("_before", "_after")) else TEXT)
        for name, header in headers.items() if name not in numbers
    ]  # fmt: skip
    return [*columns, *others], list(headers)


COMPARED, _ = _columns("consumer", "supplier", "BEFORE", "AFTER", monthly=False)


@checked(COMPARED, (FIT,))
def compare(
    catalog: Catalog,
    before: str,
    after: str,
    *,
    of: str | None = None,
    scope: str | None = None,
    partner: str = "supplier",
    top: int | None = None,
    dataset: str | None = None,
) -> Answer:
    """Compare the trade of two periods, of equal or different length.

    Parameters
    ----------
    before, after : str
        The two periods. Data of shorter periods that make up one of them are added up.
    of : str, optional
        Country or group that trades. Default: the whole world.
    scope : str, optional
        Product, HS code, element, mineral, stage or group. Default: everything.
    partner : {"supplier", "consumer"}
        Compare suppliers or buyers.
    top : int, optional
        Only partners among the first ``top`` in either period; None or 0: all.
    dataset : str, optional
        Data set of trade. Default: the preferred one of each product and period.

    Returns
    -------
    Answer
        One row for each product, data set and partner, by rank in the second period, lost partners
        last: amounts, amounts per month, shares, ranks, and their changes. The coverage has the
        totals of each product as ``totals``. Without trade of both periods: the change of the
        amounts and shares that were published for both (``scope`` says ``counted``), of the other
        side of the country's trade if only that was; if claims only compare them, no rows, and a
        note on what is known.

    Raises
    ------
    UsageError
        Unknown name, or invalid period or partner; the message suggests the nearest.
    GraphkitError
        No product has data of both periods, and no claim compares them.
    """
    catalog = catalog.using(dataset)
    if Period(before) == Period(after):
        raise UsageError(f"found {before} twice, wanted two different periods")
    owner, wanted = owner_named(catalog, of, partner), catalog.materials.scope(scope)
    claims = _claims(catalog, owner, wanted, {before, after})
    held, others, lacking = _covered(catalog, wanted, (before, after))
    if lacking:
        both = [
            owner,
            owner_named(catalog, of, "consumer" if partner == "supplier" else "supplier"),
        ]
        for party in both if of else both[:1]:
            if len(changes := _published(catalog, party, wanted, before, after)):
                turned = "" if party is owner else nothing_of(owner, wanted)
                return _from_claims(
                    catalog, party, wanted, (before, after), changes, (lacking, turned)
                )
    if lacking and not len(claims):
        raise GraphkitError(lacking)
    rows, totals, flows = _compared(catalog, wanted, owner, held, (before, after))
    if not lacking and not len(flows):
        raise GraphkitError(f"{nothing_of(owner, wanted)} in {before} or {after}")
    kept, hidden = _first(rows, top)
    kept = _by_change(kept) if len(kept["product"].unique()) > 1 else kept
    totals = sorted(totals, key=lambda row: descending(_change(row)))
    monthly = Period(before).months != Period(after).months
    columns, shown = _columns(owner.side, owner.partner, before, after, monthly=monthly)
    notes = [*_notes(catalog, owner, others if held else {}, lacking, hidden)]
    if len(flows):
        notes += data_set_notes(catalog, flows)
        notes += catalog.area_notes(kept[owner.partner].to_pylist()) + product_notes(
            catalog.materials, held
        )
    return Answer(
        f"How did {owner.whose} {OF_TRADE[partner]} of {wanted.meaning} change from {before} to "
        f"{after}?",
        _scope_of(owner, wanted, before, after),
        kept,
        columns,
        {**coverage_in(flows, wanted, besides=others), "totals": totals},
        catalog.sources(flows, claims, wanted.elsewhere),
        claims,
        elsewhere=wanted.elsewhere,
        notes=(*wanted.notes, *notes),
        caption=f"Shares are of {owner.whose} {OF_TRADE[partner]} of the product in the period.",
        shown=shown,
    )


def _published(
    catalog: Catalog, owner: TradeParty, scope: Scope, before: str, after: str
) -> pa.Table:
    """Compare the amounts and shares of the owner's trade that were published for both periods.

    Amounts without a share, such as the totals, come first.
    """
    sells = owner.partner == "consumer"
    buyer, seller = (None, owner.place) if sells else (owner.place, None)
    asked = Question(buyer, seller, scope, None)
    shares = shares_in(catalog, asked)
    shares = shares.filter(pc.equal(shares["measure"], OF_TRADE[owner.partner]))
    changes = published_changes(shares, before, after)
    claims = claims_about(catalog.claims, asked)
    claims = claims.filter(
        pc.fill_null(pc.equal(claims["measure"], OF_TRADE[owner.partner]), False)
    )
    amounts = published_amount_changes(claims, before, after)
    with_share = pc.is_in(amounts["claim_after"], value_set=changes["claim_after"])
    return pa.concat_tables([amounts.filter(pc.invert(with_share)), changes])


def _from_claims(
    catalog: Catalog,
    owner: TradeParty,
    scope: Scope,
    periods: tuple[str, str],
    changes: pa.Table,
    lacking: tuple[str, str],
) -> Answer:
    """Answer from the figures that were published for both periods.

    ``lacking`` is what is not known: trade, and of which side of the party nothing is published.
    """
    keys = pa.chunked_array([*changes["claim_before"].chunks, *changes["claim_after"].chunks])
    claims = catalog.claims.filter(pc.is_in(catalog.claims["key"], value_set=keys))
    headers = dict(zip(("share_before", "share_after"), periods, strict=True))
    headers |= {f"{measure}_after": periods[1] for measure in MEASURES}
    headers |= {f"{measure}_before": f"{unit} {periods[0]}"
                for measure, unit in zip(MEASURES, ("USD", "Tonnes"), strict=True)}  # fmt: skip
    columns = [replace(c, header=headers.get(c.name, c.header)) for c in PUBLISHED_CHANGES]
    notes = [*_notes(catalog, owner, {}, lacking[0], 0)]
    if lacking[1]:
        notes.append(f"{capitalized(lacking[1])}: these are its {OF_TRADE[owner.partner]}.")
    if any("+" in source for source in changes["source"].to_pylist()):
        notes.append("Sources joined by + quote the same statistics, one for each period.")
    return published_answer(
        catalog,
        f"How did {owner.whose} {OF_TRADE[owner.partner]} of {scope.meaning} change from "
        f"{periods[0]} to {periods[1]}, as published?",
        _scope_of(owner, scope, *periods), scope, changes, columns,
        {"published_figures": len(claims)}, claims, (*scope.notes, *notes),
    )  # fmt: skip


def _notes(
    catalog: Catalog,
    owner: TradeParty,
    others: Mapping[str, Sequence[str]],
    lacking: str,
    hidden: int,
) -> Iterator[str]:
    if lacking:
        yield f"{capitalized(lacking)}. Only published claims cover it."
        return
    yield from owner.notes
    yield FACE_VALUE
    if others:
        yield f"Left out, without data of both periods: {span(catalog, others)}."
    if hidden:
        yield f"{hidden} partners of lower rank are left out; `top=0` shows all."


def _claims(catalog: Catalog, owner: TradeParty, scope: Scope, periods: set[str]) -> pa.Table:
    """Select the claims that compare the two periods."""
    sells = owner.partner == "consumer"
    buyer, seller = (None, owner.place) if sells else (owner.place, None)
    about = claims_about(catalog.claims, Question(buyer, seller, scope, None))
    pairs = zip(about["period"].to_pylist(), about["than"].to_pylist(), strict=True)
    return about.filter(pa.array([{when, than} == periods for when, than in pairs], pa.bool_()))


Periods = dict[str, list[str]]
"""Periods with trade, by product."""


def _covered(catalog: Catalog, scope: Scope, asked: Sequence[str]) -> tuple[Periods, Periods, str]:
    """Split products by data of both periods, with the periods that make up those two."""
    held, lacking = held_periods(catalog, scope)
    found, others = {}, {}
    for product, have in held.items():
        covers = [cover(period, have) for period in asked]
        if any(missing for _, missing in covers):
            others[product] = have
        else:
            found[product] = sorted({piece for pieces, _ in covers for piece in pieces})
    if held and not found:
        both = " and ".join(asked)
        lacking = f"no trade is known of both {both}; there is {span(catalog, held)}"
    return found, others, lacking


def _compared(
    catalog: Catalog,
    scope: Scope,
    owner: TradeParty,
    held: Mapping[str, Sequence[str]],
    asked: tuple[str, str],
) -> tuple[pa.Table, list[dict[str, Any]], pa.Table]:
    """Compute partners and totals of a party in both periods, and select its flows."""
    flows = flows_in(catalog, scope, held)
    own = owner.of(flows)
    names = [owner.side, owner.partner, *CHANGED]
    if not len(own):
        return pa.table({name: pa.array([], pa.string()) for name in names}), [], own
    if owner.place:
        # A flow of others shows that a series has data of a period in which the owner had no trade.
        others = flows.filter(pc.not_equal(flows[owner.side], owner.key))
        _, order, spans = grouped(others, (*SERIES, "period"))
        firsts = order.take(pa.array([start for start, _ in spans], pa.int64()))
        flows = pa.concat_tables([own, others.take(firsts)])
    else:
        flows = own
    rows, totals = (
        table.filter(pc.equal(table[owner.side], owner.key))
        for table in (
            measure(flows, *asked, partner=owner.partner)
            for measure in (compare_partners, compare_totals)
        )
    )
    return with_scope(catalog, _in_points(rows), own).select(names), totals.to_pylist(), own


def _in_points(rows: pa.Table) -> pa.Table:
    """Turn changes of shares into percentage points."""
    for measure in MEASURES:
        points = pc.multiply(rows[f"share_{measure}_change"], 100)
        field = number(f"points_{measure}", "percentage points")
        rows = rows.append_column(field, points).drop_columns([f"share_{measure}_change"])
    return rows


def _first(rows: pa.Table, top: int | None) -> tuple[pa.Table, int]:
    """Keep the top partners of either period, and count those left out."""
    if not top or not len(rows):
        return rows, 0
    ranks = [pc.fill_null(rows[f"rank_{end}"], top + 1) for end in ENDS]
    kept = rows.filter(pc.less_equal(pc.min_element_wise(*ranks), top))
    return kept, len(rows) - len(kept)


def _by_change(rows: pa.Table) -> pa.Table:
    """Sort partners of several products by the change of their value, up or down."""
    return in_order_of(rows, lambda row: descending(_change(row)))


def _change(row: Mapping[str, Any]) -> float:
    """Return by how much the value changed, of periods of different length a month's."""
    name = "usd_per_month" if "usd_per_month_before" in row else "usd"
    before, after = (float(row[f"{name}_{end}"] or 0.0) for end in ENDS)
    return abs(after - before)


def _scope_of(owner: TradeParty, scope: Scope, before: str, after: str) -> dict[str, Any]:
    return {
        "consumer": owner.key if owner.side == "consumer" else None,
        "supplier": owner.key if owner.side == "supplier" else None,
        "for": scope.text,
        "meaning": scope.meaning,
        "hs": scope.code,
        "before": before,
        "after": after,
    }


PARTIES = (
    Column("consumer", "Consumer"),
    Column("supplier", "Supplier"),
)
TREND_COLUMNS = (
    Column("product", "Product"),
    Column("stage"),
    Column("period", "Period"),
    Column("previous"),
    Column("gap", "Gap", "time between the previous period and this one that has no trade: "
           "changes go over it"),
    Column("usd", "USD",
           "US dollars; valuation fob is free on board, cif with insurance and freight",
           type=NUMBER),
    Column("usd_change", "change",
           "change of usd since the previous period, as a share of it: 0.1 is 10 %", type=NUMBER),
    Column("tonnes", "Tonnes",
           "metric tons, on the stated basis, of the flows with a mass", type=NUMBER),
    Column("tonnes_change", "change", "the same for tonnes", type=NUMBER),
    Column("on", "With", "the partner of the question"),
    Column("on_usd", "USD with it",
           "US dollars of the trade with that partner; 0: none is recorded in the period",
           type=NUMBER),
    Column("on_share_usd", "share", "0 to 1, its share of usd", type=NUMBER),
    Column("on_tonnes", "Tonnes with it", "metric tons of the trade with it", type=NUMBER),
    Column("on_share_tonnes", "by weight", "0 to 1, its share of tonnes", type=NUMBER),
    Column("hhi_usd", "HHI by value",
           "Herfindahl-Hirschman index of the partners by value, 0 to 10,000", type=NUMBER),
    Column("hhi_tonnes", doc="the same by mass", type=NUMBER),
    Column("partners", "Partners", "number of countries that it traded the product with",
           type=COUNT),
    Column("largest", "Largest"),
    Column("largest_share_usd", "its share by value",
           "0 to 1, share of the value with the largest partner by value", type=NUMBER),
    Column("largest_share_tonnes", "by weight", "0 to 1, its share of the trade with a mass",
           type=NUMBER),
    Column("missing_tonnes_share", "No weight", "0 to 1, share of the value without a mass",
           type=NUMBER),
    Column("new", doc="partners of the period that are absent in the previous one", type=TEXTS),
    Column("lost", doc="partners of the previous period that are absent in this one", type=TEXTS),
)  # fmt: skip
TREND = (
    "product", "stage", "period", "previous", "gap", "usd", "usd_change", "tonnes",
    "tonnes_change", "on", "on_usd", "on_share_usd", "on_tonnes", "on_share_tonnes",
    "missing_tonnes_share", "usd_per_month", "tonnes_per_month", "hhi_usd", "hhi_tonnes",
    "partners", "largest", "largest_share_usd", "largest_share_tonnes", "new", "lost", "basis",
    "valuation", "hs", "hs_revision", "reporter", "dataset", "source",
)  # fmt: skip
ONE_PARTNER = ("on", "on_usd", "on_share_usd", "on_tonnes", "on_share_tonnes")
"""Columns on one partner, which answers have that are asked for it."""
ANY_PARTNER = ("hhi_usd", "partners", "largest", "largest_share_usd", "largest_share_tonnes")
"""Columns on all partners, which tables about one of them leave out."""


@checked(PARTIES, TREND_COLUMNS, (FIT,))
def trend(
    catalog: Catalog,
    country: str | None = None,
    *,
    scope: str | None = None,
    on: str | None = None,
    since: str | None = None,
    partner: str = "supplier",
    dataset: str | None = None,
) -> Answer:
    """Show how a country's trade changed from period to period, as far back as data go.

    Parameters
    ----------
    country : str, optional
        Country or group that trades. Default: the whole world.
    scope : str, optional
        Product, HS code, element, mineral, stage or group. Default: everything.
    on : str, optional
        Partner, or group of partners added up, whose trade stands beside the totals.
    since : str, optional
        Only periods that begin with this one or later; the first of them is still compared with
        the one before it.
    partner : {"supplier", "consumer"}
        Imports and their suppliers, or exports and their buyers.
    dataset : str, optional
        Data set of trade. Default: the preferred one of each product and period.

    Returns
    -------
    Answer
        One row for each product, data set and period with trade, products of the largest trade
        first, periods in order: totals and their change, concentration, partners, the largest with
        its share, new and lost partners; with ``on``, the value, weight and shares of the trade
        with that partner.

    Raises
    ------
    UsageError
        Unknown name, invalid period or partner, or a partner ``on`` within the group that trades;
        the message suggests the nearest.
    GraphkitError
        No trade is known in this scope, or none since then; the message lists what is.
    """
    catalog = catalog.using(dataset)
    owner, wanted = owner_named(catalog, country, partner), catalog.materials.scope(scope)
    held, lacking = held_periods(catalog, wanted)
    if lacking:
        raise GraphkitError(lacking)
    flows = own_flows(catalog, wanted, owner, held)
    trade = OF_TRADE[partner]
    if not len(flows):
        raise GraphkitError(nothing_of(owner, wanted))
    other = None if on is None else catalog.place(on)
    rows = analysis.trend(flows, partner=partner, on=_partners(catalog, owner, other, flows))
    rows = with_scope(catalog, _with_missing(_as_shares(rows), flows), flows)
    rows = _with_gaps(rows.append_column("on", pa.array([other and other.key] * len(rows), TEXT)))
    if since is not None:
        rows = _since(rows, since, nothing_of(owner, wanted))
        flows = flows.filter(pc.is_in(flows["period"], rows["period"].unique()))
    rows = products_by_stake(rows, value_by_product(rows))
    products = list(dict.fromkeys(rows["product"].to_pylist()))
    own = [column for column in PARTIES if column.name == owner.side]
    columns = [*own, *(c for c in TREND_COLUMNS if other or c.name not in ONE_PARTNER)]
    heads = [c.name for c in columns if c.header and not (other and c.name in ANY_PARTNER)]
    whose = f"{owner.whose} {trade} of {wanted.meaning}"
    with_other = f" {TOWARDS[partner]} {other.said}" if other else ""
    return Answer(
        f"How did {whose}{with_other} change {f'since {since}' if since else 'over time'}?",
        {
            "consumer": owner.key if owner.side == "consumer" else None,
            "supplier": owner.key if owner.side == "supplier" else None,
            "for": wanted.text,
            "meaning": wanted.meaning,
            "hs": wanted.code,
            "products": sorted(products),
            "on": other.key if other else None,
            "since": since,
        },
        rows.select([owner.side, *(n for n in TREND if other or n not in ONE_PARTNER)]),
        columns,
        coverage_in(flows, wanted, periods=listed(set(rows["period"].to_pylist()))),
        catalog.sources(flows, wanted.elsewhere),
        elsewhere=wanted.elsewhere,
        notes=(
            *wanted.notes,
            *owner.notes,
            *_within(owner, other),
            FACE_VALUE,
            *data_set_notes(catalog, flows),
            *product_notes(catalog.materials, products),
        ),
        caption=f"Partners are the {partner}s, the largest by value; HHI runs from 0 to 10,000.",
        shown=without_empty(rows, heads, *(name for name in heads if name != "gap")),
        in_time=True,
    )


TOWARDS = {"supplier": "from", "consumer": "to"}


def _partners(
    catalog: Catalog, owner: TradeParty, other: Entity | None, flows: pa.Table
) -> Sequence[str]:
    """Return the codes of a partner or of the members of a group, in the trade of an owner."""
    if other is None:
        return ()
    if other.is_group:
        codes = catalog.members(other)
    elif other.type in TOTALS and other.key not in flows[owner.partner].unique().to_pylist():
        raise UsageError(f"{other} is not a {owner.partner} in trade data; name one country")
    else:
        codes = [other.key]
    if owner.members and set(codes) <= set(owner.members):
        raise UsageError(f"{other} is part of {owner.name}, whose trade within is left out")
    return codes


def _within(owner: TradeParty, other: Entity | None) -> list[str]:
    """Note that the world's trade with a group includes that among its members."""
    if owner.place is not None or other is None or not other.is_group:
        return []
    return [f"Trade with {other.said} includes that among its members."]


def _since(rows: pa.Table, since: str, nothing: str) -> pa.Table:
    """Select the periods that begin with a period or later."""
    start = Period(since).start
    begun = [Period(period).start >= start for period in rows["period"].to_pylist()]
    if not any(begun):
        newest = max(rows["period"].to_pylist(), key=time_of)
        raise GraphkitError(f"{nothing} since {since}; the newest period is {newest}")
    return rows.filter(pa.array(begun, pa.bool_()))


def _with_gaps(rows: pa.Table) -> pa.Table:
    """Add the time without trade between the previous period and that of each row."""
    ends = zip(rows["previous"].to_pylist(), rows["period"].to_pylist(), strict=True)
    gaps = [gap(before, after) if before else None for before, after in ends]
    return rows.append_column("gap", pa.array(gaps, pa.string()))


def _with_missing(rows: pa.Table, flows: pa.Table) -> pa.Table:
    """Add the share of each period's value without a mass."""
    names = (*SERIES, "period")
    labels, order, spans = grouped(flows, names)
    value = pc.fill_null(flows["usd"], 0.0).take(order)
    lost = pc.if_else(pc.is_null(flows["tonnes"].take(order)), value, 0.0)
    usd, unweighed = value.to_pylist(), lost.to_pylist()
    shares = {}
    for label, (a, b) in zip(labels, spans, strict=True):
        whole = fsum(usd[a:b])
        shares[label] = fsum(unweighed[a:b]) / whole if whole else None
    missing = [shares[label] for label in zip(*(rows[n].to_pylist() for n in names), strict=True)]
    field = number("missing_tonnes_share", SHARE)
    return rows.append_column(field, pa.array(missing, pa.float64()))


def _as_shares(rows: pa.Table) -> pa.Table:
    """Give changes their unit: a part of the previous total."""
    for name in (f"{measure}_change" for measure in MEASURES):
        field = number(name, f"{SHARE}, of the previous period's")
        rows = rows.set_column(rows.column_names.index(name), field, rows[name])
    return rows
