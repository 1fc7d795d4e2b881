"""Files made to do harm: a clear refusal at its place, within 2 s and 512 MB; and what they say."""

from __future__ import annotations

import os
import resource
import sys
import traceback
import zipfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
import pytest
from long_cases import others_long
from pyarrow import parquet
from saying import Naming, unsaid
from seed_problems import problems, seeds

from graphkit.errors import GraphkitError
from graphkit.importers.baci import import_baci
from graphkit.importers.reference import read_reference
from graphkit.importers.table.sheets import SheetLayout, read_sheet
from graphkit.seeds.text import MOST_PROBLEMS

pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")

SECONDS = 2
MEGABYTES = 512
HEAD = (
    "kind: EXPORTS\n"
    "defaults: {product: ree-metals, hs: 280530, reporter: importer, dataset: d, source: customs}\n"
)
CODES = "kind: Code\nrows:"
TABLE = HEAD + "table: t.csv\n"
TOP = "exporter,importer,period,usd\n"
MANY = 100_000


def bomb_of_aliases() -> str:
    text = "a: &a [x, x, x, x, x, x, x, x]\n"
    for before, name in pairwise("abcdefghijklmnopqrstuvwxyz"):
        text += f"{name}: &{name} [{', '.join([f'*{before}'] * 8)}]\n"
    return text


def flow(usd: str) -> str:
    return f"{HEAD}rows:\n- {{exporter: CHN, importer: KOR, period: 2024, usd: {usd}}}\n"


YAML = {
    "aliases of aliases": (bomb_of_aliases(), "b.yaml:1:4: found the anchor &a"),
    "anchors": (CODES + " [" + "&a x, " * MANY + "]", "b.yaml:2:8: found the anchor &a"),
    "aliases": (CODES + " [" + "*a , " * MANY + "]", "b.yaml:2:8: found the alias *a"),
    "tags": (CODES + " [" + "!!python/name:os.system x, " * MANY + "]",
             "b.yaml:2:8: found the tag tag:yaml.org,2002:python/name:os.system"),
    "nesting": (CODES + " " + "[" * 9_000_000, "b.yaml:2:1006: not YAML: exceeded maximum nesting"),
    "nesting by blocks": (CODES + "\n" + "- " * 5_000_000,
                          "b.yaml:3:15: found more than 8 levels of nesting; seeds need 4"),
    "one key again and again": (CODES + "\n  - {" + "code: 1, " * MANY + "}",
                                "b.yaml:3:15: found the key 'code' twice; wanted it once"),
    "unknown keys": (CODES + "\n  - {" + "".join(f"k{n}: 1, " for n in range(MANY)) + "}",
                     "b.yaml:3:6: Code has no property 'k0'"),
    "unknown parts": ("kind: Code\n" + "".join(f"k{n}: 1\n" for n in range(MANY)),
                      "b.yaml:2:1: found 'k0', wanted one of kind, defaults"),
    "rows that are not mappings": (CODES + "\n" + "- x\n" * MANY,
                           "b.yaml:3:3: found 'x', wanted a mapping: {property: value, ...}"),
    "documents": ("---\n" * 1_000_000, "b.yaml:2:1: found a second document; wanted one a file"),
    "an open quote": (CODES + ' "' + "x\n" * 1_000_000, "b.yaml:2:7: not YAML: found a quote"),
    "a huge number": (flow("9" * 10_000_000), "b.yaml:4:53: usd: found '9999"),
    "a huge exponent": (flow("1e999999999"), "b.yaml:4:53: usd: found '1e999999999', wanted a fin"),
    "NaN": (flow(".nan"), "b.yaml:4:53: usd: found '.nan', wanted a number"),
    "a huge kind": ("kind: " + "K" * 10_000_000, "b.yaml:1:7: found the kind 'KKKK"),
    "a huge value": (CODES + "\n  - {code: " + "x" * 10_000_000 + "}", "b.yaml:3:5: description"),
    "a huge name of a table": (HEAD + "table: " + "t" * 10_000_000, "b.yaml:3:8: table: found no"),
    "a huge file": ("#" * 17_000_000, "b.yaml:1:1: found over 16,777,216 bytes; wanted at most"),
    "control characters": (CODES + "\x1b" * 5_000_000, "b.yaml:2:6: found over 500,000 such char"),
    "text from right to left": (CODES + " [a\u202eb]", "b.yaml:2:9: found the invisible character"),
    "mojibake": ("kind: Code # C\xc3\xb4te".encode("cp1252") + b"\xf4", "b.yaml:1:18: found byte"),
    "half a character": ("kind: Code # \ud800", "b.yaml:1:14: found byte 0xed, which"),
}  # fmt: skip
CSV = {
    "columns": (",".join(f"c{n}" for n in range(MANY)), "t.csv:1:1: found 100,000 columns; wanted"),
    "ragged rows": (TOP + "a\n" * 1_000_000, "t.csv:2:1: found 1 values, wanted 4"),
    "an open quote": (TOP + '"' + "a\n" * 3_000_000, "t.csv:2:1: found a quote that is never"),
    "a huge number": (TOP + "CHN,KOR,2024," + "9" * 1_000_000, "t.csv:2:14: usd: found '9999"),
    "a huge cell": (TOP + "CHN,KOR,2024," + "9" * 9_000_000, "t.csv:2:1: found a row of 9,000,013"),
    "numbers not finite": (TOP + "CHN,KOR,2024,NaN\n" * MANY, "t.csv:2:14: usd: found 'NaN'"),
    "unknown names": (TOP + "".join(f"X{n},KOR,2024,1\n" for n in range(MANY)),
                      "t.csv:2:1: exporter: unknown country or area 'X0'"),
    "one fact again and again": (TOP + "CHN,KOR,2024,1\n" * MANY, "t.csv:3:1: duplicate EXPORTS"),
    "control characters": (TOP + "\x1b\n" * 5_000_000, "t.csv:2:1: found over 500,000 such char"),
    "a formula": (TOP + "=cmd|'/C calc'!A0,KOR,2024,1\n", "t.csv:2:1: exporter: unknown country"),
}  # fmt: skip


