"""Real databases for every test that touches the graph; a missing Neo4j is a failure, not a skip.

All tests that need Neo4j form one xdist group, so that one worker starts one server; those that
disturb a server form another, with a second one. No test relies on what an earlier one left in it:
the fixtures fill or clear the database when its content differs.
"""

from __future__ import annotations

import gc
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import pytest

if sys.dont_write_bytecode and "MUTANT" not in os.environ:
    # Compile each module once for all processes of all runs, though beside no source.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    sys.pycache_prefix = str(Path(__file__).parents[1] / ".pytest_cache" / "bytecode")
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))

from databases import (
    MARK,
    clear,
    content,
    everything,
    hold,
    sample,
    slice_seeds,
    stopped_at_the_end,
)
from seed_texts import write_seeds

from graphkit.api import Session
from graphkit.build import Graph, build_graph
from graphkit.cli import app
from graphkit.files.folders import user_folder
from graphkit.files.locks import locked
from graphkit.importers.reference import Reference, read_reference
from graphkit.seeds.check import Facts
from graphkit.seeds.facts import read_seeds
from graphkit.stores.base import Store
from graphkit.stores.duck.store import DuckStore
from graphkit.stores.neo4j.server import DEFAULT_VERSION, start_server
from graphkit.stores.neo4j.store import Neo4jStore

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LOCAL = ("localhost", "127.0.0.1", "::1")
LONG = ("browser", "faults", "fuzz", "scale")
"""Folders of long tests: a run of the whole suite has them with ``-m long`` alone."""
LONG_FOLDERS = {Path(__file__).parent / name for name in LONG}
NAMED_ONLY = ("formats", "nightly", "site")
"""Folders whose tests run only when they are named; two need the group ``formats`` or ``docs``."""
DATABASES = ("store", "place", "graph_of")
"""Parameters of tests whose value ``neo4j`` is the real server."""
SHORT_LIVED = "-XX:TieredStopAtLevel=1"
"""Java's quick compiler alone: the thorough one does not pay off in a server of some minutes."""
LOG = pytest.StashKey[Path]()
"""The log of the tests' own Neo4j."""


def pytest_sessionstart() -> None:
    """Take interrupts, which a shell lets its background jobs ignore: tests send some."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--neo4j", default=DEFAULT_VERSION, help="Version of Neo4j to test with.")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Run the whole suite in three processes and without its long tests, unless told otherwise."""
    if config.args_source is not pytest.Config.ArgsSource.TESTPATHS:
        return
    config.option.markexpr = config.option.markexpr or "not long"
    ours = config.pluginmanager.hasplugin("xdist") and not hasattr(config, "workerinput")
    if ours and config.option.numprocesses is None and not config.option.collectonly:
        config.option.numprocesses = 3


collect_ignore = ["example_package"]
"""Another package, which tests/test_plugins.py installs."""


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the folders of long tests unless they are named, or asked for with ``-m long``."""
    name = collection_path.name
    if collection_path.parent != Path(__file__).parent or name not in (*LONG, *NAMED_ONLY):
        return None
    if config.option.markexpr == "long" and name in LONG:
        return None
    named = [Path(arg.partition("::")[0]).resolve() for arg in config.args]
    return not any(collection_path in (path, *path.parents) for path in named) or None


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark the tests in folders of long ones, and group those that share a server or setups."""
    if LONG_FOLDERS.intersection(item.path.parents):
        item.add_marker(pytest.mark.long)
    chosen = item.callspec.params if hasattr(item, "callspec") else {}
    neo4j = "neo4j_server" in getattr(item, "fixturenames", ()) or any(
        chosen.get(name) == "neo4j" for name in DATABASES
    )
    second = "second_home" in getattr(item, "fixturenames", ())
    name = "second" if second else "neo4j" if neo4j else item.location[0]
    item.add_marker(pytest.mark.xdist_group(name))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the longest groups, Neo4j's by what it holds: saves loads, changes no outcome."""
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        left_out = small_graphs_asked_of_neo4j_elsewhere(items)
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]

    def place(item: pytest.Item) -> tuple[int, bool]:
        order = {"neo4j": 0, "second": 1}.get(str(group(item)), 2)
        return order, "stores" not in getattr(item, "fixturenames", ())

    if not config.pluginmanager.hasplugin("randomly"):
        items.sort(key=place)


def small_graphs_asked_of_neo4j_elsewhere(items: list[pytest.Item]) -> set[pytest.Item]:
    """All but the first test of each module that asks Neo4j about a small graph.

    That both databases answer alike is a test of its own on the sample, on random graphs and of
    every query file. A module that is named asks Neo4j all of them, and tests/nightly names each.
    """
    first: dict[Path, pytest.Item] = {}
    for item in items:
        if hasattr(item, "callspec") and item.callspec.params.get("graph_of") == "neo4j":
            first.setdefault(item.path, item)
    return {
        item
        for item in items
        if hasattr(item, "callspec")
        and item.callspec.params.get("graph_of") == "neo4j"
        and item is not first[item.path]
    }


