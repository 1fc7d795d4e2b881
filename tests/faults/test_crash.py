"""Loads that are killed, or run out of room, at any moment leave the old graph or the new one."""

import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from chance import SEED
from databases import clear, settled, until
from loads import AT_LENGTH, Loads, marker, state, strike
from seed_slices import expected_digest

from graphkit.build import build_graph
from graphkit.cli.importing import read_years
from graphkit.export.digest import digest
from graphkit.files.folders import shipped
from graphkit.importers.reference import with_part_of_trade
from graphkit.seeds.check import Facts
from graphkit.seeds.facts import read_seeds
from graphkit.stores.duck.store import DuckStore
from graphkit.stores.neo4j.server import start_server
from graphkit.stores.neo4j.store import Neo4jStore


def undisturbed(loads: Loads, place: str) -> float:
    """Seconds that a load takes; the database then holds A."""
    for name in "BA":
        began = time.monotonic()
        process, said = loads.load(name, place)
        loads.finish(process, said)
        assert process.exitcode == 0
    return time.monotonic() - began


def spread(found: Counter[str], kills: int) -> None:
    """Kills really hit before, during and after what they are to disturb."""
    print(dict(found))
    assert found.total() == kills
    assert all(found[when] >= max(1, kills // 20) for when in ("before", "during", "after")), found


def version(path: Path) -> tuple[int, int]:
    """Marks that tell a file from every other that was or will be at its path."""
    with suppress(FileNotFoundError):
        found = path.stat()
        return found.st_ino, found.st_ctime_ns
    return 0, 0


def phase_of_file(path: Path, new: Path, old: tuple[int, int], left: tuple[int, int]) -> str:
    """Tell the phase of a load into one file that another is made for."""
    if version(path) != old:
        return "after"
    return "before" if version(new) in (left, (0, 0)) else "during"


def test_an_embedded_load_that_is_killed_anywhere(loads, counts, tmp_path):
    path = tmp_path / "graph.duckdb"
    new = tmp_path / ".graph.duckdb.loading" / path.name
    seconds = undisturbed(loads, str(path))
    held, hits = "A", Counter[str]()
    for number in range(counts.kills):
        old = path.read_bytes()
        phase = partial(phase_of_file, path, new, version(path), version(new))
        process, said = loads.load(loads.other(held), str(path))
        strike(process, number, 1.2 * seconds, phase)
        assert "Traceback" not in said.read_text()
        hits[phase()] += 1
        if phase() == "after":
            held = loads.other(held)
        else:
            assert path.read_bytes() == old
        with DuckStore(path) as store:
            assert loads.told(store) == held
        if number % 10 == 9:
            held = loads.other(held)
            loads.finish(*loads.load(held, str(path)))
            with DuckStore(path) as store:
                assert loads.named(store) == held
            assert list(tmp_path.iterdir()) == [path]
    spread(hits, counts.kills)


def phase_of_server(store: Neo4jStore, markers: Mapping[str, str]) -> str:
    """Tell the phase of a load."""
    return markers[marker(store)]


def test_a_neo4j_load_that_is_killed_anywhere(loads, counts, neo4j_store, neo4j_server):
    seconds = undisturbed(loads, neo4j_server[0])
    held, hits = "A", Counter[str]()
    for number in range(counts.neo4j_kills):
        wanted = loads.other(held)
        markers = {"": "during", loads.marker(held): "before", loads.marker(wanted): "after"}
        process, said = loads.load(wanted, neo4j_server[0])
        strike(process, number, seconds, partial(phase_of_server, neo4j_store, markers))
        assert "Traceback" not in said.read_text()
        with Neo4jStore(*neo4j_server) as store:
            found = state(loads, store)
        assert found in ("", held, wanted)
        hits[{"": "during", held: "before", wanted: "after"}[found]] += 1
        if not found:
            asked, told = loads.start("depends", "KOR", "--db", neo4j_server[0])
            assert "graphkit load" in loads.finish(asked, told)
            assert asked.exitcode == 4
        if found != wanted:
            process, said = loads.load(wanted, neo4j_server[0])
            loads.finish(process, said)
            assert process.exitcode == 0
            with Neo4jStore(*neo4j_server) as store:
                assert state(loads, store) == wanted
        held = wanted
    spread(hits, counts.neo4j_kills)


def kill(pid: int) -> None:
    """Kill a process, and wait until nothing of it holds its files."""
    os.kill(pid, signal.SIGKILL)
    with suppress(ProcessLookupError):
        while True:
            os.kill(pid, 0)
            time.sleep(0.05)


def test_a_neo4j_server_that_is_killed_and_started_again(
    loads, counts, neo4j_version, second_home, monkeypatch
):
    server = start_server(neo4j_version, home=second_home)
    login = {"NEO4J_PASSWORD": server.password}
    ports = [server.bolt_port, server.http_port]
    monkeypatch.setattr("graphkit.stores.neo4j.server.free_ports", lambda count: ports)
    chance, held = random.Random(SEED + 49), "A"
    loads.finish(*loads.load(held, server.uri, **login))
    for _ in range(counts.server_kills):
        wanted = loads.other(held)
        process, said = loads.load(wanted, server.uri, **login)
        time.sleep(chance.uniform(0.2, 1.5))
        kill(server.pid)
        server = start_server(neo4j_version, home=second_home)
        loads.finish(process, said)
        with Neo4jStore(server.uri, server.username, server.password) as store:
            assert state(loads, store) in ("", held, wanted)
        again, said = loads.load(wanted, server.uri, **login)
        loads.finish(again, said)
        with Neo4jStore(server.uri, server.username, server.password) as store:
            assert state(loads, store) == wanted
        held = wanted


SMALLER, LARGER = ("lithium", "2018"), ("lithium,cobalt", "2017-2024")
"""Products and years of two parts of the shipped trade, so that the small one clears the large."""
HALF_A_MINUTE = 32
"""Seconds, of which two are for the process to begin and end."""


def slice_digest(facts: Facts, part: tuple[str, str]) -> str:
    """Compute the digest of a part of the shipped trade and all else."""
    products, years = part
    graph = build_graph(with_part_of_trade(facts, products.split(","), read_years(years)))
    return expected_digest(graph)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(SMALLER, LARGER, marks=AT_LENGTH, id="grows"),
        pytest.param(LARGER, SMALLER, id="shrinks"),  # clears what the other only writes
    ],
)
def test_a_server_killed_in_a_load_of_shipped_trade(
    loads, counts, neo4j_version, second_home, monkeypatch, before, after
):
    """Every second time the server stays away until the load has given up."""
    facts = read_seeds(shipped("seeds"))
    digests = {slice_digest(facts, part): part for part in (before, after)}
    server = start_server(neo4j_version, home=second_home)
    ports = [server.bolt_port, server.http_port]
    monkeypatch.setattr("graphkit.stores.neo4j.server.free_ports", lambda count: ports)

    def load(part: tuple[str, str]) -> tuple[BaseProcess, Path]:
        products, years = part
        options = ("--for", products, "--years", years, "--db", server.uri)
        return loads.start("load", *options, NEO4J_PASSWORD=server.password)

    def load_whole(part: tuple[str, str]) -> float:
        """Load undisturbed; return the seconds in which the database had no finished load."""
        process, said = load(part)
        with Neo4jStore(server.uri, server.username, server.password) as store:
            until(lambda: not marker(store) or not process.is_alive(), seconds=300)
            began = time.monotonic()
            loads.finish(process, said)
            assert process.exitcode == 0
            taken = time.monotonic() - began
            assert digests[digest(store).sha256] == part
        return taken

    chance, ends, longest = random.Random(SEED + 52), Counter[str](), 0.0
    with Neo4jStore(server.uri, server.username, server.password) as store:
        clear(store)
    load_whole(before)
    seconds = load_whole(after)
    for number in range(counts.grown_kills):
        load_whole(before)
        process, said = load(after)
        with Neo4jStore(server.uri, server.username, server.password) as store:
            if number % 10:
                until(lambda store=store: not marker(store), seconds=300)
            process.join(chance.uniform(0, seconds))
        kill(server.pid)
        began = time.monotonic()
        if number % 2:
            process.join(HALF_A_MINUTE)
            longest = max(longest, time.monotonic() - began)
            assert process.exitcode in (0, 4), said.read_text()
        server = start_server(neo4j_version, home=second_home)
        loads.finish(process, said)
        with Neo4jStore(server.uri, server.username, server.password) as store:
            settled(store)
            found = digests[digest(store).sha256] if marker(store) else None
        ends["unfinished" if found is None else "old" if found == before else "new"] += 1
        load_whole(after)
    print(f"{after}: {dict(ends)}, {longest:.1f} s until a load gives up")
    assert ends.total() == counts.grown_kills


def full(loads: Loads, path: Path, text: str) -> None:
    """A load that found no room said so, and left the old graph and no litter."""
    assert f"cannot write {path}: there is no room, or the disk fails" in text
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    with DuckStore(path) as store:
        assert loads.named(store) == "A"


@pytest.mark.skipif(sys.platform == "win32", reason="has no limit of file sizes")
def test_a_load_that_runs_out_of_room_anywhere(loads, counts, tmp_path):
    path = tmp_path / "graph.duckdb"
    loads.finish(*loads.load("A", str(path)))
    size = path.stat().st_size
    for point in range(counts.full):
        limit = 2**20 + point * (size - 2**20) // counts.full
        process, said = loads.start("load", loads.seeds("B"), "--db", str(path), limit=limit)
        full(loads, path, loads.finish(process, said))
        assert process.exitcode == 1
    loads.finish(*loads.load("B", str(path)))
    with DuckStore(path) as store:
        assert loads.named(store) == "B"
