"""Commands that fetch published tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from graphkit.cli.importing import listed, read_years
from graphkit.cli.options import progress_bar, say
from graphkit.errors import UsageError

if TYPE_CHECKING:
    from graphkit.importers.reference import Reference

fetching = typer.Typer(
    name="fetch",
    help="Fetch published tables: UN Comtrade.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
ALL = "all"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(fetching)
    fetching.command()(comtrade)


def comtrade(
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
        str, typer.Option("--years", metavar="LIST", help="Which: 2020-2024, or 2018,2022.")
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
        bool, typer.Option("--fresh", help="Ask again what was fetched before and is in the cache.")
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

    from graphkit.importers.comtrade_api import API, Question, fetch_comtrade, find_key
    from graphkit.importers.reference import read_reference
    from graphkit.render import write_text

    reference = read_reference()
    reporters, partners = (_numbers(reference, text) for text in (reporter, partner))
    codes = reference.codes_in_any_revision(listed(products))
    questions = [Question(reporters, partners, codes, year, monthly) for year in read_years(years)]
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
    """UN Comtrade's numbers of some countries; none for all."""
    if text.strip().casefold() == ALL:
        return []
    names = listed(text)
    if not names:
        raise UsageError("--reporter and --partner: found nothing, wanted countries, or all")
    keys = [reference.places.find(name, "country", ("Country", "Area")).key for name in names]
    return [reference.comtrade_code(key) for key in keys]
