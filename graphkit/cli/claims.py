"""Commands about what was published: claims, whether the facts bear them out, and conflicts."""

from __future__ import annotations

from typing import Annotated

import typer

from graphkit.cli.answers import Scope, answer
from graphkit.cli.options import Database, Format, Output, say
from graphkit.errors import UsageError

FAILED = 3

group = typer.Typer(invoke_without_command=True, rich_markup_mode=None)


def _kinds() -> list[str]:
    from graphkit.questions.claims import KINDS

    return list(KINDS)


def _verdicts() -> list[str]:
    from graphkit.questions.claim_checks import VERDICTS

    return [verdict.replace(" ", "-") for verdict in VERDICTS]


About = Annotated[
    str | None,
    typer.Option(
        "--about",
        metavar="COUNTRY",
        help="Only claims that name it as consumer, supplier or rival: KOR, korea, EU27.",
    ),
]
Source = Annotated[
    str | None,
    typer.Option(
        "--source", metavar="KEY", help="Only claims of this source: see graphkit query sources."
    ),
]
Kind = Annotated[
    str | None,
    typer.Option(
        "--kind",
        metavar="KIND",
        help="Only claims of this kind: share, quantity, change, more-than, ahead-of, rank, "
        "net-import-reliance, supply-risk, economic-importance, listed, count or statement.",
        autocompletion=_kinds,
    ),
]
Verdict = Annotated[
    str | None,
    typer.Option(
        "--verdict",
        metavar="VERDICT",
        help="Show only claims that came out so: contradicted, borne-out or cannot-be-told.",
        autocompletion=_verdicts,
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group.command()(check)
    group.command()(conflicts)
    group.callback()(claims)
    app.add_typer(group, name="claims")


def claims(
    context: typer.Context,
    about: About = None,
    scope: Scope = None,
    source: Source = None,
    kind: Kind = None,
    db: Database = None,
    form: Format = None,
    output: Output = None,
) -> None:
    """List what was published, or hold it against the facts.

    Each claim as it was published: its figure, its scope, its basis, whose it is, and its source.

    \b
    Examples:
      graphkit claims --about KOR --for "rare earths"
      graphkit claims --source reex-2025-04-30
      graphkit claims check --about KOR
    """
    from graphkit.questions import claims as published

    if command := context.invoked_subcommand:
        _refuse_options(context, command)
        return
    answer(
        lambda f: published.list_claims(f, about=about, scope=scope, source=source, kind=kind),
        db, form, output,
    )  # fmt: skip


def _refuse_options(context: typer.Context, command: str) -> None:
    """An option before the command would be for nothing: say where it belongs."""
    for parameter in context.command.params:
        source = context.get_parameter_source(parameter.name or "")
        if source is not None and source.name == "COMMANDLINE":
            option = max(parameter.opts, key=len)
            raise UsageError(f"{option} belongs behind the command: graphkit claims {command} ...")


def check(
    about: About = None,
    scope: Scope = None,
    source: Source = None,
    kind: Kind = None,
    verdict: Verdict = None,
    db: Database = None,
    form: Format = None,
    output: Output = None,
) -> None:
    """Hold published claims against the loaded facts.

    Each claim is borne out, contradicted, or cannot be told; with what the facts give in its own
    scope, the difference, and what is missing. Exit code 3 if a claim that the seeds mark as
    expected is not borne out.

    \b
    Examples:
      graphkit claims check --about KOR --for "rare earths"
      graphkit claims check --source reex-2025-04-30
      graphkit claims check --verdict contradicted
    """
    from graphkit.questions import claim_checks as checks

    found = answer(
        lambda f: checks.check_claims(
            f, about=about, scope=scope, source=source, kind=kind, verdict=verdict
        ),
        db, form, output,
    )  # fmt: skip
    if failed := found.coverage["expected_but_not_borne_out"]:
        say(f"expected to be borne out and not: {', '.join(failed)}")
        raise typer.Exit(FAILED)


def conflicts(
    about: About = None,
    scope: Scope = None,
    source: Source = None,
    kind: Kind = None,
    db: Database = None,
    form: Format = None,
    output: Output = None,
) -> None:
    """List published figures that cannot both be right.

    Pairs of two sources whose figures of one scope differ by more than their rounding, or whose
    shares add up to more than all.

    \b
    Examples:
      graphkit claims conflicts
      graphkit claims conflicts --about EU27 --for lithium
    """
    from graphkit.questions.claim_checks import claim_conflicts

    answer(
        lambda f: claim_conflicts(f, about=about, scope=scope, source=source, kind=kind),
        db, form, output,
    )  # fmt: skip
