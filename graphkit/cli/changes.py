"""Commands about change over time: two periods side by side, and all of them in order."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from graphkit.cli.answers import Scope, answer
from graphkit.cli.options import Database, Format, Output

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


def register(app: typer.Typer) -> None:
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
