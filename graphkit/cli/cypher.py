"""Commands that run Cypher: query files, free statements, and a prompt for several of them."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from graphkit.cli.options import (
    Database,
    Format,
    Output,
    Own,
    Shape,
    Top,
    Wide,
    form_and_view,
    opened,
    print_answer,
    say,
)
from graphkit.errors import GraphkitError, UsageError, install, visible
from graphkit.files.input import TEXT, check_file

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import CompleteEvent, Completer, Completion
    from prompt_toolkit.document import Document
    from prompt_toolkit.history import History
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

    from graphkit.answers.answer import Answer
    from graphkit.cypher.statement import Statement
    from graphkit.kinds import Kind
    from graphkit.render.formats import View
    from graphkit.stores.base import Store
    from graphkit.stores.limits import Limits
    from graphkit.stores.results import Result

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


def query(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            help="A query that ships, FILE.cypher, or a word to find some. Default: list all.",
            autocompletion=_query_names,
        ),
    ] = None,
    parameter: Parameters = None,
    text: Annotated[
        bool, typer.Option("--text", help="Show the text of the query file, and end.")
    ] = False,
    timeout: Timeout = 30,
    max_rows: MaxRows = 1_000_000,
    top: Top = None,
    wide: Wide = False,
    db: Database = None,
    own: Own = None,
    form: Format = None,
    output: Output = None,
) -> None:
    """Run a query file, or list those that ship.

    Countries, products, elements, stages and applications may be given as any name the graph
    knows. A file of your own may be any statement that reads.

    \b
    Examples:
      graphkit query
      graphkit query my.cypher -P country=KOR
      graphkit query suppliers-of-country -P consumer=korea -P product=ree-metals
    """
    from graphkit.queries import find_query, query_names, query_table, run_query
    from graphkit.render.files import write_text
    from graphkit.render.formats import choose_format, show_table

    if name is None:
        if parameter or text:
            option = "-P" if parameter else "--text"
            raise UsageError(f"{option} is of one query: name it; 'graphkit query' lists them")
        show_table(query_table(), choose_format(form, output, sys.stdout), output)
        return
    limits = _limits(timeout, max_rows)
    if not (text or parameter or name.endswith(".cypher") or name in query_names()):
        with opened(db, own, seconds=timeout) as store:
            from graphkit.catalog.catalog import Catalog

            try:
                named = {entity.type for entity in Catalog(store).named(name)}
            except UsageError:  # it names nothing of the graph
                named = set()
        kinds = {"material", *named} if named & {"element", "product"} else named
        if len(matching := query_table(name, kinds)):
            say(f"no query has the name {name!r}; these are about it, or take it as a parameter")
            show_table(matching, choose_format(form, output, sys.stdout), output)
            return
    query_file = find_query(name)
    if text:
        write_text(query_file.text, output)
        return
    values = query_file.values(_pairs(parameter))
    output_form, view = form_and_view(form, output, top, wide=wide, tabular=True)
    with opened(db, own, seconds=timeout) as store:
        from graphkit.catalog.catalog import Catalog

        catalog = Catalog(store)
        keys = catalog.keys_of(query_file, values)
        result = run_query(store, query_file, keys, limits)
        values_in_words = catalog.in_words(query_file, keys) if not len(result.table) else ""
    _show(result, output_form, view, output, query_file.title, values=values_in_words)
    if not query_file.title:
        _say_numbers(result, values)


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
    shape: Shape = None,
    db: Database = None,
    own: Own = None,
    form: Format = None,
    output: Output = None,
) -> None:
    """Run read-only Cypher, or open a prompt on a terminal.

    A picture (-o network.svg) draws the nodes and relationships of the rows as a graph.

    A parameter is read as JSON if it is JSON (0.5, true, ["CHN"]), else as text. Text that
    looks like a number, such as a period, needs quotes of its own.

    \b
    Examples:
      graphkit cypher "MATCH (c)-[d:DEPENDS_ON]->(:Country {iso3: 'CHN'}) RETURN c.iso3 AS country,
                       d.product AS product, d.share_usd AS share ORDER BY share DESC LIMIT 9"
      graphkit cypher -i question.cypher -P iso3=KOR -P 'period="2024"' --format json
      echo "MATCH (s:Stage) RETURN s.key AS stage ORDER BY s.position" | graphkit cypher
    """
    from graphkit.cypher.statement import Statement, typed_value
    from graphkit.render.files import write_text
    from graphkit.render.formats import PICTURES

    limits = _limits(timeout, max_rows)
    values: dict[str, Any] = {k: typed_value(k, v) for k, v in _pairs(parameter).items()}
    output_form, view = form_and_view(form, output, top, wide=wide, tabular=True, shape=shape)
    if statement is None and file is None and sys.stdin.isatty() and sys.stdout.isatty():
        with opened(db, own, once=False) as store:
            Prompt(store, limits, values, view).run()
        return
    free_text = Statement(_text(statement, file))
    free_text.check_read_only()
    free_text.values(values)
    with opened(db, own, seconds=timeout) as store:
        if explain:
            text = store.translated(free_text, values)
            write_text(text.rstrip() + "\n", output)
            if text == free_text.text:
                say(f"note: {store.label} runs the statement as it is")
            return
        result = store.ask(free_text, values, limits)
        network = _network(store, result, free_text) if output_form in PICTURES else None
        if not len(result.table):
            _say_keys(store, free_text, values)
    if network is not None:
        print_answer(network, output_form, output, view)
        return
    _show(result, output_form, view, output)
    _say_numbers(result, values)


MOST_NAMES = 3
"""Texts of a statement that are looked up as names."""


def _say_keys(store: Store, statement: Statement, values: Mapping[str, Any]) -> None:
    """Say what the names in a statement without rows are in the graph."""
    from graphkit.catalog.catalog import Catalog
    from graphkit.schema import GRAPH
    from graphkit.stores.duck.expressions import unquoted

    texts = [unquoted(part.name) for part in statement.tree.walk("string")]
    texts += [value for value in values.values() if isinstance(value, str)]
    for text in texts[:MOST_NAMES]:
        with suppress(GraphkitError):  # nothing has this name, or it is another program's graph
            for entity in Catalog(store).named(text):
                if text != entity.key:
                    key = GRAPH[entity.kind].key
                    node = f"{{{key}: {entity.key!r}, name: {entity.name!r}}}"
                    say(f"note: {text!r} is (:{entity.kind} {node})")


def _say_numbers(result: Result, values: Mapping[str, Any]) -> None:
    """Say where there are no rows that a parameter was taken as a number."""
    numbers = [name for name, value in values.items() if isinstance(value, int | float)]
    if numbers and not len(result.table):
        name = numbers[0]
        say(f"note: {name} was taken as a number; as text: -P '{name}=\"{values[name]}\"'")


def _network(store: Store, result: Result, statement: Statement) -> Answer:
    """Collect the nodes and relationships of the rows, or refuse to draw rows without nodes."""
    from graphkit.catalog.catalog import Catalog
    from graphkit.questions.rows_as_network import rows_as_network

    network = rows_as_network(Catalog(store), result.table, statement)
    if not len(network.rows):
        from graphkit.render.formats import TABULAR

        wanted = f"wanted one of {', '.join(TABULAR)}"
        raise UsageError(f"no row holds a node, and only nodes are drawn; {wanted}")
    return network


def _limits(timeout: float, max_rows: int) -> Limits:
    from graphkit.stores.limits import Limits

    if not 0 < timeout <= LONGEST:
        accepted = f"more than 0 and at most {LONGEST:,}"
        raise UsageError(f"--timeout: found {timeout:g} seconds, wanted {accepted}")
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


def _show(
    result: Result, form: str, view: View, output: Path | None, title: str = "",
    more: str = "--top 0 for all", values: str = "",
) -> None:  # fmt: skip
    from graphkit.render.formats import show_table

    for note in result.notes:
        say(f"note: {note}")
    show_table(result.table, form, output, title, view)
    if not len(result.table) and (values or form == "table"):
        say(f"no rows for {values}" if values else "no rows")
    if 0 < view.top < len(result.table):
        say(f"{view.top:,} of {len(result.table):,} rows; {more}")


COMMANDS = {
    ":param": (
        "[NAME [=> VALUE]]",
        "set a parameter (JSON, else text), or show those that are set",
    ),
    ":schema": ("[KIND]", "list the kinds of nodes and relationships, or describe one"),
    ":queries": ("[NAME]", "list the bundled query files, or show the text of one"),
    ":save": (
        "FILE",
        "write the last rows, in the format of the ending: .csv, .json, .parquet ...",
    ),
    ":help": ("", "show this"),
    ":quit": ("", "leave; Ctrl-D does too"),
}
KEYWORDS = (
    "AND", "AS", "ASC", "BY", "CASE", "COLLECT", "CONTAINS", "COUNT", "DESC", "DISTINCT",
    "ELSE", "END", "ENDS WITH", "EXISTS", "IN", "IS NOT NULL", "IS NULL", "NOT", "NULL", "OR",
    "STARTS WITH", "THEN", "WHEN", "XOR",
)  # fmt: skip

_BOUND = re.compile(r"[(\[]\s*(\w+)\s*:\s*(\w+)")
_PLACE = re.compile(r"line (\d+), column (\d+)")
_WORD = re.compile(r"[\w$]*$")
_SETTING = re.compile(r"(?:\$?(\w+)\s*(?:=>|[:=])?\s*(.*))?", re.DOTALL)
"""A parameter and its value: ``iso3 "KOR"``, ``iso3: "KOR"``, or ``iso3 => "KOR"`` as Neo4j's."""


