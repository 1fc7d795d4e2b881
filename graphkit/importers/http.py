"""Requests of published tables over HTTP: patient, through the user's proxy, with plain errors."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from urllib3 import BaseHTTPResponse, PoolManager, ProxyManager, Retry
from urllib3.exceptions import HTTPError, InvalidHeader
from urllib3.util import make_headers, parse_url

from graphkit._version import __version__
from graphkit.errors import GraphkitError

TEMPORARY = (429, 500, 502, 503, 504)
"""Statuses to try again: too many requests, or a server in trouble."""


@dataclass(frozen=True)
class Patience:
    """Number of tries and waiting times in seconds."""

    tries: int = 5
    first: float = 2.0
    """Wait before the second try; it doubles for each further one."""
    longest: float = 120.0
    timeout: float = 120.0


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


def client_of(address: str) -> PoolManager:
    """Make the client of an address, through the proxy that the user's system names for it."""
    parts = urlsplit(address)
    proxy = getproxies().get("https")
    if proxy is None or parts.scheme == "http" or proxy_bypass(parts.hostname or ""):
        return PoolManager()
    host = parse_url(proxy if "://" in proxy else f"http://{proxy}")
    headers = make_headers(proxy_basic_auth=unquote(host.auth)) if host.auth else None
    return ProxyManager(host._replace(auth=None).url, proxy_headers=headers)


def request(
    client: PoolManager, url: str, publisher: str, patience: Patience,
    headers: Mapping[str, str] | None = None, *, secret: str = "", redirect: bool = True,
    stream: bool = False,
) -> BaseHTTPResponse:  # fmt: skip
    """Ask for a page, trying again while the server is in trouble.

    Parameters
    ----------
    client : PoolManager
        Of :func:`client_of`.
    url : str
        Address of the page.
    publisher : str
        Whose server it is, for the messages.
    patience : Patience
        Number of tries and waiting times.
    headers : mapping, optional
        Headers beside the name of this program.
    secret : str
        Text that no message may show.
    redirect : bool
        Follow what the server says of another address.
    stream : bool
        Leave what the page holds to be read piece by piece.

    Returns
    -------
    BaseHTTPResponse
        Of a status from 200 to 299.

    Raises
    ------
    GraphkitError
        The server refuses, is not found or does not answer.
    """
    retries = _Patient(
        patience.tries - 1, redirect=None if redirect else False, status_forcelist=TEMPORARY,
        raise_on_status=False, backoff_factor=patience.first, backoff_max=patience.longest,
    )  # fmt: skip
    tried = f"{publisher} does not answer, tried {patience.tries} times"
    try:
        response = client.request(
            "GET", url, headers={"User-Agent": f"graphkit/{__version__}", **(headers or {})},
            timeout=patience.timeout, retries=retries, preload_content=not stream,
        )  # fmt: skip
    except _LongWait as error:
        status = _status(error.response, secret)
        raise GraphkitError(
            f"{publisher} asks to wait for {error.seconds:,.0f} seconds: {status}"
        ) from None
    except HTTPError as error:
        reason = _root(getattr(error, "reason", None) or error)
        if isinstance(reason, socket.gaierror):
            raise GraphkitError(f"{publisher} cannot be found: {reason.strerror}") from None
        message = _hidden(str(reason) or type(reason).__name__, secret)
        raise GraphkitError(f"{tried}: {message}") from None
    if response.status in TEMPORARY:
        raise GraphkitError(f"{tried}: {_status(response, secret)}")
    if not 200 <= response.status < 300:
        raise GraphkitError(f"{publisher} refuses: {_status(response, secret)}")
    return response


def _root(error: BaseException) -> BaseException:
    """Return the first cause of an error: the operating system's or http.client's own."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return error


def _status(response: BaseHTTPResponse, secret: str) -> str:
    """Return the code and message of an error: ``message`` at a gateway, else ``error``."""
    try:
        body = json.loads(response.data[:10_000])
    except (ValueError, HTTPError):
        body = None
    message = (body.get("message") or body.get("error")) if isinstance(body, dict) else None
    text = f", {' '.join(str(message).split())[:200]}" if message else ""
    return _hidden(f"HTTP {response.status}{text}", secret)


def _hidden(text: str, secret: str) -> str:
    return text.replace(secret, "***") if secret else text
