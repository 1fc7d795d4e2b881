"""Two thousand random worlds whose whole truth is known: it is within each range.

A hundred of them are asked as seeds, on both databases.
"""

# ruff: noqa: F401
import os

os.environ.setdefault("RANDOM_WORLDS", "2000")

from test_worlds import (
    test_questions_of_worlds_in_seeds_hold_the_truth,
    test_whatever_is_asked_the_truth_is_within_its_range,
    test_where_unseen_goods_go_in_circles_the_truth_is_within_the_wider_range,
)
