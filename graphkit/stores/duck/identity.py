"""Identity of a database file: marks that tell it from every other that was or will be there."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

SETTLED = 2.0
"""Seconds after which a change of a file is sure to give it another time."""

WRITTEN = 3
"""Place of the time, in nanoseconds, among the marks of a file."""


def version_of(path: Path) -> tuple[int, ...]:
    """Return marks that tell a file from every other that was or will be at its path."""
    with suppress(OSError):
        file = path.stat()
        return file.st_dev, file.st_ino, file.st_size, file.st_mtime_ns, file.st_ctime_ns
    return ()


def identity_of(path: Path) -> str:
    """Return place, size and times of a file; empty while a log of changes lies beside it."""
    if path.with_name(f"{path.name}.wal").exists():
        return ""
    file = path.stat()
    times = f"{file.st_mtime_ns} {file.st_ctime_ns}"
    return f"{path.resolve()} {file.st_dev} {file.st_ino} {file.st_size} {times}"


def is_settled(path: Path) -> bool:
    """Return True if the next change of a file is sure to give it other times."""
    file = path.stat()
    return max(file.st_mtime, file.st_ctime) <= time.time() - SETTLED
