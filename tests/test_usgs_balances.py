"""US balances in earlier editions of the USGS: every figure, and the reliance that they print."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
import usgs_balances

from graphkit.analysis.balances import balance_reliance
from graphkit.api import Session
from graphkit.errors import GraphkitError
from graphkit.importers.usgs.masses import read_tables
from graphkit.schema import GRAPH
from graphkit.seeds.files import read_file

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[1]
SOURCE = Path(__file__).parent / "data" / "usgs_editions" / "mcs2022_2024_us_salient_long.csv"
BALANCES = read_tables(ROOT / "graphkit" / "importers" / "usgs" / "balances.yaml")
SERIES = read_tables(ROOT / "tools" / "usgs_balances.yaml")["series"]
EDITIONS = (2022, 2023, 2024)
TONNES = {
    "kilograms": 0.001, "metric tons": 1.0, "thousand metric tons": 1000.0,
    "thousand metric dry tons": 1000.0,
}  # fmt: skip
PRINTED_RELIANCE = {
    "Ag": "silve NIR", "alumina": "bauxi Alumina_NIR", "As": "arsen NIR_All", "B": "boron NIR",
    "Be": "beryl NIR", "bismuth": "bismu NIR_Consump", "Co": "cobal NIR", "Cr": "chrom NIR",
    "copper-refined": "coppe NIR", "gallium": "galli NIR", "Ge": "germa NIR",
    "indium": "indiu NIR", "Li": "lithi NIR", "magnesium-metal": "mgmet NIR", "Mn": "manga NIR",
    "Ni": "nicke NIR", "lead-refined": "lead NIR_Metal", "palladium": "plati NIR_Palladium",
    "platinum": "plati NIR_Platinum", "REE": "raree NIR_Compounds-Metals", "Re": "rheni NIR",
    "Sb": "antim NIR", "Ta": "tanta NIR", "tin-refined": "tin NIR_Refined",
    "titanium-minerals": "timin NIR", "titanium-pigment": "titan NIR_Dioxide",
    "titanium-sponge": "titan NIR_Sponge", "V": "vanad NIR", "W": "tungs NIR", "Y": "yttri NIR",
    "zinc-refined": "zinc NIR_Refined", "zirconium-ore": "zirco NIR_Zr_ore", "barite": "barit NIR",
    "fluorspar": "fluor NIR", "natural-graphite": "graph NIR", "phosphate-rock": "phosp NIR",
    "potash": "potas NIR",
}  # fmt: skip
"""Chapter and statistic of the printed reliance of each balance."""


def cells() -> dict[tuple[int, str], dict[str, str]]:
    """The cells of the source, read without the tool."""
    found = defaultdict(dict)
    with SOURCE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            name = f"{row['chapter_code']} {row['statistic']}"
            found[int(row["release"][3:]), name][row["year"]] = row["value"].strip()
    return found


def seeds(edition: int) -> list[dict]:
    seed = read_file(ROOT / "seeds" / "balances" / f"earlier-mcs-{edition}.yaml", ROOT, GRAPH)
    assert seed.problems == []
    return seed.rows.to_pylist()


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_figure_of_a_series_is_there_and_they_add_up(edition):
    """Blanks and releases below zero aside, which the seeds cannot hold."""
    source = cells()
    counts, sums = defaultdict(int), defaultdict(float)
    for one in SERIES:
        for text in source.get((edition, one["from"].get(edition, "")), {}).values():
            if not text or text[0] in "-−":
                continue
            place = one["statistic"], one["label"]
            counts[place] += 1
            if re.fullmatch(r"e?[\d,.]+", text):
                number = float(text.removeprefix("e").replace(",", ""))
                sums[place] += number * TONNES[one["unit"]]
    found, total = defaultdict(int), defaultdict(float)
    for row in seeds(edition):
        found[row["statistic"], row["label"]] += 1
        if row["value"] is not None:
            total[row["statistic"], row["label"]] += row["value"]

    assert found == counts
    assert total == pytest.approx(sums, rel=1e-9)
    assert sum(found.values()) == {2022: 545, 2023: 1578, 2024: 1603}[edition]


def test_the_reliance_that_the_editions_print_follows_from_their_balances():
    """Computed from the seeds, against the printed percent: of some 350 these are off."""
    texts = ("country", "balance", "period", "source", "statistic", "label", "basis", "qualifier")
    numbers = ("value", "low", "high")
    rows = [row for edition in EDITIONS for row in seeds(edition)]
    table = pa.table({
        **{name: pa.array([row[name] for row in rows], pa.string()) for name in texts},
        **{name: pa.array([row[name] for row in rows], pa.float64()) for name in numbers},
    })  # fmt: skip
    printed = {}
    for (edition, name), years in cells().items():
        plain = re.sub(r"_?pct$", "", name).replace("zirco-hafni", "zirco")
        for year, text in years.items():
            printed[f"usgs-mcs-{edition}", plain, year] = text
    compared, off = 0, set()
    for row in balance_reliance(table).to_pylist():
        place = (row["source"], PRINTED_RELIANCE.get(row["balance"], ""), row["period"])
        if row["reliance"] is None or place not in printed:
            continue
        compared += 1
        if not agrees(printed[place], row):
            off.add((row["balance"], row["period"]))

    assert compared > 300
    assert off == {
        ("Ni", "2019"), ("Ni", "2022"), ("platinum", "2020"), ("tin-refined", "2021"),
    }  # fmt: skip


def agrees(text: str, row: dict) -> bool:
    """Return True if a printed percent, bound or E holds within the rounding of its inputs."""
    if text == "E":
        return row["net_exporter"] or row["reliance"] == 0
    percent = float(text.lstrip("<>"))
    spans = [(row["reliance_low"], row["reliance_high"])]
    if row["other_low"] is not None:
        spans.append((row["other_low"], row["other_high"]))
    for low, high in spans:
        low, high = 100 * low - 0.51, 100 * high + 0.51
        met = {">": high > percent, "<": low < percent}
        if met.get(text[0], low <= percent <= high):
            return True
    return False


def test_last_years_are_estimates_and_half_a_unit_is_a_bound():
    rows = seeds(2024)

    assert all(
        row["estimated"] for row in rows if row["period"] == "2023" and row["value"] is not None
    )
    [ore] = [r for r in rows if (r["element"], r["period"]) == ("Ni", "2022")
             and r["label"] == "Imports: Ores and concentrates"]  # fmt: skip
    assert (ore["value"], ore["high"], ore["qualifier"]) == (None, 0.5, "less-than")


def test_a_balance_of_an_edition_that_lacks_a_series_is_none():
    """Germanium's exports are one figure before the edition of 2024; aluminum's use changed."""
    whole = {edition: {row["balance"] for row in seeds(edition)} for edition in EDITIONS}

    assert [edition for edition in EDITIONS if "Ge" in whole[edition]] == [2024]
    assert not any("Al" in balances for balances in whole.values())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Imports_Metalkg", "Employment_num", "no galli Imports_Metalkg in MCS 2024"),
        ("silve,Silver,2019,Exports_t", "silve,Silver,2019,Exports_New_t", "silve Exports_New_t"),
        ("MCS2024,silve,Silver,2019,Exports_t,220", "MCS2024,silve,Silver,2019,Exports_t,few",
         "found the figure 'few'"),
    ],
)  # fmt: skip
def test_what_is_not_known_stops_the_build(tmp_path, old, new, message):
    text = SOURCE.read_text(encoding="utf-8")
    assert old in text
    changed = tmp_path / SOURCE.name
    changed.write_text(text.replace(old, new), encoding="utf-8")

    with pytest.raises(GraphkitError, match=re.escape(message)):
        usgs_balances.earlier_balances(changed, BALANCES)


# --- editions of a balance, in both databases

SOURCES = """\
kind: Source
defaults: {title: Statistics, publisher: Office, licence: public, edition_of: statistics}
rows:
  - {key: first, published: 2023}
  - {key: second, published: 2024}
