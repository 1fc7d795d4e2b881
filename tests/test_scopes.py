"""The check of names, scopes and kinds: Neo4j's refusals, and nothing that Neo4j runs."""

# ruff: noqa: E501 - a statement is a line.

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ordinary_statements import KINDS, statements
from random_statements import Statements
from saying import Naming
from tck import Scenario, scenarios, writes
from test_cypher_25 import SAME

from graphkit.cypher.scopes import check_scopes
from graphkit.cypher.signatures import signatures
from graphkit.cypher.statement import Statement
from graphkit.errors import StoreError, UsageError
from graphkit.queries import find_query, query_names
from graphkit.stores.duck.functions import FUNCTIONS
from graphkit.stores.neo4j.store import Neo4jStore

FOLDER = Path(__file__).parents[1]

REFUSED = {
    "names": """
MATCH (n) RETURN §m | Variable `m` not defined
MATCH (n) WHERE n.x = §m.x RETURN n | Variable `m` not defined
MATCH (n {x: §m.x}) RETURN n | Variable `m` not defined
MATCH (n) RETURN n {.x, §m} AS y | Variable `m` not defined
MATCH (n) WITH n.x AS x RETURN §n | Variable `n` not defined
MATCH (n) WITH n.x AS x WITH x ORDER BY §n.y RETURN x | Variable `n` not defined
RETURN 1 AS x, §x + 1 AS y | Variable `x` not defined
RETURN [x IN §x | x] AS y | Variable `x` not defined
RETURN reduce(s = 0, x IN [§s] | s + x) AS y | Variable `s` not defined
RETURN any(x IN [1] WHERE x > §y) AS z | Variable `y` not defined
MATCH (n) RETURN [(n)-[r]->(m) WHERE §q.x > 1 | r.x] AS x | Variable `q` not defined
MATCH (n) RETURN COUNT { (n)-->(m) WHERE m.x = §k } AS c | Variable `k` not defined
MATCH (n) WHERE (n)-[§r]->() RETURN n | Variable `r` not defined
MATCH (n) CALL { MATCH (m) RETURN §n.x AS x } RETURN x | Variable `n` not defined
MATCH (n) CALL () { RETURN §n.x AS x } RETURN x | Variable `n` not defined
MATCH (n) CALL (§m) { RETURN 1 AS x } RETURN x | Variable `m` not defined
MATCH (n) CALL { WITH n MATCH (m) WITH m RETURN §n.x AS x } RETURN x | Variable `n` not defined
CALL db.labels() YIELD label RETURN §l | Variable `l` not defined
MATCH (n) RETURN n.x AS x UNION MATCH (m) RETURN §n.x AS x | Variable `n` not defined
UNWIND [1] AS x UNWIND [2] AS §x RETURN x | x has a value, wanted a new name
MATCH (n) CALL (n) { MATCH (m) RETURN m AS §n } RETURN n | n has a value outside
MATCH (n) CALL { MATCH (m) §RETURN m AS n } RETURN n | n has a value outside of CALL
MATCH (n) WHERE EXISTS { MATCH (m) WITH m.x AS §n RETURN n } RETURN n | n has a value outside
MATCH (n) CALL (n) { RETURN §n.x } RETURN 1 AS x | found a value without a name in CALL
MATCH (n) CALL { §WITH n, 1 AS x RETURN n.x + x AS y } RETURN y | write CALL (x) { ... }
RETURN 1 AS a, §2 AS a | found two columns of the name a
MATCH (n) WITH §n.x RETURN 1 AS y | found a value without a name in WITH, wanted VALUE AS NAME
RETURN 1 AS a UNION §RETURN 2 AS b | found the columns b after UNION, wanted a
RETURN 1 AS a UNION RETURN 2 AS a §UNION ALL RETURN 3 AS a | found UNION and UNION ALL
MATCH () RETURN §* | found RETURN * without variables
§RETURN 1 AS x MATCH (n) RETURN n | RETURN can only end a query
§MATCH (n) | found MATCH at the end of the query
MATCH (n) §WITH n | found WITH at the end of the query
""",
    "kinds in patterns": """
MATCH (n) MATCH ()-[§n]->() RETURN n | n is a node, wanted a relationship here
MATCH ()-[r]->() MATCH (§r) RETURN r | r is a relationship, wanted a node here
MATCH ()-[r]->() MATCH ()-[§r*]->() RETURN r | r is a relationship, wanted a list of relationships here
WITH [1] AS r MATCH ()-[§r*]->() RETURN r | r is a list of integers, wanted a list of relationships
MATCH p = ()-->(§p) RETURN p | p is a path, wanted a node
MATCH (p) MATCH §p = ()-->() RETURN p | p has a value, wanted a new name for the path
WITH 1 AS n MATCH (§n) RETURN n | n is an integer, wanted a node here
MATCH (n) WITH n.x AS x MATCH (§x) RETURN x | x is a property, wanted a node here
MATCH (n) WITH collect(n) AS ns MATCH (§ns) RETURN 1 AS x | ns is a list of nodes, wanted a node here
MATCH (a) ((x)-->(y))+ (§x) RETURN 1 AS z | x is a list of nodes, wanted a node here
MATCH (x) MATCH (a) ((§x)-->(y))+ (b) RETURN 1 AS z | x has a value outside of the repeated part
MATCH (a)-[r]->+(b) RETURN §r.x AS x | found a list of relationships; it has no property 'x'
MATCH (n §$properties) RETURN n | found a parameter for the properties
MATCH (a) §(b) RETURN a | found a node beside a node
""",
    "aggregates": """
MATCH (n) WHERE §count(n) > 1 RETURN n | found count() in WHERE
RETURN count(§count(*)) AS x | found count() in count()
RETURN §count(rand()) AS x | found rand() in an aggregate
RETURN [x IN [1] | §count(*)] AS y | found count() in a value over a list
UNWIND §collect(1) AS x RETURN x | found collect() in UNWIND
MATCH (n) RETURN §n.x + count(*) AS y | n is used beside an aggregate
MATCH (n) RETURN n.x + n.y AS x, §n.x + n.y + count(*) AS y | n is used beside an aggregate
MATCH (n) RETURN n.x AS x ORDER BY §count(*) | count() is not among the columns
MATCH (n) RETURN n.x AS x, count(*) AS c ORDER BY §max(n.y) | max() is not among the columns
MATCH (n) RETURN DISTINCT n.x AS x ORDER BY §n.y | n is gone after DISTINCT or an aggregation
MATCH (n) WITH n.x AS x, count(*) AS c WHERE §n.y > 1 RETURN x | n is gone after DISTINCT
""",
    "numbers of rows": """
RETURN 1 AS x LIMIT §-1 | found LIMIT -1, wanted an integer from 0 on
RETURN 1 AS x SKIP §1.5 | found SKIP 1.5, wanted an integer from 0 on
RETURN 1 AS x LIMIT §null | found LIMIT null
RETURN 1 AS x LIMIT 1 §LIMIT 2 | found LIMIT twice
MATCH (n) RETURN n LIMIT §n.x | found the variable n in LIMIT
""",
    "kinds of values": """
MATCH (n) RETURN type(§n) AS x | found a node in type(), wanted a relationship
MATCH p = () RETURN labels(§p) AS x | found a path in labels(), wanted a node
MATCH (n) RETURN nodes(§n) AS x | found a node in nodes(), wanted a path
MATCH ()-[r]->() RETURN length(§r) AS x | found a relationship in length(), wanted a path
MATCH p = () RETURN size(§p) AS x | found a path in size(), wanted text or a list
MATCH p = () RETURN §p.x AS x | found a path; it has no property 'x'
MATCH (n) RETURN §size((n)-->()) AS x | wanted COUNT { ... }
MATCH (n) RETURN §(n)-->() AS x | found a pattern, wanted a value
MATCH (n) RETURN coalesce(§(n)-->(), true) AS x | found a pattern, wanted a value
MATCH (n) WHERE §n RETURN n | found a node, wanted a boolean
MATCH (n) WHERE §labels(n) RETURN n | found a list of text, wanted a boolean: NOT isEmpty(...)
RETURN true AND §1 AS x | found an integer, wanted a boolean
RETURN NOT §'a' AS x | found text, wanted a boolean
RETURN CASE WHEN §1 THEN 2 END AS x | found an integer, wanted a boolean
WITH 1 AS x RETURN §x.y AS y | found an integer; it has no property 'y'
RETURN [1, 2][§'a'] AS x | found text, wanted an integer
RETURN {a: 1}[§0] AS x | found an integer, wanted text
RETURN 1 IN §2 AS x | found an integer, wanted a list
RETURN none(x IN ['a'] WHERE §x % 2 = 0) AS y | found text, wanted a number
RETURN 1 - §'a' AS x | found text, wanted a number
RETURN §1 =~ 'a' AS x | found an integer, wanted text
RETURN range(1, §'a') AS x | found text in range(), wanted an integer
RETURN range(1, 2, §0) AS x | found range() with the step 0
RETURN §substring('a') AS x | found 1 argument of substring(), wanted 2 to 3
RETURN §nosuch(1) AS x | Unknown function `nosuch`
RETURN §9223372036854775808 AS x | wanted an integer of 64 bits
RETURN §1.34E999 AS x | wanted a number of 64 bits
RETURN '§\\uH' AS x | wanted four hexadecimal digits
""",
}
"""Statements with a sign where the message points, and a part of the message."""

