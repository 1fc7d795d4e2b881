"""Importer of CSV, Parquet and Excel tables by a mapping, and drafts of mappings."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from graphkit.errors import Problem, SeedError, UsageError
from graphkit.files.folders import shipped
from graphkit.importers.reference import Reference
from graphkit.importers.report import Report
from graphkit.importers.seed_files import (
    SeedTable,
    all_or_nothing,
    write_reference,
    write_rows,
    write_table,
)
from graphkit.importers.table.mapping import (
    ColumnMapping,
    ReadTable,
    is_code,
    read_columns,
    read_mapping,
    with_whole_headings,
)
from graphkit.importers.table.plants import (
    FILES,
    PLANTS,
    TABLE,
    WITH_PLANTS,
    capacities_as_production,
    facts_of,
    slug,
)
from graphkit.importers.table.sheets import Sheet, one_a_column, read_sheet
from graphkit.importers.table.years import by_year
from graphkit.schema import GRAPH, Kind, Type
from graphkit.seeds.check import check_all
from graphkit.seeds.files import SeedFile, find_files, read_file
from graphkit.seeds.records import Header, Locations, row_columns, typed_rows
from graphkit.seeds.text import YamlText

Progress = Callable[[str, int], None]
SUBFOLDERS = {"EXPORTS": "trade", "PRODUCES": "production", "HOLDS": "reserves", "Claim": "claims",
           "Control": "controls", "RATED": "governance", PLANTS: "facilities"}  # fmt: skip
SEED_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


@dataclass(frozen=True)
class SourceLocations(Locations):
    """Locations of the source's properties in a mapping."""

    def problem(
        self, row: int | None, column: str | None, message: str, item: int | None = None
    ) -> Problem:
        """Locate a problem at a property of the source."""
        text = f"{column}: {message}" if column else message
        return self.yaml.problem(text, *([("source", column)] if column else []), ("source",))


@dataclass(frozen=True)
class CheckedTable:
    """Table read by its mapping, with its problems, before anything is written."""

    sheet: Sheet
    mapping: ColumnMapping
    read: ReadTable
    problems: list[Problem]
    facts: Mapping[str, SeedFile]
    """The facts that are written, by the ending of the file's name."""
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
        used = set(self.read.locations.columns.values())
        names = [name for name in self.sheet.names if name and name not in used]
        unnamed = sum(
            not name and any(row[n] is not None for row in self.sheet.rows)
            for n, name in enumerate(self.sheet.names)
        )
        return names + [f"columns without a name ({unnamed})"] * bool(unnamed)

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
        (the properties of one), ``sheet``, ``header``, ``last``, ``encoding``, ``delimiter``,
        ``decimal``, ``thousands``, ``missing`` (texts for an unknown value), ``notes`` (signs that
        refer to notes), ``fill`` (properties of which an empty cell repeats the one above),
        ``sum`` (numbers that are added up over the rows of one fact). The kind ``plants`` is a list
        of plants with their owners.
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
    if not SEED_NAME.fullmatch(name):
        raise UsageError(f"--name: found {name!r}, wanted letters, digits, '-', '_' and '.'")
    checked = check_table(path, mapping, reference, folder=folder, name=name)
    progress(path.name, len(checked.sheet.rows))
    if checked.problems:
        raise SeedError(checked.problems)
    checked.report.check(max_unknown)
    if not len(checked.read.rows):
        raise SeedError([Problem(path.name, 1, 1, "found no row to keep; wanted at least one")])
    subfolder = _subfolder(checked.kind)
    read = checked.read
    total = sum(read.weights[n] for n in read.locations.sheet_rows)
    for ending, facts in checked.facts.items():
        number = 0 if facts.rows is None else len(facts.rows)
        value = total if checked.kind is not TABLE else None
        checked.report.add("kept", f"in {subfolder}/{name}{ending}.parquet", number, value)
    _write(checked, folder, subfolder, name)
    return checked.report


