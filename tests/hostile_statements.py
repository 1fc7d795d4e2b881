"""Cypher that must do nothing, and Cypher that only looks as if it did something."""

from collections.abc import Iterator

CANARY, PORT = "CANARY_PATH", "CANARY_PORT"
"""Where the path of a file and the port of a server go that nobody may read or reach."""

WRITES = (
    "CREATE (:Country {iso3: 'XXX'})",
    "CREATE (:Hostile)",
    "create (n:Hostile) return n",
    "MERGE (c:Country {iso3: 'XXX'})",
    "MERGE (c:Country {iso3: 'KOR'}) ON MATCH SET c.name = 'x'",
    "MATCH (n) SET n.name = 'x'",
    "MATCH (n) SET n += {name: 'x'}",
    "MATCH (n:Country) SET n:Area",
    "MATCH (n) SET n = {}",
    "MATCH (n) REMOVE n.name",
    "MATCH (n) DELETE n",
    "MATCH (n) DETACH DELETE n",
    "MATCH (n) NODETACH DELETE n",
    "MATCH ()-[r]->() DELETE r",
    "MATCH (a:Country), (b:Country) CREATE (a)-[:EXPORTS]->(b)",
    "MATCH (n) FOREACH (x IN [1, 2] | CREATE (:Hostile))",
    "MATCH (n) FOREACH (x IN [1] | FOREACH (y IN [2] | MERGE (:Hostile {y: y})))",
    "FOREACH (x IN [1] | CREATE (:Hostile))",
    "INSERT (:Hostile)",
    "MATCH (n) INSERT (:Hostile)",
    "CALL { CREATE (:Hostile) }",
    "CALL () { CREATE (n:Hostile) RETURN n } RETURN n",
    "CALL { CALL { CALL { CREATE (:Hostile) } } }",
    "MATCH (n) CALL (n) { SET n.name = 'x' } RETURN n",
    "MATCH (n) CALL { WITH n DETACH DELETE n } IN TRANSACTIONS OF 10 ROWS",
    "CALL { CREATE (:Hostile) } IN 2 CONCURRENT TRANSACTIONS",
    "UNWIND [1] AS x CREATE (:Hostile {x: x})",
    "WITH 1 AS x CREATE (:Hostile {x: x})",
    "OPTIONAL MATCH (n) SET n.name = 'x'",
    "MATCH (n) RETURN n UNION CREATE (n:Hostile) RETURN n",
    "MATCH (n) WHERE n.set = 1 SET n.name = 'x'",
    "MATCH (n:Set) SET n.name = 'x'",
    "MATCH (n) WHERE n.name = 'it\\'s' SET n.name = 'x'",
    "MATCH (n) /* harmless */ SET n.name = 'x' // RETURN n",
    "MATCH (n) // RETURN n\nSET n.name = 'x'",
    "MATCH (n) // RETURN n\rSET n.name = 'x'",
    "MATCH (n)SET n.name='x'",
    "MATCH (n)\tsEt\tn.name = 'x'",
    "MATCH (n) \\u0053ET n.name = 'x'",
    "MATCH (n) WHERE n.name = 'a\\u0027 SET n.name = 1 //'",
    "MATCH (n) /* \\u002a/ SET n.name = 'x' /* */",
    "MATCH (n) // \\u000a SET n.name = 'x'",
    "\\u0043REATE (:Hostile)",
    "MATCH (n) S\\u0045T n.name = 'x'",
    "EXPLAIN CREATE (:Hostile)",
    "PROFILE CREATE (:Hostile)",
    "PROFILE MATCH (n) DETACH DELETE n",
    "EXPLAIN PROFILE CREATE (:Hostile)",
    "CYPHER 5 CREATE (:Hostile)",
    "CYPHER 25 runtime=slotted CREATE (:Hostile)",
    "CYPHER planner=cost MATCH (n) SET n.name = 'x'",
    "RETURN 1; CREATE (:Hostile)",
    "RETURN 1;\nMATCH (n) DETACH DELETE n;",
    "; CREATE (:Hostile)",
    "MATCH (n) RETURN n; -- ; CREATE (:Hostile)",
    "CREATE INDEX hostile FOR (n:Country) ON (n.name)",
    "CREATE CONSTRAINT hostile FOR (n:Country) REQUIRE n.name IS UNIQUE",
    "CREATE FULLTEXT INDEX hostile FOR (n:Country) ON EACH [n.name]",
    "DROP INDEX graphkit_Country",
    "DROP CONSTRAINT graphkit_Country",
    "CREATE DATABASE hostile",
    "DROP DATABASE neo4j",
    "STOP DATABASE neo4j",
    "CREATE USER hostile SET PASSWORD 'hostile-1'",
    "ALTER USER neo4j SET PASSWORD 'hostile-1'",
    "SHOW CURRENT USER",
    "ALTER CURRENT USER SET PASSWORD FROM 'a' TO 'hostile-1'",
    "CREATE ROLE hostile",
    "GRANT ROLE admin TO hostile",
    "DENY READ {*} ON GRAPH * TO PUBLIC",
    "REVOKE ROLE admin FROM neo4j",
    "CREATE ALIAS hostile FOR DATABASE neo4j",
    "ALTER DATABASE neo4j SET ACCESS READ ONLY",
    "ENABLE SERVER 'x'",
    "TERMINATE TRANSACTIONS 'neo4j-transaction-1'",
    "SHOW TRANSACTIONS YIELD transactionId AS id TERMINATE TRANSACTIONS id YIELD message RETURN *",
    "SHOW USERS",
    "SHOW PRIVILEGES",
    "SHOW SETTINGS YIELD name, value",
    "SHOW TRANSACTIONS",
    "USE system CREATE USER hostile SET PASSWORD 'hostile-1'",
    "USE neo4j CREATE (:Hostile)",
    "CALL db.createLabel('Hostile')",
    "CALL db.createProperty('hostile')",
    "CALL db.createRelationshipType('HOSTILE')",
    "MATCH (n) CALL db.createLabel('Hostile') RETURN n",
    "CALL db.clearQueryCaches()",
    "CALL db.resampleOutdatedIndexes()",
    "CALL db.prepareForReplanning()",
    "CALL dbms.setConfigValue('db.logs.query.enabled', 'OFF')",
    "CALL dbms.killQuery('query-1')",
    "CALL dbms.listConfig() YIELD name RETURN name",
    "CALL dbms.security.createUser('hostile', 'hostile-1')",
    "CALL apoc.create.node(['Hostile'], {})",
    "CALL apoc.cypher.runWrite('CREATE (:Hostile)', {})",
    "CALL apoc.periodic.iterate('MATCH (n) RETURN n', 'DELETE n', {})",
    "CALL tx.setMetaData({hostile: 1})",
    "RETURN apoc.cypher.runFirstColumnSingle('RETURN 1', {}) AS x",
    "CREATE NODE TABLE Hostile(x INT64, PRIMARY KEY(x))",
    "CREATE REL TABLE HOSTILE(FROM Country TO Country)",
    "DROP TABLE EXPORTS",
    "ALTER TABLE Country DROP name",
    "ALTER TABLE Country RENAME TO Hostile",
    "COMMENT ON TABLE Country IS 'hostile'",
    "CREATE SEQUENCE hostile",
    "CREATE MACRO hostile(x) AS x + 1",
    "CREATE TYPE hostile AS INT64",
    "BEGIN TRANSACTION",
    "BEGIN TRANSACTION; MATCH (n) DETACH DELETE n; COMMIT",
    "COMMIT",
    "ROLLBACK",
    "CHECKPOINT",
    "CALL timeout=0",
    "CALL threads=64",
    "CALL file_search_path='/'",
    "CALL enable_plan_optimizer=false",
    "CALL clear_attached_db_schema_cache()",
    "DETACH x",
    "UNINSTALL json",
)  # fmt: skip
"""What writes, changes settings or stops what others do; and SHOW of what is nobody's business."""

