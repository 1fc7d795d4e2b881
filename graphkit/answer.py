"""The shape of every answer: rows, and all that is needed to cite them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa


@dataclass(frozen=True)
class Answer:
    """An answer with everything needed to cite it."""

    question: str
    scope: Mapping[str, Any]
    """What was asked for, and what the answer counts."""
    rows: pa.Table
    units: Mapping[str, str]
    """What the numbers of the rows are."""
    coverage: Mapping[str, Any]
    """What the rows rest on and what they lack."""
    claims: pa.Table
    """What was published in the same scope."""
    comparisons: pa.Table
    """For each claim that trade data speak of too, what those data give."""
    sources: pa.Table
    notes: tuple[str, ...] = ()
    heads: Mapping[str, str] = field(default_factory=dict)
    """The columns that people read, with their heads."""
    counts: str = ""
    """What those numbers are, in a sentence."""
