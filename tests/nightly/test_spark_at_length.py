"""The tests of Spark with all measures."""

# ruff: noqa: F403
import os
import sys
from pathlib import Path

os.environ.setdefault("TESTS_SPARK", "all")
sys.path.insert(0, str(Path(__file__).parents[1] / "scale"))

from test_spark import *
