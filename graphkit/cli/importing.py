"""Commands that import and fetch data as seeds."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from graphkit.cli.options import Format, progress_bar, say
from graphkit.errors import SeedError, UsageError

if TYPE_CHECKING:
    from graphkit.importers.reference import ImportFilter, Reference
    from graphkit.importers.report import Report


importing = typer.Typer(
    name="import",
    help="Turn published tables into seeds: BACI, UN Comtrade, customs, USGS, any table.",
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
    typer.Option("--proxies", help="Also codes that a product shares with other goods."),
]
MaxUnknown = Annotated[
    float,
    typer.Option(
        "--max-unknown",
        metavar="SHARE",
        help="Write nothing if unknown places have a larger share of the value.",
    ),
]

WithShipped = Annotated[
    bool,
    typer.Option(
        "--with-shipped",
        help="Put the import on top of a copy of the shipped seeds, in a new folder.",
    ),
]


@importing.command()
def baci(
    files: Files,
    output: Folder,
    products: Products = None,
    years: Years = None,
    countries: Countries = None,
    proxies: Proxies = False,
    revision: Annotated[
        str | None,
        typer.Option("--revision", metavar="HS92", help="If the file name does not contain it."),
    ] = None,
    version: Annotated[
        str | None,
        typer.Option("--version", metavar="202601", help="If the file name does not contain it."),
    ] = None,
    max_unknown: MaxUnknown = 0.01,
    with_shipped: WithShipped = False,
    form: Format = None,
) -> None:
    """Turn CEPII BACI's zip or CSV files into seeds.

    Every flow has data set, version and HS revision; a quantity that BACI does not give stays
    unknown. The report says what was read, kept and left out, and why.

    \b
    Examples:
      graphkit import baci BACI_HS92_V202601.zip --products Li,Co --years 2020-2024 -o my-seeds
      graphkit import baci BACI_HS22_Y2024_V202601.csv --countries KOR,JPN -o my-seeds
    """
    from graphkit.importers.baci import import_baci

    _import_trade(
        import_baci, files, output, (products, years, countries, proxies), max_unknown,
        with_shipped, form, revision=revision, version=version,
    )  # fmt: skip


TableName = Annotated[
    str | None,
    typer.Option(
        "--name",
        metavar="NAME",
        help="Name of the table in the folder. Default: by its reporters and periods.",
    ),
]


@importing.command()
def comtrade(
    files: Files,
    output: Folder,
    products: Products = None,
    years: Years = None,
    countries: Countries = None,
    proxies: Proxies = False,
    name: TableName = None,
    max_unknown: MaxUnknown = 0.01,
    with_shipped: WithShipped = False,
    form: Format = None,
) -> None:
    """Turn answers of UN Comtrade's API into seeds.

    The files are JSON as the API gives it, or CSV with the same names of columns, annual or
    monthly. Imports and exports are kept as each side reported them. Only totals count:
    modes of transport, customs procedures, second partners and the world are left out.
    'graphkit mirror' shows how far the two sides of a flow differ.

    \b
    Examples:
      graphkit import comtrade korea-2024.json -o my-seeds
      graphkit import comtrade 2023.csv 2024.csv --products "rare earths" -o my-seeds
    """
    from graphkit.importers.comtrade import import_comtrade

    _import_trade(
        import_comtrade, files, output, (products, years, countries, proxies), max_unknown,
        with_shipped, form, name=name,
    )  # fmt: skip


@importing.command()
def customs(
    files: Files,
    output: Folder,
    products: Products = None,
    years: Years = None,
    countries: Countries = None,
    proxies: Proxies = False,
    flow: Annotated[
        str | None,
        typer.Option(
            "--flow", metavar="imports|exports", help="What China's files hold: they do not say."
        ),
    ] = None,
    period: Annotated[
        str | None,
        typer.Option("--period", metavar="MONTH", help="Month of files without one: 2025-03."),
    ] = None,
    name: TableName = None,
    max_unknown: MaxUnknown = 0.01,
    with_shipped: WithShipped = False,
    form: Format = None,
) -> None:
    """Turn monthly customs statistics into seeds.

    The columns say whose files they are: answers of Korea's customs service (data.go.kr 15100475,
    XML) or of the US Census (JSON), monthly files of Eurostat Comext or downloads of China's
    customs (CSV). National codes of 8 or 10 digits are kept, and products found by their first
    six; the report says how well these fit. Comext's values are in euros and are left out.

    \b
    Examples:
      graphkit import customs korea-2025.xml -o my-seeds
      graphkit import customs full_202503.dat --countries DEU --products "rare earths" -o my-seeds
      graphkit import customs china.csv --flow exports -o my-seeds
    """
    from graphkit.importers.customs.importer import import_customs

    _import_trade(
        import_customs, files, output, (products, years, countries, proxies), max_unknown,
        with_shipped, form, flow=flow, period=period, name=name,
    )  # fmt: skip


def _import_trade(
    import_files: Callable[..., Report],
    files: list[Path],
    output: Path,
    filters: tuple[str | None, str | None, str | None, bool],
    max_unknown: float,
    with_shipped: bool,
    form: str | None,
    **more: str | None,
) -> None:
    """Import flows of trade through an importer's function, and show its report."""
    from graphkit.importers.reference import read_reference
    from graphkit.importers.seed_files import on_shipped

    name = more.get("name")
    if name is not None and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name):
        raise UsageError(f"--name: found {name!r}, wanted letters, digits, - and _")
    reference = read_reference(output)
    wanted = _wanted(reference, *filters)
    with on_shipped(output, with_shipped), progress_bar("Reading") as progress:
        report = import_files(
            files, output, reference, wanted=wanted, max_unknown=max_unknown, progress=progress,
            **more,
        )  # fmt: skip
    show_report(report, form, output)


