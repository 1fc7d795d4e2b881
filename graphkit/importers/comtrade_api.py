"""Fetches answers of UN Comtrade's API: the key in a header, with patience, and kept in a cache."""

from __future__ import annotations

import hashlib
import json
import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote, urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

from urllib3 import BaseHTTPResponse, PoolManager, ProxyManager, Retry
from urllib3.exceptions import HTTPError, InvalidHeader
from urllib3.util import make_headers, parse_url

from graphkit._version import __version__
from graphkit.errors import GraphkitError
from graphkit.importers.comtrade_files import PREVIEW, TOTALS, answer_rows
from graphkit.paths import user_folder, write_private

API = "https://comtradeapi.un.org/data/v1/get"
HEADER = "Ocp-Apim-Subscription-Key"
LIMITS = (PREVIEW, 100_000, 250_000)
"""Where the API cuts an answer off without saying so: without a key, with one, with a paid one."""
LOCAL = ("localhost", "127.0.0.1", "::1")
TEMPORARY = (429, 500, 502, 503, 504)
"""What is tried again: too many requests, or a server in trouble."""


@dataclass(frozen=True)
class Question:
    """What one request asks for: reports of some countries in one year."""

    reporters: Sequence[int]
    """Numbers of UN Comtrade; none means all of them."""
    partners: Sequence[int]
    codes: Sequence[str]
    year: int
    monthly: bool = False

    def url(self, api: str = API) -> str:
        """The address that answers it; nothing in it tells who asks."""
        months = [f"{self.year}{month:02}" for month in range(1, 13)]
        asked = {
            "reporterCode": ",".join(map(str, self.reporters)),
            "partnerCode": ",".join(map(str, self.partners)),
            "cmdCode": ",".join(self.codes),
            "period": ",".join(months) if self.monthly else str(self.year),
            "flowCode": "M,X",
            **TOTALS,
            "includeDesc": "false",
        }
        given = urlencode({name: text for name, text in asked.items() if text}, safe=",")
        return f"{api.rstrip('/')}/C/{'M' if self.monthly else 'A'}/HS?{given}"


@dataclass(frozen=True)
class Patience:
    """How often and how long to wait for an answer, in seconds."""

    tries: int = 5
    first: float = 2.0
    """Before the second try; twice as long before each further one."""
    longest: float = 120.0
    timeout: float = 120.0


@dataclass(frozen=True)
class Fetched:
    """The rows of all answers, and how many of those came out of the cache."""

    rows: Sequence[dict[str, Any]]
    answers: int
    cached: int

    def text(self) -> str:
        """One answer with all the rows, as ``graphkit import comtrade`` reads it."""
        return json.dumps({"count": len(self.rows), "data": list(self.rows)}, indent=0) + "\n"


def fetch_comtrade(
    questions: Sequence[Question],
    key: str,
    *,
    api: str = API,
    fresh: bool = False,
    patience: Patience | None = None,
    progress: Callable[[str, int], None] = lambda name, rows: None,
) -> Fetched:
    """Ask UN Comtrade, or the cache of what it answered before.

    Parameters
    ----------
    questions : sequence of Question
        One request each.
    key : str
        Subscription key of the API; it goes into a header, and nowhere else.
    api : str
        Address of the API.
    fresh : bool
        Ask again what is in the cache.
    patience : Patience, optional
        How often to try, and how long to wait.
    progress : callable, optional
        Called with the year and 1 after each answer.

    Returns
    -------
    Fetched

    Raises
    ------
    GraphkitError
        The API refuses, does not answer, or cuts its answer off; or there are no rows at all.
    """
    _check(key, api)
    client = _client(api)
    rows: list[dict[str, Any]] = []
    cached = 0
    for question in questions:
        url = question.url(api)
        kept = (
            user_folder("cache") / "comtrade" / f"{hashlib.sha256(url.encode()).hexdigest()}.json"
        )
        text = None if fresh else _kept(kept)
        if text is None:
            text = _answer(client, url, key, patience or Patience())
            _whole(text, question.year)
            write_private(kept, text)
        else:
            cached += 1
        rows += _whole(text, question.year)
        progress(str(question.year), 1)
    if not rows:
        raise GraphkitError("UN Comtrade has no rows of what was asked for")
    return Fetched(rows, len(questions), cached)


def find_key() -> str:
    """The key of the user: ``COMTRADE_API_KEY``, or graphkit's of the keyring for comtrade.

    Raises
    ------
    GraphkitError
        There is none.
    """
    key = os.environ.get("COMTRADE_API_KEY") or _from_keyring()
    if not key:
        raise GraphkitError(
            "no key for UN Comtrade: set COMTRADE_API_KEY, or keep it with 'keyring set graphkit "
            "comtrade'; https://comtradedeveloper.un.org gives one for free"
        )
    return key.strip()


