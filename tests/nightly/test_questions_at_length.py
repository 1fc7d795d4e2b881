"""First lines of thousands of random questions, and of chosen ones, on the shipped graph."""

# ruff: noqa: F403, F405
import os

os.environ.setdefault("TESTS_RANDOM_QUESTIONS", "5000")

from test_headlines import MORE, SHIPPED, told
from test_questions_by_chance import *


def test_what_a_first_line_claims_is_in_the_rows_of_the_chosen_questions(shipped):
    names = names_of(shipped)
    for asked in [*SHIPPED, *MORE]:
        if answer := told(shipped, asked):
            check(asked[0], answer, names)
