"""Functions on awkward values: the embedded database has Neo4j's values, or says that it cannot."""

from __future__ import annotations

import math
import os
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from chance import SEED
from random_expressions import Expressions
from random_statements import Value, shrunk

from graphkit.errors import StoreError, UsageError
from graphkit.stores.base import Store

EXPRESSIONS = int(os.environ.get("FUZZED_EXPRESSIONS", "50"))
APART = re.compile(
    r"\b(exp|log|log10|sin|cos|tan|cot|asin|acos|atan|atan2|haversin|degrees|radians|avg|sum|stDev|"
    r"stDevP|percentileCont)\(|\^"
)
"""Functions whose last digits two mathematical libraries, or orders of adding up, may not share."""


def values(store: Store, statement: str) -> list[list[Any]] | None:
    """Give the rows of a statement, or none if it is refused."""
    try:
        return [list(row.values()) for row in store.ask(statement).table.to_pylist()]
    except (StoreError, UsageError):
        return None


def alike(left: Any, right: Any, apart: bool) -> bool:
    """Tell if two values are the same, of the same type and to the last digit unless told so."""
    if isinstance(left, list) and isinstance(right, list):
        pairs = zip(left, right, strict=False)
        return len(left) == len(right) and all(alike(*pair, apart) for pair in pairs)
    if apart and all(isinstance(value, int | float) for value in (left, right)):
        return repr(left) == repr(right) or math.isclose(left, right, rel_tol=1e-12)
    return repr(left) == repr(right)


def outcome(stores: dict[str, Store], statement: str) -> str:
    """Tell if both databases have the same values, or who refuses the statement."""
    with ThreadPoolExecutor(1) as neo4j:
        wanted = neo4j.submit(values, stores["neo4j"], statement)
        rows = values(stores["embedded"], statement)
    if rows is None:
        return "refused" if wanted.result() is not None else "refused by both"
    if wanted.result() is None:
        return "refused by Neo4j"
    return "same" if alike(rows, wanted.result(), bool(APART.search(statement))) else "other"


def test_expressions_made_by_chance_have_neo4js_values(stores):
    made = Expressions(SEED)
    counts: Counter[str] = Counter()
    other: list[Value] = []
    for _ in range(EXPRESSIONS):
        statement = made.one()
        counts[outcome(stores, str(statement))] += 1
        if counts["other"] > len(other):
            other.append(statement)

    smallest = [shrunk(one, lambda less: outcome(stores, str(less)) == "other") for one in other]
    assert list(map(str, smallest)) == []
    assert counts["same"] > 0.8 * EXPRESSIONS
    assert counts["refused by Neo4j"] < 0.05 * EXPRESSIONS
