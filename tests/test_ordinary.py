"""Statements as analysts write them: the embedded database answers as Neo4j does."""

from __future__ import annotations

from typing import Any

import pytest
from ordinary_statements import KINDS, PARAMETERS, REFUSED, statements
from test_query_files import same

from graphkit.errors import StoreError, UsageError
from graphkit.stores import Store

MOST_REFUSED = 19
"""Of 300."""


def rows(store: Store, statement: str) -> list[list[Any]] | str:
    """Rows as lists with the columns first, in an order of their own where none is asked for."""
    try:
        table = store.ask(statement, PARAMETERS).table
    except (StoreError, UsageError) as error:
        return str(error)
    found = [list(row.values()) for row in table.to_pylist()]
    return [table.column_names, *(found if "ORDER BY" in statement else sorted(found, key=repr))]


def equal(one: list[list[Any]] | str, other: list[list[Any]] | str) -> bool:
    """Equal rows; a number is the same number as integer and as fraction."""
    numbers = [[float(v) if type(v) is int else v for v in row] for row in one]
    others = [[float(v) if type(v) is int else v for v in row] for row in other]
    return isinstance(one, list) and isinstance(other, list) and same(numbers, others)


@pytest.mark.parametrize("kind", KINDS)
def test_ordinary_statements_have_the_same_rows_on_both_databases(stores, kind):
    asked = statements(kind)
    found = {s: (rows(stores["embedded"], s), rows(stores["neo4j"], s)) for s in asked}

    assert len(set(asked)) == 25
    assert [s for s, (_, neo4j) in found.items() if isinstance(neo4j, str)] == []
    unlike = {s: both for s, both in found.items() if not equal(*both)}
    assert {s: both for s, both in unlike.items() if s not in REFUSED} == {}
    assert {s: embedded for s, (embedded, _) in unlike.items() if isinstance(embedded, list)} == {}
    assert list(unlike) == [s for s in asked if s in REFUSED]


def test_few_ordinary_statements_are_refused():
    assert len(REFUSED) <= MOST_REFUSED
    assert sum(len(statements(kind)) for kind in KINDS) == 300
