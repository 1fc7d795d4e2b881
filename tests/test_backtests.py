"""Backtests of scenarios: the year that they are held against, and the page that says so."""

from __future__ import annotations

import backtests
import pytest

import graphkit


def test_a_stop_is_held_against_the_year_with_most_of_its_months():
    assert backtests.stopped_year("2010-10", "2010-11") == (2010, 2)
    assert backtests.stopped_year("2020-01", None) == (2020, 12)
    assert backtests.stopped_year("2023-08", None) == (2024, 12)
    assert backtests.stopped_year("2019-11", "2020-03") == (2020, 3)


@pytest.mark.long
def test_the_page_has_the_figures_of_the_shipped_trade():
    text = backtests.PAGE.read_text(encoding="utf-8")
    with graphkit.open() as graph:
        assert backtests.page(graph, text) == text
