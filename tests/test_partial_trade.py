"""Answers from data sets that list only some flows: ranges, steps, and what is said of the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from databases import slice_seeds
from saying import Naming
from seed_problems import MARK, assert_told
from seed_texts import SMALL

from graphkit.analysis.unlisted import POINT
from graphkit.api import Session
from graphkit.build import build_graph
from graphkit.errors import GraphkitError
from graphkit.seeds.facts import read_seeds
from graphkit.stores.duck.store import DuckStore

pytestmark = pytest.mark.long

# --- small graphs, on each database

DATASETS = """\
kind: Dataset
defaults: {reporter: importer, source: customs}
rows:
  - {key: full, name: All flows, preference: 1}
  - {key: cut, name: Largest flows, preference: 2, extent: largest-of-each, largest: 2}
  - {key: older, name: Largest flows, preference: 3, extent: largest-of-each, largest: 2,
     hs_revision: HS02}
  - {key: pairs, name: Chosen pairs, preference: 4, extent: chosen-pairs}
"""
TRADE = """\
kind: EXPORTS
defaults: {product: ree-metals, hs: 280530, reporter: importer, source: customs}
rows:
  - {exporter: CHN, importer: KOR, dataset: cut, period: 2023, usd: 80}
  - {exporter: JPN, importer: KOR, dataset: cut, period: 2023, usd: 10}
  - {exporter: NOR, importer: CHN, dataset: cut, period: 2023, usd: 6}
  - {exporter: NOR, importer: JPN, dataset: cut, period: 2023, usd: 5}
  - {exporter: CHN, importer: JPN, dataset: cut, period: 2023, usd: 7}
  - {exporter: CHN, importer: KOR, dataset: full, period: 2024, usd: 60}
  - {exporter: JPN, importer: KOR, dataset: full, period: 2024, usd: 40}
  - {exporter: CHN, importer: KOR, dataset: cut, period: 2024, usd: 60}
  - {exporter: CHN, importer: KOR, dataset: older, hs_revision: HS02, period: 2016, usd: 30}
  - {exporter: CHN, importer: KOR, dataset: pairs, period: 2020, usd: 3, tonnes: 1}
  - {exporter: JPN, importer: KOR, dataset: pairs, period: 2020, usd: 1, tonnes: 1}
