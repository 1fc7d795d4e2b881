"""The wheel and the source archive: what is in them, and what they do where they are installed."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from packaging.metadata import Metadata

from graphkit._version import __version__

ROOT = Path(__file__).parents[2]
HERE = Path(sys.executable).parent
UV = shutil.which("uv", path=HERE) or shutil.which("uv")
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
OWN = f"{sys.version_info.major}.{sys.version_info.minor}"
"""The Python of the tests; tests/nightly installs on all of them."""
MOST = 20_000_000
ASK = ("depends", "KOR", "--on", "CHN", "--for", "ree-metals", "--period", "2024")
LACKING = {
    "explore": ("explore", "--no-browser"),
    "mcp": ("mcp",),
    "plot": (*ASK, "-o", "answer.svg"),
    "server": ("neo4j", "start"),
    "fetch": (
        "fetch",
        "comtrade",
        "--reporter",
        "KOR",
        "--products",
        "2846",
        "--years",
        "2024",
        "-o",
        "korea.json",
    ),
    "spark": ("measure", "shares", "--flows", "trade", "-o", "out.parquet", "--engine", "spark"),
    "excel": ("import", "table", "book.xlsx", "--mapping", "map.yaml", "-o", "seeds"),
}
"""A command that needs each extra; ``fast`` is only quicker."""
MAPPING = """\
kind: EXPORTS
columns: {exporter: From, importer: To, hs: Code, period: Year, usd: Value}
source: {key: s, title: T, publisher: P, licence: not stated}
dataset: {key: s, name: T, reporter: importer, hs_revision: HS22, preference: 40}
"""


def run(*command: str | Path, cwd: Path, env: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=900
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def dist(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    run(str(UV), "build", "-q", "-o", out, cwd=ROOT)
    return out


@pytest.fixture(scope="session")
def wheel(dist) -> Path:
    return next(dist.glob("*.whl"))


@pytest.fixture(scope="session")
def tracked() -> set[str]:
    return set(run("git", "ls-files", cwd=ROOT).splitlines())


def below(names: set[str], *folders: str) -> set[str]:
    return {name for name in names if name.startswith(tuple(f"{each}/" for each in folders))}


def test_the_wheel_holds_the_package_the_seeds_and_the_queries_and_nothing_else(wheel, tracked):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        metadata = Metadata.from_email(
            archive.read(next(n for n in names if n.endswith("/METADATA")))
        )
        sources = yaml.safe_load(archive.read("graphkit/shipped/seeds/reference/sources.yaml"))
    about = {name for name in names if ".dist-info/" in name}
    licences = {name.partition("/licenses/")[2] for name in about} - {""}

    assert wheel.stat().st_size < MOST
    assert names - about == {
        *below(tracked, "graphkit"),
        *(f"graphkit/shipped/{name}" for name in below(tracked, "seeds", "queries", "scenarios")),
        "graphkit/shipped/docs/methods.md",
    }
    assert "graphkit/py.typed" in names
    assert metadata.version is not None
    assert str(metadata.version) == __version__
    assert {f"Programming Language :: Python :: {v}" for v in PYTHONS} <= set(metadata.classifiers)
    assert licences == {"LICENSE", *(n for n in names if re.search(r"/LICENSE$|licences|OFL", n))
                        } - about  # fmt: skip
    assert all(row["licence"] for row in sources["rows"])


def test_the_source_archive_holds_what_builds_and_tests_it(dist, tracked):
    with tarfile.open(next(dist.glob("*.tar.gz"))) as archive:
        names = {m.name.partition("/")[2] for m in archive.getmembers() if m.isfile()}
    parts = ("graphkit", "seeds", "queries", "scenarios", "tests", "tools", "benchmarks", "docs")
    kept = {"LICENSE", "Dockerfile", "compose.yaml", "pyproject.toml", "uv.lock", ".gitignore"}

    assert names == {
        *below(tracked, *parts), *kept, *(n for n in tracked if re.fullmatch(r"[A-Z]+\.md", n)),
        "PKG-INFO",
    }  # fmt: skip


def test_an_index_would_take_both(dist):
    said = run(str(UV), "tool", "run", "-q", "twine", "check", "--strict", *dist.glob("graphkit*"),
               cwd=dist)  # fmt: skip

    assert said.count("PASSED") == 2


def test_the_bill_of_materials_names_what_the_lock_file_has(tmp_path):
    command = re.search(
        r"^uv (export .* cyclonedx1\.5 -o (\S+))$",
        (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.MULTILINE,
    )  # fmt: skip
    assert command
    run(str(UV), *command[1].replace(command[2], str(tmp_path / "bill.json")).split(), cwd=ROOT)
    bill = json.loads((tmp_path / "bill.json").read_text("utf-8"))
    lock = (ROOT / "uv.lock").read_text("utf-8")
    named = {(part["name"], part["version"]) for part in bill["components"] if "version" in part}

    assert bill["bomFormat"] == "CycloneDX"
    assert {"duckdb", "mcp", "neo4j", "pyarrow", "pyspark"} <= {name for name, _ in named}
    for name, version in named - {("graphkit-minerals", __version__)}:
        assert f'name = "{name}"\nversion = "{version}"' in lock


@pytest.fixture(scope="module")
def outside(tmp_path_factory) -> tuple[Path, dict[str, str]]:
    """A folder outside the clone, and an environment of a user who never ran graphkit."""
    home = tmp_path_factory.mktemp("user")
    others = ("XDG_", "GRAPHKIT_", "NEO4J_", "VIRTUAL_ENV", "PYTHON")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(others)}
    folders = {f"XDG_{kind}_HOME": str(home / kind) for kind in ("CACHE", "DATA", "CONFIG")}
    # uv's own cache is the user's: what it holds is the same as on the index.
    uv = run(str(UV), "cache", "dir", cwd=home).strip()
    return home, {**kept, **folders, "UV_CACHE_DIR": uv}


def answered(text: str) -> dict[str, str]:
    return next(csv.DictReader(text.splitlines()))


@pytest.fixture(scope="module")
def installed(wheel, outside) -> Path:
    """A folder with graphkit installed on the Python of the tests; the named command runs pip."""
    folder, env = outside
    place = folder / "own"
    run(str(UV), "venv", "-q", "--seed", "-p", sys.executable, place, cwd=folder)
    run(str(UV), "pip", "install", "-q", "-p", place / "bin/python", wheel, cwd=folder, env=env)
    return place


def assert_answers(place: Path, version: str, folder: Path, env: dict[str, str]) -> None:
    graphkit = place / "bin/graphkit"
    row = answered(run(graphkit, *ASK, cwd=folder, env=env))
    assert row["supplier"] == "CHN"
    assert 0.5 < float(row["share_usd"]) < 1
    said = run(graphkit, "doctor", cwd=folder, env=env)
    assert "BAD" not in said
    assert f"{place}/lib/python{version}/site-packages/graphkit/shipped/seeds" in said
    assert f"loaded by graphkit {__version__}" in said
    assert len(run(graphkit, "query", cwd=folder, env=env).splitlines()) > 90


def test_the_wheel_answers_in_a_clean_environment(installed, outside):
    assert_answers(installed, OWN, *outside)


@pytest.mark.parametrize("extra", LACKING)
def test_a_missing_extra_is_named_with_the_command_that_installs_it(
    extra, wheel, installed, outside
):
    folder, env = outside
    (folder / "trade").mkdir(exist_ok=True)
    (folder / "map.yaml").write_text(MAPPING, encoding="utf-8")
    (folder / "book.xlsx").write_bytes(b"PK\x03\x04")
    done = subprocess.run(
        [installed / "bin/graphkit", *LACKING[extra]], cwd=folder, env=env,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    command = re.search(rf"\S*pip install 'graphkit-minerals\[{extra}\] @ (\S+)'", done.stderr)

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert command, done.stderr
    assert command[1] == wheel.as_uri()


def test_the_named_command_installs_the_extra(outside, wheel):
    folder, env = outside
    place = folder / "more"
    run(str(UV), "venv", "-q", "--seed", "-p", sys.executable, place, cwd=folder)
    run(str(UV), "pip", "install", "-q", "-p", place / "bin/python", wheel, cwd=folder, env=env)
    asked = "from graphkit.errors import install; print(install('plot'))"
    command = run(place / "bin/python", "-c", asked, cwd=folder, env=env)
    subprocess.run(command, shell=True, check=True, cwd=folder, env=env, stdout=subprocess.DEVNULL)

    run(place / "bin/graphkit", *LACKING["plot"], cwd=folder, env=env)
    assert (folder / "answer.svg").read_text("utf-8").startswith("<svg")