def _wanted(
    reference: Reference, products: str | None, years: str | None, countries: str | None,
    proxies: bool,
) -> ImportFilter:  # fmt: skip
    """Make the filter of an import from its options."""
    from graphkit.importers.reference import ImportFilter

    find = reference.places.find
    places = ("Country", "Area")
    return ImportFilter(
        products=listed(products),
        years=read_years(years),
        countries=[find(text, "country", places).key for text in listed(countries)],
        proxies=proxies,
    )


def read_years(text: str | None) -> list[int]:
    """Parse a list of years: ``2018,2020-2024``.

    Raises
    ------
    UsageError
        A part of it is neither a year nor a range of years.
    """
    years: set[int] = set()
    for part in listed(text):
        first, _, last = part.partition("-")
        if not (first.isdigit() and (last or first).isdigit()) or int(last or first) < int(first):
            raise UsageError(f"--years: found {part!r}, wanted years such as 2018,2020-2024")
        years.update(range(int(first), int(last or first) + 1))
    return sorted(years)


def listed(text: str | None) -> list[str]:
    """Split a list at its commas."""
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def show_report(report: Report, form: str | None, folder: Path) -> None:
    """Print an import's counts of rows read, kept and left out, and the folder of its seeds."""
    from graphkit.render.formats import choose_format, show_table

    form, table = choose_format(form, None, sys.stdout), report.table()
    if form == "table":
        table = table.select([n for n in table.column_names if table[n].null_count < len(table)])
    show_table(table, form)
    for warning in report.warnings:
        say(f"warning: {warning}")
    say(f"seeds are in {folder}: query them with --db {folder}")


@importing.command()
def usgs(files: Files, output: Folder, max_unknown: MaxUnknown = 0.01, form: Format = None) -> None:
    """Turn the USGS's Mineral Commodity Summaries into seeds.

    Reads world production and reserves, the balance of the United States and prices from the CSV
    files of the data releases, of 2025 (wide, without balances) and from 2026 on (long), of
    critical minerals. Nothing is written if the countries of a table miss the total printed under
    them by more than rounding.

    \b
    Examples:
      graphkit import usgs MCS2026_Commodities_Data.csv -o my-seeds
      graphkit import usgs MCS2025_World_Data.csv MCS2026_Commodities_Data.csv -o my-seeds
    """
    from graphkit.importers.reference import read_reference
    from graphkit.importers.usgs.importer import import_usgs

    with progress_bar("Reading") as progress:
        report = import_usgs(
            files, output, read_reference(output), max_unknown=max_unknown, progress=progress
        )
    show_report(report, form, output)


@importing.command()
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
        typer.Option("--name", metavar="NAME", help="Name of the seeds. Default: that of FILE."),
    ] = None,
    max_unknown: MaxUnknown = 0.01,
    with_shipped: WithShipped = False,
    form: Format = None,
) -> None:
    """Turn any table into seeds, by a mapping.

    The mapping resembles the header of a seed file: kind, columns {property: column}, units,
    defaults, aliases {property: {foreign text: key}} and source; sheet, header (the row of the
    names), encoding, delimiter, decimal, thousands and missing say how the table is written.
    Places go by any name or code, products also by HS code. Every problem is reported with its row
    and column, and nothing is written until all are solved.

    \b
    Examples:
      graphkit import table flows.csv --preview > map.yaml
      graphkit import table flows.csv --mapping map.yaml --preview
      graphkit import table flows.csv --mapping map.yaml -o my-seeds
    """
    from graphkit.importers.reference import read_reference
    from graphkit.importers.seed_files import on_shipped
    from graphkit.importers.table.drafts import draft_mapping
    from graphkit.importers.table.importer import import_table

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
    with on_shipped(output, with_shipped), progress_bar("Reading") as progress:
        report = import_table(
            file, mapping, output, read_reference(output), name=name, max_unknown=max_unknown,
            progress=progress,
        )  # fmt: skip
    show_report(report, form, output)


