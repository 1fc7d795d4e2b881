"""The supply network: nodes, flows, production, conversions, its view for networkx."""

from __future__ import annotations

from dataclasses import replace
from operator import attrgetter

import networkx as nx
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from supply_cases import CHAIN, FLOW, MADE, STAGES, flows, makes, network, random_tables

from graphkit.analysis.supply.build import supply_network
from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.analysis.supply.production import INFERRED, MISSING, OBSERVED
from graphkit.analysis.supply.removal import short_of_input
from graphkit.errors import GraphkitError

ARRAYS = (
    "nodes.country", "nodes.product", "trade.source", "trade.target", "trade.amount",
    "production.amount", "production.least", "production.published", "production.state",
    "inputs.draws.output", "inputs.draws.input", "inputs.draws.share",
)  # fmt: skip


def nodes(net: SupplyNetwork) -> list[str]:
    return [net.nodes.label(i) for i in range(net.size)]


def produced(net: SupplyNetwork) -> dict[str, float]:
    return {net.nodes.label(i): float(net.production.amount[i]) for i in range(net.size)}


def drawn(net: SupplyNetwork) -> set[tuple[str, str, float]]:
    draws, label = net.inputs.draws, net.nodes.label
    rows = zip(draws.output, draws.input, draws.share.round(12).tolist(), strict=True)
    return {(label(output), label(pool), share) for output, pool, share in rows}


# --- pieces

BROKEN = {
    "nodes": [
        {"country": lambda nodes: nodes.country[::-1]},
        {"product": lambda nodes: nodes.product + 9},
        {"orders": lambda nodes: nodes.orders[::-1]},
        {"stages": lambda nodes: nodes.stages[:1]},
    ],
    "trade": [
        {"measure": lambda trade: "kg"},
        {"amount": lambda trade: trade.amount - trade.amount[0]},
        {"source": lambda trade: trade.source[::-1]},
        {"source": lambda trade: trade.source - 9},
        {"target": lambda trade: trade.target[:1]},
        {"target": lambda trade: trade.target * 0 + trade.nodes.size - 1},
    ],
    "production": [
        {"state": lambda made: made.state[:1]},
        {"amount": lambda made: made.amount - 99},
        {"unnamed": lambda made: made.unnamed[:1]},
    ],
    "inputs": [
        {"draws": lambda inputs: replace(inputs.draws, share=inputs.draws.share / 2)},
        {"draws": lambda inputs: replace(inputs.draws, output=inputs.draws.output[::-1])},
        {"possible": lambda inputs: replace(inputs.possible, input=inputs.possible.input * 0)},
        {"covered": lambda inputs: inputs.covered + 1},
        {"covered_least": lambda inputs: inputs.covered_least[:1]},
        {"behind": lambda inputs: ~inputs.behind},
    ],
}


@pytest.mark.parametrize(
    ("piece", "name", "change"),
    [(piece, *item) for piece, fields in BROKEN.items() for one in fields for item in one.items()],
)
def test_a_piece_whose_arrays_break_its_rules_is_refused(piece, name, change):
    net = network(flows("A 9 B", "A 2 C", "B 4 A oxide", "C 1 B oxide"), makes("A 20", "B 8 oxide"))
    one = getattr(net, piece)
    replace(one)
    with pytest.raises(ValueError, match="wanted"):
        replace(one, **{name: change(one)})


def test_the_pieces_of_a_network_share_their_nodes():
    net = network(flows("A 9 B"))
    with pytest.raises(ValueError, match="of the same nodes"):
        replace(net, trade=network(flows("A 9 B")).trade)


# --- nodes and flows


def test_nodes_are_in_order_of_stage_then_country():
    net = network(flows("B 1 A magnet", "B 1 A", "A 1 C oxide"))
    assert nodes(net) == ["A ore", "B ore", "A oxide", "C oxide", "A magnet", "B magnet"]


def test_flows_of_one_pair_are_added_up():
    net = network(flows("A 1 B", "A 2 B", "A 5 C"))
    assert net.trade.amount.tolist() == [3.0, 5.0]
    assert net.trade.imports.tolist() == [0.0, 3.0, 5.0]
    assert net.trade.exports.tolist() == [8.0, 0.0, 0.0]


