"""Cites the answers to the example questions of every command, to recheck them on other facts.

    python tools/cite_examples.py > before.txt
    graphkit recheck before.txt

The second command, after an edition of a source was replaced, lists the answers that changed.
"""

from __future__ import annotations

import shlex
import sys

from graphkit.cli.app import run
from graphkit.questions.registry import VERBS


def main() -> int:
    """Write the citations to stdout; say on stderr which questions have no answer."""
    examples = [
        example.partition(" --format")[0]
        for verb in VERBS
        for example in verb.examples
        if "--db" not in example
    ]
    return max(
        run(["cite", *shlex.split(example), *sys.argv[1:]]) for example in dict.fromkeys(examples)
    )


if __name__ == "__main__":
    sys.exit(main())
