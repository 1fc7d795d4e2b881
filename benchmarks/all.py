"""Runs the benchmarks that docs/scale.md quotes, and prints their figures beside its rows.

    python benchmarks/all.py [NAME ...] [--seeds FOLDER]

Ten minutes and more on 2 cores with nothing else running; a NAME, such as startup, runs only these.
FOLDER is that of ``big_seeds.py``, which the rows of 1.26 million flows need, and as long again;
they are measured three times, but the load into Neo4j, which takes eight minutes, once.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
ROWS: tuple[tuple[str, ...], ...] = (
    ("startup.py",),
    ("yaml_reader.py",),
    ("embedded_load.py",),
    ("neo4j_load.py", "--for", "magnets-metal"),
    ("import_baci.py",),
    ("look_through.py",),
    ("shares.py",),
    ("removal.py",),
    ("centrality.py", "pagerank", "--only", "default"),
    ("centrality.py", "betweenness", "closeness", "dominators", "--only", "fast"),
    ("measure.py",),
)
LARGE: tuple[tuple[str, ...], ...] = (
    ("embedded_load.py", "FOLDER"),
    ("neo4j_load.py", "--seeds", "FOLDER", "--runs", "1"),
    ("spark.py", "FOLDER", "concentration"),
)
FIGURES = ("ratio ", "rate ", "times as fast", "rows/s", " s", "memory")


def figures(row: tuple[str, ...]) -> list[str]:
    """Run one script, and select the lines with its figures."""
    start = time.perf_counter()
    done = subprocess.run([sys.executable, HERE / row[0], *row[1:]], capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if any(part in line for part in FIGURES)]
    if done.returncode:
        lines.append(f"failed: {(done.stderr.strip().splitlines() or ['no message'])[-1]}")
    return [*lines, f"({time.perf_counter() - start:.0f} s in all)"]


def quoted(script: str) -> list[str]:
    """Select the rows of a script in the page."""
    page = (HERE.parent / "docs/scale.md").read_text(encoding="utf-8").splitlines()
    return [line for line in page if line.startswith("|") and f"`{script}" in line]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", metavar="NAME", help="such as startup")
    parser.add_argument("--seeds", help="the folder that big_seeds.py made")
    given = parser.parse_args()
    large = [tuple(given.seeds if part == "FOLDER" else part for part in row) for row in LARGE]
    failed = False
    for row in (*ROWS, *(large if given.seeds else ())):
        if given.names and Path(row[0]).stem not in given.names:
            continue
        found = figures(row)
        failed |= any(line.startswith("failed: ") for line in found)
        print(f"\n{' '.join(row)}", *(f"  now     {line}" for line in found), sep="\n")
        print(*(f"  page  {line}" for line in quoted(row[0])), sep="\n", flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
