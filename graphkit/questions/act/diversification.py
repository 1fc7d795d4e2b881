"""Diversification: purchases of a country in which no supplier is above a share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import fsum
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.diversification import CHANGE, COST, TIGHT, Certificate
from graphkit.answers.answer import Answer, without_empty
from graphkit.answers.columns import FLAG, NUMBER, Column, plain_columns, schema_of
from graphkit.answers.figures import IN_SOME_ROWS, percent, short_text
from graphkit.answers.note import Note
from graphkit.answers.terms import (
    Code,
    Day,
    Measure,
    Places,
    Products,
    Role,
    Term,
    Time,
    one_or_all,
    terms,
)
from graphkit.arrow import SHARE, UNIT
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.materials import BASKET, Scope
from graphkit.errors import GraphkitError, UsageError
from graphkit.questions.act.capped_markets import with_cap
from graphkit.questions.act.caps import ORIGIN, SEAT, SUPPLIER, Caps
from graphkit.questions.act.controls import restraints
from graphkit.questions.act.outcomes import IMPOSSIBLE, POSSIBLE, VERDICTS, Outcome, outcome_of
from graphkit.questions.act.purchases import (
    AMOUNT,
    Acts,
    Buyer,
    Limits,
    Market,
    markets_of,
    read_buyers,
    read_limits,
)
from graphkit.questions.question import checked
from graphkit.questions.shared.fit import FIT
from graphkit.questions.shared.order import descending, in_order_of
from graphkit.questions.shared.trade import (
    FACE_VALUE,
    IMPORTS_BY,
    ImportsInScope,
    coverage_of,
    group_as_one,
    in_sentence,
    product_notes,
    trade_of,
)

SHARE_REACHED, ALL_SPARE, CONTROLLED = "share", "spare", "export control"
LEFT_OUT, NO_PARTNER, OTHER_CLASS = "left out", "no partner", "price class"
RESALE = "resale"
DIVERSIFICATION = (
    Column("consumer", "Consumer"),
    Column("product", "Product", rank=0),
    Column("supplier", "Supplier", rank=0),
    Column("stage", rank=4),
    Column("period", "Period", rank=2),
    Column("verdict", "Verdict",
           "met: no supplier is above the share today; possible: purchases can be moved so that "
           "none is; impossible: others cannot spare enough, and the row has the purchases that "
           "come nearest", rank=0),
    Column("bought", "Buys", f"amount of today, {AMOUNT}", type=NUMBER),
    Column("share", "Share", "0 to 1, of what the consumer buys today", SHARE, NUMBER),
    Column("planned", "Would buy", f"{AMOUNT}, with the least change or at the least cost",
           rank=0, type=NUMBER),
    Column("planned_share", "its share", "0 to 1, of what the consumer needs", SHARE, NUMBER),
    Column("planned_together", "if all do",
           f"{AMOUNT}, if all consumers of the question do so at once, out of the same spare "
           "amounts", type=NUMBER),
    Column("planned_any_price", "at any price",
           f"{AMOUNT}, if sellers of other price classes could add as well", type=NUMBER),
    Column("change", "Change", f"planned minus bought, {AMOUNT}", type=NUMBER, rank=2),
    Column("part_of_sales", "of its other sales",
           "0 to 1, what it would deliver more, of what it sells to others today",
           SHARE + IN_SOME_ROWS, NUMBER, rank=3),
    Column("limit", "Limit",
           "limit that the row is at: share, spare (it can add no more), export control (it may "
           "add nothing), price class (it sells at prices of another good, and adds nothing), "
           "resale (no source names it as a maker, and it buys at least a quarter of what it "
           "sells: it adds nothing), left out or no partner, as asked"),
    Column("worth", "One more saves",
           "for one more tonne or dollar under the limit of the row: what needs not be moved, or "
           "with the least cost the USD that are saved", type=NUMBER, rank=3),
    Column("sold_elsewhere", "", f"what the supplier sells to others today, {AMOUNT}", type=NUMBER),
    Column("spare", "",
           f"the most that it can add, {AMOUNT}: of what it sells to others as much as `slack` "
           "says, and no more than it makes, less what the consumer buys, where that is published",
           type=NUMBER),
    Column("unit_value", "USD/t", "USD per tonne of all that the supplier sells abroad", "USD/t",
           NUMBER, rank=4),
    Column("far_price", "", "true if its unit value is under a tenth, or over ten times, the "
           "median of the product, weighted by value: perhaps another good", type=FLAG),
    Column("extra_cost", "Extra cost", "change times unit value", "USD", NUMBER),
    Column("moved", "", f"amount of the product that is bought of another, {AMOUNT}", type=NUMBER),
    Column("strain", "",
           "0 to 1, what is added, of what those that add something sell to others today", SHARE,
           NUMBER),
    Column("max_share", "", "0 to 1, largest share of a supplier, as asked", SHARE, NUMBER),
    Column("least_share", "",
           "0 to 1, least share that the largest supplier can be brought to; of a verdict "
           "impossible", SHARE, NUMBER),
    Column("cap", "", "what the share is a limit for: supplier, origin (looked through to the work "
           "of the product's stage) or seat (of the owners of plants)"),
    Column("largest", "", "the supplier, origin or seat with the largest share today", ref="place"),
    Column("largest_share", "", "0 to 1, its share of what the consumer buys today", SHARE, NUMBER),
    Column("largest_planned", "", "0 to 1, its share of what the consumer would buy", SHARE,
           NUMBER),
    Column("largest_most", "", "0 to 1, of origins, the most that the share of any may then be, "
           "given all published data", SHARE, NUMBER),
    Column("shortfall", "", f"least capacity that is lacking, {AMOUNT}", type=NUMBER),
    Column("verdict_any_price", "",
           "verdict, if sellers of other price classes could add as well; empty where there are "
           "none"),
    Column("verdict_together", "", "verdict, if all consumers of the question do so at once"),
    *plain_columns("measure"),
    Column("missing_tonnes_share", "No weight", "0 to 1, share of the import value without a mass",
           type=NUMBER),
    *plain_columns("basis", "hs", "hs_revision", "reporter", "dataset", "source"),
)  # fmt: skip
SHOWN = (
    "consumer", "product", "supplier", "period", "verdict", "bought", "share", "planned",
    "planned_share", "planned_together", "planned_any_price", "change", "part_of_sales", "limit",
    "worth", "unit_value", "extra_cost",
)  # fmt: skip
AMOUNTS = (
    "bought", "planned", "planned_together", "planned_any_price", "change", "sold_elsewhere",
    "spare", "moved", "shortfall",
)  # fmt: skip
SERIES = (
    "product", "period", "basis", "hs", "hs_revision", "reporter", "dataset", "source",
)  # fmt: skip
OTHERS = {
    SUPPLIER: "others than {}", ORIGIN: "other origins than {}", SEAT: "owners seated outside {}",
}  # fmt: skip
"""Words of a proof for the need from all but some suppliers."""
GOALS = {
    CHANGE: "the least change; of these, those in which every supplier adds the same part of what "
    "it can, as far as the share allows",
    COST: "the least cost at unit values",
}
NOTABLE = 0.01
"""Part of what would be moved from which prices of another good are noted."""
NAMED = 3
"""Names in a sentence, and limits that the notes price."""


@checked(DIVERSIFICATION, (FIT,))
def diversify(
    catalog: Catalog,
    consumer: str,
    *,
    scope: str | None = None,
    max_share: float = 0.5,
    slack: float = 1.0,
    least: str = "change",
    partners: str | None = None,
    exclude: str | None = None,
    blocs: Sequence[str] = (),
    cap: str = "supplier",
    any_price: bool = False,
    resellers: bool = False,
    sure: bool = False,
    until: int | None = None,
    growth: float | None = None,
    date: str | None = None,
    period: str | None = None,
    by: str = "tonnes",
    dataset: str | None = None,
) -> Answer:
    """Compute purchases of a country in which no supplier is above a share.

    Returns
    -------
    Answer
        One row for each product and supplier, the largest change first; of several consumers, for
        each alone, beside what it would buy if all did so at once. Where others cannot spare
        enough, the purchases that come nearest, and notes with the sums that prove it.

    Raises
    ------
    UsageError
        Unknown name, a number out of range, or limits that contradict each other.
    GraphkitError
        No imports of a consumer are known in this scope.
    """
    catalog = catalog.using(dataset).complete()
    buyers = read_buyers(catalog, consumer)
    goods = catalog.materials.scope(scope)
    limits = read_limits(
        catalog, buyers, max_share, slack, least, by, partners, exclude, blocs, until, growth,
        cap, any_price, resellers, sure,
    )  # fmt: skip
    day = date or datetime.now(UTC).date().isoformat()
    trade = trade_of(catalog, goods, period)
    if trade.lacking:
        raise GraphkitError(in_sentence(trade.lacking.words))
    trade, baskets = _without_baskets(catalog, goods, trade)
    markets = [with_cap(catalog, one, cap) for one in markets_of(catalog, trade, buyers, by)]
    if not markets:
        names = " or ".join(buyer.name for buyer in buyers)
        unit = {"usd": "with a value", "tonnes": "with a mass"}[by]
        raise GraphkitError(f"no imports of {names} {unit} are known for {goods.meaning}")
    acts = restraints(catalog, day)
    facts = _Facts(catalog, goods, buyers, limits, trade, markets, acts)
    dated = (Time(period or "newest with data"), Day(day))
    _check_number(markets, limits)
    rows: list[dict[str, Any]] = []
    proofs: list[str] = []
    outside: list[str] = []
    for market in markets:
        alone = [outcome_of(market, [place], limits, acts) for place in range(len(market.buyers))]
        together = None
        if len(alone) > 1:
            together = outcome_of(market, range(len(alone)), limits, acts)
        for outcome in alone:
            wider = _at_any_price(outcome, limits, acts)
            rows += _rows(outcome, together, wider, limits, acts)
            outside += _outside(catalog, outcome, wider)
            outside += _resellers(catalog, outcome, limits, acts)
        for outcome in (*alone, *([together] if together else ())):
            proofs += _proof(catalog, outcome, limits)
    table = pa.Table.from_pylist(rows, schema_of(DIVERSIFICATION))
    values = {market.product: market.value for market in markets}
    table = in_order_of(
        table, lambda row: (VERDICTS.index(row["verdict"]), descending(values[row["product"]]))
    )
    sentences = [*proofs, *outside]
    in_caption = [f"{sentence} " for sentence in sentences] if len(markets) == 1 else []
    notes = [
        *map(Note, sentences[len(in_caption) :]), *baskets, *_far_prices(catalog, table),
        *_savings(catalog, table),
        *_of_limits(catalog, table, limits),
    ]  # fmt: skip
    most = f"{100 * limits.max_share:g} %"
    answer = _answer(facts, table, DIVERSIFICATION, notes, most)
    return replace(
        answer,
        scope=answer.scope.adding(*dated),
        caption="".join(in_caption) + answer.caption,
    )


@dataclass(frozen=True)
class Purchasing(Term):
    """The limits of the purchases that are planned."""

    ASSUMED = (
        "max_share", "slack", "cap", "until", "growth", "any_price", "resellers", "sure",
    )  # fmt: skip
    max_share: float
    slack: float
    least: str
    partners: tuple[str, ...] | None
    exclude: tuple[str, ...] | None
    blocs: tuple[str, ...] | None
    cap: str
    until: int | None
    growth: float | None
    any_price: bool | None
    resellers: bool | None
    sure: bool | None

    @classmethod
    def of(cls, limits: Limits) -> Purchasing:
        """State the limits of a question."""
        return cls(
            limits.max_share, limits.slack, limits.least,
            None if limits.partners is None else tuple(sorted(limits.partners)),
            tuple(sorted(limits.left_out)) or None, tuple(limits.blocs) or None, limits.cap,
            limits.until, limits.growth if limits.until else None,
            limits.any_price or None, limits.resellers or None, limits.sure or None,
        )  # fmt: skip


@dataclass(frozen=True)
class _Facts:
    """Subject of a question, and the trade and controls that its answer rests on."""

    catalog: Catalog
    goods: Scope
    buyers: Sequence[Buyer]
    limits: Limits
    trade: ImportsInScope
    markets: Sequence[Market]
    acts: Acts


def _without_baskets(
    catalog: Catalog, goods: Scope, trade: ImportsInScope
) -> tuple[ImportsInScope, list[Note]]:
    """Leave out products in which an element that was asked for is one among others.

    Raises
    ------
    GraphkitError
        All are such: purchases of a basket are no purchases of one element in it.
    """
    fits = catalog.materials.fits(goods, [series.goods for series in trade.series])
    baskets = sorted(product for product, fit in fits.items() if fit == BASKET)
    if not baskets:
        return trade, []
    names = {
        key: f"{catalog.materials.in_text(key)} (with {len(goods.mixed[key])} more elements)"
        for key in baskets
    }
    rest = [series for series in trade.series if series.product not in baskets]
    if not rest:
        raise GraphkitError(
            f"{goods.meaning} is traded among others alone, in {_listed([*names.values()])}: a "
            f"plan for these is none for it. Ask for them by name: --for {baskets[0]}"
        )
    notes = [
        Note(f"Left out, as goods of other elements too: {name}. Ask for them by name.", (key,))
        for key, name in names.items()
    ]
    return replace(trade, series=rest), notes


def _check_number(markets: Sequence[Market], limits: Limits) -> None:
    """Refuse a share that no number of suppliers of any product can add up from."""
    if limits.cap != SUPPLIER:
        return
    most = max(len(market.sellers) for market in markets)
    if most * limits.max_share < 1:
        raise UsageError(
            f"`max_share`: found {limits.max_share:g}, but {most} sellers of {limits.max_share:g} "
            f"each make {most * limits.max_share:g}; wanted at least {1 / most:.3g}"
        )


def _at_any_price(outcome: Outcome, limits: Limits, acts: Acts) -> Outcome | None:
    """Find the purchases with sellers of other price classes; None if none could add anything."""
    [place] = outcome.places
    others = outcome.market.others(place)
    wider = outcome_of(outcome.market, [place], replace(limits, any_price=True), acts)
    could = wider.purchases.may_add[0] & (wider.purchases.spare > 0)
    could &= ~wider.purchases.left_out
    return wider if not limits.any_price and (others & could).any() else None


def _outside(catalog: Catalog, outcome: Outcome, wider: Outcome | None) -> list[str]:
    """Name who is of another price class, and tell the purchases with them."""
    if wider is None or wider.result is None:
        return []
    market, [place] = outcome.market, outcome.places
    unit, buyer = UNIT[market.measure], market.buyers[place].name
    added = np.maximum(wider.result.amounts[0] - market.bought[place], 0.0)
    added[~market.others(place)] = 0.0
    if added.sum() < NOTABLE * wider.purchases.demand[0]:
        return []
    sellers = [seller for seller in np.argsort(-added, kind="stable")[:NAMED].tolist()
               if added[seller] > 0]  # fmt: skip
    names = [
        f"{catalog.place_in_text(market.sellers[seller])} ({market.prices[seller]:,.0f} USD/t)"
        for seller in sellers
    ]
    own = np.where(market.others(place) | np.isnan(market.prices), 0.0, market.bought[place])
    largest = int(np.argmax(own))
    main = f"{catalog.place_in_text(market.sellers[largest])} ({market.prices[largest]:,.0f} USD/t)"
    label = catalog.materials.label(market.product)
    more = short_text(fsum(added))
    return [
        f"{label}: {buyer} spends most at prices like those of {main}. Left out, as of another "
        f"price class: {_listed(names)}. With such sellers {_reach(wider)}, and they would deliver "
        f"{more} {unit} more: `any_price` lets them."
    ]


def _resellers(catalog: Catalog, outcome: Outcome, limits: Limits, acts: Acts) -> list[str]:
    """Name who is out because it may only pass on what it buys, and what they would change."""
    market, [place] = outcome.market, outcome.places
    sold = np.where(market.resold, market.elsewhere[place], 0.0)
    sold[np.isin(market.sellers, sorted(market.buyers[place].members | limits.left_out))] = 0.0
    sold[market.bought[place] >= limits.max_share * outcome.purchases.demand[0]] = 0.0
    if limits.resellers or sold.sum() < NOTABLE * outcome.purchases.demand[0]:
        return []
    order = [seller for seller in np.argsort(-sold, kind="stable").tolist() if sold[seller] > 0]
    keys = [market.sellers[seller] for seller in order]
    names = f"{_named(catalog, keys)} ({short_text(fsum(sold))} {UNIT[market.measure]} a period)"
    with_them = ""
    if outcome.verdict == IMPOSSIBLE:
        wider = outcome_of(market, [place], replace(limits, resellers=True), acts)
        with_them = f" With them {_reach(wider)}."
    return [
        f"{catalog.materials.label(market.product)}: left out, as no source names them as makers "
        f"and they buy at least a quarter of what they sell: {names}.{with_them} `resellers` lets "
        "them add."
    ]


def _reach(outcome: Outcome) -> str:
    """Tell what share can be reached."""
    if outcome.least_share is not None:
        return f"no supplier need be above {percent(float(outcome.least_share))}"
    return "the share could be kept" if outcome.result is not None else "too little is sold"


def _named(catalog: Catalog, keys: Sequence[str]) -> str:
    """Name the first few of some places, and count the others."""
    names = [catalog.place_in_text(key) for key in keys]
    if len(names) > NAMED:
        return f"{', '.join(names[:NAMED])} and {len(names) - NAMED} more"
    return _listed(names)


def _rows(
    alone: Outcome, together: Outcome | None, wider: Outcome | None, limits: Limits, acts: Acts
) -> list[dict[str, Any]]:
    """Describe what one consumer would buy of each seller, the largest change first."""
    market, [place] = alone.market, alone.places
    buyer, bought = market.buyers[place], alone.purchases.bought[0]
    needed, elsewhere = float(alone.purchases.demand[0]), market.elsewhere[place]
    planned = None if alone.result is None else alone.result.amounts[0]
    at_once = None
    if together is not None and together.result is not None:
        at_once = together.result.amounts[together.places.index(place)]
    at_any_price = None
    if wider is not None and wider.result is not None:
        at_any_price = wider.result.amounts[0]
    change = bought * 0.0 if planned is None else planned - bought
    added = np.where(change > TIGHT * needed, change, 0.0)
    moved, source = fsum(added), fsum(elsewhere[added > 0])
    shared = {
        **_largest(alone),
        **market.labels, "cap": limits.cap,
        "consumer": buyer.key, "stage": market.stage, "measure": market.measure,
        "verdict": alone.verdict, "max_share": limits.max_share, "moved": moved,
        "strain": moved / source if source else None,
        "least_share": alone.least_share,
        "shortfall": alone.proof.shortfall if alone.proof else None,
        "verdict_together": together.verdict if together else None,
        "verdict_any_price": wider.verdict if wider else None,
        "missing_tonnes_share": _known(market.unweighed[place]),
    }  # fmt: skip
    rows = []
    for seller in np.lexsort((-bought, -np.abs(change))).tolist():
        amounts = [bought, *(x for x in (planned, at_once, at_any_price) if x is not None)]
        if not any(amount[seller] > TIGHT * needed * 1e-3 for amount in amounts):
            continue
        limit, worth = _limit(alone, seller, limits, acts)
        price = _known(market.prices[seller]) if market.measure == "tonnes" else None
        sold = float(elsewhere[seller])
        moves = None if planned is None else float(change[seller])
        rows.append({
            **shared, "supplier": market.sellers[seller], "bought": float(bought[seller]),
            "share": float(bought[seller] / bought.sum()),
            "planned": None if planned is None else float(planned[seller]),
            "planned_share": None if planned is None else float(planned[seller] / needed),
            "planned_together": None if at_once is None else float(at_once[seller]),
            "planned_any_price": None if at_any_price is None else float(at_any_price[seller]),
            "change": moves,
            "part_of_sales": float(added[seller]) / sold if added[seller] and sold else None,
            "sold_elsewhere": sold, "spare": float(alone.purchases.spare[seller]),
            "limit": limit, "worth": worth, "unit_value": price,
            "far_price": bool(market.far[seller]) if price is not None else None,
            "extra_cost": None if price is None or moves is None else price * moves,
        })  # fmt: skip
    return rows


def _largest(outcome: Outcome) -> dict[str, Any]:
    """Name the capped supplier with the largest share today, and its share then."""
    caps, purchases = outcome.caps, outcome.purchases
    shares = caps.parts @ purchases.bought[0] / purchases.bought[0].sum()
    if not len(shares):
        return {}
    place = int(np.argmax(shares))
    planned = most = None
    if outcome.result is not None:
        amounts = outcome.result.amounts[0] / purchases.demand[0]
        planned = float(caps.parts[place] @ amounts)
        most = None if caps.most is None else float((caps.most @ amounts).max())
    return {"largest": caps.keys[place], "largest_share": float(shares[place]),
            "largest_planned": planned, "largest_most": most}  # fmt: skip


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _limit(
    outcome: Outcome, seller: int, limits: Limits, acts: Acts
) -> tuple[str | None, float | None]:
    """Name the limit that a seller is at, and what one more unit under it is worth."""
    market, purchases, result = outcome.market, outcome.purchases, outcome.result
    buyer, key = market.buyers[outcome.places[0]], market.sellers[seller]
    if purchases.left_out[seller]:
        return LEFT_OUT, None
    if result is None:
        return None, None
    amounts, needed = result.amounts[0], purchases.demand[0]
    share = limits.max_share if outcome.least_share is None else outcome.least_share
    slack = TIGHT * needed
    in_blocs = purchases.capped[:, seller] > 0
    at_share = (purchases.capped @ amounts >= share * needed - slack) & in_blocs
    is_priced = outcome.verdict == POSSIBLE
    added = amounts[seller] - purchases.bought[0, seller]
    gives_all = added > slack and added >= purchases.spare[seller] - slack
    if at_share.any() and amounts[seller] > 0 and (limits.cap == SUPPLIER or not gives_all):
        worth = fsum(result.worth_of_share[0][at_share])
        return SHARE_REACHED, worth if is_priced else None
    if market.acts_on(buyer, key, acts):
        return CONTROLLED, None
    if limits.partners is not None and key not in limits.partners:
        return NO_PARTNER, None
    if not limits.any_price and market.others(outcome.places[0])[seller]:
        return OTHER_CLASS, None
    if not limits.resellers and market.resold[seller]:
        return RESALE, None
    if gives_all:
        return ALL_SPARE, float(result.worth_of_spare[seller]) if is_priced else None
    return None, None


def _proof(catalog: Catalog, outcome: Outcome, limits: Limits) -> list[str]:
    """Write the sums that prove that purchases within the limits are impossible."""
    proof, market = outcome.proof, outcome.market
    if proof is None:
        return []
    unit = UNIT[market.measure]
    buyers = [
        market.buyers[place].name
        for place, weight in zip(outcome.places, proof.consumers, strict=True)
        if weight
    ]
    names = _capped_names(catalog, outcome.caps, proof)
    others = OTHERS[limits.cap].format(names) if names else "all sellers"
    at_share = f" (up to {100 * limits.max_share:g} % each)" if names else ""
    label = catalog.materials.label(market.product)
    together = " together" if len(outcome.places) > 1 else ""
    exact = np.isin(proof.suppliers, (0, 1)).all() and limits.cap == SUPPLIER
    weights = "" if exact else " Sums are weighted: a supplier counts in part."
    needed = f"{label}: {_listed(buyers)}{together} would need {proof.needed:,.0f} {unit} "
    lines = [
        f"{needed}from {others}{at_share}.",
        f"These deliver {proof.today:,.0f} {unit} today and can add at most {proof.spare:,.0f} "
        f"{unit}: {proof.shortfall:,.0f} {unit} are lacking.{weights}",
    ]
    if outcome.least_share is None:
        lines.append("What is needed cannot be bought at any share.")
    else:
        outside = f" outside {names}" if names else ""
        lines.append(
            f"The least share that can be reached is {percent(outcome.least_share)}; "
            f"{proof.shortfall:,.0f} {unit} of further capacity{outside} would do."
        )
    return [" ".join(lines)]


def _capped_names(catalog: Catalog, caps: Caps, proof: Certificate) -> str:
    """Name the suppliers that the proof has at their share."""
    capped = np.flatnonzero(proof.suppliers.max(axis=0)).tolist()
    return _named(catalog, [caps.keys[place] for place in capped])


def _listed(names: Sequence[str]) -> str:
    """Join names as a sentence does."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def _of_limits(catalog: Catalog, table: pa.Table, limits: Limits) -> list[Note]:
    """Say under cost what one more tonne under the most valuable limits would save."""
    if limits.least != COST:
        return []
    rows = [row for row in table.to_pylist() if row["worth"]]
    rows.sort(key=lambda row: (-row["worth"], row["product"], row["supplier"]))
    notes = []
    for row in rows[:NAMED]:
        place = catalog.place_in_text(row["supplier"])
        more = "allowed from" if row["limit"] == SHARE_REACHED else "that could be spared by"
        label = catalog.materials.in_text(row["product"])
        notes.append(
            Note(
                f"One more tonne of {label} {more} {place} would save {row['worth']:,.0f} USD.",
                (row["product"],),
            )
        )
    return notes


