"""Exports, read back by the readers of their formats, from both databases the same."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import networkx as nx
import pyarrow as pa
import pytest
from databases import clear, rules
from pyarrow import parquet
from saying import unsaid
from seed_texts import SMALL, write_seeds

from graphkit.build import Graph, build_graph
from graphkit.cli import app
from graphkit.errors import GraphkitError, UsageError
from graphkit.export.formats import statements, write_import_folder
from graphkit.export.graph import StoredGraph, stored_graph
from graphkit.export.write import FORMATS, Exported, chosen_format, read, write
from graphkit.schema import GRAPH
from graphkit.seeds.facts import read_seeds
from graphkit.stores.base import Store
from graphkit.stores.duck.store import DuckStore
from graphkit.stores.neo4j.store import Neo4jStore

NASTY = 'it\'s \\u0041 a \\ "b"; // c /* $x {é} \U0001f600, 1'
"""Text that some format could take for something else."""
ELEMENT = (
    f"type: element, note: {json.dumps(NASTY, ensure_ascii=False)}, atomic_weight: 162.5, "
    'eu_2023: true, aliases: ["a;b", "c|d"]}'
)
SEEDS: dict[str, str | None] = {
    "elements.yaml": SMALL["elements.yaml"].replace("type: element}", ELEMENT)
}


@pytest.fixture
def graph(tmp_path: Path) -> Graph:
    return build_graph(read_seeds(write_seeds(tmp_path / "seeds", SEEDS)))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of the seeds that no test changes."""
    folder = tmp_path_factory.mktemp("filled")
    with DuckStore(folder / "graph.duckdb") as store:
        store.load(build_graph(read_seeds(write_seeds(folder / "seeds", SEEDS))))
    return folder / "graph.duckdb"


@pytest.fixture
def embedded(tmp_path: Path, graph: Graph) -> DuckStore:
    store = DuckStore(tmp_path / "graph.duckdb")
    store.load(graph)
    return store


def counted(graph: Graph) -> tuple[int, int]:
    nodes = sum(graph.count(kind.name) for kind in GRAPH.nodes)
    return nodes, graph.rows - nodes


def tables(graph: Graph) -> dict[tuple[str, ...], pa.Table]:
    """All facts by kind and the kinds of node they join, by key."""
    found: dict[tuple[str, ...], list[pa.Table]] = {}
    for part in graph.parts:
        key = (part.kind.name, *(kind.name for kind in part.ends))
        found.setdefault(key, []).append(part.rows())
    return {key: pa.concat_tables(parts).sort_by(GRAPH[key[0]].key) for key, parts in found.items()}


# --- reading


def test_what_is_stored_is_what_was_loaded(store: Store, graph: Graph):
    store.load(graph)

    found, wanted = tables(stored_graph(store)), tables(graph)
    assert found.keys() == wanted.keys()
    for key, table in wanted.items():
        assert found[key].equals(table), key


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_says_how_far_it_is(embedded, graph, tmp_path, form):
    """Its steps add up to what is written."""
    steps: list[tuple[str, int]] = []
    content = read(embedded, form=form, progress=lambda kind, rows: steps.append((kind, rows)))
    done = write(content, tmp_path / "out", form)

    assert sum(rows for _, rows in steps) == done.nodes + done.edges == graph.rows
    assert {kind for kind, rows in steps if rows} == {
        part.kind.name for part in graph.parts if len(part.table)
    }


@pytest.mark.long
def test_every_shipped_fact_is_read(sliced_file: Path, sliced_graph: Graph):
    with DuckStore(sliced_file) as store:
        found, wanted = tables(stored_graph(store)), tables(sliced_graph)

    assert list(found)[-1] == ("Load",)
    assert found.keys() == wanted.keys()
    for key, table in wanted.items():
        assert found[key].equals(table), key


