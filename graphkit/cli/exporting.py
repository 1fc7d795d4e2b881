"""The command that exports a database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graphkit.cli.options import Database, Own, opened, option_of, progress_bar, say
from graphkit.errors import UsageError
from graphkit.verbs.parameter import named_as_options
from graphkit.verbs.shared import PERIOD, SCOPE


def _formats() -> list[str]:
    from graphkit.export.write import format_names

    return list(format_names())


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
            help="graphml, gexf, parquet, neo4j-admin or cypher. Default: by the ending of PATH.",
            autocompletion=_formats,
        ),
    ] = None,
    scope: Annotated[str | None, option_of(SCOPE)] = None,
    period: Annotated[str | None, option_of(PERIOD)] = None,
    db: Database = None,
    own: Own = None,
) -> None:
    """Write the graph for other tools.

    The whole graph, with all properties: GraphML or GEXF for Gephi, yEd and networkx; Parquet, one
    file per kind; CSV with headers for neo4j-admin database import; or a Cypher script to fill an
    empty Neo4j. With --for or --period the trade network alone, as GraphML or GEXF, weighted by
    value.

    \b
    Examples:
      graphkit export -o minerals.cypher
      graphkit export --format parquet -o tables
      graphkit export --for magnets --period 2024 -o magnets.gexf
    """
    from graphkit.export.write import chosen_format, read, write

    if output is None:
        raise UsageError("where to? name a file or folder with -o PATH")
    of_trade = scope is not None or period is not None
    chosen_form = chosen_format(form, output, of_trade=of_trade)
    # An interrupt must raise, so that partly written files are removed.
    with (
        opened(db, own, once=False) as store,
        named_as_options((SCOPE, PERIOD)),
        progress_bar("Exporting") as progress,
    ):
        if not of_trade:
            say(f"{output}: writing the whole graph as {chosen_form}")
        content = read(store, scope, period, form=chosen_form, progress=progress)
        done = write(content, output, chosen_form)
    for note in done.notes:
        say(note)
    say(f"{output}: {done.nodes:,} nodes, {done.edges:,} relationships")
