"""How hard a control bit: ranges that hold on series with a known bite, and the pairs listed."""

from __future__ import annotations

import math

import chance
import numpy as np
import pytest
from claim_checker import check
from databases import TRADE, slice_seeds

from graphkit.analysis.control_effects import (
    AFTER,
    BEFORE,
    Effect,
    control_effect,
    placebo_widening,
    went_round,
)
from graphkit.api import Session
from graphkit.build import build_graph
from graphkit.seeds.facts import read_seeds
from graphkit.stores.duck.store import DuckStore

SHAPES = (25, 11, 6, 4)
"""Of the gamma distribution that months are drawn from: its variation is one over the root."""


def series(rng, shape, bite):
    """Months before and after an act that takes a part of each, and what it left without it."""
    before, after = (rng.gamma(shape, 100 / shape, months) for months in (BEFORE, AFTER))
    months = {**dict(enumerate(before)), **dict(enumerate(after * (1 - bite), BEFORE))}
    return {month: float(tonnes) for month, tonnes in months.items()}, float(after.sum())


def placebos(rng, count):
    """Effects of acts that took nothing, of those series that are judged."""
    effects = (control_effect(series(rng, SHAPES[i % len(SHAPES)], 0)[0], BEFORE)
               for i in range(count))  # fmt: skip
    return [effect for effect in effects if isinstance(effect, Effect)]


def holding(rng, count, widening=1.0):
    """Count the series judged, and those whose range holds what an act of known bite took."""
    judged = holds = 0
    for number in range(count):
        months, without = series(rng, SHAPES[number % len(SHAPES)], rng.uniform(0, 1))
        effect = control_effect(months, BEFORE, widening)
        if isinstance(effect, Effect):
            judged += 1
            lost = without - effect.bought
            holds += effect.low - effect.bought <= lost <= effect.high - effect.bought
    return judged, holds


# --- the measure


def test_the_range_holds_a_known_bite_as_often_as_it_promises():
    rng = np.random.default_rng(chance.SEED)

    judged, holds = holding(rng, 1_000, placebo_widening(placebos(rng, 1_000)))

    assert judged >= 900
    assert holds >= 0.87 * judged


@pytest.mark.parametrize("shape", [1.5, 4, 25])
def test_placebo_acts_find_no_more_than_chance_by_the_factor_that_they_give(shape):
    rng = np.random.default_rng(chance.SEED)
    effects = [
        effect for _ in range(200)
        if isinstance(effect := control_effect(series(rng, shape, 0)[0], BEFORE), Effect)
    ]  # fmt: skip

    widening = placebo_widening(effects)

    assert widening >= 1
    halves = [widening * (effect.high - effect.expected) for effect in effects]
    judged = [(e, half) for e, half in zip(effects, halves, strict=True) if half < e.expected]
    outside = sum(abs(e.bought - e.expected) > half for e, half in judged)
    assert outside <= 0.1 * len(judged)


def test_too_few_placebo_acts_give_no_factor():
    effect = control_effect({month: 10.0 + month % 2 for month in range(18)}, BEFORE)

    assert placebo_widening([effect] * 8) == math.inf
    assert placebo_widening([effect] * 9) == 1
    varying = {month: 10.0 + month % 2 for month in range(18)}
    assert "no news" in control_effect(varying, BEFORE, math.inf)


def test_a_stop_of_even_purchases_is_found_with_its_lag_and_return():
    months = dict.fromkeys(range(BEFORE), 10.0) | {1: 11.0}
    months |= {12: 10.0, 13: 10.0, 14: 0.0, 15: 0.0, 16: 0.0, 17: 0.0, 18: 10.0, 19: 10.0, 20: 10.0}

    effect = control_effect(months, BEFORE)

    assert (effect.finding, effect.bought) == ("less", 20.0)
    assert effect.expected == pytest.approx(AFTER * 121 / 12)
    assert (effect.lag, effect.back) == (3, 9)


def test_what_did_not_change_is_within_and_never_fell():
    effect = control_effect({month: 10.0 + month % 2 for month in range(18)}, BEFORE)

    assert (effect.finding, effect.lag, effect.back) == ("within", None, None)


@pytest.mark.parametrize(
    ("months", "why"),
    [
        (dict.fromkeys(range(1, 18), 1.0), "1 of the 12 months before"),
        (dict.fromkeys(range(17), 1.0), "1 of the 6 months after"),
        (dict.fromkeys(range(18), 1.0) | {15: None}, "1 of the 6 months after"),
        (dict.fromkeys(range(18), 0.0), "nothing was bought"),
        (dict.fromkeys(range(18), 0.0) | {3: 100.0}, "no news"),
    ],
)
def test_missing_months_and_months_that_vary_too_much_are_refused(months, why):
    assert why in control_effect(months, BEFORE)


def test_a_series_in_another_unit_has_the_same_finding_in_that_unit():
    rng = np.random.default_rng(chance.SEED)
    months, _ = series(rng, 11, 0.5)

    tonnes = control_effect(months, BEFORE)
    kilograms = control_effect({m: 1000 * amount for m, amount in months.items()}, BEFORE)

    assert kilograms.low == pytest.approx(1000 * tonnes.low)
    assert (kilograms.finding, kilograms.lag) == (tonnes.finding, tonnes.lag)


def test_no_more_went_round_than_was_lost_nor_than_others_sold_more():
    lost = Effect(10.0, 60.0, 50.0, 70.0, 1, None)

    assert went_round(lost, Effect(500.0, 30.0, 25.0, 35.0, None, None)) == 60.0
    assert went_round(lost, Effect(20.0, 30.0, 25.0, 35.0, None, None)) == 0.0


