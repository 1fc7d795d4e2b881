"""The command that says what is wrong with this installation."""

from __future__ import annotations

import typer

from graphkit.cli.options import Database


def doctor(db: Database = None) -> None:
    """Show what is installed and in use, and report problems.

    \b
    Examples:
      graphkit doctor
      graphkit doctor --db bolt://127.0.0.1:7687
    """
    from graphkit.database import findings
    from graphkit.errors import visible
    from graphkit.render.files import write_text

    problems = 0
    for finding in findings(db):
        mark = "ok  " if finding.fine else "BAD "
        problems += not finding.fine
        write_text(f"{mark}{visible(finding.what)}\n")
    if problems:
        raise typer.Exit(1)
