"""Weights in doubt: marked in the row, left out beside it, and never first."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import StringIO
from itertools import product
from math import isclose
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
import yaml
from databases import slice_seeds
from long_cases import others_long
from pyarrow import parquet
from saying import Naming, words_around

from graphkit.answers.answer import Answer, undoubted
from graphkit.answers.note import words_of_notes
from graphkit.api import Session
from graphkit.build import build_graph
from graphkit.files.folders import shipped
from graphkit.plot.pictures import picture
from graphkit.questions.shared.weights_in_doubt import doubts_in
from graphkit.render.answer import answer_columns, totals_columns
from graphkit.render.json import as_object
from graphkit.seeds.facts import read_seeds
from graphkit.stores.duck.store import DuckStore

HEAD = """\
kind: EXPORTS
defaults: {product: ree-metals, hs: 280530, basis: gross, reporter: importer, dataset: test,
           source: customs}
rows:
"""
REVIEWS = """\
kind: WEIGHT_REVIEWED
defaults: {product: ree-metals, reviewed: 2026-11-29, source: customs}
rows:
"""
FLOWS = (
    "CHN KOR 2023 50 5", "NOR KOR 2023 40 8", "JPN KOR 2023 30 3", "NOR JPN 2023 60 10",
    "CHN KOR 2024 60 6", "NOR KOR 2024 10 900", "JPN KOR 2024 30 3", "NOR JPN 2024 50 9",
    "KOR JPN 2024 20 2", "JPN NOR 2024 12 1",
)  # fmt: skip
"""900 t of Norway to Korea are 900 times too heavy for their value."""


def trade(*, heavy: str = "900", usual: str = "") -> str:
    """Write the flows, with another mass of the one that is too heavy."""
    lines = []
    for flow in FLOWS:
        seller, buyer, period, usd, tonnes = flow.split()
        mass = heavy if tonnes == "900" else tonnes
        amounts = f"usd: {usd}{f', tonnes: {mass}' if mass else ''}"
        lines.append(f"  - {{exporter: {seller}, importer: {buyer}, period: {period}, {amounts}}}")
    return HEAD + "\n".join(lines) + usual + "\n"


def judged(verdict: str, tonnes: float, more: str = "", flow: str = "NOR KOR 2024") -> str:
    seller, buyer, period = flow.split()
    return (
        f"{REVIEWS}  - {{exporter: {seller}, importer: {buyer}, period: {period}, "
        f"verdict: {verdict}, tonnes: {tonnes}{more}}}\n"
    )


ASKED: dict[str, Callable[[Session], Answer]] = {
    "suppliers": lambda graph: graph.suppliers("KOR", period="2024"),
    "depends": lambda graph: graph.depends("KOR", on="NOR", period="2023-2024"),
    "dependents": lambda graph: graph.dependents("NOR", period="2024", min_share=0.01),
    "look-through": lambda graph: graph.origins("KOR", period="2024", by="tonnes"),
    "single points": lambda graph: graph.spof("KOR", period="2024", by="tonnes"),
    "disruption": lambda graph: graph.disrupt("NOR", period="2024", by="tonnes"),
    "concentration": lambda graph: graph.concentration(period="2024"),
    "betweenness": lambda graph: graph.centrality(
        period="2024", by="tonnes", measures=("betweenness", "pagerank", "strength_in")
    ),
    "flows": lambda graph: graph.flows(period="2024", by="tonnes"),
    "trend": lambda graph: graph.trend("KOR"),
    "compare": lambda graph: graph.compare("2023", "2024", of="KOR"),
}
KEYS = ("consumer", "supplier", "country", "exporter", "importer", "origin", "traced_to",
        "definition", "market", "measure", "period")  # fmt: skip


def by_key(answer: Answer) -> dict[tuple[Any, ...], dict[str, Any]]:
    return {tuple(row.get(n) for n in KEYS): row for row in answer.rows.to_pylist()}


@pytest.mark.parametrize(("name", "published"), others_long(product(ASKED, [None, 11.0]), 1))
def test_figures_without_a_weight_are_those_of_data_that_lack_it(graph_of, name, published):
    more = "" if published is None else f", published_tonnes: {published}"
    reviews = {"reviews.yaml": judged("too-heavy", 900, more)}
    found = by_key(ASKED[name](graph_of({"trade.yaml": trade()} | reviews)))
    mass = "" if published is None else str(published)
    wanted = by_key(ASKED[name](graph_of({"trade.yaml": trade(heavy=mass)})))

    marks = 0
    assert set(wanted) <= set(found)
    for key, row in found.items():
        gone = {} if name != "concentration" else row  # exports at usual prices
        other = wanted.get(key, gone)
        for column in (c for c in row if c.endswith("_without")):
            figure = other.get(column.removesuffix("_without"))
            if isinstance(figure, float):
                assert row[column] == pytest.approx(figure)
            else:
                assert row[column] == figure
        moved = any(
            isinstance(row[c], float) and c + "_without" not in row and other.get(c) is not None
            and c != "missing_tonnes_share" and not isclose(row[c], other[c], rel_tol=5e-3)
            for c in row if not c.endswith("_without")
        )  # fmt: skip
        assert not moved, "a figure that the weight moves stands alone"
        marks += row["doubt"] is not None
        assert row["doubt"] in (None, "NOR to KOR 2024 too heavy")
    assert marks > 0


def test_a_doubted_quarter_is_in_a_series_that_ends_with_its_year(graph_of):
    flows = (("2024-Q1", 2), ("2024-Q2", 900), ("2024", 950))
    lines = (f"  - {{exporter: NOR, importer: KOR, period: {period}, usd: 10, tonnes: {tonnes}}}"
             for period, tonnes in flows)  # fmt: skip
    reviews = judged("too-heavy", 900, flow="NOR KOR 2024-Q2")
    graph = graph_of({"trade.yaml": HEAD + "\n".join(lines) + "\n", "reviews.yaml": reviews})

    marks = {row["period"]: row.get("doubt") for row in graph.trend("KOR").rows.to_pylist()}
    assert marks["2024-Q2"] == "NOR to KOR 2024-Q2 too heavy"


@pytest.mark.long
@pytest.mark.parametrize("name", ["betweenness", "flows", "look-through", "disruption"])
def test_rows_by_weight_are_in_the_order_that_they_have_without_it(graph_of, name):
    found = ASKED[name](graph_of({"trade.yaml": trade()}))
    wanted = ASKED[name](graph_of({"trade.yaml": trade(heavy="")}))

    order = list(by_key(wanted))
    assert list(by_key(found))[: len(order)] == order
    if "rank" in found.rows.column_names:
        ranks = wanted.rows["rank"].to_pylist()
        assert found.rows["rank"].to_pylist()[: len(ranks)] == ranks


@pytest.mark.parametrize("top", [1, 2])
def test_the_first_ranks_by_weight_are_those_without_it(graph_of, top):
    first = graph_of({"trade.yaml": trade()}).flows(period="2024", by="tonnes", top=top)

    rows = first.rows.to_pylist()
    assert [(r["exporter"], r["importer"]) for r in rows[:1]] == [("NOR", "JPN")]
    assert [r["rank"] for r in rows[:top]] == list(range(1, top + 1))


def test_a_table_and_a_picture_give_the_figure_without_first(graph_of):
    answer = graph_of({"trade.yaml": trade()}).suppliers("KOR", period="2024")

    heads = [column.header for column in answer_columns(answer)]
    place = heads.index("by weight")
    assert heads[place : place + 2] == ["by weight", "as reported"]
    cells = {c.header: c.cells for c in answer_columns(answer)}
    by_supplier = dict(zip(cells["Supplier"], cells["by weight"], strict=True))
    assert by_supplier == {"China": "66.7 %", "Japan": "33.3 %", "Norway": "unknown"}
    rows = {row["supplier"]: row for row in undoubted(answer).rows.to_pylist()}
    assert rows["CHN"]["share_tonnes"] == pytest.approx(2 / 3)
    assert "66.7 %" in picture(answer).svg()
    assert ">99.0 %<" not in picture(answer).svg()
    assert "· without weights in doubt" in words_around(picture(answer).option)
    assert "_without" in as_object(answer)["units"]["doubt"]


@pytest.mark.long
@pytest.mark.parametrize("name", ASKED)
def test_every_answer_with_a_weight_in_doubt_can_be_drawn_without_it(embedded_of, name):
    answer = ASKED[name](embedded_of({"trade.yaml": trade()}))
    drawn = undoubted(answer)

    assert len(answer.rows) >= len(drawn.rows) > 0
    for row in drawn.rows.to_pylist():
        assert any(isinstance(value, float) for value in row.values())
    assert "<svg" in picture(answer).svg()


def test_a_row_names_the_doubts_on_its_own_traders_alone(embedded_of):
    """Japan's share in Korea moves with both weights, and no other flow of it is doubted."""
    reviews = {"reviews.yaml": judged("too-light", 6, flow="CHN KOR 2024")}
    answer = embedded_of({"trade.yaml": trade()} | reviews).suppliers("KOR", period="2024")

    china, norway = "CHN to KOR 2024 too light", "NOR to KOR 2024 too heavy"
    marks = dict(zip(*(answer.rows[n].to_pylist() for n in ("supplier", "doubt")), strict=True))
    assert marks == {"CHN": china, "NOR": norway, "JPN": f"{norway}; {china}"}


