"""The script that writes countries, elements and codes; and the reference seeds as shipped."""

import re
from collections import Counter
from pathlib import Path

import pytest
from build_reference import (
    codes,
    countries,
    elements,
    eu_critical,
    read_rows,
    without_ambiguous,
    write_all,
)
from reference_names import AMBIGUOUS, GROUPS, US_2025

DATA = Path(__file__).parent / "data/reference"
SEEDS = Path(__file__).parents[1] / "seeds/reference"


def by(rows, key):
    return {row[key]: row for row in rows}


@pytest.fixture
def nations():
    return by(countries(DATA, [*shipped("areas"), *shipped("groups")]), "iso3")


@pytest.fixture
def materials():
    return by(elements(DATA), "key")


def shipped(name):
    return read_rows(SEEDS / f"{name}.yaml")


def test_norway_is_a_country_not_false(nations):
    assert (nations["NOR"]["iso2"], nations["NOR"]["name"]) == ("NO", "Norway")


def test_namibia_is_the_text_na_not_a_missing_value(nations):
    assert nations["NAM"]["iso2"] == "NA"


def test_codes_of_baci_that_are_not_m49_are_aliases(nations):
    codes_of = {iso3: row["baci_code"] for iso3, row in nations.items()}

    assert (codes_of["USA"], codes_of["FRA"], codes_of["NOR"]) == ("842", "251", "579")
    assert "842" in nations["USA"]["aliases"]
    assert "410" not in nations["KOR"]["aliases"]
    assert nations["USA"]["m49"] == "840"


def test_present_code_is_kept_beside_the_code_of_a_time_before(nations):
    assert nations["BEL"]["baci_code"] == "56"
    assert {"58", "Belgium-Luxembourg"} <= set(nations["BEL"]["aliases"])
    assert nations["DEU"]["baci_code"] == "276"


def test_former_state_has_its_last_year_and_its_source(nations):
    former = nations["SCG"]

    assert (former["type"], former["last_year"]) == ("former", 2005)
    assert former["source"] == "cepii-baci-hs92"


def test_area_of_baci_is_not_a_country(nations):
    assert "S19" not in nations
    assert nations["PUS"]["type"] == "territory"


def test_what_is_not_independent_is_a_territory(nations):
    assert nations["GRL"]["type"] == "territory"
    assert nations["TWN"]["type"] == "country"
    assert nations["TWN"]["baci_code"] is None


def test_name_is_mended_spelled_out_and_also_given_in_ascii(nations):
    ivory_coast = nations["CIV"]

    assert ivory_coast["name"] == "Côte d’Ivoire"
    assert {"Cote d'Ivoire", "Côte d'Ivoire", "Ivory Coast"} <= set(ivory_coast["aliases"])
    assert nations["LCA"]["name"] == "Saint Lucia"
    assert "St. Lucia" in nations["LCA"]["aliases"]
    assert {"Turkey", "Turkiye"} <= set(nations["TUR"]["aliases"])


@pytest.mark.parametrize(
    ("iso3", "name"),
    [
        ("COD", "DRC"),
        ("COD", "Dem. Rep. of the Congo"),
        ("KOR", "Korea, Republic of"),
        ("KOR", "Rep. of Korea"),
        ("PRK", "Korea, North"),
        ("USA", "US"),
    ],
)
def test_spellings_of_publishers_are_aliases(nations, iso3, name):
    assert name in nations[iso3]["aliases"]


def test_alias_of_two_countries_is_an_alias_of_neither():
    rows = [
        {"iso3": "AAA", "name": "One", "aliases": ["Guinea", "First"]},
        {"iso3": "BBB", "name": "Two", "aliases": ["guinea", "one"]},
    ]

    assert [row["aliases"] for row in without_ambiguous(rows, [])] == [["First"], []]


def test_alias_that_an_area_has_is_dropped():
    rows = [{"iso3": "TWN", "name": "Taiwan", "aliases": ["490"]}]
    areas = [{"iso3": "S19", "name": "Other Asia, nes", "aliases": ["490"]}]

    assert without_ambiguous(rows, areas)[0]["aliases"] == []


