"""Statements of all kinds: the file has Neo4j's rows, or names what it lacks and why."""

# ruff: noqa: E501 - a statement is a line.

import re
from pathlib import Path

import pytest
from saying import Naming

from graphkit.database import WithNeo4j
from graphkit.errors import StoreError, Untranslated, UsageError
from graphkit.stores.base import Store
from graphkit.stores.duck.store import DuckStore
from graphkit.stores.neo4j.store import Neo4jStore

pytestmark = pytest.mark.long

KOREA = "MATCH (c:Country {iso3: 'KOR'}) "

MEMBERS = (
    "MATCH (c:Country) WHERE c.iso3 IN ['DEU', 'KOR'] OPTIONAL MATCH (c)-[:MEMBER_OF]->(a {iso3: 'EU27'}) "
    "WITH c, a ORDER BY c.iso3"
)
"""A country that is a member of something, and one that is not."""

ALIKE = r"""
MATCH (_1:Stage)<-[_2:AT_STAGE*1..1]-() RETURN _1.key AS k, count(_2) AS n ORDER BY k
MATCH (c:Country) WHERE c.iso3 < 'B' OR c.iso3 > 'X' UNWIND c.region AS r RETURN c.iso3 AS c, r ORDER BY c
MATCH (c:Country) WHERE c.iso3 < 'C' WITH c, [(c)-[:HOLDS]->(p) | p] AS ps RETURN c.iso3 AS c, size([p IN ps WHERE EXISTS { (p)-[:MADE_INTO]->() } | p.key]) AS n ORDER BY c
MATCH p = (:Product {key: 'dy-metal'})-[:MADE_INTO*1..2]->(b) RETURN b.key AS b, length(p) AS l, any(n IN nodes(p) WHERE (n)-[:USED_IN]->()) AS x, all(n IN nodes(p) WHERE (n)-->()) AS y ORDER BY b, l, x
MATCH (n) WHERE n.key = 'mine' OR n.iso3 = 'KOR' RETURN labels(n) AS l, n.key AS k, n.iso3 AS i ORDER BY l
MATCH (c:Country) WHERE c.iso3 IN ['KOR', 'JPN'] RETURN c.iso3 AS c, [x IN ['ree-metals', 'magnets-metal'] | COUNT { (c)<-[f:EXPORTS]-() WHERE f.product = x }] AS n ORDER BY c
UNWIND [1, 1.0, 'a', true, [1], null] AS v UNWIND [[1.0, 'a'], ['a', [1]], [true, 2]] AS l RETURN v IN l AS x, v = l[0] AS y, v <> l[1] AS z
UNWIND [[1, 'a'], ['a', 1], [1.0, 'a']] AS l RETURN l = [1, 'a'] AS x, 'a' IN l AS y, size(l) AS n ORDER BY x, y
RETURN [x IN ['a', 'b'] | {k: x}] AS x
RETURN [x IN [1, 2] | {a: x}.a] AS x
RETURN [x IN [1, 2] WHERE {a: x}.a = 1] AS x
RETURN [x IN [1, 2] | [{a: x}]] AS x
RETURN [x IN [1, 2] | size([y IN [{a: x}] WHERE y.a > 1])] AS x
MATCH (c:Country {iso3: 'KOR'}) RETURN [x IN [c] | [x {.iso3}]] AS x
RETURN reduce(t = 0, x IN [1, 2] | x - t) AS x
UNWIND [[1]] AS xs RETURN reduce(t = '', x IN xs | t + x) AS x
RETURN reduce(t = 'a', x IN ['b', null] | t + x) AS x
MATCH (p:Product) WHERE any(x IN [(p)<-[r:PRODUCES]-() | r.share] WHERE x > 0.9) RETURN count(p) AS x
MATCH (c:Country {iso3: 'KOR'}) RETURN [x IN [1] | size([(c)-[:HOLDS]->(p) WHERE x = 1 | p])] AS x
MATCH (c:Country {iso3: 'KOR'}) RETURN c {.*, one: 1} AS x
MATCH (c:Country {iso3: 'KOR'}) RETURN c {.iso3} ORDER BY c.name
WITH {a: 1} AS m RETURN m.b AS x
MATCH (c:Country {iso3: 'KOR'}) OPTIONAL CALL (c) { MATCH (c)-[:MEMBER_OF]->(p {iso3: 'EU27'}) RETURN p } RETURN count(p) AS n
MATCH (c:Country {iso3: 'KOR'}) CALL (c) { WITH c UNWIND [1, 2] AS i RETURN i } RETURN count(i) AS n
MATCH (c:Country {iso3: 'KOR'}), (d:Country {iso3: 'JPN'}) CALL (c) { MATCH (c)-->(d:Product) RETURN count(d) AS n } RETURN n
MATCH (c:Country {iso3: 'KOR'}) WHERE COLLECT { MATCH (c)-[:HOLDS]->(p) RETURN p.note LIMIT 1 }[0] IS NULL RETURN count(c) AS x
MATCH (c:Country {iso3: 'KOR'}) WHERE EXISTS { MATCH (c)-[:HOLDS]->(p) WITH p MATCH (p)-[:AT_STAGE]->() } RETURN c.iso3 AS x
RETURN '1.0' = 1.0 AS x
MATCH ()-[f:EXPORTS]->() WHERE f.year = '2024' RETURN count(f) AS x
MATCH (s:Stage) WHERE s.position IN ['1'] RETURN count(s) AS x
RETURN [1, null] = [1, 2] AS x
RETURN {k: null} = {k: 1} AS x
RETURN CASE '0' WHEN 0 THEN 'zero' END AS x
RETURN 'abc' STARTS WITH true AS x
RETURN size([1, 'a']) AS x
WITH {a: 1, A: 2} AS m RETURN m.A AS x
RETURN exp(1) AS x
RETURN date('2024-02-29').week AS x
RETURN date('2024') AS a, date('2024-02') AS b, date('0001-01-01') AS c, date(date('2024-02-29')) AS d, date(null) AS e, date({year: 2024, month: 2}) AS f, date({day: 1, year: 9999, month: 12}) AS g, date() = date() AS h
UNWIND ['1984-10-11', '2017-01-01', '2024-12-30', '2000-02', '0001', null] AS t WITH date(t) AS d RETURN d, d.year, d.quarter, d.month, d.week, d.weekYear, d.day, d.ordinalDay, d.dayOfWeek, d.weekDay, d.dayOfQuarter, toString(d), date(toString(d)) = d ORDER BY d
UNWIND [date('2024-01-02'), date('2023-05'), null, date('2024-01-02')] AS d WITH min(d) AS a, max(d) AS b, count(DISTINCT d) AS n, collect(DISTINCT d.month) AS l RETURN a, b, n, size(l) AS l, a < b AS x, a IN [b, null] AS y, [a, b] = [b, a] AS z, {d: a} = {d: b} AS w
UNWIND [date('2024-01-02'), '2024-01-02', 1, null] AS v RETURN v = date('2024-01-02') AS a, v < date('2025') AS b, v >= date('2024') AS c, v IN [date('2024-01-02')] AS d
RETURN date('2024') = '2024-01-01' AS a, date('2024') < '2025' AS b, '2024-01-01' IN [date('2024'), 1] AS c
RETURN timestamp() > 0 AS x
MATCH p = SHORTEST 2 (:Product {key: 'dy-metal'})-[:MADE_INTO]->+(b) RETURN count(p) AS x
MATCH (:Product {key: 'dy-metal'}) ((a)-[:MADE_INTO]->()-[:MADE_INTO]->(b)){1,2} RETURN count(*) AS x
RETURN {} AS x
MATCH (c:Country) RETURN size(collect(CASE WHEN c.region = 'Asia' THEN c END)) AS x
MATCH (c:Country {iso3: 'KOR'}) WITH collect(c) AS cs RETURN [d IN cs WHERE (d)-[:HOLDS]->() | d.name] AS x
WITH 'a' AS k, {a: 1} AS m RETURN m[k] AS x
MATCH (c:Country {iso3: 'KOR'}) WHERE size([v IN c.aliases WHERE v <> c.name | v + 'x']) > 0 RETURN c.iso3 AS x
MATCH (c:Country {iso3: 'KOR'}) WHERE size([v IN ['a'] WHERE v < c.name]) + size([c, c][0].iso3) > 0 RETURN 1 AS x
UNWIND ['x'] AS t RETURN sum(size([v IN ['a'] WHERE v <> t | v + 'c'])) AS x
UNWIND [[1, 2]] AS l RETURN [v IN [1, 3] | size([u IN l WHERE u > 1])] AS x
UNWIND [1] AS y RETURN [x IN [1, 2] | size([y IN [3] WHERE y > 0]) + y] AS x
MATCH (c:Country {iso3: 'KOR'}) RETURN size(keys(c)) AS x
MATCH (c:Country {iso3: 'KOR'}) WITH properties(c) AS m RETURN m.name AS x
UNWIND $none AS v RETURN max(reverse(v)) AS x
UNWIND $none AS v RETURN max(toString(v)) AS x
MATCH ()-[r:EXPORT*0..1]->() RETURN count(r) AS x
RETURN 'x' + 1.5 AS x
MATCH (c:country) RETURN count(*) AS x
MATCH (c:Country|AREA) RETURN count(*) AS x
MATCH ()-[r:holds]->() RETURN count(*) AS x
MATCH (c:Country) RETURN count(c.ISO3) AS x
MATCH ()-[f:EXPORTS]->() WHERE f.period = 2024 RETURN count(*) AS x
MATCH ()-[f:EXPORTS]->() WHERE f.period >= 2024 RETURN count(*) AS x
MATCH ()-[f:EXPORTS]->() WHERE f.period = $year RETURN count(*) AS x
MATCH ()-[f:EXPORTS]->() WHERE 2024 = f.period RETURN count(*) AS x
MATCH ()-[f:EXPORTS {period: 2024}]->() RETURN count(*) AS x
MATCH (c:Code {code: $year}) RETURN count(*) AS x
MATCH (c:Code) WHERE c.code = 280530 RETURN count(*) AS x
MATCH (r:Control) WHERE r.since > date('2020-01-01') RETURN count(*) AS x
RETURN [{a: 1}, {b: 2}] AS x
MATCH (s:Stage) OPTIONAL MATCH (s)-[:HOLDS]->(p) RETURN count(*) AS x
MATCH (c:Claim)-[:ABOUT]->(s:Stage) WHERE EXISTS { MATCH (s)<-[:CITES]-() } RETURN count(*) AS x
MATCH (a:Product {key: 'dy-metal'})-[r:MADE_INTO]-(b) RETURN count(startNode(r).key) AS x
MATCH p = (:Product {key: 'dy-metal'})-[:MADE_INTO]->(b)-[s:USED_IN]->(c) RETURN count(p) + count(s) AS x
"""
"""Statements that another engine could not run, or gave other rows for."""

