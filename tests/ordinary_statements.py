"""Statements as analysts write them for Neo4j: twelve kinds of twenty-five, and longer ones."""

# ruff: noqa: E501 - a statement is a line.

import re

KINDS: dict[str, str] = {
    "columns and order": """
MATCH (c:Country) RETURN c.name AS c ORDER BY c LIMIT 3
MATCH (c:Country) RETURN c.iso3 AS type ORDER BY type LIMIT 2
MATCH (c:Country) RETURN c.name AS create ORDER BY create LIMIT 2
MATCH (c:Country) RETURN c.name AS end, c.iso3 AS set, 1 AS delete ORDER BY end LIMIT 2
MATCH (c:Country) RETURN c.name ORDER BY c.iso3 LIMIT 4
MATCH (c:Country) RETURN c.name AS name ORDER BY c.iso3 DESC LIMIT 4
MATCH (c:Country) RETURN DISTINCT c.region AS region ORDER BY region
MATCH (c:Country) RETURN DISTINCT c.region, c.subregion ORDER BY c.region, c.subregion
MATCH (c:Country) RETURN c.region AS r, count(*) AS n ORDER BY count(*) DESC, r
MATCH (c:Country)-[:HOLDS]->(p) RETURN c.name AS c, count(p) AS p ORDER BY p DESC, c LIMIT 3
MATCH (c:Country)-[:HOLDS]->(p) RETURN p.key AS p, count(c) AS c ORDER BY c DESC, p LIMIT 3
MATCH (p:Product)-[:AT_STAGE]->(s:Stage) RETURN p.name AS p, s.key AS s ORDER BY s, p LIMIT 9
MATCH (s:Stage) RETURN s.key AS s, s.position AS position ORDER BY position DESC
MATCH (s:Stage) RETURN s.key AS k, s.name AS s ORDER BY s SKIP 1 LIMIT 3
MATCH (c:Country) RETURN c.iso3 AS i, c.last_year AS y ORDER BY y, i SKIP 250
MATCH (c:Country) RETURN c.iso3 AS i, c.last_year AS y ORDER BY y DESC, i LIMIT 5
MATCH (c:Country) RETURN toLower(c.iso3) AS c ORDER BY c DESC LIMIT 3
MATCH (e:Element) RETURN e.key AS e, size(e.name) AS n ORDER BY n, e LIMIT 7
MATCH (p:Product) RETURN p.key AS p ORDER BY size(p), p LIMIT 7
MATCH (c:Country) RETURN c.iso3 + ' ' + c.name AS c ORDER BY c LIMIT 2
MATCH (c:Country) WHERE c.iso3 IN $list RETURN c.iso3 AS c, 1 AS one, 'x' AS x ORDER BY c
MATCH (s:Stage) RETURN s.position % 2 = 0 AS even, count(*) AS s ORDER BY even
MATCH (a:Product)-[r:MADE_INTO]->(b:Product) RETURN a.key AS a, b.key AS b ORDER BY a, b LIMIT 9
MATCH (c:Country) RETURN count(*) AS n, count(c.last_year) AS with_year, min(c.iso3), max(c.iso3)
MATCH (c:Country {iso3: $iso3}) RETURN c.name AS name, c.region AS `its region`
""",
    "with": """
MATCH (s:Stage) WITH s ORDER BY s.position RETURN collect(s.key) AS stages
MATCH (c:Country) WITH c ORDER BY c.name RETURN c.region AS r, collect(c.iso3) AS x ORDER BY r
MATCH (c:Country) WITH c.name AS c ORDER BY c LIMIT 3 RETURN collect(c) AS x
MATCH (c:Country) WITH c.name AS c ORDER BY c RETURN c LIMIT 3
MATCH (c:Country)-[:HOLDS]->(p) WITH c.iso3 AS c, count(p) AS p ORDER BY p DESC, c LIMIT 3 WHERE p > 1 RETURN c, p
MATCH (c:Country) WITH c.region AS region, count(*) AS n WHERE n > 50 RETURN region, n ORDER BY n
MATCH (c:Country) WITH c, size(c.aliases) AS n WHERE n > 3 RETURN c.iso3 AS i, n ORDER BY n DESC, i
MATCH (c:Country) WITH c SKIP 0 WHERE c.iso3 STARTS WITH 'K' RETURN c.iso3 AS i ORDER BY i
MATCH (c:Country) WITH DISTINCT c.region AS r WHERE r IS NOT NULL RETURN count(r) AS n
MATCH (a)-[f:EXPORTS {period: '2024'}]->() WITH a.iso3 AS a, sum(f.usd) AS u ORDER BY u DESC LIMIT 5 RETURN a, round(u) AS u
MATCH (c:Country) WITH max(c.last_year) AS y MATCH (c:Country {last_year: y}) RETURN count(c) AS n
MATCH (c:Country) WITH collect(c.iso3) AS cs UNWIND cs AS i WITH i WHERE i STARTS WITH 'K' RETURN i ORDER BY i
MATCH (c:Country) WITH collect(c) AS cs RETURN size(cs) AS n, size([x IN cs WHERE x.region = 'Asia']) AS asia
WITH 2024 AS year MATCH ()-[f:EXPORTS]->() WHERE f.year = year RETURN count(*) AS n
WITH ['KOR', 'JPN'] AS wanted MATCH (c:Country) WHERE c.iso3 IN wanted RETURN c.name AS n ORDER BY n
UNWIND ['KOR', 'JPN', 'XXX'] AS i OPTIONAL MATCH (c:Country {iso3: i}) RETURN i, c.name AS n ORDER BY i
UNWIND range(1, 5) AS x WITH x, x * x AS y WHERE y > 4 RETURN x, y ORDER BY x
MATCH (p:Product)-[:AT_STAGE]->(s) WITH s, count(p) AS n WITH avg(n) AS mean RETURN mean > 1 AS x
MATCH (p:Product)-[:AT_STAGE]->(s) WITH s, count(p) AS n ORDER BY n DESC LIMIT 1 MATCH (q)-[:AT_STAGE]->(s) RETURN s.key AS s, count(q) AS q
MATCH (c:Country {iso3: 'KOR'}) WITH c, c.iso3 AS i MATCH (c)-[:HOLDS]->(p) RETURN i, p.key AS p ORDER BY p
MATCH (c:Country) WITH c.region AS r, collect(c.iso3) AS all_of RETURN r, size(all_of) AS n ORDER BY n DESC, r
MATCH (c:Country) WITH c ORDER BY c.iso3 LIMIT 10 WITH c ORDER BY c.iso3 DESC LIMIT 2 RETURN c.iso3 AS i ORDER BY i
MATCH (s:Stage) WITH *, s.position * 2 AS twice RETURN s.key AS k, twice ORDER BY twice
MATCH (a:Product)-[:MADE_INTO]->(b) WITH a, count(b) AS n WHERE n >= 2 RETURN a.key AS k, n ORDER BY k
MATCH (c:Country) WITH count(c) AS total MATCH (c:Country) WHERE c.region = 'Asia' RETURN total, count(c) AS asian
""",
    "labels and types": """
MATCH ()-[r]->() RETURN type(r) AS t, count(*) AS n ORDER BY t
MATCH (n) RETURN labels(n) AS l, count(*) AS n ORDER BY n DESC LIMIT 5
MATCH (n) RETURN labels(n)[0] AS l, count(*) AS n ORDER BY l
MATCH (n) UNWIND labels(n) AS l RETURN l, count(*) AS n ORDER BY l
MATCH (n) WHERE n:Country OR n:Area RETURN count(*) AS n
MATCH (n:Country|Area) WHERE NOT n:Area RETURN count(*) AS n
MATCH (n:!Country&!Claim) RETURN count(*) AS n
MATCH (n:Country&Area) RETURN count(*) AS n
MATCH (n:Country:Area) RETURN count(*) AS n
MATCH (n:%) RETURN count(*) AS n
MATCH ()-[r:!EXPORTS]->() RETURN count(*) AS n
MATCH ()-[r:EXPORTS|HOLDS]->() RETURN count(*) AS n
MATCH (n) WHERE n:Country&!Area RETURN count(*) AS n
MATCH (a)-[r]-(b:Element {key: 'Dy'}) RETURN type(r) AS t, labels(a) AS l, count(*) AS n ORDER BY t, n
MATCH (p:Product {key: 'dy-metal'})-[r]->(n) RETURN DISTINCT type(r) AS t, head(labels(n)) AS l ORDER BY t, l
MATCH (c:Country {iso3: 'KOR'})-[r]->() WHERE type(r) <> 'EXPORTS' RETURN type(r) AS t, count(*) AS n ORDER BY t
MATCH (c:Country {iso3: 'KOR'})-[r]-() WHERE type(r) IN ['HOLDS', 'PRODUCES'] RETURN count(r) AS n
MATCH (n {key: 'mine'}) RETURN labels(n) AS l
MATCH (c:Country {iso3: 'KOR'})-[h:HOLDS]->(p) RETURN startNode(h).iso3 AS a, endNode(h).key AS b ORDER BY b
MATCH (n) WHERE 'Stage' IN labels(n) RETURN count(*) AS n
MATCH (n:Product|Element) RETURN labels(n)[0] + ' ' + n.key AS k ORDER BY k LIMIT 4
MATCH (n:Country|Area {iso3: 'EU27'}) RETURN labels(n) AS l, n.name AS n
MATCH (a:Country)-[r:DEPENDS_ON|EXPORTS {period: '2024'}]->(b:Country {iso3: 'KOR'}) RETURN type(r) AS t, count(*) AS n ORDER BY t
MATCH (x:Application|Stage) RETURN x:Stage AS is_stage, count(*) AS n ORDER BY n
MATCH (p:Product {key: 'dy-metal'})--(n) RETURN head(labels(n)) AS kind, count(DISTINCT n) AS n ORDER BY kind
""",
    "lists": """
RETURN head([1, 2]) AS a, last([1, 2]) AS b, head([]) AS c, tail([1, 2, 3]) AS d, tail([1]) AS e
UNWIND [[1], [2, 3]] AS xs RETURN head(xs) AS a, last(xs) AS b, tail(xs) AS c, xs[0] AS d, xs[1] AS e, xs[-1] AS f, xs[-2] AS g, xs[5] AS h
MATCH (c:Country) RETURN c.iso3 AS i, c.aliases[0] AS a, c.aliases[1] AS b, head(c.aliases) AS h, last(c.aliases) AS l, size(c.aliases) AS n ORDER BY i
MATCH (c:Country) RETURN c.iso3 AS i, c.aliases[0..2] AS a, c.aliases[1..] AS b, c.aliases[..-1] AS h, c.aliases[-2..] AS l ORDER BY i
WITH [1, 2, 3] AS xs UNWIND [0, 1, 2, 3, -1, -3, -4] AS i RETURN i, xs[i] AS x, xs[i..] AS y, xs[..i] AS z ORDER BY i
RETURN [[1, 2], [3]][1][0] AS x
RETURN [1, 2] + 3 AS a, [1] + [2] AS b, size([1, 2] + [3]) AS c, 2 IN [1, 2] AS d, reverse([1, 2]) AS e
RETURN range(1, 10)[2..4] AS a, range(0, 10, 5) AS b, size(range(1, 7)) AS c
MATCH (c:Country {iso3: 'KOR'}) RETURN [a IN c.aliases WHERE a STARTS WITH 'K' | toUpper(a)] AS x
MATCH (c:Country {iso3: 'KOR'}) RETURN [a IN c.aliases | size(a)] AS x
MATCH (c:Country {iso3: 'KOR'}) RETURN [a IN c.aliases WHERE a CONTAINS c.name] AS x
MATCH (c:Country {iso3: 'KOR'}) RETURN size([a IN c.aliases WHERE size(a) > 5]) AS n
RETURN [x IN range(1, 5) WHERE x % 2 = 1 | x ^ 2] AS x
RETURN [x IN ['a', 'b'] | x + '!'] AS a, [x IN [1, 2, 3] WHERE x > 1] AS b
MATCH (c:Country) RETURN c.region AS region, size(collect(DISTINCT c.subregion)) AS n ORDER BY region
MATCH (c:Country) WITH c ORDER BY c.iso3 RETURN collect(c.iso3)[0..3] AS first
MATCH (c:Country) WITH c ORDER BY c.iso3 WITH collect(c.iso3) AS all_of RETURN head(all_of) AS a, last(all_of) AS b, all_of[3] AS c
MATCH (c:Country) WHERE any(a IN c.aliases WHERE a ENDS WITH 'ic') RETURN count(*) AS n
MATCH (c:Country) WHERE all(a IN c.aliases WHERE size(a) > 5) RETURN count(*) AS n
MATCH (c:Country) WHERE single(a IN c.aliases WHERE a CONTAINS 'Republic') RETURN count(*) AS n
RETURN reduce(t = 0, x IN [1, 2, 3] | t + x) AS a, reduce(s = '', x IN ['a', 'b'] | s + x) AS b
RETURN reduce(t = 0.0, x IN [1, 2] | t + x) AS a, reduce(t = 0, x IN [1.5, 2.5] | t + x) AS b
MATCH (c:Country {iso3: 'KOR'}) RETURN reduce(n = 0, a IN c.aliases | n + size(a)) AS n
WITH [3, 1, 2] AS xs UNWIND xs AS x WITH x ORDER BY x RETURN collect(x) AS sorted
RETURN isEmpty([]) AS a, isEmpty([1]) AS b, isEmpty('') AS c, size([]) = 0 AS d
""",
    "texts": """
RETURN substring('hello', 1, 3) AS a, substring('hello', 2) AS b, substring('日本語', 1) AS c, substring('ab', 5) AS d
MATCH (c:Country) RETURN DISTINCT toUpper(substring(c.name, 0, 1)) AS l ORDER BY l
RETURN split('a,b', ',') AS a, split('a,b', ',')[1] AS b, size(split('abc', ',')) AS c
MATCH (c:Claim) RETURN split(c.key, '-')[0] AS a, count(*) AS n ORDER BY n DESC, a LIMIT 5
RETURN reverse('abc') AS a, left('abc', 2) AS b, right('abc', 2) AS c, trim(' x ') AS d
RETURN 'a' || 'b' AS a, 'a' + 1 AS b, 'x' + 'y' + 2 AS c
MATCH (s:Stage) RETURN s.key + ' ' + s.position AS x ORDER BY x
MATCH (c:Country) WHERE toLower(c.name) CONTAINS 'korea' RETURN c.iso3 AS i ORDER BY i
MATCH (c:Country) WHERE c.name =~ '(?i)^s.*n$' RETURN c.iso3 AS i ORDER BY i
MATCH (c:Country) WHERE c.name STARTS WITH 'United' RETURN c.name AS n ORDER BY n
MATCH (c:Country) WHERE c.name ENDS WITH 'land' AND NOT c.name CONTAINS ' ' RETURN count(*) AS n
MATCH (c:Country) RETURN size(c.name) AS n, count(*) AS c ORDER BY n LIMIT 4
MATCH (c:Country) WHERE size(c.name) > 30 RETURN c.iso3 AS i ORDER BY i
MATCH (p:Product) WHERE p.key CONTAINS 'ore' RETURN replace(p.key, '-ore', '') AS k ORDER BY k LIMIT 6
MATCH (p:Product) RETURN split(p.key, '-')[-1] AS last, count(*) AS n ORDER BY n DESC, last LIMIT 6
MATCH (p:Product) WHERE p.name CONTAINS ',' RETURN trim(split(p.name, ',')[0]) AS n ORDER BY n LIMIT 5
RETURN toString(12) AS a, toString(true) AS b, toString('x') AS c
MATCH ()-[f:EXPORTS]->() RETURN DISTINCT toString(f.year) AS y, toInteger(f.period) AS p ORDER BY y
RETURN ltrim('  x') AS a, rtrim('x  ') AS b, toUpper('é') AS c, char_length('abc') AS d
MATCH (c:Country {iso3: 'KOR'}) RETURN c.name + ' (' + c.iso3 + ')' AS label
MATCH (c:Country {iso3: 'KOR'}) RETURN CASE WHEN c.name CONTAINS 'South' THEN 'south' ELSE 'other' END AS x
MATCH (e:Element) WHERE e.key = left(e.name, 1) RETURN e.key AS k ORDER BY k
MATCH (e:Element) WHERE toUpper(e.name) STARTS WITH toUpper(e.key) RETURN count(*) AS n
RETURN 'abc' < 'abd' AS a, 'B' < 'a' AS b, 'a' = 'A' AS c, '' = '' AS d
MATCH (c:Country) WHERE c.iso3 =~ '[KJ].*' AND c.region = 'Asia' RETURN c.iso3 AS i ORDER BY i
""",
    "numbers and dates": """
RETURN toInteger('12') AS a, toInteger('x') AS b, toInteger('1.9') AS c, toInteger(-1.9) AS d, toInteger(2.5) AS e, toInteger(null) AS f, toInteger('-7') AS g
UNWIND ['1', 'x', '2.7', '-3', '', ' 4'] AS t RETURN t, toInteger(t) AS i, toFloat(t) AS f
RETURN toFloat('1.5') AS a, toFloat(3) AS b, toFloat('x') AS c, toFloat('1e3') AS d
RETURN toBoolean('true') AS a, toBoolean('FALSE') AS b, toBoolean('x') AS c
RETURN round(2.5) AS a, round(-2.5) AS b, round(2.4) AS c, round(7) AS d, round(2.345, 2) AS e
MATCH ()-[f:EXPORTS {product: 'ree-metals'}]->() WHERE f.usd IS NOT NULL RETURN round(sum(f.usd)) AS s, round(avg(f.usd), 1) AS a
RETURN date('2024-02-29').year AS y, date('2024-02-29').month AS m, date('2024-02-29').day AS d
RETURN date().year > 2000 AS x
MATCH (c:Control) RETURN date(c.since).year AS y, count(*) AS n ORDER BY y
MATCH (c:Control) WHERE c.since >= '2024' RETURN count(*) AS n
MATCH (c:Control) WHERE date(c.since) >= date('2024-01-01') RETURN count(*) AS n
RETURN date('2024-01-01') < date('2024-02-01') AS a, date('2024-01-01') = date('2024-01-01') AS b
RETURN 1 < 2 < 3 AS a, 1 < 3 < 2 AS b, 1 <= 1 < 2 AS c
RETURN 7 / 2 AS a, -7 / 2 AS b, 7 % 3 AS c, 7.0 / 2 AS d, 2 ^ 3 AS e, 1 / 3.0 AS f
MATCH (s:Stage) RETURN s.position + 1 AS a, s.position / 2 AS b, s.position * 1.5 AS c, s.position % 2 AS d ORDER BY a
RETURN log(10) AS a, sqrt(2) AS b, abs(-1.5) AS c, ceil(1.2) AS d, sign(-3) AS e, pi() AS f, floor(-1.2) AS g
RETURN log10(1000) AS a, sin(1) AS b, radians(180) AS c, atan2(1, 1) AS d, 10 % 4 AS e
MATCH ()-[f:EXPORTS {product: 'ree-metals', period: '2024'}]->(c:Country {iso3: 'KOR'}) RETURN coalesce(f.tonnes, 0) AS t, coalesce(f.usd, 0.0) AS u ORDER BY u
MATCH ()-[f:EXPORTS {product: 'ree-metals'}]->() WHERE f.tonnes > 0 RETURN round(max(f.usd / f.tonnes), 2) AS most
MATCH ()-[f:EXPORTS]->() WHERE f.year >= 2022 AND f.year < 2024 RETURN f.year AS y, count(*) AS n ORDER BY y
MATCH ()-[f:EXPORTS]->() WHERE 2022 <= f.year <= 2023 RETURN f.year AS y, count(*) AS n ORDER BY y
MATCH ()-[f:EXPORTS]->() WHERE f.usd > 1e9 RETURN count(*) AS n
UNWIND [1, 2, 3, 4] AS x RETURN percentileCont(x, 0.4) AS a, percentileDisc(x, 0.4) AS b, avg(x) AS c, sum(x) AS d
RETURN 1.0 AS a, 1e3 AS b, .5 AS c, -0.5 AS d, 0x1F AS e
RETURN 10 / 4 * 2.0 AS a, 10 / 4.0 AS b, (1 + 2) * 3 AS c, -2 ^ 2 AS d
""",
    "maps": """
MATCH (c:Country) WHERE c.iso3 IN $list RETURN c {.iso3, .name, region: c.region} AS m ORDER BY c.iso3
MATCH (c:Country) WHERE c.iso3 IN $list RETURN c {.iso3, .last_year} AS m ORDER BY c.iso3
MATCH (c:Country {iso3: 'KOR'})-[:HOLDS]->(p:Product) WITH p ORDER BY p.key RETURN collect(p {.key, .name}) AS m
MATCH (c:Country {iso3: 'KOR'})-[:HOLDS]->(p:Product) WITH p ORDER BY p.key RETURN collect({key: p.key, s: p.source}) AS m
MATCH (c:Country {iso3: 'KOR'}) RETURN {name: c.name, aliases: c.aliases} AS m
MATCH (c:Country {iso3: 'KOR'}) RETURN c['name'] AS n
WITH {a: 1, b: 'x'} AS m RETURN m.a AS a, m.b AS b, m['a'] AS c
UNWIND [{a: 1}, {a: 2}] AS row RETURN row.a AS a ORDER BY a
UNWIND [{iso3: 'KOR', n: 1}, {iso3: 'JPN', n: 2}] AS row MATCH (c:Country {iso3: row.iso3}) RETURN c.name AS c, row.n AS n ORDER BY n
RETURN {a: {b: 1}} AS m, {a: {b: 1}}.a AS n
RETURN {a: [1, 2], b: null} AS m
MATCH (s:Stage) RETURN s {.key, .position, twice: s.position * 2} AS s ORDER BY s.position
MATCH (s:Stage) WITH s {.key} AS m RETURN m.key AS k ORDER BY k
MATCH (p:Product {key: 'dy-metal'}) RETURN p {.key, stages: [(p)-[:AT_STAGE]->(s) | s.key]} AS m
MATCH (c:Country {iso3: 'KOR'}) RETURN c {.*} AS m
MATCH (s:Stage {key: 'mine'}) RETURN properties(s) AS m
MATCH (s:Stage {key: 'mine'}) RETURN keys(s) AS k
MATCH (c:Country {iso3: 'KOR'}) WITH c {.iso3, .name} AS m RETURN m.name + m.iso3 AS x
MATCH (c:Country {iso3: 'KOR'}) WITH c, 5 AS five RETURN c {.iso3, five} AS m
MATCH (a:Product {key: 'dy-metal'})-[r:MADE_INTO]->(b) RETURN r {.process, to: b.key} AS m ORDER BY b.key
RETURN [{a: 1, b: 'x'}, {a: 2, b: 'y'}] AS rows
WITH {list: [1, 2, 3]} AS m RETURN m.list[1] AS x, size(m.list) AS n
MATCH (c:Country {iso3: 'KOR'}) RETURN {country: c {.iso3}, n: 1} AS m
MATCH (c:Country) WHERE c.iso3 IN $list WITH c ORDER BY c.iso3 RETURN collect({i: c.iso3, n: size(c.name)}) AS rows
MATCH (c:Country {iso3: 'KOR'}) RETURN {} AS m, c.iso3 AS i
""",
    "subqueries": """
MATCH (c:Country) WHERE (c)-[:HOLDS]->(:Product) RETURN count(*) AS n
MATCH (c:Country) WHERE NOT (c)-[:HOLDS]->() AND (c)-[:PRODUCES]->() RETURN count(*) AS n
MATCH (c:Country) WHERE EXISTS { (c)-[:HOLDS]->(:Product) } RETURN count(*) AS n
MATCH (c:Country) WHERE COUNT { (c)-[:HOLDS]->() } > 5 RETURN c.iso3 AS i ORDER BY i
MATCH (c:Country) WHERE EXISTS { MATCH (c)-[:HOLDS]->(p) WHERE p.key STARTS WITH 'c' RETURN p } RETURN count(*) AS n
MATCH (c:Country) RETURN c.iso3 AS i, COUNT { MATCH (c)-[:HOLDS]->(p) RETURN p } AS n ORDER BY n DESC, i LIMIT 5
MATCH (c:Country) WHERE exists((c)-[:HOLDS]->()) RETURN count(*) AS n
MATCH (c:Country) WHERE NOT EXISTS { (c)-[:HOLDS]->() } AND EXISTS { (c)-[:PRODUCES]->() } RETURN c.iso3 AS c ORDER BY c
MATCH (p:Product) RETURN p.key AS p, EXISTS { (p)-[:MADE_INTO]->() } AS used ORDER BY p LIMIT 9
MATCH (p:Product) WHERE EXISTS { (p)-[:MADE_INTO]->(q) WHERE q.key CONTAINS 'magnet' } RETURN p.key AS p ORDER BY p
MATCH (p:Product) WHERE COUNT { (p)<-[:MADE_INTO]-() } >= 2 RETURN p.key AS p ORDER BY p
MATCH (p:Product) RETURN COUNT { (p)-[:MADE_INTO]->() } AS uses, count(*) AS products ORDER BY uses
MATCH (c:Country {iso3: 'KOR'}) RETURN COUNT { (c)-[:EXPORTS {period: '2024'}]->(:Country) } AS n
MATCH (c:Country) WHERE c.region = 'Asia' AND NOT (c)<-[:EXPORTS]-() RETURN c.iso3 AS i ORDER BY i
MATCH (c:Country {iso3: 'KOR'}) CALL (c) { MATCH (c)-[r:HOLDS]->() RETURN count(r) AS n } RETURN n
CALL { MATCH (s:Stage) RETURN count(s) AS n } RETURN n
MATCH (c:Country) CALL { WITH c MATCH (c)-[:HOLDS]->(p) RETURN count(p) AS n } RETURN c.iso3 AS c, n ORDER BY n DESC, c LIMIT 4
MATCH (c:Country) WHERE c.iso3 IN $list CALL (c) { MATCH (c)-[:HOLDS]->(p) RETURN p.key AS p } RETURN c.iso3 AS c, p ORDER BY c, p
MATCH (c:Country {iso3: 'KOR'}) RETURN size([(c)-[:HOLDS]->(p) | p.key]) AS n
MATCH (c:Country {iso3: 'KOR'}) RETURN size(COLLECT { MATCH (c)-[:HOLDS]->(p) RETURN p.key }) AS n
MATCH (c:Country {iso3: 'KOR'}) RETURN COLLECT { MATCH (c)-[:HOLDS]->(p) RETURN p.key ORDER BY p.key } AS keys
MATCH (c:Country) WHERE EXISTS { MATCH (c)-[:HOLDS]->(p:Product)<-[:HOLDS]-(d:Country {iso3: 'KOR'}) } RETURN count(c) AS n
MATCH (e:Element) WHERE NOT EXISTS { MATCH (:Product)-[:CONTAINS]->(e) } RETURN e.key AS e ORDER BY e LIMIT 5
MATCH (c:Country) WITH c, COUNT { (c)-[:HOLDS]->() } AS n WHERE n > 10 RETURN c.iso3 AS c, n ORDER BY n DESC, c
MATCH (c:Country) RETURN CASE WHEN EXISTS { (c)-[:HOLDS]->() } THEN 'holds' ELSE 'none' END AS x, count(*) AS n ORDER BY x
""",
    "paths": """
MATCH p = shortestPath((a:Product {key: 'dy-metal'})-[:MADE_INTO*]->(b:Product {key: 'magnets-metal'})) RETURN length(p) AS l
MATCH p = shortestPath((a:Product {key: 'dy-metal'})-[*..5]-(b:Element {key: 'Nd'})) RETURN length(p) AS l
MATCH (a:Product {key: 'dy-metal'}), (b:Element {key: 'Nd'}) MATCH p = shortestPath((a)-[*..5]-(b)) RETURN length(p) AS l
MATCH p = allShortestPaths((a:Product {key: 'dy-metal'})-[*..5]-(b:Element {key: 'Nd'})) RETURN count(p) AS n, min(length(p)) AS l
MATCH p = shortestPath((a:Product {key: 'dy-metal'})-[:MADE_INTO*..4]->(b:Product)) WHERE a <> b RETURN b.key AS k, length(p) AS l ORDER BY k
MATCH (:Product {key: 'dy-metal'})-[:MADE_INTO]->{1,2}(b) RETURN count(*) AS x
MATCH (:Product {key: 'dy-metal'})-[:MADE_INTO]->+(b) RETURN count(*) AS x
MATCH (a:Product {key: 'dy-metal'})-[:MADE_INTO]->*(b) RETURN count(*) AS x
MATCH p = (:Product {key: 'dy-metal'})-[:MADE_INTO*1..2]->(b) RETURN [n IN nodes(p) | n.key] AS keys, length(p) AS l
MATCH p = (:Product {key: 'dy-metal'})-[:MADE_INTO*1..2]->(b) RETURN [r IN relationships(p) | type(r)] AS a, length(p) AS l ORDER BY l
MATCH p = (:Product {key: 'dy-metal'})-[:MADE_INTO]->(b) RETURN nodes(p)[0].key AS a, nodes(p)[1].key AS b ORDER BY b
MATCH p = (a:Product {key: 'dy-metal'})-[:MADE_INTO*1..2]->(b) RETURN reduce(s = '', n IN nodes(p) | s + n.key + ' ') AS t ORDER BY t
MATCH (a:Product {key: 'lithium-mine'})-[:MADE_INTO*]->(b) RETURN DISTINCT b.key AS b ORDER BY b
MATCH (a:Product)-[:MADE_INTO*2]->(b:Product) RETURN count(*) AS n
MATCH (a:Product)-[:MADE_INTO*..2]->(b:Product {key: 'magnets-metal'}) RETURN a.key AS a, count(*) AS n ORDER BY a
MATCH (a:Product {key: 'dy-metal'})-[:MADE_INTO*0..1]->(b) RETURN b.key AS b ORDER BY b
MATCH p = (a:Product)-[:MADE_INTO*]->(b:Product) WHERE NOT (b)-[:MADE_INTO]->() RETURN max(length(p)) AS l
MATCH p = (a:Product)-[:MADE_INTO*1..3]->(b:Product {key: 'magnets-metal'}) WHERE all(n IN nodes(p) WHERE n.key <> 'dy-metal') RETURN count(p) AS n
MATCH (c:Country {iso3: 'KOR'})-[:HOLDS]->(p)<-[:HOLDS]-(d:Country) RETURN DISTINCT d.iso3 AS d ORDER BY d
MATCH (a:Product)-[:MADE_INTO]->(b:Product)-[:USED_IN]->(u:Application) RETURN u.key AS u, count(*) AS n ORDER BY n DESC, u LIMIT 5
MATCH (a:Country {iso3: 'KOR'})<-[e:EXPORTS {period: '2024'}]-(b) RETURN b.iso3 AS b, count(e) AS n ORDER BY n DESC, b LIMIT 5
MATCH (a:Country {iso3: 'KOR'})--(b:Country) RETURN count(DISTINCT b) AS n
MATCH (:Product {key: 'dy-metal'}) ((a)-[:MADE_INTO]->(b)){1,2} RETURN count(*) AS x
MATCH p = SHORTEST 1 (:Product {key: 'dy-metal'})-[:MADE_INTO]->+(b) RETURN count(p) AS x
MATCH p = (a:Product {key: 'dy-metal'})-[r:MADE_INTO]->(b) RETURN length(p) AS l, r.process AS process, b.key AS b ORDER BY b
""",
    "conditions": """
MATCH (c:Country WHERE c.iso3 STARTS WITH 'K')-[h:HOLDS WHERE h.source IS NOT NULL]->(p) RETURN count(*) AS n
MATCH (c:Country {iso3: 'KOR'}) OPTIONAL MATCH (c)-[h:HOLDS WHERE h.source = 'x']->(p:Product WHERE p.key > 'a') RETURN c.iso3 AS i, p.key AS k
MATCH (c:Country WHERE c.region = 'Asia') RETURN count(*) AS n
MATCH (c:Country) WHERE $null IS NULL OR c.iso3 = $null RETURN count(*) AS n
MATCH (c:Country) WHERE c.iso3 = coalesce($null, 'KOR') RETURN count(*) AS n
RETURN $null AS x, coalesce($null, 1) AS y
MATCH (c:Country) WHERE c.iso3 = $iso3 AND c.last_year IS NULL RETURN c.name AS n
MATCH (c:Country) WHERE c.last_year IS NOT NULL RETURN count(*) AS n
MATCH (c:Country) WHERE NOT c.iso3 IN $list RETURN count(*) AS n
MATCH (c:Country) WHERE c.region = 'Asia' XOR c.iso3 = 'KOR' RETURN count(*) AS n
MATCH (c:Country) WHERE NOT (c.region = 'Asia' OR c.region = 'Europe') RETURN count(*) AS n
MATCH (c:Country) WHERE c.region <> 'Asia' RETURN count(*) AS n
MATCH (c:Country) WHERE c.last_year > 1990 RETURN c.iso3 AS c ORDER BY c
MATCH (c:Country) WHERE c.last_year = null RETURN count(*) AS n
MATCH (c:Country) RETURN CASE c.region WHEN 'Asia' THEN 'A' WHEN 'Europe' THEN 'E' ELSE 'other' END AS r, count(*) AS n ORDER BY r
MATCH (c:Country) RETURN CASE WHEN c.last_year IS NULL THEN 'now' ELSE 'gone' END AS s, count(*) AS n ORDER BY s
MATCH (c:Country) WHERE CASE WHEN c.region = 'Asia' THEN true ELSE c.iso3 = 'DEU' END RETURN count(*) AS n
MATCH (e:Element) WHERE e.us_2025 RETURN count(*) AS n
MATCH (e:Element) WHERE e.us_2025 = true AND e.key IN ['Dy', 'Nd', 'Fe'] RETURN e.key AS k ORDER BY k
MATCH (a:Country), (b:Country) WHERE a.iso3 < b.iso3 AND a.iso3 IN $list AND b.iso3 IN $list RETURN a.iso3 AS a, b.iso3 AS b
MATCH (a:Country {iso3: 'KOR'}), (b:Country {iso3: 'KOR'}) RETURN a = b AS same, a <> b AS other
MATCH (c:Country) WHERE c.iso3 >= 'X' RETURN c.iso3 AS i ORDER BY i
MATCH ()-[f:EXPORTS]->() WHERE f.period IN ['2023', '2024'] AND f.usd >= 1e8 RETURN f.period AS p, count(*) AS n ORDER BY p
MATCH (n:Nation) RETURN n.name AS name
MATCH (c:Country)-[:TRADES_WITH]->(d) RETURN c.iso3 AS c
""",
    "aggregates": """
MATCH (a)-[f:EXPORTS {period: '2024'}]->() RETURN a.iso3 AS a, round(sum(f.usd)) AS u ORDER BY u DESC LIMIT 5
MATCH (c:Country) RETURN c.region AS r, count(*) AS n, min(c.name) AS first, max(c.name) AS last ORDER BY r
MATCH (c:Country) RETURN count(DISTINCT c.region) AS r, count(c) AS n, count(c.last_year) AS y
MATCH (c:Country) RETURN avg(size(c.name)) > 5 AS x, max(size(c.name)) AS m
MATCH ()-[f:EXPORTS {product: 'ree-metals'}]->() RETURN f.period AS p, count(*) AS n, round(sum(f.usd)) AS u ORDER BY p
MATCH ()-[f:EXPORTS {product: 'ree-metals'}]->(c) RETURN c.iso3 AS c, max(f.usd) AS u ORDER BY u DESC LIMIT 3
MATCH (p:Product)-[:AT_STAGE]->(s:Stage) RETURN s.key AS s, count(p) AS n, min(p.key) AS first ORDER BY n DESC, s
MATCH (p:Product)-[:CONTAINS]->(e:Element) RETURN e.key AS e, count(DISTINCT p) AS n ORDER BY n DESC, e LIMIT 5
MATCH (c:Country) OPTIONAL MATCH (c)-[h:HOLDS]->() RETURN c.iso3 AS c, count(h) AS n ORDER BY n DESC, c LIMIT 5
MATCH (c:Country) OPTIONAL MATCH (c)-[h:HOLDS]->() WITH c, count(h) AS n RETURN n, count(c) AS c ORDER BY n
MATCH (c:Country) WHERE c.iso3 = 'XXX' RETURN count(c) AS n, collect(c.iso3) AS l, max(c.iso3) AS m
MATCH (c:Country) WHERE c.iso3 = 'XXX' RETURN sum(size(c.iso3)) AS s
MATCH (c:Country) WHERE c.iso3 = 'XXX' RETURN avg(size(c.iso3)) AS a, min(c.name) AS m
MATCH ()-[f:EXPORTS {product: 'ree-metals', period: '2024'}]->(c:Country) WITH c.iso3 AS c, sum(f.usd) AS u WITH sum(u) AS total, max(u) AS most RETURN round(100 * most / total, 1) AS share
MATCH ()-[f:EXPORTS {product: 'ree-metals', period: '2024'}]->(:Country {iso3: 'KOR'}) WITH sum(f.usd) AS total MATCH (s)-[f:EXPORTS {product: 'ree-metals', period: '2024'}]->(:Country {iso3: 'KOR'}) WITH total, s, sum(f.usd) AS usd RETURN s.iso3 AS s, round(usd / total, 3) AS share ORDER BY share DESC, s LIMIT 3
MATCH (c:Country) RETURN c.region AS r, count(*) * 100.0 / 256 AS percent ORDER BY r
MATCH (c:Country) RETURN c.region IS NULL AS none, count(*) AS n ORDER BY n
MATCH (c:Country)-[:HOLDS]->(p:Product) RETURN p.key AS p, count(*) AS n, count(DISTINCT c.region) AS regions ORDER BY n DESC, p LIMIT 4
MATCH (c:Claim) RETURN c.kind AS k, count(*) AS n ORDER BY n DESC, k
MATCH (c:Claim)-[:CITES]->(s:Source) RETURN s.key AS s, count(*) AS n ORDER BY n DESC, s LIMIT 5
MATCH ()-[f:EXPORTS {product: 'ree-metals'}]->() RETURN round(stDev(f.usd)) > 0 AS x
UNWIND [2, 4, 4, 4, 5, 5, 7, 9] AS x RETURN stDevP(x) AS p, round(stDev(x), 6) AS s
UNWIND [1, null, 2] AS x RETURN count(x) AS n, sum(x) AS s, collect(x) AS l
UNWIND [1, 1, 2] AS x RETURN sum(DISTINCT x) AS s, count(DISTINCT x) AS n, collect(DISTINCT x) AS l
MATCH (c:Country) WITH c.region AS r, count(*) AS n RETURN collect(n)[0] > 0 AS x, sum(n) AS s
""",
    "clauses": """
CYPHER 5 MATCH (c:Country) RETURN count(*) AS n
MATCH (c:Country {iso3: 'KOR'}) RETURN c.iso3 AS i UNION MATCH (c:Country {iso3: 'JPN'}) RETURN c.iso3 AS i
MATCH (c:Country {iso3: 'KOR'}) RETURN c.iso3 AS i UNION ALL MATCH (c:Country {iso3: 'KOR'}) RETURN c.iso3 AS i
MATCH (c:Country) WHERE c.iso3 = 'KOR' RETURN c.name AS n UNION MATCH (a:Area) WHERE a.iso3 = 'EU27' RETURN a.name AS n
UNWIND [1, 2, 2, 3] AS x RETURN DISTINCT x ORDER BY x
UNWIND [] AS x RETURN x
UNWIND [[1, 2], [3]] AS xs UNWIND xs AS x RETURN x ORDER BY x
OPTIONAL MATCH (c:Country {iso3: 'XXX'}) RETURN c.name AS n
MATCH (c:Country {iso3: 'KOR'}) OPTIONAL MATCH (c)-[:HOLDS]->(p) WHERE p.key CONTAINS 'zzz' RETURN c.iso3 AS c, p.key AS p
MATCH (c:Country {iso3: 'KOR'}), (d:Country {iso3: 'JPN'}) RETURN c.name AS c, d.name AS d
MATCH (c:Country {iso3: 'KOR'}) MATCH (c)-[:HOLDS]->(p) MATCH (p)-[:AT_STAGE]->(s) RETURN p.key AS p, s.key AS s ORDER BY p
MATCH (c:Country) RETURN c.iso3 AS i ORDER BY i SKIP $skip LIMIT $limit
MATCH (c:Country) USING INDEX c:Country(iso3) WHERE c.iso3 = 'KOR' RETURN c.name AS n
MATCH (s:Stage) RETURN * ORDER BY s.position LIMIT 1
MATCH (s:Stage {key: 'mine'})<-[r:AT_STAGE]-(p:Product {key: 'lithium-mine'}) RETURN s.key AS s, p, r
MATCH (s:Stage {key: 'mine'}) RETURN s
MATCH (c:Country {iso3: 'KOR'}) RETURN c, c.iso3 AS i
match (c:Country {iso3: 'KOR'}) return c.name as name
MATCH (c:Country) /* a comment */ WHERE c.iso3 = 'KOR' // another
 RETURN c.name AS n
MATCH (p:Product {key: 'dy-metal'}) OPTIONAL MATCH (p)-[:MADE_INTO]->(q) OPTIONAL MATCH (q)-[:USED_IN]->(a) RETURN q.key AS q, count(a) AS n ORDER BY q
MATCH (c:Country {iso3: 'KOR'})-[h:HOLDS]->(p) WITH c, collect(p.key) AS ps, count(h) AS n RETURN c.iso3 AS c, n, size(ps) AS s
MATCH (a:Country {iso3: 'KOR'})-[:MEMBER_OF]->(g:Area) RETURN g.iso3 AS g ORDER BY g
MATCH (g:Area {iso3: 'EU27'})<-[:MEMBER_OF]-(c:Country) RETURN c.iso3 AS c ORDER BY c LIMIT 5
MATCH (c:Country {iso3: 'KOR'}) RETURN c.name IS NOT NULL AS x, c IS NOT NULL AS y
MATCH (c:Country {iso3: 'KOR'}) RETURN id(c) IS NOT NULL AS x
""",
    "reports": """
MATCH (c:Country)-[e:EXPORTS {period: '2024'}]->(d:Country) WITH c, collect(e) AS es RETURN c.iso3 AS c, size([e IN es WHERE e.usd > 1000000]) AS big, size(es) AS n ORDER BY big DESC, c LIMIT 10
MATCH ()-[e:EXPORTS]->() WITH collect(e) AS es RETURN size([e IN es WHERE e.usd > 1000000]) AS big, size(es) AS n
MATCH (c:Country) WITH collect(c) AS cs RETURN size([c IN cs WHERE c.region = 'Asia' AND c.name STARTS WITH 'K']) AS n
MATCH (c:Country) OPTIONAL MATCH (c)-[h:HOLDS]->(p:Product) WITH c, collect(p.key) AS ps WHERE size(ps) > 3 RETURN c.name AS country, ps[0] IS NOT NULL AS any_, size(ps) AS n ORDER BY n DESC, country LIMIT 5
MATCH (c:Country) OPTIONAL MATCH (c)-[:PRODUCES]->(p:Product) WITH c, collect(DISTINCT p.key) AS made OPTIONAL MATCH (c)-[:HOLDS]->(q:Product) WITH c, made, collect(DISTINCT q.key) AS held RETURN c.iso3 AS iso, size(made) AS made, size(held) AS held, size([x IN held WHERE NOT x IN made]) AS only_held ORDER BY only_held DESC, iso LIMIT 10
MATCH (a:Country)-[e:EXPORTS]->(b:Country {iso3: 'KOR'}) WHERE e.period STARTS WITH '202' RETURN e.period AS period, sum(e.usd) AS usd, count(DISTINCT a) AS sellers ORDER BY period
MATCH (a:Country)-[e:EXPORTS]->(b:Country {iso3: 'KOR'}) WITH toInteger(left(e.period, 4)) AS year, sum(e.usd) AS usd WHERE year >= 2020 RETURN year, round(usd / 1e6, 1) AS musd ORDER BY year
MATCH p = shortestPath((a:Country {iso3: 'CHN'})-[*..4]-(b:Element {key: 'Dy'})) RETURN length(p) AS hops
MATCH (a:Product {key: 'dy-metal'}), (b:Product {key: 'magnets-metal'}) MATCH p = shortestPath((a)-[:MADE_INTO*..6]->(b)) RETURN [n IN nodes(p) | n.name] AS way, reduce(t = 0, r IN relationships(p) | t + 1) AS steps
MATCH p = (a:Product)-[r:MADE_INTO*1..3]->(b:Product {key: 'magnets-metal'}) RETURN a.key AS a, size(r) AS steps ORDER BY steps DESC, a LIMIT 5
MATCH p = (a:Product)-[r:MADE_INTO*1..3]->(b:Product {key: 'magnets-metal'}) WHERE any(x IN r WHERE x.kind = 'by-product') RETURN DISTINCT a.key AS a ORDER BY a
MATCH (a:Product)-[r:MADE_INTO*1..3]->(b:Product {key: 'magnets-metal'}) WHERE all(x IN r WHERE x.process IS NOT NULL) RETURN a.key AS a, size(r) AS n ORDER BY a, n
MATCH p = (a:Product)-[:MADE_INTO*1..2]->(b:Product) WHERE none(n IN nodes(p) WHERE n.note IS NULL) RETURN count(p) AS n
MATCH p = (a:Product)-[:MADE_INTO*1..2]->(b:Product) WITH p, b WHERE length(p) = 2 RETURN b.key AS b, count(p) AS n ORDER BY n DESC, b LIMIT 5
MATCH p = (a:Product)-[:MADE_INTO*1..2]->(b:Product) WITH b, collect(length(p)) AS ls RETURN b.key AS b, reduce(m = 0, x IN ls | m + x) AS total ORDER BY total DESC, b LIMIT 5
MATCH p = (a:Product {key: 'dy-metal'})-[:MADE_INTO*1..3]->(b) WITH b.key AS k, min(length(p)) AS d ORDER BY k RETURN d, collect(k) AS ks ORDER BY d
MATCH p = (a:Product {key: 'dy-metal'})-[:MADE_INTO*1..3]->(b) UNWIND nodes(p) AS n RETURN DISTINCT n.key AS k ORDER BY k
MATCH p = (a:Product {key: 'dy-metal'})-[:MADE_INTO*1..3]->(b) UNWIND relationships(p) AS r RETURN type(r) AS t, r.process AS process, count(*) AS n ORDER BY process
RETURN min(null) AS a, max(null) AS b, sum(null) AS c, avg(null) AS d, collect(null) AS e, count(null) AS f
MATCH (c:Country) RETURN c.region AS region, CASE WHEN count(*) > 50 THEN 'many' WHEN count(*) > 20 THEN 'some' ELSE 'few' END AS size ORDER BY region
MATCH (c:Country)-[d:DEPENDS_ON {period: '2024'}]->(s:Country) WITH s, CASE WHEN d.share_usd >= 0.75 THEN 'high' WHEN d.share_usd >= 0.5 THEN 'mid' ELSE 'low' END AS level, count(*) AS n RETURN s.iso3 AS s, level, n ORDER BY n DESC, s, level LIMIT 10
UNWIND [{iso: 'KOR', cap: 1.5}, {iso: 'JPN', cap: 2.5}] AS row MATCH (c:Country {iso3: row.iso}) RETURN c.name AS name, row.cap * 2 AS twice ORDER BY name
UNWIND [{iso: 'KOR', tags: ['a', 'b']}, {iso: 'JPN', tags: ['c']}] AS row UNWIND row.tags AS tag RETURN row.iso AS iso, tag ORDER BY iso, tag
MATCH (c:Country) WHERE EXISTS { MATCH (c)-[:PRODUCES]->(p:Product)-[:CONTAINS]->(e:Element {key: 'Li'}) } RETURN c.iso3 AS c ORDER BY c
MATCH (p:Product) WHERE NOT EXISTS { MATCH (:Country)-[:PRODUCES]->(p) } AND EXISTS { (p)-[:TRADED_AS]->(:Code) } RETURN p.key AS p ORDER BY p LIMIT 10
MATCH (p:Product) RETURN p.key AS p, COUNT { (p)<-[:PRODUCES]-(:Country) } AS producers ORDER BY producers DESC, p LIMIT 8
MATCH (p:Product) WHERE COUNT { (p)<-[:PRODUCES]-(c:Country) WHERE c.region = 'Asia' } > 3 RETURN p.key AS p ORDER BY p
MATCH (p:Product) WITH p, COUNT { MATCH (p)<-[r:PRODUCES]-() WHERE r.tonnes > 1000 } AS n WHERE n > 0 RETURN avg(n) > 1 AS x, max(n) AS most
MATCH ()-[e:EXPORTS {period: '2024'}]->() RETURN percentileCont(e.usd, 0.5) AS median, percentileDisc(e.usd, 0.9) AS p90, max(e.usd) AS most
MATCH ()-[e:EXPORTS {period: '2024'}]->() RETURN e.product AS product, round(percentileCont(e.usd, 0.5)) AS median, count(*) AS n ORDER BY n DESC, product
MATCH (c:Control) RETURN date(c.since).year AS year, date(c.since).month AS month, count(*) AS n ORDER BY year, month
MATCH (c:Control) WHERE date(c.since) >= date({year: 2023, month: 7, day: 1}) RETURN c.key AS k, c.since AS since ORDER BY since, k LIMIT 5
MATCH (c:Control) WHERE c.since IS NOT NULL RETURN left(c.since, 4) + '-Q' + toString(date(c.since).quarter) AS q, count(*) AS n ORDER BY q
MATCH (c:Control) WHERE c.until IS NULL OR date(c.until) > date('2025-06-01') RETURN count(*) AS n
MATCH (c:Control)-[:IMPOSED_BY]->(i:Country) OPTIONAL MATCH (c)-[:NAMES]->(e:Element) WITH i, c, collect(e.key) AS named RETURN i.iso3 AS by, c.key AS control, size(named) AS n ORDER BY n DESC, control LIMIT 8
MATCH (c:Country {iso3: 'KOR'}) RETURN c {.iso3, .name, sells: COUNT { (c)-[:EXPORTS]->() }, asia: c.region = 'Asia'} AS m
MATCH (p:Product)-[:AT_STAGE]->(s:Stage) WITH s, collect(p {.key, .name}) AS ps RETURN s {.key, n: size(ps)} AS m ORDER BY s.position
MATCH (c:Country)-[:EXPORTS]->(d:Country) WHERE c.iso3 IN ['CHN', 'USA'] CALL (c) { MATCH (c)-[e:EXPORTS {period: '2024'}]->(x) RETURN x.iso3 AS best, e.usd AS usd ORDER BY e.usd DESC LIMIT 1 } RETURN DISTINCT c.iso3 AS c, best, usd ORDER BY c
MATCH (n:Country|Area WHERE n.name STARTS WITH 'A') RETURN labels(n)[0] AS l, count(*) AS n ORDER BY l
MATCH (n:(Product|Element)&!Stage) RETURN count(n) AS n
MATCH (a:Product {key: 'dy-metal'})-[r:MADE_INTO|USED_IN|CONTAINS]->(b) RETURN type(r) AS t, coalesce(b.key, b.name) AS b ORDER BY t, b
MATCH (a:Product)-[:MADE_INTO]->{1,3}(b:Product {key: 'magnets-metal'}) RETURN count(DISTINCT a) AS n
MATCH (a:Product {key: 'dy-metal'}) (()-[:MADE_INTO]->()){1,3} (b:Product) RETURN DISTINCT b.key AS b ORDER BY b
MATCH p = ANY SHORTEST (a:Product {key: 'dy-metal'})-[:MADE_INTO]->+(b:Product) WHERE a <> b RETURN b.key AS b, length(p) AS l ORDER BY l, b
MATCH (c:Country) RETURN size([x IN split(c.name, ' ') WHERE size(x) > 4]) AS long, count(*) AS n ORDER BY long
MATCH (c:Country) RETURN c.iso3 AS c, [a IN c.aliases WHERE a STARTS WITH left(c.name, 1)][0] AS alias ORDER BY c LIMIT 5
MATCH (c:Country) WITH c, [a IN c.aliases | toLower(a)] AS low WHERE 'korea' IN low RETURN c.iso3 AS c ORDER BY c
MATCH (a)-[e:EXPORTS {product: 'ree-metals', period: '2024'}]->(b:Country) WITH b, collect({seller: a.iso3, usd: e.usd}) AS sales, sum(e.usd) AS total RETURN b.iso3 AS buyer, total, size(sales) AS sellers ORDER BY total DESC, buyer LIMIT 5
MATCH (a)-[e:EXPORTS {product: 'ree-metals', period: '2024'}]->(b:Country) WITH b, a, e ORDER BY e.usd DESC WITH b, collect({seller: a.iso3, usd: e.usd})[0] AS top, sum(e.usd) AS total RETURN b.iso3 AS buyer, top.seller AS seller, round(top.usd / total, 3) AS share ORDER BY buyer LIMIT 10
MATCH (a)-[e:EXPORTS {product: 'ree-metals', period: '2024'}]->(b:Country) WITH b, a.iso3 AS seller, sum(e.usd) AS usd ORDER BY usd DESC WITH b, collect(seller)[..3] AS top3, sum(usd) AS total RETURN b.iso3 AS buyer, top3, round(total) AS total ORDER BY total DESC, buyer LIMIT 5
MATCH (a)-[e:EXPORTS {product: 'ree-metals', period: '2024'}]->(b:Country {iso3: 'JPN'}) WITH a, sum(e.usd) AS usd WITH collect({s: a.iso3, usd: usd}) AS rows, sum(usd) AS total UNWIND rows AS row RETURN row.s AS seller, round(row.usd / total, 4) AS share ORDER BY share DESC, seller
MATCH (a)-[e:EXPORTS {product: 'ree-metals', period: '2024'}]->(b:Country {iso3: 'JPN'}) WITH a, sum(e.usd) AS usd WITH collect(usd) AS us, sum(usd) AS total RETURN reduce(h = 0.0, u IN us | h + (u / total) ^ 2) AS hhi
MATCH (a)-[e:EXPORTS {product: 'ree-metals', period: '2024'}]->(b:Country) WITH b.iso3 AS buyer, a.iso3 AS seller, sum(e.usd) AS usd WITH buyer, collect(usd) AS us, sum(usd) AS total RETURN buyer, round(reduce(h = 0.0, u IN us | h + (u / total) * (u / total)), 4) AS hhi ORDER BY hhi DESC, buyer LIMIT 5
MATCH (x:Country {iso3: 'KOR'})<-[e1:EXPORTS {period: '2023'}]-(s) WITH x, s, sum(e1.usd) AS before OPTIONAL MATCH (x)<-[e2:EXPORTS {period: '2024'}]-(s) WITH s, before, sum(e2.usd) AS after RETURN s.iso3 AS s, round(after - before) AS change ORDER BY abs(change) DESC, s LIMIT 5
MATCH (c:Country)-[r:RATED]->(i:Indicator) WITH i, avg(r.value) AS mean, count(r) AS n RETURN i.key AS i, round(mean, 2) AS mean, n ORDER BY i
MATCH (c:Country)-[r:RATED]->(i:Indicator) WITH c, i, r ORDER BY r.period DESC WITH c, i, head(collect(r)) AS latest RETURN c.iso3 AS c, i.key AS i, latest.period AS period, latest.value AS v ORDER BY c, i LIMIT 5
MATCH (cl:Claim)-[:ABOUT]->(x) RETURN labels(x)[0] AS kind, count(*) AS n, count(DISTINCT cl) AS claims ORDER BY kind
MATCH (cl:Claim)-[:CITES]->(s:Source) WITH s, count(cl) AS n, collect(cl.key)[0..2] AS some ORDER BY n DESC, s.key LIMIT 5 RETURN s.key AS source, n, size(some) AS some
MATCH (c:Country) WHERE c.name =~ '.*(stan|land)$' RETURN count(*) AS n, min(c.name) AS first
MATCH (c:Country) WHERE toUpper(c.name) <> c.name AND NOT c.name CONTAINS ' ' RETURN count(c) AS n
MATCH (c:Country) WITH c ORDER BY c.iso3 WITH collect(c.iso3) AS isos RETURN [i IN range(0, size(isos) - 1, 50) | isos[i]] AS every50
MATCH (c:Country) WITH c.region AS region, c.iso3 AS i ORDER BY i WITH region, collect(i) AS l RETURN region, l[0] AS first, l[-1] AS last, size(l) AS n ORDER BY region
WITH date('2024-03-15') AS d RETURN d.year AS y, d.month AS m, d.day AS day, d.quarter AS q, toString(d) AS t
MATCH (c:Country) RETURN count { (c)-[:HOLDS]->() } AS n, count(*) AS c ORDER BY n
MATCH (a:Country)-[e:EXPORTS {period: '2024', product: 'ree-metals'}]->(b:Country) WHERE a.region = b.region RETURN a.region AS r, count(*) AS n, sum(e.usd) AS usd ORDER BY n DESC, r
MATCH (a:Country)-[e:EXPORTS {period: '2024'}]->(b:Country)-[f:EXPORTS {period: '2024'}]->(a) WHERE a.iso3 < b.iso3 AND e.product = f.product RETURN a.iso3 AS a, b.iso3 AS b, e.product AS p, e.usd + f.usd AS both ORDER BY both DESC LIMIT 5
MATCH (c:Country) RETURN c.iso3 AS iso3, properties(c).name AS name ORDER BY iso3 LIMIT 3
MATCH (n) WHERE n.key IS NOT NULL AND n.name IS NOT NULL RETURN labels(n) AS l, count(*) AS n ORDER BY l
MATCH (a:Country {iso3: 'CHN'})-[r]->(x) RETURN type(r) AS t, labels(x)[0] AS l, count(*) AS n ORDER BY n DESC, t
MATCH (p:Product) OPTIONAL MATCH (p)-[:USED_IN]->(a:Application) WITH p, a ORDER BY a.key RETURN p.key AS p, collect(a.key) AS uses, count(a) AS n ORDER BY n DESC, p LIMIT 4
MATCH (c:Country)-[h:HOLDS {period: '2024'}]->(p:Product) WHERE h.tonnes IS NOT NULL WITH p, max(h.tonnes) AS most MATCH (c:Country)-[h:HOLDS {period: '2024'}]->(p) WHERE h.tonnes = most RETURN p.key AS p, collect(c.iso3) AS who ORDER BY p LIMIT 5
MATCH (e:Element) WITH e ORDER BY e.key WITH collect(e.key) AS ks UNWIND range(0, 2) AS i RETURN i, ks[i] AS k ORDER BY i
UNWIND range(2020, 2024) AS y OPTIONAL MATCH (a)-[e:EXPORTS {product: 'ree-metals'}]->(:Country {iso3: 'KOR'}) WHERE e.year = y RETURN y, count(e) AS n, coalesce(sum(e.usd), 0) AS usd ORDER BY y
UNWIND ['2022', '2023', '2024'] AS p MATCH (a)-[e:EXPORTS {period: p}]->() WITH p, a.iso3 AS a, sum(e.usd) AS u ORDER BY u DESC WITH p, collect(a)[..3] AS top RETURN p, top ORDER BY p
MATCH (c:Country) WHERE c.region = 'Asia' WITH c.subregion AS s, count(*) AS n ORDER BY n DESC LIMIT 2 RETURN collect(s + ' (' + n + ')') AS x
MATCH (c:Country) WITH c.subregion AS s, avg(size(c.name)) AS m RETURN s, round(m, 1) AS m ORDER BY m DESC, s LIMIT 3
MATCH (a:Area)<-[:MEMBER_OF]-(c:Country) WITH a, count(c) AS members, collect(c.iso3) AS isos RETURN a.name AS name, members, 'DEU' IN isos AS has_germany ORDER BY name
MATCH (c:Country) WHERE NOT (c)-[:MEMBER_OF]->(:Area) AND (c)-[:PRODUCES]->(:Product) RETURN count(c) AS n
MATCH path = (c:Country {iso3: 'KOR'})-[:PRODUCES]->(p:Product) RETURN path LIMIT 0
MATCH (a:Product {key: 'dy-metal'})-[:MADE_INTO*0..]->(b) WITH collect(DISTINCT b) AS bs UNWIND bs AS b MATCH (b)-[:USED_IN]->(u) RETURN DISTINCT u.key AS u ORDER BY u
MATCH (a:Product)-[:MADE_INTO*]->(b:Product) WITH a, count(DISTINCT b) AS reach ORDER BY reach DESC, a.key LIMIT 3 RETURN a.key AS a, reach
MATCH (c:Country)<-[d:DEPENDS_ON {period: '2024', rank: 1}]-(x:Country) RETURN c.iso3 AS supplier, count(DISTINCT x) AS clients, collect(DISTINCT d.product)[..2] IS NOT NULL AS some ORDER BY clients DESC, supplier LIMIT 5
MATCH (x)-[d:DEPENDS_ON {period: '2024'}]->(s) WHERE d.rank <= 3 WITH x, d.product AS p, sum(d.share_usd) AS top3 WHERE top3 > 0.9 RETURN p, count(x) AS n ORDER BY n DESC, p
MATCH (n) RETURN labels(n) AS l, count(*) AS n ORDER BY l DESC
MATCH (n) RETURN labels(n), count(*) AS c ORDER BY labels(n)
MATCH (n) RETURN DISTINCT labels(n) AS labels ORDER BY labels
MATCH (n:Product) RETURN n.key AS k ORDER BY labels(n), k LIMIT 3
MATCH (n) WITH labels(n) AS l, count(*) AS n ORDER BY l LIMIT 4 RETURN l[0] AS l, n ORDER BY l
MATCH (c:Country {iso3: 'KOR'})-[]->(x) RETURN labels(x) AS kind, count(*) AS n ORDER BY n DESC, kind
MATCH p = (a:Product {key: 'dy-metal'})-[:MADE_INTO*1..2]->(b) RETURN b.key AS b, [n IN [m IN nodes(p) WHERE m.key > 'e'] WHERE n.key < 'z' AND n.name > 'A' | n.key] AS x, size([n IN nodes(p)[1..] WHERE n.key > 'd' AND n.name > 'A']) AS y, any(n IN tail(nodes(p)) WHERE n.key = 'magnets-metal' AND n.name > 'A') AS z ORDER BY b, size(x)
MATCH (a:Product)-[r:MADE_INTO*1..3]->(b), (b)-[s:MADE_INTO*1..3]->(c) RETURN count(*) AS n
MATCH (a:Product)-[r:MADE_INTO*1..3]-(b)-[s:MADE_INTO*1..2]-(c) RETURN a.key AS a, count(*) AS n ORDER BY n DESC, a LIMIT 20
MATCH (a:Product)-[r:MADE_INTO*1..3]-(b) RETURN a.key AS a, sum(size([x IN r WHERE x.kind = 'main' AND x.process > 'm' | x.graphkit])) AS n, count(*) AS c ORDER BY n DESC, a LIMIT 20
MATCH p = (a:Product)-[:MADE_INTO*1..3]->(b) RETURN sum(size([n IN nodes(p) WHERE n.key > 'm' AND n.name > 'M' | labels(n)])) AS n, sum(size([n IN nodes(p) WHERE n:Product])) AS k, count(*) AS c
MATCH p = (a:Product)-[:MADE_INTO*1..4]-(b) WITH nodes(p) AS ns RETURN sum(size([n IN ns WHERE n.key > 'm' AND n.name > 'M' | n.key])) AS n, count(*) AS c
MATCH p = (a:Product)-[:MADE_INTO*1..4]-(b) RETURN sum(size([n IN nodes(p) WHERE n.key > 'm' AND n.name > 'M' | n.key])) AS n, sum(size([n IN nodes(p) WHERE n:Product])) AS k, count(*) AS c
MATCH (c:Country) WHERE c.iso3 IN $list CALL (c) { MATCH (x)-[e:EXPORTS {product: 'ree-metals', period: '2024'}]->(c) RETURN x, e ORDER BY e.usd DESC LIMIT 2 } RETURN c.iso3 AS c, x.iso3 AS x, e.usd AS u ORDER BY c, u
MATCH (c:Country) WHERE c.iso3 IN $list CALL (c) { MATCH (x)-[e:EXPORTS {product: 'ree-metals', period: '2024'}]->(c) RETURN x ORDER BY e.usd DESC LIMIT 1 } MATCH (x)-[:PRODUCES]->(p) RETURN c.iso3 AS c, x.iso3 AS x, count(p) AS n ORDER BY c
MATCH (s:Stage) CALL (s) { MATCH (p:Product)-[:AT_STAGE]->(s) RETURN p ORDER BY p.key SKIP 1 LIMIT 1 } RETURN s.key AS s, p {.key, .name} AS p ORDER BY s
MATCH (s:Stage) RETURN s {.key, .position} ORDER BY s.position
MATCH (s:Stage) RETURN s {.key, position: 1}, count(*) ORDER BY s.position, s.key DESC LIMIT 3
MATCH (p:Product)-[:AT_STAGE]->(s) WITH s {.key, .position}, count(p) AS n WHERE s.position > 1 RETURN s, n ORDER BY s.key
MATCH (c:Country)-[:HOLDS]->(p) RETURN DISTINCT c {.iso3}, p {.key, of: c.iso3} ORDER BY p.of, p.key
MATCH (x)-[e:EXPORTS {product: 'ree-metals', period: '2024'}]->(y:Country) WITH y, x, e ORDER BY e.usd DESC, x.iso3 WITH y, head(collect(x)) AS top MATCH (top)-[:PRODUCES]->(p) RETURN y.iso3 AS y, top.iso3 AS top, count(p) AS n ORDER BY y LIMIT 10
MATCH (x)-[e:EXPORTS {product: 'ree-metals', period: '2024'}]->() WITH x, sum(e.usd) AS t ORDER BY t DESC LIMIT 3 WITH collect({c: x, t: t}) AS top UNWIND top AS r WITH r.c AS c, r.t AS t MATCH (c)-[:HOLDS]->(p) RETURN c.iso3 AS c, t, count(p) AS n ORDER BY t
MATCH p = (a:Product {key: 'dy-metal'})-[:MADE_INTO*1..3]->(b) UNWIND nodes(p) AS n MATCH (n)-[:AT_STAGE]->(s) RETURN DISTINCT n.key AS n, s.key AS s ORDER BY n
MATCH (c:Country) WHERE c.iso3 IN $list WITH collect(c) AS cs UNWIND cs AS a CALL (a) { MATCH (a)-[:PRODUCES]->(p:Product) RETURN count(p) AS n } RETURN a.iso3 AS a, n ORDER BY a
MATCH (c:Country) WHERE c.iso3 IN $list WITH collect(c) AS cs UNWIND cs AS a RETURN a.iso3 AS a, size([(a)-[:PRODUCES]->(p) WHERE p.key < 'c' | p.key]) AS n, EXISTS { (a)-[:HOLDS]->() } AS h ORDER BY a
MATCH (c:Country {iso3: 'KOR'}) UNWIND [c, null] AS d OPTIONAL MATCH (d)-[:HOLDS]->(h) RETURN d.iso3 AS d, count(h) AS n ORDER BY n
MATCH (a:Product {key: 'dy-metal'})-[r:MADE_INTO]->() WITH endNode(r) AS e MATCH (e)-[:MADE_INTO]->(y) RETURN e.key AS e, y.key AS y ORDER BY e, y
MATCH (c:Country) WHERE c.iso3 > 'U' OPTIONAL MATCH (c)-[:HOLDS]->(p) WITH c, p ORDER BY p.key WITH c, collect(p)[1] AS p, last(collect(p)) AS l RETURN c.iso3 AS c, p.key AS p, l.key AS l ORDER BY c
MATCH (c:Country) WHERE c.iso3 > 'U' WITH c, [(c)-[:HOLDS]->(p) | p] AS ps RETURN c.iso3 AS c, ps[0] IS NULL AS a, head(ps).key IS NULL AS b ORDER BY c
UNWIND range(-4, 3) AS i WITH i, [[1, 2], [3]] AS l, [{a: 1}, {a: 2}] AS m RETURN i, l[i] AS x, m[i].a AS y ORDER BY i
MATCH (c:Country) WHERE c.iso3 IN $list WITH collect(c) AS cs MATCH (x)-[e:EXPORTS {product: 'ree-metals', period: '2024'}]->(y) WHERE y IN cs AND NOT x IN cs RETURN x.iso3 AS x, y.iso3 AS y, e.usd AS u ORDER BY u DESC LIMIT 5
MATCH (c:Country) WHERE c.iso3 IN $list WITH collect(c) AS cs MATCH (y) WHERE y = cs[0] OR y = cs[1] RETURN count(y) AS n
MATCH (a:Country {iso3: 'KOR'}) OPTIONAL MATCH (b:Country {iso3: 'XXX'}) MATCH ()-[e:EXPORTS {product: 'ree-metals', period: '2024'}]->(y) RETURN y IN [a, b] AS t, y = b AS u, b IN [y] AS v, count(*) AS n ORDER BY n
MATCH p = (a:Product {key: 'dy-metal'})-[:MADE_INTO*1..3]->(b:Product), (m:Product {key: 'ndfeb-alloy'}) WHERE m IN nodes(p) RETURN b.key AS b, count(p) AS n ORDER BY b
MATCH p = (a:Product {key: 'dy-metal'})-[rs:MADE_INTO*1..3]->(b) MATCH (x)-[s:MADE_INTO]->(y) WHERE s IN relationships(p) AND s = last(relationships(p)) RETURN b.key AS b, count(*) AS n ORDER BY b
MATCH (c:Country) WITH collect(c) AS cs MATCH (d:Country) WHERE NOT d IN cs[0..50] RETURN count(d) AS n
MATCH (b:Country) WHERE b.iso3 IN $list RETURN b.iso3 AS b, COLLECT { MATCH (a)-[e:EXPORTS {product: 'ree-metals', period: '2024'}]->(b) RETURN e.tonnes ORDER BY e.usd } AS t ORDER BY b
MATCH (c:Country) WHERE c.iso3 > 'U' RETURN c.iso3 AS c, size([(c)-[h:HOLDS]->() | h.tonnes]) AS n, size([(c)-[h:HOLDS]->() WHERE h.tonnes IS NULL | h.tonnes]) AS m ORDER BY c
MATCH (c:Country {iso3: 'CHN'}) WITH c, COLLECT { MATCH (c)-[e:EXPORTS]->() RETURN e.tonnes ORDER BY e.usd, e.graphkit } AS ts RETURN size(ts) > 2100 AS many, ts[2100] AS a, ts[-1] AS b, ts[0] AS c
""",
}
"""Statements by kind, one a line unless a line begins with a space."""

PARAMETERS = {"iso3": "KOR", "limit": 3, "list": ["KOR", "JPN"], "null": None, "skip": 2}


def statements(kind: str) -> list[str]:
    """The statements of a kind."""
    return re.split(r"\n(?! )", KINDS[kind].strip())
