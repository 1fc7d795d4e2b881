"""End uses: every row of the published tables is there, and no answer says more than they do."""

from __future__ import annotations

import csv
import io
import sys
from collections import Counter, defaultdict
from math import fsum
from pathlib import Path
from typing import Any

import build_uses
import pytest
import yaml
from saying import Naming
from seed_problems import MARK, assert_told

from graphkit.answers.note import words_of_notes
from graphkit.errors import GraphkitError, UsageError
from graphkit.files.folders import shipped

DATA = Path(__file__).parent / "data" / "uses"
WITHOUT_ELEMENT = 56
"""Rows of the study on materials that graphkit has no element for."""
TWICE = 1
"""Rows of the study that stand twice in it, all alike."""


def table(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((DATA / name).read_text(encoding="utf-8-sig"))))


def seeds(name: str) -> list[dict[str, Any]]:
    path = shipped("seeds") / "uses" / f"{name}.yaml"
    return yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)["rows"]


# --- the shipped tables


@pytest.mark.long
def test_the_shipped_seeds_are_those_that_the_tool_makes(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["", "--data", str(DATA), "--out", str(tmp_path)])
    build_uses.main()

    assert "282 shares, 122 main uses, 18 sectors" in capsys.readouterr().out
    for path in sorted((tmp_path / "uses").iterdir()):
        assert path.read_bytes() == (shipped("seeds") / "uses" / path.name).read_bytes(), path.name


def test_every_row_of_the_study_is_a_use_and_shares_add_up_as_printed():
    by_material = defaultdict(list)
    for row in table("eu2023/eu2023_end_use_shares.csv"):
        by_material[row["material"]].append(float(row["share_pct"]))
    by_element = defaultdict(list)
    for use in seeds("end-uses-eu-2023"):
        by_element[use["element"]].append(100 * use["share"])
    found = sorted((len(shares), round(fsum(shares), 4)) for shares in by_element.values())
    wanted = Counter(
        (len(shares), fsum(shares))
        for material, shares in by_material.items()
        if material not in build_uses.NO_ELEMENT
    )
    magnesium = by_material["Magnesium"]
    wanted[len(magnesium), fsum(magnesium)] -= 1
    wanted[len(magnesium) - 1, fsum(magnesium) - 13] += 1

    assert found == sorted(wanted.elements())
    assert len(by_element) == 52
    left = sum(len(by_material[material]) for material in build_uses.NO_ELEMENT)
    assert left == WITHOUT_ELEMENT
    assert sum(map(len, by_material.values())) - left - TWICE == 282


@pytest.mark.parametrize(
    ("element", "percent"),
    {"Ga": 100, "In": 90, "Mg": 100, "Pr": 102, "Cu": 101, "Al": 98, "Mn": 97}.items(),
)
def test_shares_of_an_element_add_to_what_the_study_prints(element, percent):
    shares = [u["share"] for u in seeds("end-uses-eu-2023") if u["element"] == element]

    assert 100 * fsum(shares) == pytest.approx(percent)


def test_a_sector_has_the_value_added_of_the_study():
    rows = table("eu2023/eu2023_end_use_shares.csv")
    printed = defaultdict(Counter)
    for row in rows:
        printed[row["nace_sector"].partition(" - ")[0]][row["va_million_eur"]] += 1
    added = {row["key"]: row["value_added"] for row in seeds("sectors")}

    del printed[""]
    assert set(added) == set(printed)
    for key, value in added.items():
        assert printed[key].most_common(1)[0][0] == f"{value:.1f}"


def test_a_row_whose_sector_and_value_added_disagree_has_no_sector():
    """Manganese: the two columns of the copy are of different order."""
    without = [u["label"] for u in seeds("end-uses-eu-2023") if "sector" not in u and "note" in u]

    assert without == [
        "Building and construction", "Engineering (industrial)",
        "Engineering (machinery & equipment)", "Metalware", "Transportation (motor vehicles)",
        "Transportation (other transport equipment)",
    ][1:]  # fmt: skip


def test_every_mineral_of_the_usgs_has_the_uses_that_it_names():
    by_element = Counter(use["element"] for use in seeds("main-uses-usgs-2024"))
    rows = table("usgs_editions/MCS2024_T4_Critical_Minerals_End_Use.csv")
    number = [
        row["Primary Applications"].replace("Research and", "").replace(", and ", ", ")
        .replace(" and ", ", ").count(",") + 1
        for row in rows
    ]  # fmt: skip

    assert len(by_element) == len(rows) == 50
    assert sorted(by_element.values()) == sorted(number)


# --- answers


def test_uses_of_an_element_stand_by_share_with_their_sectors(ask):
    answer = ask.uses("gallium")
    rows = answer.rows.select(["label", "share", "sector", "value_added"]).to_pylist()

    assert [tuple(row.values()) for row in rows[:3]] == [
        ("Integrated circuits", 0.7, "C26", 77e9),
        ("Lighting", 0.25, "C27", 89.422e9),
        ("CIGS solar cells", 0.05, "C26", 77e9),
    ]
    assert {row["share"] for row in rows[3:]} == {None}
    assert answer.headline == Naming(
        "70 % … the European Union … gallium … integrated circuits … 2023"
    )
    (note,) = [note for note in words_of_notes(answer.notes) if "value added" in note]
    assert note == Naming("2 sectors … value added of 166.4 bn EUR in EU27", "not loss")


def test_what_shares_do_not_add_up_to_is_said(ask):
    notes = " ".join(words_of_notes(ask.uses("indium,praseodymium,dysprosium").notes))

    assert notes == Naming(
        "indium … 90.0 % (eu-crm-2023-annex-6) … 10.0 % … not stated",
        "praseodymium … 102.0 % (eu-crm-2023-annex-6) … as printed",
        "No shares … dysprosium",
    )


def test_a_product_has_the_uses_of_what_it_is_bought_for(ask):
    assert set(ask.uses("product:gallium").rows["element"].to_pylist()) == {"Ga"}


def test_what_nobody_names_a_use_of_is_said(ask):
    with pytest.raises(GraphkitError, match="no use of uranium"):
        ask.uses("uranium")
    with pytest.raises(UsageError, match="is called 'unobtainium'"):
        ask.uses("unobtainium")


def test_the_material_is_an_argument_or_an_option(graphkit):
    by_argument = graphkit("uses", "gallium", "--format", "csv")

    assert by_argument == graphkit("uses", "--for", "gallium", "--format", "csv")
    assert by_argument[0] == 0
    code, _, error = graphkit("uses")
    assert code == 2
    assert "missing argument 'MATERIAL...'" in error


def test_value_added_of_nowhere_is_told(tmp_path):
    row = f"{{key: C26, name: Electronics, value_added: {MARK}9, source: customs}}"
    assert_told(
        tmp_path,
        {"sectors.yaml": f"kind: Sector\nrows:\n  - {row}\n"},
        "value_added … 'value_added_of' … country or area",
    )
