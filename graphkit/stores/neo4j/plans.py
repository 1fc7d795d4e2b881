"""Plans of Neo4j, and the operators that no statement may have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from neo4j import ResultSummary

from graphkit.cypher.parser import PROCEDURES
from graphkit.errors import UsageError

REFUSED = (
    "Administration", "Alter", "Create", "Delete", "DetachDelete", "Drop", "Foreach", "LoadCSV",
    "Merge", "Remove", "Set", "Terminate",
)  # fmt: skip
"""Beginnings of operators that write, read a file or an address, or stop what others run.

The type of a statement does not tell: that of LOAD CSV and of TERMINATE is that of reading.
"""


def check_plan(summary: ResultSummary) -> None:
    """Refuse a plan that does more than read the graph.

    Raises
    ------
    UsageError
        Naming the first operator that does something else.
    """
    for operator, details in _operators(summary.plan or {}):
        procedure = details.partition("(")[0]
        if operator.startswith("ProcedureCall") and procedure.lower() not in PROCEDURES:
            raise UsageError(f"Neo4j would call {procedure}; graphkit only reads here")
        if operator.startswith(REFUSED):
            name = operator.partition("@")[0]
            raise UsageError(f"Neo4j's plan has the operator {name}; graphkit only reads here")
    if summary.query_type != "r":
        raise UsageError(f"Neo4j's plan has type {summary.query_type!r}; graphkit only reads here")


def _operators(plan: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield every operator of a plan and its details."""
    rest = [plan]
    while rest:
        operator = rest.pop()
        if operator:
            yield operator["operatorType"], str(operator["args"].get("Details", ""))
            rest += operator.get("children", ())
