"""Files of graphkit 0.2, which another engine wrote: nothing but a load is done with them."""

from __future__ import annotations

from pathlib import Path

from graphkit.stores.duck.engine import head

KIND = b"LBUG"
"""First bytes of the files of that engine."""
NAMES = (b"DEPENDS_ON", b"EXPORTS", b"digest")
"""Names in such a file of graphkit's, and in hardly another."""


def is_old(path: Path) -> bool:
    """Tell a file of the engine of graphkit 0.2."""
    return head(path).startswith(KIND)


def is_old_graph(path: Path) -> bool:
    """Tell such a file that graphkit made from one of another program."""
    content = path.read_bytes()
    return all(name in content for name in NAMES)
