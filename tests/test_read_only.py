"""Statements that the gate lets through or stops; no database is needed for that."""

import re
import time
from random import Random
from typing import Any

import pytest
from neo4j import Address, ResultSummary, ServerInfo
from saying import Naming

from graphkit.cypher.statement import Statement
from graphkit.cypher.tokens import tokens
from graphkit.errors import UsageError
from graphkit.stores.neo4j.plans import REFUSED, check_plan

CLAUSES = (
    "CREATE (:Country {iso3: 'XXX'})",
    "MERGE (c:Country {iso3: 'XXX'})",
    "MERGE (c:Country {iso3: 'XXX'}) ON CREATE SET c.name = 'x'",
    "SET n.name = 'x'",
    "SET n += {name: 'x'}",
    "SET n:Area",
    "REMOVE n.name",
    "REMOVE n:Country",
    "DELETE n",
    "DETACH DELETE n",
    "NODETACH DELETE n",
    "INSERT (:Country {iso3: 'XXX'})",
    "FOREACH (x IN [1] | CREATE (:Country))",
    "LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line",
    "LOAD CSV WITH HEADERS FROM 'https://example.org/x' AS line RETURN line",
    "LOAD FROM '/etc/passwd' RETURN *",
    "LOAD WITH HEADERS (a STRING) FROM '/etc/passwd' RETURN *",
    "CALL db.createLabel('X')",
    "CALL dbms.listConfig() YIELD name RETURN name",
    "CALL `db`.`createLabel`('X')",
    "CALL apoc.load.json('http://localhost') YIELD value RETURN value",
    "CALL timeout=0",
    "CALL current_setting('threads') RETURN *",
)
"""What writes, reads other files, or runs a procedure, after a MATCH that it may follow."""

BEGINNINGS = (
    "ALTER TABLE Country DROP name",
    "ATTACH 'x.db' AS x",
    "BEGIN TRANSACTION",
    "CHECKPOINT",
    "COMMIT",
    "COPY Country FROM 'x.csv'",
    "COPY (MATCH (n) RETURN n) TO '/tmp/x.csv'",
    "CREATE CONSTRAINT x FOR (n:Country) REQUIRE n.iso3 IS UNIQUE",
    "CREATE USER x SET PASSWORD 'y'",
    "DENY READ {*} ON GRAPH * TO x",
    "DROP DATABASE neo4j",
    "DROP TABLE Country",
    "EXPORT DATABASE '/tmp/x'",
    "GRANT ROLE admin TO x",
    "IMPORT DATABASE '/tmp/x'",
    "INSTALL json",
    "LOAD EXTENSION json",
    "REVOKE ROLE admin FROM x",
    "ROLLBACK",
    "START DATABASE neo4j",
    "STOP DATABASE neo4j",
    "TERMINATE TRANSACTIONS 'x'",
    "UNINSTALL json",
    "USE neo4j MATCH (n) RETURN n",
    "USING PERIODIC COMMIT LOAD CSV FROM 'x' AS l RETURN l",
    "(RETURN 1)",
    "RETRUN 1",
    "'MATCH'",
    "`MATCH` (n) RETURN n",
    "$q",
    ")",
    "EXPLAIN",
    "PROFILE",
    "CYPHER",
    "CYPHER 5",
    "CYPHER planner=",
    "CYPHER 5 planner=cost runtime=",
)
"""What no read-only statement begins with."""

