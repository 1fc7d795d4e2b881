"""Which rows of UN Comtrade's tables count: totals, once, of countries and not of the world."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.errors import GraphkitError
from graphkit.importers.comtrade_files import TOTALS
from graphkit.importers.places import left_out, worth
from graphkit.importers.report import Report

VALUE = "primaryValue"
VALUATIONS = ("fob", "cif")
FLOW = ("reporterCode", "partnerCode", "cmdCode", "flowCode", "period")
"""What one figure is of."""
WORLD = 0
"""The partner that stands for all partners."""
TOLERANCE = 0.01
"""How far partners may add up to something else than the world before it is said."""
IN_WORDS = {"M": "imports", "X": "exports"}


def valued(rows: pa.Table) -> pa.Table:
    """The value of every row, and at which border it is taken."""
    imports = pc.equal(rows["flowCode"], "M")
    other = pc.if_else(imports, pc.coalesce(rows["cifvalue"], rows["fobvalue"]), rows["fobvalue"])
    value = pc.coalesce(rows[VALUE], other)
    is_ = {n: _near(value, rows[f"{n}value"]) for n in VALUATIONS}
    first, second = pc.if_else(imports, is_["cif"], is_["fob"]), pc.or_(is_["cif"], is_["fob"])
    own = pc.if_else(imports, 1, 0)
    valuation = pc.if_else(first, own, pc.if_else(second, pc.subtract(1, own), None))
    rows = rows.set_column(rows.column_names.index(VALUE), VALUE, value)
    return rows.append_column("valuation", valuation)


def _near(value: pa.ChunkedArray, other: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whether two values are the same to the dollar."""
    return pc.fill_null(pc.less_equal(pc.abs(pc.subtract(value, other)), 1.0), False)


def only_trade(rows: pa.Table, report: Report) -> pa.Table:
    """Imports and exports; re-imports, re-exports and other sub-flows are parts of these."""
    part = pc.invert(pc.is_in(rows["flowCode"], pa.array(sorted(IN_WORDS))))
    why = "re-exports, re-imports and other parts of exports and imports"
    return left_out(rows, part, why, None, report)


def only_totals(rows: pa.Table, report: Report) -> pa.Table:
    """The total of each flow over transport modes, customs procedures and second partners.

    Rows of the parts stand beside it; summed up they would count the same goods several times.
    Where the columns that tell a total are missing, the largest row of each flow is taken for it,
    with a warning.

    Raises
    ------
    GraphkitError
        A flow has two totals, or is there in two revisions of the Harmonized System.
    """
    missing = [n for n in TOTALS if n not in rows.column_names or _empty(rows[n])]
    whole = pa.array([True] * len(rows), pa.bool_())
    for column, total in TOTALS.items():
        if column not in missing:
            whole = pc.and_(whole, pc.fill_null(pc.equal(rows[column], total), False))
    parts = rows.filter(pc.invert(whole))
    why = "transport modes, customs procedures and second partners, beside their total"
    rows = left_out(rows, pc.invert(whole), why, None, report)
    _warn_of_lost(parts, rows, report)
    # Before anything is chosen, so that a choice between two revisions is never made.
    _check_revisions(rows)
    ranked = rows.append_column("flow", _flow_of(rows)).sort_by(
        [("flow", "ascending"), (VALUE, "descending")]
    )
    again = _repeats(ranked["flow"])
    if missing:
        chosen = left_out(ranked, again, "all but the largest row of a flow", None, report)
        if len(chosen) < len(ranked):
            report.warnings.append(
                f"without the column {' and '.join(missing)} nothing says which row is a total: of "
                f"{len(ranked):,} rows, the largest of each of {len(chosen):,} flows is kept"
            )
        return chosen.drop_columns(["flow"])
    same = [n for n in ("netWgt", "cifvalue", "fobvalue") if n in rows.column_names]
    distinct = ranked.group_by(["flow", VALUE, *same]).aggregate([]).sort_by("flow")
    if pc.any(_repeats(distinct["flow"])).as_py():
        twice = distinct.filter(_repeats(distinct["flow"]))["flow"][0].as_py()
        raise GraphkitError(f"there are two figures of the {_said(twice)}; import one of the files")
    return left_out(ranked, again, "the same row again", None, report).drop_columns(["flow"])


