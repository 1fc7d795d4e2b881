"""The explorer as its users start it, its views, and a reader of its pages in Chromium."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest

from graphkit.cli import app

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page


VIEWS = {
    "overview": "view=overview",
    "overview of a country": "view=overview&country=KOR",
    "search": "view=overview&text=korea",
    "depends": "ask=depends&country=KOR&for=rare+earths",
    "suppliers": "ask=suppliers&country=KOR&for=magnets-metal",
    "dependents": "ask=dependents&country=CHN&for=magnets-metal",
    "spof": "ask=spof&country=KOR&for=ree-metals",
    "reliance": "ask=reliance&country=KOR&for=rare+earths",
    "concentration": "ask=concentration&for=rare+earths",
    "prices": "ask=prices&for=cobalt",
    "criticality": "ask=criticality&for=gallium",
    "controls": "ask=controls&country=CHN",
    "uses": "ask=uses&material=gallium",
    "plants": "ask=plants&country=COD&for=cobalt",
    "owners": "ask=owners&country=COD&for=cobalt&by=seat",
    "companies": "ask=companies&country=COD&for=cobalt&period=2024",
    "show": "ask=show&name=COD056",
    "company": "ask=show&name=glencore&kind=company",
    "trend": "ask=trend&country=KOR&for=ree-metals",
    "compare": "ask=compare&before=2019&after=2024&of=KOR&for=ree-metals",
    "flows": "ask=flows&for=ree-metals&period=2019",
    "origins": "ask=origins&country=KOR&for=magnets-metal",
    "leverage": "ask=leverage&country=KOR&other=CHN&for=magnets-metal",
    "network": "ask=network&for=magnets-metal&period=2024&expand=KOR",
    "centrality": "ask=centrality&for=rare+earths&period=2024",
    "disrupt": "ask=disrupt&who=CHN&for=magnets-metal&loss=0.8&slack=0.2",
    "stocks": "ask=stocks&who=CHN&for=magnets-metal&of=KOR&stock-days=60",
    "targets": "ask=targets&country=KOR",
    "diversify": "ask=diversify&country=KOR&for=magnets-metal&slack=0.2",
    "unknowns": "ask=unknowns&country=KOR&for=ree-metals",
    "claims check": "ask=claims/check&of=KOR&for=rare+earths",
    "claims": "ask=claims&of=KOR",
    "claims conflicts": "ask=claims/conflicts",
    "cypher": "view=cypher",
    "sources": "view=sources",
    "an error": "ask=depends&country=Atlantis",
}
TOGETHER = 120_000
"""Milliseconds in which all views open at once."""
STORED = """async () => [
  ...Object.keys(localStorage), ...Object.keys(sessionStorage), ...await caches.keys(),
  ...(await indexedDB.databases()).map((each) => each.name),
  ...(await navigator.serviceWorker.getRegistrations()).map((each) => each.scope),
]"""
"""Finds all that a page left in the browser."""


@contextmanager
def explorer(db: str, environment: Mapping[str, str] | None = None) -> Iterator[httpx.Client]:
    """Start `graphkit explore` on a database, and stop it in the end; yield a client of it."""
    with explorer_process(db, environment) as (client, _):
        yield client


@contextmanager
def explorer_process(
    db: str, environment: Mapping[str, str] | None = None
) -> Iterator[tuple[httpx.Client, int]]:
    """Start `graphkit explore`, and stop it in the end; yield a client of it, and its number."""
    command = [sys.executable, "-m", "graphkit", "explore", "--no-browser", "--port", "0"]
    with subprocess.Popen(
        [*command, "--db", db], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().rpartition(" at ")[2].strip()
            with httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
                yield client, process.pid
            assert process.poll() is None, "the server ended by itself"
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def reader(browser: Browser) -> Iterator[BrowserContext]:
    """One reader of all pages, whose browser keeps their files."""
    with browser.new_context(permissions=["clipboard-read", "clipboard-write"]) as reader:
        yield reader


@pytest.fixture(scope="module")
def tabs() -> list[Page]:
    """A tab that no test has open, or none: a new one takes longer than most pages."""
    return []


@pytest.fixture
def opened(reader: BrowserContext, tabs: list[Page]) -> Iterator[Callable[..., Page]]:
    """Open an address, and assert in the end that the page kept to its server."""
    pages: list[tuple[Page, dict[str, Callable[[Any], None]], list[str], list[str], str]] = []

    def open_page(client: httpx.Client, query: str, *, wait: bool = True) -> Page:
        page = tabs.pop() if tabs else reader.new_page()
        page.set_viewport_size({"width": 1280, "height": 800})
        page.emulate_media(media="screen", color_scheme="light")
        faults: list[str] = []
        asked: list[str] = []
        heard: dict[str, Callable[[Any], None]] = {
            "console": lambda said: faults.append(said.text) if said.type == "error" else None,
            "pageerror": lambda error: faults.append(str(error)),
            "dialog": lambda dialog: faults.append(f"dialog {dialog.message}"),
            "request": lambda request: asked.append(request.url),
            "response": lambda reply: (
                faults.append(f"{reply.status} {reply.url}") if reply.status > 400 else None
            ),
        }
        for event, hear in heard.items():
            page.on(cast(Any, event), hear)
        pages.append((page, heard, faults, asked, str(client.base_url)))
        page.goto(f"{client.base_url}?{query}", wait_until="load" if wait else "commit")
        if wait:
            page.wait_for_selector("main[aria-busy=false]")
        return page

    yield open_page
    assert reader.cookies() == []
    for page, heard, faults, asked, base in pages:
        assert page.evaluate(STORED) == []
        assert [url for url in asked if not url.startswith((base, "data:"))] == []
        assert [f for f in faults if "status of 400" not in f] == []
        for event, hear in heard.items():
            page.remove_listener(event, hear)
        if tabs:
            page.close()
        else:
            page.goto("about:blank")
            tabs.append(page)


def assert_figures(page: Page, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Assert that a page has the table and the numbers of the picture that a command writes."""
    shown = [
        [cell.strip().replace("—", "") for cell in row]
        for row in page.locator("article .table")
        .first.locator("tr")
        .evaluate_all("rows => rows.map((row) => [...row.cells].map((cell) => cell.textContent))")
    ]
    printed, option = (written(command, form, capsys) for form in ("markdown", "echarts"))
    lines = [line for line in printed.splitlines() if line.startswith("| ")]
    rows = [re.split(r"(?<!\\) \| ", line.removeprefix("| ").removesuffix(" |")) for line in lines]
    drawn = {
        line
        for series in json.loads(option)["series"] for item in series["data"]
        if isinstance(item, dict) and item.get("label", {}).get("show")
        for line in item["label"].get("formatter", "").split("\n")
    } - {""}  # fmt: skip
    assert len(shown) > 1
    for row, line in zip(shown, rows, strict=False):
        assert row == [
            re.sub(r"\\(.)", r"\1", cell.strip()).replace("&lt;", "<").replace("&amp;", "&")
            for cell in line
        ]
    page.wait_for_selector(".picture svg text")
    assert drawn <= {*page.locator(".picture svg text").all_text_contents()}


def written(command: str, form: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Return the text that a command writes in a format."""
    app.run([*shlex.split(command), "--format", form])
    return capsys.readouterr().out
