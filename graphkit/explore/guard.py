"""One port of this machine: who may ask there, what a reply says to browsers, and its server."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import Callable, Collection

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graphkit.errors import GraphkitError, UsageError

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
        It is no such object, or does not come in time.
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
        raise UsageError("the body is no JSON") from error
    if not isinstance(found, dict) or not set(found) <= set(known):
        raise UsageError(f"the body is no object with some of {', '.join(known)}")
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