def check_table(
    path: Path,
    mapping: Path,
    reference: Reference,
    *,
    folder: Path | None = None,
    name: str = "",
) -> CheckedTable:
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
    sheet, column_mapping, read = read_table(path, mapping, reference)
    kind = column_mapping.header.kind
    own_files = [] if folder is None else _own_files(folder, column_mapping.header.kind, name)
    other_files = list(_others(folder, own_files))
    facts = {"": SeedFile(read.locations, [], kind, read.rows)}
    wrong: list[Problem] = []
    if kind is TABLE:
        of_plants, wrong = facts_of(read, column_mapping, _companies(other_files))
        facts = {f"-{ending}": file for ending, file in of_plants.items()}
    files = [*other_files, *facts.values()]
    problems = [*read.problems, *wrong, *(p for f in other_files for p in f.problems)]
    problems += capacities_as_production(column_mapping, sheet.names)
    own_source = _is_new(column_mapping.source, "Source", other_files)
    if own_source:
        source, wrong = _seed(column_mapping, "Source", [column_mapping.source])
        files.append(source)
        problems += wrong
    own_dataset = _is_new(column_mapping.dataset, "Dataset", other_files)
    if own_dataset:
        dataset, wrong = _seed(column_mapping, "Dataset", [column_mapping.dataset])
        files.append(dataset)
        problems += wrong
    known_codes = _known(other_files, "Code")
    codes = [reference.national_code(code) for code in read.national if code not in known_codes]
    if codes:
        files.append(_seed(column_mapping, "Code", codes)[0])
    if not read.problems:
        problems += check_all(files, GRAPH)
    report = _report(sheet, read, reference)
    return CheckedTable(
        sheet,
        column_mapping,
        read,
        one_a_column(problems),
        facts,
        codes,
        own_source,
        own_dataset,
        report,
    )


def read_table(
    path: Path, mapping: Path, reference: Reference
) -> tuple[Sheet, ColumnMapping, ReadTable]:
    """Read a table by its mapping, without the seeds that its facts refer to.

    Raises
    ------
    GraphkitError
        A file cannot be read in the format of its name.
    SeedError
        The mapping or the shape of the table has problems.
    """
    column_mapping = read_mapping(mapping, path.name, WITH_PLANTS)
    sheet = read_sheet(path, column_mapping.layout)
    sheet, column_mapping = by_year(sheet, with_whole_headings(sheet, column_mapping))
    return sheet, column_mapping, read_columns(sheet, column_mapping, reference)


def _own_files(folder: Path, kind: Kind, name: str) -> list[Path]:
    """List the seeds that an import of this name writes."""
    stems = (name, *(f"{name}-{part}" for part in ("source", "dataset", "codes", *FILES)))
    return [folder / _subfolder(kind) / f"{stem}.yaml" for stem in stems]


def _subfolder(kind: Kind) -> str:
    """Return the subfolder of the seeds for facts of a kind."""
    return SUBFOLDERS.get(kind.name, kind.name.lower())


def _others(folder: Path | None, own_files: Collection[Path]) -> Iterator[SeedFile]:
    """Read the seeds that the new ones join: the folder's, and the reference if it has none."""
    read = []
    if folder is not None and any(folder.rglob("*.yaml")):
        root, paths, _ = find_files(folder)
        read = [read_file(path, root, GRAPH) for path in paths if path not in own_files]
    yield from read
    if not any(f.kind and f.kind.name == "Product" for f in read):
        root, paths, _ = find_files(shipped("seeds") / "reference")
        yield from (read_file(path, root, GRAPH) for path in paths)


def _companies(files: Sequence[SeedFile]) -> dict[str, str]:
    """Return the keys of the companies in the seeds, by the slugs of their names."""
    keys: dict[str, str] = {}
    for file in files:
        if file.kind is not None and file.kind.name == "Company" and file.rows is not None:
            for row in file.rows.to_pylist():
                texts = (*(row["aliases"] or ()), row["name"])
                keys |= {slug(text): row["key"] for text in texts if text}
    return keys


def _known(files: Sequence[SeedFile], kind: str) -> set[str]:
    """Return the keys of a kind in the seeds."""
    return {key for f in files if f.kind and f.kind.name == kind and f.rows is not None
            for key in f.rows[f.kind.key].to_pylist()}  # fmt: skip


def _is_new(properties: Mapping[str, str], kind: str, files: Sequence[SeedFile]) -> bool:
    """Tell if the mapping describes a source or data set that the seeds lack."""
    return bool(properties) and properties.get("key") not in _known(files, kind)


def _seed(
    mapping: ColumnMapping, name: str, rows: Sequence[Mapping[str, str]]
) -> tuple[SeedFile, list[Problem]]:
    """Read rows of a mapping like those of a seed file."""
    kind = next(k for k in GRAPH.seeded if k.name == name)
    header = Header(kind, {}, {}, [dict(row) for row in rows], None, {})
    locations = SourceLocations(YamlText(mapping.yaml.file, mapping.yaml.text), header)
    columns, odd = row_columns(locations.yaml, header)
    table, wrong = typed_rows(locations, header, columns)
    return SeedFile(locations, [], kind, table), odd + wrong


