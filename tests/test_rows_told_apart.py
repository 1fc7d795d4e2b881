"""Tables on a terminal: no two rows read alike, and the column of the answer is there."""

from __future__ import annotations

import shlex

import pytest
from long_cases import others_long
from refresh_readme import on_a_terminal

from graphkit.pages.columns import TextColumn
from graphkit.pages.plain import PlainPage
from graphkit.questions.registry import VERBS

ANSWERS = {
    "spof KOR --for dysprosium": "Share",
    "prices --for dysprosium": "USD/t",
    "criticality": "SR at most",
    "controls": "Quota (t)",
    "concentration --for lithium": "Its share",
    "reliance": "Published",
    "unknowns KOR --for 'rare earths'": "Narrows by",
    "trend JPN --for 'rare earths'": "USD",
    "centrality --for 'rare earths' --layered": "Out",
    "depends KOR JPN USA --on CHN --for 'rare earths'": "Share by value",
    "depends KOR": "Share by value",
    "dependents CHN": "Share by value",
    "suppliers KOR --for 'rare earths'": "Share by value",
    "origins KOR USA --for magnets-metal": "Looked through",
    "leverage KOR CHN --for 'rare earths'": "Lost sales",
    "spof KOR": "Verdict",
    "spof --for 'rare earths'": "Consumers",
    "spof KOR --for magnets-metal --definition structural": "Loses",
    "disrupt CHN --for 'rare earths'": "Loses in all",
    "stocks CHN --for magnets-metal --of KOR": "Uncovered",
    "cascade CHN --for magnets-metal": "Round",
    "diversify KOR --for 'rare earths' --max-share 0.5": "Would buy",
    "targets": "Verdict",
    "concentration": "Its share",
    "reliance --n-minus-1": "Met at least",
    "uses 'rare earths'": "Share",
    "uses dysprosium --technology 'wind, direct drive' --mw 10000 --of KOR": "Figure (t)",
    "plants CHN": "Plant",
    "owners --for 'rare earths'": "Known",
    "companies --for cobalt": "Share",
    "show 'Mount Weld'": "Fact",
    "show lynas": "Fact",
    "flows --for 'rare earths'": "Value",
    "network --for magnets-metal": "Share",
    "centrality --for magnets-metal --over-time": "Betweenness",
    "compare 2023 2024 --of KOR --for ree-metals": "points",
    "trend KOR --for ree-metals --on CHN": "share",
    "claims": "Claim",
    "claims check --of KOR": "Facts give",
    "claims conflicts": "Other claim",
}  # fmt: skip
"""Questions of every verb, and the header of the column that answers them."""
OF_BOTH_SIDES = "mirror"
"""The verb that the shipped facts have no answer to."""


@pytest.fixture
def tables(graphkit, monkeypatch):
    """Give the columns of the tables that a command prints on a terminal of some width."""

    def printed(command: str, width: int) -> list[list[TextColumn]]:
        drawn: list[list[TextColumn]] = []
        draw = PlainPage.table

        def noted(page: PlainPage, columns: list[TextColumn]) -> None:
            drawn.append(columns)
            draw(page, columns)

        with monkeypatch.context() as patch:
            patch.setenv("COLUMNS", str(width))
            patch.setattr(PlainPage, "table", noted)
            code, shown, errors = graphkit(*on_a_terminal(shlex.split(command)))
        assert (code, errors) in ((0, ""), (3, errors))
        assert "--wide" in command or max(map(len, shown.splitlines())) <= width
        return drawn[-1:]  # a page is laid out again until its lines suffice

    return printed


def test_every_verb_is_asked():
    asked = {" ".join(shlex.split(command)[:2]) for command in ANSWERS}

    for verb in VERBS:
        assert verb.name == OF_BOTH_SIDES or any(
            words == verb.name or words.startswith(f"{verb.name} ") for words in asked
        )


@pytest.mark.parametrize("width", [80, pytest.param(100, marks=pytest.mark.long)])
@pytest.mark.parametrize("command", others_long(ANSWERS, 8))
def test_no_two_rows_read_alike_and_the_answer_is_shown(tables, command, width):
    (columns,) = tables(command, width)
    printed = [column for column in columns if column.name != "remark"]
    (wide,) = tables(f"{command} --wide", width)

    assert ANSWERS[command] in [column.header for column in columns]
    assert different(printed) == len(printed[0].cells)
    texts = [column for column in printed if not column.number]
    hidden = [column for column in wide if not column.number and column.name != "remark"]
    if texts and hidden:
        count = min(len(texts[0].cells), len(hidden[0].cells))
        assert different(texts, count) >= different(hidden, count)


def different(columns: list[TextColumn], count: int | None = None) -> int:
    """Count the first rows that read differently."""
    return len(set(zip(*(column.cells[:count] for column in columns), strict=True)))
