"""A brief in a real Chromium: it fits, all can read it, and it asks for nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_explorer import SCREENS, violations

from graphkit.api import Session


@pytest.fixture(scope="module")
def file(ask: Session, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("brief") / "korea.html"
    ask.brief("KOR", scope="rare earths", period="2024").write(path)
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
def test_a_brief_fits_and_can_be_read_by_all(browser, file, tmp_path, screen, scheme):
    (width, height), _ = SCREENS[screen]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page, asked, faults = context.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda said: faults.append(said.text))
    page.goto(file.as_uri())
    page.screenshot(path=tmp_path / f"{screen}-{scheme}.png", full_page=True)
    fits = page.evaluate("document.documentElement.scrollWidth")
    left_open = violations(page)
    context.close()

    assert asked == [file.as_uri()]
    assert faults == []
    assert fits <= width
    assert left_open == []


def test_a_brief_prints_on_a4(browser, file, tmp_path):
    page = browser.new_page()
    page.goto(file.as_uri())
    page.pdf(path=tmp_path / "korea.pdf", prefer_css_page_size=True)
    page.emulate_media(media="print")

    assert (tmp_path / "korea.pdf").read_bytes().startswith(b"%PDF")
    assert page.locator("nav").is_hidden()
    page.close()
