"""Both layouts of the USGS data releases become seeds of production and reserves."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from saying import unsaid

from graphkit.cli.app import run
from graphkit.errors import GraphkitError, UsageError
from graphkit.importers.reference import Reference
from graphkit.importers.report import FailedCheck, UnmappedError
from graphkit.importers.usgs.importer import import_usgs
from graphkit.seeds.facts import read_seeds

DATA = Path(__file__).parent / "data" / "usgs"
LONG, WIDE = DATA / "MCS2026_Commodities_Data.csv", DATA / "MCS2025_World_Data.csv"


@pytest.fixture(scope="module")
def seeds(reference: Reference, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("usgs") / "seeds"
    import_usgs([WIDE, LONG], folder, reference)
    return folder


def edges(folder: Path, kind: str, **wanted: str) -> list[dict[str, object]]:
    return [
        {k: v for k, v in row.items() if v is not None}
        for row in read_seeds(folder)[kind].to_pylist()
        if wanted.items() <= row.items()
    ]


def changed(tmp_path: Path, path: Path, change: Callable[[str], str]) -> Path:
    """A copy of a release with some of its text changed."""
    encoding = "cp1252" if path == LONG else "utf-8-sig"
    text = path.read_text(encoding=encoding)
    copy = tmp_path / path.name
    assert change(text) != text
    copy.write_text(change(text), encoding=encoding)
    return copy


@pytest.mark.long
def test_the_figures_are_those_of_the_shipped_seeds(seeds, sliced_seeds):
    mine = {(r["country"], r["product"], r["period"], r.get("basis")): r
            for r in edges(seeds, "PRODUCES", source="usgs-mcs-2026")}  # fmt: skip
    theirs = {(r["country"], r["product"], r["period"], r.get("basis")): r
              for r in edges(sliced_seeds, "PRODUCES", source="usgs-mcs-2026")}  # fmt: skip

    assert len(mine) > 150
    common = ("tonnes", "low", "high", "qualifier", "estimated", "share", "published_value")
    for key, row in mine.items():
        assert {k: row.get(k) for k in common} == {k: theirs[key].get(k) for k in common}


@pytest.mark.long
def test_the_balances_are_those_of_the_shipped_seeds(seeds, sliced_seeds):
    def figures(folder: Path) -> dict[tuple[object, ...], dict[str, object]]:
        names = ("element", "product", "statistic", "label", "period")
        rows = edges(folder, "REPORTS", source="usgs-mcs-2026")
        return {tuple(r.get(n) for n in names): {n: v for n, v in r.items() if n != "note"}
                for r in rows}  # fmt: skip

    mine, theirs = figures(seeds), figures(sliced_seeds)
    assert len(mine) > 300
    assert mine == {key: theirs[key] for key in mine}


@pytest.mark.long
def test_an_unknown_series_is_counted_and_left_out(reference, tmp_path):
    renamed = changed(tmp_path, LONG, lambda text: text.replace("Consumption, reported", "Eaten"))
    report = import_usgs([renamed], tmp_path / "seeds", reference).table().to_pylist()

    whys = [row["why"] for row in report if row["what"] == "left out"]
    assert any(unsaid(why, "MCS 2026: … tables … Eaten") == [] for why in whys)


@pytest.mark.long
def test_the_wide_layout_gives_two_years_and_reserves(seeds):
    [china] = edges(seeds, "PRODUCES", country="CHN", product="rare-earth-ore", period="2023")
    [next_year] = edges(seeds, "PRODUCES", country="CHN", product="rare-earth-ore", period="2024",
                        source="usgs-mcs-2025")  # fmt: skip
    [reserves] = edges(seeds, "HOLDS", country="CHN", product="rare-earth-ore", period="2024")

    assert (china["tonnes"], china["source"], china["basis"]) == (255_000, "usgs-mcs-2025", "REO")
    assert (next_year["tonnes"], next_year["estimated"]) == (270_000, True)
    assert (reserves["tonnes"], reserves["basis"]) == (44_000_000, "REO")


def test_reserves_beside_production_keep_their_own_words_and_bounds(seeds):
    world = edges(seeds, "HOLDS", country="WLD", product="antimony-ore", period="2024")
    nothing = edges(seeds, "HOLDS", country="GTM", product="antimony-ore", period="2024")

    for row in world:
        assert (row["published_value"], row["qualifier"]) == (">2000000", "more-than")
    for row in nothing:
        assert (row["published_value"], row["qualifier"]) == ("NA", "not-available")
    assert not any("tonnes" in row for row in world + nothing)


@pytest.mark.long
def test_what_is_read_kept_and_left_out_is_reported(reference, tmp_path):
    report = import_usgs([LONG], tmp_path / "seeds", reference).table().to_pylist()
    rows = {(row["what"], row["why"]): row["rows"] for row in report}

    read = rows["read", "rows of MCS2026_Commodities_Data.csv"]
    assert read == 767
    assert read == sum(n for (what, _), n in rows.items() if what in ("kept", "left out"))
    assert rows["checked", "tables of MCS 2026 that add up to their printed total"] >= 10
    assert rows["left out", "MCS 2026: minerals that are not critical"] > 0


@pytest.mark.long
def test_the_same_files_give_the_same_bytes_in_any_order(seeds, reference, tmp_path):
    def bytes_of(folder: Path) -> dict[str, bytes]:
        return {p.relative_to(folder).as_posix(): p.read_bytes()
                for p in sorted(folder.rglob("*")) if p.is_file()}  # fmt: skip

    import_usgs([LONG, WIDE], tmp_path / "again", reference)
    assert bytes_of(tmp_path / "again") == bytes_of(seeds)
    import_usgs([LONG, WIDE], tmp_path / "again", reference)
    assert bytes_of(tmp_path / "again") == bytes_of(seeds)


def test_utf8_and_cp1252_read_alike(seeds, reference, tmp_path):
    copy = tmp_path / LONG.name
    copy.write_text(LONG.read_text(encoding="cp1252"), encoding="utf-8")
    import_usgs([copy], tmp_path / "seeds", reference)

    for path in (tmp_path / "seeds" / "production").glob("*.yaml"):
        assert path.read_bytes() == (seeds / "production" / path.name).read_bytes()


def test_a_footnotes_digit_glued_to_a_number_is_refused_with_both_numbers(reference, tmp_path):
    glued = changed(tmp_path, LONG, lambda text: text.replace('"27,000"', '"127,000"'))

    with pytest.raises(FailedCheck) as caught:
        import_usgs([glued], tmp_path / "seeds", reference)
    message = str(caught.value)
    assert caught.value.exit_code == 3
    assert unsaid(message, "rare-earth-ore, 2024, REO: … countries add up", "380,000 t") == []
    assert unsaid(message, "27,000 for Burma's 127,000") == []
    assert not (tmp_path / "seeds").exists()


def test_a_country_that_is_missing_is_refused_too(reference, tmp_path):
    def without_china(text: str) -> str:
        lines = text.splitlines(keepends=True)
        return "".join(line for line in lines if "839,000" not in line)

    with pytest.raises(FailedCheck, match=r"gallium, 2024, .* 9,000 kg.* 848,000 kg"):
        import_usgs([changed(tmp_path, LONG, without_china)], tmp_path / "seeds", reference)


@pytest.mark.long
def test_places_that_nobody_knows_are_counted_within_their_own_table(reference, tmp_path):
    path = changed(
        tmp_path, LONG, lambda t: t.replace("Gallium,Japan,Production", "Gallium,Edo,Production")
    )

    report = import_usgs([path], tmp_path / "a", reference).table().to_pylist()
    unknown = {r["why"]: r for r in report if r["what"] == "unknown code"}
    row = unknown["Edo: gallium, 2024, Ga-content, usgs-mcs-2026"]
    assert row["value"] == 3.0
    assert row["share_of_value"] == pytest.approx(3 / 848)
    assert not edges(tmp_path / "a", "PRODUCES", country="JPN", product="gallium", period="2024",
                     source="usgs-mcs-2026")  # fmt: skip

    with pytest.raises(UnmappedError, match=r"0\.4 % .*gallium, 2024, .* Edo;"):
        import_usgs([path], tmp_path / "b", reference, max_unknown=0.003)
    assert not (tmp_path / "b").exists()


def test_a_release_of_another_year_brings_its_source(reference, tmp_path):
    def next_year(text: str) -> str:
        for old, new in ((",2025,", ",2026,"), (",2024,", ",2025,")):
            text = text.replace(old, new)
        return text

    import_usgs([changed(tmp_path, LONG, next_year)], tmp_path / "seeds", reference)
    facts = read_seeds(tmp_path / "seeds")
    assert set(facts["PRODUCES"]["source"].to_pylist()) == {"usgs-mcs-2027"}
    assert "usgs-mcs-2027" in facts["Source"]["key"].to_pylist()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "columns '' … Mineral Commodity"),
        (b"year;country\n2024;CHN\n", "columns 'year;country' … Mineral Commodity"),
        (LONG.read_bytes().replace(b",", b";"), "separated by commas"),
        (LONG.read_bytes()[:20_000], "truncated"),
        (WIDE.read_bytes()[:5_001], "truncated"),
        (LONG.read_bytes().replace(b"839,000", b"plenty"), "figure 'plenty'"),
        (LONG.read_bytes().replace(b"kilograms", b"carats"), "unit 'carats'"),
        (LONG.read_bytes().replace(b"kilograms,2025", b"metric tons,2025"),
         "GALLIUM: … units kg, t"),
        (LONG.read_bytes().splitlines(keepends=True)[0] + b"a,b\n", "2 values"),
        (WIDE.read_bytes()[:400] + b"\x81", "neither UTF-8 nor cp1252"),
        (WIDE.read_bytes().splitlines(keepends=True)[0], "no figure … critical mineral"),
        (b"PK\x03\x04\x00\x01", "text … zip"),
    ],
)  # fmt: skip
def test_what_is_not_a_release_is_refused_in_one_line(content, message, reference, tmp_path):
    path = tmp_path / "MCS.csv"
    path.write_bytes(content)

    with pytest.raises(GraphkitError) as caught:
        import_usgs([path], tmp_path / "seeds", reference)
    assert unsaid(str(caught.value), message) == []
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "seeds").exists()


def test_a_missing_file_and_one_given_twice_are_refused(reference, tmp_path):
    with pytest.raises(GraphkitError, match=r"none\.csv .*: No such file"):
        import_usgs([tmp_path / "none.csv"], tmp_path / "seeds", reference)
    with pytest.raises(UsageError, match="2026 twice"):
        import_usgs([LONG, LONG], tmp_path / "seeds", reference)


@pytest.mark.long
def test_a_folder_that_has_the_figures_already_is_not_written_to(seeds, reference, tmp_path):
    folder = tmp_path / "seeds"
    shutil.copytree(seeds, folder)
    gallium = folder / "production" / "gallium-mcs-2026.yaml"
    gallium.rename(folder / "production" / "mine.yaml")

    with pytest.raises(FailedCheck, match=r"duplicate PRODUCES .*\(and \d+ more\)\. Nothing is"):
        import_usgs([LONG], folder, reference)
    assert not gallium.exists()


# --- the command


@pytest.mark.long
def test_from_file_to_answer_in_two_commands(tmp_path, monkeypatch, capsysbinary):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    seeds = str(tmp_path / "seeds")

    assert run(["import", "usgs", str(LONG), "-o", seeds, "-f", "json"]) == 0
    report = json.loads(capsysbinary.readouterr().out)
    assert report[0]["what"] == "read"
    assert run(["concentration", "--for", "gallium", "--period", "2024",
                "--db", seeds, "-f", "json"]) == 0  # fmt: skip
    [row, *_] = json.loads(capsysbinary.readouterr().out)["rows"]
    assert "CHN" in json.dumps(row)


def test_a_missed_total_is_one_line_and_exit_code_3(tmp_path, capfd):
    glued = changed(tmp_path, LONG, lambda text: text.replace('"27,000"', '"127,000"'))

    assert run(["import", "usgs", str(glued), "-o", str(tmp_path / "seeds")]) == 3
    out, err = capfd.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith("graphkit: MCS 2026, production: rare-earth-ore, 2024, REO:")
