"""Folders of the user, and those that ship with graphkit."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

NAMES = "graph.names"
"""File in the cache with what the default database has names for, for completion."""


def user_folder(kind: Literal["cache", "data", "config"]) -> Path:
    """Return graphkit's folder of one kind, where this system keeps such folders.

    An absolute ``XDG_CACHE_HOME`` (``_DATA_``, ``_CONFIG_``) is followed on every system.
    """
    base = Path(os.environ.get(f"XDG_{kind.upper()}_HOME", ""))
    if base.is_absolute():
        return base / "graphkit"
    from platformdirs import PlatformDirs

    folders = PlatformDirs("graphkit", appauthor=False)
    return Path(getattr(folders, f"user_{kind}_dir"))


def shipped(name: str) -> Path:
    """Return the folder ``seeds``, ``queries``, ``scenarios`` or ``docs``.

    An installed one of documents has a page of them.

    >>> shipped("seeds").is_dir(), shipped("queries").is_dir()
    (True, True)
    """
    package = Path(__file__).parent.parent
    inside = package / "shipped" / name
    return inside if inside.is_dir() else package.parent / name
