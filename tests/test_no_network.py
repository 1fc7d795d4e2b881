"""No connection that nobody asked for: the commands in a namespace without a network."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from seed_texts import write_seeds

ALONE = ("unshare", "--user", "--map-root-user", "--net")
COMMANDS = (
    ("check", "{seeds}"),
    ("load", "{seeds}", "--db", "{db}"),
    ("depends", "KOR", "--db", "{db}"),
    ("cypher", "MATCH (c:Country) RETURN c.iso3 AS iso3 ORDER BY iso3", "--db", "{db}"),
    ("query", "countries", "--db", "{db}"),
    ("export", "--db", "{db}", "-o", "{folder}/graph.graphml"),
    ("doctor",),
)
# Every attempt is an audit event, also one that could not leave the namespace.
RUN = """
import json
import sys
tried = []
NETWORK = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")
sys.addaudithook(lambda event, args: tried.append((event, args[1:])) if event in NETWORK else None)
from graphkit.cli.app import run
for command in json.loads(sys.argv[1]):
    code = run(command)
    if code or tried:
        sys.exit(f"{command}: exit code {code}, connections {tried}")
"""


def permitted() -> bool:
    """Tell if this machine lets us make a namespace."""
    return (
        bool(shutil.which("unshare"))
        and not subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode
    )


def alone(commands: Sequence[Sequence[str]]) -> subprocess.CompletedProcess[str]:
    """Run command lines one after the other where there is no network."""
    return subprocess.run(
        [*ALONE, sys.executable, "-c", RUN, json.dumps(commands)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.long
@pytest.mark.skipif(not permitted(), reason="no namespace may be made here")
def test_no_command_connects_to_anything(tmp_path: Path) -> None:
    places = {"seeds": write_seeds(tmp_path / "seeds"), "db": tmp_path / "g.duckdb"}

    done = alone([[part.format(**places, folder=tmp_path) for part in line] for line in COMMANDS])
    assert done.returncode == 0, done.stderr


@pytest.mark.long
@pytest.mark.skipif(not permitted(), reason="no namespace may be made here")
def test_a_connection_would_be_noticed_and_would_arrive_nowhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NEO4J_PASSWORD", "x")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        place = listener.getsockname()

        done = alone([["query", "stages", "--db", f"bolt://{place[0]}:{place[1]}"]])
        assert done.returncode == 1
        assert "exit code 4, connections [" in done.stderr
        assert f"('socket.connect', (ResolvedIPv4Address({place}),))" in done.stderr
        with pytest.raises(BlockingIOError):
            listener.accept()
        with socket.create_connection(place):  # as one from outside the namespace does
            listener.accept()[0].close()