@given(st.permutations(range(12)))
@settings(max_examples=30, derandomize=True, deadline=None)
def test_the_order_of_the_rows_changes_nothing(order):
    sold, made = random_tables(3, countries=5, products=("ore",), links=12)
    sold = pa.concat_tables([sold, sold.slice(0, 3)])
    shuffled = pa.concat_tables([sold.slice(12), sold.take(pa.array(order))])
    one, other = network(sold, made), network(shuffled, made.take(pa.array([3, 1, 0, 2])))
    for name in ARRAYS:
        np.testing.assert_array_equal(attrgetter(name)(one), attrgetter(name)(other))


def test_flows_without_the_measure_and_flows_to_oneself_are_counted_and_left_out():
    net = network(flows("A 1 B", "A ? B", "A 7 A", "C ? B"))
    row = net.coverage().to_pylist()[0]
    assert (row["flows"], row["flows_without_measure"], row["self_flows"]) == (1, 2, 1)
    assert nodes(net) == ["A ore", "B ore"]
    assert row["amount"] == 1.0


def test_a_country_that_only_makes_is_a_node_and_one_that_makes_nothing_is_not():
    net = network(flows("A 1 B"), makes("C 4", "D 0"))
    assert nodes(net) == ["A ore", "B ore", "C ore"]


def test_nothing_gives_an_empty_network():
    net = network(FLOW.empty_table())
    assert net.size == 0
    assert len(net.coverage()) == 0
    assert net.to_networkx().number_of_nodes() == 0


def test_mass_of_two_bases_is_not_added_up_and_value_has_none():
    two = flows("A 4 B", "B 2 C").append_column("basis", pa.array(["gross", "REO"]))
    of_value = two.rename_columns({"tonnes": "usd"})

    with pytest.raises(GraphkitError, match=r"more than one basis .*ore"):
        network(two)
    assert supply_network(of_value, None, CHAIN, STAGES, measure="usd").size == 3


# --- production


def test_published_production_is_taken_as_it_is():
    net = network(flows("A 3 B"), makes("A 9", "B 2"))
    assert produced(net) == {"A ore": 9.0, "B ore": 2.0}
    assert net.production.state.tolist() == [OBSERVED, OBSERVED]


def test_a_country_that_sells_more_than_it_has_makes_the_difference():
    net = network(flows("A 3 B", "B 9 C"), makes("A 5", "B 1"))
    assert produced(net) == {"A ore": 5.0, "B ore": 6.0, "C ore": 0.0}
    assert net.production.state.tolist() == [OBSERVED, INFERRED, MISSING]
    assert net.coverage()["oversold"].to_pylist() == [1]


def test_a_producer_of_whom_nothing_is_known_has_nothing():
    net = network(flows("B 5 K oxide"), makes("A ?", "B 5 oxide"))

    assert nodes(net) == ["A ore", "B oxide", "K oxide"]
    assert net.pools.supply.tolist() == [0.0, 5.0, 5.0]
    assert net.pools.own.tolist() == [0.0, 1.0, 0.0]
    names = ("nodes", "flows", "self_flows", "missing", "untraceable", "without_upstream")
    assert [tuple(row[n] for n in names) for row in net.coverage().to_pylist()] == [
        (1, 0, 0, 1, 0, 0), (2, 1, 0, 1, 0, 1),
    ]  # fmt: skip


def test_production_that_nobody_publishes_is_what_is_sold_or_the_least_that_can_be():
    sold = flows("A 5 B", "B 2 C")
    assert produced(network(sold)) == {"A ore": 5.0, "B ore": 2.0, "C ore": 0.0}
    least = network(sold, unpublished="net-exports")
    assert produced(least) == {"A ore": 5.0, "B ore": 0.0, "C ore": 0.0}
    assert least.production.state.tolist() == [INFERRED, MISSING, MISSING]
    np.testing.assert_array_equal(network(sold).production.state, least.production.state)


def test_only_those_who_sell_or_make_the_next_product_may_have_made_it_unpublished():
    net = network(flows("A 2 B metal", "B 1 C magnet"))

    assert [net.nodes.label(i) for i in np.flatnonzero(net.unseen.unpublished)] == [
        "A metal", "B metal", "B magnet",
    ]  # fmt: skip


