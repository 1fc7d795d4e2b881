"""Look-through dependence: textbook cases, slow obvious versions, ranges, hostile networks."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow.parquet import read_table
from saying import unsaid
from supply_cases import (
    FLOW,
    STAGES,
    column,
    flows,
    groups,
    inflows,
    makes,
    network,
    random_tables,
    slow_origin,
)

from graphkit.analysis.supply.build import supply_network
from graphkit.analysis.supply.look_through import look_through
from graphkit.analysis.supply.tracing import origin_shares
from graphkit.errors import GraphkitError
from graphkit.files.folders import shipped

SEEDS = range(12)


# --- published and textbook cases


def test_the_drunkards_walk_ends_where_grinstead_and_snell_say():
    """Introduction to Probability (1997), examples 11.13 to 11.15: absorbed at corners 0 and 4."""
    walk = flows("n0 1 n1", "n2 1 n1", "n1 1 n2", "n3 1 n2", "n2 1 n3", "n4 1 n3")
    net = network(walk, makes("n0 10", "n4 10"))
    traced = look_through(net, base="supply")
    assert column(traced, consumer="n1") == pytest.approx({"n0": 3 / 4, "n4": 1 / 4})
    assert column(traced, consumer="n2") == pytest.approx({"n0": 1 / 2, "n4": 1 / 2})
    assert column(traced, consumer="n3") == pytest.approx({"n0": 1 / 4, "n4": 3 / 4})


@pytest.mark.parametrize("seed", SEEDS)
def test_it_is_the_algebra_of_kastner_and_others(seed):
    """Their matrices of amounts: x = p + Z 1, A = Z diag(x)^-1, R = (I - A)^-1 diag(p)."""
    sold, made = random_tables(seed, products=("ore",), links=18)
    net = network(sold, made)
    z = np.zeros((net.size, net.size))
    z[net.trade.target, net.trade.source] = net.trade.amount
    x = net.production.amount + z.sum(axis=1)
    used = x > 0
    z, x, p = z[used][:, used], x[used], net.production.amount[used]
    r = np.linalg.inv(np.eye(len(x)) - z / x) @ np.diag(p)
    np.testing.assert_allclose(r.sum(axis=1), x)
    found = origin_shares(net, "mine").share[used][:, net.nodes.country[used]]
    np.testing.assert_allclose(found, r / x[:, None], atol=1e-12)


def test_a_country_that_mines_nothing_hands_on_what_it_buys():
    """The re-export case of Kastner and others (2011): B only passes on, and drops out."""
    net = network(flows("A 6 B", "B 4 C", "D 4 C"), makes("A 10", "D 5"))
    row = look_through(net, consumers=["C"]).to_pylist()
    assert [(r["origin"], r["share"], r["face_value"], r["hidden"]) for r in row] == [
        ("D", 0.5, 0.5, 0.0), ("A", 0.5, 0.0, 0.5), ("B", 0.0, 0.5, -0.5),
    ]  # fmt: skip


def test_two_stages_by_hand():
    """C buys oxide: 3 from B, 1 from D. B makes it from ore, 3/4 A's; D from its own ore."""
    net = network(
        flows("A 3 B", "E 1 B", "B 3 C oxide", "D 1 C oxide"),
        makes("A 3", "E 1", "D 2", "B 3 oxide", "D 1 oxide"),
    )
    traced = look_through(net, consumers=["C"])
    assert column(traced, stage="separate") == pytest.approx({"B": 0.75, "D": 0.25})
    mined = column(traced, stage="mine")
    assert mined == pytest.approx({"A": 9 / 16, "E": 3 / 16, "D": 1 / 4})
    assert column(traced, "face_value", stage="mine")["B"] == 0.75


def test_the_stages_of_a_magnet_are_three_different_answers():
    net = network(
        flows("A 8 B oxide", "B 5 C metal", "C 2 K magnet"),
        makes("A 9 oxide", "B 5 metal", "C 2 magnet"),
    )
    traced = look_through(net, consumers=["K"])
    best = {s: max(column(traced, stage=s).items(), key=lambda pair: pair[1])[0]
            for s in ("separate", "metal", "component")}  # fmt: skip
    assert best == {"separate": "A", "metal": "B", "component": "C"}


