"""Questions on mines, plants and their owners: no capacity twice, and no owner out of nothing."""

from __future__ import annotations

from math import fsum
from typing import Any

import pytest
from saying import Naming

from graphkit.analysis.ownership import Stake
from graphkit.answers.note import words_of_notes
from graphkit.api import Session
from graphkit.errors import GraphkitError, UsageError
from graphkit.plot.pictures import picture
from graphkit.questions.plants.facilities import stakes_in, without_repeats

WORLD = {
    "facilities.yaml": """\
kind: Facility
defaults: {type: smelter, country: KOR, source: customs}
rows:
  - {key: onsan, name: Onsan Smelter, latitude: 35.4, longitude: 129.3, status: Active}
  - {key: anyang, name: Anyang Plant, status: C&M}
  - {key: pit-1, name: Pit 1, type: mine, part_of: [pits]}
  - {key: pit-2, name: Pit 2, type: mine, part_of: [pits]}
  - {key: pits, name: "2 sites: Pit 1, Pit 2", type: group}
  - {key: far, name: Far Plant, country: NOR}
""",
    "companies.yaml": """\
kind: Company
defaults: {type: company, source: customs}
rows:
  - {key: a, name: A Zinc, seat: KOR, seat_source: customs}
  - {key: b, name: B Holding, seat: CHN, seat_source: customs, state_owned: true}
  - {key: c, name: C Investment}
  - {key: j, name: J Trading, seat: JPN, seat_source: customs}
""",
    "owns.yaml": """\
kind: OWNS
defaults: {source: customs}
rows:
  - {owner: a, owned: onsan, share: 0.6}
  - {owner: c, owned: onsan, share: 0.4}
  - {owner: b, owned: a, share: 0.7}
  - {owner: j, owned: pit-1}
  - {owner: j, owned: pit-2}
""",
    "operates.yaml": """\
kind: OPERATES
defaults: {source: customs}
rows:
  - {company: c, facility: anyang}
""",
    "can-make.yaml": """\
kind: CAN_MAKE
defaults: {source: customs, product: ree-metals, unit: kmt}
rows:
  - {facility: onsan, label: Metal, capacity: 0.5, tonnes: 500, basis: metal, as_of: 2020}
  - {facility: anyang, label: Metal, capacity: 0.3, tonnes: 300, basis: metal, status: C&M}
  - {facility: pits, label: Metal, capacity: 0.2, tonnes: 200, basis: metal}
  - {facility: pit-1, label: Metal, capacity: 0.2, tonnes: 200, basis: metal}
  - {facility: onsan, label: Ore, capacity: 9, tonnes: 9000, basis: ore}
""",
    "handles.yaml": """\
kind: HANDLES
defaults: {source: customs, label: dysprosium}
rows:
  - {facility: onsan, element: Dy}
  - {facility: pit-1, element: Dy}
  - {facility: pit-2, element: Dy}
  - {facility: far, element: Dy, label: oxide, published_value: 12 kg}
""",
    "production.yaml": """\
kind: PRODUCES
defaults: {source: customs, product: ree-metals, basis: gross}
rows:
  - {country: KOR, period: 2023, tonnes: 2000}
  - {country: KOR, period: 2024, tonnes: 2500}
""",
}


def rows(answer: Any, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in answer.rows.to_pylist()]


# --- plants


def test_a_group_s_capacity_stands_once_and_first_is_the_largest_of_most(graph_of):
    answer = graph_of(WORLD).plants("KOR", scope="dysprosium")

    assert rows(answer, "name", "published", "tonnes", "basis", "owners") == [
        ("Onsan Smelter", "0.5 kmt", 500, "metal", "A Zinc 60 %; C Investment 40 %"),
        ("Anyang Plant", "0.3 kmt", 300, "metal", None),
        ("2 sites: Pit 1, Pit 2", "0.2 kmt", 200, "metal", "J Trading (share unknown)"),
        ("Onsan Smelter", "9 kmt", 9000, "ore", "A Zinc 60 %; C Investment 40 %"),
        ("Pit 1", None, None, None, "J Trading (share unknown)"),
        ("Pit 2", None, None, None, "J Trading (share unknown)"),
    ]
    assert answer.coverage.as_object()["plants"] == 4
    assert answer.headline == Naming(
        "Known to graphkit … 4 mines and plants … dysprosium … South Korea", "4 … a capacity"
    )
    assert any("stand still" in note for note in words_of_notes(answer.notes))


