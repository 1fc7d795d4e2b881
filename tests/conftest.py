"""Real databases for every test that touches the graph; a missing Neo4j is a failure, no skip."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))

from faults import CI, Counts, Loads, start_forking, two_graphs

from graphkit.build import Graph, build_graph
from graphkit.paths import shipped, user_folder
from graphkit.seeds import read_seeds
from graphkit.stores import Store
from graphkit.stores.embedded import EmbeddedStore
from graphkit.stores.neo4j import Neo4jStore
from graphkit.stores.neo4j.server import DEFAULT_VERSION, start_server

LOCAL = ("localhost", "127.0.0.1", "::1")
MARK = "graphkit_tests"
"""An index with this name says that a Neo4j database may be cleared by the tests."""

LOG = pytest.StashKey[Path]()
"""The log of the tests' own Neo4j."""

# Waits until nobody holds the other end of its stdin any more, however that came about.
STOP_AT_THE_END = """
import sys
from pathlib import Path
from graphkit.stores.neo4j.server import stop_server
sys.stdin.read()
stop_server(home=Path(sys.argv[1]))
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--neo4j", default=DEFAULT_VERSION, help="Version of Neo4j to test with.")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """The tests of tests/nightly run only when they are asked for."""
    if collection_path.name == "nightly" and not any("nightly" in arg for arg in config.args):
        return True
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests on the shipped graph first, then those that clear the database: it is filled once."""
    items.sort(key=lambda item: "stores" not in getattr(item, "fixturenames", ()))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """What the server complained about, when a test failed."""
    log = config.stash.get(LOG, None)
    if terminalreporter.stats.get("failed") and log and log.exists():
        lines = log.read_text(errors="replace").splitlines()
        terminalreporter.section("the last warnings of Neo4j")
        for line in [line for line in lines if " WARN " in line or " ERROR " in line][-40:]:
            terminalreporter.line(line[:300])


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing of the user's is read or written, but Neo4j's jars are fetched only once."""
    jars = user_folder("cache") / "neo4j"
    jars.mkdir(parents=True, exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("home")
        for kind in ("cache", "data", "config"):
            patch.setenv(f"XDG_{kind.upper()}_HOME", str(home / kind))
        (home / "cache" / "graphkit").mkdir(parents=True)
        (home / "cache" / "graphkit" / "neo4j").symlink_to(jars, target_is_directory=True)
        for name in ("GRAPHKIT_DB", "NEO4J_DATABASE"):
            patch.delenv(name, raising=False)
        yield


@contextmanager
def stopped_at_the_end(home: Path) -> Iterator[None]:
    """Stop the server of a home when this ends: also when the tests are interrupted or killed."""
    command = [sys.executable, "-c", STOP_AT_THE_END, str(home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True) as guard:
        yield
        assert guard.stdin is not None
        guard.stdin.close()


@pytest.fixture(scope="session")
def counts() -> Counts:
    """How many faults of each sort are made; tests/nightly makes more."""
    return CI


@pytest.fixture(scope="session")
def loads(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Loads:
    """Two graphs, and warm processes that load them."""
    login = request.getfixturevalue("neo4j_server")
    names = ("NEO4J_USERNAME", "NEO4J_PASSWORD")
    start_forking()
    return two_graphs(tmp_path_factory.mktemp("loads"), dict(zip(names, login[1:], strict=True)))


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
def neo4j_store(neo4j_server: tuple[str, str, str]) -> Iterator[Neo4jStore]:
    """The test database, cleared in the end; somebody's own data are never touched."""
    with Neo4jStore(*neo4j_server) as store:
        marks = store.run("SHOW INDEXES YIELD name WHERE name = $mark RETURN name", {"mark": MARK})
        nodes = store.run("MATCH (n) RETURN count(n) AS n").table["n"][0].as_py()
        if nodes and not len(marks.table):
            pytest.exit(f"{neo4j_server[0]} holds {nodes:,} nodes that the tests would delete", 1)
        store._write(f"CREATE INDEX {MARK} IF NOT EXISTS FOR (n:{MARK}) ON (n.x)")
        yield store
        clear(store)
        store._write(f"DROP INDEX {MARK}")


@pytest.fixture(scope="session")
def shipped_graph() -> Graph:
    return build_graph(read_seeds(shipped("seeds")))


@pytest.fixture(scope="session")
def shipped_file(shipped_graph: Graph, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An embedded database filled with the shipped seeds."""
    path = tmp_path_factory.mktemp("shipped") / "graph.lbdb"
    with EmbeddedStore(path) as store:
        store.load(shipped_graph)
    return path


@pytest.fixture(scope="session")
def shipped_store(shipped_file: Path) -> Iterator[EmbeddedStore]:
    """That database, open: its process that answers free Cypher is started once."""
    with EmbeddedStore(shipped_file) as embedded:
        yield embedded


@pytest.fixture
def stores(
    shipped_graph: Graph, shipped_store: EmbeddedStore, neo4j_store: Neo4jStore
) -> dict[str, Store]:
    """Both databases, filled with the shipped seeds."""
    wanted = next(p for p in shipped_graph.parts if p.kind.name == "Load").table["content"][0]
    found = neo4j_store.run("MATCH (l:Load) RETURN l.content AS content").table
    if found["content"].to_pylist() != [wanted.as_py()]:
        neo4j_store.load(shipped_graph)
    return {"embedded": shipped_store, "neo4j": neo4j_store}


def clear(store: Neo4jStore) -> None:
    """Empty the whole test database."""
    store._write("MATCH (n) CALL (n) { DETACH DELETE n }")


@pytest.fixture(params=["embedded", "neo4j"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Each database in turn, empty."""
    if request.param == "embedded":
        with EmbeddedStore(tmp_path / "graph.lbdb") as embedded:
            yield embedded
        return
    neo4j = request.getfixturevalue("neo4j_store")
    clear(neo4j)
    yield neo4j
