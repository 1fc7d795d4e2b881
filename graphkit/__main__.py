"""The process of ``graphkit`` and ``python -m graphkit``."""

import gc

# What a short process makes lives to its end: looking for garbage in it costs a tenth.
gc.set_threshold(100_000)

from graphkit.cli.app import main  # noqa: E402

if __name__ == "__main__":  # a process of `graphkit mcp` reads this module again
    main()
