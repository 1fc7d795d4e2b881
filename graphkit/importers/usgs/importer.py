"""Importer of the USGS Mineral Commodity Summaries: production, reserves and US balances."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from graphkit.errors import UsageError
from graphkit.importers.reference import Reference
from graphkit.importers.report import Report, UnmappedError
from graphkit.importers.seed_files import all_or_nothing, check_draft, write_new, write_reference
from graphkit.importers.usgs.balances import Series, balance_rows, write_balances
from graphkit.importers.usgs.layouts import Printed, Release, read_release
from graphkit.importers.usgs.masses import (
    WORLD,
    Meanings,
    Row,
    add_shares,
    check_totals,
    of_one_total,
    production_rows,
    read_chapters,
    reserve_rows,
    write_chapters,
)
from graphkit.schema import UNITS as FACTORS

Progress = Callable[[str, int], None]
AUTHOR = "written by graphkit import usgs."
KIND_OF_TABLE = {"production": "PRODUCES", "reserves": "HOLDS"}


@dataclass(frozen=True)
class _Tables:
    """Rows of a release on known products."""

    release: Release
    rows: Mapping[str, list[Row]]
    """Rows of ``production`` and ``reserves``."""
    balances: Sequence[Row]
    """Rows of the balance of the United States, and prices."""


def import_usgs(
    files: Sequence[Path],
    folder: Path,
    reference: Reference,
    *,
    max_unknown: float = 0.01,
    progress: Progress = lambda name, rows: None,
) -> Report:
    """Turn data releases into seeds of PRODUCES, HOLDS and REPORTS, one file per chapter.

    Parameters
    ----------
    files : sequence of Path
        The CSV files of the releases, in the layout of 2025 (wide) or of 2026 (long).
    folder : Path
        Folder of seeds; if it has no reference seeds, they are added.
    reference : Reference
        Countries and areas.
    max_unknown : float
        Refuse if unknown places have more than this part of the tonnes of any table (a product,
        period and basis). Tonnes of different products are never added up.
    progress : callable, optional
        Called with a file's name and the number of rows read.

    Returns
    -------
    Report

    Raises
    ------
    GraphkitError
        A file is not a data release, is truncated or has unreadable figures; nothing is written.
    FailedCheck
        Countries miss a printed total by more than rounding, unknown places have too much, or the
        folder already has these figures; nothing is written.
    """
    chapters, left_out = read_chapters()
    report = Report("t")
    tables_of_year: dict[int, _Tables] = {}
    for path in files:
        release = read_release(path, left_out)
        progress(path.name, release.rows)
        if release.year in tables_of_year:
            raise UsageError(f"{path.name}: found the release of {release.year} twice")
        report.add("read", f"rows of {path.name}", release.rows)
        tables_of_year[release.year] = _map(release, Meanings(chapters, reference.place_of), report)
    _check_places(tables_of_year.values(), max_unknown, report)
    with all_or_nothing(folder) as draft:
        write_reference(folder, draft)
        for year, tables in sorted(tables_of_year.items()):
            _write(tables, folder, draft)
            for name, rows in tables.rows.items():
                placed = [row for row in rows if row["country"]]
                periods = ", ".join(sorted({row["period"] for row in placed}))
                report.add("kept", f"{name} of {periods}, in {name}/*-mcs-{year}.yaml", len(placed))
            if tables.balances:
                why = f"balance of the United States and prices, in balances/*-mcs-{year}.yaml"
                report.add("kept", why, len(tables.balances))
        check_draft(draft, folder)
    return report


def _map(release: Release, meanings: Meanings, report: Report) -> _Tables:
    """Map a release to rows, check its totals, and count what is left out."""
    book = f"MCS {release.year}"
    end = "_2025" if release.wide else ""
    tables: Mapping[str, Sequence[Printed]] = defaultdict(tuple, release.tables)
    rows = {
        "production": production_rows(f"production{end}", tables["production"], meanings),
        "reserves": reserve_rows(f"reserves{end}", tables["reserves"], meanings),
    }
    checked = sum(check_totals(table_rows, f"{book}, {name}") for name, table_rows in rows.items())
    report.add("checked", f"tables of {book} that add up to their printed total", checked)
    series = Series()
    balances = balance_rows(tables["salient"], series)
    other_rows = len(tables["net_import_reliance"]) + len(tables["import_sources"])
    for why, count in (
        ("other tables than production, reserves and balances", release.other_tables + other_rows),
        ("minerals that are not critical", release.other_minerals),
        *((f"blank cells, {year}", n) for year, n in sorted(release.blank.items())),
        *(
            (f"not among the known tables, {name}", n)
            for name, n in sorted({**meanings.unknown, **series.unknown}.items())
        ),
        *sorted(series.left_out.items()),
    ):
        if count:
            report.add("left out", f"{book}: {why}", count)
    return _Tables(release, rows, balances)


def _check_places(releases: Iterable[_Tables], most: float, report: Report) -> None:
    """Count the tonnes of unknown places; refuse too large a part of any table."""
    worst: tuple[float, str, list[str]] = (0.0, "", [])
    for tables in releases:
        groups = [g for rows in tables.rows.values() for g in of_one_total(rows).items()]
        for (product, period, basis), members in groups:
            scope = ", ".join(p for p in (product, period, basis, tables.release.source) if p)
            total = sum(_tonnes(row) for row in members if row["country"] != WORLD)
            unplaced = [row for row in members if row["country"] is None]
            for row in unplaced:
                name = f"{row['place']}: {scope}"
                report.unmapped[name] = _tonnes(row)
                report.shares[name] = _tonnes(row) / total if total else 0.0
            share = sum(map(_tonnes, unplaced)) / total if total else 0.0
            worst = max(worst, (share, scope, sorted(row["place"] for row in unplaced)))
    share, scope, places = worst
    if share > most:
        raise UnmappedError(
            f"unknown places have {100 * share:.1f} % of the tonnes of {scope}: "
            f"{', '.join(places)}; wanted at most {100 * most:g} % (--max-unknown). "
            "Nothing is written"
        )


def _tonnes(row: Row) -> float:
    return float(row["tonnes"] or 0.0) * FACTORS["t"][row["unit"]]


def _write(tables: _Tables, folder: Path, draft: Path) -> None:
    """Write a release: one file per chapter and kind, and its source if the folder lacks it."""
    release = tables.release
    source = {
        "key": release.source,
        "title": f"Mineral Commodity Summaries {release.year}",
        "publisher": "U.S. Geological Survey",
        "published": str(release.year),
        "edition_of": "usgs-mcs",
        "licence": "US public domain",
        "attribution": "U.S. Geological Survey",
    }
    about = "The data release that the files beside this one are taken from."
    write_new(f"{release.source}-source", "Source", [source], about, folder, draft, "production")
    for name, rows in tables.rows.items():
        placed = [row for row in rows if row["country"]]
        if name == "production":
            add_shares(placed)
        write_chapters(
            draft / name,
            KIND_OF_TABLE[name],
            release.source,
            placed,
            program=AUTHOR,
            end=f"-mcs-{release.year}",
        )
    write_balances(
        draft / "balances", release.source, tables.balances, AUTHOR, end=f"-mcs-{release.year}"
    )
