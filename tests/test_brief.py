"""Briefs: their figures are those of the commands, on both databases, and no name is markup."""

from __future__ import annotations

import json
import re
import shlex
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from seed_texts import SMALL
from test_explore import SCRIPT, hostile_market
from written_seeds import write_files

from graphkit.answers.figures import money, percent
from graphkit.api import Session
from graphkit.brief.brief import BRIEF
from graphkit.brief.country import LEAST_TRACED, NO_COUNTRY, WORK, _small
from graphkit.brief.document import NO_PICTURES, Brief
from graphkit.build import build_graph
from graphkit.errors import UsageError
from graphkit.seeds.facts import read_seeds
from graphkit.stores.duck.store import DuckStore
from graphkit.verbs.registry import VERBS

COUNTRY = (
    "First suppliers, by mineral and stage", "The largest dependencies",
    "Single points of failure", "If China stopped",
    "What a stop of the first supplier would cost, month by month", "Over the years",
    "Targets", "If no supplier had half of metal magnets", "What to find out about metal magnets",
    "Who owns the mines and plants", "Export controls",
    "Published claims against the data", "Coverage", "Notes", "Methods", "Sources",
)  # fmt: skip
MINERAL = (
    "Who mines, refines and makes it", "How concentrated it is", "Who sells and buys it",
    "Single points of failure", "Who owns the mines and plants", "Export controls", "Prices",
    "Published claims against the data",
    "Coverage", "Notes", "Methods", "Sources",
)  # fmt: skip
RARE = {"scope": "rare earths", "period": "2024"}
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "p", "nav", "ol", "ul"),
    *("li", "a", "section", "div", "table", "thead", "tbody", "tr", "th", "td", "details", "code"),
    *("summary", "br", "pre", "svg", "g", "path", "rect", "text", "defs", "pattern", "clippath"),
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


@pytest.mark.long
@pytest.mark.parametrize(("name", "titles"), [("korea", COUNTRY), ("mineral", MINERAL)])
def test_it_has_every_section(request, name, titles):
    brief = request.getfixturevalue(name)

    assert tuple(one.title for one in brief.sections) == titles
    assert all(one.sentences or one.points or one.answer for one in brief.sections)


@pytest.mark.long
@pytest.mark.parametrize("name", ["korea", "mineral"])
def test_its_commands_give_the_rows_of_each_section(request, graphkit, name):
    for one in request.getfixturevalue(name).sections:
        rows = []
        for command in one.commands:
            code, out, err = graphkit(*shlex.split(command)[1:], "--format", "json")
            assert code == 0, (command, err)
            found = json.loads(out)
            rows += found if isinstance(found, list) else found["rows"]
        for row in one.answer.rows.to_pylist() if one.answer else ():
            row.pop("stage_order", None)
            row.pop("claim" if "key" in row else "", None)  # a sentence of the same claim
            same = [r for r in rows if all(r.get(n) == v for n, v in row.items())]
            assert same, (one.title, row)


def test_its_sentences_have_the_figures_of_the_verbs(korea, ask):
    face = ask.depends("KOR", scope="magnets-metal", period="2024").rows.to_pylist()[0]
    looked = ask.depends_looked_through("KOR", scope="magnets-metal", period="2024")
    last = looked.rows.to_pylist()[-1]
    said = next(p for p in section(korea, COUNTRY[1]).points if "metal magnets" in p)

    assert said.startswith(
        f"{percent(face['share_usd'])} of the imports of metal magnets by value in "
        f"2024 came from China as the last seller ({percent(face['share_tonnes'])} by weight)"
    )
    assert (
        f"between {percent(last['low'])} and {percent(last['high'])} was made into components in "
        f"China (estimate: {percent(last['share'])})"
    ) in said
    unknown = next(row for row in looked.rows.to_pylist() if row["origin"] == "unknown")
    assert unknown["traced_to"] == "mine"
    assert f"and of {percent(unknown['share'])} it is unknown where it was mined" in said
    stop = ask.disrupt("CHN", of="KOR", **RARE).rows.to_pylist()
    most = max(stop, key=lambda row: row["lost_imports"])
    assert percent(most["lost_share"]) in section(korea, COUNTRY[3]).points[0]
    counts = ask.claims_check(of="KOR", scope="rare earths").coverage
    assert (
        f"Of {counts['claims']} published claims that name South Korea in this scope, the loaded "
        f"data bear out {counts['borne_out']} and contradict {counts['contradicted']}"
    ) in korea.lead[-1]


