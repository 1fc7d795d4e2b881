"""The command that writes the graph in the formats of other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graphkit.cli.answers import Period, Scope
from graphkit.cli.options import Database, opened, say
from graphkit.errors import UsageError


def _formats() -> list[str]:
    from graphkit.export import FORMATS

    return list(FORMATS)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(export)


def export(
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="PATH",
            help="File to write (.graphml, .gexf, .cypher), or new folder (parquet, neo4j-admin).",
        ),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            "-f",
            "--format",
            metavar="FORMAT",
            help="graphml, gexf, parquet, neo4j-admin or cypher. Default: what the end of PATH "
            "says.",
            autocompletion=_formats,
        ),
    ] = None,
    scope: Scope = None,
    period: Period = None,
    db: Database = None,
) -> None:
    """Write the graph for other tools.

    The whole graph, with all properties: GraphML or GEXF for Gephi, yEd and networkx; Parquet, a
    file a kind; CSV with headers for neo4j-admin database import; or a Cypher script that fills an
    empty Neo4j. With --for or --period the trade network alone, as GraphML or GEXF, weighed by
    value.

    \b
    Examples:
      graphkit export -o minerals.cypher
      graphkit export --format parquet -o tables
      graphkit export --for magnets --period 2024 -o magnets.gexf
    """
    from graphkit.export import chosen_format, read, write

    if output is None:
        raise UsageError("where to? name a file or folder with -o PATH")
    of_trade = scope is not None or period is not None
    chosen = chosen_format(form, output, of_trade=of_trade)
    with opened(db) as store:
        content = read(store, scope, period)
    # An interrupt while reading ends the process at once; here it lets what is written be removed.
    done = write(content, output, chosen)
    for note in done.notes:
        say(note)
    say(f"{output}: {done.nodes:,} nodes, {done.edges:,} relationships")
