"""HS codes in time: trade that may stand under two codes."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pytest
from saying import Naming
from seed_texts import SMALL

from graphkit.answers.note import words_of_notes
from graphkit.api import Session
from graphkit.questions.shared.codes import split_trades

TWO_CODES = {
    "products.yaml": SMALL["products.yaml"] + "  - {key: salt, name: Salt, stage: metal}\n",
    "contains.yaml": SMALL["contains.yaml"] + "  - {product: salt, element: Dy, role: main}\n",
    "codes.yaml": SMALL["codes.yaml"] + "  - {code: 282200, description: Salts}\n",
    "traded-as.yaml": """\
kind: TRADED_AS
defaults: {source: customs, revision: HS92, fit: exact}
rows:
  - {product: ree-metals, code: 280530}
  - {product: salt, code: 282200, also_under: 280530}
""",
    "trade.yaml": """\
kind: EXPORTS
defaults: {reporter: importer, dataset: test, source: customs, importer: KOR}
rows:
  - {exporter: CHN, product: ree-metals, hs: 280530, period: 2022, usd: 5000000}
  - {exporter: CHN, product: ree-metals, hs: 280530, period: 2023, usd: 2000000}
  - {exporter: CHN, product: ree-metals, hs: 280530, period: 2024, usd: 3000000}
  - {exporter: JPN, product: ree-metals, hs: 280530, period: 2023, usd: 900000}
  - {exporter: JPN, product: salt, hs: 282200, period: 2022, usd: 600000}
  - {exporter: JPN, product: salt, hs: 282200, period: 2023, usd: 500000}
  - {exporter: JPN, product: salt, hs: 282200, period: 2024, usd: 700000}
  - {exporter: CHN, product: salt, hs: 282200, period: 2022, usd: 4000}
  - {exporter: CHN, product: salt, hs: 282200, period: 2023, usd: 2600000}
""",
}
TOLD = Naming(
    "China to South Korea … two codes, salt (HS 282200) and rare-earth metals (HS 280530)",
    "USD: 2022 4.0 k and 5.0 M; 2023 2.6 M and 2.0 M; 2024 none and 3.0 M", "not added up",
)  # fmt: skip


@pytest.mark.parametrize(
    ("verb", "given"),
    [
        ("suppliers", {"period": "2023"}), ("depends", {"period": "2023"}),
        ("trend", {}), ("origins", {"period": "2023"}), ("spof", {"period": "2023"}),
    ],
)  # fmt: skip
def test_trade_that_may_stand_under_two_codes_is_noted_and_not_added_up(graph_of, verb, given):
    answer = getattr(graph_of(TWO_CODES), verb)("KOR", scope="Dy", **given)

    assert TOLD in words_of_notes(answer.notes)
    assert answer.coverage.trade is None or answer.coverage.trade.usd is None


def test_a_change_over_the_step_has_the_note(graph_of):
    answer = graph_of(TWO_CODES).compare("2022", "2023", of="KOR", scope="Dy")

    assert TOLD in words_of_notes(answer.notes)
    assert answer.coverage.trade is None or answer.coverage.trade.usd is None


def test_one_of_two_codes_is_noted_and_has_its_sum(graph_of: Callable[..., Session]):
    session = graph_of(TWO_CODES)
    one = session.suppliers("KOR", scope="salt", period="2023")
    assert TOLD in words_of_notes(one.notes)
    assert one.coverage.trade.usd == 3_100_000.0
    japan = session.depends("KOR", on="JPN", scope="Dy", period="2023")
    assert not any("two codes" in note for note in words_of_notes(japan.notes))


def flows(*rows: tuple[str, str, float]) -> pa.Table:
    """Sales of S to C: product, year, value in millions."""
    return pa.Table.from_pylist([
        {"consumer": "C", "supplier": "S", "product": product, "period": year, "usd": 1e6 * usd}
        for product, year, usd in rows
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("salt", "metal", "found"),
    [
        ((90.0, 9.0), (10.0, 10.0), True), ((90.0, 9.0), (0.0, 10.0), True),
        ((90.0, 9.1), (10.0, 10.0), False), ((90.0, 9.0), (8.0, 8.0), False),
        ((9.0, 90.0), (0.0, 50.0), False), ((9.0, 90.0), (50.0, 0.0), True),
        ((9.0, 0.0), (90.0, 90.0), False), ((0.9, 0.0), (1.0, 1.0), False),
    ],
    ids=["a steady other", "the other way", "less than ten times", "next to no other",
         "both grew", "the one for the other", "a small part", "less than a million"],
)  # fmt: skip
def test_a_step_is_of_ten_times_beside_trade_in_the_other_product(salt, metal, found):
    years = ("2023", "2024")
    rows = [("salt", y, usd) for y, usd in zip(years, salt, strict=True)]
    rows += [("metal", y, usd) for y, usd in zip(years, metal, strict=True)]

    assert bool(split_trades(flows(*rows), "salt", "metal", {2024})) is found
    assert not split_trades(flows(*(row for row in rows if row[1] == "2023")), "salt", "metal",
                            {2024})  # fmt: skip


def test_only_steps_that_touch_the_years_asked_count():
    table = flows(("salt", "2021", 90.0), ("metal", "2021", 90.0), ("metal", "2022", 90.0),
                  ("metal", "2023", 90.0), ("metal", "2024", 90.0))  # fmt: skip

    assert not split_trades(table, "salt", "metal", {2024})
    assert [t.years.keys() for t in split_trades(table, "salt", "metal", {2022})] == [
        {"2021", "2022"}
    ]
