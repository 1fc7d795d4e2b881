"""Leverage: ranges that hold in random worlds, sums by hand, and both ways side by side."""

from __future__ import annotations

import pytest
from claim_checker import check
from test_supply_truth import COUNTRIES, SEEDS, Stop, chain, hidden, lost_in_truth, network

from graphkit.analysis.supply.leverage import leverage
from graphkit.errors import UsageError


@pytest.mark.parametrize("part", [0.3, 1.0])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_range_of_lost_imports_holds_the_loss_in_truth(seed, part):
    truth = chain(seed)
    seller, buyer = COUNTRIES[seed % 5], COUNTRIES[(seed + 1 + seed // 5 % 4) % 5]
    lost = lost_in_truth(truth, Stop(sellers=(seller,)))
    products = [*truth.shape.inputs]
    sold = truth.sold.to_pylist()

    rows = leverage(network(truth, hidden(truth, seed, part)), seller, buyer, products).to_pylist()

    for row in rows:
        flows = [flow for flow in sold if flow["product"] == row["product"]]
        bought = sum(flow["tonnes"] for flow in flows if flow["consumer"] == buyer)
        amount = lost[buyer, row["product"]] * bought
        assert row["lost_imports_low"] <= amount + 1e-6
        assert row["lost_imports_high"] >= amount - 1e-6
        ways = {"sales": (seller, buyer), "other_trade": None}
        for name, way in ways.items():
            expected = sum(
                flow["tonnes"] for flow in flows
                if ((flow["supplier"], flow["consumer"]) == way if way
                    else not {flow["supplier"], flow["consumer"]} & {seller, buyer})
            )  # fmt: skip
            assert row[name] == pytest.approx(expected)
        assert row["sales"] <= row["lost_imports_high"] + 1e-6
        assert row["sales"] <= row["exports"] + 1e-6


def test_both_ways_are_the_losses_of_a_stop_of_each(ask):
    rows = ask.leverage("KOR", "CHN", scope="magnets-metal").rows.to_pylist()

    assert [(row["supplier"], row["consumer"]) for row in rows] == [("CHN", "KOR"), ("KOR", "CHN")]
    for row in rows:
        [loss] = ask.disrupt(
            row["supplier"], scope="magnets-metal", of=row["consumer"], min_loss=0.0
        ).rows.to_pylist()
        for name in ("lost_share", "low", "high", "lost_imports"):
            assert row[name] == pytest.approx(loss[name])


def test_the_other_order_has_the_same_rows(ask):
    one, other = (
        ask.leverage(*pair, scope="rare earths").rows.to_pylist()
        for pair in (("KOR", "CHN"), ("CHN", "KOR"))
    )

    def key(row):
        return row["supplier"], row["product"]

    assert sorted(one, key=key) == sorted(other, key=key)


@pytest.mark.parametrize("pair", [("KOR", "CHN"), ("JPN", "CHN"), ("EU27", "CHN")])
@pytest.mark.parametrize("scope", ["rare earths", "magnets-metal"])
def test_the_first_line_says_what_the_rows_have(ask, pair, scope):
    answer = ask.leverage(*pair, scope=scope)

    check("leverage", answer, answer.names)


@pytest.mark.parametrize("pair", [("KOR", "KOR"), ("DEU", "EU27"), ("EU27", "USA+CAN")])
def test_a_place_twice_and_two_groups_are_refused(ask, pair):
    with pytest.raises(UsageError):
        ask.leverage(*pair, scope="magnets-metal")
