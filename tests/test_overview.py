"""The first view of the explorer: published production by mineral and stage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from graphkit.answers.sentence import Kind
from graphkit.catalog.catalog import Catalog
from graphkit.explore.answers import matches
from graphkit.explore.overview import TASKS, import_overview, production_overview
from graphkit.plot.drawing import COUNTRIES, luminance, tint
from graphkit.questions.addresses import by_path, read_values
from graphkit.questions.dependence.depends import depends
from graphkit.questions.markets.concentration import concentration
from graphkit.stores.duck.store import DuckStore


@pytest.fixture(scope="module")
def catalog(sliced_file: Path) -> Iterator[Catalog]:
    with DuckStore(sliced_file) as store:
        yield Catalog(store)


@pytest.fixture(scope="module")
def overview(catalog: Catalog) -> dict[str, Any]:
    return production_overview(catalog, concentration(catalog, sort="stage"))


def figures(overview: dict[str, Any]) -> list[dict[str, Any]]:
    cells = [cell for row in overview["minerals"] for cell in row["stages"].values()]
    return [figure for cell in cells for figure in cell]


def test_separated_rare_earths_are_china_s_as_published_not_the_first_exporter_s(overview):
    cell = next(row for row in overview["minerals"] if row["key"] == "REE")["stages"]["separate"]

    first = cell[0]
    assert (first["country"], first["share"], first["kind"]) == ("CHN", 0.913, "claim")
    assert "IEA" in first["text"].upper()
    assert "exports" not in {figure["kind"] for figure in cell}  # its code holds mixed compounds


def test_a_cell_begins_with_the_newest_published_share(overview):
    for row in overview["minerals"]:
        for cell in row["stages"].values():
            kinds = [figure["kind"] == "exports" for figure in cell]
            assert kinds == sorted(kinds)
            years = [figure["period"][-4:] for figure in cell if figure["kind"] != "exports"]
            assert years == sorted(years, reverse=True)


def test_strategic_minerals_come_first_the_most_concentrated_at_the_top(overview):
    rows = overview["minerals"]

    assert [row["name"] for row in rows[:3]] == ["Gallium", "Graphite", "Germanium"]
    ranks = [row["list"] for row in rows]
    assert ranks == sorted(ranks, key=["strategic", "on both lists", "on one list",
                                       "on no list"].index)  # fmt: skip
    assert "Tungsten" in [row["name"] for row in rows[:20]]


def test_a_basket_of_several_minerals_stands_in_no_row_and_a_product_in_few(overview, catalog):
    shown = figures(overview)

    assert {"rare-gases", "minor-metals", "battery-cathode"} & {
        f["product"] for f in shown
    } == set()
    keys = [row["key"] for row in overview["minerals"]]
    assert len(keys) == len(set(keys))
    assert "bauxite" not in keys  # it stands in the row of aluminium


def test_imports_of_a_country_are_those_of_its_suppliers(catalog):
    answer = depends(catalog, "KOR")
    shares = {row["product"]: row["share_usd"] for row in answer.rows.to_pylist()}
    overview = import_overview(catalog, answer)

    assert figures(overview)
    assert all(figure["share"] == shares[figure["product"]] for figure in figures(overview))
    assert depends(catalog, "KOR", scope="magnets-metal").headline.removesuffix(".") in {
        figure["text"].rpartition(" (")[0] for figure in figures(overview)
    }


def test_a_first_that_a_sentence_may_not_tell_stands_in_no_cell(catalog, overview):
    denied = concentration(catalog, scope="ree-metals")

    assert denied.sentence.claims[0].denied is Kind.FIRST
    assert "exports" not in {
        figure["kind"] for figure in figures(overview) if figure["product"] == "ree-metals"
    }


def test_a_cell_has_the_figure_of_the_sentence(catalog, overview):
    text = concentration(catalog, scope="gallium").headline
    gallium = next(f for f in figures(overview) if f["product"] == "gallium")

    assert gallium["figure"] == "over 99 %"
    assert text.removesuffix(".") in gallium["text"]


@pytest.mark.parametrize("country", [*COUNTRIES, "CHL"])
def test_the_text_of_a_cell_can_be_read_on_every_share(country):
    for share in (0, 0.2, 0.4, 0.6, 0.7, 0.9, 1):
        dark, light = sorted(map(luminance, tint(country, share)))
        assert (light + 0.05) / (dark + 0.05) >= 4.5


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.question)
def test_a_task_is_a_question_that_its_verb_takes(task):
    assert read_values(by_path()[task.ask], [*task.fields.items()])


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Ga", ["Ga", "GAB", "GMB"]),
        ("gallium", ["gallium", "Ga"]),
        ("lithum", ["Li", "lithium-minerals"]),
        ("흑연", ["graphite"]),
        ("Flussspat", ["fluorspar"]),
        ("coree", ["KOR"]),
        ("xyzxyz", []),
        ("  ", []),
    ],
)
def test_a_text_is_found_by_key_beginning_language_and_near_spelling(catalog, text, keys):
    matched = [match["key"] for match in matches(catalog, text)]

    assert matched[: len(keys)] == keys
    assert keys or not matched