"""
EDITED = """\
kind: REPORTS
defaults: {country: KOR, element: Dy, unit: t}
rows:
  - {statistic: imports, label: Imports, period: 2021, value: 60, balance: Dy, source: first}
  - {statistic: consumption, label: Use, period: 2021, value: 100, balance: Dy, source: first}
  - {statistic: stocks, label: Stocks, period: 2021, value: 9, balance: Dy, source: first}
  - {statistic: imports, label: Imports, period: 2022, value: 60, balance: Dy, source: first}
  - {statistic: imports, label: Old imports, period: 2022, value: 5, balance: Dy, source: first}
  - {statistic: exports, label: Exports, period: 2022, value: 7, source: first}
  - {statistic: imports, label: Imports, period: 2022, value: 90, balance: Dy, source: second}
  - {statistic: consumption, label: Use, period: 2022, value: 100, balance: Dy, source: second}
  - {statistic: stocks, label: Stocks, period: 2022, value: 4, balance: Dy, source: second}
"""


@pytest.fixture
def session(graph_of: Callable[..., Session]) -> Session:
    return graph_of({"editions.yaml": SOURCES, "balance.yaml": EDITED, "trade.yaml": None})


def test_a_balance_is_replaced_as_a_whole_and_another_figure_by_its_series(session):
    rows = session.query("balances", countries="KOR").to_pylist()

    assert {(r["period"], r["label"], r["value"], r["source"]) for r in rows} == {
        ("2021", "Imports", 60.0, "first"), ("2021", "Use", 100.0, "first"),
        ("2021", "Stocks", 9.0, "first"), ("2022", "Exports", 7.0, "first"),
        ("2022", "Imports", 90.0, "second"), ("2022", "Use", 100.0, "second"),
        ("2022", "Stocks", 4.0, "second"),
    }  # fmt: skip


def test_stocks_of_the_year_before_may_be_of_an_earlier_edition(session):
    [row] = session.reliance("KOR", period="2022").rows.to_pylist()

    assert (row["stock_change"], row["reliance_low"]) == (5.0, 0.95)


def test_what_a_newer_edition_revised_is_listed(session):
    [row] = session.query("balance-revisions").to_pylist()

    assert (row["label"], row["value_before"], row["value"]) == ("Imports", 60.0, 90.0)
    assert (row["ratio"], row["source_before"], row["source"]) == (1.5, "first", "second")
