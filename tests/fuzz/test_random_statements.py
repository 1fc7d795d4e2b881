"""Statements made by chance: the embedded database gives Neo4j's rows, or says that it cannot."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from chance import SEED
from random_statements import Asked, Statements, shrunk
from test_ordinary import rounded

from graphkit.errors import StoreError, UsageError
from graphkit.stores.base import Store
from graphkit.stores.results import Result

STATEMENTS = int(os.environ.get("FUZZED_STATEMENTS", "400"))
PART = 200
"""Statements whose rows are kept until both databases have answered."""


def rows(ask: Callable[[str], Result], statement: str) -> list[list[Any]] | None:
    """Give rows after their columns, in an order of their own where none is asked for."""
    try:
        table = ask(statement).table
    except (StoreError, UsageError):
        return None
    found = [[rounded(value) for value in row.values()] for row in table.to_pylist()]
    ordered = "ORDER BY" in statement.rpartition("}")[2]
    return [table.column_names, *(found if ordered else sorted(found, key=repr))]


def outcomes(stores: dict[str, Store], asked: Iterable[Asked]) -> list[str]:
    """Tell if each statement has the same rows or other ones, or who refuses it."""
    with ThreadPoolExecutor(1) as neo4j:  # plans a statement while the file is asked the next
        both = []
        for statement in map(str, asked):
            found = rows(stores["embedded"].ask, statement)
            wanted = (
                neo4j.submit(rows, stores["neo4j"].ask, statement) if found is not None else None
            )
            both.append((found, wanted))
        return [_outcome(found, wanted.result() if wanted else None) for found, wanted in both]


def _outcome(found: list[list[Any]] | None, wanted: list[list[Any]] | None) -> str:
    if found is None:
        return "refused"
    return "refused by Neo4j" if wanted is None else "same" if found == wanted else "other"


def test_statements_made_by_chance_have_neo4js_rows(stores):
    made = Statements(5 + SEED)
    counts: Counter[str] = Counter()
    other: list[Asked] = []
    while counts.total() < STATEMENTS and not other:
        part = [made.one() for _ in range(min(PART, STATEMENTS - counts.total()))]
        found = outcomes(stores, part)
        counts.update(found)
        other = [asked for asked, kind in zip(part, found, strict=True) if kind == "other"]

    smallest = [
        shrunk(asked, lambda less: outcomes(stores, [less]) == ["other"]) for asked in other
    ]
    assert list(map(str, smallest)) == []
    # Most of the others are refused for what their comprehensions take from outside them.
    assert counts["same"] > 0.8 * STATEMENTS
