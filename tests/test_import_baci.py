"""BACI as CEPII publishes it becomes seeds: shipped flows in its layout, read back."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from databases import slice_seeds
from long_cases import others_long
from pyarrow import parquet
from saying import unsaid

from graphkit.api import Session
from graphkit.arrow import without_codes
from graphkit.build import build_graph
from graphkit.cli.app import run
from graphkit.errors import GraphkitError, UsageError
from graphkit.files.folders import shipped
from graphkit.importers.baci import ImportFilter, import_baci
from graphkit.importers.reference import Reference, read_reference
from graphkit.importers.report import UnmappedError
from graphkit.seeds.facts import read_seeds
from graphkit.stores.duck.store import DuckStore

RARE_EARTHS = "rare-earths-1995-2024"
OTHER = "2024,4,24,010121,2.213,   0.036\n"
"""Horses: a code with a leading zero that no product here travels under."""


@pytest.fixture(scope="module")
def flows() -> pa.Table:
    table = parquet.read_table(shipped("seeds") / "trade" / f"{RARE_EARTHS}.parquet")
    return table.filter(pc.is_in(table["period"], pa.array(["2023", "2024"])))


@pytest.fixture(scope="module")
def lines(flows: pa.Table, reference: Reference) -> dict[str, str]:
    """The CSV of each year, in BACI's own layout."""
    numbers = {key: number for number, key in reference.by_number("baci_code").items()}
    found = {year: ["t,i,j,k,v,q\n"] for year in ("2023", "2024")}
    for row in flows.to_pylist():
        ends = f"{numbers[row['exporter']]},{numbers[row['importer']]}"
        tonnes = "NA".rjust(12) if row["tonnes"] is None else f"{row['tonnes']!r:>12}"
        found[row["period"]].append(f"{row['period']},{ends},{row['hs']},{row['usd']!r},{tonnes}\n")
    return {year: "".join([*rows, OTHER]) for year, rows in found.items()}


@pytest.fixture
def archive(lines: dict[str, str], tmp_path: Path) -> Path:
    path = tmp_path / "BACI_HS92_V202601.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for year, text in lines.items():
            archive.writestr(f"BACI_HS92_Y{year}_V202601.csv", text)
        archive.writestr("country_codes_V202601.csv", "country_code,country_name\n4,Afghanistan\n")
        archive.writestr("Readme.txt", "CEPII")
    return path


@pytest.mark.parametrize("more", [" (1)", "(2)", " - Copy", ".download"])
def test_a_name_as_a_browser_changes_it_still_tells_the_edition(more, reference, tmp_path):
    path = tmp_path / f"BACI_HS92_Y2024_V202601{more}.csv"
    path.write_text("t,i,j,k,v,q\n2024,156,410,280530,1.5,0.1\n", encoding="utf-8")
    import_baci([path], tmp_path / "seeds", reference)

    [flow] = read_seeds(tmp_path / "seeds")["EXPORTS"].to_pylist()
    assert (flow["dataset"], flow["hs_revision"]) == ("baci-hs92-v202601", "HS92")


@pytest.mark.long
def test_a_file_that_a_spreadsheet_program_saved_has_the_same_flows(reference, tmp_path):
    name = "BACI_HS92_Y2024_V202601.csv"
    text = "t,i,j,k,v,q\n2024,36,410,280530,1.5,0.125\n2024,156,32,280530,12,NA\n"
    saved = {
        ",": text,
        ";": text.replace(",", ";").replace(".", ","),
        "\t": text.replace(",", "\t"),
    }
    for mark, content in saved.items():
        path = tmp_path / f"{ord(mark)}" / name
        path.parent.mkdir()
        path.write_text(content, encoding="utf-8-sig")
        report = import_baci([path], path.parent / "seeds", reference)
        assert report.remarks == {
            ",": [], ";": [f"delimiter ';' and decimal ',' in {name}"],
            "\t": [f"delimiter '\\t' and decimal '.' in {name}"],
        }[mark]  # fmt: skip

        rows = read_seeds(path.parent / "seeds")["EXPORTS"].to_pylist()
        assert [(r["exporter"], r["importer"], r["usd"], r["tonnes"]) for r in rows] == [
            ("AUS", "KOR", 1500.0, 0.125), ("CHN", "ARG", 12_000.0, None),
        ]  # fmt: skip


