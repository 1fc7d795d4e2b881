"""Writing to stdout, which may be closed or full."""

from __future__ import annotations

import os
import sys

from graphkit.errors import GraphkitError


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
