"""Folders of the user, files that ship with the package, and locks on files."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Literal


def user_folder(kind: Literal["cache", "data", "config"]) -> Path:
    """Return graphkit's folder of one kind, where this system keeps such folders."""
    chosen = Path(os.environ.get(f"XDG_{kind.upper()}_HOME", ""))
    if chosen.is_absolute():
        return chosen / "graphkit"
    if sys.platform == "win32":
        return Path(os.environ["LOCALAPPDATA"]) / "graphkit" / kind
    if sys.platform == "darwin":
        library = Path.home() / "Library"
        return library / ("Caches" if kind == "cache" else "Application Support") / "graphkit"
    place = {"cache": ".cache", "data": ".local/share", "config": ".config"}[kind]
    return Path.home() / place / "graphkit"


def make_private(folder: Path) -> None:
    """Make a folder that only its owner can enter, if it is not there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


@contextmanager
def replacing(file: Path) -> Iterator[IO[bytes]]:
    """Write a whole file or none, never readable by anyone but its owner."""
    make_private(file.parent)
    handle, part = tempfile.mkstemp(dir=file.parent)  # created with mode 0600
    with os.fdopen(handle, "wb") as stream:
        yield stream
    Path(part).replace(file)


def write_private(file: Path, text: str) -> None:
    """Write a text as :func:`replacing` does."""
    with replacing(file) as stream:
        stream.write(text.encode())


@contextmanager
def locked(file: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold a lock that ends with this process, however that ends.

    ``waiting`` is called when somebody else holds it.
    """
    while True:
        make_private(file.parent)
        with file.open("a") as stream:
            _wait_for_lock(stream, waiting)
            if not _is_at(file, stream):
                continue  # whoever held it removed the file: this lock would keep nobody out
            yield
            return


def _is_at(file: Path, stream: IO[str]) -> bool:
    try:
        return os.path.samestat(file.stat(), os.fstat(stream.fileno()))
    except FileNotFoundError:
        return False


def _wait_for_lock(stream: IO[str], waiting: Callable[[], None]) -> None:
    if sys.platform == "win32":
        import msvcrt

        while True:
            try:
                msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK, 1)
                return
            except OSError as error:  # it gives up after ten seconds
                if error.errno != errno.EDEADLK:
                    raise
                waiting()
    else:
        import fcntl

        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(stream, fcntl.LOCK_EX)


def shipped(name: str) -> Path:
    """The folder ``seeds`` or ``queries``.

    >>> shipped("seeds").is_dir(), shipped("queries").is_dir()
    (True, True)
    """
    package = Path(__file__).parent
    inside = package / "shipped" / name
    return inside if inside.is_dir() else package.parent / name
