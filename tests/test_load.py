"""Effects of a load, on each real database."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from databases import clear, everything, rules
from seed_texts import SMALL, write_seeds

from graphkit.build import Graph, Part, build_graph
from graphkit.errors import GraphkitError, StoreError
from graphkit.export.digest import digest, lines
from graphkit.importers.reference import with_part_of_trade
from graphkit.schema import GRAPH
from graphkit.seeds.facts import read_seeds
from graphkit.stores.base import Store
from graphkit.stores.changes import Digests, LoadReport, change, difference
from graphkit.stores.duck.store import DuckStore
from graphkit.stores.neo4j import load as loading
from graphkit.stores.neo4j.digests import match, returned_digests
from graphkit.stores.neo4j.load import Step, compare, marker, steps
from graphkit.stores.neo4j.store import Neo4jStore


def graph_of(folder: Path, *changes: dict[str, str | None]) -> Graph:
    return build_graph(read_seeds(write_seeds(folder, *changes)))


def flows(store: Store) -> set[tuple[str, str, str, float | None]]:
    table = store.run(
        "MATCH (s)-[f:EXPORTS]->(c) "
        "RETURN s.iso3 AS a, c.iso3 AS b, f.period AS p, f.tonnes AS t ORDER BY a, b, p"
    ).table
    return {tuple(row.values()) for row in table.to_pylist()}


def totals(report: LoadReport) -> tuple[int, int, int]:
    return report.total("added"), report.total("changed"), report.total("removed")


def changed_kinds(report: LoadReport) -> dict[str, tuple[int, int, int]]:
    found = {c.kind: (c.added, c.changed, c.removed) for c in report.changes}
    return {kind: change for kind, change in found.items() if change != (0, 0, 0)}


def test_two_periods_between_one_pair_stay_two_edges(store, tmp_path):
    store.load(graph_of(tmp_path / "seeds"))

    assert flows(store) == {
        ("CHN", "KOR", "2024", 10.0),
        ("CHN", "KOR", "2025-Q1", 12.0),
        ("JPN", "KOR", "2024", None),
    }


def test_two_reporters_of_one_flow_stay_two_edges(store, tmp_path):
    other = SMALL["trade.yaml"].replace(
        "reporter: importer, dataset: test", "reporter: exporter, dataset: exporters"
    )
    store.load(graph_of(tmp_path / "seeds", {"other.yaml": other}))

    rows = store.run("MATCH ()-[f:EXPORTS]->() RETURN count(*) AS n").table.to_pylist()
    assert rows == [{"n": 6}]


def test_loading_twice_changes_nothing(store, tmp_path):
    graph = graph_of(tmp_path / "seeds")
    first = store.load(graph)
    second = store.load(graph)

    assert totals(first) == (graph.rows, 0, 0)
    assert totals(second) == (0, 0, 0)
    assert second.total("rows") == graph.rows


@pytest.mark.long
def test_a_row_deleted_from_a_seed_is_the_only_fact_that_goes(store, tmp_path):
    store.load(graph_of(tmp_path / "seeds"))
    fewer = SMALL["trade.yaml"].replace(
        "  - {exporter: CHN, importer: KOR, period: 2025-Q1, usd: 300, tonnes: 12}\n", ""
    )
    report = store.load(graph_of(tmp_path / "seeds", {"trade.yaml": fewer}))

    assert flows(store) == {("CHN", "KOR", "2024", 10.0), ("JPN", "KOR", "2024", None)}
    assert changed_kinds(report) == {
        "EXPORTS": (0, 0, 1),
        "COVERS": (0, 0, 1),
        "DEPENDS_ON": (0, 0, 1),
        "Load": (0, 1, 0),
    }


def test_a_changed_figure_is_one_change(store, tmp_path):
    store.load(graph_of(tmp_path / "seeds"))
    other = SMALL["trade.yaml"].replace("tonnes: 10}", "tonnes: 11}")
    report = store.load(graph_of(tmp_path / "seeds", {"trade.yaml": other}))

    assert changed_kinds(report)["EXPORTS"] == (0, 1, 0)
    assert ("CHN", "KOR", "2024", 11.0) in flows(store)
    assert len(flows(store)) == 3


def test_a_figure_that_becomes_unknown_is_unknown_afterwards(store, tmp_path):
    store.load(graph_of(tmp_path / "seeds"))
    other = SMALL["countries.yaml"].replace(", aliases: [Korea]", "")
    store.load(graph_of(tmp_path / "seeds", {"countries.yaml": other}))

    statement = "MATCH (c:Country {iso3: 'KOR'}) RETURN c.aliases AS aliases, c.name AS name"
    assert store.run(statement).table.to_pylist() == [{"aliases": None, "name": "South Korea"}]


@pytest.mark.long
def test_a_load_may_add_more_flows_than_one_of_their_parts_has(store, tmp_path):
    """Flows of countries are one part, those of areas another, in which nothing changes."""
    of_area = "  - {exporter: WLD, importer: KOR, period: 2024, usd: 900, tonnes: 30}\n"
    before = {"trade.yaml": SMALL["trade.yaml"] + of_area}
    more = "".join(
        f"  - {{exporter: JPN, importer: NOR, period: {year}, usd: 5}}\n" for year in (2021, 2022)
    )
    after = {"trade.yaml": before["trade.yaml"] + more}
    store.load(graph_of(tmp_path / "seeds", before))
    report = store.load(graph_of(tmp_path / "seeds", after))

    assert changed_kinds(report)["EXPORTS"] == (2, 0, 0)
    assert len(flows(store)) == 6
    assert totals(store.load(graph_of(tmp_path / "seeds", after))) == (0, 0, 0)


@pytest.mark.long
def test_a_part_of_the_shipped_trade_is_followed_by_a_larger_one(
    neo4j_store, sliced_facts, tmp_path
):
    """As ``graphkit load --for ... --years ...`` does it; tests/faults has many in a row."""
    clear(neo4j_store)
    parts = [(["ree-metals"], {2016}), (["ree-metals", "ree-compounds"], {2016, 2017})]
    for products, years in parts:
        graph = build_graph(with_part_of_trade(sliced_facts, products, years))
        neo4j_store.load(graph)

    with DuckStore(tmp_path / "graph.duckdb") as alone:
        alone.load(graph)
        assert digest(neo4j_store) == digest(alone)


@pytest.mark.long
def test_a_country_that_becomes_an_area_keeps_its_flows(store, tmp_path):
    store.load(graph_of(tmp_path / "seeds"))
    countries = SMALL["countries.yaml"].replace("  - {iso3: JPN, name: Japan, iso2: JP}\n", "")
    areas = SMALL["areas.yaml"] + "  - {iso3: JPN, name: Japan and others, type: unspecified}\n"
    change = {"countries.yaml": countries, "areas.yaml": areas}
    store.load(graph_of(tmp_path / "seeds", change))

    assert ("JPN", "KOR", "2024", None) in flows(store)
    found = store.run("MATCH (x:Area)-[f:EXPORTS]->() RETURN x.iso3 AS a").table
    assert found.to_pylist() == [{"a": "JPN"}]


def test_a_dry_run_tells_and_writes_nothing(store, tmp_path):
    store.load(graph_of(tmp_path / "seeds"))
    other = SMALL["trade.yaml"].replace("tonnes: 10}", "tonnes: 11}")
    report = store.load(graph_of(tmp_path / "seeds", {"trade.yaml": other}), dry_run=True)

    assert changed_kinds(report)["EXPORTS"] == (0, 1, 0)
    assert ("CHN", "KOR", "2024", 10.0) in flows(store)


def test_a_load_asks_before_it_writes_with_all_that_it_will_change(store, tmp_path):
    first = graph_of(tmp_path / "seeds")
    asked: list[LoadReport] = []
    store.load(first, confirm=asked.append)
    assert (asked[0].before, asked[0].total("removed")) == (0, 0)

    second = graph_of(tmp_path / "seeds", {"trade.yaml": None, "datasets.yaml": None})
    report = store.load(second, confirm=asked.append)

    assert asked[1] == report
    assert report.before == first.rows
    assert report.total("removed") == first.rows - second.rows
    store.load(second, confirm=asked.append)  # changes nothing
    assert len(asked) == 2


@pytest.mark.long
def test_a_load_that_is_not_confirmed_writes_nothing_and_keeps_nobody_out(store, tmp_path):
    first = graph_of(tmp_path / "seeds")
    store.load(first)
    second = graph_of(tmp_path / "seeds", {"trade.yaml": None})

    def refuse(report: LoadReport) -> None:
        raise GraphkitError("no")

    with pytest.raises(GraphkitError, match=r"^no$"):
        store.load(second, confirm=refuse)
    assert totals(store.load(first)) == (0, 0, 0)
    assert store.load(second).differs


@pytest.mark.long
def test_progress_adds_up_to_the_rows_of_the_graph_and_the_removed_ones(store, tmp_path):
    store.load(graph_of(tmp_path / "seeds"))
    fewer = SMALL["trade.yaml"].replace("tonnes: 10}", "tonnes: 11}").replace(
        "  - {exporter: CHN, importer: KOR, period: 2025-Q1, usd: 300, tonnes: 12}\n", ""
    )  # fmt: skip
    graph = graph_of(tmp_path / "seeds", {"trade.yaml": fewer})
    steps: list[int] = []
    report = store.load(graph, lambda kind, rows: steps.append(rows))

    assert report.total("changed") == 4
    assert report.total("removed") == 3
    assert sum(steps) == graph.rows + report.total("removed")


def test_dependence_is_derived_from_the_flows(store, tmp_path):
    store.load(graph_of(tmp_path / "seeds"))

    rows = store.run(
        "MATCH (who:Country)-[d:DEPENDS_ON]->(whom) WHERE d.period = '2024' "
        "RETURN who.iso3 AS c, whom.iso3 AS s, d.share_usd AS usd, d.share_tonnes AS tonnes, "
        "d.rank AS r, d.suppliers AS n, d.hhi_usd AS hhi, d.missing_tonnes_share AS m ORDER BY r"
    ).table.to_pylist()
    assert rows == [
        {"c": "KOR", "s": "CHN", "usd": 0.8, "tonnes": 1.0, "r": 1, "n": 2, "hhi": 6800, "m": 0.2},
        {"c": "KOR", "s": "JPN", "usd": 0.2, "tonnes": None, "r": 2, "n": 2, "hhi": 6800, "m": 0.2},
    ]  # fmt: skip


def test_what_is_not_ours_stays_in_a_neo4j(neo4j_store, tmp_path):
    clear(neo4j_store)
    neo4j_store._write("CREATE (:Country {iso3: 'XXX'})-[:EXPORTS {mine: true}]->(:Thing {a: 1})")
    neo4j_store.load(graph_of(tmp_path / "seeds"))
    neo4j_store.load(graph_of(tmp_path / "seeds", {"trade.yaml": None}))

    statement = "MATCH (c:Country {iso3: 'XXX'})-[r:EXPORTS]->(t:Thing) RETURN r.mine AS mine"
    assert everything(neo4j_store, statement).to_pylist() == [{"mine": True}]


MORE_NODES = {"countries.yaml": SMALL["countries.yaml"] + "  - {iso3: SWE, name: Sweden}\n"}


def test_a_node_that_goes_stays_without_the_mark_where_others_use_it(neo4j_store, tmp_path):
    more = SMALL["countries.yaml"] + "".join(
        f"  - {{iso3: {key}, name: {key}}}\n" for key in ("SWE", "FIN", "DNK", "ISL")
    )
    clear(neo4j_store)
    neo4j_store.load(graph_of(tmp_path / "seeds", {"countries.yaml": more}))
    neo4j_store._write(
        "MATCH (s:Country {iso3: 'SWE'}), (n:Country {iso3: 'NOR'}), (f {iso3: 'FIN'}), "
        "(d {iso3: 'DNK'}) CREATE (s)-[:NEAR]->(n), (:Mine)-[:IN]->(s), (:Mine)-[:IN]->(n), "
        "(s)-[:EXPORTS]->(s) SET f.mine = 1, d:Mine"
    )
    graph = graph_of(tmp_path / "seeds")

    assert neo4j_store.load(graph, dry_run=True).released == 3
    report = neo4j_store.load(graph)
    assert (report.released, report.total("removed")) == (3, 4)
    left = "MATCH (n:Country) WHERE n.graphkit IS NULL RETURN n.iso3 AS iso3, n.digest AS d, "
    ends = "COUNT { (n)--() } AS links ORDER BY iso3"
    assert everything(neo4j_store, left + ends).to_pylist() == [
        {"iso3": "DNK", "d": None, "links": 0}, {"iso3": "FIN", "d": None, "links": 0},
        {"iso3": "SWE", "d": None, "links": 3},
    ]  # fmt: skip
    assert totals(neo4j_store.load(graph)) == (0, 0, 0)


def clears(store: Neo4jStore, graph: Graph) -> bool:
    """Tell if a load clears the flows of a Neo4j, and that it counts them as others would."""

    def read(statement: str, parameters: Mapping[str, Any]) -> pa.Table:
        return store._read(statement, parameters).table

    digests = partial(store._compared_rows, GRAPH)
    some, _ = compare(graph, read, digests)
    whole, _ = compare(graph, read, digests, whole=True)
    for kind in GRAPH.kinds:
        counts = change(graph, kind, some[kind.name])
        assert counts == change(graph, kind, whole[kind.name])
    return any("MATCH (a)-[x:`EXPORTS`]->()" in step.statement for step in steps(graph, some))


def some_flows(first: int, last: int, tonnes: int = 1) -> dict[str, str | None]:
    """Flows of China to Norway in some years."""
    rows = (
        f"  - {{exporter: CHN, importer: NOR, period: {year}, usd: 5, tonnes: {tonnes}}}\n"
        for year in range(first, last)
    )
    return {"trade.yaml": SMALL["trade.yaml"].partition("rows:\n")[0] + "rows:\n" + "".join(rows)}


@pytest.mark.long
def test_relationships_of_which_few_stay_are_cleared(neo4j_store, tmp_path, monkeypatch):
    monkeypatch.setattr(loading, "CLEARED", 40)
    clear(neo4j_store)
    neo4j_store.load(graph_of(tmp_path / "seeds", some_flows(1950, 2000)))
    neo4j_store._write(
        "MATCH (c:Country {iso3: 'CHN'})-[f:EXPORTS]->(n {iso3: 'NOR'}) WHERE f.year < 1953 "
        "SET f.mine = true CREATE (c)-[:EXPORTS {period: '1950'}]->(n)"
    )
    graph = graph_of(tmp_path / "seeds", some_flows(1949, 1952), {"areas.yaml": None})
    assert clears(neo4j_store, graph)
    report = neo4j_store.load(graph)

    assert changed_kinds(report)["EXPORTS"] == (1, 0, 48)
    with DuckStore(tmp_path / "graph.duckdb") as alone:
        alone.load(graph)
        assert list(lines(neo4j_store)) == list(lines(alone))
    mine = "MATCH ()-[f:EXPORTS]->() WHERE {} RETURN count(*) AS n"
    for condition, count in (("f.mine", 2), ("f.graphkit IS NULL", 3)):
        assert everything(neo4j_store, mine.format(condition))["n"].to_pylist() == [count]


@pytest.mark.long
def test_relationships_of_an_older_graphkit_are_cleared_as_others(
    neo4j_store, tmp_path, monkeypatch
):
    monkeypatch.setattr(loading, "CLEARED", 40)
    clear(neo4j_store)
    neo4j_store.load(graph_of(tmp_path / "seeds", some_flows(1950, 2000)))
    neo4j_store._write("MATCH ()-[x:EXPORTS]->() SET x.digest = 'a' + x.digest")

    graph = graph_of(tmp_path / "seeds", some_flows(1950, 1952, tonnes=2))
    assert clears(neo4j_store, graph)
    neo4j_store.load(graph)

    assert flows(neo4j_store) == {("CHN", "NOR", str(year), 2.0) for year in (1950, 1951)}
    assert totals(neo4j_store.load(graph)) == (0, 0, 0)


@pytest.mark.long
@pytest.mark.parametrize(("last", "cleared"), [(1954, True), (1955, True), (1956, False)])
def test_few_are_a_tenth_at_most(neo4j_store, tmp_path, monkeypatch, last, cleared):
    monkeypatch.setattr(loading, "CLEARED", 40)
    clear(neo4j_store)
    neo4j_store.load(graph_of(tmp_path / "seeds", some_flows(1950, 2000)))
    graph = graph_of(tmp_path / "seeds", some_flows(1950, last))

    assert clears(neo4j_store, graph) is cleared


@pytest.mark.long
def test_a_load_makes_every_key_unique_and_flows_quick_to_find(neo4j_store, tmp_path):
    clear(neo4j_store)
    for name in rules(neo4j_store, "CONSTRAINTS"):
        neo4j_store._write(f"DROP CONSTRAINT {name}")
    for name in rules(neo4j_store, "INDEXES"):
        neo4j_store._write(f"DROP INDEX {name}")

    neo4j_store.load(graph_of(tmp_path / "seeds"))

    on = {kind.name: "RELATIONSHIP" if kind.is_edge else "NODE" for kind in GRAPH.kinds}
    keys = {
        f"graphkit_{k.name}": (on[k.name], [k.name], [k.key, "graphkit"][: 2 - k.is_edge])
        for k in GRAPH.kinds
    }
    keys["graphkit_turn"] = ("NODE", ["LoadLock"], ["graphkit"])
    assert rules(neo4j_store, "CONSTRAINTS") == keys
    flows = {
        f"graphkit_{name}_product": ("RELATIONSHIP", [name], ["product", "period"])
        for name in ("EXPORTS", "DEPENDS_ON", "MADE", "REPORTS", "WEIGHT_REVIEWED")
    }
    assert rules(neo4j_store, "INDEXES") == keys | flows


def test_a_marker_without_content_tells_of_no_finished_load(neo4j_store):
    clear(neo4j_store)
    neo4j_store._write("CREATE (:Load {key: 'graphkit', graphkit: 'Load'}), (:Load {content: 'a'})")

    with neo4j_store._session("READ") as session:
        assert session.execute_read(marker) == ""


@pytest.mark.long
def test_digests_of_an_older_graphkit_are_replaced(neo4j_store, tmp_path):
    graph = graph_of(tmp_path / "seeds")
    neo4j_store.load(graph)
    before = flows(neo4j_store)
    for statement in (
        "MATCH ()-[x]->() SET x.digest = 'd'",
        "MATCH (x) WHERE x.digest IS NOT NULL SET x.digest = 'd'",
    ):
        neo4j_store._write(statement)

    assert neo4j_store.load(graph).differs
    assert flows(neo4j_store) == before
    assert totals(neo4j_store.load(graph)) == (0, 0, 0)


@pytest.mark.usefixtures("neo4j_store")
def test_a_driver_that_asks_for_routes_loads_and_sees_what_it_loaded(neo4j_server, tmp_path):
    uri, user, password = neo4j_server
    graph = graph_of(tmp_path / "seeds")
    with Neo4jStore(uri.replace("bolt", "neo4j", 1), user, password) as routed:
        routed.load(graph)

        assert routed._bookmarks.get_bookmarks()  # which every later read waits for
        with Neo4jStore(uri, user, password) as direct:
            assert flows(routed) == flows(direct)
        assert totals(routed.load(graph)) == (0, 0, 0)


@pytest.mark.parametrize("count", [0, 1])
def test_a_load_that_fails_leaves_the_old_embedded_graph(tmp_path, count):
    path = tmp_path / "graph.duckdb"
    with DuckStore(path) as embedded:
        embedded.load(graph_of(tmp_path / "seeds"))
        before = path.read_bytes()

        def stop(kind: str, rows: int) -> None:
            raise KeyboardInterrupt

        change = {"trade.yaml": SMALL["trade.yaml"].replace("tonnes: 10}", f"tonnes: {count}}}")}
        with pytest.raises(KeyboardInterrupt):
            embedded.load(graph_of(tmp_path / "seeds", change), stop)
        assert path.read_bytes() == before
        assert [p.name for p in tmp_path.iterdir() if p.name != "seeds"] == ["graph.duckdb"]
        assert ("CHN", "KOR", "2024", 10.0) in flows(embedded)


OTHER_TONNES = {"trade.yaml": SMALL["trade.yaml"].replace("tonnes: 10}", "tonnes: 11}")}


def test_a_load_that_changes_nothing_does_not_touch_the_file(tmp_path):
    path = tmp_path / "graph.duckdb"
    graph = graph_of(tmp_path / "seeds")
    steps: list[tuple[str, int]] = []
    with DuckStore(path) as embedded:
        embedded.load(graph)
        before = path.stat()
        embedded.load(graph, lambda kind, rows: steps.append((kind, rows)))

    after = path.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert sum(rows for _, rows in steps) == graph.rows


def test_a_dry_run_of_an_embedded_load_goes_through_all_parts_and_makes_no_file(tmp_path):
    path = tmp_path / "graph.duckdb"
    graph = graph_of(tmp_path / "seeds")
    steps: list[int] = []
    with DuckStore(path) as embedded:
        report = embedded.load(graph, lambda kind, rows: steps.append(rows), dry_run=True)

    assert totals(report) == (graph.rows, 0, 0)
    assert sum(steps) == graph.rows
    assert not path.exists()


def test_rows_that_the_embedded_database_refuses_leave_the_old_graph(tmp_path):
    path = tmp_path / "graph.duckdb"
    graph = graph_of(tmp_path / "seeds")
    lost = [replace(part, table=nowhere(part)) for part in graph.parts]
    with DuckStore(path) as embedded:
        embedded.load(graph_of(tmp_path / "seeds", OTHER_TONNES))
        with pytest.raises(StoreError, match=r"refused .*XXX"):
            embedded.load(replace(graph, parts=tuple(lost)))
        assert ("CHN", "KOR", "2024", 11.0) in flows(embedded)
    assert [p.name for p in tmp_path.iterdir() if p.name != "seeds"] == ["graph.duckdb"]


def nowhere(part: Part) -> pa.Table:
    """The rows of a part; those of trade go to a country that does not exist."""
    if part.kind.name != "EXPORTS":
        return part.table
    return part.rows().set_column(1, "importer", pa.array(["XXX"] * len(part.table)))


def test_a_reader_keeps_its_answers_while_a_load_replaces_the_file(tmp_path):
    path = tmp_path / "graph.duckdb"
    seen = []
    with DuckStore(path) as writer, DuckStore(path) as reader:
        writer.load(graph_of(tmp_path / "seeds"))
        old = flows(reader)
        graph = graph_of(tmp_path / "seeds", OTHER_TONNES)
        writer.load(graph, lambda kind, rows: seen.append(flows(reader)))

        assert ("CHN", "KOR", "2024", 10.0) in old
        assert len(seen) > 10
        assert all(rows == old for rows in seen)
        assert flows(reader) == old
        reader.close()
        assert ("CHN", "KOR", "2024", 11.0) in flows(reader)
        assert ("CHN", "KOR", "2024", 11.0) in flows(writer)


def test_a_link_to_a_database_stays_a_link(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    path, link = tmp_path / "elsewhere" / "graph.duckdb", tmp_path / "link.duckdb"
    link.symlink_to(path)
    with DuckStore(link) as embedded:
        embedded.load(graph_of(tmp_path / "seeds"))
        embedded.load(graph_of(tmp_path / "seeds", OTHER_TONNES))

    assert link.is_symlink()
    assert [p.name for p in path.parent.iterdir()] == ["graph.duckdb"]


def content(store: Store, kinds: tuple[str, ...]) -> dict[str, pa.Table]:
    """Keys and digests of everything, and what ends the relationships have."""
    found = {}
    for kind in (GRAPH[name] for name in kinds):
        pattern = f"(a)-[x:{kind.name}]->(b)" if kind.is_edge else f"(x:{kind.name})"
        ends = ", a.digest AS a, b.digest AS b" if kind.is_edge else ""
        statement = f"MATCH {pattern} RETURN x.{kind.key} AS key, x.digest AS digest{ends}"
        found[kind.name] = store.run(statement).table.sort_by("key")
    return found


def test_both_databases_count_the_same(stores, sample_graph):
    for store in stores.values():
        nodes = store.run("MATCH (n) RETURN count(*) AS n").table["n"][0].as_py()
        edges = store.run("MATCH ()-[r]->() RETURN count(*) AS n").table["n"][0].as_py()
        assert nodes == sum(sample_graph.count(kind.name) for kind in GRAPH.nodes)
        assert edges == sum(sample_graph.count(kind.name) for kind in GRAPH.edges)


def test_a_text_that_all_relationships_share_is_read_as_it_was(tmp_path):
    text = 'it\'s a \\ and a\n"한국" $p {x}'
    graph = graph_of(tmp_path / "seeds")
    parts = [with_text(part, "valuation", [text]) for part in graph.parts]
    mixed = [with_text(part, "basis", [None, text]) for part in parts]
    with DuckStore(tmp_path / "graph.duckdb") as embedded:
        embedded.load(replace(graph, parts=tuple(mixed)))

        statement = "MATCH ()-[f:EXPORTS]->() RETURN f.valuation AS v, f.basis AS b"
        found = embedded.run(statement).table.to_pylist()
    assert {row["v"] for row in found} == {text}
    assert {row["b"] for row in found} == {text, None}


def with_text(part: Part, name: str, values: list[str | None]) -> Part:
    """Replace a column of the flows by these texts, in turn."""
    if part.kind.name != "EXPORTS":
        return part
    column = pa.array(values * len(part.table), pa.string())[: len(part.table)]
    place = part.table.column_names.index(name)
    return replace(part, table=part.table.set_column(place, name, column))


@pytest.mark.long
def test_batches_leave_in_neo4j_what_one_batch_does(neo4j_store, tmp_path):
    other = {"trade.yaml": SMALL["trade.yaml"].replace("2024", "2023")}
    clear(neo4j_store)
    held: Digests = {}
    for name, seeds in (("old", other), ("new", {})):
        graph = graph_of(tmp_path / name, seeds)
        changes = {kind.name: difference(graph, kind, held) for kind in GRAPH.kinds}
        gone = max(len(what.removed) for what in changes.values())
        written = write_steps(neo4j_store, steps(graph, changes, size=1))
        held = {
            kind.name: everything(neo4j_store, match(kind) + returned_digests(kind))
            for kind in GRAPH.kinds
        }

        assert written > len(list(steps(graph, changes)))
        with DuckStore(tmp_path / "graph.duckdb") as whole:
            whole.load(graph)
            assert list(lines(neo4j_store)) == list(lines(whole))
    assert gone == 2


def write_steps(store: Neo4jStore, found: Iterator[Step]) -> int:
    """Write the steps of a load that nobody else could disturb, and count them."""
    written = list(found)
    for step in written:
        store._write(step.statement, step.parameters)
    return len(written)


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="memory is returned with GNU's C library")
def test_a_load_of_the_shipped_seeds_and_its_graphml_take_little_memory(tmp_path):
    database = ("--db", str(tmp_path / "graph.duckdb"))

    assert 1e8 < peak_memory("load", *database) < 8e8
    assert 1e8 < peak_memory("export", *database, "-o", str(tmp_path / "graph.graphml")) < 2.8e8


def peak_memory(*command: str) -> int:
    """Most bytes that a command of graphkit has in memory."""
    # A process counts the memory of whoever started it: this one may have more than a load takes.
    small = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=2);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    asked = [sys.executable, "-c", small, sys.executable, "-m", "graphkit", *command]
    return 1024 * int(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)
