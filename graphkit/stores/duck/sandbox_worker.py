"""The process that runs free Cypher on one file, with no reach beyond it, from the inside."""

from __future__ import annotations

import json
import os
import pickle
import queue
import sys
import threading
from pathlib import Path
from typing import NoReturn

import pyarrow as pa
import pyarrow.compute  # what is imported later finds no file any more

import graphkit.stores.duck.rows
import graphkit.stores.duck.statements  # noqa: F401
from graphkit.cypher.statement import Statement
from graphkit.errors import GraphkitError, OutOfMemory, StoreError, Untranslated, one_line
from graphkit.stores.duck.confinement import lock_in, open_no_more
from graphkit.stores.duck.engine import FREE_MEMORY
from graphkit.stores.duck.store import DuckStore
from graphkit.stores.results import Result

MEMORY = 4 * 2**30
"""Addresses that the process may take."""


def main() -> NoReturn:
    """Answer the requests that come on stdin after the path of the file, until it ends."""
    path: Path = pickle.load(sys.stdin.buffer)
    store = DuckStore(path, FREE_MEMORY)
    store.start()
    _ = store.model
    pa.array([None])  # loads more of pyarrow
    lock_in(path, MEMORY)
    requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(requests,), daemon=True).start()
    _answer(store, requests.get())
    while store.is_open:  # an engine that failed inside cannot be started here again
        _answer(store, requests.get())
    os._exit(0)


def _read(requests: queue.SimpleQueue[bytes]) -> None:
    """Take requests; when whoever asks is gone, however that came about, so is this process."""
    try:
        while True:
            requests.put(pickle.load(sys.stdin.buffer))
    finally:
        os._exit(0)


def _answer(store: DuckStore, request: bytes) -> None:
    try:
        store.open()
        open_no_more()
        text, parameters, limits = pickle.loads(request)
        statement = Statement.read_only(text)
        _send_table(store.answer(statement, statement.values(parameters), limits))
        return
    except GraphkitError as error:
        failed = error
    except Exception as error:
        message = one_line(error) or type(error).__name__
        failed = StoreError(f"the embedded database failed: {message}")
        if "recursion depth" in message:  # of Arrow's stream
            failed = Untranslated("the file returns no list within more than 62 others")
        elif isinstance(error, MemoryError) or "bad_alloc" in message:
            failed = OutOfMemory()
    _send({"error": type(failed).__name__, "message": getattr(failed, "reason", str(failed))})


def _send_table(result: Result) -> None:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, result.table.schema) as stream:
        stream.write_table(result.table)
    content = sink.getvalue()
    _send({"notes": result.notes, "whole": result.is_whole, "bytes": content.size})
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def _send(header: dict[str, object]) -> None:
    sys.stdout.buffer.write(json.dumps(header).encode() + b"\n")
    sys.stdout.buffer.flush()