def test_a_plant_s_share_of_its_country_is_from_that_of_output_to_that_of_what_is_known(graph_of):
    """1,000 t of metal are known beside an output of 2,500 t; ore is set beside none.

    Capacities without a year may be old, and do not bound what was made beyond them. A plant in
    care makes nothing that is sure.
    """
    undated = graph_of(WORLD).plants("KOR", scope="dysprosium")
    text = WORLD["can-make.yaml"].replace(", as_of: 2020", "")
    dated = text.replace("source: customs", "source: customs, as_of: 2024")
    answer = graph_of(WORLD | {"can-make.yaml": dated}).plants("KOR", scope="dysprosium")

    names = ("plant", "basis", "share_low", "share_high", "output_period")
    assert rows(answer, *names)[:4] == [
        ("onsan", "metal", 0.2, 0.5, "2024"), ("anyang", "metal", 0, 0.3, "2024"),
        ("pits", "metal", 0.08, 0.2, "2024"), ("onsan", "ore", None, 1, None),
    ]  # fmt: skip
    assert [row[2:4] for row in rows(undated, *names)[:3]] == [(0.2, 1), (0, 1), (0.08, 1)]


def test_what_is_no_product_of_the_graph_stands_as_printed(graph_of):
    answer = graph_of(WORLD).plants("NOR", scope="dysprosium")

    assert rows(answer, "name", "product", "published", "label") == [
        ("Far Plant", None, "12 kg", "oxide")
    ]


def test_without_a_country_and_a_scope_all_plants_are_listed(graph_of):
    answer = graph_of(WORLD).plants()

    assert set(answer.rows["country"].to_pylist()) == {"KOR", "NOR"}
    assert len(answer.rows) == 7


# --- what would count twice


def fact(plant: str, **values: Any) -> dict[str, Any]:
    """A capacity as questions read it."""
    usual = {"product": "x", "capacity": 1.0, "as_of": "2018", "source": "old", "part_of": None}
    return {"plant": plant, **usual, **values}


def test_of_several_sources_of_a_capacity_the_newest_stands():
    old, new, other = fact("p"), fact("p", as_of="2024", source="new"), fact("p", product="y")

    assert without_repeats([old, new, other]) == [new, other]
    assert without_repeats([fact("p", label="east"), fact("p", label="west")]) == [
        fact("p", label="east"), fact("p", label="west"),
    ]  # fmt: skip


def test_a_plant_of_a_group_with_the_same_product_does_not_count_beside_it():
    pool, member = fact("pool"), fact("p", part_of=["pool"])

    assert without_repeats([pool, member]) == [pool]
    assert without_repeats([fact("pool", capacity=None), member])[-1] == member
    assert without_repeats([pool, fact("p", part_of=["pool"], product="y")])[-1]["plant"] == "p"


def test_owners_of_two_sources_are_not_mixed():
    rows = [
        {"owned": "p", "owner": "a", "share": 0.8, "as_of": "2018", "source": "old"},
        {"owned": "p", "owner": "b", "share": 0.6, "as_of": "2024", "source": "new"},
        {"owned": "p", "owner": "c", "share": None, "as_of": None, "source": "new"},
    ]

    assert stakes_in(rows) == {"p": [Stake("b", 0.6), Stake("c", None)]}


# --- owners


def test_owners_of_a_basis_through_parents_with_what_is_unknown(graph_of):
    answer = graph_of(WORLD).owners("KOR", scope="dysprosium")
    metal = [row for row in rows(answer, "basis", "owner", "share_low", "share_high", "share_named")
             if row[0] == "metal"]  # fmt: skip

    assert metal == [
        ("metal", "A Zinc", pytest.approx(0.09), pytest.approx(0.59), None),
        ("metal", "B Holding", pytest.approx(0.21), pytest.approx(0.71), None),
        ("metal", "C Investment", pytest.approx(0.2), pytest.approx(0.7), None),
        ("metal", "J Trading", 0, pytest.approx(0.5), pytest.approx(0.2)),
        ("metal", "unknown", pytest.approx(0.5), pytest.approx(0.5), None),
    ]
    first = answer.rows.to_pylist()[0]
    assert (first["coverage_low"], first["output_period"]) == (pytest.approx(0.4), "2024")
    assert answer.headline == Naming(
        "South Korea’s capacity … rare-earth metals (metal) … cannot be told", "2020 … 40 %"
    )


