"""The same statement gives the same rows from both databases, byte for byte."""

import datetime
import json
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ClassVar

import pytest
from databases import clear
from long_cases import others_long

from graphkit.errors import StoreError, UsageError
from graphkit.stores.results import Result, canonical_json

KOREA = "MATCH (c:Country {iso3: 'KOR'}) "

VALUES = (
    "RETURN 1 AS i, -1 AS n, 9223372036854775807 AS big, -9223372036854775808 AS small",
    "RETURN 1.5 AS f, -0.0 AS z, 1e300 AS big, 1e-7 AS small, 0.1 + 0.2 AS sum, 1.0 AS whole",
    "RETURN toString(0.0) AS a, toString(-0.5) AS b, toString(1e7) AS c",
    "RETURN 7 / 2 AS a, -7 / 2 AS b, 7 % 3 AS c, -7 % 3 AS d, 7.0 / 2 AS e, 2 ^ 3 AS f",
    "RETURN -2 ^ 2 AS a, 7.0 / 2 AS b",
    "RETURN 2 ^ 3 ^ 2 AS a, 1 + 2 * 3 AS b, (1 + 2) * 3 AS c, 5 / 2 * 2.0 AS d, - - 1 AS e",
    "RETURN true AS t, false AS f, null AS n, true AND null AS a, true OR null AS b, NOT null AS c",
    "RETURN null = null AS a, null <> 1 AS b, null IS NULL AS c, 1 IN [2] AS d, null IN [1] AS e",
    "RETURN 'a' AS a, '' AS b, 'é 日本 🦎' AS c, 'it\\'s' AS d, \"a\\\"b\" AS e, 'a\\nb' AS f",
    "RETURN 'caf\\u00e9' AS a, '\\\\u00e9' AS b, 'a' + 'b' AS c, size('日本') AS d",
    "RETURN [1, 2] AS a, [] AS b, ['x', null] AS c, [[1], [2, 3]] AS d, [1.5] AS e, [true] AS f",
    "RETURN [1, 2] + [3] AS a, size([1, 2]) AS b, [1, 2, 3][-1] AS c, 2 IN [1, 2] AS d",
    "RETURN range(1, 3) AS a, range(3, 1) AS b, range(0, 10, 5) AS c",
    "RETURN {b: 1, a: 'x'} AS m, {a: {b: [1, null]}, n: null} AS n, [{a: 1}, {a: 2}] AS l",
    "RETURN {_ID: 1, _LABEL_: 2, _x: 3, label: 'l', properties: 4} AS m",
    "RETURN date('2024-02-29') AS d, [date('2024-01-01')] AS l, {d: date('1999-12-31')} AS m",
    "RETURN date('2024-01-31') < date('2024-02-01') AS a, date('2024-01-01') = date('2024-01-01')",
    "RETURN coalesce(null, 2) AS a, abs(-3) AS b, sign(-2) AS c, sqrt(16) AS d, floor(2.7) AS e",
    "RETURN round(2.345, 2) AS a, round(2.5, 0) AS b, round(1234.5678, 1) AS c, log10(100) AS d",
    "RETURN toUpper('é') AS a, toLower('É') AS b, trim(' a ') AS c, replace('aaa', 'a', 'b') AS d",
    "RETURN left('hello', 2) AS a, right('hello', 2) AS b, 'abc' CONTAINS 'b' AS c",
    "RETURN 'abc' STARTS WITH 'a' AS a, 'abc' ENDS WITH 'c' AS b, 'abc' =~ 'a.*' AS c, 'A' < 'a'",
    "RETURN CASE WHEN true THEN 1 ELSE 2 END AS a, CASE 1 WHEN 1 THEN 'x' END AS b",
    "MATCH (c:Country) WHERE c.iso3 IN ['AFG', 'DEU'] RETURN c.iso3 AS i, "
    "any(a IN c.aliases WHERE a CONTAINS 'a') AS a, [a IN c.aliases WHERE a CONTAINS 'W'] AS w "
    "ORDER BY i",
    "RETURN any(x IN [1, 2] WHERE x > 1) AS a, all(x IN [] WHERE x > 1) AS b, "
    "none(x IN [1] WHERE x > 1) AS c, single(x IN [1, 2] WHERE x > 1) AS d",
    "UNWIND [1, null, 2] AS x RETURN x",
    "UNWIND [] AS x RETURN x",
    "UNWIND null AS x RETURN x",
    "UNWIND [3, null, 1] AS x RETURN x ORDER BY x",
    "UNWIND [3, null, 1] AS x RETURN x ORDER BY x DESC",
    "UNWIND ['b', 'B', 'a', 'é', 'z'] AS x RETURN x ORDER BY x",
    "UNWIND [[1], [2, 3], []] AS x RETURN x, size(x) AS n",
    "UNWIND [{a: 1}, {a: 2}] AS x RETURN x, x.a AS a",
    "UNWIND [1, 1, 2] AS x RETURN sum(DISTINCT x) AS s, count(DISTINCT x) AS c, count(*) AS n",
    "UNWIND [1, null, 2] AS x RETURN count(x) AS c, count(*) AS n, avg(x) AS a, min(x), sum(x)",
    "UNWIND [3, 1, 2] AS x WITH x ORDER BY x DESC LIMIT 2 RETURN sum(x) AS s, collect(x) AS l",
    "UNWIND [1.5, 2.5] AS x RETURN sum(x) AS s, avg(x) AS a, max(x) AS m",
    "RETURN 1 AS a UNION RETURN 2 AS a UNION RETURN 2 AS a",
)  # fmt: skip
"""Statements that ask for no node."""

