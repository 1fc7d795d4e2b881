"""The links between the makers of two stages: sums, hand-made cases, and the look-through."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from supply_cases import CHAIN, STAGES, flows, inflows, makes, network, random_tables

from graphkit.analysis.supply.build import supply_network
from graphkit.analysis.supply.look_through import look_through, seller_shares, stage_links
from graphkit.errors import GraphkitError, UsageError


def by(rows, *names):
    """The shares summed by some columns."""
    found: dict = {}
    for row in rows:
        key = tuple(row[name] for name in names)
        found[key] = found.get(key, 0.0) + row["share"]
    return found


@pytest.mark.parametrize("consumer", ["JPN", "KOR", "USA"])
def test_makers_of_every_stage_have_the_shares_of_the_look_through(ask, consumer):
    trade = ask.supply_network("magnets", period="2024")
    traced = {
        (row["stage"], row["origin"]): row["share"]
        for row in look_through(trade, consumers=[consumer], products=["magnets-metal"]).to_pylist()
        if row["share"] > 1e-6
    }
    links = stage_links(trade, consumer, "magnets-metal").to_pylist()
    made = by(links, "stage", "maker")

    # Some metal is made straight from ore, which has no maker of compounds.
    assert {key: made.get(key, 0.0) for key in traced} == pytest.approx(traced, abs=5e-4)
    assert by(links, "stage") == pytest.approx(
        {(stage,): 1.0 for stage in ("component", "metal", "separate", "mine")}
    )


def test_what_a_maker_gets_is_what_it_passes_on(ask):
    trade = ask.supply_network("magnets", period="2024")
    links = stage_links(trade, "JPN", "magnets-metal").to_pylist()
    got = by([row for row in links if row["stage"] != "component"], "next_stage", "next_maker")
    passed = by(links, "stage", "maker")

    assert got == pytest.approx({key: passed[key] for key in got}, abs=1e-6)


def test_an_answer_has_links_if_all_origins_and_stages_are_asked_for(ask):
    whole = ask.origins("JPN", scope="magnets", period="2024")
    mined = ask.origins("JPN", scope="magnets", period="2024", stage="mine")

    assert min(whole.links["share"].to_pylist()) >= 0.001
    assert {row["next_maker"] for row in whole.links.to_pylist() if not row["next_stage"]} == {
        "JPN"
    }
    assert len(mined.links) == 0


def test_a_maker_draws_on_its_own_pool():
    """A smelts its own ore alone; B buys ore from A and C in equal parts, and smelts that."""
    sold = flows("A 2 B", "C 2 B", "A 3 D oxide", "B 1 D oxide")
    made = makes("A 8", "C 2", "A 3 oxide", "B 1 oxide")
    links = stage_links(network(sold, made), "D", "oxide").to_pylist()
    shares = by(links, "stage", "maker", "next_maker")

    assert shares == pytest.approx({
        ("separate", "A", "D"): 0.75, ("separate", "B", "D"): 0.25,
        ("mine", "A", "A"): 0.75, ("mine", "A", "B"): 0.125, ("mine", "C", "B"): 0.125,
    })  # fmt: skip


def test_at_face_value_a_seller_counts_as_the_maker():
    """B sells D oxide of E, which it only passes on; looked through, it makes a half of it."""
    sold = flows("A 2 B", "C 2 B", "B 2 D oxide", "E 1 B oxide")
    net = network(sold, makes("A 8", "C 2", "E 9", "B 1 oxide", "E 1 oxide"))
    links = stage_links(net, "D", "oxide", by_seller=True).to_pylist()
    rows = look_through(net, consumers=["D"], by_seller=True).to_pylist()
    faces = {(row["stage"], row["origin"]): row["face_value"] for row in rows if row["face_value"]}

    assert by(links, "stage", "maker", "next_maker") == pytest.approx(
        {("separate", "B", "D"): 1.0, ("mine", "A", "B"): 0.5, ("mine", "C", "B"): 0.5}
    )
    assert faces == pytest.approx(by(links, "stage", "maker"))
    assert {r["origin"]: r["share"] for r in rows if r["stage"] == "separate"} == pytest.approx(
        {"B": 0.5, "E": 0.5}
    )


def slow_sellers(net, origin: str, stage: str) -> dict[tuple[str, str], float]:
    """Share of an origin in each node's sales at face value, one seller after the other."""
    orders = dict(zip(net.products, net.nodes.orders, strict=True))
    start = dict(zip(net.stages, net.nodes.orders, strict=True))[stage]
    names = [(net.countries[c], net.products[p])
             for c, p in zip(net.nodes.country, net.nodes.product, strict=True)]  # fmt: skip
    pools, own = inflows(net), dict(zip(names, net.pools.own.tolist(), strict=True))
    inputs: dict = {}
    draws, covered = net.inputs.draws, net.inputs.covered
    for output, source, weight in zip(draws.output, draws.input, draws.share, strict=True):
        inputs.setdefault(names[output], []).append((names[source], weight * covered[output]))

    def sold(node) -> float:
        if orders[node[1]] == start:
            return float(node[0] == origin)
        return sum(
            weight * (pool(source) if orders[source[1]] >= start else float(node[0] == origin))
            for source, weight in inputs.get(node, ())
        )

    def pool(node) -> float:
        bought = [(other, part) for other, part in pools[node].items() if other[1] == node[1]]
        return own[node] * sold(node) + sum(part * sold(other) for other, part in bought)

    return {name: sold(name) for name in names if orders[name[1]] >= start}


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("stage", ["mine", "separate", "metal"])
def test_sellers_are_followed_one_after_the_other(seed, stage):
    net = network(*random_tables(seed))
    sales, _ = seller_shares(net, stage)
    for place, country in enumerate(net.countries):
        for name, share in slow_sellers(net, country, stage).items():
            node = net.countries.index(name[0]), net.products.index(name[1])
            (at,) = np.flatnonzero((net.nodes.country == node[0]) & (net.nodes.product == node[1]))
            assert sales[at, place] == pytest.approx(share, abs=1e-12)


