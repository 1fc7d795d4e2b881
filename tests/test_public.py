"""The public surface is what the docs describe, and importing it is quick."""

from __future__ import annotations

import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest

import graphkit

PAGE = Path(__file__).parents[1] / "docs/reference.md"


def test_the_reference_describes_every_public_name_and_no_other():
    described = re.findall(r"^\.\. auto\w+:: (\w+)$", PAGE.read_text("utf-8"), re.MULTILINE)

    assert sorted(described) == sorted(set(graphkit.__all__) - {"__version__"})


def test_every_public_name_is_there():
    assert dir(graphkit) == sorted(graphkit.__all__)
    for name in graphkit.__all__:
        assert getattr(graphkit, name) is not None


def test_the_import_takes_a_tenth_of_a_second():
    def used() -> float:
        spent = resource.getrusage(resource.RUSAGE_CHILDREN)
        return spent.ru_utime + spent.ru_stime

    before = used()
    subprocess.run([sys.executable, "-c", "import graphkit"], check=True)

    assert used() - before < 0.15


@pytest.mark.skipif(sys.platform != "linux", reason="counts threads by /proc")
def test_a_command_starts_no_threads_for_matrices_and_reads_no_docstrings():
    """In a new process: this one has imported all of it."""
    text = """
import os, sys
from graphkit.startup import start_small
start_small()
import numpy
threads = len(os.listdir("/proc/self/task"))
import _duckdb, pyarrow.compute
assert pyarrow.compute.sum([1, 2]).as_py() == 3
assert pyarrow.table({"x": [2, 1]}).sort_by("x")["x"].to_pylist() == [1, 2]
print(threads, {"asyncio", "pandas", "pydoc", "pyarrow.fs"} & set(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", text], check=True, capture_output=True, text=True)

    assert done.stdout == "1 set()\n"