@pytest.mark.long
@pytest.mark.parametrize("page", [2, 2**15])
def test_pages_of_a_graph_are_the_graph_in_its_order(store: Store, graph: Graph, page: int):
    store.load(graph)
    paged: dict[tuple[str, ...], list[pa.Table]] = {}
    for part in StoredGraph(store, page=page).parts():
        key = (part.kind.name, *(kind.name for kind in part.ends))
        paged.setdefault(key, []).append(part.rows())

    whole = stored_graph(store)
    for part in whole.parts:
        key = (part.kind.name, *(kind.name for kind in part.ends))
        assert pa.concat_tables(paged.pop(key)).equals(part.rows()), key
    assert not any(len(table) for tables in paged.values() for table in tables)
    assert max(len(part.table) for part in whole.parts if part.ends) > 2  # of several pages


@pytest.mark.long
def test_the_columns_of_a_graph_are_those_of_its_pages(store: Store, graph: Graph):
    store.load(graph)
    columns = list(StoredGraph(store).parts(empty=True))

    assert not any(len(part.table) for part in columns)
    assert {part.rows().schema for part in columns} == {
        part.rows().schema for part in StoredGraph(store).parts()
    }


def export(store: Store, output: Path, form: str | None = None, **scope: str) -> Exported:
    """Export as the command does, without options to parse."""
    chosen = chosen_format(form, output, of_trade=bool(scope))
    return write(read(store, **scope, form=chosen), output, chosen)


# --- GraphML and GEXF


@pytest.mark.long
@pytest.mark.parametrize(("form", "reader"), [("graphml", nx.read_graphml), ("gexf", nx.read_gexf)])
def test_networkx_reads_every_node_and_relationship(embedded, graph, tmp_path, form, reader):
    path = tmp_path / f"x.{form}"
    export(embedded, path)

    network = reader(path)
    assert (network.number_of_nodes(), network.number_of_edges()) == counted(graph)
    assert network.is_directed()
    assert network.is_multigraph()
    dysprosium = network.nodes["Element:Dy"]
    assert dysprosium["note"] == NASTY
    assert (dysprosium["atomic_weight"], dysprosium["eu_2023"]) == (162.5, True)
    assert dysprosium["kind"] == "Element"
    sold = network.get_edge_data("Country:CHN", "Country:KOR").values()
    exports = [edge for edge in sold if edge["kind"] == "EXPORTS"]
    assert sorted((e["period"], e["usd"], e["tonnes"]) for e in exports) == [
        ("2024", 800.0, 10.0), ("2025-Q1", 300.0, 12.0),
    ]  # fmt: skip
    japan = network.get_edge_data("Country:JPN", "Country:KOR").values()
    assert all("tonnes" not in edge for edge in japan)  # an unknown value is not an attribute


@pytest.mark.long
@pytest.mark.parametrize(("form", "reader"), [("graphml", nx.read_graphml), ("gexf", nx.read_gexf)])
def test_the_trade_network_alone_is_weighed_by_value(embedded, tmp_path, form, reader):
    path = tmp_path / f"x.{form}"
    done = export(embedded, path, scope="Dy", period="2024")

    network = reader(path)
    assert (done.nodes, done.edges) == (3, 2)
    assert {key: data["label"] for key, data in network.nodes(data=True)} == {
        "CHN": "China", "JPN": "Japan", "KOR": "South Korea",
    }  # fmt: skip
    assert {data["kind"] for _, data in network.nodes(data=True)} == {"Country"}
    [edge] = [data for *ends, data in network.edges(data=True) if ends == ["CHN", "KOR"]]
    assert float(edge["weight"]) == 800
    assert (edge["product"], edge["period"], edge["source"]) == ("ree-metals", "2024", "customs")
    assert edge["share_usd"] == 0.8
    [note] = done.notes
    assert unsaid(note, "ree-metals", "2024", "2 flows", "test", "customs") == []


# --- tables