def _from_keyring() -> str | None:
    """The key that a keyring holds, where the package for keyrings is installed."""
    if find_spec("keyring") is None:
        return None
    keyring = import_module("keyring")
    try:
        found: str | None = keyring.get_password("graphkit", "comtrade")
    except keyring.errors.KeyringError:  # also where this system has no keyring at all
        return None
    return found


def _check(key: str, api: str) -> None:
    """Refuse to send the key where others could read it, or a key that no header can carry."""
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise GraphkitError("the key for UN Comtrade holds characters that no key has")
    parts = urlsplit(api)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOCAL):
        raise GraphkitError(f"the key for UN Comtrade goes to https only, not to {api}")


class _LongWait(Exception):
    """A server's wish to wait for longer than a user would."""

    def __init__(self, seconds: float, response: BaseHTTPResponse) -> None:
        self.seconds = seconds
        self.response = response


class _Patient(Retry):
    """urllib3's retries, waiting before the second try too, but not for ever."""

    def get_backoff_time(self) -> float:
        return float(min(self.backoff_factor * 2 ** (len(self.history) - 1), self.backoff_max))

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        try:
            seconds = super().get_retry_after(response) or 0.0
        except InvalidHeader:
            seconds = 0.0
        if seconds > self.backoff_max:
            raise _LongWait(seconds, response)
        return max(seconds, self.get_backoff_time())

    def increment(
        self, method: str | None = None, url: str | None = None,
        response: BaseHTTPResponse | None = None, error: Exception | None = None, *more: Any,
        **named: Any,
    ) -> Self:  # fmt: skip
        if error is not None and isinstance(_root(error), socket.gaierror):
            raise error
        return super().increment(method, url, response, error, *more, **named)


def _client(api: str) -> PoolManager:
    parts = urlsplit(api)
    proxy = getproxies().get("https")
    if proxy is None or parts.scheme == "http" or proxy_bypass(parts.hostname or ""):
        return PoolManager()
    address = parse_url(proxy if "://" in proxy else f"http://{proxy}")
    headers = make_headers(proxy_basic_auth=unquote(address.auth)) if address.auth else None
    return ProxyManager(address._replace(auth=None).url, proxy_headers=headers)


def _kept(path: Path) -> str | None:
    try:
        text = path.read_text(encoding="utf-8")
        answer_rows(text, path.name)
    except (OSError, ValueError, GraphkitError):
        return None
    return text


def _whole(text: str, year: int) -> list[dict[str, Any]]:
    """The rows of an answer that is not cut off."""
    rows = answer_rows(text, f"the answer for {year}")
    if len(rows) in LIMITS:
        raise GraphkitError(
            f"the answer for {year} has exactly {len(rows):,} rows, where UN Comtrade cuts off "
            "what it gives; ask for fewer reporters, partners or products at once"
        )
    return rows


def _answer(client: PoolManager, url: str, key: str, patience: Patience) -> str:
    """Fetch a page, trying again while the server is in trouble."""
    headers = {HEADER: key, "User-Agent": f"graphkit/{__version__}", "Accept": "application/json"}
    # A key is for one address: it follows no redirect.
    retries = _Patient(
        patience.tries - 1, redirect=False, status_forcelist=TEMPORARY, raise_on_status=False,
        backoff_factor=patience.first, backoff_max=patience.longest,
    )  # fmt: skip
    tried = f"UN Comtrade does not answer, tried {patience.tries} times"
    try:
        found = client.request(
            "GET", url, headers=headers, timeout=patience.timeout, retries=retries
        )
    except _LongWait as error:
        said = _status(error.response, key)
        raise GraphkitError(
            f"UN Comtrade asks to wait for {error.seconds:,.0f} seconds: {said}"
        ) from None
    except HTTPError as error:
        reason = _root(getattr(error, "reason", None) or error)
        if isinstance(reason, socket.gaierror):
            raise GraphkitError(f"UN Comtrade cannot be found: {reason.strerror}") from None
        said = (str(reason) or type(reason).__name__).replace(key, "***")
        raise GraphkitError(f"{tried}: {said}") from None
    if found.status in TEMPORARY:
        raise GraphkitError(f"{tried}: {_status(found, key)}")
    if not 200 <= found.status < 300:
        raise GraphkitError(f"UN Comtrade refuses: {_status(found, key)}")
    try:
        return found.data.decode("utf-8")
    except UnicodeDecodeError:
        raise GraphkitError("UN Comtrade's answer is not text in UTF-8") from None


def _root(error: BaseException) -> BaseException:
    """Return the first cause of an error: the operating system's or http.client's own."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return error


def _status(response: BaseHTTPResponse, key: str) -> str:
    """Return the code and message of an error: ``message`` at the gateway, else ``error``."""
    try:
        body = json.loads(response.data[:10_000])
    except ValueError:
        body = None
    said = (body.get("message") or body.get("error")) if isinstance(body, dict) else None
    text = f", {' '.join(str(said).split())[:200]}" if said else ""
    return f"HTTP {response.status}{text}".replace(key, "***")
