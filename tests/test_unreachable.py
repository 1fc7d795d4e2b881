"""A database that is not there, is something else, or does not let us in: one clear line, soon."""

import gc
import json
import socket
import threading
import time
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest
from databases import until
from garbling_server import BEGIN, GARBAGE, HELLO, LOGON, UNREADABLE, garbling_server
from seed_texts import write_seeds
from wire import WIRE, wire

from graphkit.build import build_graph
from graphkit.cli.app import run
from graphkit.database import findings, open_database, open_store
from graphkit.errors import StoreError, Unreachable, UsageError
from graphkit.seeds.facts import read_seeds
from graphkit.stores.duck.store import DuckStore
from graphkit.stores.limits import Limits
from graphkit.stores.neo4j.store import Neo4jStore

pytestmark = pytest.mark.long

SECRET = "open-sesame-47"
SECONDS = 5
BUSY = 5
"""Seconds for which a busy machine may stand still."""


@pytest.fixture(autouse=True)
def login(monkeypatch):
    monkeypatch.setenv("NEO4J_USERNAME", "neo4j")
    monkeypatch.setenv("NEO4J_PASSWORD", SECRET)


def everything_said(error: BaseException | None) -> Iterator[str]:
    """The error and all that led to it, as text, as a representation, and their arguments."""
    while error is not None:
        yield from (str(error), repr(error), repr(error.args), repr(vars(error)))
        error = error.__cause__ or error.__context__


@contextmanager
def refused(kind: type[Exception], said: str, *secrets: str) -> Iterator[None]:
    """Demand that all inside ends soon, in one line that says it and holds no secret."""
    began = time.monotonic()
    with pytest.raises(kind) as caught:
        yield
    assert time.monotonic() - began < SECONDS + BUSY
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    for text in everything_said(caught.value):
        assert not [secret for secret in (SECRET, *secrets) if secret in text]


def ask(place: str | Path) -> None:
    with open_store(place) as store:
        store.run("RETURN 1 AS x")


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def http_port() -> Iterator[int]:
    """A web server."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory="/")) as web:
        threading.Thread(target=web.serve_forever).start()
        yield web.server_port
        web.shutdown()


@pytest.fixture(scope="module")
def dead_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


@pytest.fixture(scope="module")
def silent_port() -> Iterator[int]:
    """A server that takes a connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as listener:
        yield listener.getsockname()[1]


@pytest.mark.parametrize("scheme", ["bolt", "neo4j", "neo4j+s", "bolt+ssc", "NEO4J"])
def test_a_dead_port(scheme, dead_port):
    with refused(Unreachable, f"cannot reach Neo4j at {scheme.lower()}://127.0.0.1:{dead_port}"):
        ask(f"{scheme}://127.0.0.1:{dead_port}")


@pytest.fixture
def impatient(monkeypatch):
    """Waits less than usual, where how long it waits is not what is tested."""
    monkeypatch.setattr("graphkit.stores.neo4j.store.CONNECT_SECONDS", 0.3)
    monkeypatch.setattr("graphkit.stores.neo4j.store.ADMISSION_SECONDS", 0.5)


def test_a_server_that_says_nothing_is_not_waited_for_long(silent_port):
    with refused(Unreachable, f"cannot reach Neo4j at neo4j://127.0.0.1:{silent_port}"):
        ask(f"neo4j://127.0.0.1:{silent_port}")


@pytest.mark.parametrize("scheme", ["bolt", "neo4j+ssc"])
def test_a_server_that_says_nothing(scheme, silent_port, impatient):
    with refused(Unreachable, f"cannot reach Neo4j at {scheme}://127.0.0.1:{silent_port}"):
        ask(f"{scheme}://127.0.0.1:{silent_port}")


@pytest.mark.parametrize("scheme", ["bolt", "neo4j", "bolt+s"])
def test_a_web_server(scheme, http_port, impatient):
    with refused(Unreachable, f"cannot reach Neo4j at {scheme}://127.0.0.1:{http_port}"):
        ask(f"{scheme}://127.0.0.1:{http_port}")


@pytest.mark.usefixtures("left_open")
@pytest.mark.parametrize(("scheme", "so_far"), [("bolt", HELLO), ("bolt", LOGON), ("neo4j", BEGIN)])
@pytest.mark.parametrize("kind", GARBAGE)
def test_a_server_that_sends_garbage_for_a_welcome(kind, scheme, so_far, impatient):
    with garbling_server(so_far, GARBAGE[kind]) as port:
        uri = f"{scheme}://127.0.0.1:{port}"
        with refused(Unreachable, uri):
            ask(uri)


