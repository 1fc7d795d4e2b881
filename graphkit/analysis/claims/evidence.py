"""Evidence for checking claims: indexed facts, and the measures that a claim counts by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pyarrow as pa

from graphkit.analysis.balances import balance_reliance
from graphkit.analysis.concentration import production_concentration
from graphkit.analysis.production import NAMELESS, production_shares
from graphkit.analysis.trade_change import MEASURES, known_sum
from graphkit.period import cover, time_of

Series = tuple[str, str, str]
"""Data set, reporter and source of flows; figures of two series are never added up."""
Flow = tuple[str, str, float | None, float | None]
"""Supplier, consumer, USD and tonnes."""


@dataclass(frozen=True)
class Sales:
    """Sales of some countries to some others, in both measures."""

    usd: float | None
    tonnes: float | None
    lacking: Mapping[str, float]
    """Share of the trade that does not give a measure, counted in the other one."""

    def amount(self, measure: str) -> float | None:
        """Return the sum of the flows that give the measure."""
        return self.usd if measure == "usd" else self.tonnes


@dataclass(frozen=True, eq=False)
class Loaded:
    """The facts that claims are checked against, as queries return them.

    Parameters
    ----------
    flows : pyarrow.Table
        ``consumer``, ``supplier``, ``product``, ``hs``, ``hs_revision``, ``period``,
        ``reporter``, ``dataset``, ``source``, ``basis``, ``valuation``, ``usd``, ``tonnes``.
    production : pyarrow.Table
        As for :func:`~graphkit.analysis.concentration.production_concentration`.
    products : pyarrow.Table
        ``key``, ``stage``.
    contents : pyarrow.Table
        ``product``, ``element``: the elements in each product.
    members : pyarrow.Table
        ``parent``, ``member``: countries of areas, elements of groups.
    areas : pyarrow.Table
        ``key``, ``type`` (``world``, ``group``, ``rest``, ``unspecified``).
    codes : pyarrow.Table
        ``product``, ``hs``, ``hs_revision``, ``fit`` (``exact``, ``dominant``, ``proxy``) and
        ``note`` of each code it travels under.
    origins : pyarrow.Table, optional
        Imports looked through: ``consumer``, ``origin``, ``product``, ``traced_to`` (a stage),
        ``period``, ``measure`` (``usd``, ``tonnes``), ``low``, ``high`` (0 to 1).
    all_trade : pyarrow.Table, optional
        ``product``, ``period`` of all trade in the database, where ``flows`` is only a part of it.
    balances : pyarrow.Table, optional
        As for :func:`~graphkit.analysis.balances.balance_reliance`.
    later : mapping, optional
        Claims of the newest edition of their source, by key of the older claim that they revise.
    """

    flows: pa.Table
    production: pa.Table
    products: pa.Table
    contents: pa.Table
    members: pa.Table
    areas: pa.Table
    codes: pa.Table
    origins: pa.Table | None = None
    all_trade: pa.Table | None = None
    balances: pa.Table | None = None
    later: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @cached_property
    def balanced(self) -> dict[tuple[str, str, str], dict[str, Any]]:
        """Net import reliance of national balances, by country, product or element, and period."""
        if self.balances is None:
            return {}
        rows = balance_reliance(self.balances).to_pylist()
        return {(row["country"], row["balance"], row["period"]): row for row in rows}

    def balance_of(self, claim: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the balance that a claim of net import reliance is about."""
        material = claim["product"] or claim["element"]
        return self.balanced.get((claim["consumer"], material, claim["period"]))

    @cached_property
    def by_series(self) -> dict[Series, dict[str, dict[str, list[int]]]]:
        """Rows of the flows by series, product and period."""
        keys = ["dataset", "reporter", "source", "product", "period"]
        numbered = self.flows.select(keys).append_column("row", pa.array(range(len(self.flows))))
        by_series: dict[Series, dict[str, dict[str, list[int]]]] = {}
        for group in numbered.group_by(keys).aggregate([("row", "list")]).to_pylist():
            series = (group["dataset"], group["reporter"], group["source"])
            by_product = by_series.setdefault(series, {})
            by_product.setdefault(group["product"], {})[group["period"]] = group["row_list"]
        return dict(sorted(by_series.items()))

    @cached_property
    def _by_consumer(self) -> dict[tuple[Series, str, str], dict[str, list[Flow]]]:
        return {}

    def by_consumer(self, series: Series, product: str, period: str) -> dict[str, list[Flow]]:
        """Read the flows of a product in one period by consumer."""
        key = series, product, period
        if key not in self._by_consumer:
            rows = self.flows.select(["supplier", "consumer", *MEASURES])
            rows = rows.take(pa.array(self.by_series[series][product][period]))
            by_consumer = self._by_consumer.setdefault(key, {})
            for flow in zip(*(column.to_pylist() for column in rows.columns), strict=True):
                by_consumer.setdefault(flow[1], []).append(flow)
        return self._by_consumer[key]

    @cached_property
    def groups(self) -> dict[str, set[str]]:
        """Members of each group."""
        members: dict[str, set[str]] = defaultdict(set)
        for row in self.members.to_pylist():
            members[row["parent"]].add(row["member"])
        return dict(members)

    @cached_property
    def elements(self) -> dict[str, set[str]]:
        """Elements in each product."""
        elements: dict[str, set[str]] = defaultdict(set)
        for row in self.contents.to_pylist():
            elements[row["product"]].add(row["element"])
        return dict(elements)

    @cached_property
    def stages(self) -> dict[str, str]:
        """Stage of each product."""
        return {row["key"]: row["stage"] for row in self.products.to_pylist()}

    @cached_property
    def area_types(self) -> dict[str, str]:
        """Type of each area."""
        return {row["key"]: row["type"] for row in self.areas.to_pylist()}

    @cached_property
    def shares(self) -> dict[tuple[str, str], list[dict[str, Any]]]:
        """Shares of production by country and period."""
        shares: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        for row in production_shares(self.production).to_pylist():
            shares[row["country"], row["period"]].append(row)
        return dict(shares)

    @cached_property
    def first_three(self) -> dict[tuple[str, str], list[dict[str, Any]]]:
        """Concentration of production by product and period."""
        rows: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        for row in production_concentration(self.production).to_pylist():
            rows[row["product"], row["period"]].append(row)
        return dict(rows)

    @cached_property
    def production_figures(self) -> dict[tuple[str, str, str], list[dict[str, Any]]]:
        """Production figures by country, product and period."""
        figures: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
        for row in self.production.to_pylist():
            figures[row["country"], row["product"], row["period"]].append(row)
        return dict(figures)

    @cached_property
    def production_bases(self) -> dict[str, set[str]]:
        """Bases of the production figures of each product, such as ``Ni-content``."""
        bases: dict[str, set[str]] = defaultdict(set)
        for row in self.production.select(["product", "basis"]).to_pylist():
            bases[row["product"]].add(row["basis"])
        return dict(bases)

    @cached_property
    def bases(self) -> dict[str, set[str]]:
        """Mass bases of the flows of each product."""
        bases: dict[str, set[str]] = defaultdict(set)
        pairs = self.flows.select(["product", "basis"]).group_by(["product", "basis"])
        for row in pairs.aggregate([]).to_pylist():
            bases[row["product"]].add(row["basis"] or "not stated")
        return dict(bases)

    @cached_property
    def valuations(self) -> dict[str, set[str]]:
        """Valuations of the flows of each data set."""
        valuations: dict[str, set[str]] = defaultdict(set)
        pairs = self.flows.select(["dataset", "valuation"]).group_by(["dataset", "valuation"])
        for row in pairs.aggregate([]).to_pylist():
            valuations[row["dataset"]].add(row["valuation"])
        return dict(valuations)

    def places(self, code: str | None) -> frozenset[str] | None:
        """Return the countries that a code stands for; None means all."""
        if code is None or self.area_types.get(code) == "world":
            return None
        return frozenset(self.groups.get(code, ())) or frozenset([code])

    @cached_property
    def periods(self) -> dict[str, list[str]]:
        """Periods with trade of each product, the newest last."""
        traded = self.flows if self.all_trade is None else self.all_trade
        periods: dict[str, set[str]] = defaultdict(set)
        for row in traded.group_by(["product", "period"]).aggregate([]).to_pylist():
            periods[row["product"]].add(row["period"])
        return {product: sorted(texts, key=time_of) for product, texts in sorted(periods.items())}

    @cached_property
    def fits(self) -> dict[str, set[str]]:
        """Fit of the HS codes of each product."""
        fits: dict[str, set[str]] = defaultdict(set)
        for row in self.codes.to_pylist():
            fits[row["product"]].add(row["fit"])
        return dict(fits)

    @cached_property
    def _codes(self) -> dict[str, list[dict[str, Any]]]:
        """Codes of each product."""
        codes: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in self.codes.to_pylist():
            codes[row["product"]].append(row)
        return dict(codes)

    @cached_property
    def _traded_codes(self) -> dict[tuple[str, str], set[tuple[str, str]]]:
        """HS codes with their revisions that the flows of a data set and a product have."""
        names = ["dataset", "product", "hs", "hs_revision"]
        codes: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
        for row in self.flows.select(names).group_by(names).aggregate([]).to_pylist():
            codes[row["dataset"], row["product"]].add((row["hs"], row["hs_revision"]))
        return dict(codes)

    def wider_code(
        self, product: str, series: Series | None, fits: Sequence[str] = ("dominant", "proxy")
    ) -> str | None:
        """Describe a code that holds more than a product: of its flows in a series, or of all."""
        codes = self._codes.get(product, [])
        if series is not None:
            traded = {hs for hs, _ in self._traded_codes.get((series[0], product), ())}
            codes = [code for code in codes if code["hs"] in traded]
        elif any(code["fit"] == "exact" for code in codes):
            return None
        wide = [code for code in codes if code["fit"] in fits]
        if not wide:
            return None
        note = f" ({wide[0]['note'].rstrip('.')})" if wide[0]["note"] else ""
        return f"HS {wide[0]['hs']} has other goods than {product}{note}"

    def absent_codes(self, product: str, series: Series) -> list[str]:
        """List the codes of a product without a flow in a data set that has its other codes.

        A heading is there if a code under it is.
        """
        traded = self._traded_codes.get((series[0], product), set())
        traded_codes = {hs for hs, _ in traded}
        revisions = {revision for _, revision in traded}
        return sorted(
            code["hs"]
            for code in self._codes.get(product, [])
            if code["hs_revision"] in revisions
            and code["fit"] in ("exact", "dominant")
            and not any(hs.startswith(code["hs"]) for hs in traded_codes if hs)
        )

    def pieces(
        self, series: Series, products: Sequence[str], period: str
    ) -> tuple[dict[str, tuple[str, ...]], list[str]]:
        """Find the periods with data that add up to one, by product, and the gaps."""
        pieces, missing = {}, []
        for product in products:
            available = self.by_series[series].get(product, {})
            pieces[product], gaps = cover(period, available)
            missing += [f"{product} in {gap}" for gap in gaps]
        return pieces, missing

    def traded(
        self,
        series: Series,
        pieces: Mapping[str, Sequence[str]],
        suppliers: frozenset[str] | None,
        consumers: frozenset[str] | None,
    ) -> Sales:
        """Add up sales of suppliers to consumers (None: all), without trade inside a group."""
        amounts = [
            flow[2:]
            for flow in self._flows(series, pieces, consumers)
            if (suppliers is None or flow[0] in suppliers)
            and not (consumers and flow[0] in consumers)
            and not (suppliers and flow[1] in suppliers)
        ]
        # A series without a flow means nothing was sold; a flow without a figure does not.
        usd = known_sum([usd for usd, _ in amounts]) if amounts else 0.0
        tonnes = known_sum([tonnes for _, tonnes in amounts]) if amounts else 0.0
        tonnes_without_usd = known_sum([tonnes for usd, tonnes in amounts if usd is None])
        usd_without_tonnes = known_sum([usd for usd, tonnes in amounts if tonnes is None])
        lacking = {
            "usd": (tonnes_without_usd or 0.0) / tonnes if tonnes else 0.0,
            "tonnes": (usd_without_tonnes or 0.0) / usd if usd else 0.0,
        }
        return Sales(usd, tonnes, lacking)

    def partners(
        self, series: Series, pieces: Mapping[str, Sequence[str]], owner: str, *, sells: bool
    ) -> dict[str, Sales]:
        """Add up the trade of one country with each partner."""
        flows = self._flows(series, pieces, None if sells else frozenset([owner]))
        partners = {flow[1] if sells else flow[0] for flow in flows if owner in flow[:2]}
        sales = {}
        for partner in sorted(partners - {owner}):
            if self.area_types.get(partner) in NAMELESS:
                continue
            ends = (owner, partner) if sells else (partner, owner)
            seller, buyer = (frozenset([country]) for country in ends)
            sales[partner] = self.traded(series, pieces, seller, buyer)
        return sales

    def _flows(
        self,
        series: Series,
        pieces: Mapping[str, Sequence[str]],
        consumers: frozenset[str] | None,
    ) -> Iterator[Flow]:
        for product, periods in pieces.items():
            for period in periods:
                by_consumer = self.by_consumer(series, product, period)
                for consumer in sorted(by_consumer if consumers is None else consumers):
                    yield from by_consumer.get(consumer, ())


