"""Imports anybody's CSV, Parquet or Excel table, by a mapping that says what its columns mean."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from graphkit.errors import Problem, SeedError, UsageError
from graphkit.importers.reference import Reference
from graphkit.importers.report import Report
from graphkit.importers.table.columns import ReadTable, read_columns
from graphkit.importers.table.mapping import ColumnMapping, read_mapping
from graphkit.importers.table.sheets import Sheet, read_sheet
from graphkit.importers.writing import (
    SeedTable,
    all_or_nothing,
    write_reference,
    write_rows,
    write_table,
)
from graphkit.paths import shipped
from graphkit.schema import GRAPH, Kind, Type
from graphkit.seeds.check import check_all
from graphkit.seeds.files import SeedFile, find_files, read_file
from graphkit.seeds.header import Header
from graphkit.seeds.places import Places
from graphkit.seeds.rows import row_columns, typed_rows
from graphkit.seeds.strict_yaml import YamlText

Progress = Callable[[str, int], None]
FOLDERS = {"EXPORTS": "trade", "PRODUCES": "production", "HOLDS": "reserves", "Claim": "claims",
           "RESTRICTS": "restrictions", "RATED": "governance"}  # fmt: skip
MOST = 100
"""So many problems are told one by one."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


@dataclass(frozen=True)
class SourcePlaces(Places):
    """Where the properties of the source stand in a mapping."""

    def problem(
        self, row: int | None, column: str | None, message: str, item: int | None = None
    ) -> Problem:
        """A problem at one property of it."""
        said = f"{column}: {message}" if column else message
        return self.yaml.problem(said, *([("source", column)] if column else []), ("source",))


@dataclass(frozen=True)
class Checked:
    """A table as it would be imported: what its mapping makes of it, and what is wrong."""

    sheet: Sheet
    mapping: ColumnMapping
    read: ReadTable
    problems: list[Problem]
    own_source: bool
    """Whether the source is of the mapping, and the folder has none of its key."""
    report: Report

    @property
    def kind(self) -> Kind:
        """What its rows are."""
        return self.mapping.header.kind

    def first(self, rows: int = 10) -> pa.Table:
        """The first facts, without the properties that none of them has."""
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
        A YAML file near the header of a seed: ``kind``, ``columns`` (property: column), ``units``,
        ``defaults``; and ``aliases`` (property: {foreign text: key}), ``source`` (the properties
        of one), ``sheet``, ``header``, ``encoding``, ``delimiter``, ``decimal``, ``thousands``,
        ``missing`` (texts that stand for an unknown value).
    folder : Path
        Folder of seeds; the reference seeds go into it too where it has none.
    reference : Reference
        Places, products and codes by all their names.
    name : str, optional
        Of the files to write; by default that of the table.
    max_unknown : float
        Refuse if more than this part of the value (USD, else tonnes, else rows) is of names that
        nobody knows.
    progress : callable, optional
        Called with the file's name and how many of its rows were read.

    Returns
    -------
    Report

    Raises
    ------
    GraphkitError
        A file cannot be read as what it says it is; nothing is written.
    SeedError
        Every problem of the table and its mapping, at its row and column; nothing is written.
    UnmappedError
        Too much of the value is of names that nobody knows; nothing is written.
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
    where = _place(checked.kind)
    checked.report.add("kept", f"in {where}/{name}.parquet", len(checked.read.rows),
                       sum(checked.read.weights[n] for n in checked.read.places.kept))  # fmt: skip
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
    """A table with everything that is wrong with it, as the strict reader of seeds sees it.

    It is checked together with the seeds of ``folder`` (but for the files of ``name``, which an
    import would replace), or with the shipped reference.

    Raises
    ------
    GraphkitError
        A file cannot be read as what it says it is.
    SeedError
        Everything that is wrong with the mapping, or with the shape of the table.
    """
    given = read_mapping(mapping, path.name)
    sheet = read_sheet(path, given.layout)
    read = read_columns(sheet, given, reference)
    own = [] if folder is None else _own_files(folder, given.header.kind, name)
    others = list(_others(folder, own))
    files = [*others, SeedFile(read.places, [], given.header.kind, read.rows)]
    problems = [*read.problems, *(p for f in others for p in f.problems)]
    known = {key for f in others if f.kind and f.kind.name == "Source" and f.rows is not None
             for key in f.rows["key"].to_pylist()}  # fmt: skip
    own_source = bool(given.source) and given.source.get("key") not in known
    if own_source:
        source, wrong = _source(given)
        files.append(source)
        problems += wrong
    if not read.problems:
        problems += check_all(files, GRAPH)
    return Checked(sheet, given, read, _first(problems), own_source, _report(sheet, read))


def _first(problems: Collection[Problem]) -> list[Problem]:
    """The problems in order; of very many, those of one wrong mark in every row, the first."""
    told = sorted(set(problems))
    if len(told) <= MOST:
        return told
    rest = replace(told[MOST], message=f"found {len(told) - MOST:,} more problems from here")
    return [*told[:MOST], rest]


def _own_files(folder: Path, kind: Kind, name: str) -> list[Path]:
    """The seeds that an import of that name writes."""
    return [folder / _place(kind) / f"{stem}.yaml" for stem in (name, f"{name}-source")]


def _place(kind: Kind) -> str:
    """The folder, inside the seeds, for facts of a kind."""
    return FOLDERS.get(kind.name, kind.name.lower())


def _others(folder: Path | None, own: Collection[Path]) -> Iterator[SeedFile]:
    """The seeds that the new ones will stand beside: of the folder, or the shipped reference."""
    read = []
    if folder is not None and any(folder.rglob("*.yaml")):
        root, paths, _ = find_files(folder)
        read = [read_file(path, root, GRAPH) for path in paths if path not in own]
    yield from read
    if not any(f.kind and f.kind.name == "Product" for f in read):
        root, paths, _ = find_files(shipped("seeds") / "reference")
        yield from (read_file(path, root, GRAPH) for path in paths)


def _source(mapping: ColumnMapping) -> tuple[SeedFile, list[Problem]]:
    """The source that a mapping describes, as a seed."""
    kind = next(k for k in GRAPH.seeded if k.name == "Source")
    header = Header(kind, {}, {}, [dict(mapping.source)], None, {})
    places = SourcePlaces(YamlText(mapping.yaml.file, mapping.yaml.text), header)
    given, odd = row_columns(places.yaml, header)
    rows, wrong = typed_rows(places, header, given)
    return SeedFile(places, [], kind, rows), odd + wrong


def _report(sheet: Sheet, read: ReadTable) -> Report:
    report = Report(read.unit)
    report.total = sum(w for n, w in enumerate(read.weights) if n not in read.other_codes)
    report.add("read", f"rows of {sheet.file}", len(sheet.rows))
    if read.other_codes:
        why = "HS codes that no product mainly travels under"
        report.add("left out", why, len(read.other_codes))
    for row, text in sorted(read.unknown.items()):
        report.unmapped[text] = report.unmapped.get(text, 0.0) + read.weights[row]
    if read.unknown:
        lost = sum(report.unmapped.values())
        report.add("left out", "of names that are not known", len(read.unknown), lost)
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
        seed = SeedTable(name, checked.kind.name, rows.drop_columns(list(constant)), constant, {},
                         f"{comment}\nWritten by graphkit import table.")  # fmt: skip
        write_table(seed, draft / where)


def _sortable(rows: pa.Table, names: list[str]) -> list[str]:
    return [n for n in names if not pa.types.is_list(rows[n].type)]
