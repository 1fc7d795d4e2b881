"""Additions of other packages: installed beside graphkit, found by entry points."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
import test_cli
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.types import CallToolResult
from saying import Naming
from seed_texts import write_seeds
from test_cli import Outcome

from graphkit import open as open_session
from graphkit.build import build_graph
from graphkit.explore.openapi import openapi
from graphkit.plugins import plugins
from graphkit.questions.registry import questions_of
from graphkit.seeds.facts import read_seeds

graphkit = test_cli.graphkit

EXAMPLE = Path(__file__).with_name("example_package")
UV = shutil.which("uv", path=Path(sys.executable).parent) or shutil.which("uv")
YEARBOOK = """\
Country,Commodity,Year,Metric tons
Australia,Lithium minerals,2024,88 000
Congo (Kinshasa),Cobalt ore,2024,220 000
"""
BROKEN = {
    "graphkit.importers": {
        "absent": "absent_module:IMPORTER", "ends": "ends:IMPORTER", "wrong": "json:dumps",
        "baci": "absent_module:IMPORTER",
    },
    "graphkit.writers": {"bad": "ends:FORMAT", "fails": "ends:FAILS"},
    "graphkit.exporters": {"bad-graph": "json:dumps"},
    "graphkit.verbs": {"lost": "absent_module:VERB", "other": "ends:VERB", "plain": "json:dumps"},
}  # fmt: skip
MODULE = """\
from graphkit.render.formats import Format
from graphkit.verbs.verb import Verb

FAILS = Format((".fails",), lambda table, path, title, view: 1 / 0)
VERB = Verb("other", "ends:mirror", "Mirror.", "", (), (), "", "")


def __getattr__(name):
    raise RuntimeError("two\\nlines")
