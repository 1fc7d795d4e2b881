"""Tables beside seeds, CSV and Parquet, and the files and folders that seeds are."""

import errno
import os
from contextlib import ExitStack
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet
from saying import Naming, unsaid
from seed_problems import MARK, assert_problems, assert_told, marks, problems, read, seeds
from seed_texts import SMALL

from graphkit.seeds.facts import read_seeds

HEAD = (
    "kind: EXPORTS\n"
    "defaults: {product: ree-metals, hs: 280530, reporter: importer, source: customs}\n"
)
TOP = HEAD + "table: trade.csv\n"
CSV = "exporter,importer,period,dataset,usd,tonnes\nCHN,KOR,2024,d,10,1\nNOR,KOR,2024,d,,2.5\n"


def assert_told_in_csv(folder: Path, csv: str, *messages: str, top: str = TOP) -> None:
    """Exactly these problems are told of a table, in order, each at its mark in the CSV."""
    found = problems(
        seeds(folder, {"trade.yaml": top, "trade.csv": csv.replace(MARK, "").encode()})
    )
    assert_problems(found, marks("trade.csv", csv), messages)


def with_parquet(folder: Path, columns: dict[str, pa.Array], top: str = HEAD) -> Path:
    """The small seeds with two flows in a Parquet file, some columns added or changed."""
    seeds(folder, {"trade.yaml": top + "table: trade.parquet\n"})
    rows = {
        "exporter": pa.array(["CHN", "NOR"]),
        "importer": pa.array(["KOR", "KOR"]),
        "period": pa.array(["2024", "2024"]),
        "dataset": pa.array(["d", "d"]),
    }
    parquet.write_table(pa.table({**rows, **columns}), folder / "trade.parquet")
    return folder


def test_a_csv_and_a_parquet_file_say_the_same_as_rows(tmp_path):
    rows = (
        "  - {exporter: CHN, importer: KOR, period: 2024, dataset: d, usd: 10, tonnes: 1}\n"
        "  - {exporter: NOR, importer: KOR, period: 2024, dataset: d, tonnes: 2.5}\n"
    )
    wanted = read(tmp_path / "a", trade=HEAD + "rows:\n" + rows)["EXPORTS"]
    files = {"trade.yaml": TOP, "trade.csv": CSV.encode()}
    columns = {"usd": pa.array([10, None]), "tonnes": pa.array([1, 2.5])}

    assert read_seeds(seeds(tmp_path / "b", files))["EXPORTS"] == wanted
    assert read_seeds(with_parquet(tmp_path / "c", columns))["EXPORTS"] == wanted


# --- CSV -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("CHN,KOR,2024,d,▶-1,1", "usd … '-1' … at least 0"),
        ("CHN,KOR,2024,d,▶nan,1", "usd … 'nan' … a number"),
        ("CHN,KOR,2024,d,▶inf,1", "usd … 'inf' … a number"),
        ("CHN,KOR,2024,d,▶NA,1", "usd … 'NA' … a number"),
        ("CHN,KOR,2024,d,▶null,1", "usd … 'null' … a number"),
        ('CHN,KOR,2024,d,▶"1,000",1', "usd … '1,000' … a number"),
        ("CHN,KOR,2024,d,▶ 1,1", "usd … ' 1' … a number"),
        ("CHN,KOR,▶,d,1,1", "period … missing … EXPORTS … When"),
        ('CHN,KOR,▶"",d,1,1', "period … missing … EXPORTS … When"),
        ("CHN,▶ KOR,2024,d,1,1", "importer … ' KOR' … single blanks"),
        ("CHN,▶China,2024,d,1,1", "importer … 'China' … key … 'CHN'"),
        ("▶CHN,KOR,2024,d,1", "5 values … 6 … header"),
        ("▶CHN,KOR,2024,d,1,1,", "7 values … 6 … header"),
        ('"CHN",K▶\u200bR,2024,d,1,1', "invisible character U+200B"),
        ("CHN,KOR,2024,d▶\ufffd,1,1",
         "U+FFFD … lost"),
    ],
)  # fmt: skip
def test_a_problem_of_a_csv_stands_in_the_csv(tmp_path, line, message):
    assert_told_in_csv(tmp_path, CSV.replace("CHN,KOR,2024,d,10,1", line), message)


