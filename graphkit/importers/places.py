"""Exporters and importers of a table by their keys; what nobody knows is counted, never guessed."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.importers.report import Report


def name_places(
    flows: pa.Table, ends: Mapping[str, str], places: Mapping[int, str], value: str, report: Report
) -> pa.Table:
    """Add the keys of places to flows; those with a place that is not known are left out.

    Parameters
    ----------
    flows : pyarrow.Table
        Flows whose places are numbers.
    ends : mapping of str to str
        The column to add for each column of numbers.
    places : mapping of int to str
        The key of each number.
    value : str
        The column of values, by which the report weighs what is not known.
    report : Report
        Told the total, what is left out, and the numbers that nobody knows.
    """
    numbers = pa.array(sorted(places), pa.int32())
    keys = pa.array([places[number] for number in sorted(places)], pa.string())
    report.total = worth(flows, value)
    known = pa.array([True] * len(flows), pa.bool_())
    for column, end in ends.items():
        index = pc.index_in(flows[column], value_set=numbers)
        lost = flows.filter(pc.is_null(index))
        for row in lost.group_by(column).aggregate([(value, "sum")]).to_pylist():
            code = str(row[column])
            more = row[f"{value}_sum"] or 0.0
            report.unmapped[code] = report.unmapped.get(code, 0.0) + more
        flows = flows.append_column(end, pc.take(keys, index))
        known = pc.and_(known, pc.is_valid(index))
    return left_out(flows, pc.invert(known), "of places that are not known", value, report)


def with_one_of(
    flows: pa.Table, countries: Collection[str], value: str, report: Report
) -> pa.Table:
    """Only flows with one of some countries at either end; with none given, all."""
    if not countries:
        return flows
    kept = pa.array(sorted(countries), pa.string())
    either = pc.or_(pc.is_in(flows["exporter"], kept), pc.is_in(flows["importer"], kept))
    others = flows.filter(pc.invert(either))
    report.add("left out", "other countries", len(others), worth(others, value))
    return flows.filter(either)


def left_out(
    flows: pa.Table, which: pa.Array, why: str, value: str | None, report: Report
) -> pa.Table:
    """The flows without some of them; the report says how many those are, if any.

    Without a column of values it does not say what they are worth: of rows that count the same
    goods several times, the sum is nothing.
    """
    out = flows.filter(which)
    if len(out):
        report.add("left out", why, len(out), worth(out, value) if value else None)
    return flows.filter(pc.invert(which))


def worth(flows: pa.Table, value: str) -> float:
    """The sum of the values that are known."""
    return float(pc.sum(flows[value]).as_py() or 0.0)
