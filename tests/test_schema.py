"""One declaration, and all that is read off it: checks, DDL, statements, JSON Schema, reference."""

import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from saying import Naming

from graphkit.arrow import ARROW
from graphkit.build import build_graph
from graphkit.errors import SeedError
from graphkit.files.folders import shipped
from graphkit.kinds import json_schema, reference_page
from graphkit.schema import GRAPH, LOAD, UNITS, End, Kind, Prop, Schema, Type
from graphkit.seeds.facts import read_seeds
from graphkit.stores.duck import file as duck_file
from graphkit.stores.duck.store import DuckStore
from graphkit.stores.neo4j import load as neo4j_load
from graphkit.stores.neo4j import rules as neo4j_rules

# --- a schema made up here ----------------------------------------------------------------------

KEY = Prop("key", Type.TEXT, "Short name.", key=True, required=True)
NAME = Prop("name", Type.TEXT, "Name.")
DEPTH = Prop("depth", Type.NUMBER, "How deep it goes.", minimum=0)
SHIFT = Prop("shift", Type.TEXT, "Which shift counted.", key=True, one_of=("day", "night"))


def mines(*mine: Prop, hauls: tuple[Prop, ...] = ()) -> Schema:
    """Mines, and what is hauled between them."""
    ends = End("from", ("Mine",), "Where it comes from."), End("to", ("Mine",), "Where it goes.")
    return Schema(
        (
            Kind("Mine", "Where ore is dug.", (KEY, NAME, *mine)),
            LOAD,
            Kind("HAULS", "Ore hauled.", (Prop("tons", Type.NUMBER, "How much."), *hauls), *ends),
            Kind("NEXT_TO", "Beside.", (), *ends, derived=True),
        )
    )


def write(folder: Path, mine: str = "", *hauls: str) -> Path:
    """Seeds of two mines, the first with something more, and of some hauls."""
    rows = "".join(f"  - {{from: a, to: b{more}}}\n" for more in hauls)
    (folder / "mines.yaml").write_text(
        f"kind: Mine\nrows:\n  - {{key: a, name: A{mine}}}\n  - {{key: b}}\n"
    )
    (folder / "hauls.yaml").write_text(f"kind: HAULS\nrows:\n{rows}")
    return folder


def told(folder: Path, schema: Schema) -> str:
    with pytest.raises(SeedError) as failed:
        read_seeds(folder, schema)
    return str(failed.value)


def part(schema: Schema, folder: Path, kind: str) -> Any:
    graph = build_graph(read_seeds(write(folder, "", ", tons: 1"), schema))
    return next(p for p in graph.parts if p.kind.name == kind)


def test_a_property_is_one_line_and_is_checked(tmp_path):
    write(tmp_path, ", depth: -1")

    assert told(tmp_path, mines()) == Naming("mines.yaml:3:23: Mine … 'depth' … key, name")
    assert told(tmp_path, mines(DEPTH)) == Naming("mines.yaml:3:30: depth … '-1' … at least 0")
    write(tmp_path, ", depth: 7")
    assert read_seeds(tmp_path, mines(DEPTH))["Mine"]["depth"].to_pylist() == [7.0, None]


def test_a_property_is_one_line_and_is_in_every_statement(tmp_path):
    def texts(schema: Schema) -> list[str]:
        node, edge = (part(schema, tmp_path, kind) for kind in ("Mine", "HAULS"))
        return [
            " ".join(duck_file.ddl(schema)),
            neo4j_load.create_statement(node),
            neo4j_load.create_statement(edge),
            neo4j_load.update_statement(node.kind),
        ]

    assert [text.count("`depth`") for text in texts(mines())] == [0, 0, 0, 0]
    assert [text.count("`depth`") for text in texts(mines(DEPTH, hauls=(DEPTH,)))] == [0, 1, 1, 1]
    assert texts(mines(DEPTH, hauls=(DEPTH,)))[0].count('"depth" DOUBLE') == 2


def test_a_property_is_one_line_and_is_documented():
    page, schema = reference_page(mines(DEPTH)), json.loads(json_schema(mines(DEPTH)))

    assert "| depth | How deep it goes. | number; at least 0 |  |" in page
    row = schema["allOf"][0]["then"]["properties"]["rows"]["items"]["properties"]
    assert row["depth"]["description"] == "How deep it goes. (number; at least 0)"
    assert "depth" not in reference_page(mines()) + json_schema(mines())


