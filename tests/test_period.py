"""Periods: which texts are one, what they span, which holds which, and what adds up to one."""

import re
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphkit.period import Period, added_up, cover, newest, spelled

stable = settings(max_examples=200, derandomize=True, deadline=None, database=None)

years = st.integers(1900, 2099)
texts = st.one_of(
    years.map(str),
    st.builds("{}-H{}".format, years, st.integers(1, 2)),
    st.builds("{}-Q{}".format, years, st.integers(1, 4)),
    st.builds("{}-{:02}".format, years, st.integers(1, 12)),
    st.builds(lambda a, b: f"{a}-{b}", st.integers(1900, 1999), st.integers(2000, 2099)),
    st.builds(lambda a, b: f"{a}-02..{b}-11", st.integers(1900, 1999), st.integers(2000, 2099)),
)


def months(text: str) -> set[tuple[int, int]]:
    """Every month of a period, one by one."""
    if ".." in text:
        ends = [[int(part) for part in end.split("-")] for end in text.split("..")]
        every = {(y, m) for y in range(ends[0][0], ends[1][0] + 1) for m in range(1, 13)}
        return {month for month in every if tuple(ends[0]) <= month <= tuple(ends[1])}
    year, _, rest = text.partition("-")
    if len(rest) == 4:
        return {(y, m) for y in range(int(year), int(rest) + 1) for m in range(1, 13)}
    length = 12 if not rest else 6 if rest[0] == "H" else 3 if rest[0] == "Q" else 1
    place = int(rest.lstrip("HQ") or 1)
    return {(int(year), length * (place - 1) + month) for month in range(1, length + 1)}


@stable
@given(texts)
def test_a_period_spans_its_months(text):
    period = Period(text)
    every = [divmod(month, 12) for month in range(period.start, period.end)]

    assert {(year, month + 1) for year, month in every} == months(text)
    assert (period.months, period.year) == (len(months(text)), max(months(text))[0])


@stable
@given(texts, texts)
def test_containment_and_overlap_are_those_of_sets_of_months(one, other):
    assert (Period(other) in Period(one)) == (months(other) <= months(one))
    assert Period(one).overlaps(Period(other)) == bool(months(one) & months(other))


@pytest.mark.parametrize(
    ("inner", "outer"),
    [
        ("2024", "2024"),
        ("2024-Q1", "2024"),
        ("2024-Q1", "2024-H1"),
        ("2024-03", "2024-Q1"),
        ("2024", "2021-2024"),
        ("2024-12", "2021-2024"),
    ],
)
def test_a_period_is_in_a_longer_one_and_not_the_other_way_round(inner, outer):
    assert Period(inner) in Period(outer)
    assert (Period(outer) in Period(inner)) == (inner == outer)


@pytest.mark.parametrize(
    "text",
    ["", "24", "1899", "2100", "2024-", "2024-0", "2024-00", "2024-13", "2024-Q0", "2024-Q5",
     "2024-q1", "2024-H3", "2024Q1", "2024-1", " 2024", "2024\n", "2024-01-01", "2024-2023",
     "2024-2024", "２０２４", "2024/25", "2024-25", "20240", "-2024", "2024-01..2024-01",
     "2024-02..2024-01", "2024..2025", "2024-Q1..2024-Q3", "2024-01..2024-13"],
)  # fmt: skip
def test_an_invalid_period_is_told_the_valid_forms(text):
    with pytest.raises(ValueError, match=r"not a period; (wanted 2024, |.*last (year|month))"):
        Period(text)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2024-01..2024-03", "2024-Q1"),
        ("2024-07..2024-12", "2024-H2"),
        ("2024-01..2024-12", "2024"),
        ("2023-01..2024-12", "2023-2024"),
    ],
)
def test_a_run_of_months_that_has_a_name_is_written_by_it(text, written):
    with pytest.raises(ValueError, match=f"it is written {written}$"):
        Period(text)
    assert spelled(text) == written


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2024Q1", "2024-Q1"), ("Q1 2025", "2025-Q1"), ("q1-2025", "2025-Q1"),
        ("2025 q1", "2025-Q1"), ("H2 2024", "2024-H2"), ("2024h2", "2024-H2"), (" 2024 ", "2024"),
        ("2020..2023", "2020-2023"), ("2020–2023", "2020-2023"), ("2020 to 2023", "2020-2023"),
        ("2024-2025", "2024-2025"), ("2024-2024", "2024"), ("2024-01", "2024-01"),
        ("2024-10", "2024-10"), ("2025-01..2025-10", "2025-01..2025-10"),
        ("2024-Q3..2025-Q2", "2024-07..2025-06"), ("Q3 2024 to Q4 2024", "2024-H2"),
        ("2023..2024-Q1", "2023-01..2024-03"),
    ],
)  # fmt: skip
def test_a_period_is_understood_as_people_spell_it(text, meant):
    assert spelled(text) == meant


