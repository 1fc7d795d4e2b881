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
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from graphkit._version import __version__
from graphkit.arrow import lean_memory
from graphkit.brief.brief import BRIEF, brief
from graphkit.catalog.catalog import Catalog
from graphkit.cypher.statement import Statement, json_values
from graphkit.database import LastLoad, shown_place
from graphkit.errors import GraphkitError, TookTooLong, Unreachable, UsageError, visible
from graphkit.explore.answers import (
    AnsweredQuestion,
    Answers,
    Busy,
    TooLate,
    kinds_of,
    matches,
    names_of,
    page_of,
    page_of_rows,
)
from graphkit.explore.guard import ADDRESS, Guard, TooLarge, read_object, refusal
from graphkit.explore.openapi import openapi
from graphkit.explore.overview import TASKS, import_overview, production_overview
from graphkit.explore.server import listening, run_app
from graphkit.pages.html import html
from graphkit.plot.drawing import ASSETS
from graphkit.queries import find_query, query_names, query_table, run_query
from graphkit.questions.addresses import Pairs, by_path, command_of, path_of, read_values
from graphkit.questions.claims.citing import cite
from graphkit.questions.question import prepare, read_ahead
from graphkit.questions.registry import VIEWS, questions_of
from graphkit.render.formats import written
from graphkit.render.json import json_text
from graphkit.schema import GRAPH
from graphkit.stores.base import Store
from graphkit.stores.limits import LIMITS, Limits
from graphkit.verbs.parameter import named_as_options

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
OVERVIEW: tuple[str, Pairs] = ("concentration", [("sort", "stage")])
AHEAD: tuple[tuple[str, Pairs], ...] = (
    OVERVIEW,
    *((task.ask, [*task.fields.items()]) for task in TASKS),
    *((path_of(verb), [*verb.page.begin.items()])
      for view in reversed(VIEWS) for verb in questions_of(view)[:1] if verb.page),
)  # fmt: skip
"""Questions that are answered before a reader asks: those of the front page, then the first
question of each view, the slowest first."""
Endpoint = Callable[[Request], Awaitable[Response]]


