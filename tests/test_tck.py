"""The read scenarios of openCypher's compatibility kit, on an embedded database without rows."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
from direct import Direct
from tck import Scenario, scenarios, writes

from graphkit.cypher.statement import Statement
from graphkit.errors import StoreError, Untranslated, UsageError
from graphkit.schema import GRAPH
from graphkit.stores.duck.file import FILE, ddl

PAGE = Path(__file__).parents[1] / "docs" / "cypher.md"
OTHER = (
    "Match3 [29] Fail when re-using a relationship in the same pattern",
    "ReturnOrderBy6 [5] Fail if more complex expressions, even if returned, are used inside an "
    "order by item which contains an aggregation expression",
)
"""Scenarios that want an error; Neo4j has none, and the same rows."""
PART = 24
"""Of so many scenarios, the ordinary tests run one."""

TIME = "times, durations, zones, and dates by week, quarter or day of the year"
REASONS = {
    "function of time|date of a text|date\\(\\) of": TIME,
    "order of|equality of": "an order or equality of nested values with a null or of several types",
    "open braces": "maps in more than ten others",
    "": "others",
}
"""Groups of what the embedded database refuses, by its message."""


@cache
def every() -> list[Scenario]:
    return list(scenarios())


def runnable() -> list[Scenario]:
    """Those on no graph of their own."""
    return [each for each in every() if not each.left_out]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Direct]:
    """The tables of the schema, and nothing in them."""
    path = tmp_path_factory.mktemp("empty") / "graph.duckdb"
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"ATTACH '{path}' AS {FILE}")
        for statement in ddl(GRAPH):
            connection.execute(statement)
        connection.execute(f"DETACH {FILE}")
    with Direct(path) as store:
        yield store


def outcome(store: Direct, scenario: Scenario) -> str:
    """``same`` rows, an ``error`` that is wanted, ``other`` rows or none, or why it is refused."""
    [statement] = scenario.statements
    try:
        table = store.read(statement, scenario.parameters).table
    except (StoreError, Untranslated, UsageError) as error:
        if scenario.error:
            return "error"
        return next(reason for said, reason in REASONS.items() if re.search(said, str(error)))
    columns = []
    for field, values in zip(table.schema, table.columns, strict=True):
        column = values.to_pylist()
        texts = [json.loads(v) if v is not None else None for v in column] if field.metadata else []
        columns.append(texts or column)
    found = [list(row) for row in zip(*columns, strict=True)]
    same = in_order(found, scenario) == in_order(scenario.rows, scenario)
    named = table.column_names == scenario.columns or not scenario.columns
    return "same" if same and named and not scenario.error else "other"


def in_order(rows: list[list[Any]], scenario: Scenario) -> list[Any]:
    """Rows in an order of their own where none is asked for."""
    found = [comparable(row, True, scenario.lists_ordered) for row in rows]
    return found if scenario.ordered else sorted(found, key=repr)


def comparable(value: Any, ordered: bool, inner: bool) -> Any:
    """A value that equals another one if Cypher's values are the same, as far as Arrow tells."""
    if isinstance(value, list):
        items = [comparable(item, inner, inner) for item in value]
        return items if ordered else sorted(items, key=repr)
    if isinstance(value, dict):
        return {key: comparable(item, inner, inner) for key, item in sorted(value.items())}
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"number {value + 0.0:.12g}" if number else repr(value)


def table(counts: Counter[str]) -> str:
    return "\n".join(f"| {what} | {count:,} |" for what, count in counts.most_common())


def test_a_part_of_the_scenarios_has_the_rows_of_the_kit_or_is_refused(empty):
    part = [each for each in runnable() if each.name not in OTHER][::PART]
    outcomes = Counter(outcome(empty, each) for each in part)

    assert outcomes["other"] == 0
    assert outcomes["same"] + outcomes["error"] > (len(part) - outcomes[TIME]) * 0.98


@pytest.mark.long
def test_all_scenarios_have_the_rows_of_the_kit_or_are_refused_as_documented(empty):
    found = [(outcome(empty, each), each) for each in runnable()]
    outcomes = Counter(what for what, _ in found)

    assert [each.name for what, each in found if what == "other"] == list(OTHER)
    ran = {
        "the same rows": outcomes.pop("same"),
        "an error, as the kit wants": outcomes.pop("error"),
    }
    assert outcomes.pop("other") == len(OTHER)
    assert table(Counter(ran)) in PAGE.read_text("utf-8")
    assert table(outcomes) in PAGE.read_text("utf-8")


def test_the_scenarios_left_out_are_documented():
    left = Counter(each.left_out for each in every() if each.left_out)

    assert (len(every()), len(runnable())) == (3_897, 2_766)
    assert table(left) in PAGE.read_text("utf-8")


def test_every_statement_of_the_kit_that_writes_is_refused_and_no_other():
    asked = {text for each in every() for text in (*each.setups, *each.statements)}
    plain = [each for each in every() if not (each.error or each.procedures)]
    read = {text for each in plain for text in each.statements if not writes(text)}

    assert len(asked) > 4_000
    assert {text for text in asked if writes(text) and not gate(text)} == set()
    refused = {text: said for text in read if (said := gate(text))}
    assert [said for said in refused.values() if "more than 10 open braces" not in said] == []
    assert len(refused) == 2


def gate(text: str) -> str:
    """Return what the gate says against a statement."""
    try:
        Statement(text).check_read_only()
    except UsageError as error:
        return str(error)
    return ""