def test_material_at_both_thresholds_is_critical():
    results = [
        {"material": "Cadmium", "SR": "0.9", "EI": "8"},
        {"material": "Scandium", "SR": "1.0", "EI": "2.8"},
        {"material": "Silicon metal", "SR": "3", "EI": "2.7"},
        {"material": "Natural cork", "SR": "3", "EI": "3"},
    ]

    assert eu_critical(results, {"Cadmium": "Cd", "Scandium": "Sc"}) == {"Sc", "Cu", "Ni"}


def test_group_on_the_eu_list_stands_for_its_members(materials):
    flags = {key: row["eu_2023"] for key, row in materials.items()}

    listed = ("Al", "Cu", "Dy", "Nd", "Pt", "Si", "bauxite", "metallurgical-coal")
    assert {key: flags[key] for key in listed} == dict.fromkeys(listed, True)
    assert (flags["Cd"], flags["Pm"]) == (False, False)


def test_platinum_metal_that_the_eu_did_not_assess_has_no_flag(materials):
    assert materials["Os"]["eu_2023"] is None
    assert materials["Os"]["member_of"] == ["PGM"]


def test_scandium_is_not_a_rare_earth(materials):
    assert materials["Sc"]["member_of"] == []
    assert materials["Dy"]["member_of"] == ["REE", "HREE"]
    assert materials["Pm"]["member_of"] == ["REE"]


def test_number_and_weight_come_from_the_table(materials):
    assert (materials["Dy"]["atomic_number"], materials["Dy"]["atomic_weight"]) == (66, 162.5)
    assert materials["graphite"]["atomic_number"] is None


def test_us_list_of_2025_has_sixty():
    assert len(US_2025) == 60


def test_code_keeps_its_zero_and_an_earlier_one_names_its_source():
    rows = by(codes(DATA, ["811291", "0102", "280530"]), "code")

    assert rows["0102"]["description"].startswith("Bovine")
    assert "source" not in rows["280530"]
    assert rows["811291"]["source"] == "graphkit"
    assert "thallium" in rows["811291"]["description"]


def test_code_that_nobody_describes_is_refused():
    with pytest.raises(KeyError, match="999999"):
        list(codes(DATA, ["999999"]))


def test_files_are_the_same_on_every_run(tmp_path):
    written = []
    for run in ("one", "two"):
        folder = tmp_path / run / "reference"
        folder.mkdir(parents=True)
        for name in ("areas.yaml", "groups.yaml"):
            (folder / name).write_bytes((SEEDS / name).read_bytes())
        used = "kind: TRADED_AS\nrows:\n  - {product: ree-metals, code: 280530}\n"
        (folder / "traded-as.yaml").write_text(used, encoding="utf-8")
        write_all(DATA, tmp_path / run)
        written.append({path.name: path.read_bytes() for path in folder.iterdir()})

    assert written[0] == written[1]
    assert b"iso2: NO," in written[0]["countries.yaml"]


def test_shipped_groups_have_as_many_members_as_they_say():
    groups = {row["iso3"]: len(set(row["members"])) for row in shipped("groups")}

    assert groups == {"CPTPP": 12, "EU27": 27, "G7": 7, "MSP": 14, "OECD": 38}


def test_shipped_country_and_area_names_each_mean_one():
    owners = Counter()
    for row in shipped("countries") + shipped("areas") + shipped("groups"):
        codes_of = (row["iso3"], row["name"], row.get("iso2"), row.get("m49"))
        owners.update({n.casefold() for n in (*codes_of, *row.get("aliases", ())) if n})

    assert {name for name, count in owners.items() if count > 1} == {"congo"}


def test_a_shipped_alias_means_one_thing_of_any_kind():
    key_of = {"countries": "iso3", "areas": "iso3", "groups": "iso3"}
    names, aliases = set(), []
    for kind in ("countries", "areas", "groups", "elements", "products", "applications"):
        for row in shipped(kind):
            names |= {row[key_of.get(kind, "key")], row["name"]}
            aliases += row.get("aliases", ())

    assert sorted(set(aliases) & names) == []
    assert {name for name, count in Counter(aliases).items() if count > 1} == AMBIGUOUS


