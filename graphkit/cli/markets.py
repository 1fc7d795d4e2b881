"""Commands about whole markets: how concentrated they are, how far a country relies on them."""

from __future__ import annotations

from typing import Annotated

import typer

from graphkit.cli.answers import Period, Scope, answer
from graphkit.cli.options import Database, Format, Output

AnyBuyer = Annotated[
    str | None,
    typer.Argument(metavar="[COUNTRY]", help="Any name or code: KOR, korea; or a group: EU27."),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(concentration)


def concentration(
    country: AnyBuyer = None,
    scope: Scope = None,
    period: Period = None,
    by: Annotated[
        str,
        typer.Option(
            "--by",
            metavar="product|stage|consumer",
            help="Order by product or stage, or list the imports of every consumer.",
            autocompletion=lambda: ["product", "stage", "consumer"],
        ),
    ] = "product",
    db: Database = None,
    form: Format = None,
    output: Output = None,
) -> None:
    """How concentrated production and trade are.

    For each product: the largest producer, the shares of the first and the first three, and HHI,
    of published world production; beside it the same of world exports, or of the imports of a
    country, by value and by weight. What has no name makes a range.

    \b
    Examples:
      graphkit concentration --for "rare earths"
      graphkit concentration KOR --for magnets-metal --period 2024
      graphkit concentration --by stage
      graphkit concentration --for ree-metals --by consumer
    """
    from graphkit.questions import concentration as question

    answer(
        lambda f: question.concentration(f, country, scope=scope, period=period, by=by),
        db, form, output,
    )  # fmt: skip
