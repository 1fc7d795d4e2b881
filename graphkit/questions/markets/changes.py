"""Changes of a country's trade between two periods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import inf
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.shares import grouped
from graphkit.analysis.trade_change import CHANGE_SERIES, MEASURES, compare_partners, compare_totals
from graphkit.analysis.unlisted import POINT, one_share
from graphkit.answers.answer import Answer
from graphkit.answers.columns import COUNT, NUMBER, TEXT, Column
from graphkit.answers.coverage import Change, Coverage, Total, lines
from graphkit.answers.note import Note
from graphkit.answers.terms import Code, Compared, Dataset, Places, Role, Term, terms
from graphkit.arrow import number
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.materials import Scope
from graphkit.errors import GraphkitError, UsageError
from graphkit.names import Entity, capitalized
from graphkit.period import Period, cover
from graphkit.questions.question import checked
from graphkit.questions.shared.claim_scope import claims_about
from graphkit.questions.shared.fit import FIT
from graphkit.questions.shared.order import descending, in_order_of
from graphkit.questions.shared.parties import (
    OF_TRADE,
    TOWARDS,
    TradeParty,
    coverage_in,
    flows_in,
    nothing_of,
    owner_named,
    partner_codes,
    periods_with_trade,
    span,
    unlisted_of,
    with_joined_series,
    with_scope,
)
from graphkit.questions.shared.published import (
    PUBLISHED_CHANGES,
    claims_of,
    published_answer,
    published_trade_changes,
)
from graphkit.questions.shared.trade import (
    FACE_VALUE,
    data_set_notes,
    product_notes,
    without_preference,
)
from graphkit.questions.shared.unlisted import counting_together, of_one_country

ENDS = ("before", "after")
OTHER_PARTY = ""
"""Stands for the owner in flows that only show that a data set has data of a period."""
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
    a_month, suffix = (" a month", "_per_month") if monthly else ("", "")
    headers = {
        side: side.capitalize(),
        "product": "Product",
        partner: partner.capitalize(),
        "rank_before": f"Rank {before}",
        "rank_after": after,
        f"usd{suffix}_before": f"USD{a_month} {before}",
        f"usd{suffix}_after": after,
        "share_usd_before": f"Share by value {before}",
        "share_usd_after": after,
        "points_usd": "points",
        f"tonnes{suffix}_before": f"Tonnes{a_month} {before}",
        f"tonnes{suffix}_after": after,
        "share_tonnes_after": f"Share by weight {after}",
        "status": "Recorded in",
    }
    columns = [replace(column, header=headers.get(column.name, "")) for column in COLUMNS]
    numbers = {column.name for column in COLUMNS}
    undescribed = [
        Column(name, header,
               type=NUMBER if name.endswith(("_before", "_after")) else TEXT)
        for name, header in headers.items() if name not in numbers
    ]  # fmt: skip
    return [*columns, *undescribed], list(headers)


COMPARED, _ = _columns("consumer", "supplier", "BEFORE", "AFTER", monthly=False)


@checked(COMPARED, (FIT,))
def compare(
    catalog: Catalog,
    before: str,
    after: str,
    *,
    of: str | None = None,
    scope: str | None = None,
    on: str | None = None,
    partner: str = "supplier",
    top: int | None = None,
    dataset: str | None = None,
) -> Answer:
    """Compare the trade of two periods, of equal or different length.

    Returns
    -------
    Answer
        One row for each product, data set and partner, by rank in the second period, lost partners
        last: amounts, amounts per month, shares, ranks, and their changes; with ``on``, that
        partner alone. The coverage has the totals of each product, or those with the partner, as
        ``totals``. Periods that no preferred data set has together are taken from another that has
        all trade between the parties in question. Without trade of both periods: the change of the
        amounts and shares that were published for both (``scope`` says ``counted``), of the other
        side of the country's trade if only that was; if claims only compare them, no rows, and a
        note on what is known.

    Raises
    ------
    UsageError
        Unknown name, invalid period or partner, or a partner ``on`` within the group that trades;
        the message suggests the nearest.
    GraphkitError
        No product has data of both periods, and no claim compares them.
    """
    catalog = catalog.using(dataset)
    if Period(before) == Period(after):
        raise UsageError(f"found {before} twice, wanted two different periods")
    if partner not in OF_TRADE:  # the name of one
        if on is not None:
            raise UsageError(f"found the partners {partner!r} and {on!r}, wanted one")
        try:
            catalog.place(partner)
        except UsageError as error:
            wanted = f"wanted one of {', '.join(OF_TRADE)}, or a country"
            raise UsageError(f"`partner`: found {partner!r}, {wanted}: {error}") from None
        on, partner = partner, "supplier"
    owner, goods = owner_named(catalog, of, partner), catalog.materials.scope(scope)
    counterpart = None if on is None else catalog.place(on)
    claims = _claims(catalog, owner, goods, {before, after})
    available, left_out, lacking = _covered(catalog, goods, (before, after))
    if lacking and dataset is None:
        other = _other_data_set(catalog, goods, owner, counterpart, (before, after))
        if other is not None:
            catalog = catalog.using(other)
            available, left_out, lacking = _covered(catalog, goods, (before, after))
    if lacking:
        parties = [owner]
        if of:
            other_side = "consumer" if partner == "supplier" else "supplier"
            parties.append(owner_named(catalog, of, other_side))
        for party in parties:
            if len(changes := published_trade_changes(catalog, party, goods, before, after)):
                other_lacking = "" if party is owner else nothing_of(owner, goods)
                return _from_claims(
                    catalog, party, goods, (before, after), changes, (lacking, other_lacking)
                )
    if lacking and not len(claims):
        raise GraphkitError(lacking)
    rows, totals, flows = _compared(catalog, goods, owner, counterpart, available, (before, after))
    if not lacking and not len(rows):
        with_other = f" with {counterpart.in_text}" if counterpart and len(flows) else ""
        raise GraphkitError(f"{nothing_of(owner, goods)}{with_other} in {before} or {after}")
    rows, hidden = _first(rows, top)
    if len(rows["product"].unique()) > 1:
        rows = in_order_of(rows, _by_change)
    monthly = Period(before).months != Period(after).months
    totals.sort(key=lambda total: _size(total.usd.per_month_before, total.usd.per_month_after))
    columns, names = _columns(owner.side, owner.partner, before, after, monthly=monthly)
    notes = [*_notes(catalog, owner, left_out if available else {}, lacking, hidden)]
    if len(flows):
        notes += data_set_notes(catalog, flows)
        if counterpart is None:
            notes += catalog.area_notes(rows[owner.partner].to_pylist())
        notes += product_notes(catalog.materials, available)
    towards = f" {TOWARDS[partner]} {counterpart.in_text}" if counterpart else ""
    return Answer(
        f"How did {owner.whose} {OF_TRADE[partner]} of {goods.meaning}{towards} change from "
        f"{before} to {after}?",
        terms(
            *_terms_of(owner, goods, before, after),
            Places(Role.ON, counterpart.key if counterpart else None),
            Dataset(catalog.dataset),
        ),
        rows,
        columns,
        replace(coverage_in(flows, goods, besides=left_out), totals=tuple(totals)),
        catalog.sources(flows, claims, goods.elsewhere),
        claims,
        elsewhere=goods.elsewhere,
        notes=(*goods.notes, *notes),
        caption=f"Shares are of {owner.whose} {OF_TRADE[partner]} of the product in the period.",
        shown=names,
    )


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
        notes.append(Note(f"{capitalized(lacking[1])}: these are its {OF_TRADE[owner.partner]}."))
    if any("+" in source for source in changes["source"].to_pylist()):
        notes.append(Note("Sources joined by + quote the same statistics, one for each period."))
    return published_answer(
        catalog,
        f"How did {owner.whose} {OF_TRADE[owner.partner]} of {scope.meaning} change from "
        f"{periods[0]} to {periods[1]}, as published?",
        terms(*_terms_of(owner, scope, *periods)), scope, changes, columns,
        Coverage(lines({"published_figures": len(claims)})), claims, (*scope.notes, *notes),
        "graphkit.plot.shares:draw_published_changes",
    )  # fmt: skip


def _notes(
    catalog: Catalog,
    owner: TradeParty,
    left_out: Mapping[str, Sequence[str]],
    lacking: str,
    hidden: int,
) -> Iterator[Note]:
    if lacking:
        yield Note(f"{capitalized(lacking)}. Only published claims cover it.")
        return
    yield from owner.notes
    yield FACE_VALUE
    if left_out:
        yield Note(f"Left out, without data of both periods: {span(catalog, left_out)}.")
    if hidden:
        yield Note(f"{hidden} partners of lower rank are left out; `top=0` shows all.")


def _claims(catalog: Catalog, owner: TradeParty, scope: Scope, periods: set[str]) -> pa.Table:
    """Select the claims that compare the two periods."""
    claims = claims_about(catalog.claims, claims_of(owner, scope))
    pairs = zip(claims["period"].to_pylist(), claims["than"].to_pylist(), strict=True)
    return claims.filter(pa.array([{*pair} == periods for pair in pairs], pa.bool_()))


def _other_data_set(
    catalog: Catalog, scope: Scope, owner: TradeParty, counterpart: Entity | None,
    periods: tuple[str, str],
) -> str | None:  # fmt: skip
    """Find a data set without a preference that has the trade in question of both periods.

    It is that between two partners; else its reporter's own trade. Of several, it is the one that
    adds up the fewest periods: a year before its months.
    """
    if owner.place is None:
        return None
    fewest: list[tuple[int, str]] = []
    for dataset in without_preference(catalog):
        facts = catalog.using(dataset)
        available, _, lacking = _covered(facts, scope, periods)
        if lacking:
            continue
        flows = flows_in(facts, scope, available)
        own = owner.select(flows)
        if counterpart is not None:
            codes = partner_codes(facts, owner, counterpart, flows)
            own = own.filter(pc.is_in(own[owner.partner], pa.array(list(codes), pa.string())))
        elif len(own) < len(flows):
            continue
        pieces = set(own["period"].to_pylist())
        covers = [cover(period, pieces) for period in periods]
        if not any(missing for _, missing in covers):
            fewest.append((sum(len(parts) for parts, _ in covers), dataset))
    return min(fewest, default=(0, None))[1]


Periods = dict[str, list[str]]
"""Periods with trade, by product."""


def _covered(
    catalog: Catalog, scope: Scope, periods: Sequence[str]
) -> tuple[Periods, Periods, str]:
    """Split products by data of both periods, with the periods that make up those two."""
    available, lacking = periods_with_trade(catalog, scope)
    covered, left_out = {}, {}
    for product, traded in available.items():
        covers = [cover(period, traded) for period in periods]
        if any(missing for _, missing in covers):
            left_out[product] = traded
        else:
            covered[product] = sorted({piece for pieces, _ in covers for piece in pieces})
    if available and not covered:
        text = " and ".join(periods)
        lacking = f"no trade is known of both {text}; there is {span(catalog, available)}"
    return covered, left_out, lacking


def _compared(
    catalog: Catalog,
    scope: Scope,
    owner: TradeParty,
    counterpart: Entity | None,
    available: Mapping[str, Sequence[str]],
    periods: tuple[str, str],
) -> tuple[pa.Table, list[Total], pa.Table]:
    """Compute partners and totals of a party in both periods, and select its flows.

    With one partner, the rows and totals of the trade with it; the flows are all of the party's.
    """
    flows = flows_in(catalog, scope, available)
    codes = pa.array(list(partner_codes(catalog, owner, counterpart, flows)), pa.string())
    if counterpart is not None:
        merged = pc.if_else(
            pc.is_in(flows[owner.partner], codes), counterpart.key, flows[owner.partner]
        )
        flows = flows.set_column(flows.column_names.index(owner.partner), owner.partner, merged)
    own_rows = owner.select(flows)
    flows, _ = with_joined_series(catalog, flows)
    own_flows = owner.select(flows)
    names = [owner.side, owner.partner, *CHANGED]
    if not len(own_flows):
        return pa.table({name: pa.array([], pa.string()) for name in names}), [], own_rows
    if owner.place:
        # A flow of others shows that a series has data of a period in which the owner had no trade.
        other_flows = flows.filter(pc.not_equal(flows[owner.side], owner.key))
        _, order, spans = grouped(other_flows, (*CHANGE_SERIES, "period"))
        firsts = order.take(pa.array([start for start, _ in spans], pa.int64()))
        flows = pa.concat_tables([own_flows, other_flows.take(firsts)])
    else:
        flows = own_flows
    partners = compare_partners(flows, *periods, partner=owner.partner)
    partners = partners.filter(pc.equal(partners[owner.side], owner.key))
    totals = compare_totals(flows, *periods, partner=owner.partner)
    totals = totals.filter(pc.equal(totals[owner.side], owner.key))
    rows = with_scope(catalog, _in_points(partners), own_flows).select(names)
    most = _most(catalog, owner, own_rows, periods)
    rows = _with_ends(rows, most, totals)
    if counterpart is None:
        lumping = counting_together(catalog)
        return rows, [
            _without_partners(total) if total.dataset in lumping else total
            for total in (_total(row, most) for row in totals.to_pylist())
        ], own_rows  # fmt: skip
    rows = rows.filter(pc.equal(rows[owner.partner], counterpart.key))
    ours = pc.and_(pc.equal(flows[owner.side], owner.key),
                   pc.not_equal(flows[owner.partner], counterpart.key))  # fmt: skip
    # The trade with others shows of which periods a data set of one country has data.
    complete = pc.is_in(flows["dataset"], pa.array(of_one_country(catalog), pa.string()))
    side = pc.if_else(pc.and_(ours, complete), OTHER_PARTY, flows[owner.side])
    flows = flows.set_column(flows.column_names.index(owner.side), owner.side, side)
    flows = flows.filter(pc.invert(pc.and_(ours, pc.invert(complete))))
    totals = compare_totals(flows, *periods, partner=owner.partner)
    totals = totals.filter(pc.equal(totals[owner.side], owner.key))
    of_partner = set(rows["product"].to_pylist())
    return rows, [
        _total_with(counterpart.key, row)
        for row in totals.to_pylist() if row["product"] in of_partner
    ], own_rows  # fmt: skip


Most = dict[tuple[str, str], tuple[float, int]]
"""The most that the owner's trade in a product lacks in a period of the question, in USD, and in
how many cells."""


def _most(catalog: Catalog, owner: TradeParty, flows: pa.Table, periods: tuple[str, str]) -> Most:
    """Add up what partial data sets may lack in each of the two periods, by product and end."""
    most: Most = {}
    present = sorted(set(flows["period"].to_pylist()))
    pieces = {end: cover(period, present)[0] for end, period in zip(ENDS, periods, strict=True)}
    for (_, product, piece), (usd, cells) in unlisted_of(catalog, flows, owner).items():
        for end in ENDS:
            if piece in pieces[end]:
                before = most.get((product, end), (0.0, 0))
                most[product, end] = before[0] + usd, before[1] + cells
    return most


def _with_ends(rows: pa.Table, most: Most, totals: pa.Table) -> pa.Table:
    """Drop shares and their changes that trade which is not listed may move by a point."""
    if not any(usd for usd, _ in most.values()):
        return rows
    total_of = {(row["product"], end): row[f"usd_{end}"] for row in totals.to_pylist()
                for end in ENDS}  # fmt: skip
    table = rows.to_pylist()
    for row in table:
        for end in ENDS:
            unlisted, cells = most.get((row["product"], end), (0.0, 1))
            if not unlisted:
                continue
            share, total = row[f"share_usd_{end}"], total_of[row["product"], end]
            row |= {f"share_tonnes_{end}": None, "points_tonnes": None}
            if share is None or not total:
                row["points_usd"] = None  # a partner that is not listed may have any share
                continue
            low, high = one_share(share * total, total, unlisted, listed=cells == 1)
            if high - low >= POINT:
                row |= {f"share_usd_{end}": None, "points_usd": None}
    return pa.Table.from_pylist(table, rows.schema)


def _total(row: Mapping[str, Any], most: Most) -> Total:
    """Make a total, without figures that trade which is not listed may change."""
    total = _total_of(row)
    unlisted = [most.get((total.product, end), (0.0, 1))[0] for end in ENDS]
    values = zip((total.usd.before, total.usd.after), unlisted, strict=True)
    before, after = (None if usd is None or more == inf else usd + more for usd, more in values)
    total = replace(total, most_usd=(before, after))
    if not any(unlisted):
        return total
    for end, more in zip(ENDS, unlisted, strict=True):
        total = _without_index(total, end) if more else total
    return replace(total, new=None, lost=None)


def _total_with(partner: str, row: Mapping[str, Any]) -> Total:
    """Make the total of the trade with one partner, without figures that tell nothing of one."""
    return replace(_without_partners(_total_of(row)), on=partner)


def _without_partners(total: Total) -> Total:
    """Drop the concentration and the partners of a total."""
    for end in ENDS:
        total = _without_index(total, end)
    return replace(total, partners_before=None, partners_after=None, new=None, lost=None)


def _without_index(total: Total, end: str) -> Total:
    """Drop the concentration of a total in one of the two periods."""
    index = {f"hhi_{end}": None}
    return replace(total, usd=replace(total.usd, **index), tonnes=replace(total.tonnes, **index))


def _total_of(row: Mapping[str, Any]) -> Total:
    """Make a total of a row."""
    usd, tonnes = (
        Change(
            *(row[f"{measure}_{name}"] for name in ("before", "after", "change", "ratio")),
            *(row[f"{measure}_per_month_{name}"] for name in ("before", "after", "ratio")),
            *(row[f"hhi_{measure}_{end}"] for end in ENDS),
        )
        for measure in MEASURES
    )
    new, lost = (None if row[name] is None else tuple(row[name]) for name in ("new", "lost"))
    return Total(
        consumer=row.get("consumer"), supplier=row.get("supplier"), on=None,
        product=row["product"], reporter=row["reporter"], dataset=row["dataset"],
        source=row["source"], before=row["before"], after=row["after"],
        months_before=row["months_before"], months_after=row["months_after"],
        usd=usd, tonnes=tonnes,
        partners_before=row["partners_before"], partners_after=row["partners_after"],
        largest_before=row["largest_before"], largest_after=row["largest_after"],
        new=new, lost=lost, missing=row["missing"],
    )  # fmt: skip


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
    first_rows = rows.filter(pc.less_equal(pc.min_element_wise(*ranks), top))
    return first_rows, len(rows) - len(first_rows)


def _by_change(row: Mapping[str, Any]) -> float:
    """Return a key that sorts by the change of the value, up or down, the largest first.

    Of periods of different length, by that of a month's value.
    """
    name = "usd_per_month" if "usd_per_month_before" in row else "usd"
    return _size(row[f"{name}_before"], row[f"{name}_after"])


def _size(before: float | None, after: float | None) -> float:
    """Return a key that sorts by a change, the largest first."""
    return descending(abs((after or 0.0) - (before or 0.0)))


def _terms_of(owner: TradeParty, scope: Scope, before: str, after: str) -> Sequence[Term]:
    return (*owner.terms, scope.material, Code(scope.code),
            Compared(before, after))  # fmt: skip