def _far_prices(catalog: Catalog, table: pa.Table) -> list[Note]:
    """Note how much of what would be moved is sold at prices of another good."""
    added: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    moved: dict[str, float] = defaultdict(float)
    for row in table.to_pylist():
        more = max(row["change"] or 0.0, 0.0)
        moved[row["product"]] += more
        if row["far_price"] and more:
            added[row["product"]][row["supplier"]] += more
    notes = []
    for product, amounts in added.items():
        part = fsum(amounts.values()) / moved[product]
        if part >= NOTABLE:
            keys = sorted(amounts, key=lambda key: -amounts[key])[:NAMED]
            notes.append(
                Note(
                    f"{catalog.materials.label(product)}: {percent(part)} of what would be moved "
                    "comes at prices of another good, from "
                    f"{', '.join(map(catalog.place_in_text, keys))}: `exclude={','.join(keys)}` "
                    "leaves it out.",
                    (product,),
                )
            )
    return notes


def _savings(catalog: Catalog, table: pa.Table) -> list[Note]:
    """Say of plans that seem to save money why that cannot be the whole price."""
    costs: dict[tuple[str, str], list[float]] = defaultdict(list)
    for row in table.to_pylist():
        if row["extra_cost"] is not None:
            costs[row["consumer"], row["product"]].append(row["extra_cost"])
    notes = []
    for (consumer, product), amounts in costs.items():
        if (cost := fsum(amounts)) < 0 and fsum(map(abs, amounts)) > 0:
            notes.append(
                Note(
                    f"{catalog.materials.label(product)}: at unit values of today the purchases of "
                    f"{catalog.place_in_text(consumer)} would cost {short_text(-cost)} USD less. "
                    "That cannot be the whole price: a buyer takes the cheaper of equal goods "
                    "already, so that these differ in quality or contract, and who has to win "
                    "sales of others pays more than they do.",
                    (product,),
                )
            )
    return notes


