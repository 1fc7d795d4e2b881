"""A file that names the local Neo4j and is not as a start wrote it: one line, and nobody dies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from saying import Naming

from graphkit.cli import app
from graphkit.stores.neo4j.server import DEFAULT_VERSION

STATE = {"version": DEFAULT_VERSION, "bolt_port": 20001, "http_port": 20002, "pid": 1}


def written(**changes: Any) -> Callable[[Path], object]:
    return lambda file: file.write_text(json.dumps({**STATE, **changes}))


def text(content: str | bytes) -> Callable[[Path], object]:
    return lambda file: file.write_bytes(
        content if isinstance(content, bytes) else content.encode()
    )


def huge(file: Path) -> None:
    with file.open("wb") as stream:
        stream.truncate(2**33)


WRONG: dict[str, tuple[Callable[[Path], object], str]] = {
    "empty": (text(""), "found an empty file"),
    "blank": (text(" \n"), "found an empty file"),
    "cut": (text(json.dumps(STATE)[:-9]), "found no JSON"),
    "zeros": (text(bytes(100)), "found no JSON"),
    "no text": (text(b"\xff\xfe"), "bytes … no text"),
    "deep": (text("[" * 50_000), "found no JSON"),
    "a list": (text("[1]"), "JSON of another kind (list)"),
    "a number": (text("7"), "JSON of another kind (int)"),
    "null": (text("null"), "JSON of another kind (NoneType)"),
    "another's": (text('{"a": 1}'), "found no version"),
    "no pid": (text(json.dumps({k: v for k, v in STATE.items() if k != "pid"})), "found no pid"),
    "pid null": (written(pid=None), "found no pid"),
    "pid text": (written(pid="1"), "found pid '1'"),
    "pid true": (written(pid=True), "found pid 'True'"),
    "pid negative": (written(pid=-1), "found pid '-1'"),
    "pid zero": (written(pid=0), "found pid '0'"),
    "pid large": (written(pid=2**70), f"found pid '{2**70}'"),
    "port": (written(bolt_port=70_000), "found bolt_port '70000'"),
    "port list": (written(http_port=[1]), "found http_port '[1]'"),
    "version": (written(version="../../etc"), "found version '../../etc'"),
    "memory": (written(transaction_memory="much"), "found transaction_memory 'much'"),
    "folder": (Path.mkdir, "a folder … a file"),
    "pipe": (os.mkfifo, "a pipe … a file"),
    "huge": (huge, "8,589,934,592 bytes … at most"),
    "unreadable": (
        lambda file: file.symlink_to("/proc/self/mem"), "running.json cannot be read: Input/output"
    ),
}  # fmt: skip
COMMANDS = {
    "neo4j status": 1, "neo4j stop": 1, "neo4j start": 1, "depends KOR --db local": 4,
    "cypher RETURN+1+AS+x --db local": 4, "doctor --db local": 1,
}  # fmt: skip
"""Commands, and their exit codes."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    folder = tmp_path / "graphkit" / "neo4j"
    folder.mkdir(parents=True)
    return folder


def lines_of(command: str, capfd: pytest.CaptureFixture[str]) -> tuple[int, Sequence[str]]:
    """Run a command; return its exit code and what it reports as wrong."""
    capfd.readouterr()
    code = app.run([word.replace("+", " ") for word in command.split()])
    out, err = capfd.readouterr()
    return code, [*err.splitlines(), *(line for line in out.splitlines() if line[:4] == "BAD ")]


@pytest.mark.parametrize(
    ("wrong", "command"),
    [
        pytest.param(
            wrong, command,
            marks=() if command == "neo4j stop" or wrong == "cut" else pytest.mark.long,
        )
        for wrong in WRONG for command in COMMANDS
    ],
)  # fmt: skip
def test_a_state_that_no_start_wrote_is_one_line_with_what_to_do(home, capfd, wrong, command):
    if wrong == "unreadable" and not Path("/proc/self/mem").exists():
        pytest.skip("there is no such file here")
    write, problem = WRONG[wrong]
    write(home / "running.json")

    code, lines = lines_of(command, capfd)

    assert code == COMMANDS[command]
    assert len(lines) == (2 if command.startswith("doctor") else 1)
    for line in lines:
        assert f"{home}: running.json" in line
        assert line == Naming(problem, "no Neo4j runs", "remove it")
    assert os.path.lexists(home / "running.json")


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [("neo4j status", 1, "no local Neo4j is running"), ("neo4j stop", 0, None),
     ("depends KOR --db local", 4, "no local Neo4j is running")],
)  # fmt: skip
def test_a_stranger_with_the_number_of_the_server_lives_on(home, capfd, command, code, said):
    with stranger() as other:
        written(pid=other.pid)(home / "running.json")

        assert lines_of(command, capfd)[0] == code
        assert other.poll() is None
    assert not (home / "running.json").exists()


@contextmanager
def stranger(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start a process of these words that does nothing."""
    script = "print(flush=True); import time; time.sleep(60)"
    command = [sys.executable, "-c", script, *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def test_a_program_that_only_names_the_folders_is_not_the_server(home, capfd):
    folder = home / DEFAULT_VERSION
    with stranger(f"--home-dir={folder}", f"--config-dir={folder / 'conf'}") as other:
        written(pid=other.pid)(home / "running.json")

        assert lines_of("neo4j stop", capfd)[0] == 0
        assert other.poll() is None


@pytest.mark.parametrize("command", COMMANDS)
def test_a_server_that_the_file_does_not_name_is_named_and_lives_on(home, capfd, command):
    folder = home / DEFAULT_VERSION
    words = ("org.neo4j.server.Neo4jCommunity", f"--home-dir={folder}")
    with stranger(*words) as server, stranger() as other:
        for write in (text(""), written(pid=other.pid)):
            write(home / "running.json")

            code, lines = lines_of(command, capfd)

            assert code == COMMANDS[command]
            wanted = Naming(f"Neo4j runs … process {server.pid} … remove it")
            assert lines
            assert lines == [wanted] * len(lines)
            assert (server.poll(), other.poll()) == (None, None)