def without_world(rows: pa.Table, report: Report) -> pa.Table:
    """Rows of partners; a warning where they do not add up to the world's row."""
    every = pc.equal(rows["partnerCode"], WORLD)
    world, partners = rows.filter(every), rows.filter(pc.invert(every))
    keys = [name for name in FLOW if name != "partnerCode"]
    wanted = _sums(world, keys)
    sums = _sums(partners, keys)
    off = []
    for key, total in sorted(wanted.items()):
        have = sums.get(key, 0.0)
        if key in sums and total and abs(have - total) > TOLERANCE * total:
            off.append(f"{_said('|'.join([key[0], '', *key[1:]]))} ({100 * have / total:.1f} %)")
    if off:
        more = f" and {len(off) - 3} more" if len(off) > 3 else ""
        report.warnings.append(
            f"the partners do not add up to the world's row: {'; '.join(off[:3])}{more}"
        )
    return left_out(rows, every, "the world, which is the sum of its partners", None, report)


def _sums(rows: pa.Table, keys: Sequence[str]) -> dict[tuple[str, ...], float]:
    found = rows.group_by(list(keys)).aggregate([(VALUE, "sum")]).to_pylist()
    return {tuple(str(row[k]) for k in keys): row[f"{VALUE}_sum"] or 0.0 for row in found}


def _warn_of_lost(parts: pa.Table, totals: pa.Table, report: Report) -> None:
    """Say which flows are there in parts only."""
    lost = parts.filter(pc.invert(pc.is_in(_flow_of(parts), value_set=_flow_of(totals))))
    if len(lost):
        flows = len(_flow_of(lost).unique())
        report.warnings.append(
            f"{flows:,} flows have no total, only parts (transport modes, customs procedures or "
            f"second partners) that may overlap; they are left out, {worth(lost, VALUE):,.0f} USD "
            "at most"
        )


def _check_revisions(rows: pa.Table) -> None:
    """Refuse one flow in two revisions: its codes do not mean the same goods, or count twice."""
    pairs = rows.append_column("flow", _flow_of(rows)).group_by(["flow", "classificationCode"])
    found = pairs.aggregate([]).sort_by(
        [("flow", "ascending"), ("classificationCode", "ascending")]
    )
    twice = found.filter(_repeats(found["flow"]))
    if len(twice):
        flow = twice["flow"][0].as_py()
        both = found.filter(pc.equal(found["flow"], flow))["classificationCode"].to_pylist()
        raise GraphkitError(
            f"the {_said(flow)} are there in {' and in '.join(both)}: revisions of the Harmonized "
            "System must not be mixed for one flow"
        )


def _flow_of(rows: pa.Table) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(*(rows[name].cast(pa.string()) for name in FLOW), "|")


def _repeats(column: pa.ChunkedArray) -> pa.Array:
    """For each value of a sorted column, whether it is that of the row before."""
    values = column.combine_chunks()
    if isinstance(values, pa.ChunkedArray):
        values = values.chunk(0) if values.num_chunks else pa.array([], pa.string())
    if not len(values):
        return pa.array([], pa.bool_())
    return pa.concat_arrays([pa.array([False]), pc.equal(values[1:], values[:-1])])


def _empty(column: pa.ChunkedArray) -> bool:
    return bool(column.null_count == len(column))


def _said(flow: str) -> str:
    """A flow in words: imports of 284690 by 410 from 156 in 2024."""
    reporter, partner, code, direction, period = flow.split("|")
    side = {"M": "from", "X": "to"}[direction]
    whom = f" {side} {partner}" if partner else ""
    return f"{IN_WORDS[direction]} of {code} by {reporter}{whom} in {period}"