def test_whose_known_capacity_it_is_stands_with_its_coverage(ask):
    (owned,) = section(ask.brief(scope="cobalt"), "Who owns the mines and plants").points[:1]

    assert owned.startswith("Cobalt ore, known capacity by a basis that is not stated: 151,600 t")
    assert "49 % of what was made in 2025; Switzerland between 27.6 % and 68.3 %" in owned
    assert "% is unknown (usgs-facilities-africa-2018+usgs-mcs-2026)." in owned


@pytest.mark.long
def test_a_country_without_plants_has_no_section_on_them(ask):
    titles = [one.title for one in ask.brief("JPN", **RARE).sections]

    assert "Who owns the mines and plants" not in titles


def test_published_claims_are_cited_with_names_basis_and_source(mineral, korea):
    assert (
        "91.3 % of the production of rare earths (stage refined material) in China in 2024 (basis: "
        "by weight; contained metal not stated; iea-cmde-2025)."
    ) in section(mineral, MINERAL[0]).points
    checked = section(korea, "Published claims against the data").answer
    claims = dict(zip(*(checked.rows[n].to_pylist() for n in ("key", "claim")), strict=True))
    assert claims["kor-ree-metals-chn-2024"] == (
        "about 80 % of South Korea’s imports of rare-earth metals from China in 2024"
    )


def test_each_line_of_the_coverage_stands_once_after_its_question(korea):
    told = [line.partition(": ") for line in section(korea, "Coverage").folded]
    lines = [line for _, _, line in told]

    assert len(lines) == len(set(lines))
    assert next(line for verb, _, line in told if verb == "claims check").startswith("Claims: ")
    assert {verb for verb, _, _ in told} <= {verb.name for verb in VERBS}


@pytest.mark.parametrize("name", ["korea", "mineral"])
def test_no_sentence_of_a_share_lacks_period_or_measure(request, ask, name):
    brief = request.getfixturevalue(name)
    words = set(ask.claims().rows["statement"].to_pylist())
    texts = (*brief.lead, *(p for one in brief.sections[:5] for p in one.points))
    shares = [
        text for text in texts
        if " % " in text and "basis: " not in text and text.partition(" (")[0] not in words
    ]  # fmt: skip

    assert shares
    assert [text for text in shares if not re.search(r"\b(19|20)\d\d\b", text)] == []
    measure = re.compile("by value|by weight|tonnes|within")
    assert [text for text in shares if not measure.search(text)] == []


def test_a_country_is_told_what_it_could_do(korea, ask):
    """On the day and period of the brief, so that two runs give the same."""
    told = {section.title: section for section in korea.sections}
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


def test_the_largest_supplier_over_the_years_is_named_once(ask, korea):
    rows = ask.trend("KOR", scope="ree-compounds").rows.to_pylist()
    points = [
        p for p in section(korea, "Over the years").points if p.startswith("rare-earth compounds")
    ]
    years = sum(row["largest"] == "CHN" for row in rows)

    assert len(points) == 1
    assert f"was China in {years} of {len(rows)} periods, with " in points[0]
    assert f"{percent(rows[-1]['largest_share_usd'])} in 2024" in points[0]


def test_a_quota_of_several_periods_is_one_act_with_each_amount(ask):
    page = ask.brief(scope="cobalt")
    acts = section(page, "Export controls")
    quotas = [row for row in acts.answer.rows.to_pylist() if row["quota"] is not None]
    told = [point for point in acts.points if "quota" in point]

    assert len(quotas) > len(told) == 1
    for row in quotas:
        assert f"{row['quota']:,.0f} t from {row['since']} to {row['until']}" in told[0]
    assert acts.sentences[0].startswith(f"{len(acts.points)} recorded acts")


@pytest.mark.long
def test_goods_that_hold_other_elements_are_named_in_the_lead(ask):
    lead = " ".join(ask.brief(scope="dysprosium").lead)

    assert "is counted with other elements that these goods hold" in lead


