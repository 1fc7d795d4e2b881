"""The page and the help of columns are what the questions declare."""

from __future__ import annotations

from inspect import cleandoc

import pytest
from columns_page import PAGE, columns_page

from graphkit.answers.columns import Column
from graphkit.cli.app import run
from graphkit.questions.columns import columns_of
from graphkit.questions.registry import VERBS


def test_the_page_is_what_the_tool_writes():
    """It is corrected by ``python tools/columns_page.py``."""
    assert PAGE.read_text(encoding="utf-8") == columns_page(VERBS)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_every_column_says_what_it_means_and_goes_before_what_refers_to_it(verb):
    for columns in columns_of(verb).values():
        assert not [column.name for column in columns if not column.meaning]
        before: Column | None = None
        for column in columns:
            if column.header and column.header[0].islower() and before:
                assert column.rank >= before.rank, (before.name, column.name)
            if column.header and not column.header[0].islower():
                before = column


@pytest.mark.parametrize("name", ["origins", "claims", "claims check"])
def test_a_command_explains_its_columns(name, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "90")

    assert run([*name.split(), "--help-columns"]) == 0
    text = capsys.readouterr().out
    words = " ".join(text.rpartition("JSON and CSV.")[2].split())
    for columns in columns_of(next(verb for verb in VERBS if verb.name == name)).values():
        for column in columns:
            if column.header:
                said = cleandoc(f"{column.header} ({column.name}): {column.meaning}")
                assert said in words
    assert max(map(len, text.splitlines())) <= 90
