"""Connections to the explorer: heads of requests within time, refusals in the documented JSON."""

from __future__ import annotations

import asyncio
import json
import sys
from http import HTTPStatus
from typing import Any

from h11._connection import DEFAULT_MAX_INCOMPLETE_EVENT_SIZE
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from graphkit.explore.guard import HEADERS, refusal

MOST_CONNECTIONS = 512
HEAD_SECONDS = 10.0
"""Time for the head of a request, from the connection or the end of the reply before."""
REFUSED_SECONDS = 2.0
"""Time to read what a client still sends after a refusal: a reset would take the reply from it."""


async def _busy(scope: Scope, receive: Receive, send: Send) -> None:
    reply = refusal("too many readers ask at once; ask again", HTTPStatus.SERVICE_UNAVAILABLE)
    reply.headers.update({**HEADERS, "Connection": "close"})
    await reply(scope, receive, send)


class Connection(H11Protocol):
    """Connection that ends if the head of a request does not come in time."""

    _late: asyncio.TimerHandle | None = None
    _is_refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read a part of a request; with too many connections, its answer is a refusal."""
        if self._is_refused:
            return
        app: ASGIApp = self.config.loaded_app
        self.app = _busy if len(self.connections) > MOST_CONNECTIONS else app
        cycle: Any = self.cycle
        if self._late is None and (cycle is None or cycle.response_complete):
            self._wait()
        super().data_received(data)
        if self.cycle is not cycle:
            self._stop_waiting()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP, or has a head that is too long."""
        hint = getattr(sys.exception(), "error_status_hint", HTTPStatus.BAD_REQUEST)
        if hint == HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE:
            limit = f"{DEFAULT_MAX_INCOMPLETE_EVENT_SIZE:,} bytes"
            self._refuse(f"the head of the request is longer than {limit}", HTTPStatus(hint))
        else:
            self._refuse("the request is not HTTP", HTTPStatus.BAD_REQUEST)

    def _wait(self) -> None:
        self._late = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _stop_waiting(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _give_up(self) -> None:
        message = f"the head of the request did not come within {HEAD_SECONDS:g} s"
        self._refuse(message, HTTPStatus.REQUEST_TIMEOUT)

    def _refuse(self, message: str, status: HTTPStatus) -> None:
        """Reply without a request, and close once the client has, or some seconds later."""
        body = json.dumps({"error": message}).encode() + b"\n"
        headers = {
            "Content-Type": "application/json", "Content-Length": len(body),
            "Connection": "close", **HEADERS,
        }  # fmt: skip
        lines = [f"HTTP/1.1 {status.value} {status.phrase}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self.transport.write("\r\n".join([*lines, "", ""]).encode() + body)
        self._is_refused = True
        self._stop_waiting()
        self._late = self.loop.call_later(REFUSED_SECONDS, self.transport.close)
        self.flow.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()
