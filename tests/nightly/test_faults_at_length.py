"""The tests of faults with larger counts."""

# ruff: noqa: F403
import os
import sys
from pathlib import Path

os.environ.setdefault("FAULTS", "nightly")
sys.path.insert(0, str(Path(__file__).parents[1] / "faults"))

from loads import fault_counts, second_server, second_store, two_graphs_alone, warm_loads
from test_crash import *
from test_cuts import *
from test_races import *
from test_sequences import *
from test_steps import *

__all__ = ["fault_counts", "second_server", "second_store", "two_graphs_alone", "warm_loads"]