def group(item: pytest.Item) -> object:
    """Return the xdist group of a test, ``neo4j`` or its module; None of a docstring's example."""
    return next((marker.args[0] for marker in item.iter_markers("xdist_group")), None)


@pytest.hookimpl(tryfirst=True)
def pytest_collection() -> None:
    """Search for no garbage while modules are imported and tests found: a fifth of that time."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Let no later search for garbage go through the modules and thousands of tests again."""
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the last complaints of the server when a test failed."""
    log = config.stash.get(LOG, None)
    if terminalreporter.stats.get("failed") and log and log.exists():
        lines = log.read_text(errors="replace").splitlines()
        terminalreporter.section("the last warnings of Neo4j")
        for line in [line for line in lines if " WARN " in line or " ERROR " in line][-40:]:
            terminalreporter.line(line[:300])


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of a run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session", autouse=True)
def own_folders(run_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Folders of the run instead of the user's; Neo4j's jars alone are kept between runs.

    The cache is shared by the workers, so that one of them builds the default database, and by
    the runs for which ``TESTS_CACHE`` names a folder.
    """
    jars = user_folder("cache") / "neo4j"
    jars.mkdir(parents=True, exist_ok=True)
    cache = Path(os.environ.get("TESTS_CACHE", run_folder / "cache"))
    with locked(cache.with_name(f"{cache.name}.lock")):
        if not (cache / "graphkit").exists():
            (cache / "graphkit").mkdir(parents=True)
            (cache / "graphkit" / "neo4j").symlink_to(jars, target_is_directory=True)
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(cache))
        for kind in ("data", "config"):
            patch.setenv(f"XDG_{kind.upper()}_HOME", str(home / kind))
        for name in ("GRAPHKIT_DB", "GRAPHKIT_WITH", "NEO4J_DATABASE", "COLUMNS"):
            patch.delenv(name, raising=False)
        patch.setenv("JDK_JAVA_OPTIONS", SHORT_LIVED)
        yield


@pytest.fixture(scope="session", autouse=True)
def sandboxes_counted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Where coverage is measured, measure it in the sandboxes of this process too."""
    # numba imports it too, and measures nothing.
    measuring = sys.modules.get("coverage")
    if measuring is None or measuring.Coverage.current() is None:
        yield
        return
    from sandbox_coverage import counted

    with counted(tmp_path_factory.mktemp("sandboxes")) as start, pytest.MonkeyPatch.context() as p:
        p.setattr("graphkit.stores.duck.sandbox.START", start)
        yield


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for the tests of pages."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    assert chromium, "found no chromium; install it: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def neo4j_version(request: pytest.FixtureRequest) -> str:
    version: str = request.config.getoption("--neo4j")
    return version


@pytest.fixture(scope="session")
def neo4j_server(
    neo4j_version: str, tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Iterator[tuple[str, str, str]]:
    """URI, user and password: the server of ``NEO4J_URI`` if it is on this machine, else ours."""
    uri, password = os.environ.get("NEO4J_URI"), os.environ.get("NEO4J_PASSWORD")
    if uri and password and urlsplit(uri).hostname in LOCAL:
        yield uri, os.environ.get("NEO4J_USERNAME", "neo4j"), password
        return
    home = tmp_path_factory.mktemp("neo4j")
    pytestconfig.stash[LOG] = home / neo4j_version / "logs" / "debug.log"
    with stopped_at_the_end(home):
        server = start_server(neo4j_version, home=home)
        yield server.uri, server.username, server.password


@pytest.fixture(scope="session")
def second_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Home of a second Neo4j: for tests that disturb its loads, kill it or replace its files.

    They run beside those of the first. ``start_server`` finds it running or starts it, whatever an
    earlier test left.
    """
    home = tmp_path_factory.mktemp("second")
    with stopped_at_the_end(home):
        yield home


@pytest.fixture(scope="session")
def neo4j_store(
    neo4j_server: tuple[str, str, str], pytestconfig: pytest.Config
) -> Iterator[Neo4jStore]:
    """The test database, cleared in the end if it outlasts the tests; never somebody's data."""
    with Neo4jStore(*neo4j_server) as store:
        marks = everything(store, f"SHOW INDEXES YIELD name WHERE name = '{MARK}' RETURN name")
        nodes = everything(store, "MATCH (n) RETURN count(n) AS n")["n"][0].as_py()
        if nodes and not len(marks):
            pytest.exit(f"{neo4j_server[0]} holds {nodes:,} nodes that the tests would delete", 1)
        store._write(f"CREATE INDEX {MARK} IF NOT EXISTS FOR (n:{MARK}) ON (n.x)")
        yield store
        if LOG not in pytestconfig.stash:
            clear(store)
            store._write(f"DROP INDEX {MARK}")


