"""Answers as tab-separated values."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from graphkit.answers.figures import full_text
from graphkit.render.formats import Format, View


def write(table: pa.Table, output: Path | None, title: str, view: View) -> str:
    """Write a table with a tab between values; tabs and line ends in a text become blanks."""
    rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
    lines = (table.column_names, *rows)
    return "".join("\t".join(" ".join(full_text(v).split()) for v in line) + "\n" for line in lines)


FORMAT = Format((".tsv",), write)
