"""Supply networks for a question: production, blocs and coverage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property, partial
from math import fsum, inf
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.balances import production_at_most
from graphkit.analysis.production import published_interval
from graphkit.analysis.supply.build import supply_network, with_sellers
from graphkit.analysis.supply.look_through import look_through
from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.analysis.supply.nodes import shortened
from graphkit.analysis.supply.production import SHARE_ROUNDING
from graphkit.analysis.supply.removal import short_of_input, unnamed_sellers
from graphkit.answers.columns import NUMBER, Column
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.scopes import Scope
from graphkit.catalog.tables import COUNTRIES
from graphkit.errors import GraphkitError
from graphkit.names import Entity
from graphkit.period import newest
from graphkit.questions.periods import (
    PeriodChoice,
    choose_trade_periods,
    gaps,
    in_chosen_periods,
    periods_by_product,
    read_flows,
)
from graphkit.questions.production import Figures, figures_in, revision_notes
from graphkit.questions.published import claim_steps, claimed_shares, named_makers, using_their_own
from graphkit.questions.trade import (
    border_of,
    data_set_notes,
    in_sentence,
    no_trade,
    series_of,
    there_are,
)

LARGE = 0.01
"""Part of a buyer's imports from which an unknown input is noted."""
OF_THE_WORLD = ("world", "rest")
"""Types of the rows that make a table of production cover the world, not some countries alone."""
ENDS = ("input", "output")
RANGE = (
    Column("low", "at least", "0 to 1, the least that share can be, given all published data",
           type=NUMBER),
    Column("high", "at most", "0 to 1, the most that share can be", type=NUMBER),
)  # fmt: skip
"""Columns of the range of a share."""
PRODUCTION = pa.schema([
    *(pa.field(n, pa.string()) for n in ("country", "product")),
    *(pa.field(n, pa.float64()) for n in ("tonnes", "share")),
    pa.field("observed", pa.bool_()), pa.field("basis", pa.string()),
    pa.field("source", pa.string()), pa.field("claim", pa.string()),
    pa.field("most", pa.float64()), pa.field("loose", pa.bool_()),
    pa.field("makes", pa.bool_()), pa.field("own", pa.bool_()),
])  # fmt: skip


def production_of(
    catalog: Catalog, figures: Figures, chain: Sequence[str], period: str
) -> tuple[pa.Table, dict[str, float], list[str]]:
    """Choose one figure for each country and product: an amount, or else a claimed share.

    Returns
    -------
    production : pyarrow.Table
        The columns of ``PRODUCTION``.
    unnamed : dict
        Tonnes that other countries make at most, by product.
    notes : list of str
    """
    in_text, place_in_text = catalog.materials.in_text, catalog.place_in_text
    notes = revision_notes(catalog, figures.published)
    rows = figures.rows.to_pylist()
    published = {s["key"]: s["published"] or "" for s in catalog.nodes("Source").to_pylist()}
    production: dict[tuple[str, str], dict[str, Any]] = {}

    def edition(row: Mapping[str, Any]) -> tuple[str, str]:
        return max(published.get(key, "") for key in row["source"].split("+")), row["source"]

    rows.sort(key=edition, reverse=True)
    for row in rows:
        if row["type"] not in COUNTRIES:
            continue
        pair = (row["country"], row["product"])
        if pair in production:
            notes.append(f"Production of {in_text(row['product'])} in "
                         f"{place_in_text(row['country'])} is taken from "
                         f"{production[pair]['source']}; {row['source']} has a figure "
                         "too.")  # fmt: skip
            continue
        production[pair] = {name: row.get(name) for name in PRODUCTION.names[:7]}
        production[pair]["makes"] = row["qualifier"] == "withheld"
    for claim in claimed_shares(catalog, chain, period):
        pair = (claim["country"], claim["product"])
        if pair not in production:
            production[pair] = claim
        elif production[pair].get("claim"):
            notes.append(f"The share of {place_in_text(claim['country'])} in the production of "
                         f"{in_text(claim['product'])} is taken from claim "
                         f"{production[pair]['claim']}; "
                         f"{claim['claim']} gives {100 * claim['share']:g} %.")  # fmt: skip
    notes += [*_spread(catalog, production.values()), *_bounded(catalog, production, period)]
    notes += claim_steps(catalog, chain, period, production)
    for claim in named_makers(catalog, chain, period):
        row = production.setdefault((claim["country"], claim["product"]), claim)
        row["makes"] = row.get("loose") or row.get("tonnes") is row.get("share") is None
    for claim in using_their_own(catalog, chain, period):
        pair = (claim["supplier"], claim["product"])
        if pair in production:
            production[pair]["own"] = True
            notes.append(
                f"{catalog.place_at_start(pair[0])} uses {in_text(pair[1])} of its own alone, by "
                f"claim {claim['key']}."
            )
    ordered = [production[pair] for pair in sorted(production)]
    return pa.Table.from_pylist(ordered, PRODUCTION), _unnamed(rows), notes


