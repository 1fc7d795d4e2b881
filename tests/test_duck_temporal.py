"""Dates, times and durations of statements on a DuckDB file, as Neo4j has them."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from direct import Direct, compiled_text
from tck import Scenario, in_form, scenarios

from graphkit.build import Graph
from graphkit.errors import StoreError, Untranslated
from graphkit.stores.base import no_progress
from graphkit.stores.duck.file import fill

PARAMETERS = {"day": "2024-02-29", "text": "no date", "zone": "Europe/Stockholm"}


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
    """Evaluate an expression, of constants and of a column with the same values."""
    [[result]] = rows(reader, f"RETURN {expression} AS x")
    return result


DATES = {
    "date('2015-07-21')": "2015-07-21",
    "date('20150721')": "2015-07-21",
    "date('2015-07')": "2015-07-01",
    "date('201507')": "2015-07-01",
    "date('2015')": "2015-01-01",
    "date('2015-W30-2')": "2015-07-21",
    "date('2015W30')": "2015-07-20",
    "date('2015-Q2-60')": "2015-05-30",
    "date('2015-Q2')": "2015-04-01",
    "date('2015-202')": "2015-07-21",
    "date('2015202')": "2015-07-21",
    "date($day)": "2024-02-29",
    "date(null)": None,
    "date({year: 1984, month: 10, day: 11})": "1984-10-11",
    "date({year: 1984})": "1984-01-01",
    "date({year: 1984, week: 10, dayOfWeek: 3})": "1984-03-07",
    "date({year: 1817, week: 1})": "1816-12-30",
    "date({year: 1984, quarter: 3, dayOfQuarter: 45})": "1984-08-14",
    "date({year: 1984, ordinalDay: 202})": "1984-07-20",
    "date({date: date('2024-02-29'), year: 2023})": "2023-02-28",
    "date({date: date('2024-01-31'), month: 2})": "2024-02-29",
    "date({date: date('2024-02-29'), day: 1})": "2024-02-01",
    "date({date: date('1816-12-31'), week: 2})": "1817-01-07",
    "date(datetime('2015-07-21T21:40:32+01:00'))": "2015-07-21",
    "date.truncate('decade', date('2017-10-11'))": "2010-01-01",
    "date.truncate('weekYear', date('2017-01-01'))": "2016-01-04",
    "date.truncate('quarter', date('2017-11-11'), {day: 2})": "2017-10-02",
    "date.truncate('week', date('2017-11-11'), {dayOfWeek: 2})": "2017-11-07",
    "date('2024-01-31') + duration('P1M')": "2024-02-29",
    "date('2024-02-29') - duration({years: 1})": "2023-02-28",
    "date('2024-02-29') + duration('P1DT24H')": "2024-03-02",
    "duration('P1D') + date('2024-02-28')": "2024-02-29",
    "[date('2024-01-01'), null]": ["2024-01-01", None],
    "{since: date('2024-01-01')}": '{"since":"2024-01-01"}',
}
DURATIONS = {
    "duration('P14DT16H12M')": "P14DT16H12M",
    "duration('P5M1.5D')": "P5M1DT12H",
    "duration('P0.75M')": "P22DT19H51M49.5S",
    "duration('PT0.75M')": "PT45S",
    "duration('P2.5W')": "P17DT12H",
    "duration('P12Y5M14DT16H12M70S')": "P12Y5M14DT16H13M10S",
    "duration('P2012-02-02T14:37:21.545')": "P2012Y2M2DT14H37M21.545S",
    "duration('-P1DT1.5S')": "P-1DT-1.5S",
    "duration('PT-0.5S')": "PT-0.5S",
    "duration({})": Untranslated,
    "duration({seconds: 0})": "PT0S",
    "duration({years: 12, months: 5, days: -14, hours: 16})": "P12Y5M-14DT16H",
    "duration({months: 0.75})": "P22DT19H51M49.5S",
    "duration({weeks: 2.5})": "P17DT12H",
    "duration({days: 14, seconds: 70, nanoseconds: 1})": "P14DT1M10.000000001S",
    "duration('P1Y') + duration('P1MT90M')": "P1Y1MT1H30M",
    "duration('P1Y') - duration('P2Y')": "P-1Y",
    "duration('P1M3DT5S') * 2": "P2M6DT10S",
    "0.5 * duration('P1Y')": "P6M",
    "duration('P1D') / 2": "PT12H",
    "duration.between(date('1984-10-11'), date('2015-06-24'))": "P30Y8M13D",
    "duration.between(date('2015-06-24'), date('1984-10-11'))": "P-30Y-8M-13D",
    "duration.between(localdatetime('2018-01-01T10:00:00.2'), "
    "localdatetime('2018-01-02T10:00:00.1'))": "PT23H59M59.9S",
    "duration.between(date('1984-10-11'), datetime('2015-07-21T21:40:32.142+0100'))":
        "P30Y9M10DT21H40M32.142S",
    "duration.between(datetime('2017-10-28T23:00+02:00[Europe/Stockholm]'), "
    "datetime('2017-10-29T04:00+01:00[Europe/Stockholm]'))": "PT6H",
    "duration.between(time('14:30'), time('16:30+0100'))": "PT1H",
    "duration.inMonths(date('2018-03-11'), date('2016-06-24'))": "P-1Y-8M",
    "duration.inDays(date('1984-10-11'), date('2015-06-24'))": "P11213D",
    "duration.inSeconds(localtime('12:34:54.7'), localtime('12:34:54.3'))": "PT-0.4S",
    "duration.between(date('2024-01-01'), null)": None,
    "duration('P1M') = duration('P30D')": False,
    "duration('P1M') < duration('P1Y')": None,
    "duration('P1Y2M') = duration({months: 14})": True,
}  # fmt: skip
TIMES = {
    "localtime('21:40:32.142')": "21:40:32.142000000",
    "localtime('214032')": "21:40:32.000000000",
    "localtime('21')": "21:00:00.000000000",
    "localtime({hour: 12, minute: 31, second: 14, nanosecond: 789, millisecond: 123, "
    "microsecond: 456})": "12:31:14.123456789",
    "time('21:40:32+0100')": "21:40:32.000000000+01:00",
    "time({hour: 12, timezone: '-01:30'})": "12:00:00.000000000-01:30",
    "time({time: time('12:00+01:00'), timezone: '+05:00'})": "16:00:00.000000000+05:00",
    "localtime('23:30') + duration('PT1H')": "00:30:00.000000000",
    "localdatetime('2015-07-21T21:40:32.142')": "2015-07-21T21:40:32.142000000",
    "localdatetime('2015202T21')": "2015-07-21T21:00:00.000000000",
    "localdatetime({year: 1984, month: 10, day: 11, hour: 12})": "1984-10-11T12:00:00.000000000",
    "localdatetime({date: date('1984-10-11'), time: localtime('12:31'), second: 42})":
        "1984-10-11T12:31:42.000000000",
    "localdatetime('2024-01-31T23:00') + duration('P1MT2H')": "2024-03-01T01:00:00.000000000",
    "localdatetime.truncate('hour', localdatetime('2024-01-31T23:45'))":
        "2024-01-31T23:00:00.000000000",
    "datetime('2015-07-21T21:40:32.142+0100')": "2015-07-21T21:40:32.142000000+01:00",
    "datetime('2015-07-21T21:40Z')": "2015-07-21T21:40:00.000000000+00:00",
    "datetime('2015-07-21')": "2015-07-21T00:00:00.000000000+00:00",
    "datetime('2015-07-21T21:40[Europe/Stockholm]')": "2015-07-21T21:40:00.000000000+02:00",
    "datetime({year: 2024, month: 1})": "2024-01-01T00:00:00.000000000+00:00",
    "datetime({year: 2024, timezone: $zone})": "2024-01-01T00:00:00.000000000+01:00",
    "datetime({epochMillis: 237821673987})": "1977-07-15T13:34:33.987000000+00:00",
    "datetime({epochSeconds: -1})": "1969-12-31T23:59:59.000000000+00:00",
    "datetime.fromepoch(416779, 999999999)": "1970-01-05T19:46:19.999999999+00:00",
    "datetime.fromepochmillis(237821673987)": "1977-07-15T13:34:33.987000000+00:00",
    "datetime({datetime: datetime('2024-01-01T00:00Z'), timezone: '+05:00'})":
        "2024-01-01T05:00:00.000000000+05:00",
    # Of an hour that there is twice it is the first; of one that there is not, the next.
    "datetime({year: 2017, month: 10, day: 29, hour: 2, minute: 30, timezone: $zone})":
        "2017-10-29T02:30:00.000000000+02:00",
    "datetime('2017-10-29T02:30+01:00[Europe/Stockholm]')": "2017-10-29T02:30:00.000000000+01:00",
    "datetime({year: 2017, month: 3, day: 26, hour: 2, minute: 30, timezone: $zone})":
        "2017-03-26T03:30:00.000000000+02:00",
    "datetime('2017-03-25T12:00[Europe/Stockholm]') + duration('P1D')":
        "2017-03-26T12:00:00.000000000+02:00",
    "datetime('2017-03-25T12:00[Europe/Stockholm]') + duration('PT24H')":
        "2017-03-26T13:00:00.000000000+02:00",
    "datetime.truncate('day', datetime('2017-10-11T12:31+02:00'), {timezone: '+01:00'})":
        "2017-10-11T00:00:00.000000000+01:00",
    "datetime('2024-01-01T01:00+01:00') = datetime('2024-01-01T00:00Z')": False,
    "datetime('2024-01-01T01:00+01:00') < datetime('2024-01-01T00:00:01Z')": True,
    "time('10:00+01:00') < time('09:35Z')": True,
}  # fmt: skip
PARTS = {
    "date('1984-10-11')": {
        "year": 1984, "quarter": 4, "month": 10, "week": 41, "weekYear": 1984, "day": 11,
        "ordinalDay": 285, "dayOfWeek": 4, "weekDay": 4, "dayOfQuarter": 11,
    },
    "date('2017-01-01')": {"week": 52, "weekYear": 2016, "dayOfWeek": 7, "dayOfQuarter": 1},
    "datetime('1984-11-11T12:31:14.645876123+01:00')": {
        "year": 1984, "dayOfQuarter": 42, "hour": 12, "minute": 31, "second": 14,
        "millisecond": 645, "microsecond": 645876, "nanosecond": 645876123, "timezone": "+01:00",
        "offset": "+01:00", "offsetMinutes": 60, "offsetSeconds": 3600,
        "epochSeconds": 469020674, "epochMillis": 469020674645,
    },
    "datetime('2017-08-08T00:00[Europe/Stockholm]')": {"timezone": "Europe/Stockholm",
                                                       "offset": "+02:00"},
    "time('12:31:14Z')": {"hour": 12, "minute": 31, "offset": "Z"},
    "localtime('12:31:14.5')": {"second": 14, "millisecond": 500},
    "duration({years: 1, months: 4, days: 10, hours: 1, minutes: 1, seconds: 1, "
    "nanoseconds: 111111111})": {
        "years": 1, "quarters": 5, "months": 16, "weeks": 1, "days": 10, "hours": 1,
        "minutes": 61, "seconds": 3661, "milliseconds": 3661111, "microseconds": 3661111111,
        "nanoseconds": 3661111111111, "quartersOfYear": 1, "monthsOfQuarter": 1,
        "monthsOfYear": 4, "daysOfWeek": 3, "minutesOfHour": 1, "secondsOfMinute": 1,
        "millisecondsOfSecond": 111, "microsecondsOfSecond": 111111,
        "nanosecondsOfSecond": 111111111,
    },
    "duration('PT-1.5S')": {"seconds": -2, "nanosecondsOfSecond": 500000000},
}  # fmt: skip
TEXTS = (
    "2015-07-21", "21:40:32.142", "2015-07-21T21:40:32.5", "2015-07-21T21:40:00.5+01:00",
    "2015-07-21T21:40:32Z", "2017-08-08T12:31:14.645876123+02:00[Europe/Stockholm]",
    "12:31:14.000000001-01:30", "PT0S", "P12Y5M-14DT16H13M10.000000001S", "PT-0.5S",
    "P-1Y-2M-3DT-1H-1M-1.25S",
)  # fmt: skip
"""Texts that are what toString() makes of the value that they are."""


@pytest.mark.parametrize("expression", DATES | DURATIONS | TIMES)
def test_a_date_time_or_duration_is_that_of_neo4j(reader, expression):
    wanted = (DATES | DURATIONS | TIMES)[expression]
    if wanted is Untranslated:
        with pytest.raises(Untranslated):
            value(reader, expression)
    else:
        assert value(reader, expression) == wanted


@pytest.mark.parametrize("expression", PARTS)
def test_the_parts_of_a_date_time_or_duration_are_those_of_neo4j(reader, expression):
    names = list(PARTS[expression])
    listed = ", ".join(f"x.{name} AS {name}" for name in names)

    [row] = rows(reader, f"WITH {expression} AS x RETURN {listed}")
    assert dict(zip(names, row, strict=True)) == PARTS[expression]


def constructor(text: str) -> str:
    if text.startswith("P"):
        return "duration"
    zoned = text[-1] in "Z]" or (text[-6] in "+-" and ":" in text[:-6])
    if "T" in text:
        return "datetime" if zoned else "localdatetime"
    return "date" if ":" not in text else "time" if zoned else "localtime"


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_read_alike_from_a_statement_and_a_column_and_written_again(reader, text):
    name = constructor(text)
    statement = (
        f"UNWIND ['{text}', null] AS t WITH {name}(t) AS x "
        f"RETURN x, toString(x) AS t, x = {name}('{text}') AS same, 'x' + x AS longer"
    )

    [[own, *others], null] = rows(reader, statement)
    assert others == [text, True, f"x{text}"]
    assert null == [None, None, None, None]
    assert own == value(reader, f"{name}('{text}')")
    if name in ("date", "duration"):
        assert own == text


@pytest.mark.parametrize(
    "expression",
    [
        "date('no date')", "date('2023-02-29')", "date('2015-13')", "date($text)",
        "date('2015-W54')", "date('2014-W53')", "date('2015-Q1-91')", "date('2015-366')",
        "date({year: 2023, month: 2, day: 29})", "date('9999-12-31') + duration('P1D')",
        "localtime('24:00')", "datetime('2015-07-21T21:40+19:00')",
        "datetime('2015-07-21T21:40[No/Where]')", "time('12:00[Europe/Stockholm]')",
        "datetime('2015-07-21T21:40+05:00[Europe/Stockholm]')",
        "duration('P')", "duration('PT')", "duration('1Y')", "duration('P1.5YT1H')",
        "duration('P2012-13-02')", "duration('P1D') / 0",
    ],
)  # fmt: skip
def test_what_is_no_date_time_or_duration_is_an_error(reader, expression):
    with pytest.raises(StoreError):
        value(reader, expression)


@pytest.mark.parametrize("text", ["no date", "2023-02-29", "2015-13", "P1D", ""])
def test_a_text_of_a_column_that_is_no_date_is_an_error(reader, text):
    with pytest.raises(StoreError):
        rows(reader, f"UNWIND ['2024-01-01', '{text}'] AS t RETURN date(t) AS d")


@pytest.mark.parametrize(
    "expression",
    [
        "date({})", "date({year: 2024, day: 1})", "date({month: 1})", "date({year: 2024.5})",
        "date({year: 2024, week: 1, month: 1})", "date({year: 2024, hour: 1})",
        "localdatetime({year: 2024, hour: 1})", "localtime({minute: 1})", "date(2024)",
        "datetime(date('2024-01-01'))", "date('2024-01-01').hour", "date('2024-01-01').no",
        "duration({no: 1})", "date('2024-01-01') - date('2023-01-01')", "date('+12024-01-01')",
        "date('2024-01-01') * 2", "date.truncate('hour', date('2024-01-01'))",
        "date('2024-01-01') + 1", "date('0000-01-01')",
    ],
)  # fmt: skip
def test_what_neo4j_or_the_engine_lacks_is_refused(reader, expression):
    with pytest.raises(Untranslated):
        value(reader, expression)


def test_dates_are_compared_with_dates_and_differ_from_texts(reader):
    statement = (
        "WITH date('2024-01-02') AS d, date({year: 2024}) AS e RETURN d > e, d <= e, d = d, "
        "d <> e, d = '2024-01-02', d < '2024', d IN [e, d], d IN [e, null], d = datetime()"
    )

    [row] = rows(reader, statement)
    assert row == [True, False, True, True, False, None, True, None, False]


def test_dates_and_durations_are_ordered_grouped_and_counted(reader):
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
    # A month is as long as the average month.
    durations = "UNWIND [duration('P31D'), duration('P1M'), duration('P30D')] AS d "
    assert rows(reader, durations + "RETURN d ORDER BY d") == [["P30D"], ["P1M"], ["P31D"]]
    assert rows(reader, durations + "RETURN count(DISTINCT d) AS n") == [[3]]


def test_dates_of_properties_are_read_and_added_to(reader):
    statement = (
        "MATCH (c:Control) WITH c, date(c.since) AS d WHERE d.year >= 2023 "
        "RETURN c.since, d, d + duration({months: 1}) > d ORDER BY d, c.key"
    )

    row = rows(reader, statement)
    assert row
    for text, date, later in row:
        assert date.startswith(text)
        assert later is True


def test_the_present_is_that_of_the_clock_in_utc(reader):
    before = datetime.datetime.now(datetime.UTC)
    [[day, instant, *others]] = rows(
        reader, "RETURN date(), datetime(), localtime() = localtime(), date.transaction() = date()"
    )
    after = datetime.datetime.now(datetime.UTC)

    assert before.date().isoformat() <= day <= after.date().isoformat()
    assert before.isoformat()[:19] <= instant[:19] <= after.isoformat()[:19]
    assert others == [True, True]


def test_the_duration_between_two_dates_leads_from_one_to_the_other(reader):
    days = [f"date('{year}-{month:02d}-{day}')"
            for year in (2023, 2024) for month in (1, 2, 3, 12) for day in (10, 28)]  # fmt: skip
    statement = (
        f"UNWIND [{', '.join(days)}] AS a UNWIND [{', '.join(days)}] AS b "
        "WITH a, b, duration.between(a, b) AS d "
        "WHERE a + d <> b OR a + duration.inDays(a, b) <> b "
        "OR duration.inSeconds(a, b) <> duration({hours: 24 * duration.inDays(a, b).days}) "
        "RETURN a, b, d"
    )

    assert rows(reader, statement) == []


def test_a_named_zone_of_a_statement_is_bound(reader):
    query = compiled_text("RETURN datetime('2015-07-21T21:40[evil--]') AS x", {})

    assert "evil" not in query.sql
    assert "evil--" in query.bound.values()


# --- openCypher's scenarios

CREATED = re.compile(r"CREATE \(:(\w+) (\{.*\})\)")
MATCHED = re.compile(r"(?:MATCH|,) \((\w+): ?(\w+)\)")
BEYOND = ("Temporal10 [9]", "Temporal10 [10]")
"""Beginnings of the names of scenarios about the years -999999999 and 999999999."""
PART = 16
"""Of so many scenarios, the ordinary tests run one."""


def temporal_scenarios() -> list[Scenario]:
    """Those of values alone, and those whose graph is a node with a value or two."""
    every = [each for each in scenarios() if each.name.startswith("Temporal")]
    return [each for each in every if not each.left_out or re.match("Temporal[58] ", each.name)]


def statement_of(scenario: Scenario) -> str:
    """Write the statement of a scenario with maps in the place of the nodes that it makes."""
    nodes = dict(CREATED.findall("\n".join(scenario.setups)))
    [statement] = scenario.statements
    return MATCHED.sub(lambda match: f" UNWIND [{nodes[match[2]]}] AS {match[1]}", statement)


def check(reader: Direct, each: Scenario) -> None:
    statement = statement_of(each)
    table = reader.read(statement, each.parameters).table
    columns = []
    for field, column in zip(table.schema, table.columns, strict=True):
        texts = column.to_pylist()
        columns.append([json.loads(text) for text in texts] if field.metadata else texts)
    row = [column[0] for column in columns]
    [wanted] = each.rows
    if "toString" not in statement and " d.offset" not in statement:
        wanted = [in_form(cell) for cell in wanted]
    assert row == wanted, (each.name, statement)


@pytest.mark.long
def test_a_part_of_the_temporal_scenarios_has_the_rows_of_the_kit(reader):
    for each in temporal_scenarios()[::PART]:
        if not each.name.startswith(BEYOND):
            check(reader, each)


@pytest.mark.long
def test_all_temporal_scenarios_have_the_rows_of_the_kit_but_two(reader):
    asked = temporal_scenarios()

    assert len(asked) == 986
    for each in asked:
        if each.name.startswith(BEYOND):
            with pytest.raises(Untranslated, match="year beyond 1 to 9999"):
                reader.read(each.statements[0])
        else:
            check(reader, each)