def _assumptions(limits: Limits) -> list[Note]:
    """Say what the answer takes for granted."""
    notes = [
        Note(
            f"What a supplier can add is {100 * limits.slack:g} % of what it sells to others in "
            "the period, as `slack` says, and no more than it makes, less what is bought of it "
            "already, where its output is published on the basis of trade; whom it would no "
            "longer sell to is not followed."
        ),
    ]
    if limits.measure == "tonnes":
        notes.append(
            Note(
                "A unit value is of all that a supplier sells abroad: qualities differ, and prices "
                "would not stay if so much moved."
            )
        )
    if limits.sure:
        notes.append(
            Note(
                "Each origin counts with the most that its part of each seller's goods can be, "
                "given all published data: a plan keeps the share whoever the unknown origins "
                "are. That is enough, and more than is needed: less may do."
            )
        )
    if limits.until is not None:
        notes.append(
            Note(
                f"Needs grow by {100 * limits.growth:g} % a year up to {limits.until}; what can be "
                "spared does not."
            )
        )
    return notes


def _of_caps(catalog: Catalog, table: pa.Table, limits: Limits) -> list[Note]:
    """Say what the share is a limit for, where that is not the last seller."""
    if limits.cap == SUPPLIER:
        return [FACE_VALUE]
    if limits.cap == SEAT:
        return [
            Note(
                "Seats are of the owners of each seller's plants, in proportion to capacity; what "
                "may be of a seat counts as its own, and what a seller only passes on is not "
                "followed."
            )
        ]
    notes = [
        Note(
            "Origins are as traced, by who did the work of the product's stage, in the mix that "
            "each seller sells today; the consumer's own work has no limit. A mix holds for small "
            "changes."
        ),
    ]
    most = {(row["consumer"], row["product"]): row["largest_most"] for row in table.to_pylist()}
    for (consumer, product), share in most.items():
        if share is not None and share > limits.max_share + TIGHT:
            notes.append(
                Note(
                    f"{catalog.materials.label(product)}, {catalog.place_in_text(consumer)}: given "
                    f"all published data one origin may still have up to {percent(share)} of what "
                    "would be bought.",
                    (product,),
                )
            )
    return notes