def test_a_duplicate_in_a_csv_names_both_lines(tmp_path):
    assert_told_in_csv(
        tmp_path,
        CSV + "▶CHN,KOR,2024,d,2,2\n",
        "duplicate EXPORTS CHN|KOR|ree-metals|280530||2024|importer|d … trade.csv:2:1",
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_places_in_a_csv_count_quoted_line_ends_and_blank_lines(tmp_path, end):
    csv = (
        'exporter,importer,period,dataset,basis,usd\n\n"CHN",KOR,2024,d,"a\nb ""c"", d",1\n'
        '\nNOR,KOR,2024,d,"x",▶-2\nNOR,KOR,2023,"d",5",▶-3'
    )

    assert_told_in_csv(
        tmp_path,
        csv.replace("\n", end),
        "usd … '-2' … at least 0",
        "usd … '-3' … at least 0",
    )


def test_a_large_csv_may_have_line_ends_in_its_values(tmp_path):
    months = [f"{1900 + number // 12}-{number % 12 + 1:02}" for number in range(1_500)]
    lines = [f'CHN,KOR,{month},d,"{"x" * 800}\n{"y" * 1_500}"\n' for month in months]
    csv = "exporter,importer,period,dataset,basis\n" + "".join(lines)
    folder = seeds(tmp_path, {"trade.yaml": TOP, "trade.csv": csv.encode()})

    assert len(read_seeds(folder)["EXPORTS"]) == 1_500


def test_every_ragged_line_of_a_csv_is_told(tmp_path):
    assert_told_in_csv(
        tmp_path,
        CSV + "▶CHN\n\nJPN,KOR,2024,d,1,1\n▶CHN,CHN,2024,d,1,1,1,1\n",
        "1 values … 6 … header",
        "8 values … 6 … header",
    )


NOTES = "exporter,importer,period,dataset,basis,usd\n"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ('CHN,KOR,2024,d,▶"x,1', "quote … never closed"),
        ('CHN,KOR,2024,d,x,▶"1', "quote … never closed"),
        ('CHN,KOR,2024,d,▶"' + "x\n" * 600_000, "quote … never closed"),
        ('▶CHN,KOR,2024,d,"' + "x\n" * 1_500_000 + '",1',
         "3,000,019 bytes … at most 1,048,576"),
        ("▶CHN,KOR,2024,d," + "é" * 1_500_000 + ",1",
         "3,000,017 bytes … at most 1,048,576"),
        ('CHN,KOR,2024,d,"a"▶b,1',
         "'b' after … quote … 4:16 … comma"),
        ('CHN,KOR,2024,d,"x,1\n\nCHN,KOR,2023,d,"▶x",2',
         "'x' after … quote … 4:16 … comma"),
        ('CHN,KOR,2024,d,"a\\"▶b",1\nCHN,KOR,2024,d,▶"b,1',
         "'b' after … quote … 4:16 … comma|"
         "quote … never closed"),
    ],
    ids=["mid", "end", "long", "long row", "long field", "after", "lines after", "backslash"],
)  # fmt: skip
@pytest.mark.parametrize("end", ["\n", ""])
def test_a_broken_csv_names_the_line(tmp_path, row, message, end):
    before = 'JPN,KOR,2024,d,"a ""b"", c",1\nJPN,KOR,2023,d,5" wide,1\n'

    assert_told_in_csv(tmp_path, NOTES + before + row + end, *message.split("|"))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", ""])
def test_a_csv_may_be_a_header_alone(tmp_path, end):
    files = {"trade.yaml": TOP, "trade.csv": (NOTES.strip() + end).encode()}

    assert len(read_seeds(seeds(tmp_path, files))["EXPORTS"]) == 0


@pytest.mark.parametrize(
    ("csv", "message"),
    [
        ('a,▶"b\n1,2\n', "quote … never closed"),
        ("a,▶" + "x" * 200_000, "not CSV … field limit … 131072"),
        ("▶" + ",".join(f"c{n}" for n in range(1_001)) + "\n",
         "1,001 columns … at most 1,000"),
        ("▶" + ",".join(f"c{n:0119999}" for n in range(20)) + "\n▶1\n",
         "2,400,019 bytes … at most 1,048,576|"
         "1 values … 20 … header"),
    ],
    ids=["quote", "long name", "many", "long"],
)  # fmt: skip
def test_a_broken_header_of_a_csv_names_the_place(tmp_path, csv, message):
    assert_told_in_csv(tmp_path, csv, *message.split("|"))


