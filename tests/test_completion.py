"""Offers of a shell at the tab key, from a real bash and from the variables of zsh and fish."""

from __future__ import annotations

import os
import pty
import re
import resource
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from graphkit.cli.app import run
from graphkit.files.folders import NAMES, user_folder

GRAPHKIT = Path(sys.executable).with_name("graphkit")
BASH = shutil.which("bash")


@pytest.fixture(autouse=True)
def on_the_slice(sliced_file, monkeypatch):
    monkeypatch.setenv("GRAPHKIT_DB", str(sliced_file))


def completed(shell: str, words: str) -> list[str]:
    last = words.rpartition(" ")[2]
    environment = {
        **os.environ, "_GRAPHKIT_COMPLETE": f"complete_{shell}", "COMP_WORDS": words,
        "COMP_CWORD": str(words.count(" ")), "_TYPER_COMPLETE_ARGS": words,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args", "_TYPER_COMPLETE_WORD_TO_COMPLETE": last,
    }  # fmt: skip
    done = subprocess.run([GRAPHKIT], env=environment, capture_output=True, text=True, check=False)
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("graphkit dep", ["depends", "dependents"]),
        ("graphkit depends KO", ["KOR"]),
        ("graphkit depends KOR,south-k", ["KOR,south-korea"]),
        ("graphkit disrupt CHN+HK", ["CHN+HKG"]),
        ("graphkit depends KOR --for magnets-", ["magnets-metal", "magnets-other"]),
        ("graphkit trend KOR --for dyspr",
         ["dysprosium", "dysprosium-chloride", "dysprosium-fluoride", "dysprosium-metal",
          "dysprosium-oxide"]),
        ("graphkit depends KOR --period 201", [str(year) for year in range(2010, 2020)]),
        ("graphkit depends KOR --dataset baci-hs17", ["baci-hs17", "baci-hs17-largest"]),
        ("graphkit spof KOR --definition d", ["domestic"]),
    ],
)  # fmt: skip
def test_bash_is_offered_names_of_what_a_parameter_takes(words, wanted):
    assert completed("bash", words) == wanted


@pytest.mark.long
def test_names_of_my_own_facts_are_offered_where_they_are_put_on_top(tmp_path, monkeypatch):
    assert run(["new", str(tmp_path / "mine")]) == 0
    option = f"--with {tmp_path / 'mine'}"

    assert completed("bash", f"graphkit depends {option} MY-") == ["MY-GROUP"]
    assert completed("bash", f"graphkit depends KOR {option} --for my-p") == ["my-product"]
    assert not any(completed("bash", "graphkit depends KOR --for my-p"))
    monkeypatch.setenv("GRAPHKIT_WITH", str(tmp_path / "mine"))
    assert completed("bash", "graphkit depends KOR --for my-p") == ["my-product"]
    assert completed("bash", "graphkit depends KO") == ["KOR"]
    (tmp_path / "mine/products.yaml").write_text("kind: [", encoding="utf-8")
    assert completed("bash", "graphkit depends MY-") == ["MY-GROUP"]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_are_offered_names_with_their_keys(shell):
    text = "\n".join(completed(shell, "graphkit depends south-k"))

    assert "south-korea" in text
    assert "KOR" in text


@pytest.mark.skipif(BASH is None, reason="bash is not installed")
def test_a_real_bash_completes_with_the_script_that_is_installed():
    environment = {**os.environ, "PATH": f"{GRAPHKIT.parent}{os.pathsep}{os.environ['PATH']}"}
    script = subprocess.run(
        [GRAPHKIT], env={**environment, "_GRAPHKIT_COMPLETE": "source_bash"},
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    ask = (
        f"{script}\nCOMP_WORDS=(graphkit depends KO); COMP_CWORD=2\n"
        "$(complete -p graphkit | sed 's/.*-F \\([^ ]*\\).*/\\1/') graphkit KO depends\n"
        'printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run([str(BASH), "-c", ask], env=environment, capture_output=True, text=True,
                          check=True)  # fmt: skip

    assert done.stdout.splitlines() == ["KOR"]


@pytest.mark.long
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_tab_key_of_a_shell_completes_after_the_script_is_installed(
    shell, tmp_path, monkeypatch
):
    """A terminal with the shell that a user has, and the keys that a user presses."""
    program = shutil.which(shell)
    assert program, f"found no {shell}; install it: apt-get install {shell}"
    for name, value in {
        "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / ".config"), "TERM": "xterm",
        "PATH": f"{GRAPHKIT.parent}{os.pathsep}{os.environ['PATH']}",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("ZDOTDIR", raising=False)
    # The command finds out which shell has started it.
    install = "graphkit --install-completion; true"
    subprocess.run([program, "-c", install], check=True, capture_output=True, cwd=tmp_path)
    completed("bash", "graphkit depends KO")  # the names are written down

    process, terminal = pty.fork()
    if process == 0:
        os.execv(program, [shell, "-i"])
    try:
        os.write(terminal, b"echo ready''-42\n")
        read_until(terminal, "ready-42")
        os.write(terminal, b"graphkit depends south-k")
        read_until(terminal, "south-k")
        # In zsh, the first press in a session only loads the script that Typer writes.
        read_until(terminal, r"orea|KOR", press=b"\t")
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        os.close(terminal)


def read_until(terminal: int, wanted: str, press: bytes = b"", seconds: float = 60) -> None:
    """Read a terminal until a text appears; press a key whenever nothing comes for a while."""
    seen, ends = "", time.monotonic() + seconds
    os.write(terminal, press)
    while not re.search(wanted, seen):
        assert time.monotonic() < ends, repr(seen)
        if select.select([terminal], [], [], 3)[0]:
            seen += os.read(terminal, 65536).decode(errors="replace")
        else:
            os.write(terminal, press)


def test_a_key_press_opens_no_database_once_the_names_are_written_down():
    completed("bash", "graphkit depends KO")
    assert list(user_folder("cache").glob(f"graph-*{Path(NAMES).suffix}"))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(3):
        assert completed("bash", "graphkit depends KO") == ["KOR"]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)

    taken = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / 3
    assert taken < 0.6  # 0.2 s alone; a database and pyarrow would take another 0.5 s
