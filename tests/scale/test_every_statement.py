"""Statements that the ordinary tests leave out, on both databases."""

import pytest
from hostile_statements import BOMBS, ordinary
from test_hostile import FEW_BOMBS
from test_hostile import engine as engine
from test_hostile import (
    test_every_query_ends_in_time_and_the_next_one_works as test_every_query_ends_in_time,
)
from test_hostile import (
    test_no_ordinary_query_is_refused_and_both_databases_answer_alike as test_both_answer_alike,
)
from test_ordinary import (
    test_ordinary_statements_have_the_same_rows_on_both_databases as test_ordinary_statements,
)

__all__ = [
    "engine", "test_both_answer_alike", "test_every_query_ends_in_time", "test_ordinary_statements"
]  # fmt: skip


@pytest.fixture
def bombs():
    return {name: text for name, text in BOMBS.items() if name not in FEW_BOMBS}


@pytest.fixture
def asked():
    return [text for n, text in enumerate(ordinary()) if n % 20]


@pytest.fixture
def parts():
    return (1, 2)
