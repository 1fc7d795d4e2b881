"""`graphkit depends KOR` on a warm cache, against importing typer and pyarrow alone.

    python benchmarks/startup.py

Whole processes, once compiled to bytecode, by the clock and by processor time, which counts the
threads that numpy starts where nobody tells it not to. Wanted: at most 2 by the clock. Beside
other work it tells little; there, begin the command with ``chrt -f 1``.
"""

import os
import resource
import subprocess
import sys
import time

from ratio import compare


def main() -> None:
    compiled = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}

    def process(*arguments: str) -> None:
        subprocess.run(
            [sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, env=compiled
        )

    for clock, name in ((time.perf_counter, ""), (processor_time, ", processor time")):
        compare(
            lambda: process("-m", "graphkit", "depends", "KOR", "-f", "table"),
            lambda: process("-c", "import typer, pyarrow"),
            what=f"graphkit depends KOR{name}",
            against=f"import typer, pyarrow{name}",
            runs=21,
            warm_up=2,
            clock=clock,
        )


def processor_time() -> float:
    """Sum the seconds of all processes that ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
