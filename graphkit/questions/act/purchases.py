"""Purchases of some consumers in one market, and what its sellers can spare."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from graphkit.analysis.diversification import COST, Flags, Purchases
from graphkit.analysis.price_classes import Classes, other_classes, price_classes
from graphkit.analysis.unit_values import far_unit_values
from graphkit.answers.coverage import Series
from graphkit.arrow import Floats
from graphkit.catalog.catalog import Catalog
from graphkit.errors import UsageError
from graphkit.names import Entity
from graphkit.period import Period
from graphkit.questions.act.caps import ORIGIN, SUPPLIER, Caps
from graphkit.questions.act.makers import Makers, makers_of
from graphkit.questions.shared.blocs import bloc
from graphkit.questions.shared.trade import TRADE_SERIES, ImportsInScope

AMOUNT = "in the unit of the row"
"""Unit of amounts in columns, by weight or by value as the row says."""
PASSED_ON = 0.25
"""Imports over exports from which a country that no source names as a maker may only resell."""
Acts: TypeAlias = Mapping[tuple[str, str], Sequence[Mapping[str, Any]]]
"""Export controls in force, by country and product."""


@dataclass(frozen=True)
class Limits:
    """The limits of a question, in keys of countries."""

    max_share: float
    slack: float
    least: str
    partners: frozenset[str] | None
    """Countries that may deliver more; None for all."""
    left_out: frozenset[str]
    blocs: Mapping[str, Sequence[str]]
    growth: float
    until: int | None
    cap: str
    """Subject of the limit, as :mod:`graphkit.questions.act.caps` names it."""
    measure: str
    """Amounts that the limits are of, ``usd`` or ``tonnes``."""
    any_price: bool = False
    """True if sellers of another price class may deliver more too."""
    resellers: bool = False
    """True if sellers that may only pass on what they buy may deliver more too."""
    sure: bool = False
    """True if each origin counts with the most that its part of a seller's goods can be."""

    def needed(self, bought: Floats, period: str) -> Floats:
        """Compute what is needed in the year of the question.

        Raises
        ------
        UsageError
            That year is not after the period of the trade.
        """
        if self.until is None:
            return bought
        years = self.until - Period(period).year
        if years < 1:
            raise UsageError(f"`until`: found {self.until}, wanted a year after {period}")
        return bought * (1 + self.growth) ** years


@dataclass(frozen=True)
class Buyer:
    """A country, or a group counted as one."""

    place: Entity
    members: frozenset[str]

    @property
    def name(self) -> str:
        """Its name in a sentence."""
        return self.place.in_text

    @property
    def key(self) -> str:
        """Its key."""
        return self.place.key


def read_buyers(catalog: Catalog, text: str) -> list[Buyer]:
    """Read the consumers, none of which may be part of another."""
    buyers: list[Buyer] = []
    for place in map(catalog.place, catalog.places_in(text)):
        members = frozenset(catalog.members(place) if place.is_group else [place.key])
        for other in buyers:
            if both := sorted(members & other.members):
                both_named = catalog.place_in_text(both[0])
                raise UsageError(
                    f"`consumer`: {place.in_text} and {other.name} both count {both_named}"
                )
        buyers.append(Buyer(place, members))
    return buyers


def read_limits(
    catalog: Catalog, buyers: Sequence[Buyer], max_share: float, slack: float, least: str, by: str,
    partners: str | None, exclude: str | None, blocs: Sequence[str], until: int | None,
    growth: float | None, cap: str, any_price: bool, resellers: bool, sure: bool,
) -> Limits:  # fmt: skip
    """Read the limits of the question, and refuse those that contradict each other."""
    if least == COST and by == "usd":
        raise UsageError("`least=cost` compares values of a tonne: leave out `by`")
    if (until is None) != (growth is None):
        raise UsageError("`growth` is by year up to `until`: give both, or none")
    if sure and cap != ORIGIN:
        raise UsageError("`sure` takes the upper end of each origin: give `cap=origin` too")
    countries = {
        name: None if text is None else _countries(catalog, name, text, buyers)
        for name, text in (("partners", partners), ("exclude", exclude))
    }
    allowed, left_out = countries["partners"], countries["exclude"] or frozenset()
    if allowed is not None and (both := sorted(allowed & left_out)):
        names = ", ".join(map(catalog.place_in_text, both))
        raise UsageError(f"`partners` and `exclude` both name {names}")
    groups = dict(bloc(catalog, text) for text in blocs or ())
    return Limits(
        max_share, slack, least, allowed, left_out, groups, growth or 0.0, until, cap, by,
        any_price, resellers, sure,
    )  # fmt: skip


