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
    app.command()(reliance)
    app.command()(criticality)


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


def reliance(
    country: AnyBuyer = None,
    scope: Scope = None,
    period: Period = None,
    n_minus_1: Annotated[
        bool,
        typer.Option(
            "--n-minus-1",
            help="How much of the world's demand is met without the largest producer.",
        ),
    ] = False,
    db: Database = None,
    form: Format = None,
    output: Output = None,
) -> None:
    """How far countries rely on imports.

    Net imports over apparent consumption, by weight, with all that goes into it; a figure of
    production that is withheld makes a range. With --n-minus-1, instead: supply without the
    largest producer over demand without its own.

    \b
    Examples:
      graphkit reliance USA --period 2024
      graphkit reliance KOR --for "rare earths"
      graphkit reliance --for gallium --n-minus-1
    """
    from graphkit.questions import reliance as question
    from graphkit.questions import reliance as without

    if n_minus_1:
        answer(
            lambda f: without.n_minus_1(f, country, scope=scope, period=period), db, form, output
        )
        return
    answer(lambda f: question.reliance(f, country, scope=scope, period=period), db, form, output)


def criticality(
    elements: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ELEMENT]...",
            help="Elements, minerals or groups: Ga, tungsten, HREE. Default: all that were rated.",
        ),
    ] = None,
    period: Period = None,
    import_reliance: Annotated[
        float | None,
        typer.Option("--import-reliance", metavar="SHARE", help="Input that no table gives, 0-1."),
    ] = None,
    eol_rir: Annotated[
        float | None,
        typer.Option("--eol-rir", metavar="SHARE", help="End-of-life recycling input rate, 0-1."),
    ] = None,
    substitution: Annotated[
        float | None,
        typer.Option("--substitution", metavar="INDEX", help="Substitution index, 0-1."),
    ] = None,
    db: Database = None,
    form: Format = None,
    output: Output = None,
) -> None:
    """The EU's supply risk of materials.

    Beside the published scores, with all its inputs: world production weighed by the governance
    of the producers, EU sourcing, import reliance, recycling and substitution. An input that is
    missing runs over all it can be, so that the risk is a range.

    \b
    Examples:
      graphkit criticality
      graphkit criticality gallium tungsten --period 2024
      graphkit criticality Mg --import-reliance 1 --eol-rir 0.13 --substitution 0.94
    """
    from graphkit.questions import criticality as question

    answer(
        lambda facts: question.criticality(
            facts, *(elements or ()), period=period, import_reliance=import_reliance,
            eol_rir=eol_rir, substitution=substitution,
        ),
        db, form, output,
    )  # fmt: skip
