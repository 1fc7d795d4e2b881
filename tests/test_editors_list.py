"""The editor's list: questions that mislead easily, and what a first line says of each.

``tests/editor`` has them by subject. Each says the trap, what the first line must say, and what it
must never say: figures, names and words that matter, as `saying.unsaid` reads them.
"""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from saying import unsaid

from graphkit.cli import app

Question = dict[str, Any]
PAGES = {"brief", "cite"}
"""Verbs whose answer is a text that is cited as it is."""
ORDINARY = 2
"""Number of the questions of each subject that are no long tests."""


def read_questions() -> dict[str, list[Question]]:
    """Read the questions by their subject."""
    files = sorted((Path(__file__).parent / "editor").glob("*.yaml"))
    return {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in files}


SUBJECTS = read_questions()
LIST = [question for questions in SUBJECTS.values() for question in questions]
SAMPLE = [question for questions in SUBJECTS.values() for question in questions[:ORDINARY]]


def cases(ordinary: list[Question]) -> list[Any]:
    """Return all questions under their own words, those that are not ordinary as long ones."""
    return [
        pytest.param(
            question, id=question["ask"], marks=[] if question in ordinary else pytest.mark.long
        )
        for question in LIST
    ]


def first_line(question: Question, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    """Return the first line of an answer, its refusal, or the text of a page."""
    words = shlex.split(question["ask"])
    capsys.readouterr()
    code = app.run([*words, *([] if words[0] in PAGES else ["--format", "json"]), *more])
    output, errors = capsys.readouterr()
    if code or words[0] in PAGES:
        return output + errors
    return str(json.loads(output)["headline"])


def faults(question: Question, text: str) -> list[str]:
    """List what a text leaves out, and what it says that it must not."""
    never = [words for words in question.get("never", ()) if not unsaid(text, words)]
    return [*(f"unsaid: {words}" for words in unsaid(text, *question.get("say", ()))),
            *(f"said: {words}" for words in never)]  # fmt: skip


@pytest.mark.parametrize("question", cases(SAMPLE))
def test_a_first_line_is_true_where_it_is_printed_alone(question, capsys):
    text = first_line(question, capsys)

    assert not faults(question, text), text


def test_a_question_says_its_trap_and_what_to_look_for():
    asked = [question["ask"] for question in LIST]
    assert len(set(asked)) == len(asked)
    for question in LIST:
        assert question.keys() <= {"ask", "trap", "say", "never"}, question
        assert question["trap"], question
        assert all(isinstance(text, str) for key in ("say", "never")
                   for text in question.get(key, ())), question  # fmt: skip
        assert question.get("say") or question.get("never"), question


def test_what_is_left_out_and_what_is_wrongly_said_are_faults():
    question = {"say": ["Laos … cannot be told", "2015"], "never": ["48 % from Laos"]}

    assert not faults(question, "who sold most of it in 2015, Laos or Burma, cannot be told")
    assert faults(question, "in 2015 it bought 48 % from Laos") == [
        "unsaid: cannot be told", "said: 48 % from Laos"
    ]  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("question", SAMPLE[::ORDINARY], ids=lambda question: question["ask"])
def test_both_databases_say_the_same_of_the_sample(
    question, stores, sample_file, neo4j_server, capsys, monkeypatch
):
    uri, user, password = neo4j_server
    monkeypatch.setenv("NEO4J_USERNAME", user)
    monkeypatch.setenv("NEO4J_PASSWORD", password)

    embedded = first_line(question, capsys, "--db", str(sample_file))
    on_server = first_line(question, capsys, "--db", uri)
    assert on_server.replace(uri, str(sample_file)) == embedded
