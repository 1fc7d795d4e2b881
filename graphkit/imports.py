"""Keeps out of a process what would only make it start later."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType


class _WithoutPandas(PathFinder):
    """Finds every module but pandas, as if it were not installed."""

    @classmethod
    def find_spec(
        cls, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where a module is."""
        hidden = fullname == "pandas" and "pyspark" not in sys.modules
        return None if hidden else super().find_spec(fullname, path, target)


def do_without_pandas() -> None:
    """Let nothing import pandas in this process.

    pyarrow imports it (0.2 s) for the first list that becomes an array, and neo4j too, if it is
    there; no command uses it, but PySpark does not start without it.
    """
    sys.meta_path[:] = [_WithoutPandas if f is PathFinder else f for f in sys.meta_path]