def test_totals_of_a_comparison_give_what_they_are_without_first(graph_of):
    answer = ASKED["compare"](graph_of({"trade.yaml": trade()}))

    cells = {column.cells[0] for column in totals_columns(answer)}
    assert "9 (909 as reported)" in cells


def test_answers_by_value_and_rows_that_it_does_not_move_are_not_marked(graph_of):
    graph = graph_of({"trade.yaml": trade()})

    assert "doubt" not in graph.origins("KOR", period="2024").rows.column_names
    assert "doubt" not in graph.suppliers("JPN", period="2024").rows.column_names
    years = graph.trend("KOR").rows.to_pylist()
    assert [row["doubt"] for row in years] == [None, "NOR to KOR 2024 too heavy"]


def test_a_flow_that_is_missing_takes_the_weight_of_another_source_and_is_said_by_value(graph_of):
    reviews = judged("missing", 3, ", published_tonnes: 99, note: Says customs.", "JPN KOR 2024")
    graph = graph_of({"trade.yaml": trade(heavy="6"), "reviews.yaml": reviews})

    answer = graph.suppliers("KOR", period="2024")
    [japan] = [row for row in answer.rows.to_pylist() if row["supplier"] == "JPN"]
    assert japan["share_tonnes"] == pytest.approx(3 / 15)
    assert japan["share_tonnes_without"] == pytest.approx(99 / 111)
    note = Naming(
        "in doubt … Japan to South Korea, 3 t of rare-earth metals in 2024",
        "missing",
        "customs … 99 t … Says customs.",
    )
    assert note in words_of_notes(answer.notes)
    assert note in words_of_notes(graph.origins("KOR", period="2024").notes)  # by value
    assert "customs" in answer.sources["key"].to_pylist()


