"""Previews of a table and drafts of its mapping, and the command that imports it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import openpyxl
import pytest
import test_import_table
from saying import unsaid
from test_clumsy_tables import TWO_ROWS, YEARBOOK, workbook
from test_import_table import ROWS, write

from graphkit.cli.app import run
from graphkit.errors import GraphkitError
from graphkit.importers.table.drafts import draft_mapping, number_marks
from graphkit.importers.table.importer import check_table, import_table
from graphkit.seeds.facts import read_seeds

mapping = test_import_table.mapping

# --- preview, and the command


def test_a_preview_has_ten_rows_and_every_problem(mapping, reference, tmp_path):
    rows = [("CHN", "KOR", "280530", 2000 + n, n, "heavy", None) for n in range(12)]
    checked = check_table(write(tmp_path / "t.csv", rows), mapping, reference)

    assert len(checked.first()) == 10
    assert "tonnes" not in checked.first().column_names
    [problem] = map(str, checked.problems)
    assert unsaid(problem, "t.csv:2:6: tonnes: … 'heavy' … number") == []
    assert unsaid(problem, 'missing: ["heavy"]', "11 more") == []
    assert checked.unused == ["Remark"]


def test_goods_that_are_codes_are_taken_for_codes(reference, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(
        "Seller,Buyer,Product,Year,Value (USD)\n"
        "China,Japan,2805.30,2024,7\nChina,Japan,850511,2023,5\n"
    )
    draft = draft_mapping(path).replace("TODO", "mine")
    assert 'hs: "Product"' in draft
    mapping = tmp_path / "map.yaml"
    mapping.write_text(draft.replace('hs: "', 'product: "'), encoding="utf-8")

    with pytest.raises(GraphkitError, match=r"\bhs\b.*\bproduct\b"):
        import_table(path, mapping, tmp_path / "seeds", reference)
    mapping.write_text(draft, encoding="utf-8")
    assert import_table(path, mapping, tmp_path / "seeds", reference)


@pytest.mark.parametrize(("name", "delimiter"), [("t.csv", ";"), ("t.csv", ","), ("t.xlsx", "")])
def test_the_draft_of_a_mapping_can_be_filled_in_and_used(name, delimiter, reference, tmp_path):
    heads = ("Exporter", "Partner (importer)", "HS code", "Year", "Value in USD", "Net weight", "x")
    path = tmp_path / name
    if delimiter:
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=delimiter).writerows([heads, *ROWS])
    else:
        book = openpyxl.Workbook()
        for row in (heads, *ROWS):
            book.active.append(row)
        book.save(path)
    draft = draft_mapping(path)
    assert "# not taken: x (such as x)" in draft
    mapping = tmp_path / "map.yaml"
    mapping.write_text(draft.replace("TODO", "mine"), encoding="utf-8")

    import_table(path, mapping, tmp_path / "seeds", reference)
    [first, *_] = sorted(r["usd"] for r in read_seeds(tmp_path / "seeds")["EXPORTS"].to_pylist())
    assert first == 7.0


@pytest.mark.parametrize(
    ("values", "encoding", "delimiter", "stated"),
    [
        (["1234.5", "7"], "utf-8", ",", []),
        (["1.234,5", "7"], "utf-8", ";", ['delimiter: ";"', 'decimal: ","', 'thousands: "."']),
        (["1 234,5", "7"], "cp1252", "\t",
         ['encoding: "cp1252"', 'delimiter: "\\t"',
          "# TODO: t.csv:2: … UTF-8 … cp1252 ('Côte'), mac-roman "
          "('CÙte'), cp850 ('C¶te'), cp1257 ('Cōte'), gb18030 ('C魌e'), cp1251 ('Cфte') … "
          "encoding: cp1252",
          'decimal: ","', 'thousands: " "']),
        (["12,5", "n/d"], "utf-16", ";",
         ['encoding: "utf-16"', 'delimiter: ";"', 'decimal: ","', 'missing: ["n/d"]']),
        (["1,234", "7"], "utf-8", ";",
         ['delimiter: ";"', 'thousands: ","',
          "# TODO: ',' … '1,234' … thousands … decimal"]),
        (["1.234", "7"], "utf-8", ",",
         ["# TODO: '.' … '1.234' … decimal … thousands"]),
    ],
)  # fmt: skip
def test_a_draft_states_how_a_table_is_written(values, encoding, delimiter, stated, tmp_path):
    path = tmp_path / "t.csv"
    heads = ("Exporter", "Importer", "HS", "Year", "Value")
    rows = [heads, *(("Côte", "KOR", "280530", 2020 + n, v) for n, v in enumerate(values))]
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)

    lines = draft_mapping(path).splitlines()
    [dataset] = [n for n, line in enumerate(lines) if line.startswith("dataset")]
    drafted = lines[dataset + 1 :]
    assert [*map(unsaid, drafted, stated)] == [[]] * len(stated) == [[]] * len(drafted)


@pytest.mark.parametrize(
    ("heads", "name", "kind"),
    [
        (("From", "To", "HS code", "Year", "Value"), "t", "EXPORTS"),
        (("Country", "Mineral", "Year", "Production"), "t", "PRODUCES"),
        (("Country", "Mineral", "Year", "Reserves (t)"), "t", "HOLDS"),
        (("Country", "Mineral", "Year", "Tonnes"), "reserves-2025", "HOLDS"),
        (("Country", "Year", "Score"), "governance", "RATED"),
        (("hs", "partner", "reporter", "year", "usd", "tonnes"), "t", "EXPORTS"),
        (("Land", "Käufer", "Jahr", "Wert"), "t", "EXPORTS"),
        (("Pays", "Année", "Valeur"), "indice", "RATED"),
        (("Exporteur", "Importeur", "HS", "Jahr", "Wert"), "t", "EXPORTS"),
        (("수출국", "수입국", "품목", "연도", "금액"), "t", "EXPORTS"),
        (("Country code", "Mineral", "Year", "Production"), "t", "PRODUCES"),
    ],
)
def test_a_draft_is_of_the_kind_that_the_columns_suggest(heads, name, kind, tmp_path):
    path = tmp_path / f"{name}.csv"
    path.write_text(",".join(heads) + "\n", encoding="utf-8")

    assert f"kind: {kind}" in draft_mapping(path).splitlines()


HEADINGS = {
    "en": ("Country of origin", "Destination", "HS code", "Year", "Value (1000 USD)", "Qty (t)"),
    "de": ("Ursprungsland", "Bestimmungsland", "HS-Code", "Jahr", "Wert (Tsd. USD)", "Menge (t)"),
    "fr": ("Pays d'origine", "Pays de destination", "Code SH", "Année", "Valeur (milliers USD)",
           "Quantité (tonnes)"),
    "es": ("País de origen", "País de destino", "Código SA", "Año", "Valor (miles USD)",
           "Peso (toneladas)"),
    "pt": ("País de origem", "Importador", "NCM", "Ano", "Valor (mil dólares)", "Quantidade (t)"),
    "it": ("Paese di origine", "Paese di destinazione", "Codice SA", "Anno",
           "Valore (migliaia di US$)", "Quantità (t)"),
    "ko": ("수출국", "수입국", "HS코드", "연도", "금액(천 달러)", "중량(톤)"),
    "ja": ("輸出国", "輸入国", "HSコード", "年", "金額（千ドル）", "数量（トン）"),
    "zh": ("出口国", "进口国", "商品编码", "年份", "金额（千美元）", "数量（吨）"),
    "ru": ("Экспортер", "Импортер", "Код ТН ВЭД", "Год", "Стоимость, тыс. долл.", "Вес, т"),
}  # fmt: skip


@pytest.mark.parametrize("heads", HEADINGS.values(), ids=HEADINGS.keys())
def test_headings_are_drafted_in_ten_languages_with_their_units(heads, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(";".join(heads) + "\nCHN;JPN;280530;2024;7;1\n", encoding="utf-8")
    lines = draft_mapping(path).splitlines()

    properties = ("exporter", "importer", "hs", "period", "usd", "tonnes")
    columns = [f"  {prop}: {json.dumps(head, ensure_ascii=False)}"
               for prop, head in zip(properties, heads, strict=True)]  # fmt: skip
    start = lines.index("columns:") + 1
    assert lines[start : start + len(columns)] == columns
    is_sure = heads != HEADINGS["pt"]  # "mil" of Portuguese is a million elsewhere
    doubts = [line for line in lines if line.startswith("# TODO: usd:")]
    assert ("units: {usd: kUSD}" in lines, doubts == []) == (is_sure, is_sure)
    for doubt in doubts:
        assert unsaid(doubt, f"'mil' … thousands or millions … \"{heads[4]}\"") == []


def test_a_file_of_baci_is_sent_to_its_importer(tmp_path):
    path = tmp_path / "BACI_HS92_Y2024_V202601 (1).csv"
    path.write_text("t,i,j,k,v,q\n2024,156,410,280530,12.5,3\n", encoding="utf-8")

    with pytest.raises(GraphkitError, match=r"\(1\)\.csv .*CEPII BACI.*'graphkit import baci"):
        draft_mapping(path)


def test_a_draft_of_trade_asks_for_the_end_that_no_column_names(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("Land;Käufer;Jahr;Wert\nChina;Japan;2024;1,5\n", encoding="utf-8")
    lines = draft_mapping(path).splitlines()

    assert {'  importer: "Käufer"', '  period: "Jahr"', '  usd: "Wert"'} <= set(lines)
    [todo] = [line for line in lines if line.startswith("# TODO: exporter")]
    assert unsaid(todo, "column", "defaults") == []
    assert any(unsaid(line, "# not taken: Land … China") == [] for line in lines)


def test_a_sheet_with_titles_and_years_is_drafted_with_its_header(tmp_path):
    YEARBOOK().save(tmp_path / "cobalt.xlsx")

    assert draft_mapping(tmp_path / "cobalt.xlsx").splitlines()[1:] == [
        "kind: PRODUCES",
        "columns:",
        '  country: "Country or locality2"',
        '  tonnes: "<year>"',
        "# units: {usd: kUSD, tonnes: kg}",
        "defaults: {basis: TODO, observed: true}",
        "source: {key: TODO, title: TODO, publisher: TODO, licence: not stated}",
        "header: 5",
        'missing: ["--", "W"]',
        '# TODO: "--" is taken for unknown; or zero? aliases: {PROPERTY: {"--": 0}}',
    ]


def test_a_header_of_two_rows_is_drafted_as_one(tmp_path):
    workbook(*TWO_ROWS)().save(tmp_path / "t.xlsx")
    lines = draft_mapping(tmp_path / "t.xlsx").splitlines()

    assert {'  tonnes: "<year> t"', "header: 1-2"} <= set(lines)


def test_a_column_of_kilograms_is_drafted_as_one(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("Exporter,Importer,Year,Weight (kg)\nCHN,KOR,2024,5\n", encoding="utf-8")

    assert "units: {tonnes: kg}" in draft_mapping(path).splitlines()


@pytest.mark.parametrize(
    ("texts", "marks"),
    [
        (["5", "1234.5"], [(".", "")]),
        (["1,234.5"], [(".", ",")]),
        (["1'234.5"], [(".", "'")]),
        (["1,234"], [(".", ","), (",", "")]),
        (["1.234"], [(".", ""), (",", ".")]),
        (["much"], []),
    ],
)
def test_marks_of_numbers_are_told_by_the_texts(texts, marks):
    assert number_marks(texts) == marks


def test_a_preview_says_what_is_dropped_and_why(mapping, tmp_path, capfd):
    rows = [*ROWS, ("Ruritania", "KOR", "280530", 2024, 3, 1, None),
            ("China", "KOR", "010121", 2024, 9, 1, None)]  # fmt: skip
    path = str(write(tmp_path / "flows.csv", rows))

    assert run(["import", "table", path, "--mapping", str(mapping), "--preview"]) == 0
    assert capfd.readouterr().err.splitlines() == [
        "graphkit: left out: HS codes that are not mainly for one product: 1 row",
        "graphkit: left out: unknown names: 1 row",
        "graphkit: not taken: Remark",
        "graphkit: unknown: exporter Ruritania: 0.2 % of the value",
    ]


def test_from_table_to_answer_in_three_commands(mapping, tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path, seeds = str(write(tmp_path / "flows.csv")), str(tmp_path / "seeds")
    by = ["--mapping", str(mapping)]

    assert run(["import", "table", path, "--preview"]) == 0
    assert capfd.readouterr().out.startswith("# A draft for flows.csv: 3 rows.")
    assert run(["import", "table", path, *by, "--preview", "-f", "json"]) == 0
    assert [row["usd"] for row in json.loads(capfd.readouterr().out)] == [1234500, 50250, 7000]
    assert not Path(seeds).exists()
    assert run(["import", "table", path, *by, "-o", seeds, "-f", "json"]) == 0
    assert json.loads(capfd.readouterr().out)[-1]["what"] == "kept"
    assert run(["depends", "KOR", "--for", "ree-metals", "--db", seeds, "-f", "json"]) == 0
    [first] = json.loads(capfd.readouterr().out)["rows"]
    assert (first["supplier"], first["suppliers"]) == ("CHN", 2)
    assert first["share_usd"] == pytest.approx(1234.5 / 1284.75)
    assert first["dataset"] == "my-customs"


@pytest.mark.parametrize("more", [["-o", "seeds"], ["--preview"]])
def test_problems_are_one_line_each_and_exit_code_3(mapping, tmp_path, monkeypatch, capfd, more):
    monkeypatch.chdir(tmp_path)
    rows = [("CHN", "KOR", "280530", 2024, "much", 1, None)]
    path = str(write(tmp_path / "flows.csv", rows))

    assert run(["import", "table", path, "--mapping", str(mapping), *more]) == 3
    *_, problem, total = capfd.readouterr().err.splitlines()
    assert unsaid(problem, "flows.csv:2:5: usd: … 'much' … number") == []
    assert total == "graphkit: 1 problem in 1 file; nothing was loaded"
    assert not (tmp_path / "seeds").exists()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ([], "graphkit: --mapping: wanted a file; --preview without it drafts one\n"),
        (["--mapping", "m"], "graphkit: -o: wanted the folder of seeds to write into\n"),
    ],
)
def test_what_is_left_out_of_a_command_is_one_line(more, message, tmp_path, capfd):
    assert run(["import", "table", str(write(tmp_path / "t.csv")), *more]) == 2
    assert capfd.readouterr().err == message
