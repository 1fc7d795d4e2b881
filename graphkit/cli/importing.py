"""Commands that turn published tables into seeds."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from graphkit.cli.options import Format, progress_bar, say
from graphkit.errors import UsageError

if TYPE_CHECKING:
    from graphkit.importers.reference import Reference, Wanted
    from graphkit.importers.writing import Report

importing = typer.Typer(
    name="import",
    help="Turn published tables into seeds: BACI, UN Comtrade, USGS, any table.",
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
Proxies = Annotated[
    bool,
    typer.Option("--proxies", help="Also codes that one product travels under only among others."),
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
    importing.command()(comtrade)


def baci(
    files: Files,
    output: Folder,
    products: Products = None,
    years: Years = None,
    countries: Countries = None,
    proxies: Proxies = False,
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
    from graphkit.importers.baci import import_baci
    from graphkit.importers.reference import read_reference

    reference = read_reference(output)
    wanted = _wanted(reference, products, years, countries, proxies)
    with progress_bar("Reading") as progress:
        report = import_baci(
            files, output, reference, wanted=wanted, revision=revision, version=version,
            max_unknown=max_unknown, progress=progress,
        )  # fmt: skip
    show_report(report, form, output)


def comtrade(
    files: Files,
    output: Folder,
    products: Products = None,
    years: Years = None,
    countries: Countries = None,
    proxies: Proxies = False,
    name: Annotated[
        str | None,
        typer.Option(
            "--name",
            metavar="NAME",
            help="Of the table in the folder. Default: by its reporters and periods.",
        ),
    ] = None,
    max_unknown: MaxUnknown = 0.01,
    form: Format = None,
) -> None:
    """Turn answers of UN Comtrade's API into seeds.

    The files are JSON as the API gives it, or CSV with the same names of columns, annual or
    monthly. Imports and exports are kept as each side reported them. Only totals count: not the
    transport modes, customs procedures and second partners beside them, nor the world.
    'graphkit mirror' shows how far the two sides of a flow differ.

    \b
    Examples:
      graphkit import comtrade korea-2024.json -o my-seeds
      graphkit import comtrade 2023.csv 2024.csv --products "rare earths" -o my-seeds
    """
    from graphkit.importers.comtrade import import_comtrade
    from graphkit.importers.reference import read_reference

    if name is not None and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name):
        raise UsageError(f"--name: found {name!r}, wanted letters, digits, - and _")
    reference = read_reference(output)
    wanted = _wanted(reference, products, years, countries, proxies)
    with progress_bar("Reading") as progress:
        report = import_comtrade(
            files, output, reference, wanted=wanted, name=name, max_unknown=max_unknown,
            progress=progress,
        )  # fmt: skip
    show_report(report, form, output)


def _wanted(
    reference: Reference, products: str | None, years: str | None, countries: str | None,
    proxies: bool,
) -> Wanted:  # fmt: skip
    """What the options of an import ask for."""
    from graphkit.importers.reference import Wanted

    find = reference.places.find
    places = ("Country", "Area")
    return Wanted(
        products=listed(products),
        years=read_years(years),
        countries=[find(text, "country", places).key for text in listed(countries)],
        proxies=proxies,
    )


def read_years(text: str | None) -> list[int]:
    """The years of a list such as ``2018,2020-2024``.

    Raises
    ------
    UsageError
        A part of it is no year and no span of years.
    """
    years: set[int] = set()
    for part in listed(text):
        first, _, last = part.partition("-")
        if not (first.isdigit() and (last or first).isdigit()) or int(last or first) < int(first):
            raise UsageError(f"--years: found {part!r}, wanted years such as 2018,2020-2024")
        years.update(range(int(first), int(last or first) + 1))
    return sorted(years)


def listed(text: str | None) -> list[str]:
    """The parts of a list with commas."""
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def show_report(report: Report, form: str | None, folder: Path) -> None:
    """Print what an import read, kept and left out, and say where its seeds are."""
    from graphkit.render import choose_format, show_table

    form, table = choose_format(form, None, sys.stdout), report.table()
    if form == "table":
        table = table.select([n for n in table.column_names if table[n].null_count < len(table)])
    show_table(table, form)
    for warning in report.warnings:
        say(f"warning: {warning}")
    say(f"seeds are in {folder}: ask them with --db {folder}")