def _bounded(
    catalog: Catalog, production: Mapping[tuple[str, str], dict[str, Any]], period: str
) -> list[str]:
    """Bound withheld figures by the net import reliance that the country publishes."""
    withheld = {
        pair: row
        for pair, row in production.items()
        if row.get("tonnes") is row.get("share") is None
    }
    owners = {country for country, _ in withheld}
    reliance = {
        (c["consumer"], c["product"] or c["element"], period): c["low"]
        for c in catalog.claims.to_pylist()
        if c["kind"] == "net-import-reliance" and c["period"] == period and c["consumer"] in owners
        and c["qualifier"] == "more-than"
    }  # fmt: skip
    if not reliance:
        return []
    bounds = production_at_most(catalog.rows("balances", countries=sorted(owners)), reliance)
    notes = []
    for (country, product), row in sorted(withheld.items()):
        elements = catalog.materials.main.get(product, set())
        for balance in {product, *elements} if len(elements) == 1 else {product}:
            bound = bounds.get((country, balance, period, row["basis"]))
            if bound is not None:
                row["most"] = bound
                notes.append(
                    f"Production of {catalog.materials.in_text(product)} in "
                    f"{catalog.place_in_text(country)} is withheld; its published net import "
                    f"reliance leaves at most {bound:,.0f} t."
                )
    return notes