@pytest.mark.parametrize(
    ("csv", "message"),
    [
        ("▶", "no columns … header and rows"),
        ("▶\n\n", "no columns … header and rows"),
        ("▶" + "x" * 200_000, "not CSV … field limit … 131072"),
        ("usd,▶usd\n1,2\n", "column 'usd' twice … once"),
        (CSV.replace("usd", "▶value"), "nothing … column 'value' … columns"),
        (CSV.replace("usd", "▶"), "nothing … column '' … columns"),
        (CSV.replace("usd", "▶usd "), "nothing … column 'usd ' … columns"),
    ],
)
def test_the_header_of_a_csv_is_checked(tmp_path, csv, message):
    assert_told_in_csv(tmp_path, csv, message)


def test_bytes_of_a_csv_are_strict_utf8(tmp_path):
    csv = CSV.encode("utf-8-sig").replace(b"KOR", b"K\xffR", 1)

    assert problems(seeds(tmp_path, {"trade.yaml": TOP, "trade.csv": csv})) == [
        Naming("trade.csv:2:6: … byte 0xff … not UTF-8")
    ]
    assert problems(seeds(tmp_path, {"trade.yaml": TOP, "trade.csv": CSV.encode("utf-16")})) == [
        Naming("trade.csv:1:1: … UTF-16 … UTF-8")
    ]


def test_a_csv_with_a_byte_order_mark_is_read(tmp_path):
    files = {"trade.yaml": TOP, "trade.csv": CSV.replace("\n", "\r\n").encode("utf-8-sig")}

    assert len(read_seeds(seeds(tmp_path, files))["EXPORTS"]) == 2


def test_a_csv_keeps_text_as_written(tmp_path):
    csv = "code,description\n0102,NO\n280530,null\n9999,NaN\n01,true\n"
    top = "kind: Code\ndefaults: {source: customs}\ntable: codes.csv\n"
    folder = seeds(tmp_path, {"codes.yaml": top, "codes.csv": csv.encode()})

    assert problems(folder) == [Naming("codes.csv:5:1: code … '01' … (?:[0-9]{2}){2,5}")]
    (folder / "codes.csv").write_text(csv.replace("01,", "0103,"))
    rows = read_seeds(folder)["Code"].select(["code", "description"]).to_pydict()
    assert rows == {
        "code": ["0102", "280530", "9999", "0103"],
        "description": ["NO", "null", "NaN", "true"],
    }


# --- columns ---------------------------------------------------------------------------------


def test_a_column_that_is_needed_and_not_there_is_told_once(tmp_path):
    csv = CSV.replace("period,", "").replace("2024,", "")

    assert_told(
        tmp_path,
        {"trade.csv": csv.encode(), "trade.yaml": TOP.replace("trade.csv", "▶trade.csv")},
        "trade.csv … 'period' … EXPORTS … When",
    )


def test_columns_are_mapped(tmp_path):
    top = HEAD + "units: {tonnes: kg}\ntable: trade.csv\ncolumns: {tonnes: mass, usd: value}\n"
    csv = CSV.replace("usd,tonnes", "value,mass").encode()
    facts = read_seeds(seeds(tmp_path, {"trade.yaml": top, "trade.csv": csv}))

    assert facts["EXPORTS"].select(["usd", "tonnes"]).to_pydict() == {
        "usd": [10.0, None],
        "tonnes": [0.001, 0.0025],
    }


def test_a_column_named_for_one_property_gives_no_other_one_of_its_name(tmp_path):
    top = TOP + "columns: {importer: reporter}\n"
    csv = CSV.replace("exporter,importer", "exporter,reporter").encode()
    facts = read_seeds(seeds(tmp_path, {"trade.yaml": top, "trade.csv": csv}))

    assert (
        facts["EXPORTS"].select(["importer", "reporter"]).to_pylist()
        == [{"importer": "KOR", "reporter": "importer"}] * 2
    )


