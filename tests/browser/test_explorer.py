"""The explorer and a brief in a real Chromium: what is seen, asked for and written down."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest
from axe_playwright_python.base import AXE_SCRIPT
from databases import hold
from explorers import TOGETHER, VIEWS, assert_figures, explorer, opened, reader, tabs
from playwright.sync_api import Page, expect
from seed_texts import write_seeds
from test_explore import hostile_market
from written_seeds import write_files

from graphkit.api import Session
from graphkit.brief.brief import MOST_PAGES
from graphkit.build import Graph, build_graph
from graphkit.database import last_load
from graphkit.explore.answers import CHECK_SECONDS
from graphkit.plot.drawing import DARK, NARROW, PAPER, WIDTH, name_of
from graphkit.seeds.facts import read_seeds
from graphkit.stores.duck.store import DuckStore
from graphkit.stores.neo4j.store import Neo4jStore

NAMED = "MATCH (a:Country)-[r:DEPENDS_ON]->(b:Country) RETURN a, r, b, a.name AS named LIMIT 5"
"""A statement whose rows are drawn as a graph, and have names."""
SCREENS = {"wide": ((1920, 1080), "light"), "phone": ((360, 740), "dark")}
DRAWN = "() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
"""Waits until the page is drawn at its new size."""
MOST_STOPS = 400
"""Stops of the keyboard in a view."""
PRINTED = 688
"""Pixels of what is printed on A4, between margins of 14 mm."""
CUT = """width => [...document.querySelectorAll("text, table, li, p, pre")].filter((each) => {
  const box = each.getBoundingClientRect(), picture = each.closest("svg")?.getBoundingClientRect();
  return box.right > (picture ? Math.min(picture.right, width) : width) + 1;
}).map((each) => each.textContent.slice(0, 80))"""
"""Finds the texts that a print cuts off at the right."""
FOCUSED = """() => {
  let focused = document.activeElement;
  while (focused.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  const box = focused.getBoundingClientRect();
  const ringed = [focused, document.activeElement].some((each) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(each);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 1;
  });
  const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const said = focused.getAttribute("aria-label") ?? focused.textContent.trim().slice(0, 40);
  return { name: said || focused.name || focused.tagName, seen: ringed && inside,
           end: focused === document.body };
}"""
"""The name of the focused element, and whether its ring is in sight."""
OF_SCREENS = ("color-contrast", "scrollable-region-focusable")
"""Rules of axe-core whose outcome hangs on the size and the colours of the screen."""


__all__ = ["opened", "reader", "tabs"]


@pytest.fixture(scope="module")
def embedded(sliced_file: Path) -> Iterator[httpx.Client]:
    with explorer(str(sliced_file)) as client:
        yield client


@pytest.fixture(scope="module")
def neo4j(
    sample_graph: Graph, neo4j_store: Neo4jStore, neo4j_server: tuple[str, str, str]
) -> Iterator[httpx.Client]:
    hold(neo4j_store, sample_graph)
    uri, user, password = neo4j_server
    environment = {**os.environ, "NEO4J_USERNAME": user, "NEO4J_PASSWORD": password}
    with explorer(uri, environment) as client:
        yield client


def violations(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """List the faults that axe-core finds in the page by some rules, or all, with an element."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = {"resultTypes": ["violations"], **({"runOnly": [*rules]} if rules else {})}
    found = page.evaluate("options => axe.run(options).then(found => found.violations)", options)
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_opens_fits_and_can_be_read_by_all(embedded, opened, view):
    page = opened(embedded, VIEWS[view])
    for screen, (size, scheme) in SCREENS.items():
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.emulate_media(color_scheme=scheme)
        page.evaluate(DRAWN)

        expect(page.locator("h1, .fault").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert violations(page, () if screen == "wide" else OF_SCREENS) == []


def test_every_view_opens_on_neo4j(neo4j, opened):
    for page in [opened(neo4j, query, wait=False) for query in VIEWS.values()]:
        page.wait_for_selector("main[aria-busy=false]", timeout=TOGETHER)
        expect(page.locator("h1, .fault").first).to_be_visible()


def test_a_kept_answer_is_dropped_when_neo4j_is_loaded_anew(neo4j, neo4j_store):
    def named(name: str, content: str) -> None:
        neo4j_store._write("MATCH (c:Country {iso3: 'KOR'}) SET c.name = $name", {"name": name})
        neo4j_store._write("MATCH (l:Load) SET l.content = $content", {"content": content})

    def question() -> str:
        return neo4j.get("/api/depends?country=KOR").json()["question"]

    content = neo4j_store.run("MATCH (l:Load) RETURN l.content AS content").table["content"][0]
    assert "South Korea" in question()
    try:
        named("Corea", str(uuid4()))
        time.sleep(CHECK_SECONDS)
        assert "Corea" in question()
    finally:
        named("South Korea", content.as_py())
    time.sleep(CHECK_SECONDS)
    assert "South Korea" in question()


def test_the_foot_of_the_page_says_which_graph_it_shows_also_after_a_load(opened, tmp_path):
    seeds, path = (
        read_seeds(write_files(tmp_path / "seeds", hostile_market())),
        tmp_path / "a.duckdb",
    )
    with DuckStore(path) as store:
        store.load(build_graph(seeds))
        first = last_load(store)
    with explorer(str(path)) as client:
        page = opened(client, "ask=depends&country=KOR")
        foot = page.locator("#graph")
        expect(foot).to_contain_text(f"Graph: {path}, file of ")
        expect(foot).to_contain_text(
            f"{first.facts:,} nodes and relationships, content {first.content[:12]}"
        )
        with DuckStore(path) as store:
            store.load(build_graph(read_seeds(write_seeds(tmp_path / "others"))))
            second = last_load(store)
        page.evaluate("history.pushState(null, '', '/?view=cypher&statement=RETURN+1+AS+x')")
        page.evaluate("dispatchEvent(new Event('popstate'))")
        expect(foot).to_contain_text(f"{second.facts:,} nodes")
        expect(foot).to_contain_text(second.content[:12])
        expect(page.locator("select[name=query] option").nth(1)).to_be_attached()
        page.wait_for_selector("main[aria-busy=false]")


@pytest.mark.parametrize("country", ["", "KOR"])
def test_the_overview_has_the_figures_of_its_command(embedded, opened, country):
    page = opened(embedded, f"view=overview&country={country}")
    product = "magnets-metal" if country else "rare-earth-ore"
    cell = page.locator(f"td a[href*='product%3A{product}']").first
    if country:
        rows = embedded.get(f"/api/depends?country={country}&for={product}").json()["rows"]
        first, share = rows[0]["supplier"], rows[0]["share_usd"]
    else:
        rows = embedded.get("/api/concentration?sort=stage").json()["rows"]
        row = next(row for row in rows if row["product"] == product)
        first, share = row["top"], row["cr1"]

    for width, called in ((360, first), (1280, name_of(first))):
        page.set_viewport_size({"width": width, "height": 800})
        expect(cell).to_have_text(
            re.compile(rf"{re.escape(called)}\s+{100 * share:.0f} %"), use_inner_text=True
        )
    cell.click()
    expect(page.locator("h1")).to_contain_text("concentrated (HHI")


def test_the_overview_begins_with_twenty_minerals_and_has_exports_as_a_switch(embedded, opened):
    page = opened(embedded, VIEWS["overview"])
    rows = page.locator(".heat tbody tr")

    expect(rows).to_have_count(20)
    assert page.locator("td.exports").count() == 0
    page.get_by_role("button", name="Show all").click()
    assert rows.count() > 40
    page.get_by_label("Exports").check()
    minerals = embedded.get("/api/overview").json()["minerals"]
    cells = [cell for mineral in minerals for cell in mineral["stages"].values()]
    of_exports = [cell for cell in cells if {figure["kind"] for figure in cell} == {"exports"}]
    expect(page.locator("td.exports")).to_have_count(len(of_exports))


def test_a_card_of_the_front_page_has_the_headline_of_its_answer(embedded, opened):
    page = opened(embedded, VIEWS["overview"])
    card = page.locator(".tiles a", has_text="magnets are made of")

    expect(card).to_contain_text(re.compile("metal magnets.*2024.*China"))
    card.click()
    expect(page.locator("h1")).to_contain_text(re.compile("metal magnets.*2024.*China"))


LOW_ROWS = """() => Math.max(...[...document.querySelectorAll("#answer tbody tr")]
  .map((row) => row.getBoundingClientRect().height))"""
"""The height of the tallest row of an answer's tables."""


@pytest.mark.parametrize("view", ["compare", "claims check"])
def test_no_row_of_a_table_is_taller_than_its_three_lines_need(embedded, opened, view):
    page = opened(embedded, VIEWS[view])
    page.set_viewport_size({"width": 1440, "height": 900})

    assert page.evaluate(LOW_ROWS) <= 160


def test_a_table_on_a_phone_begins_with_the_share_and_keeps_its_first_column(embedded, opened):
    page = opened(embedded, "view=cypher")
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{embedded.base_url}?ask=depends&country=KOR")
    page.wait_for_selector("#answer .table")
    heads = page.locator("#answer thead th").all_inner_texts()
    share = heads.index("Share by value")

    assert share < heads.index("Stage")
    assert page.locator("#answer tbody tr td").nth(share - 1).bounding_box()["x"] < 390
    frame = page.locator("#answer .table").first
    frame.evaluate("frame => frame.scrollLeft = 400")
    first = page.locator("#answer tbody th").first
    assert first.bounding_box()["x"] == pytest.approx(frame.bounding_box()["x"], abs=1)


def test_rows_are_filtered_by_a_text(embedded, opened):
    page = opened(embedded, "ask=suppliers&country=KOR")
    rows = page.locator("#answer tbody").first.locator("tr")

    expect(rows).to_have_count(30)
    page.get_by_label("Only rows with").first.fill("viet")
    expect(page.locator("#answer tbody tr").first).to_contain_text("Vietnam")
    assert all("viet" in row.lower() for row in rows.all_text_contents())


def test_steps_of_a_slider_are_one_entry_of_history(embedded, opened):
    page = opened(embedded, VIEWS["disrupt"])
    slider = page.locator("#loss")
    for _ in range(6):
        slider.press("ArrowLeft")
    page.wait_for_selector("main[aria-busy=false]")

    expect(page).to_have_url(re.compile("loss=0.5"))
    page.go_back()
    expect(page).to_have_url(re.compile("loss=0.8"))


def test_the_answers_beside_a_slider_are_ready(embedded, opened):
    page = opened(embedded, VIEWS["disrupt"])
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    slider = page.locator("#loss")
    slider.focus()
    page.wait_for_timeout(500)
    assert sorted(re.findall(r"loss=([0-9.]+)", " ".join(asked))) == ["0.75", "0.85"]

    slider.press("ArrowLeft")
    expect(page.locator("h1")).to_contain_text("75 %")
    page.wait_for_timeout(500)
    assert sorted(re.findall(r"loss=([0-9.]+)", " ".join(asked))) == ["0.7", "0.75", "0.8", "0.85"]


def test_an_answer_can_be_linked_to_and_cited(embedded, opened):
    page = opened(embedded, VIEWS["suppliers"])
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    page.get_by_role("button", name="Cite").click()
    expect(page.get_by_role("button", name="Cite")).to_have_count(0)  # "Copied", for a while
    cited = page.evaluate("navigator.clipboard.readText()")

    assert page.locator("h1").inner_text() in cited
    assert "graphkit suppliers KOR --for magnets-metal" in cited
    assert "CEPII" in cited
    assert "https://www.cepii.fr" in cited
    assert "graphkit recheck gk1" in cited


@pytest.mark.parametrize("text", ["Ga", "Galium", "갈륨"])
def test_the_search_knows_codes_misspellings_and_other_languages(embedded, opened, text):
    page = opened(embedded, f"view=overview&text={quote(text)}")

    expect(page.locator(".results a").first).to_have_text("Gallium (element Ga)")


@pytest.mark.parametrize(
    ("view", "command"),
    [
        ("depends", "depends KOR --for 'rare earths'"),
        ("suppliers", "suppliers KOR --for magnets-metal"),
        ("origins", "origins KOR --for magnets-metal"),
        ("disrupt", "disrupt CHN --for magnets-metal --loss 0.8 --slack 0.2"),
        ("claims check", "claims check --of KOR --for 'rare earths'"),
    ],
)
def test_figures_are_those_of_the_command_line(
    embedded, opened, sliced_file, capsys, view, command
):
    page = opened(embedded, VIEWS[view])

    assert_figures(page, f"{command} --db {sliced_file}", capsys)


def test_a_number_opens_its_source_and_coverage_by_keyboard(embedded, opened):
    page = opened(embedded, VIEWS["suppliers"])
    page.locator("tbody th button").first.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    row = embedded.get("/api/suppliers?country=KOR&for=magnets-metal").json()["rows"][0]

    expect(dialog).to_contain_text(str(row["share_usd"]))
    expect(dialog).to_contain_text("cepii-baci-hs17: CEPII")
    expect(dialog).to_contain_text("2024, HS17, gross weight")
    expect(dialog).to_contain_text("Metal magnets (HS 850511)")
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_a_row_that_names_a_plant_or_a_company_links_to_its_page(embedded, opened):
    page = opened(embedded, "ask=plants&country=COD&for=cobalt")
    page.locator("tbody th button", has_text="Mutanda Mine").first.click()
    page.get_by_role("dialog").get_by_role("link", name="COD056").click()
    expect(page.locator("h1")).to_contain_text("Mutanda Mine in Congo (Kinshasa) made")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.locator("tbody th button", has_text="owned by").first.click()
    page.get_by_role("dialog").get_by_role("link", name="glencore", exact=True).click()

    expect(page.locator("h1")).to_contain_text("Glencore Plc, seated in Switzerland, made")
    assert violations(page) == []


def test_the_coverage_of_a_row_is_that_of_its_product(embedded, opened):
    page = opened(embedded, VIEWS["depends"])
    rows = embedded.get("/api/depends?country=KOR&for=rare+earths").json()["rows"]
    place = next(n for n, row in enumerate(rows) if row["product"] == "magnets-metal")
    page.locator("tbody th button").nth(place).click()
    dialog = page.get_by_role("dialog")

    expect(dialog).to_contain_text("Metal magnets (HS 850511)")
    expect(dialog).not_to_contain_text("Rare-earth metals (HS")


def test_a_changed_field_is_in_the_address_and_in_the_answer(embedded, opened):
    page = opened(embedded, VIEWS["depends"])
    page.get_by_role("combobox", name="Country").fill("JPN")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Japan")
    assert "country=JPN" in page.url

    page.reload()
    expect(page.locator("h1")).to_contain_text("Japan")
    page.go_back()
    expect(page.locator("h1")).to_contain_text("South Korea")


def test_years_of_flows_are_played_and_kept_in_the_address(embedded, opened):
    page = opened(embedded, VIEWS["flows"])
    slider = page.get_by_role("slider", name="Year")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("h1")).to_contain_text("in 2020")
    assert "period=2020" in page.url

    page.get_by_role("button", name="Play").click()
    expect(page.locator("h1")).to_contain_text("in 2022")
    page.get_by_role("button", name="Stop").click()
    figures = embedded.get("/api/flows?for=ree-metals&period=2022").json()
    page.goto(f"{embedded.base_url}?ask=flows&for=ree-metals&period=2022")
    expect(page.get_by_role("img", name=figures["headline"])).to_be_visible()


