"""Plants, owners and outputs of today: their sets and days, their names, and their sources."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
import pytest
import yaml
from facilities_page import WELL_KNOWN
from pyarrow import parquet

from graphkit.analysis.ownership import Stake
from graphkit.errors import UsageError
from graphkit.names import Names
from graphkit.questions.plants.facilities import sets_by_day, stakes_in
from graphkit.schema import MEDIA

ROOT = Path(__file__).parents[1]
SEEDS = ROOT / "seeds" / "facilities"
MAKERS = yaml.safe_load((ROOT / "tools" / "makers.yaml").read_text("utf-8"))
Row = dict[str, Any]


def seeds(name: str) -> list[Row]:
    rows: list[Row] = parquet.read_table(SEEDS / f"{name}.parquet").to_pylist()
    return rows


def described(name: str) -> list[Row]:
    rows: list[Row] = yaml.safe_load((SEEDS / f"{name}.yaml").read_text("utf-8"))["rows"]
    return rows


# --- sets of owners


def stake(owner: str, share: float | None, day: str | None, **facts: Any) -> Row:
    return {"owned": "p", "owner": owner, "share": share, "as_of": day, "source": "s", **facts}


def test_the_newest_complete_set_answers_until_a_newer_fact_differs():
    old = [stake("a", 0.8, "2018"), stake("b", 0.2, "2018")]
    same = stake("a", None, "2024", source="t", set_as_of="2024")
    other = stake("a", 0.51, "2024", source="t", set_as_of="2024")
    new = stake("c", None, "2024", source="t", set_as_of="2024")

    assert stakes_in([*old, same]) == {"p": [Stake("a", 0.8), Stake("b", 0.2)]}
    assert stakes_in([*old, other]) == {"p": [Stake("a", 0.51)]}
    assert stakes_in([*old, new]) == {"p": [Stake("c", None)]}


def test_facts_of_several_sources_in_one_set_answer_together():
    rows = [
        stake("a", 0.7, "2026-02", source="x", set_as_of="2026-02"),
        stake("b", 0.3, "2025", source="y", set_as_of="2026-02"),
        stake("a", 1.0, "2018", source="old"),
    ]

    assert stakes_in(rows) == {"p": [Stake("a", 0.7), Stake("b", 0.3)]}
    assert [one.day for one in sets_by_day(rows)["p"]] == ["2026-02", "2018"]


def test_what_ended_or_is_planned_answers_nothing():
    rows = [stake("a", 1.0, "2024", planned=True), stake("b", 1.0, "2023", ended="2024")]

    assert stakes_in(rows) == {}


def test_an_owner_of_an_owner_does_not_end_an_older_set():
    rows = [
        stake("child", 0.75, "2018"), stake("state", 0.25, "2018"),
        stake("parent", None, "2024", source="t", set_as_of="2024"),
        {"owned": "child", "owner": "parent", "share": 1.0, "as_of": "2018", "source": "s"},
    ]  # fmt: skip

    assert stakes_in(rows)["p"] == [Stake("child", 0.75), Stake("state", 0.25)]


def test_no_set_of_the_seeds_has_more_than_the_whole():
    sets = sets_by_day(seeds("owns"))

    for some in sets.values():
        for one in some:
            if any(row["set_as_of"] for row in one.rows):
                assert sum(row["share"] or 0 for row in one.rows) <= 1.005


# --- names

NAMED = {
    "CMOC": "CMOC Group", "China Molybdenum": "CMOC Group", "洛阳钼业": "CMOC Group",
    "Lynas": "Lynas Rare Earths Ltd.", "Norilsk Nickel": "MMC Norilsk Nickel",
    "Nornickel": "MMC Norilsk Nickel", "BHP": "BHP Group", "BHP Billiton": "BHP Group",
    "Zijin": "Zijin Mining Group Company Ltd.", "紫金矿业": "Zijin Mining Group Company Ltd.",
    "Jinchuan": "Jinchuan Group", "金川集团": "Jinchuan Group",
    "ERG": "Eurasian Resources Group (ERG)", "Sibanye": "Sibanye-Stillwater Ltd.",
    "Glencore": "Glencore Plc", "华友钴业": "Zhejiang Huayou Cobalt",
    "Huayou": "Zhejiang Huayou Cobalt", "Tsingshan": "Tsingshan Holding Group",
    "Ganfeng": "Ganfeng Lithium", "CATL": "CATL", "Contemporary Amperex": "CATL",
    "MP Materials": "MP Materials", "Baogang": "Baogang Group", "Codelco": "Codelco",
    "Freeport-McMoRan": "Freeport-McMoRan", "Implats": "Impala Platinum Holdings Ltd.",
    "Gécamines": "La Générale des Carrières et des Mines SA (Gécamines)",
    "Kuantan": "Lynas Advanced Material Plant", "Gebeng": "Lynas Advanced Material Plant",
    "Tenke": "Tenke Fungurume Mine", "TFM": "Tenke Fungurume Mine", "Kisanfu": "Kisanfu",
    "KCC": "Kamoto", "Kamoa": "Kamoa-Kakula", "Weda Bay": "Weda Bay Nickel mine",
    "Norilsk": "Norilsk", "Bayan Obo": "Bayan Obo", "Mountain Pass": "Mountain Pass",
    "Greenbushes": "Greenbushes", "Mogalakwena": "Mogalakwena Mine",
}  # fmt: skip
"""Forty names by part, acronym, former and Chinese name, and whom they mean."""


@pytest.fixture(scope="module")
def names() -> Names:
    facilities = parquet.read_table(
        SEEDS / "facilities.parquet", columns=["key", "name", "aliases"]
    )
    companies = [
        {"key": row["key"], "name": row["name"], "aliases": row.get("aliases")}
        for row in described("companies")
    ]
    return Names({
        "Facility": lambda: facilities,
        "Company": lambda: pa.Table.from_pylist(companies),
    })  # fmt: skip


FIRST = {
    "Tsingshan": "Tsingshan Holding Group", "Freeport": "Freeport-McMoRan",
    "Talison": "Talison Lithium", "PT-FI": "PT Freeport Indonesia", "北方稀土":
    "China Northern Rare Earth", "赣锋锂业": "Ganfeng Lithium",
    "Eurasian Natural Resources": "Eurasian Resources Group (ERG)",
    "Kalgoorlie": "Kalgoorlie Rare Earths Processing Facility", "青山": "Tsingshan Holding Group",
}  # fmt: skip
"""Names of which one maker is meant, though a part of the names of others has them too."""


@pytest.mark.parametrize(("text", "name"), FIRST.items())
def test_a_name_of_its_own_stands_before_parts_of_others(names, text, name):
    assert [entity.name for entity in names.all(text, ("Facility", "Company"))] == [name]


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("Syrah", "Syrah Resources Ltd.", "Vidalia"),
        ("Norilsk", "Norilsk", "MMC Norilsk Nickel"),
        ("Tenke", "Tenke Fungurume Mine", "Tenke Fungurume Mining SARL"),
    ],
)
def test_what_is_called_so_stands_before_what_another_name_of_it_holds(names, text, first, second):
    entities = [entity.name for entity in names.all(text, ("Facility", "Company"))]

    assert entities == [first, second]


@pytest.mark.parametrize(("text", "name"), NAMED.items())
def test_a_maker_is_named_by_a_part_an_acronym_or_a_former_name(names, text, name):
    assert name in [entity.name for entity in names.all(text, ("Facility", "Company"))]


def test_musonoi_of_two_tables_is_one_mine_with_its_place_and_its_owner(names):
    (mine,) = names.all("Musonoi", ("Facility",))
    site = next(row for row in seeds("facilities") if row["key"] == mine.key)

    assert site["latitude"] is not None
    assert site["status"] == "construction"
    assert sets_by_day(seeds("owns"))[mine.key][0].shares == {
        "jinchuan-group-international-resources": None
    }


def test_a_far_name_is_not_suggested(names):
    with pytest.raises(UsageError, match="Weda Bai") as refused:
        names.find("Weda Bai", "plant", ("Facility",))

    assert "Edna May" not in str(refused.value)


# --- the thirteen


@pytest.mark.parametrize(
    ("text", "owners"),
    [
        ("Tenke", {"china-molybdenum": 0.8, "gecamines": 0.2}),
        ("Kisanfu", {"china-molybdenum": 0.7125, "catl": 0.2375, "gecamines": 0.05}),
        ("Kamoa", {"ivanhoe-mines": 0.396, "zijin-mining": 0.396, "government-cod": 0.2,
                   "crystal-river-global": 0.008}),
        ("Grasberg", {"freeport-mcmoran": 0.4877}),
        ("Bayan Obo", {"baogang-group": None}),
        ("Mountain Pass", {"mp-materials": None}),
        ("Mount Weld", {"lynas": None}),
        ("Kalgoorlie", {"lynas": 1.0}),
        ("Kuantan", {"lynas": 1.0}),
        ("Greenbushes", {"talison-lithium": 1.0}),
        ("Escondida", {"bhp-billiton": 0.575, "rio-tinto": 0.3,
                       "mitsubishi-and-jx-advanced-metals-together": 0.125}),
        ("Norilsk", {"norilsk-nickel": None}),
        ("Weda Bay", {"tsingshan-holding-group": 0.513, "eramet": 0.387, "antam": 0.1}),
    ],
)  # fmt: skip
def test_well_known_plants_have_owners_and_a_status_of_a_year(names, text, owners):
    key = next(iter(names.all(text, ("Facility",)))).key
    site = next(row for row in seeds("facilities") if row["key"] == key)
    answer = sets_by_day(seeds("owns"))[key][0]

    assert answer.shares == owners
    assert answer.day >= "2024"
    assert key in WELL_KNOWN.values()
    assert site["status"]
    assert site["status_as_of"] >= "2024"


# --- sources


def test_no_source_of_a_fact_is_a_mirror():
    addresses = [row["url"] for row in described("pages") if row.get("url")]
    addresses += [row["seat_url"] for row in described("companies") if row.get("seat_url")]
    addresses += [row["note"] for row in seeds("owns") if (row["note"] or "").startswith("http")]
    hosts = {urlsplit(address).netloc.lower().removeprefix("www.") for address in addresses}

    assert len(hosts) > 100
    assert not {
        host for host in hosts
        for mirror in MAKERS["mirrors"] if host == mirror or host.endswith(f".{mirror}")
    }  # fmt: skip
    assert {row["medium"] for row in described("pages")} <= {*MEDIA}


# --- outputs


def test_outputs_count_content_only_where_it_is_published_or_a_factor_has_a_source():
    for row in seeds("outputs"):
        if row["content_tonnes"] is not None and row["content_tonnes"] != row["tonnes"]:
            assert row["factor"], row
            assert row["factor_source"], row
            assert row["content_tonnes"] == pytest.approx(row["tonnes"] * row["factor"], rel=1e-5)
    cobalt = next(
        row for row in seeds("outputs")
        if (row["company"], row["element"], row["period"], row["plant"], row["scope"])
        == ("china-molybdenum", "Co", "2024", None, "whole")
    )  # fmt: skip
    assert (cobalt["value"], cobalt["content_tonnes"], cobalt["product"]) == (
        114_165, 114_165, "cobalt-ore",
    )  # fmt: skip


def test_a_plan_a_rate_and_product_weight_are_no_capacity_of_metal():
    made = seeds("can-make")
    jianxiawo = [row for row in made if row["facility"] == "site-jianxiawo"]
    huge = [row for row in made if row["facility"] == "site-virtue-dragon-nickel-industry"]

    assert not [row for row in jianxiawo if row["basis"] == "Li2O"]
    assert not huge
    assert {row["measure"] for row in made if "target" in (row["unit"] or "")} == {"plan"}
