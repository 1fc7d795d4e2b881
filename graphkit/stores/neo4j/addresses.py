"""Addresses of Neo4j servers, and the stores that they open."""

from __future__ import annotations

import os

from graphkit.errors import GraphkitError, Unreachable
from graphkit.stores.neo4j.store import Neo4jStore
from graphkit.stores.neo4j.uris import checked_uri, shown_uri


def open_neo4j(uri: str, seconds: float) -> Neo4jStore:
    """Open a server by URI, with user and password from the environment, for some seconds.

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
        raise Unreachable(
            f"no password for {shown_uri(uri)}: set NEO4J_PASSWORD (and NEO4J_USERNAME)"
        )
    return Neo4jStore(uri, user, password, os.environ.get("NEO4J_DATABASE") or None, seconds)


def open_local(seconds: float) -> Neo4jStore:
    """Open the server that ``graphkit neo4j start`` runs, for some seconds.

    Raises
    ------
    Unreachable
        None runs, or the file that names it is not as a start wrote it.
    """
    from graphkit.stores.neo4j.server import server_status

    try:
        server = server_status()
    except GraphkitError as error:
        raise Unreachable(str(error)) from error
    if server is None:
        raise Unreachable("no local Neo4j is running; start it with 'graphkit neo4j start'")
    return Neo4jStore(server.uri, server.username, server.password, seconds=seconds)
