"""Addresses of Neo4j servers, and the stores that they open."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from graphkit.errors import Unreachable, UsageError
from graphkit.stores.neo4j.store import Neo4jStore

SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")


def open_neo4j(uri: str) -> Neo4jStore:
    """Open a server by URI, with user and password from the environment.

    Raises
    ------
    UsageError
        The URI cannot be one of a Neo4j server.
    Unreachable
        Within seconds, when the server is not there or does not let us in.
    """
    uri = checked_uri(uri)
    user = os.environ.get("NEO4J_USERNAME") or "neo4j"
    password = os.environ.get("NEO4J_PASSWORD")
    if password is None:
        raise Unreachable(f"no password for {uri}: set NEO4J_PASSWORD (and NEO4J_USERNAME)")
    return Neo4jStore(uri, user, password, os.environ.get("NEO4J_DATABASE") or None)


def checked_uri(uri: str) -> str:
    """Return the URI with its scheme in small letters, if the driver would take it literally.

    Raises
    ------
    UsageError
        Another scheme, no host, an invalid port, a user, a password or a path in it: the
        message shows neither user nor password.

    Examples
    --------
    >>> checked_uri("BOLT://localhost:7687")
    'bolt://localhost:7687'
    """
    scheme, _, rest = uri.partition("://")
    scheme = scheme.lower()
    if "@" in rest:
        raise UsageError(
            f"found a user in the URI {scheme}://...@{rest.rpartition('@')[2]}; set NEO4J_USERNAME "
            "and NEO4J_PASSWORD instead, where others cannot see them"
        )
    if scheme not in SCHEMES:
        schemes = ", ".join(f"{s}://" for s in SCHEMES)
        raise UsageError(f"found the database URI {uri!r}; wanted a path or one of {schemes}")
    parts = urlsplit(f"{scheme}://{rest}")
    try:
        fine = bool(parts.hostname) and parts.port != 0
    except ValueError:
        fine = False
    if not fine:
        raise UsageError(f"found the URI {uri!r}; wanted {scheme}://HOST or {scheme}://HOST:PORT")
    if parts.path.strip("/") or parts.fragment:
        raise UsageError(f"found the URI {uri!r}; a database of the server goes to NEO4J_DATABASE")
    return f"{scheme}://{rest}"


def open_local() -> Neo4jStore:
    """Open the server that ``graphkit neo4j start`` runs."""
    from graphkit.stores.neo4j.server import server_status

    server = server_status()
    if server is None:
        raise Unreachable("no local Neo4j is running; start it with 'graphkit neo4j start'")
    return Neo4jStore(server.uri, server.username, server.password)
