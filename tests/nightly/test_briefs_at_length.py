"""Briefs on more countries and minerals of the whole shipped graph, as Chromium prints them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))

from test_brief_in_print import assert_printed, page, reader, whole

__all__ = ["page", "reader", "whole"]


@pytest.mark.parametrize("country", ["COD", "DEU", "EU27", "JPN", "LUX", "USA"])
def test_page_1_on_a_country_is_one_sheet_and_the_brief_at_most_six(whole, page, country):
    assert_printed(page, whole.brief(country))


@pytest.mark.parametrize("scope", ["rare earths", "cobalt"])
def test_page_1_on_minerals_is_one_sheet_and_the_brief_at_most_six(whole, page, scope):
    assert_printed(page, whole.brief(scope=scope))


@pytest.mark.parametrize("pages", [1, 3])
def test_a_brief_has_no_more_sheets_than_it_may(whole, page, pages):
    assert_printed(page, whole.brief("KOR", pages=pages), sheets=pages)