ORDINARY = (
    "RETURN 1",
    "return 1 as one;",
    "  \n\t RETURN 1 AS one ; \n",
    "// a comment first\nMATCH (n) RETURN n LIMIT 5",
    "/* DELETE\n everything */ MATCH (n) RETURN n",
    "MATCH (n) RETURN n // SET n.x = 1",
    "MATCH (n) RETURN n /* ; DROP TABLE x */",
    "MATCH (n) RETURN count(*) AS n",
    "MATCH (c:Country {iso3: 'KOR'}) RETURN c.name AS name",
    "MATCH (c:Country) WHERE c.name = 'CREATE (n) SET n.x = 1; DELETE n' RETURN c",
    'MATCH (c) WHERE c.name =~ ".*DROP.*" RETURN c',
    "MATCH (c) WHERE c.name = 'it\\'s DELETE' RETURN c",
    'MATCH (c) WHERE c.name = "say \\"MERGE\\"" RETURN c',
    "MATCH (n:Set) RETURN n",
    "MATCH (n:`Set`) RETURN n",
    "MATCH (n:Create|Delete) RETURN n",
    "MATCH (n:Load&!Remove) RETURN n",
    "MATCH (n:!Set) RETURN n",
    "MATCH (n:(!Set|!!Call)) RETURN n",
    "MATCH ()-[r:SET|LOAD]->() RETURN r",
    "MATCH ()-[:CALL*1..3]->() RETURN 1",
    "MATCH (n) RETURN n.set AS a, n.create AS b, n.load AS c, n.call AS d",
    "MATCH (n {set: 1, `delete`: 2, create: 3}) RETURN n",
    "RETURN {set: 1, create: {delete: 2}, call: [1]} AS m",
    "MATCH (n) RETURN n {.set, .load, create: 1} AS m",
    "MATCH (n) RETURN n.name AS `set`, 1 AS `DROP TABLE`",
    "MATCH (start:Country)-[use:EXPORTS]->(stop:Country) RETURN start, use, stop",
    "MATCH ()-[f:EXPORTS]->() RETURN sum(f.usd) AS import, sum(f.tonnes) AS export",
    "MATCH ()-[f:EXPORTS]->() RETURN f.usd AS load ORDER BY load DESC",
    "WITH 1 AS load, 2 AS copy, 3 AS use WHERE load < copy RETURN load, copy, use",
    "MATCH (n) WITH n AS begin RETURN begin AS commit, 1 AS grant, 2 AS drop, 3 AS alter",
    "MATCH (c) WHERE c.iso3 IN $load RETURN c",
    "MATCH (c) WHERE c.iso3 = $set AND c.name = $`delete` RETURN c",
    "MATCH (a)-[d:DEPENDS_ON]->(b) WHERE d.share_usd >= 0.5 RETURN a.iso3, b.iso3",
    "OPTIONAL MATCH (c:Country {iso3: 'ZZZ'}) RETURN c",
    "MATCH (c:Country) OPTIONAL MATCH (c)-[r:HOLDS]->(p) RETURN c, collect(p) AS products",
    "UNWIND ['KOR', 'JPN'] AS i MATCH (c:Country {iso3: i}) RETURN c.name AS name",
    "UNWIND range(1, 10) AS x RETURN sum(x) AS total",
    "WITH [1, 2, 3] AS xs RETURN [x IN xs WHERE x > 1 | x * 2] AS ys",
    "MATCH (c:Country) WITH c.region AS region, count(*) AS n WHERE n > 5 RETURN region, n",
    "MATCH (c:Country) RETURN c.region AS region, count(*) AS n ORDER BY n DESC SKIP 1 LIMIT 3",
    "MATCH (c:Country) RETURN DISTINCT c.region",
    "MATCH (a) RETURN a.iso3 AS i UNION MATCH (b) RETURN b.iso3 AS i",
    "MATCH (a) RETURN a.iso3 AS i UNION ALL MATCH (b) RETURN b.iso3 AS i",
    "MATCH p = (a:Product)-[:MADE_INTO*1..4]->(b:Product) RETURN nodes(p), length(p)",
    "MATCH p = shortestPath((a:Country)-[:EXPORTS*..4]-(b:Country)) RETURN p",
    "MATCH p = SHORTEST 1 (a:Country)-[:EXPORTS]-+(b:Country) RETURN p",
    "MATCH p = ANY SHORTEST (a)-[:EXPORTS]->{1,5}(b) RETURN p",
    "MATCH ((a)-[:MADE_INTO]->(b)){1,3} RETURN a, b",
    "MATCH (p = (a)-[:MADE_INTO]->(b)){1,3} RETURN a, b",
    "MATCH REPEATABLE ELEMENTS (a)-->(b) RETURN a",
    "MATCH DIFFERENT RELATIONSHIPS (a)-->(b) RETURN a",
    "MATCH (c:Country WHERE c.iso3 STARTS WITH 'K') RETURN c",
    "MATCH (c:Country) WHERE EXISTS { MATCH (c)-[:HOLDS]->() } RETURN c",
    "MATCH (c:Country) WHERE EXISTS { (c)-[:HOLDS]->() } RETURN c",
    "MATCH (c:Country) WHERE NOT (c)-[:PRODUCES]->() RETURN c",
    "MATCH (c:Country) RETURN COUNT { (c)-[:EXPORTS]->() } AS n",
    "MATCH (c:Country) RETURN COLLECT { MATCH (c)-[:HOLDS]->(p) RETURN p.key } AS keys",
    "CALL { MATCH (n) RETURN count(n) AS n } RETURN n",
    "CALL () { MATCH (n) RETURN count(n) AS n } RETURN n",
    "MATCH (c:Country) CALL (c) { MATCH (c)-[r]->() RETURN count(r) AS n } RETURN c, n",
    "MATCH (c:Country) OPTIONAL CALL (c) { MATCH (c)-[r]->() RETURN r } RETURN c, r",
    "MATCH (c:Country) RETURN CASE WHEN c.region IS NULL THEN 'none' ELSE c.region END AS region",
    "MATCH (c:Country) WHERE any(a IN c.aliases WHERE a CONTAINS 'orea') RETURN c",
    "MATCH (c:Country) WHERE all(a IN c.aliases WHERE size(a) > 3) RETURN c",
    "RETURN reduce(total = 0, x IN [1, 2] | total + x) AS total",
    "MATCH (c:Country) RETURN [(c)-[:HOLDS]->(p) | p.key] AS held",
    "RETURN date('2024-01-01') + duration('P1M') AS d",
    "RETURN 2 ^ 10, 7 % 3, -1, 1e3, .5, 1.5e-3, 0x1F, 1_000",
    "RETURN 5! AS factorial",
    "MATCH (a), (b) WHERE a.x <> b.x AND NOT a.y = b.y XOR a.z >= 1 RETURN a",
    "EXPLAIN MATCH (n) RETURN n",
    "PROFILE MATCH (n) RETURN n",
    "explain profile match (n) return n",
    "CYPHER 5 MATCH (n) RETURN n",
    "CYPHER 25 planner=cost runtime = slotted MATCH (n) RETURN n",
    "CYPHER 25 LET x = 1 RETURN x",
    "SHOW INDEXES YIELD name RETURN name",
    "SHOW ALL CONSTRAINTS",
    "SHOW PROCEDURES YIELD name WHERE name STARTS WITH 'db.' RETURN name",
    "MATCH (n:$($label)&!$any(['Area', n.x]))-[r:$all($types)]->() WHERE n:$('a' + $b) RETURN n",
    "CALL db.labels() YIELD label RETURN label",
    "RETURN date.truncate('year', date('2024-05-01')) AS x",
    "MATCH (n) USING INDEX n:Country(iso3) WHERE n.iso3 = 'KOR' RETURN n",
    "MATCH (größe:Country) RETURN größe.iso3 AS `Schlüssel`",
    "RETURN 'Caf\\u00e9' AS café, '\\\\u0027' AS text",
    "MATCH (n) RETURN *",
    "MATCH (n) RETURN n ORDER BY n.set, n.`call` DESC",
    "MATCH (n) RETURN n AS set, n.x AS create ORDER BY create",
    "MATCH (create:Country), (set {delete: 1}) WHERE create.x = set.y RETURN create, set AS merge",
    "MATCH p = (a) ((b)-[r]->(c) WHERE r.x > 1){2,} (d) RETURN p",
    "MATCH (a)-[r IS EXPORTS WHERE r.usd > 1]->(b IS Country) RETURN a",
    "RETURN CASE n.x WHEN 1, 2 THEN 'a' END AS x, [1, 2][0..1], n[$key], n.list[-1].x, NOT n:A",
    "RETURN x IS :: LIST<INTEGER NOT NULL> AND y IS NOT TYPED STRING, 'a' IS NFC NORMALIZED",
)
"""What people who analyse the graph write; none of it may be refused."""


