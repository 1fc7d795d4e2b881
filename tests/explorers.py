"""The explorer as its users start it: a process of its own, on a port that is free."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx


@contextmanager
def explorer(db: str, environment: Mapping[str, str] | None = None) -> Iterator[httpx.Client]:
    """Start `graphkit explore` on a database, and stop it in the end; yield a client of it."""
    command = [sys.executable, "-m", "graphkit", "explore", "--no-browser", "--port", "0"]
    with subprocess.Popen(
        [*command, "--db", db], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().rpartition(" at ")[2].strip()
            with httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
                yield client
            assert process.poll() is None, "the server ended by itself"
        finally:
            process.terminate()
