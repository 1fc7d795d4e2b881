"""A connection to a server that is cut, reset, stalls, falls silent or garbles at some moment."""

from __future__ import annotations

import os
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

COMMIT = b"\x00\x02\xb0\x12\x00\x00"
"""The message that ends a transaction, as Bolt sends it."""
RUN = b"\xb3\x10"
"""The beginning of the message that asks a statement, as Bolt sends it."""
WIRE = "wire"
"""The name of the threads of wires."""
PATIENCE = b"connection.recv_timeout_seconds"
"""What the server calls the seconds after which a driver gives up its silence: 120."""


@dataclass
class Wire:
    """A way to the server that does one fault after some bytes or commits, then works again."""

    port: int
    fault: str = "none"
    after: int = 0
    passed: int = 0
    commits: int = 0
    statements: int = 0
    open: list[socket.socket] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def join(self, client: socket.socket) -> None:
        """Forward a connection both ways."""
        server = socket.create_connection(("127.0.0.1", self.port))
        self.open += [client, server]
        for here, there in ((client, server), (server, client)):
            ends = here, there, here is client
            threading.Thread(target=self.pump, args=ends, name=WIRE).start()

    def pump(self, here: socket.socket, there: socket.socket, asking: bool) -> None:
        """Forward one way, until the end or the fault."""
        try:
            while data := here.recv(65536):
                if self.fault == "silence":
                    if self.is_silent(data, asking):
                        return
                else:
                    data = data.replace(PATIENCE + bytes([120]), PATIENCE + bytes([2]))
                if self.due(data, asking):
                    if self.fault == "stall":
                        return
                    self.disturb(here, there, data)
                else:
                    there.sendall(data)
        except OSError:
            pass
        if self.fault not in ("stall", "silence"):
            for end in (here, there):
                hang_up(end)

    def is_silent(self, data: bytes, asking: bool) -> bool:
        """Tell if the server says nothing any more: it was asked more than some statements."""
        with self.lock:
            self.statements += asking * data.count(RUN)
            return not asking and self.statements > self.after

    def due(self, data: bytes, asking: bool) -> bool:
        """Tell if the fault is to happen now."""
        with self.lock:
            before = self.commits if self.fault == "commit" else self.passed
            self.passed += len(data)
            self.commits += asking * data.count(COMMIT)
            now = self.commits if self.fault == "commit" else self.passed
            return self.fault not in ("none", "silence") and before <= self.after < now

    def disturb(self, here: socket.socket, there: socket.socket, data: bytes) -> None:
        """Do the fault: also to what was just read."""
        if self.fault == "garbage":
            there.sendall(os.urandom(len(data)))
            return
        there.sendall(data if self.fault == "commit" else data[: len(data) // 2])
        for end in (here, there):
            if self.fault == "reset":
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            end.shutdown(socket.SHUT_RDWR)


def hang_up(end: socket.socket) -> None:
    """End a connection, also for who waits for more of it in another thread."""
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)


@contextmanager
def wire(
    uri: str, fault: str = "none", after: int = 0, tls: ssl.SSLContext | None = None
) -> Iterator[tuple[str, Wire]]:
    """A URI that leads to the server by a wire, which may speak TLS at this end."""
    port = urlsplit(uri).port
    assert port is not None
    made = Wire(port, fault, after)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            try:
                while True:
                    client = listener.accept()[0]
                    with suppress(ssl.SSLError):
                        made.join(tls.wrap_socket(client, server_side=True) if tls else client)
            except OSError:
                pass

        accepting = threading.Thread(target=accept, name=WIRE)
        accepting.start()
        try:
            yield f"bolt://127.0.0.1:{listener.getsockname()[1]}", made
        finally:  # of a test that failed as well, or its threads would wait for ever
            listener.shutdown(socket.SHUT_RDWR)
            accepting.join()
            for end in made.open:
                hang_up(end)
                end.close()
