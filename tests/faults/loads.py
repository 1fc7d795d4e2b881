"""Shared by the tests of faults: two graphs to tell apart, and command lines in warm processes."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from multiprocessing import forkserver
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from chance import SEED
from databases import settled, until
from seed_texts import SMALL, write_seeds

# Imported once, before the forks.
import graphkit.build
import graphkit.render
from graphkit.build import Graph
from graphkit.cli.app import run
from graphkit.database import last_load, open_store
from graphkit.errors import Unreachable
from graphkit.export.digest import digest
from graphkit.seeds.facts import read_seeds
from graphkit.stores.base import Progress, Store
from graphkit.stores.duck.store import DuckStore
from graphkit.stores.neo4j import load as turns
from graphkit.stores.neo4j.server import start_server
from graphkit.stores.neo4j.store import Neo4jStore

OTHER = {
    "trade.yaml": SMALL["trade.yaml"].replace("tonnes: 10}", "tonnes: 11}").replace("JPN", "NOR"),
    "countries.yaml": SMALL["countries.yaml"].replace(", aliases: [Korea]", ""),
    "elements.yaml": SMALL["elements.yaml"] + "  - {key: Tb, name: Terbium, type: element}\n",
    "areas.yaml": SMALL["areas.yaml"].replace("type: world", "type: group"),
}
"""What makes the other graph of the small one: facts added, changed, removed, of most kinds."""
NOTICE = "graphkit: this load removes "
"""Beginning of what a load says before it starts, beside the one line of an error."""
CODES = (0, 1, 2, 3, 4, 130)
"""Exit codes that are documented."""


@dataclass(frozen=True)
class Counts:
    """Numbers of faults of each sort."""

    kills: int
    neo4j_kills: int
    server_kills: int
    grown_kills: int
    full: int
    races: int
    cuts: int
    sequences: int
    neo4j_sequences: int
    whole_sequences: int


COUNTS = {
    "all": Counts(
        kills=40, neo4j_kills=10, server_kills=1, grown_kills=1, full=5, races=8, cuts=12,
        sequences=10, neo4j_sequences=1, whole_sequences=0,
    ),
    "nightly": Counts(
        kills=500, neo4j_kills=100, server_kills=10, grown_kills=20, full=50, races=200, cuts=300,
        sequences=500, neo4j_sequences=50, whole_sequences=3,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Loads:
    """Folders of seeds with what a load of each gives, and processes that load them."""

    folder: Path
    graphs: Mapping[str, Graph]
    digests: Mapping[str, str]
    environment: Mapping[str, str]

    def seeds(self, name: str) -> str:
        return str(self.folder / name)

    def start(
        self, *arguments: str, limit: int = 0, **environment: str
    ) -> tuple[BaseProcess, Path]:
        """A command line in a process of its own, and the file of all that it says."""
        said = self.folder / f"said-{os.urandom(6).hex()}"
        said.touch()
        whole = {**self.environment, **environment}
        process = multiprocessing.get_context("forkserver").Process(
            target=command, args=(arguments, said, whole, limit), daemon=True
        )
        process.start()
        return process, said

    def load(self, name: str, place: str, **more: str) -> tuple[BaseProcess, Path]:
        return self.start("load", self.seeds(name), "--db", place, **more)

    def finish(self, process: BaseProcess, said: Path) -> str:
        """Wait for a process: what it said, once that and its exit code are as documented."""
        process.join(120)
        assert process.exitcode in CODES, (process.exitcode, said.read_text())
        text = said.read_text()
        assert "Traceback" not in text
        if process.exitcode:
            lines = [line for line in text.splitlines() if not line.startswith(NOTICE)]
            assert len(lines) == 1, text
            assert lines[0].startswith("graphkit: "), text
        return text

    def other(self, name: str) -> str:
        return "B" if name == "A" else "A"

    def marker(self, name: str) -> str:
        """The value that is written last of a graph."""
        part = next(part for part in self.graphs[name].parts if part.kind.name == "Load")
        content: str = part.table["content"][0].as_py()
        return content

    def told(self, store: Store) -> str:
        """Tell the graph that an embedded file holds, by its marker, with all that it counts."""
        marked = store.run("MATCH (l:Load) RETURN l.content AS content").table["content"]
        names = {self.marker(name): name for name in self.graphs}
        name = names[marked.to_pylist()[0]]
        counted = [
            store.run(f"MATCH {what} RETURN count(*) AS n").table["n"][0].as_py()
            for what in ("(x)", "()-[x]->()")
        ]
        kinds = self.graphs[name].schema.nodes, self.graphs[name].schema.edges
        assert counted == [sum(self.graphs[name].count(k.name) for k in some) for some in kinds]
        return name

    def named(self, store: Store) -> str:
        """Tell the graph that a database holds; nothing else is one."""
        names = {sha256: name for name, sha256 in self.digests.items()}
        return names[digest(store).sha256]


def command(
    arguments: tuple[str, ...], said: Path, environment: Mapping[str, str], limit: int
) -> None:
    """Run a command line here; ``limit`` is the size in bytes that no file can pass."""
    os.environ.update(environment)
    for stream in (1, 2):
        os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT | os.O_APPEND), stream)
    if limit:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    sys.exit(run(arguments))


def die_at_step(seeds: Path, place: str, last: int, environment: Mapping[str, str]) -> None:
    """Load a folder of seeds, and be killed as soon as a number of its steps are done."""
    os.environ.update(environment)
    with open_store(place) as store:
        store.load(graphkit.build.build_graph(read_seeds(seeds)), dying_step(last))


def dying_step(last: int) -> Progress:
    """Return the progress of a load that kills its process at a number of steps."""
    steps = 0

    def step(kind: str, rows: int) -> None:
        nonlocal steps
        steps += 1
        if steps == last:
            os.kill(os.getpid(), signal.SIGKILL)

    return step


def strike(process: BaseProcess, number: int, seconds: float, phase: Callable[[], str]) -> None:
    """Kill a load within some seconds: every fourth in the short time in which it writes."""
    chance = random.Random(SEED + number)
    if number % 4 == 1:
        until(lambda: phase() != "before")
        process.join(chance.uniform(0, seconds / 20))
    elif number % 20 == 2:
        until(lambda: phase() == "after")
    elif number % 20:
        process.join(chance.uniform(0, seconds))
    process.kill()
    process.join()


def start_forking() -> None:
    """Start the process that has everything imported, which the others are forked of."""
    forkserver.set_forkserver_preload(["__main__", "loads"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        forkserver.ensure_running()


def two_graphs(folder: Path, environment: Mapping[str, str]) -> Loads:
    """Write the seeds of the graphs, and load each undisturbed to know its digest."""
    graphs, digests = {}, {}
    for name, change in (("A", {}), ("B", OTHER), ("C", {"areas.yaml": None})):
        graph = graphkit.build.build_graph(read_seeds(write_seeds(folder / name, change)))
        with DuckStore(folder / f"{name}.duckdb") as store:
            store.load(graph)
            graphs[name], digests[name] = graph, digest(store).sha256
    return Loads(folder, graphs, digests, environment)


def marker(store: Neo4jStore) -> str:
    """Return the server's account of its content, empty while a load is unfinished."""
    with store._session("READ") as session:
        return session.execute_read(turns.marker)


