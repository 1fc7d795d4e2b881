"""The process that runs other people's statements, from the side that asks.

It can read one file and nothing else. It starts with an empty environment, reads one request after
the other, and is killed at the deadline of a request, or after one when it keeps much memory; the
next request gets a new one. It ends when this one does.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa

from graphkit.errors import (
    Damaged,
    GraphkitError,
    OutOfMemory,
    StoreError,
    TookTooLong,
    Unreachable,
    Untranslated,
    UsageError,
)
from graphkit.stores.limits import Limits
from graphkit.stores.results import Result

START = (
    "import sys; sys.path[:] = sys.argv[1:];"
    "from graphkit.startup import start_small; start_small();"
    "from graphkit.stores.duck.sandbox_worker import main; main()"
)
"""Starts the process that answers requests."""
ERRORS: Mapping[str, type[GraphkitError]] = {
    kind.__name__: kind
    for kind in (
        Damaged,
        OutOfMemory,
        StoreError,
        TookTooLong,
        Unreachable,
        Untranslated,
        UsageError,
    )
}
HEADER = 2**20
"""More than any error or note is long."""
IDLE_MEMORY = 2**29
"""Bytes that a process may keep between two statements: an eighth of what it may take, and thrice
what it has after small ones."""


class Sandbox:
    """Process that reads one embedded database."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._process: subprocess.Popen[bytes] | None = None

    def close(self) -> None:
        """End the process, whatever it does."""
        if self._process is not None:
            self._process.kill()
            with suppress(OSError):  # what it did not read any more
                self._process.communicate()
        self._process = None

    def ask(
        self, statement: str, parameters: Mapping[str, Any], limits: Limits, end: float
    ) -> Result:
        """Run one read-only statement, and read its answer before the clock shows the end.

        Raises
        ------
        StoreError
            It took too long, needed too much memory or brought the database engine down.
        UsageError
            It is not read-only, or the parameters cannot be passed on.
        """
        try:
            request = pickle.dumps(pickle.dumps((statement, dict(parameters), limits)))
        except (pickle.PickleError, TypeError, AttributeError) as error:
            raise UsageError(
                f"the embedded database cannot take these parameters: {error}"
            ) from error
        fresh = self._process is None
        try:
            return self._answer(request, limits, end)
        except OutOfMemory:
            if fresh:
                raise
            # The memory may have gone to the statements before it.
            return self._answer(request, limits, end)

    def _answer(self, request: bytes, limits: Limits, end: float) -> Result:
        late = threading.Event()
        try:
            process = self._start()
            timer = threading.Timer(max(end - time.monotonic(), 0), _stop, (process, late))
            timer.start()
            try:
                return _read_answer(process, request)
            finally:
                timer.cancel()
                if late.is_set() or _memory_of(process) > IDLE_MEMORY:
                    self.close()
        except (EOFError, BrokenPipeError) as error:
            self.close()
            if late.is_set():
                raise limits.too_long from error
            raise OutOfMemory(
                "the statement needs more memory than it may have, or is more than the embedded "
                "database can read; ask for less at a time"
            ) from error
        except (ValueError, OSError) as error:
            self.close()
            raise StoreError(f"the embedded database's answer cannot be read: {error}") from error
        except BaseException as error:
            if not isinstance(error, GraphkitError) or isinstance(error, Unreachable | OutOfMemory):
                self.close()
            raise

    def _start(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            environment = {k: v for k, v in os.environ.items() if k == "SYSTEMROOT"}  # of Windows
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", START, *filter(None, sys.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
            )
            assert self._process.stdin is not None
            pickle.dump(self._path, self._process.stdin)
        return self._process


def _memory_of(process: subprocess.Popen[bytes]) -> int:
    """Return the bytes that a process has in memory, as far as the system tells."""
    try:
        pages = Path(f"/proc/{process.pid}/statm").read_text().split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _stop(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    process.kill()


def _read_answer(process: subprocess.Popen[bytes], request: bytes) -> Result:
    """Read an answer of the process, trusting nothing in it."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(request)
    process.stdin.flush()
    line = process.stdout.readline(HEADER)
    if not line.endswith(b"\n"):
        raise EOFError
    header = json.loads(line)
    if "error" in header:
        raise ERRORS[header["error"]](header["message"])
    content = process.stdout.read(header["bytes"])
    if len(content) < header["bytes"]:
        raise EOFError
    with pa.ipc.open_stream(content) as stream:
        table = stream.read_all()
    table.validate(full=True)
    return Result(table, tuple(header["notes"]), header["whole"])