def _control_notes(
    catalog: Catalog, markets: Sequence[Market], acts: Acts
) -> tuple[list[Note], pa.Table]:
    """Note whose controls hold back more, with their sources."""
    names: dict[str, set[str]] = defaultdict(set)
    sources = set()
    for market in markets:
        for seller in market.sellers:
            for buyer in market.buyers:
                for act in market.acts_on(buyer, seller, acts):
                    names[act["announcement"] or act["key"]].add(market.product)
                    sources.add(act["source"])
    notes = [
        Note(
            f"{act} holds back exports: its country adds no "
            f"{catalog.materials.in_text(*sorted(products))}."
        )
        for act, products in sorted(names.items())
    ]
    return notes, pa.table({"source": pa.array(sorted(sources), pa.string())})


def _answer(
    facts: _Facts,
    table: pa.Table,
    columns: Sequence[Column],
    notes: Sequence[Note],
    most: str,
) -> Answer:
    """Describe the rows, with the data that they rest on; ``most`` is the share in words."""
    catalog, goods, buyers, limits = facts.catalog, facts.goods, facts.buyers, facts.limits
    trade, markets = facts.trade, facts.markets
    behind = [table for market in markets for table in (*market.caps.tables, *market.makers.tables)]
    products = sorted({market.product for market in markets})
    in_scope = pc.is_in(trade.flows["product"], pa.array(products, pa.string()))
    counted = ImportsInScope(
        trade.flows.filter(in_scope), [market.series for market in markets], trade.shares,
        periods=trade.periods,
    )  # fmt: skip
    control_notes, control_sources = _control_notes(catalog, markets, facts.acts)
    names = [buyer.name for buyer in buyers]
    unit, measure = UNIT[limits.measure], IMPORTS_BY[limits.measure]
    keys = [buyer.key for buyer in buyers]
    return Answer(
        f"How could {_listed(names)} buy {goods.meaning} with no {limits.cap} above "
        f"{most}?",
        terms(
            Places(Role.CONSUMER, one_or_all(keys)), goods.material, Code(goods.code),
            Products(tuple(products)), Measure(measure), Purchasing.of(limits),
        ),
        table,
        [replace(c, unit=unit) if c.name in AMOUNTS else c for c in columns],
        coverage_of(counted, goods),
        catalog.sources(table, control_sources, goods.elsewhere, *behind),
        elsewhere=goods.elsewhere,
        notes=(
            *notes, *goods.notes, *trade.notes,
            *(Note(f"{group_as_one(b.name, len(b.members))}.") for b in buyers if b.place.is_group),
            *_assumptions(limits), *control_notes, *_of_caps(catalog, table, limits),
            *product_notes(catalog.materials, products),
        ),
        caption=f"Amounts in {unit}, {measure}. Of all purchases within the limits these have "
        f"{GOALS[limits.least]}; where none are, they have the least share of the largest.",
        shown=without_empty(table, SHOWN, "planned") if columns is DIVERSIFICATION else (),
        grouped_by=("product",) if len(products) > 1 else (),
    )  # fmt: skip