@pytest.mark.long
def test_a_plausible_weight_and_one_of_another_version_are_not_in_doubt(graph_of):
    def names(reviews: str, heavy: str = "900") -> list[str]:
        graph = graph_of({"trade.yaml": trade(heavy=heavy), "reviews.yaml": reviews})
        rows = graph.suppliers("KOR", period="2024").rows
        return rows["doubt"].to_pylist() if "doubt" in rows.column_names else []

    assert names(judged("plausible", 900)) == []
    assert len(names(judged("plausible", 850))) == 3  # another mass: the size decides
    assert names(judged("too-light", 7), heavy="6") == []
    other = {"trade.yaml": trade(heavy="6"), "reviews.yaml": judged("missing", 7)}
    notes = words_of_notes(graph_of(other).origins("KOR", period="2024").notes)
    assert not [note for note in notes if "in doubt" in note]
    assert len(names(judged("too-light", 6.05), heavy="6")) == 3


def test_answers_side_by_side_keep_the_marks_of_each(graph_of):
    answer = graph_of({"trade.yaml": trade()}).suppliers("KOR,JPN", period="2024")

    marks = defaultdict(set)
    for row in answer.rows.to_pylist():
        marks[row["consumer"]].add(row["doubt"])
    assert marks == {"KOR": {"NOR to KOR 2024 too heavy"}, "JPN": {None}}


def test_answers_side_by_side_keep_the_figures_that_no_weight_in_doubt_moves(graph_of):
    graph = graph_of({"trade.yaml": trade()})

    def shares(consumers: str) -> set[tuple[str, float | None]]:
        rows = undoubted(graph.suppliers(consumers, period="2024")).rows.to_pylist()
        return {(row["supplier"], row["share_tonnes"]) for row in rows if row["consumer"] == "JPN"}

    assert None not in {share for _, share in shares("JPN")}
    assert shares("KOR,JPN") == shares("JPN")


# --- the shipped judgements

