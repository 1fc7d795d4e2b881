"""Unit values of trade beside published prices, each in the unit it was printed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from saying import Naming
from seed_problems import assert_told

from graphkit.analysis.unit_prices import usd_per_tonne
from graphkit.api import Session
from graphkit.errors import GraphkitError, UsageError
from graphkit.stores.duck.store import DuckStore

PRICES = """\
kind: REPORTS
defaults: {country: JPN, element: Dy, statistic: price, source: customs}
rows:
  - {label: Metal per pound, product: ree-metals, period: 2024, value: 2, unit: USD/lb}
  - {label: Metal per ounce, product: ree-metals, period: 2024, value: 3, unit: USD/ozt}
  - {label: Oxide, period: 2024, value: 4, unit: USD/kg}
  - {label: Oxide, period: 2025, qualifier: range, published_value: 4-5, low: 4, high: 5,
     unit: USD/kg}
"""


@pytest.fixture
def session(graph_of: Callable[..., Session]) -> Session:
    """Prices and trade in each database."""
    return graph_of({"prices.yaml": PRICES})


def rows(session: Session, *args: Any, **kwargs: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = session.prices(*args, **kwargs).rows.to_pylist()
    return found


@pytest.mark.parametrize(
    ("value", "unit", "wanted"),
    [
        (7.0, "USD/t", (7.0, 1.0)),
        (7.0, "USD/kg", (7_000.0, 1_000.0)),
        (0.45359237, "USD/lb", (1_000.0, 1_000 / 0.45359237)),
        (45.359237, "USc/lb", (1_000.0, 10 / 0.45359237)),
        (0.0311034768, "USD/ozt", (1_000.0, 1_000 / 0.0311034768)),
        (7.0, "USD/mtu", None),
        (None, "USD/kg", None),
    ],
)
def test_a_price_is_converted_only_from_a_mass_of_the_same_thing(value, unit, wanted):
    found = usd_per_tonne(value, unit)

    assert found == (wanted if wanted is None else pytest.approx(wanted))


def test_the_unit_value_is_value_over_the_mass_of_the_flows_that_give_one(session):
    [unit_value] = [r for r in rows(session, scope="ree-metals", period="2024") if r["usd"]]

    # China's 800 USD for 10 t; Japan's 200 USD have no mass.
    assert (unit_value["usd_per_tonne"], unit_value["usd_without_tonnes"]) == (80.0, 200.0)
    assert unit_value["figure"] == Naming("unit value … world … (test, importer)")


def test_a_price_stays_as_printed_beside_its_conversion(session):
    by_label = {r["figure"]: r for r in rows(session, scope="ree-metals", period="2024")}

    pound = by_label["Metal per pound"]
    assert (pound["value"], pound["unit"]) == (2.0, "USD/lb")
    assert pound["usd_per_tonne"] == pytest.approx(pound["value"] * pound["factor"])
    ounce = by_label["Metal per ounce"]
    assert ounce["usd_per_tonne"] == pytest.approx(3 * 1_000 / 0.0311034768)


def test_a_price_of_no_single_product_answers_for_its_element_only(session):
    of_product = {r["figure"] for r in rows(session, scope="ree-metals")}
    of_element = {r["figure"] for r in rows(session, scope="Dy")}

    assert of_element - of_product == {"Oxide"}


def test_a_range_gets_no_middle(session):
    [found] = rows(session, scope="Dy", period="2025")

    assert (found["published_value"], found["qualifier"]) == ("4-5", "range")
    assert (found["value"], found["usd_per_tonne"]) == (None, None)


def test_imports_of_a_country_stand_beside_the_worlds(session):
    figures = [r["figure"] for r in rows(session, scope="ree-metals", of="KOR", period="2024")]

    assert figures[:2] == [
        Naming("unit value … imports of KOR (test, importer)"),
        Naming("unit value … world … (test, importer)"),
    ]


def test_a_code_asks_for_trade_only(session):
    figures = [r["figure"] for r in rows(session, scope="280530", period="2024")]

    assert figures == [Naming("unit value … world … (test, importer)")]


def test_a_period_without_a_figure_names_those_there_are(session):
    with pytest.raises(GraphkitError, match="there are 2024, 2025-Q1, 2025"):
        session.prices(scope="Dy", period="1999")


def test_an_unknown_product_is_refused(session):
    with pytest.raises(UsageError, match="kryptonite"):
        session.prices(scope="kryptonite")


# --- prices by month

MONTHLY = """\
kind: REPORTS
defaults: {country: WLD, element: Dy, product: ree-metals, statistic: price, source: customs,
  label: Spot, unit: USD/t}
