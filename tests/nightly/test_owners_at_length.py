"""Owners of many random graphs against a linear programme over all that is not published."""

from __future__ import annotations

from collections import defaultdict
from random import Random

import numpy as np
import pytest
from chance import SEED
from scipy.optimize import linprog
from test_ownership import COMPANIES, PLANTS, SEATS, hidden, world
from test_ownership import (
    test_a_range_holds_the_truth_of_a_world_of_which_a_part_is_hidden as holds_the_truth,
)
from test_ownership import test_both_views_are_those_of_a_slow_version as are_those_of_a_slow_one

from graphkit.analysis.ownership import Ownership, divided

GRAPHS = 500


@pytest.mark.parametrize("seed", range(SEED, SEED + GRAPHS))
def test_views_and_ranges_are_true_of_many_graphs(seed):
    are_those_of_a_slow_one(seed)
    for by_seat in (False, True):
        for control in (False, True):
            holds_the_truth(seed, by_seat, control)


class Programme:
    """What each company may have of some plants, by every share that is not published.

    The variables are the amounts that pass along stakes. A published share is an equation; what a
    plant's known owners leave may be anybody's, and what a company's leave is its own or that of
    owners of unpublished share.
    """

    def __init__(self, known: Ownership, tonnes: dict[str, float]) -> None:
        steps = [(plant, company) for plant in tonnes for company in COMPANIES]
        for owned, stakes in known.stakes.items():
            steps += [(owned, stake.owner) for stake in stakes if owned not in tonnes]
        self.place = {step: place for place, step in enumerate(steps)}
        self.equal, self.equal_to, self.most, self.at_most = [], [], [], []
        for plant, amount in tonnes.items():
            rest = np.zeros(len(steps))
            shares = {stake.owner: stake.share or 0.0 for stake in known.stakes.get(plant, ())}
            for company in COMPANIES:
                least = np.zeros(len(steps))
                least[self.place[plant, company]] = -1.0
                rest[self.place[plant, company]] = 1.0
                self.most.append(least)
                self.at_most.append(-amount * shares.get(company, 0.0))
            self.most.append(rest)
            self.at_most.append(amount)
        for owned, stakes in known.stakes.items():
            for stake in stakes if owned not in tonnes else ():
                if stake.share is not None:
                    row = -stake.share * self.arriving(owned)
                    row[self.place[owned, stake.owner]] += 1.0
                    self.equal.append(row)
                    self.equal_to.append(0.0)
        for company in COMPANIES:
            self.most.append(-self.remaining(company))
            self.at_most.append(0.0)

    def arriving(self, company: str) -> np.ndarray:
        return np.array([float(owner == company) for _, owner in self.place])

    def remaining(self, company: str) -> np.ndarray:
        passed = np.array([float(owned == company) for owned, _ in self.place])
        return self.arriving(company) - passed

    def most_of(self, companies: set[str]) -> float:
        """Solve for the most that some companies may have together."""
        goal = -np.sum([np.zeros(len(self.place)), *map(self.remaining, sorted(companies))], axis=0)
        return -self._least(goal)

    def least_of(self, companies: set[str]) -> float:
        """Solve for the least that some companies may have together."""
        return self._least(
            np.sum([np.zeros(len(self.place)), *map(self.remaining, sorted(companies))], axis=0)
        )

    def _least(self, goal: np.ndarray) -> float:
        equal = {"A_eq": np.array(self.equal), "b_eq": self.equal_to} if self.equal else {}
        best = linprog(goal, A_ub=np.array(self.most), b_ub=self.at_most, **equal)
        assert best.status == 0, best.message
        return float(best.fun)


@pytest.mark.parametrize("by_seat", [False, True])
@pytest.mark.parametrize("seed", range(SEED, SEED + GRAPHS))
def test_a_range_holds_all_that_the_programme_reaches(seed, by_seat):
    random = Random(seed)
    known = hidden(world(random), random)
    tonnes = {plant: float(random.randint(1, 90)) for plant in PLANTS}
    division = divided(known, tonnes.items(), by_seat=by_seat, control=False)
    programme = Programme(known, tonnes)
    seats: dict[str | None, set[str]] = defaultdict(set)
    for company, seat in known.seat_of.items():
        seats[seat].add(company)
    for key in SEATS if by_seat else COMPANIES:
        share = division.shares.get(key)
        ends = (share.low if share else 0.0, division.high(key) if share else division.rest)
        sure = seats[key] if by_seat else {key}
        least, most = (
            programme.least_of(sure),
            programme.most_of(sure | (seats[None] if by_seat else set())),
        )
        assert ends[0] - 1e-6 <= least
        assert most <= ends[1] + 1e-6