@pytest.mark.parametrize("statement", ORDINARY)
def test_an_ordinary_query_is_let_through(statement):
    Statement(statement).check_read_only()


@pytest.mark.parametrize(
    "around",
    [
        "MATCH (n) {}",
        "match(n){}",
        "MATCH (n) /* a comment */\n// and another\n{}",
        "MATCH (n) // a comment that ends with the line\r{}",
        "MATCH (n) WITH n {}",
        "MATCH (n) WHERE n.x = 'a' OR n.set = 1 {}",
        "MATCH (n) WHERE n.x > 1. {}",
        "MATCH (n {{set: 1}}) {}",
        "MATCH (n:Set) {}",
        "MATCH (n) WHERE n:Set {}",
        "MATCH (n) WHERE n.set {}",
        "MATCH (n) WHERE n.x = $set {}",
        "MATCH (n) WHERE n.x = 3! {}",
        "MATCH (n) WHERE n.x = 3!! {}",
        "MATCH (n) WHERE (n.x)! {}",
        "UNWIND [true] AS as MATCH (n) WHERE as {}",
        "MATCH (n) CALL (n) {{ {} }} RETURN n",
        "MATCH (n) CALL {{ WITH n {} }} RETURN n",
        "CALL () {{ MATCH (n) {} }} RETURN 1",
        "MATCH (n) RETURN n UNION MATCH (n) {}",
        "MATCH (n) WHERE n.x = 'a\\u0027 {} //'",
        "MATCH (n) /* a comment \\u002a/ {} /* */",
        "EXPLAIN MATCH (n) {}",
        "PROFILE MATCH (n) {}",
        "CYPHER 25 runtime=slotted MATCH (n) {}",
        "CYPHER 25 MATCH (n) RETURN n NEXT {}",
        "SHOW TRANSACTIONS YIELD transactionId AS n {}",
    ],
)
@pytest.mark.parametrize("spelt", [str, str.lower, str.title], ids=lambda spelt: spelt.__name__)
def test_a_write_is_refused_wherever_it_stands(around, spelt):
    for clause in CLAUSES:
        with pytest.raises(UsageError, match=r"line \d+, column \d+: "):
            Statement(around.format(spelt(clause))).check_read_only()


