"""The process that runs free Cypher on a file of DuckDB."""

from __future__ import annotations

from typing import NoReturn

import graphkit.stores.duck.rows  # what is imported later finds no file
import graphkit.stores.duck.statements  # noqa: F401
from graphkit.stores.duck.engine import FREE_MEMORY
from graphkit.stores.duck.store import DuckStore
from graphkit.stores.sandbox_worker import asked_path, serve

MEMORY = 4 * 2**30
"""Addresses that the process may take."""


def main() -> NoReturn:
    """Answer the requests that come on stdin, until it ends."""
    store = DuckStore(asked_path(), FREE_MEMORY)
    store.start()
    _ = store.model
    serve(store, MEMORY)