def test_where_production_is_published_a_country_not_listed_makes_none():
    net = network(flows("A 5 B", "B 2 C"), makes("A 5"))
    assert produced(net)["B ore"] == 0.0


def test_a_rounding_difference_is_not_production():
    net = network(flows("A 0.1 B", "A 0.2 B", "B 0.30000000000000004 C"), makes("A 1"))
    assert produced(net)["B ore"] == 0.0


def test_a_share_of_the_world_is_taken_of_the_least_total_that_the_trade_allows():
    net = network(flows("M 3 B metal", "A 4 C metal", "M 9 A metal"), makes("A 90% metal"))
    assert produced(net)["A metal"] == pytest.approx(12 / 0.1 * 0.9)
    least = network(flows("M 3 B metal", "A 4 C metal", "M 9 A metal"), makes("A 90% metal"),
                    unpublished="net-exports")  # fmt: skip
    assert produced(least)["A metal"] == pytest.approx(12 / 0.1 * 0.9)
    alone = network(flows("A 4 C metal"), makes("A 80% metal"))
    assert produced(alone)["A metal"] == pytest.approx(4.0)


def test_shares_that_nearly_add_up_to_one_say_nothing_of_the_rest():
    net = network(flows("A 4 C metal", "B 1 C metal"), makes("A 99.9% metal"))
    assert produced(net)["A metal"] == pytest.approx(4.0)


def test_mass_of_another_basis_is_not_compared_with_flows():
    sold = flows("A 5 B", "B 2 C").append_column("basis", pa.array(["gross"] * 2))
    made = makes("A 7").append_column("basis", pa.array(["REO"]))
    assert network(sold, made).production.state.tolist() == [INFERRED, MISSING, MISSING]
    same = made.set_column(made.column_names.index("basis"), "basis", pa.array(["gross"]))
    assert produced(network(sold, same))["A ore"] == 7.0


def test_tonnes_are_not_compared_with_dollars():
    sold = pa.table({"supplier": ["A"], "consumer": ["B"], "product": ["ore"], "usd": [50.0]})
    net = supply_network(sold, makes("A 7"))
    assert net.production.amount.tolist() == [50.0, 0.0]
    assert net.unit == "USD"


def test_zero_is_zero_in_every_unit():
    sold = flows("A 5 B", "B 2 C").append_column("basis", pa.array(["gross"] * 2))
    made = makes("B 0").append_column("basis", pa.array(["REO"]))
    net = network(sold, made)
    assert produced(net)["B ore"] == 0.0
    assert net.production.state.tolist() == [INFERRED, OBSERVED, MISSING]


def test_an_untraded_product_is_counted_in_its_own_unit():
    net = network(flows("A 5 B oxide"), makes("A 7", "C 3"))
    assert net.trade.traded.tolist() == [False, True]
    assert produced(net)["C ore"] == 3.0
    shares = network(flows("A 5 B oxide"), makes("A 70%", "C 30%"))
    assert produced(shares)["C ore"] == pytest.approx(0.3)
    assert shares.production.state.tolist()[:2] == [OBSERVED, OBSERVED]


def test_a_withheld_production_is_a_node_of_which_nothing_is_known():
    net = network(flows("A 5 B oxide"), makes("A 7", "C ?"))
    assert nodes(net)[:2] == ["A ore", "C ore"]
    assert net.production.state[1] == MISSING


def test_figures_that_a_source_infers_are_not_observed():
    made = makes("A 9").append_column("observed", pa.array([False]))
    assert network(flows("A 3 B"), made).production.state.tolist() == [INFERRED, MISSING]


# --- conversions


def test_a_product_without_data_is_passed_through():
    net = network(flows("A 5 B metal", "B 2 C magnet"))
    assert drawn(net) == {("B magnet", "B metal", 1.0)}


def test_the_nearest_product_of_which_the_country_has_a_pool_is_drawn_on():
    net = network(flows("A 5 B oxide", "B 1 C metal", "D 1 C metal"), makes("D 3"))
    assert ("B metal", "B oxide", 1.0) in drawn(net)
    assert ("D metal", "D ore", 1.0) in drawn(net)