RUN = """
MATCH (a)-[r]->() MATCH (b)-[r]->(c) RETURN r
MATCH (a)-[r]->()-[r]->(a) RETURN r
MATCH ()-[q]->() WITH collect(q) AS r MATCH ()-[r*]->() RETURN r
MATCH (n) WITH head(collect(n)) AS a MATCH (a)-->() RETURN a
MATCH (n) UNWIND [n, 1] AS m MATCH (m)-->() RETURN m
WITH null AS a MATCH (a)-->() RETURN a
MATCH (n {x: m.x}), (m) RETURN n
MATCH (n WHERE m.x = 1), (m) RETURN n
MATCH (a) ((x)-->(y) WHERE x.a = y.a)+ (b) WHERE size(x) > 1 RETURN x[0].a AS x
MATCH (n) RETURN [p = (n)-[r]->(m) WHERE m.x > 1 | length(p) + r.x + m.x] AS x
MATCH (n), (p) RETURN [p = (n)-->(m) | p] AS x
MATCH (n) RETURN [n IN [1, 2] | n + 1] AS x
MATCH (n) WITH n.x AS x ORDER BY n.y WHERE n.z > 1 RETURN x
MATCH (n) RETURN n AS m ORDER BY m.x, n.x
MATCH (n) RETURN n.x AS n, count(*) AS c ORDER BY n.y
MATCH (n) RETURN toUpper(n.x) AS n, count(*) AS c ORDER BY toupper(n.x)
MATCH (n) RETURN DISTINCT n.x + 1 AS x ORDER BY (n.x + 1) * 2
MATCH (n) RETURN n.x + n.y AS x, count(*) AS c ORDER BY n.x + n.y + 1
MATCH (n) RETURN DISTINCT n.x AS x ORDER BY EXISTS { (n)-->() }
MATCH (n) WITH n.x AS x, count(*) AS c WHERE n.x > 1 AND count(*) > 1 RETURN x
MATCH (n) RETURN n.x AS x, size(n.x) + count(*) AS c
MATCH (n) RETURN n, n {.x, c: count(*)} AS m
MATCH (n) RETURN n.l, [x IN n.l | x + 1] + collect(n.y) AS m
MATCH (n) RETURN COUNT { MATCH (n)-->(m) WITH count(m) AS c RETURN c } AS m, max(n.x) AS k
MATCH (n) RETURN *, n.x AS n
MATCH () WITH * RETURN 1 AS x
MATCH (n) WITH (n) RETURN n
MATCH (n) RETURN n.x, n. x
MATCH (n) CALL (n) { MATCH (m) WITH m RETURN n.x AS x } RETURN x
MATCH (n) CALL (n) { WITH n AS k RETURN n.x + k.x AS x } RETURN x
MATCH (n) CALL (n) { MATCH (a)-->(m) RETURN * } RETURN m
MATCH (n) CALL { WITH n MATCH (m) RETURN m UNION WITH n MATCH (n)-->(m) RETURN m } RETURN m
MATCH (n) CALL { WITH 1 AS y RETURN y AS x } RETURN x
MATCH (n) CALL { MATCH (n) RETURN n.x AS x } RETURN x
MATCH (n) WHERE EXISTS { MATCH (m) WITH m.x AS e MATCH (n)-->(f) RETURN e } RETURN n
RETURN 1 AS a, 2 AS b UNION RETURN 2 AS b, 1 AS a
MATCH (n) RETURN 1 AS x UNION ALL MATCH (n) RETURN 'a' AS x
RETURN 1 AS a, 2 AS A
MATCH (n) WHERE n.x AND n:A AND (n)-->() XOR n.y IN [1] RETURN n
MATCH (n) WHERE CASE WHEN n.x THEN true ELSE 1 END RETURN n
MATCH (n) WITH n.x AS k RETURN k.year AS y, k[0] AS z
MATCH p = () UNWIND p AS x RETURN x
UNWIND 1 AS x RETURN x
UNWIND ['a', null] AS x RETURN toUpper(x) AS y
UNWIND [1, null] AS x WITH x WHERE x IS NULL RETURN toUpper(x) AS y
RETURN 'a' + 1 AS a, 1 + [1] AS b, 1 + null + true AS c, 'a' STARTS WITH 1 AS d, 1 > 'a' AS e
RETURN toUpper([1, 'a'][1]) AS a, range(1, 4 / 2) AS b, range(1, abs(2.5)) AS c, round(1, 2, 'UP') AS d
RETURN 2 * duration({days: 1}) AS a, date() + duration({days: 1}) - duration({days: 2}) AS b
RETURN -9223372036854775808 AS a, 0x7FFFFFFFFFFFFFFF AS b, 1.5e308 AS c, 'a\\\\u00' AS d
MATCH (n) RETURN n SKIP $none + 1 LIMIT size([x IN [1, 2] WHERE x > 1])
RETURN COUNT(*) AS a, `count`(1) AS b, trim(' x ') AS c, coalesce(1) AS d
""".strip().splitlines()
"""Statements close to what is refused, which Neo4j runs."""


