"""The process that runs free Cypher on a file of ladybug."""

from __future__ import annotations

from typing import NoReturn

import ladybug

import graphkit.stores.embedded.refusals  # noqa: F401  # what is imported later finds no file
from graphkit.stores.embedded import EmbeddedStore
from graphkit.stores.sandbox_worker import asked_path, serve

RESERVED = 2**43
"""Addresses, not memory, that ladybug reserves for a database of any size."""
MEMORY = RESERVED + 4 * 2**30
"""Addresses that the process may take: 4 GiB of memory beside them."""


def main() -> NoReturn:
    """Answer the requests that come on stdin, until it ends."""
    ladybug.Database.get_version()  # loads the engine
    serve(EmbeddedStore(asked_path()), MEMORY)
