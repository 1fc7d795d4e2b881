"""Statements as analysts write them: the embedded database answers as Neo4j does."""

from __future__ import annotations

import math
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


ROUNDED = (
    *(0.0, -0.0, 0.5, -0.5, 2.5, -2.5, 1.005, -1.005, 2.675, 1.15, 0.285, 1.45, -8.35, 0.1 + 0.2),
    *(0.49999999999999994, 4503599627370497.5, 123456789012345.67, 1e22, -1e300, 1e-310, 1e-7),
    *(math.nextafter(n + 0.5, n) / 100 for n in range(40)),
    *((n + 0.5) / 1000 for n in range(40)),
    *(math.inf, -math.inf, math.nan, None),
)
"""Fractions at halves, beside them, and at the ends of what a fraction can be."""
MODES = ("UP", "DOWN", "CEILING", "FLOOR", "HALF_UP", "HALF_DOWN", "HALF_EVEN")


def test_awkward_fractions_are_rounded_alike(stores):
    places = [f"round(x, {n})" for n in (0, 1, 2, 3, 15, 22, 323, 400)]
    modes = [f"round(x, {n}, '{mode}')" for n in (0, 2) for mode in MODES]
    columns = ", ".join(f"{call} AS c{n}" for n, call in enumerate(["round(x)", *places, *modes]))
    statement = f"UNWIND $xs AS x RETURN {columns}"

    embedded, neo4j = (
        store.ask(statement, {"xs": ROUNDED}).table.to_pylist() for store in stores.values()
    )

    assert list(map(repr, embedded)) == list(map(repr, neo4j))


SCALARS = {
    "btrim(t, 'x.')": ("xxhixx", "x.x", "", "a"),
    "rtrim(t, 'xi')": ("hixx", "[x]"),
    "ltrim(t, '[]')": ("[]a[]", "]]", "👍"),
    "trim(BOTH 'x' FROM t)": ("xxax", "x", "ax "),
    "trim(LEADING '0' FROM t)": ("007", "700"),
    "trim('-' FROM t)": ("--a-", "-"),
    "toUpper(t)": ("straße", "ǅ", "éσ"),
    "toLower(t)": ("İzmir", "ΟΔΟΣ", "ΣΑΣ ΟΣ", "Σ"),
    "reverse(t)": ("e\u0301a", "👍x"),
    "toFloat(t)": ("NaN", "-Infinity", "1d", "2.5f", " 1e3 ", "0x1F", "1_000", "inf"),
    "toInteger(t)": ("9223372036854775807.0", "-.5", "0.99999999999999999999", "1e3", "NaN"),
    "toIntegerOrNull(t)": ("1e30", "9223372036854775808", "7.9"),
    "CASE t WHEN STARTS WITH 'a' THEN 1 WHEN > 'x', 'b' THEN 2 WHEN =~ '[0-9]+' THEN 3 END": (
        *("ab", "b", "y", "12", "z1", "c"),
    ),
}
"""Expressions of a text, with awkward texts."""


NUMBERS = (
    *("toInteger(1e30)", "toInteger(-1e30)", "toInteger(0.0 / 0.0)", "toInteger(-2.9)", "-(0.0)"),
    *("asin(2)", "cot(0)", "haversin(1)", "toIntegerList(['1', 'a', null])"),
    *("toBooleanOrNull(1.5)", "CASE 5 WHEN > 3 THEN 1 END", "CASE null WHEN IS NULL THEN 1 END"),
    "CASE 5 WHEN <> 5 THEN 1 WHEN IS NOT NULL THEN 2 END",
)


def test_awkward_texts_and_numbers_have_the_same_values(stores):
    given = {f"t{n}": list(texts) for n, texts in enumerate(SCALARS.values())}
    columns = [f"[t IN $t{n} | {expression}] AS t{n}" for n, expression in enumerate(SCALARS)]
    columns += [f"{expression} AS n{n}" for n, expression in enumerate(NUMBERS)]

    embedded, neo4j = (
        store.ask(f"RETURN {', '.join(columns)}", given).table.to_pylist()[0]
        for store in stores.values()
    )

    assert {n: repr(v) for n, v in embedded.items()} == {n: repr(v) for n, v in neo4j.items()}


PIVOT = """
UNWIND [{y: 1, v: 1.5}, {y: 2, v: 3.0}, {y: 2, v: null}] AS r
WITH sum(CASE WHEN r.y = 1 THEN r.v ELSE 0 END) AS a, sum(CASE r.y WHEN 2 THEN r.v ELSE 0 END) AS b
RETURN b / a AS x, (b - a) / a AS y, b / a - 1 AS z, 100 * (b - a) / a AS w, b / 2 AS t
"""


def test_the_growth_of_a_pivot_is_the_same(stores):
    embedded, neo4j = (store.ask(PIVOT).table.to_pylist() for store in stores.values())

    assert embedded == neo4j == [{"x": 2.0, "y": 1.0, "z": 1.0, "w": 100.0, "t": 1.5}]


def test_a_pivot_without_a_value_before_has_no_growth(stores):
    for store in stores.values():
        with pytest.raises(StoreError):
            store.ask(PIVOT.replace("y: 1,", "y: 3,"))