@pytest.mark.parametrize("between", ["\n", ";\n"])
@pytest.mark.parametrize("clause", CLAUSES)
def test_a_write_after_any_ordinary_query_is_refused(clause, between):
    for statement in ORDINARY:
        with pytest.raises(UsageError):
            Statement(f"{statement}{between}{clause}").check_read_only()


@pytest.mark.parametrize("statement", BEGINNINGS)
@pytest.mark.parametrize(
    "prefix", ["", "EXPLAIN ", "PROFILE ", "CYPHER 5 ", "CYPHER planner=cost "]
)
def test_another_beginning_is_refused(statement, prefix):
    with pytest.raises(UsageError, match=r"^line 1, column \d+: "):
        Statement(prefix + statement).check_read_only()


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("MATCH (n) DETACH DELETE n", "line 1, column 11: DETACH is not read-only"),
        ("MATCH (n)\nWHERE n.x\n  SET n.x = 1", "line 3, column 3: SET is not read-only"),
        ("MATCH (n) CALL db.x()", "column 11: CALL … db.x is not"),
        ("MATCH (n) RETRUN n", "column 11: … 'RETRUN' … RETURN"),
        ("MATCH (n) RETURN a b", "column 20: … 'b' … a clause that reads"),
        ("RETURN 1 AS limit CHECKPOINT", "column 19: … 'CHECKPOINT' … a clause"),
        ("MATCH (n) WHERE n.in CHECKPOINT", "column 22: … 'CHECKPOINT' … a clause"),
        ("RETURN $in CHECKPOINT", "column 12: … 'CHECKPOINT' … a clause"),
        ("MATCH (n:Country RETURN n", "column 18: … 'RETURN' … ')'"),
        ("MATCH (n) RETURN n.", "column 20: … the end … name of a property"),
        ("MATCH (n) WHERE RETURN n", "column 17: … 'RETURN' … a value"),
        ("RETURN create(n)", "column 8: CREATE is not read-only"),
        ("RETURN [x IN xs | DELETE x]", "column 26: … 'x' … ']'"),
        ("RETURN apoc.load.x(1)", "column 8: apoc.load.x() is not … Neo4j's own"),
        ("SHOW USERS", "column 6: … SHOW USERS … SHOW INDEXES, CONSTRAINTS"),
        ("RETURN 1; RETURN 2", "line 1, column 9: … second statement"),
        (";RETURN 1", "line 1, column 1: … second statement"),
        ("RETURN 1;;", "line 1, column 9: … second statement"),
        ("RETURN 1;\n-- x", "line 1, column 9: … second statement"),
        ("DROP TABLE x", "line 1, column 1: … 'DROP' … MATCH … UNWIND, RETURN"),
        ("LOAD WITH HEADERS FROM 'x' RETURN *", "column 1: LOAD is not read-only"),
        ("MATCH (n) LOAD WITH HEADERS FROM 'x' RETURN *", "column 11: LOAD is not read-only"),
        ("MATCH (n) RETURN 'a", "line 1, column 18: … '-quoted … never ends"),
        ('RETURN "a', 'column 8: … "-quoted … never ends'),
        ("RETURN `a", "column 8: … `-quoted … never ends"),
        ("RETURN 1 /* a", "column 10: … comment … never ends"),
        ("", "the statement is empty"),
        ("RETURN '\ud800'", "line 1, column 9: … half a character"),
        ("RETURN '\\ud800'", "line 1, column 9: … half a character"),
        ("  // nothing\n/* at all */ ;", "the statement is empty"),
        ("RETURN " + "(" * 101 + "1" + ")" * 101, "column 108: more than 100 levels"),
        ("RETURN " + "[" * 2000 + "]" * 2000, "more than 100 levels"),
        ("RETURN " + "COUNT { (a) WHERE " * 11, "column 194: more than 10 open braces"),
        ("RETURN " + "EXISTS { (a) }, " * 3 + "COUNT { (a) WHERE " * 11, "10 open braces"),
        ("UNWIND [1] AS 5 RETURN 1", "column 15: … '5' … a name"),
        ("RETURN n {.}", "column 12: … '}' … '*'"),
        ("RETURN " + "NOT " * 101 + "true", "column 408: more than 100 levels"),
        ("RETURN " + "-" * 101 + "1", "column 108: more than 100 levels"),
        ("RETURN n" + ".a" * 101, "column 209: more than 100 levels"),
        ("RETURN f(n)" + ".a" * 101, "column 212: more than 100 levels"),
        ("RETURN n" + "[0]" * 101, "column 309: more than 100 levels"),
        ("MATCH (n:" + "!" * 101 + "A) RETURN n", "more than 100 levels"),
        ("RETURN " + "CASE WHEN a THEN " * 101, "column 1708: more than 100 levels"),
        ("RETURN " + "(NOT " * 51, "column 258: more than 100 levels"),
        ("MATCH (a)" + "-->()" * 31 + " RETURN a", "column 160: more than 30 relationships"),
        ("MATCH (a)" + "<-[r:X]-()" * 31, "column 311: more than 30 relationships"),
        ("MATCH (a)" + "\u2014\u2014()" * 31, "column 130: more than 30 relationships"),
        ("RETURN 1" + " + n" * 1_000, "column 4008: more than 2,000 words"),
        ("RETURN " + "1," * 60_000 + "1", "120,008 characters … at most 100,000"),
    ],
)  # fmt: skip
def test_the_message_says_what_was_found_and_where(statement, said):
    with pytest.raises(UsageError) as refusal:
        Statement(statement).check_read_only()
    assert str(refusal.value) == Naming(said)


