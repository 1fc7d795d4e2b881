"""The command line as a person meets it: exit codes, what stands where, one line when it fails."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer
from pyarrow import parquet
from saying import unsaid
from seed_texts import SMALL, write_seeds

from graphkit import __version__
from graphkit.cli import app
from graphkit.cli.first_screen import STARTS
from graphkit.cli.groups import GROUPS
from graphkit.database import last_load, open_database
from graphkit.files.folders import shipped

COMMAND = str(Path(sys.executable).parent / "graphkit")
README = Path(__file__).parents[1] / "README.md"


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


@pytest.fixture
def graphkit(capsys, monkeypatch, sliced_file: Path, sliced_seeds: Path) -> Callable[..., Outcome]:
    """Runs the command in this process, on the slice in the place of the shipped seeds."""
    seeds = {"seeds": sliced_seeds, "queries": shipped("queries")}
    monkeypatch.setattr("graphkit.files.folders.shipped", seeds.__getitem__)

    def run(*arguments: str, stdin: str | None = None, db: bool | Path = True) -> Outcome:
        if db:
            monkeypatch.setenv("GRAPHKIT_DB", str(sliced_file if db is True else db))
        if stdin is not None:
            monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capsys.readouterr()
        code = app.run(arguments)
        return Outcome(code, *capsys.readouterr())

    return run


def process(
    arguments: Sequence[str], environment: dict[str, str] | None = None, **more: Any
) -> subprocess.CompletedProcess[bytes]:
    whole = {**os.environ, **(environment or {})}
    return subprocess.run([COMMAND, *arguments], capture_output=True, env=whole, **more)


def in_terminal(
    arguments: Sequence[str], columns: int, environment: dict[str, str], typed: str = ""
) -> str:
    """Return what the command writes to a real terminal of a width, where something is typed."""
    ours, theirs = pty.openpty()
    inherited = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    shown = {**inherited, "TERM": "xterm-256color", "COLUMNS": str(columns), **environment}
    with subprocess.Popen(
        [COMMAND, *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=shown
    ):
        os.close(theirs)
        os.write(ours, typed.encode())
        written = b""
        with os.fdopen(ours, "rb", buffering=0) as stream, suppress(OSError):  # Linux ends so
            while part := stream.read(65536):
                written += part
    return written.decode()


def rows_of(outcome: Outcome) -> list[dict[str, Any]]:
    assert outcome.code == 0, outcome.err
    rows: list[dict[str, Any]] = json.loads(outcome.out)
    return rows


# --- help and documentation


def commands() -> dict[str, Any]:
    """Every command by the words that call it."""

    def walk(group: Any, words: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
        for name, command in group.commands.items():
            group = hasattr(command, "commands")
            if not group or command.invoke_without_command:
                yield " ".join((*words, name)), command
            if group:
                yield from walk(command, (*words, name))

    return dict(walk(typer.main.get_command(app.command_line()), ()))


COMMANDS = commands()


def test_there_are_the_commands_of_the_design():
    assert list(COMMANDS) == [
        "depends", "dependents", "suppliers", "origins", "leverage", "spof", "disrupt",
        "stocks", "cascade", "controls", "diversify", "targets", "unknowns", "concentration",
        "reliance", "prices", "criticality", "uses", "flows", "network", "centrality",
        "compare", "trend", "mirror", "plants", "owners", "companies", "show", "brief", "query",
        "cypher", "explore", "mcp", "cite", "recheck",
        "exposure", "scenario", "measure", "export", "new", "check", "load", "schema", "doctor",
        "help", "claims", "claims check", "claims conflicts", "import baci", "import comtrade",
        "import customs", "import usgs", "import table", "fetch comtrade", "fetch baci",
        "fetch usgs", "neo4j start", "neo4j stop", "neo4j status",
    ]  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_has_help_and_an_example(graphkit, name):
    shown = graphkit(*name.split(), "--help")
    assert graphkit(*name.split(), "-h") == shown
    assert shown.code == 0
    assert re.search(rf"^  Examples?:\n    (echo .*)?graphkit {name}\b", shown.out, re.MULTILINE)
    assert "..." not in COMMANDS[name].get_short_help_str(60)
    for parameter in COMMANDS[name].params:
        assert parameter.help, f"{name} {parameter.name}"
        assert " ".join(parameter.help.split())[:30] in " ".join(shown.out.split())


def parsed(line: str) -> tuple[str | None, list[str]]:
    """The standard input, if something is piped into it, and the arguments of an example."""
    words = shlex.split(line)
    piped = f"{words[1]}\n" if words[0] == "echo" else None
    start = words.index("graphkit") + 1
    assert words[:start] == ([*words[:2], "|", "graphkit"] if piped else ["graphkit"])
    end = words.index(">") if ">" in words else len(words)
    return piped, words[start:end]


ALL_YEARS = ("compare", "claims check")
"""Commands whose examples name years that the sample lacks."""
ALL_FACTS = ("diversify", "unknowns", "scenario", "spof", "disrupt", "stocks",
             "cascade", "network")  # fmt: skip
"""Commands whose examples name minerals and plants that the slice lacks."""
NOT_ALONE = ("neo4j ", "fetch ", "import ", "measure", "mirror", "explore", "mcp")
"""Beginnings of commands that serve, or need a server or published files: see their own tests."""


@pytest.mark.long
@pytest.mark.parametrize("name", [name for name in COMMANDS if not name.startswith(NOT_ALONE)])
def test_the_examples_of_the_help_are_understood(
    graphkit, sample_file, name, tmp_path, monkeypatch
):
    shown = graphkit(*name.split(), "--help").out
    examples = shown.split("Examples:\n")[1].split("\n\n")[0]
    examples = re.sub(r"\n {6,}", " ", examples)
    write_seeds(tmp_path / "my-seeds")
    (tmp_path / "my.cypher").write_text("MATCH (c:Country {iso3: $country}) RETURN c.name AS name")
    (tmp_path / "question.cypher").write_text("RETURN $iso3 AS x, $period AS y")
    scenario = (shipped("scenarios") / "china-rare-earths-2025.yaml").read_text(encoding="utf-8")
    (tmp_path / "my-scenario.yaml").write_text(scenario)
    (tmp_path / "purchases.csv").write_text(
        "Country,Product,Amount,Weight kg\nJapan,magnets-metal,1,1\n"
    )
    (tmp_path / "bom.csv").write_text(
        "Part,Material,kg per unit,Units a year\nMotor,Dysprosium,0.1,1\n"
    )
    monkeypatch.chdir(tmp_path)
    if name == "recheck":
        assert graphkit("cite", "suppliers", "KOR", "-o", "paper.txt", db=sample_file).code == 0
    if name != "new":
        assert graphkit("new", "my-facts").code == 0
    elsewhere = {"local": tmp_path / "x.duckdb", "bolt://127.0.0.1:7687": tmp_path / "y.duckdb"}
    place = name in ALL_YEARS or sample_file
    if name in ALL_FACTS:
        place = False
        monkeypatch.setattr("graphkit.files.folders.shipped", shipped)
        monkeypatch.delenv("GRAPHKIT_DB", raising=False)
    for line in examples.strip().splitlines():
        for there, here in elsewhere.items():
            line = line.replace(f"--db {there}", f"--db {here}")
        piped, command = parsed(line)
        done = graphkit(*command, stdin=piped, db=place)
        assert done.code == (1 if "doctor --db" in line else 0), (line, done.err)


def test_every_command_stands_in_the_table_of_commands():
    table = (README.parent / "docs/commands.md").read_text(encoding="utf-8").split("\n## ")[0]
    named = set()
    for row in re.findall(r"^\| (`graphkit .*)", table, re.MULTILINE):
        first, *more = re.findall(r"`([^`]+)`", row.replace("\\|", "/").split(" | ")[0])
        words = re.match(
            r"graphkit ((?:(?:neo4j|fetch|import) |claims (?=[a-z]))?[a-z0-9]+)", first
        )
        assert words, row
        named |= {words[1], *(f"neo4j {other}" for other in more)}
    assert set(COMMANDS) - named == set()


def test_the_readme_names_no_command_that_is_not_there():
    text = README.read_text(encoding="utf-8")
    for words in re.findall(r"`graphkit ((?:(?:neo4j|fetch|import) )?[a-z0-9]+)\b", text):
        assert any(name == words or name.startswith(f"{words} ") for name in COMMANDS), words


def test_without_a_command_one_screen_says_what_there_is(graphkit, sliced_file):
    outcome = graphkit()
    lines = outcome.out.splitlines()
    facts = last_load(open_database(str(sliced_file))).facts

    assert (outcome.code, outcome.err) == (0, "")
    assert len(lines) <= 30
    assert max(map(len, lines)) <= 82
    assert f"{facts:,} facts; trade of " in outcome.out
    starts = [line for line in lines if line.startswith("  graphkit ")]
    assert len(starts) == 6
    for command in STARTS:
        if command != "graphkit explore":
            assert graphkit(*command.split()[1:]).code == 0
    assert {*" ".join(lines).split()} >= {name.partition(" ")[0] for name in COMMANDS}


@pytest.mark.parametrize("place", ["bolt://127.0.0.1:1", "/nowhere/none.duckdb", "ab:b@c"])
def test_the_first_screen_is_shown_without_a_database(graphkit, monkeypatch, place):
    monkeypatch.setenv("GRAPHKIT_DB", place)
    outcome = graphkit(db=False)

    assert (outcome.code, outcome.err) == (0, "")
    assert "graphkit korea magnets" in outcome.out


def test_every_command_stands_in_one_group_of_the_help(graphkit):
    names = {name.partition(" ")[0] for name in COMMANDS}
    groups = [name for group in GROUPS.values() for name in group]
    shown = graphkit("--help")

    assert sorted(groups) == sorted(names)
    assert [title for title in GROUPS if f"\n{title}:\n" in shown.out] == [*GROUPS]
    assert [n for n in groups if len(re.findall(rf"(?m)^  {n} ", shown.out)) != 1] == []


def test_the_version_is_the_packages(graphkit):
    assert graphkit("--version") == Outcome(0, f"graphkit {__version__}\n", "")


# --- answers


def test_an_answer_goes_to_stdout_and_nothing_else(graphkit):
    outcome = graphkit("depends", "korea", "--on", "China", "--for", "rare earths")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("consumer,supplier,product,stage,period,share_usd")
    assert outcome.out.count("\n") == 4


@pytest.mark.parametrize("form", ["table", "json", "ndjson", "csv", "markdown"])
def test_every_format_of_text_is_written(graphkit, form):
    outcome = graphkit("depends", "KOR", "-f", form)

    assert outcome.code == 0
    assert ("Metal magnets" if form in ("table", "markdown") else "magnets-metal") in outcome.out


def test_parquet_is_written(graphkit, tmp_path):
    path = tmp_path / "x.parquet"
    assert graphkit("depends", "KOR", "-o", str(path)) == Outcome(0, "", "")
    assert "magnets-metal" in parquet.read_table(path)["product"].to_pylist()


def test_dependents_and_suppliers_answer(graphkit):
    magnets = graphkit("dependents", "china", "--for", "magnets", "--min-share", "0.9")
    assert 5 < magnets.out.count("\n") < 60
    metals = graphkit("suppliers", "JPN", "--for", "280530", "--period", "2024", "-f", "ndjson")
    first = json.loads(metals.out.splitlines()[0])
    assert (first["supplier"], first["rank"], first["hs"]) == ("VNM", 1, "280530")


WRONG = [
    (["depends", "Koreaa"], 2, "'Koreaa' … (KOR)"),
    (["depends", "KOR", "--for", "unobtainium"], 2, "element … product … 'unobtainium'"),
    (["depends", "KOR", "--period", "2024-Q7"], 2,
     "--period: '2024-Q7' … 2024"),
    (["depends", "KOR", "--period", "1989"], 1, "no imports of South Korea … 1989"),
    (["depends", "LIE"], 1, "no imports of Liechtenstein"),
    (["depends", "WLD"], 2, "World (WLD) … country … group"),
    (["depends"], 2, "'COUNTRY...' … 'graphkit depends --help'"),
    (["compare", "2022", "2023", "2024"], 2, "extra argument … (2024) … 'graphkit compare --help'"),
    (["depends", "KOR", "--frm", "csv"], 2, "option: --frm … 'graphkit depends --help'"),
    (["depends", "KOR", "--format", "xml"], 2, "--format: … 'xml' … table, json"),
    (["depends", "KOR", "--for"], 2, "'--for' … argument … 'graphkit --help'"),
    (["depends", "KOR", "-o", "x.xlsx"], 2, "--output: … '.xlsx' … .csv"),
    (["depends", "KOR", "-o", "/nowhere/x.csv"], 1, "/nowhere/x.csv: No such file"),
    (["dependents", "CHN", "--min-share", "80"], 2, "--min-share: … 80 … more than 0"),
    (["dependents", "CHN", "--min-share", "x"], 2, "'--min-share' … 'graphkit dependents --help'"),
    (["origins", "KOR", "--largest", "--on", "CHN"], 2, "--largest … --on"),
    (["centrality", "--over-time", "--layered"], 2, "--layered … one period"),
    (["claims", "--kind", "share", "check"], 2, "--kind … graphkit claims check"),
    (["cascade", "CHN", "--spread", "2"], 2, "--spread … 2 … 0 to 1"),
    (["disrupt", "CHN", "--min-loss", "2"], 2, "--min-loss: … 2 … 0 to 1"),
    (["disrupt", "CHN", "--top", "-1"], 2, "--top: … -1 … 0 or more"),
    (["dep"], 2, "'dep' … 'depends'"),
    (["--frob"], 2, "option: --frob … 'graphkit --help'"),
    (["neo4j", "restart"], 2, "command 'restart'"),
    (["neo4j", "status"], 1, "no local Neo4j … 'graphkit neo4j start'"),
    (["query", "sole-supliers"], 2, "'sole-supliers' … sole-suppliers"),
    (["query", "/nowhere/x.cypher"], 1, "/nowhere/x.cypher … No such file"),
    (["query", "suppliers-of-country", "-P", "consumer=Koreaa"], 2, "country … 'Koreaa'"),
    (["query", "suppliers-of-country", "-P", "product=Dy"], 2, "product … 'Dy'"),
    (["query", "suppliers-of-country", "-P", "period=x"], 2,
     "parameter period: 'x'"),
    (["query", "suppliers-of-country", "-P", "who=KOR"], 2, "'who' … consumer"),
    (["query", "suppliers-of-country", "-P", "consumer"], 2, "-P: … 'consumer' … KEY=VALUE"),
    (["query", "products-of-code"], 2, "-P code=VALUE"),
    (["query", "nothing"], 2, "query 'nothing'"),
    (["query", "nothing", "--text"], 2, "query 'nothing'"),
    (["query", "--text"], 2, "--text … name it"),
    (["query", "-P", "consumer=KOR"], 2, "-P … name it"),
    (["cypher", "MATCH (n) DELETE n"], 2, "line 1, column 11: DELETE … not read-only"),
    (["cypher", "MATCH (n) RETRUN n"], 2, "line 1, column 11: … 'RETRUN' … clause"),
    (["cypher", "RETURN $x AS x"], 2, "$x"),
    (["cypher", "RETURN $x AS x", "-P", "x=1", "-P", "x=2"], 2, "-P: … 'x' twice"),
    (["cypher", "RETURN 1 AS x", "-i", "x.cypher"], 2, "statement … -i FILE"),
    (["cypher", "-i", "/nowhere.cypher"], 1, "/nowhere.cypher … No such file"),
    (["cypher", "-i", "/"], 1, "/: … folder … file"),
    (["cypher", "RETURN 1 AS x", "--timeout", "0"], 2, "--timeout: … 0 seconds"),
    (["depends", "KOR", "-on", "CHN"], 2, "-on … --on"),
    (["query", "countries", "-output", "x"], 2, "-output … --output"),
    (["--db", "x", "depends", "KOR"], 2, "--db … command"),
    (["depends", "KOR", "--db", ""], 2, "--db … empty"),
    (["depends", "KOR", "--db", "x" * 5000], 2, "--db: … 5,000 characters … path"),
    (["depends", "KOR", "--db", "/usr/lib"], 2, "files … /usr/lib … folder … seeds"),
    (["load", "--db", "auto"], 2, "--db auto … questions … path … Neo4j URI"),
    (["load", "--db", "/nonexistent/x"], 2, "--db: … no folder /nonexistent"),
    (["mcp", "--timeout", "nan"], 2, "--timeout: … nan seconds … 0.1 to 3,600"),
    (["mcp", "--timeout", "0"], 2, "--timeout: … 0 seconds … 0.1 to 3,600"),
    (["cypher", "RETURN 1 AS x", "--db", " "], 2, "no database place … path … Neo4j URI"),
    (["cypher", ""], 2, "statement … empty … Cypher"),
    (["cypher", "RETURN 1 AS x", "--db", "http://x"], 2, "URI 'http://x'"),
    (["cypher", "RETURN 1 AS x", "--db", "/no.duckdb"], 4, "no database … /no.duckdb"),
    (["cypher", "RETURN 1 AS x", "--db", "local"], 4, "no local Neo4j … 'graphkit neo4j start'"),
    (["load", "--db", "/proc/nowhere/x.duckdb"], 2, "/proc/nowhere"),
    (["load", "--db", "/proc"], 2, "--db: … folder /proc … file or URI"),
    (["schema", "-o", "/nowhere/x.json"], 1, "/nowhere/x.json"),
    (["check", "/nowhere"], 1, "/nowhere"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "code", "message"), WRONG, ids=lambda v: str(v)[:60])
def test_what_fails_is_one_line_on_stderr_and_an_exit_code(graphkit, arguments, code, message):
    outcome = graphkit(*arguments)
    assert (outcome.code, outcome.out) == (code, "")
    assert outcome.err.count("\n") == 1
    assert unsaid(outcome.err, message) == []
    assert outcome.err.startswith("graphkit: ")
    assert "Traceback" not in outcome.err


def test_a_dead_server_is_told_within_seconds(graphkit, monkeypatch):
    monkeypatch.setenv("NEO4J_PASSWORD", "very-secret")
    start = time.perf_counter()
    outcome = graphkit("depends", "KOR", "--db", "bolt://127.0.0.1:1")
    assert (outcome.code, outcome.out) == (4, "")
    assert outcome.err.startswith("graphkit: cannot reach Neo4j at bolt://127.0.0.1:1: ")
    assert "very-secret" not in outcome.err
    assert outcome.err.count("\n") == 1
    assert time.perf_counter() - start < 15


def test_a_server_without_a_password_is_told_so(graphkit, monkeypatch):
    monkeypatch.delenv("NEO4J_PASSWORD", raising=False)
    outcome = graphkit("depends", "KOR", "--db", "bolt://127.0.0.1:1")
    assert outcome.code == 4
    assert "set NEO4J_PASSWORD" in outcome.err


def test_what_a_terminal_would_obey_is_shown_in_errors(graphkit):
    outcome = graphkit("cypher", "RETURN '\x1b[2J' AS x,,")
    assert outcome.code != 0
    assert "\x1b" not in outcome.err
    assert "\x1b" not in graphkit("depends", "\x1b[31mKOR").err
    assert "\x1b" not in graphkit("\x1b[31m").err


# --- seeds


@pytest.mark.parametrize("arguments", [("check",), ("load", "--db", "x.duckdb")])
def test_broken_seeds_are_told_line_by_line_with_exit_3(graphkit, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    seeds = write_seeds(tmp_path / "seeds", {
        "trade.yaml": SMALL["trade.yaml"].replace("exporter: CHN", "exporter: CHX"),
        "products.yaml": SMALL["products.yaml"].replace("stage: metal", "stage: metall"),
    })  # fmt: skip
    outcome = graphkit(*arguments, str(seeds))

    assert (outcome.code, outcome.out) == (3, "")
    *problems, summary = outcome.err.splitlines()
    assert len(problems) == 3
    assert all(re.match(r"\S+\.yaml:\d+:\d+: .*CHX|\S+\.yaml:\d+:\d+: .*metall", p)
               for p in problems)  # fmt: skip
    assert summary == "graphkit: 3 problems in 2 files; nothing was loaded"
    assert not (tmp_path / "x.duckdb").exists()


def test_check_counts_what_is_right(graphkit, tmp_path):
    outcome = graphkit("check", str(write_seeds(tmp_path / "seeds")))
    assert outcome == Outcome(0, "18 facts of 10 kinds, no problems\n", "")


def test_what_looks_wrong_is_a_warning_and_strictly_a_problem(graphkit, tmp_path):
    row = "  - {exporter: CHN, importer: KOR, period: %s, usd: 100, tonnes: %s}\n"
    rows = [row % pair for pair in (("2022", 10), ("2023", 13_000), ("2024", 12))]
    top = SMALL["trade.yaml"].split("rows:")[0]
    seeds = str(write_seeds(tmp_path / "seeds", {"trade.yaml": f"{top}rows:\n{''.join(rows)}"}))
    doubt = ("trade.yaml:5:68: tonnes: found 13,000 t for 100 USD, beside 10 t in 2022 and 12 t "
             "in 2024; are these tonnes?\n")  # fmt: skip
    counted = "18 facts of 10 kinds, no problems; 1 warning\n"
    assert graphkit("check", seeds) == Outcome(0, counted, f"warning: {doubt}")
    summary = "graphkit: 1 problem in 1 file; nothing was loaded\n"
    assert graphkit("check", "--strict", seeds) == Outcome(3, "", doubt + summary)


def test_a_check_lists_ten_warnings_and_all_when_asked(graphkit, tmp_path):
    row = "  - {exporter: CHN, importer: KOR, period: %d, usd: 100, tonnes: %d}\n"
    rows = [row % (year, 13_000 if year % 2 else 10) for year in range(1999, 2025)]
    top = SMALL["trade.yaml"].split("rows:")[0]
    seeds = str(write_seeds(tmp_path / "seeds", {"trade.yaml": f"{top}rows:\n{''.join(rows)}"}))
    every = graphkit("check", "--all", seeds).err.splitlines(keepends=True)

    assert len(every) > 10
    assert all(line.startswith("warning: ") for line in every)
    few = "".join(every[:10]) + f"{len(every) - 10} more warnings: --all\n"
    assert graphkit("check", seeds).err == few


def test_a_dry_run_reports_and_writes_nothing(graphkit, tmp_path):
    seeds, path = write_seeds(tmp_path / "seeds"), tmp_path / "x.duckdb"
    dry = graphkit("load", str(seeds), "--db", str(path), "--dry-run")
    assert dry.code == 0
    assert not path.exists()
    assert dry.out.startswith("kind,rows,added,changed,removed\nSource,1,1,0,0\n")
    assert re.search(r"x\.duckdb: \d+ rows; would be \d+ added, 0 changed, 0 removed\n", dry.err)

    real = graphkit("load", str(seeds), "--db", str(path))
    assert real.out == dry.out
    assert real.err == dry.err.replace("would be ", "")
    again = graphkit("load", str(seeds), "--db", str(path))
    assert " 0 added, 0 changed, 0 removed" in again.err


def test_own_seeds_never_go_into_the_default_database(graphkit, monkeypatch, tmp_path):
    monkeypatch.delenv("GRAPHKIT_DB", raising=False)
    outcome = graphkit("load", str(write_seeds(tmp_path / "seeds")), db=False)
    assert outcome == Outcome(
        2, "", "graphkit: your own seeds need a database of their own: --db PATH or URI\n"
    )


def test_the_schema_is_markdown_or_json_schema(graphkit, tmp_path):
    page = graphkit("schema").out
    assert page.startswith("# The graph\n")
    assert "DEPENDS_ON" in page
    path = tmp_path / "x.json"
    assert graphkit("schema", "--json", "-o", str(path)).code == 0
    assert json.loads(path.read_text()) == json.loads(graphkit("schema", "--json").out)
    assert "Exports".upper() in json.loads(path.read_text())["properties"]["kind"]["enum"]


def test_the_doctor_says_what_is_wrong_and_exits_1(graphkit, tmp_path):
    well = graphkit("doctor")
    assert well.code == 0
    assert all(line.startswith("ok  ") for line in well.out.splitlines())
    assert f"graphkit {__version__}" in well.out
    with_own = graphkit("doctor", "--with", str(tmp_path / "nowhere"))
    assert with_own.code == 1
    assert "nowhere is no folder" in with_own.out
    ill = graphkit("doctor", "--db", str(tmp_path / "none.duckdb"))
    assert (ill.code, ill.err) == (1, "")
    assert re.search(r"^BAD database: no database at .*none\.duckdb", ill.out, re.MULTILINE)


def test_a_repeated_scope_is_as_one_with_commas(graphkit):
    start = ("depends", "KOR", "--period", "2024", "-f", "csv")
    repeated = graphkit(*start, "--for", "ree-metals", "--for", "magnets-metal")

    assert repeated.code == 0
    assert repeated == graphkit(*start, "--for", "ree-metals,magnets-metal")
    assert [line.split(",")[2] for line in repeated.out.splitlines()[1:]] == [
        "magnets-metal", "ree-metals"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (("disrupt", "CHN", "--to", "KOR", "--to", "JPN"), "--to"),
        (("origins", "KOR", "--stage", "mine", "--stage", "metal"), "--stage"),
        (("claims", "check", "--of", "KOR", "--of", "JPN"), "--of"),
        (("depends", "KOR", "-f", "csv", "--format", "json"), "--format"),
    ],
)
def test_an_option_of_one_value_that_is_given_twice_is_refused(graphkit, arguments, option):
    got = graphkit(*arguments)

    assert (got.code, got.out) == (2, "")
    assert got.err == f"graphkit: {option} is given twice; it takes one value\n"
