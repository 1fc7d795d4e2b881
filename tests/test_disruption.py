"""A cut of exports followed through the stages, and the cascade after Lee and others."""

from __future__ import annotations

from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from saying import unsaid
from supply_cases import Node, flows, inflows, makes, network, random_tables, settled

from graphkit.analysis.supply.disruption import cascade, disruption
from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.analysis.supply.removal import removal_losses
from graphkit.errors import GraphkitError

SEEDS = range(10)


def column(table: pa.Table, name: str) -> dict[Node, object]:
    first = table.column_names[0]
    return {(r[first], r["product"]): r[name] for r in table.to_pylist()}


def slow_disruption(
    net: SupplyNetwork, sellers: set[str], products: set[str], loss: float
) -> dict[Node, float]:
    """Share of each pool that does not arrive, passing losses on until nothing changes."""
    shares = inflows(net)

    def step(node: Node, lost: dict[Node, float]) -> float:
        total = 0.0
        for other, share in shares[node].items():
            trade = other[1] == node[1]
            cut = other[0] in sellers and node[0] not in sellers and other[1] in products and trade
            arrives = (1 - lost[other]) * (1 - loss if cut else 1)
            total += share * (1 - arrives)
        return total

    return settled(shares, step)


# --- disruption


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("loss", [0.3, 0.8, 1.0])
@pytest.mark.parametrize("products", [{"ore"}, {"oxide", "metal"}])
def test_it_agrees_with_passing_losses_on_for_ever(seed, loss, products):
    net = network(*random_tables(seed))
    seller = net.countries[net.nodes.country[net.trade.source[0]]]
    slow = slow_disruption(net, {seller}, products, loss)
    if not any(slow.values()):
        return
    found = column(
        disruption(net, [seller], products=sorted(products), loss=loss, base="supply"), "lost_share"
    )
    for node, value in slow.items():
        assert found.get(node, 0.0) == pytest.approx(value, abs=1e-9)


def test_a_stop_of_all_exports_is_a_removal_for_those_abroad():
    net = network(*random_tables(3))
    seller = net.countries[net.nodes.country[net.trade.source[0]]]
    removed = {(r["consumer"], r["product"]): r["loss"]
               for r in removal_losses(net, {"x": [seller]}).to_pylist()}  # fmt: skip
    stopped = column(disruption(net, [seller]), "lost_share")
    for node, value in removed.items():
        assert stopped[node] == pytest.approx(value, abs=1e-9)


def test_what_is_used_at_home_is_not_cut():
    """A stops the export of oxide, not of the metal that it makes of it."""
    net = network(
        flows("A 2 B oxide", "A 1 B metal", "A 1 C metal"), makes("A 9 oxide", "A 5 metal")
    )
    found = column(disruption(net, ["A"], products=["oxide"], base="supply"), "lost_share")
    assert found == {("B", "oxide"): 1.0}


def test_losses_go_through_the_stages():
    net = network(flows("A 4 B oxide", "B 3 C metal", "D 1 C metal"),
                  makes("A 9 oxide", "B 3 metal", "D 2 metal"))  # fmt: skip
    rows = {
        (r["consumer"], r["product"]): r
        for r in disruption(net, ["A"], loss=0.8, base="supply").to_pylist()
    }
    assert rows["B", "oxide"]["direct"] == pytest.approx(0.8)
    assert rows["B", "metal"]["indirect"] == pytest.approx(0.8)
    row = rows["C", "metal"]
    assert (row["direct"], row["indirect"]) == pytest.approx((0.0, 0.6))
    assert row["lost_imports"] == pytest.approx(0.6 * 4)
    assert ("B", "metal") not in column(disruption(net, ["A"], loss=0.8), "lost_share")


def test_trade_among_those_who_cut_goes_on():
    net = network(flows("A 4 B", "B 3 C", "A 1 C"), makes("A 9"))
    found = column(disruption(net, ["A", "B"]), "lost_share")
    assert found == {("C", "ore"): 1.0}


def test_a_cut_can_be_for_some_destinations_only():
    net = network(flows("A 4 B", "A 4 C", "B 2 C"), makes("A 9"))
    found = column(disruption(net, ["A"], destinations=["B"]), "lost_share")
    assert found == pytest.approx({("B", "ore"): 1.0, ("C", "ore"): 2 / 6})


def test_a_cut_of_a_late_stage_leaves_the_stages_before_it_sure():
    """C sells less metal to D: who makes the oxide, and of what, no longer matters."""
    net = network(flows("A 4 B ore", "B 3 C oxide", "C 2 D metal", "E 1 D metal"),
                  makes("E some metal"))  # fmt: skip
    rows = cascade(net, ["C"], products=["metal"], tolerance=0.3, spread=0.9).to_pylist()

    assert [(r["country"], r["product"], r["low"], r["high"]) for r in rows] == [
        ("D", "metal", 0.0, pytest.approx(2 / 3))
    ]


