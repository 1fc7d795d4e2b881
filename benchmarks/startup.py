"""`graphkit depends KOR` on a warm cache, against importing typer, pyarrow and ladybug alone.

    python benchmarks/startup.py

Whole processes, once compiled to bytecode. Wanted: at most 1.8.
"""

import os
import subprocess
import sys

from ratio import compare


def main() -> None:
    compiled = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}

    def process(*arguments: str) -> None:
        subprocess.run(
            [sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, env=compiled
        )

    compare(
        lambda: process("-m", "graphkit", "depends", "KOR", "-f", "table"),
        lambda: process("-c", "import typer, pyarrow, ladybug"),
        what="graphkit depends KOR",
        against="import typer, pyarrow, ladybug",
        runs=9,
        warm_up=2,
    )


if __name__ == "__main__":
    main()
