"""Commands that turn the USGS's summaries and anybody's tables into seeds."""

from __future__ import annotations

import typer

from graphkit.cli.importing import Files, Folder, MaxUnknown, importing, show_report
from graphkit.cli.options import Format, progress_bar


def register(app: typer.Typer) -> None:
    """Add the commands."""
    importing.command()(usgs)


def usgs(files: Files, output: Folder, max_unknown: MaxUnknown = 0.01, form: Format = None) -> None:
    """Turn the USGS's Mineral Commodity Summaries into seeds: world production and reserves.

    Reads the CSV files of the data releases, of 2025 (wide) and from 2026 on (long). Nothing is
    written where the countries of a table miss the total printed under them by more than rounding.

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
