"""Hostile text does nothing, on either database, and every layer that sees to it does so alone."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from databases import settled, until
from hostile_statements import BOMBS, CANARY, FILES, MALFORMED, PORT, WRITES, ordinary
from saying import Naming

from graphkit.cli import app
from graphkit.cypher.statement import EXPLAIN, Statement
from graphkit.errors import GraphkitError, StoreError, UsageError
from graphkit.stores.duck import sandbox
from graphkit.stores.duck.store import DuckStore
from graphkit.stores.limits import LIMITS, Limits
from graphkit.stores.neo4j.plans import check_plan
from graphkit.stores.neo4j.store import Neo4jStore, _Wait

SECRET = "canary-5f1e"
BUSY = 2
"""Seconds that a machine with other work may take more."""
FEW_BOMBS = (
    "a cross join", "every walk", "ranges of ranges", "lists of everything", "doubled text",
    "a regular expression", "a great sort", "many unions", "many subqueries", "a long chain",
    "deeper brackets", "many parameters",
)  # fmt: skip
"""One of each sort; tests/scale runs the others."""


@dataclass
class Canary:
    """A file to leave alone, in a folder of its own, and a server to stay away from."""

    path: Path
    port: int
    visits: list[str]

    def sent(self, statement: str) -> str:
        """A statement with this canary in it."""
        return statement.replace(CANARY, str(self.path)).replace(PORT, str(self.port))

    @property
    def well(self) -> bool:
        """Nothing was written here, and nobody came."""
        alone = [p.name for p in self.path.parent.iterdir()] == [self.path.name]
        return alone and self.path.read_text() == f"{SECRET}\n" and not self.visits


@pytest.fixture
def canary(tmp_path: Path) -> Iterator[Canary]:
    path = tmp_path / "canary" / "canary.csv"
    path.parent.mkdir()
    path.write_text(f"{SECRET}\n")
    visits: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def count() -> None:
            with suppress(OSError):  # at the end
                while True:
                    visitor, address = server.accept()
                    visitor.close()
                    visits.append(address)

        threading.Thread(target=count).start()
        yield Canary(path, server.getsockname()[1], visits)
        server.shutdown(socket.SHUT_RDWR)


@pytest.fixture(params=["embedded", "neo4j"])
def engine(request) -> str:
    return request.param


@pytest.fixture
def content(engine, stores, sample_file) -> Callable[[], object]:
    """Tells what all that a database holds comes to, or the last change of it."""
    if engine == "neo4j":
        return lambda: last_commits(stores[engine])
    beside = sample_file.parent
    return lambda: [
        (p.name, hashlib.sha256(p.read_bytes()).hexdigest()) for p in sorted(beside.iterdir())
    ]


def last_commits(store: Neo4jStore) -> list[Collection[str]]:
    """Bookmarks of the last transactions that changed the graph, or the server's users."""
    found = []
    for database, statement in ((None, "RETURN 1"), ("system", "SHOW DATABASES")):
        with store._driver.session(database=database, default_access_mode="READ") as session:
            session.run(statement).consume()
            found.append(session.last_bookmarks().raw_values)
    return found


def test_a_change_of_one_property_would_be_noticed(stores):
    store = stores["neo4j"]
    before = last_commits(store)
    assert last_commits(store) == before

    store._write("MATCH (c:Country {iso3: 'KOR'}) SET c.name = c.name + '!'")
    changed = last_commits(store)
    store._write("MATCH (c:Country {iso3: 'KOR'}) SET c.name = left(c.name, size(c.name) - 1)")
    assert changed != before


def failure(ask: Callable[[], object]) -> str:
    """Return what is said of a statement that cannot be run; nothing if it can."""
    try:
        ask()
    except (UsageError, StoreError) as error:
        return str(error)
    return ""