REFUSED = (
    (
        "§MATCH p = shortestPath((a:Product {key: 'dy-metal'})-[:MADE_INTO*..5]->(b:Product)) WHERE a <> b AND length(p) > 1 RETURN count(p) AS x",
        "shortest path under a condition on the path itself",
        "Neo4j looks on for one that meets it",
    ),
    (
        "§MATCH p = allShortestPaths((a:Product {key: 'dy-metal'})-[r:MADE_INTO*..5]->(b:Product)) WHERE a <> b AND all(m IN r WHERE m.process <> 'x') RETURN count(p) AS x",
        "shortest path under a condition on the path itself",
        "Neo4j looks on for one that meets it",
    ),
    (
        "§MATCH p = ALL SHORTEST (a:Product {key: 'dy-chloride'})-[:MADE_INTO]-{1,4}(b:Product) WHERE a <> b OR length(p) > 1 RETURN count(p) AS x",
        "shortest path that may lead back to its start (here: a <> b)",
        "a way back must be another way",
    ),
    (
        "§MATCH p = ANY SHORTEST (a:Product {key: 'dy-metal'}) ((x)-[:MADE_INTO]->(y))+ (b:Product {key: 'magnets-metal'}) RETURN length(p) AS x",
        "shortest path of several parts",
        "its length is not that of its steps",
    ),
    (
        "MATCH (n:Product|§$(['Country'])) RETURN count(n) AS x",
        "label that is computed",
        "the tables that are read are chosen before the statement runs",
    ),
    (
        "RETURN §valueType(1) AS x",
        "function valueType()",
        "the types of a database are not those of the other",
    ),
    (
        "RETURN §1 IS :: INTEGER AS x",
        "type test",
        "the types of a database are not those of the other",
    ),
    (
        "RETURN §'a' IS NORMALIZED AS x",
        "test IS NORMALIZED",
        "there is no such function",
    ),
    (
        "§SHOW INDEXES YIELD name RETURN count(*) AS x",
        "SHOW",
        "a file has no indexes, users or transactions",
    ),
    (
        "UNWIND [1, 'a'] AS v RETURN §v + 1 AS x LIMIT 0",
        "+ of any and int",
        "what it gives depends on each row",
    ),
    (
        "UNWIND [1.5, 2] AS v RETURN §v / 2 AS x LIMIT 0",
        "quotient of numbers that may be integers",
        "of two integers it has no fraction, and DuckDB keeps a column in one type",
    ),
    (
        "UNWIND [1, 'a'] AS v §RETURN DISTINCT v AS x LIMIT 0",
        "groups of values of any type",
        "DuckDB finds 1 and 1.0 different in such a column",
    ),
    (
        "RETURN §reduce(n = 0, s IN ['KOR'] | n + COUNT { (:Country {iso3: s}) }) AS x",
        "subquery in reduce()",
        "SQL has none in a lambda",
    ),
    (
        "UNWIND [[1], 'a'] AS v §UNWIND v AS w RETURN w LIMIT 0",
        "UNWIND of a value of any type",
        "whether it is a list is known row by row",
    ),
    (
        "RETURN §trim('x', 'xax') AS x",
        "trim() of two values",
        "Neo4j reads the first as what is trimmed",
    ),
    ("RETURN §split('a-b', ['-', 'b']) AS x", "split of list", "it has several delimiters"),
    *(
        (
            statement,
            "function of time but date()",
            "dates of the graph are texts, which compare as they are",
        )
        for statement in (
            "RETURN date('2024-01-31') + §duration('P1M') AS x",
            "RETURN §datetime('2024-01-01T00:00:00Z') AS x",
            "RETURN §localdatetime('2024-01-01T00:00:00') AS x",
            "RETURN §date.truncate('year', date()) AS x",
            "RETURN §duration.inDays(date('2024'), date()) AS x",
        )
    ),
    (
        "RETURN §date({year: 2024, week: 5}) AS x",
        "date() of {year, week}",
        "it takes year, month and day",
    ),
    (
        "UNWIND [1, 2] AS v WITH v, 0.5 AS s RETURN §percentileDisc(v, s) AS x LIMIT 0",
        "percentile of a share that is computed",
        "DuckDB wants it before the statement runs",
    ),
)
"""Statements that Neo4j runs, with § where the construct is that the file lacks, and why it does."""

GIVEN = {"year": 2024, "none": []}


PAGE = Path(__file__).parents[1] / "docs" / "cypher.md"


def marked(statement: str) -> tuple[str, str]:
    before, after = statement.split("§")
    return before + after, f"line 1, column {len(before) + 1}: "


def alike(stores: dict[str, Store], statement: str, given: dict[str, object]) -> bool:
    """Tell if both databases have the same rows, in any order where none is asked for."""
    rows = [store.ask(statement, given).table.to_pylist() for store in stores.values()]
    if "ORDER BY" not in statement.rpartition("}")[2]:
        rows = [sorted(found, key=repr) for found in rows]
    return rows[0] == rows[1]


@pytest.mark.parametrize("statement", ALIKE.strip().split("\n"))
def test_statements_of_all_kinds_have_neo4js_rows(stores, statement):
    given = {name: value for name, value in GIVEN.items() if f"${name}" in statement}

    assert alike(stores, statement, given)


@pytest.mark.parametrize(("statement", "construct", "reason"), REFUSED)
def test_what_the_file_lacks_is_named_and_neo4j_runs_it(stores, statement, construct, reason):
    statement, where = marked(statement)

    with pytest.raises(Untranslated) as caught:
        stores["embedded"].ask(statement)

    assert str(caught.value).startswith(where)
    assert str(caught.value) == Naming(
        f"has no {construct}", "'graphkit neo4j start' … '--db local'"
    )
    stores["neo4j"].ask(statement)


ENDED = (
    (
        "RETURN toUpper('ﬁ') AS x",
        "capital of a letter that is none of one letter",
        "of `ﬁ` Java makes `FI`; `ß` is `SS` here too",
    ),
    (
        "RETURN toLower('ΟΣ.') AS x",
        "small form of a letter beside a sign",
        "whether a word ends behind a capital sigma depends on the sign",
    ),
    (
        "RETURN toInteger('٣') AS x",
        "number in digits other than 0 to 9",
        "Java reads them",
    ),
    (
        "RETURN toInteger('1234567890.123456e1') AS x",
        "integer of a long number with a power of ten",
        "of 16 characters and more, digits would be lost",
    ),
    ("RETURN toFloat('0x1p3') AS x", "hexadecimal fraction in a text", "Java reads it"),
    (
        "RETURN toString(5e-324) AS x",
        "digits of the least fractions",
        "below 1e-321, Java has two digits where one is enough",
    ),
    (
        "RETURN split('👍x', '')[2] AS x",
        "character that is two for Java",
        "Neo4j takes an emoji apart where an empty text is split or replaced",
    ),
    (
        "RETURN rtrim('xx', 'x') AS x",
        "trim at the end of a text of which nothing is left",
        "Neo4j leaves the first character",
    ),
    (
        "UNWIND [9007199254740993] AS n RETURN percentileCont(n, 0.5) AS x",
        "percentileCont of integers of more than 53 bits",
        "a column of fractions loses their last digits",
    ),
    (
        "UNWIND [0.0 / 0.0, 1.0] AS f RETURN count(DISTINCT f) AS x",
        "group of a fraction that is no number",
        "in Neo4j each NaN is a group of its own",
    ),
    (
        "RETURN date('2024-W05') AS x",
        "date of a text other than 2024, 2024-01 or 2024-01-31",
        "DuckDB reads no weeks, quarters and days of a year",
    ),
    ("RETURN date({year: 12024}).year AS x", "year beyond 1 to 9999", "years have four digits"),
    (
        "UNWIND [0.0, 2] AS n RETURN 1.5 / n AS x",
        "quotient by 0, which may be an integer",
        "Neo4j divides by the fraction 0.0, not by the integer",
    ),
)
"""Statements that Neo4j runs, and values at which they end in the file, with the reason."""


@pytest.mark.parametrize(("statement", "value", "reason"), ENDED)
def test_a_value_at_which_a_statement_ends_is_named_and_neo4j_has_a_row(
    stores, statement, value, reason
):
    with pytest.raises(Untranslated) as caught:
        stores["embedded"].ask(statement)

    assert str(caught.value).startswith(f"the embedded database has no {value}")
    assert len(stores["neo4j"].ask(statement).table)


def test_what_the_file_lacks_is_one_public_table():
    lines = dict.fromkeys(f"| {what} | {why} |" for _, what, why in REFUSED)

    assert "\n".join(lines) in PAGE.read_text("utf-8")
    values = [f"| {value} | {why} |" for _, value, why in ENDED]
    assert "\n".join(values) in PAGE.read_text("utf-8")


