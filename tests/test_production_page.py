"""The page on production after the mine, held against the seeds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

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
    for row in sliced_facts["PRODUCES"].select(["country", "product", "tonnes"]).to_pylist():
        if row["product"] in makers and row["tonnes"]:
            makers[row["product"]].add(row["country"])
    claims = {row["key"]: row for row in sliced_facts["Claim"].to_pylist()}
    table = sliced_facts["Product"].select(["key", "stage"]).to_pylist()

    assert {r["stage"] for r in table if r["key"] in makers} == set(stages.split(", "))
    assert {len(have) > 2 for have in makers.values()} == {output == "table"}
    assert {claims[key]["measure"] for key in quoted(where)} <= {"production"}
    assert bool(quoted(where)) == (output == "claims")