def imported(folder: Path) -> pa.Table:
    return without_codes(read_seeds(folder)["EXPORTS"])


def test_what_is_read_back_is_what_was_published(archive, flows, reference, tmp_path):
    report = import_baci([archive], tmp_path / "seeds", reference)
    found = imported(tmp_path / "seeds")

    keys = [(name, "ascending") for name in ("hs", "period", "exporter", "importer")]
    names = ["product", "hs", "period", "exporter", "importer", "tonnes"]
    assert (
        found.sort_by(keys).select(names).to_pylist()
        == flows.sort_by(keys).select(names).to_pylist()
    )
    assert found.sort_by(keys)["usd"].to_pylist() == pytest.approx(
        [1000 * usd for usd in flows.sort_by(keys)["usd"].to_pylist()]
    )
    wanted = {
        "dataset": "baci-hs92-v202601", "hs_revision": "HS92", "basis": "gross",
        "reporter": "reconciled", "source": "cepii-baci-hs92-v202601",
    }  # fmt: skip
    assert found.select(list(wanted)).to_pylist() == [wanted] * len(flows)
    rows = {(r["what"], r["why"]): r["rows"] for r in report.table().to_pylist()}
    assert rows[("read", "rows of all files")] == len(flows) + 2
    assert rows[("left out", "other HS codes")] == 2
    assert sum(n for (what, _), n in rows.items() if what == "kept") == len(flows)


def test_the_same_files_give_the_same_bytes(archive, reference, tmp_path):
    def bytes_of(folder: Path) -> dict[str, bytes]:
        import_baci([archive], folder, reference)
        return {
            p.relative_to(folder).as_posix(): p.read_bytes()
            for p in sorted(folder.rglob("*"))
            if p.is_file()
        }

    first = bytes_of(tmp_path / "a")
    assert bytes_of(tmp_path / "b") == first
    assert bytes_of(tmp_path / "a") == first
    assert not [name for name in first if name.startswith(".")]


@pytest.mark.parametrize(
    ("wanted", "keeps"),
    [
        (ImportFilter(products=["rare earths"]), lambda f: True),
        (ImportFilter(products=["ree-metals"]), lambda f: f["hs"] == "280530"),
        (ImportFilter(products=["2846.10", "metal"]), lambda f: f["hs"] in ("284610", "280530")),
        (ImportFilter(years=[2023]), lambda f: f["period"] == "2023"),
        (ImportFilter(countries=["KOR"]), lambda f: "KOR" in (f["exporter"], f["importer"])),
    ],
)
def test_only_what_is_asked_for_is_kept(
    archive,
    flows,
    reference,
    tmp_path,
    wanted: ImportFilter,
    keeps: Callable[[dict[str, Any]], bool],
):
    import_baci([archive], tmp_path / "seeds", reference, wanted=wanted)

    expected = [flow for flow in flows.to_pylist() if keeps(flow)]
    assert len(imported(tmp_path / "seeds")) == len(expected) > 0


