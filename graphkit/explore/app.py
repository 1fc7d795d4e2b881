"""The application: addresses to answers, errors to statuses, files of the page, and one port."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cached_property, partial
from http import HTTPStatus
from importlib import resources
from typing import Any

import pyarrow as pa
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from graphkit._version import __version__
from graphkit.brief.brief import BRIEF, brief
from graphkit.catalog.catalog import Catalog
from graphkit.cypher.statement import Statement, json_values
from graphkit.errors import GraphkitError, TookTooLong, Unreachable, UsageError
from graphkit.explore.addresses import (
    PATHS,
    Pairs,
    command_of,
    path_of,
    python_of,
    read_values,
)
from graphkit.explore.answers import (
    AnsweredQuestion,
    Answers,
    Busy,
    TooLate,
    kinds_of,
    names_of,
    page_of,
)
from graphkit.explore.guard import ADDRESS, Guard, TooLarge, read_object, refusal
from graphkit.explore.openapi import openapi
from graphkit.explore.server import listening, run_app
from graphkit.pages.html import html
from graphkit.plot.drawing import ASSETS
from graphkit.queries import find_query, query_names, query_table, run_query
from graphkit.questions.question import prepare, read_ahead
from graphkit.render.formats import written
from graphkit.render.json import json_text
from graphkit.schema import GRAPH
from graphkit.stores.base import Store
from graphkit.stores.limits import LIMITS, Limits
from graphkit.verbs.parameter import named_as_options
from graphkit.verbs.registry import VIEWS, questions_of

MEDIA = {
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8; header=present",
    "markdown": "text/markdown; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "svg": "image/svg+xml",
    "png": "image/png",
    "html": "text/html; charset=utf-8",
    "echarts": "application/json",
}
"""The formats of answers, and their media types; a table is for terminals."""
STATUS: Mapping[type[GraphkitError], int] = {
    TooLarge: 413, UsageError: 400, Busy: 503, Unreachable: 503, TooLate: 504,
    TookTooLong: 504, GraphkitError: 422,
}  # fmt: skip
"""The status of each error; the first that fits."""
ENDINGS = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
    "ttf": "font/ttf",
    "txt": "text/plain; charset=utf-8",
}
STATEMENT = ("statement", "parameters", "timeout", "max_rows")
AHEAD: tuple[tuple[str, Pairs], ...] = (
    ("concentration", [("sort", "stage")]),
    *((path_of(verb), [*verb.page.begin.items()])
      for view in reversed(VIEWS) for verb in questions_of(view)[:1] if verb.page),
)  # fmt: skip
"""Questions that are answered before a reader asks: that of the overview, then the first question
of each view, the slowest first."""
Endpoint = Callable[[Request], Awaitable[Response]]


def make_app(answers: Answers, db: str | None, port: int) -> Starlette:
    """Make the application that answers from a database on a port of this machine.

    Parameters
    ----------
    answers : Answers
        The answers of the database.
    db : str, optional
        The database as the user named it, for the commands that the page shows.
    port : int
        The port that the server listens on, to know its own name.
    """
    doors = _Doors(answers, db)
    described = {**openapi(__version__, MEDIA), "x-database": db}
    document = json.dumps(described, ensure_ascii=False).encode()
    pages = _static()
    pages["/"] = pages["/index.html"]
    pages["/api/openapi.json"] = _Page(document, ENDINGS["json"])
    pages["/api/schema"] = _Page(json.dumps(kinds_of(GRAPH)).encode(), ENDINGS["json"])

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        ahead = asyncio.create_task(doors.prepare())
        yield
        ahead.cancel()

    questions = [Route(f"/api/{path}", partial(doors.ask, path)) for path in PATHS]
    others = [
        Route(f"/api/{door}/{path}", partial(endpoint, path))
        for door, endpoint in (("same", doors.tell_same), ("page", doors.show))
        for path in PATHS
    ]
    return Starlette(
        routes=[
            *(Route(path, page.show) for path, page in pages.items()),
            *questions,
            *others,
            Route("/api/brief", doors.write_brief),
            Route("/api/names", doors.list_names),
            Route("/api/queries", doors.list_queries),
            Route("/api/queries/{name}", doors.show_query),
            Route("/api/query/{name}", doors.run_named),
            Route("/api/cypher", doors.run_statement, methods=["POST"]),
        ],
        lifespan=lifespan,
        middleware=[Middleware(Guard, port=port)],
        exception_handlers={
            GraphkitError: _failed,
            HTTPException: _not_found,
            ClientDisconnect: _gone,
            Exception: _broken,
        },
    )


@dataclass(frozen=True)
class _Page:
    """A file of the page, which a browser keeps and asks about by its tag."""

    content: bytes
    kind: str

    @cached_property
    def _tag(self) -> str:
        return f'W/"{hashlib.sha256(self.content).hexdigest()[:32]}"'

    @cached_property
    def _packed(self) -> bytes:
        return gzip.compress(self.content, 6, mtime=0)

    async def show(self, request: Request) -> Response:
        """Send the file, packed for those who unpack it, or say that it is the same as before."""
        headers = {"Content-Type": self.kind, "ETag": self._tag, "Vary": "Accept-Encoding",
                   "Cache-Control": "no-cache"}  # fmt: skip
        if request.headers.get("if-none-match") == self._tag:
            return Response(status_code=304, headers=headers)
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(self.content, headers=headers)
        return Response(self._packed, headers={**headers, "Content-Encoding": "gzip"})


def _static() -> dict[str, _Page]:
    """Read the files of the page once: no request names a file."""
    folder = resources.files("graphkit.explore") / "static"
    assets = (ASSETS / name for name in ("echarts.js", "world.json", "NotoSans-Regular.ttf"))
    return {
        f"/{file.name}": _Page(file.read_bytes(), ENDINGS[file.name.rpartition(".")[2]])
        for file in (*folder.iterdir(), *assets)
    }


NO_PAGE = """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>No such page · graphkit</title>
<link rel="stylesheet" href="/style.css"></head>
<body><main><h1>No such page</h1>
<p class="fault" role="alert">There is no page PATH here.</p>
<p><a href="/">What do you want to know?</a></p></main></body>
</html>
"""


async def _failed(request: Request, error: Exception) -> Response:
    status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
    return refusal(str(error), status)


async def _not_found(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if not request.url.path.startswith("/api/") and error.status_code == HTTPStatus.NOT_FOUND:
        page = NO_PAGE.replace("PATH", html(request.url.path))
        return Response(page, HTTPStatus.NOT_FOUND, media_type="text/html")
    reply = refusal(f"{request.url.path}: {HTTPStatus(error.status_code).phrase}".lower(),
                    error.status_code)  # fmt: skip
    reply.headers.update(error.headers or {})
    return reply


async def _gone(request: Request, error: Exception) -> Response:
    return refusal("the reader went away", 400)


async def _broken(request: Request, error: Exception) -> Response:
    return refusal("graphkit failed; its terminal shows why", 500)


class _Doors:
    """The endpoints of one database."""

    def __init__(self, answers: Answers, db: str | None) -> None:
        self._answers, self._db = answers, db

    async def prepare(self) -> None:
        """Answer what the views begin with, one after the other, before a reader waits for it."""
        for path, pairs in AHEAD:
            with suppress(GraphkitError):  # which the reader will be told
                await self._find(path, pairs, "json")

    async def ask(self, path: str, request: Request) -> Response:
        """Answer a question in a format."""
        form, pairs = _form(request)
        result = await self._find(path, pairs, form)
        work = partial(written, result.answer, form)
        content = await self._answers.questions.run(work)
        return Response(content, headers={"Content-Type": MEDIA[form]})

    async def _find(self, path: str, pairs: Pairs, form: str) -> AnsweredQuestion:
        verb = PATHS[path]
        return await self._answers.find(prepare(verb, read_values(verb, pairs), form))

    async def tell_same(self, path: str, request: Request) -> Response:
        """Tell the command, the Python and the query files of the same answer."""
        pairs = request.query_params.multi_items()
        return _object(self._same(path, pairs, await self._find(path, pairs, "json")))

    def _same(self, path: str, pairs: Pairs, result: AnsweredQuestion) -> dict[str, Any]:
        verb = PATHS[path]
        return {
            "command": command_of(verb, pairs, self._db),
            "python": python_of(prepare(verb, read_values(verb, pairs), "json"), self._db),
            "queries": [{"name": name, "parameters": values} for name, values in result.readings],
        }

    async def show(self, path: str, request: Request) -> Response:
        """Show an answer as the page does, with the same answer elsewhere."""
        pairs = request.query_params.multi_items()
        result = await self._find(path, pairs, "json")
        page = await self._answers.questions.run(partial(page_of, result.answer))
        return _object({**page, "same": self._same(path, pairs, result)})

    async def write_brief(self, request: Request) -> Response:
        """Write a brief as a file: the page does not show it, since it has styles of its own."""
        values = read_values(BRIEF, request.query_params.multi_items())
        arguments = prepare(BRIEF, values, "json").arguments

        def write(catalog: Catalog) -> str:
            with named_as_options(BRIEF.parameters):
                return brief(catalog, **arguments).html()

        text = await self._answers.questions.run(partial(self._answers.reading, write))
        kind = {"Content-Type": MEDIA["html"], "Content-Disposition": "attachment"}
        return Response(text, headers=kind)

    async def list_names(self, request: Request) -> Response:
        """List all that a question may be about."""
        call = partial(self._answers.reading, names_of)
        return _object(await self._answers.questions.run(call))

    async def list_queries(self, request: Request) -> Response:
        """List the shipped query files."""
        return await self._table(query_table, request)

    async def show_query(self, request: Request) -> Response:
        """Show the text of a shipped query file."""
        text = find_query(_shipped(request)).text
        return Response(text, headers={"Content-Type": ENDINGS["txt"]})

    async def run_named(self, request: Request) -> Response:
        """Run a shipped query file; the fields are its parameters."""
        query = find_query(_shipped(request))
        _, pairs = _form(request)
        if len(dict(pairs)) < len(pairs):
            raise UsageError("a parameter is given twice; it takes one value")
        values = query.values(dict(pairs))

        def rows(catalog: Catalog) -> pa.Table:
            return run_query(catalog.store, query, catalog.keys_of(query, values)).table

        return await self._table(partial(self._answers.reading, rows), request)

    async def _table(self, read: Callable[[], pa.Table], request: Request) -> Response:
        form, _ = _form(request)
        content = await self._answers.questions.run(lambda: written(read(), form))
        return Response(content, headers={"Content-Type": MEDIA[form]})

    async def run_statement(self, request: Request) -> Response:
        """Run a read-only statement that a reader wrote, within the limits of the command line."""
        form, _ = _form(request)
        body = await read_object(request, STATEMENT)
        statement = Statement(_text(body))
        values, limits = json_values(body.get("parameters", {})), _limits(body)

        def rows(catalog: Catalog) -> tuple[bytes, tuple[str, ...]]:
            result = catalog.store.ask(statement, values, limits)
            return written(result.table, form), result.notes

        call = partial(self._answers.reading, rows)
        content, notes = await self._answers.statements.run(call)
        kind = {"Content-Type": MEDIA[form], "Graphkit-Notes": json.dumps(notes)}
        return Response(content, headers=kind)


def _object(value: Any) -> Response:
    return Response(json_text(value) + "\n", media_type="application/json")


def _form(request: Request) -> tuple[str, Pairs]:
    """Take the format out of the fields of an address."""
    pairs = request.query_params.multi_items()
    forms = [text for name, text in pairs if name == "format"] or ["json"]
    if len(forms) > 1 or forms[0] not in MEDIA:
        formats = ", ".join(map(repr, forms))
        raise UsageError(f"format: found {formats}, wanted one of {', '.join(MEDIA)}")
    return forms[0], [(name, text) for name, text in pairs if name != "format"]


def _shipped(request: Request) -> str:
    """Return the name of a shipped query file; a path would be one of the user's files."""
    name: str = request.path_params["name"]
    if name.endswith(".cypher"):
        raise UsageError(f"found {name!r}, wanted one of {', '.join(query_names())}")
    return name


