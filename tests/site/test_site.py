"""The site of ``docs/``: it builds without a warning, loads nothing, and leads to answers."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest

ROOT = Path(__file__).parents[2]
LOADING = {"link": "href", "script": "src", "img": "src", "iframe": "src", "source": "src"}
"""Tags that make a browser fetch something, and the attribute with its address."""
ROOM = """blocks => blocks.map((block) => {
  const letters = document.createElement("span"), { paddingLeft } = getComputedStyle(block);
  const text = block.textContent;
  letters.textContent = "0".repeat(10);
  block.append(letters);
  const letter = letters.getBoundingClientRect().width / 10;
  letters.remove();
  return [text, (block.clientWidth - parseFloat(paddingLeft)) / letter];
})"""
"""Returns the texts of consoles, and how many letters of a line are seen without scrolling."""
CONSOLES = r"\$ graphkit (depends|spof|disrupt|stocks|diversify) "
"""Commands whose rows have a share."""


class Page(HTMLParser):
    """Links, identifiers and loaded addresses of one page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.loads: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids.add(given.get("id") or "")
        if tag == "a" and given.get("href"):
            self.links.append(str(given["href"]))
        if tag in LOADING and (address := given.get(LOADING[tag])):
            self.loads.append(address)


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Path:
    """The site, built with warnings as errors."""
    out = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "-n", "-q", "-b", "html", "docs", str(out)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope="session")
def pages(site) -> dict[str, Page]:
    return {str(path.relative_to(site)): Page(path) for path in sorted(site.rglob("*.html"))}


def local(page: str, link: str) -> str:
    """The address that a link of a page leads to, from the start of the site."""
    return unquote(urljoin(page, link))


def within(page: str, link: str) -> bool:
    return not urlsplit(link).scheme


def test_every_document_is_a_page(pages):
    for path in (ROOT / "docs").rglob("*.md"):
        assert str(path.relative_to(ROOT / "docs").with_suffix(".html")) in pages


def test_every_link_leads_to_a_page_and_an_anchor(pages, site):
    broken = []
    for name, page in pages.items():
        for link in filter(lambda link: within(name, link), page.links):
            target, _, anchor = local(name, link).partition("#")
            target = target or name
            if target not in pages:
                if not (site / target).exists():
                    broken.append((name, link))
            elif anchor and anchor not in pages[target].ids:
                broken.append((name, link))
    assert broken == []


def test_twenty_pictures_are_drawn_in_every_shape_with_their_commands(pages, site):
    drawn = [load for load in pages["gallery.html"].loads if load.startswith("gallery/")]
    text = (site / "gallery.html").read_text(encoding="utf-8")
    slides = [(site / load).read_text(encoding="utf-8") for load in drawn if "slide" in load]

    assert len(drawn) == len(set(drawn)) == 60
    assert all((site / load).read_text(encoding="utf-8").startswith("<svg ") for load in drawn)
    assert all('width="1920" height="1080"' in slide for slide in slides)
    assert len(slides) == text.count("<pre>") == 20


def test_no_page_loads_anything_from_another_host(pages, site):
    loads = [(name, it) for name, page in pages.items() for it in page.loads if "//" in it]
    styles = [path.read_text(encoding="utf-8") for path in site.rglob("*.css")]

    assert loads == []
    assert not [part for text in styles for part in re.findall(r"url\(['\"]?(?:https?:)?//", text)]


def test_the_questions_are_two_clicks_from_the_start(pages):
    """The second click is a link of a page or one of its own contents."""
    text = (ROOT / "docs/questions.md").read_text(encoding="utf-8")
    asked = re.findall(r"\]\(([\w-]+)\.md#([\w-]+)\) \|$", text, re.MULTILINE)
    first = {local("index.html", link) for link in pages["index.html"].links}
    second = set(first)
    for page in {link.partition("#")[0] for link in first} & set(pages):
        second |= {local(page, link) for link in pages[page].links}

    assert asked
    for page, anchor in asked:
        assert anchor in pages[f"{page}.html"].ids
        assert f"{page}.html#{anchor}" in second


@pytest.mark.parametrize(
    ("words", "page"),
    [
        ("Korea", "names.html"), ("dysprosium", "names.html"), ("magnets-metal", "names.html"),
        ("criticality", "commands.html"), ("share_usd", "columns.html"),
        ("sole-suppliers", "queries.html"), ("BACI", "data.html"),
    ],
)  # fmt: skip
def test_the_search_finds_names(words, page, site, browser):
    shown = browser.new_page()
    shown.goto(f"{(site / 'search.html').as_uri()}?q={words}")
    shown.wait_for_selector("#search-results .search-summary, #search-results > p")
    shown.wait_for_selector(f"#search-results a[href*='{page}']")


@pytest.mark.parametrize("width", [360, 1280])
def test_a_page_asks_no_host_and_is_not_wider_than_the_screen(width, site, pages, browser):
    for name in ("index", "start", "recipes", "methods", "commands", "names", "notebooks/hub"):
        shown = browser.new_page(viewport={"width": width, "height": 800})
        asked: list[str] = []
        shown.on("request", lambda request, asked=asked: asked.append(request.url))
        shown.goto((site / f"{name}.html").as_uri())
        wide = shown.evaluate("document.documentElement.scrollWidth")
        shown.close()

        assert not [url for url in asked if not url.startswith(("file:", "data:"))]
        assert wide <= width, name


def test_a_console_shows_the_first_share_of_a_row_on_a_phone(site, browser):
    shown = browser.new_page(viewport={"width": 400, "height": 800})
    shown.goto((site / "recipes.html").as_uri())
    consoles = shown.eval_on_selector_all(".highlight-console pre", ROOM)
    shown.close()
    ends = [
        (line.index(" %") + len(" %"), room)
        for text, room in consoles if re.match(CONSOLES, text)
        for line in text.partition("──")[2].partition("\n\n")[0].split("\n") if " %" in line
    ]  # fmt: skip

    assert len(ends) > 20
    assert all(end <= room for end, room in ends)


def test_formulas_are_mathml(site):
    assert (site / "methods.html").read_text(encoding="utf-8").count("<math") > 10
