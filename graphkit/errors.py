"""Every error that graphkit raises on purpose, and the exit code each becomes.

::

    GraphkitError          1  something is wrong, and the message says what
    ├── UsageError         2  the question itself cannot be understood
    ├── SeedError          3  seeds failed their check; carries every problem
    └── StoreError         1  a database refused or failed a statement
        ├── Unreachable    4  a database cannot be reached at all
        │   ├── Damaged    4  a file is not a database, or not as it was written
        │   └── Replaced   4  it holds another load than the one that was read
        ├── OtherVersion   1  another version of graphkit loaded the database
        ├── OutOfMemory    1  a statement needs more memory than it may have
        └── Untranslated   1  Neo4j would run the statement, the embedded database cannot
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

UNSAFE = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\uffff\U000e0000-\U000e007f"
)
"""Control, zero-width and bidirectional characters, line breaks that only some programs know and
lone surrogates, as a character class. The joiners of Persian and of emoji are not among them."""
HIDDEN = re.compile(f"[\t\n\r{UNSAFE}]")
"""Characters that are escaped wherever text is shown."""


def visible(text: str) -> str:
    r"""Escape the hidden characters of a text, so that a terminal shows and does not obey them.

    >>> visible("red: \x1b[31m"), visible("two\nlines")
    ('red: \\x1b[31m', 'two\\nlines')
    """
    return HIDDEN.sub(lambda match: repr(match[0])[1:-1], text)


def visible_lines(text: str) -> str:
    """Escape the hidden characters of a text of several lines, but for the ends of lines."""
    return "\n".join(map(visible, text.split("\n")))


class GraphkitError(Exception):
    """Error of graphkit; its message says what was found and what was wanted."""

    exit_code = 1


class UsageError(GraphkitError):
    """Question with an unknown name, an invalid period or without a parameter that it needs."""

    exit_code = 2


LONGEST_MESSAGE = 1_000
"""Characters of the message of a problem; of a longer one, the ends are kept."""


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in one seed file, at a place a person can jump to."""

    file: str
    line: int
    column: int
    message: str

    def __post_init__(self) -> None:
        if len(self.message) > LONGEST_MESSAGE:
            half = LONGEST_MESSAGE // 2
            cut = f"{self.message[: half - 5]} ... {self.message[-half:]}"
            object.__setattr__(self, "message", cut)

    def __str__(self) -> str:
        # One line, whatever a file is called.
        return f"{visible(self.file)}:{self.line}:{self.column}: {self.message}"


class SeedError(GraphkitError):
    """Failed check of seeds: every problem of every file, in order."""

    exit_code = 3
    outcome = "nothing was loaded"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))


class ScenarioError(SeedError):
    """Failed check of a scenario: every problem of its file, in order."""

    outcome = "nothing was played"


class StoreError(GraphkitError):
    """Statement that a database refused or failed."""


class TookTooLong(StoreError):
    """Statement that was given up when its time was over."""


class Unreachable(StoreError):
    """Database that cannot be reached: not there, not started, or not letting us in."""

    exit_code = 4


class Damaged(Unreachable):
    """File that is no database, or is not as it was written."""


class Replaced(Unreachable):
    """Database that holds another load than the one that was first read of it."""


class OtherVersion(StoreError):
    """Database that another version of graphkit loaded, whose names may mean something else."""


class OutOfMemory(StoreError):
    """Statement that needs more memory than the embedded database may have for it."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(
            reason or "the statement needs more memory than it may have; ask for less at a time"
        )


class Untranslated(StoreError):
    """Statement for Neo4j for which the embedded database has nothing that means the same."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"{reason}; Neo4j runs it; get one with 'graphkit neo4j start', then add '--db local'"
        )
        self.reason = reason
        self.at: int | None = None
        """Offset in the statement of what it is about, if that is known."""


def install(extra: str) -> str:
    """Write the command that installs an extra from where graphkit itself was installed."""
    import json
    import shutil
    import sys
    from importlib.metadata import PackageNotFoundError, distribution
    from pathlib import Path
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    programs = Path(sys.executable).parent
    pip = shutil.which("pip", path=str(programs))
    if pip is None:
        pip = f"uv pip install --python {sys.executable}"
    else:
        pip = "pip install" if pip == shutil.which("pip") else f"{pip} install"
    requirement = f"graphkit-minerals[{extra}]"
    try:  # where pip and uv note the place that a package came from, unless it is an index
        direct_url = distribution("graphkit-minerals").read_text("direct_url.json")
    except PackageNotFoundError:
        direct_url = None
    if direct_url is None:
        return f"{pip} '{requirement}'"
    place = json.loads(direct_url)
    if place.get("dir_info", {}).get("editable"):
        return f"{pip} -e '{url2pathname(urlsplit(place['url']).path)}[{extra}]'"
    return f"{pip} '{requirement} @ {place['url']}'"


def one_line(error: BaseException) -> str:
    """Join the lines of an error message."""
    return " ".join(str(error).split())
