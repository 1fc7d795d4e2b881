"""The graph in a DuckDB file: its tables, its doors, and statements that are hard to compile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from direct import Direct, compiled_text

from graphkit.build import Graph
from graphkit.errors import Unreachable, UsageError
from graphkit.schema import GRAPH
from graphkit.stores.base import no_progress
from graphkit.stores.duck.file import columns_of, fill


@pytest.fixture(scope="module")
def path(sample_graph: Graph, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DuckDB file of the sample."""
    place = tmp_path_factory.mktemp("duck") / "graph.duckdb"
    fill(place, sample_graph, no_progress)
    return place


@pytest.fixture(scope="module")
def reader(path: Path) -> Iterator[Direct]:
    with Direct(path) as opened:
        yield opened


# --- the file


def test_each_kind_is_a_table_with_its_columns_and_what_they_mean(path, sample_graph):
    with duckdb.connect(str(path), read_only=True) as connection:
        for kind in GRAPH.kinds:
            (rows,) = connection.execute(f'SELECT count(*) FROM "{kind.name}"').fetchone()
            assert rows == sample_graph.count(kind.name)
        documented = connection.execute(
            "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() "
            "WHERE NOT internal"
        ).fetchall()
    found: dict[str, list[tuple[str, str, str]]] = {}
    for table, *column in documented:
        found.setdefault(table, []).append(tuple(column))
    assert found == {kind.name: columns_of(kind) for kind in GRAPH.kinds}


def test_another_program_reads_shares_of_the_file_in_plain_sql(path, sample_store):
    statement = (
        "MATCH (c:Country {iso3: 'KOR'})-[d:DEPENDS_ON {product: 'magnets-metal', period: '2024'}]"
        "->(s) RETURN s.iso3 AS supplier, d.share_usd AS share ORDER BY d.rank LIMIT 3"
    )
    wanted = sample_store.run(statement).table.to_pylist()
    with duckdb.connect(str(path), read_only=True) as connection:
        rows = connection.execute(
            "SELECT supplier, share_usd FROM DEPENDS_ON WHERE consumer = 'KOR' "
            "AND product = 'magnets-metal' AND period = '2024' ORDER BY rank LIMIT 3"
        ).fetchall()
    assert wanted
    assert [dict(zip(("supplier", "share"), row, strict=True)) for row in rows] == wanted


def test_a_reader_reaches_nothing_but_its_file(reader, tmp_path):
    connection = reader._cursor()
    for text in (
        "SELECT * FROM read_csv('/etc/hostname')", f"COPY (SELECT 1) TO '{tmp_path / 'x'}'",
        f"ATTACH '{tmp_path / 'y'}'", "SET threads = 8", "INSTALL httpfs",
        "CREATE TABLE graph.x(i INT)", 'DELETE FROM graph."Country"',
    ):  # fmt: skip
        with pytest.raises(duckdb.Error):
            connection.execute(text)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_another_replaced_is_read_anew_while_the_old_one_is_open(path, tmp_path):
    place, new = tmp_path / "graph.duckdb", tmp_path / "new.duckdb"
    place.write_bytes(path.read_bytes())
    count = "MATCH (n:Load) RETURN count(*) AS n"
    with Direct(place) as old:
        assert old.read(count).table["n"].to_pylist() == [1]
        new.write_bytes(path.read_bytes())
        with duckdb.connect(str(new)) as connection:
            connection.execute('DELETE FROM "Load"')
        new.replace(place)
        with Direct(place) as fresh:
            assert fresh.read(count).table["n"].to_pylist() == [0]
        assert old.read(count).table["n"].to_pylist() == [1]


def test_what_is_no_database_is_refused(tmp_path):
    place = tmp_path / "graph.duckdb"
    place.write_bytes(b"no database" * 1000)
    with pytest.raises(Unreachable, match=r"graph\.duckdb .*graphkit database"):
        Direct(place).open()


# --- statements


HARD: dict[str, list[list[Any]]] = {
    "RETURN [1, 'a'] AS x": [['[1,"a"]']],
    "RETURN '1' = 1 AS a, 'a' = 1 AS b, 1 = 1.0 AS c, null = null AS d": [
        [False, False, True, None]
    ],
    "RETURN CASE WHEN true THEN 1 ELSE 'a' END AS x": [[1]],
    "RETURN 7 / 2 AS a, -7 / 2 AS b, 7 % 3 AS c, round(-2.5) AS d": [[3, -3, 1, -2.0]],
    "RETURN 1 IN [2, null] AS a, 1 IN [1, null] AS b, 'a' IN [1] AS c": [[None, True, False]],
    "UNWIND [3, null, 1] AS x RETURN x ORDER BY x DESC": [[None], [3], [1]],
    "MATCH (n) WHERE n.key = 'mine' RETURN labels(n) AS l, n.position AS p": [[["Stage"], 1]],
    "MATCH p = (:Product {key: 'dy-metal'})-[:MADE_INTO*2..2]->(b) WHERE b.key = 'magnets-metal' "
    "RETURN length(p) AS n, nodes(p)[0].key AS a, size(relationships(p)) AS r ORDER BY n LIMIT 1": [
        [2, "dy-metal", 2]
    ],
    "RETURN 'DROP TABLE \"Country\"' AS x, $list AS y": [['DROP TABLE "Country"', ["KOR", "JPN"]]],
}  # fmt: skip