def test_a_column_that_a_mapping_passes_over_is_not_dropped(tmp_path):
    top = TOP + "columns: {usd: value}\n"
    csv = CSV.replace("usd", "▶usd").replace("tonnes\n", "tonnes,value\n")
    csv = csv.replace(",1\n", ",1,7\n").replace(",2.5\n", ",2.5,8\n")

    assert_told_in_csv(tmp_path, csv, "nothing … column 'usd' … columns", top=top)


def test_a_mapping_names_columns_that_are_there(tmp_path):
    top = TOP.replace("table: ", "table: ▶")
    top += "columns: {usd: ▶[value], ▶mass: x, tonnes: ▶weight, basis: dataset}\n"

    assert_told(
        tmp_path,
        {"trade.csv": CSV.replace(",tonnes", "").replace(",1\n", "\n").encode(), "trade.yaml": top}
        | {"trade.csv": b"exporter,importer,period,dataset,usd\nCHN,KOR,2024,d,10\n"},
        "trade.csv … 'dataset' … alone … EXPORTS",
        "name of a column",
        "EXPORTS … 'mass'",
        "trade.csv … 'weight' … exporter, importer, period, dataset, usd",
    )


def test_a_wrong_default_of_a_table_stands_in_the_yaml(tmp_path):
    top = TOP.replace("hs: 280530", "hs: ▶280531, usd: ▶x")

    assert_told(
        tmp_path,
        {"trade.csv": CSV.encode(), "trade.yaml": top},
        "hs … '280531' … nearest … 280530",
        "usd … 'x' … a number",
    )


def test_an_empty_cell_takes_the_default(tmp_path):
    top = TOP.replace("hs:", "usd: 7, hs:")
    facts = read_seeds(seeds(tmp_path, {"trade.yaml": top, "trade.csv": CSV.encode()}))

    assert facts["EXPORTS"]["usd"].to_pylist() == [10.0, 7.0]


# --- Parquet ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"usd": pa.array([1.0, float("nan")])}, "2:5: usd … nan … a finite number"),
        ({"usd": pa.array([float("-inf"), 1])}, "1:5: usd … -inf … a finite number"),
        ({"usd": pa.array([True, False])}, "1:5: usd … column of bool … number"),
        ({"usd": pa.array([1, 2], pa.duration("s"))}, "1:5: usd … column of duration[s]"),
        ({"usd": pa.array([b"1", b"2"])}, "1:5: usd … column of binary … number"),
        ({"usd": pa.array([2**60 + 1, 0])}, "1:5: usd … column of int64 … number"),
        (
            {"hs": pa.array([280530, 102])},
            "1:5: hs … column of int64 … text … HS code",
        ),
        ({"period": pa.array([2024, 24])}, "2:3: period … '24'"),
        ({"period": pa.array([2024.0, 2e3])}, "1:3: period … column of double"),
        ({"basis": pa.array([["a"], ["b"]])}, "1:5: basis … column of list<"),
        ({"basis": pa.array([{"a": 1}, {"a": 2}])}, "1:5: basis … column of struct<"),
        ({"basis": pa.array(["a", "b\u202e"])}, "2:5: basis … invisible character U+202E"),
        ({"basis": pa.array(["a", ""])}, "2:5: basis … empty text … property"),
        ({"mass": pa.array([1, 2])}, "1:5: nothing … column 'mass'"),
        ({"tonnes": pa.array([1, -2], pa.int8())}, "2:5: tonnes … -2 … at least 0"),
        (
            {"importer": pa.array(["KOR", "Korea"]).dictionary_encode()},
            "2:2: importer … 'Korea' … key … 'KOR'",
        ),
        (
            {"importer": pa.array([1, 2]).dictionary_encode()},
            "1:2: importer … column of int64 … text",
        ),
        ({"importer": pa.array(["KOR", None])}, "2:2: importer … missing … EXPORTS"),
    ],
)
def test_a_problem_of_a_parquet_file_names_row_and_column(tmp_path, columns, message):
    (found,) = problems(with_parquet(tmp_path, columns))

    assert not unsaid(found, f"trade.parquet:{message}")


