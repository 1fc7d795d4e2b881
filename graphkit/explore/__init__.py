"""The door of the explorer and of assistants: addresses of questions, and one guarded port."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import socket
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graphkit.errors import GraphkitError, UsageError
from graphkit.parameters import REPEATED, Parameter, Verb
from graphkit.questions import Question
from graphkit.schema import NUMBER_TEXT
from graphkit.verbs import VERBS

Pairs = Sequence[tuple[str, str]]
"""Fields and values of an address, in order."""
PATHS = {verb.name.replace(" ", "/"): verb for verb in VERBS}
"""The verb of each path below ``/api/``."""
SWITCHES = {"": True, "1": True, "true": True, "0": False, "false": False}


def read_values(verb: Verb, pairs: Pairs) -> dict[str, Any]:
    """Read the values of a verb's parameters from an address, with their defaults.

    Raises
    ------
    UsageError
        A field is unknown, missing, given twice or not of its type.

    Examples
    --------
    >>> read_values(PATHS["controls"], [("country", "CHN"), ("for", "dysprosium")])
    {'country': ['CHN'], 'scope': ['dysprosium'], 'date': None}
    """
    fields = {p.field: p for p in verb.parameters}
    for name, text in pairs:
        if name not in fields:
            if now := verb.now(name, text):
                raise UsageError(former_field(name, text, now))
            raise UsageError(
                f"{verb.name} has no field {name!r}; it takes {', '.join([*fields, 'format'])}"
            )
    return {p.name: _value(name, p, pairs) for name, p in fields.items()}


def former_field(name: str, value: object, now: str) -> str:
    """Say which field replaced a former one.

    >>> former_field("by", "stage", "sort=stage")
    'by=stage is now sort=stage'
    """
    return f"{name}={value} is now {now}" if "=" in now else f"{name} is now {now}"


def _value(name: str, parameter: Parameter, pairs: Pairs) -> Any:
    texts = [text for field, text in pairs if field == name]
    if not texts and parameter.default is ...:
        raise UsageError(f"missing field {name!r}: {parameter.help}")
    if parameter.type in REPEATED:
        return texts
    if len(texts) > 1:
        raise UsageError(f"{name} is given twice; it takes one value")
    if not texts:
        return parameter.default
    if parameter.type == "switch":
        if texts[0].lower() not in SWITCHES:
            raise UsageError(f"{name}: found {texts[0]!r}, wanted true or false")
        return SWITCHES[texts[0].lower()]
    if parameter.type == "number":
        if not NUMBER_TEXT.fullmatch(texts[0]):
            raise UsageError(f"{name}: found {texts[0]!r}, wanted a number")
        return float(texts[0])
    if parameter.type == "count":
        if not re.fullmatch(r"[+-]?[0-9]{1,18}", texts[0]):
            raise UsageError(f"{name}: found {texts[0]!r}, wanted a whole number")
        return int(texts[0])
    return texts[0]


def command_of(verb: Verb, pairs: Pairs, db: str | None) -> str:
    """Write the command that gives the same answer.

    >>> command_of(PATHS["depends"], [("for", "rare earths"), ("country", "KOR")], None)
    "graphkit depends KOR --for 'rare earths'"
    """
    words = ["graphkit", *verb.name.split()]
    for parameter in sorted(verb.parameters, key=lambda p: bool(p.option)):
        for text in (text for name, text in pairs if name == parameter.field):
            if parameter.type == "switch":
                words += [parameter.option] * SWITCHES[text.lower()]
            else:
                words += [parameter.option, text] if parameter.option else [text]
    return shlex.join([*words, *(["--db", db] if db else [])])


def python_of(question: Question, db: str | None) -> str:
    """Write the line of Python that gives the same answer.

    >>> python_of(Question("dependence.depends", {"consumer": "KOR", "on": "CHN"}, ()), None)
    "graphkit.open().depends(consumer='KOR', on='CHN')"
    """
    values = ", ".join(f"{name}={value!r}" for name, value in question.arguments.items())
    return f"graphkit.open({repr(db) if db else ''}).{question.name}({values})"


def openapi(version: str, formats: Iterable[str]) -> dict[str, Any]:
    """Describe the addresses of all questions in an OpenAPI 3.1 document."""
    form = {
        "name": "format", "in": "query", "description": "The format of the answer.",
        "schema": {"type": "string", "enum": list(formats), "default": "json"},
    }  # fmt: skip
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "graphkit",
            "version": version,
            "description": "Who depends on whom for critical minerals, with sources. Each path is "
            "a command of graphkit, and its JSON is that of the command with --format json.",
        },
        "paths": {
            **{f"/api/{path}": {"get": _operation(verb, form)} for path, verb in PATHS.items()},
            **OTHERS,
        },
        "components": {"schemas": SCHEMAS},
    }


def _operation(verb: Verb, form: dict[str, Any]) -> dict[str, Any]:
    return {
        "operationId": verb.name.replace(" ", "_"),
        "summary": verb.summary,
        "description": verb.text,
        "parameters": [*map(_described, verb.parameters), form],
        "responses": {"200": _json("The answer.", "Answer"), **FAULTS},
    }


def _described(parameter: Parameter) -> dict[str, Any]:
    """Describe one field."""
    return {
        "name": parameter.field,
        "in": "query",
        "required": parameter.default is ...,
        "description": parameter.described,
        "schema": parameter.json_schema,
    }


def _json(description: str, schema: str) -> dict[str, Any]:
    reference = {"$ref": f"#/components/schemas/{schema}"}
    return {"description": description, "content": {"application/json": {"schema": reference}}}


FAULTS = {
    "400": _json("The question cannot be understood.", "Error"),
    "422": _json("The database refuses or fails the question.", "Error"),
    "503": _json("The database cannot be reached, or too many others ask.", "Error"),
    "504": _json("The answer takes too long.", "Error"),
}
OBJECT, ROWS = {"type": "object"}, {"type": "array", "items": {"type": "object"}}
SCHEMAS: dict[str, Any] = {
    "Answer": {
        "type": "object",
        "required": [
            "headline",
            "question",
            "scope",
            "rows",
            "units",
            "coverage",
            "sources",
            "notes",
        ],
        "properties": {
            "headline": {"type": "string", "description": "The result in one sentence."},
            "question": {"type": "string"},
            "scope": {**OBJECT, "description": "The query as understood, and the measure."},
            "rows": ROWS,
            "units": {**OBJECT, "description": "Unit and meaning of each column."},
            "coverage": {**OBJECT, "description": "The data behind the rows, and what they lack."},
            "claims": {**ROWS, "description": "Published claims in the same scope."},
            "comparisons": {**ROWS, "description": "The trade data beside each claim."},
            "elsewhere": {**ROWS, "description": "Products that hold an element in scope as well."},
            "links": {**ROWS, "description": "Makers of two stages in a row, for origins."},
            "sources": ROWS,
            "notes": {"type": "array", "items": {"type": "string"}},
        },
    },
    "Rows": ROWS,
    "Error": {
        "type": "object",
        "required": ["error"],
        "properties": {"error": {"type": "string", "description": "One line, for people."}},
    },
    "Statement": {
        "type": "object",
        "required": ["statement"],
        "additionalProperties": False,
        "properties": {
            "statement": {"type": "string", "description": "Read-only Cypher."},
            "parameters": {**OBJECT, "description": "Values and lists by name."},
            "timeout": {"type": "number", "exclusiveMinimum": 0, "maximum": 30, "default": 30},
            "max_rows": {"type": "integer", "minimum": 1, "default": 1_000_000},
        },
    },
}
OTHERS: dict[str, Any] = {
    "/api/cypher": {
        "post": {
            "operationId": "cypher",
            "summary": "Run any read-only Cypher.",
            "description": "Notes of the database are a JSON list in the header Graphkit-Notes.",
            "requestBody": _json("The statement.", "Statement"),
            "responses": {"200": _json("The rows.", "Rows"), **FAULTS},
        }
    },
    "/api/queries": {
        "get": {
            "operationId": "queries",
            "summary": "List the query files that ship.",
            "responses": {"200": _json("The query files.", "Rows"), **FAULTS},
        }
    },
    "/api/query/{name}": {
        "get": {
            "operationId": "query",
            "summary": "Run a query file that ships; fields are its parameters.",
            "parameters": [
                {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}
            ],
            "responses": {"200": _json("The rows.", "Rows"), **FAULTS},
        }
    },
    "/api/brief": {
        "get": {
            "operationId": "brief",
            "summary": "Write a brief on a country or a mineral, as one HTML file.",
            "parameters": [
                {"name": name, "in": "query", "schema": {"type": "string"}}
                for name in ("country", "for", "period")
            ],
            "responses": {
                "200": {"description": "The brief.", "content": {"text/html": {}}},
                **FAULTS,
            },
        }
    },
    "/api/names": {
        "get": {
            "operationId": "names",
            "summary": "List the countries, areas, elements, products and stages of the graph.",
            "responses": {"200": _json("Key, name and kind of each.", "Rows")},
        }
    },
    "/api/schema": {
        "get": {
            "operationId": "schema",
            "summary": "List the kinds of node and relationship with their properties.",
            "responses": {"200": _json("Name, ends, meaning and properties of each.", "Rows")},
        }
    },
}


POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Headers of every reply that has no such header of its own."""
MOST_BYTES = 2**20
"""Of a body: more than the longest statement takes."""
BODY_SECONDS = 10.0
ADDRESS = "127.0.0.1"
NAMES = (ADDRESS, "localhost", "[::1]")
MOST_CONNECTIONS = 512
GRACE_SECONDS = 2


