"""Dates of statements on a DuckDB file, as Neo4j has them, and what else of time is refused."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
from direct import Direct
from saying import Naming

from graphkit.build import Graph
from graphkit.errors import StoreError, Untranslated
from graphkit.stores.base import no_progress
from graphkit.stores.duck.file import fill

PARAMETERS = {"day": "2024-02-29", "text": "no date", "parts": {"year": 2024, "month": 2}}


@pytest.fixture(scope="module")
def reader(sample_graph: Graph, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Direct]:
    """A DuckDB file of the sample."""
    place = tmp_path_factory.mktemp("duck") / "graph.duckdb"
    fill(place, sample_graph, no_progress)
    with Direct(place) as opened:
        yield opened


def rows(reader: Direct, statement: str) -> list[list[Any]]:
    table = reader.read(statement, PARAMETERS).table
    return [list(row.values()) for row in table.to_pylist()]


def value(reader: Direct, expression: str) -> Any:
    [[result]] = rows(reader, f"RETURN {expression} AS x")
    return result


DATES = {
    "date('2015-07-21')": "2015-07-21",
    "date('2015-07')": "2015-07-01",
    "date('2015')": "2015-01-01",
    "date('0001-01-01')": "0001-01-01",
    "date($day)": "2024-02-29",
    "date(null)": None,
    "date({year: 1984, month: 10, day: 11})": "1984-10-11",
    "date({day: 11, month: 10, year: 1984})": "1984-10-11",
    "date({year: 1984})": "1984-01-01",
    "date($parts)": "2024-02-01",
    "date(date('2024-02-29'))": "2024-02-29",
    "toString(date('2024-02'))": "2024-02-01",
    "'until ' + date('2024')": "until 2024-01-01",
    "[date('2024-01-01'), null]": ["2024-01-01", None],
    "{since: date('2024-01-01')}": '{"since":"2024-01-01"}',
}


@pytest.mark.parametrize("expression", DATES)
def test_a_date_is_that_of_neo4j(reader, expression):
    assert value(reader, expression) == DATES[expression]


@pytest.mark.parametrize(
    ("day", "fields"),
    [
        ("1984-10-11", {
            "year": 1984, "quarter": 4, "month": 10, "week": 41, "weekYear": 1984, "day": 11,
            "ordinalDay": 285, "dayOfWeek": 4, "weekDay": 4, "dayOfQuarter": 11,
        }),
        ("2017-01-01", {"week": 52, "weekYear": 2016, "dayOfWeek": 7, "dayOfQuarter": 1}),
    ],
)  # fmt: skip
def test_the_fields_of_a_date_are_those_of_neo4j(reader, day, fields):
    listed = ", ".join(f"x.{name} AS {name}" for name in fields)

    [row] = rows(reader, f"WITH date('{day}') AS x RETURN {listed}")
    assert dict(zip(fields, row, strict=True)) == fields


@pytest.mark.parametrize(
    "expression",
    [
        "date('no date')", "date('')", "date('P1D')", "date('2023-02-29')", "date('2015-13')",
        "date($text)", "date({year: 2023, month: 2, day: 29})", "date('2024-01-31T12:00')",
    ],
)  # fmt: skip
def test_what_is_no_date_is_an_error(reader, expression):
    with pytest.raises(StoreError) as caught:
        value(reader, expression)

    assert not isinstance(caught.value, Untranslated)


@pytest.mark.parametrize("text", ["no date", "2023-02-29", "2015-13", ""])
def test_a_text_of_a_column_that_is_no_date_is_named(reader, text):
    with pytest.raises(StoreError, match=f'"{text}') as caught:
        rows(reader, f"UNWIND ['2024-01-01', '{text}'] AS t RETURN date(t) AS d")

    assert not isinstance(caught.value, Untranslated)


@pytest.mark.parametrize(
    "text", ["2015-W30", "2015-Q2-60", "20150721", "2015-202", "2015-7-1", "0000-01-01", "+12024"]
)
@pytest.mark.parametrize("form", ["RETURN date('{}') AS d", "UNWIND ['{}'] AS t RETURN date(t)"])
def test_a_text_that_neo4j_alone_reads_is_named_with_what_is_wanted(reader, text, form):
    with pytest.raises(Untranslated) as caught:
        rows(reader, form.format(text))

    assert str(caught.value) == Naming(f"2024-01-31 … found {text} … '--db local'")


@pytest.mark.parametrize(
    "call",
    [
        "datetime()", "localdatetime('2024')", "time()", "localtime()", "duration('P1M')",
        "duration({days: 1})", "date.truncate('year', date())", "date.realtime()",
        "datetime.fromEpoch(0, 0)", "duration.inDays(date(), date())",
    ],
)  # fmt: skip
def test_other_functions_of_time_are_refused_with_the_way_out(reader, call):
    with pytest.raises(Untranslated) as caught:
        value(reader, call)

    name = call.partition("(")[0]
    assert str(caught.value) == Naming(
        f"line 1, column 8 … found {name}() … c.since >= '2024-02' … '--db local'"
    )


@pytest.mark.parametrize(
    "expression",
    [
        "date({})", "date({year: 2024, day: 1})", "date({month: 1})", "date({year: 2024.5})",
        "date({year: 2024, week: 1})", "date({year: 2024, hour: 1})", "date({date: date('2024')})",
        "date({year: null})", "date({year: 0})", "date({year: 10000})", "date(2024)", "date([1])",
        "date('2024-01-01').hour", "date('2024-01-01') - date('2023-01-01')",
        "date('2024-01-01') * 2", "date('2024-01-01') + 1", "[date('2024'), 1][0].year",
        "[[date('2024-01-01')], 1][0] = ['2024-01-01']",
    ],
)  # fmt: skip
def test_what_neo4j_or_the_file_lacks_is_refused(reader, expression):
    with pytest.raises(Untranslated):
        value(reader, expression)


def test_dates_are_compared_with_dates_and_differ_from_texts(reader):
    statement = (
        "WITH date('2024-01-02') AS d, date({year: 2024}) AS e RETURN d > e, d <= e, d = d, "
        "d <> e, d = '2024-01-02', d < '2024', d IN [e, d], d IN [e, null], [d, 1][0] > e"
    )

    [row] = rows(reader, statement)
    assert row == [True, False, True, True, False, None, True, None, True]


def test_dates_are_ordered_grouped_and_counted(reader):
    dates = "UNWIND [date('2024-01-02'), date('2023-05-01'), null, date('2024-01-02')] AS d "
    assert rows(reader, dates + "RETURN d ORDER BY d DESC") == [
        [None], ["2024-01-02"], ["2024-01-02"], ["2023-05-01"],
    ]  # fmt: skip
    assert rows(
        reader, dates + "RETURN min(d) AS a, max(d) AS b, count(DISTINCT d) AS n, collect(d) AS l"
    ) == [["2023-05-01", "2024-01-02", 2, ["2024-01-02", "2023-05-01", "2024-01-02"]]]
    assert rows(
        reader, dates + "WITH d.year AS y, count(*) AS n RETURN y, n ORDER BY y"
    ) == [[2023, 1], [2024, 2], [None, 1]]  # fmt: skip


def test_the_text_of_a_date_is_read_again_and_null_stays_null(reader):
    dates = "UNWIND ['2015-07-21', null] AS t WITH date(t) AS d "

    [row, null] = rows(reader, dates + "RETURN d, toString(d), date(toString(d)) = d, d.month")
    assert row == ["2015-07-21", "2015-07-21", True, 7]
    assert null == [None] * 4
    maps = "UNWIND [{year: 2024, month: 3}, null] AS m RETURN date(m) AS d"
    assert rows(reader, maps) == [["2024-03-01"], [None]]


def test_dates_of_properties_are_read(reader):
    statement = (
        "MATCH (c:Control) WITH c, date(c.since) AS d WHERE d.year >= 2023 "
        "RETURN c.since, d ORDER BY d, c.key"
    )

    found = rows(reader, statement)
    assert found
    assert [date for _, date in found] == sorted(date for _, date in found)
    for text, date in found:
        assert date.startswith(text)


def test_today_is_that_of_the_clock_in_utc(reader):
    before = datetime.datetime.now(datetime.UTC).date().isoformat()
    day = value(reader, "date()")
    after = datetime.datetime.now(datetime.UTC).date().isoformat()

    assert before <= day <= after
