"""A DuckDB file as a store: what it opens, what it keeps whole, and what it may take."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import _duckdb
import duckdb
import pyarrow as pa
import pytest
from databases import until
from saying import unsaid
from seed_texts import SMALL, write_seeds

from graphkit.build import Graph, build_graph
from graphkit.database import build_cache, findings, last_load
from graphkit.errors import Damaged, OutOfMemory, StoreError, Unreachable
from graphkit.schema import GRAPH
from graphkit.seeds.facts import read_seeds
from graphkit.stores.base import no_progress
from graphkit.stores.duck.confinement import landlock_version
from graphkit.stores.duck.engine import attach, batches, start_engine
from graphkit.stores.duck.execution import in_time
from graphkit.stores.duck.file import FILE, fill, verify
from graphkit.stores.duck.seal import BLOCK, HEADER
from graphkit.stores.duck.store import DuckStore
from graphkit.stores.limits import UNLIMITED, Limits

ENDLESS = (
    "UNWIND range(1, 10000000) AS x UNWIND range(1, 10000) AS y WITH x + y AS z RETURN max(z) AS m"
)
LARGE = "UNWIND range(1, 3000000) AS x RETURN collect(toString(x) + ' and more of it') AS c"
COUNT = "MATCH (c:Country) RETURN count(*) AS n"


def graph_of(folder: Path, *changes: dict[str, str | None]) -> Graph:
    return build_graph(read_seeds(write_seeds(folder, *changes)))


def n_of(store: DuckStore, statement: str = COUNT) -> int:
    found: int = store.run(statement).table["n"][0].as_py()
    return found


@pytest.fixture
def graph(tmp_path: Path) -> Graph:
    return graph_of(tmp_path / "seeds")


@pytest.fixture
def path(graph: Graph, tmp_path: Path) -> Path:
    """A file of the small seeds."""
    place = tmp_path / "graph.duckdb"
    fill(place, graph, no_progress)
    return place


@pytest.fixture
def store(path: Path) -> Iterator[DuckStore]:
    with DuckStore(path) as opened:
        yield opened


# --- the file that is opened


@pytest.mark.long
def test_a_file_that_replaced_another_is_read_while_the_other_is_still_open(path, tmp_path):
    more = {"trade.yaml": SMALL["trade.yaml"].replace("JPN", "NOR")}
    japan = "MATCH (:Country {iso3: 'JPN'})-[f:EXPORTS]->() RETURN count(*) AS n"
    with DuckStore(path) as old, DuckStore(path) as writer:
        assert n_of(old, japan) == 1
        writer.load(graph_of(tmp_path / "seeds", more))
        with DuckStore(path) as new:
            assert (n_of(old, japan), n_of(writer, japan), n_of(new, japan)) == (1, 0, 0)
        old.close()
        assert n_of(old, japan) == 0


def test_a_file_of_the_engine_before_is_named_and_made_anew_by_a_load(graph, tmp_path, caplog):
    path = tmp_path / "graph.duckdb"
    path.write_bytes(b"LBUG1" + bytes(8192) + b"DEPENDS_ON" + bytes(9) + b"EXPORTS digest")
    with DuckStore(path) as store:
        with pytest.raises(Unreachable, match=r"graphkit 0\.2\b.*'graphkit load'"):
            n_of(store)
        report = store.load(graph)
        assert (report.total("added"), report.total("removed")) == (graph.rows, 0)
        assert n_of(store) == 4
    assert unsaid(caplog.text, "graphkit 0.2 … anew") == []


def test_a_file_that_the_engine_before_made_of_something_else_is_not_replaced(graph, tmp_path):
    path = tmp_path / "theirs.duckdb"
    path.write_bytes(b"LBUG1" + bytes(8192) + b"Person")
    content = path.read_bytes()
    with DuckStore(path) as store:
        with pytest.raises(Unreachable, match="another program"):
            n_of(store)
        with pytest.raises(StoreError, match="something else"):
            store.load(graph)
    assert path.read_bytes() == content


def other_database(path: Path, *statements: str) -> Path:
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)
    return path


def test_a_duckdb_file_of_something_else_is_told_and_not_replaced(graph, tmp_path):
    path = other_database(tmp_path / "theirs.duckdb", "CREATE TABLE Person AS SELECT 'Ada' AS name")
    content = path.read_bytes()
    with DuckStore(path) as store:
        with pytest.raises(Unreachable, match="no finished load"):
            last_load(store)
        for dry_run in (True, False):
            with pytest.raises(StoreError, match="something else"):
                store.load(graph, dry_run=dry_run)
    assert path.read_bytes() == content


def test_an_older_schema_says_what_it_lacks_and_is_replaced_by_a_load(graph, tmp_path):
    path = other_database(
        tmp_path / "old.duckdb",
        "CREATE TABLE Country (iso3 VARCHAR, digest VARCHAR)",
        "CREATE TABLE Gone (key VARCHAR)",
        "INSERT INTO Country VALUES ('KOR', '0'), ('OLD', '0')",
    )
    with DuckStore(path) as store:
        with pytest.raises(StoreError, match=r"old\.duckdb .*version.*Product"):
            store.run("MATCH (p:Product) RETURN p.key")
        assert n_of(store) == 2
        [country] = [c for c in store.load(graph).changes if c.kind == "Country"]
        assert (country.added, country.changed, country.removed) == (3, 1, 1)
        assert n_of(store, "MATCH (p:Product) RETURN count(*) AS n") == 1


@pytest.mark.parametrize("content", [b"x", b"SQLite format 3\0" * 512, b"\0" * 8192])
def test_a_file_that_is_no_database_is_told_in_one_line_and_left_alone(graph, tmp_path, content):
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with DuckStore(path) as store:
        with pytest.raises(Damaged, match="no DuckDB file"):
            n_of(store)
        with pytest.raises(Damaged):
            store.load(graph)
    assert path.read_bytes() == content


HOLDING = """
import duckdb, sys, time
with duckdb.connect(sys.argv[1]) as connection:
    print("open", flush=True)
    sys.stdin.read()
