"""Sweeps: each value is the question asked at it, one way or another, and bad ones are refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from time import process_time
from typing import Any

import numpy as np
import pytest
from long_cases import others_long
from saying import Naming
from supply_cases import network, random_tables
from test_diversification import NEAR, SHARES, world
from test_supply_questions import CHAIN

import graphkit
from graphkit.analysis.diversification import certificate, least_share, plan
from graphkit.analysis.filling import filled
from graphkit.analysis.supply.disruption import disruption, disruptions
from graphkit.api import Session
from graphkit.errors import UsageError
from graphkit.plot.pictures import picture
from graphkit.questions.shared.sweep import read_sweep

STOP: dict[str, Any] = {"scope": "ree-metals", "min_loss": 0.0}


@pytest.fixture
def chain(graph_of: Callable[..., Session]) -> Session:
    return graph_of(CHAIN)


def lines(answer: Any) -> dict[tuple[str, str, float], dict[str, Any]]:
    return {
        (row["consumer"], row["product"], row["setting"]): row for row in answer.rows.to_pylist()
    }


@pytest.mark.parametrize("seed", range(6))
def test_many_cuts_at_once_are_each_by_itself(seed):
    net = network(*random_tables(seed))
    seller = net.countries[net.nodes.country[net.trade.source[0]]]
    cuts = [(loss, slack) for loss in (0.1, 0.45, 1.0) for slack in (0.0, 0.3)]
    for (loss, slack), table in zip(cuts, disruptions(net, [seller], cuts), strict=True):
        alone = disruption(net, [seller], loss=loss, slack=slack)
        assert table.select(["consumer", "product"]).equals(alone.select(["consumer", "product"]))
        for name in ("direct", "lost_share", "low", "high", "recovered", "lost_imports"):
            assert table[name].to_pylist() == pytest.approx(alone[name].to_pylist(), abs=1e-9)


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("least", ["change", "cost"])
def test_filling_up_is_the_programme_of_one_consumer(seed, least):
    purchases, number = world(seed, sellers=5), len(SHARES)
    result = filled(
        purchases.bought[0], np.repeat(purchases.demand, number),
        np.tile(purchases.spare, (number, 1)), np.array(SHARES), prices=purchases.prices,
        may_add=purchases.may_add[0], left_out=purchases.left_out, least=least,
    )  # fmt: skip
    for place, share in enumerate(SHARES):
        amounts = result.amounts[place]
        if (best := plan(purchases, share, least)) is not None:
            assert result.shortfall[place] == 0
            cost = float((best.amounts @ purchases.prices).sum())
            assert float(amounts @ purchases.prices) == pytest.approx(cost, abs=NEAR) or (
                least == "change"
            )
            if least == "change":
                assert amounts == pytest.approx(best.amounts[0], abs=NEAR)
            continue
        shortfall = certificate(purchases, share).shortfall
        assert result.shortfall[place] == pytest.approx(shortfall, abs=NEAR)
        nearest = least_share(purchases)
        assert np.isnan(result.least_share[place]) == (nearest is None)
        if nearest is not None:
            assert result.least_share[place] == pytest.approx(nearest[0], abs=NEAR)
            assert amounts == pytest.approx(nearest[1].amounts[0], abs=1e-5)


@pytest.mark.parametrize(
    ("sweep", "name", "values"),
    others_long([
        ("loss=0.25:1:0.25", "loss", [0.25, 0.5, 0.75, 1.0]),
        ("slack=0:0.4:0.2", "slack", [0.0, 0.2, 0.4]),
        ("stock-days=0:90:45", "stock_days", [0.0, 45.0, 90.0]),
        ("months=6:18:6", "months", [6, 12, 18]),
    ], 2),
)  # fmt: skip
def test_each_value_is_the_disruption_with_it(chain, sweep, name, values):
    more = {"restart": 5} | ({} if name == "slack" else {"slack": 0.1})
    more |= {} if name == "stock_days" else {"stock_days": 30.0}
    answer = chain.stocks("CHN", **STOP, **more, sweep=sweep)
    found = lines(answer)

    assert {row["setting"] for row in answer.rows.to_pylist()} == {*map(float, values)}
    for value in values:
        asked = {**STOP, **more, name: value}
        for row in chain.stocks("CHN", **asked).rows.to_pylist():
            line = found[row["consumer"], row["product"], float(value)]
            for column in ("uncovered_in_all", "low", "high"):
                assert line[column] == pytest.approx(row[column], abs=1e-9)
            assert line["first_day"] == row["first_day"]


def test_the_number_of_a_sweep_is_exact(chain):
    answer = chain.stocks("CHN", **STOP, sweep="loss=0.1:0.7:0.1")

    settings = list(dict.fromkeys(answer.rows["setting"].to_pylist()))
    assert settings == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]
    assert answer.scope.as_object()["sweep"] == "loss"
    assert "loss" not in answer.scope.as_object()


@pytest.mark.parametrize(
    ("sweep", "name", "values", "more"),
    others_long([
        ("slack=0:1:0.25", "slack", [0.0, 0.25, 0.5, 0.75, 1.0], {}),
        ("slack=0:1:0.5", "slack", [0.0, 0.5, 1.0], {"blocs": ["CHN+JPN"]}),
        ("slack=0:1:0.5", "slack", [0.0, 0.5, 1.0], {"exclude": "CHN", "least": "cost"}),
        ("max-share=0.3:0.9:0.3", "max_share", [0.3, 0.6, 0.9], {}),
        ("growth=0:0.1:0.05", "growth", [0.0, 0.05, 0.1], {"until": 2030}),
    ], 2),
)  # fmt: skip
def test_each_value_is_the_purchases_with_it(ask, sweep, name, values, more):
    asked = {"scope": "ree-metals", "date": "2025-01-01", **more}
    found = lines(ask.diversify("KOR,USA", **asked, sweep=sweep))
    for value in values:
        for row in ask.diversify("KOR,USA", **asked, **{name: value}).rows.to_pylist():
            line = found[row["consumer"], row["product"], value]
            assert line["verdict"] == row["verdict"]
            assert line["verdict_together"] == row["verdict_together"]
            assert (line["moved"] or 0.0) == pytest.approx(row["moved"], rel=1e-6, abs=1e-6)
            assert line["shortfall"] == pytest.approx(row["shortfall"] or 0.0, rel=1e-6, abs=1e-6)


def test_the_picture_has_a_line_each_and_the_range_of_few(ask):
    few = picture(ask.stocks("CHN", scope="magnets-metal", of="KOR", sweep="loss=0.2:1:0.2"))
    many = picture(ask.stocks("CHN", scope="magnets-metal", sweep="slack=0:0.4:0.2", top=5))
    moved = picture(ask.diversify("KOR", scope="ree-metals", sweep="max-share=0.3:0.9:0.2"))

    assert few.option["xAxis"]["data"] == ["20 %", "40 %", "60 %", "80 %", "100 %"]
    assert [series.get("stack") for series in few.option["series"]].count(None) == 1
    assert len(few.option["series"]) == 3
    assert len(many.option["series"]) == 5
    assert "impossible" in json.dumps(moved.option)


def test_a_sweep_with_equal_ends_has_one_value():
    sweep = read_sweep("loss=0.5:0.5:0.1", "stocks", {"loss": 1.0})

    assert sweep is not None
    assert sweep.values == [0.5]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sweep": "loss"}, "`sweep` … 'loss' … first and last"),
        ({"sweep": "price=0:1:0.1"}, "`sweep` … 'price' … loss, slack"),
        ({"sweep": "loss=0:1:0.1"}, "`loss` … 0 … more than 0"),
        ({"sweep": "slack=1:0:0.1"}, "step above 0 … last value … first"),
        ({"sweep": "slack=0:1:0"}, "step above 0"),
        ({"sweep": "slack=0:1:0.001"}, "`sweep` … 1,001 values … at most 200"),
        ({"sweep": "months=1:3:0.5"}, "`months` … 1.5 … whole numbers"),
        ({"sweep": "loss=0.1:1:0.1", "loss": 0.5}, "`sweep` … `loss` … leave out one"),
    ],
)
def test_a_bad_sweep_is_one_line(chain, options, message):
    with pytest.raises(UsageError) as error:
        chain.stocks("CHN", scope="ree-metals", **options)

    assert str(error.value) == Naming(message)
    assert "\n" not in str(error.value)


@pytest.mark.long
def test_a_hundred_values_for_all_minerals_of_a_country_take_seconds():
    """Time of the processor, which other work on the machine does not lengthen."""
    with graphkit.open() as graph:
        for ask in (
            lambda: graph.scenario("china-graphite-2023"),
            lambda: graph.stocks("CHN", of="KOR", sweep="loss=0.01:1:0.01"),
            lambda: graph.stocks("CHN", of="KOR", sweep="stock-days=0:297:3"),
            lambda: graph.diversify("KOR", sweep="slack=0:0.99:0.01"),
        ):
            start = process_time()
            answer = ask()
            assert len(answer.rows) > 1_000
            assert process_time() - start < 10
