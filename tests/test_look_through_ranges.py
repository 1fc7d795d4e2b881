"""The range that unknown origins and unpublished production leave open."""

from __future__ import annotations

from itertools import product as combinations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from supply_cases import column, flows, groups, makes, network, random_tables

from graphkit.analysis.supply.build import with_sellers
from graphkit.analysis.supply.look_through import look_through
from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.analysis.supply.ranges import loss_ranges
from graphkit.analysis.supply.removal import unnamed_sellers


@pytest.mark.parametrize(("stage", "order"), [("mine", 1), ("separate", 3)])
@pytest.mark.parametrize("seed", range(10))
def test_low_and_high_are_the_extremes_over_all_that_sellers_may_have_made(seed, stage, order):
    """Every seller that is known to make some: the least, or all that it sells."""
    sold, made = random_tables(seed, countries=5, products=("ore", "oxide"), links=7, makers=3)
    made = made.filter(pa.array([p == "ore" for p in made["product"].to_pylist()]))
    named = [f"{seller} some {product}" for seller, product in sorted(
        {(r["supplier"], r["product"]) for r in sold.to_pylist()}
        - {(r["country"], r["product"]) for r in made.to_pylist()}
    )]  # fmt: skip
    net = network(sold, pa.concat_tables([made, makes(*named)]))
    traced = groups(look_through(net))
    free = np.flatnonzero(net.unseen.unpublished)
    orders, pool_own = net.nodes.order, net.pools.own
    width = len(net.countries)
    seen_low = np.ones((net.size, width))
    seen_high = np.zeros((net.size, width))
    for choice in combinations((False, True), repeat=len(free)):
        own, links = chosen(net, free[list(choice)])
        mix = solve(net, own, links, order)
        bought = (net.pools.bought @ mix) / np.where(pool_own < 1, 1 - pool_own, 1)[:, None]
        seen_low = np.minimum(seen_low, bought[:, :width])
        # All of what is unknown may be anybody's who can do the work.
        seen_high = np.maximum(seen_high, bought[:, :width] + bought[:, width:])
    for node in np.flatnonzero((net.trade.imports > 0) & (orders >= order)):
        key = (*net.nodes.label(node).split(), stage)
        for row in traced[key]:
            if row["low"] is not None:
                place = net.countries.index(row["origin"])
                assert row["low"] == pytest.approx(seen_low[node, place], abs=1e-9)
                assert row["high"] <= seen_high[node, place] + 1e-9
                if not seen_high[node, place] > row["high"] + 1e-9:
                    continue
                assert not may_do(net, order)[place]


@pytest.mark.parametrize("seed", range(5))
def test_no_loss_is_of_more_than_all_where_ores_are_traded_unseen(seed):
    sold, made = random_tables(seed)
    net = network(sold.filter(pc.not_equal(sold["product"], "ore")), made)
    removed = [np.flatnonzero(net.nodes.country < count) for count in (1, 2, 4)]
    low, high = loss_ranges(net, removed)

    assert (low >= 0).all()
    assert (low <= high + 1e-12).all()
    assert (high <= 1 + 1e-12).all()
    assert (high[:, 2] > 0.99).any()


