"""First lines of questions made by chance over all verbs, on the shipped graph."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest
from chance import SEED
from claim_checker import check
from random_questions import RandomQuestions
from test_headlines import names_of

import graphkit
from graphkit.api import Session
from graphkit.errors import GraphkitError
from graphkit.questions.registry import PARAMETERS

QUESTIONS = int(os.environ.get("TESTS_RANDOM_QUESTIONS", "200"))
"""Number of answers whose first lines are checked; what is refused does not count."""
AT_ONCE = 50
"""Number of answers of one test."""


@pytest.fixture(scope="module")
def shipped() -> Iterator[Session]:
    with graphkit.open() as session:
        yield session


@pytest.mark.long
@pytest.mark.parametrize("part", range(-(-QUESTIONS // AT_ONCE)))
def test_what_a_first_line_claims_is_in_the_rows_of_any_question(shipped, part):
    names = names_of(shipped)
    questions = RandomQuestions(shipped, Random(f"{SEED}/{part}"))
    faults, counts = [], Counter()
    while counts["answered"] < AT_ONCE:
        name, arguments = questions.next()
        try:
            answer = getattr(shipped, name)(**arguments)
        except GraphkitError:
            counts["refused"] += 1
            continue
        counts["answered"] += 1
        try:
            check(name, answer, names)
        except (AssertionError, KeyError) as error:
            faults.append(f"{name} {arguments}: {answer.headline}\n{error!r}")

    print(f"seed {SEED}, part {part}: {counts['answered']} answered, {counts['refused']} refused")
    assert not faults, "\n".join(faults)


@pytest.mark.long
def test_every_question_is_drawn(shipped):
    questions = RandomQuestions(shipped, Random(SEED))

    drawn = {questions.next()[0] for _ in range(40 * len(PARAMETERS))}
    assert drawn == {*PARAMETERS}