def refusal(message: str, status: int) -> Response:
    """Reply with an error, as the command line words it."""
    text = json.dumps({"error": message}, ensure_ascii=True) + "\n"
    return Response(text, status, media_type="application/json")


class Guard:
    """Middleware that answers only requests to the names of this server, from its own page.

    A page of another site can make a browser send requests here: under a name of its own that
    resolves to this machine (so the ``Host`` differs), or with its ``Origin``.
    """

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app = app
        self._hosts: Collection[str] = {f"{name}:{port}" for name in NAMES}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name for name, _ in message["headers"]}
                own = [(k.lower().encode(), v.encode()) for k, v in HEADERS.items()]
                more = [(name, value) for name, value in own if name not in given]
                message["headers"] = [*message["headers"], *more]
            await send(message)

        refused = self._refused(Request(scope))
        await (refused or self._app)(scope, receive, send_guarded)

    def _refused(self, request: Request) -> Response | None:
        hosts, origins = (request.headers.getlist(name) for name in ("host", "origin"))
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            wanted = " or ".join(sorted(self._hosts))
            return refusal(f"found the host {', '.join(hosts) or 'none'}, wanted {wanted}", 421)
        if any(origin.lower() != f"http://{hosts[0].lower()}" for origin in origins):
            return refusal(f"found the origin {', '.join(origins)}, wanted this page", 403)
        return None