@pytest.mark.parametrize(
    "number",
    [
        pa.array([12, None], pa.int8()),
        pa.array([12, None], pa.uint64()),
        pa.array([12, None], pa.float32()),
        pa.array([12, None]).cast(pa.decimal128(21, 2)),
        pa.array(["12", None], pa.large_string()),
        pa.array(["12", None], pa.string_view()),
        pa.array(["12", None]).dictionary_encode(),
    ],
    ids=lambda array: str(array.type),
)
def test_a_number_may_have_any_type_that_holds_it(tmp_path, number):
    facts = read_seeds(with_parquet(tmp_path, {"usd": number}))

    assert facts["EXPORTS"]["usd"].to_pylist() == [12.0, None]


def test_a_column_of_nothing_is_unknown(tmp_path):
    facts = read_seeds(with_parquet(tmp_path, {"usd": pa.nulls(2), "basis": pa.nulls(2)}))

    assert facts["EXPORTS"].select(["usd", "basis"]).to_pydict() == {
        "usd": [None, None],
        "basis": [None, None],
    }


@pytest.mark.parametrize(
    ("listed", "wanted"),
    [
        (pa.array([True, None]), [True, None]),
        (pa.array(["true", "false"]), [True, False]),
        (pa.array(["true", "yes"]), "2:3: us_2025 … 'yes' … true or false"),
        (pa.array([1, 0]), "1:3: us_2025 … column of int64 … true or false"),
    ],
)
def test_a_flag_is_stored_as_one_or_as_its_word(tmp_path, listed, wanted):
    top = "kind: Element\ndefaults: {type: element, source: customs}\ntable: e.parquet\n"
    folder = seeds(tmp_path, {"elements.yaml": top})
    rows = {"key": ["Dy", "Tb"], "name": ["Dysprosium", "Terbium"], "us_2025": listed}
    parquet.write_table(pa.table(rows), folder / "e.parquet")

    if isinstance(wanted, str):
        assert problems(folder) == [Naming(f"e.parquet:{wanted}")]
    else:
        assert read_seeds(folder)["Element"]["us_2025"].to_pylist() == wanted


def test_a_parquet_file_without_rows_is_read(tmp_path):
    folder = with_parquet(tmp_path, {})
    table = parquet.read_table(folder / "trade.parquet").slice(0, 0)
    parquet.write_table(table, folder / "trade.parquet")

    assert len(read_seeds(folder)["EXPORTS"]) == 0


def stages(folder: Path, position: pa.Array) -> Path:
    """The small seeds with two stages in a Parquet file."""
    top = "kind: Stage\ndefaults: {source: customs}\ntable: stages.parquet\n"
    rows = {"key": pa.array(["metal", "x"]), "name": pa.array(["M", "X"]), "position": position}
    seeds(folder, {"stages.yaml": top})
    parquet.write_table(pa.table(rows), folder / "stages.parquet")
    return folder


def test_whole_numbers_may_be_stored_as_floats(tmp_path):
    facts = read_seeds(stages(tmp_path, pa.array([4.0, 2.0])))

    assert facts["Stage"]["position"].to_pylist() == [4, 2]


@pytest.mark.parametrize("value", [2.5, float("nan"), float("inf"), 2.0**60])
def test_a_float_that_is_not_a_whole_number_is_refused(tmp_path, value):
    assert problems(stages(tmp_path, pa.array([4.0, value]))) == [
        Naming(f"stages.parquet:2:3: position … {value!r} … a whole number")
    ]


def test_a_day_may_be_stored_as_a_date(tmp_path):
    top = "kind: Control\ndefaults: {measure: quota, source: customs}\ntable: r.parquet\n"
    since = pa.array([20_000], pa.int32()).cast(pa.date32())
    rows = {"key": ["a"], "country": ["CHN"], "since": since}
    folder = seeds(tmp_path, {"r.yaml": top})
    parquet.write_table(pa.table(rows), folder / "r.parquet")

    assert read_seeds(folder)["Control"]["since"].to_pylist() == ["2024-10-04"]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (pa.array([[1, 2]]), "1:4: used_in … column of list<"),
        (pa.array([["wires", None]]), "1:4: used_in … null … text"),
        (pa.array([["wires", "Cables"]]), "1:4: used_in … 'Cables' … key"),
        (pa.array(["wires"]), "1:4: used_in … column of string … list of text"),
    ],
)
def test_lists_of_a_parquet_file_hold_text(tmp_path, values, message):
    (found,) = problems(product(tmp_path, values))

    assert not unsaid(found, f"products.parquet:{message}")


