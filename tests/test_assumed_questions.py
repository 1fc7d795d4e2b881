"""Questions under assumptions: lists of makers near the period, and what contradicts them."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
from saying import unsaid
from test_supply_truth import Shape
from test_truth_of_questions import chain_seeds

from graphkit.answers.note import words_of_notes
from graphkit.api import Session
from graphkit.errors import UsageError
from graphkit.plot.pictures import picture

ORE = Shape({"ore": (), "oxide": ("ore",)})
SALES = ("NOR, importer: JPN, tonnes: 6", "CHN, importer: JPN, tonnes: 4",
         "JPN, importer: KOR, tonnes: 5")  # fmt: skip
LIST = ("NOR, share: 0.6", "CHN, share: 0.4")
HOW = {"scope": "p-ore", "period": "2020", "by": "tonnes"}
ASSUMED = ("assumed_low", "assumed_high", "assumption", "makers_of", "assumption_test")


def seeds(*made: str, sales: tuple[str, ...] = SALES, years: str = "2015-2019") -> dict[str, str]:
    """Japan buys ore of Norway and China, and sells half of it to Korea."""
    trade = [f"  - {{exporter: {row}, product: p-ore, period: 2020}}" for row in sales]
    trade.append("  - {exporter: NOR, importer: DEU, tonnes: 1, product: p-oxide, period: 2020}")
    rows = [f"  - {{country: {row}, product: p-ore, period: {years}}}" for row in made]
    return chain_seeds(ORE, trade, rows)


def rows_of(session: Session, **how: Any) -> dict[str, dict[str, Any]]:
    rows = session.origins("KOR", min_share=0.0, **{**HOW, **how}).rows.to_pylist()
    return {row["origin"]: row for row in rows}


def ends(row: dict[str, Any]) -> tuple[float, float]:
    return row["assumed_low"], row["assumed_high"]


def test_a_list_of_other_years_narrows_ranges_beside_the_ones_without_it(graph_of):
    session = graph_of(seeds(*LIST))
    rows = rows_of(session)
    assert (rows["JPN"]["low"], rows["JPN"]["high"]) == pytest.approx((0.0, 1.0))
    assert ends(rows["JPN"]) == pytest.approx((0.0, 0.0))
    assert ends(rows["NOR"]) == pytest.approx((0.6, 0.6))
    assert unsaid(rows["NOR"]["assumption"], "makers of 2015-2019 … 10 points", "own inputs") == []
    answer = session.origins("KOR", assume=["makers"], **HOW)
    without = "The ore of p of Land KOR from Land NOR, stage mine: … without … 0 to 60 %"
    narrowed = "makers of 2015-2019 … 10 points: 60 to 60 %"
    assert any(unsaid(note, without, narrowed) == [] for note in words_of_notes(answer.notes))
    mined = ("Land KOR’s imports", "the ore", "2020", "mined in Land NOR … at most 60 %")
    assert unsaid(answer.headline, *mined, "makers … 60 %") == []


def test_a_figure_outside_its_range_under_an_assumption_is_named(graph_of):
    session = graph_of(seeds(*LIST))
    [row] = session.origins("KOR", on="JPN", stage="mine", **HOW).rows.to_pylist()
    assert row["share"] > row["assumed_high"]
    for origin, is_outside in (("JPN", True), ("DEU", False)):
        answer = session.origins("KOR", on=origin, stage="mine", assume=["makers"], **HOW)
        outside = [note for note in answer.notes if "outside the range" in str(note)]
        assert len(outside) == is_outside
    answer = session.origins("KOR", on="JPN", stage="mine", **HOW)
    [note] = [note for note in answer.notes if "outside the range" in str(note)]
    assert unsaid(str(note), "ore … Land JPN … 0 to 0 %") == []


def test_a_picture_has_the_range_under_an_assumption_within_the_other(graph_of):
    answer = graph_of(seeds(*LIST)).origins("KOR", min_share=0.0, **HOW)
    drawn = picture(answer)
    rows = answer.rows.to_pylist()
    wanted = [
        [[100 * row[end], place] for end in ASSUMED[:2]]
        for place, row in enumerate(rows)
        if row["assumed_low"] is not None
    ]
    series = [one for one in drawn.option["series"] if one["name"] == "span"]

    assert wanted
    assert [one["data"][0]["coords"] for one in series] == wanted
    words = " ".join(ElementTree.fromstring(drawn.svg()).itertext())
    assert unsaid(words, "Thick … makers of 2015-2019") == []


def test_no_assumption_moves_a_point_or_its_range(graph_of):
    session = graph_of(seeds(*LIST))
    answers = [rows_of(session), *(rows_of(session, assume=names) for names in
                                   (["makers"], ["inputs"], ["makers", "inputs"]))]  # fmt: skip
    plain = [
        {key: {name: value for name, value in row.items() if name not in ASSUMED}
         for key, row in answer.items()} for answer in answers
    ]  # fmt: skip
    assert all(answer == plain[0] for answer in plain)
    assert plain[0] == {
        key: {name: value for name, value in row.items() if name not in ASSUMED}
        for key, row in rows_of(graph_of(seeds())).items()
    }


def test_an_assumption_stands_beside_narrow_ranges_only_if_it_is_asked_for(graph_of):
    session = graph_of(seeds(*LIST, sales=("NOR, importer: KOR, tonnes: 3",
                                           "NOR, importer: JPN, tonnes: 6",
                                           "JPN, importer: KOR, tonnes: 1")))  # fmt: skip
    assert rows_of(session)["NOR"]["assumption"] is None
    assert ends(rows_of(session, assume=["makers"])["NOR"]) == pytest.approx((1.0, 1.0))
    assumption = rows_of(session, assume=["makers"])["NOR"]["assumption"]
    assert unsaid(assumption, "makers of 2015-2019 … 10 points") == []
    assert "inputs" not in assumption


def test_a_seller_that_is_on_no_list_is_named_and_stays_as_it_is(graph_of):
    session = graph_of(seeds(*LIST, sales=(*SALES, "DEU, importer: KOR, tonnes: 5")))
    row = rows_of(session, assume=["makers"])["DEU"]
    assert ends(row) == (row["low"], row["high"])
    notes = words_of_notes(session.origins("KOR", **HOW).notes)
    assert any("on none" in note and "Land DEU 25.0 %" in note for note in notes)


@pytest.mark.parametrize(
    ("figures", "sales", "test"),
    [
        ((), (), "not tested against anything"),
        (("NOR, share: 0.65",), (), "agrees with figures of 2020"),
        (("NOR, share: 0.2",), (), "contradicted"),
        (("DEU, share: 0.2",), (), "contradicted"),
        ((), ("DEU, importer: KOR, tonnes: 5",), "contradicted"),
    ],
    ids=["none", "a figure", "a figure far off", "a new maker", "a seller"],
)
def test_a_range_says_how_old_its_list_is_and_what_it_was_tested_against(
    embedded_of, figures, sales, test
):
    files = seeds(*LIST, sales=(*SALES, *sales))
    files["production.yaml"] += "".join(
        f"\n  - {{country: {row}, product: p-ore, period: 2020}}" for row in figures
    )
    session = embedded_of(files)
    row = rows_of(session, assume=["makers"])["NOR"]

    years = "2015-2019, 2020" if "DEU, share: 0.2" in figures else "2015-2019"
    assert (row["makers_of"], row["assumption_test"]) == (years, test)
    answer = session.origins("KOR", min_share=0.0, **HOW)
    in_part = f"{test}, in part" if "agrees" in test else test
    assert {*answer.rows["assumption_test"].to_pylist()} - {None} == {in_part}
    assert unsaid(answer.caption, f"({in_part}): … makers of {'2015-2019'}") == []


@pytest.mark.long
@pytest.mark.parametrize(
    ("made", "years"),
    [((), "2015-2019"), (("NOR, share: 0.6",), "2015-2019"), (LIST, "2000-2004")],
    ids=["none", "of three fifths", "of long ago"],
)
def test_what_is_no_list_of_makers_assumes_nothing(graph_of, made, years):
    rows = rows_of(graph_of(seeds(*made, years=years)), assume=["makers"])
    assert {row["assumption"] for row in rows.values()} == {None}


def test_a_table_of_several_products_together_names_the_makers_of_each(graph_of):
    files = seeds()
    files["products.yaml"] += "\n  - {key: p-both, name: Both, stage: mine, counts: [p-ore]}"
    files["production.yaml"] = "\n".join([
        "kind: PRODUCES",
        "defaults: {source: customs, basis: content, period: 2015-2019, product: p-both}", "rows:",
        *(f"  - {{country: {row}}}" for row in LIST),
    ])  # fmt: skip
    rows = rows_of(graph_of(files))
    assert ends(rows["JPN"]) == pytest.approx((0.0, 0.0))


def test_an_unknown_assumption_is_refused(graph_of):
    session = graph_of(seeds())
    with pytest.raises(UsageError, match="makers, inputs"):
        session.origins("KOR", assume=["stocks"], **HOW)
    with pytest.raises(UsageError, match="domestic"):
        session.spof("KOR", definition="domestic", assume=["makers"])


def test_losses_have_the_assumed_range_too(graph_of):
    session = graph_of(seeds(*LIST))
    how = {**HOW, "assume": ["makers"]}
    points = session.spof("KOR", definition="structural", possible=True, **how).rows
    lost = {row["removed"]: row for row in points.to_pylist()}
    assert lost["NOR"]["high"] > lost["NOR"]["assumed_high"] - 1e-9
    assert ends(lost["NOR"]) == pytest.approx((0.6, 0.6))
    cut = session.disrupt("NOR", of="KOR", **how).rows.to_pylist()
    assert ends(cut[0]) == pytest.approx((0.6, 0.6))
    shares = session.spof("KOR", possible=True, **how).rows.to_pylist()
    looked = [row for row in shares if row["definition"] == "looked through"]
    assert all(row["assumption"] for row in looked)
