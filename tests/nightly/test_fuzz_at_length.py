"""Seeds, arguments, statements, expressions and graphs made by chance, with larger counts."""

# ruff: noqa: F403
import os
import sys
from pathlib import Path

os.environ.setdefault("FUZZED_ARGUMENTS", "10000")
os.environ.setdefault("FUZZED_EXPRESSIONS", "10000")
os.environ.setdefault("FUZZED_SEEDS", "1000000")
os.environ.setdefault("FUZZED_STATEMENTS", "100000")
os.environ.setdefault("RANDOM_GRAPHS", "30")
os.environ.setdefault("RANDOM_ROUNDS", "5")
sys.path.insert(0, str(Path(__file__).parents[1] / "fuzz"))

from test_arguments_fuzz import *
from test_random_expressions import *
from test_random_graphs import *
from test_random_statements import *
from test_seeds_fuzz import *
