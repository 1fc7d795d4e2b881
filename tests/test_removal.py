"""Single points of failure: the loss formula, and who gets nothing."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from supply_cases import FLOW, flows, inflows, makes, network, random_tables, slow_loss

from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.analysis.supply.removal import removal_losses, structural_points
from graphkit.errors import GraphkitError

SEEDS = range(10)
TIERS = ("oxide", "metal")


def losses(table: pa.Table, name: str = "loss") -> dict[tuple[str, str], float]:
    return {(r["consumer"], r["product"]): r[name] for r in table.to_pylist()}


def cuts(table: pa.Table) -> set[tuple[str, str, str]]:
    return {(r["removed"], r["consumer"], r["product"]) for r in table.to_pylist()}


# --- the loss of everybody without a country or a bloc


def test_the_drunkard_passes_a_corner_as_often_as_the_textbook_says():
    """Kemeny & Snell: of a walk on 0..4, the chance to pass 3 before 0 is i/3."""
    walk = flows("n0 1 n1", "n2 1 n1", "n1 1 n2", "n3 1 n2", "n2 1 n3", "n4 1 n3")
    net = network(walk, makes("n0 10", "n4 10"))
    found = losses(removal_losses(net, {"n3": ["n3"]}, base="supply"))
    assert found == pytest.approx({("n1", "ore"): 1 / 3, ("n2", "ore"): 2 / 3})


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("size", [1, 2, 3])
def test_the_formula_is_what_arrives_with_the_countries_removed(seed, size):
    sold, made = random_tables(seed)
    net = network(sold, made)
    removed = list(net.countries[:size])
    slow = slow_loss(net, removed)
    found = losses(removal_losses(net, {"bloc": removed}, base="supply"))
    for node, loss in slow.items():
        if node[0] not in removed:
            assert found.get(node, 0.0) == pytest.approx(loss, abs=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_country_at_once_is_every_country_by_itself(seed):
    net = network(*random_tables(seed))
    together = removal_losses(net)
    apart = pa.concat_tables([removal_losses(net, {c: [c]}) for c in net.countries])
    ends = ["low", "high"]
    assert together.drop_columns(ends).equals(apart.drop_columns(ends))
    for name in ends:
        assert together[name].to_pylist() == pytest.approx(apart[name].to_pylist(), abs=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_bloc_takes_at_least_what_its_members_take(seed):
    net = network(*random_tables(seed))
    a, b = net.countries[:2]
    bloc = losses(removal_losses(net, {"both": [a, b]}))
    for country in (a, b):
        for node, loss in losses(removal_losses(net, {country: [country]})).items():
            if node[0] not in (a, b):
                assert loss <= bloc[node] + 1e-9


def test_a_country_is_removed_at_all_its_stages():
    """No node of A is on every way to C, but A mines for the one and smelts for the other."""
    net = network(
        flows("A 5 B oxide", "A 1 C metal", "B 1 C metal", "D 1 A metal"),
        makes("A 9 oxide", "B 1 metal", "D 1 metal"),
    )
    found = losses(removal_losses(net, {"A": ["A"]}))
    assert found["C", "metal"] == pytest.approx(1.0)


def test_losses_are_of_what_is_bought_or_of_all_that_there_is():
    net = network(flows("A 3 B", "C 1 B"), makes("A 9", "C 1", "B 4"))
    assert losses(removal_losses(net, {"A": ["A"]})) == {("B", "ore"): 0.75}
    assert losses(removal_losses(net, {"A": ["A"]}, base="supply")) == {("B", "ore"): 0.375}


def test_what_is_made_is_lost_with_what_it_is_made_of():
    net = network(flows("A 3 B oxide", "B 2 C metal"), makes("A 9 oxide", "B 5 metal"))
    supply = losses(removal_losses(net, {"A": ["A"]}, base="supply"))
    assert supply["B", "metal"] == 1.0
    assert ("B", "metal") not in losses(removal_losses(net, {"A": ["A"]}))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_loss_of_imports_is_the_mean_loss_of_those_they_come_from(seed):
    net = network(*random_tables(seed))
    removed = net.countries[0]
    slow, found = slow_loss(net, [removed]), losses(removal_losses(net, {"x": [removed]}))
    for node, sources in inflows(net).items():
        bought = {n: share for n, share in sources.items() if n[1] == node[1]}
        if bought and node[0] != removed:
            mean = sum(share * slow[n] for n, share in bought.items()) / sum(bought.values())
            assert found.get(node, 0.0) == pytest.approx(mean, abs=1e-9)


@pytest.mark.parametrize(("slack", "uncovered"), [(0.0, 0.75), (0.2, 0.7), (3.0, 0.0), (9.0, 0.0)])
def test_remaining_suppliers_recover_up_to_their_slack(slack, uncovered):
    net = network(flows("A 3 B", "C 1 B"), makes("A 9", "C 9"))
    row = removal_losses(net, {"A": ["A"]}, slack=slack).to_pylist()[0]
    assert row["uncovered"] == pytest.approx(uncovered)
    assert row["recovered"] + row["uncovered"] == pytest.approx(row["loss"])


def test_a_consumer_with_nothing_left_recovers_nothing():
    net = network(flows("A 3 B", "B 1 C"), makes("A 9"))
    assert losses(removal_losses(net, {"A": ["A"]}, slack=5.0), "uncovered")["C", "ore"] == 1.0


def test_the_chain_says_why_and_how_much_goes_that_way():
    net = network(flows("A 6 B", "A 1 C", "B 4 C"), makes("A 9", "B 2"))
    rows = {r["consumer"]: r for r in removal_losses(net, {"A": ["A"]}).to_pylist()}
    assert rows["C"]["chain"] == "A ore > B ore > C ore"
    assert rows["C"]["chain_share"] == pytest.approx(0.8 * 0.75)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_chain_is_the_strongest_of_all_and_never_more_than_the_loss(seed):
    net = network(*random_tables(seed))
    graph = nx.DiGraph()
    for node, sources in inflows(net).items():
        for source, share in sources.items():
            graph.add_edge(source, node, length=-np.log(share))
    supply = removal_losses(net, base="supply").to_pylist()
    lost = {(r["removed"], r["consumer"], r["product"]): r["loss"] for r in supply}
    for row in removal_losses(net).to_pylist():
        target = (row["consumer"], row["product"])
        starts = [n for n in graph if n[0] == row["removed"]]
        length = nx.multi_source_dijkstra_path_length(graph, starts, weight="length")[target]
        assert row["chain_share"] == pytest.approx(np.exp(-length))
        assert row["chain_share"] <= lost[row["removed"], *target] + 1e-9
        steps = [tuple(step.split()) for step in row["chain"].split(" > ")]
        assert steps[0][0] == row["removed"]
        assert steps[-1] == target
        assert all(graph.has_edge(*pair) for pair in pairwise(steps))


def test_a_cycle_without_a_producer_is_not_an_error():
    net = network(flows("X 5 Y", "Y 5 X", "A 1 B"), makes("A 2"))
    found = losses(removal_losses(net, {"X": ["X"], "A": ["A"]}))
    assert found["Y", "ore"] == pytest.approx(1.0, abs=1e-6)
    assert found["B", "ore"] == 1.0


@pytest.mark.parametrize("dense", [0, 9])
def test_a_large_network_is_solved_like_a_small_one(dense, monkeypatch):
    net = network(*random_tables(4))
    one = removal_losses(net).to_pylist()
    monkeypatch.setattr("graphkit.analysis.supply.removal.DENSE", dense)
    monkeypatch.setattr("graphkit.analysis.supply.removal.BATCH", 5)
    for row, other in zip(one, removal_losses(net).to_pylist(), strict=True):
        assert row["loss"] == pytest.approx(other["loss"], abs=1e-12)


def test_a_small_loss_is_kept_if_it_is_named():
    net = network(*random_tables(4))
    rows = removal_losses(net).to_pylist()
    keys = [(r["removed"], r["consumer"], r["product"]) for r in rows]
    small = min(range(len(rows)), key=lambda n: rows[n]["loss"])
    found = removal_losses(net, minimum=0.5, besides={keys[small]}).to_pylist()
    assert rows[small]["loss"] <= 0.5
    assert found == [r for n, r in enumerate(rows) if r["loss"] > 0.5 or n == small]


@given(st.integers(0, 60), st.permutations(range(28)))
@settings(max_examples=15, derandomize=True, deadline=None)
def test_the_order_of_the_rows_changes_nothing(seed, order):
    sold, made = random_tables(seed, countries=5, products=TIERS)
    shuffled = network(sold.take(pa.array(order)), made.take(pa.array([3, 2, 1, 0, 7, 6, 5, 4])))
    assert removal_losses(network(sold, made)).equals(removal_losses(shuffled))


def test_an_isolated_country_takes_nothing_from_anyone():
    sold, made = random_tables(2)
    net = network(sold, pa.concat_tables([made, makes("ZZ 3 metal")]))
    table = removal_losses(net)
    assert "ZZ" not in {r["removed"] for r in table.to_pylist()}
    assert losses(removal_losses(network(sold, made))) == pytest.approx(losses(table))


# --- without it, nothing


def dominated(net: SupplyNetwork) -> set[tuple[str, str]]:
    """Pairs of dominator and consumer by networkx, of a network of one product."""
    graph = nx.DiGraph()
    country = [net.countries[place] for place in net.nodes.country]
    for i in range(net.size):
        graph.add_node(country[i])
        if net.pools.own[i] > 0:
            graph.add_edge("*", country[i])
    for source, target in zip(net.trade.source, net.trade.target, strict=True):
        graph.add_edge(country[source], country[target])
    if "*" not in graph:
        return set()
    parents = nx.immediate_dominators(graph, "*")
    pairs = set()
    for node in parents:
        above = parents[node]
        while node != "*" and above not in ("*", None):
            pairs.add((above, node))
            above = parents[above]
    return pairs


@pytest.mark.parametrize("seed", range(30))
def test_of_one_product_they_are_the_dominators_of_networkx(seed):
    sold, made = random_tables(seed, countries=9, products=("ore",), links=11, makers=2)
    net = network(sold, made)
    found = {(removed, consumer) for removed, consumer, _ in cuts(structural_points(net))}
    assert found == {pair for pair in dominated(net) if pair[0] != pair[1]}


@pytest.mark.parametrize("seed", range(12))
def test_over_stages_they_are_what_brute_force_cuts_off(seed):
    sold, made = random_tables(seed, countries=7, links=8, makers=2)
    net = network(sold, made)
    graph = nx.DiGraph()
    for node, sources in inflows(net).items():
        graph.add_edges_from((source, node) for source in sources)
    for i in np.flatnonzero((net.pools.own > 0) & (net.inputs.covered < 1)):
        graph.add_edge("*", tuple(net.nodes.label(i).split()))
    expected = set()
    reach = nx.descendants(graph, "*")
    for removed in net.countries:
        rest = nx.subgraph_view(graph, filter_node=lambda n, c=removed: n[0] != c)
        left = nx.descendants(rest, "*")
        expected |= {(removed, *n) for n in reach - left if n[0] != removed}
    assert cuts(structural_points(net)) == expected


@pytest.mark.parametrize("seed", range(12))
def test_who_gets_nothing_loses_all_and_who_loses_all_gets_nothing(seed):
    net = network(*random_tables(seed, links=9, makers=2))
    rows = removal_losses(net, base="supply", minimum=1 - 1e-9).to_pylist()
    lost = {(r["removed"], r["consumer"], r["product"]) for r in rows}
    assert cuts(structural_points(net)) == lost


def test_a_bloc_can_cut_off_what_no_member_can():
    net = network(flows("A 1 C", "B 1 C"), makes("A 2", "B 2"))
    assert cuts(structural_points(net, {"A": ["A"], "B": ["B"]})) == set()
    assert cuts(structural_points(net, {"A+B": ["A", "B"]})) == {("A+B", "C", "ore")}


def test_links_too_small_to_live_on_are_left_out_and_said_so():
    net = network(flows("A 99 C", "B 1 C"), makes("A 200", "B 2"))
    assert cuts(structural_points(net)) == set()
    row = structural_points(net, min_share=0.05).to_pylist()[0]
    assert (row["removed"], row["consumer"], row["kept"]) == ("A", "C", 0.99)
    assert row["chain"] == "A ore > C ore"


def test_who_is_cut_off_hangs_on_what_is_assumed_of_production():
    sold = flows("A 9 B", "B 4 C")
    must = network(sold, unpublished="net-exports")
    assert cuts(structural_points(must)) == {
        ("A", "B", "ore"), ("A", "C", "ore"), ("B", "C", "ore"),
    }  # fmt: skip
    assert cuts(structural_points(network(sold))) == {("B", "C", "ore")}


# --- what cannot be asked


@pytest.mark.parametrize(
    ("groups", "more", "message"),
    [
        ({"Z": ["Z"]}, {}, "Z: neither trade nor production .*A, B"),
        ({"none": []}, {}, "no country in none"),
        ({"A": ["A"]}, {"slack": -0.1}, "slack of -0.1, .*0 or more"),
        ({"A": ["A"]}, {"consumers": ["Q"]}, "Q: neither trade"),
    ],
)
def test_what_cannot_be_asked_is_said_in_one_line(groups, more, message):
    with pytest.raises(GraphkitError, match=message):
        removal_losses(network(flows("A 1 B")), groups, **more)


def test_nothing_gives_an_empty_answer():
    empty = network(FLOW.empty_table())
    assert len(removal_losses(empty)) == len(structural_points(empty)) == 0
    alone = network(FLOW.empty_table(), makes("A 1"))
    assert len(removal_losses(alone)) == len(structural_points(alone)) == 0