def names_at(before: str, text: str, parameters: Iterable[str]) -> tuple[str, list[str]]:
    """Return the word before the cursor, and the names that may stand in its place.

    They are labels, types, properties, functions, parameters and commands.

    >>> names_at("MATCH (c:Country) WHERE c.iso", "", ())[0]
    'iso'
    """
    from graphkit.cypher.grammar import CLAUSES
    from graphkit.cypher.signatures import function_names
    from graphkit.schema import GRAPH

    begun = _WORD.search(before)
    word = begun[0] if begun else ""
    rest = before[: len(before) - len(word)]
    if text.startswith(":"):
        word, names = before.rpartition(" ")[2], _of_command(before)
    elif rest.endswith("."):
        names = _properties(rest[:-1], text)
    elif re.search(r"[(\[|&!:]\w*\s*[:|&!]\s*$", rest):
        within = "[" if rest.rfind("[") > rest.rfind("(") else "("
        names = [k.name for k in (GRAPH.edges if within == "[" else GRAPH.nodes)]
    elif word.startswith("$"):
        names = [f"${name}" for name in parameters]
    else:
        variables = sorted({m[1] for m in _BOUND.finditer(text)} - {word})
        calls = function_names()
        names = [*variables, *CLAUSES, *KEYWORDS, *calls] if word else []
    return word, [name for name in names if name.lower().startswith(word.lower())]