@pytest.fixture(scope="module")
def older():
    """Leave what was there before these tests out of the search for garbage after each."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def left_open(older):
    """Where garbage meets its session's end, the driver leaves it open, and warns when it goes."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def answered_by(garbage: bytes | Iterable[bytes]) -> None:
    """Ask a server whose welcome is right for something that it garbles."""
    with (
        garbling_server(BEGIN, garbage) as port,
        open_store(f"bolt://127.0.0.1:{port}") as store,
    ):
        store.run("RETURN 1 AS x", limits=Limits(seconds=0.5))


@pytest.mark.usefixtures("left_open")
@pytest.mark.parametrize("kind", UNREADABLE)
def test_an_answer_that_cannot_be_read(kind):
    with refused(Unreachable, "does not speak as Neo4j does"):
        answered_by(UNREADABLE[kind])


@pytest.mark.usefixtures("left_open")
@pytest.mark.parametrize("kind", [kind for kind in GARBAGE if kind not in UNREADABLE])
def test_an_answer_that_is_not_a_whole_one(kind):
    with refused(StoreError, ""):
        answered_by(GARBAGE[kind])


@pytest.mark.parametrize(
    "handshake", [b"\0\0\0\x09", b"\0\0\0\1", b"\0" * 4, b"\xff" * 4, b"HTTP", b"\0\0\1\xff\xff"]
)
def test_a_server_that_speaks_another_bolt(handshake, impatient):
    with garbling_server(HELLO, b"", handshake) as port, refused(Unreachable, f"127.0.0.1:{port}"):
        ask(f"bolt://127.0.0.1:{port}")


def test_a_server_that_only_keeps_the_connection_alive_is_not_waited_for_long():
    with (
        garbling_server(HELLO, GARBAGE["chunks of nothing for ever"]) as port,
        refused(Unreachable, "cannot reach Neo4j at"),
    ):
        ask(f"bolt://127.0.0.1:{port}")


@pytest.mark.usefixtures("left_open")
def test_garbage_is_one_line_and_exit_code_4(capfd, impatient):
    with garbling_server(BEGIN, GARBAGE["a success with a number"]) as port:
        assert run(["query", "countries", "--db", f"bolt://127.0.0.1:{port}"]) == 4
    assert capfd.readouterr().err.startswith(
        f"graphkit: bolt://127.0.0.1:{port} does not speak as Neo4j does: AttributeError: "
    )


@pytest.mark.parametrize("value", [2**70, "\ud800", object(), {"x": {1}}])
def test_parameters_that_cannot_be_sent_are_not_the_servers_fault(value):
    with (
        garbling_server(9, b"") as port,
        open_store(f"bolt://127.0.0.1:{port}") as store,
        refused(UsageError, "Neo4j cannot take these parameters: "),
    ):
        store.run("RETURN $x AS x", {"x": value})


ENDLESS = "UNWIND range(1, 1000000) AS x UNWIND range(1, 1000000) AS y RETURN "
GIVEN_UP = {
    "rows without end": f"{ENDLESS} x, y",
    "distinct rows without end": f"{ENDLESS} DISTINCT toString(x + y) AS t",
    "a count that does not come": f"{ENDLESS} count(*) AS n",
}


def threads() -> int:
    """Count the threads of this process, but for those of wires: a driver may connect twice."""
    return sum(thread.name != WIRE for thread in threading.enumerate())


def connections() -> int:
    """Count the open sockets of this process."""
    return len(psutil.Process().net_connections("tcp"))


@pytest.mark.parametrize("text", GIVEN_UP.values(), ids=GIVEN_UP)
def test_what_is_given_up_leaves_no_thread_and_no_connection(text, neo4j_server):
    threads_before, open_before = threads(), connections()
    with Neo4jStore(*neo4j_server) as store:
        store.run("RETURN 1 AS x")
        with refused(StoreError, "took longer than 0.5 s and was given up"):
            store.ask(text, limits=Limits(seconds=0.5))
        until(lambda: threads() <= threads_before, seconds=SECONDS + BUSY)
        assert store.ask("RETURN 1 AS x").table["x"].to_pylist() == [1]
    assert connections() == open_before


def test_a_network_that_falls_silent_is_given_up_and_its_thread_ends(neo4j_server):
    with wire(neo4j_server[0]) as (uri, way), Neo4jStore(uri, *neo4j_server[1:]) as store:
        store.run("RETURN 1 AS x")
        before = threads()
        way.fault, way.after = "stall", way.passed
        with refused(Unreachable, "said nothing within 0.5 s"):
            store.ask("RETURN 1 AS x", limits=Limits(seconds=0.5))
        way.fault = "none"
        assert store.ask("RETURN 1 AS x").table["x"].to_pylist() == [1]
        # The driver waits a second before it tries again; the wire has two for a connection.
        until(lambda: threads() <= before, seconds=8 + BUSY)


