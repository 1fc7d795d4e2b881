"""Client of UN Comtrade's API, with retries and a cache; the key travels in a header."""

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
from graphkit.files.folders import user_folder
from graphkit.files.output import write_private
from graphkit.importers.comtrade import PREVIEW, TOTALS, answer_rows

API = "https://comtradeapi.un.org/data/v1/get"
HEADER = "Ocp-Apim-Subscription-Key"
LIMITS = (PREVIEW, 100_000, 250_000)
"""Rows at which the API silently cuts off an answer: without a key, with a free or paid one."""
LOCAL = ("localhost", "127.0.0.1", "::1")
TEMPORARY = (429, 500, 502, 503, 504)
"""Statuses to try again: too many requests, or a server in trouble."""


@dataclass(frozen=True)
class ComtradeRequest:
    """Request for the reports of some countries in one year."""

    reporters: Sequence[int]
    """Numbers of UN Comtrade; empty for all."""
    partners: Sequence[int]
    codes: Sequence[str]
    year: int
    monthly: bool = False

    def url(self, api: str = API) -> str:
        """Return the address of the request, without the key."""
        months = [f"{self.year}{month:02}" for month in range(1, 13)]
        parameters = {
            "reporterCode": ",".join(map(str, self.reporters)),
            "partnerCode": ",".join(map(str, self.partners)),
            "cmdCode": ",".join(self.codes),
            "period": ",".join(months) if self.monthly else str(self.year),
            "flowCode": "M,X",
            **TOTALS,
            "includeDesc": "false",
        }
        query = urlencode({name: text for name, text in parameters.items() if text}, safe=",")
        return f"{api.rstrip('/')}/C/{'M' if self.monthly else 'A'}/HS?{query}"


@dataclass(frozen=True)
class Patience:
    """Number of tries and waiting times in seconds."""

    tries: int = 5
    first: float = 2.0
    """Wait before the second try; it doubles for each further one."""
    longest: float = 120.0
    timeout: float = 120.0


@dataclass(frozen=True)
class FetchedRows:
    """Rows of all answers, and the number of answers from the cache."""

    rows: Sequence[dict[str, Any]]
    answers: int
    cached: int

    def text(self) -> str:
        """Return all rows as one answer, which ``graphkit import comtrade`` reads."""
        return json.dumps({"count": len(self.rows), "data": list(self.rows)}, indent=0) + "\n"


def fetch_comtrade(
    requests: Sequence[ComtradeRequest],
    key: str,
    *,
    api: str = API,
    fresh: bool = False,
    patience: Patience | None = None,
    progress: Callable[[str, int], None] = lambda name, rows: None,
) -> FetchedRows:
    """Fetch answers from UN Comtrade, or from the cache of earlier answers.

    Parameters
    ----------
    requests : sequence of ComtradeRequest
        The requests to send.
    key : str
        Subscription key of the API; it is sent in a header only.
    api : str
        Address of the API.
    fresh : bool
        Ask again for cached answers.
    patience : Patience, optional
        Number of tries and waiting times.
    progress : callable, optional
        Called with the year and 1 after each answer.

    Returns
    -------
    FetchedRows

    Raises
    ------
    GraphkitError
        The API refuses, does not answer, cuts its answer off, or has no rows at all.
    """
    _check(key, api)
    client = _client(api)
    rows: list[dict[str, Any]] = []
    cached = 0
    for request in requests:
        url = request.url(api)
        digest = hashlib.sha256(url.encode()).hexdigest()
        cache_file = user_folder("cache") / "comtrade" / f"{digest}.json"
        text = None if fresh else _read_cached(cache_file)
        if text is None:
            text = _answer(client, url, key, patience or Patience())
            _whole(text, request.year)
            write_private(cache_file, text)
        else:
            cached += 1
        rows += _whole(text, request.year)
        progress(str(request.year), 1)
    if not rows:
        raise GraphkitError("UN Comtrade has no rows for this request")
    return FetchedRows(rows, len(requests), cached)


def find_key() -> str:
    """Return the user's key: ``COMTRADE_API_KEY``, or ``graphkit comtrade`` in the keyring.

    Raises
    ------
    GraphkitError
        Neither has a key.
    """
    key = os.environ.get("COMTRADE_API_KEY") or _from_keyring()
    if not key:
        raise GraphkitError(
            "no key for UN Comtrade: set COMTRADE_API_KEY, or keep it with 'keyring set graphkit "
            "comtrade'; https://comtradedeveloper.un.org gives one for free"
        )
    return key.strip()