def test_equally_near_products_are_drawn_on_by_the_size_of_their_pools():
    pairs = pa.table({"input": ["oxide", "carbonate"], "output": ["metal", "metal"]})
    sold = flows("A 6 B oxide", "A 2 B carbonate", "B 1 C metal")
    net = supply_network(sold, None, pairs, STAGES, measure="tonnes")
    assert drawn(net) >= {("B metal", "B oxide", 0.75), ("B metal", "B carbonate", 0.25)}


def test_direct_inputs_of_two_stages_are_drawn_on_by_size_if_both_are_traded():
    """Hydroxide is made of the carbonate, or straight of the ore."""
    pairs = pa.table({"input": ["ore", "oxide", "ore"], "output": ["metal", "metal", "oxide"]})
    sold = flows("A 6 B oxide", "A 18 B ore", "B 1 C metal")
    net = supply_network(sold, None, pairs, STAGES, measure="tonnes")
    assert drawn(net) >= {("B metal", "B oxide", 0.25), ("B metal", "B ore", 0.75)}
    untraded = supply_network(
        flows("A 6 B oxide", "B 1 C metal"), makes("B 4"), pairs, STAGES, measure="tonnes"
    )
    assert ("B metal", "B oxide", 1.0) in drawn(untraded)


def test_pools_in_different_units_are_not_mixed():
    pairs = pa.table({"input": ["oxide", "carbonate"], "output": ["metal", "metal"]})
    sold, made = flows("A 6 B oxide", "B 1 C metal"), makes("B 4 carbonate")
    net = supply_network(sold, made, pairs, STAGES, measure="tonnes")
    assert not any(output == "B metal" for output, _, _ in drawn(net))
    only = supply_network(flows("B 1 C metal"), made, pairs, STAGES, measure="tonnes")
    assert drawn(only) == {("B metal", "B carbonate", 1.0)}


def test_a_product_is_not_made_from_a_later_stage():
    pairs = pa.table({"input": ["magnet"], "output": ["oxide"]})
    net = supply_network(flows("A 6 B magnet", "B 1 C oxide"), None, pairs, STAGES,
                         measure="tonnes")  # fmt: skip
    assert drawn(net) == set()


@pytest.mark.parametrize("seed", range(8))
def test_what_a_node_draws_on_adds_up_to_one(seed):
    net = network(*random_tables(seed))
    draws = net.inputs.draws
    sums = np.bincount(draws.output, draws.share, net.size)
    np.testing.assert_allclose(sums[np.unique(draws.output)], 1)
    rows = np.asarray(net.pools.bought.sum(axis=1)) + net.pools.own
    np.testing.assert_allclose(rows[net.pools.supply > 0], 1)


# --- networkx


def test_sums_and_facts_are_seen_by_networkx_with_their_units():
    sold = flows("A 1 B", "A 2 B", "B 1 C metal").append_column("hs", pa.array(["1", "2", None]))
    net = network(sold, makes("A 9"))
    sums, facts = net.to_networkx(conversions=True), net.to_networkx(facts=True)
    edge = sums["A", "ore"]["B", "ore"]
    assert edge == {"kind": "EXPORTS", "tonnes": 3.0, "unit": "t", "share": 1.0}
    assert sums["B", "ore"]["B", "metal"] == {"kind": "MADE_INTO", "share": 1.0}
    assert sums.nodes["A", "ore"]["produced"] == 9.0
    assert sums.nodes["B", "metal"]["state"] == "inferred"
    assert isinstance(facts, nx.MultiDiGraph)
    found = [d["hs"] for _, _, d in facts.edges(("A", "ore"), data=True)]
    assert found == ["1", "2"]
    assert "hs" not in facts.get_edge_data(("B", "metal"), ("C", "metal"))[0]


@pytest.mark.parametrize("seed", range(4))
def test_networkx_sees_the_same_amounts(seed):
    net = network(*random_tables(seed))
    graph, chain = net.to_networkx(), net.to_networkx(conversions=True)
    for node in range(net.size):
        name = (net.countries[net.nodes.country[node]], net.products[net.nodes.product[node]])
        assert graph.out_degree(name, weight="tonnes") == pytest.approx(net.trade.exports[node])
        shares = sum(d["share"] for _, _, d in chain.in_edges(name, data=True))
        fresh = net.pools.own[node] * (1 - net.inputs.covered[node])
        assert shares + fresh == pytest.approx(float(net.pools.supply[node] > 0))