@pytest.mark.parametrize(
    "statement",
    [
        "MATCH (c:Country {iso3: 'KOR'}) RETURN c.aliases[-1] AS x",
        "MATCH (a)-[r:MADE_INTO*1..2]->(b) RETURN count(*) AS x",
        "UNWIND [1, 2] AS x RETURN x",
        "MATCH (c:Country) WHERE c.iso3 IN ['KOR'] RETURN c.iso3 AS x",
        "MATCH (c:Country) WHERE NOT c.iso3 IN ['KOR'] RETURN count(*) AS x",
        "RETURN CASE WHEN true THEN [1] ELSE [2] END AS x",
        "WITH 1 AS country RETURN {a: country, iso3: 2024, period: 5} AS x",
        "MATCH ()-[f:EXPORTS {year: 2024, period: '2024'}]->() RETURN count(*) AS x",
        "MATCH ()-[f:EXPORTS]->() WHERE f.year = 2024 AND f.period = '2024' RETURN count(*) AS x",
        "MATCH (c:Claim) WHERE c.value > 0.9 AND c.period IS NOT NULL RETURN count(*) AS x",
        "MATCH (c:Claim) WHERE c.key = $text RETURN count(*) AS x",
        "RETURN [{a: 1}, {a: 2}] AS x",
        "RETURN [{a: {b: 1}, c: [1]}, {a: {b: 2}, c: [2]}] AS x",
        "MATCH (c:Country) WITH c.iso3 AS label, 1 AS id RETURN label, id ORDER BY label LIMIT 2",
        "MATCH (country:Country)-[:HOLDS]->(product) RETURN count(country.iso3) AS x",
        "MATCH (s:Stage) OPTIONAL MATCH (s)<-[:AT_STAGE]-(p) RETURN count(*) AS x",
        "MATCH (a:Country) WITH a.iso3 AS i MATCH (a:Product)-[:AT_STAGE]->() RETURN count(*) AS x",
        "MATCH (:Country {iso3: 'KOR'})-[:HOLDS|PRODUCES]->(p) RETURN count(p) AS x",
        "MATCH (p:Product) WHERE COUNT { (p)-[:MADE_INTO]->() } = 0 RETURN count(*) AS x",
        "UNWIND ['a', null] AS t RETURN t + 'b' AS x, t + 1 AS y",
        "UNWIND [['ab', 'c'], ['c'], []] AS l RETURN any(v IN l WHERE NOT v = 'c') AS x, size(l)",
        "UNWIND [[1, 2], [3, 4], []] AS l RETURN all(v IN l WHERE v % 2 = 0 OR v > 2) AS x",
        "MATCH (c:Country) WHERE c.iso3 IN ['KOR', 'DEU'] WITH c ORDER BY c.iso3 "
        "RETURN [a IN c.aliases WHERE a STARTS WITH 'K'] AS x",
        "UNWIND [[1, 2], null] AS l RETURN any(v IN l WHERE v > 1) AS x",
        "UNWIND [[1, null, 3], [], [5], [null], [-1, null], null] AS l "
        "RETURN any(v IN l WHERE v > 0) AS x",
        "UNWIND [[1, null, 3], [], [5], [null], [-1, null], null] AS l "
        "RETURN all(v IN l WHERE v > 0) AS x",
        "UNWIND [[1, null, 3], [], [5], [null], [-1, null], null] AS l "
        "RETURN CASE WHEN none(v IN l WHERE v > 0) THEN 'a' WHEN l IS NULL THEN 'c' ELSE 'b' END",
        "UNWIND [-1.5, -0.5, 2.5] AS x RETURN ceil(x) AS v ORDER BY v",
        "UNWIND [1, null, 3] AS x RETURN x IN [1, null] AS a, 3 IN [x, 2] AS b, NOT 3 IN [x, 1]",
        "UNWIND [1, 2, null] AS x RETURN CASE WHEN x > 1 THEN toInteger('a') ELSE 0 END AS v",
        "UNWIND [[1, 2, 3]] AS l RETURN 3 IN l[0..1] AS a, l[null..2] AS b, l[1..$null] AS c",
        "UNWIND [[1, 2], [3]] AS l RETURN all(v IN l WHERE v > 1) AS x, any(v IN l WHERE v > 2)",
        "UNWIND ['a', 'b', null] AS t "
        "RETURN CASE WHEN CASE t WHEN 'a' THEN true ELSE false END THEN 1 ELSE 0 END AS x",
        "UNWIND [1, 2, null] AS x RETURN CASE x WHEN 1, 4 THEN 'a' WHEN 2 THEN 'b' ELSE 'c' END",
        "MATCH (c:Country {iso3: 'KOR'}) RETURN c.iso3 AS i, properties(c) AS m, c {.*} AS n, c",
        "MATCH (c:Country {iso3: 'KOR'}) OPTIONAL MATCH (c)-[:MEMBER_OF]->(a {iso3: 'EU27'}) RETURN properties(a)",
        "MATCH (c:Country {iso3: 'KOR'}) RETURN properties(c).last_year AS x",
        "UNWIND ['-', 'a-', '-a', 'a--b', '', null] AS t RETURN split(t, '-') AS x",
        "UNWIND ['é', 'abc', '', null] AS t RETURN substring(t, 1) AS x, substring(t, 0, 1) AS y",
        "MATCH (a:Product)-[r:MADE_INTO]->() WITH DISTINCT type(r) AS t RETURN count(*) AS x",
        "MATCH (a:Product {key: 'dy-metal'}) RETURN reverse(a.key) AS x, toInteger(a.key) AS y",
        "MATCH (c:Country {iso3: 'KOR'}) OPTIONAL MATCH (c)-[r:MEMBER_OF]->(a:Area {iso3: 'EU27'}) "
        "RETURN labels(c) AS x, labels(a) AS y, type(r) AS t, a:Area AS b, labels(null) AS n",
        "RETURN 3 IN $nulls AS a, 1 IN $nulls AS b, null IN $none AS c, 1 IN [] AS d, 2 IN $null",
        "UNWIND [[1, null], [3, null], [2], []] AS l RETURN 3 IN l AS a, NOT 3 IN l, null IN l",
        "RETURN 0.0 / 0.0 < 1 AS a, 1 > 0.0 / 0.0 AS b, 0.0 / 0.0 <= 0.0 / 0.0 AS c, -1.0 / 0.0 < 1",
        "RETURN date({year: 2024}) AS a, date({year: 2024, month: 2, day: 29}).day AS b",
        "UNWIND [[1, 2], [3]] AS l RETURN [x IN l WHERE x > 1 OR x < 0 | x * 2 + 1] AS a, "
        "[x IN l | CASE WHEN x > 1 THEN 'a' ELSE 'b' END] AS b, split('a-b', '-') AS c",
        "UNWIND [[1, 2], [1, 1], [], [1, null], [null], null, [2, null]] AS l "
        "RETURN single(v IN l WHERE v = 1) AS x, none(v IN l WHERE v = null) AS y",
        "MATCH (p:Product) WITH p ORDER BY p.key "
        "RETURN none(v IN ['a'] WHERE v = p.note OR v = 'b') AS x",
        "MATCH (p:Product) WITH p ORDER BY p.key RETURN single(v IN labels(p) WHERE v <> p.note)",
        "MATCH (p:Product) WITH p ORDER BY p.key RETURN 'x' IN [p.key, p.note] AS x, "
        "any(v IN [p.note, 'a'] WHERE v = 'b') AS y",
        "UNWIND ['x', null] AS x RETURN CASE x WHEN 'a' THEN 1 WHEN null THEN 0 END AS a, "
        "CASE x WHEN null THEN 0 WHEN 'x', 'y' THEN 1 ELSE 3 END AS b",
        "UNWIND ['abc', '', null] AS t RETURN replace(t, '', '_') AS a, replace('abc', t, '-')",
        "MATCH (c:Country) WHERE c.iso3 IN ['KOR', 'FRA'] OPTIONAL MATCH (c)-[:MEMBER_OF]->(a {iso3: 'EU27'}) "
        "WITH c, a ORDER BY c.iso3 RETURN a {.iso3, k: c.iso3} AS x",
        "RETURN toString(date('2024-02-29')) AS x",
        "UNWIND [[1], [], null] AS l RETURN substring('a', 1, reduce(s = 0, v IN l | s + v)) AS x",
        "MATCH p = (:Product {key: 'dy-metal'})-[:MADE_INTO*0..2]->(b) "
        "WHERE coalesce(any(v IN range(1, 4) WHERE v > 3), b.key IN ['a']) "
        "RETURN b.key AS k, length(p) AS l ORDER BY k, l",
        "MATCH (c:Country) WHERE c.iso3 >= 'S' WITH c ORDER BY c.iso3 "
        "RETURN substring(toString(c.last_year), 1, size(c.name) % 2 + 1) AS x",
        "UNWIND ['KOR', '', null] AS t RETURN t CONTAINS '' AS a, 'x' CONTAINS t AS b",
        "RETURN null + null AS a, null || null AS b, [null + null] AS c, {k: null + null} AS d",
        "UNWIND [1, null] AS i RETURN null + null + i AS a, i + (null + null) AS b, null - null",
        "UNWIND ['a', null] AS t WITH t, null AS n RETURN t + (n + n) AS a, (n || n) + t AS b",
        "UNWIND [1, 2] AS i WITH i WHERE (null + null) IS NULL RETURN i AS x",
        "RETURN toUpper(null + null) AS a, size(null + null) AS b, coalesce(null + null, 'z') AS c",
        "UNWIND [{k: 'a'}, {k: null}] AS m RETURN m.k + m.k AS a, m.k || m.k AS b",
        "MATCH (p:Product) WITH p ORDER BY p.key WITH collect({k: p.note}) AS l "
        "RETURN l[0].k + l[1].k AS x",
        "RETURN reduce(s = '', x IN ['a', 'b'] | s + ',' + x + '!') AS x, "
        "reduce(s = 1, x IN [1, 2] | s + x * x + 3) AS y",
        f"{MEMBERS} RETURN reduce(s = '', x IN a.aliases | s + '; ' + x) AS x",
        "MATCH p = ALL SHORTEST (a:Product {key: 'dy-chloride'})-[:MADE_INTO]-{1,4}(b:Product) "
        "WHERE b <> a AND length(p) > 1 RETURN count(p) AS x",
        "MATCH p = shortestPath((a:Product)-[:MADE_INTO*..5]->(b:Product {key: 'magnets-metal'})) "
        "WHERE a <> b AND EXISTS { (a)-[:AT_STAGE]->(:Stage {key: 'mine'}) } "
        "WITH a.key AS k, length(p) AS l WHERE l > 1 RETURN k, l ORDER BY k",
        "MATCH (p:Product)-[:AT_STAGE]->(s:Stage) WITH p, s ORDER BY p.key "
        "RETURN [v IN range(s.position, 3) WHERE v > 1] AS x, "
        "any(v IN range(s.position, 3) WHERE v > 1) AS y",
        "MATCH (p:Product)-[:AT_STAGE]->(s:Stage) WITH p ORDER BY p.key "
        "RETURN [v IN tail(split(p.key, '-')) WHERE v > 'o'] AS x",
        "MATCH (p:Product) WITH p, p.note AS n ORDER BY p.key "
        "RETURN 'a' IN [n] AS x, any(v IN [n] WHERE v = 'a') AS y, 'a' IN [head(split(n, ' '))]",
        "UNWIND ['a', '1'] AS t WITH toInteger(t) AS i RETURN 1 IN [i, 2] AS x",
        "MATCH (p:Product) WITH {key: p.note} AS m ORDER BY m.key RETURN 'a' IN [m.key] AS x",
        "MATCH (p:Product) WITH p ORDER BY p.key WITH collect([p.note]) AS w UNWIND w AS l "
        "RETURN 'a' IN l AS x",
        KOREA + "WHERE EXISTS { MATCH (c)-[:HOLDS]->(p) } OPTIONAL MATCH (p:Product {key: 'zz'}) "
        "RETURN 'a' IN [p.key] AS x",
        "MATCH (p:Product {key: 'dy-metal'}) RETURN 'a' IN [p.key] AS x "
        "UNION ALL OPTIONAL MATCH (p:Product {key: 'zz'}) RETURN 'a' IN [p.key] AS x",
        "MATCH (:Product {key: 'dy-metal'})-[r]-(b:!Country) WITH substring(b.name, 0, 2) AS x "
        "RETURN x, count(*) AS n ORDER BY x",
        f"{MEMBERS} RETURN 'x' IN [a.iso3] AS x, NOT c.iso3 IN ['x', a.iso3] AS y",
        f"{MEMBERS} WITH c, a, collect(a.iso3) AS l RETURN a.iso3 IN l AS x, NOT a.iso3 IN l AS y",
        f"{MEMBERS} WITH c, [a.iso3, 'x'] AS l RETURN 'EU27' IN l AS x, NOT 'y' IN l AS y",
        f"{MEMBERS} WITH c.iso3 AS c, a.iso3 AS a, a.aliases AS l WITH c, a IN l AS x, NOT c IN l "
        "AS y ORDER BY c RETURN x, y",
        "WITH [x IN range(1, 9000) | CASE WHEN x % 9 > 0 THEN x END] AS l RETURN 7 IN l AS a, "
        "0 IN l AS b, size([x IN l WHERE x IS NULL]) AS c, any(x IN l WHERE x > 8998) AS d, "
        "reduce(s = 0, x IN l | s + coalesce(x, 1)) AS e",
        "WITH [x IN range(1, 9000) | toString(x)] AS l RETURN size([x IN l WHERE x IS NOT NULL AND "
        "coalesce(x, 'x') > '8']) AS a, [x IN l | substring(x, 3)][7000] AS b, none(x IN l WHERE "
        "head(split(x, '9')) = '8') AS c",
        "WITH [x IN range(1, 9000) | x / 2.0] AS l RETURN "
        "reduce(s = 0.0, x IN l | s + CASE WHEN x > 4000 THEN x ELSE 0.5 END) AS a",
        "WITH [x IN range(1, 9000) | x > 4000] AS l RETURN size([x IN l WHERE x]) AS a, "
        "size([x IN l WHERE coalesce(x, false)]) AS b, all(x IN l WHERE NOT x OR x) AS c",
        "WITH [x IN range(1, 9000) | date('2024-02-29')] AS l RETURN "
        "size([x IN l WHERE CASE WHEN x = date('2024-02-29') THEN true ELSE false END]) AS a",
        "WITH [x IN range(1, 9000) | split(toString(x), '5')] AS l RETURN "
        "size([x IN l WHERE x IS NOT NULL AND head(x) = '']) AS a",
        "MATCH ()-[e:EXPORTS]->() WITH collect(e) AS es RETURN size(es) > 2048 AS a, "
        "size([e IN es WHERE e.usd > 1e6]) AS b, any(e IN es WHERE e.usd < 0) AS c, "
        "round(reduce(t = 0.0, e IN es | t + coalesce(e.usd, 0.0))) AS d",
        "MATCH ()-[e:EXPORTS]->() WITH collect(e) AS es RETURN "
        "size([e IN es WHERE e.usd > 1e6 AND e.period = '2024' | e.product]) AS a, "
        "any(e IN es WHERE e.period = '2024' AND e.usd > 1e8) AS b",
        "MATCH ()-[e:EXPORTS]->(b) WITH b.iso3 AS b, collect({usd: e.usd, p: e.period}) AS es "
        "RETURN b, size([e IN es WHERE e.usd > 1e6 AND e.p = '2024']) AS n, "
        "round(reduce(s = 0.0, e IN es | s + coalesce(e.usd, 0.0))) AS t ORDER BY b",
        "MATCH p = (a:Country)-[:EXPORTS]->(:Country) RETURN a.iso3 AS a, sum(size("
        "[n IN nodes(p) WHERE n.region = 'Asia' AND n.iso3 > 'K' | n.name])) AS n ORDER BY a",
        "MATCH (a)-[e:EXPORTS {product: 'ree-metals', period: '2024'}]->(b) WITH b.iso3 AS b, a, "
        "sum(e.usd) AS usd WITH b, collect(usd) AS us, sum(usd) AS total "
        "RETURN b, round(reduce(h = 0.0, u IN us | h + (u / total) ^ 2), 4) AS hhi ORDER BY b",
    ],
)
def test_what_looks_like_it_but_is_the_same_on_both_is_let_through(stores, statement):
    given = {"text": "x", "null": None, "none": [], "nulls": [1, None]}
    found = {name: store.ask(statement, given).table for name, store in stores.items()}

    assert found["embedded"].to_pylist() == found["neo4j"].to_pylist()


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("RETURN 1 AS a UNION §RETURN 2 AS b", "columns b after UNION … a"),
        ("MATCH (p)-->() MATCH §p = ()-->() RETURN 1", "p has a value … new name"),
        ("MATCH p = (§p)-->() RETURN 1 AS x", "p is a path … a node"),
        ("MATCH (n:Stage) WHERE (n)<--(§a) RETURN n", "Variable `a` not defined"),
        ("MATCH (n:Stage) RETURN type(§n) AS x", "a node in type() … a relationship"),
        ("MATCH (n:Stage) RETURN §size((n)<--()) AS x", "wanted COUNT { ... }"),
        ("RETURN §count(rand()) AS x", "rand() in an aggregate"),
        ("RETURN §1.34E999 AS x", "64 bits"),
        ("MATCH (n:Stage) WITH §n.key LIMIT 3 RETURN 1 AS x", "value without a name"),
        (
            "MATCH (n:Stage) WITH n, §count(*) ORDER BY n.key SKIP 1 LIMIT 3 RETURN n",
            "VALUE AS NAME",
        ),
    ],
)
def test_what_neo4j_gives_an_error_for_has_no_rows(stores, statement, said):
    statement, where = marked(statement)

    with pytest.raises((UsageError, Untranslated)) as caught:
        stores["embedded"].ask(statement)
    with pytest.raises(StoreError):
        stores["neo4j"].ask(statement)

    assert str(caught.value).startswith(where)
    assert str(caught.value) == Naming(said)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("MATCH (c:Country)\nRETURN d", "line 2, column 8: Variable `d` not defined"),
        ("RETURN cast('x', 'INT64') AS x", "line 1, column 8: … `cast`"),
        ("RETURN 1 / 0 AS x", "/ by zero"),
        ("RETURN 9223372036854775807 + 1 AS x", "Overflow in addition of INT64"),
        ("UNWIND [9223372036854775807, 1] AS n RETURN sum(n) AS x", "not fit … 64 bits"),
        ("RETURN 1 AS a, 2 AS a", "two columns … name a"),
        ("RETURN date('2024-02-30') AS x", "out of range … 2024-02-30"),
    ],
)
def test_an_error_says_in_one_line_what_and_where(stores, statement, said):
    with pytest.raises((StoreError, UsageError)) as caught:
        stores["embedded"].ask(statement)

    assert str(caught.value) == Naming(said)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("MATCH (c:Country)\nRETURN d", "line 2, column 8: Variable `d` not defined"),
        ("RETURN 1 / 0 AS x", "/ by zero"),
        ("RETURN 1 AS a, 2 AS a", "same name"),
        ("RETURN nosuch(1)", "line 1, column 8: … 'nosuch'"),
    ],
)
def test_an_error_of_neo4j_says_in_one_line_what_and_where(stores, statement, said):
    with pytest.raises(StoreError) as caught:
        stores["neo4j"].ask(statement)

    assert str(caught.value).startswith("Neo4j refused the statement: ")
    assert str(caught.value) == Naming(said)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("statement", ["RETURN null / 0 AS x", "WITH null AS n RETURN n / 0 AS x"])
