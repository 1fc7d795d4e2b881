"""Effect of export controls: purchases of the months after each beside those expected."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any

import pyarrow as pa

from graphkit.analysis.control_effects import (
    AFTER,
    BEFORE,
    Effect,
    control_effect,
    placebo_widening,
    went_round,
)
from graphkit.answers.absence import Absence
from graphkit.answers.answer import Answer, without_empty
from graphkit.answers.columns import COUNT, NUMBER, TEXTS, Column, plain_columns, schema_of
from graphkit.answers.coverage import Coverage, lines
from graphkit.answers.terms import Measure, Places, Role, terms
from graphkit.catalog.catalog import Catalog
from graphkit.period import Period, written
from graphkit.questions.question import checked
from graphkit.questions.shared.weights_in_doubt import without_doubts

FINDING = Column("finding", "Finding", "less or more than the range, within it, or not judged",
                 rank=0)  # fmt: skip
EFFECTS = (
    Column("country", "Country"),
    Column("announcement", "Act"),
    Column("since", "Since"),
    Column("product", "Product", rank=0),
    Column("consumer", "Buyer", rank=0),
    FINDING,
    Column("why", "Why not", "why the pair is not judged"),
    Column("period", "Months", f"the first {AFTER} whole months under the act"),
    Column("bought", "Bought", "t in these months", "t", NUMBER,
           rank=0),
    Column("expected", "Expected", f"t in as many months, by the mean of the {BEFORE} before it",
           "t", NUMBER, rank=0),
    Column("expected_low", "at least", "t, the lower end of what was expected, such that placebo "
           "acts find something one time in ten", "t", NUMBER, rank=0),
    Column("expected_high", "at most", "t, its upper end", "t", NUMBER, rank=0),
    Column("error", "", "half of the range over what was expected, from before the act alone",
           type=NUMBER),
    Column("difference_low", "", "t, bought without the upper end", "t", NUMBER),
    Column("difference_high", "", "t, bought without the lower end", "t", NUMBER),
    Column("lag", "Lag", "months until the sum since the act fell below its range", type=COUNT),
    Column("back", "Back", "months until three in a row were in their range again; none: not in "
           "the months known", type=COUNT),
    Column("others_bought", "", f"t from all other sellers in the {AFTER} months", "t", NUMBER),
    Column("others_expected", "", "t from them, by the months before", "t", NUMBER),
    Column("round_high", "Round at most", "t that came through other sellers at most: the lesser "
           "of the shortfall and of the rise of their sales to the buyer, both at their most; what "
           "they bought of the country that restricts is not known by month", "t", NUMBER),
    Column("published", "Published", "keys of the changes that others published after the act, of "
           "what this buyer bought, or all together: against the month before it or the same "
           "months a year before", type=TEXTS),
    Column("published_low", "Published from", "the least of them", "ratio", NUMBER, rank=0),
    Column("published_high", "Published to", "the largest of them", "ratio", NUMBER, rank=0),
    Column("nearer", "Nearer", "forecast that came nearer to what was bought, or to the changes "
           "that others published: all lost, as a scenario of a stop has it, or nothing changes; "
           "both, where published changes differ"),
    *plain_columns("dataset", "key", "source"),
)  # fmt: skip
ALL_LOST, UNCHANGED, BOTH = "all lost", "nothing changes", "both"
NOT_JUDGED = "not judged"
Case = tuple[str, str, str | None]
"""Act, product and buyer; none: all buyers together."""
Months = dict[int, float | None]
Placebo = tuple[str, str, int]
"""Buyer, seller and first month of an act that was never made."""


@dataclass(frozen=True)
class Market:
    """The purchases of one product by a buyer by month, from each seller."""

    dataset: str
    source: str
    sellers: Mapping[str, Months]

    def bought(self, sellers: list[str]) -> Months:
        """Add up the months of some sellers; a month of an unknown mass is unknown."""
        months: Months = {}
        for month in next(iter(self.sellers.values())):
            amounts = [self.sellers[seller][month] for seller in sellers]
            known = [amount for amount in amounts if amount is not None]
            months[month] = fsum(known) if len(known) == len(amounts) else None
        return months


@checked(EFFECTS)
def control_effects(
    catalog: Catalog, country: str | None = None, *, scope: str | None = None
) -> Answer:
    """Set the purchases after each export control beside what was expected without it.

    Returns
    -------
    Answer
        One row for each act, product that it covers and buyer with trade by month, or of whose
        purchases, or those of all together, a change was published; also those that are not judged,
        with the reason. Those judged come first, the largest change first. Where none of this is
        known, one row for each act and product.

    Raises
    ------
    UsageError
        Unknown name; the message suggests the nearest.
    """
    place = None if country is None else catalog.place(country)
    goods = catalog.materials.scope(scope)
    markets = _markets(without_doubts(catalog))
    monthly = {buyer for buyer, _ in markets}
    acts = [
        act for act in catalog.rows("controls").to_pylist()
        if place is None or act["country"] == place.key
    ]  # fmt: skip
    placebos = _placebos(catalog.rows("controls").to_pylist(), markets)
    every = [effect for effects in placebos.values() for effect in effects.values()]
    widening = placebo_widening(every)
    published = _published(catalog, acts)
    rows = [
        _row(act, product, buyer, markets.get((buyer or "", product)), widening)
        | _changes(published.get((act["key"], product, buyer), ()))
        for act in acts
        for product in act["products"] or ()
        if scope is None or product in goods.products
        for buyer in _buyers(monthly, published, act["key"], product)
    ]
    rows.sort(key=_order)
    for row in rows:
        row["nearer"] = _nearer(row)
    nearer = Counter(row["nearer"] for row in rows)
    table = pa.Table.from_pylist(rows, schema_of(EFFECTS))
    plain = Counter(effect.finding for effect in every)
    apart = _found_apart(placebos, markets)
    subject = f" on {goods.meaning}" if scope is not None else ""
    return Answer(
        f"How hard did export controls{subject} bite?",
        terms(
            Places(Role.COUNTRY, place.key if place else None), goods.material,
            Measure(f"mass (tonnes) of {AFTER} months after each act"),
        ),
        table,
        EFFECTS,
        Coverage(lines({
            "pairs": len(rows),
            "judged": sum(row["finding"] != NOT_JUDGED for row in rows),
            "all_lost_is_nearer": nearer[ALL_LOST],
            "nothing_changes_is_nearer": nearer[UNCHANGED],
            "published_changes_differ": nearer[BOTH],
            "placebo_acts": plain.total(),
            "placebo_acts_outside": plain["less"] + plain["more"],
            "widening": round(widening, 2),
            "placebo_acts_judged": apart.total(),
            "placebo_acts_outside_widened": apart["less"] + apart["more"],
        })),
        catalog.sources(table),
        notes=goods.notes,
        nothing=Absence("No control is known that matches."),
        caption=f"Expected: the mean of the {BEFORE} months before the act. Its range is widened "
        f"{widening:.2f} times, so that placebo acts, of goods and sellers under no act, find "
        f"something one time in ten at most: {plain['less'] + plain['more']} of {plain.total()} "
        f"did before; widened by those of other products, {apart['less'] + apart['more']} of "
        f"{apart.total()}. Goods bought ahead of an act, prices and seasons are read as its "
        "effect.",
        shown=without_empty(table, [c.name for c in EFFECTS if c.header], "country", "since"),
    )  # fmt: skip


def _order(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Sort the judged first, of these the largest change, then by act, product and buyer."""
    is_open = row["finding"] == NOT_JUDGED
    change = 0.0 if is_open else abs(row["bought"] / row["expected"] - 1)
    order = (row["since"], row["key"], row["product"], row["consumer"] or "")
    return is_open, -change, row["published"] is None, *order


