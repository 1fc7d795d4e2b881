"""Clauses of Cypher 25 on the embedded database: the rows of those of Cypher 5."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from seed_texts import write_seeds

from graphkit.build import build_graph
from graphkit.errors import UsageError
from graphkit.seeds.facts import read_seeds
from graphkit.stores.base import Store
from graphkit.stores.duck.store import DuckStore

IMPORTS = "MATCH (c)<-[f:EXPORTS]-() RETURN count(f) AS n"
SAME = {
    "LET x = 1 RETURN x AS x": "WITH 1 AS x RETURN x AS x",
    "LET x = 1, y = 2 LET z = x + y RETURN z AS z": "RETURN 3 AS z",
    "UNWIND [1, 2, 3] AS n FILTER n > 1 RETURN n AS n":
        "UNWIND [1, 2, 3] AS n WITH n WHERE n > 1 RETURN n AS n",
    "FOR x IN [1, 2] RETURN x AS x": "UNWIND [1, 2] AS x RETURN x AS x",
    "MATCH (c:Country) LET n = c.name FILTER n STARTS WITH 'N' RETURN n AS n":
        "MATCH (c:Country) WHERE c.name STARTS WITH 'N' RETURN c.name AS n",
    "MATCH (c:Country) FILTER EXISTS { (c)<-[:EXPORTS]-() } RETURN c.iso3 AS x":
        "MATCH (c:Country) WHERE EXISTS { (c)<-[:EXPORTS]-() } RETURN c.iso3 AS x",
    f"MATCH (c:Country) LET k = c.iso3 CALL (c) {{ {IMPORTS} }} RETURN k AS k, n AS n ORDER BY k":
        f"MATCH (c:Country) CALL (c) {{ {IMPORTS} }} RETURN c.iso3 AS k, n AS n ORDER BY k",
    "FOR k IN ['KOR', 'CHN'] CALL (k) { MATCH (c:Country {iso3: k})<-[f:EXPORTS]-() "
    "RETURN count(f) AS n } RETURN k AS k, n AS n ORDER BY k":
        "UNWIND ['CHN', 'KOR'] AS k OPTIONAL MATCH (c:Country {iso3: k})<-[f:EXPORTS]-() "
        "RETURN k AS k, count(f) AS n ORDER BY k",
    "RETURN 1 AS x NEXT RETURN x + 1 AS y": "RETURN 2 AS y",
    "MATCH (c:Country) RETURN c UNION MATCH (c:Country {iso3: 'CHN'}) RETURN c "
    "NEXT MATCH (c)<-[f:EXPORTS]-() RETURN c.iso3 AS c, count(f) AS n ORDER BY c "
    "NEXT RETURN sum(n) AS n":
        "MATCH (:Country)<-[f:EXPORTS]-() RETURN count(f) AS n",
    "RETURN 0o17 AS o, 1_000 AS u": "RETURN 15 AS o, 1000 AS u",
    "MATCH (a:Country {iso3: 'CHN'}) ((x)-[:EXPORTS]->(y))+ (b) RETURN DISTINCT b.iso3 AS b":
        "MATCH (a:Country {iso3: 'CHN'})-[:EXPORTS*1..]->(b) RETURN DISTINCT b.iso3 AS b",
    "MATCH (a:Country {iso3: 'CHN'})-[:EXPORTS]->{1,2}(b) RETURN DISTINCT b.iso3 AS b":
        "MATCH (a:Country {iso3: 'CHN'})-[:EXPORTS*1..2]->(b) RETURN DISTINCT b.iso3 AS b",
}  # fmt: skip
"""Statements, and what says the same in older words."""
PAGE = (Path(__file__).parents[1] / "docs" / "cypher.md").read_text(encoding="utf-8")
DOCUMENTED = re.findall(r"(?m)^\| [^|]+ \| (?:5|25) \| `(.+)` \|$", PAGE)
"""Statements of the table of GQL on the page."""
REFUSED = (
    "INSERT (:Country)", "RETURN CAST(1 AS STRING) AS x", "MATCH (c) RETURN c IS LABELED Country",
    "MATCH TRAIL (a)-[:EXPORTS]->+(b) RETURN a", "WHEN true THEN RETURN 1 AS x",
)  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("small")
    with DuckStore(folder / "graph.duckdb") as embedded:
        embedded.load(build_graph(read_seeds(write_seeds(folder / "seeds"))))
        yield embedded


@pytest.mark.parametrize(("statement", "older"), SAME.items(), ids=range(len(SAME)))
def test_it_has_the_rows_of_older_words(store, statement, older):
    found = store.ask(statement).table

    assert len(found)
    assert found.equals(store.ask(older).table)


@pytest.mark.parametrize("statement", DOCUMENTED)
def test_the_file_runs_what_the_page_says(store, statement):
    assert store.ask(statement).table.num_columns


@pytest.mark.parametrize("statement", REFUSED)
def test_what_the_page_calls_refused_is(store, statement):
    with pytest.raises(UsageError, match=r"^line 1, column \d+"):
        store.ask(statement)
