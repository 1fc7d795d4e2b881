"""Downloads of published editions, from servers on this machine: quick, broken, slow, changing."""

from __future__ import annotations

import hashlib
import io
import json
import random
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from saying import unsaid

from graphkit.cli.app import run
from graphkit.errors import GraphkitError
from graphkit.importers.http import Patience
from graphkit.importers.published import (
    RELEASES,
    Original,
    baci_edition,
    download,
    unpack_table,
    usgs_release,
)

QUICK = Patience(tries=3, first=0.01, longest=0.05, timeout=2.0)
BODY = random.Random(0).randbytes(3_000_000)
NAME = "BACI_HS92_V202601.zip"


class Publisher(ThreadingHTTPServer):
    """Serves files, and fails as it is told."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Serving)
        self.files: dict[str, bytes] = {}
        self.tag = '"one"'
        self.ranges = True
        self.cuts: list[int] = []
        """After how many bytes each of the next answers ends."""
        self.statuses: list[int] = []
        """Statuses of the next answers."""
        self.starts: list[int] = []
        """First byte of each answer."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def original(self) -> Original:
        return Original("CEPII", f"{self.url}/{NAME}", NAME)


class Serving(BaseHTTPRequestHandler):
    server: Publisher

    def do_GET(self) -> None:
        server = self.server
        if server.statuses and (status := server.statuses.pop(0)) != 200:
            self.send_error(status)
            return
        body = server.files.get(self.path)
        if body is None:
            self.send_error(404)
            return
        start = 0
        wanted = self.headers.get("Range")
        if wanted and server.ranges and self.headers.get("If-Range") == server.tag:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        server.starts.append(start)
        self.send_response(206 if start else 200)
        if server.tag:
            self.send_header("ETag", server.tag)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        cut = server.cuts.pop(0) if server.cuts else len(body)
        self.wfile.write(body[start : start + cut])
        self.close_connection = True

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    server = Publisher()
    server.files[f"/{NAME}"] = BODY
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def refusal(original: Original, folder: Path) -> str:
    with pytest.raises(GraphkitError) as caught:
        download(original, folder, patience=QUICK)
    return str(caught.value)


def test_a_file_comes_whole_with_its_sum(publisher: Publisher, tmp_path: Path) -> None:
    pieces: list[int] = []
    fetched = download(
        publisher.original, tmp_path / "new", progress=lambda name, size: pieces.append(size)
    )
    assert fetched.path.read_bytes() == BODY
    assert fetched.sha256 == hashlib.sha256(BODY).hexdigest()
    assert (fetched.size, sum(pieces), fetched.checked) == (len(BODY), len(BODY), False)
    assert [path.name for path in (tmp_path / "new").iterdir()] == [NAME]


def test_a_download_that_is_cut_off_goes_on(publisher: Publisher, tmp_path: Path) -> None:
    publisher.cuts = [1_000_000, 1_500_000]
    fetched = download(publisher.original, tmp_path, patience=QUICK)
    assert fetched.path.read_bytes() == BODY
    assert publisher.starts == [0, 1_000_000, 2_500_000]


def test_the_next_command_goes_on_from_what_came(publisher: Publisher, tmp_path: Path) -> None:
    publisher.cuts = [400_000, 300_000, 200_000]
    refused = refusal(publisher.original, tmp_path)
    assert "CEPII ended BACI_HS92_V202601.zip after 900,000 bytes, tried 3 times" in refused
    assert not (tmp_path / NAME).exists()
    download(publisher.original, tmp_path, patience=QUICK)
    assert publisher.starts == [0, 400_000, 700_000, 900_000]
    assert (tmp_path / NAME).read_bytes() == BODY


@pytest.mark.parametrize("why", ["another file", "no mark", "no ranges"])
def test_what_may_be_another_file_starts_anew(
    publisher: Publisher, tmp_path: Path, why: str
) -> None:
    publisher.tag = "" if why == "no mark" else publisher.tag
    publisher.ranges = why != "no ranges"
    publisher.cuts = [10_000] * 3
    refusal(publisher.original, tmp_path)
    new = BODY[::-1] if why == "another file" else BODY
    publisher.files[f"/{NAME}"] = new
    publisher.tag = '"two"' if why == "another file" else publisher.tag
    publisher.starts.clear()
    download(publisher.original, tmp_path, patience=QUICK)
    assert publisher.starts == [0]
    assert (tmp_path / NAME).read_bytes() == new


