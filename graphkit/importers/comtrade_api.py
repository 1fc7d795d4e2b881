"""Client of UN Comtrade's API, with retries and a cache; the key travels in a header."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from urllib3 import PoolManager

from graphkit.errors import GraphkitError
from graphkit.files.folders import user_folder
from graphkit.files.output import write_private
from graphkit.importers.comtrade import PREVIEW, TOTALS, answer_rows
from graphkit.importers.http import Patience, client_of, request

API = "https://comtradeapi.un.org/data/v1/get"
HEADER = "Ocp-Apim-Subscription-Key"
LIMITS = (PREVIEW, 100_000, 250_000)
"""Rows at which the API silently cuts off an answer: without a key, with a free or paid one."""
LOCAL = ("localhost", "127.0.0.1", "::1")


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
    client = client_of(api)
    rows: list[dict[str, Any]] = []
    cached = 0
    for asking in requests:
        url = asking.url(api)
        digest = hashlib.sha256(url.encode()).hexdigest()
        cache_file = user_folder("cache") / "comtrade" / f"{digest}.json"
        text = None if fresh else _read_cached(cache_file)
        if text is None:
            text = _answer(client, url, key, patience or Patience())
            _whole(text, asking.year)
            write_private(cache_file, text)
        else:
            cached += 1
        rows += _whole(text, asking.year)
        progress(str(asking.year), 1)
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
    """Fetch a page; no redirects, since the key is for one address only."""
    headers = {HEADER: key, "Accept": "application/json"}
    response = request(client, url, "UN Comtrade", patience, headers, secret=key, redirect=False)
    try:
        return response.data.decode("utf-8")
    except UnicodeDecodeError:
        raise GraphkitError("UN Comtrade's answer is not text in UTF-8") from None
