"""A Neo4j that holds nodes, relationships, constraints and indexes of others beside the graph."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from chance import SEED
from databases import clear, everything
from seed_slices import expected_digest
from seed_texts import SMALL, write_seeds

from graphkit.build import Graph, build_graph
from graphkit.cli import app
from graphkit.errors import StoreError
from graphkit.export.digest import digest
from graphkit.queries import find_query, rows_of
from graphkit.schema import GRAPH, LOAD, Kind, Schema
from graphkit.seeds.facts import read_seeds
from graphkit.stores.duck.store import DuckStore
from graphkit.stores.neo4j.store import Neo4jStore

SEQUENCES = int(os.environ.get("TESTS_SEQUENCES", "5"))
FIRST = SEED
"""Number of random sequences of loads, and the seed of the first."""
LOADS = 3
"""Loads in a sequence."""
QUERIES = (
    "reference", "product-links", "editions", "elements", "countries", "countries-without-trade",
)  # fmt: skip
"""Query files that questions read, of labels, types and everything."""


FEW = frozenset({
    "Source", "Dataset", "Stage", "Area", "Country", "Element", "Code", "Product", "Load",
    "EXPORTS", "CONTAINS", "AT_STAGE", "MEMBER_OF", "COVERS", "DEPENDS_ON",
})  # fmt: skip
"""Kinds of the graphs in sequences: a load asks for each kind, whether there are rows or not."""


def with_few(kind: Kind) -> Kind:
    """Leave out the properties that refer to other kinds, and the ends of such."""
    props = (p for p in kind.props if FEW.issuperset(p.ref) and (p.edge is None or p.edge in FEW))
    start, end = (e and replace(e, kinds=tuple(k for k in e.kinds if k in FEW))
                  for e in (kind.start, kind.end))  # fmt: skip
    return replace(kind, props=tuple(props), start=start, end=end)


SMALLER = Schema(tuple(k if k == LOAD else with_few(k) for k in GRAPH.kinds if k.name in FEW))


def graph_of(folder: Path, *changes: dict[str, str | None], schema: Schema = GRAPH) -> Graph:
    return build_graph(read_seeds(write_seeds(folder, *changes), schema))


@pytest.fixture
def others(neo4j_store: Neo4jStore) -> Iterator[Neo4jStore]:
    """An empty Neo4j, whose constraints and indexes of others go in the end."""
    clear(neo4j_store)
    yield neo4j_store
    clear(neo4j_store)
    for what in ("CONSTRAINT", "INDEX"):
        shown = everything(neo4j_store, f"SHOW {what} YIELD name RETURN name")
        names = shown["name"].to_pylist()
        for name in (name for name in names if name.startswith("theirs")):
            neo4j_store._write(f"DROP {what} {name}")


def count(store: Neo4jStore, pattern: str) -> int:
    return int(everything(store, f"MATCH {pattern} RETURN count(*) AS n")["n"][0].as_py())


def test_load_nodes_of_others_stay_with_their_relationships(others, tmp_path):
    others._write("CREATE (:Load {content: 'theirs'})-[:OF]->(:Ship), (:Load), (:LoadLock {n: 1})")
    graph = graph_of(tmp_path / "seeds")

    for _ in range(2):
        others.load(graph)
        assert count(others, "(:Load {content: 'theirs'})-[:OF]->(:Ship)") == 1
        assert (count(others, "(:Load)"), count(others, "(:LoadLock {n: 1})")) == (3, 1)
        assert digest(others).sha256 == expected_digest(graph)


def test_a_relationship_of_others_at_the_load_marker_ends_no_load(others, tmp_path):
    others.load(graph_of(tmp_path / "seeds"))
    others._write("MATCH (l:Load) CREATE (l)<-[:ABOUT]-(:Memo)")
    graph = graph_of(tmp_path / "seeds", {"trade.yaml": None})
    others.load(graph)

    assert count(others, "(:Load)<-[:ABOUT]-(:Memo)") == 1
    assert digest(others).sha256 == expected_digest(graph)


@pytest.mark.parametrize(
    "rule",
    [
        "INDEX theirs FOR (c:Country) ON (c.iso3)",
        "CONSTRAINT theirs FOR (c:Country) REQUIRE c.iso3 IS UNIQUE",
        "CONSTRAINT theirs FOR (c:Country) REQUIRE c.own IS UNIQUE",
        "INDEX theirs FOR ()-[f:EXPORTS]-() ON (f.product, f.period)",
        "TEXT INDEX theirs FOR (c:Country) ON (c.name)",
    ],
)
def test_rules_of_others_stand_beside_a_load(others, tmp_path, rule):
    others._write("DROP INDEX graphkit_EXPORTS_product IF EXISTS")
    others._write(f"CREATE {rule}")
    graph = graph_of(tmp_path / "seeds")
    others.load(graph)

    assert digest(others).sha256 == expected_digest(graph)
    shown = everything(others, "SHOW INDEXES YIELD name RETURN name")["name"].to_pylist()
    assert "theirs" in shown


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (
            "CONSTRAINT theirs FOR (c:Country) REQUIRE c.iso3 IS UNIQUE",
            ("Country", "iso3", "'KOR'"),
        ),
        ("CONSTRAINT theirs FOR (c:Country) REQUIRE c.name IS UNIQUE", ("Country", "name")),
        ("CONSTRAINT theirs FOR ()-[f:EXPORTS]-() REQUIRE f.usd IS UNIQUE", ("EXPORTS", "usd")),
        ("INDEX theirs FOR (c:Country) ON (c.iso3, c.graphkit)", ("Country", "graphkit")),
    ],
)
@pytest.mark.parametrize("dry_run", [True, False])
def test_a_rule_in_the_way_is_named_before_anything_is_written(
    others, tmp_path, dry_run, rule, words
):
    for old in everything(others, "SHOW CONSTRAINTS YIELD name RETURN name")["name"].to_pylist():
        others._write(f"DROP CONSTRAINT `{old}`")
    others._write(f"CREATE {rule}")
    others._write("CREATE (:Country {iso3: 'KOR', name: 'mine'})")
    before = state(others)
    graph = graph_of(tmp_path / "seeds")

    with pytest.raises(StoreError) as refused:
        others.load(graph, dry_run=dry_run)
    drop = f"DROP {rule.split()[0]} `theirs`"
    for word in ("theirs", *words, drop):
        assert word in str(refused.value)
    assert state(others) == before
    others._write(drop)
    others.load(graph, dry_run=dry_run)


def test_two_nodes_of_others_with_a_key_of_the_seeds_stay_and_are_named(others, tmp_path):
    others._write("UNWIND [1, 2] AS n CREATE (:Country {iso3: 'KOR', n: n})-[:EXPORTS]->(:Load)")
    graph = graph_of(tmp_path / "seeds")

    beside = others.load(graph, dry_run=True).beside
    assert [[word in text for word in ("2", "Country", "'KOR'")] for text in beside] == [
        [True, True, True], [True, False, False], [True, False, False],
    ]  # fmt: skip
    others.load(graph)
    assert count(others, "(:Country {iso3: 'KOR'})") == 3
    assert len(others.run("MATCH (c:Country {iso3: 'KOR'}) RETURN c.n AS n").table) == 1


def test_a_statement_sees_all_and_says_once_that_some_is_of_others(others, neo4j_server, tmp_path):
    others.load(graph_of(tmp_path / "seeds"))
    statement = "MATCH (c:Country)-[:EXPORTS]->() RETURN count(*) AS n"
    with Neo4jStore(*neo4j_server) as store:
        assert store.ask(statement).notes == ()
    others._write("CREATE (:Country {n: 1})-[:EXPORTS]->(:Country)")
    with Neo4jStore(*neo4j_server) as store:
        result = store.ask(statement)
        assert result.table["n"].to_pylist() == [4]
        [note] = result.notes
        for word in ("2 nodes", "Country", "1 relationship"):
            assert word in note
        assert store.ask(statement).notes == ()
        assert store.run(statement).table["n"].to_pylist() == [3]


def test_no_question_reads_what_is_of_others(others, tmp_path):
    graph = graph_of(tmp_path / "seeds")
    others.load(graph)
    for statement in (
        "MATCH (n) CREATE (t) SET t = n {.*, graphkit: null} WITH n, t "
        "CALL (n, t) { MATCH (n) WHERE n:Country SET t:Country:Area } "
        "CALL (n, t) { MATCH (n) WHERE n:Product SET t:Product:Element SET n:Country }",
        "MATCH (a)-[r:EXPORTS]->(b) CREATE (a)-[t:EXPORTS]->(b), (b)-[:CONTAINS]->(a) "
        "SET t = r {.*, graphkit: null}",
        "MATCH (n:Country) CREATE (n)-[:TRADED_AS]->(n)<-[:COVERS]-(n), (n)-[:MADE_INTO]->(n)",
    ):
        others._write(statement)

    with DuckStore(tmp_path / "graph.duckdb") as alone:
        alone.load(graph)
        for name in QUERIES:
            assert rows_of(others, name).to_pylist() == rows_of(alone, name).to_pylist(), name
        values = {"product": "ree-metals", "period": "2024", "min_usd": 0.0, "importer": "KOR"}
        for name in ("flows-without-mass", "made-into", "import-concentration"):
            wanted_names = [parameter.name for parameter in find_query(name).parameters]
            given = {name: values[name] for name in wanted_names if name in values}
            found, wanted = (rows_of(store, name, **given) for store in (others, alone))
            assert len(wanted) or name == "made-into"
            assert found.to_pylist() == wanted.to_pylist(), name


def test_a_graph_of_0_3_is_marked_and_nothing_else(others, tmp_path):
    graph = graph_of(tmp_path / "seeds")
    others.load(graph)
    for kind in GRAPH.kinds:
        pattern = f"()-[x:`{kind.name}`]-()" if kind.is_edge else f"(x:`{kind.name}`)"
        key = "key" if kind.is_edge else kind.key
        others._write(f"MATCH {pattern} SET x.{key} = coalesce(x.{key}, x.graphkit)")
        others._write(f"MATCH {pattern} REMOVE x.graphkit")
        others._write(f"DROP CONSTRAINT `graphkit_{kind.name}`")
        others._write(
            f"CREATE CONSTRAINT `graphkit_{kind.name}` FOR {pattern} REQUIRE x.`{key}` IS UNIQUE"
        )
    others._write("CREATE (:Country {iso3: 'XXX'}), (:Country {iso3: 'YYY', digest: 'theirs'})")
    before = everything(others, "MATCH (c:Country) RETURN elementId(c) AS id ORDER BY id")

    assert not others.load(graph).differs
    assert digest(others).sha256 == expected_digest(graph)
    assert count(others, "(c:Country) WHERE c.graphkit IS NULL") == 2
    assert count(others, "()-[r]->() WHERE r.key IS NOT NULL") == 0
    assert everything(others, "MATCH (c:Country) RETURN elementId(c) AS id ORDER BY id") == before


def test_the_page_on_living_in_an_existing_graph_runs(others, tmp_path, monkeypatch, neo4j_server):
    uri, user, password = neo4j_server
    monkeypatch.setenv("NEO4J_USERNAME", user)
    monkeypatch.setenv("NEO4J_PASSWORD", password)
    page = (Path(__file__).parents[1] / "docs/neo4j.md").read_text(encoding="utf-8")
    section = page.split("## Living in an existing graph")[1].split("\n## ")[0]
    blocks = re.findall(r"```(\w+)\n(.+?)\n```", section, re.DOTALL)
    seeds = write_seeds(tmp_path / "seeds")
    counts = []
    for language, text in blocks:
        if language == "bash":
            for line in text.splitlines():
                command, *options = line.split()[1:-1]
                assert app.run([command, str(seeds), *options, uri]) == 0
        else:
            with others._session("WRITE") as session:
                session.run(text).consume()
            others._seen = ""  # the load marker goes too
        counts.append((count(others, "(n) WHERE n.graphkit IS NULL"), count(others, "(n)")))

    assert [language for language, _ in blocks].count("bash") == 1
    assert counts[0] == (2, 2)
    assert counts[1][0] == 2
    assert counts[1][1] > 10
    assert counts[-1] == (3, 4)
    assert count(others, "(:Memo)-[:ABOUT]->(:Country {iso3: 'KOR', name: 'South Korea'})") == 1


# --- random sequences

NODES = [kind.name for kind in GRAPH.nodes] + ["LoadLock", "Mine"]
LINKS = [kind.name for kind in GRAPH.edges] + ["LIKES"]
KEYS = ("CHN", "JPN", "KOR", "NOR", "SWE", "FIN", "WLD", "ree-metals", "Dy", "graphkit", "mine")


def state(store: Neo4jStore) -> dict[str, Any]:
    """All that a database holds, by element."""
    nodes = "MATCH (x) RETURN elementId(x) AS id, labels(x) AS of, properties(x) AS p ORDER BY id"
    links = (
        "MATCH (a)-[x]->(b) RETURN elementId(x) AS id, "
        "[type(x), elementId(a), elementId(b)] AS of, properties(x) AS p ORDER BY id"
    )
    rules = "SHOW {} YIELD name, labelsOrTypes AS of, properties AS p RETURN name AS id, of, p"
    texts = (nodes, links, rules.format("CONSTRAINTS"), rules.format("INDEXES"))
    return {
        row["id"]: (row["of"], row["p"])
        for text in texts for row in everything(store, text).to_pylist()
    }  # fmt: skip


def theirs(store: Neo4jStore) -> set[tuple[Any, ...]]:
    """Read what others wrote: elements without the mark, labels and properties at those with it."""
    found: set[tuple[Any, ...]] = set()
    stored = {kind.name: {prop.name for prop in kind.stored} for kind in GRAPH.kinds}
    rows = everything(
        store,
        "MATCH (x) RETURN elementId(x) AS id, x.graphkit AS kind, labels(x) AS of, "
        "[k IN keys(x) | [k, toStringOrNull(x[k])]] AS p",
    ).to_pylist()
    for row in rows:
        ours = stored.get(row["kind"], set()) if row["kind"] in row["of"] else set()
        found |= {(row["id"], label) for label in row["of"] if not ours or label != row["kind"]}
        found |= {(row["id"], *pair) for pair in row["p"] if pair[0] not in ours}
    links = everything(
        store,
        "MATCH (a)-[x]->(b) WHERE x.graphkit IS NULL RETURN elementId(x) AS id, type(x) AS type, "
        "elementId(a) AS a, elementId(b) AS b, [k IN keys(x) | [k, toStringOrNull(x[k])]] AS p",
    ).to_pylist()
    found |= {(r["id"], r["type"], r["a"], r["b"], str(sorted(r["p"]))) for r in links}
    shown = everything(store, "SHOW INDEXES YIELD name RETURN name")["name"].to_pylist()
    return found | {(name,) for name in shown if name.startswith("theirs")}


def add_theirs(store: Neo4jStore, random: Random, number: int) -> None:
    """Write something of somebody else's; what Neo4j refuses stays unwritten."""
    label, link, key = random.choice(NODES), random.choice(LINKS), random.choice(KEYS)
    name = random.choice(("iso3", "key", "code"))
    more = random.choice(("", ", digest: 7", ", name: 'Norway'", ", digest: 'd', key: 'k'"))
    pick = "MATCH (a) WITH a ORDER BY elementId(a) WITH collect(a) AS every WHERE size(every) > 0 "
    pick += f"WITH every, every[{random.randrange(1000)} % size(every)] AS a"
    other = f"WITH a, every[{random.randrange(1000)} % size(every)] AS b"
    ours = pick.replace("(a) WITH", "(a) WHERE a.graphkit IS NOT NULL WITH")
    rule = random.choice((f"x.{name}", "x.name", "x.key", "x.theirs", f"x.{name}, x.name"))
    node, edge = f"(x:{label})", f"()-[x:{link}]-()"
    where = random.choice((node, node, edge))
    statement = random.choice((
        f"CREATE (:{label} {{{name}: '{key}', theirs: {number}}})",
        f"CREATE (:{label}:{random.choice(NODES)} {{{name}: '{key}'{more}}})",
        f"{pick} CREATE (a)-[:{link} {{theirs: {number}{more}}}]->(a)",
        f"{pick} {other} CREATE (a)-[:{link}]->(b)",
        f"{pick} CREATE (a)<-[:{link}]-(:{label} {{{name}: '{key}'{more}}})",
        f"{ours} SET a:{label}",
        f"{pick} SET a.theirs = {number}",
        f"CREATE INDEX theirs{number} FOR {where} ON ({rule})",
        f"CREATE CONSTRAINT theirs{number} FOR {where} REQUIRE ({rule}) IS UNIQUE",
    ))  # fmt: skip
    try:
        store._write(statement)
    except StoreError as error:
        if "CREATE CONSTRAINT" not in statement and "already exists" not in str(error):
            raise


