"""Ownership through parents, against slow versions of itself and worlds whose truth is known."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from math import fsum
from random import Random

import pytest

from graphkit.analysis.ownership import (
    NO_OWNER,
    NO_PARENT,
    NO_SEAT,
    NO_SHARE,
    Ownership,
    Stake,
    divided,
)

COMPANIES = [f"c{n}" for n in range(9)]
PLANTS = [f"plant-{n}" for n in range(6)]
SEATS = ("CHN", "CHE", "COD")


def owners(stakes: dict[str, list[tuple[str, float | None]]], **seats: str | None) -> Ownership:
    listed = {owned: [Stake(*stake) for stake in some] for owned, some in stakes.items()}
    names = {*listed, *(stake.owner for some in listed.values() for stake in some)} - {"plant"}
    return Ownership(listed, dict.fromkeys(sorted(names)) | seats)


# --- one plant at a time


def test_a_part_that_no_known_owner_has_is_unknown():
    holding = owners({"plant": [("a", 0.6), ("b", None)]}).equity("plant")

    assert holding.parts == {"a": 0.6}
    assert holding.unknown == {NO_SHARE: pytest.approx(0.4)}
    assert holding.named == {"b"}
    assert owners({}).equity("plant").unknown == {NO_OWNER: 1.0}


def test_a_parent_takes_its_share_of_what_a_company_has():
    known = owners({"plant": [("sln", 1.0)], "sln": [("eramet", 0.56), ("stcpi", 0.34)]})

    assert known.equity("plant").parts == {
        "eramet": pytest.approx(0.56), "stcpi": pytest.approx(0.34), "sln": pytest.approx(0.1),
    }  # fmt: skip
    assert known.control("plant").parts == {"eramet": 1.0}


def test_a_company_stands_for_an_owner_whose_share_is_not_published():
    known = owners({"plant": [("a", 1.0)], "a": [("b", None)]}, a="ITA", b="CHE")

    assert known.equity("plant").parts == {"a": 1.0}
    assert known.seat("a") is None
    assert replace(known, seat_of={"a": "CHE", "b": "CHE"}).seat("a") == "CHE"


@pytest.mark.parametrize("control", [False, True])
def test_a_company_may_have_nothing_if_an_owner_of_unpublished_share_has_it_all(control):
    known = owners({"plant": [("a", 1.0)], "a": [("z", None)]}, a="ITA", z="CHE")
    division = divided(known, [("plant", 10.0)], by_seat=False, control=control)

    assert {key: (s.low, division.high(key)) for key, s in division.shares.items()} == {
        "a": (0.0, 10.0), "z": (0.0, 10.0),
    }  # fmt: skip
    assert (division.rest, division.between) == (0.0, 10.0)


def test_cross_holdings_are_a_linear_system():
    """Two companies that own parts of each other, against the series of all walks."""
    known = owners({"plant": [("a", 1.0)], "a": [("b", 0.2), ("c", 0.3)], "b": [("a", 0.1)]})
    parts = known.equity("plant").parts

    assert parts == pytest.approx(walked(known, "plant"))
    assert parts["b"] == pytest.approx(0.2 * 0.9 / (1 - 0.02))
    assert fsum(parts.values()) == pytest.approx(1)


def test_control_adds_up_the_votes_of_companies_that_one_owner_controls():
    stakes = {
        "plant": [("a", 0.3), ("b", 0.3), ("c", 0.4)], "a": [("x", 0.6)], "b": [("x", 0.51)],
    }  # fmt: skip

    assert owners(stakes).control("plant").parts == {"x": 1.0}
    assert owners(stakes).equity("plant").parts["x"] == pytest.approx(0.333)


def test_a_plant_in_halves_is_nobody_s_and_one_with_an_unknown_half_is_unknown():
    assert owners({"plant": [("a", 0.5), ("b", 0.5)]}).control("plant").nobody == 1.0
    assert owners({"plant": [("a", 0.5)]}).control("plant").unknown == {NO_OWNER: 1.0}
    assert owners({"plant": [("a", 0.4), ("b", None)]}).control("plant").unknown == {NO_SHARE: 1.0}


def test_two_owners_with_one_possible_parent_may_decide_together():
    stakes = {"plant": [("a", 0.5), ("b", 0.5)], "a": [("x", None)], "b": [("x", 0.6)]}

    assert owners(stakes).control("plant").unknown == {NO_PARENT: 1.0}


def test_a_state_decides_in_a_company_of_which_a_source_says_it_has_most():
    known = owners({"plant": [("a", 0.8)], "a": [("state", None)]})
    known = replace(known, governments=frozenset({"state"}))

    assert known.control("plant").parts == {"a": 1.0}
    assert replace(known, state_owned=frozenset({"a"})).control("plant").parts == {"state": 1.0}


def test_two_unknowns_of_one_plant_are_one():
    """An owner without a share and without a seat is unknown once, in a plant of 100 t."""
    known = owners({"plant": [("a", 0.25), ("b", None), ("c", 0.25)]}, a="CHN")
    division = divided(known, [("plant", 100.0)], by_seat=True, control=False)

    assert division.unknown == {NO_SHARE: pytest.approx(50), NO_SEAT: pytest.approx(25)}
    assert (division.shares["CHN"].low, division.high("CHN")) == pytest.approx((25, 100))


def test_the_states_part_is_that_of_states_and_companies_that_a_source_calls_theirs():
    known = replace(
        owners({"plant": [("a", 0.5), ("state", 0.2), ("b", 0.3)]}, a="CHN", b="CHN", state="CHN"),
        governments=frozenset({"state"}), state_owned=frozenset({"a"}),
    )  # fmt: skip
    share = divided(known, [("plant", 10.0)], by_seat=True, control=False).shares["CHN"]

    assert (share.low, share.states) == pytest.approx((10, 7))


# --- worlds by chance


def parts_of_one(random: Random, owners: list[str]) -> list[Stake]:
    """Divide a whole among some owners by chance."""
    weights = [random.choice((1, 1, 2, 5, 9)) for _ in owners]
    return [Stake(o, w / sum(weights)) for o, w in zip(owners, weights, strict=True)]


def world(random: Random) -> Ownership:
    """Draw plants that are wholly owned, and companies that are owned in part, also crosswise."""
    stakes = {p: parts_of_one(random, random.sample(COMPANIES, random.randint(1, 4)))
              for p in PLANTS}  # fmt: skip
    for n, company in enumerate(COMPANIES[:-1]):
        if random.random() < 0.6:
            above = COMPANIES[n + 1 :]
            parents = parts_of_one(random, random.sample(above, min(len(above), 2)))
            free = random.choice((1.0, 0.9, 0.5))
            stakes[company] = [Stake(s.owner, (s.share or 0.0) * free) for s in parents]
            if n and free < 1:
                stakes[company].append(Stake(random.choice(COMPANIES[:n]), 0.05))
    return Ownership(stakes, {company: random.choice(SEATS) for company in COMPANIES})


def hidden(true: Ownership, random: Random) -> Ownership:
    """Hide owners and shares of plants, shares of companies and seats."""
    shown: dict[str, list[Stake]] = {}
    for owned, stakes in true.stakes.items():
        known = [s if random.random() < 0.6 else Stake(s.owner, None) for s in stakes]
        if owned in PLANTS:
            known = [stake for stake in known if random.random() < 0.85]
        shown[owned] = known
    seats = {c: seat if random.random() < 0.7 else None for c, seat in true.seat_of.items()}
    return Ownership(shown, seats)


def walked(known: Ownership, plant: str) -> dict[str, float]:
    """Follow every share up to where it ends, step by step: the equity view, slowly."""
    waiting, ends = {plant: 1.0}, defaultdict(float)
    for _ in range(80):
        passed: dict[str, float] = defaultdict(float)
        for owned, part in waiting.items():
            stakes = known.stakes.get(owned, ())
            ends[owned] += part * (1 - fsum(stake.share or 0.0 for stake in stakes))
            for stake in stakes:
                passed[stake.owner] += part * (stake.share or 0.0)
        waiting = passed
    return {company: part for company, part in ends.items() if company != plant and part > 1e-12}


def decided(known: Ownership, plant: str) -> dict[str, float]:
    """Let every company take what those it has already give it: the control view, slowly."""
    ruled: dict[str, set[str]] = {}
    for company in COMPANIES:
        mine = {company}
        while more := {
            other for other in {*COMPANIES, plant} - mine
            if fsum(s.share or 0.0 for s in known.stakes.get(other, ()) if s.owner in mine)
            > 0.5 + 1e-9
        }:  # fmt: skip
            mine |= more
        ruled[company] = mine
    rulers = [c for c in COMPANIES if plant in ruled[c]]
    return {
        c: 1.0 for c in rulers if not any(c in ruled[other] for other in COMPANIES if other != c)
    }


@pytest.mark.parametrize("seed", range(60))
def test_both_views_are_those_of_a_slow_version(seed):
    true = world(Random(seed))

    for plant in PLANTS:
        assert true.equity(plant).parts == pytest.approx(walked(true, plant))
        assert true.control(plant).parts == decided(true, plant)


@pytest.mark.parametrize("control", [False, True])
@pytest.mark.parametrize("by_seat", [False, True])
@pytest.mark.parametrize("seed", range(60))
def test_a_range_holds_the_truth_of_a_world_of_which_a_part_is_hidden(seed, by_seat, control):
    random = Random(seed)
    true = world(random)
    known = hidden(true, random)
    tonnes = {plant: float(random.randint(1, 90)) for plant in PLANTS}
    division = divided(known, tonnes.items(), by_seat=by_seat, control=control)
    parts = [share.low for share in division.shares.values()]

    assert fsum((*parts, division.rest, division.between, division.nobody)) == pytest.approx(
        division.total
    )
    truth: dict[str, float] = defaultdict(float)
    for plant, amount in tonnes.items():
        for end, part in (decided if control else walked)(true, plant).items():
            truth[true.seat_of[end] if by_seat else end] += amount * part
    for key in {*truth, *division.shares}:
        low = division.shares[key].low if key in division.shares else 0.0
        high = division.high(key) if key in division.shares else division.rest
        assert low - 1e-9 <= truth[key] <= high + 1e-9


def test_order_and_repeated_questions_change_nothing():
    true = hidden(world(Random(3)), Random(4))
    plants = [(plant, float(n)) for n, plant in enumerate(PLANTS)]
    forward = divided(true, plants, by_seat=True, control=False)
    backward = divided(true, plants[::-1], by_seat=True, control=False)

    for key, share in forward.shares.items():
        assert share.low == pytest.approx(backward.shares[key].low)
    assert forward.rest == pytest.approx(backward.rest)