"""
PARTIAL: dict[str, str | None] = {"datasets.yaml": DATASETS, "trade.yaml": TRADE}
LOW, HIGH = 80 / 95, 80 / 90
"""Norway sells its second buyer 5, so that Korea may have bought 5 of it unlisted."""


def test_a_share_that_may_move_by_a_point_is_a_range_and_no_point(graph_of):
    rows = graph_of(PARTIAL).suppliers("KOR", period="2023").rows.to_pylist()
    shares = [(row["supplier"], row["share_usd"]) for row in rows]

    assert shares == [("CHN", None), ("JPN", 10 / 90)]
    assert rows[0]["share_usd_low"] == pytest.approx(LOW)
    assert rows[0]["share_usd_high"] == pytest.approx(HIGH)
    assert [row["hhi_usd"] for row in rows] == [None, None]
    assert [row["extent"] for row in rows] == [Naming("2 largest of each country")] * 2


def test_depends_on_has_the_ranges_of_answers(graph_of):
    asked = graph_of(PARTIAL)
    statement = (
        "MATCH (c {iso3: 'KOR'})-[d:DEPENDS_ON {period: '2023'}]->(s {iso3: 'CHN'}) RETURN "
        "d.share_usd AS share, d.share_usd_low AS low, d.share_usd_high AS high, d.hhi_usd AS hhi"
    )
    [row] = asked.store.run(statement).table.to_pylist()

    assert (row["share"], row["hhi"]) == (None, None)
    assert (row["low"], row["high"]) == (pytest.approx(LOW), pytest.approx(HIGH))


def test_a_full_table_comes_before_a_partial_one_of_the_same_period(graph_of):
    asked = graph_of(PARTIAL)
    [first, _] = asked.suppliers("KOR", period="2024").rows.to_pylist()
    [other] = asked.suppliers("KOR", period="2024", dataset="cut").rows.to_pylist()

    assert (first["dataset"], first["share_usd"]) == ("full", 0.6)
    assert "extent" not in first
    assert (other["dataset"], other["extent"]) == ("cut", Naming("2 largest of each country"))
    # one supplier is listed where two could be, so that there is no other
    assert other["share_usd"] == 1.0


def test_a_trend_joins_a_publication_and_marks_the_step_between_revisions(graph_of):
    rows = graph_of(PARTIAL).trend("KOR", on="CHN").rows.to_pylist()
    told = [(r["period"], r["dataset"], r["previous"], r["step"]) for r in rows]

    assert told == [
        ("2016", "older", None, None), ("2020", "pairs", None, "HS02 before"),
        ("2023", "cut", "2020", None), ("2024", "full", "2023", None),
    ]  # fmt: skip
    by_period = {row["period"]: row for row in rows}
    assert by_period["2024"]["on_share_usd"] == 0.6
    assert by_period["2023"]["on_share_usd"] is None
    assert by_period["2023"]["on_share_usd_low"] == pytest.approx(LOW)
    assert (by_period["2024"]["new"], by_period["2024"]["lost"]) == (None, None)


def test_a_comparison_drops_the_shares_that_may_move(graph_of):
    answer = graph_of(PARTIAL).compare("2023", "2024", of="KOR")
    rows = {row["supplier"]: row for row in answer.rows.to_pylist()}
    [totals] = answer.coverage.totals

    assert (rows["CHN"]["share_usd_before"], rows["CHN"]["share_usd_after"]) == (None, 0.6)
    assert rows["CHN"]["points_usd"] is None
    assert rows["JPN"]["share_usd_before"] == pytest.approx(1 / 9)
    assert (totals.usd.before, totals.usd.hhi_before, totals.lost) == (90.0, None, None)


def test_chosen_pairs_say_nothing_of_the_rest(graph_of):
    asked = graph_of(PARTIAL)
    rows = asked.suppliers("KOR", period="2020").rows.to_pylist()

    assert [row["share_usd"] for row in rows] == [None, None]
    assert [row["share_tonnes"] for row in rows] == [None, None]
    assert [(row["share_usd_low"], row["share_usd_high"]) for row in rows] == [
        (0.0, 0.75), (0.0, 0.25),
    ]  # fmt: skip
    with pytest.raises(GraphkitError, match="no trade"):
        asked.origins("KOR", period="2020")


def test_measures_without_a_range_take_full_tables_alone(graph_of):
    asked = graph_of(PARTIAL)

    assert asked.centrality(period="2024").coverage.series[0].dataset == "full"
    with pytest.raises(GraphkitError, match="no trade"):
        asked.centrality(period="2023")


def test_a_group_counts_what_each_of_its_members_may_lack(graph_of):
    [first, *_] = graph_of(PARTIAL).suppliers("KOR+JPN", period="2023").rows.to_pylist()

    # Norway to Korea 5 at most, Norway to Japan is listed, China to both
    assert first["supplier"] == "CHN"
    assert first["usd"] == 87.0
    assert first["share_usd_low"] <= 87 / (87 + 5 + 5) + 1e-9
    assert first["share_usd_high"] >= 87 / 92


def test_flows_have_no_share_of_a_trade_that_is_not_listed(graph_of):
    rows = graph_of(PARTIAL).flows(period="2023").rows.to_pylist()

    assert rows[0]["share"] is None
    assert all(row["extent"] for row in rows)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            f"extent: {MARK}largest-of-each",
            "extent … largest-of-each … 'largest' … how many",
        ),
        (
            f"extent: largest, largest: {MARK}6",
            "largest … a number … none … largest-of-each",
        ),
        (
            f"largest: {MARK}6",
            "largest … a number … none … largest-of-each",
        ),
        (f"extent: {MARK}most", "extent … 'most'"),
        (f"extent: {MARK}smallest", "extent … 'smallest'"),
        (f"extent: largest, world_share: {MARK}1.2", "world_share … 1.2"),
    ],
)
def test_an_extent_that_says_too_little_or_too_much_is_told(tmp_path: Path, fields, message):
    row = f"  - {{key: x, name: X, preference: 9, {fields}}}\n"
    assert_told(tmp_path, {"datasets.yaml": SMALL["datasets.yaml"] + row}, message)


# --- the shipped tables

TABLES = (
    "largest-flows-hs02-2002-2016", "largest-flows-hs17-2017-2023", "magnets-2022", "magnets-2024",
    "lithium-minerals-2023", "lithium-and-strontium-hs92-1995-2024",
)  # fmt: skip
PRODUCTS = ("magnets-metal", "lithium-minerals", "lithium-carbonate", "lithium-hydroxide")


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """Magnets of every year, and lithium of 2023."""
    folder = tmp_path_factory.mktemp("partial")
    slice_seeds(folder / "seeds", TABLES)
    facts = read_seeds(folder / "seeds")
    trade = facts["EXPORTS"]
    texts = {name: trade[name].cast(pa.string()) for name in ("product", "period")}
    wanted = pc.and_(
        pc.is_in(texts["product"], pa.array(PRODUCTS)),
        pc.or_(pc.equal(texts["product"], PRODUCTS[0]), pc.equal(texts["period"], "2023")),
    )
    with DuckStore(folder / "graph.duckdb") as store:
        tables = {**facts.tables, "EXPORTS": trade.filter(wanted)}
        store.load(build_graph(replace(facts, tables=tables)))
        yield Session(store)


def test_koreas_magnets_from_china_go_from_2002_to_2024_with_one_step(ask):
    answer = ask.trend("KOR", on="CHN", scope="magnets")
    rows = answer.rows.to_pylist()

    assert [row["period"] for row in rows] == [str(year) for year in range(2002, 2025)]
    assert {r["period"]: r["step"] for r in rows if r["step"]} == {"2017": "HS02 before"}
    assert [r["period"] for r in rows if r["previous"] is None] == ["2002", "2017"]
    assert [r["period"] for r in rows if r["on_share_usd"] is not None] == ["2022", "2024"]
    assert all(r["on_share_usd_low"] < r["on_share_usd_high"] for r in rows if r["extent"])
    assert {r["hs_revision"] for r in rows if r["period"] < "2017"} == {"HS02"}
    assert answer.headline == Naming(
        "imports of metal magnets … 307.5 M USD in 2024 … at least 481.8 M USD in 2023"
    )


def test_no_share_of_a_partial_table_is_a_point_that_may_move_by_one(ask):
    rows = ask.dependents("CHN", scope="magnets", period="2023", min_share=0.001).rows.to_pylist()

    assert len(rows) > 100
    for row in rows:
        if row["share_usd_low"] is not None:
            width = row["share_usd_high"] - row["share_usd_low"]
            assert (row["share_usd"] is None) == (width >= POINT)
    assert any(row["share_usd"] is None for row in rows)


def test_a_published_share_of_koreas_magnets_is_within_the_range(ask):
    """Korea International Trade Association, in BusinessKorea 213017: 84.7 % in 2023."""
    [row] = ask.depends("KOR", on="CHN", scope="magnets", period="2023").rows.to_pylist()

    assert row["share_usd_low"] < 0.847 < row["share_usd_high"]


def test_australia_is_behind_the_lithium_of_2023(ask):
    how = {"period": "2023", "stage": "mine", "min_share": 0.0}
    minerals, carbonate, hydroxide = (
        {row["origin"]: row for row in ask.origins(buyer, scope=scope, **how).rows.to_pylist()}
        for buyer, scope in (
            ("CHN", "lithium-minerals"), ("CHN", "lithium-carbonate"), ("KOR", "lithium-hydroxide"),
        )
    )  # fmt: skip
    [share] = ask.depends("CHN", on="AUS", scope="lithium-minerals", period="2023").rows.to_pylist()

    assert share["usd"] == pytest.approx(13_005.9e6, rel=1e-4)
    assert minerals["AUS"]["low"] <= share["share_usd_low"] <= minerals["AUS"]["share"]
    assert share["share_usd_high"] <= minerals["AUS"]["high"]
    assert minerals["AUS"]["face_value"] is None
    for rows in (carbonate, hydroxide):
        row = rows["AUS"]
        assert row["low"] <= row["share"] <= row["high"]
        assert row["share"] > 0
    assert hydroxide["AUS"]["share"] > 0.3