def test_a_null_over_zero_is_null_in_the_file_alone(stores, statement):
    assert stores["embedded"].ask(statement).table.to_pylist() == [{"x": None}]
    with pytest.raises(StoreError, match="/ by zero"):
        stores["neo4j"].ask(statement)


def test_a_range_to_null_that_no_row_asks_for_is_refused_by_the_file_alone(stores):
    statement = "UNWIND [] AS n RETURN range(null, 3) AS x"

    assert stores["neo4j"].ask(statement).table.num_rows == 0
    with pytest.raises((StoreError, UsageError), match=r"no end .*null"):
        stores["embedded"].ask(statement)


UNKNOWN = [
    "MATCH (n:Nation) RETURN n.name AS x",
    "MATCH (c:Country) OPTIONAL MATCH (c)-[:HOLDS]->(n:Nation) RETURN count(c) AS c, count(n) AS n",
    "MATCH (c:Country) WHERE NOT (c)-[:Nation]->() RETURN count(c) AS c",
    "MATCH (n:Country|Nation) RETURN count(n) AS n",
    "MATCH (n:!Nation) RETURN count(n) AS n",
    "MATCH (n:Country) WHERE n:Nation RETURN count(n) AS n",
    "MATCH (n:Country) RETURN size([(n)-[:Nation]->(m) | m]) AS n, count(*) AS c",
]


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("MATCH (n:Countri) RETURN n", "Countri"),
        ("MATCH ()-[r:EXPORT]->() RETURN r", "EXPORT"),
        ("MATCH (c:Country) RETURN c.nam", "nam"),
    ],
)
def test_an_unknown_name_has_no_value_and_a_note(stores, statement, name):
    answers = [store.ask(statement) for store in stores.values()]

    assert answers[0].table.to_pylist() == answers[1].table.to_pylist()
    for answer in answers:
        [note] = answer.notes
        assert re.search(rf"\b{name}\b", note)


@pytest.mark.parametrize("statement", UNKNOWN)
def test_a_label_that_the_schema_lacks_has_no_rows_and_a_note(stores, statement):
    found = {name: store.ask(statement) for name, store in stores.items()}

    assert found["embedded"].table.to_pylist() == found["neo4j"].table.to_pylist()
    (note,) = found["embedded"].notes
    assert note == Naming(f"line 1, column {statement.index('Nation') + 1}: … no label … 'Nation'")