def test_a_kind_is_one_declaration_and_has_its_constraint():
    statements = " ".join(neo4j_rules.ddl(mines()))

    assert "FOR (x:`Mine`) REQUIRE (x.`key`, x.`graphkit`) IS UNIQUE" in statements
    assert "FOR ()-[x:`HAULS`]-() REQUIRE (x.`graphkit`) IS UNIQUE" in statements
    assert 'CREATE TABLE graph."Mine" (' in " ".join(duck_file.ddl(mines()))


def test_an_edge_of_a_product_in_a_period_is_indexed():
    scope = (Prop("product", Type.TEXT, "What."), Prop("period", Type.PERIOD, "When."))

    assert "CREATE INDEX" not in " ".join(neo4j_rules.ddl(mines()))
    assert "FOR ()-[x:`HAULS`]-() ON (x.`product`, x.`period`)" in " ".join(
        neo4j_rules.ddl(mines(hauls=scope))
    )


def test_a_key_property_makes_two_facts_of_one(tmp_path):
    write(tmp_path, "", ", shift: day", ", shift: night")

    assert "has no property 'shift'" in told(tmp_path, mines())
    assert "duplicate HAULS a|b" in told(tmp_path, mines(hauls=(replace(SHIFT, key=False),)))
    graph = build_graph(read_seeds(tmp_path, mines(hauls=(SHIFT,))))
    edges = next(p.table for p in graph.parts if p.kind.name == "HAULS")
    assert edges["shift"].to_pylist() == ["day", "night"]
    assert len(set(edges["graphkit"].to_pylist())) == 2


VALUES = [
    (Type.TEXT, "NO", "NO"),
    (Type.NUMBER, "1.5", 1.5),
    (Type.INTEGER, "3", 3),
    (Type.FLAG, "true", True),
    (Type.PERIOD, "2024-Q1", "2024-Q1"),
    (Type.DATE, "2025-04-04", "2025-04-04"),
    (Type.TEXTS, "[x, 0102]", ["x", "0102"]),
]
"""Of each type: as a seed gives it, and as every database gives it back."""


def test_a_property_of_every_type_comes_back_from_every_database(store, tmp_path):
    props = tuple(Prop(f"p{n}", kind, "One.") for n, (kind, _, _) in enumerate(VALUES))
    row = "".join(f", p{n}: {value}" for n, (_, value, _) in enumerate(VALUES))
    store.load(build_graph(read_seeds(write(tmp_path, row, row), mines(*props, hauls=props))))
    wanted = {f"p{n}": stored for n, (_, _, stored) in enumerate(VALUES)}

    columns = ", ".join(f"x.{name} AS {name}" for name in wanted)
    mine = store.run(f"MATCH (x:Mine) RETURN {columns} ORDER BY x.key").table
    haul = store.run(f"MATCH ()-[x:HAULS]->() RETURN {columns} ORDER BY p0").table
    assert {kind for kind, _, _ in VALUES} == set(Type)
    assert mine.to_pylist() == [wanted, dict.fromkeys(wanted)]
    assert haul.to_pylist() == [wanted]


def test_a_reference_with_an_edge_becomes_relationships(tmp_path):
    beside = Prop("beside", Type.TEXTS, "Beside.", ref=("Mine",), edge="NEXT_TO")
    graph = build_graph(read_seeds(write(tmp_path, ", beside: [b, a]"), mines(beside)))
    edges = next(p.table for p in graph.parts if p.kind.name == "NEXT_TO")

    assert edges.select(["from", "to"]).to_pylist() == [
        {"from": "a", "to": "a"},
        {"from": "a", "to": "b"},
    ]
    write(tmp_path, ", beside: [b, c]")
    assert told(tmp_path, mines(beside)) == (
        Naming("mines.yaml:3:35: beside … unknown … 'c' … nothing")
    )


def test_renaming_a_property_changes_the_facts(tmp_path):
    def digests(name: str) -> list[str]:
        write(tmp_path, f", {name}: 7")
        graph = build_graph(read_seeds(tmp_path, mines(replace(DEPTH, name=name))))
        return graph.parts[0].table["digest"].to_pylist()

    assert not set(digests("depth")) & set(digests("height"))


# --- the graph of graphkit --------------------------------------------------------------------

PROPS = [pytest.param(k, p, id=f"{k.name}.{p.name}") for k in GRAPH.kinds for p in k.stored]


