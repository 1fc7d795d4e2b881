"""The command that asks who is central."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from graphkit.cli.answers import Scope, answer
from graphkit.cli.options import Database, Format, Output
from graphkit.errors import UsageError

READ = ("table", "markdown")
"""Formats that people read: without --top they show only the first ranks."""
FIRST, FIRST_OF_EACH = 15, 1


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(centrality)


def centrality(
    scope: Scope = None,
    period: Annotated[
        str | None,
        typer.Option(
            "--period",
            metavar="PERIOD",
            help="2024, 2024-H1, 2024-Q1 or 2024-03. Default: the newest with any trade in scope.",
        ),
    ] = None,
    measure: Annotated[
        str | None,
        typer.Option(
            "--measure",
            metavar="NAMES",
            help="Names with commas, the rank is by the first: strength_in, strength_out, "
            "pagerank, cheirank, hub, authority, eigenvector, closeness_in, closeness_out, "
            "harmonic_in, harmonic_out, betweenness, throughput.",
        ),
    ] = None,
    by: Annotated[
        str, typer.Option("--by", metavar="usd|tonnes", help="Add up values or masses.")
    ] = "usd",
    min_flow: Annotated[
        float,
        typer.Option(
            "--min-flow",
            metavar="AMOUNT",
            help="Leave out pairs of countries with less, in USD or t; with --layered shares.",
        ),
    ] = 0.0,
    over_time: Annotated[
        bool, typer.Option("--over-time", help="One network for each period with data.")
    ] = False,
    layered: Annotated[
        bool,
        typer.Option("--layered", help="One network of shares over all stages of a chain."),
    ] = False,
    top: Annotated[
        int | None,
        typer.Option(
            "--top",
            metavar="N",
            help="Only the first N ranks. Default: in a table 15, over time the first of each "
            "period; in data formats all.",
        ),
    ] = None,
    db: Database = None,
    form: Format = None,
    output: Output = None,
) -> None:
    """Which countries are central: the hubs of trade.

    Flows of all products in scope are added up for each pair of countries. A large flow is a short
    way: betweenness counts the shortest ways that lead through a country, throughput what may pass
    through it; pagerank is where flows end up, cheirank where they come from.

    \b
    Examples:
      graphkit centrality --for "rare earths" --period 2024
      graphkit centrality --for "rare earths" --over-time
      graphkit centrality --for magnets-metal --measure pagerank,throughput --by tonnes
      graphkit centrality --for "rare earths" --layered
    """
    from graphkit.questions import centrality as questions
    from graphkit.render import choose_format

    if over_time and layered:
        raise UsageError("--layered is of one period; leave out --over-time")
    measures: tuple[str, ...] = questions.LAYERED if layered else questions.DEFAULT
    if measure is not None:
        measures = tuple(name.strip() for name in measure.split(","))
    if top is None and choose_format(form, output, sys.stdout) in READ:
        top = FIRST_OF_EACH if over_time else FIRST
    if layered:
        answer(
            lambda f: questions.layered_centrality(
                f, scope=scope, period=period, measures=measures, by=by, min_share=min_flow, top=top
            ),
            db, form, output,
        )  # fmt: skip
        return
    answer(
        lambda f: questions.centrality(
            f, scope=scope, period=period, measures=measures, by=by, min_flow=min_flow,
            over_time=over_time, top=top,
        ),
        db, form, output,
    )  # fmt: skip
