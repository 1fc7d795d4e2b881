"""Additions to graphkit by other packages, which declare them as entry points."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from graphkit.errors import GraphkitError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

IMPORTERS, WRITERS, EXPORTERS = "graphkit.importers", "graphkit.writers", "graphkit.exporters"
VERBS = "graphkit.verbs"
"""Groups of entry points: importers, formats of answers and tables, formats of the whole graph, and
questions."""
T = TypeVar("T")


@dataclass(frozen=True)
class Plugin:
    """Addition of one name, which is not loaded before somebody asks for it."""

    name: str
    package: str
    """Name and version of the package that declares it."""
    entry: EntryPoint

    def load(self, wanted: type[T]) -> T:
        """Import what the entry point names.

        Raises
        ------
        GraphkitError
            That fails in any way, or is something else; the message names the package.
        """
        with self.blamed():
            loaded = self.entry.load()
        if not isinstance(loaded, wanted):
            raise GraphkitError(
                f"{self}: found {type(loaded).__name__} in {self.entry.value}, wanted "
                f"{wanted.__name__}"
            )
        return loaded

    @contextmanager
    def blamed(self) -> Iterator[None]:
        """Name the package in whatever its code raises, other than graphkit's own refusals."""
        try:
            yield
        except (GraphkitError, OSError):
            raise
        except Exception as error:
            raise GraphkitError(f"{self}: {type(error).__name__}: {error}") from error

    def __str__(self) -> str:
        return f"{self.name!r} of the package {self.package}"


@cache
def plugins(group: str) -> dict[str, Plugin]:
    """Find the additions of a group by name, of the packages that are installed.

    Of two with one name, the one of the first package by its name counts.
    """
    from importlib.metadata import entry_points

    additions: dict[str, Plugin] = {}
    for entry in entry_points(group=group):
        package = f"{entry.dist.name} {entry.dist.version}" if entry.dist else "an unnamed package"
        plugin = Plugin(entry.name, package, entry)
        other = additions.setdefault(entry.name, plugin)
        if plugin.package < other.package:
            additions[entry.name] = plugin
    return additions
