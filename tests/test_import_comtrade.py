"""UN Comtrade's answers become seeds; the rows are made up, in the shape of the API."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from comtrade_rows import CHN, JPN, KOR, USA, WORLD, Row, answer, both_sides, row, table, with_trap
from saying import unsaid

from graphkit.cli.app import run
from graphkit.errors import GraphkitError, UsageError
from graphkit.importers.comtrade import import_comtrade
from graphkit.importers.reference import ImportFilter, Reference
from graphkit.importers.report import Report, UnmappedError
from graphkit.seeds.facts import read_seeds

pytestmark = pytest.mark.long

DIMENSIONS = ("motCode", "customsCode", "partner2Code")


@pytest.fixture
def load(reference: Reference, tmp_path: Path) -> Any:
    """Import some texts; the flows and the report."""

    def imported(*texts: str, **more: Any) -> tuple[list[dict[str, Any]], Report]:
        paths = []
        for number, text in enumerate(texts):
            path = tmp_path / f"{number}{'.json' if text.startswith('{') else '.csv'}"
            path.write_text(text, encoding="utf-8")
            paths.append(path)
        report = import_comtrade(paths, tmp_path / "seeds", reference, **more)
        flows: list[dict[str, Any]] = read_seeds(tmp_path / "seeds")["EXPORTS"].to_pylist()
        return flows, report

    return imported


def told(report: Report) -> dict[str, int]:
    return {line["why"]: line["rows"] for line in report.table().to_pylist()}


def amounts(flows: list[dict[str, Any]]) -> set[tuple[Any, ...]]:
    names = ("exporter", "importer", "hs", "reporter", "usd", "tonnes")
    return {tuple(flow[name] for name in names) for flow in flows}


def test_both_reports_of_a_flow_are_two_edges(load):
    flows, report = load(answer(both_sides()))

    assert amounts(flows) == {
        ("CHN", "KOR", "284690", "importer", 110_000.0, 5.0),
        ("JPN", "KOR", "284690", "importer", 40_000.0, 1.0),
        ("CHN", "KOR", "280530", "importer", 21_000.0, None),
        ("CHN", "KOR", "284690", "exporter", 100_000.0, 4.0),
        ("CHN", "KOR", "280530", "exporter", 20_000.0, 0.25),
        ("CHN", "USA", "280530", "exporter", 5_000.0, 0.05),
    }
    by_side = {(f["dataset"], f["reporter"], f["valuation"]) for f in flows}
    assert by_side == {
        ("comtrade-annual-imports", "importer", "cif"),
        ("comtrade-annual-exports", "exporter", "fob"),
    }
    same = ("hs_revision", "basis", "source", "period")
    assert {tuple(flow[name] for name in same) for flow in flows} == {
        ("HS22", "gross", "un-comtrade", "2024")
    }
    assert report.warnings == []


def test_the_double_count_trap_gives_the_totals_of_the_world_rows(load):
    rows = both_sides()
    trap = with_trap(rows)
    naive = sum(r["primaryValue"] for r in trap if r["partnerCode"] != WORLD)
    flows, report = load(answer(trap))

    kept = sum(f["usd"] for f in flows if f["importer"] == "KOR" and f["reporter"] == "importer"
               and f["hs"] == "284690")  # fmt: skip
    assert kept == pytest.approx(150_000.0, rel=0.01)
    assert naive > 5 * sum(f["usd"] for f in flows)
    said = told(report)
    assert said["rows of all files"] == len(trap)
    assert said["other than six digits"] == len(rows)
    assert said["the world, which is the sum of its partners"] == 1
    assert said["re-exports, re-imports and other parts of exports and imports"] == len(rows)
    [parts] = [why for why in said if unsaid(why, "modes", "procedures", "second partners") == []]
    assert said[parts] == 7 * len(rows)
    assert report.warnings == []


def test_without_the_columns_of_totals_the_largest_row_counts_and_a_warning_says_so(load):
    # What counts twice is smaller than its total.
    trap = [r for r in with_trap(both_sides()) if len(r["cmdCode"]) == 6]
    names = [name for name in trap[0] if name not in DIMENSIONS]
    whole, _ = load(answer(both_sides()), name="a")
    flows, report = load(table(trap, names=names), name="a")

    assert flows == whole
    [warning] = report.warnings
    assert unsaid(warning, "without", "motCode", "customsCode", "partner2Code") == []
    assert unsaid(warning, "largest", "7 flows") == []


def test_flows_in_parts_only_are_left_out_and_said(load):
    rows = [*both_sides(), row(KOR, "M", USA, "284690", 9_000.0, 9.0, motCode=2100)]
    flows, report = load(answer(rows))

    assert len(flows) == 6
    assert unsaid(report.warnings[0], "1 flows … no total", "9,000 USD at most") == []


def test_partners_that_do_not_add_up_to_the_world_are_said(load):
    rows = [r for r in both_sides() if r["partnerCode"] != JPN]
    _, report = load(answer(rows))

    [warning] = report.warnings
    assert unsaid(warning, "partners … world's row", "284690 by 410 … 2024 (73.3 %)") == []


def test_groups_are_left_out_and_remainders_are_not_countries(load):
    rows = [
        row(KOR, "M", 97, "284690", 50.0, 1.0),
        row(97, "X", KOR, "284690", 50.0, 1.0),
        row(KOR, "M", 490, "284690", 7.0, 1.0),
        row(KOR, "M", 492, "284690", 8.0, 1.0),
        row(KOR, "M", 899, "284690", 9.0, 1.0),
        row(KOR, "M", KOR, "284690", 3.0, 1.0),
    ]
    flows, report = load(answer(rows))

    assert {f["exporter"] for f in flows} == {"S19", "X492", "X899"}
    assert told(report)["groups, counted by their members"] == 2
    assert told(report)["of a country with itself: returned goods"] == 1


SPELLINGS = {
    "plain": table,
    "with a mark of its encoding": lambda rows: "\ufeff" + table(rows),
    "with a comma more": lambda rows: table(rows, end=","),
    "in capitals": lambda rows: (
        table(rows).replace("cifvalue", "CIFValue").replace("period", "Period")
    ),
    "without capitals": lambda rows: table(rows).replace("isNetWgtEstimated", "isnetWgtEstimated"),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_csv_says_the_same_as_json_in_any_spelling(load, spelling):
    rows = both_sides()
    flows, _ = load(answer(rows), name="a")
    again, _ = load(SPELLINGS[spelling](rows), name="a")

    assert again == flows


def test_months_stay_months(load):
    rows = [row(KOR, "M", CHN, "284690", 5.0, 1.0, period=p) for p in ("202401", "202312", "2023")]
    flows, _ = load(answer(rows))

    assert {(f["period"], f["dataset"]) for f in flows} == {
        ("2024-01", "comtrade-monthly-imports"), ("2023-12", "comtrade-monthly-imports"),
        ("2023", "comtrade-annual-imports"),
    }  # fmt: skip


def test_what_is_not_known_stays_unknown(load):
    rows = [
        row(KOR, "M", CHN, "284690", 5.0, 0.0),
        row(KOR, "M", JPN, "284690", 6.0, None),
        row(KOR, "M", USA, "284690", None, 4_000.0),
        row(KOR, "X", USA, "284690", None, None),
        row(KOR, "X", JPN, "284690", 7.0, 3.0, fobvalue=None, isNetWgtEstimated=None),
        row(KOR, "M", CHN, "280530", 8.0, 3.0, cifvalue=None, fobvalue=8.0),
        row(KOR, "M", JPN, "280530", 9.0, 3.0, cifvalue=5.0, isNetWgtEstimated=True),
    ]
    flows, report = load(answer(rows))

    found = {(f["reporter"], f["exporter"], f["importer"], f["hs"]): f for f in flows}
    assert len(found) == 6
    told_of = {key[1:]: (f["usd"], f["tonnes"], f["valuation"], f["tonnes_estimated"])
               for key, f in found.items()}  # fmt: skip
    assert told_of == {
        ("CHN", "KOR", "284690"): (5.0, None, "cif", None),
        ("JPN", "KOR", "284690"): (6.0, None, "cif", None),
        ("USA", "KOR", "284690"): (None, 4.0, None, False),
        ("KOR", "JPN", "284690"): (7.0, 0.003, None, None),
        ("CHN", "KOR", "280530"): (8.0, 0.003, "fob", False),
        ("JPN", "KOR", "280530"): (9.0, 0.003, None, True),
    }
    assert told(report)["without a value and a weight"] == 1


def test_without_a_primary_value_each_side_has_its_own(load):
    none = {"cifvalue": 11.0, "fobvalue": 10.0}
    rows = [row(KOR, "M", CHN, "284690", None, 1.0, **none),
            row(CHN, "X", KOR, "284690", None, 1.0, **none)]  # fmt: skip
    flows, _ = load(answer(rows))

    sides = {flow["reporter"]: (flow["usd"], flow["valuation"]) for flow in flows}
    assert sides == {"importer": (11.0, "cif"), "exporter": (10.0, "fob")}


def test_two_numbers_of_one_place_are_one_flow(load):
    rows = [
        row(KOR, "M", 58, "284690", 5.0, 1000.0, period=1998),
        row(KOR, "M", 56, "284690", 6.0, None, period=1998),
    ]
    [flow], _ = load(answer(rows))

    assert (flow["exporter"], flow["usd"], flow["tonnes"]) == ("BEL", 11.0, None)


def test_each_row_is_read_by_the_revision_that_it_names(load):
    rows = [
        row(KOR, "M", CHN, "252800", 5.0, 1.0, classificationCode="H4"),
        row(JPN, "M", CHN, "252800", 6.0, 1.0, classificationCode="H0"),
        row(USA, "M", CHN, "252810", 7.0, 1.0, classificationCode="H0"),
    ]
    flows, report = load(answer(rows), wanted=ImportFilter(products=["borates"]))

    # 252800 is of HS12 and later.
    assert {(f["importer"], f["hs"], f["hs_revision"]) for f in flows} == {
        ("KOR", "252800", "HS12"), ("USA", "252810", "HS92"),
    }  # fmt: skip
    assert told(report)["other HS codes"] == 1


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        (ImportFilter(products=["ree-metals"]), {"KOR 280530", "USA 280530", "KOR 280530 2023"}),
        (ImportFilter(products=["2805"]), {"KOR 280530", "USA 280530", "KOR 280530 2023"}),
        (ImportFilter(years=[2023]), {"KOR 280530 2023"}),
        (ImportFilter(countries=["USA"]), {"USA 280530"}),
    ],
)
def test_only_what_is_asked_for_is_kept(load, wanted, kept):
    rows = [*both_sides(), row(KOR, "M", CHN, "280530", 1.0, 1.0, period=2023)]
    flows, _ = load(answer(rows), wanted=wanted)

    names = {f"{f['importer']} {f['hs']} {f['period']}".removesuffix(" 2024") for f in flows}
    assert names == kept


def test_a_code_that_nothing_travels_under_is_refused(load):
    with pytest.raises(UsageError, match=r"HS code.*'9999'"):
        load(answer(both_sides()), wanted=ImportFilter(products=["9999"]))


def test_the_same_rows_in_any_order_give_the_same_bytes(reference, tmp_path):
    rows = with_trap(both_sides())
    found = []
    for number in range(3):
        random.Random(number).shuffle(rows)
        path = tmp_path / "pull.json"
        path.write_text(answer(rows), encoding="utf-8")
        folder = tmp_path / f"seeds{number % 2}"
        import_comtrade([path], folder, reference)
        found.append({p.relative_to(folder).as_posix(): p.read_bytes()
                      for p in sorted(folder.rglob("*")) if p.is_file()})  # fmt: skip
    assert found[0] == found[1] == found[2]
    assert "trade/comtrade-chn-kor-2024.parquet" in found[0]


def test_a_table_is_written_over_only_by_one_that_holds_all_of_it(load):
    load(answer(both_sides()))
    fewer = [r for r in both_sides() if r["partnerCode"] != USA]
    with pytest.raises(GraphkitError, match=r"\b1 flows\b"):
        load(answer(fewer))
    flows, _ = load(answer([r | {"primaryValue": 1.0} for r in both_sides()]))
    assert {f["usd"] for f in flows} == {1.0}


def test_the_same_file_twice_counts_once(load):
    flows, report = load(answer(both_sides()), table(both_sides()))

    assert len(flows) == 6
    assert told(report)["the same row again"] == 7


# --- what is refused

GOOD = both_sides()
H5 = [*GOOD, GOOD[0] | {"classificationCode": "H5"}]


def changed(number: int, **more: Any) -> list[Row]:
    return [r | more if n == number else r for n, r in enumerate(GOOD)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (answer(GOOD)[:-400], "truncated or not JSON"),
        (answer(GOOD, count=900), "truncated: … 900 rows … 7"),
        (answer([], error="Maximum number of periods for preview is 1"),
         "error … UN Comtrade: Maximum number … periods"),
        ("{}", 'no rows … object with "data"'),
        ('{"data": [1]}', "no rows"),
        (answer([{"a": 1}]), "columns 'a' … classificationCode, cmdCode"),
        (answer(changed(1, primaryValue="much")), "row 2 … 'much' … primaryValue"),
        (answer(changed(1, reporterCode=410.0)), "row 2 … '410.0' … reporterCode"),
        (answer(changed(1, cmdCode=None)), "1 rows have no cmdCode"),
        (answer(changed(1, cmdCode=10121)), "cmdCode '10121' … even number"),
        (answer(changed(1, primaryValue=-1.0)), "negative primaryValue"),
        (answer(changed(1, classificationCode="S4")), "classificationCode 'S4'"),
        (answer(changed(1, typeCode="S")), "typeCode 'S' … C"),
        (answer(changed(1, period="2024-01")), "period '2024-01' … year or"),
        (answer(H5), "284690 by 410 from 156 … 2024 … H5 … H6"),
        (answer([*GOOD, GOOD[0] | {"primaryValue": 1.0}]),
         "two figures … 284690 by 410 from 156 … 2024"),
        (table(GOOD).replace(",", ";"), "classificationCode"),
        (table(GOOD)[:-30], "not … Comtrade table: CSV parse error"),
        (table(GOOD).replace("110000.0", "lots"), "'lots'"),
        (table(changed(1, motCode=0.0)), "motCode '0.0'"),
        ("", "columns ''"),
    ],
)  # fmt: skip
def test_what_is_not_comtrade_is_refused_and_nothing_is_written(text, message, load, tmp_path):
    with pytest.raises(GraphkitError) as caught:
        load(text)
    assert unsaid(str(caught.value), message) == []
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "seeds").exists()


def test_files_with_and_without_the_columns_of_totals_are_not_mixed(load):
    names = [name for name in GOOD[0] if name not in DIMENSIONS]
    with pytest.raises(GraphkitError, match=r"same .*columns motCode"):
        load(answer(GOOD), table(GOOD, names=names))


def test_an_answer_that_is_not_utf8_is_refused(reference, tmp_path):
    path = tmp_path / "pull.json"
    path.write_bytes(answer(changed(1, cmdDesc="C?sium")).encode().replace(b"?", b"\xe9"))

    with pytest.raises(GraphkitError, match=r"pull\.json is not UTF-8: "):
        import_comtrade([path], tmp_path / "seeds", reference)


def test_as_many_rows_as_a_preview_has_are_a_warning(load):
    others = [row(KOR, "M", CHN, f"{n:06}", 1.0) for n in range(100_000, 100_493)]
    flows, report = load(answer([*GOOD, *others]))

    assert amounts(flows) == amounts(load(answer(GOOD))[0])
    [warning] = report.warnings
    assert unsaid(warning, "0.json … 500 rows", "preview") == []


def test_columns_that_an_answer_may_lack_are_unknown(load):
    lacking = ("netWgt", "isNetWgtEstimated", "cifvalue", "fobvalue")
    flows, _ = load(answer([{n: r[n] for n in r if n not in lacking} for r in GOOD]))

    assert {(f["tonnes"], f["tonnes_estimated"], f["valuation"]) for f in flows} == {
        (None, None, None)
    }
    assert sum(f["usd"] for f in flows) == sum(f["usd"] for f in load(answer(GOOD))[0])


def test_a_missing_file_and_nothing_asked_for_are_refused(reference, load, tmp_path):
    with pytest.raises(GraphkitError, match=r"none\.json .*: No such file"):
        import_comtrade([tmp_path / "none.json"], tmp_path / "seeds", reference)
    with pytest.raises(GraphkitError, match=r"0\.json .*: 7 rows"):
        load(answer(GOOD), wanted=ImportFilter(years=[1990]))
    with pytest.raises(GraphkitError, match=r"no flow of 0\.json"):
        load(answer([]))
    assert not (tmp_path / "seeds").exists()


def test_places_that_nobody_knows_are_counted_by_their_value(load, tmp_path):
    rows = [*GOOD, row(KOR, "M", 998, "284690", 150_000.0, 1.0)]
    with pytest.raises(UnmappedError, match=r"998 \(33\.6 %\)") as caught:
        load(answer(rows))
    assert caught.value.exit_code == 3
    assert not (tmp_path / "seeds").exists()

    _, report = load(answer(rows), max_unknown=0.5)
    [unknown] = [r for r in report.table().to_pylist() if r["what"] == "unknown code"]
    assert (unknown["why"], unknown["value"]) == ("998", 150_000.0)


# --- the command


def test_from_answers_to_shares_by_either_report(tmp_path, monkeypatch, capsysbinary):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    pull, seeds = tmp_path / "pull.json", str(tmp_path / "seeds")
    pull.write_text(answer(with_trap(both_sides())), encoding="utf-8")

    assert run(["import", "comtrade", str(pull), "--products", "rare earths", "-o", seeds,
                "-f", "json"]) == 0  # fmt: skip
    report = json.loads(capsysbinary.readouterr().out)
    assert report[-1]["what"] == "kept"
    ask = ["depends", "KOR", "--on", "CHN", "--for", "284690", "--db", seeds, "-f", "json"]
    found = []
    for more in ([], ["--dataset", "comtrade-annual-exports"]):
        assert run([*ask, *more]) == 0
        rows = json.loads(capsysbinary.readouterr().out)["rows"]
        found += [(r["reporter"], round(r["share_usd"], 4)) for r in rows]
    assert found == [("importer", 0.7333), ("exporter", 1.0)]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--name", "../x"], 2, "--name: … '../x' … letters, digits, - and _"),
        (["--products", "unobtainium"], 2, "'unobtainium'"),
        (["--years", "1990"], 1, "no flow of pull.json … filters"),
    ],
)
def test_a_wrong_option_is_one_line(tmp_path, capfd, arguments, code, message):
    pull, folder = tmp_path / "pull.json", tmp_path / "seeds"
    pull.write_text(answer(both_sides()), encoding="utf-8")

    assert run(["import", "comtrade", str(pull), "-o", str(folder), *arguments]) == code
    out, err = capfd.readouterr()
    assert out == ""
    assert unsaid(err, message) == []
    assert err.count("\n") == 1
    assert not folder.exists()


def test_a_flow_that_the_folder_has_under_another_name_is_refused(tmp_path, capsys):
    text = answer(both_sides())
    for name in ("one", "two"):
        (tmp_path / f"{name}.json").write_text(text, encoding="utf-8")
    seeds = tmp_path / "seeds"
    assert run(["import", "comtrade", str(tmp_path / "one.json"), "-o", str(seeds)]) == 0
    [yaml] = (seeds / "trade").glob("comtrade-[!sd]*.yaml")
    for file in (yaml, yaml.with_suffix(".parquet")):
        text = file.read_text() if file is yaml else ""
        file.rename(file.with_stem("older"))
        if file is yaml:
            (seeds / "trade" / "older.yaml").write_text(text.replace(yaml.stem, "older"))
    capsys.readouterr()

    assert run(["import", "comtrade", str(tmp_path / "two.json"), "-o", str(seeds)]) == 3
    refusal = capsys.readouterr().err
    assert unsaid(refusal, "duplicate EXPORTS", "older") == []
    assert not yaml.exists()