def _of_command(before: str) -> list[str]:
    from graphkit.queries import query_names
    from graphkit.schema import GRAPH

    name, space, _ = before.partition(" ")
    if not space:
        return list(COMMANDS)
    return {":queries": query_names(), ":schema": [k.name for k in GRAPH.kinds]}.get(name, [])


def _properties(before: str, text: str) -> list[str]:
    """Return the properties of the variable before a dot, or all if its kind is not known."""
    from graphkit.schema import GRAPH

    variable = _WORD.search(before)
    bound = {match[1]: match[2] for match in _BOUND.finditer(text)}
    name = bound.get(variable[0] if variable else "")
    kinds = [kind for kind in GRAPH.kinds if kind.name == name] or GRAPH.kinds
    return sorted({prop.name for kind in kinds for prop in kind.stored})


def whole(text: str) -> bool:
    """Tell if a text is ready to run: a command, a statement that ends with ``;``, or nothing.

    >>> whole("MATCH (n)"), whole("RETURN 1;"), whole(":help"), whole("  ")
    (False, True, True, True)
    """
    text = text.strip()
    return not text or text.startswith(":") or text.endswith(";")


def caret(statement: str, message: str) -> str:
    """Return the line of a statement that a message names, with a caret under the place.

    >>> print(caret("MATCH (n)\\nRETRUN n", "line 2, column 1: found 'RETRUN'"))
    RETRUN n
    ^
    """
    match = _PLACE.search(message)
    lines = statement.splitlines()
    if match is None or int(match[1]) > len(lines):
        return ""
    return f"{visible(lines[int(match[1]) - 1])}\n{' ' * (int(match[2]) - 1)}^"


