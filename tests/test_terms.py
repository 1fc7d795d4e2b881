"""The terms of answers: one question, several side by side, and what takes the place of another."""

from graphkit.answers.terms import Code, Material, Places, Role, Time, joined, terms


def test_answers_side_by_side_state_what_they_share_once_and_list_the_rest():
    one, other = (
        terms(Places(Role.CONSUMER, key), Material("Dy", "dysprosium"), Time(period))
        for key, period in (("KOR", "2022"), ("JPN", "2024"))
    )

    both = joined([one, other, other])

    assert both.as_object() == {
        "consumer": ["KOR", "JPN"], "for": "Dy", "meaning": "dysprosium", "period": ["2022", "2024"]
    }  # fmt: skip
    assert (both.place(Role.CONSUMER), both.places(Role.CONSUMER)) == (None, ["KOR", "JPN"])
    assert (one.place(Role.CONSUMER), one.several(Role.CONSUMER)) == ("KOR", False)
    assert (both.period, both.periods, one.period) == (None, ["2022", "2024"], "2022")


def test_a_period_in_words_is_shown_and_is_no_period():
    stated = terms(Time("newest with data"))

    assert (stated.period, stated.as_object()) == (None, {"period": "newest with data"})


def test_a_term_takes_the_place_of_the_one_like_it():
    stated = terms(Places(Role.ON, "CHN"), Code("2846"), Places(Role.OF, None))

    changed = stated.adding(Code(None), Places(Role.OF, "KOR"), Time("2024"))

    assert list(changed.as_object().items()) == [
        ("on", "CHN"), ("hs", None), ("of", "KOR"), ("period", "2024")
    ]  # fmt: skip
