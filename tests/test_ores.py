"""Elements in mine output: the table of ores as published, ranges by hand, and the answers."""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from math import fsum
from pathlib import Path
from random import Random
from typing import Any

import build_ores
import pytest
import yaml
from saying import Naming

from graphkit.analysis.ores import ElementOutput, element_outputs, element_ranges
from graphkit.answers.note import words_of_notes
from graphkit.api import Session
from graphkit.files.folders import shipped

CELLS = Path(__file__).parent / "data" / "ores" / "usgs_myb2022_t2.csv"


def cells() -> list[list[str]]:
    with CELLS.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def seeds(name: str) -> list[dict[str, Any]]:
    path = shipped("seeds") / "ores" / f"{name}.yaml"
    return yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)["rows"]


# --- the shipped table


def test_the_shipped_ores_are_those_that_the_tool_makes(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(build_ores, "read_cells", lambda path: cells())
    monkeypatch.setattr(sys, "argv", ["", "--data", "", "--out", str(tmp_path)])
    build_ores.main()

    assert "13 ores, 195 shares" in capsys.readouterr().out
    for path in sorted((tmp_path / "ores").iterdir()):
        assert path.read_bytes() == (shipped("seeds") / "ores" / path.name).read_bytes(), path.name


def test_the_shares_of_each_ore_add_up_to_those_of_the_table():
    printed = [row[3:] for row in cells() if len(row) == 18 and row[0] != build_ores.HEAD]
    wanted = sorted(
        round(fsum(float(cell.lstrip("<")) for cell in row if cell != "NA"), 6) for row in printed
    )
    by_ore: dict[str, list[float]] = defaultdict(list)
    missing = 0
    for row in seeds("composition"):
        missing += row.get("qualifier") == "not-available"
        by_ore[row["ore"]].append(100 * float(row.get("share", 0.0)))

    assert sorted(round(fsum(shares), 6) for shares in by_ore.values()) == wanted
    assert {len(shares) for shares in by_ore.values()} == {15}
    assert missing == sum(cell == "NA" for row in printed for cell in row)


def test_every_ore_that_a_country_may_mine_is_in_the_table_and_named_ones_are_its_own():
    country_of = {row["key"]: row["country"] for row in seeds("ores")}
    rows = seeds("mined")

    assert {row["ore"] for row in rows} <= set(country_of)
    named = [row for row in rows if row.get("note", "").startswith("Named by the table")]
    assert len(named) == 4
    assert all(country_of[row["ore"]] == row["country"] for row in named)


# --- by hand


def test_the_dysprosium_of_china_and_myanmar_in_2024_is_that_of_the_published_table(ask):
    """China: 270,000 t, 10,140 to 19,150 of it from clays with 1.77 to 7.48 % of dysprosium oxide.

    The rest is bastnaesite: up to 0.21 % (Maoniuping); Weishan's is not available. Myanmar: 27,000
    t from such clays.
    """
    outputs = {output.country: output for output in shipped_outputs(ask, "Dy")}

    assert outputs["CHN"].low == pytest.approx(10_140 * 0.0177)
    assert outputs["CHN"].high == pytest.approx(19_150 * 0.0748 + 250_850 * 0.0021)
    assert outputs["MMR"].low == pytest.approx(27_000 * 0.0177)
    assert outputs["MMR"].high == pytest.approx(27_000 * 0.0748)
    assert outputs["USA"].low == 0
    assert outputs["USA"].high == pytest.approx(45_500 * 0.0021)
    assert outputs["RUS"].low == outputs["RUS"].high == pytest.approx(2_600 * 0.006)
    assert outputs["THA"].high == pytest.approx(2_100 * 0.091)


def shipped_outputs(ask: Session, element: str) -> list[ElementOutput]:
    products = {"products": ["rare-earth-ore"]}
    rows = ask.catalog.rows
    production = rows("production", **products, periods=["2024"]).to_pylist()
    ranges = element_ranges(rows("ores", **products).to_pylist(), element)
    return element_outputs(production, ranges, rows("mined-ores", **products).to_pylist())


@pytest.mark.parametrize("element", ["Dy", "Tb", "Nd", "Lu"])
def test_a_share_has_the_others_at_their_other_end(ask, element):
    outputs = shipped_outputs(ask, element)

    for one in outputs:
        others = [output for output in outputs if output is not one]
        lows, highs = (fsum(getattr(o, end) for o in others) for end in ("low", "high"))
        assert one.share_low == pytest.approx(one.low / (one.low + highs) if one.low else 0.0)
        assert one.share_high == pytest.approx(one.high / (one.high + lows))


# --- against worlds whose ores are known


@pytest.mark.parametrize("seed", range(40))
def test_what_was_mined_lies_within_the_ranges(seed):
    random = Random(seed)
    ores = {f"ore{n}": random.random() / 10 for n in range(4)}
    ranges = {ore: (w * random.random(), w * (1 + random.random())) for ore, w in ores.items()}
    production, mined, truth = [], [], {}
    for country in "ABC":
        own = {ore: 100 * random.random() for ore in random.sample(sorted(ores), 3)}
        total = fsum(own.values())
        production.append(figure(country, total))
        truth[country] = fsum(tonnes * ores[ore] for ore, tonnes in own.items())
        parts = {ore: random.choice("xy") for ore in own}
        of_part = {p: fsum(t for ore, t in own.items() if parts[ore] == p) for p in "xy"}
        limits = {p: (random.random() * t, t * (1 + random.random())) for p, t in of_part.items()}
        if country != "C":
            mined += [row(country, ore, parts[ore], *limits[parts[ore]]) for ore in own]
    world = fsum(truth.values())
    outputs = element_outputs(production, ranges, mined)

    assert {output.country for output in outputs} == set(truth)
    for output in outputs:
        of_country = truth[output.country]
        assert output.low - 1e-9 <= of_country <= output.high + 1e-9
        assert output.share_low - 1e-9 <= of_country / world <= output.share_high + 1e-9
    random.shuffle(production)
    random.shuffle(mined)
    assert element_outputs(production, ranges, mined) == outputs


def figure(country: str, tonnes: float | None, **changes: Any) -> dict[str, Any]:
    known = {"type": "country", "low": None, "high": None, "qualifier": None}
    return {"country": country, "tonnes": tonnes, **known, **changes}


def row(
    country: str, ore: str, part: str | None = None, low: float | None = None,
    high: float | None = None,
) -> dict[str, Any]:  # fmt: skip
    return {"country": country, "ore": ore, "part": part, "low": low, "high": high}


RICH, POOR = {"rich": (0.05, 0.05)}, {"poor": (0.01, 0.01)}


def test_a_country_of_one_known_ore_has_one_figure():
    (one,) = element_outputs([figure("A", 100.0)], RICH | POOR, [row("A", "poor")])

    assert (one.low, one.high, one.share_low, one.share_high) == (1.0, 1.0, 1.0, 1.0)
    assert one.ores == ("poor",)


def test_limits_that_an_output_cannot_keep_bind_nothing():
    """10 t cannot hold 20 t of the rich part; 100 t are more than both parts have at most."""
    mined = [row("A", "rich", "x", 20.0, 30.0), row("A", "poor", "y", None, 40.0)]
    small, large = (element_outputs([figure("A", t)], RICH | POOR, mined)[0] for t in (10.0, 100.0))

    assert (small.low, small.high) == (0.1, 0.5)
    assert (large.low, large.high) == (1.0, 5.0)


def test_an_output_that_is_not_published_may_be_any():
    withheld = figure("B", None, qualifier="withheld")
    one, other = element_outputs([figure("A", 100.0), withheld], POOR, [])

    assert (one.country, one.share_high) == ("B", 1.0)
    assert (other.share_low, other.share_high) == (0.0, 1.0)


def test_the_world_is_no_country_and_the_rest_counts_against_the_others():
    rows = [figure("A", 60.0), figure("XOC", 40.0, type="rest"), figure("WLD", 99.0, type="world")]
    outputs = {output.country: output for output in element_outputs(rows, POOR, [])}

    assert outputs["A"].share_high == pytest.approx(0.6)
    assert not outputs["XOC"].is_named
    assert set(outputs) == {"A", "XOC"}


def test_a_part_whose_rows_have_different_limits_has_the_widest():
    rows = [row("A", "rich", "x", 20.0, 30.0), row("A", "poor", "x", 10.0), row("A", "poor", "y")]
    alike = [{**one, "low": 10.0 if one["part"] == "x" else None, "high": None} for one in rows]
    made = [figure("A", 100.0)]

    assert element_outputs(made, RICH | POOR, rows) == element_outputs(made, RICH | POOR, alike)


def test_an_unknown_part_is_at_most_the_largest_of_its_mineral_else_of_all():
    def part(ore: str, mineral: str, share: float | None, qualifier: str | None) -> dict[str, Any]:
        return {"ore": ore, "mineral": mineral, "element": "Dy", "share": share,
                "qualifier": qualifier}  # fmt: skip

    ranges = element_ranges(
        [part("a", "m", 0.002, None), part("b", "m", None, "not-available"),
         part("c", "n", None, "not-available"), part("d", "o", 0.09, "less-than")],
        "Dy",
    )  # fmt: skip
    assert ranges == {"a": (0.002,) * 2, "b": (0.0, 0.002), "c": (0.0, 0.09), "d": (0.0, 0.09)}


# --- answers


def by_ore(ask: Session, scope: str) -> list[dict[str, Any]]:
    rows = ask.concentration(scope=scope, period="2024").rows.to_pylist()
    return [row for row in rows if row["market"] == "production by ore"]


@pytest.mark.long
def test_concentration_has_a_row_at_the_mine_for_an_element(ask):
    answer = ask.concentration(scope="dysprosium", period="2024")
    (row,) = by_ore(ask, "dysprosium")

    assert (row["product"], row["element"], row["stage"]) == ("rare-earth-ore", "Dy", "mine")
    assert row["ranges"][:2] == ["Myanmar 14 to 89 %", "China 5 to 78 %"]
    assert (row["top"], row["cr1"], row["hhi_low"]) == (None, None, None)
    assert answer.headline == Naming(
        "dysprosium in 2024 … cannot be told … Myanmar 14 to 89 % … China 5 to 78 %"
    )
    (note,) = [
        note for note in words_of_notes(answer.notes) if note.startswith("Dysprosium mined in 2024")
    ]
    assert note == Naming(
        "Myanmar 14 to 89 % (Longnan, Xinfeng, Xunwu)", "Thailand up to 21 % … 13 ores"
    )
    cited = set(answer.sources["key"].to_pylist())
    assert {"usgs-myb-2022-rare-earths", "fastmarkets-2024-02-06", "usgs-mcs-2026"} <= cited


def test_who_mines_most_is_told_where_the_ranges_tell_it(ask):
    (row,) = by_ore(ask, "neodymium")

    assert (row["top"], row["ranges"][0]) == ("CHN", "China 55 to 81 %")
    assert row["cr1"] == pytest.approx(0.5585, abs=1e-3)
    assert row["cr1_high"] == pytest.approx(0.806, abs=1e-3)
    headline = ask.concentration(scope="neodymium", period="2024").headline
    assert headline == Naming("China mined … 55 and 81 % … neodymium in 2024")


@pytest.mark.parametrize("scope", ["rare earths", "HREE", "rare-earth-ore", "mine", "gallium"])
def test_groups_products_and_elements_without_ores_have_no_row(ask, scope):
    assert by_ore(ask, scope) == []


@pytest.mark.long
def test_the_origins_of_an_element_say_who_mines_it_and_what_that_does_not_tell(ask):
    notes = " ".join(words_of_notes(ask.origins("KOR", scope="dysprosium", period="2024").notes))

    assert notes == Naming("Dysprosium mined in 2024", "not tell whose dysprosium")
    assert "mined in" not in " ".join(
        words_of_notes(ask.origins("KOR", scope="magnets", period="2024").notes)
    )


@pytest.mark.long
def test_a_brief_on_an_element_begins_with_who_mines_it(ask):
    text = ask.brief(scope="terbium", period="2024").markdown()

    assert text == Naming("Terbium mined in 2024 … ores … China 22 to")
