"""The prompt of ``graphkit cypher``: one statement after the other, history and completion."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.shortcuts import CompleteStyle

from graphkit.cli.options import say
from graphkit.cypher.grammar import CLAUSES
from graphkit.errors import GraphkitError, UsageError, visible
from graphkit.paths import make_private, user_folder
from graphkit.queries import find_query, query_names, query_table
from graphkit.render import View, choose_format, show_table
from graphkit.schema import GRAPH
from graphkit.stores.embedded.functions import RETURNS
from graphkit.stores.embedded.subqueries import AGGREGATES

if TYPE_CHECKING:
    from graphkit.kinds import Kind
    from graphkit.stores import Limits, Result, Store

COMMANDS = {
    ":param": ("[NAME [VALUE]]", "set a parameter (JSON, else text), or show those that are set"),
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
    *CLAUSES, "AND", "AS", "ASC", "BY", "CASE", "COLLECT", "CONTAINS", "COUNT", "DESC", "DISTINCT",
    "ELSE", "END", "ENDS WITH", "EXISTS", "IN", "IS NOT NULL", "IS NULL", "NOT", "NULL", "OR",
    "STARTS WITH", "THEN", "WHEN", "XOR",
)  # fmt: skip
CALLS = sorted({*" ".join(RETURNS.values()).split(), *AGGREGATES})

_BOUND = re.compile(r"[(\[]\s*(\w+)\s*:\s*(\w+)")
_PLACE = re.compile(r"line (\d+), column (\d+)")
_WORD = re.compile(r"[\w$]*$")


class Names(Completer):
    """Completion of labels, types, properties, functions, parameters and commands."""

    def __init__(self, parameters: dict[str, Any]) -> None:
        self._parameters = parameters

    def get_completions(self, document: Document, event: CompleteEvent) -> Iterable[Completion]:
        """Yield the names that may stand at the cursor."""
        before = document.text_before_cursor
        begun = _WORD.search(before)
        word = begun[0] if begun else ""
        rest = before[: len(before) - len(word)]
        if document.text.startswith(":"):
            word, names = before.rpartition(" ")[2], _of_command(before)
        elif rest.endswith("."):
            names = _properties(rest[:-1], document.text)
        elif re.search(r"[(\[|&!:]\w*\s*[:|&!]\s*$", rest):
            within = "[" if rest.rfind("[") > rest.rfind("(") else "("
            names = [k.name for k in (GRAPH.edges if within == "[" else GRAPH.nodes)]
        elif word.startswith("$"):
            names = [f"${name}" for name in self._parameters]
        else:
            variables = {m[1] for m in _BOUND.finditer(document.text)}
            names = [*sorted(variables - {word}), *KEYWORDS, *CALLS] if word else []
        for name in names:
            if name.lower().startswith(word.lower()):
                yield Completion(name, -len(word))


def _of_command(before: str) -> list[str]:
    name, space, _ = before.partition(" ")
    if not space:
        return list(COMMANDS)
    return {":queries": query_names(), ":schema": [k.name for k in GRAPH.kinds]}.get(name, [])


def _properties(before: str, text: str) -> list[str]:
    """Return the properties of the variable before a dot, or all if its kind is not known."""
    variable = _WORD.search(before)
    kinds = {m[1]: m[2] for m in _BOUND.finditer(text)}
    kind = kinds.get(variable[0] if variable else "")
    of = [k for k in GRAPH.kinds if k.name == kind] or GRAPH.kinds
    return sorted({prop.name for each in of for prop in each.stored})


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
    found = _PLACE.search(message)
    lines = statement.splitlines()
    if found is None or int(found[1]) > len(lines):
        return ""
    return f"{visible(lines[int(found[1]) - 1])}\n{' ' * (int(found[2]) - 1)}^"


class Prompt:
    """Conversation with one database."""

    def __init__(
        self, store: Store, limits: Limits, parameters: dict[str, Any],
        typed: Callable[[str, str], Any], view: View,
    ) -> None:  # fmt: skip
        self._store, self._limits = store, limits
        self._parameters, self._typed, self._view = parameters, typed, view
        self._last: Result | None = None

    def run(self, history: History | None = None) -> None:
        """Read and answer until the end."""
        session: PromptSession[str] = PromptSession(
            history=history or _history(),
            completer=Names(self._parameters),
            complete_style=CompleteStyle.MULTI_COLUMN,
            complete_while_typing=False,
            multiline=True,
            key_bindings=_keys(),
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
                self._command(*text.split(None, 2))
            elif statement:
                self._show(self._store.ask(statement, self._parameters, self._limits))
        except KeyboardInterrupt:
            say("interrupted")
        except GraphkitError as error:
            if shown := caret(statement, str(error)):
                print(shown, file=sys.stderr)
            say(str(error))

    def _show(self, result: Result) -> None:
        self._last = result
        for note in result.notes:
            say(f"note: {note}")
        show_table(result.table, "table", view=self._view)
        if not len(result.table):
            say("no rows")
        if 0 < self._view.top < len(result.table):
            say(f"{self._view.top:,} of {len(result.table):,} rows; :save FILE writes all")

    def _command(self, name: str, first: str = "", rest: str = "") -> None:
        run = {
            ":param": lambda: self._set(first, rest),
            ":schema": lambda: _schema(first),
            ":queries": lambda: _queries(first),
            ":save": lambda: self._save(f"{first} {rest}".strip()),
            ":help": _help,
        }.get(name)
        if run is None:
            raise UsageError(f"found {name}, wanted one of {', '.join(COMMANDS)}")
        run()

    def _set(self, name: str, text: str) -> None:
        name = name.removeprefix("$").removesuffix(":")
        if name and not text:
            self._parameters.pop(name, None)
        elif name:
            self._parameters[name] = self._typed(name, text.removeprefix("=").strip())
        for each, value in sorted(self._parameters.items()):
            print(f"${visible(each)} = {visible(repr(value))}")

    def _save(self, file: str) -> None:
        if self._last is None or not file:
            raise UsageError("found no rows to save" if file else "wanted :save FILE")
        path = Path(file).expanduser()
        show_table(self._last.table, choose_format(None, path, sys.stdout), path)
        print(f"{len(self._last.table):,} rows in {path}")


def _schema(name: str) -> None:
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
    start, end = ("|".join(each.kinds) for each in kind.ends)
    return f"(:{start})-[:{kind.name}]->(:{end})"


def _queries(name: str) -> None:
    if name:
        print(find_query(name).text)
    else:
        show_table(query_table(), "table")


def _help() -> None:
    for name, (arguments, doc) in COMMANDS.items():
        print(f"{name + ' ' + arguments:<24} {doc}")
    print(f"{'Tab':<24} complete a label, type, property, function or name")
    print(f"{'Ctrl-C':<24} cancel the statement")


def _history() -> History:
    """Open the history, which only its owner may read."""
    folder = user_folder("data")
    try:
        make_private(folder)
        return FileHistory(folder / "cypher-history")
    except OSError:
        return InMemoryHistory()


def _keys() -> KeyBindings:
    """Let Enter run what is whole, and begin another line of the rest."""
    keys = KeyBindings()

    @Condition
    def ready() -> bool:
        from prompt_toolkit.application import get_app

        return whole(get_app().current_buffer.text)

    @keys.add("enter", filter=ready)
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.validate_and_handle()

    return keys
