"""Runs the README's console blocks again and writes their output below the command.

    python tools/refresh_readme.py

A block that ends with a line ``...`` keeps its length: as many lines, then ``...``.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

BLOCK = re.compile(r"(?s)```console\n\$ (graphkit [^\n]*)\n(.*?)```")


def refreshed(match: re.Match[str]) -> str:
    """The block with what the command prints now."""
    command, old = match[1], match[2].splitlines()
    arguments = [sys.executable, "-m", *shlex.split(command)]
    environment = {**os.environ, "COLUMNS": "120"}
    done = subprocess.run(arguments, capture_output=True, text=True, check=True, env=environment)
    lines = done.stdout.splitlines()
    if old[-1:] == ["..."] and len(old) > 1 and len(lines) >= len(old):
        lines = [*lines[: len(old) - 1], "..."]
    return f"```console\n$ {command}\n" + "\n".join(lines) + "\n```"


def main() -> None:
    """Rewrite the README in place."""
    path = Path(__file__).parents[1] / "README.md"
    path.write_text(BLOCK.sub(refreshed, path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