def test_hostile_text_writes_nothing_reads_no_file_and_calls_nobody(
    stores, engine, content, canary
):
    before = content()

    for text in (*WRITES, *FILES):
        said = failure(lambda text=text: stores[engine].ask(canary.sent(text)))
        assert said, f"{text!r} was run"
        assert said.isprintable(), repr(said)
        assert SECRET not in said
    assert content() == before
    assert canary.well


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (WRITES[0], 2), (FILES[0], 2), ("RETURN 'a", 2), ("RETURN date('x') AS x", 1),
        (BOMBS["a cross join"], 1),
    ],
    ids=["a write", "a file", "an open quote", "an invalid date", "a cross join"],
)  # fmt: skip
def test_the_command_says_in_one_line_why_it_does_not_answer(
    engine, sample_file, neo4j_server, stores, monkeypatch, capsys, text, code
):
    uri, user, password = neo4j_server
    monkeypatch.setenv("NEO4J_USERNAME", user)
    monkeypatch.setenv("NEO4J_PASSWORD", password)
    place = uri if engine == "neo4j" else str(sample_file)

    assert app.run(["cypher", text, "--db", place, "--timeout", "1"]) == code
    out, err = capsys.readouterr()
    assert not out
    assert err.startswith("graphkit: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize("text", ["CREATE (n)", "RETURN 'a", "CALL apoc.load.json('x')"])
@pytest.mark.parametrize("command", ["cypher", "query"])
def test_a_refusal_builds_and_opens_no_database(command, text, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("NEO4J_PASSWORD", SECRET)
    file = tmp_path / "hostile.cypher"
    file.write_text(f"// title: hostile\n{text}\n", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.1)
        uri = f"bolt://127.0.0.1:{listening.getsockname()[1]}"
        for db in ([], ["--db", uri], ["--db", str(tmp_path / "nowhere.duckdb")]):
            assert app.run([command, text if command == "cypher" else str(file), *db]) == 2
            assert capsys.readouterr().err.startswith("graphkit: line ")
        with pytest.raises(TimeoutError):
            listening.accept()

    assert [path.name for path in tmp_path.iterdir()] == ["hostile.cypher"]


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "1e9", "soon"])
def test_an_invalid_deadline_is_refused_in_one_line(capsys, seconds):
    assert app.run(["cypher", "RETURN 1 AS x", "--timeout", seconds]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert err.count("\n") == 1
    assert "--timeout" in err


@pytest.mark.parametrize("text", MALFORMED, ids=range(len(MALFORMED)))
def test_text_that_cannot_be_run_is_one_line(stores, engine, text):
    assert failure(lambda: stores[engine].ask(text, limits=Limits(seconds=10))).isprintable()


@pytest.fixture
def bombs() -> dict[str, str]:
    return {name: BOMBS[name] for name in FEW_BOMBS}


def test_every_query_ends_in_time_and_the_next_one_works(stores, engine, bombs):
    store, deadline = stores[engine], 0.5
    store.ask("RETURN 1 AS x")  # what is needed for that has been started
    for name, text in bombs.items():
        began = time.monotonic()
        failure(lambda text=text: store.ask(text, limits=Limits(deadline)))
        assert time.monotonic() - began < deadline + 1 + BUSY, name
        answer = store.ask("MATCH (c:Country {iso3: 'KOR'}) RETURN c.iso3 AS x").table
        assert answer["x"].to_pylist() == ["KOR"], name
    if isinstance(store, Neo4jStore):
        settled(store, seconds=30)


def test_the_gate_alone_lets_every_ordinary_query_through():
    asked = set(ordinary())

    assert len(asked) >= 500
    for text in asked:
        Statement(text).check_read_only()


@pytest.fixture
def asked() -> list[str]:
    """Every twentieth ordinary query, of each form some; tests/scale has the others."""
    return list(ordinary())[::20]


def test_no_ordinary_query_is_refused_and_both_databases_answer_alike(stores, asked):
    for text in asked:
        values = dict.fromkeys(Statement(text).parameters, "x")
        embedded, server = (store.ask(text, values).table.to_pylist() for store in stores.values())
        if "ORDER BY" not in text:
            embedded, server = sorted(embedded, key=str), sorted(server, key=str)
        assert embedded == server, text


# --- what is kept of a long answer


@pytest.mark.parametrize("rows", [1, 10_000, 10_002, 10_003])
def test_no_more_rows_are_kept_than_asked_for_and_a_note_says_so(stores, engine, rows):
    answer = stores[engine].ask("UNWIND range(1, 10003) AS x RETURN x", {}, Limits(rows=rows))

    assert answer.table["x"].to_pylist() == list(range(1, rows + 1))
    more = Naming(f"more rows … {rows:,}", "--max-rows")
    assert answer.notes == ((more,) if rows < 10_003 else ())


def test_no_more_bytes_are_kept_than_allowed_and_a_note_says_so(stores, engine):
    statement, limits = "UNWIND range(1, 5000) AS n RETURN $text AS x", Limits(bytes=2**20)
    answer = stores[engine].ask(statement, {"text": "x" * 1000}, limits)

    assert 0.9 * 2**20 < answer.table.nbytes <= 2**20
    assert answer.notes == (Naming(f"more rows … {len(answer.table):,}", "1 MiB"),)


def test_a_column_that_begins_with_many_nulls_keeps_what_comes_after(stores, engine):
    statement = "UNWIND range(1, 10001) AS x RETURN CASE WHEN x > 10000 THEN x END AS x"
    assert stores[engine].ask(statement).table["x"].to_pylist() == [None] * 10_000 + [10_001]


@pytest.mark.parametrize(
    ("last", "first", "kept"),
    [
        ("1.5", 1, 1.5),
        ("'a'", "1", '"a"'),
        ("true", "1", "true"),
        ("[1]", "1", "[1]"),
        ("{a: 1}", "1", '{"a":1}'),
    ],
)
def test_a_column_of_two_types_keeps_both(stores, last, first, kept):
    statement = f"UNWIND range(1, 10001) AS x RETURN CASE x WHEN 10001 THEN {last} ELSE 1 END AS x"
    column = stores["neo4j"].ask(statement).table["x"]  # the other engine has one type a column

    assert column[0].as_py() == first
    assert column[10_000].as_py() == kept


# --- each layer with the others off


@pytest.mark.parametrize("statement", [*WRITES, *FILES])
def test_the_gate_alone_lets_nothing_through(statement):
    with pytest.raises(UsageError):
        Statement(statement).check_read_only()


GARBLED = (
    "import sys; out = sys.stdout.buffer; answer = b'\\xff' * 9;"
    'out.write(b\'{"bytes": 9, "notes": []}\\n\' + answer); out.flush(); sys.stdin.read()'
)
"""A process that answers with bytes that are not a table."""


def test_an_answer_that_is_not_a_table_is_one_line_and_the_next_is_of_a_new_process(
    sliced_file, monkeypatch
):
    with DuckStore(sliced_file) as store:
        with monkeypatch.context() as patch:
            patch.setattr(sandbox, "START", GARBLED)
            with pytest.raises(StoreError, match=r"answer cannot be read: .") as raised:
                store.ask("RETURN 1 AS x")

        assert "\n" not in str(raised.value)
        assert store.ask("RETURN 1 AS x").table.to_pylist() == [{"x": 1}]


def test_the_read_mode_of_neo4j_alone_keeps_the_graph(stores):
    before = last_commits(stores["neo4j"])
    for text in WRITES:
        with suppress(GraphkitError):
            stores["neo4j"]._read(text, {}, Limits(seconds=5))
    assert last_commits(stores["neo4j"]) == before


# SHOW reads, though what is nobody's business: that is the gate's.
@pytest.mark.parametrize("text", [t for t in (*WRITES, *FILES) if not t.startswith("SHOW")])
def test_the_plan_alone_lets_nothing_through(stores, text):
    assert failure(lambda: planned(stores["neo4j"], text))


def planned(store: Neo4jStore, statement: str) -> None:
    """Have the plan of a statement looked at, and nothing else."""
    explained = f"{EXPLAIN}{statement}"
    check_plan(store._once(LIMITS, _Wait(LIMITS.too_long), lambda tx: tx.run(explained).consume()))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not limit it")
def test_the_process_inside_cannot_take_all_memory(sliced_file):
    code = (
        "import sys; from pathlib import Path;"
        "from graphkit.stores.duck.confinement import lock_in;"
        "lock_in(Path(sys.argv[1]), 2**32); bytearray(2**33)"
    )
    done = subprocess.run([sys.executable, "-c", code, sliced_file], capture_output=True, text=True)
    assert done.stderr.endswith("MemoryError\n")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_process_that_keeps_more_memory_than_it_may_is_followed_by_another(
    sliced_file, monkeypatch
):
    with DuckStore(sliced_file) as store:
        for most, stays in ((sandbox.IDLE_MEMORY, True), (2**20, False)):
            monkeypatch.setattr(sandbox, "IDLE_MEMORY", most)
            assert store.ask("RETURN 1 AS x").table["x"].to_pylist() == [1]
            assert (store._idle[0]._process is not None) == stays
        assert store.ask("RETURN 2 AS x").table["x"].to_pylist() == [2]


ENDLESS = """
import sys
from pathlib import Path
from graphkit.stores.limits import Limits
from graphkit.stores.duck.store import DuckStore

DuckStore(Path(sys.argv[1])).ask(sys.argv[2], {}, Limits(seconds=60))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="finds the process in /proc")
@pytest.mark.long
def test_the_process_inside_ends_with_the_one_that_asks(sliced_file):
    asking = subprocess.Popen(
        [sys.executable, "-c", ENDLESS, str(sliced_file), BOMBS["ranges of ranges"]]
    )
    children = Path(f"/proc/{asking.pid}/task/{asking.pid}/children")
    until(lambda: bool(children.read_text()))
    child = Path("/proc", children.read_text().strip())
    time.sleep(1)  # for it to be at work
    assert child.exists()

    asking.send_signal(signal.SIGKILL)
    asking.wait()
    until(lambda: not child.exists() or "(zombie)" in (child / "status").read_text())


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_nothing_of_the_environment_is_handed_inside(sliced_file, monkeypatch):
    monkeypatch.setenv("NEO4J_PASSWORD", SECRET)
    with DuckStore(sliced_file) as store:
        store.ask("RETURN 1 AS x")
        process = store._idle[0]._process
        assert process is not None
        environment = Path(f"/proc/{process.pid}/environ").read_bytes()
    assert SECRET.encode() not in environment
    assert b"HOME=" not in environment


def test_a_statement_is_asked_again_where_the_process_was_killed(sliced_file):
    with DuckStore(sliced_file) as store:
        store.ask("RETURN 1 AS x")
        process = store._idle[0]._process
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)

        assert store.ask("RETURN 2 AS x").table["x"].to_pylist() == [2]


@pytest.mark.skipif(sys.platform != "linux", reason="limits the memory of another process")
def test_a_statement_is_asked_again_where_those_before_it_took_the_memory(sliced_file):
    import resource

    many = "UNWIND range(1, 3000000) AS n WITH collect(n) AS ns RETURN size(ns) AS x"
    with DuckStore(sliced_file) as store:
        store.ask("RETURN 1 AS x")
        process = store._idle[0]._process
        assert process is not None
        taken = int(Path(f"/proc/{process.pid}/statm").read_text().split()[0])
        most = taken * resource.getpagesize() + 2**20
        resource.prlimit(process.pid, resource.RLIMIT_AS, (most, most))

        assert store.ask(many).table["x"].to_pylist() == [3000000]
        assert store._idle[0]._process is not process
