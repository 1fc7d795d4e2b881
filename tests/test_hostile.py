"""Hostile text does nothing, on either database, and every layer that sees to it does so alone."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import ladybug
import neo4j
import pytest
from hostile_statements import BOMBS, CANARY, FILES, MALFORMED, PORT, WRITES, ordinary

from graphkit.cli import app as cli
from graphkit.errors import GraphkitError, StoreError, UsageError
from graphkit.export.digest import digest
from graphkit.stores.embedded import EmbeddedStore
from graphkit.stores.gate import check_read_only, parameter_names
from graphkit.stores.landlock import landlock_version
from graphkit.stores.limits import LIMITS, Limits
from graphkit.stores.neo4j import Neo4jStore, _planned
from graphkit.stores.neo4j_plan import check_plan

SECRET = "canary-5f1e"


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
def place(
    request, stores, shipped_file, neo4j_server, monkeypatch
) -> tuple[str, Callable[[], object]]:
    """Each database's place in turn, and what all that it holds comes to."""
    if request.param == "embedded":
        beside = shipped_file.parent
        return str(shipped_file), lambda: [
            (p.name, hashlib.sha256(p.read_bytes()).hexdigest()) for p in sorted(beside.iterdir())
        ]
    uri, user, password = neo4j_server
    neo4j_store = stores["neo4j"]
    monkeypatch.setenv("NEO4J_USERNAME", user)
    monkeypatch.setenv("NEO4J_PASSWORD", password)
    return uri, lambda: [digest(neo4j_store), *state(neo4j_store)]


def state(store: Neo4jStore) -> list[object]:
    """How much there is of everything in a Neo4j, also of what is not graphkit's."""
    asked = (
        "MATCH (n) RETURN count(n) + sum(size(keys(n))) AS x",
        "MATCH ()-[r]->() RETURN count(r) AS x",
        "SHOW INDEXES YIELD name AS x",
        "SHOW CONSTRAINTS YIELD name AS x",
        "CALL db.labels() YIELD label AS x",
    )
    return [sorted(store.run(statement).table["x"].to_pylist()) for statement in asked]


@pytest.fixture
def cypher(place, capsys) -> Callable[..., tuple[int, str, str]]:
    """Runs the command: what ends it, and what it says, which is never more than a line."""

    def run(text: str, *options: str) -> tuple[int, str, str]:
        began = time.monotonic()
        code = cli.run(["cypher", text, "--db", place[0], "--timeout", "1", "-f", "json", *options])
        took = time.monotonic() - began
        out, err = capsys.readouterr()
        assert took < 5, f"{took:.1f} s for {text[:80]!r}"
        assert code in (0, 1, 2), f"{code} for {text[:80]!r}: {err}"
        assert "Traceback" not in err, text[:80]
        assert not code or (err.startswith("graphkit: ") and err.count("\n") == 1), err
        return code, out, err

    return run


def test_hostile_text_writes_nothing_reads_no_file_and_calls_nobody(place, cypher, canary):
    before = place[1]()

    for text in (*WRITES, *FILES):
        code, out, err = cypher(canary.sent(text))
        assert code in (1, 2), f"{text!r} was run"
        assert SECRET not in out + err
    assert place[1]() == before
    assert canary.well


def test_text_that_cannot_be_run_is_one_line(cypher):
    for text in MALFORMED:
        cypher(text)


@pytest.mark.parametrize("engine", ["embedded", "neo4j"])
def test_every_query_ends_in_time_and_the_next_one_works(stores, engine):
    store = stores[engine]
    for name, text in BOMBS.items():
        began = time.monotonic()
        with suppress(UsageError, StoreError):
            store.ask(text, limits=Limits(seconds=1))
        assert time.monotonic() - began < 3, name  # the machine may be busy
        answer = store.ask("MATCH (c:Country {iso3: 'KOR'}) RETURN c.iso3 AS x").table
        assert answer["x"].to_pylist() == ["KOR"], name


def test_no_ordinary_query_is_refused_and_both_databases_answer_alike(stores):
    asked = list(ordinary())
    assert len(asked) >= 500

    for text in asked:
        check_read_only(text)
        values = dict.fromkeys(parameter_names(text), "x")
        answers = [store.ask(text, values).table.to_pylist() for store in stores.values()]
        assert sorted(answers[0], key=str) == sorted(answers[1], key=str), text


# --- each layer with the others off


@pytest.mark.parametrize("statement", [*WRITES, *FILES])
def test_the_gate_alone_lets_nothing_through(statement):
    with pytest.raises(UsageError):
        check_read_only(statement)


def test_the_read_mode_of_the_embedded_engine_alone_keeps_the_graph(shipped_file, tmp_path):
    content = shipped_file.read_bytes()
    path = tmp_path / "graph.lbdb"
    path.write_bytes(content)
    with (
        ladybug.Database(path, read_only=True, buffer_pool_size=2**28) as database,
        ladybug.Connection(database) as connection,
    ):
        for text in WRITES:
            with suppress(RuntimeError):
                connection.execute(text)
        with pytest.raises(RuntimeError, match="read-only"):
            connection.execute("CREATE (:Country {iso3: 'XXX'})")
    assert path.read_bytes() == content


