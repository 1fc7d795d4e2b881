"""Seeds that can be right and look wrong."""

from __future__ import annotations

from itertools import permutations

import pytest
from saying import unsaid
from seed_problems import seeds, trade

from graphkit.errors import Problem
from graphkit.seeds.facts import check_seeds

YEARS = ("2019", "2020", "2021")


def found(folder, **files: str) -> list[Problem]:
    _, told = check_seeds(seeds(folder, {f"{name}.yaml": text for name, text in files.items()}))
    return told


def series(masses, usd=("100", "100", "100")) -> str:
    rows = zip(YEARS, masses, usd, strict=True)
    return trade(*(f"exporter: CHN, importer: KOR, period: {year}, tonnes: {mass}, usd: {value}"
                   for year, mass, value in rows))  # fmt: skip


@pytest.mark.parametrize(
    ("masses", "row"),
    [
        ((10, 12_000, 11), 1),
        ((12_000, 10, 11_000), 1),
        ((12_000, 10, 11), 0),
        ((10, 11, 12_000), 2),
    ],
)
def test_a_mass_a_thousand_times_its_neighbours_at_their_value_is_doubted(tmp_path, masses, row):
    (doubt,) = found(tmp_path, trade=series(masses))
    assert (doubt.file, doubt.line) == ("trade.yaml", 4 + row)
    first, second = (n for n in range(3) if n != row)
    assert f"found {masses[row]:,} t for 100 USD" in doubt.message
    beside = f"beside {masses[first]:,} t in {YEARS[first]} and {masses[second]:,} t in "
    assert beside + YEARS[second] in doubt.message
    assert doubt.message.endswith("are these tonnes?")


def test_a_mistake_of_a_thousand_in_a_year_of_less_trade_is_doubted(tmp_path):
    (doubt,) = found(tmp_path, trade=series((10, 4_000, 30), (100, 40, 300)))
    assert doubt.line == 5


@pytest.mark.parametrize("usd", [(900, 1, 1_100), (900, 1_000_000, 1_100), (900, 1_100, 1)])
def test_a_value_a_thousand_times_its_neighbours_for_their_mass_is_doubted(tmp_path, usd):
    (doubt,) = found(tmp_path, trade=series((10, 9, 11), usd))
    assert "usd: found" in doubt.message
    assert unsaid(doubt.message, "dollars?") == []


def test_a_small_flow_is_doubted_from_a_thousand_times_on(tmp_path):
    years = [f"importer: KOR, period: {year}" for year in YEARS]
    large = [f"exporter: JPN, {year}, tonnes: 9e6, usd: 9e6" for year in years]
    rows = [f"exporter: CHN, {year}, tonnes: {{}}, usd: 100" for year in years]

    def told(*masses: float) -> int:
        small = [row.format(mass) for row, mass in zip(rows, masses, strict=True)]
        return len(found(tmp_path, trade=trade(*large, *small)))

    assert (told(10, 9_000, 11), told(10, 12_000, 11)) == (0, 1)


def market(price: float, tonnes: float) -> str:
    """Eleven flows at a dollar a tonne, and one at another price."""
    first, *pairs = permutations(("CHN", "KOR", "JPN", "NOR"), 2)
    rows = [(*pair, 8, 8) for pair in pairs] + [(*first, tonnes, tonnes * price)]
    return trade(*(f"exporter: {who}, importer: {buyer}, tonnes: {mass}, usd: {usd}, period: 2024"
                   for who, buyer, mass, usd in rows))  # fmt: skip


def test_a_flow_a_thousand_times_from_the_price_of_its_market_is_doubted(tmp_path):
    (doubt,) = found(tmp_path, trade=market(0.0009, 50))
    assert unsaid(doubt.message, "0.0009 USD a tonne … median … 1", "tonnes?") == []
    (doubt,) = found(tmp_path, trade=market(1_100, 5))
    assert unsaid(doubt.message, "dollars?") == []


@pytest.mark.parametrize(("price", "tonnes"), [(0.002, 50), (500, 5), (0.0009, 5)])
def test_other_prices_and_flows_that_weigh_little_are_not_doubted(tmp_path, price, tonnes):
    assert found(tmp_path, trade=market(price, tonnes)) == []


@pytest.mark.parametrize(("tonnes", "doubts"), [(12_000, 0), (12_100, 0), (12_200, 1)])
def test_a_flow_that_was_judged_is_not_doubted(tmp_path, tonnes, doubts):
    review = (
        "kind: WEIGHT_REVIEWED\nrows:\n  - {exporter: CHN, importer: KOR, product: ree-metals, "
        "period: 2020, verdict: plausible, tonnes: 12000, reviewed: 2026-01-01, source: customs}\n"
    )
    assert len(found(tmp_path, trade=series((10, tonnes, 11)), review=review)) == doubts


