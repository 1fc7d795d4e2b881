"""UN Comtrade's API, played by a server on this machine that answers in its shapes."""

from __future__ import annotations

import importlib
import json
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from comtrade_rows import CHN, JPN, KOR, answer, both_sides, row
from saying import unsaid

from graphkit.cli.app import run
from graphkit.errors import GraphkitError
from graphkit.importers import comtrade_api as fetch
from graphkit.importers import http
from graphkit.importers.comtrade_api import (
    ComtradeRequest,
    FetchedRows,
    fetch_comtrade,
    find_key,
)
from graphkit.importers.http import Patience
from graphkit.seeds.facts import read_seeds

pytestmark = pytest.mark.long

KEY = "0123456789abcdef0123456789abcdef"
QUICK = Patience(tries=3, first=0.01, longest=2.0, timeout=5.0)
REQUEST = ComtradeRequest([KOR], [CHN, JPN], ["280530", "284690"], 2024)
LIMITED = '{ "statusCode": 429, "message": "Rate limit is exceeded. Try again in 1 seconds." }'
REFUSED = (
    '{ "statusCode": 401, "message": "Access denied due to invalid subscription key. Make sure to '
    'provide a valid key for an active subscription." }'
)
QUOTA = '{ "statusCode": 403, "message": "Out of call volume quota. Quota will be replenished." }'
Reply = tuple[int, str | bytes, dict[str, str]]


class Api(ThreadingHTTPServer):
    """Gives its replies one after another, the last one for ever, and keeps the requests."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.replies: list[Reply | Callable[[dict[str, str]], Reply]] = []
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/data/v1/get"

    def answers(self, *replies: str | Reply | Callable[[dict[str, str]], Reply]) -> None:
        self.replies = [(200, r, {}) if isinstance(r, str) else r for r in replies]


class Answering(BaseHTTPRequestHandler):
    server: Api

    def do_GET(self) -> None:
        number = min(len(self.server.paths), len(self.server.replies) - 1)
        self.server.paths.append(self.path)
        self.server.headers.append({k.lower(): v for k, v in self.headers.items()})
        reply = self.server.replies[number]
        asked = {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()}
        code, body, headers = reply(asked) if callable(reply) else reply
        data = body.encode() if isinstance(body, str) else body
        self.send_response(code)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing."""


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with Api() as server:
        monkeypatch.setenv("COMTRADE_API_URL", server.url)
        monkeypatch.setenv("COMTRADE_API_KEY", KEY)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        server.answers(answer(both_sides()))
        yield server
        server.shutdown()
        thread.join()


def fetched(api: Api, *questions: ComtradeRequest, **more: Any) -> FetchedRows:
    return fetch_comtrade(questions or [REQUEST], KEY, api=api.url, patience=QUICK, **more)


def refusal(api: Api, **more: Any) -> str:
    with pytest.raises(GraphkitError) as caught:
        fetched(api, **more)
    said = str(caught.value)
    assert KEY not in said
    assert "\n" not in said
    assert caught.value.exit_code == 1
    return said


def cache(tmp_path: Path) -> list[Path]:
    return sorted(p for p in (tmp_path / "cache").rglob("*") if p.is_file())


def test_what_is_asked_for_stands_in_the_address_and_the_key_only_in_its_header(api, tmp_path):
    found = fetched(api)

    assert found.rows == both_sides()
    [path] = api.paths
    assert urlsplit(path).path == "/data/v1/get/C/A/HS"
    assert parse_qs(urlsplit(path).query) == {
        "reporterCode": ["410"], "partnerCode": ["156,392"], "cmdCode": ["280530,284690"],
        "period": ["2024"], "flowCode": ["M,X"], "motCode": ["0"], "customsCode": ["C00"],
        "partner2Code": ["0"], "includeDesc": ["false"],
    }  # fmt: skip
    [headers] = api.headers
    assert [name for name, value in headers.items() if KEY in value] == [fetch.HEADER.lower()]
    assert KEY not in path
    assert all(KEY not in p.name and KEY not in p.read_text() for p in cache(tmp_path))