def make_app(answers: Answers, db: str | None, port: int, own: str | None = None) -> Starlette:
    """Make the application that answers from a database on a port of this machine.

    Parameters
    ----------
    answers : Answers
        The answers of the database.
    db : str, optional
        The database as the user named it, for the commands that the page shows.
    port : int
        The port that the server listens on, to know its own name.
    own : str, optional
        Folder of the user's own facts on top of the database.
    """
    doors = _Doors(answers, db, own)
    described = {**openapi(__version__, MEDIA), "x-database": db, **({"x-own": own} if own else {})}
    document = json.dumps(described, ensure_ascii=False).encode()
    pages = _static()
    pages["/"] = pages["/index.html"]
    pages["/api/openapi.json"] = _Page(document, ENDINGS["json"])
    pages["/api/schema"] = _Page(json.dumps(kinds_of(GRAPH)).encode(), ENDINGS["json"])

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(work) for work in (doors.prepare(), answers.stay_small())]
        yield
        for task in tasks:
            task.cancel()

    questions = [Route(f"/api/{path}", partial(doors.ask, path)) for path in by_path()]
    others = [
        Route(f"/api/{door}/{path}", partial(endpoint, path))
        for door, endpoint in (
            ("same", doors.tell_same),
            ("page", doors.show),
            ("headline", doors.tell_headline),
            ("cite", doors.cite),
        )
        for path in by_path()
    ]
    return Starlette(
        routes=[
            *(Route(path, page.show) for path, page in pages.items()),
            *questions,
            *others,
            Route("/api/overview", doors.show_overview),
            Route("/api/brief", doors.write_brief),
            Route("/api/graph", doors.show_graph),
            Route("/api/names", doors.list_names),
            Route("/api/queries", doors.list_queries),
            Route("/api/queries/{name}", doors.show_query),
            Route("/api/query/{name}", doors.run_named),
            Route("/api/cypher", doors.run_statement, methods=["POST"]),
            Route("/api/page/cypher", doors.show_statement, methods=["POST"]),
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

    def __init__(self, answers: Answers, db: str | None, own: str | None) -> None:
        self._answers, self._db, self._own = answers, db, own

    async def show_graph(self, request: Request) -> Response:
        """Say what the database holds, since when, and how to tell it from another graph."""
        work = partial(self._answers.reading_load, lambda catalog: catalog.store.written)
        written, load = await self._answers.questions.run(work)
        about = {
            "database": shown_place(self._db, self._own),
            "facts": load.facts,
            "version": load.version,
            "content": load.content,
            "written": written and written.isoformat(timespec="seconds"),
        }
        return _object(about, load)

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
        return Response(content, headers={"Content-Type": MEDIA[form], **_mark(result.load)})

    async def _find(self, path: str, pairs: Pairs, form: str) -> AnsweredQuestion:
        verb = by_path()[path]
        return await self._answers.find(prepare(verb, read_values(verb, pairs), form))

    async def tell_same(self, path: str, request: Request) -> Response:
        """Tell the command, the Python and the query files of the same answer."""
        pairs = request.query_params.multi_items()
        result = await self._find(path, pairs, "json")
        return _object(self._same(path, pairs, result), result.load)

    def _same(self, path: str, pairs: Pairs, result: AnsweredQuestion) -> dict[str, Any]:
        verb = by_path()[path]
        return {
            "command": command_of(verb, pairs, self._db, self._own),
            "python": prepare(verb, read_values(verb, pairs), "json").python(self._db, self._own),
            "queries": [{"name": name, "parameters": values} for name, values in result.readings],
        }

    async def show(self, path: str, request: Request) -> Response:
        """Show an answer as the page does, with the same answer elsewhere."""
        pairs = request.query_params.multi_items()
        result = await self._find(path, pairs, "json")
        page = await self._answers.questions.run(partial(page_of, result.answer))
        return _object({**page, "same": self._same(path, pairs, result)}, result.load)

    async def cite(self, path: str, request: Request) -> Response:
        """Cite an answer, as the command does."""
        pairs = request.query_params.multi_items()
        result = await self._find(path, pairs, "json")
        verb = by_path()[path]
        question = prepare(verb, read_values(verb, pairs), "json")

        def write(catalog: Catalog) -> str:
            return cite(catalog, question, result.answer, db=self._db, own=self._own).text()

        work = partial(self._answers.reading_load, write)
        text, load = await self._answers.questions.run(work)
        return _object({"text": text}, load)

    async def tell_headline(self, path: str, request: Request) -> Response:
        """Tell the result of a question in one sentence, or why there is none."""
        try:
            result = await self._find(path, request.query_params.multi_items(), "json")
        except (Busy, TooLate, UsageError, Unreachable):
            raise
        except GraphkitError as error:  # as of goods that this database does not have
            return JSONResponse({"headline": None, "reason": visible(str(error))})
        return _object({"headline": result.answer.headline, "reason": None}, result.load)

    async def show_overview(self, request: Request) -> Response:
        """Show who comes first at each stage of every mineral, made or sold to a country."""
        fields = request.query_params
        if unknown := [name for name in fields if name != "country"]:
            raise UsageError(f"found {', '.join(unknown)}; wanted country, or nothing")
        country = fields.get("country")
        path, pairs = ("depends", [("country", country)]) if country else OVERVIEW
        result = await self._find(path, pairs, "json")
        lay_out = import_overview if country else production_overview
        call = partial(self._answers.reading_load, lambda catalog: lay_out(catalog, result.answer))
        return _object(*await self._answers.questions.run(call))

    async def write_brief(self, request: Request) -> Response:
        """Write a brief as a file: the page does not show it, since it has styles of its own."""
        values = read_values(BRIEF, request.query_params.multi_items())
        arguments = prepare(BRIEF, values, "json").arguments

        def write(catalog: Catalog) -> str:
            with named_as_options(BRIEF.parameters):
                return brief(catalog, **arguments).html()

        work = partial(self._answers.reading_load, write)
        text, load = await self._answers.questions.run(work)
        kind = {"Content-Type": MEDIA["html"], "Content-Disposition": "attachment", **_mark(load)}
        return Response(text, headers=kind)

    async def list_names(self, request: Request) -> Response:
        """List all that a question may be about, or what a text may mean."""
        text = request.query_params.get("text")
        find = names_of if text is None else partial(matches, text=text)
        call = partial(self._answers.reading_load, find)
        return _object(*await self._answers.questions.run(call))

    async def list_queries(self, request: Request) -> Response:
        """List the shipped query files."""
        form, _ = _form(request)
        content = await self._answers.questions.run(lambda: written(query_table(), form))
        return Response(content, headers={"Content-Type": MEDIA[form]})

    async def show_query(self, request: Request) -> Response:
        """Show the text of a shipped query file."""
        text = find_query(_shipped(request)).text
        return Response(text, headers={"Content-Type": ENDINGS["txt"]})

    async def run_named(self, request: Request) -> Response:
        """Run a shipped query file; the fields are its parameters."""
        query = find_query(_shipped(request))
        form, pairs = _form(request)
        if len(dict(pairs)) < len(pairs):
            raise UsageError("a parameter is given twice; it takes one value")
        values = query.values(dict(pairs))

        def rows(catalog: Catalog) -> bytes:
            keys = catalog.keys_of(query, values)
            return written(run_query(catalog.store, query, keys).table, form)

        call = partial(self._answers.reading_load, rows)
        content, load = await self._answers.questions.run(call)
        return Response(content, headers={"Content-Type": MEDIA[form], **_mark(load)})

    async def run_statement(self, request: Request) -> Response:
        """Run a read-only statement that a reader wrote, within the limits of the command line."""
        form, _ = _form(request)
        body = await read_object(request, STATEMENT)
        statement = Statement(_text(body))
        values, limits = json_values(body.get("parameters", {})), _limits(body)

        def rows(catalog: Catalog) -> tuple[bytes, tuple[str, ...]]:
            result = catalog.store.ask(statement, values, limits)
            return written(result.table, form), result.notes

        call = partial(self._answers.reading_load, rows)
        (content, notes), load = await self._answers.statements.run(call)
        kind = {"Content-Type": MEDIA[form], "Graphkit-Notes": json.dumps(notes), **_mark(load)}
        return Response(content, headers=kind)

    async def show_statement(self, request: Request) -> Response:
        """Run a read-only statement, and return its rows with the picture of their nodes."""
        body = await read_object(request, STATEMENT)
        statement = Statement(_text(body))
        values, limits = json_values(body.get("parameters", {})), _limits(body)

        def rows(catalog: Catalog) -> dict[str, Any]:
            return page_of_rows(catalog, catalog.store.ask(statement, values, limits), statement)

        call = partial(self._answers.reading_load, rows)
        return _object(*await self._answers.statements.run(call))


def _mark(load: LastLoad) -> dict[str, str]:
    """Return the header that says from which graph an answer is."""
    return {"Graphkit-Content": quote(load.content)}


def _object(value: Any, load: LastLoad) -> Response:
    return Response(json_text(value) + "\n", headers=_mark(load), media_type="application/json")


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
    own: str | None = None,
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
    own : str, optional
        Folder of the user's own facts on top of it.

    Raises
    ------
    GraphkitError
        The port is in use or not allowed.
    """
    with lean_memory(), listening(port) as sock, Answers(store, reopen) as answers:
        read_ahead(answers.catalog())
        bound: int = sock.getsockname()[1]
        run_app(
            make_app(answers, db, bound, own), sock, lambda: started(f"http://{ADDRESS}:{bound}/")
        )
