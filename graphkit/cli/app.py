"""The command ``graphkit``: its options, commands and exit codes."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Sequence
from typing import Annotated, Any, NoReturn

import typer

from graphkit._version import __version__
from graphkit.cli import cypher, exploring, importing, seeds
from graphkit.cli.measure import measure
from graphkit.cli.options import INTERRUPTED, say
from graphkit.cli.questions import add_questions
from graphkit.errors import GraphkitError, SeedError
from graphkit.paths import hide_pandas

HELP = """Who depends on whom for critical minerals, with sources.

Every answer says what it counts. The default database is built from the shipped seeds when it is
first needed; --db names another one: a file, a Neo4j URI, or 'local' (see graphkit neo4j).

\b
Examples:
  graphkit depends KOR
  graphkit depends KOR --on CHN --for "rare earths" --period 2024

Exit codes: 0 done, 1 error, 2 usage, 3 a check failed, 4 database unreachable, 130 interrupted.
"""

app = typer.Typer(
    help=HELP,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
)


def _version(asked: bool) -> None:
    if asked:
        print(f"graphkit {__version__}")
        raise typer.Exit


@app.callback()
def graphkit(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Take the options before a command."""


claims = typer.Typer(rich_markup_mode=None)
add_questions(app, claims)
for command in (
    *(cypher.queries, cypher.query, cypher.cypher, exploring.explore, measure),
    *(seeds.export, seeds.check),
    *(seeds.load, seeds.digest, seeds.schema, seeds.doctor),
):
    app.command()(command)
app.add_typer(claims, name="claims")
app.add_typer(importing.importing)
app.add_typer(importing.fetching)
app.add_typer(seeds.neo4j, name="neo4j")


def main() -> NoReturn:
    """Run the command line of this process and exit with its code."""
    hide_pandas()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Data are UTF-8 everywhere; a terminal shows the code of a character that it lacks.
            encoding = stream.encoding if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="strict")
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; an error is one line on stderr."""
    try:
        from graphkit.render import flush

        code = app(args=list(arguments), prog_name="graphkit", standalone_mode=False)
        flush()
    except SeedError as error:
        return _seed_problems(error)
    except GraphkitError as error:
        return _fail(str(error), error.exit_code)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except typer.Abort:
        return _fail("aborted", 1)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _fail(f"{where}{error.strerror or error}", 1)
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        return _misused(error)
    if code == INTERRUPTED:
        return _fail("interrupted", INTERRUPTED)
    return code if isinstance(code, int) else 0


def _fail(message: str, code: int) -> int:
    say(message)
    return code


def _seed_problems(error: SeedError) -> int:
    from graphkit.errors import visible

    for problem in error.problems:
        print(visible(str(problem)), file=sys.stderr)
    count, files = len(error.problems), len({p.file for p in error.problems})
    return _fail(
        f"{count:,} problem{'s' * (count != 1)} in {files:,} file{'s' * (files != 1)}; "
        "nothing was loaded",
        error.exit_code,
    )


def _misused(error: Any) -> int:
    """Report in one line an option or argument that typer refuses; without any, show the help."""
    message = error.format_message()
    if "\n" in message:
        print(message, file=sys.stderr)
        return int(error.exit_code)
    message = message.rstrip(".")
    command = error.ctx.command_path if error.ctx else "graphkit"
    message = message[0].lower() + re.sub(r"\s+", " ", message[1:])
    see = " See" if message.endswith("?") else ". See"
    return _fail(f"{message}{see} '{command} --help'", int(error.exit_code))
