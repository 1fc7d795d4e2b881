"""The process inside the sandbox: locks itself in, then answers statements on one database."""

from __future__ import annotations

import json
import os
import pickle
import queue
import sys
import threading
from pathlib import Path

import ladybug
import pyarrow as pa
import pyarrow.compute  # what is imported later finds no file any more

from graphkit.errors import GraphkitError, one_line
from graphkit.imports import do_without_pandas
from graphkit.stores import Result
from graphkit.stores.embedded import EmbeddedStore
from graphkit.stores.landlock import allow_only

RESERVED = 2**43
"""Addresses, not memory, that ladybug reserves for a database of any size."""
MEMORY = 4 * 2**30
"""What may be taken beside them."""


def main() -> None:
    """Answer the requests that come on stdin, until it ends."""
    do_without_pandas()
    ladybug.Database.get_version()  # loads the engine
    pa.array([None])  # loads more of pyarrow
    store = EmbeddedStore(pickle.load(sys.stdin.buffer))
    lock_in(store.path)
    requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(requests,), daemon=True).start()
    while True:
        _answer(store, requests.get())


def lock_in(path: Path) -> None:
    """Limit what this process may take, for good: memory, and of all files one database."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (RESERVED + MEMORY, RESERVED + MEMORY))
    log = path.with_name(f"{path.name}.wal")
    allow_only(p for p in (path, log) if p.is_file())


def open_no_more() -> None:
    """Let this process open nothing from now on: no file, no socket."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def _read(requests: queue.SimpleQueue[bytes]) -> None:
    """Take requests; when whoever asks is gone, however that came about, so is this process."""
    try:
        while True:
            requests.put(pickle.load(sys.stdin.buffer))
    finally:
        os._exit(0)


def _answer(store: EmbeddedStore, request: bytes) -> None:
    try:
        store.open()
        open_no_more()
        statement, parameters, limits = pickle.loads(request)
        _send_table(store.run(statement, parameters, limits))
    except GraphkitError as error:
        _send({"error": type(error).__name__, "message": str(error)})
    except Exception as error:
        said = one_line(error) or type(error).__name__
        _send({"error": "StoreError", "message": f"the embedded database failed: {said}"})


def _send_table(result: Result) -> None:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, result.table.schema) as stream:
        stream.write_table(result.table)
    content = sink.getvalue()
    _send({"notes": result.notes, "bytes": content.size})
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def _send(header: dict[str, object]) -> None:
    sys.stdout.buffer.write(json.dumps(header).encode() + b"\n")
    sys.stdout.buffer.flush()