def refused() -> list[tuple[str, str, str]]:
    """The statements of the table, their messages, and the place of each."""
    cases = []
    for line in "\n".join(lines.strip() for lines in REFUSED.values()).splitlines():
        statement, message = line.rsplit(" | ", 1)
        start, end = statement.split("§")
        cases.append((start + end, message, f"line 1, column {len(start) + 1}: "))
    return cases


def message(statement: str) -> str:
    """Return what the check says against a statement, nothing if it has no objection."""
    try:
        check_scopes(Statement(statement))
    except UsageError as error:
        return str(error)
    return ""


def messages(statements: list[str]) -> dict[str, str]:
    """Return what the check says against those of some statements that it refuses."""
    return {statement: text for statement in statements if (text := message(statement))}


@pytest.mark.parametrize(("statement", "wanted", "where"), refused())
def test_what_neo4j_refuses_is_refused_with_its_place(statement, wanted, where):
    text = message(statement)

    assert wanted in text
    assert text.startswith(where)


@pytest.mark.parametrize(
    ("statement", "wanted"),
    [
        ("MATCH (n) LET n = 1 RETURN n", "column 15: n has a value"),
        ("LET x = 1, y = x RETURN y", "column 16: Variable `x` not defined"),
        ("FOR x IN [1] FOR x IN [2] RETURN x", "column 18: x has a value"),
        ("MATCH (n) FILTER count(*) > 1 RETURN n", "column 18: … count() in FILTER"),
        ("MATCH (n) RETURN n.x AS x NEXT RETURN n", "column 39: Variable `n` not defined"),
        ("MATCH (n) RETURN n.x NEXT RETURN 1 AS y", "column 18: … value without a name"),
    ],
)
def test_the_clauses_of_cypher_25_have_scopes_too(statement, wanted):
    assert message(statement) == Naming(wanted)