FILES = (
    f"LOAD CSV FROM 'file://{CANARY}' AS line RETURN line",
    f"LOAD CSV WITH HEADERS FROM 'file://{CANARY}' AS line RETURN line",
    f"load csv from 'file://{CANARY}' as line return line",
    f"LOAD CSV FROM 'http://127.0.0.1:{PORT}/' AS line RETURN line",
    f"LOAD CSV FROM 'ftp://127.0.0.1:{PORT}/' AS line RETURN line",
    f"MATCH (n) LOAD CSV FROM 'file://{CANARY}' AS line RETURN line LIMIT 1",
    f"CALL {{ LOAD CSV FROM 'file://{CANARY}' AS line RETURN line }} RETURN line",
    f"CALL () {{ LOAD CSV FROM 'http://127.0.0.1:{PORT}/' AS line RETURN line }} RETURN line",
    f"RETURN COUNT {{ LOAD CSV FROM 'file://{CANARY}' AS line RETURN line }} AS n",
    f"RETURN COLLECT {{ LOAD CSV FROM 'file://{CANARY}' AS line RETURN line[0] }} AS n",
    f"MATCH (n) WHERE EXISTS {{ LOAD CSV FROM 'file://{CANARY}' AS line RETURN line }} RETURN n",
    f"RETURN 1 AS line UNION LOAD CSV FROM 'file://{CANARY}' AS line RETURN line",
    f"WITH 'file://{CANARY}' AS url LOAD CSV FROM url AS line RETURN line",
    f"LOAD /* */ CSV FROM 'file://{CANARY}' AS line RETURN line",
    f"LO\\u0041D CSV FROM 'file://{CANARY}' AS line RETURN line",
    f"USING PERIODIC COMMIT LOAD CSV FROM 'file://{CANARY}' AS line RETURN line",
    f"EXPLAIN LOAD CSV FROM 'file://{CANARY}' AS line RETURN line",
    f"PROFILE LOAD CSV FROM 'file://{CANARY}' AS line RETURN line",
    f"CALL apoc.load.json('http://127.0.0.1:{PORT}/') YIELD value RETURN value",
    f"RETURN genai.vector.encode('x', 'OpenAI', {{endpoint: 'http://127.0.0.1:{PORT}/'}}) AS x",
    f"LOAD FROM '{CANARY}' RETURN *",
    f"LOAD FROM '{CANARY}' (header=false) RETURN *",
    f"LOAD WITH HEADERS (a STRING) FROM '{CANARY}' RETURN *",
    f"LOAD FROM '{CANARY}' (file_format='csv', header=false) RETURN *",
    f"MATCH (c:Country) LOAD FROM '{CANARY}' (file_format='csv') RETURN *",
    f"LOAD FROM 'http://127.0.0.1:{PORT}/x.csv' RETURN *",
    "LOAD FROM store RETURN *",
    "LOAD FROM parameters RETURN *",
    f"COPY Country FROM '{CANARY}'",
    f"COPY (MATCH (c:Country) RETURN c.iso3) TO '{CANARY}'",
    f"COPY (MATCH (c:Country) RETURN c.iso3) TO '{CANARY}.csv'",
    f"COPY (MATCH (c:Country) RETURN c.iso3) TO '{CANARY}.parquet'",
    f"EXPORT DATABASE '{CANARY}.d'",
    f"IMPORT DATABASE '{CANARY}.d'",
    f"ATTACH '{CANARY}' AS x (dbtype lbug)",
    f"ATTACH '{CANARY}' AS x (dbtype sqlite)",
    "INSTALL json",
    f"INSTALL httpfs FROM 'http://127.0.0.1:{PORT}/'",
    f"LOAD EXTENSION '{CANARY}'",
    f"INSTALL json FROM 'http://127.0.0.1:{PORT}/'; LOAD EXTENSION json",
)
"""What reads or writes other files, or asks the network."""