@pytest.mark.parametrize("kind", ["PRODUCES", "HOLDS"])
@pytest.mark.parametrize(
    ("masses", "rows"),
    [
        ((140, 150_000, 160), [1]),
        ((140_000, 150, 160_000), [1]),
        ((140, 150, 160_000), [2]),
        ((140, 20_000, 160), []),
        (("0.05", 150, "0.06"), []),
    ],
)
def test_output_far_from_the_years_beside_it_is_doubted(tmp_path, kind, masses, rows):
    head = (
        f"kind: {kind}\ndefaults: {{product: ree-metals, basis: gross, source: customs}}\nrows:\n"
    )
    text = head + "".join(f"  - {{country: CHN, period: {year}, tonnes: {mass}}}\n"
                          for year, mass in zip(YEARS, masses, strict=True))  # fmt: skip
    doubts = found(tmp_path, output=text)
    assert [doubt.line - 4 for doubt in doubts] == rows
    assert all(doubt.message.endswith("are these tonnes?") for doubt in doubts)


@pytest.mark.parametrize(
    ("masses", "usd"),
    [
        ((10, 990, 10), (100, 100, 100)),  # less than a hundred times
        ((10, 12_000, 10), (100, 120_000, 100)),  # as much more value
        ((10, 12_000, 11_000), (100, 100, 100_000)),  # the year after has as much
        (("0.005", 12, "0.004"), (100, 100, 100)),  # what is under 0.1 t is rounded
        ((10, 12_000, 10), (100, "null", 100)),
    ],
)
def test_what_a_market_can_do_is_not_doubted(tmp_path, masses, usd):
    assert found(tmp_path, trade=series(masses, usd)) == []


def test_series_of_other_countries_are_not_neighbours(tmp_path):
    rows = [f"exporter: {who}, importer: KOR, period: {year}, tonnes: {mass}, usd: 100"
            for who, year, mass in zip(("CHN", "JPN", "CHN"), YEARS, (10, 12_000, 10),
                                       strict=True)]  # fmt: skip
    assert found(tmp_path, trade=trade(*rows)) == []


AREAS = """\
kind: Area
defaults: {source: customs}
rows:
  - {iso3: WLD, name: World, type: world}
  - {iso3: XOC, name: Other countries, type: rest}
"""
CLAIMS = """\
kind: Claim
defaults: {kind: share, unit: share, consumer: KOR, product: ree-metals, period: 2024,
           measure: imports, evidence: read, source: customs}
rows:
"""
PRODUCES = """\
kind: PRODUCES
defaults: {product: ree-metals, period: 2024, basis: gross, source: customs}
rows:
"""


def claims(**shares: float) -> dict[str, str]:
    rows = [f"  - {{key: c-{who.lower()}, supplier: {who}, value: {share}}}\n"
            for who, share in shares.items()]  # fmt: skip
    return {"areas": AREAS, "claims": CLAIMS + "".join(rows)}


def production(**shares: float) -> dict[str, str]:
    rows = [f"  - {{country: {who}, share: {share}}}\n" for who, share in shares.items()]
    return {"areas": AREAS, "production": PRODUCES + "".join(rows)}


@pytest.mark.parametrize("of", [claims, production])
def test_shares_of_a_whole_table_far_under_one_are_doubted(tmp_path, of):
    (doubt,) = found(tmp_path, **of(CHN=0.5, JPN=0.03, XOC=0.2))
    assert unsaid(doubt.message, "73.0% … 100 %") == []


@pytest.mark.parametrize("of", [claims, production])
@pytest.mark.parametrize("shares", [{"CHN": 0.5, "JPN": 0.3, "XOC": 0.1}, {"CHN": 0.6}])
def test_shares_that_are_rounded_or_of_one_place_are_not_doubted(tmp_path, of, shares):
    assert found(tmp_path, **of(**shares)) == []


def test_a_table_of_producers_without_a_row_for_all_others_is_doubted(tmp_path):
    (doubt,) = found(tmp_path, **production(CHN=0.5, JPN=0.1))
    assert (doubt.file, doubt.line) == ("production.yaml", 5)
    assert unsaid(doubt.message, "share: … 60.0% … 100 %", "other places") == []
    assert found(tmp_path, **claims(CHN=0.5, JPN=0.1)) == []


def test_one_share_beside_that_of_the_world_is_doubted(tmp_path):
    (doubt,) = found(tmp_path, **production(WLD=1, CHN=0.3))
    assert (doubt.file, doubt.line) == ("production.yaml", 5)
    assert "30.0%" in doubt.message
    assert found(tmp_path, **production(WLD=1, CHN=0.95)) == []


def test_elements_of_an_ore_that_are_not_its_whole_are_doubted(tmp_path):
    files = {
        "ores": "kind: Ore\nrows:\n  - {key: o, name: O, mineral: M, product: ree-metals, "
        "country: CHN, source: customs}\n",
        "parts": "kind: COMPOSED_OF\ndefaults: {ore: o, source: customs}\nrows:\n"
        "  - {element: Dy, share: 0.3}\n",
    }
    (doubt,) = found(tmp_path, **files)
    assert (doubt.file, doubt.line) == ("parts.yaml", 4)
    assert "30.0%" in doubt.message
    files["parts"] = files["parts"].replace("0.3", "0.95")
    assert found(tmp_path, **files) == []


def test_claims_that_add_up_to_more_than_the_total_are_doubted(tmp_path):
    (doubt,) = found(tmp_path, **claims(CHN=0.7, JPN=0.4))
    assert "add up to 110.0%" in doubt.message
    assert found(tmp_path, **claims(WLD=1, CHN=0.7, JPN=0.3)) == []
