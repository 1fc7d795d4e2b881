"""The command ``graphkit``: its options, exit codes, and a command for every declared question."""

from __future__ import annotations

import errno
import gc
import io
import os
import re
import shlex
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from types import FrameType
from typing import Annotated, Any, NoReturn

import typer
from typer.main import get_command

from graphkit._version import __version__
from graphkit.brief.brief import BRIEF
from graphkit.cli.added import with_added
from graphkit.cli.options import INTERRUPTED, say, say_plainly
from graphkit.cli.questions import add_question
from graphkit.errors import GraphkitError, SeedError, UsageError
from graphkit.files.stdout import flush, open_missing_streams
from graphkit.plugins import Plugin
from graphkit.questions.registry import VERBS, added_names
from graphkit.startup import start_small

HELP = """Who depends on whom for critical minerals, with sources.

Every answer says what it counts. The default database is built from the shipped seeds when it is
first needed; --db names another one: a file, a Neo4j URI, or 'local' (see graphkit neo4j).
'graphkit help' explains names, periods, formats and databases. What begins with no command is read
as a question in words: 'graphkit help words'. Import dependence, single-supplier bottleneck, supply
shock, partner, data gaps: 'graphkit help terms' has the field's words.

\b
Examples:
  graphkit depends KOR
  graphkit depends KOR --on CHN --for "rare earths" --period 2024
  graphkit who depends on china for cobalt

Exit codes: 0 done, 1 error, 2 usage, 3 a check failed, 4 database unreachable, 130 interrupted.
"""
QUESTIONS = tuple(dict.fromkeys(verb.name.partition(" ")[0] for verb in (*VERBS, BRIEF)))
OTHERS = {
    **dict.fromkeys(("query", "cypher"), "cypher"),
    **dict.fromkeys(("explore", "mcp"), "serving"),
    **dict.fromkeys(("cite", "recheck"), "citing"),
    "exposure": "exposure",
    "scenario": "scenario",
    "measure": "measuring",
    "export": "exporting",
    "new": "seeds",
    "check": "seeds",
    "load": "loading",
    "schema": "seeds",
    "doctor": "doctor",
    **dict.fromkeys(("import", "fetch"), "importing"),
    "neo4j": "neo4j",
    "help": "topics",
}
"""Commands that ask no question, and their modules, in the order of the help."""
OF_COMMANDS = {
    "--db", "--format", "-f", "--output", "-o", "--top",
    *(parameter.option for verb in VERBS for parameter in verb.parameters),
}  # fmt: skip
"""Options that stand behind a command."""
ONE_DASH = re.compile(r"-[a-z][a-z-]+(=.*)?", re.DOTALL)
"""Option that has one dash and several letters."""
COMPLETION = "_GRAPHKIT_COMPLETE"
"""Variable by which a shell asks for completion; the words so far are in another."""
DUCKDB_INTERRUPTED = "Query interrupted"
"""Text of DuckDB's error in place of whatever a signal raised while it worked."""
ENDINGS = ("SIGTERM", "SIGHUP")
"""Signals that end a process; Windows has not all."""
ENDED = 128
"""Exit code of a process that a signal ended, less its number."""
OF_QUESTIONS = ("cite",)
"""Commands that take a question with its options."""
GROUPS = {"import": "importing", "fetch": "fetching", "neo4j": "neo4j"}
"""Commands with commands of their own, and their names in the module."""


def _version(value: bool) -> None:
    if value:
        print(f"graphkit {__version__}")
        raise typer.Exit