@pytest.mark.long
def test_a_seeds_folder_keeps_its_own_reference_and_other_tables(archive, reference, tmp_path):
    folder = tmp_path / "seeds"
    import_baci([archive], folder, reference, wanted=ImportFilter(years=[2023]))
    note = folder / "reference" / "stages.yaml"
    note.write_text(note.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    import_baci([archive], folder, reference, wanted=ImportFilter(["ree-metals"], [2024]))
    import_baci([archive], folder, reference, wanted=ImportFilter(["2846"], [2024]))

    assert note.read_text(encoding="utf-8").endswith("# mine\n")
    assert set(imported(folder)["period"].to_pylist()) == {"2023", "2024"}


# --- files that are not BACI

GOOD = "t,i,j,k,v,q\n2024,156,410,280530,1.5,0.1\n"


def refusal(files: dict[str, str | bytes], tmp_path: Path, **more: Any) -> str:
    paths = []
    for name, content in files.items():
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        paths.append(path)
    with pytest.raises(GraphkitError) as caught:
        import_baci(paths, tmp_path / "seeds", read_reference(), **more)
    assert not (tmp_path / "seeds").exists()
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"BACI_HS92_Y2024_V1.csv": "t i j k v q\n2024 156 410 280530 1.5 0.1\n"},
         "columns 't i j k v q' … t,i,j,k,v,q"),
        ({"BACI_HS92_Y2024_V1.csv": "year,exporter\n"}, "columns 'year,exporter'"),
        ({"BACI_HS92_Y2024_V1.csv": ""}, "columns ''"),
        ({"BACI_HS92_Y2024_V1.csv": GOOD + "2024,156,41"},
         "BACI_HS92_Y2024_V1.csv:3 … 3 values … 6"),
        ({"BACI_HS92_Y2024_V1.csv": GOOD + "2024,156,410,280530,much,0.1\n"}, "'much'"),
        ({"BACI_HS92_Y2024_V1.csv": "t,i,j,k,v,q\n2024,4,24,10121,2.2,1\n"},
         "BACI_HS92_Y2024_V1.csv:2 … k … '10121' … HS code … 6 digits"),
        ({"BACI_HS92_Y2023_V202501.csv": GOOD, "BACI_HS92_Y2024_V202601.csv": GOOD},
         "editions … BACI_HS92_Y2023_V202501.csv … HS92 V202501"),
        ({"BACI_HS92_Y2023_V202601.csv": GOOD, "BACI_HS22_Y2024_V202601.csv": GOOD},
         "BACI_HS22_Y2024_V202601.csv … HS22 V202601"),
        ({"BACI_HS92_V202601.zip": b"PK\x03\x04 torn"}, "BACI_HS92_V202601.zip … zip"),
        ({"BACI_HS92_V202601.zip": b"no zip"}, "BACI_HS92_V202601.zip … zip"),
        ({"mine.csv": GOOD}, "mine.csv … HS revision"),
        ({"BACI_HS92_Y2024_V1.csv": GOOD.replace("280530", "010121")},
         "no flow … BACI_HS92_Y2024_V1.csv … 1 rows"),
        ({"BACI_HS92_Y2024_V1.csv": b"t,i,j,k,v,q\n2024,156,410,\xff\xfe,1.5,0.1\n"},
         "BACI_HS92_Y2024_V1.csv:2 … k"),
    ],
)  # fmt: skip
def test_what_is_not_baci_is_refused_and_nothing_is_written(files, message, tmp_path):
    assert unsaid(refusal(files, tmp_path), message) == []


BROKEN = {
    "t": ("", "abc", "24", "NA"),
    "i": ("", "x", "-5", "1.5", "1 000", '"1'),
    "j": ("", "1e3", "9" * 30),
    "k": ("", "28053", "2805300"),
    "v": ("abc", "-5", "NaN", "inf", "1e999", "1,5", '"1', "1 000", "\0"),
    "q": ("much", "-0.1", "nan", "1e999", '2"'),
}


@pytest.mark.parametrize("column", BROKEN)
def test_a_broken_row_is_named_with_its_line(column, tmp_path):
    lines = ["t,i,j,k,v,q", *(f"2024,156,{place},280530,1.5,0.1" for place in (410, 392, 842))]
    place = lines[0].split(",").index(column)
    for number, value in enumerate(BROKEN[column]):
        cells = lines[2].split(",")
        cells[place] = value
        text = "\n".join([*lines[:2], "", ",".join(cells), *lines[3:], ""])
        folder = tmp_path / str(number)
        folder.mkdir()

        assert "BACI_HS92_Y2024_V1.csv:4: " in refusal({"BACI_HS92_Y2024_V1.csv": text}, folder)


def test_a_missing_file_and_a_torn_zip_are_refused(archive, reference, tmp_path):
    with pytest.raises(GraphkitError, match=r"BACI_HS92_Y2024_V1\.csv .*: No such file"):
        import_baci([tmp_path / "BACI_HS92_Y2024_V1.csv"], tmp_path / "seeds", reference)
    with zipfile.ZipFile(tmp_path / "BACI_HS92_V1.zip", "w") as other:
        other.writestr("notes.csv", GOOD)
    with pytest.raises(GraphkitError, match=r"BACI_HS92_V1\.zip .*no table"):
        import_baci([tmp_path / "BACI_HS92_V1.zip"], tmp_path / "seeds", reference)
    content = bytearray(archive.read_bytes())
    content[200:260] = bytes(60)
    archive.write_bytes(content)
    with pytest.raises(GraphkitError, match=r"BACI_HS92_Y\d+_V202601\.csv"):
        import_baci([archive], tmp_path / "seeds", reference)
    assert not (tmp_path / "seeds").exists()


