"""The lock of originals names what the scripts read, and says what is there."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import build_seeds
import originals_page
import pytest
from build_seeds import TOOLS, Locked, read_lock, report, runnable, states


def test_every_original_has_a_script_and_every_source_its_licence() -> None:
    known = originals_page.sources()
    for original in read_lock():
        assert original.readers, original.file
        for reader in original.readers:
            assert (TOOLS / f"build_{reader}.py").is_file(), original.file
        for key in original.sources:
            assert known[key]["licence"], key
        assert re.fullmatch("[0-9a-f]{64}", original.sha256)
    assert {reader for one in read_lock() for reader in one.readers} == set(build_seeds.READERS)


def test_the_page_has_the_table() -> None:
    """``python tools/originals_page.py`` writes it anew."""
    text = originals_page.PAGE.read_text(encoding="utf-8")
    assert originals_page.page(text) == text


def test_an_original_is_there_or_another_or_missing(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"a")
    (tmp_path / "b.csv").write_bytes(b"b")
    digest = hashlib.sha256(b"a").hexdigest()
    locked = [Locked(f"{name}.csv", digest, ["wgi"]) for name in "abc"]
    wanted = {"a.csv": "as locked", "b.csv": "another file", "c.csv": "missing"}
    assert states(locked, tmp_path) == wanted


def test_a_script_without_its_originals_does_not_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    locked = read_lock()
    state = states(locked, tmp_path)
    assert set(state.values()) == {"missing"}
    assert list(runnable(locked, state, tmp_path)) == []
    assert "build_wgi.py: not run, lacks wgi/wgi_pv_estimate_long.csv" in capsys.readouterr().out


def test_editions_stand_in_for_what_was_cut_from_them(tmp_path: Path) -> None:
    locked = [one for one in read_lock() if "baci" in one.readers]
    for name in ("BACI_HS92_V202601.zip", "BACI_HS17_V202601.zip"):
        (tmp_path / name).touch()
    state = states(locked, tmp_path) | {
        one.file: "as locked" for one in locked if one.file.startswith("baci_more/")
    }
    assert "baci" in list(runnable(locked, state, tmp_path))
    (tmp_path / "BACI_HS17_V202601.zip").unlink()
    assert "baci" not in list(runnable(locked, state, tmp_path))


def test_what_was_built_is_said_file_by_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("same", "other", "fresh", "own"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    before = {"same": b"same", "other": b"another", "own": b"own"}
    assert report(before, tmp_path, dict.fromkeys(("same", "other", "fresh"), "wgi")) == 2
    assert capsys.readouterr().out.splitlines() == [
        "fresh: new, of build_wgi.py",
        "other: differs, of build_wgi.py",
        "own: written by hand",
        "same: equal, of build_wgi.py",
        "1 of 3 built files are equal, 2 differ; 1 are written by hand or were not built",
    ]
