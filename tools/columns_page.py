"""Writes docs/columns.md, the columns of every answer with their meaning and unit.

python tools/columns_page.py
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from graphkit.answer import Column
from graphkit.parameters import Verb
from graphkit.questions import columns_of
from graphkit.verbs import VERBS

PAGE = Path(__file__).parents[1] / "docs/columns.md"
HEAD = """\
# Columns of the answers

Written by `python tools/columns_page.py` from the modules in `graphkit/questions`. A column with a
header is in tables; all are in JSON, CSV and Parquet, under their name and with full precision.

Tables show a share (0 to 1) in percent and a difference of two shares in percentage points, sums of
money in thousands (k), millions (M) and billions (bn), and countries by name. "unknown" is a number
that no source gives. A table that is too narrow leaves columns out and names them; `--wide` shows
all.
"""


def columns_page(verbs: Sequence[Verb]) -> str:
    """Return the page of some commands."""
    return HEAD + "".join(map(_section, verbs))


def _section(verb: Verb) -> str:
    tables = columns_of(verb)
    parts = []
    for function, columns in tables.items():
        switch = verb.variant.switch if verb.variant and function != verb.function else ""
        title = f"graphkit {verb.name}" + (f" --{switch.replace('_', '-')}" if switch else "")
        rows = "".join(dict.fromkeys(map(_row, columns)))
        parts.append(f"\n## `{title}`\n\n| column | header | meaning |\n|---|---|---|\n{rows}")
    return "".join(parts)


def _row(column: Column) -> str:
    return f"| `{column.name}` | {column.header} | {column.meaning} |\n"


if __name__ == "__main__":
    PAGE.write_text(columns_page(VERBS), encoding="utf-8")