rows:
"""


def months(values: dict[str, Any]) -> str:
    rows = [f"  - {{period: {month}, value: {value}}}" if value is not None
            else f"  - {{period: {month}, qualifier: withheld, published_value: W}}"
            for month, value in values.items()]  # fmt: skip
    return MONTHLY + "\n".join(rows) + "\n"


YEAR_AND_A_QUARTER = {
    **{f"2024-{month:02d}": float(month) for month in range(1, 13)},
    "2025-01": 20.0, "2025-02": 22.0, "2025-03": 27.0,
}  # fmt: skip


def spot(session: Session, **asked: Any) -> dict[str, float | None]:
    return {r["period"]: r["value"] for r in rows(session, scope="ree-metals", **asked)
            if r["figure"].startswith("Spot")}  # fmt: skip


def test_a_price_of_the_world_by_month_is_averaged_over_whole_years_and_what_follows(graph_of):
    ask = graph_of({"prices.yaml": PRICES, "months.yaml": months(YEAR_AND_A_QUARTER)})

    assert spot(ask) == {"2024": 6.5, "2025-Q1": 23.0}
    assert spot(ask, period="2024-Q2") == {"2024-Q2": 5.0}
    assert spot(ask, period="2024-2025") == {"2024": 6.5}
    assert spot(ask, period="2025-02") == {"2025-02": 22.0}
    assert {(r["figure"], r["place"]) for r in rows(ask, scope="ree-metals", period="2024")} == {
        ("Spot, mean of the months", "WLD"), ("Metal per pound", "JPN"),
        ("Metal per ounce", "JPN"), ("unit value, world trade (test, importer)", "WLD"),
    }  # fmt: skip


def test_months_stand_each_on_their_own_if_they_are_wanted(embedded_of):
    ask = embedded_of({"months.yaml": months(YEAR_AND_A_QUARTER)})

    newest = spot(ask, monthly=True)
    assert list(newest) == [*(f"2024-{m:02d}" for m in range(3, 13)),
                            "2025-01", "2025-02", "2025-03"]  # fmt: skip
    assert spot(ask, monthly=True, period="2025") == {
        "2025-01": 20.0, "2025-02": 22.0, "2025-03": 27.0,
    }  # fmt: skip
    answer = ask.prices(scope="ree-metals", monthly=True)
    assert answer.headline == Naming(
        "rare-earth metals … 27 USD (Spot) in 2025-03 … 22 USD in 2025-02"
    )


def test_no_mean_is_taken_where_a_month_is_not_known(embedded_of):
    ask = embedded_of({"months.yaml": months({**YEAR_AND_A_QUARTER, "2024-07": None})})

    assert spot(ask) == {"2025-Q1": 23.0}
    assert spot(ask, period="2024-07") == {"2024-07": None}


def test_without_prices_by_month_the_answer_says_so(session):
    with pytest.raises(GraphkitError, match="by month"):
        session.prices(scope="Dy", monthly=True)


def test_a_balance_is_of_a_country_and_only_a_price_of_an_area(tmp_path):
    text = (
        MONTHLY
        + """\
  - {period: 2024, value: 1}
  - {period: 2024, value: 1, unit: t, statistic: imports, country: ▶WLD}
"""
    )
    wanted = "country … area 'WLD' … a country … only a price"
    assert_told(tmp_path, {"prices.yaml": text}, wanted)


@pytest.fixture(scope="module")
def shipped(sliced_file: Path) -> Iterator[Session]:
    with DuckStore(sliced_file) as opened:
        yield Session(opened)


def test_dysprosium_oxide_in_2024_is_as_the_usgs_prints_it(shipped):
    [price] = rows(shipped, scope="dy-oxide", period="2024")

    assert (price["value"], price["unit"]) == (257.0, "USD/kg")
    assert (price["usd_per_tonne"], price["factor"]) == (257_000.0, 1_000.0)


def test_tungsten_per_metric_ton_unit_is_not_converted(shipped):
    [price] = rows(shipped, scope="tungsten-ore", period="2024")

    assert (price["value"], price["unit"], price["usd_per_tonne"]) == (252.0, "USD/mtu", None)