def test_one_request_a_year_and_twelve_months_in_each(api):
    def periods(asked: dict[str, str]) -> Reply:
        rows = [row(KOR, "M", CHN, "284690", 1.0, 1.0, period=p) for p in
                asked["period"].split(",")]  # fmt: skip
        return 200, answer(rows), {}

    api.answers(periods)
    found = fetched(
        api, *(ComtradeRequest([], [], ["284690"], y, monthly=True) for y in (2023, 2024))
    )

    assert [urlsplit(path).path for path in api.paths] == ["/data/v1/get/C/M/HS"] * 2
    assert "reporterCode" not in api.paths[0]
    periods_found = [r["period"] for r in found.rows]
    assert periods_found == [f"{y}{m:02}" for y in (2023, 2024) for m in range(1, 13)]


def test_an_answer_is_asked_for_once_and_again_only_when_wanted(api, tmp_path):
    first = fetched(api)
    second = fetched(api)
    assert (first.cached, second.cached, second.rows) == (0, 1, first.rows)
    assert len(api.paths) == 1
    [kept] = cache(tmp_path)
    assert kept.stat().st_mode & 0o077 == 0

    fetched(api, fresh=True)
    kept.write_text('{"data": [')
    fetched(api)
    assert len(api.paths) == 3


@pytest.mark.parametrize("code", http.TEMPORARY)
def test_a_server_in_trouble_is_asked_again(api, code):
    api.answers((code, LIMITED, {}), (code, b"\xff<html>", {}), answer(both_sides()))

    assert len(fetched(api).rows) == 7
    assert len(api.paths) == 3


def in_two_seconds() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=1.9), usegmt=True)


@pytest.mark.parametrize("text", [lambda: "1", in_two_seconds], ids=["seconds", "a time"])
def test_it_waits_as_long_as_the_server_asks(api, text):
    api.answers((429, LIMITED, {"Retry-After": text()}), answer(both_sides()))
    start = time.monotonic()
    fetched(api, fresh=True)

    assert 0.5 < time.monotonic() - start < 10


def test_a_wait_of_an_hour_is_said_and_not_made(api):
    api.answers((429, LIMITED, {"Retry-After": "3600"}))
    assert unsaid(refusal(api, fresh=True), "3,600 seconds: HTTP 429, Rate limit") == []


@pytest.mark.parametrize(
    ("reply", "message", "tries"),
    [
        ((503, "", {}), "tried 3 times: HTTP 503", 3),
        ((429, LIMITED, {}), "tried 3 times: HTTP 429, Rate limit … exceeded", 3),
        ((401, REFUSED, {}), "refuses: HTTP 401, Access denied due to invalid subscription", 1),
        ((403, QUOTA, {}), "refuses: HTTP 403, Out … call volume quota", 1),
        ((400, answer([], error=f"bad {KEY}"), {}), "refuses: HTTP 400, bad ***", 1),
        ((302, "", {"Location": "http://127.0.0.1:1/"}), "refuses: HTTP 302", 1),
        ((200, answer(both_sides())[:-300], {}), "answer … 2024 … truncated or not JSON", 1),
        ((200, b"\xff\xfe", {}), "not text … UTF-8", 1),
        ((200, "{}", {"Content-Length": "900"}), "tried 3 times: IncompleteRead",
         3),
        ((200, answer([], error="Too many periods"), {}), "error … UN Comtrade: Too many", 1),
        ((200, answer(both_sides(), count=9000), {}), "truncated: … 9,000 rows", 1),
        ((200, answer(both_sides()[:1] * 500), {}), "exactly 500 rows … UN Comtrade cuts", 1),
        ((200, answer([]), {}), "no rows … this request", 1),
    ],
)  # fmt: skip
def test_what_is_not_a_whole_answer_is_refused(api, tmp_path, reply, message, tries):
    api.answers(reply)

    assert unsaid(refusal(api), message) == []
    assert len(api.paths) == tries
    if "no rows" not in message:
        assert cache(tmp_path) == []


def test_a_server_that_is_silent_or_not_there_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        patience = Patience(tries=2, first=0.01, timeout=0.05)
        with pytest.raises(GraphkitError, match="tried 2 times: timed out"):
            fetch_comtrade([REQUEST], KEY, api=url, patience=patience)
    with pytest.raises(GraphkitError, match=r"tried 2 times: .*refused"):
        fetch_comtrade([REQUEST], KEY, api=url, patience=patience)


@pytest.mark.parametrize(
    "url", ["http://comtradeapi.un.org", "http://localhost.example.org", "ftp://localhost", "x"]
)
def test_the_key_is_sent_over_https_only(url):
    with pytest.raises(GraphkitError, match="https only"):
        fetch_comtrade([REQUEST], KEY, api=url)


