"""Supply networks from Arrow tables of flows, production, conversions and products."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.flows import ONE_OF, column_of
from graphkit.analysis.network.graph import sorted_rows
from graphkit.analysis.supply.assumptions import MAKERS, Assumptions, listed_makers, with_makers
from graphkit.analysis.supply.inputs import (
    Draws,
    Earlier,
    Inputs,
    absent_products,
    covered_output,
    earlier_products,
    host_products,
    input_needed,
    input_pools,
    most_input_needed,
    possible_draws,
    products_behind,
)
from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.analysis.supply.nodes import Nodes, shortened
from graphkit.analysis.supply.production import (
    INFERRED,
    MISSING,
    OBSERVED,
    SHARE_ROUNDING,
    UNPUBLISHED,
    Production,
    Stated,
    listed_whole,
    own_production,
)
from graphkit.analysis.supply.trade import UNITS, Trade
from graphkit.analysis.unlisted import ENDS, WORLD
from graphkit.errors import GraphkitError

LEAST_INPUT = 0.1
"""Input that a unit of output needs at least, by value or by mass, where no source says more."""

SOME = 1e-9
"""Amount of a listed maker that neither trades nor publishes: more than nothing."""

NUMBER = pa.float64()


def supply_network(
    flows: pa.Table,
    production: pa.Table | None = None,
    conversions: pa.Table | None = None,
    products: pa.Table | None = None,
    *,
    measure: str = "usd",
    unpublished: str = "exports",
    unnamed: Mapping[str, float] | None = None,
    assumed: Assumptions | None = None,
    unlisted: Sequence[pa.Table] = (),
    returns: bool = False,
) -> SupplyNetwork:
    """Build the supply network of the products of one chain in one period.

    A node's pool is its production and its imports. Production is the published figure where
    that is in the unit of the flows, and inferred where it is not, or where the country sells
    more than it has: see :func:`~graphkit.analysis.supply.production.own_production`. A country
    makes a product out of its pool of the nearest earlier product that it has. What is left of
    that pool after its exports can feed so much output; a country with a figure of its making
    the input also makes what is missing, and the input of any other output is unknown.

    Parameters
    ----------
    flows : pyarrow.Table
        ``supplier``, ``consumer``, ``product`` (text) and the measure (null where unknown: these
        rows are counted and left out; so are flows of a country to itself). Each product has one
        ``period``, ``reporter``, ``dataset`` and ``source``, and by mass one ``basis``, where
        these columns are present. World totals and groups of countries do not belong here.
    production : pyarrow.Table, optional
        ``country``, ``product``, ``tonnes`` and ``share`` (of the world total, 0 to 1; either may
        be null or left out), ``most`` (t, bound of an unpublished figure), ``observed`` (false:
        inferred; default true), ``loose`` (true: the share is of more than this product, an
        estimate of its production and no bound), ``makes`` (true: it makes some, of which there
        is no figure), ``own`` (true: of a product without trade, the country has its own alone)
        and ``basis``. Tonnes are compared with flows only by mass and if the basis
        is the same (or missing in all rows); else the share is used. One row per country and
        product: choose among sources first.
    conversions : pyarrow.Table, optional
        ``input``, ``output``: product keys, of the routes of one chain. Optional
        ``input_per_output``: tonnes of input that a tonne of output needs, used by mass; where
        it is null, and by value, output needs at least a tenth of its amount as input. Optional
        ``kind``: a "by-product" is not followed to its host, since only some of the host's ores
        hold it; what may come from there is unknown.
    products : pyarrow.Table, optional
        ``key``, ``stage``, ``stage_order`` of every product with data. Optional for a single
        product: its stage then has its name.
    measure : {"usd", "tonnes"}
        The amount of the flows.
    unpublished : {"exports", "net-exports"}
        The assumed production of a country that publishes none: as much as it sells, or the
        least that its trade allows, its exports beyond its imports. The latter makes every net
        importer a mere re-exporter.
    unnamed : mapping of str to float, optional
        Tonnes of products that countries make which ``production`` does not name, at most. They
        bound the origins in the pools of a product without any trade, together with what the
        shares of its rows leave of the world. With neither, these countries may make any amount.
    assumed : Assumptions, optional
        Take for granted what no source says of the period: of the products with a list of makers,
        only these make it, and at least their share of the least world total that trade allows.
    unlisted : sequence of pyarrow.Table
        The most that imports and exports lack in USD, where not all flows are listed, as
        :func:`~graphkit.analysis.unlisted.unlisted_trade` bounds them, by ``consumer`` and by
        ``supplier``. They widen the ranges of a network by value.
    returns : bool
        Let goods whose way is unseen return to a country that they have left, which widens the
        ranges of losses.

    Returns
    -------
    SupplyNetwork
        Equal for every order of the rows.

    Raises
    ------
    GraphkitError
        A missing column, a product without a stage, a negative or infinite amount, two periods
        or sources for one product, two figures for one production.

    Examples
    --------
    A mines 8 and sells 6 to B, which sells 2 on to C:

    >>> flows = pa.table({"supplier": ["A", "B"], "consumer": ["B", "C"],
    ...                   "product": ["ore", "ore"], "tonnes": [6.0, 2.0]})
    >>> mines = pa.table({"country": ["A"], "product": ["ore"], "tonnes": [8.0]})
    >>> network = supply_network(flows, mines, measure="tonnes")
    >>> network.countries, network.pools.supply.tolist()
    (('A', 'B', 'C'), [8.0, 6.0, 2.0])
    >>> network.coverage().select(["nodes", "flows", "observed", "missing"]).to_pylist()
    [{'nodes': 3, 'flows': 2, 'observed': 1, 'missing': 2}]
    """
    _check_choice("measure", measure, tuple(UNITS))
    _check_choice("unpublished", unpublished, UNPUBLISHED)
    facts, figures = _facts(flows, measure), _figures(production)
    if assumed is None:
        assumed = Assumptions(MAKERS.empty_table())
    else:
        figures = with_makers(figures, facts, assumed.makers)
    axes = _axes(facts, figures, products)
    makers = axes.keys(figures["country"], figures["product"])
    trade = _trade(facts, axes, makers[_nonzero(figures)], measure)
    if measure == "usd":
        trade = _with_unlisted(trade, unlisted)
    nodes = trade.nodes
    amounts, weighed = _amounts(figures, trade)
    stated = _stated(figures, amounts, weighed, nodes, makers)
    lists = listed_makers(assumed.makers, nodes)
    stated = replace(stated, makes=stated.makes | lists.counted)
    sure = replace(stated, share=np.where(stated.loose, np.nan, stated.share))
    imports = trade.imports + trade.unlisted
    shown, _ = own_production(sure, trade.exports, imports, nodes.product, "net-exports")
    least = np.maximum(np.where(stated.named, shown, 0.0), lists.least_output(shown))
    routes = _routes(conversions)
    ratio = _input_ratios(routes, trade)
    direct = [pair for pair, route in routes.items() if not route.by_product]
    followed = earlier_products(direct, nodes.products, nodes.orders)
    every = earlier_products(routes, nodes.products, nodes.orders)
    amount, state, draws, own_use = _estimated(stated, trade, followed, ratio, unpublished)
    if lists.maker.any():
        state[lists.maker & trade.traded_nodes & (state == MISSING)] = INFERRED
        some = np.where(amount > 0, amount, np.maximum(trade.exports, SOME))
        some = np.maximum(some, least)
        amount = np.where(lists.maker & (state == INFERRED), some, amount)
    estimate = Production(
        nodes, amount, state,
        stated.amount, least, stated.most, np.where(stated.named, 0.0, shown),
        listed_whole(sure.share, nodes.product) | lists.product[nodes.product],
        np.isin(nodes.keys, makers[_true(figures["own"])]),
        np.where(lists.product, 0.0, _unnamed(figures, weighed, nodes.products, unnamed or {})),
    )  # fmt: skip
    behind = products_behind(every)
    absent = absent_products(routes, nodes.products, _stage_orders(products))
    unknown = {output for source, output in routes if source not in nodes.products}
    possible, covered_least = _possible_inputs(
        trade, estimate, draws, stated.makes, ratio, followed, every,
        {place for place, key in enumerate(nodes.products) if key in unknown},
    )  # fmt: skip
    covered = covered_output(draws, amount + trade.imports - trade.exports, own_use)
    if assumed.inputs:
        near = _without_unseen_between(draws, behind, trade, (state == MISSING) & (amount == 0))
        fed = covered_output(near, amount + trade.imports - trade.exports, own_use)
        covered_least = np.maximum(covered_least, fed)
    inputs = Inputs(nodes, draws, covered, possible, covered_least, behind, absent)
    return SupplyNetwork(nodes, trade, estimate, inputs, returns)


def _estimated(
    stated: Stated, trade: Trade, earlier: Earlier, ratio: np.ndarray, unpublished: str
) -> tuple[np.ndarray, np.ndarray, Draws, np.ndarray]:
    """Estimate production, its grade, its inputs, and the amount of each pool used as input."""
    product, own_use = trade.nodes.product, np.zeros(trade.nodes.size)
    for _ in trade.nodes.products or ("",):  # own use adds to that of the products before
        amount, state = own_production(
            stated, trade.exports, trade.imports, product, unpublished,
            own_use if unpublished == "exports" else None,
        )  # fmt: skip
        draws = input_pools(earlier, trade.nodes, amount + trade.imports, trade.traded)
        before, own_use = own_use, input_needed(draws, ratio, product, amount)
        if np.array_equal(before, own_use):
            break
    return amount, state, draws, own_use


def _possible_inputs(
    trade: Trade, production: Production, draws: Draws, makes: np.ndarray, ratio: np.ndarray,
    followed: Earlier, every: Earlier, unknown: Set[int],
) -> tuple[Draws, np.ndarray]:  # fmt: skip
    """Find the pools that nodes may draw on, and the share of their production surely fed.

    ``unknown`` are the positions of products with an input of which there are no data.
    """
    nodes, observed = trade.nodes, production.state == OBSERVED
    # In whatever split, one of several pools may feed all.
    alone = Draws(draws.output, draws.input, np.ones(len(draws.output)))
    most = np.where(observed, production.amount, np.inf)
    needed = most_input_needed(alone, ratio, nodes.product, trade.exports, most)
    spare = production.shown + trade.imports - trade.exports - trade.unlisted_sales
    covered = covered_output(alone, np.where(makes & ~observed, np.inf, spare), needed)
    supply = production.amount + trade.imports
    possible, elsewhere = possible_draws(
        followed, host_products(followed, every), nodes, supply,
        (production.state == MISSING) & ~trade.traded_nodes, ratio,
        np.where(observed, supply + trade.unlisted - trade.exports, np.inf),
        np.where(observed, production.amount, production.least), production.listed,
        {*np.flatnonzero(~trade.traded).tolist()}, unknown,
    )  # fmt: skip
    return possible, np.clip(covered - elsewhere, 0.0, 1.0)


def _without_unseen_between(
    draws: Draws, behind: np.ndarray, trade: Trade, withheld: np.ndarray
) -> Draws:
    """Leave out draws that an input whose trade is unseen may stand in for.

    It lies between, and may be bought; or the country makes it, and its amount is ``withheld``. The
    shares then add up to less than 1.
    """
    nodes = trade.nodes
    product, between = nodes.product, behind & ~np.eye(len(behind), dtype=bool)
    hidden = ~trade.traded
    passes_over = between[:, hidden] @ between[hidden]
    makes = np.zeros((len(nodes.countries), len(nodes.products)), bool)
    makes[nodes.country, product] = withheld & ~trade.traded_nodes
    stands_in = (makes @ between.T)[nodes.country, product]
    seen = ~passes_over[product[draws.output], product[draws.input]] & ~stands_in[draws.output]
    return Draws(draws.output[seen], draws.input[seen], draws.share[seen])


@dataclass(frozen=True)
class _Axes:
    """Names of countries and products, sorted; products in the order of the chain."""

    countries: tuple[str, ...]
    products: tuple[str, ...]
    stages: tuple[str, ...]
    orders: tuple[int, ...]

    def keys(self, country: pa.ChunkedArray, product: pa.ChunkedArray) -> np.ndarray:
        """Return one number per pair, in order of product, then country."""
        first = _places(product, self.products) * len(self.countries)
        return np.asarray(first + _places(country, self.countries))

    def nodes(self, keys: np.ndarray) -> Nodes:
        """Make nodes of some pairs, given by their numbers in ascending order."""
        product, country = np.divmod(keys, max(len(self.countries), 1))
        return Nodes(self.countries, self.products, self.stages, self.orders, country, product)


def _trade(facts: pa.Table, axes: _Axes, makers: np.ndarray, measure: str) -> Trade:
    """Add up the flows that count; nodes are their ends and the makers, given by their keys."""
    amount = np.asarray(pc.fill_null(facts[measure], 0.0).to_numpy(), np.float64)
    seller = axes.keys(facts["supplier"], facts["product"])
    buyer = axes.keys(facts["consumer"], facts["product"])
    counts = (amount > 0) & (seller != buyer)
    seller, buyer, amount = seller[counts], buyer[counts], amount[counts]
    present = np.zeros(len(axes.products) * len(axes.countries), bool)
    for keys in (seller, buyer, makers):
        present[keys] = True
    nodes, place = axes.nodes(np.flatnonzero(present)), np.cumsum(present) - 1
    rows = sorted_rows(place[buyer], place[seller], amount, nodes.size)
    target = np.repeat(np.arange(nodes.size), np.diff(rows.indptr))
    none = np.zeros(nodes.size)
    return Trade(
        nodes, measure, np.asarray(rows.indices, np.int64), target, rows.values, facts, none,
        none, np.zeros(len(axes.products), bool),
    )  # fmt: skip


def _with_unlisted(trade: Trade, unlisted: Sequence[pa.Table]) -> Trade:
    """Add the most that each node's imports and exports lack.

    A country without a row of its own lacks nothing, or of an open product what the world does.
    """
    nodes = trade.nodes
    place = {key: number for number, key in enumerate(nodes.products)}
    country = {key: number for number, key in enumerate(nodes.countries)}
    by_owner = {}
    is_open = np.zeros(len(nodes.products), bool)
    for table in unlisted:
        owner = next(name for name in ENDS if name in table.column_names)
        most = np.zeros((len(nodes.products), len(nodes.countries)))
        for row in sorted(table.to_pylist(), key=lambda row: row[owner] != WORLD):
            if row["product"] in place and row["open"] and row[owner] == WORLD:
                is_open[place[row["product"]]] = True
                most[place[row["product"]]] = row["usd"]
            elif row["product"] in place and row[owner] in country:
                most[place[row["product"]], country[row[owner]]] = row["usd"]
        by_owner[owner] = most[nodes.product, nodes.country]
    return replace(
        trade, unlisted=by_owner.get("consumer", trade.unlisted),
        unlisted_sales=by_owner.get("supplier", trade.unlisted_sales), open=is_open,
    )  # fmt: skip


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise GraphkitError(f"{name}: found {value!r}, wanted one of {', '.join(choices)}")


NO_FIGURES = pa.schema([
    ("country", pa.string()), ("product", pa.string()), ("makes", pa.bool_()),
]).empty_table()  # fmt: skip
"""Production of which nothing is published."""


def with_sellers(figures: pa.Table, flows: pa.Table, products: Collection[str]) -> pa.Table:
    """Name the sellers of some products as makers, unless a figure says that they make none.

    A country makes at least its exports beyond its imports. Where a table covers the world
    without naming it, the two sources disagree, and nothing is sure: leave its products out.
    """
    rows = {(row["country"], row["product"]): row for row in figures.to_pylist()}
    sales = flows.group_by(["supplier", "product"], use_threads=False).aggregate([])
    for country, product in zip(*(sales[n].to_pylist() for n in sales.column_names), strict=True):
        if product in products:
            row = rows.setdefault((country, product), {"country": country, "product": product})
            if 0.0 not in (row.get("tonnes"), row.get("share")):
                row["makes"] = True
    return pa.Table.from_pylist([rows[pair] for pair in sorted(rows)], figures.schema)


def _facts(flows: pa.Table, measure: str) -> pa.Table:
    """Check the flows."""
    for name in ("supplier", "consumer", "product", measure):
        if column_of(flows, name).null_count and name != measure:
            raise GraphkitError(f"found a flow without {name}, wanted one on every row")
    flows = flows.set_column(
        flows.column_names.index(measure), measure, flows[measure].cast(NUMBER)
    )
    _check_amounts(flows[measure], f"a flow in {measure}")
    for name in (*ONE_OF, *(["basis"] if measure == "tonnes" else [])):
        if name in flows.column_names:
            pairs = flows.select(["product", name]).group_by(["product", name]).aggregate([])
            counts = pairs.group_by("product").aggregate([(name, "count", pc.CountOptions("all"))])
            several = counts.filter(pc.greater(counts[f"{name}_count"], 1))["product"].to_pylist()
            if several:
                raise GraphkitError(
                    f"found flows of more than one {name} for {', '.join(sorted(several))}, "
                    "wanted one of each product: they are not added up"
                )
    return flows.combine_chunks()


def _figures(production: pa.Table | None) -> pa.Table:
    """Check the production and add missing columns."""
    table = production if production is not None else pa.table({"country": [], "product": []})
    for name in ("country", "product"):
        text = column_of(table, name).cast(pa.string())
        if text.null_count:
            raise GraphkitError(f"found production without {name}, wanted one on every row")
        table = table.set_column(table.column_names.index(name), name, text)
    for name, kind in (
        ("tonnes", NUMBER), ("share", NUMBER), ("most", NUMBER), ("observed", pa.bool_()),
        ("loose", pa.bool_()), ("makes", pa.bool_()), ("own", pa.bool_()),
    ):  # fmt: skip
        column = table[name] if name in table.column_names else pa.nulls(len(table))
        if name in table.column_names:
            table = table.drop_columns([name])
        table = table.append_column(name, column.cast(kind))
    _check_amounts(table["tonnes"], "a production in tonnes")
    _check_amounts(table["most"], "a bound of production")
    _check_amounts(table["share"], "a share of world production", most=1.0)
    twice = table.group_by(["country", "product"]).aggregate([([], "count_all")])
    twice = twice.filter(pc.greater(twice["count_all"], 1)).sort_by("country")
    if len(twice):
        row = twice.to_pylist()[0]
        raise GraphkitError(
            f"found {row['count_all']} figures for the production of {row['product']} in "
            f"{row['country']}, wanted one: choose a source and a period"
        )
    return table.combine_chunks()


def _check_amounts(column: pa.ChunkedArray, amount: str, most: float = np.inf) -> None:
    values = np.asarray(column.drop_null().to_numpy(), np.float64)
    wrong = values[~((values >= 0) & (values <= most) & (values < np.inf))]
    if len(wrong):
        bounds = "0 or more" if most == np.inf else f"0 to {most:g}"
        raise GraphkitError(f"found {amount} of {wrong[0]:g}, wanted {bounds}")


def _axes(facts: pa.Table, figures: pa.Table, products: pa.Table | None) -> _Axes:
    """Collect the names in the data, and the stages of its products."""
    keys = sorted({*_names(facts["product"]), *_names(figures["product"])})
    countries = sorted(
        {*_names(facts["supplier"]), *_names(facts["consumer"]), *_names(figures["country"])}
    )
    if products is None:
        if len(keys) > 1:
            raise GraphkitError(
                f"found {len(keys)} products ({shortened(keys, 4)}) without their stages, wanted "
                "a table of them with key, stage and stage_order"
            )
        return _Axes(tuple(countries), tuple(keys), tuple(keys), (1,) * len(keys))
    columns = [column_of(products, n).to_pylist() for n in ("key", "stage", "stage_order")]
    stages = {key: (order, stage) for key, stage, order in zip(*columns, strict=True)}
    if lacking := [key for key in keys if key not in stages or None in stages[key]]:
        raise GraphkitError(f"found no stage of {shortened(lacking)}, wanted one of each product")
    keys.sort(key=lambda key: (stages[key][0], key))
    order = tuple(int(stages[key][0]) for key in keys)
    return _Axes(tuple(countries), tuple(keys), tuple(stages[key][1] for key in keys), order)


def _stage_orders(products: pa.Table | None) -> dict[str, int]:
    """Map products to the positions of their stages, where a table has them."""
    if products is None:
        return {}
    columns = [products[name].to_pylist() for name in ("key", "stage_order")]
    return {key: int(order) for key, order in zip(*columns, strict=True) if order is not None}


def _names(column: pa.ChunkedArray) -> list[str]:
    return [str(name) for name in pc.unique(column).to_pylist()]


def _places(column: pa.ChunkedArray, names: tuple[str, ...]) -> np.ndarray:
    """Return the position of each value among the names."""
    places = pc.index_in(column.cast(pa.string()), value_set=pa.array(names, pa.string()))
    return np.asarray(places.to_numpy(), np.int64)


def _numbers(column: pa.ChunkedArray) -> np.ndarray:
    """Return numbers, NaN where there is none."""
    return np.asarray(column.to_numpy(), np.float64)


def _true(column: pa.ChunkedArray, default: bool = False) -> np.ndarray:
    """Mark the rows with a true value."""
    return np.asarray(pc.fill_null(column, default).to_numpy(), bool)


def _nonzero(figures: pa.Table) -> np.ndarray:
    """Mark rows that make their country a node: it makes some, or an unpublished amount."""
    none = pc.or_kleene(pc.equal(figures["tonnes"], 0.0), pc.equal(figures["share"], 0.0))
    return ~_true(none)


def _amounts(figures: pa.Table, trade: Trade) -> tuple[np.ndarray, np.ndarray]:
    """Return published production in a unit that fits its product's pool, else NaN.

    For an untraded product that is the mass, if all rows have one basis, else the share of the
    world. Zero is zero in every unit. Mark the rows of untraded products that count tonnes.
    """
    products = trade.nodes.products
    tonnes, share = _numbers(figures["tonnes"]), _numbers(figures["share"])
    amount = np.where((tonnes == 0) | (share == 0), 0.0, np.nan)
    bases = [None] * len(figures)
    if "basis" in figures.column_names:
        bases = figures["basis"].to_pylist()
    basis = np.asarray([text or "" for text in bases], object)
    product, weighed = _places(figures["product"], products), np.zeros(len(figures), bool)
    for number in np.unique(product).tolist():
        rows = product == number
        if not trade.traded[number]:
            known = rows & ~np.isnan(tonnes)
            one = len(set(basis[known])) <= 1 and known.sum() >= (rows & (share >= 0)).sum()
            amount[rows], weighed[rows] = (tonnes if one else share)[rows], one
        elif trade.measure == "tonnes":
            same = rows & (basis == _basis(trade.facts, products[number], figures))
            amount[same & ~np.isnan(tonnes)] = tonnes[same & ~np.isnan(tonnes)]
    return amount, weighed


def _unnamed(
    figures: pa.Table, weighed: np.ndarray, products: tuple[str, ...], tonnes: Mapping[str, float]
) -> np.ndarray:
    """Return the most that countries without a row can make together, of each product.

    It is in the unit of the product's amounts: tonnes, or shares of the world. What the shares
    leave of a world total is made by somebody; without any total it has no bound.
    """
    product, count = _places(figures["product"], products), len(products)
    amount = _numbers(figures["tonnes"])
    share = np.where(_true(figures["loose"]), np.nan, _numbers(figures["share"]))
    rest = 1.0 - np.bincount(product, np.nan_to_num(share), count)
    rest[rest < SHARE_ROUNDING] = 0.0
    scaled = weighed & (amount > 0) & (share > 0)
    shares, amounts = (
        np.bincount(product, np.where(scaled, numbers, 0.0), count) for numbers in (share, amount)
    )
    total = np.divide(amounts, shares, out=np.full(count, np.inf), where=shares > 0)
    by_mass = np.bincount(product, weighed, count) > 0
    known = np.bincount(product, ~np.isnan(share), count) > 0
    remainder = np.where(rest > 0, rest * np.where(by_mass, total, 1.0), 0.0)
    remainder[~known] = np.inf
    stated = np.asarray([tonnes.get(key, np.nan) for key in products])
    at_most = np.where(known, np.fmax(stated, remainder), stated)
    return np.where(np.isnan(stated) | ~by_mass, remainder, at_most)


def _basis(facts: pa.Table, product: str, figures: pa.Table) -> str:
    """Return the mass basis of a product's flows; empty where a table does not say."""
    if "basis" not in facts.column_names or "basis" not in figures.column_names:
        return ""
    flows = facts.filter(pc.equal(facts["product"], product))
    return str(pc.unique(flows["basis"]).to_pylist()[0] or "")


