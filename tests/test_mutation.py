"""The tool that tries the tests: its small wrong changes, and the tests that it chooses."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "mutation"))

from choice import files_for
from mutants import mutants

SOURCE = b"""\
def within(value, limit):
    return value <= limit
"""


def test_a_mutant_is_the_module_with_one_change():
    texts = {name: mutant.applied(SOURCE).decode() for name, mutant in mutants(SOURCE).items()}

    assert texts == {
        "return value <= limit | value <= limit -> (value < limit) | 1":
            "def within(value, limit):\n    return (value < limit)\n",
        "return value <= limit | return value <= limit -> return None | 1":
            "def within(value, limit):\n    return None\n",
    }  # fmt: skip


def test_its_name_stays_when_lines_are_added_above():
    assert mutants(b"import os\n\n\n" + SOURCE).keys() == mutants(SOURCE).keys()


def test_the_same_line_twice_makes_two():
    names = mutants(SOURCE + SOURCE.replace(b"within", b"below"))

    assert [name[-1] for name in names] == ["1", "1", "2", "2"]


@pytest.mark.parametrize(
    ("module", "test"),
    [
        ("analysis/cover.py", "cover"), ("importers/comtrade.py", "import_comtrade"),
        ("questions/shared/trade.py", "trade_questions"),
        ("questions/markets/changes_text.py", "headlines"),
        ("questions/act/controls_picture.py", "plot_kinds"),
        ("questions/supply/stocks.py", "stocks"),
    ],
)  # fmt: skip
def test_the_files_for_a_module_are_among_those_that_are_chosen(module, test, monkeypatch):
    """Those of a room that a question uses are the tests of the question."""
    monkeypatch.chdir(Path(__file__).parents[1])

    assert f"tests/test_{test}.py" in files_for(f"graphkit/{module}", 4)