def test_years_of_the_map_of_buyers_are_kept_in_the_address(embedded, opened):
    page = opened(embedded, f"{VIEWS['dependents']}&period=2024")
    expect(page.locator("h1")).to_contain_text("in 2024")
    page.get_by_role("slider", name="Year").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("h1")).not_to_contain_text("in 2024")
    assert "period=2024" not in page.url


def test_a_slider_shows_its_value_and_begins_without_any_where_there_is_none(embedded, opened):
    page = opened(embedded, VIEWS["stocks"])
    slider = page.get_by_role("slider", name="Months")
    shown = page.locator("output[for=months]")
    expect(shown).to_have_text("12")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    expect(shown).to_have_text("11")
    expect(page.locator("h1")).to_contain_text("11 months")
    assert "months=11" in page.url

    page = opened(embedded, "ask=unknowns&country=KOR&for=ree-metals")
    expect(page.locator("output[for=threshold]")).to_have_text("–")
    expect(page.get_by_role("slider", name="Threshold")).to_have_value("0")


def test_the_slider_recomputes_while_it_moves(embedded, opened, sliced_file, capsys):
    page = opened(embedded, VIEWS["disrupt"])
    slider = page.get_by_role("slider", name="Loss")
    slider.focus()
    page.keyboard.press("ArrowLeft")

    expect(page.locator("h1")).to_contain_text("75 %")
    assert "loss=0.75" in page.url
    expect(slider).to_be_focused()
    command = f"disrupt CHN --for magnets-metal --loss 0.75 --slack 0.2 --db {sliced_file}"
    assert_figures(page, command, capsys)


