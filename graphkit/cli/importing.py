"""Commands that turn published tables into seeds."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from graphkit.cli.options import Format, progress_bar, say
from graphkit.errors import UsageError

if TYPE_CHECKING:
    from graphkit.importers.report import Report

importing = typer.Typer(
    name="import",
    help="Turn published tables into seeds: BACI.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="The files as published.")]
Folder = Annotated[
    Path,
    typer.Option(
        "-o",
        "--output",
        metavar="FOLDER",
        help="Folder of seeds to write into; a new one gets the shipped countries and products.",
    ),
]
Products = Annotated[
    str | None,
    typer.Option(
        "--products",
        metavar="LIST",
        help="Only these, separated by commas: HS codes or their beginnings (2846,280530), "
        "products, elements, minerals, groups ('rare earths'). Default: every code that one "
        "product mainly travels under.",
    ),
]
Years = Annotated[
    str | None,
    typer.Option("--years", metavar="LIST", help="Only these: 2020-2024, or 2018,2022."),
]
Countries = Annotated[
    str | None,
    typer.Option(
        "--countries", metavar="LIST", help="Only trade with one of these at either end: KOR,JPN."
    ),
]
MaxUnknown = Annotated[
    float,
    typer.Option(
        "--max-unknown",
        metavar="SHARE",
        help="Write nothing if more of the value is of places that are not known.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(importing)
    importing.command()(baci)


def baci(
    files: Files,
    output: Folder,
    products: Products = None,
    years: Years = None,
    countries: Countries = None,
    proxies: Annotated[
        bool,
        typer.Option(
            "--proxies", help="Also codes that one product travels under only among others."
        ),
    ] = False,
    revision: Annotated[
        str | None,
        typer.Option("--revision", metavar="HS92", help="Where the file's name does not say it."),
    ] = None,
    version: Annotated[
        str | None,
        typer.Option("--version", metavar="202601", help="Where the file's name does not say it."),
    ] = None,
    max_unknown: MaxUnknown = 0.01,
    form: Format = None,
) -> None:
    """Turn CEPII BACI's zip or CSV files into seeds.

    Data set, version and HS revision stand on every flow; a quantity that BACI does not give stays
    unknown. The report says what was read, kept and left out, and why.

    \b
    Examples:
      graphkit import baci BACI_HS92_V202601.zip --products Li,Co --years 2020-2024 -o my-seeds
      graphkit import baci BACI_HS22_Y2024_V202601.csv --countries KOR,JPN -o my-seeds
    """
    from graphkit.importers.baci import Wanted, import_baci
    from graphkit.importers.reference import read_reference

    reference = read_reference(output)
    wanted = Wanted(
        products=_listed(products),
        years=read_years(years),
        countries=[reference.places.find(text, "country", ("Country", "Area")).key
                   for text in _listed(countries)],
        proxies=proxies,
    )  # fmt: skip
    with progress_bar("Reading") as progress:
        report = import_baci(
            files, output, reference, wanted=wanted, revision=revision, version=version,
            max_unknown=max_unknown, progress=progress,
        )  # fmt: skip
    _show(report, form, output)


def read_years(text: str | None) -> list[int]:
    """The years of a list such as ``2018,2020-2024``.

    Raises
    ------
    UsageError
        A part of it is no year and no span of years.
    """
    years: set[int] = set()
    for part in _listed(text):
        first, _, last = part.partition("-")
        if not (first.isdigit() and (last or first).isdigit()) or int(last or first) < int(first):
            raise UsageError(f"--years: found {part!r}, wanted years such as 2018,2020-2024")
        years.update(range(int(first), int(last or first) + 1))
    return sorted(years)


def _listed(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _show(report: Report, form: str | None, folder: Path) -> None:
    from graphkit.render import choose_format, show_table

    show_table(report.table(), choose_format(form, None, sys.stdout))
    say(f"seeds are in {folder}: ask them with --db {folder}")