@pytest.mark.parametrize(
    "statement",
    [
        "RETURN 280530 IN [" + ", ".join(["[1]"] * 10_000) + "]",
        "RETURN " + "NOT " * 100 + "true",
        "RETURN " + " + ".join(["-1"] * 900),
        "MATCH (n) RETURN " + ", ".join(f"n.a AS a{i}" for i in range(300)),
        "MATCH (n) RETURN " + ", ".join(f"CASE n.a WHEN {i} THEN 1 END AS a" for i in range(120)),
        "MATCH (n) RETURN n.case.end.not" + ".case" * 97,
        "MATCH " + ", ".join(f"(a{i})-[r{i}]-(b{i})" for i in range(30)) + " RETURN 1",
        "MATCH (a)" + "-[]-()" * 30 + " RETURN a - 1 - 1",
        "RETURN " + "2^" * 900 + "2",
        "RETURN " + "- " * 40 + "1",
        "RETURN f(n)" + ".a" * 100,
        "RETURN " + ", ".join(["EXISTS { (a) }"] * 101),
        "MATCH " + ", ".join(["((a))"] * 101) + " RETURN a",
        "RETURN a, " + "CASE WHEN a THEN " * 100 + "1" + " END" * 100,
    ],
)  # fmt: skip
def test_much_beside_each_other_is_fine(statement):
    Statement(statement).check_read_only()


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        ("RETURN $a + $b + $a", ["a", "b"]),
        ("RETURN $ a", ["a"]),
        ("RETURN $`a b`, $`c``d`", ["a b", "c`d"]),
        ("RETURN $1, $größe, $_x", ["1", "größe", "_x"]),
        ("SHOW INDEXES WHERE name = $a", ["a"]),
        ("RETURN '$a', \"$b\", `$c` // $d\n/* $e */", []),
        (
            "MATCH (n {key: $key}) WHERE n.x IN $list RETURN n LIMIT $limit",
            ["key", "list", "limit"],
        ),
    ],
)
def test_parameters_are_found_where_they_are_used(statement, names):
    assert list(Statement(statement).parameters) == names


