"""Briefs on the whole shipped graph, as Chromium prints them on A4."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from explorers import reader
from playwright.sync_api import Page

import graphkit
from graphkit.api import Session
from graphkit.brief.brief import MOST_PAGES
from graphkit.brief.document import Brief

ONLY_PAGE_1 = """() => {
  const end = document.querySelector(".sheet");
  while (end?.nextSibling) end.nextSibling.remove();
  end?.remove();
}"""
"""Removes the annex."""

__all__ = ["reader"]


@pytest.fixture(scope="module")
def whole() -> Iterator[Session]:
    with graphkit.open() as session:
        yield session


@pytest.fixture
def page(reader) -> Iterator[Page]:
    page = reader.new_page()
    yield page
    page.close()


def printed(page: Page) -> int:
    """Number of sheets of paper."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))


def sheets_of(page: Page, brief: Brief) -> tuple[int, int]:
    """Number of sheets of the brief, and of its first page alone."""
    page.set_content(brief.html())
    number = printed(page)
    page.evaluate(ONLY_PAGE_1)
    return number, printed(page)


def assert_printed(page: Page, brief: Brief, sheets: int | None = None) -> None:
    """A brief is on as many sheets as it may be, and its first page on one."""
    number, first = sheets_of(page, brief)
    assert first == 1
    assert number == sheets if sheets else 1 < number <= MOST_PAGES


def test_page_1_on_a_country_is_one_sheet_and_the_brief_at_most_six(whole, page):
    """The nightly tests have more countries."""
    assert_printed(page, whole.brief("KOR"))


def test_page_1_on_minerals_is_one_sheet_and_the_brief_at_most_six(whole, page):
    assert_printed(page, whole.brief(scope="lithium,magnets"))


def test_a_brief_has_no_more_sheets_than_it_may(whole, page):
    assert_printed(page, whole.brief("KOR", pages=2), sheets=2)