MALFORMED = (
    "", ";", "   ", "// nothing", "/* nothing", "'", '"', "`", "RETURN '", 'RETURN "a',
    "RETURN `a", "RETURN 'a\\", "RETURN 'a\\u00", "RETURN $", "RETURN $`", ")", "(", "{", "]",
    "RETURN (", "\x00", "RETURN '\x00' AS x", "RETURN \ud800 AS x", "RETURN '\ud800' AS x",
    "MATCH (n) RETURN n n", "MATCH", "RETURN", "CALL", "CALL {", "CALL ()", "SHOW", "EXPLAIN",
    "PROFILE", "CYPHER", "CYPHER 5", "CYPHER x=", "EXPLAIN EXPLAIN", "RETURN 1 AS a, 2 AS a",
    "RETURN 1e400 AS x", "RETURN 0x AS x", "RETURN 99999999999999999999 AS x",
    "RETURN -9223372036854775808 - 1 AS x", "RETURN 1 / 0 AS x", "RETURN $missing AS x",
    "MATCH (n) WHERE n RETURN n", "RETURN count(count(1)) AS x",
    "RETURN [1, 2][9223372036854775807] AS x", "RETURN date('x') AS x", "é", "\ufeffRETURN", "🜨",
)  # fmt: skip
"""What nobody can run, and what ends in a mistake."""

