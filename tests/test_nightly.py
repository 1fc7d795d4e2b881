"""The command of the nightly tests: by name, with a seed, and on from where it was killed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NIGHTLY = Path(__file__).parent / "nightly" / "__main__.py"
FIRST = """
import os, signal
from pathlib import Path
BEGUN = Path(__file__).with_name("begun")

def test_one():
    pass

def test_two():
    if not BEGUN.exists():
        BEGUN.touch()
        os.kill(os.getpid(), signal.SIGKILL)

def test_three():
    assert os.environ["TESTS_SEED"] != os.environ["TESTS_SEED"]
"""
SECOND = "def test_four():\n    pass\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of two parts, of which the first kills the process once in its second test."""
    folder = tmp_path / "tests" / "nightly"
    folder.mkdir(parents=True)
    shutil.copy(NIGHTLY, folder)
    (folder / "test_first_at_length.py").write_text(FIRST)
    (folder / "test_second.py").write_text(SECOND)
    return folder


def run(folder: Path, *arguments: str) -> tuple[int, str, list[str]]:
    """Call the command: its exit code, its seed, and the tests of its record in order."""
    command = [sys.executable, str(folder), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    [seed] = set(re.findall(r"(?m)^seed (\d+)", done.stdout))
    record = folder.parents[1] / "build" / "nightly" / f"{seed}-no-git.jsonl"
    rows = [json.loads(line) for line in record.read_text().splitlines() if line]
    tests = [f"{row['test'].partition('::')[2]} {row['outcome']}" for row in rows if "test" in row]
    return done.returncode, seed, tests


def test_a_call_goes_on_where_the_last_was_killed(folder):
    code, seed, tests = run(folder)
    assert (code, tests) == (-9, ["test_one passed"])

    wanted = ["test_one passed", "test_two passed", "test_three failed", "test_four passed"]
    assert run(folder) == (1, seed, wanted)
    assert run(folder)[1] != seed


def test_a_part_runs_alone_by_name_and_again_with_its_seed(folder):
    assert run(folder, "second", "--seed", "7") == (0, "7", ["test_four passed"])
    assert run(folder, "second", "--seed", "7") == (0, "7", ["test_four passed"])
    assert run(folder, "second", "--seed", "7", "--again") == (0, "7", ["test_four passed"])
