"""Periods: which texts are one, what they span, and which holds which."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphkit.period import Period, newest

stable = settings(max_examples=200, derandomize=True, deadline=None, database=None)

years = st.integers(1900, 2099)
texts = st.one_of(
    years.map(str),
    st.builds("{}-H{}".format, years, st.integers(1, 2)),
    st.builds("{}-Q{}".format, years, st.integers(1, 4)),
    st.builds("{}-{:02}".format, years, st.integers(1, 12)),
    st.builds(lambda a, b: f"{a}-{b}", st.integers(1900, 1999), st.integers(2000, 2099)),
)


def months(text: str) -> set[tuple[int, int]]:
    """Every month of a period, one by one."""
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
     "2024-2024", "２０２４", "2024/25", "20240", "-2024"],
)  # fmt: skip
def test_what_is_no_period_says_which_forms_are(text):
    with pytest.raises(ValueError, match=r"is no period; (wanted 2024, |its last year)"):
        Period(text)


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
