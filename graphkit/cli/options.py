"""Options that several commands share."""

from __future__ import annotations

import hashlib
import math
import os
import re
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from graphkit.errors import GraphkitError, UsageError
from graphkit.files.folders import NAMES, user_folder
from graphkit.files.output import write_private
from graphkit.questions.registry import every_verb
from graphkit.verbs.parameter import Parameter
from graphkit.verbs.shared import TOP

if TYPE_CHECKING:
    from graphkit.answers.answer import Answer
    from graphkit.render.formats import View
    from graphkit.stores.base import Progress, Store


INTERRUPTED = 130


def _formats() -> list[str]:
    from graphkit.render.formats import format_names

    return list(format_names())


LONGEST_PLACE = 1_000
"""Characters of a path or URI; of a longer one, a message would repeat all."""


def _check_database(place: str | None) -> str | None:
    if place == "":
        raise UsageError(
            "--db is empty (is a variable unset?): name a file or URI, or leave the option out"
        )
    if place is not None and len(place) > LONGEST_PLACE:
        raise UsageError(f"--db: found {len(place):,} characters, wanted a path or URI")
    return place


Database = Annotated[
    str | None,
    typer.Option(
        "--db",
        callback=_check_database,
        metavar="DATABASE",
        envvar="GRAPHKIT_DB",
        show_envvar=False,
        help="Database: 'graphkit help databases'.",
    ),
]


def _check_own(folder: str | None) -> str | None:
    if folder == "":
        raise UsageError(
            "--with is empty (is a variable unset?): name a folder, or leave the option out"
        )
    return folder


Own = Annotated[
    str | None,
    typer.Option(
        "--with",
        callback=_check_own,
        metavar="FOLDER",
        envvar="GRAPHKIT_WITH",
        show_envvar=False,
        help="Your own facts on top: 'graphkit help own'.",
    ),
]
Format = Annotated[
    str | None,
    typer.Option(
        "-f",
        "--format",
        metavar="FORMAT",
        help="Such as json, csv or svg: 'graphkit help formats'.",
        autocompletion=_formats,
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help="Write to a file, in the format of its ending.",
    ),
]

Top = Annotated[
    int | None,
    typer.Option(
        "--top",
        metavar="N",
        min=0,
        help=TOP.help,
        show_default=TOP.default_text,
    ),
]
Wide = Annotated[bool, typer.Option("--wide", help="All columns, however wide the table.")]
Shape = Annotated[
    bool | None,
    typer.Option("--narrow/--slide", help="The picture for a phone, or as a slide of 1920 x 1080."),
]
"""True for a phone, False for a slide, none for a page: one line of each help."""
All = Annotated[bool, typer.Option("--all", help="All rows of the table.")]
Long = Annotated[
    bool,
    typer.Option("--long", help="All rows, claims, coverage, sources and notes."),
]


def _print_columns(context: typer.Context, value: bool) -> None:
    """Print the columns of a command's tables, each with its name in JSON and CSV."""
    if not value:
        return
    import shutil
    import textwrap

    from graphkit.questions.columns import columns_of

    name = context.command_path.partition(" ")[2]
    verb = next(verb for verb in every_verb() if verb.name == name)
    with_header = (c for columns in columns_of(verb).values() for c in columns if c.header)
    lines = [
        "Columns, with their names in JSON and CSV. Tables show a share (0 to 1) in percent; "
        "docs/columns.md has all columns.",
        *(f"  {c.header} ({c.name}): {c.meaning}" for c in with_header),
    ]
    width = min(100, shutil.get_terminal_size().columns) - 2
    for line in dict.fromkeys(lines):
        print(textwrap.fill(line, width, subsequent_indent="    " if line[0] == " " else ""))
    raise typer.Exit


Columns = Annotated[
    bool,
    typer.Option(
        "--help-columns", is_eager=True, callback=_print_columns,
        help="Explain the columns of the answer and exit.",
    ),
]  # fmt: skip


def option_of(parameter: Parameter) -> Any:
    """Make the typer option or argument for a declared parameter."""
    listed = () if callable(parameter.choices) else parameter.choices
    shown: dict[str, Any] = {
        "metavar": parameter.metavar or None,
        "help": parameter.help.format(choices=", ".join(listed)) if listed else parameter.help,
        "show_default": parameter.default_text or True,
        "autocompletion": completion_of(parameter),
        "parser": _reader_of_shares(parameter) if parameter.is_share else None,
    }
    return typer.Option(parameter.option, **shown) if parameter.option else typer.Argument(**shown)


