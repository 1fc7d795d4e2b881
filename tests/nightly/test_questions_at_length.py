"""First lines of thousands of questions made by chance, on the shipped graph."""

# ruff: noqa: F403
import os

os.environ.setdefault("TESTS_RANDOM_QUESTIONS", "5000")

from test_questions_by_chance import *