def test_who_is_no_known_maker_may_sell_on_what_is_cut():
    """No source names E as a maker: the 1 t that it sells to D may be C's."""
    net = network(flows("C 2 D metal", "E 1 D metal"))
    rows = cascade(net, ["C"], products=["metal"], tolerance=0.3, spread=0.9).to_pylist()
    ends = {row["country"]: (row["high"], row["verdict"]) for row in rows}
    assert ends == {"D": (pytest.approx(2 / 3 + 0.9 / 3), "as traced"), "E": (1.0, "possible")}


def test_no_failure_is_sure_of_what_may_have_been_bought_unseen():
    """B fails in ore; it makes a fifth of all oxide, and may have bought the others."""
    net = network(flows("A 4 B", "B 1 C metal"), makes("B 0", "B 20% oxide", "D 80% oxide"))
    rows = cascade(net, ["A"], products=["ore"], tolerance=0.3, spread=1.0).to_pylist()
    ends = {row["product"]: (row["low"], row["high"], row["verdict"]) for row in rows
            if row["country"] == "B"}  # fmt: skip
    assert ends["ore"] == (1.0, 1.0, "certain")
    assert ends["oxide"] == (pytest.approx(1 / 5), 1.0, "as traced")


def test_losses_are_sure_where_all_that_is_made_and_drawn_on_is_published():
    """B has 4 of its 5 oxide from A; what C makes its own metal of is unknown."""
    made = makes("A 9 oxide", "B 1 oxide", "B 4 metal", "C 1 metal")
    net = network(flows("A 4 B oxide", "B 3 C metal"), made)
    rows = cascade(net, ["A"], products=["oxide"], tolerance=0.3, spread=0.8).to_pylist()

    found = {(r["country"], r["product"]): (r["low"], r["high"], r["verdict"]) for r in rows}
    assert found == {
        ("B", "oxide"): (pytest.approx(0.8), pytest.approx(0.8), "certain"),
        ("B", "metal"): (pytest.approx(0.8), pytest.approx(0.8), "certain"),
        # 3 of its 4 are B's, and its own oxide may be A's.
        ("C", "metal"): (pytest.approx(0.75 * 0.8), pytest.approx(0.75 * 0.8 + 0.25), "certain"),
    }


def test_slack_recovers_only_from_those_who_have_nothing_of_the_cut():
    """B has 3 from A (cut by half), 1 from C: lost 3/8; C delivers up to a fifth more."""
    net = network(flows("A 3 B", "C 1 B"), makes("A 9", "C 9"))
    row = disruption(net, ["A"], loss=0.5, slack=0.2).to_pylist()[0]
    assert row["lost_share"] == pytest.approx(0.375)
    assert row["recovered"] == pytest.approx(0.2 * 0.25)
    assert row["uncovered"] == pytest.approx(0.325)
    assert not row["nothing_left"]


def test_losses_are_of_what_is_bought_or_of_all_that_there_is():
    net = network(flows("A 3 B", "C 1 B"), makes("A 9", "C 1", "B 4"))
    bought, supply = (disruption(net, ["A"], base=b).to_pylist()[0] for b in ("imports", "supply"))
    assert (bought["lost_share"], supply["lost_share"]) == (0.75, 0.375)
    assert bought["lost_imports"] == supply["lost_imports"] == 3.0


def test_who_is_left_with_nothing_is_marked():
    net = network(flows("A 3 B", "B 1 C", "D 1 E", "A 1 E"), makes("A 80%", "D 20%"))
    found = column(disruption(net, ["A"], slack=0.5), "nothing_left")
    assert found == {("B", "ore"): True, ("C", "ore"): True, ("E", "ore"): False}


def test_who_may_make_some_itself_is_not_surely_left_with_nothing():
    net = network(flows("A 3 B", "B 1 C"), makes("A 9"))
    found = {r["consumer"]: r for r in disruption(net, ["A"]).to_pylist()}
    assert [found["C"][name] for name in ("low", "lost_share", "high")] == [0.0, 1.0, 1.0]
    assert [found[who]["nothing_left"] for who in ("B", "C")] == [True, False]


