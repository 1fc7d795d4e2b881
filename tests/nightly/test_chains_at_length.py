"""Answers against many random supply chains whose whole truth is known."""

# ruff: noqa: F403
import os

os.environ.setdefault("RANDOM_CHAINS", "500")

from test_assumptions import *
from test_exposure import (
    test_a_firm_with_the_mix_of_a_country_gets_the_answer_of_that_country,
    test_the_range_of_a_firm_holds_the_truth_whatever_is_hidden,
)
from test_production_cut import test_the_range_holds_the_loss_in_truth_whatever_is_hidden
from test_supply_truth import *
from test_truth_of_questions import *
from test_unknowns import (
    test_a_verdict_that_is_safe_from_one_figure_turns_on_none,
    test_publishing_the_truth_leaves_no_more_than_was_guaranteed,
    test_values_that_settle_a_verdict_do_so,
    test_whatever_a_figure_is_the_range_narrows_by_what_is_guaranteed,
)
from test_unlisted import test_ranges_of_origins_hold_the_truth_behind_what_is_not_listed
from test_unseen_trade import *

__all__ = [
    "test_a_firm_with_the_mix_of_a_country_gets_the_answer_of_that_country",
    "test_a_verdict_that_is_safe_from_one_figure_turns_on_none",
    "test_publishing_the_truth_leaves_no_more_than_was_guaranteed",
    "test_ranges_of_origins_hold_the_truth_behind_what_is_not_listed",
    "test_the_range_holds_the_loss_in_truth_whatever_is_hidden",
    "test_the_range_of_a_firm_holds_the_truth_whatever_is_hidden",
    "test_values_that_settle_a_verdict_do_so",
    "test_whatever_a_figure_is_the_range_narrows_by_what_is_guaranteed",
]
