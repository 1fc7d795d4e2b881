"""Commands on markets: concentration, criticality, reliance, mirror, compare, trend."""

from __future__ import annotations

import sys
from pathlib import Path
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
        lambda catalog: question.criticality(
            catalog, *(elements or ()), period=period, import_reliance=import_reliance,
            eol_rir=eol_rir, substitution=substitution,
        ),
        db, form, output,
    )  # fmt: skip


def register_mirror(app: typer.Typer) -> None:
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


READ = ("table", "markdown")
"""Formats that people read: without --top they show only the first partners."""
FIRST = 15

Partner = Annotated[
    str,
    typer.Option(
        "--partner",
        metavar="supplier|consumer",
        help="Look at imports and their suppliers, or at exports and their buyers.",
    ),
]


def register_changes(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(compare)
    app.command()(trend)


def compare(
    before: Annotated[str, typer.Argument(metavar="PERIOD", help="The first one: 2023, 2024-Q1.")],
    after: Annotated[
        str, typer.Argument(metavar="PERIOD", help="The second one, perhaps of another length.")
    ],
    of: Annotated[
        str | None,
        typer.Option(
            "--of", metavar="COUNTRY", help="Whose trade: KOR, korea, EU27. Default: the world's."
        ),
    ] = None,
    scope: Scope = None,
    partner: Partner = "supplier",
    top: Annotated[
        int | None,
        typer.Option(
            "--top",
            metavar="N",
            help="Only partners among the first N in either period; 0: all. Default: in a table "
            "15, in data formats all.",
        ),
    ] = None,
    db: Database = None,
    form: Format = None,
    output: Output = None,
) -> None:
    """What changed between two periods, partner by partner.

    Amounts, shares and ranks of each partner before and after; totals, concentration (HHI), new
    and lost partners of each product. Where the periods differ in length, amounts a month.

    \b
    Examples:
      graphkit compare 2023 2024 --of KOR --for ree-metals
      graphkit compare 2010 2024 --of CHN --partner consumer --for ree-compounds
      graphkit compare 2024 2025-Q1 --of KOR --for dy-oxide
    """
    from graphkit.questions import changes

    first = _first(top, form, output)
    answer(
        lambda f: changes.compare(
            f, before, after, of=of, scope=scope, partner=partner, top=first
        ),
        db, form, output,
    )  # fmt: skip


def _first(top: int | None, form: str | None, output: Path | None) -> int | None:
    from graphkit.render import choose_format

    if top is None and choose_format(form, output, sys.stdout) in READ:
        return FIRST
    return top


def trend(
    country: Annotated[
        str | None,
        typer.Argument(metavar="COUNTRY", help="KOR, korea, EU27. Default: the world's trade."),
    ] = None,
    scope: Scope = None,
    partner: Partner = "supplier",
    db: Database = None,
    form: Format = None,
    output: Output = None,
) -> None:
    """What changed from period to period.

    For each product and every period with data: totals by value and by weight, their change, the
    concentration (HHI), the number of partners, and the largest one with its share. In JSON also
    which partners are new and lost.

    \b
    Examples:
      graphkit trend KOR --for ree-metals
      graphkit trend --for ree-compounds
      graphkit trend CHN --partner consumer --for ree-metals
    """
    from graphkit.questions import changes as trends

    answer(lambda f: trends.trend(f, country, scope=scope, partner=partner), db, form, output)