@pytest.mark.parametrize("key", ["a\nb: c", "secret key", "schlüssel"])
def test_a_key_that_no_header_carries_is_refused_and_not_shown(key):
    with pytest.raises(GraphkitError) as caught:
        fetch_comtrade([REQUEST], key)
    assert unsaid(str(caught.value), "key for UN Comtrade", "invalid characters") == []
    assert key not in str(caught.value)


def test_the_key_comes_from_the_environment_or_else_from_the_keyring(tmp_path, monkeypatch):
    monkeypatch.setenv("COMTRADE_API_KEY", f" {KEY}\n")
    assert find_key() == KEY
    monkeypatch.delenv("COMTRADE_API_KEY")
    (tmp_path / "keyring.py").write_text(
        "class errors:\n    class KeyringError(Exception): pass\n"
        "def get_password(service, name): return f'{service}/{name}'\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    sys.modules.pop("keyring", None)
    assert find_key() == "graphkit/comtrade"
    (tmp_path / "keyring.py").write_text(
        "class errors:\n    class KeyringError(Exception): pass\n"
        "def get_password(service, name): raise errors.KeyringError('no keyring here')\n"
    )
    importlib.invalidate_caches()
    sys.modules.pop("keyring")
    with pytest.raises(GraphkitError, match=r"no key for UN Comtrade.* COMTRADE_API_KEY"):
        find_key()
    sys.modules.pop("keyring")


def test_an_address_that_is_nowhere_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(GraphkitError, match=r"UN Comtrade .*: "):
        fetch_comtrade([REQUEST], KEY, api="https://nowhere.invalid")


# --- the command


def test_from_the_api_to_seeds_in_two_commands(api, tmp_path, capfd):
    pull, seeds = tmp_path / "pull.json", tmp_path / "seeds"
    ask = ["fetch", "comtrade", "--reporter", "KOR,china", "--partner", "CHN,KOR,USA",
           "--products", "rare earths,850511", "--years", "2024", "-o", str(pull)]  # fmt: skip

    assert run(ask) == 0
    first = pull.read_bytes()
    out, err = capfd.readouterr()
    assert out == ""
    assert unsaid(err, "7 rows … 1 answers (0 from") == []
    assert run(ask) == 0
    assert pull.read_bytes() == first
    [path] = api.paths
    asked = parse_qs(urlsplit(path).query)
    assert asked["reporterCode"] == ["410,156"]
    assert asked["partnerCode"] == ["156,410,842"]
    assert {"280530", "284610", "284690", "850511"} <= set(asked["cmdCode"][0].split(","))
    assert run(["import", "comtrade", str(pull), "-o", str(seeds), "-f", "json"]) == 0
    assert len(read_seeds(seeds)["EXPORTS"]) == 6
    shown = capfd.readouterr()
    assert KEY not in out + err + shown.out + shown.err + first.decode()
    assert json.loads(first)["count"] == 7


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({"--reporter": "Koreaa"}, 2, "no country … 'Koreaa'"),
        ({"--reporter": ","}, 2, "nothing … countries, or all"),
        ({"--products": "unobtainium"}, 2, "'unobtainium'"),
        ({"--years": "20x4"}, 2, "--years: … '20x4'"),
        ({"--years": ""}, 2, "--products and --years: … nothing"),
        ({"-o": "/nowhere/at/all.json"}, 1, "/nowhere/at/all.json"),
    ],
)
def test_a_wrong_option_is_one_line(api, tmp_path, capfd, changes, code, message):
    options = {"--reporter": "KOR", "--products": "2846", "--years": "2024",
               "-o": str(tmp_path / "x.json"), **changes}  # fmt: skip

    assert run(["fetch", "comtrade", *(part for pair in options.items() for part in pair)]) == code
    out, err = capfd.readouterr()
    assert out == ""
    assert unsaid(err, message) == []
    assert err.count("\n") == 1


def test_without_a_key_nothing_is_asked(api, tmp_path, capfd, monkeypatch):
    monkeypatch.delenv("COMTRADE_API_KEY")
    monkeypatch.setattr(fetch, "find_spec", lambda name: None)  # the keyring of whoever tests
    output = tmp_path / "x.json"
    ask = ["fetch", "comtrade", "--reporter", "all", "--products", "2846", "--years", "2024",
           "-o", str(output)]  # fmt: skip

    assert run(ask) == 1
    assert unsaid(capfd.readouterr().err, "no key for UN Comtrade … COMTRADE_API_KEY") == []
    assert api.paths == []
    assert not output.exists()
