"""The seed of all that tests make by chance: 0, or that of a nightly run (tests/nightly)."""

from __future__ import annotations

import os

SEED = int(os.environ.get("TESTS_SEED", "0"))
"""Seed that every other is counted from."""