@pytest.fixture
def loaded(neo4j_server, tmp_path, monkeypatch):
    """The server, with a graph."""
    monkeypatch.setenv("NEO4J_PASSWORD", neo4j_server[2])
    with Neo4jStore(*neo4j_server) as store:
        store.load(build_graph(read_seeds(write_seeds(tmp_path))))
    return neo4j_server[0]


def asked_of_a_silent_server(loaded: str, statements: int, capfd) -> tuple[int, str, str]:
    """Ask a server that says nothing after some statements: exit code, one line, and its URI."""
    with wire(loaded, "silence", statements) as (uri, _):
        began = time.monotonic()
        code = run(["cypher", "RETURN 1 AS one", "--db", uri, "--timeout", "2"])
        assert time.monotonic() - began < 2 + 1 + BUSY
    said = capfd.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    return code, said.err, uri


@pytest.mark.parametrize("statements", range(4))
def test_a_server_that_falls_silent_after_the_login_holds_no_statement(statements, loaded, capfd):
    code, line, uri = asked_of_a_silent_server(loaded, statements, capfd)
    late = (
        "did not say in time which graph it holds" if statements == 2 else "said nothing within 2 s"
    )
    assert (code, line) == (4, f"graphkit: Neo4j at {uri} {late}\n")


@pytest.mark.parametrize("statements", range(4, 7))
def test_a_server_that_falls_silent_while_it_plans_or_answers(statements, loaded, capfd):
    code, line, _ = asked_of_a_silent_server(loaded, statements, capfd)
    assert code == 1
    assert "graphkit: the statement took longer than 2 s" in line


def test_a_server_that_falls_silent_later_answers(loaded, capfd):
    with wire(loaded, "silence", 12) as (uri, _):
        assert run(["cypher", "RETURN 1 AS one", "--db", uri]) == 0
    assert capfd.readouterr().out == "one\n1\n"


@pytest.mark.parametrize("statements", range(2))
def test_a_server_that_falls_silent_is_soon_refused(statements, loaded):
    with (
        wire(loaded, "silence", statements) as (uri, _),
        refused(Unreachable, "said nothing within 4.5 s"),
    ):
        open_database(uri)


def test_a_host_that_does_not_exist():
    with refused(Unreachable, "cannot reach Neo4j at bolt://no.such.host.invalid"):
        ask("bolt://no.such.host.invalid")


@pytest.mark.parametrize("scheme", ["bolt", "neo4j"])
def test_a_wrong_password_or_user(scheme, neo4j_server, monkeypatch):
    uri = f"{scheme}://{neo4j_server[0].partition('://')[2]}"
    with refused(Unreachable, f"{uri} refuses the user or password"):
        ask(uri)
    monkeypatch.setenv("NEO4J_PASSWORD", neo4j_server[2])
    monkeypatch.setenv("NEO4J_USERNAME", "nobody")
    with refused(Unreachable, f"{uri} refuses the user or password", neo4j_server[2]):
        ask(uri)


@pytest.mark.parametrize("scheme", ["bolt", "neo4j"])
def test_a_database_that_the_server_does_not_have(scheme, neo4j_server, monkeypatch):
    uri = f"{scheme}://{neo4j_server[0].partition('://')[2]}"
    monkeypatch.setenv("NEO4J_PASSWORD", neo4j_server[2])
    monkeypatch.setenv("NEO4J_DATABASE", "minerals")
    with refused(Unreachable, f"{uri} has no database 'minerals'", neo4j_server[2]):
        ask(uri)
    monkeypatch.setenv("NEO4J_DATABASE", "")
    ask(uri)


def test_no_password(monkeypatch):
    monkeypatch.delenv("NEO4J_PASSWORD")
    with refused(Unreachable, "no password for bolt://localhost: set NEO4J_PASSWORD"):
        ask("bolt://localhost")


def test_encryption_that_the_server_does_not_speak(neo4j_server, monkeypatch):
    uri = f"bolt+s://{neo4j_server[0].partition('://')[2]}"
    monkeypatch.setenv("NEO4J_PASSWORD", neo4j_server[2])
    with refused(Unreachable, f"cannot reach Neo4j at {uri}", neo4j_server[2]):
        ask(uri)


