"""The shape of every answer: rows, and all that is needed to cite them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa


@dataclass(frozen=True)
class Answer:
    """An answer with everything needed to cite it.

    ``comparisons`` has, for each claim that trade data speak of too, what those data give.
    """

    question: str
    scope: Mapping[str, Any]
    rows: pa.Table
    units: Mapping[str, str]
    coverage: Mapping[str, Any]
    claims: pa.Table
    comparisons: pa.Table
    sources: pa.Table
    notes: tuple[str, ...] = field(default=())