# --- in answers


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """The slice of the shipped seeds, with the trade by month too."""
    folder = tmp_path_factory.mktemp("effects")
    names = ("us-census-imports-monthly", "us-census-totals-monthly", "hmrc-imports-monthly")
    slice_seeds(folder / "seeds", (*TRADE, *names))
    with DuckStore(folder / "months.duckdb") as store:
        store.load(build_graph(read_seeds(folder / "seeds")))
        yield Session(store)


def test_each_act_and_good_is_listed_for_each_buyer_and_judged_or_not_with_the_reason(asked):
    answer = asked.control_effects()
    rows = answer.rows.to_pylist()
    acts = asked.controls().rows.to_pylist()

    assert {(row["key"], row["product"]) for row in rows} == {
        (act["key"], product) for act in acts for product in act["products"] or ()
    }
    by_month = [row for row in rows if row["dataset"] is not None]
    assert {row["consumer"] for row in by_month} == {"GBR", "USA"}
    for row in rows:
        assert (row["published"] is None) == (row["published_low"] is None)
        assert (row["finding"] == "not judged") == (row["why"] is not None)
        assert (row["finding"] == "not judged") == (row["bought"] is None)
        if row["bought"] is not None:
            assert 0 < row["expected_low"] <= row["expected"] <= row["expected_high"]
            assert row["difference_low"] <= row["difference_high"]


def test_without_months_each_act_and_good_is_listed_and_none_is_judged(ask):
    answer = ask.control_effects("CHN")

    rows = answer.rows.to_pylist()
    assert {row["finding"] for row in rows} == {"not judged"}
    assert all(row["published"] for row in rows if row["consumer"] is not None)
    check("control_effects", answer, answer.names)


def test_us_germanium_and_uk_magnets_are_judged_by_their_months(asked):
    rows = {
        (row["key"], row["product"], row["consumer"]): row
        for row in asked.control_effects("CHN").rows.to_pylist()
    }

    germanium = rows["chn-2024-46", "germanium-metal", "USA"]
    assert (germanium["period"], germanium["finding"]) == ("2025-H1", "within")
    assert germanium["bought"] == pytest.approx(1.265, abs=0.001)
    assert "no news" in rows["chn-2024-46", "antimony-metal", "USA"]["why"]
    assert rows["chn-2024-46", "antimony-metal", "GBR"]["why"] == "aimed at USA alone"
    assert rows["chn-2025-18", "magnets-metal", "GBR"]["finding"] == "within"
    assert rows["chn-2025-57", "magnets-metal", "GBR"]["why"] == "suspended from 2025-11-07"
    assert "months before" in rows["chn-2023-23", "gallium", "USA"]["why"]
    assert "no months of this product" in rows["chn-2025-18", "dy-oxide", "USA"]["why"]


def test_changes_that_others_published_stand_beside_the_act_and_whose_purchases_they_are_of(asked):
    rows = {
        (row["key"], row["product"], row["consumer"]): row
        for row in asked.control_effects("CHN").rows.to_pylist()
    }

    magnets = rows["chn-2025-18", "magnets-metal", None]
    assert "change-all-magnets-2025-h1" in magnets["published"]
    assert (magnets["published_low"], magnets["published_high"]) == (-0.74, 0.175)
    assert rows["chn-2025-18", "magnets-metal", "KOR"]["published_low"] == 0.845
    assert rows["chn-2023-23", "gallium", None]["published_high"] == 0.55
    assert rows["chn-2024-46", "antimony-metal", "USA"]["published"] is None


def test_the_nearer_forecast_is_told_by_the_months_or_by_all_published_changes(asked):
    cases = asked.control_effects()
    rows = {(row["key"], row["product"], row["consumer"]): row for row in cases.rows.to_pylist()}

    assert rows["chn-2025-10", "molybdenum-metal", "USA"]["nearer"] == "all lost"  # 121 of 434 t
    assert rows["chn-2025-18", "magnets-metal", "GBR"]["nearer"] == "nothing changes"
    assert rows["chn-2023-39", "natural-graphite", "JPN"]["nearer"] == "all lost"
    assert rows["chn-2023-23", "gallium", None]["nearer"] == "both"
    known = [row for row in rows.values() if row["finding"] != "not judged" or row["published"]]
    assert sum(row["nearer"] is not None for row in rows.values()) == len(known)


@pytest.mark.parametrize(
    "scope", [None, "antimony", "graphite", "molybdenum", "gallium", "magnets-metal"]
)
def test_the_first_line_says_what_the_rows_have(asked, scope):
    answer = asked.control_effects(scope=scope)

    check("control_effects", answer, answer.names)


def test_a_picture_has_the_cases_that_are_judged(asked):
    assert "no act can be judged" in str(asked.control_effects(scope="gallium").plot().option)
    assert "no act can be judged" not in str(asked.control_effects().plot().option)


def test_a_day_is_refused_beside_the_effect(graphkit):
    code, _, problem = graphkit("controls", "--effect", "--date", "2025-01-01")

    assert code
    assert "--date" in problem


def test_placebo_acts_are_counted_before_and_after_the_range_was_widened_by_other_products(asked):
    lines = asked.control_effects().coverage.as_object()

    assert lines["placebo_acts"] > 100
    assert lines["widening"] > 1
    assert 20 < lines["placebo_acts_judged"] < lines["placebo_acts"]
    assert lines["placebo_acts_outside_widened"] / lines["placebo_acts_judged"] < 0.15
    assert lines["placebo_acts_outside"] / lines["placebo_acts"] > 0.15
