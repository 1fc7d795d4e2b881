"""Customs statistics become seeds; the rows are made up, in the shape of each publisher's files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from customs_files import ENGLISH, census, china, comext, item, korea
from saying import unsaid

from graphkit.cli.app import run
from graphkit.errors import GraphkitError, UsageError
from graphkit.importers.customs.importer import import_customs, revision_of
from graphkit.importers.reference import ImportFilter, Reference
from graphkit.importers.report import Report, UnmappedError
from graphkit.seeds.facts import read_seeds

pytestmark = pytest.mark.long


@pytest.fixture
def load(reference: Reference, tmp_path: Path) -> Any:
    """Import some files; the flows and the report."""

    def imported(*files: str | bytes, **more: Any) -> tuple[list[dict[str, Any]], Report]:
        paths = []
        for number, text in enumerate(files):
            paths.append(tmp_path / f"file-{number}")
            paths[-1].write_bytes(text if isinstance(text, bytes) else text.encode())
        report = import_customs(paths, tmp_path / "seeds", reference, **more)
        flows: list[dict[str, Any]] = read_seeds(tmp_path / "seeds")["EXPORTS"].to_pylist()
        return flows, report

    return imported


def told(report: Report) -> dict[str, int]:
    return {line["why"]: line["rows"] for line in report.table().to_pylist()}


def amounts(flows: list[dict[str, Any]]) -> set[tuple[Any, ...]]:
    names = ("exporter", "importer", "hs", "period", "dataset", "usd", "tonnes")
    return {tuple(flow[name] for name in names) for flow in flows}


def test_a_row_of_korea_is_an_import_and_an_export(load):
    both = {**item("CN", 90_000, 4_000), "expDlr": "1,000", "expWgt": "50"}
    flows, report = load(korea(both, item("JP", 10_000, 500)))

    assert amounts(flows) == {
        ("CHN", "KOR", "2846901000", "2025-03", "korea-customs-imports", 90_000.0, 4.0),
        ("JPN", "KOR", "2846901000", "2025-03", "korea-customs-imports", 10_000.0, 0.5),
        ("KOR", "CHN", "2846901000", "2025-03", "korea-customs-exports", 1_000.0, 0.05),
    }
    assert {(f["reporter"], f["valuation"]) for f in flows} == {
        ("importer", "cif"), ("exporter", "fob"),
    }  # fmt: skip
    assert {(f["product"], f["hs_revision"], f["source"]) for f in flows} == {
        ("ree-compounds", "HS22", "korea-customs")
    }
    said = told(report)
    assert said["rows of all files"] == 3
    assert said["other HS codes, and totals of all goods"] == 1
    assert said["the side of a row with no trade"] == 1
    assert said["2846901000 by 284690, which fits ree-compounds: exact"] == 3


def test_comext_is_kept_by_weight_and_its_procedures_are_added_up(load):
    flows, report = load(comext(
        ("DE", "CN", "28469030", "1", "1", "202503", 3_000),
        ("DE", "CN", "28469030", "1", "2", "202503", 1_000),
        ("EL", "XS", "28053021", "2", "1", "202503", 2_000),
        ("DE", "QZ", "28469030", "1", "1", "202503", 100),
        ("DE", "CN", "28XXXXXX", "1", "1", "202503", 5_000),
        ("DE", "CN", "TOTAL", "1", "1", "202503", 9_000_000),
        ("FR", "US", "28469030", "1", "1", "202452", 7_000),
    ))  # fmt: skip

    assert amounts(flows) == {
        ("CHN", "DEU", "28469030", "2025-03", "eurostat-comext-imports", None, 4.0),
        ("GRC", "SRB", "28053021", "2025-03", "eurostat-comext-exports", None, 2.0),
        ("USA", "FRA", "28469030", "2024", "eurostat-comext-imports", None, 7.0),
    }
    assert report.unit == "kg"
    said = told(report)
    assert said["partners that are not countries: stores, secret, not specified"] == 1
    assert said["national codes kept confidential, which may hold these goods"] == 1
    assert said["other HS codes, and totals of all goods"] == 1


def test_the_census_gives_dollars_and_the_masses_whose_unit_is_one(load):
    flows, report = load(census(
        ("5700", "CHINA", "2846908090", 50_000, 2_000, "KG"),
        ("5800", "KOREA, SOUTH", "2846908090", 9_000, 3, "T"),
        ("5880", "JAPAN", "8505110070", 7_000, 400, "NO"),
        ("-", "TOTAL FOR ALL COUNTRIES", "2846908090", 59_000, 5_000, "KG"),
        ("0022", "OECD", "2846908090", 9_000, 3_000, "KG"),
        ("5XXX", "ASIA", "2846908090", 59_000, 5_000, "KG"),
    ))  # fmt: skip

    assert amounts(flows) == {
        ("CHN", "USA", "2846908090", "2025-03", "us-census-imports", 50_000.0, 2.0),
        ("KOR", "USA", "2846908090", "2025-03", "us-census-imports", 9_000.0, 3.0),
        ("JPN", "USA", "8505110070", "2025-03", "us-census-imports", 7_000.0, None),
    }
    assert {f["valuation"] for f in flows} == {None}
    said = told(report)
    assert said["totals and groups, which other rows count"] == 3
    assert said["quantity in no, which is not a mass of the goods"] == 1


def test_exports_of_the_census_are_the_sum_of_domestic_and_foreign_goods(load):
    heads = ["CTY_CODE", "CTY_NAME", "E_COMMODITY", "ALL_VAL_MO", "QTY_1_MO", "UNIT_QY1", "DF",
             "time"]  # fmt: skip
    rows = [["5880", "JAPAN", "2846900000", usd, kg, "KG", df, "2025-03"]
            for usd, kg, df in (("900", "90", "1"), ("100", "10", "2"))]  # fmt: skip
    flows, _ = load(json.dumps([heads, *rows]))

    assert amounts(flows) == {
        ("USA", "JPN", "2846900000", "2025-03", "us-census-exports", 1_000.0, 0.1)
    }


CHINA_ROWS = (
    ("202503", "28469018", "133", "10", "2,701", "1,234,567"),
    ("202503", "28469018", "133", "14", "299", "65,433"),
    ("202503", "28469018", "116", "10", "?", "20,000"),
    ("202503", "28469018", "701", "10", "5", "400"),
)


@pytest.mark.parametrize(
    ("head", "unit", "encoding"),
    [
        (china().strip(), "千克", "gb18030"),
        (china().strip(), "千克", "utf-8-sig"),
        (ENGLISH, "Kilogram", "gb18030"),
        (ENGLISH, "Kilogram", "utf-16"),
    ],
)
def test_china_reads_the_same_in_both_languages_and_any_encoding(load, head, unit, encoding):
    text = china(*CHINA_ROWS, head=head, unit=unit)
    flows, report = load(text.encode(encoding), flow="exports")

    assert amounts(flows) == {
        ("CHN", "KOR", "28469018", "2025-03", "china-customs-exports", 1_300_000.0, 3.0),
        ("CHN", "JPN", "28469018", "2025-03", "china-customs-exports", 20_000.0, None),
    }
    assert told(report)["partners that are not countries: stores, secret, not specified"] == 1


def test_a_download_of_one_month_takes_the_month_from_its_user(load):
    text = china(*CHINA_ROWS)
    lines = [line.partition(",")[2] for line in text.splitlines()]
    flows, _ = load("\n".join(lines), flow="imports", period="2025-02")

    assert {(f["importer"], f["period"], f["valuation"]) for f in flows} == {
        ("CHN", "2025-02", "cif")
    }


def test_imports_and_exports_of_china_stand_side_by_side(load):
    load(china(*CHINA_ROWS), flow="exports")
    flows, _ = load(china(*CHINA_ROWS), flow="imports")

    assert len(flows) == 4
    assert {f["dataset"] for f in flows} == {"china-customs-exports", "china-customs-imports"}


def test_a_cut_off_download_and_a_page_of_several_are_warned_of(load):
    many = [("202503", "85051110", "133", str(n), "1", "1") for n in range(10_000)]
    _, report = load(china(*many), flow="exports")
    assert unsaid(*report.warnings, "file-0 … 10,000 rows … cut off") == []

    _, report = load(korea(item("CN", 1, 1), count=7))
    assert unsaid(*report.warnings, "file-0 … page", "2 of 7 rows") == []


def test_six_digits_beside_national_codes_are_their_total(load):
    rows = (item("CN", 60, 6_000, code="2846901000"), item("CN", 40, 4_000, code="2846909000"),
            item("CN", 100, 10_000, code="284690"), item("CN", 7, 70, code="280530"))  # fmt: skip
    flows, report = load(korea(*rows))

    assert {(f["hs"], f["usd"]) for f in flows} == {
        ("2846901000", 60.0), ("2846909000", 40.0), ("280530", 7.0),
    }  # fmt: skip
    assert told(report)["six digits, the total of the national codes under them"] == 1


def test_the_same_file_twice_counts_once(load):
    text = korea(item("CN", 60, 6_000))
    flows, report = load(text, text)

    assert [f["usd"] for f in flows] == [60.0]
    assert told(report)["the same row again"] == 1


def test_filters_keep_codes_years_and_countries(load):
    rows = (item("CN", 60, 6_000), item("CN", 50, 5_000, month="2024.12"),
            item("JP", 40, 4_000), item("CN", 30, 3_000, code="2805301100"))  # fmt: skip
    wanted = ImportFilter(products=["2846"], years=[2025], countries=["CHN"])
    flows, report = load(korea(*rows), wanted=wanted)

    assert amounts(flows) == {
        ("CHN", "KOR", "2846901000", "2025-03", "korea-customs-imports", 60.0, 6.0)
    }
    assert told(report)["other years"] == 2
    assert told(report)["other countries"] == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (korea(item("CN", 1, 1)).replace("statCd>", "country>"), "Customs Service without statCd"),
        (comext().replace("QUANTITY_KG", "KG"), "Eurostat without QUANTITY_KG"),
        (china(*CHINA_ROWS).replace("美元", "人民币"), "Customs of China … US dollar"),
        (census(("5700", "CHINA", "2846908090", 1, 1, "KG")).replace("CTY_NAME", "CTY"),
         "US Census Bureau without CTY_NAME"),
        ("a,b\n1,2\n", "columns 'a,b' … Korea Customs Service"),
        (korea(item("CN", 1, 1), code="30"), "error, 30"),
        (korea(item("CN", 1, 1))[:-40], "truncated or not XML"),
        ("<!DOCTYPE html><html></html>", "web page"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "document type"),
        ("[[1, 2], [3]]", "rows … one length"),
        ("[[1, 2", "truncated or not JSON"),
        ('{"error": "no key"}', "JSON object"),
        ("", "empty file"),
        (b"7z\xbc\xaf\x27\x1c", "text … 7z archive"),
        (b"PK\x03\x04", "text … zip"),
        (korea(item("CN", 1, 1, month="2025.13")), "'2025.13' … year … month"),
        (korea(item("CN", 1, 1)).replace(">1</impDlr>", ">-5</impDlr>"), "'-5' … impDlr"),
        (korea(item("CN", 1, 1, code="846901000")), "even number … digits"),
        (korea(item("CN", 1, 1), item("CN", 2, 1)),
         "file-0:4: … usd=2.0, kg=1.0 … imports … 2846901000 … CN"),
        (comext().replace("FLOW", "PERIOD"), "column 'PERIOD' twice"),
        (comext() + "DE,CN\n", "not a table"),
        (korea(), "no flow … file-0 … 1 rows"),
    ],
)  # fmt: skip
def test_a_bad_file_is_one_error_and_nothing_is_written(load, tmp_path, text, message):
    with pytest.raises(GraphkitError) as raised:
        load(text, flow="imports")

    assert unsaid(str(raised.value), message) == []
    assert not (tmp_path / "seeds").exists()


def test_files_of_two_publishers_are_refused(load):
    with pytest.raises(GraphkitError, match="several publishers"):
        load(korea(item("CN", 1, 1)), comext(("DE", "CN", "28469030", "1", "1", "202503", 1)))


def test_unknown_partners_are_said_and_refused(load):
    rows = (item("CN", 60, 6_000), item("ZZ", 40, 4_000))
    with pytest.raises(UnmappedError, match=r"ZZ \(40.0 %\)"):
        load(korea(*rows))

    flows, report = load(korea(*rows), max_unknown=0.5)
    assert len(flows) == 1
    assert report.unmapped == {"ZZ": 40.0}


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({}, "--flow: … Customs of China"),
        ({"flow": "both"}, "--flow: … 'both' … imports or exports"),
        ({"flow": "exports", "period": "2025"}, "--period: … '2025' … month"),
    ],
)
def test_what_china_does_not_say_must_be_given(load, choice, message):
    with pytest.raises(UsageError) as raised:
        load(china(*CHINA_ROWS), **choice)

    assert unsaid(str(raised.value), message) == []


@pytest.mark.parametrize(
    ("year", "revision"), [(1990, "HS92"), (1996, "HS96"), (2021, "HS17"), (2030, "HS22")]
)
def test_codes_follow_the_revision_of_their_year(year, revision):
    assert revision_of(year) == revision


def test_two_commands_answer_from_a_customs_file(tmp_path, capsys):
    file, seeds = tmp_path / "korea.xml", tmp_path / "seeds"
    rows = (item("CN", 60_000, 6_000), item("JP", 40_000, 2_000))
    file.write_text(korea(*rows), encoding="utf-8")
    assert run(["import", "customs", str(file), "-o", str(seeds)]) == 0
    capsys.readouterr()

    asked = ["depends", "KOR", "--for", "ree-compounds", "--period", "2025-03", "--format", "json"]
    assert run([*asked, "--db", str(seeds)]) == 0
    [row] = json.loads(capsys.readouterr().out)["rows"]
    assert (row["supplier"], row["share_usd"], row["share_tonnes"]) == ("CHN", 0.6, 0.75)
    assert (row["dataset"], row["hs"]) == ("korea-customs-imports", "2846901000")


def test_comext_answers_by_weight_and_calls_the_value_unknown(tmp_path, capsys):
    file, seeds = tmp_path / "full_202503.dat", tmp_path / "seeds"
    rows = [("DE", partner, "28469030", "1", "1", "202503", kg)
            for partner, kg in (("CN", 3_000), ("US", 1_000))]  # fmt: skip
    file.write_text(comext(*rows), encoding="utf-8")
    assert run(["import", "customs", str(file), "-o", str(seeds)]) == 0
    capsys.readouterr()

    asked = ["suppliers", "DEU", "--for", "ree-compounds", "--db", str(seeds)]
    assert run([*asked, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)["rows"]
    shares = {row["supplier"]: (row["share_usd"], row["share_tonnes"]) for row in found}
    assert shares == {"CHN": (None, 0.75), "USA": (None, 0.25)}
    assert run([*asked, "--format", "table"]) == 0
    assert unsaid(capsys.readouterr().out, "2 flows of unknown value") == []


def test_a_national_code_can_be_asked_for(tmp_path, capsys):
    # 28053012 is dysprosium metal in China's tariff, and among the shipped codes.
    file, seeds = tmp_path / "china.csv", tmp_path / "seeds"
    rows = (("202503", "28053012", "133", "10", "2,701", "900,000"),
            ("202503", "28053012", "116", "10", "300", "100,000"),
            ("202503", "28053013", "116", "10", "5,000", "900,000"))  # fmt: skip
    file.write_bytes(china(*rows).encode("gb18030"))
    imported = ["import", "customs", str(file), "--flow", "exports", "-o", str(seeds)]
    assert run([*imported, "--format", "json"]) == 0
    why = [row["why"] for row in json.loads(capsys.readouterr().out) if row["what"] == "matched"]
    assert unsaid(why[0], "28053012 by 280530 … ree-metals: exact") == []
    assert unsaid(why[1], "28053013 by 280530 … ree-metals: exact") == []
    assert len(why) == 2

    asked = ["suppliers", "KOR", "--for", "28053012", "--db", str(seeds), "--format", "json"]
    assert run(asked) == 0
    [row] = json.loads(capsys.readouterr().out)["rows"]
    assert (row["hs"], row["usd"], row["tonnes"]) == ("28053012", 900_000.0, 2.701)