def test_a_server_in_trouble_is_tried_again(publisher: Publisher, tmp_path: Path) -> None:
    publisher.statuses = [503, 502]
    assert download(publisher.original, tmp_path, patience=QUICK).path.read_bytes() == BODY
    publisher.statuses = [404]
    unsaid(refusal(publisher.original, tmp_path / "other"), "Traceback")
    publisher.statuses = [503] * 3
    assert "CEPII does not answer, tried 3 times: HTTP 503" in refusal(
        publisher.original, tmp_path / "third"
    )


def test_a_file_that_is_there_is_not_fetched_again(publisher: Publisher, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"mine")
    assert download(publisher.original, tmp_path).size == 4
    assert publisher.starts == []
    assert download(publisher.original, tmp_path, fresh=True).size == len(BODY)


def test_a_file_with_another_sum_is_refused(publisher: Publisher, tmp_path: Path) -> None:
    original = Original("ScienceBase", f"{publisher.url}/{NAME}", NAME, "0" * 32, len(BODY))
    refused = refusal(original, tmp_path)
    assert f"wanted MD5 {'0' * 32}, as ScienceBase says; --fresh fetches it again" in refused
    assert not list(tmp_path.glob(f"{NAME}*"))[1:]


def release(publisher: Publisher, year: str, body: bytes) -> None:
    """Serve a release as the catalogue lists it."""
    item, name = RELEASES[year]
    md5 = hashlib.md5(body, usedforsecurity=False).hexdigest()
    file = {
        "name": name, "url": f"{publisher.url}/file/{item}", "size": len(body),
        "checksum": {"value": md5, "type": "MD5"},
    }  # fmt: skip
    publisher.files[f"/item/{item}?format=json"] = json.dumps({"files": [file]}).encode()
    publisher.files[f"/file/{item}"] = body


def test_a_release_is_held_against_the_sum_of_its_catalogue(
    publisher: Publisher, tmp_path: Path
) -> None:
    release(publisher, "2026", BODY)
    original = usgs_release("2026", publisher.url, QUICK)
    assert download(original, tmp_path).checked
    release(publisher, "2026", b"{}")
    publisher.files[f"/item/{RELEASES['2026'][0]}?format=json"] = b'{"files": []}'
    with pytest.raises(GraphkitError, match=r"found no file, wanted MCS2026_Commodities_Data.csv"):
        usgs_release("2026", publisher.url, QUICK)


def test_a_packed_release_gives_its_table(tmp_path: Path) -> None:
    path = tmp_path / RELEASES["2025"][1]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("World/MCS2025_World_Data.csv", "SOURCE\n")
    path.write_bytes(packed.getvalue())
    assert unpack_table(path).read_text(encoding="utf-8") == "SOURCE\n"
    path.write_bytes(b"no zip")
    with pytest.raises(GraphkitError, match="not a zip"):
        unpack_table(path)


def test_what_is_fetched_is_imported(
    publisher: Publisher,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = "t,i,j,k,v,q\n2024,156,410,280530,1000.5,20.25\n"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("BACI_HS92_Y2024_V202601.csv", rows)
    publisher.files[f"/{NAME}"] = packed.getvalue()
    monkeypatch.setenv("BACI_URL", publisher.url)
    assert run(["fetch", "baci", "-o", str(tmp_path)]) == 0
    said = capsys.readouterr().err
    assert "no sum is published" in said
    command = next(line for line in said.splitlines() if "import baci" in line)
    assert f"graphkit import baci {tmp_path / NAME} -o FOLDER" in command
    assert run(["import", "baci", str(tmp_path / NAME), "-o", str(tmp_path / "seeds")]) == 0
    assert list((tmp_path / "seeds" / "trade").glob("*.parquet"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["baci", "--revision", "HS93"], "--revision: found 'HS93', wanted one of HS92"),
        (["baci", "--version", "2026"], "--version: found '2026', wanted year and month"),
        (["usgs", "--edition", "1999"], "--edition: found '1999', wanted one of 2025, 2026"),
    ],
)
def test_editions_that_are_not_published_are_refused(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["fetch", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_the_address_of_an_edition_is_that_of_cepii() -> None:
    assert baci_edition("HS17", "202501").address.endswith("/baci/data/BACI_HS17_V202501.zip")