APPLICATIONS = "kind: Application\nrows:\n  - {key: wires, name: Cables, source: customs}\n"


def product(folder: Path, used_in: pa.Array) -> Path:
    """The small seeds with the one product in a Parquet file."""
    top = "kind: Product\ndefaults: {source: customs}\ntable: products.parquet\n"
    rows = {"key": ["ree-metals"], "name": ["R"], "stage": ["metal"], "used_in": used_in}
    seeds(folder, {"products.yaml": top, "applications.yaml": APPLICATIONS})
    parquet.write_table(pa.table(rows), folder / "products.parquet")
    return folder


@pytest.mark.parametrize("kind", [pa.list_(pa.string()), pa.large_list(pa.large_string())])
def test_a_list_may_be_stored_in_either_size(tmp_path, kind):
    facts = read_seeds(product(tmp_path, pa.array([["wires"]], kind)))

    assert facts["Product"]["used_in"].to_pylist() == [["wires"]]


def test_a_parquet_file_with_bytes_that_are_not_text_is_refused(tmp_path):
    bad = pa.array([b"KOR", b"\xff"]).view(pa.string())
    (found,) = problems(with_parquet(tmp_path, {"importer": bad}))

    assert found.startswith("trade.parquet:1:1: not Parquet: ")


@pytest.mark.parametrize("raw", [b"", b"PAR1", b"PAR1" + b"\0" * 64 + b"PAR1", CSV.encode()])
def test_a_file_that_is_not_parquet_is_told(tmp_path, raw):
    files = {"trade.yaml": HEAD + "table: trade.parquet\n", "trade.parquet": raw}
    (found,) = problems(seeds(tmp_path, files))

    assert found.startswith("trade.parquet:1:1: ")


def test_a_parquet_file_that_is_cut_short_is_told_wherever_it_ends(tmp_path):
    folder = with_parquet(tmp_path, {"usd": pa.array([1, 2])})
    raw = (folder / "trade.parquet").read_bytes()
    for length in range(0, len(raw), 97):
        (folder / "trade.parquet").write_bytes(raw[:length])

        assert problems(folder)[0].startswith("trade.parquet:1:1: ")


# --- where a table may stand -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("../trade.csv", "'../trade.csv' … inside the seeds"),
        ("/etc/passwd", "'/etc/passwd' … inside the seeds"),
        ("out.csv", "'out.csv' … inside the seeds"),
        (".outer/trade.csv", "'.outer/trade.csv' … inside the seeds"),
        ("gone.csv", "no .csv or .parquet file … 'gone.csv'"),
        ("broken.csv", "no .csv or .parquet file … 'broken.csv'"),
        ("ring.csv", "no .csv or .parquet file … 'ring.csv'"),
        ("folder.csv", "no .csv or .parquet file … 'folder.csv'"),
        ("pipe.csv", "no .csv or .parquet file … 'pipe.csv'"),
        ("trade.yaml", "no .csv or .parquet file … 'trade.yaml'"),
        ("trade.yaml/a.csv", "no .csv or .parquet file … 'trade.yaml/a.csv'"),
        ('"a\\0b.csv"', "no .csv or .parquet file … 'a\\x00b.csv'"),
        ("a" * 300 + ".csv", "no .csv or .parquet file"),
        ("''", "no .csv or .parquet file … ''"),
    ],
)
def test_a_table_is_a_file_inside_the_seeds(tmp_path, name, message):
    folder = tmp_path / "seeds"
    outer = tmp_path / "outer"
    for place in (folder / "folder.csv", outer):
        place.mkdir(parents=True)
    (tmp_path / "trade.csv").write_text(CSV)
    (outer / "trade.csv").write_text(CSV)
    (folder / "out.csv").symlink_to(tmp_path / "trade.csv")
    (folder / ".outer").symlink_to(outer)
    (folder / "broken.csv").symlink_to(folder / "gone.csv")
    (folder / "ring.csv").symlink_to(folder / "ring.csv")
    os.mkfifo(folder / "pipe.csv")

    assert_told(folder, {"trade.yaml": f"{HEAD}table: ▶{name}\n"}, f"table … {message}")


