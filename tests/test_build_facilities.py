"""The tool that turns tables of mines and plants into seeds, on the whole tables, row by row."""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter, defaultdict
from math import fsum
from pathlib import Path
from typing import Any

import build_facilities
import facilities_page
import pytest
import yaml
from pyarrow import parquet

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[1]
DATA = Path(__file__).parent / "data"
SEEDS = ROOT / "seeds" / "facilities"
TABLE = yaml.safe_load((ROOT / "tools" / "facilities.yaml").read_text("utf-8"))
TONNES = {"Metric tons": 1, "mt": 1, "Thousand metric tons": 1e3, "kmt": 1e3, "million mt": 1e6,
          "Kilograms": 1e-3, "kg": 1e-3}  # fmt: skip
ALLOY = re.compile("[Ff]erro[cmsv]|Silicom")
Row = dict[str, Any]


def table(name: str) -> list[dict[str, str]]:
    with (DATA / "facilities" / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def seeds(name: str) -> list[Row]:
    rows: list[Row] = parquet.read_table(SEEDS / f"{name}.parquet").to_pylist()
    return rows


def label(row: dict[str, str]) -> str:
    parts = (row["commodity"], row["product"], row["product_form"])
    return "; ".join(" ".join(part.split()) for part in parts if part)


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    """The rows of the USGS of commodities that the reviewed table takes."""
    taken = set(TABLE["commodities"])
    return [
        row
        for row in table("usgs_mineral_facilities_afr_indopac.csv")
        if row["commodity"] in taken
        and (row["commodity"] != "Coal" or row["product"] in ("Coking coal", "Metallurgical"))
        and row["product_form"] != "Needle coke"
        and row["product"] != "Ferromolybdenum"
        and (row["commodity"] != "Iron and steel" or ALLOY.search(row["product"]))
    ]


@pytest.fixture(scope="module")
def facilities() -> dict[str, list[Row]]:
    """The facilities of each key of the USGS: parts of a site, or the one it was merged into."""
    of = defaultdict(list)
    for row in seeds("facilities"):
        for key in (row["key"], *(row["aliases"] or ())):
            if row["type"] != "group" and re.fullmatch(r"[A-Z]{3}[0-9]{3}(-[0-9])?", key):
                of[key[:6]].append(row)
    return of


@pytest.fixture(scope="module")
def facts() -> dict[str, dict[str, list[Row]]]:
    """All that a facility makes and handles, and who owns and runs it."""
    ends = {"can-make": "facility", "handles": "facility", "owns": "owned", "operates": "facility"}
    of: dict[str, dict[str, list[Row]]] = {name: defaultdict(list) for name in ends}
    for name, end in ends.items():
        for row in seeds(name):
            of[name][row[end]].append(row)
    return of


def plant_of(row: dict[str, str], facilities: dict[str, list[Row]]) -> Row:
    """The one facility that a row of the USGS is of."""
    names = {row["name"]}
    plants = [
        plant
        for plant in facilities[row["facility_uid"]]
        if names & {plant["name"], *(plant["aliases"] or ())}
    ]
    if len(plants) > 1:  # several of one name, which says only where they are: by operator
        operators = {row["key"]: row for row in plants}
        run = [r for r in seeds("operates") if r["facility"] in operators]
        company = COMPANY_OF[row["operator"]]
        plants = [operators[r["facility"]] for r in run if r["company"] == company]
    assert len(plants) == 1, row
    return plants[0]


def company_names() -> dict[str, str]:
    text = (SEEDS / "companies.yaml").read_text("utf-8")
    named: dict[str, str] = {}
    for row in yaml.load(text, yaml.CSafeLoader)["rows"]:
        for name in (row["name"], *row.get("aliases", ())):
            named[name] = row["key"]
    return named


COMPANY_OF = company_names()


def test_the_shipped_files_have_what_the_tool_writes_of_these_tables(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["", "--data", str(DATA), "--out", str(tmp_path)])
    build_facilities.main()

    assert "1,337 of 3,981 rows, 899 plants" in capsys.readouterr().out
    for name in ("can-make", "handles", "operates", "owns"):
        written = parquet.read_table(tmp_path / "facilities" / f"{name}.parquet").to_pylist()
        shipped = {str({n: row[n] for n in written[0]}) for row in seeds(name)}
        rows = [row for row in written if name != "owns" or is_of_a_plant(row["owned"])]
        assert len(rows) > 900
        assert not [row for row in rows if str(row) not in shipped], name
    written = parquet.read_table(tmp_path / "facilities" / "facilities.parquet").to_pylist()
    assert {row["key"] for row in written} <= {row["key"] for row in seeds("facilities")}


def is_of_a_plant(key: str) -> bool:
    """Return True for the key of a facility, which is not in small letters alone."""
    return key != key.lower()


def test_no_name_or_place_has_a_blank_at_an_end():
    texts = [row[name] for row in seeds("facilities") for name in ("name", "place") if row[name]]
    assert [text for text in texts if text != text.strip()] == []


def test_every_row_of_a_listed_commodity_stands_at_one_plant_of_its_country(
    rows, facilities, facts
):
    assert len(rows) == 1337
    for row in rows:
        plant = plant_of(row, facilities)
        assert plant["country"] == row["iso3"]
        if not plant["status_source"]:
            assert row["status"] in plant["status"].split("; ")
        if plant["latitude"] is not None:  # parts of a site, and a plant twice in the source
            apart = (plant["latitude"] - float(row["lat"]), plant["longitude"] - float(row["lon"]))
            assert max(map(abs, apart)) < 0.05, row
        assert label(row) in {fact["label"] for fact in facts["handles"][plant["key"]]}


def test_every_capacity_of_a_row_is_one_fact_as_published(rows, facilities, facts):
    """On the plant or, where sites of one company share it, on their group; else as printed."""
    shared = 0
    for row in rows:
        if not row["capacity"] or not row["capacity_unit"]:
            continue
        plant = plant_of(row, facilities)
        places = [plant["key"], *(plant["part_of"] or ())]
        figure = (float(row["capacity"]), row["capacity_unit"])
        made = [
            (place, fact)
            for place in places
            for fact in facts["can-make"][place]
            if (fact["capacity"], fact["unit"]) == figure and fact["label"].startswith(label(row))
        ]
        printed = [
            fact
            for fact in facts["handles"][plant["key"]]
            if fact["label"] == label(row) and fact["published_value"]
        ]
        assert len(made) == 1 if made else printed, row
        for place, fact in made:
            shared += place != plant["key"]
            if fact["tonnes"] is not None:
                assert fact["tonnes"] == pytest.approx(figure[0] * TONNES[figure[1]])
    assert shared == 206


def test_every_capacity_is_of_a_row_of_its_source(rows, facts):
    published = defaultdict(set)
    for row in rows:
        published[row["iso3"], label(row)].add((row["capacity"], row["capacity_unit"]))
    for place, facts_of_place in facts["can-make"].items():
        for fact in facts_of_place:
            if not fact["source"].startswith("usgs"):
                continue
            figures = {
                (float(capacity), unit)
                for (country, name), pairs in published.items()
                if country == place[:3] and fact["label"].startswith(name)
                for capacity, unit in pairs
                if capacity
            }
            assert fact["capacity"] is None or (fact["capacity"], fact["unit"]) in figures, fact


def test_new_caledonia_s_nickel_ore_of_twelve_mines_is_counted_once(rows):
    """7,300 kmt on twelve rows; each company's own 17, 30 and 31 kmt on four, four and seven."""
    twelve = [row for row in rows if row["capacity"] == "7300"]
    assert len(twelve) == 12
    ore: dict[str | None, list[float]] = defaultdict(list)
    for fact in seeds("can-make"):
        if fact["facility"].startswith("NCL") and fact["product"] == "nickel-ore":
            ore[fact["basis"]].append(fact["tonnes"])

    # Goro gives 40 kmt of mixed hydroxide beside "ore": not content, not wet tonnes.
    assert {basis: sorted(filter(None, tonnes)) for basis, tonnes in ore.items()} == {
        "content": [17e3, 30e3, 31e3, 50e3, 72e3], "ore": [40e3, 7.3e6],
    }  # fmt: skip
    [group] = [row for row in seeds("facilities") if row["key"] == "NCL002-GROUP-12"]
    members = [row["key"] for row in seeds("facilities") if group["key"] in (row["part_of"] or ())]
    assert len(members) == 12
    owners = {r["owner"]: r["share"] for r in seeds("owns") if r["owned"] == group["key"]}
    assert owners == {"eramet": 0.56, "stcpi": 0.34, "nisshin-steel-co": 0.1}


def test_zambia_s_copper_is_counted_once():
    """Ore of shafts, two pits, and copper beside cobalt; what a smelter has is not refined."""
    facts = [fact for fact in seeds("can-make") if fact["facility"].startswith("ZMB")]
    copper = [fact for fact in facts if fact["product"] == "copper-ore"]
    by_basis: dict[str, list[Row]] = defaultdict(list)
    for fact in copper:
        by_basis[fact["basis"]].append(fact)

    assert sorted(f["tonnes"] for f in by_basis["ore-and-concentrate"] if f["tonnes"]) == [
        500e3, 600e3, 990e3, 2145e3, 2400e3, 2500e3, 2500e3, 2800e3, 4500e3, 4500e3, 5500e3, 12e6,
        21e6,
    ]  # fmt: skip
    assert [f["tonnes"] for f in by_basis["content"] if f["tonnes"]] == [1700.0]
    joint = {f["facility"] for f in copper if f["shared_with"] == ["cobalt-ore"]}
    assert joint == {"ZMB020", "ZMB023", "ZMB033", "ZMB048-GROUP-5"}
    refined = sum(f["tonnes"] or 0 for f in facts if f["product"] == "copper-refined")
    assert refined == 811_000
    [smelter] = [f for f in facts if f["facility"] == "ZMB042"]
    assert (smelter["product"], smelter["tonnes"]) == ("cobalt-metal", None)


def test_every_plant_handles_an_element_of_the_lists_and_every_group_has_a_capacity(facts):
    elements = yaml.safe_load((ROOT / "seeds/reference/elements.yaml").read_text("utf-8"))["rows"]
    listed = {row["key"] for row in elements if row.get("us_2025") or row.get("eu_2023")}
    members: Counter[str] = Counter()
    for row in seeds("facilities"):
        members.update(row["part_of"] or ())
        if row["type"] != "group":
            handled = {fact["element"] for fact in facts["handles"][row["key"]]}
            assert handled
            assert handled <= listed, row
    groups = {row["key"] for row in seeds("facilities") if row["type"] == "group"}

    assert members.keys() == groups | {"ICMM07543"}  # Kamoto, whose pits and plant stand apart too
    assert min(members.values()) >= 2
    assert all(facts["can-make"][key] for key in groups)


def test_no_query_reads_capacities_beside_production():
    for path in (ROOT / "queries").glob("*.cypher"):
        text = path.read_text("utf-8")
        assert not {"CAN_MAKE", "PRODUCES"} <= set(re.findall(r"[A-Z_]+", text)), path.name


def test_no_capacity_is_more_than_the_world_makes():
    world: dict[str, float] = defaultdict(float)
    for path in sorted((ROOT / "seeds" / "production").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row["country"] == "WLD" and row.get("tonnes"):
                    world[row["product"]] = max(world[row["product"]], float(row["tonnes"]))
    whole = ("ore", "concentrate", "ore-and-concentrate")
    for fact in seeds("can-make"):
        if fact["tonnes"] and fact["basis"] not in whole and world[fact["product"]]:
            assert fact["tonnes"] < world[fact["product"]], fact


def test_owners_and_shares_are_those_of_the_rows(rows, facilities, facts):
    """Every owner of every row; no share where the rows of one plant do not agree."""
    nobody = set(yaml.safe_load((ROOT / "tools" / "owners.yaml").read_text("utf-8"))["nobody"])
    compared = 0
    for row in rows:
        plant = plant_of(row, facilities)
        owns = [f for f in facts["owns"][plant["key"]] if f["source"].startswith("usgs")]
        for part in filter(None, row["owners"].split("; ")):
            name, _, share = part.removesuffix("<null>").partition(" [")
            name = name.strip()
            if name in nobody or not owns:
                assert name in nobody
                continue
            compared += 1
            if owns[0]["published_value"]:
                assert part in owns[0]["published_value"]
            elif name in COMPANY_OF:
                [fact] = [f for f in owns if f["owner"] == COMPANY_OF[name]]
                wanted = float(share.removesuffix("%]")) / 100 if share else 0
                assert (fact["share"] or 0) == pytest.approx(wanted), row
            else:
                assert "(" in name or name.startswith(("Government", "Ministry", "Independent"))
    assert compared == 1417


def test_owners_are_read_out_of_a_row_as_the_publisher_s_table_has_them():
    """3,675 shares of 4,543 owners; a share of 0 stands for one that is not given."""
    read = Counter(
        (row["facility_uid"], name.strip(), round(100 * share, 4) if share else 0.0)
        for row in table("usgs_mineral_facilities_afr_indopac.csv")
        for name, share in build_facilities.owners_of(row["owners"])
    )
    published = Counter(
        (row["facility_uid"], row["owner"], round(float(row["share_pct"] or 0), 4))
        for row in table("usgs_mineral_facilities_owners.csv")
    )

    assert published.total() == 4543
    assert read == published


def test_no_owner_s_share_is_above_one_and_no_owners_together():
    totals: dict[tuple[str, str], list[float]] = defaultdict(list)
    for row in seeds("owns"):
        if row["share"] is not None:
            assert 0 < row["share"] <= 1
            if not row["planned"]:
                one = row["owned"], row["set_as_of"] or row["source"]
                totals[one].append(row["share"])

    assert max(map(fsum, totals.values())) <= 1 + 1e-9


def test_the_icmm_s_sites_are_there_once_with_their_words():
    words = TABLE["icmm"]
    sites = {}
    for row in table("icmm_global_mining_2025.csv"):
        named = {w.strip() for n in ("primary", "secondary", "other") for w in row[n].split(";")}
        if row["primary"] == "gold":
            named -= {"lithium", "spodumene"}
        is_sure = row["confidence"] != "Very Low"
        if named & set(words) and row["iso3"] != "XKX" and is_sure:
            sites[row["icmm_id"]] = named & set(words)
    known = {}
    for facility in seeds("facilities"):
        for name in (facility["key"], *(facility["aliases"] or ())):
            if re.fullmatch("ICMM[0-9]{5}", name):
                assert known.setdefault(name, facility["key"]) == facility["key"]
    labels = defaultdict(set)
    for fact in seeds("handles"):
        if fact["source"] == "icmm-2025":
            labels[fact["facility"]].add(fact["label"])

    assert known.keys() == sites.keys()
    assert len(sites) == 2770
    assert all(named <= labels[known[key]] for key, named in sites.items())
    assert not any(
        f["facility"].startswith("ICMM") for f in seeds("can-make") if f["source"] == "icmm-2025"
    )


def test_australia_s_mines_and_the_eu_s_projects_have_their_counts_and_statuses():
    australia = Counter(
        row["status"]
        for row in table("australia_operating_mines_2024.csv")
        if row["commodity_group"].strip() in TABLE["australia"]
    )
    eu = Counter(r["plant_status_2026_09"] for r in table("eu_crma_strategic_projects_2025.csv"))
    shipped = defaultdict(Counter)
    for facility in seeds("facilities"):
        is_newer = facility["status_source"] is not None
        shipped[facility["source"]][None if is_newer else facility["status"]] += 1

    for counts, total in ((shipped["ga-mines-2024"], australia),
                          (shipped["eu-strategic-projects-2025"], eu)):  # fmt: skip
        assert counts.total() == total.total()
        assert all(counts[status] <= total[status] for status in counts if status)
    assert (australia.total(), eu.total()) == (181, 49)


def test_the_page_tells_how_many_facilities_each_source_has():
    shipped = Counter(row["source"] for row in seeds("facilities") if row["type"] != "group")
    aliases = [name for row in seeds("facilities") for name in row["aliases"] or ()]
    known = sum(re.fullmatch("ICMM[0-9]{5}", name) is not None for name in aliases)
    page = (ROOT / "docs" / "facilities.md").read_text("utf-8")
    counts = re.findall(r"\| ([0-9,]+) \|$", page.partition("\n\n```")[0], re.MULTILINE)

    assert [int(count.replace(",", "")) for count in counts] == [
        shipped["usgs-facilities-africa-2018"], shipped["usgs-facilities-indo-pacific-2024"],
        shipped["icmm-2025"] + known, shipped["ga-mines-2024"],
        shipped["eu-strategic-projects-2025"],
        sum(count for source, count in shipped.items() if source[:3] in ("bt-", "mi-", "ba-")),
    ]  # fmt: skip
    assert f"{known} of the ICMM's sites" in page


def test_the_page_tells_how_far_owners_and_their_seats_are_known(sliced_facts):
    page = (ROOT / "docs" / "facilities.md").read_text("utf-8")

    assert facilities_page.page(page, sliced_facts) == page
    for known in facilities_page.coverage(sliced_facts):
        assert known.tonnes >= known.owned >= known.shared - 1e-6, known
        assert known.shared + 1e-6 >= known.seated, known
        assert known.tonnes + 1e-6 >= known.run >= known.seated - 1e-6, known
    doubts = re.search(r"^- (\w+) capacities that exceed", page, re.MULTILINE)
    places = [key for entry in TABLE["doubtful"] for key in entry["facilities"]]
    assert doubts is not None
    assert (doubts[1], len(places)) == ("Seven", 7)


def test_a_seat_has_a_source_and_a_page_or_the_words_of_the_data():
    text = (SEEDS / "companies.yaml").read_text("utf-8")
    seated = [row for row in yaml.load(text, yaml.CSafeLoader)["rows"] if "seat" in row]

    assert all(row.get("seat_source") for row in seated)
    companies = [row for row in seated if row["type"] == "company"]
    pages = [row for row in companies if row["seat_source"] == "company-pages"]
    assert all(row.get("seat_url") for row in pages)
    assert len(pages) > 35
    by_words = [row for row in companies if row["seat_source"].startswith("usgs")]
    owned_by_states = {
        row["owned"] for row in seeds("owns") if row["owner"].startswith("government-")
    }
    in_the_name = {"erdenes-oyu-tolgoi", "erdenet-mining", "qit-fer-et-titane", "renova-group"}
    assert {row["key"] for row in by_words} - owned_by_states == in_the_name
    states = [row for row in seated if row["type"] == "state"]
    assert all(row["key"] == f"government-{row['seat'].lower()}" for row in states)


@pytest.mark.long
@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("usgs", ",Copper,", ",Unobtainium,", "not in facilities.yaml: Unobtainium"),
        ("icmm", ",copper,", ",unobtainium,", "not in facilities.yaml: unobtainium"),
        ("australia", ",Bauxite,", ",Unobtainium,", "not in facilities.yaml: Unobtainium"),
        ("usgs", "Glencore Plc [", "Glencore Plc via A Ltd. [", "which names several"),
    ],
)
def test_what_the_tool_does_not_know_stops_it_before_it_writes(
    tmp_path, monkeypatch, capsys, file, old, new, message
):
    folder = tmp_path / "facilities"
    folder.mkdir()
    for name, path in build_facilities.FILES.items():
        text = (DATA / "facilities" / path).read_text("utf-8-sig")
        (folder / path).write_text(text.replace(old, new) if name == file else text, "utf-8")
    argv = ["", "--data", str(tmp_path), "--out", str(tmp_path / "seeds")]
    monkeypatch.setattr(sys, "argv", argv)

    with pytest.raises(SystemExit, match=message):
        build_facilities.main()
    assert not (tmp_path / "seeds").exists()