def _published(
    catalog: Catalog, acts: list[dict[str, Any]]
) -> dict[Case, list[dict[str, Any]]]:  # fmt: skip
    """Find the changes that others published of what was bought after each act."""
    products = {act["key"]: act["products"] or () for act in acts}
    published: dict[Case, list[dict[str, Any]]] = defaultdict(list)
    for claim in catalog.claims.to_pylist():
        if claim["kind"] != "change" or claim["control"] not in products:
            continue
        goods = catalog.materials.scope(claim["product"] or claim["element"]).products
        for product in products[claim["control"]]:
            if product in goods:
                published[claim["control"], product, claim["consumer"]].append(claim)
    return published


def _buyers(
    monthly: set[str], published: Mapping[Case, object], act: str, product: str
) -> list[str | None]:  # fmt: skip
    """List those with trade by month, then those of whom a change of the goods was published."""
    buyers = monthly | {buyer for key, good, buyer in published if (key, good) == (act, product)}
    return sorted(buyers, key=lambda buyer: buyer or "") or [None]


def _changes(claims: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    values = [claim["value"] for claim in claims]
    return {
        "published": sorted(claim["key"] for claim in claims) or None,
        "published_low": min(values, default=None),
        "published_high": max(values, default=None),
    }


def _nearer(row: Mapping[str, Any]) -> str | None:
    """Say which is nearer to the months under an act, or to what was published: all, or nothing.

    Half of what was bought before is as far from one as from the other, and counts as unchanged.
    """
    if row["finding"] != NOT_JUDGED:
        return ALL_LOST if row["bought"] < row["expected"] / 2 else UNCHANGED
    if row["published"] is None:
        return None
    if row["published_high"] < -0.5:
        return ALL_LOST
    return UNCHANGED if row["published_low"] >= -0.5 else BOTH


def _markets(catalog: Catalog) -> dict[tuple[str, str], Market]:
    """Read the imports by month that a country reported itself, by buyer and product.

    A seller without a row in a month of a product sold none, as the data sets say.
    """
    covered = [row for row in catalog.covered.to_pylist() if Period(row["period"]).months == 1]
    products: dict[str, set[str]] = defaultdict(set)
    periods: dict[str, set[str]] = defaultdict(set)
    for row in covered:
        extent = catalog.extents.get(row["dataset"])
        if extent and extent.reporter == "importer":
            products[row["dataset"]].add(row["product"])
            periods[row["dataset"]].add(row["period"])
    markets: dict[tuple[str, str], Market] = {}
    for dataset in sorted(products):
        flows = catalog.using(dataset).flows(
            "trade", products=sorted(products[dataset]), periods=sorted(periods[dataset])
        )
        sales: dict[tuple[str, str], dict[str, Months]] = defaultdict(lambda: defaultdict(dict))
        for flow in flows.to_pylist():
            months = sales[flow["consumer"], flow["product"]][flow["supplier"]]
            month = Period(flow["period"]).start
            previous = months.get(month, 0.0)
            unknown = flow["tonnes"] is None or previous is None
            months[month] = None if unknown else previous + flow["tonnes"]
        for key, sellers in sales.items():
            if key not in markets and len(sellers) > 1:
                every = sorted({month for months in sellers.values() for month in months})
                filled = {
                    seller: {month: months.get(month, 0.0) for month in every}
                    for seller, months in sellers.items()
                }
                markets[key] = Market(dataset, flows["source"][0].as_py(), filled)
    return markets


def _first_month(day: str) -> int:
    """Return the first whole month from a day on."""
    return Period(day[:7]).start + (day[8:] not in ("", "01"))


def _stopped(act: Mapping[str, Any], first: int) -> str | None:
    """Say whether an act was suspended or ended before the last of its first months."""
    for name, what in (("suspended_from", "suspended from"), ("until", "in force until")):
        if act[name] is not None and Period(act[name][:7]).start < first + AFTER:
            return f"{what} {act[name]}"
    return None


def _row(
    act: Mapping[str, Any],
    product: str,
    buyer: str | None,
    market: Market | None,
    widening: float,
) -> dict[str, Any]:  # fmt: skip
    """Judge one act, product and buyer, or say why not."""
    row = {**act, "product": product, "consumer": buyer, "finding": NOT_JUDGED}
    if buyer is not None and act["target"] not in (None, buyer):
        return row | {"why": f"aimed at {act['target']} alone"}
    if market is None:
        return row | {"why": "no months of this product by seller"}
    row |= {"dataset": market.dataset, "source": f"{act['source']}+{market.source}"}
    if act["country"] not in market.sellers:
        return row | {"why": "the buyer bought none of it from the country in any month"}
    first = _first_month(act["since"])
    if stopped := _stopped(act, first):
        return row | {"why": stopped}
    effect = control_effect(market.sellers[act["country"]], first, widening)
    if isinstance(effect, str):
        return row | {"why": effect}
    others = control_effect(
        market.bought([seller for seller in market.sellers if seller != act["country"]]),
        first,
        widening,
    )
    row |= {
        "period": written(first, AFTER),
        "finding": effect.finding, "bought": effect.bought, "expected": effect.expected,
        "expected_low": effect.low, "expected_high": effect.high, "error": effect.error,
        "difference_low": effect.bought - effect.high,
        "difference_high": effect.bought - effect.low, "lag": effect.lag, "back": effect.back,
    }  # fmt: skip
    if isinstance(others, Effect):
        row |= {
            "others_bought": others.bought, "others_expected": others.expected,
            "round_high": went_round(effect, others),
        }  # fmt: skip
    return row


def _placebos(
    acts: list[dict[str, Any]], markets: Mapping[tuple[str, str], Market]
) -> dict[str, dict[Placebo, Effect]]:
    """Judge, by product, the acts that were never made.

    One for each six months of a product and seller of which no act stood before the last of them.
    """
    firsts: dict[tuple[str, str], int] = {}
    for act in acts:
        for product in act["products"] or ():
            key, first = (act["country"], product), _first_month(act["since"])
            firsts[key] = min(first, firsts.get(key, first))
    placebos: dict[str, dict[Placebo, Effect]] = defaultdict(dict)
    for (buyer, product), market in markets.items():
        for seller, months in market.sellers.items():
            act_month = firsts.get((seller, product))
            for first in range(min(months) + BEFORE, max(months) + 1, AFTER):
                effect = control_effect(months, first)
                is_free = act_month is None or first + AFTER <= act_month
                if is_free and isinstance(effect, Effect):
                    placebos[product][buyer, seller, first] = effect
    return placebos


def _found_apart(
    placebos: Mapping[str, Mapping[Placebo, Effect]], markets: Mapping[tuple[str, str], Market]
) -> Counter[str]:
    """Count the findings of placebo acts, widened by those of the other products alone."""
    findings: Counter[str] = Counter()
    for product, cases in placebos.items():
        others = [
            effect
            for other, effects in placebos.items()
            if other != product
            for effect in effects.values()
        ]
        widening = placebo_widening(others)
        for buyer, seller, first in cases:
            effect = control_effect(markets[buyer, product].sellers[seller], first, widening)
            if isinstance(effect, Effect):
                findings[effect.finding] += 1
    return findings
