"""The most of one good in a basket under a price, which nothing of it was sold below."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import chance
import numpy as np
import pytest
from pyarrow import parquet

from graphkit.analysis.price_bounds import most_at_price
from graphkit.api import Session

TRADE = Path(__file__).parents[1] / "seeds" / "trade"
GALLIUM, GERMANIUM, INDIUM = 439_000.0, 1_991_000.0, 311_000.0
"""USD per tonne in 2024: USGS, Mineral Commodity Summaries 2026, the lowest series of each."""


def baskets_of(importer: str) -> dict[str, dict[str, float]]:
    """Value and mass of HS 811292 that a country bought in 2024, by seller."""
    rows = parquet.read_table(TRADE / "critical-hs17-2024.parquet").to_pylist()
    return {
        row["exporter"]: row for row in rows
        if row["hs"] == "811292" and row["importer"] == importer
    }  # fmt: skip


def single_goods(name: str, codes: dict[str, float]) -> dict[tuple[str, str], float]:
    """Tonnes of goods with codes of their own in months of 2024, by seller and code."""
    tonnes: dict[tuple[str, str], float] = defaultdict(float)
    for row in parquet.read_table(TRADE / f"{name}-monthly.parquet").to_pylist():
        if row["hs"] in codes and row["period"].startswith("2024"):
            tonnes[row["exporter"], row["hs"]] += row["tonnes"] or 0.0
    return tonnes


# --- the bound


@pytest.mark.parametrize("seed", range(chance.SEED, chance.SEED + 200))
def test_a_basket_holds_no_more_than_its_bound_if_nothing_was_sold_below_the_price(seed):
    rng = np.random.default_rng(seed)
    goods = rng.integers(1, 8)
    tonnes = rng.exponential(10, goods)
    lowest = 10 ** rng.uniform(3, 6.5, goods)
    usd = float((tonnes * lowest * (1 + rng.exponential(0.5, goods))).sum())

    for mass, price in zip(tonnes, lowest, strict=True):
        most = most_at_price(usd, float(price), float(tonnes.sum()))
        assert mass <= most * (1 + 1e-9)
        assert most <= most_at_price(usd, float(price) / 2, float(tonnes.sum()))


def test_a_basket_of_one_good_at_its_price_is_its_own_bound():
    assert most_at_price(3 * 257_000, 257_000, 3.0) == pytest.approx(3.0)


@pytest.mark.parametrize("price", [GALLIUM, GERMANIUM])
def test_uk_gallium_and_germanium_of_each_seller_are_within_the_bounds_of_its_basket(price):
    code = {GALLIUM: "81129289", GERMANIUM: "81129295"}[price]
    baskets, tonnes = baskets_of("GBR"), single_goods("hmrc-imports", {code: price})

    assert len(tonnes) >= 4
    for (seller, _), mass in tonnes.items():
        assert mass <= most_at_price(baskets[seller]["usd"], price, baskets[seller]["tonnes"])


def test_us_gallium_germanium_and_indium_are_within_the_bounds_of_their_basket():
    codes = {"8112921000": GALLIUM, "8112926000": GERMANIUM, "8112923000": INDIUM}
    baskets, tonnes = baskets_of("USA"), single_goods("us-census-imports", codes)
    world = sum(basket["usd"] for basket in baskets.values())

    worth = 0.0
    for code, price in codes.items():
        assert tonnes["CHN", code] <= most_at_price(baskets["CHN"]["usd"], price)
        assert tonnes["CHN", code] + tonnes["XOC", code] <= most_at_price(world, price)
        worth += price * (tonnes["CHN", code] + tonnes["XOC", code])
    # Together too: the programme over all three goods.
    assert worth <= world


# --- in answers


def test_dysprosium_oxide_from_china_to_korea_is_bounded_by_the_price_of_its_year(ask: Session):
    answer = ask.depends("KOR", on="CHN", scope="dysprosium", period="2024")
    rows = {row["product"]: row for row in answer.rows.to_pylist()}

    row = rows["ree-compounds"]
    assert (row["priced_product"], row["priced_hs"]) == ("dy-oxide", "284690")
    assert (row["price_usd_per_tonne"], row["price_period"]) == (257_000.0, "2024")
    assert row["most_tonnes"] == pytest.approx(148.1, abs=0.05)
    assert row["most_tonnes_at_half_price"] == pytest.approx(2 * row["most_tonnes"])
    assert row["price_source"] in answer.sources["key"].to_pylist()
    # No price of dysprosium metal, nor of what is in a magnet, is known.
    assert rows["ree-metals"]["most_tonnes"] is rows["magnets-metal"]["most_tonnes"] is None
    [flow] = [
        row for row in ask.flows(scope="dysprosium", of="KOR", period="2024").rows.to_pylist()
        if (row["exporter"], row["importer"]) == ("CHN", "KOR")
    ]  # fmt: skip
    assert flow["most_tonnes"] == pytest.approx(row["most_tonnes"])
    assert flow["price_period"] == "2024"


def test_a_claim_on_dysprosium_stands_beside_the_bound_and_its_price(ask: Session):
    answer = ask.claims_check(scope="dysprosium", of="KOR")
    rows = {row["key"]: row for row in answer.rows.to_pylist()}

    row = rows["kor-dy-q1-more-than-2024"]
    assert row["most_tonnes"] == pytest.approx(148.1, abs=0.05)
    assert row["most_tonnes_at_half_price"] == pytest.approx(2 * row["most_tonnes"])
    assert row["verdict"] == "cannot be told"
    assert "at most 148 t, if none was sold below 257 USD/kg (usgs-mcs-2026)" in row["why"]
    assert row["price_source"] in answer.sources["key"].to_pylist()
    for claim in rows.values():
        assert (claim["most_tonnes"] is None) == (claim["price_usd_per_tonne"] is None)
        assert claim["most_tonnes"] is None or claim["kind"] in ("quantity", "more-than")


def test_the_bound_of_a_group_is_of_what_its_members_sold_together(ask: Session):
    def bound(on: str) -> float:
        answer = ask.depends("KOR", on=on, scope="dysprosium", period="2024")
        [row] = [r for r in answer.rows.to_pylist() if r["product"] == "ree-compounds"]
        return row["most_tonnes"]

    assert bound("CHN+JPN") == pytest.approx(bound("CHN") + bound("JPN"))


@pytest.mark.parametrize("scope", ["ree-compounds", "rare earths"])
def test_goods_without_one_element_or_price_have_no_bound(ask: Session, scope):
    answer = ask.depends("KOR", on="CHN", scope=scope, period="2024")

    assert "most_tonnes" not in answer.rows.column_names


def test_a_year_without_a_price_has_no_bound(ask: Session):
    answer = ask.depends("KOR", on="CHN", scope="dysprosium", period="2010")

    assert "most_tonnes" not in answer.rows.column_names
