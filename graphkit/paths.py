"""User folders, checks of input files, shipped files, locks, stdout, and a pandas out of sight."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import IO, TYPE_CHECKING, Literal, cast

from graphkit.errors import GraphkitError

if TYPE_CHECKING:
    from importlib.abc import Loader

TEXT = 16 * 2**20
"""Most bytes of a file that people write: seeds, queries, mappings."""
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


NAMES = "graph.names"
"""File in the cache with what the default database has names for, for completion."""


def user_folder(kind: Literal["cache", "data", "config"]) -> Path:
    """Return graphkit's folder of one kind, where this system keeps such folders.

    An absolute ``XDG_CACHE_HOME`` (``_DATA_``, ``_CONFIG_``) is followed on every system.
    """
    chosen = Path(os.environ.get(f"XDG_{kind.upper()}_HOME", ""))
    if chosen.is_absolute():
        return chosen / "graphkit"
    from platformdirs import PlatformDirs

    folders = PlatformDirs("graphkit", appauthor=False)
    return Path(getattr(folders, f"user_{kind}_dir"))


def make_private(folder: Path) -> None:
    """Create a folder that only its owner can enter, unless it exists."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


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
        said = getattr(error, "strerror", None) or error
        raise GraphkitError(f"{path} cannot be read: {said}") from error
    if not stat.S_ISREG(about.st_mode):
        found = OTHERS.get(stat.S_IFMT(about.st_mode), "no file")
        raise GraphkitError(f"{path.name or path}: found {found}, wanted a file")
    if about.st_size > most:
        raise GraphkitError(f"{path.name}: found {about.st_size:,} bytes, wanted at most {most:,}")


def check_place(path: Path) -> None:
    """Refuse a path where a device, a pipe or a socket stands, which a new file would replace.

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
    if path.exists() and not (path.is_file() or path.is_dir()):
        found = OTHERS.get(stat.S_IFMT(path.stat().st_mode), "no file")
        raise GraphkitError(f"{path}: found {found}, wanted a file or a free place")


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
    for mark, said in PACKED.items():
        if start.startswith(mark):
            raise GraphkitError(f"{path.name}: wanted text, found {_packed(path) or said}")


def _packed(path: Path) -> str | None:
    """Tell a workbook from another zip."""
    import zipfile

    with suppress(OSError, zipfile.BadZipFile), zipfile.ZipFile(path) as archive:
        if any(name.startswith("xl/") for name in archive.namelist()):
            return WORKBOOK
    return None


@contextmanager
def replacing(file: Path) -> Iterator[IO[bytes]]:
    """Write a whole file or none, never readable by anyone but its owner."""
    from tempfile import mkstemp

    make_private(file.parent)
    handle, part = mkstemp(dir=file.parent)  # created with mode 0600
    with os.fdopen(handle, "wb") as stream:
        yield stream
    Path(part).replace(file)


def write_private(file: Path, text: str) -> None:
    """Write text to a file as :func:`replacing` does."""
    with replacing(file) as stream:
        stream.write(text.encode())


@contextmanager
def locked(file: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold a lock that ends with this process, however that ends.

    ``waiting`` is called once if another process or thread holds it.
    """
    from filelock import FileLock, Timeout

    # A soft lock, the fallback where a file system has no locks, would outlive its process.
    lock = FileLock(file, thread_local=False, fallback_to_soft=False)
    told = False
    while not lock.is_locked:
        make_private(file.parent)
        try:
            lock.acquire(blocking=told)
        except Timeout:
            waiting()
            told = True
        except FileNotFoundError:  # the holder removed the folder with the file
            continue
    try:
        yield
    finally:
        lock.release()


def shipped(name: str) -> Path:
    """Return the folder ``seeds``, ``queries`` or ``docs``; an installed one has a page of them.

    >>> shipped("seeds").is_dir(), shipped("queries").is_dir()
    (True, True)
    """
    package = Path(__file__).parent
    inside = package / "shipped" / name
    return inside if inside.is_dir() else package.parent / name


class _Light(PathFinder):
    """Finder of modules, of which it leaves out some or has a small one in their place."""

    @classmethod
    def find_spec(
        cls, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module on the path, unless it is one of these."""
        if fullname == "pandas" and "pyspark" not in sys.modules:
            return None
        acero = sys.modules.get("pyarrow.acero")
        if fullname == "pyarrow.dataset" and acero and not hasattr(acero, "ds"):
            return None
        if fullname in SMALL:
            return ModuleSpec(fullname, cast("Loader", _Small()))
        return super().find_spec(fullname, path, target)


class _NoParameters(dict[str, Sequence[object]]):
    """Description of a class that names no parameter, from whatever docstring."""

    def __init__(self, docstring: str) -> None:
        super().__init__(Parameters=())


SMALL: dict[str, dict[str, object]] = {
    "pyarrow.vendored.docscrape": {"NumpyDocString": _NoParameters},
}
"""Modules in place of larger ones, with all names that pyarrow takes from them."""


class _Small:
    """Loader of the modules in :data:`SMALL`."""

    def create_module(self, spec: ModuleSpec) -> None:
        """Let Python make the module."""

    def exec_module(self, module: ModuleType) -> None:
        """Give the module its names."""
        vars(module).update(SMALL[module.__name__])


def start_small() -> None:
    """Keep pyarrow and neo4j from starting what no command uses.

    That is pandas (0.2 s), the file systems of clouds that pyarrow's datasets bring (0.02 s),
    the docstrings of pyarrow's functions (0.01 s), and a thread of
    numpy's OpenBLAS for each processor, which looks for work for 0.1 s: matrices are sparse here.
    pyarrow's engine, which only groups and sorts tables, does without datasets. None in
    ``sys.modules`` would not do: pyarrow takes it for the module.
    """
    sys.meta_path[:] = [_Light if f is PathFinder else f for f in sys.meta_path]
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def flush() -> None:
    """Flush stdout."""
    try:
        sys.stdout.flush()
    except OSError as error:
        give_up_stdout(error)


def give_up_stdout(error: OSError) -> None:
    """Close stdout after a failure; a closed pipe is not an error."""
    # Python flushes again at exit, which must not fail a second time.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if not isinstance(error, BrokenPipeError):
        raise GraphkitError(f"cannot write to stdout: {error.strerror or error}") from error
