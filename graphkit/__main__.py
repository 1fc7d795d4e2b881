"""``python -m graphkit``."""

from graphkit.cli import main

if __name__ == "__main__":  # a process of `graphkit mcp` reads this module again
    main()