SUBQUERIES = """
MATCH (p:Product) CALL (p) { MATCH (c:Country)-[r:PRODUCES]->(p) RETURN c.iso3 AS top, r.tonnes AS t ORDER BY r.tonnes DESC, c.iso3 LIMIT 2 } RETURN p.key AS p, top, t ORDER BY p, t DESC, top LIMIT 9
MATCH (c:Country) WHERE c.iso3 IN ['KOR', 'JPN', 'CHN'] UNWIND [1, 1] AS i CALL (c) { MATCH (c)-[:HOLDS]->(p) RETURN p.key AS k ORDER BY k SKIP 1 LIMIT 2 } RETURN c.iso3 AS c, i, k ORDER BY c, k
MATCH (c:Country) WHERE c.iso3 >= 'U' CALL { WITH c MATCH (c)-[:HOLDS]->(p) RETURN size(p.key) AS year, p.note AS n ORDER BY year, p.key SKIP 1 } RETURN c.iso3 + 'x' AS c, year + 1 AS y, n ORDER BY c, y, n
MATCH (c:Country)-[:PRODUCES]->() WHERE c.iso3 >= 'U' CALL (c) { MATCH (c)-[:HOLDS]->(p) RETURN count(*) AS n, max(p.key) AS m } RETURN c.iso3 AS c, n, m ORDER BY c
MATCH (c:Country)-[:PRODUCES]->() WHERE c.iso3 >= 'U' CALL (c) { MATCH (c)-[:HOLDS]->(p) RETURN left(p.key, 1) AS k, count(*) AS n } RETURN c.iso3 AS c, k, n ORDER BY c, k, n
MATCH (c:Country)-[:PRODUCES]->() WHERE c.iso3 >= 'U' CALL (c) { MATCH (c)-[:HOLDS]->(p) RETURN DISTINCT left(p.key, 1) AS k } RETURN c.iso3 AS c, k ORDER BY c, k
MATCH (c:Country) WHERE c.iso3 IN ['KOR', 'JPN'] UNWIND [1, 1, 2] AS i CALL (c) { MATCH (c)-[:HOLDS]->(p) RETURN count(p) AS n } RETURN c.iso3 AS c, i, n ORDER BY c, i
MATCH (c:Country) CALL () { MATCH (s:Stage) WHERE s.key = 'x' RETURN count(s) AS n } RETURN sum(n) AS n, count(*) AS m
MATCH (:Country) CALL () { MATCH (s:Stage) RETURN count(s) AS n } RETURN sum(n) AS n
MATCH (c:Country) WHERE c.iso3 < 'C' CALL (c) { MATCH (c)-[:HOLDS]->(p) RETURN left(p.key, 1) AS k, count(*) AS n ORDER BY size(k), n + 1 DESC, k LIMIT 2 } RETURN c.iso3 AS c, k, n ORDER BY c, k
MATCH (c:Country) WHERE c.iso3 < 'C' CALL (c) { MATCH (c)-[:HOLDS]->(p) RETURN DISTINCT left(p.key, 1) AS k ORDER BY k DESC SKIP 1 LIMIT 3 UNION ALL MATCH (c)-[:PRODUCES]->(p) RETURN DISTINCT right(p.key, 1) AS k } RETURN c.iso3 AS c, k, count(*) AS n ORDER BY c, k
MATCH (p:Product) WHERE p.key < 'c' CALL { WITH p MATCH (p)-[:MADE_INTO]->(q) RETURN q.key AS k UNION WITH p MATCH (p)<-[:MADE_INTO]-(q) RETURN q.key AS k } RETURN p.key AS p, count(k) AS n ORDER BY p
MATCH (p:Product) WHERE p.key < 'c' CALL (*) { MATCH (p)-[:MADE_INTO]->(q) RETURN count(q) AS n UNION ALL MATCH (p)<-[:MADE_INTO]-(q) RETURN count(q) AS n } RETURN p.key AS p, n ORDER BY p, n
CALL { MATCH (c:Country) RETURN 'countries' AS kind, count(*) AS n UNION ALL MATCH (p:Product) WHERE p.key < ' ' RETURN 'products' AS kind, count(*) AS n } RETURN kind, n ORDER BY n
CALL { MATCH (x:Country)-[f:EXPORTS]->(y:Country) RETURN x.iso3 AS a, f.usd AS u UNION MATCH (x:Country)-[f:EXPORTS]->(y:Country) RETURN y.iso3 AS a, f.tonnes AS u } WITH a, u WHERE u > 10 RETURN a, count(*) AS n, max(u) AS m ORDER BY a
MATCH (c:Country) WHERE c.iso3 < 'B' RETURN 'a' + null + labels(c) AS l, c.region + 1 + 'x' + c.aliases + 'y' AS r, 1 + 2 + [3] + 4 AS n ORDER BY c.iso3
UNWIND [[1, 2], [], null] AS l UNWIND [1, null] AS i RETURN i + l AS r, l + i AS s, i + 1 + l AS t ORDER BY size(l), i
MATCH (s:Stage) CALL (s) { MATCH (s)<-[:AT_STAGE]-(p) RETURN percentileCont(size(p.key), 0.25) AS j } RETURN s.name + s['position'] AS s, j, left('abc', abs(null)) AS n ORDER BY s
MATCH ()-[f:EXPORTS]->() RETURN left('abcdefghijk', sum(f.year) % 10) AS l, substring('abc', sum(DISTINCT f.year) % 2) AS s
UNWIND [[null], [1, 5], [2, 2, null]] AS xs UNWIND xs AS x RETURN size(xs) AS n, round(stDev(x), 6) AS s ORDER BY n
UNWIND [1] AS x WITH x WHERE x > 1 RETURN stDevP(x) AS s
MATCH (c:Country)-[f:EXPORTS]->() RETURN c.region, round(stDev(f.year), 6) ORDER BY round(stDev(f.year), 6)
MATCH (c:Country)-[f:EXPORTS]->() RETURN c.region AS r, round(stDevP(DISTINCT f.year), 2) AS n ORDER BY n DESC, c.region
MATCH (c:Country)-[f:EXPORTS]->() WITH c, stDev(f.usd) AS s, avg(f.usd) AS m WHERE s > m RETURN c.iso3 AS c, round(s / m, 6) AS cv ORDER BY cv DESC, c LIMIT 5
MATCH (c:Country)-[f:EXPORTS]->() RETURN c.region AS r, round(stDev(f.usd) / avg(f.usd) + 1, 6) AS v, count(f) AS c ORDER BY r DESC SKIP 1 LIMIT 2
MATCH (c:Country)-[f:EXPORTS]->() RETURN toString(f.tonnes) AS t, toStringOrNull(f.usd / 1000000000.0) AS u, f.usd AS x ORDER BY x, f.tonnes LIMIT 400
UNWIND [0.0, 1e7, 9999999.0, 1e-3, 0.00099, 1e22, 123456789012345678.0, 0.1 + 0.2, -1.5, null, 1.0 / 0.0, 0.0 / 0.0] AS x RETURN toString(x) AS t
CALL { MATCH (s:Stage) RETURN s ORDER BY s.position DESC LIMIT 2 } MATCH (p)-[:AT_STAGE]->(s) RETURN s.key AS s, count(p) AS n ORDER BY s
MATCH (c:Country {iso3: 'KOR'}) CALL (c) { MATCH (c)-[:HOLDS]->(p) MATCH (p)-[:AT_STAGE]->(s:Stage {key: 'mine'}) RETURN count(*) AS n, count(DISTINCT p.key) AS k } RETURN n, k
MATCH (a:Product)-[r:MADE_INTO]->(b:Product) CALL (*) { MATCH (b)-[q:MADE_INTO]->() RETURN count(q) AS n } RETURN a.key AS a, b.key AS b, n ORDER BY n DESC, a, b LIMIT 5
MATCH (s:Stage) RETURN s.key AS s, COLLECT { MATCH (s)<-[:AT_STAGE]-(p) WHERE p.key STARTS WITH 'd' RETURN p.key AS k ORDER BY k DESC } AS p, COLLECT { MATCH (s)<-[:AT_STAGE]-(p) RETURN p.key ORDER BY p.key } AS q ORDER BY s
MATCH (s:Stage) WITH s, COLLECT { MATCH (s)<-[:AT_STAGE]-(p) RETURN p.key ORDER BY p.key } AS p WHERE size(p) > 3 RETURN s.key AS k, p[0] AS a, size(p) AS n ORDER BY k
MATCH (s:Stage) RETURN s.key AS s, COLLECT { MATCH (s)<-[:AT_STAGE]-(p) RETURN DISTINCT left(p.key, 1) AS k ORDER BY k DESC SKIP 1 LIMIT 2 } AS l ORDER BY s
MATCH (s:Stage) RETURN s.key AS s, COLLECT { MATCH (s)<-[:AT_STAGE]-(p)-[:CONTAINS]->(e) RETURN count(*) } AS n, COLLECT { MATCH (s)<-[:AT_STAGE]-(p) RETURN DISTINCT left(p.key, 1) ORDER BY left(p.key, 1) } AS l ORDER BY s
MATCH (s:Stage) RETURN s.key AS s, head(COLLECT { MATCH (s)<-[:AT_STAGE]-(p) RETURN p.key ORDER BY size(p.key), p.key LIMIT 1}) + '!' AS l ORDER BY s
MATCH (c:Country) WHERE c.iso3 < 'B' CALL (c) { MATCH (c)-[:HOLDS]->(p) RETURN left(p.key, 1) AS k, count(*) AS n ORDER BY left(p.key, 1), count(*) LIMIT 1 } RETURN c.iso3 AS c, k, n ORDER BY c, k
MATCH (s:Stage) RETURN s.key AS s, COLLECT { MATCH (s)<-[:AT_STAGE]-(p)-[:CONTAINS]->(e) RETURN p ORDER BY p.key, e.key LIMIT 2 } AS l ORDER BY s
UNWIND [{k: 'x', n: 1}, {k: 'y', n: 2}] AS m RETURN m.n + m.k AS a, m['k'] + 3 AS b, toFloat(m.n) AS c, toString(m.n) AS d, reverse(m.k) AS e, range(1, 2) + m.n AS f, m.k + null AS g
WITH [{usd: 'x'}, {usd: 'y'}] AS ms UNWIND ms AS m RETURN m.usd + 'z' AS a, toUpper(head(ms).usd) AS b, [i IN ms | i.usd + '!'] AS c
MATCH (c:Country {iso3: 'KOR'}) WITH c, 'a' AS k WITH c {.iso3, k, n: 1} AS m RETURN m.iso3 + m.n + m.k AS x, toFloat(m.n) AS y
MATCH (c:Country) WHERE c.iso3 < 'B' CALL (c) { MATCH (c)-[:HOLDS]->(p) RETURN p.key AS k, size(p.key) AS n ORDER BY k } RETURN c.iso3 AS c, k + n AS x, toString(n) AS y ORDER BY c, x
RETURN COLLECT { MATCH (s:Stage) RETURN s.key ORDER BY s.position } AS x
MATCH (c:Country) WHERE size([(c)-[:HOLDS]->(p) WHERE p.key STARTS WITH 'c' | 1]) > 2 RETURN c.iso3 AS c ORDER BY c
MATCH (c:Country) RETURN c.region AS r, count(*) AS n, max(size(COLLECT { MATCH (c)-[:HOLDS]->(p) RETURN p.key })) AS m ORDER BY r
MATCH (a:Country)-[:HOLDS]->()<-[:HOLDS]-(b:Country {iso3: 'KOR'}) WHERE id(a) <> id(b) AND elementId(b) = elementId(b) RETURN count(id(a) IS NOT NULL) AS n
"""


def test_a_long_chain_of_operators_is_written_once_for_each(stores):
    made = "UNWIND ['a', null] AS t RETURN " + "('x' + " * 60 + "t" + ")" * 60 + " AS x"
    found = stores["embedded"].ask(made).table.to_pylist()

    assert len(stores["embedded"].translated(made)) < 60 * len(made)
    assert found == stores["neo4j"].ask(made).table.to_pylist()


def test_auto_sends_what_has_no_translation_to_a_neo4j_of_the_same_load(
    stores, neo4j_server, sample_file
):
    with WithNeo4j(DuckStore(sample_file), lambda: Neo4jStore(*neo4j_server)) as both:
        found, embedded = both.ask("RETURN valueType(1) AS x"), both.ask("RETURN 1 AS x")

    lacking = "line 1, column 8: the embedded database has no function valueType()"
    assert found.table["x"].to_pylist() == ["INTEGER NOT NULL"]
    assert found.notes == (f"{lacking}; Neo4j at {neo4j_server[0]} ran it",)
    assert embedded.notes == ()


def test_auto_asks_no_neo4j_of_another_load(stores, neo4j_server, sliced_file):
    for server in (lambda: Neo4jStore(*neo4j_server), lambda: None):
        both = WithNeo4j(DuckStore(sliced_file), server)
        with both, pytest.raises(Untranslated, match="Neo4j runs it"):
            both.ask("RETURN valueType(1) AS x")


def test_lists_in_more_lists_than_an_arrow_stream_holds_are_of_neo4j(stores):
    deep = {levels: f"RETURN {'[' * levels}1{']' * levels} AS x" for levels in (63, 64)}
    found = {name: store.ask(deep[63]).table["x"].to_pylist() for name, store in stores.items()}

    assert found["embedded"] == found["neo4j"]
    with pytest.raises(Untranslated, match=r"no list .*more than 62"):
        stores["embedded"].ask(deep[64])
    assert str(stores["neo4j"].ask(deep[64]).table["x"].to_pylist()).count("[") == 65


