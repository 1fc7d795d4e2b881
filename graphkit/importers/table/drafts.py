"""Drafts of mappings, guessed from a table."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

from graphkit.errors import GraphkitError
from graphkit.importers.baci import BACI_COLUMNS
from graphkit.importers.table.mapping import number_form
from graphkit.importers.table.plants import CAPACITY_WORDS, PLANTS
from graphkit.importers.table.sheets import MARKS, TEXT_SUFFIXES, Sheet, SheetLayout, read_sheet

PROPERTY_WORDS = {
    "exporter": ("exporter", "origin", "seller", "supplier", "from", "verkäufer", "ursprungsland",
                 "exporteur", "exportateur", "vendeur", "exportador", "vendedor",
                 "수출국", "出口国", "輸出国"),
    "importer": ("importer", "destination", "buyer", "consumer", "to", "käufer", "bestimmungsland",
                 "importeur", "importateur", "acheteur", "importador", "comprador",
                 "수입국", "进口国", "輸入国"),
    "country": ("country", "place", "producer", "area", "iso3", "land", "pays", "país", "국가"),
    "product": ("product", "commodity", "mineral", "material", "goods", "ware", "produit",
                "producto", "품목"),
    "hs": ("hs", "hs code", "hs6", "code", "cmdcode", "tariff", "hs코드"),
    "period": ("period", "year", "date", "month", "jahr", "année", "año", "연도", "年"),
    "usd": ("usd", "fob", "us$", "dollars", "value", "wert", "valeur", "valor", "금액"),
    "tonnes": ("tonnes", "quantity", "mass", "weight", "tons", "kg", "production", "reserves",
               "menge", "gewicht", "quantité", "poids", "cantidad", "peso", "중량"),
    "name": ("name", "plant", "mine", "site", "facility", "project", "anlage", "usine", "planta",
             "플랜트", "工厂"),
    "capacity": CAPACITY_WORDS,
    "unit": ("unit", "units", "einheit", "unité", "unidad", "단위", "单位"),
    "owner": ("owner", "owners", "shareholder", "company", "eigentümer", "propriétaire",
              "propietario", "소유자", "所有者"),
    "share": ("share", "stake", "ownership", "equity", "anteil", "part", "participación", "지분"),
    "parent": ("parent",),
    "operator": ("operator", "operated", "betreiber", "exploitant", "operador"),
    "type": ("type", "kind"),
    "status": ("status",),
    "basis": ("basis",),
    "latitude": ("latitude", "lat"),
    "longitude": ("longitude", "lon", "lng"),
    "value": ("value", "score", "rating", "index", "estimate", "wert", "valeur", "valor"),
}  # fmt: skip
"""Words in column names that suggest a property."""
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
KILOGRAM_WORD = re.compile(r"\b(kg|kilo(gram)?s?)\b", re.IGNORECASE)
SAMPLE = 10_000
"""The most rows by which the marks of numbers are recognised."""
MOST_PRODUCTS = 20
"""Names of goods that a draft lists."""


def draft_mapping(path: Path) -> str:
    """Draft a mapping in YAML: guesses for the columns, and TODO for the rest.

    Raises
    ------
    GraphkitError
        The file is not a table, or is one of CEPII's BACI.
    """
    sheet, layout = _read_any(path)
    if {*sheet.names} == {*BACI_COLUMNS}:
        raise GraphkitError(f"{path.name} is of CEPII BACI: take 'graphkit import baci'")
    kind = _kind(sheet.names, path.stem)
    columns = _guess(sheet.names, KIND_PROPERTIES[kind])
    numbers = [c for name, c in columns.items() if name in NUMBER_PROPERTIES]
    texts = [c for name in numbers for c in sheet.column(name)[:SAMPLE] if isinstance(c, str)]
    unknown = sorted({text for text in texts if not re.search(r"\d", text)})
    figures = [text for text in texts if text not in unknown]
    in_kg = KILOGRAM_WORD.search(columns.get("tonnes", ""))
    lines = [
        f"# A draft for {path.name}: {len(sheet.rows):,} rows. Correct it, and fill in each TODO.",
        *_unused_columns(sheet, columns),
        f"kind: {kind}",
        "columns:",
        *(f"  {name}: {_quoted(column)}" for name, column in columns.items()),
        *(["units: {tonnes: kg}" if in_kg else "# units: {usd: kUSD, tonnes: kg}"]
          if kind != PLANTS else []),
        *(f"# TODO: {name}, a column, or one value of all rows in the defaults"
          for name in ("exporter", "importer") if kind == "EXPORTS" and name not in columns),
        f"defaults: {DEFAULTS[kind]}",
        *_product_lines(sheet, columns, kind),
        "source: {key: TODO, title: TODO, publisher: TODO, licence: not stated}",
        *([DATASET] if kind == "EXPORTS" else []),
        *(f"{name}: {_quoted(getattr(layout, name))}" for name in ("encoding", "delimiter")
          if getattr(layout, name) != getattr(SheetLayout(), name)),
        *_number_lines(figures),
        *([f"missing: {json.dumps(unknown, ensure_ascii=False)}"] if unknown else []),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


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


def number_marks(texts: Iterable[str]) -> list[tuple[str, str]]:
    """List the decimal marks and thousands marks with which all texts are numbers, likeliest first.

    >>> number_marks(["1,234", "5"])
    [('.', ','), (',', '')]
    >>> number_marks(["1.234,5"])
    [(',', '.')]
    """
    figures = list(texts)

    def seen(mark: str) -> bool:
        return any(mark in text for text in figures)

    # Marks that no text has say nothing, but a point between thousands takes the comma.
    choices = [
        (decimal, thousands)
        for thousands, decimal in product(MARKS["thousands"], MARKS["decimal"])
        if decimal != thousands and seen(thousands)
        and (decimal == "." or seen(decimal) or thousands == ".")
        and all(number_form(decimal, thousands).fullmatch(text) for text in figures)
    ]  # fmt: skip
    return sorted(choices, key=lambda marks: marks == (",", ""))


def _number_lines(figures: Sequence[str]) -> list[str]:
    """State the marks of numbers, and what else they may mean."""
    choices = number_marks(figures)
    if not choices or not figures:
        return []
    (decimal, thousands), *other_choices = choices
    lines = [f"decimal: {_quoted(decimal)}"] if decimal != SheetLayout().decimal else []
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


def _read_any(path: Path) -> tuple[Sheet, SheetLayout]:
    """Read a table with the first encoding that works, and the delimiter of most columns."""
    error: GraphkitError | None = None
    is_text = path.suffix.lower() in TEXT_SUFFIXES
    delimiters = MARKS["delimiter"] if is_text else (SheetLayout().delimiter,)
    for encoding in _encodings(path):
        tables: list[tuple[Sheet, SheetLayout]] = []
        for delimiter in delimiters:
            layout = replace(SheetLayout(), delimiter=delimiter, encoding=encoding)
            try:
                tables.append((read_sheet(path, layout), layout))
            except GraphkitError as failure:
                error = error or failure
        if tables:
            return max(tables, key=lambda table: len(table[0].names))
    assert error is not None
    raise error


def _encodings(path: Path) -> tuple[str, ...]:
    """List the encodings to try, by the mark that a file begins with."""
    if path.is_file():
        with path.open("rb") as file:
            if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
                return ("utf-16",)
    return ("utf-8", "cp1252")


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
    """Guess the column of each property by its words; a match of the whole name comes first."""
    column_of: dict[str, str] = {}
    for whole in (True, False):
        for prop in props:
            for name in names:
                words = name.casefold().replace("_", " ")
                parts = [words] if whole else words.replace("(", " ").replace(")", " ").split()
                free = prop not in column_of and name not in column_of.values()
                if free and any(word in parts for word in PROPERTY_WORDS[prop]):
                    column_of[prop] = name
    return {prop: column_of[prop] for prop in props if prop in column_of}


def _unused_columns(sheet: Sheet, columns: dict[str, str]) -> list[str]:
    """List the columns that are not taken, each with its first value."""
    first = sheet.rows[0] if sheet.rows else [None] * len(sheet.names)
    return [
        f"# not taken: {name} (such as {cell})"
        for name, cell in zip(sheet.names, first, strict=True)
        if name not in columns.values()
    ]
