"""Printed figures of China's exports by month: the tool, and what the shipped claims hold."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import build_printed
import pytest

from graphkit.errors import GraphkitError
from graphkit.schema import GRAPH
from graphkit.seeds.files import read_file

ROOT = Path(__file__).parents[1]


def shipped(name):
    seed = read_file(ROOT / "seeds" / "claims" / f"{name}.yaml", ROOT, GRAPH)
    assert seed.problems == []
    return seed.rows.to_pylist()


def figure(**values):
    return {
        "reporter": "CHN", "partner": "WLD", "flow": "export", "basis": "stated", "note": "",
        "commodity": "rare earth permanent magnets", "period": "2025-05", "quantity": "1238.0",
        "quantity_unit": "t", "source_id": "a-page",
    } | values  # fmt: skip


def test_magnets_have_a_figure_of_every_month_from_2025_01_to_2026_03():
    months = {
        row["period"]: row["value"] for row in shipped("printed-exports")
        if row["product"] == "magnets-metal" and row["consumer"] is None
    }  # fmt: skip
    wanted = [f"2025-{month:02d}" for month in range(1, 13)] + ["2026-01", "2026-02", "2026-03"]

    assert set(wanted) <= set(months)
    # Each month added to the sum of those before it is the next sum, within 2 t of rounding.
    total = months["2025-01..2025-05"]
    for month, sum_to in (("06", "2025-H1"), ("07", "2025-01..2025-07")):
        total += months[f"2025-{month}"]
        assert total == pytest.approx(months[sum_to], abs=2)
    assert months["2025-01..2025-11"] + months["2025-12"] == pytest.approx(months["2025"], abs=2)


def test_every_figure_has_its_page_and_no_page_is_copied_whole():
    sources = {row["key"]: row for row in shipped("printed-sources")}
    claims = shipped("printed-exports")

    assert {row["source"] for row in claims} == set(sources)
    assert all(row["url"] and row["publisher"] for row in sources.values())
    goods = Counter((row["source"], row["product"] or row["element"]) for row in claims)
    assert max(goods.values()) <= build_printed.MOST


def test_a_figure_is_a_claim_with_its_goods_buyer_period_and_page():
    (claim,) = build_printed.claims_of([figure(partner="USA", period="2025-01/2025-06")])

    assert claim["key"] == "printed-usa-magnets-2025-H1-a-page"
    assert (claim["consumer"], claim["product"]) == ("USA", "magnets-metal")
    assert (claim["value"], claim["unit"], claim["qualifier"]) == (1238.0, "t", None)
    assert claim["source"] == "printed-a-page"


def test_what_follows_from_a_rate_is_about_and_a_lower_bound_more():
    rows = [figure(basis="derived", note="1 / 2"), figure(basis="lower bound", period="2025-06")]

    by_period = {row["period"]: row for row in build_printed.claims_of(rows)}

    assert by_period["2025-05"]["qualifier"] == "about"
    assert by_period["2025-05"]["note"] == "Worked out: 1 / 2."
    assert by_period["2025-06"]["qualifier"] == "more-than"


@pytest.mark.parametrize(
    "change",
    [{"commodity": "rare earths, all"}, {"source_id": "qennis"}, {"quantity": ""},
     {"reporter": "COD"}],
)  # fmt: skip
def test_other_goods_and_rows_that_may_not_be_passed_on_are_left_out(change):
    assert build_printed.claims_of([figure(**change)]) == []


def test_of_many_figures_of_a_page_those_to_all_countries_are_taken():
    places = ["USA", "JPN", "KOR", "DEU", "IND", "VNM", "FRA", "ITA", "WLD"]

    claims = build_printed.claims_of([figure(partner=place) for place in places])

    assert len(claims) == build_printed.MOST
    assert None in {claim["consumer"] for claim in claims}


def test_what_another_seed_has_is_not_made_twice():
    row = figure(commodity="dysprosium oxide", quantity_unit="kg")

    assert build_printed.claims_of([row], {("Dy", None, "2025-05")}) == []
    assert len(build_printed.claims_of([row], {("Dy", "KOR", "2025-05")})) == 1


def test_two_figures_of_one_page_on_the_same_are_refused():
    with pytest.raises(GraphkitError, match="two figures"):
        build_printed.claims_of([figure(), figure(quantity="1.0")])