class Prompt:
    """Conversation with one database."""

    def __init__(
        self, store: Store, limits: Limits, parameters: dict[str, Any], view: View
    ) -> None:
        self._store, self._limits = store, limits
        self._parameters, self._view = parameters, view
        self._last: Result | None = None

    def run(self, history: History | None = None) -> None:
        """Read and answer until the end."""
        try:
            from prompt_toolkit import PromptSession
            from prompt_toolkit.shortcuts import CompleteStyle
        except ImportError as error:
            raise GraphkitError(
                f"found no {error.name}, wanted it for a prompt: {install('prompt')}; or give a "
                "statement as an argument, with -i FILE, or on stdin"
            ) from error

        session: PromptSession[str] = PromptSession(
            history=history or _history(),
            completer=_completer(self._parameters),
            complete_style=CompleteStyle.MULTI_COLUMN,
            complete_while_typing=False,
            multiline=True,
            key_bindings=_keys(self.answer),
            prompt_continuation="      ... ",
        )
        print(f"{self._store.label}; a statement ends with ';', :help shows the commands")
        while True:
            try:
                text = session.prompt("graphkit> ").strip()
            except KeyboardInterrupt:
                continue
            except EOFError:
                return
            if text in (":quit", ":q", ":exit"):
                return
            self.answer(text)

    def answer(self, text: str) -> None:
        """Run one command or statement, and print what comes of it."""
        statement = "" if text.startswith(":") else text.removesuffix(";").rstrip()
        try:
            if text.startswith(":"):
                self._command(*text.split(None, 1))
            elif statement:
                self._last = self._store.ask(statement, self._parameters, self._limits)
                _show(self._last, "table", self._view, None, more=":save FILE writes all")
        except KeyboardInterrupt:
            say("interrupted")
        except GraphkitError as error:
            if marked := caret(statement, str(error)):
                print(marked, file=sys.stderr)
            say(str(error))

    def _command(self, name: str, rest: str = "") -> None:
        run = {
            ":param": lambda: self._set(rest),
            ":schema": lambda: _schema(rest),
            ":queries": lambda: _queries(rest),
            ":save": lambda: self._save(rest),
            ":help": _help,
        }.get(name)
        if run is None:
            raise UsageError(f"found {name}, wanted one of {', '.join(COMMANDS)}")
        run()

    def _set(self, rest: str) -> None:
        from graphkit.cypher.statement import typed_value

        match = _SETTING.fullmatch(rest)
        if match is None:
            raise UsageError(f"found {rest!r}, wanted :param NAME VALUE, or NAME => VALUE")
        name, text = match.groups()
        if name and not text:
            self._parameters.pop(name, None)
        elif name:
            self._parameters[name] = typed_value(name, text)
        for parameter, value in sorted(self._parameters.items()):
            print(f"${visible(parameter)} = {visible(repr(value))}")

    def _save(self, file: str) -> None:
        from graphkit.render.formats import choose_format, show_table

        if self._last is None or not file:
            raise UsageError("found no rows to save" if file else "wanted :save FILE")
        path = Path(file).expanduser()
        show_table(self._last.table, choose_format(None, path, sys.stdout), path)
        print(f"{len(self._last.table):,} rows in {path}")