def graphkit(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Take the options before a command."""


def _added_command(plugin: Plugin) -> Any:
    app = typer.Typer(rich_markup_mode=None, add_completion=False)
    add_question(app, plugin.name)
    return get_command(app)


def command_line(*names: str) -> typer.Typer:
    """Build the command line with all commands, or only those that are wanted: that is faster."""
    app = typer.Typer(
        cls=with_added(added_names, _added_command),
        help=HELP,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        rich_markup_mode=None,
    )
    app.callback()(graphkit)
    for name in (name for name in QUESTIONS if name in names or not names):
        add_question(app, name)
    for name in (name for name in OTHERS if name in names or not names):
        module = import_module(f"graphkit.cli.{OTHERS[name]}")
        if name in GROUPS:
            app.add_typer(getattr(module, GROUPS[name]), name=name)
        else:
            passed_on = {"ignore_unknown_options": name in OF_QUESTIONS}
            app.command(context_settings=passed_on)(getattr(module, name))
    return app


def main() -> NoReturn:
    """Run the command line of this process and exit with its code."""
    open_missing_streams()
    serving = OTHERS.get("".join(sys.argv[1:2])) == "serving"  # which has an end of its own
    ended_by = [] if serving else end_in_order()
    start_small()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Data are UTF-8 everywhere; a terminal shows the code of a character that it lacks.
            encoding = stream.encoding if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="strict")
    code = run(sys.argv[1:])
    try:
        flush()
    except GraphkitError as error:  # after another one
        code = code or _fail(str(error), error.exit_code)
    code = ENDED + ended_by[0] if ended_by else code
    gc.freeze()  # nor is there any to look for when the process ends
    sys.exit(code)


def end_in_order() -> list[int]:
    """Make the signals that end a process raise, so that files that are not whole are removed.

    One that is ignored, as behind ``nohup``, stays so. A second one does not disturb the removal:
    a terminal that closes sends two.

    Returns
    -------
    list of int
        Will have the number of the one that ended the process, whatever became of what it raised.
    """
    received: list[int] = []

    def end(number: int, frame: FrameType | None) -> None:
        received.append(number)
        for other in endings:
            signal.signal(other, lambda *_: None)  # Python reports one that is ignored too late
        raise SystemExit(ENDED + number)

    present = (getattr(signal, name, None) for name in ENDINGS)
    endings = [n for n in present if n is not None and signal.getsignal(n) is signal.SIG_DFL]
    for number in endings:
        signal.signal(number, end)
    return received


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; an error is one line on stderr."""
    try:
        if not arguments and COMPLETION not in os.environ:
            from graphkit.cli.first_screen import first_screen

            print(first_screen())
            flush()
            return 0
        is_help = list(arguments[:1]) == ["help"]
        if is_help and {*arguments[1:2]} & {*QUESTIONS, *OTHERS, *added_names()}:
            arguments = [*arguments[1:], "--help"]
        words = os.environ.get("COMP_WORDS", os.environ.get("_TYPER_COMPLETE_ARGS", "")).split()
        typed = words[1:-1] if COMPLETION in os.environ else arguments
        commands = [name for name in typed[:1] if name in (*QUESTIONS, *OTHERS)]
        if typed is arguments and _is_words(arguments):
            from graphkit.cli.asking import from_words

            meant = from_words(arguments, (*QUESTIONS, *OTHERS))
            if isinstance(meant, int):
                return meant
            if meant is not None:
                return run(meant)
        app = command_line(*commands)
        _refuse_one_dash(app, arguments)
        code = app(args=list(arguments), prog_name="graphkit", standalone_mode=False)
        flush()
    except SeedError as error:
        return _seed_problems(error)
    except GraphkitError as error:
        return _led_on(arguments, str(error), error.exit_code)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except RuntimeError as error:
        if str(error) != DUCKDB_INTERRUPTED:
            raise
        code = INTERRUPTED
    except typer.Abort:
        return _fail("aborted", 1)
    except OSError as error:
        try:
            flush()
        except GraphkitError as unwritten:
            return _fail(str(unwritten), unwritten.exit_code)
        is_of_stdout = error.errno in (errno.ENOSPC, errno.EBADF)  # files of ours are named
        unnamed = "cannot write to stdout: " if is_of_stdout else ""
        where = f"{error.filename}: " if error.filename else unnamed
        return _fail(f"{where}{error.strerror or error}", 1)
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        return _misused(arguments, error)
    if code == INTERRUPTED:
        return _fail("interrupted", INTERRUPTED)
    return code if isinstance(code, int) else 0


def _is_words(arguments: Sequence[str]) -> bool:
    """Tell whether arguments begin with neither a command nor an option."""
    first = "".join(arguments[:1])
    if not first or first.startswith("-") or first in (*QUESTIONS, *OTHERS):
        return False
    return first not in added_names()


def _refuse_one_dash(app: typer.Typer, arguments: Sequence[str]) -> None:
    """Refuse ``-on CHN``: a parser takes it for ``-o n``, and writes a file of that name."""
    if not any(ONE_DASH.fullmatch(word) for word in arguments):
        return
    command: Any = get_command(app)
    for word in arguments:
        command = getattr(command, "commands", {}).get(word, command)
    options = {option for parameter in command.params for option in parameter.opts}
    for word in arguments:
        if word == "--":
            return
        name = word.partition("=")[0]
        if ONE_DASH.fullmatch(word) and f"-{name}" in options:
            raise UsageError(f"found {name}, wanted -{name}: only letters alone have one dash")


def _fail(message: str, code: int) -> int:
    say(message)
    return code


def _seed_problems(error: SeedError) -> int:
    from graphkit.errors import visible

    for problem in error.problems:
        say_plainly(visible(str(problem)))
    count, files = len(error.problems), len({p.file for p in error.problems})
    return _fail(
        f"{count:,} problem{'s' * (count != 1)} in {files:,} file{'s' * (files != 1)}; "
        f"{error.outcome}",
        error.exit_code,
    )


def _led_on(arguments: Sequence[str], message: str, code: int) -> int:
    """Run the command that was meant by one that failed, or report it with those that are near."""
    is_question = code in (GraphkitError.exit_code, UsageError.exit_code) and {*arguments[:1]} & {
        *QUESTIONS
    }
    if is_question and COMPLETION not in os.environ:
        from graphkit.cli.asking import lead

        meant: list[str] | str = ""
        with suppress(GraphkitError, OSError):  # the first error says it
            meant = lead(arguments, get_command(command_line(*arguments[:1])))
        if isinstance(meant, list):
            say_plainly(f"= {shlex.join(['graphkit', *meant])}")
            return run(meant)
        stop = " " if message.endswith("?") else ". "
        message += f"{stop}Try {meant}" if meant else ""
    return _fail(message, code)


def _misused(arguments: Sequence[str], error: Any) -> int:
    """Report in one line an option or argument that typer refuses; without any, show the help."""
    message = error.format_message()
    if "\n" in message:
        say_plainly(message)
        return int(error.exit_code)
    message = message.rstrip(".")
    at_root = error.ctx is not None and error.ctx.parent is None
    if at_root and (option := getattr(error, "option_name", None)) in OF_COMMANDS:
        return _fail(
            f"{option} stands before a command, wanted it behind: graphkit COMMAND ... {option} "
            "...; see 'graphkit --help'", int(error.exit_code),
        )  # fmt: skip
    command = error.ctx.command_path if error.ctx else "graphkit"
    message = message[0].lower() + re.sub(r"\s+", " ", message[1:])
    if error.ctx is not None and (option := _meant_option(error)):
        message = f"{message.partition(' (')[0]}, wanted {option}"
    verb = next((verb for verb in (*VERBS, BRIEF) if f"graphkit {verb.name}" == command), None)
    if verb is not None and type(error).__name__ == "MissingParameter":
        message += f", such as: graphkit {verb.examples[0]}"
    see = " See" if message.endswith("?") else ". See"
    message = f"{message}{see} '{command} --help'"
    if type(error).__name__ in OF_NAMES:
        return _led_on(arguments, message, int(error.exit_code))
    return _fail(message, int(error.exit_code))


OF_NAMES = ("UsageError", "MissingParameter", "NoSuchCommand")
"""Errors of the parser of arguments that a name in a wrong place causes."""


MEANT = {
    "--for": "--product --products --mineral --material --element --commodity --goods --hs",
    "--period": "--year --years --in --when --quarter --month",
    "--on": "--from --supplier --partner --seller --origin --exporter",
    "--of": "--country --consumer --importer --buyer --to --who",
    "--output": "--out --file --save",
    "--top": "--limit --first --rows -n",
    "--by": "--unit --units --measure --basis --count",
    "--format json": "--json",
    "--format csv": "--csv",
    "--stage": "--step",
    "--since": "--start --after",
}
"""Options, each with names of it in other programs."""


def _meant_option(error: Any) -> str:
    """Return the option of a command for which another name was used, or an empty text."""
    name = getattr(error, "option_name", None)
    ours = {text for option in error.ctx.command.params for text in option.opts}
    meant = (option for option, names in MEANT.items() if name in names.split())
    return next((option for option in meant if option.partition(" ")[0] in ours), "")