def test_a_list_of_nothing_but_nulls_is_a_column_of_neo4j(stores):
    found = stores["neo4j"].ask("RETURN [x IN range(1, 700) | null] AS x")

    assert found.table["x"].to_pylist() == [[None] * 700]


def test_subqueries_have_neo4js_rows(stores):
    for statement in SUBQUERIES.strip().split("\n"):
        found = {name: store.ask(statement).table for name, store in stores.items()}

        assert found["embedded"].to_pylist() == found["neo4j"].to_pylist(), statement


MAYBE = "CASE WHEN z % 4 = 0 THEN {} END"
OF_THREE = [
    "replace(c.name, §'a' + z§, '_')",
    "replace(c.name, 'a', §'z' + z§)",
    "replace(§'name ' + z§, left(c.name, 1), c.iso3)",
    "replace(replace(replace(§'abc' + z§, 'a', c.iso3), 'b', 'c'), left(c.iso3, 1), '')",
    "replace(c.name, CASE WHEN z % 3 = 0 THEN '' END, §'+'§)",
    "substring(§'abcd' + z§, 2, 3)",
    "substring(c.name, §z§ % 3, 3)",
    "substring(c.name, z % 3, §z§ % 5)",
    "split(§'a,d' + z§, ',')",
    "split(§'a' + z + c.iso3 + z§, c.iso3)",
    "split(c.name, CASE WHEN z % 3 = 0 THEN '' WHEN z % 3 = 1 THEN 'a' END)",
    "['a', c.iso3, 'b'][§z % 3§]",
    "head(§[z, 3, 4]§) + size(c.name)",
    "tail(§[c.iso3, c.name]§)",
    "§[1, z, 3, 4]§[1..3]",
    "[c.iso3, 'a', 'b', 'd'][z % 2..§1 + z % 3§]",
    "§['a', c.iso3, 'b']§[size(c.name) % 2..z % 3]",
    "date({year: 2000 + size(c.name), month: 1 + z % 3})",
    "[x IN ['a', c.name] | replace(x, §'z' + z§, '_')]",
    "[x IN §['a', c.name]§ | substring(x, z % 3)]",
    "[x IN ['a', null, c.name] | replace(x, 'a', '_')][z % 4]",
    "'name ' + §z§ + c.iso3",
    "([{a: z, b: c.name}, {a: 1, b: c.iso3}])[§z % 3§].b",
]
"""Values of three others; what stands between two § is null in three of four rows."""


@pytest.mark.parametrize("value", OF_THREE)
def test_a_null_among_three_values_has_no_part_in_other_rows(stores, value):
    parts = value.split("§")
    made = "".join(MAYBE.format(part) if n % 2 else part for n, part in enumerate(parts))
    for column in (made, f"CASE WHEN z % 3 <> 1 THEN {made} END"):
        statement = (
            "UNWIND range(1, 80) AS z MATCH (c:Country) WHERE c.iso3 >= 'U' "
            f"RETURN z, c.iso3 AS c, {column} AS x ORDER BY z, c"
        )
        found = {name: store.ask(statement).table.to_pylist() for name, store in stores.items()}

        assert found["embedded"] == found["neo4j"]


@pytest.mark.parametrize(
    "value",
    [
        "substring(c.name, 1, c.last_year % 2 + 1)",
        "substring(c.name, c.last_year % 3, 2)",
        "replace(c.name, 'a', 'u' + c.last_year)",
        "split(c.name, left(toString(c.last_year) + c.name, 1))",
        "['a', 'b', 'c'][c.last_year % 3]",
        "['a', 'b', 'c'][1..c.last_year % 3 + 1]",
        "[{a: 1, b: c.name}, {a: 2, b: c.iso3}, {a: 3, b: c.name}][c.last_year % 3].b",
    ],
)
@pytest.mark.parametrize("some", ["c.iso3 >= 'S'", "size(c.name) % 3 > 0", "c.region > 'B'"])
def test_among_some_of_the_rows_a_value_that_may_be_null_is_that_of_its_own(stores, some, value):
    statement = f"MATCH (c:Country) WHERE {some} RETURN c.iso3 AS c, {value} AS x ORDER BY c"
    found = {name: store.ask(statement).table.to_pylist() for name, store in stores.items()}

    assert found["embedded"] == found["neo4j"]


@pytest.mark.parametrize(
    ("text", "sign"), [("abc", ""), ("", ""), ("", "a"), ("a\nä–", ""), ("aba", "aba"), ("aa", "a")]
)
def test_texts_are_split_as_by_neo4j(stores, text, sign):
    statement = "UNWIND [$text, null] AS t RETURN split(t, $sign) AS x, split($text, t) AS y"
    given = {"text": text, "sign": sign}
    found = {name: store.ask(statement, given).table.to_pylist() for name, store in stores.items()}

    assert found["embedded"] == found["neo4j"]


TRIMMED = """
UNWIND $texts AS t RETURN trim(t) AS a, ltrim(t) AS b, rtrim(t) AS c, size(trim(t)) AS d, trim(t + '  ') + '|' AS e
UNWIND $texts AS t RETURN [x IN [t, ' ' + t + '          '] | trim(x)] AS x, toUpper(ltrim(rtrim(t))) AS y
UNWIND $texts AS t RETURN toBoolean(t) AS a, toBooleanOrNull(t) AS b, toInteger(t) AS c, toFloat(t) AS d, toFloatOrNull(t) AS e
MATCH (c:Country) RETURN c.iso3 AS c, trim(' ' + c.name) AS x, ltrim('             ' + c.name) AS y, rtrim(c.name + '          ') AS z ORDER BY c
UNWIND $texts AS t RETURN t + '|' AS a, '|' + t AS b, t + 1 AS c, replace(t, 'x', t) AS d, t = '' OR t > 'b' AS e, any(x IN [t] WHERE x <> '') AS f
RETURN any(x IN $texts WHERE x = '?') AS a, none(x IN $texts WHERE x = '?') AS b, size([x IN $texts WHERE x <> '']) AS c, 'q' IN $texts AS d, [x IN $texts | x + '|'][-1] AS e
RETURN trim(null) AS x, ltrim(null) AS y, toFloat('  1234567890123 ') AS z
"""


@pytest.mark.parametrize("statement", TRIMMED.strip().split("\n"))
def test_texts_are_trimmed_as_by_neo4j(stores, statement):
    around = [("", ""), (" ", ""), ("", "  "), ("\t", "\n"), ("\x01", ""), ("\x1f ", "\x1f"),
              ("\u2003", ""), ("\u00a0", ""), ("", "\u3000"), ("        ", "        ")]  # fmt: skip
    inner = ("true", "FALSE", "12", "-1.5", "1e3", "é x\ny", "", "exactly twelve", "of 1 2 letters")
    texts = [f"{left}{text}{right}" for left, right in around for text in inner]
    given = {"texts": [*texts, None]} if "$texts" in statement else {}
    found = {name: store.ask(statement, given).table.to_pylist() for name, store in stores.items()}

    assert found["embedded"] == found["neo4j"]


OPERATORS = r"""
MATCH (c:Country) RETURN c.iso3 AS i, 'z' + c.name STARTS WITH 'z' AS a, 'z' + c.name CONTAINS c.name AS b, c.name + 'q' ENDS WITH 'q' AS d, 'z' + c.name =~ 'z.*' AS e, 'z' + c.iso3 IN ['zKOR', 'q'] AS f ORDER BY i
MATCH (c:Country) RETURN c.iso3 AS i, 'z' + c.name IS NULL AS a, NOT 'z' + c.name CONTAINS 'a' AS b, c.name + c.iso3 CONTAINS '' AS d, c.iso3 + 'a' IN c.aliases AS e ORDER BY i
MATCH (c:Country) RETURN c.iso3 AS i, size(c.name) + 1 IN [4, 5, 6] AS a, size(c.name) % 3 + c.last_year IS NULL AS b, size(c.name) * 2 + 1 IS NOT NULL AS d, 1 + size(c.name) % 2 IN [size(c.iso3) - 1] AS e ORDER BY i
UNWIND [1, null, 3] AS z MATCH (c:Country) WHERE c.iso3 > 'U' RETURN z, c.iso3 AS c, z % 3 + c.last_year IS NULL AS a, z + 1 IN [2, 4] AS b, NOT z = 1 AS d, NOT z + 1 > 2 AS e, -z + 1 < 0 AS f, z * 2 + 1 = 3 AND z > 0 OR c.name STARTS WITH 'U' AS g, z > 1 XOR z IS NULL AS k ORDER BY z, c
UNWIND ['a\\b', 'c', "d'e", 'f"g', '%', '.*', '[x]', '$1', '\\1', '{}', ''] AS t RETURN t, replace(t, '\\', '/') AS a, replace(t, '', '\\1') AS b, split(t, '\\') AS c, t CONTAINS '\\' AS d, replace('a' + t, 'a', t) AS e
MATCH (c:Country) RETURN CASE WHEN 1 = 1 AND CASE WHEN size(c.name) > 5 THEN c.region = 'Asia' END THEN 1 ELSE 0 END AS x, sum(CASE WHEN 1 = 2 OR CASE WHEN size(c.name) > 5 THEN c.region = 'Asia' END THEN 1 ELSE 0 END) AS n ORDER BY x
MATCH (c:Country) WHERE 1 = 1 AND CASE WHEN size(c.name) > 5 THEN c.region = 'Asia' END RETURN count(*) AS n
UNWIND [true, false, null] AS b RETURN b, CASE WHEN 1 = 1 AND b THEN 1 ELSE 0 END AS x, CASE WHEN b OR 1 = 2 THEN 1 ELSE 0 END AS y
UNWIND ['0012', '+3', '-007', '00.5', '1e3', '1.', '.5', '-.5e1', '', ' 12', '12a', '0', '000', '+0012', '1e+05', '+1E-2', '-0', '-0.0', null] AS t RETURN t, toInteger(t) AS i, toFloat(t) AS f, toIntegerOrNull(t) AS j
"""


@pytest.mark.parametrize("statement", OPERATORS.strip().split("\n"))
def test_operators_signs_and_texts_of_numbers_have_neo4js_rows(stores, statement):
    found = {name: store.ask(statement).table.to_pylist() for name, store in stores.items()}

    assert found["embedded"] == found["neo4j"]


