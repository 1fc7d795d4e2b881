"""The command that loads seeds into a database."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from graphkit.cli.importing import listed, read_years
from graphkit.cli.options import Database, Format, Output, Own, progress_bar, say
from graphkit.errors import GraphkitError, UsageError

if TYPE_CHECKING:
    import pyarrow as pa

    from graphkit.stores.changes import LoadReport
from graphkit.cli.seeds import SeedsFolder


def load(
    seeds: SeedsFolder = None,
    db: Database = None,
    own: Own = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change; write nothing.")
    ] = False,
    products: Annotated[
        str | None,
        typer.Option(
            "--for",
            metavar="NAMES",
            help="Only the trade in these, with commas: Li, cobalt, 'rare earths', magnets-metal.",
        ),
    ] = None,
    years: Annotated[
        str | None,
        typer.Option("--years", metavar="YEARS", help="Only the trade of these: 2018,2020-2024."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask before most of the rows are removed.")
    ] = False,
    form: Format = None,
    output: Output = None,
) -> None:
    """Make a database hold exactly what the seeds say.

    With --with, your own facts stand on top of the seeds. With --for and --years, it holds a part
    of the trade, and all else: what another load brought and this one does not is removed. Before
    it begins it says how much; on a terminal it asks if that is more than half. The report counts,
    by kind, the rows in all and those added, changed and removed.

    \b
    Examples:
      graphkit load my-seeds --db minerals.duckdb
      graphkit load --with my-facts --db local
      graphkit load --for magnets,ree-metals --years 2015-2024 --db magnets.duckdb
    """
    from graphkit.build import build_graph
    from graphkit.database import default_path, folder_of, load_graph, open_store, place_of
    from graphkit.files.folders import shipped
    from graphkit.importers.reference import with_part_of_trade
    from graphkit.render.formats import choose_format, show_table
    from graphkit.seeds.facts import read_seeds

    output_form = choose_format(form, output, sys.stdout)
    place = place_of(db)
    folder = folder_of(own)
    if (seeds or folder) is not None and place is None:
        raise UsageError("your own seeds need a database of their own: --db PATH or URI")
    if place is not None:
        _check_place(place)
    some_products, some_years = listed(products), read_years(years)
    if place is None and (some_products or some_years):
        raise UsageError("a part of the trade needs a database of its own: --db PATH or URI")
    removed = 0
    with open_store(place or default_path()) as store:  # a server that is away is known at once
        # Without a name here, the facts are freed as soon as the graph is built.
        graph = build_graph(
            with_part_of_trade(
                read_seeds(seeds or shipped("seeds"), own=folder), some_products, some_years
            )
        )
        label = store.label

        def confirm(report: LoadReport) -> None:
            nonlocal removed
            removed = report.total("removed")
            confirm_removal(report, label, ask=not yes)

        with progress_bar("Loading", lambda: graph.rows + removed) as progress:
            report = load_graph(graph, store, progress, dry_run=dry_run, confirm=confirm)
    show_table(_report_table(report), output_form, output)
    counts = [f"{report.total(w):,} {w}" for w in ("added", "changed", "removed")]
    would = "would be " if dry_run else ""
    if report.edits:
        say(f"{label} was not as it was loaded: {report.edits}; {would or 'they were '}made anew")
    say(f"{label}: {report.total('rows'):,} rows; {would}{', '.join(counts)}")
    if dry_run and report.released:
        say(_removal(report, label))
    for text in report.beside:
        say(text)


def _check_place(place: str) -> None:
    """Refuse, before the seeds are read, what nothing can be loaded into."""
    from graphkit.database import refuse_auto

    refuse_auto(place)
    if "://" in place or place == "local":
        return
    path = Path(place).expanduser()
    if path.is_dir():
        raise UsageError(f"--db: found the folder {place}, wanted a file or URI to load into")
    if not path.absolute().parent.is_dir():
        raise UsageError(f"--db: found no folder {path.parent}, wanted a file in one that is there")


def confirm_removal(report: LoadReport, label: str, *, ask: bool) -> None:
    """Say what a load is about to remove, and ask on a terminal if that is much.

    Much is more than half of the rows.

    Raises
    ------
    GraphkitError
        The answer is not yes.
    """
    removed = report.total("removed")
    if not removed:
        return
    say(_removal(report, label))
    much = removed > report.before / 2
    if ask and much and sys.stdin.isatty() and sys.stderr.isatty():
        # typer.confirm takes an interrupt for a no.
        print("Go on? [y/N] ", end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            raise GraphkitError("nothing was written")


def _removal(report: LoadReport, label: str) -> str:
    removed, released = report.total("removed"), report.released
    text = f"this load removes {removed:,} of the {report.before:,} rows in {label}"
    if released:
        text += (
            f"; of these, {released:,} node{'s' * (released != 1)} with relationships, labels or "
            "properties that graphkit did not load only lose its mark, and stay"
        )
    return text


def _report_table(report: LoadReport) -> pa.Table:
    import pyarrow as pa

    columns = ("kind", "rows", "added", "changed", "removed")
    return pa.table({name: [getattr(c, name) for c in report.changes] for name in columns})