def test_owners_by_seat_say_how_much_is_of_states(graph_of):
    answer = graph_of(WORLD).owners("KOR", scope="dysprosium", by="seat")
    metal = [row for row in rows(answer, "basis", "seat", "share_low", "share_high", "share_states")
             if row[0] == "metal"]  # fmt: skip

    assert metal == [
        ("metal", "CHN", pytest.approx(0.21), pytest.approx(0.91), pytest.approx(0.21)),
        ("metal", "JPN", 0, pytest.approx(0.7), 0),
        ("metal", "KOR", pytest.approx(0.09), pytest.approx(0.79), 0),
        ("metal", "unknown", pytest.approx(0.7), pytest.approx(0.7), None),
    ]
    (unknown,) = [row for row in answer.rows.to_pylist()
                  if row["seat"] == "unknown" and row["basis"] == "metal"]  # fmt: skip
    assert unknown["why"] == Naming(
        "no owner … 30.0 % … no seat … 20.0 % … no share … 20.0 % … C Investment"
    )


def test_below_half_of_what_is_made_nothing_is_ranked(graph_of):
    """40 % of 2024 is known, 50 % of 2023: rows are by name, then by share."""
    world = graph_of(WORLD)
    orders, indices = {}, {}
    for year in ("2024", "2023"):
        answer = world.owners("KOR", scope="dysprosium", period=year)
        orders[year] = [row[1] for row in rows(answer, "basis", "owner") if row[0] == "metal"]
        (block,) = [b for b in answer.coverage.as_object()["blocks"] if b["basis"] == "metal"]
        indices[year] = block.get("hhi_by_company_low")
    assert orders["2024"][:4] == ["A Zinc", "B Holding", "C Investment", "J Trading"]
    assert orders["2023"][:4] == ["B Holding", "C Investment", "A Zinc", "J Trading"]
    assert indices == {"2024": None, "2023": pytest.approx(1e4 * (0.21**2 + 0.2**2 + 0.09**2))}


def test_a_map_has_sizes_only_where_half_of_what_is_made_is_known(ask: Session):
    sizes = {}
    for country in ("COD", "ZMB"):
        answer = ask.plants(country, scope="cobalt")
        sizes[country] = len(picture(answer).option["series"][1]["data"])
    assert sizes["COD"] == 5
    assert sizes["ZMB"] == 0


def test_control_gives_a_plant_to_the_owner_of_more_than_half_along_chains(graph_of):
    answer = graph_of(WORLD).owners("KOR", scope="dysprosium", view="control")
    metal = {owner: low for basis, owner, low in rows(answer, "basis", "owner", "share_low")
             if basis == "metal"}  # fmt: skip

    assert metal == {
        "B Holding": pytest.approx(0.5), "unknown": pytest.approx(0.5), "J Trading": 0,
    }  # fmt: skip


def test_output_of_another_basis_is_not_set_beside_a_capacity(graph_of):
    answer = graph_of(WORLD).owners("KOR", scope="dysprosium", period="2023")
    blocks = {block["basis"]: block for block in answer.coverage.as_object()["blocks"]}

    assert blocks["metal"]["coverage_low"] == pytest.approx(0.5)
    assert blocks["ore"]["coverage_low"] is None
    assert Naming("no production of South Korea") in words_of_notes(answer.notes)


def test_without_owners_and_capacities_the_answer_says_so(graph_of):
    answer = graph_of(WORLD).owners("NOR", scope="dysprosium", by="seat")

    assert rows(answer, "seat", "share_low", "plants") == [("unknown", None, 1)]
    assert answer.headline == Naming("No capacity … dysprosium … Norway … tonnes … no seat")


def test_production_of_a_part_of_a_group_alone_leaves_its_coverage_open(ask):
    """Zambia's cobalt is not published: the output of both is at least Congo's."""
    answer = ask.owners("COD+ZMB", scope="cobalt")
    block = block_of(answer, "cobalt-ore", None)

    assert (block["coverage_low"], block["coverage_high"]) == (None, pytest.approx(0.348, abs=1e-3))
    assert answer.headline == Naming(
        "cobalt ore (basis not stated) … cannot be told", "2018 … at most 35 %"
    )