"""


def test_a_file_that_another_program_writes_to_is_not_deleted(path, tmp_path):
    content = path.read_bytes()
    command = [sys.executable, "-c", HOLDING, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"open\n"
        with DuckStore(path) as store, pytest.raises(Unreachable, match="open for writing") as said:
            n_of(store)
        assert not isinstance(said.value, Damaged)
        if "GRAPHKIT_ENGINE" in os.environ:
            with pytest.raises(Unreachable, match="open for writing"):
                build_cache(tmp_path / "seeds", path)
        holder.communicate()
    assert path.read_bytes() == content


@pytest.mark.parametrize("part", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_a_file_that_was_cut_off_is_damaged(path, part):
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * part)])
    wanted = r"cut off|Could not read enough"
    with DuckStore(path) as store, pytest.raises(Damaged, match=wanted):
        n_of(store)


# --- damage


def everything(path: Path) -> dict[str, pa.Table]:
    """All rows of a file."""
    with DuckStore(path) as store:

        def read(cursor: _duckdb.DuckDBPyConnection) -> dict[str, pa.Table]:
            tables = {}
            for kind in GRAPH.kinds:
                cursor.execute(f'SELECT * FROM {FILE}."{kind.name}"')
                tables[kind.name] = batches(cursor, 10_000).read_all()
            return tables

        return store._execute(read, UNLIMITED, in_time)


def flipped(content: bytes, chance: random.Random) -> bytes:
    """A file with one bit the other way, or a page of nothing or of anything."""
    damaged, place = bytearray(content), chance.randrange(len(content))
    kind = chance.randrange(3)
    if kind == 0:
        damaged[place] ^= 1 << chance.randrange(8)
    else:
        place = place // 4096 * 4096
        damaged[place : place + 4096] = bytes(4096) if kind == 1 else chance.randbytes(4096)
    return bytes(damaged)


@pytest.mark.parametrize("count", [12, pytest.param(100, marks=pytest.mark.long)])
def test_a_damaged_file_gives_the_same_rows_or_none(path, tmp_path, count):
    content, wanted = path.read_bytes(), everything(path)
    chance, said = random.Random(count), list[str]()
    for number in range(count):
        damaged = tmp_path / f"damaged-{number}"
        damaged.write_bytes(flipped(content, chance))
        try:
            assert everything(damaged) == wanted, number
        except Unreachable as error:  # its exit code is 4
            said.append(str(error))
        damaged.unlink()
    assert not any("\n" in line for line in said)
    assert len(said) > count // 4


def test_blocks_that_are_elsewhere_give_the_same_rows_or_none(path, tmp_path):
    content, wanted = path.read_bytes(), everything(path)
    places = range(HEADER, len(content) - BLOCK, BLOCK)
    chance, refused = random.Random(1), 0
    damaged = tmp_path / "damaged"
    for _ in range(6):
        one, other = chance.sample(places, 2)
        swapped = bytearray(content)
        swapped[one : one + BLOCK] = content[other : other + BLOCK]
        swapped[other : other + BLOCK] = content[one : one + BLOCK]
        damaged.write_bytes(swapped)
        try:
            assert everything(damaged) == wanted, (one, other)
        except Unreachable:
            refused += 1
    assert refused


# --- loads


def test_a_graph_that_lacks_a_row_or_leads_nowhere_is_not_put_in_place(path, graph, tmp_path):
    before = path.read_bytes()
    lost = [replace(part, table=nowhere(part.rows(), part.kind.name)) for part in graph.parts]
    leads = r"EXPORTS .*'XXX'.*importer.*Country"
    with DuckStore(path) as store, pytest.raises(StoreError, match=leads):
        store.load(replace(graph, parts=tuple(lost)))
    assert path.read_bytes() == before
    more = SMALL["trade.yaml"] + "  - {exporter: JPN, importer: KOR, period: 2023, usd: 1}\n"
    connection = start_engine(2**28)
    attach(connection, path)
    verify(connection, graph)
    with pytest.raises(StoreError, match="3 of 4 EXPORTS"):
        verify(connection, graph_of(tmp_path / "seeds", {"trade.yaml": more}))
    connection.close()


def nowhere(rows: pa.Table, kind: str) -> pa.Table:
    """Rows of which those of trade go to a country that does not exist, with another digest."""
    if kind != "EXPORTS":
        return rows
    rows = rows.set_column(1, "importer", pa.array(["XXX"] * len(rows)))
    place = rows.column_names.index("digest")
    return rows.set_column(place, "digest", pa.array([1] * len(rows), rows["digest"].type))


KILLED = """
import os, pickle, signal, sys
from pathlib import Path
from graphkit.stores.duck.store import DuckStore

