"""The explorer under many readers, slow ones and hostile ones: it answers, and stays alive."""

from __future__ import annotations

import json
import socket
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPResponse

import httpx
import pytest
from explorers import explorer
from hostile_statements import WRITES
from test_explore import QUESTIONS, hostile_market
from written_seeds import write_files

from graphkit.build import build_graph
from graphkit.explore import BODY_SECONDS
from graphkit.seeds import read_seeds
from graphkit.stores.embedded import EmbeddedStore

READERS, REQUESTS = 50, 10_000
SLOW = 200
SOON = 20.0
"""Seconds within which a reader is answered on a busy machine, whatever others do."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("readers")
    with EmbeddedStore(folder / "graph.lbdb") as store:
        store.load(build_graph(read_seeds(write_files(folder / "seeds", hostile_market()))))
    with explorer(str(folder / "graph.lbdb")) as client:
        yield client


def connected(server: httpx.Client) -> socket.socket:
    return socket.create_connection((str(server.base_url.host), server.base_url.port), timeout=30)


def test_fifty_readers_at_once_have_the_same_answers(server):
    paths = ["/", "/app.js", "/echarts.js", "/api/names", *(f"/api/{path}" for path in QUESTIONS)]
    wanted = {path: server.get(path).content for path in paths}

    def read(number: int) -> list[str]:
        """Read every address, each reader from another one on."""
        turned = [*paths[number % len(paths) :], *paths[: number % len(paths)]]
        with httpx.Client(base_url=server.base_url, timeout=120, trust_env=False) as client:
            return [path for path in turned if client.get(path).content != wanted[path]]

    with ThreadPoolExecutor(READERS) as readers:
        assert [path for wrong in readers.map(read, range(READERS)) for path in wrong] == []


def test_ten_thousand_requests_are_each_answered_or_refused(server):
    turns = [
        ("GET", "/", {}, 200), ("GET", "/api/controls", {}, 200),
        ("GET", "/api/depends?country=KOR", {}, 200), ("GET", "/api/depends?country=x", {}, 400),
        ("GET", "/api/steal", {}, 404), ("GET", "/..%2f..%2fetc/passwd", {}, 404),
        ("GET", "/", {"Host": "evil.example"}, 421),
        ("POST", "/api/cypher", {"Origin": "http://evil.example"}, 403),
        ("GET", f"/api/depends?country={'A' * 5000}", {}, 400), ("PUT", "/api/controls", {}, 405),
    ]  # fmt: skip

    def read(number: int) -> Counter[tuple[str, int, int]]:
        found: Counter[tuple[str, int, int]] = Counter()
        with httpx.Client(base_url=server.base_url, timeout=120, trust_env=False) as client:
            for turn in range(REQUESTS // READERS):
                method, path, headers, status = turns[(number + turn) % len(turns)]
                reply = client.request(method, path, headers=headers)
                found[path[:40], status, reply.status_code] += 1
        return found

    with ThreadPoolExecutor(READERS) as readers:
        found = sum(readers.map(read, range(READERS)), Counter())

    assert found.total() == REQUESTS
    assert {key: count for key, count in found.items() if key[1] != key[2]} == {}
    assert server.get("/api/controls").status_code == 200


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
        began = time.monotonic()
        assert server.get("/api/depends?country=KOR").status_code == 200
        assert server.post("/api/cypher", json={"statement": "RETURN 1 AS x"}).json() == [{"x": 1}]
        assert time.monotonic() - began < SOON
        if kind == "body":
            slow[0].settimeout(BODY_SECONDS + SOON)
            reply = HTTPResponse(slow[0])
            reply.begin()
            assert reply.status == 400
            assert "the body did not come within" in json.load(reply)["error"]
    finally:
        for one in slow:
            one.close()
    assert server.get("/").status_code == 200
