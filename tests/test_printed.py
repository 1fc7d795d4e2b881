"""The record of what is printed, and what it tells of another one."""

from __future__ import annotations

import pytest
from printed import LIST, NO_FACTS, file_of, lines_of, main

from graphkit.brief.brief import BRIEF
from graphkit.questions.registry import VERBS

LINES = (
    "depends KOR --for ree-metals",
    "depends Atlantis",
    "GET /api/suppliers?country=KOR&for=ree-metals",
    'TOOL controls {"country": "CHN"}',
)


@pytest.fixture
def arguments(tmp_path, sliced_file, monkeypatch):
    """Ask the slice a few lines, and leave the variables as they are."""
    for name in ("GRAPHKIT_DB", "COLUMNS", *NO_FACTS):
        monkeypatch.setenv(name, "")
    lines = tmp_path / "lines.txt"
    lines.write_text("\n".join(LINES), encoding="utf-8")
    return ["--db", str(sliced_file), "--list", str(lines)]


def test_what_is_printed_twice_is_equal_and_an_edit_differs(tmp_path, arguments, capsys):
    before, after = tmp_path / "before", tmp_path / "after"
    main([str(before), *arguments])
    capsys.readouterr()

    assert main([str(after), "--against", str(before), *arguments]) == 0
    assert capsys.readouterr().out == f"{len(LINES)} equal, 0 differ\n"

    path = before / file_of(LINES[0])
    text = path.read_text(encoding="utf-8")
    assert "KOR,CHN,ree-metals" in text
    path.write_text(text.replace("KOR,CHN,ree-metals", "KOR,CHN,magnets-metal"), encoding="utf-8")
    assert main([str(tmp_path / "again"), "--against", str(before), *arguments]) == 1
    shown = capsys.readouterr().out
    assert "\n-KOR,CHN,magnets-metal" in shown
    assert "\n+KOR,CHN,ree-metals" in shown
    assert shown.endswith(f"{len(LINES) - 1} equal, 1 differ\n")


def test_a_record_has_both_streams_and_the_code(tmp_path, arguments):
    main([str(tmp_path / "record"), *arguments])

    refused = (tmp_path / "record" / file_of(LINES[1])).read_text(encoding="utf-8")
    assert "[code 2]" in refused
    assert "Atlantis" in refused.partition("[stderr]")[2]


def test_every_question_is_on_the_list():
    lines = lines_of(LIST.read_text(encoding="utf-8"))

    for verb in (*VERBS, BRIEF):
        assert [line for line in lines if line.startswith(f"{verb.name} ") and "--help" not in line]
