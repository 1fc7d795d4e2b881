"""The tasks of a newcomer on the page, on the whole shipped graph, each within three clicks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from explorers import VIEWS, explorer, opened, reader, tabs
from playwright.sync_api import Locator, Page, expect

import graphkit
from graphkit.database import default_path

__all__ = ["opened", "reader", "tabs"]
MOST_CLICKS = 3


@pytest.fixture(scope="module")
def shipped() -> Iterator[httpx.Client]:
    graphkit.open().close()  # which builds the default database first
    with explorer(str(default_path())) as client:
        yield client


@dataclass
class Newcomer:
    """A reader of the page who counts the clicks."""

    page: Page
    clicks: int = 0

    def click(self, place: Locator) -> None:
        """Click on a place."""
        self.clicks += 1
        place.click()

    def take(self, words: str) -> None:
        """Take the question of the front page that has these words."""
        self.click(self.page.locator(".tiles a", has_text=words))

    def reads(self, *texts: str) -> None:
        """Find texts in the answer, after no more clicks than a task may take."""
        for text in texts:
            expect(self.page.locator("main")).to_contain_text(text, timeout=30_000)
        assert self.clicks <= MOST_CLICKS


@pytest.fixture
def newcomer(shipped, opened) -> Newcomer:
    return Newcomer(opened(shipped, VIEWS["overview"]))


def test_who_mined_what_south_koreas_magnets_are_made_of(newcomer):
    newcomer.take("magnets are made of")
    newcomer.reads("of metal magnets in 2024 was made in China", "Mine", "not published")


def test_what_germany_loses_without_chinas_gallium_and_what_the_code_is(newcomer):
    newcomer.take("China’s gallium")
    newcomer.reads("Germany", "one code for seven metals, HS 8112.92")


def test_how_chinas_share_of_japans_rare_earth_metals_changed(newcomer):
    newcomer.take("share of Japan’s rare-earth metals")
    newcomer.reads("since 2010", "China", "2010", "2024")


def test_whether_98_percent_of_europes_magnets_come_from_china(newcomer):
    newcomer.take("Do 98 % of Europe’s")
    newcomer.reads("98 % of imports", "cannot be told", "91.0 %")


def test_who_owns_congos_cobalt_mines(newcomer):
    newcomer.take("Who owns Congo’s cobalt")
    newcomer.reads("CMOC Group", "Glencore")
