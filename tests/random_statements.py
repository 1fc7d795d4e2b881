"""Well-typed statements over the shipped graph, made by chance, and made smaller."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random

BASES: dict[str, dict[str, tuple[str, ...]]] = {
    "MATCH (c:Country) WHERE c.iso3 >= 'S'": {
        "text": ("c.iso3", "c.name", "c.region", "c.subregion"),
        "int": ("c.last_year",),
        "texts": ("c.aliases", "labels(c)"),
        "bool": (
            "exists((c)-[:HOLDS]->())",
            "EXISTS { (c)-[:PRODUCES]->(:Product) }",
            "c:Area",
            "c:Nation",
            "id(c) IS NOT NULL",
        ),
        "joined": (
            "CALL (c) { MATCH (c)-[:HOLDS]->(h) RETURN {aggregate} AS j }",
            "CALL (c) { MATCH (c)-[:PRODUCES]->(h:Product) WHERE {bool} RETURN {text} AS j }",
            "CALL { WITH c MATCH (c)-[:HOLDS]->(h) RETURN {text} AS i, {aggregate} AS j }",
            "CALL (c) { MATCH (c)-[:HOLDS]->(h) RETURN DISTINCT left(h.key, 2) AS j }",
            "CALL (c) { MATCH (c)-[:HOLDS]->(h) RETURN {text} AS j, h.key AS i ORDER BY i LIMIT 2}",
            "CALL (c) { MATCH (c)-[:HOLDS]->(h) RETURN {int} AS j ORDER BY j DESC SKIP 1 }",
            "CALL (c) { MATCH (c)-[:HOLDS]->(h) RETURN left(h.key, 1) AS j, {aggregate} AS i "
            "ORDER BY j, i LIMIT 2 UNION ALL MATCH (c)-[:PRODUCES]->(h) RETURN h.key AS j, 0 AS i}",
            "CALL (c) { MATCH (c)-[:HOLDS]->(h) WHERE {bool} RETURN h.key AS j UNION "
            "MATCH (c)-[:PRODUCES]->(h:Product) RETURN h.key AS j }",
            "OPTIONAL MATCH (c)-[:HOLDS]->(j:Nation)",
        ),
    },
    "MATCH (p:Product)-[:AT_STAGE]->(s:Stage)": {
        "text": ("p.key", "p.name", "s.key", "p.note"),
        "int": (
            "s.position",
            "(COUNT { (p)-[:MADE_INTO]->() } + 0)",  # Neo4j: less than 0.5 is never
            "(size([(p)-[:USED_IN]->(u) | u]) + 0)",
        ),
        "texts": (
            "labels(s)",
            "COLLECT { MATCH (p)-[:MADE_INTO]->(m) RETURN m.key ORDER BY m.key }",
        ),
        "joined": (
            "CALL (*) { MATCH (p)-[:MADE_INTO]->(h) RETURN {aggregate} AS j, {aggregate} AS i }",
            "UNWIND [1, 1] AS k CALL (*) { MATCH (s)<-[:AT_STAGE]-(h) RETURN {aggregate} AS j }",
            "MATCH (p)-[:CONTAINS]->() CALL (*) { MATCH (p)-[:USED_IN]->(h) RETURN {text} AS j }",
        ),
        "bool": ("EXISTS { (p)<-[:MADE_INTO]-() }", "p:Product|Stage"),
    },
    "MATCH (a:Product)-[r:MADE_INTO]->(b:Product)": {
        "text": ("a.key", "b.key", "r.process", "type(r)", "startNode(r).key"),
        "texts": (
            "labels(a)",
            "COLLECT { MATCH (b)-[m:MADE_INTO]->() RETURN m.process ORDER BY m.process }",
        ),
        "bool": ("exists((b)-[:MADE_INTO]->())", "a = b", "id(a) <> id(b)"),
    },
    "MATCH (x:Country)-[f:EXPORTS {product: 'ree-metals', period: '2024'}]->(y:Country)": {
        "text": ("x.iso3", "y.iso3", "f.period", "f.hs", "y.region"),
        "float": ("f.usd", "f.tonnes"),
        "int": ("f.year",),
    },
    "MATCH (c:Country) WHERE c.iso3 IN ['KOR', 'JPN', 'DEU', 'FRA'] "
    "OPTIONAL MATCH (c)-[r:MEMBER_OF]->(a:Area)": {
        "text": ("c.iso3", "a.iso3", "a.name", "type(r)", "endNode(r).iso3"),
        "texts": ("labels(a)", "labels(c)", "a.aliases"),
        "bool": (
            "a:Area",
            "a IS NULL",
            "a:Country|Area",
            "exists((a)<-[:MEMBER_OF]-())",
            "r IS NOT NULL",
        ),
        "map": ("a {.iso3, k: c.name, n: 1}",),
    },
    "MATCH (p:Product)-[:AT_STAGE]->(s:Stage WHERE s.position < 3)": {
        "text": ("p.key", "s.name", "p['name']"),
        "int": ("s.position", "s['position']"),
        "map": ("p {.key, k: s.key, n: s.position}",),
        "bool": ("EXISTS { (p)-[:MADE_INTO]->(q) WHERE q.key > p.key }",),
    },
    "MATCH p = (a:Product {key: 'dy-metal'})-[r:MADE_INTO*0..2]->(b)": {
        "int": ("length(p)", "size(r)", "size(nodes(p))", "size(relationships(p))"),
        "text": ("a.key", "b.key", "nodes(p)[0].key", "last(nodes(p)).key"),
        "texts": ("[n IN nodes(p) | n.key]", "[x IN relationships(p) | type(x)]"),
        "bool": ("a = b", "all(n IN nodes(p) WHERE n.key <> 'dy-metal')"),
    },
    "MATCH (a:Product)-[:MADE_INTO]->{1,2}(b:Product {key: 'magnets-metal'})": {
        "text": ("a.key", "b.name"),
        "bool": ("exists((a)-[:MADE_INTO]->(b))", "EXISTS { (a)-[:MADE_INTO]->{2}(b) }"),
    },
    "MATCH (a:Product {key: 'dy-metal'}) ((x)-[:MADE_INTO]->(y)){0,2} (b)": {
        "text": ("a.key", "b.key"),
        "texts": ("labels(b)",),
    },
    "MATCH p = shortestPath((a:Product)-[:MADE_INTO*..3]->(b:Product {key: 'magnets-metal'})) "
    "WHERE a <> b": {"text": ("a.key", "b.key"), "int": ("length(p)",)},
    "MATCH (a:Product {key: 'dy-metal'})-[r]-(b:!Country)": {
        "text": ("b.key", "type(r)", "b.name"),
        "texts": ("labels(b)",),
        "bool": ("b:Element", "b:Stage|Product", "b:!Stage"),
    },
    "MATCH (x)-[f:EXPORTS {product: 'ree-metals', period: '2024'}]->(y:Country) "
    "WITH y, collect(f) AS fs, collect(x) AS xs": {
        "text": ("y.iso3", "y.region"),
        "int": (
            "size([f IN fs WHERE f.usd > 1000])",
            "size([f IN fs WHERE f.tonnes IS NULL | f.usd])",
            "size([x IN xs WHERE x.iso3 > 'K' AND x.region = 'Asia' | x.name])",
        ),
        "float": ("round(reduce(s = 0.0, f IN fs | s + coalesce(f.usd, 0.5)))",),
        "bool": ("any(f IN fs WHERE f.tonnes > 1)", "all(x IN xs WHERE x.iso3 < x.name)"),
    },
    "MATCH (x)-[f:EXPORTS {product: 'ree-metals'}]->(y:Country) "
    "WITH y, collect({k: x.iso3, u: f.usd, n: f.year}) AS ms, sum(f.usd) AS t": {
        "text": ("y.iso3", "y.region"),
        "int": ("size([m IN ms WHERE m.u > 1000])", "size([m IN ms WHERE m.n > 2019 | m.k])"),
        "float": ("round(reduce(s = 0.0, m IN ms | s + coalesce(m.u, 0.5)))", "round(t)"),
        "bool": ("any(m IN ms WHERE m.n > 2020 AND m.k = 'CHN')", "none(m IN ms WHERE m.u > 9)"),
    },
    "MATCH (c:Country) WHERE c.iso3 IN ['KOR', 'JPN', 'ZMB'] "
    "WITH collect(c) AS cs UNWIND cs AS c WITH c": {
        "text": ("c.iso3", "c.name"),
        "int": ("(COUNT { (c)-[:HOLDS]->() } + 0)",),
        "bool": ("EXISTS { (c)-[:HOLDS]->() }", "EXISTS { (c)<-[:IMPOSED_BY]-() }"),
        "joined": (
            "MATCH (c)-[:HOLDS]->(h) WITH c, h, h.key AS j",
            "OPTIONAL MATCH (c)-[:HOLDS]->(h {key: 'bismuth'}) WITH c, collect(h)[0] AS h "
            "OPTIONAL MATCH (h)-[:AT_STAGE]->(s) WITH c, s.key AS j",
            "CALL (c) { MATCH (c)-[:HOLDS]->(h) RETURN h ORDER BY h.key LIMIT 2 } "
            "WITH c, h.key AS j",
            "CALL (c) { MATCH (c)-[:HOLDS]->(h) RETURN {aggregate} AS j }",
        ),
    },
    "MATCH (k:Control)": {
        "date": ("date(k.since)", "date(k.until)"),
        "text": ("k.since", "k.key", "k.measure"),
    },
    "UNWIND [date('2024-02-29'), date('2023-12-31'), null] AS d": {"date": ("d",)},
    "UNWIND [{k: 'x', n: 1}, {k: 'y', n: 2}, {k: 'x', n: 3}] AS m": {
        "map": ("m",),
        "int": ("m.n",),
        "text": ("m.k", "m['k']"),
    },
    "UNWIND [1.5, -2.5, 2.0, 0.0, null] AS f": {"float": ("f",)},
    "UNWIND [true, false, null] AS b": {"bool": ("b",)},
    "UNWIND [[1, null], [null], [], [2, 3], null] AS l": {"ints": ("l",)},
    "UNWIND [-3, 0, 1, 2, 7, null] AS i": {"int": ("i",)},
    "UNWIND ['a', 'Bc', '12', '1.5', '', 'é日', null] AS t": {"text": ("t",)},
    "UNWIND [[1, 2, 3], [], [5], null] AS l": {"ints": ("l",)},
    "WITH range(1, 5000) AS l": {"ints": ("l",)},
    "UNWIND [['x', 'yy'], [], ['a-b']] AS w": {"texts": ("w",)},
}
"""Where the rows come from, and the values that they have by type."""

REPEATED = {
    "MATCH (c:Country) WHERE c.iso3 >= 'S'": 80,
    "MATCH (p:Product)-[:AT_STAGE]->(s:Stage)": 30,
    "MATCH (a:Product)-[r:MADE_INTO]->(b:Product)": 40,
    "MATCH (x:Country)-[f:EXPORTS {product: 'ree-metals', period: '2024'}]->(y:Country)": 15,
    "MATCH (k:Control)": 150,
    "UNWIND [date('2024-02-29'), date('2023-12-31'), null] AS d": 900,
    "UNWIND [1.5, -2.5, 2.0, 0.0, null] AS f": 600,
    "UNWIND [[1, null], [null], [], [2, 3], null] AS l": 600,
    "UNWIND ['a', 'Bc', '12', '1.5', '', 'é日', null] AS t": 400,
    "UNWIND [['x', 'yy'], [], ['a-b']] AS w": 900,
}
"""Times that some of these rows are repeated: DuckDB takes 2,048 at once."""
NUMBERED = {
    "int": ("z", "(z % 7)", "CASE WHEN z % 3 = 0 THEN z END"),
    "text": ("toString(z % 5)", "CASE WHEN z % 4 = 0 THEN 'z' + z END"),
    "bool": ("z % 2 = 0", "CASE WHEN z % 3 > 0 THEN z % 3 = 1 END"),
}
BASES |= {
    f"UNWIND range(1, {times}) AS z {base}": {
        type_: (*BASES[base].get(type_, ()), *NUMBERED.get(type_, ()))
        for type_ in (BASES[base].keys() | NUMBERED.keys()) - {"joined"}
    }
    for base, times in REPEATED.items()
}

CONSTANTS = {
    "int": ("0", "1", "2", "-1", "3", "10", "null"),
    "float": ("0.5", "2.0", "-1.5", "1e3"),
    "text": ("'a'", "'-'", "'KOR'", "''", "'12'", "'é'", "null"),
    "bool": ("true", "false", "null"),
    "date": ("date('2024-02-29')", "date({year: 2023})"),
    "map": ("{k: 'a', n: 1}",),
    "ints": ("[1, 2, 3]", "[3]", "range(1, 4)"),
    "texts": ("['a', 'bc']", "['x']"),
}

# Neo4j finds a computed -0.0 less than 0, and one that is written out not: none is made here.
FORMS: dict[str, tuple[str, ...]] = {
    "int": (
        "({int} + {int})", "({int} - {int})", "({int} * {int})", "({int} / 2)", "({int} % 3)",
        "size({text})", "size({texts})", "size({ints})", "abs({int})", "toInteger({text})",
        "toInteger({float})", "coalesce({int}, {int})", "head({ints})", "last({ints})",
        "({ints})[{int}]", "({ints})[0]", "CASE WHEN {bool} THEN {int} ELSE {int} END",
        "reduce(s = 0, v IN {ints} | s + v)", "sign({int})", "-({int})",
        "{date}.year", "{date}.month", "{date}.day", "{date}.quarter", "({map}).n",
        "size([v IN {texts} WHERE v < {text}])", "reduce(s = {int}, v IN {ints} | s + v * 2)",
        "reduce(s = 0, v IN {texts} | s + size(v))", "CASE WHEN {bool} THEN {int} END",
        "(null + {int})", "size(null + {text})", "reduce(s = 1, v IN {ints} | s + v + 2)",
        "size([v IN {texts} WHERE any(u IN split(v, '-') WHERE u = 'a')])",
        "reduce(s = 0, v IN {ints} | s + size([u IN {ints} WHERE u > 1]))",
        "({int} / {int})", "CASE {text} WHEN 'a' THEN 1 WHEN {text} THEN {int} END",
    ),
    "float": (
        "({float} + {int})", "({float} * {float} + 0.0)", "({float} - {float})", "toFloat({text})",
        "toFloat({int})", "(round({float}) + 0.0)", "floor({float})", "ceil({float})",
        "abs({float})", "coalesce({float}, {float})", "({int} / 2.0 + 0.0)",
        "CASE WHEN {bool} THEN {float} END",
        "({float} / 3 + 0.0)", "sqrt(abs({float}))", "({float} ^ 2)", "({int} ^ 2)",
        "(0.0 - {float})", "({int} * 1.5 + 0.0)",
    ),
    "text": (
        "({text} + {text})", "toUpper({text})", "toLower({text})", "trim({text})",
        "substring({text}, 1)", "substring({text}, 0, 2)", "left({text}, 2)", "right({text}, 2)",
        "replace({text}, 'a', 'b')", "reverse({text})", "toString({int})", "head({texts})",
        "last({texts})", "({texts})[1]", "split({text}, '-')[0]", "coalesce({text}, {text})",
        "CASE WHEN {bool} THEN {text} ELSE {text} END", "({text} + {int})", "toString({bool})",
        "CASE {int} WHEN 1 THEN {text} WHEN 2 THEN 'two' END",
        "toString({date})", "({map}).k", "ltrim({text})", "rtrim({text})",
        "head([v IN {texts} WHERE v > {text}])", "split({text}, 'a')[-1]", "({text} || {text})",
        "left({text}, abs({int}) % 4)", "right({text}, abs({int}) % 4)", "({text} + (null + null))",
        "substring({text}, abs({int}) % 3)", "substring({text}, abs({int}) % 3, abs({int}) % 3)",
        "reduce(s = 'x', v IN {texts} | s + '-' + v)", "coalesce(null + null, {text})",
        "replace({text}, {text}, '_')", "substring({text}, 1, {int} % 2 + 1)",
    ),
    "bool": (
        "({int} < {int})", "({int} = {int})", "({float} >= {float})", "({text} = {text})",
        "({text} <> {text})", "({text} < {text})", "({text} STARTS WITH 'a')",
        "({text} CONTAINS 'a')", "({text} ENDS WITH 'r')", "({int} IN [1, 2])",
        "({text} IN ['a', 'KOR'])", "({bool} AND {bool})", "({bool} OR {bool})", "NOT {bool}",
        "({bool} XOR {bool})", "({text} IS NULL)", "({int} IS NOT NULL)", "isEmpty({texts})",
        "any(v IN {ints} WHERE v > 1)", "all(v IN {texts} WHERE size(v) > 1)",
        "none(v IN {ints} WHERE v = 2)", "(0 < {int} <= 3)", "({text} =~ '[a-z]+.*')",
        "({text} IN {texts})", "({int} IN {ints})", "single(v IN {ints} WHERE v = 2)",
        "any(v IN {ints} WHERE v > {int})", "all(v IN {texts} WHERE v <> {text})",
        "none(v IN {texts} WHERE v = {text} OR v = 'a')", "({ints} = {ints})",
        "({texts} <> {texts})", "(({float} / 2 + 0.0) < {int})", "({bool} = {bool})",
        "({int} IN {ints} + {int})", "({text} IN [{text}])", "((null || null) IS NULL)",
        "NOT ({text} IN {texts})", "any(v IN {texts} WHERE none(u IN {texts} WHERE u = v))",
        "all(v IN {ints} WHERE size([u IN [1, 2] WHERE u > 1]) = v)",
        "({text} IN [v IN {texts} | v + {text}])",
        "({float} > {int})", "({text} STARTS WITH {text})", "({text} CONTAINS {text})",
        "({date} < {date})", "({date} = {date})", "({date} IS NULL)", "coalesce({bool}, {bool})",
        "isEmpty({text})", "({int} IN [1, null])", "NOT ({text} IN ['a', null])",
        "CASE WHEN {bool} THEN {bool} ELSE {bool} END", "({text} IN [{text}, {text}])",
    ),
    "ints": (
        "[v IN {ints} WHERE v > 1]", "[v IN {ints} | v * 2]", "[v IN {texts} | size(v)]",
        "({ints} + {ints})", "tail({ints})", "({ints})[0..2]", "({ints})[1..]", "reverse({ints})",
        "({ints})[..-1]", "[{int}, {int}]",
        "[v IN {ints} | v + {int}]", "[v IN {ints} WHERE v < {int}]", "[null + null, {int}]",

        "[v IN {ints} WHERE v IN [u IN {ints} WHERE u > 1]]", "[{int}, null, {int}]",
        "[v IN [u IN {ints} | u + 1] | v * 2]",
        "({ints} + {int})",
        "[v IN {ints} WHERE v > 0 | v * v + 1]", "[v IN {ints} WHERE v <> 2 AND v < 9]",
        "[v IN {ints} | CASE WHEN v > 1 THEN v ELSE 0 END]", "({ints})[{int}..]", "range({int}, 3)",
    ),
    "texts": (
        "split({text}, '-')", "[v IN {texts} | toUpper(v)]", "[v IN {texts} WHERE v <> 'x']",
        "tail({texts})", "({texts} + {texts})", "({texts})[..1]", "reverse({texts})",
        "[v IN {texts} WHERE v CONTAINS 'a' | v + '!']", "({texts} + 'z')",
        "[v IN {texts} | v + {text}]", "[v IN {texts} | left(v, 1)]", "[{text}, {text}]",
        "[v IN {texts} WHERE any(u IN split(v, '-') WHERE u <> 'a')]", "({text} + {texts})",
        "[v IN {texts} | head(split(v, '-'))]", "[v IN {texts} | left(v, size(v) - 1)]",
        "[v IN {texts} | right(v, size(v) % 3)]", "[v IN {texts} | v + null]", "({texts} + null)",
        "[v IN {texts} WHERE size(v) > 1 OR v = 'x']", "coalesce({texts}, {texts})",
    ),
    "date": (
        "coalesce({date}, {date})", "CASE WHEN {bool} THEN {date} ELSE {date} END", "{date}",
    ),
    "map": (
        "{k: {text}, n: {int}}", "{k: {text}, n: size({text}), d: {bool}}",
    ),
}  # fmt: skip
GAP = re.compile(rf"{{({'|'.join(FORMS)})}}")
AGGREGATES = (
    "count(*)", "count({text})", "count(DISTINCT {text})", "min({text})", "max({int})",
    "sum({int})", "sum({float})", "avg({int})", "min({float})", "size(collect({text}))",
    "sum(CASE WHEN {bool} THEN 1 ELSE 0 END)", "avg({float})", "max({text})", "min({int})",
    "sum(DISTINCT {int})", "count(DISTINCT {int})", "max({date})", "count({bool})",
    "percentileDisc({int}, 0.5)", "percentileCont({float}, 0.25)", "size(collect(DISTINCT {int}))",
    "reduce(s = 0, v IN collect({int}) | s + v)", "any(v IN collect({text}) WHERE v = 'a')",
    "max({int}) - min({int})", "count(*) * 2 + 1",
)  # fmt: skip
DEPTHS = (1, 1, 1, 1, 1, 1, 2, 2, 3)
"""Forms within forms of a statement: reading a text takes the databases longer than its rows."""
PLAIN = ("int", "float", "text", "bool", "date")
"""Types that a database can order and group by."""


@dataclass(frozen=True)
class Value:
    """An expression: a form with values in its gaps."""

    type: str
    form: str
    inside: tuple[Value, ...] = ()

    def __str__(self) -> str:
        parts = iter(self.inside)
        return GAP.sub(lambda _: str(next(parts)), self.form)

    def smaller(self) -> Iterator[Value]:
        """Values of the same type that are parts of this one, or have smaller parts."""
        for number, part in enumerate(self.inside):
            if part.type == self.type:
                yield part
            for less in part.smaller():
                yield replace(
                    self, inside=(*self.inside[:number], less, *self.inside[number + 1 :])
                )
        if self.inside and self.type in CONSTANTS:
            yield Value(self.type, CONSTANTS[self.type][0])


@dataclass(frozen=True)
class Asked:
    """A statement: rows, a condition, and columns that may be aggregates."""

    base: str
    joined: str
    condition: Value | None
    keys: tuple[Value, ...]
    columns: tuple[Value, ...]
    ending: str

    def __str__(self) -> str:
        joins = "AND" if re.search(r"WHERE [^()]*$", self.base) else "WHERE"
        if self.condition is not None and self.base.startswith("UNWIND"):
            joins = "WITH * WHERE"
        where = f" {joins} {self.condition}" if self.condition is not None else ""
        named = [f"{value} AS k{n}" for n, value in enumerate(self.keys)]
        named += [f"{value} AS v{n}" for n, value in enumerate(self.columns)]
        names = ", ".join(name.rpartition(" ")[2] for name in named)
        rows = " ".join(filter(None, [self.base + where, self.joined]))
        down, first = f"{names} DESC".replace(",", " DESC,"), names.partition(",")[0]
        columns = ", ".join(named)
        ending = self.ending.format(columns=columns, names=names, rows=rows, down=down, first=first)
        return f"{rows} {ending}"

    def smaller(self) -> Iterator[Asked]:
        """Statements with less in them."""
        if self.condition is not None:
            yield replace(self, condition=None)
            if self.joined:
                yield replace(self, joined="")
            for less in self.condition.smaller():
                yield replace(self, condition=less)
        if self.ending != ENDINGS[0]:
            yield replace(self, ending=ENDINGS[0])
        for number in range(len(self.columns)):
            rest = (*self.columns[:number], *self.columns[number + 1 :])
            if rest or self.keys:
                yield replace(self, columns=rest)
            for less in self.columns[number].smaller():
                changed = (*self.columns[:number], less, *self.columns[number + 1 :])
                yield replace(self, columns=changed)
        for number in range(len(self.keys)):
            rest = (*self.keys[:number], *self.keys[number + 1 :])
            if rest or self.columns:
                yield replace(self, keys=rest)
            for less in self.keys[number].smaller():
                yield replace(self, keys=(*self.keys[:number], less, *self.keys[number + 1 :]))


ENDINGS = (
    "RETURN {columns}",
    "RETURN {columns} ORDER BY {names} LIMIT 5",
    "RETURN DISTINCT {columns}",
    "WITH {columns} RETURN {names}",
    "WITH {columns} ORDER BY {names} SKIP 1 LIMIT 3 RETURN {names}",
    "WITH DISTINCT {columns} RETURN count(*) AS n",
    "RETURN {columns} ORDER BY {down}",
    "RETURN {columns} UNION {rows} RETURN {columns}",
    "RETURN {columns} UNION ALL {rows} RETURN {columns}",
    "WITH {columns} WHERE {first} IS NOT NULL RETURN {names} ORDER BY {names}",
)
"""Aggregates and other uses of the columns."""


class Statements:
    """Statements made by chance."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.base = ""

    def value(self, type_: str, depth: int) -> Value:
        """A value of a type, of forms within forms up to a depth."""
        known = BASES[self.base].get(type_, ())
        if depth <= 0 or self.chance.random() < 0.2:
            use = known if known and self.chance.random() < 0.8 else CONSTANTS[type_]
            return Value(type_, self.chance.choice(use))
        return self.filled(type_, self.chance.choice(FORMS[type_]), depth)

    def filled(self, type_: str, form: str, depth: int) -> Value:
        """A form with values in its gaps."""
        inside = [self.value(gap, depth - 1) for gap in GAP.findall(form)]
        return Value(type_, form, tuple(inside))

    def aggregated(self, form: str) -> str:
        """A form with aggregates for its gaps of that name."""
        while "{aggregate}" in form:
            form = form.replace("{aggregate}", self.chance.choice(AGGREGATES), 1)
        return form

    def one(self) -> Asked:
        """One statement."""
        choice = self.chance.choice
        self.base = choice(sorted(BASES))
        depth = choice(DEPTHS)
        condition = self.value("bool", depth) if self.chance.random() < 0.5 else None
        joined = ""
        if "joined" in BASES[self.base] and self.chance.random() < 0.3:
            form = choice(BASES[self.base]["joined"])
            joined = str(self.filled("joined", self.aggregated(form), min(depth, 2)))
        keys = (Value("joined", "j"),) * bool(joined)
        keys += tuple(self.value(choice(PLAIN), depth) for _ in range(self.chance.randint(0, 2)))
        ending = choice(ENDINGS)
        if re.search(r"[>)]{|\*\d", self.base) and "DISTINCT" in ending:
            ending = ENDINGS[0]  # Neo4j may leave equal rows there
        if self.chance.random() < 0.4:
            columns = [self.filled("aggregate", choice(AGGREGATES), depth)]
            return Asked(self.base, joined, condition, keys, tuple(columns), ending)
        types = PLAIN if ending != ENDINGS[0] else tuple(FORMS)
        columns = [self.value(choice(types), depth) for _ in range(self.chance.randint(1, 3))]
        return Asked(self.base, joined, condition, keys, tuple(columns), ending)


def shrunk(asked: Asked, fails: Callable[[Asked], bool]) -> Asked:
    """The smallest statement found that still fails."""
    for _ in range(30):
        less = next(
            (s for s in asked.smaller() if len(str(s)) < len(str(asked)) and fails(s)), None
        )
        if less is None:
            return asked
        asked = less
    return asked
