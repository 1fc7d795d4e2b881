"""Anybody's table becomes seeds by a mapping, or is refused with every problem at its place."""

from __future__ import annotations

import re
import sys
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
from pyarrow import parquet
from saying import unsaid
from seed_texts import SMALL, write_seeds

from graphkit.errors import GraphkitError, SeedError, UsageError, install
from graphkit.importers.reference import read_reference
from graphkit.importers.report import UnmappedError
from graphkit.importers.table.drafts import draft_mapping
from graphkit.importers.table.importer import check_table, import_table
from graphkit.importers.table.mapping import PARTS
from graphkit.seeds.facts import read_seeds

SOURCE = "source: {key: my-customs, title: My customs, publisher: Customs, licence: not stated}\n"
DATASET = (
    "dataset: {key: my-customs, name: My customs, reporter: exporter, hs_revision: HS22, "
    "preference: 40}\n"
)
MAPPING = f"""kind: EXPORTS
columns: {{exporter: From, importer: To, hs: Code, period: Year, usd: Value, tonnes: Mass}}
units: {{usd: kUSD, tonnes: kg}}
defaults: {{basis: gross}}
{SOURCE}{DATASET}"""
HEADS = ("From", "To", "Code", "Year", "Value", "Mass", "Remark")
ROWS: list[tuple[Any, ...]] = [
    ("China", "Korea, Republic of", "280530", 2024, 1234.5, 10_000, "x"),
    ("JPN", "KR", "2805.30", 2024, 50.25, None, None),
    ("Viet Nam", "410", "284690", 2024, 7, 3, None),
]
FLOWS = [
    ("CHN", "KOR", "ree-metals", "280530", 1_234_500.0, 10.0),
    ("JPN", "KOR", "ree-metals", "280530", 50_250.0, None),
    ("VNM", "KOR", "ree-compounds", "284690", 7_000.0, 0.003),
]


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    path = tmp_path / "map.yaml"
    path.write_text(MAPPING, encoding="utf-8")
    return path


def text(rows: list[tuple[Any, ...]] = ROWS, heads: tuple[str, ...] = HEADS) -> str:
    return "".join(
        ",".join("" if c is None else f'"{c}"' if "," in str(c) else str(c) for c in row) + "\n"
        for row in (heads, *rows)
    )


def flows(folder: Path) -> list[tuple[Any, ...]]:
    names = ("exporter", "importer", "product", "hs", "usd", "tonnes")
    rows = read_seeds(folder)["EXPORTS"].to_pylist()
    assert {(r["period"], r["reporter"], r["dataset"], r["source"]) for r in rows} == {
        ("2024", "exporter", "my-customs", "my-customs")
    }
    return sorted(tuple(row[n] for n in names) for row in rows)


def write(path: Path, rows: list[tuple[Any, ...]] = ROWS) -> Path:
    """The same table in the format that its name says."""
    if path.suffix == ".parquet":
        columns = {n: [row[i] for row in rows] for i, n in enumerate(HEADS)}
        columns["Value"] = [float(value) for value in columns["Value"]]
        parquet.write_table(pa.table(columns), path)
    elif path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for row in (HEADS, *rows):
            book.active.append(row)
        book.save(path)
    else:
        path.write_text(text(rows), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["flows.csv", "flows.parquet", "flows.xlsx"])
def test_places_by_any_name_and_products_by_their_code(name, mapping, reference, tmp_path):
    report = import_table(write(tmp_path / name), mapping, tmp_path / "seeds", reference)

    assert flows(tmp_path / "seeds") == FLOWS
    lines = {(r["what"], r["why"]): (r["rows"], r["value"]) for r in report.table().to_pylist()}
    assert lines == {
        ("read", f"rows of {name}"): (3, None),
        ("kept", "in trade/flows.parquet"): (3, 1291.75),
    }
    assert report.unit == "kUSD"