@pytest.mark.parametrize("kind", GRAPH.kinds, ids=lambda kind: kind.name)
def test_every_kind_is_documented_and_has_one_identity(kind):
    names = [p.name for p in (*kind.columns, *(p for p in kind.stored if p not in kind.columns))]

    assert re.fullmatch(r"[A-Z][^\n|]+\.", kind.doc)
    assert all(re.fullmatch(r"[A-Z][^\n|]*\.", end.doc) for end in kind.ends)
    assert len(set(names)) == len(names)
    assert kind.is_edge or len(kind.identity) == 1
    assert kind.is_edge or kind.column(kind.key).required
    assert {name for end in kind.ends for name in end.kinds} <= {k.name for k in GRAPH.nodes}


@pytest.mark.parametrize(("kind", "prop"), PROPS)
def test_every_property_is_documented_and_sound(kind, prop):
    assert re.fullmatch(r"[a-zA-Z][^\n|]+(\.|\.\.\.)", prop.doc)
    assert prop.unit is None or prop.unit in UNITS
    assert not prop.pattern or re.compile(prop.pattern)
    assert prop.unit is None or prop.type is Type.NUMBER
    assert not prop.key or prop.type in (Type.TEXT, Type.PERIOD, Type.DATE)
    assert not prop.not_below or prop.type is kind.column(prop.not_below).type
    assert set(prop.ref) <= {k.name for k in GRAPH.nodes}
    assert not prop.edge or prop.ref


@pytest.mark.parametrize(("kind", "prop"), [p for p in PROPS if p.values[1].edge])
def test_a_reference_fits_the_edge_that_it_becomes(kind, prop):
    edge = GRAPH[prop.edge]

    starts, ends = (set(end.kinds) for end in edge.ends)
    assert edge.derived
    if kind.name in starts:
        assert set(prop.ref) <= ends
    else:
        assert kind.name in ends
        assert set(prop.ref) <= starts


def test_every_edge_is_seeded_or_derived_from_something():
    links = {p.edge for k in GRAPH.nodes for p in k.props if p.edge}

    assert {k.name for k in GRAPH.edges if k.derived} == {*links, "COVERS", "DEPENDS_ON"}


def test_every_seeded_fact_has_a_source():
    without = [k.name for k in GRAPH.seeded if "source" not in {p.name for p in k.columns}]

    assert without == ["Source"]
    assert all(k.column("source").required for k in GRAPH.seeded if k.name != "Source")


def test_the_reference_page_names_every_kind_and_property():
    page = reference_page(GRAPH)
    sections = {re.search(r"\[?(\w+)\]?", s.partition("-[")[2] or s)[1]: s
                for s in page.split("\n### `")[1:]}  # fmt: skip

    assert set(sections) == {k.name for k in GRAPH.kinds}
    for kind in GRAPH.kinds:
        rows = {line.split(" | ")[0] for line in sections[kind.name].splitlines()}
        ends = {end.name for end in kind.ends}
        wanted = {f"| {name} (end)" for name in ends} | {f"| {p.name}" for p in kind.stored}
        assert wanted <= rows


def test_the_reference_page_in_the_repository_is_that_of_the_schema():
    page = Path(__file__).parents[1] / "docs" / "graph.md"

    assert page.read_text(encoding="utf-8") == reference_page(GRAPH)


def test_the_diagram_of_the_page_joins_what_facts_join(sample_file: Path):
    lines = re.findall(r"(?m)^  (\w+) -->\|(.+)\| (\w+)$", reference_page(GRAPH))
    drawn = {(start, kind, end) for start, kinds, end in lines for kind in kinds.split(", ")}
    with DuckStore(sample_file) as store:
        rows = store.run(
            "MATCH (a)-[r]->(b) RETURN DISTINCT labels(a)[0] AS a, type(r) AS r, labels(b)[0] AS b"
        ).table.to_pylist()

    assert {(row["a"], row["r"], row["b"]) for row in rows} <= drawn
    assert {kind for _, kind, _ in drawn} == {kind.name for kind in GRAPH.edges}
    assert ("Element", "MEMBER_OF", "Area") not in drawn


def test_no_number_of_a_seed_is_without_limits():
    numbers = [p for kind in GRAPH.seeded for p in kind.columns if p.type is Type.NUMBER]

    assert [p.name for p in numbers if p.minimum is None and p.not_below is None] == []
    assert [p.name for p in numbers if p.maximum is None] == []


