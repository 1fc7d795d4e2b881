"""The process that runs free Cypher on one file, with no reach beyond it, from the inside."""

from __future__ import annotations

import ctypes
import json
import os
import pickle
import queue
import struct
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

import pyarrow as pa
import pyarrow.compute  # what is imported later finds no file any more

from graphkit.cypher.statement import Statement
from graphkit.errors import GraphkitError, OutOfMemory, StoreError, Untranslated, one_line
from graphkit.stores.file import FileStore
from graphkit.stores.results import Result

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_SET_NO_NEW_PRIVS = 38
_READ_FILE = 1 << 2
_FILE_ACCESS = (13, 14, 15, 15, 16)
"""Number of kinds of file access in the first versions; later ones have no more."""
_TCP = 0b11
"""Binding and connecting, from version 4 on."""
_SIGNALS_AND_SOCKETS = 0b11
"""Signals and sockets of outside processes, from version 6 on."""


def landlock_version() -> int:
    """Return this kernel's version of Landlock, 0 for none."""
    if sys.platform != "linux":
        return 0
    version: int = ctypes.CDLL(None).syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    return max(version, 0)


def allow_only(readable: Iterable[Path]) -> int:
    """Forbid this thread, and those it will start, all files but some that it may read.

    Returns
    -------
    int
        The version of Landlock that forbids it; 0 where there is none, and nothing is forbidden.

    References
    ----------
    .. [1] Landlock: unprivileged access control.
           https://docs.kernel.org/userspace-api/landlock.html
    """
    version = landlock_version()
    if not version:
        return 0
    libc = ctypes.CDLL(None)
    kinds = (1 << _FILE_ACCESS[min(version, len(_FILE_ACCESS)) - 1]) - 1
    network, scope = _TCP * (version >= 4), _SIGNALS_AND_SOCKETS * (version >= 6)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = struct.pack("=QQQ", kinds, network, scope)[:size]
    ruleset: int = libc.syscall(_CREATE_RULESET, rules, ctypes.c_size_t(size), 0)
    for path in readable:
        file = os.open(path, os.O_PATH)
        libc.syscall(_ADD_RULE, ruleset, 1, struct.pack("=Qi", _READ_FILE, file), 0)
        os.close(file)
    libc.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    refused = libc.syscall(_RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)
    return 0 if refused else version


def serve(store: FileStore, memory: int) -> NoReturn:
    """Answer the requests that come on stdin, until it ends.

    Parameters
    ----------
    store : FileStore
        The file, not open yet; all that its engine imports is imported.
    memory : int
        Bytes of addresses that this process may take.
    """
    pa.array([None])  # loads more of pyarrow
    lock_in(store.path, memory)
    requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(requests,), daemon=True).start()
    _answer(store, requests.get())
    while store.is_open:  # an engine that failed inside cannot be started here again
        _answer(store, requests.get())
    os._exit(0)


def asked_path() -> Path:
    """Read the path of the file, the first that comes on stdin."""
    path: Path = pickle.load(sys.stdin.buffer)
    return path


def lock_in(path: Path, memory: int) -> None:
    """Limit what this process may take, for good: memory, and of all files one database."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if sys.platform == "linux":
        _, most = resource.getrlimit(resource.RLIMIT_AS)  # a lower one may be in force
        most = memory if most == resource.RLIM_INFINITY else min(memory, most)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
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


def _answer(store: FileStore, request: bytes) -> None:
    try:
        store.open()
        open_no_more()
        text, parameters, limits = pickle.loads(request)
        statement = Statement(text)
        statement.check_read_only()
        _send_table(store.answer(statement, statement.values(parameters), limits))
        return
    except GraphkitError as error:
        failed = error
    except Exception as error:
        said = one_line(error) or type(error).__name__
        failed = StoreError(f"the embedded database failed: {said}")
        if "recursion depth" in said:  # of Arrow's stream
            failed = Untranslated("the file returns no list within more than 62 others")
        elif isinstance(error, MemoryError) or "bad_alloc" in said:
            failed = OutOfMemory()
    _send({"error": type(failed).__name__, "message": getattr(failed, "reason", str(failed))})


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
