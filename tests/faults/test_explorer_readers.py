"""The explorer under many readers, slow ones and hostile ones: it answers, and stays alive."""

from __future__ import annotations

import json
import select
import socket
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection, HTTPResponse

import httpx
import pytest
from explorers import explorer
from hostile_statements import WRITES
from saying import unsaid
from test_explore import QUESTIONS, hostile_market
from written_seeds import write_files

from graphkit.build import build_graph
from graphkit.explore.guard import BODY_SECONDS
from graphkit.seeds.facts import read_seeds
from graphkit.stores.duck.store import DuckStore

READERS, REQUESTS = 50, 2_000
COUNTRIES = ("CHN", "DEU", "JPN", "KOR", "MYS", "VNM")
KINDS = ("depends?country", "dependents?country", "trend?country", "page/suppliers?country")
SLOW = 200
BUSY = 20
"""Seconds for which a busy machine may stand still."""
ENDLESS = 5
"""Seconds that a statement without an end may take."""
Headers = Mapping[str, str]
NONE: Headers = {}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("readers")
    with DuckStore(folder / "graph.duckdb") as store:
        store.load(build_graph(read_seeds(write_files(folder / "seeds", hostile_market()))))
    with explorer(str(folder / "graph.duckdb")) as client:
        yield client


def connected(server: httpx.Client) -> socket.socket:
    return socket.create_connection((str(server.base_url.host), server.base_url.port), timeout=30)


def reader_of(server: httpx.Client) -> HTTPConnection:
    """A reader of its own, which costs far less than the server that it asks."""
    return HTTPConnection(str(server.base_url.host), server.base_url.port, timeout=120)


def read(
    reader: HTTPConnection, path: str, method: str = "GET", headers: Headers = NONE
) -> tuple[int, bytes]:
    """Status and content of a reply."""
    reader.request(method, path, headers=headers)
    reply = reader.getresponse()
    return reply.status, reply.read()


def test_fifty_readers_at_once_have_the_same_answers(server):
    paths = ["/", "/app.js", "/echarts.js", "/api/names", *(f"/api/{path}" for path in QUESTIONS)]
    wanted = {path: (200, server.get(path).content) for path in paths}

    def ask(number: int) -> list[str]:
        """Read every address, each reader from another one on."""
        turned = [*paths[number % len(paths) :], *paths[: number % len(paths)]]
        with closing(reader_of(server)) as reader:
            return [path for path in turned if read(reader, path) != wanted[path]]

    with ThreadPoolExecutor(READERS) as readers:
        assert [path for wrong in readers.map(ask, range(READERS)) for path in wrong] == []


def test_two_thousand_requests_are_each_answered_or_refused(server):
    pages = ("/", "/api/controls", *(f"/api/{kind}={c}" for kind in KINDS for c in COUNTRIES))
    alone = {path: server.get(path).content for path in pages}
    turns: list[tuple[str, str, Headers, int]] = [
        ("GET", "/api/depends?country=x", NONE, 400), ("GET", "/api/steal", NONE, 404),
        ("GET", "/..%2f..%2fetc/passwd", NONE, 404), ("PUT", "/api/controls", NONE, 405),
        ("GET", "/", {"Host": "evil.example"}, 421),
        ("POST", "/api/cypher", {"Origin": "http://evil.example"}, 403),
        ("GET", f"/api/depends?country={'A' * 5000}", NONE, 400),
        *(("GET", path, NONE, 200) for path in pages),
    ]  # fmt: skip

    def ask(number: int) -> Counter[tuple[str, int, int, bool]]:
        found: Counter[tuple[str, int, int, bool]] = Counter()
        with closing(reader_of(server)) as reader:
            for turn in range(REQUESTS // READERS):
                method, path, headers, wanted = turns[(number + turn) % len(turns)]
                status, content = read(reader, path, method, headers)
                found[path[:40], wanted, status, status != 200 or content == alone[path]] += 1
        return found

    with ThreadPoolExecutor(READERS) as readers:
        found = sum(readers.map(ask, range(READERS)), Counter())

    assert found.total() == REQUESTS
    wrong = {key: n for key, n in found.items() if key[1] != key[2] or not key[3]}
    assert wrong == {}
    assert server.get("/api/controls").status_code == 200


def test_statements_that_never_end_leave_questions_answered(server):
    names = [f"c{n}" for n in range(14)]
    nodes = ", ".join(f"({name}:Country)" for name in names)
    joined = " + ".join(f"{name}.iso3" for name in names)
    statement = f"MATCH {nodes} WHERE {joined} = 'x' RETURN count(*) AS n"
    endless = {"statement": statement, "timeout": ENDLESS}
    # By time or by memory, as fast as the machine is.
    refusals = {504: f"longer than {ENDLESS}", 422: "more memory"}

    def ask(_: int) -> tuple[int, str]:
        reply = httpx.post(server.base_url.join("/api/cypher"), json=endless, timeout=60)
        return reply.status_code, json.loads(reply.content)["error"]

    with ThreadPoolExecutor(4) as readers:
        asked = readers.map(ask, range(4))
        start = time.monotonic()
        assert server.get("/api/origins?country=KOR&for=magnet&by=tonnes").status_code == 200
        assert time.monotonic() - start < ENDLESS  # two run at once: the last end in twice that
        assert [unsaid(error, refusals[status]) for status, error in asked] == [[]] * 4
    assert server.post("/api/cypher", json={"statement": "RETURN 1 AS x"}).json() == [{"x": 1}]


def test_hostile_statements_of_many_readers_write_nothing(server):
    before = server.get("/api/names").content

    def ask(statement: str) -> int:
        reply = httpx.post(server.base_url.join("/api/cypher"), json={"statement": statement},
                           timeout=120, trust_env=False)  # fmt: skip
        return reply.status_code

    with ThreadPoolExecutor(16) as readers:
        assert {*readers.map(ask, WRITES)} == {400}
    assert server.get("/api/names").content == before


@pytest.mark.parametrize("kind", ["headers", "body", "reply"])
def test_slow_readers_hold_nobody_up(server, kind):
    """Some never end their headers, some never their body, some never read a long reply."""
    host = f"Host: {server.base_url.host}:{server.base_url.port}\r\n"
    sent = {
        "headers": f"GET / HTTP/1.1\r\n{host}A: ",
        "body": f"POST /api/cypher HTTP/1.1\r\n{host}Content-Type: application/json\r\n"
        "Content-Length: 1000\r\n\r\n{",
        "reply": f"GET /echarts.js HTTP/1.1\r\n{host}\r\n" * 4,
    }[kind]
    slow = [connected(server) for _ in range(SLOW)]
    try:
        for one in slow:
            one.sendall(sent.encode())
        assert server.get("/api/depends?country=KOR").status_code == 200
        assert server.post("/api/cypher", json={"statement": "RETURN 1 AS x"}).json() == [{"x": 1}]
        if kind != "reply":  # none of them was given up before that
            assert select.select(slow, [], [], 0)[0] == []
        if kind == "body":
            slow[0].settimeout(BODY_SECONDS + BUSY)
            reply = HTTPResponse(slow[0])
            reply.begin()
            assert reply.status == 400
            assert unsaid(json.load(reply)["error"], f"body … {BODY_SECONDS:g} s") == []
    finally:
        for one in slow:
            one.close()
    assert server.get("/").status_code == 200
