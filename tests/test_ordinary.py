"""Statements as analysts write them: the embedded database answers as Neo4j does."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest
from long_cases import others_long
from ordinary_statements import KINDS, PARAMETERS, statements

from graphkit.errors import StoreError, UsageError
from graphkit.stores.base import Store


def rows(store: Store, statement: str) -> list[list[Any]] | str:
    """Rows as lists with the columns first, in an order of their own where none is asked for."""
    try:
        table = store.ask(statement, PARAMETERS).table
    except (StoreError, UsageError) as error:
        return str(error)
    found = [[rounded(value) for value in row.values()] for row in table.to_pylist()]
    if "keys(" in statement:  # which have no order
        found = [[sorted(value) for value in row] for row in found]
    return [table.column_names, *(found if "ORDER BY" in statement else sorted(found, key=repr))]


def rounded(value: Any) -> Any:
    """Write fractions to ten digits, as a database adds them up in an order of its own.

    A fraction is not an integer, but for zero: a sum of no fractions is 0.0 in the embedded
    database and 0 in Neo4j, and -0.0 is 0.
    """
    if isinstance(value, list):
        return [rounded(item) for item in value]
    if not isinstance(value, float):
        return value
    return repr(float(f"{value:.10g}")) if value else 0


@pytest.fixture
def parts() -> Collection[int]:
    """The third of the statements of a kind that is asked; tests/scale has the other two."""
    return (0,)


@pytest.mark.parametrize("kind", others_long(KINDS, 6))
def test_ordinary_statements_have_the_same_rows_on_both_databases(stores, kind, parts):
    asked = [text for n, text in enumerate(statements(kind)) if n % 3 in parts]
    found = {s: (rows(stores["embedded"], s), rows(stores["neo4j"], s)) for s in asked}

    assert [s for s, (_, neo4j) in found.items() if isinstance(neo4j, str)] == []
    assert {s: both for s, both in found.items() if both[0] != both[1]} == {}


def test_there_are_422_ordinary_statements():
    assert [len(set(statements(kind))) for kind in KINDS] == [25] * 12 + [122]
