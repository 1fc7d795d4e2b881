"""Many readers of the explorer at once, slow ones, and statements that would never end."""

from __future__ import annotations

import json
import socket
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import httpx
import pytest
from explorers import explorer
from written_seeds import market, with_reference, write_files

from graphkit.build import build_graph
from graphkit.seeds import read_seeds
from graphkit.stores.embedded import EmbeddedStore

COUNTRIES = ("CHN", "DEU", "JPN", "KOR", "MYS", "VNM")
ADDRESSES = tuple(
    f"/api/{path}{country}"
    for country in COUNTRIES
    for path in (
        "depends?country=",
        "dependents?country=",
        "trend?country=",
        "page/suppliers?country=",
    )
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("explore")
    seeds: Path = write_files(folder / "seeds", with_reference(market(Random(7))))
    with EmbeddedStore(folder / "graph.lbdb") as store:
        store.load(build_graph(read_seeds(seeds)))
    with explorer(str(folder / "graph.lbdb")) as client:
        yield client


def test_ten_thousand_requests_of_fifty_readers_are_all_answered(server):
    alone = {address: server.get(address).content for address in ADDRESSES}

    def read(reader: int) -> Counter[tuple[int, bool]]:
        replies: Counter[tuple[int, bool]] = Counter()
        with httpx.Client(base_url=server.base_url, timeout=60, trust_env=False) as client:
            for n in range(200):
                address = ADDRESSES[(reader + n) % len(ADDRESSES)]
                reply = client.get(address)
                replies[reply.status_code, reply.content == alone[address]] += 1
        return replies

    with ThreadPoolExecutor(50) as readers:
        replies = sum(readers.map(read, range(50)), Counter())

    assert replies == {(200, True): 10_000}


def test_readers_that_send_and_read_slowly_hold_up_nobody(server):
    place = (str(server.base_url.host), server.base_url.port)
    host = f"Host: {place[0]}:{place[1]}\r\n".encode()
    begun = (
        b"GET /api/depends?country=KOR HTTP/1.1\r\n",
        b"POST /api/cypher HTTP/1.1\r\n" + host + b"Content-Type: application/json\r\n"
        b"Content-Length: 1000\r\n\r\n{",
        b"GET /echarts.js HTTP/1.1\r\n" + host + b"\r\n",
    )
    slow = [socket.create_connection(place) for _ in range(150)]
    for n, each in enumerate(slow):
        each.sendall(begun[n % len(begun)])
    start = time.monotonic()

    assert server.get("/api/depends?country=KOR").status_code == 200
    assert time.monotonic() - start < 5
    for each in slow:
        each.close()


def test_statements_that_never_end_leave_questions_answered(server):
    names = [f"c{n}" for n in range(14)]
    nodes = ", ".join(f"({name}:Country)" for name in names)
    joined = " + ".join(f"{name}.iso3" for name in names)
    statement = f"MATCH {nodes} WHERE {joined} = 'x' RETURN count(*) AS n"
    endless = {"statement": statement, "timeout": 10}
    refusals = {"the statement took longer than 10", "the statement needs more memory t"}

    def ask(_: int) -> tuple[int, bool]:
        reply = httpx.post(f"{server.base_url}api/cypher", json=endless, timeout=60)
        return reply.status_code, json.loads(reply.content)["error"][:33] in refusals

    with ThreadPoolExecutor(4) as readers:
        asked = readers.map(ask, range(4))
        start = time.monotonic()
        assert server.get("/api/origins?country=KOR&for=magnet").status_code == 200
        assert time.monotonic() - start < 10
        assert set(asked) == {(422, True)}  # by time or by memory, as fast as the machine is
    assert server.post("/api/cypher", json={"statement": "RETURN 1 AS x"}).json() == [{"x": 1}]
