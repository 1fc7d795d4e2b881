"""Metal per unit of technology: the published tables, amounts by hand, and supply beside them."""

from __future__ import annotations

import csv
from collections import Counter
from math import fsum
from pathlib import Path
from typing import Any

import build_technologies
import pytest
import yaml
from saying import Naming

from graphkit.api import Session
from graphkit.errors import GraphkitError, UsageError
from graphkit.files.folders import shipped
from graphkit.plot.pictures import picture

DATA = Path(__file__).parent / "data" / "uses" / "intensity"


def table(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def seeds(name: str) -> list[dict[str, Any]]:
    path = shipped("seeds") / "technologies" / f"{name}.yaml"
    return yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)["rows"]


# --- the shipped tables


@pytest.mark.parametrize(("column", "end"), [("min", "low"), ("mean", "mean"), ("max", "high")])
def test_every_need_of_the_studies_is_there_and_adds_up(column, end):
    rows = [
        row for row in table("intensity_mean_min_max.csv")
        if row["metal"] not in build_technologies.NO_ELEMENT
    ]  # fmt: skip
    shipped_rows = [row for row in seeds("needs") if row["source"] == "schlichenmaier-naegler-2022"]
    keys = {name: key for name, (key, _) in build_technologies.TECHNOLOGIES.items()}
    wanted = Counter(
        (keys[row["origin_var"]], row["year"][:4], f"{float(row[column]):.12g}") for row in rows
    )
    found = Counter(
        (row["technology"], str(row["period"]), f"{float(row[end]):.12g}") for row in shipped_rows
    )

    assert found == wanted
    assert len(shipped_rows) == 237
    assert len(table("intensity_mean_min_max.csv")) - 237 == 3


def test_every_metal_of_a_battery_is_there_and_adds_up():
    rows = [
        row for row in table("batpac51_kg_per_kwh.csv")
        if row["Mineral"] not in build_technologies.NO_ELEMENT
    ]  # fmt: skip
    shipped_rows = [row for row in seeds("needs") if row["source"] == "batpac-5-1"]

    assert len(shipped_rows) == len(rows) == 168
    assert fsum(float(row["mean"]) for row in shipped_rows) == pytest.approx(
        fsum(float(row["kg_per_kwh"]) for row in rows)
    )
    assert len({row["technology"] for row in shipped_rows}) == 21


def test_the_range_of_direct_drive_is_of_nineteen_studies():
    keyed = {(r["technology"], r["element"], str(r.get("period"))): r for r in seeds("needs")}
    row = keyed["wind-direct-drive", "Dy", "2020"]

    assert (row["low"], row["high"], row["studies"]) == (12, 42, 19)


# --- answers


def figures(answer: Any, figure: str) -> list[dict[str, Any]]:
    return [row for row in answer.rows.to_pylist() if row["figure"] == figure]


def test_an_amount_needs_the_range_of_the_studies_beside_supply(ask: Session):
    """10,000 MW at 12 to 42 kg; China: 270,000 t of ore as in the ranges of ``test_ores``."""
    answer = ask.uses("dysprosium", technology="wind, direct drive", mw=10_000.0, of="CHN",
                      period="2024")  # fmt: skip
    now, later = figures(answer, "need")
    mined = {row["country"]: row for row in figures(answer, "mined, by ore")}

    assert [now[n] for n in ("period", "tonnes_low", "tonnes_high")] == ["2020", 120.0, 420.0]
    assert (later["period"], later["tonnes_low"]) == ("2050", 65.0)
    assert mined["CHN"]["tonnes_low"] == pytest.approx(10_140 * 0.0177)
    assert mined["WLD"]["tonnes_high"] > mined["CHN"]["tonnes_high"]
    bought = {row["product"]: row for row in figures(answer, "imports")}
    assert "neodymium" in bought["ree-metals"]["counts"]
    assert all(row["source"] for row in answer.rows.to_pylist())
    assert answer.headline == Naming(
        "10,000 MW of wind, direct drive … 120 and 420 t of dysprosium … 2020"
    )


def test_without_an_amount_a_need_is_of_one_unit(ask: Session):
    answer = ask.uses("dysprosium", technology="Wind-DDPM")

    assert {row["figure"] for row in answer.rows.to_pylist()} == {"need"}
    assert answer.rows["tonnes_low"].null_count == len(answer.rows)
    assert answer.headline == Naming("One MW of wind, direct drive … 12 and 42 kg")


def test_a_battery_is_counted_in_gwh(ask: Session):
    (need,) = figures(ask.uses("lithium", technology="battery, NMC 622", gwh=2.0), "need")
    (kg,) = [row["kg_per_kwh"] for row in table("batpac51_kg_per_kwh.csv")
             if (row["Mineral"], row["chemistry"]) == ("Lithium", "NMC 622")]  # fmt: skip

    assert need["tonnes"] == pytest.approx(float(kg) * 2e6 / 1e3)
    assert need["per_unit_low"] is None


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("amount", [None, 500.0])
def test_a_need_is_drawn_as_a_range(ask: Session, narrow, amount):
    answer = ask.uses("dysprosium", technology="wind-direct-drive", mw=amount)
    drawn = picture(answer, narrow=narrow)

    assert drawn.drawn >= 2
    assert "<svg" in drawn.svg()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"technology": "zeppelin"},
            "Battery, LFP; .*Wind, direct drive; Wind, gear",
        ),
        ({"mw": 5.0}, "belong to `technology`"),
        ({"of": "KOR"}, "belong to `technology`"),
        ({"technology": "wind-gearbox", "mw": -5.0}, "`mw`: found -5, .*0 or more"),
        ({"technology": "wind-gearbox", "mw": float("nan")}, "`mw`: found nan"),
        ({"technology": "wind-gearbox", "gwh": 1.0}, "`gwh`: Wind, gearbox .*MW"),
        ({"technology": "wind-gearbox", "mw": 1.0, "gwh": 1.0}, "`mw` and `gwh`"),
        ({"technology": "ev-motor", "mw": 1.0}, "kg of motor; leave out"),
        ({"technology": "wind-gearbox", "mw": 1.0, "of": "Atlantis"}, "no country is called"),
    ],
)
def test_what_cannot_be_asked_is_refused(ask: Session, options, message):
    with pytest.raises(UsageError, match=message):
        ask.uses("dysprosium", **options)


def test_a_technology_without_the_metal_says_which_have_it(ask: Session):
    with pytest.raises(GraphkitError, match=r"no need of tellurium .*Solar"):
        ask.uses("tellurium", technology="wind, direct drive")
