"""Offers of a shell at the tab key, from a real bash and from the variables of zsh and fish."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from graphkit.paths import NAMES, user_folder

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
        ("graphkit depends KOR --dataset baci-hs1", ["baci-hs17"]),
        ("graphkit spof KOR --definition d", ["domestic"]),
    ],
)  # fmt: skip
def test_bash_is_offered_names_of_what_a_parameter_takes(words, wanted):
    assert completed("bash", words) == wanted


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


def test_a_key_press_opens_no_database_once_the_names_are_written_down():
    completed("bash", "graphkit depends KO")
    assert list(user_folder("cache").glob(f"graph-*{Path(NAMES).suffix}"))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(3):
        assert completed("bash", "graphkit depends KO") == ["KOR"]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)

    taken = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / 3
    assert taken < 0.6  # 0.2 s alone; a database and pyarrow would take another 0.5 s