BOMBS = {
    "a cross join": "MATCH (a), (b), (c), (d), (e), (f) RETURN count(*) AS n",
    "rows without end": "MATCH (a), (b), (c), (d) RETURN a, b, c, d",
    "every walk": "MATCH p = (a)-[*1..20]-(b) RETURN count(p) AS n",
    "every walk, in order": "MATCH p = (a)-[*1..12]-(b) RETURN p ORDER BY length(p) DESC LIMIT 1",
    "a long range": "UNWIND range(1, 1000000000000) AS x RETURN count(x) AS n",
    "ranges of ranges": "UNWIND range(1, 1000000) AS x UNWIND range(1, 1000000) AS y "
    "UNWIND range(1, 1000000) AS z RETURN sum(x * y * z) AS n",
    "a list of everything": "UNWIND range(1, 100000000) AS x RETURN collect(x) AS xs",
    "lists of everything": "MATCH (a), (b) WITH a, collect(b) AS bs RETURN collect(bs) AS n",
    "doubled text": " ".join(["WITH 'aaaaaaaaaaaaaaaa' AS x", *["WITH x + x AS x"] * 40])
    + " RETURN size(x) AS n",
    "doubled lists": " ".join(["WITH [1, 2] AS x", *["WITH x + x AS x"] * 40])
    + " RETURN size(x) AS n",
    "a regular expression": f"RETURN '{'a' * 40}!' =~ '(a|aa|a*)*(a|aa|a*)*(a+)+(a+)+b' AS x",
    "a great sort": "MATCH (a), (b), (c) RETURN a.name AS a, b.name AS b ORDER BY b, a LIMIT 5",
    "a great distinct": "MATCH (a), (b), (c) RETURN count(DISTINCT [a, b, c]) AS n",
    "a long sum": f"RETURN {'+'.join(['1'] * 20_000)} AS x",
    "a long condition": f"MATCH (n) WHERE {' OR '.join(['n.name = 1'] * 5_000)} RETURN 1 AS n",
    "many unions": " UNION ALL ".join(["MATCH (n) RETURN count(n) AS n"] * 2_500),
    "many subqueries": "RETURN " + "COUNT { MATCH (n) WHERE " * 9 + "true" + " } > 0" * 9,
    "more subqueries": "RETURN " + "COUNT { MATCH (n) WHERE " * 40 + "true" + " } > 0" * 40,
    "many patterns": "MATCH " + ", ".join(f"(a{i})-->(b{i})" for i in range(30))
    + " RETURN count(*) AS n",
    "a long chain": "MATCH (a)" + "-->()" * 2_000 + " RETURN count(*) AS n",
    "many relationships": "MATCH " + ", ".join(f"()-[r{i}]->()" for i in range(5_000))
    + " RETURN count(*) AS n",
    "deep brackets": "RETURN " + "(" * 99 + "1" + ")" * 99 + " AS x",
    "deeper brackets": "RETURN " + "[" * 20_000 + "]" * 20_000 + " AS x",
    "deep lists": "RETURN " + "[" * 90 + "1" + "]" * 90 + " AS x",
    "deep negation": "RETURN " + "NOT " * 20_000 + "true AS x",
    "deep minus": "RETURN " + "- " * 40_000 + "1 AS x",
    "deep cases": "RETURN " + "CASE WHEN true THEN " * 3_000 + "1" + " END" * 3_000 + " AS x",
    "deep powers": "RETURN " + "2^" * 20_000 + "1 AS x",
    "a long path of names": "MATCH (n) RETURN n" + ".a" * 40_000,
    "a huge text": f"RETURN '{'x' * 99_000}' AS x",
    "too huge a text": f"RETURN '{'x' * 5_000_000}' AS x",
    "many quotes": "RETURN " + "'a'+" * 20_000 + "'' AS x",
    "open comments": "/*" * 50_000,
    "many stars": "*" * 99_999,
    "many factorials": "RETURN 3" + "!" * 90_000 + " AS x",
    "many parameters": "RETURN " + ",".join(f"$p{i}" for i in range(10_000)),
}  # fmt: skip
"""What would take for ever, all memory, or a parser down."""

