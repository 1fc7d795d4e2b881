"""Runs the tests under coverage, and prints the table of docs/guarantees.md by package.

python tools/measure_coverage.py

Then `coverage report` shows the lines and branches that no test reaches.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from coverage import Coverage

HERE = Path(__file__).parents[1]
RUNS: tuple[tuple[dict[str, str], tuple[str, ...]], ...] = (
    ({"FUZZED_SEEDS": "300"}, ()),
    # A compiled function cannot be traced: it runs as Python.
    ({"NUMBA_DISABLE_JIT": "1"}, ("tests/test_centrality.py", "tests/test_networkx_backend.py")),
    ({}, ("tests/scale/test_spark.py",)),
)
"""Changes of the environment, and arguments of pytest."""
ONE_BY_ONE = ("stores/duck", "stores/neo4j")
"""Packages that are not counted with the one that holds them."""


def package(file: str) -> str:
    """Return the package of a module that has a row of its own."""
    folders = Path(file).parts[1:-1]
    if (path := "/".join(folders[:2])) in ONE_BY_ONE:
        return f"`{path}`"
    if folders[:1] == ("stores",):
        return "other modules of `stores`"
    return f"`{folders[0]}`" if folders else "modules of no package"


def table(files: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the covered lines and branches by package, in per cent, as Markdown."""
    counts: dict[str, Counter[str]] = {}
    for file, measured in files.items():
        for row in (package(file), "all"):
            counts.setdefault(row, Counter()).update(measured["summary"])
    named = sorted((row for row in counts if row != "all"), key=lambda row: (row[0] != "`", row))
    lines = ["| package | lines | branches |", "|---|---|---|"]
    for row in (*named, "all"):
        found = counts[row]
        parts = [("covered_lines", "num_statements"), ("covered_branches", "num_branches")]
        shares = (f"{100 * found[a] / found[b]:.1f}" if found[b] else "" for a, b in parts)
        lines.append(f"| {row} | {' | '.join(shares)} |")
    return "\n".join(lines)


def main() -> int:
    """Run, combine and print; a run that fails does not end the others."""
    measure = [sys.executable, "-m", "coverage"]
    subprocess.run([*measure, "erase"], cwd=HERE, check=True)
    failed = 0
    for changed, arguments in RUNS:
        run = [*measure, "run", "-m", "pytest", *arguments]
        failed |= subprocess.run(run, cwd=HERE, env=os.environ | changed).returncode
    subprocess.run([*measure, "combine", "-q"], cwd=HERE, check=True)
    coverage = Coverage(data_file=HERE / ".coverage", config_file=HERE / "pyproject.toml")
    coverage.load()
    report = HERE / "build" / "coverage.json"
    report.parent.mkdir(exist_ok=True)
    coverage.json_report(outfile=str(report))
    print(table(json.loads(report.read_text("utf-8"))["files"]))
    return failed


if __name__ == "__main__":
    sys.exit(main())
