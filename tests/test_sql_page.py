"""The page on SQL: its statements run on a file as it is, and say what the same Cypher says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from test_ordinary import rounded

from graphkit.schema import GRAPH
from graphkit.stores.duck.store import DuckStore

PAGE = Path(__file__).parents[1] / "docs" / "sql.md"
SQL = re.findall(r"```sql\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
CYPHER = (
    "MATCH (:Country {iso3: 'KOR'})-[d:DEPENDS_ON {product: 'magnets-metal', period: '2024'}]->"
    "(c:Country) RETURN c.name, d.share_usd, d.share_tonnes ORDER BY d.rank LIMIT 5",
    "MATCH (a)-[f:EXPORTS {product: 'ree-metals', period: '2024'}]->(b) "
    "MATCH (s:Source {key: f.source}) RETURN a.iso3, b.iso3, f.usd, f.tonnes, s.title "
    "ORDER BY f.usd DESC, a.iso3, b.iso3 LIMIT 10",
    "MATCH (a:Country)-[f:EXPORTS]->() WITH f.product AS p, f.period AS y, a, sum(f.usd) AS usd "
    "WITH p, y, collect(usd) AS sums, sum(usd) AS total "
    "WITH p, y, reduce(h = 0.0, u IN sums | h + (u / total) ^ 2) AS hhi "
    "RETURN p, y, hhi ORDER BY hhi DESC, p, y",
    "MATCH (:Product {key: 'dy-metal'})-[r:MADE_INTO*1..4]->(p) "
    "RETURN p.key AS k, min(size(r)) AS n ORDER BY n, k",
)
"""Of each example but the last, the same in Cypher."""


@pytest.fixture(scope="module")
def connection(sample_file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(sample_file), read_only=True) as opened:
        yield opened


def same(value: Any) -> Any:
    """Write fractions to ten digits."""
    return rounded(value)


def test_the_page_has_five_examples():
    assert len(SQL) == len(CYPHER) + 1 == 5


@pytest.mark.parametrize("number", range(len(CYPHER)))
def test_an_example_gives_what_the_same_cypher_does(
    connection: duckdb.DuckDBPyConnection, sample_store: DuckStore, number: int
):
    rows = [[same(value) for value in row] for row in connection.execute(SQL[number]).fetchall()]
    table = sample_store.ask(CYPHER[number]).table

    assert rows
    assert rows == [[same(value) for value in row.values()] for row in table.to_pylist()]


def test_columns_say_what_they_mean(connection: duckdb.DuckDBPyConnection):
    rows = connection.execute(SQL[-1]).fetchall()
    flows = next(kind for kind in GRAPH.edges if kind.name == "EXPORTS")

    assert len(rows) > len(flows.stored)
    assert all(comment for *_, comment in rows)


def test_pandas_reads_a_table(connection: duckdb.DuckDBPyConnection):
    frame = connection.sql("FROM \"EXPORTS\" WHERE period = '2024'").df()

    assert set(frame["period"]) == {"2024"}
