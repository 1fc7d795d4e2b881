"""Guesses a first mapping for a table, for a person to correct."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from graphkit.errors import GraphkitError
from graphkit.importers.table.mapping import MARKS, Layout
from graphkit.importers.table.sheets import Sheet, read_sheet

WORDS = {
    "exporter": ("exporter", "origin", "seller", "supplier", "from"),
    "importer": ("importer", "destination", "buyer", "consumer", "to"),
    "country": ("country", "place", "producer", "area", "iso3"),
    "product": ("product", "commodity", "mineral", "material", "goods"),
    "hs": ("hs", "hs code", "hs6", "code", "cmdcode", "tariff"),
    "period": ("period", "year", "date", "month"),
    "usd": ("usd", "value", "fob", "us$", "dollars"),
    "tonnes": ("tonnes", "quantity", "mass", "weight", "tons", "kg", "production", "reserves"),
}
"""Words in the names of columns, by the property that such a column may give."""
KINDS = {
    "EXPORTS": ("exporter", "importer", "product", "hs", "period", "usd", "tonnes"),
    "PRODUCES": ("country", "product", "period", "tonnes"),
}
DEFAULTS = {
    "EXPORTS": "{reporter: exporter, dataset: TODO, hs_revision: HS22, basis: gross}",
    "PRODUCES": "{basis: TODO, observed: true}",
}


def draft_mapping(path: Path) -> str:
    """A mapping in YAML: every column with what it may be, and what is left to fill in."""
    sheet, layout = _read(path)
    columns = {kind: _guess(sheet.names, wanted) for kind, wanted in KINDS.items()}
    kind = "EXPORTS" if {"exporter", "importer"} <= columns["EXPORTS"].keys() else "PRODUCES"
    lines = [
        f"# A draft for {path.name}: {len(sheet.rows):,} rows. Correct it, and fill in each TODO.",
        *_shown(sheet, columns[kind]),
        f"kind: {kind}",
        "columns:",
        *(f"  {name}: {json.dumps(column, ensure_ascii=False)}"
          for name, column in columns[kind].items()),
        "# units: {usd: kUSD, tonnes: kg}",
        f"defaults: {DEFAULTS[kind]}",
        "source: {key: TODO, title: TODO, publisher: TODO, licence: not stated}",
    ]  # fmt: skip
    if layout.delimiter != ",":
        lines.append(f"delimiter: {json.dumps(layout.delimiter)}")
    return "\n".join(lines) + "\n"


def _read(path: Path) -> tuple[Sheet, Layout]:
    """The table, by the delimiter that makes it one, and its encoding."""
    error: GraphkitError | None = None
    for encoding in ("utf-8", "cp1252"):
        for delimiter in MARKS["delimiter"]:
            layout = replace(Layout(), delimiter=delimiter, encoding=encoding)
            try:
                return read_sheet(path, layout), layout
            except GraphkitError as found:
                error = error or found
    assert error is not None
    raise error


def _guess(names: Sequence[str], wanted: Sequence[str]) -> dict[str, str]:
    """A column for each property whose words one has; a whole name counts before a part of it."""
    found: dict[str, str] = {}
    for whole in (True, False):
        for prop in wanted:
            for name in names:
                words = name.casefold().replace("_", " ")
                parts = [words] if whole else words.replace("(", " ").replace(")", " ").split()
                free = prop not in found and name not in found.values()
                if free and any(word in parts for word in WORDS[prop]):
                    found[prop] = name
    return {prop: found[prop] for prop in wanted if prop in found}


def _shown(sheet: Sheet, taken: dict[str, str]) -> list[str]:
    """Each column that nothing takes, with its first value."""
    first = sheet.rows[0] if sheet.rows else [None] * len(sheet.names)
    return [
        f"# not taken: {name} (such as {cell})"
        for name, cell in zip(sheet.names, first, strict=True)
        if name not in taken.values()
    ]