def _unnamed(figures: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Return what countries make at most that no table of production names, by product.

    It is the row of other countries, or what the named leave of the world total, of tables that
    have one of them; of several tables the most.
    """
    tables: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for row in figures:
        tables.setdefault((row["product"], row["source"], row["basis"] or ""), []).append(row)
    unnamed: dict[str, float] = {}
    for (product, *_), rows in tables.items():
        intervals = [(row["type"], *(published_interval(row) or (0.0, inf))) for row in rows]
        parts = [high for kind, _, high in intervals if kind == "rest"]
        named = fsum(low for kind, low, _ in intervals if kind in COUNTRIES)
        for total in (high for kind, _, high in intervals if kind == "world"):
            part = total - named - fsum(parts)
            parts.append(part if part >= SHARE_ROUNDING * total else 0.0)
        if parts:
            unnamed[product] = max(unnamed.get(product, 0.0), fsum(parts))
    return unnamed


def _spread(catalog: Catalog, production: Iterable[Mapping[str, Any]]) -> list[str]:
    """Note the claims on an element at a stage that stand for several products."""
    products_of_claim: dict[str, list[str]] = {}
    for row in production:
        if row.get("loose") and "years" not in row:
            products_of_claim.setdefault(row["claim"], []).append(row["product"])
    return [
        f"Claim {claim} is on all of these together, an estimate for each and no bound: "
        f"{catalog.materials.in_text(*sorted(products))}."
        for claim, products in sorted(products_of_claim.items())
    ]


def figures_by_source(production: pa.Table) -> list[dict[str, Any]]:
    """Count the figures of each product by source and basis."""
    without_figure = pc.and_(pc.is_valid(production["claim"]), pc.is_null(production["share"]))
    groups = (
        production.filter(pc.invert(without_figure))
        .group_by(["product", "source", "basis"])
        .aggregate([([], "count_all")])
    )
    rows = groups.rename_columns(["product", "source", "basis", "figures"]).to_pylist()
    return sorted(rows, key=lambda r: (r["product"], r["source"], r["basis"] or ""))


def bloc(catalog: Catalog, text: str) -> tuple[str, list[str]]:
    """Parse a bloc into its name and countries: ``EU27``, ``CHN+HKG``, ``china``.

    Raises
    ------
    UsageError
        A part of it is neither a country nor a group of countries.
    """
    place = catalog.place(text)
    return place.key, catalog.members(place) if place.is_group else [place.key]


def members_with_data(
    catalog: Catalog, network: SupplyNetwork, blocs: Mapping[str, Iterable[str]]
) -> tuple[dict[str, list[str]], list[str]]:
    """Select the members of each bloc with trade or production, and note the others.

    Raises
    ------
    GraphkitError
        No member of a bloc has any.
    """
    members, notes = {}, []
    for name, countries in blocs.items():
        members[name] = [country for country in countries if country in network.countries]
        if not members[name]:
            raise GraphkitError(
                f"{catalog.place_at_start(name)}: neither trade nor production of "
                f"{catalog.materials.in_text(*network.products)} is known"
            )
        lacking = [country for country in countries if country not in members[name]]
        if lacking:
            places = ", ".join(map(catalog.place_in_text, lacking))
            notes.append(
                f"{catalog.place_at_start(name)}: nothing is known of {places} in this chain."
            )
    return members, notes


@dataclass(frozen=True, eq=False)
class Supply:
    """Facts of one chain in one period, and their supply network."""

    asked: tuple[str, ...]
    """The products asked about, in order of the chain."""
    period: str
    measure: str
    flows: pa.Table
    made: pa.Table
    """Production, one figure for each country and product."""
    amounts: pa.Table
    """Production as the network takes it, with the members of a group merged."""
    unnamed: Mapping[str, float]
    """Tonnes that countries make at most which ``made`` does not name, by product."""
    conversions: pa.Table
    routes: pa.Table
    """The conversions without those from products that others with data hold."""
    products: pa.Table
    notes: tuple[str, ...]
    gaps: Mapping[str, Any]
    """Years without data that the sums leave out, as entries of the coverage."""

    @cached_property
    def network(self) -> SupplyNetwork:
        """The network with unpublished production estimated as a country's exports."""
        return self._network("exports")

    @cached_property
    def least(self) -> SupplyNetwork:
        """The network with unpublished production estimated as a country's net exports."""
        return self._network("net-exports")

    @cached_property
    def makers(self) -> frozenset[str]:
        """The countries that a source names as makers of a product of the chain."""
        return frozenset(row["country"] for row in self.made.to_pylist() if _makes_some(row))

    def _network(self, unpublished: str) -> SupplyNetwork:
        return supply_network(
            self.flows, self.amounts.drop_columns(["source", "claim"]), self.routes,
            self.products, measure=self.measure, unpublished=unpublished, unnamed=self.unnamed,
        )  # fmt: skip

    def traced(
        self, consumers: Sequence[str] | None, *, stages: Sequence[str] | None = None,
        without: tuple[str, Sequence[str]] | None = None, minimum: float = 0.0,
        by_seller: bool = False,
    ) -> pa.Table:  # fmt: skip
        """Look through the imports of the products asked about, each to the stages of its chain.

        The network of several products has stages that the chain of one of them lacks.
        """
        rows = look_through(
            self.network, consumers=consumers, products=self.asked, stages=stages,
            without=without, minimum=minimum, by_seller=by_seller,
        )  # fmt: skip
        stage_of = dict(zip(self.network.products, self.network.stages, strict=True))
        steps = list(zip(*(self.conversions[name].to_pylist() for name in ENDS), strict=True))
        own_stages = set()
        for product in self.asked:
            for key in _behind(product, steps):
                if key in stage_of:
                    own_stages.add(f"{product} {stage_of[key]}")
        pairs = pc.binary_join_element_wise(rows["product"], rows["stage"], " ")
        return rows.filter(pc.is_in(pairs, value_set=pa.array(sorted(own_stages), pa.string())))

    def gap_notes(self, catalog: Catalog, buyer: str | None) -> list[str]:
        """Name the countries behind what the buyer, or everybody, buys of which much is unknown.

        Their inputs cannot feed it, or they sell it and no source names them as makers.
        """
        consumers = None if buyer is None else [buyer]
        buyers = self.network.select(consumers, self.asked, "imports")
        if not len(buyers):
            return []
        in_text = catalog.materials.in_text
        short = [
            f"{catalog.place_at_start(row['country'])}: the inputs known there can feed at most "
            f"{100 * row['covered']:.1f} % of its {in_text(row['product'])}. The input of the rest "
            f"is unknown, for {100 * row['part']:.1f} % of these imports."
            for row in short_of_input(self.network, buyers).to_pylist() if row["part"] >= LARGE
        ]  # fmt: skip
        unnamed = [
            f"{catalog.place_at_start(row['country'])}: no source names it as a maker of "
            f"{in_text(row['product'])}. What it sells "
            f"beyond its imports may be from anywhere, for {100 * row['part']:.1f} % of these "
            "imports."
            for row in unnamed_sellers(self.network, buyers).to_pylist() if row["part"] >= LARGE
        ]  # fmt: skip
        notes = []
        for texts in (short, unnamed):
            notes += texts[:3]
            if len(texts) > 3:
                notes.append(f"The same holds for {len(texts) - 3} more.")
        return notes

    @property
    def in_words(self) -> str:
        """The measure of its flows."""
        if self.measure == "tonnes":
            return "by mass (tonnes)"
        return f"by value (USD, {border_of(self.flows)})"

    @cached_property
    def coverage(self) -> Mapping[str, Any]:
        """The data behind the network: products, series of trade, production figures."""
        return {
            "network": self.network.coverage().to_pylist(),
            "series": series_of(self.flows),
            "production": [
                {name: value for name, value in row.items() if value is not None}
                for row in figures_by_source(self.made)
            ],
            **self.gaps,
        }


def supply_of(
    catalog: Catalog,
    scope: Scope,
    period: str | None,
    *,
    measure: str = "usd",
    merged: Entity | None = None,
    uses: bool = True,
) -> Supply:
    """Build the supply network of the products in scope, their inputs and their uses.

    What a country makes out of a product shows how much of it the country must have, so that the
    products made from it belong to the chain; leave them out without ``uses``. A chain follows
    the elements of the scope, or those that a product is bought for. Claimed shares of world
    production stand in for missing figures. The members of a ``merged`` group become one place,
    without trade among them.

    Raises
    ------
    UsageError
        The period is invalid.
    GraphkitError
        No trade is in scope; the message lists what is known.
    """
    key = (
        scope.text, scope.products, sorted(scope.elements), scope.code, period, measure,
        uses, merged and merged.key,
    )  # fmt: skip
    read = partial(_read_supply, catalog, scope, period, measure, uses, merged)
    return catalog.derived(f"supply {key!r}", read)


def _read_supply(
    catalog: Catalog, scope: Scope, period: str | None, measure: str, uses: bool,
    merged: Entity | None,
) -> Supply:  # fmt: skip
    available = periods_by_product(catalog.traded)
    traded = [
        key for key in catalog.materials.products if key in scope.products and key in available
    ]
    if scope.code is not None:
        raise GraphkitError(
            f"{scope.text!r}: a supply chain covers whole products, not one HS code; "
            f"ask for {catalog.materials.in_text(*traded) or 'a product'}"
        )
    if not traded:
        text = no_trade(catalog, scope, "trade flows", sorted(available))
        raise GraphkitError(in_sentence(text))
    known_periods = set().union(*(available[key] for key in traded))
    period = period or newest(known_periods)
    choices = choose_trade_periods(catalog, None, period)
    products = [key for key in traded if key in choices]
    if not products:
        raise GraphkitError(
            f"no trade flows are known for {scope.meaning} in {period}; {there_are(known_periods)}"
        )
    chain, conversions = _chain(catalog, scope, products, uses=uses)
    choices = {key: choices.get(key, PeriodChoice(period, ())) for key in chain}
    flows = read_flows(catalog, "trade", choices)
    flows, trade_notes = catalog.countries_only(flows)
    trade_notes += data_set_notes(catalog, flows)
    flows = in_chosen_periods(flows, choices)
    figures = figures_in(catalog, choices)
    production, unnamed, production_notes = production_of(catalog, figures, chain, period)
    amounts = production
    if merged is not None:
        flows, amounts = _as_one(catalog, merged, flows, production, unnamed)
        production_notes.append(
            f"{merged.key} is taken as one country: what any member sells has the mix of "
            "all. The ranges hold for such a country, and may be off for the members' own "
            "trade."
        )
    of_the_world = figures.rows.filter(pc.is_in(figures.rows["type"], pa.array(OF_THE_WORLD)))
    amounts = with_sellers(amounts, flows, set(chain) - set(of_the_world["product"].to_pylist()))
    with_data = {*flows["product"].to_pylist(), *production["product"].to_pylist()}
    routes = _without_parts(catalog, conversions, with_data)
    lacking = [key for key in traded if key not in products]
    if lacking:
        in_text = catalog.materials.in_text
        trade_notes.insert(0, f"No trade in {period} of {in_text(*lacking)}.")
    notes = (*trade_notes, *production_notes, *_by_products(catalog, conversions))
    return Supply(
        tuple(products), period, measure, flows, production, amounts, unnamed,
        conversions, routes, _products(catalog), notes,
        {**gaps("trade_data", choices), **figures.gaps()},
    )  # fmt: skip


def _chain(
    catalog: Catalog, scope: Scope, products: Sequence[str], *, uses: bool
) -> tuple[list[str], pa.Table]:
    """Collect products with all that they are made of, and the conversions between them.

    A product is made of what holds an element in scope that it is bought for, whatever else was
    asked for: nickel is not an input of magnets beside nickel ore, and a cathode's nickel is not
    one of the uses of lithium.
    """
    main, contents = catalog.materials.main, catalog.materials.contents
    rows = catalog.rows("conversions").select([*ENDS, "input_per_output", "kind"])
    steps = list(zip(*(rows[name].to_pylist() for name in ENDS), strict=True))
    elements = scope.elements or {
        element for product in products for element in main.get(product, set())
    }

    def bought_for(product: str) -> Set[str]:
        own = main.get(product, set())
        return own & elements or scope.elements or own

    chain = list(products)
    if uses:
        # An ore gives a by-product too; what merely has the element in it is not a use of it.
        with_uses: set[str] = set()
        for product in products:
            with_uses.update(_uses(product, steps, main, bought_for(product)))
        chain = sorted(with_uses)
    used_steps: set[tuple[str, str]] = set()
    for product in chain:
        inputs = [
            source
            for source, output in steps
            if output == product and contents.get(source, set()) & bought_for(product)
        ]
        used_steps.update((source, product) for source in inputs)
        chain += dict.fromkeys(source for source in inputs if source not in chain)
    mask = [step in used_steps for step in steps]
    return sorted(chain), rows.filter(pa.array(mask, pa.bool_()))


def _behind(product: str, steps: Sequence[tuple[str, str]]) -> list[str]:
    """Collect a product and all that it is made of."""
    chain = [product]
    for key in chain:
        chain += [source for source, output in steps if output == key and source not in chain]
    return chain


def _uses(
    product: str, steps: Sequence[tuple[str, str]], main: Mapping[str, Set[str]], elements: Set[str]
) -> list[str]:
    """Collect a product and what is made of it, in one step or several, and bought for the same."""
    chain = [product]
    for key in chain:
        outputs = [output for source, output in steps if source == key]
        chain += [
            output
            for output in outputs
            if output not in chain and main.get(output, set()) & elements
        ]
    return chain


def _without_parts(catalog: Catalog, conversions: pa.Table, with_data: Set[str]) -> pa.Table:
    """Leave out inputs without data that are a part of another input of their stage with data.

    Yttrium ore is in the figures of rare-earth ore: that nothing is known of it by itself leaves
    nothing open.
    """
    stages = {row["key"]: row["stage_order"] for row in _products(catalog).to_pylist()}
    contents, main = catalog.materials.contents, catalog.materials.main
    steps = list(zip(*(conversions[name].to_pylist() for name in ENDS), strict=True))

    def is_part(part: str, product: str) -> bool:
        elements = contents.get(part, set()) & main.get(product, set())
        return part not in with_data and any(
            stages[source] == stages[part] and elements <= contents.get(source, set())
            for source, output in steps
            if output == product and source in with_data
        )

    return conversions.filter(pa.array([not is_part(*step) for step in steps], pa.bool_()))


def _by_products(catalog: Catalog, conversions: pa.Table) -> list[str]:
    """Note the steps of the chain that are not followed to a host."""
    steps = [
        " from ".join(map(catalog.materials.in_text, (row["output"], row["input"])))
        for row in conversions.to_pylist()
        if row["kind"] == "by-product"
    ]
    if not steps:
        return []
    return [
        "Not traced, since only some of the host's ores hold the by-product, and counted as "
        f"unknown: {shortened(steps, 4)}."
    ]


def _products(catalog: Catalog) -> pa.Table:
    return catalog.materials.table.select(["key", "stage", "stage_order"])


def _as_one(
    catalog: Catalog, group: Entity, flows: pa.Table, production: pa.Table,
    unnamed: Mapping[str, float],
) -> tuple[pa.Table, pa.Table]:  # fmt: skip
    """Merge the members of a group into one place, in flows and production.

    A member without a figure may make any amount, unless the table names all makers.
    """
    members = catalog.members(group)
    inside = pa.array(members, pa.string())
    for side in ("supplier", "consumer"):
        merged = pc.if_else(pc.is_in(flows[side], inside), group.key, flows[side])
        flows = flows.set_column(flows.column_names.index(side), side, merged)
    complete = _with_all_makers(production)
    of_members = pc.is_in(production["country"], inside)
    rows_of_product: dict[str, list[dict[str, Any]]] = {}
    for row in production.filter(of_members).to_pylist():
        rows_of_product.setdefault(row["product"], []).append(row)
    rows = production.filter(pc.invert(of_members)).to_pylist()
    for product, figures in rows_of_product.items():
        all_named = product in complete or len(figures) == len(members)
        total = _sum_of_members(figures, 0.0 if all_named else unnamed.get(product, inf))
        rows += [{**total, "country": group.key}] if total else []
    return flows, pa.Table.from_pylist(rows, PRODUCTION)


def _with_all_makers(production: pa.Table) -> set[str]:
    """Find the products whose published shares add up to the whole world."""
    exact = production.filter(pc.invert(pc.fill_null(production["loose"], False)))
    totals = exact.group_by("product").aggregate([("share", "sum")]).to_pylist()
    return {row["product"] for row in totals if (row["share_sum"] or 0.0) >= 1 - SHARE_ROUNDING}


def _makes_some(row: Mapping[str, Any]) -> bool:
    exact = () if row["loose"] else (row["tonnes"] or 0.0, row["share"] or 0.0)
    return bool(row["makes"]) or any(amount > 0 for amount in exact)


def _sum_of_members(rows: Sequence[dict[str, Any]], unnamed: float) -> dict[str, Any] | None:
    """Add up figures of some of a group's members; the rest make ``unnamed`` tonnes at most.

    A sum that lacks a part is the least that the group makes; nothing, if it is zero.
    """
    total = {**rows[0], "tonnes": None, "share": None, "makes": any(map(_makes_some, rows))}
    total["own"] = False
    for name in ("tonnes", "share"):
        if not unnamed and all(row[name] is not None for row in rows):
            total[name] = fsum(row[name] for row in rows)
    if total["tonnes"] is total["share"] is None:
        bounds = [row["most"] if row["tonnes"] is None else row["tonnes"] for row in rows]
        is_open = None in bounds or unnamed == inf
        total["most"] = None if is_open else fsum([*bounds, unnamed])
        total["observed"] = False
        total["tonnes"] = fsum(row["tonnes"] or 0.0 for row in rows) or None
        if not any(row["tonnes"] != 0 and row["share"] != 0 for row in rows):
            return None
    return total


def unseen_goods(supply: Supply, products: Iterable[str]) -> list[str]:
    """Return those of some products that are in the chain, and of which no trade is known."""
    network = supply.network
    trade = zip(network.products, network.trade.traded, strict=True)
    seen = {key for key, traded in trade if traded}
    chain = {*network.products, *network.inputs.absent.products}
    return [key for key in products if key in chain - seen]