graph, path = pickle.loads(sys.stdin.buffer.read())
steps = 0
def step(kind, rows):
    global steps
    steps += 1
    if steps == int(sys.argv[1]):
        os.kill(os.getpid(), signal.SIGKILL)
DuckStore(path).load(graph, step)
"""


@pytest.mark.long
def test_larger_and_smaller_graphs_follow_each_other_and_kills_change_nothing(
    sample_graph, graph, path
):
    import pickle

    with DuckStore(path) as store:
        assert store.load(sample_graph).total("rows") == sample_graph.rows
        held = everything(path)
        for last in (1, 20, len(GRAPH.kinds)):
            killed = subprocess.run(
                [sys.executable, "-c", KILLED, str(last)], input=pickle.dumps((graph, path))
            )
            assert killed.returncode == -signal.SIGKILL
            assert everything(path) == held
        report = store.load(graph)
        assert report.total("removed") > report.total("added")
        assert n_of(store) == 4
        assert store.load(graph).differs is False
    assert {p.name for p in path.parent.iterdir()} == {"seeds", path.name}


# --- statements


def test_a_statement_is_compiled_once_and_has_each_time_the_values_of_its_parameters(store):
    statement = (
        "MATCH (c:Country) WHERE c.iso3 IN $some OR c.iso3 = $one RETURN c.iso3 AS x ORDER BY x"
    )
    for some, one, wanted in (
        (["KOR"], "JPN", ["JPN", "KOR"]), (["NOR", "KOR"], "NOR", ["KOR", "NOR"]),
        ([], "KOR", ["KOR"]), (["KOR"], None, ["KOR"]), (("CHN",), "x", ["CHN"]),
    ):  # fmt: skip
        found = store.run(statement, {"some": some, "one": one}).table["x"]
        assert found.to_pylist() == wanted
    for value in (True, False, None, 1, 1.5, "a", 0, 0.0, [1, 2], [0.5], ["b"], [[1], [2]]):
        [row] = store.run("RETURN $x AS x, 1 AS y", {"x": value}).table.to_pylist()
        assert (row["x"], type(row["x"])) == (value, type(value))


def test_sums_of_integers_are_integers_and_what_does_not_fit_is_an_error(store):
    table = store.run("UNWIND [1, 2] AS n RETURN sum(n) AS s, avg(n) AS a, collect('x') AS l").table
    assert table.schema.types == [pa.int64(), pa.float64(), pa.list_(pa.string())]
    with pytest.raises(StoreError, match="64 bits"):
        store.run("UNWIND [9223372036854775807, 1] AS n RETURN sum(n) AS x")


def test_rows_end_at_the_limits_also_in_this_process(store):
    found = store.run("UNWIND range(1, 200000) AS x RETURN x", {}, Limits(rows=70_000))
    assert found.table["x"].to_pylist() == list(range(1, 70_001))
    assert "more rows" in found.notes[0]
    assert store.run("UNWIND range(1, 9) AS x RETURN x", {}, Limits(rows=9)).notes == ()


def test_several_types_in_a_list_are_no_text(store):
    assert store.run("RETURN $x AS x", {"x": [1, "a"]}).table["x"].to_pylist() == ['[1,"a"]']


def test_a_plan_is_drawn_and_the_sql_has_the_names_of_the_parameters(store):
    statement = "MATCH (c:Country {iso3: $iso3}) WHERE c.name <> 'it\\'s' RETURN c.name AS name"
    sql = store.translated(statement, {"iso3": "KOR"})
    assert "$iso3" in sql
    assert "'it''s'" in sql
    for prefix in ("EXPLAIN", "PROFILE"):
        plan = store.ask(f"{prefix} {statement}", {"iso3": "KOR"}).table["plan"].to_pylist()
        assert any("Country" in line for line in plan)


def test_threads_read_at_once_and_one_of_them_may_close(path):
    with DuckStore(path) as store, ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: n_of(store), range(40))) == {4}
        running = pool.submit(store.run, ENDLESS, {}, Limits(seconds=2))
        time.sleep(0.5)
        store.free()
        assert n_of(store) == 4
        with pytest.raises(StoreError, match="took longer than 2 s"):
            running.result()


# --- limits


def test_too_large_a_statement_is_one_line_and_the_next_one_works(path):
    with DuckStore(path, memory=2**26) as store:
        for _ in range(2):
            with pytest.raises(OutOfMemory) as said:
                store.run(LARGE)
            assert "\n" not in str(said.value)
            assert n_of(store) == 4


def test_an_interrupt_ends_a_statement_at_once_and_the_next_one_works(store):
    n_of(store)
    for _ in range(2):
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        began = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            store.run(ENDLESS)
        assert time.monotonic() - began < 2
        assert n_of(store) == 4


def test_a_deadline_ends_a_statement_of_graphkits_own_too(store):
    began = time.monotonic()
    with pytest.raises(StoreError, match=r"took longer than 0\.5 s .* ask for less$"):
        store.run(ENDLESS, {}, Limits(seconds=0.5))
    assert time.monotonic() - began < 2
    assert n_of(store) == 4


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="limits addresses")
def test_a_shell_with_a_limit_on_addresses_answers_and_runs_free_statements(path):
    environment = os.environ | {"GRAPHKIT_ENGINE": "duckdb", "GRAPHKIT_DB": str(path)}
    limited = 'ulimit -v 4000000; exec "$@"'
    for command in (["suppliers", "KOR", "--for", "ree-metals"], ["cypher", COUNT]):
        asked = ["bash", "-c", limited, "bash", sys.executable, "-m", "graphkit", *command]
        done = subprocess.run(asked, env=environment, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, ""), command
        assert done.stdout.count("\n") >= 2


OUTSIDE = ("SELECT * FROM read_text({})", "COPY (SELECT 1) TO {}", "ATTACH {} AS other")


def test_the_engine_alone_opens_no_other_file(path, tmp_path):
    canary = tmp_path / "canary.csv"
    canary.write_text("secret\n")
    connection = start_engine(2**28)
    attach(connection, path)
    for statement in (*OUTSIDE, "INSTALL httpfs", "LOAD httpfs", "SET threads = 4",
                      "SET enable_external_access = true"):  # fmt: skip
        with pytest.raises(_duckdb.Error, match=r"(?i)disabled|locked|not allowed|permission"):
            connection.execute(statement.format(f"'{canary}'")).fetchall()
    with pytest.raises(_duckdb.Error, match="read-only"):
        connection.execute(f'DELETE FROM {FILE}."Country"')
    connection.close()
    assert canary.read_text() == "secret\n"


INSIDE = """
import sys
from pathlib import Path
import _duckdb
from graphkit.stores.duck.file import SETTINGS
from graphkit.stores.duck.confinement import allow_only, open_no_more