def test_the_read_mode_of_neo4j_alone_keeps_the_graph(stores):
    before = state(stores["neo4j"])
    for text in WRITES:
        with suppress(GraphkitError):
            stores["neo4j"]._read(text, {}, Limits(seconds=5))
    assert state(stores["neo4j"]) == before


@pytest.mark.parametrize("statement", [t for t in (*WRITES, *FILES) if not t.startswith("SHOW")])
def test_the_plan_alone_lets_nothing_through(stores, statement):
    store = stores["neo4j"]
    with (
        pytest.raises((UsageError, StoreError)),
        store._failures(),
        store._session(neo4j.READ_ACCESS) as session,
    ):
        check_plan(session.execute_read(_planned(statement, LIMITS)))


INSIDE = """
import encodings.idna, json, socket, sys
from pathlib import Path
import ladybug
from graphkit.stores.landlock import allow_only
from graphkit.stores.sandboxed import open_no_more

path, lock, port = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
ladybug.Database.get_version()
if lock == "landlock":
    assert allow_only([path])
database = ladybug.Database(path, read_only=True, buffer_pool_size=2**28)
connection = ladybug.Connection(database)
connection.execute("MATCH (n) RETURN count(*)").close()
if lock == "descriptors":
    open_no_more()
for statement in json.load(sys.stdin):
    try:
        print(connection.execute(statement).get_all())
    except RuntimeError as error:
        print(error)
try:
    socket.create_connection(("127.0.0.1", port)).close()
except OSError as error:
    print(error)
"""
"""Runs statements that no gate has seen, behind one lock alone."""


def inside(lock: str, shipped_file: Path, canary: Canary) -> str:
    """What comes of reading and writing files and calling a port behind a lock."""
    texts = [
        canary.sent(t) for t in FILES if t.startswith(("LOAD FROM '/", "LOAD FROM 'CAN", "COPY ("))
    ]
    done = subprocess.run(
        [sys.executable, "-c", INSIDE, str(shipped_file), lock, str(canary.port)],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert not done.returncode, done.stderr
    return done.stdout


def test_without_a_lock_the_embedded_engine_reads_and_writes_any_file(shipped_file, canary):
    assert SECRET in inside("none", shipped_file, canary)
    assert not canary.well
    wait_until(lambda: bool(canary.visits))


@pytest.mark.skipif(not landlock_version(), reason="the kernel has no Landlock")
def test_landlock_alone_leaves_no_file_and_no_network(shipped_file, canary):
    assert SECRET not in inside("landlock", shipped_file, canary)
    assert canary.well


def test_having_no_more_descriptors_alone_leaves_no_file_and_no_network(shipped_file, canary):
    assert SECRET not in inside("descriptors", shipped_file, canary)
    assert canary.well


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not limit it")
def test_the_process_inside_cannot_take_all_memory(shipped_file):
    code = (
        "import sys; from pathlib import Path; from graphkit.stores.sandboxed import lock_in;"
        "lock_in(Path(sys.argv[1])); bytearray(2**43 + 2**33)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, shipped_file], capture_output=True, text=True
    )
    assert done.stderr.endswith("MemoryError\n")


ENDLESS = """
import sys
from pathlib import Path
from graphkit.stores.embedded import EmbeddedStore
from graphkit.stores.limits import Limits

EmbeddedStore(Path(sys.argv[1])).ask(sys.argv[2], {}, Limits(seconds=60))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="finds the process in /proc")
def test_the_process_inside_ends_with_the_one_that_asks(shipped_file):
    asking = subprocess.Popen(
        [sys.executable, "-c", ENDLESS, str(shipped_file), BOMBS["every walk"]]
    )
    children = Path(f"/proc/{asking.pid}/task/{asking.pid}/children")
    wait_until(lambda: bool(children.read_text()))
    child = Path("/proc", children.read_text().strip())
    time.sleep(1)  # for it to be at work
    assert child.exists()

    asking.send_signal(signal.SIGKILL)
    asking.wait()
    wait_until(lambda: not child.exists() or "(zombie)" in (child / "status").read_text())


def wait_until(true: Callable[[], bool], seconds: float = 5) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_nothing_of_the_environment_is_handed_inside(shipped_file, monkeypatch):
    monkeypatch.setenv("NEO4J_PASSWORD", SECRET)
    with EmbeddedStore(shipped_file) as store:
        store.ask("RETURN 1 AS x")
        process = store._sandbox._process
        assert process is not None
        environment = Path(f"/proc/{process.pid}/environ").read_bytes()
    assert SECRET.encode() not in environment
    assert b"HOME=" not in environment


def test_a_process_that_was_killed_is_followed_by_another(shipped_file):
    with EmbeddedStore(shipped_file) as store:
        store.ask("RETURN 1 AS x")
        assert store._sandbox._process is not None
        os.kill(store._sandbox._process.pid, signal.SIGKILL)
        with pytest.raises(StoreError, match="more memory than it may have"):
            store.ask("RETURN 1 AS x")
        assert store.ask("RETURN 2 AS x").table["x"].to_pylist() == [2]