def test_shipped_groups_have_their_members():
    members = {group: set() for group in GROUPS}
    for row in shipped("elements"):
        for group in row.get("member_of", ()):
            members[group].add(row["key"])

    assert {group: len(found) for group, found in members.items()} == {
        "REE": 16,
        "LREE": 5,
        "HREE": 10,
        "PGM": 6,
    }


def test_shipped_products_come_out_of_every_stage_but_use():
    stages = {row["key"] for row in shipped("stages")}

    assert {row["stage"] for row in shipped("products")} == stages - {"use"}


def made_into():
    steps = {}
    for row in shipped("made-into"):
        steps.setdefault(row["input"], []).append(row["output"])
    return steps


def test_shipped_chain_leads_from_rare_earth_ore_to_motors():
    steps, reached, waiting = made_into(), set(), ["rare-earth-ore"]
    while waiting:
        product = waiting.pop()
        if product not in reached:
            reached.add(product)
            waiting += steps.get(product, ())

    assert {"dy-oxide", "dy-metal", "ndfeb-alloy", "magnets-metal"} <= reached
    assert "ev-motors" in by(shipped("products"), "key")["magnets-metal"]["used_in"]


def test_shipped_product_goes_into_nothing_that_goes_into_it():
    steps = made_into()

    def after(key, seen=()):
        assert key not in seen, f"{key} is made into itself by way of {seen}"
        for made in steps.get(key, ()):
            after(made, (*seen, key))

    for key in steps:
        after(key)


def test_a_by_product_names_its_host_and_nothing_else_has_one():
    steps = shipped("made-into")

    assert {
        row["output"] for row in steps if (row["kind"] == "by-product") != ("host" in row)
    } == set()
    gallium = next(row for row in steps if row["output"] == "gallium")
    assert (gallium["input"], gallium["kind"], gallium["host"]) == ("alumina", "by-product", "Al")


WEIGHTS = {
    **{"H": 1.008, "C": 12.011, "N": 14.007, "O": 15.999, "F": 18.998, "S": 32.06, "Li": 6.94},
    **{"Al": 26.982, "Ni": 58.693, "Ge": 72.63, "As": 74.922, "Mo": 95.95, "Nd": 144.242},
    **{"Tb": 158.925, "Dy": 162.5, "W": 183.84},
}
"""Standard atomic weights (IUPAC, abridged)."""
FORMULAS = {
    ("alumina", "aluminum"): ("Al2 O3", "Al2"),
    ("arsenic-trioxide", "arsenic-metal"): ("As2 O3", "As2"),
    ("dy-fluoride", "dy-metal"): ("Dy F3", "Dy"),
    ("dy-oxide", "dy-fluoride"): ("Dy2 O3", "Dy2 F6"),
    ("dy-oxide", "dy-metal"): ("Dy2 O3", "Dy2"),
    ("germanium-oxides", "germanium-metal"): ("Ge O2", "Ge"),
    ("lithium-carbonate", "lithium-hydroxide"): ("Li2 C O3", "Li2 O4 H6"),
    ("lithium-carbonate", "lithium-metal"): ("Li2 C O3", "Li2"),
    ("molybdenum-oxides", "molybdenum-metal"): ("Mo O3", "Mo"),
    ("nd-oxide", "nd-metal"): ("Nd2 O3", "Nd2"),
    ("nickel-refined", "nickel-sulphate"): ("Ni", "Ni S O10 H12"),
    ("tb-oxide", "tb-metal"): ("Tb4 O7", "Tb4"),
    ("tungstates", "tungsten-metal"): ("N10 H50 W12 O46", "W12"),
    ("tungstates", "tungsten-powder"): ("N10 H50 W12 O46", "W12"),
    ("tungsten-powder", "tungsten-metal"): ("W", "W"),
}


def weight(formula):
    parts = (re.fullmatch("([A-Z][a-z]?)([0-9]*)", part) for part in formula.split())
    return sum(WEIGHTS[part[1]] * int(part[2] or 1) for part in parts)


def test_every_yield_follows_from_atomic_weights():
    given = {(row["input"], row["output"]): float(row["input_per_output"])
             for row in shipped("made-into") if "input_per_output" in row}  # fmt: skip

    assert given == {
        step: pytest.approx(weight(used) / weight(made), abs=1e-4)
        for step, (used, made) in FORMULAS.items()
    }
