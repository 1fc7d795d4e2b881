"""A server that speaks Bolt for so many messages, and then sends what it likes."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import repeat
from typing import BinaryIO

BOLT_5_4 = b"\0\0\4\5"
HELLO, LOGON, BEGIN = range(3)
"""Messages that the driver sends, in their order."""


def message(body: bytes) -> bytes:
    """A message in one chunk."""
    return struct.pack(">H", len(body)) + body + b"\0\0"


def text(value: str) -> bytes:
    raw = value.encode()
    return (bytes([0x80 + len(raw)]) if len(raw) < 16 else bytes([0xD0, len(raw)])) + raw


def reply(tag: bytes, **values: str | None) -> bytes:
    """A message with a map of texts."""
    pairs = (text(k) + (b"\xc0" if v is None else text(v)) for k, v in values.items())
    return message(b"\xb1" + tag + bytes([0xA0 + len(values)]) + b"".join(pairs))


def success(**values: str | None) -> bytes:
    return reply(b"\x70", **values)


def failure(**values: str | None) -> bytes:
    return reply(b"\x7f", **values)


UNREADABLE: dict[str, bytes | Iterable[bytes]] = {
    "a message that is not a structure": message(b"\x01"),
    "a list of four thousand million": message(b"\xb1\x70\xd6\xff\xff\xff\xff"),
    "a map of four thousand million": message(b"\xb1\x70\xda\xff\xff\xff\xff"),
    "a list in a list in a list": message(b"\xb1\x70" + b"\x91" * 60_000),
    "text that is not UTF-8": message(b"\xb1\x70\xa1\x81\xff\x01"),
    "a success with a number": message(b"\xb1\x70\x01"),
    "a success with nothing": message(b"\xb1\x70\xc0"),
    "a success with a list": message(b"\xb1\x70\x91\x01"),
    "a message of no known kind": message(b"\xb1\x33\xa0"),
}
"""What the driver cannot make a message of."""
GARBAGE: dict[str, bytes | Iterable[bytes]] = {
    **UNREADABLE,
    "a record too early": message(b"\xb1\x71\x91\x01"),
    "a message that is ignored": message(b"\xb0\x7e"),
    "the hints as text": success(server="Neo4j/5.26.0", hints="none"),
    "a huge chunk that does not come": b"\xff\xff\xb1\x70",
    "chunks of nothing for ever": repeat(b"\0\0" * 1000),
    "a web page": b"HTTP/1.1 400 Bad Request\r\n\r\n" + b"<html>" * 10_000,
    "noise": bytes(n * n % 251 for n in range(5000)),
    "the end": b"",
    "a failure with nothing": message(b"\xb0\x7f"),
    "a failure with a number": message(b"\xb1\x7f\x01"),
    "a failure without a code": failure(message="no"),
    "a failure with null": failure(code=None, message=None),
    "a failure with an odd code": failure(code="Odd", message="no"),
    "a failure with an unknown code": failure(code="Neo.Odd.Odd.Odd", message="no\nand no"),
    "a failure with too much": failure(code="Neo.ClientError.Odd.Odd", message="no", self="x"),
}


def hear(stream: BinaryIO) -> None:
    """Read one message."""
    while size := struct.unpack(">H", stream.read(2))[0]:
        stream.read(size)


def speak(client: socket.socket, handshake: bytes, so_far: int, then: Iterable[bytes]) -> None:
    """Shake hands, answer some messages as a server does, and then send what is left."""
    with client, suppress(OSError, struct.error), client.makefile("rb") as stream:
        stream.read(20)
        client.sendall(handshake)
        for number in range(so_far):
            hear(stream)
            client.sendall(success(server="Neo4j/5.26.0", connection_id="x") if not number
                           else success())  # fmt: skip
        hear(stream)
        for part in then:
            client.sendall(part)
        while then:
            hear(stream)
            client.sendall(success())


@contextmanager
def garbling_server(
    so_far: int, then: bytes | Iterable[bytes], handshake: bytes = BOLT_5_4
) -> Iterator[int]:
    """The port of one that garbles after some messages."""
    parts = [then] if isinstance(then, bytes) and then else then
    clients: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0), backlog=50) as listener:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    clients.append(listener.accept()[0])
                    threading.Thread(
                        target=speak, args=(clients[-1], handshake, so_far, parts), daemon=True
                    ).start()

        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            accepting.join()
            for client in clients:
                with suppress(OSError):
                    client.shutdown(socket.SHUT_RDWR)
