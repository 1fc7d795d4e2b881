"""Files are written whole or not at all, whatever stands in their place."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from seed_texts import write_seeds

from graphkit.build import build_graph
from graphkit.errors import GraphkitError, UsageError
from graphkit.export.write import chosen_format
from graphkit.files.output import whole_file
from graphkit.render import files
from graphkit.scale.files import check_output
from graphkit.seeds.facts import read_seeds
from graphkit.stores.duck.store import DuckStore


def test_a_write_that_fails_leaves_the_file_that_was_there(tmp_path):
    path = tmp_path / "keep.csv"
    path.write_text("old")

    def fail() -> None:
        with whole_file(path) as place:
            place.write_text("half of the new")
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_keeps_its_permissions_and_a_link_its_place(tmp_path):
    path, link = tmp_path / "keep.csv", tmp_path / "link.csv"
    path.write_text("old")
    path.chmod(0o640)
    link.symlink_to(path)

    files.write_text("new", link)

    assert link.is_symlink()
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("new", 0o640)


def test_a_new_file_has_the_permissions_that_any_new_file_has(tmp_path):
    other = tmp_path / "other.csv"
    other.touch()
    files.write_text("new", tmp_path / "new.csv")

    assert (tmp_path / "new.csv").stat().st_mode == other.stat().st_mode


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes there")
def test_a_pipe_takes_what_is_written_and_stays(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    files.write_text("rows", pipe)

    assert os.read(reader, 10) == b"rows"
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    os.close(reader)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
def test_a_full_device_is_one_line():
    with pytest.raises(GraphkitError, match=r"/dev/full: No space left"):
        files.write_text("rows", Path("/dev/full"))


PRODUCTS = "kind: Product\nrows:\n  - {key: a, name: A}\n"


@pytest.mark.parametrize(
    ("name", "content"), [("st.yaml", PRODUCTS), ("sub/flows.csv", "a,b\n"), ("p.parquet", "PAR1")]
)
def test_nothing_is_written_over_a_file_that_a_graph_is_built_from(tmp_path, name, content):
    place = tmp_path / name
    place.parent.mkdir(exist_ok=True)
    (tmp_path / "link").symlink_to(place)
    (tmp_path / "seed.yaml").write_text(f"table: {name}\nkind: Product\n")
    place.write_text(content)
    writers: list[Callable[[Path], object]] = [
        lambda output: files.write_text("new", output),
        lambda output: files.write_bytes(b"new", output),
        lambda output: files.write_parquet(pa.table({"a": [1]}), output),
        lambda output: chosen_format("graphml", output, of_trade=True),
    ]
    for write in writers:
        for output in (place, tmp_path / "link"):
            with pytest.raises(UsageError, match="which a graph is built from"):
                write(output)
    assert place.read_text() == content


def test_a_measure_does_not_replace_the_table_of_a_seed(tmp_path):
    (tmp_path / "seed.yaml").write_text("table: p.parquet\nkind: Product\n")
    (tmp_path / "p.parquet").write_text("PAR1")

    with pytest.raises(UsageError, match=r"seed\.yaml"):
        check_output(str(tmp_path / "p.parquet"), "flows.parquet")


@pytest.mark.parametrize(
    ("name", "content"),
    [("mapping.yaml", "kind: Product\ncolumns: {key: A}\n"), ("other.csv", "a,b\n"),
     ("notes.yaml", "- a\n"), ("sub/seed.csv", "a\n")],
)  # fmt: skip
def test_a_file_of_something_else_is_replaced(tmp_path, name, content):
    (tmp_path / "seed.yaml").write_text("table: seed.csv\nkind: Product\n")
    place = tmp_path / name
    place.parent.mkdir(exist_ok=True)
    place.write_text(content)
    files.write_text("new", place)

    assert place.read_text() == "new"


def test_a_folder_or_a_ring_of_links_is_no_place_for_a_file(tmp_path):
    ring = tmp_path / "ring"
    ring.symlink_to(tmp_path / "other")
    (tmp_path / "other").symlink_to(ring)

    for place, reason in ((Path("/"), "Is a directory"), (ring, "Too many levels")):
        with pytest.raises(GraphkitError, match=reason):
            files.write_text("rows", place)
    graph = build_graph(read_seeds(write_seeds(tmp_path / "seeds")))
    with pytest.raises(GraphkitError, match="Too many levels"), DuckStore(ring) as store:
        store.load(graph)
    assert ring.is_symlink()