def test_marks_of_other_countries_are_read_as_the_mapping_says(reference, tmp_path):
    path, mapping = tmp_path / "flux.csv", tmp_path / "map.yaml"
    path.write_bytes(
        "Statistiques\n\nFrom;To;Code;Year;Value;Mass\n"
        "Corée du Sud;Japan;280530;2024;1.234,5;..\nChina;Japan;280530;2024; 12 ;n/d\n"
        .encode("cp1252")
    )  # fmt: skip
    mapping.write_text(
        MAPPING + 'delimiter: ";"\ndecimal: ","\nthousands: "."\nencoding: cp1252\nheader: 3\n'
        "missing: [.., n/d]\naliases: {exporter: {Corée du Sud: KOR}}\n",
        encoding="utf-8",
    )
    import_table(path, mapping, tmp_path / "seeds", reference)

    assert flows(tmp_path / "seeds") == [
        ("CHN", "JPN", "ree-metals", "280530", 12_000.0, None),
        ("KOR", "JPN", "ree-metals", "280530", 1_234_500.0, None),
    ]


def test_a_column_is_only_the_property_that_the_mapping_names_for_it(reference, tmp_path):
    path, mapping = tmp_path / "flows.csv", tmp_path / "map.yaml"
    path.write_text(text(heads=("reporter", *HEADS[1:])), encoding="utf-8")
    mapping.write_text(MAPPING.replace("exporter: From", "exporter: reporter"), encoding="utf-8")
    import_table(path, mapping, tmp_path / "seeds", reference)

    assert flows(tmp_path / "seeds") == FLOWS


def test_a_national_code_is_matched_on_six_digits_and_kept_as_reported(
    mapping, reference, tmp_path
):
    rows = [("China", "KOR", "2846901000", 2024, 5, 3, None),
            ("China", "JPN", "2805.30.9900", 2024, 6, 4, None)]  # fmt: skip
    path = write(tmp_path / "flows.csv", rows)
    report = import_table(path, mapping, tmp_path / "seeds", reference)
    import_table(path, mapping, tmp_path / "seeds", reference)

    assert flows(tmp_path / "seeds") == [
        ("CHN", "JPN", "ree-metals", "2805309900", 6000.0, 0.004),
        ("CHN", "KOR", "ree-compounds", "2846901000", 5000.0, 0.003),
    ]
    codes = {
        r["code"]: r["description"] for r in read_seeds(tmp_path / "seeds")["Code"].to_pylist()
    }
    assert codes["2846901000"].startswith("national code of 284690: ")
    metals, compounds = (line for line in report.lines if line[0] == "matched")
    assert unsaid(metals[1], "2805309900 by 280530 … ree-metals: exact") == []
    assert unsaid(compounds[1], "2846901000 by 284690 … ree-compounds: exact") == []
    assert (metals[2], compounds[2]) == (1, 1)


def test_a_sheet_of_excel_is_named_and_its_dates_are_dates(reference, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["nothing"])
    sheet = book.create_sheet("Acts")
    sheet.append(["Who", "What", "From", "How"])
    sheet.append(["China", "ge-2023", date(2023, 8, 1), "licence"])
    book.save(tmp_path / "acts.xlsx")
    mapping = tmp_path / "map.yaml"
    header = "kind: Control\ncolumns: {country: Who, key: What, since: From, measure: How}\n"
    mapping.write_text(header + SOURCE, encoding="utf-8")

    with pytest.raises(GraphkitError, match=r"acts\.xlsx .*Sheet, Acts.* sheet:"):
        import_table(tmp_path / "acts.xlsx", mapping, tmp_path / "seeds", reference)
    mapping.write_text(header + SOURCE + "sheet: Act\n", encoding="utf-8")
    with pytest.raises(GraphkitError, match=r"'Act'.* Sheet, Acts"):
        import_table(tmp_path / "acts.xlsx", mapping, tmp_path / "seeds", reference)
    mapping.write_text(header + SOURCE + "sheet: Acts\n", encoding="utf-8")
    import_table(tmp_path / "acts.xlsx", mapping, tmp_path / "seeds", reference)
    [row] = read_seeds(tmp_path / "seeds")["Control"].to_pylist()
    assert (row["country"], row["key"], row["since"]) == (
        "CHN",
        "ge-2023",
        "2023-08-01",
    )


def test_the_same_table_gives_the_same_bytes_for_any_order_of_rows(mapping, reference, tmp_path):
    def bytes_of(folder: Path) -> dict[str, bytes]:
        return {p.relative_to(folder).as_posix(): p.read_bytes()
                for p in sorted(folder.rglob("*")) if p.is_file()}  # fmt: skip

    path = write(tmp_path / "flows.csv")
    import_table(path, mapping, tmp_path / "a", reference)
    first = bytes_of(tmp_path / "a")
    import_table(path, mapping, tmp_path / "a", reference)
    assert bytes_of(tmp_path / "a") == first
    import_table(write(path, ROWS[::-1]), mapping, tmp_path / "b", reference)
    assert bytes_of(tmp_path / "b") == first


