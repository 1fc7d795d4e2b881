"""Cover of lost supply month by month: by hand, by brute force, and what holds whatever is lost."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphkit.analysis.cover import Cover, cover

SHARES = st.floats(0, 1)
DAYS = st.floats(0, 800)


@st.composite
def questions(draw):
    """Needs with losses, slack, stocks, months, a restart, and perhaps shared stocks."""
    size = draw(st.integers(1, 4))
    lost = np.array(draw(st.lists(SHARES, min_size=size, max_size=size)))
    slack = np.array(draw(st.lists(SHARES, min_size=size, max_size=size)))
    stock = np.array(draw(st.lists(DAYS, min_size=size, max_size=size)))
    need = np.array(draw(st.lists(st.floats(0.5, 9), min_size=size, max_size=size)))
    months = draw(st.integers(1, 18))
    restart = draw(st.none() | st.integers(1, months))
    shared = [list(range(size))] if size > 1 and draw(st.booleans()) else []
    options = {
        "months": months, "restart": restart, "need": need, "shared": shared,
        "substitution": draw(st.sampled_from([0.0, 0.0, 0.1, 0.6])),
    }  # fmt: skip
    return lost, slack, stock, options


def in_parts(result: Cover) -> np.ndarray:
    return result.arrivals + result.slack + result.substitutes + result.stocks + result.uncovered


def last_day(result: Cover) -> np.ndarray:
    return np.array([np.inf if day is None else day for day in result.first_days])


def test_a_year_by_hand():
    """Of 12 a month, 9 are lost; slack gives 3; a stock of 73 days, of 28.8, lasts 146."""
    year = cover([0.75], [0.25], [73.0])

    assert (12 * year.arrivals[0]).tolist() == [3] * 12
    assert (12 * year.slack[0]).tolist() == [3] * 12
    assert (12 * year.stocks[0]).round(9).tolist() == [6, 6, 6, 6, 4.8] + [0] * 7
    assert year.first_days == [147]
    assert year.uncovered_in_all[0] == pytest.approx((7 * 6 + 1.2) / 144)


def test_slack_that_one_does_not_need_is_no_stock_of_another():
    """At the low end of a loss, slack can be more than the loss."""
    year = cover([0.1, 0.6], [0.3, 0.0], [0.0, 0.0], shared=[[0, 1]])

    assert year.slack[:, 0].tolist() == [0.1, 0.0]
    assert year.uncovered[:, 0] == pytest.approx([0.0, 0.6])


@settings(max_examples=60)
@given(questions())
def test_each_month_is_covered_once(question):
    lost, recovered, stock, options = question
    result = cover(lost, recovered, stock, **options)

    assert in_parts(result) == pytest.approx(1.0)
    for name in ("arrivals", "slack", "substitutes", "stocks", "uncovered"):
        assert (getattr(result, name) >= -1e-9).all()
    assert (result.substitutes <= options["substitution"]).all()


@settings(max_examples=60)
@given(questions())
def test_no_more_than_the_stocks_is_used(question):
    lost, recovered, stock, options = question
    result = cover(lost, recovered, stock, **options)
    used = result.stocks.sum(axis=1) * options["need"]
    had = stock * 12 / 365 * options["need"]

    if options["shared"]:
        assert used.sum() <= had.sum() + 1e-6
    else:
        assert (used <= had + 1e-6).all()


@settings(max_examples=60)
@given(questions())
def test_no_stock_leaves_what_slack_leaves(question):
    lost, recovered, stock, options = question
    result = cover(lost, recovered, 0 * stock, **{**options, "restart": None})

    rest = np.maximum(lost - np.minimum(lost, recovered) - options["substitution"], 0.0)
    assert result.uncovered == pytest.approx(
        np.repeat(rest[:, None], options["months"], axis=1), abs=1e-12
    )


@settings(max_examples=60)
@given(questions())
def test_twice_the_stock_never_shortens_the_cover(question):
    lost, recovered, stock, options = question
    once, twice = (cover(lost, recovered, factor * stock, **options) for factor in (1, 2))

    assert (last_day(twice) >= last_day(once)).all()
    assert (twice.uncovered.cumsum(axis=1) <= once.uncovered.cumsum(axis=1) + 1e-9).all()


@settings(max_examples=60)
@given(questions(), st.floats(0, 1))
def test_a_larger_loss_never_lengthens_the_cover(question, part):
    lost, recovered, stock, options = question
    more = lost + part * (1 - lost)
    less, result = (cover(loss, recovered, stock, **options) for loss in (lost, more))

    if options["shared"]:  # a larger loss of one may draw the stock to another
        in_all = [options["need"] @ cover.uncovered for cover in (less, result)]
        assert (in_all[1] >= in_all[0] - 1e-9).all()
        return
    assert (last_day(result) <= last_day(less)).all()
    assert (result.uncovered >= less.uncovered - 1e-9).all()


@settings(max_examples=60)
@given(questions())
def test_a_stop_that_ends_restores_what_it_cut(question):
    lost, recovered, stock, options = question
    months = options["months"]
    for restart in (1, months):
        result = cover(lost, recovered, stock, **{**options, "restart": restart})
        before = cover(lost, recovered, stock, **{**options, "restart": None})

        assert (result.arrivals[:, restart - 1 :] == 1).all()
        assert (result.uncovered[:, restart - 1 :] == 0).all()
        assert (result.uncovered[:, : restart - 1] == before.uncovered[:, : restart - 1]).all()


@pytest.mark.parametrize("stock", [0, 1, 2, 3, 5, 7])
@pytest.mark.parametrize("gaps", [[2], [4], [1, 3], [3, 3], [1, 1, 2]])
@pytest.mark.parametrize("needs", [1, 2])
def test_no_other_use_of_the_stock_covers_more(gaps, stock, needs):
    """Try each use of whole units in three months: more covered at first, then more level."""
    amounts = [needs, *([1] * (len(gaps) - 1))]
    months, units = 3, 12
    shared = [list(range(len(gaps)))] if len(gaps) > 1 else []
    days = [stock / units / amounts[0] * 365 / 12, *([0.0] * (len(gaps) - 1))]
    result = cover([gap / units for gap in gaps], [0.0] * len(gaps), days, months=months,
                   need=amounts, shared=shared)  # fmt: skip
    weights = np.array(amounts)
    missing = weights * np.array(gaps)
    uses = list(product(*(range(most + 1) for most in missing for _ in range(months))))
    table = np.array([use for use in uses if sum(use) <= stock]).reshape(-1, len(gaps), months)
    rest = missing[:, None] - table
    together = rest.sum(axis=1).cumsum(axis=1)
    mine = (weights[:, None] * result.uncovered * units).sum(axis=0).cumsum()

    assert (mine <= together.min(axis=0) + 1e-9).all()
    as_good = np.isclose(together, mine).all(axis=1)
    assert as_good.any()
    largest = (rest[as_good] / weights[:, None]).max(axis=1).min(axis=0)
    assert ((units * result.uncovered).max(axis=0) <= largest + 1e-9).all()
    if len(gaps) == 1 and result.first_days[0] is not None:
        latest = max(int((use > 0).argmax()) for use in rest[:, 0])
        assert result.first_days[0] * 12 / 365 > latest