def test_who_skips_a_stage_has_done_it_at_home():
    """B makes metal straight from ore; nobody sells it oxide, so it separated that itself."""
    net = network(
        flows("A 3 B", "B 1 C metal", "X 1 Y oxide"), makes("A 3", "B 1 metal", "X 1 oxide")
    )
    traced = look_through(net, consumers=["C"])
    assert column(traced, stage="separate") == {"B": 1.0}
    assert column(traced, stage="mine")["A"] == 1.0


def test_the_supply_of_a_producer_holds_its_own_share():
    net = network(flows("A 3 B"), makes("A 9", "B 1"))
    assert column(look_through(net, base="supply"), consumer="B") == {"A": 0.75, "B": 0.25}
    assert column(look_through(net), consumer="B") == {"A": 1.0}


def test_korea_bought_four_fifths_of_its_rare_earth_metals_from_china_in_2024():
    """As KBS reported (15 Apr 2025); looked through, China is still behind most of them."""
    trade = read_table(shipped("seeds") / "trade" / "rare-earths-1995-2024.parquet")
    trade = trade.filter(pc.and_(pc.equal(trade["product"], "ree-metals"),
                                 pc.equal(trade["period"].cast(pa.string()), "2024")))  # fmt: skip
    trade = trade.rename_columns({"exporter": "supplier", "importer": "consumer"})
    china = makes("CHN some ree-metals")
    rows = [
        look_through(supply_network(trade, made), consumers=["KOR"]).to_pylist()[0]
        for made in (china, None)
    ]
    for row in rows:
        assert (row["origin"], round(row["face_value"], 4)) == ("CHN", 0.8024)
    assert 0.6 < rows[0]["low"] < rows[0]["share"] < rows[0]["high"]
    assert (rows[1]["low"], rows[1]["high"]) == (0.0, 1.0)  # no source says who makes any


# --- against slow obvious versions


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("stage", ["mine", "separate", "metal"])
def test_it_agrees_with_letting_pools_mix_for_ever(seed, stage):
    net = network(*random_tables(seed))
    share = origin_shares(net, stage).share
    for place, country in enumerate(net.countries):
        slow = slow_origin(net, country, stage)
        for node in range(net.size):
            name = (net.countries[net.nodes.country[node]], net.products[net.nodes.product[node]])
            assert share[node, place] == pytest.approx(slow[name], abs=1e-9)


# --- what is not known


def test_a_cycle_without_a_producer_is_untraceable_and_no_error():
    net = network(flows("X 5 Y", "Y 5 X", "A 1 B"), makes("A 2"))
    traced = look_through(net)
    assert column(traced, consumer="X", product="ore")["untraceable"] == 1.0
    assert column(traced, consumer="B") == {"A": 1.0}
    assert net.coverage()["untraceable"].to_pylist() == [2]
    rows = {r["origin"]: r for r in traced.to_pylist() if r["consumer"] == "X"}
    assert rows["untraceable"]["low"] is None
    assert rows["A"]["high"] == 1.0


def test_what_is_made_out_of_a_pool_that_keeps_nothing_is_unknown():
    net = network(flows("X 5 Y", "Y 5 X", "A 9 Z", "X 1 C oxide", "Z 3 C oxide"),
                  makes("A 9", "X 1 oxide", "Z 3 oxide"))  # fmt: skip
    traced = look_through(net, consumers=["C"])
    found = column(traced, stage="mine")
    assert found["unknown"] == pytest.approx(0.25)
    assert found["A"] == pytest.approx(0.75)
    assert column(traced, stage="separate") == pytest.approx({"Z": 0.75, "X": 0.25})


def test_products_made_from_each_other_are_solved_together():
    pairs = pa.table({"input": ["oxide", "carbonate", "ore"],
                      "output": ["carbonate", "oxide", "oxide"]})  # fmt: skip
    later = pa.concat_tables([pairs, pa.table({"input": ["oxide"], "output": ["metal"]})])
    sold = flows("A 6 B oxide", "B 3 C carbonate", "C 2 D metal")
    made = makes("A 6 oxide", "B 3 carbonate", "C 2 metal", "A 9")
    net = supply_network(sold, made, later, STAGES, measure="tonnes", unnamed={"ore": 0.0})
    assert column(look_through(net, consumers=["D"]), stage="separate") == {"B": 1.0}
    assert column(look_through(net, consumers=["D"]), stage="mine") == {"A": 1.0}
    assert all(sum(r["share"] for r in rows) == pytest.approx(1)
               for rows in groups(look_through(net)).values())  # fmt: skip