def test_every_problem_is_told_at_its_row_and_column_of_the_table(mapping, reference, tmp_path):
    rows = [
        ("CHN", "KOR", "280530", 2024, "much", 1, None),
        ("CHN", "JPN", "280530", "2024-13", 5, -1, None),
        ("CHN", "USA", "280530", None, 5, 1, None),
        ("CHN", "KOR", "280530", 2023, 5, 1, None),
        ("CHN", "KOR", "2805.30", 2023, 5, 1, None),
        ("CHN", "KOR", "10121", 2024, 5, 1, None),
    ]
    path = write(tmp_path / "flows.csv", rows)
    with pytest.raises(SeedError) as caught:
        import_table(path, mapping, tmp_path / "seeds", reference)

    told = [str(problem) for problem in caught.value.problems]
    problems = (
        "flows.csv:2:5: usd: … 'much' … number",
        "flows.csv:3:4: period: '2024-13'",
        "flows.csv:3:6: tonnes: … '-1' … at least 0",
        "flows.csv:4:4: period: missing; EXPORTS",
        "flows.csv:7:3: hs: … '10121' … 6 digits",
    )
    assert [*map(unsaid, told, problems)] == [[]] * len(problems) == [[]] * len(told)
    assert not (tmp_path / "seeds").exists()

    path = write(tmp_path / "flows.csv", rows[3:5])
    with pytest.raises(SeedError, match=r"flows\.csv:3:1: duplicate EXPORTS .* flows\.csv:2:1"):
        import_table(path, mapping, tmp_path / "seeds", reference)


def test_a_fault_of_a_whole_column_is_one_problem(mapping, reference, tmp_path):
    rows = [("CHN", "KOR", "280530", 1900 + n, f"{n}.5.", -1 - n, None) for n in range(120)]
    path = write(tmp_path / "flows.csv", rows)

    usd, tonnes = map(str, check_table(path, mapping, reference).problems)
    assert unsaid(usd, "flows.csv:2:5: usd: … '0.5.' … number", "119 more") == []
    assert unsaid(tonnes, "flows.csv:2:6: tonnes: … '-1' … at least 0", "119 more") == []


def test_double_facts_and_torn_rows_are_one_problem_each(mapping, reference, tmp_path):
    row = ("CHN", "KOR", "280530", 2024, 5, 1, None)
    path = write(tmp_path / "flows.csv", [row] * 4)
    [double] = check_table(path, mapping, reference).problems
    assert unsaid(str(double), "first … flows.csv:2:1", "2 more") == []

    path = write(tmp_path / "flows.csv", [row[:4], row, row[:5]])
    with pytest.raises(SeedError) as raised:
        check_table(path, mapping, reference)
    assert unsaid(str(raised.value), "flows.csv:2:1: … 4 … 7 … header", "1 more") == []


def test_a_mark_that_may_be_of_decimals_or_thousands_is_what_the_mapping_says(
    mapping, reference, tmp_path
):
    path = write(tmp_path / "flows.csv", [("CHN", "KOR", "280530", 2024, "1.234", 1, None)])
    with pytest.raises(SeedError) as raised:
        import_table(path, mapping, tmp_path / "seeds", reference)
    doubt = "flows.csv:2:5: usd: … '1.234' … '.' … decimals or thousands"
    assert unsaid(str(raised.value), doubt, 'decimal: "."', 'decimal: ","') == []

    for mark, usd in ((".", 1234.0), (",", 1_234_000.0)):
        mapping.write_text(f'{MAPPING}decimal: "{mark}"\n', encoding="utf-8")
        import_table(path, mapping, tmp_path / "seeds", reference)
        assert flows(tmp_path / "seeds") == [("CHN", "KOR", "ree-metals", "280530", usd, 0.001)]