def test_parquet_has_a_file_a_kind_with_units(embedded, graph, tmp_path):
    export(embedded, tmp_path / "x", "parquet")

    read = {path.stem: parquet.read_table(path) for path in (tmp_path / "x").glob("*.parquet")}
    assert {name: len(table) for name, table in read.items() if len(table)} == {
        kind.name: graph.count(kind.name) for kind in GRAPH.kinds if graph.count(kind.name)
    }
    exports = read["EXPORTS"]
    assert exports.column_names[:4] == ["exporter", "exporter_kind", "importer", "importer_kind"]
    assert exports.schema.field("tonnes").metadata[b"unit"] == b"t"
    assert read["Element"]["aliases"].to_pylist() == [["a;b", "c|d"]]


def test_the_files_for_neo4j_admin_say_what_each_column_is(embedded, graph, tmp_path):
    export(embedded, tmp_path / "x", "neo4j-admin")

    def read(name: str) -> list[dict[str, str]]:
        header = (tmp_path / "x" / f"{name}-header.csv").read_text(encoding="utf-8")
        [head] = csv.reader([header])
        with (tmp_path / "x" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return [dict(zip(head, row, strict=True)) for row in csv.reader(file)]

    [element] = read("Element")
    assert (element["key:ID(Element)"], element[":LABEL"]) == ("Dy", "Element")
    assert (element["atomic_weight:double"], element["eu_2023:boolean"]) == ("162.5", "true")
    assert element["note:string"] == NASTY
    assert element["aliases:string[]"] == "a;b~c|d"
    flows = read("EXPORTS-Country-Country")
    assert len(flows) == graph.count("EXPORTS")
    japan = next(flow for flow in flows if flow[":START_ID(Country)"] == "JPN")
    assert (japan[":END_ID(Country)"], japan[":TYPE"]) == ("KOR", "EXPORTS")
    assert (japan["usd:double"], japan["tonnes:double"]) == ("200", "")
    arguments = (tmp_path / "x" / "import.args").read_text().splitlines()
    assert "--array-delimiter=~" in arguments
    named = [line.partition("=")[2].split(",") for line in arguments if "csv" in line]
    there = {path.name for path in (tmp_path / "x").glob("*.csv")}
    assert {name.removeprefix("./") for names in named for name in names} == there


# --- Cypher


def test_links_of_two_columns_of_seeds_have_a_file_each_for_neo4j_admin(tmp_path):
    row = "{key: a, kind: more-than, consumer: KOR, supplier: CHN, source: customs}"
    claims = {"claims.yaml": f"kind: Claim\nrows:\n  - {row}\n"}
    graph = build_graph(read_seeds(write_seeds(tmp_path / "seeds", claims)))
    write_import_folder(graph, tmp_path / "x")
    lines = 0
    for path in (tmp_path / "x").glob("*.csv"):
        if not path.stem.endswith("-header"):
            with path.open(newline="", encoding="utf-8") as file:
                lines += sum(1 for _ in csv.reader(file))

    assert lines == graph.rows


@pytest.mark.long
def test_the_script_fills_an_empty_neo4j(embedded, graph, neo4j_store: Neo4jStore, tmp_path):
    export(embedded, tmp_path / "x.cypher")
    clear(neo4j_store)
    for name in rules(neo4j_store, "CONSTRAINTS"):  # of loads before, perhaps of other schemas
        neo4j_store._write(f"DROP CONSTRAINT `{name}`")

    script = (tmp_path / "x.cypher").read_text(encoding="utf-8")
    lines = [line for line in script.splitlines() if not line.startswith("//")]
    assert all(line.endswith(";") for line in lines)
    for line in lines:
        neo4j_store._write(line.removesuffix(";"))

    assert counted(stored_graph(neo4j_store)) == counted(graph)
    assert not neo4j_store.load(graph, dry_run=True).differs  # by the digest of every fact
    note = neo4j_store.run("MATCH (e:Element {key: 'Dy'}) RETURN e.note AS note").table["note"]
    assert note.to_pylist() == [NASTY]
    kinds = {f"graphkit_{kind.name}" for kind in GRAPH.kinds}
    assert set(rules(neo4j_store, "CONSTRAINTS")) == kinds


def test_a_long_kind_is_several_statements(graph, monkeypatch):
    monkeypatch.setattr("graphkit.export.formats.STATEMENT_ROWS", 2)

    made = list(statements(graph))
    assert sum("CREATE (a)-[x:`EXPORTS`" in statement for statement in made) == 2
    assert made[-1].startswith("UNWIND [['graphkit'")
    rows = [number for number, statement in enumerate(made) if statement.startswith("UNWIND")]
    assert made.count("CALL db.clearQueryCaches()") == (len(rows) - 1) // 10


# --- nothing half-written


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_file_is_replaced_only_when_all_is_written(embedded, tmp_path, monkeypatch):
    out = tmp_path / "out"
    out.mkdir()
    (out / "x.cypher").write_text("before")

    def half(graph: Graph) -> Any:
        yield "CREATE (n)"
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("graphkit.export.formats.statements", half)
        with pytest.raises(GraphkitError, match=r"cannot write .*x\.cypher: No space left"):
            export(embedded, out / "x.cypher")
    assert (out / "x.cypher").read_text() == "before"
    assert names_in(out) == {"x.cypher"}
    export(embedded, out / "x.cypher")
    assert (out / "x.cypher").read_text().startswith("// The graph of graphkit")
    assert names_in(out) == {"x.cypher"}


@pytest.mark.parametrize("form", [form for form, what in FORMATS.items() if what == "folder"])
def test_a_folder_with_files_is_left_alone(embedded, tmp_path, form):
    out = tmp_path / "out"
    (out / "x").mkdir(parents=True)
    export(embedded, out / "x", form)
    before = names_in(out / "x")

    with pytest.raises(UsageError, match=r"/x .*empty folder"):
        export(embedded, out / "x", form)
    assert names_in(out / "x") == before
    assert names_in(out) == {"x"}


def test_an_empty_database_is_told_to_be_filled(neo4j_store):
    clear(neo4j_store)
    with pytest.raises(GraphkitError, match=r"no graph.*'graphkit load'"):
        stored_graph(neo4j_store)


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        ("export", 2, "-o PATH"),
        (
            "export -o {tmp}/x",
            2,
            "--format … graphml, gexf, parquet, neo4j-admin, cypher",
        ),
        ("export -o {tmp}/x -f dot", 2, "--format: … 'dot' … graphml, gexf"),
        ("export -o {tmp} -f cypher", 2, "folder … cypher … file"),
        ("export -o {tmp}/no/x.gexf", 1, "{tmp}/no/x.gexf: No such file"),
        ("export -o {tmp}/x --for Dy -f parquet", 2, "graphml or gexf … parquet"),
        ("export -o {tmp}/x.gexf --for unobtainium", 2, "'unobtainium'"),
        ("export -o {tmp}/x.gexf --period 2024-Q9", 2, "--period: '2024-Q9'"),
        ("export -o {tmp}/x.gexf --for Dy --period 1999", 1, "no trade … 1999"),
    ],
)
def test_what_is_wrong_is_one_line(capsys, monkeypatch, filled, tmp_path, line, code, message):
    monkeypatch.setenv("GRAPHKIT_DB", str(filled))
    out = tmp_path / "out"
    out.mkdir()

    assert app.run(line.format(tmp=out).split()) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert unsaid(said.err, message.format(tmp=out)) == []
    assert not names_in(out)


def test_the_command_says_what_it_wrote(capsys, monkeypatch, embedded, tmp_path):
    embedded.close()
    monkeypatch.setenv("GRAPHKIT_DB", str(tmp_path / "graph.duckdb"))
    path = tmp_path / "x.gexf"

    assert app.run(["export", "--for", "Dy", "-o", str(path)]) == 0
    out, err = capsys.readouterr()
    note, written = err.splitlines()
    assert out == ""
    assert unsaid(note, "graphkit: ree-metals", "2025-Q1", "1 flows", "test", "customs") == []
    assert unsaid(written, f"graphkit: {path}: … 2 nodes, 1 relationships") == []
    assert nx.read_gexf(path).number_of_edges() == 1
