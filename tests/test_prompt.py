"""The prompt of ``graphkit cypher``, typed into through prompt_toolkit's own pipe."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from databases import everything, settled, until
from prompt_toolkit.application import create_app_session
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from saying import Naming

from graphkit.cli.cypher import COMMANDS, Prompt, names_at
from graphkit.render.formats import SHORT, View
from graphkit.stores.limits import LIMITS
from graphkit.stores.neo4j.store import Neo4jStore

LEAVE = "\x04"
"""Ctrl-D."""
LONG = "UNWIND range(1, 20000) AS a UNWIND range(1, 20000) AS b UNWIND range(1, 900) AS c "


@pytest.fixture
def typed(sample_store, capsys) -> Callable[..., tuple[str, str]]:
    """Type lines, then Ctrl-D; what is printed on stdout and stderr."""

    def run(*lines: str, history: InMemoryHistory | None = None) -> tuple[str, str]:
        with (
            create_pipe_input() as keyboard,
            create_app_session(input=keyboard, output=DummyOutput()),
        ):
            keyboard.send_text("".join(f"{line}\r" for line in lines) + LEAVE)
            Prompt(sample_store, LIMITS, {}, View(top=SHORT)).run(history or InMemoryHistory())
        return capsys.readouterr()

    return run


def test_a_statement_of_several_lines_is_answered_and_remembered(typed):
    history = InMemoryHistory()

    out, err = typed("MATCH (s:Stage {key: 'mine'})", "RETURN s.name AS stage;", history=history)

    assert "stage" in out
    assert "Mine" in out
    assert err == ""
    assert history.get_strings() == ["MATCH (s:Stage {key: 'mine'})\nRETURN s.name AS stage;"]


def test_an_error_shows_its_place_and_the_prompt_goes_on(typed):
    out, err = typed("MATCH (c:Country)", "RETRUN c;", "RETURN toUpper('alive') AS x;")

    assert "RETRUN c\n^\n" in err
    assert err == Naming("line 2, column 1: … 'RETRUN'")
    assert "ALIVE" in out


def test_parameters_are_set_shown_used_and_removed(typed):
    out, err = typed(
        ":param iso3 KOR", ":param years [2023, 2024]", "RETURN $iso3 AS c, size($years) AS n;",
        ":param iso3", "RETURN $iso3 AS c;", ':param iso3 => "JPN"', "RETURN $iso3 AS c;",
    )  # fmt: skip

    assert "$iso3 = 'KOR'\n$years = [2023, 2024]\n" in out
    assert "KOR" in out.partition("$years")[2]
    assert " JPN\n" in out.partition("$iso3 = 'JPN'")[2]
    assert "the statement needs $iso3" in err


def test_the_last_rows_are_saved_in_the_format_of_the_ending(typed, tmp_path):
    file = tmp_path / "stages of ore.csv"

    out, err = typed(
        f":save {file}", "MATCH (s:Stage) RETURN s.key AS k ORDER BY k LIMIT 2;", f":save {file}"
    )

    assert err == Naming("no rows to save")
    assert f"2 rows in {file}" in out
    assert file.read_text() == "k\nalloy\ncomponent\n"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (":help", "set a parameter"),
        (":schema", "(:Product)-[:AT_STAGE]->(:Stage)"),
        (":schema Stage", "position"),
        (":queries", "sole-suppliers"),
        (":queries sole-suppliers", "// title: "),
        (":schema Nation", "no kind 'Nation' … :schema"),
        (":nothing", ":nothing … :param, :schema"),
        (":save", "graphkit: wanted :save FILE"),
        ("CREATE (n);", "only reads … 'graphkit new FOLDER'"),
        ("MATCH (n:Nation) RETURN n;", "note: line 1, column 10: … no label"),
        ("MATCH (n:Contry) RETURN n;", "'Contry' … Country"),
        ("CALL db.labels();", "no procedures … 'graphkit schema'"),
        ("SHOW INDEXES;", "no SHOW … 'graphkit schema'"),
        (":param a => 'b' c", "$a = \"'b' c\""),
        (":param +", "'+' … :param NAME VALUE … NAME => VALUE"),
        ("MATCH (s:Stage {key: 'mine'}) RETURN s;", '(:Stage mine {name: "'),
        ("MATCH (s:Stage {key: 'mine'})\n:help\nRETURN s.key + '!' AS x;", "set a parameter"),
        ("MATCH (s:Stage {key: 'mine'})\n:help\nRETURN s.key + '!' AS x;", "mine!"),
    ],
)
def test_a_line_shows(typed, line, shown):
    out, err = typed(line)

    assert out + err == Naming(shown)


def test_a_long_answer_shows_its_first_rows_and_where_the_rest_is(typed):
    out, err = typed("UNWIND range(1, 30) AS row RETURN row ORDER BY row;")

    assert [line.strip() for line in out.splitlines()[-2:]] == ["19", "20"]
    assert err == Naming("20 of 30 rows … :save FILE")


def test_quit_leaves_what_comes_after(typed):
    assert typed(":quit", "RETURN toUpper('alive') AS x;")[0].count("ALIVE") == 0


BEGIN = ("sandbox_worker import main", "import measured")
"""Parts of what a sandbox begins with: of its own, and of that of tests/sandbox_coverage.py."""


def worked() -> float:
    """Seconds of CPU that the processes which read from embedded databases have had."""
    used = 0.0
    for child in psutil.Process().children():
        with suppress(psutil.NoSuchProcess):
            if any(name in part for part in child.cmdline() for name in BEGIN):
                used += child.cpu_times().user
    return used


@pytest.mark.long
def test_interrupts_cancel_the_statement_and_what_is_typed(typed):
    before = worked()

    def interrupt() -> None:
        until(lambda: worked() - before > 1)
        os.kill(os.getpid(), signal.SIGINT)

    watch = threading.Thread(target=interrupt)
    watch.start()

    out, err = typed(
        LONG + "RETURN sum(a * b * c) AS s;", "RETURN 'dead\x03RETURN toUpper('alive') AS x;"
    )
    watch.join()

    assert err == "graphkit: interrupted\n"
    assert "ALIVE" in out


@pytest.mark.long
def test_ctrl_c_on_a_terminal_ends_a_statement_of_neo4j_and_the_prompt_lives(neo4j_server, stores):
    uri, user, password = neo4j_server
    environment = {"NEO4J_USERNAME": user, "NEO4J_PASSWORD": password, "TERM": "xterm"}
    with Terminal(["cypher", "--db", uri], environment) as terminal:
        terminal.wait_for("graphkit>")
        terminal.type(f"{LONG}RETURN sum(a * b * c) AS s;\r")
        until(lambda: len(running(stores["neo4j"], "sum(a * b * c)")) > 0)

        terminal.type("\x03")
        terminal.wait_for("graphkit: interrupted")
        settled(stores["neo4j"], 10)
        terminal.wait_for("graphkit>")
        terminal.type("RETURN 'still ' + 'alive' AS x;\r")
        terminal.wait_for("still alive")
        terminal.wait_for("graphkit>")  # a terminal without a prompt takes the key for itself
        terminal.type(LEAVE)

        assert terminal.ended() == 0


def running(store: Neo4jStore, part: str) -> list[str]:
    """The statements that the server runs and that have a part."""
    listed = everything(store, "SHOW TRANSACTIONS YIELD currentQuery AS text RETURN text")["text"]
    return [text for text in listed.to_pylist() if part in text and "SHOW" not in text]


class Terminal:
    """A terminal on which a command of graphkit runs."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        self._ours, theirs = pty.openpty()
        self._shown = ""
        self._process = subprocess.Popen(
            [sys.executable, "-c", TAKE_TERMINAL, *arguments],
            stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
            env={**os.environ, **environment},
        )  # fmt: skip
        os.close(theirs)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._ours)

    def type(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def read(self) -> None:
        """Take what is shown, and tell where the cursor is when asked."""
        if select.select([self._ours], [], [], 0.05)[0]:
            with suppress(OSError):  # the command has ended
                self._shown += os.read(self._ours, 65_536).decode(errors="replace")
        if "\x1b[6n" in self._shown:
            self.type("\x1b[1;1R")
            self._shown = self._shown.replace("\x1b[6n", "")

    def wait_for(self, text: str) -> None:
        """Wait until a text is shown after what was waited for before."""

        def came() -> bool:
            self.read()
            return text in self._shown

        until(came)
        self._shown = self._shown.partition(text)[2]

    def ended(self) -> int:
        """Wait for the end of the command, and return its exit code."""

        def came() -> bool:
            self.read()
            return self._process.poll() is not None

        until(came)
        return self._process.returncode


TAKE_TERMINAL = """
import fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from graphkit.cli.app import run
sys.exit(run(sys.argv[1:]))
"""
"""Program that makes its terminal the one whose Ctrl-C interrupts it."""


@pytest.mark.parametrize(
    ("before", "wanted"),
    [
        ("MATCH (c:Cou", {"Country"}),
        ("MATCH (c:Country)-[r:EXP", {"EXPORTS"}),
        ("MATCH (c:Country|A", {"Area", "Application"}),
        ("MATCH (c:Country) WHERE c.iso", {"iso2", "iso3"}),
        ("MATCH (s:Stage) RETURN s.po", {"position"}),
        ("MATCH (stage:Stage) RETURN sta", {"stage", "STARTS WITH", "startNode"}),
        ("MATCH (n) RETURN toUp", {"toUpper"}),
        ("RETURN $y", {"$years"}),
        (":qu", {":queries", ":quit"}),
        (":queries sole", {"sole-suppliers"}),
        (":schema EXP", {"EXPORTS"}),
        ("", set()),
    ],
)
def test_names_are_completed(before, wanted):
    _, found = names_at(before, before, ["years"])

    assert set(found) == wanted


def test_every_command_is_in_the_docs():
    page = (Path(__file__).parents[1] / "docs/cypher.md").read_text()

    assert [name for name in COMMANDS if name not in page] == []