def _text(body: Mapping[str, object]) -> str:
    text = body.get("statement")
    if not isinstance(text, str):
        raise UsageError("statement: found no text, wanted read-only Cypher")
    return text


def _limits(body: Mapping[str, object]) -> Limits:
    timeout, rows = body.get("timeout", LIMITS.seconds), body.get("max_rows", LIMITS.rows)
    if not isinstance(timeout, int | float) or not 0 < timeout <= LIMITS.seconds:
        raise UsageError(
            f"timeout: found {timeout!r}, wanted more than 0 and at most {LIMITS.seconds:g} seconds"
        )
    if not isinstance(rows, int) or not 1 <= rows <= LIMITS.rows:
        raise UsageError(f"max_rows: found {rows!r}, wanted 1 to {LIMITS.rows:,}")
    return Limits(timeout, rows)


def serve(
    store: Store,
    reopen: Callable[[], Store],
    db: str | None,
    port: int,
    started: Callable[[str], None],
) -> None:
    """Answer readers of this machine from a database, until a signal ends the process.

    Parameters
    ----------
    store : Store
        The open database.
    reopen : callable
        Opens it again when it was lost.
    db : str, optional
        The database as the user named it.
    port : int
        The port to listen on; 0 for one that is free.
    started : callable
        Called with the address as soon as the server answers.

    Raises
    ------
    GraphkitError
        The port is in use or not allowed.
    """
    with listening(port) as sock, Answers(store, reopen) as answers:
        read_ahead(answers.catalog())
        bound: int = sock.getsockname()[1]
        run_app(make_app(answers, db, bound), sock, lambda: started(f"http://{ADDRESS}:{bound}/"))