@pytest.mark.parametrize("statement", HARD)
def test_hard_statements_have_neo4js_rows(reader, statement):
    table = reader.read(statement, {"list": ["KOR", "JPN"]}).table

    assert [list(row.values()) for row in table.to_pylist()] == HARD[statement]


def test_no_text_of_a_statement_reaches_the_engine(reader):
    query = compiled_text(
        "MATCH (evil:Country {iso3: 'K\\'; --'}) WHERE evil.name = $name "
        'RETURN evil.iso3 AS `x"y`',
        {"name": "'; DROP"},
    )

    assert not any(word in query.sql for word in ("evil", "DROP", "--", 'x"y'))
    assert set(query.bound.values()) == {"K'; --", "'; DROP"}
    assert query.names == ('x"y',)


def test_a_variable_that_nothing_binds_is_refused(reader):
    with pytest.raises(UsageError, match="Variable `y` not defined"):
        reader.read("MATCH (x:Country) RETURN y.name")


# --- own facts on top


def test_own_facts_stand_on_top_of_another_file(path, tmp_path):
    """Both are only read; what is derived of the pairs that they touch is made anew in memory."""
    own = tmp_path / "own.duckdb"
    flow = "exporter, exporter_kind, importer, importer_kind, product, period"
    with duckdb.connect(str(own)) as connection:
        connection.execute(f"ATTACH '{path}' AS shipped (READ_ONLY)")
        connection.execute('CREATE TABLE "EXPORTS" AS FROM shipped."EXPORTS" LIMIT 0')
        connection.execute(
            f'INSERT INTO "EXPORTS" ({flow}, usd, graphkit) VALUES '
            "('VNM', 'Country', 'KOR', 'Country', 'magnets-metal', '2024', 1e9, 1)"
        )
    usd = "MATCH (a)-[f:EXPORTS {product: 'magnets-metal', period: '2024'}]->({iso3: 'KOR'}) "
    share = "MATCH ({iso3: 'KOR'})-[d:DEPENDS_ON {product: 'magnets-metal', period: '2024'}]->(s) "
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.execute(f"ATTACH '{path}' AS shipped (READ_ONLY)")
        connection.execute(f"ATTACH '{own}' AS own (READ_ONLY)")
        connection.execute("CREATE SCHEMA graph")
        for kind in GRAPH.kinds:
            connection.execute(f'CREATE VIEW graph."{kind.name}" AS FROM shipped."{kind.name}"')
        connection.execute(
            'CREATE OR REPLACE VIEW graph."EXPORTS" AS '
            'FROM shipped."EXPORTS" UNION ALL BY NAME FROM own."EXPORTS"'
        )
        pair = "importer, importer_kind, exporter, exporter_kind, product, period"
        connection.execute(
            "CREATE TEMP TABLE touched AS "
            'SELECT DISTINCT importer, product, period FROM own."EXPORTS"'
        )
        connection.execute(
            "CREATE TEMP TABLE anew AS "
            "SELECT importer AS consumer, importer_kind AS consumer_kind, "
            "exporter AS supplier, exporter_kind AS supplier_kind, product, period, "
            "sum(usd) / sum(sum(usd)) OVER (PARTITION BY importer, product, period) AS share_usd "
            'FROM graph."EXPORTS" SEMI JOIN touched USING (importer, product, period) '
            f"GROUP BY {pair}"
        )
        connection.execute(
            'CREATE OR REPLACE VIEW graph."DEPENDS_ON" AS FROM shipped."DEPENDS_ON" d ANTI JOIN '
            "touched t ON t.importer = d.consumer AND t.product = d.product "
            "AND t.period = d.period UNION ALL BY NAME FROM anew"
        )

        def asked(text: str) -> list[Any]:
            query = compiled_text(text)
            return connection.execute(query.sql, dict(query.bound)).fetchall()

        total = f"{usd}RETURN sum(f.usd) AS usd"
        with Direct(path) as shipped:
            before = shipped.read(total).table["usd"][0].as_py()
        [(after,)] = asked(total)
        [(mine,)] = asked(f"{usd}WHERE a.iso3 = 'VNM' RETURN sum(f.usd) AS usd")
        [first, *_] = asked(f"{share}RETURN s.iso3 AS s, d.share_usd AS x ORDER BY x DESC")
        assert after == pytest.approx(before + 1e9)
        assert first == ("VNM", pytest.approx(mine / after))
        assert asked(f"{share}RETURN sum(d.share_usd) AS x") == [(pytest.approx(1),)]