def test_a_chain_is_shown_at_face_value_or_looked_through(embedded, opened, sliced_file, capsys):
    page = opened(embedded, VIEWS["origins"])
    page.get_by_label("Chain").select_option("face-value")
    expect(page.locator("h1")).to_contain_text("By sellers alone")

    assert "chain=face-value" in page.url
    for text in ("--chain face-value", "chain='face-value'"):
        expect(page.locator(".same")).to_contain_text(text)
    command = f"origins KOR --for magnets-metal --chain face-value --db {sliced_file}"
    assert_figures(page, command, capsys)


def test_the_command_is_copied(embedded, opened):
    page = opened(embedded, VIEWS["suppliers"])
    page.get_by_role("button", name="Copy Command").click()

    expect(page.get_by_role("button", name="Copy Command")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("graphkit suppliers KOR --for magnets-metal --db ")


def test_a_query_file_of_an_answer_opens_as_cypher_with_its_rows(embedded, opened):
    page = opened(embedded, VIEWS["suppliers"])
    page.get_by_text("Cypher that it reads").click()
    page.get_by_role("link", name="imports", exact=True).click()

    expect(page.locator("tbody tr").first).to_contain_text("KOR")
    expect(page.get_by_label("Read-only Cypher")).to_contain_text("MATCH")


def test_a_fault_in_cypher_has_its_line_and_a_caret(embedded, opened):
    page = opened(embedded, "view=cypher")
    page.get_by_label("Read-only Cypher").fill("MATCH (c:Country)\nCREATE (c) RETURN c")
    page.get_by_role("button", name="Run").click()

    expect(page.get_by_role("alert")).to_contain_text("line 2, column 1")
    expect(page.get_by_role("alert").locator("pre")).to_have_text("CREATE (c) RETURN c\n^")
    expect(page.locator(".cm-fault")).to_have_text("C")


def test_cypher_is_completed_from_the_schema_and_the_shipped_queries(embedded, opened):
    page = opened(embedded, "view=cypher")
    written = page.get_by_label("Read-only Cypher")
    expect(page.locator("option[value=top-exporters]")).to_be_attached()

    offered = page.locator(".cm-completionLabel")

    def complete(text: str) -> None:
        written.fill("")
        written.press_sequentially(text)
        page.keyboard.press("Control+Space")

    # The list of the letter before stays until the new one is there: each look waits for its own.
    complete("MATCH (c:Coun")
    expect(offered).to_have_text(["Country"])
    complete("MATCH (c:Country)-[d:DEP")
    expect(offered.get_by_text("DEPENDS_ON", exact=True)).to_be_visible()
    complete("MATCH ()-[d:EXPORTS]-() WHERE d.t")
    expect(offered.get_by_text("tonnes", exact=True)).to_be_visible()
    assert "hhi_usd" not in offered.all_inner_texts()
    complete("MATCH (c:Country {is")
    expect(offered.get_by_text("iso3", exact=True)).to_be_visible()
    complete("top-ex")
    expect(offered).to_have_text(["top-exporters"])
    page.wait_for_timeout(300)  # the editor takes no choice in the first moments of a list
    offered.click()
    expect(written).to_contain_text("The largest exporters of a product")


def test_a_view_that_is_not_there_says_so(embedded, opened):
    page = opened(embedded, "view=everything")

    expect(page.get_by_role("alert")).to_contain_text("everything")


def test_nodes_and_relationships_are_drawn_as_a_graph_too(embedded, opened):
    page = opened(embedded, "view=cypher")
    picture = page.get_by_role("img", name=re.compile(r"[0-9]+ nodes .+ and 20 relationships"))

    expect(picture.locator("svg path").first).to_be_attached()
    expect(page.locator("tbody summary").first).to_have_text(re.compile(r"\(:Country [A-Z]{3}\)"))
    assert violations(page) == []


DASHED = ".picture svg path[stroke-dasharray]"
"""The lines of a network to and from the countries that are expanded."""


def test_a_click_on_a_country_shows_its_further_suppliers_and_buyers(embedded, opened):
    question = "for=magnets-metal&period=2024"
    page = opened(embedded, f"ask=network&{question}")
    expect(page.locator(".picture svg path").first).to_be_attached()
    expect(page.locator(DASHED)).to_have_count(0)
    expect(page.locator("#answer tbody [data-name=place]")).to_have_count(0)

    layout = embedded.get(f"/api/page/network?{question}").json()["picture"]["layouts"][0]
    (korea,) = [node for node in layout["option"]["series"][0]["data"] if node["id"] == "KOR"]
    frame = page.locator(".picture [role=img]").bounding_box()
    scale = frame["width"] / layout["width"]
    x, y = korea["value"][0], korea["value"][1] + layout["option"]["grid"]["top"]
    page.locator(".picture").scroll_into_view_if_needed()
    page.locator(".picture [role=img]").click(position={"x": x * scale, "y": y * scale})
    page.wait_for_url("**expand=KOR**")
    page.wait_for_selector("main[aria-busy=false]")
    expect(page.locator("form [name=expand]")).to_have_value("KOR")
    expect(page.locator(DASHED).first).to_be_attached()
    assert "2" in page.locator("#answer tbody [data-name=place]").all_text_contents()

    button = page.locator("[data-key=KOR]")
    expect(button).to_have_attribute("aria-pressed", "true")
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("^(?!.*expand)"))
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(button).to_be_focused()
    expect(page.locator(DASHED)).to_have_count(0)


