"""Supply networks for a question: production, blocs and coverage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.supply.assumptions import Assumptions
from graphkit.analysis.supply.build import supply_network, with_sellers
from graphkit.analysis.supply.look_through import look_through, passed_shares
from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.analysis.supply.nodes import shortened
from graphkit.analysis.supply.removal import short_of_input, unnamed_sellers
from graphkit.analysis.unlisted import POINT
from graphkit.answers.columns import NUMBER, Column
from graphkit.answers.coverage import Coverage, Lacking, MissingYears, Pool
from graphkit.answers.note import Note
from graphkit.answers.terms import Term
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.materials import Scope
from graphkit.errors import GraphkitError
from graphkit.names import Entity
from graphkit.period import newest
from graphkit.questions.shared.blocs import merged_supply
from graphkit.questions.shared.periods import (
    PeriodChoice,
    choose_trade_periods,
    gaps,
    in_chosen_periods,
    periods_by_product,
    read_flows,
)
from graphkit.questions.shared.production import figures_in
from graphkit.questions.shared.supply_production import figures_by_source, makes_some, production_of
from graphkit.questions.shared.trade import (
    border_of,
    data_set_notes,
    in_sentence,
    no_trade,
    no_trade_at_all,
    of_some_countries,
    series_of,
    there_are,
)
from graphkit.questions.shared.unlisted import of_group, unlisted_in

LARGE = 0.01
"""Part of a buyer's imports from which an unknown input is noted."""
OF_THE_WORLD = ("world", "rest")
"""Types of the rows that make a table of production cover the world, not some countries alone."""
ENDS = ("input", "output")
ENDS_OF_FLOWS = ("consumer", "supplier")
NO_RETURN = "no return"
"""Assumption of ranges of losses: unseen goods return to no country that they have left."""
RANGE = (
    Column("low", "at least", "0 to 1, the least that share can be, given all published data",
           type=NUMBER),
    Column("high", "at most", "0 to 1, the most that share can be", type=NUMBER),
)  # fmt: skip
"""Columns of the range of a share."""


