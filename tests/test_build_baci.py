"""BACI tables become trade seeds that the reader accepts, without a figure changed."""

import csv
from collections import defaultdict
from pathlib import Path

import build_baci
import pyarrow as pa
import pytest
from build_baci import MAGNETS_2022, MAGNETS_2024, OWN_SEEDS, RARE_EARTHS, Table

from graphkit.files.folders import shipped
from graphkit.importers.reference import Reference
from graphkit.schema import GRAPH
from graphkit.seeds.files import read_file

DATA = Path(__file__).parent / "data" / "baci"


def built(table: Table, folder: Path, reference: Reference) -> pa.Table:
    [of] = [seed for seed in OWN_SEEDS if seed.table is table]
    flows = build_baci.flows_of(build_baci.read_table(DATA, table), table, reference)
    build_baci.write_trade(flows, of, folder)
    seed = read_file(folder / f"{of.name}.yaml", folder, GRAPH)
    assert seed.problems == []
    assert seed.rows is not None
    return seed.rows


def row(rows: pa.Table, **scope: str) -> dict[str, object]:
    found = [r for r in rows.to_pylist() if all(r[k] == v for k, v in scope.items())]
    assert len(found) == 1
    return found[0]


def test_thousand_dollars_become_dollars_and_tonnes_stay(tmp_path, reference):
    rows = built(RARE_EARTHS, tmp_path, reference)
    flow = row(rows, exporter="CHN", importer="KOR", hs="280530", period="2024")

    # as printed in the table: 7812.2 thousand dollars, 115.674 tonnes
    assert (flow["usd"], flow["tonnes"]) == (7_812_200.0, 115.674)
    assert flow["product"] == "ree-metals"
    assert flow["dataset"] == "baci-hs92"
    assert flow["hs_revision"] == "HS92"


def test_an_empty_quantity_stays_unknown(tmp_path, reference):
    rows = built(RARE_EARTHS, tmp_path, reference)

    assert rows["tonnes"].null_count == 3
    assert rows["usd"].null_count == 0


def test_both_codes_of_compounds_are_one_product_under_two_codes(tmp_path, reference):
    rows = built(RARE_EARTHS, tmp_path, reference).to_pylist()

    codes = {r["hs"] for r in rows if r["product"] == "ree-compounds"}
    assert codes == {"284610", "284690"}


def test_the_magnet_table_of_2022_is_in_dollars_and_has_no_weights(tmp_path, reference):
    rows = built(MAGNETS_2022, tmp_path, reference)

    assert row(rows, exporter="ABW", importer="NLD")["usd"] == 235.0
    assert rows["tonnes"].null_count == len(rows)
    assert set(rows["period"].to_pylist()) == {"2022"}


def test_the_magnet_table_of_2024_is_in_thousand_dollars(tmp_path, reference):
    flow = row(built(MAGNETS_2024, tmp_path, reference), exporter="CHN", importer="DEU")

    assert (flow["usd"], flow["tonnes"]) == (513_918_501.0, 12_606.775)


def test_a_code_without_a_product_stops_the_build(reference):
    rows = build_baci.read_table(DATA, RARE_EARTHS)
    odd = rows.set_column(rows.column_names.index("k"), "k", pa.array(["999999"] * len(rows)))

    with pytest.raises(SystemExit, match=r"no product .*999999"):
        build_baci.flows_of(odd, RARE_EARTHS, reference)


def test_a_place_without_a_country_stops_the_build(reference):
    numbers = pa.table({
        "i": pa.array([156, 9999], pa.int32()), "j": pa.array([410, 410], pa.int32()),
        "k": ["280530"] * 2, "t": ["2024"] * 2, "v": [1.0, 2.0], "q": [1.0, 1.0],
    })  # fmt: skip

    with pytest.raises(SystemExit, match="unknown places 9999"):
        build_baci.flows_of(numbers, RARE_EARTHS, reference)


def test_building_twice_gives_the_same_bytes(tmp_path, reference):
    for folder in (tmp_path / "a", tmp_path / "b"):
        built(RARE_EARTHS, folder, reference)
    first, second = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in "ab"
    )

    assert {"rare-earths-1995-2024.yaml", "rare-earths-1995-2024.parquet"} <= first.keys()
    assert first == second


# --- the shipped seeds against the totals of their source tables

COUNTS = ("flows", "flows_with_tonnes")
AMOUNTS = ("usd", "tonnes")
Totals = dict[tuple[str, str, str], dict[str, float]]


@pytest.fixture(scope="module")
def published() -> Totals:
    """Totals of the source tables by HS revision, code and year."""
    with (DATA / "totals.csv").open(encoding="utf-8", newline="") as file:
        return {
            (r["hs_revision"], r["hs"], r["year"]): {n: float(r[n] or 0) for n in COUNTS + AMOUNTS}
            for r in csv.DictReader(file)
        }


@pytest.fixture(scope="module")
def seeded() -> Totals:
    """The same totals of the shipped seeds."""
    folder = shipped("seeds") / "trade"
    found: Totals = defaultdict(lambda: dict.fromkeys(COUNTS + AMOUNTS, 0.0))
    keys = ["hs_revision", "hs", "period"]
    for path in sorted(
        set(folder.glob("*.yaml")) - {*folder.glob("usitc-*"), *folder.glob("*-monthly.*")}
    ):
        rows = read_file(path, folder, GRAPH).rows
        assert rows is not None
        plain = pa.table(
            {n: rows[n].cast(pa.string()) for n in keys} | {n: rows[n] for n in AMOUNTS}
        )
        sums = plain.group_by(keys).aggregate(
            [("usd", "count"), ("usd", "sum"), ("tonnes", "count"), ("tonnes", "sum")]
        )
        for r in sums.to_pylist():
            values = (r["usd_count"], r["tonnes_count"], r["usd_sum"], r["tonnes_sum"] or 0.0)
            for name, value in zip(COUNTS + AMOUNTS, values, strict=True):
                found[r["hs_revision"], r["hs"], r["period"]][name] += value
    return found


def test_the_shipped_trade_has_the_codes_and_years_of_its_source(published, seeded):
    assert seeded.keys() == published.keys()


@pytest.mark.parametrize("name", COUNTS)
def test_the_shipped_trade_has_as_many_flows_as_its_source(published, seeded, name):
    assert {k: v[name] for k, v in seeded.items()} == {k: v[name] for k, v in published.items()}


@pytest.mark.parametrize("name", AMOUNTS)
def test_the_shipped_trade_adds_up_to_its_source(published, seeded, name):
    wanted = {k: pytest.approx(v[name], rel=1e-9, abs=1) for k, v in published.items()}
    assert {k: v[name] for k, v in seeded.items()} == wanted