def test_every_view_is_reached_with_the_keyboard(embedded, opened):
    page = opened(embedded, VIEWS["overview"])
    for place, name in enumerate(page.locator("#views a").all_inner_texts()):
        page.locator(".skip").focus()
        for _ in range(place + 2):
            page.keyboard.press("Tab")
        assert page.evaluate(FOCUSED) == {"name": name, "seen": True, "end": False}
        page.keyboard.press("Enter")
        expect(page.locator("#views [aria-current=page]")).to_have_text(name)
        page.wait_for_selector("main[aria-busy=false]")
        expect(page.locator("h1").first).to_be_visible()
        expect(page.locator(".fault")).to_have_count(0)


@pytest.mark.parametrize("view", ["overview", "depends", "disrupt", "cypher"])
def test_the_focus_is_seen_wherever_it_goes_and_leaves_the_page(embedded, opened, view):
    page = opened(embedded, VIEWS[view])
    stops = []
    while len(stops) < MOST_STOPS:
        page.keyboard.press("Tab")
        stops.append(page.evaluate(FOCUSED))
        if stops[-1]["end"]:
            break

    assert [stop["name"] for stop in stops[:-1] if not stop["seen"]] == []
    assert stops[-1]["end"]


def test_a_picture_is_dark_where_its_reader_prefers_that(embedded, opened):
    page = opened(embedded, VIEWS["suppliers"])
    paper = page.locator(".picture svg > rect").first

    expect(paper).to_have_attribute("fill", PAPER)
    page.emulate_media(color_scheme="dark")
    expect(paper).to_have_attribute("fill", DARK[PAPER])


