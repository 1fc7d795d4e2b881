"""Columns of every question, and the page about them."""

from __future__ import annotations

from collections.abc import Sequence
from pkgutil import resolve_name
from typing import TYPE_CHECKING

from graphkit.verbs.verb import Verb, name_of

if TYPE_CHECKING:
    from graphkit.answers.columns import Column

COLUMNS: dict[str, tuple[Column, ...]] = {}
"""The columns of the answers to each question, by its name."""


def columns_of(verb: Verb) -> dict[str, tuple[Column, ...]]:
    """Return the columns of the answers to a verb's questions, by the name of the question."""
    for function in (verb.function, *([verb.variant.function] if verb.variant else [])):
        resolve_name(function)  # its columns are declared with it
    return {name: COLUMNS[name] for name in verb.questions}


def columns_page(verbs: Sequence[Verb]) -> str:
    """Write the page on the columns of the answers to some commands, in Markdown."""
    return _COLUMNS_PAGE + "".join(map(_section, verbs))


def _section(verb: Verb) -> str:
    parts = []
    for name, columns in columns_of(verb).items():
        is_other = verb.variant is not None and name == name_of(verb.variant.function)
        switch = verb.variant.switch if verb.variant and is_other else ""
        title = f"graphkit {verb.name}" + (f" --{switch.replace('_', '-')}" if switch else "")
        rows = "".join(
            dict.fromkeys(f"| `{c.name}` | {c.header} | {c.meaning} |\n" for c in columns)
        )
        parts.append(f"\n## `{title}`\n\n| column | header | meaning |\n|---|---|---|\n{rows}")
    return "".join(parts)


_COLUMNS_PAGE = """\
# Columns of the answers

Written by `python tools/columns_page.py` from the modules in `graphkit/questions`. A column with a
header is in tables; all are in JSON, CSV and Parquet, under their name and with full precision.

Tables show a share (0 to 1) in percent and a difference of two shares in percentage points, sums of
money in thousands (k), millions (M) and billions (bn), and countries by name. "unknown" is a number
that no source gives. A table that is too narrow leaves columns out and names them; `--wide` shows
all. `graphkit COMMAND --help-columns` explains the columns that the tables of a command show.
"""