def test_names_that_nobody_knows_are_weighed_by_their_value(mapping, reference, tmp_path):
    rows = [*ROWS, ("Ruritania", "KOR", "280530", 2024, 430, 1, None),
            ("China", "KOR", "010121", 2024, 9_999, 1, None)]  # fmt: skip
    path = write(tmp_path / "flows.csv", rows)

    with pytest.raises(UnmappedError, match=r"25\.0 % .*exporter Ruritania") as raised:
        import_table(path, mapping, tmp_path / "seeds", reference)
    assert 'aliases: {exporter: {"Ruritania": KEY}}' in str(raised.value)
    assert not (tmp_path / "seeds").exists()

    report = import_table(path, mapping, tmp_path / "seeds", reference, max_unknown=0.3)
    lines = report.table().to_pylist()[1:]
    assert [(row["what"], row["rows"], row["value"]) for row in lines] == [
        ("left out", 1, None), ("left out", 1, 430.0), ("kept", 3, 1291.75),
        ("unknown code", None, 430.0),
    ]  # fmt: skip
    reasons = ("HS codes", "unknown names", "trade/flows.parquet", "exporter Ruritania")
    assert [*map(unsaid, (row["why"] for row in lines), reasons)] == [[]] * 4
    assert flows(tmp_path / "seeds") == FLOWS


@pytest.mark.long
def test_a_folder_keeps_its_own_source_and_refuses_the_same_fact_twice(
    mapping, reference, tmp_path
):
    folder = tmp_path / "seeds"
    import_table(write(tmp_path / "flows.csv"), mapping, folder, reference)
    later = [(*row[:3], 2025, *row[4:]) for row in ROWS]
    import_table(write(tmp_path / "later.csv", later), mapping, folder, reference)
    assert len(read_seeds(folder)["EXPORTS"]) == 6
    assert not (folder / "trade" / "later-source.yaml").exists()

    with pytest.raises(SeedError, match="duplicate EXPORTS"):
        import_table(write(tmp_path / "again.csv"), mapping, folder, reference)