def _reader_of_shares(parameter: Parameter) -> Callable[[str | float], float]:
    """Make the function that reads a share, which may be written in percent."""

    def read(value: str | float) -> float:
        try:
            return float(parameter.in_shares(value) if isinstance(value, str) else value)
        except ValueError:
            raise typer.BadParameter(f"{value!r} is no share, such as 0.8 or 80%") from None

    return read


def form_and_view(
    form: str | None,
    output: Path | None,
    top: int | None,
    *,
    wide: bool,
    tabular: bool = False,
    all: bool = False,
    long: bool = False,
    shape: bool | None = None,
) -> tuple[str, View]:
    """Choose the format, and the rows and columns to show: on a terminal not too many of them."""
    from graphkit.render.formats import PICTURES, READ, SHORT, View, choose_format

    if all and top:
        raise UsageError("--all and --top say different things; give one of the two")
    people = {"--wide": wide, "--all": all, "--long": long}
    option = next((name for name, on in people.items() if on), None)
    if option and form is None and output is None:
        form = "table"
    form_name = choose_format(form, output, sys.stdout)
    if option and form_name not in READ:
        wanted = f"wanted one of {', '.join(READ)}"
        raise UsageError(f"{option} is of formats for people: found {form_name}, {wanted}")
    if shape is not None and form_name not in PICTURES:
        name, wanted = "--narrow" if shape else "--slide", f"wanted one of {', '.join(PICTURES)}"
        raise UsageError(f"{name} is of pictures: found {form_name}, {wanted}")
    on_terminal = form_name == "table" and output is None and sys.stdout.isatty()
    rows = SHORT if tabular and on_terminal and top is None and not all else top or 0
    narrow, slide = shape is True, shape is False
    return form_name, View(long, all or top == 0, rows, wide=wide, narrow=narrow, slide=slide)


def say(text: str) -> None:
    """Print one line on stderr, without terminal control characters."""
    from graphkit.errors import visible

    line = re.sub(r"\s*\n\s*", " ", text.strip())
    say_plainly(f"graphkit: {visible(line)}")


def print_answer(answer: Answer, form: str, output: Path | None, view: View) -> None:
    """Print an answer; of formats of rows alone that have none, say on stderr what is missing."""
    from graphkit.render.formats import show_answer

    show_answer(answer, form, output, view)
    if not len(answer.rows) and form in ("csv", "ndjson"):
        say(answer.nothing.words)


def say_plainly(line: str) -> None:
    """Print a line on stderr as it is; if that takes none, the exit code must do."""
    try:
        print(line, file=sys.stderr)
    except OSError:
        # Python flushes again at exit, which must not fail a second time.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


@contextmanager
def opened(
    db: str | None, own: str | None = None, *, once: bool = True, seconds: float = math.inf
) -> Iterator[Store]:
    """Open the database to query, with a folder of a user's own facts on top.

    A progress bar is shown while it is built.

    An interrupt ends the process, unless the database is asked more than once. A server has some
    seconds for all that it is asked.
    """
    from graphkit.database import open_database

    with (
        _ended_by_interrupt() if once else nullcontext(),
        progress_bar("Building the graph (once)") as progress,
        open_database(db, progress, seconds, own) as store,
    ):
        yield store


@contextmanager
def _ended_by_interrupt() -> Iterator[None]:
    """End the process at once on Ctrl-C: a driver would first wait for its answer.

    Only for reading, where nothing is lost: a half-built default database is not used yet.
    """
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler:
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        os.write(2, b"graphkit: interrupted\n")
        os._exit(INTERRUPTED)

    signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def progress_bar(title: str, total: int | Callable[[], int] | None = None) -> Iterator[Progress]:
    """Show a bar on stderr from the first step on, if stderr is a terminal.

    A total that is not known before may be a function, which is called at the first step.
    """
    if not sys.stderr.isatty():
        yield lambda kind, rows: None
        return
    bar = _Bar(title, total)
    try:
        yield bar
    finally:
        bar.stop()


SHOWN_EVERY = 0.1
"""Seconds between two states of a progress that a terminal shows."""


class _Bar:
    """A line on stderr that each state of the progress takes the place of."""

    def __init__(self, title: str, total: int | Callable[[], int] | None) -> None:
        self._title, self._total = title, total
        self._done, self._shown_at, self._width = 0, -math.inf, 0

    def __call__(self, kind: str, rows: int) -> None:
        if callable(self._total):
            self._total = self._total()
        self._done += rows
        if time.monotonic() < self._shown_at + SHOWN_EVERY:
            return
        self._shown_at = time.monotonic()
        of_total = f"/{self._total:,}" if self._total else ""
        self._write(f"{self._title}: {kind} {self._done:,}{of_total}")

    def _write(self, text: str) -> None:
        """Write over what stands there, no wider than the terminal."""
        from graphkit.errors import visible

        line = visible(text)[: shutil.get_terminal_size().columns - 1]
        with suppress(OSError):
            print(f"\r{line:<{self._width}}", end="", file=sys.stderr, flush=True)
        self._width = len(line)

    def stop(self) -> None:
        """Remove the line."""
        if self._width:
            self._write("")
            with suppress(OSError):
                print("\r", end="", file=sys.stderr, flush=True)


