"""Commands on seeds, databases and files of flows: load, export, explore, measure, neo4j ..."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from graphkit.cli.options import Output
from graphkit.errors import SeedError

SeedsFolder = Annotated[
    Path | None,
    typer.Argument(metavar="SEEDS", help="Folder of seeds. Default: those that ship."),
]


def check(
    seeds: SeedsFolder = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Fail on what only looks wrong, too.")
    ] = False,
) -> None:
    """Check seeds without a database.

    Lists every problem as file:line:column, with what was found and what was wanted. What can be
    right and looks wrong is a warning: a mass a thousand times those of the periods before and
    after it, or shares of a whole table that add up to less than 90 %.

    \b
    Examples:
      graphkit check
      graphkit check my-seeds --strict
    """
    from graphkit.files.folders import shipped
    from graphkit.render.files import write_text
    from graphkit.seeds.facts import check_seeds

    facts, doubts = check_seeds(seeds or shipped("seeds"))
    if doubts and strict:
        raise SeedError(doubts)
    for doubt in doubts:
        print(f"warning: {doubt}", file=sys.stderr)
    kinds = sum(len(t) > 0 for t in facts.tables.values())
    looks = f"; {len(doubts):,} {'warning' if len(doubts) == 1 else 'warnings'}" if doubts else ""
    write_text(f"{facts.rows:,} facts of {kinds} kinds, no problems{looks}\n")


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
