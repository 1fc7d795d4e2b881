"""Importer of CSV, Parquet and Excel tables by a mapping, and drafts of mappings."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import pyarrow as pa

from graphkit.errors import GraphkitError, Problem, SeedError, UsageError
from graphkit.importers import (
    Report,
    SeedTable,
    all_or_nothing,
    write_reference,
    write_rows,
    write_table,
)
from graphkit.importers.reference import Reference
from graphkit.importers.table.mapping import (
    ColumnMapping,
    ReadTable,
    number_form,
    read_columns,
    read_mapping,
)
from graphkit.importers.table.sheets import MARKS, TEXTS, Layout, Sheet, one_a_column, read_sheet
from graphkit.paths import shipped
from graphkit.schema import GRAPH, Kind, Type
from graphkit.seeds import check_all
from graphkit.seeds.files import SeedFile, find_files, read_file
from graphkit.seeds.records import Header, Locations, row_columns, typed_rows
from graphkit.seeds.text import YamlText

Progress = Callable[[str, int], None]
FOLDERS = {"EXPORTS": "trade", "PRODUCES": "production", "HOLDS": "reserves", "Claim": "claims",
           "Control": "controls", "RATED": "governance"}  # fmt: skip
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


@dataclass(frozen=True)
class SourceLocations(Locations):
    """Locations of the source's properties in a mapping."""

    def problem(
        self, row: int | None, column: str | None, message: str, item: int | None = None
    ) -> Problem:
        """Locate a problem at a property of the source."""
        said = f"{column}: {message}" if column else message
        return self.yaml.problem(said, *([("source", column)] if column else []), ("source",))


@dataclass(frozen=True)
class Checked:
    """Table read by its mapping, with its problems, before anything is written."""

    sheet: Sheet
    mapping: ColumnMapping
    read: ReadTable
    problems: list[Problem]
    codes: Sequence[Mapping[str, str]]
    """Seeds of national codes missing from the reference and the folder."""
    own_source: bool
    """True if the mapping describes the source and the folder lacks it."""
    own_dataset: bool
    """True if the mapping describes the data set and the folder lacks it."""
    report: Report

    @property
    def kind(self) -> Kind:
        """Kind of its rows."""
        return self.mapping.header.kind

    @property
    def unused(self) -> list[str]:
        """Columns of the table that no property takes."""
        taken = set(self.read.locations.taken.values())
        return [name for name in self.sheet.names if name not in taken]

    def first(self, rows: int = 10) -> pa.Table:
        """Return the first facts, without the properties that none of them has."""
        top = self.read.rows.slice(0, rows)
        return top.select([n for n in top.column_names if top[n].null_count < len(top)])


def import_table(
    path: Path,
    mapping: Path,
    folder: Path,
    reference: Reference,
    *,
    name: str | None = None,
    max_unknown: float = 0.01,
    progress: Progress = lambda name, rows: None,
) -> Report:
    """Turn a table into seeds of one kind.

    Parameters
    ----------
    path : Path
        A CSV, Parquet or Excel file.
    mapping : Path
        A YAML file like the header of a seed: ``kind``, ``columns`` (property: column), ``units``,
        ``defaults``; and ``aliases`` (property: {foreign text: key}), ``source`` and ``dataset``
        (the properties of one), ``sheet``, ``header``, ``encoding``, ``delimiter``, ``decimal``,
        ``thousands``, ``missing`` (texts for an unknown value).
    folder : Path
        Folder of seeds; if it has no reference seeds, they are added.
    reference : Reference
        Countries, products and codes by all their names.
    name : str, optional
        Name of the files to write; by default that of the table.
    max_unknown : float
        Refuse if unknown names have more than this part of the value (USD, else tonnes, else
        rows).
    progress : callable, optional
        Called with the file's name and the number of rows read.

    Returns
    -------
    Report

    Raises
    ------
    GraphkitError
        A file cannot be read in the format of its name; nothing is written.
    SeedError
        The table or its mapping has problems, listed by row and column; nothing is written.
    UnmappedError
        Unknown names have too much of the value; nothing is written.
    """
    name = name or re.sub(r"[^A-Za-z0-9_.-]+", "-", path.stem).strip("-.") or "table"
    if not NAME.fullmatch(name):
        raise UsageError(f"--name: found {name!r}, wanted letters, digits, '-', '_' and '.'")
    checked = check_table(path, mapping, reference, folder=folder, name=name)
    progress(path.name, len(checked.sheet.rows))
    if checked.problems:
        raise SeedError(checked.problems)
    checked.report.check(max_unknown)
    if not len(checked.read.rows):
        raise SeedError([Problem(path.name, 1, 1, "found no row to keep; wanted at least one")])
    where = _subfolder(checked.kind)
    read = checked.read
    total = sum(read.weights[n] for n in read.locations.kept)
    checked.report.add("kept", f"in {where}/{name}.parquet", len(read.rows), total)
    _write(checked, folder, where, name)
    return checked.report