def _preview(
    file: Path, mapping: Path, output: Path | None, name: str | None, form: str | None
) -> None:
    """Show ten rows on stdout, and fail if the check found problems."""
    from graphkit.importers.reference import read_reference
    from graphkit.importers.table.importer import check_table
    from graphkit.render.formats import choose_format, show_table

    checked = check_table(
        file, mapping, read_reference(output), folder=output, name=name or file.stem
    )
    show_table(checked.first(), choose_format(form, None, sys.stdout))
    report = checked.report
    for what, why, rows, _ in report.lines:
        if what != "read":
            say(f"{what}: {why}: {rows:,} row{'s' * (rows != 1)}")
    if unused := checked.unused:
        say(f"not taken: {', '.join(unused)}")
    for text, value in sorted(report.unmapped.items(), key=lambda item: (-item[1], item[0])):
        share = value / report.total if report.total else 0.0
        say(f"unknown: {text}: {100 * share:.1f} % of the value")
    if checked.problems:
        raise SeedError(checked.problems)


fetching = typer.Typer(
    name="fetch",
    help="Fetch published tables: UN Comtrade.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
ALL = "all"


@fetching.command("comtrade")
def fetch_comtrade(
    reporter: Annotated[
        str,
        typer.Option(
            "--reporter",
            metavar="LIST",
            help="Whose reports, separated by commas: KOR,CHN; or all.",
        ),
    ],
    products: Annotated[
        str,
        typer.Option(
            "--products",
            metavar="LIST",
            help="HS codes or their beginnings (2846,280530), products, elements, minerals or "
            "groups ('rare earths'), separated by commas.",
        ),
    ],
    years: Annotated[
        str, typer.Option("--years", metavar="LIST", help="Years: 2020-2024, or 2018,2022.")
    ],
    output: Annotated[
        Path,
        typer.Option(
            "-o", "--output", metavar="FILE", help="File to write, for 'graphkit import comtrade'."
        ),
    ],
    partner: Annotated[
        str,
        typer.Option(
            "--partner", metavar="LIST", help="Trade with whom: CHN,JPN; or all, and the world."
        ),
    ] = ALL,
    monthly: Annotated[
        bool, typer.Option("--monthly", help="Month by month instead of year by year.")
    ] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Fetch again instead of reading the cache.")
    ] = False,
) -> None:
    """Fetch imports and exports from UN Comtrade's API.

    It needs a key, which is free: COMTRADE_API_KEY, or 'keyring set graphkit comtrade' if the
    package keyring is installed. Answers are kept in the user's cache. For both sides of a trade,
    name both countries as reporters and as partners. UN Comtrade's terms restrict passing its data
    on. COMTRADE_API_URL names another address of the API.

    \b
    Examples:
      graphkit fetch comtrade --reporter KOR --products 2846,280530 --years 2023,2024 -o korea.json
    """
    import os

    from graphkit.importers.comtrade_api import API, ComtradeRequest, fetch_comtrade, find_key
    from graphkit.importers.reference import read_reference
    from graphkit.render.files import write_text

    reference = read_reference()
    reporters, partners = (_numbers(reference, text) for text in (reporter, partner))
    codes = reference.codes_in_any_revision(listed(products))
    questions = [
        ComtradeRequest(reporters, partners, codes, year, monthly) for year in read_years(years)
    ]
    if not questions or not codes:
        raise UsageError("--products and --years: found nothing, wanted at least one of each")
    with progress_bar("Fetching", len(questions)) as progress:
        api = os.environ.get("COMTRADE_API_URL") or API
        found = fetch_comtrade(questions, find_key(), api=api, fresh=fresh, progress=progress)
    write_text(found.text(), output)
    say(
        f"{len(found.rows):,} rows of {found.answers} answers ({found.cached} from the cache) are "
        f"in {output}: make seeds of them with 'graphkit import comtrade {output} -o FOLDER'"
    )


def _numbers(reference: Reference, text: str) -> list[int]:
    """Look up UN Comtrade's numbers of countries; an empty list means all."""
    if text.strip().casefold() == ALL:
        return []
    names = listed(text)
    if not names:
        raise UsageError("--reporter and --partner: found nothing, wanted countries, or all")
    keys = [reference.places.find(name, "country", ("Country", "Area")).key for name in names]
    return [reference.comtrade_code(key) for key in keys]
