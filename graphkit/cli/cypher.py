"""Commands that run Cypher: shipped query files, own ones, and free statements."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from graphkit.cli.options import Database, Format, Output, Top, Wide, form_and_view, opened
from graphkit.errors import UsageError
from graphkit.paths import TEXT, check_file

if TYPE_CHECKING:
    from graphkit.render import View
    from graphkit.stores import Limits, Result

Parameters = Annotated[
    list[str] | None,
    typer.Option("-P", "--parameter", metavar="KEY=VALUE", help="A parameter; may be repeated."),
]
Timeout = Annotated[
    float,
    typer.Option("--timeout", metavar="SECONDS", help="Stop the query after this time."),
]
MaxRows = Annotated[
    int, typer.Option("--max-rows", metavar="N", min=1, help="Largest number of rows to show.")
]
LONGEST = 86_400


def _query_names() -> list[str]:
    from graphkit.queries import query_names

    return query_names()


def queries(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME", help="Show the text of this one.", autocompletion=_query_names
        ),
    ] = None,
    form: Format = None,
    output: Output = None,
) -> None:
    """List the query files that ship, or show the text of one.

    \b
    Examples:
      graphkit queries
      graphkit queries sole-suppliers
    """
    from graphkit.queries import find_query, query_table
    from graphkit.render import choose_format, show_table, write_text

    if name:
        write_text(find_query(name).text, output)
        return
    show_table(query_table(), choose_format(form, output, sys.stdout), output)


def query(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="A query that ships, or FILE.cypher.", autocompletion=_query_names
        ),
    ],
    parameter: Parameters = None,
    timeout: Timeout = 30,
    max_rows: MaxRows = 1_000_000,
    top: Top = None,
    wide: Wide = False,
    db: Database = None,
    form: Format = None,
    output: Output = None,
) -> None:
    """Run a query file that ships, or one of your own.

    Countries, products, elements and stages may be given as any name the graph knows.

    \b
    Examples:
      graphkit query suppliers-of-country -P consumer=korea -P product=ree-metals
      graphkit query my.cypher -P year=2024
    """
    from graphkit.queries import find_query, run_query

    limits = _limits(timeout, max_rows)
    found = find_query(name)
    values = found.values(_pairs(parameter))
    chosen, view = form_and_view(form, output, top, wide=wide)
    with opened(db) as store:
        from graphkit.catalog import Catalog

        result = run_query(store, found, Catalog(store).keys_of(found, values), limits)
    _show(result, chosen, view, output, found.title)


def cypher(
    statement: Annotated[
        str | None,
        typer.Argument(
            metavar="STATEMENT",
            help="Read-only Cypher. Default: read from stdin; on a terminal, a prompt opens.",
        ),
    ] = None,
    file: Annotated[
        Path | None, typer.Option("-i", "--input", metavar="FILE", help="Read it from a file.")
    ] = None,
    parameter: Parameters = None,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Show the text that the database would run, and end."),
    ] = False,
    timeout: Timeout = 30,
    max_rows: MaxRows = 1_000_000,
    top: Top = None,
    wide: Wide = False,
    db: Database = None,
    form: Format = None,
    output: Output = None,
) -> None:
    """Run read-only Cypher, or open a prompt on a terminal.

    A parameter is read as JSON if it is JSON (0.5, true, ["CHN"]), else as text. Text that
    looks like a number, such as a period, needs quotes of its own.

    \b
    Examples:
      graphkit cypher "MATCH (c)-[d:DEPENDS_ON]->(:Country {iso3: 'CHN'}) RETURN c.iso3 AS country,
                       d.product AS product, d.share_usd AS share ORDER BY share DESC LIMIT 9"
      graphkit cypher -i question.cypher -P iso3=KOR -P 'period="2024"' --format json
      echo "MATCH (s:Stage) RETURN s.key AS stage ORDER BY s.position" | graphkit cypher
    """
    from graphkit.cli.options import say
    from graphkit.cypher import Statement
    from graphkit.render import write_text

    limits = _limits(timeout, max_rows)
    values: dict[str, Any] = {k: _typed(k, v) for k, v in _pairs(parameter).items()}
    chosen, view = form_and_view(form, output, top, wide=wide)
    if statement is None and file is None and sys.stdin.isatty() and sys.stdout.isatty():
        from graphkit.cli.prompt import Prompt

        with opened(db, once=False) as store:
            Prompt(store, limits, values, _typed, view).run()
        return
    asked = Statement(_text(statement, file))
    asked.check_read_only()
    asked.values(values)
    with opened(db) as store:
        if explain:
            text = store.translated(asked, values)
            write_text(text.rstrip() + "\n", output)
            if text == asked.text:
                say(f"note: {store.label} runs the statement as it is")
            return
        result = store.ask(asked, values, limits)
    _show(result, chosen, view, output)
    numbers = [name for name, value in values.items() if isinstance(value, int | float)]
    if numbers and not len(result.table):
        name = numbers[0]
        say(f"note: {name} was taken as a number; as text: -P '{name}=\"{values[name]}\"'")


def _limits(timeout: float, max_rows: int) -> Limits:
    from graphkit.stores import Limits

    if not 0 < timeout <= LONGEST:
        wanted = f"more than 0 and at most {LONGEST:,}"
        raise UsageError(f"--timeout: found {timeout:g} seconds, wanted {wanted}")
    return Limits(timeout, max_rows)


def _text(statement: str | None, file: Path | None) -> str:
    """Read the statement from the argument, the file or stdin."""
    from graphkit.cypher.tokens import MAX_CHARACTERS

    if statement is not None and file is not None:
        raise UsageError("found both a statement and -i FILE; wanted one of them")
    if statement is not None:
        return statement
    try:
        if file is not None and str(file) != "-":
            check_file(file, TEXT)
            with file.open(encoding="utf-8-sig") as stream:
                return stream.read(MAX_CHARACTERS + 1)
        if sys.stdin.isatty():
            raise UsageError("no statement: give it as an argument, with -i FILE, or on stdin")
        return sys.stdin.read(MAX_CHARACTERS + 1).removeprefix("\ufeff")
    except OSError as error:
        raise UsageError(f"cannot read {file or 'stdin'}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"cannot read {file or 'stdin'}: it is not UTF-8 text") from error


def _pairs(parameters: list[str] | None) -> dict[str, str]:
    pairs = {}
    for text in parameters or ():
        name, equals, value = text.partition("=")
        name = name.strip().removeprefix("$")
        if not equals or not name:
            raise UsageError(f"-P: found {text!r}, wanted KEY=VALUE")
        if name in pairs:
            raise UsageError(f"-P: found {name!r} twice")
        pairs[name] = value
    return pairs


def _typed(name: str, text: str) -> Any:
    """Convert a parameter of free Cypher: JSON (2024, 0.5, ["CHN"]) where it is JSON, else text."""
    import json

    from graphkit.cypher import json_values

    def refuse(constant: str) -> Any:
        raise ValueError(constant)

    try:
        value = json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError):
        return text
    return json_values({name: value})[name]


def _show(result: Result, chosen: str, view: View, output: Path | None, title: str = "") -> None:
    from graphkit.cli.options import say
    from graphkit.render import show_table

    for note in result.notes:
        say(f"note: {note}")
    show_table(result.table, chosen, output, title, view)
    if chosen == "table" and not len(result.table):
        say("no rows")
    if 0 < view.top < len(result.table):
        say(f"{view.top:,} of {len(result.table):,} rows; --top 0 for all")
