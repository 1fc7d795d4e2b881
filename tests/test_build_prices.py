"""The tool that makes seeds of the World Bank's monthly prices, against its source."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from test_production_trend import shipped  # noqa: F401 - a fixture

from graphkit.schema import GRAPH
from graphkit.seeds.files import read_file

ROOT = Path(__file__).parents[1]
TOOL = ROOT / "tools" / "build_prices.py"
DATA = Path(__file__).parent / "data"
MONTHS = DATA / "prices" / "pink_sheet_metals_monthly_1960_2026M05.csv"
YEARS = DATA / "prices" / "pink_sheet_metals_annual_mean.csv"
"""The source's months from December 1994 on, of what is left out those of 2026 alone; its means."""
NAME = "prices-monthly-1995-2026"
METALS = {
    "Aluminum": "aluminum", "Copper": "copper-refined", "Lead": "lead-refined",
    "Nickel": "nickel-refined", "Platinum": "platinum", "Silver": "silver", "Tin": "tin-refined",
    "Zinc": "zinc-refined",
}  # fmt: skip


def build(data: Path, out: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(TOOL), "--data", str(data), "--out", str(out)]
    return subprocess.run(command, capture_output=True, text=True)


def cells(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.long
def test_the_shipped_table_is_what_the_tool_writes(tmp_path):
    result = build(DATA, tmp_path)

    assert result.returncode == 0, result.stderr
    for ending in (".yaml", ".parquet"):
        name = f"{NAME}{ending}"
        shipped_file = ROOT / "seeds" / "balances" / name
        assert (tmp_path / "balances" / name).read_bytes() == shipped_file.read_bytes()
    assert "Phosphate rock: relayed whole" in result.stdout


def test_every_month_of_each_metal_is_there_as_printed():
    printed = {
        (METALS[cell["commodity"]], cell["month"]): float(cell["price"])
        for cell in cells(MONTHS)
        if cell["commodity"] in METALS and cell["month"] >= "1995-01"
    }
    seed = read_file(ROOT / "seeds" / "balances" / f"{NAME}.yaml", ROOT, GRAPH)
    rows = seed.rows.to_pylist()

    assert seed.problems == []
    assert len(rows) == len(printed) == 8 * 377
    assert {(r["product"], r["period"]): r["value"] for r in rows} == printed
    assert {(r["country"], r["unit"]) for r in rows} == {("WLD", "USD/t"), ("WLD", "USD/ozt")}


@pytest.mark.parametrize("metal", METALS)
def test_the_mean_of_a_year_is_that_of_the_source(shipped, metal):  # noqa: F811
    means = {cell["year"]: float(cell["mean"]) for cell in cells(YEARS)
             if cell["commodity"] == metal and cell["count"] == "12"}  # fmt: skip
    rows = shipped.prices(scope=METALS[metal], period="1995-2025").rows.to_pylist()
    found = {r["period"]: r["value"] for r in rows
             if r["place"] == "WLD" and r["product"] == METALS[metal]}  # fmt: skip

    assert list(means) == list(found) == [str(year) for year in range(1995, 2026)]
    assert found == pytest.approx(means, abs=0.006)


def test_no_year_is_averaged_before_it_is_over(shipped):  # noqa: F811
    rows = shipped.prices(scope="tin-refined").rows.to_pylist()
    periods = defaultdict(list)
    for row in rows:
        periods[row["place"]].append(row["period"])

    assert periods["WLD"] == ["2022", "2023", "2024", "2025", "2026-01..2026-05"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Tin,$/mt,2026-05", "Tin,$/mt,2026-13", "2026-13"),
        ("Tin,$/mt,2026-05", "Tin,$/kg,2026-05", "$/kg"),
        ("Tin,$/mt,2026-05", "Tungsten,$/mt,2026-05", "Tungsten"),
        ("Tin,$/mt,2026-05,", "Tin,$/mt,2026-05,-", "2026-05: -"),
    ],
)
def test_what_is_not_known_stops_the_build(tmp_path, old, new, message):
    text = MONTHS.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "prices").mkdir()
    (tmp_path / "prices" / MONTHS.name).write_text(text.replace(old, new), encoding="utf-8")
    result = build(tmp_path, tmp_path / "out")

    assert result.returncode == 1
    assert message in result.stderr
    assert not (tmp_path / "out").exists()
