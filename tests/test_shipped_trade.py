"""Answers from the shipped trade in battery minerals, beside published shares."""

from collections.abc import Iterator
from dataclasses import replace
from math import inf

import pyarrow.compute as pc
import pytest
from databases import slice_seeds
from saying import Naming

from graphkit.answers.note import words_of_notes
from graphkit.api import Session
from graphkit.build import build_graph
from graphkit.headlines.wording import part
from graphkit.seeds.facts import read_seeds
from graphkit.stores.duck.store import DuckStore

TABLES = (
    "cobalt-hs92-1995-2024", "critical-hs17-2022", "critical-hs17-2024",
    "graphite-hs92-1995-2024", "lithium-and-strontium-hs92-1995-2024",
)  # fmt: skip
SINCE = "2022"


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """The trade of these tables since 2022."""
    folder = tmp_path_factory.mktemp("batteries")
    slice_seeds(folder / "seeds", TABLES)
    facts = read_seeds(folder / "seeds")
    trade = facts["EXPORTS"]
    recent = trade.filter(pc.greater_equal(trade["period"].cast("string"), SINCE))
    with DuckStore(folder / "graph.duckdb") as store:
        store.load(build_graph(replace(facts, tables={**facts.tables, "EXPORTS": recent})))
        yield Session(store)


@pytest.mark.parametrize(
    ("product", "supplier", "period", "measure", "published"),
    [
        # KITA, in BusinessKorea 213017: lithium hydroxide, by value
        ("lithium-hydroxide", "CHN", "2022", "share_usd", 0.879),
        ("lithium-hydroxide", "CHN", "2023", "share_usd", 0.796),
        ("lithium-hydroxide", "CHL", "2022", "share_usd", 0.107),
        # Ministry of Trade, Industry and Energy, in Chosun Biz 2025-10-05: graphite
        ("natural-graphite", "CHN", "2024", "share_tonnes", 0.97),
    ],
)
def test_koreas_dependence_is_within_a_point_of_the_published_share(
    ask, product, supplier, period, measure, published
):
    [row] = ask.depends("KOR", on=supplier, scope=product, period=period).rows.to_pylist()

    assert row[measure] == pytest.approx(published, abs=0.01)


def test_a_mine_that_may_be_behind_most_of_koreas_lithium_hydroxide_has_a_row(ask):
    """No source says where China's refiners bought their spodumene; Australia mines most of it."""
    how = {"scope": "lithium-hydroxide", "period": "2024"}
    mines = ask.origins("KOR", **how, stage="mine").rows.to_pylist()
    largest = ask.origins("KOR", **how, largest=True).rows.to_pylist()
    [australia] = [row for row in mines if row["origin"] == "AUS"]

    assert australia["share"] < 0.01 < 0.5 < australia["high"]
    assert [(row["traced_to"], row["origin"]) for row in largest] == [
        ("mine", "unknown"), ("mine", "CHL"), ("separate", "CHN"),
    ]  # fmt: skip
    assert largest[1]["share"] < largest[0]["share"]
    assert largest[1]["others"] == sum(
        (row["high"] or 0.0) > largest[1]["share"] for row in mines if row["origin"] != "CHL"
    )


@pytest.mark.long
def test_an_act_on_goods_that_are_only_traded_in_a_basket_is_in_the_brief(ask):
    how = {"scope": "gallium", "period": "2024"}
    [section] = [one for one in ask.brief("KOR", **how).sections if one.title == "Export controls"]
    [row] = ask.depends("KOR", on="CHN", **how).rows.to_pylist()

    assert section.answer.rows["announcement"].to_pylist() == ["Announcement 23 of 2023"]
    assert section.points == [
        Naming(
            "China, Announcement 23 of 2023 … licence … Ga and Ge … 2023-08-01",
            f"by value in 2024 … {part(row['share_usd'])} … gallium and six more metals",
            "basket … gallium metal and germanium metal",
        ),
        Naming("-100 % in the exports of gallium from China in 2023-08 against 2023-07"),
        Naming("+55 % in the exports of gallium from China in 2024 against 2023"),
    ]


@pytest.mark.parametrize(
    ("scope", "products"),
    [("lithium", {"lithium-carbonate", "lithium-hydroxide"}),
     ("cobalt", {"cobalt-compounds", "cobalt-metal"}), ("graphite", {"natural-graphite"}),
     ("gallium", {"minor-metals"}), ("indium", {"minor-metals"}),
     ("helium", {"rare-gases"}), ("platinum group", {"palladium", "platinum"})],
)  # fmt: skip
def test_an_element_is_answered_by_the_products_bought_for_it(ask, scope, products):
    answer = ask.depends("KOR", scope=scope, period="2024")

    assert set(answer.rows["product"].to_pylist()) == products
    assert set(answer.rows["source"].to_pylist()) <= set(answer.sources["key"].to_pylist())


