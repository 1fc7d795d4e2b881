"""Drafts of mappings, guessed from a table."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

from graphkit.errors import GraphkitError
from graphkit.importers.table.mapping import number_form
from graphkit.importers.table.sheets import MARKS, TEXTS, Layout, Sheet, read_sheet

WORDS = {
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
    "value": ("value", "score", "rating", "index", "estimate", "wert", "valeur", "valor"),
}  # fmt: skip
"""Words in column names that suggest a property."""
KINDS = {
    "EXPORTS": ("exporter", "importer", "product", "hs", "period", "usd", "tonnes"),
    "PRODUCES": ("country", "product", "period", "tonnes"),
    "HOLDS": ("country", "product", "period", "tonnes"),
    "RATED": ("country", "period", "value"),
}
DEFAULTS = {
    "EXPORTS": "{basis: gross}",
    "PRODUCES": "{basis: TODO, observed: true}",
    "HOLDS": "{basis: TODO}",
    "RATED": "{indicator: TODO}",
}
DATASET = "dataset: {key: TODO, name: TODO, reporter: exporter, hs_revision: HS22, preference: 40}"
"""The data set of trade; BACI and UN Comtrade have a lower preference, and are taken first."""
NUMBERS = ("usd", "tonnes", "value")
KILOGRAMS = re.compile(r"\b(kg|kilo(gram)?s?)\b", re.IGNORECASE)
SAMPLE = 10_000
"""The most rows by which the marks of numbers are recognised."""
BACI = ("t", "i", "j", "k", "v", "q")
"""Columns of a file of BACI."""


def draft_mapping(path: Path) -> str:
    """Draft a mapping in YAML: guesses for the columns, and TODO for the rest.

    Raises
    ------
    GraphkitError
        The file is not a table, or is one of CEPII's BACI.
    """
    sheet, layout = _read_any(path)
    if {*sheet.names} == {*BACI}:
        raise GraphkitError(f"{path.name} is of CEPII BACI: take 'graphkit import baci'")
    kind = _kind(sheet.names, path.stem)
    columns = _guess(sheet.names, KINDS[kind])
    numbers = [c for name, c in columns.items() if name in NUMBERS]
    texts = [c for name in numbers for c in sheet.column(name)[:SAMPLE] if isinstance(c, str)]
    unknown = sorted({text for text in texts if not re.search(r"\d", text)})
    figures = [text for text in texts if text not in unknown]
    kg = [name for name, column in columns.items() if name == "tonnes" and KILOGRAMS.search(column)]
    lines = [
        f"# A draft for {path.name}: {len(sheet.rows):,} rows. Correct it, and fill in each TODO.",
        *_shown(sheet, columns),
        f"kind: {kind}",
        "columns:",
        *(f"  {name}: {_quoted(column)}" for name, column in columns.items()),
        "units: {tonnes: kg}" if kg else "# units: {usd: kUSD, tonnes: kg}",
        *(f"# TODO: {name}, a column, or one value of all rows in the defaults"
          for name in ("exporter", "importer") if kind == "EXPORTS" and name not in columns),
        f"defaults: {DEFAULTS[kind]}",
        "source: {key: TODO, title: TODO, publisher: TODO, licence: not stated}",
        *([DATASET] if kind == "EXPORTS" else []),
        *(f"{name}: {_quoted(getattr(layout, name))}" for name in ("encoding", "delimiter")
          if getattr(layout, name) != getattr(Layout(), name)),
        *_number_lines(figures),
        *([f"missing: {json.dumps(unknown, ensure_ascii=False)}"] if unknown else []),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def number_marks(texts: Iterable[str]) -> list[tuple[str, str]]:
    """List the decimal marks and thousands marks with which all texts are numbers, likeliest first.

    >>> number_marks(["1,234", "5"])
    [('.', ','), (',', '')]
    >>> number_marks(["1.234,5"])
    [(',', '.')]
    """
    known = list(texts)

    def seen(mark: str) -> bool:
        return any(mark in text for text in known)

    # Marks that no text has say nothing, but a point between thousands takes the comma.
    found = [
        (decimal, thousands)
        for thousands, decimal in product(MARKS["thousands"], MARKS["decimal"])
        if decimal != thousands and seen(thousands)
        and (decimal == "." or seen(decimal) or thousands == ".")
        and all(number_form(decimal, thousands).fullmatch(text) for text in known)
    ]  # fmt: skip
    return sorted(found, key=lambda marks: marks == (",", ""))


def _number_lines(figures: Sequence[str]) -> list[str]:
    """State the marks of numbers, and what else they may mean."""
    found = number_marks(figures)
    if not found or not figures:
        return []
    (decimal, thousands), *others = found
    lines = [f"decimal: {_quoted(decimal)}"] if decimal != Layout().decimal else []
    lines += [f"thousands: {_quoted(thousands)}"] if thousands else []
    if others:
        such = next(text for text in figures if "," in text or "." in text)
        mark = "," if "," in such else "."
        taken, other = ("thousands", "decimal") if mark == thousands else ("decimal", "thousands")
        lines.append(f"# TODO: {mark!r} in {such!r} is taken for the {taken} mark; or {other}?")
    return lines


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _read_any(path: Path) -> tuple[Sheet, Layout]:
    """Read a table with the first encoding that works, and the delimiter of most columns."""
    error: GraphkitError | None = None
    delimiters = MARKS["delimiter"] if path.suffix.lower() in TEXTS else (Layout().delimiter,)
    for encoding in _encodings(path):
        found: list[tuple[Sheet, Layout]] = []
        for delimiter in delimiters:
            layout = replace(Layout(), delimiter=delimiter, encoding=encoding)
            try:
                found.append((read_sheet(path, layout), layout))
            except GraphkitError as wrong:
                error = error or wrong
        if found:
            return max(found, key=lambda one: len(one[0].names))
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
    found = _guess(names, KINDS["EXPORTS"]).keys()
    ends = {"exporter", "importer"} & found
    if (
        len(ends) == 2
        or (ends and "usd" in found)
        or re.search(r"\b(hs\d?|tariff|partner)\b", words)
    ):
        return "EXPORTS"
    if re.search(r"reserves?\b", words):
        return "HOLDS"
    if {"product", "tonnes"} & _guess(names, KINDS["PRODUCES"]).keys():
        return "PRODUCES"
    return "RATED" if "value" in _guess(names, KINDS["RATED"]) else "PRODUCES"


def _guess(names: Sequence[str], props: Sequence[str]) -> dict[str, str]:
    """Guess the column of each property by its words; a match of the whole name comes first."""
    found: dict[str, str] = {}
    for whole in (True, False):
        for prop in props:
            for name in names:
                words = name.casefold().replace("_", " ")
                parts = [words] if whole else words.replace("(", " ").replace(")", " ").split()
                free = prop not in found and name not in found.values()
                if free and any(word in parts for word in WORDS[prop]):
                    found[prop] = name
    return {prop: found[prop] for prop in props if prop in found}


def _shown(sheet: Sheet, taken: dict[str, str]) -> list[str]:
    """List the columns that are not taken, each with its first value."""
    first = sheet.rows[0] if sheet.rows else [None] * len(sheet.names)
    return [
        f"# not taken: {name} (such as {cell})"
        for name, cell in zip(sheet.names, first, strict=True)
        if name not in taken.values()
    ]
