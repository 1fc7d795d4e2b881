"""Tables and answers in every format, whatever is in them."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from pyarrow import parquet
from saying import Naming

from graphkit.answers.answer import Answer
from graphkit.answers.coverage import Coverage, Pool, Series
from graphkit.api import Session
from graphkit.errors import GraphkitError, UsageError, visible
from graphkit.pages.columns import TextColumn, cell_width
from graphkit.pages.plain import text_table
from graphkit.render.answer import coverage_lines
from graphkit.render.formats import FORMATS, TABULAR, View, choose_format, show_answer, show_table
from graphkit.render.json import as_object
from graphkit.stores.duck.store import DuckStore

HOSTILE = "\x1b]0;pwned\x07\x1b[2J\x9b31m\r\u202ecod\u2066.exe\x00\n\t\u2028end"


@pytest.fixture(scope="module")
def answer(sliced_file: Path) -> Iterator[Answer]:
    with DuckStore(sliced_file) as store:
        yield Session(store).depends("KOR", on="CHN", scope="rare earths", period="2024")


@pytest.fixture(scope="module")
def long_answer(sliced_file: Path) -> Iterator[Answer]:
    with DuckStore(sliced_file) as store:
        yield Session(store).dependents("CHN", scope="rare earths", period="2024")


@pytest.fixture
def shown(capsys, monkeypatch):
    """Show a table or an answer in a format, on a page of a width."""

    def show(what: pa.Table | Answer, form: str, columns: int = 120, title: str = "") -> str:
        monkeypatch.setenv("COLUMNS", str(columns))
        if isinstance(what, Answer):
            show_answer(what, form, view=View(long=True))
        else:
            show_table(what, form, title=title)
        return capsys.readouterr().out

    return show


# --- tables for people


@pytest.mark.parametrize("columns", [80, 100, 120, 200])
@pytest.mark.parametrize("which", ["answer", "long_answer"])
def test_an_answer_fits_the_terminal_with_no_word_broken(request, shown, which, columns):
    answer = request.getfixturevalue(which)
    text = shown(answer, "table", columns)

    links = re.compile(r"https?://\S+")
    assert max(cell_width(links.sub("", line)) for line in text.splitlines()) <= columns
    words = {word.removesuffix(",") for word in text.split()}
    whole = " ".join(text.split())
    names = {answer.names[key] for key in answer.rows["product"].to_pylist()}
    assert {word for name in names for word in name.split()} <= words
    for claim in whole.split("Source: ")[1:12]:
        assert claim
    rows = re.findall(r"\d+\.\d %", text)
    assert len(rows) >= 2 * min(len(answer.rows), 3)


def test_the_drawn_answer_says_the_scope_of_its_numbers(shown, answer):
    text = " ".join(shown(answer, "table", 160).split())

    assert text == Naming(
        "Consumer South Korea (KOR), supplier China (CHN), period 2024",
        "Shares … South Korea imports",
    )
    assert "Rare-earth compounds Refined material 47.0 % 64.4 % 41.4 M" in text
    assert text == Naming(
        "47.5 % of imports … South Korea from China, Rare earths, 2024 … not stated",
        "47.5 % … Rare earths Rare-earth compounds + Rare-earth metals … own sum … "
        "50.3 % +2.8 65.2 % +17.7",
        "2024, HS92, gross weight … both sides … data set baci-hs92, source cepii-baci-hs92 … "
        "Rare-earth compounds (HS 284610+284690, dominant)",
        "without trade data … Dysprosium chloride",
        "Licence: Etalab Open Licence 2.0",
        "Face value … last seller",
    )


def lines_of(coverage: Coverage) -> list[str]:
    return coverage_lines(Answer("", {}, pa.table({}), (), coverage, pa.table({})))


def test_products_that_are_counted_alike_share_a_line_of_the_coverage():
    series = tuple(
        Series(product, period, "reconciled", "d", "s", hs, "HS92", "gross", "fob", flows=1,
               usd=1.0, tonnes=1.0, flows_without_tonnes=0, usd_without_tonnes=None,
               periods=(period,))
        for product, period, hs in (("a", "2020", "1"), ("a", "2024", "1"), ("b", "2024", "2"),
                                    ("c", "2020", "3"), ("c", "2024", "3"))
    )  # fmt: skip
    how = "HS92, gross weight … both sides reconciled … data set d, source s"
    first, second = lines_of(Coverage(series=series))
    assert first == Naming(f"2020, 2024 … {how} … a (HS 1), c (HS 3)")
    assert second == Naming(f"2024 … {how} … b (HS 2)")


@pytest.mark.parametrize(("pools", "lines"), [(6, 6), (7, 2)])
def test_many_products_of_a_look_through_share_a_line(pools, lines):
    every = tuple(
        Pool(f"p{n}", "mine", "usd", nodes=3, flows=3, flows_without_measure=0, self_flows=0,
             amount=9.0, observed=0, inferred=1, missing=2, observed_share=0.03,
             inferred_share=0.33, missing_share=0.63, oversold=0, untraceable=0,
             without_upstream=0, short_of_input=0, short_share=None, traded=n > 0)
        for n in range(pools)
    )  # fmt: skip
    stated = lines_of(Coverage(network=every))

    assert len(stated) == lines
    if lines == 2:
        assert stated[0] == Naming(
            "published / inferred … / unknown, in %",
            ", ".join(f"p{n} 3 / 33 / 63" for n in range(1, pools)),
        )
        assert stated[1] == Naming("No trade … p0")


@pytest.mark.parametrize(("form", "stated"), [("csv", ""), ("ndjson", ""), ("table", "out")])
def test_an_answer_without_rows_says_why(graphkit, form, stated):
    code, out, err = graphkit("depends", "KOR", "--on", "KOR", "--for", "magnets", "--format", form)
    why = "no flow … South Korea … itself"

    assert code == 0
    assert (err if stated else out, err.count("\n")) == (Naming(), 0 if stated else 1)
    assert (out if stated else err) == Naming(why)
    assert (err if stated else out) != Naming(why)


def test_claims_that_data_stand_beside_come_first_then_shares_the_newest_first(sliced_file, shown):
    with DuckStore(sliced_file) as store:
        answer = Session(store).depends("KOR")
    text = shown(answer, "table", 300)
    block = text.split("Published claims in this scope\n")[1].split("\n\n")[0]
    lines = [line.strip() for line in block.splitlines()]

    assert lines[0] == Naming("47.5 % of imports … South Korea from China, Rare earths, 2024")
    assert lines[1] == Naming("80 % of imports … South Korea from China, Rare-earth metals, 2024")
    assert all(re.match(r"(about )?[\d.]+ % of imports: South Korea", line) for line in lines[:12])
    years = [int(re.search(r", (20\d\d)", line)[1]) for line in lines[2:12]]
    assert years == sorted(years, reverse=True)
    assert lines[12] == Naming(f"{len(answer.claims) - 12} more … JSON")


def test_one_sentence_about_several_elements_is_one_line(shown, answer):
    text = " ".join(shown(answer, "table").split())
    assert text.count("may run short") == 1
    claim = "may run short … South Korea from China … Dysprosium, Neodymium, Terbium … reex-"
    assert text == Naming(claim)


def test_a_table_that_is_too_narrow_leaves_out_columns_and_names_them(shown, long_answer):
    text = shown(long_answer, "table", 50)
    head = text.split("─")[0]

    assert "Consumer" in head
    assert "Tonnes" not in head
    said = re.search(r"(\d+) columns? hidden \((.+)\): --wide\.", " ".join(text.split()))
    assert said
    assert int(said[1]) == len(said[2].split(", "))
    assert "Suppliers" in said[2]
    assert "No weight" in said[2]


def test_a_wide_table_has_every_column_and_the_sentences_stay_narrow(
    long_answer, capsys, monkeypatch
):
    monkeypatch.setenv("COLUMNS", "50")
    show_answer(long_answer, "table", view=View(long=True, wide=True))
    text = capsys.readouterr().out

    assert "hidden" not in text
    [head] = [line for line in text.splitlines() if "Consumer" in line and "No weight" in line]
    assert cell_width(head) > 50
    assert all(cell_width(line) <= 50 for line in text.split("\n\n")[0].splitlines())


@pytest.mark.parametrize("form", ["table", "csv", "json", "markdown"])
def test_a_view_shows_the_first_rows_and_says_how_many_there_are(long_answer, form, capsys):
    show_answer(long_answer, form, view=View(top=3))
    text, every = capsys.readouterr().out, len(long_answer.rows)

    if form == "csv":
        assert len(text.splitlines()) == 4
    elif form == "json":
        assert len(json.loads(text)["rows"]) == 3
        assert Naming(f"{every} rows … 3") in json.loads(text)["notes"]
    else:
        left = f"{every - 3} more rows: --all." if form == "table" else f"3 of {every} rows: --all."
        assert left in text


def test_of_rows_through_time_the_newest_are_shown(sliced_file, capsys):
    with DuckStore(sliced_file) as store:
        trend = Session(store).trend("KOR", scope="rare earths")
    show_answer(trend, "csv", view=View(top=7))
    found = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    periods = sorted(set(trend.rows["period"].to_pylist()))

    assert len(periods) > 2
    assert 0 < len(found) <= 7
    assert {row["period"] for row in found} == set(periods[-len({r["period"] for r in found}) :])
    assert str(trend).count("--top") == 0


def test_tables_name_countries_and_data_formats_keep_their_keys(long_answer, shown):
    assert " South Korea " in shown(long_answer, "table")
    assert ",KOR," in f",{shown(long_answer, 'csv')}".replace("\n", ",")


WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), max_size=12)
CELLS = st.lists(st.lists(WORDS, max_size=5).map(" ".join), min_size=3, max_size=3)
COLUMNS = st.lists(st.builds(TextColumn, WORDS, CELLS, st.booleans()), min_size=1, max_size=6)


@settings(deadline=None)
@given(COLUMNS, st.integers(20, 150))
def test_no_table_breaks_a_word_and_each_that_can_fits(columns, to):
    drawn = text_table(columns, to)
    found = drawn.split()
    for column in columns:
        for text in (column.header, *column.cells):
            assert all(word in found for word in text.split())
    if not drawn.startswith("──"):
        assert all(cell_width(line) <= to for line in drawn.splitlines())


def test_wide_and_combining_characters_keep_the_columns_straight():
    names = TextColumn("name", ["中国", "Türkiye", "e\u0301lan", "한국", "Chad"])
    drawn = text_table([names, TextColumn("n", ["1", "2", "3", "4", "5"], number=True)], 40)

    ends = {cell_width(line) for line in drawn.splitlines()[2:]}
    assert ends == {cell_width(drawn.splitlines()[1])}


def test_a_table_too_wide_says_once_what_all_rows_have_alike(shown):
    table = pa.table({
        "first": ["a" * 30, "b" * 30], "same": ["x" * 40, "x" * 40], "other": ["c" * 30, "d" * 30],
    })  # fmt: skip
    text = shown(table, "table", 80)
    assert text.startswith(f"In every row: same {'x' * 40}.\n")
    assert text.count("x" * 40) == 1
    assert f" {'a' * 30}  {'c' * 30}\n" in text


def test_a_table_wider_than_the_screen_becomes_one_block_a_row(shown):
    table = pa.table({f"column_{n}": ["x" * 30, "y" * 31] for n in range(4)})
    text = shown(table, "table", 80)
    assert "── 2 ──" in text
    assert f" column_3  {'y' * 31}\n" in text
    assert max(map(len, text.splitlines())) <= 80


def test_units_stand_in_the_heads_and_shares_in_percent(shown):
    unit = {"unit": "0 to 1, of the imports"}
    fields = [
        pa.field("share", pa.float64(), metadata=unit),
        pa.field("usd", pa.float64(), metadata={"unit": "USD"}),
        pa.field("price", pa.float64(), metadata={"unit": "USD/t"}),
        pa.field("share_of_nothing", pa.float64()),
    ]
    table = pa.table([[0.8024], [1.5e9], [1234.5], [0.5]], schema=pa.schema(fields))
    heads, _, row = shown(table, "table").splitlines()
    assert heads.split("  ")[0].strip() == "share (of the imports)"
    assert " ".join(heads.split()).endswith("usd price (USD/t) share_of_nothing")
    assert row.split() == ["80.2", "%", "1.5", "bn", "1,234", "0.5"]


def test_unknown_is_a_word_and_not_a_zero(shown, sliced_file):
    with DuckStore(sliced_file) as store:
        answer = Session(store).depends("KOR", on="CHN", scope="magnets", period="2022")
    text = shown(answer, "table")
    assert "unknown" in text
    assert " 100.0 %" in text.split("Published")[0]


def test_tiny_shares_are_not_shown_as_none(shown):
    field = pa.field("share", pa.float64(), metadata={"unit": "0 to 1"})
    table = pa.table([[0.0001, 0.0, None, math.nan]], schema=pa.schema([field]))
    assert shown(table, "table").split()[2:] == ["<0.1", "%", "0.0", "%", "unknown", "no", "number"]


# --- hostile text


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_control_characters_are_shown_and_not_obeyed(shown, form):
    text = shown(pa.table({f"head{HOSTILE}": [HOSTILE]}), form, title=HOSTILE)

    assert "\\x1b[2J" in text.replace("\\\\", "\\").replace("\\[", "[")
    assert set(text) & set(HOSTILE) <= set("pwnedcox.]0;27J[31m\n")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202a-\u202e\u2066-\u2069]", text)


def test_invisible_characters_beyond_the_first_plane_are_escaped_as_json_escapes_them(shown):
    hidden = "tag \U000e0041, soft\xadhyphen"
    table = pa.table({"x": [hidden]})

    assert json.loads(shown(table, "ndjson")) == {"x": hidden}
    assert "\\udb40\\udc41" in shown(table, "ndjson")
    assert "tag \\U000e0041, soft\\xadhyphen" in shown(table, "table")


@pytest.mark.parametrize("form", ["json", "ndjson"])
def test_json_escapes_what_a_terminal_would_obey_and_loses_nothing(shown, form):
    text = shown(pa.table({"x": [HOSTILE]}), form)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202a-\u202e\u2066-\u2069]", text)
    value = json.loads(text)
    assert (value[0] if form == "json" else value)["x"] == HOSTILE


def test_what_a_hostile_database_returns_reaches_the_page_escaped(stores, shown):
    for name, store in stores.items():
        hostile = HOSTILE if name == "neo4j" else HOSTILE.replace("\x00", "")
        table = store.run("RETURN $x AS x, [$x] AS many", {"x": hostile}).table
        text = shown(table, "table", 300)
        assert text.count("\\x1b[2J") == 2
        assert "\x1b" not in text
        assert json.loads(shown(table, "ndjson")) == {"x": hostile, "many": [hostile]}


def test_lone_surrogates_do_not_stop_an_answer(shown, tmp_path):
    path = tmp_path / "x.csv"
    assert "\\udcff" in visible("\udcff")
    show_table(pa.table({"x": ["plain"]}), "csv", path)
    assert path.read_bytes() == b"x\nplain\n"


# --- data formats


@pytest.mark.parametrize("form", [f for f in TABULAR if f != "parquet"])
def test_a_table_without_rows_keeps_its_shape(shown, form):
    empty = pa.table({"name": pa.array([], pa.string()), "n": pa.array([], pa.int64())})
    text = shown(empty, form)
    wanted = {
        "json": "[]\n", "ndjson": "", "csv": "name,n\n", "markdown": "| name | n |\n|---|---:|\n",
        "table": " name  n\n ────  ─\n",
    }  # fmt: skip
    assert text == wanted[form]


def test_json_has_every_digit(shown, answer):
    rows = json.loads(shown(answer, "json"))["rows"]
    assert rows == answer.rows.to_pylist()


def test_csv_has_every_digit_and_empty_for_unknown(shown):
    table = pa.table({"x": [0.1 + 0.2, None, -1e-300], "flag": [True, False, None]})
    assert shown(table, "csv").splitlines() == [
        "x,flag", "0.30000000000000004,true", ",false", "-1e-300,",
    ]  # fmt: skip


def test_csv_comes_back_as_it_went(shown):
    texts = [
        "plain",
        "a,b",
        'say "hi"',
        "two\nlines",
        "",
        "ünï",
        " blank ",
        "semi;colon",
        "car\rriage",
    ]
    table = pa.table({"x": texts, "many": [[t, "z"] for t in texts]})
    rows = list(csv.reader(io.StringIO(shown(table, "csv"), newline="")))
    assert [row[0] for row in rows[1:]] == texts
    assert [row[1] for row in rows[1:]] == [f"{t}; z" for t in texts]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_csv_text_is_not_a_formula_for_a_spreadsheet(shown, start):
    formula = f'{start}cmd|" /C calc"!A0'
    table = pa.table({formula: [formula], "many": [[formula]], "n": [-5.5], "i": [-3]})
    heads, row = csv.reader(io.StringIO(shown(table, "csv"), newline=""))
    assert heads == [f"'{formula}", "many", "n", "i"]
    assert row == [f"'{formula}", f"'{formula}", "-5.5", "-3"]


def test_json_without_numbers_is_still_json(shown):
    table = pa.table({"x": [math.nan, math.inf, -math.inf, 1.5]})
    assert json.loads(shown(table, "json")) == [{"x": None}, {"x": None}, {"x": None}, {"x": 1.5}]


def test_nodes_are_objects_in_json_on_both_databases(stores, shown):
    statement = "MATCH (s:Stage {key: 'mine'}) RETURN s, [s.key] AS keys"
    lines = {name: shown(store.run(statement).table, "ndjson") for name, store in stores.items()}
    assert lines["embedded"] == lines["neo4j"]
    row = json.loads(lines["neo4j"])
    assert (row["s"]["label"], row["s"]["properties"]["position"]) == ("Stage", 1)
    assert row["keys"] == ["mine"]


def test_markdown_shows_data_as_they_are(shown):
    texts = ["a|b", "*bold*", "_it_", "a_b_c", "<script>x</script>", "[x](http://y)", "`code`",
             "\\|", "~~gone~~", "![i](j)", "&lt;", "# no head", "- no list", "**"]  # fmt: skip
    text = shown(pa.table({"a|b": texts, "n": list(range(len(texts)))}), "markdown")
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)

    assert not any(t.type.startswith(("html", "link", "heading", "bullet")) for t in tokens)
    cells = [t for t in tokens if t.type == "inline"]
    assert len(cells) == 2 * (len(texts) + 1)
    for cell, wanted in zip(cells[::2], ["a|b", *texts], strict=True):
        kinds = {child.type for child in cell.children}
        assert kinds <= {"text", "text_special"}, (wanted, kinds)
        assert "".join(child.content for child in cell.children) == wanted


def test_an_answer_in_markdown_is_tables_and_lists(shown, answer):
    html = MarkdownIt("commonmark").enable("table").render(shown(answer, "markdown"))
    assert html.count("<table>") == 2
    assert '<td style="text-align:right">47.0 %</td>' in html
    assert "<strong>Published claims in this scope</strong>" in html
    assert html == Naming("<li>47.5 % of imports … South Korea from China, Rare earths, 2024")


def test_parquet_keeps_types_units_and_the_whole_answer(tmp_path, answer):
    show_answer(answer, "parquet", tmp_path / "x.parquet")
    table = parquet.read_table(tmp_path / "x.parquet")

    assert table.to_pylist() == answer.rows.to_pylist()
    assert table.schema.field("usd").metadata[b"unit"] == b"USD"
    about = json.loads(table.schema.metadata[b"graphkit"])
    whole = as_object(answer)
    assert about == json.loads(json.dumps({k: v for k, v in whole.items() if k != "rows"}))


# --- where it goes


@pytest.mark.parametrize(
    ("name", "form"),
    [("x.csv", "csv"), ("x.json", "json"), ("x.JSON", "json"), ("x.ndjson", "ndjson"),
     ("x.jsonl", "ndjson"), ("x.md", "markdown"), ("x.parquet", "parquet"), ("x.txt", "table"),
     ("x", "csv"), ("a.b/x", "csv"), ("x.tar.csv", "csv")],
)  # fmt: skip
def test_the_end_of_a_file_name_chooses_the_format(name, form):
    assert choose_format(None, Path(name), io.StringIO()) == form
    assert choose_format("json", Path(name), io.StringIO()) == "json"


@pytest.mark.parametrize("name", ["x.xlsx", "x.yaml", "x.csv.gz", "x.tsv"])
def test_an_unknown_ending_is_refused_and_not_filled_with_csv(name):
    with pytest.raises(UsageError, match="--output: found the ending"):
        choose_format(None, Path(name), io.StringIO())
    assert choose_format("csv", Path(name), io.StringIO()) == "csv"


def test_an_unknown_format_is_refused():
    with pytest.raises(UsageError, match=r"'xml', .*table, json, ndjson, csv"):
        choose_format("xml", None, io.StringIO())


@pytest.mark.parametrize("place", [".", "missing/x"])
@pytest.mark.parametrize("form", FORMATS)
def test_a_file_that_cannot_be_written_is_one_clear_line(answer, tmp_path, form, place):
    path = tmp_path / place

    with pytest.raises(GraphkitError) as caught:
        show_answer(answer, form, path)
    assert str(caught.value).startswith(f"cannot write {path}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("form", [f for f in FORMATS if f not in ("parquet", "png")])
def test_a_file_has_what_stdout_would_have(shown, answer, tmp_path, monkeypatch, form):
    monkeypatch.setenv("COLUMNS", "120")
    path = tmp_path / "x"
    show_answer(answer, form, path, View(long=True))
    assert path.read_text(encoding="utf-8") == shown(answer, form)
