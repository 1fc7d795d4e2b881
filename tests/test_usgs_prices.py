"""Prices of 2017 to 2020 in earlier editions of the USGS, against the source."""

import csv
from collections import defaultdict
from pathlib import Path

import pytest
import usgs_prices
from test_production_trend import shipped  # noqa: F401 - a fixture

from graphkit.errors import GraphkitError
from graphkit.importers.usgs.masses import read_tables
from graphkit.schema import GRAPH
from graphkit.seeds.files import read_file

ROOT = Path(__file__).parents[1]
SOURCE = Path(__file__).parent / "data" / "usgs_editions" / "mcs2022_2024_us_salient_long.csv"
BALANCES = read_tables(ROOT / "graphkit" / "importers" / "usgs" / "balances.yaml")
SERIES = read_tables(ROOT / "tools" / "usgs_prices.yaml")["series"]


def facts():
    seed = read_file(ROOT / "seeds" / "balances" / "prices-2017-2020.yaml", ROOT, GRAPH)
    assert seed.problems == []
    return seed.rows.to_pylist()


def test_every_price_is_that_of_the_newest_edition_that_prints_it():
    """Against the cells of the source, read without graphkit."""
    cells = {}
    with SOURCE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            place = f"{row['chapter_code']} {row['statistic']}"
            cells[int(row["release"][3:]), place, row["year"]] = row["value"]
    wanted = defaultdict(list)
    for series in SERIES:
        for year in ("2017", "2018", "2019", "2020"):
            there = [e for e, place in series["from"].items() if (e, place, year) in cells]
            if there:
                text = cells[max(there), series["from"][max(there)], year]
                wanted[series["label"], year].append((f"usgs-mcs-{max(there)}", text))
    found = defaultdict(list)
    for row in facts():
        text = row["published_value"] or f"{row['value']:.15g}"
        found[row["label"], row["period"]].append((row["source"], text))

    assert {key: len(rows) for key, rows in found.items()} == {
        key: len(rows) for key, rows in wanted.items()
    }
    for key, rows in wanted.items():
        plain = sorted((source, f"{float(text.replace(',', '')):.15g}") for source, text in rows)
        assert sorted(found[key]) == plain, key


def test_a_series_goes_on_in_the_newest_edition_under_the_same_label():
    new = {}
    for path in sorted((ROOT / "seeds" / "balances").glob("*.yaml")):
        if not path.stem.startswith(("prices-", "earlier-")):
            rows = read_file(path, ROOT, GRAPH).rows.to_pylist()
            new |= {(r["element"], r["product"], r["label"]): r["unit"]
                    for r in rows if r["statistic"] == "price"}  # fmt: skip
    own = {row["label"] for row in SERIES if "chapter" not in row}
    for row in facts():
        if row["label"] not in own:
            assert new[row["element"], row["product"], row["label"]] == row["unit"]


def test_no_price_stands_twice():
    keys = [(r["element"], r["product"], r["label"], r["period"]) for r in facts()]

    assert len(keys) == len(set(keys))


def test_dysprosium_oxide_has_its_prices_from_2017_on(shipped):  # noqa: F811
    rows = shipped.prices(scope="dy-oxide", period="2017-2025").rows.to_pylist()
    prices = {r["period"]: (r["value"], r["source"]) for r in rows if r["product"] == "dy-oxide"}

    assert list(prices) == [str(year) for year in range(2017, 2026)]
    assert prices["2017"] == (187.0, "usgs-mcs-2022")
    assert prices["2018"] == (179.0, "usgs-mcs-2023")
    assert prices["2020"] == (261.0, "usgs-mcs-2024")
    assert prices["2021"] == (410.0, "usgs-mcs-2026")


def test_a_statistic_that_is_not_there_stops_the_build(tmp_path):
    text = SOURCE.read_text(encoding="utf-8")
    changed = tmp_path / SOURCE.name
    changed.write_text(text.replace("Price_Dy2O3_dkg", "Price_Dy_dkg"), encoding="utf-8")

    with pytest.raises(GraphkitError, match=r"no raree Price_Dy2O3_dkg .*MCS 2022"):
        usgs_prices.price_rows(changed, BALANCES)