@pytest.mark.parametrize(
    "text", ["", "2024-25", "2024/25", "24", "2024-2020", "2025..2024", "2020..2021..2022",
             "next year", "Q5 2024", "2024-Q1..2024-13", "..2024", "latest"],
)  # fmt: skip
def test_what_means_no_period_is_refused(text):
    with pytest.raises(ValueError, match=re.escape(repr(text))):
        spelled(text)


@stable
@given(texts)
def test_a_period_as_facts_write_it_means_itself(text):
    assert spelled(text) == text


def test_the_newest_period_ends_last_and_is_the_longest_of_those():
    assert newest(["2023", "2024-Q4", "2024", "2024-12"]) == "2024"
    assert newest(["2024", "2021-2024"]) == "2021-2024"
    assert newest(["2024-Q1", "2023"]) == "2024-Q1"
    assert newest(["2025-01", "2024"]) == "2025-01"


@stable
@given(st.lists(texts, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_the_newest_does_not_depend_on_the_order(periods, random):
    shuffled = random.sample(periods, len(periods))

    assert newest(shuffled) == newest(periods)
    assert all(Period(p).end <= Period(newest(periods)).end for p in periods)


# --- which periods add up to one


@pytest.mark.parametrize(
    ("period", "have", "pieces", "missing"),
    [
        ("2024", ["2024", "2024-H1", "2024-H2"], ("2024",), ()),
        ("2024", ["2024-H1", "2024-Q3", "2024-10", "2024-11", "2024-12"],
         ("2024-H1", "2024-Q3", "2024-10", "2024-11", "2024-12"), ()),
        ("2024-Q1", ["2024"], (), ("2024-Q1",)),
        ("2024-Q1", ["2024-01", "2024-03"], ("2024-01", "2024-03"), ("2024-02",)),
        ("2020-2023", ["2020", "2022", "2023"], ("2020", "2022", "2023"), ("2021",)),
        # The longest piece is not always the best one to begin with.
        ("2020-2023", ["2020-2021", "2020", "2021-2023"], ("2020", "2021-2023"), ()),
        ("2024", [], (), ("2024",)),
    ],
)  # fmt: skip
def test_periods_of_data_that_add_up_to_a_period(period, have, pieces, missing):
    assert cover(period, have) == (pieces, missing)
    assert cover(period, reversed(have)) == (pieces, missing)


PIECES = ["2024", "2024-H1", "2024-H2", "2024-Q1", "2024-Q2", "2024-Q4", "2024-01", "2024-02",
          "2024-03", "2024-06", "2024-07", "2024-12"]  # fmt: skip


@given(st.sets(st.sampled_from(PIECES), max_size=9), st.sampled_from(["2024", "2024-H1"]))
@stable
def test_cover_leaves_out_as_little_as_any_choice_of_periods_without_overlap(have, period):
    asked = Period(period)
    inside = [Period(p) for p in have if Period(p) in asked]
    best = max(
        sum(p.months for p in choice)
        for n in range(len(inside) + 1) for choice in combinations(inside, n)
        if not any(a.overlaps(b) for a, b in combinations(choice, 2))
    )  # fmt: skip
    pieces, missing = cover(period, have)

    assert sum(Period(p).months for p in pieces) == best
    assert (best == asked.months) == (missing == ())


@pytest.mark.parametrize(
    ("period", "have", "pieces", "missing"),
    [
        ("2020-2023", ["2020", "2021", "2022", "2023"], ("2020", "2021", "2022", "2023"), ()),
        ("2020-2023", ["2020", "2022-Q1", "2022-Q2", "2023"], ("2020", "2023"), ("2021-2022",)),
        ("2022-2023", ["2022", "2023-H1", "2023-H2"], ("2022", "2023-H1", "2023-H2"), ()),
        ("2022-2025", ["2022-2023", "2025"], ("2022-2023", "2025"), ("2024",)),
        ("2022-2023", ["2021-07..2022-06", "2023"], ("2023",), ("2022",)),
        ("2022-2023", ["2021-2023"], (), ("2022-2023",)),
        ("2024", ["2024-Q1", "2024-Q2"], (), ("2024",)),
        ("2025-01..2025-04", ["2025-Q1", "2025-04", "2025"], ("2025-Q1", "2025-04"), ()),
        ("2024-2025", ["2024", "2025-01", "2024-10"], ("2024",), ("2025",)),
    ],
)  # fmt: skip
def test_a_run_of_years_adds_up_its_whole_years_and_names_the_others(period, have, pieces, missing):
    assert added_up(period, have) == (pieces, missing)
    assert added_up(period, reversed(have)) == (pieces, missing)
