"""One question about several countries and periods: the answers of each, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from long_cases import others_long
from saying import Naming

from graphkit.answers.note import words_of_notes
from graphkit.errors import GraphkitError, UsageError

MAGNETS = {"scope": "magnets-metal"}
QUESTIONS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "depends": (("KOR", "JPN"), MAGNETS),
    "suppliers": (("KOR", "EU27"), MAGNETS),
    "dependents": (("CHN", "PHL"), {**MAGNETS, "min_share": 0.05}),
    "origins": (("KOR", "KOR+JPN"), MAGNETS),
    "spof": (("KOR", "JPN"), MAGNETS),
    "concentration": (("KOR", "JPN"), MAGNETS),
    "reliance": (("KOR", "JPN"), MAGNETS),
    "trend": (("KOR", "JPN"), {"scope": "ree-metals"}),
    "controls": (("CHN", "COD"), {}),
}


@pytest.mark.long
@pytest.mark.parametrize("name", others_long(QUESTIONS, 3))
def test_several_countries_are_answered_one_after_the_other(ask, name):
    countries, more = QUESTIONS[name]
    question: Callable[..., Any] = getattr(ask, name)
    single = [question(country, **more).rows.to_pylist() for country in countries]

    assert all(single)
    assert question(",".join(countries), **more).rows.to_pylist() == [*single[0], *single[1]]
    assert question(countries[::-1], **more).rows.to_pylist() == [*single[1], *single[0]]


PERIODS: dict[str, Callable[..., Any]] = {
    "depends": lambda g, p: g.depends("KOR", scope="magnets-metal", period=p),
    "origins": lambda g, p: g.origins("KOR", scope="magnets-metal", period=p),
    "structure": lambda g, p: g.spof(scope="magnets-metal", period=p),
    "disrupt": lambda g, p: g.disrupt("CHN", scope="magnets-metal", period=p, top=3),
    "cascade": lambda g, p: g.cascade("CHN", scope="magnets-metal", period=p),
    "concentration": lambda g, p: g.concentration(scope="magnets-metal", period=p),
    "reliance": lambda g, p: g.reliance("USA", scope="ree-metals", period=p),
    "flows": lambda g, p: g.flows(scope="magnets-metal", period=p, top=2),
    "centrality": lambda g, p: g.centrality(scope="magnets-metal", period=p, top=2),
    "layered": lambda g, p: g.layered_centrality(scope="magnets-metal", period=p, top=2),
    "criticality": lambda g, p: g.criticality(scope="gallium", period=p),
}


@pytest.mark.long
@pytest.mark.parametrize("name", PERIODS)
def test_several_periods_are_answered_side_by_side_and_show_which(ask, name):
    question = PERIODS[name]
    single = [question(ask, period).rows.to_pylist() for period in ("2024", "2022")]
    both = question(ask, "2024, 2022")

    assert both.rows.to_pylist() == [*single[0], *single[1]]
    assert "period" in both.headers


@pytest.mark.parametrize("name", ["depends", "disrupt", "flows"])
def test_periods_are_a_text_or_a_list_and_count_once(ask, name):
    question = PERIODS[name]

    assert question(ask, [2024, "2022", "2024"]).rows == question(ask, "2024, 2022").rows


def test_countries_and_periods_are_combined_and_each_has_its_coverage(ask):
    answer = ask.suppliers("KOR,JPN", scope="magnets-metal", period="2022,2024")

    parts = answer.coverage.parts
    assert list(parts) == ["KOR, 2022", "KOR, 2024", "JPN, 2022", "JPN, 2024"]
    one = ask.suppliers("JPN", scope="magnets-metal", period="2022")
    assert parts["JPN, 2022"] == one.coverage
    assert (answer.scope.as_object()["consumer"], answer.scope.as_object()["period"]) == (
        ["KOR", "JPN"],
        ["2022", "2024"],
    )
    assert answer.scope.as_object()["products"] == ["magnets-metal"]
    assert answer.question == Naming("South Korea … (magnets-metal) … Japan … (magnets-metal)")
    assert len(set(answer.sources["key"].to_pylist())) == len(answer.sources)
    assert len(set(answer.claims["key"].to_pylist())) == len(answer.claims)
    assert len(set(answer.notes)) == len(answer.notes)


def test_a_group_counted_as_one_stands_beside_a_country(ask):
    answer = ask.suppliers("EU27,USA", scope="ree-metals", period="2024")

    assert set(answer.rows["consumer"].to_pylist()) == {"EU27", "USA"}
    assert Naming("European Union … 27 present members") in words_of_notes(answer.notes)


@pytest.mark.parametrize("text", ["KOR,korea,JPN", ["KOR", "Korea, Republic of", "Japan"],
                                  "Korea, Republic of, JPN"])  # fmt: skip
def test_a_country_counts_once_and_a_comma_within_its_name_does_not_split_it(ask, text):
    rows = ask.depends(text, scope="magnets-metal").rows

    assert rows["consumer"].to_pylist() == ["KOR", "JPN"]


def test_suppliers_asked_for_stand_side_by_side(ask):
    rows = ask.depends("KOR", on="CHN,JPN", scope="magnets-metal", period="2024").rows.to_pylist()

    assert [(row["consumer"], row["supplier"]) for row in rows] == [("KOR", "CHN"), ("KOR", "JPN")]


@pytest.mark.long
@pytest.mark.parametrize("name", ["suppliers", "origins", "spof", "concentration"])
@pytest.mark.parametrize("scopes", [("dysprosium", "magnets-metal"), ("dysprosium", "280530")])
def test_elements_and_products_together_are_answered_side_by_side(ask, name, scopes):
    if (name, scopes[1]) in {("origins", "280530"), ("spof", "280530")}:
        pytest.skip("a supply chain covers whole products")
    question = getattr(ask, name)
    single = [question("KOR", scope=scope, period="2024").rows.to_pylist() for scope in scopes]
    both = question("KOR", scope=",".join(scopes), period="2024")

    if scopes[1] == "magnets-metal":  # which is among the products of the first: counted once
        assert both.rows.to_pylist() == single[0]
        assert both.scope.as_object()["for"] == scopes[0]
        return
    rows = [*single[0], *(row for row in single[1] if row not in single[0])]
    columns = dict.fromkeys(both.rows.column_names)  # those of a price where one good has one
    assert both.rows.to_pylist() == [columns | row for row in rows]
    assert {row["fit"] for row in both.rows.to_pylist()} - {None} == {"basket", "exact"}
    assert both.scope.as_object()["for"] == list(scopes)


def test_unit_values_of_several_importers_stand_beside_the_worlds_once(ask):
    rows = ask.prices(scope="ree-metals", of="KOR,JPN", period="2024").rows.to_pylist()

    assert [row["figure"] for row in rows] == [
        Naming("unit value … imports of JPN (baci-hs92, reconciled)"),
        Naming("unit value … imports of KOR (baci-hs92, reconciled)"),
        Naming("unit value … world … (baci-hs92, reconciled)"),
    ]


def test_what_is_unknown_of_one_is_a_note_and_of_all_an_error(ask):
    answer = ask.suppliers("KOR", scope="magnets-metal", period="1999,2024")

    assert set(answer.rows["period"].to_pylist()) == {"2024"}
    assert words_of_notes(answer.notes)[0] == Naming(
        "No imports of South Korea … (magnets-metal) … 1999 … 2022, 2024"
    )
    with pytest.raises(GraphkitError, match=r"in 1998.*; no imports .* in 1999"):
        ask.suppliers("KOR", scope="magnets-metal", period="1998,1999")


@pytest.mark.parametrize(
    ("question", "message"),
    [
        (lambda g: g.depends("KOR,Koreaa"), "no country .*'Koreaa'"),
        (lambda g: g.depends("KOR", period="2022,"), "`period`: '' .*not a period"),
        (lambda g: g.disrupt("CHN,RUS"), "'CHN,RUS': .*one at a time"),
        (lambda g: g.compare("2022,2023", "2024"), "'2022,2023' .*not a period"),
        (lambda g: g.claims(of="KOR,JPN"), "'KOR,JPN': .*one at a time"),
    ],
)
def test_what_cannot_be_asked_of_several_is_refused(ask, question, message):
    with pytest.raises(UsageError, match=message):
        question(ask)


def test_the_command_line_takes_several_as_arguments_and_options(graphkit):
    asked = ("--for", "magnets-metal", "-f", "csv")
    apart = graphkit("depends", "KOR", "JPN", "--period", "2022", "--period", "2024", *asked)
    code, out, _ = apart

    assert code == 0
    assert apart == graphkit("depends", "KOR,JPN", "--period", "2022,2024", *asked)
    assert [line.split(",")[0] for line in out.splitlines()[1:]] == ["KOR"] * 2 + ["JPN"] * 2


def test_the_coverage_of_each_question_is_told_by_itself(graphkit):
    _, shown, _ = graphkit("depends", "KOR", "JPN", "--for", "magnets-metal", "--long")

    assert "KOR: 51 flows worth 307.5 M USD" in shown
    assert "JPN: 41 flows worth" in shown