class TooLarge(UsageError):
    """A body is longer than any statement."""


async def read_object(request: Request, known: Collection[str]) -> dict[str, object]:
    """Read a body that is a JSON object with some of the known names, within limits.

    Raises
    ------
    TooLarge
        It is longer than any statement; the rest is not read.
    UsageError
        It is not such an object, or does not come in time.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise UsageError(f"found a body of {kind or 'no type'}, wanted application/json")
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > MOST_BYTES:
                    raise TooLarge(f"the body is longer than {MOST_BYTES:,} bytes")
    except TimeoutError as error:
        raise UsageError(f"the body did not come within {BODY_SECONDS:g} s") from error
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UsageError("the body is not JSON") from error
    if not isinstance(found, dict) or not set(found) <= set(known):
        raise UsageError(f"the body is not an object with some of {', '.join(known)}")
    return found


class _Server(uvicorn.Server):
    """Server that says when it answers."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        if self.started:
            self._tell()


def listening(port: int) -> socket.socket:
    """Listen on a port of this machine; 0 takes one that is free.

    Raises
    ------
    GraphkitError
        The port is in use or not allowed.
    """
    # Named as TCP, or asyncio leaves Nagle's algorithm on, which holds replies back for 40 ms.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((ADDRESS, port))
        sock.listen()
        return sock
    except OSError as error:
        sock.close()
        reason = os.strerror(error.errno) if error.errno else error
        raise GraphkitError(f"cannot listen on port {port}: {reason}") from error


def run_app(app: ASGIApp, sock: socket.socket, started: Callable[[], None]) -> None:
    """Serve an application until a signal ends the process.

    Parameters
    ----------
    app : ASGI application
        What answers.
    sock : socket
        Where it listens.
    started : callable
        Called as soon as it answers.
    """
    config = uvicorn.Config(
        app,
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        lifespan="on",
        ws="none",
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    _Server(config, started).run(sockets=[sock])