def test_an_unknown_revision_or_another_one_is_refused(tmp_path):
    files = {"BACI_HS92_Y2024_V1.csv": GOOD}
    for given, problem in (
        ({"revision": "HS93"}, "'HS93' … HS92, HS96"),
        ({"revision": "HS17"}, "HS92 … --revision … HS17"),
        ({"version": "202501"}, "V1 … --version … 202501"),
    ):
        assert unsaid(refusal(files, tmp_path, **given), problem) == []
    with pytest.raises(UsageError, match=r"HS code.*'battery-anode'.*ree-metals"):
        import_baci([tmp_path / "BACI_HS92_Y2024_V1.csv"], tmp_path / "seeds", read_reference(),
                    wanted=ImportFilter(products=["battery-anode"]))  # fmt: skip


def test_places_that_nobody_knows_are_counted_by_their_value(reference, tmp_path):
    path = tmp_path / "BACI_HS92_Y2024_V1.csv"
    path.write_text(GOOD + "2024,9999,410,280530,0.5,0.1\n", encoding="utf-8")

    with pytest.raises(UnmappedError, match=r"25\.0 % of the value: 9999 \(25\.0 %\)") as caught:
        import_baci([path], tmp_path / "seeds", reference)
    assert caught.value.exit_code == 3
    assert not (tmp_path / "seeds").exists()

    report = import_baci([path], tmp_path / "seeds", reference, max_unknown=0.3)
    unknown = [row for row in report.table().to_pylist() if row["what"] == "unknown code"]
    assert [(r["why"], r["value"], r["share_of_value"]) for r in unknown] == [("9999", 0.5, 0.25)]
    assert len(imported(tmp_path / "seeds")) == 1


def test_two_numbers_of_one_place_are_one_flow(reference, tmp_path):
    # Belgium-Luxembourg (58) and Belgium (56); the quantity of one of the two is not known.
    path = tmp_path / "BACI_HS92_Y1999_V1.csv"
    rows = "1999,156,58,280530,1.5,3\n1999,156,56,280530,2.5,NA\n"
    path.write_text("t,i,j,k,v,q\n" + rows, encoding="utf-8")
    import_baci([path], tmp_path / "seeds", reference)

    [flow] = imported(tmp_path / "seeds").to_pylist()
    assert (flow["exporter"], flow["importer"]) == ("CHN", "BEL")
    assert (flow["usd"], flow["tonnes"]) == (4000.0, None)


# --- the command


def test_rows_that_come_twice_count_once(archive, lines, flows, reference, tmp_path):
    alone = tmp_path / "BACI_HS92_Y2024_V202601.csv"
    alone.write_text(lines["2024"] + lines["2024"].splitlines()[1] + "\n", encoding="utf-8")
    copy = tmp_path / "copy" / alone.name
    copy.parent.mkdir()
    copy.write_text(lines["2024"], encoding="utf-8")
    import_baci([archive], tmp_path / "once", reference)
    report = import_baci([archive, alone, copy], tmp_path / "seeds", reference)

    assert imported(tmp_path / "seeds") == imported(tmp_path / "once")
    year = pc.sum(pc.equal(flows["period"], "2024")).as_py()
    assert ("left out", "the same row again", 2 * year + 1, None) in report.lines


@pytest.mark.long
@pytest.mark.parametrize("version", others_long(["202601", None], 1))
def test_years_are_imported_one_by_one_or_again_beside_each_other(
    version, lines, reference, tmp_path
):
    def write(year: str, text: str) -> Path:
        path = tmp_path / f"{year}.csv"
        path.write_text(text, encoding="utf-8")
        return path

    def importing(folder: str, *paths: Path) -> list[tuple[str, str, int, float | None]]:
        return import_baci(
            paths, tmp_path / folder, reference, revision="HS92", version=version
        ).lines

    first, second = (write(year, text) for year, text in lines.items())
    half = "".join(lines["2024"].splitlines(keepends=True)[:100])
    importing("one", first, second)
    importing("two", first)
    importing("two", write("half", half))
    importing("two", second)  # into the table of that year, which holds some of its flows
    importing("two", write("half", half))
    assert importing("two", first, second)[-1][2] == 0

    def as_set(folder: str) -> set[tuple[Any, ...]]:
        return {tuple(row.items()) for row in imported(tmp_path / folder).to_pylist()}

    assert as_set("two") == as_set("one")
    assert len(imported(tmp_path / "two")) == len(as_set("one"))
    assert len(list((tmp_path / "two" / "trade").glob("*.parquet"))) == 2


