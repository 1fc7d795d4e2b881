"""Seal of a database file: marks at its end that tell whether anything was written since its load.

DuckDB keeps a checksum in each block, of its content and not of its place, and writes its header
anew with each change. The seal has a digest of the header and one of all checksums in their order.
"""

from __future__ import annotations

from enum import Enum
from hashlib import sha256
from pathlib import Path

HEADER = 3 * 2**12
"""Bytes before the first block."""
BLOCK = 2**18
CHECKSUM = 8
"""Bytes of a checksum, with which a block begins."""
MARK = b"graphkit"
DIGEST = sha256().digest_size
SEAL = len(MARK) + 2 * DIGEST


class State(Enum):
    """State of a file, by its seal."""

    SEALED = "as it was loaded"
    WRITTEN = "written by another program, or never sealed"
    DAMAGED = "it is not as it was written, its blocks are others or elsewhere"


def seal(path: Path) -> None:
    """Add the seal to a new file, which must be closed."""
    header, blocks = _digests(path, path.stat().st_size)
    with path.open("ab") as file:
        file.write(MARK + header + blocks)


def state_of(path: Path) -> State:
    """Read the seal of a file.

    A file with a log of changes beside it is another program's at work.
    """
    size = path.stat().st_size - SEAL
    if size < HEADER or path.with_name(f"{path.name}.wal").exists():
        return State.WRITTEN
    with path.open("rb") as file:
        file.seek(size)
        mark, header, blocks = _parts(file.read(SEAL))
    now_header, now_blocks = _digests(path, size)
    if mark != MARK or header != now_header:
        return State.WRITTEN
    return State.SEALED if blocks == now_blocks else State.DAMAGED


def _parts(content: bytes) -> tuple[bytes, bytes, bytes]:
    start = len(MARK)
    return content[:start], content[start : start + DIGEST], content[start + DIGEST :]


def _digests(path: Path, size: int) -> tuple[bytes, bytes]:
    """Digest the header of a file, and the checksums of its blocks in order."""
    checksums = sha256(str(size).encode())
    with path.open("rb", buffering=0) as file:
        header = sha256(file.read(HEADER))
        for place in range(HEADER, size, BLOCK):
            file.seek(place)
            checksums.update(file.read(CHECKSUM))
    return header.digest(), checksums.digest()