def peak() -> int:
    """The most memory that this process has had, in MB."""
    if sys.platform == "linux":
        status = Path("/proc/self/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 2**20


def within_bounds(check: Callable[[], None]) -> None:
    """Run a check in a process of its own that may take so much time and memory more."""
    child = os.fork()
    if not child:
        code = 1
        try:
            before, used = peak(), os.times()
            check()
            spent = sum(os.times()[:2]) - sum(used[:2])
            assert spent < SECONDS, f"took {spent:.1f} s"
            assert peak() - before < MEGABYTES, f"took {peak() - before} MB"
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0, "see stderr"


def assert_first(folder: Path, said: str) -> None:
    found = problems(folder)
    assert any(line.startswith(said) for line in found), found[:5]
    assert len(found) <= 2 * (MOST_PROBLEMS + 1)
    assert max(map(len, found)) < 600  # the names of all kinds are 400


@pytest.mark.parametrize("name", others_long(YAML, 9))
def test_a_hostile_seed_is_refused_in_time(tmp_path, name):
    text, said = YAML[name]
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    seeds(tmp_path, {"trade.yaml": None, "b.yaml": raw})

    within_bounds(lambda: assert_first(tmp_path, said))


@pytest.mark.parametrize("name", others_long(CSV, 4))
def test_a_hostile_csv_is_refused_in_time(tmp_path, name):
    text, said = CSV[name]
    seeds(tmp_path, {"trade.yaml": None, "b.yaml": TABLE, "t.csv": text.encode()})

    within_bounds(lambda: assert_first(tmp_path, said))


def test_a_csv_of_any_size_is_refused_unread(tmp_path):
    seeds(tmp_path, {"trade.yaml": None, "b.yaml": TABLE})
    with (tmp_path / "t.csv").open("wb") as file:
        file.truncate(20 * 2**30)

    within_bounds(lambda: assert_first(tmp_path, "t.csv:1:1: found over 134,217,728 bytes of CSV"))


def test_a_flood_of_problems_says_that_there_are_more(tmp_path):
    seeds(tmp_path, {"b.yaml": CODES + "\n" + "- x\n" * (MOST_PROBLEMS + 1)})

    found = problems(tmp_path)
    assert len(found) == MOST_PROBLEMS + 1
    assert Naming(f"b.yaml:1002:3: … more than … {MOST_PROBLEMS:,} problems") in found[-2:]


# --- bombs: little that becomes much ------------------------------------------------------------


def same_text(rows: int, length: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), ["x" * length])


def same_lists() -> pa.Array:
    texts = same_text(200_000, 5_000)
    return pa.ListArray.from_arrays(pa.array(np.arange(200_001, dtype=np.int32)), texts)


BOMBS: dict[str, Callable[[], pa.Table]] = {
    "text": lambda: pa.table({"exporter": same_text(200_000, 5_000)}),
    "lists": lambda: pa.table({"aliases": same_lists()}),
    "one text": lambda: pa.table({"exporter": ["x" * 140_000_000]}),
    "numbers": lambda: pa.table({"usd": pa.nulls(140_000_000, pa.int8())}),
}
"""Tables of some kB in a Parquet file that would take some 100 MB to GB."""


