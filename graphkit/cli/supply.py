"""Commands on supply networks: origins, spof, disrupt, centrality."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from graphkit.cli.answers import Buyer, Measure, Period, Scope, answer
from graphkit.cli.options import Database, Format, Output
from graphkit.errors import UsageError

MinShare = Annotated[
    float,
    typer.Option("--min-share", metavar="SHARE", help="Leave out smaller shares, 0 to 1."),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(origins)
    app.command()(spof)
    app.command()(disrupt)


def origins(
    country: Buyer,
    scope: Scope = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="COUNTRY", help="Only this origin.")
    ] = None,
    stage: Annotated[
        str | None,
        typer.Option(
            "--stage",
            metavar="STAGE",
            help="Trace to this stage only: mine, separate, metal, component ... Default: each.",
        ),
    ] = None,
    period: Period = None,
    by: Measure = "usd",
    min_share: MinShare = 0.01,
    db: Database = None,
    form: Format = None,
    output: Output = None,
) -> None:
    """Who mined, refined and made what a country buys.

    Behind the last seller, for each product and each stage before it: the origins of the imports,
    with the range that unpublished production leaves open, beside what was bought there directly.

    \b
    Examples:
      graphkit origins KOR --for magnets-metal
      graphkit origins japan --for "rare earths" --stage separate --by tonnes
    """
    from graphkit.questions import origins as question

    answer(
        lambda catalog: question.origins(
            catalog, country, on=on, scope=scope, period=period, measure=by, stage=stage,
            min_share=min_share,
        ),
        db, form, output,
    )  # fmt: skip


def spof(
    country: Annotated[
        str | None,
        typer.Argument(metavar="[COUNTRY]", help="The consumer. Default: all together."),
    ] = None,
    scope: Scope = None,
    definition: Annotated[
        str,
        typer.Option(
            "--definition",
            metavar="share|structural|domestic",
            help="share: one supplier has most of the imports, at face value or looked through; "
            "structural: what is lost without a country at all its stages, and who is cut off; "
            "domestic: one producer in a country, where a source says so.",
            autocompletion=lambda: ["share", "structural", "domestic"],
        ),
    ] = "share",
    threshold: Annotated[
        float | None,
        typer.Option(
            "--threshold",
            metavar="SHARE",
            help="Least share or loss. Default: 0.5 (the EU act has 0.65); 0 with --bloc.",
        ),
    ] = None,
    possible: Annotated[
        bool,
        typer.Option(
            "--possible", help="Also those that reach it only at the upper end of their range."
        ),
    ] = False,
    each: Annotated[
        bool, typer.Option("--each", help="Without COUNTRY: every consumer by itself.")
    ] = False,
    bloc: Annotated[
        list[str] | None,
        typer.Option(
            "--bloc",
            metavar="BLOC",
            help="Remove these countries together, for structural: EU27, CHN+HKG. Repeatable.",
        ),
    ] = None,
    min_link: Annotated[
        float,
        typer.Option(
            "--min-link",
            metavar="SHARE",
            help="Of a pool; smaller links do not count when asking who is cut off.",
        ),
    ] = 0.0,
    period: Period = None,
    by: Measure = "usd",
    db: Database = None,
    form: Format = None,
    output: Output = None,
) -> None:
    """Single points of failure: on whom a country's supply hangs.

    \b
    Examples:
      graphkit spof KOR --for magnets-metal
      graphkit spof KOR --for magnets-metal --definition structural
      graphkit spof --for "rare earths" --threshold 0.65
      graphkit spof JPN --for ree-metals --definition structural --bloc CHN+HKG --bloc EU27
    """
    from graphkit.questions.single_points import single_points

    answer(
        lambda catalog: single_points(
            catalog, country, scope=scope, period=period, measure=by, definition=definition,
            threshold=threshold, possible=possible, each=each, blocs=bloc or (), min_link=min_link,
        ),
        db, form, output,
    )  # fmt: skip


def disrupt(
    country: Annotated[
        str | None,
        typer.Argument(
            metavar="[COUNTRY]", help="Who stops selling: CHN, EU27, CHN+HKG. Or --restriction."
        ),
    ] = None,
    scope: Scope = None,
    loss: Annotated[
        float, typer.Option("--loss", metavar="SHARE", help="Which part of the exports is lost.")
    ] = 1.0,
    slack: Annotated[
        float,
        typer.Option(
            "--slack", metavar="SHARE", help="By which part the suppliers left can deliver more."
        ),
    ] = 0.0,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="COUNTRY", help="Cut only for this destination or bloc."),
    ] = None,
    restriction: Annotated[
        str | None,
        typer.Option(
            "--restriction",
            metavar="KEY",
            help="Play an export control of the graph: 'Announcement 18 of 2025', or a key of "
            "'graphkit query restrictions'.",
        ),
    ] = None,
    consumer: Annotated[
        str | None, typer.Option("--consumer", metavar="COUNTRY", help="Only this one's losses.")
    ] = None,
    cascade: Annotated[
        bool,
        typer.Option("--cascade", help="Who fails in turn, instead of losses passed on."),
    ] = False,
    tolerance: Annotated[
        float | None,
        typer.Option(
            "--tolerance",
            metavar="SHARE",
            help="With --cascade: who loses more than this fails. Default: 0.3.",
        ),
    ] = None,
    spread: Annotated[
        float | None,
        typer.Option(
            "--spread",
            metavar="SHARE",
            help="With --cascade: by this part who fails cuts its own sales. Default: 0.5.",
        ),
    ] = None,
    min_loss: Annotated[
        float, typer.Option("--min-loss", metavar="SHARE", help="Leave out smaller losses.")
    ] = 0.01,
    top: Annotated[
        int,
        typer.Option("--top", metavar="N", help="Of each product the N largest losses; 0: all."),
    ] = 20,
    period: Period = None,
    by: Measure = "usd",
    db: Database = None,
    form: Format = None,
    output: Output = None,
) -> None:
    """What breaks if a country stops or cuts its exports.

    Followed through all stages: who loses how much, directly and through others, what the slack
    of the suppliers left makes up for, and who is left with nothing.

    \b
    Examples:
      graphkit disrupt CHN --for ree-compounds --loss 0.8 --slack 0.2
      graphkit disrupt CHN --for dysprosium --to JPN --consumer JPN
      graphkit disrupt CHN --for magnets-metal --cascade --tolerance 0.3 --spread 0.5
      graphkit disrupt --restriction "Announcement 18 of 2025" --loss 0.5
    """
    from graphkit.questions import disruptions

    cut: dict[str, Any] = {
        "scope": scope, "to": to, "restriction": restriction, "period": period, "measure": by,
        "loss": loss,
    }  # fmt: skip
    if not cascade:
        if tolerance is not None or spread is not None:
            raise UsageError("--tolerance and --spread belong to --cascade")
        cut |= {"slack": slack, "consumer": consumer, "min_loss": min_loss, "top": top}
        answer(lambda catalog: disruptions.disrupt(catalog, country, **cut), db, form, output)
        return
    if slack or consumer is not None:
        raise UsageError("--slack and --consumer do not belong to --cascade")
    cut |= {"tolerance": 0.3 if tolerance is None else tolerance}
    cut |= {"spread": 0.5 if spread is None else spread}
    answer(lambda catalog: disruptions.cascade(catalog, country, **cut), db, form, output)


READ = ("table", "markdown")
"""Formats that people read: without --top they show only the first ranks."""
FIRST, FIRST_OF_EACH = 15, 1


def register_centrality(app: typer.Typer) -> None:
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
