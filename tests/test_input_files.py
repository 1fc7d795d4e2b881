"""Paths that are not regular files, or too large, are refused in one line before any reading."""

from __future__ import annotations

import os
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from pyarrow import parquet
from saying import unsaid
from seed_texts import write_seeds

from graphkit.errors import GraphkitError
from graphkit.files.input import STREAMED, TEXT, WHOLE, check_file, check_text

COMMANDS = {
    "query": ("query", "{}.cypher"),
    "cypher": ("cypher", "-i", "{}.cypher"),
    "check": ("check", "{}.yaml"),
    "load": ("load", "{}.yaml", "--db", "x.duckdb"),
    "measure": ("measure", "shares", "--flows", "{}.parquet", "-o", "out.parquet"),
    "baci": ("import", "baci", "{}.csv", "--revision", "HS92", "-o", "seeds"),
    "baci zip": ("import", "baci", "{}.zip", "-o", "seeds"),
    "comtrade": ("import", "comtrade", "{}.json", "-o", "seeds"),
    "customs": ("import", "customs", "{}.xml", "-o", "seeds"),
    "usgs": ("import", "usgs", "{}.csv", "-o", "seeds"),
    "table": ("import", "table", "{}.csv", "--mapping", "map.yaml", "-o", "seeds"),
    "preview": ("import", "table", "{}.xlsx", "--preview"),
    "mapping": ("import", "table", "flows.csv", "--mapping", "{}.yaml", "-o", "seeds"),
}
KINDS = ("device", "pipe", "folder")

SAID = {
    "check": "input.yaml: … not a regular file",
    "load": "input.yaml: … not a regular file",
    "measure": "special file",
}
"""Commands that take folders too, and so say it otherwise."""


def make(kind: str, path: Path) -> None:
    if kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()


@pytest.mark.skipif(os.name == "nt", reason="no device or pipe in the file system")
@pytest.mark.parametrize(
    ("name", "kind"),
    [(n, k) for n in COMMANDS for k in KINDS if k != "folder" or n not in SAID],
)
def test_what_is_not_a_file_is_refused_in_one_line(graphkit, tmp_path, monkeypatch, name, kind):
    monkeypatch.chdir(tmp_path)
    words = [word.format("input") for word in COMMANDS[name]]
    [place] = [word for word in words if word.startswith("input.")]
    make(kind, tmp_path / place)
    mapping = "kind: EXPORTS\ncolumns: {usd: Value}\n"
    (tmp_path / "map.yaml").write_text(mapping, encoding="utf-8")
    code, out, err = graphkit(*words)

    assert (code, out) == (1, "")
    [line] = err.splitlines()
    assert unsaid(line, SAID.get(name, kind)) == []


@pytest.mark.skipif(os.name == "nt", reason="no device or pipe in the file system")
@pytest.mark.skipif(os.name == "nt", reason="no pipe in the file system")
@pytest.mark.parametrize(
    "words",
    [["load", "seeds", "--db", "{}"], ["export", "-o", "{}.graphml"],
     ["measure", "concentration", "--flows", "x.parquet", "-o", "{}.parquet"]],
    ids=lambda words: words[0],
)  # fmt: skip
@pytest.mark.parametrize("name", ["pipe", "link"])
def test_what_is_not_a_file_is_never_replaced(graphkit, tmp_path, monkeypatch, words, name):
    monkeypatch.chdir(tmp_path)
    write_seeds(tmp_path / "seeds")
    flow = {"supplier": "CHN", "consumer": "KOR", "product": "ore", "period": "2024", "usd": 1.0}
    parquet.write_table(pa.Table.from_pylist([flow]), tmp_path / "x.parquet")
    wanted = [word.format(name) for word in words]
    pipe = tmp_path / (wanted[-1] if name == "pipe" else "other")
    os.mkfifo(pipe)
    if name == "link":
        (tmp_path / wanted[-1]).symlink_to(pipe)
    code, out, err = graphkit(*wanted)

    assert (code, out) == (1, "")
    [line] = err.splitlines()
    assert unsaid(line, f"graphkit: {wanted[-1]}: … pipe … file") == []
    assert pipe.is_fifo()


def test_a_device_among_the_seeds_of_a_folder_is_named(graphkit, tmp_path):
    (tmp_path / "odd.yaml").symlink_to("/dev/zero")
    code, _, err = graphkit("depends", "KOR", "--db", str(tmp_path))

    assert code == 3
    assert unsaid(err, "odd.yaml:1:1: … regular file") == []


@pytest.mark.parametrize("most", [TEXT, WHOLE, STREAMED])
def test_a_file_over_the_limit_is_refused_unread(tmp_path, most):
    path = tmp_path / "large.csv"
    path.touch()
    os.truncate(path, most)
    check_file(path, most)
    os.truncate(path, most + 1)

    with pytest.raises(GraphkitError) as raised:
        check_file(path, most)
    assert unsaid(str(raised.value), f"large.csv: … {most + 1:,} bytes … at most {most:,}") == []


@pytest.mark.parametrize("name", ["baci", "comtrade", "customs", "usgs", "table"])
def test_a_workbook_with_the_name_of_a_text_is_named(graphkit, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    words = [word.format("input") for word in COMMANDS[name]]
    [place] = [word for word in words if word.startswith("input.")]
    openpyxl.Workbook().save(tmp_path / "book.xlsx")
    (tmp_path / "book.xlsx").rename(tmp_path / place)
    (tmp_path / "map.yaml").write_text("kind: EXPORTS\ncolumns: {usd: Value}\n", encoding="utf-8")
    code, out, err = graphkit(*words)

    assert (code, out) == (1, "")
    assert err == (
        f"graphkit: {place}: wanted text, found an Excel workbook; save its sheet as CSV\n"
    )


@pytest.mark.parametrize(
    ("start", "said"),
    [
        (b"PK\x03\x04", "a zip; unpack it"), (b"\x1f\x8b\x08", "a gzip file; unpack it"),
        (b"PAR1", "a Parquet file"), (b"%PDF-1.7", "a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1", "an Excel workbook; save its sheet as CSV"),
    ],
)  # fmt: skip
def test_what_is_not_text_is_named(tmp_path, start, said):
    path = tmp_path / "flows.csv"
    path.write_bytes(start)

    with pytest.raises(GraphkitError) as raised:
        check_text(path, TEXT)
    assert str(raised.value) == f"flows.csv: wanted text, found {said}"