def _schema(name: str) -> None:
    from graphkit.schema import GRAPH

    if not name:
        for kind in GRAPH.kinds:
            print(f"{_pattern(kind):<44} {kind.doc.splitlines()[0]}")
        return
    if name not in {kind.name for kind in GRAPH.kinds}:
        raise UsageError(f"found no kind {name!r}; :schema lists them")
    print(_pattern(GRAPH[name]))
    for prop in GRAPH[name].stored:
        print(f"  {prop.name:<16} {prop.doc} ({prop.meaning})")


def _pattern(kind: Kind) -> str:
    if not kind.is_edge:
        return f"(:{kind.name})"
    start, end = ("|".join(name.kinds) for name in kind.ends)
    return f"(:{start})-[:{kind.name}]->(:{end})"


def _queries(name: str) -> None:
    from graphkit.queries import find_query, query_table
    from graphkit.render.formats import show_table

    if name:
        print(find_query(name).text)
    else:
        show_table(query_table(), "table")


def _help() -> None:
    for name, (arguments, doc) in COMMANDS.items():
        print(f"{name + ' ' + arguments:<24} {doc}")
    print(f"{'Tab':<24} complete a label, type, property, function or name")
    print(f"{'Ctrl-C':<24} cancel the statement")


def _completer(parameters: Mapping[str, Any]) -> Completer:
    """Complete what :func:`names_at` finds."""
    from prompt_toolkit.completion import Completer, Completion

    class Names(Completer):
        def get_completions(self, document: Document, event: CompleteEvent) -> Iterator[Completion]:
            word, names = names_at(document.text_before_cursor, document.text, parameters)
            yield from (Completion(name, -len(word)) for name in names)

    return Names()


def _history() -> History:
    """Open the history, which only its owner may read."""
    from prompt_toolkit.history import FileHistory, InMemoryHistory

    from graphkit.files.folders import user_folder
    from graphkit.files.output import make_private

    folder = user_folder("data")
    try:
        make_private(folder)
        return FileHistory(folder / "cypher-history")
    except OSError:
        return InMemoryHistory()


def command_inside(text: str) -> tuple[str, str]:
    """Split a statement that is not whole from the command in its last line, if there is one.

    >>> command_inside("MATCH (c\\n:help"), command_inside(":help"), command_inside("MATCH (c")
    (('MATCH (c\\n', ':help'), ('', ''), ('', ''))
    """
    before, newline, last = text.rpartition("\n")
    is_command = last.partition(" ")[0] in COMMANDS and before.strip() != ""
    return (before + newline, last) if is_command else ("", "")


def _keys(answer: Callable[[str], None]) -> KeyBindings:
    """Let Enter run what is whole or a command, and begin another line of the rest."""
    from prompt_toolkit.application import get_app, run_in_terminal
    from prompt_toolkit.document import Document
    from prompt_toolkit.filters import Condition
    from prompt_toolkit.key_binding import KeyBindings

    keys = KeyBindings()

    @Condition
    def ready() -> bool:
        return whole(get_app().current_buffer.text)

    @Condition
    def asks() -> bool:
        return bool(command_inside(get_app().current_buffer.text)[1])

    @keys.add("enter", filter=ready)
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.validate_and_handle()

    @keys.add("enter", filter=asks)
    def _(event: KeyPressEvent) -> None:
        statement, command = command_inside(event.current_buffer.text)
        event.current_buffer.document = Document(statement)
        run_in_terminal(lambda: answer(command))

    return keys