@given(st.integers(0, 40), st.floats(0.05, 1.0), st.floats(0.0, 2.0))
@settings(max_examples=30, derandomize=True, deadline=None)
def test_shares_stay_shares_and_add_up(seed, loss, slack):
    net = network(*random_tables(seed, countries=5))
    seller = net.countries[net.nodes.country[net.trade.source[-1]]]
    table = disruption(net, [seller], loss=loss, slack=slack)
    assert table.schema.field("lost_imports").metadata == {b"unit": b"t"}
    for row in table.to_pylist():
        assert 0 < row["lost_share"] <= 1
        assert row["direct"] + row["indirect"] == pytest.approx(row["lost_share"])
        assert row["recovered"] + row["uncovered"] == pytest.approx(row["lost_share"])
        assert row["indirect"] >= -1e-12
        assert 0 <= row["uncovered"] <= 1


@pytest.mark.parametrize(("name", "worse"), [("loss", (0.2, 0.5, 1.0)), ("slack", (0.9, 0.3, 0.0))])
def test_more_cut_and_less_slack_never_help(name, worse):
    net = network(*random_tables(7))
    seller = net.countries[net.nodes.country[net.trade.source[0]]]
    uncovered = [column(disruption(net, [seller], **{name: x}), "uncovered") for x in worse]

    for one, other in pairwise(uncovered):
        assert all(value <= other[node] + 1e-12 for node, value in one.items())


def test_a_cycle_without_a_producer_is_not_an_error():
    net = network(flows("X 5 Y", "Y 5 X", "A 1 X", "X 1 B"), makes("A 1"))
    assert column(disruption(net, ["A"]), "lost_share")["X", "ore"] == pytest.approx(1.0)
    alone = network(flows("X 5 Y", "Y 5 X"), unpublished="net-exports")
    assert column(disruption(alone, ["X"]), "lost_share")["Y", "ore"] == pytest.approx(1, abs=1e-6)


# --- cascade


def slow_cascade(
    net: SupplyNetwork, seller: str, loss: float, tolerance: float, spread: float
) -> tuple[dict[Node, int], dict[Node, float]]:
    """The rounds of failures and the last losses, link by link."""
    shares = inflows(net)
    failed: dict[Node, int] = {}
    while True:
        lost = {}
        for node, sources in shares.items():
            lost[node] = 0.0
            for other, share in sources.items():
                cut = spread if other in failed else 0.0
                if other[0] == seller and node[0] != seller and other[1] == node[1]:
                    cut = max(cut, loss)
                lost[node] += share * cut
        new = [n for n, x in lost.items()
               if n not in failed and n[0] != seller and x - tolerance > 1e-9]  # fmt: skip
        if not new:
            return failed, {n: x for n, x in lost.items() if x > 1e-12 and n[0] != seller}
        turn = 1 + max(failed.values(), default=0)
        failed.update(dict.fromkeys(new, turn))


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(("tolerance", "spread"), [(0.1, 0.5), (0.3, 1.0), (0.6, 0.8)])
def test_it_agrees_with_going_link_by_link(seed, tolerance, spread):
    net = network(*random_tables(seed))
    seller = net.countries[net.nodes.country[net.trade.source[0]]]
    failed, lost = slow_cascade(net, seller, 0.9, tolerance, spread)
    table = cascade(net, [seller], loss=0.9, tolerance=tolerance, spread=spread)
    rounds = {n: r for n, r in column(table, "round").items() if r is not None}
    assert rounds == failed
    found = {node: loss for node, loss in column(table, "lost_share").items() if loss > 1e-12}
    assert found == pytest.approx(lost)
    ends = zip(
        *(column(table, name).values() for name in ("low", "lost_share", "high")), strict=True
    )
    assert all(low <= loss <= high for low, loss, high in ends)


def test_a_loss_of_just_the_tolerance_is_borne():
    net = network(flows("A 1 B", "C 1 B"), makes("A 1", "C 1"))
    at = cascade(net, ["A"], tolerance=0.5, spread=1.0).to_pylist()[0]
    below = cascade(net, ["A"], tolerance=0.49, spread=1.0).to_pylist()[0]
    assert (at["failed"], at["round"]) == (False, None)
    assert (below["failed"], below["round"]) == (True, 1)


def test_failures_go_through_the_stages_and_name_who_hit():
    net = network(flows("A 4 B oxide", "B 3 C metal", "C 2 D magnet"),
                  makes("A 9 oxide", "B 3 metal", "C 2 magnet"))  # fmt: skip
    rows = cascade(net, ["A"], products=["oxide"], tolerance=0.3, spread=0.8).to_pylist()
    found = [(r["country"], r["product"], r["round"], r["hit_by"]) for r in rows]
    assert found == [
        ("B", "oxide", 1, "A oxide"), ("B", "metal", 2, "B oxide"), ("C", "metal", 3, "B metal"),
        ("C", "magnet", 4, "C metal"), ("D", "magnet", 5, "C magnet"),
    ]  # fmt: skip


