"""National balances: the printed figures to the digit, and the reliance that they give."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from saying import unsaid

from graphkit.analysis.balances import (
    BY_PRODUCTION,
    BY_SIGN,
    BY_TRADE,
    balance_reliance,
    printed_amount,
)
from graphkit.api import Session
from graphkit.importers.usgs.masses import UNITS
from graphkit.schema import GRAPH
from graphkit.schema import UNITS as FACTORS
from graphkit.seeds.files import read_file
from graphkit.stores.duck.store import DuckStore

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds" / "balances"
TOTALS = Path(__file__).parent / "data" / "usgs" / "salient_totals_2026.csv"
"""Figures of the release, added up by chapter, statistic and unit without graphkit."""
STATISTICS = {
    "production": "Production", "imports": "Import", "exports": "Export", "price": "Price",
    "consumption": "Consumption", "stocks": "Stock", "stock-release": "Shipment",
}  # fmt: skip
PRICES = {
    "USD/t": ("dollars per metric ton",), "USD/kg": ("dollars per kilogram",),
    "USD/lb": ("dollars per pound",), "USc/lb": ("cents per pound",),
    "USD/ozt": ("dollars per troy ounce",),
    "USD/mtu": ("dollars per dry metric ton unit", "dollars per metric ton"),
}  # fmt: skip


def totals() -> list[dict[str, str]]:
    with TOTALS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def chapter_file(chapter: str) -> str:
    words = "".join(c if c.isalnum() else " " for c in chapter.lower()).split()
    return "-".join(words)


@pytest.fixture(scope="module")
def chapters() -> dict[str, list[dict[str, Any]]]:
    """The rows of each seed file of balances, those of earlier editions aside."""
    return {
        path.stem: read_file(path, SEEDS, GRAPH).rows.to_pylist()
        for path in sorted(SEEDS.glob("*.yaml"))
        if not path.stem.startswith(("prices-", "earlier-"))
    }


def printed_statistic(row: dict[str, Any]) -> tuple[str, ...]:
    sold = ("Sold or used", "Sales")
    return sold if row["statistic"] == "sales" else (STATISTICS[row["statistic"]],)


@pytest.mark.parametrize("total", totals(), ids=lambda t: f"{t['chapter']} {t['statistic']}")
def test_every_figure_of_the_release_is_in_the_seeds(chapters, total):
    """Numbers of a chapter add up to those of the release, the rest is kept as printed."""
    unit = total["unit"]
    rows = [
        row
        for row in chapters[chapter_file(total["chapter"])]
        if total["statistic"] in printed_statistic(row)
        and (unit in UNITS if row["unit"] == "t" else unit in PRICES[row["unit"]])
    ]
    factor = FACTORS["t"][UNITS[unit]] if unit in UNITS else 1.0
    known = [row["value"] for row in rows if row["value"] is not None]

    assert len(rows) == int(total["figures"])
    assert sum(known) / factor == pytest.approx(float(total["sum_of_numbers"]), rel=1e-9)
    as_printed = [row["published_value"] for row in rows if row["value"] is None]
    assert len(as_printed) == int(total["not_plain_numbers"])
    assert None not in as_printed


def test_the_seeds_hold_no_more_than_the_release(chapters):
    assert sum(map(len, chapters.values())) == sum(int(total["figures"]) for total in totals())


# --- the measure


def figures(*rows: tuple[str, float | None], period: str = "2024") -> list[dict[str, Any]]:
    """Series of one balance, each of one statistic."""
    return [
        {"country": "USA", "balance": "x", "period": period, "source": "s", "statistic": name,
         "label": name, "basis": "gross", "value": value, "low": None, "high": None,
         "qualifier": None if value is not None else "withheld"}
        for name, value in rows
    ]  # fmt: skip


def table(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(
        rows,
        pa.schema([
            *(pa.field(n, pa.string()) for n in (
                "country", "balance", "period", "source", "statistic", "label", "basis",
                "qualifier")),
            *(pa.field(n, pa.float64()) for n in ("value", "low", "high")),
        ]),
    )  # fmt: skip


def reliance(*rows: dict[str, Any]) -> dict[str, Any]:
    """The newest row of the measure."""
    return balance_reliance(table(list(rows))).to_pylist()[-1]


TRADE = (("imports", 80.0), ("exports", 20.0))


def test_reliance_is_net_imports_over_the_printed_consumption():
    found = reliance(*figures(*TRADE, ("consumption", 120.0)))

    assert (found["reliance"], found["method"], found["net_exporter"]) == (0.5, BY_TRADE, False)
    assert found["stock_change"] is None


def test_a_fall_of_stocks_and_a_release_count_like_imports():
    before = figures(("stocks", 50.0), period="2023")
    now = figures(*TRADE, ("consumption", 120.0), ("stocks", 40.0), ("stock-release", 2.0))
    found = reliance(*before, *now)

    assert (found["stock_change"], found["reliance"]) == (12.0, 0.6)


def test_without_the_stocks_of_the_year_before_consumption_less_production_is_taken():
    now = figures(*TRADE, ("consumption", 120.0), ("stocks", 40.0), ("production", 48.0))
    found = reliance(*now)

    assert (found["reliance"], found["method"]) == (0.6, BY_PRODUCTION)
    assert (found["stock_change"], found["missing"]) == (None, "stock change")


def test_both_ways_are_given_where_the_balance_prints_both():
    found = reliance(*figures(*TRADE, ("consumption", 120.0), ("production", 48.0)))

    assert (found["reliance"], found["other_reliance"]) == (0.5, 0.6)


def test_withheld_consumption_gives_no_figure_and_says_so():
    found = reliance(*figures(*TRADE, ("consumption", None)))

    assert found["reliance"] is None
    assert found["missing"] == "consumption: withheld"


def test_a_net_exporter_needs_no_consumption():
    found = reliance(*figures(("imports", 20.0), ("exports", 80.0), ("consumption", None)))

    assert (found["reliance"], found["net_exporter"], found["method"]) == (0.0, True, BY_SIGN)


def test_a_series_of_no_balance_is_not_counted():
    [scrap] = figures(("imports", 1_000.0))
    scrap |= {"balance": None, "label": "scrap"}
    found = reliance(scrap, *figures(*TRADE, ("consumption", 120.0)))

    assert found["reliance"] == 0.5


@pytest.mark.parametrize(
    ("value", "room"), [(4840.0, 5.0), (45_000.0, 500.0), (31.5, 0.05), (7.0, 0.5), (0.0, 0.0)]
)
def test_rounding_is_half_a_unit_of_the_last_digit(value, room):
    amount = printed_amount({"value": value, "low": None, "high": None})

    assert (amount.low, amount.high) == pytest.approx((value - room, value + room))


def test_the_bounds_hold_every_true_figure_behind_the_print():
    found = reliance(*figures(*TRADE, ("consumption", 120.0)))

    # Printed 80, 20 and 120 may be 75 to 85, 15 to 25 and 115 to 125.
    assert found["reliance_low"] == pytest.approx(50 / 125)
    assert found["reliance_high"] == pytest.approx(70 / 115)


# --- both databases

BALANCE = """\
kind: REPORTS
defaults: {country: KOR, element: Dy, source: customs, unit: t, period: 2024}
rows:
  - {statistic: imports, label: Imports, value: 801, balance: Dy}
  - {statistic: exports, label: Exports, value: 201, balance: Dy}
  - {statistic: consumption, label: Consumption, value: 1201, balance: Dy}
  - {statistic: stocks, label: Stocks, qualifier: withheld, published_value: W}