Complete: TypeAlias = Callable[[typer.Context, str], list[tuple[str, str]]]
PLACES, MATERIALS = ("Country", "Area"), ("Element", "Product", "Stage")
COMPLETED = {
    "COUNTRY": PLACES,
    "WHO": PLACES,
    "BLOC": PLACES,
    "WHAT": MATERIALS,
    "ELEMENT": ("Element",),
    "STAGE": ("Stage",),
    "PERIOD": ("Period",),
    "BEFORE": ("Period",),
    "AFTER": ("Period",),
    "dataset": ("Dataset",),
    "source": ("Source",),
}
"""Kinds of names that a parameter takes, by its metavar or its name."""


def completion_of(parameter: Parameter) -> Complete | None:
    """Return the function that completes the values of a parameter, if any are known."""
    kinds = COMPLETED.get(parameter.metavar.strip("[].")) or COMPLETED.get(parameter.name)
    if not parameter.choices and kinds is None:
        return None

    def complete(context: typer.Context, incomplete: str) -> list[tuple[str, str]]:
        if kinds is None:
            return [(choice, "") for choice in parameter.allowed]
        return _beginning(kinds, incomplete, context.params.get("own"))

    return complete


def _beginning(kinds: tuple[str, ...], incomplete: str, own: str | None) -> list[tuple[str, str]]:
    """List the names of some kinds that begin so, behind the last comma or plus, with their help.

    Names are offered as one word, which any question understands: ``south-korea``.
    """
    typed = re.split("[,+]", incomplete)[-1]
    start = incomplete.removesuffix(typed)
    names: dict[str, str] = {}
    for kind, key, name in (*_names(), *_own_names(own)):
        if kind in kinds:
            for word in (key, key.casefold(), re.sub(r"\W+", "-", name.casefold()).strip("-")):
                if word.startswith(typed):
                    names.setdefault(start + word, key if word not in (key, name) else name)
    return sorted(names.items())


def _names() -> Iterable[list[str]]:
    """Read kind, key and name of all that may be named; write them down first if need be.

    They are those of the file in ``GRAPHKIT_DB``, or of the default database.
    """
    place = Path(os.environ.get("GRAPHKIT_DB") or ".")
    own = place if place.is_file() else None
    written = user_folder("cache") / NAMES
    if own:
        digest = hashlib.sha256(str(own.resolve()).encode()).hexdigest()[:8]
        written = written.with_stem(f"graph-{digest}")
    text = ""
    with suppress(OSError):
        if own is None or written.stat().st_mtime > own.stat().st_mtime:
            text = written.read_text(encoding="utf-8")
    return (line.split("\t") for line in (text or _written(written, own)).splitlines())


def _own_names(own: str | None) -> Iterator[tuple[str, str, str]]:
    """Read kind, key and name of all that a folder of the user's own facts adds."""
    if not (own or os.environ.get("GRAPHKIT_WITH")):
        return
    from graphkit.database import folder_of
    from graphkit.seeds.facts import read_own

    with suppress(GraphkitError):  # the question will say what is wrong with it
        folder = folder_of(own)
        for file in read_own(folder).files if folder else ():
            if file.kind is None or file.rows is None or file.kind.is_edge:
                continue
            for row in file.rows.to_pylist():
                yield file.kind.name, row[file.kind.key], row.get("name") or row.get("title") or ""


def _written(path: Path, own: Path | None) -> str:
    """Write the names of a database to a file; none if the default one is not built yet."""
    from graphkit.catalog.catalog import Catalog
    from graphkit.database import default_path
    from graphkit.stores.duck.store import DuckStore

    database = own or default_path()
    if not database.exists():
        return ""
    with DuckStore(database) as store:
        catalog = Catalog(store)
        rows = [
            (kind, row["key"], row.get("name") or row.get("title") or "")
            for kind in (*PLACES, *MATERIALS, "Source")
            for row in catalog.nodes(kind).to_pylist()
        ]
        rows += [("Period", p, "") for p in sorted(set(catalog.traded["period"].to_pylist()))]
        rows += [("Dataset", key, "") for key in catalog.rows("datasets")["dataset"].to_pylist()]
    text = "".join("\t".join(row) + "\n" for row in rows)
    with suppress(OSError):  # it only saves time
        write_private(path, text)
    return text
