"""Headings state units of money and mass, in the languages and spellings of published tables."""

from __future__ import annotations

import pytest
from saying import Naming

from graphkit.importers.table.units import stated_unit

MONEY = {
    "USD": ("usd", "Value in USD", "FOB (US dollars)", "金额(美元)", "금액(달러)", "Valor US$ FOB",
            "2023 USD"),
    "kUSD": ("Value (1000 USD)", "Trade value (US$ '000)", "Wert (1.000 US-$)", "kUSD", "USD k",
             "Valeur (milliers USD)", "Стоимость, тыс. долл.", "금액(천 달러)", "金额（千美元）",
             "thousand dollars", "US$, 10^3", "2023 kUSD"),
    "MUSD": ("FOB value US$ million", "Value (MUSD)", "USD m", "US$m", "Wert in Mio. USD",
             "m USD"),
}  # fmt: skip
MASS = {
    "t": ("tonnes", "Qty (t)", "Menge (Tonnen)", "(Metric tons, contained cobalt)", "중량(톤)",
          "数量（吨）", "Вес, т", "2023 t", "Capacity, t/y"),
    "kg": ("Quantity (kg)", "중량(kg)", "重量（千克）", "вес, кг", "Netweight kgs"),
    "kt": ("Production (thousand metric tons)", "Menge in 1000 t", "Вес, тыс. тонн", "kt",
           "'000 tonnes", "千トン", "천톤"),
    "Mt": ("Production, million metric tons", "Mio. t", "백만 톤"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("heading", "of", "unit"),
    [
        *((heading, "USD", unit) for unit, headings in MONEY.items() for heading in headings),
        *((heading, "t", unit) for unit, headings in MASS.items() for heading in headings),
        ("Value (EUR)", "EUR", "EUR"),
        ("Value, Mio. €", "EUR", "MEUR"),
    ],
)
def test_a_heading_states_its_unit(heading, of, unit):
    stated = stated_unit(heading, of)

    assert stated is not None
    assert (stated.unit, stated.fault) == (unit, "")


@pytest.mark.parametrize(
    ("heading", "of"),
    [(heading, "USD") for heading in ("Value", "Value $", "Primary value", "희토류 원소 금액",
                                      "稀土元素", "Value G7")]
    + [(heading, "t") for heading in ("Mass", "Net weight", "Country", "Value (1000 USD)")],
)  # fmt: skip
def test_a_heading_without_a_unit_states_none(heading, of):
    assert stated_unit(heading, of) is None


@pytest.mark.parametrize(
    ("heading", "of", "fault"),
    [
        *((heading, "USD", f"{currency} … USD … converts no currency")
          for heading, currency in (("Value, million EUR", "EUR"), ("金額（千円）", "JPY"),
                                    ("Rs. lakh", "INR"), ("Valor FOB (R$)", "BRL"),
                                    ("금액(천원)", "KRW"), ("金额(万元)", "CNY"),
                                    ("HK$ '000", "HKD"),
                                    ("Value (SEK)", "SEK"), ("тыс. руб.", "RUB"))),
        ("金额（万美元）", "USD", "power of ten … USD, kUSD"),
        ("Value (bn USD)", "USD", "power of ten"),
        ("Valor (mil USD)", "USD", "'mil' … thousands or millions"),
        ("Quantity (MT)", "t", "'MT' … tonnes or millions of tonnes"),
        ("tons", "t", "'tons' … tonnes or short tons"),
        ("Mass (lb)", "t", "'lb' … t, kt, Mt, kg"),
        ("Quantity (100 kg)", "t", "power of ten … t, kt"),
        ("数量(万吨)", "t", "power of ten"),
        ("Net weight (g)", "t", "'g' … t, kt, Mt, kg"),
    ],
)  # fmt: skip
def test_a_unit_with_two_meanings_or_none_here_is_refused(heading, of, fault):
    stated = stated_unit(heading, of)

    assert stated is not None
    assert stated.unit is None
    assert stated.fault == Naming(fault)
