"""The guard of the explorer: hosts, origins, headers, and bodies within limits."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graphkit.errors import UsageError

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
REST_SECONDS = 5.0
"""Time for the rest of a body that nobody reads, behind the reply."""
ADDRESS = "127.0.0.1"
NAMES = (ADDRESS, "localhost", "[::1]")
OWN_SITES = ("same-origin", "none")
"""Values of ``Sec-Fetch-Site`` for a request of this page, and for an address that was typed."""


def refusal(message: str, status: int) -> Response:
    """Reply with an error, as the command line words it."""
    text = json.dumps({"error": message}, ensure_ascii=True) + "\n"
    return Response(text, status, media_type="application/json")


class Guard:
    """Middleware that answers only requests to the names of this server, from its own page.

    A page of another site can make a browser send requests here: under a name of its own that
    resolves to this machine (so the ``Host`` differs), with its ``Origin``, or as a link or image
    (so that ``Sec-Fetch-Site`` says so).
    """

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app = app
        self._hosts: Collection[str] = {f"{name}:{port}" for name in NAMES}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        request = Request(scope)
        is_unread = "transfer-encoding" in request.headers or request.headers.get(
            "content-length", "0"
        ).strip("0")

        async def receive_counted() -> Message:
            nonlocal is_unread
            message = await receive()
            is_unread = message.get("more_body", False)
            return message

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name for name, _ in message["headers"]}
                own = [(k.lower().encode(), v.encode()) for k, v in HEADERS.items()]
                more = [(name, value) for name, value in own if name not in present]
                message["headers"] = [*message["headers"], *more]
            elif is_unread and not message.get("more_body"):
                # Closing a connection that has unread bytes would reset it: the reply is lost.
                await send({**message, "more_body": True})
                with suppress(TimeoutError):
                    async with asyncio.timeout(REST_SECONDS):
                        while is_unread:
                            await receive_counted()
                message = {"type": "http.response.body", "body": b"", "more_body": False}
            await send(message)

        refused = self._refused(request)
        await (refused or self._app)(scope, receive_counted, send_guarded)

    def _refused(self, request: Request) -> Response | None:
        hosts, origins = (request.headers.getlist(name) for name in ("host", "origin"))
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            wanted = " or ".join(sorted(self._hosts))
            return refusal(f"found the host {', '.join(hosts) or 'none'}, wanted {wanted}", 421)
        if any(origin.lower() != f"http://{hosts[0].lower()}" for origin in origins):
            return refusal(f"found the origin {', '.join(origins)}, wanted this page", 403)
        sites = request.headers.getlist("sec-fetch-site")
        if any(site.lower() not in OWN_SITES for site in sites):
            return refusal(f"found a request of {', '.join(sites)}, wanted this page", 403)
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
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UsageError("the body is not JSON") from error
    if not isinstance(content, dict) or not set(content) <= set(known):
        raise UsageError(f"the body is not an object with some of {', '.join(known)}")
    return content