@pytest.mark.parametrize(
    "statement",
    [
        "LET x = 1 LET y = x + 1 FILTER y > 1 RETURN x, y",
        "FOR x IN [1, 2] FOR y IN [x] RETURN x, y",
        "RETURN 1 AS x NEXT MATCH (n {a: x}) RETURN n UNION ALL RETURN x AS n",
        "RETURN 1 AS x UNION RETURN 2 AS x NEXT RETURN x UNION ALL RETURN x + 1 AS x",
        "MATCH (n) CALL (n) { RETURN n.x AS a NEXT RETURN n.y + a AS b } RETURN b",
        "SHOW INDEXES YIELD name, type WHERE name > 'a' RETURN type",
        "SHOW INDEXES YIELD * RETURN name",
    ],
)
def test_what_neo4j_2026_runs_in_cypher_25_is_let_through(statement):
    assert message(statement) == ""


@pytest.mark.parametrize("statement", RUN)
def test_what_is_close_to_a_refusal_is_let_through(statement):
    assert message(statement) == ""


def test_a_statement_too_deep_for_the_check_is_refused():
    values = "(1 + 2 * 3 ^ " * 99 + "1" + ")" * 99

    assert message(f"RETURN {values} AS x") == Naming("too many levels")


@pytest.mark.long
def test_neo4j_refuses_the_same_and_runs_the_same(neo4j_store: Neo4jStore):
    statements = [statement for statement, _, _ in refused()]
    given = {"properties": {}, "none": 0}
    ran = [statement for statement in statements if runs(neo4j_store, statement, given)]

    assert ran == []
    # Planned alone: what some need is not in every graph.
    assert [s for s in RUN if not runs(neo4j_store, f"EXPLAIN {s}", given)] == []


