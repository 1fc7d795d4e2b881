"""Editions that publishers offer for download, and how they get to this machine."""

from __future__ import annotations

import hashlib
import json
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from urllib3 import BaseHTTPResponse, PoolManager
from urllib3.exceptions import HTTPError, ProtocolError

from graphkit.errors import GraphkitError
from graphkit.files.output import whole_file
from graphkit.importers.http import Patience, client_of, request

BACI = "https://www.cepii.fr/DATA_DOWNLOAD/baci/data"
"""Folder of CEPII's editions of BACI, a zip for each revision and version."""
SCIENCEBASE = "https://www.sciencebase.gov/catalog"
"""Catalogue of the USGS's data releases."""
RELEASES = {
    "2025": ("677eaf95d34e760b392c4970", "World_Data_Release_MCS_2025.zip"),
    "2026": ("696a75d5d4be0228872d3bf8", "MCS2026_Commodities_Data.csv"),
}
"""Item of the catalogue and file of the Mineral Commodity Summaries, by their year."""
TABLES = {"World_Data_Release_MCS_2025.zip": "MCS2025_World_Data.csv"}
"""Table that is read, of a release that is packed."""
PIECE = 2**20
"""Most bytes that are read at once."""
Progress = Callable[[str, int], None]


@dataclass(frozen=True)
class Original:
    """Published file: where it is, and as far as the publisher says it, how to know it."""

    publisher: str
    address: str
    name: str
    md5: str | None = None
    size: int | None = None


@dataclass(frozen=True)
class Fetched:
    """File on this machine, with the sum that says which one it is."""

    path: Path
    size: int
    sha256: str
    checked: bool
    """True if the publisher gives a sum, and it is that of the file."""


def baci_edition(revision: str, version: str, site: str = BACI) -> Original:
    """Name the zip of an edition of BACI.

    Parameters
    ----------
    revision : str
        HS revision of the codes.
    version : str
        Year and month of publication.
    site : str
        Address of the folder of all editions.

    Returns
    -------
    Original
        CEPII gives neither a sum nor the length.

    Examples
    --------
    >>> baci_edition("HS92", "202601").address
    'https://www.cepii.fr/DATA_DOWNLOAD/baci/data/BACI_HS92_V202601.zip'
    """
    name = f"BACI_{revision}_V{version}.zip"
    return Original("CEPII", f"{site.rstrip('/')}/{name}", name)


def usgs_release(year: str, site: str = SCIENCEBASE, patience: Patience | None = None) -> Original:
    """Look up a data release of the Mineral Commodity Summaries in the USGS's catalogue.

    Parameters
    ----------
    year : str
        One of :data:`RELEASES`.
    site : str
        Address of the catalogue.
    patience : Patience, optional
        Number of tries and waiting times.

    Returns
    -------
    Original
        With the sum and length of the catalogue.

    Raises
    ------
    GraphkitError
        The catalogue does not answer, or the item has no such file.
    """
    item, wanted = RELEASES[year]
    url = f"{site.rstrip('/')}/item/{item}?format=json"
    page = request(client_of(site), url, "ScienceBase", patience or Patience())
    try:
        files = {file["name"]: file for file in json.loads(page.data)["files"]}
    except (ValueError, KeyError, TypeError):
        raise GraphkitError(f"{url}: found no list of files, wanted {wanted}") from None
    if wanted not in files:
        there = ", ".join(sorted(files)) or "no file"
        raise GraphkitError(f"{url}: found {there}, wanted {wanted}")
    file = files[wanted]
    checksum = file.get("checksum") or {}
    md5 = checksum.get("value") if checksum.get("type") == "MD5" else None
    return Original("ScienceBase", file["url"], wanted, md5, file.get("size"))


