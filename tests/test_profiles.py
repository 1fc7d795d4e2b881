"""All that is known of one plant or company: its facts and no others, and links between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from saying import Naming
from seed_texts import SMALL
from test_plants import WORLD

from graphkit.api import Session
from graphkit.errors import UsageError
from graphkit.explore.answers import page_of


@pytest.fixture
def world(graph_of: Callable[..., Session]) -> Session:
    return graph_of(WORLD)


def rows(answer: Any, *names: str, fact: str = "") -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in answer.rows.to_pylist()
            if row["fact"] == fact or not fact]  # fmt: skip


def test_a_plant_has_its_capacities_owners_and_those_behind_them(world):
    answer = world.show("Onsan Smelter")

    assert rows(answer, "published", "tonnes", "basis", "share_low", "share_high",
                fact="can make") == [
        ("0.5 kmt", 500, "metal", 0.2, 1.0), ("9 kmt", 9000, "ore", None, 1.0),
    ]  # fmt: skip
    assert rows(answer, "name", "country", "share", fact="owned by") == [
        ("A Zinc", "KOR", 0.6), ("C Investment", None, 0.4),
    ]  # fmt: skip
    assert rows(answer, "name", "part", fact="in the end of") == [
        ("B Holding", pytest.approx(0.42)), ("C Investment", pytest.approx(0.4)),
        ("A Zinc", pytest.approx(0.18)),
    ]  # fmt: skip
    assert answer.headline == Naming("Onsan Smelter in South Korea … 2 capacities … 2 owners")
    assert "customs" in answer.sources["key"].to_pylist()


def test_a_member_of_a_group_names_the_group_s_capacity_and_its_other_members(world):
    answer = world.show("pit-1")

    assert rows(answer, "published", fact="its group can make") == [("0.2 kmt",)]
    assert rows(answer, "plant", fact="shares its capacity with") == [("pit-2",)]
    assert rows(answer, "published", fact="can make") == []


def test_a_company_has_its_owners_its_plants_and_those_through_others(world):
    owned, behind = world.show("A Zinc"), world.show("b")

    assert rows(owned, "company", "share", fact="owned by") == [("b", 0.7)]
    assert rows(owned, "plant", "basis", "share", "part", fact="owns") == [
        ("onsan", "ore", 0.6, pytest.approx(0.18)), ("onsan", "metal", 0.6, pytest.approx(0.18)),
    ]  # fmt: skip
    assert rows(behind, "company", "share", fact="owns") == [("a", 0.7)]
    through = rows(behind, "part", fact="has through others")
    assert through == [(pytest.approx(0.42),)] * 2
    assert "Seat: China (customs)" in behind.caption
    assert behind.caption == Naming("a state has most")


def test_a_company_that_only_runs_a_plant_owns_none(world):
    answer = world.show("C Investment")

    assert rows(answer, "plant", fact="runs") == [("anyang",)]
    assert {row[0] for row in rows(answer, "plant", fact="owns")} == {"onsan"}
    assert answer.caption == Naming("seat … not known")


@pytest.mark.parametrize(
    ("question", "pages"),
    [
        (lambda graph: graph.plants("KOR"), {"plant": "plant"}),
        (lambda graph: graph.owners("KOR"), {"company": "company"}),
        (lambda graph: graph.show("onsan"), {"plant": "plant", "company": "company"}),
        (lambda graph: graph.show("a"), {"plant": "plant", "company": "company"}),
    ],
)
def test_plants_and_companies_in_rows_have_a_page(world, question, pages):
    content = page_of(question(world))

    assert content["pages"] == pages
    for row in content["rows"]:
        for column, ask in pages.items():
            if row[column] is not None:
                assert world.show(row[column], kind=ask).scope.as_object()["key"] == row[column]


MORE = {
    "countries.yaml": SMALL["countries.yaml"] + "  - {iso3: IND, name: India, iso2: IN}\n",
    "areas.yaml": """\
kind: Area
defaults: {source: customs}
rows:
  - {iso3: WLD, name: World, type: world}
  - {iso3: EAST, name: The East, type: group, members: [CHN, KOR]}
""",
    "elements.yaml": """\
kind: Element
defaults: {source: customs}
rows:
  - {key: Dy, name: Dysprosium, type: element, member_of: [heavy]}
  - {key: In, name: Indium, type: element}
  - {key: heavy, name: Heavy rare earths, type: group}
""",
    "products.yaml": """\
