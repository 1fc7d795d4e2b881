"""Briefs: their figures are those of the commands, on both databases, and no name is markup."""

from __future__ import annotations

import json
import re
import shlex
import sys
from dataclasses import replace
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from long_cases import others_long
from saying import unsaid
from seed_texts import SMALL
from test_explore import SCRIPT, hostile_market
from written_seeds import write_files

from graphkit.answers.figures import ceiling_percent, floor_percent, money
from graphkit.answers.sentence import Kind
from graphkit.api import Session
from graphkit.brief.brief import BRIEF
from graphkit.brief.country import _small
from graphkit.brief.document import NO_PICTURE, Brief
from graphkit.brief.origins import LEAST_TRACED, NO_COUNTRY
from graphkit.brief.paper import LEFT_OUT, PAGE, cut, height_of
from graphkit.build import build_graph
from graphkit.errors import GraphkitError, UsageError
from graphkit.headlines.wording import part
from graphkit.seeds.facts import read_seeds
from graphkit.stores.duck.store import DuckStore

COUNTRY = (
    "First suppliers, the largest sums first", "The largest dependencies",
    "Single points of failure", "What is lost if China stopped", "Export controls", "Targets",
    "If no supplier had half of metal magnets", "What to find out about metal magnets",
    "Month by month without China", "Over the years",
    "Published claims against the data", "Methods", "Notes",
)  # fmt: skip
MINERAL = (
    "Who makes it", "How concentrated it is", "Single points of failure", "Export controls",
    "Who sells and buys it", "What is lost if China stopped", "Who owns the mines and plants",
    "Prices", "Published claims against the data", "Methods", "Notes",
)  # fmt: skip
FRONT = ["If China stopped", "What to ask next", "Limits of the data"]
RARE = {"scope": "rare earths", "period": "2024"}
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "p", "ul", "hr"),
    *("li", "div", "table", "thead", "tbody", "tr", "th", "td", "code"),
    *("svg", "g", "path", "rect", "text", "defs", "pattern", "clippath"),
}


@pytest.fixture(scope="module")
def korea(ask: Session) -> Brief:
    return ask.brief("KOR", **RARE)


@pytest.fixture(scope="module")
def mineral(ask: Session) -> Brief:
    return ask.brief(**RARE)


def section(brief: Brief, title: str):
    """The section with a title."""
    (found,) = [one for one in brief.sections if one.title == title]
    return found


