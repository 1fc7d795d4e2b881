"""Finds the seeds and queries that ship with the package, installed or in a checkout."""

from __future__ import annotations

from pathlib import Path


def shipped(name: str) -> Path:
    """The folder ``seeds`` or ``queries``.

    >>> shipped("seeds").is_dir(), shipped("queries").is_dir()
    (True, True)
    """
    package = Path(__file__).parent
    inside = package / "shipped" / name
    return inside if inside.is_dir() else package.parent / name
