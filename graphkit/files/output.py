"""Files that are written: whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import IO

from graphkit.errors import GraphkitError
from graphkit.files.input import OTHERS


def make_private(folder: Path) -> None:
    """Create a folder that only its owner can enter, unless it exists."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def check_place(path: Path) -> None:
    """Refuse a path where a device, a pipe or a socket stands, which a new file would replace.

    A link that leads to itself is refused too.

    Raises
    ------
    GraphkitError
        The message names what stands there.

    Examples
    --------
    >>> check_place(Path("/dev/null"))
    Traceback (most recent call last):
        ...
    graphkit.errors.GraphkitError: /dev/null: found a device, wanted a file or a free place
    """
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):  # said where it is written
        return
    except OSError as error:
        raise GraphkitError(f"{path}: {error.strerror}, wanted a file or a free place") from error
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        kind = OTHERS.get(stat.S_IFMT(mode), "no file")
        raise GraphkitError(f"{path}: found {kind}, wanted a file or a free place")


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Write a whole file, or leave the one that is there: yield the place to write to.

    What is written goes beside the file and takes its place in the end, with its permissions; of a
    link, the file that it leads to is replaced. A device or a pipe takes what is written as it
    comes, and so does a file in a folder where no other can be made.

    Raises
    ------
    OSError
        The path is a folder or a ring of links, or it cannot be written.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    with suppress(FileNotFoundError):
        path.stat()  # resolving a ring of links is no OSError
    target = path.resolve()
    part = target.with_name(f".{token_hex(8)}.part")
    direct = target.exists() and not target.is_file()
    if not direct:
        try:
            part.touch(exist_ok=False)
        except PermissionError:
            direct = target.exists()
            if not direct:
                raise
    if direct:
        yield path
        return
    try:
        if target.exists():
            part.chmod(stat.S_IMODE(target.stat().st_mode))
        yield part
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def replacing(file: Path) -> Iterator[IO[bytes]]:
    """Write a whole file or none, never readable by anyone but its owner."""
    from tempfile import mkstemp

    make_private(file.parent)
    handle, name = mkstemp(dir=file.parent)  # created with mode 0600
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def write_private(file: Path, text: str) -> None:
    """Write text to a file as :func:`replacing` does."""
    with replacing(file) as stream:
        stream.write(text.encode())
