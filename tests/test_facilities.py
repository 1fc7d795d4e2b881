"""Checks of mines, plants and owners: what cannot be right is one line with its place."""

from __future__ import annotations

from random import Random

import pytest
from seed_problems import MARK, assert_told, read

from graphkit.seeds.facilities import Box

KOREA = "iso3: KOR, west: 124.6, south: 33.1, east: 131.9, north: 38.7"
COUNTRIES = f"""\
kind: Country
defaults: {{type: country, source: customs}}
rows:
  - {{iso3: CHN, name: China, iso2: CN}}
  - {{iso3: JPN, name: Japan, iso2: JP}}
  - {{{KOREA}, name: South Korea, iso2: KR}}
  - {{iso3: FJI, name: Fiji, west: 174.58, south: -21.72, east: -178.21, north: -12.47}}
"""
FACILITIES = """\
kind: Facility
defaults: {type: smelter, country: KOR, source: customs}
rows:
  - {key: onsan, name: Onsan Smelter, latitude: 35.4, longitude: 129.3}
  - {key: anyang, name: Anyang Plant}
"""
COMPANIES = """\
kind: Company
defaults: {type: company, source: customs}
rows:
  - {key: a, name: A Zinc}
  - {key: b, name: B Holding}
  - {key: c, name: C Investment}
"""
OWNS = "kind: OWNS\ndefaults: {source: customs}\nrows:\n"


def files(**changes: str) -> dict[str, str | bytes | None]:
    whole = {"countries": COUNTRIES, "facilities": FACILITIES, "companies": COMPANIES, **changes}
    return {f"{name}.yaml": text for name, text in whole.items()}


def owns(*rows: str) -> str:
    return OWNS + "".join(f"  - {{{row}}}\n" for row in rows)


def facility(row: str) -> str:
    return FACILITIES + f"  - {{{row}}}\n"


def test_plants_with_owners_through_companies_are_read(tmp_path):
    whole = owns(
        "owner: a, owned: onsan, share: 0.74", "owner: b, owned: onsan, share: 0.26",
        "owner: b, owned: a, share: 0.5", "owner: c, owned: a, share: 0.5", "owner: c, owned: b",
        "owner: c, owned: anyang",
    )  # fmt: skip
    facts = read(
        tmp_path, countries=COUNTRIES, facilities=FACILITIES, companies=COMPANIES, owns=whole
    )

    assert (len(facts["Facility"]), len(facts["Company"]), len(facts["OWNS"])) == (2, 3, 6)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [f"owner: a, owned: onsan, share: {MARK}1.4"],
            "share: found '1.4', wanted at most 1",
        ),
        (
            ["owner: a, owned: onsan, share: 0.8", f"owner: b, owned: onsan, share: {MARK}0.6"],
            "share: shares of 'onsan' add up to 1.4, wanted at most 1",
        ),
        (
            [f"owner: a, owned: {MARK}a, share: 0.1"],
            "owned: found 'a' as the owner of itself, wanted another owner",
        ),
        (
            [
                "owner: a, owned: b, share: 0.6",
                "owner: b, owned: c, share: 0.7",
                f"owner: c, owned: {MARK}a, share: 0.8",
            ],
            "owned: found a circle of owners of more than half … a owns b owns c owns a",
        ),
        (
            [
                "owner: a, owned: b, share: 0.5",
                "owner: c, owned: b, share: 0.5",
                "owner: a, owned: c, share: 0.5",
                "owner: b, owned: c, share: 0.5",
                "owner: b, owned: a, share: 0.5",
                f"owner: c, owned: {MARK}a, share: 0.5",
            ],
            "owned: all shares of a, b, c are one another's, wanted other owners",
        ),
        ([f"owner: {MARK}onsan, owned: a"], "owner … unknown … 'onsan'"),
    ],
)
def test_owners_that_cannot_be_are_one_line(tmp_path, rows, message):
    assert_told(tmp_path, files(owns=owns(*rows)), message)


def test_cross_holdings_of_less_than_all_are_read(tmp_path):
    names = {"countries": COUNTRIES, "facilities": FACILITIES, "companies": COMPANIES}
    crossed = owns(
        "owner: a, owned: b, share: 0.05", "owner: b, owned: a, share: 0.05",
        "owner: c, owned: b, share: 0.9", "owner: b, owned: c",
    )  # fmt: skip

    assert len(read(tmp_path, owns=crossed, **names)["OWNS"]) == 4


def test_shares_of_two_sources_are_not_added_up(tmp_path):
    sources = """\
kind: Source
defaults: {publisher: A ministry, licence: public domain}
rows:
  - {key: customs, title: Customs figures}
  - {key: register, title: A register}
"""
    whole = owns(
        "owner: a, owned: onsan, share: 0.8", "owner: b, owned: onsan, share: 0.6, source: register"
    )
    names = {"sources": sources, "owns": whole, "countries": COUNTRIES}

    assert len(read(tmp_path, facilities=FACILITIES, companies=COMPANIES, **names)["OWNS"]) == 2


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            f"key: moved, name: Moved, latitude: {MARK}-35.4, longitude: 129.3",
            "latitude: found -35.4, 129.3, wanted a place in KOR: 33.1 to 38.7, 124.6 to 131.9",
        ),
        (
            f"key: swapped, name: Swapped, latitude: {MARK}129.3, longitude: 35.4",
            "latitude: found '129.3', wanted at most 90",
        ),
        (
            f"key: {MARK}onsan, name: Onsan Smelter, country: CHN",
            "key: duplicate Facility onsan; first at facilities.yaml:4:11; wanted one row, and one "
            "country, a plant",
        ),
    ],
)
def test_a_plant_that_is_elsewhere_is_one_line(tmp_path, row, message):
    assert_told(tmp_path, files(facilities=facility(row)), message)


def test_a_country_without_a_box_and_a_plant_without_a_place_are_not_compared(tmp_path):
    whole = facility("key: q, name: Q, country: CHN, latitude: 1, longitude: 1")

    assert len(read(tmp_path, countries=COUNTRIES, facilities=whole)["Facility"]) == 3


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (f"capacity: {MARK}640", "capacity: found a capacity of 640, wanted its unit"),
        (f"unit: {MARK}kmt", "unit: found kmt without a capacity, wanted both"),
        (f"tonnes: {MARK}640", "tonnes: found 640.0 without a capacity, wanted both"),
    ],
)
def test_a_capacity_and_its_unit_come_together(tmp_path, row, message):
    text = f"""\
kind: CAN_MAKE
defaults: {{source: customs, facility: onsan, product: ree-metals, label: Metal}}
rows:
  - {{{row}}}
"""
    assert_told(tmp_path, files(capacities=text), message)


@pytest.mark.parametrize("seed", range(20))
def test_a_box_holds_what_is_west_of_its_east_and_east_of_its_west(seed):
    """Against a walk eastwards in hundredths of a degree, also over the 180th meridian."""
    random = Random(seed)
    west, width = random.randint(-18_000, 17_999), random.randint(1, 20_000)
    east = (west + width + 18_000) % 36_000 - 18_000
    box = Box(west / 100, -10.0, east / 100, 10.0)
    inside = {(west + step + 18_000) % 36_000 - 18_000 for step in range(width + 1)}

    for longitude in random.sample(range(-18_000, 18_000), 50):
        assert box.holds(0.0, longitude / 100, near=1e-6) is (longitude in inside)
    assert not box.holds(10.6, west / 100)
    assert box.holds(10.4, west / 100 - 0.4)