def _stated(
    figures: pa.Table, amount: np.ndarray, weighed: np.ndarray, nodes: Nodes, makers: np.ndarray
) -> Stated:
    """Return published production by node."""
    rows = np.isin(makers, nodes.keys)
    place = np.searchsorted(nodes.keys, makers[rows])
    empty = np.full(nodes.size, np.nan)
    most = np.full(nodes.size, np.inf)
    no = np.zeros((5, nodes.size), bool)
    stated = Stated(empty, empty.copy(), no[0], no[1], no[2], most, no[3], no[4])
    tonnes, share = _numbers(figures["tonnes"])[rows], _numbers(figures["share"])[rows]
    stated.amount[place] = amount[rows]
    stated.share[place] = share
    stated.inferred[place] = ~_true(figures["observed"], default=True)[rows]
    stated.loose[place] = _true(figures["loose"])[rows]
    stated.counted[place] = ~np.isnan(tonnes)
    bound = _numbers(figures["most"])
    stated.most[place] = np.where(np.isnan(bound) | ~weighed, np.inf, bound)[rows]
    for numbers in (tonnes, share):
        stated.makes[place] |= (np.nan_to_num(numbers) > 0) & ~stated.loose[place]
    stated.named[place] = stated.makes[place] | _true(figures["makes"])[rows]
    return stated


