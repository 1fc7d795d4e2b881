"""Signals that end a command while it writes: the file of before, and nothing beside it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from test_cli import COMMAND

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
WRITING = """
import sys, time
from pathlib import Path
from graphkit.cli.app import end_in_order
from graphkit.files.output import replacing, whole_file
end_in_order()
with {place} as place:
    print("ready", flush=True)
    for _ in range(600):  # a signal just before a long sleep would be noticed after it
        time.sleep(0.1)
"""
DRAFT = ".graph.graphml.*/*"
PLACES = ("whole_file(Path(sys.argv[1]))", "replacing(Path(sys.argv[1]))")


def started(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start a command that takes signals, whatever the shell of the tests ignores."""

    def take() -> None:
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)

    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, preexec_fn=take, **pipes)


def stopped(command: Sequence[str], folder: Path, draft: str) -> subprocess.Popen[bytes]:
    """Start a command, and stop it when what it writes first stands in a folder."""
    process = started(command)
    end = time.monotonic() + 60
    while not [*folder.glob(draft)]:
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.001)
    process.send_signal(signal.SIGSTOP)
    return process


def ended(process: subprocess.Popen[bytes], *numbers: int) -> tuple[int, bytes]:
    """Send signals to a stopped process; return its exit code, and what it said."""
    for number in numbers:
        process.send_signal(number)
    process.send_signal(signal.SIGCONT)
    _, err = process.communicate(timeout=60)
    return process.returncode, err


@pytest.mark.long
@pytest.mark.parametrize(
    ("numbers", "code"),
    [
        ([signal.SIGTERM], 143), ([signal.SIGHUP], 129), ([signal.SIGINT], 130),
        ([signal.SIGHUP, signal.SIGTERM, signal.SIGHUP], None),
    ],
)  # fmt: skip
def test_an_export_that_a_signal_ends_leaves_the_file_of_before(
    sliced_file, tmp_path, numbers, code
):
    output = tmp_path / "graph.graphml"
    output.write_text("before")
    command = [COMMAND, "export", "-o", str(output), "--db", str(sliced_file)]
    process = stopped(command, tmp_path, DRAFT)
    assert output.read_text() == "before", "it was quicker than this test"

    result, err = ended(process, *numbers)

    assert result == code if code else result in (129, 143)
    begun, *said = err.splitlines()
    assert begun == f"graphkit: {output}: writing the whole graph as graphml".encode()
    assert said == ([b"graphkit: interrupted"] if code == 130 else [])
    assert {file.name for file in tmp_path.iterdir()} == {output.name}
    assert output.read_text() == "before"


@pytest.mark.long
def test_what_a_killed_export_leaves_does_not_disturb_the_next(sliced_file, tmp_path):
    output = tmp_path / "graph.graphml"
    command = [COMMAND, "export", "-o", str(output), "--db", str(sliced_file)]
    assert ended(stopped(command, tmp_path, DRAFT), signal.SIGKILL)[0] == -signal.SIGKILL
    remains = {file.name for file in tmp_path.iterdir()}
    assert len(remains) == 1

    assert subprocess.run(command, capture_output=True).returncode == 0
    assert {file.name for file in tmp_path.iterdir()} == {*remains, output.name}
    assert output.read_bytes().endswith(b"</graphml>\n")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_file_that_is_not_whole_is_removed(tmp_path, place, number):
    output = tmp_path / "rows.csv"
    output.write_text("before")
    script = WRITING.format(place=place)
    with started([sys.executable, "-c", script, str(output)]) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        assert len([*tmp_path.iterdir()]) == 2
        process.send_signal(number)
        assert process.wait(20) == 128 + number
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert [*tmp_path.iterdir()] == [output]
    assert output.read_text() == "before"


@pytest.mark.long
def test_an_export_behind_nohup_goes_on(sliced_file, tmp_path):
    output = tmp_path / "graph.graphml"
    command = ["nohup", COMMAND, "export", "-o", str(output), "--db", str(sliced_file)]
    code, _ = ended(stopped(command, tmp_path, DRAFT), signal.SIGHUP)

    assert code == 0
    assert [file.name for file in tmp_path.iterdir()] == [output.name]


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_load_that_a_signal_ends_leaves_the_old_graph_and_no_folder(
    sliced_file, sliced_seeds, tmp_path, number
):
    path = tmp_path / "graph.duckdb"
    command = [COMMAND, "load", str(sliced_seeds), "--db", str(path)]
    process = stopped(command, tmp_path, ".graph.duckdb.loading/graph.duckdb")

    code, err = ended(process, number)

    assert code == 128 + number
    assert err in (b"", b"graphkit: interrupted\n")
    assert [*tmp_path.iterdir()] == []
    assert os.path.lexists(sliced_seeds)