GRAPH = (
    KOREA + "RETURN c",
    KOREA + "RETURN c, c.iso3 AS i, c.aliases AS a, c.last_year AS y",
    KOREA + "RETURN {n: c, k: c.iso3} AS m, [c, c] AS l",
    "MATCH (s:Stage) RETURN s ORDER BY s.position",
    "MATCH (s:Stage) RETURN *  ORDER BY s.position LIMIT 1",
    "MATCH (z:Stage {key: 'mine'})<-[r:AT_STAGE]-(a:Product {key: 'lithium-mine'}) RETURN *",
    "MATCH (z:Stage {key: 'mine'}) WITH z, 1 AS b, 2 AS a RETURN *, b + 1",
    "MATCH (a:Product {key: 'dy-metal'})-->()-[u:USED_IN]->(c) RETURN * ORDER BY u.graphkit",
    "MATCH (s:Stage) RETURN s.key, s.position * 2, count(*) ORDER BY s.key",
    "MATCH (c:Country) RETURN count(*), max(c.iso3), count( DISTINCT c.region ), 'x', [1,2]",
    "MATCH (s:Stage) RETURN s.key AS `a key`, s.position AS größe ORDER BY größe",
    "MATCH (c:Country {iso3: 'ZZZ'}) RETURN c, c.iso3 AS i, c.aliases AS a, c.last_year",
    "MATCH (c:Country {iso3: 'ZZZ'}) RETURN count(*) AS n, max(c.iso3) AS m, collect(c) AS l, "
    "avg(c.last_year) AS a",
    "OPTIONAL MATCH (c:Country {iso3: 'ZZZ'})-[r:EXPORTS]->(d) RETURN c, r, d.iso3 AS i",
    KOREA + "OPTIONAL MATCH (c)<-[r:IMPOSED_BY]-(p) RETURN c.iso3 AS c, r, collect(p) AS p",
    KOREA + "MATCH (c)-[d:DEPENDS_ON {period: '2024', product: 'ree-metals'}]->(s) "
    "RETURN d ORDER BY d.graphkit",
    "MATCH p = (a:Product {key: 'dy-metal'})-[:MADE_INTO]->(b) RETURN p ORDER BY b.key",
    "MATCH p = (a:Product {key: 'dy-metal'})-[:MADE_INTO]->(b)-[:USED_IN]->(c) "
    "RETURN p, length(p) AS l, nodes(p) AS n ORDER BY b.key, c.key",
    "MATCH p = (b:Product)<-[r:MADE_INTO*0..1]-(a:Product {key: 'dy-oxide'}) "
    "RETURN p, r, relationships(p) AS s ORDER BY b.key, length(p)",
    "MATCH p = (s:Stage {key: 'mine'}) RETURN p, length(p) AS l",
    "MATCH (a:Product)-[:MADE_INTO*1..3]-(b) RETURN count(*) AS n",
    "MATCH (a:Product)-[:MADE_INTO*]->(b) RETURN count(*) AS n",
    "MATCH (a)-[:MADE_INTO]-(b)-[:MADE_INTO]-(c) RETURN count(*) AS n",
    "MATCH (a)-[:MADE_INTO*1..2]->(b)<-[:MADE_INTO]-(c) RETURN count(*) AS n",
    "MATCH (a)-[:MADE_INTO*1..2]->(b)<-[:MADE_INTO*1..2]-(c) RETURN count(*) AS n",
    "MATCH p = (a:Product)-[:MADE_INTO]-(b)-[:MADE_INTO]-(c) RETURN count(p) AS n",
    "MATCH (a:Product)<-[:HOLDS]-(c)-[:HOLDS]->(b:Product) RETURN count(*) AS n",
    "MATCH (a:Product)<-[:HOLDS]-(c), (c)-[:HOLDS]->(b:Product) RETURN count(*) AS n",
    "MATCH (a:Product)<-[:HOLDS]-(c) MATCH (c)-[:HOLDS]->(b:Product) RETURN count(*) AS n",
    "MATCH (a:Product)<-[:HOLDS]-(c)-[:HOLDS]->(b) WHERE a.key < b.key OR b.key = 'x' "
    "RETURN count(*) AS n",
    "MATCH (p:Product) WHERE EXISTS { MATCH (p)-[:MADE_INTO]-()-[:MADE_INTO]-(p) } "
    "RETURN count(*) AS n",
    KOREA + "MATCH (c)-[d:DEPENDS_ON]->(b)-[e:DEPENDS_ON]->(x) "
    "WHERE d.period = '2024' AND e.period = '2024' RETURN count(*) AS n",
    KOREA + "OPTIONAL MATCH (c)-[:DEPENDS_ON {period: '2024'}]->(b)-[:DEPENDS_ON "
    "{period: '2024'}]->(x) RETURN b.iso3 AS i, count(x) AS n ORDER BY n DESC, i LIMIT 5",
    "MATCH (c:Claim)-[:CITES]->(s)<-[:CITES]-(d {kind: 'share'}) WHERE c.key < d.key "
    "RETURN s.key AS k, count(*) AS n ORDER BY k",
    "MATCH (:Product {key: 'ree-compounds'})-[r:USED_IN]->(a)<-[s:USED_IN]-(p:Product) "
    "WHERE r.graphkit <> s.graphkit MATCH (p)-[:USED_IN]->(m) RETURN count(*) AS n",
    "MATCH (a)-[:HOLDS]->(p)<-[:HOLDS]-(b), (a)-[:PRODUCES {period: '2024'}]->(p) "
    "RETURN count(*) AS n",
    "MATCH (n) RETURN count(n) AS n",
    "MATCH ()-[r]->() RETURN count(r) AS n",
    "MATCH (x:Country|Area) RETURN count(x) AS n, min(x.iso3) AS a, max(x.iso3) AS b",
    "MATCH ()-[r:HOLDS|PRODUCES]->() RETURN count(r) AS n",
    "MATCH (n {key: 'mine'}) RETURN n.position AS p",
    "MATCH (e:Element) RETURN e.us_2025 AS u, count(*) AS n ORDER BY n DESC",
    "MATCH (e:Element) WHERE NOT e.us_2025 RETURN e.key AS k ORDER BY k",
    "MATCH (c:Country) RETURN c.last_year AS y, count(*) AS n ORDER BY y",
    "MATCH (c:Country) WHERE c.last_year <> 1990 RETURN count(*) AS n",
    "MATCH (c:Country) WHERE none(a IN c.aliases WHERE a STARTS WITH 'K') RETURN count(*) AS n",
    "MATCH (c:Country) WHERE c.iso3 =~ 'K.*' AND size(c.aliases) > 1 RETURN c.iso3 AS i ORDER BY i",
    "MATCH (c:Country) RETURN toUpper(c.region) AS r, count(*) AS n ORDER BY r SKIP 1 LIMIT 2",
    "MATCH (c:Country) RETURN DISTINCT c.type AS t ORDER BY t",
    "MATCH ()-[f:EXPORTS]->() WHERE f.year > 2022.5 RETURN count(*) AS n, sum(f.year) AS s",
    "MATCH ()-[f:EXPORTS]->() RETURN f.product AS p, count(DISTINCT f.period) AS d, count(*) AS n, "
    "count(f.tonnes) AS t, sum(f.year) AS y ORDER BY p",
    "MATCH (a)-[f:EXPORTS {period: '2024'}]->() WITH a.iso3 AS a, round(sum(f.usd), 0) AS u "
    "ORDER BY u DESC LIMIT 5 RETURN sum(u) AS top_five, collect(a) AS who",
    "MATCH (s:Stage) WITH s ORDER BY s.position SKIP 2 LIMIT 3 RETURN collect(s.key) AS k",
    "MATCH (s:Stage) WITH s.position AS p ORDER BY p DESC LIMIT 3 WITH max(p) AS m RETURN m",
    "MATCH (l:Load) RETURN l",
)
"""Statements over the shipped graph."""


