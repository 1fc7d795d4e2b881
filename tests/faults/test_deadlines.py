"""Statements too heavy for a server, and a server that is killed while it answers one."""

import os
import signal
import threading
import time
from functools import partial

import psutil
import pytest
from databases import until
from saying import Naming

from graphkit.cli.app import run
from graphkit.stores.neo4j.server import start_server, stop_server

ROWS = "UNWIND range(1, {}) AS x"
HEAVY = {
    "a sort of 16 million texts": f"{ROWS.format(16_000_000)} RETURN toString(x) AS t ORDER BY t",
    "three million different rows": f"{ROWS.format(3_000_000)} RETURN DISTINCT toString(x) AS t",
    "a list of 30 million": f"{ROWS.format(30_000_000)} RETURN size(collect(toString(x))) AS n",
    "every pair of 3 million": f"{ROWS.format(3_000_000)} MATCH (n) RETURN DISTINCT x, n.key AS k",
}
WAITING = (
    f"{ROWS.format(1_000_000)} {ROWS.format(1_000_000).replace('x', 'y')} RETURN count(*) AS n"
)
SECONDS = 2
BUSY = 8
"""Seconds for which a busy machine, or a server that tidies its heap, may stand still."""


def ask(text, capfd, uri, timeout=SECONDS):
    """Run a statement on a server: exit code, what is said, and seconds."""
    capfd.readouterr()
    began = time.monotonic()
    code = run(["cypher", text, "--db", uri, "--timeout", str(timeout)])
    return code, *capfd.readouterr(), time.monotonic() - began


@pytest.fixture
def command(loads, neo4j_store, neo4j_server, monkeypatch):
    """Run a statement on the server, which holds a graph."""
    loads.finish(*loads.load("A", neo4j_server[0]))
    monkeypatch.setenv("NEO4J_USERNAME", neo4j_server[1])
    monkeypatch.setenv("NEO4J_PASSWORD", neo4j_server[2])
    return partial(ask, uri=neo4j_server[0])


@pytest.mark.parametrize("text", HEAVY.values(), ids=HEAVY)
def test_a_heavy_statement_ends_in_time_and_the_next_one_is_answered(text, command, capfd):
    command("RETURN 1 AS one", capfd)
    threads, sockets = threading.active_count(), len(psutil.Process().net_connections())

    code, out, err, seconds = command(text, capfd)

    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert err.startswith("graphkit: the statement ")
    assert seconds < SECONDS + BUSY
    until(lambda: threading.active_count() <= threads, seconds=BUSY)
    assert len(psutil.Process().net_connections()) <= sockets
    code, out, _, seconds = command("RETURN 1 AS one", capfd, timeout=SECONDS + BUSY)
    assert (code, out) == (0, "one\n1\n")
    assert seconds < SECONDS + BUSY


def test_a_server_is_soon_free_after_heavy_statements_in_a_row(command, capfd):
    for text in 2 * [*HEAVY.values()]:
        assert command(text, capfd)[0] in (1, 4)  # too busy to open it in two seconds

    code, out, _, seconds = command("RETURN 1 AS one", capfd, timeout=30)

    assert (code, out) == (0, "one\n1\n")
    assert seconds < BUSY


def test_a_server_that_is_killed_while_it_answers(
    loads, neo4j_version, second_home, capfd, monkeypatch
):
    server = start_server(neo4j_version, home=second_home)
    monkeypatch.setenv("NEO4J_PASSWORD", server.password)
    loads.finish(*loads.load("A", server.uri, NEO4J_PASSWORD=server.password))
    kill = threading.Timer(1.2, os.kill, (server.pid, signal.SIGKILL))
    kill.start()
    code, out, err, seconds = ask(WAITING, capfd, server.uri, timeout=20)
    kill.join()
    assert (code, out) == (4, "")
    assert err.count("\n") == 1
    assert err == Naming(f"cannot reach … {server.uri}")
    assert seconds < 10
    assert stop_server(home=second_home) is False