KNOWN = {  # exporter, importer, HS code, year: known concentrates, and waste of precious metals
    ("AUS", "MYS", "280530", "2024"), ("PHL", "CHN", "260400", "2024"),
    ("USA", "CHN", "284690", "2018"), ("MMR", "CHN", "284690", "2017"),
    ("MMR", "CHN", "260900", "2011"), ("CHN", "NGA", "711290", "2010"),
    ("ESP", "BEL", "711290", "2024"),
}  # fmt: skip


@pytest.fixture(scope="module")
def reviews() -> dict[tuple[str, ...], dict[str, Any]]:
    path = shipped("seeds") / "reviews" / "weights.yaml"
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))["rows"]
    return {(r["exporter"], r["importer"], str(r["hs"]), str(r["period"])): r for r in rows}


@pytest.mark.long
def test_every_heavy_cheap_flow_since_2010_is_judged_and_each_judgement_has_its_flow(reviews):
    heavy: dict[tuple[str, ...], float] = {}
    masses: dict[tuple[str, ...], float] = {}
    for path in sorted((shipped("seeds") / "trade").glob("*1995-2024.parquet")):
        names = ["hs", "period", "exporter", "importer", "usd", "tonnes"]
        table = parquet.read_table(path, columns=names)
        table = table.filter(pc.greater_equal(table["period"], "2010"))
        of: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        for row in table.filter(pc.greater(table["tonnes"], 0)).to_pylist():
            of[row["hs"], row["period"]].append(row)
        for (hs, period), rows in of.items():
            tonnes, usd = (sum(row[name] for row in rows) for name in ("tonnes", "usd"))
            for row in rows:
                key = row["exporter"], row["importer"], hs, period
                masses[key] = row["tonnes"]
                if row["tonnes"] > 0.2 * tonnes and row["usd"] < 0.05 * usd:
                    heavy[key] = row["tonnes"]

    assert len(heavy) > 80
    assert heavy.keys() <= reviews.keys()
    for key, row in reviews.items():
        assert row["tonnes"] == pytest.approx(masses[key], rel=1e-6)
    judged_so = {key for key in heavy if reviews[key]["verdict"] == "plausible"}
    assert judged_so == KNOWN & heavy.keys()
    assert {row["verdict"] for key, row in reviews.items() if key in KNOWN} == {"plausible"}


@pytest.fixture(scope="module")
def ores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """The shipped trade in bauxite, tin ore, rare earths and their like in three years."""
    folder = tmp_path_factory.mktemp("ores")
    tables = (
        "bauxite-and-aluminum-hs92-1995-2024", "lead-tin-and-zinc-hs92-1995-2024",
        "copper-and-nickel-hs92-1995-2024", "precious-metals-hs92-1995-2024",
        "rare-earths-1995-2024",
    )  # fmt: skip
    slice_seeds(folder / "seeds", tables)
    facts = read_seeds(folder / "seeds")
    flows = facts["EXPORTS"]
    years = pc.is_in(flows["period"].cast("string"), value_set=pa.array(["2015", "2023", "2024"]))
    tables_of = {**facts.tables, "EXPORTS": flows.filter(years)}
    with DuckStore(folder / "graph.duckdb") as store:
        store.load(build_graph(replace(facts, tables=tables_of)))
        yield Session(store)


@pytest.mark.long
@pytest.mark.parametrize(
    ("product", "period", "supplier", "reported", "without"),
    [("bauxite", "2023", "GIN", 0.308, 0.762), ("tin-ore", "2015", "MMR", 0.048, 0.982)],
)
def test_a_flow_that_customs_publish_has_its_share_by_their_weight(
    ores, product, period, supplier, reported, without
):
    [row] = ores.depends("CHN", on=supplier, scope=product, period=period).rows.to_pylist()

    assert row["share_tonnes"] == pytest.approx(reported, abs=5e-4)
    assert row["share_tonnes_without"] == pytest.approx(without, abs=5e-4)


def test_waste_of_precious_metals_and_known_concentrates_are_not_in_doubt(ores):
    doubted = {(d.exporter, d.importer, d.hs, d.period) for d in doubts_in(ores.catalog)}

    assert ("TUR", "BEN", "284690", "2024") in doubted
    assert not KNOWN & doubted
    assert not [key for key in doubted if (key[2] or "").startswith("7112")]


def test_rows_in_csv_have_the_mark_and_both_figures(ores):
    rows = ores.suppliers("BEN", scope="ree-compounds", period="2024")
    text = "".join(f"{row['supplier']},{row['doubt']}\n" for row in rows.rows.to_pylist())

    assert dict(csv.reader(StringIO(text)))["TUR"] == "TUR to BEN 2024 too heavy"