@pytest.mark.long
def test_work_on_goods_that_a_code_also_holds_of_earlier_stages_is_only_possible(ask):
    malaysia = ask.brief("MYS", **RARE)
    points = section(malaysia, "Single points of failure").sentences
    assert points[1].endswith(
        "Of 1 more that is only possible, for its code also holds goods of earlier stages."
    )
    assert any(
        "possibly 99.6 % was made into metal in Australia, but the code also holds "
        "goods priced like concentrate (HS 280530)" in point
        for point in section(malaysia, "The largest dependencies").points
    )
    metals = ask.brief(scope="ree-metals", period="2024")
    points = section(metals, "Single points of failure").points
    possible = [point for point in points if ", possibly: its code also holds " in point]
    assert possible
    assert not set(possible) & set(metals.lead)


WEIGHED = {"trade.yaml": re.sub(r"usd: \d+, |\n.*usd: 200}", "", SMALL["trade.yaml"])}


def test_imports_that_are_only_weighed_are_by_weight_and_worth_no_sum(embedded_of):
    page = embedded_of(WEIGHED).brief("KOR")

    assert page.lead[:2] == [
        "In 2025-Q1, South Korea imported 1 product of those with trade data, of a value that is "
        "not added up.",
        "For 1 of them one supplier has at least half of the imports by weight in 2025-Q1: China "
        "(1).",
    ]


def test_sections_of_imports_that_are_only_weighed_say_that_none_is_known_by_value(embedded_of):
    page = embedded_of(WEIGHED).brief("KOR")
    unknown = ["KOR: no imports of ree-metals known by value (USD)."]

    for title in ("The largest dependencies", "Single points of failure", "If China stopped"):
        assert section(page, title).sentences == unknown


@pytest.mark.parametrize(("period", "when"), [(None, ""), ("2010", " for 2010")])
def test_the_lead_on_a_mineral_without_data_says_so(ask, period, when):
    page = ask.brief(scope="rubidium", period=period)

    assert page.lead[0] == (
        f"Neither production of rubidium (Rb) nor trade in it is in the database{when}."
    )


def test_without_trade_each_section_on_a_country_says_what_is_unknown(embedded_of):
    page = embedded_of({"trade.yaml": None}).brief("KOR")
    none, unknown = "No imports of South Korea are known at all.", "Unknown without trade data."

    assert page.lead == [none]
    assert [one.sentences for one in page.sections[:7]] == [
        [none], [unknown], [unknown], ["Unknown: no country is known as a first supplier."],
        [unknown], ["Nothing in this scope is in the database."],
        ["No claim about South Korea (KOR) is known; there are 0 in all."],
    ]  # fmt: skip
    assert not any(one.points or one.rows for one in page.sections[:7])


def test_a_stop_costs_the_uncovered_need_of_each_month(embedded_of):
    page = embedded_of().brief("KOR")
    part = section(page, "What a stop of the first supplier would cost, month by month")
    rows = part.answer.rows.to_pylist()
    [product] = {row["product"] for row in rows if part.points[0].startswith("rare-earth metals")}
    months = [row for row in rows if row["product"] == product]

    assert [row["month"] for row in months] == list(range(1, 13))
    assert "without a stock, which is unknown" in part.points[0]
    assert part.commands == ["graphkit disrupt CHN --of KOR --months 12 --period 2025-Q1"]
    lacking = sum(row["need"] * row["uncovered"] for row in months)
    assert money(lacking) in part.points[0]
    assert any(part.points[0] in text for text in page.lead)


def test_a_group_is_told_to_ask_for_the_losses_of_a_member(embedded_of):
    page = embedded_of().brief("KOR+JPN")
    stop = section(page, "If China stopped")

    assert stop.sentences == [
        "Losses are computed for one country at a time: ask for a member of South Korea and Japan."
    ]
    assert stop.commands == ["graphkit disrupt CHN --of COUNTRY --period 2025-Q1"]


def test_a_file_has_the_form_of_its_ending(mineral, tmp_path):
    for name in ("brief.html", "brief.MD"):
        mineral.write(tmp_path / name)
    with pytest.raises(UsageError, match=r"found the ending '\.pdf'; wanted \.html or \.md"):
        mineral.write(tmp_path / "brief.pdf")

    found = {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()}
    assert found == {"brief.html": mineral.html(), "brief.MD": str(mineral)}


def test_markdown_has_each_section_with_its_commands(mineral):
    parts = str(mineral).split("\n## ")

    titles = [one.title for one in mineral.sections]
    assert [part.partition("\n")[0] for part in parts[1:]] == [*titles, "Commands"]
    for one, part in zip(mineral.sections, parts[1:], strict=False):
        assert part.count("```bash\n" + "\n".join(one.commands) + "\n```") == bool(one.commands)
    assert parts[-1].count("\ngraphkit ") == len(mineral.commands)