PAGES = """
UNWIND [2, 1, 3] AS k MATCH (s:Stage) WITH k, s.key AS v ORDER BY k SKIP 1 LIMIT 3 RETURN k
UNWIND [2, 1, 3] AS k MATCH (s:Stage) RETURN k ORDER BY k SKIP 1 LIMIT 3
UNWIND [2, 1, 3] AS k MATCH (s:Stage) RETURN k, 1 AS l, count(s) AS n ORDER BY l, k DESC SKIP 1 LIMIT 3
MATCH (c:Country) RETURN 1 AS k, 2 AS v, size(c.iso3) AS n ORDER BY k SKIP 250 LIMIT 20
MATCH (c:Country) WITH 1 AS k, c ORDER BY k SKIP 250 LIMIT 20 RETURN count(c) AS n
MATCH (c:Country) WITH 1 AS k, c.iso3 AS v ORDER BY k SKIP 250 LIMIT 20 RETURN k, size(v) AS n
MATCH (c:Country) WITH c.region AS c, c.iso3 AS i ORDER BY c, i SKIP 25 LIMIT 20 RETURN c, i
MATCH (c:Country) WITH c.region AS c, c.iso3 AS i ORDER BY c, i SKIP 25 LIMIT 20 WHERE i > 'C' RETURN c, i ORDER BY i SKIP 1 LIMIT 3
MATCH (c:Country) RETURN DISTINCT c.region AS r ORDER BY r DESC SKIP 1 LIMIT 3
MATCH (c:Country) RETURN DISTINCT c.region ORDER BY c.region DESC SKIP 1 LIMIT 3
MATCH (c:Country) RETURN c.region, count(*) ORDER BY count(*), c.region SKIP 1 LIMIT 3
MATCH (c:Country) RETURN * ORDER BY c.iso3 SKIP 1 LIMIT 3
MATCH (c:Country)-[r:HOLDS]->(p) RETURN *, 1 AS z ORDER BY c.iso3, p.key SKIP 1 LIMIT 3
MATCH (c:Country) RETURN labels(c) AS l, c.iso3 AS i ORDER BY l, i SKIP 1 LIMIT 3
MATCH (c:Country) RETURN properties(c) AS p ORDER BY c.iso3 SKIP 1 LIMIT 3
MATCH (c:Country) RETURN c, c.name ORDER BY c.iso3 SKIP 1 LIMIT 3
MATCH (c:Country) RETURN c {.iso3, .name} AS m ORDER BY c.iso3 SKIP 1 LIMIT 3
MATCH (c:Country) RETURN toString(c.last_year / 7.0) AS m ORDER BY c.iso3 SKIP 240 LIMIT 30
MATCH p = (a:Product)-[:MADE_INTO]->(b) RETURN p ORDER BY a.key, b.key SKIP 1 LIMIT 3
MATCH (c:Country) WITH c.iso3 AS c ORDER BY c SKIP 3 LIMIT 4 RETURN collect(c) AS x, count(*) AS n
MATCH (c:Country) CALL (c) { MATCH (c)-[:HOLDS]->(p) RETURN p.key AS k ORDER BY k SKIP 1 LIMIT 2 } RETURN c.iso3 AS i, k ORDER BY i, k SKIP 1 LIMIT 30
MATCH (c:Country) WITH DISTINCT 1 AS a, c.region AS r ORDER BY a SKIP 1 LIMIT 2 RETURN a
MATCH (s:Stage) RETURN s.key AS key, s.key AS k2 ORDER BY toUpper(s.key) DESC SKIP toInteger('1') LIMIT 1 + 2
MATCH (s:Stage) RETURN s.key AS s ORDER BY s SKIP $skip LIMIT $limit
MATCH (s:Stage) RETURN s.key AS s ORDER BY s SKIP $1 LIMIT 2
MATCH (c:Country) WHERE c.iso3 < 'C' CALL (c) { MATCH (c)-[:HOLDS]->(p) RETURN p.key AS k ORDER BY k SKIP 1 LIMIT 2 } RETURN c.iso3 AS i, k ORDER BY i, k SKIP $1 LIMIT 9
UNWIND range(1, 40) AS i WITH 1 AS k LIMIT 3 RETURN k
UNWIND range(1, 40) AS i WITH 1 AS k SKIP 30 LIMIT 3 RETURN k
UNWIND range(1, 40) AS i WITH 1 AS k WITH * SKIP 38 RETURN k
UNWIND range(1, 40) AS i WITH 1 AS k WITH * ORDER BY k SKIP 36 LIMIT 2 RETURN k
UNWIND range(1, 40) AS i WITH 1 AS k, 'a' AS l WITH k, l ORDER BY l SKIP 36 LIMIT 20 RETURN k, l
UNWIND range(1, 40) AS i WITH [x IN ['a'] | x] AS k, i WITH k LIMIT 3 RETURN k
UNWIND range(1, 40) AS i WITH {a: 1} AS k SKIP 37 MATCH (s:Stage {key: 'mine'}) RETURN k.a AS k, s.key AS s
UNWIND range(1, 40) AS i RETURN 1 AS k ORDER BY k SKIP 36 LIMIT 2
UNWIND range(1, 5) AS i WITH DISTINCT 1 AS k LIMIT 3 RETURN k
MATCH ()-[r:EXPORTS]->() WITH type(r) AS t LIMIT 3 RETURN t
MATCH (a:Product)-[:MADE_INTO]->(b) WITH CASE 'a' WHEN 'a' THEN 1 WHEN b.key THEN size(a.key) END AS k, 1 = 2 AND b.key > 'a' AS l ORDER BY k, l SKIP 1 LIMIT 3 RETURN k, l
MATCH (a:Product)-[r:MADE_INTO]->() WITH toUpper(type(r)) AS t, head(labels(a)) AS l ORDER BY t, l SKIP 1 LIMIT 3 RETURN t, l
UNWIND range(1, 40) AS z MATCH (s:Stage) WITH 2.0 > size(null + s.key) AS v ORDER BY v SKIP 1 LIMIT 3 RETURN v
MATCH (c:Country) WITH c:Nation AS v, (c.region + (null + null)) AS w ORDER BY v, w SKIP 1 LIMIT 3 WHERE NOT v RETURN v, w
MATCH (c:Country) WITH null + c.name AS v LIMIT 3 WITH v AS w SKIP 1 RETURN w
MATCH (c:Country) WITH CASE WHEN c.iso3 > 'S' THEN true END AS c ORDER BY c SKIP 50 LIMIT 20 RETURN c
MATCH p = (a:Product)-[:MADE_INTO]->(b) WITH null AS v ORDER BY v SKIP 1 LIMIT 3 MATCH (s:Stage {key: 'mine'}) RETURN v, s.key AS s
MATCH (c:Country) WITH count(*) AS n, 1 AS k LIMIT 1 RETURN n, k
MATCH (s:Stage) WITH s AS a, s AS b ORDER BY a.key SKIP 1 LIMIT 2 RETURN a.key AS a, b.name AS b
MATCH (s:Stage) WITH s, s AS b ORDER BY b.key SKIP 1 LIMIT 2 MATCH (s)<-[:AT_STAGE]-(p) RETURN b.key AS b, count(p) AS n ORDER BY b
MATCH (s:Stage) WITH (s), s.key AS s1, s.key AS s2 ORDER BY s2 SKIP 1 LIMIT 2 RETURN s.name AS s, s1, s2
MATCH (s:Stage) WITH s.key AS s, s.name AS b, s AS c ORDER BY s SKIP 1 LIMIT 2 RETURN s, b, c.name AS c
UNWIND [2, 1, null, 3] AS f WITH f AS a, CASE WHEN true THEN f END AS b, f ORDER BY a SKIP 1 LIMIT 2 RETURN a, b, f
UNWIND [2, 1, 3] AS f WITH 1 AS a, CASE WHEN true THEN f END AS b ORDER BY a, b SKIP 1 LIMIT 2 RETURN a, b
"""


@pytest.mark.parametrize("statement", PAGES.strip().split("\n"))
def test_a_page_of_what_is_ordered_has_neo4js_rows(stores, statement):
    given = {
        name: n for name, n in (("skip", 1), ("limit", 3), ("1", 2)) if f"${name}" in statement
    }
    found = {name: store.ask(statement, given).table.to_pylist() for name, store in stores.items()}

    assert found["embedded"] == found["neo4j"]
    assert found["embedded"]


COMPREHENSIONS = """
UNWIND ['x', 'y'] AS t RETURN [v IN ['a', 'x'] WHERE v <> t] AS x, [v IN ['b'] | v + 'c'] AS y
UNWIND ['x', 'b', null] AS t RETURN [v IN ['a', 'x'] WHERE v <> t | v + 'c'] AS x
UNWIND range(1, 9) AS z RETURN [v IN split(toString(z), '1') WHERE v = toString(z % 7)] AS x, z
UNWIND range(1, 9) AS z RETURN [v IN range(1, z % 4) WHERE v > z % 3 | v + z] AS x, [v IN [z] | v + 1] AS y
UNWIND range(1, 9) AS z RETURN [v IN [u IN range(1, z) WHERE u > 2 | u * z] WHERE v % 2 = 0 | v + z] AS x, z
UNWIND range(1, 9) AS z WITH [u IN range(1, z) WHERE u > 2] AS l, z RETURN [v IN l | v + z] AS x, [v IN l WHERE v < z] AS y
UNWIND range(1, 9) AS z WITH DISTINCT [u IN range(1, z % 3) WHERE u < z | u + z % 2] AS l ORDER BY size(l), l[0] SKIP 1 LIMIT 2 RETURN l
UNWIND range(1, 9) AS z RETURN size([u IN range(1, z % 3) WHERE u < z | u + z % 2]) AS n, count(*) AS m ORDER BY n
MATCH (c:Country) RETURN c.iso3 AS c, [v IN c.aliases WHERE v > c.name | v + c.iso3] AS x ORDER BY c
MATCH (c:Country) RETURN none(v IN split(c.name, 'a') WHERE v = c.region) AS x, any(v IN c.aliases WHERE v > c.name) AS y, c.iso3 AS c ORDER BY c
MATCH (c:Country) WITH c, [v IN split(c.name, 'a') | v + c.region] AS l WHERE any(v IN c.aliases WHERE v < c.iso3) RETURN c.iso3 AS c, l ORDER BY c
MATCH (c:Country) RETURN reduce(s = 0, v IN [v IN range(1, 4) | v + c.last_year] | s + v) AS x, c.iso3 AS c ORDER BY c
MATCH (c:Country) RETURN [v IN split(c.name, 'a') WHERE v < c.region], c.iso3 ORDER BY c.iso3
MATCH (c:Country) RETURN size([v IN c.aliases WHERE v > c.name | v + c.iso3]) * size([v IN ['a', 'b'] | v + 'c']) AS n, c.iso3 AS c ORDER BY c
MATCH (s:Stage) WITH s, [s, s] AS l RETURN s.position AS p, size([v IN range(1, 9) WHERE v > s.position]) + l[0].position AS e ORDER BY p
UNWIND range(0, 9) AS n WITH n, [{a: n}, {a: n + 1}] AS l RETURN n, size([v IN [1, 2] WHERE v > n]) + l[1].a AS e, [v IN [0, 1] | v + l[v].a] AS f
UNWIND range(0, 9) AS n WITH n, [{a: n}, {a: n + 1}] AS l WHERE any(v IN [1, 5] WHERE v > n) AND l[1].a > 1 AND single(v IN l[0..1] WHERE v.a < 9) RETURN n
MATCH (s:Stage) WHERE none(v IN ['m', 'z'] WHERE v < s.key) AND size([v IN split(s.name, 'e') WHERE v <> '']) > 0 RETURN s.key AS s ORDER BY s
MATCH (c:Country) RETURN reduce(s = 1, v IN range(1, 3) | s * size(c.name)) AS x, c.iso3 AS c ORDER BY c
MATCH (c:Country) RETURN c.iso3 IN [v IN labels(c) WHERE v <> c.name | v + c.iso3] AS x, CASE WHEN c.iso3 > 'K' THEN [v IN c.aliases WHERE v > 'K' | v + c.iso3] ELSE [] END AS y, c.iso3 AS c ORDER BY c
MATCH (c:Country)-[r:HOLDS]->(p) WITH c, collect(p) AS ps, max(p.key) AS top RETURN c.iso3 AS c, size([p IN ps WHERE p.key < top | p.name]) AS x, all(p IN ps WHERE p.key <= top) AS y ORDER BY c
MATCH (c:Country)-[f:EXPORTS]->() WITH c, collect(f) AS fs, sum(f.usd) AS total RETURN c.iso3 AS c, size([f IN fs WHERE f.usd > total * 0.1 | f.period]) AS big, round(reduce(s = 0.0, f IN fs | s + coalesce(f.usd, 0) / total), 6) AS one ORDER BY c
MATCH (c:Country) WITH c ORDER BY c.iso3 LIMIT 9 WITH c, [v IN [1, 2] WHERE v < size(c.name) | v + size(c.name)] AS c2 RETURN c.iso3 AS c, c2 ORDER BY c2[0], c
"""


