"""Commands that turn the USGS's summaries and anybody's tables into seeds."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from graphkit.cli.importing import Files, Folder, MaxUnknown, importing, show_report
from graphkit.cli.options import Format, progress_bar, say
from graphkit.errors import SeedError, UsageError


def register(app: typer.Typer) -> None:
    """Add the commands."""
    importing.command()(usgs)
    importing.command()(table)


def usgs(files: Files, output: Folder, max_unknown: MaxUnknown = 0.01, form: Format = None) -> None:
    """Turn the USGS's Mineral Commodity Summaries into seeds.

    Reads world production and reserves from the CSV files of the data releases, of 2025 (wide) and
    from 2026 on (long), of critical minerals. Nothing is written where the countries of a table
    miss the total printed under them by more than rounding.

    \b
    Examples:
      graphkit import usgs MCS2026_Commodities_Data.csv -o my-seeds
      graphkit import usgs MCS2025_World_Data.csv MCS2026_Commodities_Data.csv -o my-seeds
    """
    from graphkit.importers.reference import read_reference
    from graphkit.importers.usgs import import_usgs

    with progress_bar("Reading") as progress:
        report = import_usgs(
            files, output, read_reference(output), max_unknown=max_unknown, progress=progress
        )
    show_report(report, form, output)


def table(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A CSV, Parquet or Excel (.xlsx) file.")
    ],
    mapping: Annotated[
        Path | None,
        typer.Option("--mapping", metavar="FILE", help="YAML that says what the columns mean."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FOLDER",
            help="Folder of seeds to write into; a new one gets the shipped countries and "
            "products.",
        ),
    ] = None,
    preview: Annotated[
        bool,
        typer.Option(
            "--preview",
            help="Write nothing: show ten rows and every problem; without --mapping, a draft of "
            "one.",
        ),
    ] = False,
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="NAME", help="Of the seeds. Default: as FILE is called."),
    ] = None,
    max_unknown: MaxUnknown = 0.01,
    form: Format = None,
) -> None:
    """Turn any table into seeds, by a mapping.

    The mapping is near the header of a seed file: kind, columns {property: column}, units,
    defaults, aliases {property: {foreign text: key}} and source; sheet, header (the row of the
    names), encoding, delimiter, decimal, thousands and missing say how the table is written.
    Places go by any name or code, products also by HS code. Every problem is named at its row and
    column, and nothing is written while there is one.

    \b
    Examples:
      graphkit import table flows.csv --preview > map.yaml
      graphkit import table flows.csv --mapping map.yaml --preview
      graphkit import table flows.csv --mapping map.yaml -o my-seeds
    """
    from graphkit.importers.reference import read_reference
    from graphkit.importers.table import draft_mapping, import_table

    if preview and mapping is None:
        print(draft_mapping(file), end="")
        return
    if mapping is None:
        raise UsageError("--mapping: wanted a file; --preview without it drafts one")
    if preview:
        _preview(file, mapping, output, name, form)
        return
    if output is None:
        raise UsageError("-o: wanted the folder of seeds to write into")
    with progress_bar("Reading") as progress:
        report = import_table(
            file, mapping, output, read_reference(output), name=name, max_unknown=max_unknown,
            progress=progress,
        )  # fmt: skip
    show_report(report, form, output)


def _preview(
    file: Path, mapping: Path, output: Path | None, name: str | None, form: str | None
) -> None:
    """Show ten rows on stdout, and end as a failed check if there are problems."""
    from graphkit.importers.reference import read_reference
    from graphkit.importers.table import check_table
    from graphkit.render import choose_format, show_table

    checked = check_table(
        file, mapping, read_reference(output), folder=output, name=name or file.stem
    )
    show_table(checked.first(), choose_format(form, None, sys.stdout))
    report = checked.report
    for text, value in sorted(report.unmapped.items(), key=lambda item: (-item[1], item[0])):
        share = value / report.total if report.total else 0.0
        say(f"unknown: {text}: {100 * share:.1f} % of the value")
    if checked.problems:
        raise SeedError(checked.problems)