def state(loads: Loads, store: Neo4jStore) -> str:
    """Name the whole graph that a Neo4j holds; an unfinished load holds none, and is refused."""
    settled(store)
    if marker(store):
        return loads.named(store)
    with pytest.raises(Unreachable, match="holds no finished load") as refused:
        last_load(store)
    assert refused.value.exit_code == 4
    return ""


FAULTS = os.environ.get("FAULTS", "all")
AT_LENGTH = pytest.mark.skipif(FAULTS != "nightly", reason="takes minutes: pytest tests/nightly")


@pytest.fixture(scope="session", name="counts")
def fault_counts() -> Counts:
    """Number of faults of each sort: of ``FAULTS``, which is ``all`` or ``nightly``."""
    return COUNTS[FAULTS]


@pytest.fixture(scope="session")
def two_graphs_alone(tmp_path_factory: pytest.TempPathFactory) -> Loads:
    """Two graphs, and warm processes that load them into files."""
    start_forking()
    return two_graphs(tmp_path_factory.mktemp("loads"), {})


@pytest.fixture(name="neo4j_server")
def second_server(neo4j_version: str, second_home: Path) -> tuple[str, str, str]:
    """URI, user and password of the second server, started anew if an earlier test killed it."""
    server = start_server(neo4j_version, home=second_home)
    return server.uri, server.username, server.password


@pytest.fixture(name="neo4j_store")
def second_store(neo4j_server: tuple[str, str, str]) -> Iterator[Neo4jStore]:
    with Neo4jStore(*neo4j_server) as store:
        yield store


@pytest.fixture(name="loads")
def warm_loads(two_graphs_alone: Loads, request: pytest.FixtureRequest) -> Loads:
    """Two graphs, and warm processes that load them: with the login in the tests of Neo4j.

    Tests of the embedded database need no server, and run beside those of Neo4j.
    """
    if request.node.get_closest_marker("xdist_group").args[0] != "second":
        return two_graphs_alone
    _, user, password = request.getfixturevalue("neo4j_server")
    login = {"NEO4J_USERNAME": user, "NEO4J_PASSWORD": password}
    return replace(two_graphs_alone, environment=login)
