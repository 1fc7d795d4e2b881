"""Losses of a disruption as one of its numbers is swept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from graphkit.answers.answer import Answer, without_empty
from graphkit.answers.columns import NUMBER, Column
from graphkit.catalog.catalog import Catalog
from graphkit.questions.shared.assumptions import ENDS
from graphkit.questions.shared.supply import Supply
from graphkit.questions.shared.supply_answer import imports_of_products
from graphkit.questions.shared.sweep import SETTING, SWEPT, Sweep, Swept
from graphkit.questions.supply.stocks import (
    AT_ONCE,
    COVERED,
    GOODS,
    IN_BETWEEN,
    Course,
    Covered,
    in_use,
)
from graphkit.questions.supply.stocks import pair_of as line_of
from graphkit.questions.supply.terms import Resumed

_NAMES = (
    "consumer", "product", "period", "uncovered_in_all", "low", "high", *ENDS, "assumption",
    "first_day", "first_day_earliest", "first_day_latest", "stock_days", "need", "measure", "loss",
    "slack", "substitution", "restart",
)  # fmt: skip
_COLUMNS = {column.name: column for column in COVERED}
IN_ALL = "the need of all months that nothing covers"
LOSSES = (
    SETTING,
    *(_COLUMNS[name] for name in _NAMES),
    Column("lacking", "Lacking", f"{IN_ALL}, in the unit of the network", rank=1, type=NUMBER),
    Column("months", doc="number of months, as asked", type=NUMBER),
    SWEPT,
)  # fmt: skip
SHOWN = (
    "consumer", "product", "period", SETTING.name, "uncovered_in_all", "low", "high", *ENDS,
    "lacking", "first_day", "first_day_earliest", "first_day_latest",
)  # fmt: skip


def swept_losses(
    catalog: Catalog, answer: Answer, tables: Sequence[pa.Table], supply: Supply, sweep: Sweep,
    plans: Sequence[Course | None],
) -> Answer:  # fmt: skip
    """Turn an answer on losses into one on what is uncovered as a number is swept.

    Parameters
    ----------
    catalog : Catalog
        The facts.
    answer : Answer
        Losses at the last value; its rows name the consumers and products that are shown.
    tables : sequence of pyarrow.Table
        All losses at each value.
    supply : Supply
        The chain that they are of.
    sweep : Sweep
        The number and its values.
    plans : sequence of Course or None
        The months and stocks at each value; none without months.
    """
    unit = supply.network.unit
    rows_of: dict[tuple[str, str], list[dict[str, Any]]] = {
        line_of(row): [] for row in answer.rows.to_pylist()
    }
    imports, _ = imports_of_products(supply)
    for value, losses, plan in zip(sweep.values, tables, plans, strict=True):
        course = plan or AT_ONCE
        covered = Covered.of_losses(catalog, losses, supply, course, imports)
        for row in losses.to_pylist():
            if (line := line_of(row)) in rows_of:
                whole = {**row, **covered.in_all(row)}
                lacking = (whole["need"] or 0.0) * course.months * whole["uncovered_in_all"]
                rows_of[line].append({
                    **whole, SETTING.name: float(value), "lacking": lacking,
                    "months": float(course.months),
                })  # fmt: skip
    docs = {"need": "the month's need", "lacking": IN_ALL}
    columns = [
        replace(c, doc=f"{docs[c.name]}, in {unit}") if c.name in docs else c for c in LOSSES
    ]
    table = sweep.table([row for rows in rows_of.values() for row in rows], columns)
    timed = plans[-1] is not None
    last, stocks = plans[-1] or AT_ONCE, covered.stocks
    names = [name for name in SHOWN if timed or not name.startswith("first_day")]
    about_time = (
        f" Of {last.months} months, even parts of the imports. {in_use(last)}"
        if timed and sweep.name != "months" else f" {in_use(last)}" if timed else ""
    )  # fmt: skip
    return replace(
        answer,
        question=f"{answer.question.rstrip('?')}, with {sweep.span}?",
        scope=answer.scope.adding(
            Swept(sweep.name, tuple(sweep.values)),
            *([Resumed(last.restart, tuple(last.sharing))] if timed else []),
        ),
        rows=table, columns=columns,
        sources=stocks.sources(catalog, answer) if timed else answer.sources,
        notes=(
            *(stocks.notes(catalog, list(rows_of)) if timed else ()),
            *((IN_BETWEEN,) if timed else ()), *answer.notes,
        ),
        caption=f"The uncovered share of the consumer's imports of the product, {supply.in_words}, "
        f"with {sweep.span}.{about_time}"
        + (stocks.unknown(catalog, list(rows_of)) if timed else ""),
        shown=without_empty(table, names, SETTING.name), grouped_by=GOODS,
        picture="graphkit.plot.sweeps:sweep",
    )  # fmt: skip