def as_text(result: Result) -> str:
    """Names, rows, and which columns are JSON, in one text."""
    fields = [(f.name, bool(f.metadata)) for f in result.table.schema]
    return canonical_json([fields, [list(r.values()) for r in result.table.to_pylist()]])


@pytest.mark.parametrize("statement", others_long([*GRAPH, *VALUES], 33))
def test_both_databases_give_the_same_text(stores, statement):
    found = {name: as_text(store.ask(statement)) for name, store in stores.items()}

    assert found["embedded"] == found["neo4j"]


class Statements:
    """Random statements of the kind that analysts write, whose answer has one order."""

    edges: ClassVar = {
        "EXPORTS": (("Country", "Area"), ("Country", "Area")),
        "DEPENDS_ON": (("Country", "Area"), ("Country", "Area")),
        "PRODUCES": (("Country", "Area"), ("Product",)),
        "HOLDS": (("Country", "Area"), ("Product",)),
        "RESTRICTS": (("Control",), ("Product",)),
        "MADE_INTO": (("Product",), ("Product",)),
        "USED_IN": (("Product",), ("Application",)),
        "CONTAINS": (("Product",), ("Element",)),
        "MEMBER_OF": (("Country", "Element"), ("Area", "Element")),
        "ABOUT": (("Claim",), ("Country", "Area", "Product", "Element")),
    }
    starts: ClassVar = {
        "Country": "iso3: 'KOR' iso3: 'DEU' iso3: 'CHN'",
        "Product": "key: 'dy-metal' key: 'ree-compounds' key: 'magnets-metal'",
        "Element": "key: 'Dy' key: 'Ga'",
    }

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def step(self, kinds: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
        """A relationship that can follow, and what it leads to."""
        choices = [
            (name, arrow, to)
            for name, (a, b) in self.edges.items()
            for arrow, here, to in (("-{}->", a, b), ("<-{}-", b, a), ("-{}-", a, b))
            if set(here) & set(kinds)
        ]
        name, arrow, to = self.chance.choice(choices)
        if name in ("EXPORTS", "DEPENDS_ON", "PRODUCES"):
            inside = f"[:{name} {{period: '{self.chance.choice([2023, 2024])}'}}]"
        else:
            inside = f"[:{name}]"
        return arrow.format(inside), to

    def one(self) -> str:
        """One statement."""
        start = self.chance.choice(sorted(self.starts))
        value = self.chance.choice(self.starts[start].split("' ")).strip("'")
        text, kinds = f"MATCH (n0:{start} {{{value}'}})", (start,)
        for number in range(1, self.chance.choice([2, 3, 3, 4])):
            arrow, kinds = self.step(kinds)
            label = f":{self.chance.choice(kinds)}" if self.chance.random() < 0.4 else ""
            if label:
                kinds = (label[1:],)
            joins = self.chance.random()
            before = f"n{number - 1}"
            if joins < 0.15 and number > 1:
                text += f" MATCH ({before})"
            elif joins < 0.25 and number > 1:
                text += f" OPTIONAL MATCH ({before})"
            elif joins < 0.35 and number > 1:
                text += f", ({before})"
            text += f"{arrow}(n{number}{label})"
        last = f"n{number}"
        return text + self.chance.choice([
            " RETURN count(*)",
            f" RETURN count(DISTINCT {last}) AS d, count(*) AS n",
            f" RETURN n1.source AS k, count(DISTINCT {last}) AS d, count(*) AS n ORDER BY n, k",
            " WITH n1.source AS k, count(*) AS n ORDER BY n DESC, k LIMIT 3 "
            "RETURN coalesce(sum(n), 0) AS s, min(k) AS k",
            f" WITH {last}.source AS k, count(*) AS n WHERE n > 1 RETURN k, n ORDER BY n, k",
            " WITH DISTINCT n1.source AS k ORDER BY k LIMIT 4 RETURN collect(k) AS l",
        ])  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("seed", range(6))
def test_random_statements_give_the_same_text(stores, seed):
    statements = Statements(seed)
    answered = 0
    while answered < 12:
        statement = statements.one()
        try:
            embedded = as_text(stores["embedded"].ask(statement))
        except UsageError:  # a pattern that the schema rules out
            continue
        assert embedded == as_text(stores["neo4j"].ask(statement)), statement
        answered += 1


PARAMETERS = {
    "i": 3, "f": 2.5, "t": True, "s": "it's 'é' \\ \" ` $x", "l": ["KOR", "JPN"], "e": [],
    "n": None, "m": {"a": 1, "b": {"c": ["x"]}}, "rows": [{"a": 1, "b": "x"}, {"a": 2, "b": None}],
    "nested": [[1, 2], [3]], "big": 2**63 - 1, "d": datetime.date(2024, 2, 29), "größe": 1,
    "a b": 2, "nul": "a\0b", "none": 1, "end": 2,
}  # fmt: skip


@pytest.mark.parametrize(
    "statement",
    [
        "RETURN $i + 1 AS i, $f * 2 AS f, $t AS t, $s + '!' AS s, $l AS l",
        "RETURN $m AS m, $m.a AS a, $nested AS n, $big AS b, $d AS d",
        "RETURN $größe AS a, $`a b` AS b, $nul AS c, $none + $end AS d, $ i AS e",
        "RETURN $n IS NULL AS a, $i IN [1, 2, $i] AS b",
        "UNWIND $rows AS row RETURN row.a AS a, row.b AS b",
        "UNWIND $e AS x RETURN x",
        "UNWIND $l AS i MATCH (c:Country {iso3: i}) RETURN i, c.name AS n ORDER BY i",
        "MATCH (c:Country) WHERE c.iso3 IN $l RETURN c.iso3 AS i ORDER BY i",
        "MATCH (c:Country) WHERE c.iso3 IN $e RETURN c.iso3 AS i ORDER BY i",
        "MATCH (s:Stage {position: $i}) RETURN s.key AS k",
        "MATCH (s:Stage) WHERE s.position > $f RETURN s.key AS k ORDER BY k SKIP $i LIMIT $i",
        "MATCH (s:Stage) WHERE s.key = $n RETURN s.key AS k",
        "MATCH (s:Stage) WHERE s.key = '$i' RETURN s.key AS k // $nosuch",
        "RETURN 1 AS x",
    ],
)
def test_parameters_mean_the_same_and_what_is_not_used_is_not_looked_at(stores, statement):
    given = PARAMETERS | {"unused": [1, "mixed", object]}
    found = {name: as_text(store.ask(statement, given)) for name, store in stores.items()}

    assert found["embedded"] == found["neo4j"]


def test_a_missing_parameter_is_not_null(stores):
    for store in stores.values():
        with pytest.raises(UsageError, match=r"needs \$b; .*-P b=VALUE"):
            store.ask("RETURN $a, $b", {"a": 1})


@pytest.mark.parametrize("value", [2**63, object(), [object()], {"a": object()}])
def test_a_parameter_that_no_database_takes_is_one_clear_line(stores, value):
    for store in stores.values():
        with pytest.raises((UsageError, StoreError)) as caught:
            store.ask("RETURN $x AS x", {"x": value})
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("engine", ["embedded", "neo4j"])
@pytest.mark.parametrize(
    "statement", ["RETURN 1 AS a, 2 AS a", "MATCH (s:Stage) RETURN s.key, s.key"]
)
def test_two_columns_of_one_name_are_refused_by_both(stores, engine, statement):
    with pytest.raises((UsageError, StoreError), match="name"):
        stores[engine].ask(statement)


def test_a_node_is_its_label_and_what_is_set(graph_of):
    store = graph_of().store

    table = store.ask("MATCH (c:Country {iso3: 'NOR'}) RETURN c").table
    node = json.loads(table["c"][0].as_py())
    assert isinstance(node["properties"].pop("digest"), int)
    assert node == {
        "label": "Country",
        "properties": {
            "iso3": "NOR", "iso2": "NO", "name": "Norway", "source": "customs", "type": "country",
            "graphkit": "Country",
        },
    }  # fmt: skip
    assert table.schema.field("c").metadata == {b"graphkit": b"json"}


def test_a_relationship_is_its_type_and_what_is_set(graph_of):
    store = graph_of().store

    statement = "MATCH (:Country {iso3: 'JPN'})-[f:EXPORTS]->() RETURN f"
    found = json.loads(store.ask(statement).table["f"][0].as_py())
    assert found["type"] == "EXPORTS"
    assert {type(found["properties"].pop(name)) for name in ("graphkit", "digest")} == {int}
    assert found["properties"] == {
        "product": "ree-metals", "hs": "280530", "period": "2024", "year": 2024, "usd": 200.0,
        "reporter": "importer", "dataset": "test", "source": "customs", "preferred": True,
    }  # fmt: skip


def test_keys_and_properties_are_those_that_are_set(graph_of):
    store = graph_of().store

    [row] = store.run(KOREA + "RETURN keys(c) AS k, properties(c) AS p").table.to_pylist()
    properties = json.loads(row["p"])
    assert sorted(row["k"]) == sorted(properties)
    assert isinstance(properties.pop("digest"), int)
    assert properties == {
        "iso3": "KOR", "iso2": "KR", "name": "South Korea", "aliases": ["Korea"],
        "source": "customs", "type": "country", "graphkit": "Country",
    }  # fmt: skip


def test_a_map_keeps_its_names(graph_of):
    table = graph_of().store.run("RETURN {a: 1, b: {c: 'x'}} AS m").table

    assert table["m"].to_pylist() == ['{"a":1,"b":{"c":"x"}}']


def test_a_sum_beyond_64_bits_is_an_error_where_neo4j_gives_a_float(ask):
    with pytest.raises(StoreError, match=r"not within INT64 range|fit into 64 bits"):
        ask.store.run("UNWIND [9223372036854775807, 1] AS n RETURN sum(n) AS x")


@pytest.mark.long
def test_threads_that_read_at_once_get_each_its_own_rows(graph_of):
    store = graph_of().store
    statement = "MATCH (c:Country) WHERE c.iso3 > $after RETURN c.iso3 AS iso3 ORDER BY iso3"
    asked = [("", 4), ("CHN", 3), ("JPN", 2), ("NOR", 0)] * 8

    def rows(reader: Callable[..., Result]) -> list[int]:
        with ThreadPoolExecutor(8) as threads:
            given = [{"after": after} for after, _ in asked]
            return [len(r.table) for r in threads.map(partial(reader, statement), given)]

    assert rows(store.run) == [count for _, count in asked]
    assert rows(store.ask) == [count for _, count in asked]


def test_an_empty_graph_has_columns_and_no_rows(neo4j_store):
    clear(neo4j_store)

    table = neo4j_store.ask("MATCH (n:Country) RETURN n, n.iso3 AS iso3, n.last_year").table
    assert (table.column_names, len(table)) == (["n", "iso3", "n.last_year"], 0)
