"""The standard streams, which may be missing or full."""

from __future__ import annotations

import os
import sys

from graphkit.errors import GraphkitError


def open_missing_streams() -> None:
    """Open those of stdin, stdout and stderr that this process was started without.

    The next file that is opened would take the number of one, and messages would be written into
    it. Stdin has nothing to read, stdout refuses what is written as a closed one does, and what is
    written to stderr is lost.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            # The lowest free number, which is this one.
            os.open(os.devnull, os.O_WRONLY if name == "stderr" else os.O_RDONLY)
            os.set_inheritable(number, True)
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            stream = open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115
            setattr(sys, name, stream)


def flush() -> None:
    """Flush stdout."""
    try:
        sys.stdout.flush()
    except OSError as error:
        give_up_stdout(error)


def give_up_stdout(error: OSError) -> None:
    """Close stdout after a failure; a closed pipe is not an error."""
    # Python flushes again at exit, which must not fail a second time.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if not isinstance(error, BrokenPipeError):
        raise GraphkitError(f"cannot write to stdout: {error.strerror or error}") from error
