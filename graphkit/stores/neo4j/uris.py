"""URIs of Neo4j servers: as the driver takes them, and as messages show them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from graphkit.errors import UsageError

SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")


def shown_uri(uri: str) -> str:
    """Return a URI as messages show it: without what may be part of a secret.

    These are user and password, which may have any character, a port that is none, query and
    fragment. A URI with a user is refused, so that nobody needs to see its host.

    >>> shown_uri("bolt://ann:se?cret@host:7687/"), shown_uri("bolt://ann:secret")
    ('bolt://...', 'bolt://ann:...')
    >>> shown_uri("neo4j://host:7687/?password=secret#secret")
    'neo4j://host:7687/'
    """
    scheme, mark, rest = uri.partition("://")
    if "@" in rest:
        return f"{scheme}{mark}..."
    place = re.split(r"[?#]", rest, maxsplit=1)[0]
    host = place.partition(":")[0]
    has_port = re.fullmatch(r"(\[[^\]]*\]|[^:]*)(:[0-9]{1,5}/?)?", place, re.DOTALL)
    return f"{scheme}{mark}{place if has_port else host + ':...'}"


def without_secrets(text: str) -> str:
    """Put each URI in a text as :func:`shown_uri` does."""
    return re.sub(r"[\w+]+://\S+", lambda uri: shown_uri(uri[0]), text)


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
            f"found a user in the URI {shown_uri(uri)}; set NEO4J_USERNAME and NEO4J_PASSWORD "
            "instead, where others cannot see them"
        )
    if scheme not in SCHEMES:
        schemes = ", ".join(f"{s}://" for s in SCHEMES)
        raise UsageError(
            f"found the database URI {shown_uri(uri)!r}; wanted a path or one of {schemes}"
        )
    try:
        parts = urlsplit(f"{scheme}://{rest}")
        fine = bool(parts.hostname) and parts.port != 0
    except ValueError:
        fine = False
    if not fine:
        raise UsageError(
            f"found the URI {shown_uri(uri)!r}; wanted {scheme}://HOST or {scheme}://HOST:PORT"
        )
    if parts.query and scheme.startswith("bolt"):
        raise UsageError(f"found a query in the URI {shown_uri(uri)!r}; only neo4j:// takes one")
    if parts.path.strip("/") or parts.fragment:
        raise UsageError(
            f"found the URI {shown_uri(uri)!r}; a database of the server goes to NEO4J_DATABASE"
        )
    return f"{scheme}://{rest}"
