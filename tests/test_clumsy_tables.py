"""Clumsy tables are read with exactly their facts, or refused with the one change that helps."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
from long_cases import others_long

from graphkit.errors import GraphkitError, SeedError
from graphkit.importers.reference import Reference
from graphkit.importers.table.importer import import_table, read_table
from graphkit.importers.table.mapping import ReadTable
from graphkit.importers.table.sheets import one_a_column
from graphkit.seeds.facts import read_seeds

SOURCE = "source: {key: mine, title: Mine, publisher: Me, licence: not stated}\n"
TRADE = f"""kind: EXPORTS
columns: {{exporter: From, importer: To, hs: Code, period: Year, usd: Value, tonnes: Mass}}
defaults: {{basis: gross}}
{SOURCE}dataset: {{key: mine, name: Mine, reporter: exporter, hs_revision: HS22, preference: 40}}
"""
OUTPUT = f"""kind: PRODUCES
columns: {{country: Country, tonnes: <year>}}
defaults: {{basis: content, observed: true, product: cobalt-ore}}
{SOURCE}"""
HEADS = ("From", "To", "Code", "Year", "Value", "Mass")
ROWS = [("China", "Japan", "280530", 2024, "1234.5", "10"), ("Vietnam", "Japan", "284690", 2024,
        "7", "0.5")]  # fmt: skip
FLOWS = [("CHN", "JPN", "ree-metals", "2024", 1234.5, 10.0),
         ("VNM", "JPN", "ree-compounds", "2024", 7.0, 0.5)]  # fmt: skip
KINDS = {
    "EXPORTS": ("exporter", "importer", "product", "period", "usd", "tonnes"),
    "PRODUCES": ("country", "product", "period", "tonnes"),
}
NOTES_ALONE = "last rows with a text alone, as"
Facts = Sequence[tuple[Any, ...]]


def lines(*rows: Sequence[Any], mark: str = ",") -> str:
    """Rows as text, as they are: without quoting."""
    return "".join(mark.join(map(str, row)) + "\n" for row in rows)


def workbook(*rows: Sequence[Any], merged: Sequence[str] = (), empty: int = 0) -> Callable[[], Any]:
    """A workbook with these rows, merged cells and sheets without a cell."""

    def make() -> Any:
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        for cells in merged:
            book.active.merge_cells(cells)
        for _ in range(empty):
            book.create_sheet()
        return book

    return make


@dataclass(frozen=True)
class Clumsy:
    """A table, and what becomes of it."""

    name: str
    """Its fault."""
    content: str | bytes | Callable[[], Any]
    facts: Facts | None = None
    """The facts that it has; None if nothing can be read of it."""
    error: str = ""
    """Refusal of it as it is: the place, what was found, and the change that helps."""
    change: str | tuple[str, str] = ""
    """Settings added to the mapping, or replaced in it, when it was refused."""
    mapping: str = TRADE
    remarks: Sequence[str] = ()
    """Settings that the report says were recognized."""
    report: Sequence[tuple[str, str, int]] = ()
    """Lines of the report beside those of the rows that were read and kept."""
    suffix: str = field(default="csv")


EUROPEAN = lines(HEADS, ("China", "Japan", "280530", 2024, "1.234,5", "10"),
                 ("Vietnam", "Japan", "284690", 2024, "7", "0,5"), mark=";")  # fmt: skip
KOREAN = lines(("수출국", "수입국", "HS코드", "연도", "금액(달러)", "중량(톤)"),
               ("중국", "일본", "280530", 2024, "1234.5", "10"),
               ("베트남", "일본", "284690", 2024, "7", "0.5"))  # fmt: skip
CHINESE = lines(("出口国", "进口国", "商品编码", "年份", "金额(美元)", "重量(吨)"),
                ("中国", "日本", "280530", 2024, "1234.5", "10"),
                ("越南", "日本", "284690", 2024, "7", "0.5"))  # fmt: skip
JAPANESE = lines(("輸出国", "輸入国", "HSコード", "年", "金額(ドル)", "重量(トン)"),
                 ("中国", "日本", "280530", 2024, "1234.5", "10"),
                 ("ベトナム", "日本", "284690", 2024, "7", "0.5"))  # fmt: skip
RUSSIAN = lines(("Экспортер", "Импортер", "Код ТН ВЭД", "Год", "Стоимость (долл.)", "Вес (т)"),
                ("CHN", "JPN", "280530", 2024, "1234.5", "10"),
                ("VNM", "JPN", "284690", 2024, "7", "0.5"))  # fmt: skip


def headed(*heads: str) -> str:
    """The mapping of trade for a table with these headings."""
    mapping = TRADE
    for old, new in zip(HEADS, heads, strict=True):
        mapping = mapping.replace(f": {old},", f": {new},").replace(f": {old}}}", f": {new}}}")
    return mapping


def with_heads(value: str, mass: str) -> tuple[str, str]:
    """The table of trade with other headings of its amounts, and its mapping."""
    heads = (*HEADS[:4], value, mass)
    table = lines(tuple(f'"{head}"' for head in heads), *ROWS)
    return table, TRADE.replace("usd: Value", f'usd: "{value}"').replace(
        "tonnes: Mass", f'tonnes: "{mass}"'
    )


def thousandfold(*factors: float) -> Facts:
    """The flows with their values and masses multiplied."""
    return [(*flow[:4], flow[4] * factors[0], flow[5] * factors[1]) for flow in FLOWS]


K_USD, K_MAPPING = with_heads("Value (1000 USD)", "Qty (kg)")
EURO, EURO_MAPPING = with_heads("Value, million EUR", "Mass")
TONS, TONS_MAPPING = with_heads("Value", "Mass (tons)")
YEARBOOK = workbook(
    ("TABLE 10",),
    ("COBALT: WORLD MINE PRODUCTION, BY COUNTRY OR LOCALITY1",),
    ("(Metric tons, contained cobalt)",),
    (),
    ("Country or locality2", None, 2018, None, 2019, None),
    ("Australia", None, 4880, None, 5746, "e"),
    ("Congo (Kinshasa)e, 3", None, 104_000, "r", 100_000, None),
    ("Morocco", None, "2,300 e", None, "W", None),
    ("Chile4", None, "--", None, "--", None),
    ("    Total", None, 111_000, None, 106_000, None),
    ("eEstimated.  rRevised.  W Withheld.  -- Zero.",),
    ("1Table includes data available through December 2, 2020.",),
    merged=("A1:F1", "A2:F2", "A3:F3", "A5:B5", "A11:F11", "A12:F12"),
)
YEARBOOK_ERROR = """\
clumsy.xlsx:8:3: tonnes: found '2,300 e', wanted a number; if 'e' refers to a note, set notes: \
["e"], and decimal: "." or decimal: ","
clumsy.xlsx:8:5: tonnes: found 'W', wanted a number; if it means unknown, set missing: ["--", "W"]
clumsy.xlsx:9:3: tonnes: found '--', wanted a number; if it means unknown, set missing: ["--", "W"]\
; if zero, aliases: {tonnes: {"--": 0}}
clumsy.xlsx:9:5: tonnes: found '--', wanted a number; if it means unknown, set missing: ["--", "W"]\
; if zero, aliases: {tonnes: {"--": 0}}"""
COBALT = [("AUS", "cobalt-ore", "2018", 4880.0), ("AUS", "cobalt-ore", "2019", 5746.0),
          ("CHL", "cobalt-ore", "2018", 0.0), ("CHL", "cobalt-ore", "2019", 0.0),
          ("COD", "cobalt-ore", "2018", 104_000.0), ("COD", "cobalt-ore", "2019", 100_000.0),
          ("MAR", "cobalt-ore", "2018", 2300.0)]  # fmt: skip
YEARBOOK_MAPPING = OUTPUT.replace("Country,", "Country or locality2,") + "header: 5\n"
NOTED = 'decimal: "."\nnotes: [e]\nmissing: [W]\naliases: {tonnes: {"--": 0}}\n'
IN_YEARS = [("AUS", "cobalt-ore", "2023", 5.0), ("AUS", "cobalt-ore", "2024", 6.0)]
TWO_ROWS = [("Country", "2023", None, "2024", None), (None, "t", "USD", "t", "USD"),
            ("Australia", 5, 50, 6, 60)]  # fmt: skip

TABLES = [
    # --- text
    Clumsy("semicolons and decimal commas", EUROPEAN, FLOWS, remarks=[
        "delimiter ';'", "decimal ',' and thousands '.' in usd", "decimal ',' in tonnes"]),
    Clumsy("Korean in cp949", KOREAN.encode("cp949"), FLOWS, mapping=headed(
        *KOREAN.split("\n")[0].split(",")), remarks=["encoding cp949"]),
    Clumsy("the yearbook of the USGS", YEARBOOK, COBALT,
           YEARBOOK_ERROR,
           NOTED, YEARBOOK_MAPPING, ["thousands ',' in tonnes"],
           [("left out", f"{NOTES_ALONE} 'eEstimated.  rRevised.  W Withheld.  -- '", 2),
            ("left out", "totals", 2), ("left out", "'e' beside a number of tonnes", 1),
            ("matched", "country 'Chile4' as CHL", 2),
            ("matched", "country 'Congo (Kinshasa)e, 3' as COD", 2)], "xlsx"),
    Clumsy("a title above the header", "Trade of 2024\n\n" + lines(HEADS, *ROWS), FLOWS,
           "clumsy.csv:3:1: found 6 values, wanted 1 as in the header; row 3 looks like the "
           "header: set header: 3 (and 2 more like it)", "header: 3\n"),
    Clumsy("another currency", EURO, None, "clumsy.csv:1:5: usd: found EUR, wanted USD: graphkit "
           "converts no currency, as any rate would be a choice of its own in the heading "
           "'Value, million EUR'", mapping=EURO_MAPPING),
    Clumsy("Chinese in GB18030", CHINESE.encode("gb18030"), FLOWS, mapping=headed(
        *CHINESE.split("\n")[0].split(",")), remarks=["encoding gb18030"]),
    Clumsy("Japanese in Shift-JIS", JAPANESE.encode("cp932"), FLOWS, mapping=headed(
        *JAPANESE.split("\n")[0].split(",")), remarks=["encoding cp932"]),
    Clumsy("Russian in Windows-1251", RUSSIAN.encode("cp1251"), FLOWS, mapping=headed(
        *RUSSIAN.split("\n")[0].split(",")), remarks=["encoding cp1251"]),
    Clumsy("UTF-16 of a spreadsheet program, with tabs", lines(HEADS, *ROWS, mark="\t").encode(
        "utf-16"), FLOWS, remarks=["encoding utf-16", "delimiter '\\t'"]),
    Clumsy("UTF-16 without a mark", lines(HEADS, *ROWS).encode("utf-16-be"), FLOWS,
           remarks=["encoding utf-16-be"]),
    Clumsy("UTF-8 with a mark", lines(HEADS, *ROWS).encode("utf-8-sig"), FLOWS),
    Clumsy("Western letters in Windows-1252", lines(HEADS, ("Côte d’Ivoire", *ROWS[0][1:])).encode(
        "cp1252"), [("CIV", *FLOWS[0][1:])], remarks=["encoding cp1252"]),
    Clumsy("Western letters that no name settles", lines((*HEADS, "Seller"), (*ROWS[0], "Café Ltd")
           ).encode("cp1252"), FLOWS[:1],
           "clumsy.csv:2: found bytes that are not UTF-8 and may be cp1252 ('Café Ltd'), mac-roman "
           "('CafÈ Ltd'), cp850 ('CafÚ Ltd'), cp1251 ('Cafй Ltd'), koi8-r ('CafИ Ltd'), cp866 "
           "('Cafщ Ltd'); set encoding: cp1252, or the one that reads well", "encoding: cp1252\n"),
    Clumsy("UTF-8 that is said to be Windows-1252", lines(HEADS, ("Türkiye", *ROWS[0][1:])),
           [("TUR", *FLOWS[0][1:])], "clumsy.csv:2: found 'Ã¼', which is UTF-8 read as cp1252; set "
           "encoding: utf-8", ("encoding: cp1252", "encoding: utf-8"),
           TRADE + "encoding: cp1252\n"),
    Clumsy("a name that was misread before", lines(HEADS, ("CÃ´te d'Ivoire", *ROWS[0][1:])),
           [("CIV", *FLOWS[0][1:])], report=[("matched", "exporter \"CÃ´te d'Ivoire\" as CIV", 1)]),
    Clumsy("bars between columns", lines(HEADS, *ROWS, mark="|"), FLOWS, remarks=["delimiter '|'"]),
    Clumsy("the delimiter in a first line", "sep=;\n" + lines(HEADS, *ROWS, mark=";"), FLOWS,
           remarks=["delimiter ';'"]),
    Clumsy("two marks that divide all rows", lines(("From", "To", "Code", "Year", "Value;kg",
           "Mass"), ("China", "Japan", "280530", 2024, "9;9", "10")), [(*FLOWS[0][:4], None, 10.0)],
           "clumsy.csv: ',' and ';' divide its rows into columns; set delimiter: ',' in the "
           "mapping, or ';'", 'delimiter: ","\n', TRADE.replace("usd: Value, ", "")),
    Clumsy("quotes, blanks and codes that are protected", '"From", "To",Code,Year,Value,Mass\n\n'
           '"China",  Japan ,"=""280530""",2024,"1,234.5", 10 \n , , , , , \n'
           "Vietnam,Japan,2846.90,2024,7,0.5\n", FLOWS,
           mapping=TRADE, remarks=["thousands ',' in usd"]),
    Clumsy("a torn row", lines(HEADS, *ROWS, ("China", "Japan", "280530"), (
        "China", "Japan", "280530", 2023, 1, 1)), None,
           "clumsy.csv:4:1: found 3 values, wanted 6 as in the header"),
    # --- numbers
    Clumsy("blanks between thousands", lines(HEADS, (*ROWS[0][:4], "1\u202f234,5", "10"), ROWS[1],
           mark="\t"), FLOWS, remarks=[
               "delimiter '\\t'", "decimal ',' and thousands '\\u202f' in usd"]),
    Clumsy("apostrophes between thousands", lines(HEADS, ("China", "Japan", "280530", 2024,
           "1'234.5", "10"), ROWS[1]), FLOWS, remarks=["thousands \"'\" in usd"]),
    Clumsy("a point that may mark thousands", lines(HEADS, (*ROWS[0][:4], "1.234", "10"), mark=";"),
           [(*FLOWS[0][:4], 1234.0, 10.0)], "clumsy.csv:2:5: usd: found '1.234', in which '.' may "
           'mark decimals or thousands; set decimal: "." or decimal: ","', 'decimal: ","\n',
           remarks=["delimiter ';'", "thousands '.' in usd"]),
    Clumsy("a comma before three digits, beside blanks", lines(
        HEADS, (*ROWS[0][:4], "2,000", "10"), (*ROWS[1][:4], "6 500", "1"), mark=";"),
           [(*FLOWS[0][:4], 2.0, 10.0), (*FLOWS[1][:4], 6500.0, 1.0)],
           "clumsy.csv:2:5: usd: found '2,000', in which ',' may mark decimals or thousands; set "
           'decimal: "." or decimal: ","', 'decimal: ","\n',
           remarks=["delimiter ';'", "thousands ' ' in usd"]),
    Clumsy("a comma that another cell settles", lines(
        HEADS, (*ROWS[0][:4], "2,000", "10"), (*ROWS[1][:4], "6 500,5", "1"), mark=";"),
           [(*FLOWS[0][:4], 2.0, 10.0), (*FLOWS[1][:4], 6500.5, 1.0)],
           remarks=["delimiter ';'", "decimal ',' and thousands ' ' in usd"]),
    Clumsy("a point that another column settles", lines(HEADS, (*ROWS[0][:4], "1.234", "0,5"),
           mark=";"), [(*FLOWS[0][:4], 1234.0, 0.5)], remarks=[
               "delimiter ';'", "decimal ',' and thousands '.' in usd", "decimal ',' in tonnes"]),
    Clumsy("two ways of writing numbers", lines(HEADS, (*ROWS[0][:4], '"1,234.5"', "10"), (
        *ROWS[1][:4], '"1.234,5"', "1"), ("China", "Japan", "284690", 2024, '"2,000.5"', 1)), None,
           "clumsy.csv:3:5: usd: found '1.234,5', wanted a number, as in '1,234.5'"),
    Clumsy("a unit behind each number", lines(HEADS, (*ROWS[0][:5], "10 kg"), (
        *ROWS[1][:5], "500 kg")),
           [(*FLOWS[0][:5], 0.01), (*FLOWS[1][:5], 0.5)],
           "clumsy.csv:2:6: tonnes: found '10 kg', wanted a number; set units: {tonnes: kg} and "
           'notes: ["kg"] (and 1 more like it)', 'units: {tonnes: kg}\nnotes: ["kg"]\n',
           report=[("left out", "'kg' beside a number of tonnes", 2)]),
    Clumsy("words for unknown values", lines(HEADS, (*ROWS[0][:5], "n/d"), (*ROWS[1][:5], "..")),
           [(*FLOWS[0][:5], None), (*FLOWS[1][:5], None)], "clumsy.csv:2:6: tonnes: found 'n/d', "
           'wanted a number; if it means unknown, set missing: ["..", "n/d"] (and 1 more like it)',
           'missing: ["..", "n/d"]\n'),
    Clumsy("bounds and ranges", lines(HEADS, (*ROWS[0][:5], "<5"), (*ROWS[1][:5], "5-10")),
           [(*FLOWS[0][:5], None), (*FLOWS[1][:5], None)], "clumsy.csv:2:6: tonnes: found '<5', "
           'wanted a number; if it means unknown, set missing: ["5-10", "<5"] (and 1 more like it)',
           'missing: ["5-10", "<5"]\n'),
    # --- headings
    Clumsy("units in headings", K_USD, thousandfold(1e3, 1e-3), mapping=K_MAPPING, remarks=[
        "usd in kUSD, by its heading 'Value (1000 USD)'",
        "tonnes in kg, by its heading 'Qty (kg)'"]),
    Clumsy("a heading of tons", TONS, FLOWS, "clumsy.csv:1:6: tonnes: found 'tons', which may be "
           "tonnes or short tons in the heading 'Mass (tons)'; set units: {tonnes: t}, or other",
           "units: {tonnes: t}\n", TONS_MAPPING),
    Clumsy("a unit in the title", "Trade (thousand US dollars)\n" + lines(HEADS, *ROWS),
           thousandfold(1e3, 1), "clumsy.csv:1:1: usd: found kUSD in the title 'Trade (thousand US "
           "dollars)'; set units: {usd: kUSD} if that is its unit, or another one",
           "units: {usd: kUSD}\n", TRADE + "header: 2\n"),
    Clumsy("two rows of headings with merged cells", workbook(*TWO_ROWS, merged=("A1:A2", "B1:C1",
           "D1:E1")), IN_YEARS, "clumsy.xlsx:2:1: found 5 values, wanted 4 as in the header; rows "
           "1 and 2 look like one header: set header: 1-2 (and 1 more like it)",
           "header: 1-2\n", OUTPUT.replace("<year>", "<year> t"), suffix="xlsx"),
    Clumsy("a row of units below the header", lines(HEADS, (*[""] * 4, "USD", "t"), *ROWS), FLOWS,
           "clumsy.csv:2:1: found 'USD' and 't' above numbers; if the row belongs to the header, "
           "set header: 1-2", "header: 1-2\n"),
    Clumsy("no mapped columns", lines(("exporter", "importer", "hs", "period", "usd", "tonnes"),
           *ROWS), FLOWS, mapping=TRADE.replace(TRADE.split("\n")[1], "columns: {}")),
    Clumsy("years as headings", lines(("Country", 2023, "2024 p"), ("Australia", 5, 6), (
        "Chile", "", "")), IN_YEARS, "", "", OUTPUT + "notes: [p]\n",
           report=[("left out", f"{NOTES_ALONE} 'Chile'", 1)]),
    # --- names and rows
    Clumsy("names in six languages", lines(HEADS, *(
        (name, "Japan", "280530", 2000 + n, 1, 1) for n, name in enumerate(
            ("Südkorea", "Corée du Sud", "Corea del Sur", "대한민국", "韓国", "韩国")))),
           [("KOR", "JPN", "ree-metals", str(2000 + n), 1.0, 1.0) for n in range(6)]),
    Clumsy("codes without leading zeros, and of two letters", lines(HEADS, (
        32, 36, *ROWS[0][2:]), (56, "jp", *ROWS[1][2:]), (251, "842", *ROWS[1][2:])),
           [("ARG", "AUS", *FLOWS[0][2:]), ("BEL", "JPN", *FLOWS[1][2:]),
            ("FRA", "USA", *FLOWS[1][2:])]),
    Clumsy("names with the signs of notes", lines(HEADS, ("China¹", "Japan[a]", *ROWS[0][2:]), (
        "Vietnam*", "Japan 2", *ROWS[1][2:])), FLOWS, report=[
            ("matched", "exporter 'China¹' as CHN", 1),
            ("matched", "exporter 'Vietnam*' as VNM", 1),
            ("matched", "importer 'Japan 2' as JPN", 1),
            ("matched", "importer 'Japan[a]' as JPN", 1)]),
    Clumsy("totals in the language of the table", lines(HEADS, *ROWS, (
        "Insgesamt", "Japan", "", 2024, "1241.5", "10.5")), FLOWS,
           report=[("left out", "totals", 1)]),
    Clumsy("notes below the table", workbook(HEADS, *ROWS, (), ("Source: customs office",), (
        "* estimated",)), FLOWS, suffix="xlsx",
           report=[("left out", f"{NOTES_ALONE} 'Source: customs office'", 2)]),
    Clumsy("notes that are torn", lines(HEADS, *ROWS, ("Source: customs", " 2024")), FLOWS,
           "clumsy.csv:4:1: found 2 values, wanted 6 as in the header; if the table ends above, "
           "set last: 3", "last: 3\n"),
    Clumsy("cells merged over rows", workbook(HEADS, ROWS[0], (None, "Norway", *ROWS[1][2:]),
           merged=("A2:A3",)), [FLOWS[0], ("CHN", "NOR", *FLOWS[1][2:])],
           "clumsy.xlsx:3:1: exporter: missing; EXPORTS needs it (Who sold.); if an empty cell "
           "repeats the one above it, set fill: [exporter]", "fill: [exporter]\n", suffix="xlsx"),
    Clumsy("codes that are given once", lines(HEADS, ROWS[0], (*ROWS[1][:2], "", *ROWS[1][3:])),
           [FLOWS[0], ("VNM", "JPN", "ree-metals", *FLOWS[1][3:])],
           "clumsy.csv:3:3: product: missing; EXPORTS needs it (What was sold.); if an empty cell "
           "repeats the one above it, set fill: [hs]", "fill: [hs]\n"),
    Clumsy("empty sheets beside the table", workbook(HEADS, *ROWS, empty=2), FLOWS, suffix="xlsx",
           remarks=["sheet 'Sheet', the only one with cells"]),
    Clumsy("a sheet of numbers as text, and of true numbers", workbook(HEADS, (
        *ROWS[0][:2], 280530, 2024.0, "1,234.5", 10), ROWS[1]), FLOWS, suffix="xlsx",
           remarks=["thousands ',' in usd"]),
    Clumsy("a formula that nobody computed", workbook(HEADS, (*ROWS[0][:4], "=1200+34.5", "10")),
           None, "clumsy.xlsx:2:5: found a formula without its value, wanted one; open the "
           "workbook in a spreadsheet program and save it", suffix="xlsx"),
    Clumsy("codes that lost their zeros", lines(HEADS, (*ROWS[0][:2], "10121", *ROWS[0][3:])), None,
           "clumsy.csv:2:3: hs: found '10121', wanted 6 digits; a program that takes codes for "
           "numbers loses their leading zeros"),
]  # fmt: skip


