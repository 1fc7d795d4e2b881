"""The command that says what is wrong with this installation, and digests a database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from graphkit.cli.options import Database, Own, opened, say
from graphkit.errors import GraphkitError, UsageError

if TYPE_CHECKING:
    from graphkit.database import Diagnosis
    from graphkit.plugins import Plugin


def doctor(
    digest: Annotated[
        bool, typer.Option("--digest", help="Print one SHA-256 of all that the database holds.")
    ] = False,
    lines: Annotated[
        bool, typer.Option("--lines", help="Print the lines that the digest is of.")
    ] = False,
    clear: Annotated[
        bool, typer.Option("--clear", help="Delete what the cache may hold of your own facts.")
    ] = False,
    db: Database = None,
    own: Own = None,
) -> None:
    """Show what is installed and wrong, or digest a database.

    The digest covers all nodes and relationships with all properties, as sorted lines: equal
    graphs have equal lines, in a file and in Neo4j.

    \b
    Examples:
      graphkit doctor --db bolt://127.0.0.1:7687
      graphkit doctor --digest
      graphkit doctor --lines > shipped.txt
    """
    if clear and (digest or lines):
        raise UsageError("--clear: found --digest or --lines beside it, wanted one of them")
    if digest or lines:
        _digest(db, own, whole=lines)
        return
    from graphkit.database import clear_private_copies, findings
    from graphkit.errors import visible
    from graphkit.render.files import write_text

    if clear:
        for path in clear_private_copies():
            write_text(f"deleted {visible(str(path))}\n")
        return
    problems = 0
    for finding in (*findings(db, own), *_added()):
        mark = "ok  " if finding.fine else "BAD "
        problems += not finding.fine
        write_text(f"{mark}{visible(finding.what)}\n")
    if problems:
        raise typer.Exit(1)


def _added() -> Iterator[Diagnosis]:
    """Check what other packages add."""
    from graphkit.database import Diagnosis
    from graphkit.export.write import FORMATS, GraphFormat
    from graphkit.importers.registry import IMPORTERS, Importer
    from graphkit.plugins import EXPORTERS, WRITERS, plugins
    from graphkit.plugins import IMPORTERS as OF_IMPORTERS
    from graphkit.plugins import VERBS as OF_VERBS
    from graphkit.questions.registry import VERBS, added_verb
    from graphkit.render.formats import WRITERS as FORMATS_OF_ANSWERS
    from graphkit.render.formats import Format

    groups: dict[str, tuple[Callable[[Plugin], Any], set[str]]] = {
        OF_IMPORTERS: (
            lambda plugin: plugin.load(Importer), {importer.name for importer in IMPORTERS}
        ),
        WRITERS: (lambda plugin: plugin.load(Format), {*FORMATS_OF_ANSWERS}),
        EXPORTERS: (lambda plugin: plugin.load(GraphFormat), {*FORMATS}),
        OF_VERBS: (added_verb, {verb.name for verb in VERBS}),
    }  # fmt: skip
    for group, (load, own_names) in groups.items():
        what = group.rpartition(".")[2].removesuffix("s")
        for plugin in plugins(group).values():
            try:
                load(plugin)
            except GraphkitError as error:
                yield Diagnosis(False, f"{what} {error}")
                continue
            fine = plugin.name not in own_names
            rest = "" if fine else " is not used: graphkit has one of this name"
            yield Diagnosis(fine, f"{what} {plugin}{rest}")


def _digest(db: str | None, own: str | None, *, whole: bool) -> None:
    """Print the digest of a database, or all the lines behind it."""
    from graphkit.export.digest import digest, lines
    from graphkit.render.files import write_text

    with opened(db, own) as store:
        if whole:
            for line in lines(store):
                write_text(f"{line}\n")
            return
        result, label = digest(store), store.label
    write_text(f"{result.sha256}\n")
    say(f"{label}: {result.nodes:,} nodes, {result.edges:,} relationships")
