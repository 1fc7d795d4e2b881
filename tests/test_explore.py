"""The explorer's server: a real process, asked over HTTP by a real client."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from explorers import explorer
from hostile_statements import WRITES
from long_cases import others_long
from pyarrow import parquet
from saying import unsaid
from written_seeds import market, with_reference, write_files

from graphkit import explore
from graphkit.build import build_graph
from graphkit.cli import app
from graphkit.database import last_load
from graphkit.explore.answers import Answers
from graphkit.explore.app import make_app
from graphkit.explore.guard import POLICY
from graphkit.explore.openapi import openapi
from graphkit.explore.server import listening
from graphkit.kinds import Prop, Type
from graphkit.plot.drawing import ASSETS
from graphkit.questions.addresses import by_path, command_of
from graphkit.schema import GRAPH
from graphkit.seeds.facts import read_seeds
from graphkit.stores.duck.store import DuckStore

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"
QUESTIONS = {
    "depends?country=KOR": "depends KOR",
    "depends?country=korea&on=CHN&for=magnet&period=2024": "depends korea --on CHN --for magnet "
    "--period 2024",
    "origins?country=KOR&for=magnet&largest=true&by=tonnes": "origins KOR --for magnet --largest "
    "--by tonnes",
    "leverage?country=KOR&other=CHN&for=magnet": "leverage KOR CHN --for magnet",
    "dependents?country=CHN&min-share=0.2": "dependents CHN --min-share 0.2",
    "suppliers?country=JPN&for=ore&for=magnet": "suppliers JPN --for ore --for magnet",
    "origins?country=KOR&for=magnet&min-share=0": "origins KOR --for magnet --min-share 0",
    "spof?definition=structural&bloc=CHN%2BVNM&bloc=JPN": "spof --definition structural "
    "--bloc CHN+VNM --bloc JPN",
    "disrupt?who=CHN&for=Nd&loss=0.8&slack=0.2&top=0": "disrupt CHN --for Nd --loss 0.8 "
    "--slack 0.2 --top 0",
    "cascade?country=CHN&for=Nd": "cascade CHN --for Nd",
    "stocks?who=CHN&for=Nd&months=2&top=0": "stocks CHN --for Nd --months 2 --top 0",
    "companies?country=CHN&for=Nd&by=seat": "companies CHN --for Nd --by seat",
    "controls": "controls",
    "targets?country=KOR": "targets KOR",
    "unknowns?country=KOR&for=magnet&threshold=0.5": "unknowns KOR --for magnet --threshold 0.5",
    "diversify?country=KOR,JPN&for=magnet&slack=0.5&bloc=CHN%2BVNM&date=2025-01-01": "diversify "
    "KOR,JPN --for magnet --slack 0.5 --bloc CHN+VNM --date 2025-01-01",
    "uses?material=Nd": "uses Nd",
    "plants?country=CHN&for=magnet": "plants CHN --for magnet",
    "owners?country=CHN&for=Nd&by=seat": "owners CHN --for Nd --by seat",
    "show?name=works": "show works",
    "show?name=firm&kind=company": "show firm --kind company",
    "concentration?for=oxide": "concentration --for oxide",
    "reliance?country=KOR&n-minus-1=false": "reliance KOR",
    "prices?for=magnet&of=KOR": "prices --for magnet --of KOR",
    "criticality?for=Nd": "criticality --for Nd",
    "flows?for=magnet&of=KOR&top=2": "flows --for magnet --of KOR --top 2",
    "network?for=magnet&expand=KOR,JPN&by=tonnes": "network --for magnet --expand KOR,JPN "
    "--by tonnes",
    "centrality?measure=pagerank,hub&min-flow=10&by=tonnes": "centrality --measure pagerank,hub "
    "--min-flow 10 --by tonnes",
    "compare?before=2023&after=2024&of=KOR": "compare 2023 2024 --of KOR",
    "trend?country=KOR": "trend KOR",
    "claims?of=KOR": "claims --of KOR",
    "claims/check": "claims check",
    "claims/conflicts": "claims conflicts",
}
REFUSED = {
    "depends": (400, "field 'country'"),
    "depends?country=Atlantis": (400, "country … 'Atlantis'"),
    "disrupt?who=CHN&to=KOR&to=JPN": (400, "to … twice … one"),
    "depends?country=KOR&db=/etc/passwd": (400, "'db' … country, on"),
    "depends?country=KOR&period=2024-Q9": (400, "--period: '2024-Q9'"),
    "origins?country=KOR&on=CHN&largest=true": (400, "--largest … --on"),
    "origins?country=KOR&largest=maybe": (400, "largest: … 'maybe' … true or false"),
    "depends?country=KOR&format=table": (400, "format: … 'table' … json"),
    "depends?country=KOR&format=csv&format=json": (400, "format: … 'csv', 'json'"),
    "disrupt?who=CHN&loss=2": (400, "--loss: … 2 … more than 0, at most 1"),
    "disrupt?who=CHN&loss=much": (400, "loss: … 'much' … number"),
    "disrupt?who=CHN&top=1.5": (400, "top: … '1.5' … whole number"),
    "disrupt?who=CHN&loss=nan": (400, "loss: … 'nan' … number"),
    "mirror": (422, "no … reported"),
    "steal?country=KOR": (404, "/api/steal: not found"),
    "query/sole-supplier": (400, "'sole-supplier' … sole-suppliers"),
    "query/..%2Fseeds.cypher": (404, "not found"),
    "query/secret.cypher": (400, "'secret.cypher' … countries"),
    "queries/secret.cypher": (400, "'secret.cypher' … countries"),
    "query/countries?format=svg": (400, "pictures … json"),
    "query/countries?x=1": (400, "countries … parameter 'x'"),
    "query/suppliers-of-country?consumer=Atlantis&product=magnet": (400, "country … 'Atlantis'"),
    "cypher": (405, "/api/cypher: method not allowed"),
}
BODIES = {
    '{"statement": 1}': (400, "statement: … no text"),
    '{"statement": "RETURN 1 AS x", "db": "/etc/passwd"}': (
        400,
        "body … object … statement, parameters",
    ),
    '["RETURN 1 AS x"]': (400, "body … object … statement, parameters"),
    "RETURN 1": (400, "body … JSON"),
    "[" * 100_000: (400, "body … JSON"),
    '{"statement": "RETURN $x AS x", "parameters": {"x": {}}}': (400, "parameter x: … JSON"),
    '{"statement": "RETURN $x AS x", "parameters": {"x": 1e999}}': (400, "finite number"),
    '{"statement": "RETURN $x AS x", "parameters": [1]}': (400, "parameters: … object"),
    '{"statement": "RETURN 1 AS x", "timeout": 31}': (400, "timeout: … 31 … more than 0"),
    '{"statement": "RETURN 1 AS x", "max_rows": 0}': (400, "max_rows: … 0 … 1 to"),
    '{"statement": "RETURN nothing AS x"}': (400, "nothing"),
    '{"statement": "RETURN \'\\ud800\' AS x"}': (400, "surrogate"),
}


READ = ("measure", "basis", "includes_other", "published_value", "baci_code", "edition_of")
"""Texts of seeds that are read, not shown as they are."""
CONTROL = {"key": "chn-1", "country": "CHN", "announcement": "An act", "measure": "licence",
           "since": "2024-01-01", "elements": ["Nd"], "products": ["magnet"], "items": ["magnets"],
           "evidence": "read", "source": "s"}  # fmt: skip

USES: dict[str, list[dict[str, Any]]] = {
    "Application": [{"key": "motors", "name": "Motors", "source": "s"}],
    "Sector": [{"key": "C27", "name": "Electrical equipment", "source": "s"}],
    "USED_FOR": [{"element": "Nd", "application": "motors", "label": f"Magnets{SCRIPT}",
                  "sector": "C27", "period": "2023", "share": 0.8, "source": "s"}],
}  # fmt: skip
PLANTS: dict[str, list[dict[str, Any]]] = {
    "Facility": [{"key": "works", "name": "Works", "type": "other", "country": "CHN",
                  "latitude": 30.0, "longitude": 110.0, "source": "s"}],
    "Company": [{"key": "firm", "name": "Firm", "type": "company", "seat": "KOR", "source": "s"}],
    "OWNS": [{"owner": "firm", "owned": "works", "share": 0.6, "source": "s"}],
    "OPERATES": [{"company": "firm", "facility": "works", "source": "s"}],
    "HANDLES": [{"facility": "works", "element": "Nd", "label": "magnets", "source": "s"}],
    "MADE": [{"company": "firm", "element": "Nd", "plant": "works", "product": "magnet",
              "label": "magnets", "scope": "whole", "period": "2024", "value": 5.0, "unit": "t",
              "tonnes": 5.0, "basis": "product", "content_tonnes": 5.0, "source": "s"}],
    "CAN_MAKE": [{"facility": "works", "product": "magnet", "label": "magnets", "capacity": 5.0,
                  "unit": "kmt", "tonnes": 5000.0, "basis": "product", "source": "s"}],
}  # fmt: skip


def hostile_market() -> dict[str, str | bytes]:
    """Seeds with a script in every text for people: names, titles, statements, notes."""
    seeds = {**market(Random(7)), "Control": [CONTROL], **USES, **PLANTS}
    hostile = {}
    for kind, rows in seeds.items():
        free = [
            p for p in GRAPH.by_name[kind].props
            if p.type in (Type.TEXT, Type.TEXTS) and p.name not in READ
            and not (p.key or p.ref or p.one_of or p.pattern or p.filled)
        ]  # fmt: skip
        hostile[kind] = [
            {**row, **{p.name: scripted(p, row.get(p.name), n) for p in free}}
            for n, row in enumerate(rows)
        ]
    return with_reference(hostile)


def scripted(prop: Prop, value: Any, number: int) -> Any:
    """Add a script to a text, or a text with one to a list."""
    if prop.type is Type.TEXTS:
        return [*(value or ()), f"another {prop.name} {number}{SCRIPT}"]
    return f"{value or 'A text'}{SCRIPT}"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("explore")
    with DuckStore(folder / "graph.duckdb") as store:
        store.load(build_graph(read_seeds(write_files(folder / "seeds", hostile_market()))))
    return folder / "graph.duckdb"


@pytest.fixture(scope="module")
def server(database: Path) -> Iterator[httpx.Client]:
    with explorer(str(database)) as client:
        yield client


@pytest.fixture
def graphkit(database: Path, capfdbinary: Any) -> Callable[..., bytes]:
    """Output of a command line about the same database."""

    def run(*arguments: str) -> bytes:
        capfdbinary.readouterr()
        app.run([*arguments, *(() if "--db" in arguments else ("--db", str(database)))])
        return capfdbinary.readouterr().out

    return run


@pytest.mark.parametrize(("address", "command"), others_long(QUESTIONS.items(), 8))
def test_a_reply_is_what_the_command_prints(server, graphkit, address, command):
    reply = server.get(f"/api/{address}")

    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"] == "application/json"
    assert reply.content == graphkit(*command.split(), "--format", "json")


def test_every_question_has_an_address_that_is_tested():
    assert {address.partition("?")[0] for address in QUESTIONS} == by_path().keys() - {"mirror"}
    assert "mirror" in REFUSED


@pytest.mark.parametrize("form", ["ndjson", "csv", "markdown", "svg", "png", "html", "echarts"])
def test_a_format_of_a_reply_is_that_of_the_command(server, graphkit, form):
    reply = server.get(f"/api/depends?country=KOR&format={form}")

    assert reply.content == graphkit("depends", "KOR", "--format", form)


def test_parquet_has_the_rows_and_the_answer(server):
    reply = server.get("/api/depends?country=KOR&format=parquet")
    table = parquet.read_table(io.BytesIO(reply.content))

    assert table.num_rows == len(server.get("/api/depends?country=KOR").json()["rows"])
    assert b"coverage" in table.schema.metadata[b"graphkit"]


@pytest.mark.parametrize(("address", "expected"), REFUSED.items())
def test_a_question_that_is_wrong_is_told_in_one_line(server, address, expected):
    reply = server.get(f"/api/{address}")

    assert reply.status_code == expected[0], reply.text
    assert unsaid(reply.json()["error"], expected[1]) == []


@pytest.mark.parametrize(("address", "command"), others_long(QUESTIONS.items(), 8))
def test_the_command_that_the_server_names_has_the_same_rows(server, graphkit, address, command):
    same = server.get(f"/api/same/{address}").json()

    assert same["command"].startswith(f"graphkit {command.split()[0]}")
    words = shlex.split(same["command"])[1:]
    assert graphkit(*words, "--format", "json") == server.get(f"/api/{address}").content


@pytest.mark.parametrize(("address", "command"), others_long(QUESTIONS.items(), 8))
def test_the_python_that_the_server_names_has_the_same_rows(server, address, command):
    import graphkit

    line = server.get(f"/api/same/{address}").json()["python"]
    rows = eval(line, {"graphkit": graphkit}).rows

    assert rows.num_rows == len(server.get(f"/api/{address}").json()["rows"])


def test_an_answer_is_cited_as_by_the_command(server, graphkit):
    address = "suppliers?country=KOR&for=magnet&period=2024"
    words = shlex.split(server.get(f"/api/same/{address}").json()["command"])[1:]
    text = server.get(f"/api/cite/{address}").json()["text"]

    assert f"{text}\n".encode() == graphkit("cite", *words)


def test_the_server_names_the_query_files_that_an_answer_reads(server):
    same = server.get("/api/same/depends?country=KOR&for=magnet").json()
    read = {query["name"]: query["parameters"] for query in same["queries"]}

    assert (read["imports"]["consumers"], read["imports"]["products"]) == (["KOR"], ["magnet"])
    text = server.get("/api/queries/imports").text
    reply = server.post("/api/cypher", json={"statement": text, "parameters": read["imports"]})
    assert {row["consumer"] for row in reply.json()} == {"KOR"}


def test_a_query_file_is_run_as_on_the_command_line(server, graphkit):
    reply = server.get("/api/query/suppliers-of-country?consumer=korea&product=magnet")
    given = ("-P", "consumer=korea", "-P", "product=magnet")

    assert reply.content == graphkit("query", "suppliers-of-country", *given, "--format", "json")


def test_the_query_files_are_listed_as_on_the_command_line(server, capfdbinary):
    app.run(["query", "--format", "json"])

    assert server.get("/api/queries").content == capfdbinary.readouterr().out


def test_a_statement_has_the_rows_of_the_command_line_and_the_notes(server, graphkit):
    statement = "MATCH (c:Country) WHERE c.iso3 > $after RETURN c ORDER BY c.iso3"
    reply = server.post("/api/cypher", json={
        "statement": statement, "parameters": {"after": "DEU"}, "max_rows": 2,
    })  # fmt: skip
    printed = graphkit(
        "cypher", statement, "-P", "after=DEU", "--max-rows", "2", "--format", "json"
    )

    assert reply.content == printed
    assert unsaid(json.loads(reply.headers["graphkit-notes"])[0], "more rows … 2") == []


@pytest.mark.parametrize("statement", WRITES)
def test_no_statement_writes(server, database, statement):
    before = database.read_bytes()
    reply = server.post("/api/cypher", json={"statement": statement})

    assert reply.status_code == 400
    assert reply.json()["error"]
    assert database.read_bytes() == before


@pytest.mark.parametrize(
    ("statement", "status"),
    [("", 400), ("MATCH (c:Country", 400), ("RETURN nothing AS x", 400),
     ("RETURN 1 AS x, 2 AS x", 400), ("RETURN 1 / 0 AS x", 422), ("RETURN 1; RETURN 2", 400),
     ("LOAD CSV FROM 'file:///etc/passwd' AS x RETURN x", 400)],
)  # fmt: skip
def test_a_statement_that_fails_is_told_as_on_the_command_line(
    server, database, capsys, statement, status
):
    reply = server.post("/api/cypher", json={"statement": statement})
    app.run(["cypher", statement, "--db", str(database)])

    assert reply.status_code == status
    assert capsys.readouterr().err == f"graphkit: {reply.json()['error']}\n"


@pytest.mark.parametrize(("body", "expected"), BODIES.items(), ids=range(len(BODIES)))
def test_a_body_that_is_not_a_statement_is_told_in_one_line(server, body, expected):
    reply = server.post("/api/cypher", content=body, headers={"Content-Type": "application/json"})

    assert reply.status_code == expected[0]
    assert unsaid(reply.json()["error"], expected[1]) == []


def test_a_form_of_another_page_is_not_a_statement(server):
    reply = server.post("/api/cypher", content="statement=RETURN+1")

    assert reply.status_code == 400
    assert "application/json" in reply.json()["error"]


@pytest.mark.parametrize("connection", ["keep-alive", "close"])
@pytest.mark.parametrize("length", ["declared", "chunked"])
def test_a_body_that_is_too_long_is_refused_in_a_reply(server, length, connection):
    """Also to a client that reads only when all is sent: a reset would take the reply from it."""
    part, count = b" " * 2**20, 20
    headers = {"Content-Type": "application/json", "Connection": connection}
    if length == "declared":
        headers["Content-Length"] = str(len(part) * count)
    reply = server.post("/api/cypher", content=iter([part] * count), headers=headers)

    assert reply.status_code == 413
    assert "1,048,576 bytes" in reply.json()["error"]
    assert server.get("/").status_code == 200


@pytest.mark.parametrize("head", ["GET / HTTP/1.1\r\nX-Long: ", "GET /?text="])
def test_a_head_that_is_too_long_is_refused_in_a_reply(server, head):
    with socket.create_connection((server.base_url.host, server.base_url.port), 10) as client:
        client.sendall(head.encode() + b"x" * 2_000_000)
        reply = b"".join(iter(lambda: client.recv(65_536), b""))

    assert reply.startswith(b"HTTP/1.1 431 ")
    assert "16,384 bytes" in json.loads(reply.partition(b"\r\n\r\n")[2])["error"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "", "localhost:0"])
def test_another_host_is_refused(server, host):
    reply = server.get("/api/controls", headers={"Host": host})

    assert reply.status_code == 421
    assert "wanted 127.0.0.1:" in reply.json()["error"]


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST", "127.0.0.1", "[::1]"])
def test_this_host_is_answered_under_each_of_its_names(server, name):
    host = f"{name}:{server.base_url.port}"

    assert server.get("/api/controls", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://{own}", "file://"])
def test_another_origin_is_refused(server, origin):
    own = f"127.0.0.1:{server.base_url.port}"
    reply = server.post(
        "/api/cypher",
        json={"statement": "RETURN 1 AS x"},
        headers={"Origin": origin.format(own=own)},
    )

    assert reply.status_code == 403
    assert "access-control-allow-origin" not in reply.headers


@pytest.mark.parametrize("path", ["/", "/api/controls", "/api/steal", "/nothing"])
def test_every_reply_keeps_other_pages_out(server, path):
    headers = server.get(path).headers

    assert headers["content-security-policy"] == POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers.get_list("cache-control") == ["no-cache" if path == "/" else "no-store"]
    assert "set-cookie" not in headers


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("path", ["/", "/api/names"])
def test_a_request_of_another_site_is_refused(server, site, path):
    reply = server.get(path, headers={"Sec-Fetch-Site": site})

    assert reply.status_code == 403
    assert unsaid(reply.json()["error"], site) == []
    assert [*reply.json()] == ["error"]


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_a_request_of_the_page_and_a_typed_address_are_answered(server, site):
    assert server.get("/api/names", headers={"Sec-Fetch-Site": site}).status_code == 200


def test_a_statement_that_takes_too_long_is_told_by_its_status(server):
    endless = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN count(a + b) AS n"
    reply = server.post("/api/cypher", json={"statement": endless, "timeout": 0.3})

    assert reply.status_code == 504
    assert unsaid(reply.json()["error"], "longer than 0.3 s") == []


def test_a_wrong_path_is_a_page_that_says_so(server):
    reply = server.get("/<b>nowhere</b>")

    assert (reply.status_code, reply.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "/&lt;b&gt;nowhere&lt;/b&gt;" in reply.text


@pytest.mark.long
def test_half_sent_requests_end_in_time_and_others_are_refused_in_json_meanwhile(server):
    place = (str(server.base_url.host), server.base_url.port)
    with ExitStack() as opened:
        halves = [opened.enter_context(socket.create_connection(place)) for _ in range(600)]
        for half in halves:
            half.sendall(b"GET /api/names HTTP/1.1\r\nHost: ")
        with httpx.Client(base_url=server.base_url, trust_env=False) as reader:
            busy = reader.get("/api/names")
        halves[0].settimeout(15)
        late = halves[0].recv(65536)

    assert busy.status_code == 503
    assert unsaid(busy.json()["error"], "too many readers") == []
    assert late.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert unsaid(json.loads(late.partition(b"\r\n\r\n")[2])["error"], "head … 10 s") == []
    assert server.get("/api/names").status_code == 200


@pytest.mark.parametrize("path", ["/", "/app.js", "/echarts.js", "/api/openapi.json"])
def test_a_file_of_the_page_is_packed_and_asked_about_by_its_tag(server, path):
    packed = server.get(path, headers={"Accept-Encoding": "gzip, deflate"})
    plain = server.get(path, headers={"Accept-Encoding": "identity"})
    tag = plain.headers["etag"]

    assert (packed.headers["content-encoding"], packed.headers["etag"]) == ("gzip", tag)
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    known = server.get(path, headers={"If-None-Match": tag})
    assert (known.status_code, known.content) == (304, b"")
    assert known.headers["content-security-policy"] == POLICY


def test_replies_are_not_held_back_for_fuller_packets():
    with listening(0) as sock, socket.create_connection(sock.getsockname()):
        accepted, _ = sock.accept()
        with accepted:
            assert accepted.proto == socket.IPPROTO_TCP  # where asyncio turns Nagle's rule off


@pytest.mark.long
def test_the_answers_that_views_begin_with_are_found_before_a_reader_asks(sliced_file):
    wanted = {
        "concentration", "origins", "trend", "claims_check", "owners", "controls", "depends",
        "diversify", "network", "flows",
    }  # fmt: skip

    async def prepared() -> None:
        with (
            DuckStore(sliced_file) as store,
            Answers(store, lambda: store) as kept,
        ):
            app = make_app(kept, None, 80)
            async with app.router.lifespan_context(app):
                while not wanted <= {key.partition(" ")[0] for key in kept._cached}:
                    await asyncio.sleep(0.01)
                await asyncio.gather(*kept._cached.values(), return_exceptions=True)

    asyncio.run(asyncio.wait_for(prepared(), 60))


def test_a_headline_is_told_alone_and_one_that_cannot_be_says_why(server):
    told = server.get("/api/headline/controls?country=CHN").json()
    lacking = server.get("/api/headline/compare?before=1995&after=1996")

    assert unsaid(told["headline"], "1 export control of CHN") == []
    assert lacking.status_code == 200
    assert lacking.json()["headline"] is None
    assert unsaid(lacking.json()["reason"], "no trade … both 1995 and 1996") == []
    assert server.get("/api/headline/controls?country=Atlantis").status_code == 400


def raw(server: httpx.Client, request: bytes) -> bytes:
    """Send bytes that no client would send, and read the reply."""
    place = (str(server.base_url.host), server.base_url.port)
    with socket.create_connection(place, timeout=20) as sent:
        sent.sendall(request)
        sent.shutdown(socket.SHUT_WR)
        return b"".join(iter(partial(sent.recv, 65536), b""))


@pytest.mark.parametrize(
    "path",
    ["/../../../../etc/passwd", "/..%2f..%2fetc/passwd", "/static/../app.py", "/%2e%2e/app.py",
     "//etc/passwd", "/index.html/..%5c..%5capp.py", "/api/queries/..%2f..%2fREADME.md",
     "/api/query/%2fetc%2fpasswd", "/\\..\\app.py", "/index.html%00.js"],
)  # fmt: skip
def test_a_path_that_climbs_finds_nothing(server, path):
    host = f"127.0.0.1:{server.base_url.port}"
    said = raw(server, f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())

    assert said.split(b" ")[1] in (b"400", b"404")
    assert b"root:" not in said


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", b"400"),
        (b"\x16\x03\x01\x02\x00\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nA: " + b"A" * 66_000, b"431"),
    ],
    ids=["no host", "TLS", "endless header"],
)
def test_a_malformed_request_is_refused(server, request_, status):
    reply = raw(server, request_)

    assert reply.split(b" ")[:2] == [b"HTTP/1.1", status]
    assert set(json.loads(reply.partition(b"\r\n\r\n")[2])) == {"error"}
    assert server.get("/").status_code == 200


def test_the_address_book_describes_every_question(server, database):
    document = server.get("/api/openapi.json").json()

    assert document.pop("x-database") == str(database)
    asks = [path for view in document["x-views"] for path in view["asks"]]
    assert sorted(asks) == sorted(set(by_path()) - {"mirror"})
    assert document == json.loads(json.dumps(openapi(document["info"]["version"], FORMATS)))
    for path, verb in by_path().items():
        told = document["paths"][f"/api/{path}"]["get"]["parameters"]
        assert [p["name"] for p in told] == [*(p.field for p in verb.parameters), "format"]
        assert len({p["name"] for p in told}) == len(told)


FORMATS = ("json", "ndjson", "csv", "markdown", "parquet", "svg", "png", "html", "echarts")


def test_the_page_has_the_parts_and_the_rows_of_an_answer(server):
    shown = server.get("/api/page/suppliers?country=JPN&for=magnet").json()
    headline, question, _, rows = shown["blocks"][:4]
    supplier = next(column for column in rows["table"] if column["name"] == "supplier")
    answer = server.get("/api/suppliers?country=JPN&for=magnet").json()

    assert headline["title"] == answer["headline"]
    assert question["text"] == answer["question"]
    assert shown["rows"] == answer["rows"]
    names = {row["key"]: row["name"] for row in server.get("/api/names").json()}
    assert supplier["cells"] == [names[row["supplier"]] for row in answer["rows"]]
    assert (
        shown["picture"]["layouts"][0]["option"]
        == server.get("/api/suppliers?country=JPN&for=magnet&format=echarts").json()
    )
    assert shown["same"]["command"].startswith("graphkit suppliers JPN --for magnet --db ")


@pytest.mark.long
@pytest.mark.parametrize(
    ("address", "command"),
    [("country=KOR&period=2024", "KOR --period 2024"), ("for=magnet", "--for magnet")],
)
def test_a_brief_is_the_file_of_the_command(server, graphkit, tmp_path, address, command):
    reply = server.get(f"/api/brief?{address}")
    graphkit("brief", *command.split(), "-o", str(tmp_path / "brief.html"))

    assert reply.headers["content-disposition"] == "attachment"
    assert reply.content == (tmp_path / "brief.html").read_bytes()
    assert SCRIPT not in reply.text


def test_names_are_listed_for_the_search_box(server):
    names = server.get("/api/names").json()

    assert {"key": "KOR", "name": f"South Korea{SCRIPT}", "kind": "Country"} in names
    assert {row["kind"] for row in names} == {"Country", "Area", "Element", "Product", "Stage"}
    products = [row for row in names if row["kind"] == "Product"]
    assert {row["stage"] for row in products} <= {
        row["key"] for row in names if row["kind"] == "Stage" and row["position"] > 0
    }
    assert any(row["minerals"] and row["years"] for row in products)


def test_the_server_says_which_graph_an_answer_is_from(server, database):
    with DuckStore(database) as store:
        load = last_load(store)
    written = datetime.fromtimestamp(int(database.stat().st_mtime), UTC)

    assert server.get("/api/graph").json() == {
        "database": str(database), "facts": load.facts, "version": load.version,
        "content": load.content, "written": written.isoformat(),
    }  # fmt: skip
    paths = ("depends?country=KOR", "page/depends?country=KOR", "same/depends?country=KOR", "names",
             "brief?country=KOR", "query/countries", "graph")  # fmt: skip
    replies = [server.get(f"/api/{path}") for path in paths]
    replies.append(server.post("/api/cypher", json={"statement": "RETURN 1 AS x"}))
    assert {reply.headers["Graphkit-Content"] for reply in replies} == {load.content}


def test_the_schema_is_listed_for_the_editor(server):
    kinds = {kind["name"]: kind for kind in server.get("/api/schema").json()}
    sold = kinds["EXPORTS"]

    assert kinds.keys() == {kind.name for kind in GRAPH.kinds}
    assert (sold["edge"], sold["ends"]) == (True, ["Country|Area", "Country|Area"])
    assert "tonnes" in [p["name"] for p in sold["properties"]]


def test_code_and_data_of_the_page_are_small():
    files = [*(Path(explore.__file__).parent / "static").iterdir()]
    files += [ASSETS / name for name in ("echarts.js", "world.json", "NotoSans-Regular.ttf")]

    assert sum(file.stat().st_size for file in files) < 1_500_000


def test_the_bundle_of_the_editor_is_the_one_that_was_built_from_the_locked_packages():
    """``tools/build_page.py`` builds it and records the hashes."""
    built = Path(__file__).parents[1] / "tools" / "page"
    wanted = json.loads((built / "built.json").read_text("utf-8"))
    editor = Path(explore.__file__).parent / "static" / "editor.js"
    files = {name: built / name for name in wanted} | {"static/editor.js": editor}

    found = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}
    assert found == wanted


def test_scripts_in_names_stay_text(server):
    reply = server.get("/api/depends?country=KOR")

    assert SCRIPT in reply.json()["question"]
    assert reply.headers["content-type"] == "application/json"


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_while_a_statement_runs(database, number):
    command = [sys.executable, "-m", "graphkit", "explore", "--no-browser", "--port", "0"]
    with subprocess.Popen(
        [*command, "--db", str(database)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().decode().rpartition(" at ")[2].strip()
        place = httpx.URL(address)
        body = json.dumps({"statement": "UNWIND range(1, 1000000000) AS x RETURN max(x) AS x"})
        with socket.create_connection((str(place.host), place.port)) as sent:
            sent.sendall(
                f"POST /api/cypher HTTP/1.1\r\nHost: {place.host}:{place.port}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
                f"{body}".encode()
            )
            httpx.get(address)
            os.kill(process.pid, number)
            assert process.wait(15) == {signal.SIGTERM: -signal.SIGTERM, signal.SIGINT: 130}[number]


def test_a_port_in_use_is_told(server, database, capsys):
    port = str(server.base_url.port)
    code = app.run(["explore", "--no-browser", "--port", port, "--db", str(database)])

    assert (code, capsys.readouterr().err.split(":")[1].strip()) == (
        1, f"cannot listen on port {port}",
    )  # fmt: skip


@pytest.mark.long
def test_a_command_quotes_what_a_shell_would_read():
    pairs = [("country", "$(reboot)"), ("for", "a b")]

    assert command_of(by_path()["depends"], pairs, "my file.duckdb") == (
        "graphkit depends '$(reboot)' --for 'a b' --db 'my file.duckdb'"
    )