def _countries(catalog: Catalog, option: str, text: str, buyers: Sequence[Buyer]) -> frozenset[str]:
    """Read the countries of an option, none of which may be a consumer."""
    keys = frozenset(key for name in catalog.places_in(text) for key in bloc(catalog, name)[1])
    for buyer in buyers:
        if len(buyers) == 1 and keys <= buyer.members:
            raise UsageError(f"`{option}`: {catalog.place(text).in_text} is the consumer itself")
    return keys


@dataclass(frozen=True)
class Market:
    """Sales of one product to some consumers and to others, in one series of trade."""

    series: Series
    stage: str
    buyers: Sequence[Buyer]
    """Those that buy some of it."""
    sellers: Sequence[str]
    bought: Floats
    """Consumers by sellers."""
    elsewhere: Floats
    """Sales to all but each consumer, consumers by sellers."""
    beyond: Floats
    """Sales to all but these consumers, by sellers."""
    prices: Floats
    """USD per tonne of all sales, by sellers; NaN where unknown."""
    far: Flags
    """True for a unit value that is far from that of the product, by sellers."""
    classes: Classes
    """Price class of each seller, as :mod:`graphkit.analysis.price_classes` has them."""
    resold: Flags
    """Sellers that no source names as makers and that buy much of what they sell."""
    output: Floats
    """The most that each seller makes, as amounts are; infinite where unknown, by sellers."""
    makers: Makers
    """Facts that tell who makes the product."""
    value: float
    """USD of what the consumers buy."""
    unweighed: Floats
    """Part of the value of each consumer's imports that has no mass; NaN where unknown."""
    measure: str
    caps: Caps
    """Suppliers that a share is a limit for; those that are sellers, unless asked otherwise."""

    @property
    def product(self) -> str:
        """Key of the product."""
        return self.series.product

    @property
    def labels(self) -> dict[str, str]:
        """The series, as columns of rows."""
        series = self.series
        return {
            "product": series.product, "period": series.period, "basis": series.basis,
            "hs": series.hs, "hs_revision": series.hs_revision, "reporter": series.reporter,
            "dataset": series.dataset, "source": series.source,
        }  # fmt: skip

    def capped(self, places: Sequence[int], limits: Limits) -> Caps:
        """Find the suppliers that the share is a limit for, of some consumers.

        Their own work has none.
        """
        own = set().union(*(self.buyers[place].members for place in places))
        caps = self.caps if limits.cap == SUPPLIER else self.caps.without(own)
        caps = caps.with_blocs(limits.blocs)
        return replace(caps, parts=caps.most) if limits.sure and caps.most is not None else caps

    def purchases(self, places: Sequence[int], limits: Limits, acts: Acts) -> Purchases:
        """Set up the purchases of some consumers at once, out of the same spare amounts."""
        sellers = np.array(self.sellers)
        bought = self.bought[places]
        sold = self.elsewhere[places[0]] if len(places) == 1 else self.beyond
        may_add = np.array([
            [self._may_add(self.buyers[place], seller, limits, acts) for seller in self.sellers]
            for place in places
        ])  # fmt: skip
        if not limits.any_price:
            may_add &= ~np.array([self.others(place) for place in places])
        if not limits.resellers:
            may_add &= ~self.resold
        unsold = np.maximum(self.output - bought.sum(axis=0), 0.0)
        known = self.prices[~np.isnan(self.prices)]
        prices = np.nan_to_num(self.prices, nan=known.mean() if len(known) else 0.0)
        return Purchases(
            bought, limits.needed(bought.sum(axis=1), self.series.period),
            np.minimum(limits.slack * sold, unsold), prices,
            self.capped(places, limits).parts, may_add,
            np.isin(sellers, list(limits.left_out)),
        )  # fmt: skip

    def others(self, place: int) -> Flags:
        """Find the sellers of another price class than the one on which a consumer spends most."""
        spent = self.bought[place] * (self.prices if self.measure == "tonnes" else 1.0)
        return other_classes(self.classes, np.nan_to_num(spent))

    def _may_add(self, buyer: Buyer, seller: str, limits: Limits, acts: Acts) -> bool:
        is_partner = limits.partners is None or seller in limits.partners
        return is_partner and seller not in buyer.members and not self.acts_on(buyer, seller, acts)

    def acts_on(self, buyer: Buyer, seller: str, acts: Acts) -> list[Mapping[str, Any]]:
        """Select the controls of a seller that hold back what it sells to a consumer."""
        controls = acts.get((seller, self.product), ())
        return [act for act in controls if act["target"] in (None, *buyer.members)]