def test_products_of_one_stage_made_of_each_other_have_sellers_too():
    """B makes carbonate of A's ore, C oxide of that, and D metal; no oxide is made into it."""
    sold = flows("A 8 B", "B 4 C carbonate", "C 4 D oxide", "D 1 E metal")
    made = makes("A 8", "B 4 carbonate", "C 4 oxide", "D 1 metal")
    routes = pa.table({
        "input": ["ore", "oxide", "carbonate", "oxide"],
        "output": ["carbonate", "carbonate", "oxide", "metal"],
    })  # fmt: skip
    net = supply_network(sold, made, routes, STAGES, measure="tonnes")
    rows = look_through(net, consumers=["E"], stages=["mine"], by_seller=True).to_pylist()

    assert {r["origin"]: r["face_value"] for r in rows if r["face_value"]} == {"A": 1.0}


def test_what_nobody_makes_out_of_anything_else_has_no_seller_behind_it():
    """Each of C's two products is made of the other, as its nearest input."""
    routes = pa.table({"input": ["oxide", "carbonate", "oxide"],
                       "output": ["carbonate", "oxide", "metal"]})  # fmt: skip
    sold = flows("B 2 C carbonate", "B 1 C oxide", "C 1 D metal", "A 1 B")
    made = makes("A 8", "B 4 carbonate", "B 4 oxide", "C 1 metal")
    net = supply_network(sold, made, routes, STAGES, measure="tonnes")
    rows = look_through(net, consumers=["D"], stages=["mine"], by_seller=True).to_pylist()

    assert {r["origin"]: r["face_value"] for r in rows if r["face_value"]} == {"untraceable": 1.0}


def test_face_value_by_seller_is_of_all_imports_only():
    net = supply_network(flows("A 1 B"), makes("A 2"), CHAIN, STAGES, measure="tonnes")
    with pytest.raises(GraphkitError, match="by_seller"):
        look_through(net, base="supply", by_seller=True)


@pytest.mark.parametrize("scope", ["magnets-metal", "ree-metals"])
def test_the_chain_at_face_value_has_the_rows_of_its_links(ask, scope):
    answer = ask.origins("KOR", scope=scope, period="2024", chain="face-value", min_share=0.0)
    rows = answer.rows.to_pylist()
    direct = ask.origins("KOR", scope=scope, period="2024", min_share=0.0).rows.to_pylist()
    made = by(answer.links.to_pylist(), "stage", "maker")
    faces = {(row["traced_to"], row["origin"]): row["face_value"] for row in rows}
    last = {row["origin"]: row["face_value"] for row in direct if row["traced_to"] == row["stage"]}

    assert {key: faces.get(key, 0.0) for key in made} == pytest.approx(made, abs=0.02)
    assert {r["origin"]: r["face_value"] for r in rows if r["traced_to"] == r["stage"]} == last
    assert {(r["traced_to"], r["origin"]): r["share"] for r in rows if r["share"]} == {
        (r["traced_to"], r["origin"]): r["share"] for r in direct if r["share"]
    }
    for stage in {row["traced_to"] for row in rows}:
        shares = [round(row["face_value"], 12) for row in rows if row["traced_to"] == stage]
        assert shares == sorted(shares, reverse=True)
        assert sum(shares) == pytest.approx(1.0)


def test_what_avoids_a_country_has_no_chain_at_face_value(ask):
    with pytest.raises(UsageError, match=r"`without`.*looked through"):
        ask.origins("JPN", scope="magnets", without="CHN", chain="face-value")


def test_a_stage_of_several_products_has_no_links():
    sold = flows("A 2 B", "A 1 B oxide", "A 1 B carbonate", "A 1 C metal")
    made = makes("A 8", "A 2 oxide", "A 2 carbonate", "A 1 metal")
    routes = pa.table({
        "input": ["ore", "ore", "oxide", "carbonate"],
        "output": ["oxide", "carbonate", "metal", "metal"],
    })  # fmt: skip
    several = supply_network(sold, made, routes, STAGES, measure="tonnes")

    assert len(stage_links(several, "C", "metal")) == 0


@pytest.mark.long
def test_a_product_among_others_is_traced_to_the_stages_of_its_own_chain(ask):
    """A magnet has an alloy behind it; what has none is not traced to one."""

    def stages(scope: str) -> set[tuple[str, str]]:
        rows = ask.origins("KOR", scope=scope, period="2024", largest=True).rows.to_pylist()
        return {(row["product"], row["traced_to"]) for row in rows}

    products = ("magnets-metal", "ree-metals", "ree-compounds")
    alone = [stages(product) for product in products]

    assert stages(",".join(products)) == set().union(*alone)
    assert len({stage for _, stage in set().union(*alone)}) > len({stage for _, stage in alone[-1]})


@pytest.mark.long
def test_no_single_point_is_at_a_stage_without_a_product_of_the_chain(ask):
    rows = ask.spof("KOR", period="2024").rows.to_pylist()
    looked = {(r["product"], r["traced_to"]) for r in rows if r["traced_to"]}
    for product in sorted({product for product, _ in looked}):
        alone = ask.origins("KOR", scope=f"product:{product}", period="2024").rows.to_pylist()
        assert {stage for one, stage in looked if one == product} <= {
            row["traced_to"] for row in alone
        }