def test_a_narrow_screen_has_the_narrow_picture(embedded, opened):
    page = opened(embedded, VIEWS["suppliers"])
    drawn = page.locator(".picture svg").first
    for width, wanted in ((1280, WIDTH), (360, NARROW), (1280, WIDTH)):
        page.set_viewport_size({"width": width, "height": 800})
        expect(drawn).to_have_attribute("width", str(wanted))
        frame = page.locator(".picture").bounding_box()
        assert frame is not None
        assert drawn.bounding_box()["width"] <= frame["width"] + 1


@pytest.mark.parametrize("view", ["overview of a country", "claims check", "centrality", "cypher"])
def test_a_printed_view_has_all_of_its_text_and_none_of_its_controls(embedded, opened, view):
    page = opened(embedded, VIEWS[view])
    page.set_viewport_size({"width": PRINTED, "height": 1000})
    page.emulate_media(media="print")

    assert page.evaluate(CUT, PRINTED) == []
    assert page.locator("nav:visible, form:visible, button.more:visible").count() == 0
    expect(page.locator("h1")).to_be_visible()


def test_scripts_in_names_are_shown_and_not_run(reader, opened, tmp_path):
    seeds = write_files(tmp_path / "seeds", hostile_market())
    with DuckStore(tmp_path / "graph.duckdb") as store:
        store.load(build_graph(read_seeds(seeds)))
    with explorer(str(tmp_path / "graph.duckdb")) as client:
        queries = (
            "view=overview&text=korea", "view=sources", "ask=depends&country=KOR",
            "ask=origins&country=KOR&for=magnet", "ask=flows&for=magnet",
            "ask=controls&country=CHN", "ask=claims&of=KOR", "ask=claims/check&of=KOR",
            "view=overview&country=KOR", f"view=cypher&statement={quote(NAMED)}",
        )  # fmt: skip
        for page in [opened(client, query, wait=False) for query in queries]:
            page.wait_for_selector("main[aria-busy=false]", timeout=TOGETHER)
            expect(page.locator("body")).to_contain_text("<script>alert(1)</script>")
            assert page.locator("img[src=x]").count() == 0
        brief = tmp_path / "brief.html"
        brief.write_bytes(client.get("/api/brief?country=KOR").content)
    page, asked = reader.new_page(), []
    page.on("dialog", lambda dialog: asked.append(dialog.message))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(brief.as_uri())
    expect(page.locator("body")).to_contain_text("<script>alert(1)</script>")
    assert page.locator("img[src=x]").count() == 0
    page.close()
    assert asked == [brief.as_uri()]


@pytest.fixture(scope="module")
def brief(ask: Session, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("brief") / "korea.html"
    ask.brief("KOR", scope="rare earths", period="2024").write(path)
    return path


def pages(printed: bytes) -> int:
    """Number of pages of a PDF."""
    return len(re.findall(rb"/Type\s*/Page\b", printed))


def test_a_brief_fits_prints_and_can_be_read_by_all(reader, brief, tmp_path):
    page, asked, faults = reader.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda said: faults.append(said.text))
    page.goto(brief.as_uri())
    for screen, (size, scheme) in SCREENS.items():
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=tmp_path / f"{screen}.jpg", full_page=True)

        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert violations(page, () if screen == "wide" else OF_SCREENS) == []
    page.set_viewport_size({"width": PRINTED, "height": 1000})
    page.emulate_media(media="print", color_scheme="light")

    assert page.locator(".picture.wide text").count() > 10
    assert page.evaluate(CUT, PRINTED) == []
    assert pages(page.pdf(prefer_css_page_size=True)) <= MOST_PAGES
    assert asked == [brief.as_uri()]
    assert faults == []
    page.close()