def test_unseen_goods_that_are_cut_may_bring_down_who_made_others_of_them():
    """Korea loses 1 in 10 surely; China may have made the other 9 out of Australia's ore."""
    net = network(flows("AUS 1 KOR oxide", "CHN 9 KOR oxide"),
                  makes("AUS 10", "CHN some oxide", "AUS some oxide", "KOR 0 oxide"))  # fmt: skip
    rows = cascade(net, ["AUS"], tolerance=0.3, spread=0.5).to_pylist()
    ends = {row["country"]: (row["low"], row["high"], row["verdict"]) for row in rows}
    assert ends["CHN"] == (0.0, 1.0, "possible")
    assert ends["KOR"] == (0.1, pytest.approx(0.1 + 0.9 * 0.5), "possible")


def test_with_a_tolerance_of_one_nobody_fails():
    net = network(*random_tables(1))
    seller = net.countries[net.nodes.country[net.trade.source[0]]]
    assert not any(column(cascade(net, [seller], tolerance=1.0, spread=1.0), "failed").values())


def test_lee_and_others_count_lost_sales_too_and_weigh_by_a_capacity():
    """Figure 1 of their paper: i falls; k, whose lost links exceed t of its GDP, falls too."""
    net = network(flows("i 4 j", "k 6 i", "k 1 j", "j 2 k"))
    gdp = {"i": 20.0, "j": 50.0, "k": 10.0}
    both = cascade(net, ["i"], loss=0.5, tolerance=0.2, spread=0.5, capacity=gdp, links="either")
    rows = {r["country"]: r for r in both.to_pylist()}
    assert not rows["j"]["failed"]
    assert "k" not in rows  # i bought from k, and still does: it is i's exports that were cut
    full = cascade(net, ["j"], loss=1.0, tolerance=0.03, spread=1.0, capacity=gdp, links="either")
    rows = {r["country"]: r for r in full.to_pylist()}
    assert (rows["k"]["round"], rows["k"]["hit_by"]) == (1, "j ore")
    assert (rows["i"]["round"], rows["i"]["hit_by"]) == (2, "k ore")


@pytest.mark.parametrize("seed", range(6))
def test_lost_sales_only_make_it_worse(seed):
    net = network(*random_tables(seed))
    seller = net.countries[net.nodes.country[net.trade.source[0]]]
    supply = column(cascade(net, [seller], tolerance=0.3, spread=0.7), "failed")
    either = column(cascade(net, [seller], tolerance=0.3, spread=0.7, links="either"), "failed")
    assert {n for n, f in supply.items() if f} <= {n for n, f in either.items() if f}


@given(st.permutations(range(42)))
@settings(max_examples=10, derandomize=True, deadline=None)
def test_the_order_of_the_rows_changes_nothing(order):
    sold, made = random_tables(5)
    one, other = network(sold, made), network(sold.take(pa.array(order)), made)
    assert disruption(one, ["A"], loss=0.7).equals(disruption(other, ["A"], loss=0.7))
    how = {"tolerance": 0.2, "spread": 0.6}
    assert cascade(one, ["A"], **how).equals(cascade(other, ["A"], **how))


# --- what cannot be asked


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"loss": 0.0}, "loss … 0 … more than 0, at most 1"),
        ({"loss": 1.5}, "loss of 1.5"),
        ({"slack": -1.0}, "slack of -1"),
        ({"exporters": ["B"]}, "no exports … from B"),
        ({"exporters": ["Z"]}, "Z: … trade … production"),
        ({"products": ["tin"]}, "tin: no data … ore"),
        ({"destinations": ["A"]}, "no exports … from A to A"),
    ],
)
def test_what_cannot_be_asked_is_said_in_one_line(asked, message):
    given = {"exporters": ["A"], **asked}
    with pytest.raises(GraphkitError) as caught:
        disruption(network(flows("A 1 B")), given.pop("exporters"), **given)
    assert unsaid(str(caught.value), message) == []


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"tolerance": 2.0}, "tolerance … 2 … 0 to 1"),
        ({"spread": -0.1}, "spread … -0.1 … 0 to 1"),
        ({"links": "all"}, "all … supply, either"),
        ({"capacity": {"A": 1.0}}, "no capacity of B"),
    ],
)
def test_a_cascade_that_cannot_be_is_said_in_one_line(asked, message):
    with pytest.raises(GraphkitError) as caught:
        cascade(network(flows("A 1 B")), ["A"], **{"tolerance": 0.1, "spread": 0.5, **asked})
    assert unsaid(str(caught.value), message) == []