def test_bad_arguments_are_one_line(ask):
    with pytest.raises(UsageError, match=r"`by`: found 'country', .*company, seat"):
        ask.owners("COD", scope="cobalt", by="country")
    with pytest.raises(UsageError, match=r"`view`: found 'votes', .*equity, control"):
        ask.owners("COD", scope="cobalt", view="votes")
    with pytest.raises(GraphkitError, match=r"no mine or plant .*Iceland .*cobalt"):
        ask.plants("Iceland", scope="cobalt")


# --- the shipped plants


def block_of(answer: Any, product: str, basis: str | None) -> dict[str, Any]:
    (block,) = [
        block for block in answer.coverage.as_object()["blocks"]
        if (block["product"], block["basis"]) == (product, basis)
    ]  # fmt: skip
    return block


def test_new_caledonia_s_ore_stands_once(ask: Session):
    """Twelve mines of one company share 7,300 kmt."""
    answer = ask.owners("NCL", scope="nickel")
    eramet = [row for row in answer.rows.to_pylist()
              if (row["owner"], row["basis"]) == ("Eramet S.A.", "ore")]  # fmt: skip

    assert block_of(answer, "nickel-ore", "ore")["capacity_tonnes"] == 7_340_000
    assert [row["tonnes_low"] for row in eramet] == [pytest.approx(0.56 * 7_300_000)]
    listed = ask.plants("NCL", scope="nickel").rows.to_pylist()
    assert sum(row["capacity"] == 7300 for row in listed) == 1
    assert sum("NCL002-GROUP-12" in (row["part_of"] or ()) for row in listed) == 12


def test_zambia_s_ore_is_not_its_refined_copper(ask: Session):
    answer = ask.owners("ZMB", scope="copper", by="seat")

    assert answer.headline == Naming(
        "United Kingdom … 37 and 41 % of Zambia’s known capacity … refined copper … 3.4 % … unknown"
    )
    assert {(b["product"], b["basis"]) for b in answer.coverage.as_object()["blocks"]} == {
        ("copper-refined", "metal"), ("copper-ore", "content"), ("copper-ore", "concentrate"),
        ("copper-ore", "ore-and-concentrate"),
    }  # fmt: skip
    assert answer.caption == Naming("300 % … Zambia … in 2025 (usgs-mcs-2026)")


def test_congo_s_cobalt_by_seat(ask: Session):
    answer = ask.owners("COD", scope="cobalt", by="seat")
    first = [
        row for row in answer.rows.to_pylist()
        if (row["product"], row["basis"]) == ("cobalt-ore", "content")
    ]  # fmt: skip

    assert answer.headline == Naming(
        "China … 41 and 55 % of Congo (Kinshasa)’s known capacity … cobalt ore … 2024",
        "13 % … unknown",
    )
    assert fsum(row["share_low"] for row in first) == pytest.approx(1)
    assert {row["as_of"] for row in first} == {"2019, 2020, 2021, 2024"}
    assert set(answer.sources["key"].to_pylist()) >= {"bt-cmoc-h1-2024", "usgs-mcs-2026"}


def test_published_control_of_a_place_stands_beside_its_owners(ask: Session):
    claims = ask.owners("IDN", scope="nickel", by="seat").claims.to_pylist()
    assert {(row["supplier"], row["located"], row["low"]) for row in claims} == {
        ("CHN", "IDN", 0.75), ("CHN", "IDN", 0.7),
    }  # fmt: skip
    assert all(row["source"] for row in claims)
    world = ask.owners(scope="cobalt").claims.to_pylist()
    firms = [row for row in world if row["measure"].startswith("output of the largest")]
    assert {row["value"] for row in firms} == {0.55, 0.56}
    assert "control-chn-cod-cobalt-2019" not in {
        row["key"] for row in ask.owners("ZMB", scope="cobalt").claims.to_pylist()
    }


@pytest.mark.parametrize(
    ("country", "goods", "text"),
    [
        (
            "MMR", "rare earths",
            "Myanmar’s capacity … rare-earth ore … cannot be told … no stated year",
        ),
        (
            "KOR", "ndfeb-alloy",
            "No capacity … NdFeB alloy … South Korea … tonnes … 1 owner",
        ),
        (
            "CHN", "rare earths",
            "China’s capacity … metal magnets … cannot be told … 2022",
        ),
    ],
)  # fmt: skip
def test_what_is_not_known_is_said_with_what_is(ask: Session, country, goods, text):
    assert ask.owners(country, scope=goods).headline == Naming(text)
