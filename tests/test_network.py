"""The network of first suppliers, and nodes of rows: answers, and the drawing that both share."""

from __future__ import annotations

from itertools import combinations
from math import hypot

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from saying import Naming, words_around

from graphkit.answers.figures import percent
from graphkit.answers.note import words_of_notes
from graphkit.api import Session
from graphkit.catalog.catalog import Catalog
from graphkit.cypher.statement import Statement
from graphkit.errors import UsageError
from graphkit.plot.drawing import NARROW, SMALL, WIDTH, text_width
from graphkit.plot.network import MOST_NODES, Arrow, Node, network, on_curve
from graphkit.plot.pictures import picture
from graphkit.questions.rows_as_network import rows_as_network

MAGNETS = {"scope": "magnets-metal", "period": "2024"}


def series_of(option):
    """The circles and arrows of a picture, and its texts."""
    graph, texts = option["series"]
    return graph, texts["data"]


def boxes_of(option):
    """The texts and circles of a picture, each with its left, top, right and bottom."""
    graph, texts = series_of(option)
    boxes = {}
    for number, text in enumerate(texts):
        (x, y), words = text["value"], text["label"]["formatter"]
        half = text_width(words, SMALL, bold=text["label"]["fontWeight"] == "bold") / 2
        boxes[f"{number} {words}"] = (x - half, y - SMALL / 2, x + half, y + SMALL / 2)
    for node in graph["data"]:
        (x, y), half = node["value"], node["symbolSize"] / 2
        boxes[f"circle {node['id']}"] = (x - half, y - half, x + half, y + half)
    return boxes


def overlaps(option):
    """Pairs of names and circles that overlap by more than a pixel."""
    return [
        (one, other)
        for (one, a), (other, b) in combinations(boxes_of(option).items(), 2)
        if min(a[2], b[2]) - max(a[0], b[0]) > 1 and min(a[3], b[3]) - max(a[1], b[1]) > 1
    ]


def test_the_first_supplier_of_a_country_is_the_largest_of_its_suppliers(ask):
    rows = [row for row in ask.network(**MAGNETS).rows.to_pylist() if row["place"] == 1]
    every = ask.flows(**MAGNETS).rows.to_pylist()
    bought: dict[str, dict[str, float]] = {}
    for flow in every:
        bought.setdefault(flow["importer"], {})[flow["exporter"]] = flow["usd"]

    assert {row["consumer"] for row in rows} == {key for key in bought if max(bought[key].values())}
    for row in rows:
        suppliers = bought[row["consumer"]]
        total = sum(suppliers.values())
        assert row["usd"] == max(suppliers.values()) == suppliers[row["supplier"]]
        assert row["imports"] == pytest.approx(total)
        assert row["share"] == pytest.approx(row["usd"] / total)
    amounts = [row["imports"] for row in rows]
    assert amounts == sorted(amounts, reverse=True)


def test_expanding_a_country_adds_all_that_it_buys_and_sells(ask):
    plain = ask.network(**MAGNETS).rows.to_pylist()
    rows = ask.network(**MAGNETS, expand=["korea"]).rows.to_pylist()
    flows = ask.flows(**MAGNETS, of="KOR").rows.to_pylist()
    pairs = {(row["supplier"], row["consumer"]) for row in rows}

    assert pairs >= {(row["supplier"], row["consumer"]) for row in plain}
    assert {pair for pair in pairs if "KOR" in pair} == {
        (flow["exporter"], flow["importer"]) for flow in flows if flow["usd"]
    }
    assert all("KOR" in (row["supplier"], row["consumer"]) for row in rows if row["place"] > 1)
    assert len(rows) == len(pairs)


def test_a_group_is_not_expanded(ask):
    with pytest.raises(UsageError, match=r"`expand`: .*European Union, .*one country"):
        ask.network(**MAGNETS, expand=["EU27"])


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("expand", [(), ("KOR",)])
def test_an_arrow_is_a_row_with_its_share_and_circles_are_in_order_of_trade(ask, expand, narrow):
    answer = ask.network(**MAGNETS, expand=expand)
    rows = {(row["supplier"], row["consumer"]): row for row in answer.rows.to_pylist()}
    graph, _ = series_of(picture(answer, narrow=narrow).option)
    trade = {}
    for row in rows.values():
        trade[row["consumer"]], trade[row["supplier"]] = row["trade"], row["supplier_trade"]

    for link in graph["links"]:
        row = rows[link["source"], link["target"]]
        assert link["value"] == percent(row["share"])
        assert (link["lineStyle"]["type"] == "dashed") == (row["place"] > 1)
    sizes = {node["id"]: node["symbolSize"] for node in graph["data"]}
    assert 1 < len(sizes) <= MOST_NODES
    order = sorted(sizes, key=lambda key: trade[key])
    assert [sizes[key] for key in order] == sorted(sizes.values())
    firsts = {link["target"] for link in graph["links"] if link["lineStyle"]["type"] == "solid"}
    assert len(firsts) == sum(link["lineStyle"]["type"] == "solid" for link in graph["links"])


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("scope", ["magnets-metal", "ree-metals"])
def test_no_name_or_circle_of_a_network_overlaps_another(ask, scope, narrow):
    option = picture(ask.network(scope=scope, period="2024"), narrow=narrow).option
    width = NARROW if narrow else WIDTH

    assert overlaps(option) == []
    assert all(box[0] >= 0 and box[2] <= width for box in boxes_of(option).values())