"""
CLAIM = """\
kind: Claim
defaults: {kind: net-import-reliance, unit: share, consumer: KOR, element: Dy, source: customs}
rows:
  - {key: half, period: 2024, value: 0.5}
  - {key: most, period: 2024, value: 0.9}
"""


@pytest.fixture
def session(graph_of: Callable[..., Session]) -> Session:
    """A balance in each database."""
    return graph_of({"balance.yaml": BALANCE, "claims.yaml": CLAIM})


def test_a_withheld_figure_of_a_balance_stays_withheld(session):
    rows = session.query("balances", countries="KOR").to_pylist()
    [stocks] = [row for row in rows if row["statistic"] == "stocks"]

    assert (stocks["value"], stocks["qualifier"], stocks["published_value"]) == (
        None,
        "withheld",
        "W",
    )
    assert len(rows) == 4


def test_claims_are_checked_against_the_balance_of_their_country(session):
    rows = session.claims_check(kind="net-import-reliance").rows.to_pylist()

    assert {row["key"]: row["verdict"] for row in rows} == {
        "half": "borne out",
        "most": "contradicted",
    }
    assert [row["found"] for row in rows] == pytest.approx([0.4996, 0.4996], abs=0.0005)


# --- on the shipped data


@pytest.fixture(scope="module")
def shipped(sliced_file: Path) -> Iterator[Session]:
    with DuckStore(sliced_file) as opened:
        yield Session(opened)


def usgs(shipped: Session, material: str, period: str) -> dict[str, Any]:
    rows = shipped.reliance("USA", scope=material, period=period).rows.to_pylist()
    key = material.partition(":")[2] or material
    [row] = [
        r
        for r in rows
        if (r["trade_source"], r["material"]) == ("usgs-mcs-2026 national balance", key)
    ]
    return row


@pytest.mark.parametrize(
    ("material", "period", "computed", "published"),
    [
        ("element:Sb", "2024", (24_000 + 4_920 - 2_690 - 1_570) / 28_600, 0.86),
        ("copper-refined", "2024", (903 - 72 + 128 - 123) / 1_860, 0.45),
        ("element:Al", "2024", (4_840 - 1_360 + 1_820 - 1_690 + 5 - 16) / 5_830, 0.62),
        ("phosphate-rock", "2023", (2_590 + 10_600 - 9_550) / 22_600, 0.16),
    ],
)
def test_reliance_of_the_united_states_is_computed_as_printed(
    shipped, material, period, computed, published
):
    row = usgs(shipped, material, period)

    assert row["published_value"] == published
    assert row["reliance_low"] == pytest.approx(computed)
    assert computed == pytest.approx(published, abs=0.006)


def test_lithium_stays_unknown_because_consumption_is_withheld(shipped):
    row = usgs(shipped, "element:Li", "2024")

    assert (row["imports"], row["exports"], row["reliance_low"]) == (3_020.0, 1_690.0, None)
    assert unsaid(row["missing"], "apparent: withheld", "Production: withheld") == []
    assert row["published"] == "more than 50 %"


@pytest.mark.long
def test_most_figures_that_facts_cover_get_a_verdict(shipped):
    every = shipped.claims_check().coverage.as_object()
    coverage = shipped.claims_check(kind="net-import-reliance").coverage.as_object()

    assert every["contradicted"] + every["borne_out"] >= 160
    assert coverage["claims"] == 251
    assert coverage["borne_out"] >= 137
    # Yttrium in 2021, and the rare earths of 2024 as the edition of 2025 printed them.
    assert coverage["contradicted"] <= 2