@pytest.mark.parametrize("statement", COMPREHENSIONS.strip().split("\n"))
def test_comprehensions_beside_and_in_each_other_have_neo4js_rows(stores, statement):
    found = {name: store.ask(statement).table.to_pylist() for name, store in stores.items()}

    assert found["embedded"] == found["neo4j"]
    assert len(found["embedded"]) > 1


def test_the_page_of_a_subquery_is_a_parameter_called_like_a_number(stores):
    called = "CALL (s) { MATCH (s)<-[:AT_STAGE]-(p) RETURN p.key AS k ORDER BY k SKIP $1 }"
    statement = f"MATCH (s:Stage) {called} RETURN count(k) AS n"

    assert alike(stores, statement, {"1": 1})
    assert alike(stores, statement, {"1": 2})


TEXT = "CASE WHEN i % {} = 0 THEN 'text ' + i % 3 END"
"""A text that may be null."""
ORDERS = (
    ("i % 7 AS a", TEXT.format(40_000) + " AS b"),
    ("i % 7 AS a", TEXT.format(2) + " AS b", "-i AS c"),
    (TEXT.format(4) + " AS a", "i % 5 AS b", TEXT.format(40_000) + " AS c", "i % 3 AS d"),
    ("i % 7 AS a", "null AS b", "i % 2 = 0 AS c"),
    ("i % 7 AS a", "labels(s) AS b", "i % 11 AS c"),
    (
        "CASE WHEN i % 2 = 0 THEN i % 3 END AS a",
        "i % 10 AS b",
        "CASE WHEN i > 25000 THEN i END AS c",
    ),
    ("CASE WHEN i > 29000 THEN i / 8.0 END AS a", TEXT.format(3) + " AS b", "i % 10 AS c"),
    ("CASE WHEN i % 3 > 0 THEN i % 3 = 1 END AS a", "date({year: i % 9 + 2000}) AS b", "i AS c"),
)


@pytest.mark.parametrize(
    "part", ["SKIP 9 LIMIT 2000", pytest.param("LIMIT 20000", marks=pytest.mark.long)]
)
@pytest.mark.parametrize("descending", ["", " DESC"])
@pytest.mark.parametrize("columns", ORDERS)
def test_more_rows_than_are_sorted_at_once_are_in_neo4js_order_where_values_are_null(
    stores, columns, descending, part
):
    names = [column.rpartition(" ")[2] for column in columns]
    order = ", ".join(name + descending for name in names)
    start = "UNWIND range(1, 30000) AS i OPTIONAL MATCH (s:Stage {position: i % 900})"
    statement = f"{start} RETURN {', '.join(columns)} ORDER BY {order} {part}"
    found = {name: store.ask(statement).table.to_pylist() for name, store in stores.items()}

    assert found["embedded"] == found["neo4j"]


@pytest.mark.parametrize("statement", ["EXPLAIN MATCH (s:Stage) RETURN s", "PROFILE RETURN 1 AS x"])
def test_a_plan_is_shown_as_text_and_nothing_else(stores, statement):
    for store in stores.values():
        table = store.ask(statement).table
        assert table.column_names == ["plan"]
        assert len(table) > 5


@pytest.mark.parametrize(
    ("statement", "parameters"),
    [
        (
            "MATCH ()-[f:EXPORTS]->() WHERE f.period = $period RETURN count(*) AS n",
            {"period": 2024},
        ),
        ("MATCH ()-[f:EXPORTS {period: 2024}]->() RETURN count(*) AS n", {}),
    ],
)
def test_a_number_where_text_is_has_no_rows_and_a_note(stores, statement, parameters):
    answers = [store.ask(statement, parameters) for store in stores.values()]

    assert [answer.table.to_pylist() for answer in answers] == [[{"n": 0}], [{"n": 0}]]
    assert answers[0].notes == answers[1].notes
    assert answers[0].notes[0] == Naming("period holds text … number 2024")


WALKS = """
MATCH p = (a:Product)-[r:MADE_INTO*1..3]->(b:Product {key: 'magnets-metal'}) RETURN a.key AS a, size(r) AS steps ORDER BY steps DESC, a LIMIT 5
MATCH p = (a:Product)-[r:MADE_INTO*1..3]->(b:Product {key: 'magnets-metal'}) WHERE any(x IN r WHERE x.kind = 'by-product') RETURN DISTINCT a.key AS a ORDER BY a
MATCH (a:Product)-[r:MADE_INTO*1..3]->(b:Product {key: 'magnets-metal'}) WHERE all(x IN r WHERE x.process IS NOT NULL) RETURN a.key AS a, size(r) AS n ORDER BY a, n
MATCH (a:Product {key: 'dy-metal'})-[r:MADE_INTO*1..3]->(b:Product) WITH a, r, b RETURN a.key AS a, size(r) AS n, b.key AS b ORDER BY a, n, b
MATCH (a:Product {key: 'dy-metal'})-[r:MADE_INTO*1..3]->(b:Product) WITH r AS rs, b.key AS b RETURN b, [r IN rs | r.process] AS n ORDER BY b, size(n)
MATCH (a:Product {key: 'dy-metal'})-[r:MADE_INTO*1..3]->(b:Product) UNWIND r AS x RETURN x.process AS p, type(x) AS t, count(*) AS n ORDER BY p
MATCH (a:Product {key: 'dy-metal'}) OPTIONAL MATCH (a)-[r:MADE_INTO*1..3]->(b:Product {key: 'zz'}) RETURN size(r) AS n, r IS NULL AS x, r AS r
MATCH (a:Product {key: 'dy-metal'})-[r:MADE_INTO*1..3]->(b:Product) RETURN r, b.key AS b ORDER BY b, size(r)
MATCH (a:Product {key: 'dy-metal'})-[r:MADE_INTO*0..2]->(b:Product) RETURN size(r) AS n, b.key AS b, r IS NULL AS c ORDER BY b, n
MATCH p = (a:Product)-[:MADE_INTO*1..2]->(b:Product) WITH p, b WHERE length(p) = 2 RETURN b.key AS b, count(p) AS n ORDER BY n DESC, b LIMIT 5
MATCH p = (a:Product)-[:MADE_INTO*1..2]->(b:Product) WITH p, length(p) AS l ORDER BY l LIMIT 300 RETURN sum(size(nodes(p))) AS n
MATCH p = (a:Product {key: 'dy-metal'})-[:MADE_INTO]->(b) WITH p RETURN [n IN nodes(p) | n.key] AS ks, length(p) AS l ORDER BY ks[1]
MATCH p = (a:Product {key: 'dy-metal'})-[:MADE_INTO*1..2]->(b) WITH collect(p) AS ps RETURN size(ps) AS n
MATCH p = (a:Product {key: 'dy-metal'})-[r:MADE_INTO*1..2]->(b) RETURN reduce(s = '', x IN r | s + x.kind + ';') AS t, b.key AS b ORDER BY b, t
MATCH (a:Product)-[r:MADE_INTO|CONTAINS*1..2]->(b:Element {key: 'Dy'}) RETURN a.key AS a, [x IN r | type(x)] AS ts, size(r) AS n ORDER BY a, n LIMIT 5
MATCH (a:Product)-[r:MADE_INTO*1..3]->(b:Product {key: 'magnets-metal'}) RETURN a.key AS a, min(size(r)) AS n ORDER BY n DESC, a LIMIT 5
MATCH (c:Control) WHERE c.since IS NOT NULL RETURN left(c.since, 4) + '-Q' + toString(date(c.since).quarter) AS q, count(*) AS n ORDER BY q
RETURN min(null) AS a, max(null) AS b, avg(null) AS d, collect(null) AS e, count(null) AS f
RETURN sum(null) AS c
MATCH (c:Country) WITH c ORDER BY c.iso3 LIMIT 5 RETURN c.aliases[..2] IS NOT NULL AS x, c.aliases[0] IS NULL AS y
MATCH (a:Product {key: 'dy-metal'})-[r:MADE_INTO*1..1]->(b:Product) RETURN b.key AS b, count(r) AS n, head(r).process AS h, last(r).kind AS k, r[0].process AS z ORDER BY b
MATCH (a)-[e:EXPORTS]->(b:Country) WITH b, e ORDER BY e.usd DESC, e.graphkit WITH b, collect({u: e.usd, p: e.product}) AS es RETURN b.iso3 AS b, es[0].u AS u, es[1].p AS v, es[-1].u AS w, es[500].u AS x ORDER BY b
MATCH (a)-[e:EXPORTS]->(b:Country) WITH e ORDER BY e.usd DESC, e.graphkit WITH collect(e) AS es RETURN es[5000].usd AS u, es[9000].product AS p, es[99999].usd AS n
UNWIND range(1, 9) AS z UNWIND [[1, null], [null], [], [2, 3]] AS l RETURN z, l, l + CASE WHEN z % 3 = 0 THEN z END AS m, CASE WHEN z % 2 = 0 THEN z END + l AS n, l + z AS o ORDER BY z, size(l), l[0]
UNWIND range(1, 9) AS z UNWIND [['x', 'yy'], [], ['a-b']] AS w RETURN z, [v IN (CASE WHEN z % 4 = 0 THEN 'z' + z END + w) | v + ''] AS a, all(v IN (CASE WHEN z % 4 = 0 THEN w END + w) WHERE v <> 'x') AS b ORDER BY z, size(w)
"""
"""Relationships of variable length as lists, paths after WITH, dates, and aggregates of null."""


@pytest.mark.parametrize("statement", WALKS.strip().split("\n"))
def test_walks_paths_and_nulls_have_neo4js_rows(stores, statement):
    found = {name: store.ask(statement).table for name, store in stores.items()}

    assert found["embedded"].to_pylist() == found["neo4j"].to_pylist()