# --- invariants


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("base", ["imports", "supply"])
@pytest.mark.parametrize("published", [True, False])
def test_shares_add_up_to_one_and_lie_in_their_range(seed, base, published):
    sold, made = random_tables(seed)
    net = network(sold, made if published else None)
    for rows in groups(look_through(net, base=base)).values():
        assert sum(r["share"] for r in rows) == pytest.approx(1, abs=1e-9)
        assert sum(r["face_value"] for r in rows) == pytest.approx(1, abs=1e-9)
        for row in rows:
            assert 0 <= row["share"] <= 1
            if row["low"] is not None:
                assert 0 <= row["low"] <= row["share"] <= row["high"] <= 1
            assert row["hidden"] == pytest.approx(row["share"] - row["face_value"])


@pytest.mark.long
@given(st.integers(0, 50), st.floats(1e-3, 1e6))
@settings(max_examples=25, derandomize=True, deadline=None)
def test_scaling_everything_changes_no_share(seed, factor):
    sold, made = random_tables(seed, countries=5, links=9)

    def scaled(table: pa.Table) -> pa.Table:
        values = pa.array(np.asarray(table["tonnes"].to_numpy()) * factor)
        return table.set_column(table.column_names.index("tonnes"), "tonnes", values)

    one = groups(look_through(network(sold, made)))
    other = groups(look_through(network(scaled(sold), scaled(made))))
    assert one.keys() == other.keys()
    for key, rows in one.items():
        found = {r["origin"]: r for r in other[key]}
        for row in rows:
            assert row["share"] == pytest.approx(found[row["origin"]]["share"], abs=1e-9)


@given(st.permutations(range(20)))
@settings(max_examples=15, derandomize=True, deadline=None)
def test_the_order_of_the_rows_changes_nothing(order):
    sold, made = random_tables(1, products=("ore", "oxide"), links=10)
    shuffled = network(sold.take(pa.array(order)), made.take(pa.array([*range(7, -1, -1)])))
    assert look_through(network(sold, made)).equals(look_through(shuffled))


@pytest.mark.parametrize("seed", SEEDS)
def test_an_isolated_country_changes_no_share(seed):
    sold, made = random_tables(seed)
    alone = pa.concat_tables([made, makes("ZZ 3 metal")])
    one = look_through(network(sold, made)).to_pylist()
    other = look_through(network(sold, alone)).to_pylist()
    names = ("consumer", "product", "stage", "origin")
    shares = {tuple(r[n] for n in names): r["share"] for r in other if r["origin"] != "ZZ"}
    assert shares == pytest.approx({tuple(r[n] for n in names): r["share"] for r in one})


def test_a_large_network_is_solved_like_a_small_one(monkeypatch):
    sold, made = random_tables(4)
    dense = look_through(network(sold, made)).to_pylist()
    monkeypatch.setattr("graphkit.analysis.supply.tracing.CROWDED", 0)
    sparse = look_through(network(sold, made)).to_pylist()
    for one, other in zip(dense, sparse, strict=True):
        assert one["origin"] == other["origin"]
        assert one["share"] == pytest.approx(other["share"], abs=1e-12)


# --- what cannot be asked


def test_nothing_gives_an_empty_answer():
    assert len(look_through(network(FLOW.empty_table()))) == 0


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"consumers": ["Z"]}, "Z: … trade … production … A"),
        ({"products": ["tin"]}, "tin: no data … ore"),
        ({"stages": ["metal"]}, "stage 'metal' … mine"),
        ({"untraded": "none"}, "untraded: … 'none' … unknown, own"),
        ({"unreported": "none"}, "unreported: … 'none' … any, as-inferred"),
        ({"base": "exports"}, "base: … 'exports' … imports, supply"),
        ({"consumers": ["A"]}, "A: no imports … ore"),
    ],
)
def test_what_cannot_be_asked_is_said_in_one_line(asked, message):
    with pytest.raises(GraphkitError) as caught:
        look_through(network(flows("A 1 B"), makes("A 2")), **asked)
    assert unsaid(str(caught.value), message) == []


def test_one_node_and_what_it_makes():
    net = network(FLOW.empty_table(), makes("A 2"))
    assert len(look_through(net)) == 0
    assert inflows(net) == {("A", "ore"): {}}
