"""Count the small wrong changes to the package that its tests notice.

``python tests/mutation --seed 1 --mutants 300`` draws mutants over all modules and tries each in a
copy of the checkout, with the tests that concern its module most (``choice.py``). ``tests/mutation
headlines render/text.py`` tries those of the drawn ones that are below these places. Each result is
written into a record, and not found out again. ``--like RECORD`` tries the mutants of another
checkout's record, first with the test that noticed each one there, and tells what differs.

A mutant that no test noticed may be one that changes nothing, or one whose tests are not among
those chosen, or were cut off by ``--seconds`` of the processor. Tests that need a server, a browser
or faults by the hundred are left out, and so are the modules of Neo4j without ``NEO4J_URI`` and
``NEO4J_PASSWORD`` of a server on this machine, which the tests empty. Compiled functions run as
plain Python. POSIX only: each mutant has a process of its own.
"""

from __future__ import annotations

import argparse
import compileall
import gc
import hashlib
import importlib
import json
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
from typing import Any, NamedTuple

import pytest
from choice import files_for
from mutants import Mutant, mutants

HERE = Path(__file__).resolve().parents[2]
SAID, NOW = Path("said.txt"), Path("now.txt")
"""Files in the copy with what pytest said, and with the test that runs or has failed."""
WAIT = 8
"""A mutant is given up after so many times its seconds by the clock: a test may wait for ever."""
SLOW = 3.0
"""Times that a test may take longer than without the mutant, before that is noticed."""
SERVER = "graphkit/stores/neo4j/"
"""Modules whose tests need a Neo4j."""
ABOVE = (
    "answers", "api", "brief", "cli", "explore", "export", "headlines", "importers", "mcp",
    "networkx_backend", "plot", "questions", "render", "scale", "verbs",
)  # fmt: skip
"""Parts that no database and no cached row is made by: their mutants share these."""
LEFT_OUT = (
    "killed", "two_processes", "both_databases", "older_graphkit", "asks_for_routes",
    "keeps_its_answers", "in_a_clean_environment", "processor", "soak",
)  # fmt: skip
"""Parts of the names of tests that take too long for every mutant."""
SERVED = ("neo4j_server", "neo4j_store", "second_home", "browser", "stores")
"""Fixtures that start a server or a browser."""
HEAVY = (
    "duckdb", "hypothesis", "neo4j", "networkx", "numba", "numpy", "pandas", "pyarrow.compute",
    "pyarrow.csv", "pyarrow.dataset", "pyarrow.parquet", "rich.console", "rich.table",
    "scipy.sparse.csgraph", "scipy.sparse.linalg", "typer.testing", "yaml",
)  # fmt: skip
"""Modules that the tests import, none of them graphkit's: imported once."""
WARM = """
import graphkit

def test_what_all_share_is_there(sliced_file):
    graphkit.open().close()
"""
"""Test that makes the databases that the mutants of modules above them share."""


class Watch:
    """Plugin of pytest that orders the tests, leaves some out, and writes down which one runs."""

    def __init__(self, server: bool) -> None:
        self.server = server

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put the long tests last."""
        chosen = [item for item in items if self._is_quick(item)]
        items[:] = sorted(chosen, key=lambda item: item.get_closest_marker("long") is not None)

    def _is_quick(self, item: pytest.Item) -> bool:
        fixtures = getattr(item, "fixturenames", ())
        served = (
            "[neo4j" in item.name
            or "neo4j]" in item.name
            or any(name in fixtures for name in SERVED)
        )
        return (self.server or not served) and not any(part in item.name for part in LEFT_OUT)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Write down the test that begins."""
        NOW.write_text(json.dumps({"runs": nodeid, "at": time.process_time()}))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write down the test that failed."""
        if report.failed:
            NOW.write_text(json.dumps({"failed": report.nodeid}))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Write down the file that cannot be imported."""
        if report.failed:
            NOW.write_text(json.dumps({"failed": report.nodeid}))


class Run(NamedTuple):
    """The end of tests in a process of their own."""

    ending: str
    """``passed``, ``failed``, or ``cut`` off by the processor's or the clock's time."""
    test: str
    """The test that failed, or was cut off."""
    seconds: float
    """Time of the processor."""
    of_test: float
    """Time of that test, if it was cut off."""


