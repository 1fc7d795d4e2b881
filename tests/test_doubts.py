"""Seeds that can be right and look wrong."""

from __future__ import annotations

import pytest
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


@pytest.mark.parametrize("masses", [(10, 12_000, 11), (12_000, 10, 11_000)])
def test_a_mass_a_thousand_times_its_neighbours_at_their_value_is_doubted(tmp_path, masses):
    (doubt,) = found(tmp_path, trade=series(masses))
    assert (doubt.file, doubt.line) == ("trade.yaml", 5)
    assert f"found {masses[1]:,} t for 100 USD" in doubt.message
    assert f"beside {masses[0]:,} t in 2019 and {masses[2]:,} t in 2021" in doubt.message


@pytest.mark.parametrize(
    ("masses", "usd"),
    [
        ((10, 9_999, 10), (100, 100, 100)),  # less than a thousand times
        ((10, 12_000, 10), (100, 120_000, 100)),  # as much more value
        ((10, 12_000, 11_000), (100, 100, 100)),  # the year after has as much
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
    assert doubt.message.endswith("add up to 73.0%; wanted about 100 %")


@pytest.mark.parametrize("of", [claims, production])
@pytest.mark.parametrize("shares", [{"CHN": 0.5, "JPN": 0.3, "XOC": 0.1}, {"CHN": 0.5, "JPN": 0.1}])
def test_shares_that_are_rounded_or_of_a_few_places_are_not_doubted(tmp_path, of, shares):
    assert found(tmp_path, **of(**shares)) == []
