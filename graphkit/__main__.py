"""``python -m graphkit``."""

from graphkit.cli.app import main

main()
