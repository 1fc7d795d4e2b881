"""The README and the recipes show what the commands print, and their Python runs."""

from __future__ import annotations

import re
import shlex
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path

import pytest
import yaml
from refresh_readme import COLUMNS, on_a_terminal

from graphkit.cli.app import QUESTIONS, run

FOLDER = Path(__file__).parents[1]
README = (FOLDER / "README.md").read_text(encoding="utf-8")
RECIPES = (FOLDER / "docs/recipes.md").read_text(encoding="utf-8")
SEEDS = (FOLDER / "docs/seeds.md").read_text(encoding="utf-8")
TEXTS = README + RECIPES + SEEDS
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TEXTS, re.MULTILINE | re.DOTALL)
SHOWN = [text for kind, text in BLOCKS if kind == "console" and text.startswith("$ graphkit ")]
PYTHON = [text for kind, text in BLOCKS if kind == "python"]
DRAWN = re.findall(r"^graphkit (.+) -o (docs/pictures/\w+\.svg)$", RECIPES, re.MULTILINE)
ANY = "..."


def pattern(lines: list[str]) -> re.Pattern[str]:
    """Lines as written; ``...`` stands for any lines, or none."""
    parts = [r"(?:.*\n)*" if line == ANY else re.escape(line) + r"\n" for line in lines]
    return re.compile("".join(parts))


@pytest.mark.parametrize("block", SHOWN, ids=lambda block: block.splitlines()[0][2:60])
def test_a_command_prints_what_the_readme_shows(block, capsys, monkeypatch):
    command, *wanted = block.splitlines()
    monkeypatch.setenv("COLUMNS", COLUMNS)
    code = run(on_a_terminal(shlex.split(command.removeprefix("$ graphkit "))))
    output, errors = capsys.readouterr()
    assert code == 0, errors
    assert "graphkit: " not in errors
    if not pattern(wanted).fullmatch(output):
        assert output.splitlines() == wanted


PAGES = sorted((FOLDER / "docs").glob("*.md"))
NOTED = [
    (page.name, command, told)
    for page in PAGES
    for command, told in re.findall(r"<!-- graphkit (.+?) => (.+?) -->", page.read_text("utf-8"))
]
"""Figures in the prose of a page: the command that gives them stands below in a comment."""


@cache
def output_of(command: str) -> str:
    """Return what a command prints, once for all the sections that it stands in."""
    with redirect_stdout(StringIO()) as printed:
        words = shlex.split(command)
        long = ["--long"] if words[0] in QUESTIONS else []
        assert run([*words, *long, "--format", "table"]) == 0
    return " ".join(printed.getvalue().split())


