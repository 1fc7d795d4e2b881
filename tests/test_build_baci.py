"""BACI tables become trade seeds that the reader accepts, without a figure changed."""

import csv
import zipfile
from collections import defaultdict
from pathlib import Path

import build_baci
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from build_baci import MAGNETS_2022, MAGNETS_2024, OWN_SEEDS, RARE_EARTHS, Table
from pyarrow import csv as pacsv

from graphkit.files.folders import shipped
from graphkit.importers.reference import Reference
from graphkit.schema import GRAPH
from graphkit.seeds.files import read_file

DATA = Path(__file__).parent / "data" / "baci"
SEEDS = Path(__file__).parents[1] / "seeds"


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


def cepii_zip(folder: Path, revision: str, years: dict[str, pa.Table]) -> Path:
    """Write flows as an edition that CEPII publishes: a zip with a table for each year."""
    path = folder / f"BACI_{revision}_V202601.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for year, rows in years.items():
            text = pa.BufferOutputStream()
            options = pacsv.WriteOptions(quoting_style="none")
            pacsv.write_csv(rows.select(["t", "i", "j", "k", "v", "q"]), text, options)
            archive.writestr(f"BACI_{revision}_Y{year}_V202601.csv", text.getvalue().to_pybytes())
        archive.writestr(f"country_codes_{revision}_V202601.csv", "country_code,country_name\n")
    return path


def as_published(reference: Reference, dataset: str) -> dict[str, pa.Table]:
    """Turn the shipped flows of a data set back into rows of BACI, by year."""
    numbers = {iso3: number for number, iso3 in reference.by_number("baci_code").items()}
    years: dict[str, list[pa.Table]] = defaultdict(list)
    for path in sorted((shipped("seeds") / "trade").glob("*.yaml")):
        seed = read_file(path, path.parents[1], GRAPH)
        if seed.rows is None or seed.rows["dataset"][0].as_py() != dataset:
            continue
        rows = seed.rows
        if "tonnes" not in rows.column_names:
            rows = rows.append_column("tonnes", pa.nulls(len(rows), pa.float64()))
        table = pa.table({
            "t": rows["period"], "k": rows["hs"], "q": rows["tonnes"],
            "i": [numbers[key] for key in rows["exporter"].to_pylist()],
            "j": [numbers[key] for key in rows["importer"].to_pylist()],
            "v": pc.round(pc.divide(rows["usd"], 1000.0), 6),
        })  # fmt: skip
        for year in table["t"].unique().to_pylist():
            years[year].append(table.filter(pc.equal(table["t"], year)))
    return {year: pa.concat_tables(some) for year, some in sorted(years.items())}


@pytest.mark.long
@pytest.mark.parametrize("revision", ["HS92", "HS17"])
def test_an_edition_as_cepii_publishes_it_gives_the_same_seeds(tmp_path, reference, revision):
    rows = as_published(reference, f"baci-{revision.lower()}")
    zips = {revision: cepii_zip(tmp_path, revision, rows)}
    assert build_baci.editions(tmp_path) == zips
    built = 0
    for table in build_baci.TABLES:
        if not table.whole or table.revision != revision:
            continue
        flows = build_baci.read_edition(zips[revision], table)
        own = [seed for seed in OWN_SEEDS if seed.table is table]
        for seed in own or build_baci.seeds_of(table, set(flows["k"].unique().to_pylist())):
            build_baci.write_trade(build_baci.flows_of(flows, table, reference), seed, tmp_path)
            for suffix in (".yaml", ".parquet"):
                new = tmp_path / f"{seed.name}{suffix}"
                assert new.read_bytes() == (SEEDS / "trade" / new.name).read_bytes(), new.name
                built += 1
    assert built


def test_two_versions_of_one_revision_are_refused(tmp_path):
    for version in ("202501", "202601"):
        (tmp_path / f"BACI_HS92_V{version}.zip").write_bytes(b"")
    with pytest.raises(SystemExit, match="wanted one of HS92"):
        build_baci.editions(tmp_path)