@dataclass(frozen=True)
class Files:
    """A table and its mapping in a folder."""

    path: Path
    mapping: Path


def written(table: Clumsy, folder: Path) -> Files:
    path, mapping = folder / f"clumsy.{table.suffix}", folder / "map.yaml"
    if callable(table.content):
        table.content().save(path)
    else:
        content = table.content
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    mapping.write_text(table.mapping, encoding="utf-8")
    return Files(path, mapping)


def changed(table: Clumsy) -> str:
    """The mapping after the change that the error advises."""
    if isinstance(table.change, tuple):
        return table.mapping.replace(*table.change)
    return table.mapping + table.change


def facts(table: Clumsy, rows: pa.Table) -> list[tuple[Any, ...]]:
    kind = table.mapping.partition("\n")[0].removeprefix("kind: ")
    return sorted((tuple(row[n] for n in KINDS[kind]) for row in rows.to_pylist()), key=str)


def read(files: Files, reference: Reference) -> ReadTable:
    *_, rows = read_table(files.path, files.mapping, reference)
    if rows.problems:
        raise SeedError(one_a_column(rows.problems))
    return rows


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_clumsy_table_is_read_or_refused_with_the_change_that_helps(table, reference, tmp_path):
    files = written(table, tmp_path)
    if table.error:
        with pytest.raises(GraphkitError) as raised:
            read(files, reference)
        assert str(raised.value) == table.error
        files.mapping.write_text(changed(table), encoding="utf-8")
    if table.facts is not None:
        assert facts(table, read(files, reference).rows) == sorted(table.facts, key=str)


@pytest.mark.parametrize(
    "table", others_long([t for t in TABLES if t.facts], 1), ids=lambda table: table.name
)
def test_an_imported_clumsy_table_says_how_it_was_read(table, reference, tmp_path):
    files, seeds = written(table, tmp_path), tmp_path / "seeds"
    files.mapping.write_text(changed(table), encoding="utf-8")
    report = import_table(files.path, files.mapping, seeds, reference)

    kind = table.mapping.partition("\n")[0].removeprefix("kind: ")
    assert facts(table, read_seeds(seeds)[kind]) == sorted(table.facts, key=str)
    assert report.remarks == [*table.remarks]
    own = [line[:3] for line in report.lines if line[0] not in ("read", "kept")]
    assert own == [*table.report]


def test_the_mapping_of_the_documentation_reads_the_yearbook(reference, tmp_path):
    page = (Path(__file__).parents[1] / "docs" / "import.md").read_text(encoding="utf-8")
    [mapping] = [m for m in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if "<year>" in m]
    [table] = [table for table in TABLES if table.content is YEARBOOK]
    files = written(table, tmp_path)
    files.mapping.write_text(mapping, encoding="utf-8")

    assert facts(table, read(files, reference).rows) == sorted(COBALT, key=str)