def test_a_table_may_stand_elsewhere_in_the_seeds(tmp_path):
    top = (HEAD + "table: ../tables/trade.csv\n").encode()
    files = {"trade.yaml": None, "yaml/trade.yaml": top, "tables/trade.csv": CSV.encode()}
    folder = seeds(tmp_path / "seeds", files)
    (tmp_path / "link").symlink_to(folder)

    assert len(read_seeds(folder)["EXPORTS"]) == 2
    (folder / "tables/trade.csv").write_text(CSV.replace("KOR", "KR"))
    for place in (folder, tmp_path / "link"):
        assert problems(place)[0].startswith("tables/trade.csv:2:5: importer: ")


# --- files and folders ---------------------------------------------------------------------------


def test_a_folder_named_like_a_seed_is_a_folder(tmp_path):
    folder = seeds(tmp_path, {"areas.yaml": None})
    (folder / "x.yaml").mkdir()
    (folder / "x.yaml" / "areas.yml").write_text(SMALL["areas.yaml"])

    assert read_seeds(folder)["Area"]["iso3"].to_pylist() == ["WLD"]


def test_seeds_are_found_whatever_the_case_of_their_ending(tmp_path):
    folder = seeds(tmp_path, {"areas.yaml": None})
    (folder / "AREAS.YAML").write_text(SMALL["areas.yaml"])

    assert len(read_seeds(folder)["Area"]) == 1


def test_what_is_not_a_readable_file_is_told_not_skipped(tmp_path):
    folder = seeds(tmp_path / "seeds", {})
    (tmp_path / "out.yaml").write_text(SMALL["areas.yaml"])
    (tmp_path / "more").mkdir()
    (folder / "a.yaml").symlink_to(folder / "gone.yaml")
    (folder / "b.yaml").symlink_to(tmp_path / "out.yaml")
    (folder / "c").symlink_to(tmp_path / "more")
    os.mkfifo(folder / "d.yaml")

    assert problems(folder) == [
        Naming("a.yaml:1:1: … no regular file"),
        Naming("b.yaml:1:1: … link out of the seeds"),
        Naming("c:1:1: … link to a folder"),
        Naming("d.yaml:1:1: … no regular file"),
    ]


@pytest.mark.skipif(os.mkdir not in os.supports_dir_fd, reason="they cannot be made")
def test_what_stands_too_deep_to_be_read_is_told(tmp_path):
    with ExitStack() as stack:
        place = os.open(seeds(tmp_path, {}), os.O_RDONLY)
        for _ in range(20):
            stack.callback(os.close, place)
            os.close(os.open(f"{'x' * 245}.yaml", os.O_CREAT | os.O_WRONLY, dir_fd=place))
            os.mkdir("x" * 250, dir_fd=place)
            place = os.open("x" * 250, os.O_RDONLY, dir_fd=place)
        os.close(place)

    reasons = ("no mapping", "no regular file", os.strerror(errno.ENAMETOOLONG))
    told = {line.rpartition(":1:1: ")[2] for line in problems(tmp_path)}
    assert len(told) == len(reasons)
    assert all(any(Naming(reason) == line for line in told) for reason in reasons)


def test_a_link_inside_the_seeds_is_a_second_copy(tmp_path):
    folder = seeds(tmp_path, {})
    (folder / "zz.yaml").symlink_to(folder / "areas.yaml")

    assert problems(folder) == [Naming("zz.yaml:4:12: iso3 … duplicate Area WLD … areas.yaml:4:12")]


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="it is a file of Linux")
def test_a_file_that_fails_when_it_is_read_is_told():
    # A regular file that can be opened and not read, whoever asks.
    assert problems(Path("/proc/self/mem")) == [
        Naming("mem:1:1: … cannot be read", os.strerror(errno.EIO))
    ]


def test_hidden_files_are_not_seeds(tmp_path):
    folder = seeds(tmp_path, {".git/a.yaml": b"\xff", ".#trade.yaml": b"\xff"})

    assert len(read_seeds(folder)["EXPORTS"]) == 3
