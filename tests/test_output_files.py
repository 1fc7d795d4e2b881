"""Files are written whole or not at all, whatever stands in their place."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path

import pytest

from graphkit.errors import GraphkitError
from graphkit.files.output import whole_file
from graphkit.render import files


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
    with pytest.raises(GraphkitError, match="cannot write /dev/full: No space left on device"):
        files.write_text("rows", Path("/dev/full"))