def runs(store: Neo4jStore, statement: str, given: dict[str, object]) -> bool:
    """Tell if Neo4j runs a statement."""
    try:
        store.ask(statement, given)
    except StoreError:
        return False
    return True


def test_no_ordinary_statement_and_no_query_is_refused():
    texts = [statement for kind in KINDS for statement in statements(kind)]
    texts += [find_query(name).statement.text for name in query_names()]
    texts += [text for pair in SAME.items() for text in pair]

    assert len(texts) > 500
    assert messages(texts) == {}


def test_no_statement_of_the_pages_is_refused():
    pages = [FOLDER / "README.md", *sorted((FOLDER / "docs").glob("*.md"))]
    text = "\n".join(page.read_text("utf-8") for page in pages)
    texts = [*re.findall(r'graphkit cypher "([^"]+)"', text),
             *re.findall(r"```cypher\n(.*?)```", text, re.DOTALL)]  # fmt: skip
    # Those that write are for the owner of a Neo4j, and are not asked of graphkit.
    texts = [text for text in texts if not re.search(r"\b(CREATE|DELETE)\b", text)]

    assert len(texts) > 1
    assert messages(texts) == {}


@pytest.mark.parametrize("seeds", [20, pytest.param(300, marks=pytest.mark.long)])
def test_no_statement_made_by_chance_is_refused(seeds):
    texts = []
    for seed in range(seeds):
        chance = Statements(seed)
        texts += [str(chance.one()) for _ in range(10)]

    assert messages(texts) == {}


def read(error: bool) -> list[Scenario]:
    """Scenarios that the parser takes, with or without a wanted error."""
    chosen = []
    for scenario in scenarios():
        if bool(scenario.error) == error and not any(map(writes, scenario.statements)):
            try:
                _ = [Statement(statement).tree for statement in scenario.statements]
            except UsageError:
                continue
            chosen.append(scenario)
    return chosen


@pytest.mark.parametrize("step", [8, pytest.param(1, marks=pytest.mark.long)])
def test_no_scenario_of_the_kit_with_rows_is_refused(step):
    plain = read(error=False)[::step]
    texts = [statement for scenario in plain for statement in scenario.statements]

    assert len(texts) > 2_500 / step
    assert messages(texts) == {}


LATER = (
    ("ReturnSkipLimit", "parameter"),
    ("Aggregation6", "percentile"),
    ("List1 ", "given by a parameter"),
    ("Map2", "at runtime"),
    ("Graph3", "`labels()` failing on invalid arguments"),
    ("Graph4", "`type()` failing on invalid arguments"),
    ("TypeConversion", "on invalid types"),
)
"""Scenarios whose error hangs on values, by the beginnings and parts of their names."""
NEO4J_RUNS = ("Match3 [29]", "ReturnOrderBy6 [5]")
"""Scenarios whose statement Neo4j runs."""
LET_THROUGH = ("Pattern1 [22]", "Pattern1 [23]")
"""Scenarios with a pattern as a value, which has a meaning of its own."""


@pytest.mark.parametrize("step", [4, pytest.param(1, marks=pytest.mark.long)])
def test_every_error_that_the_kit_wants_before_a_statement_runs_is_given(step):
    wanted = read(error=True)[::step]
    run = [scenario for scenario in wanted if not any(map(message, scenario.statements))]
    left = [
        scenario.name
        for scenario in run
        if not scenario.name.startswith((*NEO4J_RUNS, *LET_THROUGH))
        and not any(scenario.name.startswith(a) and b in scenario.name for a, b in LATER)
    ]

    assert left == []
    assert len(wanted) - len(run) > 500 / step


def test_no_function_of_the_compiler_is_unknown():
    assert set(FUNCTIONS) - set(signatures()) <= {"toint"}  # which Neo4j 5 has no more