def test_every_table_row_of_the_reference_page_has_four_cells():
    rows = [line for line in reference_page(GRAPH).splitlines() if line.startswith("|")]

    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {5}


# --- the JSON Schema of seed files ------------------------------------------------------------


class Editor(yaml.CSafeLoader):
    """Reads YAML 1.2 as editors do: numbers, true, false and null; no dates, no NO, no 12:30."""

    yaml_implicit_resolvers = {}  # noqa: RUF012  (PyYAML's own attribute)


for tag, pattern, first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
):
    Editor.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), first)
Editor.add_constructor("tag:yaml.org,2002:int", lambda l, node: int(node.value))  # noqa: E741


@cache
def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(json_schema(GRAPH))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def complaints(text: str) -> list[str]:
    return [e.message for e in validator().iter_errors(yaml.load(text, Editor))]


@pytest.mark.long
@pytest.mark.parametrize("folder", sorted(p.name for p in shipped("seeds").iterdir() if p.is_dir()))
def test_an_editor_finds_nothing_wrong_with_the_shipped_seeds(folder):
    files = sorted((shipped("seeds") / folder).rglob("*.yaml"))

    assert files
    assert {p.name: c for p in files if (c := complaints(p.read_text(encoding="utf-8")))} == {}


TRAPS = """\
kind: EXPORTS
defaults: {product: ree-metals, source: NO, hs: 0102, basis: on}
units: {tonnes: kt, usd: }
rows:
  - {exporter: CHN, importer: KOR, period: 2024, reporter: importer, dataset: 12:30, usd: null}
  - {exporter: CHN, importer: KOR, period: 2024-Q1, reporter: importer, dataset: 7, usd: 1e3}
"""


@pytest.mark.long
def test_an_editor_accepts_what_the_reader_accepts():
    assert complaints(TRAPS.replace(", usd: }", "}")) == []
    assert (
        complaints("kind: Country\nrows: [{iso3: NOR, iso2: NO, m49: 578, aliases: [1, x]}]") == []
    )
    assert complaints("kind: Control\nrows: [{since: 2025-04-04, quota: '1.5'}]") == []
    assert complaints("kind: Claim\nrows:\ndefaults:\n") == []


@pytest.mark.parametrize(
    "text",
    [
        "kind: Mine\nrows: []",
        "kind: DEPENDS_ON\nrows: []",
        "rows: []",
        "[]",
        "kind: Code",
        "kind: Code\nrows: []\ntable: a.csv",
        "kind: Code\nrows: []\nother: 1",
        "kind: Code\nrows: {}",
        "kind: Code\nrows: [1]",
        "kind: Code\nrows: [{cod: 0102}]",
        "kind: Code\ndefaults: {cod: 0102}\nrows: []",
        "kind: Code\nrows: [{description: [a]}]",
        "kind: EXPORTS\nrows: [{usd: -1}]",
        "kind: EXPORTS\nrows: [{usd: 1_000}]",
        "kind: EXPORTS\nrows: [{usd: true}]",
        "kind: EXPORTS\nrows: [{year: 2024}]",
        "kind: EXPORTS\nrows: [{reporter: both}]",
        "kind: EXPORTS\nunits: {tonnes: lb}\nrows: []",
        "kind: EXPORTS\nunits: {basis: t}\nrows: []",
        "kind: EXPORTS\ntable: a.csv\ncolumns: {mass: kg}",
        "kind: PRODUCES\nrows: [{share: 47.5}]",
        "kind: Element\nrows: [{us_2025: yes}]",
        "kind: Element\nrows: [{atomic_number: 1.5}]",
        "kind: Product\nrows: [{used_in: wires}]",
        "kind: CONTAINS\nrows: [{role: most}]",
        "kind: Control\nrows: [{since: 2025-13-04}]",
    ],
)  # fmt: skip
def test_an_editor_refuses_what_the_reader_refuses(tmp_path, text):
    (tmp_path / "a.yaml").write_text(text)

    assert complaints(text)
    with pytest.raises(SeedError):
        read_seeds(tmp_path)


def test_a_property_has_one_type_in_all_kinds():
    """Neo4j leaves columns without values untyped, and they get the type of their name."""
    types = {(prop.name, ARROW[prop.type]) for kind in GRAPH.kinds for prop in kind.props}

    assert len(types) == len({name for name, _ in types})
