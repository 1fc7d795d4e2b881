"""Commands on seeds alone: check them, and show what they may hold."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graphkit.cli.options import Output, Own, progress_bar, say, say_plainly
from graphkit.errors import SeedError

SeedsFolder = Annotated[
    Path | None,
    typer.Argument(metavar="SEEDS", help="Folder of seeds. Default: those that ship."),
]

MOST_WARNINGS = 10


def check(
    seeds: SeedsFolder = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Fail on what only looks wrong, too.")
    ] = False,
    every: Annotated[
        bool, typer.Option("--all", help=f"List every warning. Default: the first {MOST_WARNINGS}.")
    ] = False,
    own: Own = None,
) -> None:
    """Check seeds without a database.

    Lists every problem as file:line:column, with what was found and what was wanted. What can be
    right and looks wrong is a warning: a mass or value far from its neighbours', or shares of a
    whole table that do not add up to 100 %. With --strict, it fails. With --with, it checks that
    folder alone, which may refer to all that SEEDS have.

    \b
    Examples:
      graphkit check
      graphkit check my-seeds --strict
      graphkit check --with my-facts
    """
    from graphkit.database import check_own
    from graphkit.files.folders import shipped
    from graphkit.render.files import write_text
    from graphkit.seeds.facts import check_seeds

    if own is None:
        facts, doubts = check_seeds(seeds or shipped("seeds"))
        rows = {name: len(table) for name, table in facts.tables.items() if len(table)}
    else:
        with progress_bar("Building the graph (once)") as progress:
            rows, doubts = check_own(own, None if seeds is None else str(seeds), progress)
    if doubts and strict:
        raise SeedError(doubts)
    shown = doubts if every else doubts[:MOST_WARNINGS]
    for doubt in shown:
        say_plainly(f"warning: {doubt}")
    if more := len(doubts) - len(shown):
        say_plainly(f"{more:,} more warnings: --all")
    looks = f"; {len(doubts):,} {'warning' if len(doubts) == 1 else 'warnings'}" if doubts else ""
    on_top = " of your own" if own else ""
    write_text(f"{sum(rows.values()):,} facts{on_top} of {len(rows)} kinds, no problems{looks}\n")


def new(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder that is not there.")],
) -> None:
    """Make a folder of your own facts to start from.

    One commented file a kind, with an example to replace: a claim, flows, a plant, a group of
    countries and a product, with their source. It stands on top of the shipped facts.

    \b
    Examples:
      graphkit new my-facts
    """
    from graphkit.importers.seed_files import new_folder
    from graphkit.seeds.starter import STARTER

    new_folder(folder, STARTER)
    say(f"{folder}: {len(STARTER)} files; edit them, then graphkit check --with {folder}")


def schema(
    as_json: Annotated[
        bool, typer.Option("--json", help="JSON Schema of a seed file, for editors.")
    ] = False,
    output: Output = None,
) -> None:
    """Show every kind of the graph with its properties.

    As a page in Markdown, or as a JSON Schema that lets an editor complete and check seed files.

    \b
    Examples:
      graphkit schema
      graphkit schema --json -o seeds.schema.json
    """
    from graphkit.kinds import json_schema, reference_page
    from graphkit.render.files import write_text
    from graphkit.schema import GRAPH

    write_text(json_schema(GRAPH) if as_json else reference_page(GRAPH), output)