"""
Run = Iterator[Callable[..., Outcome]]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the example as any package is, without a network."""
    place = tmp_path_factory.mktemp("installed")
    options = ("--offline", "--no-deps", "--no-build-isolation", "--python", sys.executable)
    command = [str(UV), "pip", "install", "-q", *options, "--target", place, EXAMPLE]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return place


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another package, with an addition of each kind that does not work."""
    place = tmp_path_factory.mktemp("broken")
    metadata = place / "graphkit_broken-0.1.dist-info"
    metadata.mkdir()
    (place / "ends.py").write_text(MODULE)
    (metadata / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: graphkit-broken\nVersion: 0.1\n"
    )
    (metadata / "entry_points.txt").write_text("".join(
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in entries.items())
        for group, entries in BROKEN.items()
    ))  # fmt: skip
    return place


@pytest.fixture
def run(installed: Path, broken: Path, graphkit: Any, tmp_path: Path, monkeypatch: Any) -> Run:
    """Run a command in this process, where both packages are installed."""
    for place in (installed, broken):
        monkeypatch.syspath_prepend(place)
    monkeypatch.chdir(tmp_path)
    plugins.cache_clear()
    yield graphkit
    plugins.cache_clear()


def test_a_process_finds_what_is_installed(installed, sliced_file, tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(installed), "GRAPHKIT_DB": str(sliced_file)}
    done = subprocess.run(
        [sys.executable, "-m", "graphkit", "import", "bureau", "--help"], capture_output=True,
        text=True, check=False, timeout=300, env=environment, cwd=tmp_path,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
    assert "yearbook of mines" in done.stdout


def test_an_importer_of_another_package_writes_seeds(run, tmp_path):
    (tmp_path / "yearbook.csv").write_text(YEARBOOK)

    done = run("import", "bureau", "yearbook.csv", "-o", "seeds", "-f", "json")

    assert done.code == 0, done.err
    assert [(row["what"], row["rows"]) for row in json.loads(done.out)] == [
        ("read", 2), ("kept", 2),
    ]  # fmt: skip
    question = ("query", "production-of-country", "-P", "country=AUS", "--format", "json")
    made = run(*question, "--db", str(tmp_path / "seeds"))
    assert [(row["tonnes"], row["source"]) for row in json.loads(made.out)] == [
        (88_000.0, "bureau")
    ]  # fmt: skip


def test_the_help_has_it_and_its_options_are_checked(run, tmp_path):
    (tmp_path / "yearbook.csv").write_text(YEARBOOK.replace("Australia", "Atlantis"))

    listed, described = run("import", "--help"), run("import", "bureau", "--help")
    refused = run("import", "bureau", "yearbook.csv", "-o", "seeds", "--max-unknown", "0.1")

    assert "yearbook of mines" in listed.out
    assert "--max-unknown" in described.out
    assert (refused.code, refused.out) == (3, "")
    assert refused.err == Naming("Atlantis (28.6 %) … Nothing is written")


@pytest.mark.parametrize("option", [("--format", "tsv"), ("-o", "answer.tsv")])
def test_an_answer_is_written_in_a_format_of_another_package(run, tmp_path, option):
    question = ("suppliers", "KOR", "--for", "ree-metals", "--period", "2024")
    done = run(*question, *option)
    rows = json.loads(run(*question, "--format", "json").out)["rows"]

    assert (done.code, done.err) == (0, "")
    text = done.out or (tmp_path / "answer.tsv").read_text()
    first, *lines = [line.split("\t") for line in text.splitlines()]
    supplier = first.index("supplier")
    assert [line[supplier] for line in lines] == [row["supplier"] for row in rows]


def test_the_graph_is_exported_in_a_format_of_another_package(run, file_of, tmp_path):
    path = file_of(build_graph(read_seeds(write_seeds(tmp_path / "small"))))

    done = run("export", "--format", "facts", "-o", "graph.jsonl", db=path)
    kinds = [json.loads(line)["kind"] for line in Path("graph.jsonl").read_text().splitlines()]

    assert done.code == 0, done.err
    assert (kinds.count("Country"), kinds.count("EXPORTS")) == (4, 3)


def test_a_question_of_another_package_is_asked_at_every_door(run, tmp_path):
    asked = ("stockpiles", "KOR", "--for", "nickel")
    answer = json.loads(run(*asked, "--format", "json").out)
    rows = json.loads(run("query", "stockpiles", "--format", "json").out)
    with open_session() as session:
        reply = session.stockpiles("KOR", scope="nickel")
        with pytest.raises(AttributeError, match="stockpile'"):
            session.stockpile("KOR")
    cited = run("cite", *asked)
    listed, described = run("--help"), run("help", "stockpiles")

    wanted = [row["key"] for row in rows if row["country"] == "KOR" and "Ni" in row["elements"]]
    assert len(answer["rows"]) == len(wanted) > 0
    assert reply.headline == answer["headline"] == cited.out.splitlines()[0]
    assert "published stocks" in listed.out
    assert "--help-columns" in described.out
    assert run("recheck", cited.out.split()[-1]).code == 0
    assert list(openapi("0", ["json"])["paths"]["/api/stockpiles"]) == ["get"]
    assert [verb.name for verb in questions_of("Country")][-1] == "stockpiles"


def test_an_assistant_asks_a_question_of_another_package(installed, sliced_file):
    started = StdioServerParameters(
        command=sys.executable,
        args=["-m", "graphkit", "mcp", "--db", str(sliced_file)],
        env={**os.environ, "PYTHONPATH": str(installed)},
    )

    async def ask() -> CallToolResult:
        async with Client(started, read_timeout_seconds=120) as client:
            assert "stockpiles" in [tool.name for tool in (await client.list_tools()).tools]
            return await client.call_tool("stockpiles", {"country": ["KOR"]})

    assert not anyio.run(ask).is_error


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("import", "absent", "x.csv", "-o", "s"), "ModuleNotFoundError … absent_module"),
        (("import", "absent"), "ModuleNotFoundError … absent_module"),
        (("import", "ends", "x.csv", "-o", "s"), "RuntimeError: two lines"),
        (("import", "wrong", "x.csv", "-o", "s"), "found function in json:dumps, wanted Importer"),
        (("lost", "KOR"), "ModuleNotFoundError … absent_module"),
        (("other",), "mirror … wanted a name that graphkit has not"),
        (("cite", "plain"), "found function in json:dumps, wanted Verb"),
        (("query", "countries", "--format", "bad"), "RuntimeError: two lines"),
        (("query", "countries", "--format", "fails"), "ZeroDivisionError"),
        (("export", "--format", "bad-graph", "-o", "x"), "found function … wanted GraphFormat"),
        (("query", "countries", "-o", "x.none"), ".none … .tsv … RuntimeError"),
    ],
)
def test_what_is_broken_is_one_line_that_names_the_package(run, words, wanted):
    done = run(*words)

    assert done.code in (1, 2)
    assert done.out == ""
    assert done.err.count("\n") == 1
    assert done.err == Naming("graphkit-broken 0.1")
    assert done.err == Naming(wanted)


def test_what_is_broken_stops_no_other(run):
    listed = run("import", "--help")
    well = run("query", "countries", "--format", "csv")

    assert "bureau" in listed.out
    assert "CEPII BACI" in listed.out  # which the other package's has no part in
    assert len(listed.err.splitlines()) == 3
    assert all("graphkit-broken 0.1" in line for line in listed.err.splitlines())
    assert (well.code, well.err) == (0, "")


def test_the_doctor_names_all_of_them(run):
    lines = run("doctor").out.splitlines()
    added = [line for line in lines if "graphkit-example" in line or "graphkit-broken" in line]

    assert [line[:4] for line in added if "graphkit-example" in line] == ["ok  "] * 4
    assert [line.split("'")[1] for line in added if line.startswith("BAD")] == [
        *BROKEN["graphkit.importers"], "bad", "bad-graph", *BROKEN["graphkit.verbs"],
    ]  # fmt: skip