@pytest.mark.long
@pytest.mark.parametrize(
    ("version", "new", "dataset"), [(None, 1, "baci-hs92"), ("202601", 2, "baci-hs92-v202601")]
)
def test_an_import_merges_with_a_copy_of_the_shipped_seeds(
    flows, lines, reference, tmp_path, version, new, dataset
):
    folder = tmp_path / "seeds"
    slice_seeds(folder, [RARE_EARTHS])
    parquet.write_table(flows, folder / "trade" / f"{RARE_EARTHS}.parquet")
    before = len(read_seeds(folder)["EXPORTS"])
    head, first, *_ = lines["2024"].splitlines(keepends=True)
    path = tmp_path / "2024.csv"
    path.write_text(f"{head}{first}2025,156,410,280530,5.5,1.25\n", encoding="utf-8")

    import_baci([path], folder, reference, revision="HS92", version=version)

    after = read_seeds(folder)["EXPORTS"]
    assert len(after) == before + new
    [flow] = [row for row in after.to_pylist() if row["period"] == "2025"]
    assert (flow["dataset"], flow["usd"], flow["tonnes"]) == (dataset, 5500.0, 1.25)


@pytest.mark.long
def test_an_import_with_the_shipped_seeds_answers_from_both(lines, tmp_path, capsys):
    path, folder = tmp_path / "BACI_HS92_Y2024_V202601.csv", tmp_path / "mine"
    path.write_text(lines["2024"], encoding="utf-8")
    line = ["import", "baci", str(path), "--products", "280530", "-o", str(folder)]

    assert run([*line, "--with-shipped"]) == 0
    assert (folder / "trade" / "cobalt-hs92-1995-2024.parquet").exists()
    assert (folder / "trade" / "baci-hs92-v202601-280530-2024.parquet").exists()
    capsys.readouterr()
    assert run([*line, "--with-shipped"]) == 2
    assert "found seeds in" in capsys.readouterr().err


def test_an_import_that_fails_leaves_no_copy_of_the_shipped_seeds(tmp_path, capsys):
    path, folder = tmp_path / "BACI_HS92_Y2024_V202601.csv", tmp_path / "mine"
    path.write_text("a,b\n1,2\n", encoding="utf-8")

    assert run(["import", "baci", str(path), "-o", str(folder), "--with-shipped"]) == 1
    assert not folder.exists()


def test_another_figure_than_the_folder_holds_is_refused(reference, tmp_path):
    path = tmp_path / "BACI_HS92_Y2024_V202601.csv"
    path.write_text("t,i,j,k,v,q\n2024,156,410,280530,1.5,2\n", encoding="utf-8")
    import_baci([path], tmp_path / "seeds", reference)
    path.write_text("t,i,j,k,v,q\n2024,156,410,280530,2.5,2\n", encoding="utf-8")
    with pytest.raises(GraphkitError, match=r"holds usd=1\.5, tonnes=2\.0 for product=ree-metals"):
        import_baci(
            [path], tmp_path / "seeds", reference, wanted=ImportFilter(products=["ree-metals"])
        )


def test_two_figures_of_one_flow_are_refused_with_both_places(reference, tmp_path):
    one, other = (tmp_path / f"BACI_HS92_Y2024_V202601{n}.csv" for n in ("", " (1)"))
    one.write_text("t,i,j,k,v,q\n2024,156,410,280530,1.5,2\n", encoding="utf-8")
    other.write_text("t,i,j,k,v,q\n" + OTHER + "2024,156,410,280530,2.5,2\n", encoding="utf-8")
    with pytest.raises(GraphkitError) as caught:
        import_baci([one, other], tmp_path / "seeds", reference, version="202601")

    assert str(caught.value) == (
        "BACI_HS92_Y2024_V202601 (1).csv:3: found v=2.5, q=2.0 for t=2024, i=156, j=410, k=280530; "
        "BACI_HS92_Y2024_V202601.csv:2 has v=1.5, q=2.0"
    )
    assert not (tmp_path / "seeds").exists()