@pytest.mark.long
@pytest.mark.parametrize("name", BOMBS)
def test_a_parquet_file_that_is_a_bomb_is_refused_unread(tmp_path, name):
    folder = seeds(tmp_path / "seeds", {"trade.yaml": None, "b.yaml": HEAD + "table: t.parquet\n"})
    parquet.write_table(BOMBS[name](), folder / "t.parquet", compression="zstd")

    def refused() -> None:
        (found,) = problems(folder)
        assert unsaid(found, "t.parquet:1:1: … at most 200 times") == []
        with pytest.raises(GraphkitError, match=r"t\.parquet: .* 200 times"):
            read_sheet(folder / "t.parquet", SheetLayout())

    within_bounds(refused)


def test_a_table_of_repeated_text_is_not_a_bomb(tmp_path):
    top = "kind: Application\ndefaults: {source: customs}\ntable: t.parquet\n"
    folder = seeds(tmp_path, {"b.yaml": top})
    keys = [f"k{n}" for n in range(20_000)]
    names = same_text(len(keys), 5_000)
    lists = pa.ListArray.from_arrays(pa.array(np.arange(len(keys) + 1, dtype=np.int32)), names)
    parquet.write_table(
        pa.table({"key": keys, "name": same_text(len(keys), 50), "aliases": lists[:1].take(
            pa.array([0] + [None] * (len(keys) - 1), pa.int32())),
            "number": np.arange(len(keys))}),
        folder / "t.parquet",
    )  # fmt: skip

    read = read_sheet(folder / "t.parquet", SheetLayout())
    assert (len(read.rows), read.rows[-1][1]) == (len(keys), "x" * 50)


def zip_bomb(path: Path, member: str) -> Path:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(member, "w") as file,
    ):
        for _ in range(150):
            file.write(bytes(2**20))
    return path


def workbook(path: Path, sheet: Callable[[str], str]) -> Path:
    """A workbook of two rows with the XML of its sheet changed."""
    book, whole = openpyxl.Workbook(), path.with_suffix(".whole")
    for row in (("a", "b"), ("x", 1)):
        book.active.append(row)
    book.save(whole)
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = sheet(content.decode()).encode()
            new.writestr(name, content)
    return path


@pytest.mark.long
def test_a_zip_that_is_a_bomb_is_refused_unread(tmp_path):
    sheet = zip_bomb(tmp_path / "t.xlsx", "xl/sharedStrings.xml")
    baci = zip_bomb(tmp_path / "BACI.zip", "BACI_HS92_Y2024_V202601.csv")

    def refused() -> None:
        said = r"bytes that would become 157,286,400; wanted at most 200 times as many"
        with pytest.raises(GraphkitError, match=rf"^t\.xlsx: found .* {said}"):
            read_sheet(sheet, SheetLayout())
        with pytest.raises(GraphkitError, match=rf"^BACI\.zip: found .* {said}"):
            import_baci([baci], tmp_path / "seeds", read_reference(None))

    within_bounds(refused)


def entities(xml: str) -> str:
    """Ten of ten of ten ...: a billion of them."""
    names = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise("abcdefghi"))
    text = f'<!DOCTYPE x [<!ENTITY a "xxxxxxxxxx">{names}]><worksheet'
    return xml.replace("<worksheet", text, 1).replace("<v>1</v>", "<v>&i;</v>")


def far(xml: str) -> str:
    cells = "".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(3, 3000))
    return xml.replace("</sheetData>", cells + "</sheetData>")


@pytest.mark.parametrize(
    ("sheet", "said"),
    [(entities, "limit on input amplification"), (far, "3: found a value in column 16,384")],
)
def test_a_workbook_that_is_a_bomb_is_refused(tmp_path, sheet, said):
    path = workbook(tmp_path / "t.xlsx", sheet)

    def refused() -> None:
        with pytest.raises(GraphkitError, match=rf"^t\.xlsx.*{said}"):
            read_sheet(path, SheetLayout())

    within_bounds(refused)


def test_a_workbook_that_lies_about_its_size_loses_no_row(tmp_path):
    more = '<row r="9"><c r="A9"><v>3</v></c></row></sheetData>'
    path = workbook(tmp_path / "t.xlsx", lambda xml: xml.replace("</sheetData>", more))

    assert read_sheet(path, SheetLayout()).rows == [["x", 1], [3, None]]
