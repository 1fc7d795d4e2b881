"""The command that holds the two reports of a trade against each other."""

from __future__ import annotations

from typing import Annotated

import typer

from graphkit.cli.answers import Scope, answer
from graphkit.cli.options import Database, Format, Output


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(mirror)


def mirror(
    country: Annotated[
        str | None,
        typer.Argument(
            metavar="[COUNTRY]",
            help="Only trade of this country, or group (EU27), on either side.",
        ),
    ] = None,
    scope: Scope = None,
    period: Annotated[
        str | None,
        typer.Option(
            "--period",
            metavar="PERIOD",
            help="2024, 2024-H1, 2024-Q1 or 2024-03. Default: the newest that both sides report.",
        ),
    ] = None,
    db: Database = None,
    form: Format = None,
    output: Output = None,
) -> None:
    """How far exporters and importers differ about trade.

    For each flow that both sides report, as in UN Comtrade: what the exporter and what the importer
    says, by value and by weight, with difference and ratio, and at which border each side values.
    The shipped seeds hold no such data: 'graphkit import comtrade' makes seeds that do.

    \b
    Examples:
      graphkit mirror KOR --for "rare earths" --db my-seeds
      graphkit mirror --for magnets-metal --period 2024 --db my-seeds
    """
    from graphkit.questions import mirror as question

    answer(lambda f: question.mirror(f, country, scope=scope, period=period), db, form, output)