WORDS = """
    alter attach begin call checkpoint commit copy create csv delete deny detach drop explain export
    foreach from grant import in insert install into limit load match merge order profile remove
    return revoke rollback set show skip start stop terminate union unwind use where with
    """.split()  # noqa: SIM905
COUNTRIES = ("KOR", "JPN", "DEU", "USA", "CHN", "VNM", "FRA", "MYS")

LOOK_ALIKES = (
    "MATCH (c:Country) WHERE c.name CONTAINS '{upper} (n)' RETURN count(*) AS n",
    "MATCH (c:Country {{iso3: 'KOR'}}) WHERE c.name <> \"{title} n; {upper} n\" RETURN c.name AS x",
    "MATCH (c:Country {{iso3: 'KOR'}}) RETURN c.name AS `{word}`, c.iso3 AS `{upper} n`",
    "MATCH (`{word}`:Country {{iso3: 'KOR'}}) RETURN `{word}`.name AS name",
    "MATCH (c:Country {{iso3: 'KOR'}}) WITH c.name AS `{title}` RETURN `{title}` AS x",
    "// {upper} n; {upper} m\nMATCH (s:Stage) /* {title} (n) */ RETURN s.key AS x // {word}",
    "UNWIND ['{word}', '{upper}', 'it\\'s {title}'] AS x RETURN x ORDER BY x",
    "MATCH (s:Stage) WHERE s.key <> $`{word}` RETURN count(*) AS n",
    "MATCH (s:Stage) WHERE s.key <> ${word} RETURN count(*) AS n",
    "RETURN {{`{word}`: 1, b: ['{upper}']}} AS m",
)  # fmt: skip
"""Read-only, whatever a word in them means elsewhere."""

QUESTIONS = (
    "MATCH (c:Country {{iso3: '{iso3}'}}) RETURN c.name AS name, c.region AS region",
    "MATCH (s)-[d:DEPENDS_ON]->(c:Country {{iso3: '{iso3}'}}) RETURN count(d) AS n",
    "MATCH (c:Country {{iso3: '{iso3}'}})-[e:EXPORTS {{period: '2024'}}]->(d:Country) "
    "RETURN d.iso3 AS to, count(*) AS flows ORDER BY flows DESC, to LIMIT 5",
    "MATCH (c:Country {{iso3: '{iso3}'}}) OPTIONAL MATCH (c)-[h:HOLDS]->(p:Product) "
    "RETURN c.iso3 AS c, count(h) AS n",
    "MATCH (c:Country) WHERE c.iso3 = '{iso3}' OR c.iso3 STARTS WITH 'K' "
    "RETURN c.iso3 AS i ORDER BY i",
    "MATCH (c:Country) WITH c.region AS region, count(*) AS n WHERE n > 5 AND region <> '{iso3}' "
    "RETURN region, n ORDER BY n DESC, region SKIP 1 LIMIT 3",
    "MATCH (c:Country) WHERE NOT c.iso3 IN ['{iso3}'] RETURN count(DISTINCT c.region) AS n",
    "MATCH (c:Country {{iso3: '{iso3}'}}) RETURN c.iso3 AS i UNION "
    "MATCH (c:Country {{iso3: 'CHL'}}) RETURN c.iso3 AS i",
    "MATCH (c:Country {{iso3: '{iso3}'}}) WHERE EXISTS {{ MATCH (c)-[:EXPORTS]->(:Country) }} "
    "RETURN c.iso3 AS i",
    "MATCH (c:Country {{iso3: '{iso3}'}}) RETURN CASE WHEN c.region IS NULL THEN 'none' "
    "ELSE c.region END AS region",
    "MATCH (c:Country {{iso3: '{iso3}'}}) WHERE any(a IN c.aliases WHERE a CONTAINS 'a') "
    "RETURN size(c.aliases) AS n",
    "UNWIND range(1, 5) AS x WITH x WHERE x % 2 = 1 RETURN sum(x) AS n, '{iso3}' AS load",
    "MATCH (a:Product)-[:MADE_INTO*1..2]->(b:Product) WHERE a.key <> '{iso3}' RETURN count(*) AS n",
)  # fmt: skip


def ordinary() -> Iterator[str]:
    """Statements that people write and every database here answers."""
    for word in WORDS:
        for text in LOOK_ALIKES:
            yield text.format(word=word, upper=word.upper(), title=word.title())
    for iso3 in COUNTRIES:
        for text in QUESTIONS:
            yield text.format(iso3=iso3)
