"""The server: one port of this machine, until the process is told to end."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable

import uvicorn

from graphkit.errors import GraphkitError
from graphkit.explore.answers import Answers
from graphkit.explore.app import make_app
from graphkit.stores import Store

ADDRESS = "127.0.0.1"
MOST_CONNECTIONS = 512
GRACE_SECONDS = 2


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
    with _listening(port) as sock, Answers(store, reopen) as answers:
        answers.warm()
        bound: int = sock.getsockname()[1]
        config = uvicorn.Config(
            make_app(answers, db, bound),
            log_config=None,
            log_level="error",
            access_log=False,
            server_header=False,
            lifespan="off",
            ws="none",
            limit_concurrency=MOST_CONNECTIONS,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        server = _Server(config, lambda: started(f"http://{ADDRESS}:{bound}/"))
        server.run(sockets=[sock])


def _listening(port: int) -> socket.socket:
    try:
        return socket.create_server((ADDRESS, port))
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error
        raise GraphkitError(f"cannot listen on port {port}: {reason}") from error
