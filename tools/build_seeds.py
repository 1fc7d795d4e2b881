"""Builds the seeds anew from a folder of originals, and says file by file whether they are equal.

    python tools/build_seeds.py --data FOLDER [--out FOLDER]

FOLDER holds the originals of tools/originals.yaml; of BACI, the zips that CEPII publishes will do.
Each original is first held against the sum that is locked there. Without --out the seeds are built
in a folder that goes again, on a copy of those that are here; ``--out seeds`` builds in place, as
one replaces an edition. Seeds that no script writes are written by hand, and are named so. A script
whose originals are missing does not run. It ends with 1 if a file differs.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from build_baci import editions

TOOLS = Path(__file__).parent
SEEDS = TOOLS.parent / "seeds"
LOCK = TOOLS / "originals.yaml"
READERS = (
    "reference", "usgs", "history", "prices", "baci", "usitc", "monthly", "printed", "wgi", "uses",
    "ores", "technologies", "claims", "eu", "facilities",
)  # fmt: skip
"""The scripts, in an order in which each finds what it reads of the others' seeds."""
WITH_TOTALS = ("baci", "usitc", "monthly")
"""Scripts that write sums of the originals for a test, too."""
Stamp = tuple[int, int]


@dataclass(frozen=True)
class Locked:
    """Original: its place below the folder, what tells it from others, and who reads it."""

    file: str
    sha256: str
    readers: Sequence[str]
    sources: Sequence[str] = ()
    address: str = ""
    cut: str = ""
    due: str = ""


def read_lock(path: Path = LOCK) -> list[Locked]:
    """Read what is locked."""
    return [Locked(**row) for row in yaml.safe_load(path.read_text(encoding="utf-8"))]


def states(locked: Iterable[Locked], data: Path) -> dict[str, str]:
    """Say of each original whether it is there, and the one that is locked."""
    found = {}
    for original in locked:
        path = data / original.file
        if not path.exists():
            found[original.file] = "missing"
        elif hashlib.sha256(path.read_bytes()).hexdigest() == original.sha256:
            found[original.file] = "as locked"
        else:
            found[original.file] = "another file"
    return found


def runnable(locked: Iterable[Locked], state: Mapping[str, str], data: Path) -> Iterator[str]:
    """Yield the scripts whose originals are all there, and say what the others lack."""
    zips = editions(data)
    revisions = {"baci_hs92_": "HS92", "baci_hs17_": "HS17"}
    for reader in READERS:
        lacking = [
            original.file
            for original in locked
            if reader in original.readers and state[original.file] == "missing"
            and not any(  # an edition of BACI holds what was cut from it
                original.file.startswith(f"baci/{cut}") and revision in zips
                for cut, revision in revisions.items()
            )
        ]  # fmt: skip
        if lacking:
            print(f"build_{reader}.py: not run, lacks {', '.join(lacking)}")
        else:
            yield reader


def build(readers: Iterable[str], data: Path, out: Path, totals: Path) -> dict[str, str]:
    """Run the scripts; return which of them wrote each file.

    Raises
    ------
    SystemExit
        A script failed; what it said stands on stderr.
    """
    written: dict[str, str] = {}
    before = stamps(out)
    for reader in readers:
        command = [sys.executable, str(TOOLS / f"build_{reader}.py"), "--data", str(data)]
        command += ["--out", str(out)]
        if reader in WITH_TOTALS:
            command += ["--totals", str(totals / f"{reader}.csv")]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
        if done.returncode:
            raise SystemExit(f"build_{reader}.py failed")
        after = stamps(out)
        written |= {name: reader for name, stamp in after.items() if before.get(name) != stamp}
        before = after
    return written


def files_of(folder: Path) -> dict[str, Path]:
    """Find all files of a folder, by their place in it."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path for path in paths}


def stamps(folder: Path) -> dict[str, Stamp]:
    """Note when each file was written, and as which file of the disk."""
    found = {name: path.stat() for name, path in files_of(folder).items()}
    return {name: (state.st_mtime_ns, state.st_ino) for name, state in found.items()}


def contents(folder: Path) -> dict[str, bytes]:
    """Read all files of a folder."""
    return {name: path.read_bytes() for name, path in files_of(folder).items()}


def report(before: Mapping[str, bytes], out: Path, written: Mapping[str, str]) -> int:
    """Say file by file what was built; return the number of those that differ."""
    after, differing = contents(out), 0
    for name in sorted(after):
        if name not in written:
            state = "written by hand"
        elif name not in before:
            state = f"new, of build_{written[name]}.py"
        elif before[name] == after[name]:
            state = f"equal, of build_{written[name]}.py"
        else:
            state = f"differs, of build_{written[name]}.py"
        differing += state.startswith(("new", "differs"))
        print(f"{name}: {state}")
    equal = sum(before.get(name) == after[name] for name in written)
    print(
        f"{equal} of {len(written)} built files are equal, {differing} differ; "
        f"{len(after) - len(written)} are written by hand or were not built"
    )
    return differing


def main() -> int:
    """Run it from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True, help="folder of the originals")
    parser.add_argument("--out", type=Path, help="folder of the seeds to build in")
    options = parser.parse_args()
    locked = read_lock()
    state = states(locked, options.data)
    for name, text in state.items():
        print(f"{name}: {text}")
    readers = list(runnable(locked, state, options.data))
    with tempfile.TemporaryDirectory() as folder:
        out = options.out or Path(folder) / "seeds"
        if options.out is None:
            shutil.copytree(SEEDS, out)
        before = contents(out)
        written = build(readers, options.data, out, Path(folder))
        return 1 if report(before, out, written) else 0


if __name__ == "__main__":
    sys.exit(main())