def test_small_imports_are_counted_by_product():
    rows = [
        {"product": "a", "usd": 9e5},
        {"product": "a", "usd": 8e5},
        {"product": "b", "usd": 2e6},
        {"product": "c", "usd": None},
    ]

    assert _small(rows) == " For 1 of these that is less than 1.0 M USD."
    assert _small(rows[2:]) == ""


def test_a_range_that_allows_any_share_is_not_a_figure(korea):
    for point in section(korea, COUNTRY[1]).points:
        assert "between 0.0 % and 100.0 % (" not in point


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
    told = sum(text.count(f" was {work} in ") for work in WORK.values())

    assert (text.count(" is unknown ("), told) == (unknown, len(ends) - unknown)


@pytest.mark.parametrize("name", ["korea", "mineral"])
def test_a_page_asks_for_nothing_and_its_pictures_share_no_names(request, name):
    page = request.getfixturevalue(name).html()
    found = Elements(page)

    assert all(reference.startswith("#") for reference in found.references)
    assert len(found.ids) == len(set(found.ids))
    assert {f"#{i}" for i in found.ids} >= set(re.findall(r"url\((#[^)]+)\)", page))
    assert page.count("<svg") >= 4
    assert ">China<" in page
    assert len(page.encode()) < 3_000_000


def test_without_the_extra_the_tables_stay_and_one_line_says_so(korea, monkeypatch):
    monkeypatch.setitem(sys.modules, "quickjs", None)
    page = korea.html()

    assert "<svg" not in page
    assert page.count(NO_PICTURES) == 1
    assert page.count("<table") >= 6


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


ABSENT = {
    COUNTRY[1]: "Unknown", COUNTRY[2]: "Unknown", "If the first supplier stopped": "Unknown",
    "Over the years": "Unknown",
}  # fmt: skip


def test_what_is_not_known_of_a_country_is_said(ask):
    brief = ask.brief("TCD", scope="feldspar", period="2024")
    said = {one.title: " ".join(one.sentences) for one in brief.sections}

    assert all(text in said[title] for title, text in ABSENT.items()), said
    assert said["Published claims against the data"].startswith("No claim about Chad (TCD)")
    assert brief.html()


def test_what_is_not_known_of_a_mineral_is_said(ask):
    brief = ask.brief(scope="rubidium")
    said = {one.title: " ".join(one.sentences) for one in brief.sections}

    assert "No recorded act of export control names it." in said["Export controls"]
    assert "rade" in said["Who sells and buys it"]
    assert "rade" in said["Single points of failure"]
    assert brief.html()


@pytest.mark.long
def test_losses_of_a_group_are_left_to_its_members(ask):
    said = section(ask.brief("EU27", **RARE), COUNTRY[3])

    assert "ask for a member of the European Union" in said.sentences[0]


def test_an_act_is_told_with_what_the_country_buys_of_it(korea, ask):
    acts = section(korea, "Export controls")
    share = ask.depends("KOR", on="CHN", scope="magnets-metal", period="2024").rows["share_usd"]
    said = next(p for p in acts.points if "Announcement 18 of 2025" in p)

    assert f"{percent(share[0].as_py())} of metal magnets" in said
    assert not any(row["target"] == "USA" for row in acts.answer.rows.to_pylist())
    granted = "25 % of the licence applications under Announcement 18 of 2025 were granted by 2025-"
    assert sum(granted in point for point in acts.points) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "say what the brief is about: a country, or a mineral with --for"),
        (["Atlantis"], "Atlantis"),
        (["KOR", "--period", "soon"], "--period: 'soon' is not a period"),
        (["KOR", "--for", "kryptonite"], "'kryptonite'"),
        (["KOR", "-o", "korea.docx"], "--output: found the ending '.docx'; wanted .html or .md"),
    ],
)
def test_a_mistake_is_one_line(graphkit, arguments, message):
    code, out, err = graphkit("brief", *arguments)

    assert (code, out) == (2, "")
    assert message in err
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
    with pytest.raises(UsageError, match=re.escape("'.pdf'; wanted .html or .md")):
        korea.write(Path("korea.pdf"))


def test_the_page_of_commands_has_its_row():
    page = (Path(__file__).parents[1] / "docs/commands.md").read_text(encoding="utf-8")

    assert f"{BRIEF.table_row[:-2]} ([brief](brief.md)) |" in page
