"""The tool that turns the EU study's shares into production and claims, on its whole tables."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[1]
TOOL = ROOT / "tools" / "build_eu.py"
DATA = Path(__file__).parent / "data"
MAKERS, SOURCING = "production/eu-2023-makers", "claims/eu-sourcing-2016-2020"
PUBLISHED = {MAKERS: "global_supply", SOURCING: "eu_sourcing"}
ENTRIES = yaml.safe_load((ROOT / "tools" / "eu_materials.yaml").read_text("utf-8"))["materials"]
FORMS = {"E": ("mine", "concentrate"), "P": ("separate", "metal", "alloy")}
"""Stages of the graph that a stage of the study can be."""


def build(data: Path, out: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(TOOL), "--data", str(data), "--out", str(out)]
    return subprocess.run(command, capture_output=True, text=True)


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def printed(part: str) -> dict[tuple[str, str], list[str]]:
    """The shares of each table of the study, as printed."""
    tables = defaultdict(list)
    for row in table(DATA / "eu2023" / f"eu2023_{part}_shares.csv"):
        tables[row["material"], row["stage"]].append(row["share"])
    return tables


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    out = tmp_path_factory.mktemp("seeds")
    result = build(DATA, out)
    assert result.returncode == 0, result.stderr
    return out, result.stdout


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_shipped_files_are_what_the_tool_writes(built, name):
    for ending in (".csv", ".yaml"):
        shipped = (ROOT / "seeds" / name).with_suffix(ending)
        assert (built[0] / name).with_suffix(ending).read_bytes() == shipped.read_bytes()


@pytest.mark.parametrize("name", PUBLISHED)
def test_each_table_has_the_count_and_the_sum_of_its_source(name):
    """The sums of what is printed, in thousandths, read here without the tool."""
    shares = defaultdict(list)
    for row in table((ROOT / "seeds" / name).with_suffix(".csv")):
        subject = row["product"] or f"{row['element']} {row['stage']}"
        shares[subject].append(row.get("share") or row.get("value"))
    sources = defaultdict(list)
    for entry in ENTRIES:
        materials = entry["material"]
        one = materials if isinstance(materials, str) else materials[0]
        figures = printed(PUBLISHED[name]).get((one, entry["stage"]))
        only = {"makers": MAKERS, "sourcing": SOURCING}.get(entry.get("only"), name)
        subject = entry.get("product") or f"{entry.get('element')} " + (
            "mine" if entry["stage"] == "E" else "separate"
        )
        if figures and only == name and "reason" not in entry and subject in shares:
            sources[subject].append(figures)

    assert sources.keys() == shares.keys()
    for subject, found in shares.items():
        [figures] = sources[subject]
        assert len(found) == len(figures), subject
        thousandths = [round(1000 * float(f.strip("<%")) / 100, 6) for f in figures]
        assert sum(1000 * float(f) for f in found) == pytest.approx(sum(thousandths)), subject


def test_every_table_of_the_study_is_placed_or_left_out_with_a_reason(built):
    out, report = built
    tables = {name: printed(part) for name, part in PUBLISHED.items()}
    left_out = [line for line in report.splitlines() if line.startswith("left out: ")]

    assert {name: (len(t), sum(map(len, t.values()))) for name, t in tables.items()} == {
        MAKERS: (122, 2561), SOURCING: (96, 907),
    }  # fmt: skip
    assert all(line.rpartition(": ")[2] for line in left_out)
    rows = {name: table((out / name).with_suffix(".csv")) for name in PUBLISHED}
    counted = {name: sum(int(line.split(", ")[1].split()[0]) for line in left_out
                         if line.startswith(f"left out: {word}"))
               for name, word in ((MAKERS, "makers"), (SOURCING, "sourcing"))}  # fmt: skip
    # The same table of several rare earths stands once.
    repeated = {
        name: sum(
            (len([m for m in entry["material"] if (m, entry["stage"]) in tables[name]]) - 1)
            * len(tables[name][entry["material"][0], entry["stage"]])
            for entry in ENTRIES
            if isinstance(entry["material"], list) and "reason" not in entry
            and entry.get("only", word) == word
        )
        for name, word in ((MAKERS, "makers"), (SOURCING, "sourcing"))
    }  # fmt: skip
    for name, total in ((MAKERS, 2561), (SOURCING, 907)):
        assert len(rows[name]) + counted[name] + repeated[name] == total


def test_a_table_stands_at_a_stage_of_the_graph_that_fits_the_study_s(sliced_facts):
    stages = dict(zip(*(sliced_facts["Product"][n].to_pylist() for n in ("key", "stage")),
                      strict=True))  # fmt: skip

    for entry in ENTRIES:
        if product := entry.get("product"):
            assert stages[product] in FORMS[entry["stage"]], product


def test_a_bound_stays_a_bound(built):
    rows = table(built[0] / f"{MAKERS}.csv")
    bounds = [row for row in rows if row["qualifier"]]

    assert {row["qualifier"] for row in bounds} == {"less-than"}
    assert {(row["share"], row["published_value"]) for row in bounds} == {("0.001", "<0.1%")}
    assert len(bounds) > 300


def test_light_and_heavy_rare_earths_have_one_number_each():
    rows = table(ROOT / "seeds" / f"{MAKERS}.csv")
    china = {row["product"]: row["share"] for row in rows if row["country"] == "CHN"}

    assert (china["light-ree-processed"], china["heavy-ree-processed"]) == ("0.849", "1.0")
    elements = ("dy-oxide", "tb-oxide", "nd-oxide", "dy-metal", "nd-metal", "yttrium-ore")
    assert not china.keys() & {*elements}


@pytest.mark.long
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Antimony,E,", "Unobtainium,E,", r"not in eu_materials.yaml: \[('Unobtainium', 'E')\]"),
        ("Cerium,P,China,84.9%", "Cerium,P,China,84.8%", "has another table than"),
        ("Antimony,E,China,", "Antimony,E,Atlantis,", "unknown: ['Atlantis']"),
        ("Antimony,E,China,", "Antimony,E,Bolivia,", "twice in a table"),
    ],
)
def test_what_the_tool_does_not_know_stops_it_before_it_writes(tmp_path, old, new, message):
    folder = tmp_path / "eu2023"
    folder.mkdir()
    for part in PUBLISHED.values():
        name = f"eu2023_{part}_shares.csv"
        text = (DATA / "eu2023" / name).read_text("utf-8-sig")
        (folder / name).write_text(text.replace(old, new), "utf-8")

    result = build(tmp_path, tmp_path / "seeds")

    assert result.returncode == 1
    assert message.replace("\\", "") in result.stderr
    assert not (tmp_path / "seeds").exists()
