"""Files that are read: refused before that, if reading may never end or take too much."""

from __future__ import annotations

import stat
from contextlib import suppress
from pathlib import Path

from graphkit.errors import GraphkitError

TEXT = 16 * 2**20
"""Most bytes of a file that people write: seeds, queries, mappings."""
YAML = (".yaml", ".yml")
"""Endings of seed files."""
WHOLE = 2**30
"""Most bytes of a table that is read at once."""
STREAMED = 16 * 2**30
"""Most bytes of a table that is read in parts."""
OTHERS = {
    stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device", stat.S_IFSOCK: "a socket",
}  # fmt: skip
"""Types of files that are not regular: reading one may never end."""
WORKBOOK = "an Excel workbook; save its sheet as CSV"
PACKED = {
    b"PK\x03\x04": "a zip; unpack it", b"7z\xbc\xaf": "a 7z archive; unpack it",
    b"\x1f\x8b": "a gzip file; unpack it", b"PAR1": "a Parquet file", b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": WORKBOOK,
}  # fmt: skip
"""First bytes of files that are not text."""


def check_file(path: Path, most: int) -> None:
    """Refuse, before reading it, a file that is not regular or has more than ``most`` bytes.

    Raises
    ------
    GraphkitError
        The path is a folder, a device or a pipe, is too large, or cannot be read.

    Examples
    --------
    >>> check_file(Path("/"), TEXT)
    Traceback (most recent call last):
        ...
    graphkit.errors.GraphkitError: /: found a folder, wanted a file
    """
    try:
        about = path.stat()
    except (OSError, ValueError) as error:  # a name with a NUL is a ValueError
        reason = getattr(error, "strerror", None) or error
        raise GraphkitError(f"{path} cannot be read: {reason}") from error
    if not stat.S_ISREG(about.st_mode):
        kind = OTHERS.get(stat.S_IFMT(about.st_mode), "no file")
        raise GraphkitError(f"{path.name or path}: found {kind}, wanted a file")
    if about.st_size > most:
        raise GraphkitError(f"{path.name}: found {about.st_size:,} bytes, wanted at most {most:,}")


def check_text(path: Path, most: int) -> None:
    """Refuse what :func:`check_file` refuses, and files that only other programs read as text.

    Raises
    ------
    GraphkitError
        The path is not a file of at most ``most`` bytes, or is a workbook or an archive.
    """
    check_file(path, most)
    with path.open("rb") as file:
        start = file.read(8)
    for mark, label in PACKED.items():
        if start.startswith(mark):
            raise GraphkitError(f"{path.name}: wanted text, found {_packed(path) or label}")


def _packed(path: Path) -> str | None:
    """Tell a workbook from another zip."""
    import zipfile

    with suppress(OSError, zipfile.BadZipFile), zipfile.ZipFile(path) as archive:
        if any(name.startswith("xl/") for name in archive.namelist()):
            return WORKBOOK
    return None
