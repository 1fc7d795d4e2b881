"""Commands that import and fetch data as seeds."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from inspect import Parameter as Argument
from inspect import Signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.main import get_command

from graphkit.cli.added import with_added
from graphkit.cli.options import Format, option_of, progress_bar, say
from graphkit.errors import GraphkitError, SeedError, UsageError, install
from graphkit.importers.registry import FILTER, IMPORTERS, OUTPUT, Importer, added_importers
from graphkit.plugins import Plugin
from graphkit.verbs.parameter import Parameter

if TYPE_CHECKING:
    from graphkit.importers.published import Original
    from graphkit.importers.reference import ImportFilter, Reference
    from graphkit.importers.report import Report

KINDS: dict[str, Any] = {
    "FILE": Path, "FILE...": list[Path], "FOLDER": Path, "number": float, "switch": bool,
}  # fmt: skip
"""Python types of options, by their metavar or their type; all others are text."""


def _command(importer: Importer, plugin: Plugin | None = None) -> Callable[..., None]:
    """Make the function of a command, with the signature that typer reads."""
    run = _import_table if importer.name == "table" else _import

    def command(**values: Any) -> None:
        with nullcontext() if plugin is None else plugin.blamed():
            run(importer, **values)

    kinds = {p.name: _annotation(p) for p in importer.parameters} | {"form": Format}
    defaults = {p.name: p.default for p in importer.parameters} | {"form": None}
    command.__doc__ = importer.help
    command.__annotations__ = kinds
    command.__signature__ = Signature([  # type: ignore[attr-defined]
        Argument(
            name, Argument.KEYWORD_ONLY, annotation=kind,
            default=Argument.empty if defaults[name] is ... else defaults[name],
        )
        for name, kind in kinds.items()
    ])  # fmt: skip
    return command


def _annotation(parameter: Parameter) -> Any:
    kind = KINDS.get(parameter.metavar) or KINDS.get(parameter.type, str)
    option = option_of(parameter)
    if parameter.option == OUTPUT.option:
        option = typer.Option(
            "-o", parameter.option, metavar=parameter.metavar, help=parameter.help
        )
    return Annotated[kind | None if parameter.default is None else kind, option]


def _import(
    importer: Importer, *, files: list[Path], output: Path, form: str | None,
    with_shipped: bool = False, **options: Any,
) -> None:  # fmt: skip
    """Import the files of one publisher, and show the report."""
    from graphkit.importers.reference import read_reference
    from graphkit.importers.seed_files import on_shipped

    name = options.get("name")
    if name is not None and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name):
        raise UsageError(f"--name: found {name!r}, wanted letters, digits, - and _")
    reference = read_reference(output)
    if importer.has_filter:
        filters = {parameter.name: options.pop(parameter.name) for parameter in FILTER}
        options["wanted"] = _filter(reference, **filters)
    with on_shipped(output, with_shipped), progress_bar("Reading") as progress:
        report = importer.load()(files, output, reference, progress=progress, **options)
    show_report(report, form, output)


def _filter(
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


def _import_table(
    importer: Importer, *, file: Path, mapping: Path | None, output: Path | None, preview: bool,
    name: str | None, max_unknown: float, with_shipped: bool, form: str | None,
) -> None:  # fmt: skip
    """Import a table by its mapping, show what that would give, or draft a mapping."""
    from graphkit.importers.reference import read_reference
    from graphkit.importers.seed_files import on_shipped
    from graphkit.importers.table.drafts import draft_mapping

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
        report = importer.load()(
            file, mapping, output, read_reference(output), name=name, max_unknown=max_unknown,
            progress=progress,
        )  # fmt: skip
    show_report(report, form, output)


def _preview(
    file: Path, mapping: Path, output: Path | None, name: str | None, form: str | None
) -> None:
    """Show ten rows on stdout, and fail if the check found problems."""
    from graphkit.answers.figures import number_of
    from graphkit.importers.reference import read_reference
    from graphkit.importers.table.importer import check_table
    from graphkit.render.formats import choose_format, show_table

    checked = check_table(
        file, mapping, read_reference(output), folder=output, name=name or file.stem
    )
    show_table(checked.first(), choose_format(form, None, sys.stdout))
    report = checked.report
    _say_remarks(report)
    for what, why, rows, _ in report.lines:
        if what != "read":
            say(f"{what}: {why}: {number_of(rows, 'row')}")
    if unused := checked.unused:
        say(f"not taken: {', '.join(unused)}")
    for text, value in sorted(report.unmapped.items(), key=lambda item: (-item[1], item[0])):
        share = value / report.total if report.total else 0.0
        say(f"unknown: {text}: {100 * share:.1f} % of the value")
    if checked.problems:
        raise SeedError(checked.problems)


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
    _say_remarks(report)
    for warning in report.warnings:
        say(f"warning: {warning}")
    say(
        f"seeds are in {folder}: ask with --with {folder}, on top of the shipped facts, or of them "
        f"alone with --db {folder}"
    )


def _say_remarks(report: Report) -> None:
    """Say how a table was read, where its mapping does not."""
    for remark in report.remarks:
        say(f"recognized: {remark}")


def _added_command(plugin: Plugin) -> Any:
    importer = plugin.load(Importer)
    with plugin.blamed():
        app = typer.Typer(rich_markup_mode=None, add_completion=False)
        app.command(plugin.name)(_command(replace(importer, name=plugin.name), plugin))
        return get_command(app)


importing = typer.Typer(
    name="import",
    cls=with_added(added_importers, _added_command),
    help="Turn published tables into seeds: BACI, UN Comtrade, customs, USGS, any table.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
for _importer in IMPORTERS:
    importing.command(_importer.name)(_command(_importer))

fetching = typer.Typer(
    name="fetch",
    help="Fetch published tables: BACI, the USGS, UN Comtrade.",
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

    try:
        from graphkit.importers.comtrade_api import API, ComtradeRequest, fetch_comtrade, find_key
    except ImportError as error:
        raise _nothing_to_fetch_with(error) from error
    from graphkit.importers.reference import read_reference
    from graphkit.render.files import write_text

    reference = read_reference()
    reporters, partners = (_numbers(reference, text) for text in (reporter, partner))
    codes = reference.codes_in_any_revision(listed(products))
    requests = [
        ComtradeRequest(reporters, partners, codes, year, monthly) for year in read_years(years)
    ]
    if not requests or not codes:
        raise UsageError("--products and --years: found nothing, wanted at least one of each")
    with progress_bar("Fetching", len(requests)) as progress:
        api = os.environ.get("COMTRADE_API_URL") or API
        answers = fetch_comtrade(requests, find_key(), api=api, fresh=fresh, progress=progress)
    write_text(answers.text(), output)
    say(
        f"{len(answers.rows):,} rows of {answers.answers} answers ({answers.cached} from the "
        f"cache) are in {output}: make seeds of them with 'graphkit import comtrade {output} -o "
        "FOLDER'"
    )


TO = Annotated[Path, typer.Option("-o", "--output", metavar="FOLDER", help="Folder for the file.")]
FRESH = Annotated[bool, typer.Option("--fresh", help="Fetch again what is there already.")]


@fetching.command("baci")
def fetch_baci(
    output: TO = Path(),
    revision: Annotated[
        str, typer.Option("--revision", metavar="HS92", help="HS revision of the codes.")
    ] = "HS92",
    version: Annotated[
        str, typer.Option("--version", metavar="202601", help="Edition: year and month.")
    ] = "202601",
    fresh: FRESH = False,
) -> None:
    """Fetch an edition of BACI, CEPII's table of trade.

    An edition is a zip of 1 to 3 GB. A download that was cut off goes on with the same command.
    CEPII publishes no sum of its files; that of the file is printed, to tell it from another.
    BACI_URL names another address of the folder of editions.

    \b
    Examples:
      graphkit fetch baci -o originals
      graphkit fetch baci --revision HS17 --version 202601 -o originals
    """
    import os
    import re

    from graphkit.schema import REVISIONS

    if revision not in REVISIONS:
        raise UsageError(f"--revision: found {revision!r}, wanted one of {', '.join(REVISIONS)}")
    if not re.fullmatch(r"20\d\d(0[1-9]|1[0-2])[a-z]?", version):
        raise UsageError(f"--version: found {version!r}, wanted year and month, such as 202601")
    published = _published()
    site = os.environ.get("BACI_URL") or published.BACI
    _fetch(published.baci_edition(revision, version, site), output, fresh, "baci")


@fetching.command("usgs")
def fetch_usgs(
    output: TO = Path(),
    edition: Annotated[
        str, typer.Option("--edition", metavar="YEAR", help="Year of the edition: 2025, 2026.")
    ] = "2026",
    fresh: FRESH = False,
) -> None:
    """Fetch a year of the USGS's Mineral Commodity Summaries.

    Its data release is held against the sum that the catalogue of the USGS gives for it.
    SCIENCEBASE_URL names another address of the catalogue.

    \b
    Examples:
      graphkit fetch usgs -o originals
      graphkit fetch usgs --edition 2025 -o originals
    """
    import os

    published = _published()
    if edition not in published.RELEASES:
        wanted = ", ".join(published.RELEASES)
        raise UsageError(f"--edition: found {edition!r}, wanted one of {wanted}")
    site = os.environ.get("SCIENCEBASE_URL") or published.SCIENCEBASE
    _fetch(published.usgs_release(edition, site), output, fresh, "usgs")


def _published() -> Any:
    """Import what downloads, or say what to install."""
    try:
        from graphkit.importers import published
    except ImportError as error:
        raise _nothing_to_fetch_with(error) from error
    return published


def _nothing_to_fetch_with(error: ImportError) -> GraphkitError:
    return GraphkitError(f"found no {error.name}, wanted it to fetch: {install('fetch')}")


def _fetch(original: Original, folder: Path, fresh: bool, importer: str) -> None:
    """Download a file, and say which one it is and what reads it."""
    from graphkit.importers.published import download, unpack_table

    with progress_bar("Fetching", original.size) as progress:
        fetched = download(original, folder, fresh=fresh, progress=progress)
    proof = "as its publisher says" if fetched.checked else "no sum is published"
    say(f"{fetched.path}: {fetched.size:,} bytes, SHA-256 {fetched.sha256} ({proof})")
    table = unpack_table(fetched.path)
    say(f"make seeds of it with 'graphkit import {importer} {table} -o FOLDER'")


def _numbers(reference: Reference, text: str) -> list[int]:
    """Look up UN Comtrade's numbers of countries; an empty list means all."""
    if text.strip().casefold() == ALL:
        return []
    names = listed(text)
    if not names:
        raise UsageError("--reporter and --partner: found nothing, wanted countries, or all")
    keys = [reference.places.find(name, "country", ("Country", "Area")).key for name in names]
    return [reference.comtrade_code(key) for key in keys]