def test_an_answer_says_where_the_other_data_set_differs(ask):
    taken = ask.depends("KOR", scope="cobalt-compounds", period="2022")
    other = ask.depends("KOR", scope="cobalt-compounds", period="2022", dataset="baci-hs17")

    assert [row["dataset"] for row in taken.rows.to_pylist()] == ["baci-hs92"]
    assert [row["dataset"] for row in other.rows.to_pylist()] == ["baci-hs17"]
    assert Naming(
        "baci-hs17 differs … 1,549.9 M USD (HS 282200) in 2022 … 2,049.4"
    ) in words_of_notes(taken.notes)
    assert not any(
        "differs" in note for note in words_of_notes(ask.depends("KOR", scope="lithium").notes)
    )


def test_a_trend_stays_in_one_data_set_where_two_have_some_of_its_periods(ask):
    rows = ask.trend("KOR", scope="cobalt-compounds").rows.to_pylist()

    assert [(row["period"], row["dataset"]) for row in rows] == [
        (year, "baci-hs92") for year in ("2022", "2023", "2024")
    ]


def test_a_product_may_have_its_trade_in_two_data_sets_of_one_answer(ask):
    answer = ask.depends("KOR", scope="cobalt", period="2024")
    chosen = {(series.product, series.dataset) for series in answer.coverage.series}

    assert chosen == {("cobalt-compounds", "baci-hs92"), ("cobalt-metal", "baci-hs92")}


def test_a_group_and_its_baskets_are_not_added_twice(ask):
    rows = ask.suppliers("KOR", scope="811292", period="2024").rows.to_pylist()
    listed = ask.suppliers("KOR", period="2024").rows.to_pylist()

    assert {row["product"] for row in rows} == {"minor-metals"}
    of_code = [row for row in listed if row["hs"] == "811292"]
    assert sum(row["usd"] for row in of_code) == pytest.approx(sum(row["usd"] for row in rows))


def test_chinas_cobalt_of_the_congo_may_stand_under_two_codes(ask):
    answer = ask.suppliers("CHN", scope="cobalt", period="2023")

    assert answer.coverage.trade.usd is None
    [note] = [note for note in words_of_notes(answer.notes) if "two codes" in note]
    assert note == Naming(
        "Congo (Kinshasa) to China … two codes … cobalt oxides and hydroxides (HS",
        "2022 4.1 k and 5.7 bn … 2023 2.7 bn and 2.4 bn … 2024 none and 3.0 bn",
    )
    korea = ask.suppliers("KOR", scope="cobalt", period="2023")
    assert not [note for note in words_of_notes(korea.notes) if "two codes" in note]


@pytest.mark.parametrize(
    ("product", "tonnes", "part"),
    [("lithium-hydroxide", 32_822, 0.81), ("natural-graphite", 13_965, 0.049)],
)
def test_what_korea_has_to_move_is_the_sum_by_hand(ask, product, tonnes, part):
    """Imports from China less half of all; against what those who make more sell to others."""
    flows = ask.catalog.flows("trade", products=[product], periods=["2024"]).to_pylist()
    bought = [row for row in flows if row["consumer"] == "KOR"]
    of_china = sum(row["tonnes"] for row in bought if row["supplier"] == "CHN")
    moved = of_china - sum(row["tonnes"] or 0 for row in bought) / 2
    output = {
        row["country"]: row["tonnes"]
        for row in ask.catalog.rows("production", products=[product], periods=["2024"]).to_pylist()
        if row["basis"] == "gross"
    }
    elsewhere = 0.0
    for seller in {row["supplier"] for row in flows} - {"CHN", "KOR"}:
        of_seller = [row for row in flows if row["supplier"] == seller]
        sold = sum(row["tonnes"] or 0 for row in of_seller if row["consumer"] != "KOR")
        to_korea = sum(row["tonnes"] or 0 for row in of_seller if row["consumer"] == "KOR")
        elsewhere += sold if output.get(seller, inf) > to_korea else 0.0
    answer = ask.diversify("KOR", scope=product, period="2024", any_price=True, resellers=True)
    row = answer.rows.to_pylist()[0]

    assert (row["supplier"], row["verdict"]) == ("CHN", "possible")
    assert round(moved) == tonnes
    assert row["moved"] == pytest.approx(moved)
    assert row["strain"] == pytest.approx(moved / elsewhere, abs=1e-6)
    assert row["strain"] == pytest.approx(part, abs=0.002)