@dataclass(frozen=True)
class RangesAssume(Term):
    """Assumptions that ranges of losses rest on."""

    ranges_assume: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Supply:
    """Facts of one chain in one period, and their supply network."""

    products_in_scope: tuple[str, ...]
    """The products in scope, in order of the chain."""
    period: str
    measure: str
    flows: pa.Table
    production: pa.Table
    """Production, one figure for each country and product."""
    amounts: pa.Table
    """Production as the network takes it, with the members of a group merged."""
    unnamed: Mapping[str, float]
    """Tonnes that countries make at most which ``made`` does not name, by product."""
    conversions: pa.Table
    routes: pa.Table
    """The conversions without those from products that others with data hold."""
    products: pa.Table
    notes: tuple[Note, ...]
    unlisted: tuple[pa.Table, ...]
    """The most that imports and exports lack, where not all flows are listed."""
    gaps: tuple[MissingYears, ...]
    """Years without data that the sums leave out."""
    merged: Entity | None = None
    """The group whose members are one place."""
    returns: bool = False
    """True: goods whose way is unseen may return to a country that they have left."""

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
        return frozenset(row["country"] for row in self.production.to_pylist() if makes_some(row))

    def under(self, assumed: Assumptions) -> SupplyNetwork:
        """Build the network under assumptions, once: a chain has one set of lists."""
        key = len(assumed.makers) > 0, assumed.inputs
        if key not in self._under:
            self._under[key] = self._network("exports", assumed)
        return self._under[key]

    @cached_property
    def _under(self) -> dict[tuple[bool, bool], SupplyNetwork]:
        return {}

    def _network(self, unpublished: str, assumed: Assumptions | None = None) -> SupplyNetwork:
        return supply_network(
            self.flows, self.amounts.drop_columns(["source", "claim"]), self.routes,
            self.products, measure=self.measure, unpublished=unpublished, unnamed=self.unnamed,
            assumed=assumed, unlisted=self.unlisted, returns=self.returns,
        )  # fmt: skip

    def traced(
        self, consumers: Sequence[str] | None, *, stages: Sequence[str] | None = None,
        without: tuple[str, Sequence[str]] | None = None, minimum: float = 0.0,
        by_seller: bool = False, network: SupplyNetwork | None = None,
    ) -> pa.Table:  # fmt: skip
        """Look through the imports of the products asked about, each to the stages of its chain.

        The network of several products has stages that the chain of one of them lacks. It is the
        one of this supply, unless it is given.
        """
        rows = look_through(
            network or self.network, consumers=consumers, products=self.products_in_scope,
            stages=stages, without=without, minimum=minimum, by_seller=by_seller,
        )  # fmt: skip
        stage_of = dict(zip(self.network.products, self.network.stages, strict=True))
        steps = list(zip(*(self.conversions[name].to_pylist() for name in ENDS), strict=True))
        own_stages = set()
        for product in self.products_in_scope:
            for key in _behind(product, steps):
                if key in stage_of:
                    own_stages.add(f"{product} {stage_of[key]}")
        pairs = pc.binary_join_element_wise(rows["product"], rows["stage"], " ")
        rows = self._without_moved(rows)
        return rows.filter(pc.is_in(pairs, value_set=pa.array(sorted(own_stages), pa.string())))

    def passed(
        self, place: str, countries: Sequence[str], consumers: Sequence[str],
        network: SupplyNetwork | None = None,
    ) -> pa.Table:  # fmt: skip
        """Compute the share of imports that was in some countries at any stage.

        Of the products asked about. Countries without data may have passed on what is unseen.
        """
        network = network or self.network
        present = sorted({*countries} & {*network.countries})
        rows = passed_shares(
            network, place, present, consumers=consumers, products=self.products_in_scope
        )
        return self._without_moved(rows)

    def _without_moved(self, rows: pa.Table) -> pa.Table:
        """Drop face values that trade which is not listed may move by a percentage point."""
        trade = self.network.trade
        if not trade.unlisted.any():
            return rows
        nodes = trade.nodes
        part = np.divide(trade.unlisted, trade.imports + trade.unlisted,
                         out=np.zeros(nodes.size), where=trade.unlisted > 0)  # fmt: skip
        part_of = {
            (nodes.countries[country], nodes.products[product]): lacking
            for country, product, lacking in zip(
                nodes.country.tolist(), nodes.product.tolist(), part.tolist(), strict=True
            )
        }  # fmt: skip
        moved = [
            part_of.get((row["consumer"], row["product"]), 0.0) * row["face_value"] >= POINT
            for row in rows.select(["consumer", "product", "face_value"]).to_pylist()
        ]
        for name in ("face_value", "hidden"):
            column = pc.if_else(pa.array(moved, pa.bool_()), None, rows[name])
            field = rows.schema.field(name)
            rows = rows.set_column(rows.column_names.index(name), field, column)
        return rows

    @property
    def ranges_assume(self) -> RangesAssume:
        """The assumptions that ranges of losses rest on, as an answer states them."""
        return RangesAssume(() if self.returns or not self._ways_unseen else (NO_RETURN,))

    @property
    def _ways_unseen(self) -> list[str]:
        """The products of the chain of which no trade is known."""
        network = self.network
        trade = zip(network.products, network.trade.traded, strict=True)
        return [key for key, traded in trade if not traded] + [*network.inputs.absent.products]

    def return_notes(self, catalog: Catalog) -> list[Note]:
        """Name what ranges of losses take for granted of goods whose way is unseen."""
        if not self._ways_unseen:
            return []
        goods = shortened([*map(catalog.materials.in_text, self._ways_unseen)], 4)
        if self.returns:
            return [Note(f"Goods whose way no data show may return to where they were: {goods}.")]
        return [
            Note(
                f"Assumption of the ranges, no return: goods whose way no data show ({goods}) come "
                "back to no country that they have left. With `returns` they may."
            )
        ]

    def gap_notes(self, catalog: Catalog, buyer: str | None) -> list[Note]:
        """Name the countries behind what the buyer, or everybody, buys of which much is unknown.

        Their inputs cannot feed it, or they sell it and no source names them as makers.
        """
        consumers = None if buyer is None else [buyer]
        buyers = self.network.select(consumers, self.products_in_scope, "imports")
        if not len(buyers):
            return []
        in_text = catalog.materials.in_text
        short = [
            Note(
                f"{catalog.place_at_start(row['country'])}: the inputs known there can feed at "
                f"most {100 * row['covered']:.1f} % of its {in_text(row['product'])}. The input of "
                f"the rest is unknown, for {100 * row['part']:.1f} % of these imports."
            )
            for row in short_of_input(self.network, buyers).to_pylist() if row["part"] >= LARGE
        ]  # fmt: skip
        unnamed = [
            Note(
                f"{catalog.place_at_start(row['country'])}: no source names it as a maker of "
                f"{in_text(row['product'])}. What it sells beyond its imports may be from "
                f"anywhere, for {100 * row['part']:.1f} % of these imports."
            )
            for row in unnamed_sellers(self.network, buyers).to_pylist() if row["part"] >= LARGE
        ]  # fmt: skip
        notes: list[Note] = []
        for alike in (short, unnamed):
            notes += alike[:3]
            if len(alike) > 3:
                notes.append(Note(f"The same holds for {len(alike) - 3} more."))
        return notes

    @property
    def in_words(self) -> str:
        """The measure of its flows."""
        if self.measure == "tonnes":
            return "by mass (tonnes)"
        return f"by value (USD, {border_of(self.flows)})"

    @cached_property
    def coverage(self) -> Coverage:
        """The data behind the network: products, series of trade, production figures."""
        return Coverage(
            network=tuple(Pool(**row) for row in self.network.coverage().to_pylist()),
            series=tuple(series_of(self.flows)),
            production=tuple(figures_by_source(self.production)),
            missing_years=self.gaps,
        )


