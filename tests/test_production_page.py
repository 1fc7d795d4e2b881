"""The page on production after the mine, held against the seeds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "production.md").read_text(encoding="utf-8")
LINES = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("|") and "`" in line
]


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[0])
def test_a_material_has_the_output_that_the_page_says(sliced_facts, line):
    _, products, stages, output, where = line
    makers = {product: set() for product in quoted(products)}
    sharers = {product: set() for product in makers}
    names = ["country", "product", "tonnes", "share"]
    for row in sliced_facts["PRODUCES"].select(names).to_pylist():
        if row["product"] in makers and row["tonnes"]:
            makers[row["product"]].add(row["country"])
        elif row["product"] in makers and row["share"]:
            sharers[row["product"]].add(row["country"])
    claims = {row["key"]: row for row in sliced_facts["Claim"].to_pylist()}
    table = sliced_facts["Product"].select(["key", "stage"]).to_pylist()

    assert {r["stage"] for r in table if r["key"] in makers} == set(stages.split(", "))
    assert {len(have) > 2 for have in makers.values()} == {output == "table"}
    if output != "table":
        assert {bool(have) for have in sharers.values()} == {output == "shares"}
    assert {claims[key]["measure"] for key in quoted(where)} <= {"production"}
    assert bool(quoted(where)) == (output == "claims")


def test_every_product_with_producers_after_the_mine_is_on_the_page(sliced_facts):
    products = sliced_facts["Product"].select(["key", "stage"]).to_pylist()
    later = {row["key"] for row in products if row["stage"] not in ("mine", "concentrate")}
    made = {
        row["product"]
        for row in sliced_facts["PRODUCES"].select(["product", "tonnes", "share"]).to_pylist()
        if row["tonnes"] or row["share"]
    }

    listed = {product for _, cell, *_ in LINES for product in quoted(cell)}
    assert later & made <= listed


def test_the_elements_with_producers_at_processing_are_those_that_the_study_and_the_usgs_have(
    sliced_facts,
):
    """43 elements and minerals, and light and heavy rare earths as two groups."""
    stages = dict(zip(*(sliced_facts["Product"][n].to_pylist() for n in ("key", "stage")),
                      strict=True))  # fmt: skip
    figures = sliced_facts["PRODUCES"].select(["product", "tonnes", "share"]).to_pylist()
    made = {row["product"] for row in figures if row["tonnes"] or row["share"]}
    groups = {"light-ree-processed", "heavy-ree-processed"}
    elements = {
        row["element"]
        for row in sliced_facts["CONTAINS"].select(["product", "element", "role"]).to_pylist()
        if row["role"] == "main" and row["product"] in made - groups
        and stages[row["product"]] not in ("mine", "concentrate")
    }  # fmt: skip

    assert groups <= made
    assert len(elements) == 43
