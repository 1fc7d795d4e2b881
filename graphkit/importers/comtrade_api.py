"""Fetches answers of UN Comtrade's API: the key in a header, with patience, and kept in a cache."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

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
    opener = _opener(api)
    rows: list[dict[str, Any]] = []
    cached = 0
    for question in questions:
        url = question.url(api)
        kept = (
            user_folder("cache") / "comtrade" / f"{hashlib.sha256(url.encode()).hexdigest()}.json"
        )
        text = None if fresh else _kept(kept)
        if text is None:
            text = _answer(opener, url, key, patience or Patience())
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


class _NoRedirect(HTTPRedirectHandler):
    """A key is for one address: urllib would send its header on to another."""

    def redirect_request(self, *arguments: Any) -> None:
        """Follow none; the answer is then an error with the code of the redirect."""


def _opener(api: str) -> OpenerDirector:
    handlers: list[Any] = [_NoRedirect]
    if urlsplit(api).scheme == "http":
        handlers.append(ProxyHandler({}))  # what is on this machine needs none
    return build_opener(*handlers)


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


def _answer(opener: OpenerDirector, url: str, key: str, patience: Patience) -> str:
    """What an address answers, tried again while it is in trouble."""
    headers = {HEADER: key, "User-Agent": f"graphkit/{__version__}", "Accept": "application/json"}
    said = ""
    for number in range(patience.tries):
        wait = min(patience.first * 2**number, patience.longest)
        try:
            with opener.open(Request(url, headers=headers), timeout=patience.timeout) as answer:
                return str(answer.read().decode("utf-8"))
        except HTTPError as error:
            said = f"HTTP {error.code}{_message(error).replace(key, '***')}"
            if error.code not in TEMPORARY:
                raise GraphkitError(f"UN Comtrade refuses: {said}") from None
            wait = max(wait, _retry_after(error))
        except UnicodeDecodeError:
            raise GraphkitError("UN Comtrade's answer is no text in UTF-8") from None
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            if isinstance(reason, socket.gaierror):
                raise GraphkitError(f"UN Comtrade cannot be found: {reason.strerror}") from None
            said = (str(reason) or type(reason).__name__).replace(key, "***")
        if wait > patience.longest:
            raise GraphkitError(f"UN Comtrade asks to wait for {wait:,.0f} seconds: {said}")
        if number + 1 < patience.tries:
            time.sleep(wait)
    raise GraphkitError(f"UN Comtrade does not answer, tried {patience.tries} times: {said}")


def _message(error: HTTPError) -> str:
    """What the body of an error says: ``message`` at the gateway, ``error`` of the API itself."""
    try:
        body = json.loads(error.read(10_000))
    except (ValueError, OSError, http.client.HTTPException):
        return ""
    said = (body.get("message") or body.get("error")) if isinstance(body, dict) else None
    return f", {' '.join(str(said).split())[:200]}" if said else ""


def _retry_after(error: HTTPError) -> float:
    """How many seconds the server asks to wait: given as such, or as a date."""
    text = (error.headers.get("Retry-After") or "").strip()
    if text.isdigit():
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return 0.0
    return max(0.0, (when.astimezone(UTC) - datetime.now(UTC)).total_seconds())
