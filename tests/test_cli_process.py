"""The command as a process: pipes, terminals, signals, shells, start."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pytest
import test_cli
from long_cases import others_long
from pyarrow import parquet
from saying import unsaid
from seed_texts import write_seeds
from test_cli import COMMAND, in_terminal, process
from test_completion import read_until

from graphkit import __version__
from graphkit.build import build_graph
from graphkit.files.folders import user_folder
from graphkit.seeds.facts import read_seeds

graphkit = test_cli.graphkit

# --- the process: pipes, terminals, signals, shells


@pytest.fixture
def db(sliced_file: Path) -> dict[str, str]:
    return {"GRAPHKIT_DB": str(sliced_file)}


@pytest.mark.long
@pytest.mark.parametrize(
    "line",
    [
        "query countries -f csv | head -1",
        "query | head -1",
        "depends KOR -f table | true",
        "query trade-periods -f parquet | head -c 4",
    ],
)
def test_a_reader_that_has_read_enough_is_not_an_error(db, line):
    script = f"{COMMAND} {line} >/dev/null; echo ${{PIPESTATUS[@]}}"
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, env={**os.environ, **db}
    )

    assert (done.stdout, done.stderr) == ("0 0\n", "")


@pytest.mark.long
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")
@pytest.mark.parametrize("line", ["query countries", "depends KOR -f parquet", "check {seeds}"])
def test_a_full_disk_is_one_line(db, sliced_seeds, line):
    command = [COMMAND, *line.format(seeds=sliced_seeds).split()]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, env={**os.environ, **db}
        )

    assert done.returncode == 1
    told = [line for line in done.stderr.splitlines() if not line.startswith(b"warning: ")]
    assert told == [b"graphkit: cannot write to stdout: No space left on device"]


@pytest.mark.long
def test_parquet_goes_through_a_pipe(db):
    done = process(["query", "stages", "-f", "parquet"], db)
    assert done.returncode == 0
    table = parquet.read_table(pa.BufferReader(done.stdout))
    assert table["key"].to_pylist()[0] == "mine"


@pytest.mark.long
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_data_are_utf8_whatever_the_locale_says(db, encoding):
    environment = {**db, "PYTHONIOENCODING": encoding, "LC_ALL": "C"}
    done = process(["query", "countries", "-f", "csv"], environment)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "Côte d’Ivoire" in done.stdout.decode("utf-8")


def test_text_from_stdin_is_utf8_or_refused(db):
    done = process(["cypher"], db, input="RETURN 'ü' AS x".encode())
    assert done.stdout.decode() == "x\nü\n"
    done = process(["cypher"], db, input=b"RETURN '\xff' AS x")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b"graphkit: cannot read stdin: it is not UTF-8 text\n"


@pytest.mark.parametrize("columns", [80, 120])
def test_on_a_terminal_an_answer_is_a_table_of_its_width(db, columns):
    shown = in_terminal(["depends", "KOR"], columns, db)
    plain = re.sub(r"\x1b\[\d*m", "", shown)
    assert shown.startswith("\x1b[1m")
    assert unsaid(plain, "2 of 3 products", "South Korea") == []
    assert "HHI" in plain
    lines = [line for line in plain.splitlines() if "https://" not in line]
    assert max(map(len, lines)) <= columns


@pytest.mark.long
@pytest.mark.parametrize(
    "command", [["query", "countries"], ["cypher", "UNWIND range(1, 30) AS x RETURN x"]]
)
def test_rows_of_cypher_are_shown_as_those_of_questions(graphkit, db, command):
    rows = len(graphkit(*command).out.splitlines()) - 1
    shown = in_terminal(command, 80, db)
    some = graphkit(*command, "--top", "2")

    assert f"20 of {rows} rows; --top 0 for all" in shown
    assert f"of {rows} rows" not in in_terminal([*command, "--top", "0"], 80, db)
    assert len(some.out.splitlines()) == 3
    assert some.err == f"graphkit: 2 of {rows} rows; --top 0 for all\n"


@pytest.mark.long
def test_a_wide_table_of_cypher_is_not_a_stack_of_cards(graphkit):
    wide = ", ".join(f"'{'word ' * 8}' AS column_{i}" for i in range(9))
    plain, whole = (
        graphkit("cypher", f"RETURN {wide}", *more).out.splitlines()
        for more in (["--format", "table"], ["--wide"])
    )

    assert max(map(len, plain)) <= 120 < max(map(len, whole))
    refused = graphkit("cypher", f"RETURN {wide}", "--wide", "--format", "json")
    assert "--wide is of formats for people: found json" in refused.err


FEWER = {"trade.yaml": None, "datasets.yaml": None, "contains.yaml": None, "codes.yaml": None,
         "products.yaml": None, "elements.yaml": None, "stages.yaml": None}  # fmt: skip
"""Changes that take more than half of the rows away."""


@pytest.mark.parametrize(
    ("options", "typed", "written"),
    others_long(
        [([], "y\n", True), ([], "n\n", False), (["--yes"], "", True), ([], "Yes\n", True),
         ([], "\n", False), ([], "\x04", False), (["-y"], "", True)], 1,
    ),
)  # fmt: skip
def test_a_load_asks_on_a_terminal_before_it_removes_most_rows(tmp_path, options, typed, written):
    path = tmp_path / "graph.duckdb"
    load = ["load", str(write_seeds(tmp_path / "seeds")), "--db", str(path)]
    assert process(load).returncode == 0
    before = path.read_bytes()
    write_seeds(tmp_path / "seeds", FEWER)

    shown = in_terminal([*load, *options], 80, {}, typed)

    assert re.search(r"graphkit: this load removes \d+ of the \d+ rows in embedded database", shown)
    assert ("Go on? [y/N]" in shown) is (not options)
    assert (path.read_bytes() != before) is written
    assert ("graphkit: nothing was written" in shown) is not written


@pytest.mark.long
def test_an_interrupt_at_the_question_is_one_and_leaves_the_old_graph(tmp_path):
    path = tmp_path / "graph.duckdb"
    load = ["load", str(write_seeds(tmp_path / "seeds")), "--db", str(path)]
    assert process(load).returncode == 0
    before = path.read_bytes()
    write_seeds(tmp_path / "seeds", FEWER)

    child, terminal = pty.fork()
    if child == 0:
        os.execv(COMMAND, [COMMAND, *load])
    read_until(terminal, re.escape("Go on? [y/N]"))
    read_until(terminal, "graphkit: interrupted", press=b"\x03")
    _, status = os.waitpid(child, 0)
    os.close(terminal)

    assert os.waitstatus_to_exitcode(status) == 130
    assert path.read_bytes() == before
    assert {file.name for file in tmp_path.iterdir()} == {"seeds", path.name}


@pytest.mark.long
def test_a_load_does_not_ask_before_it_removes_few_rows_nor_without_a_terminal(tmp_path):
    path = tmp_path / "graph.duckdb"
    load = ["load", str(write_seeds(tmp_path / "seeds")), "--db", str(path)]
    assert process(load).stderr.decode().count("removes") == 0
    write_seeds(tmp_path / "seeds", {"areas.yaml": None})

    assert "Go on?" not in (shown := in_terminal(load, 80, {}))
    assert "graphkit: this load removes 1 of the " in shown
    write_seeds(tmp_path / "seeds", FEWER)
    done = process(load, stdin=subprocess.DEVNULL)
    assert done.returncode == 0
    assert b"this load removes" in done.stderr


def test_a_load_shows_its_progress_on_a_terminal(tmp_path):
    seeds = str(write_seeds(tmp_path / "seeds"))
    shown = in_terminal(["load", seeds, "--db", str(tmp_path / "graph.duckdb")], 80, {})
    progress, _, _ = shown.partition("\r\x1b[1m")  # before the table
    *states, last = progress.split("\r")
    assert any(state.startswith("Loading: ") for state in states)
    assert not last.strip()  # which removes what stood there
    assert max(map(len, states)) < 80


@pytest.mark.parametrize("refusal", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_colour_can_be_refused(db, refusal):
    assert "\x1b" not in in_terminal(["depends", "KOR"], 100, {**db, **refusal})


@pytest.mark.long
def test_csv_on_a_terminal_shows_what_it_would_obey(db):
    statement = "RETURN '\x1b[2J' AS x"
    shown = in_terminal(["cypher", statement, "-f", "csv"], 80, db)
    assert shown == "x\r\n\\x1b[2J\r\n"
    piped = process(["cypher", statement, "-f", "csv"], db)
    assert piped.stdout == b"x\n\x1b[2J\n"


@pytest.mark.long
def test_parquet_is_not_thrown_at_a_terminal(db):
    shown = in_terminal(["query", "stages", "-f", "parquet"], 80, db)
    assert shown == "graphkit: a terminal cannot show parquet: name a file with -o FILE\r\n"


@pytest.mark.long
def test_cypher_without_a_statement_opens_a_prompt_on_a_terminal(db):
    typed = "MATCH (s:Stage {key: 'mine'})\r RETURN s.name + '!' AS x;\r:quit\r"
    shown = in_terminal(["cypher"], 200, db, typed)
    assert unsaid(shown, "';' … :help") == []
    assert "graphkit> " in shown
    assert "Mine!" in shown


def test_cypher_explains_what_the_database_would_run(graphkit):
    statement = "MATCH (c:Country) WHERE c.iso3 = $i RETURN head(c.aliases) AS a"
    found = graphkit("cypher", statement, "-P", "i=KOR", "--explain")
    assert (found.code, found.err) == (0, "")
    assert found.out.startswith("WITH ")
    assert '"iso3" = CAST($i AS VARCHAR)' in found.out
    assert "KOR" not in found.out


LONG = (
    "UNWIND range(1, 20000) AS a UNWIND range(1, 20000) AS b UNWIND range(1, 900) AS c "
    "RETURN sum(a * b * c) AS s"
)


# A shell that runs the tests in the background would have made the signal ignored.
READY = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "import graphkit.cli.app as app; print('ready', flush=True); app.main()"
)


@pytest.mark.long
@pytest.mark.parametrize("place", ["embedded", "neo4j"])
@pytest.mark.parametrize("seconds", [0.1, 4.0])
def test_an_interrupted_query_ends_at_once_with_130_and_one_line(
    db, request, tmp_path, place, seconds
):
    environment = {**os.environ, **db}
    arguments = ["cypher", LONG]
    if place == "neo4j":
        small = write_seeds(tmp_path / "seeds")
        request.getfixturevalue("neo4j_store").load(build_graph(read_seeds(small)))
        uri, user, password = request.getfixturevalue("neo4j_server")
        environment |= {"NEO4J_USERNAME": user, "NEO4J_PASSWORD": password}
        arguments += ["--db", uri]
    with subprocess.Popen(
        [sys.executable, "-c", READY, *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment,
    ) as running:  # fmt: skip
        assert running.stdout is not None
        assert running.stdout.readline() == b"ready\n"
        time.sleep(seconds)
        assert running.poll() is None
        running.send_signal(signal.SIGINT)
        start = time.perf_counter()
        try:
            out, err = running.communicate(timeout=30)
        finally:
            running.kill()
        assert time.perf_counter() - start < 10
    assert (running.returncode, out, err) == (130, b"", b"graphkit: interrupted\n")


def completed(words: str, db: dict[str, str]) -> list[str]:
    environment = {
        **db, "_GRAPHKIT_COMPLETE": "complete_bash", "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }  # fmt: skip
    return process([], environment).stdout.decode().split()


@pytest.mark.long
def test_the_shell_completes_commands_options_queries_and_formats(db):
    assert completed("graphkit dep", db) == ["depends", "dependents"]
    assert completed("graphkit query sole", db) == ["sole-suppliers"]
    assert "--min-share" in completed("graphkit dependents CHN --m", db)
    assert completed("graphkit depends KOR --format par", db) == ["parquet"]
    assert completed("graphkit claims --kind sh", db) == ["share"]
    assert completed("graphkit claims check --verdict borne", db) == ["borne-out"]
    assert completed("graphkit export --format neo4j-a", db) == ["neo4j-admin"]


def test_the_completion_script_is_shown_to_a_shell(db):
    done = subprocess.run(
        ["bash", "-c", f"{COMMAND} --show-completion; true"],
        capture_output=True, text=True, env={**os.environ, **db},
    )  # fmt: skip
    assert "_GRAPHKIT_COMPLETE=complete_bash" in done.stdout
    checked = subprocess.run(["bash", "-n"], input=done.stdout, text=True, capture_output=True)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_an_answer_imports_nothing_that_it_does_not_need(db):
    script = (
        "import sys\n"
        "sys.argv = ['graphkit', 'depends', 'KOR', '-f', 'table']\n"
        "from graphkit.cli.app import main\n"
        "try:\n    main()\n"
        "finally:\n    print(*sys.modules, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env={**os.environ, **db}
    )
    imported = set(done.stderr.split())
    slow = {
        "asyncio", "csv", "duckdb", "html", "jgo", "neo4j", "networkx", "numpy.ma", "pandas",
        "pyarrow.acero", "pyarrow.dataset", "rich", "scipy", "yaml",
    }  # fmt: skip
    assert slow & imported == set()


def test_the_module_runs_as_the_command_does(db):
    done = subprocess.run(
        [sys.executable, "-m", "graphkit", "--version"], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, f"graphkit {__version__}\n")


@pytest.mark.long
def test_the_default_database_is_built_at_first_use_and_once():
    statement = "MATCH (l:Load) RETURN l.version AS version"
    first = process(["cypher", statement])
    assert first.stdout.decode() == f"version\n{__version__}\n", first.stderr
    [path] = user_folder("cache").glob("graph-*.duckdb")
    built = path.stat().st_mtime_ns
    assert process(["cypher", statement]).stdout == first.stdout
    assert path.stat().st_mtime_ns == built