class Elements(HTMLParser):
    """The elements of a page, what they refer to, and their names for each other."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.references: list[str] = []
        self.ids: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.names.add(tag)
        self.references += [value for name, value in attrs if name in ("src", "href")]
        self.ids += [value for name, value in attrs if name == "id"]


@pytest.mark.long
def test_a_brief_is_one_and_the_same_on_both_databases(stores):
    written = {name: Session(store).brief("KOR", **RARE) for name, store in stores.items()}

    assert written["neo4j"].html() == written["embedded"].html()
    assert written["neo4j"].markdown() == written["embedded"].markdown()


@pytest.mark.long
@pytest.mark.parametrize("name", ["korea", "mineral"])
def test_two_runs_give_the_same_bytes(request, sliced_file, name):
    first = request.getfixturevalue(name)
    with DuckStore(sliced_file) as other:
        again = Session(other).brief("KOR" if name == "korea" else None, **RARE)

    assert again.html() == first.html()
    assert again.markdown() == first.markdown()


@pytest.mark.parametrize(
    ("name", "titles"), others_long([("mineral", MINERAL), ("korea", COUNTRY)], 1)
)
def test_page_1_answers_and_the_annex_has_sections_in_order(request, name, titles):
    brief = request.getfixturevalue(name)
    annex = [one.title for one in brief.annex]
    *sections, closing = annex
    left = [
        text.rstrip(":") for one in brief.annex if one.title == LEFT_OUT for text, _ in one.steps
    ]
    in_order = [title for title in titles if title in sections]

    assert len(brief.bullets) == 5
    assert [one.title for one in brief.front] == FRONT
    *limits, not_final = brief.front[2].points
    assert len(limits) == 2
    assert not_final.startswith(("Provisional: figures of", "Estimated: figures of"))
    assert closing == "Sources"
    assert [title for title in sections if title != LEFT_OUT] == in_order
    assert {*in_order, *left} >= set(titles) - {"Methods", "Notes"}
    assert all(one.points or one.rows or one.steps for one in brief.annex)


def test_the_picture_has_the_first_suppliers_of_the_largest_dependencies(korea, ask):
    face = ask.depends("KOR", **RARE).rows.to_pylist()
    shares = {row["product"]: row["share_usd"] for row in face}
    drawn = {row["product"]: row["share"] for row in korea.chart.rows.to_pylist()}

    assert drawn
    assert drawn == {product: shares[product] for product in drawn}
    sources = "CEPII (cepii-baci-hs17, cepii-baci-hs92)"
    assert unsaid(korea.chart.caption, "metal magnets … not only NdFeB", sources) == []


@pytest.mark.long
@pytest.mark.parametrize("name", ["korea", "mineral"])
def test_its_commands_give_the_rows_of_each_section(request, graphkit, name):
    for one in request.getfixturevalue(name).annex[:-1]:
        if not one.command:
            continue
        code, out, err = graphkit(*shlex.split(one.command)[1:], "--format", "json")
        assert code == 0, (one.command, err)
        found = json.loads(out)
        rows = found if isinstance(found, list) else found["rows"]
        for row in one.answer.rows.to_pylist() if one.answer else ():
            row.pop("stage_order", None)
            row.pop("claim" if "key" in row else "", None)  # a sentence of the same claim
            same = [r for r in rows if all(r.get(n) == v for n, v in row.items())]
            assert same, (one.title, row)


def test_its_sentences_have_the_figures_of_the_verbs(korea, ask):
    face = ask.depends("KOR", scope="magnets-metal", period="2024").rows.to_pylist()[0]
    looked = ask.origins("KOR", scope="magnets-metal", period="2024", largest=True)
    last = looked.rows.to_pylist()[-1]
    said = next(p for p in section(korea, COUNTRY[1]).points if "metal magnets" in p)

    assert said.startswith(ask.depends("KOR", scope="magnets-metal", period="2024").headline)
    sold = f"{part(face['share_usd'])} … {part(face['share_tonnes'])} … weight"
    assert unsaid(said, f"metal magnets … 2024 … China … {sold}", "by value") == []
    traced = f"made at least {floor_percent(last['low'])} %"
    assert ceiling_percent(last["high"]) == 100
    assert unsaid(said, f"China … {traced} … {part(last['share'])}") == []
    unknown = next(row for row in looked.rows.to_pylist() if row["origin"] == "unknown")
    assert unknown["traced_to"] == "mine"
    assert unsaid(said, f"{part(unknown['share'])} … mined … unknown") == []
    stop = ask.disrupt("CHN", of="KOR", **RARE).rows.to_pylist()
    most = max(stop, key=lambda row: row["lost_imports"])
    assert part(most["lost_share"]) in korea.front[0].points[0]
    assert money(sum(row["lost_imports"] for row in stop)) in korea.front[0].sentences[0]


@pytest.mark.long
def test_published_claims_are_counted_and_cited_with_names_basis_and_source(mineral, ask):
    published = (
        *("91.3 %", "production", "rare earths … refined", "China", "2024"),
        *("by weight", "not stated", "iea-cmde-2025"),
    )
    points = section(mineral, MINERAL[0]).points
    assert len([point for point in points if unsaid(point, *published) == []]) == 1
    metals = ask.brief("KOR", scope="ree-metals", period="2024")
    claims = section(metals, "Published claims against the data")
    counts = ask.claims_check(of="KOR", scope="ree-metals").coverage.as_object()
    borne_out = counts["borne_out"]
    agree = f"{borne_out} agree{'s' if borne_out == 1 else ''}"
    assert unsaid(claims.sentences[0], f"{counts['claims']} … claims … South Korea … {agree}") == []
    rows = claims.answer.rows
    cited = dict(zip(*(rows[name].to_pylist() for name in ("key", "claim")), strict=True))
    said = ("about 80 %", "South Korea … imports … from China", "rare-earth metals", "2024")
    assert unsaid(cited["kor-ree-metals-chn-2024"], *said) == []


@pytest.mark.long
def test_whose_known_capacity_it_is_stands_with_its_coverage(ask):
    owned, old = section(ask.brief(scope="cobalt"), "Who owns the mines and plants").points[:2]

    assert unsaid(owned, "cobalt ore", "content: 203,265 tonnes … 2026") == []
    assert unsaid(owned, "China … 38 … 63 %", "24 % … unknown") == []
    assert unsaid(old, "cannot be told", "knows 28 %", "not stated: 89,600 tonnes … 2018") == []
    assert unsaid(old, "usgs-facilities-africa-2018+usgs-mcs-2026") == []


@pytest.mark.long
def test_a_country_without_plants_has_no_section_on_them(ask):
    titles = [one.title for one in ask.brief("JPN", **RARE).sections]

    assert "Who owns the mines and plants" not in titles


@pytest.mark.parametrize("name", ["korea", "mineral"])
def test_no_sentence_of_a_share_lacks_period_or_measure(request, ask, name):
    brief = request.getfixturevalue(name)
    words = set(ask.claims().rows["statement"].to_pylist())
    texts = (*brief.bullets, *(p for one in brief.sections[:8] for p in one.points))
    shares = [
        text for text in texts
        if " % " in text and "basis: " not in text and text.partition(" (")[0] not in words
    ]  # fmt: skip

    assert shares
    assert [text for text in shares if not re.search(r"\b(19|20)\d\d\b", text)] == []
    measure = re.compile("by value|by weight|tonnes|within|USD")
    assert [text for text in shares if not measure.search(text)] == []


def test_a_country_is_told_what_it_could_do(korea, ask):
    """On the day and period of the brief, so that two runs give the same."""
    told = {section.title: section for section in korea.annex}
    moved = told["If no supplier had half of metal magnets"]
    asked = {"scope": "product:magnets-metal", "period": "2024", "date": "2024-12-31"}

    assert moved.answer.headline == ask.diversify("KOR", **asked).headline
    assert moved.answer.headline in moved.sentences
    assert told["Targets"].answer.headline == ask.targets("KOR", scope="rare earths").headline
    assert told["What to find out about metal magnets"].answer.rows["reduction"][0].as_py() > 0.5


def test_a_country_begins_with_the_largest_sums_and_counts_the_small_ones(korea):
    first = section(korea, COUNTRY[0])
    sums = [usd for usd in first.answer.rows["usd"].to_pylist() if usd is not None]

    assert sums == sorted(sums, reverse=True)
    assert len(sums) > 2


def test_the_table_of_dependencies_has_the_order_of_the_sentences(korea):
    largest = section(korea, COUNTRY[1])
    names = ["metal magnets", "rare-earth metals", "rare-earth compounds"]
    keys = dict(zip(("magnets-metal", "ree-metals", "ree-compounds"), names, strict=True))
    told = [next(name for name in names if name in point) for point in largest.points]

    assert len(told) > 1
    rows = dict.fromkeys(largest.answer.rows["product"].to_pylist())
    assert [keys[key] for key in rows] == told


def test_a_brief_says_over_the_years_what_the_verb_says(ask, korea):
    told = section(korea, "Over the years").points

    assert ask.trend("KOR", scope="ree-compounds").headline in told


def test_a_quota_of_several_periods_is_one_act_with_each_amount(ask):
    page = ask.brief(scope="cobalt")
    acts = section(page, "Export controls")
    quotas = [row for row in acts.answer.rows.to_pylist() if row["quota"] is not None]
    told = [point for point in acts.points if "quota" in point]

    assert len(quotas) > len(told) == 1
    for row in quotas:
        assert f"{row['quota']:,.0f} t from {row['since']} to {row['until']}" in told[0]
    assert acts.sentences[0].startswith(f"{len(acts.points)} export controls on cobalt")


@pytest.mark.long
def test_goods_that_hold_other_elements_are_a_limit_of_the_data(ask):
    limits = ask.brief(scope="dysprosium").front[-1].points

    assert unsaid(limits[0], "metal magnets", "rare-earth metals … other goods … codes") == []


@pytest.mark.long
def test_work_on_goods_that_a_code_also_holds_of_earlier_stages_is_only_possible(ask):
    malaysia = ask.brief("MYS", **RARE)
    points = section(malaysia, "Single points of failure").sentences
    assert unsaid(points[0], "1 product possibly", "code … earlier", "namely Australia") == []
    possible = ("Australia possibly … over 99 % … metal", "code … concentrate (HS 280530)")
    largest = section(malaysia, "The largest dependencies").points
    assert any(unsaid(point, *possible) == [] for point in largest)
    metals = ask.brief(scope="ree-metals", period="2024")
    points = section(metals, "Single points of failure").points
    possible = [point for point in points if unsaid(point, "could have been") == []]
    assert possible
    assert not set(possible) & set(metals.bullets)


WEIGHED = {"trade.yaml": re.sub(r"usd: \d+, |\n.*usd: 200}", "", SMALL["trade.yaml"])}


@pytest.mark.long
def test_imports_that_are_only_weighed_are_by_weight_and_worth_no_sum(embedded_of):
    page = embedded_of(WEIGHED).brief("KOR")

    assert unsaid(page.bullets[0], "2025-Q1", "South Korea", "value … not added up") == []
    assert unsaid(page.bullets[1], "2025-Q1", "South Korea", "China … by weight") == []
    assert "USD" not in "".join(page.bullets[:2])
    assert page.chart is None
    assert "%" not in str([one for one in page.sections if one.title.startswith("If China")])


@pytest.mark.parametrize(("period", "when"), [(None, ()), ("2010", ("2010",))])
def test_page_1_on_a_mineral_without_data_says_so(ask, period, when):
    page = ask.brief(scope="rubidium", period=period)

    assert unsaid(page.bullets[0], "Neither production", "rubidium (Rb)", "nor trade", *when) == []
    assert re.findall(r"\d+", page.bullets[0]) == [*when]


def test_without_trade_one_sentence_says_so_and_no_section_says_nothing(embedded_of):
    page = embedded_of({"trade.yaml": None}).brief("KOR")

    [bullet] = page.bullets
    assert unsaid(bullet, "No imports", "South Korea") == []
    assert (page.chart, page.front) == (None, [])
    assert [one.title for one in page.annex] == ["Methods", "Sources"]


def test_a_stop_costs_the_uncovered_need_of_each_month(embedded_of):
    graph = embedded_of()
    page = graph.brief("KOR")
    by_month = section(page, "Month by month without China")
    rows = graph.stocks("CHN", of="KOR", period="2025-Q1").rows.to_pylist()
    [product] = {row["product"] for row in rows if by_month.points[0].find("rare-earth metals") > 0}
    months = [row for row in rows if row["product"] == product]

    assert [row["month"] for row in months] == list(range(1, 13))
    assert unsaid(by_month.sentences[0], "No stock") == []
    assert by_month.command == "graphkit stocks CHN --of KOR --period 2025-Q1"
    lacking = sum(row["need"] * row["uncovered"] for row in months)
    assert money(lacking) in by_month.points[0]


@pytest.mark.long
def test_a_group_is_told_what_it_buys_and_to_ask_for_the_losses_of_a_member(embedded_of):
    page = embedded_of().brief("KOR+JPN")
    stop = page.front[0]

    assert stop.title == "If China stopped"
    assert unsaid(stop.sentences[0], "a member of South Korea and Japan") == []
    assert unsaid(stop.points[0], "South Korea and Japan", "China") == []


def test_a_file_has_the_form_of_its_ending(mineral, tmp_path):
    for name in ("brief.html", "brief.MD"):
        mineral.write(tmp_path / name)
    with pytest.raises(UsageError, match=r"'\.pdf'.* \.html or \.md or"):
        mineral.write(tmp_path / "brief.pdf")

    found = {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()}
    assert found == {"brief.html": mineral.html(), "brief.MD": str(mineral)}


def test_markdown_has_each_section_with_its_command(mineral):
    parts = str(mineral).split("\n## ")

    assert [text.partition("\n")[0] for text in parts[1:]] == [s.title for s in mineral.sections]
    for one, text in zip(mineral.sections, parts[1:], strict=True):
        assert text.count(f"```bash\n{one.command}\n```") == bool(one.command)
        assert all(f"{step}\n\n```bash\n{command}\n```" in text for step, command in one.steps)


def test_rows_that_are_not_shown_are_left_to_the_command(korea):
    long = section(korea, "What is lost if China stopped")
    short = replace(long, shown=1)
    page = replace(korea, annex=[short]).markdown()

    assert long.rows > 1
    assert f"{long.rows - 1} more row" in page
    assert page.count(short.command) == 2  # on page 1 too
    assert len(short.table[0].cells) == 1


@pytest.mark.parametrize("pages", [1, 2, 4])
def test_an_annex_is_cut_to_its_pages_and_names_what_is_left_out(korea, pages):
    whole = [one for one in korea.annex if one.title not in ("Sources", LEFT_OUT)]
    annex = cut(whole, section(korea, "Sources"), pages - 1)
    titles = [one.title for one in annex]
    left = [text for one in annex if one.title == LEFT_OUT for text, _ in one.steps]

    assert sum(map(height_of, annex)) <= (pages - 1) * PAGE
    assert {*titles, *(text.rstrip(":") for text in left)} >= {
        one.title for one in whole if one.command and pages > 1
    }
    assert bool(annex) == (pages > 1)


def test_a_title_and_its_command_are_text(embedded_of):
    title = "<b>Magnets</b> & `metals`"
    page = embedded_of().brief("KOR", title=title)

    assert f"<h1>{escape(title)}</h1>" in page.html()
    assert "<b>" not in page.html()
    assert page.markdown().startswith("# &lt;b>Magnets&lt;/b> &amp; \\`metals\\`\n")
    assert page.command == f"graphkit brief KOR --title {shlex.quote(title)}"


@pytest.mark.long
def test_minerals_and_products_are_mixed(embedded_of):
    page = embedded_of().brief("KOR", scope="Dy,ree-metals")

    assert page.title.startswith("South Korea: ")
    assert unsaid(page.bullets[0], "2025-Q1", "South Korea") == []
    assert embedded_of().brief(scope="Dy,ree-metals").bullets


def test_a_word_document_has_the_parts_of_the_page(korea, tmp_path):
    korea.write(tmp_path / "korea.docx")
    korea.write(tmp_path / "again.docx")
    read = Document(str(tmp_path / "korea.docx"))
    by_style: dict[str, list[str]] = {}
    for paragraph in read.paragraphs:
        by_style.setdefault(paragraph.style.name, []).append(paragraph.text)
    tables = [one.table for one in korea.sections if one.table]

    assert by_style["Heading 1"] == [korea.title] == [read.core_properties.title]
    assert by_style["Heading 2"] == [one.title for one in korea.sections]
    assert by_style["List Bullet"][:5] == list(korea.bullets)
    assert len(read.inline_shapes) == 1
    assert [[[cell.text for cell in row.cells] for row in table.rows] for table in read.tables] == [
        [[c.header for c in table], *map(list, zip(*(c.cells for c in table), strict=True))]
        for table in tables
    ]
    names = [(tmp_path / name).read_bytes() for name in ("korea.docx", "again.docx")]
    assert names[0] == names[1]


def test_a_word_document_without_the_extra_is_one_line(korea, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "docx", None)

    with pytest.raises(GraphkitError, match=r"writing \.docx needs python-docx: .*\[docx\]"):
        korea.write(tmp_path / "korea.docx")


def test_small_imports_are_counted_by_product():
    rows = [
        {"product": "a", "usd": 9e5},
        {"product": "a", "usd": 8e5},
        {"product": "b", "usd": 2e6},
        {"product": "c", "usd": None},
    ]

    assert unsaid(_small(rows), "1 of them … less than 1.0 M USD") == []
    assert _small(rows[2:]) == ""


def test_a_first_that_the_verb_denies_is_neither_said_nor_drawn(ask):
    scope = {"scope": "ree-metals", "period": "2024"}
    denied = ask.concentration(**scope)
    page = ask.brief(**scope)

    assert denied.sentence.claims[0].denied is Kind.FIRST
    assert denied.headline in section(page, "How concentrated it is").points
    assert page.chart is None


def test_an_origin_without_a_traced_share_is_unknown(korea):
    largest = section(korea, COUNTRY[1])

    stages: dict[str, list[dict[str, Any]]] = {}
    for row in largest.answer.rows.to_pylist():
        if row["origin"] not in NO_COUNTRY:
            assert row["low"] <= row["share"] <= row["high"]
            stages.setdefault(row["product"], []).append(row)
    ends = {
        (row["product"], row["traced_to"]): row["share"]
        for rows in stages.values() for row in (rows[0], rows[-1])
    }  # fmt: skip
    unknown = sum(share < LEAST_TRACED for share in ends.values())
    text = " ".join(largest.points)

    assert text.count(" is unknown (") == unknown


@pytest.mark.parametrize("name", ["korea", "mineral"])
def test_a_page_asks_for_nothing_and_its_pictures_share_no_names(request, name):
    page = request.getfixturevalue(name).html()
    found = Elements(page)

    assert all(reference.startswith("#") for reference in found.references)
    assert len(found.ids) == len(set(found.ids))
    assert {f"#{i}" for i in found.ids} >= set(re.findall(r"url\((#[^)]+)\)", page))
    assert page.count("<svg") == 2  # wide, and for phones
    assert ">China<" in page
    assert len(page.encode()) < 3_000_000


def test_without_the_extra_the_tables_stay_and_one_line_says_so(korea, monkeypatch):
    monkeypatch.setitem(sys.modules, "quickjs", None)
    page = korea.html()

    assert "<svg" not in page
    assert page.count(NO_PICTURE) == 1
    assert page.count("<table") == sum(bool(one.table) for one in korea.sections)


@pytest.mark.long
def test_names_of_seeds_are_never_markup(tmp_path):
    with DuckStore(tmp_path / "graph.duckdb") as store:
        seeds = write_files(tmp_path / "seeds", hostile_market())
        store.load(build_graph(read_seeds(seeds)))
        session = Session(store)
        buyer = max(
            session.cypher("MATCH (:Country)-[:EXPORTS]->(c:Country) RETURN c.iso3 AS c")["c"]
            .to_pylist()
        )  # fmt: skip
        product = session.cypher("MATCH ()-[f:EXPORTS]->() RETURN min(f.product) AS p")["p"][0]
        for brief in (session.brief(buyer), session.brief(scope=f"product:{product}")):
            page, text = brief.html(), brief.markdown()
            assert Elements(page).names <= TAGS
            assert "<script" not in page
            assert "<script" not in text
            assert SCRIPT.split(">")[0].lstrip("<") in page


def test_what_is_not_known_of_a_country_has_no_section(ask):
    brief = ask.brief("TCD", scope="feldspar", period="2024")

    [bullet] = brief.bullets
    assert unsaid(bullet, "no imports of Chad", "feldspar") == []
    assert (brief.chart, brief.front) == (None, [])
    assert {one.title for one in brief.annex} <= {"Methods", "Notes", "Sources"}
    assert brief.html()


def test_what_is_not_known_of_a_mineral_has_no_section(ask):
    brief = ask.brief(scope="rubidium")
    titles = [one.title for one in brief.sections]

    assert not {"Export controls", "Who sells and buys it", "Single points of failure"} & set(
        titles
    )
    assert brief.html()


@pytest.mark.long
def test_losses_of_a_group_are_left_to_its_members(ask):
    stop = ask.brief("EU27", **RARE).front[0]

    assert unsaid(stop.sentences[0], "a member of the European Union") == []


def test_an_act_is_told_with_what_the_country_buys_of_it(korea, ask):
    acts = section(korea, "Export controls")
    share = ask.depends("KOR", on="CHN", scope="magnets-metal", period="2024").rows["share_usd"]
    said = next(p for p in acts.points if "Announcement 18 of 2025" in p)

    assert f"{part(share[0].as_py())} of metal magnets" in said
    assert not any(row["target"] == "USA" for row in acts.answer.rows.to_pylist())
    granted = "25 % of the licence applications under Announcement 18 of 2025 were granted by 2025-"
    assert sum(granted in point for point in acts.points) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "country … --for"),
        (["Atlantis"], "Atlantis"),
        (["KOR", "--period", "soon"], "--period: 'soon'"),
        (["KOR", "--for", "kryptonite"], "'kryptonite'"),
        (["KOR", "-o", "korea.odt"], "--output: … '.odt' … .html or .md or .docx"),
        (["KOR", "--pages", "0"], "--pages: … 0 … 1 to 6"),
        (["KOR", "--pages", "7"], "--pages: … 7 … 1 to 6"),
        (["KOR", "--pages", "two"], "--pages"),
        (["KOR", "--for", "lithium,kryptonite"], "'kryptonite'"),
    ],
)
def test_a_mistake_is_one_line(graphkit, arguments, message):
    code, out, err = graphkit("brief", *arguments)

    assert (code, out) == (2, "")
    assert unsaid(err, message) == []
    assert err.count("\n") == 1


@pytest.mark.long
def test_the_command_writes_what_python_writes(graphkit, korea, tmp_path):
    page, text = tmp_path / "korea.html", tmp_path / "python.md"
    arguments = ("brief", "korea", "--for", "rare earths", "--period", "2024")
    korea.write(text)

    assert graphkit(*arguments, "-o", str(page)) == (0, "", "")
    assert page.read_text(encoding="utf-8") == korea.html()
    assert graphkit(*arguments, "-o", "-") == (0, korea.markdown(), "")
    assert text.read_text(encoding="utf-8") == korea.markdown()
    with pytest.raises(UsageError, match=r"'\.pdf'.* \.html or \.md or"):
        korea.write(Path("korea.pdf"))


def test_the_page_of_commands_has_its_row():
    page = (Path(__file__).parents[1] / "docs/commands.md").read_text(encoding="utf-8")

    assert f"{BRIEF.table_row[:-2]} ([brief](brief.md)) |" in page
