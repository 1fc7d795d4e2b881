"""Who sells what to whom: pairs of countries, their amounts and shares."""

from __future__ import annotations

import pytest
from saying import unsaid

from graphkit.api import Session
from graphkit.errors import GraphkitError, UsageError


def by_pair(answer, name: str) -> dict[tuple[str, str], float | None]:
    return {(row["exporter"], row["importer"]): row[name] for row in answer.rows.to_pylist()}


@pytest.mark.parametrize("by", ["usd", "tonnes"])
def test_flows_are_those_of_the_suppliers_largest_first(ask: Session, by):
    flows = ask.flows(scope="ree-metals", period="2024", by=by)
    bought = ask.suppliers("KOR", scope="ree-metals", period="2024").rows.to_pylist()
    amounts = [v for v in flows.rows[by].to_pylist() if v is not None]

    assert amounts == sorted(amounts, reverse=True)
    assert flows.rows["rank"].to_pylist()[: len(set(amounts))] == sorted(
        flows.rows["rank"].to_pylist()[: len(set(amounts))]
    )
    assert {s: v for (s, c), v in by_pair(flows, by).items() if c == "KOR"} == pytest.approx(
        {row["supplier"]: row[by] for row in bought}
    )
    assert sum(v for v in flows.rows["share"].to_pylist() if v) == pytest.approx(1)


@pytest.mark.long
def test_codes_and_products_are_added_up(ask: Session):
    both = by_pair(ask.flows(scope="rare earths", period="2024"), "usd")
    parts = [
        by_pair(ask.flows(scope=product, period="2024"), "usd")
        for product in ask.flows(scope="rare earths", period="2024").scope.as_object()["products"]
    ]

    assert len(parts) > 1
    for pair, usd in both.items():
        assert usd == pytest.approx(sum(part.get(pair) or 0 for part in parts))


def test_shares_of_one_country_are_of_the_whole_trade(ask: Session):
    every = by_pair(ask.flows(scope="ree-metals", period="2024"), "share")
    own = by_pair(ask.flows(scope="ree-metals", period="2024", of="KOR"), "share")

    assert own == {pair: share for pair, share in every.items() if "KOR" in pair}
    question = ask.flows(scope="ree-metals", of="korea").question
    assert unsaid(question, "trade of South Korea") == []


def test_a_group_has_the_flows_of_its_members(ask: Session):
    answer = ask.flows(scope="ree-metals", period="2024", of="KOR+JPN")

    assert all({"KOR", "JPN"} & set(pair) for pair in by_pair(answer, "usd"))


def test_a_flow_without_a_mass_says_so(ask: Session):
    rows = ask.flows(scope="ree-metals", period="1995").rows.to_pylist()
    unknown = [row for row in rows if row["tonnes"] is None]

    assert unknown
    assert {row["missing_tonnes_share"] for row in unknown} == {1.0}


def test_only_the_largest_are_listed_on_demand(ask: Session):
    answer = ask.flows(scope="ree-metals", period="2024", top=3)

    assert answer.rows["rank"].to_pylist() == [1, 2, 3]
    assert answer.coverage.trade.flows > 3


@pytest.mark.parametrize(
    ("asked", "error", "message"),
    [
        ({"of": "Atlantis"}, UsageError, "country .*'Atlantis'"),
        ({"scope": "ree-metals", "of": "NRU"}, GraphkitError, r"Nauru .*rare-earth metals"),
        ({"scope": "magnets-metal", "period": "2010"}, GraphkitError, "2010.* 2022, 2024"),
        ({"top": 0}, UsageError, r"\b0\b.* 1 or more"),
    ],
)
def test_what_cannot_be_answered_is_told(ask: Session, asked, error, message):
    with pytest.raises(error, match=message):
        ask.flows(**asked)
