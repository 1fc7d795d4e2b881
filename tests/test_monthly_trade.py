"""Trade by month of the United States and the United Kingdom: its source, and what it answers."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from pathlib import Path

import build_monthly
import pytest
from databases import TRADE, slice_seeds

from graphkit.api import Session
from graphkit.build import build_graph
from graphkit.errors import GraphkitError
from graphkit.schema import GRAPH
from graphkit.seeds.facts import read_seeds
from graphkit.seeds.files import read_file
from graphkit.stores.duck.store import DuckStore

ROOT = Path(__file__).parents[1]
TOTALS = Path(__file__).parent / "data" / "monthly" / "totals.csv"
SETS = {wanted.key: wanted for wanted in build_monthly.SETS}
US = "us-census-imports"


def flows_of(key):
    seed = read_file(ROOT / "seeds" / "trade" / f"{key}-monthly.yaml", ROOT, GRAPH)
    assert seed.problems == []
    return seed.rows.to_pylist()


def totals():
    with TOTALS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# --- the tool and its seeds


def row(partner, value, quantity, **other):
    return {
        "reporter": "USA", "partner": partner, "flow": "import", "code": "8110100000",
        "period": "2025-01", "value": value, "currency": "USD", "quantity": quantity,
        "quantity_unit": "kg", "source_id": build_monthly.US, **other,
    }  # fmt: skip


def test_the_rest_is_all_countries_minus_china_in_tonnes():
    flows = build_monthly.flows_of([row("WLD", 100.0, 5000.0), row("CHN", 30.0, 1000.0)], SETS[US])

    assert flows["XOC", "8110100000", "2025-01"] == {"usd": 70.0, "tonnes": 4.0}
    assert flows["CHN", "8110100000", "2025-01"] == {"usd": 30.0, "tonnes": 1.0}


def test_china_above_all_countries_stops_the_build():
    with pytest.raises(GraphkitError, match=r"8110100000 in 2025-01, above 100\.0 from all"):
        build_monthly.flows_of([row("WLD", 100.0, 5.0), row("CHN", 130.0, 1.0)], SETS[US])


def test_a_sum_above_its_heading_stops_the_build():
    heading = {"flow": "import", "partner": "China", "measure": "Customs Value", "hts4": 8110,
               "year": 2025, "period": "year", "value": 20.0}  # fmt: skip

    with pytest.raises(GraphkitError, match="8110 2025 year"):
        build_monthly.beside_headings([row("CHN", 30.0, 1.0)], [heading])
    assert len(build_monthly.beside_headings([row("CHN", 19.0, 1.0)], [heading])) == 1


def test_rows_without_a_read_licence_are_not_taken():
    brazil = row("CHN", 30.0, 1.0, source_id="comexstat-ncm8", reporter="BRA")

    assert all(build_monthly.flows_of([brazil], wanted) == {} for wanted in SETS.values())


def test_the_united_states_add_up_to_the_source_by_code_and_year():
    wanted = {
        (r["code"], r["year"], r["partner"]): (float(r["value"]), float(r["quantity"]))
        for r in totals() if r["source"] == build_monthly.US
    }  # fmt: skip
    sums = defaultdict(lambda: [0.0, 0.0])
    for flow in [*flows_of(US), *flows_of("us-census-totals")]:
        for partner in {flow["exporter"], "WLD"} - {"XOC"}:
            of_partner = sums[flow["hs"], flow["period"][:4], partner]
            of_partner[0] += flow["usd"]
            of_partner[1] += flow["tonnes"]

    assert {key for key in sums if sums[key] != [0.0, 0.0]} <= wanted.keys()
    for (code, year, partner), (value, quantity) in wanted.items():
        usd, tonnes = sums[code, year, partner]
        unit = 1e-6 if code == "7104210000" else 0.001
        assert usd == pytest.approx(value), (code, year, partner)
        assert tonnes == pytest.approx(unit * quantity, abs=1e-6), (code, year, partner)


@pytest.mark.parametrize("key", ["hmrc-imports", "hmrc-exports"])
def test_the_united_kingdom_adds_up_to_the_source_and_has_no_dollars(key):
    rows, masses, counts = flows_of(key), defaultdict(float), defaultdict(int)
    for flow in rows:
        masses[flow["hs"], flow["period"][:4]] += flow["tonnes"]
        counts[flow["hs"], flow["period"][:4]] += 1

    assert {flow["usd"] for flow in rows} == {None}
    for r in totals():
        if r["source"] == build_monthly.UK and r["flow"] == SETS[key].flow:
            assert counts[r["code"], r["year"]] == int(r["rows"])
            mass = 0.001 * float(r["quantity"])
            assert masses[r["code"], r["year"]] == pytest.approx(mass, abs=1e-6)


# --- what it answers


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    """The slice of the shipped seeds, with these tables of trade too."""
    folder = tmp_path_factory.mktemp("months")
    slice_seeds(folder / "seeds", (*TRADE, "usitc-imports-hts4", *(f"{k}-monthly" for k in SETS)))
    with DuckStore(folder / "months.duckdb") as store:
        store.load(build_graph(read_seeds(folder / "seeds")))
        yield Session(store)


@pytest.mark.parametrize(
    ("scope", "on", "dataset", "before", "after"),
    [
        ("antimony-metal", "CHN", US, 492.678, 78.495),
        ("gallium", None, None, 10.981, 24.054),
        ("8112926000", None, US, 11.025, 6.341),
    ],
)
def test_years_are_the_sums_of_their_months(ask, scope, on, dataset, before, after):
    answer = ask.compare("2024", "2025", of="USA", on=on, scope=scope, dataset=dataset)
    rows = answer.rows.to_pylist()

    assert {r["dataset"] for r in rows} == {US}
    for name, tonnes in (("tonnes_before", before), ("tonnes_after", after)):
        assert sum(r[name] for r in rows) == pytest.approx(tonnes)


def test_a_year_of_its_own_comes_before_the_sum_of_months(ask):
    (row,) = ask.compare(
        "2024", "2025", of="USA", on="CHN", scope="antimony-metal"
    ).rows.to_pylist()

    assert row["dataset"] == "usitc-imports"


def test_a_quarter_is_set_beside_that_of_a_year_before(ask):
    rows = ask.compare("2024-Q1", "2025-Q1", of="USA", scope="gallium").rows.to_pylist()
    months = ask.trend("USA", scope="gallium", dataset=US).rows.to_pylist()
    of_months = {r["period"]: r["usd"] for r in months}

    for end, year in (("before", 2024), ("after", 2025)):
        usd = sum(of_months[f"{year}-{month:02d}"] for month in (1, 2, 3))
        assert sum(r[f"usd_{end}"] for r in rows) == pytest.approx(usd)


def test_a_month_is_found_without_naming_its_data_set(ask):
    (row,) = ask.depends("USA", on="CHN", scope="antimony-metal", period="2025-02").rows.to_pylist()

    assert (row["dataset"], row["period"]) == (US, "2025-02")
    assert 0 < row["share_usd"] < 1
    assert (row["hhi_usd"], row["suppliers"]) == (None, None)  # the others are one figure


@pytest.mark.parametrize(
    ("verb", "given"),
    [
        ("flows", {}),
        ("network", {}),
        ("concentration", {}),
        ("centrality", {}),
        ("reliance", {"consumer": "GBR"}),
        ("origins", {"consumer": "GBR"}),
        ("spof", {"consumer": "GBR"}),
        ("unknowns", {"consumer": "GBR"}),
        ("diversify", {"consumer": "GBR"}),
        ("disrupt", {"who": "CHN"}),
        ("stocks", {"who": "CHN", "of": "GBR"}),
        ("cascade", {"exporter": "CHN"}),
    ],
)
def test_a_month_of_some_countries_is_named_where_all_are_needed(ask, verb, given):
    with pytest.raises(GraphkitError) as refusal:
        getattr(ask, verb)(scope="magnets-metal", period="2025-04", **given)

    assert "`graphkit flows` lists some countries'" in str(refusal.value)
    datasets = re.findall(r"dataset=['\"]?([a-z-]+)", str(refusal.value))
    assert {*datasets} == {"hmrc-exports", "hmrc-imports"}
    for dataset in datasets:
        assert len(ask.flows(scope="magnets-metal", period="2025-04", dataset=dataset).rows)


@pytest.mark.parametrize(
    ("verb", "given"), [("origins", {"consumer": "GBR"}), ("cascade", {"exporter": "CHN"})]
)
def test_a_data_set_of_one_country_is_refused_where_all_are_needed(ask, verb, given):
    with pytest.raises(GraphkitError, match=r"hmrc-imports, which lists only .* baci-hs17"):
        getattr(ask, verb)(scope="magnets-metal", dataset="hmrc-imports", **given)


def test_a_run_across_the_turn_of_a_year_is_one_period(ask):
    (row,) = ask.depends(
        "USA", on="CHN", scope="antimony-metal", period="2024-07..2025-06", dataset=US
    ).rows.to_pylist()
    flows = [
        flow for flow in flows_of(US)
        if flow["hs"] == "8110100000" and "2024-07" <= flow["period"] <= "2025-06"
    ]  # fmt: skip

    china = sum(flow["tonnes"] for flow in flows if flow["exporter"] == "CHN")
    assert row["tonnes"] == pytest.approx(china)
    assert row["share_tonnes"] == pytest.approx(china / sum(flow["tonnes"] for flow in flows))


def test_a_period_of_which_months_are_missing_is_refused_and_names_them(ask):
    with pytest.raises(GraphkitError, match=r"2026-08\.\.2026-12 is missing"):
        ask.depends("USA", scope="gallium", period="2026", dataset=US)


def test_other_countries_together_are_no_largest_supplier(ask):
    one = ask.depends("USA", scope="gallium", period="2025", dataset=US)
    every = ask.depends("USA", period="2025", dataset=US)

    assert "largest supplier" not in one.headline
    assert "Other countries" not in every.headline


def test_the_trade_of_one_country_is_no_share_of_the_worlds(ask):
    for key, by in ((US, "usd"), ("hmrc-imports", "tonnes")):
        answer = ask.flows(scope="gallium", period="2025-Q1", by=by, dataset=key)

        assert set(answer.rows["share"].to_pylist()) == {None}
        assert answer.headline.startswith("The largest listed flow")


def test_britains_suppliers_have_shares_by_weight_alone(ask):
    rows = ask.suppliers("GBR", scope="gallium", period="2025", dataset="hmrc-imports").rows
    shares = rows["share_tonnes"].to_pylist()

    assert sum(shares) == pytest.approx(1)
    assert set(rows["usd"].to_pylist()) == {None}


def test_years_of_complete_data_sets_stay_those_alone(ask):
    answer = ask.trend("USA", scope="magnets-metal")

    assert {dataset for dataset in answer.rows["dataset"].to_pylist() if dataset in SETS} == set()
