"""The command that plays scenario files."""

from __future__ import annotations

from typing import Annotated

import typer

from graphkit.cli.options import (
    All,
    Database,
    Format,
    Long,
    Output,
    Own,
    Shape,
    Top,
    Wide,
    form_and_view,
    opened,
    print_answer,
)
from graphkit.questions.registry import PARAMETERS
from graphkit.verbs.parameter import named_as_options


def _scenario_names() -> list[str]:
    from graphkit.questions.supply.scenarios import scenario_names

    return scenario_names()


def scenario(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...",
            help="Files that end in .yaml, or names of scenarios that ship.",
            autocompletion=_scenario_names,
        ),
    ],
    top: Top = None,
    all: All = False,
    long: Long = False,
    wide: Wide = False,
    shape: Shape = None,
    db: Database = None,
    own: Own = None,
    form: Format = None,
    output: Output = None,
) -> None:
    """Play scenario files: who stops selling what, and when.

    Month by month what arrivals, slack, stocks and nothing cover; several side by side.
    docs/scenarios.md describes the files.

    \b
    Examples:
      graphkit scenario china-rare-earths-2025
      graphkit scenario china-rare-earths-2025 my-scenario.yaml
    """
    from graphkit.catalog.catalog import Catalog
    from graphkit.questions.supply.scenarios import play

    form_name, view = form_and_view(form, output, top, all=all, long=long, wide=wide, shape=shape)
    with opened(db, own) as store, named_as_options(PARAMETERS["stocks"]):
        answer = play(Catalog(store), *files)
    print_answer(answer, form_name, output, view)
