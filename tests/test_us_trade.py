"""US trade by heading with eighteen partners: its source, and what it may answer."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import build_usitc
import pytest
from databases import TRADE, slice_seeds
from saying import Naming

from graphkit.answers.note import words_of_notes
from graphkit.api import Session
from graphkit.build import build_graph
from graphkit.errors import GraphkitError, UsageError
from graphkit.schema import GRAPH
from graphkit.seeds.facts import read_seeds
from graphkit.seeds.files import read_file
from graphkit.stores.duck.store import DuckStore

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[1]
TOTALS = Path(__file__).parent / "data" / "usitc" / "totals.csv"
SETS = {"import": "usitc-imports", "export": "usitc-exports"}


def flows_of(flow):
    seed = read_file(ROOT / "seeds" / "trade" / f"{SETS[flow]}-hts4.yaml", ROOT, GRAPH)
    assert seed.problems == []
    return seed.rows.to_pylist()


@pytest.mark.parametrize("flow", SETS)
def test_values_and_masses_of_each_heading_add_up_to_those_of_the_source(flow):
    """Against sums of the source that the tool made before it read anything else of it."""
    wanted: dict[tuple[str, str, str], float] = defaultdict(float)
    with TOTALS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["flow"] == flow:
                unit = row["unit"].removeprefix(build_usitc.VALUE)
                name = "usd" if row["measure"] == build_usitc.VALUES[flow] else row["measure"]
                factor = 1.0 if name == "usd" else build_usitc.GROSS.get(unit, 0.0)
                wanted[row["heading"], row["period"], name] += factor * float(row["sum"])
    usd: dict[tuple[str, str], float] = defaultdict(float)
    tonnes: dict[tuple[str, str], float] = defaultdict(float)
    without_mass = set()
    for row in flows_of(flow):
        table = row["hs"], "jan-apr" if ".." in row["period"] else "year"
        usd[table] += row["usd"]
        tonnes[table] += row["tonnes"] or 0.0
        if row["tonnes"] is None:
            without_mass.add(table)

    assert {key[0] for key in usd} == set(build_usitc.HEADINGS)
    for table, value in usd.items():
        assert value == pytest.approx(wanted[*table, "usd"]), table
        if table not in without_mass:
            assert tonnes[table] == pytest.approx(wanted[*table, build_usitc.QUANTITY]), table


def test_every_flow_is_of_the_united_states_and_one_of_eighteen_partners():
    partners = {row["exporter"] for row in flows_of("import")}

    assert {row["importer"] for row in flows_of("import")} == {"USA"}
    assert {row["exporter"] for row in flows_of("export")} == {"USA"}
    assert partners == {row["importer"] for row in flows_of("export")}
    assert len(partners) == 18


def test_a_heading_is_one_product_as_traded_as_has_it():
    seed = read_file(ROOT / "seeds" / "reference" / "traded-as.yaml", ROOT, GRAPH)
    headings = {r["code"]: r["product"] for r in seed.rows.to_pylist() if len(r["code"]) == 4}

    assert headings == build_usitc.HEADINGS
    for row in seed.rows.to_pylist():
        heading = row["code"][:4]
        if heading in headings and row["product"] != headings[heading]:
            assert row["fit"] == "proxy" or len(row["code"]) > 6, row


# --- what it answers


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    """The slice of the shipped seeds, with these tables of trade too."""
    folder = tmp_path_factory.mktemp("us-trade")
    slice_seeds(folder / "seeds", (*TRADE, *(f"{name}-hts4" for name in SETS.values())))
    with DuckStore(folder / "us.duckdb") as store:
        store.load(build_graph(read_seeds(folder / "seeds")))
        yield Session(store)


COMPARED = ("2025", "2026-01..2026-04")


def test_four_months_are_set_beside_a_year(ask):
    answer = ask.compare(*COMPARED, of="USA", on="CHN", scope="ree-compounds")
    (row,) = answer.rows.to_pylist()

    assert answer.headline == Naming(
        "United States … rare-earth compounds from China … four months of 2026",
        "2025",
        "96.4 and 100.7 M USD",
    )
    assert (row["usd_before"], row["usd_after"]) == (100_698_766.0, 96_366_817.0)
    assert row["usd_per_month_after"] == pytest.approx(96_366_817.0 / 4)
    assert (row["hs"], row["dataset"], row["source"]) == ("2846", "usitc-imports", "usitc-dataweb")
    assert row["share_usd_after"] is None  # eighteen partners are not the world


def test_the_command_takes_a_slash_and_the_name_of_one_partner(ask):
    named = ask.compare("2025", "2026-01/2026-04", of="USA", partner="China")
    whole = ask.compare(*COMPARED, of="USA", on="CHN")

    assert named.rows.equals(whole.rows)
    assert named.headline == Naming("United States … nearly … rare-earth compounds")


def test_the_other_side_of_the_same_pair_has_the_same_figures(ask):
    bought = ask.compare(*COMPARED, of="USA", on="CHN", scope="ree-compounds").rows
    sold = ask.compare(
        *COMPARED, of="CHN", partner="consumer", on="USA", scope="ree-compounds"
    ).rows

    for name in ("usd_before", "usd_after", "tonnes_before", "tonnes_after"):
        assert bought[name].to_pylist() == sold[name].to_pylist()


def test_other_countries_have_no_trade_of_2026(ask):
    with pytest.raises(GraphkitError, match=r"no trade .*2025 and 2026-01\.\."):
        ask.compare(*COMPARED, of="KOR", scope="ree-compounds")


def test_two_partners_at_once_are_refused(ask):
    with pytest.raises(UsageError, match="wanted one"):
        ask.compare(*COMPARED, of="USA", on="CHN", partner="JPN")


def test_years_of_complete_data_sets_are_those_alone(ask):
    """No default answer takes the trade of eighteen partners."""
    for scope in build_usitc.HEADINGS.values():
        try:
            answers = [ask.trend("USA", scope=scope), ask.suppliers("USA", scope=scope)]
        except GraphkitError:  # not in the slice
            continue
        for answer in answers:
            assert not {"usitc-imports", "usitc-exports"} & set(answer.rows["dataset"].to_pylist())


def test_complete_trade_is_not_held_against_it(ask):
    notes = words_of_notes(ask.suppliers("KOR", scope="ree-compounds", period="2024").notes)

    assert not [note for note in notes if "usitc" in note]


def test_a_heading_is_no_missing_trade_of_a_claim(ask):
    rows = ask.claims_check(of="KOR", scope="rare earths").rows.to_pylist()

    assert rows
    assert not [row["key"] for row in rows if "trade under HS" in (row["why"] or "")]


def test_named_it_gives_no_share_of_all_imports(ask):
    answer = ask.suppliers("USA", scope="ree-compounds", period="2025", dataset="usitc-imports")
    china = next(row for row in answer.rows.to_pylist() if row["supplier"] == "CHN")

    assert (china["usd"], china["share_usd"]) == (100_698_766.0, None)


def test_a_trade_with_one_partner_has_its_share_of_all(ask):
    one = ask.compare("2022", "2024", of="KOR", on="CHN", scope="ree-metals").rows.to_pylist()
    every = ask.compare("2022", "2024", of="KOR", scope="ree-metals").rows.to_pylist()

    assert one == [row for row in every if row["supplier"] == "CHN"]


def test_a_group_of_partners_is_added_up(ask):
    (row,) = ask.compare(
        "2022", "2024", of="USA", on="CHN+JPN", scope="ree-metals"
    ).rows.to_pylist()
    every = ask.compare("2022", "2024", of="USA", scope="ree-metals").rows.to_pylist()
    inside = [r for r in every if r["supplier"] in ("CHN", "JPN")]

    for name in ("usd_before", "usd_after", "share_usd_after"):
        assert row[name] == pytest.approx(sum(r[name] or 0.0 for r in inside))
