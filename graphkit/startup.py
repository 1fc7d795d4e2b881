"""Python packages kept from starting what no command uses."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from importlib.abc import Loader


class _Light(PathFinder):
    """Finder of modules, of which it leaves out some or has a small one in their place."""

    @classmethod
    def find_spec(
        cls, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module on the path, unless it is one of these."""
        if fullname == "pandas" and "pyspark" not in sys.modules:
            return None
        acero = sys.modules.get("pyarrow.acero")
        if fullname == "pyarrow.dataset" and acero and not hasattr(acero, "ds"):
            return None
        if fullname in SMALL:
            return ModuleSpec(fullname, cast("Loader", _Small()))
        return super().find_spec(fullname, path, target)


class _NoParameters(dict[str, Sequence[object]]):
    """Description of a class that names no parameter, from whatever docstring."""

    def __init__(self, docstring: str) -> None:
        super().__init__(Parameters=())


SMALL: dict[str, dict[str, object]] = {
    "pyarrow.vendored.docscrape": {"NumpyDocString": _NoParameters},
}
"""Modules in place of larger ones, with all names that pyarrow takes from them."""


class _Small:
    """Loader of the modules in :data:`SMALL`."""

    def create_module(self, spec: ModuleSpec) -> None:
        """Let Python make the module."""

    def exec_module(self, module: ModuleType) -> None:
        """Give the module its names."""
        vars(module).update(SMALL[module.__name__])


def start_small() -> None:
    """Keep pyarrow and neo4j from starting what no command uses.

    That is pandas (0.2 s), the file systems of clouds that pyarrow's datasets bring (0.02 s),
    the docstrings of pyarrow's functions (0.01 s), and a thread of
    numpy's OpenBLAS for each processor, which looks for work for 0.1 s: matrices are sparse here.
    pyarrow's engine, which only groups and sorts tables, does without datasets. None in
    ``sys.modules`` would not do: pyarrow takes it for the module.
    """
    sys.meta_path[:] = [_Light if f is PathFinder else f for f in sys.meta_path]
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