def _alias_advice(read: ReadTable) -> str:
    """Advise how a mapping gives unknown names their keys."""
    if not read.unknown:
        return ""
    prop, _, text = next(iter(read.unknown.values())).partition(" ")
    if prop == "product" and is_code(text):
        return "; name its column as hs in place of product: {hs: COLUMN}"
    return f"; set aliases: {{{prop}: {{{json.dumps(text, ensure_ascii=False)}: KEY}}}} for each"


def _report(sheet: Sheet, read: ReadTable, reference: Reference) -> Report:
    report = Report(read.unit, advice=_alias_advice(read))
    passed = {*read.other_codes, *read.totals}
    report.total = sum(w for n, w in enumerate(read.weights) if n not in passed)
    report.add("read", f"rows of {sheet.file}", len(sheet.rows))
    report.remarks += [*sheet.remarks, *read.remarks]
    if sheet.notes:
        text = sheet.notes[0][1]
        report.add("left out", f"last rows with a text alone, as {text[:40]!r}", len(sheet.notes))
    if read.totals:
        report.add("left out", "totals", len(read.totals))
    for (prop, sign), count in sorted(read.signs.items()):
        report.add("left out", f"{sign!r} beside a number of {prop}", count)
    for (prop, text, key), count in sorted(read.printed.items()):
        report.add("matched", f"{prop} {text!r} as {key}", count)
    if read.other_codes:
        why = "HS codes that are not mainly for one product"
        report.add("left out", why, len(read.other_codes))
    if read.national and "product" in read.rows.column_names:
        pairs = zip(read.rows["hs"].to_pylist(), read.rows["product"].to_pylist(), strict=True)
        reference.report_national(((c, p) for c, p in pairs if c in read.national and p), report)
    for row, text in sorted(read.unknown.items()):
        report.unmapped[text] = report.unmapped.get(text, 0.0) + read.weights[row]
    if read.unknown:
        value = sum(report.unmapped.values())
        report.add("left out", "unknown names", len(read.unknown), value)
    return report


# --- writing


def _write(checked: CheckedTable, folder: Path, subfolder: str, name: str) -> None:
    with all_or_nothing(folder) as draft:
        write_reference(folder, draft)
        if checked.own_source:
            write_rows(
                f"{name}-source", "Source", [checked.mapping.source],
                "The source of the table beside this file.", draft / subfolder,
            )  # fmt: skip
        if checked.own_dataset:
            write_rows(
                f"{name}-dataset", "Dataset", [checked.mapping.dataset],
                "The data set of the table beside this file.", draft / subfolder,
            )  # fmt: skip
        if checked.codes:
            write_rows(
                f"{name}-codes", "Code", checked.codes,
                "National codes of the table beside this file.", draft / subfolder,
            )  # fmt: skip
        for ending, facts in checked.facts.items():
            write_table(_seed_table(checked, facts, f"{name}{ending}"), draft / subfolder)


def _seed_table(checked: CheckedTable, facts: SeedFile, name: str) -> SeedTable:
    """Make the seed of some facts, with what all of them share as defaults."""
    assert facts.rows is not None
    assert facts.kind is not None
    kind, rows = facts.kind, facts.rows
    rows = rows.select([n for n in rows.column_names if rows[n].null_count < len(rows)])
    names = [p.name for p in kind.columns if p.name in rows.column_names]
    keys = [n for n in names if not pa.types.is_list(rows[n].type)]
    rows = rows.sort_by([(n, "ascending") for n in keys]).combine_chunks()
    constant = {
        p.name: rows[p.name][0].as_py()
        for p in kind.columns
        if p.name in checked.mapping.header.defaults
        and p.name in rows.column_names
        and p.type in (Type.TEXT, Type.PERIOD, Type.DATE)
        and rows[p.name].null_count == 0
        and len(rows[p.name].unique()) == 1
    }
    comment = f"{checked.sheet.file}, by {checked.mapping.yaml.file}: {len(rows):,} rows."
    return SeedTable(name, kind.name, rows.drop_columns(list(constant)), constant, {},
                     f"{comment}\nWritten by graphkit import table.")  # fmt: skip
