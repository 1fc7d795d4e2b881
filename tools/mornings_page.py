"""Plays the mornings of ``docs/mornings.md`` and writes what they print below their commands.

    python tools/mornings_page.py

A morning is a section. Its blocks run one after the other in an empty folder: commands of a
``console`` block, ``python``, and a block whose first line names a file after its language, such as
``yaml my-facts/claims.yaml``, which is written. Output that ends with a line ``...`` keeps its
length.
"""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from refresh_readme import printed, run, shortened

PAGE = Path(__file__).parents[1] / "docs/mornings.md"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FIRST = 14
"""Lines of an output that is not on the page yet."""


def mornings(text: str) -> list[str]:
    """Split a page before each of its sections.

    >>> mornings("# A\\n\\n## B\\nb\\n\\n## C\\n")
    ['# A\\n\\n', '## B\\nb\\n\\n', '## C\\n']
    """
    return re.split(r"^(?=## )", text, flags=re.MULTILINE)


def play(section: str, folder: Path) -> str:
    """Run the blocks of a section in a folder, and return it with their output."""

    def played(block: re.Match[str]) -> str:
        language, name, content = block.groups()
        if name:
            (folder / name).write_text(content, encoding="utf-8")
        elif language == "python":
            run([sys.executable, "-c", content], folder)
        elif language == "console":
            return f"```console\n{_console(content, folder)}```"
        return block[0]

    return BLOCK.sub(played, section)


def _console(content: str, folder: Path) -> str:
    lines = []
    for part in re.split(r"^(?=\$ )", content, flags=re.MULTILINE)[1:]:
        command, *before = part.splitlines()
        after = printed(shlex.split(command.removeprefix("$ "))[1:], folder)
        if before[-1:] == ["..."]:
            after = shortened(after, len(before) - 1 or FIRST)
        lines += [command, *after]
    return "".join(f"{line}\n" for line in lines)


def main() -> None:
    """Rewrite the page in place."""
    sections = []
    for section in mornings(PAGE.read_text(encoding="utf-8")):
        with TemporaryDirectory() as folder:
            sections.append(play(section, Path(folder)))
    PAGE.write_text("".join(sections), encoding="utf-8")


if __name__ == "__main__":
    main()
