"""Each kind of picture: its numbers are those of the answer's rows, and its text is readable."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from itertools import combinations, product
from typing import Any
from xml.etree import ElementTree

import pyarrow as pa
import pytest
from long_cases import others_long
from saying import Naming, words_around

from graphkit.answers.answer import Answer, side_by_side, undoubted
from graphkit.answers.figures import UNFIT, money
from graphkit.answers.remarks import with_remarks
from graphkit.answers.sentence import Kind, Sentence
from graphkit.api import Session
from graphkit.plot.canvas import MOST_ROWS, Axis
from graphkit.plot.charts import NO_DATA, Bars, labelled_rows, round_up
from graphkit.plot.drawing import INK, NARROW, SHADES, WIDTH, name_of, point_of, shade, text_width
from graphkit.plot.pictures import picture
from graphkit.questions.registry import QUESTIONS
from graphkit.questions.supply.single_points_picture import FILLED_BY

ASKED: dict[str, Callable[[Session], Answer]] = {
    "depends": lambda g: g.depends("KOR", scope="rare earths", period="2024"),
    "dependents": lambda g: g.dependents("CHN", scope="magnets", min_share=0.9),
    "suppliers": lambda g: g.suppliers("KOR", scope="magnets", period="2024"),
    "origins": lambda g: g.origins("JPN", scope="magnets", period="2024"),
    "leverage": lambda g: g.leverage("KOR", "CHN", scope="rare earths"),
    "spof": lambda g: g.spof("KOR", scope="rare earths"),
    "disrupt": lambda g: g.disrupt("CHN", scope="ree-compounds", loss=0.8, slack=0.2),
    "cascade": lambda g: g.cascade("CHN", scope="ree-compounds"),
    "stocks": lambda g: g.stocks("CHN", scope="magnets-metal", of="KOR", stock_days=60.0),
    "diversify": lambda g: g.diversify("KOR", scope="ree-metals", slack=0.5),
    "targets": lambda g: g.targets("EU27"),
    "unknowns": lambda g: g.unknowns("KOR", scope="ree-metals"),
    "controls": lambda g: g.controls("CHN"),
    "concentration": lambda g: g.concentration(scope="rare earths"),
    "reliance": lambda g: g.reliance("USA"),
    "n_minus_1": lambda g: g.n_minus_1(),
    "prices": lambda g: g.prices(scope="rare earths"),
    "criticality": lambda g: g.criticality(scope="Dy,Nd"),
    "flows": lambda g: g.flows(scope="ree-metals", period="2024"),
    "network": lambda g: g.network(scope="magnets", period="2024", expand=["KOR"]),
    "centrality": lambda g: g.centrality(scope="magnets", period="2024"),
    "layered_centrality": lambda g: g.layered_centrality(scope="rare earths"),
    "compare": lambda g: g.compare("2023", "2024", of="KOR", scope="rare earths"),
    "trend": lambda g: g.trend("KOR", scope="ree-compounds"),
    "production_trend": lambda g: g.production_trend("CHN", scope="rare-earth-ore"),
    "claims": lambda g: g.claims(of="KOR"),
    "claims_check": lambda g: g.claims_check(of="KOR", scope="rare earths"),
    "claims_conflicts": lambda g: g.claims_conflicts(),
    "uses": lambda g: g.uses("gallium"),
    "plants": lambda g: g.plants("COD", scope="cobalt"),
    "owners": lambda g: g.owners("COD", scope="cobalt", by="seat"),
    "companies": lambda g: g.companies("COD", scope="cobalt", period="2024"),
}
NEEDS_OTHER_DATA = {"control_effects", "mirror"}
"""Questions whose rows the shipped data do not give."""


def values(option: dict[str, Any], name: str, place: int | None = None) -> list[float | None]:
    """The numbers of the series with a name, in its order."""
    (series,) = [one for one in option["series"] if one["name"] == name]
    found = [item["value"] if isinstance(item, dict) else item for item in series["data"]]
    return found if place is None else [value[place] for value in found]


def shares(rows: Iterable[dict[str, Any]], column: str) -> list[float | None]:
    """The shares of a column in percent."""
    return [None if row[column] is None else 100 * row[column] for row in rows]


def test_every_question_is_drawn_here():
    drawn = {name for name, declared in QUESTIONS.items() if declared.picture}

    assert drawn - NEEDS_OTHER_DATA == set(ASKED)


BASKETS: dict[str, Callable[[Session], Answer]] = {
    "depends": lambda g: g.depends("KOR", scope="dysprosium"),
    "dependents": lambda g: g.dependents("CHN", scope="dysprosium"),
    "suppliers": lambda g: g.suppliers("KOR", scope="dysprosium"),
    "origins": lambda g: g.origins("KOR", scope="dysprosium"),
    "spof": lambda g: g.spof("KOR", scope="dysprosium"),
    "disrupt": lambda g: g.disrupt("CHN", scope="dysprosium"),
    "cascade": lambda g: g.cascade("CHN", scope="dysprosium"),
    "stocks": lambda g: g.stocks("CHN", scope="dysprosium", of="KOR", stock_days=60.0),
    "concentration": lambda g: g.concentration(scope="dysprosium"),
    "reliance": lambda g: g.reliance("KOR", scope="dysprosium"),
    "prices": lambda g: g.prices(scope="dysprosium"),
    "flows": lambda g: g.flows(scope="dysprosium"),
    "network": lambda g: g.network(scope="dysprosium", period="2024"),
    "centrality": lambda g: g.centrality(scope="dysprosium", period="2024"),
    "layered": lambda g: g.layered_centrality(scope="dysprosium"),
    "compare": lambda g: g.compare("2023", "2024", of="KOR", scope="dysprosium"),
    "trend": lambda g: g.trend("KOR", scope="dysprosium"),
}
"""Questions about an element that no customs code holds alone."""


EVERY = {**ASKED, **{f"{name} of a basket": ask for name, ask in BASKETS.items()}}
"""Questions of every verb, and those whose figures are of a basket."""


@pytest.fixture(scope="module")
def answer_of(ask: Session) -> Callable[[str], Answer]:
    """Ask a question of these once for all of its pictures."""
    return cache(lambda question: EVERY[question](ask))


@pytest.mark.parametrize("question", others_long(BASKETS, 2))
def test_a_title_says_that_figures_are_of_a_basket(answer_of, question):
    for narrow in (False, True):
        text = words_around(picture(answer_of(f"{question} of a basket"), narrow=narrow).option)

        assert re.search("holds? other elements too|rare earths together|goods included", text)


@pytest.mark.parametrize("question", others_long(EVERY, 4))
def test_a_title_names_what_is_a_basket_or_a_proxy_and_weights_in_doubt(answer_of, question):
    """A product that is not named is counted behind those that are."""
    answer = answer_of(question)
    rows = undoubted(with_remarks(answer)).rows.to_pylist()
    unfit = {row["product"] for row in rows if row.get("fit") in UNFIT}
    unfit |= {series.product for part in answer.coverage.parts.values()
              for series in part.series if series.fit in UNFIT}  # fmt: skip
    names = {answer.names.get(key, key) for key in unfit}
    text = words_around(picture(answer).option)
    unnamed = [name for name in names if name not in text]

    assert not unnamed or re.search(rf"and {len(unnamed)} more: its code", text)
    assert names == set() or re.search("other|together|all |holds|code", text)
    assert any(row.get("doubt") for row in rows) == ("without weights in doubt" in text)


def test_a_title_says_that_weights_in_doubt_are_left_out(ask):
    answer = ASKED["disrupt"](ask)
    rows = answer.rows.append_column("doubt", pa.array(["a flow"] * len(answer.rows)))

    assert "without weights in doubt" in words_around(picture(replace(answer, rows=rows)).option)


NOTHING = {
    "reliance": "no row has a computed or a published figure",
    "n_minus_1": "no row has a ratio",
    "prices": "no figure is a price of a tonne",
    "uses": "no use has a published share",
    "plants": "no plant has a place",
    "owners": "no capacity is known in tonnes",
    "companies": "less than half of the output has a known maker",
    "criticality": "no material has a supply risk",
    "claims": "no claim gives a share",
    "claims_check": "no claim has a share and a computed figure beside it",
    "claims_conflicts": "no pair of claims gives two shares",
}
"""Pictures of a figure that a row may lack, and what stands in the place of one without any."""


@pytest.mark.parametrize(("path", "said"), others_long(NOTHING.items(), 3))
def test_rows_without_a_figure_are_a_line_that_says_so(answer_of, path, said):
    answer = answer_of(path)
    rows = answer.rows
    for place, field in enumerate(rows.schema):
        if pa.types.is_floating(field.type):
            rows = rows.set_column(place, field, pa.nulls(len(rows), field.type))
    root = ElementTree.fromstring(picture(replace(answer, rows=rows)).svg())

    assert f"Nothing to draw: {said}." in " ".join(root.itertext())


@pytest.mark.parametrize(("narrow", "path"), others_long(product((False, True), ASKED), 6))
def test_every_question_has_a_picture_whose_text_stays_on_it(answer_of, path, narrow):
    drawn = picture(answer_of(path), narrow=narrow)
    root = ElementTree.fromstring(drawn.svg())
    texts = [box for node in root.iter("{http://www.w3.org/2000/svg}text") if (box := boxed(node))]

    assert drawn.drawn > 0
    assert len(drawn.option["series"]) > 0
    assert "\n" not in drawn.option["title"][0]["subtext"]
    assert [
        text
        for text, left, top, right, bottom in texts
        if min(left, top) < -1 or right > drawn.width + 1 or bottom > drawn.height + 1
    ] == []
    assert drawn.width == (NARROW if narrow else WIDTH)
    assert [(one[0], two[0]) for one, two in combinations(texts, 2) if cover(one, two)] == []


@pytest.mark.parametrize("path", others_long(ASKED, 3))
def test_every_question_has_a_slide_whose_text_stays_on_it(answer_of, path):
    drawn = picture(answer_of(path), slide=True)
    root = ElementTree.fromstring(drawn.svg())
    texts = [box for node in root.iter("{http://www.w3.org/2000/svg}text") if (box := boxed(node))]

    assert (root.get("width"), root.get("height")) == ("1920", "1080")
    assert drawn.width / drawn.height == 1920 / 1080
    assert drawn.width <= 960  # letters are as large as they are meant to be
    assert drawn.drawn > 0
    assert [box for box in texts if min(box[1:3]) < -1 or box[3] > drawn.width + 1
            or box[4] > drawn.height + 1] == []  # fmt: skip
    assert [(one[0], two[0]) for one, two in combinations(texts, 2) if cover(one, two)] == []


Box = tuple[str, float, float, float, float]


def boxed(node: ElementTree.Element) -> Box | None:
    """The text of a node with its left, top, right and bottom; its ink is seven tenths as high."""
    text = "".join(node.itertext())
    numbers = [float(n) for n in re.findall(r"-?[\d.]+", node.get("transform", ""))]
    turned = len(numbers) == 6
    place = numbers[-2:] or [0.0, 0.0]
    style = node.get("style", "")
    size = re.search(r"([\d.]+)px", style)
    assert size, style
    wide = text_width(text, float(size[1]), bold="bold" in style)
    left = float(node.get("x", 0))
    left -= {"end": wide, "middle": wide / 2}.get(node.get("text-anchor", ""), 0)
    middle = float(node.get("y", 0))
    if node.get("dominant-baseline") != "central":
        middle -= 0.35 * float(size[1])
    half = 0.35 * float(size[1])
    box = left, middle - half, left + wide, middle + half
    if turned:  # by a right angle: across is down
        assert numbers[:4] == [0, 1, -1, 0]
        box = -box[3], box[0], -box[1], box[2]
    x, y = place
    return (text, box[0] + x, box[1] + y, box[2] + x, box[3] + y) if text.strip() else None


def cover(one: Box, two: Box) -> bool:
    """True if two texts lie on one another."""
    return min(one[3], two[3]) > max(one[1], two[1]) and min(one[4], two[4]) > max(one[2], two[2])


@pytest.mark.parametrize(
    ("path", "name", "column"),
    [
        ("depends", "by value", "share_usd"),
        ("dependents", "by weight", "share_tonnes"),
        ("disrupt", "lost directly", "direct"),
        ("disrupt", "lost through others", "indirect"),
        ("disrupt", "recovered by slack", "recovered"),
        ("disrupt", "uncovered", "uncovered"),
    ],
)
def test_bars_are_the_column_of_the_rows(ask, path, name, column):
    answer = ASKED[path](ask)
    drawn = picture(answer)
    bars = values(drawn.option, name)
    rows = answer.rows.to_pylist()[: min(len(bars), drawn.drawn)]

    assert bars == pytest.approx(shares(rows, column))


def test_the_buyers_of_one_supplier_are_coloured_by_its_share_on_the_map(ask):
    answer = ASKED["dependents"](ask)
    rows = answer.rows.to_pylist()
    option = picture(answer).option
    colours = {part["name"]: part["itemStyle"]["areaColor"] for part in option["geo"]["regions"]}

    assert colours == {row["consumer"]: shade(row["share_usd"])[0] for row in rows}
    assert [piece["color"] for piece in option["visualMap"]["pieces"]] == list(SHADES)
    assert picture(answer).world


@pytest.mark.parametrize("path", ["suppliers", "origins", "flows", "trend"])
def test_a_narrow_picture_has_the_numbers_of_the_wide_one(ask, path):
    answer = ASKED[path](ask)
    wide, narrow = (picture(answer, narrow=each).option["series"] for each in (False, True))

    assert [bare(one["data"]) for one in wide] == [bare(one["data"]) for one in narrow]
    assert [one.get("links") for one in wide] == [one.get("links") for one in narrow]


def bare(data: Iterable[Any]) -> list[Any]:
    """The numbers of a series, or the ends of its lines."""
    return [
        (item.get("value") or item.get("coords") or item.get("name"))
        if isinstance(item, dict) else item
        for item in data
    ]  # fmt: skip


@pytest.mark.long
def test_origins_are_bars_with_ranges_and_the_unknown_is_hatched(ask):
    answer = ASKED["origins"](ask)
    rows = answer.rows.take(answer.first_rows(MOST_ROWS)).to_pylist()
    option = picture(answer).option
    known, unknown, ends = (
        next(one for one in option["series"] if one["name"] == name)
        for name in ("looked through", "unknown", "range ends")
    )
    ranges = [100 * row[end] for row in rows
              if row["low"] is not None and row["high"] - row["low"] <= 0.97
              for end in ("low", "high")]  # fmt: skip
    bars = [
        next(value for value in pair if value is not None)
        for pair in zip(values(option, known["name"]), values(option, unknown["name"]), strict=True)
    ]

    assert bars == pytest.approx(shares(rows, "share"))
    assert [item[0] for item in ends["data"]] == pytest.approx(ranges)
    assert ["decal" in item["itemStyle"] for item in unknown["data"]] == [True] * len(rows)
    assert [item["value"] is None for item in known["data"]] == [
        row["origin"] in NO_DATA for row in rows
    ]


def test_a_chain_is_bands_between_the_makers_of_each_stage(ask):
    answer = ASKED["origins"](ask)
    links = answer.links.to_pylist()
    (chain,) = [one for one in picture(answer).option["series"] if one["type"] == "sankey"]
    into = {}
    for band in chain["links"]:
        into[band["target"]] = into.get(band["target"], 0) + band["value"]
    last = 100 * sum(row["share"] for row in links if not row["next_stage"])
    direct = {band["source"]: band["value"] for band in chain["links"]
              if band["target"] == "4 JPN"}  # fmt: skip
    china = next(r for r in links if r["stage"] == "component" and r["maker"] == "CHN")

    assert into["4 JPN"] == pytest.approx(last)
    assert direct["3 CHN"] == pytest.approx(100 * china["share"])
    assert {node["depth"] for node in chain["data"]} == {0, 1, 2, 3, 4}
    assert ["decal" in node["itemStyle"] for node in chain["data"]] == [
        node["name"].endswith("unknown") for node in chain["data"]
    ]


def test_at_face_value_bars_and_bands_are_those_of_the_sellers(ask):
    answer = ask.origins("JPN", scope="magnets", period="2024", chain="face-value")
    rows = answer.rows.take(answer.first_rows(MOST_ROWS)).to_pylist()
    option = picture(answer).option
    bars = [
        next(value for value in pair if value is not None)
        for pair in zip(values(option, "face value"), values(option, "unknown"), strict=True)
    ]
    (chain,) = [one for one in option["series"] if one["type"] == "sankey"]
    china = next(r for r in rows if (r["traced_to"], r["origin"]) == ("component", "CHN"))
    band = next(band for band in chain["links"] if band["source"] == "3 CHN")

    assert bars == pytest.approx(shares(rows, "face_value"))
    assert values(option, "looked through", 0) == pytest.approx(
        shares([row for row in rows if row["origin"] not in NO_DATA], "share")
    )
    assert band["value"] == pytest.approx(100 * china["face_value"])
    assert band["tooltip"]["formatter"] == Naming(
        f"{band['value']:.1f} % … imports … face value … "
        f"Component: China {band['value']:.1f} % … Japan"
    )


def test_a_band_shows_the_ranges_that_the_rows_give(ask):
    answer = ASKED["origins"](ask)
    rows = {(r["traced_to"], r["origin"]): r for r in answer.rows.to_pylist()}
    china = rows["component", "CHN"]
    said = [f"{100 * china[name]:.1f} %" for name in ("share", "low", "high")]
    options = [picture(answer, narrow=each).option for each in (False, True)]
    chain, narrow = (
        next(one for one in option["series"] if one["type"] == "sankey") for option in options
    )
    node = next(node for node in chain["data"] if node["name"] == "3 CHN")
    band = next(band for band in chain["links"] if band["source"] == "3 CHN")
    told = f"Component: China {said[0]}, at least {said[1]}, at most {said[2]}"

    assert 0 < china["low"] < china["share"] < china["high"]
    assert node["label"]["formatter"] == f"China\n{said[1].removesuffix(' %')} to {said[2]}"
    assert node["tooltip"]["formatter"] == told
    assert band["tooltip"]["formatter"] == Naming(
        f"{band['value']:.1f} % … imports … traced … {told} … Japan"
    )
    assert [b["tooltip"] for b in narrow["links"]] == [b["tooltip"] for b in chain["links"]]
    assert [n["label"]["formatter"] for n in narrow["data"] if n["name"] == "3 CHN"] == ["CHN"]


@pytest.mark.long
def test_answers_side_by_side_are_one_picture(ask):
    answers = {key: ask.origins(key, scope="magnets", period="2024") for key in ("JPN", "KOR")}
    option = picture(side_by_side(answers)).option

    assert {label.partition(" · ")[0] for label in option["yAxis"][0]["data"]} == {
        "Japan", "South Korea",
    }  # fmt: skip
    assert {one["type"] for one in option["series"]} == {"bar", "lines", "scatter"}


def test_a_single_point_is_one_row_of_face_value_and_of_the_most_certain_stage(ask):
    answer = ASKED["spof"](ask)
    rows = answer.rows.to_pylist()
    option = picture(answer).option
    products = option["yAxis"][0]["data"]
    faces = {products[row]: share for share, row in values(option, "face value: bought there")}
    bars = {
        (products[row], name): share
        for name in FILLED_BY.values() if name in option["legend"]["data"]
        for row, share in enumerate(values(option, name)) if share is not None
    }  # fmt: skip

    assert faces == pytest.approx({
        answer.names[row["product"]]: 100 * row["share"]
        for row in rows if row["definition"] == "face value"
    })  # fmt: skip
    for key in {row["product"] for row in rows}:
        traced = [r for r in rows if r["product"] == key and r["definition"] != "face value"]
        order = [*FILLED_BY]
        best = min(traced, key=lambda r: (order.index(r["verdict"]), -r["share"]))
        bar = bars[answer.names[key], FILLED_BY[best["verdict"]]]
        assert bar == pytest.approx(100 * best["share"])
    assert len(bars) == len(products)


@pytest.mark.long
def test_single_points_of_everybody_are_what_is_at_stake(ask):
    answer = ask.spof(scope="magnets", period="2024")
    option = picture(answer).option
    largest = max(row["at_stake"] for row in answer.rows.to_pylist() if row["traced_to"])

    assert option["yAxis"][0]["data"][0] == "China"
    assert values(option, "looked through")[0] == pytest.approx(100 * largest)


def test_a_range_that_leaves_nothing_out_is_not_published_and_no_line():
    plot = labelled_rows(
        WIDTH, ["China", "Chile"], Axis("share", most=1),
        bars=[Bars("share", [0.3, 0.2], [INK] * 2)], ranges=[(0, 0.0, 0.98), (1, 0.1, 0.9)],
        beside_range=True,
    )  # fmt: skip
    (line,) = [one for one in plot.parts["series"] if one["name"] == "range"]

    assert [item["coords"] for item in line["data"]] == [[[10, 1], [90, 1]]]
    assert plot.parts["yAxis"][1]["data"] == ["30.0 %,\nnot published", "20.0 %"]
    assert plot.note == Naming("0 to 100 %")


def test_cover_is_drawn_by_month_for_one_consumer_and_in_all_for_several(ask):
    options = {"scope": "magnets-metal", "period": "2024", "stock_days": 100.0, "slack": 0.1}
    one = ask.stocks("CHN", of="KOR", **options)
    several = ask.stocks("CHN", top=3, **options)
    parts = {"arrives": "arrivals", "from slack": "from_slack", "from stocks": "from_stocks",
             "uncovered": "uncovered"}  # fmt: skip

    option = picture(one).option
    for name, column in parts.items():
        numbers = [100 * row[column] or None for row in one.rows.to_pylist()]
        assert values(option, name) == pytest.approx(numbers)
    rows = several.rows.to_pylist()
    firsts = [100 * row["uncovered_in_all"] for row in rows if row["month"] == 1]
    assert values(picture(several).option, "uncovered") == pytest.approx(firsts)
    assert len(firsts) == 3


def test_failures_are_filled_and_those_who_hold_are_pale(ask):
    answer = ASKED["cascade"](ask)
    drawn = picture(answer)
    rows = sorted(answer.rows.to_pylist()[: drawn.drawn], key=lambda row: row["round"])
    pairs = zip(values(drawn.option, "fails"), values(drawn.option, "holds"), strict=True)

    assert [fails is not None for fails, _ in pairs] == [row["failed"] for row in rows]


def test_a_market_is_a_whole_of_its_largest_countries_from_the_mine_on(ask):
    answer = ASKED["concentration"](ask)
    rows = [row for row in undoubted(answer).rows.to_pylist() if row["hhi_low"] is not None]
    option = picture(answer).option

    rows.sort(key=lambda row: (row["stage_order"], not row["market"].startswith("production")))
    assert values(option, "the largest country") == pytest.approx(shares(rows, "cr1"))
    parts = [values(option, one["name"]) for one in option["series"]]
    assert [sum(whole) for whole in zip(*parts, strict=True)] == pytest.approx([100] * len(rows))
    first = rows[0]
    assert option["yAxis"][1]["data"][0].startswith(
        f"China {100 * first['cr1']:.1f} %, {first['hhi_low']:,.0f}"
    )


def test_a_trend_is_the_shares_of_the_largest_partners_under_the_value(ask):
    answer = ASKED["trend"](ask)
    rows = answer.rows.to_pylist()
    option = picture(answer).option
    stack = [one for one in option["series"] if one.get("stack")]
    china = rows[0]["first_partners"].index("CHN")

    assert values(option, "M USD") == pytest.approx([row["usd"] / 1e6 for row in rows])
    assert values(option, "HHI") == pytest.approx([row["hhi_usd"] for row in rows])
    assert values(option, "China") == pytest.approx(
        [100 * row["first_shares_usd"][china] for row in rows]
    )
    assert [sum(whole) for whole in zip(*(one["data"] for one in stack), strict=True)] == (
        pytest.approx([100] * len(rows))
    )


def test_what_a_data_set_does_not_list_is_hatched_in_a_trend(ask):
    answer = ASKED["trend"](ask)
    unlisted = [0.25, *[0.0] * (len(answer.rows) - 1)]
    place = answer.rows.column_names.index("unlisted_share")
    rows = answer.rows.set_column(place, "unlisted_share", pa.array(unlisted))
    option = picture(replace(answer, rows=rows)).option
    (hatched,) = [one for one in option["series"] if one["name"] == "not listed"]
    stack = [one for one in option["series"] if one.get("stack")]

    assert hatched["data"] == [100 * share for share in unlisted]
    assert "decal" in hatched["itemStyle"]
    assert values(option, "China")[0] == pytest.approx(
        75 * rows["first_shares_usd"][0].as_py()[rows["first_partners"][0].as_py().index("CHN")]
    )
    assert sum(one["data"][0] for one in stack) == pytest.approx(100)


def test_a_trend_of_many_products_has_a_panel_for_the_largest_trade(ask):
    answer = ASKED["trend"](ask)
    rows = answer.rows.to_pylist()
    goods = [{**row, "product": f"good-{n}", "usd": n * row["usd"]}
             for n in (3, 1, 2, 9, 8, 7, 4, 5, 6, 10) for row in rows]  # fmt: skip
    many = pa.Table.from_pylist(goods, answer.rows.schema)
    option = picture(replace(answer, rows=many)).option
    heads = [title["text"].partition(":")[0] for title in option["title"][2:]]

    assert heads == [f"good-{n}" for n in (10, 9, 8, 7)]
    assert "the 4 largest products of 10." in words_around(option)


BEGUN = ("in force from", "licensed from")
"""Marks of the day on which an act came into force."""


def test_controls_stand_in_the_years_that_their_axis_names(ask):
    answer = ASKED["controls"](ask)
    option = picture(answer).option
    svg = picture(answer).svg()
    since = [day for day in answer.rows["since"].to_pylist() if day][:20]
    begun = {one["name"]: one["data"] for one in option["series"] if one["name"] in BEGUN}
    marks = sorted((mark for data in begun.values() for mark in data), key=lambda m: m["value"][1])
    days = [datetime.fromtimestamp(mark["value"][0] / 1000, UTC) for mark in marks]

    assert [f"{day:%Y-%m-%d}"[: len(text)] for day, text in zip(days, since, strict=True)] == since
    measures = answer.rows["measure"].to_pylist()
    assert len(begun["licensed from"]) == measures.count("licence") > 0
    assert len(begun["in force from"]) == len(measures) - measures.count("licence") > 0
    years = {day.year for day in days}
    assert {f">{year}</text>" in svg for year in years} == {True}


def test_a_control_is_a_line_from_its_first_day_to_its_suspension_or_end(ask):
    answer = ask.controls("CHN", date="2026-01-31")
    option = picture(answer).option
    rows = [row for row in answer.rows.to_pylist() if row["since"]]
    solid = [one for one in option["series"]
             if one["name"] == "span" and one["lineStyle"]["type"] == "solid"]  # fmt: skip

    def day(text: str) -> datetime:
        return datetime(*(int(part) for part in [*text.split("-"), "1", "1"][:3]), tzinfo=UTC)

    for row, line in zip(rows, solid, strict=True):
        (begin, _), (end, _) = line["data"][0]["coords"]
        stop = row["suspended_from"] or min(row["until"] or "2026-01-31", "2026-01-31")
        stop = max(stop, row["since"])  # of one that was suspended before it applied
        assert begin == day(row["since"]).timestamp() * 1000
        assert end == day(stop).timestamp() * 1000
    (today,) = option["series"][0]["markLine"]["data"]
    assert today == {"xAxis": day("2026-01-31").timestamp() * 1000, "name": "2026-01-31"}


def test_a_country_that_all_rows_have_is_named_above_them(ask):
    answer = replace(ASKED["depends"](ask), sentence=Sentence())
    asked = ask.depends("KOR", on="CHN", scope="rare earths", period="2024")

    assert {row["supplier"] for row in answer.rows.to_pylist()} == {"CHN"}
    assert words_around(picture(answer).option) == Naming("every row: China")
    assert "every row" not in words_around(picture(asked).option)


def test_prices_far_apart_are_on_a_logarithmic_axis_and_numbered_from_the_highest(ask):
    answer = ASKED["prices"](ask)
    option = picture(answer).option
    last = [
        [point["value"] for point in line["data"] if point is not None][-1]
        for line in option["series"]
    ]
    known = [row["usd_per_tonne"] for row in answer.rows.to_pylist() if row["usd_per_tonne"]]

    assert max(known) > 30 * min(known)
    assert option["yAxis"]["type"] == "log"
    assert last == sorted(last, reverse=True)
    assert option["legend"]["data"] == [line["name"] for line in option["series"]]
    assert [name.split()[0] for name in option["legend"]["data"]] == [
        str(number) for number in range(1, len(last) + 1)
    ]


def test_a_legend_names_no_bars_that_are_not_there(ask):
    answer = ASKED["cascade"](ask)
    fails = {row["failed"] for row in answer.rows.to_pylist()}
    option = picture(answer).option

    assert fails == {True}
    assert option["legend"]["data"] == ["fails"]


def test_flows_are_arcs_between_the_sums_of_exporters_and_importers(ask):
    answer = ASKED["flows"](ask)
    rows = answer.rows.to_pylist()
    option = picture(answer).option
    arcs, numbers, exporters, importers = option["series"]
    sold, total = {}, sum(row["usd"] for row in rows)
    for row in rows:
        sold[row["exporter"]] = sold.get(row["exporter"], 0) + row["usd"]
    first, second = sorted(arcs["data"], key=lambda arc: -arc["lineStyle"]["width"])[:2]

    assert [bar["value"] for bar in exporters["data"]] == pytest.approx(
        sorted(sold.values(), reverse=True)[:8]
    )
    assert exporters["data"][0]["label"]["formatter"] == f"{100 * max(sold.values()) / total:.1f} %"
    assert sum(bar["value"] for bar in importers["data"]) <= total
    assert first["coords"] == [list(point_of(rows[0][end])) for end in ("exporter", "importer")]
    for arc, row in ((first, rows[0]), (second, rows[1])):
        assert (arc["lineStyle"]["width"] / 9) ** 2 == pytest.approx(row["usd"] / 1e9, rel=0.02)
    assert [point["label"]["formatter"] for point in numbers["data"]] == [*map(str, range(1, 11))]
    assert (
        "\n".join(title["text"] for title in option["title"][2:4])
        .splitlines()[0]
        .startswith(f"1  {first['name'][:12]}")
    )
    assert "HS 280530" in words_around(option)
    assert len({axis["max"] for axis in option["xAxis"]}) == 1


def test_a_flow_whose_share_is_not_known_has_its_amount_alone(ask):
    answer = ASKED["flows"](ask)
    shares = answer.rows.column_names.index("share")
    rows = answer.rows.set_column(shares, "share", pa.nulls(len(answer.rows), pa.float64()))
    arcs = picture(replace(answer, rows=rows)).option["series"][0]

    assert re.fullmatch(r"[\w ]+ to [\w ]+: [\d.]+ [kM]? ?USD", arcs["data"][-1]["name"])


def test_hubs_are_on_the_map_where_the_area_of_a_circle_is_the_measure_of_the_title(ask):
    answer = ASKED["centrality"](ask)
    rows = {row["name"]: row for row in answer.rows.to_pylist()}
    circles, names = picture(answer).option["series"]
    china, germany = (next(c for c in circles["data"] if c["name"] == name)
                      for name in ("China", "Germany"))  # fmt: skip
    measure = answer.scope.as_object()["measures"][0]
    ratio = rows["Germany"][measure] / rows["China"][measure]

    _, narrow = picture(answer, narrow=True).option["series"]
    codes = [name["label"]["formatter"] for name in narrow["data"]]

    assert china["value"][2] == rows["China"][measure]
    assert names["data"][0]["label"]["formatter"] == answer.rows["name"][0].as_py()
    assert [answer.rows["country"][0].as_py()] == [*answer.sentence.claims[0].subject]
    sellers = sorted(rows.values(), key=lambda row: (-row[measure], row["country"]))
    assert codes == [row["country"] for row in sellers][:9]
    assert (germany["symbolSize"] / china["symbolSize"]) ** 2 == pytest.approx(ratio, rel=0.01)


def test_hubs_over_time_are_lines_of_the_first_of_the_newest_period(ask):
    answer = ask.centrality(scope="ree-metals", over_time=True)
    newest = [row for row in answer.rows.to_pylist() if row["period"] == "2024"]
    first = sorted(newest, key=lambda row: -row["betweenness"])[:8]
    series = picture(answer).option["series"]

    assert [one["name"] for one in series] == [row["name"] for row in first]
    assert [one["data"][-1]["value"] for one in series] == [row["betweenness"] for row in first]
    assert len({str(one["lineStyle"]["type"]) for one in series[:5]}) == 5


def test_changes_are_the_shares_of_both_periods_the_largest_first(ask):
    answer = ASKED["compare"](ask)
    option = picture(answer).option
    count = len(option["yAxis"][0]["data"])
    every = answer.rows.to_pylist()
    rows = [every[place] for place in answer.first_of_each(("product",), count)]

    def change(row: dict[str, Any]) -> float:
        return abs((row["share_usd_after"] or 0) - (row["share_usd_before"] or 0))

    rows.sort(key=change, reverse=True)
    for period, column in (("2023", "share_usd_before"), ("2024", "share_usd_after")):
        known = [row for row in rows if row[column] is not None]
        assert values(option, period, 0) == pytest.approx(shares(known, column))


def test_checked_claims_are_claimed_and_computed_with_their_difference(ask):
    answer = ASKED["claims_check"](ask)
    rows = [row for row in answer.rows.to_pylist()
            if row["unit"] == "share" and row["found"] is not None]  # fmt: skip
    option = picture(answer).option
    borne_out = [100 * row["found"] for row in rows if row["verdict"] == "borne out"]

    assert values(option, "claimed", 0) == pytest.approx(shares(rows, "claimed_low"))
    assert values(option, "data: borne out", 0) == pytest.approx(borne_out)
    assert option["yAxis"][1]["data"] == [row["differs"] for row in rows]


def test_reliance_is_the_computed_figure_beside_the_published_one(ask):
    answer = ASKED["reliance"](ask)
    rows = [r for r in answer.rows.to_pylist()
            if r["reliance_low"] is not None or r["published_value"] is not None][:24]  # fmt: skip
    option = picture(answer).option
    published = [row["published_value"] for row in rows if row["published_value"] is not None]
    computed = [
        None if r["reliance_low"] is None else 100 * max(0, r["reliance_low"]) for r in rows
    ]

    assert values(option, "computed, at least") == pytest.approx(computed)
    assert values(option, "published", 0) == pytest.approx([100 * share for share in published])


def test_mirror_reports_are_what_either_side_says(ask):
    flow = {"consumer": "KOR", "supplier": "CHN", "product": "ree-metals", "period": "2024"}
    rows = [{**flow, "usd_exporter": 2.5e6, "usd_importer": 4e6},
            {**flow, "supplier": "JPN", "usd_exporter": None, "usd_importer": 1e6}]  # fmt: skip
    suppliers = ASKED["suppliers"](ask)
    answer = replace(
        suppliers, rows=pa.Table.from_pylist(rows), picture=QUESTIONS["mirror"].picture
    )
    option = picture(answer).option

    assert option["xAxis"]["name"] == "M USD"
    assert values(option, "exporter says") == [2.5, None]
    assert values(option, "importer says") == [4.0, 1.0]


def test_the_suppliers_of_one_product_are_drawn_until_the_others_are_few(ask):
    answer = ask.suppliers("KOR", scope="magnets-metal", period="2024")
    rows = answer.rows.to_pylist()
    option = picture(answer).option
    labels, bars = option["yAxis"]["data"], values(option, "by value")

    assert labels[-1] == f"{len(rows) - len(labels) + 1} others"
    assert sum(bars) == pytest.approx(100)
    assert bars[:-1] == pytest.approx(shares(rows[: len(bars) - 1], "share_usd"))
    assert sum(bars[:-1]) / 100 >= 0.95
    assert sum(bars[:-2]) / 100 < 0.95


def test_a_share_that_may_move_is_drawn_from_its_least_to_its_most(ask):
    answer = ASKED["dependents"](ask)
    count, rows = len(answer.rows), answer.rows
    for name, value in {"share_usd": None, "share_usd_low": 0.5, "share_usd_high": 0.75,
                        "share_tonnes": None}.items():  # fmt: skip
        place = rows.column_names.index(name)
        rows = rows.set_column(place, name, pa.array([value] * count, pa.float64()))
    option = picture(replace(answer, rows=rows)).option
    (line,) = [one for one in option["series"] if one["name"] == "range"]

    assert set(values(option, "by value")) == {50}
    assert line["data"][0]["coords"] == [[50, 0], [75, 0]]
    assert set(option["yAxis"][1]["data"]) == {"50.0 to 75.0 %"}
    assert {part["itemStyle"]["areaColor"] for part in option["geo"]["regions"]} == {shade(0.5)[0]}


@pytest.mark.parametrize(("value", "end"), [(0.38, 0.4), (5700, 6000), (10_000, 10_000), (0, 1)])
def test_an_axis_ends_at_a_round_number(value, end):
    assert round_up(value) == end


def test_the_markets_of_the_title_are_drawn_before_others(ask):
    answer = ask.concentration()
    claim = answer.sentence.claims[0]
    labels = picture(answer).option["yAxis"][0]["data"]
    drawn = {re.sub(r"\s+", " ", label).partition(" · ")[0] for label in labels}

    assert len(answer.rows) > len(labels) >= len(claim.material) > 2
    assert drawn >= {answer.names[product] for product in claim.material}


WITH_A_FIRST = ("concentration", "suppliers", "centrality", "dependents", "network",
                "layered_centrality", "owners", "companies")  # fmt: skip
"""Questions here whose title names who is first."""


@pytest.mark.parametrize("path", others_long(WITH_A_FIRST, 6))
def test_what_a_title_says_is_first_is_drawn(answer_of, path):
    answer = answer_of(path)
    drawn = picture(answer)
    around = {part["text"] for part in drawn.option["title"][:2]}
    option = {
        **drawn.option,
        "title": [p for p in drawn.option["title"] if p["text"] not in around],
    }
    words = " ".join(str(option).replace("\\n", " ").split())
    firsts = [claim for claim in answer.sentence.claims if claim.kind is Kind.FIRST]
    subjects = {key for claim in firsts for key in claim.subject}

    assert len(subjects) > 0
    assert {
        key
        for key in subjects
        if name_of(key) not in words and answer.names.get(key, key) not in words
    } == set()


def test_losses_stand_beside_their_bars_in_the_measure_that_orders_them(answer_of):
    answer = answer_of("disrupt")
    numbers = picture(answer).option["yAxis"][1]["data"]
    rows = answer.rows.to_pylist()[: len(numbers)]

    assert numbers == [f"{money(row['lost_imports'])} USD" for row in rows]
    assert rows[0]["lost_imports"] == max(row["lost_imports"] for row in rows)
    assert numbers[0] in picture(answer).title
