"""Locks that end with the process that holds them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from graphkit.files.output import make_private


@contextmanager
def locked(file: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold a lock that ends with this process, however that ends.

    ``waiting`` is called once if another process or thread holds it.
    """
    from filelock import FileLock, Timeout

    # A soft lock, the fallback where a file system has no locks, would outlive its process.
    lock = FileLock(file, thread_local=False, fallback_to_soft=False)
    announced = False
    while not lock.is_locked:
        make_private(file.parent)
        try:
            lock.acquire(blocking=announced)
        except Timeout:
            waiting()
            announced = True
        except FileNotFoundError:  # the holder removed the folder with the file
            continue
    try:
        yield
    finally:
        lock.release()