@pytest.fixture(scope="session")
def sliced_seeds(run_folder: Path) -> Path:
    """A folder of the shipped seeds with the trade of rare earths and magnets alone.

    Commands and processes ask it with ``GRAPHKIT_DB`` set to ``sliced_file``. The whole of the
    shipped seeds is for tests of which it is the subject.
    """
    folder = run_folder / "seeds"
    with locked(run_folder / "seeds.lock"):
        if not folder.exists():
            slice_seeds(folder)
    return folder


@pytest.fixture(scope="session")
def reference() -> Reference:
    """The shipped names and codes that importers read, once a run."""
    return read_reference()


@pytest.fixture(scope="session")
def sliced_facts(sliced_seeds: Path) -> Facts:
    return read_seeds(sliced_seeds)


@pytest.fixture(scope="session")
def sliced_graph(sliced_facts: Facts) -> Graph:
    return build_graph(sliced_facts)


@pytest.fixture(scope="session")
def sliced_file(run_folder: Path, request: pytest.FixtureRequest) -> Path:
    """An embedded database of the slice, loaded once a run."""
    path = run_folder / "sliced" / "graph.duckdb"
    with locked(run_folder / "sliced.lock"):
        if not path.exists():
            path.parent.mkdir()
            with DuckStore(path) as store:
                store.load(request.getfixturevalue("sliced_graph"))
    return path


@pytest.fixture(scope="module")
def ask(sliced_file: Path) -> Iterator[Session]:
    """Questions to the embedded database; that Neo4j answers the same is a test of its own."""
    with DuckStore(sliced_file) as store:
        yield Session(store)


@pytest.fixture
def graphkit(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, sliced_file: Path
) -> Callable[..., tuple[int, str, str]]:
    """Run a command line on the slice, or on the database that --db names."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setenv("GRAPHKIT_DB", str(sliced_file))
        capsys.readouterr()
        return (app.run(arguments), *capsys.readouterr())

    return run


@pytest.fixture(scope="session")
def sample_graph(sliced_facts: Facts) -> Graph:
    """The slice with the trade of some buyers in five years."""
    return build_graph(sample(sliced_facts))


@pytest.fixture(scope="session")
def sample_file(sample_graph: Graph, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample") / "graph.duckdb"
    with DuckStore(path) as store:
        store.load(sample_graph)
    return path


@pytest.fixture(scope="session")
def sample_store(sample_file: Path) -> Iterator[DuckStore]:
    with DuckStore(sample_file) as embedded:
        yield embedded


@pytest.fixture
def stores(
    sample_graph: Graph, sample_store: DuckStore, neo4j_store: Neo4jStore
) -> dict[str, Store]:
    """Both databases, filled with the sample."""
    hold(neo4j_store, sample_graph)
    return {"embedded": sample_store, "neo4j": neo4j_store}


@pytest.fixture(params=["embedded", "neo4j"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Each database in turn, empty."""
    if request.param == "embedded":
        with DuckStore(tmp_path / "graph.duckdb") as embedded:
            yield embedded
        return
    neo4j = request.getfixturevalue("neo4j_store")
    clear(neo4j)
    yield neo4j


@pytest.fixture(scope="session")
def file_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Graph], Path]:
    """Give the embedded database of a graph, made once a run: for tests that only read."""
    folder = tmp_path_factory.mktemp("graphs")

    def made(graph: Graph) -> Path:
        path = folder / f"{content(graph)}.duckdb"
        if not path.exists():
            with DuckStore(path) as store:
                store.load(graph)
        return path

    return made


@pytest.fixture
def embedded_of(
    file_of: Callable[[Graph], Path], tmp_path: Path
) -> Iterator[Callable[..., Session]]:
    """Ask an embedded database that holds the small seeds with some files changed."""
    with ExitStack() as opened:

        def asked(*changes: dict[str, str | None]) -> Session:
            graph = build_graph(read_seeds(write_seeds(tmp_path / "small", *changes)))
            return Session(opened.enter_context(DuckStore(file_of(graph))))

        yield asked


@pytest.fixture(params=["embedded", pytest.param("neo4j", marks=pytest.mark.long)])
def graph_of(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Session]:
    """Ask each database in turn; it holds the small seeds with some files changed.

    For tests that only read: what holds the same from an earlier test is not loaded again.
    """
    if request.param == "embedded":
        return cast(Callable[..., Session], request.getfixturevalue("embedded_of"))
    neo4j = request.getfixturevalue("neo4j_store")

    def asked(*changes: dict[str, str | None]) -> Session:
        hold(neo4j, build_graph(read_seeds(write_seeds(tmp_path / "small", *changes))))
        return Session(neo4j)

    return asked