def _from_keyring() -> str | None:
    """Return the key in the keyring, if the package ``keyring`` is installed."""
    if find_spec("keyring") is None:
        return None
    keyring = import_module("keyring")
    try:
        key: str | None = keyring.get_password("graphkit", "comtrade")
    except keyring.errors.KeyringError:  # also if this system has no keyring at all
        return None
    return key


def _check(key: str, api: str) -> None:
    """Refuse a key that a header cannot carry, or an address to which it would travel in clear."""
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise GraphkitError("the key for UN Comtrade holds invalid characters")
    parts = urlsplit(api)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOCAL):
        raise GraphkitError(f"the key for UN Comtrade is sent to https only, not to {api}")


class _LongWait(Exception):
    """Request of a server for a longer wait than the longest allowed."""

    def __init__(self, seconds: float, response: BaseHTTPResponse) -> None:
        self.seconds = seconds
        self.response = response


class _Patient(Retry):
    """Retries of urllib3 that wait before the second try too, but not for ever."""

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
        response: BaseHTTPResponse | None = None, error: Exception | None = None, *arguments: Any,
        **keywords: Any,
    ) -> Self:  # fmt: skip
        if error is not None and isinstance(_root(error), socket.gaierror):
            raise error
        return super().increment(method, url, response, error, *arguments, **keywords)


def _client(api: str) -> PoolManager:
    parts = urlsplit(api)
    proxy = getproxies().get("https")
    if proxy is None or parts.scheme == "http" or proxy_bypass(parts.hostname or ""):
        return PoolManager()
    address = parse_url(proxy if "://" in proxy else f"http://{proxy}")
    headers = make_headers(proxy_basic_auth=unquote(address.auth)) if address.auth else None
    return ProxyManager(address._replace(auth=None).url, proxy_headers=headers)


def _read_cached(path: Path) -> str | None:
    try:
        text = path.read_text(encoding="utf-8")
        answer_rows(text, path.name)
    except (OSError, ValueError, GraphkitError):
        return None
    return text


def _whole(text: str, year: int) -> list[dict[str, Any]]:
    """Return the rows of an answer, and refuse one that is cut off."""
    rows = answer_rows(text, f"the answer for {year}")
    if len(rows) in LIMITS:
        raise GraphkitError(
            f"the answer for {year} has exactly {len(rows):,} rows, where UN Comtrade cuts off "
            "its answers; ask for fewer reporters, partners or products at once"
        )
    return rows


def _answer(client: PoolManager, url: str, key: str, patience: Patience) -> str:
    """Fetch a page, trying again while the server is in trouble."""
    headers = {HEADER: key, "User-Agent": f"graphkit/{__version__}", "Accept": "application/json"}
    # No redirects: the key is for one address only.
    retries = _Patient(
        patience.tries - 1, redirect=False, status_forcelist=TEMPORARY, raise_on_status=False,
        backoff_factor=patience.first, backoff_max=patience.longest,
    )  # fmt: skip
    tried = f"UN Comtrade does not answer, tried {patience.tries} times"
    try:
        response = client.request(
            "GET", url, headers=headers, timeout=patience.timeout, retries=retries
        )
    except _LongWait as error:
        status = _status(error.response, key)
        raise GraphkitError(
            f"UN Comtrade asks to wait for {error.seconds:,.0f} seconds: {status}"
        ) from None
    except HTTPError as error:
        reason = _root(getattr(error, "reason", None) or error)
        if isinstance(reason, socket.gaierror):
            raise GraphkitError(f"UN Comtrade cannot be found: {reason.strerror}") from None
        message = (str(reason) or type(reason).__name__).replace(key, "***")
        raise GraphkitError(f"{tried}: {message}") from None
    if response.status in TEMPORARY:
        raise GraphkitError(f"{tried}: {_status(response, key)}")
    if not 200 <= response.status < 300:
        raise GraphkitError(f"UN Comtrade refuses: {_status(response, key)}")
    try:
        return response.data.decode("utf-8")
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
    message = (body.get("message") or body.get("error")) if isinstance(body, dict) else None
    text = f", {' '.join(str(message).split())[:200]}" if message else ""
    return f"HTTP {response.status}{text}".replace(key, "***")
