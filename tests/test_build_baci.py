"""BACI tables become trade seeds that the reader accepts, without a figure changed."""

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from build_baci import TABLES, read_flows, write_trade

from graphkit.schema import GRAPH
from graphkit.seeds.files import read_file

DATA = Path(__file__).parent / "data" / "baci"
RARE_EARTHS, MAGNETS_2022, MAGNETS_2024 = TABLES


def built(table, folder: Path) -> pa.Table:
    write_trade(read_flows(DATA / table.file, table), table, folder)
    seed = read_file(folder / f"{table.seed}.yaml", folder, GRAPH)
    assert seed.problems == []
    assert seed.rows is not None
    return seed.rows


def row(rows: pa.Table, **scope: str) -> dict[str, object]:
    found = [r for r in rows.to_pylist() if all(r[k] == v for k, v in scope.items())]
    assert len(found) == 1
    return found[0]


def test_thousand_dollars_become_dollars_and_tonnes_stay(tmp_path):
    rows = built(RARE_EARTHS, tmp_path)
    flow = row(rows, exporter="CHN", importer="KOR", hs="280530", period="2024")

    # as printed in the table: 7812.2 thousand dollars, 115.674 tonnes
    assert (flow["usd"], flow["tonnes"]) == (7_812_200.0, 115.674)
    assert flow["product"] == "ree-metals"
    assert flow["dataset"] == "baci-hs92"
    assert flow["hs_revision"] == "HS92"


def test_an_empty_quantity_stays_unknown(tmp_path):
    rows = built(RARE_EARTHS, tmp_path)

    assert rows["tonnes"].null_count == 3
    assert rows["usd"].null_count == 0


def test_both_codes_of_compounds_are_one_product_under_two_codes(tmp_path):
    rows = built(RARE_EARTHS, tmp_path).to_pylist()

    codes = {r["hs"] for r in rows if r["product"] == "ree-compounds"}
    assert codes == {"284610", "284690"}


def test_the_magnet_table_of_2022_is_in_dollars_and_has_no_weights(tmp_path):
    rows = built(MAGNETS_2022, tmp_path)

    assert row(rows, exporter="ABW", importer="NLD")["usd"] == 235.0
    assert rows["tonnes"].null_count == len(rows)
    assert set(rows["period"].to_pylist()) == {"2022"}


def test_the_magnet_table_of_2024_is_in_thousand_dollars(tmp_path):
    flow = row(built(MAGNETS_2024, tmp_path), exporter="CHN", importer="DEU")

    assert (flow["usd"], flow["tonnes"]) == (513_918_501.0, 12_606.775)


def test_a_code_without_a_product_stops_the_build(tmp_path):
    table = replace(RARE_EARTHS, columns={**RARE_EARTHS.columns, "hs": "i"})

    with pytest.raises(SystemExit, match="no product for the codes"):
        read_flows(DATA / RARE_EARTHS.file, table)


def test_building_twice_gives_the_same_bytes(tmp_path):
    for folder in (tmp_path / "a", tmp_path / "b"):
        built(RARE_EARTHS, folder)
    for name in ("rare-earths-1995-2024.yaml", "rare-earths-1995-2024.parquet"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
