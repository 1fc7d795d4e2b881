"""The command as a process whose standard streams are closed or full."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from seed_texts import write_seeds
from test_cli import COMMAND

NO_OUTPUT = "graphkit: cannot write to stdout: Bad file descriptor\n"
FULL = "graphkit: cannot write to stdout: No space left on device\n"
COMMANDS = {
    "depends KOR": 0, "depends KOR -f parquet": 0, "cypher 'RETURN 1 AS x'": 0, "check {seeds}": 0,
    "--version": 0, "--help": 0, "depends --help": 0, "help formats": 0, "query": 0, "schema": 0,
    "doctor": 0, "query countries": 0,
}  # fmt: skip
"""Commands that write to stdout, and their exit codes."""
MISTAKES = {"depens": 2, "depends Atlantis": 2, "check {wrong}": 3, "cypher": 2, "neo4j status": 1}
"""Commands that write to stderr alone."""
QUICK = ("depends KOR", "depens")
CLOSED = (">&-", "2>&-", "<&-", "<&- >&- 2>&-", "2>/dev/full")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="tested with Linux's devices")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("streams")
    wrong = write_seeds(folder / "wrong", {"trade.yaml": "kind: Nothing\nrows: []\n"})
    return {"seeds": write_seeds(folder / "seeds"), "wrong": wrong, "folder": folder}


def run(
    line: str, streams: str, db: Path, folders: dict[str, Path], **more: Any
) -> subprocess.CompletedProcess[bytes]:
    """Run a command in a shell that closes some of its streams."""
    script = f"exec {COMMAND} {line.format(**folders)} {streams}"
    environment = {**os.environ, "GRAPHKIT_DB": str(db), "PYTHONUNBUFFERED": ""}
    return subprocess.run(
        ["bash", "-c", script], capture_output=True, env=environment,
        **{"stdin": subprocess.DEVNULL, "timeout": 120, **more},
    )  # fmt: skip


@pytest.fixture(scope="module")
def whole_of(
    sliced_file: Path, folders: dict[str, Path]
) -> Callable[[str], subprocess.CompletedProcess[bytes]]:
    """Run a command with all of its streams, once for all that it is compared with."""
    return cache(lambda line: run(line, "", sliced_file, folders))


@pytest.mark.parametrize("streams", CLOSED)
@pytest.mark.parametrize(
    "line",
    [
        pytest.param(line, marks=() if line in QUICK else pytest.mark.long)
        for line in (*COMMANDS, *MISTAKES)
    ],
)
def test_a_command_without_some_of_its_streams_is_no_traceback(
    sliced_file, folders, whole_of, line, streams
):
    whole = whole_of(line)
    assert whole.returncode == {**COMMANDS, **MISTAKES}[line]

    done = run(line, streams, sliced_file, folders)

    lost = ">&- " in f"{streams} " and not streams.startswith("2")
    assert done.returncode == (1 if lost and line in COMMANDS else whole.returncode)
    assert done.stdout == (b"" if lost else whole.stdout)
    if "2>" in streams:
        assert done.stderr == b""
    else:
        wanted = NO_OUTPUT.encode() if lost and line in COMMANDS else whole.stderr
        assert done.stderr == wanted


@pytest.mark.parametrize("line", ["--version", "--help", "help formats"])
def test_help_that_a_full_disk_does_not_take_is_one_line(sliced_file, folders, line):
    done = run(line, ">/dev/full", sliced_file, folders)

    assert (done.returncode, done.stderr.decode()) == (1, FULL)


def test_a_file_does_not_take_the_number_of_a_closed_stream(sliced_file, folders):
    """It would take what is printed."""
    before, output = sliced_file.read_bytes(), folders["folder"] / "rows.csv"
    done = run(f"depends KOR --db {sliced_file} -o {output}", "<&- >&- 2>&-", sliced_file, folders)

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert output.read_text().startswith("consumer,supplier,product")
    assert sliced_file.read_bytes() == before


@pytest.mark.long
@pytest.mark.parametrize("streams", [">&-", ">/dev/full"])
def test_an_explorer_that_cannot_say_where_it_is_ends_with_one_line(sliced_file, folders, streams):
    done = run("explore --no-browser --port 0", streams, sliced_file, folders)

    assert done.returncode == 1
    assert done.stderr.decode() == (NO_OUTPUT if "&" in streams else FULL)


@pytest.mark.long
def test_an_explorer_without_stdin_and_stderr_answers(sliced_file):
    script = f"exec {COMMAND} explore --no-browser --port 0 --db {sliced_file} <&- 2>&-"
    with subprocess.Popen(["bash", "-c", script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert " at http://127.0.0.1:" in process.stdout.readline()
        files = Path(f"/proc/{process.pid}/fd")
        assert {str((files / number).readlink()) for number in "02"} == {"/dev/null"}
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130


HELLO = {
    "jsonrpc": "2.0", "id": 1, "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {},
               "clientInfo": {"name": "a client", "version": "1"}},
}  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("streams", [">&-", ">/dev/full", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_assistants_without_a_stream_are_told_in_one_line(sliced_file, folders, streams):
    sent = {"input": json.dumps(HELLO).encode() + b"\n", "stdin": None}
    done = run("mcp", streams, sliced_file, folders, **sent)

    lost = streams in (">&-", ">/dev/full")
    assert done.returncode == lost
    reason = "Bad file descriptor" if "&" in streams else "No space left on device"
    wanted = f"graphkit: cannot answer over stdin and stdout: {reason}\n" if lost else ""
    assert done.stderr.decode() == wanted
    assert (b'"result"' in done.stdout) == (streams == "2>&-")