INCOMPLETE = 0.05
"""Share of the trade without a figure from which a reading cannot contradict a claim."""

Claim = Mapping[str, Any]


@dataclass(frozen=True)
class Reading:
    """One figure that a claim can be checked against.

    ``low`` and ``high`` differ by the rounding of the published figures behind it; with
    ``bounded`` they are bounds between which the figure is unknown. A reading that is not
    ``whole`` covers a part of the claim's subject: it can explain a claim, not bear it out.
    """

    label: str
    low: float
    high: float
    bounded: bool = False
    whole: bool = True
    measure: str | None = None
    """Value (``usd``) or weight (``tonnes``), of a reading of trade."""
    products: tuple[str, ...] = ()
    series: Series | None = None
    """The flows it was read from; None if it was not."""
    largest: tuple[tuple[str, float], ...] = ()
    """Of "other countries", the largest two with their shares."""
    published_in: str | None = None
    """Source of a figure that is not of one series of trade."""

    @property
    def source(self) -> str | None:
        """Key of the source of the figure; None if it has no single one."""
        return self.series[2] if self.series else self.published_in

    @property
    def value(self) -> float:
        """Midpoint of the bounds."""
        return (self.low + self.high) / 2


@dataclass
class Readings:
    """All readings of a claim, and the data missing for one, or for a better one."""

    figures: list[Reading] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    lowering: list[str] = field(default_factory=list)
    """Missing figures that can only lower the readings: a claim above all is contradicted still."""
    names_products: bool = False
    """True if the claim names the products it is about, so that it can be contradicted."""
    all_must_agree: bool = False
    """True if all readings must agree to bear the claim out: it does not say which it means."""
    other_stages: tuple[str, ...] = ()
    """Stages without a figure that a claim which names none may mean: it is not contradicted."""
    decisive: bool = True
    """False if the claim lacks its scope: the readings come from another, for comparison only."""


def half_unit(figure: float) -> float:
    """Return half a unit of the last digit of a rounded figure, at most of its second digit.

    Examples
    --------
    >>> half_unit(270_000), half_unit(839), half_unit(1_000_000), half_unit(0.475)
    (5000.0, 0.5, 50000.0, 0.0005)
    """
    if not figure:
        return 0.0
    digits = f"{abs(figure):.9e}".split("e")
    significant = max(2, len(digits[0].replace(".", "").rstrip("0")))
    return float(f"5e{int(digits[1]) - significant}")
