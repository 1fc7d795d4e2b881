"""Commands about what is in the graph: check, load, digest, schema, doctor."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from graphkit.cli.options import Database, Format, Output, opened, progress_bar, say
from graphkit.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa

    from graphkit.stores import LoadReport

SeedsFolder = Annotated[
    Path | None,
    typer.Argument(metavar="SEEDS", help="Folder of seeds. Default: those that ship."),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(check)
    app.command()(load)
    app.command()(digest)
    app.command()(schema)
    app.command()(doctor)


def check(seeds: SeedsFolder = None) -> None:
    """Check seeds without a database.

    Every problem of every file, as file:line:column: what was found, what was wanted.

    \b
    Examples:
      graphkit check
      graphkit check my-seeds
    """
    from graphkit.paths import shipped
    from graphkit.render import write_text
    from graphkit.seeds import read_seeds

    facts = read_seeds(seeds or shipped("seeds"))
    kinds = sum(len(t) > 0 for t in facts.tables.values())
    write_text(f"{facts.rows:,} facts of {kinds} kinds, no problems\n")


def load(
    seeds: SeedsFolder = None,
    db: Database = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change; write nothing.")
    ] = False,
    form: Format = None,
    output: Output = None,
) -> None:
    """Make a database hold exactly what the seeds say.

    The report gives, kind by kind, the rows it holds and how many were added, changed, removed.

    \b
    Examples:
      graphkit load my-seeds --db minerals.lbdb
      graphkit load --db local --dry-run
    """
    from graphkit.build import build_graph
    from graphkit.database import default_path, place_of
    from graphkit.paths import shipped
    from graphkit.render import choose_format, show_table
    from graphkit.seeds import read_seeds
    from graphkit.stores import open_store

    chosen = choose_format(form, output, sys.stdout)
    place = place_of(db)
    if seeds is not None and place is None:
        raise UsageError("your own seeds need a database of their own: --db PATH or URI")
    if place is not None and Path(place).is_dir():
        raise UsageError(f"--db: found the folder {place}, wanted a file or URI to load into")
    graph = build_graph(read_seeds(seeds or shipped("seeds")))
    with open_store(place or default_path()) as store:
        with progress_bar("Loading", graph.rows) as progress:
            report = store.load(graph, progress, dry_run=dry_run)
        label = store.label
    show_table(_report_table(report), chosen, output)
    what = [f"{report.total(w):,} {w}" for w in ("added", "changed", "removed")]
    would = "would be " if dry_run else ""
    say(f"{label}: {report.total('rows'):,} rows; {would}{', '.join(what)}")


def _report_table(report: LoadReport) -> pa.Table:
    import pyarrow as pa

    columns = ("kind", "rows", "added", "changed", "removed")
    return pa.table({name: [getattr(c, name) for c in report.changes] for name in columns})


def digest(
    show_lines: Annotated[
        bool, typer.Option("--lines", help="Print the lines that it is the digest of.")
    ] = False,
    db: Database = None,
) -> None:
    """Say in one SHA-256 what a database holds.

    Of all nodes and relationships with all their properties, as sorted lines: equal graphs have
    equal lines, in a file and in Neo4j.

    \b
    Examples:
      graphkit digest
      graphkit digest --lines > shipped.txt
    """
    from graphkit.export import digest as graph
    from graphkit.render import write_text

    with opened(db) as store:
        if show_lines:
            for line in graph.lines(store):
                write_text(f"{line}\n")
            return
        found, label = graph.digest(store), store.label
    write_text(f"{found.sha256}\n")
    say(f"{label}: {found.nodes:,} nodes, {found.edges:,} relationships")


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
    from graphkit.reference import json_schema, reference_page
    from graphkit.render import write_text
    from graphkit.schema import GRAPH

    write_text(json_schema(GRAPH) if as_json else reference_page(GRAPH), output)


def doctor(db: Database = None) -> None:
    """Say what is installed, in use, and wrong.

    \b
    Examples:
      graphkit doctor
      graphkit doctor --db bolt://127.0.0.1:7687
    """
    from graphkit.doctor import findings
    from graphkit.render import write_text
    from graphkit.render.drawing import visible

    problems = 0
    for finding in findings(db):
        mark = "ok  " if finding.fine else "BAD "
        problems += not finding.fine
        write_text(f"{mark}{visible(finding.what)}\n")
    if problems:
        raise typer.Exit(1)
