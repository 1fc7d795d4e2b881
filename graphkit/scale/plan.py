"""Plan of a measure of networks in Parquet files: the columns it reads, and its scopes.

:mod:`graphkit.scale.local` and :mod:`graphkit.scale.spark` are the engines that carry it out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from graphkit.analysis.batch import FLOWS, NEEDED, MeasureRequest, schema_of, scopes_of
from graphkit.analysis.flows import ENDS, flow_schema, shipment_keys
from graphkit.arrow import UNIT
from graphkit.errors import GraphkitError
from graphkit.scale.files import flow_dataset, flows_in

LOCAL = "local"
PRODUCTION = ("country", "product", "period")


@dataclass(frozen=True, eq=False)
class Plan:
    """The columns that a request reads, and its scopes."""

    request: MeasureRequest
    keys: tuple[str, ...]
    """Columns in which networks differ, or for shipments, that identify a flow."""
    amounts: tuple[str, ...]
    dated: bool = False
    """True if shipments have dates instead of periods."""

    @property
    def adds_up(self) -> bool:
        """True if the measure adds up shipments to flows."""
        return self.request.measure == FLOWS

    @property
    def columns(self) -> list[str]:
        """Columns to read."""
        if not self.adds_up:
            return [*ENDS, *self.amounts, *self.keys]
        keys = ["date" if self.dated and key == "period" else key for key in self.keys]
        return [*keys, *self.amounts]

    @property
    def schema(self) -> pa.Schema:
        """Columns of the result."""
        if self.adds_up:
            return flow_schema(self.keys, self.amounts)
        return schema_of(self.request, self.keys)

    def about(self, present: Sequence[str]) -> dict[str, Any]:
        """Describe the result: the amounts added up, and for shipments the columns left out."""
        if not self.adds_up:
            return {"by": self.request.amount}
        unread = [name for name in present if name not in self.columns]
        return {"by": ", ".join(self.amounts), "columns_left_out": unread}


def make_plan(request: MeasureRequest, present: Sequence[str], place: str) -> Plan:
    """Choose the columns to read; the error lists all that are missing."""
    available = [name for name in UNIT if name in present]
    requested = request.requested_amount
    amount = requested or (available[0] if available else None)
    request = replace(request, requested_amount=amount)
    if request.measure == FLOWS:
        amounts = tuple(available) if requested is None and available else (request.amount,)
        dated = "period" not in present and "date" in present
        plan = Plan(request, tuple(shipment_keys(present)), amounts, dated)
    else:
        keys = (name for name in scopes_of(request.amount) if name in NEEDED or name in present)
        plan = Plan(request, tuple(keys), (request.amount,))
    if missing := [name for name in plan.columns if name not in present]:
        raise GraphkitError(
            f"{place}: found no column {', '.join(missing)}, only {', '.join(present) or 'none'}"
        )
    return plan


def count_flows(flows: str | Path) -> int:
    """Count the rows by the footers of the files."""
    return int(flow_dataset(flows_in(str(flows)), ()).count_rows())


def read_production(place: str) -> pa.Table:
    """Read the production, with names as text."""
    dataset = flow_dataset(place, ())
    if missing := [name for name in PRODUCTION if name not in dataset.schema.names]:
        present = ", ".join(dataset.schema.names)
        raise GraphkitError(f"{place}: found no column {', '.join(missing)}, only {present}")
    table = dataset.to_table()
    for position, name in enumerate(table.column_names):
        if name in (*PRODUCTION, "basis"):
            table = table.set_column(position, name, table[name].cast(pa.string()))
    return table