@dataclass(frozen=True)
class _Route:
    """A conversion: tonnes of input per tonne of output, if known, and its kind."""

    ratio: float | None
    by_product: bool


def _routes(conversions: pa.Table | None) -> dict[tuple[str, str], _Route]:
    """Map each input and output to their conversion."""
    if conversions is None:
        return {}
    for name in ("input", "output"):
        column_of(conversions, name)
    routes = {
        (row["input"], row["output"]): _Route(
            row.get("input_per_output"), row.get("kind") == "by-product"
        )
        for row in conversions.to_pylist()
    }
    return dict(sorted(routes.items()))


def _input_ratios(routes: Mapping[tuple[str, str], _Route], trade: Trade) -> np.ndarray:
    """Build the matrix of the input that a unit of output needs: input by output product.

    Zero where the two have no common unit, so that nothing can be said.
    """
    common = trade.traded[:, None] & trade.traded[None, :]
    ratio = np.where(common, LEAST_INPUT, 0.0)
    place = {key: number for number, key in enumerate(trade.nodes.products)}
    for (source, output), route in routes.items():
        known = route.ratio and source in place and output in place
        if trade.measure == "tonnes" and known:
            pair = place[source], place[output]
            ratio[pair] = route.ratio if common[pair] else 0.0
    return ratio