@pytest.mark.long
@pytest.mark.parametrize(("page", "command", "told"), NOTED, ids=[c[:50] for _, c, _ in NOTED])
def test_a_command_gives_the_figures_in_the_prose_of_a_page(page, command, told, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")

    for part in told.split("; "):
        assert part in output_of(command), page


FIGURE = re.compile(
    r"\d %|\d,\d{3}\b|\d\.\d+ (?:million|GB|GiB|MB|kB|s)\b|\b\d+ (?:MB|GB|kB|KB|seconds|million)"
)
MADE = re.compile(
    r"<!-- graphkit|[Mm]easured.{0,80}\b20\d\d\b|(?:Novem|Decem)ber 20\d\d", re.DOTALL
)
"""The mark of a section's figures: a command of ours, or the day of a measurement."""
RULES = {
    "architecture.md": ["## Where to change what"],
    "assistants.md": ["## Tools", "## What it will not do"],
    "customs.md": ["# Import customs statistics"],
    "explore.md": ["## What protects it"],
    "import.md": ["## Clumsy tables"],
    "index.md": ["# graphkit"],
    "methods.md": [
        "# Methods",
        "### Beside a model of markets",
        "## Checking claims",
    ],
    "mornings.md": ["## A journalist"],
    "pictures.md": ["# Pictures", "## How to read them"],
    "read-only.md": ["# Read-only means read-only", "## Limits", "## Numbers"],
    "scenarios.md": ["# Scenarios"],
    "seeds.md": ["## What is refused, and what is doubted"],
    "start.md": ["## Read"],
}
"""Sections whose figures are limits, thresholds, the sizes of tests or cited, and no result."""


NUMBER = re.compile(
    r"\d[\d,]*(?:\.\d+)?(?= (?:%|million|GB|GiB|MB|kB|KB|s|seconds)(?![\w]))|\b\d{1,3}(?:,\d{3})+\b"
)
"""The figures themselves, without their units."""


def figures_without_a_command(section: str) -> list[str]:
    """List the figures of a section that none of what its commands are said to give has."""
    told = " ".join(re.findall(r"<!-- graphkit .+? => (.+?) -->", section, re.DOTALL))
    prose = re.sub(r"<!--.*?-->|`[^`]*`", "", section, flags=re.DOTALL)
    return [
        number for number in NUMBER.findall(prose)
        if not re.search(rf"(?<![\d.,]){re.escape(number)}(?!\d)", told)
    ]  # fmt: skip


SECTIONS = [
    pytest.param(section, id=f"{page.stem} {section.splitlines()[0]}")
    for page in PAGES
    for section in re.split(r"^(?=#+ )", page.read_text("utf-8"), flags=re.MULTILINE)
    if "<!-- graphkit " in section
]


@pytest.mark.parametrize("section", SECTIONS)
def test_each_figure_of_a_section_with_a_command_is_one_that_its_commands_give(section):
    assert figures_without_a_command(section) == []


@pytest.mark.parametrize(
    ("section", "lacking"),
    [
        ("It is 5.1 % of 2,049.4 million. <!-- graphkit x => 5.1 %; 2,049.4 M -->", []),
        ("It is 5.1 % and 7 %. <!-- graphkit x => 15.1 %; 7 % -->", ["5.1"]),
        ("Of `9 %` it has 1,340 t.", ["1,340"]),
    ],
)
def test_a_figure_that_a_command_does_not_give_is_found(section, lacking):
    assert figures_without_a_command(section) == lacking


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_figures_of_a_section_name_their_command_or_the_day_of_measurement(page):
    if page.name in (
        "backtests.md", "columns.md", "facilities.md", "graph.md", "products.md", "production.md",
    ):  # fmt: skip
        return  # generated, and compared with the schema and the seeds elsewhere
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    found = [
        section.splitlines()[0]
        for section in re.split(r"^(?=#+ )", text, flags=re.MULTILINE)
        if FIGURE.search(section) and not MADE.search(section)
    ]

    assert found == RULES.get(page.name, [])


@pytest.mark.parametrize(("command", "path"), DRAWN, ids=[path for _, path in DRAWN])
def test_a_command_draws_the_picture_that_the_readme_shows(command, path, tmp_path):
    """``tools/refresh_readme.py`` draws them again."""
    drawn = tmp_path / "picture.svg"

    assert run([*shlex.split(command), "-o", str(drawn)]) == 0
    assert drawn.read_bytes() == (FOLDER / path).read_bytes()
    assert drawn.stat().st_size < 100_000
    assert f"]({path})" in README or f"]({path.removeprefix('docs/')})" in RECIPES


def test_the_recipes_show_pictures():
    assert len(DRAWN) == 3


def test_the_readme_is_two_screens_long_before_its_table_of_commands():
    before = README.split("\n## Commands\n")[0].splitlines()

    assert len(before) <= 100
    assert "Limits of the data" in "\n".join(before)
    assert "It ships with" in "\n".join(before[:30])
    assert not re.search(r"^consumer,supplier,", README, re.MULTILINE)


def test_the_readme_and_the_recipes_show_answers():
    assert len(SHOWN) >= 12
    assert all(len(block.splitlines()) > 1 for block in SHOWN)
    assert sum(line != ANY for block in SHOWN for line in block.splitlines()[1:]) > 10


def test_the_workflow_runs_the_commands_of_the_readme_and_all_of_ci():
    """Where they are run is the forge's, with folders and a name of Python that Windows knows."""
    text = (FOLDER / ".github/workflows/checks.yml").read_text(encoding="utf-8")
    jobs = yaml.safe_load(text)["jobs"]
    lines = {name: [s["run"] for s in job["steps"] if "run" in s] for name, job in jobs.items()}
    commands = [
        block.strip().replace("python3 ", "python ").replace("/bin/", "/$BIN/")
        for kind, block in BLOCKS
        if kind == "bash"
    ]

    assert lines["readme"] == commands[:2]
    assert lines["everything"][0].endswith(" .ci/run")
    pages = [FOLDER / "CONTRIBUTING.md", FOLDER / "docs/install.md"]
    told = "".join(page.read_text(encoding="utf-8") for page in pages)
    assert all(line.replace("run -q --locked", "run") in told for line in lines["packages"][1:])


def test_what_runs_before_a_commit_is_a_part_of_ci():
    hooks = yaml.safe_load((FOLDER / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    script = (FOLDER / ".ci/run").read_text(encoding="utf-8")

    for hook in hooks["repos"][0]["hooks"]:
        assert f"run {hook['entry'].removeprefix('uv run -q --locked ')}\n" in script


@pytest.mark.parametrize("name", ["bug", "missing-source", "wrong-figure"])
def test_a_form_for_a_report_asks_for_what_is_needed_to_check_it(name):
    path = FOLDER / f".github/ISSUE_TEMPLATE/{name}.yml"
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    fields = {item["id"]: item["validations"]["required"] for item in form["body"]
              if "validations" in item}  # fmt: skip

    assert form["description"].endswith(".")
    assert "source" in fields or name == "bug"
    assert all(fields.values())
    assert len(fields) >= 3


def test_the_python_of_the_readme_and_the_recipes_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for block in PYTHON:
        exec(block, {})


def test_the_question_of_the_notebook_has_the_same_rows_on_neo4j(stores):
    """The page says so, as it is made without a server."""
    page = (FOLDER / "docs/notebooks/networkx.md").read_text(encoding="utf-8")
    cell = re.search(r"^question = \(.*?^\)$", page, re.MULTILINE | re.DOTALL)
    assert cell
    given: dict[str, str] = {}
    exec(cell[0], given)
    embedded, neo4j = (stores[name].ask(given["question"]).table for name in ("embedded", "neo4j"))

    assert embedded.to_pylist() == neo4j.to_pylist()
    assert embedded["supplier"][0].as_py() == "CHN"


def test_any_lines_stand_for_any_lines():
    assert pattern(["a", ANY, "d"]).fullmatch("a\nb\nc\nd\n")
    assert pattern(["a", ANY, "d"]).fullmatch("a\nd\n")
    assert not pattern(["a", ANY, "d"]).fullmatch("a\nb\nc\n")
    assert not pattern(["a.c"]).fullmatch("abc\n")
