"""Readers of all kinds who ask the explorer at random, and the memory that it takes meanwhile."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx
import psutil
from chance import SEED

FORMATS = ("json", "csv", "markdown", "parquet", "ndjson")
PICTURES = ("svg", "png", "html", "echarts")
FILES = ("/", "/app.js", "/echarts.js", "/api/names", "/api/openapi.json", "/api/queries")
MISTAKES = ("/api/depends?country=Atlantis", "/api/steal", "/api/flows?for=x", "/api/trend?top=-1")
KINDS = {
    "answer": 30,
    "page": 20,
    "picture": 15,
    "statement": 20,
    "mistake": 10,
    "file": 4,
    "brief": 1,
}
"""Kinds of requests, and how often each is made."""
SAMPLE_SECONDS = 1.0
Request = tuple[str, str, dict[str, Any] | None]
"""Kind, address, and the body of a statement."""


@dataclass(frozen=True)
class Names:
    """Countries and materials that questions may be about."""

    countries: Sequence[str]
    products: Sequence[str]
    elements: Sequence[str]
    years: Sequence[str]


def names_of(client: httpx.Client) -> Names:
    """Ask an explorer for all that it has names for."""
    names = client.get("/api/names").json()
    keys = {
        kind: [name["key"] for name in names if name["kind"] == kind]
        for kind in ("Country", "Product", "Element")
    }
    years = sorted({year for name in names for year in name.get("years", ())})
    return Names(keys["Country"], keys["Product"], keys["Element"], years)


def random_request(names: Names, chance: random.Random) -> Request:
    """Choose a request as readers make them: most are answers, some are mistakes."""
    kind = chance.choices([*KINDS], [*KINDS.values()])[0]
    country, product = chance.choice(names.countries), chance.choice(names.products)
    element, year = chance.choice(names.elements), chance.choice(names.years)
    if kind == "file":
        return kind, chance.choice(FILES), None
    if kind == "mistake":
        return kind, chance.choice(MISTAKES), None
    if kind == "brief":
        return kind, f"/api/brief?{chance.choice([f'country={country}', f'for={element}'])}", None
    if kind == "statement":
        statement = chance.choice([
            f"MATCH (:Country {{iso3: '{country}'}})<-[f:EXPORTS]-(b) "
            "RETURN b.iso3 AS b, sum(f.usd) AS usd ORDER BY usd DESC",
            f"MATCH (a)-[f:EXPORTS {{product: '{product}'}}]->(b) RETURN a, f, b LIMIT 1000",
            f"MATCH ()-[f:EXPORTS {{period: '{year}'}}]->() "
            "RETURN f.product AS product, sum(f.usd) AS usd ORDER BY product",
            "UNWIND range(1, 300000) AS x RETURN size(collect(x)) AS n",
            "MATCH (n:Country) RETURN n.nope AS x", "MATCH (n RETURN n", "CREATE (n) RETURN n",
        ])  # fmt: skip
        return kind, "/api/cypher", {"statement": statement, "max_rows": 1000}
    question = chance.choice([
        f"depends?country={country}", f"depends?country={country}&for={product}&period={year}",
        f"suppliers?country={country}&for={product}&period={year}",
        f"dependents?country={country}&for={product}", f"spof?country={country}",
        f"reliance?country={country}&for={product}", f"concentration?for={product}&period={year}",
        f"trend?country={country}&for={product}", f"flows?for={product}&period={year}",
        f"origins?country={country}&for={product}&period={year}",
        f"centrality?for={product}&period={year}",
        f"disrupt?who={country}&for={product}&period={year}", f"claims?of={country}",
        f"compare?before={names.years[0]}&after={year}&of={country}",
        f"criticality?for={element}", f"prices?for={element}", f"controls?country={country}",
    ])  # fmt: skip
    if kind == "page":
        return kind, f"/api/page/{question}", None
    form = chance.choice(FORMATS if kind == "answer" else PICTURES)
    return kind, f"/api/{question}&format={form}", None


def send(client: httpx.Client, request: Request) -> tuple[str, int]:
    """Send a request; return its kind and the status of the reply, which must be documented."""
    kind, address, body = request
    reply = client.get(address) if body is None else client.post(address, json=body)
    assert reply.status_code in (200, 400, 404, 422), (reply.status_code, address, body, reply.text)
    return kind, reply.status_code


def memory_of(number: int) -> int:
    """Return the bytes that a process and those that it started have in memory."""
    server = psutil.Process(number)
    resident = 0
    for process in (server, *server.children(recursive=True)):
        try:
            resident += process.memory_info().rss
        except psutil.NoSuchProcess:  # a process of a statement has just ended
            continue
    return resident


def soak(
    client: httpx.Client, number: int, seconds: float, readers: int
) -> tuple[Counter[tuple[str, int]], list[tuple[float, int]]]:
    """Let readers ask for a time; return the replies by kind and status, and the memory over time.

    Memory is in bytes, at seconds from the start.
    """
    names, start = names_of(client), time.monotonic()

    def read(seed: int) -> Counter[tuple[str, int]]:
        chance, replies = random.Random(SEED + seed), Counter[tuple[str, int]]()
        with httpx.Client(base_url=client.base_url, timeout=300, trust_env=False) as reader:
            while time.monotonic() < start + seconds:
                replies[send(reader, random_request(names, chance))] += 1
        return replies

    memory: list[tuple[float, int]] = []
    with ThreadPoolExecutor(readers) as pool:
        running: list[Future[Counter[tuple[str, int]]]] = [
            pool.submit(read, seed) for seed in range(readers)
        ]
        while not all(future.done() for future in running):
            memory.append((time.monotonic() - start, memory_of(number)))
            time.sleep(SAMPLE_SECONDS)
        return sum((future.result() for future in running), Counter()), memory