# --- files that are not tables, and invalid mappings


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", "", "no header … row 1"),
        ("t.csv", text() + "China,KOR\n", "t.csv:5:1: … 2 values … 7 … header"),
        ("t.csv", text() + '"China,KOR', "t.csv:5: not CSV: … end"),
        ("t.csv", text().replace("Code", "From"), "t.csv:1:3: … column 'From' twice"),
        ("t.csv", text().replace("Code", "Kode"),
         "map.yaml:2:45: t.csv … no column 'Code' … From, To, Kode"),
        ("t.csv", text().encode() + b"Caf\xe9 Ltd,KOR,280530,2024,1,1,\n",
         "t.csv:5: … UTF-8 … cp1252 ('Café Ltd')"),
        ("t.csv", b"PK\x03\x04\x00", "t.csv: … text … zip"),
        ("t.csv", text([]), "t.csv:1:1: … no row"),
        ("t.xlsx", "no zip", "no Excel workbook"),
        ("t.xlsx", b"PK\x05\x06" + bytes(18), "t.xlsx … Excel workbook:"),
        ("t.parquet", "no table", "t.parquet: not Parquet: "),
        ("t.ods", "x", ".tsv, .txt, .parquet, .xlsx, .xlsm … .xlsx"),
    ],
)  # fmt: skip
def test_what_is_not_a_table_is_refused_in_one_line(
    name, content, message, mapping, reference, tmp_path
):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())

    with pytest.raises(GraphkitError) as caught:
        import_table(path, mapping, tmp_path / "seeds", reference)
    assert unsaid(str(caught.value), message) == []
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "seeds").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("kind: EXPORTS", "kind: EXPORT"), "map.yaml:1:7: … kind 'EXPORT'"),
        (("exporter: From", "exportr: From"), "map.yaml:2:11: EXPORTS … no property 'exportr'"),
        (("usd: kUSD", "usd: EUR"), "map.yaml:3:14: unknown unit 'EUR' … USD, kUSD"),
        (("units:", "unit:"), "map.yaml:3:1: … 'unit' … kind, columns, units"),
        (("HS22", "HS23"), "'HS23' … HS92"),
        ((", hs_revision: HS22", ""), "defaults … hs_revision … HS92"),
        (("reporter: exporter, ", ""), "no column … reporter … EXPORTS"),
        (("title: My customs, ", ""), "title: missing; Source"),
        ((SOURCE, ""), "no column … source … EXPORTS"),
        ((SOURCE, 'decimal: "x"\n'), "map.yaml:5:10: decimal: … 'x' … '.' ','"),
        ((SOURCE, 'thousands: ","\ndecimal: ","\n'), "map.yaml:5:12: thousands: … decimal"),
        ((SOURCE, "header: 3-5\n"), "map.yaml:5:9: header: … number … row, 1"),
        ((SOURCE, "last: end\n"), "map.yaml:5:7: last: … number … row"),
        ((SOURCE, "notes: e\n"), "map.yaml:5:8: notes: … list … texts"),
        ((SOURCE, "fill: [seller]\n"), "map.yaml:5:8: fill: EXPORTS … no property 'seller'"),
        (("usd: Value", "usd: <year>"), "map.yaml:2:59: period: … <year>"),
        (("period: Year, usd: Value", "usd: <year> USD"), "t.csv … '<year> USD'"),
        ((SOURCE, "header: first\n"), "map.yaml:5:9: header: … number … row"),
        ((SOURCE, "header: 0\n"), "map.yaml:5:9: header: … number … row, 1"),
        ((SOURCE, f"header: {'9' * 5000}\n"), "map.yaml:5:9: header: … number … row"),
        ((SOURCE, "delimiter: [;]\n"), "map.yaml:5:12: delimiter: … text"),
        ((SOURCE, "encoding: klingon\n"), "map.yaml:5:11: encoding: unknown encoding 'klingon'"),
        ((SOURCE, "encoding: base64\n"), "map.yaml:5:11: encoding: unknown encoding 'base64'"),
        ((SOURCE, "missing: x\n"), "map.yaml:5:10: missing: … list … texts"),
        ((SOURCE, "aliases: {exporter: KOR}\n"), "map.yaml:5:10: aliases: … {property: {text"),
        ((SOURCE, "aliases: {seller: {x: KOR}}\n"), "EXPORTS … no property 'seller'"),
        ((SOURCE, "aliases: {exporter: {China: CHX}}\n" + SOURCE),
         "map.yaml:5:29: unknown key 'CHX' … 'China'"),
        ((MAPPING, "kind: Product\ncolumns: {key: Code, used_in: From}\n"),
         "map.yaml:2:22: used_in … list … no column"),
        ((MAPPING, "kind: EXPORTS\ncolumns: {}\n"), "map.yaml:2:10: no column … exporter"),
        ((MAPPING, "kind: Source\ncolumns: {key: Code}\n" + SOURCE),
         "map.yaml:3:1: Source … source"),
        (("importer: To, ", ""), "no column … importer … EXPORTS"),
        ((MAPPING, MAPPING.replace("importer: To, ", "").replace("{bas", "{importer: XXX, bas")),
         "map.yaml:4:22: importer: unknown country or area 'XXX'"),
        (("tonnes: Mass", "tonnes: Mass, basis: Remark, source: Code"),
         "t.csv:2:3: source: unknown source '280530'"),
        ((MAPPING, "[1"), "map.yaml:1:1: not YAML"),
        ((MAPPING, "x"), "map.yaml:1:1: … no mapping … kind … columns"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_mapping_is_told_at_its_place(
    change, message, mapping, reference, tmp_path
):
    mapping.write_text(MAPPING.replace(*change), encoding="utf-8")

    with pytest.raises(GraphkitError) as caught:
        import_table(write(tmp_path / "t.csv"), mapping, tmp_path / "seeds", reference)
    assert unsaid(str(caught.value), message) == []
    assert not (tmp_path / "seeds").exists()


def test_the_mapping_of_the_documentation_reads_what_it_says(reference, tmp_path):
    page = (Path(__file__).parents[1] / "docs" / "import.md").read_text(encoding="utf-8")
    mapping = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)[0]
    (tmp_path / "map.yaml").write_text(mapping, encoding="utf-8")
    (tmp_path / "flows.csv").write_bytes(
        "Origin;Destination;HS code;Year;Value;Weight;Rate\n"
        "Birmania;Côte d’Ivoire;280530;2024;1.234,5;n/d;1\n".encode("cp1252")
    )
    import_table(tmp_path / "flows.csv", tmp_path / "map.yaml", tmp_path / "seeds", reference)

    [row] = read_seeds(tmp_path / "seeds")["EXPORTS"].to_pylist()
    assert (row["exporter"], row["importer"], row["product"]) == ("MMR", "CIV", "ree-metals")
    assert (row["usd"], row["tonnes"]) == (1_234_500.0, None)
    parts = set(re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| (`.*?) \|", page, re.MULTILINE))))
    assert parts == set(PARTS)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.tsv", text().replace('"Korea, Republic of"', "410").replace(",", "\t")),
        ("t.csv", text().replace("Remark", "").replace(",x\n", ",\n")),
        ("t.csv", text() + ",,,,,,\n"),
    ],
    ids=["tabs", "a column of nothing at the end", "a row of nothing"],
)
def test_what_programs_leave_in_a_table_is_fine(name, content, mapping, reference, tmp_path):
    (tmp_path / name).write_text(content, encoding="utf-8")
    import_table(tmp_path / name, mapping, tmp_path / "seeds", reference)

    assert flows(tmp_path / "seeds") == FLOWS


def test_a_cell_of_yes_or_no_is_a_flag(mapping, reference, tmp_path):
    mapping.write_text(
        "kind: PRODUCES\ndefaults: {basis: gross, product: ree-metals, period: 2024}\n"
        "columns: {country: Who, tonnes: Mass, observed: Seen}\n" + SOURCE
    )
    table = pa.table({"Who": ["CHN", "MMR"], "Mass": [3.0, 1.0], "Seen": [True, False]})
    parquet.write_table(table, tmp_path / "t.parquet")
    import_table(tmp_path / "t.parquet", mapping, tmp_path / "seeds", reference)

    made = read_seeds(tmp_path / "seeds")["PRODUCES"]
    assert dict(zip(*made.select(["country", "observed"]).to_pydict().values(), strict=True)) == {
        "CHN": True, "MMR": False,
    }  # fmt: skip


def test_a_name_of_several_countries_is_nobodys(mapping, tmp_path):
    alike = SMALL["countries.yaml"].replace("iso2: CN", "iso2: CN, aliases: [Korea]")
    write_seeds(tmp_path / "reference", {"countries.yaml": alike})
    of_one = MAPPING.replace("hs: Code, ", "").replace("{basis", "{product: ree-metals, basis")
    mapping.write_text(of_one, encoding="utf-8")
    rows = [(name, "JPN", "280530", 2024, 1, 1, None) for name in ("Korea", "Norway")]
    path = write(tmp_path / "t.csv", rows)

    with pytest.raises(UnmappedError, match=r"exporter Korea \(50\.0 %"):
        import_table(path, mapping, tmp_path / "seeds", read_reference(tmp_path))


def test_a_folder_that_cannot_be_written_is_told(mapping, reference, tmp_path):
    path, file = write(tmp_path / "t.csv"), tmp_path / "file"
    file.touch()
    with pytest.raises(GraphkitError, match=r"/file/x: Not a directory"):
        import_table(path, mapping, file / "x", reference)

    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "trade").touch()
    with pytest.raises(GraphkitError, match=r"/seeds: File exists"):
        import_table(path, mapping, tmp_path / "seeds", reference)
    assert not list((tmp_path / "seeds").rglob("*.yaml"))


def test_no_mapping_is_drafted_for_what_is_not_a_table(tmp_path):
    (tmp_path / "t.csv").touch()

    with pytest.raises(GraphkitError, match=r"t\.csv: .*header .*\b1\b"):
        draft_mapping(tmp_path / "t.csv")


@pytest.mark.parametrize("name", ["none.csv", "none.xlsx", "none.parquet"])
def test_a_missing_table_is_refused(mapping, reference, tmp_path, name):
    with pytest.raises(GraphkitError, match=rf"{name} .*: No such file"):
        import_table(tmp_path / name, mapping, tmp_path / "seeds", reference)


def test_a_missing_mapping_and_a_bad_name_are_refused(mapping, reference, tmp_path):
    path, seeds = write(tmp_path / "t.csv"), tmp_path / "seeds"
    with pytest.raises(GraphkitError, match=r"none\.yaml .*: No such file"):
        import_table(path, tmp_path / "none.yaml", seeds, reference)
    with pytest.raises(UsageError, match=r"--name: .*'\.\./x'.* letters, digits"):
        import_table(path, mapping, seeds, reference, name="../x")


def test_without_openpyxl_the_line_says_which_extra(mapping, reference, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "openpyxl", None)

    with pytest.raises(GraphkitError, match=re.escape(install("excel"))):
        import_table(write_closed(tmp_path), mapping, tmp_path / "seeds", reference)


def write_closed(tmp_path: Path) -> Path:
    path = tmp_path / "t.xlsx"
    path.write_bytes(b"PK\x03\x04")
    return path
