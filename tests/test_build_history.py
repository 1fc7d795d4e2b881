"""The tool that makes seeds of the USGS's long series, held against both sheets."""

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

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[1]
TOOL = ROOT / "tools" / "build_history.py"
DATA = Path(__file__).parent / "data"
RARE_EARTHS = DATA / "usgs_editions" / "ds140_rare_earths_1900_2020.csv"
LITHIUM = DATA / "usgs_editions" / "ds140_lithium_1900_2021.csv"
SEEDS = ("production/history-1900-2021.yaml", "balances/earlier-1900-2021.yaml")


def build(data: Path, out: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(TOOL), "--data", str(data), "--out", str(out)]
    return subprocess.run(command, capture_output=True, text=True)


def column(path: Path, name: str) -> dict[str, str]:
    """The printed figures of a column by year, those that are not available aside."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    year = next(iter(rows[0]))
    return {row[year]: row[name] for row in rows if row[name] not in ("NA", "")}


def facts(name: str) -> list[dict]:
    seed = read_file(ROOT / "seeds" / name, ROOT, GRAPH)
    assert seed.problems == []
    return seed.rows.to_pylist()


def test_the_shipped_seeds_are_what_the_tool_writes(tmp_path):
    result = build(DATA, tmp_path)

    assert result.returncode == 0, result.stderr
    for name in SEEDS:
        assert (tmp_path / name).read_bytes() == (ROOT / "seeds" / name).read_bytes()


def test_world_production_is_that_of_the_sheets_year_by_year():
    gross = column(LITHIUM, "World production (gross weight)")
    content = column(LITHIUM, "World production (lithium content)")
    printed = {("rare-earth-ore", "REO", year): float(text)
               for year, text in column(RARE_EARTHS, "world_production_t").items()}  # fmt: skip
    printed |= {("lithium-minerals", "gross", y): float(t) for y, t in gross.items()
                if y not in content}  # fmt: skip
    printed |= {("lithium-minerals", "Li-content", y): float(t) for y, t in content.items()}
    rows = facts(SEEDS[0])

    assert {(r["product"], r["basis"], r["period"]): r["tonnes"] for r in rows} == printed
    assert len(rows) == len(printed) == 218
    assert {row["country"] for row in rows} == {"WLD"}
    assert ("rare-earth-ore", "REO", "1900") in printed
    assert min(y for p, b, y in printed if b == "Li-content") == "2000"


@pytest.mark.parametrize(
    ("path", "name", "element", "statistic"),
    [
        (RARE_EARTHS, "us_production_t", "REE", "production"),
        (RARE_EARTHS, "imports_t", "REE", "imports"),
        (RARE_EARTHS, "exports_t", "REE", "exports"),
        (RARE_EARTHS, "apparent_consumption_t", "REE", "consumption"),
        (RARE_EARTHS, "unit_value_usd_t", "REE", "price"),
        (LITHIUM, "Production", "Li", "production"),
        (LITHIUM, "Imports", "Li", "imports"),
        (LITHIUM, "Exports", "Li", "exports"),
        (LITHIUM, "Estimated consumption", "Li", "consumption"),
        (LITHIUM, "Unit value ($/t)", "Li", "price"),
    ],
)  # fmt: skip
def test_a_balance_has_the_figures_of_its_column_and_their_sum(path, name, element, statistic):
    printed = column(path, name)
    rows = [r for r in facts(SEEDS[1]) if (r["element"], r["statistic"]) == (element, statistic)]
    known = [float(text) for text in printed.values() if text != "W"]

    assert [row["period"] for row in rows] == list(printed)
    assert sum(row["value"] for row in rows if row["value"] is not None) == pytest.approx(
        sum(known), rel=1e-12
    )
    assert sum(row["qualifier"] == "withheld" for row in rows) == len(printed) - len(known)
    assert {row["unit"] for row in rows} == {"USD/t" if statistic == "price" else "t"}


def test_the_trend_of_production_shows_both_series_and_joins_none(shipped):  # noqa: F811
    answer = shipped.production_trend(scope="rare-earth-ore")
    series = defaultdict(list)
    for row in answer.rows.to_pylist():
        if row["tonnes"] is not None:
            series[row["series"]].append((row["period"], row["tonnes"], row["largest"]))

    assert series["usgs-ds140-rare-earths"][0] == ("1900", 1040.0, None)
    assert series["usgs-ds140-rare-earths"][-1] == ("2020", 243_000.0, None)
    assert series["usgs-mcs"][0][0] == "2020"
    assert answer.headline.startswith("The world made 390,000 t (REO)")


def test_a_price_since_1922_is_found_by_its_period(shipped):  # noqa: F811
    rows = shipped.prices(scope="REE", period="2011").rows.to_pylist()
    [value] = [row for row in rows if row["source"] == "usgs-ds140-rare-earths"]

    assert (value["value"], value["unit"], value["place"]) == (58_100.0, "USD/t", "USA")


@pytest.mark.long
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [("1900,227", "1900,few", "1900: us_production_t: found 'few'"),
     ("exports_t", "sales_t", "wanted the columns")],
)  # fmt: skip
def test_what_is_not_known_stops_the_build(tmp_path, old, new, message):
    (tmp_path / "usgs_editions").mkdir()
    for path in (RARE_EARTHS, LITHIUM):
        text = path.read_text(encoding="utf-8").replace(old, new)
        (tmp_path / "usgs_editions" / path.name).write_text(text, encoding="utf-8")
    result = build(tmp_path, tmp_path / "out")

    assert result.returncode == 1
    assert message in result.stderr