def download(
    original: Original, folder: Path, *, fresh: bool = False, patience: Patience | None = None,
    progress: Progress = lambda name, size: None,
) -> Fetched:  # fmt: skip
    """Download a published file, or go on where an earlier try ended.

    What has come stays beside the file as ``NAME.part`` until all is there, and goes on only as
    the same file on the server: one whose mark (``ETag`` or date) is another is fetched anew.

    Parameters
    ----------
    original : Original
        The file.
    folder : Path
        Where it goes, under its own name.
    fresh : bool
        Fetch again what is there already.
    patience : Patience, optional
        Number of tries and waiting times.
    progress : callable, optional
        Called with the name and the number of bytes after each piece.

    Returns
    -------
    Fetched

    Raises
    ------
    GraphkitError
        The server refuses, or ends too early each time; the file is another than its publisher
        says; or the disk is full.
    """
    patience = patience or Patience()
    path = folder / original.name
    if path.exists() and not fresh:
        return _checked(path, path, original)
    part = folder / f"{original.name}.part"
    client = client_of(original.address)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if fresh:
            part.unlink(missing_ok=True)
        for number in range(patience.tries):
            try:
                _go_on(client, original, part, patience, progress)
                break
            except HTTPError:
                if number + 1 == patience.tries:
                    size = part.stat().st_size if part.exists() else 0
                    raise GraphkitError(
                        f"{original.publisher} ended {original.name} after {size:,} bytes, tried "
                        f"{patience.tries} times; the same command goes on from there"
                    ) from None
                time.sleep(min(patience.first * 2**number, patience.longest))
        fetched = _checked(part, path, original)
        part.replace(path)
    except OSError as error:
        raise GraphkitError(f"{error.filename or path}: {error.strerror}") from None
    _mark_of(part).unlink(missing_ok=True)
    return fetched


def unpack_table(path: Path) -> Path:
    """Unpack the table of a release that is packed; any other file is its own table.

    Raises
    ------
    GraphkitError
        The file is no zip, or has no such table.
    """
    wanted = TABLES.get(path.name)
    if wanted is None:
        return path
    try:
        with zipfile.ZipFile(path) as archive:
            inside = {Path(name).name: name for name in archive.namelist()}
            if wanted not in inside:
                raise GraphkitError(f"{path}: found {', '.join(inside)}, wanted {wanted}")
            with whole_file(path.with_name(wanted)) as place:
                place.write_bytes(archive.read(inside[wanted]))
    except zipfile.BadZipFile as error:
        raise GraphkitError(f"{path}: {error}") from None
    return path.with_name(wanted)


def _mark_of(part: Path) -> Path:
    """Name the file that says which one on the server a part is of."""
    return part.with_name(f"{part.name}.mark")


def _go_on(
    client: PoolManager, original: Original, part: Path, patience: Patience, progress: Progress
) -> None:
    """Write what is missing of a file behind what is there."""
    mark = None
    if part.exists():
        with suppress(OSError):
            mark = _mark_of(part).read_text(encoding="utf-8")
    start = part.stat().st_size if mark else 0
    headers = {"Range": f"bytes={start}-", "If-Range": mark} if mark and start else {}
    headers["Accept-Encoding"] = "identity"
    response = request(client, original.address, original.publisher, patience, headers, stream=True)
    try:
        if response.status != 206:
            start = 0
        _keep_mark(part, response)
        total = _length(response, start)
        with part.open("ab" if start else "wb") as file:
            progress(original.name, start)
            while piece := response.read1(PIECE):
                file.write(piece)
                progress(original.name, len(piece))
            there = file.tell()
    finally:
        response.release_conn()
    if total is not None and there != total:
        raise ProtocolError(f"found {there:,} bytes, wanted {total:,}")


def _keep_mark(part: Path, response: BaseHTTPResponse) -> None:
    """Keep what tells this file on the server from a later one, where the server says it."""
    tag = response.headers.get("ETag", "")
    mark = tag if tag and not tag.startswith("W/") else response.headers.get("Last-Modified", "")
    if mark:
        _mark_of(part).write_text(mark, encoding="utf-8")
    else:
        _mark_of(part).unlink(missing_ok=True)


def _length(response: BaseHTTPResponse, start: int) -> int | None:
    """Return the bytes of the whole file, where the server says it."""
    text = response.headers.get("Content-Length", "")
    return start + int(text) if text.isdigit() else None


def _checked(file: Path, path: Path, original: Original) -> Fetched:
    """Read a file whole, and refuse one that is not what its publisher says."""
    sums = {"sha256": hashlib.sha256(), "md5": hashlib.md5(usedforsecurity=False)}
    size = 0
    with file.open("rb") as opened:
        while piece := opened.read(PIECE):
            size += len(piece)
            for one in sums.values():
                one.update(piece)
    md5 = sums["md5"].hexdigest()
    if original.size not in (None, size) or original.md5 not in (None, md5):
        if file != path:
            file.unlink()
        raise GraphkitError(
            f"{path}: found {size:,} bytes with MD5 {md5}, wanted "
            f"{f'MD5 {original.md5}' if original.md5 else f'{original.size:,} bytes'}, as "
            f"{original.publisher} says; --fresh fetches it again"
        )
    return Fetched(path, size, sums["sha256"].hexdigest(), original.md5 is not None)