def test_no_local_server(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with refused(Unreachable, "no local Neo4j is running; start it with 'graphkit neo4j start'"):
        ask("local")


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("http://localhost:7474", "wanted a path or one of neo4j://, neo4j+s://"),
        ("https://x.databases.neo4j.io", "wanted a path or one of neo4j://"),
        ("foo://x", "found the database URI 'foo://x'"),
        ("neo4j+s+s://x", "found the database URI 'neo4j+s+s://x'"),
        ("bolt://", "wanted bolt://HOST or bolt://HOST:PORT"),
        ("bolt://:7687", "wanted bolt://HOST or bolt://HOST:PORT"),
        ("bolt://localhost:port", "wanted bolt://HOST or bolt://HOST:PORT"),
        ("bolt://localhost:99999", "wanted bolt://HOST or bolt://HOST:PORT"),
        ("bolt://localhost:0", "wanted bolt://HOST or bolt://HOST:PORT"),
        ("bolt://localhost/minerals", "a database of the server goes to NEO4J_DATABASE"),
        ("neo4j://localhost:7687/minerals", "a database of the server goes to NEO4J_DATABASE"),
        (f"bolt://neo4j:{SECRET}@localhost:7687", "found a user in the URI bolt://...;"),
        (f"neo4j+s://neo4j:{SECRET}@x.neo4j.io", "set NEO4J_USERNAME and NEO4J_PASSWORD instead"),
        (f"http://neo4j:{SECRET}@localhost", "found a user in the URI http://...;"),
        (f"bolt://neo4j:@{SECRET}@localhost", "found a user in the URI bolt://...;"),
        (f"foo://x/?password={SECRET}#{SECRET}", "found the database URI 'foo://x/'; wanted"),
        (f"bolt://x/?password={SECRET}#{SECRET}", "found a query in the URI 'bolt://x/'; only"),
        (f"neo4j://x/#{SECRET}", "found the URI 'neo4j://x/'; a database of the server"),
        ("", "found no database place"),
        ("  ", "found no database place"),
    ],
)
def test_a_uri_that_cannot_be_one(uri, said):
    with refused(UsageError, said):
        ask(uri)


def test_a_file_that_is_missing(tmp_path):
    with refused(Unreachable, "no database at"):
        ask(tmp_path / "missing.duckdb")
    with refused(Unreachable, "make it with 'graphkit load'"):
        ask(tmp_path / "no" / "folder.duckdb")
    assert list(tmp_path.iterdir()) == []


def test_a_folder(tmp_path):
    for place in (tmp_path, ".", "/"):
        with refused(Unreachable, f"{place} is a folder; wanted a database file"):
            ask(place)


@pytest.mark.parametrize(
    "content", [b"x", b"iso3,name\nKOR,Korea\n" * 1000, b"\0" * 8192, b"SQLite format 3\0" * 512]
)
def test_a_file_that_is_not_a_database(tmp_path, content):
    path = tmp_path / "notes.txt"
    path.write_bytes(content)

    with refused(Unreachable, f"cannot open {path} as a graphkit database"):
        ask(path)
    with refused(Unreachable, "move it away, and make it again with 'graphkit load'"):
        ask(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9])
def test_a_database_that_was_cut_off(tmp_path, keep):
    path = tmp_path / "graph.duckdb"
    with DuckStore(path) as store:
        store.load(build_graph(read_seeds(write_seeds(tmp_path / "seeds"))))
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])

    with refused(Unreachable, f"cannot open {path} as a graphkit database"):
        ask(path)


@pytest.mark.parametrize("content", [b"", b"x", b"iso3,name\nKOR,Korea\n" * 1000])
def test_a_load_does_not_replace_a_file_that_is_not_a_database(tmp_path, content):
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    graph = build_graph(read_seeds(write_seeds(tmp_path / "seeds")))

    with DuckStore(path) as store:
        if not content:  # as a temporary file that was made for it
            store.load(graph)
            assert len(store.run("MATCH (c:Country) RETURN c.iso3").table) == 4
            return
        with refused(Unreachable, f"cannot open {path}"):
            store.load(graph)
    assert path.read_bytes() == content
    assert {p.name for p in tmp_path.iterdir()} == {"notes.txt", "seeds"}


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("folder", "is a folder"),
        ("notes.txt/graph.duckdb", "cannot write"),
        ("/proc/graphkit/graph.duckdb", "cannot write"),
    ],
)
def test_a_load_into_a_place_that_cannot_be_written(tmp_path, place, said):
    (tmp_path / "folder").mkdir()
    (tmp_path / "notes.txt").write_text("notes")
    graph = build_graph(read_seeds(write_seeds(tmp_path / "seeds")))

    with DuckStore(tmp_path / place) as store, refused(StoreError, said):
        store.load(graph)


@pytest.mark.parametrize("place", ["missing.duckdb", "bolt://127.0.0.1:9", "http://x", "local"])
def test_the_doctor_says_it_too(tmp_path, monkeypatch, place):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))

    last = list(findings(place))[-1]
    assert not last.fine
    assert last.what.startswith("database: ")
    assert "\n" not in last.what
    assert SECRET not in json.dumps(last.what)
