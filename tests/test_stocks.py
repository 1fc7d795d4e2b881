"""Disruptions month by month: a chain by hand, published stocks, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from saying import Naming
from test_supply_questions import CHAIN

from graphkit.answers.note import words_of_notes
from graphkit.api import Session
from graphkit.errors import UsageError

STOCKS = {
    **CHAIN,
    "stockpiles.yaml": """\
kind: Stockpile
defaults: {source: customs, as_of: 2024, covers: metals}
rows:
  - {key: kor-old, country: KOR, products: [ree-metals], days: 10, as_of: 2020}
  - {key: kor-new, country: KOR, products: [ree-metals], days: 73}
  - {key: kor-rare, country: KOR, elements: [Dy], days: 365, covers: all that is rare}
  - {key: jpn-secret, country: JPN, elements: [Dy], target_days: 60}
""",
}


@pytest.fixture
def chain(graph_of: Callable[..., Session]) -> Session:
    return graph_of(STOCKS)


def by_month(answer: Any, consumer: str, product: str = "ree-metals") -> list[dict[str, Any]]:
    return [
        row for row in answer.rows.to_pylist()
        if (row["consumer"], row["product"]) == (consumer, product)
    ]  # fmt: skip


def test_a_year_of_a_chain_by_hand(chain):
    # Korea loses 1 of 5 directly, and 4 of 5 lose 6/8: in all 0.8. Norway's quarter gives slack.
    answer = chain.stocks("CHN", scope="ree-metals", slack=0.2, stock_days=73)
    months = by_month(answer, "KOR")

    assert [row["month"] for row in months] == list(range(1, 13))
    assert {round(row["arrivals"], 9) for row in months} == {0.2}
    assert {round(row["from_slack"], 9) for row in months} == {0.04}
    used = [row["from_stocks"] for row in months]
    assert used == pytest.approx([0.76] * 3 + [2.4 - 3 * 0.76] + [0.0] * 8)
    assert [row["uncovered"] for row in months] == pytest.approx([0.76 - part for part in used])
    assert months[0]["first_day"] == int(73 / 0.76) + 1 == 97
    assert months[0]["uncovered_in_all"] == pytest.approx((12 * 0.76 - 2.4) / 12)
    assert months[0]["need"] == pytest.approx(500 / 12)


def test_without_stocks_each_month_is_as_without_months(chain):
    options = {"scope": "ree-metals", "loss": 0.8, "slack": 0.2, "min_loss": 0.0}
    losses = chain.disrupt("CHN", **options).rows.to_pylist()
    answer = chain.stocks("CHN", stock_days=0.0, **options)

    assert len(answer.rows) == 12 * len(losses)
    for loss in losses:
        for row in by_month(answer, loss["consumer"], loss["product"]):
            assert row["uncovered"] == pytest.approx(loss["uncovered"])
            assert row["from_slack"] == pytest.approx(loss["recovered"])
            assert 1 - row["arrivals"] == pytest.approx(loss["lost_share"])
            assert row["low"] <= row["uncovered_in_all"] + 1e-9 <= row["high"] + 2e-9


def test_the_newest_published_stock_of_the_product_counts_and_an_unknown_one_is_none(chain):
    answer = chain.stocks("CHN", scope="ree-metals")
    korea, japan = by_month(answer, "KOR"), by_month(answer, "JPN")

    assert {row["stock_days"] for row in korea} == {73.0}
    assert korea[0]["first_day"] == int(73 / 0.8) + 1
    # Japan's stock is not disclosed: none is counted, and it may cover everything.
    assert {row["stock_days"] for row in japan} == {None}
    assert japan[0]["first_day"] == 1
    assert (japan[0]["low"], japan[0]["first_day_latest"]) == (0.0, None)
    assert answer.caption == Naming("stock of Japan, South Korea … unknown")  # of its magnets
    notes = " ".join(words_of_notes(answer.notes))
    assert notes == Naming(
        "stock of Japan … not disclosed … 60 aimed at",
        "365 days … (2024; customs) … not counted",
        "counted for rare-earth metals",
    )


def test_other_goods_replace_a_share_before_stocks_do(chain):
    # 0.8 is lost, 0.3 replaced; a stock of 73 days, 2.4 months, covers the other half 4.8 months.
    answer = chain.stocks("CHN", scope="ree-metals", of="KOR", stock_days=73, substitution=0.3)
    months = by_month(answer, "KOR")

    assert {round(row["from_substitutes"], 9) for row in months} == {0.3}
    assert [row["from_stocks"] for row in months] == pytest.approx([0.5] * 4 + [0.4] + [0.0] * 7)
    for row in months:
        parts = ("arrivals", "from_slack", "from_substitutes", "from_stocks", "uncovered")
        assert sum(row[name] for name in parts) == pytest.approx(1)
    assert months[0]["first_day"] == int(73 / 0.5) + 1
    assert answer.caption == Naming("Other goods … up to 30 %")


def test_exports_go_on_with_the_restart(chain):
    answer = chain.stocks("CHN", scope="ree-metals", of="KOR", stock_days=0, restart=4, months=6)

    assert [round(row["uncovered"], 9) for row in by_month(answer, "KOR")] == [0.8] * 3 + [0.0] * 3
    assert "for 3 months" in answer.headline


def test_shared_stocks_go_where_most_is_uncovered(chain):
    # Japan buys 800 and loses 600; Korea buys 500 and loses 400. A month's need of each is shared.
    answer = chain.stocks("CHN", scope="ree-metals", stock_days=365 / 12, of="JPN+KOR", months=2)
    japan, korea = by_month(answer, "JPN"), by_month(answer, "KOR")

    assert {row["consumer"] for row in answer.rows.to_pylist()} == {"JPN", "KOR"}
    assert [row["uncovered"] for row in (japan[0], korea[0])] == pytest.approx([0.0, 0.0])
    # 1,300 of stock less 1,000: of 1,000 in month 2, 700 of a need of 1,300 stay uncovered.
    assert [row["uncovered"] for row in (japan[1], korea[1])] == pytest.approx([7 / 13, 7 / 13])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"restart": 13}, "`restart` … 13 … 2 to 12"),
        ({"restart": 2, "months": 1}, "`restart` … 2 … one month"),
        ({"months": 0}, "`months` … 0"),
        ({"stock_days": -1.0}, "`stock_days` … -1"),
        ({"stock_days": float("nan")}, "`stock_days` … nan"),
    ],
)
def test_bad_months_and_stocks_are_refused_in_one_line(chain, options, message):
    with pytest.raises(UsageError) as error:
        chain.stocks("CHN", scope="ree-metals", **options)

    assert str(error.value) == Naming(message)
    assert "\n" not in str(error.value)


def test_the_published_stocks_are_those_of_their_sources(ask):
    rows = {row["key"]: row for row in ask.catalog.rows("stockpiles").to_pylist()}

    assert rows["kor-nonferrous-2024"]["days"] == 53
    assert (rows["kor-rare-2021"]["days"], rows["kor-rare-2021"]["target_days"]) == (57, 100)
    assert rows["jpn-rare-2023"]["days"] is None
    assert (rows["jpn-rare-2023"]["target_days"], rows["jpn-rare-2023"]["target_days_high"]) == (
        60, 180,
    )  # fmt: skip
