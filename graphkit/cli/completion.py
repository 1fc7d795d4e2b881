"""Completion of countries, minerals, products, stages, periods, data sets and sources.

The names stand in a file beside the default database, so that no key press opens a database but
the first.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

from graphkit.parameters import Parameter
from graphkit.paths import NAMES, user_folder, write_private

Complete: TypeAlias = Callable[[str], list[tuple[str, str]]]
PLACES, MATERIALS = ("Country", "Area"), ("Element", "Product", "Stage")
COMPLETED = {
    "COUNTRY": PLACES,
    "BLOC": PLACES,
    "WHAT": MATERIALS,
    "ELEMENT": ("Element",),
    "STAGE": ("Stage",),
    "PERIOD": ("Period",),
    "BEFORE": ("Period",),
    "AFTER": ("Period",),
    "dataset": ("Dataset",),
    "source": ("Source",),
}
"""Kinds of names that a parameter takes, by its metavar or its name."""


def completion_of(parameter: Parameter) -> Complete | None:
    """Return the function that completes the values of a parameter, if any are known."""
    kinds = COMPLETED.get(parameter.metavar.strip("[].")) or COMPLETED.get(parameter.name)
    if not parameter.choices and kinds is None:
        return None

    def complete(incomplete: str) -> list[tuple[str, str]]:
        if kinds is None:
            return [(choice, "") for choice in parameter.allowed]
        return _beginning(kinds, incomplete)

    return complete


def _beginning(kinds: tuple[str, ...], incomplete: str) -> list[tuple[str, str]]:
    """List the names of some kinds that begin so, behind the last comma or plus, with their help.

    Names are offered as one word, which any question understands: ``south-korea``.
    """
    typed = re.split("[,+]", incomplete)[-1]
    start = incomplete.removesuffix(typed)
    found: dict[str, str] = {}
    for kind, key, name in _names():
        if kind in kinds:
            for word in (key, key.casefold(), re.sub(r"\W+", "-", name.casefold()).strip("-")):
                if word.startswith(typed):
                    found.setdefault(start + word, key if word not in (key, name) else name)
    return sorted(found.items())


def _names() -> Iterable[list[str]]:
    """Read kind, key and name of all that may be named; write them down first if need be.

    They are those of the file in ``GRAPHKIT_DB``, or of the default database.
    """
    chosen = Path(os.environ.get("GRAPHKIT_DB") or ".")
    own = chosen if chosen.is_file() else None
    written = user_folder("cache") / NAMES
    if own:
        digest = hashlib.sha256(str(own.resolve()).encode()).hexdigest()[:8]
        written = written.with_stem(f"graph-{digest}")
    text = ""
    with suppress(OSError):
        if own is None or written.stat().st_mtime > own.stat().st_mtime:
            text = written.read_text(encoding="utf-8")
    return (line.split("\t") for line in (text or _written(written, own)).splitlines())


def _written(path: Path, own: Path | None) -> str:
    """Write the names of a database to a file; none if the default one is not built yet."""
    from graphkit.catalog import Catalog
    from graphkit.database import default_path
    from graphkit.stores.embedded import EmbeddedStore

    database = own or default_path()
    if not database.exists():
        return ""
    with EmbeddedStore(database) as store:
        catalog = Catalog(store)
        rows = [
            (kind, row["key"], row.get("name") or row.get("title") or "")
            for kind in (*PLACES, *MATERIALS, "Source")
            for row in catalog.nodes(kind).to_pylist()
        ]
        rows += [("Period", p, "") for p in sorted(set(catalog.traded["period"].to_pylist()))]
        rows += [("Dataset", key, "") for key in catalog.rows("datasets")["dataset"].to_pylist()]
    text = "".join("\t".join(row) + "\n" for row in rows)
    with suppress(OSError):  # it only saves time
        write_private(path, text)
    return text
