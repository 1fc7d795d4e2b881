"""Query files: Cypher with a title, parameters and units in its first comment lines.

A file can be pasted into Neo4j Browser as it is. Declared but unused parameters, or used but
undeclared ones, are an error when the file is read. A file without such a head runs as it is.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path
from typing import Any

import pyarrow as pa

from graphkit.cypher.statement import Statement, typed_value
from graphkit.errors import GraphkitError, UsageError
from graphkit.files.folders import shipped
from graphkit.files.input import TEXT, check_file
from graphkit.period import spelled
from graphkit.stores.base import Store
from graphkit.stores.limits import LIMITS, Limits
from graphkit.stores.results import Result
from graphkit.stores.row_cache import kept_rows

NAMED = ("country", "product", "element", "stage", "application", "dataset", "indicator")
"""Types of parameters whose values may be any name that the graph knows."""
NAMED_LISTS = {"countries": "country", "products": "product", "elements": "element",
               "indicators": "indicator", "material": "material"}  # fmt: skip
"""Types of parameters for several such names with commas, and the type of each; a material is a
product or an element."""
LISTS = ("list", *NAMED_LISTS)
PARAMETER_TYPES = ("str", "int", "float", "period", *LISTS, *NAMED)
"""Types of parameters."""
HEAD = ("title", "params", "units")
"""Keys of the head of a query file."""


@dataclass(frozen=True)
class QueryParameter:
    """One parameter of a query file."""

    name: str
    type: str
    doc: str
    default: str | None = None

    def value(self, text: str) -> Any:
        """Convert a text from the command line.

        Raises
        ------
        UsageError
            The text is not of the parameter's type.

        Examples
        --------
        >>> QueryParameter("n", "int", "").value("3")
        3
        """
        if self.type in ("int", "float"):
            return self._number(text)
        if self.type in LISTS:
            return [part.strip() for part in text.split(",") if part.strip()]
        if self.type == "period":
            try:
                return spelled(text)
            except ValueError as error:
                raise UsageError(f"parameter {self.name}: {error}") from error
        return text

    def _number(self, text: str) -> int | float:
        from graphkit.schema import NUMBER_TEXT  # the schema is not needed to run a query

        number = float(text) if NUMBER_TEXT.fullmatch(text) else math.nan
        if self.type == "float" and math.isfinite(number):
            return number
        if self.type == "int" and text.lstrip("+-").isdigit() and abs(number) < 2**63:
            return int(text)
        expected = "a whole number" if self.type == "int" else "a number"
        raise UsageError(f"parameter {self.name}: found {text!r}, wanted {expected}")


@dataclass(frozen=True)
class Query:
    """One query file."""

    name: str
    title: str
    """Empty for a file without a head."""
    statement: Statement
    parameters: tuple[QueryParameter, ...]
    units: Mapping[str, str]

    @property
    def text(self) -> str:
        """The text of the file."""
        return self.statement.text

    @property
    def about(self) -> str:
        """The name, the title and the parameters with their documentation."""
        return "\n".join([self.name, self.title, *(f"{p.name} {p.doc}" for p in self.parameters)])

    def check(self) -> None:
        """Check that a query only reads, and that its head declares the parameters it uses.

        Raises
        ------
        GraphkitError
            The message names the query and its first fault.
        """
        used, declared = list(self.statement.parameters), [p.name for p in self.parameters]
        if self.title and sorted(used) != sorted(declared):
            raise GraphkitError(
                f"{self.name}.cypher: declares the parameters {declared} and uses {used}; "
                "wanted the same"
            )
        self.statement.check_read_only()

    def values(self, given: Mapping[str, str]) -> dict[str, Any]:
        """Convert the values of all parameters, and fill in defaults.

        Without a head, values are read as JSON where they are JSON, else as text.

        Raises
        ------
        UsageError
            A parameter is missing, unknown or of the wrong type.
        """
        if not self.title:
            return self.statement.values({k: typed_value(k, text) for k, text in given.items()})
        names = [p.name for p in self.parameters]
        problems = [
            f"query {self.name} has no parameter {name!r}; it takes {', '.join(names) or 'none'}"
            for name in given
            if name not in names
        ]
        values = {}
        for parameter in self.parameters:
            text = given.get(parameter.name, parameter.default)
            try:
                if text is None:
                    about = parameter.doc or parameter.type
                    usage = f"-P {parameter.name}=VALUE ({about})"
                    raise UsageError(f"query {self.name} needs {usage}")
                values[parameter.name] = parameter.value(text)
            except UsageError as error:
                problems.append(str(error))
        if problems:
            raise UsageError("; ".join(problems))
        return values


def read_query(path: Path) -> Query:
    """Read one query file.

    Raises
    ------
    GraphkitError
        The file cannot be read, or its front matter is wrong.
    """
    check_file(path, TEXT)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise GraphkitError(f"cannot read {path} as a query file: {error}") from error
    if not _head(text, HEAD):
        return Query(path.stem, "", Statement(text), (), {})
    front = _front_matter(path, text)
    parameters = tuple(_parameter(path, name, about) for name, about in front["params"].items())
    return Query(path.stem, front["title"], Statement(text), parameters, front["units"])


def _parameter(path: Path, name: str, about: Any) -> QueryParameter:
    keys = {"type", "doc", "default"}
    fine = isinstance(about, dict) and set(about) <= keys and about.get("type") in PARAMETER_TYPES
    if not fine or not all(isinstance(text, str) for text in about.values()):
        expected = f"a type ({', '.join(PARAMETER_TYPES)}), and perhaps a doc and a default"
        raise GraphkitError(f"{path.name}: parameter {name}: found {about!r}, wanted {expected}")
    parameter = QueryParameter(name, **{"doc": "", **about})
    if parameter.default is not None:
        try:
            parameter.value(parameter.default)
        except UsageError as error:  # of the file, not of the command
            raise GraphkitError(f"{path.name}: default of {error}") from error
    return parameter


def _head(text: str, keys: Sequence[str]) -> list[str]:
    """Return the first comment lines of a query file, if one begins with a key.

    >>> _head("// title: Ores\\nRETURN 1", ["title"]), _head("// By me\\nRETURN 1", ["title"])
    (['title: Ores'], [])
    """
    comments = list(takewhile(lambda line: line.startswith("//"), text.splitlines()))
    lines = [line.removeprefix("//").removeprefix(" ") for line in comments]
    return lines if any(line.partition(":")[0] in keys for line in lines) else []


def _front_matter(path: Path, text: str) -> dict[str, Any]:
    """Read title, params and units from the first comment lines."""
    from graphkit.seeds.text import parse

    document = parse("\n".join(_head(text, HEAD)), path.name)
    front = document.value if isinstance(document.value, dict) else {}
    front = {"params": {}, "units": {}} | {k: v for k, v in front.items() if v is not None}
    if document.problems or not isinstance(front.get("title"), str):
        reason = "; ".join(map(str, document.problems)) or "no title"
        raise GraphkitError(f"{path.name}: front matter: {reason}")
    shaped = isinstance(front["params"], dict) and isinstance(front["units"], dict)
    if not shaped or set(front) != {*HEAD}:
        expected = "a title, and params and units as maps"
        names = ", ".join(front)
        raise GraphkitError(f"{path.name}: front matter: found {names}; wanted {expected}")
    return front


def query_names() -> list[str]:
    """List the names of the query files that ship with graphkit."""
    return sorted(p.stem for p in shipped("queries").glob("*.cypher"))


def query_table(word: str = "", kinds: Collection[str] = ()) -> pa.Table:
    """List the shipped query files, with the title and the parameters of each.

    With a word, only those whose name, title or parameters have it, and those with a parameter that
    takes the name of one of the ``kinds``.
    """
    queries = [
        query
        for query in map(find_query, query_names())
        if word.lower() in query.about.lower()
        or any(NAMED_LISTS.get(p.type, p.type) in kinds for p in query.parameters)
    ]
    return pa.table({
        "name": [query.name for query in queries],
        "title": [query.title for query in queries],
        "parameters": [
            " ".join(p.name if p.default is None else f"{p.name}={p.default}"
                     for p in query.parameters)
            for query in queries
        ],
    })  # fmt: skip


def find_query(name: str) -> Query:
    """Find a shipped query by name, or read and check a query file by path.

    Shipped queries are checked in the tests, not here.

    Raises
    ------
    UsageError
        The name is unknown; the message suggests the nearest.
    """
    if name.endswith(".cypher"):
        query = read_query(Path(name))
        query.check()
        return query
    if name not in query_names():
        from difflib import get_close_matches

        close = get_close_matches(name, query_names(), n=3, cutoff=0.4)
        hint = f"did you mean {', '.join(close)}?" if close else "see 'graphkit query'"
        raise UsageError(f"there is no query {name!r}; {hint}")
    return read_query(shipped("queries") / f"{name}.cypher")


def run_query(
    store: Store, query: Query, values: Mapping[str, Any], limits: Limits = LIMITS
) -> Result:
    """Run a query file, and put its units into the metadata of the columns."""
    result = store.ask(query.statement, values, limits)
    fields = []
    for field in result.table.schema:
        metadata = dict(field.metadata or {})
        if field.name in query.units:
            metadata[b"unit"] = query.units[field.name].encode()
        fields.append(field.with_metadata(metadata or None))
    return replace(result, table=result.table.cast(pa.schema(fields)))


Reading = tuple[str, Mapping[str, Any]]
"""The name of a query file that was read, and the values of its parameters."""
_NOTED: ContextVar[list[Reading] | None] = ContextVar("noted", default=None)


@contextmanager
def noted_readings() -> Iterator[list[Reading]]:
    """Note the query files that this thread reads, in order."""
    noted: list[Reading] = []
    token = _NOTED.set(noted)
    try:
        yield noted
    finally:
        _NOTED.reset(token)


def note_reading(name: str, values: Mapping[str, Any]) -> None:
    """Note a query file with its parameters, if this thread notes them."""
    if (noted := _NOTED.get()) is not None:
        noted.append((name, values))


READ_FIRST = ("reference", "product-links", "claims", "reviewed-weights")
"""Queries without parameters that most questions need."""


def rows_of(store: Store, name: str, **values: Any) -> pa.Table:
    """Run a shipped query with parameters already typed, and return its rows.

    Front matter and statement are checked in the tests, not here. Rows that take long are cached
    until somebody writes to the server; those of a file all are until it changes: to start its
    engine takes longer than to read them. A column without values has the type of the property of
    its name, or text.
    """
    text = (shipped("queries") / f"{name}.cypher").read_text(encoding="utf-8")

    def read() -> pa.Table:
        return _typed(store.run(text, values).table)

    def content() -> str:
        return store.identity or store.content

    least = 0.0 if store.identity else None
    return kept_rows(content, text, values, read, least) if content() else read()


def _typed(rows: pa.Table) -> pa.Table:
    """Type the columns without values, which Neo4j leaves untyped."""
    untyped = (pa.null(), pa.list_(pa.null()))
    if not any(column.type in untyped for column in rows.schema):
        return rows
    from graphkit.arrow import ARROW
    from graphkit.schema import GRAPH

    types = {prop.name: ARROW[prop.type] for kind in GRAPH.kinds for prop in kind.props}
    return rows.cast(pa.schema([
        column.with_type(types.get(column.name, pa.string())) if column.type in untyped else column
        for column in rows.schema
    ]))  # fmt: skip
