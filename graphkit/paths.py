"""User folders, files that ship with the package, file locks, and a pandas out of sight."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import IO, Literal


def user_folder(kind: Literal["cache", "data", "config"]) -> Path:
    """Return graphkit's folder of one kind, where this system keeps such folders.

    An absolute ``XDG_CACHE_HOME`` (``_DATA_``, ``_CONFIG_``) is followed on every system.
    """
    chosen = Path(os.environ.get(f"XDG_{kind.upper()}_HOME", ""))
    if chosen.is_absolute():
        return chosen / "graphkit"
    from platformdirs import PlatformDirs

    folders = PlatformDirs("graphkit", appauthor=False)
    return Path(getattr(folders, f"user_{kind}_dir"))


def make_private(folder: Path) -> None:
    """Create a folder that only its owner can enter, unless it exists."""
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
    """Write text to a file as :func:`replacing` does."""
    with replacing(file) as stream:
        stream.write(text.encode())


@contextmanager
def locked(file: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold a lock that ends with this process, however that ends.

    ``waiting`` is called once if another process or thread holds it.
    """
    from filelock import FileLock, Timeout

    # A soft lock, the fallback where a file system has no locks, would outlive its process.
    lock = FileLock(file, thread_local=False, fallback_to_soft=False)
    told = False
    while not lock.is_locked:
        make_private(file.parent)
        try:
            lock.acquire(blocking=told)
        except Timeout:
            waiting()
            told = True
        except FileNotFoundError:  # the holder removed the folder with the file
            continue
    try:
        yield
    finally:
        lock.release()


def shipped(name: str) -> Path:
    """Return the folder ``seeds`` or ``queries``.

    >>> shipped("seeds").is_dir(), shipped("queries").is_dir()
    (True, True)
    """
    package = Path(__file__).parent
    inside = package / "shipped" / name
    return inside if inside.is_dir() else package.parent / name


class _WithoutPandas(PathFinder):
    """Finder of every module but pandas, until PySpark needs it."""

    @classmethod
    def find_spec(
        cls, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module on the path, unless it is pandas."""
        hidden = fullname == "pandas" and "pyspark" not in sys.modules
        return None if hidden else super().find_spec(fullname, path, target)


def hide_pandas() -> None:
    """Keep pyarrow and neo4j from importing pandas (0.2 s), which no command uses.

    None in ``sys.modules`` would not do: pyarrow takes it for the module.
    """
    sys.meta_path[:] = [_WithoutPandas if f is PathFinder else f for f in sys.meta_path]
