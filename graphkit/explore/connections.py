"""Connections to the explorer: heads of requests within time, refusals in the documented JSON."""

from __future__ import annotations

import asyncio
import json
from http import HTTPStatus
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from graphkit.explore.guard import HEADERS, refusal

MOST_CONNECTIONS = 512
HEAD_SECONDS = 10.0
"""Time for the head of a request, from the connection or the end of the reply before."""


async def _busy(scope: Scope, receive: Receive, send: Send) -> None:
    reply = refusal("too many readers ask at once; ask again", HTTPStatus.SERVICE_UNAVAILABLE)
    reply.headers.update({**HEADERS, "Connection": "close"})
    await reply(scope, receive, send)


class Connection(H11Protocol):
    """Connection that ends if the head of a request does not come in time."""

    _late: asyncio.TimerHandle | None = None

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
        app: ASGIApp = self.config.loaded_app
        self.app = _busy if len(self.connections) > MOST_CONNECTIONS else app
        cycle: Any = self.cycle
        if self._late is None and (cycle is None or cycle.response_complete):
            self._wait()
        super().data_received(data)
        if self.cycle is not cycle:
            self._stop_waiting()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP."""
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
        """Reply without a request, and close."""
        body = json.dumps({"error": message}).encode() + b"\n"
        headers = {
            "Content-Type": "application/json", "Content-Length": len(body),
            "Connection": "close", **HEADERS,
        }  # fmt: skip
        lines = [f"HTTP/1.1 {status.value} {status.phrase}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self.transport.write("\r\n".join([*lines, "", ""]).encode() + body)
        self.transport.close()
