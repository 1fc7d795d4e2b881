"""The graph as a Cypher script that fills an empty Neo4j."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graphkit.build import Graph, Part

BATCH = 500
"""Rows a statement: short enough for a server to read at once."""
FORGET = "CALL db.clearQueryCaches()"
"""A server keeps statements, with all the rows in them, until its memory is full of them."""
FORGET_AFTER = 10
HEAD = """\
// The graph of graphkit, for an empty Neo4j 5.26 or later: cypher-shell -f FILE
// Each statement ends with a semicolon at the end of a line, and runs on its own.
"""
ESCAPED = str.maketrans({
    "\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t",
    **{chr(c): f"\\u{c:04x}" for c in (*range(0x20), 0x7F, 0x85, 0x2028, 0x2029)
       if chr(c) not in "\n\r\t"},
})  # fmt: skip


def write_script(graph: Graph, path: Path) -> None:
    """Write constraints and indexes, then nodes, relationships and last the load marker."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(HEAD)
        file.writelines(f"{statement};\n" for statement in statements(graph))


def statements(graph: Graph) -> Iterator[str]:
    """The statements of the script, each on one line."""
    from graphkit.stores.neo4j.load import create_statement, ddl

    yield from ddl(graph.schema)
    written = 0
    for part in graph.parts:
        create = create_statement(part)
        for start in range(0, len(part.table), BATCH):
            if written and written % FORGET_AFTER == 0:
                yield FORGET
            yield create.replace("$rows", _rows(part, start), 1)
            written += 1


def _rows(part: Part, start: int) -> str:
    columns = [column.to_pylist() for column in part.rows(start, BATCH).columns]
    rows = zip(*columns, strict=True)
    return "[" + ", ".join(literal(list(row)) for row in rows) + "]"


def literal(value: Any) -> str:
    r"""A value as Cypher writes it.

    >>> literal([None, True, 1.5, 2, "it's a \\ and a ;", ["x"]])
    "[null, true, 1.5, 2, 'it\\'s a \\\\ and a ;', ['x']]"
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"'{value.translate(ESCAPED)}'"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    return repr(value)
