"""Report of an import: what was read, left out and unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from graphkit.errors import GraphkitError


class FailedCheck(GraphkitError):
    """Table that contradicts itself, or of which too little is understood."""

    exit_code = 3


class UnmappedError(FailedCheck):
    """Table with too large a part of unknown places or goods."""


@dataclass
class Report:
    """Rows read, kept and left out, with their value, if any, in the unit of the table."""

    unit: str
    lines: list[tuple[str, str, int, float | None]] = field(default_factory=list)
    total: float = 0.0
    unmapped: dict[str, float] = field(default_factory=dict)
    """Value of the rows of each unknown code or name."""
    shares: dict[str, float] = field(default_factory=dict)
    """Share of each unknown code in its own table, where tables cannot be added up."""
    warnings: list[str] = field(default_factory=list)
    """Sentences that warn readers of the seeds."""
    remarks: list[str] = field(default_factory=list)
    """Encoding, marks and units of a table that were recognized, not given."""
    advice: str = ""
    """Way to make unknown names known."""

    def add(self, what: str, why: str, rows: int, value: float | None = None) -> None:
        """Count rows."""
        self.lines.append((what, why, rows, value))

    def check_kept(self, rows: int, files: Sequence[Path]) -> None:
        """Refuse an import that keeps nothing.

        Raises
        ------
        GraphkitError
            No row is kept; the message says how many were read.
        """
        if not rows:
            raise GraphkitError(
                f"no flow of {', '.join(p.name for p in files)} matches the filters: "
                f"{self.lines[0][2]:,} rows were read"
            )

    def check(self, most: float) -> None:
        """Refuse an import of which too much is unknown.

        Raises
        ------
        UnmappedError
            Unknown codes or names have more than this part of the value.
        """
        unknown = sum(self.unmapped.values())
        if self.total and unknown / self.total > most:
            worst = sorted(self.unmapped.items(), key=lambda item: (-item[1], item[0]))[:5]
            names = ", ".join(f"{code} ({100 * v / self.total:.1f} %)" for code, v in worst)
            raise UnmappedError(
                f"unknown codes or names have {100 * unknown / self.total:.1f} % of the value: "
                f"{names}; wanted at most {100 * most:g} % (--max-unknown){self.advice}. "
                "Nothing is written"
            )

    def table(self) -> pa.Table:
        """Return the report, with ``what`` read, kept, left out, ... and ``why``."""
        rows = [*self.lines]
        for code, value in sorted(self.unmapped.items(), key=lambda item: (-item[1], item[0])):
            rows.append(("unknown code", code, None, value))  # type: ignore[arg-type]
        share = [
            r[3] / self.total if r[3] is not None and self.total else self.shares.get(r[1])
            for r in rows
        ]
        return pa.table({
            "what": pa.array([r[0] for r in rows], pa.string()),
            "why": pa.array([r[1] for r in rows], pa.string()),
            "rows": pa.array([r[2] for r in rows], pa.int64()),
            "value": pa.array([r[3] for r in rows], pa.float64()),
            "share_of_value": pa.array(share, pa.float64()),
        }, schema=pa.schema([
            pa.field("what", pa.string()), pa.field("why", pa.string()),
            pa.field("rows", pa.int64()),
            pa.field("value", pa.float64(), metadata={"unit": self.unit}),
            pa.field("share_of_value", pa.float64(), metadata={"unit": "0 to 1"}),
        ]))  # fmt: skip