def test_countries_that_are_not_drawn_are_said_with_their_imports(ask):
    answer = ask.network(**MAGNETS)
    drawn = picture(answer)
    graph, _ = series_of(drawn.option)
    shown = {link["target"] for link in graph["links"]}
    rest = [row for row in answer.rows.to_pylist() if row["consumer"] not in shown]
    part = sum(row["imports"] for row in rest) / sum(
        row["imports"] for row in answer.rows.to_pylist()
    )
    text = words_around(drawn.option)

    assert text == Naming(f"{len(rest)} more countries … {percent(part)} … not drawn")


def test_each_way_of_a_pair_is_an_arrow_of_its_own():
    nodes = [Node(key, key) for key in "ABC"]
    arrows = [Arrow("A", "B", "1"), Arrow("B", "A", "2"), Arrow("A", "C", "3")]
    graph, _ = series_of(network(nodes, arrows, WIDTH).parts)
    points = {node["id"]: node["value"] for node in graph["data"]}
    (x1, y1), (x2, y2) = (
        on_curve(points[link["source"]], points[link["target"]], link["lineStyle"]["curveness"],
                 0.5)
        for link in graph["links"][:2]
    )  # fmt: skip

    assert hypot(x2 - x1, y2 - y1) > 15


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=14))
def test_any_network_is_placed_without_overlapping_names(pairs):
    keys = sorted({key for pair in pairs for key in pair})
    nodes = [Node(f"{key}", f"Country {key}", "AB"[key % 2], 1.0 + key) for key in keys]
    arrows = [Arrow(f"{one}", f"{other}", "") for one, other in dict.fromkeys(pairs)]

    assert overlaps(network(nodes, arrows, NARROW).parts) == []


COLUMNS = "MATCH (b:Country)<-[f:EXPORTS]-(s:Country) RETURN s AS seller, f, b ORDER BY f.usd"
PATHS = "MATCH p = (:Country)<-[:EXPORTS]-(:Country) RETURN p"


def drawn_from(session: Session, statement: str):
    table = session.store.ask(statement).table
    return rows_as_network(Catalog(session.store), table, Statement(statement))


@pytest.mark.parametrize("statement", [COLUMNS, PATHS])
def test_rows_with_nodes_are_drawn_alike_on_each_database(graph_of, statement):
    answer = drawn_from(graph_of(), statement)
    rows = {(row["start"], row["end"]): row for row in answer.rows.to_pylist()}
    graph, _ = series_of(picture(answer).option)

    assert rows["China", "South Korea"]["number"] == 2
    assert [rows["China", "South Korea"][name] for name in ("low", "high", "period")] == [
        300.0, 800.0, "2024+2025-Q1",
    ]  # fmt: skip
    assert {(link["source"], link["target"], link["value"]) for link in graph["links"]} == {
        ("Country CHN", "Country KOR", "2 × 300 USD to 800 USD, 2024+2025-Q1"),
        ("Country JPN", "Country KOR", "200 USD, 2024"),
    }
    assert all(link["symbol"] == ["none", "arrow"] for link in graph["links"])
    assert answer.headline == Naming("3 nodes (Country 3) … 3 relationships (EXPORTS 3)")


def test_a_relationship_without_its_ends_is_counted_and_not_drawn(embedded_of):
    statement = "MATCH (s:Country)-[f:EXPORTS]->(b:Country) RETURN s, f"
    answer = drawn_from(embedded_of(), statement)

    assert [row["type"] for row in answer.rows.to_pylist()] == [None, None]
    assert words_of_notes(answer.notes)[0] == Naming("3 more relationships … no ends")


def test_more_nodes_than_fit_are_said(ask):
    statement = "MATCH (c:Country) RETURN c ORDER BY c.iso3 LIMIT 60"
    drawn = picture(drawn_from(ask, statement))

    assert len(series_of(drawn.option)[0]["data"]) == MOST_NODES
    assert words_around(drawn.option) == Naming("40 of 60 nodes … 0 of 0 relationships")
