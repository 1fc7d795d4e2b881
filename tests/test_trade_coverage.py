"""The page on the coverage of trade counts the listed elements as the shipped seeds do."""

import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyarrow import parquet

from graphkit.files.folders import shipped
from graphkit.schema import MAIN

PAGE = (Path(__file__).parents[1] / "docs" / "trade-coverage.md").read_text(encoding="utf-8")
PARTS = PAGE.partition("## Products with a part of their trade")[2].partition("\n## ")[0]


@pytest.fixture(scope="module")
def traded() -> set[str]:
    """The products with trade in the shipped seeds."""
    tables = (shipped("seeds") / "trade").glob("*.parquet")
    columns = (parquet.read_table(path, columns=["product"])["product"] for path in tables)
    return {product for column in columns for product in column.unique().to_pylist()}


@pytest.fixture(scope="module")
def codes() -> dict[str, set[str]]:
    """The HS codes of the shipped trade of each product in 2024."""
    found: dict[str, set[str]] = {}
    for path in (shipped("seeds") / "trade").glob("*.parquet"):
        rows = parquet.read_table(path)
        if "period" in rows.column_names:
            rows = rows.filter(pc.equal(rows["period"].cast(pa.string()), "2024"))
        pairs = rows.select(["product", "hs"]).group_by(["product", "hs"]).aggregate([])
        for row in pairs.to_pylist():
            found.setdefault(row["product"], set()).add(row["hs"])
    return found


@pytest.fixture(scope="module")
def listed(reference) -> list[dict[str, Any]]:
    elements = reference.facts["Element"].to_pylist()
    return [element for element in elements if element["us_2025"] or element["eu_2023"]]


@pytest.fixture(scope="module")
def bought(reference, traded) -> set[str]:
    """The elements that a traded product is bought for, and the groups of one."""
    held = reference.facts["CONTAINS"].to_pylist()
    found = {row["element"] for row in held if row["role"] == MAIN and row["product"] in traded}
    elements = reference.facts["Element"].to_pylist()
    return found | {g for e in elements if e["key"] in found for g in e["member_of"] or ()}


def test_a_product_of_which_a_code_has_no_trade_says_so(reference, codes):
    present = {r["code"] for r in reference.facts["Code"].to_pylist() if r["source"] == "un-hs2022"}
    notes = {row["key"]: row["note"] or "" for row in reference.facts["Product"].to_pylist()}
    lacking = {}
    for row in reference.facts["TRADED_AS"].to_pylist():
        known = row["fit"] == "exact" and row["code"] in present
        if known and codes.get(row["product"]) and row["code"] not in codes[row["product"]]:
            lacking.setdefault(row["product"], []).append(row["code"])

    assert sorted(lacking) == re.findall(r"^\| `([a-z-]+)` \|.*\|.*\d{6}.*\|$", PARTS, re.MULTILINE)
    for product, missing in lacking.items():
        assert all(code in notes[product] and code in PARTS for code in missing), product


def test_at_least_58_of_the_69_listed_elements_have_trade(listed, bought):
    assert len(listed) == 69
    assert sum(element["key"] in bought for element in listed) == 64


def test_the_page_lists_the_others(listed, bought):
    rows = re.search(r"\| listed \|.*\n\|---.*\n((?:\|.*\n)+)", PAGE)
    assert rows is not None
    told = [row.split("|")[1].strip() for row in rows[1].splitlines()]
    assert told == sorted(element["key"] for element in listed if element["key"] not in bought)


def test_the_page_counts_them(listed, bought):
    single = [element for element in listed if element["type"] != "group"]
    have = sum(element["key"] in bought for element in single)
    assert f"Of the {len(single)} elements and minerals" in PAGE
    assert f"four groups, {have}\nand all groups have trade" in PAGE


@pytest.mark.parametrize(
    "basket", re.findall(r"^\| `([a-z-]+)`", PAGE.partition("## Listed elements")[2], re.MULTILINE)
)
def test_a_basket_of_the_page_is_a_product_with_trade(traded, basket):
    assert basket in traded