@pytest.mark.parametrize(
    ("statement", "kinds"),
    [
        ("MATCH (n) FILTER n.key = 'x' RETURN 1", "match path node variable filter compare "
         "property variable sign string return item number"),
        ("RETURN [1, 2][..2]", "return item slice list number number number"),
        ("RETURN shortestPath((a)-->(b))", "return item pattern path shortest node variable "
         "relationship node variable"),
        ("RETURN EXISTS { (a)-->(b) }", "return item subquery-value query match path node variable "
         "relationship node variable"),
        ("MATCH (n $given) RETURN 1", "match path node variable parameter return item number"),
        ("MATCH (n) USING JOIN ON n RETURN 1", "match path node variable hint return item number"),
        ("RETURN a IN b IS NULL", "return item null-test test variable variable"),
        ("RETURN a = b IN c", "return item compare variable sign test variable variable"),
        ("RETURN NOT a = b", "return item not compare variable sign variable"),
        ("RETURN n:A", "return item label-test variable labels label"),
        ("RETURN 1 - 2 - 3", "return item sum number sign number sign number"),
        ("RETURN (n) = -(2)", "return item compare group variable sign signed group number"),
    ],
)  # fmt: skip
def test_every_part_of_a_statement_is_in_its_syntax_tree(statement, kinds):
    assert [each.kind for each in Statement(statement).query.walk()][1:] == kinds.split()


def test_a_missing_parameter_is_named_and_a_null_one_is_given():
    Statement("RETURN $a, $b").values({"a": None, "b": 1, "unused": 2})

    with pytest.raises(UsageError, match=r"the statement needs \$b, \$c; give it with -P b=VALUE"):
        Statement("RETURN $a, $b, $c").values({"a": 1})
    with pytest.raises(UsageError, match=r"needs \$a, \$b, \$c, \$d, \$e; give it"):
        Statement("RETURN $a + $b + $c + $d + $e").values({})
    with pytest.raises(UsageError, match=r"needs \$a, \$b, \$c, \$d, \$e and 2 more; give it"):
        Statement("RETURN $a + $b + $c + $d + $e + $f + $g").values({})


def test_only_the_parameters_that_a_statement_uses_are_taken():
    given = {"b": 1, "a": None, "unused": 2}
    assert Statement("RETURN $a, $b").values(given) == {"a": None, "b": 1}
    assert Statement("RETURN 1").values(None) == {}
    with pytest.raises(UsageError, match=r"needs \$a"):
        Statement("RETURN $a").values(None)


