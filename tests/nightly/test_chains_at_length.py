"""Answers against many random supply chains whose whole truth is known."""

# ruff: noqa: F403
import os

os.environ.setdefault("RANDOM_CHAINS", "500")

from test_supply_truth import *
from test_truth_of_questions import *
from test_unseen_trade import *