def run(module: str, tests: str, seconds: float, shared: Path | None = None) -> Run:
    """Run a file of tests, or one of them, in a process of its own."""
    start = time.monotonic()
    NOW.write_text("{}")
    with tempfile.TemporaryDirectory() as own:
        child = os.fork()
        if not child:
            os.setsid()
            limit = int(seconds) + 1
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            said = os.open(SAID, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            for stream in (1, 2):
                os.dup2(said, stream)
            # As a worker of a run, whose folder all its workers share.
            os.environ["PYTEST_XDIST_WORKER"] = "mutant"
            folder = Path(shared or own, f"worker-{os.getpid()}")
            options = ["-x", "-q", "--assert=plain", "--hypothesis-seed=0", "-n0"]
            options += ["-p", "no:cacheprovider", f"--basetemp={folder}"]
            served = module.startswith(SERVER)
            os._exit(pytest.main([*options, tests], [Watch(served)]))
        ended, status, used = 0, 0, None
        try:
            while not ended and time.monotonic() - start < WAIT * seconds:
                time.sleep(0.02)
                ended, status, used = os.wait4(child, os.WNOHANG)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
        if not ended:
            _, _, used = os.wait4(child, 0)
        shutil.rmtree(Path(shared or own, f"worker-{child}"), ignore_errors=True)
    now = json.loads(NOW.read_text() or "{}")
    code = os.waitstatus_to_exitcode(status) if ended else -signal.SIGKILL
    spent = used.ru_utime + used.ru_stime
    if code in (0, 5):
        return Run("passed", "", spent, 0.0)
    ending = "cut" if code in (-signal.SIGKILL, -signal.SIGXCPU) else "failed"
    return Run(ending, now.get("failed", now.get("runs", "")), spent, spent - now.get("at", spent))


class Trial:
    """Tries of mutants in the copy, each judged by tests that pass without it."""

    def __init__(self, seconds: float, files: int, shared: Path) -> None:
        self.seconds, self.files, self.shared = seconds, files, shared
        self.sound: dict[str, Run] = {}
        """Tests that noticed something, as they end without a mutant."""

    def outcome(self, module: str, mutant: Mutant, first: str = "") -> dict[str, Any]:
        """Try one mutant: what noticed it, if anything did, by one file of tests after another."""
        path, spent, cut = Path(module), 0.0, ""
        source = path.read_bytes()
        for chosen in [*([first] if first else []), *files_for(module, self.files)]:
            left = self.seconds - (0 if chosen == first else spent)
            if left < 1:
                break
            path.write_bytes(mutant.applied(source))
            try:
                trial = run(module, chosen, left, self._folder(module))
            finally:
                path.write_bytes(source)
            spent += trial.seconds
            cut = trial.test if trial.ending == "cut" else ""
            if self._is_noticed(module, trial):
                return {"noticed": trial.test, "seconds": round(spent, 1)}
        return {"noticed": "", "seconds": round(spent, 1), **({"cut": cut} if cut else {})}

    def _is_noticed(self, module: str, trial: Run) -> bool:
        """Return True if the last test fails by the mutant, or does not end by it."""
        if trial.ending == "passed" or not trial.test:
            return False
        if trial.test not in self.sound:
            self.sound[trial.test] = run(module, trial.test, 4 * self.seconds, self._folder(module))
        usual = self.sound[trial.test]
        slower = trial.of_test > SLOW * usual.seconds + 2
        return usual.ending == "passed" and (trial.ending == "failed" or slower)

    def _folder(self, module: str) -> Path | None:
        part = Path(module).parts[1].removesuffix(".py")
        return self.shared if part in ABOVE else None


def drawn(seed: int, number: int) -> list[tuple[str, str]]:
    """Draw mutants over all modules: those with the smallest hashes, whatever changes elsewhere."""
    served = bool(os.environ.get("NEO4J_URI"))
    named = [
        (path.as_posix(), name)
        for path in sorted(Path("graphkit").rglob("*.py"))
        if served or not path.as_posix().startswith(SERVER)
        for name in mutants(path.read_bytes())
    ]

    def place(pair: tuple[str, str]) -> bytes:
        return hashlib.sha256("\0".join((str(seed), *pair)).encode()).digest()

    return sorted(named, key=place)[:number]


def read(record: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """Read a record's results by module and name of the mutant."""
    lines = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
    rows = [json.loads(line) for line in lines if line.endswith("}")]
    return {(row["module"], row["mutant"]): row for row in rows}


def table(results: dict[tuple[str, str], dict[str, Any]]) -> str:
    """Sum up a record by the parts of the package, in Markdown."""
    rows: dict[str, Counter[str]] = {}
    for (module, _), row in sorted(results.items()):
        part = Path(module).parts[1]
        for name in (part, "all"):
            counts = rows.setdefault(name, Counter())
            counts["noticed" if row["noticed"] else "gone" if row.get("gone") else "not"] += 1
    rows["all"] = rows.pop("all", Counter())
    lines = ["| part | mutants | noticed | not noticed |", "|---|---|---|---|"]
    lines += [
        f"| {part} | {n['noticed'] + n['not']} | {n['noticed']} | {n['not']} |"
        for part, n in rows.items()
    ]
    return "\n".join(lines)


def prepare(copy: Path) -> None:
    """Copy the checkout, go there, and import what every process needs."""
    shutil.copytree(HERE, copy, ignore=shutil.ignore_patterns(".*", "__pycache__", "build"))
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


def main() -> None:
    """Draw, try and count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("places", nargs="*", help="modules or folders of the package; default: all")
    parser.add_argument("--seed", type=int, default=1, help="of the draw (1)")
    parser.add_argument("--mutants", type=int, default=300, help="number that is drawn (300)")
    parser.add_argument("--seconds", type=float, default=60, help="most for a mutant's tests (60)")
    parser.add_argument("--files", type=int, default=4, help="most files of tests for a module (4)")
    parser.add_argument("--record", type=Path, help="file of the results")
    parser.add_argument("--like", type=Path, help="record of another checkout to compare with")
    options = parser.parse_args()
    name = f"{options.seed}-{options.mutants}.jsonl"
    record = (options.record or HERE / "build" / "mutation" / name).resolve()
    record.parent.mkdir(parents=True, exist_ok=True)
    other = read(options.like.resolve()) if options.like else {}
    results = read(record)
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder, "copy"))
        pairs = list(other) if options.like else drawn(options.seed, options.mutants)
        below = tuple(f"graphkit/{place}".rstrip("/") for place in options.places)
        pairs = [pair for pair in pairs if not below or pair[0].startswith(below)]
        shared = Path(folder, "shared")
        shared.mkdir()
        warm = Path("tests", "warm.py")
        warm.write_text(WARM)
        print(f"{len(pairs)} mutants, seed {options.seed}, recorded in {record}", flush=True)
        if run("", str(warm), 3600, shared).ending != "passed":
            sys.exit(SAID.read_text(encoding="utf-8", errors="replace")[-2000:])
        trial = Trial(options.seconds, options.files, shared)
        for module, name in pairs:
            if (module, name) in results:
                continue
            path = Path(module)
            mutant = mutants(path.read_bytes()).get(name) if path.exists() else None
            first = other.get((module, name), {}).get("noticed", "")
            row = {"noticed": "", "gone": True}
            if mutant is not None:
                row = trial.outcome(module, mutant, first)
            results[module, name] = {"module": module, "mutant": name, **row}
            with record.open("a", encoding="utf-8") as file:
                file.write(f"{json.dumps(results[module, name])}\n")
            if not row["noticed"]:
                line = f":{mutant.line}" if mutant else " (gone)"
                print(f"not noticed {module}{line}: {name}", flush=True)
    print(table({pair: results[pair] for pair in pairs}))
    for pair in pairs:
        if other and other[pair]["noticed"] and not results[pair]["noticed"]:
            print(f"no longer noticed {' '.join(pair)}: {other[pair]['noticed']}")


if __name__ == "__main__":
    main()
