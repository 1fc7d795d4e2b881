"""The tests of what is made by chance with larger counts: ``pytest tests/nightly``."""

# ruff: noqa: F403
import os

os.environ.setdefault("FUZZED_ARGUMENTS", "10000")
os.environ.setdefault("FUZZED_SEEDS", "1000000")

from test_arguments_fuzz import *
from test_seeds_fuzz import *
