"""The server of an application on one port of this machine."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from graphkit.errors import GraphkitError
from graphkit.explore.connections import Connection
from graphkit.explore.guard import ADDRESS

GRACE_SECONDS = 2


class _Server(uvicorn.Server):
    """Server that says when it answers."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell = started
        self.untold: OSError | None = None
        """The error because of which nobody knows that it answers."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        if self.started:
            try:
                self._tell()
            except OSError as error:
                self.untold, self.should_exit = error, True


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
        Called as soon as it answers; an ``OSError`` of it ends the server.
    """
    config = uvicorn.Config(
        app,
        http=Connection,
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        lifespan="on",
        ws="none",
        timeout_keep_alive=5,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = _Server(config, started)
    server.run(sockets=[sock])
    if server.untold is not None:
        raise server.untold