def chosen(net: SupplyNetwork, whole: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Own shares and links if some unpublished sellers made all they sell, others the least."""
    made = np.where(net.unseen.unpublished, net.production.least, net.production.amount)
    pool = made + net.trade.imports
    own = np.divide(made, pool, out=np.zeros(net.size), where=pool > 0)
    own[whole] = 1.0
    imported = np.where(net.pools.own < 1, 1 - net.pools.own, 1)
    links = net.pools.bought.toarray() * np.where(net.pools.own < 1, 1 / imported, 0)[:, None]
    return own, links * (1 - own)[:, None]


def solve(net: SupplyNetwork, own: np.ndarray, links: np.ndarray, order: int) -> np.ndarray:
    """Origins at a stage, with a last column for what is unknown."""
    width, orders, draws = len(net.countries), net.nodes.order, net.inputs.draws
    matrix, right = np.eye(net.size) - links, np.zeros((net.size, width + 1))
    for node in range(net.size):
        pools = np.flatnonzero(draws.output == node)
        if orders[node] == order:
            right[node, net.nodes.country[node]] = own[node]
        elif orders[node] > order:
            fed = net.inputs.covered_least[node]
            right[node, width] = own[node] * (1 - fed)
            for link in pools:
                matrix[node, draws.input[link]] -= own[node] * fed * draws.share[link]
    matrix[orders < order] = np.eye(net.size)[orders < order]
    return np.linalg.solve(matrix, right)


def may_do(net: SupplyNetwork, order: int) -> np.ndarray:
    order_of, draws = net.nodes.order, net.inputs.draws
    makers = (order_of == order) & ((net.production.amount > 0) | net.unseen.unpublished)
    mask = np.zeros(len(net.countries), bool)
    mask[net.nodes.country[makers]] = True
    skips = (order_of[draws.output] > order) & (order_of[draws.input] < order)
    mask[net.nodes.country[draws.output[skips]]] = True
    return mask


def test_metal_out_of_a_pool_nobody_knows_has_an_unknown_origin():
    net = network(flows("A 3 B metal", "C 1 B metal", "D 5 C oxide"),
                  makes("A 75% metal", "C 25% metal", "D 100% oxide"))  # fmt: skip
    rows = groups(look_through(net, consumers=["B"]))["B", "metal", "separate"]
    found = {r["origin"]: (r["share"], r["low"], r["high"]) for r in rows}
    assert found["unknown"] == (0.75, None, None)
    assert found["D"] == pytest.approx((0.25, 0.25, 1.0))


def test_a_share_is_its_low_if_none_of_the_unknown_is_its_and_its_high_if_all_is():
    net = network(flows("A 3 B metal", "C 1 B metal", "D 5 C oxide"),
                  makes("A 75% metal", "C 25% metal", "D 100% oxide"))  # fmt: skip
    for rows in groups(look_through(net)).values():
        unknown = sum(r["share"] for r in rows if r["origin"] == "unknown")
        for row in rows:
            if row["low"] is not None:
                assert row["low"] == pytest.approx(row["share"], abs=1e-12)
                assert row["high"] <= row["share"] + unknown + 1e-12


def test_ore_whose_trade_is_not_known_is_certainly_own_only_for_the_part_no_other_could_bring():
    """B mines 1 of the world's 10: its pool may be 9/10 A's, who has the rest."""
    made = makes("A 9", "B 1", "B 5 oxide")
    net = network(flows("B 5 K oxide"), made, unnamed={"ore": 0.0})
    rows = groups(look_through(net, consumers=["K"]))["K", "oxide", "mine"]
    found = {r["origin"]: (r["share"], r["low"], r["high"]) for r in rows}
    assert found["B"] == pytest.approx((0.1, 0.1, 1.0))
    assert found["A"] == pytest.approx((0.0, 0.0, 0.9))
    assert found["unknown"][0] == pytest.approx(0.9)
    own = groups(look_through(net, consumers=["K"], untraded="own"))["K", "oxide", "mine"]
    assert [(r["origin"], r["share"], r["low"], r["high"]) for r in own] == [("B", 1, 1, 1)]


def mined(net: SupplyNetwork, consumer: str, origin: str) -> tuple[float, float]:
    """Range of the consumer's oxide that was mined in a country."""
    rows = groups(look_through(net, consumers=[consumer]))[consumer, "oxide", "mine"]
    return next((r["low"], r["high"]) for r in rows if r["origin"] == origin)


def test_what_a_world_total_leaves_unnamed_is_mined_by_somebody():
    """China mines 50 of the world's 100 and sells oxide to Korea, who may have mined the rest."""
    made = makes("CHN 50", "CHN some oxide")
    made = made.set_column(made.column_names.index("share"), "share", pa.array([0.5, None]))
    net = network(flows("CHN 5 KOR oxide"), made)
    assert mined(net, "KOR", "CHN") == (pytest.approx(0.5), 1.0)
    assert mined(net, "KOR", "KOR") == (0.0, pytest.approx(0.5))


def test_a_row_of_other_countries_says_the_same_as_a_total():
    net = network(
        flows("CHN 5 KOR oxide"), makes("CHN 50", "CHN some oxide"), unnamed={"ore": 50.0}
    )
    assert mined(net, "KOR", "CHN") == (pytest.approx(0.5), 1.0)
    assert mined(net, "KOR", "KOR") == (0.0, pytest.approx(0.5))


def test_the_only_figure_of_a_table_without_a_total_leaves_all_others_open():
    net = network(flows("CHN 31.4 MMR oxide"), makes("CHN 55.8", "CHN some oxide"))
    assert mined(net, "MMR", "CHN") == (0.0, 1.0)
    assert mined(net, "MMR", "MMR") == (0.0, 1.0)


def test_a_miner_may_have_made_its_oxide_of_ore_that_it_bought_unseen():
    """Myanmar mines 16.32 of 68.39, makes 4.46 of oxide; unnamed China may have sold it ore."""
    made = makes("MMR 16.32", "MMR 4.46 oxide")
    share = pa.array([16.32 / 68.39, None])
    made = made.set_column(made.column_names.index("share"), "share", share)
    net = network(flows("CHN 4.32 MMR oxide", "MMR 3 MYS oxide"), made)
    bought = 4.32 / 8.78
    low, high = mined(net, "MYS", "CHN")
    assert low == 0.0
    assert high == pytest.approx(bought + (1 - bought) * (1 - 16.32 / 68.39))
    assert high > 0.766


def test_a_withheld_producer_leaves_nothing_certain():
    net = network(flows("B 5 K oxide"), makes("A ?", "B 1", "B 5 oxide"))
    rows = groups(look_through(net, consumers=["K"]))["K", "oxide", "mine"]
    found = {r["origin"]: (r["share"], r["low"], r["high"]) for r in rows}
    assert found["B"] == (0.0, 0.0, 1.0)
    assert found["A"] == (0.0, 0.0, 1.0)


def test_a_withheld_figure_that_is_bounded_at_nothing_leaves_the_other_mine_certain():
    made = makes("A ?", "B 1", "A 2 oxide", "B 5 oxide")
    made = made.append_column("most", pa.array([0.0, None, None, None]))
    net = network(flows("A 2 K oxide", "B 5 K oxide"), made, unnamed={"ore": 0.0})
    rows = groups(look_through(net, consumers=["K"]))["K", "oxide", "mine"]

    # What A made its oxide of may be B's too.
    found = {r["origin"]: (r["share"], r["low"], r["high"]) for r in rows}
    assert found["B"] == (pytest.approx(5 / 7), pytest.approx(5 / 7), 1.0)


def test_nothing_is_sure_behind_a_product_between_that_is_traded_unseen():
    """A and B make half of the oxide each; C mines too, and makes metal of anybody's oxide."""
    made = makes("A 8 ore", "C 2 ore", "A 5 oxide", "B 5 oxide", "A 4 metal", "C 4 metal")
    net = network(flows("A 2 C", "A 4 K metal", "C 4 K metal"), made, unnamed={"oxide": 0.0})
    traced = groups(look_through(net, consumers=["K"], stages=["mine", "separate"]))
    for stage in ("mine", "separate"):
        rows = {row["origin"]: row for row in traced["K", "metal", stage]}
        low = {origin: row["low"] for origin, row in rows.items() if row["low"]}
        assert low == pytest.approx({"A": 0.25}), stage
    assert rows["B"]["high"] == pytest.approx(0.75)  # all of C's, and half of A's


def test_a_seller_without_published_production_may_have_made_all_or_the_least():
    net = network(flows("A 4 B", "B 3 C"))
    rows = {r["origin"]: r for r in look_through(net, consumers=["C"]).to_pylist()}
    assert (rows["A"]["low"], rows["A"]["high"]) == (0.0, 1.0)
    assert (rows["B"]["low"], rows["B"]["high"]) == (0.0, 1.0)
    assert rows["B"]["share"] == pytest.approx(3 / 7)
    fixed = look_through(net, consumers=["C"], unreported="as-inferred")
    assert column(fixed, "low") == pytest.approx(column(fixed, "share"))
    assert column(fixed, "high") == pytest.approx(column(fixed, "share"))


def test_what_a_country_itself_makes_is_as_much_as_the_network_says():
    """B may have sold only its own, or all of A's too; but it has 2 of A's and 6 of its own."""
    net = network(flows("A 2 B", "B 8 C"), makes("A 2", "B some"))
    rows = look_through(net, consumers=["B", "C"], base="supply").to_pylist()

    found = {(r["consumer"], r["origin"]): (r["low"], r["share"], r["high"]) for r in rows}
    assert found == {
        ("B", "A"): (0.25, 0.25, 0.25), ("B", "B"): (0.75, 0.75, 0.75),
        ("C", "A"): (0.0, 0.25, 0.25), ("C", "B"): (0.75, 0.75, 1.0),
    }  # fmt: skip


def test_nothing_is_sure_of_a_seller_that_no_source_names_as_a_maker():
    """B sells 8 and buys 2 from A: it makes 6, or has them from anywhere."""
    sold = flows("A 2 B", "B 8 C", "D 8 C")
    found = column_pairs(network(sold, makes("A 2", "D some")))

    # Half of what C buys, and all that B sells beyond its 2 from A.
    assert found["D"] == (0.5, 0.875)
    assert found["B"] == (0.0, 0.5)
    assert found["A"] == (0.0, 0.5)
    assert column_pairs(network(sold, makes("A 2", "B some", "D some"))) == {
        "A": (0.0, 0.125), "B": (0.375, 0.5), "D": (0.5, 0.5),
    }  # fmt: skip


def test_the_unnamed_sellers_behind_a_buyer_are_found_with_their_part():
    # C has half from B, of which 6 of 8 are more than B bought; D is a named maker.
    net = network(flows("A 2 B", "B 8 C", "D 8 C"), makes("A 2", "D some"))
    buyers = net.select(["C"], ["ore"], "imports")
    found = unnamed_sellers(net, buyers).select(["country", "product", "part"]).to_pylist()

    assert found == [{"country": "B", "product": "ore", "part": pytest.approx(0.375)}]
    named = network(flows("A 2 B", "B 8 C"), makes("A 2", "B some"))
    assert not len(unnamed_sellers(named, named.select(["C"], ["ore"], "imports")))


def test_trade_names_the_makers_of_a_product_without_a_table():
    sold, made = flows("A 2 B", "B 8 C", "D 8 C"), makes("A 2")

    assert with_sellers(made, sold, {"oxide"}).equals(made)
    found = column_pairs(network(sold, with_sellers(made.slice(0, 0), sold, {"ore"})))
    assert found == {"A": (0.0, 0.125), "B": (0.375, 0.5), "D": (0.5, 0.5)}


def column_pairs(net: SupplyNetwork) -> dict[str, tuple[float, float]]:
    """Return the range of each origin in C's ore."""
    rows = look_through(net, consumers=["C"]).to_pylist()
    return {r["origin"]: (r["low"], r["high"]) for r in rows if r["low"] is not None}


def test_the_extremes_are_face_value_and_the_least_production():
    sold, _ = random_tables(5, products=("ore",), links=16)
    least = network(sold, unpublished="net-exports")
    for rows in groups(look_through(network(sold))).values():
        for row in rows:
            if row["low"] is not None and row["origin"] != row["consumer"]:
                assert row["low"] <= row["face_value"] + 1e-12
                assert row["face_value"] <= row["high"] + 1e-12
    for key, rows in groups(look_through(least)).items():
        wide = {r["origin"]: r for r in groups(look_through(network(sold)))[key]}
        for row in rows:
            if row["low"] is not None and row["share"] > 1e-9:
                assert row["share"] <= wide[row["origin"]]["high"] + 1e-9


def test_what_is_made_of_an_ore_without_any_data_may_be_lost_with_anybody():
    """B's oxide is its own, and nobody knows whose ore it is of, or who passed it on."""
    made = makes("B 6 oxide", "B 5 metal", "A 1 metal")
    net = network(flows("B 5 K metal", "A 1 K metal"), made, unnamed={"oxide": 0.0})
    _, high = loss_ranges(net, [net.nodes.of_countries(["A"])])
    lost = {net.nodes.label(node): high[node, 0] for node in range(net.size)}
    assert (lost["B oxide"], lost["B metal"]) == (1.0, 1.0)