def check_table(
    path: Path,
    mapping: Path,
    reference: Reference,
    *,
    folder: Path | None = None,
    name: str = "",
) -> Checked:
    """Read a table and collect its problems, as strictly as the reader of seeds.

    The table is checked together with the seeds of ``folder`` (except the files of ``name``, which
    an import would replace), or with the shipped reference.

    Raises
    ------
    GraphkitError
        A file cannot be read in the format of its name.
    SeedError
        The mapping or the shape of the table has problems.
    """
    given = read_mapping(mapping, path.name)
    sheet = read_sheet(path, given.layout)
    read = read_columns(sheet, given, reference)
    own = [] if folder is None else _own_files(folder, given.header.kind, name)
    others = list(_others(folder, own))
    files = [*others, SeedFile(read.locations, [], given.header.kind, read.rows)]
    problems = [*read.problems, *(p for f in others for p in f.problems)]
    own_source = bool(given.source) and given.source.get("key") not in _known(others, "Source")
    if own_source:
        source, wrong = _seed(given, "Source", [given.source])
        files.append(source)
        problems += wrong
    own_dataset = bool(given.dataset) and given.dataset.get("key") not in _known(others, "Dataset")
    if own_dataset:
        dataset, wrong = _seed(given, "Dataset", [given.dataset])
        files.append(dataset)
        problems += wrong
    known = _known(others, "Code")
    codes = [reference.national_code(code) for code in read.national if code not in known]
    if codes:
        files.append(_seed(given, "Code", codes)[0])
    if not read.problems:
        problems += check_all(files, GRAPH)
    report = _report(sheet, read, reference)
    return Checked(
        sheet, given, read, one_a_column(problems), codes, own_source, own_dataset, report
    )


def _own_files(folder: Path, kind: Kind, name: str) -> list[Path]:
    """List the seeds that an import of this name writes."""
    return [
        folder / _subfolder(kind) / f"{stem}.yaml"
        for stem in (name, f"{name}-source", f"{name}-dataset", f"{name}-codes")
    ]


def _subfolder(kind: Kind) -> str:
    """Return the subfolder of the seeds for facts of a kind."""
    return FOLDERS.get(kind.name, kind.name.lower())


def _others(folder: Path | None, own: Collection[Path]) -> Iterator[SeedFile]:
    """Read the seeds that the new ones join: the folder's, and the reference if it has none."""
    read = []
    if folder is not None and any(folder.rglob("*.yaml")):
        root, paths, _ = find_files(folder)
        read = [read_file(path, root, GRAPH) for path in paths if path not in own]
    yield from read
    if not any(f.kind and f.kind.name == "Product" for f in read):
        root, paths, _ = find_files(shipped("seeds") / "reference")
        yield from (read_file(path, root, GRAPH) for path in paths)


def _known(files: Sequence[SeedFile], kind: str) -> set[str]:
    """Return the keys of a kind in the seeds."""
    return {key for f in files if f.kind and f.kind.name == kind and f.rows is not None
            for key in f.rows[f.kind.key].to_pylist()}  # fmt: skip


def _seed(
    mapping: ColumnMapping, name: str, rows: Sequence[Mapping[str, str]]
) -> tuple[SeedFile, list[Problem]]:
    """Read rows of a mapping like those of a seed file."""
    kind = next(k for k in GRAPH.seeded if k.name == name)
    header = Header(kind, {}, {}, [dict(row) for row in rows], None, {})
    locations = SourceLocations(YamlText(mapping.yaml.file, mapping.yaml.text), header)
    given, odd = row_columns(locations.yaml, header)
    table, wrong = typed_rows(locations, header, given)
    return SeedFile(locations, [], kind, table), odd + wrong


def _report(sheet: Sheet, read: ReadTable, reference: Reference) -> Report:
    report = Report(read.unit)
    report.total = sum(w for n, w in enumerate(read.weights) if n not in read.other_codes)
    report.add("read", f"rows of {sheet.file}", len(sheet.rows))
    if read.other_codes:
        why = "HS codes that are not mainly for one product"
        report.add("left out", why, len(read.other_codes))
    if read.national and "product" in read.rows.column_names:
        pairs = zip(read.rows["hs"].to_pylist(), read.rows["product"].to_pylist(), strict=True)
        reference.report_national(((c, p) for c, p in pairs if c in read.national and p), report)
    for row, text in sorted(read.unknown.items()):
        report.unmapped[text] = report.unmapped.get(text, 0.0) + read.weights[row]
    if read.unknown:
        lost = sum(report.unmapped.values())
        report.add("left out", "unknown names", len(read.unknown), lost)
    return report


# --- writing


def _write(checked: Checked, folder: Path, where: str, name: str) -> None:
    rows = checked.read.rows
    rows = rows.select([n for n in rows.column_names if rows[n].null_count < len(rows)])
    keys = [p.name for p in checked.kind.columns if p.name in rows.column_names]
    rows = rows.sort_by([(n, "ascending") for n in _sortable(rows, keys)]).combine_chunks()
    constant = {
        p.name: rows[p.name][0].as_py()
        for p in checked.kind.columns
        if p.name in checked.mapping.header.defaults
        and p.name in rows.column_names
        and p.type in (Type.TEXT, Type.PERIOD, Type.DATE)
        and rows[p.name].null_count == 0
        and len(rows[p.name].unique()) == 1
    }
    comment = f"{checked.sheet.file}, by {checked.mapping.yaml.file}: {len(rows):,} rows."
    with all_or_nothing(folder) as draft:
        write_reference(folder, draft)
        if checked.own_source:
            write_rows(
                f"{name}-source", "Source", [checked.mapping.source],
                "The source of the table beside this file.", draft / where,
            )  # fmt: skip
        if checked.own_dataset:
            write_rows(
                f"{name}-dataset", "Dataset", [checked.mapping.dataset],
                "The data set of the table beside this file.", draft / where,
            )  # fmt: skip
        if checked.codes:
            write_rows(f"{name}-codes", "Code", checked.codes,
                       "National codes of the table beside this file.", draft / where)  # fmt: skip
        seed = SeedTable(name, checked.kind.name, rows.drop_columns(list(constant)), constant, {},
                         f"{comment}\nWritten by graphkit import table.")  # fmt: skip
        write_table(seed, draft / where)


def _sortable(rows: pa.Table, names: list[str]) -> list[str]:
    return [n for n in names if not pa.types.is_list(rows[n].type)]


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
