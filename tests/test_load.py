"""What a load does to a database, on each real database."""

from pathlib import Path

import pytest
from seed_texts import SMALL, write_seeds

from graphkit.build import Graph, build_graph
from graphkit.seeds import read_seeds
from graphkit.stores import LoadReport, Store


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
    other = SMALL["trade.yaml"].replace("reporter: importer", "reporter: exporter")
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


def test_a_row_deleted_from_a_seed_is_the_only_fact_that_goes(store, tmp_path):
    store.load(graph_of(tmp_path / "seeds"))
    fewer = SMALL["trade.yaml"].replace(
        "  - {exporter: CHN, importer: KOR, period: 2025-Q1, usd: 300, tonnes: 12}\n", ""
    )
    report = store.load(graph_of(tmp_path / "seeds", {"trade.yaml": fewer}))

    assert flows(store) == {("CHN", "KOR", "2024", 10.0), ("JPN", "KOR", "2024", None)}
    assert changed_kinds(report) == {
        "EXPORTS": (0, 0, 1),
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


def test_dependence_is_derived_from_the_flows(store, tmp_path):
    store.load(graph_of(tmp_path / "seeds"))

    rows = store.run(
        "MATCH (who:Country)-[d:DEPENDS_ON]->(whom) WHERE d.period = '2024' "
        "RETURN who.iso3 AS c, whom.iso3 AS s, d.usd_share AS usd, d.tonnes_share AS tonnes, "
        "d.rank AS r, d.suppliers AS n, d.hhi_usd AS hhi, d.missing_tonnes_share AS m ORDER BY r"
    ).table.to_pylist()
    assert rows == [
        {"c": "KOR", "s": "CHN", "usd": 0.8, "tonnes": 1.0, "r": 1, "n": 2, "hhi": 6800, "m": 0.2},
        {"c": "KOR", "s": "JPN", "usd": 0.2, "tonnes": None, "r": 2, "n": 2, "hhi": 6800, "m": 0.2},
    ]  # fmt: skip


def test_what_is_not_ours_stays_in_a_neo4j(neo4j_store, tmp_path):
    neo4j_store._write([
        ("MATCH (n) CALL (n) { DETACH DELETE n }", {}),
        ("CREATE (:Country {iso3: 'XXX'})-[:EXPORTS {mine: true}]->(:Thing {a: 1})", {}),
    ])  # fmt: skip
    neo4j_store.load(graph_of(tmp_path / "seeds"))
    neo4j_store.load(graph_of(tmp_path / "seeds", {"trade.yaml": None}))

    statement = "MATCH (c:Country {iso3: 'XXX'})-[r:EXPORTS]->(t:Thing) RETURN r.mine AS mine"
    assert neo4j_store.run(statement).table.to_pylist() == [{"mine": True}]


@pytest.mark.parametrize("count", [0, 1])
def test_a_load_that_fails_leaves_the_old_embedded_graph(tmp_path, count):
    from graphkit.stores.embedded import EmbeddedStore

    path = tmp_path / "graph.lbdb"
    with EmbeddedStore(path) as embedded:
        embedded.load(graph_of(tmp_path / "seeds"))
        before = path.read_bytes()

        def stop(kind: str, rows: int) -> None:
            raise KeyboardInterrupt

        change = {"trade.yaml": SMALL["trade.yaml"].replace("tonnes: 10}", f"tonnes: {count}}}")}
        with pytest.raises(KeyboardInterrupt):
            embedded.load(graph_of(tmp_path / "seeds", change), stop)
        assert path.read_bytes() == before
        assert [p.name for p in tmp_path.iterdir() if p.name != "seeds"] == ["graph.lbdb"]
        assert ("CHN", "KOR", "2024", 10.0) in flows(embedded)
