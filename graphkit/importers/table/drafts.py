"""Drafts of mappings, guessed from a table."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from graphkit.errors import GraphkitError
from graphkit.importers.baci import BACI_COLUMNS
from graphkit.importers.table.encodings import UndecidedError
from graphkit.importers.table.headings import PROPERTY_WORDS, YEAR, columns_by_words
from graphkit.importers.table.mapping import is_code
from graphkit.importers.table.numbers import DASHES, may_group, number_marks
from graphkit.importers.table.plants import PLANTS
from graphkit.importers.table.sheets import MisshapenError, Sheet, SheetLayout, read_sheet
from graphkit.importers.table.units import stated_unit
from graphkit.importers.table.years import year_patterns

KIND_PROPERTIES = {
    "EXPORTS": ("exporter", "importer", "product", "hs", "period", "usd", "tonnes"),
    "PRODUCES": ("country", "product", "period", "tonnes"),
    "HOLDS": ("country", "product", "period", "tonnes"),
    "RATED": ("country", "period", "value"),
    PLANTS: (
        "capacity",
        "country",
        "name",
        "product",
        "unit",
        "share",
        "owner",
        "parent",
        "operator",
        "type",
        "status",
        "basis",
        "latitude",
        "longitude",
    ),
}
DEFAULTS = {
    "EXPORTS": "{basis: gross}",
    "PRODUCES": "{basis: TODO, observed: true}",
    "HOLDS": "{basis: TODO}",
    "RATED": "{indicator: TODO}",
    PLANTS: "{type: TODO, basis: TODO}",
}
DATASET = "dataset: {key: TODO, name: TODO, reporter: exporter, hs_revision: HS22, preference: 40}"
"""The data set of trade; BACI and UN Comtrade have a lower preference, and are taken first."""
NUMBER_PROPERTIES = ("usd", "tonnes", "value", "capacity")
SAMPLE = 10_000
"""The most rows by which the marks of numbers are recognised."""
MAIN_NUMBER = {"PRODUCES": "tonnes", "HOLDS": "tonnes", "RATED": "value"}
"""The number that columns headed by years alone hold."""
UNIT_OF = {"usd": "USD", "tonnes": "t"}
MOST_TRIES = 4
"""Settings of a layout that are tried one after the other."""
MOST_PRODUCTS = 20
"""Names of goods that a draft lists."""


def draft_mapping(path: Path) -> str:
    """Draft a mapping in YAML: guesses for the columns, and TODO for the rest.

    Raises
    ------
    GraphkitError
        The file is not a table, or is one of CEPII's BACI.
    """
    sheet, doubts = likeliest_sheet(path)
    if {*sheet.names} == {*BACI_COLUMNS}:
        raise GraphkitError(f"{path.name} is of CEPII BACI: take 'graphkit import baci'")
    years = year_patterns(sheet.names)
    names = [name for name in sheet.names if name and not _is_of_year(name, years)]
    kind = _kind([*names, *years], path.stem)
    columns = _guess([*names, *years], KIND_PROPERTIES[kind])
    columns |= _guess_of_years([y for y in years if y not in columns.values()], columns, kind)
    if any(column in years for column in columns.values()):
        columns.pop("period", None)
    if "hs" not in columns and _holds_codes(sheet, columns.get("product")):
        columns = {"hs" if name == "product" else name: c for name, c in columns.items()}
    texts = [text for name, column in columns.items() if name in NUMBER_PROPERTIES
             for text in _texts(sheet, column)]  # fmt: skip
    unknown = sorted({text for text in texts if not re.search(r"\d", text)})
    figures = [text for text in texts if text not in unknown]
    lines = [
        f"# A draft for {path.name}: {len(sheet.rows):,} rows. Correct it, and fill in each TODO.",
        *_unused_columns(sheet, [*columns.values(), *years]),
        f"kind: {kind}",
        "columns:",
        *(f"  {name}: {_quoted(column)}" for name, column in columns.items()),
        *_unit_lines(sheet, columns, kind),
        *(f"# TODO: {name}, a column, or one value of all rows in the defaults"
          for name in ("exporter", "importer") if kind == "EXPORTS" and name not in columns),
        f"defaults: {DEFAULTS[kind]}",
        *_product_lines(sheet, columns, kind),
        "source: {key: TODO, title: TODO, publisher: TODO, licence: not stated}",
        *([DATASET] if kind == "EXPORTS" else []),
        *_layout_lines(sheet.layout, path),
        *doubts,
        *_number_lines(figures),
        *([f"missing: {json.dumps(unknown, ensure_ascii=False)}"] if unknown else []),
        *(f"# TODO: {_quoted(text)} is taken for unknown; or zero? aliases: "
          f"{{PROPERTY: {{{_quoted(text)}: 0}}}}" for text in unknown if {*text} <= DASHES),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _holds_codes(sheet: Sheet, column: str | None) -> bool:
    """Tell if the goods of a column are HS codes, those of its rows that name any."""
    texts = [str(cell) for cell in sheet.column(column)[:SAMPLE] if cell] if column else []
    return bool(texts) and all(map(is_code, texts))


def _guess_of_years(
    patterns: Sequence[str], columns: Mapping[str, str], kind: str
) -> dict[str, str]:
    """Guess what columns of years hold by the unit in their headings; else the main number."""
    guesses: dict[str, str] = {}
    for pattern in patterns:
        by_unit = (name for name, unit in UNIT_OF.items() if stated_unit(pattern, unit))
        name = next(by_unit, MAIN_NUMBER.get(kind) if pattern == YEAR else None)
        if name in KIND_PROPERTIES[kind] and name not in {*columns, *guesses}:
            guesses[name] = pattern
    return guesses


def _is_of_year(name: str, patterns: Sequence[str]) -> bool:
    """Tell if a heading is one of those that differ in their year alone."""
    return any(pattern in patterns for pattern in year_patterns([name, name]))


def _texts(sheet: Sheet, column: str) -> list[str]:
    """Return the first texts of a column, or of the columns of all years."""
    names = [n for n in sheet.names if n == column or _is_of_year(n, [column])]
    return [c for name in names for c in sheet.column(name)[:SAMPLE] if isinstance(c, str)]


def _unit_lines(sheet: Sheet, columns: Mapping[str, str], kind: str) -> list[str]:
    """State the units of headings and titles, and what could not be taken for one."""
    if kind == PLANTS:
        return []
    units, doubts = {}, []
    for name, unit in UNIT_OF.items():
        for text in [columns[name], *(t for _, t in sheet.titles)] if name in columns else []:
            if stated := stated_unit(text, unit):
                if stated.unit is None:
                    doubts.append(f"# TODO: {name}: {stated.fault} in {_quoted(text)}")
                elif stated.unit != unit:
                    units[name] = stated.unit
                break
    stated_units = ", ".join(f"{name}: {unit}" for name, unit in units.items())
    example = "# units: {usd: kUSD, tonnes: kg}"
    return [f"units: {{{stated_units}}}" if units else example, *doubts]


def _layout_lines(layout: SheetLayout, path: Path) -> list[str]:
    """State what was recognized of the layout."""
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    lines = []
    if len(layout.header) > 1 or layout.header != (1,):
        lines.append(f"header: {'-'.join(map(str, layout.header))}")
    lines += [f"last: {layout.last}"] if layout.last else []
    lines += [f"encoding: {_quoted(layout.encoding)}"] if layout.encoding not in (
        None, "utf-8") else []  # fmt: skip
    lines += [f"delimiter: {_quoted(layout.delimiter)}"] if layout.delimiter not in (
        None, delimiter) else []  # fmt: skip
    return lines


def _product_lines(sheet: Sheet, columns: Mapping[str, str], kind: str) -> list[str]:
    """List what plants make, for the product of each; and that capacities may be added up."""
    if kind != PLANTS:
        return []
    lines = ["# TODO: sum: [capacity], if one plant has rows that must be added up"]
    if "product" in columns:
        texts = sorted({str(cell) for cell in sheet.column(columns["product"]) if cell})
        pairs = ", ".join(f"{_quoted(text)}: TODO" for text in texts[:MOST_PRODUCTS])
        lines.append(f"aliases: {{product: {{{pairs}}}}}")
    return lines


def _number_lines(figures: Sequence[str]) -> list[str]:
    """State the marks of numbers, and what else they may mean."""
    choices = number_marks(figures)
    if not choices or not figures:
        return []
    (decimal, thousands), *other_choices = choices
    if not other_choices and may_group(figures, decimal):
        example = next(text for text in figures if decimal in text)
        text = f"{decimal!r} in {example!r} may be the decimal or the thousands mark"
        return [f'# TODO: {text}: set decimal: "." or decimal: ","']
    lines = [f"decimal: {_quoted(decimal)}"] if decimal != "." else []
    lines += [f"thousands: {_quoted(thousands)}"] if thousands else []
    if other_choices:
        example = next(text for text in figures if "," in text or "." in text)
        mark = "," if "," in example else "."
        roles = ("thousands", "decimal") if mark == thousands else ("decimal", "thousands")
        text = f"{mark!r} in {example!r} is taken for the {roles[0]} mark; or {roles[1]}?"
        lines.append(f"# TODO: {text}")
    return lines


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def likeliest_sheet(
    path: Path,
    layout: SheetLayout = SheetLayout(),  # noqa: B008
) -> tuple[Sheet, list[str]]:
    """Read a table with the likeliest layout, and list what is not sure of it."""
    doubts = []
    for _ in range(MOST_TRIES):
        try:
            sheet = read_sheet(path, layout)
        except UndecidedError as error:
            layout = SheetLayout(**{**vars(layout), error.setting: error.choices[0]})
            doubts.append(f"# TODO: {error}")
        except MisshapenError as error:
            if error.better == layout:
                raise
            layout = error.better
        else:
            if not sheet.other_header:
                break
            layout = replace(layout, header=sheet.other_header)
    return read_sheet(path, layout), doubts


def _kind(names: Sequence[str], file: str) -> str:
    """Guess the kind by the columns and the name of the file."""
    words = " ".join([*names, file]).casefold()
    of_plants = _guess(names, KIND_PROPERTIES[PLANTS])
    if "capacity" in of_plants or {"name", "owner"} <= of_plants.keys():
        return PLANTS
    trade_properties = _guess(names, KIND_PROPERTIES["EXPORTS"]).keys()
    places = {"exporter", "importer"} & trade_properties
    if (
        len(places) == 2
        or (places and "usd" in trade_properties)
        or re.search(r"\b(hs\d?|tariff|partner)\b", words)
    ):
        return "EXPORTS"
    if re.search(r"reserves?\b", words):
        return "HOLDS"
    if {"product", "tonnes"} & _guess(names, KIND_PROPERTIES["PRODUCES"]).keys():
        return "PRODUCES"
    return "RATED" if "value" in _guess(names, KIND_PROPERTIES["RATED"]) else "PRODUCES"


def _guess(names: Sequence[str], props: Sequence[str]) -> dict[str, str]:
    """Guess the column of each property of a kind by its words."""
    return columns_by_words(names, {prop: PROPERTY_WORDS[prop] for prop in props})


def _unused_columns(sheet: Sheet, columns: Collection[str]) -> list[str]:
    """List the columns that are not taken, each with its first value."""
    first = sheet.rows[0] if sheet.rows else [None] * len(sheet.names)
    return [
        f"# not taken: {name} (such as {cell})"
        for name, cell in zip(sheet.names, first, strict=True)
        if name and name not in columns and not _is_of_year(name, [*columns])
    ]