def some_graph(folder: Path, random: Random) -> Graph:
    """Build the small graph with other places, names and flows."""
    places = {code: random.choice(("country", "area", "")) for code in ("SWE", "FIN")}
    rows = "".join(
        f"  - {{iso3: {code}, name: {code} {random.randrange(3)}}}\n"
        for code, kind in places.items() if kind == "country"
    )  # fmt: skip
    areas = "".join(
        f"  - {{iso3: {code}, name: {code}, type: unspecified}}\n"
        for code, kind in places.items() if kind == "area"
    )  # fmt: skip
    flows = "".join(
        f"  - {{exporter: {seller}, importer: {buyer}, period: 2023, usd: {random.randrange(9)}}}\n"
        for seller in ("CHN", "JPN", *(code for code, kind in places.items() if kind))
        for buyer in ("KOR", "NOR") if random.random() < 0.5
    )  # fmt: skip
    return graph_of(folder, {
        "countries.yaml": SMALL["countries.yaml"] + rows,
        "areas.yaml": random.choice((None, SMALL["areas.yaml"])) if not areas
        else SMALL["areas.yaml"] + areas,
        "trade.yaml": SMALL["trade.yaml"] + flows,
        "contains.yaml": random.choice((None, SMALL["contains.yaml"])),
    }, schema=SMALLER)  # fmt: skip


def load_as_told(store: Neo4jStore, graph: Graph) -> int:
    """Load, and drop what a refusal names until there is none; return how many were dropped."""
    dropped = 0
    while True:
        before = state(store)
        try:
            store.load(graph)
        except StoreError as error:
            drops = re.findall(r"DROP \w+ `theirs\d+`", str(error))
            if not drops or state(store) != before:
                raise
            with pytest.raises(StoreError):
                store.load(graph, dry_run=True)
            for drop in drops:
                store._write(drop)
            dropped += len(drops)
        else:
            return dropped


@pytest.mark.long
@pytest.mark.parametrize("seed", range(FIRST, FIRST + SEQUENCES))
def test_no_load_of_a_sequence_touches_what_is_of_others(others, tmp_path, seed):
    random, number = Random(seed), 0
    for _ in range(LOADS):
        for _ in range(random.randrange(1, 8)):
            number += 1
            add_theirs(others, random, number)
        graph = some_graph(tmp_path / "seeds", random)
        before = theirs(others)
        dropped = load_as_told(others, graph)

        after = theirs(others)
        assert len({item for item in before if item not in after}) == dropped, seed
        assert digest(others, SMALLER).sha256 == expected_digest(graph)
