"""Count the small wrong changes to loader, gate and measures that the quick tests notice.

``python tests/mutation`` tries a sample of each group, the same one every time, on a copy of the
checkout. Tests that need a server or make faults by the hundred are left out. Modules in SERVER
are tried only where NEO4J_URI and NEO4J_PASSWORD name a server on this machine (emptied by the
tests). Compiled functions run as plain Python. POSIX only: each mutant has a process of its own.
"""

from __future__ import annotations

import argparse
import compileall
import gc
import hashlib
import importlib
import os
import py_compile
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from mutants import Mutant, mutants
from scope import GROUPS, HEAVY, LEFT_OUT, QUESTIONS, SERVER

HERE = Path(__file__).resolve().parents[2]
TIMES, LEAST = 5, 20.0
"""A mutant whose tests take so many times the CPU time without it, and at least so many seconds,
is killed: by the clock a busy machine would kill them all."""
SAID = "said.txt"
"""File in the copy with what the last run of pytest said."""
WAIT = 6
"""And one whose tests take so many times as long by the clock, as they may wait for ever."""


class Quick:
    """Leaves out tests that need a server, unless they are wanted, and slow ones."""

    def __init__(self, server: bool) -> None:
        self.server = server

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the quick ones."""
        items[:] = [item for item in items if self._kept(item)]

    def _kept(self, item: pytest.Item) -> bool:
        served = "neo4j_server" in getattr(item, "fixturenames", ()) or "[neo4j" in item.name
        return served <= self.server and not any(part in item.nodeid for part in LEFT_OUT)


def outcome(module: str, tests: list[str], limit: float) -> tuple[str, float]:
    """Run the tests of a module in a process of its own: whether they pass, and its seconds."""
    start = time.monotonic()
    child = os.fork()
    if not child:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_CPU, (int(limit), int(limit)))
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        said = os.open(SAID, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for stream in (1, 2):
            os.dup2(said, stream)
        options = ["-x", "-q", "--assert=plain", "--hypothesis-seed=0", "-p", "no:cacheprovider"]
        os._exit(pytest.main([*options, module, *tests], [Quick(module in SERVER)]))
    ended, status, used = 0, 0, None
    try:
        while not ended and time.monotonic() - start < WAIT * limit:
            time.sleep(0.02)
            ended, status, used = os.wait4(child, os.WNOHANG)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
    if not ended:
        _, _, used = os.wait4(child, 0)
    passed = ended and os.waitstatus_to_exitcode(status) == 0
    return "survived" if passed else "killed", used.ru_utime + used.ru_stime


def sample(group: dict[str, list[str]], size: int) -> list[tuple[str, Mutant]]:
    """The mutants of a group with the smallest hashes: a change elsewhere leaves the rest."""
    drawn = []
    for module in group:
        source = Path(module).read_bytes()
        seen: Counter[str] = Counter()
        for each in mutants(source, QUESTIONS.get(module, ())):
            change = each.told(source).partition(": ")[2]
            text = f"{module} {change} {seen[change]}"
            drawn.append((hashlib.sha256(text.encode()).digest(), module, each))
            seen[change] += 1
    return sorted((module, each) for _, module, each in sorted(drawn)[:size])


def try_group(group: dict[str, list[str]], chosen: list[tuple[str, Mutant]]) -> list[str]:
    """The lines of a table of each module's mutants, after those that survive were printed."""
    table = []
    for module in dict.fromkeys(module for module, _ in chosen):
        tests, source = group[module], Path(module).read_bytes()
        result, seconds = outcome(module, tests, 600)
        if result == "killed":
            said = Path(SAID).read_text(encoding="utf-8", errors="replace")[-2000:]
            sys.exit(f"the tests of {module} fail without a mutant: {' '.join(tests)}\n{said}")
        survived, tried = 0, [each for name, each in chosen if name == module]
        for each in tried:
            Path(module).write_bytes(each.applied(source))
            if outcome(module, tests, max(LEAST, TIMES * seconds))[0] == "survived":
                survived += 1
                print(f"survived {module}:{each.told(source)}", flush=True)
        Path(module).write_bytes(source)
        table.append(f"| {module} | {len(tried)} | {len(tried) - survived} | {survived} |")
        print(table[-1], flush=True)
    return table


def main() -> None:
    """Copy the checkout, mutate the copy, and print what survived."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("groups", nargs="*", default=list(GROUPS), help=", ".join(GROUPS))
    parser.add_argument("--sample", type=int, default=100, help="mutants a group (100)")
    parser.add_argument("--all", action="store_true", help="every mutant")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "copy")
        shutil.copytree(HERE, copy, ignore=shutil.ignore_patterns(".*", "__pycache__", "nightly"))
        os.chdir(copy)
        os.environ.update(PYTHONPATH=str(copy), NUMBA_DISABLE_JIT="1")
        # A mutant has the time and size of the source before it, by which bytecode is looked up.
        os.environ.update(PYTHONDONTWRITEBYTECODE="1", MUTANT="1")
        sys.path.insert(0, str(copy))
        sys.dont_write_bytecode = True
        checked = py_compile.PycInvalidationMode.CHECKED_HASH
        compileall.compile_dir(copy, quiet=1, invalidation_mode=checked)
        for name in HEAVY:  # once, and not for every mutant
            importlib.import_module(name)
        for name in [name for name in sys.modules if name.partition(".")[0] == "graphkit"]:
            del sys.modules[name]
        gc.freeze()
        summary = []
        for name in asked.groups:
            group = {f"graphkit/{module}": tests for module, tests in GROUPS[name].items()}
            if "NEO4J_URI" not in os.environ:
                group = {module: tests for module, tests in group.items() if module not in SERVER}
            chosen = sample(group, sys.maxsize if asked.all else asked.sample)
            rows = [line.split("|")[2:5] for line in try_group(group, chosen)]
            tried, killed, survived = (
                sum(int(n) for n in column) for column in zip(*rows, strict=True)
            )
            summary.append(f"| {name} | {tried} | {killed} | {survived} | {killed / tried:.1%} |")
        print("| group | mutants | killed | survived | killed, % |\n|---|---|---|---|---|")
        print("\n".join(summary))


if __name__ == "__main__":
    main()
