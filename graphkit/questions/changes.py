"""What changed in a country's trade, or the world's, between two periods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.trade_change import MEASURES, compare_partners, compare_totals, cover
from graphkit.answer import Answer
from graphkit.arrow import number
from graphkit.errors import GraphkitError, UsageError
from graphkit.period import Period
from graphkit.questions.baskets import basket_notes
from graphkit.questions.claims import COMPARISON, Asked, claims_about
from graphkit.questions.dependence import FACE_VALUE
from graphkit.questions.facts import Facts
from graphkit.questions.owned_trade import (
    OF_TRADE,
    Owner,
    coverage_in,
    flows_in,
    held_periods,
    nothing_of,
    owner_named,
    renamed,
    span,
    with_scope,
)  # fmt: skip
from graphkit.questions.scope import Scope

ENDS = ("before", "after")
CHANGED = (
    "product", "stage", "before", "after", "status", "rank_before", "rank_after",
    *(f"{figure}_{end}" for m in MEASURES
      for figure in (f"share_{m}", m, f"{m}_per_month") for end in ENDS),
    "points_usd", "points_tonnes", "basis", "valuation", "hs", "hs_revision", "reporter", "dataset",
    "source",
)  # fmt: skip
UNITS = {
    "usd_before": "US dollars, as the valuation says (fob: free on board; cif: with freight and "
    "insurance), in the first period; usd_after in the second",
    "usd_per_month_before": "the same divided by the months of the period",
    "tonnes_before": "metric tons, of what the basis says, of the flows that give a mass",
    "share_usd_before": "0 to 1, of the owner's trade in the product by value",
    "share_tonnes_before": "0 to 1, of its trade that gives a mass",
    "points_usd": "percentage points that share_usd rose by; who is not recorded counts as 0",
    "points_tonnes": "the same of share_tonnes",
    "rank_before": "place among the partners by value, 1 is the largest",
}


def compare(
    facts: Facts,
    before: str,
    after: str,
    *,
    of: str | None = None,
    scope: str | None = None,
    partner: str = "supplier",
    top: int | None = None,
) -> Answer:
    """What changed between two periods, of equal or of different length.

    Parameters
    ----------
    before, after : str
        The two periods. Periods of data that add up to one of them are added up.
    of : str, optional
        Country or group whose trade it is; otherwise the whole world's.
    scope : str, optional
        Product, HS code, element, mineral, stage or group; otherwise everything.
    partner : {"supplier", "consumer"}
        Compare its suppliers, or its buyers.
    top : int, optional
        Only partners among the first so many in either period; otherwise, and with 0, all.

    Returns
    -------
    Answer
        One row a product, data set and partner, in the order of their rank after, those that
        are lost last: amounts, amounts a month, shares, ranks, and what they changed by. The
        totals of each product stand in the coverage as ``totals``. Where no data, but published
        claims compare the two periods, no rows, and a note that says what there is.

    Raises
    ------
    UsageError
        A name, period or partner that is none; the message has the nearest ones.
    GraphkitError
        Nothing has data of both periods, and no claim compares them.
    """
    _check(before, after, top)
    owner, wanted = owner_named(facts, of, partner), facts.materials.scope(scope)
    claims = _claims(facts, owner, wanted, {before, after})
    held, others, lacking = _covered(facts, wanted, (before, after))
    if lacking and not len(claims):
        raise GraphkitError(lacking)
    rows, totals, flows = _compared(facts, wanted, owner, held, (before, after))
    if not lacking and not len(flows):
        raise GraphkitError(f"{nothing_of(owner, wanted)} in {before} or {after}")
    shown, hidden = _first(rows, top)
    notes = [*_notes(owner, others if held else {}, lacking, hidden)]
    if len(flows):
        notes += facts.area_notes(shown[owner.partner].to_pylist()) + basket_notes(
            facts.materials, wanted, held
        )
    return Answer(
        f"How did {owner.name}'s {OF_TRADE[partner]} of {wanted.meaning} change from {before} to "
        f"{after}?",
        _scope_of(owner, wanted, before, after),
        shown,
        UNITS,
        {**coverage_in(flows, wanted, besides=others), "totals": totals},
        claims,
        COMPARISON.empty_table(),
        facts.sources(flows, claims),
        (*wanted.notes, *notes),
        _heads(owner, before, after),
        f"Shares are of {owner.name}'s {OF_TRADE[partner]} of the product in the period.",
    )


def _notes(
    owner: Owner, others: Mapping[str, Sequence[str]], lacking: str, hidden: int
) -> Iterator[str]:
    if lacking:
        yield f"{lacking[0].upper()}{lacking[1:]}. Only published claims speak of it."
        return
    yield from owner.notes
    yield FACE_VALUE
    if others:
        yield f"Left out for want of data of both periods: {span(others)}."
    if hidden:
        yield f"{hidden} partners of lower rank are left out; --top 0 shows all."


def _check(before: str, after: str, top: int | None) -> None:
    try:
        same = Period(before) == Period(after)
    except ValueError as error:
        raise UsageError(str(error)) from error
    if same:
        raise UsageError(f"found {before} twice, wanted two different periods")
    if top is not None and top < 0:
        raise UsageError(f"--top: found {top}, wanted 0 (all) or more")


def _claims(facts: Facts, owner: Owner, scope: Scope, periods: set[str]) -> pa.Table:
    """Claims that compare the two periods."""
    sells = owner.partner == "consumer"
    buyer, seller = (None, owner.place) if sells else (owner.place, None)
    about = claims_about(facts.claims, Asked(buyer, seller, scope, None))
    pairs = zip(about["period"].to_pylist(), about["than"].to_pylist(), strict=True)
    return about.filter(pa.array([{when, than} == periods for when, than in pairs], pa.bool_()))


Periods = dict[str, list[str]]
"""Periods with trade, by product."""


def _covered(facts: Facts, scope: Scope, asked: Sequence[str]) -> tuple[Periods, Periods, str]:
    """For each product with data of both periods, those that add up to them; and the others."""
    held, lacking = held_periods(facts, scope)
    found, others = {}, {}
    for product, have in held.items():
        covers = [cover(period, have) for period in asked]
        if any(missing for _, missing in covers):
            others[product] = have
        else:
            found[product] = sorted({piece for pieces, _ in covers for piece in pieces})
    if held and not found:
        both = " and ".join(asked)
        lacking = f"no trade is known of both {both}; there is {span(held)}"
    return found, others, lacking


def _compared(
    facts: Facts,
    scope: Scope,
    owner: Owner,
    held: Mapping[str, Sequence[str]],
    asked: tuple[str, str],
) -> tuple[pa.Table, list[dict[str, Any]], pa.Table]:
    """Partners, totals and flows of an owner in both periods."""
    flows = flows_in(facts, scope, held)
    own = owner.of(flows)
    names = [owner.side, owner.partner, *CHANGED]
    if not len(own):
        return pa.table({name: pa.array([], pa.string()) for name in names}), [], own
    if owner.place:
        # Others tell that a series has data of a period in which the owner traded nothing.
        own_side = pc.equal(flows[owner.side], owner.key)
        flows = pa.concat_tables([own, flows.filter(pc.invert(own_side))])
    else:
        flows = own
    rows, totals = (
        table.filter(pc.equal(table[owner.side], owner.key))
        for table in (
            measure(flows, *asked, partner=owner.partner)
            for measure in (compare_partners, compare_totals)
        )
    )
    return with_scope(facts, _in_points(rows), own).select(names), totals.to_pylist(), own


def _in_points(rows: pa.Table) -> pa.Table:
    """Changes of shares as percentage points."""
    rows = renamed(rows)
    for measure in MEASURES:
        points = pc.multiply(rows[f"share_{measure}_change"], 100)
        field = number(f"points_{measure}", "percentage points")
        rows = rows.append_column(field, points).drop_columns([f"share_{measure}_change"])
    return rows


def _first(rows: pa.Table, top: int | None) -> tuple[pa.Table, int]:
    """The partners among the first so many in either period, and how many are left out."""
    if not top or not len(rows):
        return rows, 0
    ranks = [pc.fill_null(rows[f"rank_{end}"], top + 1) for end in ENDS]
    kept = rows.filter(pc.less_equal(pc.min_element_wise(*ranks), top))
    return kept, len(rows) - len(kept)


def _scope_of(owner: Owner, scope: Scope, before: str, after: str) -> dict[str, Any]:
    return {
        "consumer": owner.key if owner.side == "consumer" else None,
        "supplier": owner.key if owner.side == "supplier" else None,
        "for": scope.text,
        "meaning": scope.meaning,
        "hs": scope.code,
        "before": before,
        "after": after,
    }


def _heads(owner: Owner, before: str, after: str) -> dict[str, str]:
    """Amounts, or where the periods differ in length amounts a month."""
    monthly = Period(before).months != Period(after).months
    a_month, by = (" a month", "_per_month") if monthly else ("", "")
    return {
        owner.side: owner.side.capitalize(),
        "product": "Product",
        owner.partner: owner.partner.capitalize(),
        "rank_before": f"Rank {before}",
        "rank_after": after,
        f"usd{by}_before": f"USD{a_month} {before}",
        f"usd{by}_after": after,
        "share_usd_before": f"Share by value {before}",
        "share_usd_after": after,
        "points_usd": "rose by",
        f"tonnes{by}_before": f"Tonnes{a_month} {before}",
        f"tonnes{by}_after": after,
        "share_tonnes_after": f"Share by weight {after}",
        "status": "Recorded in",
    }