def test_the_columns_of_a_union_are_those_of_its_first_part():
    assert Statement("RETURN 1 AS a, 2 UNION RETURN 3 AS b, 4").columns == ["a", "2"]


def test_a_verdict_is_kept_and_a_refusal_is_repeated():
    reads, writes = Statement("RETURN $a"), Statement("MATCH (n {key: $a}) DELETE n")
    for _ in range(2):
        assert Statement.read_only(reads) is reads
        with pytest.raises(UsageError, match="DELETE is not read-only"):
            writes.check_read_only()


NEVER = 2
"""Seconds of CPU that no text may take to be refused or parsed."""


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("sort", ["letters", "brackets", "words"])
def test_any_text_is_answered_soon(sort, seed):
    random = Random(seed)
    if sort == "letters":
        text = "".join(chr(random.randrange(32, 127)) for _ in range(10_000))
    elif sort == "brackets":
        text = "MATCH (a) WHERE " + "".join(random.choices("([{-<>:|", k=10_000))
    else:
        known = [token.text for statement in ORDINARY for token in tokens(statement)]
        text = "MATCH (a) RETURN " + " ".join(random.choices(known, k=2_000))

    began = time.process_time()
    with pytest.raises(UsageError, match=r"^line \d+, column \d+: "):
        Statement(text).check_read_only()
    assert time.process_time() - began < NEVER


# --- plans of Neo4j, as its driver hands them over ---------------------------------------------


def operator(name: str, *children: dict[str, Any], details: str | None = None) -> dict[str, Any]:
    args = {"planner-impl": "IDP"} if details is None else {"Details": details}
    below = {"children": list(children)} if children else {}
    return {"operatorType": f"{name}@neo4j", "args": args, "identifiers": ["n"], **below}


def planned(plan: dict[str, Any] | None, kind: str = "r") -> ResultSummary:
    address = Address(("localhost", 7687))
    told = {"server": ServerInfo(address, (5, 8)), "type": kind, "plan": plan}
    return ResultSummary(address, False, False, told)


SCAN = operator("NodeByLabelScan", details="n:Country")


def test_a_plan_that_only_reads_is_let_through():
    check_plan(planned(None))
    check_plan(planned(operator("ProduceResults", operator("Filter", SCAN), SCAN)))
    call = operator("ProcedureCall", details="db.labels() :: (label :: STRING)")
    check_plan(planned(operator("ProduceResults", call)))


@pytest.mark.parametrize(
    "above",
    [
        lambda bad: bad,
        lambda bad: operator("ProduceResults", bad, SCAN),
        lambda bad: operator("Apply", SCAN, bad),
    ],
    ids=["alone", "first", "last"],
)
@pytest.mark.parametrize("name", REFUSED)
def test_an_operator_that_does_more_is_named_wherever_it_stands(name, above):
    plan = above(operator(f"{name}Something", SCAN))

    with pytest.raises(UsageError, match=f"operator {name}Something"):
        check_plan(planned(plan))


def test_a_procedure_that_may_write_is_named():
    call = operator("ProcedureCall", details="apoc.load.json($url) :: (value :: MAP)")

    with pytest.raises(UsageError, match=r"Neo4j would call apoc\.load\.json; graphkit"):
        check_plan(planned(operator("ProduceResults", call)))


@pytest.mark.parametrize("kind", ["rw", "w", "s"])
def test_a_statement_whose_type_is_not_reading_is_refused(kind):
    with pytest.raises(UsageError, match=f"type '{kind}'"):
        check_plan(planned(SCAN, kind))


@pytest.mark.parametrize("statement", ORDINARY)
def test_no_character_is_lost_between_tokens(statement):
    text = statement
    for token in reversed(tokens(statement)):
        assert text[token.offset : token.end] == token.text
        text = text[: token.offset] + text[token.end :]
    assert re.sub(r"//[^\r\n]*|/\*.*?\*/", "", text, flags=re.DOTALL).strip() == ""