def supply_of(
    catalog: Catalog,
    scope: Scope,
    period: str | None,
    *,
    measure: str = "usd",
    merged: Entity | None = None,
    uses: bool = True,
    partial_trade: bool = False,
    returns: bool = False,
) -> Supply:
    """Build the supply network of the products in scope, their inputs and their uses.

    What a country makes out of a product shows how much of it the country must have, so that the
    products made from it belong to the chain; leave them out without ``uses``. A chain follows
    the elements of the scope, or those that a product is bought for. Claimed shares of world
    production stand in for missing figures. The members of a ``merged`` group become one place,
    without trade among them. With ``partial_trade``, data sets that list only some flows count
    where what they lack has a bound, which widens the ranges of origins. With ``returns``, goods
    whose way is unseen may return to where they were, which widens those of losses.

    Raises
    ------
    UsageError
        The period is invalid.
    GraphkitError
        No trade is in scope; the message lists what is known.
    """
    key = (
        scope.text, scope.products, sorted(scope.elements), scope.code, period, measure,
        uses, merged and merged.key, partial_trade,
    )  # fmt: skip
    facts = catalog.complete(bounded=partial_trade)
    read = partial(_read_supply, facts, scope, period, measure, uses, merged)
    supply = catalog.derived(f"supply {key!r}", read)
    return replace(supply, returns=True) if returns else supply


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
        text = (
            no_trade(catalog, scope, "trade flows", sorted(available))
            if available
            else no_trade_at_all(catalog, "trade flows")
        )
        raise GraphkitError(in_sentence(text.words))
    known_periods = set().union(*(available[key] for key in traded))
    period = period or newest(known_periods)
    choices = choose_trade_periods(catalog, None, period)
    products = [key for key in traded if key in choices]
    if not products:
        raise GraphkitError(
            f"no trade flows are known for {scope.meaning} in {period}; "
            f"{there_are(known_periods)}{of_some_countries(catalog, scope, period)}"
        )
    chain, conversions = _chain(catalog, scope, products, uses=uses)
    choices = {key: choices.get(key, PeriodChoice(period, ())) for key in chain}
    flows = read_flows(catalog, "trade", choices)
    flows, trade_notes = catalog.countries_only(flows)
    trade_notes += data_set_notes(catalog, flows)
    unlisted = (
        tuple(
            in_chosen_periods(unlisted_in(catalog, flows, owner), choices)
            for owner in ENDS_OF_FLOWS
        )
        if measure == "usd"
        else ()
    )
    flows = in_chosen_periods(flows, choices)
    figures = figures_in(catalog, choices)
    production, unnamed, production_notes = production_of(catalog, figures, chain, period)
    amounts = production
    if merged is not None:
        flows, amounts = merged_supply(catalog, merged, flows, production, unnamed)
        unlisted = tuple(
            of_group(table, owner, catalog.members(merged), merged.key)
            for table, owner in zip(unlisted, ENDS_OF_FLOWS, strict=False)
        )
        production_notes.append(
            Note(
                f"{merged.key} is taken as one country: what any member sells has the mix of all. "
                "The ranges hold for such a country, and may be off for the members' own trade."
            )
        )
    of_the_world = figures.rows.filter(pc.is_in(figures.rows["type"], pa.array(OF_THE_WORLD)))
    amounts = with_sellers(amounts, flows, set(chain) - set(of_the_world["product"].to_pylist()))
    with_data = {*flows["product"].to_pylist(), *production["product"].to_pylist()}
    routes = _without_parts(catalog, conversions, with_data)
    lacking = [key for key in traded if key not in products]
    if lacking:
        in_text = catalog.materials.in_text
        trade_notes.insert(0, Note(f"No trade in {period} of {in_text(*lacking)}."))
    notes = (*trade_notes, *production_notes, *_by_products(catalog, conversions))
    return Supply(
        tuple(products), period, measure, flows, production, amounts, unnamed,
        conversions, routes, _products(catalog), notes, unlisted,
        (*gaps(Lacking.TRADE, choices), *figures.gaps()), merged,
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


def _by_products(catalog: Catalog, conversions: pa.Table) -> list[Note]:
    """Note the steps of the chain that are not followed to a host."""
    steps = [
        " from ".join(map(catalog.materials.in_text, (row["output"], row["input"])))
        for row in conversions.to_pylist()
        if row["kind"] == "by-product"
    ]
    if not steps:
        return []
    return [
        Note(
            "Not traced, since only some of the host's ores hold the by-product, and counted as "
            f"unknown: {shortened(steps, 4)}."
        )
    ]


def _products(catalog: Catalog) -> pa.Table:
    return catalog.materials.table.select(["key", "stage", "stage_order"])


def unseen_goods(supply: Supply, products: Iterable[str]) -> list[str]:
    """Return those of some products that are in the chain, and of which no trade is known."""
    network = supply.network
    trade = zip(network.products, network.trade.traded, strict=True)
    seen = {key for key, traded in trade if traded}
    chain = {*network.products, *network.inputs.absent.products}
    return [key for key in products if key in chain - seen]
