"""Workroom of a load: a locked folder beside the file, without what a killed load left."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from graphkit.files.locks import locked
from graphkit.stores.base import say_waiting

if TYPE_CHECKING:
    pass


@contextmanager
def workroom(path: Path) -> Iterator[Path]:
    """Open a folder beside the database for one load at a time, without a killed one's files."""
    folder = path.with_name(f".{path.name}.loading")
    lock = folder / "lock"
    with locked(lock, partial(say_waiting, str(path))):
        try:
            for remnant in folder.iterdir():
                if remnant.is_dir():
                    shutil.rmtree(remnant)
                elif remnant != lock:
                    remnant.unlink()
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    if sys.platform == "win32":  # where a file in use stays, so this is safe and needed only there
        with suppress(OSError):
            lock.unlink()
            folder.rmdir()
