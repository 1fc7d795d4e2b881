"""All that is known of one plant or company: its facts and no others, and links between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from saying import Naming
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
    answer = world.plant("Onsan Smelter")

    assert rows(answer, "published", "tonnes", "basis", "share_low", "share_high",
                fact="can make") == [
        ("0.5 kmt", 500, "metal", 0.2, 0.5), ("9 kmt", 9000, "ore", None, 1.0),
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
    answer = world.plant("pit-1")

    assert rows(answer, "published", fact="its group can make") == [("0.2 kmt",)]
    assert rows(answer, "plant", fact="shares its capacity with") == [("pit-2",)]
    assert rows(answer, "published", fact="can make") == []


def test_a_company_has_its_owners_its_plants_and_those_through_others(world):
    owned, behind = world.company("A Zinc"), world.company("b")

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
    answer = world.company("C Investment")

    assert rows(answer, "plant", fact="runs") == [("anyang",)]
    assert {row[0] for row in rows(answer, "plant", fact="owns")} == {"onsan"}
    assert answer.caption == Naming("seat … not known")


@pytest.mark.parametrize(
    ("question", "pages"),
    [
        (lambda graph: graph.plants("KOR"), {"plant": "plant"}),
        (lambda graph: graph.owners("KOR"), {"company": "company"}),
        (lambda graph: graph.plant("onsan"), {"plant": "plant", "company": "company"}),
        (lambda graph: graph.company("a"), {"plant": "plant", "company": "company"}),
    ],
)
def test_plants_and_companies_in_rows_have_a_page(world, question, pages):
    content = page_of(question(world))

    assert content["pages"] == pages
    for row in content["rows"]:
        for column, ask in pages.items():
            if row[column] is not None:
                assert getattr(world, ask)(row[column]).scope["key"] == row[column]


def test_what_is_not_known_is_suggested(world):
    with pytest.raises(UsageError, match=r"Onsan Smelter \(onsan\)\?"):
        world.plant("Onsan Smeltr")
    with pytest.raises(UsageError, match=r"no company .*'onsan'"):
        world.company("onsan")