path, canary, lock = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
alone = {} if _duckdb.__version__.startswith("1.") else {"async_threads": 0}
connection = _duckdb.connect(":memory:", config=SETTINGS | alone)
if lock == "landlock":
    assert allow_only([path])
connection.execute(f"ATTACH '{path}' AS graph (READ_ONLY)")
connection.execute('SELECT count(*) FROM graph."Country"').fetchall()
if lock == "descriptors":
    open_no_more()
for statement in sys.argv[4:]:
    try:
        print(connection.execute(statement.format(f"'{canary}'")).fetchall())
    except _duckdb.Error as error:
        print(error)
"""
"""Runs statements on an engine whose doors are open, behind one lock alone."""
THREADS = """
import os
import _duckdb
from graphkit.stores.duck.engine import start_engine
before = os.listdir("/proc/self/task")
connection = start_engine(2**28)
connection.execute("SELECT sum(range) FROM range(1000000)").fetchall()
assert os.listdir("/proc/self/task") == before
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_engine_starts_no_thread_that_no_lock_would_hold():
    subprocess.run([sys.executable, "-c", THREADS], check=True)


def inside(lock: str, path: Path, canary: Path) -> str:
    command = [sys.executable, "-c", INSIDE, str(path), str(canary), lock, *OUTSIDE[:2]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert not done.returncode, done.stderr
    return done.stdout


@pytest.mark.parametrize("lock", ["none", "landlock", "descriptors"])
def test_each_lock_of_the_sandbox_alone_leaves_no_other_file(path, tmp_path, lock):
    if lock == "landlock" and not landlock_version():
        pytest.skip("the kernel has no Landlock")
    canary = tmp_path / "canary.csv"
    canary.write_text("secret\n")

    assert ("secret" in inside(lock, path, canary)) == (lock == "none")
    assert (canary.read_text() == "secret\n") == (lock != "none")


@pytest.mark.long
def test_an_engine_that_failed_inside_is_followed_by_another_process(path):
    with DuckStore(path) as store:
        store.ask(COUNT)
        process = store._idle[0]._process
        assert process is not None
        with pytest.raises(OutOfMemory):
            store.ask("UNWIND range(1, 100000000) AS x RETURN collect(toString(x)) AS c")
        assert store.ask(COUNT).table["n"].to_pylist() == [4]
        assert store._idle[0]._process is not process
    until(lambda: process.poll() is not None)


def test_the_names_taken_from_the_inner_module_are_those_of_the_package():
    for name in ("connect", "Error", "InternalException", "FatalException", "__version__"):
        inner, outer = getattr(_duckdb, name), getattr(duckdb, name)
        assert inner == outer


def test_the_doctor_reads_it(path, monkeypatch):
    monkeypatch.setenv("GRAPHKIT_ENGINE", "duckdb")
    [database, loaded] = list(findings(str(path)))[-2:]
    assert (database.fine, loaded.fine) == (True, True)
