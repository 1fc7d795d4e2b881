"""Writes the list of SHA-256 of all jars of a Neo4j, ``graphkit/stores/neo4j/sums``.

Usage: ``python tools/neo4j_sums.py 5.26.30``. It lists what Maven Central gives on that day:
compare it with a list that was made elsewhere before it is committed.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from pathlib import Path

from graphkit.stores.neo4j.jars import SUMS, fetch_resolved


def main(version: str) -> None:
    """Fetch a version anew and write its list."""
    with tempfile.TemporaryDirectory() as folder:
        sums = {
            jar.relative_to(folder).as_posix(): hashlib.sha256(jar.read_bytes()).hexdigest()
            for jar in sorted(fetch_resolved(version, Path(folder)))
        }
    lines = [f"{checksum}  {path}\n" for path, checksum in sums.items()]
    (SUMS / f"{version}.sha256").write_text("".join(lines), encoding="ascii")


if __name__ == "__main__":
    main(sys.argv[1])
