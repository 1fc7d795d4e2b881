"""Commands that answer who depends on whom."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from graphkit.cli.options import Database, Format, Output, opened
from graphkit.errors import UsageError

if TYPE_CHECKING:
    from graphkit.answer import Answer
    from graphkit.catalog import Catalog

Scope = Annotated[
    str | None,
    typer.Option(
        "--for",
        metavar="WHAT",
        help="An element or mineral (Dy, dysprosium, graphite), a group ('rare earths'), a "
        "product (magnets-metal), an HS code or the beginning of one (280530, 2846) or a stage "
        "(metal). A name is tried as a stage, an element, then a product: gallium is the element "
        "in every product; product:gallium is the metal alone. Default: everything.",
    ),
]
Period = Annotated[
    str | None,
    typer.Option(
        "--period",
        metavar="PERIOD",
        help="2024, 2024-H1, 2024-Q1 or 2024-03. Default: the newest of each product.",
    ),
]
Country = Annotated[
    str,
    typer.Argument(
        metavar="COUNTRY", help="Any name or code: KOR, KR, korea, 'Korea, Republic of'."
    ),
]
Buyer = Annotated[
    str,
    typer.Argument(metavar="COUNTRY", help="Any name or code: KOR, korea; or a group: EU27."),
]

Measure = Annotated[
    str,
    typer.Option(
        "--by",
        metavar="usd|tonnes",
        help="Count flows by value or by mass.",
        autocompletion=lambda: ["usd", "tonnes"],
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(depends)
    app.command()(dependents)
    app.command()(suppliers)


def depends(
    country: Buyer,
    on: Annotated[
        str | None,
        typer.Option("--on", metavar="COUNTRY", help="Only on this country. Default: the largest."),
    ] = None,
    scope: Scope = None,
    period: Period = None,
    look_through: Annotated[
        bool,
        typer.Option(
            "--look-through",
            help="Who stands behind the last seller, at each stage (all origins: origins).",
        ),
    ] = False,
    by: Annotated[
        str | None,
        typer.Option(
            "--by", metavar="usd|tonnes", help="With --look-through: count by value or by mass."
        ),
    ] = None,
    db: Database = None,
    form: Format = None,
    output: Output = None,
) -> None:
    """On whom a country depends, for what, and how much.

    For each product: its largest supplier, or the one of --on; its share of the imports by value
    and by weight, the concentration (HHI) and number of suppliers, how much of the value gives no
    weight; and what was published about it, beside what the trade data give.

    \b
    Examples:
      graphkit depends KOR
      graphkit depends KOR --on CHN --for "rare earths" --period 2024
      graphkit depends EU27 --for dysprosium --format json
      graphkit depends JPN --on CHN --for "rare earths" --look-through
    """
    if look_through:
        from graphkit.questions.origins import depends_looked_through

        answer(
            lambda f: depends_looked_through(
                f, country, on=on, scope=scope, period=period, measure=by or "usd"
            ),
            db, form, output,
        )  # fmt: skip
        return
    if by is not None:
        raise UsageError("--by belongs to --look-through; without it the answer has both shares")
    from graphkit.questions import dependence

    answer(
        lambda f: dependence.depends(f, country, on=on, scope=scope, period=period),
        db, form, output,
    )  # fmt: skip


def dependents(
    country: Country,
    scope: Scope = None,
    min_share: Annotated[
        float,
        typer.Option("--min-share", metavar="SHARE", help="Least share by value, over 0 to 1."),
    ] = 0.5,
    period: Period = None,
    db: Database = None,
    form: Format = None,
    output: Output = None,
) -> None:
    """Who depends on a country, for what, and how much.

    Every country that gets at least a share of its imports of a product from there, the largest
    buyers first.

    \b
    Examples:
      graphkit dependents CHN
      graphkit dependents china --for magnets --min-share 0.8
    """
    from graphkit.questions import dependence

    answer(
        lambda f: dependence.dependents(
            f, country, scope=scope, period=period, min_share=min_share
        ),
        db, form, output,
    )  # fmt: skip


def suppliers(
    country: Buyer,
    scope: Scope = None,
    period: Period = None,
    db: Database = None,
    form: Format = None,
    output: Output = None,
) -> None:
    """Every supplier of a country, largest first.

    \b
    Examples:
      graphkit suppliers japan --for ree-metals --period 2024
      graphkit suppliers JPN --for 284690 -o suppliers.csv
    """
    from graphkit.questions import dependence

    answer(lambda f: dependence.suppliers(f, country, scope=scope, period=period), db, form, output)


def answer(
    ask: Callable[[Catalog], Answer], db: str | None, form: str | None, output: Path | None
) -> Answer:
    """Ask a question of a database and show its answer."""
    from graphkit.render import choose_format, show_answer

    chosen = choose_format(form, output, sys.stdout)
    with opened(db) as store:
        from graphkit.catalog import Catalog

        found = ask(Catalog(store))
    show_answer(found, chosen, output)
    return found