def test_from_file_to_answer_in_two_commands(archive, tmp_path, monkeypatch, capsysbinary):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    seeds = str(tmp_path / "seeds")

    assert run(["import", "baci", str(archive), "--products", "rare earths", "--years", "2024",
                "-o", seeds, "-f", "json"]) == 0  # fmt: skip
    report = json.loads(capsysbinary.readouterr().out)
    assert report[-1]["what"] == "kept"
    assert run(["depends", "KOR", "--on", "CHN", "--for", "ree-metals", "--db", seeds,
                "-f", "json"]) == 0  # fmt: skip
    [row] = json.loads(capsysbinary.readouterr().out)["rows"]
    assert round(row["share_usd"], 4) == 0.8024
    assert row["dataset"] == "baci-hs92-v202601"


MISSING = {
    "253090": "mineral-substances", "281820": "alumina", "282580": "antimony-oxides",
    "284180": "tungstates", "380110": "artificial-graphite", "380190": "carbon-preparations",
}  # fmt: skip
"""Codes that no shipped table has, and the products that a user's own year brings."""


@pytest.mark.parametrize("revision", ["HS92", "HS17", "HS22"])
def test_codes_that_no_shipped_table_has_come_without_being_asked_for(
    revision, reference, tmp_path
):
    path = tmp_path / f"BACI_{revision}_Y2024_V202601.csv"
    rows = "".join(f"2024,156,410,{code},5.5,1.25\n" for code in MISSING)
    path.write_text(f"t,i,j,k,v,q\n{rows}{OTHER}", encoding="utf-8")
    import_baci([path], tmp_path / "seeds", reference)

    flows = imported(tmp_path / "seeds").to_pylist()
    assert {(row["hs"], row["product"]) for row in flows} == set(MISSING.items())


@pytest.mark.long
def test_a_chain_counts_the_codes_of_a_users_own_year(reference, tmp_path):
    path = tmp_path / "BACI_HS92_Y2024_V202601.csv"
    rows = "2024,156,410,250410,9,3\n2024,156,410,380110,30,6\n2024,156,410,380190,1,6\n"
    path.write_text(f"t,i,j,k,v,q\n{rows}2024,36,156,253090,8,4\n", encoding="utf-8")
    import_baci([path], tmp_path / "seeds", reference)

    with DuckStore(tmp_path / "graph.duckdb") as store:
        store.load(build_graph(read_seeds(tmp_path / "seeds")))
        session = Session(store)
        answer = session.disrupt("CHN", scope="graphite", of="KOR")
        assert {row["product"]: row["lost_share"] for row in answer.rows.to_pylist()} == {
            "natural-graphite": 1.0, "artificial-graphite": 1.0, "carbon-preparations": 1.0,
        }  # fmt: skip
        assert [*answer.coverage.without_trade] == [
            "battery-anode", "spherical-graphite",
        ]  # fmt: skip
        fits = {series.product: series.fit for series in answer.coverage.series}
        assert (fits["artificial-graphite"], fits["carbon-preparations"]) == ("exact", "basket")
        # Spodumene is among many minerals, so that it answers for no lithium.
        lithium = session.suppliers("CHN", scope="253090")
        assert lithium.rows["product"].to_pylist() == ["mineral-substances"]
        with pytest.raises(GraphkitError, match=r"minerals and brines \(inside HS 253090\)"):
            session.suppliers("CHN", scope="lithium")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--years", "20x4"], 2, "--years: … '20x4' … 2018,2020-2024"),
        (["--years", "2024-2020"], 2, "--years: … '2024-2020'"),
        (["--countries", "Koreaa"], 2, "'Koreaa' … South Korea (KOR)"),
        (["--products", "unobtainium"], 2, "'unobtainium'"),
        (["--products", "9999"], 2, "HS code … '9999'"),
        (["--max-unknown", "0", "--years", "1990"], 1, "no flow of BACI_HS92_V202601.zip"),
    ],
)
def test_a_wrong_option_is_one_line(archive, tmp_path, capfd, arguments, code, message):
    folder = tmp_path / "seeds"

    assert run(["import", "baci", str(archive), "-o", str(folder), *arguments]) == code
    out, err = capfd.readouterr()
    assert out == ""
    assert unsaid(err, message) == []
    assert err.count("\n") == 1
    assert not folder.exists()
