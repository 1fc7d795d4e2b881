"""Flows of published tables: double rows, places, codes, and flows as one side reported them.

Every function that drops rows counts them in the report of the import.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from graphkit.arrow import any_twice, fingerprints
from graphkit.errors import GraphkitError, UsageError
from graphkit.importers.reference import ImportFilter, Reference
from graphkit.importers.writing import Report
from graphkit.schema import REVISIONS, VALUATIONS

KEYS = (
    "product", "hs", "hs_revision", "period", "exporter", "importer", "reporter", "dataset",
)  # fmt: skip
"""The columns that identify a flow of one reporter."""
NAMED = 3
"""The most reporters that the name of a table lists."""


def distinct(
    rows: pa.Table, keys: Sequence[str], amounts: Sequence[str], files: Sequence[str],
    report: Report,
) -> pa.Table:  # fmt: skip
    """Keep one of equal rows; refuse two figures of one flow.

    Parameters
    ----------
    rows : pyarrow.Table
        Rows with ``file`` (a place in ``files``) and ``line``, which say where each stands.
    keys, amounts : sequence of str
        The columns that identify a flow, and its figures.
    files : sequence of str
        Names of the files.
    report : Report
        Receives the number of rows left out.

    Raises
    ------
    GraphkitError
        Two rows of one flow have different figures; the message names both places.
    """
    flow_of = fingerprints(rows.select(keys))
    if not any_twice(flow_of):
        return rows
    order = np.argsort(flow_of, kind="stable")
    same = flow_of[order][1:] == flow_of[order][:-1]
    first, again = order[:-1][same], order[1:][same]
    whole = fingerprints(rows.select([*keys, *amounts]))
    differing = np.flatnonzero(whole[first] != whole[again])
    if len(differing):
        at = differing[np.argmin(again[differing])]
        one, other = rows.take([first[at], again[at]]).to_pylist()
        flow = ", ".join(f"{name}={one[name]}" for name in keys)
        have, found = (", ".join(f"{n}={row[n]}" for n in amounts) for row in (one, other))
        raise GraphkitError(
            f"{files[other['file']]}:{other['line']}: found {found} for {flow}; "
            f"{files[one['file']]}:{one['line']} has {have}"
        )
    mask = np.zeros(len(rows), bool)
    mask[again] = True
    return left_out(rows, pa.array(mask), "the same row again", None, report)


def name_places(
    flows: pa.Table,
    ends: Mapping[str, str],
    places: Mapping[Any, str],
    value: str,
    report: Report,
) -> pa.Table:
    """Add the keys of places to flows, and leave out flows with an unknown place.

    Parameters
    ----------
    flows : pyarrow.Table
        Flows whose places are numbers or texts.
    ends : mapping of str to str
        The column to add for each column of places.
    places : mapping of int or str to str
        The key of each number or text.
    value : str
        The column of values, by which the report weighs unknown places.
    report : Report
        Receives the total, the flows left out, and the unknown places.
    """
    own = sorted(places)
    keys = pa.array([places[place] for place in own], pa.string())
    report.total = worth(flows, value)
    known = pa.array([True] * len(flows), pa.bool_())
    for column, end in ends.items():
        index = pc.index_in(flows[column], value_set=pa.array(own, flows[column].type))
        lost = flows.filter(pc.is_null(index))
        for row in lost.group_by(column).aggregate([(value, "sum")]).to_pylist():
            code = str(row[column])
            more = row[f"{value}_sum"] or 0.0
            report.unmapped[code] = report.unmapped.get(code, 0.0) + more
        flows = flows.append_column(end, pc.take(keys, index))
        known = pc.and_(known, pc.is_valid(index))
    return left_out(flows, pc.invert(known), "unknown places", value, report)


def with_one_of(
    flows: pa.Table, countries: Collection[str], value: str, report: Report
) -> pa.Table:
    """Keep flows with one of the countries at either end; all flows if none is given."""
    if not countries:
        return flows
    kept = pa.array(sorted(countries), pa.string())
    either = pc.or_(pc.is_in(flows["exporter"], kept), pc.is_in(flows["importer"], kept))
    others = flows.filter(pc.invert(either))
    report.add("left out", "other countries", len(others), worth(others, value))
    return flows.filter(either)


def left_out(
    flows: pa.Table, excluded: pa.Array, why: str, value: str | None, report: Report
) -> pa.Table:
    """Drop the excluded flows, and count them in the report.

    Pass no column of values for rows that count the same goods several times: their sum would
    mean nothing.
    """
    out = flows.filter(excluded)
    if len(out):
        report.add("left out", why, len(out), worth(out, value) if value else None)
    return flows.filter(pc.invert(excluded))


def worth(flows: pa.Table, value: str) -> float:
    """Sum the known values."""
    return float(pc.sum(flows[value]).as_py() or 0.0)


def products_by_code(
    reference: Reference, revisions: Collection[str], wanted: ImportFilter
) -> dict[str, dict[str, str]]:
    """Map the six-digit codes asked for to products, for each revision.

    Raises
    ------
    UsageError
        A name has no code in any of the revisions, nor in the newest.
    """
    found = {revision: _codes(reference, revision, wanted) for revision in sorted(revisions)}
    if wanted.products and revisions and not any(found.values()):
        _codes(reference, REVISIONS[-1], wanted, strict=True)
    return found


def _codes(
    reference: Reference, revision: str, wanted: ImportFilter, *, strict: bool = False
) -> dict[str, str]:
    """Select the codes asked for; names without one in this revision matter only if ``strict``."""
    codes = reference.product_of_code(revision, proxies=wanted.proxies)
    if not wanted.products:
        return codes
    kept: dict[str, str] = {}
    for text in wanted.products:
        try:
            kept |= reference.products([text], codes)
        except UsageError:
            if strict:
                raise
    return kept


# --- as one side reported them


def reported_flows(flows: pa.Table, wanted: ImportFilter, value: str, report: Report) -> pa.Table:
    """Keep trade between two countries, and add up the numbers of one place.

    Parameters
    ----------
    flows : pyarrow.Table
        The columns of ``KEYS``, ``usd``, ``valuation`` (a place in ``VALUATIONS``), ``tonnes``
        and ``tonnes_estimated``.
    wanted : ImportFilter
        Countries to keep, at either end.
    value : str
        The amount that the report gives.
    report : Report
        Receives the flows left out.

    Returns
    -------
    pyarrow.Table
        The columns of a seed, sorted by ``KEYS``; a sum with an unknown part is unknown.
    """
    own = pc.equal(flows["exporter"], flows["importer"])
    flows = left_out(flows, own, "of a country with itself: returned goods", value, report)
    nothing = pc.and_(pc.is_null(flows["usd"]), pc.is_null(flows["tonnes"]))
    flows = left_out(flows, nothing, "without a value and a weight", value, report)
    flows = with_one_of(flows, wanted.countries, value, report)
    whole = pc.ScalarAggregateOptions(skip_nulls=False)
    some = pc.ScalarAggregateOptions(skip_nulls=True)
    sums = flows.group_by(list(KEYS), use_threads=False).aggregate([
        ("usd", "sum", whole), ("tonnes", "sum", whole), ("valuation", "min", whole),
        ("valuation", "max", whole), ("tonnes_estimated", "any", some),
    ])  # fmt: skip
    lowest, highest = sums["valuation_min"], sums["valuation_max"]
    one = pc.if_else(pc.equal(lowest, highest), lowest, None)
    found = {
        **{name: sums[name] for name in KEYS},
        "usd": sums["usd_sum"],
        "valuation": pc.take(pa.array(VALUATIONS), one),
        "tonnes": sums["tonnes_sum"],
        "tonnes_estimated": sums["tonnes_estimated_any"],
    }
    return pa.table(found).sort_by([(name, "ascending") for name in KEYS]).combine_chunks()


def reporters_of(flows: pa.Table) -> list[str]:
    """List the countries that reported flows."""
    exports = pc.equal(flows["reporter"], "exporter")
    who = pc.if_else(exports, flows["exporter"], flows["importer"])
    return sorted(who.unique().to_pylist())


def table_name(start: str, who: Sequence[str], flows: pa.Table) -> str:
    """Name a table by its publisher, some of its parts, and its periods."""
    parts = who if len(who) <= NAMED else [f"{len(who)}-reporters"]
    periods = sorted(set(flows["period"].to_pylist()))
    span = periods[0] if len(periods) == 1 else f"{periods[0]}-{periods[-1]}"
    return "-".join([start, *parts, span]).lower()


def check_replaced(folder: Path, name: str, flows: pa.Table) -> None:
    """Refuse to overwrite a table that has flows missing from these files.

    Raises
    ------
    GraphkitError
        The folder's table of this name has flows that these files lack.
    """
    path = folder / "trade" / f"{name}.parquet"
    if not path.exists():
        return
    old = parquet.read_table(path, columns=list(KEYS))
    lost = len(old.join(flows.select(KEYS), keys=list(KEYS), join_type="left anti"))
    if lost:
        raise GraphkitError(
            f"{path} holds {lost:,} flows that these files do not have; give this import another "
            "--name, or remove that table"
        )