kind: Product
defaults: {source: customs, stage: metal}
rows:
  - {key: ree-metals, name: Rare-earth metals}
  - {key: dy-metal, name: Dysprosium metal, aliases: [dysprosium]}
""",
    "made-into.yaml": """\
kind: MADE_INTO
defaults: {source: customs}
rows:
  - {input: ree-metals, output: dy-metal, process: distillation, kind: main}
""",
    "traded-as.yaml": """\
kind: TRADED_AS
defaults: {source: customs}
rows:
  - {product: ree-metals, code: 280530, revision: HS07, fit: exact}
""",
    "controls.yaml": """\
kind: Control
defaults: {source: customs, country: CHN, measure: licence}
rows:
  - {key: act-1, announcement: Act 1, since: 2025-04-04, elements: [Dy], products: [dy-metal]}
  - {key: act-2, announcement: Notice 2, since: 2024-04-04, elements: [heavy]}
  - {key: act-3, announcement: Notice 2, since: 2024-05-04, elements: [In]}
""",
}


@pytest.fixture
def every_kind(graph_of: Callable[..., Session]) -> Session:
    return graph_of({**WORLD, **MORE})


@pytest.mark.parametrize(
    ("name", "kind", "key", "facts"),
    [
        ("korea", "country", "KOR", {("is in the group", "The East")}),
        ("the east", "country", "EAST", {("has the member", "China"),
                                         ("has the member", "South Korea")}),
        ("dysprosium", "mineral", "Dy", {
            ("is in the group", "Heavy rare earths"), ("is bought as", "rare-earth metals"),
            ("is restricted by", "Act 1"), ("is restricted by", "Notice 2"),
        }),
        ("heavy", "mineral", "heavy", {("has the member", "Dysprosium"),
                                       ("is restricted by", "Notice 2")}),
        ("ree-metals", "product", "ree-metals", {
            ("travels under", "HS 280530"), ("contains", "Dysprosium"),
            ("is made into", "dysprosium metal"),
        }),
        ("dysprosium metal", "product", "dy-metal", {
            ("is made from", "rare-earth metals"), ("is restricted by", "Act 1"),
        }),
        ("Act 1", "control", "act-1", {("names", "Dysprosium"), ("covers", "dysprosium metal")}),
    ],
)  # fmt: skip
def test_a_name_of_any_kind_has_its_facts_and_the_kind(every_kind, name, kind, key, facts):
    answer = every_kind.show(name)

    assert (answer.scope.as_object()["kind"], answer.scope.as_object()["key"]) == (kind, key)
    assert {row for row in rows(answer, "fact", "name") if row[0] != "made"} == facts
    assert {*answer.rows["source"].to_pylist()} == {"customs"}


def test_what_a_country_made_is_of_the_newest_year_of_each_product(every_kind):
    made = every_kind.show("korea", kind="country").rows.to_pylist()
    newest = every_kind.query("production-of-country", country="KOR", period="2024").to_pylist()

    assert [(row["product"], row["tonnes"], row["as_of"]) for row in made
            if row["fact"] == "made"] == [
        (row["product"], row["tonnes"], "2024") for row in newest
    ]  # fmt: skip
    assert newest


def test_a_name_of_two_kinds_says_so_and_is_chosen_by_kind(every_kind):
    first = every_kind.show("dysprosium")
    other = every_kind.show("dysprosium", kind="product")

    assert first.scope.as_object()["kind"] == "mineral"
    assert first.caption == Naming("product too, Dysprosium metal (dy-metal)")
    assert (other.scope.as_object()["kind"], other.scope.as_object()["key"]) == (
        "product",
        "dy-metal",
    )
    assert "too" not in other.caption


def test_a_symbol_in_its_own_spelling_is_an_element_and_in_capitals_a_country(every_kind):
    assert every_kind.show("In").scope.as_object()["key"] == "In"
    assert every_kind.show("IN").scope.as_object()["key"] == "IND"


def test_what_is_not_known_is_suggested(world, every_kind):
    with pytest.raises(UsageError, match=r"Onsan Smelter \(onsan\)\?"):
        world.show("Onsan Smeltr")
    with pytest.raises(UsageError, match=r"no company .*'onsan'"):
        world.show("onsan", kind="company")
    with pytest.raises(UsageError, match=r"no country, .* or company is called 'nowhere'"):
        world.show("nowhere")
    with pytest.raises(UsageError, match=r"'Notice 2' may be .*\(act-2\) or .*\(act-3\)"):
        every_kind.show("Notice 2")