def markets_of(
    catalog: Catalog, trade: ImportsInScope, buyers: Sequence[Buyer], by: str
) -> list[Market]:
    """Add up the trade of each product by seller, for the consumers and for others."""
    flows_of: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    columns = [*TRADE_SERIES, "supplier", "consumer", "usd", "tonnes"]
    flows, _ = catalog.countries_only(trade.flows)
    for flow in flows.select(columns).to_pylist():
        flows_of[tuple(flow[name] for name in TRADE_SERIES)].append(flow)
    makers = makers_of(catalog, trade)
    markets = []
    for series in trade.series:
        key = (series.product, series.period, series.reporter, series.dataset, series.source)
        market = _market(catalog, series, flows_of[key], buyers, by, makers[series.product])
        if market is not None:
            markets.append(market)
    return markets


def _market(
    catalog: Catalog, series: Series, flows: Sequence[Mapping[str, Any]],
    buyers: Sequence[Buyer], by: str, makers: Makers,
) -> Market | None:  # fmt: skip
    """Add up one series of trade; None if no consumer buys any with an amount."""
    sellers = sorted({flow["supplier"] for flow in flows if flow[by]})
    place_of = {seller: place for place, seller in enumerate(sellers)}
    number = len(sellers)
    bought, elsewhere = np.zeros((2, len(buyers), number))
    beyond, usd, tonnes, sold, received = np.zeros((5, number))
    value, unweighed = np.zeros((2, len(buyers)))
    for flow in flows:
        seller, importer = flow["supplier"], flow["consumer"]
        is_own = [importer in buyer.members for buyer in buyers]
        for place, buyer in enumerate(buyers):
            if is_own[place] and seller not in buyer.members:
                value[place] += flow["usd"] or 0.0
                unweighed[place] += (flow["usd"] or 0.0) if flow["tonnes"] is None else 0.0
        if not flow[by]:
            continue
        column = place_of[seller]
        sold[column] += flow[by]
        if importer in place_of:
            received[place_of[importer]] += flow[by]
        if flow["usd"] and flow["tonnes"]:
            usd[column] += flow["usd"]
            tonnes[column] += flow["tonnes"]
        beyond[column] += 0.0 if any(is_own) else flow[by]
        for place, buyer in enumerate(buyers):
            if seller not in buyer.members:
                (bought if is_own[place] else elsewhere)[place, column] += flow[by]
    buys = bought.sum(axis=1) > 0
    if not buys.any():
        return None
    with np.errstate(invalid="ignore", divide="ignore"):
        prices, missing = usd / tonnes, unweighed / value
    stage = catalog.materials.products[series.product]["stage"]
    is_maker = np.isin(sellers, sorted(makers.countries))
    output = np.array([makers.most.get(seller, np.inf) for seller in sellers])
    if by == "usd":
        output = np.where(np.isinf(output) | np.isnan(prices), np.inf, output * prices)
    return Market(
        series, stage, [b for b, some in zip(buyers, buys, strict=True) if some], sellers,
        bought[buys], elsewhere[buys], beyond, prices, _far(usd, tonnes),
        price_classes(usd, tonnes),
        ~is_maker & (received > PASSED_ON * sold), output, makers,
        float(value[buys].sum()), missing[buys], by, Caps(sellers, np.eye(number)),
    )  # fmt: skip


def _far(usd: Floats, tonnes: Floats) -> Flags:
    """Find the sellers whose goods are priced far from those of all sellers."""
    one = pa.array(["all"] * len(usd), pa.string())
    sales = pa.table({"product": one, "period": one, "usd": usd, "tonnes": tonnes})
    return np.asarray(far_unit_values(sales)["far"].to_numpy(), bool)