# --- input that cannot be


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"measure": "kg"}, "measure: found 'kg', .*usd, tonnes"),
        ({"unpublished": "none"}, "exports, net-exports"),
        ({"flows": flows("A -1 B")}, "flow in tonnes of -1, .*0 or more"),
        ({"flows": flows("A nan B")}, "flow in tonnes of nan"),
        ({"flows": flows("A inf B")}, "flow in tonnes of inf"),
        ({"flows": flows("A 1 B").drop_columns(["consumer"])}, "no column 'consumer'"),
        ({"flows": flows("A 1 B gravel")}, "no stage of gravel"),
        ({"made": makes("A 1", "A 2")}, "2 figures .*production of ore in A"),
        ({"made": makes("A 120%")}, "production of 1.2, .*0 to 1"),
        ({"products": None, "flows": flows("A 1 B", "A 1 B oxide")}, "2 products"),
        ({"flows": pa.concat_tables([
            flows("A 1 B").append_column("period", pa.array([p])) for p in ("2023", "2024")
        ])}, "more than one period for ore"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_line(change, message):
    given = {"flows": flows("A 1 B"), "made": makes("A 1"), "products": STAGES,
             "measure": "tonnes", "unpublished": "exports", **change}  # fmt: skip
    with pytest.raises(GraphkitError, match=message) as error:
        supply_network(given["flows"], given["made"], CHAIN, given["products"],
                       measure=given["measure"], unpublished=given["unpublished"])  # fmt: skip
    assert "\n" not in str(error.value)


def test_a_flow_without_a_name_is_refused():
    row = pa.Table.from_pylist([{"supplier": None, "consumer": "B", "product": "ore"}], FLOW)
    with pytest.raises(GraphkitError, match="without supplier"):
        network(row)
    unnamed = pa.Table.from_pylist([{"country": None, "product": "ore", "tonnes": 1.0}], MADE)
    with pytest.raises(GraphkitError, match="without country"):
        network(flows("A 1 B"), unnamed)


def test_an_unknown_country_or_product_is_named_with_those_there_are():
    net = network(flows("A 1 B"))
    with pytest.raises(GraphkitError, match=r"Z: neither trade nor production .* A, B"):
        net.nodes.of_countries(["Z"])
    with pytest.raises(GraphkitError, match=r"tin: no data .*ore"):
        net.nodes.product_places(["tin"])


@pytest.mark.parametrize(
    ("tonnes", "share", "mined"), [(9.0, 0.9, 1.0), (7.0, 0.7, 2.0), (None, 0.9, 2.0)]
)
def test_who_is_not_in_a_nearly_whole_table_makes_no_more_than_its_trade_shows(
    tonnes, share, mined
):
    """Austria sells a little ore of copper, and makes copper of scrap; it has no mine."""
    sold = flows("A 1 C", "A 10 C oxide", "B 1 C")  # 10 of oxide need 1 of ore at least
    row = {"country": "B", "product": "ore", "tonnes": tonnes, "share": share}
    net = network(sold, pa.Table.from_pylist([row], MADE))

    assert produced(net)["A ore"] == pytest.approx(mined)


@pytest.mark.parametrize(("more", "covered"), [([], [pytest.approx(1 / 9)]), (["A 50"], [])])
def test_output_that_a_pool_of_unknown_size_may_feed_is_not_called_short(more, covered):
    """A makes metal of its oxide, or straight of an ore whose trade is unknown."""
    routes = pa.table({"input": ["oxide", "ore"], "output": ["metal", "metal"]})
    sold = flows("B 1 A oxide", "A 90 C metal", "B 1 C metal")
    net = supply_network(sold, makes(*more), routes, STAGES, measure="tonnes")
    rows = short_of_input(net, net.select(["C"], ["metal"], "imports")).to_pylist()

    assert [row["covered"] for row in rows if row["country"] == "A"] == covered
