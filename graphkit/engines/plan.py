"""What is computed of which columns: the same for every engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa

from graphkit.analysis.batch.measures import MEASURES, TRACING, Measure, measured, schema_of
from graphkit.analysis.batch.networks import NEEDED, scopes_of
from graphkit.analysis.shipments import ENDS, PERIODS, flow_schema, partial_flows, shipment_keys
from graphkit.arrow import UNIT
from graphkit.errors import GraphkitError, UsageError

FLOWS = "flows"
"""The name of what makes flows of shipments."""
NAMES = (*MEASURES, FLOWS)


@dataclass(frozen=True, eq=False)
class Asked:
    """A measure by its name, before it is known which columns there are."""

    measure: str
    by: str | None = None
    production: pa.Table | None = None
    min_share: float = 0.0
    each: str = "year"

    def __post_init__(self) -> None:
        for option, given, known in (
            ("measure", self.measure, NAMES),
            ("--by", self.by, (None, *UNIT)),
            ("--each", self.each, tuple(PERIODS)),
        ):
            if given not in known:
                wanted = ", ".join(filter(None, known))
                raise UsageError(f"{option}: found {given!r}, wanted one of {wanted}")
        if self.production is not None and self.measure not in TRACING:
            raise UsageError(f"--production: wanted {' or '.join(TRACING)}, found {self.measure}")


@dataclass(frozen=True, eq=False)
class MeasurePlan:
    """A measure of the network of every product and period."""

    measure: Measure
    scopes: tuple[str, ...]

    @property
    def columns(self) -> list[str]:
        """What is read."""
        return [*ENDS, self.measure.by, *self.scopes]

    @cached_property
    def schema(self) -> pa.Schema:
        """The columns of the result."""
        return schema_of(self.measure, self.scopes)

    def about(self, there: Sequence[str]) -> dict[str, Any]:
        """What the result says of itself."""
        return {"by": self.measure.by}

    def of_group(self, flows: pa.Table) -> pa.Table:
        """The result for whole networks."""
        found = [some.table.cast(self.schema) for some in measured(flows, self.measure)]
        return pa.concat_tables([self.schema.empty_table(), *found])


@dataclass(frozen=True, eq=False)
class FlowsPlan:
    """Flows out of shipments."""

    keys: tuple[str, ...]
    amounts: tuple[str, ...]
    dated: bool
    each: str

    @property
    def columns(self) -> list[str]:
        """What is read."""
        keys = ["date" if self.dated and key == "period" else key for key in self.keys]
        return [*keys, *self.amounts]

    @property
    def schema(self) -> pa.Schema:
        """The columns of the result."""
        return flow_schema(self.keys, self.amounts)

    def about(self, there: Sequence[str]) -> dict[str, Any]:
        """What the result says of itself: also which columns are no part of flows."""
        left = [name for name in there if name not in self.columns]
        return {"by": ", ".join(self.amounts), "columns_left_out": left}

    def partial(self, shipments: pa.Table) -> pa.Table:
        """Sums of some shipments."""
        return partial_flows(shipments, self.keys, self.amounts, self.each)


def planned(asked: Asked, there: Sequence[str], place: str) -> MeasurePlan | FlowsPlan:
    """What to read of the columns that there are; all that are missing are named at once."""
    amounts = [name for name in UNIT if name in there]
    by = asked.by or (amounts[0] if amounts else "usd")
    if asked.measure == FLOWS:
        keys = shipment_keys(there)
        dated = "period" not in there and "date" in there
        chosen = [by] if asked.by or not amounts else amounts
        plan: MeasurePlan | FlowsPlan = FlowsPlan(tuple(keys), tuple(chosen), dated, asked.each)
    else:
        scopes = [name for name in scopes_of(by) if name in NEEDED or name in there]
        measure = Measure(asked.measure, by, asked.production, asked.min_share)
        plan = MeasurePlan(measure, tuple(scopes))
    if lacking := [name for name in plan.columns if name not in there]:
        raise GraphkitError(
            f"{place}: found no column {', '.join(lacking)}; there are {', '.join(there) or 'none'}"
        )
    return plan
