"""Run the nightly tests, or some parts of them, and go on where an earlier call was ended.

``python tests/nightly`` runs all parts, ``python tests/nightly fuzz --seed 7`` one of them. A part
is a module of this folder: ``fuzz`` is ``test_fuzz_at_length.py``. What is made by chance follows
from the seed, by ``SEED`` of ``tests/chance.py`` and by hypothesis: that of the last call if it is
not through, else a new one. Each test that ends is written into a record of this seed and commit,
and is not run again; one that is cut off begins anew.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import subprocess
import sys
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
RECORDS = ROOT / "build" / "nightly"
PARTS = {
    path.stem.removeprefix("test_").removesuffix("_at_length"): path
    for path in sorted(HERE.glob("test_*.py"))
}
NAMES = {path: name for name, path in PARTS.items()}
MOST = 4_000
"""Characters of a failure that are kept."""


class Record:
    """The tests that have ended with one seed at one commit, and the parts that are through."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tests: dict[str, dict[str, Any]] = {}
        self.through: set[str] = set()
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            try:
                row = json.loads(line)
            except json.JSONDecodeError:  # its writer was killed
                continue
            self._take(row)

    def _take(self, row: dict[str, Any]) -> None:
        if "test" in row:
            self.tests[row["test"]] = row
        else:
            self.through.add(row["through"])

    def write(self, **row: Any) -> None:
        """Add a line, which a later call reads though this one is killed."""
        self._take(row)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"\n{json.dumps(row)}")

    def table(self, parts: Collection[str]) -> str:
        """Sum up the results of some parts, in Markdown."""
        lines = [
            "| part | tests | failed | skipped | minutes | through |",
            "|---|---|---|---|---|---|",
        ]
        for part in parts:
            rows = [row for row in self.tests.values() if row["part"] == part]
            ends = Counter(row["outcome"] for row in rows)
            minutes = sum(row["seconds"] for row in rows) / 60
            through = "yes" if part in self.through else "no"
            lines.append(f"| {part} | {len(rows)} | {ends['failed']} | {ends['skipped']} | "
                         f"{minutes:.1f} | {through} |")  # fmt: skip
        return "\n".join(lines)


class Recorder:
    """Plugin of pytest that leaves out what a record has, and writes down what ends."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.left: Counter[str] = Counter()
        self.reports: list[pytest.TestReport] = []

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Keep the tests that have not ended yet."""
        ended = [item for item in items if item.nodeid in self.record.tests]
        config.hook.pytest_deselected(items=ended)
        items[:] = [item for item in items if item.nodeid not in self.record.tests]
        self.left.update(NAMES[item.path] for item in items)
        for part in {NAMES[item.path] for item in ended} - self.left.keys():
            self.record.write(through=part)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the reports of a test until it has ended."""
        self.reports.append(report)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Write down a test, and its part if it was the last."""
        reports, self.reports = self.reports, []
        outcomes = {report.outcome for report in reports}
        outcome = next((o for o in ("failed", "skipped") if o in outcomes), "passed")
        why = "\n".join(report.longreprtext for report in reports if report.failed)[-MOST:]
        part = NAMES[ROOT / nodeid.partition("::")[0]]
        seconds = round(sum(report.duration for report in reports), 3)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self.record.write(part=part, test=nodeid, outcome=outcome, seconds=seconds, ended=now,
                          **({"why": why} if why else {}))  # fmt: skip
        self.left[part] -= 1
        if not self.left[part]:
            self.record.write(through=part)


def commit() -> str:
    """Name the commit of the checkout."""
    command = ["git", "-C", str(ROOT), "rev-parse", "--short=8", "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "no-git"


def last_seed(at_commit: str, parts: Mapping[str, Path]) -> int | None:
    """Find the seed of the newest record of a commit in which some parts are not through."""
    records = RECORDS.glob(f"*-{at_commit}.jsonl")
    newest = max(records, key=lambda path: path.stat().st_mtime, default=None)
    if newest is None or parts.keys() <= Record(newest).through:
        return None
    return int(newest.stem.partition("-")[0])


def main() -> int:
    """Run what is left of some parts; 0 if all tests of them passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"default: {' '.join(PARTS)}")
    parser.add_argument("--seed", type=int, help="default: that of the last call, or a new one")
    parser.add_argument("--again", action="store_true", help="begin anew with the seed")
    options = parser.parse_args()
    if unknown := set(options.parts) - PARTS.keys():
        parser.error(f"found {', '.join(sorted(unknown))}, wanted some of {', '.join(PARTS)}")
    parts = {name: PARTS[name] for name in options.parts or PARTS}
    here, seed = commit(), options.seed
    if seed is None:
        seed = last_seed(here, parts)
    if seed is None:
        seed = secrets.randbelow(10**9)
    RECORDS.mkdir(parents=True, exist_ok=True)
    path = RECORDS / f"{seed}-{here}.jsonl"
    if options.again:
        path.unlink(missing_ok=True)
    record = Record(path)
    print(f"seed {seed} at {here}, recorded in {path.relative_to(ROOT)}", flush=True)
    os.environ["TESTS_SEED"] = str(seed)
    left = [str(path) for name, path in parts.items() if name not in record.through]
    if left:
        pytest.main(["-p", "no:randomly", "-p", "no:cacheprovider", f"--rootdir={ROOT}",
                     f"--hypothesis-seed={seed}", *left], [Recorder(record)])  # fmt: skip
    failed = [row for row in record.tests.values()
              if row["part"] in parts and row["outcome"] == "failed"]  # fmt: skip
    for row in failed:
        print(f"failed {row['test']}")
    print(f"seed {seed} at {here}\n{record.table(parts)}")
    return int(bool(failed) or not parts.keys() <= record.through)


if __name__ == "__main__":
    sys.exit(main())
